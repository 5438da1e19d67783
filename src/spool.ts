/**
 * Collections that move to disk past a budget. Items are plain data; on disk they stand in one temporary file without a name, which the
 * system takes back however the process ends.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tape } from './tape.ts';

/** Items written and read at once. */
const CHUNK_ITEMS = 256;

/** Where a chunk of items stands in the temporary file. */
interface Chunk {
  readonly at: number;
  readonly length: number;
}
export type Run = readonly Chunk[];

/** The temporary file of one analysis. */
export class Scratch {
  #file: number | undefined;
  #length = 0;
  readonly #tape = new Tape();

  write(items: readonly unknown[]): Chunk {
    this.#file ??= namelessFile();
    const bytes = this.#tape.write(items);
    const chunk = { at: this.#length, length: bytes.length };
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done, chunk.at + done);
    this.#length += bytes.length;
    return chunk;
  }

  read({ at, length }: Chunk): unknown[] {
    if (this.#file === undefined) throw new Error('the temporary file is gone');
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.#file, bytes, done, length - done, at + done);
      if (got === 0) throw new Error('the temporary file was cut');
      done += got;
    }
    return this.#tape.read(bytes);
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
    return openSync(join(folder, 'runs'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeRun<T>(scratch: Scratch, items: readonly T[]): Run {
  const chunks: Chunk[] = [];
  for (let first = 0; first < items.length; first += CHUNK_ITEMS) chunks.push(scratch.write(items.slice(first, first + CHUNK_ITEMS)));
  return chunks;
}

/** The items of a run, one at a time. */
export function* readRun<T>(scratch: Scratch, run: Run): Generator<T> {
  for (const chunk of run) yield* scratch.read(chunk) as T[];
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
    // What is on its way to disk anyway goes there at once: it would only keep the garbage collector busy.
    if (this.#items.length < (this.#runs.length === 0 ? this.#budget : CHUNK_ITEMS)) return;
    this.#runs.push(writeRun(this.#scratch, this.#items));
    this.#items = [];
  }

  *[Symbol.iterator](): Generator<T> {
    for (const run of this.#runs) yield* readRun<T>(this.#scratch, run);
    yield* this.#items;
  }
}
