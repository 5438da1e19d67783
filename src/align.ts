/**
 * One clock for all sources. Offsets come from what two logs share (anchors.ts), by voting: a pair of clocks agrees on the offset
 * that most of their shared events agree on. Zone-less clocks are moved by whole quarters of an hour, skewed ones by what is measured.
 */

import { type AnchorTable, type ClockSample, clockKey, type Turn } from './anchors.ts';
import { type RawEvent, withYearNear } from './record.ts';
import type { ClockReport } from './report.ts';
import { median, medianAbsoluteDeviation } from './statistics.ts';
import type { LogEvent, Span } from './types.ts';
import { localToUtc } from './zone.ts';

export interface ClockOptions {
  /** Zone of zone-less stamps: of all sources, or of those whose name ends with the key. */
  readonly zone?: string;
  readonly zoneOf?: Readonly<Record<string, string>>;
  /** Instant at which the machine of the kernel log booted. */
  readonly bootTimeMs?: number;
  /** When each source was last written (file time), for years and ages as a last resort. */
  readonly writtenMs: ReadonlyMap<string, number>;
}

/** From a source's own clock to UTC. */
export interface Clock {
  /** `line`: where it is written; a local clock that was set back reads twice the same. */
  toUtc(ms: number, line?: number): number;
  readonly errorMs: number;
  readonly report: ClockReport;
}

export interface Alignment {
  readonly clocks: ReadonlyMap<string, Clock>;
  /** Clocks that nothing fixes: their events cannot be placed. */
  readonly unplaced: readonly { readonly source: string; readonly missing: 'boot-time' | 'capture-time'; readonly events: number }[];
}

const QUARTER_HOUR = 900_000;
const TOLERANCE_MS = 1_500; // two programs log one close within this, one-second stamps included
const MIN_VOTES = 3; // fewer agree by chance
const SKEW_FLOOR_MS = 2_000; // smaller differences are logging delays, not clocks
const MAX_ZONE_MS = 14 * 3_600_000;
/** The error of an offset is never taken to be smaller: logging itself is not instant. */
const MIN_ERROR_MS = 250;

interface Vote {
  readonly offsetMs: number;
  readonly votes: number;
  readonly spreadMs: number;
}

/**
 * What a vote rests on: ids name one event; two logs of one program come from one clock; lives and addresses name one connection; a
 * rhythm only tells that the times fit.
 */
type Ground = 'id' | 'program' | 'connection' | 'rhythm';
const RANK: Readonly<Record<Ground, number>> = { id: 3, program: 2, connection: 1, rhythm: 0 };
type Edge = Vote & { readonly ground: Ground };

export function align(table: AnchorTable, options: ClockOptions): Alignment {
  const samples = [...table.clocks.values()].sort((a, b) => (clockKey(a.source, a.basis) < clockKey(b.source, b.basis) ? -1 : 1));
  const middle = middleOf(samples, options);
  const dated = samples.filter(({ basis }) => basis !== 'daytime').map((sample) => new Node(sample, options, middle));
  const days = dated.flatMap(({ days }) => days);
  const dateless = samples.filter(({ basis }) => basis === 'daytime');
  const near = days.length > 0 ? median(days) : lastDay(dateless, options.writtenMs);
  const nodes = [...dated, ...dateless.map((sample) => new Node(sample, options, near))];
  connect(nodes);
  settle(nodes);
  const placed = nodes.filter((node) => node.offsetMs !== undefined);
  return {
    clocks: new Map(placed.map((node) => [node.key, node.clock()])),
    unplaced: nodes
      .filter((node) => node.offsetMs === undefined)
      .map(({ sample }) => ({
        source: sample.source,
        missing: sample.basis === 'boot' ? ('boot-time' as const) : ('capture-time' as const),
        events: sample.events,
      })),
  };
}

