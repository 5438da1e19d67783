import { setImmediate } from 'node:timers/promises';
import type { ByteSource } from '../open/bytes.ts';
import { withScanner } from './create.ts';
import { HIT_END, HIT_FIELDS, HIT_NEWLINES, HIT_NON_ASCII, HIT_START, NEWLINE, type Scanner } from './scanner.ts';

/** A line of interest. Valid only until the callback that it is given to returns: its memory is used again. */
export interface Hit {
  /** Counts from 1. */
  readonly line: number;
  /** Without its line end (LF or CRLF). Bytes that are not UTF-8 read as U+FFFD. */
  readonly text: string;
  /** Up to `count` whole lines before this one, in the source's order, from the `CONTEXT_BYTES` before it. */
  before(count: number): string[];
  /** Up to `count` whole lines after this one, in the source's order, from the `CONTEXT_BYTES` after it. */
  after(count: number): string[];
}

/** Of the searched lines, without those around them. */
export interface ScanTotals {
  /** A last line without a line feed counts. */
  readonly lines: number;
  readonly bytes: number;
  /** Lines longer than `LONGEST_LINE`, of which the rest was left out. */
  readonly cutLines: number;
  readonly endsInsideLine: boolean;
  /** The last lines, up to 20: what a source covers to its end. None where bytes stand behind. */
  readonly tail: readonly string[];
}

export interface ScanOptions {
  /** Bytes asked for in one read, at most `LONGEST_LINE`. Changes the speed only. */
  readonly blockBytes?: number;
  /** Called after each block with the bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
  /**
   * Bytes before and behind the lines to be searched, CONTEXT_BYTES at most, that only `Hit.before` and `Hit.after` look at: so
   * they see in a part of a log what they would see in all of it. Where there are fewer, the log begins or ends.
   */
  readonly around?: { readonly before: number; readonly behind: number };
}

/** How far `Hit.before` and `Hit.after` see, whatever the block size. */
export const CONTEXT_BYTES = 64 * 1024;
export const LONGEST_LINE = 1024 * 1024;
const BLOCK_BYTES = LONGEST_LINE;
/** A source of so many bytes is worth fitting the scanner to a sample of it. */
const FIT_AFTER = 1024 * 1024;
const SAMPLE_BYTES = 8 * 1024;
const TAIL_LINES = 20;
/** Timers, signals and other sources get their turn after so many bytes, some 10 ms. */
const BYTES_PER_TURN = 16 * 1024 * 1024;

/** Calls `onHit` for each line that holds a needle, in order; for each line when `needles` is null. */
export async function scanSource(
  source: ByteSource,
  needles: readonly string[] | null,
  onHit: (hit: Hit) => void,
  options: ScanOptions = {},
): Promise<ScanTotals> {
  const blockBytes = Math.min(options.blockBytes ?? BLOCK_BYTES, LONGEST_LINE);
  const capacity = CONTEXT_BYTES + LONGEST_LINE + 1 + CONTEXT_BYTES + blockBytes;
  return await withScanner(needles, capacity, async (scanner) => {
    const around = options.around ?? { before: 0, behind: 0 };
    const window = new Window(scanner, onHit, around);
    let bytes = 0;
    let nextTurn = BYTES_PER_TURN;
    let isFitted = false;
    for (;;) {
      const reading = source.read(window.room(blockBytes));
      const got = typeof reading === 'number' ? reading : await reading;
      if (got === 0) break;
      bytes += got;
      window.append(got);
      if (!isFitted && bytes >= FIT_AFTER) {
        window.fit();
        isFitted = true;
      }
      window.scan(false);
      options.onProgress?.(bytes);
      if (bytes >= nextTurn) {
        nextTurn += BYTES_PER_TURN;
        await setImmediate();
      }
    }
    window.scan(true);
    return { ...window.totals(), bytes: bytes - around.before - around.behind, tail: window.tail(TAIL_LINES) };
  });
}

/**
 * A part of the source that slides through the scanner's memory:
 *
 *     0 … scannedTo   lines already scanned, of which the last CONTEXT_BYTES are kept
 *     … filled        lines not yet scanned: the last CONTEXT_BYTES serve as what comes after a hit
 *
 * A line is scanned once CONTEXT_BYTES after it are there, so that hits and contexts do not depend on how reads were cut.
 */
class Window {
  readonly #scanner: Scanner;
  readonly #onHit: (hit: Hit) => void;
  readonly #memory: Buffer;
  readonly #hit: LineHit;
  #scannedTo: number;
  /** Where the lines to be searched begin. */
  #from: number;
  readonly #behind: number;
  #filled = 0;
  /** Start of the line that is not yet ended by a line feed. */
  #openLine = 0;
  #openLineIsCut = false;
  /** Lines that came before `scannedTo`. */
  #lines = 0;
  #cutLines = 0;

  constructor(scanner: Scanner, onHit: (hit: Hit) => void, { before, behind }: NonNullable<ScanOptions['around']>) {
    this.#scanner = scanner;
    this.#onHit = onHit;
    this.#scannedTo = before;
    this.#from = before;
    this.#behind = behind;
    this.#memory = Buffer.from(scanner.input.buffer, scanner.input.byteOffset, scanner.input.length);
    this.#hit = new LineHit(this.#memory);
    this.#hit.startsAtSource = before < CONTEXT_BYTES;
  }

