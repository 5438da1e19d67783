/**
 * What only all closures together show: ages and silences that pile up at a timer (tested against chance), many ends in one moment,
 * ends in the turns of a server's own timer, connections that lived on, clients that came back. Fed closure by closure, then asked about each.
 */

import type { Closure, Fact } from './closure.ts';
import { Numbers } from './numbers.ts';
import { Agents } from './population/agents.ts';
import { type Fading, fadingsOf } from './population/fadings.ts';
import { type Leaving, leavingsOf } from './population/leavings.ts';
import { ABNORMAL, BITS, GAVE_UP, GOING_AWAY, Lives, NAMED } from './population/lives.ts';
import { Moments } from './population/moments.ts';
import { Attempts, pausesOf } from './population/pauses.ts';
import { type KnownTimer, Measured, type Pile, pilesAbove, pilesIn, type Shared } from './population/piles.ts';
import { type Floor, SilenceFloor } from './population/silence-floor.ts';
import { inTurn, type Sweep, sweepIn } from './population/sweeps.ts';
import { productOf, traitsOf } from './products.ts';
import { byHeartbeat, readsReset } from './signals.ts';
import { Spans } from './spans.ts';
import { TIMERS } from './timers.ts';
import type { DurationMs, EpochMs, EventOf, Span } from './types.ts';
import { isUndated } from './undated.ts';

/** Stamps of whole seconds put every age on a whole second: such ages agree by rounding, not by a timer. */
const isExact = ({ ended, lifeMs }: Closure): boolean =>
  ended.toMs - ended.fromMs <= EXACT_MS && lifeMs !== undefined && lifeMs % 1_000 !== 0;

/** Stamps to the hundredth of a second. */
const EXACT_MS = 10;

/** Of what ended younger, a closure whose end nobody names is like those whose end nobody names: the others are known to be clients'. */
const pileFact = (
  place: 'in' | 'above',
  { measure, hop, fromMs, count, total, below, belowUnnamed, p, together, round, resets }: Pile,
  closure: Closure,
): Fact => ({
  kind: 'age-pile',
  measure,
  place,
  ...(hop !== undefined && { hop }),
  ms: fromMs,
  count,
  total,
  below: isNamed(closure) ? below : belowUnnamed,
  p,
  together,
  round,
  resets,
});

/** All of a pile have one client or one program by chance less often than that. */
const SAME_P = 0.01;

const midOf = ({ ended }: Closure): EpochMs => (ended.fromMs + ended.toMs) / 2;

export class Population {
  readonly #lives = new Lives();
  readonly #agents = new Agents();
  readonly #ages = new Measured();
  readonly #silences = new Measured();
  /** Proxies that wrote of the ends. */
  readonly #hops = new Set<string>();
  readonly #attempts = new Attempts();
  readonly #forgotten = new SilenceFloor();
  /** Server logs, and the widest stamp of each (ms). */
  readonly #servers = new Map<string, { readonly number: number; widthMs: DurationMs }>();
  // What `finish` finds.
  #moments: Moments | undefined;
  #silencePiles: Pile[] = [];
  #agePiles: Pile[] = [];
  #floor: Floor | undefined;
  #sweeps: ReadonlyMap<string, Sweep> = new Map();
  #fadings: ReadonlyMap<number, readonly Fading[]> = new Map();
  #leavings: ReadonlyMap<number, readonly Leaving[]> = new Map();
  #pauses: Float32Array = new Float32Array();
  /** By instant what `lastOfThoseOpenAt` says: of a proxy's change all closures ask. */
  readonly #lasts = new Map<EpochMs, EpochMs>();

