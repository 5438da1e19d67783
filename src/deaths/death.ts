/** A cluster → the death it tells of: its root, its identity, how it stands to the WebSocket server. */
import type { Death, Identity, Relation, Way } from '../closure.ts';
import { gap } from '../spans.ts';
import type { EpochMs, EventOf, Keys, LogEvent, Span } from '../types.ts';
import { shortId } from '../words.ts';
import type { Cluster, ProcessEvent } from './cluster.ts';
import { graceOf } from './grace.ts';
import { COMMON, instanceIn, isPodUid, keptBeside, namesOfLog, programOf, RUNTIMES, stem, workloadOf } from './names.ts';
import { fromServer, hasSiblings, type ServerProfile } from './profile.ts';

/** What each way to end is called as a cause. */
const ROOTS: Readonly<Record<Way, Death['root']>> = {
  memory: 'oom',
  heap: 'oom',
  asked: 'deploy-restart',
  forced: 'deploy-restart',
  hang: 'crash',
  fault: 'crash',
  'unknown-hand': 'crash',
};
/** The kubelet logs a probe's verdict and its kill within some ms; its events are stamped to the second. */
const OWN_KILL_MS = 3_000;
/** Words of whoever carries a stop out, and of who is stopped: they do not tell why. */
const OF_A_KILL: ReadonlySet<string> = new Set(['container-stop', 'app-signal']);
const PLANNED: ReadonlySet<string> = new Set([
  'unit-stop',
  'app-signal',
  'container-stop',
  'pod-delete',
  'scale-down',
  'host-shutdown',
  'supervisor-stop',
  'deploy-tool',
]);

export function deathOf(cluster: Cluster, number: number, profile: ServerProfile): Death | undefined {
  const events = cluster.events.toSorted((a, b) => a.when.fromMs - b.when.fromMs);
  const of = <K extends ProcessEvent['kind']>(kind: K): EventOf<K>[] =>
    events.filter((event): event is EventOf<K> & ProcessEvent => event.kind === kind);
  const [ends, kills, faults, stops, starts] = [
    of('process-ended'),
    of('oom-kill'),
    of('process-fault'),
    of('stop-requested'),
    of('process-started'),
  ];
  const planned = stops.find((stop) => PLANNED.has(stop.how));
  const kill = kills.find((event) => event.role === 'kill') ?? kills[0];
  const fatal = faults.find((fault) => fault.fatal !== false);
  const end = ends.find((event) => event.exitCode !== undefined || event.signal !== undefined) ?? ends[0];
  if (!kill && !fatal && !end && !planned && stops.length === 0) return undefined;
  const firstSign = [kill, fatal, end].flatMap((event) => (event ? [event.when.fromMs] : []));
  // The kubelet words a failed liveness probe's kill like any other; what it says right before is why.
  const hung = stops.find((stop) => stop.how === 'liveness' || stop.how === 'watchdog');
  const ownKill =
    hung !== undefined && stops.every(({ how, when }) => !PLANNED.has(how) || (OF_A_KILL.has(how) && gap(when, hung.when) < OWN_KILL_MS));
  const stopFirst = planned !== undefined && !ownKill && firstSign.every((ms) => planned.when.fromMs <= ms + 1_000);
  const found = endingOf({
    kill,
    fatal,
    end,
    stop: stopFirst ? planned : undefined,
    odd: stops.find((stop) => !PLANNED.has(stop.how)),
    ends,
  });
  if (!found) return undefined;
  const root = ROOTS[found.way];
  const decisive =
    root === 'deploy-restart' ? (planned ?? end ?? stops[0]) : root === 'oom' ? (kill ?? fatal ?? end) : (fatal ?? end ?? stops[0]);
  const from = root === 'deploy-restart' && planned ? planned.when.fromMs : (decisive?.when.fromMs ?? cluster.lastMs);
  // Without a record of the end, it came after the last that was asked for.
  const last = end ?? (root === 'deploy-restart' ? stops.at(-1) : undefined) ?? decisive;
  // Of a hang the verdict on it says more than the exit that followed.
  const shown = found.way === 'hang' ? (hung ?? decisive) : decisive;
  const identity = identityOf(events, profile);
  const restart = starts[0]?.when;
  // Nobody wrote of the end: it came within the grace of the last stop, and before the start of what followed.
  const deadline = end || kill || fatal ? undefined : deadlineOf(stops, restart);
  const [relation, relationWhy] = relationOf(identity, events, profile);
  // One-shot units end clean all the time; without a stop request such an end is a death only of the server itself.
  if (stops.length === 0 && root === 'deploy-restart' && relation !== 'same' && !restart) return undefined;
  return {
    id: `d${number + 1}`,
    when: { fromMs: from, toMs: Math.max(from, deadline ?? last?.when.toMs ?? from) },
    ended: end !== undefined || kill !== undefined,
    root,
    ...found,
    sudden: found.way !== 'asked',
    identity,
    servers: [
      ...new Set([
        ...events.flatMap((event) => (fromServer(event, profile) ? [event.origin.source] : [])),
        ...logsBeside(events, profile),
        ...logsNamedFor(identity, profile),
      ]),
    ],
    // What shows the root first: it is quoted.
    events: shown ? [shown, ...events.filter((event) => event !== shown)] : events,
    ...(stopFirst && planned && { stop: planned }),
    ...(restart && { restarted: restart }),
    ...(isOfWorker(events, identity, profile) && { ofWorker: true as const }),
    relation,
    relationWhy,
  };
}

