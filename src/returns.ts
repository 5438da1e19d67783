/** How soon the clients of an incident came back: a fixed pause brings all of them at once, and a fault that stays meets them again. */
import type { Closure } from './closure.ts';
import { Numbers } from './numbers.ts';
import type { DurationMs } from './types.ts';
import { words } from './words.ts';

/** Enough to know a pause by. */
const KEPT = 1_000;
const LEAST = 5;
/**
 * So many of the returns in a window of a fifth of their pause (or of what one-second stamps blur): were pauses spread at random around
 * it, one in fourteen would fall there, and four of five in one case of six thousand.
 */
const MOST_SHARE = 0.8;
const HALF_SHARE = 0.1;
const HALF_MS = 250;
/** A client that was cut so often was cut by what is still there. */
const AGAIN = 3;

export class Returns {
  readonly #pauses = new Numbers(Float64Array);
  readonly #lives = new Numbers(Float64Array);
  #known = 0;

  /** `pauseMs` from the closure to the next connection of its client; undefined = it did not come back, or nobody can tell. */
  add({ lifeMs }: Closure, pauseMs: DurationMs | undefined): void {
    if (pauseMs === undefined) return;
    this.#known++;
    if (this.#pauses.length >= KEPT) return;
    this.#pauses.push(pauseMs);
    if (lifeMs !== undefined) this.#lives.push(lifeMs);
  }

  /** The pause that most clients keep, if any. */
  get steady(): { readonly ms: DurationMs; readonly halfMs: DurationMs; readonly count: number; readonly of: number } | undefined {
    return steadyIn(this.#pauses);
  }

  /** What the returns tell of an incident of so many closures of so many clients (by address). */
  notes(closures: number, clients: number): string[] {
    const pause = this.steady;
    const life = steadyIn(this.#lives);
    const notes: string[] = [];
    if (pause)
      notes.push(
        `clients came back ${words(pause.ms)} ± ${words(pause.halfMs)} after the close (${pause.count} of ${pause.of}): a fixed pause without jitter`,
      );
    if (clients > 0 && closures >= AGAIN * clients && this.#known >= closures / 2) {
      const every = pause && life ? ` every ${words(pause.ms + life.ms)}, ${words(life.ms)} after each open` : '';
      notes.push(
        `the same ${clients === 1 ? 'client was' : `${clients} clients were`} cut ${closures} times${every}: one fault, met again`,
      );
    }
    return notes;
  }
}

/** The narrowest window that holds most of them, if it is narrow. */
function steadyIn(numbers: Numbers): Returns['steady'] {
  if (numbers.length < LEAST) return undefined;
  const sorted = numbers.pick(numbers.ranking());
  const count = Math.ceil(sorted.length * MOST_SHARE);
  let best = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
  for (let at = 0; at + count <= sorted.length; at++) {
    const [fromMs, toMs] = [sorted[at] as number, sorted[at + count - 1] as number];
    if (toMs - fromMs < best.toMs - best.fromMs) best = { fromMs, toMs };
  }
  const [ms, halfMs] = [(best.fromMs + best.toMs) / 2, (best.toMs - best.fromMs) / 2];
  return halfMs <= Math.max(HALF_MS, ms * HALF_SHARE) ? { ms, halfMs, count, of: sorted.length } : undefined;
}
