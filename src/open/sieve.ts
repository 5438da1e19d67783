/** What no line of text holds is taken out of a source's bytes before they are read. */
import { type ByteSource, BytesReader } from './bytes.ts';
import type { Problem } from './problems.ts';

/** Goes over a block, moves what is left of it to its beginning, and returns how many bytes that is. */
type Sieve = (block: Uint8Array) => number;

function sieved(bytes: ByteSource, sieve: Sieve, problem: () => Problem | undefined): ByteSource {
  const readInto = (into: Uint8Array): number | Promise<number> => {
    for (;;) {
      const got = bytes.read(into);
      if (typeof got !== 'number') return got.then((count) => (count === 0 ? 0 : sieve(into.subarray(0, count)) || readInto(into)));
      const left = got === 0 ? 0 : sieve(into.subarray(0, got));
      if (got === 0 || left > 0) return left;
    }
  };
  const reader = new BytesReader(
    readInto,
    () => ({ code: 'unreadable', source: '', why: '' }),
    () => bytes.close(),
  );
  return {
    read: (into) => reader.read(into),
    peek: (length) => reader.peek(length),
    unread: (taken) => reader.unread(taken),
    get problem() {
      return bytes.problem ?? problem();
    },
    close: () => reader.close(),
  };
}

const NUL = 0;

/**
 * Without NULs, of which it tells at the end: a log that is cut to nothing under a program that writes on (logrotate's `copytruncate`)
 * begins with as many as it was long, and a crash of the machine leaves blocks of them.
 */
export function withoutNuls(bytes: ByteSource, source: string): ByteSource {
  let count = 0;
  const sieve = (block: Uint8Array): number => {
    let kept = block.indexOf(NUL);
    if (kept < 0) return block.length;
    for (let at = kept; at < block.length; at++) {
      const byte = block[at] as number;
      if (byte !== NUL) block[kept++] = byte;
    }
    count += block.length - kept;
    return kept;
  };
  return sieved(bytes, sieve, () => (count === 0 ? undefined : { code: 'nuls', source, count }));
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
  return sieved(bytes, sieve, () => undefined);
}
