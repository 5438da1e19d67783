/**
 * One raw line → record → row → events. Takes wrappers off layer by layer, finds the format that reads what is inside, and gives
 * each event its stamp, its keys and its quote. Knows no files and no bytes.
 */
import { continued, isIndented, unwrapAll } from './continuation.ts';
import { withoutAnsi } from './grammar/ansi.ts';
import { ofSameItems } from './memo.ts';
import { holdsOneOf, NeedleIndex } from './needles.ts';
import { joined } from './pieces.ts';
import { stamp, zoneNear } from './time.ts';
import type {
  Basis,
  Context,
  Draft,
  DurationMs,
  Envelope,
  EventKind,
  Keys,
  LogEvent,
  Parser,
  Row,
  Stamp,
  Unwrapped,
  Vantage,
} from './types.ts';

/** An event whose `when` still counts in its source's own clock. */
export type RawEvent = LogEvent & {
  readonly basis: Basis;
  /** What a carrier without a zone wrote of the moment, where the record has a stamp in UTC. */
  readonly carried?: Stamp | undefined;
};

/** Raw lines around the one at hand: up to `count`, in file order. */
export interface Neighbours {
  before(count: number): readonly string[];
  after(count: number): readonly string[];
}

export const NO_NEIGHBOURS: Neighbours = { before: () => [], after: () => [] };

export interface Shelves {
  readonly parsers: readonly Parser[];
  readonly envelopes: readonly Envelope[];
  /** Names of formats that are only asked about lines that none of the others reads, whether or not it makes anything of them. */
  readonly strays?: ReadonlySet<string>;
}

export interface Place {
  readonly source: string;
  /** Forces the vantage of every event of the source. */
  readonly vantage?: Vantage;
}

/** A record taken out of its wrappers. */
export interface Bare {
  readonly text: string;
  readonly at: Stamp | undefined;
  readonly keys: Keys;
  readonly writer: string;
  readonly part: Unwrapped['part'];
  /** Names of the envelopes, outermost first. */
  readonly layers: readonly string[];
  /** Letters of the line before its text. */
  readonly column: number;
  /** Set when the record was joined of pieces: so many lines before the one that was read stands its first. */
  readonly linesBack?: number;
}

export interface Reading {
  readonly bare: Bare;
  /** Undefined = no format reads the record. */
  readonly parser: Parser | undefined;
  readonly row: Row | undefined;
  /** The record's best stamp, in the source's clock. */
  readonly at: Stamp | undefined;
  readonly drafts: readonly Draft[];
}

const MAX_LAYERS = 5; // CRI around syslog around JSON around text is four
const NEIGHBOURHOOD = 64; // lines: a long stack trace, an OOM block
const WIDENING = 4; // a busy journal has several writers
const FEW_NEEDLES = 8; // an alternation of more costs as much as the index
const LINES_KEPT = 256; // twice what is looked at around a record
/** So many records show what a source's names mean. */
const HEAD_RECORDS = 300;
/** A server with connections writes something at least so often. */
const TAIL_MS = 600_000;
const FARTHEST_ZONE_MS = 14 * 3_600_000;
const ZONE_SLACK_MS = 120_000; // a buffered line is carried off at most so late; zones differ by 15 minutes at least

const RANK: Readonly<Record<Basis, number>> = { utc: 0, local: 1, yearless: 2, daytime: 3, ago: 4, boot: 5 };

/**
 * The best of a record's own stamp and its carrier's. An instant in UTC wins; a zone-less stamp of its own borrows zone and year
 * from a carrier in UTC and keeps its own precision. `lifeMs` = how long before the carrier's stamp an own stamp lies that marks a start.
 */
