/** earlyoom, which ends the largest process before memory runs out. */
import { subject } from '../src/grammar/subject.ts';
import { defineParser, type Row } from '../src/types.ts';

interface EarlyoomRow extends Row {
  readonly message: string;
  readonly pid?: number;
  readonly command?: string;
  readonly signal?: string;
  readonly rssBytes?: number;
}

const KILL =
  /^sending (SIGTERM|SIGKILL) to process (\d{1,10}) (?:uid \d{1,10} )?"([^"]{0,80})":? (?:oom_score|badness) -?\d{1,6}, (?:oom_score_adj -?\d{1,5}, )?VmRSS (\d{1,9}) MiB.{0,4500}$/;
const OTHER =
  /^(?:low memory! at or below SIG(?:TERM|KILL) limits: .{1,200}|escalating to SIGKILL after .{1,60}|process (\d{1,10}) (?:exited after .{1,60}|did not exit.{0,60})|kill failed: .{1,200}|mem avail: .{1,200}|earlyoom v?\d.{0,60}|dry-run, not actually killing anything|sending SIG\w+ when mem .{1,200})$/;
const MIB = 1_048_576;

export const earlyoom = defineParser<EarlyoomRow>({
  name: 'earlyoom',
  about: 'kills by earlyoom before the kernel runs out of memory',
  adds: 'that a SIGTERM, which looks like a deploy, was for memory',
  docs: 'https://github.com/rfjakob/earlyoom',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['sending SIGTERM to process', 'sending SIGKILL to process'],
  samples: [
    {
      line: 'sending SIGTERM to process 7378 uid 1000 "tail": oom_score 156, VmRSS 4962 MiB',
      from: 'kill.c of earlyoom 1.7',
      keys: { service: 'earlyoom' },
      reads: { pid: 7378, command: 'tail', signal: 'SIGTERM', rssBytes: 4962 * MIB },
      gives: {
        kind: 'oom-kill',
        role: 'kill',
        scope: 'userspace',
        command: 'tail',
        rssBytes: 4962 * MIB,
        keys: { pid: 7378, pidSpace: 'host', service: 'tail' },
      },
    },
    {
      line: 'sending SIGTERM to process 7378 uid 1000 "node": oom_score 156, VmRSS 4962 MiB, cmdline "node /srv/chat/server.js"',
      from: 'kill.c of earlyoom 1.8',
      reads: { command: 'node' },
      gives: { kind: 'oom-kill', role: 'kill' },
    },
    {
      line: 'sending SIGKILL to process 7378 uid 1000 "node": badness 800, VmRSS 4962 MiB',
      from: 'kill.c of earlyoom 1.6',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'oom-kill', role: 'kill' },
    },
    {
      line: 'low memory! at or below SIGTERM limits: mem 10.00%, swap 10.00%',
      from: 'kill.c of earlyoom 1.7',
      keys: { service: 'earlyoom' },
      reads: {},
      gives: 'noise',
    },
    {
      line: 'process 7378 exited after 0.3 seconds',
      from: 'kill.c of earlyoom 1.7',
      keys: { service: 'earlyoom' },
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['sending SIGTERM to process 7378', 'process 7378 exited after 0.3 seconds', 'sending SIGTERM to the workers'],
  read(text, { keys }) {
    const found = KILL.exec(text);
    if (!found) return keys.service === 'earlyoom' && OTHER.test(text) ? { message: text } : null;
    const [, signal = '', pid, command = '', mebibytes] = found;
    return { message: text, signal, pid: Number(pid), command, rssBytes: Number(mebibytes) * MIB };
  },
  events(row) {
    if (row.pid === undefined) return undefined;
    const { pid, command, rssBytes } = row;
    const victim = { ...(command && { command }), ...(rssBytes !== undefined && { rssBytes }) };
    return {
      kind: 'oom-kill',
      role: 'kill',
      scope: 'userspace',
      ...victim,
      keys: subject({ pid, pidSpace: 'host', ...(command && { service: command }) }),
    };
  },
});
