/**
 * NATs, firewalls and network balancers forget a connection that was silent for their time, and tell nobody: it ends when somebody next
 * sends. Such ends have no common silence, but a common floor: none was silent for less than that time.
 */
import type { Closure } from '../closure.ts';
import { TIMERS, type Timer } from '../timers.ts';
import type { DurationMs } from '../types.ts';

/** Longer ones are of kernels that hold their state for days. */
const LONGEST_MS = 3_600_000;
const FORGETFUL: readonly Timer[] = TIMERS.filter(
  ({ kind, resetsOn, ms, confidence }) =>
    kind === 'idle' && resetsOn === 'packets' && ms !== undefined && ms <= LONGEST_MS && confidence !== 'unconfirmed',
);
const TIMES_MS: readonly DurationMs[] = [...new Set(FORGETFUL.flatMap(({ ms }) => ms ?? []))].sort((a, b) => a - b);
/** Stamps of whole seconds at both ends of the silence. */
const STAMPS_MS = 1_000;
/** The shortest of so many lies near the floor, where silences thin out as they grow: further above there is none, or another one. */
const LEAST = 8;
const NEAR = 1.15;
/** Others that say how long connections are silent anyway. */
const LEAST_OTHERS = 20;
/** For the few times that are tried; a floor outranks what the endpoint says of its network. */
const CHANCE = 1e-5;

export interface Floor {
  /** The time of the hops that forget. */
  readonly ms: DurationMs;
  /** How many ended so, and the shortest silence among them. */
  readonly count: number;
  readonly leastMs: DurationMs;
  /** The share of all other connections that were silent so long, and the chance that all of these were. */
  readonly usual: number;
  readonly p: number;
  /** Who forgets after that time by default. */
  readonly hops: readonly string[];
}

export class SilenceFloor {
  #dead = 0;
  #leastMs = Number.POSITIVE_INFINITY;
  #others = 0;
  /** Of each time: others that were silent as long. */
  readonly #asLong = TIMES_MS.map(() => 0);

  /** `lost` = an abnormal end that no log puts down to another hand. */
  add({ silenceMs }: Closure, lost: boolean): void {
    if (silenceMs === undefined) return;
    if (lost) {
      this.#dead++;
      this.#leastMs = Math.min(this.#leastMs, silenceMs);
      return;
    }
    this.#others++;
    for (let at = 0; at < TIMES_MS.length && silenceMs >= (TIMES_MS[at] as number); at++)
      this.#asLong[at] = (this.#asLong[at] as number) + 1;
  }

  /** The floor, if there is one. */
  get floor(): Floor | undefined {
    const at = TIMES_MS.findLastIndex((time) => this.#leastMs >= time - STAMPS_MS);
    const ms = TIMES_MS[at];
    if (ms === undefined || this.#dead < LEAST || this.#others < LEAST_OTHERS || this.#leastMs > ms * NEAR) return undefined;
    // Laplace's rule: what was never seen among a few is not impossible.
    const usual = ((this.#asLong[at] as number) + 1) / (this.#others + 2);
    const p = usual ** this.#dead * TIMES_MS.length;
    if (p > CHANCE) return undefined;
    const hops = FORGETFUL.flatMap((timer) => (timer.ms === ms ? [timer.title] : []));
    return { ms, count: this.#dead, leastMs: this.#leastMs, usual, p, hops };
  }
}
