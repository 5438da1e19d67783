/**
 * Chooses the four bytes of each needle that the scan loop looks for, and shares the needles out among the buckets, so that text
 * like a sample of it is seldom taken for a needle that it does not hold.
 */
import { hashAt, HASH_BITS, HEADS, NEEDLES, NEEDLE_BYTES, needleCount, SCRATCH, SCRATCH_END, TABLES } from './memory';
import { textAt } from './scanner';

const BUCKETS: usize = 8;
/** Bytes of a fingerprint. Of a needle of three bytes the last place is left open. */
const PLACES: usize = 4;
const HALVES: usize = 16;
/** Comparing needles takes about so many times as long as finding out that no needle may stand here. */
const COMPARING: f32 = 5;

/** f32 by low half: the share of the sample's bytes that have it. */
const SHARE_OF_HALF: usize = SCRATCH;
/** By bucket and place: u16 low halves that the bucket takes there, as bits, and f32 the share of the bytes that have one. */
const TAKEN: usize = SHARE_OF_HALF + 4 * HALVES;
const SHARE: usize = TAKEN + 2 * BUCKETS * PLACES;
/** f32 by bucket, place and half: that share once the bucket takes this half too. */
const SHARE_WITH: usize = SHARE + 4 * BUCKETS * PLACES;
/** f32 by hash of three bytes: the share of the sample's places where they stand. */
const SHARE_OF_HASH: usize = SHARE_WITH + 4 * BUCKETS * PLACES * HALVES;

/** Of the needle's record: the share of its rarest fingerprint; below 0 = it has been placed. */
const RAREST: usize = 12;

/** Fits the search to text like that in [fromByte, toByte), which may be empty. */
export function fit(fromByte: usize, toByte: usize): void {
  memory.fill(TABLES, 0, SCRATCH_END - TABLES);
  countSample(textAt + fromByte, textAt + toByte);
  for (let entry: usize = 0; entry < BUCKETS * PLACES * HALVES; entry += 1) {
    store<f32>(SHARE_WITH + 4 * entry, load<f32>(SHARE_OF_HALF + 4 * (entry % HALVES)));
  }
  for (let number: usize = 1; number <= needleCount; number += 1) {
    foldCase(number);
    store<f32>(NEEDLES + number * NEEDLE_BYTES, rarestShare(number), RAREST);
  }
  // Needles that have but common fingerprints choose first.
  for (let placed: usize = 0; placed < needleCount; placed += 1) {
    const number = commonestLeft();
    place(number);
    store<f32>(NEEDLES + number * NEEDLE_BYTES, -1, RAREST);
  }
}

/** Makes the needle's bytes lower-case, writes their masks, and whether they are all digits. */
function foldCase(number: usize): void {
  const bytes = bytesOf(number);
  const length = lengthOf(number);
  let isNumber: u16 = 1;
  for (let at = bytes; at < bytes + length; at += 1) {
    const folded = load<u8>(at) | 0x20;
    const isLetter = <u32>folded - 0x61 < 26;
    if (isLetter) store<u8>(at, folded);
    store<u8>(at + length, isLetter ? 0x20 : 0);
    if (<u32>load<u8>(at) - 0x30 >= 10) isNumber = 0;
  }
  store<u16>(NEEDLES + number * NEEDLE_BYTES, isNumber, 10);
}

/** Each half counts once more, for a sample does not show everything. */
function countSample(from: usize, to: usize): void {
  const share: f32 = 1 / <f32>(to - from + HALVES);
  for (let half: usize = 0; half < HALVES; half += 1) add(SHARE_OF_HALF + 4 * half, share);
  for (let at = from; at < to; at += 1) {
    add(SHARE_OF_HALF + 4 * (<usize>load<u8>(at) % HALVES), share);
    add(SHARE_OF_HASH + 4 * hashAt(at), share);
  }
}

function add(at: usize, share: f32): void {
  store<f32>(at, load<f32>(at) + share);
}

