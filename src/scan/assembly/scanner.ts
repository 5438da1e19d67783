/**
 * The scan loop, in AssemblyScript: `Scanner` of ../scanner.ts over WebAssembly SIMD, in the manner of Teddy (Langdale, in
 * Hyperscan). Each needle has a fingerprint, four of its bytes, and belongs to one of eight buckets. For each of the four places
 * a table of 16 bytes says which buckets have a byte with that low half there, so that four table look-ups test 16 places in
 * the text for all needles at once. Low halves are the same for both cases of a letter. Where a bucket is left over, the hash of
 * three bytes leads to the needles that may stand there, and these are compared.
 *
 * ./fit.ts chooses fingerprints and buckets. ../simd.ts fills in the needles and these variables; the text and the hits are its too.
 */
import { hashAt, HEADS, NEEDLES, NEEDLE_BYTES, TABLES } from './memory';

export { fit } from './fit';
export { needleCount, NEEDLES, NEEDLE_BYTES } from './memory';

/** Where the text begins. Behind it there are 64 bytes that may be read. */
export let textAt: usize = 0;
/** Where the hits go, four u32 for each: HIT_START … HIT_NON_ASCII of ../scanner.ts. */
export let hitsAt: usize = 0;
export let hitRoom: usize = 0;
export let scannedTo: usize = 0;
export let newlines: u32 = 0;

const HIT_BYTES: usize = 16;
const GROUP: usize = 64;
/** Groups after which a byte that counts up to 4 in each may overflow. */
const GROUPS_A_COUNT: u32 = 63;
const NEWLINE: u8 = 0x0a;
const POINT: u8 = 0x2e;
const ZERO: u8 = 0x30;

/** Searches the lines of the text in [fromByte, toByte). Returns the number of hits. */
export function scan(fromByte: usize, toByte: usize): usize {
  const from = textAt + fromByte;
  const to = textAt + toByte;
  const table0 = v128.load(TABLES);
  const table1 = v128.load(TABLES, 16);
  const table2 = v128.load(TABLES, 32);
  const table3 = v128.load(TABLES, 48);
  const zero = i8x16.splat(0);
  const lowHalf = i8x16.splat(0x0f);
  const newline = i8x16.splat(NEWLINE);
  let at = from;
  let found: usize = 0;
  let lines: u32 = 0;
  while (at < to && found < hitRoom) {
    // `at` is the start of a line. A fingerprint is seen at its last byte: the others may lie in the chunk before.
    const floor = at;
    let place: usize = 0;
    let before0 = zero;
    let before1 = zero;
    let before2 = zero;
    let counts = zero;
    let groups: u32 = 0;
    while (at + GROUP <= to) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      let low = v128.and(a, lowHalf);
      let first = lookUp(table0, low);
      let second = lookUp(table1, low);
      let third = lookUp(table2, low);
      const inA = together(before0, first, before1, second, before2, third, lookUp(table3, low));
      before0 = first;
      before1 = second;
      before2 = third;
      low = v128.and(b, lowHalf);
      first = lookUp(table0, low);
      second = lookUp(table1, low);
      third = lookUp(table2, low);
      const inB = together(before0, first, before1, second, before2, third, lookUp(table3, low));
      before0 = first;
      before1 = second;
      before2 = third;
      low = v128.and(c, lowHalf);
      first = lookUp(table0, low);
      second = lookUp(table1, low);
      third = lookUp(table2, low);
      const inC = together(before0, first, before1, second, before2, third, lookUp(table3, low));
      before0 = first;
      before1 = second;
      before2 = third;
      low = v128.and(d, lowHalf);
      first = lookUp(table0, low);
      second = lookUp(table1, low);
      third = lookUp(table2, low);
      const inD = together(before0, first, before1, second, before2, third, lookUp(table3, low));
      before0 = first;
      before1 = second;
      before2 = third;
      if (v128.any_true(v128.or(v128.or(inA, inB), v128.or(inC, inD)))) {
        const ends = lanes(inA) | (lanes(inB) << 16) | (lanes(inC) << 32) | (lanes(inD) << 48);
        place = firstNeedle(ends, at - 3, floor, to);
        if (place !== 0) break;
      }
      counts = i8x16.sub(counts, i8x16.add(i8x16.add(i8x16.eq(a, newline), i8x16.eq(b, newline)), i8x16.add(i8x16.eq(c, newline), i8x16.eq(d, newline))));
      groups += 1;
      if (groups === GROUPS_A_COUNT) {
        lines += sum(counts);
        counts = zero;
        groups = 0;
      }
      at += GROUP;
    }
    lines += sum(counts);
    if (place === 0) {
      place = firstNeedleFrom(at - floor < 3 ? floor : at - 3, floor, to);
      if (place === 0) {
        lines += countNewlines(at, to);
        at = to;
        break;
      }
    }
    if (place > at) lines += countNewlines(at, place);
    const start = lineStart(place, floor);
    const end = lineEnd(place, to);
    const hit = hitsAt + found * HIT_BYTES;
    store<u32>(hit, start - textAt);
    store<u32>(hit, end - textAt, 4);
    store<u32>(hit, lines, 8);
    store<u32>(hit, hasHighBytes(start, end), 12);
    found += 1;
    at = end;
    if (end < to) {
      at += 1;
      lines += 1;
    }
  }
  scannedTo = at - textAt;
  newlines = lines;
  return found;
}

