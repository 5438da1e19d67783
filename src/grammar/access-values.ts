/**
 * Access-log records, whichever layout they were read from (text, JSON, `key=value`, a user's format): values named like nginx's
 * variables become a row with the standard names, and a row becomes what it says of a WebSocket.
 */
import type { Draft, Keys, Stamp } from '../types.ts';
import { type AccessRow, accessKeys, handshakeFailed, roundMs, tunnelEnded } from './access.ts';
import { camelName } from './access-names.ts';
import { addressText, endpoint, endpointOf, isIp } from './address.ts';
import { known } from './known.ts';
import { numeric, requestLine, unset } from './quoted.ts';
import { isWebSocketPath } from './websocket.ts';

/** Raw values by nginx variable name, without `$`. Other names go into the row as they are, in camel case. */
export type AccessValues = Map<string, string>;

export interface HttpRow extends AccessRow {
  /** Undefined = the server had none yet. */
  readonly status: number | undefined;
  /** Which instant `at` marks. */
  readonly marks: 'start' | 'end';
  /** The end, where the record writes it beside the start. */
  readonly endAt?: Stamp | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly upstreamDurationMs?: number | undefined;
  /** Handshake and tunnel bytes to the upstream, nginx `$upstream_bytes_sent`. */
  readonly upstreamBytesSent?: number | undefined;
  readonly connection?: string | undefined;
  readonly pid?: number | undefined;
  /** The Upgrade header of the request. */
  readonly upgrade?: string | undefined;
  /** nginx `$request_completion`: `OK`, or empty when the request was cut inside the server. Undefined = not logged. */
  readonly requestCompletion?: string | undefined;
}

/** The last element of a list that nginx writes for several upstreams: `10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80`. */
const lastOf = (list: string | undefined): string | undefined => unset((list?.includes(' ') ? list.split(/, | : /).at(-1) : list)?.trim());

const positive = (text: string | undefined): number | undefined => {
  const value = numeric(text);
  return value !== undefined && value >= 0 ? value : undefined;
};
/** Seconds with a fraction, as nginx and Apache write them. */
const secondsToMs = (text: string | undefined): number | undefined => {
  const seconds = positive(text);
  return seconds === undefined ? undefined : roundMs(seconds * 1000);
};

// Values that the row holds under a standard name.
const STANDARD: ReadonlySet<string> = new Set(
  `time remote_addr remote_port remote_user request request_method request_uri uri args server_protocol status body_bytes_sent bytes_sent bytes_received
  request_time duration_ms upstream_addr upstream_status upstream_response_time upstream_bytes_sent upstream_bytes_received http_referer http_user_agent
  http_x_forwarded_for host connection pid request_id http_upgrade request_completion proxy_upstream_name`.split(/\s+/),
);

/** The row of a record; null when its status is neither three digits nor left out. */
export function accessRow(at: Stamp, marks: 'start' | 'end', values: AccessValues): HttpRow | null {
  const status = values.get('status') ?? '';
  if (!/^(?:\d{3}|-)$/.test(status)) return null;
  const request = requestLine(values.get('request'));
  const client = clientOf(values);
  const server = lastOf(values.get('upstream_addr'));
  const upstream = server !== undefined && (isIp(server) || /:\d{1,5}$/.test(server)) ? endpoint(server) : undefined;
  const row = {
    at,
    status: positive(status),
    method: request.method ?? unset(values.get('request_method')),
    path: request.path ?? pathOf(values),
    protocol: request.protocol ?? unset(values.get('server_protocol')),
    host: unset(values.get('host')),
    clientIp: client?.ip,
    clientPort: client?.port,
    durationMs: secondsToMs(values.get('request_time')) ?? positive(values.get('duration_ms')),
    // `$bytes_sent` also counts the response's header; `$body_bytes_sent` is what the tunnel carried.
    bytesSent: positive(values.get('body_bytes_sent')) ?? positive(values.get('bytes_sent')),
    bytesReceived: positive(values.get('bytes_received')),
    referer: unset(values.get('http_referer')),
    userAgent: unset(values.get('http_user_agent')),
    user: unset(values.get('remote_user')),
    upstream: addressText(upstream),
    // Without a server to ask, nginx writes the name of the upstream group in place of an address.
    upstreamName: unset(values.get('proxy_upstream_name')) ?? (upstream === undefined ? server : undefined),
    upstreamStatus: positive(lastOf(values.get('upstream_status'))),
    upstreamDurationMs: secondsToMs(lastOf(values.get('upstream_response_time'))),
    upstreamBytesSent: positive(lastOf(values.get('upstream_bytes_sent'))),
    upstreamBytesReceived: positive(lastOf(values.get('upstream_bytes_received'))),
    requestId: unset(values.get('request_id')),
    connection: unset(values.get('connection')),
    pid: positive(values.get('pid')),
    forwardedFor: unset(values.get('http_x_forwarded_for')),
    upgrade: unset(values.get('http_upgrade')),
    requestCompletion: values.get('request_completion'),
    marks,
  };
  const others: Record<string, string> = {};
  for (const [name, value] of values) if (!STANDARD.has(name) && unset(value) !== undefined) others[camelName(name)] = value;
  const all: Record<string, unknown> = row;
  for (const name in others) all[name] ??= others[name];
  return row;
}

const clientOf = (values: AccessValues) => endpointOf(unset(values.get('remote_addr')), unset(values.get('remote_port')));

function pathOf(values: AccessValues): string | undefined {
  const path = unset(values.get('request_uri')) ?? unset(values.get('uri'));
  const query = unset(values.get('args'));
  return path === undefined || query === undefined || path.includes('?') ? path : `${path}?${query.replace(/^\?/, '')}`;
}

/** When the request ended; undefined = `at` is it, or it is not known. */
function endOf(row: HttpRow): Stamp | undefined {
  if (row.endAt || row.marks === 'end' || row.durationMs === undefined) return row.endAt;
  return { ...row.at, ms: row.at.ms + row.durationMs };
}

/** A tunnel (101), an upgrade that failed, or nothing. `end` says when it ended, for formats that only know this from around the record. */
export function accessEvent(row: HttpRow, end: Stamp | undefined = endOf(row)): Draft | undefined {
  const keys: Keys = Object.assign(accessKeys(row), known({ proxyConnection: row.connection, pid: row.pid }));
  if (row.status === 101) {
    // Empty only when nginx itself cut the request: its old worker does so when worker_shutdown_timeout expires.
    const cut = row.requestCompletion !== undefined && unset(row.requestCompletion) === undefined;
    // `$upstream_response_time` of an upgraded connection runs until its tunnel ends (ngx_http_upstream_finalize_request).
    const lasting = { ...row, durationMs: row.durationMs ?? row.upstreamDurationMs };
    return tunnelEnded(lasting, { when: end, bytesUp: row.upstreamBytesSent, endedBy: cut ? 'proxy-stop' : undefined, keys });
  }
  if (row.status === undefined) return undefined;
  const asked = row.upgrade?.toLowerCase().includes('websocket') === true;
  if (!(asked ? row.status >= 200 : row.status >= 400 && isWebSocketPath(row.path))) return undefined;
  const by = row.status === 499 ? 'client' : row.upstreamStatus === undefined ? undefined : 'upstream';
  return handshakeFailed(row, `answered ${row.status} in place of 101`, by, { when: end, keys });
}
