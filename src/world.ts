/**
 * What happened to processes and proxies: every record about one death becomes one Death with the root that explains it, tied (or
 * not) to the WebSocket server; reloads and stops of proxies become ProxyChanges.
 */
import type { Death, Identity, ProxyChange, Relation } from './closure.ts';
import type { DurationMs, EventKind, EventOf, Keys, LogEvent, Span } from './types.ts';

/** systemd's default stop timeout; a stop explains an end this much later. */
const STOP_GRACE_MS = 95_000;
/** Records of one death: kernel line, systemd's words, coredump, restart. */
const DEATH_WINDOW_MS = 15_000;
/** A dying process's last words precede its exit by at most this (exit handlers, core dumps, GC thrash). */
const LAST_WORDS_MS = 20_000;
const RESTART_WINDOW_MS = 120_000;
/** Without worker_shutdown_timeout or hard-stop-after known, a reload may cut tunnels up to ingress-nginx's 240 s later. */
const DRAIN_MS = 245_000;
const STOP_CUT_MS = 15_000;
/** Two programs on one host read one clock; between hosts NTP leaves less than this. */
const CLOCKS_MS = 300;

const PROXIES = /^(?:nginx|haproxy|caddy|traefik|envoy|apache2|httpd|kong|istio-proxy|ingress-nginx(?:-controller)?|cloudflared|openresty|apisix)(?:[@.-]|$)/i;

type ProcessEvent = EventOf<'stop-requested'> | EventOf<'process-ended'> | EventOf<'process-fault'> | EventOf<'oom-kill'> | EventOf<'process-started'>;
const PROCESS_KINDS: ReadonlySet<EventKind> = new Set(['stop-requested', 'process-ended', 'process-fault', 'oom-kill', 'process-started']);

/** What the endpoint logs say of the WebSocket server: who it is, and when its log shows it alive. */
export class ServerProfile {
  readonly units = new Set<string>();
  readonly pids = new Set<number>();
  readonly containers = new Set<string>();
  readonly pods = new Set<string>();
  readonly services = new Set<string>();
  readonly hosts = new Set<string>();
  readonly sources = new Set<string>();
  /** When and in which log the server wrote that it came up. */
  readonly banners: { readonly ms: number; readonly source: string }[] = [];
  /** When and in which log the server wrote that it was told to stop, or what killed it. */
  readonly lastWords: { readonly ms: number; readonly source: string }[] = [];
  /** Instants of each server log's events, in order. */
  readonly times = new Map<string, number[]>();

  add(event: LogEvent): void {
    if (event.vantage !== 'server') return;
    const socket = event.kind === 'socket-opened' || event.kind === 'socket-closed' || event.kind === 'heartbeat-missed';
    if (event.kind === 'process-started' && event.what === 'banner') this.banners.push({ ms: event.when.fromMs, source: event.origin.source });
    if (event.kind === 'stop-requested' || event.kind === 'process-fault') this.lastWords.push({ ms: event.when.fromMs, source: event.origin.source });
    if (!socket) return;
    this.sources.add(event.origin.source);
    const times = this.times.get(event.origin.source);
    if (times) times.push(event.when.fromMs);
    else this.times.set(event.origin.source, [event.when.fromMs]);
    const { keys } = event;
    if (keys.unit) this.units.add(keys.unit);
    if (keys.pid !== undefined) this.pids.add(keys.pid);
    if (keys.container) this.containers.add(keys.container);
    if (keys.pod) this.pods.add(keys.pod);
    if (keys.service) this.services.add(keys.service);
    if (keys.host) this.hosts.add(keys.host);
  }
}

/** Lines of the same second and exit handlers come right behind an end: only later ones show that the process went on. */
const WENT_ON_MS = 1_500;

