/** A user's pattern: compiled, explained where it does not match. */
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { superLinear } from './linear.ts';

export interface Pattern {
  /** Matches a whole line. */
  readonly whole: RegExp;
  readonly tree: AST.Pattern;
  readonly groups: readonly string[];
}

/** Compiles a pattern for the whole line, in which `.` is any character; what is wrong with it comes back in words. */
export function compilePattern(source: string): Pattern | string {
  let tree: AST.Pattern;
  let whole: RegExp;
  try {
    tree = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, { unicode: false, unicodeSets: false });
    whole = wholeLine(source);
  } catch (error) {
    const place = error instanceof Error && 'index' in error ? ` at character ${Number(error.index) + 1}` : '';
    const says = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    return `pattern: is no regular expression: ${says}${place}${/Duplicate/.test(says) ? '; write one format for each alternative' : ''}`;
  }
  const groups = [...source.matchAll(/\(\?<([A-Za-z_$][\w$]{0,63})>/g)].map((found) => found[1] ?? '');
  if (groups.length === 0) return 'pattern: has no named group, such as (?<code>\\d+), so that nothing would be read';
  const refusal = superLinear(tree);
  if (refusal) return `pattern: refused since it may take more than linear time, at character ${refusal.at}: ${refusal.reason}`;
  return { whole, tree, groups };
}

const wholeLine = (source: string): RegExp => new RegExp(`^(?:${source})$`, 's');

/** Says why a line does not match: how much of it does, and what the pattern expects there. */
export function whyNoMatch({ tree }: Pattern, line: string): string {
  const part = new RegExp(tree.raw, 's').exec(line);
  if (part)
    return `matches only characters ${part.index + 1} to ${part.index + part[0].length}, but a pattern reads the whole line: “${shorten(part[0])}”`;
  const reached = tree.alternatives
    .map((alternative) => longestBeginning(flat(alternative), line))
    .reduce((best, other) => (other.end > best.end ? other : best), { end: -1, expected: '' });
  if (reached.end <= 0)
    return `does not match from the line’s first character on: “${shorten(reached.expected || tree.raw)}” is expected, “${shorten(line)}” stands there`;
  const rest = line.slice(reached.end);
  return `matches up to character ${reached.end} (“…${line.slice(Math.max(0, reached.end - 12), reached.end)}”); then “${shorten(reached.expected)}” is expected, ${rest === '' ? 'but the line ends' : `“${shorten(rest)}” stands there`}`;
}

const shorten = (text: string): string => (text.length > 32 ? `${text.slice(0, 31)}…` : text);

/** The parts of an alternative, those of plain groups included. */
const flat = (alternative: AST.Alternative): readonly AST.Element[] =>
  alternative.elements.flatMap((element) =>
    (element.type === 'Group' || element.type === 'CapturingGroup') && element.alternatives[0] && element.alternatives.length === 1
      ? flat(element.alternatives[0])
      : [element],
  );

function longestBeginning(elements: readonly AST.Element[], line: string): { readonly end: number; readonly expected: string } {
  for (let count = elements.length - 1; count > 0; count--) {
    const found = new RegExp(
      `^${elements
        .slice(0, count)
        .map((one) => one.raw)
        .join('')}`,
      's',
    ).exec(line);
    if (found)
      return {
        end: found[0].length,
        expected: elements
          .slice(count)
          .map((one) => one.raw)
          .join(''),
      };
  }
  return { end: 0, expected: elements.map((one) => one.raw).join('') };
}
