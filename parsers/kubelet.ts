/** klog lines of the kubelet and other Kubernetes components. */
import { keyValues } from '../src/grammar/keyvalue.ts';
import { isKlogOfConnection } from '../src/grammar/klog.ts';
import { subject } from '../src/grammar/subject.ts';
import { duration, klogAt } from '../src/time.ts';
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface KubeletRow extends Row {
  readonly level: string;
  readonly pid: number;
  readonly file: string;
  readonly message: string;
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly graceMs?: number | undefined;
  readonly probe?: string | undefined;
  /** Of the runtime's lifecycle events: `ContainerDied`, `ContainerStarted`. */
  readonly lifecycle?: string | undefined;
  readonly containerMessage?: string | undefined;
  readonly command?: string | undefined;
  readonly victimPid?: number | undefined;
  readonly node?: string | undefined;
}

const HEAD = / {1,8}(\d{1,10}) ([\w.-]{1,80}\.go):\d{1,6}\] (.{0,16000})$/y;
/** Files of the ingress-nginx controller, which has a format of its own. */
const CONTROLLER_FILE =
  /^(?:nginx|backend_ssl|stat_collector|store|controller|main|launch|status|queue|template|event|flags|util|leaderelection|healthz)\.go$/;
/** Structured lines: the message in quotes, then `key="value"`. */
const MESSAGE = /^"((?:[^"\\]|\\.){0,4000})"(?: (.*))?$/;
/** `event={"ID":"…","Type":"ContainerDied","Data":"…"}`, before 1.27 `event=&{ID:… Type:ContainerDied Data:…}`. */
const LIFECYCLE =
  /\bevent=(?:&\{ID:\S{1,80} Type:(\w{1,40})(?: Data:([0-9a-f]{64})\})?|\{"ID":"[^"]{1,80}","Type":"(\w{1,40})"(?:,"Data":"([0-9a-f]{64})")?)/;
const POD_LIST = /\bpods=\["?([\w.-]{1,253})\/([\w.-]{1,253})"?/;
/** `event={Pid:3419 ProcessName:node …}` or the same as JSON. */
const VICTIM = /"?Pid"?:(\d{1,10})\b.{0,200}?"?ProcessName"?:"?([^"\s,}]{1,64})/;

function readRest(rest: string): Partial<KubeletRow> & { readonly message: string } {
  const [whole, said = '', tail = ''] = MESSAGE.exec(rest) ?? [];
  if (whole === undefined) return { message: rest };
  const pairs = keyValues(tail);
  const [listedNamespace, listedPod] = (POD_LIST.exec(tail) ?? []).slice(1);
  const [namespace, pod] = pairs.get('pod')?.split('/', 2) ?? [listedNamespace, listedPod];
  const grace = pairs.get('gracePeriod');
  const victim = said === 'Got sys oom event' ? VICTIM.exec(tail) : null;
  const lifecycle = LIFECYCLE.exec(tail);
  return {
    message: said.replace(/\\(.)/g, '$1'),
    namespace: pod === undefined ? undefined : namespace,
    pod,
    container: pairs.get('containerName') ?? lifecycle?.[2] ?? lifecycle?.[4],
    graceMs: grace === undefined ? undefined : /^\d{1,7}$/.test(grace) ? Number(grace) * 1000 : duration(grace),
    probe: pairs.get('probeType')?.toLowerCase(),
    lifecycle: lifecycle?.[1] ?? lifecycle?.[3],
    containerMessage: pairs.get('containerMessage') ?? pairs.get('message'),
    command: victim?.[2],
    victimPid: victim ? Number(victim[1]) : undefined,
    node: pairs.get('node'),
  };
}

const keysOf = (row: KubeletRow): Keys => ({
  ...(row.pod !== undefined && { pod: row.pod }),
  ...(row.container !== undefined && { container: row.container }),
});

function meaning(row: KubeletRow): Draft | undefined {
  const { message, probe } = row;
  if (message.startsWith('Killing container with a grace period'))
    return { kind: 'stop-requested', how: 'container-stop', ...(row.graceMs !== undefined && { graceMs: row.graceMs }) };
  if (/failed (?:liveness|startup) probe, will be restarted/.test(row.containerMessage ?? message))
    return { kind: 'stop-requested', how: 'liveness' };
  if (message === 'Probe failed' || message === 'Probe errored')
    return probe === 'liveness' || probe === 'readiness' || probe === 'startup' ? { kind: 'health-failed', probe } : undefined;
  // The pod's pause container dies and starts like any other: only the id says which it was.
  if (row.lifecycle === 'ContainerDied') return { kind: 'process-ended' };
  if (row.lifecycle === 'ContainerStarted') return { kind: 'process-started', what: 'container' };
  if (message === 'SyncLoop DELETE') return { kind: 'stop-requested', how: 'pod-delete' };
  if (message === 'Eviction manager: pod is evicted successfully') return { kind: 'stop-requested', how: 'evicted' };
  if (message === 'Got sys oom event')
    return {
      kind: 'oom-kill',
      role: 'report',
      scope: 'unknown',
      ...(row.command !== undefined && { command: row.command }),
      ...(row.victimPid !== undefined && { keys: { pid: row.victimPid, pidSpace: 'host' as const } }),
    };
  if (message === 'Node became not ready')
    return { kind: 'network-fault', fault: 'node-not-ready', ...(row.node !== undefined && { keys: { host: row.node } }) };
  return undefined;
}

