/**
 * HAProxy's TCP log (`option tcplog`). In TCP mode it cannot tell a WebSocket from any other connection, so a line is never a closed
 * tunnel here: it says which side or timer ended one, which explains the connection that other logs saw end then.
 */
import { endOf, type HaproxyStream, opening, STATE, streamKeys, timer, tunnelEnd, withoutPrefix } from '../src/grammar/haproxy.ts';
import { type Context, defineParser, type ProxyFault } from '../src/types.ts';

const FIXED =
  /^(\S+) ([^\s/]+\/\S+) (-?\d+)\/(-?\d+)\/(\+?-?\d+) (\+?\d+) ([-A-Za-z]{2}) (\d+)\/(\d+)\/(\d+)\/(\d+)\/(\+?)(\d+) (\d+)\/(\d+)$/;

/** What went wrong, from the state; undefined = ended by a FIN of either side, by an administrator, or before a server was chosen. */
function faultOf(state: string, context: Context): Pick<ProxyFault, 'fault' | 'phase'> | undefined {
  if (state === 'SC') return { fault: 'upstream-refused', phase: 'connect' };
  if (state === 'sC') return { fault: 'upstream-timeout', phase: 'connect' };
  const { endedBy, how } = tunnelEnd(state, context);
  if (endedBy === 'idle') return { fault: 'idle-timeout', phase: 'tunnel' };
  if (endedBy === 'upstream-down') return { fault: 'upstream-down', phase: 'tunnel' };
  if (how === 'reset') return { fault: endedBy === 'client' ? 'client-reset' : 'upstream-reset', phase: 'tunnel' };
  return undefined;
}

export const haproxyTcp = defineParser<HaproxyStream>({
  name: 'haproxy-tcp',
  about: 'HAProxy TCP log (option tcplog)',
  adds: 'which side or timer ended a connection that HAProxy forwarded without reading it',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.2',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' cD ', ' sD ', ' dD ', ' sC ', ' d- '],
  samples: [
    {
      line: '127.0.0.1:34822 [22/Nov/2026:20:26:18.200] fe_tcp be_tcp/ws1 1/0/3003 303 cD 1/1/0/0/0 0/0',
      from: 'HAProxy 2.6.12, timeout client 3s',
      reads: { clientIp: '127.0.0.1', clientPort: 34822, upstreamName: 'be_tcp/ws1', durationMs: 3003, bytesSent: 303, termination: 'cD' },
      gives: {
        kind: 'proxy-fault',
        fault: 'idle-timeout',
        phase: 'tunnel',
        lifeMs: 3003,
        when: { ms: Date.UTC(2026, 10, 22, 20, 26, 21, 203), widthMs: 2, basis: 'local' },
        keys: { client: { ip: '127.0.0.1', port: 34822 }, upstreamName: 'be_tcp/ws1' },
      },
    },
    {
      line: '127.0.0.1:46632 [22/Nov/2026:22:13:05.927] fe_tcp be_tcp/ws1 1/0/304 102 SD 4/2/1/1/0 0/0',
      from: 'HAProxy 2.6.12, backend reset',
      reads: { queueMs: 1, connectMs: 0 },
      gives: { kind: 'proxy-fault', fault: 'upstream-reset', phase: 'tunnel' },
    },
    {
      line: '127.0.0.1:41710 [22/Nov/2026:22:14:59.164] fe_tcp be_tcp/ws1 1/0/1226 129 K- 3/1/0/0/0 0/0',
      from: 'HAProxy 2.6.12, hard stop of the old process',
      reads: { termination: 'K-' },
      gives: 'noise',
    },
    {
      line: 'haproxy[14385]: 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0',
      from: 'HAProxy configuration manual 8.2.2',
      reads: { frontend: 'fnt', pid: 14385, retries: 3, termination: '--' },
      gives: 'noise',
    },
    {
      line: '2001:db8::7:40112 [31/Dec/2026:23:59:59.990] fe_tls~ be_tcp/<NOSRV> -1/-1/+0 +0 SC 1/1/0/0/+3 0/0',
      from: 'HAProxy configuration manual 8.2.2 and 8.5, option logasap, IPv6 client',
      reads: { clientIp: '2001:db8::7', tls: true, queueMs: undefined, redispatched: true },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect' },
    },
  ],
  rejects: [
    '127.0.0.1:34822 [22/Nov/2026:20:26:18.200] fe_tcp be_tcp/ws1 1/0/3003 303 cD-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    '127.0.0.1:34822 [22/Nov/2026:20:26:18.200] fe_tcp be_tcp/ws1 1/0/3003 303 cD 1/1/0/0/0',
  ],
  read(line) {
    const { text, pid } = withoutPrefix(line);
    const start = opening(text);
    const fixed = start && FIXED.exec(text.slice(start.end));
    if (!start || !fixed) return null;
    const [, frontend = '', upstreamName = '', queue, connect, life = '', bytes = '', state = ''] = fixed;
    if (!STATE.test(state)) return null;
    return {
      at: start.at,
      marks: 'start',
      clientIp: start.client?.ip,
      clientPort: start.client?.port,
      frontend: frontend.replace(/~$/, ''),
      tls: frontend.endsWith('~'),
      upstreamName,
      queueMs: timer(queue),
      connectMs: timer(connect),
      durationMs: timer(life),
      bytesSent: timer(bytes),
      logasap: life.startsWith('+') || bytes.startsWith('+') || undefined,
      termination: state,
      actconn: Number(fixed[8]),
      feconn: Number(fixed[9]),
      beconn: Number(fixed[10]),
      srvConn: Number(fixed[11]),
      retries: Number(fixed[13]),
      redispatched: fixed[12] === '+',
      srvQueue: Number(fixed[14]),
      backendQueue: Number(fixed[15]),
      pid,
    };
  },
  events(row, context) {
    const fault = faultOf(row.termination, context);
    const life = fault?.phase === 'tunnel' && row.durationMs !== undefined ? { lifeMs: row.durationMs } : {};
    return fault && { kind: 'proxy-fault', ...fault, ...life, when: endOf(row, context.at), keys: streamKeys(row) };
  },
});