/** Whether the server's log goes on after the instant without a new start in between; undefined = it ends there. */
export function wentOn(profile: ServerProfile, source: string, afterMs: number): boolean | undefined {
  const times = profile.times.get(source) ?? [];
  let low = 0;
  let high = times.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((times[mid] as number) < afterMs + WENT_ON_MS) low = mid + 1;
    else high = mid;
  }
  const next = times[low];
  // What it wrote before it was told to stop is no consequence of that stop.
  if (profile.lastWords.some((word) => word.source === source && word.ms > afterMs && word.ms < afterMs + WENT_ON_MS)) return true;
  if (profile.banners.some((banner) => banner.source === source && banner.ms > afterMs - 500 && banner.ms <= (next ?? Number.POSITIVE_INFINITY))) return false;
  return next === undefined ? undefined : true;
}

export const isWorldKind = (kind: EventKind): boolean =>
  PROCESS_KINDS.has(kind) || kind === 'proxy-lifecycle' || kind === 'network-fault' || kind === 'health-failed' || kind === 'configured-timer' || kind === 'log-gap' || kind === 'proxy-fault' || kind === 'handshake-failed';

const nameOfProxy = (keys: Keys): string | undefined => [keys.unit, keys.service, keys.container].find((name) => name !== undefined && PROXIES.test(name));

/** Proxies' own processes are no server deaths. */
const aboutProxy = (event: LogEvent): boolean => event.kind === 'proxy-lifecycle' || nameOfProxy(event.keys) !== undefined;

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.(?:service|scope|slice)$/, '')
    .replace(/@.*$/, '');

interface Cluster {
  readonly events: ProcessEvent[];
  lastMs: number;
}

/** All deaths in the timeline's process events, in order. */
export function deathsOf(events: readonly LogEvent[], profile: ServerProfile): Death[] {
  const clusters: Cluster[] = [];
  for (const event of events) {
    if (!PROCESS_KINDS.has(event.kind) || aboutProxy(event)) continue;
    const process = event as ProcessEvent;
    if (process.kind === 'process-fault' && process.fatal === false) continue;
    if (process.kind === 'stop-requested' && process.how === 'evicted') continue;
    const home = clusters.findLast((cluster) => belongs(process, cluster, profile));
    if (home) {
      if (!home.events.some((other) => other.kind === process.kind && other.quote === process.quote && other.origin.source !== process.origin.source)) home.events.push(process);
      if (process.kind !== 'process-started') home.lastMs = Math.max(home.lastMs, process.when.toMs);
    } else if (process.kind !== 'process-started') {
      clusters.push({ events: [process], lastMs: process.when.toMs });
    }
  }
  const deaths = tiedByBanner(clusters.flatMap((cluster, number) => deathOf(cluster, number, profile) ?? []), profile);
  const tied = profile.sources.size > 0 ? deaths : deaths.map((death) => tiedByProxy(death, deaths, events));
  const server = (tied.find((death) => death.relation === 'same') ?? tied.find((death) => death.relation === 'probable'))?.identity;
  return server ? tied.map((death) => notTheServer(death, server)) : tied;
}

/** Once one death is known to be the server's, a process of another name is another. */
function notTheServer(death: Death, server: Identity): Death {
  const names = (identity: Identity): string[] => [...identity.units, ...identity.services].map(stem).filter((name) => !RUNTIMES.has(name));
  const [mine, its] = [names(death.identity), names(server)];
  if (death.relation !== 'unknown' || mine.length === 0 || its.length === 0 || mine.some((name) => its.includes(name))) return death;
  return { ...death, relation: 'other', relationWhy: `the server is ${its[0]}` };
}

/** Connections of one server end within this of its death. */
const MOMENT_MS = { before: 1_500, after: 3_000 };
const MOMENT_LEAST = 2;

/**
 * Where no log names the server at all: a death that nothing rivals, in the very moment when most connections ended, is taken for the
 * server's, with less weight. `ends` = instants (ms, ascending) at which connections ended that were not closed clean.
 */
