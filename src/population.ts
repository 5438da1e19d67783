/**
 * What only all closures together show: ages and silences that pile up at a timer (tested against chance), many ends in one moment,
 * ends in the turns of a server's own timer, connections that lived on, clients that came back. Fed closure by closure, then asked about each.
 */

import type { Closure, Fact } from './closure.ts';
import { lowerBound, Numbers } from './numbers.ts';
import { Measured, type Pile, pilesIn } from './piles.ts';
import { byHeartbeat } from './signals.ts';
import { type Floor, SilenceFloor } from './silence-floor.ts';
import { poissonTail, quantileSorted } from './statistics.ts';
import { inTurn, type Sweep, sweepIn } from './sweeps.ts';
import type { DurationMs } from './types.ts';
import { isUndated } from './undated.ts';

/** Ends of one event spread over this much on a slow host and over one-second stamps. */
const MOMENT_MS = 2_500;
const SURVIVOR_AFTER_MS = 8_000;
const MIN_BURST = 3;
/** An instance that dies takes all along; stamps and connections opened meanwhile blur it. */
const BURST_SHARE = 0.8;
const COUNTED = 40; // members of a moment that are looked at one by one
const GROUP_P = 1e-3;
/** A rate of ends is not taken over less than this. */
const LEAST_SPAN_MS = 5_000;
/** What one hand cuts at once ends within this: a dying process's sockets, a stopped proxy's tunnels. */
const AT_ONCE_MS = 150;
const AT_ONCE_LEAST = 5;
/** A timer's closures that chance puts into one moment are of about one age. */
const AT_ONCE_AGES_MS = 1_000;
/** Ages within this of one another are of connections that were opened together. */
const SAME_AGE_MS = 3_000;
const SAME_AGE_SHARE = 0.15;

/** What one connection was, as bits (`NAMED`: a proxy says by what it ended); above them the number of the server log that ended it without naming another hand, if one did. */
const ABNORMAL = 1;
const GOING_AWAY = 2;
const NAMED = 4;
const BITS = 8;
/** Ends of one instant that are looked through for a client's. */
const SAME_INSTANT = 200;
/** One-second stamps put an open up to so long before the end that it followed. */
const STAMP_MS = 1_000;

/** Ends of one client one after the other; a process that dies, or a machine, takes all of its connections in one moment. */
interface Fading {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}
/** A household's devices may be left one by one. */
const FADING_LEAST = 6;
/** A heartbeat's longest usual interval: each connection is found silent at its own time within one. */
const FADING_MS = 60_000;
const FADING_GAP_MS = 10_000;
/** So much of the client's others at most lived on, and so many other clients at least: the server, and its own network, were well. */
const FADING_STAYED = 0.1;
const FADING_OTHERS = 3;
/** So many of a client's fadings are kept, and so many of the next ends looked at for others. */
const FADINGS_KEPT = 100;
const OTHERS_LOOKED_AT = 1_000;

/** Stamps of whole seconds put every age on a whole second: such ages agree by rounding, not by a timer. */
const isExact = ({ ended, lifeMs }: Closure): boolean => ended.toMs - ended.fromMs <= 10 && lifeMs !== undefined && lifeMs % 1_000 !== 0;

