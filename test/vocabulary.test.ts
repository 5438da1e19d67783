/** What an application's grammar understands is also searched for: every wording that gives an event holds a needle. */
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { expect, it } from 'vitest';
import { appText } from '../parsers/app-text.ts';
import { APP_NEEDLES } from '../src/grammar/app-needles.ts';
import { VOCABULARY } from '../src/grammar/app-words.ts';
import type { Context } from '../src/types.ts';

const product = (heads: readonly string[], tails: readonly string[]): string[] => heads.flatMap((head) => tails.map((tail) => head + tail));

/** The texts that a pattern over words stands for: with and without what is optional, one letter for a class, a number for `0`. */
function wordings(node: AST.Node): string[] {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.flatMap(wordings);
    case 'Alternative':
      return node.elements.map(wordings).reduce(product, ['']);
    case 'Quantifier':
      if (node.element.type === 'CharacterSet' && node.element.kind === 'any') return [' '];
      return [...(node.min === 0 ? [''] : []), ...wordings(node.element)];
    case 'Character':
      return [node.raw === '0' ? '12' : String.fromCodePoint(node.value)];
    case 'CharacterSet':
    case 'CharacterClass':
      return ['e'];
    default:
      return [''];
  }
}

const LINES: readonly ((said: string) => string)[] = [
  (said) => said,
  (said) => `ws ${said} id=ab12cd34`,
  (said) => `client ab12cd34 ${said}`,
  (said) => `conn ab12cd34 ${said}`,
  (said) => `${said} for conn ab12cd34: read ECONNRESET`,
  (said) => `${said} took 4200 ms`,
  (said) => `received ${said}, exiting`,
];
const contextOf = (hint: string): Context => ({ keys: {}, before: () => [], after: () => [], header: undefined, head: undefined, hint });

it.each(VOCABULARY)('%s', (words) => {
  const holdsNeedle = (line: string): boolean => APP_NEEDLES.some((needle) => line.toLowerCase().includes(needle.toLowerCase()));
  const lost = new Set<string>();
  let events = 0;
  for (const said of new Set(wordings(new RegExpParser().parsePattern(words.source)).map((one) => one.replace(/n t\b/g, "n't"))))
    for (const hint of ['', 'client.log'])
      for (const wording of LINES) {
        const line = `2026-11-26T12:41:10.000Z INFO ${wording(said)}`;
        const row = appText.read(line, contextOf(hint));
        if (!row || appText.events(row, contextOf(hint)) === undefined) continue;
        events++;
        if (!holdsNeedle(line)) lost.add(said);
      }
  expect(events).toBeGreaterThan(0);
  expect([...lost]).toEqual([]);
});
