/** What the causes' tables have in common: how far a death or a proxy's change concerns a closure. */
import type { Closure, Death, Fact, FactOf, ProxyChange, Relation, World } from './closure.ts';
import { COMMON, isContainerId, isPodUid, namesOfLog, RUNTIMES } from './deaths/names.ts';
import { endedBy } from './grammar/close-words.ts';
import { workloadOf } from './grammar/kubernetes.ts';
import { productOf, traitsOf } from './products.ts';
import type { DurationMs, EpochMs, EventKind, EventOf, LogEvent, Span } from './types.ts';
import { isUndated } from './undated.ts';

const DEATH_BEFORE_MS = 1_000; // no effect before its cause, but for stamps and clocks
/** supervisord looks for ended children once a second and writes its line after that: its stamp is so much later than the end. */
const POLL_MS = 1_500;
/** Sockets close within 100 ms of a death; on a swapping host it takes seconds, and other sides write it later still. */
const DEATH_SOON_MS = 2_000;
const DEATH_LATE_MS = 9_000;
const LATE_SHARE = 0.3;
/** A process writes nothing after its end, but its supervisor may learn of that end a little early or late. */
const OWN_LINE_MS = 500;

/** One end and one death in one moment may be chance, and no more than possible: `lone` is as little as names a cause. */
const ATTRIBUTION: Readonly<Record<Relation, number>> = { same: 1, probable: 0.85, coincident: 0.5, lone: 0.35, unknown: 0.4, other: 0 };

/** Whether the death can be that of the instance whose log this is; true when either is not known. */
export const ofInstance = (death: Death, server: string | undefined): boolean =>
  server === undefined || death.servers.length === 0 || death.servers.includes(server);

/** Two pods of one workload: `chat-5d9c7b8f4-zt8wl` and `chat-7b9f4c5d8-4xk2p`, or `chat-0` and `chat-1`. */
function isSiblingPod(pod: string, host: string): boolean {
  const [own, other] = [pod, host].map(workloadOf);
  return pod !== host && own !== undefined && own === other;
}

/**
 * Servers that keep connections to one another (hubs, relays, a cluster's nodes): the one that lives writes of the end, and names in that
 * line the one that died, whose own log shows that it has WebSockets. What it writes then is a consequence of the death.
 */
function wasPeer({ identity: { pods, units, containers }, servers }: Death, { seen }: Closure): boolean {
  const own = seen.find((event) => event.kind === 'socket-closed' && event.vantage === 'server');
  if (!own || servers.length === 0) return false;
  const { pod, unit, container } = own.keys;
  const ownLog = namesOfLog(own.origin.source);
  const names = [
    ...servers.flatMap((source) => namesOfLog(source)).filter((name) => !ownLog.includes(name) && !COMMON.has(name)),
    ...(pod === undefined ? [] : pods.filter((name) => name !== pod)),
    ...(unit === undefined ? [] : units.filter((name) => name !== unit).map((name) => name.replace(/\.service$/, ''))),
    ...(container === undefined ? [] : containers.filter((name) => name !== container && !isContainerId(name))),
  ];
  return names.some((name) => !RUNTIMES.has(name) && hasWord(own.quote.toLowerCase(), name.toLowerCase()));
}

/** Whether the name stands in the text by itself, and not in a longer one, a path or an address. */
function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!/[\w./-]/.test(text[at - 1] ?? ' ') && !/[\w./-]/.test(text[at + name.length] ?? ' ')) return true;
  return false;
}

/** Whether the server's lines about the closure, or the proxy's, name another instance than the one that died: one log may hold several. */
export function ofOtherInstance({ identity, ofWorker }: Death, closure: Pick<Closure, 'seen'>): boolean {
  const { pods, containers, addresses, pids } = identity;
  const { seen } = closure;
  const servers = seen.filter(({ vantage }) => vantage === 'server');
  if (ofWorker && servers.length > 0 && !servers.some(({ keys: { pid } }) => pid !== undefined && pids.includes(pid))) return true;
  const own = seen.find((event) => event.vantage === 'server' && (event.keys.pod ?? event.keys.container) !== undefined)?.keys;
  const pod = own?.pod;
  const known = pod === undefined ? [] : pods.filter((one) => isPodUid(one) === isPodUid(pod));
  if (pod !== undefined && known.length > 0) return !known.includes(pod);
  // In a pod the host's name is the pod's.
  const host = seen.find((event) => event.vantage === 'server' && event.keys.host !== undefined)?.keys.host;
  if (host !== undefined && pods.length > 0 && pods.every((pod) => isSiblingPod(pod, host))) return true;
  const container = own?.container;
  const names = container === undefined ? [] : containers.filter((name) => isContainerId(name) === isContainerId(container));
  if (container !== undefined && names.length > 0) return !names.some((name) => name.startsWith(container) || container.startsWith(name));
  return addresses.length > 0 && wentElsewhere(closure, addresses);
}

