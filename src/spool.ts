/**
 * Collections that move to disk past a budget. Items are plain data; on disk they are JSON Lines in files of one temporary folder,
 * which is gone however the process ends.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = 1 << 18;
const JOINED = 2_000; // items written at once

/** One process's temporary folder; removed by `dispose`, on exit and on the signals that end a process. */
export class Scratch {
  #folder: string | undefined;
  #files = 0;
  readonly #dispose = (): void => this.dispose();

  path(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), 'why1006-'));
      process.once('exit', this.#dispose);
    }
    return join(this.#folder, `${++this.#files}.jsonl`);
  }

  dispose(): void {
    if (this.#folder === undefined) return;
    rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    process.removeListener('exit', this.#dispose);
  }
}

/** Writes items to a new file; returns its path and where each part of them begins and ends. */
export function writeRun<T>(scratch: Scratch, parts: readonly (readonly T[])[]): { readonly path: string; readonly segments: readonly { readonly from: number; readonly to: number }[] } {
  const path = scratch.path();
  const file = openSync(path, 'wx', 0o600);
  let at = 0;
  const segments = parts.map((items) => {
    const from = at;
    for (let first = 0; first < items.length; first += JOINED) {
      const bytes = Buffer.from(`${items.slice(first, first + JOINED).map((item) => JSON.stringify(item)).join('\n')}\n`);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      at += bytes.length;
    }
    return { from, to: at };
  });
  closeSync(file);
  return { path, segments };
}

/** The items between two offsets of a file, one at a time. */
export function* readRun<T>(path: string, from: number, to: number): Generator<T> {
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, to - from)));
    let rest: Buffer = Buffer.alloc(0);
    for (let at = from; at < to; ) {
      const got = readSync(file, block, 0, Math.min(block.length, to - at), at);
      if (got === 0) return;
      at += got;
      const bytes = rest.length > 0 ? Buffer.concat([rest, block.subarray(0, got)]) : block.subarray(0, got);
      const end = bytes.lastIndexOf(10) + 1;
      if (end > 0) for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) yield JSON.parse(line) as T;
      rest = Buffer.from(bytes.subarray(end));
    }
  } finally {
    closeSync(file);
  }
}

/** Items in the order they were added; can be read again and again. */
export class Spool<T> implements Iterable<T> {
  readonly #scratch: Scratch;
  readonly #budget: number;
  readonly #runs: { readonly path: string; readonly to: number }[] = [];
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
    const { path, segments } = writeRun(this.#scratch, [this.#items]);
    this.#runs.push({ path, to: segments[0]?.to ?? 0 });
    this.#items = [];
  }

  *[Symbol.iterator](): Generator<T> {
    for (const run of this.#runs) yield* readRun<T>(run.path, 0, run.to);
    yield* this.#items;
  }
}
