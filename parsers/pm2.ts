/** What PM2's daemon says of the applications it keeps: `~/.pm2/pm2.log`, and the `PM2` lines of `pm2 logs`. */
import { processEnd } from '../src/grammar/process-end.ts';
import { isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Row } from '../src/types.ts';

interface Pm2Row extends Row {
  readonly message: string;
  readonly level?: string | undefined;
  readonly service?: string | undefined;
  readonly pid?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly change?: 'exited' | 'online' | 'stopping' | 'memory' | 'watch' | undefined;
  /** PM2 stopped it: `stop` in time, `stop-timeout` after SIGKILL. */
  readonly by?: 'stop' | 'stop-timeout' | undefined;
  readonly rssBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
}

const HEAD = /^PM2 (log|error|info|warn|debug): (.{0,4000})$/;
/** `_old_0`: a reload gives the number to the new instance, and this name to the one that it stops. */
const ID = String.raw`(?:_old_)?\d{1,5}`;
const APP = String.raw`App \[?(?:name:)?([^\]:]{1,100})(?:\]? with id \[${ID}\](?: and pid \[(\d{1,10})\])?,?|:${ID}\]| id:${ID})`;
/** PM2 prints code and signal always: `SIGINT` is what it writes when there was none. */
const EXITED = new RegExp(String.raw`^${APP} exited with code \[(\d{0,3})\] via signal \[(\w{1,12})\]$`);
/** PM2 before 1.0, which knew of no signal. */
const EXITED_ONCE = new RegExp(String.raw`^${APP} exited with code (\d{1,3})$`);
const STATE = new RegExp(
  String.raw`^${APP} (online|starting in -\w{1,20} mode-|launched|disconnected|will restart in \d{1,9}ms|exited|doesn't exist.*)$`,
);
const STOPPING = new RegExp(`^Stopping app:(.{1,100}) id:${ID}$`);
const WATCH = /^Change detected on path .{1,500} for app (.{1,100}) - restarting$/;
const MEMORY =
  /^\[PM2\]\[WORKER\] Process (\S{1,100}) restarted because it exceeds --max-memory-restart value \(current_memory=(\d{1,15}) max_memory_limit=(\d{1,15}) \[octets\]\)$/;
const STILL_ALIVE = /^Process with pid \d{1,10} still alive after \d{1,9}ms, sending (?:it )?SIGKILL/;
const OTHER =
  /^(?:pid=(\d{1,10}) msg=.{1,200}|Script .{1,500} had too many unstable restarts .{1,100}|\[PM2\](?:\[\w{1,20}\])? .{1,2000})$/;

/** PM2 names the process by its number here; its next line is the stop, with both. */
const nameOf = (id: string | undefined, { after }: Context): string | undefined =>
  after(5)
    .map((line) => / ?Stopping app:(.{1,100}) id:(\d{1,5})$/.exec(line))
    .find((found) => found?.[2] === id)?.[1];

