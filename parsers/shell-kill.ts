/** Scripts and deploy tools that write down the `kill` they ran: `TASK [stop chat] changed (kill -TERM 16312)`, `+ kill 16312` of `set -x`. */
import { logHead } from '../src/grammar/log-head.ts';
import { stopsBy } from '../src/grammar/stop-command.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface KillRow extends Row {
  readonly at?: Stamp;
  readonly message: string;
  readonly command: string;
  /** False when the line says that it was not run, or failed. */
  readonly ran: boolean;
}

// With a signal anywhere; without one only where a shell's trace or prompt, or brackets, show that it is a command.
const SIGNALLED =
  /(?:^|[\s(["'`+$#>:;&|])((?:\/(?:usr\/)?bin\/)?kill (?:-s (?:SIG)?[A-Z]{2,6}|-(?:SIG)?[A-Z]{2,6}|-\d{1,2})(?: \d{1,10}){1,16})(?=$|[\s)\]"'`;&|,.])/;
const BARE = /(?:^|[\s(["'`])(?:[+$#>] |\(|`)((?:\/(?:usr\/)?bin\/)?kill(?: \d{1,10}){1,16})(?=$|[)"'`;&|])/;
const NOT_RUN =
  /\b(?:would|dry[- ]?run|skip(?:ped|ping)?|fail(?:ed|ure)?|fatal|no such process|not permitted|denied|usage|example|check_mode|unreachable)\b/i;
// Of sudo, cron and the kernel's audit, which have formats of their own.
const FOREIGN = /COMMAND=|^\([\w.@-]{1,64}\) [A-Z]+ \(|^type=/;
const DEPLOYS =
  /(?<![a-z])(?:ansible|deploy\w*|capistrano|fabric|jenkins|gitlab|github|release|rollout|rolling|upgrade|task|play|puppet|chef|salt)(?![a-z])/i;

export const shellKill = defineParser<KillRow>({
  name: 'shell-kill',
  about: '`kill` as deploy logs and traced shell scripts write it down',
  adds: 'which process a script stopped or killed, and when',
  docs: 'https://www.gnu.org/software/bash/manual/bash.html#The-Set-Builtin',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['kill -', '+ kill ', '$ kill ', '(kill '],
  samples: [
    {
      line: '2026-11-26T14:06:19+00:00 ansible[tables]: TASK [stop table-1] changed (kill -TERM 16312)',
      from: 'Ansible behind a script’s own log',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 14, 6, 19), widthMs: 1000, basis: 'utc' }, command: 'kill -TERM 16312', ran: true },
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { pid: 16312, pidSpace: 'host' } },
    },
    {
      line: '+ kill 4242',
      from: 'bash 5.2, set -x',
      reads: { command: 'kill 4242' },
      gives: { kind: 'stop-requested', how: 'admin-kill', keys: { pid: 4242 } },
    },
    {
      line: '2026-11-26 14:06:19 stop.sh: kill -s KILL 4242 4243',
      from: 'a script’s own log',
      reads: { command: 'kill -s KILL 4242 4243' },
      gives: [
        { kind: 'stop-requested', how: 'admin-kill', keys: { pid: 4242 } },
        { kind: 'stop-requested', how: 'admin-kill', keys: { pid: 4243 } },
      ],
    },
    { line: '+ kill -0 4242', from: 'bash 5.2, set -x: only asks whether it lives', reads: {}, gives: 'noise' },
    {
      line: '2026-11-26T14:06:19Z TASK [stop table-1] skipped (kill -TERM 16312)',
      from: 'Ansible behind a script’s own log',
      reads: { ran: false },
      gives: 'noise',
    },
  ],
  rejects: [
    'we kill 5 connections',
    'kill the process',
    '  root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/bin/kill -9 4242',
    'overkill -9 1',
    'kill 4242',
  ],
  read(text) {
    if (text.length > 4000 || FOREIGN.test(text)) return null;
    const command = (SIGNALLED.exec(text) ?? BARE.exec(text))?.[1];
    if (command === undefined) return null;
    const at = logHead(text)?.at;
    return { ...(at && { at }), message: text, command, ran: !NOT_RUN.test(text) };
  },
  events(row, context): readonly Draft[] {
    if (!row.ran) return [];
    const deploys = DEPLOYS.test(row.message) || DEPLOYS.test(context.hint);
    return stopsBy(row.command).map((draft) =>
      deploys && draft.kind === 'stop-requested' ? { ...draft, how: 'deploy-tool' as const } : draft,
    );
  },
});
