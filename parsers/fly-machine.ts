/** What the init process of a Fly.io machine says of the program in it. The stamp is the envelope's. */
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface MachineRow extends Row {
  readonly message: string;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly change?: 'stop' | 'exited' | 'oom' | undefined;
}

const SENDING = /^ ?INFO Sending signal (SIG[A-Z]{2,8}) to main child process w\/ PID \d{1,10}$/;
const SIGNALLED = /^ ?INFO Main child exited with signal \(with signal '(SIG[A-Z]{2,8})', core dumped\? (?:true|false)\)$/;
const EXITED = /^ ?INFO Main child exited normally with code: (\d{1,3})$/;
const OOM = /^ ?INFO Process appears to have been OOM killed!$/;
const OTHER = /^ ?INFO (?:Starting clean up\.|Umounting \S.{0,200}|Preparing to run: `.{1,2000}|\[fly api proxy\] listening at \S{1,200})$/;

export const flyMachine = defineParser<MachineRow>({
  name: 'fly-machine',
  about: 'the init process of Fly.io machines, in `fly logs`',
  adds: 'whether the server died, was killed for memory or was told to stop',
  docs: 'https://fly.io/docs/monitoring/logging-overview/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['INFO Sending signal', 'INFO Main child exited', 'INFO Process appears to have been OOM'],
  samples: [
    {
      line: 'INFO Sending signal SIGINT to main child process w/ PID 314',
      from: 'fly logs, 2024',
      reads: { signal: 'SIGINT' },
      gives: { kind: 'stop-requested', how: 'container-stop' },
    },
    {
      line: "INFO Main child exited with signal (with signal 'SIGKILL', core dumped? false)",
      from: 'fly logs, 2024',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL' },
    },
    {
      line: 'INFO Main child exited normally with code: 1',
      from: 'fly logs, 2024',
      reads: { exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: ' INFO Process appears to have been OOM killed!',
      from: 'fly logs, 2024',
      reads: {},
      gives: { kind: 'oom-kill', scope: 'container', role: 'report' },
    },
    { line: 'INFO Starting clean up.', from: 'fly logs, 2024', reads: {}, gives: 'noise' },
  ],
  rejects: [
    'INFO Sending signal to main child',
    'Main child exited normally with code: 1',
    'INFO Process started',
    'INFO Main child exited',
  ],
  read(text) {
    const sent = SENDING.exec(text)?.[1];
    if (sent !== undefined) return { message: text, signal: sent, change: 'stop' };
    const signal = SIGNALLED.exec(text)?.[1];
    if (signal !== undefined) return { message: text, signal, change: 'exited' };
    const code = EXITED.exec(text)?.[1];
    if (code !== undefined) return { message: text, exitCode: Number(code), change: 'exited' };
    if (OOM.test(text)) return { message: text, change: 'oom' };
    return OTHER.test(text) ? { message: text } : null;
  },
  events(row): Draft | undefined {
    switch (row.change) {
      case 'stop':
        return { kind: 'stop-requested', how: 'container-stop' };
      case 'oom':
        return { kind: 'oom-kill', scope: 'container', role: 'report' };
      case 'exited':
        return {
          kind: 'process-ended',
          ...(row.signal !== undefined && { signal: row.signal }),
          ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
          ...(row.exitCode === 0 && { by: 'clean' as const }),
        };
      default:
        return undefined;
    }
  },
});