/** The event in UTC; undefined when its clock is not placed. */
export function placed(event: RawEvent, alignment: Alignment): LogEvent | undefined {
  const clock = alignment.clocks.get(clockKey(event.origin.source, event.basis));
  if (!clock) return undefined;
  const { basis: _, ...rest } = event;
  const from = clock.toUtc(event.when.fromMs, event.origin.line);
  const when: Span = { fromMs: from, toMs: from + (event.when.toMs - event.when.fromMs) };
  return { ...rest, when };
}

/** Some instant in the middle of what the dated sources tell, for years. */
function middleOf(samples: readonly ClockSample[], options: ClockOptions): number | undefined {
  const dated = samples
    .filter((sample) => sample.basis === 'utc' || sample.basis === 'local')
    .flatMap((sample) => [sample.minMs, sample.maxMs]);
  if (dated.length > 0) return median(dated);
  const written = [...options.writtenMs.values()];
  return written.length > 0 ? Math.max(...written) : undefined;
}

const isZoneLess = ({ basis }: ClockSample): boolean => basis === 'local' || basis === 'yearless' || basis === 'daytime';
/** What the stamps of a basis lack, besides their zone. */
const MISSING: Readonly<Record<string, string>> = { yearless: 'year', daytime: 'date' };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Times of day from midnight of the log's first line on: it is taken to span less than a day, an hour's disorder allowed. */
function sinceMidnight({ first }: ClockSample): (ms: number) => number {
  const start = (Math.floor((first?.ms ?? 0) / HOUR_MS) - 1) * HOUR_MS;
  return (ms) => (ms < start ? ms + DAY_MS : ms);
}

const middleOfDay = (sample: ClockSample): number => {
  const unwrapped = sinceMidnight(sample);
  return (unwrapped(sample.first?.ms ?? 0) + Math.max(unwrapped(sample.minMs), unwrapped(sample.maxMs))) / 2;
};

/** The date that brings a log without dates nearest to the other sources. */
function dayOf(sample: ClockSample, nearMs: number): (ms: number) => number {
  const unwrapped = sinceMidnight(sample);
  const date = Math.round((nearMs - middleOfDay(sample)) / DAY_MS);
  return (ms) => unwrapped(ms) + date * DAY_MS;
}

/** Where no source has a date: all are of one day, the last on which the latest of them can have ended before its file was written. */
function lastDay(samples: readonly ClockSample[], writtenMs: ReadonlyMap<string, number>): number | undefined {
  const latest = samples.toSorted((a, b) => middleOfDay(b) - middleOfDay(a) || (a.source < b.source ? -1 : 1))[0];
  if (!latest) return undefined;
  const end = Math.max(...[latest.minMs, latest.maxMs].map(sinceMidnight(latest)));
  return middleOfDay(latest) + Math.floor(((writtenMs.get(latest.source) ?? end) - end) / DAY_MS) * DAY_MS;
}

class Node {
  readonly sample: ClockSample;
  readonly key: string;
  readonly edges: { readonly to: Node; readonly vote: Edge }[] = [];
  /** Added to the own clock (after the year is set); undefined = not known. */
  offsetMs: number | undefined;
  errorMs = 0;
  /** The zone was given: it is not voted on. */
  readonly fixedZone: string | undefined;
  how = '';
  readonly #near: number | undefined;
  readonly #toMs: (ms: number) => number;

