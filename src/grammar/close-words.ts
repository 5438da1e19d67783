/** How libraries and applications word the end of a WebSocket: close codes in running text, and who ended it. */
import type { SocketClosed } from '../types.ts';
import { looseCode } from './loose-code.ts';

/** A close code: 1000–1015 of the RFC and the registry, 3000–4999 for libraries and applications. */
export const isCloseCode = (code: number): boolean =>
  Number.isInteger(code) && ((code >= 1000 && code <= 1015) || (code >= 3000 && code <= 4999));

// What follows a number that counts or measures something: `took 1006ms`, `closed 1006 connections`; more than one of anything, so that `closed 1006
// Connection dropped` counts none.
const NOT_COUNTED = String.raw`(?!\w|\.\w|\s?(?:%|[kmg]?i?b\b|bytes?\b|m?secs?\b|seconds?\b|millis|m?s\b|(?:(?:idle|stale|dead|old|open|active|client|user|peer|ws|web ?socket|socket) )?(?:web ?sockets|sockets|conns?|connections|clients|sessions|users|peers|messages|times|rooms|tabs|files)\b))`;
const CODE = String.raw`["']?(10(?:0\d|1[0-5])|[34]\d{3})${NOT_COUNTED}`;
// `code=1006`, `closeCode: 1006`, `close_code=1006`, `Code:1006`, `status code: 1006`, `status = 1006`, `CloseCode=1002`, `StatusCode(1006)`.
const KEYED = new RegExp(
  String.raw`(?:(?<![a-z])(?:ws|web_?socket|close|closure|disconnect|socket|status|event)?[ _.-]{0,1}code|(?<![a-z])(?:close|ws|ws_close)[ _]?status|(?<![a-z])status(?= =))["']?(?:\s{0,2}(?:[:=(]|is)\s{0,2}|\s)${CODE}`,
  'i',
);
// `close 1006 (abnormal closure)`, `on close 1006`, `disconnected from wss://rpc.example.org: 1006:: …` (Polkadot's API), `disconnected: 1006`, `Disconnect 1006: …`, `closed (1006)`, `closed with 1006`, `closed with error: 1006.`, `Failing the WebSocket connection: 1006`, `CloseReason[1006,Disconnected]` (Jetty).
const WORDED = new RegExp(
  String.raw`(?<![a-z])(?:on ?)?(?:clos(?:ed|e|ure|ing)|disconnect(?:ed|ion|s)?|failing (?:the|\w{4,10}) websocket connection|websocketdisconnect|connection (?:lost|dropped|terminated|ended))(?: from wss?:\/\/[^\s'"]{1,400})?(?: with(?: (?:close )?(?:status |error )?(?:code|status|error))?| by code| ?status| ?event| ?reason| ?frame)?["']?\s{0,2}[:=(\[,-]{0,2}\s{0,2}${CODE}`,
  'i',
);
// `connection 8a2b lost: 1006`, `lost (1006)`: 1006 itself needs less than other numbers.
const LOST = /(?<![a-z])(?:lost|dropped|broken|gone|ended|terminated) ?[:(] ?(1006)(?![\w.])/i;
// `1006 - WebSocket Read EOF`, `1001: Connection Idle Timeout`, `1006 Connection dropped by remote peer.`, `1006 Abnormal Closure:…`.
const LEADING =
  /^["'[(]?(10(?:0\d|1[0-5]))[\])]?(?: - | |: ?)(?=(?:websocket|connection|abnormal|normal|going|session|no close|idle|eof|read)\b)/i;
// Python's websockets: `received 1001 (going away); then sent 1001 (going away)`: what the peer sent is the code; without it, 1006.
const RECEIVED = /(?<![a-z])(?:received|rcvd) (\d{4}) \(/;
// What this side did not take, it told the other: `sent 1009 (message too big); no close frame received`. Whether that arrived, the other knows.
const REFUSED = /(?<![a-z])sent (100[2378]|1009) \([^)]{1,40}\)[^;]{0,120}; no close frame received/;
// Autobahn: `connection was closed uncleanly (None)`, with 1006 and that alone.
const NEVER_RECEIVED =
  /no close frame (?:was )?received|failed to read frame header: (?:unexpected )?EOF|abnormal(?:ly)? clos(?:ure|ed)|(?<!\d )closed abnormally|close_abnormal|without (?:completing the close|closing) handshake|resetwithoutclosinghandshake|clos(?:ed|ing) uncleanly|socket connection closed prematurely|received tcp fin before websocket close frame|websocket (?:read eof|closed without)|no more websocket frame|closed without (?:a )?close frame|\bclosing handshake failed/i;
// coder/websocket names the code: `received close frame: status = StatusGoingAway and reason = ""`.
const NAMED =
  /status ?= ?"?Status(NormalClosure|GoingAway|ProtocolError|UnsupportedData|NoStatusRcvd|AbnormalClosure|InvalidFramePayloadData|PolicyViolation|MessageTooBig|MandatoryExtension|InternalError|ServiceRestart|TryAgainLater|BadGateway|TLSHandshake)/;
// Rust's enumerations, in ws and tungstenite: `WebSocket closing for (Abnormal)`, `CloseFrame { code: Away, reason: "" }`.
const IN_RUST =
  /(?:\b(?:[Ww]eb[Ss]ocket|[Cc]onnection|[Cc]lient|[Pp]eer|[Ss]ession)\b[^()]{0,60}\bclos(?:ed|ing|e)\b[^()]{0,30}\(|\bCloseFrame \{ code: )(Normal|Away|Protocol|Unsupported|Status|Abnormal|Invalid|Policy|Size|Extension|Error|Restart|Again|Tls)(?=[),])/;
const BY_NAME: Readonly<Record<string, number>> = {
  Normal: 1000,
  Away: 1001,
  Protocol: 1002,
  Unsupported: 1003,
  Status: 1005,
  Abnormal: 1006,
  Invalid: 1007,
  Policy: 1008,
  Size: 1009,
  Extension: 1010,
  Error: 1011,
  Restart: 1012,
  Again: 1013,
  Tls: 1015,
  NormalClosure: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  NoStatusRcvd: 1005,
  AbnormalClosure: 1006,
  InvalidFramePayloadData: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  MandatoryExtension: 1010,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
  BadGateway: 1014,
  TLSHandshake: 1015,
}; // prettier-ignore

/**
 * The close code that a text names or amounts to; undefined = it names none. A number that merely equals a code (a port, an id, a
 * count, a time in ms) is none: it needs a code-like key or a closing word right before it. `certain` = the words themselves tell of
 * a close; else it is `code: 1006`, which has to stand in a record about one.
 */
export function saidCode(text: string): { readonly code: number; readonly certain: boolean } | undefined {
  const worded = RECEIVED.exec(text) ?? REFUSED.exec(text) ?? WORDED.exec(text) ?? LEADING.exec(text) ?? LOST.exec(text);
  const keyed = worded ?? KEYED.exec(text);
  const certain = worded !== null || /^(?:ws|web_?socket|close)/i.test(keyed?.[0] ?? '');
  const code = plausible(keyed?.[1]);
  if (code !== undefined) return { code, certain };
  // "sent 1011 …; no close frame received" (a heartbeat's, mostly): the library's own `code` is 1006 then, whatever was sent.
  if (NEVER_RECEIVED.test(text)) return { code: 1006, certain: true };
  const named = BY_NAME[(NAMED.exec(text) ?? IN_RUST.exec(text))?.[1] ?? ''] ?? looseCode(text);
  return named === undefined ? undefined : { code: named, certain: true };
}

export const closeCodeIn = (text: string): number | undefined => saidCode(text)?.code;

const plausible = (digits: string | undefined): number | undefined => {
  const code = Number(digits);
  return isCloseCode(code) ? code : undefined;
};

// What the socket under a WebSocket says when it breaks: Go, Node, Python, Java, .NET, Rust, Cowboy's `{:error, :closed}` WebSockex's `{:remote, :closed}`, and Amplify's error for Apple's -1005 and errno 53, 57. No close frame came then.
const BROKEN =
  /connection reset by peer|\bi\/o timeout|broken pipe|\bE(?:CONNRESET|PIPE|TIMEDOUT|CONNABORTED|HOSTUNREACH)\b|connection (?:timed out|abort(?:ed)?)|no route to host|forcibly closed by the remote host|without completing the close handshake|\bEOFException\b|\bi\/o (?:failure|error)\b|\{:?(?:error|remote), ?:?closed\}|\bsocketexception \((?:1005[34]|10060|104|110|32)\)|\berror(?: event)?: (?:\w{1,60}\.){0,4}connectionLost\b/i;

/** The error of a broken transport: whatever read or wrote the WebSocket got no close frame. */
export const isBrokenTransport = (error: string): boolean => BROKEN.test(error);

// What a library throws of a read alone, which only what was open has: websockets of Python, gorilla, coder/websocket, tungstenite.
const OF_A_READ = /no close frame (?:was )?received|close 1006 \(abnormal closure\)|failed to read frame header|without closing handshake/i;

/** The words are of a connection that had been open: an attempt that failed has others there. */
export const isOfOpen = (text: string): boolean => OF_A_READ.test(text);

const ENDED_BY: readonly (readonly [NonNullable<SocketClosed['by']>, RegExp])[] = [
  [
    // tungstenite files a reset under its protocol errors: `WebSocket protocol error: Connection reset without closing handshake`.
    'protocol-error',
    /invalid (?:websocket )?frame|invalid close payload|\brsv[123]\b|mask must|invalid utf-?8|max payload|too big message|message too (?:big|large|long)|read limit exceeded|protocol error(?!: connection reset)|parse error/,
  ],
  [
    // Go says `i/o timeout` of a read or write deadline that this endpoint itself set, as for a pong.
    // uWebSockets pings by itself before its idle timeout, so that only a silent peer reaches it.
    // A `TimeoutError` without words is a timer of asyncio that ran out, where that of a kernel has its errno: aiohttp gives one for a peer
    // that did not answer its ping, or its close frame, in time (`_pong_not_received`, `close`).
    'heartbeat',
    /(?:ping|pong|heart-?beat|keep-?alive)(?: ping| pong)? ?time-?(?:d )?out|(?:no|missed|missing)(?: \d{1,4}| its| too many)? (?:ping|pong|heart-?beat)s?\b|(?:ping|pong|heart-?beat|keep-?alive)s? (?:is |was |were )?(?:missing|missed|overdue)|heart-?beat (?:lost|expired|failed)|\bi\/o timeout|(?:did not|didn't|failed to) (?:answer|respond)|(?:did not|didn't) receive (?:a )?pong|client hasn't sent a message\/ping within|(?:unresponsive|dead) (?:client|peer|connection|socket)|^hbtimeout$|^websocket timed out from inactivity|\btimeouterror\(\)/,
  ],
  [
    // Chromium, Android, Apple, and the errno of a kernel that got no answer or has no way: a reset is none of these, and Apple's
    // "network connection was lost" (-1005) stands for one too. Python's numbers of ETIMEDOUT are 110 on Linux and 60 on macOS.
    'network',
    /err_(?:network_changed|internet_disconnected|network_io_suspended|address_unreachable|network_access_denied)|software caused connection abort|internet connection appears to be offline|nsurlerrordomain code=-1009|network is (?:down|unreachable)|no route to host|\be(?:timedout|hostunreach|netunreach|netdown|netreset|connaborted)\b|read: connection timed out|\[errno (?:110|60)\]|socketexception \((?:10060|110)\)/,
  ],
  ['idle-timeout', /idle[ -]?time-?out|timed out (?:from|due to|after) inactivity|inactivity|idle too long/],
  [
    'shutdown',
    /(?:server|proxy|gateway|load balancer|application|app|service|process|host) (?:is )?(?:shutting down|shutdown|restart(?:ing)?|stopping)|shutting down|service restart/,
  ],
  ['server', /server namespace disconnect|io server disconnect|forced? (?:server )?close|closed by (?:the )?server|kicked/],
  ['client', /client namespace disconnect|io client disconnect|closed by (?:the )?client|client (?:closed|went away)/],
]; // prettier-ignore

// Socket.IO's reasons. It hands no close code on: a session that was closed on purpose says so in a packet. Of `transport close` nobody
// knows: a tab that is closed sends 1001 first, a timer of a hop sends nothing.
const SOCKET_IO_LOST = /^(?:transport error|ping timeout|parse error|forced close)$/;
const SOCKET_IO_ENDED = /^transport close$/;
const SOCKET_IO_LEFT = /^(?:(?:client|server) namespace disconnect|io (?:client|server) disconnect)$/;

/** The transport under a Socket.IO session was closed, not by the end that says so. */
export const isTransportClose = (reason: string): boolean => SOCKET_IO_ENDED.test(reason);

/** The reason is one of Socket.IO's: the record is of an end, whatever its words. */
export const isSocketIoEnd = (reason: string | undefined): boolean =>
  reason !== undefined && (isTransportClose(reason) || wasLeft(reason) !== undefined);

/** Whether a Socket.IO session was closed on purpose, by its reason; undefined = the reason does not tell, or is none of Socket.IO's. */
export const wasLeft = (reason: string | undefined): boolean | undefined =>
  reason === undefined ? undefined : SOCKET_IO_LOST.test(reason) ? false : SOCKET_IO_LEFT.test(reason) ? true : undefined;

/** Who ended a connection, by the words of its reason; undefined = they do not say (`transport close`, `going away` do not). */
export function endedBy(words: string): SocketClosed['by'] {
  const said = words.toLowerCase();
  for (const [by, pattern] of ENDED_BY) if (pattern.test(said)) return by;
  return undefined;
}

/** An HTTP status in the words of a failed upgrade: `Unexpected server response: 502`, `status code (503 …)`, `code: 400`, `rejected (403 Forbidden)`, .NET's `status code '503'`. */
export function upgradeStatusIn(text: string): number | undefined {
  const found =
    /(?:response|status(?: code)?(?: received)?|code|rejected|expected handshake response status code 101 but got|HTTP(?: error| status| response)?)[:=]?[ (']{1,2}([1-5]\d{2})(?!\d)/i.exec(
      text,
    );
  return found ? Number(found[1]) : undefined;
}
