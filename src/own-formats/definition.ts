/** The shape of an own format in its JSON file, checked key by key. What is wrong is said in words, all of it at once. */
import { isObject, type JsonObject } from '../grammar/json.ts';
import type { Vantage } from '../types.ts';
import { type Condition, EVENTS, type EventRule } from './events.ts';
import { type DurationUnit, STANDARD_FIELDS, UNIT_MS } from './fields.ts';
import { meant } from './words.ts';

export interface FormatSample {
  readonly line: string;
  /** Fields that must come out (a part of them). `time` is an ISO stamp. */
  readonly reads: Readonly<Record<string, unknown>>;
  /** The name of the event, or `nothing`; undefined = not checked. */
  readonly gives: string | undefined;
}

/** A format as its file says it, with all short forms written out. */
export interface FormatDefinition {
  readonly name: string;
  readonly about: string;
  readonly docs: string;
  readonly vantage: Vantage;
  /** A pattern for the whole line; undefined = `json`. */
  readonly pattern: string | undefined;
  /** Field → path in the object. */
  readonly json: Readonly<Record<string, string>>;
  /** Fields that an object of this format need not have. */
  readonly optional: readonly string[];
  /** Path → values, one of which objects of this format have there. */
  readonly where: Readonly<Record<string, readonly string[]>>;
  readonly time: string;
  readonly zone: string | undefined;
  readonly stamp: 'start' | 'end';
  readonly durationUnit: DurationUnit | undefined;
  readonly rules: readonly EventRule[];
  /** Undefined = to be derived. */
  readonly needles: readonly string[] | undefined;
  readonly samples: readonly FormatSample[];
  readonly rejects: readonly string[];
}

const VANTAGES: readonly Vantage[] = ['client', 'edge', 'proxy', 'gateway', 'server', 'kernel', 'supervisor', 'orchestrator'];
const KEYS = 'name about docs vantage pattern json optional where time zone stamp durationUnit event needles samples rejects'.split(' ');

type Complain = (problem: string) => void;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isScalar = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);
const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** The definition; undefined when `complain` was told of something without which there is none. */
export function readDefinition(value: unknown, complain: Complain): FormatDefinition | undefined {
  if (!isObject(value)) {
    complain(`is ${shown(value)}; a format is an object { "name": …, "pattern": … }`);
    return undefined;
  }
  let isSound = true;
  const wrong: Complain = (problem) => {
    isSound = false;
    complain(problem);
  };
  unknownKeys(value, KEYS, '', wrong);
  const text = (key: string): string | undefined => {
    if (value[key] === undefined || isText(value[key])) return value[key];
    wrong(`${key}: ${shown(value[key])} is no text`);
    return undefined;
  };
  const oneOf = <T extends string>(key: string, allowed: readonly T[]): T | undefined => {
    if (value[key] === undefined || allowed.includes(value[key] as T)) return value[key] as T | undefined;
    wrong(`${key}: ${shown(value[key])} is none of ${allowed.join(', ')}`);
    return undefined;
  };
  const name = text('name') ?? '';
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    wrong(`name: ${shown(value['name'])} is no name; use small letters, digits and dashes: acme-gateway`);
  const vantage = oneOf('vantage', VANTAGES);
  if (value['vantage'] === undefined) wrong(`vantage is missing: who writes this log? One of ${VANTAGES.join(', ')}`);
  const json = pathsIn(value['json'], wrong);
  const pattern = patternIn(value, wrong);
  const definition: FormatDefinition = {
    name,
    about: text('about') ?? 'a format of your own',
    docs: text('docs') ?? '',
    vantage: vantage ?? 'server',
    pattern,
    json,
    optional: textsIn('optional', value['optional'], wrong) ?? [],
    where: whereIn(value['where'], wrong),
    time: text('time') ?? 'iso',
    zone: text('zone'),
    stamp: oneOf('stamp', ['start', 'end']) ?? 'end',
    durationUnit: oneOf('durationUnit', Object.keys(UNIT_MS) as DurationUnit[]),
    rules: rulesIn(value['event'], wrong),
    needles: needlesIn(value['needles'], wrong),
    samples: samplesIn(value['samples'], wrong),
    rejects: textsIn('rejects', value['rejects'], wrong) ?? [],
  };
  if (pattern !== undefined && (value['optional'] ?? value['where']) !== undefined)
    wrong('optional and where go with json, not with pattern');
  for (const field of definition.optional) if (!(field in json)) wrong(`optional: “${field}” is no field of json`);
  return isSound ? definition : undefined;
}

function unknownKeys(value: JsonObject, allowed: readonly string[], where: string, wrong: Complain): void {
  for (const key of Object.keys(value))
    if (!allowed.includes(key)) wrong(`${where}${key} is no key here${meant(key, allowed)}; there are ${allowed.join(', ')}`);
}

function textsIn(key: string, value: unknown, wrong: Complain): readonly string[] | undefined {
  if (value === undefined || (Array.isArray(value) && value.every(isText))) return value as readonly string[] | undefined;
  wrong(`${key}: ${shown(value)} is no list of texts`);
  return undefined;
}

/** A long pattern may be written as a list of its pieces. */
function patternIn(value: JsonObject, wrong: Complain): string | undefined {
  const { pattern, json } = value;
  if ((pattern === undefined) === (json === undefined)) {
    wrong(`has ${pattern === undefined ? 'neither pattern nor json' : 'both pattern and json'}: give one of them`);
    return undefined;
  }
  if (pattern === undefined) return undefined;
  const pieces = listOf(pattern);
  if (pieces.length > 0 && pieces.every(isText)) return pieces.join('');
  wrong(`pattern: ${shown(pattern)} is no text and no list of texts`);
  return undefined;
}

