/** Ages and silences that pile up: what a timer leaves behind, told from chance. */
import { lowerBound, Numbers } from '../numbers.ts';
import { TIMER_EARLY_MS, timerAt } from '../signals.ts';
import { poissonTail, quantileSorted } from '../statistics.ts';
import type { DurationMs } from '../types.ts';

/** A pile's width: a proxy's timer slack, the handshake, one-second stamps; of long timers two per cent. */
const pileWidth = (ms: DurationMs): DurationMs => Math.max(1_000, Math.min(5_000, ms * 0.02));
const MIN_PILE = 3;
/** Chance of a pile under evenly spread ages, over all places tried: below it we believe in a timer. */
const PILE_P = 1e-3;
/** Piles below this are handshakes and short visits, not timers of any hop. */
const MIN_TIMER_MS = 900;
/** Fewer than one value in five windows is no measurable background. */
const LEAST_BACKGROUND = 0.2;
const ROUND_EARLY_MS = 120;
/** Of ages that lie evenly over a window its fullest quarter holds a quarter and a little; of a timer's own most. */
const POLLED_SHARE = 0.4;

export interface Pile {
  readonly measure: 'age' | 'silence';
  /** Whose idle timer it begins at, where that is known; undefined = the pile shows its own time. */
  readonly hop?: string;
  readonly fromMs: DurationMs;
  readonly toMs: DurationMs;
  /** From here on an age may be the timer's: some ms before the pile, or a whole turn where the timer is only looked at once a second. */
  readonly leastMs: DurationMs;
  readonly count: number;
  readonly total: number;
  /** How many of all abnormal closures ended younger than the pile, and of how many of them no proxy says who ended them. */
  readonly below: number;
  readonly belowUnnamed: number;
  readonly p: number;
  /** All of the pile ended in one or two moments: connections that were also opened together. */
  readonly together: boolean;
  /** A whole number of seconds that people set lies at its edge. */
  readonly round: boolean;
  /** How many of them the server read as a reset. */
  readonly resets: number;
  /** The client's address and its program that all of the pile have of which they are known. */
  readonly client: Shared;
  readonly agent: Shared;
}

/** What all have, by its number, and how many that is of which it is known; 0 = they differ. */
export interface Shared {
  readonly number: number;
  readonly count: number;
}

/** How a closure was measured and ended. */
export interface Ways {
  readonly exact: boolean;
  readonly reset: boolean;
  readonly named: boolean;
  /** Numbers of the client's address and of its program; 0 = not known. */
  readonly client: number;
  readonly agent: number;
}

/** How a closure was measured and ended, as bits; above them the number of its client's program. */
const EXACT = 1;
const RESET = 2;
const NAMED = 4;
const BITS = 8;

/** Measures of abnormal closures, each at its place, and when each ended. */
export class Measured {
  readonly values = new Numbers(Float64Array);
  readonly #ends = new Numbers(Float64Array);
  readonly #ways = new Numbers(Uint32Array);
  readonly #clients = new Numbers(Uint32Array);

  add(value: DurationMs, endMs: number, { exact, reset, named, client, agent }: Ways): void {
    this.values.push(value);
    this.#ends.push(endMs);
    this.#ways.push((exact ? EXACT : 0) + (reset ? RESET : 0) + (named ? NAMED : 0) + BITS * agent);
    this.#clients.push(client);
  }

