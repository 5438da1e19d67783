/** What Envoy says of itself (spdlog text) and Istio's agent of the Envoy it runs: start, drain, stop, crash. */
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type ProxyLifecycle, type Row, type Stamp } from '../src/types.ts';

interface LogRow extends Row {
  readonly at: Stamp;
  readonly level: string;
  readonly message: string;
}

/** `[2021-10-21 07:21:23.029][1][warning][main] [source/server/server.cc:742] text`; up to 1.12 the place has no opening bracket. */
const ENVOY =
  /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\]\[(\d{1,10})\]\[([a-z]{3,8})\]\[([\w.-]{1,40})\] (?:\[?([^\]\s]{1,160}:\d{1,5})\] )?(.{1,4000})$/s;
/** `TIME<tab>level<tab>[envoy component place<tab>]text[<tab>thread=N]`: Istio's agent, and Envoy under its log format. */
const AGENT =
  /^\t(debug|info|warn|warning|error|critical)\t(?:envoy ([\w.-]{1,40})(?: (\S{1,160}:\d{1,5}))?\t)?([^\t]{1,2000})(?:\tthread=\d{1,10})?$/;

const LIFECYCLE: readonly (readonly [pattern: RegExp, change: ProxyLifecycle['change'], signal?: string])[] = [
  [/^starting main dispatch loop$/, 'start'],
  [/^caught (?:ENVOY_)?SIGTERM$/, 'stop', 'SIGTERM'],
  [/^caught (?:ENVOY_)?SIGINT$/, 'stop', 'SIGINT'],
  [/^shutting down (?:server instance|due to child request)$/, 'stop'],
  [/^closing and draining listeners$/, 'drain'],
  [/^shutting down parent after drain$/, 'tunnels-cut'],
  [/^Agent draining Proxy$/, 'drain'],
  [/^Graceful termination period complete, terminating remaining proxies\.$/, 'tunnels-cut'],
];
/** Of Istio's agent only these are read; its layout is that of many Go programs. */
const AGENT_SILENT =
  /^(?:Graceful termination period is \S{1,20}, starting\.\.\.|Abort(?:ing|ed) (?:epoch \d+\.*|all epochs|proxy|proxy instance)|Agent has successfully terminated|Status server has successfully terminated|Envoy (?:aborted normally|proxy is ready)|Envoy proxy is NOT ready: .{1,300})$/;
const CRASH = /^Caught (Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception), suspect faulting address /;

export const envoyLog = defineParser<LogRow>({
  name: 'envoy-log',
  about: "Envoy's own log and Istio's agent: start, drain, stop, crash",
  adds: 'when a sidecar or gateway was drained and when it cut the streams that were left',
  docs: 'https://www.envoyproxy.io/docs/envoy/latest/operations/cli#cmdoption-log-format',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [
    'starting main dispatch',
    'caught ENVOY_SIG',
    'caught SIG',
    'shutting down server instance',
    'shutting down due to child',
    'shutting down parent',
    'draining listeners',
    'Agent draining',
    'Graceful termination period',
    'suspect faulting address',
  ],
  samples: [
    {
      line: '[2021-10-21 07:21:23.029][1][warning][main] [source/server/server.cc:742] caught ENVOY_SIGTERM',
      from: 'Envoy 1.19 (projectcontour/contour issue 4127)',
      reads: {
        level: 'warning',
        message: 'caught ENVOY_SIGTERM',
        at: { ms: Date.UTC(2021, 9, 21, 7, 21, 23, 29), widthMs: 1, basis: 'local' },
      },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM', proxy: 'Envoy' },
    },
    {
      line: '[2017-11-22 14:44:55.932][17][warning][main] external/envoy/source/server/server.cc:98] closing and draining listeners',
      from: 'Envoy 1.5 (istio/istio issue 1825)',
      reads: { tid: 17, component: 'main' },
      gives: { kind: 'proxy-lifecycle', change: 'drain' },
    },
    {
      line: '[2026-11-02 20:23:41.310][1][info][main] [source/server/server.cc:988] starting main dispatch loop',
      from: 'Envoy 1.31 source, server.cc',
      reads: { component: 'main' },
      gives: { kind: 'proxy-lifecycle', change: 'start' },
    },
    {
      line: '2022-12-27T22:59:25.041071Z\tinfo\tAgent draining Proxy',
      from: 'Istio 1.16 (istio/istio issue 19567)',
      reads: { level: 'info', message: 'Agent draining Proxy' },
      gives: { kind: 'proxy-lifecycle', change: 'drain' },
    },
    {
      line: '2022-12-27T22:59:30.041945Z\tinfo\tGraceful termination period complete, terminating remaining proxies.',
      from: 'Istio 1.16 (istio/istio issue 19567)',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'tunnels-cut' },
    },
    {
      line: '2026-01-02T03:04:05.041945Z\twarning\tenvoy main external/envoy/source/server/server.cc:854\tcaught ENVOY_SIGTERM\tthread=1',
      from: "Istio 1.22 source: Envoy under the agent's log format",
      reads: { component: 'main' },
      gives: { kind: 'proxy-lifecycle', change: 'stop' },
    },
    {
      line: '[2019-06-17 18:47:46.087][818][critical][backtrace] [bazel-out/k8-opt/bin/external/envoy/source/server/backtrace.h:81] Caught Aborted, suspect faulting address 0x332',
      from: 'Istio 1.2 (istio/istio issue 14920)',
      reads: { component: 'backtrace' },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: '[2024-03-30 17:23:46.145][1][info][admin] [source/server/admin/admin.cc:68] admin address: 127.0.0.2:19002',
      from: 'Envoy 1.29 (hashicorp/nomad issue 20257)',
      reads: { message: 'admin address: 127.0.0.2:19002' },
      gives: 'noise',
    },
  ],
  rejects: [
    '[2026-11-02 20:23:41.310] [info] starting main dispatch loop',
    '2022-12-27T22:59:25.041071Z\tinfo\tserver started',
    '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 101 - 1043 2210',
  ],
  read(text) {
    const [, stamp = '', tid, level = '', component, place, message = ''] = ENVOY.exec(text) ?? [];
    const at = isoAt(stamp || text);
    if (!at) return null;
    if (stamp !== '') return { at: at.stamp, level, message, component, place, tid: Number(tid) };
    const agent = AGENT.exec(text.slice(at.end, at.end + 2300));
    const says = agent?.[4] ?? '';
    if (!agent || (agent[2] === undefined && !AGENT_SILENT.test(says) && !LIFECYCLE.some(([pattern]) => pattern.test(says)))) return null;
    return { at: at.stamp, level: agent[1] ?? '', message: says, component: agent[2], place: agent[3] };
  },
  events(row): Draft | undefined {
    const found = LIFECYCLE.find(([pattern]) => pattern.test(row.message));
    if (found) return { kind: 'proxy-lifecycle', change: found[1], proxy: 'Envoy', ...(found[2] && { signal: found[2] }) };
    const crash = CRASH.exec(row.message)?.[1];
    if (crash === undefined) return undefined;
    return {
      kind: 'process-fault',
      fault: crash === 'Aborted' ? 'abort' : crash === 'Segmentation fault' ? 'segfault' : 'trap',
      fatal: true,
      says: row.message.slice(0, 200),
    };
  },
});
