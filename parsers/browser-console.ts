/** Browser consoles: what Chrome, Edge, Safari and Firefox print of a WebSocket that failed. */
import { endedBy, upgradeStatusIn } from '../src/grammar/close-words.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { daytimeAt, isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ConsoleRow extends Row {
  /** The URL of the WebSocket. */
  readonly path: string;
  readonly message: string;
  readonly browser: 'chromium' | 'firefox';
  readonly status?: number;
  /** The line above says that the page was left. */
  readonly left?: true;
}

// What stands before: a stamp (saved logs, in brackets or not; Firefox' time of day), Chrome's `file:line` or `(index):12`, Puppeteer's or Playwright's `[error]`.
const PREFIX = String.raw`^(?:\[?(\d{4}-\d{2}-\d{2}[T ][^\s\]]{8,24}|\d{2}:\d{2}:\d{2}(?:\.\d{3})?)\]?\s{1,4})?(?:\[(?:error|console\.error|JavaScript Error)\]:? )?(?:[\w(][\w().?=&%/:@~-]{0,300}:\d{1,7}(?::\d{1,7})?:?\s{1,4})?`;
const URL = String.raw`(wss?:\/\/[^\s'"]{1,4000}?)`;
const CHROMIUM = new RegExp(String.raw`${PREFIX}WebSocket connection to '${URL}' failed:\s?(.{0,1000})$`);
const FIREFOX = new RegExp(
  String.raw`${PREFIX}(?:(Firefox can.t establish a connection to the server at) ${URL}\.|(The connection to) ${URL} (was interrupted while the page was loading)\.)(?: [\w./:-]{1,300})?$`,
);

// Failures after the opening handshake, by the browser's own check of a frame: the script sees 1006 (WHATWG, "fail the WebSocket connection").
const BAD_FRAME =
  /^(?:Invalid frame header|A server must not mask any frames|Could not decode a text frame as UTF-8|One or more reserved bits are on|Received (?:unexpected continuation frame|a broken close frame|start of new message)|Unrecognized frame opcode|Control frames must|Received control frame|Data frame received after close|Received an? |Payload|Message too big|Failed to inflate|Compressed bit)/;
const HANDSHAKE =
  /^(?:Error during WebSocket handshake|WebSocket (?:is closed before the connection is established|opening handshake (?:timed out|was canceled))|Connection closed before receiving a handshake response|Error in connection establishment|HTTP Authentication failed|Proxy|There was a bad response from the server|The (?:certificate|URL|Internet connection appears to be offline)|Establishing a tunnel)|^$/;

/** What an attempt fails of where the browser's own system has no network, or took it away to sleep: it says more of that than of the server. */
const CUT_OFF =
  /^(?:Error in connection establishment: )?net::ERR_(?:INTERNET_DISCONNECTED|NETWORK_IO_SUSPENDED|NETWORK_CHANGED)$|^The Internet connection appears to be offline\.$/;

/** Of a console that keeps its lines: the page was left or loaded anew, and with it goes what it had open. */
const NAVIGATED = /(?:^|\s)Navigated to https?:\/\/\S{1,2000}$/;
/** Other scripts of the page may say a word between. */
const ABOVE = 2;

