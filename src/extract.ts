/** One source → events in its own clock, and a tally of what was read. */
import { beginningOf } from './beginning.ts';
import { type Detected, formatName } from './detect.ts';
import { mayTellOf1006 } from './grammar/loose-code.ts';
import { type ByteSource, chunksOf } from './open/bytes.ts';
import { wordProblem } from './open/problems.ts';
import {
  type Neighbours,
  NO_NEIGHBOURS,
  type Place,
  quoteOf,
  type RawEvent,
  type Reading,
  RecordReader,
  type Shelves,
  toEvents,
} from './record.ts';
import { scanSource } from './scan/blocks.ts';
import { stamp } from './time.ts';
import type { Basis, EventKind, Frame, Framing, Stamp, Vantage } from './types.ts';

export interface Source {
  readonly name: string;
  readonly bytes: ByteSource;
  /** When it was last written; undefined = not known (a pipe). */
  readonly writtenMs?: number | undefined;
  /** Forced by the user. */
  readonly vantage?: Vantage | undefined;
  readonly format?: string | undefined;
  /** Number of its first line: a part of a larger source begins later than 1. */
  readonly firstLine?: number | undefined;
  /** What the larger source begins with; undefined = this is its beginning. */
  readonly head?: Uint8Array | undefined;
  /** It ends only when the user says so; the others are read meanwhile. */
  readonly isFollowed?: boolean | undefined;
}

/** What was read of one source. Plain data; parts of one source add up. */
export interface Tally {
  readonly name: string;
  readonly formats: Record<string, number>;
  bytes: number;
  lines: number;
  candidates: number;
  events: number;
  unread: number;
  firstUnreadLine: number;
  /** Lines that hold 1006 as a close code would stand, and gave no event; the first of them. */
  untold: number;
  readonly untoldLines: { readonly line: number; readonly text: string }[];
  readonly vantages: Vantage[];
  /** Earliest and latest stamp by what they count from, of every record that was looked at. */
  readonly spans: Partial<Record<Basis, { fromMs: number; toMs: number }>>;
  readonly problems: string[];
  readonly writtenMs: number | null;
}

export const emptyTally = (name: string, writtenMs: number | null): Tally => ({
  name,
  formats: {},
  bytes: 0,
  lines: 0,
  candidates: 0,
  events: 0,
  unread: 0,
  firstUnreadLine: 0,
  untold: 0,
  untoldLines: [],
  vantages: [],
  spans: {},
  problems: [],
  writtenMs,
});

/** So many lines with 1006 that gave nothing are quoted of each source. */
export const UNTOLD_QUOTED = 2;
const UNDATED_MS = 3_600_000; // of an undated record only its file's time is known: taken to be in the hour before
const NEIGHBOURS = 64;

export async function extractSource(
  source: Source,
  shelves: Shelves,
  emit: (event: RawEvent) => void,
  onProgress?: (bytes: number) => void,
): Promise<Tally> {
  const tally = emptyTally(source.name, source.writtenMs ?? null);
  const { framing, lines: headLines, found } = await beginningOf(source, shelves);
  const records = new Records(source, found, tally, emit, headLines);
  if (source.head) records.learn(headLines);
  else if (!framing) records.expect(headLines);
  if (framing) await readFrames(framing, source.bytes, records, tally);
  else {
    const totals = await scanSource(
      source.bytes,
      found.needles,
      (hit) => records.add(hit.text, hit.line, hit),
      onProgress ? { onProgress } : {},
    );
    tally.lines = totals.lines;
    tally.bytes = totals.bytes;
    if (totals.cutLines > 0) tally.problems.push(`${totals.cutLines} lines longer than 1 MiB were cut`);
    // The last lines bound what the source covers, whether or not they are of interest.
    for (const line of totals.tail) records.note(line);
  }
  records.settle();
  if (source.bytes.problem) tally.problems.push(wordProblem(source.bytes.problem));
  else if (found.linesTried > 0 && found.linesRead === 0 && tally.events === 0)
    tally.problems.push(`no known format in the first ${found.linesTried} lines`);
  return tally;
}

async function readFrames(framing: Framing, bytes: ByteSource, records: Records, tally: Tally): Promise<void> {
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(bytes)) {
      tally.bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) tally.lines++;
      yield chunk;
    }
  }
  // A record's neighbours: those before it, and as many that are read ahead of it.
  const window: Frame[] = [];
  let at = 0;
  const flush = (): void => {
    const frame = window[at] as Frame;
    const texts = (from: number, to: number): string[] => window.slice(Math.max(0, from), to).map((one) => one.text);
    const here = at;
    records.add(
      frame.text,
      frame.line,
      { before: (count) => texts(here - count, here), after: (count) => texts(here + 1, here + 1 + count) },
      frame.raw,
    );
    at++;
    if (at > NEIGHBOURS) {
      window.shift();
      at--;
    }
  };
  for await (const frame of framing.frames(counted())) {
    window.push(frame);
    if (window.length - at > NEIGHBOURS) flush();
  }
  while (at < window.length) flush();
}

/** Takes candidate records of one source and gives their events. */
class Records {
  readonly #reader: RecordReader;
  readonly #place: Place;
  readonly #tally: Tally;
  readonly #emit: (event: RawEvent) => void;
  readonly #writtenMs: number | undefined;
  readonly #firstLine: number;
  readonly #headReader: RecordReader;
  /** Lines of the beginning that say something about those after them; latest first. They may hold no needle. */
  #headers: { readonly line: number; readonly text: string }[] = [];
  #undatedEvents = 0;
  readonly #strays: ReadonlySet<string>;
  #hasStrays = false;
  /** Writer → line at which its latest record in pieces begins. */
  readonly #joined = new Map<string, number>();

