/** The MQTT broker EMQX: its log and its traces, of clients over WebSocket. */
import { endpoint } from '../src/grammar/address.ts';
import { closeCodeIn, isCloseCode } from '../src/grammar/close-words.ts';
import { known } from '../src/grammar/known.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface EmqxRow extends Row {
  /** A level, or the tag of a trace. */
  readonly level: string;
  readonly message: string;
  /** MQTT's client id with the peer's address: a client that comes back has the same id. */
  readonly connection?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly reason?: string;
  readonly packet?: string;
}

// `[tag] client@ip:port msg: name, key: value` of a trace; a log has the same fields in the order of their names.
const LINE = /^ \[([\w-]{3,20})\] (?:(\S{0,200}@\S{2,50}:\d{1,5}) )?(?=\S)(.{1,4000})$/;
const MESSAGE = /(?:^|, )msg: (websocket_closed|websocket_terminated|mqtt_packet_sent|mqtt_packet_received)(?=,|$)/;
const FIELD = /(?:^|, )(clientid|peername|reason|packet): ((?:\{[^}]{0,200}\}{1,3}|\w{3,20}\([^)]{0,1000}\)|[^,{(]{1,200}))/g;
const ACCEPTED = /^CONNACK\(.{0,200}ReasonCode=0\)/;

/** Who ended it, by the reason of Cowboy's handler or of EMQX's channel. */
function endOf(reason: string): Pick<Extract<Draft, { kind: 'socket-closed' }>, 'code' | 'by' | 'reason'> {
  const code = Number(/^(?:\{shutdown,|\{remote,)?(\d{4})\b/.exec(reason)?.[1]);
  if (isCloseCode(code)) return { code };
  if (reason.includes('keepalive_timeout')) return { by: 'heartbeat', reason };
  // The client's process is asked to go for another of the same id, or by an administrator.
  if (/takenover|takeovered|discarded|kicked/.test(reason)) return { by: 'server', reason };
  // Of the socket itself: no close frame came.
  if (/\{error,|sock_closed|tcp_closed|ssl_closed|econn\w+|etimedout/.test(reason)) return { code: 1006, reason };
  return known({ code: closeCodeIn(reason), reason });
}

export const emqx = defineParser<EmqxRow>({
  name: 'emqx',
  about: 'log and traces of the MQTT broker EMQX, of clients over WebSocket',
  adds: 'opens (traces only) and ends by client id and address: close code, broken socket, keepalive, taken over',
  docs: 'https://docs.emqx.com/en/emqx/latest/observability/tracer.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['msg: websocket_closed', 'msg: websocket_terminated', 'packet: CONNACK'],
  samples: [
    {
      line: '2025-05-02T08:29:53.223141+00:00 [SOCKET] mqtt-explorer-113a3532@203.0.113.54:64012 msg: websocket_closed, reason: {error,sock_closed}, username: bb',
      from: 'EMQX 5.8, a trace, emqx/emqx#15144',
      reads: {
        at: { ms: Date.UTC(2025, 4, 2, 8, 29, 53) + 223.141, widthMs: 0.001, basis: 'utc' },
        connection: 'mqtt-explorer-113a3532@203.0.113.54:64012',
        clientPort: 64012,
      },
      gives: { kind: 'socket-closed', code: 1006, reason: '{error,sock_closed}', keys: { client: { ip: '203.0.113.54', port: 64012 } } },
    },
    {
      line: '2024-09-02T17:01:44.192287+00:00 [WS-MQTT] control@172.18.0.1:48458 msg: mqtt_packet_sent, packet: CONNACK(Q0, R0, D0, AckFlags=0, ReasonCode=0)',
      from: 'EMQX 5.8, a trace, after emqx/emqx#13744',
      reads: { connection: 'control@172.18.0.1:48458' },
      gives: { kind: 'socket-opened', keys: { connection: 'control@172.18.0.1:48458' } },
    },
    {
      line: '2024-09-02T17:01:44.192287+00:00 [MQTT] sensor@172.18.0.1:48460 msg: mqtt_packet_sent, packet: CONNACK(Q0, R0, D0, AckFlags=0, ReasonCode=0)',
      from: 'EMQX 5.8, a trace: a client over TCP',
      reads: { level: 'MQTT' },
      gives: 'noise',
    },
    {
      line: '2024-09-02T17:01:44.287115+00:00 [SOCKET] control@172.18.0.1:48458 msg: websocket_terminated, reason: {crash,error,{badmatch,25391}}, username: user_a',
      from: 'EMQX 5.8, a trace, emqx/emqx#13744',
      reads: { reason: '{crash,error,{badmatch,25391}}' },
      gives: { kind: 'socket-closed', by: 'server' },
    },
    {
      line: '2024-09-02T17:05:00.000001+00:00 [SOCKET] control@172.18.0.1:48458 msg: websocket_terminated, reason: {shutdown,keepalive_timeout}, username: user_a',
      from: 'EMQX 5.8, a trace',
      reads: {},
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '2024-09-02T17:05:00.000001+00:00 [SOCKET] control@[2001:db8::7]:48458 msg: websocket_closed, reason: 1000',
      from: 'EMQX 5.8, a trace: the code of the client’s close frame',
      reads: { clientIp: '2001:db8::7' },
      gives: { kind: 'socket-closed', code: 1000 },
    },
    {
      line: '2025-01-31T23:59:59.999+01:00 [debug] tag: SOCKET, clientid: meter-7, msg: websocket_terminated, peername: 10.0.0.9:41000, reason: {shutdown,takenover}',
      from: 'EMQX 5.8, log at level debug',
      reads: { connection: 'meter-7@10.0.0.9:41000' },
      gives: { kind: 'socket-closed', by: 'server' },
    },
  ],
  rejects: [
    '2025-05-02T08:29:53.223141+00:00 [SOCKET] a@203.0.113.54:64012 msg: tcp_closed, reason: {error,sock_closed}',
    '[SOCKET] a@203.0.113.54:64012 msg: websocket_closed, reason: 1000',
    '2025-05-02T08:29:53.223141+00:00 [info] websocket_closed, reason: 1000',
  ],
  read(text) {
    const found = isoAt(text);
    const [, level, peer, said = ''] = (found && LINE.exec(text.slice(found.end))) ?? [];
    const message = MESSAGE.exec(said)?.[1];
    if (!found || level === undefined || message === undefined) return null;
    const fields = new Map<string, string>();
    for (const [, name = '', value = ''] of said.matchAll(FIELD)) fields.set(name, value);
    const address = peer?.slice(peer.lastIndexOf('@') + 1) ?? fields.get('peername');
    const client = endpoint(address);
    const id = fields.get('clientid');
    return known({
      at: found.stamp,
      level,
      message,
      connection: peer ?? (id === undefined || address === undefined ? undefined : `${id}@${address}`),
      clientIp: client?.ip,
      clientPort: client?.port,
      reason: fields.get('reason'),
      packet: fields.get('packet'),
    });
  },
  events(row): Draft | undefined {
    const keys = { ...connectionKeys(row), service: 'emqx' };
    if (row.message === 'websocket_closed' || row.message === 'websocket_terminated') {
      const reason = row.reason ?? '';
      return { kind: 'socket-closed', ...(reason.startsWith('{crash,') ? { by: 'server' as const, reason } : endOf(reason)), keys };
    }
    // Packets of clients over TCP have another tag.
    return row.level === 'WS-MQTT' && ACCEPTED.test(row.packet ?? '') ? { kind: 'socket-opened', keys } : undefined;
  },
});
