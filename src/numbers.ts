/** Numbers by the million: a column of eight bytes each, or of four where whole ones do. */

const FIRST_ROOM = 1024;

type Room = Float64Array | Uint32Array;

/** A list of numbers that grows; an array of objects would take ten times the memory. */
export class Numbers<R extends Room = Float64Array> {
  readonly #of: new (
    length: number,
  ) => R;
  #room: R;
  #length = 0;

  /** `Uint32Array` for what is whole and below 2³². */
  constructor(of: new (length: number) => R) {
    this.#of = of;
    this.#room = new of(FIRST_ROOM);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#room.length) {
      const larger = new this.#of(this.#length * 2);
      larger.set(this.#room);
      this.#room = larger;
    }
    this.#room[this.#length++] = value;
  }

  at(index: number): number {
    return this.#room[index] as number;
  }

  /** The numbers at these places, in this order. */
  pick(places: Uint32Array): R {
    const picked = new this.#of(places.length);
    for (let at = 0; at < places.length; at++) picked[at] = this.at(places[at] as number);
    return picked;
  }

  /** Places of the numbers (all of them, or some in order), smallest number first; equal ones in the order they came. */
  ranking(places: Uint32Array = this.#places()): Uint32Array {
    for (let at = 1; at < places.length; at++)
      if (this.at(places[at - 1] as number) > this.at(places[at] as number)) return places.sort((a, b) => this.at(a) - this.at(b) || a - b);
    return places;
  }

  #places(): Uint32Array {
    const places = new Uint32Array(this.#length);
    for (let at = 0; at < places.length; at++) places[at] = at;
    return places;
  }
}

/** Place of the first of sorted numbers that is not below `value`. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((sorted[mid] as number) < value) low = mid + 1;
    else high = mid;
  }
  return low;
}
