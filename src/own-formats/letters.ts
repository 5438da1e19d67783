/**
 * Which characters the parts of a pattern take, told by an alphabet of representatives: the ends of all ranges that the pattern
 * names or its classes have. Two parts share a character when they share a representative.
 */
import { type AST, visitRegExpAST } from '@eslint-community/regexpp';

/** Representatives, readable ones first. */
export type Letters = string;

// Borders of \s, \w, \d and `.`, and a character that nobody names.
const ALWAYS =
  ' az09AZ_-=:,.;/"\'[](){}<>@#%&+*?!|~^$`\\\t\n\r\v\f\0\u0080\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u4e2d';

export function alphabetOf(pattern: AST.Pattern): Letters {
  const letters = new Set(ALWAYS);
  const name = (value: number): void => {
    for (const code of [value, value - 1, value + 1]) if (code >= 0 && code <= 0xffff) letters.add(String.fromCharCode(code));
  };
  visitRegExpAST(pattern, { onCharacterEnter: (node) => name(node.value) });
  return [...letters].join('');
}

/** The letters of the alphabet that a character, a class or an escape such as `\w` takes. */
export function lettersOf(node: AST.Node, alphabet: Letters): Letters {
  const one = new RegExp(`^(?:${node.raw})$`, 's');
  // By UTF-16 unit, as a pattern without the flag `u` counts.
  return alphabet
    .split('')
    .filter((letter) => one.test(letter))
    .join('');
}

export function overlap(a: Letters | undefined, b: Letters | undefined): Letters {
  if (a === b) return a ?? '';
  return (a ?? '')
    .split('')
    .filter((letter) => b?.includes(letter))
    .join('');
}
