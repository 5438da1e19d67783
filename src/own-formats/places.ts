/** A pattern as places that take one character each and follow one another (Glushkov's automaton). */
import type { AST } from '@eslint-community/regexpp';
import { alphabetOf, type Letters, lettersOf } from './letters.ts';

/** A place of the pattern that takes one character. A repeat that is written out has a place for each copy. */
export interface Place {
  readonly node: AST.Node;
  readonly letters: Letters;
  /** The innermost open repeat around it. */
  readonly repeat: AST.Quantifier | undefined;
  readonly next: Set<number>;
}

export const MOST_PLACES = 2_000;
/** A fixed count up to this is written out; a larger one counts as open. */
export const MOST_COPIES = 64;
const CHARACTERS: ReadonlySet<string> = new Set(['Character', 'CharacterSet', 'CharacterClass']);

export class TooLarge extends Error {}

/** In how many ways a part can be entered, left and skipped, counted to 2: more than one way inside a loop is exponential. */
interface Part {
  readonly first: ReadonlyMap<number, number>;
  readonly last: ReadonlyMap<number, number>;
  readonly empty: number;
}
const EMPTY: Part = { first: new Map(), last: new Map(), empty: 1 };

export class Graph {
  readonly places: Place[] = [];
  /** Steps that can be taken in two ways, as within `(?:a*)*`. */
  readonly doubled: (readonly [number, number])[] = [];
  readonly #alphabet: Letters;
  #repeat: AST.Quantifier | undefined;

  /** Repeats that are written out: fixed counts of more than one. */
  readonly rounds = new Set<AST.Quantifier>();

  private constructor(alphabet: Letters) {
    this.#alphabet = alphabet;
  }

  static of(pattern: AST.Pattern): Graph {
    const graph = new Graph(alphabetOf(pattern));
    for (const alternative of pattern.alternatives) graph.#sequence(graph.#withoutRest(alternative.elements));
    return graph;
  }

  /** The repeat alone, as an open one. A round that may take nothing is a second way wherever it stands. */
  static ofLoop(repeat: AST.Quantifier, pattern: AST.Pattern): Graph {
    const graph = new Graph(alphabetOf(pattern));
    graph.#repeat = repeat;
    const once = graph.#part(repeat.element);
    graph.#link(once.last, once.first);
    if (once.empty > 0) graph.doubled.push(...[...once.first.keys()].map((place) => [place, place] as const));
    return graph;
  }

  /** Without a last `.*`: it fits whatever stands there, so that nothing before it is ever tried again. */
  #withoutRest(elements: readonly AST.Element[]): readonly AST.Element[] {
    const last = elements.at(-1);
    const before = elements.slice(0, -1);
    if (last?.type === 'Assertion' && last.kind === 'end') return this.#withoutRest(before);
    if ((last?.type === 'Group' || last?.type === 'CapturingGroup') && last.alternatives.length === 1)
      return [...before, ...this.#withoutRest(last.alternatives[0]?.elements ?? [])];
    if (last?.type !== 'Quantifier' || last.max !== Number.POSITIVE_INFINITY || last.min > 1) return elements;
    const takesAll = CHARACTERS.has(last.element.type) && lettersOf(last.element, this.#alphabet) === this.#alphabet;
    if (!takesAll) return elements;
    return last.min === 0 ? before : [...before, last.element as AST.Element];
  }

  #sequence(elements: readonly AST.Element[]): Part {
    return elements.reduce<Part>((before, element) => this.#join(before, this.#part(element)), EMPTY);
  }

  #part(node: AST.Element): Part {
    switch (node.type) {
      case 'Group':
      case 'CapturingGroup':
        return node.alternatives.map((one) => this.#sequence(one.elements)).reduce(either);
      case 'Quantifier':
        return this.#repeated(node);
      case 'Assertion':
      case 'Backreference':
        return EMPTY;
      default:
        return this.#place(node);
    }
  }

  #place(node: AST.Element): Part {
    const place = this.places.push({ node, letters: lettersOf(node, this.#alphabet), repeat: this.#repeat, next: new Set() }) - 1;
    if (place >= MOST_PLACES) throw new TooLarge();
    const only = new Map([[place, 1]]);
    return { first: only, last: only, empty: 0 };
  }

  #repeated(node: AST.Quantifier): Part {
    const isOpen = node.max > Math.max(1, node.min) || node.min > MOST_COPIES;
    const copies = Math.min(node.min, MOST_COPIES) - (isOpen && node.min > 0 ? 1 : 0);
    let whole = EMPTY;
    if (copies > 1) this.rounds.add(node);
    for (let copy = 0; copy < copies; copy++) whole = this.#join(whole, this.#part(node.element));
    if (node.max === copies) return whole;
    const outer = this.#repeat;
    if (isOpen) this.#repeat = node;
    const once = this.#part(node.element);
    this.#repeat = outer;
    if (isOpen) this.#link(once.last, once.first);
    // A round that takes nothing is dropped at once, so that it is no second way to take nothing.
    return this.#join(whole, node.min > 0 ? once : { ...once, empty: isOpen ? 1 : Math.min(2, 1 + once.empty) });
  }

  #join(before: Part, after: Part): Part {
    this.#link(before.last, after.first);
    return {
      first: sum(before.first, after.first, before.empty),
      last: sum(after.last, before.last, after.empty),
      empty: Math.min(2, before.empty * after.empty),
    };
  }

  #link(from: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): void {
    for (const [source, leaves] of from)
      for (const [target, enters] of to) {
        const next = this.places[source]?.next;
        if (leaves * enters > 1 || next?.has(target)) this.doubled.push([source, target]);
        next?.add(target);
      }
  }
}

const either = (a: Part, b: Part): Part => ({
  first: sum(a.first, b.first, 1),
  last: sum(a.last, b.last, 1),
  empty: Math.min(2, a.empty + b.empty),
});

/** `a` and, in `ways` ways, `b`. */
function sum(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, ways: number): Map<number, number> {
  const both = new Map(a);
  if (ways > 0) for (const [place, count] of b) both.set(place, Math.min(2, (both.get(place) ?? 0) + count * ways));
  return both;
}