export function tiedByMoment(deaths: readonly Death[], ends: readonly number[], profile: ServerProfile): readonly Death[] {
  if (profile.sources.size > 0) return deaths;
  return deaths.map((death) => {
    const rivals = deaths.filter((other) => other !== death && other.relation !== 'other' && Math.abs(other.when.fromMs - death.when.fromMs) < FOUND_DOWN_MS);
    if (death.relation !== 'unknown' || rivals.length > 0) return death;
    const together = ends.filter((ms) => ms >= death.when.fromMs - MOMENT_MS.before && ms <= death.when.toMs + MOMENT_MS.after).length;
    if (together < MOMENT_LEAST) return death;
    return { ...death, relation: 'coincident', relationWhy: `no log names the server; it is the only death, and ${together} connections ended in that moment` };
  });
}

/** A server needs some seconds from its start to its "listening". */
const BANNER_MS = { before: 2_000, after: 20_000 };

/** The server's banner belongs to the restart right before it: that death was the server's, as far as nothing else says. */
function tiedByBanner(deaths: readonly Death[], profile: ServerProfile): Death[] {
  const tied = new Map<Death, string[]>();
  for (const { ms: banner, source } of profile.banners) {
    const started = (death: Death): number => death.restarted?.fromMs ?? Number.NEGATIVE_INFINITY;
    const near = deaths.filter((death) => banner >= started(death) - BANNER_MS.before && banner <= started(death) + BANNER_MS.after);
    const nearest = near.toSorted((a, b) => Math.abs(banner - started(a)) - Math.abs(banner - started(b)))[0];
    if (nearest) tied.set(nearest, [...(tied.get(nearest) ?? []), source]);
  }
  return deaths.map((death) => {
    const sources = tied.get(death);
    if (!sources || death.relation === 'other') return death;
    const servers = [...new Set([...death.servers, ...sources])];
    return death.relation === 'unknown' ? { ...death, servers, relation: 'probable', relationWhy: 'the server came up again right after it' } : { ...death, servers };
  });
}

/** A proxy finds its upstream gone so long after a death: health checks run every few seconds. */
const FOUND_DOWN_MS = 15_000;

/**
 * Without any log of the server: the one death right before a proxy found its upstream refusing or down, with no such finding in the
 * minute before, is the server's.
 */
function tiedByProxy(death: Death, deaths: readonly Death[], events: readonly LogEvent[]): Death {
  if (death.relation !== 'unknown') return death;
  const down = (event: LogEvent): boolean => event.kind === 'proxy-fault' && (event.fault === 'upstream-refused' || event.fault === 'upstream-down');
  const found = events.find((event) => down(event) && event.when.toMs >= death.when.fromMs && event.when.fromMs <= death.when.toMs + FOUND_DOWN_MS);
  if (!found || events.some((event) => down(event) && event.when.fromMs < death.when.fromMs - 1_000 && event.when.fromMs > death.when.fromMs - 60_000)) return death;
  const rivals = deaths.filter((other) => other !== death && other.relation === 'unknown' && Math.abs(other.when.fromMs - death.when.fromMs) < FOUND_DOWN_MS);
  return rivals.length > 0 ? death : { ...death, relation: 'probable', relationWhy: `the proxy found its upstream gone right after it (${found.origin.source}:${found.origin.line})` };
}

/** The sources whose server log is one process's own: records there without any key are about the server. */
const fromServer = (event: LogEvent, profile: ServerProfile): boolean => profile.sources.has(event.origin.source) && event.keys.unit === undefined;

function belongs(event: ProcessEvent, cluster: Cluster, profile: ServerProfile): boolean {
  const since = event.when.fromMs - cluster.lastMs;
  const stopping = cluster.events.some((other) => other.kind === 'stop-requested') && !cluster.events.some((other) => other.kind === 'process-ended');
  const started = cluster.events.some((other) => other.kind === 'process-started');
  const window = event.kind === 'process-started' ? RESTART_WINDOW_MS : stopping ? STOP_GRACE_MS : event.kind === 'process-ended' ? LAST_WORDS_MS : DEATH_WINDOW_MS;
  if (since > window || since < -DEATH_WINDOW_MS) return false;
  // After its restart a new fault, stop or end opens a new death.
  if (started && event.kind !== 'process-started' && !(event.kind === 'oom-kill' && event.role !== 'kill')) return false;
  const kinship = cluster.events.map((other) => kin(event, other, profile));
  if (kinship.includes('conflict')) return false;
  return kinship.includes('same') || (event.kind !== 'process-started' && cluster.events.some((other) => sameDeath(event, other)));
}

