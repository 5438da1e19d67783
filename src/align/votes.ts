/** How far two clocks lie apart, by what their logs share: ids, lives, clients, starts of processes, or only a rhythm. */
import { BEGAN, DIED, OPEN, SIGNAL, SPAWN } from '../anchor-keys.ts';
import type { ClockSample, Turn } from '../clock-sample.ts';
import { median, medianAbsoluteDeviation } from '../statistics.ts';
import { QUARTER_HOUR_MS, zoneNear } from '../time.ts';

const TOLERANCE_MS = 1_500; // two programs log one close within this, one-second stamps included
const MIN_VOTES = 3; // fewer agree by chance
const MAX_ZONE_MS = 14 * 3_600_000;

export interface Vote {
  readonly offsetMs: number;
  readonly votes: number;
  readonly spreadMs: number;
}

/**
 * What a vote rests on: ids name one event; two logs of one program come from one clock; lives and addresses name one connection; a
 * rhythm only tells that the times fit, and a zone under which they do says nothing of a clock that writes its own.
 */
type Ground = 'id' | 'program' | 'connection' | 'rhythm' | 'zone';
export const RANK: Readonly<Record<Ground, number>> = { id: 4, program: 3, connection: 2, rhythm: 1, zone: 0 };
export type Edge = Vote & { readonly ground: Ground };

/** A clock as votes see it. */
interface Voter {
  readonly sample: ClockSample;
  /** The zone was given: it is not voted on. */
  readonly fixedZone: string | undefined;
  /** In its own clock with the year and a given zone set. */
  own(ms: number): number;
}

export const isZoneLess = ({ basis }: ClockSample): boolean => basis === 'local' || basis === 'yearless' || basis === 'daytime';

/** Whether two of the clocks have a key in common: of a thousand logs most have none with one another. */
export function keySharing(voters: readonly Voter[]): (a: Voter, b: Voter) => boolean {
  const holders = new Map<string, number[]>();
  for (const [at, { sample }] of voters.entries())
    for (const key of sample.keyed.keys()) {
      const name = key.startsWith(BEGAN) ? OPEN + key.slice(BEGAN.length) : key;
      const known = holders.get(name);
      if (!known) holders.set(name, [at]);
      else if (known.at(-1) !== at) known.push(at);
    }
  const sharers = voters.map(() => new Set<Voter>());
  for (const known of holders.values())
    if (known.length > 1) for (const one of known) for (const other of known) sharers[one]?.add(voters[other] as Voter);
  const places = new Map(voters.map((voter, at) => [voter, at]));
  return (a, b) => sharers[places.get(a) ?? -1]?.has(b) === true;
}

/** `shares`: they have a key in common. */
export function edgeOf(a: Voter, b: Voter, shares: boolean): Edge | undefined {
  const on = (ground: Ground, vote: Vote | undefined): Edge | undefined => vote && { ...vote, ground };
  const named = shares ? on('id', keyedVote(a, b)) : undefined;
  if (named || strangers(a, b)) return named;
  const found =
    on('connection', lifeVote(a, b)) ??
    on('connection', visitVote(a, b)) ??
    on('zone', coincidenceVote(a, b)) ??
    on('rhythm', rhythmVote(a, b)) ??
    on('rhythm', turnVote(a, b));
  if (!found && sameApplication(a, b)) return { offsetMs: 0, votes: 0, spreadMs: 0, ground: 'zone' };
  if (!sameProgram(a, b)) return found;
  if (!found) return writtenZoneVote(a, b);
  return isExpected(found.offsetMs, a, b) ? { ...found, ground: 'program' } : found;
}

/** No event in common: the one log of a program writes with its stamps which zone those of the other lack. */
function writtenZoneVote(a: Voter, b: Voter): Edge | undefined {
  if (lacksZone(a) === lacksZone(b)) return undefined;
  const [zone, another] = lacksZone(a) ? b.sample.writtenZones : a.sample.writtenZones;
  if (zone === undefined || another !== undefined) return undefined;
  return { offsetMs: lacksZone(a) ? zone : -zone, votes: 0, spreadMs: 0, ground: 'zone' };
}