  add(closure: Closure): void {
    const endMs = midOf(closure);
    const client = this.#lives.numberOf(closure.keys.client?.ip);
    const { codes, lifeMs, silenceMs } = closure;
    if (neverOpen(closure)) {
      this.#attempts.add(endMs - (lifeMs ?? 0), client);
      return;
    }
    this.#agents.add(closure.keys.agent);
    const goingAway = isGoingAway(codes.client) || isGoingAway(codes.gateway) || isGoingAway(codes.server);
    const abnormal = closure.state !== 'clean';
    const otherwise = abnormal && endedOtherwise(closure);
    const sweeper = abnormal && (!otherwise || byHeartbeat(closure)) ? this.#serverNumber(closure) : 0;
    if (!isUndated(closure.ended)) {
      const bits =
        (abnormal ? ABNORMAL : 0) +
        (goingAway ? GOING_AWAY : 0) +
        (isNamed(closure) ? NAMED : 0) +
        (byHeartbeat(closure) ? GAVE_UP : 0) +
        BITS * sweeper;
      this.#lives.add(endMs, endMs - (lifeMs ?? 0), bits, client);
    }
    this.#forgotten.add(closure, isLost(closure, otherwise));
    if (!abnormal || otherwise) return;
    const agent = this.#agents.numberOf(closure.keys.agent);
    const ways = { exact: isExact(closure), reset: readsReset(closure), named: isNamed(closure), client, agent };
    for (const event of closure.seen) if (event.kind === 'tunnel-ended') this.#hops.add(productOf(event));
    if (lifeMs !== undefined) this.#ages.add(lifeMs, endMs, ways);
    if (silenceMs !== undefined) this.#silences.add(silenceMs, endMs, ways);
  }

  /** A connection that was opened and that no log ends: it lived on. */
  addLiving(openMs: EpochMs, client: string | undefined): void {
    this.#lives.addLiving(openMs, client);
  }

  /** 0 = no server wrote this end. */
  #serverNumber({ server, codes, ended }: Closure): number {
    if (server === undefined || codes.server === undefined) return 0;
    let known = this.#servers.get(server);
    if (known === undefined) {
      known = { number: this.#servers.size + 1, widthMs: 0 };
      this.#servers.set(server, known);
    }
    known.widthMs = Math.max(known.widthMs, ended.toMs - ended.fromMs);
    return known.number;
  }