function kin(a: ProcessEvent, b: ProcessEvent, profile: ServerProfile): 'same' | 'conflict' | 'neutral' {
  const [x, y] = [a.keys, b.keys];
  for (const key of ['unit', 'pod', 'container'] as const) {
    const [mine, other] = [x[key], y[key]];
    if (mine === undefined || other === undefined) continue;
    if (key === 'container' ? mine.startsWith(other) || other.startsWith(mine) : mine === other) return 'same';
    return 'conflict';
  }
  if (x.pid !== undefined && x.pid === y.pid && (x.pidSpace ?? y.pidSpace) === (y.pidSpace ?? x.pidSpace)) return 'same';
  if (fromServer(a, profile) && fromServer(b, profile)) return 'same';
  const names = [x.unit, x.service].flatMap((name) => (name ? [stem(name)] : []));
  if ([y.unit, y.service].some((name) => name && !RUNTIMES.has(stem(name)) && names.includes(stem(name)))) return 'same';
  return 'neutral';
}
const RUNTIMES = new Set(['kernel', 'node', 'python', 'python3', 'java', 'ruby', 'systemd', 'dotnet', 'bun', 'deno', 'beam.smp', 'systemd-coredump']);

/** Records that name no common process but tell of the same way to die at the same moment. */
function sameDeath(a: ProcessEvent, b: ProcessEvent): boolean {
  const [fault, end] = a.kind === 'process-fault' ? [a, b] : b.kind === 'process-fault' ? [b, a] : [undefined, undefined];
  if (fault && end?.kind === 'process-ended') {
    const late = end.when.fromMs - fault.when.toMs;
    if (fault.fault === 'segfault' || fault.fault === 'trap') return Math.abs(late) < 3_000 && /SEGV|ILL|TRAP|FPE|BUS/.test(end.signal ?? '');
    if (fault.fault === 'heap-limit' || fault.fault === 'abort') return late > -2_000 && late < LAST_WORDS_MS && (end.signal === 'SIGABRT' || end.exitCode === 134 || end.dumped === true);
    return late > -2_000 && late < LAST_WORDS_MS && end.exitCode !== undefined && end.exitCode > 0 && end.exitCode < 128;
  }
  const [kill, killed] = a.kind === 'oom-kill' ? [a, b] : b.kind === 'oom-kill' ? [b, a] : [undefined, undefined];
  if (kill && killed?.kind === 'process-ended') return Math.abs(killed.when.fromMs - kill.when.toMs) < 5_000 && (killed.signal === 'SIGKILL' || killed.by === 'oom') && kill.keys.unit === undefined && kill.keys.container === undefined;
  if (a.kind === 'oom-kill' && b.kind === 'oom-kill') return Math.abs(a.when.fromMs - b.when.fromMs) < 1_000 && (a.keys.pid === undefined || b.keys.pid === undefined || a.keys.pid === b.keys.pid);
  const [stop, other] = a.kind === 'stop-requested' ? [a, b] : b.kind === 'stop-requested' ? [b, a] : [undefined, undefined];
  // The application's "SIGTERM received" beside the unit's "Stopping …".
  if (stop && other?.kind === 'stop-requested') return (stop.how === 'app-signal') !== (other.how === 'app-signal') && Math.abs(stop.when.fromMs - other.when.fromMs) < 3_000;
  if (stop && other?.kind === 'process-ended') return stop.how === 'app-signal' && (other.signal === 'SIGTERM' || other.exitCode === 143) && other.when.fromMs - stop.when.toMs < DEATH_WINDOW_MS;
  return false;
}

