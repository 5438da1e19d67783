/**
 * A large compressed file, decompressed in a thread of its own while this one reads what came out. Two buffers go to and fro.
 * zlib's own, of which each is used once, make V8 collect a heap again and again: there it is a small one.
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { BytesReader, readIntoFrom } from './bytes.ts';
import type { OpenFile } from './file.ts';
import type { Input } from './inputs.ts';
import { compressionOf, MAGIC_BYTES } from './magic.ts';
import type { Problem } from './problems.ts';
import { Queue } from './queue.ts';

/** From the thread: a buffer with bytes at its beginning, none = the end, and how much of the file is read. */
export interface Filled {
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
  readonly position: number;
  readonly problem: Problem | undefined;
}

/** A thread is ready after some 50 ms, in which the bytes of so large a file are half decompressed. */
const WORTH_BYTES = 4 * 1024 * 1024;
const BUFFER_BYTES = 1024 * 1024;

/** The decompressed bytes of a file that is worth it; undefined = it is to be read here. */
export async function decompressedApart(input: Input, { bytes, progress }: OpenFile): Promise<OpenFile | undefined> {
  // Threads read several files at once already, and Node runs TypeScript in none.
  if (!isMainThread || import.meta.url.endsWith('.ts')) return undefined;
  if (input.path === '-' || (progress.size ?? 0) < WORTH_BYTES) return undefined;
  if (compressionOf(await bytes.peek(MAGIC_BYTES)) !== 'gzip') return undefined;
  const thread = new Worker(new URL('./decompressor.js', import.meta.url), { workerData: input });
  const filled = new Queue<Filled>();
  const reached = { size: progress.size, position: 0, writtenMs: progress.writtenMs };
  let problem: Problem | undefined;
  thread.on('message', (message: Filled) => filled.push(message));
  thread.on('error', (error) => filled.end(error));
  const send = (buffer: ArrayBuffer): void => thread.postMessage(buffer, [buffer]);
  for (let count = 0; count < 2; count++) send(new ArrayBuffer(BUFFER_BYTES));
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let next = await filled.take(); next !== undefined; next = await filled.take()) {
      reached.position = next.position;
      problem = next.problem;
      if (problem) throw new Error(problem.code);
      if (next.bytes === 0) return;
      yield new Uint8Array(next.buffer, 0, next.bytes);
      send(next.buffer);
    }
  }
  const problemOf = (error: unknown): Problem => {
    // A thread fails only by a bug, which is no problem of the file's.
    if (!problem) throw error;
    return problem;
  };
  return { bytes: new BytesReader(readIntoFrom(chunks()), problemOf, () => void thread.terminate()), progress: reached };
}