  /** After the last closure. */
  finish(configured: readonly EventOf<'configured-timer'>[]): void {
    this.#lives.seal();
    const byClient = this.#lives.byClient();
    const widths = [...this.#servers.values()].map(({ widthMs }) => widthMs);
    this.#leavings = leavingsOf(this.#lives, byClient, (place) => (widths[this.#lives.serverAt(place) - 1] ?? 1_000) <= EXACT_MS);
    this.#fadings = fadingsOf(this.#lives, byClient);
    const left = new Spans([...this.#leavings.values()].flat(), (leaving) => leaving);
    const moments = new Moments(this.#lives);
    this.#moments = moments;
    const alone = (endMs: EpochMs): boolean => !moments.cutAtOnce(endMs);
    this.#silencePiles = pilesIn('silence', this.#silences, this.#silences.where(alone));
    const apart = this.#ages.where((endMs) => alone(endMs) && left.between(endMs, endMs).length === 0);
    this.#agePiles = withKnown(pilesIn('age', this.#ages, apart), pilesAbove(this.#timersWith(configured), this.#ages, apart));
    // Silences that agree are a timer's that said so at once.
    const { floor } = this.#forgotten;
    if (floor && !this.#silencePiles.some(({ count }) => count * 2 > floor.count)) this.#floor = floor;
    this.#sweeps = this.#sweepsByServer();
    this.#pauses = pausesOf(this.#lives, this.#attempts);
  }

  /** Idle timers of the path that need not say so: as configured, or else by default. */
  #timersWith(configured: readonly EventOf<'configured-timer'>[]): KnownTimer[] {
    const set = configured.filter(({ timer }) => timer === 'idle');
    const defaults = TIMERS.filter(
      ({ hop, kind, confidence }) =>
        kind === 'idle' && confidence !== 'unconfirmed' && this.#hops.has(hop) && !set.some((timer) => timer.hop === hop),
    );
    const known = new Map<DurationMs, string>();
    for (const { hop, ms } of [...defaults, ...set]) if (ms !== undefined && traitsOf(hop).namesItsTimers !== 'always') known.set(ms, hop);
    return [...known].map(([ms, hop]) => ({ hop, ms }));
  }

  /** The pile's timer stands on the path of one client, or in one program, as chance would not have picked them; this is another's. */
  #isElsewhere({ client, agent }: Pile, { keys }: Closure): boolean {
    const isAnother = (its: Shared, mine: number, shareOf: (number: number) => number): boolean =>
      its.number !== 0 && mine !== 0 && mine !== its.number && shareOf(its.number) ** its.count <= SAME_P;
    return (
      isAnother(client, this.#lives.known(keys.client?.ip), (number) => this.#lives.shareOf(number)) ||
      isAnother(agent, this.#agents.numberOf(keys.agent), (number) => this.#agents.shareOf(number))
    );
  }

  /** What no timer's pile explains, server by server. */
  #sweepsByServer(): ReadonlyMap<string, Sweep> {
    const of = [...this.#servers].map(([server, { widthMs }]) => ({
      server,
      widthMs,
      ends: new Numbers(Float64Array),
      ages: new Numbers(Float64Array),
    }));
    for (let at = 0; at < this.#lives.length; at++) {
      const mine = of[this.#lives.serverAt(at) - 1];
      const age = this.#lives.ageAt(at);
      if (!mine || this.#agePiles.some((pile) => !pile.together && age >= pile.leastMs && age <= pile.toMs)) continue;
      mine.ends.push(this.#lives.endAt(at));
      mine.ages.push(age);
    }
    const sweeps = new Map<string, Sweep>();
    for (const { server, widthMs, ends, ages } of of) {
      const sweep = sweepIn(ends, ages, widthMs);
      if (sweep) sweeps.set(server, sweep);
    }
    return sweeps;
  }

  /** How long after its end the closure's client came back (ms); undefined = it did not, or that cannot be told. */
  pauseAfter(closure: Closure): DurationMs | undefined {
    if (this.#pauses.length === 0) return undefined;
    const client = this.#lives.known(closure.keys.client?.ip);
    const place = client === 0 ? undefined : this.#lives.placeOf(midOf(closure), client);
    const pause = place === undefined ? Number.NaN : (this.#pauses[place] as number);
    return Number.isNaN(pause) ? undefined : pause;
  }

  /** When the last of those ended that were open at `ms`; `ms` itself = none was, Infinity = one of them lived on. */
  lastOfThoseOpenAt(ms: EpochMs): EpochMs {
    let last = this.#lasts.get(ms);
    if (last === undefined) {
      last = this.#lives.lastOfThoseOpenAt(ms);
      this.#lasts.set(ms, last);
    }
    return last;
  }

  /** The silence after which a hop forgets connections, if their ends show one. */
  get floor(): Floor | undefined {
    return this.#floor;
  }

  /** Timers of servers that their ends show, by server log. */
  get sweeps(): ReadonlyMap<string, Sweep> {
    return this.#sweeps;
  }

  /** Piles found, most populous first: for the report. */
  get piles(): readonly Pile[] {
    return [...this.#silencePiles, ...this.#agePiles].sort((a, b) => b.count - a.count);
  }

  /** Whether any closure's age is known at all. */
  get knowsAges(): boolean {
    return this.#lives.knowsAges;
  }

  facts(closure: Closure): Fact[] {
    // Without a moment it is part of none.
    if (isUndated(closure.ended)) return this.#pileFacts(closure);
    return [
      ...this.#pileFacts(closure),
      ...(this.#moments?.factsAt(midOf(closure)) ?? []),
      ...this.#sweepFacts(closure),
      ...this.#floorFacts(closure),
      ...this.#fadingFacts(closure),
      ...this.#leavingFacts(closure),
    ];
  }

  /** Whether one hand cut it along with those of other clients, as stamps finer than that show. */
  cutWithOthers(closure: Closure): boolean {
    const { fromMs, toMs } = closure.ended;
    return toMs - fromMs <= EXACT_MS && this.#moments?.cutWithOthers(midOf(closure)) === true;
  }

  #floorFacts(closure: Closure): Fact[] {
    return this.#floor && closure.silenceMs !== undefined && isLost(closure, endedOtherwise(closure))
      ? [{ kind: 'silence-floor', ...this.#floor }]
      : [];
  }

  #sweepFacts(closure: Closure): Fact[] {
    const { server, codes } = closure;
    const sweep = server === undefined || codes.server === undefined ? undefined : this.#sweeps.get(server);
    if (!sweep || !inTurn(sweep, midOf(closure))) return [];
    return [{ kind: 'sweep', intervalMs: sweep.intervalMs, whole: sweep.whole, gaps: sweep.gaps, p: sweep.p }];
  }

  #pileFacts(closure: Closure): Fact[] {
    if (this.#moments?.cutAtOnce(midOf(closure))) return [];
    for (const measure of ['silence', 'age'] as const) {
      const value = measure === 'age' ? closure.lifeMs : closure.silenceMs;
      // Of a client that went, only a silence tells: its connections have any age.
      if (value === undefined || (measure === 'age' && this.#ofClient(this.#leavings, closure))) continue;
      const piles = measure === 'age' ? this.#agePiles : this.#silencePiles;
      const inside = piles.find((pile) => value >= pile.leastMs && value <= pile.toMs);
      // A known silence decides alone: an age beside it says less.
      if (inside) return inside.hop !== undefined && isNamed(closure) ? [] : [pileFact('in', inside, closure)];
      const least = piles[0];
      if (least && least.count >= 5 && !least.together && value < least.leastMs) return [{ kind: 'younger-than-timer', ms: least.fromMs }];
      if (measure === 'silence') return [];
      const below = piles.findLast((pile) => value > pile.toMs && pile.count >= 5 && !this.#isElsewhere(pile, closure));
      if (below) return [pileFact('above', below, closure)];
    }
    return [];
  }

  /** What its client's connections did in the time of its end. */
  #ofClient<T extends Span>(moments: ReadonlyMap<number, readonly T[]>, closure: Closure): T | undefined {
    if (moments.size === 0) return undefined;
    const endMs = midOf(closure);
    return moments.get(this.#lives.known(closure.keys.client?.ip))?.find(({ fromMs, toMs }) => endMs >= fromMs && endMs <= toMs);
  }

  #leavingFacts(closure: Closure): Fact[] {
    const leaving = closure.codes.server === undefined || byHeartbeat(closure) ? undefined : this.#ofClient(this.#leavings, closure);
    return leaving ? [{ kind: 'leaving', count: leaving.count, servers: leaving.servers }] : [];
  }

  #fadingFacts(closure: Closure): Fact[] {
    if (closure.codes.server === undefined) return [];
    const fading = this.#ofClient(this.#fadings, closure);
    return fading ? [{ kind: 'fading', count: fading.count, spreadMs: fading.toMs - fading.fromMs }] : [];
  }
}

/** The server found it gone, and nobody says by whose hand; a failed write that its system puts down to the network is such an end. */
const isLost = (closure: Closure, otherwise: boolean): boolean =>
  closure.state === 'abnormal' &&
  closure.codes.server === 1006 &&
  (!otherwise || closure.seen.some((event) => event.kind === 'socket-closed' && event.by === 'network'));

/** A sharp pile at a known timer tells more than what lies above that; a few of the ages that it spreads agree by chance. */
function withKnown(shown: readonly Pile[], above: readonly Pile[]): Pile[] {
  const has = (one: Pile, pile: Pile): boolean => pile.fromMs >= one.leastMs && pile.fromMs <= one.toMs;
  const isSharp = (one: Pile): boolean => shown.some((pile) => has(one, pile) && pile.fromMs <= one.fromMs + SHARP_MS);
  const known = above.filter((one) => !isSharp(one));
  return [...shown.filter((pile) => pile.round || !known.some((one) => has(one, pile))), ...known].sort((a, b) => a.fromMs - b.fromMs);
}
/** Timers fire some tens of ms late, and stamps of whole seconds at both ends add up to one. */
const SHARP_MS = 1_000;

const isGoingAway = (code: number | undefined): boolean => code === 1001 || code === 1012;

/** A failed handshake has no age and takes part in no burst of ends: nothing was open. */
const neverOpen = (closure: Closure): boolean =>
  closure.codes.server === undefined &&
  closure.seen.some((event) => event.kind === 'handshake-failed') &&
  !closure.seen.some((event) => event.kind === 'tunnel-ended' || event.kind === 'socket-opened');

/** A proxy says by what it ended: a timer, a side, itself. */
const isNamed = ({ seen }: Closure): boolean =>
  seen.some((event) => (event.kind === 'tunnel-ended' && event.endedBy !== undefined) || event.kind === 'proxy-fault');

/** A log names another hand than a timer: its age tells of none. Where a proxy or a gateway names its client, it may: of that client's, or of a hop's in front. */
const endedOtherwise = (closure: Closure): boolean =>
  closure.seen.some(
    (event) =>
      event.kind === 'heartbeat-missed' ||
      (event.kind === 'socket-closed' &&
        event.by !== undefined &&
        event.by !== 'idle-timeout' &&
        !(event.by === 'client' && event.vantage === 'gateway')) ||
      (event.kind === 'tunnel-ended' &&
        event.endedBy !== undefined &&
        event.endedBy !== 'idle' &&
        event.endedBy !== 'life' &&
        event.endedBy !== 'client') ||
      (event.kind === 'proxy-fault' && (event.fault === 'client-reset' || event.fault === 'upstream-reset')),
  );
