/** HAProxy's `log-format` written as JSON, by whatever names: known by its state at disconnection beside a life and an HTTP status. */
import { endpoint } from '../src/grammar/address.ts';
import { type HaproxyStream, requestEvent, STATE } from '../src/grammar/haproxy.ts';
import { type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { clfAt, epoch, iso } from '../src/time.ts';
import { defineParser, type Stamp } from '../src/types.ts';

// `log-format` has no names of its own: what people call %ts, %Tt or %Ta, %t, %ci:%cp, %b/%s, %ST, %U, %B, %r.
const NAMES = {
  state: ['term', 'ts', 'tsc', 'termination_state', 'terminationstate', 'termination', 'term_state', 'flags', 'state', 'termstate'],
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
  ],
  time: ['ts', 't', 'time', 'timestamp', 'date', 'accept_date', 'datetime', 'timestamp_ms', '@timestamp', 'start', 'request_date'],
  client: ['client', 'client_addr', 'clientaddr', 'src', 'ci', 'client_ip', 'clientip', 'remote'],
  clientPort: ['client_port', 'cp', 'src_port', 'clientport'],
  backend: ['backend', 'b', 'backend_name', 'be'],
  server: ['server', 's', 'srv', 'server_name', 'srv_name'],
  frontend: ['frontend', 'f', 'ft', 'frontend_name', 'fe'],
  status: ['status', 'st', 'status_code', 'http_status', 'code', 'response_code'],
  down: ['bytes_down', 'b_read', 'bytes_read', 'bytes', 'bytes_sent', 'bytes_out', 'resp_bytes', 'sent'],
  up: ['bytes_up', 'u', 'bytes_uploaded', 'bytes_in', 'bytes_received', 'req_bytes', 'received'],
  path: ['uri', 'path', 'url', 'http_request_uri', 'hu', 'request_uri'],
  request: ['request', 'http_request', 'r', 'hr', 'req'],
  upgrade: ['upgrade', 'http_upgrade', 'hdr_upgrade'],
} as const; // prettier-ignore

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

export const haproxyJson = defineParser<HaproxyStream>({
  name: 'haproxy-json',
  about: 'HAProxy log with a log-format written as JSON',
  adds: 'life of each tunnel to the ms and who ended it first',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.6',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101', 'websocket'],
  samples: [
    {
      line: '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":101,"bytes_up":207,"bytes_down":198,"dur_ms":17020,"term":"cD","uri":"/lounge?user=u997649","conns":17}',
      from: 'HAProxy 2.6.12, own log-format',
      reads: { clientIp: '127.0.0.1', clientPort: 37342, status: 101, durationMs: 17020, termination: 'cD', upstreamName: 'lounge/g1' },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'idle',
        lifeMs: 17020,
        when: { ms: 1795696655545, widthMs: 2, basis: 'utc' },
        keys: { path: '/lounge?user=u997649', upstreamName: 'lounge/g1' },
      },
    },
    {
      line: '{"time":"22/Nov/2026:20:25:54.056","ci":"2001:db8::9","cp":33122,"ft":"fe~","b":"be","s":"s1","ST":101,"Ta":60004,"ts":"SD--","r":"GET /ws HTTP/1.1","B":361,"U":40}',
      from: 'HAProxy manual 8.2.6, names of the format’s own letters',
      reads: { clientIp: '2001:db8::9', path: '/ws', durationMs: 60004, upstreamName: 'be/s1', frontend: 'fe', tls: true },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream', how: 'reset', lifeMs: 60004 },
    },
    {
      line: '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":200,"bytes_up":207,"bytes_down":198,"dur_ms":20,"term":"--","uri":"/","conns":17}',
      from: 'HAProxy 2.6.12, own log-format',
      reads: { status: 200 },
      gives: 'noise',
    },
  ],
  rejects: [
    '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":101,"dur_ms":17020,"uri":"/lounge"}',
    '{"ts":1795696638.525,"msg":"closed","client":"127.0.0.1:37342","backend":"b/s","status":101,"dur_ms":17020,"term":"cD"}',
    '{"term":"cD","dur_ms":1}',
  ],
  read(text) {
    const object = parseObject(text);
    if (!object || FOREIGN.some((key) => key in object)) return null;
    const values = valuesOf(object);
    const pick = <T>(names: readonly string[], of: (value: unknown) => T | undefined): T | undefined => {
      for (const name of names) {
        const found = of(values.get(name));
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const state = pick(NAMES.state, (value) => (typeof value === 'string' && STATE.test(value) ? value : undefined));
    const at = state === undefined ? undefined : pick(NAMES.time, stampOf);
    const life = pick(NAMES.life, numberOf);
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
  },
  events: (row, context) => requestEvent(row, typeof row['upgrade'] === 'string' ? [row['upgrade']] : [], context),
});

/** Values by lower-case name. `B` (bytes) and `b` (backend) are two of the format's own letters. */
function valuesOf(object: JsonObject): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const key of Object.keys(object)) {
    const name = key === 'B' ? 'bytes' : key === 'U' ? 'bytes_up' : key.toLowerCase();
    if (!values.has(name)) values.set(name, object[key]);
  }
  return values;
}