function rarestShare(number: usize): f32 {
  const bytes = bytesOf(number);
  let least: f32 = 1;
  for (let start: usize = 0; start <= lastStart(number); start += 1) least = min(least, load<f32>(SHARE_OF_HASH + 4 * hashAt(bytes + start)));
  return least;
}

function commonestLeft(): usize {
  let most: f32 = -1;
  let found: usize = 0;
  for (let number: usize = 1; number <= needleCount; number += 1) {
    const share = load<f32>(NEEDLES + number * NEEDLE_BYTES, RAREST);
    if (share > most) {
      most = share;
      found = number;
    }
  }
  return found;
}

/** Gives the needle the fingerprint and the bucket that cost least. */
function place(number: usize): void {
  const bytes = bytesOf(number);
  const end = bytes + lengthOf(number);
  let leastCost = Infinity as f32;
  let bestStart: usize = 0;
  let bestBucket: usize = 0;
  for (let start: usize = 0; start <= lastStart(number); start += 1) {
    const comparing = COMPARING * load<f32>(SHARE_OF_HASH + 4 * hashAt(bytes + start));
    for (let bucket: usize = 0; bucket < BUCKETS; bucket += 1) {
      const cost = comparing + growth(bucket, bytes + start, end);
      if (cost < leastCost) {
        leastCost = cost;
        bestStart = start;
        bestBucket = bucket;
      }
    }
  }
  for (let i: usize = 0; i < PLACES; i += 1) take(bestBucket, i, bytes + bestStart + i, end);
  const needle = NEEDLES + number * NEEDLE_BYTES;
  const head = HEADS + 2 * hashAt(bytes + bestStart);
  store<u16>(needle, <u16>bestStart, 6);
  store<u16>(needle, load<u16>(head), 8);
  store<u16>(head, <u16>number);
}

/** By how much the share of places that the bucket takes for its own would grow with the fingerprint at `start`. */
function growth(bucket: usize, start: usize, end: usize): f32 {
  let before: f32 = 1;
  let after: f32 = 1;
  for (let i: usize = 0; i < PLACES; i += 1) {
    const entry = bucket * PLACES + i;
    before *= load<f32>(SHARE + 4 * entry);
    if (start + i < end) after *= load<f32>(SHARE_WITH + 4 * (entry * HALVES + (<usize>load<u8>(start + i) % HALVES)));
  }
  return after - before;
}

/** Makes the bucket take the byte at `at`, or any byte beyond the needle's end, at place `i`. */
function take(bucket: usize, i: usize, at: usize, end: usize): void {
  const entry = bucket * PLACES + i;
  const taken = <u32>load<u16>(TAKEN + 2 * entry) | (at < end ? <u32>1 << (<u32>load<u8>(at) % <u32>HALVES) : 0xffff);
  let share: f32 = 0;
  for (let half: usize = 0; half < HALVES; half += 1) {
    if (((taken >> <u32>half) & 1) === 0) continue;
    share += load<f32>(SHARE_OF_HALF + 4 * half);
    const table = TABLES + i * HALVES + half;
    store<u8>(table, load<u8>(table) | <u8>(<u32>1 << <u32>bucket));
  }
  store<u16>(TAKEN + 2 * entry, <u16>taken);
  store<f32>(SHARE + 4 * entry, share);
  for (let half: usize = 0; half < HALVES; half += 1) {
    const more = ((taken >> <u32>half) & 1) === 0 ? load<f32>(SHARE_OF_HALF + 4 * half) : 0;
    store<f32>(SHARE_WITH + 4 * (entry * HALVES + half), share + more);
  }
}

function bytesOf(number: usize): usize {
  return <usize>load<u32>(NEEDLES + number * NEEDLE_BYTES);
}

function lengthOf(number: usize): usize {
  return <usize>load<u16>(NEEDLES + number * NEEDLE_BYTES, 4);
}

function lastStart(number: usize): usize {
  const length = lengthOf(number);
  return length < PLACES ? 0 : length - PLACES;
}
