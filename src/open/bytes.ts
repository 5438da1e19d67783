import type { Problem } from './problems.ts';

/** The bytes of one source, decompressed, in order, to be read once. */
export interface ByteSource {
  /**
   * Fills the beginning of `into` (not empty) and returns the number of bytes; 0 = the end. A promise only where bytes have
   * to be waited for, so that files are read without one. Never rejects: what went wrong is `problem`, after what could be read.
   */
  read(into: Uint8Array): number | Promise<number>;
  /** The next bytes, up to `length`, without consuming them. Fewer only at the end. */
  peek(length: number): Promise<Uint8Array>;
  /** Puts bytes back, to be read (again) before all others. */
  unread(bytes: Uint8Array): void;
  /** Why reading ended early or gave nothing; known once `read` has returned 0. */
  readonly problem: Problem | undefined;
  /** Frees what the source holds. Reading to the end does it too. */
  close(): void;
}

/** Reads into memory and returns the number of bytes, 0 = the end, or a promise of it. */
export type ReadInto = (into: Uint8Array) => number | Promise<number>;

/** A `ByteSource` over a function that fills memory. */
export class BytesReader implements ByteSource {
  problem: Problem | undefined;
  readonly #readInto: ReadInto;
  readonly #problemOf: (error: unknown) => Problem;
  readonly #release: () => void;
  #peeked: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(readInto: ReadInto, problemOf: (error: unknown) => Problem, release: () => void = () => undefined) {
    this.#readInto = readInto;
    this.#problemOf = problemOf;
    this.#release = release;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.#peeked.length > 0) {
      const taken = this.#peeked.subarray(0, into.length);
      into.set(taken);
      this.#peeked = this.#peeked.subarray(taken.length);
      return taken.length;
    }
    return this.#fill(into);
  }

  async peek(length: number): Promise<Uint8Array> {
    if (this.#peeked.length < length) {
      const bytes = new Uint8Array(length);
      bytes.set(this.#peeked);
      let filled = this.#peeked.length;
      while (filled < length) {
        const got = await this.#fill(bytes.subarray(filled));
        if (got === 0) break;
        filled += got;
      }
      this.#peeked = bytes.subarray(0, filled);
    }
    return this.#peeked.subarray(0, length);
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#peeked = Buffer.concat([bytes, this.#peeked]);
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
  }

  #fill(into: Uint8Array): number | Promise<number> {
    if (this.#ended) return 0;
    try {
      const got = this.#readInto(into);
      return typeof got === 'number'
        ? this.#seen(got)
        : got.then(
            (count) => this.#seen(count),
            (error) => this.#failed(error),
          );
    } catch (error) {
      return this.#failed(error);
    }
  }

  #seen(count: number): number {
    if (count === 0) this.close();
    return count;
  }

  #failed(error: unknown): number {
    this.problem = this.#problemOf(error);
    this.close();
    return 0;
  }
}

/** Turns chunks of any size into reads. */
export function readIntoFrom(chunks: AsyncIterable<Uint8Array>): ReadInto {
  const iterator = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  const take = (into: Uint8Array): number => {
    const taken = chunk.length <= into.length ? chunk : chunk.subarray(0, into.length);
    into.set(taken);
    chunk = chunk.subarray(taken.length);
    return taken.length;
  };
  const wait = async (into: Uint8Array): Promise<number> => {
    while (chunk.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return 0;
      chunk = next.value;
    }
    return take(into);
  };
  return (into) => (chunk.length > 0 ? take(into) : wait(into));
}

/** The rest of a source as chunks. Each is the consumer's own until it asks for the next. */
export async function* chunksOf(source: ByteSource, chunkBytes = 256 * 1024): AsyncGenerator<Uint8Array> {
  const into = new Uint8Array(chunkBytes);
  for (;;) {
    const got = await source.read(into);
    if (got === 0) return;
    yield into.subarray(0, got);
  }
}
