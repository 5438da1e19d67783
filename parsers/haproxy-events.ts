/** What HAProxy says of itself and its servers: health checks, maintenance, reload, soft and hard stop, workers. */
import { withoutPrefix } from '../src/grammar/haproxy.ts';
import { type Draft, defineParser, type Keys, type ProxyFault, type ProxyLifecycle, type Row } from '../src/types.ts';

interface EventRow extends Row {
  readonly message: string;
  /** Which kind of line it is; `other` = one that only its `[LEVEL] (pid) : ` prefix shows to be HAProxy's. */
  readonly event: string;
  readonly upstreamName?: string | undefined;
  readonly reason?: string | undefined;
  readonly info?: string | undefined;
  readonly frontend?: string | undefined;
  readonly connections?: string | undefined;
  readonly worker?: string | undefined;
  readonly exitCode?: number | undefined;
}

/** `. 0 active and 0 backup servers left. 0 sessions active, …`: what follows a change of a server's state. */
const COUNTS =
  '\\.?(?: \\d+ active and \\d+ backup servers (?:left|online)\\.)?(?: Running on backup\\.)?(?: \\d+ sessions active,)?(?: \\d+ (?:sessions )?requeued, \\d+ (?:remaining|total) in queue\\.)?$';
const CHECK =
  'reason: (?<reason>[^,]{1,80})(?:, code: (?<checkStatus>\\d{1,3}))?(?:, info: "(?<info>.{0,1000})")?, check duration: (?<checkMs>\\d+)ms';
const SERVER = '^(?:Backup )?Server (?<upstreamName>[^\\s/]{1,128}/[^\\s/]{1,128}) ';
const PROXY = '(?:frontend|backend|proxy|listen|FRONTEND|BACKEND|PROXY) (?<frontend>\\S{1,128})';

