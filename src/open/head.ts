/** What a file begins with, looked at before it is read. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Enough to tell what the bytes are. */
const MAGIC_BYTES = 512;

/** Its first bytes; undefined = no file, or one that cannot be read. */
export function headOf(path: string, length = MAGIC_BYTES): Uint8Array | undefined {
  try {
    // A pipe must not be opened to look at it: its writer would lose its reader.
    if (!statSync(path).isFile()) return undefined;
    const file = openSync(path, 'r');
    try {
      const head = new Uint8Array(length);
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
