/** A settings file, read at once. */
import { readFileSync } from 'node:fs';

/** What the file holds, or why there is nothing, in words. */
export function readJsonFile(path: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    return { problem: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
