/** HAProxy's HTTP log: `option httplog` and `option httpslog`. One line a stream, written at its end, stamped with its start. */
import { type HaproxyStream, opening, requestEvent, STATE, timer, withoutPrefix } from '../src/grammar/haproxy.ts';
import { requestLine, unset } from '../src/grammar/quoted.ts';
import { defineParser } from '../src/types.ts';

interface HttpRow extends HaproxyStream {
  readonly capturedRequestHeaders?: readonly string[] | undefined;
  readonly capturedResponseHeaders?: readonly string[] | undefined;
}

const FIXED =
  /^(\S+) ([^\s/]+\/\S+) (-?\d+)\/(-?\d+)\/(-?\d+)\/(-?\d+)\/(\+?-?\d+) (-?\d+) (\+?\d+) (\S+) (\S+) ([-A-Za-z]{4}) (\d+)\/(\d+)\/(\d+)\/(\d+)\/(\+?)(\d+) (\d+)\/(\d+)(?: |$)/;
const CAPTURES = /^\{([^}"]*)\} (?:\{([^}"]*)\} )?$/;
/** `option httpslog`: fc_err/ssl_fc_err/ssl_c_err/ssl_c_ca_err/ssl_fc_is_resumed sni/version/cipher. */
const TLS = /^ (-|\d+)\/(-|[0-9A-Fa-f]+)\/(-|\d+)\/(-|\d+)\/(-|[01]) ([^\s/]+)\/([^\s/]+)\/(\S+)$/;

interface Tail {
  readonly captured: readonly (string | undefined)[];
  readonly request: string;
  readonly tls: RegExpExecArray | null;
}
/** `{…} {…} "request"` and what httpslog adds. A line that syslog cut off has no closing quote. */
function tailOf(text: string): Tail | undefined {
  const quote = text.indexOf('"');
  if (quote < 0) return undefined;
  const captured = quote === 0 ? [] : CAPTURES.exec(text.slice(0, quote));
  const close = text.indexOf('"', quote + 1);
  const after = close < 0 ? '' : text.slice(close + 1);
  const tls = TLS.exec(after);
  return captured && (after === '' || tls)
    ? { captured: captured.slice(1), request: text.slice(quote + 1, close < 0 ? undefined : close), tls }
    : undefined;
}

const headers = (text: string | undefined): readonly string[] | undefined => text?.split('|');

const START = { ms: Date.UTC(2026, 10, 22, 20, 25, 54, 56), widthMs: 1, basis: 'local' } as const;

