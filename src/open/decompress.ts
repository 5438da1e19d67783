import { spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import { type ByteSource, BytesReader, chunksOf, readIntoFrom } from './bytes.ts';
import type { Compression } from './magic.ts';
import { type Problem, reasonOf } from './problems.ts';
import { Queue } from './queue.ts';

/** Large output chunks cost 40 % of the CPU time of Node's 16 KiB. */
const CHUNK_BYTES = 1024 * 1024;
/** Compressed bytes handed over at a time; they may become a thousand times as many. */
const INPUT_BYTES = 64 * 1024;
/** Chunks that may lie ready before more input is handed over. */
const CHUNKS_AHEAD = 2;

/** The decompressed bytes. Compressed files that were appended to one another read as one. */
export function decompress(name: string, compressed: ByteSource, layer: Compression): ByteSource {
  const chunks = throughStream(compressed, () => decompressor(layer));
  const problemOf = (error: unknown): Problem => compressed.problem ?? problemOfError(name, layer, error);
  return new BytesReader(readIntoFrom(chunks), problemOf, () => {
    void chunks.return(undefined);
    compressed.close();
  });
}

interface Ends {
  readonly input: Writable;
  readonly output: Readable;
  /** Settles after `output` ended; rejects when the input was not sound. */
  readonly verdict?: Promise<void>;
}

/** Node 22.15 has it. */
const { createZstdDecompress } = zlib as typeof zlib & { createZstdDecompress?: (options: zlib.ZlibOptions) => Duplex };

function decompressor(layer: Compression): Ends {
  const options = { chunkSize: CHUNK_BYTES };
  if (layer === 'gzip') return twoEnds(zlib.createGunzip(options));
  if (layer === 'zstd' && createZstdDecompress !== undefined) return twoEnds(createZstdDecompress(options));
  return childProgram(layer);
}

function twoEnds(stream: Duplex): Ends {
  return { input: stream, output: stream };
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

/**
 * Feeds a source into a stream and yields what comes out: all of it, before what went wrong is thrown. The output is never
 * paused, for a stream that fails drops what it still holds; the input waits instead while enough is ready.
 */
async function* throughStream(source: ByteSource, open: () => Ends): AsyncGenerator<Uint8Array, undefined> {
  const { input, output, verdict } = open();
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
  void feed(source, input, () => ready.shorterThan(CHUNKS_AHEAD));
  try {
    for (;;) {
      const chunk = await ready.take();
      if (chunk === undefined) break;
      yield chunk;
    }
  } finally {
    input.destroy();
    output.destroy();
  }
}

async function feed(source: ByteSource, input: Writable, mayGoOn: () => Promise<void>): Promise<void> {
  for await (const chunk of chunksOf(source, INPUT_BYTES)) {
    await mayGoOn();
    const isTaken = await new Promise<boolean>((resolve) => {
      input.write(chunk, (error) => resolve(error === null || error === undefined));
    });
    if (!isTaken) return;
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
