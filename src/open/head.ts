/** What a file begins with, looked at before it is read. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEAD_BYTES = 512;

/** Undefined = no file, or one that cannot be read. */
export function headOf(path: string): Uint8Array | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const head = new Uint8Array(HEAD_BYTES);
      return fstatSync(file).isFile() ? head.subarray(0, readSync(file, head)) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
