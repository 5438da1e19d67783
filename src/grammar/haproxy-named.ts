/** HAProxy's `log-format` with named fields, as JSON or `key=value`: known by its state at disconnection beside a life and an HTTP status. */
import { clfAt, epoch, iso } from '../time.ts';
import type { Context, Draft, Stamp } from '../types.ts';
import { endpoint } from './address.ts';
import { type HaproxyStream, requestEvent, STATE } from './haproxy.ts';
import { isObject, numberOf, textOf } from './json.ts';

// `log-format` has no names of its own: what people call %ts, %Tt or %Ta, %t, %ci:%cp, %b/%s, %ST, %U, %B, %r.
const NAMES = {
  state: [
    'term',
    'flags',
    'tsc',
    'ts',
    'termination_state',
    'terminationstate',
    'termination',
    'term_state',
    'state',
    'termstate',
    'sess_term_state',
    'session_state',
  ],
  life: [
    'ta',
    'tt',
    'dur_ms',
    'duration_ms',
    'durationms',
    'total_ms',
    'total_time',
    'time_total',
    'time_active',
    'active_time',
    'duration',
    'ms',
    'active_ms',
    'ta_ms',
    'tt_ms',
    'time_ms',
    'life_ms',
    'timers.ta',
    'timers.tt',
    'timers.a',
    'timers.t',
    'timers.active',
    'timers.total',
    'time.ta',
    'time.tt',
    'times.ta',
    'times.tt',
    'a',
  ],
  time: [
    'ts',
    't',
    'time',
    'timestamp',
    'date',
    'accept_date',
    'datetime',
    'timestamp_ms',
    '@timestamp',
    'start',
    'request_date',
    'accept',
    'accepted',
    'begin',
    'msec',
    'epoch',
  ],
  client: ['client', 'client_addr', 'clientaddr', 'src', 'ci', 'client_ip', 'clientip', 'remote', 'cip', 'peer', 'from'],
  clientPort: ['client_port', 'cp', 'src_port', 'clientport', 'cport'],
  backend: ['backend', 'b', 'backend_name', 'be'],
  server: ['server', 's', 'srv', 'server_name', 'srv_name', 'sv'],
  frontend: ['frontend', 'f', 'ft', 'frontend_name', 'fe'],
  status: ['status', 'st', 'status_code', 'http_status', 'code', 'response_code', 'sc'],
  down: ['bytes_down', 'b_read', 'bytes_read', 'bytes', 'bytes_sent', 'bytes_out', 'resp_bytes', 'sent'],
  up: ['bytes_up', 'u', 'bytes_uploaded', 'bytes_in', 'bytes_received', 'req_bytes', 'received', 'recv', 'rcvd'],
  path: ['uri', 'path', 'url', 'http_request_uri', 'hu', 'request_uri'],
  request: ['request', 'http_request', 'r', 'hr', 'req', 'request_line', 'line'],
  upgrade: ['upgrade', 'http_upgrade', 'hdr_upgrade'],
} as const; // prettier-ignore

// %Ta and %Tt by longer names: `t_total`, `timer_active_ms`, `elapsed`. A lone `active` or `total` counts connections.
const LIFE =
  /^(?:t|times?|timers?)[._](?:total|tot|active|act)(?:[._]?ms)?$|^(?:total|active|session|tunnel|conn)[._](?:ms|time|duration)$|^(?:dur|elapsed|life|lifetime|lived)(?:[._]?(?:ms|time))?$/;

const FOREIGN = [
  'msg',
  'message',
  'level',
  'event',
  'upstream_response_time',
  'request_time',
  'response_flags',
  'DownstreamStatus',
  'kind',
];

function stampOf(value: unknown): Stamp | undefined {
  const written = textOf(value);
  if (written === undefined || written.length > 40) return undefined;
  const clf = clfAt(written);
  return clf?.end === written.length ? clf.stamp : (iso(written) ?? epoch(written));
}

const DEEPEST = 2;

/**
 * Values by lower-case name, those of an object inside with its name before (`timers.a`). `B` (bytes) and `b` (backend) are two of the format's own
 * letters. Undefined for a record of another program.
 */
function valuesOf(fields: Iterable<readonly [string, unknown]>, prefix = '', depth = 0): Map<string, unknown> | undefined {
  const values = new Map<string, unknown>();
  for (const [key, value] of fields) {
    if (depth === 0 && FOREIGN.includes(key)) return undefined;
    const name = prefix + (key === 'B' ? 'bytes' : key === 'U' ? 'bytes_up' : key.toLowerCase());
    if (isObject(value)) {
      if (depth < DEEPEST) for (const [inner, one] of valuesOf(Object.entries(value), `${name}.`, depth + 1) ?? []) values.set(inner, one);
    } else if (!values.has(name)) values.set(name, value);
  }
  return values;
}

/** What HAProxy logs of one request, of fields by whatever names; null when they are not clearly HAProxy's. */
export function namedStream(fields: Iterable<readonly [string, unknown]>): HaproxyStream | null {
  const values = valuesOf(fields);
  if (!values) return null;
  const pick = <T>(names: readonly string[], of: (value: unknown) => T | undefined): T | undefined => {
    for (const name of names) {
      const found = of(values.get(name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const state =
    pick(NAMES.state, (value) => (typeof value === 'string' && STATE.test(value) ? value : undefined)) ??
    // Four letters of these are nothing else, whatever they are called.
    [...values.values()].find((value) => typeof value === 'string' && value.length === 4 && STATE.test(value))?.toString();
  const at = state === undefined ? undefined : pick(NAMES.time, stampOf);
  const life = pick(NAMES.life, numberOf) ?? numberOf([...values].find(([name]) => LIFE.test(name))?.[1]);
  const status = pick(NAMES.status, numberOf);
  const backend = pick(NAMES.backend, textOf);
  if (state === undefined || !at || life === undefined || status === undefined || backend === undefined) return null;
  const peer = endpoint(pick(NAMES.client, textOf));
  const server = backend.includes('/') ? undefined : pick(NAMES.server, textOf);
  const frontend = pick(NAMES.frontend, textOf) ?? '';
  const [method, asked] = pick(NAMES.request, textOf)?.split(' ') ?? [];
  return {
    at,
    marks: 'start',
    clientIp: peer?.ip,
    clientPort: peer?.port ?? pick(NAMES.clientPort, numberOf),
    frontend: frontend.replace(/~$/, ''),
    tls: frontend.endsWith('~'),
    upstreamName: server === undefined ? backend : `${backend}/${server}`,
    method,
    path: pick(NAMES.path, textOf) ?? asked,
    status,
    bytesSent: pick(NAMES.down, numberOf),
    bytesReceived: pick(NAMES.up, numberOf),
    durationMs: life,
    termination: state,
    upgrade: pick(NAMES.upgrade, textOf),
  };
}

export const namedStreamEvent = (row: HaproxyStream, context: Context): Draft | undefined =>
  requestEvent(row, typeof row['upgrade'] === 'string' ? [row['upgrade']] : [], context);
