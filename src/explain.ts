/** `formats explain`: how each record of a source is read, with every field that came out. */
import type { ClockOptions } from './align.ts';
import { beginningOf } from './beginning.ts';
import { formatName } from './detect.ts';
import type { Source } from './extract.ts';
import { chunksOf } from './open/bytes.ts';
import { type Neighbours, type Reading, RecordReader, type Shelves, withYearNear } from './record.ts';
import { scanSource } from './scan/blocks.ts';
import type { Frame, Stamp } from './types.ts';
import { localToUtc } from './zone.ts';

/** Writes one piece of text a record; returns how many records there were. */
export async function explain(
  sources: AsyncIterable<Source>,
  shelves: Shelves,
  clock: Omit<ClockOptions, 'writtenMs'>,
  json: boolean,
  write: (text: string) => void,
): Promise<number> {
  let records = 0;
  for await (const source of sources) {
    const { framing, lines: headLines, found, shelves: forced } = await beginningOf(source, shelves);
    const reader = new RecordReader(
      { parsers: inDetectedOrder(forced, found.shelves), envelopes: found.shelves.envelopes },
      source.name,
      'rows',
      headLines,
    );
    const zone = zoneFor(source.name, clock);
    const show = (text: string, line: number, around: Neighbours): void => {
      if (text.trim() === '') return;
      const reading = reader.read(text, around);
      // A record in pieces is shown where it begins.
      if (reading.bare.linesBack) return;
      records++;
      write(json ? `${JSON.stringify(fieldsOf(reading, line, zone, source.writtenMs))}\n` : wordsOf(reading, line, zone, source.writtenMs));
    };
    if (!json) write(`${summaryOf(source.name, framing?.name, found.formats)}\n`);
    if (framing)
      for await (const { frame, around } of withNeighbours(framing.frames(chunksOf(source.bytes)))) show(frame.text, frame.line, around);
    else await scanSource(source.bytes, null, (hit) => show(hit.text, hit.line, hit));
  }
  return records;
}

/** Formats that the head showed first, all others after them: explain leaves none untried. */
function inDetectedOrder(all: Shelves, detected: Shelves): Shelves['parsers'] {
  const rest = all.parsers.filter((parser) => !detected.parsers.includes(parser));
  const specific = (parser: Shelves['parsers'][number]): boolean => !parser.generic || parser.own === true;
  return [...detected.parsers.filter(specific), ...rest.filter(specific), ...all.parsers.filter((parser) => !specific(parser))];
}

async function* withNeighbours(frames: AsyncIterable<Frame>): AsyncGenerator<{ readonly frame: Frame; readonly around: Neighbours }> {
  const before: string[] = [];
  for await (const frame of frames) {
    const known = [...before];
    yield { frame, around: { before: (count) => known.slice(-count), after: () => [] } };
    before.push(frame.text);
    if (before.length > 64) before.shift();
  }
}

function zoneFor(source: string, clock: Omit<ClockOptions, 'writtenMs'>): (ms: number) => number {
  const own = Object.entries(clock.zoneOf ?? {}).find(([name]) => source === name || source.endsWith(`/${name}`))?.[1];
  return localToUtc(own ?? clock.zone ?? 'UTC');
}

function isoOf(stamp: Stamp | undefined, zone: (ms: number) => number, writtenMs: number | undefined): string | number | null {
  if (!stamp) return null;
  const iso = (ms: number): string => {
    const whole = Math.floor(ms);
    const micros = Math.round((ms - whole) * 1000);
    const text = new Date(whole).toISOString();
    return micros > 0 && micros < 1000 ? `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z` : text;
  };
  switch (stamp.basis) {
    case 'utc':
      return iso(stamp.ms);
    case 'local':
      return iso(zone(stamp.ms));
    case 'yearless':
      return iso(zone(withYearNear(stamp.ms, writtenMs ?? stamp.ms)));
    case 'daytime':
      return iso(stamp.ms).slice(11, -1);
    default:
      return Math.round(stamp.ms * 1000) / 1e6;
  }
}

/** The row flat; `at` in ISO 8601 UTC (seconds for boot times and ages), null without a stamp. */
function fieldsOf(reading: Reading, line: number, zone: (ms: number) => number, writtenMs: number | undefined): Record<string, unknown> {
  const { bare, row } = reading;
  const { client, upstream, service, ...keys } = bare.keys;
  const own = row?.at ?? bare.at;
  const fields: Record<string, unknown> = {
    ...(service !== undefined && { program: service }),
    ...keys,
    ...(row ? {} : { message: bare.text }),
  };
  for (const [name, value] of Object.entries(row ?? {})) if (name !== 'at' && value !== undefined && !isStamp(value)) fields[name] = value;
  const at = reading.at ?? own;
  return {
    line,
    format: reading.parser?.name ?? bare.layers.at(-1) ?? null,
    envelopes: bare.layers,
    at: isoOf(at, zone, writtenMs),
    ...(at && at.basis !== 'utc' && { basis: at.basis }),
    ...fields,
  };
}

const isStamp = (value: unknown): boolean => typeof value === 'object' && value !== null && 'basis' in value;

function wordsOf(reading: Reading, line: number, zone: (ms: number) => number, writtenMs: number | undefined): string {
  const { line: _, format, envelopes: __, at, ...fields } = fieldsOf(reading, line, zone, writtenMs);
  const events = reading.drafts.map((draft) => draft.kind).join(', ');
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : JSON.stringify(value)}`,
  );
  return `${line}\t${formatName(reading) || format}\t${at ?? '-'}\t${events || '-'}\t${pairs.join(' ')}\n`;
}

function summaryOf(source: string, framing: string | undefined, formats: ReadonlyMap<string, number>): string {
  const ranked = [...formats].sort((a, b) => b[1] - a[1]);
  const total = ranked.reduce((sum, [, count]) => sum + count, 0);
  const words = ranked.slice(0, 3).map(([name, count]) => `${name} ${Math.round((100 * count) / total)} %`);
  const seen = `${words[0] ?? 'empty'}${words.length > 1 ? `; runners-up: ${words.slice(1).join(', ')}` : ''}`;
  return `# ${source}: ${framing ? `records framed as ${framing}: ` : ''}${seen}`;
}
