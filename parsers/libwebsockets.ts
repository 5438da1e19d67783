/** libwebsockets' own log: a WebSocket whose read failed, and its client's callbacks as a program prints them by name. */
import { logHead } from '../src/grammar/log-head.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface LwsRow extends Row {
  readonly level: string;
  /** Of the library, or what the program names itself. */
  readonly logger: string;
  readonly message: string;
}

/** The role's handler of a readable socket: whatever its transport said, the connection is closed then and there. */
const READS = 'rops_handle_POLLIN_ws';
const BROKEN = /^(?:LWS_SSL_CAPABLE_ERROR|read (?:failed|error)\b.{0,100}|zero length read)$/i;
const OPENED = 'LWS_CALLBACK_CLIENT_ESTABLISHED';
const CLOSED = 'LWS_CALLBACK_CLIENT_CLOSED';
const REFUSED = 'LWS_CALLBACK_CLIENT_CONNECTION_ERROR';

export const libwebsockets = defineParser<LwsRow>({
  name: 'libwebsockets',
  about: 'log of libwebsockets, in a client or a server',
  adds: 'WebSockets whose read failed; when a client’s opened and closed',
  docs: 'https://libwebsockets.org/lws-api-doc-main/html/group__usercb.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: [READS, OPENED, CLOSED, REFUSED],
  samples: [
    {
      line: '[2019/09/12 11:40:07:6554] INFO: rops_handle_POLLIN_ws: LWS_SSL_CAPABLE_ERROR',
      from: 'libwebsockets 3.2, warmcat/libwebsockets#1681',
      reads: { logger: 'rops_handle_POLLIN_ws' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[2019/09/12 11:39:52:1188] USER: CHAT: LWS_CALLBACK_CLIENT_ESTABLISHED',
      from: 'a program on libwebsockets 3.2, warmcat/libwebsockets#1681',
      reads: { logger: 'CHAT' },
      gives: { kind: 'socket-opened', vantage: 'client' },
    },
    {
      line: '[2019/09/12 11:40:07:6554] ERR: CHAT_DEBUG: LWS_CALLBACK_CLIENT_CLOSED',
      from: 'a program on libwebsockets 3.2, warmcat/libwebsockets#1681',
      reads: {},
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: '[1547581454:3147] E: LWS_CALLBACK_CLIENT_CONNECTION_ERROR: closed before established',
      from: 'minimal-ws-client of libwebsockets 4',
      reads: {},
      gives: { kind: 'handshake-failed', vantage: 'client' },
    },
  ],
  rejects: [
    'rops_handle_POLLIN_ws: LWS_SSL_CAPABLE_ERROR',
    '[2019/09/12 11:40:07:6554] INFO: rops_handle_POLLIN_h1: LWS_SSL_CAPABLE_ERROR',
  ],
  read(text) {
    const head = logHead(text);
    const [, logger = '', message = ''] = /^(?:(?!LWS_)([\w.-]{1,60}): )?(LWS_\S.{0,300}|[a-z].{0,300})$/.exec(head?.rest ?? '') ?? [];
    const isOf = logger === READS ? BROKEN.test(message) : message === OPENED || message === CLOSED || message.startsWith(REFUSED);
    return head?.at && head.level !== undefined && isOf ? { at: head.at, level: head.level, logger, message } : null;
  },
  events({ logger, message }, context): Draft {
    if (message === OPENED) return { kind: 'socket-opened', vantage: 'client' };
    if (message.startsWith(REFUSED)) return { kind: 'handshake-failed', why: message, vantage: 'client' };
    if (message === CLOSED) return { kind: 'socket-closed', vantage: 'client' };
    // Which side it is the line does not say: a client's callbacks may stand around it, or its file be called so.
    const isClients = [...context.before(NEAR), ...context.after(NEAR)].some((line) => line.includes('LWS_CALLBACK_CLIENT_'));
    return { kind: 'socket-closed', code: 1006, reason: `${logger}: ${message}`, ...(isClients && { vantage: 'client' as const }) };
  },
});

/** The callback is called when the connection's parts have been freed. */
const NEAR = 16;
