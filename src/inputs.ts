/** Arguments and settings → the shelves to read with and the sources to read. The edge between the command line and the stages. */
import { existsSync, readFileSync } from 'node:fs';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import type { ClockOptions } from './align.ts';
import type { Source } from './extract.ts';
import { expandInputs } from './open/inputs.ts';
import { wordProblem } from './open/problems.ts';
import { openSources } from './open/sources.ts';
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
}

const CONFIG = 'why1006.config.json';
const FORMATS = 'why1006.formats.json';
const VANTAGES: readonly string[] = ['client', 'edge', 'proxy', 'gateway', 'server', 'kernel', 'supervisor', 'orchestrator'] satisfies Vantage[];

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
    if (settings.nginxLogFormat !== undefined) own.push(made(() => nginxLogFormat(settings.nginxLogFormat ?? ''), '--nginx-log-format', fail));
    for (const [name, format] of Object.entries(config.nginxLogFormats ?? {})) own.push(made(() => nginxLogFormat(format, name), name, fail));
  }
  if (config.apacheLogFormats) {
    const { apacheLogFormat } = await import('./grammar/apache-format.ts');
    for (const [name, format] of Object.entries(config.apacheLogFormats)) own.push(made(() => apacheLogFormat(format, name), name, fail));
  }
  const formats = settings.formatsFile !== undefined || existsSync(FORMATS) ? readJson(settings.formatsFile ?? FORMATS, fail) : config.formats;
  if (formats !== undefined) {
    const { compileFormats } = await import('./own-formats.ts');
    const { compiled, problems } = compileFormats(formats);
    if (problems.length > 0) fail(`error: ${problems.join('\nerror: ')}`);
    own.push(...compiled);
  }
  return { parsers: [...own, ...parsers], envelopes };
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

/** Sources to read, once, in order; what went wrong with an input gathers in `problems` meanwhile. */
export interface OpenedSources {
  sources(): AsyncGenerator<Source>;
  readonly problems: string[];
  /** Bytes of all files, once they are known; undefined when a pipe is among them. */
  readonly progress: { totalBytes: number | undefined; readBytes(): number };
}

/** `part` = the inputs are a part of a larger source of that name. */
export function sourcesFor(args: readonly string[], settings: Settings, part: { readonly name?: string | undefined; readonly firstLine?: number | undefined } = {}): OpenedSources {
  const problems: string[] = [];
  let position = (): number => 0;
  const opened: OpenedSources = { sources, problems, progress: { totalBytes: undefined, readBytes: () => position() } };
  return opened;

  async function* sources(): AsyncGenerator<Source> {
    const forced = settings.forced.map(forcedOf);
    const expanded = await expandInputs([...args, ...forced.map((one) => one.path)]);
    problems.push(...expanded.problems.map(wordProblem));
    opened.progress.totalBytes = await totalBytes(expanded.inputs.map((input) => input.path));
    let before = 0;
    for (const input of expanded.inputs) {
      const wish = forced.find((one) => one.path === input.path);
      let size = 0;
      for await (const one of openSources(input)) {
        if ('problem' in one) {
          problems.push(wordProblem(one.problem));
          continue;
        }
        const { name, bytes, file } = one.source;
        size = file.size ?? 0;
        const done = before;
        position = () => done + file.position;
        yield {
          name: part.name ?? name,
          bytes,
          writtenMs: file.writtenMs,
          firstLine: part.firstLine,
          vantage: wish?.vantage,
          format: wish?.format,
        };
        // A source that nobody read to its end must not hold up the next one.
        bytes.close();
      }
      before += size;
    }
  }
}

async function totalBytes(paths: readonly string[]): Promise<number | undefined> {
  const { statSync } = await import('node:fs');
  let total = 0;
  for (const path of paths) {
    const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return undefined;
    total += stats.size;
  }
  return total;
}

function forcedOf(text: string): { readonly path: string; readonly vantage: Vantage | undefined; readonly format: string | undefined } {
  const equals = text.indexOf('=');
  const [vantage, format] = text.slice(0, Math.max(0, equals)).split(':');
  return { path: text.slice(equals + 1), vantage: VANTAGES.includes(vantage ?? '') ? (vantage as Vantage) : undefined, format: format || undefined };
}
