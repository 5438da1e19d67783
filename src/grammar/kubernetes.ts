/** What Kubernetes writes alike in tables, JSON and log lines: ages, RFC 1123 stamps, names, and the meaning of event reasons. */
import { civilMs, monthIndex, offsetAt, stamp } from '../time.ts';
import type { Draft, Keys, Stamp, SubjectKeys } from '../types.ts';
import { subject } from './subject.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, y: 31_536_000_000 };
const AGE = /^(?:\d{1,6}[smhdy]){1,3}$/;

/**
 * How long before the capture: `6m40s`, `53m`, `4d21h`; undefined for `<unknown>` and anything else. Ages are cut down to the unit
 * that kubectl still prints at that age, and the event's own stamp to a second.
 */
export function age(text: string): Stamp | undefined {
  if (!AGE.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d{1,6})([smhdy])/g)) ms += Number(number) * (UNIT_MS[unit] ?? 0);
  const hours = ms / 3_600_000;
  const printed = ms < 600_000 ? 1000 : hours < 8 ? 60_000 : hours < 192 ? 3_600_000 : 86_400_000;
  return stamp(ms, printed + 1000, 'ago');
}

/** `Sun, 22 Nov 2026 20:23:41 +0000`: RFC 1123 with a numeric zone, as `kubectl describe` prints times. */
export function rfc1123(text: string): Stamp | undefined {
  const [, day, month = '', year, hour, minute, second, zone = ''] =
    /^[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|GMT)$/.exec(text) ?? [];
  const ms = civilMs(Number(year), monthIndex(month), Number(day), Number(hour), Number(minute), Number(second));
  if (Number.isNaN(ms)) return undefined;
  return stamp(ms - (zone === 'GMT' ? 0 : (offsetAt(zone, 0)?.minutes ?? 0)) * 60_000, 1000);
}

const POD_NAME = /^(.+?)-(?:(?:[0-9a-f]{6,10}-)?[0-9bcdfghjklmnpqrstvwxz]{5}|\d{1,4})$/;
/** Whose pod has such a name, as controllers make them up: `chat` of `chat-5d9c7b8f4-zt8wl` and of `chat-0`. */
export const workloadOf = (name: string): string | undefined => POD_NAME.exec(name)?.[1];

/** An event of the API, however it was printed. */
export interface KubernetesEvent {
  readonly reason: string;
  readonly message: string;
  /** `Pod`, `Node`, `ReplicaSet` …; table and log write it in lower case. */
  readonly kind: string | undefined;
  /** Name of the object, without its kind. */
  readonly name: string | undefined;
  readonly container?: string | undefined;
  readonly host?: string | undefined;
}

const VICTIM = /victim process: (\S{1,64}), pid: (\d{1,10})/;
const KILLED = /Killed process (\d{1,10}) \(([^)]{1,64})\)(?:.{0,200}? anon-rss:(\d{1,15})kB)?/;

/** `Stopping container chat`, `Started container chat`, `Container chat failed liveness probe, …` (older: `container "chat"`). */
const containerIn = (message: string): string | undefined =>
  /(?:^|\s)[Cc]ontainer "?([a-z0-9][a-z0-9-]{0,62})"?(?:[\s,;:.]|$)/.exec(message)?.[1];

function keysOf(event: KubernetesEvent): Keys {
  const kind = event.kind?.toLowerCase();
  if (kind === 'node') return event.name === undefined ? {} : { host: event.name };
  const container = event.container ?? (kind === 'pod' ? containerIn(event.message) : undefined);
  return {
    ...(kind === 'pod' && event.name !== undefined && { pod: event.name }),
    ...(kind !== 'pod' && event.name !== undefined && { service: event.name }),
    ...(container !== undefined && { container }),
    ...(event.host !== undefined && { host: event.host }),
  };
}

function killing({ message }: KubernetesEvent): Draft | undefined {
  if (/failed (?:liveness|startup) probe/.test(message)) return { kind: 'stop-requested', how: 'liveness' };
  if (/definition changed|FailedPostStartHook/.test(message)) return { kind: 'stop-requested', how: 'container-stop' };
  return { kind: 'stop-requested', how: 'pod-delete' };
}

function unhealthy({ message }: KubernetesEvent): Draft | undefined {
  const probe = /^(Liveness|Readiness|Startup) probe (?:failed|errored)/.exec(message)?.[1]?.toLowerCase();
  return probe === 'liveness' || probe === 'readiness' || probe === 'startup' ? { kind: 'health-failed', probe } : undefined;
}

