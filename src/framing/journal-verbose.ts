/** `journalctl -o verbose`: a line with time and cursor, then one indented line a field. */
import type { Frame, Framing } from '../types.ts';
import { JournalEntry } from './journal-entry.ts';
import { textLines } from './text-lines.ts';

/** The cursor holds the entry's exact time: `m` µs since boot and `t` µs since 1970, in hexadecimal. */
const HEADER =
  /^\S{1,12} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \S{1,8} \[(s=[0-9a-f]{1,32};i=[0-9a-f]{1,16};b=[0-9a-f]{32};m=([0-9a-f]{1,15});t=([0-9a-f]{1,15});x=[0-9a-f]{1,16})\]$/;
const FIELD = /^ {4}([A-Z0-9_]{1,64})=/;
const NOTE = /^-- .{1,200} --$/;

const decimal = (hexadecimal: string | undefined): string => BigInt(`0x${hexadecimal || '0'}`).toString();

interface OpenField {
  readonly name: string;
  readonly parts: string[];
  readonly indent: string;
  readonly line: number;
  readonly raw: string;
}

class VerboseReader {
  private entry: JournalEntry | undefined;
  private field: OpenField | undefined;

  *read(text: string, line: number): Generator<Frame> {
    const header = HEADER.exec(text);
    if (header || NOTE.test(text)) yield* this.finish();
    if (header) {
      this.entry = new JournalEntry(line, text);
      const [, cursor = '', monotonic, realtime] = header;
      this.entry.add('__CURSOR', cursor, line, text);
      this.entry.add('__REALTIME_TIMESTAMP', decimal(realtime), line, text);
      this.entry.add('__MONOTONIC_TIMESTAMP', decimal(monotonic), line, text);
    } else if (NOTE.test(text)) {
      // `-- Boot … --` between two entries is itself something to read.
      yield { line, text, raw: text };
    } else if (this.entry) {
      this.readField(text, line);
    }
  }

  *finish(): Generator<Frame> {
    this.closeField();
    const frame = this.entry?.frame();
    this.entry = undefined;
    if (frame) yield frame;
  }

  private readField(text: string, line: number): void {
    const name = FIELD.exec(text)?.[1];
    if (name !== undefined) {
      this.closeField();
      const indent = 4 + name.length + 1;
      this.field = { name, parts: [text.slice(indent)], indent: ' '.repeat(indent), line, raw: text.slice(4) };
    } else if (this.field && text.startsWith(this.field.indent)) {
      this.field.parts.push(text.slice(this.field.indent.length));
    }
  }

  private closeField(): void {
    if (this.field) this.entry?.add(this.field.name, this.field.parts.join('\n'), this.field.line, this.field.raw);
    this.field = undefined;
  }
}

export const journalVerbose: Framing = {
  name: 'journal-verbose',
  about: '`journalctl -o verbose`: all fields of an entry, one a line',
  detect: (head) => head.split('\n', 3).some((line) => HEADER.test(line.trimEnd())),
  async *frames(chunks) {
    const reader = new VerboseReader();
    for await (const { text, line } of textLines(chunks)) yield* reader.read(text, line);
    yield* reader.finish();
  },
};
