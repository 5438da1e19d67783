/** Records of processes → clusters, each of which tells of one death (or stop) of one process. */

import { aboutProxy } from '../products.ts';
import { gap } from '../spans.ts';
import type { DurationMs, EventKind, EventOf, Keys, LogEvent } from '../types.ts';
import { isUndated } from '../undated.ts';
import { graceOf } from './grace.ts';
import { isContainerId, isPodUid, namesOfLog, RUNTIMES, stem, workloadOf } from './names.ts';
import { fromServer, hasSiblings, type ServerProfile } from './profile.ts';

/** systemd's default stop timeout and some slack; a stop explains an end this much later, or as late as it says itself. */
const STOP_GRACE_MS = 95_000;
const GRACE_SLACK_MS = 5_000;
/** Records of one death: kernel line, systemd's words, coredump, restart. */
const DEATH_WINDOW_MS = 15_000;
/** A dying process's last words precede its exit by at most this (exit handlers, core dumps, GC thrash). */
const LAST_WORDS_MS = 20_000;
const RESTART_WINDOW_MS = 120_000;

export type ProcessEvent =
  | EventOf<'stop-requested'>
  | EventOf<'process-ended'>
  | EventOf<'process-fault'>
  | EventOf<'oom-kill'>
  | EventOf<'process-started'>;
export const PROCESS_KINDS: ReadonlySet<EventKind> = new Set([
  'stop-requested',
  'process-ended',
  'process-fault',
  'oom-kill',
  'process-started',
]);

export interface Cluster {
  readonly events: ProcessEvent[];
  lastMs: number;
}

/** Every cluster in the timeline's process events, in order. */
export function clustersOf(events: readonly LogEvent[], profile: ServerProfile): Cluster[] {
  const clusters: Cluster[] = [];
  /** Those that may still take an event: events come in order of time. */
  let open: Cluster[] = [];
  const programs = new Programs();
  const pods = new Pods(events);
  const undated: EventOf<'process-fault'>[] = [];
  const undatedEnds: EventOf<'process-ended'>[] = [];
  for (const event of events) {
    if (!PROCESS_KINDS.has(event.kind) || aboutProxy(event)) continue;
    const process = pods.named(programs.named(event as ProcessEvent));
    if (process.kind === 'process-fault' && process.fatal === false) continue;
    if (process.kind === 'stop-requested' && process.how === 'evicted') continue;
    if (isUndated(process.when)) {
      if (process.kind === 'process-fault') undated.push(process);
      else if (process.kind === 'process-ended' && process.signal !== undefined) undatedEnds.push(process);
      continue;
    }
    if (open.some((cluster) => isOver(cluster, process))) open = open.filter((cluster) => !isOver(cluster, process));
    const home = open.findLast((cluster) => belongs(process, cluster, profile));
    if (home) {
      if (
        !toldIn(home).some(
          (other) => other.kind === process.kind && other.quote === process.quote && other.origin.source !== process.origin.source,
        )
      )
        home.events.push(process);
      if (process.kind !== 'process-started') home.lastMs = Math.max(home.lastMs, process.when.toMs);
    } else if (process.kind !== 'process-started') {
      const fresh = { events: [process], lastMs: process.when.toMs };
      clusters.push(fresh);
      open.push(fresh);
    }
  }
  for (const fault of undated) {
    const home = onlyEndOf(fault, undated, clusters);
    if (home) home.cluster.events.push({ ...fault, when: home.end.when });
    else clusters.push({ events: [fault], lastMs: fault.when.toMs });
  }
  const [end, another] = undatedEnds;
  if (end && !another && !tellAgain(end, clusters)) {
    const words = undated.find((fault) => fault.origin.source === end.origin.source && diesOf(fault, end));
    const home = clusters.find(({ events: [first] }) => first === words);
    if (home) home.events.push(end);
    else clusters.push({ events: [end], lastMs: end.when.toMs });
  }
  return clusters;
}

/**
 * A shell writes of an end without a stamp: the only one that it tells of is the only one that others put on record as of that signal.
 * False = nobody else tells of such an end.
 */
