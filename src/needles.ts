/**
 * Which of many formats may read a record: those of which it holds a needle. One pass over the text answers for all of them, by the
 * automaton of Aho and Corasick; a regular expression for each format would cost more than reading the record does.
 */

const ROOT = 0;

const lowerCase = (ascii: string): string => ascii.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether a text holds one of a few needles, compared as the index does. */
export function holdsOneOf(needles: readonly string[]): (text: string) => boolean {
  const pattern = new RegExp(needles.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'i');
  return (text) => pattern.test(text);
}

export class NeedleIndex<T> {
  readonly #owners: readonly T[];
  /** Class of each UTF-16 unit: 0 = stands in no needle. Both cases of an ASCII letter are of one class. */
  readonly #classes = new Uint16Array(1 << 16);
  readonly #classCount: number;
  /** State and class → next state. A state is as much of a needle as the text read so far ends with. */
  readonly #next: Uint16Array | Uint32Array;
  /** State → whether a needle ends there. */
  readonly #isEnd: Uint8Array;
  /** State → its owners, as bits. */
  readonly #bits: Uint32Array;
  readonly #words: number;
  readonly #found: Uint32Array;

  /** Needles are compared without case where they are ASCII. An owner may have none: it then holds nothing. */
  constructor(owners: readonly T[], needlesOf: (owner: T) => readonly string[]) {
    this.#owners = owners;
    const needles = owners.flatMap((owner, index) => needlesOf(owner).map((needle) => [lowerCase(needle), index] as const));
    this.#classCount = this.#classify(needles.map(([needle]) => needle).join(''));
    const states = 1 + needles.reduce((sum, [needle]) => sum + needle.length, 0);
    this.#words = (owners.length + 31) >>> 5;
    const States = states < 1 << 16 ? Uint16Array : Uint32Array;
    this.#next = new States(states * this.#classCount);
    this.#isEnd = new Uint8Array(states);
    this.#bits = new Uint32Array(states * this.#words);
    this.#found = new Uint32Array(this.#words);
    let last = ROOT;
    for (const [needle, owner] of needles) last = this.#plant(needle, owner, last);
    this.#link(last);
  }

  /** The owners of which the text holds a needle, in their order. */
  holders(text: string): T[] {
    this.#search(text);
    const holders: T[] = [];
    for (let word = 0; word < this.#words; word++)
      for (let bits = this.#found[word] as number; bits !== 0; bits &= bits - 1)
        holders.push(this.#owners[word * 32 + 31 - Math.clz32(bits & -bits)] as T);
    return holders;
  }

  #search(text: string): void {
    const classes = this.#classes;
    const next = this.#next;
    const isEnd = this.#isEnd;
    const classCount = this.#classCount;
    const found = this.#found.fill(0);
    let state = ROOT;
    for (let at = 0; at < text.length; at++) {
      state = next[state * classCount + (classes[text.charCodeAt(at)] as number)] as number;
      if (isEnd[state] !== 0)
        for (let word = 0; word < found.length; word++)
          found[word] = (found[word] as number) | (this.#bits[state * found.length + word] as number);
    }
  }

  /** Gives each letter of the needles a class; returns how many there are. */
  #classify(letters: string): number {
    let count = 1;
    for (const letter of new Set(letters)) {
      const one = count++;
      this.#classes[letter.charCodeAt(0)] = one;
      if (letter >= 'a' && letter <= 'z') this.#classes[letter.toUpperCase().charCodeAt(0)] = one;
    }
    return count;
  }

  /** Adds a needle to the tree, whose newest state is `last`; returns the newest state then. */
  #plant(needle: string, owner: number, last: number): number {
    let newest = last;
    let state = ROOT;
    for (let at = 0; at < needle.length; at++) {
      const edge = state * this.#classCount + (this.#classes[needle.charCodeAt(at)] as number);
      if (this.#next[edge] === ROOT) this.#next[edge] = ++newest;
      state = this.#next[edge] as number;
    }
    const word = state * this.#words + (owner >>> 5);
    this.#bits[word] = (this.#bits[word] as number) | (1 << (owner & 31));
    this.#isEnd[state] = 1;
    return newest;
  }

  /** Makes an automaton of the tree: where a state has no edge, that of the longest other needle's beginning goes on. */
  #link(last: number): void {
    const next = this.#next;
    const words = this.#words;
    const fallback = new Uint32Array(last + 1);
    const queue = [ROOT];
    for (const state of queue) {
      const shorter = fallback[state] as number;
      if (this.#isEnd[shorter] !== 0) {
        this.#isEnd[state] = 1;
        for (let word = 0; word < words; word++)
          this.#bits[state * words + word] = (this.#bits[state * words + word] as number) | (this.#bits[shorter * words + word] as number);
      }
      for (let one = 1; one < this.#classCount; one++) {
        const child = next[state * this.#classCount + one] as number;
        const onward = state === ROOT ? ROOT : (next[shorter * this.#classCount + one] as number);
        if (child === ROOT) next[state * this.#classCount + one] = onward;
        else {
          fallback[child] = onward;
          queue.push(child);
        }
      }
    }
  }
}