/** Whether the proxies' lines name upstreams, and none of these. */
function wentElsewhere({ seen }: Pick<Closure, 'seen'>, addresses: readonly string[]): boolean {
  const upstreams = seen.flatMap((event) => event.keys.upstream?.ip ?? []);
  return upstreams.length > 0 && !upstreams.some((ip) => addresses.includes(ip));
}

/** Deaths in whose moment the closure may have ended. */
export const deathsNear = ({ deaths }: Pick<World, 'deaths'>, { ended }: Closure): readonly Death[] =>
  isUndated(ended) ? onlyDeath(deaths.all) : deaths.between(ended.fromMs - DEATH_LATE_MS, ended.toMs + POLL_MS);

/** Whoever kept a client's last words without any time beside the record of one death took them for one incident. */
const onlyDeath = ([death, another]: readonly Death[]): readonly Death[] =>
  death?.sudden && another === undefined && !isUndated(death.when) ? [death] : [];

/** Changes of proxies in whose time the closure ended. */
export const changesNear = (world: World, closure: Closure): readonly ProxyChange[] =>
  world.changes.between(closure.ended.fromMs, closure.ended.toMs + slowMs(closure));

/** Desktops set their clocks by the network once in hours or days (w32time, timesyncd): what a client alone tells may seem so much earlier than it was. */
const CLIENT_CLOCK_MS = 1_000;
const slowMs = ({ seen }: Pick<Closure, 'seen'>): DurationMs => (seen.every(({ vantage }) => vantage === 'client') ? CLIENT_CLOCK_MS : 0);
/** Its clock may as well be right. */
const SLOW_SHARE = 0.8;

/** Whether all of the one span lies before the other; a second ends where the next begins. */
const comesBefore = (one: Span, other: Span): boolean => one.fromMs < other.fromMs && one.toMs <= other.fromMs;

/** No log has the kill, only the stop before it: whoever stops takes no new connections, so that those which opened later were another's. */
const isAssumedKill = ({ way, stop, events }: Death): boolean =>
  way === 'forced' && stop !== undefined && !events.some(({ kind }) => kind === 'process-ended');

/** Nothing dates the death but the supervisor's record of it: a fault without a stamp of its own has that record's. */
const datedByItsEnd = ({ events: [first, ...others] }: Death): boolean =>
  first !== undefined && [first, ...others].some(({ kind, when }) => kind === 'process-ended' && when.fromMs <= first.when.fromMs);

/** 0 … 1: the closure ended in the death's moment, and the dead process was its server. */
export function concerns(death: Death, closure: Closure): number {
  if (isUndated(closure.ended)) return isOfClientAlone(closure) ? ATTRIBUTION[death.relation] * UNDATED_SHARE : 0;
  const own = seenOf(closure, 'socket-closed').find(({ vantage }) => vantage === 'server');
  const polled = own === undefined && datedByItsEnd(death);
  const from = death.when.fromMs - (polled ? POLL_MS : DEATH_BEFORE_MS);
  const to = death.when.toMs + DEATH_LATE_MS;
  // A span ends before its `toMs`: what ended in the second that ends there ended earlier.
  if (closure.ended.toMs <= from || closure.ended.fromMs > to) return 0;
  const atOtherEnd = wasPeer(death, closure);
  if (!atOtherEnd && isNoConsequence(death, closure, own)) return 0;
  // A new instance's connections do not die of the old one's death.
  const overMs = death.ended ? Math.min(death.when.toMs, death.restarted?.toMs ?? death.when.toMs) : death.restarted?.toMs;
  if (overMs !== undefined && (openedFrom(closure) ?? overMs) > overMs + OVER_SLACK_MS) return 0;
  if (isAssumedKill(death) && (openedFrom(closure) ?? 0) > (death.stop?.when.toMs ?? 0) + OVER_SLACK_MS) return 0;
  const late = closure.ended.fromMs - death.when.toMs - DEATH_SOON_MS;
  const share = late <= 0 ? 1 : 1 - (1 - LATE_SHARE) * Math.min(1, late / (DEATH_LATE_MS - DEATH_SOON_MS));
  const relation = atOtherEnd ? 'same' : own && own.origin.source === death.silence ? 'coincident' : death.relation;
  return ATTRIBUTION[relation] * share * (death.sudden && isUndated(death.when) ? UNDATED_SHARE : 1);
}

