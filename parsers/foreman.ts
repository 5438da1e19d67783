/** What Foreman says of the processes of a Procfile, behind the process's name or as `system`. */
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ForemanRow extends Row {
  readonly message: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly change: 'exited' | 'started' | 'stop';
}

const EXITED = /^exited with code (\d{1,3})\s?$/;
const TERMINATED = /^terminated by (SIG[A-Z]{2,8})\s?$/;
const STARTED = /^started with pid \d{1,10}\s?$/;
const STOPS = /^sending SIGTERM to all processes\s?$/;

export const foreman = defineParser<ForemanRow>({
  name: 'foreman',
  about: 'what Foreman says of its processes',
  adds: 'how a process of a Procfile ended, and that all others were stopped then',
  docs: 'https://github.com/ddollar/foreman/blob/main/lib/foreman/engine.rb',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['exited with code ', 'terminated by SIG', 'started with pid ', 'SIGTERM to all processes'],
  samples: [
    {
      line: 'exited with code 1',
      from: 'Foreman 0.87, behind `web.1  | `',
      keys: { service: 'web' },
      reads: { exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: 'terminated by SIGKILL',
      from: 'Foreman 0.87',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL' },
    },
    {
      line: 'started with pid 4711',
      from: 'Foreman 0.87',
      reads: { change: 'started' },
      gives: { kind: 'process-started', what: 'supervisor' },
    },
    {
      line: 'sending SIGTERM to all processes',
      from: 'Foreman 0.87, as `system`',
      reads: { change: 'stop' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
  ],
  rejects: ['chat-1 exited with code 137', 'exited with code one', 'started with pid', 'sending SIGTERM to worker 3'],
  read(text) {
    const code = EXITED.exec(text)?.[1];
    if (code !== undefined) return { message: text, exitCode: Number(code), change: 'exited' };
    const signal = TERMINATED.exec(text)?.[1];
    if (signal !== undefined) return { message: text, signal, change: 'exited' };
    if (STARTED.test(text)) return { message: text, change: 'started' };
    return STOPS.test(text) ? { message: text, change: 'stop' } : null;
  },
  events({ change, exitCode, signal }): Draft {
    if (change === 'started') return { kind: 'process-started', what: 'supervisor' };
    if (change === 'stop') return { kind: 'stop-requested', how: 'supervisor-stop' };
    return { kind: 'process-ended', ...(exitCode !== undefined && { exitCode }), ...(signal !== undefined && { signal }) };
  },
});
