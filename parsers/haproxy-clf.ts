/** HAProxy's log in CLF order: `option httplog clf`, and `option tcplog clf` of 3.1 and later. Written at the end, stamped with the start. */

import { isIp } from '../src/grammar/address.ts';
import { type HaproxyStream, requestEvent, STATE, timer, withoutPrefix } from '../src/grammar/haproxy.ts';
import { quotedFields, requestLine, unset } from '../src/grammar/quoted.ts';
import { clfAt } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

interface ClfRow extends HaproxyStream {
  readonly captured: readonly string[];
}

/** Fields before the captured headers, of which there may be none. */
const FIXED_FIELDS = 29;
const INTEGER = /^\+?-?\d+$/;
const NUMERIC_FIELDS = [6, 9, 10, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26];

export const haproxyClf = defineParser<ClfRow>({
  name: 'haproxy-clf',
  about: 'HAProxy log in common log format (option httplog clf, tcplog clf)',
  adds: 'life of each tunnel to the ms and who ended it first, in the order that web-log tools expect',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#4.2-option%20httplog',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' 101 ', 'websocket'],
  samples: [
    {
      line: '127.0.0.1 - - [22/Nov/2026:22:14:51 +0000] "GET /clf HTTP/1.1" 101 132 "" "" 37622 985 "fe_clf" "be_ws" "ws1" 0 0 0 7 2008 cD-- 4 1 2 2 0 0 0 "" "" "ws.example.com" "websocket"',
      from: 'HAProxy 2.6.12, timeout tunnel 2s, Host and Upgrade captured',
      reads: {
        clientIp: '127.0.0.1',
        clientPort: 37622,
        status: 101,
        bytesSent: 132,
        durationMs: 2008,
        upstreamName: 'be_ws/ws1',
        termination: 'cD--',
      },
      gives: {
        kind: 'tunnel-ended',
        when: { ms: Date.UTC(2026, 10, 22, 22, 14, 53, 8), widthMs: 1001, basis: 'utc' },
        endedBy: 'idle',
        lifeMs: 2008,
        keys: { client: { ip: '127.0.0.1', port: 37622 }, upstreamName: 'be_ws/ws1', path: '/clf' },
      },
    },
    {
      line: '127.0.0.1 - - [22/Nov/2026:22:13:05 +0000] "<BADREQ>" 400 0 "" "" 54300 857 "fe_clf" "fe_clf" "<NOSRV>" -1 -1 -1 -1 0 PR-- 2 1 0 0 0 0 0 "" "" ',
      from: 'HAProxy 2.6.12, no captures',
      reads: { status: 400, upstreamName: 'fe_clf/<NOSRV>', request: '<BADREQ>', captured: [] },
      gives: 'noise',
    },
    {
      line: '2001:db8::7 - - [01/Jan/2027:00:00:05 +0000] "GET /ws HTTP/1.1" 503 217 "" "" 40112 044 "fe~" "be" "s1" 0 0 -1 -1 3006 "SC--" 2 1 0 0 +3 0 0 "" "" "websocket"',
      from: 'HAProxy 2.6.12 fields, state quoted as in 1.5; IPv6 client',
      reads: { clientIp: '2001:db8::7', retries: 3, redispatched: true, tls: true },
      gives: { kind: 'handshake-failed', status: 503, by: 'upstream' },
    },
    {
      line: '10.0.0.9 - - [22/Nov/2026:20:26:18 +0000] "TCP " 000 303 "" "" 34822 200 "fe_tcp" "be_tcp" "ws1" 0 1 0 3003 88 cD-- 1 1 0 0 0 0 0 "" "" ',
      from: 'written by the format string of option tcplog clf, HAProxy 3.1',
      reads: { durationMs: 3003, bytesReceived: 88, status: undefined },
      gives: 'noise',
    },
  ],
  rejects: [
    '127.0.0.1 - - [22/Nov/2026:22:14:51 +0000] "GET /clf HTTP/1.1" 101 132 "-" "Mozilla/5.0"',
    '127.0.0.1 - - [22/Nov/2026:22:14:51 +0000] "GET /clf HTTP/1.1" 101 132 "" "" 37622 985 "fe_clf" "be_ws" "ws1" 0 0 0 7 2008 zz-- 4 1 2 2 0 0 0 "" ""',
  ],
  read(line) {
    const { text, pid } = withoutPrefix(line);
    if (!text.includes(' - - [') || !text.includes(' "" "" ')) return null;
    const fields = quotedFields(text.trimEnd(), 'hex', true);
    if (!fields || fields.length < FIXED_FIELDS || NUMERIC_FIELDS.some((place) => !INTEGER.test(fields[place] ?? ''))) return null;
    const [ip = '', , , date = '', request = '', status = '', bytes, , , port, , frontend = '', backend = '', server = ''] = fields;
    const [idle, queue, connect, response, life = '', state = '', actconn, feconn, beconn, srvConn, retries = '', srvQueue, backendQueue] =
      fields.slice(14);
    const at = clfAt(date);
    if (!at || at.end !== date.length || !STATE.test(state) || (!isIp(ip) && ip !== 'unix') || !/^-?\d{1,3}$/.test(status)) return null;
    const tcp = request === 'TCP ';
    return {
      at: at.stamp,
      clientIp: ip === 'unix' ? undefined : ip,
      clientPort: Number(port),
      request,
      ...requestLine(request),
      status: tcp ? undefined : Number(status),
      bytesSent: timer(bytes),
      frontend: frontend.replace(/~$/, ''),
      tls: frontend.endsWith('~'),
      upstreamName: `${backend}/${server}`,
      // TCP: handshake/queue/connect/life and the bytes from the client; HTTP: idle/queue/connect/response/life.
      requestMs: timer(idle),
      queueMs: timer(queue),
      connectMs: timer(connect),
      responseMs: tcp ? undefined : timer(response),
      durationMs: tcp ? timer(response) : timer(life),
      bytesReceived: tcp ? Number(life) : undefined,
      logasap: life.startsWith('+') || undefined,
      termination: state,
      actconn: Number(actconn),
      feconn: Number(feconn),
      beconn: Number(beconn),
      srvConn: Number(srvConn),
      retries: timer(retries),
      redispatched: retries.startsWith('+'),
      srvQueue: Number(srvQueue),
      backendQueue: Number(backendQueue),
      requestCookie: unset(fields[27]),
      responseCookie: unset(fields[28]),
      captured: fields.slice(FIXED_FIELDS),
      pid,
    };
  },
  events: (row, context) => requestEvent(row, row.captured, context),
});