function tellAgain(end: EventOf<'process-ended'>, clusters: readonly Cluster[]): boolean {
  const [one, other] = clusters.filter(({ events }) => events.some((event) => isEndBy(end, event)));
  const told = one?.events.find((event) => isEndBy(end, event));
  if (one && told && !other) one.events.push({ ...end, when: told.when });
  return told !== undefined;
}

function isEndBy(end: EventOf<'process-ended'>, event: ProcessEvent): boolean {
  if (isUndated(event.when)) return false;
  if (event.kind === 'oom-kill') return event.role === 'kill' && end.signal === 'SIGKILL';
  return event.kind === 'process-ended' ? event.signal === end.signal : event.kind === 'process-fault' && diesOf(event, end);
}

/** A server that logs one exception after the other and lives: what its first and its latest records do not tell of a death, the others do not either. */
const TOLD = 40;
const toldIn = ({ events }: Cluster): readonly ProcessEvent[] =>
  events.length <= 2 * TOLD ? events : [...events.slice(0, TOLD), ...events.slice(-TOLD)];

/**
 * Last words in a file without stamps (a runtime's standard error) are of the end that came of them, where their way to die tells it: as
 * many words as ends of that way, each in its turn.
 */
function onlyEndOf(
  fault: EventOf<'process-fault'>,
  undated: readonly EventOf<'process-fault'>[],
  clusters: readonly Cluster[],
): { readonly cluster: Cluster; readonly end: EventOf<'process-ended'> } | undefined {
  const fits = ({ fault: way, origin }: EventOf<'process-fault'>): boolean => way === fault.fault && origin.source === fault.origin.source;
  const mine = undated.filter(fits).sort((a, b) => a.origin.line - b.origin.line);
  const ends = clusters.flatMap((cluster) => {
    const end = cluster.events.find((event) => event.kind === 'process-ended');
    if (end?.kind !== 'process-ended' || cluster.events.some(({ kind, when }) => kind === 'process-fault' && when !== end.when)) return [];
    if (cluster.events.some(({ kind }) => kind === 'stop-requested')) return [];
    return diesOf(fault, end) && end.when.fromMs <= fault.when.toMs && end.when.toMs >= fault.when.fromMs ? [{ cluster, end }] : [];
  });
  return ends.length === mine.length ? ends[mine.indexOf(fault)] : undefined;
}

/** Whether an end is what comes of a fault, by its signal or its code. */
function diesOf({ fault, vantage }: EventOf<'process-fault'>, { signal, exitCode, dumped }: EventOf<'process-ended'>): boolean {
  const aborts = signal === 'SIGABRT' || exitCode === 134;
  // A runtime that catches the signal and reports it itself, as HotSpot does, aborts afterwards.
  if (fault === 'segfault' || fault === 'trap') return /SEGV|ILL|TRAP|FPE|BUS/.test(signal ?? '') || (aborts && vantage !== 'kernel');
  // The first process of a container gets no SIGABRT of its own: `abort` goes on to an instruction that is not allowed, SIGSEGV.
  if (fault === 'heap-limit' || fault === 'abort') return aborts || dumped === true || exitCode === 139;
  // .NET, Rust with panic=abort and C++ abort after their last words.
  return exitCode !== undefined && exitCode > 0 && (exitCode < 128 || exitCode === 134);
}

/** Names that a supervisor gives to pids when it starts them: `spawned: 'chat' with pid 4242`. */
class Programs {
  readonly #names = new Map<number, string>();

  /** The event with the program's name, where the kernel knows its pid alone or what it runs on. */
  named(event: ProcessEvent): ProcessEvent {
    const { pid, unit, service } = event.keys;
    if (pid === undefined || unit !== undefined) return event;
    if (event.vantage !== 'kernel') {
      if (event.kind === 'process-started' && service !== undefined && event.vantage === 'supervisor') this.#names.set(pid, service);
      return event;
    }
    const name = event.keys.pidSpace === 'container' ? undefined : this.#names.get(pid);
    return name === undefined ? event : { ...event, keys: { ...event.keys, service: name } };
  }
}

