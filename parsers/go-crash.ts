/** What Go programs print when they panic or the runtime gives up. */
import { addressText, endpoint, isIp } from '../src/grammar/address.ts';
import { type FaultRow, faultEvent, faultRow, isBunsPanic } from '../src/grammar/fault.ts';
import { slashAt } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

interface GoRow extends FaultRow {
  readonly exitCode?: number;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
}

const PANIC = /^panic: (.{1,4000})$/;
const FATAL = /^fatal error: (.{1,4000})$/;
const GOROUTINE = /^goroutine \d{1,12} (?:gp=0x[0-9a-f]{1,16} m=\S{1,20}(?: mp=0x[0-9a-f]{1,16})? )?\[[^\]]{1,200}\]:$/;
const SERVING = /^http: panic serving (\S{1,100}): (.{1,4000})$/;
const SIGNAL =
  /^SIG(?:QUIT: quit|ABRT: abort|SEGV: segmentation violation|BUS: bus error|FPE: floating-point exception|ILL: illegal instruction)$/;
const EXIT = /^exit status (\d{1,3})$/;

/** A goroutine's head stands below a real panic; an application's own line with the same words has none. */
const hasGoroutine = (after: readonly string[]): boolean => after.some((line) => GOROUTINE.test(line));

export const goCrash = defineParser<GoRow>({
  name: 'go-crash',
  about: 'panics and fatal errors of Go programs, also those net/http recovered',
  adds: 'that a Go server or proxy died by itself, or ended one connection by a panic',
  docs: 'https://pkg.go.dev/runtime#hdr-Environment_Variables',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['panic: ', 'fatal error: ', 'http: panic serving ', 'SIGQUIT: quit', 'SIGABRT: abort', 'SIGSEGV: segmentation', 'exit status '],
  samples: [
    {
      line: 'panic: runtime error: invalid memory address or nil pointer dereference',
      from: 'Go 1.22',
      after: ['[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47e5a4]', '', 'goroutine 1 [running]:', 'main.main()'],
      reads: { message: 'runtime error: invalid memory address or nil pointer dereference' },
      gives: { kind: 'process-fault', fault: 'panic', fatal: true },
    },
    {
      line: 'panic: boom',
      from: 'Go 1.22, stderr cut',
      reads: { message: 'boom' },
      gives: { kind: 'process-fault', fault: 'panic', says: 'boom' },
    },
    {
      line: 'fatal error: runtime: out of memory',
      from: 'Go 1.22',
      after: ['', 'runtime stack:', 'runtime.throw({0x4a7e5c?, 0x0?})'],
      reads: { message: 'runtime: out of memory' },
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
    {
      line: 'fatal error: concurrent map writes',
      from: 'Go 1.22 of two goroutines at once, canonical/lxd#13301',
      before: ['fatal error: concurrent map writes'],
      after: ['', 'goroutine 8354 [running]:'],
      reads: { message: 'concurrent map writes' },
      gives: 'noise',
    },
    {
      line: 'fatal error: all goroutines are asleep - deadlock!',
      from: 'Go 1.22',
      after: ['', 'goroutine 1 [chan receive]:'],
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: '2026/11/22 20:23:41 http: panic serving 10.0.0.1:5000: runtime error: index out of range [5] with length 3',
      from: 'Go 1.22, net/http with the standard logger',
      reads: { clientIp: '10.0.0.1', clientPort: 5000, message: 'runtime error: index out of range [5] with length 3' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false, keys: { client: { ip: '10.0.0.1', port: 5000 } } },
    },
    {
      line: 'http: panic serving [2001:db8::1]:5000: boom',
      from: 'Go 1.22, logger without a stamp',
      reads: { clientIp: '2001:db8::1' },
      gives: { kind: 'process-fault', fatal: false },
    },
    {
      line: '2026/06/25 22:35:40 http: panic serving @: runtime error: invalid memory address or nil pointer dereference',
      from: 'dockerd 28 on its Unix socket',
      reads: { clientIp: undefined },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: 'SIGABRT: abort',
      from: 'Go 1.22, kill -ABRT',
      after: ['PC=0x46b9e1 m=0 sigcode=0', ''],
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    { line: 'exit status 2', from: 'go run, Go 1.22', reads: { exitCode: 2 }, gives: { kind: 'process-ended', exitCode: 2 } },
    { line: 'goroutine 1 [running]:', from: 'Go 1.22', reads: {}, gives: 'noise' },
  ],
  rejects: [
    'no panic: all is well',
    'fatal error: could not load configuration',
    'panic:',
    'exit status two',
    'gcc: fatal error: no input files',
  ],
  read(text, context) {
    const panic = PANIC.exec(text)?.[1];
    if (panic !== undefined)
      return isBunsPanic(context.after) ? null : faultRow(panic, 'panic', hasGoroutine(context.after(12)) ? true : undefined);
    const fatal = FATAL.exec(text)?.[1];
    if (fatal !== undefined) {
      // Each goroutine that finds the fault says it, before the first has ended them all.
      if (context.before(1)[0] === text) return faultRow(fatal);
      if (/out of memory|cannot allocate memory/.test(fatal)) return faultRow(fatal, 'heap-limit', true);
      return hasGoroutine(context.after(12)) ? faultRow(fatal, 'abort', true) : null;
    }
    const stamped = slashAt(text);
    const bare = stamped ? text.slice(stamped.end + 1) : text;
    const serving = SERVING.exec(bare);
    if (serving) {
      // `@` stands for the peer of a Unix socket.
      const peer = endpoint(serving[1]);
      const client = peer && isIp(peer.ip) ? peer : undefined;
      return {
        ...faultRow(serving[2] ?? '', 'handler-exception', false),
        at: stamped?.stamp,
        clientIp: client?.ip,
        clientPort: client?.port,
      };
    }
    if (SIGNAL.test(text)) return faultRow(text, text.startsWith('SIGSEGV') ? 'segfault' : 'abort', true);
    const exit = EXIT.exec(text)?.[1];
    if (exit !== undefined) return { ...faultRow(text), exitCode: Number(exit) };
    return GOROUTINE.test(text) ? faultRow(text) : null;
  },
  events(row) {
    if (row.exitCode !== undefined)
      return {
        kind: 'process-ended',
        exitCode: row.exitCode,
        keys: { pid: undefined },
        ...(row.exitCode === 0 && { by: 'clean' as const }),
      };
    const client =
      row.clientIp === undefined
        ? undefined
        : endpoint(addressText({ ip: row.clientIp, ...(row.clientPort !== undefined && { port: row.clientPort }) }));
    return faultEvent(row, client && { client });
  },
});
