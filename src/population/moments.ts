/** What ended together: bursts, clients that one hand cut at once, connections that lived on. */
import type { Fact } from '../closure.ts';
import { lowerBound } from '../numbers.ts';
import { poissonTail, quantileSorted } from '../statistics.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import { ABNORMAL, GOING_AWAY, type Lives } from './lives.ts';

/** Ends of one event spread over this much on a slow host and over one-second stamps. */
export const MOMENT_MS = 2_500;
const SURVIVOR_AFTER_MS = 8_000;
const MIN_BURST = 3;
/** An instance that dies takes all along; stamps and connections opened meanwhile blur it. */
const BURST_SHARE = 0.8;
/** Members of a moment that are looked at one by one. */
const COUNTED = 40;
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

/** Whether ages from the youngest to the oldest are those of connections that were opened together. */
export const areSameAge = (youngest: DurationMs, oldest: DurationMs): boolean =>
  oldest - youngest <= Math.max(SAME_AGE_MS, oldest * SAME_AGE_SHARE);

interface Group {
  readonly clients: number;
  /** Their connections were opened together. */
  readonly sameAge: boolean;
  readonly spreadMs: DurationMs;
  /** By when half of them had opened; undefined = nothing tells. */
  readonly halfOpenMs: EpochMs | undefined;
}

export class Moments {
  readonly #lives: Lives;
  /** How many of the first n ends were abnormal, and how many were told that somebody goes away. */
  readonly #abnormal: Uint32Array;
  readonly #goingAway: Uint32Array;
  /** When one hand cut many at once. */
  readonly #cuts: Float64Array;
  /** What chance says of counts, of which there are few; keyed by numbers, since all of a million closures ask. */
  readonly #unusual = new Map<number, boolean>();
  readonly #dense = new Map<number, boolean>();
  /** By client the number of the count that it was last counted in: a set for each of a million closures costs more than all else here. */
  readonly #countedIn: Uint32Array;
  #counted = 0;

  constructor(lives: Lives) {
    this.#lives = lives;
    this.#abnormal = lives.running(ABNORMAL);
    this.#goingAway = lives.running(GOING_AWAY);
    this.#countedIn = new Uint32Array(lives.clientCount);
    this.#cuts = lives.ends.filter((endMs, at) => lives.has(at, ABNORMAL) && this.cutAtOnce(endMs));
  }

