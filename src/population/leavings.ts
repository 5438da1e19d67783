/** Connections of one address that end in one moment while those of others live on: a process or a machine that goes takes all of them along. */
import { lowerBound } from '../numbers.ts';
import { poissonTail } from '../statistics.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import { isUnnamed, othersLivedOn } from './fadings.ts';
import { ABNORMAL, ALONG, GAVE_UP, type Lives } from './lives.ts';

/** The ends of one address that came together: each server wrote its own, as abnormal, and no log names a hand. */
export interface Leaving {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly count: number;
  /** How many server logs wrote them: each has timers of its own. */
  readonly servers: number;
}

/** A kernel closes a dead process's sockets within a few ms, and their FINs travel one path. */
const AT_ONCE_MS = 50;
/** Of others that ended in the same moment there are few: else a hop went that all of them share. */
const AROUND_MS = 150;
const MOST_OTHERS = 0.25;
/** A timer keeps the distances in which connections were opened, so that only these much wider ones tell of none. */
const WIDER = 10;
/** Lives are rounded to tenths of a second, some to whole ones. */
const OPENED_APART_MS = 300;
const WHOLE_SECONDS_APART_MS = 1_500;
/** That some of a busy address's ends lie so near by chance, over all of them. */
const CHANCE = 1e-3;
const STAMPS_MS = 5;
const LEAST_SPAN_MS = 5_000;
/** So many of a client's leavings are kept. */
const LEAVINGS_KEPT = 100;

/** By client the moments in which its connections ended together. `isExact` = the server of this place stamps its lines to the ms. */
export function leavingsOf(
  lives: Lives,
  byClient: ReadonlyMap<number, readonly number[]>,
  isExact: (place: number) => boolean,
): ReadonlyMap<number, readonly Leaving[]> {
  const leavings = new Map<number, Leaving[]>();
  for (const [client, all] of byClient) {
    const places = all.filter((place) => isUnnamed(lives, place) && !lives.has(place, GAVE_UP) && isExact(place));
    const found: Leaving[] = [];
    for (let from = 0; from < places.length && found.length < LEAVINGS_KEPT; ) {
      const lastMs = lives.endAt(places[from] as number) + AT_ONCE_MS;
      let to = from + 1;
      while (to < places.length && lives.endAt(places[to] as number) <= lastMs) to++;
      const leaving = leavingOf(lives, places, from, to, client);
      if (leaving) {
        found.push(leaving);
        for (const place of places.slice(from + 1, to)) lives.mark(place, ALONG);
      }
      from = to;
    }
    if (found.length > 0) leavings.set(client, found);
  }
  return leavings;
}

function leavingOf(lives: Lives, all: readonly number[], from: number, to: number, client: number): Leaving | undefined {
  if (to - from < 2) return undefined;
  const places = all.slice(from, to);
  const [fromMs, toMs] = [lives.endAt(places[0] ?? -1), lives.endAt(places.at(-1) ?? -1)];
  const spanMs = Math.max(lives.spanMs, LEAST_SPAN_MS);
  const byChance = all.length * poissonTail(places.length - 1, (all.length * Math.max(toMs - fromMs, STAMPS_MS)) / spanMs);
  if (byChance >= CHANCE || !wereOpenedApart(lives, places, toMs - fromMs)) return undefined;
  if (othersAt(lives, client, fromMs, toMs) > places.length * MOST_OTHERS || !othersLivedOn(lives, client, fromMs, toMs)) return undefined;
  return { fromMs, toMs, count: places.length, servers: new Set(places.map((place) => lives.serverAt(place))).size };
}

function wereOpenedApart(lives: Lives, places: readonly number[], endedWithinMs: DurationMs): boolean {
  const opens = places.filter((place) => lives.ageAt(place) > 0).map((place) => lives.openAt(place));
  const apartMs = Math.max(...opens) - Math.min(...opens);
  const rounded = places.every((place) => lives.ageAt(place) % 1_000 === 0);
  return apartMs >= Math.max(rounded ? WHOLE_SECONDS_APART_MS : OPENED_APART_MS, endedWithinMs * WIDER);
}

/** Ends in that moment that servers wrote of other clients, or of nobody that a log names. */
function othersAt(lives: Lives, client: number, fromMs: EpochMs, toMs: EpochMs): number {
  let others = 0;
  for (let at = lowerBound(lives.ends, fromMs - AROUND_MS); at < lives.length && lives.endAt(at) <= toMs + AROUND_MS; at++)
    if (lives.serverAt(at) > 0 && lives.has(at, ABNORMAL) && lives.clientAt(at) !== client) others++;
  return others;
}
