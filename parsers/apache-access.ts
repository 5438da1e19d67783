/** Apache httpd's access log: common, combined, vhost_combined, combinedio, and stamp-first layouts. `%t` is the START of a request. */
import { accessEvent } from '../src/grammar/access-values.ts';
import { type CombinedRow, combinedRow, endByOrder } from '../src/grammar/combined.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

const at = (...parts: [number, number, number, number, number, number, number?]) => ({
  ms: Date.UTC(...parts),
  widthMs: 1000,
  basis: 'utc' as const,
});
const apache = '/var/log/apache2/access.log';

export const apacheAccess = defineParser<CombinedRow>({
  name: 'apache-access',
  about: 'Apache httpd access log: common, combined, vhost_combined, combinedio, with %D or %T behind, or with the stamp first',
  adds: 'start of each tunnel; its life and end where %D, %T or %{ms}T is logged',
  docs: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '127.0.0.1 - - [22/Nov/2026:20:29:29 +0000] "GET /idle HTTP/1.1" 101 - "-" "Mozilla/5.0"',
      from: 'Apache httpd 2.4.71, combined',
      hint: apache,
      before: ['127.0.0.1 - - [22/Nov/2026:20:29:33 +0000] "GET / HTTP/1.1" 200 266 "-" "curl/8"'],
      after: ['127.0.0.1 - - [22/Nov/2026:20:29:36 +0000] "GET / HTTP/1.1" 200 266 "-" "curl/8"'],
      reads: { at: at(2026, 10, 22, 20, 29, 29), status: 101, marks: 'start', server: 'apache' },
      // It ended behind the start of the line before and not long behind that of the next.
      gives: { kind: 'tunnel-ended', when: { ms: Date.UTC(2026, 10, 22, 20, 29, 33), widthMs: 5000, basis: 'utc' } },
    },
    {
      line: '203.0.113.9 - frank [05/Oct/2026:13:55:36 -0700] "GET /dead/a\\"b\\\\c HTTP/1.1" 400 266',
      from: 'Apache httpd 2.4.71, common',
      hint: apache,
      reads: { user: 'frank', at: at(2026, 9, 5, 20, 55, 36), path: '/dead/a\\"b\\\\c', status: 400, bytesSent: 266 },
      gives: 'noise',
    },
    {
      line: 'www.example.com:443 2001:db8::9 - - [31/Dec/2026:23:59:59 +0100] "GET /ws HTTP/1.1" 101 361 "-" "Mozilla/5.0" 60004123',
      from: 'Apache httpd 2.4.66, vhost_combined of Debian with %D',
      hint: apache,
      reads: { host: 'www.example.com:443', clientIp: '2001:db8::9', durationMs: 60004.123, bytesSent: 361 },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 60004.123,
        when: { ms: Date.UTC(2026, 11, 31, 23, 0, 59) + 4.123, widthMs: 1000, basis: 'utc' },
      },
    },
    {
      line: 'client.example.net - - [22/Nov/2026:20:29:29 +0000] "GET /ws HTTP/1.1" 503 299 "-" "-" 411 620 **0/1204**',
      from: 'Apache httpd manual, combinedio with %T/%D, HostnameLookups On',
      hint: 'httpd/access_log',
      reads: { clientIp: 'client.example.net', bytesReceived: 411, durationMs: 1.204 },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    {
      line: '2026-07-21T15:45:42.764 10.20.0.105 "GET /ws HTTP/1.1" 101 361 7860',
      from: 'Apache httpd 2.4.71, %{…}t.%{msec_frac}t %a "%r" %>s %O %{ms}T',
      reads: {
        at: { ms: Date.UTC(2026, 6, 21, 15, 45, 42, 764), widthMs: 1, basis: 'local' },
        clientIp: '10.20.0.105',
        durationMs: 7860,
        bytesSent: 361,
      },
      gives: { kind: 'tunnel-ended', lifeMs: 7860, when: { ms: Date.UTC(2026, 6, 21, 15, 45, 50, 624), widthMs: 1, basis: 'local' } },
    },
    {
      // The agent's quote is written as only Apache writes it; the stamp is then the start.
      line: '203.0.113.9 - - [22/Nov/2026:20:29:29 +0000] "GET /ws HTTP/1.1" 101 - "-" "a\\"b" 6007849',
      from: 'Apache httpd 2.4.71, combined with %D',
      reads: { server: 'apache', durationMs: 6007.849 },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 6007.849,
        when: { ms: Date.UTC(2026, 10, 22, 20, 29, 35, 7) + 0.849, widthMs: 1000, basis: 'utc' },
      },
    },
    {
      line: '203.0.113.86 - - [02/Jul/2026:14:24:01 +0900] "GET /hub?u=5316 HTTP/1.1" 101 - 9009857',
      from: 'Apache httpd 2.4.71, common with %D',
      reads: { at: at(2026, 6, 2, 5, 24, 1), server: 'apache', durationMs: 9009.857 },
      gives: { kind: 'tunnel-ended', lifeMs: 9009.857 },
    },
    {
      line: '2026-11-27T04:01:16.224+05:30 203.0.113.171:46519 "GET /stream HTTP/1.1" 101 0 t=18.005 be=10.62.0.9:9000 dev=55a10f581f08 "okhttp/4.12.0"',
      from: 'nghttpx 1.52, accesslog-format with $time_iso8601, which is when the request came, and $request_time',
      reads: {
        at: { ms: Date.UTC(2026, 10, 26, 22, 31, 16, 224), widthMs: 1, basis: 'utc' },
        clientPort: 46519,
        durationMs: 18_005,
        upstream: '10.62.0.9:9000',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 18_005, when: { ms: Date.UTC(2026, 10, 26, 22, 31, 34, 229), widthMs: 1, basis: 'utc' } },
    },
    {
      line: '203.0.113.236 - - [08/Nov/2026:23:52:09 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 202151223 47587',
      from: 'Apache httpd 2.4.58, combined with %D %{remote}p: the log’s other tunnels tell which of the two is the life',
      hint: apache,
      head: [
        '192.0.2.131 - - [08/Nov/2026:23:49:14 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 108208470 8103',
        '203.0.113.192 - - [08/Nov/2026:23:51:31 +1100] "GET /ws HTTP/1.1" 101 - "-" "Mozilla/5.0 (X11; Linux x86_64)" 72650364 61863',
        '89.160.20.123 - - [08/Nov/2026:23:53:20 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 127008470 45891',
        '203.0.113.236 - - [08/Nov/2026:23:52:09 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 202151223 47587',
        '81.2.69.103 - - [08/Nov/2026:23:49:17 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 373768343 14823',
        '203.0.113.219 - - [08/Nov/2026:23:49:47 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 344135511 5335',
        '192.0.2.139 - - [08/Nov/2026:23:54:42 +1100] "GET /ws HTTP/1.1" 101 - "-" "DeskApp/8.2.1 Electron/32.2.0" 49766996 8174',
      ],
      reads: { durationMs: 202_151.223 },
      gives: { kind: 'tunnel-ended', lifeMs: 202_151.223 },
    },
    {
      line: '91.126.238.100 - - [07/Oct/2026:00:04:20 +0200] "GET /board/sales HTTP/1.1" 101 203 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
      from: 'Apache httpd 2.4.71, combined with %O, in a file that nothing names: the tunnels go back in time, and the rest does not',
      hint: 'access.log',
      head: [
        '91.2.226.198 - - [07/Oct/2026:00:04:20 +0200] "GET /login HTTP/1.1" 404 175 "-" "Mozilla/5.0"',
        '91.99.187.79 - - [07/Oct/2026:00:04:34 +0200] "GET /api/me HTTP/1.1" 200 176 "-" "Mozilla/5.0"',
        '91.162.56.128 - - [07/Oct/2026:00:04:23 +0200] "GET /board/infra HTTP/1.1" 101 207 "-" "Mozilla/5.0"',
        '46.49.37.179 - - [07/Oct/2026:00:04:31 +0200] "GET /board/infra HTTP/1.1" 101 203 "-" "Mozilla/5.0"',
        '91.74.112.4 - - [07/Oct/2026:00:04:50 +0200] "GET /api/boards HTTP/1.1" 200 176 "-" "Mozilla/5.0"',
        '91.126.238.100 - - [07/Oct/2026:00:04:20 +0200] "GET /board/sales HTTP/1.1" 101 203 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
      ],
      reads: { at: at(2026, 9, 6, 22, 4, 20), status: 101, marks: 'start', server: 'apache' },
      gives: { kind: 'tunnel-ended', status: 101, bytesDown: 203 },
    },
  ],
  rejects: [
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0"',
    '2026-07-21T15:45:42.764 10.20.0.105 "GET /ws HTTP/1.1" 101',
    '2026-07-21T15:45:42.764 10.20.0.105 "GET /ws HTTP/1.1',
    '2026-07-21T15:45:42.764Z INFO 10.20.0.105 "GET /ws HTTP/1.1" 101 361',
  ],
  read: (text, context) => combinedRow(text, 'apache', context),
  events: (row, context) => accessEvent(row, row.durationMs === undefined && row.status === 101 ? endByOrder(row, context) : undefined),
});