/** A proxy's access log and its error log. */
const sameProgram = (a: Voter, b: Voter): boolean => [...a.sample.proxies].some((name) => b.sample.proxies.has(name));
/** Output and errors of one application, and its supervisor's own log: without a zone all three have the machine's. */
const sameApplication = (a: Voter, b: Voter): boolean =>
  lacksZone(a) && lacksZone(b) && [...a.sample.apps].some((name) => b.sample.apps.has(name));
const lacksZone = ({ sample, fixedZone }: Voter): boolean => isZoneLess(sample) && fixedZone === undefined;

/** Two servers' logs, or two clients', hold different connections: without a name in common what looks shared is chance. */
const strangers = (a: Voter, b: Voter): boolean =>
  (['server', 'client'] as const).some((side) => [a, b].every(({ sample }) => sample.vantages.size === 1 && sample.vantages.has(side)));

/** `offsetMs` of a vote on (a, b): what to add to b's instants to get a's. */
function keyedVote(a: Voter, b: Voter): Vote | undefined {
  const differences: number[] = [];
  const byName: { readonly key: string; readonly ms: number }[] = [];
  const shared = new Set<string>();
  const ofDeaths: number[] = [];
  const ofStarts: number[] = [];
  let keys = 0;
  let deaths = 0;
  const [small, large, sign] = a.sample.keyed.size <= b.sample.keyed.size ? [a, b, 1] : [b, a, -1];
  for (const [key, instants] of small.sample.keyed) {
    const others = sameIn(large.sample.keyed, key);
    if (!others) continue;
    keys++;
    if (key.startsWith(DIED)) deaths++;
    const isName = NAMES_ONE.test(key);
    for (const mine of instants)
      for (const other of others) {
        const ms = sign * (small.own(mine) - large.own(other));
        if (key.startsWith(SPAWN)) {
          ofStarts.push(ms);
          continue;
        }
        differences.push(ms);
        if (isName) byName.push({ key, ms });
        if (isName) shared.add(nameIn(key));
        if (key.startsWith(DIED) || key.startsWith(SIGNAL)) ofDeaths.push(ms);
      }
  }
  if (keys === 0) return undefined;
  const peak = peakOf(differences);
  const began = lacksZone(a) || lacksZone(b) ? startVote(ofStarts) : undefined;
  if (!peak) return began;
  // One shared key is enough where a clock cannot be placed otherwise and the key is exact (a kernel line in two logs).
  const lone = a.sample.basis === 'boot' || b.sample.basis === 'boot' || a.sample.basis === 'yearless' || b.sample.basis === 'yearless';
  const names = new Set(byName.flatMap(({ key, ms }) => (Math.abs(ms - peak.offsetMs) <= TOLERANCE_MS ? [nameIn(key)] : [])));
  // A segfault in the one log and two in the other: nobody knows which it is.
  const hasRival = differences.some((ms) => Math.abs(ms - peak.offsetMs) > TOLERANCE_MS) && peak.votes < MIN_VOTES;
  const isZone = deaths > 0 && !hasRival && (lacksZone(a) || lacksZone(b)) && isZoneApart(peak.offsetMs);
  return peak.votes >= MIN_VOTES ||
    (lone && peak.votes >= 1 && !hasRival) ||
    (names.size >= NAMES_LEAST && names.size * NAMES_SHARE >= shared.size) ||
    isZone
    ? peak
    : (driftVote(a, b, ofDeaths) ?? began);
}

/** A process says its first words some time after it was spawned: its pid in both logs tells the zone between them, and no more. */
function startVote(differences: readonly number[]): Vote | undefined {
  const zones = differences.map(zoneNear);
  const [zone] = zones;
  const isOne = zone !== undefined && Math.abs(zone) <= MAX_ZONE_MS && zones.every((one) => one === zone);
  return isOne && differences.every((ms) => Math.abs(ms - zone) <= FIRST_WORDS_MS)
    ? { offsetMs: zone, votes: differences.length, spreadMs: TOLERANCE_MS }
    : undefined;
}
/** Runtimes that load much take half a minute until they listen. */
const FIRST_WORDS_MS = 60_000;

