/**
 * Sources that are one JSON value, or several pretty-printed ones, instead of one object a line: `dmesg -J`, `kubectl get -o json`,
 * `docker inspect`, HAR, exports of CloudWatch and Cloud Logging, `journalctl -o json-pretty`. Their members are records.
 */
import { jsonParser, type Token } from 'stream-json/parser.js';
import { stringer } from 'stream-json/stringer.js';
import type { Frame, Framing } from '../types.ts';

/** Paths, from a document's root, of arrays whose members are the records. Any other object is one record itself. */
const RECORD_ARRAYS: ReadonlySet<string> = new Set([
  'dmesg', // dmesg -J
  'items', // kubectl get -o json
  'events', // aws logs get-log-events, filter-log-events
  'logEvents', // CloudWatch Logs subscription
  'results', // CloudWatch Logs Insights
  'Records', // CloudTrail
  'records', // Azure Monitor
  'entries', // gcloud logging, API response
  'log.entries', // HAR
  'hits.hits', // Elasticsearch search response
  'services.events', // aws ecs describe-services
  'tasks', // aws ecs describe-tasks
]);

/** Keys whose line says most about a record, best first: the line that a report quotes. */
const TELLING: readonly string[] = [
  'MESSAGE',
  'msg',
  'message',
  'log',
  'textPayload',
  'jsonPayload.message',
  'line',
  '_source.message',
  '_source.log',
  'status.containerStatuses.lastState.terminated.exitCode',
  'status.containerStatuses.state.terminated.exitCode',
  'State.OOMKilled',
  'stoppedReason',
  'request.url',
];
const TELLING_DEPTH = 5;

/** Longest piece handed to the parser at once, in UTF-16 units. */
const PIECE = 65_536;
/** A record longer than this many UTF-16 units is skipped: no log program writes such a one, and memory stays bounded. */
const LONGEST_RECORD = 8_388_608;
const QUOTE = 400;

const quote = (text: string): string => text.slice(0, QUOTE).trim();

/** One record while its tokens arrive. */
class OpenRecord {
  text = '';
  line: number;
  raw: string;
  private best = TELLING.length;
  private readonly write = stringer({ useKeyValues: true, useNumberValues: true });
  /** The keys of the open objects, outermost first; arrays add none. */
  private readonly keys: string[] = [];
  private readonly objects: boolean[] = [];

  constructor(line: number, raw: string) {
    this.line = line;
    this.raw = raw;
  }

  get depth(): number {
    return this.objects.length;
  }

  add(token: Token, line: number, piece: string): void {
    if (token.name === 'startObject' || token.name === 'startArray') {
      this.objects.push(token.name === 'startObject');
      if (token.name === 'startObject') this.keys.push('');
    } else if (token.name === 'endObject' || token.name === 'endArray') {
      if (this.objects.pop()) this.keys.pop();
    } else if (token.name === 'keyValue') {
      this.keys[this.keys.length - 1] = token.value;
      if (this.keys.length <= TELLING_DEPTH) this.place(token.value, line, piece);
    }
    if (this.text.length > LONGEST_RECORD) return;
    const written = this.write(token);
    if (typeof written === 'string') this.text += written;
  }

  /** How many containers are open in the outermost array, itself counted, that others are open in; undefined = none. */
  get arrayDepth(): number | undefined {
    const index = this.objects.indexOf(false);
    return index < 0 || index === this.objects.length - 1 ? undefined : index + 1;
  }

  /** Path of the innermost open key. */
  path(): string {
    return this.keys.join('.');
  }

  private place(key: string, line: number, piece: string): void {
    const rank = TELLING.indexOf(this.path());
    if (rank < 0 || rank >= this.best) return;
    this.best = rank;
    this.line = line;
    const at = piece.length > QUOTE ? Math.max(0, piece.indexOf(`"${key}"`)) : 0;
    this.raw = quote(piece.slice(at));
  }
}

/** Cuts text where a line ends and before each `{`, so that a piece tells exactly where a member begins. */
class Pieces {
  private pending = '';

  /** Pieces that are whole with this text; the same however the text was cut into chunks. */
  *push(text: string): Generator<string> {
    const all = this.pending + text;
    let from = 0;
    let newline = all.indexOf('\n');
    let brace = all.indexOf('{', 1);
    for (;;) {
      if (newline >= 0 && newline < from) newline = all.indexOf('\n', from);
      if (brace >= 0 && brace <= from) brace = all.indexOf('{', from + 1);
      const end = Math.min(newline < 0 ? Infinity : newline + 1, brace < 0 ? Infinity : brace, from + PIECE);
      if (end > all.length) break;
      yield all.slice(from, end);
      from = end;
    }
    this.pending = all.slice(from);
  }

  rest(): string {
    const text = this.pending;
    this.pending = '';
    return text;
  }
}

/** Pieces in, frames out. */
class Documents {
  private found: Frame[] = [];
  /** Undefined behind a fault, until a piece begins a member again. */
  private parse: Parse | undefined = newParser();
  private record: OpenRecord | undefined;
  /** Containers that are open around the record. */
  private depth = 0;
  /** How many containers are open around a member of the record array at hand; undefined = in none. */
  private membersAt: number | undefined;
  /** How many containers are open around an object that holds a record array and has siblings that do too; undefined = there is none. */
  private holdersAt: number | undefined;
  /** The path of those siblings, with its last dot. */
  private holders = '';
  /** The record array `record.path()` has just begun inside an object of the root; what its first member is decides. */
  private isEntering = false;
  private line = 1;
  /** What stands on this line before the piece at hand; of long lines its end. */
  private before = '';
  /** Indentation of the first member's line. */
  private indent: string | undefined;

