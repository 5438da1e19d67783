/** What client libraries and tools print or throw when a WebSocket ends: one line each, anywhere in a client's output. */
import { type ClientPhrase, clientPhrase, isNeverMade } from '../src/grammar/client-phrases.ts';
import { closeCodeIn, endedBy, isCloseCode, upgradeStatusIn } from '../src/grammar/close-words.ts';
import { placedLine } from '../src/grammar/console-place.ts';
import { exceptionIn } from '../src/grammar/exception.ts';
import { type LogHead, logHead } from '../src/grammar/log-head.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { duration } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Row } from '../src/types.ts';

interface ClientRow extends Row {
  readonly library: string;
  readonly message: string;
  readonly means: ClientPhrase['means'];
  readonly connection?: string;
  readonly path?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly status?: number;
  readonly intervalMs?: number;
  readonly remote?: boolean;
  readonly clean?: true;
}

export const websocketClients = defineParser<ClientRow>({
  name: 'websocket-clients',
  about:
    'closing lines of client libraries and tools: Python websocket-client, OkHttp, Gotify, AsyncHttpClient, Java-WebSocket, Slack’s Java SDK, nv-websocket-client, WebSocket-Node, SignalR, noVNC, n8n, Postman, tungstenite, arduinoWebSockets, ccxt',
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
    '): opened',
    'WebSocket: opened',
    '): closed',
    'WebSocket: closed',
    'failure  Message:',
    'failure StatusCode:',
    'WebSocketHandler',
    'onClose listener is called',
    'New session is open',
    'WebSocket connected to',
    'RealWebSocket.loopReader',
    'without closing handshake',
    '[WS-Client] ',
    '[HBtimeout] ',
    'keepalive missing',
    'onOpen: Response',
    'onOpen Response',
    'onFailure',
    'PusherError',
    'with new socket ID',
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
      line: "java.net.ProtocolException: Expected HTTP 101 response but was '502 Bad Gateway'",
      from: 'OkHttp 3 in Gotify for Android: the line above says so',
      before: ['2020-10-07T16:47:15.077Z ERROR: WebSocket(2): failure StatusCode: 502 Message: Bad Gateway'],
      reads: {},
      gives: 'noise',
    },
    {
      line: '2020-10-07T16:47:15.077Z ERROR: WebSocket(2): failure StatusCode: 502 Message: Bad Gateway',
      from: 'Gotify for Android of 2020',
      after: ["java.net.ProtocolException: Expected HTTP 101 response but was '502 Bad Gateway'"],
      reads: { status: 502, connection: '2' },
      gives: { kind: 'handshake-failed', status: 502, keys: { connection: '2' } },
    },
    {
      line: '2020-10-07T16:46:15.077Z ERROR: WebSocket(1): failure  Message: ',
      from: 'Gotify for Android of 2020, gotify/server#363',
      after: ['java.io.EOFException', '\tat okio.RealBufferedSource.require(RealBufferedSource.java:61)'],
      reads: { connection: '1', reason: 'java.io.EOFException' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'java.io.EOFException', keys: { connection: '1' } },
    },
    {
      line: '2020-02-08T10:27:34.057Z ERROR: WebSocket: failure  Message: ',
      from: 'Gotify for Android of 2020, without a network',
      after: ['java.net.UnknownHostException: Unable to resolve host "push.example.com": No address associated with hostname'],
      reads: { means: 'refused' },
      gives: { kind: 'handshake-failed' },
    },
    {
      line: '2024-06-25 22:46:46.425 ERROR: WebSocket(1143): failure  Message: : java.io.EOFException',
      from: 'Gotify for Android 2.7.1, gotify/android#360',
      reads: { connection: '1143' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'java.io.EOFException' },
    },
    {
      line: '2024-06-25 22:47:46.537 INFO: WebSocket(1144): opened',
      from: 'Gotify for Android 2.7.1, gotify/android#360',
      reads: { connection: '1144' },
      gives: { kind: 'socket-opened', keys: { connection: '1144' } },
    },
    {
      line: '2020-02-08T10:24:34.015Z INFO: WebSocket: opened',
      from: 'Gotify for Android of 2021, without numbers',
      reads: {},
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2021-02-16T07:50:50.393Z WARN: WebSocket: closed',
      from: 'Gotify for Android of 2021, gotify/android#158',
      reads: { clean: true },
      gives: { kind: 'socket-closed', wasClean: true },
    },
    {
      line: '2024-06-25 22:47:46.441 INFO: WebSocket(1144): starting...',
      from: 'Gotify for Android 2.7.1, gotify/android#360',
      reads: { library: 'okhttp' },
      gives: 'noise',
    },
    {
      line: '10:13:02.571 WARN [WebSocketHandler.handleException] - onError',
      from: 'Selenium 4.1.4, a node of a grid, microsoft/playwright#14493',
      after: ['java.net.SocketException: Connection reset'],
      reads: { library: 'AsyncHttpClient', reason: 'java.net.SocketException: Connection reset' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'java.net.SocketException: Connection reset' },
    },
    {
      line: '[AsyncHttpClient-1-4] WARN org.asynchttpclient.netty.handler.WebSocketHandler - onError',
      from: 'AsyncHttpClient 2.12 with slf4j-simple, SeleniumHQ/selenium#8935',
      after: ['java.net.SocketException: Connection reset'],
      reads: { library: 'AsyncHttpClient' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2022-12-28 09:14:31.206 [AsyncHttpClient-1-3] WARN  o.a.netty.handler.WebSocketHandler - onError',
      from: 'AsyncHttpClient 2.12 with logback, serenity-bdd/serenity-core#3001',
      after: ['java.io.IOException: An existing connection was forcibly closed by the remote host'],
      reads: { reason: 'java.io.IOException: An existing connection was forcibly closed by the remote host' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2023-12-26\t07:18:47,489\tINFO\tSocketModeClient\tonClose listener is called (session id: 703f88e8-4b92-4995-8fc4-db7d8a0d1b96, reason: Closed abnormally.)',
      from: 'java-slack-sdk 1.36 around Tyrus, slackapi/java-slack-sdk#1256',
      reads: { at: { ms: Date.UTC(2023, 11, 26, 7, 18, 47, 489), widthMs: 1, basis: 'local' } },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: '703f88e8-4b92-4995-8fc4-db7d8a0d1b96' } },
    },
    {
      line: '[Grizzly(2)] 2023-12-24 01:47:07 [INFO ] [SocketModeClient:232] - New session is open (session id: f5b2229b-47c3-4d32-b38e-b10682988a11)',
      from: 'java-slack-sdk 1.36 around Tyrus, slackapi/java-slack-sdk#1223',
      reads: { level: 'INFO' },
      gives: { kind: 'socket-opened', keys: { connection: 'f5b2229b-47c3-4d32-b38e-b10682988a11' } },
    },
    {
      line: '2021-09-29 13:49:13.733  INFO 7 --- [tReadThread-550] c.s.api.socket_mode.SocketModeClient     : onClose listener is called (code: 1000, reason: )',
      from: 'java-slack-sdk 1.12 around Java-WebSocket, slackapi/java-slack-sdk#860',
      reads: { code: 1000 },
      gives: { kind: 'socket-closed', code: 1000 },
    },
    {
      line: '2021-09-29 13:49:14.133  INFO 7 --- [tReadThread-561] c.s.api.socket_mode.SocketModeClient     : onClose listener is called (code: -1, reason: )',
      from: 'java-slack-sdk 1.12 around Java-WebSocket, slackapi/java-slack-sdk#860',
      reads: { means: 'refused' },
      gives: { kind: 'handshake-failed' },
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
      line: 'index-BEC9W_3K.js:301112 [WebSocketClient] Connection lost, code=1006',
      from: 'n8n 1.105 in Chrome’s console, n8n-io/n8n#17711',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
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
      line: '[2020-10-27T19:35:07.356Z] Information: WebSocket connected to wss://app.example.com/_blazor?id=eXbNRQgEV0ypITcjFBbx8w.',
      from: 'Blazor of .NET Core 3.1 around @microsoft/signalr, dotnet/aspnetcore#21546',
      reads: { path: 'wss://app.example.com/_blazor?id=eXbNRQgEV0ypITcjFBbx8w' },
      gives: { kind: 'socket-opened', keys: { path: '/_blazor?id=eXbNRQgEV0ypITcjFBbx8w' } },
    },
    {
      line: '[2026-11-22T20:23:41.122Z] Debug: HttpConnection.stopConnection(Error: WebSocket closed with status code: 1006 ().) called while in state Connected.',
      from: '@microsoft/signalr 5 console logger at level debug: it says so again as an error',
      reads: { library: 'SignalR client' },
      gives: 'noise',
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
    {
      line: '\tat okhttp3.internal.ws.RealWebSocket.loopReader(RealWebSocket.kt:293)',
      from: 'OkHttp 4.12, logged with its stack',
      before: [
        '2025-11-06 09:58:12.334 ERROR [OkHttp https://example.com/...] chat.Socket - lost it',
        'java.net.SocketException: Software caused connection abort',
        '\tat java.net.SocketInputStream.socketRead0(Native Method)',
      ],
      reads: { library: 'okhttp', reason: 'java.net.SocketException: Software caused connection abort' },
      gives: { kind: 'socket-closed', code: 1006, by: 'network' },
    },
    {
      line: '\tat okhttp3.internal.ws.RealWebSocket.loopReader(RealWebSocket.java:265)',
      from: 'OkHttp 3.12 in Gotify for Android: the line above the exception says so',
      before: ['2020-10-07T16:46:15.077Z ERROR: WebSocket(1): failure  Message: ', 'java.io.EOFException'],
      reads: { library: 'okhttp' },
      gives: 'noise',
    },
    {
      line: '    WebSocket protocol error: Connection reset without closing handshake',
      from: 'gotify-desktop on tungstenite and anyhow, desbma/gotify-desktop#11',
      before: ['Error: Failed to get message', '', 'Caused by:'],
      reads: { library: 'tungstenite' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '09:40:31.472 -> [WS-Client] connection lost.',
      from: 'arduinoWebSockets in the serial monitor of the Arduino IDE, Links2004/arduinoWebSockets#586',
      reads: { library: 'arduinoWebSockets', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[WS-Client] connected to 192.168.1.10:3000.',
      from: 'arduinoWebSockets 2.3',
      reads: { library: 'arduinoWebSockets' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '09:40:31.472 -> [WS-Client] client disconnected.',
      from: 'arduinoWebSockets 2.3: of any end',
      reads: { means: 'noise' },
      gives: 'noise',
    },
    {
      line: 'ccxt.base.errors.RequestTimeout: Connection to wss://socket.coinex.com/ timed out due to a ping-pong keepalive missing on time',
      from: 'ccxt 4.3 in Python, ccxt/ccxt#22959',
      reads: { library: 'ccxt' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: 'onOpen: Response{protocol=http/1.1, code=101, message=Switching Protocols, url=https://ws.example.com/live}',
      from: 'a listener on OkHttp 3.5, square/okhttp#3113',
      reads: { library: 'okhttp' },
      gives: { kind: 'socket-opened', keys: { path: '/live' } },
    },
    {
      line: 'onFailure',
      from: 'a listener on OkHttp 3.5, square/okhttp#3113',
      after: [
        '    java.io.EOFException',
        '        at okio.RealBufferedSource.require(RealBufferedSource.java:59)',
        '        at okhttp3.internal.ws.RealWebSocket.loopReader(RealWebSocket.java:261)',
      ],
      reads: { reason: 'java.io.EOFException' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '21:16:09: [HBtimeout] count=3, DISCONNECTING',
      from: 'arduinoWebSockets 2.6, Links2004/arduinoWebSockets#922',
      reads: { library: 'arduinoWebSockets' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: '21:16:08: [HBtimeout] pong TIMEOUT! lp=1534383 millis=1539883 pi=1026 count=2',
      from: 'arduinoWebSockets 2.6, Links2004/arduinoWebSockets#922',
      reads: { library: 'arduinoWebSockets' },
      gives: 'noise',
    },
    {
      line: '14:03:20.190 Pusher :  : ["Error",{"type":"WebSocketError","error":{"type":"PusherError","data":{"code":1006,"message":null}}}]',
      from: 'pusher-js 5 with logToConsole',
      reads: { library: 'pusher-js', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'Pusher : : ["State changed","connecting -> connected with new socket ID 55120.77310"]',
      from: 'pusher-js 7 with logToConsole',
      reads: { connection: '55120.77310' },
      gives: { kind: 'socket-opened', keys: { connection: '55120.77310' } },
    },
    {
      line: 'Pusher : : ["State changed","connected -> connecting"]',
      from: 'pusher-js 7 with logToConsole',
      reads: { library: 'pusher-js' },
      gives: 'noise',
    },
  ],
  rejects: [
    'onFailure',
    'Connection to remote host was lost',
    'code=1006',
    '9999 Connection dropped by remote peer.',
    '1006 users: online',
    'remote=true',
  ],
  read(line, context) {
    const found = phraseIn(line);
    if (!found) return READS_FRAMES.test(line) ? brokenRead(line.trim(), context) : null;
    const { phrase, head, message } = found;
    const { stack } = phrase;
    if (stack && !context.after(FRAMES).some((frame) => stack.test(frame))) return null;
    const { code: written, status: refused, interval, remote, connection, path } = found.groups;
    const reason = found.groups['reason'] ?? (phrase.exception === 'below' ? exceptionIn(context.after(1)[0]) : undefined);
    const code = written === undefined ? phrase.code : Number(written);
    if (code !== undefined && !isCloseCode(code)) return null;
    const means = meaningOf(phrase, reason, context);
    const status = refused === undefined ? (means === 'refused' ? upgradeStatusIn(reason ?? message) : undefined) : Number(refused);
    const intervalMs = interval === undefined ? undefined : duration(interval);
    return {
      ...(head?.at && { at: head.at }),
      ...(head?.level !== undefined && { level: head.level }),
      library: phrase.library,
      means,
      message,
      ...(connection !== undefined && { connection }),
      ...(path !== undefined && { path }),
      ...(phrase.clean && { clean: true }),
      ...(means === 'closed' && code !== undefined && { code }),
      ...(reason && { reason }),
      ...(status !== undefined && { status }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(remote !== undefined && { remote: remote === 'true' }),
    };
  },
  events(row): Draft | undefined {
    const keys = connectionKeys(row);
    switch (row.means) {
      case 'opened':
        return { kind: 'socket-opened', keys };
      case 'closed': {
        const code = row.code ?? closeCodeIn(row.message);
        const by = endedBy(row.reason ?? '');
        return {
          kind: 'socket-closed',
          ...(code !== undefined && { code }),
          ...(row.reason !== undefined && { reason: row.reason }),
          ...(row.clean && { wasClean: true }),
          ...(by && { by }),
          keys,
        };
      }
      case 'silent':
        return { kind: 'heartbeat-missed', ...(row.intervalMs !== undefined && { intervalMs: row.intervalMs }) };
      case 'refused':
        return {
          kind: 'handshake-failed',
          why: (row.reason ?? row.message).slice(0, 300),
          ...(row.status !== undefined && { status: row.status }),
          keys,
        };
      case 'noise':
        return undefined;
    }
  },
});

/** OkHttp's loop over the frames of an open WebSocket, as a stack names it. */
const READS_FRAMES = /^\s{0,8}at okhttp3\.internal\.ws\.RealWebSocket\.loopReader\(/;
/** A stack's frames between an exception and that loop. */
const FRAMES = 32;

/**
 * What that loop threw ended the WebSocket, when a carrier or the logger's line above the exception says; where that line names a close
 * itself, it has told of this one.
 */
function brokenRead(message: string, context: Context): ClientRow {
  const before = context.before(FRAMES);
  const place = before.findLastIndex((line) => exceptionIn(line) !== undefined);
  const reason = exceptionIn(before[place]);
  const above = before[place - 1] ?? '';
  const at = logHead(above)?.at;
  const told = phraseIn(above)?.phrase.exception === 'below' || closeCodeIn(above) !== undefined;
  if (reason === undefined || told || (!at && !context.at)) return { library: 'okhttp', message, means: 'noise' };
  return { ...(at && { at }), library: 'okhttp', message, means: 'closed', code: 1006, reason };
}

type Found = NonNullable<ReturnType<typeof clientPhrase>> & { readonly head: LogHead | undefined; readonly message: string };

function phraseIn(line: string): Found | undefined {
  const { text } = placedLine(line);
  const head = logHead(text);
  for (const candidate of head ? [head.rest, head.message, text] : [text]) {
    const message = candidate.trimEnd();
    const found = clientPhrase(message);
    if (found) return { ...found, head, message };
  }
  return undefined;
}

/** An exception that the line above tells of says nothing more; one of a connection that was never made is no close. */
function meaningOf(phrase: ClientPhrase, reason: string | undefined, context: Context): ClientPhrase['means'] {
  if (phrase.exception === 'itself' && phraseIn(context.before(1)[0] ?? '')?.phrase.exception === 'below') return 'noise';
  return phrase.exception === 'below' && isNeverMade(reason ?? '') ? 'refused' : phrase.means;
}
