/** Cloudflare Logpush and Logpull, dataset `http_requests`: one JSON object a request, with the fields that the job selects. */
import { type AccessRow, handshakeFailed, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { epoch, iso } from '../src/time.ts';
import { defineParser, type Stamp } from '../src/types.ts';

/** `at` is EdgeEndTimestamp, the close of a WebSocket; EdgeStartTimestamp where the job leaves the end out. */
interface CloudflareRow extends AccessRow {
  /** `http`, `https`, `ws`, `wss`. */
  readonly scheme?: string | undefined;
  readonly edgeStartTimestamp?: Stamp | undefined;
  readonly ended: boolean;
}

/**
 * RFC 3339, unix or unixnano, by the job's `timestamp_format`. Nanoseconds are beyond 2^53: their digits are taken from the text.
 * A quote inside a string is escaped, so that the pattern cannot match within a value.
 */
function stampOf(text: string, key: 'EdgeStartTimestamp' | 'EdgeEndTimestamp', value: unknown): Stamp | undefined {
  if (typeof value === 'string') return iso(value) ?? epoch(value);
  if (typeof value !== 'number') return undefined;
  const digits = (key === 'EdgeStartTimestamp' ? START : END).exec(text)?.[1];
  return epoch(digits ?? String(value));
}
const START = /"EdgeStartTimestamp"\s{0,4}:\s{0,4}(\d{9,19})\b/;
const END = /"EdgeEndTimestamp"\s{0,4}:\s{0,4}(\d{9,19})\b/;

/** Cloudflare's own statuses for a handshake that failed: 499 the client went away, 520–527 the origin. */
function whoFailed(row: CloudflareRow): 'client' | 'proxy' | 'upstream' | undefined {
  const status = row.status ?? 0;
  if (status === 499 || status === 0) return 'client';
  if (status >= 520 && status <= 527) return 'upstream';
  return row.upstreamStatus === status ? 'upstream' : undefined;
}

const WSS =
  '{"CacheCacheStatus":"dynamic","ClientIP":"203.0.113.9","ClientRequestHost":"chat.example.com","ClientRequestMethod":"GET","ClientRequestProtocol":"HTTP/1.1","ClientRequestScheme":"wss","ClientRequestURI":"/ws?room=1","ClientRequestBytes":5800,"ClientSrcPort":51234,"EdgeColoCode":"FRA","EdgeEndTimestamp":"2026-11-22T20:25:21Z","EdgeResponseBytes":981308,"EdgeResponseStatus":101,"EdgeStartTimestamp":"2026-11-22T20:23:41Z","OriginIP":"198.51.100.4","OriginResponseStatus":101,"RayID":"710e98d9367f357d","WorkerStatus":"unknown"}';

export const cloudflareHttp = defineParser<CloudflareRow>({
  name: 'cloudflare-http',
  about: 'Cloudflare Logpush, dataset http_requests, NDJSON',
  adds: 'life and bytes of each WebSocket at the edge, by colo; it never says who closed',
  docs: 'https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/',
  vantage: 'edge',
  habitat: 'own',
  needles: ['101', 'wss'],
  samples: [
    {
      line: WSS,
      from: 'Cloudflare documentation, http_requests fields and the WebSockets page, RFC 3339 stamps',
      reads: {
        status: 101,
        scheme: 'wss',
        durationMs: 100_000,
        clientIp: '203.0.113.9',
        clientPort: 51_234,
        host: 'chat.example.com',
        path: '/ws?room=1',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 100_000,
        bytesUp: 5800,
        bytesDown: 981_308,
        keys: { requestId: '710e98d9367f357d' },
      },
    },
    {
      line: WSS.replace('"2026-11-22T20:25:21Z"', '1795379121123456789').replace('"2026-11-22T20:23:41Z"', '1795379021000000001'),
      from: 'Cloudflare documentation, timestamp_format unixnano',
      reads: { durationMs: 100_123.456, at: { ms: 1_795_379_121_123.456, widthMs: 0.001, basis: 'utc' } },
      gives: { kind: 'tunnel-ended' },
    },
    {
      line: WSS.replace('"2026-11-22T20:25:21Z"', '1795379121').replace('"2026-11-22T20:23:41Z"', '1795379021'),
      from: 'Cloudflare documentation, timestamp_format unix',
      reads: { durationMs: 100_000, at: { ms: 1_795_379_121_000, widthMs: 1000, basis: 'utc' } },
      gives: { kind: 'tunnel-ended', lifeMs: 100_000 },
    },
    {
      line: WSS.replace('"EdgeResponseStatus":101', '"EdgeResponseStatus":521').replace(
        '"OriginResponseStatus":101',
        '"OriginResponseStatus":0',
      ),
      from: 'Cloudflare documentation, error 521',
      reads: { status: 521 },
      gives: { kind: 'handshake-failed', status: 521, by: 'upstream' },
    },
    {
      line: '{"ClientIP":"2001:db8::9","ClientRequestHost":"xyz.example.com","ClientRequestMethod":"POST","ClientRequestProtocol":"HTTP/1.1","ClientRequestScheme":"https","ClientRequestURI":"/s/example/_stats","ClientSrcPort":0,"EdgeEndTimestamp":"1653485132000000000","EdgeResponseStatus":200,"EdgeStartTimestamp":"1653485126000000000","OriginIP":"2001:db8::1","OriginResponseStatus":200,"RayID":"710e98d9367f357d"}',
      from: 'test data of the Elastic Cloudflare Logpush integration, nanoseconds as text, IPv6',
      reads: { status: 200, durationMs: 6000, clientIp: '2001:db8::9', upstream: '2001:db8::1' },
      gives: 'noise',
    },
  ],
  rejects: [
    WSS.slice(0, 300),
    WSS.replace('"RayID"', '"Ray"'),
    WSS.replace('2026-11-22T20:25:21Z', 'yesterday'),
    '{"Datetime":"2026-11-22T20:25:21Z","RayID":"710e98d9367f357d","Action":"block","ClientIP":"203.0.113.9"}',
  ],
  read(text) {
    const entry = parseObject(text);
    if (!entry || !('RayID' in entry)) return null;
    const start = stampOf(text, 'EdgeStartTimestamp', entry['EdgeStartTimestamp']);
    const end = stampOf(text, 'EdgeEndTimestamp', entry['EdgeEndTimestamp']);
    const at = end ?? start;
    if (!at || (entry['EdgeEndTimestamp'] !== undefined && !end) || (entry['EdgeStartTimestamp'] !== undefined && !start)) return null;
    const value = (key: string): string | undefined => textOf(entry[key]) || undefined;
    const port = numberOf(entry['ClientSrcPort']);
    return {
      at,
      edgeStartTimestamp: start,
      ended: end !== undefined,
      durationMs: start && end && roundMs(end.ms - start.ms),
      status: numberOf(entry['EdgeResponseStatus']),
      method: value('ClientRequestMethod'),
      path: value('ClientRequestURI') ?? value('ClientRequestPath'),
      protocol: value('ClientRequestProtocol'),
      scheme: value('ClientRequestScheme'),
      host: value('ClientRequestHost'),
      clientIp: value('ClientIP'),
      clientPort: port || undefined,
      bytesReceived: numberOf(entry['ClientRequestBytes']),
      bytesSent: numberOf(entry['EdgeResponseBytes']),
      referer: value('ClientRequestReferer'),
      userAgent: value('ClientRequestUserAgent'),
      upstream: addressText(endpoint(value('OriginIP'))),
      // 0 = the origin gave no answer.
      upstreamStatus: numberOf(entry['OriginResponseStatus']) || undefined,
      upstreamDurationMs: numberOf(entry['OriginResponseDurationMs']),
      requestId: value('RayID'),
      edgeColoCode: value('EdgeColoCode'),
      cacheStatus: value('CacheCacheStatus'),
      workerStatus: value('WorkerStatus'),
    };
  },
  events(row) {
    // Without an end stamp nothing says when a tunnel was closed.
    if (row.status === 101) return row.ended ? tunnelEnded(row) : undefined;
    return row.scheme === 'wss' ? handshakeFailed(row, `status ${row.status ?? 'not logged'}`, whoFailed(row)) : undefined;
  },
});
