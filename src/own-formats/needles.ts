/**
 * Needles of an own format that gives none: literals of which every line that gives an event holds one. The longest is taken, for
 * it hits the fewest other lines.
 */
import type { AST } from '@eslint-community/regexpp';
import type { FormatDefinition } from './definition.ts';
import { isTextField } from './fields.ts';

/** A set of texts of which each line holds one. */
type Choice = readonly string[];

const LEAST_LETTERS = 3;
const LETTERS_THAT_COUNT = 16;

/** The needles; undefined when none can be found. `tree` = the pattern of a format that has one. */
export function deriveNeedles(definition: FormatDefinition, tree: AST.Pattern | undefined): readonly string[] | undefined {
  const choices = [...ofRules(definition), ...ofWhere(definition), ...(tree ? ofAlternatives(tree.alternatives) : ofPaths(definition))];
  const ranked = choices
    .map((choice) => choice.map(safePart))
    .map((needles) => ({ needles, worth: Math.min(...needles.map(worthOf)) - (needles.length - 1) }))
    .filter(({ needles }) => needles.length > 0 && needles.every((needle) => lettersIn(needle) >= LEAST_LETTERS))
    .toSorted((a, b) => b.worth - a.worth);
  return ranked[0] && [...new Set(ranked[0].needles)];
}

const lettersIn = (text: string): number => text.replace(/[^A-Za-z]/g, '').length;
const worthOf = (text: string): number => Math.min(LETTERS_THAT_COUNT, lettersIn(text));

/** The best piece that every JSON writer leaves as it is: some escape `/`, `<`, `>` and `&`, all escape quotes and what is not ASCII. */
const safePart = (text: string): string =>
  text.split(/[^\x20-\x7e]|["\\<>&/]/).reduce((best, piece) => (lettersIn(piece) > lettersIn(best) ? piece : best), '');

/** Each rule asks for a text: a line that gives an event holds one of them. */
function ofRules({ rules }: FormatDefinition): readonly Choice[] {
  const asked = rules.map(({ when }) =>
    when
      .filter(({ field }) => isTextField(field))
      .map(({ equals, contains }) => equals ?? contains ?? [])
      .find((values) => values.length > 0),
  );
  return asked.every((values) => values !== undefined) ? [asked.flatMap((values) => values ?? [])] : [];
}

const ofWhere = ({ where }: FormatDefinition): readonly Choice[] => Object.values(where);

/** Every object has the keys of the fields that are not optional. */
const ofPaths = ({ json, optional }: FormatDefinition): readonly Choice[] =>
  Object.entries(json)
    .filter(([field]) => !optional.includes(field))
    .flatMap(([, path]) => path.split('.').map((key) => [key]));

/** Every match is one of the alternatives, so it holds the best literal of one. */
function ofAlternatives(alternatives: readonly AST.Alternative[]): readonly Choice[] {
  const each = alternatives.map((alternative) => ofSequence(alternative.elements));
  if (each.length === 1) return each[0] ?? [];
  const best = each.map((choices) => choices.toSorted((a, b) => leastWorth(b) - leastWorth(a))[0]);
  return best.every((choice) => choice !== undefined) ? [best.flatMap((choice) => choice ?? [])] : [];
}

const leastWorth = (choice: Choice): number => Math.min(...choice.map((text) => worthOf(safePart(text))));

function ofSequence(elements: readonly AST.Element[]): readonly Choice[] {
  const choices: Choice[] = [];
  let literal = '';
  const end = (): void => {
    if (literal !== '') choices.push([literal]);
    literal = '';
  };
  for (const element of elements) {
    if (element.type === 'Character') {
      literal += String.fromCharCode(element.value);
      continue;
    }
    // What takes no character does not part its neighbours.
    if (element.type === 'Assertion') continue;
    end();
    const held = element.type === 'Quantifier' && element.min > 0 ? element.element : element;
    if (held.type === 'Group' || held.type === 'CapturingGroup') choices.push(...ofAlternatives(held.alternatives));
  }
  end();
  return choices;
}
