/** The fields of a record by what they mean, whatever its logger calls them. */
import { epoch, iso } from '../time.ts';
import type { Stamp } from '../types.ts';
import { GROUPS, meaningsOf, type Role } from './app-aliases.ts';
import { numberOf, textOf } from './json.ts';
import { withoutAccents } from './languages.ts';

const MOST_FIELDS = 300;

export interface Found {
  readonly name: string;
  readonly value: unknown;
  readonly rank: number;
  readonly unitMs: number | undefined;
}
/** Values by what they mean, the surer name first. */
export type Fields = Partial<Record<Role, Found[]>>;

/** Adds a field by its plain name: `conn: {id}` is `connid`, and `fields: {code}` is `code`. The first of a name stays. */
export function addField(fields: Fields, name: string, value: unknown): void {
  for (const { role, rank, unitMs } of meaningsOf(name)) {
    const found = { name, value, rank, unitMs };
    const others = fields[role];
    if (others === undefined) {
      fields[role] = [found];
      continue;
    }
    if (others.some((other) => other.name === name)) continue;
    const place = others.findIndex((other) => other.rank > rank);
    others.splice(place < 0 ? others.length : place, 0, found);
  }
}

const plainNames = new Map<string, string>();
const MOST_NAMES = 4096;
/** A key without case, accents and punctuation. */
export function plainName(key: string): string {
  let name = plainNames.get(key);
  if (name === undefined) {
    name =
      key.length > 64
        ? key
        : withoutAccents(key)
            .replace(/[^A-Za-z0-9]/g, '')
            .toLowerCase();
    if (plainNames.size >= MOST_NAMES) plainNames.clear();
    plainNames.set(key, name);
  }
  return name;
}

/** Every field of a JSON object, to a depth of three objects; one further out wins. */
export function fieldsOf(object: object): Fields {
  const fields: Fields = {};
  const nested: { readonly prefix: string; readonly value: object; readonly depth: number }[] = [{ prefix: '', value: object, depth: 0 }];
  let count = 0;
  for (let next = nested.shift(); next && count < MOST_FIELDS; next = nested.shift()) {
    const inside = next.value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(inside)) {
      const value = inside[key];
      const name = plainName(key);
      if (typeof value === 'object') {
        if (value !== null && !Array.isArray(value) && next.depth < 3)
          nested.push({ prefix: GROUPS.has(name) ? next.prefix : next.prefix + name, value, depth: next.depth + 1 });
      } else {
        addField(fields, next.prefix === '' ? name : next.prefix + name, value);
        count++;
      }
    }
  }
  return fields;
}

/** `key=value` pairs as fields. */
export function fieldsOfPairs(pairs: Iterable<readonly [string, string]>): Fields {
  const fields: Fields = {};
  for (const [key, value] of pairs) addField(fields, plainName(key), value);
  return fields;
}

/** Single values of an object, by plain name. */
export const valuesOf = (object: object): ReadonlyMap<string, unknown> =>
  new Map(
    Object.entries(object)
      .filter(([, value]) => typeof value !== 'object')
      .map(([key, value]) => [plainName(key), value]),
  );

/** The first that is a text or a number, and not empty. */
export function text(fields: Fields, role: Role): string | undefined {
  for (const { value } of fields[role] ?? []) {
    const written = textOf(value);
    if (written !== undefined && written !== '') return written;
  }
  return undefined;
}

/** The first that is a number and fits. */
export function number(fields: Fields, role: Role, fits: (value: number) => boolean = Number.isFinite): number | undefined {
  for (const { value } of fields[role] ?? []) {
    const found = numberOf(value);
    if (found !== undefined && fits(found)) return found;
  }
  return undefined;
}

/** The first that is a stamp: ISO 8601, or an epoch in s, ms, µs or ns. */
export function firstTime(fields: Fields, role: Role): Stamp | undefined {
  for (const { value } of fields[role] ?? []) {
    const found = typeof value === 'number' ? epoch(value) : typeof value === 'string' ? (iso(value) ?? epoch(value)) : undefined;
    if (found) return found;
  }
  return undefined;
}