  /** Memory for the next read, `blockBytes` long at most. */
  room(blockBytes: number): Uint8Array {
    if (this.#memory.length - this.#filled < blockBytes) this.#slide();
    return this.#memory.subarray(this.#filled, this.#filled + blockBytes);
  }

  /** Takes `count` bytes that were read into `room`. What a line has above LONGEST_LINE is dropped here, so that it always fits. */
  append(count: number): void {
    const memory = this.#memory;
    const end = this.#filled + count;
    const feed = memory.subarray(this.#filled, end).indexOf(NEWLINE);
    const lineEnd = feed < 0 ? end : this.#filled + feed;
    const longest = this.#openLine + LONGEST_LINE;
    this.#filled = end;
    if (lineEnd > longest) {
      memory.copyWithin(longest, lineEnd, end);
      this.#filled -= lineEnd - longest;
      if (!this.#openLineIsCut) this.#cutLines += 1;
      this.#openLineIsCut = true;
    }
    if (feed >= 0) {
      this.#openLineIsCut = false;
      this.#openLine = memory.lastIndexOf(NEWLINE, this.#filled - 1) + 1;
    }
  }

  /** Fits the scanner to the newest bytes. */
  fit(): void {
    this.#scanner.fit(Math.max(0, this.#filled - SAMPLE_BYTES), this.#filled);
  }

  scan(atEnd: boolean): void {
    const scanner = this.#scanner;
    if (this.#filled <= CONTEXT_BYTES && !atEnd) return;
    // Until the end that is never beyond what is searched: no more stands behind it.
    const to = atEnd ? this.#filled - this.#behind : this.#memory.lastIndexOf(NEWLINE, this.#filled - CONTEXT_BYTES - 1) + 1;
    this.#hit.filled = this.#filled;
    while (this.#scannedTo < to) {
      const found = scanner.scan(this.#scannedTo, to);
      for (let hit = 0; hit < found; hit += 1) this.#report(hit * HIT_FIELDS);
      this.#lines += scanner.newlines;
      this.#scannedTo = scanner.scannedTo;
    }
  }

  totals(): Pick<ScanTotals, 'lines' | 'cutLines' | 'endsInsideLine'> {
    const endsInsideLine = this.#behind === 0 && this.#openLine < this.#filled && this.#openLine >= this.#from;
    return { lines: this.#lines + (endsInsideLine ? 1 : 0), cutLines: this.#cutLines, endsInsideLine };
  }

  /** The source's last lines. */
  tail(count: number): string[] {
    if (this.#behind > 0) return [];
    const hit = this.#hit;
    hit.filled = this.#filled;
    hit.start = this.#openLine < this.#filled ? this.#filled + 1 : this.#filled;
    return this.#filled === 0 ? [] : hit.before(count);
  }

  #report(at: number): void {
    const { hits } = this.#scanner;
    const hit = this.#hit;
    hit.start = hits[at + HIT_START] ?? 0;
    hit.end = hits[at + HIT_END] ?? 0;
    hit.line = this.#lines + (hits[at + HIT_NEWLINES] ?? 0) + 1;
    hit.isAscii = hits[at + HIT_NON_ASCII] === 0;
    this.#onHit(hit);
  }

  #slide(): void {
    const dropped = Math.max(0, this.#scannedTo - CONTEXT_BYTES);
    this.#memory.copyWithin(0, dropped, this.#filled);
    this.#scannedTo -= dropped;
    this.#filled -= dropped;
    this.#openLine -= dropped;
    this.#from -= dropped;
    if (dropped > 0) this.#hit.startsAtSource = false;
  }
}

/** One object serves all hits of a source: a dense source has millions. */
class LineHit implements Hit {
  line = 0;
  start = 0;
  end = 0;
  filled = 0;
  isAscii = true;
  /** Whether the memory begins with the source's first byte. */
  startsAtSource = true;
  readonly #memory: Buffer;

  constructor(memory: Buffer) {
    this.#memory = memory;
  }

  get text(): string {
    const end = this.#withoutCarriageReturn(this.start, this.end);
    return this.isAscii ? this.#memory.toString('latin1', this.start, end) : this.#memory.toString('utf8', this.start, end);
  }

  before(count: number): string[] {
    const lines: string[] = [];
    const earliest = this.start - CONTEXT_BYTES;
    let end = this.start - 1;
    while (lines.length < count && end >= 0) {
      // `lastIndexOf` takes a negative offset as one from the end.
      const feed = end === 0 ? -1 : this.#memory.lastIndexOf(NEWLINE, end - 1);
      if (feed < earliest || (feed < 0 && !this.startsAtSource)) break;
      lines.push(this.#line(feed + 1, end));
      end = feed;
    }
    return lines.reverse();
  }

  after(count: number): string[] {
    const lines: string[] = [];
    const latest = Math.min(this.end + 1 + CONTEXT_BYTES, this.filled);
    let start = this.end + 1;
    while (lines.length < count && start < latest) {
      const feed = this.#memory.indexOf(NEWLINE, start);
      const isWhole = feed >= 0 && feed < latest;
      // Without a line feed a line is whole only at the source's end, which lies inside of CONTEXT_BYTES then.
      if (!isWhole && latest === this.end + 1 + CONTEXT_BYTES) break;
      const end = isWhole ? feed : latest;
      lines.push(this.#line(start, end));
      start = end + 1;
    }
    return lines;
  }

  #line(start: number, end: number): string {
    return this.#memory.toString('utf8', start, this.#withoutCarriageReturn(start, end));
  }

  #withoutCarriageReturn(start: number, end: number): number {
    return end > start && this.#memory[end - 1] === 0x0d ? end - 1 : end;
  }
}
