/** A CloseEvent as a console prints it, in one line or unfolded over several; and the ErrorEvent that ends a Deno program before its close. */
import { known } from '../src/grammar/known.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { epoch } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface CloseEventRow extends Row {
  readonly code?: number;
  readonly reason?: string;
  readonly clean?: boolean;
  /** Milliseconds from the page's (or process') start to the close. */
  readonly timeStamp?: number;
  readonly path?: string;
  /** Of an ErrorEvent: what went wrong. */
  readonly message?: string;
}

const OPENING =
  /^(.{0,200}?)(?:CloseEvent\s{0,2}\{|(?<![\w.])close\s{0,2}\{(?=\s{0,2}target: WebSocket)|(_Event)\s{0,2}\{|(Uncaught (?:\(in promise\) )?ErrorEvent)\s{0,2}\{)(.{0,4000})$/s;
// `code: 1006`, `"code": 1006`, `[Symbol(kCode)]: 1006` (ws), `reason: ''`.
const FIELD =
  /(?:^|[\s,{(])["']?(?:\[Symbol\(k)?(code|reason|wasClean|timeStamp|url|message|type|Code|Reason|WasClean)(?:\)\])?["']?\s{0,2}:\s{0,2}("[^"]{0,300}"|'[^']{0,300}'|[\w.:/?=&%-]{1,300})/g;
const UNFOLDED = /^\s{0,16}["'[]?[\w()]{1,30}[\])"']{0,3}\s{0,2}:\s|^\s{0,16}\}|^\s{0,16}\[\[Prototype\]\]/;
const MOST_LINES = 40;

export const closeEvent = defineParser<CloseEventRow>({
  name: 'close-event',
  about: 'dump of a CloseEvent in a browser console, Node or Deno; Deno’s of an ErrorEvent that nobody handled',
  adds: 'code, reason and wasClean as the client saw them, and how long the page had lived',
  docs: 'https://developer.mozilla.org/docs/Web/API/CloseEvent',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['CloseEvent', 'target: WebSocket', 'Uncaught ErrorEvent', 'Uncaught (in promise) ErrorEvent', '_Event {'],
  samples: [
    {
      line: "CloseEvent {isTrusted: true, wasClean: false, code: 1006, reason: '', type: 'close', …}",
      from: 'Chrome 97, gitpod-io/gitpod#7313',
      reads: { code: 1006, clean: false },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false },
    },
    {
      line: 'CloseEvent {',
      from: 'Chrome 97, unfolded',
      after: [
        '  isTrusted: true',
        '  bubbles: false',
        '  code: 1001',
        '  reason: "bye"',
        '  timeStamp: 60285.39',
        '  type: "close"',
        '  wasClean: true',
        '}',
        'code: 1006',
      ],
      reads: { code: 1001, clean: true, reason: 'bye', timeStamp: 60285.39 },
      gives: { kind: 'socket-closed', code: 1001, wasClean: true, reason: 'bye' },
    },
    {
      line: 'app.js:31 onclose close { target: WebSocket, isTrusted: true, wasClean: false, code: 1006, reason: "", srcElement: WebSocket, currentTarget: WebSocket }',
      from: 'Firefox 121',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-11-22T20:23:41.123Z CloseEvent {',
      from: 'ws 8.18 on Node 20, console.log of the event',
      after: [
        '  [Symbol(kTarget)]: WebSocket {',
        "  [Symbol(kType)]: 'close',",
        '  [Symbol(kCode)]: 1006,',
        "  [Symbol(kReason)]: '',",
        '  [Symbol(kWasClean)]: false',
        '}',
      ],
      reads: { code: 1006, clean: false, at: { ms: 1795379021123, widthMs: 1, basis: 'utc' } },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false },
    },
    {
      line: 'error: Uncaught ErrorEvent {',
      from: 'Deno 1.34, lucacasonato/deno-puppeteer#79',
      after: [
        '  bubbles: false,',
        '  target: WebSocket {',
        '  url: "wss://chrome.example.com/?token=TOKEN",',
        '  readyState: 3,',
        '},',
        '  returnValue: true,',
        '  timeStamp: 1710429731975,',
        '  type: "error",',
        '  message: "WebSocket protocol error: Connection reset without closing handshake",',
        '  filename: "",',
        '}',
      ],
      reads: { at: { ms: 1710429731975, widthMs: 1, basis: 'utc' }, path: 'wss://chrome.example.com/?token=TOKEN' },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        reason: 'WebSocket protocol error: Connection reset without closing handshake',
        keys: { path: '/?token=TOKEN' },
      },
    },
    {
      line: 'error: Uncaught (in promise) ErrorEvent {',
      from: 'Deno 1.44',
      after: [
        '  target: WebSocket {',
        '  message: "NetworkError: failed to connect to WebSocket: Connection refused (os error 111)",',
        '}',
      ],
      reads: {},
      gives: { kind: 'handshake-failed', why: 'NetworkError: failed to connect to WebSocket: Connection refused (os error 111)' },
    },
    {
      line: '_Event {',
      from: 'W3CWebSocket of WebSocket-Node 1.0.26 under web3, console.log of the event, AdChain/AdChainRegistryDapp#78',
      after: [
        "  type: 'close',",
        '  isTrusted: false,',
        '  _yaeti: true,',
        '  code: 1006,',
        "  reason: 'Connection dropped by remote peer.',",
        '  wasClean: false,',
        '  target: ',
        '   W3CWebSocket {',
      ],
      reads: { code: 1006, clean: false },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, reason: 'Connection dropped by remote peer.' },
    },
  ],
  rejects: [
    '_Event {',
    'CloseEvent',
    'class CloseEvent extends Event',
    'await close { target: socket }',
    'error: Uncaught ErrorEvent { bubbles: false, message: "Uncaught SyntaxError in a worker" }',
  ],
  read(text, context) {
    const [whole, before = '', yaeti, uncaught, inside = ''] = OPENING.exec(text) ?? [];
    if (whole === undefined) return null;
    const fields = new Map<string, string>();
    collect(fields, inside);
    let isSockets = inside.includes('WebSocket');
    if (!fields.has('code'))
      for (const line of context.after(MOST_LINES)) {
        if (!UNFOLDED.test(line)) break;
        isSockets ||= line.includes('WebSocket');
        collect(fields, line);
        if (line.trim() === '}') break;
      }
    if (uncaught !== undefined && !isSockets) return null;
    // yaeti's events, which WebSocket-Node gives its W3CWebSocket, are of all kinds.
    if (yaeti !== undefined && !(fields.get('type') === 'close' && fields.has('wasclean'))) return null;
    const code = Number(fields.get('code'));
    const clean = fields.get('wasclean');
    const timeStamp = Number(fields.get('timestamp'));
    const url = fields.get('url');
    // Deno stamped its events with the time of day until 1.36, with 0 since; browsers count from the page's start.
    const at = logHead(before)?.at ?? (timeStamp > 1e12 ? epoch(timeStamp) : undefined);
    return known({
      at,
      code: code >= 1000 && code < 5000 ? code : undefined,
      reason: fields.get('reason') || undefined,
      clean: clean === undefined ? undefined : clean === 'true',
      timeStamp: timeStamp > 0 ? timeStamp : undefined,
      path: url?.startsWith('ws') ? url : undefined,
      message: uncaught === undefined ? undefined : fields.get('message') || 'no message',
    });
  },
  events(row): Draft {
    const keys = connectionKeys(known({ path: row.path }));
    if (row.message === undefined)
      return known({ kind: 'socket-closed' as const, code: row.code, reason: row.reason, wasClean: row.clean, keys });
    // An error event is of a connection that failed, and its close event, which the program did not live to see, has 1006 (WHATWG).
    return /failed to connect/i.test(row.message)
      ? { kind: 'handshake-failed', why: row.message, keys }
      : { kind: 'socket-closed', code: 1006, reason: row.message, keys };
  },
});

function collect(fields: Map<string, string>, text: string): void {
  for (const [, name = '', value = ''] of text.matchAll(FIELD)) {
    const key = name.toLowerCase();
    if (!fields.has(key)) fields.set(key, value.replace(/^(["'])(.*)\1$/s, '$2'));
  }
}
