/** A pod as `kubectl get pod -o json` prints it: how its containers ended last, and since when they run. */
import { isObject, type JsonObject, numberOf, parseObject, textOf, at as valueAt } from '../src/grammar/json.ts';
import { signalName } from '../src/grammar/signals.ts';
import { iso, stamp } from '../src/time.ts';
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface PodRow extends Row {
  readonly pod: string;
  readonly namespace?: string | undefined;
  readonly host?: string | undefined;
  readonly podIp?: string | undefined;
  readonly phase?: string | undefined;
  /** `Evicted`, `NodeLost` … */
  readonly reason?: string | undefined;
  readonly restarts: number;
  readonly deletionTimestamp?: string | undefined;
  readonly graceMs?: number | undefined;
  /** When the pod was marked to be disrupted: evicted, preempted, drained. */
  readonly disruptedAt?: string | undefined;
  /** Of each container that ended, `name exitCode signal reason finishedAt` with `-` for what is not said. */
  readonly ended: readonly string[];
  /** Of each container that runs, `name restartCount startedAt`. */
  readonly running: readonly string[];
}

const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

function endedOf(status: JsonObject): readonly string[] {
  const ends = [valueAt(status, 'lastState.terminated'), valueAt(status, 'state.terminated')].filter(isObject);
  return ends.map((end) =>
    [status['name'], end['exitCode'], end['signal'], end['reason'], end['finishedAt']].map((value) => textOf(value) || '-').join(' '),
  );
}

function runningOf(status: JsonObject): readonly string[] {
  const since = textOf(valueAt(status, 'state.running.startedAt'));
  return since === undefined ? [] : [`${textOf(status['name'])} ${numberOf(status['restartCount']) ?? 0} ${since}`];
}

const keysOf = (row: PodRow, container?: string): Keys => ({
  pod: row.pod,
  ...(container !== undefined && { container }),
  ...(row.host !== undefined && { host: row.host }),
});

function endEvents(row: PodRow, ended: string): readonly Draft[] {
  const [container = '', code = '-', signal = '-', reason = '-', finished = ''] = ended.split(' ');
  const when = iso(finished);
  const keys = keysOf(row, container);
  const exitCode = numberOf(code);
  const killer = signalName(signal);
  const isOom = reason === 'OOMKilled';
  const death: Draft = {
    kind: 'process-ended',
    keys,
    ...(when && { when }),
    ...(exitCode !== undefined && { exitCode }),
    ...(killer !== undefined && { signal: killer }),
    ...(isOom ? { by: 'oom' as const } : exitCode === 0 && { by: 'clean' as const }),
  };
  return isOom ? [death, { kind: 'oom-kill', scope: 'container', role: 'report', keys, ...(when && { when }) }] : [death];
}

function startEvent(row: PodRow, running: string): Draft {
  const [container = '', restarts = '0', since = ''] = running.split(' ');
  const when = iso(since);
  return { kind: 'process-started', what: 'container', automatic: restarts !== '0', keys: keysOf(row, container), ...(when && { when }) };
}

/** `deletionTimestamp` is the deadline: the request and the grace period. */
function deletionEvent(row: PodRow): Draft | undefined {
  const deadline = iso(row.deletionTimestamp ?? '');
  if (!deadline) return undefined;
  const graceMs = row.graceMs ?? 0;
  return { kind: 'stop-requested', how: 'pod-delete', graceMs, keys: keysOf(row), when: stamp(deadline.ms - graceMs, deadline.widthMs) };
}

function disruptionEvent(row: PodRow): Draft | undefined {
  const when = iso(row.disruptedAt ?? '');
  return when && { kind: 'stop-requested', how: 'evicted', keys: keysOf(row), when };
}

const METADATA = '"apiVersion":"v1","kind":"Pod","metadata":{"name":"chat-0","namespace":"prod"';

