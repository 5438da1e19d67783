/** The log of supervisord. */
import { processEnd } from '../src/grammar/process-end.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface SupervisordRow extends Row {
  readonly level: string;
  readonly message: string;
  /** Program names that the line is about; `group:name` in groups. */
  readonly programs: readonly string[];
  readonly change?: 'exited' | 'stopped' | 'spawned' | 'killing' | 'waiting' | 'exit-request' | undefined;
  readonly pid?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly dumped?: boolean | undefined;
  /** True where SIGKILL followed since the program did not stop in `stopwaitsecs`. */
  readonly forced?: boolean | undefined;
}

const HEAD = /^(CRIT|ERRO|WARN|INFO|DEBG|TRAC|BLAT) (\S.{0,4000})$/;
/** Other programs too write `INFO` and `WARN` behind such a stamp, so of these only supervisord's own sentences are read. */
const OWN =
  /^(?:exited: |stopped: |spawned: |success: |gave up: |spawnerr: |unknown error|waiting for .{1,2000} to (?:die|stop)|killing '|received SIG|supervisord started with pid|RPC interface |Server '|Set uid|Included extra file|daemonizing|Increased |reaped unknown pid|Unlinking |Closing |Creating socket|Running |Parsed |Reading |stopping |sending |process '|config |removed: |updated |added )/;
const ENDED =
  /^(exited|stopped): (\S{1,200}) \((?:exit status (\d{1,3})|terminated by (SIG[A-Z0-9]{2,10}|signal \d{1,3})( \(core dumped\))?)(?:; (?:not )?expected)?\)$/;
const SPAWNED = /^spawned: '([^']{1,200})' with pid (\d{1,10})$/;
const KILLING = /^killing '([^']{1,200})' \((\d{1,10})\) with SIGKILL$/;
const WAITING = /^waiting for (.{1,2000}) to (?:die|stop)$/;
const EXIT_REQUEST = /^received (SIG[A-Z]{2,6}) indicating (?:exit|restart) request$/;

function readMessage(level: string, message: string, before: readonly string[]): SupervisordRow {
  const [, verb, program = '', code, signal, core] = ENDED.exec(message) ?? [];
  if (verb !== undefined) {
    const forced = before.some((line) => line.includes(`killing '${program}' (`));
    const change = verb === 'exited' ? 'exited' : 'stopped';
    return {
      level,
      message,
      programs: [program],
      change,
      exitCode: code === undefined ? undefined : Number(code),
      signal,
      dumped: core !== undefined,
      forced,
    };
  }
  const spawned = SPAWNED.exec(message);
  if (spawned) return { level, message, programs: [spawned[1] ?? ''], change: 'spawned', pid: Number(spawned[2]) };
  const killing = KILLING.exec(message);
  if (killing) return { level, message, programs: [killing[1] ?? ''], change: 'killing', pid: Number(killing[2]) };
  const waiting = WAITING.exec(message)?.[1];
  if (waiting !== undefined) return { level, message, programs: waiting.split(', '), change: 'waiting' };
  const request = EXIT_REQUEST.exec(message)?.[1];
  return request === undefined
    ? { level, message, programs: [] }
    : { level, message, programs: [], change: 'exit-request', signal: request };
}

