/** The world around the closures, as the causes see it: deaths, changes of proxies, other events by time, facts of the population. */

import type { Closure, Death, Fact, ProxyChange, World } from './closure.ts';
import { connectionIds } from './connection-names.ts';
import { type NextDeath, type ServerProfile, wentOn } from './deaths/profile.ts';
import type { NamedRefusals } from './named-refusals.ts';
import { lowerBound } from './numbers.ts';
import type { Population } from './population.ts';
import { namesProxy, productOf, traitsOf } from './products.ts';
import { concerns, deathsNear } from './signals.ts';
import { gap, Spans } from './spans.ts';
import type { DurationMs, EpochMs, EventKind, EventOf, LogEvent, Span, Vantage } from './types.ts';
import { isUndated } from './undated.ts';

const NOTHING: readonly never[] = [];

/** What one source can show and when. */
export interface Coverage {
  readonly source: string;
  readonly vantages: ReadonlySet<Vantage>;
  readonly span: Span;
}

export interface Survey {
  readonly events: readonly LogEvent[];
  readonly deaths: Spans<Death>;
  readonly changes: readonly ProxyChange[];
  readonly population: Population;
  readonly profile: ServerProfile;
  readonly coverage: readonly Coverage[];
  readonly heartbeats: boolean;
  readonly guessed: ReadonlyMap<string, number>;
  /** Proxies' error logs show what they say of single tunnels at nginx's `info` level. */
  readonly showsIdleCuts: boolean;
  readonly refusals: NamedRefusals;
  /** Names of connections that ended. */
  readonly connections: ReadonlyMap<string, unknown>;
}

export function worldOf({
  events,
  deaths,
  changes,
  population,
  profile,
  coverage,
  heartbeats,
  guessed,
  showsIdleCuts,
  refusals,
  connections,
}: Survey): World {
  const byKind = new Map<EventKind, LogEvent[]>();
  for (const event of events) {
    // A configuration has no moment: it holds for all.
    if (isUndated(event.when) && event.kind !== 'configured-timer') continue;
    const list = byKind.get(event.kind);
    if (list) list.push(event);
    else byKind.set(event.kind, [event]);
  }
  const starts = new Map([...byKind].map(([kind, list]) => [kind, Float64Array.from(list, ({ when }) => when.fromMs)]));
  let last: { readonly id: string; readonly facts: readonly Fact[] } | undefined;
  const nextDeath = nextOf(deaths);
  const world: World = {
    deaths,
    changes: new Spans(changes, ({ cuts }) => cuts),
    timers: (byKind.get('configured-timer') ?? []) as EventOf<'configured-timer'>[],
    heartbeats,
    guessed,
    showsIdleCuts,
    between<K extends EventKind>(kind: K, fromMs: EpochMs, toMs: EpochMs, atMs: EpochMs = toMs) {
      const list = (byKind.get(kind) ?? NOTHING) as readonly EventOf<K>[];
      const [from, to] = nearest(starts.get(kind) ?? NOTHING, fromMs, toMs, atMs);
      return list.slice(from, to);
    },
    around(kind, closure, { beforeMs, afterMs }) {
      const { fromMs, toMs } = closure.ended;
      const own = kind === 'handshake-failed' ? refusals.of(closure) : NOTHING;
      if (own.length === 0 && !byKind.has(kind)) return NOTHING as readonly never[];
      const near = world.between(kind, fromMs - beforeMs, toMs + afterMs, fromMs);
      const beyond = own.filter(
        ({ when }) => when.fromMs >= fromMs - beforeMs && when.fromMs <= toMs + afterMs,
      ) as readonly LogEvent[] as typeof near;
      return beyond.length === 0 ? near : [...new Set([...beyond, ...near])];
    },
    namesConnection: ({ keys }) => connectionIds(keys).some((id) => connections.has(id)),
    facts(closure) {
      if (last?.id !== closure.id) last = { id: closure.id, facts: [...population.facts(closure), ...ownFacts(closure, world, refusals)] };
      return last.facts;
    },
    lastOfThoseOpenAt: (ms) => population.lastOfThoseOpenAt(ms),
    wentOn: (origin, afterMs) => wentOn(profile, origin, afterMs, nextDeath),
    covers: coveringOf(coverage),
  };
  return world;
}

/** A log whose stamps are whole seconds, or that a buffer holds back for some, shows a moment only well inside of what it spans. */
const INSIDE_MS = 5_000;

/** Whether one source of that vantage spans the instant; of a thousand sources none is looked at twice. */
function coveringOf(coverage: readonly Coverage[]): World['covers'] {
  const reaches = new Map<Vantage, { readonly fromMs: number[]; readonly toMs: number[] }>();
  for (const { vantages, span } of coverage.toSorted((a, b) => a.span.fromMs - b.span.fromMs))
    for (const vantage of vantages) {
      const reach = reaches.get(vantage) ?? { fromMs: [], toMs: [] };
      reaches.set(vantage, reach);
      reach.fromMs.push(span.fromMs);
      reach.toMs.push(Math.max(span.toMs, reach.toMs.at(-1) ?? span.toMs));
    }
  return (vantage, atMs) => {
    const { fromMs, toMs } = reaches.get(vantage) ?? { fromMs: NOTHING, toMs: NOTHING };
    let begun = lowerBound(fromMs, atMs - INSIDE_MS);
    while (fromMs[begun] === atMs - INSIDE_MS) begun++;
    return begun > 0 && (toMs[begun - 1] as number) >= atMs + INSIDE_MS;
  };
}

