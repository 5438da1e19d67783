/** What the kernel says of processes that die of a fault, and of stalls and panics of its own. */
import { keyValues } from '../src/grammar/keyvalue.ts';
import { type Context, defineParser, type EventOf, type Row } from '../src/types.ts';

type Fault = EventOf<'process-fault'>['fault'];

interface CrashRow extends Row {
  readonly message: string;
  readonly fault?: Fault;
  /** Whether the process ends by it; undefined = it may. */
  readonly fatal?: boolean;
  readonly command?: string;
  /** The kernel prints the thread's id; of the first thread it is the process's. */
  readonly pid?: number;
  readonly signal?: string;
}

const TASK = String.raw`(.{1,80})\[(\d{1,10})\]`;
const SEGFAULT = new RegExp(`^${TASK}: segfault at [0-9a-f]{1,16} ip [0-9a-f]{1,16} sp [0-9a-f]{1,16} error [0-9a-f]{1,8}(?: .{1,300})?$`);
const TRAP = new RegExp(
  `^(?:traps: )?${TASK} (?:trap )?(invalid opcode|int3|divide error|overflow|bounds|coprocessor segment overrun|invalid TSS|segment not present|stack segment|alignment check|general protection(?: fault)?|simd exception|fpu exception) (?:ip:|rip:)[0-9a-f]{1,16} .{1,300}$`,
);
/** arm64 and riscv, only with debug.exception-trace=1. */
const UNHANDLED = new RegExp(`^${TASK}: unhandled (?:exception|signal \\d{1,2}|.{1,40} fault).{0,400}$`);
const BAD_MEMORY =
  /^(?:MCE|Memory failure): 0x[0-9a-f]{1,16}: (?:Killing|Sending SIGBUS to) (.{1,80}):(\d{1,10}) due to hardware memory corruption.{0,100}$/;
const LOCKUP = /^(?:watchdog: |NMI watchdog: )?(?:BUG: )?soft lockup - CPU#\d{1,5} stuck for \d{1,9}s! \[(.{1,80}):(\d{1,10})\]$/;
const HUNG = /^INFO: task (.{1,80}):(\d{1,10}) (?:<.{1,40}> )?blocked (?:in I\/O wait |on an? .{1,60} )?for more than \d{1,9} seconds\.$/;
const STALL =
  /^(?:rcu: )?(?:INFO: rcu_\w{1,20} (?:self-)?detected (?:stalls? on CPU|expedited stalls|stall).{0,300}|(?:watchdog: |NMI watchdog: )?Watchdog detected hard LOCKUP on cpu ?\d{1,5}.{0,100})$/;
const PANIC =
  /^(?:Kernel panic - not syncing: .{1,300}|(?:BUG: |Oops: |Unable to handle kernel |general protection fault(?:, maybe for address 0x[0-9a-f]{1,16}|, probably for non-canonical address 0x[0-9a-f]{1,16})?: 0000 ).{0,300}|Internal error: Oops.{0,200}|kernel BUG at \S{1,200}!)$/;
/** Audit record 1701: a process ended by a signal that dumps core; kernel log, journal, audit.log. 1326: seccomp. */
const AUDIT =
  /^(?:audit: type=(?:1701|1326) |(?:node=\S{1,255} )?type=(?:ANOM_ABEND|SECCOMP) msg=|ANOM_ABEND |SECCOMP )(?:audit\(\d{1,12}\.\d{3}:\d{1,12}\): ?)?(auid=\d{1,10} .{1,2000})$/;