/** What the server wrote of the end came before this death, or another instance wrote it. */
function isNoConsequence(death: Death, closure: Closure, own: EventOf<'socket-closed'> | undefined): boolean {
  // Within one log the order is exact: what the server wrote before its own last words is not their consequence. Of a worker's end the
  // process that started it may write.
  const source = own?.origin.source;
  if (own && source !== undefined && (death.relation === 'same' || death.servers.includes(source)) && !death.ofWorker && speechless(death))
    return true;
  const said =
    source === undefined ? [] : death.events.filter((event) => event.origin.source === source && event.kind !== 'process-started');
  if (own && said[0] && comesBefore(own.when, said[0].when)) return true;
  // Within one second, and for a runtime's fatal error without a stamp of its own, the order of the server's lines tells; exports may
  // begin with the newest.
  const stoodBefore = (event: LogEvent): boolean =>
    ownWord(event) && own !== undefined && event.origin.line > own.origin.line && !comesBefore(event.when, own.when);
  if (said.length > 0 && said.every(stoodBefore)) return true;
  const gone = death.events.find((event) => event.kind === 'process-ended');
  if (source !== undefined && gone && closure.ended.fromMs > gone.when.toMs + OWN_LINE_MS) return true;
  return !ofInstance(death, closure.server) || ofOtherInstance(death, closure);
}

/** Its server wrote nothing of it, neither of its begin nor of its end. */
const isOfClientAlone = ({ seen }: Closure): boolean => seen.every(({ kind, vantage }) => kind === 'socket-closed' && vantage === 'client');

/** The program writes it into its own log, in the order in which it does things; a supervisor's line in the same journal has its own delay. */
const ownWord = (event: LogEvent): boolean =>
  event.vantage === 'server' || (event.kind === 'stop-requested' && event.how === 'app-signal' && event.keys.unit === undefined);

/** Two clocks, and a supervisor that is told of the end before the last connection's first line is written. */
const OVER_SLACK_MS = 1_000;
/** A sudden death that may have been at any time of so long has no moment: its log has no stamps; nor has an end of which no time is known. */
const UNDATED_SHARE = 0.4;

/** 0 … 1: how far the death explains the closure: what one hand cuts it cuts at once, so that an end before the others' came before the death as long as no stamp says otherwise. */
export function explains(death: Death, closure: Closure, world: World): number {
  const share = concerns(death, closure);
  if (share === 0 || !factOf(closure, world, 'burst')?.early) return share;
  const sign = death.events[0]?.when ?? death.when;
  return closure.ended.fromMs >= sign.toMs ? share : share * EARLY_SHARE;
}
/** Of two that ended so near, the earlier by another hand is about as likely as by a hand that was slow. */
const EARLY_SHARE = 0.5;

/** What the kernel or the program itself does to a process that erred. */
const FAULTS: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP', 'SIGSYS'];
/** A process of the proxy erred, and nobody stopped it. */
export const byFault = ({ change, events }: ProxyChange): boolean =>
  change === 'worker-death' && events.some((event) => 'signal' in event && FAULTS.includes(event.signal ?? ''));

const NO_HANDLERS = new Set(['SIGKILL', ...FAULTS]);
const byNoHandler = (event: LogEvent): boolean =>
  (event.kind === 'oom-kill' && event.role === 'kill') ||
  (event.kind === 'process-ended' &&
    (NO_HANDLERS.has(event.signal ?? '') || event.by === 'oom' || [134, 137, 139].includes(event.exitCode ?? 0)));

