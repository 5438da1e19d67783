/**
 * Tables with a row of names: what consoles of clouds and log stores export, Event Viewer, and closes that somebody listed. Each row
 * becomes the object `{"csv": {name: value}}`; a message of several lines becomes as many objects.
 */
import { plainName } from '../grammar/fields.ts';
import type { Frame, Framing } from '../types.ts';
import { textLines } from './text-lines.ts';

/** Names of columns, without case and punctuation, of which a log's table has one of each kind. */
const TIME =
  /^(?:timestamp(?:utc)?|time(?:utc)?|date|datetime|dateandtime|timecreated|timegenerated(?:utc)?|eventtime|eventtimestamp|ts|tsns|closedat|endedat|disconnectedat|createdat|at)$/;
const SAYS =
  /^(?:message|msg|content|line|log|logs|raw|logmessage|logentry|logentrys|syslogmessage|text|outermessage|description|eventid|code|codigo|codice|(?:ws)?closecode|wscode|(?:ws)?closestatus|statuscode|event|reason|(?:close|disconnect)reason|customdimensions|properties)$/;
const NAME = /^[\p{L}\d_@ .()[\]/:#-]{1,64}$/u;
const DELIMITERS = [',', ';', '\t'];
/** Rows of so many lines at most: a quote that nobody closes must not swallow the file. */
const MOST_LINES = 200;
/** Of the columns these are messages, whose lines are records. */
const MESSAGE = /^(?:message|msg|content|line|log|raw|logmessage|logentry|logentrys|syslogmessage|outermessage|description)$/;

/** Log Analytics puts a type behind the names of a custom table's columns: `Log_s`, `Count_d`. */
const TYPED = /_[sdbgt]$/;
const isLogAnalytics = (names: readonly string[]): boolean => names.some((name) => name.startsWith('TimeGenerated'));

interface Cell {
  readonly value: string;
  /** Where it begins in the row's text. */
  readonly at: number;
}

/** The cells of a row; a quote inside a quoted one is doubled. */
function cellsOf(text: string, delimiter: string): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at <= text.length; ) {
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      if (end < 0) end = text.length;
      cells.push({ value: text.slice(at + 1, end).replaceAll('""', '"'), at: at + 1 });
      at = end + 1;
      if (at < text.length && text[at] !== delimiter) at = text.indexOf(delimiter, at);
      if (at < 0) break;
    } else {
      const found = text.indexOf(delimiter, at);
      const end = found < 0 ? text.length : found;
      cells.push({ value: text.slice(at, end), at });
      at = end;
    }
    at++;
  }
  return cells;
}

/** A date and a time that a program wrote without quotes though a comma stands between them: one cell, where the row has one too many. */
const DATE = /^\d{1,2}[./]\d{1,2}[./]\d{4}$/;
const CLOCK = /^ \d{1,2}:\d\d:\d\d/;

function joinedTimes(cells: readonly Cell[], delimiter: string, columns: number): readonly Cell[] {
  if (cells.length <= columns || delimiter !== ',') return cells;
  const joined: Cell[] = [];
  for (const cell of cells) {
    const last = joined.at(-1);
    if (last && DATE.test(last.value) && CLOCK.test(cell.value))
      joined[joined.length - 1] = { value: `${last.value},${cell.value}`, at: last.at };
    else joined.push(cell);
  }
  return joined;
}

interface Head {
  readonly delimiter: string;
  readonly names: readonly string[];
}

/** A time by its looks, for columns of any name. */
const TIME_SHAPE = /^"?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d|1\d{9}(?:\d{3})?(?:\.\d{1,9})?"?$|\d{1,2}[./]\d{1,2}[./]\d{4},? \d{1,2}:\d\d)/;

/** The columns that a line names; `next` = the row behind it, in which a cell may look like a time. */
function headOf(line: string, next = ''): Head | undefined {
  const text = line.replace(/^\uFEFF/, '').trimEnd();
  if (text.length > 4000) return undefined;
  const delimiter = DELIMITERS.find((one) => text.includes(one));
  if (delimiter === undefined) return undefined;
  const written = cellsOf(text, delimiter).map(({ value }) => value.trim());
  const names = isLogAnalytics(written) ? written.map((name) => name.replace(TYPED, '')) : written;
  const kinds = names.map(plainName);
  const isTable = names.length > 1 && names.every((name) => NAME.test(name)) && new Set(names).size === names.length;
  const isTimed = (): boolean =>
    kinds.some((kind) => TIME.test(kind)) || cellsOf(next.trimEnd(), delimiter).some(({ value }) => TIME_SHAPE.test(value));
  return isTable && isTimed() && kinds.some((kind) => SAYS.test(kind)) ? { delimiter, names } : undefined;
}

const isOdd = (text: string): boolean => {
  let odd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
};

function* framesOf(head: Head, lines: readonly string[], line: number): Generator<Frame> {
  const text = lines.join('\n');
  const cells = joinedTimes(cellsOf(text, head.delimiter), head.delimiter, head.names.length);
  if (cells.length < 2) return;
  const row: Record<string, string> = {};
  let message: { readonly name: string; readonly cell: Cell } | undefined;
  for (const [index, cell] of cells.entries()) {
    // Event Viewer gives its messages no name.
    const name = head.names[index] ?? (index === head.names.length ? 'Message' : undefined);
    if (name === undefined || cell.value === '') continue;
    row[name] = cell.value;
    if (message === undefined && MESSAGE.test(plainName(name))) message = { name, cell };
  }
  const first = message ? text.slice(0, message.cell.at).split('\n').length - 1 : 0;
  const parts = message?.cell.value.includes('\n') ? message.cell.value.split(/\r?\n/) : [undefined];
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    const whole = message && part !== undefined ? { ...row, [message.name]: part } : row;
    yield { line: line + first + index, text: JSON.stringify({ csv: whole }), raw: lines[first + index] ?? text };
  }
}

export const csv: Framing = {
  name: 'csv',
  about: 'tables with a row of names, separated by commas, semicolons or tabs',
  detect(head) {
    const [first = '', next] = head.split(/\r?\n/, 2);
    return headOf(first, next) !== undefined;
  },
  async *frames(chunks) {
    let head: Head | undefined;
    let lines: string[] = [];
    let isOpen = false;
    let from = 1;
    function* take(line: string, number: number): Generator<Frame> {
      if (lines.length === 0) from = number;
      lines.push(line);
      if (isOdd(line)) isOpen = !isOpen;
      if (isOpen && lines.length < MOST_LINES) return;
      yield* settle();
    }
    function* settle(): Generator<Frame> {
      const all = lines;
      const start = from;
      lines = [];
      // A quote that does not end is a letter of its line: the others are rows again.
      const wasOpen = isOpen && all.length > 1;
      isOpen = false;
      if (head) yield* framesOf(head, wasOpen ? all.slice(0, 1) : all, start);
      if (wasOpen) for (const [index, line] of all.slice(1).entries()) yield* take(line, start + 1 + index);
    }
    let named: string | undefined;
    for await (const { text, line } of textLines(chunks)) {
      if (!head && named !== undefined) head = headOf(named, text);
      if (head) yield* take(text, line);
      else {
        named = text;
        head = headOf(text);
      }
    }
    while (lines.length > 0) yield* settle();
  },
};
