/** Arguments and settings → the shelves to read with and the sources to read. The edge between the command line and the stages. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import type { ClockOptions } from './align.ts';
import type { Source } from './extract.ts';
import { expandInputs, type Input } from './open/inputs.ts';
import { wordProblem } from './open/problems.ts';
import { openSources } from './open/sources.ts';
import { Pool, threadsFor } from './pool.ts';
import type { Shelves } from './record.ts';
import type { Parser, Vantage } from './types.ts';

export interface Settings {
  readonly clock: Omit<ClockOptions, 'writtenMs'>;
  readonly nginxLogFormat: string | undefined;
  readonly formatsFile: string | undefined;
  readonly configFile: string | undefined;
  /** `vantage:format=path`, `vantage=path` or `:format=path`. */
  readonly forced: readonly string[];
  readonly quiet: boolean;
  /** Events and closures kept in memory. */
  readonly budget: number;
  /** Threads to read several files with; undefined = as many as pay off. */
  readonly workers?: number | undefined;
}

const CONFIG = 'why1006.config.json';
const FORMATS = 'why1006.formats.json';
const VANTAGES: readonly string[] = [
  'client',
  'edge',
  'proxy',
  'gateway',
  'server',
  'kernel',
  'supervisor',
  'orchestrator',
] satisfies Vantage[];

/** What a settings file may hold. */
interface Config {
  readonly nginxLogFormats?: Readonly<Record<string, string>>;
  readonly apacheLogFormats?: Readonly<Record<string, string>>;
  readonly formats?: unknown;
}

/** The built-in shelves and the user's own formats, which are asked first. `fail` words wrong use and does not return. */
export async function shelvesFor(settings: Settings, fail: (message: string) => never): Promise<Shelves> {
  const config = settings.configFile !== undefined || existsSync(CONFIG) ? (readJson(settings.configFile ?? CONFIG, fail) as Config) : {};
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
  for (const text of settings.forced) checkForced(text, shelves, fail);
  return shelves;
}

function made(make: () => Parser, name: string, fail: (message: string) => never): Parser {
  try {
    return make();
  } catch (error) {
    return fail(`error: ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
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

/** Set when the inputs are a part of a larger source of that name. */
export interface Part {
  readonly name?: string | undefined;
  readonly firstLine?: number | undefined;
  /** What the larger source begins with. */
  readonly head?: Uint8Array | undefined;
}

/** `until` = follow plain files and pipes until it is aborted. */
export function sourcesFor(args: readonly string[], settings: Settings, part: Part = {}, until?: AbortSignal): OpenedSources {
  const problems: string[] = [];
  const readings: Reading[] = [];
  const readBytes = (): number => readings.reduce((sum, reading) => sum + reading.position(), 0);
  const opened: OpenedSources = { sources, problems, progress: { totalBytes: undefined, readBytes } };
  return opened;

  async function* sources(): AsyncGenerator<Source> {
    const expanded = await expandInputs([...args, ...settings.forced.map((text) => forcedOf(text).path)]);
    problems.push(...expanded.problems.map(wordProblem));
    const sizes = new Map(expanded.inputs.flatMap((input) => sizeOf(input)));
    if (sizes.size === expanded.inputs.length && !until) opened.progress.totalBytes = sum(sizes.values());
    const threads = until ? 0 : threadsFor(sizes, settings.workers);
    const pool = threads > 0 ? new Pool([...sizes.keys()], threads, { settings, part }) : undefined;
    try {
      for (const input of expanded.inputs) {
        const live = until && (await import('./follow.ts')).followed(input, until);
        if (live) {
          yield { ...wishFor(input, settings), name: part.name ?? input.name, bytes: live, isFollowed: true };
          continue;
        }
        const job = pool?.job(input);
        const reading = job ?? { problems: [], position: () => 0 };
        readings.push(reading);
        if (job) yield { name: input.name, bytes: job.bytes() };
        else yield* sourcesIn(input, settings, part, reading);
        problems.push(...reading.problems);
      }
    } finally {
      await pool?.close();
    }
  }
}

/** The sources of one input, each to be read before the next one is asked for. */
export async function* sourcesIn(input: Input, settings: Settings, part: Part, reading: Reading): AsyncGenerator<Source> {
  for await (const one of openSources(input)) {
    if ('problem' in one) {
      reading.problems.push(wordProblem(one.problem));
      continue;
    }
    const { name, bytes, file } = one.source;
    reading.position = () => file.position;
    yield {
      ...wishFor(input, settings),
      name: part.name ?? name,
      bytes,
      writtenMs: file.writtenMs,
      firstLine: part.firstLine,
      head: part.head,
    };
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

/** What the user says about an input. */
function wishFor(input: Input, settings: Settings): Pick<Source, 'vantage' | 'format'> {
  const wish = settings.forced.map(forcedOf).find((one) => one.path === input.path);
  return { vantage: wish?.vantage, format: wish?.format };
}

function checkForced(text: string, { parsers }: Shelves, fail: (message: string) => never): void {
  const [vantage = '', format = ''] = text.slice(0, Math.max(0, text.indexOf('='))).split(':');
  if (vantage === '' && format === '') fail(`error: --source ${text}: give VANTAGE:FORMAT=PATH, VANTAGE=PATH or :FORMAT=PATH`);
  if (vantage !== '' && !VANTAGES.includes(vantage)) fail(`error: --source ${text}: unknown vantage ${vantage}: ${VANTAGES.join(', ')}`);
  if (format !== '' && !parsers.some(({ name }) => name === format))
    fail(`error: --source ${text}: unknown format ${format}; \`why1006 formats\` lists them`);
}

function forcedOf(text: string): { readonly path: string; readonly vantage: Vantage | undefined; readonly format: string | undefined } {
  const equals = text.indexOf('=');
  const [vantage, format] = text.slice(0, Math.max(0, equals)).split(':');
  return {
    path: text.slice(equals + 1),
    vantage: VANTAGES.includes(vantage ?? '') ? (vantage as Vantage) : undefined,
    format: format || undefined,
  };
}
