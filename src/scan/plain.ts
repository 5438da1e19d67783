import { HIT_END, HIT_FIELDS, HIT_NEWLINES, HIT_NON_ASCII, HIT_ROOM, HIT_START, NEWLINE, type Scanner } from './scanner.ts';

/** The scanner for machines without WebAssembly SIMD: one regular expression over the block as latin1 text. */
export function createPlainScanner(needles: readonly string[], capacity: number): Scanner {
  return new PlainScanner(needles, capacity);
}

class PlainScanner implements Scanner {
  readonly input: Buffer;
  readonly hits = new Uint32Array(HIT_ROOM * HIT_FIELDS);
  scannedTo = 0;
  newlines = 0;
  readonly #pattern: RegExp;

  constructor(needles: readonly string[], capacity: number) {
    this.input = Buffer.allocUnsafeSlow(capacity);
    this.#pattern = patternOf(needles);
  }

  scan(fromByte: number, toByte: number): number {
    const { input, hits } = this;
    const pattern = this.#pattern;
    const text = input.toString('latin1', fromByte, toByte);
    let found = 0;
    let at = fromByte;
    this.newlines = 0;
    this.scannedTo = toByte;
    for (;;) {
      pattern.lastIndex = at - fromByte;
      const match = pattern.exec(text);
      if (match === null) break;
      if (found === HIT_ROOM) {
        this.scannedTo = at;
        return found;
      }
      const start = text.lastIndexOf('\n', match.index) + 1 + fromByte;
      const feed = text.indexOf('\n', match.index);
      const end = feed < 0 ? toByte : feed + fromByte;
      this.newlines += countNewlines(input, at, start);
      const hit = found * HIT_FIELDS;
      hits[hit + HIT_START] = start;
      hits[hit + HIT_END] = end;
      hits[hit + HIT_NEWLINES] = this.newlines;
      hits[hit + HIT_NON_ASCII] = hasHighBytes(input, start, end) ? 1 : 0;
      found += 1;
      at = end;
      if (feed < 0) break;
      this.newlines += 1;
      at += 1;
    }
    this.newlines += countNewlines(input, at, toByte);
    return found;
  }

  fit(): void {}
}

/** Whether a line holds one of the needles, as a scanner would find it. */
export function needleTest(needles: readonly string[]): (line: string) => boolean {
  const pattern = patternOf(needles);
  return (line) => {
    pattern.lastIndex = 0;
    return pattern.test(Buffer.from(line).toString('latin1'));
  };
}

/** A scanner for which every line is a hit. */
export function createEveryLineScanner(capacity: number): Scanner {
  return new EveryLineScanner(capacity);
}

class EveryLineScanner implements Scanner {
  readonly input: Buffer;
  readonly hits = new Uint32Array(HIT_ROOM * HIT_FIELDS);
  scannedTo = 0;
  newlines = 0;

  constructor(capacity: number) {
    this.input = Buffer.allocUnsafeSlow(capacity);
  }

  scan(fromByte: number, toByte: number): number {
    const { input, hits } = this;
    let found = 0;
    let at = fromByte;
    this.newlines = 0;
    while (at < toByte && found < HIT_ROOM) {
      const feed = input.indexOf(NEWLINE, at);
      const hasFeed = feed >= 0 && feed < toByte;
      const end = hasFeed ? feed : toByte;
      const hit = found * HIT_FIELDS;
      hits[hit + HIT_START] = at;
      hits[hit + HIT_END] = end;
      hits[hit + HIT_NEWLINES] = this.newlines;
      hits[hit + HIT_NON_ASCII] = hasHighBytes(input, at, end) ? 1 : 0;
      found += 1;
      at = end;
      if (hasFeed) {
        this.newlines += 1;
        at += 1;
      }
    }
    this.scannedTo = at;
    return found;
  }

  fit(): void {}
}

/** An alternation of the needles; letters match both cases, spelled out since the `i` flag would also fold é and É. */
function patternOf(needles: readonly string[]): RegExp {
  const alternatives = needles
    .filter((needle) => needle !== '')
    .map((needle) => {
      const bytes = Buffer.from(needle, 'utf8').toString('latin1');
      const literal = bytes.replace(/[a-z]|[^a-z0-9 ]/gi, (char) =>
        /[a-z]/i.test(char) ? `[${char.toLowerCase()}${char.toUpperCase()}]` : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
      );
      return /^[0-9]+$/.test(needle) ? `(?<![0-9]|[0-9]\\.)${literal}(?![0-9]|\\.[1-9])` : literal;
    });
  return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'g');
}

function countNewlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i += 1) if (bytes[i] === NEWLINE) count += 1;
  return count;
}

function hasHighBytes(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if ((bytes[i] ?? 0) > 0x7f) return true;
  return false;
}