function readMessage(message: string, context: Context): Pm2Row | undefined {
  const [whole, service, pid, code = '', signal = ''] = EXITED.exec(message) ?? [];
  if (whole !== undefined && service !== undefined) {
    const id = /:(\w{1,10})\]/.exec(whole)?.[1] ?? '0';
    const lately = context.before(20);
    // A stop is of the instance that ended next: the one that came after it has the same number.
    const before = lately.slice(lately.findLastIndex((line) => line.includes(`App [${service}:${id}] exited with code [`)) + 1);
    const isStopped = before.some((line) => line.endsWith(`Stopping app:${service} id:${id}`));
    const isForced = before.some((line) => line.includes(' still alive after '));
    return {
      message,
      service,
      pid: pid === undefined ? undefined : Number(pid),
      exitCode: signal === 'SIGINT' && code !== '' ? Number(code) : undefined,
      signal: signal === 'SIGINT' ? undefined : signal,
      change: 'exited',
      by: isStopped ? (isForced ? 'stop-timeout' : 'stop') : undefined,
    };
  }
  const [, once, oncePid, status] = EXITED_ONCE.exec(message) ?? [];
  if (once !== undefined && status !== undefined)
    return { message, service: once, pid: oncePid === undefined ? undefined : Number(oncePid), exitCode: Number(status), change: 'exited' };
  const state = STATE.exec(message);
  if (state) return { message, service: state[1], change: state[3] === 'online' ? 'online' : undefined };
  const stopping = STOPPING.exec(message);
  if (stopping) return { message, service: stopping[1], change: 'stopping' };
  const watch = WATCH.exec(message);
  if (watch) return { message, service: watch[1], change: 'watch' };
  const memory = MEMORY.exec(message);
  if (memory)
    return { message, service: nameOf(memory[1], context), change: 'memory', rssBytes: Number(memory[2]), limitBytes: Number(memory[3]) };
  const other = OTHER.exec(message);
  if (other) return { message, pid: other[1] === undefined ? undefined : Number(other[1]) };
  return STILL_ALIVE.test(message) ? { message } : undefined;
}

