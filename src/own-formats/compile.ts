/** Own formats as parsers, or what is wrong with them. */
import { parsers as builtIn } from '../../parsers/index.ts';
import { at, parseObject, textOf } from '../grammar/json.ts';
import { type Context, type Draft, defineParser, type Parser, type Row } from '../types.ts';
import { checkField, type FormatDefinition, readDefinition } from './definition.ts';
import { draftOf } from './events.ts';
import { type RowReading, rowOf } from './fields.ts';
import { deriveNeedles } from './needles.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { type TimeLayout, timeLayout } from './time-layout.ts';

/** A format that can be used: as data, as a parser, and with the words for a line that it refuses. */
export interface OwnFormat {
  readonly definition: FormatDefinition;
  readonly parser: Parser;
  readonly pattern: Pattern | undefined;
  readonly layout: TimeLayout;
  interpret(text: string): RowReading;
}

/** What was wrong with one format, or with the file (`format` is undefined). */
export interface FormatProblem {
  /** The format's name, or its number when it has none. */
  readonly format: string | undefined;
  readonly says: string;
}

/** The formats that can be used, the names of all, and everything that is wrong. */
export function readFormats(value: unknown): {
  readonly formats: readonly OwnFormat[];
  readonly titles: readonly string[];
  readonly problems: readonly FormatProblem[];
} {
  const list = Array.isArray(value) ? value : typeof value === 'object' && value !== null && 'formats' in value ? value.formats : undefined;
  if (!Array.isArray(list))
    return {
      formats: [],
      titles: [],
      problems: [{ format: undefined, says: 'formats: a list of formats is expected: { "formats": [ { "name": … } ] }' }],
    };
  const formats: OwnFormat[] = [];
  const problems: FormatProblem[] = [];
  const names = new Set<string>();
  for (const [index, one] of list.entries()) {
    const format = titleOf(one, index);
    const complain = (says: string): void => void problems.push({ format, says });
    const definition = readDefinition(one, complain);
    if (!definition) continue;
    if (names.has(definition.name)) complain('name: another format of this file has it too');
    else if (builtIn.some((parser) => parser.name === definition.name)) complain('name: a built-in format has it; choose another');
    names.add(definition.name);
    const compiled = compile(definition, complain);
    if (compiled) formats.push(compiled);
  }
  return { formats, titles: list.map(titleOf), problems };
}

const titleOf = (value: unknown, index: number): string =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' ? value.name : `number ${index + 1}`;

function compile(definition: FormatDefinition, complain: (says: string) => void): OwnFormat | undefined {
  const layout = timeLayout(definition.time, definition.zone);
  if (typeof layout === 'string') complain(layout);
  const pattern = definition.pattern === undefined ? undefined : compilePattern(definition.pattern);
  if (typeof pattern === 'string') complain(pattern);
  if (typeof layout === 'string' || typeof pattern === 'string') return undefined;
  const fields = pattern?.groups ?? Object.keys(definition.json);
  if (!isWhole(definition, pattern, fields, complain)) return undefined;
  const needles = definition.needles ?? deriveNeedles(definition, pattern?.tree);
  if (!needles) {
    complain(
      'needles: none can be found, for no word of three letters stands in every line; give "needles", words of which every line with an event holds one',
    );
    return undefined;
  }
  const readers = { time: layout.read, timeExample: layout.example, durationUnit: definition.durationUnit };
  const texts = pattern ? byPattern(pattern) : byPaths(definition);
  const interpret = (text: string): RowReading => {
    const found = texts(text);
    return typeof found === 'string' ? { refused: found } : rowOf(found, readers);
  };
  const parser = defineParser({
    name: definition.name,
    about: definition.about,
    adds: 'what your file says of it',
    docs: definition.docs,
    vantage: definition.vantage,
    habitat: 'mixed',
    own: true,
    needles,
    samples: [],
    rejects: definition.rejects,
    read(text) {
      const reading = interpret(text);
      return 'row' in reading ? reading.row : null;
    },
    events: (row, context) => eventOf(row, definition, context),
  });
  return { definition, parser, pattern, layout, interpret };
}

/** Fields that have to be there, or must not be, given the rest of the definition. */
function isWhole(
  definition: FormatDefinition,
  pattern: Pattern | undefined,
  fields: readonly string[],
  complain: (says: string) => void,
): boolean {
  let isSound = true;
  const wrong = (says: string): void => {
    isSound = false;
    complain(says);
  };
  if (pattern) for (const field of fields) checkField(field, wrong);
  const rowFields = new Set(fields.flatMap((field) => ROW_FIELDS[field] ?? [field]));
  for (const { when } of definition.rules)
    for (const { field } of when)
      if (!rowFields.has(field))
        wrong(
          `event: when asks for “${field}”, which the ${pattern ? 'pattern' : 'json'} does not read; it reads ${[...rowFields].join(', ')}`,
        );
  if (definition.stamp === 'start' && !rowFields.has('durationMs'))
    wrong('stamp: a line that is stamped with the start needs a duration, for the end is what counts');
  if (definition.stamp === 'start' && !fields.includes('time')) wrong('stamp: no field time is read');
  return isSound;
}

/** What the fields are called in the row where the name differs. */
const ROW_FIELDS: Readonly<Record<string, readonly string[]>> = {
  time: ['at'],
  duration: ['durationMs'],
  silence: ['silenceMs'],
  client: ['clientIp', 'clientPort'],
};

type Texts = Iterable<readonly [string, string | undefined]>;

/** The texts of all groups, or why the line is none of the format. */
const byPattern =
  (pattern: Pattern) =>
  (text: string): Texts | string => {
    const groups = pattern.whole.exec(text)?.groups;
    return groups ? Object.entries(groups) : 'the pattern does not match';
  };

function byPaths({ json, optional, where }: FormatDefinition): (text: string) => Texts | string {
  const fields = Object.entries(json);
  const conditions = Object.entries(where);
  return (text) => {
    const object = parseObject(text);
    if (!object) return 'the line is no JSON object';
    for (const [path, values] of conditions) {
      const value = textOf(at(object, path));
      if (value === undefined || !values.includes(value))
        return `where: “${path}” is ${value === undefined ? 'not there' : `“${value}”`}, not ${values.join(' or ')}`;
    }
    const found: [string, string | undefined][] = [];
    for (const [field, path] of fields) {
      const value = at(object, path);
      if (value === undefined && !optional.includes(field))
        return `${field}: nothing stands at “${path}”; if that can be, list it in "optional"`;
      if (typeof value === 'object' && value !== null)
        return `${field}: at “${path}” stands ${Array.isArray(value) ? 'a list' : 'an object'}, not one value`;
      found.push([field, textOf(value)]);
    }
    return found;
  };
}

/** Events of an instant at which something that lasted is over. */
const ENDS: ReadonlySet<string> = new Set(['socket-closed', 'tunnel-ended', 'handshake-failed']);

function eventOf(row: Row, definition: FormatDefinition, context: Context): Draft | undefined {
  const draft = draftOf(row, definition.rules, definition);
  if (!draft || definition.stamp === 'end' || !row.at || !ENDS.has(draft.kind)) return draft;
  const life = row['durationMs'];
  if (typeof life === 'number') return { ...draft, when: { ...row.at, ms: row.at.ms + life } };
  // Without its duration only a carrier knows when it ended.
  return context.at && { ...draft, when: context.at };
}
