/** Messages of several lines in text outputs of the journal: lines after the first stand indented to its message's column. */
import type { Bare, Neighbours } from './record.ts';

/** Stamp, host and identifier take at least so much room; stack traces and pretty JSON indent less. */
const NARROWEST = 12;
const REACH = 64;

const INDENT = ' '.repeat(NARROWEST);

export const isIndented = (line: string): boolean => line.startsWith(INDENT);

/** The indented line as a part of the message that `head` begins, with its stamp and keys; undefined when it is none. */
function partOf(head: Bare | undefined, line: string): Bare | undefined {
  if (!head || head.layers.length === 0 || head.column < NARROWEST || !line.startsWith(' '.repeat(head.column))) return undefined;
  return { ...head, text: line.slice(head.column) };
}

export function continued(line: string, around: Neighbours, unwrap: (line: string) => Bare): Bare | undefined {
  const head = around.before(REACH).findLast((earlier) => !isIndented(earlier));
  return head === undefined ? undefined : partOf(unwrap(head), line);
}

/** The records of lines that follow one another; `last` = the record before them. */
export function unwrapAll(lines: readonly string[], unwrap: (line: string) => Bare, last?: Bare): Bare[] {
  let head = last;
  return lines.map((line) => {
    const bare = unwrap(line);
    const part = bare.layers.length === 0 && isIndented(line) ? partOf(head, line) : undefined;
    if (!part) head = bare;
    return part ?? bare;
  });
}
