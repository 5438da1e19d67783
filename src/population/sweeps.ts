/**
 * A server that looks after its connections by one timer (`setInterval`, ws's README) ends the dead ones in that timer's turns: whatever
 * their ages, their ends lie whole intervals apart. A proxy counts from each connection's own last byte.
 */
import { lowerBound, type Numbers } from '../numbers.ts';
import { binomialTail, quantileSorted } from '../statistics.ts';
import type { DurationMs } from '../types.ts';

/** What people set. Shorter intervals are within reach of chance, longer ones leave dead connections to other timers. */
const INTERVALS_MS: readonly DurationMs[] = [5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 90, 120].map((seconds) => seconds * 1_000);
/** One turn ends all of its connections within this. */
const TURN_MS = 250;
/** Node's intervals slip by a millisecond or two each time, a busy loop by some tens: so much over the gaps that are looked at. */
const SLACK_MS = 250;
/** Over more intervals than this the slips add up. */
const MOST_INTERVALS = 20;
/** Where the stamps let every fourth gap fit by chance, none tells anything. */
const MOST_BY_CHANCE = 0.25;
const LEAST_GAPS = 4;
/** For all intervals that were tried together: a report makes some ten such tests, and is to be wrong in one of a thousand. */
const CHANCE = 1e-4;
/** Connections of one age are one that a timer cuts again and again, and comes back at once: its ends lie as regularly. */
const SAME_AGE_MS = 2_000;
const SAME_AGE_SHARE = 0.15;

export interface Sweep {
  readonly intervalMs: DurationMs;
  /** Gaps between the moments at which connections ended, and how many of them are whole intervals. */
  readonly gaps: number;
  readonly whole: number;
  /** Chance of so many, for all intervals that were tried. */
  readonly p: number;
  /** The turns, in order: when each began (ms UTC). */
  readonly turns: Float64Array;
}

/** The sweep that these ends of one server show; `ends` in order, `ages` in the same order (0 = not known), `widthMs` of their stamps. */
export function sweepIn(ends: Numbers, ages: Numbers, widthMs: DurationMs): Sweep | undefined {
  const turns: number[] = [];
  for (let at = 0; at < ends.length; at++) {
    const ms = ends.at(at);
    if (turns.length === 0 || ms - (turns.at(-1) as number) > TURN_MS) turns.push(ms);
  }
  if (turns.length <= LEAST_GAPS || ofOneAge(ages)) return undefined;
  const slack = Math.max(SLACK_MS, widthMs);
  let best: Sweep | undefined;
  for (const intervalMs of INTERVALS_MS) {
    const byChance = (2 * slack) / intervalMs;
    if (byChance > MOST_BY_CHANCE) continue;
    let gaps = 0;
    const members = new Set<number>();
    let whole = 0;
    for (let at = 1; at < turns.length; at++) {
      const [before, turn] = [turns[at - 1] as number, turns[at] as number];
      const times = Math.round((turn - before) / intervalMs);
      if (times > MOST_INTERVALS) continue;
      gaps++;
      if (times === 0 || Math.abs(turn - before - times * intervalMs) > slack) continue;
      whole++;
      members.add(before).add(turn);
    }
    if (whole < LEAST_GAPS) continue;
    const p = Math.min(1, binomialTail(whole, gaps, byChance) * INTERVALS_MS.length);
    if (p < CHANCE && (best === undefined || p < best.p)) best = { intervalMs, gaps, whole, p, turns: Float64Array.from(members).sort() };
  }
  return best;
}

/** Whether it ended in one of the sweep's turns. */
export const inTurn = ({ turns }: Sweep, endMs: number): boolean => {
  const next = turns[lowerBound(turns, endMs - TURN_MS)];
  return next !== undefined && next <= endMs;
};

function ofOneAge(ages: Numbers): boolean {
  const known: number[] = [];
  for (let at = 0; at < ages.length; at++) if (ages.at(at) > 0) known.push(ages.at(at));
  if (known.length < LEAST_GAPS) return true;
  known.sort((a, b) => a - b);
  const [young, old] = [quantileSorted(known, 0.2), quantileSorted(known, 0.8)];
  return old - young <= Math.max(SAME_AGE_MS, old * SAME_AGE_SHARE);
}
