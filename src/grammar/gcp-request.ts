/** The `httpRequest` of Google Cloud's log entries: what their balancers and Cloud Run have in common. */
import { iso, stamp } from '../time.ts';
import type { Stamp } from '../types.ts';
import { type AccessRow, roundMs } from './access.ts';
import { endpoint } from './address.ts';
import { isObject, type JsonObject, numberOf, textOf } from './json.ts';
import { urlParts } from './url.ts';

/** `at` is the entry's `timestamp`, the start of the request. */
export interface GcpRequest extends AccessRow {
  /** When Cloud Logging got the entry, which is after the end. */
  readonly receiveTimestamp?: Stamp | undefined;
}

/** `60.004123s` → ms. */
function latencyMs(value: unknown): number | undefined {
  const text = textOf(value) ?? '';
  return /^\d{1,9}(?:\.\d{1,9})?s$/.test(text) ? roundMs(Number(text.slice(0, -1)) * 1000) : undefined;
}

/** Null where the entry is of no request or has no stamp. */
export function gcpRequest(entry: JsonObject): GcpRequest | null {
  const request = entry['httpRequest'];
  const at = iso(textOf(entry['timestamp']) ?? '');
  if (!isObject(request) || !at) return null;
  const value = (key: string): string | undefined => textOf(request[key]) || undefined;
  const url = urlParts(value('requestUrl'));
  const from = endpoint(value('remoteIp'));
  return {
    at,
    receiveTimestamp: iso(textOf(entry['receiveTimestamp']) ?? ''),
    durationMs: latencyMs(value('latency')),
    status: numberOf(value('status')),
    method: value('requestMethod'),
    path: url.path,
    protocol: value('protocol'),
    host: url.host,
    clientIp: from?.ip,
    clientPort: from?.port,
    bytesReceived: numberOf(value('requestSize')),
    bytesSent: numberOf(value('responseSize')),
    referer: value('referer'),
    userAgent: value('userAgent'),
    requestId: textOf(entry['trace'])?.split('/').at(-1),
  };
}

/** Start + latency; but an entry cannot be received before its end, so where it was, `timestamp` is the end itself. */
export function requestEnd({ at, durationMs, receiveTimestamp }: GcpRequest): Stamp {
  const end = at.ms + (durationMs ?? 0);
  return receiveTimestamp && end > receiveTimestamp.ms + 1000 ? at : stamp(end, at.widthMs, at.basis);
}
