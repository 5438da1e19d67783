/**
 * Traefik's access log in its common format: CLF with the request's number, router, server and duration behind it.
 * Written at the end, stamped with the start.
 */
import { endpoint, isIp } from '../src/grammar/address.ts';
import { numeric, unset } from '../src/grammar/quoted.ts';
import { type TraefikRow, tunnelStatus } from '../src/grammar/traefik-tunnels.ts';
import { clfAt } from '../src/time.ts';
import { defineParser, type Stamp } from '../src/types.ts';

interface ClfRow extends TraefikRow {
  readonly at?: Stamp | undefined;
  readonly clientIp?: string | undefined;
  /** Router, `ws@docker`. */
  readonly router?: string | undefined;
}

/** Traefik escapes nothing, or only quotes, so what clients send is bounded by what stands around it. */
const HEAD = /^(\S{1,255}) - (\S.{0,254}?) \[(-|[^\]\s]{20} [+-]\d{4})\] "/;
const SIZES = /" (-|\d{1,3}) (-|\d{1,19}) (?=["-])/;
/** Traefik 1 and early 2 write fields without a value as a bare `-` (traefik/traefik#6481). */
const TAIL = / (-|\d{1,19}) (?:"([^"]*)"|-) (?:"([^"]*)"|-) (\d{1,12})ms$/;
const REFERER_UNSET = '- ';
const REQUEST = /^([A-Z-]{1,40}) (.+) (\S{1,20})$/s;
const unquoted = (text: string): string => text.replaceAll('\\"', '"');

/** Referer and user agent, each quoted or a bare `-`; undefined = they are neither. */
function headersOf(text: string): readonly [referer: string, userAgent: string] | undefined {
  const isReferer = !text.startsWith(REFERER_UNSET);
  const between = isReferer ? text.search(/" (?:"|-$)/) : 0;
  const rest = text.slice(between + 2);
  if (
    between < 0 ||
    (isReferer && !text.startsWith('"')) ||
    !(rest === '-' || (rest.length > 1 && rest.startsWith('"') && rest.endsWith('"')))
  )
    return undefined;
  return [unquoted(text.slice(1, Math.max(between, 1))), rest === '-' ? '-' : unquoted(rest.slice(1, -1))];
}

const START = { ms: Date.UTC(2026, 10, 22, 20, 23, 41), widthMs: 1000, basis: 'utc' } as const;