/** `Scaled down replica set chat-7d9 to 1 from 2` (older: `to 1`, or `from 2 to 1`). */
const scaled = ({ message }: KubernetesEvent): Draft | undefined =>
  message.startsWith('Scaled down ') ? { kind: 'stop-requested', how: 'scale-down' } : undefined;

/** `Deleted pod: chat-7d9-abcde`, of a stateful set `delete Pod chat-0 in StatefulSet chat successful`. */
function deleted({ message }: KubernetesEvent): Draft | undefined {
  const pod = /^(?:Deleted pod: |delete Pod )(\S{1,253})/.exec(message)?.[1];
  return pod === undefined ? undefined : { kind: 'stop-requested', how: 'pod-delete', keys: { pod } };
}

function oomKilling({ message }: KubernetesEvent): Draft {
  const [, pid, command, rss] = KILLED.exec(message) ?? [];
  return {
    kind: 'oom-kill',
    role: 'report',
    scope: message.startsWith('Memory cgroup') ? 'cgroup' : 'host',
    ...(command !== undefined && { command }),
    ...(rss !== undefined && { rssBytes: Number(rss) * 1024 }),
    ...(pid !== undefined && { keys: { pid: Number(pid), pidSpace: 'host' as const } }),
  };
}

/** The kubelet also says this of a container's own limit, so the scope stays open. */
function systemOom({ message }: KubernetesEvent): Draft {
  const [, command, pid] = VICTIM.exec(message) ?? [];
  return {
    kind: 'oom-kill',
    role: 'report',
    scope: 'unknown',
    ...(command !== undefined && { command }),
    ...(pid !== undefined && { keys: { pid: Number(pid), pidSpace: 'host' as const } }),
  };
}

const nodeGone = (): Draft => ({ kind: 'network-fault', fault: 'node-not-ready' });
const evicted = (): Draft => ({ kind: 'stop-requested', how: 'evicted' });
/** The kubelet itself kills for memory before the kernel does; disk and other resources are no memory. */
const evictedByKubelet = ({ message }: KubernetesEvent): Draft =>
  /low on resource: memory\b/.test(message) ? { kind: 'oom-kill', scope: 'userspace', role: 'kill' } : evicted();

const MEANINGS: Readonly<Record<string, (event: KubernetesEvent) => Draft | undefined>> = {
  Killing: killing,
  Unhealthy: unhealthy,
  Started: ({ message }) =>
    message.startsWith('Started container') || message.startsWith('Container started')
      ? { kind: 'process-started', what: 'container' }
      : undefined,
  OOMKilling: oomKilling,
  SystemOOM: systemOom,
  Evicted: evictedByKubelet,
  EvictedByVPA: evicted,
  Preempted: evicted,
  Preempting: evicted,
  TaintManagerEviction: ({ message }) => (message.startsWith('Marking for deletion') ? evicted() : undefined),
  NodeNotReady: nodeGone,
  NodeStatusUnknown: nodeGone,
  NetworkNotReady: nodeGone,
  Rebooted: () => ({ kind: 'log-gap', gap: 'reboot' }),
  NodeShutdown: () => ({ kind: 'stop-requested', how: 'host-shutdown' }),
  ScaleDown: () => ({ kind: 'stop-requested', how: 'scale-down' }),
  ScalingReplicaSet: scaled,
  SuccessfulDelete: deleted,
  SuccessfulRescale: ({ message }) => (/below target/.test(message) ? { kind: 'stop-requested', how: 'scale-down' } : undefined),
  ExceededGracePeriod: () => ({ kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout' }),
  SandboxChanged: () => ({ kind: 'stop-requested', how: 'container-stop' }),
  RELOAD: ({ message }) =>
    /NGINX/i.test(message) ? { kind: 'proxy-lifecycle', change: 'reload', proxy: 'nginx', vantage: 'proxy' } : undefined,
};

/** What an event of the API says about a WebSocket's end. */
export function eventMeaning(event: KubernetesEvent): Draft | undefined {
  const draft = Object.hasOwn(MEANINGS, event.reason) ? MEANINGS[event.reason]?.(event) : undefined;
  if (!draft) return undefined;
  // Whoever carries an event, an exporter's pod or a shell, is not what it is about.
  const { pod, container, host, ...others }: SubjectKeys = { ...keysOf(event), ...draft.keys };
  return { ...draft, keys: { ...subject({}), ...others, pod, container, host } };
}
