/**
 * Collections that move to disk past a budget. Items are plain data; on disk they are JSON Lines in one temporary file without a
 * name, which the system takes back however the process ends.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = 1 << 18;
const JOINED = 2_000; // items written at once

/** Bytes of the temporary file. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** The temporary file of one analysis. */
export class Scratch {
  #file: number | undefined;
  #length = 0;

  append(bytes: Uint8Array): void {
    this.#file ??= namelessFile();
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done, this.#length + done);
    this.#length += bytes.length;
  }

  /** Where the next byte is appended. */
  get length(): number {
    return this.#length;
  }

  read(into: Uint8Array, length: number, at: number): number {
    return this.#file === undefined ? 0 : readSync(this.#file, into, 0, length, at);
  }

  dispose(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Open for reading and writing, and already deleted: no signal, crash or lack of memory leaves it behind. */
function namelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'why1006-'));
  try {
    return openSync(join(folder, 'runs.jsonl'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Appends items, one a line. */
export function writeRun<T>(scratch: Scratch, items: readonly T[]): Run {
  const from = scratch.length;
  for (let first = 0; first < items.length; first += JOINED) {
    const lines = items.slice(first, first + JOINED).map((item) => JSON.stringify(item));
    scratch.append(Buffer.from(`${lines.join('\n')}\n`));
  }
  return { from, to: scratch.length };
}

/** The items of a run, one at a time. */
export function* readRun<T>(scratch: Scratch, { from, to }: Run): Generator<T> {
  const block = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, to - from)));
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const got = scratch.read(block, Math.min(block.length, to - at), at);
    if (got === 0) return;
    at += got;
    const bytes = rest.length > 0 ? Buffer.concat([rest, block.subarray(0, got)]) : block.subarray(0, got);
    const end = bytes.lastIndexOf(10) + 1;
    if (end > 0) for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) yield JSON.parse(line) as T;
    rest = Buffer.from(bytes.subarray(end));
  }
}

/** Items in the order they were added; can be read again and again. */
export class Spool<T> implements Iterable<T> {
  readonly #scratch: Scratch;
  readonly #budget: number;
  readonly #runs: Run[] = [];
  #items: T[] = [];
  #count = 0;

  /** Keeps at most `budget` items in memory. */
  constructor(scratch: Scratch, budget: number) {
    this.#scratch = scratch;
    this.#budget = budget;
  }

  get length(): number {
    return this.#count;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#count++;
    if (this.#items.length < this.#budget) return;
    this.#runs.push(writeRun(this.#scratch, this.#items));
    this.#items = [];
  }

  *[Symbol.iterator](): Generator<T> {
    for (const run of this.#runs) yield* readRun<T>(this.#scratch, run);
    yield* this.#items;
  }
}
