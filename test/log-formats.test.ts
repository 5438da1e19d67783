/** Formats that a user gives as text: nginx `log_format`, Apache `LogFormat`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apacheLogFormat } from '../src/grammar/apache-format.ts';
import { nginxLogFormat } from '../src/grammar/nginx-format.ts';
import type { Context, Parser } from '../src/types.ts';

const context: Context = { keys: {}, before: () => [], after: () => [], hint: '' };
const explain = (parser: Parser, line: string) => {
  const row = parser.read(line, context);
  return { row, event: row && parser.events(row, context) };
};

const MAIN = `log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                  '$status $body_bytes_sent "$http_referer" '
                  '"$http_user_agent" "$http_x_forwarded_for"';`;

describe('nginx log_format', () => {
  it('reads the directive of the stock nginx.conf', () => {
    const { row, event } = explain(
      nginxLogFormat(MAIN),
      '10.0.0.1 - bob smith [22/Nov/2026:20:23:41 +0000] "GET /ws?a=\\x22b HTTP/1.1" 101 42 "-" "q\\x22u" "203.0.113.9, 10.0.0.1"',
    );
    expect(row).toMatchObject({
      user: 'bob smith',
      path: '/ws?a=\\x22b',
      status: 101,
      bytesSent: 42,
      forwardedFor: '203.0.113.9, 10.0.0.1',
      at: { basis: 'utc' },
    });
    expect(event).toMatchObject({ kind: 'tunnel-ended', bytesDown: 42 });
  });
  it('takes the finer stamp, and the last of several upstreams', () => {
    const parser = nginxLogFormat(
      '$time_iso8601|$msec|$remote_addr|$remote_port|$request_method $uri|$status|$upstream_addr $upstream_status $upstream_response_time|$request_time',
    );
    const { row } = explain(
      parser,
      '2026-11-22T20:23:41+01:00|1795375421.250|2001:db8::9|4431|GET /ws|502|10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 502, 502 : 502 0.001, 0.002 : 0.003|0.006',
    );
    expect(row).toMatchObject({
      at: { ms: 1795375421250, widthMs: 1 },
      clientIp: '2001:db8::9',
      clientPort: 4431,
      upstream: '10.0.0.3:80',
      upstreamStatus: 502,
      upstreamDurationMs: 3,
      durationMs: 6,
      path: '/ws',
    });
  });
  it('reads JSON templates, also where they do not write JSON', () => {
    const parser = nginxLogFormat(
      `log_format js escape=json '{"msec":$msec,"addr":"$remote_addr","request":"$request","status":$status,"rt":$request_time,"urt":$upstream_response_time}';`,
    );
    const line =
      '{"msec":1795386610.771,"addr":"127.0.0.1","request":"GET /idle?a=\\"b HTTP/1.1","status":101,"rt":1.001,"urt":0.500, 0.501}'; // nginx 1.22.1
    expect(explain(parser, line).row).toMatchObject({ path: '/idle?a="b', durationMs: 1001, upstreamDurationMs: 501 });
    expect(explain(parser, line.replace('0.500, 0.501', '')).row).toMatchObject({ status: 101, durationMs: 1001 });
  });
  it('parts host from path, and joins path and query', () => {
    const url = nginxLogFormat('$msec $status "$request_method $scheme://$host$request_uri"');
    expect(explain(url, '1795386610.771 101 "GET https://example.com/ws?a=/b"').row).toMatchObject({
      host: 'example.com',
      path: '/ws?a=/b',
      scheme: 'https',
    });
    const query = nginxLogFormat('$msec $status $uri$is_args$args $request_time');
    expect(explain(query, '1795386610.771 101 /ws?a=1 3.000').row).toMatchObject({ path: '/ws?a=1', durationMs: 3000 });
  });
  it('reads the end of a tunnel that a reload cut', () => {
    const parser = nginxLogFormat('$msec $remote_addr $status $request_time $connection $request_completion');
    expect(explain(parser, '1795386610.771 127.0.0.1 101 240.001 39 ').event).toMatchObject({
      endedBy: 'proxy-stop',
      keys: { proxyConnection: '39' },
    });
    expect(explain(parser, '1795386610.771 127.0.0.1 101 240.001 39 OK').event).not.toHaveProperty('endedBy');
  });
  it('refuses lines of another layout, and cut ones', () => {
    const parser = nginxLogFormat(MAIN);
    for (const line of [
      '',
      '10.0.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 42 "-" "q"',
      '10.0.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 42 "-" "q" "-" x',
    ])
      expect(parser.read(line, context)).toBeNull();
  });
  it('says what is wrong with a format', () => {
    expect(() => nginxLogFormat('$remote_addr $request_time')).toThrow('$status');
    expect(() => nginxLogFormat('$remote_addr$remote_user $status')).toThrow('nothing stands between remote_addr and remote_user');
  });
});

describe('Apache LogFormat', () => {
  it('reads combined, and adds the life to the start', () => {
    const parser = apacheLogFormat('LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-agent}i\\" %D" combined_d');
    const { row, event } = explain(parser, '203.0.113.9 - - [22/Nov/2026:20:29:29 +0100] "GET /w\\"s HTTP/1.1" 101 - "-" "a \\\\" 6007849');
    expect(row).toMatchObject({
      clientIp: '203.0.113.9',
      path: '/w\\"s',
      durationMs: 6007.849,
      marks: 'start',
      at: { ms: Date.UTC(2026, 10, 22, 19, 29, 29) },
    });
    expect(event).toMatchObject({
      kind: 'tunnel-ended',
      lifeMs: 6007.849,
      when: { ms: Date.UTC(2026, 10, 22, 19, 29, 35) + 7.849, widthMs: 1000, basis: 'utc' },
    });
  });
  it('reads times in pieces, and the end where it is logged', () => {
    const parser = apacheLogFormat('%a:%{remote}p %t %{%Y-%m-%dT%H:%M:%S}t.%{usec_frac}t end=%{end:usec}t "%r" s=%>s D=%D');
    const { row, event } = explain(
      parser,
      '127.0.0.1:48704 [22/Nov/2026:20:29:29 +0000] 2026-11-22T20:29:29.211636 end=1795379375219485 "GET /idle HTTP/1.1" s=101 D=6007849',
    ); // 2.4.71
    expect(row).toMatchObject({
      clientPort: 48704,
      durationMs: 6007.849,
      at: { ms: Date.UTC(2026, 10, 22, 20, 29, 29) + 211.636, widthMs: 0.001, basis: 'utc' },
    });
    expect(event).toMatchObject({ when: { ms: 1795379375219.485 } });
  });
  it('knows units, zones and coarse lives', () => {
    const ms = apacheLogFormat('%{%d %b %Y %T}t.%{msec_frac}t %h "%m %U%q %H" %s %{ms}T');
    expect(explain(ms, '21 Jul 2026 15:45:42.764 10.20.0.105 "GET /ws?x=1 HTTP/1.1" 101 7860').event).toMatchObject({
      when: { ms: Date.UTC(2026, 6, 21, 15, 45, 50, 624), widthMs: 1, basis: 'local' },
      keys: { path: '/ws?x=1' },
    });
    const seconds = apacheLogFormat('%h %t "%r" %>s %T');
    expect(explain(seconds, '10.0.0.1 [01/Jan/2027:00:00:00 +0000] "GET /ws HTTP/1.1" 101 60').event).toMatchObject({
      when: { ms: Date.UTC(2027, 0, 1, 0, 1), widthMs: 2000 },
    });
  });
  it('says what is wrong with a format', () => {
    expect(() => apacheLogFormat('%h %t "%r"')).toThrow('%>s');
    expect(() => apacheLogFormat('%h%u %>s')).toThrow('nothing stands between');
    expect(() => apacheLogFormat('%{%Q}t %>s')).toThrow('%Q');
  });
});

it('never throws on a line and stays linear', () => {
  const parsers = [
    nginxLogFormat(MAIN),
    nginxLogFormat('$msec $status $upstream_addr $request'),
    apacheLogFormat('%h %t "%r" %>s "%{User-agent}i" %D'),
  ];
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.constantFrom(...parsers), (noise, parser) => {
      for (const text of [noise, `1795386610.771 101 ${noise}`, `10.0.0.1 - - [22/Nov/2026:20:23:41 +0000] "${noise}`])
        parser.read(text, context);
    }),
    { numRuns: 200 },
  );
  const started = performance.now();
  for (const parser of parsers)
    for (const filler of ['" ', '\\"', ', ', ' : ', 'a ', '\\'])
      for (const head of [
        '',
        '1795386610.771 101 a',
        '10.0.0.1 - - [22/Nov/2026:20:23:41 +0000] "',
        '10.0.0.1 [22/Nov/2026:20:23:41 +0000] "',
      ])
        parser.read(head + filler.repeat(100_000), context);
  expect(performance.now() - started).toBeLessThan(5000);
});
