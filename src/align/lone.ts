/**
 * Clocks without a zone that agree only among themselves are one clock that nothing fixes. What fixes them as a whole: a death in the one
 * and what followed from it in the other, a whole number of hours (or the halves and quarters that zones have) apart.
 */
import type { ClockSample } from '../clock-sample.ts';
import { RUNTIMES, stem } from '../deaths/names.ts';

/** A clock as far as it is known among the clocks of its side. */
export interface Side {
  readonly sample: ClockSample;
  /** Instant of its own clock → that of its side. */
  toSide(ms: number): number;
}

export interface Anchor {
  /** Added to the cluster's instants. */
  readonly shiftMs: number;
  readonly errorMs: number;
  /** The same process is named on both sides; else only the moments fit. */
  readonly isSure: boolean;
  readonly says: string;
}

/** A shift that would fit and is not certain enough to be taken. */
export interface Hint {
  readonly shiftMs: number;
  readonly says: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Offsets from UTC that zones have (tz database, 2025), in minutes: a shift that no zone has is no zone. */
const OFFSETS: readonly number[] = [
  ...Array.from({ length: 27 }, (_, at) => (at - 12) * 60),
  ...[-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825],
];
/** Connections of one server end within this of its death (as where deaths are tied to servers); stamps' widths come on top. */
const MOMENT_MS = { before: 1_500, after: 3_000 };
/** Two ends in one moment are common where clients come and go; what one hand cuts are more. */
const BURST_LEAST = 3;
const BURST_MS = 2_000;
/** The kernel's word, the supervisor's and the core dump's are of one death. */
const ONE_DEATH_MS = 3_000;
/** Below are the kernel's own threads and, in containers, nearly all programs: their numbers are the same everywhere. */
const PID_LEAST = 300;
/** A server that serves writes at least so often: one that died did so within this of its last line. */
const LAST_WORDS_MS = 60_000;
/** A burst meets some death at some zone's shift by chance: taken only where that is rarer than once in so many incidents. */
const CHANCE_MOST = 0.01;
/** Sides that tell of the same minutes as they stand may well be in one zone: logs are collected for one incident. */
const SAME_MINUTES_MS = MINUTE_MS;

interface Passing {
  readonly fromMs: number;
  toMs: number;
  readonly pids: Set<number>;
  readonly units: Set<string>;
  words: string;
  readonly at: string;
}

interface Burst {
  readonly fromMs: number;
  readonly count: number;
  readonly source: string;
}

interface Told {
  readonly deaths: readonly Passing[];
  readonly bursts: readonly Burst[];
  /** Server's pid → its last line. */
  readonly pids: ReadonlyMap<number, { readonly lastMs: number; readonly source: string }>;
  /** What the server's own log calls it. */
  readonly names: ReadonlySet<string>;
  /** From its first to its last end. */
  readonly ends: { readonly fromMs: number; readonly toMs: number };
}

interface Match {
  readonly death: Passing;
  readonly burst: Burst | undefined;
  readonly pid: number | undefined;
  readonly source: string | undefined;
  /** Added to the cluster's instants. */
  readonly shiftMs: number;
}

/** `zoneShifts` = where names or connections put other clocks without a zone: logs of one incident are mostly of machines in one zone. */
export function anchorOf(cluster: readonly Side[], known: readonly Side[], zoneShifts: ReadonlySet<number>): Anchor | Hint | undefined {
  const [ours, theirs] = [toldBy(cluster), toldBy(known)];
  const matches = [...matchesOf(ours, theirs, 1), ...matchesOf(theirs, ours, -1)];
  return byPid(matches) ?? byBurst(matches, ours, theirs, zoneShifts) ?? hintOf(matches) ?? byWrittenZone(cluster, known);
}

/**
 * Logs are kept for one incident: one that, read as UTC, lies as a whole outside of what the others tell, and in the one other zone that
 * these write as a whole within it, is of that zone. Nothing but the hours says so.
 */
function byWrittenZone(cluster: readonly Side[], known: readonly Side[]): Anchor | undefined {
  const zones = new Set(known.flatMap(({ sample }) => [...sample.writtenZones].filter((zone) => zone !== 0)));
  const [zone, another] = zones;
  if (zone === undefined || another !== undefined) return undefined;
  const [ours, theirs] = [reachOf(cluster), reachOf(known)];
  const isOutside = ours.fromMs > theirs.toMs + SAME_MINUTES_MS || ours.toMs < theirs.fromMs - SAME_MINUTES_MS;
  const isWithin = ours.fromMs - zone >= theirs.fromMs && ours.toMs - zone <= theirs.toMs;
  if (!isOutside || !isWithin) return undefined;
  const source = known.find(({ sample }) => sample.writtenZones.has(zone))?.sample.source;
  const says = `zone that ${source} writes, in which it lies within what the other logs tell`;
  return { shiftMs: -zone, errorMs: MOMENT_MS.before, isSure: false, says };
}

function reachOf(sides: readonly Side[]): { readonly fromMs: number; readonly toMs: number } {
  const instants = sides.flatMap(({ sample: { minMs, maxMs }, toSide }) => [toSide(minMs), toSide(maxMs)]);
  return { fromMs: Math.min(...instants), toMs: Math.max(...instants) };
}

export const isAnchor = (found: Anchor | Hint | undefined): found is Anchor => found !== undefined && 'isSure' in found;

/** The process that died is the one that served: its log falls silent there, and connections end. */
function byPid(matches: readonly Match[]): Anchor | undefined {
  const named = matches.filter(({ pid, burst }) => pid !== undefined && burst !== undefined);
  const shifts = new Set(named.map(({ shiftMs }) => shiftMs));
  const [first] = named;
  if (!first || shifts.size > 1) return undefined;
  return {
    shiftMs: first.shiftMs,
    errorMs: MOMENT_MS.before,
    isSure: true,
    says: `${first.death.words} (${first.death.at}): ${first.source} names that pid and falls silent there, and ${burstWords(first)}`,
  };
}

const burstWords = ({ burst }: Match): string => (burst ? `${burst.count} connections end within it in ${burst.source}` : '');

/** Only the moments fit: the one shift that most of them fit at, unless chance would do that too. */
function byBurst(matches: readonly Match[], ours: Told, theirs: Told, zoneShifts: ReadonlySet<number>): Anchor | Hint | undefined {
  const deathsAt = new Map<number, Map<Passing, Match>>();
  for (const match of matches)
    if (match.burst) deathsAt.set(match.shiftMs, (deathsAt.get(match.shiftMs) ?? new Map()).set(match.death, match));
  const expected = (shiftMs: number): boolean => shiftMs === 0 || zoneShifts.has(shiftMs);
  const ranked = [...deathsAt].sort(
    ([a, one], [b, other]) => other.size - one.size || Number(expected(b)) - Number(expected(a)) || Math.abs(a) - Math.abs(b),
  );
  const [best, second] = ranked;
  if (!best) return undefined;
  const [shiftMs, found] = best;
  const [first] = found.values();
  if (!first) return undefined;
  const says = `${first.death.words} (${first.death.at}), in whose moment ${first.burst?.count} connections end in ${first.burst?.source}`;
  // Most machines are set to UTC, and those of one incident to one zone: only this one shift had to fit.
  const fits = expected(shiftMs) && oneShiftChance(ours, theirs) ** found.size <= CHANCE_MOST;
  if (fits) return { shiftMs, errorMs: MOMENT_MS.before, isSure: true, says };
  if (shiftMs === 0) return undefined;
  const rivalled = second !== undefined && second[1].size === found.size;
  const chance = chanceOf(shiftMs, found.size, ours, theirs);
  if (rivalled || chance > CHANCE_MOST || (found.size < 2 && inTheSameMinutes(ours, theirs))) return { shiftMs, says };
  return { shiftMs, errorMs: MOMENT_MS.before, isSure: false, says: `${says} (chance ${chance.toPrecision(1)})` };
}

/** How often deaths and bursts that have nothing to do with each other meet at some shift of this kind, as many as did. */
function chanceOf(shiftMs: number, met: number, ours: Told, theirs: Told): number {
  const stepMs = [HOUR_MS, HOUR_MS / 2].find((step) => shiftMs % step === 0) ?? HOUR_MS / 4;
  return (meetingMs(ours, theirs) / stepMs) * (meetingMs(ours, theirs) / Math.max(HOUR_MS, longest(ours, theirs))) ** (met - 1);
}

/** The same at one shift that is known before. */
const oneShiftChance = (ours: Told, theirs: Told): number => meetingMs(ours, theirs) / Math.max(MINUTE_MS, longest(ours, theirs));

const meetingMs = (ours: Told, theirs: Told): number =>
  (ours.deaths.length * theirs.bursts.length + theirs.deaths.length * ours.bursts.length) * (MOMENT_MS.before + MOMENT_MS.after + 1_000);

const longest = (...sides: readonly Told[]): number => Math.max(0, ...sides.map(({ ends }) => ends.toMs - ends.fromMs));

/** A death that, as the clocks stand, lies among the other side's ends. */
function inTheSameMinutes(ours: Told, theirs: Told): boolean {
  const among = ({ deaths }: Told, { ends }: Told): boolean =>
    deaths.some(({ fromMs, toMs }) => toMs > ends.fromMs - SAME_MINUTES_MS && fromMs < ends.toMs + SAME_MINUTES_MS);
  return among(ours, theirs) || among(theirs, ours);
}

/** Nothing ended there, or not only there: the pid alone, whose log falls silent at one shift. */
function hintOf(matches: readonly Match[]): Hint | undefined {
  const named = matches.filter(({ pid }) => pid !== undefined);
  const [first] = named;
  if (!first || first.shiftMs === 0 || new Set(named.map(({ shiftMs }) => shiftMs)).size > 1) return undefined;
  return {
    shiftMs: first.shiftMs,
    says: `${first.death.words} (${first.death.at}): ${first.source} names that pid and falls silent there`,
  };
}

/** `sign` = 1: the deaths are the cluster's, which moves; -1: the other side's. */
function* matchesOf(dying: Told, living: Told, sign: 1 | -1): Generator<Match> {
  for (const death of dying.deaths) {
    const pid = [...death.pids].find((one) => living.pids.has(one));
    const server = pid === undefined ? undefined : living.pids.get(pid);
    if (pid === undefined && isAnother(death, living)) continue;
    for (const minutes of OFFSETS) {
      const moveMs = -minutes * MINUTE_MS;
      const [fromMs, toMs] = [death.fromMs + moveMs, death.toMs + moveMs];
      // It wrote on after that: not there.
      if (server && server.lastMs > toMs + MOMENT_MS.before) continue;
      const burst = living.bursts.find((one) => one.fromMs >= fromMs - MOMENT_MS.before && one.fromMs <= toMs + MOMENT_MS.after);
      const silent = server !== undefined && fromMs - server.lastMs < LAST_WORDS_MS;
      const shiftMs = moveMs === 0 ? 0 : moveMs * sign;
      if (burst && (server === undefined || silent)) yield { death, burst, pid, source: server?.source, shiftMs };
      else if (silent) yield { death, burst: undefined, pid, source: server.source, shiftMs };
    }
  }
}

/** Names tell that what died was not the server: its pid, or its unit. */
function isAnother({ pids, units }: Passing, { pids: servers, names }: Told): boolean {
  if (pids.size > 0 && servers.size > 0) return true;
  const own = [...names].map(stem).filter((name) => !RUNTIMES.has(name));
  const its = [...units].map(stem);
  return own.length > 0 && its.length > 0 && !its.some((unit) => own.some((name) => unit.startsWith(name) || name.startsWith(unit)));
}

function toldBy(sides: readonly Side[]): Told {
  const pids = new Map<number, { lastMs: number; source: string }>();
  const [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const ends = { fromMs, toMs };
  for (const { sample, toSide } of sides) {
    for (const [pid, last] of sample.serverPids) {
      const lastMs = toSide(last);
      if (pid >= PID_LEAST && lastMs > (pids.get(pid)?.lastMs ?? Number.NEGATIVE_INFINITY))
        pids.set(pid, { lastMs, source: sample.source });
    }
    for (const ms of sample.ends) {
      ends.fromMs = Math.min(ends.fromMs, toSide(ms));
      ends.toMs = Math.max(ends.toMs, toSide(ms));
    }
  }
  return {
    deaths: deathsOf(sides),
    bursts: sides.flatMap(burstsOf).reduce(apart, []),
    pids,
    names: new Set(sides.flatMap(({ sample }) => [...sample.serverNames])),
    ends,
  };
}

function deathsOf(sides: readonly Side[]): readonly Passing[] {
  const all = sides
    .flatMap(({ sample, toSide }) =>
      sample.passings.map(({ ms, widthMs, words, pid, unit, line }) => ({
        fromMs: toSide(ms),
        toMs: toSide(ms) + widthMs,
        words,
        pid: pid !== undefined && pid >= PID_LEAST ? pid : undefined,
        unit,
        at: `${sample.source}:${line}`,
      })),
    )
    .sort((a, b) => a.fromMs - b.fromMs || (a.at < b.at ? -1 : 1));
  const deaths: Passing[] = [];
  for (const { pid, unit, ...one } of all) {
    const last = deaths.at(-1);
    const death = last && one.fromMs - last.fromMs <= ONE_DEATH_MS ? last : { ...one, pids: new Set<number>(), units: new Set<string>() };
    if (death !== last) deaths.push(death);
    if (pid !== undefined && death.pids.size === 0) death.words = one.words;
    death.toMs = Math.max(death.toMs, one.toMs);
    if (pid !== undefined) death.pids.add(pid);
    if (unit !== undefined) death.units.add(unit);
  }
  return deaths;
}

/** Moments in which one log has several connections end: the same connection in three logs is one. */
function burstsOf({ sample, toSide }: Side): readonly Burst[] {
  const ends = sample.ends.map(toSide).sort((a, b) => a - b);
  const bursts: Burst[] = [];
  for (let from = 0; from < ends.length; ) {
    const fromMs = ends[from] ?? 0;
    let to = from;
    while (to < ends.length && (ends[to] ?? 0) - fromMs <= BURST_MS) to++;
    if (to - from >= BURST_LEAST) bursts.push({ fromMs, count: to - from, source: sample.source });
    from = to - from >= BURST_LEAST ? to : from + 1;
  }
  return bursts;
}

/** Of the same moment in several logs the one that saw most. */
function apart(bursts: Burst[], one: Burst): Burst[] {
  const at = bursts.findIndex(({ fromMs }) => Math.abs(fromMs - one.fromMs) <= BURST_MS);
  if (at < 0) return [...bursts, one];
  return bursts.map((known, index) => (index === at && one.count > known.count ? one : known));
}

/** `-7 h`, `+5 h 30 min` */
export function shiftWords(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / MINUTE_MS) % (DAY_MS / MINUTE_MS);
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}
