/** What Rust programs print when a thread panics or the allocator gives up. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

// The thread's number stands there since Rust 1.91; of `main` it is the process's.
const THREAD = /^thread '([^']{0,200})' (?:\((\d{1,10})\) )?/;
const PLACE = /^panicked at (\S.{0,500}?:\d{1,9}:\d{1,9}):$/;
/** Before Rust 1.73 the message stood in the same line. */
const OLD_PANIC = /^panicked at '(.{0,4000})', \S{1,500}:\d{1,9}:\d{1,9}$/;
const NO_MEMORY = /^memory allocation of \d{1,20} bytes failed$/;
const RUNTIME = /^fatal runtime error: (.{1,1000})$/;

export const rustPanic = defineParser<FaultRow>({
  name: 'rust-panic',
  about: 'panics and aborts of Rust programs',
  adds: 'that a Rust server died by itself, or one of its threads did',
  docs: 'https://doc.rust-lang.org/std/macro.panic.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['panicked at ', 'memory allocation of ', 'has overflowed its stack', 'fatal runtime error: '],
  samples: [
    {
      line: "thread 'main' (31017) panicked at r.rs:1:258:",
      from: 'rustc 1.95.0',
      after: ['index out of bounds: the len is 0 but the index is 1', 'stack backtrace:'],
      reads: { message: 'index out of bounds: the len is 0 but the index is 1', pid: 31017 },
      gives: { kind: 'process-fault', fault: 'panic', fatal: true, keys: { pid: 31017 } },
    },
    {
      line: "thread 'ws-7' (31018) panicked at r.rs:1:177:",
      from: 'rustc 1.95.0',
      after: ['in thread'],
      reads: { message: 'in thread' },
      // A worker's panic ends the process only where panic=abort is set.
      gives: { kind: 'process-fault', fault: 'panic', says: 'in thread' },
    },
    {
      line: "thread '<unnamed>' panicked at /src/a b/main.rs:4:5:",
      from: 'rustc 1.80',
      reads: { message: 'panicked at /src/a b/main.rs:4:5' },
      gives: { kind: 'process-fault', fault: 'panic' },
    },
    {
      line: "thread 'main' panicked at 'called `Option::unwrap()` on a `None` value', src/main.rs:4:5",
      from: 'rustc 1.70',
      reads: { message: 'called `Option::unwrap()` on a `None` value' },
      gives: { kind: 'process-fault', fault: 'panic', fatal: true },
    },
    {
      line: 'memory allocation of 1125899906842624 bytes failed',
      from: 'rustc 1.95.0',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
    {
      line: "thread 'main' has overflowed its stack",
      from: 'rustc 1.80',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'fatal runtime error: stack overflow',
      from: 'rustc 1.80: the line above says it',
      before: ["thread 'main' has overflowed its stack"],
      reads: { message: 'stack overflow' },
      gives: 'noise',
    },
    {
      line: 'fatal runtime error: Rust cannot catch foreign exceptions',
      from: 'rustc 1.80',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
  ],
  rejects: [
    "thread 'main' panicked",
    'thread main panicked at src/main.rs:4:5:',
    'the memory allocation of 5 bytes failed',
    "thread 'main' started",
  ],
  read(text, context) {
    if (NO_MEMORY.test(text)) return faultRow(text, 'heap-limit', true);
    const runtime = RUNTIME.exec(text)?.[1];
    if (runtime !== undefined)
      return / has overflowed its stack$/.test(context.before(1)[0] ?? '') ? faultRow(runtime) : faultRow(runtime, 'abort', true);
    const [head, thread, id] = THREAD.exec(text) ?? [];
    if (head === undefined) return null;
    const rest = text.slice(head.length);
    if (rest === 'has overflowed its stack') return faultRow(text, 'abort', true);
    const fatal = thread === 'main' ? true : undefined;
    const old = OLD_PANIC.exec(rest)?.[1];
    if (old !== undefined) return faultRow(old, 'panic', fatal);
    const place = PLACE.exec(rest)?.[1];
    if (place === undefined) return null;
    return faultRow(
      context.after(1)[0] ?? `panicked at ${place}`,
      'panic',
      fatal,
      thread === 'main' && id !== undefined ? Number(id) : undefined,
    );
  },
  events: (row) => faultEvent(row),
});