export const kubelet = defineParser<KubeletRow>({
  name: 'kubelet',
  about: 'klog lines of the kubelet and other Kubernetes components',
  adds: 'that a container was stopped, died or failed its probe, to the microsecond, on its node',
  docs: 'https://kubernetes.io/docs/concepts/cluster-administration/system-logs/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: [
    'Killing container with a grace period',
    'Probe failed',
    'Probe errored',
    'probe, will be restarted',
    'SyncLoop (PLEG): event for pod',
    'SyncLoop DELETE',
    'pod is evicted successfully',
    'Got sys oom event',
    'Node became not ready',
  ],
  samples: [
    {
      line: 'I1122 20:23:41.518822    3224 kuberuntime_container.go:745] "Killing container with a grace period" pod="prod/chat-0" podUID="b1c2" containerName="chat" containerID="containerd://3f4e" gracePeriod=30',
      from: 'kubelet 1.29',
      reads: {
        at: { ms: 974924621518.822, widthMs: 0.001, basis: 'yearless' },
        level: 'I',
        pid: 3224,
        namespace: 'prod',
        pod: 'chat-0',
        container: 'chat',
        graceMs: 30_000,
      },
      gives: { kind: 'stop-requested', how: 'container-stop', graceMs: 30_000, keys: { pod: 'chat-0', container: 'chat' } },
    },
    {
      line: 'I1122 20:23:41.518822    1842 prober.go:107] "Probe failed" probeType="Liveness" pod="prod/chat-0" podUID="b1c2" containerName="chat" probeResult="failure" output="Get \\"http://10.1.2.3:8080/\\": context deadline exceeded"',
      from: 'kubelet 1.29',
      reads: { probe: 'liveness' },
      gives: { kind: 'health-failed', probe: 'liveness', keys: { pod: 'chat-0', container: 'chat' } },
    },
    {
      line: 'I0814 19:37:07.384915    1734 kubelet.go:2134] "SyncLoop (PLEG): event for pod" pod="default/nginx" event=&{ID:96d459e4-c1a6-4412-b38d-dbf299dafd19 Type:ContainerStarted Data:578f72d0d40c1758c61041acae108c22d210cbd1c6ea879be27b101870921454}',
      from: 'kubelet 1.24, a published AKS journal',
      reads: { lifecycle: 'ContainerStarted', pod: 'nginx' },
      gives: {
        kind: 'process-started',
        what: 'container',
        keys: { pod: 'nginx', container: '578f72d0d40c1758c61041acae108c22d210cbd1c6ea879be27b101870921454' },
      },
    },
    {
      line: 'I0516 18:34:06.951598    4052 kubelet.go:2439] "SyncLoop (PLEG): event for pod" pod="default/liveness-exec" event={"ID":"93e17ecc-ab55-461a-b526-29248d2554ad","Type":"ContainerDied","Data":"05657a9c673d612aedd955a65136ccca36b82ba987831de7844cdc0238f1d707"}',
      from: 'kubelet 1.29, a published AKS journal',
      reads: { lifecycle: 'ContainerDied' },
      gives: {
        kind: 'process-ended',
        keys: { pod: 'liveness-exec', container: '05657a9c673d612aedd955a65136ccca36b82ba987831de7844cdc0238f1d707' },
      },
    },
    {
      line: 'I1231 23:59:59.999999    1842 kubelet.go:2441] "SyncLoop DELETE" source="api" pods=["prod/chat-7d9c5b8f6-x2lqp"]',
      from: 'kubelet 1.29',
      reads: { pod: 'chat-7d9c5b8f6-x2lqp', namespace: 'prod' },
      gives: { kind: 'stop-requested', how: 'pod-delete', keys: { pod: 'chat-7d9c5b8f6-x2lqp' } },
    },
    {
      line: 'I1012 19:34:45.445172    2480 eviction_manager.go:595] "Eviction manager: pod is evicted successfully" pod="default/nginx"',
      from: 'kubelet 1.27, a published AKS journal',
      reads: { pod: 'nginx' },
      gives: { kind: 'stop-requested', how: 'evicted', keys: { pod: 'nginx' } },
    },
    {
      line: 'I0101 22:34:24.745733    1754 kubelet_getters.go:187] "Pod status updated" pod="kube-system/kube-proxy-foo" status=Running',
      from: 'kubelet 1.28',
      reads: { message: 'Pod status updated', pod: 'kube-proxy-foo' },
      gives: 'noise',
    },
    {
      line: 'W0102 03:04:05.000001       1 reflector.go:347] watch of *v1.Pod ended with: too old resource version',
      from: 'kube-proxy 1.22',
      reads: { level: 'W' },
      gives: 'noise',
    },
  ],
  rejects: [
    'I0203 21:35:31.523111       6 controller.go:163] "Backend successfully reloaded"',
    'I1322 20:23:41.518822    1842 prober.go:107] "Probe failed"',
    'X1122 20:23:41.518822    1842 prober.go:107] text',
    'I1122 20:23:41.518822 prober.go:107] text',
    'W0819 17:46:01.753094       1 hub.go:103] "Stream read failed" stream="19e4ab70b646" err="websocket: close 1006 (abnormal closure): unexpected EOF"',
  ],
  read(text) {
    const level = text[0] ?? '';
    const found = 'IWEF'.includes(level) && level !== '' ? klogAt(text, 1) : undefined;
    if (!found) return null;
    HEAD.lastIndex = found.end;
    const [, pid, file = '', rest = ''] = HEAD.exec(text) ?? [];
    if (pid === undefined || CONTROLLER_FILE.test(file) || isKlogOfConnection(text)) return null;
    return { at: found.stamp, level, pid: Number(pid), file, ...readRest(rest) };
  },
  events(row) {
    const draft = meaning(row);
    return draft && { ...draft, keys: { ...subject(keysOf(row)), ...draft.keys } };
  },
});
