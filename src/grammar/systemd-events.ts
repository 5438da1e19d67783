/** What systemd's messages about units mean for the processes in them. */
import type { Context, Draft, SubjectKeys } from '../types.ts';
import { proxyName } from './proxy-names.ts';
import { subject } from './subject.ts';
import { UnitHistory } from './systemd-history.ts';
import type { SystemdRow } from './systemd-message.ts';

/** Sessions, logins and slices come and go with users. */
const USER_CHURN = /^(?:Session \S+ of [Uu]ser|User (?:Manager|Slice|Runtime|runtime)|Slice |.{0,60} target$)/;

/** The events of one message; undefined for those of no interest to a 1006. */
export function unitDrafts(row: SystemdRow, context: Context): Draft | readonly Draft[] | undefined {
  if (row.event === 'shutdown') return { kind: 'stop-requested', how: 'host-shutdown', keys: subject({}) };
  const unit = row.unit ?? subjectOf(context);
  if (row.event === 'other' || (unit !== undefined && !unit.endsWith('.service')) || USER_CHURN.test(row.description ?? ''))
    return undefined;
  return meaning(row, unit, context);
}

/** The unit that a journal's UNIT field names; a message's own unit is systemd's. */
function subjectOf({ keys }: Context): string | undefined {
  return keys.unit === undefined || keys.unit === 'init.scope' || keys.unit.startsWith('user@') ? undefined : keys.unit;
}

function meaning(row: SystemdRow, unit: string | undefined, context: Context): Draft | readonly Draft[] | undefined {
  const keys = keysOf(unit, row.description);
  const earlier = new UnitHistory(unit, row.description, context);
  const proxy = proxyName(unit ?? row.description ?? '');
  const lifecycle = (change: 'start' | 'stop' | 'reload'): readonly Draft[] =>
    proxy ? [{ kind: 'proxy-lifecycle', change, proxy, keys }] : [];
  switch (row.event) {
    case 'stopping':
      return [{ kind: 'stop-requested', how: 'unit-stop', keys }, ...lifecycle('stop')];
    case 'started':
      return [
        { kind: 'process-started', what: 'supervisor', ...(earlier.isAutomatic() && { automatic: true }), keys },
        ...lifecycle('start'),
      ];
    case 'reloading':
      return lifecycle('reload');
    case 'stopped':
      return earlier.isStopping() && !earlier.hasEnded() ? { kind: 'process-ended', by: 'stop', keys } : undefined;
    case 'exited':
      return exit(row, earlier, keys);
    case 'failed':
      return failure(row, earlier, keys);
    case 'deactivated':
      return { kind: 'process-ended', by: 'clean', keys };
    case 'oom':
    case 'oomd':
      return { kind: 'oom-kill', role: 'report', scope: row.event === 'oom' ? 'unit' : 'userspace', keys };
    case 'stop-timeout':
      return { kind: 'process-ended', signal: row.message.includes('Abort') ? 'SIGABRT' : 'SIGKILL', by: 'stop-timeout', keys };
    case 'start-timeout':
      return { kind: 'stop-requested', how: 'supervisor-stop', keys };
    case 'watchdog':
      return [
        { kind: 'stop-requested', how: 'watchdog', keys },
        { kind: 'process-fault', fault: 'hang', fatal: true, says: row.message, keys },
      ];
    default:
      return undefined;
  }
}

function exit(row: SystemdRow, earlier: UnitHistory, keys: SubjectKeys): Draft {
  const { exitCode, signal, dumped } = row;
  const isOom = signal === 'SIGKILL' && earlier.isOomToFollow();
  const by = earlier.reason() ?? (isOom ? 'oom' : exitCode === 0 ? 'clean' : undefined);
  return {
    kind: 'process-ended',
    ...(exitCode !== undefined && { exitCode }),
    ...(signal && { signal }),
    ...(dumped && { dumped }),
    ...(by && { by }),
    keys,
  };
}

/** The result sums up what earlier lines said; alone, as in a journal filtered by priority, it still tells of the end. */
function failure(row: SystemdRow, earlier: UnitHistory, keys: SubjectKeys): Draft | undefined {
  switch (row.result) {
    case 'oom-kill':
      return { kind: 'process-ended', by: 'oom', keys };
    case 'watchdog':
      return { kind: 'process-ended', by: 'watchdog', keys };
    case 'timeout':
      return earlier.reason() === 'stop-timeout' ? { kind: 'process-ended', by: 'stop-timeout', keys } : undefined;
    case 'exit-code':
    case 'signal':
    case 'core-dump':
      return earlier.hasExit() ? undefined : { kind: 'process-ended', ...(row.result === 'core-dump' && { dumped: true }), keys };
    default:
      return undefined;
  }
}

/** A unit's name without template instance and suffix is mostly the program's. */
function keysOf(unit: string | undefined, description: string | undefined): SubjectKeys {
  if (unit === undefined) return subject(description === undefined ? {} : { service: description });
  return subject({ unit, service: unit.replace(/(?:@.*)?\.service$/, '') });
}
