/** Closing lines of WebSocket client libraries and tools, letter by letter as they print or throw them. */

export interface ClientPhrase {
  readonly library: string;
  readonly means: 'opened' | 'closed' | 'silent' | 'refused' | 'noise';
  readonly pattern: RegExp;
  /** The code that the library stands for without writing it. */
  readonly code?: number;
  /** It is said of a close with both frames alone. */
  readonly clean?: true;
  /** `below`: what broke is the exception whose stack is printed below; `itself`: it is such an exception, which a line above may tell of. */
  readonly exception?: 'below' | 'itself';
  /** It is said of others than WebSockets too: of one where the stack below goes through this. */
  readonly stack?: RegExp;
}

const PHRASES: readonly ClientPhrase[] = [
  {
    library: 'websocket-client',
    means: 'closed',
    code: 1006,
    pattern: /^(?:websocket\._exceptions\.)?WebSocketConnectionClosedException: Connection to remote host was lost\.$/,
  },
  {
    library: 'websocket-client',
    means: 'noise',
    pattern:
      /^(?:websocket\._exceptions\.)?WebSocketConnectionClosedException: (?:socket is already closed\.|Connection is already closed\.)$/,
  },
  {
    library: 'websocket-client',
    means: 'silent',
    pattern: /^(?:websocket\._exceptions\.)?WebSocketTimeoutException: ping\/pong timed out$/,
  },
  { library: 'websocket-client', means: 'noise', pattern: /^(?:websocket\._exceptions\.)?WebSocketTimeoutException: .{1,200}$/ },
  {
    library: 'websocket-client',
    means: 'refused',
    pattern: /^(?:websocket\._exceptions\.)?WebSocketBadStatusException: Handshake status (?<status>\d{3}) .{0,2000}$/s,
  },
  {
    library: 'kubectl',
    means: 'closed',
    pattern:
      /^(?:error: )?error reading from error stream: next reader: websocket: close (?<code>\d{4})(?: \([^)]{1,40}\))?(?:: (?<reason>.{1,200}))?$/,
  },
  {
    library: 'okhttp',
    means: 'silent',
    exception: 'itself',
    pattern:
      /^(?:Caused by: )?java\.net\.SocketTimeoutException: sent ping but didn't receive pong within (?<interval>\d{1,9}ms) \(after \d{1,9} successful ping\/pongs\)$/,
  },
  {
    library: 'okhttp',
    means: 'refused',
    exception: 'itself',
    pattern: /^(?:Caused by: )?java\.net\.ProtocolException: Expected HTTP 101 response but was '(?<status>\d{3}) [^']{0,100}'$/,
  },
  // Gotify's app around OkHttp's listener: a status only of an answer to the upgrade. Not every version numbers its sockets.
  { library: 'okhttp', means: 'opened', pattern: /^WebSocket(?:\((?<connection>\d{1,9})\))?: opened$/ },
  {
    library: 'okhttp',
    means: 'refused',
    exception: 'below',
    pattern: /^WebSocket(?:\((?<connection>\d{1,9})\))?: failure StatusCode: (?<status>\d{3}) Message: .{0,300}$/,
  },
  {
    library: 'okhttp',
    means: 'closed',
    code: 1006,
    exception: 'below',
    pattern: /^WebSocket(?:\((?<connection>\d{1,9})\))?: failure {1,2}Message:(?: : (?<reason>\S.{0,300}))?$/,
  },
  {
    library: 'okhttp',
    means: 'noise',
    pattern: /^WebSocket(?:\(\d{1,9}\))?: (?:starting\.\.\.|closing existing connection\.|scheduling a restart in .{1,80})$/,
  },
  // `onClosed`: both sides have sent their close frame.
  { library: 'okhttp', means: 'closed', clean: true, pattern: /^WebSocket(?:\((?<connection>\d{1,9})\))?: closed$/ },
  // Its `WebSocketHandler` writes so of an exception behind the handshake, and gives the socket up: as log4j, logback and java.util.logging name it.
  {
    library: 'AsyncHttpClient',
    means: 'closed',
    code: 1006,
    exception: 'below',
    pattern:
      /^(?:(?:\[AsyncHttpClient-[\d-]{1,12}\] )?[A-Z]{4,5} {1,2})?(?:[\w.]{1,60}\.netty\.handler\.|\[)WebSocketHandler(?:\.handleException\])? - onError$/,
  },
  // Slack's SDK names the session with Tyrus, the code with Java-WebSocket, whose -1 is of what never connected.
  { library: 'Slack SDK', means: 'opened', pattern: /^New session is open(?: \(session id: (?<connection>[\w-]{8,64})\))?$/ },
  {
    library: 'Slack SDK',
    means: 'closed',
    code: 1006,
    pattern: /^onClose listener is called \(session id: (?<connection>[\w-]{8,64}), reason: (?<reason>Closed abnormally\.)\)$/,
  },
  {
    library: 'Slack SDK',
    means: 'closed',
    pattern:
      /^onClose listener is called \((?:code: (?<code>\d{4})|session id: (?<connection>[\w-]{8,64})), reason: (?<reason>.{0,300})\)$/,
  },
  { library: 'Slack SDK', means: 'refused', pattern: /^onClose listener is called \(code: -1, reason: .{0,300}\)$/ },
  {
    library: 'Java-WebSocket',
    means: 'closed',
    pattern: /^code ?= ?(?<code>\d{4}), reason ?= ?"?(?<reason>[^"]{0,300}?)"?, remote ?= ?(?<remote>true|false)$/,
  },
  { library: 'nv-websocket-client', means: 'closed', pattern: /^CloseCode=(?<code>\d{4}),\s?Reason="(?<reason>[^"]{0,300})"$/ },
  {
    library: 'WebSocket-Node',
    means: 'closed',
    pattern:
      /^(?<code>\d{4}) (?<reason>Connection dropped by remote peer\.|Peer unresponsive\.|Normal connection closure|Unspecified error|Remote peer is going away|Protocol error|Abnormal closure)$/,
  },
  { library: 'Postman', means: 'closed', pattern: /^(?<code>1\d{3}) (?<reason>[A-Z][A-Za-z ]{2,40}): ?.{0,300}$/ },
  {
    library: 'noVNC',
    means: 'closed',
    pattern:
      /^(?:Server disconnected|Failed when connecting: Connection closed|Connection closed) \(code: (?<code>\d{4})(?:, reason: (?<reason>[^)]{0,300}))?\)$/,
  },
  { library: 'n8n', means: 'closed', pattern: /^\[WebSocketClient\] Connection lost, code=(?<code>\d{4})$/ },
  { library: 'VS Code', means: 'closed', pattern: /^(?:Error: )?WebSocket close with status code (?<code>\d{4})$/ },
  {
    library: 'SignalR client',
    means: 'closed',
    pattern:
      /^Connection disconnected with error '(?<reason>Error: WebSocket closed with status code: (?<code>\d{4}) \([^)]{0,200}\)\.?)'\.?$/,
  },
  // The id is the token that its server gave it, which no other line of the client names.
  { library: 'SignalR client', means: 'opened', pattern: /^WebSocket connected to (?<path>wss?:\/\/\S{1,2000}?)\.?$/ },
  // What comes before the line of the close, at level debug.
  {
    library: 'SignalR client',
    means: 'noise',
    pattern:
      /^(?:Call to )?(?:HttpConnection\.stopConnection|HubConnection\.connectionClosed)\(.{0,300}\) (?:called while in state \w{1,20}|was ignored because .{1,100})\.$/,
  },
  {
    library: 'SignalR client',
    means: 'silent',
    pattern: /^(?:Connection disconnected with error 'Error: )?Server timeout elapsed without receiving a message from the server\.'?\.?$/,
  },
  { library: 'SignalR client', means: 'refused', pattern: /^Failed to start the (?:connection|transport 'WebSockets'): .{1,500}$/ },
  { library: 'Socket.IO for Unreal', means: 'silent', pattern: /^(?:Close by reason: Pong timeout|Connection lost: Ping timeout)$/ },
  // Its Display, as anyhow lists it below `Caused by:` in what a program ends with.
  {
    library: 'tungstenite',
    means: 'closed',
    code: 1006,
    pattern: /^ {0,8}(?:\d{1,2}: )?WebSocket protocol error: (?<reason>Connection reset without closing handshake)$/,
  },
  // Behind the arrow of the Arduino IDE's serial monitor. It found no TCP connection any more; `client disconnected.` follows upon any end.
  { library: 'arduinoWebSockets', means: 'opened', pattern: /^(?:-> )?\[WS-Client\] connected to [\w.:-]{1,200}\.?$/ },
  { library: 'arduinoWebSockets', means: 'closed', code: 1006, pattern: /^(?:-> )?\[WS-Client\] (?<reason>connection lost)\.$/ },
  { library: 'arduinoWebSockets', means: 'noise', pattern: /^(?:-> )?\[WS-(?:Client|Server\]\[\d{1,2})\] client disconnected\.$/ },
  // Of a client as of a server: it bears as many pongs missing as `enableHeartbeat` was told.
  { library: 'arduinoWebSockets', means: 'noise', pattern: /^(?:-> )?\[HBtimeout\] pong TIMEOUT! lp=\d{1,12} .{1,80}$/ },
  {
    library: 'arduinoWebSockets',
    means: 'closed',
    code: 1006,
    pattern: /^(?:-> )?\[(?<reason>HBtimeout)\] count=\d{1,3}, DISCONNECTING$/,
  },
  {
    library: 'ccxt',
    means: 'closed',
    code: 1006,
    pattern:
      /^(?:ccxt\.base\.errors\.)?RequestTimeout: Connection to wss?:\/\/\S{1,500} timed out due to a (?<reason>ping-pong keepalive missing on time)$/,
  },
  // `Response.toString()` in a listener's own line, and the exception that a listener of a WebSocket or of a call may print below.
  {
    library: 'okhttp',
    means: 'opened',
    pattern: /^on ?[oO]pen:? Response\{protocol=[\w./]{1,20}, code=101, message=[^,]{0,60}, url=(?<path>[^\s}]{1,2000})\}$/,
  },
  {
    library: 'okhttp',
    means: 'closed',
    code: 1006,
    exception: 'below',
    stack: /^\s{0,8}at okhttp3\.internal\.ws\.(?:RealWebSocket\.loopReader|WebSocketReader\.\w{1,40})\(/,
    pattern: /^on ?[fF]ailure:?$/,
  },
  // What it logs with `logToConsole`; the error has the close event's code in it.
  {
    library: 'pusher-js',
    means: 'closed',
    pattern:
      /^Pusher ?: {1,2}: \["Error",\{(?:"type":"WebSocketError","error":\{)?"type":"PusherError","data":\{"code":(?<code>\d{4})(?:,"message":(?:null|"(?<reason>[^"]{0,300})"))?\}{2,3}\]$/,
  },
  {
    library: 'pusher-js',
    means: 'opened',
    pattern: /^Pusher ?: {1,2}: \["State changed","connecting -> connected with new socket ID (?<connection>\d{1,10}\.\d{1,10})"\]$/,
  },
  {
    library: 'pusher-js',
    means: 'noise',
    pattern: /^Pusher ?: {1,2}: \["(?:State changed","[a-z]{4,12} -> [a-z]{4,12}|Event (?:sent|recd)",.{0,2000})"?\]$/,
  },
  {
    library: 'reconnecting-websocket',
    means: 'noise',
    pattern:
      /^(?:ReconnectingWebSocket|RWS>) (?:attempt-connect|onopen|onclose|onerror|onmessage|reconnect|connect|open event|close event|error event|connection-timeout|clear listeners|handle connection timeout).{0,500}$/,
  },
]; // prettier-ignore

/** Exceptions of a connection that was never made, and Node's words of the system call that failed. */
const NEVER_MADE =
  /^(?:Error: )?(?:connect|getaddrinfo) E[A-Z_]{3,20}\b|^(?:[\w.]{1,80}\.)?(?:ConnectException|UnknownHostException|NoRouteToHostException|SSLHandshakeException|SSLPeerUnverifiedException|ProtocolException|UnknownServiceException)(?:: |$)|^java\.net\.SocketTimeoutException: (?:failed to connect|connect timed out|SSL handshake)/;
/** Whether an exception's first line says that there was no connection yet. */
export const isNeverMade = (thrown: string): boolean => NEVER_MADE.test(thrown);

// All of them at once, so that the many lines that are none cost one search.
const ANY = new RegExp(PHRASES.map(({ pattern }) => pattern.source.replace(/\(\?<\w+>/g, '(?:')).join('|'), 's');

/** The phrase that a text is, and nothing else, with what it names; undefined = none. */
export function clientPhrase(
  text: string,
): { readonly phrase: ClientPhrase; readonly groups: Readonly<Record<string, string | undefined>> } | undefined {
  if (text.length > 4000 || !ANY.test(text)) return undefined;
  for (const phrase of PHRASES) {
    const found = phrase.pattern.exec(text);
    if (found) return { phrase, groups: found.groups ?? {} };
  }
  return undefined;
}
