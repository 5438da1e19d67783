/**
 * Traefik's access log in its common format: CLF with the request's number, router, server and duration behind it.
 * Written at the end, stamped with the start. Traefik before 3.0 logs WebSockets with status 0, which it shares with other rows.
 */
import { endpoint, isIp } from '../src/grammar/address.ts';
import { numeric, unset } from '../src/grammar/quoted.ts';
import { clfAt } from '../src/time.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface ClfRow extends Row {
  readonly at?: Stamp | undefined;
  readonly clientIp?: string | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly bytesSent?: number | undefined;
  readonly durationMs: number;
  /** Router, `ws@docker`. */
  readonly router?: string | undefined;
  readonly upstream?: string | undefined;
}

/** Traefik escapes nothing, or only quotes, so what clients send is bounded by what stands around it. */
const HEAD = /^(\S{1,255}) - (\S.{0,254}?) \[(-|[^\]\s]{20} [+-]\d{4})\] "/;
const SIZES = /" (-|\d{1,3}) (-|\d{1,19}) (?=")/;
const TAIL = / (-|\d{1,19}) "([^"]*)" "([^"]*)" (\d{1,12})ms$/;
const REQUEST = /^([A-Z-]{1,40}) (.+) (\S{1,20})$/s;
const unquoted = (text: string): string => text.replaceAll('\\"', '"');

const START = { ms: Date.UTC(2026, 10, 22, 20, 23, 41), widthMs: 1000, basis: 'utc' } as const;

export const traefikAccess = defineParser<ClfRow>({
  name: 'traefik-access',
  about: "Traefik's access log (format common)",
  adds: 'life of each tunnel to the ms and the server behind it',
  docs: 'https://doc.traefik.io/traefik/observe/logs-and-access-logs/',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' 101 '],
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
  read(text) {
    const tail = text.endsWith('ms') ? TAIL.exec(text) : null;
    const head = tail && HEAD.exec(text);
    const sizes = head && SIZES.exec(text.slice(head[0].length - 1));
    if (!tail || !head || !sizes) return null;
    const [, host = '', user, date = '-'] = head;
    const requestEnd = head[0].length - 1 + sizes.index;
    const headersStart = requestEnd + sizes[0].length;
    const at = date === '-' ? undefined : clfAt(date);
    if (headersStart >= tail.index || text[tail.index - 1] !== '"' || (date !== '-' && at?.end !== date.length)) return null;
    const [, method, path, protocol] = REQUEST.exec(text.slice(head[0].length, requestEnd)) ?? [];
    const headers = text.slice(headersStart + 1, tail.index - 1);
    const between = headers.indexOf('" "');
    if (between < 0) return null;
    return {
      at: at?.stamp,
      clientIp: isIp(host) ? host : undefined,
      user: unset(user),
      method,
      path: unset(path),
      protocol: unset(protocol),
      status: numeric(sizes[1]),
      bytesSent: numeric(sizes[2]),
      referer: unset(unquoted(headers.slice(0, between))),
      userAgent: unset(unquoted(headers.slice(between + 3))),
      requestCount: numeric(tail[1]),
      router: unset(tail[2]),
      upstream: unset(tail[3])
        ?.replace(/^[a-z0-9]+:\/\//, '')
        .replace(/\/.*$/s, ''),
      durationMs: Number(tail[4]),
    };
  },
  events(row) {
    if (row.status !== 101) return undefined;
    const client = endpoint(row.clientIp);
    const upstream = endpoint(row.upstream);
    return {
      kind: 'tunnel-ended',
      ...(row.at && { when: { ...row.at, ms: row.at.ms + row.durationMs, widthMs: row.at.widthMs + 1 } }),
      status: 101,
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