/** What a supervisor or a stop tells of is the whole of it, whichever of its processes the kernel names. */
const isOfWorker = (events: readonly ProcessEvent[], { pids }: Identity, profile: ServerProfile): boolean =>
  pids.length > 0 &&
  events.every(({ kind }) => kind === 'oom-kill' || kind === 'process-fault') &&
  pids.every((pid) => hasSiblings(profile, pid, Math.max(...events.map(({ when }) => when.toMs))));

/** Until when a process that was told to stop has ended; undefined = not known. */
function deadlineOf(stops: readonly EventOf<'stop-requested'>[], restart: Span | undefined): EpochMs | undefined {
  const deadlines = stops.flatMap((stop) => {
    const graceMs = graceOf(stop);
    return graceMs === undefined ? [] : [stop.when.toMs + graceMs];
  });
  return deadlines.length === 0 ? undefined : Math.min(Math.max(...deadlines), restart?.fromMs ?? Number.POSITIVE_INFINITY);
}

interface Signs {
  readonly kill: EventOf<'oom-kill'> | undefined;
  readonly fatal: EventOf<'process-fault'> | undefined;
  readonly end: EventOf<'process-ended'> | undefined;
  readonly stop: EventOf<'stop-requested'> | undefined;
  readonly odd: EventOf<'stop-requested'> | undefined;
  readonly ends: readonly EventOf<'process-ended'>[];
}

interface Ending {
  readonly way: Way;
  readonly detail: string;
}

const FORCED: Ending = { way: 'forced', detail: 'stop timeout: killed after its grace period' };
const UNKNOWN_HAND: Ending = { way: 'unknown-hand', detail: 'SIGKILL from an unknown hand' };