export class Population {
  readonly #ages = new Measured();
  readonly #silences = new Measured();
  /** Of each connection, in the order they came: end and beginning (ms UTC), bits, number of its client. */
  readonly #endsSeen = new Numbers();
  readonly #opensSeen = new Numbers();
  readonly #bitsSeen = new Numbers();
  readonly #clientsSeen = new Numbers();
  /** By client the number of the count that it was last counted in: a set for each of a million closures costs more than all else here. */
  #countedIn = new Uint32Array();
  #counted = 0;
  readonly #clientNumbers = new Map<string, number>();
  /** Server logs, and the widest stamp of each (ms). */
  readonly #servers = new Map<string, { readonly number: number; widthMs: DurationMs }>();
  /** Attempts to connect that failed: when (ms UTC), and the client's number. */
  readonly #attempts = new Numbers();
  readonly #attemptedBy = new Numbers();
  #knowsAges = false;
  #piles: Pile[] = [];
  #silencePiles: Pile[] = [];
  #agePiles: Pile[] = [];
  /** Ends in order of time, and of each its place in what was seen. */
  #ends: Float64Array = new Float64Array();
  #byEnd: Uint32Array = new Uint32Array();
  #opens: Float64Array = new Float64Array();
  /** How many of the first n ends were abnormal, and how many were told that somebody goes away. */
  #abnormal: Uint32Array = new Uint32Array();
  #goingAway: Uint32Array = new Uint32Array();
  /** From the first to the last end. */
  #spanMs: DurationMs = 0;
  readonly #sweeps = new Map<string, Sweep>();
  readonly #forgotten = new SilenceFloor();
  #floor: Floor | undefined;
  /** Of each end, in order of time: until its client came back (ms); NaN = it did not, or its address is many clients'. */
  #pauses: Float32Array = new Float32Array();
  /** When one hand cut many at once. */
  #cuts: Float64Array = new Float64Array();
  /** By client: when its connections ended one after the other, all of them. */
  readonly #fadings = new Map<number, Fading[]>();
  readonly #unusual = new Map<string, boolean>();