  constructor(sample: ClockSample, options: ClockOptions, near: number | undefined) {
    this.sample = sample;
    this.key = clockKey(sample.source, sample.basis);
    this.#near = near;
    const given =
      Object.entries(options.zoneOf ?? {}).find(([name]) => sample.source === name || sample.source.endsWith(`/${name}`))?.[1] ??
      options.zone;
    this.fixedZone = isZoneLess(sample) ? given : undefined;
    const toUtc = this.fixedZone ? localToUtc(this.fixedZone) : (ms: number): number => ms;
    const written = options.writtenMs.get(sample.source);
    if (sample.basis === 'yearless') {
      const anchor = this.#near ?? written;
      this.#toMs = (ms) => toUtc(anchor === undefined ? ms : withYearNear(ms, anchor));
    } else if (sample.basis === 'daytime') {
      const day = dayOf(sample, this.#near ?? 0);
      this.#toMs = (ms) => toUtc(day(ms));
    } else if (sample.basis === 'ago') {
      this.#toMs = (ms) => (written ?? Number.NaN) - ms;
      if (written !== undefined) {
        this.offsetMs = 0;
        this.errorMs = 60_000;
        this.how = 'ages, counted back from the time the file was written';
      }
    } else {
      this.#toMs = toUtc;
    }
    if (sample.basis === 'boot' && options.bootTimeMs !== undefined) {
      this.offsetMs = options.bootTimeMs;
      this.errorMs = 1_000;
      this.how = 'seconds since boot, boot time given';
    }
  }

  /** In its own clock with the year and a given zone set. */
  own(ms: number): number {
    return this.#toMs(ms);
  }

  /** From when to when it tells, for sources without dates: nothing where it does not know that itself. */
  get days(): readonly number[] {
    const { basis, minMs, maxMs } = this.sample;
    return basis === 'utc' || basis === 'local' || basis === 'yearless' ? [this.own(minMs), this.own(maxMs)] : [];
  }

  get movable(): boolean {
    return this.sample.basis === 'boot' || isZoneLess(this.sample);
  }

  #words(): string {
    const { changed } = this.sample;
    if (changed === undefined || this.fixedZone) return this.how;
    return `${this.how}; set ${changed.ms > 0 ? 'back' : 'forward'} by an hour at line ${changed.line}`;
  }

