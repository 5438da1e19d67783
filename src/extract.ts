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
import { type ScanOptions, scanSource } from './scan/blocks.ts';
import { needleTest } from './scan/plain.ts';
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
  /** Undefined = the whole log. */
  readonly part?: SourcePart | undefined;
  /** It ends only when the user says so; the others are read meanwhile. */
  readonly isFollowed?: boolean | undefined;
}

/** Where the bytes of a source lie in a log that is read in parts. */
export interface SourcePart {
  /** What the log begins with, HEAD_BYTES of it. */
  readonly head: Uint8Array;
  /** Lines of the log before the part's own. */
  readonly linesBefore: number;
  /** Which bytes are the part's own lines. */
  readonly around: NonNullable<ScanOptions['around']>;
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
  /** Lines of which what stands above 1 MiB was left out. */
  cutLines: number;
  /** Events for which no time could be read. */
  undated: number;
  /** Lines at the beginning that were tried to tell the format, and how many of them were read. */
  headLines: number;
  headRead: number;
  /** Events of another program than those it begins with, of which only lines with 1006 were looked for. */
  strays: number;
  readonly vantages: Vantage[];
  /** Earliest and latest stamp by what they count from, of every record that was looked at. */
  readonly spans: Partial<Record<Basis, { fromMs: number; toMs: number }>>;
  /** What went wrong with its bytes. `problemsOf` has the rest. */
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
  cutLines: 0,
  undated: 0,
  headLines: 0,
  headRead: 0,
  strays: 0,
  vantages: [],
  spans: {},
  problems: [],
  writtenMs,
});

/** What is wrong with a source, in words. */
export function problemsOf(tally: Tally): readonly string[] {
  const { cutLines, undated, strays, headLines, headRead, events, problems, writtenMs } = tally;
  const left = writtenMs === null ? 'they are left out' : 'they are taken to be of the hour before the file was last written';
  return [
    ...(cutLines > 0 ? [`${cutLines} ${cutLines === 1 ? 'line' : 'lines'} longer than 1 MiB ${cutLines === 1 ? 'was' : 'were'} cut`] : []),
    ...(strays > 0
      ? [
          'further down stand lines of another program than those it begins with: of them only those with 1006 were looked for (give them as a file of their own)',
        ]
      : []),
    ...(undated > 0
      ? [`no time could be read for ${undated} ${undated === 1 ? 'event' : 'events'}: ${left} (--formats describes a format)`]
      : []),
    ...problems,
    ...(problems.length === 0 && headLines > 0 && headRead === 0 && events === 0
      ? [`no known format in the first ${headLines === 1 ? 'line' : `${headLines} lines`}`]
      : []),
  ];
}

/** So many lines with 1006 that gave nothing are quoted of each source. */
export const UNTOLD_QUOTED = 2;
const UNDATED_MS = 3_600_000; // of an undated record only its file's time is known: taken to be in the hour before
const NEIGHBOURS = 64;

const OF_CLIENTS = /^(?:browser-console|logcat)(?= |$)/;

export async function extractSource(
  source: Source,
  shelves: Shelves,
  emit: (event: RawEvent) => void,
  onProgress?: (bytes: number) => void,
): Promise<Tally> {
  const tally = emptyTally(source.name, source.writtenMs ?? null);
  const { part } = source;
  const { framing, lines: headLines, found } = await beginningOf(source, shelves);
  tally.headLines = found.linesTried;
  tally.headRead = found.linesRead;
  const records = new Records(source, found, tally, emit, headLines);
  if (framing) await readFrames(framing, source.bytes, records, tally);
  else {
    records.expect(headLines);
    const totals = await scanSource(source.bytes, found.needles, (hit) => records.add(hit.text, hit.line, hit), {
      ...(onProgress && { onProgress }),
      ...(part && { around: part.around }),
    });
    tally.lines = totals.lines;
    tally.bytes = totals.bytes;
    tally.cutLines = totals.cutLines;
    // The last lines bound what the source covers, whether or not they are of interest.
    for (const line of totals.tail) records.note(line);
  }
  if (source.bytes.problem) tally.problems.push(wordProblem(source.bytes.problem));
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
  readonly #linesBefore: number;
  readonly #needles: readonly string[];
  readonly #headReader: RecordReader;
  /** Lines of the beginning that say something about those after them; latest first. They may hold no needle. */
  #headers: { readonly line: number; readonly text: string }[] = [];
  /** Writer → line at which its latest record in pieces begins. */
  readonly #joined = new Map<string, number>();

  constructor(source: Source, found: Detected, tally: Tally, emit: (event: RawEvent) => void, headLines: readonly string[]) {
    // Among a browser's own lines the page's are a client's too, and on a phone everything is.
    const hint = [...found.formats.keys()].some((format) => OF_CLIENTS.test(format)) ? `${source.name}.browser` : source.name;
    this.#reader = new RecordReader(found.shelves, hint, 'events', headLines);
    this.#headReader = new RecordReader(found.shelves, hint, 'rows', headLines);
    this.#place = { source: source.name, ...(source.vantage && { vantage: source.vantage }) };
    this.#tally = tally;
    this.#emit = emit;
    this.#writtenMs = source.writtenMs;
    this.#linesBefore = source.part?.linesBefore ?? 0;
    this.#needles = found.needles;
    this.#vantages(found.vantages);
    for (const reading of found.readings) this.#cover(reading.at);
  }

  add(text: string, line: number, around: Neighbours, raw: string = text): void {
    const tally = this.#tally;
    const number = line + this.#linesBefore;
    for (let next = this.#headers.at(-1); next && next.line < number; next = this.#headers.at(-1)) {
      this.#reader.heed(next.text);
      this.#headers.pop();
    }
    const reading = this.#reader.read(text, around);
    if (!this.#isNew(reading, number, around)) return;
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
    if (this.#reader.isStray(reading)) tally.strays++;
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

  /** Takes up what lines of the log's beginning say about those behind them, such as the names of columns. */
  expect(lines: readonly string[]): void {
    this.#headers = lines.flatMap((text, at) => (this.#headReader.heed(text) ? [{ line: at + 1, text }] : [])).reverse();
  }

  /** False for a record in pieces that another of its pieces already gave. */
  #isNew({ bare: { linesBack, writer } }: Reading, line: number, around: Neighbours): boolean {
    if (linesBack === undefined) return true;
    const start = line - linesBack;
    const known = this.#joined.get(writer) === start || this.#isOfOtherPart(line, start, around);
    this.#joined.set(writer, start);
    return !known;
  }

  /** Whether the record that begins on line `start` was found by one of its lines that are another part's. */
  #isOfOtherPart(line: number, start: number, around: Neighbours): boolean {
    const foreign = this.#linesBefore - start + 1;
    return (
      foreign > 0 &&
      around
        .before(line - start)
        .slice(0, foreign)
        .some(needleTest(this.#needles))
    );
  }

  /** Looks at a line for its stamp only. */
  note(line: string): void {
    this.#cover(this.#headReader.readBare(this.#headReader.unwrap(line), { before: () => [], after: () => [] }).at);
  }

  #undated(around: Neighbours, kind: EventKind): Stamp | undefined {
    const near = this.#reader.neighbouringStamp(around, kind === 'process-fault');
    if (near) return near;
    this.#tally.undated++;
    return this.#writtenMs === undefined ? undefined : stamp(this.#writtenMs - UNDATED_MS, UNDATED_MS);
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
