/** Events of the Kubernetes API: tables of `kubectl get events`, `kubectl events` and `kubectl describe`, and their JSON. */
import { firstOf, isObject, type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { age, eventMeaning, rfc1123 } from '../src/grammar/kubernetes.ts';
import { iso, stamp } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface EventRow extends Row {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** The object's kind as written: `Pod`, `pod`. */
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly host?: string | undefined;
  /** Component that wrote the event. */
  readonly program?: string | undefined;
  readonly count?: number | undefined;
}

const AGE = String.raw`((?:\d{1,6}[smhdy]){1,3}|<unknown>|<invalid>)(?: \(x(\d{1,9}) over [\w<>]{1,20}\))?`;
/** Of `-o custom-columns=LAST:.lastTimestamp,…` in the order of the usual table. */
const STAMPED = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z`;
const TABLE = new RegExp(
  String.raw`^(?:([a-z0-9][a-z0-9-]{0,62}) {2,200})?(?:${AGE}|(${STAMPED})) {2,200}(\w{1,40}) {2,200}(\w{1,80}) {2,200}([A-Za-z.0-9]{1,80})\/(\S{1,300}) {2,300}(\S.{0,8000})$`,
);
const DESCRIBED = new RegExp(
  String.raw`^ {2}(Normal|Warning) {2,80}(\w{1,80}) {2,80}${AGE} {2,80}(\S{1,80}?)(?:, (\S{1,253}))? {2,200}(\S.{0,8000})$`,
);
/** Rows of it that `--watch` adds are wider than the header says. */
const USUAL = /^(?:NAMESPACE {2,200})?LAST SEEN {2,200}TYPE {2,200}REASON {2,200}OBJECT {2,300}MESSAGE/;
/** `spec.containers{chat}` */
const FIELD_PATH = /^spec\.(?:initC|ephemeralC|c)ontainers\{([^}]{1,63})\}$/;
/** The kubelet's longest wait before it starts a failed container again. */
const LONGEST_BACK_OFF_MS = 300_000;

const podName = (kind: string | undefined, name: string | undefined): string | undefined =>
  kind?.toLowerCase() === 'pod' ? name : undefined;
const containerOf = (path: string | undefined): string | undefined => FIELD_PATH.exec(path ?? '')?.[1];

function readTable(text: string): EventRow | null {
  const [whole, namespace, seen = '', count, stamped = '', type = '', reason = '', kind, name, message = ''] = TABLE.exec(text) ?? [];
  if (whole === undefined) return null;
  return { at: age(seen) ?? iso(stamped), namespace, type, reason, kind, name, pod: podName(kind, name), message, count: numberOf(count) };
}

/** What columns are called: by `-o wide`, by kubectl before 1.14, and by people in `-o custom-columns=LastSeen:.lastTimestamp,…`. */
const COLUMNS = {
  last: ['lastseen', 'last', 'lasttimestamp', 'time', 'timestamp', 'eventtime', 'when', 'age', 'firstseen', 'first', 'firsttimestamp'],
  namespace: ['namespace', 'ns'],
  type: ['type'],
  reason: ['reason'],
  kind: ['kind', 'objectkind'],
  object: ['object', 'involvedobject', 'pod', 'name'],
  subobject: ['subobject'],
  source: ['source', 'from', 'component'],
  host: ['host', 'node'],
  count: ['count'],
  message: ['message', 'note'],
} as const;

const nameOf = (column: string): string => column.toLowerCase().replace(/[ _.-]/g, '');
const columnsOf = (header: string): readonly RegExpMatchArray[] => [...header.matchAll(/\S+(?: \S+)*/g)];

/** A line of names of columns, of which some are those that tell of an event. */
function isColumns(text: string): boolean {
  if (text.length > 400 || !/^\w[^:[\]{}"=]*$/.test(text) || !/reason/i.test(text)) return false;
  const names = new Set(columnsOf(text).map(([column]) => nameOf(column)));
  const has = (field: keyof typeof COLUMNS): boolean => COLUMNS[field].some((name) => names.has(name));
  return has('last') && has('reason') && has('message');
}

/** An event is named for its object and a number in hexadecimal digits: `chat-0.17f1a2b3c4d5e6f7`. */
const EVENT_NAME = /^(\S{1,253})\.[0-9a-f]{8,20}$/;
/** What the kubelet tells of containers; the object of it is always a pod. */
const OF_A_POD: ReadonlySet<string> = new Set(['Killing', 'Unhealthy', 'Started', 'BackOff', 'Evicted', 'ExceededGracePeriod']);

/** Columns may be empty, so they are cut where the header puts them. */
function readColumns(text: string, header: string): EventRow | null {
  const cells = new Map<string, string>();
  const columns = columnsOf(header);
  for (const [index, column] of columns.entries()) {
    const from = column.index ?? 0;
    if (from > 0 && text[from - 1] !== ' ') return null;
    const cell = text.slice(from, columns[index + 1]?.index).trim();
    if (cell !== '' && cell !== '<none>') cells.set(nameOf(column[0]), cell);
  }
  const cell = (field: keyof typeof COLUMNS): string | undefined => {
    const name = COLUMNS[field].find((one) => cells.has(one));
    return name === undefined ? undefined : cells.get(name);
  };
  const [reason, message, seen = ''] = [cell('reason'), cell('message'), cell('last')];
  const at = age(seen) ?? iso(seen);
  if (reason === undefined || message === undefined || (at === undefined && seen !== '<unknown>')) return null;
  const written = cell('object') ?? '';
  const [before, ...after] = written.split('/');
  const named = after.join('/') || before || undefined;
  const kind = after.length > 0 ? before : (cell('kind') ?? (OF_A_POD.has(reason) ? 'Pod' : undefined));
  const name = EVENT_NAME.exec(named ?? '')?.[1] ?? named;
  const [program, host] = (cell('source') ?? '').split(', ', 2);
  return {
    at,
    namespace: cell('namespace'),
    type: cell('type') ?? '',
    reason,
    kind,
    name,
    pod: podName(kind, name),
    container: containerOf(cell('subobject')),
    program: program || undefined,
    host: host ?? cell('host'),
    message,
    count: numberOf(cell('count')),
  };
}

const NAME = /^Name: {2,40}\S/;

/** What the description above the table is of. */
function described(before: readonly string[]): {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
} {
  const from = before.findLastIndex((line) => NAME.test(line));
  const lines = before.slice(Math.max(0, from));
  const value = (key: RegExp): string | undefined => lines.map((line) => key.exec(line)?.[1]).find((found) => found !== undefined);
  const kind = lines.some((line) => /^(?:Containers|Init Containers):/.test(line))
    ? 'Pod'
    : lines.some((line) => line.startsWith('Capacity:'))
      ? 'Node'
      : undefined;
  return { kind, name: value(/^Name: {2,40}(\S{1,253})/), namespace: value(/^Namespace: {2,40}(\S{1,63})/) };
}

const STATE_STARTED = /^ {6}Started: {2,40}(\S.{20,40})$/;
const CONTAINER = /^ {2}([a-z0-9][a-z0-9-]{0,62}):$/;

/** When each running container of the description started. */
function startsIn(lines: readonly string[]): ReadonlyMap<string, Stamp> {
  const starts = new Map<string, Stamp>();
  let container: string | undefined;
  for (const [at, line] of lines.entries()) {
    container = CONTAINER.exec(line)?.[1] ?? container;
    if (container === undefined || !/^ {4}State: {2,40}Running$/.test(line)) continue;
    const started = rfc1123(STATE_STARTED.exec(lines[at + 1] ?? '')?.[1] ?? '');
    if (started) starts.set(container, started);
  }
  return starts;
}

/**
 * An age by the clock of the description itself: it says when a running container started, and how long ago it told of that. Rows stand in
 * order of time (kubectl sorts them by their last).
 */
function dated(seen: Stamp, above: readonly string[], text: string, below: readonly string[]): Stamp | undefined {
  const starts = startsIn(above);
  if (starts.size === 0) return undefined;
  const end = below.findIndex((line) => !DESCRIBED.test(line));
  const lines = [...above, text, ...(end < 0 ? below : below.slice(0, end))];
  for (const [at, line] of lines.entries()) {
    const [, , reason, told = '', , , , message = ''] = DESCRIBED.exec(line) ?? [];
    const started = reason === 'Started' ? starts.get(/^Started container (\S{1,63})$/.exec(message)?.[1] ?? '') : undefined;
    const since = started && age(told);
    if (!since) continue;
    if (at === above.length) return started;
    const from = started.ms + since.ms - seen.ms - seen.widthMs;
    const to = started.ms + started.widthMs + since.ms + since.widthMs - seen.ms;
    const [fromMs, toMs] = at > above.length ? [from, Math.min(to, started.ms + started.widthMs)] : [Math.max(from, started.ms), to];
    return fromMs <= toMs ? stamp(fromMs, toMs - fromMs) : undefined;
  }
  return undefined;
}

function readDescribed(text: string, context: Context): EventRow | null {
  const [whole, type = '', reason = '', seen = '', count, program, host, message = ''] = DESCRIBED.exec(text) ?? [];
  if (whole === undefined) return null;
  const before = context.before(400);
  const { kind, name, namespace } = described(before);
  const ago = age(seen);
  const from = before.findLastIndex((line) => NAME.test(line));
  const at = ago && (dated(ago, before.slice(Math.max(0, from)), text, context.after(60)) ?? ago);
  return { at, type, reason, program, host, message, count: numberOf(count), kind, name, namespace, pod: podName(kind, name) };
}

/** Stamps of one event; those that were never set are null. The last time is the one that the tables show too. */
const stampOf = (event: JsonObject): Stamp | undefined =>
  iso(
    textOf(
      firstOf(event, ['series.lastObservedTime', 'lastTimestamp', 'deprecatedLastTimestamp', 'eventTime', 'metadata.creationTimestamp']),
    ) ?? '',
  );

function readJson(text: string): EventRow | null {
  const outer = parseObject(text);
  // `--output-watch-events` and eventrouter put the event into another object.
  if (!outer) return null;
  const inner = 'reason' in outer ? undefined : (outer['object'] ?? outer['event']);
  const event = isObject(inner) ? inner : outer;
  const read = (...paths: string[]): string | undefined => textOf(firstOf(event, paths));
  const kind = read('involvedObject.kind', 'regarding.kind');
  const [type, reason, message] = [read('type'), read('reason'), read('message', 'note')];
  if (kind === undefined || type === undefined || reason === undefined || message === undefined) return null;
  const name = read('involvedObject.name', 'regarding.name');
  return {
    at: stampOf(event),
    type,
    reason,
    message,
    kind,
    name,
    namespace: read('involvedObject.namespace', 'regarding.namespace', 'metadata.namespace'),
    pod: podName(kind, name),
    container: containerOf(read('involvedObject.fieldPath', 'regarding.fieldPath')),
    program: read('source.component', 'reportingComponent', 'reportingController', 'deprecatedSource.component'),
    host: read('source.host', 'deprecatedSource.host'),
    count: numberOf(firstOf(event, ['series.count', 'count', 'deprecatedCount'])),
  };
}

/** The container ended at some time before: at most the longest wait ago. */
function backOff(row: EventRow): Draft | undefined {
  if (!row.message.includes('restarting failed container')) return undefined;
  const { at } = row;
  const keys = { ...(row.pod !== undefined && { pod: row.pod }), ...(row.container !== undefined && { container: row.container }) };
  const from = at && (at.basis === 'ago' ? at.ms : at.ms - LONGEST_BACK_OFF_MS);
  return {
    kind: 'process-ended',
    keys,
    ...(at && from !== undefined && { when: stamp(from, LONGEST_BACK_OFF_MS + at.widthMs, at.basis) }),
  };
}

const HEAD = 'LAST SEEN   TYPE      REASON      OBJECT                       MESSAGE';
const WIDE =
  'LAST SEEN   TYPE      REASON      OBJECT       SUBOBJECT               SOURCE            MESSAGE                    FIRST SEEN   COUNT   NAME';
const DESCRIPTION = [
  'Name:             chat-7d9c5b8f6-x2lqp',
  'Namespace:        prod',
  'Containers:',
  '  chat:',
  'Events:',
  '  Type     Reason     Age                From     Message',
];

const RUNNING = [
  'Name:             chat-7c9d5f6b8d-h8w2k',
  'Containers:',
  '  chat:',
  '    State:          Running',
  '      Started:      Wed, 16 Sep 2026 08:42:12 +0200',
  'Events:',
  '  Type     Reason     Age                From     Message',
];

export const kubernetesEvents = defineParser<EventRow>({
  name: 'kubernetes-events',
  about: 'Kubernetes events: kubectl get events, kubectl events, kubectl describe, as tables and JSON',
  adds: 'that a pod was stopped, evicted or restarted by its probe, that a node was lost, and when',
  docs: 'https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: [
    'Killing',
    'probe failed',
    'probe errored',
    'Started container',
    'Container started',
    'OOM encountered',
    'Evicted',
    'Preempt',
    'TaintManagerEviction',
    'NodeNotReady',
    'NodeStatusUnknown',
    'NetworkNotReady',
    'Rebooted',
    'NodeShutdown',
    'ScaleDown',
    'Scaled down replica set',
    'SuccessfulDelete',
    'SuccessfulRescale',
    'ExceededGracePeriod',
    'SandboxChanged',
    'NGINX reload',
    'restarting failed container',
  ], // prettier-ignore
  samples: [
    {
      line: '6m40s       Normal    Killing     pod/chat-7d9c5b8f6-x2lqp     Stopping container chat',
      from: 'kubectl 1.31 get events',
      header: HEAD,
      reads: {
        at: { ms: 400_000, widthMs: 2000, basis: 'ago' },
        type: 'Normal',
        reason: 'Killing',
        pod: 'chat-7d9c5b8f6-x2lqp',
        message: 'Stopping container chat',
      },
      gives: { kind: 'stop-requested', how: 'pod-delete', keys: { pod: 'chat-7d9c5b8f6-x2lqp', container: 'chat' } },
    },
    {
      line: 'prod        35s (x2 over 40s)   Warning   Unhealthy   pod/chat-0   Liveness probe failed: HTTP probe failed with statuscode: 503',
      from: 'kubectl 1.31 events -A',
      reads: { at: { ms: 35_000, widthMs: 2000, basis: 'ago' }, namespace: 'prod', count: 2, kind: 'pod', name: 'chat-0' },
      gives: { kind: 'health-failed', probe: 'liveness', keys: { pod: 'chat-0' } },
    },
    {
      line: '4m11s       Warning   Evicted   pod/egg-7f9c6d5b8-2xw4k   The node was low on resource: memory. Container egg was using 5053216Ki, which exceeds its request of 0.',
      from: 'kubectl 1.16 get events, FederatedAI/KubeFATE#64',
      reads: { reason: 'Evicted', name: 'egg-7f9c6d5b8-2xw4k' },
      gives: { kind: 'oom-kill', scope: 'userspace', role: 'kill', keys: { pod: 'egg-7f9c6d5b8-2xw4k' } },
    },
    {
      line: '2m          Warning   Evicted   pod/egg-7f9c6d5b8-2xw4k   The node was low on resource: ephemeral-storage. Container egg was using 5053216Ki, which exceeds its request of 0.',
      from: 'kubectl 1.16 get events',
      reads: { reason: 'Evicted' },
      gives: { kind: 'stop-requested', how: 'evicted' },
    },
    {
      line: '4d21h       Warning   NodeNotReady        node/worker-2                Node worker-2 status is now: NodeNotReady',
      from: 'kubectl 1.31 get events',
      reads: { at: { ms: 421_200_000, widthMs: 3_601_000, basis: 'ago' } },
      gives: { kind: 'network-fault', fault: 'node-not-ready', keys: { host: 'worker-2' } },
    },
    {
      line: '<unknown>   Normal    ScalingReplicaSet   deployment/chat              Scaled down replica set chat-7d9c5b8f6 to 1 from 2',
      from: 'kubectl 1.31 get events',
      reads: { at: undefined },
      gives: { kind: 'stop-requested', how: 'scale-down', keys: { service: 'chat' } },
    },
    {
      line: '13m         Warning   BackOff     pod/chat-0                   Back-off restarting failed container chat in pod chat-0_prod(uid)',
      from: 'kubectl 1.31 get events',
      reads: { at: { ms: 780_000, widthMs: 61_000, basis: 'ago' } },
      gives: { kind: 'process-ended', when: { ms: 780_000, widthMs: 361_000, basis: 'ago' }, keys: { pod: 'chat-0' } },
    },
    {
      line: '6m40s       Normal    Killing     pod/chat-0   spec.containers{chat}   kubelet, node-a   Stopping container chat    6m40s        1       chat-0.17f1',
      from: 'kubectl 1.31 get events -o wide',
      header: WIDE,
      reads: { container: 'chat', program: 'kubelet', host: 'node-a', count: 1, message: 'Stopping container chat' },
      gives: { kind: 'stop-requested', how: 'pod-delete', keys: { pod: 'chat-0', container: 'chat', host: 'node-a' } },
    },
    {
      line: '  Normal   Killing    6m40s (x3 over 20m)  kubelet  Container chat failed liveness probe, will be restarted',
      from: 'kubectl 1.31 describe pod',
      before: DESCRIPTION,
      reads: {
        at: { ms: 400_000, widthMs: 2000, basis: 'ago' },
        pod: 'chat-7d9c5b8f6-x2lqp',
        namespace: 'prod',
        count: 3,
        program: 'kubelet',
      },
      gives: { kind: 'stop-requested', how: 'liveness', keys: { pod: 'chat-7d9c5b8f6-x2lqp', container: 'chat' } },
    },
    {
      line: '{"kind":"Event","type":"Normal","reason":"Started","message":"Started container chat","involvedObject":{"kind":"Pod","namespace":"prod","name":"chat-0","fieldPath":"spec.containers{chat}"},"firstTimestamp":"2026-11-22T20:23:41Z","lastTimestamp":"2026-11-22T20:24:41Z","eventTime":null,"count":2,"source":{"component":"kubelet","host":"node-a"},"metadata":{"creationTimestamp":"2026-11-22T20:23:41Z"}}',
      from: 'Kubernetes 1.31, kubectl get events -o json',
      reads: { at: { ms: 1795379081000, widthMs: 1000, basis: 'utc' }, pod: 'chat-0', container: 'chat', count: 2 },
      gives: { kind: 'process-started', what: 'container', keys: { pod: 'chat-0', container: 'chat', host: 'node-a' } },
    },
    {
      line: '{"type":"ADDED","object":{"kind":"Event","type":"Warning","reason":"SystemOOM","note":"System OOM encountered, victim process: node, pid: 3419","regarding":{"kind":"Node","name":"node-a"},"eventTime":"2026-11-22T20:23:41.123456Z","series":null,"metadata":{"namespace":"default"}}}',
      from: 'Kubernetes 1.31, events.k8s.io/v1, kubectl get -w --output-watch-events',
      reads: { at: { ms: 1795379021123.456, widthMs: 0.001, basis: 'utc' } },
      gives: { kind: 'oom-kill', role: 'report', scope: 'unknown', command: 'node', keys: { pid: 3419, pidSpace: 'host', host: 'node-a' } },
    },
    {
      line: '53m         Normal    Pulled      pod/chat-0                   Container image "chat:1" already present on machine',
      from: 'kubectl 1.31 get events',
      reads: { reason: 'Pulled' },
      gives: 'noise',
    },
    {
      line: '  Normal   Killing    10m                kubelet  Container chat failed liveness probe, will be restarted',
      from: 'kubectl 1.30 describe pod, which says when its container started',
      before: RUNNING,
      after: ['  Normal   Started    10m (x2 over 22m)  kubelet  Started container chat'],
      reads: { at: { ms: Date.UTC(2026, 8, 16, 6, 42, 12) - 61_000, widthMs: 62_000, basis: 'utc' } },
      gives: { kind: 'stop-requested', how: 'liveness' },
    },
    {
      line: '  Normal   Started    10m (x2 over 22m)  kubelet  Started container chat',
      from: 'kubectl 1.30 describe pod, which says when its container started',
      before: RUNNING,
      reads: { at: { ms: Date.UTC(2026, 8, 16, 6, 42, 12), widthMs: 1000, basis: 'utc' } },
      gives: { kind: 'process-started', what: 'container' },
    },
    {
      line: '2026-08-19T18:01:00Z   Normal   Killing             Pod/telemetry-6b8f9d77c4-2kq9d            Stopping container server',
      from: 'kubectl 1.31 get events -o custom-columns=LAST:.lastTimestamp,TYPE:.type,…',
      header: 'LAST                   TYPE     REASON              OBJECT                                    MESSAGE',
      reads: { at: { ms: 1787162460000, widthMs: 1000, basis: 'utc' }, pod: 'telemetry-6b8f9d77c4-2kq9d' },
      gives: { kind: 'stop-requested', keys: { pod: 'telemetry-6b8f9d77c4-2kq9d' } },
    },
    {
      line: '2026-02-10T13:14:52Z   2026-02-10T13:14:32Z   3       Normal    Killing     orders-68c4d9b7f9-6hq2w   Container orders failed liveness probe, will be restarted',
      from: 'kubectl 1.31 get events -o custom-columns=LAST:.lastTimestamp,FIRST:.firstTimestamp,COUNT:.count,…,OBJECT:.involvedObject.name,…',
      header: 'LAST                   FIRST                  COUNT   TYPE      REASON      OBJECT                    MESSAGE',
      reads: { at: { ms: Date.UTC(2026, 1, 10, 13, 14, 52), widthMs: 1000, basis: 'utc' }, pod: 'orders-68c4d9b7f9-6hq2w', count: 3 },
      gives: { kind: 'stop-requested', how: 'liveness', keys: { pod: 'orders-68c4d9b7f9-6hq2w', container: 'orders' } },
    },
    {
      line: '2026-02-10T13:09:42Z   2026-02-10T13:09:42Z   <none>   deployment-controller   Normal   ScalingReplicaSet   Scaled down replica set orders-5c7b9f4dd6 to 1 from 2',
      from: 'kubectl 1.31 get events -o custom-columns=FirstSeen:.firstTimestamp,LastSeen:.lastTimestamp,Count:.count,From:.source.component,…',
      header: 'FirstSeen              LastSeen               Count    From                    Type     Reason              Message',
      reads: { program: 'deployment-controller', count: undefined, name: undefined },
      gives: { kind: 'stop-requested', how: 'scale-down' },
    },
    {
      line: '2m          4m           3         chat-0.1537a2b3c4d5e6f7   Pod       spec.containers{chat}   Warning   Unhealthy   kubelet, node-a   Liveness probe failed: HTTP probe failed with statuscode: 503',
      from: 'kubectl 1.12 get events',
      header:
        'LAST SEEN   FIRST SEEN   COUNT     NAME                      KIND      SUBOBJECT               TYPE      REASON      SOURCE            MESSAGE',
      reads: { at: { ms: 120_000, widthMs: 2000, basis: 'ago' }, pod: 'chat-0', container: 'chat', host: 'node-a' },
      gives: { kind: 'health-failed', probe: 'liveness', keys: { pod: 'chat-0' } },
    },
  ],
  rejects: [
    HEAD,
    '  Type     Reason     Age   From     Message',
    'Killing container chat',
    '6m40s Normal Killing pod/chat-0 Stopping container chat',
    '{"kind":"Pod","metadata":{"name":"chat-0"}}',
    '{"type":"Warning","reason":"x","message":"an application says this"}',
  ],
  isHeader: isColumns,
  read(text, context) {
    if (text.startsWith('{')) return readJson(text);
    if (isColumns(text)) return null;
    if (text.startsWith('  ')) return readDescribed(text, context);
    const { header } = context;
    return header === undefined || USUAL.test(header) ? readTable(text) : readColumns(text, header);
  },
  events: (row) => (row.reason === 'BackOff' ? backOff(row) : eventMeaning({ ...row, kind: row.kind, name: row.name })),
});