  clock(): Clock {
    const offset = this.offsetMs ?? 0;
    return {
      toUtc: (ms, line = 0) => this.own(ms + (this.fixedZone ? 0 : this.sample.shiftAt(line))) + offset,
      errorMs: this.errorMs,
      report: { source: this.sample.source, says: this.#words(), offsetMs: Math.round(offset), errorMs: Math.round(this.errorMs) },
    };
  }
}

function connect(nodes: readonly Node[]): void {
  for (const [at, a] of nodes.entries())
    for (const b of nodes.slice(at + 1)) {
      if (a.sample.basis === 'ago' || b.sample.basis === 'ago') continue;
      const vote = edgeOf(a, b);
      if (!vote) continue;
      a.edges.push({ to: b, vote });
      b.edges.push({ to: a, vote: { ...vote, offsetMs: -vote.offsetMs } });
    }
}

function edgeOf(a: Node, b: Node): Edge | undefined {
  const on = (ground: Ground, vote: Vote | undefined): Edge | undefined => vote && { ...vote, ground };
  const named = on('id', keyedVote(a, b));
  if (named || strangers(a, b)) return named;
  const found =
    on('connection', lifeVote(a, b)) ??
    on('connection', visitVote(a, b)) ??
    on('rhythm', coincidenceVote(a, b)) ??
    on('rhythm', rhythmVote(a, b)) ??
    on('rhythm', turnVote(a, b));
  if (!found || !sameProgram(a, b)) return found;
  const zone = lacksZone(a) || lacksZone(b) ? Math.round(found.offsetMs / QUARTER_HOUR) * QUARTER_HOUR : 0;
  return Math.abs(found.offsetMs - zone) < TOLERANCE_MS ? { ...found, ground: 'program' } : found;
}

/** A proxy's access log and its error log. */
const sameProgram = (a: Node, b: Node): boolean => [...a.sample.proxies].some((name) => b.sample.proxies.has(name));
const lacksZone = ({ sample, fixedZone }: Node): boolean => isZoneLess(sample) && fixedZone === undefined;

/** Two servers' logs, or two clients', hold different connections: without a name in common what looks shared is chance. */
const strangers = (a: Node, b: Node): boolean =>
  (['server', 'client'] as const).some((side) => [a, b].every(({ sample }) => sample.vantages.size === 1 && sample.vantages.has(side)));

/** `offsetMs` of a vote on (a, b): what to add to b's instants to get a's. */
function keyedVote(a: Node, b: Node): Vote | undefined {
  const differences: number[] = [];
  let keys = 0;
  const [small, large, sign] = a.sample.keyed.size <= b.sample.keyed.size ? [a, b, 1] : [b, a, -1];
  for (const [key, instants] of small.sample.keyed) {
    const others = large.sample.keyed.get(key);
    if (!others) continue;
    keys++;
    for (const mine of instants) for (const other of others) differences.push(sign * (small.own(mine) - large.own(other)));
  }
  if (keys === 0) return undefined;
  const peak = peakOf(differences);
  if (!peak) return undefined;
  // One shared key is enough where a clock cannot be placed otherwise and the key is exact (a kernel line in two logs).
  const lone = a.sample.basis === 'boot' || b.sample.basis === 'boot' || a.sample.basis === 'yearless' || b.sample.basis === 'yearless';
  return peak.votes >= MIN_VOTES || (lone && peak.votes >= 1) ? peak : undefined;
}

/** Pairs of connections with the same life: no shared id needed. */
function lifeVote(a: Node, b: Node): Vote | undefined {
  const ours = a.sample.lives.toSorted((x, y) => x.lifeMs - y.lifeMs);
  const theirs = b.sample.lives.toSorted((x, y) => x.lifeMs - y.lifeMs);
  if (ours.length < MIN_VOTES || theirs.length < MIN_VOTES) return undefined;
  const tolerance = 300 + Math.min(1_000, Math.max(a.sample.widthMs, b.sample.widthMs)) / 4;
  const differences: number[] = [];
  let from = 0;
  for (const mine of ours) {
    while ((theirs[from]?.lifeMs ?? Number.POSITIVE_INFINITY) < mine.lifeMs - tolerance) from++;
    for (let at = from; at < Math.min(theirs.length, from + 200); at++) {
      const other = theirs[at];
      if (!other || other.lifeMs > mine.lifeMs + tolerance) break;
      if (mine.ip && other.ip && mine.ip !== other.ip) continue;
      differences.push(a.own(mine.endMs) - b.own(other.endMs));
    }
  }
  const peak = peakOf(differences);
  // Equal lives abound where a timer cuts them, so chance pairs do too: ask for a third of the connections.
  return peak && peak.votes >= Math.max(MIN_VOTES, Math.min(ours.length, theirs.length) / 3) ? peak : undefined;
}

/**
 * Ends with ends and openings with openings of the same address. Where clients come again (or all have the address of a hop), chance
 * pairs abound: the peak has to hold most of the smaller log and stand out from the next.
 */
function visitVote(a: Node, b: Node): Vote | undefined {
  const [fewer, more, sign] = a.sample.visits.length <= b.sample.visits.length ? [a, b, 1] : [b, a, -1];
  const byAddress = new Map<string, number[]>();
  for (const { what, ip, ms } of more.sample.visits) {
    const key = `${what} ${ip}`;
    const known = byAddress.get(key);
    if (!known) byAddress.set(key, [more.own(ms)]);
    else if (known.length < ADDRESS_LIMIT) known.push(more.own(ms));
  }
  const differences: number[] = [];
  let visits = 0;
  for (const { what, ip, ms } of fewer.sample.visits) {
    const others = byAddress.get(`${what} ${ip}`);
    if (!others) continue;
    visits++;
    for (const other of others) differences.push(sign * (fewer.own(ms) - other));
  }
  const toleranceMs = VISIT_NEAR_MS + Math.min(1_000, Math.max(a.sample.widthMs, b.sample.widthMs)) / 2;
  const peak = peakOf(differences, toleranceMs);
  // Clocks that agree as they are need less to be believed than a shift.
  const least = peak && Math.abs(peak.offsetMs) < TOLERANCE_MS ? MIN_VOTES : VISITS_LEAST;
  if (!peak || peak.votes < Math.max(least, visits / 2)) return undefined;
  const next = peakOf(
    differences.filter((one) => Math.abs(one - peak.offsetMs) > 2 * toleranceMs),
    toleranceMs,
  );
  if ((next?.votes ?? 0) * VISITS_AHEAD > peak.votes) return undefined;
  // As many in one place as chance would hardly put there: the mean of a window, three deviations, and the least.
  const rangeMs = a.sample.maxMs - a.sample.minMs + b.sample.maxMs - b.sample.minMs;
  const mean = (differences.length * 2 * toleranceMs) / Math.max(rangeMs, 2 * toleranceMs);
  return peak.votes >= mean + 3 * Math.sqrt(mean) + MIN_VOTES - 1 ? peak : undefined;
}
/** Neighbouring hops write one end within this, stamps apart. */
const VISIT_NEAR_MS = 150;
const ADDRESS_LIMIT = 50; // an address behind which many clients sit tells less with each of them
const VISITS_LEAST = 5; // a few clients that come and go at will meet by chance at some shift
const VISITS_AHEAD = 1.5;

/** Zone-less clocks only: the quarter-hour shift under which most instants have a neighbour in the other log. */
function coincidenceVote(a: Node, b: Node): Vote | undefined {
  if (!lacksZone(a) && !lacksZone(b)) return undefined;
  if (a.sample.basis === 'boot' || b.sample.basis === 'boot') return undefined;
  const ours = a.sample.times.slice(0, 400).map((ms) => a.own(ms));
  const theirs = b.sample.times
    .slice(0, 400)
    .map((ms) => b.own(ms))
    .sort((x, y) => x - y);
  if (ours.length < MIN_VOTES || theirs.length < MIN_VOTES) return undefined;
  let best = { shift: 0, hits: 0 };
  let second = 0;
  for (let shift = -MAX_ZONE_MS; shift <= MAX_ZONE_MS; shift += QUARTER_HOUR) {
    // A burst meets any single event at some shift.
    const alone = partners(ours, theirs, shift, TOLERANCE_MS) < 2;
    const hits = alone ? 0 : ours.filter((ms) => nearest(theirs, ms - shift) <= TOLERANCE_MS).length;
    if (hits > best.hits || (hits === best.hits && Math.abs(shift) < Math.abs(best.shift))) {
      second = Math.max(second, best.hits === hits ? 0 : best.hits);
      best = { shift, hits };
    } else second = Math.max(second, hits);
  }
  return best.hits >= MIN_VOTES && best.hits >= 2 * second
    ? { offsetMs: best.shift, votes: Math.ceil(best.hits / 3), spreadMs: TOLERANCE_MS }
    : undefined;
}

/**
 * Two logs that share no key and no life, such as a gateway's and that of the server behind it: the shift under which most instants of
 * the smaller one have a neighbour in the other, whatever it is. Asks for much, since any two logs have some such shift.
 */
function rhythmVote(a: Node, b: Node): Vote | undefined {
  if (a.sample.basis === 'boot' || b.sample.basis === 'boot') return undefined;
  const [fewer, more] = a.sample.times.length <= b.sample.times.length ? [a, b] : [b, a];
  const few = fewer.sample.times.slice(0, RHYTHM_LIMIT).map((ms) => fewer.own(ms));
  const many = more.sample.times
    .slice(0, RHYTHM_LIMIT)
    .map((ms) => more.own(ms))
    .sort((x, y) => x - y);
  if (few.length < RHYTHM_LEAST) return undefined;
  const differences = few.flatMap((one) => many.map((other) => one - other));
  const peak = peakOf(differences);
  if (!peak) return undefined;
  const matchedAt = (offsetMs: number): number => partners(few, many, offsetMs, RHYTHM_NEAR_MS);
  const matched = matchedAt(peak.offsetMs);
  const unshifted = matchedAt(0);
  // Two clocks that agree well as they are need no shift, whatever else fits too.
  if (unshifted >= RHYTHM_SHARE * few.length) return { offsetMs: 0, votes: Math.ceil(unshifted / 3), spreadMs: RHYTHM_NEAR_MS };
  if (matched < Math.max(RHYTHM_LEAST, RHYTHM_SHARE * few.length) || unshifted > matched / 3) return undefined;
  // Where the logs are dense, much fits at any shift: the best of all shifts has to lie far above what chance matches, and above the next.
  const [first = 0, last = 0] = [many[0], many.at(-1)];
  const chance = 1 - Math.exp((-many.length * 2 * RHYTHM_NEAR_MS) / Math.max(last - first, 1));
  if (matched < few.length * chance + RHYTHM_DEVIATIONS * Math.sqrt(few.length * chance * (1 - chance))) return undefined;
  const next = peakOf(differences.filter((one) => Math.abs(one - peak.offsetMs) > 2 * TOLERANCE_MS));
  if (next && matchedAt(next.offsetMs) * RHYTHM_AHEAD > matched) return undefined;
  return { offsetMs: fewer === a ? peak.offsetMs : -peak.offsetMs, votes: Math.ceil(matched / 3), spreadMs: peak.spreadMs };
}
const RHYTHM_LIMIT = 300;
const RHYTHM_LEAST = 12;
const RHYTHM_SHARE = 0.7;
const RHYTHM_NEAR_MS = 750;
const RHYTHM_AHEAD = 1.3;
const RHYTHM_DEVIATIONS = 4;

/**
 * A supervisor's log and that of the process it looks after: starts go with "listening", ends with last words. Every turn of the smaller
 * log has to have its like in the other at one shift, since there are few of them.
 */
function turnVote(a: Node, b: Node): Vote | undefined {
  const [ours, theirs] = [turnsOf(a), turnsOf(b)];
  const [few, many, sign] = ours.length <= theirs.length ? [ours, theirs, 1] : [theirs, ours, -1];
  if (few.length < MIN_VOTES) return undefined;
  const differences: number[] = [];
  for (const one of few) for (const other of many) if (one.what === other.what) differences.push(sign * (one.ms - other.ms));
  const peak = peakOf(differences);
  return peak && peak.votes >= few.length ? peak : undefined;
}

/** Turns at different moments: what a boot starts within seconds is one. */
function turnsOf(node: Node): Turn[] {
  const turns: Turn[] = [];
  const last: Partial<Record<Turn['what'], number>> = {};
  const sorted = node.sample.turns.map(({ what, ms }) => ({ what, ms: node.own(ms) })).sort((x, y) => x.ms - y.ms);
  for (const turn of sorted) {
    if (turn.ms - (last[turn.what] ?? Number.NEGATIVE_INFINITY) > TURNS_APART_MS) turns.push(turn);
    last[turn.what] = turn.ms;
  }
  return turns;
}
const TURNS_APART_MS = 3_000;

function nearest(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((sorted[mid] ?? 0) < value) low = mid + 1;
    else high = mid;
  }
  return Math.min(
    Math.abs((sorted[low] ?? Number.POSITIVE_INFINITY) - value),
    Math.abs((sorted[low - 1] ?? Number.NEGATIVE_INFINITY) - value),
  );
}

