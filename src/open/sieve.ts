/** What no line of text begins or ends with is taken out of a source's bytes before they are read. */
import { type ByteSource, BytesReader } from './bytes.ts';
import { type Problem, reasonOf } from './problems.ts';

/** Goes over a block, moves what is left of it to its beginning, and returns how many bytes that is. */
type Sieve = (block: Uint8Array) => number;

function sieved(bytes: ByteSource, sieve: Sieve): ByteSource {
  const readInto = (into: Uint8Array): number | Promise<number> => {
    for (;;) {
      const got = bytes.read(into);
      if (typeof got !== 'number') return got.then((count) => (count === 0 ? 0 : sieve(into.subarray(0, count)) || readInto(into)));
      const left = got === 0 ? 0 : sieve(into.subarray(0, got));
      if (got === 0 || left > 0) return left;
    }
  };
  const problemOf = (error: unknown): Problem => bytes.problem ?? { code: 'unreadable', source: '', why: reasonOf(error) };
  const reader = new BytesReader(readInto, problemOf, () => bytes.close());
  return {
    read: (into) => reader.read(into),
    peek: (length) => reader.peek(length),
    unread: (taken) => reader.unread(taken),
    get problem() {
      return bytes.problem;
    },
    close: () => reader.close(),
  };
}

const BLOCK_BYTES = 256 * 1024;

/**
 * Reads over the NULs that a source begins with and returns how many there were: a log that is cut to nothing under a program that writes on
 * (logrotate's `copytruncate`) begins with as many as it was long.
 */
export async function skipNuls(bytes: ByteSource): Promise<number> {
  if ((await bytes.peek(1))[0] !== 0) return 0;
  const block = new Uint8Array(BLOCK_BYTES);
  for (let skipped = 0; ; ) {
    const got = await bytes.read(block);
    let at = 0;
    while (at < got && block[at] === 0) at++;
    skipped += at;
    if (at === got && got > 0) continue;
    bytes.unread(block.slice(at, got));
    return skipped;
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Whether lines end with a lone CR, as in what a terminal showed: each state of a line begins anew there. `head` = what the text begins with. */
export function endsLinesByReturns(head: Uint8Array): boolean {
  let returns = 0;
  let feeds = 0;
  for (const [at, byte] of head.entries()) {
    if (byte === LINE_FEED) feeds++;
    else if (byte === CARRIAGE_RETURN && at + 1 < head.length && head[at + 1] !== LINE_FEED) returns++;
  }
  return returns > feeds;
}

/** Each CR, each LF and each CRLF as one LF. */
export function withLineFeeds(bytes: ByteSource): ByteSource {
  let isBehindReturn = false;
  const sieve = (block: Uint8Array): number => {
    let kept = 0;
    for (const byte of block) {
      if (byte !== LINE_FEED || !isBehindReturn) block[kept++] = byte === CARRIAGE_RETURN ? LINE_FEED : byte;
      isBehindReturn = byte === CARRIAGE_RETURN;
    }
    return kept;
  };
  return sieved(bytes, sieve);
}
