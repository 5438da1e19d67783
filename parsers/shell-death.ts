/** What a shell says of a program that a signal ended: `Killed`, `Segmentation fault (core dumped)`. */
import { defineParser, type Row } from '../src/types.ts';

interface ShellRow extends Row {
  readonly signal: string;
  readonly pid?: number | undefined;
  readonly dumped: boolean;
  readonly message: string;
}

const SIGNALS: Readonly<Record<string, string>> = {
  Killed: 'SIGKILL',
  Terminated: 'SIGTERM',
  Aborted: 'SIGABRT',
  'Segmentation fault': 'SIGSEGV',
  'Bus error': 'SIGBUS',
  'Illegal instruction': 'SIGILL',
  'Floating point exception': 'SIGFPE',
  'Trace/breakpoint trap': 'SIGTRAP',
};
const NAMES = Object.keys(SIGNALS).join('|');
/** `k.sh: line 1: 31024 Killed                  sleep 5`; an interactive bash leaves out script and line, dash the line. */
const OF_JOB = new RegExp(
  `^(?:[^\\s:][^:]{0,500}: (?:line \\d{1,9}: {1,3}|\\d{1,9}: )?|\\[\\d{1,4}\\][+-]? {1,4})? {0,9}(\\d{1,10}) (${NAMES})(?:: \\d{1,2})?( \\(core dumped\\))? {1,60}(\\S.{0,4000})$`,
);
/** The consoles of JetBrains' editors: a code alone is of whatever it means to the program. */
const IN_AN_IDE = /^Process finished with exit code (\d{1,3}) \(interrupted by signal \d{1,2}: ?(SIG[A-Z]{2,8})\)$/;
// macOS writes the signal's number behind its name; glibc's `psiginfo`, by which backward-cpp ends a trace, what the kernel said of it.
const ALONE = new RegExp(
  `^(${NAMES})(?:: \\d{1,2}| \\((?:Address not mapped to object|Invalid permissions for mapped object|Signal sent by \\w{1,12}\\(\\)) [^)]{1,40}\\))?( \\(core dumped\\))?$`,
);

export const shellDeath = defineParser<ShellRow>({
  name: 'shell-death',
  about: 'what bash, sh and the consoles of editors say of a program that died by a signal',
  adds: 'the signal that ended a server started from a script or a container entry point',
  docs: 'https://www.gnu.org/software/bash/manual/bash.html#Exit-Status',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'Killed',
    'Segmentation fault',
    'Aborted',
    'interrupted by signal',
    'Bus error',
    'Illegal instruction',
    'Terminated',
    'Trace/breakpoint trap',
    'Floating point exception',
  ],
  samples: [
    {
      line: 'k.sh: line 1: 31024 Killed                  sleep 5',
      from: 'bash 5.2',
      reads: { pid: 31024, signal: 'SIGKILL', message: 'sleep 5' },
      gives: { kind: 'process-ended', signal: 'SIGKILL', keys: { pid: 31024 } },
    },
    {
      line: 'bash: 30790 Segmentation fault      python3 -X faulthandler -c "import ctypes; ctypes.string_at(0)"',
      from: 'bash 5.2',
      reads: { pid: 30790, signal: 'SIGSEGV', dumped: false },
      gives: { kind: 'process-ended', signal: 'SIGSEGV', dumped: false },
    },
    {
      line: '/srv/run.sh: line 3:     7 Aborted                 (core dumped) node server.js',
      from: 'bash 5.1',
      reads: { pid: 7, signal: 'SIGABRT', dumped: true },
      gives: { kind: 'process-ended', signal: 'SIGABRT', dumped: true },
    },
    { line: 'Killed', from: 'dash 0.5.12', reads: { signal: 'SIGKILL' }, gives: { kind: 'process-ended', signal: 'SIGKILL' } },
    {
      line: 'Segmentation fault (core dumped)',
      from: 'dash 0.5.12',
      reads: { dumped: true },
      gives: { kind: 'process-ended', signal: 'SIGSEGV', dumped: true },
    },
    {
      line: 'Process finished with exit code 139 (interrupted by signal 11: SIGSEGV)',
      from: 'CLion 2016, uNetworking/uWebSockets#474',
      reads: { signal: 'SIGSEGV' },
      gives: { kind: 'process-ended', signal: 'SIGSEGV' },
    },
    {
      line: 'Process finished with exit code 137 (interrupted by signal 9:SIGKILL)',
      from: 'PyCharm 2024',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL' },
    },
    {
      line: './run-server.sh: line 4: 71120 Segmentation fault: 11  deno --allow-net server.ts 9999',
      from: 'bash 3.2 of macOS, denoland/deno#4047',
      reads: { pid: 71120, signal: 'SIGSEGV', message: 'deno --allow-net server.ts 9999' },
      gives: { kind: 'process-ended', signal: 'SIGSEGV', keys: { pid: 71120 } },
    },
    {
      line: 'Segmentation fault (Address not mapped to object [0x18])',
      from: 'glibc’s psiginfo below the trace of backward-cpp, gazebosim/gz-launch#60',
      reads: { signal: 'SIGSEGV', dumped: false },
      gives: { kind: 'process-ended', signal: 'SIGSEGV' },
    },
    {
      line: 'Aborted (Signal sent by tkill() 4242 1000)',
      from: 'glibc’s psiginfo below the trace of backward-cpp',
      reads: { signal: 'SIGABRT' },
      gives: { kind: 'process-ended', signal: 'SIGABRT' },
    },
  ],
  rejects: [
    'Segmentation fault (in thread 3)',
    'Process finished with exit code 0',
    'Killed process 123 (node)',
    'Killed by the administrator',
    'connection Aborted',
    'run.sh: line 3: command not found',
    'Out of memory: Killed',
  ],
  read(text) {
    const ended = IN_AN_IDE.exec(text)?.[2];
    if (ended !== undefined) return { message: text, signal: ended, dumped: false };
    const alone = ALONE.exec(text);
    if (alone) return { message: text, signal: SIGNALS[alone[1] ?? ''] ?? '', dumped: alone[2] !== undefined };
    const job = OF_JOB.exec(text);
    if (!job) return null;
    // Bash pads the signal's name and puts the dump behind the padding.
    const command = job[4] ?? '';
    const dumped = job[3] !== undefined || command.startsWith('(core dumped) ');
    return { message: command.replace(/^\(core dumped\) /, ''), pid: Number(job[1]), signal: SIGNALS[job[2] ?? ''] ?? '', dumped };
  },
  events: (row) => ({
    kind: 'process-ended',
    signal: row.signal,
    dumped: row.dumped,
    // The carrier's pid is the shell's.
    keys: { pid: row.pid },
  }),
});