/** How many instants of one log have a neighbour of their own in the other (sorted), shifted: a burst has only one in a single event. */
function partners(ours: readonly number[], theirs: readonly number[], shiftMs: number, withinMs: number): number {
  let at = 0;
  let pairs = 0;
  for (const ms of ours.toSorted((x, y) => x - y)) {
    while (at < theirs.length && (theirs[at] ?? 0) < ms - shiftMs - withinMs) at++;
    if (at >= theirs.length) break;
    if ((theirs[at] ?? 0) > ms - shiftMs + withinMs) continue;
    pairs++;
    at++;
  }
  return pairs;
}

/** The densest window of differences: its median, its size and its spread. */
function peakOf(differences: readonly number[], toleranceMs = TOLERANCE_MS): Vote | undefined {
  if (differences.length === 0) return undefined;
  const sorted = differences.toSorted((x, y) => x - y);
  let from = 0;
  let best = { from: 0, to: 0 };
  for (let to = 0; to < sorted.length; to++) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) > 2 * toleranceMs) from++;
    if (to - from > best.to - best.from) best = { from, to };
  }
  const inside = sorted.slice(best.from, best.to + 1);
  return {
    offsetMs: median(inside),
    votes: inside.length,
    spreadMs: inside.length > 2 ? medianAbsoluteDeviation(inside) : toleranceMs / 2,
  };
}