function pathsIn(value: unknown, wrong: Complain): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isObject(value) || Object.keys(value).length === 0) {
    wrong('json: give field names with their paths: { "time": "ts", "code": "ws.code" }');
    return {};
  }
  for (const [field, path] of Object.entries(value)) {
    if (!isText(path)) wrong(`json.${field}: ${shown(path)} is no path such as "ws.code"`);
    checkField(field, wrong);
  }
  return value as Readonly<Record<string, string>>;
}

/** A name that is nearly one with a meaning is a mistake; any other is kept as text. */
export function checkField(field: string, wrong: Complain): void {
  if (STANDARD_FIELDS.includes(field)) return;
  const hint = meant(field, STANDARD_FIELDS);
  if (hint !== '') wrong(`field “${field}” has no meaning${hint}`);
}

function whereIn(value: unknown, wrong: Complain): Readonly<Record<string, readonly string[]>> {
  if (value === undefined) return {};
  if (isObject(value) && Object.values(value).every((one) => listOf(one).length > 0 && listOf(one).every(isScalar)))
    return Object.fromEntries(Object.entries(value).map(([path, one]) => [path, listOf(one).map(String)]));
  wrong('where: give paths with the value, or a list of values, that lines of this format have there: { "event": "ws.closed" }');
  return {};
}

function rulesIn(value: unknown, wrong: Complain): readonly EventRule[] {
  if (value === undefined) {
    wrong(`event is missing: what does a line say? One of ${Object.keys(EVENTS).join(', ')}`);
    return [];
  }
  return listOf(value).flatMap((one, at) => {
    const where = Array.isArray(value) ? `event ${at + 1}: ` : 'event: ';
    const given = isText(one) ? { event: one } : one;
    if (isObject(given)) return [ruleIn(given, where, wrong)];
    wrong(`${where}${shown(one)} is neither a name nor { "when": …, "event": … }`);
    return [];
  });
}

function ruleIn(given: JsonObject, where: string, wrong: Complain): EventRule {
  const { event, when, ...choices } = given;
  const name = String(event);
  const shape = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  const rule = {
    event: name,
    when: when === undefined ? [] : listOf(when).map((one) => conditionIn(one, where, wrong)),
    choices: choices as Readonly<Record<string, string>>,
  };
  if (!shape) {
    wrong(`${where}${shown(event)} is no event${meant(name, Object.keys(EVENTS))}; there are ${Object.keys(EVENTS).join(', ')}`);
    return rule;
  }
  unknownKeys(choices, Object.keys(shape.choices), `${where}${name}: `, wrong);
  for (const [key, choice] of Object.entries(shape.choices)) {
    if (choices[key] === undefined && choice.required) wrong(`${where}${name} needs ${key}: one of ${choice.values.join(', ')}`);
    if (choices[key] !== undefined && !choice.values.includes(String(choices[key])))
      wrong(`${where}${key}: ${shown(choices[key])} is none of ${choice.values.join(', ')}`);
  }
  return rule;
}

function conditionIn(value: unknown, where: string, wrong: Complain): Condition {
  const given = isObject(value) ? value : {};
  const values = (key: string): readonly string[] | undefined => (given[key] === undefined ? undefined : listOf(given[key]).map(String));
  if (!isText(given['field']) || (given['equals'] ?? given['contains']) === undefined)
    wrong(`${where}when: ${shown(value)} is no condition; write { "field": "message", "contains": "idle" } or "equals"`);
  unknownKeys(given, ['field', 'equals', 'contains'], `${where}when: `, wrong);
  const [equals, contains] = [values('equals'), values('contains')];
  return { field: String(given['field']), ...(equals && { equals }), ...(contains && { contains }) };
}

function needlesIn(value: unknown, wrong: Complain): readonly string[] | undefined {
  const needles = textsIn('needles', value, wrong);
  for (const needle of needles ?? [])
    if (!/^[\x20-\x7e]{2,}$/.test(needle) || /["\\]/.test(needle))
      wrong(`needles: ${shown(needle)} must be two or more ASCII characters without quote, backslash and control characters`);
  if (needles?.length === 0) wrong('needles: the list is empty; leave it out to have them derived');
  return needles;
}

function samplesIn(value: unknown, wrong: Complain): readonly FormatSample[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    wrong(`samples: ${shown(value)} is no list of { "line": …, "reads": { … } }`);
    return [];
  }
  return value.map((one: unknown, at) => {
    const given: JsonObject = isText(one) ? { line: one } : isObject(one) ? one : {};
    const where = `sample ${at + 1}: `;
    if (!isText(given['line'])) wrong(`${where}line is missing`);
    unknownKeys(given, ['line', 'reads', 'gives'], where, wrong);
    if (given['reads'] !== undefined && !isObject(given['reads'])) wrong(`${where}reads: ${shown(given['reads'])} is no object of fields`);
    const { gives } = given;
    if (gives !== undefined && gives !== 'nothing' && !(isText(gives) && Object.hasOwn(EVENTS, gives)))
      wrong(`${where}gives: ${shown(gives)} is no event; there are ${Object.keys(EVENTS).join(', ')}, or nothing`);
    return {
      line: String(given['line'] ?? ''),
      reads: isObject(given['reads']) ? given['reads'] : {},
      gives: isText(gives) ? gives : undefined,
    };
  });
}