const STOP_TIMEOUT = 'stop timeout: killed after its grace period';
const PLANNED: ReadonlySet<string> = new Set(['unit-stop', 'app-signal', 'container-stop', 'pod-delete', 'scale-down', 'host-shutdown', 'supervisor-stop', 'deploy-tool']);

function deathOf(cluster: Cluster, number: number, profile: ServerProfile): Death | undefined {
  const events = cluster.events.toSorted((a, b) => a.when.fromMs - b.when.fromMs);
  const of = <K extends ProcessEvent['kind']>(kind: K): EventOf<K>[] => events.filter((event): event is EventOf<K> & ProcessEvent => event.kind === kind);
  const [ends, kills, faults, stops, starts] = [of('process-ended'), of('oom-kill'), of('process-fault'), of('stop-requested'), of('process-started')];
  const planned = stops.find((stop) => PLANNED.has(stop.how));
  const kill = kills.find((event) => event.role === 'kill') ?? kills[0];
  const fatal = faults.find((fault) => fault.fatal !== false);
  const end = ends.find((event) => event.exitCode !== undefined || event.signal !== undefined) ?? ends[0];
  if (!kill && !fatal && !end && !planned && stops.length === 0) return undefined;
  const firstSign = [kill, fatal, end].flatMap((event) => (event ? [event.when.fromMs] : []));
  const stopFirst = planned !== undefined && firstSign.every((ms) => planned.when.fromMs <= ms + 1_000);
  const verdict = rootOf({ kill, fatal, end, stop: stopFirst ? planned : undefined, odd: stops.find((stop) => !PLANNED.has(stop.how)), ends });
  if (!verdict) return undefined;
  const decisive = verdict.root === 'deploy-restart' ? (planned ?? end ?? stops[0]) : verdict.root === 'oom' ? (kill ?? fatal ?? end) : (fatal ?? end ?? stops[0]);
  const from = verdict.root === 'deploy-restart' && planned ? planned.when.fromMs : (decisive?.when.fromMs ?? cluster.lastMs);
  const last = end ?? decisive;
  const identity = identityOf(events);
  const restart = starts[0]?.when;
  const [relation, relationWhy] = relationOf(identity, events, profile);
  // One-shot units end clean all the time; without a stop request such an end is a death only of the server itself.
  if (stops.length === 0 && verdict.root === 'deploy-restart' && relation !== 'same' && !restart) return undefined;
  return {
    id: `d${number + 1}`,
    when: { fromMs: from, toMs: Math.max(from, last?.when.toMs ?? from) },
    ...verdict,
    sudden: verdict.root !== 'deploy-restart' || verdict.detail === STOP_TIMEOUT,
    identity,
    servers: [...new Set(events.flatMap((event) => (fromServer(event, profile) ? [event.origin.source] : [])))],
    // What shows the root first: it is quoted.
    events: decisive ? [decisive, ...events.filter((event) => event !== decisive)] : events,
    ...(stopFirst && planned && { stop: planned }),
    ...(restart && { restarted: restart }),
    relation,
    relationWhy,
  };
}

interface Signs {
  readonly kill: EventOf<'oom-kill'> | undefined;
  readonly fatal: EventOf<'process-fault'> | undefined;
  readonly end: EventOf<'process-ended'> | undefined;
  readonly stop: EventOf<'stop-requested'> | undefined;
  readonly odd: EventOf<'stop-requested'> | undefined;
  readonly ends: readonly EventOf<'process-ended'>[];
}