export const browserConsole = defineParser<ConsoleRow>({
  name: 'browser-console',
  about: 'console of Chrome, Edge, Safari or Firefox, saved or copied',
  adds: 'what a failed WebSocket failed of: HTTP status, timeout, net error, bad frame; scripts only see 1006',
  docs: 'https://developer.chrome.com/docs/devtools/console/log',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['WebSocket connection to', 'establish a connection to the server at ws', 'was interrupted while the page was loading'],
  samples: [
    {
      line: "app.js:17 WebSocket connection to 'wss://app.example.com/v1/graphql' failed: Error during WebSocket handshake: Unexpected response code: 502",
      from: 'Chrome 120',
      reads: { path: 'wss://app.example.com/v1/graphql', status: 502 },
      gives: { kind: 'handshake-failed', status: 502, keys: { path: '/v1/graphql' } },
    },
    {
      line: "WebSocket connection to 'wss://app.example.com/ws?room=1' failed: WebSocket is closed before the connection is established.",
      from: 'Chrome 120',
      reads: { message: 'WebSocket is closed before the connection is established.' },
      gives: { kind: 'handshake-failed', by: 'client', keys: { path: '/ws?room=1' } },
    },
    {
      line: "(index):12 WebSocket connection to 'ws://[::1]:8080/' failed: Error in connection establishment: net::ERR_CONNECTION_TIMED_OUT",
      from: 'Chrome 88',
      reads: { path: 'ws://[::1]:8080/' },
      gives: { kind: 'handshake-failed', keys: { path: '/' } },
    },
    {
      line: "2026-01-09T00:00:00.123Z WebSocket connection to 'ws://localhost:8080/' failed: ",
      from: 'Chrome 120, no reason given',
      reads: { at: { ms: 1767916800123, widthMs: 1, basis: 'utc' } },
      gives: { kind: 'handshake-failed' },
    },
    {
      line: "main.3f2a.js:1 WebSocket connection to 'wss://a.example.com/' failed: Invalid frame header",
      from: 'Chrome 120',
      reads: { browser: 'chromium' },
      gives: { kind: 'socket-closed', code: 1006, by: 'protocol-error' },
    },
    {
      line: "WebSocket connection to 'ws://192.168.1.2:8123/api/websocket' failed: Data frame received after close",
      from: 'Chrome 77, home-assistant/core#27758',
      reads: {},
      gives: { kind: 'socket-closed', code: 1006, by: 'protocol-error' },
    },
    {
      line: "WebSocket connection to 'wss://a.example.com/' failed: net::ERR_NETWORK_CHANGED",
      from: 'Chrome 120',
      reads: {},
      gives: { kind: 'socket-closed', code: 1006, reason: 'net::ERR_NETWORK_CHANGED', by: 'network' },
    },
    {
      line: "13:50:34.200 WebSocket connection to 'wss://sync.example.com/v2' failed: The network connection was lost.",
      from: 'Safari 17: an open connection, NSURLErrorNetworkConnectionLost',
      reads: { message: 'The network connection was lost.' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: "WebSocket connection to 'wss://sync.example.com/v2' failed: The Internet connection appears to be offline.",
      from: 'Safari 17, NSURLErrorNotConnectedToInternet',
      reads: {},
      gives: { kind: 'network-fault', fault: 'client-offline' },
    },
    {
      line: "WebSocket connection to 'wss://dash.example.com/live' failed: WebSocket is closed due to suspension.",
      from: 'Chrome 57, laravel/echo#111',
      reads: {},
      gives: { kind: 'socket-closed', code: 1006, by: 'client' },
    },
    {
      line: 'Firefox can’t establish a connection to the server at wss://app.example.com/ws. app.js:17:14',
      from: 'Firefox 121',
      reads: { browser: 'firefox' },
      gives: { kind: 'handshake-failed', keys: { path: '/ws' } },
    },
    {
      line: '20:23:41.123 The connection to wss://app.example.com/ws was interrupted while the page was loading. app.js:17:14',
      from: 'Firefox 121',
      reads: { at: { ms: 73421123, widthMs: 1, basis: 'daytime' }, path: 'wss://app.example.com/ws' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: "WebSocket connection to 'wss://db.example.org/rpc' failed: Error in connection establishment: net::ERR_NETWORK_IO_SUSPENDED",
      from: 'Chrome 120, surrealdb/surrealist#141',
      reads: {},
      gives: { kind: 'network-fault', fault: 'client-offline' },
    },
    {
      line: '15:21:07.733 The connection to ws://localhost:3449/figwheel-ws/dev was interrupted while the page was loading. socket.js:62:0',
      from: 'Firefox 47, bhauman/lein-figwheel#164: a refresh, with persistent logs',
      before: ['15:21:07.702 Navigated to http://localhost:3449/index.html'],
      reads: { left: true },
      gives: { kind: 'socket-closed', code: 1006, by: 'client' },
    },
    {
      line: "[2018-06-19T10:40:41.702Z] WebSocket connection to 'wss://dash.example.org/api/sockjs/809/1xq0/websocket' failed: Error during WebSocket handshake: Unexpected response code: 502",
      from: 'Chrome 67, kept by a program that writes its stamps in brackets',
      reads: { at: { ms: Date.UTC(2018, 5, 19, 10, 40, 41, 702), widthMs: 1, basis: 'utc' }, status: 502 },
      gives: { kind: 'handshake-failed', status: 502 },
    },
  ],
  rejects: [
    "WebSocket connection to 'https://a.example.com/' failed: x",
    'Firefox can’t establish a connection to the server at example.com.',
    "WebSocket connection to 'wss://a.example.com/' succeeded",
  ],
  read(text, context) {
    const chromium = CHROMIUM.exec(text);
    const firefox = chromium ? null : FIREFOX.exec(text);
    const found = chromium ?? firefox;
    if (!found) return null;
    const written = found[1];
    const stamp = written === undefined ? undefined : (isoAt(written) ?? daytimeAt(written))?.stamp;
    const message = chromium ? (chromium[3] ?? '').trim() : (firefox?.[2] ?? firefox?.[6] ?? '');
    const status = upgradeStatusIn(message);
    return {
      ...(stamp && { at: stamp }),
      path: (chromium ? chromium[2] : (firefox?.[3] ?? firefox?.[5])) ?? '',
      message,
      browser: chromium ? 'chromium' : 'firefox',
      ...(status !== undefined && { status }),
      ...(firefox?.[6] !== undefined && context.before(ABOVE).some((line) => NAVIGATED.test(line)) && { left: true as const }),
    };
  },
  events(row): Draft {
    const keys = connectionKeys({ path: row.path });
    if (row.browser === 'firefox')
      return row.message.startsWith('Firefox')
        ? { kind: 'handshake-failed', why: row.message, keys }
        : // Its `netInterrupt`, of what was open and ended without a close frame: the script sees 1006.
          { kind: 'socket-closed', code: 1006, reason: row.message, ...(row.left && { by: 'client' as const }), keys };
    if (BAD_FRAME.test(row.message)) return { kind: 'socket-closed', code: 1006, reason: row.message, by: 'protocol-error', keys };
    // Chrome closes the sockets itself when the machine goes to sleep.
    if (row.message.endsWith('due to suspension.')) return { kind: 'socket-closed', code: 1006, reason: row.message, by: 'client', keys };
    if (!HANDSHAKE.test(row.message)) {
      const by = endedBy(row.message);
      return { kind: 'socket-closed', code: 1006, reason: row.message, ...(by && { by }), keys };
    }
    if (CUT_OFF.test(row.message)) return { kind: 'network-fault', fault: 'client-offline', keys };
    const status = row.status;
    const byPage = row.message.startsWith('WebSocket is closed before');
    return {
      kind: 'handshake-failed',
      why: row.message || 'no reason given',
      ...(status !== undefined && { status }),
      ...(byPage && { by: 'client' as const }),
      keys,
    };
  },
});
