/** HAProxy's `log-format` written as `key=value`, by whatever names, with fields of a plain shape bare among the pairs. */
import { endpoint } from '../src/grammar/address.ts';
import { type HaproxyStream, STATE, withoutPrefix } from '../src/grammar/haproxy.ts';
import { namedStream, namedStreamEvent } from '../src/grammar/haproxy-named.ts';
import { defineParser } from '../src/types.ts';

/** One field of the line: a pair, `[a date]`, `{captured|headers}`, `"a request"` or a bare word. */
const FIELD =
  /([A-Za-z_][\w.-]{0,40})=(?:"([^"]*)"|([^\s"]*))(?: |$)|\[([^\]]{1,40})\](?: |$)|\{[^}]*\}(?: |$)|"([^"]*)"(?: |$)|(\S+)(?: |$)/y;
const LEAST_PAIRS = 3;
const MOST_FIELDS = 60;
const REQUEST = /^[A-Z]{3,16} \S/;
/** `kiosk_nodes/k1`, `<NOSRV>` in place of a server. */
const SERVER = /^[A-Za-z_][\w.:-]{0,80}\/(?:[\w.:-]{1,80}|<[A-Z]+>)$/;
const TIMERS = /^-?\d+(?:\/-?\d+){3}\/\+?(-?\d+)$/;
/** Counters of connections and queues, `-` for a cookie, a name of a frontend. */
const TELLS_NOTHING = /^(?:[+-]?\d+(?:\/\+?\d+)*|-)$/;
const FRONTEND = /^[A-Za-z_][\w.:-]{0,60}~?$/;

/** What a bare word of HAProxy's is, by its shape; null = no field of its is written so, as in an application's sentence. */
function bare(word: string): readonly [name: string, value: string] | undefined | null {
  if (STATE.test(word)) return ['termination_state', word];
  const life = TIMERS.exec(word)?.[1];
  if (life !== undefined) return ['timers.ta', life];
  if (/^[1-5]\d\d$/.test(word)) return ['status', word];
  if (TELLS_NOTHING.test(word)) return undefined;
  if (endpoint(word)?.port !== undefined) return ['client', word];
  if (SERVER.test(word)) return ['backend', word];
  return FRONTEND.test(word) ? ['frontend', word] : null;
}

/** The fields of a line of which each is HAProxy's; the first of a name counts. */
function fieldsOf(line: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  const add = (name: string, value: string): void => void (fields.has(name) || fields.set(name, value));
  let pairs = 0;
  FIELD.lastIndex = 0;
  for (let count = 0; FIELD.lastIndex < line.length; count++) {
    const found = count < MOST_FIELDS ? FIELD.exec(line) : null;
    if (!found) return undefined;
    const [, key, quoted, plain, date, request, word] = found;
    if (key !== undefined) {
      const value = quoted ?? plain ?? '';
      const life = TIMERS.exec(value)?.[1];
      add(life === undefined ? key : 'timers.ta', life ?? value);
      pairs++;
    } else if (date !== undefined) add('accept_date', date);
    else if (request !== undefined) {
      if (REQUEST.test(request)) add('request', request);
    } else if (word !== undefined) {
      const field = bare(word);
      if (field === null) return undefined;
      if (field) add(...field);
    }
  }
  return pairs < LEAST_PAIRS ? undefined : fields;
}

export const haproxyKeyValue = defineParser<HaproxyStream>({
  name: 'haproxy-key-value',
  about: 'HAProxy log with a log-format written as key=value, wholly or in part',
  adds: 'life of each tunnel to the ms and who ended it first',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.6',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101'],
  samples: [
    {
      line: '46.18.203.77:36327 K- [26/Nov/2026:16:05:54.300] fe=kiosks be=kiosk_nodes srv=k1 tw=0 tc=0 tr=0 ta=41422 st=101 out=410 in=566 conns=17/16 dev=kiosk-042 req="GET /ws HTTP/1.1"',
      from: 'HAProxy 2.6.12, own log-format: address, state and date bare',
      reads: {
        clientIp: '46.18.203.77',
        clientPort: 36327,
        status: 101,
        durationMs: 41422,
        termination: 'K-',
        upstreamName: 'kiosk_nodes/k1',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 41422, keys: { path: '/ws' } },
    },
    {
      line: 'fe_ws be_ws/ws1 src=203.0.113.9:33122 [22/Nov/2026:20:23:41.310] timers=0/0/1/2/17003 status=101 term=cD-- {ios|2.1} "GET /ws HTTP/1.1"',
      from: 'HAProxy manual 8.2.6: names of frontend and server bare',
      reads: { clientIp: '203.0.113.9', frontend: 'fe_ws', upstreamName: 'be_ws/ws1', termination: 'cD--', path: '/ws', durationMs: 17003 },
      gives: { kind: 'tunnel-ended', endedBy: 'idle', lifeMs: 17003 },
    },
    {
      line: 'time=1795701956.710 src=127.0.0.1:42500 fe=poker be=tables srv=t1 uri="/table?p=P-BA15DE" status=101 term=cD-- active_ms=17047 recv=405 sent=188 conns=20/20/19/10',
      from: 'HAProxy 2.6.12, own log-format',
      reads: {
        clientIp: '127.0.0.1',
        clientPort: 42500,
        status: 101,
        durationMs: 17047,
        termination: 'cD--',
        upstreamName: 'tables/t1',
        frontend: 'poker',
        bytesReceived: 405,
        bytesSent: 188,
      },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'idle',
        lifeMs: 17047,
        when: { ms: 1795701973757, widthMs: 2, basis: 'utc' },
        keys: { path: '/table?p=P-BA15DE', upstreamName: 'tables/t1' },
      },
    },
    {
      line: 't=2026-11-22T20:23:41.310+01:00 ci=2001:db8::9 cp=33122 ft=fe~ b=be s=<NOSRV> ST=503 Ta=0 tsc=SC-- r="GET /ws HTTP/1.1"',
      from: 'HAProxy manual 8.2.6, names of the format’s own letters',
      reads: { clientIp: '2001:db8::9', status: 503, tls: true, frontend: 'fe', upstreamName: 'be/<NOSRV>', termination: 'SC--' },
      gives: 'noise',
    },
  ],
  rejects: [
    'time=1795701956.710 src=127.0.0.1:42500 be=tables srv=t1 uri="/table" status=101 active_ms=17047',
    'time=1795701956.710 src=127.0.0.1:42500 be=tables srv=t1 status=101 term=cD-- active_ms=17047: closed',
    'time=2026-11-22T20:23:41Z level=info msg=request status=101 term=cD-- duration=3 backend=b',
    'term=cD-- active_ms=1 status=101',
    '46.18.203.77:36327 K- [26/Nov/2026:16:05:54.300] kiosk_nodes/k1 0/0/0/1/41422 101',
  ],
  read(line) {
    const fields = fieldsOf(withoutPrefix(line).text);
    return fields ? namedStream(fields) : null;
  },
  events: namedStreamEvent,
});
