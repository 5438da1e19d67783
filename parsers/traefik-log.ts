/** What Traefik says of itself and its servers: logrus text (v1, v2), zerolog console (v3) and JSON of both. */
import { endpoint } from '../src/grammar/address.ts';
import { goError } from '../src/grammar/go-error.ts';
import { parseObject, textOf } from '../src/grammar/json.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { iso, isoAt } from '../src/time.ts';
import { type Draft, defineParser, type ProxyLifecycle, type Row, type Stamp } from '../src/types.ts';

interface LogRow extends Row {
  readonly at?: Stamp | undefined;
  readonly level?: string | undefined;
  readonly message: string;
  readonly error?: string | undefined;
  readonly url?: string | undefined;
  readonly service?: string | undefined;
}

const LIFECYCLE: readonly (readonly [pattern: RegExp, change: ProxyLifecycle['change']])[] = [
  [/^Traefik version \S+ built on /, 'start'],
  [/^I have to go\.\.\.(?: [a-z][a-z ]{2,40})?$/, 'stop'],
  [/^Stopping server gracefully$/, 'drain'],
  [/^Timeout while stopping traefik, killing instance/, 'tunnels-cut'],
];
const SILENT =
  /^(?:Server stopped|Shutting down|Waiting \d+\w* seconds before killing connections.{0,80}|Entry ?point \S+ closed|Wait is over due to: .{1,200}|Configuration loaded from .{1,300})$/;
