/** Arguments and settings → the shelves to read with and the sources to read. The edge between the command line and the stages. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import type { ClockOptions } from './align.ts';
import type { Source } from './extract.ts';
import { isObject } from './grammar/json.ts';
import { expandInputs, type Input, identityOf } from './open/inputs.ts';
import { wordProblem } from './open/problems.ts';
import { openSources } from './open/sources.ts';
import type { Part } from './open/stretch.ts';
import { partOf } from './parts.ts';
import { ALONE, Pool, sharesFor } from './pool.ts';
import type { Shelves } from './record.ts';
import type { Parser, Vantage } from './types.ts';

export interface Settings {
  readonly clock: Omit<ClockOptions, 'writtenMs'>;
  readonly nginxLogFormat: string | undefined;
  readonly formatsFile: string | undefined;
  readonly configFile: string | undefined;
  /** Inputs of which the user says what they are. */
  readonly forced: readonly Forced[];
  /** Files that are written: found in a folder, they are no logs. */
  readonly outputs?: readonly string[] | undefined;
  readonly quiet: boolean;
  /** Events and closures kept in memory. */
  readonly budget: number;
  /** Threads to read several files with; undefined = as many as pay off. */
  readonly workers?: number | undefined;
  /** Read only this part of each log; undefined = all of it. */
  readonly part?: Part | undefined;
}

const CONFIG = 'why1006.config.json';
const FORMATS = 'why1006.formats.json';
/** What the files at a path (a file, a folder, a pattern) are read as. */
export interface Forced {
  readonly path: string;
  readonly vantage?: Vantage | undefined;
  /** Name of a format. */
  readonly format?: string | undefined;
}

/** What a settings file may hold. */
interface Config {
  readonly nginxLogFormats?: Readonly<Record<string, string>>;
  readonly apacheLogFormats?: Readonly<Record<string, string>>;
  readonly formats?: unknown;
}

const CONFIG_KEYS: readonly string[] = ['nginxLogFormats', 'apacheLogFormats', 'formats'] satisfies (keyof Config)[];

/** The built-in shelves and the user's own formats, which are asked first. `fail` words wrong use and does not return. */
export async function shelvesFor(settings: Settings, fail: (message: string) => never): Promise<Shelves> {
  const config = settings.configFile !== undefined || existsSync(CONFIG) ? configIn(settings.configFile ?? CONFIG, fail) : {};
  const own: Parser[] = [];
  if (settings.nginxLogFormat !== undefined || config.nginxLogFormats) {
    const { nginxLogFormat } = await import('./grammar/nginx-format.ts');
    if (settings.nginxLogFormat !== undefined)
      own.push(made(() => nginxLogFormat(settings.nginxLogFormat ?? ''), '--nginx-log-format', fail));
    for (const [name, format] of Object.entries(config.nginxLogFormats ?? {}))
      own.push(made(() => nginxLogFormat(format, name), name, fail));
  }
  if (config.apacheLogFormats) {
    const { apacheLogFormat } = await import('./grammar/apache-format.ts');
    for (const [name, format] of Object.entries(config.apacheLogFormats)) own.push(made(() => apacheLogFormat(format, name), name, fail));
  }
  const formats =
    settings.formatsFile !== undefined || existsSync(FORMATS) ? readJson(settings.formatsFile ?? FORMATS, fail) : config.formats;
  if (formats !== undefined) {
    const { compileFormats } = await import('./own-formats.ts');
    const { compiled, problems } = compileFormats(formats);
    if (problems.length > 0) fail(`error: ${problems.join('\nerror: ')}`);
    own.push(...compiled);
  }
  const shelves = { parsers: [...own, ...parsers], envelopes };
  for (const { path, format } of settings.forced)
    if (format !== undefined && !shelves.parsers.some(({ name }) => name === format))
      fail(`error: --source :${format}=${path}: unknown format ${format}; \`why1006 formats\` lists them`);
  return shelves;
}