/** The kernel's word of a death lies some seconds from the supervisor's, and any other minutes: the kernel's clock has drifted by that. */
function driftVote(a: Voter, b: Voter, differences: readonly number[]): Vote | undefined {
  if (a.sample.drifts === b.sample.drifts) return undefined;
  const [nearest, ...others] = differences.toSorted((x, y) => Math.abs(x) - Math.abs(y));
  if (nearest === undefined || Math.abs(nearest) > DRIFT_MOST_MS) return undefined;
  // One end may have several records.
  if (others.some((one) => Math.abs(one - nearest) > TOLERANCE_MS && Math.abs(one) < RIVAL_LEAST_MS)) return undefined;
  return { offsetMs: nearest, votes: 1, spreadMs: TOLERANCE_MS / 2 };
}
/** Oscillators are off by some 10 ppm: a second in a day, half a minute in the month that machines run. */
const DRIFT_MOST_MS = 30_000;
/** What crashes at once after its restart is not told apart so. */
const RIVAL_LEAST_MS = 120_000;
/** One program's one death in both logs, by its name and its signal, a zone apart: chance hits a quarter of an hour so near once in 300. */
const isZoneApart = (offsetMs: number): boolean =>
  Math.abs(offsetMs) <= MAX_ZONE_MS && Math.abs(offsetMs - zoneNear(offsetMs)) <= TOLERANCE_MS;
/** What another log has of the same: an open that the one wrote follows in the other from a life. Two that follow so are two ends once more. */
function sameIn(keyed: ClockSample['keyed'], key: string): readonly number[] | undefined {
  if (key.startsWith(BEGAN)) return keyed.get(OPEN + key.slice(BEGAN.length));
  return keyed.get(key) ?? (key.startsWith(OPEN) ? keyed.get(BEGAN + key.slice(OPEN.length)) : undefined);
}
/** A connection's name that is drawn and not counted: the same one in two logs is the same connection. */
const NAMES_ONE = /^(?:open|close|began) (?=.*\d)(?=.*[a-zA-Z])[\w-]{8,64}$/;
/** Of a name that clients keep over their connections the two logs may hold different ones: another has to agree. */
const NAMES_LEAST = 2;
/** Of many that clients lost with their network, and told of when they found out, two are alike by chance: a clock moves a third of them. */
const NAMES_SHARE = 3;
const nameIn = (key: string): string => key.slice(key.indexOf(' '));

/** Pairs of connections with the same life: no shared id needed. */
function lifeVote(a: Voter, b: Voter): Vote | undefined {
  const ours = a.sample.lives.toSorted((x, y) => x.lifeMs - y.lifeMs);
  const theirs = b.sample.lives.toSorted((x, y) => x.lifeMs - y.lifeMs);
  if (ours.length < MIN_VOTES || theirs.length < MIN_VOTES) return undefined;
  const tolerance = 300 + Math.min(1_000, Math.max(a.sample.widthMs, b.sample.widthMs)) / 4;
  const differences: number[] = [];
  const ends: number[] = [];
  let from = 0;
  for (const mine of ours) {
    while ((theirs[from]?.lifeMs ?? Number.POSITIVE_INFINITY) < mine.lifeMs - tolerance) from++;
    for (let at = from; at < Math.min(theirs.length, from + 200); at++) {
      const other = theirs[at];
      if (!other || other.lifeMs > mine.lifeMs + tolerance) break;
      if (mine.ip && other.ip && mine.ip !== other.ip) continue;
      differences.push(a.own(mine.endMs) - b.own(other.endMs));
      ends.push(a.own(mine.endMs));
    }
  }
  const fullest = peakOf(differences);
  const unshifted = peakOf(differences.filter((one) => Math.abs(one) <= TOLERANCE_MS));
  // Connections whose lives are alike by chance meet at some shift too: clocks that agree about as well as they are need none.
  const isShift = fullest !== undefined && !isExpected(fullest.offsetMs, a, b);
  const peak = isShift && unshifted && unshifted.votes * LIVES_AHEAD > fullest.votes ? unshifted : fullest;
  if (!peak) return undefined;
  const met = ends.filter((_, at) => Math.abs((differences[at] ?? 0) - peak.offsetMs) <= TOLERANCE_MS).sort((x, y) => x - y);
  const isOneMoment = (met.at(-1) ?? 0) - (met[0] ?? 0) <= 2 * TOLERANCE_MS;
  // Equal lives abound where a timer cuts them, so chance pairs do too: ask for a third of the connections.
  const share = isOneMoment && !isExpected(peak.offsetMs, a, b) ? MOMENT_SHARE : 1 / 3;
  return peak.votes >= Math.max(MIN_VOTES, Math.min(ours.length, theirs.length) * share) ? peak : undefined;
}
/** Of the ten or twenty pairs that two logs mostly have, a shift in which chance has a hand has at most a third more. */
const LIVES_AHEAD = 1.3;
/** Of two bursts, whatever they are of, some ages are alike, and all of them at one shift: only most tell that they are one burst. */
const MOMENT_SHARE = 2 / 3;