const TRUST: Readonly<Record<string, number>> = {
  kernel: 5,
  supervisor: 5,
  edge: 4,
  proxy: 4,
  orchestrator: 4,
  gateway: 2,
  server: 1,
  client: 0,
};
const trustOf = (node: Node): number => Math.max(0, ...[...node.sample.vantages].map((vantage) => TRUST[vantage] ?? 0));

/**
 * Offsets for all: the clock in UTC that most others agree with is right; the others follow along their strongest edges. Clocks that
 * share nothing keep their own time (UTC), or are read as UTC when they name no zone.
 */
function settle(nodes: readonly Node[]): void {
  const agreeing = (node: Node): number => node.edges.filter(({ vote }) => Math.abs(vote.offsetMs) < SKEW_FLOOR_MS).length;
  const weight = (node: Node): number =>
    (node.sample.basis === 'utc' ? 1_000 : node.fixedZone ? 500 : 0) + agreeing(node) * 10 + trustOf(node);
  const byWeight = nodes.toSorted((a, b) => weight(b) - weight(a) || (a.key < b.key ? -1 : 1));
  for (const root of byWeight) {
    if (root.offsetMs !== undefined && root.sample.basis === 'ago') continue;
    if (root.offsetMs === undefined) {
      if (root.sample.basis === 'boot' || root.sample.basis === 'ago') continue;
      root.offsetMs = 0;
      root.how = startingWords(root);
    }
    spread(root);
  }
}

