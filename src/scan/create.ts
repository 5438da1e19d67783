import { createPlainScanner } from './plain.ts';
import type { Scanner } from './scanner.ts';

/**
 * A scanner for `needles`, ASCII literals that are compared without case. A needle of digits alone only matches where no
 * digit stands beside it, so that `1006` is not found in an epoch stamp.
 */
export function createScanner(needles: readonly string[], capacity: number): Scanner {
  return createPlainScanner(needles, capacity);
}
