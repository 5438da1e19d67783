/** Squid's cache.log: its starts, its stops and its deaths. */
import { known } from '../src/grammar/known.ts';
import { slashAt } from '../src/time.ts';
import { type Draft, defineParser, type ProxyLifecycle, type Row } from '../src/types.ts';

interface SquidCacheRow extends Row {
  readonly message: string;
}

// `kid1|` names the worker; the master has none.
const LINE = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d)(?:\.\d{3})?(?: kid\d{1,3})?\| (\S.{0,2000})$/;

type Change = Pick<ProxyLifecycle, 'change' | 'signal'>;
/** A reconfiguration ("Reconfiguring Squid Cache") leaves tunnels alone; told to stop, Squid waits `shutdown_lifetime` before it cuts them. */
const CHANGES: readonly (readonly [RegExp, Change])[] = [
  [/^Shutting down\.\.\.$/, { change: 'tunnels-cut' }],
  [/^Starting Squid Cache version /, { change: 'start' }],
  [/^FATAL: Received Segment Violation\.\.\.dying\./, { change: 'worker-exit', signal: 'SIGSEGV' }],
  [/^FATAL: Received Bus Error\.\.\.dying\./, { change: 'worker-exit', signal: 'SIGBUS' }],
  [/^assertion failed: /, { change: 'worker-exit', signal: 'SIGABRT' }],
];

export const squidCache = defineParser<SquidCacheRow>({
  name: 'squid-cache',
  about: 'Squid’s cache.log',
  adds: 'when Squid stopped and cut its tunnels, came up, or died',
  docs: 'https://wiki.squid-cache.org/SquidFaq/SquidLogs#cache-log',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['| Shutting down...', '| Starting Squid Cache version ', '...dying.', '| assertion failed: '],
  samples: [
    {
      line: '2026/09/22 09:00:31 kid1| Shutting down...',
      from: 'Squid 5.7, when its shutdown_lifetime was over',
      reads: { message: 'Shutting down...', at: { ms: Date.UTC(2026, 8, 22, 9, 0, 31), widthMs: 1000, basis: 'local' } },
      gives: { kind: 'proxy-lifecycle', change: 'tunnels-cut', proxy: 'Squid' },
    },
    {
      line: '2026/09/22 09:00:33 kid1| Starting Squid Cache version 5.7 for x86_64-pc-linux-gnu...',
      from: 'Squid 5.7',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'start', proxy: 'Squid' },
    },
    {
      line: '2026/11/26 21:14:09| FATAL: Received Segment Violation...dying.',
      from: 'Squid 4, in the process without workers',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGSEGV' },
    },
    {
      line: '2026/11/26 21:14:09 kid2| assertion failed: tunnel.cc:305: "!server.conn"',
      from: 'Squid 4, worker 2',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGABRT' },
    },
    {
      line: '2026/09/22 09:00:00 kid1| Preparing for shutdown after 48211 requests',
      from: 'Squid 5.7: its tunnels run on',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['2026/09/22 09:00:31 [notice] 1#1: exiting', '2026/09/22 09:00:31 Shutting down...'],
  read(text) {
    const found = LINE.exec(text);
    const at = slashAt(found?.[1] ?? '')?.stamp;
    return found && at ? (known({ at, message: found[2] ?? '' }) as SquidCacheRow) : null;
  },
  events({ message }): Draft | undefined {
    const change = CHANGES.find(([pattern]) => pattern.test(message))?.[1];
    return change && { kind: 'proxy-lifecycle', proxy: 'Squid', ...change };
  },
});
