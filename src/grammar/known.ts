/** Objects without undefined values, as `exactOptionalPropertyTypes` wants them. */

type Known<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The object without its undefined values. For records: V8 takes ten times as long for a literal that goes on behind a spread, and
 * several times as long for entries that are filtered.
 */
export function known<T extends object>(values: T): Known<T> {
  const kept: Partial<T> = {};
  for (const name in values) if (values[name] !== undefined) kept[name] = values[name];
  return kept as unknown as Known<T>;
}
