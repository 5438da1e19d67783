/** The peer of a connection: between a log's text, a row's fields and an event's keys. */
import type { Endpoint, Keys } from '../types.ts';
import { endpoint } from './address.ts';

/** `10.0.0.5:41000`, `[2001:db8::7]:41000` and, as Python programs join them, `2001:db8::7:41000`: the port is behind the last colon. */
export function peer(text: string | undefined): Endpoint | undefined {
  const joined = /^([0-9A-Fa-f:.]{3,45}):(\d{1,5})$/.exec(text ?? '');
  return joined?.[1]?.includes(':') ? endpoint(`[${joined[1]}]:${joined[2]}`) : endpoint(text);
}

/** A row's fields of a peer. */
export const peerFields = (from: Endpoint | undefined): { readonly clientIp?: string; readonly clientPort?: number } =>
  !from ? {} : from.port === undefined ? { clientIp: from.ip } : { clientIp: from.ip, clientPort: from.port };

/** An event's keys from the fields of a row that have the same meaning. */
export function connectionKeys(row: {
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly path?: string;
  readonly connection?: string;
  readonly pid?: number;
}): Keys {
  const keys: { -readonly [K in keyof Keys]: Keys[K] } = {};
  if (row.connection !== undefined) keys.connection = row.connection;
  if (row.path !== undefined)
    keys.path = row.path.startsWith('/') ? row.path : row.path.replace(/^[a-z]{2,5}:\/\/[^/?#]{0,300}/i, '') || '/';
  if (row.clientIp !== undefined)
    keys.client = row.clientPort === undefined ? { ip: row.clientIp } : { ip: row.clientIp, port: row.clientPort };
  if (row.pid !== undefined) keys.pid = row.pid;
  return keys;
}
