/** HAProxy's `log-format` written as `key=value`, by whatever names. */
import type { HaproxyStream } from '../src/grammar/haproxy.ts';
import { namedStream, namedStreamEvent } from '../src/grammar/haproxy-named.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { defineParser } from '../src/types.ts';

// Every word of the line is such a pair: an application's sentence with some pairs in it is none.
const PAIRS = /^[A-Za-z_][\w.-]{0,40}=(?:"[^"]*"|[^\s"]*)(?: [A-Za-z_][\w.-]{0,40}=(?:"[^"]*"|[^\s"]*)){4,60}$/;

export const haproxyKeyValue = defineParser<HaproxyStream>({
  name: 'haproxy-key-value',
  about: 'HAProxy log with a log-format written as key=value',
  adds: 'life of each tunnel to the ms and who ended it first',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.6',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101'],
  samples: [
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
    'closed time=1795701956.710 src=127.0.0.1:42500 be=tables srv=t1 status=101 term=cD-- active_ms=17047',
    'time=2026-11-22T20:23:41Z level=info msg=request status=101 term=cD-- duration=3 backend=b',
    'term=cD-- active_ms=1 status=101',
  ],
  read: (text) => (PAIRS.test(text) ? namedStream(keyValues(text)) : null),
  events: namedStreamEvent,
});