/**
 * It died in a way that runs no handlers (killed, segfault, abort) and said nothing before: what it wrote of a connection's end is of an
 * end before its own. A stop that ran out of time and an exception that is reported first leave time to write.
 */
const speechless = (death: Death): boolean =>
  death.root !== 'deploy-restart' &&
  death.events.some(byNoHandler) &&
  !death.events.some(
    (event) =>
      event.kind === 'stop-requested' ||
      (event.kind === 'process-fault' && (event.fault === 'uncaught-exception' || event.fault === 'panic' || event.fault === 'hang')),
  );

/** Two programs' stamps of one end, and stamps that are rounded to the second, are apart by so much. */
const OPENED_SLACK_MS = 500;

/** The earliest that the connection can have opened, by its open line or its life; undefined = not known. */
function openedFrom({ ended, lifeMs, seen }: Closure): EpochMs | undefined {
  const line = seen.find(({ kind }) => kind === 'socket-opened')?.when.fromMs;
  // Whole seconds of a life are cut or rounded.
  const life = lifeMs === undefined ? undefined : ended.fromMs - lifeMs - (lifeMs % 1_000 === 0 ? 1_000 : 0);
  const from = line === undefined || life === undefined ? (line ?? life) : Math.min(line, life);
  return from === undefined ? undefined : from - OPENED_SLACK_MS;
}

/** 0 … 1: the closure ended while the proxy's change cuts tunnels. */
export function cutBy(change: ProxyChange, closure: Closure): number {
  if (isUndated(closure.ended)) return 0;
  if (closure.ended.toMs + slowMs(closure) < change.cuts.fromMs || closure.ended.fromMs > change.cuts.toMs) return 0;
  const opened = openedFrom(closure);
  if (opened !== undefined && opened > change.acceptsUntilMs) return 0;
  if (change.targets.length > 0 && wentElsewhere(closure, change.targets)) return 0;
  // One proxy's own lines stand in one order: a tunnel that it logged before is none that it cut then.
  const own = closure.seen.find((event) => event.kind === 'tunnel-ended' && productOf(event) === change.proxy);
  if (own && own.when.fromMs < change.when.fromMs && own.when.toMs <= change.when.fromMs) return 0;
  return closure.ended.toMs < change.cuts.fromMs ? SLOW_SHARE : 1;
}

/** Whether the refused request is this closure's by its name: an id of its own, or one that the path carries as a parameter. */
export function namesIt({ keys }: EventOf<'handshake-failed'>, closure: Closure): boolean {
  const { connection, requestId } = closure.keys;
  if (requestId !== undefined && keys.requestId === requestId) return true;
  if (connection === undefined) return false;
  return (
    keys.connection === connection || (keys.path?.split(/[?&/]/) ?? []).some((part) => part.slice(part.indexOf('=') + 1) === connection)
  );
}

/** Whether the fault is told of this closure's upstream host. */
export const sameUpstream = (event: LogEvent, { keys: { upstream, upstreamName } }: Closure): boolean =>
  (upstream !== undefined && event.keys.upstream?.ip === upstream.ip) ||
  (upstreamName !== undefined && event.keys.upstreamName === upstreamName);

/** A client tells of its own network only: where it names its connection or itself, the fault concerns no other. */
export function concernsClient(event: LogEvent, { keys, seen }: Pick<Closure, 'keys' | 'seen'>): boolean {
  const { connection, device } = event.keys;
  if (device !== undefined) return seen.some((own) => own.keys.device === device);
  return connection === undefined || keys.connection === undefined || connection === keys.connection;
}

export const seenOf = <K extends EventKind>(closure: Closure, kind: K): EventOf<K>[] =>
  closure.seen.filter((event): event is EventOf<K> => event.kind === kind);

export const factOf = <K extends Fact['kind']>(closure: Closure, world: World, kind: K): FactOf<K> | undefined =>
  world.facts(closure).find((fact): fact is FactOf<K> => fact.kind === kind);

/**
 * A pile of ages that ended together, at no time that people set, is as well that of connections opened together: it refutes nothing; and
 * nothing of what ended by another hand than its own.
 */
export const timerPile = (closure: Closure, world: World): FactOf<'age-pile'> | undefined => {
  const pile = factOf(closure, world, 'age-pile');
  return pile && ((pile.together && !pile.round) || otherHand(pile, closure)) ? undefined : pile;
};