  constructor(source: Source, found: Detected, tally: Tally, emit: (event: RawEvent) => void, headLines: readonly string[]) {
    // Among a browser's own lines the page's are a client's too.
    const hint = found.formats.has('browser-console') ? `${source.name}.browser` : source.name;
    this.#reader = new RecordReader(found.shelves, hint, 'events', headLines);
    this.#headReader = new RecordReader(found.shelves, hint, 'rows', headLines);
    this.#place = { source: source.name, ...(source.vantage && { vantage: source.vantage }) };
    this.#tally = tally;
    this.#emit = emit;
    this.#writtenMs = source.writtenMs;
    this.#firstLine = source.firstLine ?? 1;
    this.#strays = found.strays;
    this.#vantages(found.vantages);
    for (const reading of found.readings) this.#cover(reading.at);
  }

  add(text: string, line: number, around: Neighbours, raw: string = text): void {
    const tally = this.#tally;
    const number = line + this.#firstLine - 1;
    for (let next = this.#headers.at(-1); next && next.line < line; next = this.#headers.at(-1)) {
      this.#reader.heed(next.text);
      this.#headers.pop();
    }
    const reading = this.#reader.read(text, around);
    if (!this.#isNew(reading, number)) return;
    tally.candidates++;
    this.#cover(reading.at);
    const { text: said } = reading.bare;
    // A line of a format of its own may hold 1006 and be of no interest: so many bytes, or a query.
    const { parser } = reading.parser || !said.includes('1006') ? reading : this.#headReader.readBare(reading.bare, NO_NEIGHBOURS);
    const format = formatName({ bare: reading.bare, parser });
    tally.formats[format] = (tally.formats[format] ?? 0) + 1;
    if (reading.drafts.length === 0) {
      const untold = (!parser || parser.generic === true) && mayTellOf1006(said);
      if (untold) this.#untold(number, raw, said);
      if (untold || !parser) {
        tally.unread++;
        if (tally.firstUnreadLine === 0) tally.firstUnreadLine = number;
      }
      return;
    }
    this.#hasStrays ||= reading.parser !== undefined && this.#strays.has(reading.parser.name);
    for (const event of toEvents(reading, this.#place, number, raw, (kind) => this.#undated(around, kind))) {
      tally.events++;
      this.#vantages([event.vantage]);
      this.#emit(event);
    }
  }

  #untold(line: number, raw: string, text: string): void {
    this.#tally.untold++;
    if (this.#tally.untoldLines.length < UNTOLD_QUOTED) this.#tally.untoldLines.push({ line, text: quoteOf(raw, text) });
  }

  /** Takes up what lines before the first one say about all others, such as the names of columns. */
  learn(lines: readonly string[]): void {
    for (const line of lines) this.#reader.heed(line);
  }

  /** The same of the source's own beginning: each such line counts for those behind it. */
  expect(lines: readonly string[]): void {
    this.#headers = lines.flatMap((text, at) => (this.#headReader.heed(text) ? [{ line: at + 1, text }] : [])).reverse();
  }

  /** False for a record in pieces that another of its pieces already gave. */
  #isNew({ bare }: Reading, line: number): boolean {
    if (bare.linesBack === undefined) return true;
    const start = line - bare.linesBack;
    const known = this.#joined.get(bare.writer) === start;
    this.#joined.set(bare.writer, start);
    return !known;
  }

  /** Looks at a line for its stamp only. */
  note(line: string): void {
    this.#cover(this.#headReader.readBare(this.#headReader.unwrap(line), { before: () => [], after: () => [] }).at);
  }

  #undated(around: Neighbours, kind: EventKind): Stamp | undefined {
    const near = this.#reader.neighbouringStamp(around, kind === 'process-fault');
    if (near) return near;
    this.#undatedEvents++;
    return this.#writtenMs === undefined ? undefined : stamp(this.#writtenMs - UNDATED_MS, UNDATED_MS);
  }

  /** Says what was read of another program's lines, and of events without any time what their times are worth. */
  settle(): void {
    if (this.#hasStrays)
      this.#tally.problems.push(
        'further down stand lines of another program than those it begins with: of them only those with 1006 were looked for (give them as a file of their own)',
      );
    const count = this.#undatedEvents;
    if (count === 0) return;
    const taken = this.#writtenMs === undefined ? 'they are left out' : 'they are taken to be of the hour before the file was last written';
    this.#tally.problems.push(
      `no time could be read for ${count} ${count === 1 ? 'event' : 'events'}: ${taken} (--formats describes a format)`,
    );
  }

  #cover(at: Stamp | undefined): void {
    if (!at) return;
    const span = this.#tally.spans[at.basis];
    if (!span) this.#tally.spans[at.basis] = { fromMs: at.ms, toMs: at.ms + at.widthMs };
    else {
      span.fromMs = Math.min(span.fromMs, at.ms);
      span.toMs = Math.max(span.toMs, at.ms + at.widthMs);
    }
  }

  #vantages(more: Iterable<Vantage>): void {
    for (const vantage of more) if (!this.#tally.vantages.includes(vantage)) this.#tally.vantages.push(vantage);
  }
}
