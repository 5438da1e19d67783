import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { BytesReader, type ReadInto, readIntoFrom } from './bytes.ts';
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
    const isFile = stats.isFile();
    const progress = { size: isFile ? stats.size : undefined, position: 0, writtenMs: isFile ? stats.mtimeMs : undefined };
    const reader = isFile ? fileReader(descriptor) : descriptor === STDIN ? stdinReader() : pipeReader(descriptor);
    const problemOf = (error: unknown): Problem => ({ code: 'unreadable', source: input.name, why: reasonOf(error) });
    const release = descriptor !== STDIN ? () => closeSync(descriptor) : isFile ? undefined : () => void process.stdin.destroy();
    return { bytes: new BytesReader(counted(reader, progress), problemOf, release), progress };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { code: 'missing', source: input.name };
    return { code: 'unreadable', source: input.name, why: reasonOf(error) };
  }
}

function fileReader(descriptor: number): ReadInto {
  return (into) => readSync(descriptor, into, 0, into.length, null);
}

/** By events: a thread that waits for a silent pipe would hold up the end of the process. */
function stdinReader(): ReadInto {
  return readIntoFrom(process.stdin);
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