function nextOf(deaths: Spans<Death>): NextDeath {
  const byServer = new Map<string, Death[]>();
  for (const death of deaths.all)
    for (const server of death.servers) {
      const list = byServer.get(server);
      if (list) list.push(death);
      else byServer.set(server, [death]);
    }
  const ofServer = new Map([...byServer].map(([server, list]) => [server, new Spans(list, ({ when }) => when)]));
  return (server, afterMs) => ofServer.get(server)?.next(afterMs, ({ when }) => when.toMs > afterMs);
}

/** Hosts of clouds that are proxies themselves, with timers of their own: load balancers, and what stands in front of an app on a platform. */
const OF_A_HOP =
  /\.(?:azurecontainerapps\.io|azurewebsites\.net|azurefd\.net|elb\.(?:[a-z0-9-]{1,20}\.)?amazonaws\.com|execute-api\.[a-z0-9-]{1,20}\.amazonaws\.com|awsapprunner\.com|cloudfront\.net|run\.app|appspot\.com|herokuapp\.com|fly\.dev|onrender\.com|railway\.app)(?::\d{1,5})?$/i;

/**
 * The proxy would have named its own timer, and no hop whose log nobody has stands between it and the server. Records without a word of
 * their own for how a tunnel ended have result codes that tell of requests, or of clients alone.
 */
function wouldTell(tunnel: EventOf<'tunnel-ended'>, world: Pick<World, 'showsIdleCuts'>): boolean {
  const { namesItsTimers } = traitsOf(productOf(tunnel));
  if (namesItsTimers === 'at info') return world.showsIdleCuts;
  const { upstreamName = '' } = tunnel.keys;
  return namesItsTimers === 'always' && tunnel.termination !== undefined && !OF_A_HOP.test(upstreamName) && !namesProxy(upstreamName);
}

/** Each closure looks at so many events of a kind at most: when a server dies, each of thousands has thousands of others' around it. */
const NEAR_LIMIT = 200;

/** From which place to which of ascending instants lie in [fromMs, toMs]; of many those nearest to `atMs`. */
function nearest(starts: ArrayLike<EpochMs>, fromMs: EpochMs, toMs: EpochMs, atMs: EpochMs): readonly [from: number, to: number] {
  const apart = (place: number): DurationMs => Math.abs((starts[place] as number) - atMs);
  const first = lowerBound(starts, fromMs);
  let to = lowerBound(starts, Math.min(Math.max(atMs, fromMs), toMs));
  let from = to;
  while (to - from < NEAR_LIMIT) {
    const isEarlier = from > first && (to >= starts.length || (starts[to] as number) > toMs || apart(from - 1) <= apart(to));
    if (isEarlier) from--;
    else if (to < starts.length && (starts[to] as number) <= toMs) to++;
    else break;
  }
  return [from, to];
}

/** Others would have seen it, and would be known to have: it has a name or an address, and no server died that then wrote nothing. */
const unseenElsewhere = (closure: Closure, world: World): boolean =>
  (closure.keys.connection !== undefined || closure.keys.client !== undefined) &&
  (world.covers('proxy', closure.ended.fromMs) || world.covers('server', closure.ended.fromMs)) &&
  !deathsNear(world, closure).some((death) => death.relation !== 'other' && concerns(death, closure) > 0);

/** A client tells of a refusal when the answer has come, by a clock of its own. */
const ANSWERED_MS = 3_000;

/** What the closure's own traces show when taken together. */
function ownFacts(closure: Closure, world: World, refusals: NamedRefusals): Fact[] {
  const facts: Fact[] = [];
  const ownLine = closure.seen.find((event) => event.kind === 'socket-closed' && event.vantage === 'server');
  const alive = ownLine && !closure.inferred ? world.wentOn(ownLine.origin, closure.ended.toMs) : false;
  if (alive !== false) facts.push({ kind: 'server-alive', certain: alive === true });
  const tunnels = closure.seen.filter((event) => event.kind === 'tunnel-ended');
  const [tunnel] = tunnels;
  const fault = closure.seen.some((event) => event.kind === 'proxy-fault');
  if (tunnel && tunnel.endedBy === undefined && !fault && !deathsNear(world, closure).some((death) => concerns(death, closure) >= 0.8)) {
    const silent = tunnels.find((one) => !wouldTell(one, world));
    facts.push({ kind: 'neutral-end', telling: silent === undefined, proxy: productOf(silent ?? tunnel) });
  }
  const opened =
    tunnel !== undefined ||
    closure.seen.some((event) => event.kind === 'socket-opened' || (event.kind === 'socket-closed' && event.wasOpen)) ||
    (closure.lifeMs ?? 0) > 1_000;
  const atClient = closure.codes.client === 1006 && closure.codes.server === undefined && closure.codes.gateway === undefined;
  if (opened || !atClient) return facts;
  const refused = refusals.of(closure).filter(({ when }) => gap(when, closure.ended) <= ANSWERED_MS);
  if (closure.lifeMs !== undefined || closure.unopened || unseenElsewhere(closure, world) || refused.length > 0)
    facts.push({ kind: 'never-opened', refused });
  return facts;
}
