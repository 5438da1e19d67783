/** Times written by a `strftime` template, as Apache's `%{…}t` has them. */
import { civilMs, monthIndex, offsetAt, stamp } from '../time.ts';
import type { Stamp } from '../types.ts';
import type { Piece } from './layout.ts';

const NAMES = '[A-Za-z]{3,12}';
const SHAPES: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '\\d{2}',
  d: '\\d{2}',
  e: '[ \\d]\\d',
  H: '\\d{2}',
  k: '[ \\d]\\d',
  M: '\\d{2}',
  S: '\\d{2}',
  f: '\\d{1,9}',
  b: '[A-Za-z]{3}',
  h: '[A-Za-z]{3}',
  B: NAMES,
  a: NAMES,
  A: NAMES,
  z: '(?:[+-]\\d{2}:?\\d{2}|Z)',
  Z: '[A-Za-z]{1,6}',
  s: '\\d{9,11}',
  j: '\\d{3}',
  p: '[AP]M',
  I: '\\d{2}',
}; // prettier-ignore
const WHOLE: Readonly<Record<string, string>> = { T: '%H:%M:%S', F: '%Y-%m-%d', R: '%H:%M', D: '%m/%d/%y', t: '\t', n: '\n', '%': '%' };

/** The template's pieces; each field is named `prefix` + its letter. Throws for a letter that is not known. */
export function strftimePieces(template: string, prefix: string): readonly Piece[] {
  const spelled = template.replace(/%([TFRD])/g, (_, letter: string) => WHOLE[letter] ?? '');
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of spelled.matchAll(/%([A-Za-z%])/g)) {
    const letter = found[1] ?? '';
    const shape = SHAPES[letter];
    if (shape === undefined && WHOLE[letter] === undefined) throw new Error(`%${letter} in a time format is not known`);
    pieces.push(
      spelled.slice(at, found.index),
      shape === undefined ? (WHOLE[letter] ?? '') : { name: prefix + letter, shape: new RegExp(shape, 'y') },
    );
    at = found.index + 2;
  }
  return [...pieces, spelled.slice(at)];
}

/**
 * The stamp that the fields of `strftimePieces` make, with `frac` or `%f` (digits behind the second) where it was logged; undefined when the
 * date is not whole. Without an offset its basis is local, without a year year-less.
 */
export function strftimeStamp(values: ReadonlyMap<string, string>, prefix: string): Stamp | undefined {
  const get = (letter: string): string | undefined => values.get(prefix + letter);
  const frac = get('frac') ?? get('f');
  const fraction = frac === undefined ? 0 : Number(frac) / 10 ** (frac.length - 3);
  const widthMs = frac === undefined ? 1000 : 10 ** (3 - frac.length);
  const seconds = get('s');
  if (seconds !== undefined) return stamp(Number(seconds) * 1000 + fraction, widthMs);
  const year = get('Y') ?? (get('y') === undefined ? undefined : `20${get('y')}`);
  const month = get('m') === undefined ? monthIndex((get('b') ?? get('h') ?? get('B') ?? '').slice(0, 3)) : Number(get('m')) - 1;
  const twelve = get('I') === undefined ? undefined : (Number(get('I')) % 12) + (get('p') === 'PM' ? 12 : 0);
  const hour = get('H') ?? get('k');
  const ms = civilMs(
    Number(year ?? 2000),
    month,
    Number(get('d') ?? get('e')),
    hour === undefined ? (twelve ?? Number.NaN) : Number(hour),
    Number(get('M')),
    Number(get('S') ?? 0),
  );
  if (Number.isNaN(ms)) return undefined;
  const offset = offsetAt(get('z') ?? '', 0)?.minutes ?? (/^(?:UTC|GMT)$/.test(get('Z') ?? '') ? 0 : undefined);
  const width = get('S') === undefined ? 60_000 : widthMs;
  if (year === undefined) return stamp(ms + fraction, width, 'yearless');
  return offset === undefined ? stamp(ms + fraction, width, 'local') : stamp(ms + fraction - offset * 60_000, width);
}
