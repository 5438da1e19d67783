/** systemd's messages about units, of versions 219 to 257. */
import { proxyName } from '../src/grammar/proxy-names.ts';
import { subject } from '../src/grammar/subject.ts';
import { UnitHistory } from '../src/grammar/systemd-history.ts';
import { readSystemd, type SystemdRow } from '../src/grammar/systemd-message.ts';
import { type Context, type Draft, defineParser, type SubjectKeys } from '../src/types.ts';

const SYSTEMD = /^\(?systemd(?:-(?:logind|journald|shutdown|executor))?\)?$/;
/** Sessions, logins and slices come and go with users. */
const USER_CHURN = /^(?:Session \S+ of [Uu]ser|User (?:Manager|Slice|Runtime|runtime)|Slice |.{0,60} target$)/;

export const systemd = defineParser<SystemdRow>({
  name: 'systemd',
  about: 'messages of systemd about services: journalctl, /var/log/syslog, /var/log/messages',
  adds: 'when a service was stopped on request, died (exit code, signal, OOM, watchdog, stop timeout) and came back',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Exit%20Codes',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'process exited, code=',
    'Failed with result',
    'Deactivated successfully',
    '.service: Succeeded.',
    'killed by the OOM killer',
    'systemd-oomd killed',
    'timed out. ',
    'Watchdog timeout (limit',
    'Stopping ',
    'Stopped ',
    'Started ',
    'Reloading ',
    'System is ',
    'The system ',
    'Shutting down.',
    'Reached target ',
    'Journal stopped',
  ],
  samples: [
    {
      line: 'chat.service: Main process exited, code=killed, status=9/KILL',
      from: 'systemd 252',
      keys: { service: 'systemd', pid: 1 },
      reads: { unit: 'chat.service', signal: 'SIGKILL', dumped: false },
      gives: { kind: 'process-ended', signal: 'SIGKILL', keys: { unit: 'chat.service', service: 'chat' } },
    },
    {
      line: 'chat.service: Main process exited, code=killed, status=9/KILL',
      from: 'systemd 252, behind an OOM kill',
      before: ['chat.service: A process of this unit has been killed by the OOM killer.'],
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'oom' },
    },
    {
      line: 'chat.service: Main process exited, code=killed, status=9/KILL',
      from: 'systemd 252, before the notice of an OOM kill',
      after: ["chat.service: Failed with result 'oom-kill'."],
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'oom' },
    },
    {
      line: 'chat.service: Main process exited, code=killed, status=9/KILL',
      from: 'systemd 252, behind a stop timeout',
      before: ['Stopping chat.service - Chat server...', "chat.service: State 'stop-sigterm' timed out. Killing."],
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout' },
    },
    {
      line: 'chat-ws.service: Main process exited, code=exited, status=1/FAILURE',
      from: 'systemd 252',
      reads: { exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: 'chat@1.service: Main process exited, code=dumped, status=11/SEGV',
      from: 'systemd 252',
      reads: { unit: 'chat@1.service', signal: 'SIGSEGV', dumped: true },
      gives: { kind: 'process-ended', signal: 'SIGSEGV', dumped: true, keys: { service: 'chat' } },
    },
    {
      line: 'chat.service: main process exited, code=exited, status=143/n/a',
      from: 'systemd 219 of CentOS 7, stopping',
      before: ['Stopping Chat server...'],
      keys: { service: 'systemd' },
      reads: { exitCode: 143 },
      gives: { kind: 'process-ended', exitCode: 143 },
    },
    {
      line: 'chat.service: Main process exited, code=exited, status=143/n/a',
      from: 'systemd 252, stopping',
      before: ['Stopping chat.service - Chat server...'],
      reads: { exitCode: 143 },
      gives: { kind: 'process-ended', exitCode: 143, by: 'stop' },
    },
    {
      line: "chat.service: Failed with result 'oom-kill'.",
      from: 'systemd 252',
      reads: { result: 'oom-kill' },
      gives: { kind: 'process-ended', by: 'oom' },
    },
    {
      line: "chat.service: Failed with result 'timeout'.",
      from: 'systemd 252',
      before: ["chat.service: State 'stop-sigterm' timed out. Killing."],
      reads: { result: 'timeout' },
      gives: { kind: 'process-ended', by: 'stop-timeout' },
    },
    {
      line: "feed.service: Failed with result 'signal'.",
      from: 'systemd 252; the line before it says more',
      before: ['feed.service: Main process exited, code=killed, status=11/SEGV'],
      reads: { result: 'signal' },
      gives: 'noise',
    },
    {
      line: "feed.service: Failed with result 'exit-code'.",
      from: 'systemd 252, journal filtered by priority',
      reads: { result: 'exit-code' },
      gives: { kind: 'process-ended' },
    },
    {
      line: 'notify.service: Deactivated successfully.',
      from: 'systemd 252',
      reads: { unit: 'notify.service' },
      gives: { kind: 'process-ended', by: 'clean' },
    },
    { line: 'notify.service: Succeeded.', from: 'systemd 247', reads: {}, gives: { kind: 'process-ended', by: 'clean' } },
    {
      line: 'chat.service: A process of this unit has been killed by the OOM killer.',
      from: 'systemd 252',
      reads: {},
      gives: { kind: 'oom-kill', role: 'report', scope: 'unit', keys: { unit: 'chat.service' } },
    },
    {
      line: 'chat.service: systemd-oomd killed 2 process(es) in this unit.',
      from: 'src/core/unit.c of systemd 252',
      reads: {},
      gives: { kind: 'oom-kill', role: 'report', scope: 'userspace' },
    },
    {
      line: 'Stopping notify.service - Notification sockets...',
      from: 'systemd 252',
      reads: { unit: 'notify.service', description: 'Notification sockets' },
      gives: { kind: 'stop-requested', how: 'unit-stop', keys: { unit: 'notify.service', service: 'notify' } },
    },
    {
      line: 'Stopping Chat server...',
      from: 'systemd 247',
      keys: { service: 'systemd', host: 'ws-1' },
      reads: { description: 'Chat server' },
      gives: { kind: 'stop-requested', how: 'unit-stop', keys: { service: 'Chat server' } },
    },
    {
      line: 'Stopping Chat server...',
      from: 'systemd 247, journalctl -o json with UNIT',
      keys: { service: 'systemd', unit: 'chat.service' },
      reads: {},
      gives: { kind: 'stop-requested', how: 'unit-stop', keys: { unit: 'chat.service', service: 'chat' } },
    },
    {
      line: 'Stopping haproxy.service - HAProxy Load Balancer...',
      from: 'systemd 252',
      reads: { unit: 'haproxy.service' },
      gives: [
        { kind: 'stop-requested', how: 'unit-stop' },
        { kind: 'proxy-lifecycle', change: 'stop', proxy: 'HAProxy' },
      ],
    },
    {
      line: 'Reloading haproxy.service - HAProxy Load Balancer...',
      from: 'systemd 252',
      reads: { unit: 'haproxy.service' },
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'HAProxy' },
    },
    {
      line: 'Stopped notify.service - Notification sockets.',
      from: 'systemd 252, behind a stop',
      before: ['Stopping notify.service - Notification sockets...'],
      reads: {},
      gives: { kind: 'process-ended', by: 'stop' },
    },
    {
      line: 'Stopped notify.service - Notification sockets.',
      from: 'systemd 252, behind the line that told the end',
      before: ['Stopping notify.service - Notification sockets...', 'notify.service: Deactivated successfully.'],
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Stopped chat-ws.service - Chat WebSocket server.',
      from: 'systemd 252, in an automatic restart',
      before: ['chat-ws.service: Scheduled restart job, restart counter is at 1.'],
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Started chat-ws.service - Chat WebSocket server.',
      from: 'systemd 252, in an automatic restart',
      before: ['chat-ws.service: Scheduled restart job, restart counter is at 1.', 'Stopped chat-ws.service - Chat WebSocket server.'],
      reads: {},
      gives: { kind: 'process-started', what: 'supervisor', automatic: true, keys: { unit: 'chat-ws.service' } },
    },
    {
      line: 'Started Chat server.',
      from: 'systemd 219 of CentOS 7, in an automatic restart',
      keys: { service: 'systemd' },
      before: ['chat.service holdoff time over, scheduling restart.'],
      reads: { description: 'Chat server' },
      gives: { kind: 'process-started', what: 'supervisor', automatic: true },
    },
    {
      line: 'Started notify.service - Notification sockets.',
      from: 'systemd 252',
      reads: {},
      gives: { kind: 'process-started', what: 'supervisor' },
    },
    {
      line: "chat.service: State 'stop-sigterm' timed out. Killing.",
      from: 'systemd 252',
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout' },
    },
    {
      line: 'chat.service stop-sigterm timed out. Killing.',
      from: 'systemd 219',
      reads: { unit: 'chat.service' },
      gives: { kind: 'process-ended', by: 'stop-timeout' },
    },
    {
      line: 'chat.service: Watchdog timeout (limit 30s)!',
      from: 'systemd 252',
      reads: {},
      gives: [
        { kind: 'stop-requested', how: 'watchdog' },
        { kind: 'process-fault', fault: 'hang', fatal: true },
      ],
    },
    {
      line: 'System is rebooting.',
      from: 'systemd-logind 252',
      keys: { service: 'systemd-logind' },
      reads: {},
      gives: { kind: 'stop-requested', how: 'host-shutdown' },
    },
    {
      line: 'Reached target reboot.target - System Reboot.',
      from: 'systemd 252',
      keys: { service: 'systemd' },
      reads: {},
      gives: { kind: 'stop-requested', how: 'host-shutdown' },
    },
    { line: 'chat.service: Scheduled restart job, restart counter is at 3.', from: 'systemd 252', reads: { restarts: 3 }, gives: 'noise' },
    {
      line: 'chat.service: Consumed 1min 2.345s CPU time, 512.3M memory peak, 0B memory swap peak.',
      from: 'systemd 257',
      reads: { unit: 'chat.service' },
      gives: 'noise',
    },
    { line: 'run-docker-netns-1a2b.mount: Deactivated successfully.', from: 'systemd 252', reads: {}, gives: 'noise' },
    { line: 'Started Session 12 of user root.', from: 'systemd 219', keys: { service: 'systemd' }, reads: {}, gives: 'noise' },
    {
      line: 'Failed to start queue-janitor.service - Remove stale queue entries.',
      from: 'systemd 252',
      reads: { unit: 'queue-janitor.service' },
      gives: 'noise',
    },
  ],
  rejects: [
    'Started server.',
    'Stopping Chat server...',
    'chat.service: something of our own',
    'Shutting down.',
    'Main process exited, code=killed',
  ],
  read(text, { keys }) {
    const isSystemd = keys.service !== undefined && SYSTEMD.test(keys.service);
    // Somebody else who writes such a text quotes it.
    return keys.service !== undefined && !isSystemd ? null : readSystemd(text, isSystemd);
  },
  events(row, context) {
    if (row.event === 'shutdown') return { kind: 'stop-requested', how: 'host-shutdown', keys: subject({}) };
    const unit = row.unit ?? subjectOf(context);
    if (row.event === 'other' || (unit !== undefined && !unit.endsWith('.service')) || USER_CHURN.test(row.description ?? ''))
      return undefined;
    return meaning(row, unit, context);
  },
});

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
