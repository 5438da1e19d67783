/**
 * Logs that are still being written, for `--follow`: what is there, then what is added, until told to stop. A file that is replaced or
 * emptied (log rotation) goes on from its new beginning.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { pipeline, Readable, Transform } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import split2 from 'split2';
import { type ByteSource, BytesReader, readIntoFrom } from './open/bytes.ts';
import { headOf } from './open/head.ts';
import type { Input } from './open/inputs.ts';
import { byteOrderMarkOf, compressionOf, isBinary } from './open/magic.ts';
import { reasonOf } from './open/problems.ts';
import { isTarHeader } from './open/tar.ts';
import { LONGEST_LINE } from './scan/blocks.ts';

const POLL_MS = 250;
const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
/** One byte more, so that the scan sees that there was more. */
const MOST_OF_LINE = LONGEST_LINE + 1;

/** The lines of a plain file or of standard input; undefined = of any other input, which is read once. */
export function followed(input: Input, until: AbortSignal): ByteSource | undefined {
  if (input.path !== '-' && !isPlainFile(input.path)) return undefined;
  const lines = linesOf(input.path === '-' ? standardInput(until) : stretches(input.path, until));
  return new BytesReader(readIntoFrom(lines), (error) => ({ code: 'unreadable', source: input.name, why: reasonOf(error) }));
}

function isPlainFile(path: string): boolean {
  const head = headOf(path);
  return head !== undefined && (head.length === 0 || !isWrapped(head));
}

/** Compressed, an archive, not text, or text that has to be recoded. */
const isWrapped = (head: Uint8Array): boolean =>
  compressionOf(head) !== undefined || isTarHeader(head) || isBinary(head) || byteOrderMarkOf(head) !== undefined;

/** What was read from the beginning of one file, or of a pipe, to where it ended. */
interface Stretch {
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The files that stood under this path, one after another. */
async function* stretches(path: string, until: AbortSignal): AsyncGenerator<Stretch> {
  for (let file = new GrowingFile(path, until); ; file = new GrowingFile(path, until)) {
    yield file;
    if (!file.hasSuccessor) return;
  }
}

class GrowingFile implements Stretch {
  /** Another file stands under its path now, or it was emptied. */
  hasSuccessor = false;
  readonly chunks: AsyncIterable<Uint8Array>;

  constructor(path: string, until: AbortSignal) {
    this.chunks = this.#read(path, until);
  }

  async *#read(path: string, until: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = openSync(path, 'r');
    try {
      const own = fstatSync(file);
      const block = new Uint8Array(BLOCK_BYTES);
      for (let at = 0; ; ) {
        const got = readSync(file, block, 0, BLOCK_BYTES, at);
        at += got;
        if (got > 0) {
          yield block.slice(0, got);
          continue;
        }
        if (fstatSync(file).size < at) this.hasSuccessor = true;
        if (this.hasSuccessor || until.aborted) return;
        await pause(until);
        // Programs write to a file that was moved away until they have opened the new one, so it is read once more.
        const now = statSync(path, { throwIfNoEntry: false });
        this.hasSuccessor = now !== undefined && now.size > 0 && (now.ino !== own.ino || now.dev !== own.dev);
      }
    } finally {
      closeSync(file);
    }
  }
}

const pause = (until: AbortSignal): Promise<void> => setTimeout(POLL_MS, undefined, { signal: until }).catch(() => undefined);

/** Standard input to its end, or to shortly after `until`: the program that writes it got the same Ctrl-C and may say its last words. */
async function* standardInput(until: AbortSignal): AsyncGenerator<Stretch> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const stop = (): void => void setTimeout(POLL_MS).then(() => process.stdin.destroy());
    until.addEventListener('abort', stop);
    try {
      for await (const chunk of process.stdin) yield chunk;
    } catch (error) {
      if (!until.aborted) throw error;
    } finally {
      until.removeEventListener('abort', stop);
    }
  }
  yield { chunks: chunks() };
}

/** Whole lines, a batch at a time. The end of a stretch ends its last line when another stretch follows. */
async function* linesOf(stretches: AsyncIterable<Stretch>): AsyncGenerator<Uint8Array> {
  let isOpen = false;
  for await (const { chunks } of stretches) {
    if (isOpen) yield Buffer.from('\n');
    const lines = pipeline(Readable.from(chunks), cutLongLines(), split2(AFTER_LINE_FEED), () => undefined);
    for await (const first of lines) {
      let text: string = first;
      for (let line: string | null = lines.read(); line !== null; line = lines.read()) text += line;
      isOpen = !text.endsWith('\n');
      yield Buffer.from(text, 'latin1');
    }
  }
}

/** Lines keep their ends, so that every byte stays what it is. */
const AFTER_LINE_FEED = /(?<=\n)/;

/** Bytes → text of one letter a byte, without what lines have above what is ever read of them: split2 holds a line until it ends. */
function cutLongLines(): Transform {
  let length = 0;
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _encoding, done) {
      if (length + chunk.length <= MOST_OF_LINE) {
        const feed = chunk.lastIndexOf(NEWLINE);
        length = feed < 0 ? length + chunk.length : chunk.length - feed - 1;
        done(null, chunk.toString('latin1'));
        return;
      }
      let text = '';
      for (let from = 0; from < chunk.length; ) {
        const feed = chunk.indexOf(NEWLINE, from);
        const end = feed < 0 ? chunk.length : feed;
        const kept = Math.min(end - from, MOST_OF_LINE - length);
        text += chunk.toString('latin1', from, from + kept);
        length = feed < 0 ? length + kept : 0;
        if (feed >= 0) text += '\n';
        from = end + 1;
      }
      done(null, text);
    },
  });
}
