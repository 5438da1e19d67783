/** What the names and ids of connections look like. */

// One hexadecimal id in some thousands has no digit: it must not cost a log its names.
const ID = /^(?:(?=[^\d]{0,60}\d)[A-Za-z0-9][\w.:@-]{2,63}|[0-9a-f]{8,64})$/;

/** A text that may name one connection, or who is connected: it has a digit, or is hexadecimal. */
export const isIdLike = (text: string): boolean => ID.test(text);