export function bestStamp(own: Stamp | undefined, carrier: Stamp | undefined, lifeMs = 0): Stamp | undefined {
  if (!own || !carrier) return own ?? carrier;
  if (own.basis === 'utc' || carrier.basis !== 'utc') return RANK[own.basis] <= RANK[carrier.basis] ? own : carrier;
  if (own.basis !== 'local' && own.basis !== 'yearless') return carrier;
  const base = own.basis === 'local' ? own.ms : withYearNear(own.ms, carrier.ms);
  const apart = carrier.ms - base - lifeMs;
  const zone = zoneNear(apart);
  const late = apart - zone;
  if (Math.abs(zone) > FARTHEST_ZONE_MS || Math.abs(late) > ZONE_SLACK_MS) return carrier;
  // Carried off within its own second, the record is as old as its carrier says, to a finer measure.
  return lifeMs === 0 && late >= 0 && late < own.widthMs && carrier.widthMs < own.widthMs ? carrier : stamp(base + zone, own.widthMs);
}

/** A program that counts with a clock of its own (HAProxy) falls behind on a stalling host: its carrier then knows the end better. */
const STALL_MS = { least: 1_500, most: 60_000 };

/** The best stamp of an instant that a parser computed, such as start + life: the record was written then, so its carrier's stamp bounds it. */
function computedStamp(own: Stamp, carrier: Stamp | undefined): Stamp {
  const best = bestStamp(own, carrier) ?? own;
  if (!carrier) return best;
  const zoneLess = own.basis === 'local' && (carrier.basis === 'local' || carrier.basis === 'yearless');
  if (!zoneLess && carrier.basis !== 'utc') return best;
  const written = carrier.basis === 'yearless' ? withYearNear(carrier.ms, own.ms) : carrier.ms;
  const late = written - best.ms;
  return late > STALL_MS.least && late < STALL_MS.most ? stamp(written, carrier.widthMs, best.basis) : best;
}

/** A year-less ms (year 2000) in the year that brings it nearest to `nearMs`. */
export function withYearNear(yearlessMs: number, nearMs: number): number {
  const date = new Date(yearlessMs);
  const fraction = yearlessMs - Math.floor(yearlessMs);
  const year = new Date(nearMs).getUTCFullYear();
  let best = Number.NaN;
  for (const candidate of [year, year - 1, year + 1]) {
    const copy = new Date(date);
    copy.setUTCFullYear(candidate);
    // 29 Feb rolls over in a common year: such a year is not the one.
    if (copy.getUTCMonth() !== date.getUTCMonth()) continue;
    const ms = copy.getTime() + fraction;
    if (!(Math.abs(ms - nearMs) >= Math.abs(best - nearMs))) best = ms;
  }
  return best;
}

/** An index is megabytes and milliseconds: sources with the same formats share one. */
const indexOf = ofSameItems((parsers: readonly Parser[]) => new NeedleIndex(parsers, (parser) => parser.needles));

/** What a reader tries on a record: `events` only formats of which the record holds a needle, `rows` all of them. */
export type Wanted = 'events' | 'rows';

/** Tries envelopes and formats in the order of the shelves it is given, so that a line is read alike wherever it stands. */
export class RecordReader {
  readonly #parsers: readonly Parser[];
  /** Whether a text holds a needle of the first format, where it has few: in a file of one format that answers for all but a few lines. */
  readonly #firstHolds: (text: string) => boolean;
  /** Made for the first record whose events are wanted. */
  #index: NeedleIndex<Parser> | undefined;
  readonly #envelopes: readonly Envelope[];
  readonly #header = new Map<string, string>();
  readonly #headed: readonly Parser[];
  readonly #strays: ReadonlySet<string>;
  readonly #hint: string;
  readonly #wanted: Wanted;
  /** Users' own formats are asked before any other. */
  readonly #asksUserFirst: boolean;
  /** The format with files of its own that read the latest row. */
  #latest: Parser | undefined;
  /** Line → its stamp, null = none. */
  readonly #stamps = new Map<string, Stamp | null>();
  readonly #neighbours = new Map<string, Bare>();

  /** Lines that the source begins with, and what stands in them. */
  readonly #headLines: readonly string[];
  #head: readonly string[] | undefined;