export const pm2 = defineParser<Pm2Row>({
  name: 'pm2',
  about: "PM2's own log: applications that exited, were stopped or restarted",
  adds: 'whether the server died or PM2 stopped it, with signal or exit code, and memory restarts',
  docs: 'https://pm2.keymetrics.io/docs/usage/process-management/',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['exited with code ', '] online', 'Stopping app:', '--max-memory-restart', 'Change detected on path'],
  samples: [
    {
      line: '2026-11-22T20:41:52: PM2 log: App [ws:0] exited with code [0] via signal [SIGKILL]',
      from: 'PM2 7.0.4, kill -9',
      reads: { at: { ms: 1795380112000, widthMs: 1000, basis: 'local' }, level: 'log', service: 'ws', signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL', keys: { service: 'ws' } },
    },
    {
      line: 'PM2 log: App [ws:0] exited with code [1] via signal [SIGINT]',
      from: 'PM2 7.0.4, an uncaught exception: no signal at all',
      reads: { exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: 'App [ws:0] exited with code [0] via signal [SIGINT]',
      from: 'PM2 7.0.4, pm2 restart ws, line of pm2 logs',
      before: ['Stopping app:ws id:0'],
      reads: { by: 'stop' },
      gives: { kind: 'process-ended', by: 'stop', keys: { service: 'ws' } },
    },
    {
      line: '2026-05-14T09:24:41: PM2 log: App [ws:_old_0] exited with code [0] via signal [SIGKILL]',
      from: 'PM2, pm2 reload ws in cluster mode, after kill_timeout',
      before: [
        '2026-05-14T09:24:36: PM2 log: Stopping app:ws id:_old_0',
        '2026-05-14T09:24:41: PM2 log: Process with pid 2389242 still alive after 5000ms, sending it SIGKILL now...',
      ],
      reads: { service: 'ws', signal: 'SIGKILL', by: 'stop-timeout' },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout' },
    },
    {
      line: 'Stopping app:ws id:_old_1',
      from: 'PM2 2, pm2 logs while startOrGracefulReload replaces an instance',
      reads: { service: 'ws', change: 'stopping' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'ws' } },
    },
    {
      line: 'PM2 log: App [ws] with id [0] and pid [123], exited with code [1] via signal [SIGINT]',
      from: 'PM2 2.10',
      reads: { service: 'ws', pid: 123 },
      gives: { kind: 'process-ended', exitCode: 1, keys: { service: 'ws', pid: 123 } },
    },
    {
      line: '2026-11-22T20:41:52: PM2 log: App [ws:0] online',
      from: 'PM2 7.0.4',
      reads: { service: 'ws' },
      gives: { kind: 'process-started', what: 'supervisor' },
    },
    {
      line: '2026-11-22T20:41:52: PM2 log: Stopping app:ws id:0',
      from: 'PM2 7.0.4',
      reads: {},
      gives: { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'ws' } },
    },
    {
      line: 'PM2 log: [PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value (current_memory=161480704 max_memory_limit=157286400 [octets])',
      from: 'PM2 5 sources, lib/Worker.js',
      after: ['2026-11-22T20:41:52: PM2 log: Stopping app:ws id:0'],
      reads: { service: 'ws', rssBytes: 161480704 },
      gives: { kind: 'oom-kill', scope: 'userspace', role: 'kill', rssBytes: 161480704, limitBytes: 157286400 },
    },
    {
      line: 'PM2 log: Change detected on path server.js for app ws - restarting',
      from: 'PM2 7.0.4 --watch',
      reads: {},
      gives: { kind: 'stop-requested', how: 'deploy-tool' },
    },
    { line: '2026-11-22T20:41:52: PM2 log: pid=1234 msg=process killed', from: 'PM2 7.0.4', reads: { pid: 1234 }, gives: 'noise' },
    { line: 'PM2 log: App [ws:0] starting in -fork mode-', from: 'PM2 7.0.4', reads: { service: 'ws' }, gives: 'noise' },
    {
      line: '2026-11-22T20:41:52: PM2 log: ===============================================================================',
      from: 'PM2 7.0.4',
      reads: {},
      gives: 'noise',
    },
    {
      line: '2026-05-04T17:00:01: PM2 log: App [ws:0] exited with code [1] via signal [SIGINT]',
      from: 'PM2 7.0.4, an uncaught exception soon after pm2 restart ws',
      before: [
        '2026-05-04T16:59:27: PM2 log: Stopping app:ws id:0',
        '2026-05-04T16:59:27: PM2 log: App [ws:0] exited with code [0] via signal [SIGINT]',
        '2026-05-04T16:59:27: PM2 log: pid=44 msg=process tree killed (1 pids)',
        '2026-05-04T16:59:27: PM2 log: App [ws:0] starting in -fork mode-',
        '2026-05-04T16:59:27: PM2 log: App [ws:0] online',
      ],
      reads: { exitCode: 1, by: undefined },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: '2015-08-02 12:42:58: App name:game id:2 exited with code 1',
      from: 'PM2 0.14, Unitech/pm2#1488',
      reads: { service: 'game', exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1, keys: { service: 'game' } },
    },
  ],
  rejects: ['App [ws] is ready', 'PM2 is running', '2026-11-22T20:41:52: ws closed', 'App [ws:0] exited with code'],
  read(text, context) {
    const stamped = text[19] === ':' && text[20] === ' ' ? isoAt(text) : undefined;
    const body = stamped?.end === 19 ? text.slice(21) : text;
    const [, level, message = body] = HEAD.exec(body) ?? [];
    const row = readMessage(message, context) ?? (level === undefined ? undefined : { message });
    return row ? { at: stamped?.stamp, level, ...row } : null;
  },
  events(row): Draft | undefined {
    // The applications run in PM2's own unit, but its pid is not theirs.
    const keys = { service: row.service, pid: row.pid };
    switch (row.change) {
      case 'exited':
        return processEnd({ ...row, by: row.by ?? (row.exitCode === 0 ? 'clean' : undefined) }, keys);
      case 'online':
        return { kind: 'process-started', what: 'supervisor', keys };
      case 'stopping':
        return { kind: 'stop-requested', how: 'supervisor-stop', keys };
      case 'watch':
        return { kind: 'stop-requested', how: 'deploy-tool', keys };
      case 'memory':
        return {
          kind: 'oom-kill',
          scope: 'userspace',
          role: 'kill',
          keys,
          ...(row.rssBytes && { rssBytes: row.rssBytes }),
          ...(row.limitBytes && { limitBytes: row.limitBytes }),
        };
      default:
        return undefined;
    }
  },
});
