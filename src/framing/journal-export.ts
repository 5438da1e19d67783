/**
 * `journalctl -o export`: `NAME=text` lines, and for values with newlines or control bytes `NAME`, their length in eight bytes and
 * the bytes. A blank line ends an entry, but not inside such a value.
 */
import type { Frame, Framing } from '../types.ts';
import { fieldValue, JournalEntry } from './journal-entry.ts';

const NEWLINE = 10;
const EQUALS = 61;
const LENGTH_BYTES = 8;
/** journald takes no larger field (DATA_SIZE_MAX): a larger length means that the source is damaged. */
const LARGEST_VALUE = 805_306_368;
/** Bytes that are kept of a value, and of a text line. */
const KEPT = 1_048_576;
const RAW = 1_600;
const NAME = /^[A-Z0-9_]{1,64}$/;

/** A value of known length while its bytes arrive. */
interface OpenValue {
  readonly name: string;
  /** Bytes still to come, without the newline behind them. */
  left: number;
  kept: Buffer;
  readonly line: number;
}

type State =
  | { readonly in: 'lines' }
  | { readonly in: 'length'; readonly name: string }
  | { readonly in: 'value'; readonly value: OpenValue }
  | { readonly in: 'value-end' }
  /** Behind damage: everything up to the next entry's first field is skipped. */
  | { readonly in: 'damage' };

/** Bytes in, frames out; the same however the bytes are cut. */
class ExportReader {
  private state: State = { in: 'lines' };
  private pending: Buffer = Buffer.alloc(0);
  private entry: JournalEntry | undefined;
  private line = 1;
  private isOverlong = false;

  *push(chunk: Uint8Array): Generator<Frame> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let data = this.pending.length > 0 ? Buffer.concat([this.pending, bytes]) : bytes;
    for (;;) {
      const used = this.state.in === 'lines' || this.state.in === 'damage' ? yield* this.takeLine(data) : this.takeBinary(this.state, data);
      if (used === 0) break;
      data = data.subarray(used);
    }
    this.pending = Buffer.from(data);
    if (this.pending.length > KEPT) {
      this.isOverlong = true;
      this.pending = Buffer.alloc(0);
    }
  }

  *end(): Generator<Frame> {
    if (this.state.in === 'lines' && this.pending.length > 0) yield* this.takeLine(Buffer.concat([this.pending, Buffer.from('\n')]));
    yield* this.finish();
  }

  private *finish(): Generator<Frame> {
    const frame = this.entry?.frame();
    this.entry = undefined;
    if (frame) yield frame;
  }

  /** Returns how many bytes it used; 0 = the line is not all there yet. */
  private *takeLine(data: Buffer): Generator<Frame, number> {
    const end = data.indexOf(NEWLINE);
    if (end < 0) return 0;
    const number = this.line++;
    if (this.isOverlong) {
      this.isOverlong = false;
      return end + 1;
    }
    if (data.subarray(0, 9).equals(FIRST_FIELD)) {
      yield* this.finish();
      this.state = { in: 'lines' };
    }
    if (this.state.in === 'damage') return end + 1;
    if (end === 0) yield* this.finish();
    else this.takeField(data.subarray(0, end), number);
    return end + 1;
  }

  private takeField(line: Buffer, number: number): void {
    const equals = line.indexOf(EQUALS);
    const name = line.toString('latin1', 0, equals < 0 ? line.length : equals);
    if (!NAME.test(name)) this.damaged();
    else if (equals < 0) this.state = { in: 'length', name };
    else {
      const raw = line.toString('utf8', 0, RAW);
      this.entry ??= new JournalEntry(number, raw);
      this.entry.add(name, line.toString('utf8', equals + 1), number, raw);
    }
  }

  private takeBinary(state: State, data: Buffer): number {
    if (state.in === 'length') return this.takeLength(state.name, data);
    if (state.in === 'value') return this.takeValue(state.value, data);
    if (data.length === 0) return 0;
    if (data[0] === NEWLINE) {
      this.line++;
      this.state = { in: 'lines' };
      return 1;
    }
    this.damaged();
    return 1;
  }

  private takeLength(name: string, data: Buffer): number {
    if (data.length < LENGTH_BYTES) return 0;
    const length = data.readUInt32LE(0) + data.readUInt32LE(4) * 0x1_0000_0000;
    this.countLines(data.subarray(0, LENGTH_BYTES));
    if (length > LARGEST_VALUE) this.damaged();
    else this.state = { in: 'value', value: { name, left: length, kept: Buffer.alloc(0), line: this.line } };
    return LENGTH_BYTES;
  }

  private takeValue(value: OpenValue, data: Buffer): number {
    const piece = data.subarray(0, value.left);
    this.countLines(piece);
    if (value.kept.length < KEPT) value.kept = Buffer.concat([value.kept, piece.subarray(0, KEPT - value.kept.length)]);
    value.left -= piece.length;
    if (value.left > 0) return piece.length;
    const firstLine = value.kept.indexOf(NEWLINE);
    const raw = value.kept.toString('utf8', 0, Math.min(firstLine < 0 ? value.kept.length : firstLine, RAW));
    this.entry ??= new JournalEntry(value.line, raw);
    this.entry.add(value.name, fieldValue(value.kept), value.line, raw);
    this.state = { in: 'value-end' };
    // An empty value uses no byte, yet the reader must go on.
    return piece.length === 0 ? this.takeBinary(this.state, data) : piece.length;
  }

  private countLines(bytes: Buffer): void {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) this.line++;
  }

  private damaged(): void {
    this.entry = undefined;
    this.state = { in: 'damage' };
  }
}

const FIRST_FIELD = Buffer.from('__CURSOR=');

export const journalExport: Framing = {
  name: 'journal-export',
  about: '`journalctl -o export`: fields with their names, binary values with their lengths',
  detect: (head) => /^\s{0,1000}__CURSOR=[^\n]{1,1000}\n(?:__[A-Z_]{1,62}=[^\n]{0,1000}\n|_BOOT_ID=)/.test(head),
  async *frames(chunks) {
    const reader = new ExportReader();
    for await (const chunk of chunks) yield* reader.push(chunk);
    yield* reader.end();
  },
};