  constructor(shelves: Shelves, hint: string, wanted: Wanted, headLines: readonly string[] = []) {
    this.#headLines = headLines;
    this.#parsers = shelves.parsers;
    const needles = shelves.parsers[0]?.needles ?? [];
    this.#firstHolds = needles.length === 0 || needles.length > FEW_NEEDLES ? () => false : holdsOneOf(needles);
    this.#envelopes = shelves.envelopes;
    this.#headed = shelves.parsers.filter((parser) => parser.isHeader);
    this.#strays = shelves.strays ?? new Set();
    this.#hint = hint.toLowerCase();
    this.#wanted = wanted;
    this.#asksUserFirst = shelves.parsers.some((parser) => parser.own);
  }

  /** `unwrap` for lines that are looked at as neighbours, each of them many times where records are dense. */
  readonly #unwrap = (line: string): Bare => {
    if (this.#neighbours.size > LINES_KEPT) this.#neighbours.clear();
    const known = this.#neighbours.get(line);
    if (known) return known;
    const bare = this.unwrap(line);
    this.#neighbours.set(line, bare);
    return bare;
  };

  /** Takes up a line that says something about all after it, such as the names of their columns; false when it says nothing of the kind. */
  heed(line: string): boolean {
    if (this.#headed.length === 0) return false;
    const { text } = this.unwrap(line);
    const heads = this.#headed.filter((parser) => parser.isHeader?.(text));
    for (const { name } of heads) this.#header.set(name, text);
    return heads.length > 0;
  }

  /** Takes every wrapper off one line. */
  unwrap(line: string): Bare {
    let text = withoutAnsi(behindNuls(line.endsWith('\r') ? line.slice(0, -1) : line));
    let at: Stamp | undefined;
    let keys: Keys = {};
    let writer = '';
    let part: Unwrapped['part'];
    const layers: string[] = [];
    for (let depth = 0; depth < MAX_LAYERS; depth++) {
      const found = this.#strip(text);
      if (!found) break;
      const [envelope, inner] = found;
      layers.push(envelope.name);
      at = bestStamp(inner.at, at);
      // V8 makes a literal that goes on behind a spread ten times slower than Object.assign.
      keys = layers.length === 1 ? inner.keys : Object.assign({}, keys, inner.keys);
      if (inner.writer !== undefined) writer = `${writer}|${inner.writer}`;
      if (part === undefined || part === 'end') part = inner.part ?? part;
      text = withoutAnsi(inner.text);
    }
    return { text, at, keys, writer, part, layers, column: line.length - text.length };
  }

  #strip(text: string): readonly [Envelope, Unwrapped] | undefined {
    for (const envelope of this.#envelopes) {
      const inner = envelope.unwrap(text);
      if (inner && inner.text.length < text.length) return [envelope, inner];
    }
    return undefined;
  }

