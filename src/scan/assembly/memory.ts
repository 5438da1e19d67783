/** How the scanner's memory is laid out, below the hits and the text. */

export const HASH_BITS: u32 = 13;

/** A look-up table of 16 bytes for each byte of a fingerprint: the buckets, as bits, that have a byte with this low half there. */
export const TABLES: usize = 0;
/** By hash of three bytes, the number (u16) of the first needle whose fingerprint begins so; 0 = none. */
export const HEADS: usize = 64;
/** What ./fit.ts counts in. */
export const SCRATCH: usize = HEADS + 2 * (1 << HASH_BITS);
export const SCRATCH_END: usize = 65536;

/**
 * From number 1, NEEDLE_BYTES each: u32 address of the bytes, u16 length, u16 place of the fingerprint in them, u16 next needle of
 * the same hash, u16 1 = digits only, f32 of ./fit.ts. Behind the bytes, which ./fit.ts makes lower-case, stand as many masks:
 * 0x20 for letters, else 0.
 */
export const NEEDLES: usize = SCRATCH_END;
export const NEEDLE_BYTES: usize = 16;
export let needleCount: usize = 0;

/** The hash of the three bytes at `place`, letters without case. */
// @ts-ignore: decorator
@inline
export function hashAt(place: usize): usize {
  const folded = (load<u32>(place) & 0x00ffffff) | 0x00202020;
  return <usize>((folded * 0x9e3779b1) >>> (32 - HASH_BITS));
}
