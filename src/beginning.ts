/** What a source begins with: how its records lie, its first records, and what they tell. */
import { type Detected, detect } from './detect.ts';
import { framings } from './framing/index.ts';
import type { ByteSource } from './open/bytes.ts';
import type { Shelves } from './record.ts';
import type { Framing } from './types.ts';

export const HEAD_BYTES = 64 * 1024;

export interface Beginning {
  /** Undefined = a record a line. */
  readonly framing: Framing | undefined;
  /** Texts of the first records. */
  readonly lines: readonly string[];
  readonly found: Detected;
  /** The shelves with which the source may be read: all, or the format that the user forces. */
  readonly shelves: Shelves;
}

interface Begun {
  readonly name: string;
  readonly bytes: ByteSource;
  readonly format?: string | undefined;
  readonly part?: { readonly head: Uint8Array } | undefined;
}

/** Looks at a source without consuming it. */
export async function beginningOf({ name, bytes, format, part }: Begun, all: Shelves): Promise<Beginning> {
  const first = part?.head ?? (await bytes.peek(HEAD_BYTES));
  const text = Buffer.from(first).toString('utf8');
  const framing = framings.find((one) => one.detect(text));
  const shelves = format === undefined ? all : { ...all, parsers: all.parsers.filter((parser) => parser.name === format) };
  const lines = framing ? await framedHead(framing, text) : text.split('\n').slice(0, first.length < HEAD_BYTES ? undefined : -1);
  return { framing, lines, found: detect(lines, shelves, name), shelves };
}

async function framedHead(framing: Framing, head: string): Promise<string[]> {
  const lines: string[] = [];
  async function* once(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head);
  }
  for await (const frame of framing.frames(once())) lines.push(frame.text);
  return lines;
}