  /** Places of those for which `holds`. */
  where(holds: (endMs: number) => boolean): Uint32Array {
    const places = new Uint32Array(this.values.length);
    let count = 0;
    for (let at = 0; at < places.length; at++) if (holds(this.#ends.at(at))) places[count++] = at;
    return places.subarray(0, count);
  }

  isExact(place: number): boolean {
    return (this.#ways.at(place) & EXACT) !== 0;
  }

  endsOf(places: Uint32Array): Float64Array {
    return this.#ends.pick(places);
  }

  isNamed(place: number): boolean {
    return (this.#ways.at(place) & NAMED) !== 0;
  }

  resetsOf(places: Uint32Array): number {
    return this.#count(places, RESET);
  }

  namedOf(places: Uint32Array): number {
    return this.#count(places, NAMED);
  }

  clientOf(places: Uint32Array): Shared {
    return shared(places, (place) => this.#clients.at(place));
  }

  agentOf(places: Uint32Array): Shared {
    return shared(places, (place) => Math.floor(this.#ways.at(place) / BITS));
  }

  #count(places: Uint32Array, bit: number): number {
    let count = 0;
    for (const place of places) if ((this.#ways.at(place) & bit) !== 0) count++;
    return count;
  }
}

function shared(places: Uint32Array, numberOf: (place: number) => number): Shared {
  let [number, count, differ] = [0, 0, false];
  for (const place of places) {
    const one = numberOf(place);
    if (one === 0) continue;
    count++;
    differ ||= number !== 0 && one !== number;
    number = one;
  }
  return { number: differ ? 0 : number, count };
}

/**
 * Windows that hold more values than chance allows, with a sharp lower edge: a timer ends nothing before its time, and traffic before the
 * silence only adds to the age. Background = what lies right below the window (0.8 … 1 of its edge), scaled to its width; the count is
 * tested as a Poisson variable. Of silences, what lies right above it counts as well: an idle timer leaves none, while those of busy
 * connections are all short. A pile whose members all ended in one moment may also be a burst of connections opened together.
 */
export function pilesIn(measure: Pile['measure'], all: Measured, places: Uint32Array): Pile[] {
  const order = all.values.ranking(places);
  const wide = pilesOf(measure, all, order, pileWidth);
  // Few closures make no pile by that width. Measured to the ms, a timer's agree within its slack: so closely no three visits do.
  const isOutside = (ms: DurationMs): boolean => !wide.some((pile) => ms >= pile.leastMs && ms <= pile.toMs);
  const exact = order.filter((place) => all.isExact(place) && isOutside(all.values.at(place)));
  const tight = pilesOf(measure, all, exact, () => SLACK_MS).filter((pile) => pile.round && !pile.together && pile.p < PILE_P / 10);
  return [...wide, ...tight].sort((a, b) => a.fromMs - b.fromMs);
}
/** A timer fires up to some 20 ms late; the hops' clocks and the handshake add as much. */
const SLACK_MS = 60;

/** `order`: places, the smallest measure first. */
function pilesOf(measure: Pile['measure'], all: Measured, order: Uint32Array, widthOf: (ms: DurationMs) => DurationMs): Pile[] {
  const total = order.length;
  if (total < MIN_PILE) return [];
  const ages = all.values.pick(order);
  const piles: Pile[] = [];
  for (let from = 0; from < total; ) {
    const edge = ages[from] as number;
    const width = widthOf(edge);
    const to = lowerBound(ages, edge + width);
    const count = to - from;
    if (edge < MIN_TIMER_MS || count < MIN_PILE) {
      from++;
      continue;
    }
    const below = Math.max(1_000, edge * 0.2);
    const above = measure === 'silence' ? lowerBound(ages, edge + width + below) - to : 0;
    const beside = Math.max(from - lowerBound(ages, edge - below), above);
    const background = Math.max((LEAST_BACKGROUND * width) / pileWidth(edge), (beside * width) / below);
    // A later start may hold more: the edge is where the window is fullest for its background.
    const next = lowerBound(ages, (ages[from + 1] ?? Number.POSITIVE_INFINITY) + width) - from - 1;
    if (count < 5 * background || next > count) {
      from++;
      continue;
    }
    const p = Math.min(1, poissonTail(count, background) * Math.max(1, total / count));
    if (p >= PILE_P) {
      from++;
      continue;
    }
    const dense = densest(ages, from, to, width);
    const [first, end] = [lowerBound(ages, dense), lowerBound(ages, dense + width / 4)];
    // What fires by itself makes a sharp edge; what is looked at once a second spreads evenly over it.
    const isPolled = end - first <= count * POLLED_SHARE;
    const nearMs = Math.min(width, width / (5 * background));
    // Whole seconds have no gaps between them.
    const ownMs = all.isExact(order[first] as number) ? NEAR_GAPS * medianGap(ages.subarray(from, to)) : 1_000;
    const low = joinedDown(ages, first, Math.min(nearMs, ownMs));
    const high = joinedUp(ages, Math.max(end, to), nearMs);
    const timer = ages[low] as number;
    const begin = Math.min(low, from);
    const members = order.subarray(begin, high);
    piles.push({
      measure,
      fromMs: timer,
      leastMs: isPolled ? Math.min(edge, timer - TIMER_EARLY_MS) : timer - TIMER_EARLY_MS,
      round: isRound(timer),
      toMs: Math.max(edge + width, ages[high - 1] as number) + Math.min(150, width),
      count: members.length,
      total,
      below: begin,
      belowUnnamed: begin - all.namedOf(order.subarray(0, begin)),
      p,
      resets: all.resetsOf(members),
      client: all.clientOf(members),
      agent: all.agentOf(members),
      together: endedTogether(ages.subarray(first, end), all.endsOf(order.subarray(first, end))),
    });
    from = high;
  }
  return piles;
}

/** An idle timer of a hop on the path, as it is configured or by default. */
export interface KnownTimer {
  readonly hop: string;
  readonly ms: DurationMs;
}

/** Without a sharp time it takes more of them to be seen. */
const LEAST_ABOVE = 5;
/** What talked first ended later than the timer by as long as it talked: mostly less than half its time. */
const ABOVE_SHARE = 0.5;

/**
 * Ages above the idle timer of a known hop, where what talks first spreads them: lives of people thin out as they grow, so that as long a
 * stretch right below the timer holds at least as many of theirs. Of those alone of which no proxy says who ended them.
 */
export function pilesAbove(timers: readonly KnownTimer[], all: Measured, places: Uint32Array): Pile[] {
  const order = all.values.ranking(places).filter((place) => !all.isNamed(place));
  const ages = all.values.pick(order);
  return timers.flatMap(({ hop, ms }) => {
    const leastMs = ms - TIMER_EARLY_MS;
    const toMs = ms * (1 + ABOVE_SHARE);
    const from = lowerBound(ages, leastMs);
    const to = lowerBound(ages, toMs);
    const count = to - from;
    const background = Math.max(1, from - lowerBound(ages, ms * (1 - ABOVE_SHARE)));
    const p = Math.min(1, poissonTail(count, background) * timers.length);
    const members = order.subarray(from, to);
    if (count < LEAST_ABOVE || count < 5 * background || p >= PILE_P || endedTogether(ages.subarray(from, to), all.endsOf(members)))
      return [];
    return [
      {
        measure: 'age' as const,
        hop,
        fromMs: ms,
        leastMs,
        toMs,
        count,
        total: order.length,
        below: from,
        belowUnnamed: from,
        p,
        resets: all.resetsOf(members),
        client: all.clientOf(members),
        agent: all.agentOf(members),
        together: false,
        round: false,
      },
    ];
  });
}

/** Of ends at random a gap of eight median ones is one in 250. */
const NEAR_GAPS = 8;
function medianGap(ages: Float64Array): DurationMs {
  return quantileSorted(
    [...ages.subarray(1)].map((age, at) => age - (ages[at] as number)).sort((a, b) => a - b),
    0.5,
  );
}

/**
 * What is said right after the open smears an idle timer's ages over some seconds: what stands so near its densest part as its background
 * would not (five times as near, as inside) is of the pile. Below only as near as its own stand to one another, since nothing ends before
 * its timer; above also what talked for longer.
 */
function joinedDown(ages: Float64Array, from: number, nearMs: DurationMs): number {
  let low = from;
  while (low > 0 && (ages[low] as number) - (ages[low - 1] as number) <= nearMs) low--;
  return low;
}
function joinedUp(ages: Float64Array, to: number, nearMs: DurationMs): number {
  let high = to;
  while (high < ages.length && (ages[high] as number) - (ages[high - 1] as number) <= nearMs) high++;
  return high;
}

/**
 * Connections of one age that also ended at one time tell of an event, not of a timer: a timer's ends are spread like the opens, much
 * wider than the ages.
 */
function endedTogether(ages: Float64Array, ends: Float64Array): boolean {
  const spread = (sorted: readonly number[]): number => quantileSorted(sorted, 0.9) - quantileSorted(sorted, 0.1);
  return spread([...ends.sort()]) < 2 * spread([...ages]) + MOMENT_SLACK_MS;
}
const MOMENT_SLACK_MS = 500;

/** Timers fire at their time or up to some tens of ms later (nginx up to 300 ms earlier); people set them in whole seconds, long ones in fives. */
function isRound(ms: DurationMs): boolean {
  const timer = timerAt(ms);
  return timer !== undefined && ms >= timer - ROUND_EARLY_MS;
}

/** Where the densest quarter of a window begins: the timer itself, behind whatever background the window also holds. */
function densest(ages: Float64Array, from: number, to: number, width: DurationMs): DurationMs {
  let best = { at: from, count: 0 };
  for (let at = from; at < to; at++) {
    const count = lowerBound(ages, (ages[at] as number) + width / 4) - at;
    if (count > best.count) best = { at, count };
  }
  return ages[best.at] as number;
}