/** The task that the kernel was running for; in newer kernels its state follows the name. */
const RUNNING = /^CPU: \d{1,5} (?:UID: \d{1,10} )?PID: (\d{1,10}) Comm: (.{1,80}?) (?:Not tainted|Tainted: |Kdump: ).{1,300}$/;
const TRACE =
  /^(?:Code: (?:[0-9a-f<>() ]{2,400}|(?:Bad|Unable).{1,100})|Call Trace:|\s?<\/?(?:TASK|IRQ|NMI)>|Hardware name: .{1,300}|R[IS]P: 00\d\d:.{1,300}|Modules linked in: .*|---\[ end .{1,200}|.{1,80}\[\d{1,10}\]: .{1,80} likely on CPU \d.{1,60})$/;

const SIGNALS: Readonly<Record<number, { readonly name: string; readonly fault: Fault }>> = {
  4: { name: 'SIGILL', fault: 'trap' },
  5: { name: 'SIGTRAP', fault: 'trap' },
  6: { name: 'SIGABRT', fault: 'abort' },
  7: { name: 'SIGBUS', fault: 'segfault' },
  8: { name: 'SIGFPE', fault: 'trap' },
  11: { name: 'SIGSEGV', fault: 'segfault' },
  31: { name: 'SIGSYS', fault: 'trap' },
};

export const kernelCrash = defineParser<CrashRow>({
  name: 'kernel-crash',
  about: 'segmentation faults, traps, lockups, hung tasks and panics in the kernel log; crash records of audit',
  adds: 'that a process died of a fault of its own, to the microsecond, also when nobody supervised it',
  docs: 'https://docs.kernel.org/admin-guide/lockup-watchdogs.html',
  vantage: 'kernel',
  habitat: 'mixed',
  needles: [
    ': segfault at ',
    'traps: ',
    ' general protection ',
    ': unhandled ',
    '] trap ',
    'hardware memory corruption',
    'soft lockup - CPU',
    ' blocked for more than ',
    'detected stall',
    'self-detected',
    'detected hard LOCKUP',
    'Kernel panic - not syncing',
    'BUG: ',
    'kernel BUG at',
    'Oops: ',
    'general protection fault',
    'Unable to handle kernel',
    'type=1701',
    'type=1326',
    'ANOM_ABEND',
    'SECCOMP',
  ],
  samples: [
    {
      line: 'python3[367]: segfault at 0 ip 00007efe3bada219 sp 00007ffc4103d038 error 4 in libc.so.6[7efe3b9aa000+156000] likely on CPU 0 (core 0, socket 0)',
      from: 'Linux 6.1',
      reads: { pid: 367, command: 'python3', fault: 'segfault' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true, keys: { pid: 367, pidSpace: 'host', service: 'python3' } },
    },
    {
      line: 'node[4242]: segfault at 10 ip 000055ec785c1185 sp 00007ffccdbdd720 error 6 in node[55ec785c1000+1000]',
      from: 'Linux 5.10',
      reads: { pid: 4242 },
      gives: { kind: 'process-fault', fault: 'segfault' },
    },
    {
      line: 'traps: node[4243] trap invalid opcode ip:558435e2d1a3 sp:7ffc7995a4b0 error:0 in node[11a3,558435e2d000+1000]',
      from: 'Linux 6.18, a failed assertion of V8',
      reads: { pid: 4243, fault: 'trap' },
      gives: { kind: 'process-fault', fault: 'trap', fatal: true, keys: { pid: 4243 } },
    },
    {
      line: 'traps: node[4244] general protection fault ip:558435e2d1b7 sp:7ffe2a4b9a10 error:0 in node[11b7,558435e2d000+1000]',
      from: 'Linux 6.18',
      reads: { pid: 4244 },
      gives: { kind: 'process-fault', fault: 'trap' },
    },
    {
      line: 'traps: Web Content[881] general protection ip:7f0c2d1c3f21 sp:7ffe2a4b9a10 error:0 in libxul.so[7f0c2b000000+5000000]',
      from: 'Linux 4.19, a thread name with a blank',
      reads: { pid: 881, command: 'Web Content' },
      gives: { kind: 'process-fault', fault: 'trap' },
    },
    {
      line: 'node[4242]: unhandled exception: DABT (lower EL), ESR 0x0000000092000006, level 2 translation fault in node[aaaab0000000+1000000]',
      from: 'Linux 5.15 on arm64, debug.exception-trace=1',
      reads: { pid: 4242 },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: 'watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [node:4242]',
      from: 'Linux 5.15',
      reads: { pid: 4242, command: 'node', fault: 'hang' },
      gives: { kind: 'process-fault', fault: 'hang', fatal: false },
    },
    {
      line: 'INFO: task node:4242 blocked for more than 120 seconds.',
      from: 'Linux 6.1',
      reads: { pid: 4242 },
      gives: { kind: 'process-fault', fault: 'hang', fatal: false },
    },
    {
      line: 'rcu: INFO: rcu_sched self-detected stall on CPU',
      from: 'Linux 5.15',
      keys: { service: 'kernel' },
      reads: { fault: 'hang' },
      gives: { kind: 'process-fault', fault: 'hang', fatal: false },
    },
    {
      line: 'Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled',
      from: 'Linux 6.1',
      keys: { service: 'kernel' },
      reads: { fault: 'panic' },
      gives: { kind: 'process-fault', fault: 'panic', fatal: true },
    },
    {
      line: 'BUG: kernel NULL pointer dereference, address: 0000000000000008',
      from: 'Linux 5.15',
      keys: { service: 'kernel' },
      reads: { fault: 'panic' },
      gives: { kind: 'process-fault', fault: 'panic' },
    },
    {
      line: 'audit: type=1701 audit(1795000000.123:45): auid=4294967295 uid=996 gid=994 ses=4294967295 subj=unconfined pid=4242 comm="node" exe="/usr/bin/node" sig=6 res=1',
      from: 'Linux 6.1 with audit; the only kernel line of an abort()',
      reads: { pid: 4242, command: 'node', signal: 'SIGABRT' },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true, keys: { pid: 4242, service: 'node' } },
    },
    {
      line: 'type=ANOM_ABEND msg=audit(1795000000.123:45): auid=1000 uid=1000 gid=1000 ses=2 pid=4242 comm="node" exe="/usr/bin/node" sig=11 res=1',
      from: 'auditd 3.0',
      reads: { signal: 'SIGSEGV' },
      gives: { kind: 'process-fault', fault: 'segfault' },
    },
    {
      line: 'Code: fe 7f 5c 17 e1 c5 f8 77 c3 0f 1f 84 00 <c5> fd 74 0f c5 fd d7 c1 85 c0',
      from: 'Linux 6.1',
      reads: {},
      gives: 'noise',
    },
    { line: 'CPU: 0 PID: 367 Comm: python3 Not tainted 6.1.0-56-amd64 #1  Debian 6.1.192-2', from: 'Linux 6.1', reads: {}, gives: 'noise' },
  ],
  rejects: [
    'node[4242]: segfault',
    'segfault at 10',
    'node[12]: Oops, something broke',
    'BUG: in our own code',
    'traps: set',
    'Kernel panic',
  ],
  read(text, context) {
    const fatal = SEGFAULT.exec(text) ?? UNHANDLED.exec(text);
    if (fatal) return taskRow(fatal, 'segfault', true);
    const trap = TRAP.exec(text);
    if (trap) return taskRow(trap, 'trap', true);
    const memory = BAD_MEMORY.exec(text);
    if (memory) return taskRow(memory, 'segfault', true);
    const stalled = LOCKUP.exec(text) ?? HUNG.exec(text);
    if (stalled) return taskRow(stalled, 'hang', false);
    const audit = AUDIT.exec(text)?.[1];
    if (audit !== undefined) return readAudit(text, audit);
    const running = RUNNING.exec(text);
    if (running) return { message: text, pid: Number(running[1]), ...(running[2] && { command: running[2] }) };
    return context.keys.service === 'kernel' ? readBare(text) : TRACE.test(text) ? { message: text } : null;
  },
  events(row, context) {
    if (row.fault === undefined) return undefined;
    const { fault, fatal, pid, command } = row;
    const says = row.message.slice(0, 300);
    const keys = { ...(pid !== undefined && { pid, pidSpace: 'host' as const }), ...serviceOf(command, context) };
    return { kind: 'process-fault', fault, says, ...(fatal !== undefined && { fatal }), keys };
  },
});

const serviceOf = (command: string | undefined, context: Context) =>
  command === undefined ? { service: context.keys.service ?? 'kernel' } : { service: command };

const taskRow = ([message, command, pid]: RegExpExecArray, fault: Fault, fatal: boolean): CrashRow => ({
  message,
  fault,
  fatal,
  pid: Number(pid),
  ...(command && { command }),
});

/** Lines about the whole machine: nothing in them but their carrier tells them from an application's. */
function readBare(text: string): CrashRow | null {
  if (STALL.test(text)) return { message: text, fault: 'hang', fatal: false };
  if (PANIC.test(text)) return { message: text, fault: 'panic', ...(text.startsWith('Kernel panic') && { fatal: true }) };
  return TRACE.test(text) ? { message: text } : null;
}

function readAudit(message: string, fields: string): CrashRow | null {
  const values = keyValues(fields);
  const pid = Number(values.get('pid'));
  const signal = SIGNALS[Number(values.get('sig'))];
  if (!Number.isInteger(pid)) return null;
  const command = values.get('comm');
  // Seccomp also logs calls that it lets pass: those have signal 0.
  return { message, pid, ...(command && { command }), ...(signal && { signal: signal.name, fault: signal.fault, fatal: true }) };
}