function made(make: () => Parser, name: string, fail: (message: string) => never): Parser {
  try {
    return make();
  } catch (error) {
    return fail(`error: ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function configIn(path: string, fail: (message: string) => never): Config {
  const config = readJson(path, fail);
  if (!isObject(config)) return fail(`error: ${path}: is no JSON object`);
  const unknown = Object.keys(config).find((key) => !CONFIG_KEYS.includes(key));
  if (unknown !== undefined) fail(`error: ${path}: unknown key ${unknown}; there are ${CONFIG_KEYS.join(', ')}`);
  return config;
}

function readJson(path: string, fail: (message: string) => never): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`error: ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How the reading of an input goes. */
export interface Reading {
  /** What is wrong with it, in words. */
  readonly problems: string[];
  /** Bytes read of its file so far. */
  position(): number;
}

/** Sources to read, once, in order; what went wrong with an input gathers in `problems` meanwhile. */
export interface OpenedSources {
  sources(): AsyncGenerator<Source>;
  readonly problems: string[];
  /** Bytes of all files, once they are known; undefined when a pipe is among them. */
  readonly progress: { totalBytes: number | undefined; readBytes(): number };
}

/** `until` = follow plain files and pipes until it is aborted. */
export function sourcesFor(args: readonly string[], settings: Settings, until?: AbortSignal): OpenedSources {
  const problems: string[] = [];
  const readings: Reading[] = [];
  const readBytes = (): number => readings.reduce((sum, reading) => sum + reading.position(), 0);
  const opened: OpenedSources = { sources, problems, progress: { totalBytes: undefined, readBytes } };
  return opened;

  async function* sources(): AsyncGenerator<Source> {
    const expanded = await expandInputs([...args, ...settings.forced.map(({ path }) => path)], settings.outputs);
    const wishes = await wishesOf(settings.forced);
    problems.push(...expanded.problems.map(wordProblem));
    const sizes = new Map(expanded.inputs.flatMap((input) => sizeOf(input)));
    if (sizes.size === expanded.inputs.length && !until) opened.progress.totalBytes = sum(sizes.values());
    const { shares, threads } = until || settings.part ? ALONE : sharesFor(sizes, settings.workers);
    const pool = threads > 0 ? new Pool(shares, threads, settings) : undefined;
    try {
      for (const input of expanded.inputs) {
        const live = until && (await import('./follow.ts')).followed(input, until);
        if (live) {
          yield { ...wishes.get(identityOf(input.path)), name: input.name, bytes: live, isFollowed: true };
          continue;
        }
        const pooled = pool?.read(input);
        const reading = pooled ?? { problems: [], position: () => 0 };
        readings.push(reading);
        if (pooled) yield { name: input.name, bytes: pooled.bytes() };
        else yield* sourcesIn(input, settings, wishes, reading);
        problems.push(...reading.problems);
      }
    } finally {
      await pool?.close();
    }
  }
}

/** By the identity of a file. */
export type Wishes = ReadonlyMap<string, Pick<Source, 'vantage' | 'format'>>;

/** What the user says about files; of what is said twice the last counts. */
export async function wishesOf(forced: readonly Forced[]): Promise<Wishes> {
  const wishes = new Map<string, Pick<Source, 'vantage' | 'format'>>();
  for (const { path, vantage, format } of forced)
    for (const input of (await expandInputs([path])).inputs) wishes.set(identityOf(input.path), { vantage, format });
  return wishes;
}

/** The sources of one input, each to be read before the next one is asked for. */
export async function* sourcesIn(input: Input, settings: Settings, wishes: Wishes, reading: Reading): AsyncGenerator<Source> {
  for await (const one of openSources(input)) {
    if ('problem' in one) {
      reading.problems.push(wordProblem(one.problem));
      continue;
    }
    const { name, bytes, file } = one.source;
    reading.position = () => file.position;
    const own = settings.part ? await partOf(one.source, input.path, settings.part) : { bytes, position: reading.position };
    if (own) {
      const { position, ...read } = own;
      reading.position = position;
      yield { ...wishes.get(identityOf(input.path)), name, writtenMs: file.writtenMs, ...read };
    }
    own?.bytes.close();
    // A source that nobody read to its end must not hold up the next one.
    bytes.close();
  }
}

/** Its size when it is a file. */
function sizeOf(input: Input): [Input, number][] {
  const stats = input.path === '-' ? undefined : statSync(input.path, { throwIfNoEntry: false });
  return stats?.isFile() ? [[input, stats.size]] : [];
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