/** The clocks agree as they are written, or would in some zone. */
function isExpected(offsetMs: number, a: Voter, b: Voter): boolean {
  const zone = lacksZone(a) || lacksZone(b) ? zoneNear(offsetMs) : 0;
  return Math.abs(offsetMs - zone) < TOLERANCE_MS;
}

/**
 * Ends with ends and openings with openings of the same address. Where clients come again (or all have the address of a hop), chance
 * pairs abound: the peak has to hold most of the smaller log and stand out from the next.
 */
function visitVote(a: Voter, b: Voter): Vote | undefined {
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
function coincidenceVote(a: Voter, b: Voter): Vote | undefined {
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
  for (let shift = -MAX_ZONE_MS; shift <= MAX_ZONE_MS; shift += QUARTER_HOUR_MS) {
    // A burst meets any single event at some shift, and an event that is told of in several lines is a single one; but of what one
    // program writes into two logs a burst is as many events in both.
    const met = partners(ours, theirs, shift, TOLERANCE_MS);
    const alone = (sameProgram(a, b) ? met : Math.min(met, momentsMet(ours, theirs, shift))) < 2;
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
function rhythmVote(a: Voter, b: Voter): Vote | undefined {
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
  // What a burst meets at some shift is another burst.
  if (momentsMet(few, many, peak.offsetMs) < MIN_VOTES) return undefined;
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
function turnVote(a: Voter, b: Voter): Vote | undefined {
  const [ours, theirs] = [turnsOf(a), turnsOf(b)];
  const [few, many, sign] = ours.length <= theirs.length ? [ours, theirs, 1] : [theirs, ours, -1];
  const differences: number[] = [];
  for (const one of few) for (const other of many) if (one.what === other.what) differences.push(sign * (one.ms - other.ms));
  const peak = few.length < MIN_VOTES ? undefined : peakOf(differences);
  return peak && peak.votes >= few.length ? peak : sameClockVote(few, many);
}

/** As they are written an end and a start, and most turns of the smaller log, fall together: two logs of one host, whose clock both have. */
function sameClockVote(few: readonly Turn[], many: readonly Turn[]): Vote | undefined {
  const met = few.filter(({ what, ms }) => many.some((other) => other.what === what && Math.abs(other.ms - ms) <= TOLERANCE_MS));
  const isBoth = new Set(met.map(({ what }) => what)).size === 2;
  return isBoth && met.length * 2 > few.length ? { offsetMs: 0, votes: met.length, spreadMs: TOLERANCE_MS / 2 } : undefined;
}

/** Turns at different moments: what a boot starts within seconds is one. */
function turnsOf(node: Voter): Turn[] {
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

/** At how many different moments instants of the one log have a neighbour in the other (sorted), shifted. */
function momentsMet(ours: readonly number[], theirs: readonly number[], shiftMs: number): number {
  let last = Number.NEGATIVE_INFINITY;
  let moments = 0;
  for (const ms of ours.toSorted((x, y) => x - y)) {
    if (ms - last <= 2 * TOLERANCE_MS || nearest(theirs, ms - shiftMs) > TOLERANCE_MS) continue;
    moments++;
    last = ms;
  }
  return moments;
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