/** oom > deploy-restart > crash: a SIGKILL after a stop request is the stop's timeout, one with an attributed OOM line is the OOM. */
function endingOf({ kill, fatal, end, stop, odd, ends }: Signs): Ending | undefined {
  const oomEnd = ends.find((event) => event.by === 'oom' || event.by === 'oomd');
  if ((kill || oomEnd) && !(stop && kill && stop.when.fromMs < kill.when.fromMs - 1_000))
    return { way: 'memory', detail: kill ? oomWords(kill) : 'killed for memory' };
  if (fatal?.fault === 'heap-limit') return { way: 'heap', detail: `runtime heap limit: ${fatal.says}` };
  if (stop) {
    const timedOut = ends.some(
      (event) => event.by === 'stop-timeout' || (event.signal === 'SIGKILL' && event.when.fromMs - stop.when.fromMs > 3_000),
    );
    if (fatal && end?.exitCode && end.exitCode !== 143 && !timedOut && fatal.when.fromMs < stop.when.fromMs)
      return { way: 'fault', detail: fatal.says };
    return timedOut ? FORCED : { way: 'asked', detail: stopWords(stop) };
  }
  if (odd?.how === 'liveness') return { way: 'hang', detail: 'hang: killed after failed liveness probes' };
  if (fatal?.fault === 'hang')
    return { way: 'hang', detail: fatal.format === 'gunicorn' ? 'hang: ended by the worker timeout of gunicorn' : `hang: ${fatal.says}` };
  if (odd?.how === 'watchdog' || end?.by === 'watchdog') return { way: 'hang', detail: 'hang: watchdog timeout' };
  if (fatal) return { way: 'fault', detail: fatal.fault === 'segfault' || fatal.fault === 'trap' ? trapWords(fatal) : fatal.says };
  if (odd?.how === 'admin-kill') return { way: 'fault', detail: 'killed by an administrator' };
  if (!end) return undefined;
  if (end.by === 'stop-timeout') return FORCED;
  if (
    end.by === 'stop' ||
    end.by === 'clean' ||
    end.exitCode === 0 ||
    end.exitCode === 143 ||
    end.signal === 'SIGTERM' ||
    end.signal === 'SIGINT'
  )
    return { way: 'asked', detail: 'stopped on request' };
  if (end.signal === 'SIGKILL' || (end.signal === undefined && end.exitCode === 137)) return UNKNOWN_HAND;
  if (end.signal) return { way: 'fault', detail: `killed by ${end.signal}${end.dumped ? ', core dumped' : ''}` };
  return { way: 'fault', detail: end.exitCode === undefined ? 'ended unasked' : `exited with ${end.exitCode}` };
}

