/** Things that last for a while, found by time: of thousands of deaths those near one closure, without a look at the others. */
import { lowerBound } from './numbers.ts';
import type { DurationMs, EpochMs, Span } from './types.ts';

/** How far two spans lie apart; 0 = they share an instant. */
export const gap = (a: Span, b: Span): DurationMs => Math.max(0, a.fromMs - b.toMs, b.fromMs - a.toMs);

export class Spans<T> {
  /** In order of their beginning; those that begin together as they were given. */
  readonly all: readonly T[];
  readonly #spans: readonly Span[];
  /** The latest end of each and all before it: what stands before the first that reaches an instant is over by then. */
  readonly #reach: Float64Array;

  constructor(items: Iterable<T>, spanOf: (item: T) => Span) {
    const spanned = [...items].map((item) => ({ item, span: spanOf(item) })).sort((a, b) => a.span.fromMs - b.span.fromMs);
    this.all = spanned.map(({ item }) => item);
    this.#spans = spanned.map(({ span }) => span);
    let reach = Number.NEGATIVE_INFINITY;
    this.#reach = Float64Array.from(this.#spans, ({ toMs }) => {
      reach = Math.max(reach, toMs);
      return reach;
    });
  }

  /** Those that share an instant with [fromMs, toMs], in order. */
  between(fromMs: EpochMs, toMs: EpochMs): readonly T[] {
    const found: T[] = [];
    for (let at = lowerBound(this.#reach, fromMs); at < this.all.length; at++) {
      const span = this.#spans[at] as Span;
      if (span.fromMs > toMs) break;
      if (span.toMs >= fromMs) found.push(this.all[at] as T);
    }
    return found;
  }

  /** The first, in order, that is not over at `fromMs` and fits. */
  next(fromMs: EpochMs, fits: (item: T) => boolean): T | undefined {
    for (let at = lowerBound(this.#reach, fromMs); at < this.all.length; at++)
      if ((this.#spans[at] as Span).toMs >= fromMs && fits(this.all[at] as T)) return this.all[at];
    return undefined;
  }
}
