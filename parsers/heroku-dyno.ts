/** What Heroku's platform says of an app's dynos: starts, stops, exits, memory quota, releases. The stamp is the envelope's. */
import { known } from '../src/grammar/known.ts';
import { type Context, type Draft, defineParser, type ProcessEnded, type Row } from '../src/types.ts';

interface DynoRow extends Row {
  readonly message: string;
  /** `R14`, `L10` … */
  readonly herokuCode?: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly from?: string;
  readonly to?: string;
}

const STATE = /^State changed from (\w{2,20}) to (\w{2,20})$/;
const EXITED = /^Process exited with status (\d{1,3})$/;
const STOPPING = /^Stopping (?:process|all processes|remaining processes) with (SIG[A-Z]{3,8})$/;
const ERROR = /^Error ([RL]\d{2}) \([^)]{1,60}\)(?:$| -> |: )/;
const RUNNING = /^Process running mem=(\d{1,9})M/;
const RELEASED = /^(?:Deploy [0-9a-f]{6,40}|Release v\d{1,9} created|Rollback to v\d{1,9}|Set .{1,400} config vars?) by user /;
const OTHER =
  /^(?:Starting process with command `|Process running mem=\d{1,9}M|Scaled to |Restarting$|Cycling$|Idling$|Unidling$|Build (?:started|succeeded|failed))/;
/** Heroku allows this long between SIGTERM and SIGKILL. */
const GRACE_MS = 30_000;
const MEBIBYTE = 1024 * 1024;

export const herokuDyno = defineParser<DynoRow>({
  name: 'heroku-dyno',
  about: 'Heroku platform messages about dynos (heroku logs, log drains)',
  adds: 'R15 memory kills, exit statuses, restarts and releases of the dyno that held the WebSockets',
  docs: 'https://devcenter.heroku.com/articles/error-codes',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['Process exited with status', 'State changed from', 'with SIGTERM', 'Error R15', 'Error L1', ' by user '],
  samples: [
    {
      line: 'Error R15 (Memory quota vastly exceeded)',
      from: 'Heroku documentation, R15',
      before: ['Process running mem=1029M(201.0%)'],
      reads: { herokuCode: 'R15' },
      gives: { kind: 'oom-kill', scope: 'container', role: 'report', rssBytes: 1029 * MEBIBYTE },
    },
    { line: 'Error R14 (Memory quota exceeded)', from: 'Heroku documentation, R14', reads: { herokuCode: 'R14' }, gives: 'noise' },
    {
      line: 'Process exited with status 137',
      from: 'Heroku documentation, R15',
      before: ['Error R15 (Memory quota vastly exceeded)', 'Stopping process with SIGKILL'],
      reads: { exitCode: 137 },
      gives: { kind: 'process-ended', exitCode: 137, by: 'oom' },
    },
    {
      line: 'Process exited with status 137',
      from: 'Heroku, June 2026',
      before: [
        'Stopping all processes with SIGTERM',
        'Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
        'Stopping remaining processes with SIGKILL',
      ],
      reads: { exitCode: 137 },
      gives: { kind: 'process-ended', exitCode: 137, by: 'stop-timeout' },
    },
    {
      line: 'Process exited with status 143',
      from: 'Heroku',
      reads: { exitCode: 143 },
      gives: { kind: 'process-ended', exitCode: 143, signal: 'SIGTERM' },
    },
    {
      line: 'Stopping all processes with SIGTERM',
      from: 'Heroku, June 2026',
      reads: { signal: 'SIGTERM' },
      gives: { kind: 'stop-requested', how: 'container-stop', graceMs: 30_000 },
    },
    {
      line: 'Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
      from: 'Heroku, June 2026',
      reads: { herokuCode: 'R12' },
      gives: 'noise',
    },
    {
      line: 'State changed from up to down',
      from: 'Heroku 2013',
      reads: { from: 'up', to: 'down' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    {
      line: 'State changed from up to starting',
      from: 'Heroku, after a dyno that ended by itself',
      before: ['Process exited with status 1'],
      reads: { to: 'starting' },
      gives: 'noise',
    },
    {
      line: 'State changed from starting to up',
      from: 'Heroku, June 2026',
      before: ['State changed from crashed to starting', 'Starting process with command `npm start`'],
      reads: { to: 'up' },
      gives: { kind: 'process-started', what: 'container', automatic: true },
    },
    { line: 'State changed from up to crashed', from: 'Heroku documentation, H10', reads: { to: 'crashed' }, gives: 'noise' },
    {
      line: 'Release v42 created by user ops@example.com',
      from: 'Heroku documentation, runtime logs',
      reads: {},
      gives: { kind: 'stop-requested', how: 'deploy-tool' },
    },
    {
      line: 'Error L10 (output buffer overflow): 7 messages dropped since 2018-08-03T19:11:37+00:00.249',
      from: 'Logplex 2018',
      reads: { herokuCode: 'L10' },
      gives: { kind: 'log-gap', gap: 'dropped' },
    },
    { line: 'Starting process with command `npm start`', from: 'Heroku 2013', reads: {}, gives: 'noise' },
    {
      line: 'Cycling',
      from: 'Heroku documentation, dyno restarts',
      keys: { service: 'heroku' },
      reads: { message: 'Cycling' },
      gives: 'noise',
    },
  ],
  rejects: [
    'State changed from up',
    'Process exited with status ok',
    'Error R15',
    'worker: Process exited with status 1',
    'Cycling',
    'Restarting nginx',
  ],
  read(text, context) {
    const state = STATE.exec(text);
    if (state) return { message: text, from: state[1] ?? '', to: state[2] ?? '' };
    const exited = EXITED.exec(text);
    if (exited) return { message: text, exitCode: Number(exited[1]) };
    const stopping = STOPPING.exec(text);
    if (stopping) return { message: text, signal: stopping[1] ?? '' };
    const error = ERROR.exec(text);
    if (error) return { message: text, herokuCode: error[1] ?? '' };
    if (RELEASED.test(text)) return { message: text };
    // Words that only the platform's own stream makes unambiguous.
    return OTHER.test(text) && (context.keys.service === 'heroku' || text.includes('`')) ? { message: text } : null;
  },
  events(row, context): Draft | undefined {
    if (row.exitCode !== undefined) return exit(row.exitCode, context);
    if (row.signal !== undefined)
      return row.signal === 'SIGTERM' ? { kind: 'stop-requested', how: 'container-stop', graceMs: GRACE_MS } : undefined;
    if (row.to !== undefined) return stateChange(row, context);
    if (row.herokuCode === 'R15') {
      const megabytes = recent(context)
        .map((line) => RUNNING.exec(line)?.[1])
        .findLast((found) => found !== undefined);
      return { kind: 'oom-kill', scope: 'container', role: 'report', ...(megabytes && { rssBytes: Number(megabytes) * MEBIBYTE }) };
    }
    if (row.herokuCode?.startsWith('L1')) return { kind: 'log-gap', gap: 'dropped' };
    return RELEASED.test(row.message) ? { kind: 'stop-requested', how: 'deploy-tool' } : undefined;
  },
});

