/**
 * Closures that nobody logged: tunnels and open lines of a server that died without writing. A clean neighbour is not swept along, and
 * nothing is inferred where an endpoint's log that names codes simply did not match.
 */
import type { Closure, Death } from './closure.ts';
import type { ServerProfile } from './deaths/profile.ts';
import { isLoopback } from './grammar/address.ts';
import { lowerBound } from './numbers.ts';
import type { Population } from './population.ts';
import { concerns, deathsNear, ofInstance, ofOtherInstance } from './signals.ts';
import { gap, Spans } from './spans.ts';
import type { Unclosed } from './stitch/live.ts';
import type { DurationMs, EpochMs, EventOf, Span } from './types.ts';
import { isUndated } from './undated.ts';

/** A process's own exit handlers still write closes for some seconds; an open line is unclosed only after them. */
const TIGHT_MS = 9_000;

/** In the death's very moment, of a server that is known or the only one. */
const SURE_ENOUGH = 0.45;

/** What a stop cuts, it cuts within this, one-second stamps included; clients that leave by themselves rarely come in such numbers. */
const CUT_MS = 1_500;
const CUT_LEAST = 5;

/**
 * A closure whose state the deaths settle: a tunnel that ended in its server's death was cut, whoever logged it. A server that is asked to
 * stop may say goodbye: where no endpoint tells of its closes, tunnels that all ended in that moment are taken for cut, as most programs do.
 * `ends`: when connections ended that were not closed clean, ascending; `faults`: what is known of networks.
 */
export function judged(
  closure: Closure,
  deaths: Spans<Death>,
  endpointsLog: boolean,
  ends: Float64Array,
  faults: Spans<EventOf<'network-fault'>>,
): Closure {
  if (closure.state !== 'unjudged') return closure;
  if (wasOffline(closure, faults)) return { ...closure, state: 'abnormal' };
  if (
    deathsNear({ deaths }, closure).some((death) => death.sudden && death.relation !== 'unknown' && concerns(death, closure) >= SURE_ENOUGH)
  )
    return { ...closure, state: 'abnormal', inferred: true };
  if (endpointsLog) return closure;
  const together = lowerBound(ends, closure.ended.toMs + CUT_MS) - lowerBound(ends, closure.ended.fromMs - CUT_MS);
  if (
    together >= CUT_LEAST &&
    deathsNear({ deaths }, closure).some(
      (death) =>
        death.way === 'asked' && (death.relation === 'same' || death.relation === 'probable') && concerns(death, closure) >= SURE_ENOUGH,
    )
  )
    return { ...closure, state: 'abnormal', inferred: true };
  return proxyCutIt(closure) ? { ...closure, state: 'abnormal' } : closure;
}

/** A client connects anew at once or within a second or two, and finds that it has no network. */
const ANEW_MS = 2_000;

/** Its client alone tells of it, and was without its network in that moment: no close frame got through. */
const wasOffline = ({ ended, seen }: Closure, faults: Spans<EventOf<'network-fault'>>): boolean =>
  seen.every((event) => event.vantage === 'client') &&
  faults
    .between(ended.fromMs - ANEW_MS, ended.toMs + ANEW_MS)
    .some(
      ({ fault, vantage, origin: { source } }) =>
        fault === 'client-offline' && vantage === 'client' && seen.some(({ origin }) => origin.source === source),
    );

/** An end that one side tells of, and at which address. */
export interface EndSeen {
  readonly when: Span;
  readonly ip: string | undefined;
}

/**
 * Of a server's death the clients tell their ends, and a proxy's error log as many broken tunnels, with neither names nor ages: each line
 * is one of the clients' connections, not another one.
 */
export class ToldByClients {
  readonly #ends: readonly EndSeen[];
  readonly #starts: Float64Array;
  readonly #widestMs: DurationMs;
  /** Places of the ends that were taken, and closures that took one. */
  readonly #taken = new Set<number>();
  readonly #takers = new Set<string>();

