/**
 * Finds the lines of a block of bytes that hold one of a set of needles. The caller fills a part of `input` with whole
 * lines and calls `scan` on that part; bytes outside the part are never looked at.
 */
export interface Scanner {
  /** The memory that is searched; read blocks of a file straight into it. Its length is the capacity asked for. */
  readonly input: Uint8Array;
  /** `HIT_FIELDS` numbers for each hit line of the last `scan`, in order. Valid until the next `scan`. */
  readonly hits: Uint32Array;
  /** Where the last `scan` stopped: its `toByte`, or earlier, at the start of a line, when `hits` was full. */
  readonly scannedTo: number;
  /** Line feeds between the last `scan`'s `fromByte` and `scannedTo`. */
  readonly newlines: number;
  /** Searches the whole lines in [fromByte, toByte). Returns the number of hit lines; a line counts once however many needles it holds. */
  scan(fromByte: number, toByte: number): number;
  /** Fits the search to text like that in [fromByte, toByte): worth its while, some milliseconds, before megabytes of it. Changes no answer. */
  fit(fromByte: number, toByte: number): void;
}

/** Places of a hit's numbers in `Scanner.hits`. Offsets count in `input`; `end` is that of the line feed, or `toByte` without one. */
export const HIT_START = 0;
export const HIT_END = 1;
/** Line feeds between `fromByte` and the hit line. */
export const HIT_NEWLINES = 2;
/** Not 0 when the line has bytes above 0x7f. */
export const HIT_NON_ASCII = 3;
export const HIT_FIELDS = 4;

/** Hit lines that one `scan` can return. */
export const HIT_ROOM = 4096;

export const NEWLINE = 0x0a;
