/** nginx's access log with named fields as text: LTSV (`status:101`, tabs) and `status=101`. */
import { accessEvent, type HttpRow } from '../src/grammar/access-values.ts';
import { accessPairs, labelledRow, learnedRow } from '../src/grammar/labelled-access.ts';
import { learning } from '../src/grammar/learned-access.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

// A bare value may hold blanks (`time=22/Nov/2026:20:23:41 +0000`, lists of upstreams): it goes on up to the next key.
const PAIR = /([A-Za-z_][\w.-]{0,63})=(?:"([^"]*)"|(\S*(?: (?![A-Za-z_][\w.-]{0,63}=)\S*)*))(?: |$)/y;

function pairsOf(text: string): (readonly [string, string])[] | undefined {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < text.length; at = PAIR.lastIndex) {
    PAIR.lastIndex = at;
    const found = PAIR.exec(text);
    if (!found) return undefined;
    pairs.push([found[1] ?? '', found[2] ?? found[3] ?? '']);
  }
  return pairs;
}

/** Labels of ltsv.org that mean something else elsewhere. */
const LTSV: Readonly<Record<string, string>> = {
  host: 'remote_addr',
  req: 'request',
  reqtime: 'request_time',
  apptime: 'upstream_response_time',
  ua: 'http_user_agent',
};

function ltsvOf(text: string): (readonly [string, string])[] | undefined {
  const pairs: (readonly [string, string])[] = [];
  for (const field of text.split('\t')) {
    const colon = field.indexOf(':');
    const label = field.slice(0, colon);
    if (colon < 1 || !/^[\w.-]{1,64}$/.test(label)) return undefined;
    const value = field.slice(colon + 1);
    pairs.push([LTSV[label] ?? label, value === '-' && label !== 'reqtime' ? '' : value]);
  }
  return pairs;
}

const fieldsOf = (text: string) => (text.includes('\t') ? ltsvOf(text) : /^[A-Za-z_][\w.-]{0,63}=/.test(text) ? pairsOf(text) : undefined);
const textPairs = (text: string) => {
  const pairs = fieldsOf(text);
  return pairs && accessPairs(pairs);
};
const learnedOf = learning(textPairs);

export const nginxAccessLabelled = defineParser<HttpRow>({
  name: 'nginx-access-labelled',
  about: 'nginx access log with named fields: LTSV, key=value',
  adds: 'end, life, bytes and upstream of each tunnel',
  docs: 'http://ltsv.org/',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: 'time:22/Nov/2026:20:23:41 +0000\thost:203.0.113.9\tforwardedfor:-\treq:GET /ws HTTP/1.1\tstatus:101\tsize:42\treferer:-\tua:Mozilla/5.0\treqtime:60.004\tapptime:60.004\tvhost:chat.example.com',
      from: 'ltsv.org, log_format for nginx',
      reads: {
        clientIp: '203.0.113.9',
        path: '/ws',
        status: 101,
        bytesSent: 42,
        durationMs: 60004,
        host: 'chat.example.com',
        userAgent: 'Mozilla/5.0',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 60004, keys: { client: { ip: '203.0.113.9' }, path: '/ws' } },
    },
    {
      line: 'time=2026-11-02T03:04:05+02:00 remote_addr=2001:db8::9 request="GET /ws HTTP/1.1" status=502 body_bytes_sent=157 request_time=0.003 upstream_addr=10.0.0.1:80, 10.0.0.2:80 upstream_status=502, 502 conn=39',
      from: 'nginx 1.22.1, own format',
      reads: {
        at: { ms: Date.UTC(2026, 10, 2, 1, 4, 5), widthMs: 1000, basis: 'utc' },
        clientIp: '2001:db8::9',
        upstream: '10.0.0.2:80',
        connection: '39',
      },
      gives: { kind: 'handshake-failed', status: 502, by: 'upstream', keys: { proxyConnection: '39' } },
    },
    {
      line: 'time=2026-11-26T15:33:33+03:00 msec=1795696413.970 client=127.0.0.1:35210 method=GET uri="/t?seat=S7e55ba" status=101 up=127.0.0.1:21082 up_status=101 up_time=33.001 req_time=33.001 sent=188 rcvd=168 conn=2',
      from: 'nginx 1.22.1, own format',
      reads: { clientIp: '127.0.0.1', clientPort: 35210, path: '/t?seat=S7e55ba', upstream: '127.0.0.1:21082', connection: '2' },
      gives: { kind: 'tunnel-ended', lifeMs: 33001, keys: { proxyConnection: '2', upstream: { ip: '127.0.0.1', port: 21082 } } },
    },
  ],
  rejects: [
    'time=2026-11-22T20:23:41Z level=info msg="request" method=GET path=/ws status=101 duration=3 remote_addr=10.0.0.1',
    'at=info method=GET path="/ws" host=chat.herokuapp.com request_id=1 fwd="203.0.113.9" dyno=web.1 connect=1ms service=60004ms status=101 bytes=129 protocol=https',
    'status=101',
    'time:22/Nov/2026:20:23:41 +0000\thost:203.0.113.9\treq:GET /ws HTTP/1.1\tstatus:101\tno label',
  ],
  read(text, context) {
    const pairs = fieldsOf(text);
    if (!pairs) return null;
    const row = labelledRow(pairs, context);
    const learned = row ? undefined : learnedOf(context.head);
    return row ?? (learned?.marks === 'end' ? learnedRow(accessPairs(pairs), learned) : null);
  },
  events: (row) => accessEvent(row),
});
