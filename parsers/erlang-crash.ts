/** What the Erlang virtual machine prints when it dies, and crash reports of single processes (also Elixir, RabbitMQ, EMQX). */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { civilMs, ctimeAt, isoAt, monthIndex, stamp } from '../src/time.ts';
import { type Context, defineParser, type Stamp } from '../src/types.ts';

const ALLOCATOR =
  /^(\w{1,40}_alloc: (?:Cannot (?:re)?allocate|Unable to allocate) \d{1,20} bytes of memory \(of type ".{1,60}"(?:, thread \d{1,9})?\)\.)$/;
const KERNEL = /^(?:\{"Kernel pid terminated",(.{1,4000})\}|Kernel pid terminated \((.{1,4000})\)?)$/;
const BOOT = /^(?:\{"init terminating in do_boot",(.{1,4000})\}|init terminating in (?:do_boot|init) \((.{1,4000})\)?)$/;
/** Where it stands alone, it is all that tells of the death: the reason is in the dump's `Slogan`. */
const DUMP = /^Crash dump is being written to: \S{1,500}?(?:\.\.\.done)?$/;
/** Third line of a dump, below its moment in local time: `Sun Apr 28 14:49:27 2019`. */
const SLOGAN = /^Slogan: (.{1,4000})$/;
/** `=CRASH REPORT==== 22-Nov-2026::20:23:41.123456 ===`: local time. */
const REPORT = /^=(CRASH|ERROR|SUPERVISOR) REPORT==== (\d{1,2})-([A-Z][a-z]{2})-(\d{4})::(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? ===$/;
/** Elixir's logger: `20:23:41.123 [error] GenServer #PID<0.1.0> terminating`, with a date in front where it is configured. */
const TERMINATING =
  /^(?:\d\d:\d\d:\d\d\.\d{3} )?\[error\] ((?:GenServer|:gen_statem|State machine|Task|Ranch listener) .{1,300} terminat(?:ing|ed).{0,300})$/;

/** A process of WebSockex, a client, ends with the reason of its connection's end; a close frame has a code in its place. No program crashed. */
const REMOTE_CLOSED = /^(?:exception exit: |\*\* \(stop\) )\{:?remote, ?:?closed\}$/;

function reportStamp([, , day, month, year, hour, minute, second, fraction = '']: readonly (string | undefined)[]): Stamp | undefined {
  const ms = civilMs(Number(year), monthIndex(month ?? ''), Number(day), Number(hour), Number(minute), Number(second));
  return Number.isNaN(ms)
    ? undefined
    : stamp(ms + Number(`0.${fraction || 0}`) * 1000, fraction === '' ? 1000 : 10 ** (3 - fraction.length), 'local');
}

/** Only below a dump's own head: others have slogans too. */
function sloganRow(slogan: string, context: Context): FaultRow | null {
  const [head, moment = ''] = context.before(2);
  if (!head?.startsWith('=erl_crash_dump:')) return null;
  return { ...faultRow(slogan, ALLOCATOR.test(slogan) ? 'heap-limit' : 'abort', true), at: ctimeAt(moment)?.stamp };
}

export const erlangCrash = defineParser<FaultRow>({
  name: 'erlang-crash',
  about: 'last words and crash reports of Erlang and Elixir',
  adds: 'that the virtual machine died, or that one connection process did',
  docs: 'https://www.erlang.org/doc/apps/erts/crash_dump.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: [
    '_alloc: Cannot allocate',
    '_alloc: Cannot reallocate',
    'Kernel pid terminated',
    'init terminating in do_boot',
    '=CRASH REPORT====',
    '[error] GenServer ',
    '[error] Ranch listener ',
    'Slogan: ',
    'Crash dump is being written to: ',
  ],
  samples: [
    {
      line: 'eheap_alloc: Cannot allocate 1781763260 bytes of memory (of type "heap").',
      from: 'Erlang/OTP 26',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
    {
      line: '{"Kernel pid terminated",application_controller,"{application_start_failure,chat,{bad_return}}"}',
      from: 'Erlang/OTP 26',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'Kernel pid terminated (application_controller) ({application_terminated,chat,shutdown})',
      from: 'Erlang/OTP 25',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: '=CRASH REPORT==== 2-Nov-2026::20:23:41.123456 ===',
      from: 'Erlang/OTP 26 logger, legacy header',
      after: ['  crasher:', '    initial call: cowboy_clear:connection_process/4', '    exception error: bad argument'],
      reads: { at: { ms: 1793651021123.456, widthMs: 0.001, basis: 'local' }, message: 'exception error: bad argument' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: '=CRASH REPORT==== 11-Nov-2017::12:47:29 ===',
      from: 'WebSockex 0.4 under Erlang/OTP 20, dominicletz/websockex#43',
      after: ['  crasher:', '    initial call: Elixir.WebSockex:init/5', '    pid: <0.1340.0>', '    exception exit: {remote,closed}'],
      reads: { message: 'exception exit: {remote,closed}' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    { line: '=ERROR REPORT==== 31-Dec-2026::23:59:59 ===', from: 'Erlang/OTP 20', reads: {}, gives: 'noise' },
    {
      line: '20:23:41.123 [error] GenServer #PID<0.512.0> terminating',
      from: 'Elixir 1.16 console logger',
      after: ['** (RuntimeError) boom'],
      reads: { message: '** (RuntimeError) boom' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: 'Crash dump is being written to: erl_crash.dump...done',
      from: 'Erlang/OTP 26',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'Slogan: eheap_alloc: Cannot allocate 8162366936 bytes of memory (of type "heap").',
      from: 'erl_crash.dump of Erlang/OTP 21, emqx/emqx#2494',
      before: ['=erl_crash_dump:0.5', 'Sun Apr 28 14:49:27 2019'],
      reads: { at: { ms: Date.UTC(2019, 3, 28, 14, 49, 27), widthMs: 1000, basis: 'local' } },
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
    {
      line: 'Slogan: Kernel pid terminated (application_controller) ({application_terminated,chat,shutdown})',
      from: 'erl_crash.dump of Erlang/OTP 25',
      before: ['=erl_crash_dump:0.5', 'Fri Jan  2 03:04:05 2026'],
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
  ],
  rejects: [
    'eheap_alloc',
    'Cannot allocate 5 bytes of memory',
    '=CRASH REPORT==== 31-Feb-2026::20:23:41 ===',
    '[error] something else terminating',
    '=PROGRESS REPORT====',
    'Slogan: Talk to everyone',
  ],
  read(text, context) {
    if (ALLOCATOR.test(text)) return faultRow(text, 'heap-limit', true);
    if (KERNEL.test(text) || BOOT.test(text)) return faultRow(text, 'abort', true);
    if (DUMP.test(text)) return faultRow(text, 'abort', true);
    const slogan = SLOGAN.exec(text)?.[1];
    if (slogan !== undefined) return sloganRow(slogan, context);
    const report = REPORT.exec(text);
    if (report) {
      const at = reportStamp(report);
      if (!at) return null;
      const says = context.after(12).find((line) => /^\s{0,8}exception (?:error|exit|throw): /.test(line));
      const row = report[1] === 'CRASH' ? faultRow(says?.trim() ?? 'crash report', 'handler-exception', false) : faultRow(text);
      return { ...row, at };
    }
    const dated = isoAt(text);
    const terminating = TERMINATING.exec(dated ? text.slice(dated.end + 1) : text)?.[1];
    if (terminating === undefined) return null;
    const says = context.after(1)[0];
    return { ...faultRow(says?.startsWith('** (') ? says : terminating, 'handler-exception', false), at: dated?.stamp };
  },
  events: (row) =>
    row.fault === 'handler-exception' && REMOTE_CLOSED.test(row.message)
      ? { kind: 'socket-closed', code: 1006, reason: row.message, vantage: 'client' }
      : faultEvent(row),
});