  read(piece: string): readonly Frame[] {
    if (this.found.length > 0) this.found = [];
    if (this.parse) this.feed(this.parse, piece);
    if (!this.parse && this.mayBeginMember(piece)) {
      // The rest of a broken document is read like the inside of an array: members with commas between them.
      const parse = newParser();
      this.feed(parse, '[');
      this.feed(parse, piece);
    }
    if (piece.endsWith('\n')) {
      this.line++;
      this.before = '';
    } else {
      this.before = (this.before + piece).slice(-QUOTE);
    }
    return this.found;
  }

  private feed(parse: Parse, piece: string): void {
    this.parse = parse;
    try {
      for (const token of tokensOf(parse(piece))) {
        if (this.record) this.takeInside(this.record, token, piece);
        else this.takeOutside(token, piece);
      }
    } catch {
      this.parse = this.record = this.membersAt = this.holdersAt = undefined;
      this.holders = '';
      this.isEntering = false;
      this.depth = 0;
    }
  }

  private mayBeginMember(piece: string): boolean {
    if (!piece.startsWith('{')) return false;
    if (/\}\s{0,80},\s{0,80}$/.test(this.before)) return true;
    return /^[\s\],}[]*$/.test(this.before) && (this.indent === undefined || this.indent === indentOf(this.before));
  }

  private takeOutside(token: Token, piece: string): void {
    const opens = token.name === 'startObject' || token.name === 'startArray';
    if (opens && this.depth === this.membersAt) {
      this.indent ??= indentOf(this.before);
      this.open(token, piece);
    } else if (token.name === 'startObject' && (this.depth === 0 || this.depth === this.holdersAt)) {
      this.open(token, piece);
    } else if (opens) {
      this.depth++;
      if (this.depth === 1) this.membersAt = 1;
    } else if (token.name === 'endArray' || token.name === 'endObject') {
      if (this.depth === this.membersAt) this.membersAt = undefined;
      if (this.depth === this.holdersAt) {
        this.holdersAt = undefined;
        this.holders = '';
      }
      this.depth--;
    }
  }

  private takeInside(record: OpenRecord, token: Token, piece: string): void {
    if (this.isEntering && (token.name === 'startObject' || token.name === 'startArray')) {
      // So the object is no record but holds them.
      if (this.depth === 0 && record.arrayDepth !== undefined) {
        this.holdersAt = record.arrayDepth;
        this.holders = record.path().replace(/[^.]*$/, '');
      }
      this.depth += record.depth;
      this.membersAt = this.depth;
      this.isEntering = false;
      this.record = undefined;
      this.takeOutside(token, piece);
      return;
    }
    record.add(token, this.line, piece);
    const mayHold = this.depth === 0 || this.depth === this.holdersAt;
    this.isEntering =
      token.name === 'startArray' && mayHold && RECORD_ARRAYS.has(`${this.depth === 0 ? '' : this.holders}${record.path()}`);
    if (record.depth > 0) return;
    if (record.text.length <= LONGEST_RECORD) this.found.push({ line: record.line, text: record.text, raw: record.raw });
    this.record = undefined;
  }

  private open(token: Token, piece: string): void {
    this.record = new OpenRecord(this.line, quote(piece));
    this.record.add(token, this.line, piece);
  }
}

type Parse = ReturnType<typeof jsonParser>;
const newParser = (): Parse => jsonParser({ jsonStreaming: true, streamKeys: false, packStrings: false, streamNumbers: false });
const tokensOf = (output: ReturnType<Parse>): readonly Token[] =>
  typeof output === 'object' && output !== null && 'values' in output ? (output.values as readonly Token[]) : [];
const indentOf = (text: string): string => /^[ \t]{0,100}/.exec(text)?.[0] ?? '';

const wholeObject = (line: string): boolean => {
  if (!line.startsWith('{') && !line.startsWith('[')) return false;
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
};

/** An object on one line is a document, not JSON Lines, when it holds a record array. */
const HOLDS_ARRAY = /"(?:dmesg|items|events|logEvents|results|Records|records|entries|hits|services|tasks)"\s{0,9}:\s{0,9}\[\s{0,9}[{[]/;

export const jsonDocument: Framing = {
  name: 'json-document',
  about: 'one large JSON array or object, or several pretty-printed ones',
  detect(head) {
    const text = head.replace(/^\uFEFF?\s{0,1000}/, '');
    if (!/^(?:\{\s{0,1000}["}]|\[\s{0,1000}(?:\{|\[\s{0,1000}[{[]|\]))/.test(text)) return false;
    const lines = text.split('\n', 3).map((line) => line.trimEnd());
    const [first = '', second = ''] = lines;
    if (lines.length === 1 || (lines.length === 2 && second === '')) {
      // One line: the whole source, or its first 64 KiB.
      return first.startsWith('[{') || HOLDS_ARRAY.test(first);
    }
    if (wholeObject(first)) return !/^[{[]/.test(second) && (first.startsWith('[') || HOLDS_ARRAY.test(first));
    return first === '[' || !wholeObject(second);
  },
  async *frames(chunks) {
    const decoder = new TextDecoder();
    const pieces = new Pieces();
    const documents = new Documents();
    for await (const chunk of chunks)
      for (const piece of pieces.push(decoder.decode(chunk, { stream: true }))) yield* documents.read(piece);
    yield* documents.read(`${pieces.rest()}${decoder.decode()}\n`);
  },
};
