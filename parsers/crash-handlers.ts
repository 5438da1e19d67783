/** What crash handlers that native programs carry write of the signal that ends them. */
import { type FaultRow, faultEvent, faultRow, isBunsPanic } from '../src/grammar/fault.ts';
import { defineParser, type ProcessFault } from '../src/types.ts';

/** Bun's, above its `oh no`: https://github.com/oven-sh/bun/blob/main/src/crash_handler.zig */
const BUN = /^panic(?:\((?:main thread|thread \d{1,10}|[\w ]{1,40})\))?: (\S.{0,2000})$/;
const BUN_SAYS_SO = /^oh no: Bun has crashed\. This indicates a bug in Bun, not your code\.$/;
/** Godot's on Unix and on Windows: https://github.com/godotengine/godot/tree/master/platform */
const GODOT = /^(?:handle_crash|CrashHandlerException): Program crashed(?: with signal (\d{1,2}))?$/;

/** The same numbers on Linux, macOS and Windows; others differ, and are none that a crash handler takes. */
const OF_SIGNAL: Readonly<Record<string, ProcessFault['fault']>> = { 4: 'trap', 5: 'trap', 6: 'abort', 8: 'trap', 11: 'segfault' };

const ofWords = (says: string): ProcessFault['fault'] =>
  /^(?:Segmentation fault|Bus error|Illegal instruction)\b/.test(says)
    ? 'segfault'
    : /\b(?:out of memory|OutOfMemory)\b/i.test(says)
      ? 'heap-limit'
      : 'abort';

export const crashHandlers = defineParser<FaultRow>({
  name: 'crash-handlers',
  about: 'reports of crash handlers that native programs carry: Bun, Godot',
  adds: 'that a server on such a runtime died of a signal, and of which',
  docs: 'https://bun.sh/blog/bun-report-is-buns-new-crash-reporter',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['panic: ', 'panic(', 'Bun has crashed', ': Program crashed'],
  samples: [
    {
      line: 'panic: Segmentation fault at address 0x27C84287010',
      from: 'Bun 1.1.20',
      after: ['oh no: Bun has crashed. This indicates a bug in Bun, not your code.'],
      reads: { message: 'Segmentation fault at address 0x27C84287010' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: 'panic(main thread): Segmentation fault at address 0x8',
      from: 'Bun 1.3.2, oven-sh/bun#28781',
      after: ['oh no: Bun has crashed. This indicates a bug in Bun, not your code.'],
      reads: {},
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: 'panic(thread 9576): reached unreachable code',
      from: 'Bun 1.3.6',
      after: ['oh no: Bun has crashed. This indicates a bug in Bun, not your code.'],
      reads: { message: 'reached unreachable code' },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'oh no: Bun has crashed. This indicates a bug in Bun, not your code.',
      from: 'Bun 1.1.20: the line above says of what',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'handle_crash: Program crashed with signal 11',
      from: 'Godot 3.2, godotengine/godot#75568',
      reads: { fault: 'segfault' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: 'CrashHandlerException: Program crashed with signal 4',
      from: 'Godot 4.3 on Windows',
      reads: { fault: 'trap' },
      gives: { kind: 'process-fault', fault: 'trap', fatal: true },
    },
    {
      line: 'CrashHandlerException: Program crashed',
      from: 'Godot 4.1 on Windows',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
  ],
  rejects: [
    'panic: Segmentation fault at address 0x8',
    'panic(main thread) was told of',
    'Program crashed with signal 11',
    'the child handle_crash: Program crashed with signal 11',
  ],
  read(text, context) {
    if (BUN_SAYS_SO.test(text)) return faultRow(text);
    const bun = BUN.exec(text)?.[1];
    if (bun !== undefined) return isBunsPanic(context.after) ? faultRow(bun, ofWords(bun), true) : null;
    const godot = GODOT.exec(text);
    return godot ? faultRow(text, OF_SIGNAL[godot[1] ?? ''] ?? 'abort', true) : null;
  },
  events: (row) => faultEvent(row),
});
