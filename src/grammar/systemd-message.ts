/** Messages that systemd writes about units: `chat.service: Failed with result 'oom-kill'.`, `Stopping chat.service - Chat server...`. */
import type { Row } from '../types.ts';

/** What a message says; `other` = a message of systemd of no interest to a 1006. */
export type UnitEvent =
  | 'starting'
  | 'started'
  | 'reloading'
  | 'stopping'
  | 'stopped'
  | 'exited'
  | 'failed'
  | 'deactivated'
  | 'oom'
  | 'oomd'
  | 'stop-timeout'
  | 'start-timeout'
  | 'watchdog'
  | 'restart'
  | 'shutdown'
  | 'other';

export interface SystemdRow extends Row {
  readonly message: string;
  readonly event: UnitEvent;
  /** With its suffix; undefined where systemd before 252 writes the description only. */
  readonly unit?: string;
  readonly description?: string;
  readonly exitCode?: number;
  /** `SIGKILL` … */
  readonly signal?: string;
  readonly dumped?: boolean;
  /** Of a failed unit: exit-code, signal, core-dump, timeout, watchdog, oom-kill … */
  readonly result?: string;
  readonly restarts?: number;
}

const NAME = String.raw`[\w:.@\\-]{1,240}\.(?:service|scope|socket|slice|target|timer|mount|automount|swap|path|device)`;
const PREFIXED = new RegExp(`^(${NAME}): (.{1,2000})$`, 's');
/** systemd 219 (CentOS 7) writes some texts without the colon or with the name last. */
const BARE_PREFIX = new RegExp(
  `^(?:Unit )?(${NAME}) ((?:stop-|final-|start-|start |holdoff|hold-off|entered failed|watchdog|failed\\.)[^\\n]{0,200})$`,
);
const NAME_LAST = new RegExp(`^start request repeated too quickly for (${NAME})$`);
const JOB = /^(Starting|Started|Stopping|Stopped|Reloading|Reloaded|Finished) (.{1,400}?)(?:\.\.\.|\u2026|\.)$/;
const FAILED_JOB =
  /^(?:Failed to start|Timed out (?:starting|stopping)|Dependency failed for|Condition check resulted in|Failed to reload|Failed unmounting) (.{1,400}?)\.(?: Check .{1,100})?$/;
const LABEL = new RegExp(`^(${NAME})(?: - (.{1,300}))?$`);
const EXITED =
  /^(Main|main|Control) process exited, code=(exited|killed|dumped),? status=(\d{1,3})(?:\/([\w+/-]{1,20}))?(?: \(.{1,60}\))?$/;
const FAILED = /^(?:Failed|Unit failed) with result '([\w-]{1,40})'\.$/;
const STOP_TIMEOUT =
  /^(?:State '(?:stop|final|abort)[\w-]{0,30}' timed out\. (?:Killing|Aborting|Terminating|Skipping SIGKILL.*)|(?:stop|final)[\w-]{0,30} timed out\. (?:Killing|Aborting|Skipping SIGKILL.*)|Stopping timed out\. (?:Killing|Terminating))\.?$/;
const START_TIMEOUT =
  /^(?:start(?:-pre|-post)?(?: operation)?|Start-?\w{0,12} operation|State 'start[\w-]{0,12}') timed out\. (?:Terminating|Stopping|Killing)\.?$/i;
const WATCHDOG = /^[Ww]atchdog timeout \(limit [\w. ]{1,30}\)!$/;
const RESTART =
  /^(?:Scheduled restart job, restart counter is at (\d{1,10})\.|Scheduled restart job .{1,200}|Service RestartSec=.{1,30} expired, scheduling restart\.|(?:Service )?hold-?off time over, scheduling restart\.)$/;