/** Pods by their containers, as the kubelet tells them: runtimes know a container's id alone, and the kernel the uid of its pod besides. */
class Pods {
  readonly #pods = new Map<string, string>();

  constructor(events: readonly LogEvent[]) {
    for (const { format, keys } of events)
      if (format === 'kubelet' && keys.pod !== undefined && keys.container !== undefined && isContainerId(keys.container))
        this.#pods.set(keys.container, keys.pod);
  }

  /** The event with the name of its container's pod. */
  named(event: ProcessEvent): ProcessEvent {
    const pod = this.#pods.get(event.keys.container ?? '');
    return pod === undefined || pod === event.keys.pod ? event : { ...event, keys: { ...event.keys, pod } };
  }
}

/** How long an end may follow the stop that was asked for. */
const stopWindow = (cluster: Cluster): DurationMs =>
  Math.max(
    STOP_GRACE_MS,
    ...toldIn(cluster).map((event) => (event.kind === 'stop-requested' ? (graceOf(event) ?? 0) + GRACE_SLACK_MS : 0)),
  );

/** No event from this one on belongs to it. */
const isOver = (cluster: Cluster, { when }: ProcessEvent): boolean =>
  when.fromMs - cluster.lastMs > Math.max(RESTART_WINDOW_MS, stopWindow(cluster));

function belongs(event: ProcessEvent, cluster: Cluster, profile: ServerProfile): boolean {
  const since = event.when.fromMs - cluster.lastMs;
  const told = toldIn(cluster);
  const stopping = told.some((other) => other.kind === 'stop-requested') && !told.some((other) => other.kind === 'process-ended');
  const started = told.some((other) => other.kind === 'process-started');
  const window =
    event.kind === 'process-started'
      ? RESTART_WINDOW_MS
      : stopping
        ? stopWindow(cluster)
        : event.kind === 'process-ended'
          ? LAST_WORDS_MS
          : DEATH_WINDOW_MS;
  if (since > window || (since < -DEATH_WINDOW_MS && !told.some((other) => isStopInDoubt(other, event) || isInOneGap(other, event))))
    return false;
  // After its restart a new fault, stop or end opens a new death; but a successor may start before the one that was told to stop has ended.
  const late =
    (event.kind === 'oom-kill' && event.role !== 'kill') || (event.kind === 'process-ended' && (stopping || isToldAgain(event, told)));
  if (started && event.kind !== 'process-started' && !late) return false;
  if (event.kind === 'process-ended' && stopping && isSuccessors(event, told)) return false;
  const kinship = told.map((other) => kin(event, other, profile));
  if (kinship.includes('conflict')) return false;
  return kinship.includes('same') || (event.kind !== 'process-started' && told.some((other) => sameDeath(event, other)));
}

/** The kubelet makes a new container for each start: what is told of one's end twice is one end, even if a start is stamped in between, to the second. */
const isToldAgain = ({ keys: { pod, container } }: ProcessEvent, told: readonly ProcessEvent[]): boolean =>
  pod !== undefined &&
  container !== undefined &&
  isContainerId(container) &&
  told.some(({ kind, keys }) => (kind === 'process-ended' || kind === 'oom-kill') && keys.container === container);

/** Neither has a stamp of its own: what a log has between the same two dated lines. */
const isInOneGap = (one: ProcessEvent, other: ProcessEvent): boolean =>
  one.origin.source === other.origin.source && one.when.fromMs === other.when.fromMs && one.when.toMs === other.when.toMs;

/** A stop that may have been asked for at any time around the event: tables of ages count in minutes. */
const isStopInDoubt = (stop: ProcessEvent, { when }: ProcessEvent): boolean =>
  stop.kind === 'stop-requested' && when.fromMs >= stop.when.fromMs && when.fromMs <= stop.when.toMs;

/** It dies without having been asked. */
const isSudden = ({ by, signal, exitCode }: EventOf<'process-ended'>): boolean =>
  by !== 'stop-timeout' && by !== 'stop' && (signal === undefined ? [134, 137, 139].includes(exitCode ?? 0) : SUDDEN.has(signal));
