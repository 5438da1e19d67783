/** ejabberd's log: XMPP sessions over WebSockets. */
import { known } from '../src/grammar/known.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface EjabberdRow extends Row {
  readonly message: string;
  /** Erlang's process of the stream. */
  readonly connection: string;
  readonly reason?: string;
  readonly clientIp?: string;
}

/** `<pid>@module:function:line (websocket|<pid>) text`: what carries the stream stands before its process. */
const OF_A_STREAM = /^<[\d.]{3,20}>@ejabberd_c2s:\w{1,40}:\d{1,5} \((?:tls\|)?websocket\|(<[\d.]{3,20}>)\) (.{1,2000})$/s;
const OPENED = /^(?:Opened|Resumed) c2s session for \S/;
const CLOSED = /^Closing c2s session for \S{1,1000}: (.{1,300})$/;
const FROM = /^Accepted c2s \S{1,40} authentication for .{1,300} from (\S{3,45})$/;

export const ejabberd = defineParser<EjabberdRow>({
  name: 'ejabberd',
  about: 'ejabberd.log: XMPP streams over WebSockets',
  adds: 'when each session opened and of what its stream ended; no close code',
  docs: 'https://github.com/processone/ejabberd/blob/master/src/ejabberd_c2s.erl',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['(websocket|<', '(tls|websocket|<'],
  samples: [
    {
      line: '2019-07-03 11:09:17.046 [info] <0.611.0>@ejabberd_c2s:process_terminated:285 (websocket|<0.611.0>) Closing c2s session for anna@localhost/101258162286700657932564: Connection failed: connection closed',
      from: 'ejabberd 19.05, processone/ejabberd#2926',
      reads: { connection: '<0.611.0>', reason: 'Connection failed: connection closed' },
      gives: { kind: 'socket-closed', wasClean: false, keys: { connection: '<0.611.0>' } },
    },
    {
      line: '2019-07-03 11:02:41.733 [info] <0.611.0>@ejabberd_c2s:bind:418 (websocket|<0.611.0>) Opened c2s session for anna@localhost/101258162286700657932564',
      from: 'ejabberd 19.05, processone/ejabberd#2926',
      reads: { connection: '<0.611.0>' },
      gives: { kind: 'socket-opened', keys: { connection: '<0.611.0>' } },
    },
    {
      line: '2019-07-03 11:12:01.100 [info] <0.611.0>@ejabberd_c2s:process_terminated:285 (websocket|<0.611.0>) Closing c2s session for anna@localhost/1: Stream closed by peer',
      from: 'ejabberd 19.05: the client closed its stream',
      reads: { reason: 'Stream closed by peer' },
      gives: { kind: 'socket-closed', wasClean: true },
    },
    {
      line: '2019-07-03 11:02:41.522 [info] <0.611.0>@ejabberd_c2s:process_auth_result:271 (websocket|<0.611.0>) Accepted c2s SCRAM-SHA-1 authentication for anna@localhost by mnesia backend from ::ffff:203.0.113.41',
      from: 'ejabberd 19.05, processone/ejabberd#2926',
      reads: { clientIp: '203.0.113.41' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2019-07-03 11:09:17.046 [info] <0.611.0>@ejabberd_c2s:process_terminated:285 (tcp|<0.611.0>) Closing c2s session for anna@localhost/1: Stream reset by peer',
    '(websocket|<0.611.0>) Closing c2s session for anna@localhost/1: x',
  ],
  read(text) {
    const head = logHead(text);
    const [, connection, message] = OF_A_STREAM.exec(head?.rest ?? '') ?? [];
    if (!head?.at || connection === undefined || message === undefined) return null;
    const from = FROM.exec(message)?.[1];
    return known({ at: head.at, level: head.level, message, connection, reason: CLOSED.exec(message)?.[1], ...peerFields(peer(from)) });
  },
  events(row): Draft | undefined {
    const keys = { ...connectionKeys(row), service: 'ejabberd' };
    if (OPENED.test(row.message)) return { kind: 'socket-opened', keys };
    // The client said good-bye in its stream, or the connection failed below it.
    return row.reason === undefined
      ? undefined
      : { kind: 'socket-closed', reason: row.reason, wasClean: !row.reason.startsWith('Connection failed'), keys };
  },
});
