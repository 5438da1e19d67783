/** What the process manager forever says of its script, in the log of that script. */
import { parseObject } from '../src/grammar/json.ts';
import { known } from '../src/grammar/known.ts';
import { defineParser, type Row } from '../src/types.ts';

interface ForeverRow extends Row {
  readonly message: string;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** A watched file had changed. */
  readonly watched?: boolean | undefined;
}

const PLAIN = /^(?:error|warn|info): {1,4}(\S.{0,400})$/;
const OWN = /^(?:Forever detected script |Script restart attempt #\d|restarting script because .{1,300} changed$)/;
const ENDED = /^Forever detected script (?:exited with code: (\d{1,3})|was killed by signal: (SIG[A-Z0-9]{2,8}))$/;

function messageOf(text: string): string | undefined {
  const plain = PLAIN.exec(text)?.[1];
  if (plain !== undefined) return plain;
  const message = text.startsWith('{"level":') ? parseObject(text)?.['message'] : undefined;
  return typeof message === 'string' ? message : undefined;
}

export const forever = defineParser<ForeverRow>({
  name: 'forever',
  about: 'the process manager forever on its script’s ends and restarts',
  adds: 'exit code or signal of a server that died, and that it was started again',
  docs: 'https://github.com/foreversd/forever',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['Forever detected script', 'Script restart attempt'],
  samples: [
    {
      line: '{"level":"error","message":"Forever detected script exited with code: 1"}',
      from: 'forever 4.0',
      reads: { exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: 'error: Forever detected script was killed by signal: SIGKILL',
      from: 'forever 0.15',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL' },
    },
    {
      line: 'error: Forever detected script was killed by signal: SIGKILL',
      from: 'forever 0.15, --watch',
      before: ['error: restarting script because server.js changed'],
      reads: { watched: true },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop' },
    },
    {
      line: '{"level":"error","message":"Script restart attempt #1"}',
      from: 'forever 4.0',
      reads: {},
      gives: { kind: 'process-started', what: 'supervisor', automatic: true },
    },
  ],
  rejects: ['Forever detected script exited with code: 1', '{"level":"error","message":"forever young"}', 'error: Forever yours'],
  read(text, context) {
    const message = messageOf(text);
    if (message === undefined || !OWN.test(message)) return null;
    const [, code, signal] = ENDED.exec(message) ?? [];
    const watched = signal !== undefined && context.before(3).some((line) => line.includes('restarting script because '));
    return known({ message, exitCode: code === undefined ? undefined : Number(code), signal, watched: watched || undefined });
  },
  events(row) {
    if (row.exitCode !== undefined || row.signal !== undefined)
      return known({
        kind: 'process-ended' as const,
        exitCode: row.exitCode,
        signal: row.signal,
        by: row.watched ? ('stop' as const) : undefined,
      });
    return row.message.startsWith('Script restart') ? { kind: 'process-started', what: 'supervisor', automatic: true } : undefined;
  },
});
