/** Bytes of a needle that the scan loop looks for. Of a shorter needle the last place is left open. */
export const FINGERPRINT_BYTES = 4;
export const SHORTEST_NEEDLE = 3;
const BUCKETS = 8;

/** Where a needle's fingerprint begins, and the bucket that looks for it. */
export interface Placement {
  readonly at: number;
  readonly bucket: number;
}

/** The bits of `hashOf`. */
const HASH_BITS = 13;

/** Of the three bytes at `start`, letters without case. The scan loop has the same. */
export function hashOf(bytes: Uint8Array, start: number): number {
  const three = (bytes[start] ?? 0) | ((bytes[start + 1] ?? 0) << 8) | ((bytes[start + 2] ?? 0) << 16);
  return Math.imul(three | 0x202020, 0x9e3779b1) >>> (32 - HASH_BITS);
}

const HALVES = 16;
/** Comparing needles takes about so many times as long as finding out that no needle may stand here. */
const COMPARING = 5;

/** The first that comes to hand: for text that is too short to be worth a choice. */
export function placeAnyhow(needles: readonly Uint8Array[]): Placement[] {
  return needles.map((_, index) => ({ at: 0, bucket: index % BUCKETS }));
}

/**
 * Chooses the bytes of each needle (lower-case) that are looked for, and shares the needles out among the buckets, so that
 * text like `sample` is seldom taken for a needle that it does not hold.
 */
export function placeNeedles(needles: readonly Uint8Array[], sample: Uint8Array): Placement[] {
  const shares = sharesIn(sample);
  const buckets = new Buckets(shares.ofHalf);
  const placements: Placement[] = needles.map(() => ({ at: 0, bucket: 0 }));
  const rarest = Float64Array.from(needles, (needle) => rarestShare(needle, shares.ofHash));
  const order = Array.from(needles.keys()).sort((a, b) => (rarest[b] ?? 0) - (rarest[a] ?? 0));
  for (const index of order) {
    const needle = needles[index];
    if (needle === undefined) continue;
    let leastCost = Number.POSITIVE_INFINITY;
    let at = 0;
    let bucket = 0;
    for (let start = 0; start <= lastStart(needle); start += 1) {
      const comparing = COMPARING * (shares.ofHash[hashOf(needle, start)] ?? 0);
      for (let candidate = 0; candidate < BUCKETS; candidate += 1) {
        const cost = comparing + buckets.growth(candidate, needle, start);
        if (cost >= leastCost) continue;
        leastCost = cost;
        at = start;
        bucket = candidate;
      }
    }
    buckets.add(bucket, needle, at);
    placements[index] = { at, bucket };
  }
  return placements;
}

function lastStart(needle: Uint8Array): number {
  return Math.max(0, needle.length - FINGERPRINT_BYTES);
}

/** The low halves of bytes that each bucket takes for its own, place by place. */
class Buckets {
  readonly #shareOfHalf: Float64Array;
  /** By bucket, place and half: the share of the text's bytes that the bucket takes at this place once it has this half too. */
  readonly #sharesWith: Float64Array;
  /** By bucket and place: what it takes now, as bits and as a share of the text's bytes. */
  readonly #halves = new Uint16Array(BUCKETS * FINGERPRINT_BYTES);
  readonly #shares = new Float64Array(BUCKETS * FINGERPRINT_BYTES);

  constructor(shareOfHalf: Float64Array) {
    this.#shareOfHalf = shareOfHalf;
    this.#sharesWith = new Float64Array(BUCKETS * FINGERPRINT_BYTES * HALVES);
    for (let i = 0; i < this.#sharesWith.length; i += 1) this.#sharesWith[i] = this.#shareOfHalf[i % HALVES] ?? 0;
  }

  /** By how much the share of places that the bucket takes for its own would grow with a fingerprint. */
  growth(bucket: number, needle: Uint8Array, start: number): number {
    let before = 1;
    let after = 1;
    for (let i = 0; i < FINGERPRINT_BYTES; i += 1) {
      const place = bucket * FINGERPRINT_BYTES + i;
      const byte = needle[start + i];
      before *= this.#shares[place] ?? 0;
      if (byte !== undefined) after *= this.#sharesWith[place * HALVES + (byte % HALVES)] ?? 0;
    }
    return after - before;
  }

  add(bucket: number, needle: Uint8Array, start: number): void {
    for (let i = 0; i < FINGERPRINT_BYTES; i += 1) {
      const place = bucket * FINGERPRINT_BYTES + i;
      const byte = needle[start + i];
      const halves = (this.#halves[place] ?? 0) | (byte === undefined ? 0xffff : 1 << (byte % HALVES));
      if (halves === this.#halves[place]) continue;
      let share = 0;
      for (let half = 0; half < HALVES; half += 1) if ((halves >> half) & 1) share += this.#shareOfHalf[half] ?? 0;
      this.#halves[place] = halves;
      this.#shares[place] = share;
      for (let half = 0; half < HALVES; half += 1) {
        this.#sharesWith[place * HALVES + half] = (halves >> half) & 1 ? share : share + (this.#shareOfHalf[half] ?? 0);
      }
    }
  }
}

function rarestShare(needle: Uint8Array, shareOfHash: Float64Array): number {
  let least = 1;
  for (let start = 0; start <= lastStart(needle); start += 1) least = Math.min(least, shareOfHash[hashOf(needle, start)] ?? 0);
  return least;
}

interface Shares {
  /** Of the sample's bytes, by low half. */
  readonly ofHalf: Float64Array;
  /** Of the sample's places, by hash of the three bytes there. */
  readonly ofHash: Float64Array;
}

/** How often things stand in the sample; each counts once more, for a sample does not show everything. */
function sharesIn(sample: Uint8Array): Shares {
  const ofHalf = new Float64Array(HALVES).fill(1);
  const ofHash = new Float64Array(1 << HASH_BITS);
  const share = 1 / (sample.length + HALVES);
  for (let i = 0; i < sample.length; i += 1) {
    const half = (sample[i] ?? 0) % HALVES;
    const hash = hashOf(sample, i);
    ofHalf[half] = (ofHalf[half] ?? 0) + 1;
    ofHash[hash] = (ofHash[hash] ?? 0) + share;
  }
  for (let half = 0; half < HALVES; half += 1) ofHalf[half] = (ofHalf[half] ?? 0) * share;
  return { ofHalf, ofHash };
}
