/**
 * Several inputs at once. Each worker thread reads one after another and sends what `extract` would write of it; here that is read
 * like a file of events, in the order of the inputs. So no report depends on threads.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Reading, Settings } from './inputs.ts';
import { type ByteSource, BytesReader, readIntoFrom } from './open/bytes.ts';
import { headOf } from './open/head.ts';
import type { Input } from './open/inputs.ts';
import { compressionOf } from './open/magic.ts';
import { Queue } from './open/queue.ts';

/** To a thread: read an input, or how many bytes of its text were used up. */
export type Order = { readonly read: Input } | { readonly taken: number };

/** From a thread about the input it reads: text, the bytes read of the file so far, and at the end what was wrong with it. */
export type Progress =
  | { readonly text: Uint8Array; readonly position: number }
  | { readonly position: number }
  | { readonly problems: readonly string[]; readonly position: number };

/** A thread takes about 0.3 s to be ready, in which another one reads so many bytes where few lines are of interest. */
const WORTH_BYTES = 256 * 1024 * 1024;
/** Bytes that are read of a log about as fast as one compressed byte. */
const COMPRESSED_FACTOR = 20;
/** A thread takes about 40 MB of memory. */
const MOST_THREADS = 8;

/** Threads to read files of these sizes (bytes) with; 0 = none. `wished` overrules what pays off. */
export function threadsFor(sizes: ReadonlyMap<Input, number>, wished: number | undefined): number {
  // Node runs TypeScript in no worker: from sources everything is read here.
  if (sizes.size < 2 || import.meta.url.endsWith('.ts')) return 0;
  if (wished !== undefined) return Math.min(wished, sizes.size);
  const threads = Math.min(availableParallelism(), sizes.size, MOST_THREADS);
  const work = [...sizes].map(([input, size]) =>
    compressionOf(headOf(input.path) ?? NOTHING) === undefined ? size : size * COMPRESSED_FACTOR,
  );
  // One thread reads the largest: others pay off by what they read beside it.
  const beside = work.reduce((sum, one) => sum + one, 0) - work.reduce((most, one) => Math.max(most, one), 0);
  return beside < WORTH_BYTES || threads < 2 ? 0 : threads;
}

const NOTHING = new Uint8Array(0);

/** An input that some thread reads. */
class Job implements Reading {
  readonly input: Input;
  readonly problems: string[] = [];
  readonly #texts = new Queue<{ readonly text: Uint8Array; readonly from: Worker }>();
  #position = 0;

  constructor(input: Input) {
    this.input = input;
  }

  position(): number {
    return this.#position;
  }

  /** Its events as lines. */
  bytes(): ByteSource {
    // A thread fails only by a bug, which is no problem of the input's.
    const fail = (error: unknown): never => {
      throw error;
    };
    return new BytesReader(readIntoFrom(this.#taken()), fail);
  }

  take(progress: Progress, from: Worker): void {
    this.#position = progress.position;
    if ('text' in progress) this.#texts.push({ text: progress.text, from });
    if (!('problems' in progress)) return;
    this.problems.push(...progress.problems);
    this.#texts.end();
  }

  fail(error: unknown): void {
    this.#texts.end(error);
  }

  async *#taken(): AsyncGenerator<Uint8Array> {
    for (let next = await this.#texts.take(); next !== undefined; next = await this.#texts.take()) {
      yield next.text;
      next.from.postMessage({ taken: next.text.length } satisfies Order);
    }
  }
}

export class Pool {
  readonly #jobs: ReadonlyMap<Input, Job>;
  readonly #waiting: Job[];
  readonly #workers: readonly Worker[];

  constructor(inputs: readonly Input[], threads: number, settings: Settings) {
    this.#waiting = inputs.map((input) => new Job(input));
    this.#jobs = new Map(this.#waiting.map((job) => [job.input, job]));
    this.#workers = Array.from({ length: threads }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData: settings }));
    for (const worker of this.#workers) this.#employ(worker);
  }

  /** Undefined = not one of the pool's. */
  job(input: Input): Job | undefined {
    return this.#jobs.get(input);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #employ(worker: Worker): void {
    let job: Job | undefined;
    const next = (): void => {
      job = this.#waiting.shift();
      if (job) worker.postMessage({ read: job.input } satisfies Order);
    };
    worker.on('message', (progress: Progress) => {
      job?.take(progress, worker);
      if ('problems' in progress) next();
    });
    worker.on('error', (error) => {
      for (const one of this.#jobs.values()) one.fail(error);
    });
    next();
  }
}
