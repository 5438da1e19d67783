/** Stretches of a plain file's bytes that begin and end with its lines. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type ByteSource, BytesReader } from './bytes.ts';
import { type Problem, reasonOf } from './problems.ts';

/** Bytes of a file, counted from 0: from the first up to, not with, the second. */
export interface Stretch {
  readonly fromByte: number;
  readonly toByte: number;
}

/** One of several parts of equal size, counted from 1. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

const NEWLINE = 0x0a;
const SEEK_BYTES = 64 * 1024;

/** The lines that begin in that part of a file's `size` bytes. Throws what `fs` throws. */
export function linesOfPart(path: string, size: number, { number, of }: Part): Stretch {
  const descriptor = openSync(path, 'r');
  try {
    const lineFrom = (at: number): number => (at === 0 ? 0 : nextLine(descriptor, at - 1, size));
    return { fromByte: lineFrom(Math.floor((size * (number - 1)) / of)), toByte: lineFrom(Math.floor((size * number) / of)) };
  } finally {
    closeSync(descriptor);
  }
}

/** Where the line after the first line feed at or behind `at` begins; the file's end where none follows. */
function nextLine(descriptor: number, at: number, size: number): number {
  const bytes = Buffer.alloc(SEEK_BYTES);
  for (let from = at; from < size; from += SEEK_BYTES) {
    const got = readSync(descriptor, bytes, 0, SEEK_BYTES, from);
    const feed = bytes.subarray(0, got).indexOf(NEWLINE);
    if (feed >= 0) return from + feed + 1;
    if (got === 0) break;
  }
  return size;
}

/** Reads a stretch of the file at `path`; `position` = how many bytes of it so far. Throws what `openSync` throws. */
export function openStretch(name: string, path: string, { fromByte, toByte }: Stretch): { readonly bytes: ByteSource; position(): number } {
  const descriptor = openSync(path, 'r');
  let at = fromByte;
  const read = (into: Uint8Array): number => {
    const got = at < toByte ? readSync(descriptor, into, 0, Math.min(into.length, toByte - at), at) : 0;
    at += got;
    return got;
  };
  const problemOf = (error: unknown): Problem => ({ code: 'unreadable', source: name, why: reasonOf(error) });
  return { bytes: new BytesReader(read, problemOf, () => closeSync(descriptor)), position: () => at - fromByte };
}
