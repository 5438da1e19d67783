/** Numbers by the million, eight bytes each. */

const FIRST_ROOM = 1024;

/** A list of numbers that grows; an array of objects would take ten times the memory. */
export class Numbers {
  #room = new Float64Array(FIRST_ROOM);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#room.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#room);
      this.#room = larger;
    }
    this.#room[this.#length++] = value;
  }

  at(index: number): number {
    return this.#room[index] as number;
  }

  /** The numbers at these places, in this order. */
  pick(places: Uint32Array): Float64Array {
    return Float64Array.from(places, (place) => this.at(place));
  }

  /** Places of the numbers, smallest number first; equal ones in the order they came. */
  ranking(): Uint32Array {
    return Uint32Array.from({ length: this.#length }, (_, place) => place).sort((a, b) => this.at(a) - this.at(b) || a - b);
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