  add(closure: Closure): void {
    const endMs = (closure.ended.fromMs + closure.ended.toMs) / 2;
    const client = this.#numberOf(closure.keys.client?.ip);
    if (neverOpen(closure)) {
      this.#attempts.push(endMs - (closure.lifeMs ?? 0));
      this.#attemptedBy.push(client);
      return;
    }
    const { codes } = closure;
    const goingAway = isGoingAway(codes.client) || isGoingAway(codes.gateway) || isGoingAway(codes.server);
    const abnormal = closure.state !== 'clean';
    const { lifeMs, silenceMs } = closure;
    const otherwise = abnormal && endedOtherwise(closure);
    const sweeper = abnormal && (!otherwise || byHeartbeat(closure)) ? this.#serverNumber(closure) : 0;
    if (!isUndated(closure.ended))
      this.#live(
        endMs,
        endMs - (lifeMs ?? 0),
        (abnormal ? ABNORMAL : 0) + (goingAway ? GOING_AWAY : 0) + (isNamed(closure) ? NAMED : 0) + BITS * sweeper,
        client,
      );
    this.#forgotten.add(closure, isLost(closure, otherwise));
    if (!abnormal || otherwise) return;
    const exact = isExact(closure);
    if (lifeMs !== undefined) this.#ages.add(lifeMs, endMs, exact);
    if (silenceMs !== undefined) this.#silences.add(silenceMs, endMs, exact);
  }

  /** A connection that was opened and that no log ends: it lived on. */
  addLiving(openMs: number, client: string | undefined): void {
    this.#live(Number.MAX_SAFE_INTEGER, openMs, 0, this.#numberOf(client));
  }

  /** 0 = no log names the client's address. */
  #numberOf(client: string | undefined): number {
    if (client === undefined) return 0;
    let number = this.#clientNumbers.get(client);
    if (number === undefined) {
      number = this.#clientNumbers.size + 1;
      this.#clientNumbers.set(client, number);
    }
    return number;
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

  #live(endMs: number, openMs: number, bits: number, client: number): void {
    this.#endsSeen.push(endMs);
    this.#opensSeen.push(openMs);
    this.#bitsSeen.push(bits);
    this.#clientsSeen.push(client);
    if (openMs < endMs) this.#knowsAges = true;
  }

  /** After the last closure. */
  finish(): void {
    this.#countedIn = new Uint32Array(this.#clientNumbers.size + 1);
    this.#byEnd = this.#endsSeen.ranking();
    this.#ends = this.#endsSeen.pick(this.#byEnd);
    this.#opens = this.#opensSeen.pick(this.#byEnd).sort();
    this.#abnormal = this.#running(ABNORMAL);
    this.#goingAway = this.#running(GOING_AWAY);
    const last = this.#ends[lowerBound(this.#ends, Number.MAX_SAFE_INTEGER) - 1];
    this.#spanMs = (last ?? 0) - (this.#ends[0] ?? 0);
    const alone = (endMs: number): boolean => !this.#cutAtOnce(endMs);
    this.#cuts = this.#ends.filter((endMs, at) => this.#isAbnormal(this.#byEnd[at] as number) && !alone(endMs));
    this.#silencePiles = pilesIn('silence', this.#silences.where(alone));
    this.#agePiles = pilesIn('age', this.#ages.where(alone));
    this.#piles = [...this.#silencePiles, ...this.#agePiles];
    // Silences that agree are a timer's that said so at once.
    const { floor } = this.#forgotten;
    if (floor && !this.#silencePiles.some(({ count }) => count * 2 > floor.count)) this.#floor = floor;
    this.#findSweeps();
    this.#findFadings();
    this.#findPauses();
  }

  /** What no timer's pile explains, server by server. */
  #findSweeps(): void {
    const names = [...this.#servers];
    const of = names.map(() => ({ ends: new Numbers(), ages: new Numbers() }));
    for (const [at, one] of this.#byEnd.entries()) {
      const mine = of[Math.floor(this.#bitsSeen.at(one) / BITS) - 1];
      const endMs = this.#ends[at] as number;
      const age = endMs - this.#opensSeen.at(one);
      if (!mine || this.#agePiles.some((pile) => !pile.together && age >= pile.leastMs && age <= pile.toMs)) continue;
      mine.ends.push(endMs);
      mine.ages.push(age);
    }
    for (const [number, [server, { widthMs }]] of names.entries()) {
      const mine = of[number];
      const sweep = mine && sweepIn(mine.ends, mine.ages, widthMs);
      if (sweep) this.#sweeps.set(server, sweep);
    }
  }

  /** Of each client with several connections at once: the ends that a server wrote without naming another hand, one after the other. */
  #findFadings(): void {
    const of = new Map<number, number[]>();
    for (const [at, one] of this.#byEnd.entries()) {
      const client = this.#clientsSeen.at(one);
      if (client === 0) continue;
      const mine = of.get(client);
      if (mine) mine.push(at);
      else of.set(client, [at]);
    }
    if (of.size <= FADING_OTHERS) return;
    for (const [client, places] of of) {
      const runs: Fading[] = [];
      for (let from = 0; from < places.length && runs.length < FADINGS_KEPT; ) {
        let to = from;
        while (to < places.length && this.#isUnnamed(places[to]) && (to === from || this.#gapBefore(places, to) <= FADING_GAP_MS)) to++;
        const fading = this.#fadingOf(places, from, to, client);
        if (fading) runs.push(fading);
        from = Math.max(to, from + 1);
      }
      if (runs.length > 0) this.#fadings.set(client, runs);
    }
  }

  /** A server wrote this end as abnormal, and no log names a hand. */
  #isUnnamed(place: number | undefined): boolean {
    const bits = this.#bitsSeen.at(this.#byEnd[place ?? 0] as number);
    return bits >= BITS && (bits & NAMED) === 0;
  }

  #gapBefore(places: readonly number[], at: number): number {
    return this.#endAt(places[at]) - this.#endAt(places[at - 1]);
  }

  #endAt(place: number | undefined): number {
    return this.#ends[place ?? -1] ?? Number.NaN;
  }

  #openAt(place: number | undefined): number {
    return this.#opensSeen.at(this.#byEnd[place ?? 0] as number);
  }

  #fadingOf(all: readonly number[], from: number, to: number, client: number): Fading | undefined {
    const places = all.slice(from, to);
    const [fromMs, toMs] = [this.#endAt(places[0]), this.#endAt(places.at(-1))];
    if (places.length < FADING_LEAST || toMs - fromMs < MOMENT_MS || toMs - fromMs > FADING_MS) return undefined;
    // All were open when the first ended: connections that come and go are people's.
    if (places.some((at) => this.#openAt(at) > fromMs)) return undefined;
    const ages = places.map((at) => this.#endAt(at) - this.#openAt(at)).sort((a, b) => a - b);
    const oldest = ages.at(-1) as number;
    if (oldest - (ages[0] as number) <= Math.max(SAME_AGE_MS, oldest * SAME_AGE_SHARE)) return undefined;
    const stayed = all.slice(to, to + COUNTED).filter((at) => this.#openAt(at) < fromMs).length;
    if (stayed > places.length * FADING_STAYED) return undefined;
    const others = new Set<number>();
    const next = lowerBound(this.#ends, toMs);
    for (let at = next; at < Math.min(this.#ends.length, next + OTHERS_LOOKED_AT) && others.size < FADING_OTHERS; at++) {
      const other = this.#clientsSeen.at(this.#byEnd[at] as number);
      if (other !== 0 && other !== client && this.#openAt(at) < fromMs && this.#endAt(at) > toMs) others.add(other);
    }
    return others.size < FADING_OTHERS ? undefined : { fromMs, toMs, count: places.length };
  }

  /** From each end to the next connection, or attempt, of the same client; only of addresses that never have two connections at once. */
  #findPauses(): void {
    const clients = this.#clientNumbers.size + 1;
    const [ends, places] = [new Float64Array(clients), new Int32Array(clients).fill(-1)];
    const shared = new Uint8Array(clients);
    const pauses = new Float32Array(this.#byEnd.length).fill(Number.NaN);
    const back = (client: number, ms: number): void => {
      const place = places[client] as number;
      if (place < 0) return;
      const pause = ms - (ends[client] as number);
      if (pause < -STAMP_MS) shared[client] = 1;
      else pauses[place] = Math.max(0, pause);
      places[client] = -1;
    };
    const order = this.#attempts.ranking();
    let tried = 0;
    const triedUntil = (ms: number): void => {
      for (; tried < order.length; tried++) {
        const one = order[tried] as number;
        if (this.#attempts.at(one) > ms) return;
        back(this.#attemptedBy.at(one), this.#attempts.at(one));
      }
    };
    for (let at = 0; at < this.#byEnd.length; at++) {
      const one = this.#byEnd[at] as number;
      const [endMs, openMs, client] = [this.#endsSeen.at(one), this.#opensSeen.at(one), this.#clientsSeen.at(one)];
      triedUntil(openMs);
      if (client === 0) continue;
      if (openMs < endMs) back(client, openMs);
      [ends[client], places[client]] = [endMs, at];
    }
    triedUntil(Number.POSITIVE_INFINITY);
    for (let at = 0; at < pauses.length; at++) if (shared[this.#clientsSeen.at(this.#byEnd[at] as number)] === 1) pauses[at] = Number.NaN;
    this.#pauses = pauses;
  }

  /** How long after its end the closure's client came back (ms); undefined = it did not, or that cannot be told. */
  pauseAfter({ ended, keys }: Closure): DurationMs | undefined {
    const client = this.#clientNumbers.get(keys.client?.ip ?? '');
    if (client === undefined) return undefined;
    const endMs = (ended.fromMs + ended.toMs) / 2;
    const from = lowerBound(this.#ends, endMs);
    for (let at = from; this.#ends[at] === endMs && at < from + SAME_INSTANT; at++)
      if (this.#clientsSeen.at(this.#byEnd[at] as number) === client) {
        const pause = this.#pauses[at] as number;
        return Number.isNaN(pause) ? undefined : pause;
      }
    return undefined;
  }

  /** The silence after which a hop forgets connections, if their ends show one. */
  get floor(): Floor | undefined {
    return this.#floor;
  }

  /** Timers of servers that their ends show, by server log. */
  get sweeps(): ReadonlyMap<string, Sweep> {
    return this.#sweeps;
  }

  #isAbnormal(place: number): boolean {
    return (this.#bitsSeen.at(place) & ABNORMAL) !== 0;
  }

  /** n + 1 sums: of the first 0, 1, … n ends, how many have the bit. */
  #running(bit: number): Uint32Array {
    const sums = new Uint32Array(this.#byEnd.length + 1);
    for (let at = 0; at < this.#byEnd.length; at++)
      sums[at + 1] = (sums[at] as number) + ((this.#bitsSeen.at(this.#byEnd[at] as number) & bit) === 0 ? 0 : 1);
    return sums;
  }

  /** Piles found, most populous first: for the report. */
  get piles(): readonly Pile[] {
    return this.#piles.toSorted((a, b) => b.count - a.count);
  }

  /** Whether any closure's age is known at all. */
  get knowsAges(): boolean {
    return this.#knowsAges;
  }

  facts(closure: Closure): Fact[] {
    // Without a moment it is part of none.
    if (isUndated(closure.ended)) return this.#pileFacts(closure);
    return [
      ...this.#pileFacts(closure),
      ...this.#momentFacts(closure),
      ...this.#sweepFacts(closure),
      ...this.#floorFacts(closure),
      ...this.#fadingFacts(closure),
    ];
  }

  #floorFacts(closure: Closure): Fact[] {
    return this.#floor && closure.silenceMs !== undefined && isLost(closure, endedOtherwise(closure))
      ? [{ kind: 'silence-floor', ...this.#floor }]
      : [];
  }

  #sweepFacts({ server, codes, ended }: Closure): Fact[] {
    const sweep = server === undefined || codes.server === undefined ? undefined : this.#sweeps.get(server);
    if (!sweep || !inTurn(sweep, (ended.fromMs + ended.toMs) / 2)) return [];
    return [{ kind: 'sweep', intervalMs: sweep.intervalMs, whole: sweep.whole, gaps: sweep.gaps, p: sweep.p }];
  }

  #pileFacts(closure: Closure): Fact[] {
    if (this.#cutAtOnce((closure.ended.fromMs + closure.ended.toMs) / 2)) return [];
    for (const measure of ['silence', 'age'] as const) {
      const value = measure === 'age' ? closure.lifeMs : closure.silenceMs;
      if (value === undefined) continue;
      const piles = measure === 'age' ? this.#agePiles : this.#silencePiles;
      const inside = piles.find((pile) => value >= pile.leastMs && value <= pile.toMs);
      // A known silence decides alone: an age beside it says less.
      if (inside)
        return [
          {
            kind: 'age-pile',
            measure,
            place: 'in',
            ms: inside.fromMs,
            count: inside.count,
            total: inside.total,
            below: inside.below,
            p: inside.p,
            together: inside.together,
            round: inside.round,
          },
        ];
      const least = piles[0];
      if (least && least.count >= 5 && !least.together && value < least.leastMs) return [{ kind: 'younger-than-timer', ms: least.fromMs }];
      if (measure === 'silence') return [];
      const below = piles.findLast((pile) => value > pile.toMs && pile.count >= 5);
      if (below)
        return [
          {
            kind: 'age-pile',
            measure,
            place: 'above',
            ms: below.fromMs,
            count: below.count,
            total: below.total,
            below: below.below,
            p: below.p,
            together: below.together,
            round: below.round,
          },
        ];
    }
    return [];
  }

  #fadingFacts({ ended, keys, codes }: Closure): Fact[] {
    const endMs = (ended.fromMs + ended.toMs) / 2;
    const fading =
      codes.server === undefined
        ? undefined
        : this.#fadings
            .get(this.#clientNumbers.get(keys.client?.ip ?? '') ?? 0)
            ?.find(({ fromMs, toMs }) => endMs >= fromMs && endMs <= toMs);
    return fading ? [{ kind: 'fading', count: fading.count, spreadMs: fading.toMs - fading.fromMs }] : [];
  }

  #momentFacts(closure: Closure): Fact[] {
    const at = (closure.ended.fromMs + closure.ended.toMs) / 2;
    const from = lowerBound(this.#ends, at - MOMENT_MS);
    const to = lowerBound(this.#ends, at + MOMENT_MS);
    const within = (counts: Uint32Array): number => (counts[to] ?? 0) - (counts[from] ?? 0);
    const together = within(this.#abnormal);
    // Alive when the moment began: opened before, not ended before.
    // Those opened within the moment itself may outnumber them.
    const live = Math.max(together, lowerBound(this.#opens, at - MOMENT_MS) - from);
    const facts: Fact[] = [];
    if (together >= MIN_BURST) {
      if (together >= live * BURST_SHARE)
        facts.push({ kind: 'burst', count: together, live, early: this.#isEarly(at), ...this.#groupIn(from, to) });
      else if (this.#isUnusual(together, MOMENT_MS)) facts.push(this.#clientGroup(together, from, to));
      else {
        // Where ends are dense so many in a moment are none too many, but so many within a turn of an event loop are.
        const one = lowerBound(this.#ends, at - AT_ONCE_MS);
        const last = lowerBound(this.#ends, at + AT_ONCE_MS);
        const atOnce = (this.#abnormal[last] ?? 0) - (this.#abnormal[one] ?? 0);
        if (atOnce >= AT_ONCE_LEAST && this.#isUnusual(atOnce, AT_ONCE_MS)) facts.push(this.#clientGroup(atOnce, one, last));
      }
    }
    const goingAway = within(this.#goingAway);
    // A page that is left says 1001 as well, one here and one there: only a server says it to most, or to more than leave by chance.
    if (
      goingAway >= 2 &&
      (together + goingAway >= live * BURST_SHARE || (goingAway >= MIN_BURST && this.#isUnusual(goingAway, MOMENT_MS, this.#goingAway)))
    )
      facts.push({ kind: 'going-away-siblings', count: goingAway });
    const after = lowerBound(this.#ends, at + SURVIVOR_AFTER_MS);
    const openedBefore = lowerBound(this.#opens, at - 1_000);
    const survivors = openedBefore - after;
    if (survivors > 0) facts.push({ kind: 'survivors', count: survivors });
    return facts;
  }

  #clientGroup(count: number, from: number, to: number): Fact {
    return { kind: 'client-group', count, ...this.#groupIn(from, to) };
  }

  /** Whether it ended in the moment before one hand cut others: no part of that. */
  #isEarly(endMs: number): boolean {
    const next = this.#cuts[lowerBound(this.#cuts, endMs)];
    return next !== undefined && next > endMs + 2 * AT_ONCE_MS && next <= endMs + MOMENT_MS;
  }

  /** Whether so many ends (abnormal ones) within ± `aroundMs` are more than chance makes of the rate at all other times. */
  #isUnusual(count: number, aroundMs: DurationMs, sums = this.#abnormal): boolean {
    const key = `${count} ${aroundMs} ${sums.at(-1) ?? 0}`;
    let unusual = this.#unusual.get(key);
    if (unusual === undefined) {
      const others = (sums.at(-1) ?? 0) - count;
      unusual = poissonTail(count, (others * 2 * aroundMs) / Math.max(this.#spanMs - 2 * aroundMs, LEAST_SPAN_MS)) < GROUP_P;
      this.#unusual.set(key, unusual);
    }
    return unusual;
  }

  /** Whether what ended here was cut by one hand, whatever its age: its ages tell of no timer. */
  #cutAtOnce(endMs: number): boolean {
    const from = lowerBound(this.#ends, endMs - AT_ONCE_MS);
    const to = lowerBound(this.#ends, endMs + AT_ONCE_MS);
    const count = (this.#abnormal[to] ?? 0) - (this.#abnormal[from] ?? 0);
    if (count < AT_ONCE_LEAST || !this.#isUnusual(count, AT_ONCE_MS)) return false;
    const ages: DurationMs[] = [];
    for (let at = from; at < Math.min(to, from + COUNTED); at++) {
      const one = this.#byEnd[at] as number;
      const age = this.#endsSeen.at(one) - this.#opensSeen.at(one);
      if (this.#isAbnormal(one) && age > 0) ages.push(age);
    }
    if (ages.length < AT_ONCE_LEAST) return false;
    ages.sort((a, b) => a - b);
    const [young, old] = [quantileSorted(ages, 0.2), quantileSorted(ages, 0.8)];
    return old - young > Math.max(AT_ONCE_AGES_MS, old * SAME_AGE_SHARE);
  }

  /** Distinct clients of the abnormal ends among these, and whether their connections were of one age. */
  #groupIn(from: number, to: number): { readonly clients: number; readonly sameAge: boolean; readonly spreadMs: DurationMs } {
    this.#counted++;
    let clients = 0;
    let [youngest, oldest] = [Number.POSITIVE_INFINITY, 0];
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = from; at < Math.min(to, from + COUNTED); at++) {
      const one = this.#byEnd[at] as number;
      if (!this.#isAbnormal(one)) continue;
      first = Math.min(first, this.#endsSeen.at(one));
      last = Math.max(last, this.#endsSeen.at(one));
      const client = this.#clientsSeen.at(one);
      if (this.#countedIn[client] !== this.#counted) clients++;
      this.#countedIn[client] = this.#counted;
      const age = this.#endsSeen.at(one) - this.#opensSeen.at(one);
      youngest = Math.min(youngest, age);
      oldest = Math.max(oldest, age);
    }
    const sameAge = oldest - youngest <= Math.max(SAME_AGE_MS, oldest * SAME_AGE_SHARE);
    return { clients, sameAge, spreadMs: last - first };
  }
}

/** The server found it gone, and nobody says by whose hand; a failed write that its system puts down to the network is such an end. */
const isLost = (closure: Closure, otherwise: boolean): boolean =>
  closure.state === 'abnormal' &&
  closure.codes.server === 1006 &&
  (!otherwise || closure.seen.some((event) => event.kind === 'socket-closed' && event.by === 'network'));

const isGoingAway = (code: number | undefined): boolean => code === 1001 || code === 1012;

/** A failed handshake has no age and takes part in no burst of ends: nothing was open. */
const neverOpen = (closure: Closure): boolean =>
  closure.codes.server === undefined &&
  closure.seen.some((event) => event.kind === 'handshake-failed') &&
  !closure.seen.some((event) => event.kind === 'tunnel-ended' || event.kind === 'socket-opened');

/** A proxy says by what it ended: a timer, a side, itself. */
const isNamed = ({ seen }: Closure): boolean =>
  seen.some((event) => (event.kind === 'tunnel-ended' && event.endedBy !== undefined) || event.kind === 'proxy-fault');

/** A log names another hand than a timer: its age tells of none. Where a proxy names its client, it may: of that client's, or of a hop's in front. */
const endedOtherwise = (closure: Closure): boolean =>
  closure.seen.some(
    (event) =>
      event.kind === 'heartbeat-missed' ||
      (event.kind === 'socket-closed' && event.by !== undefined && event.by !== 'idle-timeout') ||
      (event.kind === 'tunnel-ended' &&
        event.endedBy !== undefined &&
        event.endedBy !== 'idle' &&
        event.endedBy !== 'life' &&
        event.endedBy !== 'client') ||
      (event.kind === 'proxy-fault' && (event.fault === 'client-reset' || event.fault === 'upstream-reset')),
  );