  /** `ends` = closures that a client tells of and no proxy. */
  constructor(ends: readonly EndSeen[]) {
    this.#ends = ends.toSorted((a, b) => a.when.fromMs - b.when.fromMs);
    this.#starts = Float64Array.from(this.#ends, ({ when }) => when.fromMs);
    this.#widestMs = this.#ends.reduce((widest, { when }) => Math.max(widest, when.toMs - when.fromMs), 0);
  }

  /** Takes one of the ends for the closure; false = none is left that may be the same. */
  take({ id, inferred, lifeMs, ended, keys, seen }: Closure): boolean {
    if (!inferred || lifeMs !== undefined || keys.connection !== undefined || !seen.every(({ kind }) => kind === 'proxy-fault'))
      return false;
    const mayBe = ({ when, ip }: EndSeen): boolean =>
      gap(when, ended) <= TOLD_MS && (ip === undefined || keys.client === undefined || isLoopback(keys.client.ip) || ip === keys.client.ip);
    let at = lowerBound(this.#starts, ended.fromMs - TOLD_MS - this.#widestMs);
    for (let end = this.#ends[at]; end && end.when.fromMs <= ended.toMs + TOLD_MS; end = this.#ends[++at]) {
      if (this.#taken.has(at) || !mayBe(end)) continue;
      this.#taken.add(at);
      this.#takers.add(id);
      return true;
    }
    return false;
  }

  /** Whether the closure took one. */
  took({ id }: Closure): boolean {
    return this.#takers.has(id);
  }
}
/** Two machines' stamps of one end. */
const TOLD_MS = 1_000;

/**
 * Where no endpoint's log says how connections end: the ends that share an age with many others at a round number of seconds were a timer's,
 * and a timer sends no close frame. So were those of which an endpoint says no more than that they ended.
 */
export const timed = (closure: Closure, population: Population): boolean =>
  closure.seen.every((event) => event.kind !== 'socket-closed' || event.by === undefined) &&
  population
    .facts(closure)
    .some((fact) => fact.kind === 'age-pile' && fact.place === 'in' && fact.round && !fact.together && fact.count >= TIMED_LEAST);
/** As many as make a pile of ages more than moderate evidence. */
const TIMED_LEAST = 5;

/** Only a client tells of it, and nothing by which it could be known again. */
export const isAnonymous = (closure: Closure): boolean =>
  closure.state === 'abnormal' &&
  closure.keys.connection === undefined &&
  closure.keys.client === undefined &&
  closure.lifeMs === undefined &&
  closure.seen.every((event) => event.kind === 'socket-closed' && event.vantage === 'client');

/** Clients notice a server's end so much later: a retransmission, a busy page. */
const NOTICED_MS = 9_000;

/** A proxy counts a life from the request, the server writes when it took the connection over; stamps are cut besides. */
const BEGINS_MS = 1_500;
/** Two machines' clocks. */
const ENDS_MS = 1_000;

const begunOf = ({ seen: [opened], ended }: Closure): Span => opened?.when ?? ended;

/** Empty = it does not tell. */
const clientOf = ({ keys: { client } }: Closure): string => (client === undefined || isLoopback(client.ip) ? '' : client.ip);

/**
 * What other sides tell of the connections that a death took along, by no name in common: the one that began when the server wrote of a
 * begin, from that client, and ended with the server is that one, and not another.
 */
export class TakenAlong {
  readonly #lost: readonly Closure[];
  /** In order of their begins: all, and by the client's address. */
  readonly #all: Spans<Closure>;
  readonly #begun: ReadonlyMap<string, Spans<Closure>>;
  readonly #found = new Set<Closure>();
  /** By the id of the closure that tells of the end. */
  readonly #ofTeller = new Map<string, Closure>();

  /** `lost` = as `unlogged` makes them: each has seen its begin alone. */
  constructor(lost: readonly Closure[]) {
    this.#lost = lost;
    this.#all = new Spans(lost, begunOf);
    const byClient = new Map<string, Closure[]>();
    for (const closure of lost) {
      const client = clientOf(closure);
      const others = byClient.get(client);
      if (others) others.push(closure);
      else byClient.set(client, [closure]);
    }
    // Where all of them have one client, that is the hop in front.
    const isShared = lost.length > 1 && byClient.size === 1;
    this.#begun = isShared ? new Map() : new Map([...byClient].map(([client, closures]) => [client, new Spans(closures, begunOf)]));
  }

  /** Those that may have the closure's client. */
  #near(closure: Closure, began: Span): readonly Closure[] {
    const client = clientOf(closure);
    const group = this.#begun.size === 0 || client === '' ? this.#all : this.#begun.get(client);
    return group?.between(began.fromMs - BEGINS_MS, began.toMs + BEGINS_MS) ?? [];
  }

  /** Finds what the closure tells of, if it is one of them. */
  hear(closure: Closure): void {
    const { lifeMs, ended, seen } = closure;
    if (
      lifeMs === undefined ||
      seen.some(({ vantage, kind }) => vantage === 'server' || (kind === 'socket-opened' && vantage !== 'client'))
    )
      return;
    const began = { fromMs: ended.fromMs - lifeMs, toMs: ended.toMs - lifeMs };
    let nearest: Closure | undefined;
    let apartMs = Number.POSITIVE_INFINITY;
    for (const one of this.#near(closure, began)) {
      if (this.#found.has(one) || ended.toMs < one.ended.fromMs - ENDS_MS || ended.fromMs > one.ended.toMs + NOTICED_MS) continue;
      const apart = gap(began, begunOf(one));
      if (apart >= apartMs) continue;
      nearest = one;
      apartMs = apart;
      // Of a storm's that fit alike any is as good.
      if (apart === 0) break;
    }
    if (!nearest) return;
    this.#found.add(nearest);
    this.#ofTeller.set(closure.id, nearest);
  }

  /** The closure with what its server wrote of its begin, where that was found. */
  joined(closure: Closure): Closure {
    const own = this.#ofTeller.get(closure.id);
    if (!own) return closure;
    const isNamed = closure.codes.client !== undefined || closure.codes.gateway !== undefined;
    const connection = (isNamed ? closure.keys.connection : undefined) ?? own.keys.connection;
    return {
      ...closure,
      keys: { ...own.keys, ...closure.keys, ...(connection !== undefined && { connection }) },
      seen: [...own.seen, ...closure.seen],
      ...(own.server !== undefined && { server: own.server }),
    };
  }

  /** Those of whose end nobody tells. */
  get untold(): readonly Closure[] {
    return this.#lost.filter((one) => !this.#found.has(one));
  }
}

/**
 * What anonymous clients saw of a server's death are the connections that it lost, one each: the closures as they are to be counted. Which
 * client had which connection is not known, and does not matter for why it ended.
 */
export function* claimed(lost: readonly Closure[], anonymous: Iterable<Closure>): Generator<Closure> {
  // Connections that one death took ended in one and the same span.
  const free = new Map<string, Closure[]>();
  for (const closure of lost) {
    const key = `${closure.ended.fromMs} ${closure.ended.toMs}`;
    const others = free.get(key);
    if (others) others.push(closure);
    else free.set(key, [closure]);
  }
  const groups = [...free.values()].map((closures) => closures.reverse());
  for (const closure of anonymous) {
    const mine = groups
      .find((group) => {
        const ended = group.at(-1)?.ended;
        // Of an end without a time: of the only moment in which any were lost.
        if (isUndated(closure.ended)) return groups.length === 1;
        return ended && closure.ended.toMs >= ended.fromMs - 1_000 && closure.ended.fromMs <= ended.toMs + NOTICED_MS;
      })
      ?.pop();
    yield mine ? { ...mine, seen: [...mine.seen, ...closure.seen], codes: closure.codes, inferred: false } : closure;
  }
  for (const group of groups) yield* group.reverse();
}

/** The proxy's own words mean that no close frame can have passed. */
const proxyCutIt = (closure: Closure): boolean =>
  closure.seen.some(
    (event) =>
      (event.kind === 'tunnel-ended' && event.endedBy !== undefined && event.how !== 'fin') ||
      (event.kind === 'proxy-fault' &&
        ['idle-timeout', 'client-timeout', 'upstream-reset', 'client-reset', 'upstream-unreachable', 'tunnel-lost'].includes(event.fault)),
  );

/**
 * Server log → when other sides saw connections break off that this log opens and never closes, ascending. A server that lives on
 * writes such an end too.
 */
export function lostBy(unclosed: readonly Unclosed[], closed: ReadonlyMap<string, number>): ReadonlyMap<string, readonly number[]> {
  const lost = new Map<string, number[]>();
  for (const { opened, id } of unclosed) {
    const ms = closed.get(id);
    if (ms === undefined || Number.isNaN(ms) || opened.vantage !== 'server' || ms < opened.when.fromMs) continue;
    const ends = lost.get(opened.origin.source);
    if (ends) ends.push(ms);
    else lost.set(opened.origin.source, [ms]);
  }
  for (const ends of lost.values()) ends.sort((a, b) => a - b);
  return lost;
}

/** The server died of it, as far as the logs tell: by a name, by what followed, or since nothing else stands in them. */
const isServers = ({ relation, silence }: Death): boolean =>
  relation === 'same' || relation === 'probable' || (relation === 'coincident' && silence === undefined);

export interface Unlogged {
  /** One closure for each connection that was open when its server died and that no log closes. */
  readonly lost: readonly Closure[];
  /** Connections that lived on past the logs' end, as far as the logs show. */
  readonly living: readonly Unclosed[];
}

/** A log may be silent so long at least before it is taken to end; a quieter one as long as it ever was, and again. */
const SILENT_MS = 600_000;

/** Until when a server's log tells: an open line that it does not close shows nothing of a death after that. */
function reachOf(times: readonly EpochMs[]): EpochMs {
  let longest = 0;
  for (let at = 1; at < times.length; at++) longest = Math.max(longest, (times[at] as EpochMs) - (times[at - 1] as EpochMs));
  return (times.at(-1) ?? Number.POSITIVE_INFINITY) + Math.max(SILENT_MS, 2 * longest);
}

/** `closed` = ids that another side than the server closes; `tells` = whether a source writes all ends of such ids. */
export function unlogged(
  unclosed: readonly Unclosed[],
  deaths: Spans<Death>,
  closed: ReadonlyMap<string, number>,
  tells: (source: string) => boolean,
  profile: ServerProfile,
): Unlogged {
  const lost: Closure[] = [];
  const living: Unclosed[] = [];
  const reaches = new Map([...profile.times].map(([source, times]) => [source, reachOf(times)]));
  const reach = (source: string): EpochMs => reaches.get(source) ?? Number.POSITIVE_INFINITY;
  for (const one of unclosed) {
    const { opened, id } = one;
    if (closed.has(id) || closed.has(opened.keys.requestId ?? id) || !tells(opened.origin.source)) continue;
    const death = deaths.next(
      opened.when.fromMs,
      (candidate) =>
        isServers(candidate) &&
        ofInstance(candidate, opened.origin.source) &&
        !ofOtherInstance(candidate, { seen: [opened] }) &&
        (candidate.restarted === undefined || candidate.restarted.fromMs >= opened.when.fromMs),
    );
    if (!death || death.when.fromMs > reach(opened.origin.source)) {
      living.push(one);
      continue;
    }
    if (death.root === 'deploy-restart') continue;
    const { fromMs } = death.when;
    const ended = { fromMs, toMs: death.ended ? Math.min(death.when.toMs, fromMs + TIGHT_MS) : death.when.toMs };
    lost.push({
      id: `i${lost.length + 1}`,
      ended,
      lifeMs: Math.max(0, ended.fromMs - opened.when.fromMs),
      keys: opened.keys,
      server: opened.origin.source,
      seen: [opened],
      codes: {},
      inferred: true,
      state: 'abnormal',
    });
  }
  return { lost, living };
}