const OOM = /^A process of this unit has been killed by the OOM killer\.$/;
const OOMD = /^systemd-oomd killed (?:\d{1,6}|some) process(?:es)?(?:\(es\))? in this unit\.$/;
const ENDED = /^(?:Deactivated successfully|Succeeded)\.$/;
const OTHER =
  /^(?:Consumed .{1,300}|Start request repeated too quickly\.|[Kk]illing process \d{1,10} .{1,200}|Found left-over process .{1,300}|This usually indicates unclean termination .{1,300}|Unit process \d{1,10} .{1,200}|(?:Unit )?entered failed state\.?|failed\.|Changed .{1,100}|Installed new job .{1,100}|Job .{1,200}|Service (?:will not|lacks|has|restart not).{1,300}|Supervising process .{1,300}|New main PID .{1,200}|Can't open PID file .{1,300}|Failed at step .{1,300}|Failed to .{1,400}|Unit cannot be reloaded.{0,100}|Got notification message .{1,300}|Sent signal .{1,200}|Triggering .{1,200}|Trigger limit hit.{0,200}|Referenced but unset .{1,300}|Unknown key .{1,300})$/s;
/** The machine goes down, as systemd, logind and journald say. */
const SHUTDOWN =
  /^(?:System is (?:rebooting|powering down|powering off|halting|going down)\b.{0,200}|The system (?:will|is going to) (?:reboot|power off|halt).{0,100}|Shutting down\.|Reached target (?:(?:shutdown|reboot|poweroff|halt|final)\.target(?: - .{1,100})?|(?:System )?(?:Shutdown|Reboot|Power-Off|Power Off|Halt|Late Shutdown Services)|Final Step)\.?|Journal stopped|Creating \/run\/nologin, blocking further logins.{0,20})$/;

/** Fields of a message; null when systemd writes no such message. `isSystemd`: the carrier says that systemd wrote it. */
export function readSystemd(text: string, isSystemd: boolean): SystemdRow | null {
  const prefixed = PREFIXED.exec(text) ?? BARE_PREFIX.exec(text);
  if (prefixed) return aboutUnit(text, prefixed[1] ?? '', prefixed[2] ?? '', isSystemd);
  const nameLast = NAME_LAST.exec(text)?.[1];
  if (nameLast !== undefined) return { message: text, event: 'other', unit: nameLast };
  const job = JOB.exec(text) ?? FAILED_JOB.exec(text);
  if (job) return aboutJob(text, job[2] === undefined ? undefined : job[1], job[2] ?? job[1] ?? '', isSystemd);
  return isSystemd && SHUTDOWN.test(text) ? { message: text, event: 'shutdown' } : null;
}

function aboutUnit(message: string, unit: string, says: string, isSystemd: boolean): SystemdRow | null {
  const exited = EXITED.exec(says);
  if (exited) return { message, unit, event: exited[1] === 'Control' ? 'other' : 'exited', ...endOf(exited) };
  const result = FAILED.exec(says)?.[1];
  if (result !== undefined) return { message, unit, event: 'failed', result };
  const restart = RESTART.exec(says);
  if (restart) return { message, unit, event: 'restart', ...(restart[1] && { restarts: Number(restart[1]) }) };
  const event = SAYINGS.find(([pattern]) => pattern.test(says))?.[1];
  if (event) return { message, unit, event };
  // `x.service: text` of unknown text may be anybody's.
  return OTHER.test(says) || isSystemd ? { message, unit, event: 'other' } : null;
}

const SAYINGS: readonly (readonly [RegExp, UnitEvent])[] = [
  [ENDED, 'deactivated'],
  [OOM, 'oom'],
  [OOMD, 'oomd'],
  [STOP_TIMEOUT, 'stop-timeout'],
  [START_TIMEOUT, 'start-timeout'],
  [WATCHDOG, 'watchdog'],
];

function endOf([, , code, status, name]: RegExpExecArray): Partial<SystemdRow> {
  if (code === 'exited') return { exitCode: Number(status) };
  return { ...(name && { signal: `SIG${name.replace(/^SIG/, '')}` }), dumped: code === 'dumped' };
}

const JOBS: Readonly<Record<string, UnitEvent>> = {
  Starting: 'starting',
  Started: 'started',
  Stopping: 'stopping',
  Stopped: 'stopped',
  Reloading: 'reloading',
};

function aboutJob(message: string, verb: string | undefined, label: string, isSystemd: boolean): SystemdRow | null {
  const named = LABEL.exec(label);
  // `Started something.` is anybody's sentence unless a unit stands in it.
  if (!named && !isSystemd) return null;
  const event = (verb && JOBS[verb]) || 'other';
  if (event === 'stopped' && isSystemd && /^target /.test(label)) return { message, event: 'other', description: label };
  return { message, event, ...(named?.[1] && { unit: named[1] }), ...descriptionOf(named ? named[2] : label) };
}

const descriptionOf = (text: string | undefined): Pick<SystemdRow, 'description'> => (text === undefined ? {} : { description: text });
