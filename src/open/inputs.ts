import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { type Problem, reasonOf } from './problems.ts';

/** One thing to open: a file or standard input. It may hold several sources (an archive). */
export interface Input {
  /** How the report names it. */
  readonly name: string;
  /** `-` = standard input. */
  readonly path: string;
}

export interface Expanded {
  readonly inputs: readonly Input[];
  readonly problems: readonly Problem[];
}

/** Folders that hold no logs but very many files. */
const SKIPPED_FOLDERS = new Set(['.git', 'node_modules']);

/**
 * Arguments of the command line to inputs, in the order given, each file once (links are seen through): files, folders (with all that is below them,
 * sorted by name), glob patterns that the shell left alone, `-`, and `name=path`, which names a source. Files at the paths `passedOver` are none.
 */
export async function expandInputs(args: readonly string[], passedOver: readonly string[] = []): Promise<Expanded> {
  const inputs: Input[] = [];
  const problems: Problem[] = [];
  const seen = new Set(passedOver.map(identityOf));
  const add = (name: string, path: string): void => {
    const identity = path === '-' ? path : identityOf(path);
    if (!seen.has(identity)) inputs.push({ name, path });
    seen.add(identity);
  };
  const addPath = (name: string, path: string): void => {
    const stats = statOf(path);
    if ('code' in stats) {
      problems.push(stats);
    } else if (stats.isDirectory()) {
      const files = filesBelow(path, problems);
      for (const below of files) add(join(name, below), join(path, below));
      if (files.length === 0) problems.push({ code: 'folder-without-files', source: name });
    } else {
      add(name, path);
    }
  };
  for (const arg of args) {
    const { name, path } = named(arg);
    if (path === '-') {
      add(name === '-' ? 'stdin' : name, '-');
    } else if (isGlob(path)) {
      const matches = await filesMatching(path);
      if (matches.length === 0) problems.push({ code: 'no-match', source: path });
      for (const match of matches) addPath(match, match);
    } else {
      addPath(name, path);
    }
  }
  return { inputs, problems };
}

/** Whether one of the arguments is this very file. */
export function areGiven(args: readonly string[], path: string): boolean {
  const identity = identityOf(path);
  return args.some((arg) => identityOf(named(arg).path) === identity);
}

/** The file's own path. A pipe that a shell hands over as `/dev/fd/63` has none. */
export function identityOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Splits `name=path`, unless a file is called so. */
function named(arg: string): Input {
  const [, name, path] = /^([^=/\\]+)=(.+)$/s.exec(arg) ?? [];
  return name === undefined || path === undefined || exists(arg) ? { name: arg, path: arg } : { name, path };
}

function isGlob(path: string): boolean {
  return /[*?[{]/.test(path) && !exists(path);
}

async function filesMatching(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const ignore = [...SKIPPED_FOLDERS].map((folder) => `**/${folder}/**`);
  const forward = sep === '\\' ? pattern.replaceAll(sep, '/') : pattern;
  const matches = await glob(forward, {
    ignore,
    dot: true,
    expandDirectories: false,
    followSymbolicLinks: false,
    absolute: isAbsolute(pattern),
  });
  return matches.filter(isFile).sort();
}

/** Paths of the files below a folder, relative to it. Links to files count, links to folders do not: they may be circular. */
function filesBelow(folder: string, problems: Problem[]): string[] {
  const files: string[] = [];
  for (const entry of entriesOf(folder, problems)) {
    if (entry.isDirectory()) {
      if (SKIPPED_FOLDERS.has(entry.name)) continue;
      for (const below of filesBelow(join(folder, entry.name), problems)) files.push(join(entry.name, below));
    } else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(folder, entry.name)))) {
      files.push(entry.name);
    }
  }
  return files;
}

function entriesOf(folder: string, problems: Problem[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    problems.push({ code: 'unreadable', source: folder, why: reasonOf(error) });
    return [];
  }
}

function statOf(path: string): Stats | Problem {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? { code: 'missing', source: path };
  } catch (error) {
    return { code: 'unreadable', source: path, why: reasonOf(error) };
  }
}

function exists(path: string): boolean {
  return !('code' in statOf(path));
}

function isFile(path: string): boolean {
  const stats = statOf(path);
  return !('code' in stats) && stats.isFile();
}