/** oom > deploy-restart > crash: a SIGKILL after a stop request is the stop's timeout, one with an attributed OOM line is the OOM. */
function rootOf({ kill, fatal, end, stop, odd, ends }: Signs): { readonly root: Death['root']; readonly detail: string } | undefined {
  const oomEnd = ends.find((event) => event.by === 'oom' || event.by === 'oomd');
  if ((kill || oomEnd) && !(stop && kill && stop.when.fromMs < kill.when.fromMs - 1_000)) return { root: 'oom', detail: kill ? oomWords(kill) : 'killed for memory' };
  if (fatal?.fault === 'heap-limit') return { root: 'oom', detail: `runtime heap limit: ${fatal.says}` };
  if (stop) {
    const timedOut = ends.some((event) => event.by === 'stop-timeout' || (event.signal === 'SIGKILL' && event.when.fromMs - stop.when.fromMs > 3_000));
    if (fatal && end?.exitCode && end.exitCode !== 143 && !timedOut && fatal.when.fromMs < stop.when.fromMs) return { root: 'crash', detail: fatal.says };
    return { root: 'deploy-restart', detail: timedOut ? STOP_TIMEOUT : stopWords(stop) };
  }
  if (odd?.how === 'liveness') return { root: 'crash', detail: 'hang: killed after failed liveness probes' };
  if (odd?.how === 'watchdog' || end?.by === 'watchdog') return { root: 'crash', detail: 'hang: watchdog timeout' };
  if (fatal) return { root: 'crash', detail: fatal.fault === 'segfault' || fatal.fault === 'trap' ? `${fatal.fault}: ${fatal.says}` : fatal.says };
  if (odd?.how === 'admin-kill') return { root: 'crash', detail: 'killed by an administrator' };
  if (!end) return undefined;
  if (end.by === 'stop-timeout') return { root: 'deploy-restart', detail: STOP_TIMEOUT };
  if (end.by === 'stop' || end.by === 'clean' || end.exitCode === 0 || end.exitCode === 143 || end.signal === 'SIGTERM' || end.signal === 'SIGINT') return { root: 'deploy-restart', detail: 'stopped on request' };
  if (end.signal) return { root: 'crash', detail: end.signal === 'SIGKILL' ? 'SIGKILL from an unknown hand' : `killed by ${end.signal}${end.dumped ? ', core dumped' : ''}` };
  if (end.exitCode === 137) return { root: 'crash', detail: 'SIGKILL from an unknown hand' };
  return { root: 'crash', detail: end.exitCode === undefined ? 'ended unasked' : `exited with ${end.exitCode}` };
}

function oomWords(kill: EventOf<'oom-kill'>): string {
  const who = kill.command ?? kill.keys.unit ?? kill.keys.container ?? 'process';
  const scope = { cgroup: 'its memory limit', host: 'the host ran out of memory', userspace: 'a userspace OOM daemon', unit: 'its memory limit', container: 'its memory limit', unknown: 'memory' }[kill.scope];
  return `OOM kill of ${who}${kill.keys.pid === undefined ? '' : ` (pid ${kill.keys.pid})`}: ${scope}`;
}

function stopWords(stop: EventOf<'stop-requested'>): string {
  const name = stop.keys.unit ?? stop.keys.pod ?? stop.keys.container ?? stop.keys.service;
  const how = { 'unit-stop': 'unit stopped', 'app-signal': 'the server was told to stop', 'container-stop': 'container stopped', 'pod-delete': 'pod deleted', 'scale-down': 'scaled down', 'host-shutdown': 'host shut down', 'supervisor-stop': 'stopped by its supervisor', 'deploy-tool': 'restarted by a deploy' }[stop.how as string];
  return `${how ?? stop.how}${name ? ` (${name})` : ''}`;
}

function identityOf(events: readonly LogEvent[]): Identity {
  const collect = <T>(pick: (keys: Keys) => T | undefined): T[] => [...new Set(events.flatMap((event) => pick(event.keys) ?? []))];
  return {
    units: collect((keys) => keys.unit),
    pids: collect((keys) => keys.pid),
    containers: collect((keys) => keys.container),
    pods: collect((keys) => keys.pod),
    services: collect((keys) => keys.service),
    hosts: collect((keys) => keys.host),
  };
}

