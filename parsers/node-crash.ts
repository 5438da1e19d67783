/** What Node.js prints when it dies of an exception or of its heap limit. */
import { upgradeStatusIn } from '../src/grammar/close-words.ts';
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

/** Node 17 and later end every uncaught exception with this line. */
const TRAILER = /^Node\.js v\d{1,3}\.\d{1,3}\.\d{1,3}(?:-[\w.]{1,60})?$/;
const FATAL = /^(?:FATAL ERROR: |# Fatal JavaScript )(.+)$/;
const OUT_OF_MEMORY = /Allocation failed|out of memory|heap limit/i;
/** `[pid:isolate]  <ms since start> ms: Mark-Compact …`: the pid is that of the process's own namespace. */
const COLLECTION = /^\[(\d{1,10}):0x[0-9a-f]{1,16}\] {1,20}\d{1,12} ms: (?:Mark-[Cc]ompact|Mark-sweep|Scavenge) .{0,2000}$/;
const BANNERS: ReadonlySet<string> = new Set(['<--- Last few GCs --->', '<--- JS stacktrace --->', '----- Native stack trace -----']);
const UNHANDLED_ERROR = /^ {6}throw er; \/\/ Unhandled 'error' event$/;
/** Lines between an exception's text and the trailer: stack, properties and advice. */
const REPORT_LINES = 120;

/**
 * What ws calls where a client's request for the upgrade failed: its own functions, and the handlers of that request in the file of the
 * client's WebSocket.
 */
const OF_A_HANDSHAKE =
  /^ {4}at (?:emitErrorAndClose|abortHandshake|ClientRequest\.<anonymous>) \(\S{0,300}[\\/]ws[\\/]lib[\\/](?:websocket|WebSocket)\.js:\d/;

interface CrashRow extends FaultRow {
  /** The exception is that of a client's WebSocket that never opened. */
  readonly ofHandshake?: true;
}

/** Lines of the report, from the exception's first one on: behind the source line's caret, else above the stack. */
function thrown(before: readonly string[]): readonly string[] {
  const caret = before.findLastIndex((line) => /^\s{0,500}\^{1,500}\s{0,9}$/.test(line));
  if (caret >= 0) {
    const first = before.findIndex((line, at) => at > caret && line.trim() !== '');
    return first < 0 ? [] : before.slice(first);
  }
  const stack = before.findIndex((line) => line.startsWith('    at '));
  return stack > 0 ? before.slice(stack - 1) : [];
}

function crashRow(report: readonly string[], otherwise: string): CrashRow {
  const message = report[0] ?? otherwise;
  const row = faultRow(message, message.includes('ERR_WORKER_OUT_OF_MEMORY') ? 'heap-limit' : 'uncaught-exception', true);
  return report.some((line) => OF_A_HANDSHAKE.test(line)) ? { ...row, ofHandshake: true } : row;
}

const pidOf = (before: readonly string[]): number | undefined => {
  const pid = before.map((line) => COLLECTION.exec(line)?.[1]).findLast((found) => found !== undefined);
  return pid === undefined ? undefined : Number(pid);
};

export const nodeCrash = defineParser<CrashRow>({
  name: 'node-crash',
  about: 'uncaught exceptions and heap exhaustion, as Node.js prints them to stderr',
  adds: 'that the server died by itself, and of what: an exception or the V8 heap limit',
  docs: 'https://nodejs.org/api/process.html#event-uncaughtexception',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Node.js v', 'FATAL ERROR: ', 'Fatal JavaScript ', "Unhandled 'error' event"],
  samples: [
    {
      line: 'Node.js v20.20.2',
      from: 'Node.js 20.20.2',
      before: [
        '/srv/chat/server.js:1',
        'const f=()=>{const u=undefined; return u.user}; setTimeout(()=>f(),1)',
        '                                         ^',
        '',
        "TypeError: Cannot read properties of undefined (reading 'user')",
        '    at f (/srv/chat/server.js:1:42)',
        '    at listOnTimeout (node:internal/timers:581:17)',
        '',
      ],
      reads: { message: "TypeError: Cannot read properties of undefined (reading 'user')" },
      gives: {
        kind: 'process-fault',
        fault: 'uncaught-exception',
        fatal: true,
        says: "TypeError: Cannot read properties of undefined (reading 'user')",
      },
    },
    {
      line: 'Node.js v20.20.2',
      from: 'Node.js 20.20.2, throw of a string',
      before: [
        '',
        '/srv/b.js:1',
        "throw 'boom'",
        '^',
        'boom',
        '(Use `node --trace-uncaught ...` to show where the exception was thrown)',
        '',
      ],
      reads: { message: 'boom' },
      gives: { kind: 'process-fault', says: 'boom' },
    },
    {
      line: 'Node.js v23.0.0-nightly20260101abcdef',
      from: 'Node.js nightly, stderr cut',
      reads: {},
      gives: { kind: 'process-fault', says: 'uncaught exception' },
    },
    {
      line: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      from: 'Node.js 20.20.2',
      before: [
        '<--- Last few GCs --->',
        '',
        '[30698:0x6792e20]       89 ms: Mark-Compact 17.5 (27.0) -> 17.0 (34.7) MB, 26.81 / 0.00 ms  (average mu = 0.141, current mu = 0.141)',
        '',
        '<--- JS stacktrace --->',
        '',
      ],
      reads: { pid: 30698 },
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true, keys: { pid: 30698 } },
    },
    {
      line: 'FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory',
      from: 'Node.js 18',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: 'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal',
      from: 'Node.js 18',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: '# Fatal JavaScript out of memory: Reached heap limit',
      from: 'V8 12',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: "      throw er; // Unhandled 'error' event",
      from: 'Node.js 14, without a trailer',
      after: ['      ^', '', 'Error: read ECONNRESET', '    at TCP.onStreamRead (internal/stream_base_commons.js:209:20)'],
      reads: { message: 'Error: read ECONNRESET' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: 'Error: read ECONNRESET' },
    },
    {
      line: "      throw er; // Unhandled 'error' event",
      from: 'Node.js 20.20.2: the trailer says it too',
      after: [
        '      ^',
        '',
        'Error: read ECONNRESET',
        '    at TCP.onStreamRead (node:internal/stream_base_commons:217:20)',
        '',
        'Node.js v20.20.2',
      ],
      reads: { message: 'Error: read ECONNRESET' },
      gives: 'noise',
    },
    {
      line: '[30698:0x6792e20]       58 ms: Mark-Compact 10.2 (25.7) -> 9.7 (27.0) MB, 3.00 / 0.00 ms  (average mu = 1.000, current mu = 1.000)',
      from: 'Node.js 20.20.2',
      reads: { pid: 30698 },
      gives: 'noise',
    },
    { line: '<--- JS stacktrace --->', from: 'Node.js 20.20.2', reads: {}, gives: 'noise' },
    {
      line: 'Node.js v18.18.2',
      from: 'Node.js 18.18.2, ws 8 as a client without a handler of errors, aisstream/example#18',
      before: [
        'node:events:495',
        "      throw er; // Unhandled 'error' event",
        '      ^',
        '',
        'Error: certificate has expired',
        '    at TLSSocket.onConnectSecure (node:_tls_wrap:1600:34)',
        "Emitted 'error' event on WebSocket instance at:",
        '    at emitErrorAndClose (/usr/src/node_modules/ws/lib/websocket.js:1016:13)',
        '    at ClientRequest.<anonymous> (/usr/src/node_modules/ws/lib/websocket.js:864:5)',
        "  code: 'CERT_HAS_EXPIRED'",
        '}',
        '',
      ],
      reads: { message: 'Error: certificate has expired', ofHandshake: true },
      gives: [
        { kind: 'handshake-failed', vantage: 'client', why: 'Error: certificate has expired' },
        { kind: 'process-fault', fault: 'uncaught-exception', says: 'Error: certificate has expired' },
      ],
    },
  ],
  rejects: ['Node.js version 20', 'running on Node.js v20.20.2', 'Node.js v20', 'FATAL ERROR: could not open configuration', 'throw er;'],
  read(text, context) {
    if (TRAILER.test(text)) return crashRow(thrown(context.before(REPORT_LINES)), 'uncaught exception');
    const fatal = FATAL.exec(text)?.[1];
    if (fatal !== undefined) {
      if (OUT_OF_MEMORY.test(fatal)) return faultRow(text, 'heap-limit', true, pidOf(context.before(16)));
      return /\bv8::|\bnode::/.test(fatal) ? faultRow(text, 'abort', true) : null;
    }
    if (UNHANDLED_ERROR.test(text)) {
      const after = context.after(REPORT_LINES);
      const first = after.findIndex((line) => /^\S/.test(line));
      const row = crashRow(first < 0 ? [] : after.slice(first), 'unhandled error event');
      return after.some((line) => TRAILER.test(line)) ? faultRow(row.message) : row;
    }
    const collection = COLLECTION.exec(text);
    if (collection) return faultRow(text, undefined, undefined, Number(collection[1]));
    return BANNERS.has(text) ? faultRow(text) : null;
  },
  events(row) {
    const fault = faultEvent(row);
    if (!fault || !row.ofHandshake) return fault;
    const status = upgradeStatusIn(row.message);
    return [{ kind: 'handshake-failed', vantage: 'client', why: row.message, ...(status !== undefined && { status }) }, fault];
  },
});
