/** `why1006 formats test`: own formats against their samples, against each other and against the built-in formats. */
import { envelopes } from '../../parsers/envelopes/index.ts';
import { parsers as builtIn } from '../../parsers/index.ts';
import { type Bare, NO_NEIGHBOURS, RecordReader } from '../record.ts';
import { iso } from '../time.ts';
import type { Context, Draft, Row, Stamp } from '../types.ts';
import { type OwnFormat, readFormats } from './compile.ts';
import type { FormatSample } from './definition.ts';
import { EVENTS } from './events.ts';
import { STANDARD_FIELDS } from './fields.ts';
import { whyNoMatch } from './pattern.ts';
import { meant } from './words.ts';

interface Finding {
  readonly level: 'error' | 'warning';
  readonly says: string;
}

const error = (says: string): Finding => ({ level: 'error', says });
const warning = (says: string): Finding => ({ level: 'warning', says });

/** Runs the samples of what a formats file holds. `ok` = no errors; warnings are told and pass. */
export function tryFormats(value: unknown, file: string): { text: string; ok: boolean } {
  const { formats, titles, problems } = readFormats(value);
  const blocks = new Map<string | undefined, Finding[]>(titles.map((title) => [title, []]));
  const blockOf = (format: string | undefined): Finding[] => {
    const block = blocks.get(format) ?? [];
    blocks.set(format, block);
    return block;
  };
  for (const { format, says } of problems) blockOf(format).push(error(says));
  for (const format of formats) blockOf(format.definition.name).push(...findingsOf(format, formats));
  return worded(file, blocks, formats);
}