export const haproxyHttp = defineParser<HttpRow>({
  name: 'haproxy-http',
  about: 'HAProxy HTTP log (option httplog, httpslog)',
  adds: 'life of each tunnel to the ms, which backend served it, and who ended it first (termination state)',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.3',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' 101 ', '{websocket', '|websocket'],
  samples: [
    {
      line: '127.0.0.1:33122 [22/Nov/2026:20:25:54.056] fe_tun be_tun/ws1 0/0/0/1/5001 101 294 - - cD-- 1/1/0/0/0 0/0 "GET /idle HTTP/1.1"',
      from: 'HAProxy 2.6.12, timeout tunnel 5s',
      reads: {
        at: START,
        clientIp: '127.0.0.1',
        clientPort: 33122,
        upstreamName: 'be_tun/ws1',
        status: 101,
        durationMs: 5001,
        bytesSent: 294,
        termination: 'cD--',
      },
      gives: {
        kind: 'tunnel-ended',
        when: { ...START, ms: START.ms + 5001, widthMs: 2 },
        keys: { client: { ip: '127.0.0.1', port: 33122 }, path: '/idle', upstreamName: 'be_tun/ws1' },
        status: 101,
        lifeMs: 5001,
        bytesDown: 294,
        endedBy: 'idle',
        termination: 'cD--',
      },
    },
    {
      line: '127.0.0.1:37022 [22/Nov/2026:22:14:52.219] fe_http be_ws/ws1 0/0/0/1/301 101 132 - - SD-- 9/4/6/6/0 0/0 {ws.example.com|websocket|a #22b#22 #7Bc#7D #7C #23} {websocket} "GET /rst?a=1 HTTP/1.1"',
      from: 'HAProxy 2.6.12, backend reset, headers captured',
      reads: {
        capturedRequestHeaders: ['ws.example.com', 'websocket', 'a #22b#22 #7Bc#7D #7C #23'],
        capturedResponseHeaders: ['websocket'],
        method: 'GET',
      },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream', how: 'reset' },
    },
    {
      line: '127.0.0.1:57710 [22/Nov/2026:20:26:14.542] fe_tun be_tun/ws1 0/0/0/1/1003 101 294 - - CD-- 1/1/0/0/0 0/0 "GET /x HTTP/1.1"',
      from: 'HAProxy 2.6.12, client reset',
      reads: { termination: 'CD--' },
      gives: { kind: 'tunnel-ended', endedBy: 'client', how: 'reset' },
    },
    {
      line: '::1:54132 [02/Jan/2026:00:00:59.274] fe_http be_ws/ws1 0/0/0/1/2002 101 132 - - ---- 1/1/0/0/0 0/0 "GET /fin HTTP/1.1"',
      from: 'HAProxy 2.6.12, FIN of the backend, IPv6 client',
      reads: { clientIp: '::1', clientPort: 54132 },
      gives: { kind: 'tunnel-ended', lifeMs: 2002, termination: '----' },
    },
    {
      line: '127.0.0.1:57248 [22/Nov/2026:22:14:59.157] fe_http be_ws/ws1 0/0/0/0/1234 101 132 - - K--- 1/1/0/0/0 0/0 "GET /reload HTTP/1.1"',
      from: 'HAProxy 2.6.12, hard stop of the old process',
      reads: { termination: 'K---' },
      before: ['soft-stop running for too long, performing a hard-stop.', 'Proxy fe_http hard-stopped (1 remaining conns will be closed).'],
      gives: { kind: 'tunnel-ended', endedBy: 'proxy-stop' },
    },
    {
      line: '127.0.0.1:57244 [22/Nov/2026:22:14:57.285] fe_http be_ws/ws1 0/0/0/2/744 101 132 - - K--- 1/1/0/0/0 0/0 "GET /kill HTTP/1.1"',
      from: 'HAProxy 2.6.12, shutdown session',
      reads: { durationMs: 744 },
      gives: { kind: 'tunnel-ended', endedBy: 'admin' },
    },
    {
      line: '127.0.0.1:51096 [22/Nov/2026:22:14:52.240] fe_asap be_ws/ws1 0/0/1/2/+3 101 +132 - - ---- 8/1/7/7/0 0/0 "GET /asap HTTP/1.1"',
      from: 'HAProxy 2.6.12, option logasap',
      reads: { logasap: true, durationMs: 3, bytesSent: 132 },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '127.0.0.1:39134 [22/Nov/2026:22:14:52.249] fe_dead be_dead/d2 0/0/-1/-1/0 503 217 - - SC-- 9/1/0/0/+3 0/0 {ws.example.com|websocket} "GET /dead HTTP/1.1"',
      from: 'HAProxy 2.6.12, backend refuses, redispatched',
      reads: { status: 503, retries: 3, redispatched: true, connectMs: undefined },
      gives: { kind: 'handshake-failed', status: 503, by: 'upstream' },
    },
    {
      line: '127.0.0.1:36330 [22/Nov/2026:20:26:33.925] fe_tun be_tun/ws1 0/0/-1/-1/3006 503 217 - - SC-- 1/1/0/0/3 0/0 "GET /idle HTTP/1.1"',
      from: 'HAProxy 2.6.12, backend refuses; nothing shows an upgrade',
      reads: { status: 503, durationMs: 3006 },
      gives: 'noise',
    },
    {
      line: '127.0.0.1:47594 [22/Nov/2026:22:12:17.193] fe_https~ be_ws/ws1 0/0/0/1/1 200 51 - - ---- 1/1/0/0/0 0/0 "GET /plain2 HTTP/1.1" 0/0000000000000000/0/0/0 localhost/TLSv1.3/TLS_AES_256_GCM_SHA384',
      from: 'HAProxy 2.6.12, option httpslog',
      reads: { tls: true, frontend: 'fe_https', sni: 'localhost', tlsVersion: 'TLSv1.3', tlsCipher: 'TLS_AES_256_GCM_SHA384' },
      gives: 'noise',
    },
    {
      line: '127.0.0.1:41688 [22/Nov/2026:22:13:05.819] fe_http fe_http/<NOSRV> -1/-1/-1/-1/2001 408 0 - - cR-- 3/1/0/0/0 0/0 "<BADREQ>"',
      from: 'HAProxy 2.6.12, silent client',
      reads: { status: 408, upstreamName: 'fe_http/<NOSRV>', request: '<BADREQ>', termination: 'cR--' },
      gives: 'noise',
    },
    {
      line: 'haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1',
      from: 'HAProxy configuration manual 8.2.3, cut as syslog cuts at 1,024 bytes',
      reads: { pid: 14389, path: '/index.html', capturedResponseHeaders: [''], truncated: true, status: 200 },
      gives: 'noise',
    },
    {
      line: '188.223.50.7:51940 [18/Jul/2011:17:05:24.339] http_proxy_ads http_proxy_ads/<NOSRV> -1/-1/-1/-1/6001 408 212 - - cR-- 100/89/0/0/0 0/0 "<BADREQ>"',
      from: 'test data of logstash-patterns-core 4.3, HAPROXYHTTP',
      reads: { marks: 'start', status: 408, durationMs: 6001, queueMs: undefined, termination: 'cR--', method: undefined },
      gives: 'noise',
    },
  ],
  rejects: [
    '127.0.0.1:33122 [22/Nov/2026:20:25:54.056] fe_tun be_tun/ws1 0/0/0/1/5001 101 294 - - cD-- 1/1/0/0/0 0/0',
    '127.0.0.1:33122 [22/Nov/2026:20:25:54.056] fe_tun be_tun/ws1 0/0/0/1/5001 101 294 - - xx-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    '127.0.0.1:33122 [31/Feb/2026:20:25:54.056] fe_tun be_tun/ws1 0/0/0/1/5001 101 294 - - cD-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    '127.0.0.1:33122 [22/Nov/2026:20:25:54.056] fe_tun be_tun/ws1 0/0/0/1/5001 101 294 - - cD-- 1/1/0/0/0 0/0 "GET / HTTP/1.1" more',
  ],
  read(line) {
    const { text, pid } = withoutPrefix(line);
    const start = opening(text);
    const fixed = start && FIXED.exec(text.slice(start.end));
    if (!start || !fixed) return null;
    const [
      whole,
      frontend = '',
      upstreamName = '',
      idle,
      queue,
      connect,
      response,
      life = '',
      status,
      bytes = '',
      cookie,
      setCookie,
      state = '',
    ] = fixed;
    const rest = text.slice(start.end + whole.length);
    const tail = tailOf(rest);
    if (!tail || !STATE.test(state)) return null;
    const request = requestLine(tail.request);
    const [, , , , , sni, tlsVersion, tlsCipher] = tail.tls?.slice(1) ?? [];
    return {
      at: start.at,
      marks: 'start',
      clientIp: start.client?.ip,
      clientPort: start.client?.port,
      frontend: frontend.replace(/~$/, ''),
      tls: frontend.endsWith('~'),
      upstreamName,
      requestMs: timer(idle),
      queueMs: timer(queue),
      connectMs: timer(connect),
      responseMs: timer(response),
      durationMs: timer(life),
      status: Number(status),
      bytesSent: timer(bytes),
      logasap: life.startsWith('+') || bytes.startsWith('+') || undefined,
      requestCookie: unset(cookie),
      responseCookie: unset(setCookie),
      termination: state,
      actconn: Number(fixed[13]),
      feconn: Number(fixed[14]),
      beconn: Number(fixed[15]),
      srvConn: Number(fixed[16]),
      retries: Number(fixed[18]),
      redispatched: fixed[17] === '+',
      srvQueue: Number(fixed[19]),
      backendQueue: Number(fixed[20]),
      capturedRequestHeaders: headers(tail.captured[0]),
      capturedResponseHeaders: headers(tail.captured[1]),
      request: tail.request,
      method: request.method,
      path: request.path,
      protocol: request.protocol,
      sni: unset(sni),
      tlsVersion: unset(tlsVersion),
      tlsCipher: unset(tlsCipher),
      truncated: !rest.endsWith('"') && !tail.tls ? true : undefined,
      pid,
    };
  },
  events: (row, context) => requestEvent(row, [...(row.capturedRequestHeaders ?? []), ...(row.capturedResponseHeaders ?? [])], context),
});
