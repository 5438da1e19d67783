import { createEveryLineScanner, createPlainScanner } from './plain.ts';
import type { Scanner } from './scanner.ts';
import { createSimdScanner } from './simd.ts';

/**
 * A scanner for `needles`, ASCII literals that are compared without case. A needle of digits alone only matches as a whole number,
 * not in a longer one, in a fraction or in an address: `1006` is not found in an epoch stamp, nor `101` in `10.0.3.101`. Null = every
 * line is a hit.
 */
function createScanner(needles: readonly string[] | null, capacity: number): Scanner {
  if (needles === null) return createEveryLineScanner(capacity);
  return createSimdScanner(needles, capacity) ?? createPlainScanner(needles, capacity);
}

/** Scanners that are not in use: the next source with the same needles takes one, for their memory is dear to get. */
const idle = new Map<string, Scanner>();
const MOST_IDLE = 4;

/** Lends a scanner to `use`. */
export async function withScanner<T>(
  needles: readonly string[] | null,
  capacity: number,
  use: (scanner: Scanner) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([capacity, needles]);
  const scanner = idle.get(key) ?? createScanner(needles, capacity);
  idle.delete(key);
  try {
    return await use(scanner);
  } finally {
    if (idle.size < MOST_IDLE) idle.set(key, scanner);
  }
}