function read(text: string): ClfRow | null {
  const tail = text.endsWith('ms') ? TAIL.exec(text) : null;
  const head = tail && HEAD.exec(text);
  const sizes = head && SIZES.exec(text.slice(head[0].length - 1));
  if (!tail || !head || !sizes) return null;
  const [, host = '', user, date = '-'] = head;
  const requestEnd = head[0].length - 1 + sizes.index;
  const headersStart = requestEnd + sizes[0].length;
  const at = date === '-' ? undefined : clfAt(date);
  if (headersStart >= tail.index || (date !== '-' && at?.end !== date.length)) return null;
  const [, method, path, protocol] = REQUEST.exec(text.slice(head[0].length, requestEnd)) ?? [];
  const headers = headersOf(text.slice(headersStart, tail.index));
  if (!headers) return null;
  return {
    at: at?.stamp,
    clientIp: isIp(host) ? host : undefined,
    user: unset(user),
    method,
    path: unset(path),
    protocol: unset(protocol),
    status: numeric(sizes[1]),
    bytesSent: numeric(sizes[2]),
    referer: unset(headers[0]),
    userAgent: unset(headers[1]),
    requestCount: numeric(tail[1]),
    router: unset(tail[2]),
    upstream: unset(tail[3])
      ?.replace(/^[a-z0-9]+:\/\//, '')
      .replace(/\/.*$/s, ''),
    durationMs: Number(tail[4]),
  };
}

const statusOfTunnel = tunnelStatus(read);

export const traefikAccess = defineParser<ClfRow>({
  name: 'traefik-access',
  about: "Traefik's access log (format common)",
  adds: 'life of each tunnel to the ms and the server behind it',
  docs: 'https://doc.traefik.io/traefik/observe/logs-and-access-logs/',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' 101 ', ' 0 0 '],
  samples: [
    {
      line: '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 417 "ws@docker" "http://10.0.0.7:9701" 60004ms',
      from: 'Traefik 3.1 source, accesslog/logger_formatters.go, values of a tunnel',
      reads: {
        at: START,
        clientIp: '10.0.0.9',
        status: 101,
        durationMs: 60_004,
        upstream: '10.0.0.7:9701',
        router: 'ws@docker',
        requestCount: 417,
      },
      gives: {
        kind: 'tunnel-ended',
        when: { ms: START.ms + 60_004, widthMs: 1001, basis: 'utc' },
        status: 101,
        lifeMs: 60_004,
        keys: { client: { ip: '10.0.0.9' }, upstream: { ip: '10.0.0.7', port: 9701 }, upstreamName: 'ws@docker', path: '/ws' },
      },
    },
    {
      line: '192.0.2.83 - - [19/May/2026:18:47:17 +0000] "GET /live?cid=ce8f02e1ae1 HTTP/1.1" 0 0 "-" "Mozilla/5.0" 42021 "ws@docker" "http://172.20.0.5:3000" 114033ms',
      head: [
        '192.0.2.9 - - [19/May/2026:18:40:17 +0000] "GET /live?cid=c0b7c11a802 HTTP/1.1" 0 0 "-" "Mozilla/5.0" 42001 "ws@docker" "http://172.20.0.5:3000" 94033ms',
        '192.0.2.9 - - [19/May/2026:18:41:57 +0000] "GET /live?cid=c1b7c11a802 HTTP/1.1" 502 11 "-" "Mozilla/5.0" 42002 "ws@docker" "http://172.20.0.5:3000" 3ms',
        '192.0.2.9 - - [19/May/2026:18:42:17 +0000] "GET /live?cid=c2b7c11a802 HTTP/1.1" 0 0 "-" "Mozilla/5.0" 42003 "ws@docker" "http://172.20.0.5:3000" 34033ms',
        '192.0.2.7 - - [19/May/2026:18:43:17 +0000] "GET /live?cid=c3b7c11a802 HTTP/1.1" 0 0 "-" "Mozilla/5.0" 42011 "ws@docker" "http://172.20.0.5:3000" 24033ms',
      ],
      from: 'Traefik 2.9, a connection that was taken over (issue 10064), on a path that is never answered',
      reads: { status: 0, durationMs: 114_033 },
      gives: { kind: 'tunnel-ended', status: 0, lifeMs: 114_033, keys: { path: '/live?cid=ce8f02e1ae1' } },
    },
    {
      line: '203.0.113.4 - - [15/Apr/2023:09:06:48 +0000] "GET /slow HTTP/1.1" 0 0 "-" "-" 70159 "websecure-board@kubernetescrd" "http://10.46.0.57:80" 2676ms',
      from: 'Traefik 2.9, a request that its client aborted (issue 9842)',
      reads: { status: 0 },
      gives: 'noise',
    },
    {
      line: '172.244.67.0 - - [29/May/2017:20:01:34 +0000] "GET /socket.io/ HTTP/1.1" 0 0 "" "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" 16174457 "socket-server" "http://172.244.10.55:3000" 2308820ms',
      from: 'Traefik 1.2, traefik/traefik#1685',
      reads: {
        status: 0,
        path: '/socket.io/',
        referer: undefined,
        userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
        durationMs: 2_308_820,
      },
      gives: { kind: 'tunnel-ended', status: 0, lifeMs: 2_308_820, keys: { upstreamName: 'socket-server' } },
    },
    {
      line: '10.0.0.126 - - [19/Feb/2018:16:30:59 +0000] "GET /wss HTTP/1.1" 0 0 - "Go-http-client/1.1" 6512 "websocket" "http://backend:8080" 3ms',
      from: 'Traefik 1.5.2, traefik/traefik#2891: a refused upgrade',
      reads: { status: 0, referer: undefined, userAgent: 'Go-http-client/1.1', router: 'websocket' },
      gives: 'noise',
    },
    {
      line: '10.0.0.126 - - [19/Feb/2018:16:31:59 +0000] "GET /wss HTTP/1.1" 0 0 - - 6513 "websocket" "http://backend:8080" 61003ms',
      from: 'Traefik 1.5.2, as in traefik/traefik#2891, without a user agent',
      reads: { userAgent: undefined },
      gives: { kind: 'tunnel-ended', status: 0, lifeMs: 61_003 },
    },
    {
      line: '203.0.113.4 - - [15/Apr/2023:09:06:48 +0000] "PUT /gomoku-api/board-v2/24895/computer-move/1 HTTP/2.0" 0 0 "-" "-" 70159 "websecure@kubernetescrd" "http://10.46.0.57:80" 2676ms',
      from: 'Traefik 2.9, traefik/traefik#9842: an ordinary answer',
      reads: { status: 0, method: 'PUT' },
      gives: 'noise',
    },
    {
      line: '127.0.0.1 - - [13/Mar/2020:18:49:07 +0000] "GET /ping HTTP/1.1" 200 2 "-" "-" 1 "ping@internal" - 0ms',
      from: 'Traefik 2.1.6, traefik/traefik#6481',
      reads: { status: 200, router: 'ping@internal', upstream: undefined },
      gives: 'noise',
    },
    {
      line: '10.0.0.1 - Client [10/Nov/2009:14:00:00 -0900] "GET /foo http" 123 132 "referer" "agent" - "foo" "http://10.0.0.2/toto" 123000ms',
      from: 'Traefik 3.1 source, accesslog/logger_formatters_test.go: local time',
      reads: { user: 'Client', status: 123, bytesSent: 132, referer: 'referer', method: 'GET', path: '/foo', upstream: '10.0.0.2' },
      gives: 'noise',
    },
    {
      line: '2001:db8::7 - - [01/Jan/2027:00:00:05 +0000] "GET /ws?q=\\"a\\" HTTP/2.0" - - "-" "odd \\"agent\\"" 0 "-" "-" 0ms',
      from: 'Traefik 3.1 source, accesslog/logger_formatters.go: unset fields, quotes, IPv6',
      reads: { status: undefined, userAgent: 'odd "agent"', upstream: undefined, router: undefined },
      gives: 'noise',
    },
  ],
  rejects: [
    '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" 417 "ws@docker" "http://10.0.0.7:9701" 60004ms',
    '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0"',
    '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 417 "ws@docker" "http://10.0.0.7:9701" 60004',
    '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" abc 0 "-" "Mozilla/5.0" 417 "ws@docker" "http://10.0.0.7:9701" 60004ms',
  ],
  read,
  events(row, context) {
    const status = statusOfTunnel(row, context);
    if (status === undefined) return undefined;
    const client = endpoint(row.clientIp);
    const upstream = endpoint(row.upstream);
    return {
      kind: 'tunnel-ended',
      ...(row.at && { when: { ...row.at, ms: row.at.ms + row.durationMs, widthMs: row.at.widthMs + 1 } }),
      status,
      lifeMs: row.durationMs,
      keys: {
        ...(client && { client }),
        ...(upstream && { upstream }),
        ...(row.router && { upstreamName: row.router }),
        ...(row.path && { path: row.path }),
      },
    };
  },
});