/** How the dead process stands to the WebSocket server, and why we think so. */
function relationOf(identity: Identity, events: readonly ProcessEvent[], profile: ServerProfile): readonly [Relation, string] {
  const shared = <T>(mine: readonly T[], theirs: ReadonlySet<T>): T | undefined => mine.find((one) => theirs.has(one));
  const unit = shared(identity.units, profile.units);
  if (unit) return ['same', `the server's log comes from unit ${unit}`];
  const pod = shared(identity.pods, profile.pods);
  if (pod) return ['same', `the server's log comes from pod ${pod}`];
  const container = identity.containers.find((one) => [...profile.containers].some((other) => one.startsWith(other) || other.startsWith(one)));
  if (container) return ['same', `the server's log comes from container ${container}`];
  const pid = shared(identity.pids, profile.pids);
  if (pid !== undefined) return ['same', `the server's log names pid ${pid}`];
  if (events.some((event) => fromServer(event, profile))) return ['same', "it stands in the server's own log"];
  const named = [...profile.services].find((service) => [...identity.units, ...identity.services].some((name) => !RUNTIMES.has(stem(name)) && (stem(name) === stem(service) || stem(name).startsWith(`${stem(service)}-`) || stem(service).startsWith(`${stem(name)}-`))));
  if (named) return ['same', `the server's log is named ${named}`];
  if (profile.units.size > 0 && identity.units.length > 0) return ['other', `the server is unit ${[...profile.units].join(', ')}`];
  if (profile.pods.size > 0 && identity.pods.length > 0) return ['other', `the server is pod ${[...profile.pods].join(', ')}`];
  const services = [...profile.services].filter((service) => !RUNTIMES.has(stem(service)));
  if (services.length > 0 && identity.units.length > 0) return ['other', `the server's log is named ${services.join(', ')}`];
  return ['unknown', 'no log ties it to the WebSocket server'];
}

/** Reloads, stops and worker deaths of proxies, each with the time in which it cuts tunnels. */
export function changesOf(events: readonly LogEvent[]): ProxyChange[] {
  const changes: { id: string; proxy: string; change: ProxyChange['change']; when: Span; cuts: Span; events: LogEvent[] }[] = [];
  for (const event of events) {
    const found = changeIn(event);
    if (!found) continue;
    const [proxy, change, cutMs] = found;
    const cuts = { fromMs: event.when.fromMs - CLOCKS_MS, toMs: event.when.toMs + cutMs };
    const known = changes.findLast((other) => other.proxy === proxy && other.change === change && event.when.fromMs - other.when.toMs < 20_000);
    if (known) {
      known.events.push(event);
      known.when = { fromMs: known.when.fromMs, toMs: Math.max(known.when.toMs, event.when.toMs) };
      known.cuts = { fromMs: Math.min(known.cuts.fromMs, cuts.fromMs), toMs: Math.max(known.cuts.toMs, cuts.toMs) };
    } else changes.push({ id: `p${changes.length + 1}`, proxy, change, when: event.when, cuts, events: [event] });
  }
  return changes;
}

function changeIn(event: LogEvent): readonly [proxy: string, change: ProxyChange['change'], cutMs: DurationMs] | undefined {
  if (event.kind === 'proxy-lifecycle') {
    if (event.change === 'reload' || event.change === 'drain') return [event.proxy.toLowerCase(), 'reload', DRAIN_MS];
    if (event.change === 'stop' || event.change === 'tunnels-cut') return [event.proxy.toLowerCase(), 'stop', STOP_CUT_MS];
    if (event.change === 'worker-exit' && (event.signal !== undefined || (event.exitCode ?? 0) > 0)) return [event.proxy.toLowerCase(), 'worker-death', 5_000];
    return undefined;
  }
  const name = nameOfProxy(event.keys);
  if (!name) return undefined;
  const proxy = stem(name).split(/[@.-]/)[0] ?? name;
  if (event.kind === 'stop-requested' && event.how !== 'deploy-tool') return [proxy, 'stop', STOP_CUT_MS];
  if (event.kind === 'process-ended' && event.by !== 'stop' && event.by !== 'clean' && (event.signal !== undefined || (event.exitCode ?? 0) > 0)) return [proxy, 'worker-death', 5_000];
  return undefined;
}