/**
 * Go's, Java's and Node's errors of a read; Rust's and Python's with the system's number, which what waits for input gets (Linux, macOS,
 * Windows); Kestrel's, which reads all the time, and of a stream of HTTP/2. Tungstenite's `Connection reset without closing handshake` has
 * no number: it is an end without a reset.
 */
const RESET_READ =
  /\bread\b.{0,120}\bconnection reset by peer|\bread econnreset\b|(?:\(os error|\[errno|\[winerror|\bsocketexception \() ?(?:104|54|10054)[)\]]|\bthe client reset the request stream\b/i;
/** The server read a reset: somebody's machine lived and threw the connection away. */
export const readsReset = (closure: Closure): boolean =>
  seenOf(closure, 'socket-closed').some(
    ({ vantage, by, reason = '' }) => vantage === 'server' && by === undefined && RESET_READ.test(reason) && !FAILED_WRITE.test(reason),
  );

/** A timer ends all of its connections in one way: where the pile's servers read an end, a reset beside it is another's doing. */
export const otherHand = (pile: FactOf<'age-pile'>, closure: Closure): boolean =>
  pile.resets <= pile.count * STRAY_SHARE && pile.count >= ONE_WAY_LEAST && readsReset(closure);
/** A client's own end may lie in the pile by chance. */
const STRAY_SHARE = 0.1;
/** So few that end alike may do so by chance. */
const ONE_WAY_LEAST = 5;

/** A client that took its own request for a WebSocket back: nobody refused it. */
export const isGivenUp = ({ by, vantage }: EventOf<'handshake-failed'>): boolean => by === 'client' && vantage === 'client';

/** Its proxy says that the client ended it, and that its client is another hop: whoever did, did it there or beyond. */
export const endedInFront = ({ endedBy, behind }: EventOf<'tunnel-ended'>): boolean => endedBy === 'client' && behind === true;

/**
 * The proxy says that the client ended it, and so it says of many clients' connections at once, while it was reloaded or told to stop: they
 * were told to go. HTTP/2 has a frame for that, at which Firefox drops its WebSockets too (haproxy/haproxy#2789).
 */
export const toldToGo = (closure: Closure, world: World): boolean =>
  seenOf(closure, 'tunnel-ended').some(
    (tunnel) =>
      tunnel.endedBy === 'client' &&
      changesNear(world, closure).some(
        (change) =>
          change.change !== 'worker-death' &&
          change.proxy === productOf(tunnel) &&
          cutBy(change, closure) > 0 &&
          closure.ended.fromMs <= change.when.toMs + GONE_MS,
      ),
  ) &&
  [factOf(closure, world, 'burst'), factOf(closure, world, 'client-group')].some(
    (fact) => fact && !fact.sameAge && fact.clients >= TOLD_LEAST,
  );
/** A client that is told to go goes within a round trip or two. */
const GONE_MS = 2_000;
/** Fewer may be one person's tabs and devices. */
const TOLD_LEAST = 3;

/** ws raises its error in the turn in which it closes; a slow disk and a logger's queue add to that. */
const SAME_TURN_MS = 100;

/** An error that names no connection: it is that of the close which its own log writes right behind it. */
export const faultBefore = (
  { origin: { source, line }, when }: LogEvent,
  world: World,
  fits: (fault: EventOf<'process-fault'>) => boolean,
): EventOf<'process-fault'> | undefined =>
  world
    .between('process-fault', when.fromMs - SAME_TURN_MS, when.toMs)
    .findLast((event) => event.origin.source === source && event.origin.line < line && event.keys.connection === undefined && fits(event));

/** An exception that ended a connection of the server and that its system puts down to the path. */
export const pathErrorBefore = (close: EventOf<'socket-closed'>, world: World): EventOf<'process-fault'> | undefined =>
  close.vantage === 'server'
    ? faultBefore(close, world, ({ fault, says }) => fault === 'handler-exception' && endedBy(says) === 'network')
    : undefined;

/** An endpoint says that it gave up on a silent peer. */
export const byHeartbeat = (closure: Closure): boolean =>
  closure.seen.some((event) => event.kind === 'heartbeat-missed' || (event.kind === 'socket-closed' && event.by === 'heartbeat'));

/** A loop that stalled does all that it has missed in one turn. */
const ONE_TURN_MS = 250;
/** The burst of all connections of the server, if it ended within one turn of its loop. */
export function allInOneTurn(closure: Closure, world: World): FactOf<'burst'> | undefined {
  const burst = factOf(closure, world, 'burst');
  return burst && burst.spreadMs <= ONE_TURN_MS ? burst : undefined;
}

/** Heartbeats with a timer for each connection: Socket.IO's, and those of Python's websockets. Others look at all connections in one turn. */
const OWN_TIMER = /^ping timeout$|\bkeepalive ping timeout\b/i;

/**
 * How many heartbeats ran out in one turn though each has a timer of its own, started when its connection was: a lost path lets them run
 * out one after the other, as they come due, and only a loop that stood still has several overdue at once. Undefined = none did so.
 */
export const overdueTogether = (closure: Closure, world: World): number | undefined =>
  seenOf(closure, 'socket-closed').some(({ vantage, reason }) => vantage === 'server' && OWN_TIMER.test(reason ?? ''))
    ? factOf(closure, world, 'one-turn')?.count
    : undefined;

/** nginx's timers fire up to 300 ms early. */
export const TIMER_EARLY_MS = 350;
const TIMER_LATE_MS = 250;

/** The time that people set, where a pile begins at one or as much before it as timers fire early; undefined = at none. */
export function timerAt(ms: DurationMs): DurationMs | undefined {
  const step = ms < 10_500 ? 1_000 : 5_000;
  const near = Math.round(ms / step) * step;
  return ms - near >= -TIMER_EARLY_MS && ms - near <= TIMER_LATE_MS ? near : undefined;
}

/** The proxy or balancer that the closure went through, as far as a log shows it; the one nearest to the cut first. */
export function hopOf(closure: Closure): string | undefined {
  const named =
    closure.seen.find((event) => event.kind === 'proxy-fault') ??
    closure.seen.find((event) => event.kind === 'tunnel-ended' && event.endedBy !== undefined);
  const tunnels = closure.seen.filter(({ kind }) => kind === 'tunnel-ended');
  // Of hops in a row one that names its timers and named none did not cut it.
  const event = named ?? tunnels.find((one) => traitsOf(productOf(one)).namesItsTimers !== 'always') ?? tunnels[0];
  return event && productOf(event);
}

/** A FIN or a reset is there at once; a lost segment is sent again within some seconds, and a busy page's handler has to wait. */
const TOLD_LATE_MS = 10_000;
/** Ages and stamps of whole seconds, and a client that counts from before the handshake. */
const SAME_LATE_MS = 3_000;

/**
 * Of a client's word of the end: how much later than its server it learnt of it, by their stamps and, alike, by the ages that the two write;
 * undefined = not so, not known, or the client says by whose hand it ended. Clocks that disagree do not make a connection older.
 */
export function toldLate({ vantage, by, lifeMs, when }: EventOf<'socket-closed'>, closure: Closure): DurationMs | undefined {
  if (vantage !== 'client' || by !== undefined || lifeMs === undefined) return undefined;
  const server = seenOf(closure, 'socket-closed').find((other) => other.vantage === 'server' && other.lifeMs !== undefined);
  if (server?.lifeMs === undefined) return undefined;
  const later = when.fromMs - server.when.fromMs;
  return later >= TOLD_LATE_MS && Math.abs(lifeMs - server.lifeMs - later) <= SAME_LATE_MS ? later : undefined;
}

/** How endpoints word that a write failed: what was wrong with the connection had gone unnoticed until then. */
const FAILED_WRITE =
  /\b(?:while|when|on|during|failed to|error) (?:send|writ)\w*|\bwrite tcp\b|\bwrite: (?:connection reset|broken pipe)|\bwrite e(?:pipe|connreset)\b|\bbroken pipe\b/i;
/** Shorter than any hop forgets a connection. */
const LEAST_SILENCE_MS = 60_000;

/** The server found the connection dead by a write, after a silence that is known to be long: no FIN and no RST of the client had come. */
export const foundDead = (closure: Closure): boolean =>
  (closure.silenceMs ?? 0) >= LEAST_SILENCE_MS &&
  seenOf(closure, 'socket-closed').some(
    ({ vantage, reason, quote, by }) => vantage === 'server' && by === undefined && FAILED_WRITE.test(reason ?? quote),
  );
