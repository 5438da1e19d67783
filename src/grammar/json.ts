/** JSON records: one object a line. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object that a member holds; undefined = it holds none. */
export function objectIn(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

let lastText = '';
let lastObject: JsonObject | undefined;

/**
 * The object that `text` holds; undefined for anything else, also for arrays and broken JSON. Never throws. The last one is
 * remembered, since every format in JSON asks for the same record.
 */
export function parseObject(text: string): JsonObject | undefined {
  if (text === lastText) return lastObject;
  lastObject = parsed(text);
  lastText = text;
  return lastObject;
}

function parsed(text: string): JsonObject | undefined {
  const first = text.charCodeAt(0);
  if (first !== 123 && (first > 32 || text.trimStart().charCodeAt(0) !== 123)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value at `a.b.c`; a key that itself holds dots wins over the path. */
export function at(object: JsonObject, path: string): unknown {
  if (path in object || !path.includes('.')) return object[path];
  let value: unknown = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

/** The first of `paths` that has a value other than null and ''. */
export function firstOf(object: JsonObject, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = at(object, path);
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** A string, or a number or boolean as its text; undefined for anything else. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** A number, or a text that is one; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