function startingWords(node: Node): string {
  const missing = MISSING[node.sample.basis];
  const year = missing ? `; ${missing} from the other sources or the file time` : '';
  if (node.sample.basis === 'utc') return 'UTC as written';
  if (node.fixedZone) return `zone ${node.fixedZone} as given${year}`;
  return `no zone written and nothing to compare with: read as UTC (--tz changes it)${year}`;
}

const firmer = (one: Edge, than: Edge): boolean =>
  RANK[one.ground] - RANK[than.ground] > 0 || (one.ground === than.ground && one.votes > than.votes);

function spread(root: Node): void {
  const reached: Node[] = [root];
  for (;;) {
    let best: { from: Node; to: Node; vote: Edge } | undefined;
    for (const from of reached)
      for (const edge of from.edges)
        if (edge.to.offsetMs === undefined && (!best || firmer(edge.vote, best.vote))) best = { from, to: edge.to, vote: edge.vote };
    if (!best) return;
    place(best.to, best.from, best.vote);
    reached.push(best.to);
  }
}

function place(node: Node, by: Node, vote: Vote): void {
  const measured = vote.offsetMs + (by.offsetMs ?? 0);
  const { basis } = node.sample;
  const name = by.sample.source;
  const year = MISSING[basis] ? `; ${MISSING[basis]} from the other sources` : '';
  const words = `${vote.votes} event${vote.votes === 1 ? '' : 's'} shared with ${name}`;
  const zoneLess = isZoneLess(node.sample) && !node.fixedZone;
  const quarter = zoneLess ? Math.round(measured / QUARTER_HOUR) * QUARTER_HOUR : 0;
  const residual = measured - quarter;
  node.errorMs = Math.max(MIN_ERROR_MS, vote.spreadMs * 2);
  if (basis === 'boot') {
    node.offsetMs = measured;
    node.how = `seconds since boot; boot at ${new Date(Math.round(measured)).toISOString()} by ${words}`;
    return;
  }
  const skewed = Math.abs(residual) >= Math.max(SKEW_FLOOR_MS, 3 * vote.spreadMs);
  node.offsetMs = quarter + (skewed ? residual : 0);
  const zone = zoneLess ? `zone ${zoneText(-quarter)} by ${words}` : startingWords(node);
  node.how = skewed
    ? `${zone}${year}; clock ${residual > 0 ? 'behind' : 'ahead'} by ${(Math.abs(residual) / 1000).toFixed(1)} s by ${words}`
    : `${zone}${year}`;
}

function zoneText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return ms === 0 ? 'UTC' : `UTC${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