  read(line: string, around: Neighbours): Reading {
    const bare = this.unwrap(line);
    if (bare.part) return this.readBare(joined(bare, around, this.#unwrap), around);
    if (bare.layers.length === 0 && isIndented(line)) return this.readBare(continued(line, around, this.#unwrap) ?? bare, around);
    return this.readBare(bare, around);
  }

  readBare(bare: Bare, around: Neighbours): Reading {
    return this.#readBy(this.#wanted, bare, around);
  }

  #readBy(wanted: Wanted, bare: Bare, around: Neighbours): Reading {
    for (const parser of this.#headed) if (parser.isHeader?.(bare.text)) this.#header.set(parser.name, bare.text);
    const shared = this.#context(bare, around);
    // Lines of a file of one format come by the hundred: the format that read the last one is asked before the others.
    const latest = wanted === 'rows' ? this.#latest : undefined;
    const known = latest && this.#readWith(latest, bare, shared);
    if (known) return known;
    const first = wanted === 'events' && this.#firstHolds(bare.text) ? this.#parsers[0] : undefined;
    const found = first && this.#readWith(first, bare, shared);
    if (found) return found;
    for (const parser of wanted === 'events' ? this.#holders(bare.text) : this.#parsers) {
      if (this.#strays.has(parser.name) && this.#isOfNoStray(bare.text, shared)) break;
      const reading = parser === latest || parser === first ? undefined : this.#readWith(parser, bare, shared);
      if (!reading) continue;
      if (parser.habitat === 'own' && !this.#asksUserFirst) this.#latest = parser;
      return reading;
    }
    return { bare, parser: undefined, row: undefined, at: bare.at, drafts: [] };
  }

  /** Whether a format reads the text that is no stray. */
  #isOfNoStray(text: string, context: Context): boolean {
    return this.#parsers.some((parser) => !this.#strays.has(parser.name) && parser.read(text, context) !== null);
  }

  #readWith(parser: Parser, bare: Bare, shared: Context): Reading | undefined {
    const context = parser.isHeader ? Object.assign({}, shared, { header: this.#header.get(parser.name) }) : shared;
    const row = parser.read(bare.text, context);
    if (!row) return undefined;
    const made = parser.events(row, context);
    const drafts = made === undefined ? [] : Array.isArray(made) ? made : [made as Draft];
    return { bare, parser, row, at: bestStamp(row.at, bare.at, lifeOf(row)), drafts };
  }

  /** Whether a format read it that the source's beginning did not show. */
  isStray({ parser }: Reading): boolean {
    return parser !== undefined && this.#strays.has(parser.name);
  }

  #holders(text: string): readonly Parser[] {
    // The scan found its needle.
    if (this.#parsers.length === 1) return this.#parsers;
    this.#index ??= indexOf(this.#parsers);
    return this.#index.holders(text);
  }

  /** A stamp for a record that has none: between its dated neighbours. `isTail`: where none follows, it may have come much later than the one above. */
  neighbouringStamp(around: Neighbours, isTail: boolean): Stamp | undefined {
    const earlier = firstDefined(around.before(NEIGHBOURHOOD).toReversed(), this.#stampOf);
    const later = firstDefined(around.after(NEIGHBOURHOOD), this.#stampOf);
    if (earlier && later && earlier.basis === later.basis && later.ms >= earlier.ms)
      return stamp(earlier.ms, later.ms + later.widthMs - earlier.ms, earlier.basis);
    // The last words of a process are what its log ends with: it said them after the line above, nobody knows how long.
    if (earlier && isTail && around.after(NEIGHBOURHOOD).length < NEIGHBOURHOOD) return stamp(earlier.ms, TAIL_MS, earlier.basis);
    return earlier ?? later;
  }

  /** The stamp of a line, whether or not it is of interest. Neighbours are asked again and again where nothing is dated. */
  readonly #stampOf = (line: string): Stamp | undefined => {
    if (this.#stamps.size > LINES_KEPT) this.#stamps.clear();
    const known = this.#stamps.get(line);
    if (known !== undefined) return known ?? undefined;
    const bare = this.#unwrap(line);
    const found = bare.at ?? writtenAt(this.#readBy('rows', bare, NO_NEIGHBOURS));
    this.#stamps.set(line, found ?? null);
    return found;
  };

  #context(bare: Bare, around: Neighbours): Context {
    const mine = (others: readonly Bare[]): string[] => others.filter((other) => other.writer === bare.writer).map((other) => other.text);
    const before = (lines: readonly string[]): string[] => mine(unwrapAll(lines, this.#unwrap));
    const after = (lines: readonly string[]): string[] => mine(unwrapAll(lines, this.#unwrap, bare));
    return {
      at: bare.at,
      keys: bare.keys,
      before: (count) => nearest(count, (reach) => around.before(reach), before).slice(-count),
      after: (count) => nearest(count, (reach) => around.after(reach), after).slice(0, count),
      hint: this.#hint,
      head: this.#headTexts(),
    };
  }

  #headTexts(): readonly string[] {
    this.#head ??= this.#headLines
      .filter((line) => line.trim() !== '')
      .slice(0, HEAD_RECORDS)
      .map((line) => this.unwrap(line).text);
    return this.#head;
  }
}

/** What a row that is stamped with its start lasted. */
const lifeOf = (row: Row): DurationMs => (row['marks'] === 'start' && typeof row['durationMs'] === 'number' ? row['durationMs'] : 0);

/** The carrier's own stamp, where it lacks the zone that the record's has, and both are of one moment: years are whole days, zones quarters of an hour. */
function carriedWith(when: Stamp, { bare: { at }, row }: Reading): Pick<RawEvent, 'carried'> {
  if (!at || when.basis !== 'utc' || (at.basis !== 'local' && at.basis !== 'yearless') || row?.at?.ms !== when.ms) return {};
  const apart = at.ms - when.ms;
  const late = apart - zoneNear(apart);
  return Math.abs(late) <= STALL_MS.least ? { carried: at } : {};
}

/** When a record was written: one that is stamped with its start, at its end. */
const writtenAt = ({ at, row }: Reading): Stamp | undefined => at && row && stamp(at.ms + lifeOf(row), at.widthMs, at.basis);

/** A crash of the machine leaves blocks of NULs in logs, where lines broke off; behind them begins a line. */
function behindNuls(line: string): string {
  if (!line.includes('\0')) return line;
  let end = line.length;
  while (end > 0 && line[end - 1] === '\0') end--;
  return line.slice(line.lastIndexOf('\0', end - 1) + 1, end);
}

/**
 * The texts that `mine` takes of the lines that `look` gives, at least `count` where so many stand in the neighbourhood. Looks no further
 * than it must: mostly the nearest lines are all by the same writer.
 */
function nearest(count: number, look: Neighbours['before'], mine: (lines: readonly string[]) => string[]): string[] {
  for (let reach = Math.min(count, NEIGHBOURHOOD); ; reach = Math.min(reach * WIDENING, NEIGHBOURHOOD)) {
    const lines = look(reach);
    const isAll = reach === NEIGHBOURHOOD || lines.length < reach;
    // What an indented line is a part of may stand above.
    const texts = isAll || !isIndented(lines[0] ?? '') ? mine(lines) : [];
    if (isAll || texts.length >= count) return texts;
  }
}

function firstDefined<T, R>(list: readonly T[], of: (one: T) => R | undefined): R | undefined {
  for (const one of list) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const QUOTE_LIMIT = 400;

/** A piece of the raw line that shows the record's text, letter by letter as it stands there. */
export function quoteOf(raw: string, text: string): string {
  const plain = text.slice(0, QUOTE_LIMIT);
  if (raw.includes(plain)) return plain;
  const escaped = JSON.stringify(text).slice(1, -1).slice(0, QUOTE_LIMIT);
  return raw.includes(escaped) ? escaped : raw.slice(0, QUOTE_LIMIT);
}

/** The events of one reading, with place, quote and stamp; an event without any stamp at all is undated and left to the caller. */
export function toEvents(
  reading: Reading,
  place: Place,
  line: number,
  raw: string,
  fallback: (kind: EventKind) => Stamp | undefined,
): RawEvent[] {
  const events: RawEvent[] = [];
  const { parser } = reading;
  if (!parser) return events;
  for (const draft of reading.drafts) {
    const when = (draft.when ? computedStamp(draft.when, reading.bare.at) : reading.at) ?? fallback(draft.kind);
    if (!when) continue;
    const placed = {
      when: { fromMs: when.ms, toMs: when.ms + when.widthMs },
      basis: when.basis,
      origin: { source: place.source, line },
      vantage: place.vantage ?? draft.vantage ?? parser.vantage,
      keys: Object.assign({}, reading.bare.keys, draft.keys),
      quote: quoteOf(raw, reading.bare.text),
      format: parser.name,
      ...carriedWith(when, reading),
    };
    events.push(Object.assign({}, draft, placed) as RawEvent);
  }
  return events;
}
