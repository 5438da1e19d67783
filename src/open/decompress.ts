import { spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import { type ByteSource, BytesReader, chunksOf, readIntoFrom } from './bytes.ts';
import { type Compression, compressionOf, MAGIC_BYTES } from './magic.ts';
import { type Problem, reasonOf } from './problems.ts';
import { Queue } from './queue.ts';

/** Output chunks of this size cost 40 % of the CPU time that Node's own 16 KiB do. */
const CHUNK_BYTES = 1024 * 1024;
/** Compressed bytes handed over at a time; they may become a thousand times as many. */
const INPUT_BYTES = 64 * 1024;
/** Chunks that may lie ready before more input is handed over. */
const CHUNKS_AHEAD = 2;

/** The decompressed bytes. Compressed files that were appended to one another read as one. */
export function decompress(name: string, compressed: ByteSource, layer: Compression): ByteSource {
  const chunks = allFrames(compressed, layer);
  const problemOf = (error: unknown): Problem => compressed.problem ?? problemOfError(name, layer, error);
  return new BytesReader(readIntoFrom(chunks), problemOf, () => {
    void chunks.return(undefined);
    compressed.close();
  });
}

interface Ends {
  readonly input: Writable;
  readonly output: Readable;
  /** Of a child: settles after `output` ended; rejects when the input was not sound. */
  readonly verdict?: Promise<void>;
  /** Of a stream of Node's: how many bytes it has used. It may end before its input does. */
  readonly used?: () => number;
}

/** Node 22.15 has it. */
const { createZstdDecompress } = zlib as typeof zlib & { createZstdDecompress?: (options: zlib.ZlibOptions) => zlib.Gunzip };

function decompressor(layer: Compression): Ends {
  const options = { chunkSize: CHUNK_BYTES };
  if (layer === 'gzip') return twoEnds(zlib.createGunzip(options));
  if (layer === 'zstd' && createZstdDecompress !== undefined) return twoEnds(createZstdDecompress(options));
  return childProgram(layer);
}

function twoEnds(stream: Duplex & { readonly bytesWritten: number }): Ends {
  return { input: stream, output: stream, used: () => stream.bytesWritten };
}

class MissingProgram extends Error {}
class FailedProgram extends Error {}

function childProgram(program: string): Ends {
  const child = spawn(program, ['-dc'], { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 2000);
  });
  const verdict = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject('code' in error && error.code === 'ENOENT' ? new MissingProgram() : error));
    child.on('close', (status) => (status === 0 ? resolve() : reject(new FailedProgram(complaint.trim()))));
  });
  return { input: child.stdin, output: child.stdout, verdict };
}

/** Decompresses until what follows is no longer compressed so: Node's zstd ends with each frame, and tools write many. */
async function* allFrames(source: ByteSource, layer: Compression): AsyncGenerator<Uint8Array, undefined> {
  do {
    yield* throughStream(source, decompressor(layer));
  } while (compressionOf(await source.peek(MAGIC_BYTES)) === layer);
}

/**
 * Feeds a source into a stream and yields what comes out: all of it, before what went wrong is thrown. The output is never
 * paused, for a stream that fails drops what it still holds; the input waits instead while enough is ready. What the stream
 * leaves of its input goes back to the source.
 */
async function* throughStream(source: ByteSource, ends: Ends): AsyncGenerator<Uint8Array, undefined> {
  const { input, output, verdict, used } = ends;
  const ready = new Queue<Uint8Array>();
  output.on('data', (chunk: Uint8Array) => ready.push(chunk));
  output.on('error', (error) => ready.end(error));
  if (verdict === undefined) {
    output.on('end', () => ready.end());
  } else {
    verdict.then(
      () => ready.end(),
      (error: unknown) => ready.end(error),
    );
    // A program that stops reading has its reasons: its exit status tells them.
    input.on('error', () => undefined);
  }
  const fed: Fed = { bytes: 0, latest: new Uint8Array() };
  void feed(source, ends, fed, () => ready.shorterThan(CHUNKS_AHEAD));
  try {
    for (;;) {
      const chunk = await ready.take();
      if (chunk === undefined) break;
      yield chunk;
    }
    const left = used === undefined ? 0 : fed.bytes - used();
    source.unread(fed.latest.subarray(fed.latest.length - left));
  } finally {
    input.destroy();
    output.destroy();
  }
}

interface Fed {
  bytes: number;
  latest: Uint8Array;
}

async function feed(source: ByteSource, { input, used }: Ends, fed: Fed, mayGoOn: () => Promise<void>): Promise<void> {
  for await (const chunk of chunksOf(source, INPUT_BYTES)) {
    await mayGoOn();
    fed.bytes += chunk.length;
    fed.latest = chunk;
    const isTaken = await new Promise<boolean>((resolve) => {
      input.write(chunk, (error) => resolve(error === null || error === undefined));
    });
    const isUsed = used === undefined || used() === fed.bytes;
    if (!isTaken || !isUsed) return;
  }
  input.end();
}

function problemOfError(source: string, layer: Compression, error: unknown): Problem {
  if (error instanceof MissingProgram) return { code: 'no-decompressor', source, layer };
  const why = reasonOf(error);
  // zlib, zstd, xz and bzip2 each say it in their own words.
  if (/unexpected end|premature|ends unexpectedly|incomplete|truncated/i.test(why)) return { code: 'cut-short', source, layer };
  return { code: 'corrupt', source, layer, why: why.split('\n')[0] ?? why };
}
