/** How soon clients come back after an end. */
import { Numbers } from '../numbers.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import type { Lives } from './lives.ts';

/** One-second stamps put an open up to so long before the end that it followed. */
const STAMP_MS = 1_000;

/** Attempts to connect that failed: when, and by which client. */
export class Attempts {
  readonly #times = new Numbers(Float64Array);
  readonly #clients = new Numbers(Uint32Array);

  add(ms: EpochMs, client: number): void {
    this.#times.push(ms);
    this.#clients.push(client);
  }

  *inOrder(): Generator<readonly [ms: EpochMs, client: number]> {
    for (const at of this.#times.ranking()) yield [this.#times.at(at), this.#clients.at(at)];
  }
}

/**
 * Of each end, by place: until its client's next connection or attempt (ms); NaN = none came, or the client has two connections at once,
 * so that its address is many clients'. Empty = no client came back.
 */
export function pausesOf(lives: Lives, attempts: Attempts): Float32Array {
  const [ends, places] = [new Float64Array(lives.clientCount), new Int32Array(lives.clientCount).fill(-1)];
  const shared = new Uint8Array(lives.clientCount);
  const pauses = new Float32Array(lives.length).fill(Number.NaN);
  const back = (client: number, ms: EpochMs): void => {
    const place = places[client] as number;
    if (place < 0) return;
    const pause: DurationMs = ms - (ends[client] as number);
    if (pause < -STAMP_MS) shared[client] = 1;
    else pauses[place] = Math.max(0, pause);
    places[client] = -1;
  };
  const tries = attempts.inOrder();
  let next = tries.next();
  const triedUntil = (ms: EpochMs): void => {
    for (; !next.done && next.value[0] <= ms; next = tries.next()) back(next.value[1], next.value[0]);
  };
  for (let at = 0; at < lives.length; at++) {
    const [endMs, openMs, client] = [lives.endAt(at), lives.openAt(at), lives.clientAt(at)];
    triedUntil(openMs);
    if (client === 0) continue;
    if (openMs < endMs) back(client, openMs);
    [ends[client], places[client]] = [endMs, at];
  }
  triedUntil(Number.POSITIVE_INFINITY);
  let isAny = false;
  for (let at = 0; at < pauses.length; at++) {
    if (shared[lives.clientAt(at)] === 1) pauses[at] = Number.NaN;
    isAny ||= !Number.isNaN(pauses[at]);
  }
  return isAny ? pauses : new Float32Array();
}
