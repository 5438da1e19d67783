/** What can be wrong with an input or one of its sources. `source` is its name as given. */
export type Problem =
  | { readonly code: 'missing'; readonly source: string }
  | { readonly code: 'unreadable'; readonly source: string; readonly why: string }
  | { readonly code: 'no-match'; readonly source: string }
  | { readonly code: 'folder-without-files'; readonly source: string }
  | { readonly code: 'is-empty'; readonly source: string }
  | { readonly code: 'binary'; readonly source: string; readonly what?: BinaryKind }
  | { readonly code: 'nuls'; readonly source: string; readonly count: number }
  | { readonly code: 'cut-short'; readonly source: string; readonly layer: Layer }
  | { readonly code: 'corrupt'; readonly source: string; readonly layer: Layer; readonly why: string }
  | { readonly code: 'no-decompressor'; readonly source: string; readonly layer: Layer };

/** What wraps a source's bytes. */
export type Layer = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'tar';

/** Files that are often given in place of a log. */
export type BinaryKind =
  | 'systemd journal'
  | 'zip archive'
  | '7z archive'
  | 'packet capture'
  | 'Windows event log'
  | 'SQLite database'
  | 'program or core dump';

/** One sentence without a full stop, beginning with the source's name. */
export function wordProblem(problem: Problem): string {
  const { source } = problem;
  switch (problem.code) {
    case 'missing':
      return `${source}: no such file or folder`;
    case 'unreadable':
      return `${source}: cannot be read (${problem.why})`;
    case 'no-match':
      return `${source}: the pattern matches no file`;
    case 'folder-without-files':
      return `${source}: the folder holds no files`;
    case 'is-empty':
      return `${source}: is empty`;
    case 'binary':
      return problem.what === undefined ? `${source}: is not text` : `${source}: is a ${problem.what}, not text; ${ADVICE[problem.what]}`;
    case 'nuls':
      return `${source}: begins with ${problem.count} zero ${problem.count === 1 ? 'byte' : 'bytes'}, as a rotation that empties it under its writer (copytruncate) leaves them; what comes after them was read`;
    case 'cut-short':
      return `${source}: the ${problem.layer} data ends too early; what came before its end was read`;
    case 'corrupt':
      return `${source}: the ${problem.layer} data is damaged (${problem.why}); what came before the damage was read`;
    case 'no-decompressor':
      return `${source}: ${problem.layer} data needs the program \`${problem.layer}\` on the PATH${problem.layer === 'zstd' ? ', or Node 22.15 or later' : ''}`;
  }
}

const ADVICE: Readonly<Record<BinaryKind, string>> = {
  'systemd journal': 'export it with `journalctl --file FILE -o json`',
  'zip archive': 'unpack it first',
  '7z archive': 'unpack it first',
  'packet capture': 'logs are read, packets are not',
  'Windows event log': 'export it as text first',
  'SQLite database': 'export it as text first',
  'program or core dump': 'give the logs of the program instead',
};

/** `permission denied` out of Node's `EACCES: permission denied, open '…'`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
