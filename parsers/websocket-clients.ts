/** What client libraries and tools print or throw when a WebSocket ends: one line each, anywhere in a client's output. */
import { clientPhrase } from '../src/grammar/client-phrases.ts';
import { closeCodeIn, endedBy, isCloseCode, upgradeStatusIn } from '../src/grammar/close-words.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { duration } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ClientRow extends Row {
  readonly library: string;
  readonly message: string;
  readonly means: 'closed' | 'silent' | 'refused' | 'noise';
  readonly code?: number;
  readonly reason?: string;
  readonly status?: number;
  readonly intervalMs?: number;
  readonly remote?: boolean;
}

export const websocketClients = defineParser<ClientRow>({
  name: 'websocket-clients',
  about:
    'closing lines of client libraries and tools: Python websocket-client, OkHttp, Java-WebSocket, nv-websocket-client, WebSocket-Node, SignalR, noVNC, n8n, Postman',
  adds: 'the code and reason a client saw, its unanswered pings, its refused handshakes',
  docs: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5',
  vantage: 'client',
  habitat: 'mixed',
  needles: [
    'WebSocketConnectionClosedException',
    'WebSocketTimeoutException',
    'WebSocketBadStatusException',
    'receive pong within',
    'Expected HTTP 101',
    'remote=',
    'remote = ',
    'CloseCode=',
    'Connection dropped by remote peer',
    'Peer unresponsive',
    'Abnormal Closure',
    'Normal Closure',
    'going away',
    '(code: ',
    'Connection lost',
    'with status code',
    'Server timeout elapsed',
    'Failed to start the',
    'Pong timeout',
  ],
  samples: [
    {
      line: 'error: error reading from error stream: next reader: websocket: close 1006 (abnormal closure): unexpected EOF',
      from: 'kubectl 1.31 exec, oracle-cne/ocne#72',
      reads: { library: 'kubectl', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, reason: 'unexpected EOF' },
    },
    {
      line: 'websocket._exceptions.WebSocketConnectionClosedException: Connection to remote host was lost.',
      from: 'websocket-client 1.7',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'websocket._exceptions.WebSocketTimeoutException: ping/pong timed out',
      from: 'websocket-client 1.7',
      reads: { library: 'websocket-client' },
      gives: { kind: 'heartbeat-missed' },
    },
    {
      line: 'websocket._exceptions.WebSocketBadStatusException: Handshake status 502 Bad Gateway',
      from: 'websocket-client 1.7',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502 },
    },
    {
      line: "java.net.SocketTimeoutException: sent ping but didn't receive pong within 10000ms (after 5 successful ping/pongs)",
      from: 'OkHttp 4.12',
      reads: { intervalMs: 10_000 },
      gives: { kind: 'heartbeat-missed', intervalMs: 10_000 },
    },
    {
      line: "java.net.ProtocolException: Expected HTTP 101 response but was '503 Service Unavailable'",
      from: 'OkHttp 4.12',
      reads: { status: 503 },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    {
      line: 'code=1006, reason = "", remote=true',
      from: 'Java-WebSocket 1.5, onClose as its examples print it',
      reads: { code: 1006, remote: true },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'CloseCode=1002,Reason="No more WebSocket frame from the server."',
      from: 'nv-websocket-client 2.14',
      reads: { code: 1002 },
      gives: { kind: 'socket-closed', code: 1002, reason: 'No more WebSocket frame from the server.' },
    },
    {
      line: '1006 Connection dropped by remote peer.',
      from: 'WebSocket-Node 1.0, theturtle32/WebSocket-Node#404',
      reads: { library: 'WebSocket-Node' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '1006 Abnormal Closure:No close frame was received',
      from: 'Postman 10',
      reads: { library: 'Postman' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    { line: 'Server disconnected (code: 1006)', from: 'noVNC 1.4', reads: { code: 1006 }, gives: { kind: 'socket-closed', code: 1006 } },
    {
      line: '[WebSocketClient] Connection lost, code=1008',
      from: 'n8n 1.88, n8n-io/n8n#14653',
      reads: { code: 1008 },
      gives: { kind: 'socket-closed', code: 1008 },
    },
    {
      line: '2022-03-31 01:28:05.527 [error] Error: WebSocket close with status code 1006',
      from: 'VS Code 1.66',
      reads: { at: { ms: 1648690085527, widthMs: 1, basis: 'local' } },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: "[2026-11-22T20:23:41.123Z] Error: Connection disconnected with error 'Error: WebSocket closed with status code: 1006 (no reason given).'.",
      from: '@microsoft/signalr 8 console logger',
      reads: { level: 'Error', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'Server timeout elapsed without receiving a message from the server.',
      from: '@microsoft/signalr 8',
      reads: {},
      gives: { kind: 'heartbeat-missed' },
    },
    { line: 'Close by reason: Pong timeout', from: 'SocketIOClient for Unreal', reads: {}, gives: { kind: 'heartbeat-missed' } },
    {
      line: 'ReconnectingWebSocket attempt-connect wss://a.example.com/ws',
      from: 'reconnecting-websocket 1.0',
      reads: { library: 'reconnecting-websocket' },
      gives: 'noise',
    },
  ],
  rejects: [
    'Connection to remote host was lost',
    'code=1006',
    '9999 Connection dropped by remote peer.',
    '1006 users: online',
    'remote=true',
  ],
  read(text) {
    const head = logHead(text);
    for (const candidate of head ? [head.rest, head.message, text] : [text]) {
      const found = clientPhrase(candidate);
      if (!found) continue;
      const { code: written, reason, status: refused, interval, remote } = found.groups;
      const code = written === undefined ? found.phrase.code : Number(written);
      if (code !== undefined && !isCloseCode(code)) return null;
      const status = refused === undefined ? (found.phrase.means === 'refused' ? upgradeStatusIn(candidate) : undefined) : Number(refused);
      const intervalMs = interval === undefined ? undefined : duration(interval);
      return {
        ...(head?.at && { at: head.at }),
        ...(head?.level !== undefined && { level: head.level }),
        library: found.phrase.library,
        means: found.phrase.means,
        message: candidate,
        ...(code !== undefined && { code }),
        ...(reason && { reason }),
        ...(status !== undefined && { status }),
        ...(intervalMs !== undefined && { intervalMs }),
        ...(remote !== undefined && { remote: remote === 'true' }),
      };
    }
    return null;
  },
  events(row): Draft | undefined {
    switch (row.means) {
      case 'closed': {
        const code = row.code ?? closeCodeIn(row.message);
        const by = endedBy(row.reason ?? '');
        return {
          kind: 'socket-closed',
          ...(code !== undefined && { code }),
          ...(row.reason !== undefined && { reason: row.reason }),
          ...(by && { by }),
        };
      }
      case 'silent':
        return { kind: 'heartbeat-missed', ...(row.intervalMs !== undefined && { intervalMs: row.intervalMs }) };
      case 'refused':
        return { kind: 'handshake-failed', why: row.message.slice(0, 300), ...(row.status !== undefined && { status: row.status }) };
      case 'noise':
        return undefined;
    }
  },
});
