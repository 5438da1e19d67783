/** Ends of one client one after the other; a process that dies, or a machine, takes all of its connections in one moment. */
import { lowerBound } from '../numbers.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import { type Lives, NAMED } from './lives.ts';
import { areSameAge, MOMENT_MS } from './moments.ts';

/** The ends of one client that fade: each server wrote its own, as abnormal, and no log names a hand. */
export interface Fading {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
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
/** Of the client's later ends so many are looked at for those that stayed. */
const COUNTED = 40;

/** By client: when its connections ended one after the other, all of them. */
export function fadingsOf(lives: Lives, byClient: ReadonlyMap<number, readonly number[]>): ReadonlyMap<number, readonly Fading[]> {
  const fadings = new Map<number, Fading[]>();
  for (const [client, places] of byClient) {
    const found = fadingsIn(lives, places, client);
    if (found.length > 0) fadings.set(client, found);
  }
  return fadings;
}

function fadingsIn(lives: Lives, places: readonly number[], client: number): Fading[] {
  const found: Fading[] = [];
  for (let from = 0; from < places.length && found.length < FADINGS_KEPT; ) {
    let to = from;
    while (to < places.length && isUnnamed(lives, places[to] as number) && (to === from || gapBefore(lives, places, to) <= FADING_GAP_MS))
      to++;
    const fading = fadingOf(lives, places, from, to, client);
    if (fading) found.push(fading);
    from = Math.max(to, from + 1);
  }
  return found;
}

/** A server wrote this end as abnormal, and no log names a hand. */
export const isUnnamed = (lives: Lives, place: number): boolean => lives.serverAt(place) > 0 && !lives.has(place, NAMED);

const gapBefore = (lives: Lives, places: readonly number[], at: number): DurationMs =>
  lives.endAt(places[at] as number) - lives.endAt(places[at - 1] as number);

function fadingOf(lives: Lives, all: readonly number[], from: number, to: number, client: number): Fading | undefined {
  const places = all.slice(from, to);
  const [fromMs, toMs] = [lives.endAt(places[0] ?? -1), lives.endAt(places.at(-1) ?? -1)];
  if (places.length < FADING_LEAST || toMs - fromMs < MOMENT_MS || toMs - fromMs > FADING_MS) return undefined;
  // All were open when the first ended: connections that come and go are people's.
  if (places.some((at) => lives.openAt(at) > fromMs)) return undefined;
  const ages = places.map((at) => lives.ageAt(at)).sort((a, b) => a - b);
  if (areSameAge(ages[0] as number, ages.at(-1) as number)) return undefined;
  const stayed = all.slice(to, to + COUNTED).filter((at) => lives.openAt(at) < fromMs).length;
  if (stayed > places.length * FADING_STAYED) return undefined;
  return othersLivedOn(lives, client, fromMs, toMs) ? { fromMs, toMs, count: places.length } : undefined;
}

/** Enough other clients' connections that were open all the while ended later. */
export function othersLivedOn(lives: Lives, client: number, fromMs: EpochMs, toMs: EpochMs): boolean {
  const others = new Set<number>();
  const next = lowerBound(lives.ends, toMs);
  for (let at = next; at < Math.min(lives.length, next + OTHERS_LOOKED_AT) && others.size < FADING_OTHERS; at++) {
    const other = lives.clientAt(at);
    if (other !== 0 && other !== client && lives.openAt(at) < fromMs && lives.endAt(at) > toMs) others.add(other);
  }
  return others.size >= FADING_OTHERS;
}