export const supervisord = defineParser<SupervisordRow>({
  name: 'supervisord',
  about: 'log of supervisord: programs spawned, exited and stopped',
  adds: 'whether the server died by itself (exited) or was stopped (stopped), with signal or exit code',
  docs: 'https://supervisord.org/subprocess.html#process-states',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['exited: ', 'stopped: ', "spawned: '", 'waiting for ', 'indicating exit request', 'indicating restart request'],
  samples: [
    {
      line: '2026-11-22 22:32:19,996 WARN exited: seg (terminated by SIGSEGV; not expected)',
      from: 'supervisor 4.2.5',
      reads: { at: { ms: 1795386739996, widthMs: 1, basis: 'local' }, level: 'WARN', programs: ['seg'], signal: 'SIGSEGV' },
      gives: { kind: 'process-ended', signal: 'SIGSEGV', keys: { service: 'seg' } },
    },
    {
      line: '2026-11-22 22:32:20,292 WARN exited: bad (exit status 3; not expected)',
      from: 'supervisor 4.2.5',
      reads: { exitCode: 3 },
      gives: { kind: 'process-ended', exitCode: 3, keys: { service: 'bad' } },
    },
    {
      line: '2026-01-02 00:00:00,001 INFO exited: job (exit status 0; expected)',
      from: 'supervisor 4.2.5',
      reads: { exitCode: 0 },
      gives: { kind: 'process-ended', exitCode: 0, by: 'clean' },
    },
    {
      line: '2026-11-22 22:32:24,805 WARN stopped: ws (terminated by SIGKILL)',
      from: 'supervisor 4.2.5, behind stopwaitsecs',
      before: ["2026-11-22 22:32:24,805 WARN killing 'ws' (4451) with SIGKILL"],
      reads: { forced: true },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys: { service: 'ws' } },
    },
    {
      line: '2026-11-22 22:32:25,309 WARN stopped: bad (terminated by SIGTERM)',
      from: 'supervisor 4.2.5',
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGTERM', by: 'stop' },
    },
    {
      line: "2026-11-22 22:32:18,789 INFO spawned: 'ws' with pid 4451",
      from: 'supervisor 4.2.5',
      reads: { pid: 4451 },
      gives: { kind: 'process-started', what: 'supervisor', keys: { service: 'ws', pid: 4451 } },
    },
    {
      line: '2026-11-22 22:32:23,804 INFO waiting for bad, ws to die',
      from: 'supervisor 4.2.5',
      reads: { programs: ['bad', 'ws'] },
      gives: [
        { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'bad' } },
        { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'ws' } },
      ],
    },
    {
      line: '2026-11-22 22:32:23,803 WARN received SIGTERM indicating exit request',
      from: 'supervisor 4.2.5',
      reads: { signal: 'SIGTERM' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    {
      line: '2026-11-22 22:32:19,791 INFO success: ws entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)',
      from: 'supervisor 4.2.5',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: '2026-11-22 22:32:17,781 CRIT Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.',
      from: 'supervisor 4.2.5',
      reads: { level: 'CRIT' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2026-06-25 08:20:48,490 INFO websockets.server server listening on 127.0.0.1:3000',
    '2026-06-25 08:20:48,490 ERROR exited: ws (exit status 3; not expected)',
    'WARN exited: ws (exit status 3; not expected)',
    '2026-11-22 22:32:20 WARN exited: bad (exit status 3; not expected)',
  ],
  read(text, context) {
    const stamped = text[10] === ' ' && text[19] === ',' ? isoAt(text) : undefined;
    if (stamped?.end !== 23) return null;
    const [, level, message = ''] = HEAD.exec(text.slice(24)) ?? [];
    if (level === undefined || text[23] !== ' ') return null;
    if ((level === 'INFO' || level === 'WARN') && !OWN.test(message)) return null;
    return { at: stamped.stamp, ...readMessage(level, message, context.before(20)) };
  },
  events(row) {
    const service = row.programs[0];
    // The programs run in supervisord's own unit, but its pid is not theirs.
    const keys = { service, pid: row.pid };
    switch (row.change) {
      case 'exited':
      case 'stopped': {
        const stop = row.change === 'stopped' ? (row.forced ? 'stop-timeout' : 'stop') : row.exitCode === 0 ? 'clean' : undefined;
        return processEnd({ ...row, dumped: row.signal === undefined ? undefined : row.dumped === true, by: stop }, keys);
      }
      case 'spawned':
        return { kind: 'process-started', what: 'supervisor', keys };
      case 'waiting':
        return row.programs.map(
          (program): Draft => ({ kind: 'stop-requested', how: 'supervisor-stop', keys: { service: program, pid: undefined } }),
        );
      case 'exit-request':
        return { kind: 'stop-requested', how: 'supervisor-stop' };
      default:
        return undefined;
    }
  },
});