/** Lines about this dyno since its last start, nearest last. */
function recent(context: Context): readonly string[] {
  const lines = context.before(8);
  return lines.slice(lines.findLastIndex((line) => line.startsWith('Starting process with command')) + 1);
}

function exit(exitCode: number, context: Context): Draft {
  const lines = recent(context);
  const said = (words: string): boolean => lines.some((line) => line.includes(words));
  const by: ProcessEnded['by'] = said('Error R15')
    ? 'oom'
    : said('Error R12')
      ? 'stop-timeout'
      : said('with SIGTERM')
        ? 'stop'
        : exitCode === 0
          ? 'clean'
          : undefined;
  // Shells report a death by signal n as 128 + n.
  const signal =
    exitCode === 137 ? 'SIGKILL' : exitCode === 143 ? 'SIGTERM' : exitCode === 139 ? 'SIGSEGV' : exitCode === 134 ? 'SIGABRT' : undefined;
  return { kind: 'process-ended', exitCode, ...known({ by, signal }) };
}

function stateChange(row: DynoRow, context: Context): Draft | undefined {
  if (row.from === 'starting' && row.to === 'up') {
    const automatic = context.before(8).some((line) => line === 'State changed from crashed to starting');
    return { kind: 'process-started', what: 'container', ...(automatic && { automatic }) };
  }
  if (row.from !== 'up' || (row.to !== 'down' && row.to !== 'starting')) return undefined;
  // After an exit the change of state reports it; before one it announces it.
  const ended = recent(context).some((line) => EXITED.test(line));
  return ended ? undefined : { kind: 'stop-requested', how: 'supervisor-stop' };
}
