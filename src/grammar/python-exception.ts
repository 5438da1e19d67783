/** Chains of Python's tracebacks, as the interpreter and `logging` print them. */

/** Frames, source lines and carets of the longest usual traceback. */
export const TRACEBACK_LINES = 200;

export const TRACEBACK = /^\s{0,8}(?:\+ Exception Group )?Traceback \(most recent call last\):$/;
const DIRECT_CAUSE = 'The above exception was the direct cause of the following exception:';

/** What raised the exception whose line follows upon `before`: `raise … from` prints it above, and then the traceback of the other. */
export function directCause(before: readonly string[]): string | undefined {
  const traceback = before.findLastIndex((line) => TRACEBACK.test(line));
  const above = before.slice(0, Math.max(0, traceback)).filter((line) => line !== '');
  return above.at(-1) === DIRECT_CAUSE ? above.at(-2) : undefined;
}
