/** A CloseEvent as a console prints it, in one line or unfolded over several. */
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { defineParser, type Row } from '../src/types.ts';

interface CloseEventRow extends Row {
  readonly code?: number;
  readonly reason?: string;
  readonly clean?: boolean;
  /** Milliseconds from the page's (or process') start to the close. */
  readonly timeStamp?: number;
  readonly path?: string;
}

const OPENING = /^(.{0,200}?)(?:CloseEvent\s{0,2}\{|(?<![\w.])close\s{0,2}\{(?=\s{0,2}target: WebSocket))(.{0,4000})$/s;
// `code: 1006`, `"code": 1006`, `[Symbol(kCode)]: 1006` (ws), `reason: ''`.
const FIELD =
  /(?:^|[\s,{(])["']?(?:\[Symbol\(k)?(code|reason|wasClean|timeStamp|url|Code|Reason|WasClean)(?:\)\])?["']?\s{0,2}:\s{0,2}("[^"]{0,300}"|'[^']{0,300}'|[\w.:/?=&%-]{1,300})/g;
const UNFOLDED = /^\s{0,16}["'[]?[\w()]{1,30}[\])"']{0,3}\s{0,2}:\s|^\s{0,16}\}|^\s{0,16}\[\[Prototype\]\]/;
const MOST_LINES = 40;

export const closeEvent = defineParser<CloseEventRow>({
  name: 'close-event',
  about: 'dump of a CloseEvent in a browser console, Node or Deno',
  adds: 'code, reason and wasClean as the client saw them, and how long the page had lived',
  docs: 'https://developer.mozilla.org/docs/Web/API/CloseEvent',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['CloseEvent', 'target: WebSocket'],
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
  ],
  rejects: ['CloseEvent', 'class CloseEvent extends Event', 'await close { target: socket }'],
  read(text, context) {
    const opening = OPENING.exec(text);
    if (!opening) return null;
    const fields = new Map<string, string>();
    collect(fields, opening[2] ?? '');
    if (!fields.has('code'))
      for (const line of context.after(MOST_LINES)) {
        if (!UNFOLDED.test(line)) break;
        collect(fields, line);
        if (line.trim() === '}') break;
      }
    const head = logHead(opening[1] ?? '');
    const code = Number(fields.get('code'));
    const reason = fields.get('reason');
    const clean = fields.get('wasclean');
    const timeStamp = Number(fields.get('timestamp'));
    const url = fields.get('url');
    return {
      ...(head?.at && { at: head.at }),
      ...(code >= 1000 && code < 5000 && { code }),
      ...(reason && { reason }),
      ...(clean !== undefined && { clean: clean === 'true' }),
      ...(timeStamp > 0 && { timeStamp }),
      ...(url?.startsWith('ws') && { path: url }),
    };
  },
  events(row) {
    return {
      kind: 'socket-closed',
      ...(row.code !== undefined && { code: row.code }),
      ...(row.reason !== undefined && { reason: row.reason }),
      ...(row.clean !== undefined && { wasClean: row.clean }),
      keys: connectionKeys({ ...(row.path !== undefined && { path: row.path }) }),
    };
  },
});

function collect(fields: Map<string, string>, text: string): void {
  for (const [, name = '', value = ''] of text.matchAll(FIELD)) {
    const key = name.toLowerCase();
    if (!fields.has(key)) fields.set(key, value.replace(/^(["'])(.*)\1$/s, '$2'));
  }
}