// @ts-ignore: decorator
@inline
function lookUp(table: v128, halves: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(table, halves) : i8x16.swizzle(table, halves);
}

/** The buckets whose four bytes stand together, at the last of the four. */
// @ts-ignore: decorator
@inline
function together(before0: v128, first: v128, before1: v128, second: v128, before2: v128, third: v128, fourth: v128): v128 {
  return v128.and(
    v128.and(
      i8x16.shuffle(before0, first, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28),
      i8x16.shuffle(before1, second, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
    ),
    v128.and(i8x16.shuffle(before2, third, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30), fourth),
  );
}

/** One bit for each lane that is not 0. */
// @ts-ignore: decorator
@inline
function lanes(bytes: v128): u64 {
  return <u64>(~i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0))) & 0xffff);
}

// @ts-ignore: decorator
@inline
function sum(bytes: v128): u32 {
  const four = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3);
}

/** The first of the places `origin` + bit where a needle's fingerprint stands with the needle around it; 0 = none. */
function firstNeedle(bits: u64, origin: usize, floor: usize, to: usize): usize {
  while (bits !== 0) {
    const place = origin + <usize>ctz(bits);
    const number = <usize>load<u16>(HEADS + hashAt(place) * 2);
    if (number !== 0 && isAnyNeedle(number, place, floor, to)) return place;
    bits &= bits - 1;
  }
  return 0;
}

/** The same for all places in [from, to). */
function firstNeedleFrom(from: usize, floor: usize, to: usize): usize {
  for (let place = from; place < to; place += 1) {
    const number = <usize>load<u16>(HEADS + hashAt(place) * 2);
    if (number !== 0 && isAnyNeedle(number, place, floor, to)) return place;
  }
  return 0;
}

/** Whether a needle of this hash lies in [floor, to) with its fingerprint at `place`. */
function isAnyNeedle(first: usize, place: usize, floor: usize, to: usize): bool {
  let number = first;
  do {
    const needle = NEEDLES + number * NEEDLE_BYTES;
    const length = <usize>load<u16>(needle, 4);
    const start = place - <usize>load<u16>(needle, 6);
    if (start >= floor && start + length <= to && isAt(start, load<u32>(needle), length)) {
      if (load<u16>(needle, 10) === 0) return true;
      if (!goesOnBefore(start, floor) && !goesOnBehind(start + length, to)) return true;
    }
    number = <usize>load<u16>(needle, 8);
  } while (number !== 0);
  return false;
}

function isAt(start: usize, bytes: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i += 1) {
    if ((load<u8>(start + i) | load<u8>(bytes + length + i)) !== load<u8>(bytes + i)) return false;
  }
  return true;
}

/** Whether the number that begins at `start` is only the end of a longer one, a fraction, or an address's byte. */
function goesOnBefore(start: usize, floor: usize): bool {
  if (start === floor) return false;
  return isDigit(start - 1) || (load<u8>(start - 1) === POINT && start - 1 > floor && isDigit(start - 2));
}

/** The same for what stands behind it. `1006.0` is still 1006. */
function goesOnBehind(end: usize, to: usize): bool {
  if (end === to) return false;
  return isDigit(end) || (load<u8>(end) === POINT && end + 1 < to && isDigit(end + 1) && load<u8>(end + 1) !== ZERO);
}

function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

function lineStart(place: usize, floor: usize): usize {
  const newline = i8x16.splat(NEWLINE);
  let at = place;
  while (at > floor) {
    const feeds = i8x16.bitmask(i8x16.eq(v128.load(at - 16), newline));
    if (feeds !== 0) {
      const start = at - <usize>(clz(feeds) - 16);
      return start < floor ? floor : start;
    }
    at -= 16;
  }
  return floor;
}

function lineEnd(place: usize, to: usize): usize {
  const newline = i8x16.splat(NEWLINE);
  let at = place;
  while (at < to) {
    const feeds = i8x16.bitmask(i8x16.eq(v128.load(at), newline));
    if (feeds !== 0) {
      const end = at + <usize>ctz(feeds);
      return end < to ? end : to;
    }
    at += 16;
  }
  return to;
}

function countNewlines(from: usize, to: usize): u32 {
  const newline = i8x16.splat(NEWLINE);
  let count: u32 = 0;
  let at = from;
  for (; at + 16 <= to; at += 16) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)));
  if (at < to) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)) & ((1 << <i32>(to - at)) - 1));
  return count;
}

function hasHighBytes(from: usize, to: usize): u32 {
  let at = from;
  for (; at + 16 <= to; at += 16) {
    if (i8x16.bitmask(v128.load(at)) !== 0) return 1;
  }
  return at < to && (i8x16.bitmask(v128.load(at)) & ((1 << <i32>(to - at)) - 1)) !== 0 ? 1 : 0;
}
