/**
 * Whether a pattern takes linear time on every line. A backtracking matcher tries all ways in which a line's beginning fits the
 * pattern, so that the pattern is linear when the number of such ways does not grow with the line (Weber and Seidl 1991: "On the degree
 * of ambiguity of finite automata"). Refuses a little too much and never too little: assertions are taken to hold, a repeat
 * with bounds counts as an open one.
 */
import type { AST } from '@eslint-community/regexpp';
import { overlap } from './letters.ts';
import { Graph, MOST_COPIES, MOST_PLACES, type Place, TooLarge } from './places.ts';

/** Why a pattern is refused, and the character of its text (from 1) that the reason is about. */
export interface Refusal {
  readonly reason: string;
  readonly at: number;
}

const MOST_STEPS = 300_000;

/** The first reason to refuse the pattern, undefined when it is linear. */
export function superLinear(pattern: AST.Pattern): Refusal | undefined {
  const barred = barredNode(pattern);
  if (barred) return barred;
  try {
    const graph = Graph.of(pattern);
    // What goes round a fixed number of times has no loop, but its ways multiply with each round.
    const rounds = [...graph.rounds].map((repeat) => twoWaysRound(Graph.ofLoop(repeat, pattern))).find((refusal) => refusal !== undefined);
    return rounds ?? twoWaysRound(graph) ?? twoLoops(graph.places);
  } catch (error) {
    if (error instanceof TooLarge) return { reason: 'is too large to be checked; make it two formats, or write less with counts', at: 1 };
    throw error;
  }
}

/** What the places do not model: back references, and repeats that a lookaround runs anew at each character. */
function barredNode(node: AST.Node, inLookaround = false): Refusal | undefined {
  if (node.type === 'Backreference')
    return { reason: `refers back to a group with “${node.raw}”; that cannot be checked`, at: node.start + 1 };
  if (inLookaround && node.type === 'Quantifier' && node.max > MOST_COPIES)
    return {
      reason: `repeats “${node.raw}” without a small bound inside a lookaround, which may run at every character`,
      at: node.start + 1,
    };
  const within = inLookaround || (node.type === 'Assertion' && (node.kind === 'lookahead' || node.kind === 'lookbehind'));
  for (const child of childrenOf(node)) {
    const found = barredNode(child, within);
    if (found) return found;
  }
  return undefined;
}

function childrenOf(node: AST.Node): readonly AST.Node[] {
  if ('alternatives' in node) return node.alternatives as readonly AST.Node[];
  if (node.type === 'Alternative') return node.elements;
  return node.type === 'Quantifier' ? [node.element] : [];
}

/** Two ways round one loop over the same text: exponential. */
function twoWaysRound({ places, doubled }: Graph): Refusal | undefined {
  const loops = loopsOf(places);
  const steps = { left: MOST_STEPS };
  for (const [from, to] of doubled) if (loops.get(from)?.has(to)) return inTwoWays(places[to], places[to]?.letters.charAt(0) ?? '');
  for (const [place, loop] of loops) {
    const text = walk(places, [place, place, 0], [loop, loop], [place, place, 1], steps);
    if (text !== undefined) return inTwoWays(places[place], text);
  }
  return undefined;
}

/** Two loops, one behind the other, over the same text: each stretch of a line can be given to either. */
function twoLoops(places: readonly Place[]): Refusal | undefined {
  const loops = loopsOf(places);
  const steps = { left: MOST_STEPS };
  for (const [p, loop] of loops)
    for (const [q, other] of loops) {
      const text = p === q ? undefined : walk(places, [p, p, q], [loop, undefined, other], [p, q, q], steps);
      if (text !== undefined) return sharedBy(places[p], places[q], text);
    }
  return undefined;
}

/** Each place that lies on a loop, with the places of its loops. */
function loopsOf(places: readonly Place[]): Map<number, ReadonlySet<number>> {
  // A loop stands in an open repeat.
  const reach = places.map((place, from) => (place.repeat ? reachable(places, from) : undefined));
  const loops = new Map<number, ReadonlySet<number>>();
  for (const [place, within] of reach.entries())
    if (within?.has(place)) loops.set(place, new Set([...within].filter((other) => reach[other]?.has(place))));
  return loops;
}

function reachable(places: readonly Place[], from: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const open = [from];
  for (let place = open.pop(); place !== undefined; place = open.pop())
    for (const next of places[place]?.next ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
  return seen;
}

interface Steps {
  left: number;
}

/**
 * Breadth first through places that move together over the same characters; a shortest text from `start` to `goal`. With two
 * walkers, the third number tells whether they have parted.
 */
function walk(
  places: readonly Place[],
  start: readonly [number, number, number],
  bounds: readonly (ReadonlySet<number> | undefined)[],
  goal: readonly [number, number, number],
  steps: Steps,
): string | undefined {
  const three = bounds.length === 3;
  const key = (a: number, b: number, c: number): number => (a * MOST_PLACES + b) * MOST_PLACES + c;
  const seen = new Set<number>();
  let front: { readonly at: readonly [number, number, number]; readonly text: string }[] = [{ at: start, text: '' }];
  const nextOf = (walker: number, place: number): number[] =>
    [...(places[place]?.next ?? [])].filter((next) => bounds[walker]?.has(next) ?? true);
  while (front.length > 0) {
    const reached: typeof front = [];
    for (const { at, text } of front)
      for (const a of nextOf(0, at[0]))
        for (const b of nextOf(1, at[1])) {
          const pair = overlap(places[a]?.letters, places[b]?.letters);
          if (pair === '') continue;
          for (const c of three ? nextOf(2, at[2]) : [at[2] === 1 || a !== b ? 1 : 0]) {
            if (--steps.left < 0) throw new TooLarge();
            const shared = three ? overlap(pair, places[c]?.letters) : pair;
            if (shared === '' || seen.has(key(a, b, c))) continue;
            const longer = text + shared.charAt(0);
            if (a === goal[0] && b === goal[1] && c === goal[2]) return longer;
            seen.add(key(a, b, c));
            reached.push({ at: [a, b, c], text: longer });
          }
        }
    front = reached;
  }
  return undefined;
}

const nameOf = (place: Place | undefined): string => `“${place?.repeat?.raw ?? place?.node.raw}” (character ${startOf(place)})`;
const startOf = (place: Place | undefined): number => ((place?.repeat ?? place?.node)?.start ?? 0) + 1;

const inTwoWays = (place: Place | undefined, text: string): Refusal => ({
  reason: `${nameOf(place)} can take a repeated “${text}” in two ways, so that each one more doubles the time`,
  at: startOf(place),
});

const sharedBy = (p: Place | undefined, q: Place | undefined, text: string): Refusal => ({
  reason: `${nameOf(p)} and ${nameOf(q)} can both take a repeated “${text}”, so that the time grows with the square of the line’s length; let one exclude what ends it, as [^ ]* ends at a blank`,
  at: startOf(q),
});
