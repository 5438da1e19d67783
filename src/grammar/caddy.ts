/** Caddy's records (zap): the JSON and the console encoder, every time and duration format, and the request in them. */
import { clfAt, duration, epoch, isoAt, slashAt } from '../time.ts';
import type { DurationMs, Endpoint, Stamp } from '../types.ts';
import { endpoint, endpointOf } from './address.ts';
import { isObject, type JsonObject, numberOf, parseObject, textOf } from './json.ts';

export interface CaddyRecord {
  readonly at?: Stamp | undefined;
  readonly level: string;
  /** `http.log.access.log0`, `admin.api` …; empty when the record has none. */
  readonly logger: string;
  readonly message: string;
  readonly fields: JsonObject;
}

const object = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Encoder formats `unix_*`, `iso8601`, `rfc3339*`, `wall*` and `common_log`. The encoder writes `wall*` in UTC unless told otherwise. */
function stampOf(value: unknown): Stamp | undefined {
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string') return undefined;
  const found = isoAt(value) ?? slashAt(value) ?? clfAt(value);
  if (found?.end === value.length) return { ...found.stamp, basis: 'utc' };
  return epoch(value);
}

const LEVEL = /^(?:\x1b\[\d{1,3}m)?(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)(?:\x1b\[0m)?$/;
const TIME_KEYS = ['ts', 'time', 'timestamp', '@timestamp'];

function fromConsole(text: string): CaddyRecord | undefined {
  const parts = text.split('\t', 5);
  const [time, levelText = '', ...rest] = parts;
  const level = LEVEL.exec(levelText)?.[1];
  const at = level === undefined ? undefined : stampOf(/^\d+(?:\.\d+)?(?:e\+\d\d)?$/i.test(time ?? '') ? Number(time) : time);
  if (level === undefined || !at || rest.length === 0) return undefined;
  const before = parts.slice(0, 2).join('\t').length + 1;
  const brace = text.indexOf('\t{', before - 1);
  const fields = brace < 0 ? undefined : parseObject(text.slice(brace + 1));
  if (brace >= 0 && !fields) return undefined;
  const names = (brace < 0 ? text.slice(before) : text.slice(before, brace)).split('\t');
  const [first = '', second] = names;
  if (names.length > 2) return undefined;
  return { at, level, logger: second === undefined ? '' : first, message: second ?? first, fields: fields ?? {} };
}

/** Undefined when the text is no record of zap's two encoders, or its time has another format. */
export function caddyRecord(text: string): CaddyRecord | undefined {
  if (!text.startsWith('{')) return /^\d/.test(text) ? fromConsole(text) : undefined;
  const fields = parseObject(text);
  const level = LEVEL.exec(textOf(fields?.['level']) ?? '')?.[1];
  const message = textOf(fields?.['msg'] ?? fields?.['message']);
  if (!fields || level === undefined || message === undefined) return undefined;
  const time = TIME_KEYS.map((key) => fields[key]).find((value) => value !== undefined);
  const at = stampOf(time);
  if (time !== undefined && !at) return undefined;
  return { at, level, logger: textOf(fields['logger']) ?? '', message, fields };
}

/** The first value of a header; Caddy logs the canonical spelling with a list of values. */
export function header(headers: unknown, name: string): string | undefined {
  const value = object(headers)[name];
  return textOf(Array.isArray(value) ? value[0] : value);
}

export interface CaddyRequest {
  readonly client?: Endpoint | undefined;
  readonly method?: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
  /** With its query. */
  readonly path?: string | undefined;
  readonly headers: JsonObject;
  readonly requestId?: string | undefined;
  /** It asks for a WebSocket, by `Upgrade` or as an extended CONNECT (RFC 8441). */
  readonly upgrade: boolean;
}

/** The `request` of a record; undefined when it has none. The port belongs to the peer, so it goes when a trusted proxy names another client. */
export function caddyRequest(value: unknown): CaddyRequest | undefined {
  const request = object(value);
  const method = textOf(request['method']);
  const uri = textOf(request['uri']);
  if (method === undefined || uri === undefined) return undefined;
  const remote = endpoint(textOf(request['remote_addr'])) ?? endpointOf(textOf(request['remote_ip']), textOf(request['remote_port']));
  const named = endpoint(textOf(request['client_ip']));
  const headers = object(request['headers']);
  const extended =
    method === 'CONNECT' && (header(headers, ':protocol') === 'websocket' || header(headers, 'Sec-Websocket-Version') !== undefined);
  return {
    client: named && named.ip !== remote?.ip ? named : remote,
    method,
    protocol: textOf(request['proto']),
    host: textOf(request['host']),
    path: uri,
    headers,
    requestId: header(headers, 'X-Request-Id'),
    upgrade: extended || header(headers, 'Upgrade')?.toLowerCase() === 'websocket',
  };
}

const SHORTEST_NS = 1e8;
const LONGEST_ORDINARY_MS = 1e4;

/**
 * A duration of the encoder: seconds with decimals (the default), a text with a unit, or a whole number of ms or ns, which nothing
 * but its size tells apart: a tunnel shorter than 0.1 s and an ordinary request longer than 10 s are both rare.
 */
export function caddyDuration(value: unknown, isTunnel: boolean): DurationMs | undefined {
  if (typeof value === 'string')
    return duration(value) ?? (numberOf(value) === undefined ? undefined : caddyDuration(numberOf(value), isTunnel));
  if (typeof value !== 'number' || value < 0) return undefined;
  if (!Number.isInteger(value)) return value * 1000;
  return value < (isTunnel ? SHORTEST_NS : LONGEST_ORDINARY_MS) ? value : value / 1e6;
}
