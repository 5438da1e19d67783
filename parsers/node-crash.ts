/** What Node.js prints when it dies of an exception or of its heap limit. */
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

/** The exception's first line: behind the source line's caret, else above the stack. */
function thrown(before: readonly string[]): string | undefined {
  const caret = before.findLastIndex((line) => /^\s{0,500}\^{1,500}\s{0,9}$/.test(line));
  if (caret >= 0) return before.slice(caret + 1).find((line) => line.trim() !== '');
  const stack = before.findIndex((line) => line.startsWith('    at '));
  return stack > 0 ? before[stack - 1] : undefined;
}

const pidOf = (before: readonly string[]): number | undefined => {
  const pid = before.map((line) => COLLECTION.exec(line)?.[1]).findLast((found) => found !== undefined);
  return pid === undefined ? undefined : Number(pid);
};

export const nodeCrash = defineParser<FaultRow>({
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
  ],
  rejects: ['Node.js version 20', 'running on Node.js v20.20.2', 'Node.js v20', 'FATAL ERROR: could not open configuration', 'throw er;'],
  read(text, context) {
    if (TRAILER.test(text)) {
      const message = thrown(context.before(REPORT_LINES)) ?? 'uncaught exception';
      return faultRow(message, message.includes('ERR_WORKER_OUT_OF_MEMORY') ? 'heap-limit' : 'uncaught-exception', true);
    }
    const fatal = FATAL.exec(text)?.[1];
    if (fatal !== undefined) {
      if (OUT_OF_MEMORY.test(fatal)) return faultRow(text, 'heap-limit', true, pidOf(context.before(16)));
      return /\bv8::|\bnode::/.test(fatal) ? faultRow(text, 'abort', true) : null;
    }
    if (UNHANDLED_ERROR.test(text)) {
      const after = context.after(REPORT_LINES);
      const message = after.find((line) => /^\S/.test(line)) ?? 'unhandled error event';
      return after.some((line) => TRAILER.test(line)) ? faultRow(message) : faultRow(message, 'uncaught-exception', true);
    }
    const collection = COLLECTION.exec(text);
    if (collection) return faultRow(text, undefined, undefined, Number(collection[1]));
    return BANNERS.has(text) ? faultRow(text) : null;
  },
  events: (row) => faultEvent(row),
});