const SUDDEN: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE']);

/**
 * The stopped server wrote in the same log that it is up again: that closes the stop, and a process that is killed later is the new one.
 * A supervisor's line may lie behind the end that it tells of, and a pid tells better.
 */
function isSuccessors(end: EventOf<'process-ended'>, told: readonly ProcessEvent[]): boolean {
  if (!isSudden(end)) return false;
  const stops = told.filter((other) => other.kind === 'stop-requested');
  if (end.keys.pid !== undefined && stops.some(({ keys }) => keys.pid === end.keys.pid)) return false;
  return told.some(
    (up) =>
      up.kind === 'process-started' &&
      up.what === 'banner' &&
      up.when.toMs + LATE_MS < end.when.fromMs &&
      stops.some(({ origin, when }) => origin.source === up.origin.source && when.fromMs <= up.when.fromMs),
  );
}
/** supervisord looks for ended children once a second. */
const LATE_MS = 1_500;

/** The one tells of a worker's end beside which the others went on; the other of another one's, or of the whole. */
function isBesideWorker(one: ProcessEvent, other: ProcessEvent, profile: ServerProfile): boolean {
  const { pid } = one.keys;
  if (pid === undefined || pid === other.keys.pid || !isOfOneProcess(one)) return false;
  // What the kernel writes around a kill names whoever asked for memory.
  if ((other.kind === 'oom-kill' || other.kind === 'process-fault') && (other.keys.pid === undefined || !isOfOneProcess(other)))
    return false;
  return hasSiblings(profile, pid, one.when.toMs);
}

const isOfOneProcess = (event: ProcessEvent): boolean =>
  event.kind === 'process-fault' || (event.kind === 'oom-kill' && event.role === 'kill');

function kin(a: ProcessEvent, b: ProcessEvent, profile: ServerProfile): 'same' | 'conflict' | 'neutral' {
  const [x, y] = [a.keys, b.keys];
  if (isBesideWorker(a, b, profile) || isBesideWorker(b, a, profile)) return 'conflict';
  for (const key of ['unit', 'pod', 'container'] as const) {
    const [mine, other] = [x[key], y[key]];
    if (mine === undefined || other === undefined) continue;
    // The kernel knows containers by id and pods by uid, Compose and Kubernetes by name: neither speaks against the other.
    if (key === 'container' && isContainerId(mine) !== isContainerId(other)) continue;
    if (key === 'pod' && isPodUid(mine) !== isPodUid(other)) continue;
    if (key === 'container' ? mine.startsWith(other) || other.startsWith(mine) : mine === other) return 'same';
    return 'conflict';
  }
  if (x.pid !== undefined && x.pid === y.pid && (x.pidSpace ?? y.pidSpace) === (y.pidSpace ?? x.pidSpace)) return 'same';
  if (fromServer(a, profile) && fromServer(b, profile)) return a.origin.source === b.origin.source ? 'same' : 'neutral';
  const names = [x.unit, x.service].flatMap((name) => (name ? [stem(name)] : []));
  if ([y.unit, y.service].some((name) => name && !RUNTIMES.has(stem(name)) && names.includes(stem(name)))) return 'same';
  // A deployment is scaled down, and one of its pods is deleted.
  if (isPodOf(x, y) || isPodOf(y, x)) return 'same';
  // What a program's own log says of its end, and who is told of that by the program's name.
  if (isOwnLogOf(a, y) || isOwnLogOf(b, x)) return 'same';
  return 'neutral';
}

const isPodOf = ({ pod }: Keys, { pod: other, service }: Keys): boolean =>
  pod !== undefined && other === undefined && service !== undefined && workloadOf(pod) === service;

/** Whether the event stands in a log without names of its own that is called as the keys name a program, or that is called as a pod. */
function isOwnLogOf({ vantage, origin, keys }: ProcessEvent, { unit, service, pod }: Keys): boolean {
  if (vantage !== 'server' || keys.unit !== undefined) return false;
  const names = namesOfLog(origin.source);
  if (pod !== undefined && keys.pod === undefined && names.includes(stem(pod))) return true;
  if (keys.service !== undefined) return false;
  return [unit, service].some((name) => name !== undefined && names.includes(stem(name)));
}

