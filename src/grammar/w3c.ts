/** W3C extended log files of Microsoft's servers: `#Fields:` names the columns of the lines behind it, and may change mid-file. */
import { iso } from '../time.ts';
import type { Context, Row, Stamp } from '../types.ts';
import { unset } from './quoted.ts';

/** A `#` line: what it is about, and its text. */
export interface DirectiveRow extends Row {
  readonly directive: string;
  readonly message: string;
}

const DIRECTIVE = /^#(Software|Version|Date|Fields|Remark|Start-Date|End-Date): ?(.{0,4000})$/;
const NEAR = 4;

/** The row of a `#` line; null when it is none, or when neither it nor a `#` line beside it is one of `own`. */
export function directiveRow(text: string, own: RegExp, context: Context): DirectiveRow | null {
  const found = DIRECTIVE.exec(text);
  if (!found) return null;
  const beside = [...context.before(NEAR), ...context.after(NEAR)].filter((line) => line.startsWith('#'));
  return own.test(text) || beside.some((line) => own.test(line)) ? { directive: found[1] ?? '', message: found[2] ?? '' } : null;
}

/**
 * The values of a line by column name, in lower case; `-` is left out. Null when there are more or fewer values than columns.
 */
export function columns(text: string, fields: string): Map<string, string> | null {
  const names = fields.trim().toLowerCase().split(' ');
  const values = text.split(' ');
  if (values.length !== names.length) return null;
  const row = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const value = unset(values[index]);
    if (value !== undefined) row.set(name, value);
  }
  return row;
}

/** `date` and `time`, which are UTC. */
export const stampOf = (values: ReadonlyMap<string, string>): Stamp | undefined => iso(`${values.get('date')}T${values.get('time')}Z`);

/** A blank inside a value is written as `+`. */
export const plusless = (text: string | undefined): string | undefined => text?.replaceAll('+', ' ');
