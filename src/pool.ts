/**
 * Several inputs at once, and parts of large ones. Each worker thread reads one after another and sends what `extract` would write of it;
 * here that is read like a file of events, in the order of the inputs. So no report depends on threads.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Reading, Settings } from './inputs.ts';
import { type ByteSource, BytesReader, readIntoFrom } from './open/bytes.ts';
import { headOf } from './open/head.ts';
import type { Input } from './open/inputs.ts';
import { compressionOf } from './open/magic.ts';
import { Queue } from './open/queue.ts';
import type { Part } from './open/stretch.ts';

/** What a thread reads at once: an input, or a part of it. */
export interface Share {
  readonly input: Input;
  readonly part?: Part | undefined;
}

/** To a thread: read a share, or how many bytes of its text were used up. */
export type Order = { readonly read: Share } | { readonly taken: number };

/** From a thread about the share it reads: text, the bytes read of the file so far, and at the end what was wrong with it. */
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

/** Of a part the bytes before it are read too, to count their lines. */
const PART_BYTES = 1024 * 1024 * 1024;

/** Everything is read in this thread. */
export const ALONE = { shares: [] as readonly Share[], threads: 0 };

/**
 * What threads read of files of these sizes (bytes), and how many of them; no threads = everything is read here. `wished` overrules what
 * pays off. A file that is more than one thread's share of all the work is cut into parts.
 */
export function sharesFor(
  sizes: ReadonlyMap<Input, number>,
  wished: number | undefined,
): { readonly shares: readonly Share[]; readonly threads: number } {
  const most = wished ?? Math.min(availableParallelism(), MOST_THREADS);
  // Node runs TypeScript in no worker: from sources everything is read here.
  if (most === 0 || sizes.size === 0 || import.meta.url.endsWith('.ts')) return ALONE;
  const files = [...sizes].map(([input, size]) => ({ input, size, isPlain: compressionOf(headOf(input.path) ?? NOTHING) === undefined }));
  const fair = files.reduce((sum, file) => sum + workOf(file), 0) / most;
  const least = wished === undefined ? Math.max(fair, PART_BYTES) : fair;
  const shared = files.map((file) => ({ ...file, of: file.isPlain ? Math.max(1, Math.min(most, Math.floor(file.size / least))) : 1 }));
  const shares = shared.flatMap(({ input, of }): Share[] =>
    of === 1 ? [{ input }] : Array.from({ length: of }, (_, at) => ({ input, part: { number: at + 1, of } })),
  );
  const work = shared.flatMap((file) => Array.from({ length: file.of }, () => workOf(file) / file.of));
  // One thread reads the largest: others pay off by what they read beside it.
  const beside = work.reduce((sum, one) => sum + one, 0) - work.reduce((largest, one) => Math.max(largest, one), 0);
  const threads = Math.min(most, shares.length);
  return threads < 2 || (wished === undefined && beside < WORTH_BYTES) ? ALONE : { shares, threads };
}

const workOf = ({ size, isPlain }: { readonly size: number; readonly isPlain: boolean }): number =>
  isPlain ? size : size * COMPRESSED_FACTOR;
const NOTHING = new Uint8Array(0);

/** A share, and what the thread that reads it has sent of it. */
class Job {
  readonly share: Share;
  problems: readonly string[] = [];
  position = 0;
  readonly #texts = new Queue<{ readonly text: Uint8Array; readonly from: Worker }>();

  constructor(share: Share) {
    this.share = share;
  }

  take(progress: Progress, from: Worker): void {
    this.position = progress.position;
    if ('text' in progress) this.#texts.push({ text: progress.text, from });
    if (!('problems' in progress)) return;
    this.problems = progress.problems;
    this.#texts.end();
  }

  fail(error: unknown): void {
    this.#texts.end(error);
  }

  /** Its events as lines. */
  async *taken(): AsyncGenerator<Uint8Array> {
    for (let next = await this.#texts.take(); next !== undefined; next = await this.#texts.take()) {
      yield next.text;
      next.from.postMessage({ taken: next.text.length } satisfies Order);
    }
  }
}

/** An input whose shares threads read. */
class PooledInput implements Reading {
  readonly #jobs: readonly Job[];

  constructor(jobs: readonly Job[]) {
    this.#jobs = jobs;
  }

  /** Parts of one file tell the same of it. */
  get problems(): string[] {
    return [...new Set(this.#jobs.flatMap(({ problems }) => problems))];
  }

  position(): number {
    return this.#jobs.reduce((sum, { position }) => sum + position, 0);
  }

  /** Its events as lines, those of one share behind those of another. */
  bytes(): ByteSource {
    // A thread fails only by a bug, which is no problem of the input's.
    const fail = (error: unknown): never => {
      throw error;
    };
    return new BytesReader(readIntoFrom(this.#taken()), fail);
  }

  async *#taken(): AsyncGenerator<Uint8Array> {
    for (const job of this.#jobs) yield* job.taken();
  }
}

export class Pool {
  readonly #jobs: readonly Job[];
  readonly #byInput = new Map<Input, Job[]>();
  readonly #waiting: Job[];
  readonly #workers: readonly Worker[];

  constructor(shares: readonly Share[], threads: number, settings: Settings) {
    this.#jobs = shares.map((share) => new Job(share));
    this.#waiting = [...this.#jobs];
    for (const job of this.#jobs) this.#byInput.set(job.share.input, [...(this.#byInput.get(job.share.input) ?? []), job]);
    this.#workers = Array.from({ length: threads }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData: settings }));
    for (const worker of this.#workers) this.#employ(worker);
  }

  /** Undefined = not one of the pool's. */
  read(input: Input): PooledInput | undefined {
    const own = this.#byInput.get(input);
    return own && new PooledInput(own);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #employ(worker: Worker): void {
    let job: Job | undefined;
    const next = (): void => {
      job = this.#waiting.shift();
      if (job) worker.postMessage({ read: job.share } satisfies Order);
    };
    worker.on('message', (progress: Progress) => {
      job?.take(progress, worker);
      if ('problems' in progress) next();
    });
    worker.on('error', (error) => {
      for (const one of this.#jobs) one.fail(error);
    });
    next();
  }
}
