/**
 * Events as JSON Lines: what `extract` writes and `analyze` takes among its inputs, so that logs can be read where they are, in shards.
 * First line `{"why1006":"events","version":1}`, also where such files stand one behind the other in one; then `{"event":…}` lines, and
 * after those of each source its `{"tally":…}`. Events count in their source's own clock (`basis`); clocks are aligned when all are together.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { emptyTally, extractSource, problemsOf, type Source, type Tally, UNTOLD_QUOTED } from './extract.ts';
import { isObject } from './grammar/json.ts';
import type { ByteSource } from './open/bytes.ts';
import type { RawEvent, Shelves } from './record.ts';
import { scanSource } from './scan/blocks.ts';
import type { Basis } from './types.ts';

const VERSION = 1;
const HEAD = JSON.stringify({ why1006: 'events', version: VERSION });
const BATCH = 1 << 16;

/** Writes the events and tallies of all sources, and ends `out`. Returns the tallies. */
export async function extractLines(sources: AsyncIterable<Source>, shelves: Shelves, out: Writable): Promise<readonly Tally[]> {
  let text = `${HEAD}\n`;
  const add = (entry: { readonly event: RawEvent } | { readonly tally: Tally }): void => {
    text += `${JSON.stringify(entry)}\n`;
    if (text.length < BATCH) return;
    out.write(text);
    text = '';
  };
  const all: Tally[] = [];
  for await (const source of sources) {
    const tallies = await readSource({ ...source, bytes: paced(source.bytes, out) }, shelves, (event) => add({ event }));
    for (const tally of byName(tallies)) {
      all.push(tally);
      add({ tally });
    }
  }
  await new Promise<void>((resolve, reject) => out.once('error', reject).end(text, resolve));
  return all;
}

/** The source's bytes, which wait while `out` is full. */
function paced(bytes: ByteSource, out: Writable): ByteSource {
  return {
    read: (into) => (out.writableNeedDrain ? once(out, 'drain').then(() => bytes.read(into)) : bytes.read(into)),
    peek: (length) => bytes.peek(length),
    unread: (taken) => bytes.unread(taken),
    get problem() {
      return bytes.problem;
    },
    close: () => bytes.close(),
  };
}

/** Reads one source, a log or a file of events; a file of events holds the tallies of several sources. */
export async function readSource(
  source: Source,
  shelves: Shelves,
  emit: (event: RawEvent) => void,
  onProgress?: (bytes: number) => void,
): Promise<readonly Tally[]> {
  if (!(await holdsEvents(source.bytes))) return [await extractSource(source, shelves, emit, onProgress)];
  const tallies: Tally[] = [];
  /** Logs whose tally has not come yet → their events. */
  const untallied = new Map<string, number>();
  let unread = 0;
  await scanSource(
    source.bytes,
    null,
    (hit) => {
      if (hit.line === 1 || hit.text === HEAD) return;
      const entry = parsed(hit.text);
      if (isEvent(entry['event'])) {
        const { source: name } = entry['event'].origin;
        untallied.set(name, (untallied.get(name) ?? 0) + 1);
        emit(entry['event']);
      } else if (isTally(entry['tally'])) {
        untallied.delete(entry['tally'].name);
        // Written by an earlier version, it may lack what is newer.
        tallies.push({ ...emptyTally(entry['tally'].name, null), ...entry['tally'] });
      } else unread++;
    },
    onProgress ? { onProgress } : {},
  );
  for (const [name, events] of untallied)
    tallies.push({ ...emptyTally(name, null), events, problems: [`${source.name} ends before all that was read of this log`] });
  if (unread > 0)
    tallies.push({
      ...emptyTally(source.name, null),
      unread,
      problems: [`${source.name}: ${unread === 1 ? '1 line is no event' : `${unread} lines are no events`} of this version`],
    });
  return tallies;
}

async function holdsEvents(bytes: ByteSource): Promise<boolean> {
  return Buffer.from(await bytes.peek(HEAD.length)).toString('latin1') === HEAD;
}

function parsed(line: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Whether a value has what every event has. */
function isEvent(value: unknown): value is RawEvent {
  if (!isObject(value)) return false;
  const { kind, when, basis, origin, keys, vantage, quote } = value;
  const areTexts = [kind, basis, vantage, quote].every((text) => typeof text === 'string');
  return areTexts && isObject(keys) && isSpan(when) && isObject(origin) && typeof origin['source'] === 'string' && isNumber(origin['line']);
}

/** Whether a value has what tallies of all versions have. */
function isTally(value: unknown): value is Tally {
  if (!isObject(value)) return false;
  const { name, formats, vantages, spans, problems } = value;
  return typeof name === 'string' && isObject(formats) && isObject(spans) && Array.isArray(vantages) && Array.isArray(problems);
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isSpan = (value: unknown): boolean => isObject(value) && isNumber(value['fromMs']) && isNumber(value['toMs']);

/** Tallies of the parts of one source become one. */
function byName(tallies: readonly Tally[]): Tally[] {
  const known = new Map<string, Tally>();
  for (const tally of tallies) {
    const other = known.get(tally.name);
    known.set(tally.name, other ? joined(other, tally) : tally);
  }
  return [...known.values()];
}

/** One tally a source, with all its problems in words; sources in order of name, formats in order of count. */
export function merged(tallies: readonly Tally[]): Tally[] {
  return byName(tallies)
    .map((tally) => ({ ...tally, formats: ranked(tally.formats), problems: [...problemsOf(tally)] }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function joined(a: Tally, b: Tally): Tally {
  const formats = { ...a.formats };
  for (const [format, count] of Object.entries(b.formats)) formats[format] = (formats[format] ?? 0) + count;
  const spans = { ...a.spans };
  for (const [basis, span] of Object.entries(b.spans) as [Basis, { fromMs: number; toMs: number }][]) {
    const known = spans[basis];
    spans[basis] = known ? { fromMs: Math.min(known.fromMs, span.fromMs), toMs: Math.max(known.toMs, span.toMs) } : span;
  }
  const first = [a.firstUnreadLine, b.firstUnreadLine].filter((line) => line > 0);
  return {
    name: a.name,
    formats,
    bytes: a.bytes + b.bytes,
    lines: a.lines + b.lines,
    candidates: a.candidates + b.candidates,
    events: a.events + b.events,
    unread: a.unread + b.unread,
    firstUnreadLine: first.length > 0 ? Math.min(...first) : 0,
    untold: a.untold + b.untold,
    untoldLines: [...a.untoldLines, ...b.untoldLines].sort((one, other) => one.line - other.line).slice(0, UNTOLD_QUOTED),
    cutLines: a.cutLines + b.cutLines,
    undated: a.undated + b.undated,
    headLines: Math.max(a.headLines, b.headLines),
    headRead: Math.max(a.headRead, b.headRead),
    strays: a.strays + b.strays,
    vantages: [...new Set([...a.vantages, ...b.vantages])],
    spans,
    problems: [...new Set([...a.problems, ...b.problems])],
    writtenMs: a.writtenMs === null || b.writtenMs === null ? (a.writtenMs ?? b.writtenMs) : Math.max(a.writtenMs, b.writtenMs),
  };
}

const ranked = (formats: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(formats).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
