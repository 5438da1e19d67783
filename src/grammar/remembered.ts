/** Answers that are asked for again and again: names of fields, messages without ids. */

const MOST_ANSWERS = 1_000;
const LONGEST_TEXT = 400;

/** The same function of a text, which keeps its answers to short texts, in bounded memory. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    if (text.length > LONGEST_TEXT) return answer(text);
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known as T;
    if (answers.size === MOST_ANSWERS) answers.clear();
    const kept = detached(text);
    const fresh = answer(kept);
    answers.set(kept, fresh);
    return fresh;
  };
}

/** A copy: V8 keeps the whole line alive for a piece that was cut out of it. */
export const detached = (text: string): string => Buffer.from(text).toString();
