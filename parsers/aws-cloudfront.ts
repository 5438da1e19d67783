/** CloudFront standard log: W3C with tabs (`#Fields:` names the columns) or, since 2024, JSON with the same names. */
import { type AccessRow, handshakeFailed, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { parseObject, textOf } from '../src/grammar/json.ts';
import { numeric, unset } from '../src/grammar/quoted.ts';
import { isoAt, stamp } from '../src/time.ts';
import { defineParser, type TunnelEnded } from '../src/types.ts';

/** `at` is when the last byte was sent: the end of a WebSocket. */
interface CloudfrontRow extends AccessRow {
  /** `http`, `https`, `ws`, `wss`. */
  readonly scheme?: string | undefined;
}

/** The columns since December 2019, for pieces of a log that lost their `#Fields:` line. */
const COLUMNS =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end';
/** Up to `time-taken`; the columns behind it came over the years, and some forwarders drop empty ones at the end. */
const FIRST_COLUMNS = 19;

const HEADER = '#Fields: ';
const isHeader = (text: string): boolean => text.startsWith(HEADER) && text.includes('x-edge-location');

/** Who broke the connection, where `x-edge-detailed-result-type` says so. */
const ENDED_BY = new Map<string, TunnelEnded['endedBy']>([
  ['AbortedOrigin', 'upstream'],
  ['ClientCommError', 'client'],
  ['ClientHungUpRequest', 'client'],
  ['OriginReadError', 'upstream'],
]);

type Value = (column: string) => string | undefined;

function jsonValues(text: string): Value | undefined {
  const entry = parseObject(text);
  return entry && 'x-edge-location' in entry ? (column) => unset(textOf(entry[column])) : undefined;
}

function tabbedValues(text: string, header: string | undefined): Value | undefined {
  const cells = text.split('\t');
  const columns = (header !== undefined && isHeader(header) ? header.slice(HEADER.length) : COLUMNS).trim().split(/[ \t]/);
  if (cells.length < Math.min(FIRST_COLUMNS, columns.length) || cells.length > columns.length) return undefined;
  return (column) => unset(cells[columns.indexOf(column)]);
}

/** Values are URL-encoded once more than the client sent them. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return text;
  }
}

const WSS =
  '2026-12-31\t23:59:59\tSEA19-C1\t2390282\t2001:db8::6fc6\tGET\td111111abcdef8.cloudfront.net\t/socket\t101\t-\tMozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)\troom=4\t-\tMiss\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\td111111abcdef8.cloudfront.net\twss\t4238\t600.007\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tMiss\tHTTP/1.1\t-\t-\t50294\t0.318\tMiss\t-\t-\t-\t-';
const HTTPS =
  '2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36\t-\t-\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\td111111abcdef8.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-';

export const awsCloudfront = defineParser<CloudfrontRow>({
  name: 'aws-cloudfront',
  about: 'Amazon CloudFront standard log, tab-separated or JSON',
  adds: 'life and bytes of each WebSocket through the CDN, and whether viewer or origin broke it',
  docs: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html',
  vantage: 'edge',
  habitat: 'own',
  needles: ['101', 'wss', '#Fields: '],
  samples: [
    {
      line: WSS,
      header: `#Fields: ${COLUMNS}`,
      from: 'CloudFront documentation, standard log fields, made up for a WebSocket over IPv6 at year end',
      reads: {
        status: 101,
        scheme: 'wss',
        durationMs: 600_007,
        path: '/socket?room=4',
        clientPort: 50_294,
        userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 600_007,
        bytesUp: 4238,
        bytesDown: 2_390_282,
        keys: { client: { ip: '2001:db8::6fc6', port: 50_294 } },
      },
    },
    {
      line: WSS.replace('\tMiss\t-\t-\t-\t-', '\tClientCommError\t-\t-\t-\t-'),
      from: 'CloudFront documentation, x-edge-detailed-result-type',
      reads: { termination: 'ClientCommError' },
      gives: { kind: 'tunnel-ended', endedBy: 'client' },
    },
    {
      line: WSS.replace('\t101\t', '\t502\t').replace('\tMiss\t-\t-\t-\t-', '\tOriginConnectError\t-\t-\t-\t-'),
      from: 'CloudFront documentation, x-edge-detailed-result-type',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502, why: 'OriginConnectError', by: 'upstream' },
    },
    {
      line: HTTPS,
      from: 'CloudFront documentation, example entries',
      reads: { status: 200, durationMs: 1, clientIp: '192.0.2.100', bytesSent: 392 },
      gives: 'noise',
    },
    {
      line: '{"date":"2024-11-14","time":"22:48:30","x-edge-location":"SFO53-P7","sc-bytes":"618","c-ip":"192.0.2.9","cs-method":"GET","cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"/ws","sc-status":"101","cs(User-Agent)":"curl/8.5.0","cs-uri-query":"-","x-edge-request-id":"abc==","x-host-header":"chat.example.com","cs-protocol":"wss","cs-bytes":"76","time-taken":"61.250","c-port":"35342"}',
      from: 'CloudFront documentation, standard logging v2 in JSON',
      reads: { status: 101, host: 'chat.example.com', durationMs: 61_250 },
      gives: { kind: 'tunnel-ended', lifeMs: 61_250 },
    },
  ],
  rejects: [
    `#Fields: ${COLUMNS}`,
    '#Version: 1.0',
    HTTPS.replaceAll('\t', ' '),
    HTTPS.replace('2019-12-04', '2019-13-04'),
    HTTPS.split('\t').slice(0, 15).join('\t'),
    HTTPS.replace('0.001', 'soon'),
  ],
  isHeader,
  read(text, context) {
    const value = text.startsWith('{') ? jsonValues(text) : text.includes('\t') ? tabbedValues(text, context.header) : undefined;
    if (!value) return null;
    const moment = `${value('date') ?? ''}T${value('time') ?? ''}`;
    const found = isoAt(moment);
    const status = value('sc-status');
    const seconds = value('time-taken');
    const life = numeric(seconds);
    if (!found || found.end !== moment.length || !/^\d{3}$/.test(status ?? '') || (seconds !== undefined && life === undefined))
      return null;
    const query = value('cs-uri-query');
    const stem = value('cs-uri-stem');
    return {
      at: stamp(found.stamp.ms, found.stamp.widthMs),
      status: numeric(status),
      method: value('cs-method'),
      path: stem && (query === undefined ? stem : `${stem}?${query}`),
      protocol: value('cs-protocol-version'),
      scheme: value('cs-protocol'),
      host: value('x-host-header') ?? value('cs(Host)'),
      clientIp: value('c-ip'),
      clientPort: numeric(value('c-port')),
      durationMs: life === undefined ? undefined : roundMs(life * 1000),
      bytesReceived: numeric(value('cs-bytes')),
      bytesSent: numeric(value('sc-bytes')),
      referer: decoded(value('cs(Referer)')),
      userAgent: decoded(value('cs(User-Agent)')),
      requestId: value('x-edge-request-id'),
      termination: value('x-edge-detailed-result-type') ?? value('x-edge-result-type'),
      edgeLocation: value('x-edge-location'),
      forwardedFor: decoded(value('x-forwarded-for')),
    };
  },
  events(row) {
    if (row.status === 101) return tunnelEnded(row, { endedBy: ENDED_BY.get(row.termination ?? '') });
    if (row.scheme !== 'wss') return undefined;
    const by = row.status === 0 ? 'client' : row.termination?.startsWith('Origin') ? 'upstream' : undefined;
    return handshakeFailed(row, row.termination ?? `status ${row.status}`, by);
  },
});
