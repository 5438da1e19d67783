/** What the names and ids of connections look like. */

/**
 * Drawn from letters and digits, behind a letter or two that tell of what it is: of eight signs one id in fourteen has no digit. `x-…` is
 * a header's name.
 */
export const DRAWN = '[a-wyz][a-z]?[-_][a-z]{8,32}';
// One hexadecimal id in some thousands has no digit: it must not cost a log its names.
const ID = new RegExp(String.raw`^(?:(?=[^\d]{0,60}\d)[A-Za-z0-9][\w.:@-]{2,63}|[0-9a-f]{8,64}|${DRAWN})$`);

/** A text that may name one connection, or who is connected: it has a digit, is hexadecimal, or drawn behind its prefix. */
export const isIdLike = (text: string): boolean => ID.test(text);
