/** What logs wrote of connections that began, until one writes of their end: by id, since a thousand logs may hold one of them each. */
import type { EventOf } from '../types.ts';

type Opened = EventOf<'socket-opened'>;

/** Open lines that are kept; more live connections than this are not tracked. */
const LIVE_LIMIT = 2_000_000;

/** An endpoint's word that a connection began and that nobody ended. */
export interface Unclosed {
  readonly opened: Opened;
  readonly id: string;
}

interface Live {
  /** In the order in which they were opened. */
  readonly number: number;
  opened: Opened;
}

export class LiveOpens {
  /** Of one id in the order of `#writers`. */
  readonly #byId = new Map<string, readonly Live[]>();
  /** Sources in the order in which they first wrote an open. */
  readonly #writers = new Map<string, number>();
  #size = 0;
  #count = 0;

  set(id: string, opened: Opened): void {
    const { source } = opened.origin;
    if (!this.#writers.has(source)) this.#writers.set(source, this.#writers.size);
    const all = this.#byId.get(id) ?? [];
    const known = all.find((live) => live.opened.origin.source === source);
    if (this.#size >= LIVE_LIMIT) return;
    if (known) {
      known.opened = opened;
      return;
    }
    this.#size++;
    const live = { number: this.#count++, opened };
    this.#byId.set(id, all.length === 0 ? [live] : [...all, live].sort((a, b) => this.#rank(a) - this.#rank(b)));
  }

  /** What this source wrote. */
  get(source: string, id: string): Opened | undefined {
    return this.#byId.get(id)?.find(({ opened }) => opened.origin.source === source)?.opened;
  }

  /** What any source wrote, those first that first wrote opens. */
  of(id: string): readonly Opened[] {
    return this.#byId.get(id)?.map(({ opened }) => opened) ?? NOTHING;
  }

  /** It ended, as far as these sources go. */
  end(id: string, isOver: (opened: Opened) => boolean): void {
    const all = this.#byId.get(id);
    if (!all) return;
    const left = all.filter(({ opened }) => !isOver(opened));
    this.#size -= all.length - left.length;
    if (left.length === 0) this.#byId.delete(id);
    else if (left.length < all.length) this.#byId.set(id, left);
  }

  /** Those that nobody ended, in the order in which they were opened. */
  unclosed(): Unclosed[] {
    return [...this.#byId]
      .flatMap(([id, all]) => all.map(({ number, opened }) => ({ number, id, opened })))
      .sort((a, b) => a.number - b.number)
      .map(({ id, opened }) => ({ opened, id }));
  }

  #rank({ opened }: Live): number {
    return this.#writers.get(opened.origin.source) ?? 0;
  }
}

const NOTHING: readonly never[] = [];