export const kubernetesPod = defineParser<PodRow>({
  name: 'kubernetes-pod',
  about: 'pods as JSON: kubectl get pod -o json',
  adds: "the last end of each container with exit code and OOMKilled, to the second, and the pod's address",
  docs: 'https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodStatus',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['containerStatuses', 'deletionTimestamp', 'DisruptionTarget'],
  samples: [
    {
      line: `{${METADATA}},"spec":{"nodeName":"node-a"},"status":{"podIP":"10.1.2.3","phase":"Running","containerStatuses":[{"name":"chat","restartCount":1,"state":{"running":{"startedAt":"2026-11-22T20:23:43Z"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","startedAt":"2026-11-22T20:00:01Z","finishedAt":"2026-11-22T20:23:41Z"}}}]}}`,
      from: 'Kubernetes 1.31',
      reads: {
        pod: 'chat-0',
        namespace: 'prod',
        host: 'node-a',
        podIp: '10.1.2.3',
        restarts: 1,
        ended: ['chat 137 - OOMKilled 2026-11-22T20:23:41Z'],
      },
      gives: [
        {
          kind: 'process-ended',
          exitCode: 137,
          by: 'oom',
          keys: { pod: 'chat-0', container: 'chat', host: 'node-a' },
          when: { ms: 1795379021000, widthMs: 1000, basis: 'utc' },
        },
        { kind: 'oom-kill', scope: 'container', role: 'report', keys: { pod: 'chat-0', container: 'chat' } },
        { kind: 'process-started', automatic: true, when: { ms: 1795379023000, widthMs: 1000, basis: 'utc' } },
      ],
    },
    {
      line: `{${METADATA},"deletionTimestamp":"2026-11-22T20:24:11Z","deletionGracePeriodSeconds":30},"status":{"containerStatuses":[{"name":"chat","restartCount":0,"state":{"terminated":{"exitCode":0,"reason":"Completed","finishedAt":"2026-11-22T20:23:45Z"}}}]}}`,
      from: 'Kubernetes 1.31, a pod being deleted',
      reads: { graceMs: 30_000, ended: ['chat 0 - Completed 2026-11-22T20:23:45Z'] },
      gives: [
        { kind: 'process-ended', exitCode: 0, by: 'clean' },
        { kind: 'stop-requested', how: 'pod-delete', graceMs: 30_000, when: { ms: 1795379021000, widthMs: 1000, basis: 'utc' } },
      ],
    },
    {
      line: `{${METADATA}},"status":{"phase":"Failed","reason":"Evicted","conditions":[{"type":"DisruptionTarget","status":"True","reason":"TerminationByKubelet","lastTransitionTime":"2026-11-22T20:23:41Z"}]}}`,
      from: 'Kubernetes 1.31, node-pressure eviction',
      reads: { reason: 'Evicted', phase: 'Failed' },
      gives: { kind: 'stop-requested', how: 'evicted', keys: { pod: 'chat-0' } },
    },
    { line: `{${METADATA}},"status":{"phase":"Pending"}}`, from: 'Kubernetes 1.31', reads: { restarts: 0, ended: [] }, gives: 'noise' },
  ],
  rejects: [
    '{"kind":"Pod"}',
    '{"kind":"Event","metadata":{"name":"chat-0"}}',
    '{"kind":"Pod","metadata":{"name":"chat-0"},"status":"Running"}',
    'pod/chat-0',
  ],
  read(text) {
    const pod = parseObject(text);
    const { metadata, status, spec } = pod ?? {};
    if (!isObject(metadata) || !isObject(status) || typeof metadata['name'] !== 'string') return null;
    // Members of a list of one kind may leave the kind out.
    if (pod?.['kind'] !== 'Pod' && !Array.isArray(status['containerStatuses'])) return null;
    const statuses = objects(status['containerStatuses']);
    const grace = numberOf(metadata['deletionGracePeriodSeconds']);
    return {
      pod: metadata['name'],
      namespace: textOf(metadata['namespace']),
      host: isObject(spec) ? textOf(spec['nodeName']) : undefined,
      podIp: textOf(status['podIP']),
      phase: textOf(status['phase']),
      reason: textOf(status['reason']),
      restarts: statuses.reduce((sum, container) => sum + (numberOf(container['restartCount']) ?? 0), 0),
      deletionTimestamp: textOf(metadata['deletionTimestamp']),
      graceMs: grace === undefined ? undefined : grace * 1000,
      disruptedAt: textOf(
        objects(status['conditions']).find((condition) => condition['type'] === 'DisruptionTarget')?.['lastTransitionTime'],
      ),
      ended: statuses.flatMap(endedOf),
      running: statuses.flatMap(runningOf),
    };
  },
  events: (row) => [
    ...row.ended.flatMap((ended) => endEvents(row, ended)),
    ...row.running.map((running) => startEvent(row, running)),
    ...[deletionEvent(row), disruptionEvent(row)].filter((draft) => draft !== undefined),
  ],
});
