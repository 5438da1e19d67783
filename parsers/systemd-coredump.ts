/** What systemd-coredump logs of a process that dumped core. */
import { defineParser, type Row } from '../src/types.ts';

interface CoredumpRow extends Row {
  readonly message: string;
  readonly pid: number;
  readonly command: string;
  readonly signal?: string;
  readonly dumped: boolean;
}

/** The stack of each thread follows in the same message; rsyslog writes its newlines as `#012`. */
const CRASHED =
  /^Process (\d{1,10}) \((.{1,80})\) of user \S{1,40} (dumped core\.|terminated abnormally without generating a coredump\.|terminated abnormally with signal (\d{1,2})\/(\w{1,10}), processing\.\.\.)(?:(?:\n|#012).*)?$/s;

export const systemdCoredump = defineParser<CoredumpRow>({
  name: 'systemd-coredump',
  about: 'core dumps that systemd-coredump took: journal',
  adds: 'which process crashed; the entry is written when the dump is stored, which may be seconds later',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/systemd-coredump.html',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [' dumped core.', 'terminated abnormally with'],
  samples: [
    {
      line: 'Process 4242 (node) of user 996 dumped core.\n\nModule node without build-id.\nStack trace of thread 4242:\n#0  0x00007f0c2d1c3f21 n/a (libc.so.6 + 0x89f21)',
      from: 'systemd-coredump 252',
      keys: { service: 'systemd-coredump', unit: 'chat.service' },
      reads: { pid: 4242, command: 'node', dumped: true },
      gives: { kind: 'process-ended', dumped: true, keys: { pid: 4242, pidSpace: 'host', service: 'node' } },
    },
    {
      line: 'Process 4242 (node) of user 996 terminated abnormally with signal 11/SEGV, processing...',
      from: 'systemd-coredump 257',
      reads: { signal: 'SIGSEGV' },
      gives: { kind: 'process-ended', signal: 'SIGSEGV' },
    },
    {
      line: 'Process 4242 (Web (x) y) of user 996 terminated abnormally without generating a coredump.',
      from: 'systemd-coredump 252',
      reads: { command: 'Web (x) y', dumped: false },
      gives: { kind: 'process-ended' },
    },
  ],
  rejects: ['Process 4242 (node) exited', 'node dumped core.'],
  read(text) {
    const found = CRASHED.exec(text);
    if (!found) return null;
    const [, pid, command = '', says = '', , name] = found;
    const message = text.split(/\n|#012/, 1)[0] ?? '';
    return { message, pid: Number(pid), command, dumped: says.startsWith('dumped'), ...(name && { signal: `SIG${name}` }) };
  },
  events(row, context) {
    const { pid, command, signal, dumped } = row;
    // The journal's fields name the crashed unit; without them the unit is the handler's own.
    const isOwn = context.keys.unit?.startsWith('systemd-coredump') === true;
    const keys = { pid, pidSpace: 'host' as const, service: command, ...(isOwn && { unit: undefined, cgroup: undefined }) };
    return { kind: 'process-ended', ...(signal && { signal }), ...(dumped && { dumped }), keys };
  },
});
