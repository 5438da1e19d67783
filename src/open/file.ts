import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { BytesReader, type ReadInto } from './bytes.ts';
import type { Input } from './inputs.ts';
import { type Problem, reasonOf } from './problems.ts';

/** The file behind a source, as far as progress is concerned. */
export interface FileProgress {
  /** Undefined = not known: a pipe. */
  readonly size: number | undefined;
  /** Bytes read from it so far, as they lie on disk. */
  readonly position: number;
  /** When it was last written; undefined = not known: a pipe. */
  readonly writtenMs: number | undefined;
}

export interface OpenFile {
  readonly bytes: BytesReader;
  readonly progress: FileProgress;
}

const readAsync = promisify(read);
const STDIN = 0;

/** Opens a file, a pipe or standard input for reading from its beginning. */
export function openFile(input: Input): OpenFile | Problem {
  try {
    const descriptor = input.path === '-' ? STDIN : openSync(input.path, 'r');
    const stats = fstatSync(descriptor);
    const progress = { size: stats.isFile() ? stats.size : undefined, position: 0, writtenMs: stats.isFile() ? stats.mtimeMs : undefined };
    const readInto = counted(stats.isFile() ? fileReader(descriptor) : pipeReader(descriptor), progress);
    const problemOf = (error: unknown): Problem => ({ code: 'unreadable', source: input.name, why: reasonOf(error) });
    const release = descriptor === STDIN ? undefined : () => closeSync(descriptor);
    return { bytes: new BytesReader(readInto, problemOf, release), progress };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { code: 'missing', source: input.name };
    return { code: 'unreadable', source: input.name, why: reasonOf(error) };
  }
}

function fileReader(descriptor: number): ReadInto {
  return (into) => readSync(descriptor, into, 0, into.length, null);
}

/** A pipe is read off the main thread: its writer may be slow, and signals and timers have to be served meanwhile. */
function pipeReader(descriptor: number): ReadInto {
  return async (into) => {
    for (;;) {
      try {
        return (await readAsync(descriptor, into, 0, into.length, null)).bytesRead;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'EOF') return 0;
        if (code !== 'EAGAIN') throw error;
        // The other end made the pipe non-blocking, which no option undoes from here.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
}

function counted(readInto: ReadInto, progress: { position: number }): ReadInto {
  const count = (got: number): number => {
    progress.position += got;
    return got;
  };
  return (into) => {
    const got = readInto(into);
    return typeof got === 'number' ? count(got) : got.then(count);
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