/** v2 `'502 Bad Gateway' caused by: …`; v3 `502 Bad Gateway` with the cause in its `error` field. */
const GATEWAY = /^'?(?:499|50[0-4]) [A-Z][A-Za-z ]{2,40}'?(?: caused by: (.{1,1000}))?$/;
const HEALTH_TEXT =
  /^Health check (failed|up): (?:[Rr]emov\w* from|[Rr]eturning to) server list\. Backend: \\?"([^"\\]{1,200})\\?" URL: \\?"([^"\\]{1,300})\\?"/;
const HEALTH_OLD = /^Health check (failed), removing from server list\. Backend: \\?"([^"\\]{1,200})\\?" URL: \\?"([^"\\]{1,300})\\?"/;
const CONSOLE = /^ (TRC|DBG|INF|WRN|ERR|FTL|PNC) (?:(?:\S{1,40}\/)?github\.com\/\S{1,200} > )?(.{1,4000})$/;
const TAIL = / (?:entryPointName|routerName|serviceName|error|targetURL|version|middlewareName|providerName|ServiceName)=.*$/;

/** Only messages known to be Traefik's are read: logrus and zerolog lines of other programs look the same. */
const known = (message: string): boolean =>
  LIFECYCLE.some(([pattern]) => pattern.test(message)) ||
  SILENT.test(message) ||
  GATEWAY.test(message) ||
  HEALTH_TEXT.test(message) ||
  HEALTH_OLD.test(message) ||
  message === 'Health check failed.' ||
  message === 'Server up' ||
  message === 'Server UP';

function fieldsOf(
  text: string,
): { stamp: string | undefined; level: string | undefined; message: string; fields: (key: string) => string | undefined } | undefined {
  if (text.startsWith('time="')) {
    const pairs = keyValues(text.slice(0, 4000));
    return { stamp: pairs.get('time'), level: pairs.get('level'), message: pairs.get('msg') ?? '', fields: (key) => pairs.get(key) };
  }
  if (text.startsWith('{')) {
    const record = /I have to go|Stopping server|Server stopped|Shutting down|raefik|Gateway|Health check|Server [uU]/.test(
      text.slice(0, 4000),
    )
      ? parseObject(text)
      : undefined;
    return (
      record && {
        stamp: textOf(record['time']),
        level: textOf(record['level']),
        message: textOf(record['message'] ?? record['msg']) ?? '',
        fields: (key) => textOf(record[key]),
      }
    );
  }
  const stamp = isoAt(text);
  const [, level, body = ''] = (stamp && CONSOLE.exec(text.slice(stamp.end, stamp.end + 4300))) ?? [];
  if (!stamp || level === undefined) return undefined;
  const tail = TAIL.exec(body)?.[0] ?? '';
  const pairs = keyValues(tail);
  return { stamp: text.slice(0, stamp.end), level, message: body.slice(0, body.length - tail.length), fields: (key) => pairs.get(key) };
}

export const traefikLog = defineParser<LogRow>({
  name: 'traefik-log',
  about: "Traefik's own log: start, stop, health checks, servers that refuse",
  adds: 'when Traefik itself was stopped, and why a server did not answer',
  docs: 'https://doc.traefik.io/traefik/observe/logs-and-access-logs/',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [
    'I have to go...',
    'Stopping server gracefully',
    'Traefik version',
    'stopping traefik',
    'Bad Gateway',
    'Gateway Timeout',
    'Service Unavailable',
    'Health check failed',
    'Health check up',
  ],
  samples: [
    {
      line: '2025-06-09T07:41:04Z INF github.com/traefik/traefik/v3/pkg/server/server.go:51 > I have to go...',
      from: 'Traefik 3.4 (issue 11825)',
      reads: { level: 'INF', message: 'I have to go...', at: { ms: Date.UTC(2025, 5, 9, 7, 41, 4), widthMs: 1000, basis: 'utc' } },
      gives: { kind: 'proxy-lifecycle', change: 'stop', proxy: 'Traefik' },
    },
    {
      line: 'time="2025-08-14T20:52:20Z" level=info msg="Stopping server gracefully"',
      from: 'Traefik 2.11, a published transcript',
      reads: { level: 'info', message: 'Stopping server gracefully' },
      gives: { kind: 'proxy-lifecycle', change: 'drain' },
    },
    {
      line: 'time="2026-11-02T01:13:53+01:00" level=debug msg="\'502 Bad Gateway\' caused by: dial tcp 10.244.0.146:5000: connect: connection refused"',
      from: 'Traefik 2.2.7 (issue 7102)',
      reads: { level: 'debug', error: 'dial tcp 10.244.0.146:5000: connect: connection refused' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream: { ip: '10.244.0.146', port: 5000 } } },
    },
    {
      line: '2026-11-02T20:23:41Z DBG github.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:121 > 502 Bad Gateway error="dial tcp 172.18.0.5:9701: connect: connection refused"',
      from: 'Traefik 3.2 source, proxy/httputil/proxy.go',
      reads: { level: 'DBG', message: '502 Bad Gateway' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused' },
    },
    {
      line: 'time="2026-11-02T20:23:41Z" level=warning msg="Health check failed, removing from server list. Backend: \\"ws@file\\" URL: \\"http://192.168.64.45:8200\\" Weight: 1 Reason: received error status code: 429"',
      from: 'Traefik 2.10, a published transcript',
      reads: { service: 'ws@file', url: 'http://192.168.64.45:8200' },
      gives: {
        kind: 'proxy-fault',
        fault: 'upstream-down',
        phase: 'check',
        keys: { upstream: { ip: '192.168.64.45', port: 8200 }, upstreamName: 'ws@file' },
      },
    },
    {
      line: '{"level":"warn","serviceName":"ws@docker","targetURL":"http://172.18.0.5:9701","error":"HTTP request failed: dial tcp 172.18.0.5:9701: connect: connection refused","time":"2026-11-02T20:23:41Z","message":"Health check failed."}',
      from: 'Traefik 3.2 source, healthcheck/healthcheck.go',
      reads: { service: 'ws@docker' },
      gives: { kind: 'proxy-fault', fault: 'upstream-down', keys: { upstream: { ip: '172.18.0.5', port: 9701 } } },
    },
    {
      line: '{"level":"info","time":"2026-11-02T20:23:41Z","message":"Server stopped"}',
      from: 'Traefik 3.2, format json',
      reads: { message: 'Server stopped' },
      gives: 'noise',
    },
    {
      line: 'time="2018-07-16T18:02:11Z" level=info msg="I have to go... terminated"',
      from: 'Traefik 1.6, traefik/traefik#3630: with the signal',
      reads: { message: 'I have to go... terminated' },
      gives: { kind: 'proxy-lifecycle', change: 'stop' },
    },
    {
      line: 'time="2018-07-16T18:02:21Z" level=debug msg="Wait is over due to: context deadline exceeded"',
      from: 'Traefik 1.6, traefik/traefik#3630',
      reads: { level: 'debug' },
      gives: 'noise',
    },
  ],
  rejects: [
    'time="2025-08-14T20:52:20Z" level=info msg="Server started"',
    '2026-11-02T20:23:41Z INF listening on :8080',
    '{"level":"info","msg":"Stopping server gracefully soon"}',
  ],
  read(text) {
    const found = fieldsOf(text);
    if (!found || !known(found.message)) return null;
    const at = found.stamp === undefined ? undefined : iso(found.stamp);
    if (found.stamp !== undefined && !at) return null;
    const { message, level, fields } = found;
    const health = HEALTH_TEXT.exec(message) ?? HEALTH_OLD.exec(message);
    return {
      at,
      level,
      message,
      error: GATEWAY.exec(message)?.[1] ?? fields('error'),
      service: health?.[2] ?? fields('serviceName') ?? fields('ServiceName'),
      url: health?.[3] ?? fields('targetURL'),
      up: health?.[1] === 'up',
    };
  },
  events(row): Draft | undefined {
    const change = LIFECYCLE.find(([pattern]) => pattern.test(row.message))?.[1];
    if (change) return { kind: 'proxy-lifecycle', change, proxy: 'Traefik' };
    const upstream = endpoint(row.url);
    const keys = { ...(upstream && { upstream }), ...(row.service && { upstreamName: row.service }) };
    if (row.message.startsWith('Health check'))
      return { kind: 'proxy-fault', fault: row['up'] ? 'upstream-up' : 'upstream-down', phase: 'check', keys };
    const cause = GATEWAY.test(row.message) && row.error !== undefined ? goError(row.error) : undefined;
    return (
      cause && {
        kind: 'proxy-fault',
        fault: cause.fault,
        phase: cause.phase,
        keys: { ...keys, ...(cause.peer && { upstream: cause.peer }) },
      }
    );
  },
});
