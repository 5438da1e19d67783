/** One journal entry while its fields arrive, and the object that `journalctl -o json` would print for it. */
import type { Frame } from '../types.ts';

/** A text, or the bytes of a value that is none. */
export type FieldValue = string | readonly number[];

const QUOTE = 400;
/** An entry keeps at most this many bytes; old journals hold whole core dumps in a field. */
const LARGEST_ENTRY = 8_388_608;

/** C0 and C1 controls other than tab and newline: what systemd calls unprintable and prints as bytes. */
const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value as `journalctl -o json` shows it: text when it is printable UTF-8, else its bytes. */
export function fieldValue(bytes: Uint8Array): FieldValue {
  try {
    const text = utf8.decode(bytes);
    if (!UNPRINTABLE.test(text)) return text;
  } catch {
    // Not UTF-8.
  }
  return Array.from(bytes);
}

export class JournalEntry {
  private readonly fields = new Map<string, FieldValue[]>();
  private bytes = 0;
  private line: number;
  private raw: string;
  private hasMessage = false;

  /** `line` and `raw`: where the entry begins, for entries without a message. */
  constructor(line: number, raw: string) {
    this.line = line;
    this.raw = raw;
  }

  /** `line` and `raw`: where the value begins and what stands there. */
  add(name: string, value: FieldValue, line: number, raw: string): void {
    this.bytes += value.length;
    if (this.bytes > LARGEST_ENTRY) return;
    const values = this.fields.get(name);
    if (values) values.push(value);
    else this.fields.set(name, [value]);
    if (name !== 'MESSAGE' || this.hasMessage) return;
    this.hasMessage = true;
    this.line = line;
    this.raw = raw;
  }

  /** Undefined for an entry that is cut short so early that it has no time. */
  frame(): Frame | undefined {
    if (!this.fields.has('__REALTIME_TIMESTAMP')) return undefined;
    const object: Record<string, unknown> = {};
    for (const [name, values] of this.fields) object[name] = values.length === 1 ? values[0] : values;
    return { line: this.line, text: JSON.stringify(object), raw: this.raw.slice(0, QUOTE) };
  }
}
