/** nginx's access log as text: `combined`, and combined with any fields before and behind. */
import { accessEvent } from '../src/grammar/access-values.ts';
import { type CombinedRow, combinedRow } from '../src/grammar/combined.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

const at = (...parts: [number, number, number, number, number, number, number?]) => ({
  ms: Date.UTC(...parts),
  widthMs: 1000,
  basis: 'utc' as const,
});

export const nginxAccess = defineParser<CombinedRow>({
  name: 'nginx-access',
  about: 'nginx access log: common, combined, and combined with own fields before or behind (rt=…, bare $request_time, lists of upstreams)',
  adds: 'end, life and bytes of each tunnel, and the upstream that served it; failed upgrades with their status',
  docs: 'https://nginx.org/en/docs/http/ngx_http_log_module.html',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0"',
      from: 'nginx 1.22.1, combined',
      reads: {
        at: at(2026, 10, 22, 20, 23, 41),
        clientIp: '203.0.113.9',
        method: 'GET',
        path: '/ws',
        status: 101,
        bytesSent: 0,
        server: 'nginx',
      },
      gives: { kind: 'tunnel-ended', status: 101, bytesDown: 0, keys: { client: { ip: '203.0.113.9' }, path: '/ws' } },
    },
    {
      line: '203.0.113.9:40942 - - [22/Nov/2026:20:23:50 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" rt=9.017 uct=0.000 uht=0.001 urt=9.017 ua=10.0.0.7:9701 us=101 msec=1795379030.633',
      from: 'nginx 1.22.1, own format',
      reads: {
        at: { ms: 1795379030633, widthMs: 1, basis: 'utc' },
        clientPort: 40942,
        durationMs: 9017,
        upstream: '10.0.0.7:9701',
        upstreamStatus: 101,
        upstreamDurationMs: 9017,
      },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 9017,
        keys: { client: { ip: '203.0.113.9', port: 40942 }, upstream: { ip: '10.0.0.7', port: 9701 }, path: '/ws' },
      },
    },
    {
      line: '10.20.0.103 - - [08/Oct/2026:10:22:18 +0000] "GET /ws?cid=1ff9f865 HTTP/1.1" 502 157 "-" "okhttp/4.12.0" rt=0.001 uct="-" uht="-" urt="0.001" ua="127.0.0.1:3000" us="502"',
      from: 'nginx 1.22.1, own format',
      reads: { status: 502, upstream: '127.0.0.1:3000', upstreamStatus: 502, durationMs: 1 },
      gives: { kind: 'handshake-failed', status: 502, by: 'upstream', keys: { path: '/ws?cid=1ff9f865' } },
    },
    {
      line: '10.77.0.24 [2026-10-02T08:04:08+02:00] "GET /board/ws?kiosk=kiosk-021 HTTP/1.1" 101 10303 rt=1295.387 uaddr=127.0.0.1:8090 ust=101 urt=1295.386 rid=236b6c8671ffced0ebde8c320a909465',
      from: 'OpenResty 1.25, own format with $time_iso8601',
      reads: {
        at: at(2026, 9, 2, 6, 4, 8),
        clientIp: '10.77.0.24',
        durationMs: 1_295_387,
        upstream: '127.0.0.1:8090',
        upstreamStatus: 101,
        upstreamDurationMs: 1_295_386,
        requestId: '236b6c8671ffced0ebde8c320a909465',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 1_295_387, keys: { upstream: { ip: '127.0.0.1', port: 8090 } } },
    },
    {
      line: '2001:db8::17 - bob smith [01/Jan/2027:00:00:00 +0530] "GET /ws HTTP/1.1" 101 42 "https://example.com/" "q\\x22u\\x5Co\\xC3\\xA9" 60.004 0.001, 60.003 .',
      from: 'nginx 1.22.1, combined with $request_time $upstream_response_time $pipe',
      reads: {
        clientIp: '2001:db8::17',
        user: 'bob smith',
        at: at(2026, 11, 31, 18, 30, 0),
        durationMs: 60004,
        upstreamDurationMs: 60003,
        pipe: '.',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 60004, bytesDown: 42 },
    },
    {
      line: '198.51.100.20 - - [02/Mar/2027:07:01:09 -0800] "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1" 499 0 "-" "Mozilla/5.0" "203.0.113.77, 10.0.0.1"',
      from: 'nginx 1.27, format main of nginx.conf with $http_x_forwarded_for',
      reads: { forwardedFor: '203.0.113.77, 10.0.0.1', status: 499 },
      gives: { kind: 'handshake-failed', status: 499, by: 'client' },
    },
    {
      line: '203.0.113.9 - - [22/Nov/2026:20:25:12 +0000] "GET /chat HTTP/1.1" 101 2210 "-" "Mozilla/5.0" rt=240.118 ua="10.0.0.1:80, 10.0.0.2:80 : unix:/run/chat.sock" us="502, 502 : 101" conn=39 pid=12709 completion=""',
      from: 'nginx 1.22.1, own format, cut by worker_shutdown_timeout',
      reads: { upstreamName: 'unix:/run/chat.sock', upstreamStatus: 101, connection: '39', pid: 12709, requestCompletion: '' },
      gives: { kind: 'tunnel-ended', lifeMs: 240_118, endedBy: 'proxy-stop', keys: { proxyConnection: '39', pid: 12709 } },
    },
    {
      line: 'chat.example.com 203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/2.0" 101 17 "-" "-" 3.000',
      from: 'nginx documentation, $host in front',
      reads: { host: 'chat.example.com', clientIp: '203.0.113.9', durationMs: 3000 },
      gives: { kind: 'tunnel-ended', lifeMs: 3000 },
    },
    {
      line: '203.0.113.50 - - [22/Nov/2026:20:23:41 +0000] "\\x16\\x03\\x01\\x02\\x00" 400 157 "-" "-"',
      from: 'nginx 1.22.1, TLS to a plain port',
      reads: { status: 400, bytesSent: 157, clientIp: '203.0.113.50' },
      gives: 'noise',
    },
    {
      line: '203.0.113.50 - - [22/Nov/2026:20:23:41 +0000] "" 000 0 "-" "-"',
      from: 'nginx 1.22.1, client left before its request',
      reads: { status: 0, bytesSent: 0 },
      gives: 'noise',
    },
    {
      line: '10.20.0.109 - - [09/Nov/2026:09:03:28 +0000] "GET / HTTP/1.1" 200 128',
      from: 'nginx 1.22.1, common',
      reads: { status: 200, bytesSent: 128, method: 'GET', path: '/' },
      gives: 'noise',
    },
    {
      line: '2026-11-22T20:24:50+00:00 203.0.113.9 "GET /ws HTTP/1.1" 101 0 60.004 10.0.0.7:9701 101',
      from: 'nginx documentation, $time_iso8601 first',
      reads: { at: at(2026, 10, 22, 20, 24, 50), durationMs: 60004, upstream: '10.0.0.7:9701', upstreamStatus: 101 },
      gives: { kind: 'tunnel-ended', lifeMs: 60004 },
    },
    {
      line: '::1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 42 "-" "-" rt:1.500 urt:- cs="-"',
      from: 'nginx 1.22.1, labels with colons',
      reads: { clientIp: '::1', durationMs: 1500 },
      gives: { kind: 'tunnel-ended', lifeMs: 1500, keys: { client: { ip: '::1' } } },
    },
    {
      line: '83.149.9.216 - a.user [11/Jan/2020:23:05:27 +0100] "OPTIONS /remote.php/ HTTP/1.1" - 7908 "-" "monitoring-client (v2.2)"',
      from: 'test data of logstash-patterns-core 4.3, HTTPD_COMBINEDLOG without a status',
      reads: { status: undefined, method: 'OPTIONS', bytesSent: 7908, user: 'a.user' },
      gives: 'noise',
    },
    {
      line: '0.0.0.0 - - [04/Oct/2022:03:07:27 +0000] "]&\\xDF\\xBDV\\xE7\\xBB<\\x10;\\xA2b}\\xDFM\\x1D" 400 150 "" "-"',
      from: 'test data of Vector 0.34, parse_nginx_log: not HTTP, and an empty referer',
      reads: { status: 400, bytesSent: 150, method: undefined, referer: undefined },
      gives: 'noise',
    },
    {
      line: '1.2.3.4 - - [17/Oct/2023:05:57:49 +1100] "\\x16\\x03\\x01\\x01 \\x02" 400 226 "-" "-"',
      from: 'test data of the CrowdSec hub: TLS spoken to a port without it',
      reads: { at: { ms: Date.UTC(2023, 9, 16, 18, 57, 49), widthMs: 1000, basis: 'utc' }, status: 400, path: undefined },
      gives: 'noise',
    },
  ],
  rejects: [
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0',
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-"',
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 1010 0 "-" "-"',
    '203.0.113.9 - - [31/Feb/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "-"',
    '2026-07-21T15:45:42.764 10.20.0.105 "GET /ws HTTP/1.1" 101 361 7860',
    '127.0.0.1:33000 - - [19/Oct/2026:10:06:09] "WSCONNECT /ws" - -',
    '127.0.0.1:33000 - - [19/Oct/2026:10:06:09] "GET /ws HTTP/1.1" 200 12',
    '10.0.0.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 417 "ws@docker" "http://10.0.0.7:9701" 60004ms',
    '10.42.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 268 60.004 [prod-chat-8080] [] 10.42.3.17:8080 0 60.004 101 5f2c1d9e0b6f4b21a7b3c8d4e9f00112',
    '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 101 - 1043 2210 300112 3 "203.0.113.9" "Mozilla/5.0" "cc21" "ws.example.com" "10.0.2.1:8080"',
  ],
  read: (text, context) => combinedRow(text, 'nginx', context),
  events: (row) => accessEvent(row),
});