/** The kernel's victim is known by the name its supervisor gave it, and it is another's. */
const ofTwoPrograms = (kill: EventOf<'oom-kill'>, { keys: { service } }: ProcessEvent): boolean =>
  service !== undefined &&
  kill.keys.service !== undefined &&
  kill.keys.service !== kill.command &&
  kill.keys.service !== 'kernel' &&
  stem(service) !== stem(kill.keys.service);

/** What a program that names nothing of itself writes of its stop into its own log: the signal, and then what it shuts down. */
const isOwnStop = (event: ProcessEvent): boolean =>
  event.kind === 'stop-requested' &&
  event.how === 'app-signal' &&
  [event.keys.unit, event.keys.pod, event.keys.container, event.keys.service, event.keys.pid].every((name) => name === undefined);

/** Windows' service manager knows nothing of how a service ended, and calls it by another name than its program's. */
const endsUnsaid = ({ signal, exitCode, by }: EventOf<'process-ended'>): boolean =>
  [signal, exitCode, by].every((one) => one === undefined);

/** Records that name no common process but tell of the same way to die at the same moment. */
function sameDeath(a: ProcessEvent, b: ProcessEvent): boolean {
  const [fault, end] = a.kind === 'process-fault' ? [a, b] : b.kind === 'process-fault' ? [b, a] : [undefined, undefined];
  if (fault && end?.kind === 'process-ended') {
    const late = isInOneGap(fault, end) ? 0 : end.when.fromMs - fault.when.toMs;
    if (endsUnsaid(end)) return fault.fatal === true && Math.abs(late) < 3_000;
    if (!diesOf(fault, end)) return false;
    return fault.fault === 'segfault' || fault.fault === 'trap' ? Math.abs(late) < 3_000 : late > -2_000 && late < LAST_WORDS_MS;
  }
  const [kill, killed] = a.kind === 'oom-kill' ? [a, b] : b.kind === 'oom-kill' ? [b, a] : [undefined, undefined];
  if (kill && killed?.kind === 'process-ended')
    return (
      // An end without a stamp lies somewhere between its neighbours.
      killed.when.fromMs - kill.when.toMs < 5_000 &&
      kill.when.fromMs - killed.when.toMs < 5_000 &&
      (killed.signal === 'SIGKILL' || killed.exitCode === 137 || killed.by === 'oom') &&
      // Its supervisor says that it sent this signal itself.
      killed.by !== 'stop-timeout' &&
      !ofTwoPrograms(kill, killed) &&
      kill.keys.unit === undefined &&
      (kill.keys.container === undefined || !isContainerId(killed.keys.container ?? kill.keys.container))
    );
  if (a.kind === 'oom-kill' && b.kind === 'oom-kill')
    return (
      // Stamps of whole seconds reach into one another.
      gap(a.when, b.when) < 1_000 && (a.keys.pid === undefined || b.keys.pid === undefined || a.keys.pid === b.keys.pid)
    );
  if (isOwnStop(a) && isOwnStop(b) && a.origin.source === b.origin.source) return Math.abs(a.when.fromMs - b.when.fromMs) < DEATH_WINDOW_MS;
  const [stop, other] = a.kind === 'stop-requested' ? [a, b] : b.kind === 'stop-requested' ? [b, a] : [undefined, undefined];
  // The application's "SIGTERM received" beside the unit's "Stopping …".
  if (stop && other?.kind === 'stop-requested')
    return (stop.how === 'app-signal') !== (other.how === 'app-signal') && Math.abs(stop.when.fromMs - other.when.fromMs) < 3_000;
  if (stop && other?.kind === 'process-ended')
    return (
      stop.how === 'app-signal' &&
      (other.signal === 'SIGTERM' || other.exitCode === 143) &&
      other.when.fromMs - stop.when.toMs < DEATH_WINDOW_MS
    );
  return false;
}