function worded(
  file: string,
  blocks: ReadonlyMap<string | undefined, readonly Finding[]>,
  formats: readonly OwnFormat[],
): { text: string; ok: boolean } {
  const lines: string[] = [];
  for (const [name, findings] of blocks) {
    const format = formats.find((one) => one.definition.name === name);
    const samples = format?.definition.samples.length ?? 0;
    const sound =
      format && !findings.some((finding) => finding.level === 'error')
        ? `: ${counted(samples, 'sample')} read as expected; needles: ${format.parser.needles.join(' | ')}`
        : '';
    lines.push(`${name ?? file}${sound}`, ...findings.map(({ level, says }) => `  ${level}: ${says}`));
  }
  const count = (level: Finding['level']): number => [...blocks.values()].flat().filter((finding) => finding.level === level).length;
  const ok = count('error') === 0;
  lines.push('', `${counted(blocks.size, 'format')}, ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}`);
  return { text: `${lines.join('\n')}\n`, ok };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function findingsOf(format: OwnFormat, all: readonly OwnFormat[]): readonly Finding[] {
  const { definition } = format;
  if (definition.samples.length === 0) return [error('samples: there are none, so that nothing can be tested; add lines of your log')];
  return [
    ...definition.samples.flatMap((sample, at) =>
      ofSample(format, sample, all).map((one) => ({ ...one, says: `sample ${at + 1}: ${one.says}` })),
    ),
    ...definition.rejects.flatMap((line, at) =>
      'row' in format.interpret(line) ? [error(`reject ${at + 1}: is read, but must be refused: “${line}”`)] : [],
    ),
    ...takenFromBuiltIn(format),
    ...tooSlow(format),
  ];
}

const NO_CONTEXT: Context = { keys: {}, before: () => [], after: () => [], hint: '' };

/** What is wrong with one sample, read as any line is: wrappers come off first. */
function ofSample(format: OwnFormat, sample: FormatSample, all: readonly OwnFormat[]): readonly Finding[] {
  const reader = new RecordReader({ parsers: [format.parser], envelopes }, '', 'rows');
  const bare = reader.unwrap(sample.line);
  const reading = format.interpret(bare.text);
  if (!('row' in reading)) return [error(whyRefused(format, sample.line, bare, reading.refused))];
  const drafts = reader.readBare(bare, NO_NEIGHBOURS).drafts;
  return [
    ...ofFields(reading.row, sample.reads),
    ...ofEvent(drafts, sample.gives),
    ...ofNeedles(format, bare.text, drafts),
    ...ofStamp(format, reading.row, bare.at, drafts),
    ...ofOthers(format, bare.text, all),
  ];
}

function whyRefused(format: OwnFormat, line: string, bare: Bare, refused: string): string {
  if (bare.layers.length > 0 && 'row' in format.interpret(line))
    return `its beginning looks like a wrapper (${bare.layers.join(', ')}) that is taken off before formats are asked; describe only what is left: “${bare.text}”`;
  const wrapped = bare.layers.length > 0 ? `inside its wrapper (${bare.layers.join(', ')}) ` : '';
  return `${wrapped}${format.pattern && refused === 'the pattern does not match' ? `the pattern ${whyNoMatch(format.pattern, bare.text)}` : refused}`;
}

function ofFields(row: Row, expected: FormatSample['reads']): readonly Finding[] {
  return Object.entries(expected).flatMap(([field, value]) => {
    if (field === 'time' || field === 'at')
      return sameTime(row.at, value) ? [] : [error(`time: ${stampText(row.at)} was read, ${JSON.stringify(value)} is expected`)];
    if (row[field] === value) return [];
    if (row[field] !== undefined) return [error(`${field}: ${JSON.stringify(row[field])} was read, ${JSON.stringify(value)} is expected`)];
    const hint = meant(field, [...Object.keys(row), ...STANDARD_FIELDS]);
    return [error(`${field}: nothing was read, ${JSON.stringify(value)} is expected${hint}; the line has ${Object.keys(row).join(', ')}`)];
  });
}

/** Whether an ISO text names the stamp; of a year-less stamp the year does not count. */
function sameTime(stamp: Stamp | undefined, expected: unknown): boolean {
  const wanted = typeof expected === 'string' ? iso(expected) : undefined;
  if (!stamp || !wanted) return false;
  if (stamp.basis !== 'yearless') return stamp.ms === wanted.ms && stamp.basis === wanted.basis;
  return new Date(wanted.ms).setUTCFullYear(new Date(stamp.ms).getUTCFullYear()) === stamp.ms;
}

const stampText = (stamp: Stamp | undefined): string =>
  stamp
    ? `${new Date(stamp.ms).toISOString().slice(0, -1)}${stamp.basis === 'utc' ? 'Z' : ` (${stamp.basis === 'local' ? 'no zone' : 'no year'})`}`
    : 'none';

function ofEvent(drafts: readonly Draft[], expected: string | undefined): readonly Finding[] {
  if (expected === undefined) return [];
  const given = drafts[0]?.kind;
  if (given === EVENTS[expected]?.kind) return [];
  const name = Object.keys(EVENTS).find((event) => EVENTS[event]?.kind === given) ?? 'nothing';
  return [error(`gives ${name}, ${expected} is expected`)];
}

function ofNeedles({ parser, definition }: OwnFormat, text: string, drafts: readonly Draft[]): readonly Finding[] {
  const lower = text.toLowerCase();
  if (drafts.length === 0 || parser.needles.some((needle) => lower.includes(needle.toLowerCase()))) return [];
  const whose = definition.needles ? 'needles' : 'needles (derived; give your own)';
  return [error(`${whose}: the line gives an event but holds none of ${parser.needles.join(' | ')}, so it would not be found`)];
}

function ofStamp({ definition }: OwnFormat, row: Row, carrier: Stamp | undefined, drafts: readonly Draft[]): readonly Finding[] {
  if (drafts.length === 0 || carrier || row.at) return [];
  return [warning(`no time is read; without a wrapper that has one, the ${definition.name} line takes that of its neighbours`)];
}

/** Others that read the same line. A generic format is asked last and loses nothing. */
function ofOthers(format: OwnFormat, text: string, all: readonly OwnFormat[]): readonly Finding[] {
  const own = all.filter((other) => other !== format && 'row' in other.interpret(text)).map((other) => other.definition.name);
  const known = builtIn.filter((parser) => !parser.generic && parser.read(text, NO_CONTEXT) !== null).map((parser) => parser.name);
  return [
    ...own.map((name) => error(`the format ${name} reads this line too; make one of them stricter`)),
    ...known.map((name) => warning(`the built-in format ${name} reads this line too; yours is asked first`)),
  ];
}

/** Lines of built-in formats that would be taken from them. */
function takenFromBuiltIn(format: OwnFormat): readonly Finding[] {
  return builtIn
    .filter((parser) => !parser.generic)
    .flatMap((parser) => {
      const taken = parser.samples.find((sample) => 'row' in format.interpret(sample.line));
      return taken ? [warning(`takes lines of the built-in format ${parser.name}: “${taken.line.slice(0, 100)}”`)] : [];
    });
}

const LONG = 50_000; // characters: a long line, as a stack or a token makes it
const SLOW_MS = 500;

/** What the pattern's analysis leaves alone: a constant factor that is too large. Lines double, so that a slow one is left in time. */
function tooSlow({ pattern, definition }: OwnFormat): readonly Finding[] {
  if (!pattern) return [];
  for (const sample of definition.samples)
    for (const filler of ['a', ' ', '0', '=', '"', sample.line])
      for (let count = 1; count * filler.length <= LONG; count *= 2) {
        const line = sample.line + filler.repeat(count);
        const started = performance.now();
        pattern.whole.test(line);
        if (performance.now() - started > SLOW_MS)
          return [
            error(
              `pattern: takes more than ${SLOW_MS} ms on a line of ${line.length} characters that goes on with “${filler.slice(0, 32)}”`,
            ),
          ];
      }
  return [];
}