const LINES: readonly (readonly [event: string, pattern: RegExp])[] = [
  ['server-down', new RegExp(`${SERVER}is DOWN(?: via [^\\s,]{1,260})?(?:, ${CHECK})?${COUNTS}`)],
  ['server-up', new RegExp(`${SERVER}is UP(?: via [^\\s,]{1,260})?(?:, ${CHECK})?${COUNTS}`)],
  [
    'server-leaves',
    new RegExp(
      `${SERVER}(?:is going DOWN for maintenance|is DOWN for maintenance|was DOWN and now enters maintenance|enters drain state|is stopping)(?: \\((?<reason>[^)]{1,200})\\))?${COUNTS}`,
    ),
  ],
  ['server-returns', new RegExp(`${SERVER}is UP(?:/READY)? \\(leaving (?:forced )?(?:maintenance|drain)\\)${COUNTS}`)],
  [
    'server-admin',
    new RegExp(
      `${SERVER}(?:is (?:UP|DOWN)(?:/(?:READY|DRAIN))? \\(leaving [a-z ]{1,40}\\)|remains in [a-z ]{1,40}|administratively READY thanks to valid DNS answer)${COUNTS}`,
    ),
  ],
  [
    'check',
    new RegExp(
      `^Health check for (?:backup )?server (?<upstreamName>\\S{1,260}) (?<result>succeeded|failed|conditionally succeeded), ${CHECK}, status: \\d+/\\d+ [A-Z]{1,12}\\.$`,
    ),
  ],
  ['no-server', /^(?:[Bb]ackend|[Pp]roxy) '?(?<backend>[^\s']{1,128})'? has no server available!$/],
  ['proxy-stopped', /^Proxy (?<frontend>\S{1,128}) stopped \((?:cumulated conns: )?FE: \d+(?: conns)?, BE: \d+(?: conns)?\)\.$/],
  ['proxy-stopped', new RegExp(`^Stopping ${PROXY} in \\d+ ms\\.$`)],
  ['proxy-paused', new RegExp(`^(?:Pausing|Paused|Resuming|Resumed|Enabling|Disabling) ${PROXY}\\.$`)],
  ['proxy-started', /^Proxy (?<frontend>\S{1,128}) started\.$/],
  ['hard-stop', /^Proxy (?<frontend>\S{1,128}) hard-stopped \((?<connections>\d+) remaining conns will be closed\)\.$/],
  ['hard-stop', /^(?:soft-stop running for too long, performing a hard-stop|Some tasks resisted to hard-stop, exiting now)\.$/],
  [
    'limit',
    /^Proxy (?<frontend>\S{1,128}) reached (?:the configured maximum connection limit|process FD limit|system FD limit|system memory limit)\b.{0,200}$/,
  ],
  ['reload', /^(?:Reloading HAProxy|Reexecuting Master process(?: in waitpid mode)?\.?)$/],
  ['stop', /^Exiting Master process\.\.\.$/],
  ['all-exited', /^All workers exited\. Exiting\.\.\. \((?<exitCode>\d{1,3})\)$/],
  ['worker-start', /^New worker (?:#\d+ )?\((?<worker>\d+)\) forked$/],
  [
    'worker-exit',
    /^(?:Former|Current) worker (?:#\d+ )?\(?(?<worker>\d+)\)? exited with code (?<exitCode>\d{1,3})(?: \((?<signalText>[^)]{1,60})\))?$/,
  ],
  ['ready', /^Loading success\.$/],
];

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Why a check failed tells a dead process (refused) from a lost host (timeout) and a sick process (layer 6 and 7). */
function checkFault(row: EventRow): ProxyFault['fault'] | undefined {
  if (row.reason === 'Layer4 timeout') return 'upstream-timeout';
  if (row.reason !== 'Layer4 connection problem') return undefined;
  if (row.info?.includes('refused')) return 'upstream-refused';
  return row.info?.includes('No route to host') || row.info?.includes('unreachable') ? 'upstream-unreachable' : undefined;
}

const fault = (name: ProxyFault['fault'], keys: Keys): Draft => ({ kind: 'proxy-fault', fault: name, phase: 'check', keys });
const lifecycle = (change: ProxyLifecycle['change'], more: Pick<ProxyLifecycle, 'exitCode' | 'signal'> & { keys?: Keys } = {}): Draft => ({
  kind: 'proxy-lifecycle',
  change,
  proxy: 'HAProxy',
  ...more,
});

const DOWN =
  'Server ws_nodes/ws1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 1ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';

export const haproxyEvents = defineParser<EventRow>({
  name: 'haproxy-events',
  about: 'HAProxy server states, health checks, reloads and stops, in syslog and on standard error',
  adds: 'when a backend went down and how (refused or silent), and when HAProxy itself cut the tunnels',
  docs: 'https://docs.haproxy.org/2.8/management.html#4',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [
    'backup servers',
    '(leaving ',
    'Health check for',
    'has no server available',
    'is stopping',
    ' conns',
    'Stopping frontend',
    'Stopping backend',
    'Stopping proxy',
    'hard-stop',
    'maximum connection limit',
    'process FD limit',
    'system FD limit',
    'system memory limit',
    'Reloading HAProxy',
    'Master process',
    ') forked',
    'exited with code',
    'Loading success',
  ],
  samples: [
    {
      line: `[WARNING]  (397) : ${DOWN}`,
      from: 'HAProxy 2.6.12, standard error',
      reads: {
        level: 'WARNING',
        pid: 397,
        message: DOWN,
        upstreamName: 'ws_nodes/ws1',
        reason: 'Layer4 connection problem',
        info: 'Connection refused',
      },
      gives: [
        { kind: 'proxy-fault', fault: 'upstream-down', phase: 'check', keys: { upstreamName: 'ws_nodes/ws1' } },
        { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'check' },
      ],
    },
    {
      line: 'Server be_ws/ws1 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
      from: 'HAProxy 2.6.12, syslog',
      reads: { event: 'server-up', upstreamName: 'be_ws/ws1', checkMs: 0 },
      gives: { kind: 'proxy-fault', fault: 'upstream-up' },
    },
    {
      line: 'Server be_ws/ws1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      from: 'HAProxy 2.6.12, option log-health-checks',
      reads: { event: 'server-down' },
      gives: { kind: 'proxy-fault', fault: 'upstream-down' },
    },
    {
      line: 'Health check for server be_ws/ws1 failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms, status: 2/3 UP.',
      from: 'HAProxy 2.6.12, option log-health-checks',
      reads: { event: 'check', upstreamName: 'be_ws/ws1' },
      gives: { kind: 'health-failed', probe: 'check', keys: { upstreamName: 'be_ws/ws1' } },
    },
    {
      line: 'Server be_ws/ws1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      from: 'HAProxy 2.6.12, set server state maint',
      reads: { event: 'server-leaves' },
      gives: { kind: 'proxy-lifecycle', change: 'drain', keys: { upstreamName: 'be_ws/ws1' } },
    },
    {
      line: '[WARNING]  (8) : Server app/sportsstore-3 is going DOWN for maintenance (No IP for server ). 4 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      from: 'HAProxy 2.8 with server-template, a published transcript',
      reads: { reason: 'No IP for server ' },
      gives: { kind: 'proxy-fault', fault: 'upstream-down' },
    },
    {
      line: 'Server be_ws/ws1 is UP/READY (leaving forced maintenance).',
      from: 'HAProxy 2.6.12, set server state ready',
      reads: { event: 'server-returns' },
      gives: { kind: 'proxy-fault', fault: 'upstream-up' },
    },
    {
      line: "[ALERT]    (397) : backend 'ws_nodes' has no server available!",
      from: 'HAProxy 2.6.12, standard error',
      reads: { level: 'ALERT', backend: 'ws_nodes' },
      gives: { kind: 'proxy-fault', fault: 'no-upstream' },
    },
    {
      line: '[WARNING] 339/171530 (8) : Server be/s1 is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active and 0 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue.',
      from: 'HAProxy 2.2 source: prefix with day of the year and time',
      reads: { pid: 8, reason: 'Layer4 timeout', checkMs: 2001 },
      gives: [
        { kind: 'proxy-fault', fault: 'upstream-down' },
        { kind: 'proxy-fault', fault: 'upstream-timeout' },
      ],
    },
    {
      line: '[NOTICE]   (460) : Reloading HAProxy',
      from: 'HAProxy 2.6.12, SIGUSR2 to the master',
      reads: { level: 'NOTICE', pid: 460, message: 'Reloading HAProxy' },
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'HAProxy' },
    },
    {
      line: 'Proxy ws_in stopped (cumulated conns: FE: 188, BE: 0).',
      from: 'HAProxy 2.6.12: the old process stops listening and keeps its tunnels',
      reads: { frontend: 'ws_in' },
      gives: { kind: 'proxy-lifecycle', change: 'drain' },
    },
    {
      line: 'Proxy <HTTPCLIENT> stopped (cumulated conns: FE: 0, BE: 0).',
      from: 'HAProxy 2.6.12, its internal proxy',
      reads: { frontend: '<HTTPCLIENT>' },
      gives: 'noise',
    },
    {
      line: '[WARNING]  (463) : Proxy ws_in hard-stopped (42 remaining conns will be closed).',
      from: 'HAProxy 2.6.12, hard-stop-after',
      reads: { connections: '42' },
      gives: { kind: 'proxy-lifecycle', change: 'tunnels-cut' },
    },
    {
      line: 'soft-stop running for too long, performing a hard-stop.',
      from: 'HAProxy 2.6.12, hard-stop-after',
      reads: { event: 'hard-stop' },
      gives: { kind: 'proxy-lifecycle', change: 'tunnels-cut' },
    },
    {
      line: '[ALERT]    (460) : Current worker (559) exited with code 143 (Terminated)',
      from: 'HAProxy 2.6.12, systemctl restart',
      reads: { worker: '559', exitCode: 143 },
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', exitCode: 143, signal: 'SIGTERM', keys: { pid: 559 } },
    },
    {
      line: '[NOTICE]   (460) : New worker (559) forked',
      from: 'HAProxy 2.6.12',
      reads: { worker: '559' },
      gives: { kind: 'proxy-lifecycle', change: 'worker-start', keys: { pid: 559 } },
    },
    {
      line: '[WARNING]  (460) : Exiting Master process...',
      from: 'HAProxy 2.6.12',
      reads: { event: 'stop' },
      gives: { kind: 'proxy-lifecycle', change: 'stop' },
    },
    {
      line: '[NOTICE]   (460) : haproxy version is 2.6.12-1+deb12u4',
      from: 'HAProxy 2.6.12',
      reads: { event: 'other', message: 'haproxy version is 2.6.12-1+deb12u4' },
      gives: 'noise',
    },
  ],
  rejects: [
    'Server be_ws/ws1 is DOWN, call the vendor',
    'Proxy settings stopped working',
    'Stopping backend in 5 ms',
    '[WARNING] (397) something else',
    'New worker started',
  ],
  read(line) {
    const { text: message, level, pid } = withoutPrefix(line);
    if (message.length > 2000) return null;
    for (const [event, pattern] of LINES) {
      const found = pattern.exec(message);
      if (!found) continue;
      const { exitCode, checkMs, ...fields } = found.groups ?? {};
      return {
        level,
        pid,
        message,
        event,
        ...fields,
        ...(exitCode && { exitCode: Number(exitCode) }),
        ...(checkMs && { checkMs: Number(checkMs) }),
      };
    }
    return level === undefined || message === '' ? null : { level, pid, message, event: 'other' };
  },
  events(row) {
    const keys: Keys = { ...(row.upstreamName && { upstreamName: row.upstreamName }) };
    const internal = row.frontend?.startsWith('<') ?? false;
    switch (row.event) {
      case 'server-down': {
        const reason = checkFault(row);
        return reason ? [fault('upstream-down', keys), fault(reason, keys)] : fault('upstream-down', keys);
      }
      case 'server-up':
      case 'server-returns':
        return fault('upstream-up', keys);
      case 'server-leaves':
        // With a reason in brackets it was no administrator: the name stopped resolving, as when its container is gone.
        return row.reason ? fault('upstream-down', keys) : lifecycle('drain', { keys });
      case 'check':
        return row['result'] === 'failed' ? { kind: 'health-failed', probe: 'check', keys } : undefined;
      case 'no-server':
        return fault('no-upstream', {});
      case 'limit':
        return { kind: 'proxy-fault', fault: 'capacity', phase: 'connect' };
      case 'proxy-stopped':
        return internal ? undefined : lifecycle('drain');
      case 'hard-stop':
        return internal || row.connections === '0' ? undefined : lifecycle('tunnels-cut');
      case 'reload':
      case 'stop':
        return lifecycle(row.event);
      case 'ready':
        return lifecycle('start');
      case 'worker-start':
        return lifecycle('worker-start', { keys: { pid: Number(row.worker) } });
      case 'worker-exit': {
        const signal = row.exitCode !== undefined && row.exitCode > 128 ? SIGNALS[row.exitCode - 128] : undefined;
        return lifecycle('worker-exit', {
          keys: { pid: Number(row.worker) },
          ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
          ...(signal && { signal }),
        });
      }
      default:
        return undefined;
    }
  },
});