  factsAt(endMs: EpochMs): Fact[] {
    const { ends, opens } = this.#lives;
    const from = lowerBound(ends, endMs - MOMENT_MS);
    const to = lowerBound(ends, endMs + MOMENT_MS);
    const within = (counts: Uint32Array): number => (counts[to] ?? 0) - (counts[from] ?? 0);
    const together = within(this.#abnormal);
    // Alive when the moment began: opened before, not ended before.
    // Those opened within the moment itself may outnumber them.
    const live = Math.max(together, lowerBound(opens, endMs - MOMENT_MS) - from);
    const facts: Fact[] = [];
    if (together >= MIN_BURST) {
      if (together >= live * BURST_SHARE)
        facts.push({ kind: 'burst', count: together, live, early: this.#isEarly(endMs), ...this.#groupIn(from, to) });
      else if (this.#isUnusual(together, MOMENT_MS)) facts.push(this.#clientGroup(together, from, to));
      else {
        // Where ends are dense so many in a moment are none too many, but so many within a turn of an event loop are.
        const one = lowerBound(ends, endMs - AT_ONCE_MS);
        const last = lowerBound(ends, endMs + AT_ONCE_MS);
        const atOnce = (this.#abnormal[last] ?? 0) - (this.#abnormal[one] ?? 0);
        if (atOnce >= AT_ONCE_LEAST && this.#isUnusual(atOnce, AT_ONCE_MS)) facts.push(this.#clientGroup(atOnce, one, last));
      }
    }
    const turn = this.#turnAt(endMs, together);
    if (turn !== undefined) facts.push({ kind: 'one-turn', count: turn });
    const goingAway = within(this.#goingAway);
    // A page that is left says 1001 as well, one here and one there: only a server says it to most, or to more than leave by chance.
    if (
      goingAway >= 2 &&
      (together + goingAway >= live * BURST_SHARE || (goingAway >= MIN_BURST && this.#isUnusual(goingAway, MOMENT_MS, this.#goingAway)))
    )
      facts.push({ kind: 'going-away-siblings', count: goingAway });
    const after = lowerBound(ends, endMs + SURVIVOR_AFTER_MS);
    const openedBefore = lowerBound(opens, endMs - 1_000);
    const survivors = openedBefore - after;
    if (survivors > 0) facts.push({ kind: 'survivors', count: survivors });
    return facts;
  }

  #clientGroup(count: number, from: number, to: number): Fact {
    return { kind: 'client-group', count, ...this.#groupIn(from, to) };
  }

  /** Whether it ended in the moment before one hand cut others: no part of that. */
  #isEarly(endMs: EpochMs): boolean {
    const next = this.#cuts[lowerBound(this.#cuts, endMs)];
    return next !== undefined && next > endMs + 2 * AT_ONCE_MS && next <= endMs + MOMENT_MS;
  }

  /** Whether so many ends (abnormal ones) within ± `aroundMs` are more than chance makes of the rate at all other times. */
  #isUnusual(count: number, aroundMs: typeof MOMENT_MS | typeof AT_ONCE_MS, sums = this.#abnormal): boolean {
    const key = count * 4 + (aroundMs === AT_ONCE_MS ? 1 : 0) + (sums === this.#goingAway ? 2 : 0);
    let unusual = this.#unusual.get(key);
    if (unusual === undefined) {
      const others = (sums.at(-1) ?? 0) - count;
      unusual = poissonTail(count, (others * 2 * aroundMs) / Math.max(this.#lives.spanMs - 2 * aroundMs, LEAST_SPAN_MS)) < GROUP_P;
      this.#unusual.set(key, unusual);
    }
    return unusual;
  }

  /** Whether what ended here was cut by one hand, whatever its age: its ages tell of no timer. */
  cutAtOnce(endMs: EpochMs): boolean {
    const lives = this.#lives;
    const from = lowerBound(lives.ends, endMs - AT_ONCE_MS);
    const to = lowerBound(lives.ends, endMs + AT_ONCE_MS);
    const count = (this.#abnormal[to] ?? 0) - (this.#abnormal[from] ?? 0);
    if (count < AT_ONCE_LEAST || !this.#isUnusual(count, AT_ONCE_MS)) return false;
    const ages: DurationMs[] = [];
    for (let at = from; at < Math.min(to, from + COUNTED); at++)
      if (lives.has(at, ABNORMAL) && lives.ageAt(at) > 0) ages.push(lives.ageAt(at));
    if (ages.length < AT_ONCE_LEAST) return false;
    ages.sort((a, b) => a - b);
    const [young, old] = [quantileSorted(ages, 0.2), quantileSorted(ages, 0.8)];
    return old - young > Math.max(AT_ONCE_AGES_MS, old * SAME_AGE_SHARE);
  }

  /** Whether one hand cut it along with those of other clients: a page that is left takes none of another machine's along. */
  cutWithOthers(endMs: EpochMs): boolean {
    const { ends } = this.#lives;
    return this.cutAtOnce(endMs) && this.#groupIn(lowerBound(ends, endMs - AT_ONCE_MS), lowerBound(ends, endMs + AT_ONCE_MS)).clients > 1;
  }

  /** Whether so many of those in a moment are more than chance puts into one turn of it. */
  #isDense(count: number, together: number): boolean {
    const key = count * (this.#lives.length + 1) + together;
    let dense = this.#dense.get(key);
    if (dense === undefined) {
      dense = poissonTail(count - 1, ((together - 1) * AT_ONCE_MS) / MOMENT_MS) < GROUP_P;
      this.#dense.set(key, dense);
    }
    return dense;
  }

  /** How many ended in one turn of an event loop, of different ages, of those `together` that ended around it; undefined = no more than chance puts there. */
  #turnAt(endMs: EpochMs, together: number): number | undefined {
    const lives = this.#lives;
    const from = lowerBound(lives.ends, endMs - AT_ONCE_MS);
    const to = lowerBound(lives.ends, endMs + AT_ONCE_MS);
    const count = (this.#abnormal[to] ?? 0) - (this.#abnormal[from] ?? 0);
    if (count < MIN_BURST || !this.#isDense(count, together)) return undefined;
    let [youngest, oldest] = [Number.POSITIVE_INFINITY, 0];
    for (let at = from; at < Math.min(to, from + COUNTED); at++) {
      if (!lives.has(at, ABNORMAL)) continue;
      youngest = Math.min(youngest, lives.ageAt(at));
      oldest = Math.max(oldest, lives.ageAt(at));
    }
    return oldest - youngest > AT_ONCE_AGES_MS ? count : undefined;
  }

  /** Distinct clients of the abnormal ends among these, and whether their connections were of one age. */
  #groupIn(from: number, to: number): Group {
    const lives = this.#lives;
    this.#counted++;
    let clients = 0;
    let [youngest, oldest] = [Number.POSITIVE_INFINITY, 0];
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const opens: EpochMs[] = [];
    for (let at = from; at < Math.min(to, from + COUNTED); at++) {
      if (!lives.has(at, ABNORMAL)) continue;
      first = Math.min(first, lives.endAt(at));
      last = Math.max(last, lives.endAt(at));
      const client = lives.clientAt(at);
      if (this.#countedIn[client] !== this.#counted) clients++;
      this.#countedIn[client] = this.#counted;
      const age = lives.ageAt(at);
      if (age > 0) opens.push(lives.openAt(at));
      youngest = Math.min(youngest, age);
      oldest = Math.max(oldest, age);
    }
    opens.sort((a, b) => a - b);
    const halfOpenMs = opens[Math.floor(opens.length / 2)];
    return { clients, sameAge: areSameAge(youngest, oldest), spreadMs: last - first, halfOpenMs };
  }
}
