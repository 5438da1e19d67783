/** The command line: words, options, files and streams. Options become data here; the stages take data. */
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Settings, shelvesFor, sourcesFor } from './inputs.ts';
import { packageFile, packageVersion } from './package-file.ts';
import type { Renderer, Report } from './report.ts';

export const EXIT = { ok: 0, failOn: 1, usage: 2, nothingRead: 3, bug: 70, interrupted: 130 } as const;

interface AnalyzeFlags {
  output?: string;
  format?: string;
  tz?: string;
  tzOf?: Record<string, string>;
  source: string[];
  bootTime?: number;
  since?: string;
  until?: string;
  failOn?: string[];
  nginxLogFormat?: string;
  formats?: string;
  config?: string;
  redact: boolean;
  memory: number;
  quiet?: boolean;
}

const collect = (value: string, previous: string[] = []): string[] => [...previous, value];

export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (head, less) is no error.
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.bug);
  });
  const interrupted = (): never => process.exit(EXIT.interrupted);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', () => process.exit(143));
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else {
      process.stderr.write(`why1006: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = EXIT.bug;
    }
  }
}

function program(): Command {
  const root = new Command('why1006')
    .description('Says why each WebSocket ended with 1006, from the logs that an incident left behind.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError('(why1006 --help lists what is possible)')
    .exitOverride()
    .enablePositionalOptions();
  analyzeOptions(
    root
      .command('analyze', { isDefault: true })
      .description('read logs and write the post-mortem (the default command)')
      .argument('<inputs...>', 'files, folders, globs, NAME=PATH, or - for standard input'),
  ).action(async (inputs: string[], flags: AnalyzeFlags, command: Command) => analyzeAction(inputs, flags, command));
  analyzeOptions(root.command('demo').description('run on a bundled incident')).action(async (flags: AnalyzeFlags, command: Command) => {
    await analyzeAction([`logs=${fileURLToPath(packageFile(`samples/${DEMO}/logs`))}`], flags, command);
  });
  extractCommand(root);
  formatsCommand(root);
  return root;
}

const DEMO = 'three-causes-in-one-minute';

function analyzeOptions(command: Command): Command {
  return readingOptions(command)
    .option('-o, --output <file>', 'write the report to a file; its extension chooses the format')
    .addOption(new Option('-f, --format <name>', 'markdown (default) or json').env('WHY1006_FORMAT'))
    .option('--since <time>', 'judge only closures from this time on: RFC 3339, -3h, yesterday')
    .option('--until <time>', 'judge only closures up to this time')
    .addOption(new Option('--from <time>').hideHelp())
    .addOption(new Option('--to <time>').hideHelp())
    .option('--fail-on <cause...>', 'exit 1 when a closure has this cause (or "any")')
    .option('--no-redact', 'quote lines as they stand, with tokens and cookies');
}

function readingOptions(command: Command): Command {
  return command
    .addOption(new Option('--tz <zone>', 'zone of stamps without one: UTC, +02:00, America/Chicago; NAME=ZONE for one source').env('WHY1006_TZ').argParser(zoneOption))
    .option('--source <vantage:format=path>', 'read a path as this vantage and format, e.g. proxy:nginx-access=x.log', collect, [])
    .addOption(new Option('--boot-time <time>', 'when the host of the kernel log booted (uptime -s)').argParser(instant))
    .addOption(new Option('--nginx-log-format <format>', "an nginx log_format, e.g. '$remote_addr [$time_local] \"$request\" $status'").env('WHY1006_NGINX_LOG_FORMAT'))
    .option('--formats <file>', 'own formats (why1006.formats.json is read from the working folder by itself)')
    .option('--config <file>', 'settings (why1006.config.json is read from the working folder by itself)')
    .addOption(new Option('--memory <MB>', 'memory for events before they move to disk').env('WHY1006_MEMORY').default(256).argParser(megabytes))
    .option('-q, --quiet', 'no progress and no notes on stderr');
}

let zones: { zone?: string; zoneOf: Record<string, string> } = { zoneOf: {} };
function zoneOption(value: string): string {
  const equals = value.indexOf('=');
  if (equals > 0) zones = { ...zones, zoneOf: { ...zones.zoneOf, [value.slice(0, equals)]: value.slice(equals + 1) } };
  else zones = { ...zones, zone: value };
  return value;
}

function megabytes(value: string): number {
  const number = Number(value);
  if (!(number >= 16)) throw new InvalidArgumentError('a number of at least 16.');
  return number;
}

/** RFC 3339, `2026-11-22 20:00`, `-3h`, `yesterday`, `today`, `now` → ms UTC. Relative times count from the call. */
function instant(value: string): number {
  const relative = /^-(\d{1,6})(s|m|h|d)$/.exec(value);
  const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[relative?.[2] ?? 's'] ?? 1_000;
  if (relative) return Date.now() - Number(relative[1]) * unit;
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const named: Record<string, number> = { now: Date.now(), today, yesterday: today - 86_400_000 };
  const ms = named[value] ?? Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(value) || !/\d/.test(value) ? value : `${value.replace(' ', 'T')}${value.length > 10 ? 'Z' : ''}`);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('not a time: give RFC 3339, -3h, today or yesterday.');
  return ms;
}

async function settingsOf(flags: AnalyzeFlags, command: Command): Promise<Settings> {
  const { isZone } = await import('./zone.ts');
  for (const zone of [zones.zone, ...Object.values(zones.zoneOf)]) if (zone !== undefined && !isZone(zone)) command.error(`error: unknown zone ${zone}`, { exitCode: EXIT.usage });
  return {
    clock: { ...(zones.zone && { zone: zones.zone }), zoneOf: zones.zoneOf, ...(flags.bootTime !== undefined && { bootTimeMs: flags.bootTime }) },
    nginxLogFormat: flags.nginxLogFormat,
    formatsFile: flags.formats,
    configFile: flags.config,
    forced: flags.source,
    quiet: flags.quiet ?? false,
    /** An event takes about a kilobyte as an object. */
    budget: Math.max(5_000, Math.floor(flags.memory * 700)),
  };
}

async function analyzeAction(inputs: readonly string[], flags: AnalyzeFlags & { from?: string; to?: string }, command: Command): Promise<void> {
  const { renderers } = await import('../reports/index.ts');
  const renderer = rendererFor(flags, renderers, command);
  const { CAUSES } = await import('./report.ts');
  for (const cause of flags.failOn ?? []) if (cause !== 'any' && !(CAUSES as readonly string[]).includes(cause)) command.error(`error: --fail-on takes any, ${CAUSES.join(', ')}`, { exitCode: EXIT.usage });
  const settings = await settingsOf(flags, command);
  const window = { fromMs: time(flags.since ?? flags.from, command) ?? Number.NEGATIVE_INFINITY, toMs: time(flags.until ?? flags.to, command) ?? Number.POSITIVE_INFINITY };
  const [{ analyze }, { Scratch }, { redacted }] = await Promise.all([import('./run.ts'), import('./spool.ts'), import('./redact.ts')]);
  const shelves = await shelvesFor(settings, (message) => command.error(message, { exitCode: EXIT.usage }));
  const opened = sourcesFor(inputs, settings);
  const scratch = new Scratch();
  try {
    const progress = settings.quiet || !process.stderr.isTTY ? undefined : (await import('./progress.ts')).progressLine(opened);
    const report = await analyze(opened.sources(), { shelves, clock: settings.clock, window, budget: settings.budget, version: packageVersion(), problems: opened.problems, ...(progress && { onProgress: progress.update }) }, scratch);
    progress?.clear();
    if (!settings.quiet) for (const problem of [...opened.problems, ...report.sources.flatMap((source) => source.problems)]) process.stderr.write(`why1006: ${problem}\n`);
    if (report.sources.every((source) => source.events === 0 && source.lines === 0)) {
      process.stderr.write('why1006: nothing could be read\n');
      process.exitCode = EXIT.nothingRead;
      return;
    }
    await write(renderer.render(flags.redact ? redacted(report) : report), flags.output);
    process.exitCode = failed(report, flags.failOn ?? []) ? EXIT.failOn : EXIT.ok;
  } finally {
    scratch.dispose();
  }
}

function time(value: string | undefined, command: Command): number | undefined {
  if (value === undefined) return undefined;
  try {
    return instant(value);
  } catch {
    return command.error(`error: ${value} is not a time: give RFC 3339, -3h, today or yesterday`, { exitCode: EXIT.usage });
  }
}

function rendererFor(flags: AnalyzeFlags, renderers: readonly Renderer[], command: Command): Renderer {
  const name = flags.format;
  const extension = flags.output === undefined ? '' : extname(flags.output);
  const found = name === undefined ? renderers.find((one) => one.extensions.includes(extension)) : renderers.find((one) => one.name === name);
  if (!found && name !== undefined) command.error(`error: unknown format ${name}: ${renderers.map((one) => one.name).join(', ')}`, { exitCode: EXIT.usage });
  return found ?? (renderers.find((one) => one.name === 'markdown') as Renderer);
}

function failed(report: Report, causes: readonly string[]): boolean {
  return causes.some((cause) => (cause === 'any' ? report.summary.closures > 0 : (report.summary.causes as Record<string, number>)[cause] !== undefined));
}

/** To stdout, or aside and then renamed, so that a reader never sees half a file. */
async function write(pieces: Iterable<string>, output: string | undefined): Promise<void> {
  const { Readable } = await import('node:stream');
  const { pipeline } = await import('node:stream/promises');
  if (output === undefined || output === '-') {
    for (const piece of joined(pieces)) if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    return;
  }
  const aside = `${output}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(joined(pieces)), createWriteStream(aside));
    renameSync(aside, output);
  } catch (error) {
    rmSync(aside, { force: true });
    process.stderr.write(`why1006: ${basename(output)} cannot be written: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT.usage);
  }
}

function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  if (text.length > 0) yield text;
}

function extractCommand(root: Command): void {
  readingOptions(root.command('extract').description('write the events of the logs as JSON Lines, for analyze to read elsewhere').argument('<inputs...>'))
    .option('-o, --output <file>', 'write to a file')
    .option('--name <name>', 'name of the source that this is a part of')
    .option('--first-line <number>', 'number of the first line of this part', Number)
    .action(async (inputs: string[], flags: AnalyzeFlags & { name?: string; firstLine?: number }, command: Command) => {
      const settings = await settingsOf(flags, command);
      const shelves = await shelvesFor(settings, (message) => command.error(message, { exitCode: EXIT.usage }));
      const { extractLines } = await import('./event-lines.ts');
      const opened = sourcesFor(inputs, settings, { name: flags.name, firstLine: flags.firstLine });
      const out = flags.output === undefined ? process.stdout : createWriteStream(flags.output);
      await extractLines(opened.sources(), shelves, out);
      for (const problem of opened.problems) process.stderr.write(`why1006: ${problem}\n`);
    });
}

function formatsCommand(root: Command): void {
  const formats = root.command('formats').description('list the log formats, or show how a file is read');
  formats.action(async () => {
    const [{ parsers }, { envelopes }] = await Promise.all([import('../parsers/index.ts'), import('../parsers/envelopes/index.ts')]);
    const width = Math.max(...[...parsers, ...envelopes].map((one) => one.name.length)) + 2;
    const list = (items: readonly { readonly name: string; readonly about: string }[]): string => items.map((one) => `  ${one.name.padEnd(width)}${one.about}`).join('\n');
    process.stdout.write(`Formats\n${list(parsers)}\n\nEnvelopes (wrappers, in any nesting)\n${list(envelopes)}\n`);
  });
  readingOptions(formats.command('explain').description('show how each record of a file is read').argument('<file>'))
    .option('--json', 'JSON Lines: line, format, at and every field')
    .action(async (file: string, flags: AnalyzeFlags & { json?: boolean }, command: Command) => {
      const settings = await settingsOf(flags, command);
      const shelves = await shelvesFor(settings, (message) => command.error(message, { exitCode: EXIT.usage }));
      const { explain } = await import('./explain.ts');
      const opened = sourcesFor([file], settings);
      const lines = await explain(opened.sources(), shelves, settings.clock, flags.json ?? false, (text) => void process.stdout.write(text));
      for (const problem of opened.problems) process.stderr.write(`why1006: ${problem}\n`);
      process.exitCode = lines === 0 ? EXIT.nothingRead : EXIT.ok;
    });
  formats
    .command('test')
    .description('run the samples of a file of own formats')
    .argument('<file>')
    .action(async (file: string) => {
      const { testFormats } = await import('./own-formats.ts');
      const { text, ok } = testFormats(file);
      process.stdout.write(text);
      process.exitCode = ok ? EXIT.ok : EXIT.failOn;
    });
}