/** The kernel's line is quoted anyway: addresses in memory tell a reader nothing. */
function trapWords({ fault, says, keys: { pid, service } }: EventOf<'process-fault'>): string {
  const who = /^([\w.:+-]{1,15})\[/.exec(says)?.[1] ?? service;
  if (who === undefined) return `${fault}: ${says}`;
  return `${fault} of ${who}${pid === undefined ? '' : ` (pid ${pid})`}`;
}

/** A container by its name; undefined where only its id is known. */
const named = (container: string | undefined): string | undefined =>
  container !== undefined && shortId(container) === container ? container : undefined;

/** Who acts on memory besides the kernel, by the format that tells of it. */
const HANDS: readonly (readonly [format: string, words: string])[] = [
  ['kube', 'the kubelet evicted % for the memory of its node'],
  ['pm2', 'PM2 restarted % at its memory limit (max_memory_restart)'],
  ['systemd', 'systemd-oomd killed %'],
  ['earlyoom', 'earlyoom killed %'],
]; // prettier-ignore

function oomWords(kill: EventOf<'oom-kill'>): string {
  const pid = kill.keys.pid === undefined ? '' : ` (pid ${kill.keys.pid})`;
  const who =
    kill.command ??
    kill.keys.unit ??
    named(kill.keys.container) ??
    kill.keys.pod ??
    kill.keys.service ??
    shortId(kill.keys.container ?? 'process');
  const hand = HANDS.find(([format]) => kill.format.startsWith(format))?.[1];
  if (kill.scope === 'userspace' && hand) return `${hand.replace('%', who)}${pid}`;
  const scope = {
    cgroup: 'its memory limit',
    host: 'the host ran out of memory',
    userspace: 'a userspace OOM daemon',
    unit: 'its memory limit',
    container: 'its memory limit',
    unknown: 'memory',
  }[kill.scope];
  return `OOM kill of ${who}${pid}: ${scope}`;
}

function stopWords(stop: EventOf<'stop-requested'>): string {
  const name =
    stop.keys.unit ??
    stop.keys.pod ??
    named(stop.keys.container) ??
    stop.keys.service ??
    (stop.keys.container && shortId(stop.keys.container));
  const how = {
    'unit-stop': 'unit stopped',
    'app-signal': 'the server was told to stop',
    'container-stop': 'container stopped',
    'pod-delete': 'pod deleted',
    'scale-down': 'scaled down',
    'host-shutdown': 'host shut down',
    'supervisor-stop': 'stopped by its supervisor',
    'deploy-tool': 'restarted by a deploy',
  }[stop.how as string];
  return `${how ?? stop.how}${name ? ` (${name})` : ''}`;
}

function identityOf(events: readonly LogEvent[], profile: ServerProfile): Identity {
  const collect = <T>(pick: (keys: Keys) => T | undefined): T[] => [...new Set(events.flatMap((event) => pick(event.keys) ?? []))];
  return {
    units: collect((keys) => keys.unit),
    pids: collect((keys) => keys.pid),
    containers: collect((keys) => keys.container),
    pods: collect((keys) => keys.pod),
    services: collect((keys) => keys.service),
    hosts: collect((keys) => keys.host),
    // Behind a service's one address the pod's own is no sign of another pod.
    addresses: collect((keys) => keys.upstream?.ip).filter((ip) => profile.addresses.has(ip)),
  };
}

/** Logs of servers that are called as the dead program is; of several instances' logs, whatever their names, those with its number. */
const logsNamedFor = ({ units, services, containers, pods, hosts }: Identity, { sources }: ServerProfile): readonly string[] => {
  // A machine that is called for the program that it runs: `feed-a` of `feed`.
  const machines = hosts.filter((host) => services.some((service) => host.startsWith(`${stem(service)}-`)));
  const names = new Set([...units, ...services, ...containers, ...pods, ...machines].map(stem));
  const numbers = new Set([...units, ...services, ...containers].flatMap((name) => instanceIn(name) ?? []));
  const areSeveral = new Set([...sources].flatMap((source) => instanceIn(source) ?? [])).size > 1;
  return [...sources].filter((source) => {
    const own = areSeveral && numbers.size === 1 ? instanceIn(source) : undefined;
    return own === undefined ? namesOfLog(source).some((name) => names.has(name)) : numbers.has(own);
  });
};

/** Logs of servers beside which a file of the same program's tells of the death. */
function logsBeside(events: readonly LogEvent[], { sources }: ServerProfile): readonly string[] {
  const told = new Set(events.filter(({ vantage }) => vantage === 'server').map(({ origin }) => origin.source));
  return [...sources].filter((source) => [...told].some((other) => keptBeside(source, other)));
}

/** Docker names a container's host by the first twelve digits of its id. */
const CONTAINER_HOST = /^[0-9a-f]{12}$/;

/** `hub-previous.log.gz` → `hub`. */
const fileName = (source: string): string =>
  (source.split('/').at(-1) ?? source)
    .replace(/\.(?:log|txt|out|err|json|ndjson|jsonl|csv|gz|zst|bz2|xz|\d{1,3}).*$/, '')
    .replace(/[-_.](?:previous|prev|\d{1,3})$/, '');

/** Whether a container or pod is named so. */
function isNameOf(name: string, { containers, pods }: Identity): boolean {
  const own = stem(name);
  if (own === '' || COMMON.has(own) || RUNTIMES.has(own)) return false;
  return containers.some((container) => stem(container) === own) || pods.some((pod) => pod === own || pod.startsWith(`${own}-`));
}

/** ingress-nginx calls a backend by namespace, service and port: `prod-chat-8080`; others by the service alone. */
function isWorkloadOf(upstream: string, { pods, services }: Identity): boolean {
  const service = upstream.replace(/-(?:\d{2,5}|https?|ws|web)$/, '');
  return [...services, ...pods.flatMap((pod) => workloadOf(pod) ?? [])].some(
    (workload) => !COMMON.has(workload) && !RUNTIMES.has(workload) && (service === workload || service.endsWith(`-${workload}`)),
  );
}

/** The server's name, where the dead process has another of that kind. */
function otherName({ units, pods }: Identity, profile: ServerProfile): string | undefined {
  if (profile.units.size > 0 && units.length > 0) return `the server is unit ${[...profile.units].join(', ')}`;
  const its = [...profile.pods].filter((pod) => !isPodUid(pod));
  if (its.length > 0 && pods.some((pod) => !isPodUid(pod))) return `the server is pod ${its.join(', ')}`;
  const services = [...profile.services].filter((service) => !RUNTIMES.has(stem(service)));
  return services.length > 0 && units.length > 0 ? `the server's log is named ${services.join(', ')}` : undefined;
}
/** Machines of one name and a number: where so many have clients and none of them serves, all of that name are clients'. */
const FLEET_LEAST = 3;
function ofClients({ hosts: [host] }: Identity, { clientHosts, hosts: servers }: ServerProfile): string | undefined {
  if (host === undefined) return undefined;
  const alike = (hosts: ReadonlySet<string>): number => [...hosts].filter((other) => programOf(other) === programOf(host)).length;
  return alike(clientHosts) >= FLEET_LEAST && alike(servers) === 0
    ? `${host} is a machine of clients, as ${alike(clientHosts)} others are`
    : undefined;
}

/** It stands, by no name of its own, in the only log in which a server wrote that it listens. */
const isOfListener = ({ kind, origin, keys }: ProcessEvent, { listeners }: ServerProfile): boolean =>
  (kind === 'process-ended' || kind === 'process-fault') &&
  keys.unit === undefined &&
  keys.service === undefined &&
  listeners.size === 1 &&
  listeners.has(origin.source);

/** How the dead process stands to the WebSocket server, and why we think so. */
function relationOf(identity: Identity, events: readonly ProcessEvent[], profile: ServerProfile): readonly [Relation, string] {
  const shared = <T>(mine: readonly T[], theirs: { has(one: T): boolean }): T | undefined => mine.find((one) => theirs.has(one));
  const unit = shared(identity.units, profile.units);
  if (unit) return ['same', `the server's log comes from unit ${unit}`];
  const pod = shared(identity.pods, profile.pods);
  if (pod) return ['same', `the server's log comes from pod ${pod}`];
  const container = identity.containers.find((one) =>
    [...profile.containers].some((other) => one.startsWith(other) || other.startsWith(one)),
  );
  if (container) return ['same', `the server's log comes from container ${shortId(container)}`];
  // Inside a container the host's name is the pod's, or begins the container's id.
  const housed = [...identity.pods, ...identity.containers].find((one) =>
    [...profile.hosts].some((host) => host === one || (CONTAINER_HOST.test(host) && one.startsWith(host))),
  );
  if (housed) return ['same', `the server's log names its host ${housed}`];
  const pid = shared(identity.pids, profile.pids);
  if (pid !== undefined) return ['same', `the server's log names pid ${pid}`];
  if (events.some((event) => fromServer(event, profile))) return ['same', "it stands in the server's own log"];
  const own = profile.sources.size > 0 ? undefined : events.find((event) => isOfListener(event, profile));
  if (own) return ['probable', `it stands in the log ${own.origin.source} of a server that listens`];
  const named = [...profile.services].find((service) =>
    [...identity.units, ...identity.services].some(
      (name) =>
        !RUNTIMES.has(stem(name)) &&
        (stem(name) === stem(service) || stem(name).startsWith(`${stem(service)}-`) || stem(service).startsWith(`${stem(name)}-`)),
    ),
  );
  if (named) return ['same', `the server's log is named ${named}`];
  const [log] = logsNamedFor(identity, profile);
  if (log !== undefined) return ['same', `the server's log ${log} is called like it`];
  const address = shared(identity.addresses, profile.addresses);
  if (address) return ['same', `the proxy's connections went to its address ${address}`];
  // A container says its name in its logger, a pod begins with its workload's.
  const workload = [...profile.services].find((service) => isNameOf(service, identity));
  if (workload) return ['same', `the server's log is named ${workload}`];
  const [beside] = logsBeside(events, profile);
  if (beside !== undefined) return ['probable', `it stands beside the server's log ${beside}, in a file that is called like it`];
  const filed = [...profile.sources].find((source) => isNameOf(fileName(source), identity));
  if (filed) return ['probable', `the server's log is kept as ${filed}`];
  const clients = ofClients(identity, profile);
  if (clients !== undefined) return ['other', clients];
  // A log that names nobody may be of a further server.
  const other = profile.nameless.size > 0 ? undefined : otherName(identity, profile);
  if (other !== undefined) return ['other', other];
  const reached = [...profile.upstreamNames].find((upstream) => isWorkloadOf(upstream, identity));
  if (reached !== undefined) return ['probable', `the proxy's connections went to ${reached}`];
  return ['unknown', 'no log ties it to the WebSocket server'];
}
