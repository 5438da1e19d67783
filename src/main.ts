/** The command line: commands, streams, signals and exit codes. Options become data here; the stages take data. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import type { OpenedSources, Settings } from './inputs.ts';
import { headOf } from './open/head.ts';
import { type AnalyzeFlags, analyzeOptions, type ExtractFlags, extractOptions, type ReadingFlags, readingOptions } from './options.ts';
import { CannotWrite, Output } from './output.ts';
import { packageFile, packageVersion } from './package-file.ts';
import { withoutControls } from './progress.ts';
import type { Shelves } from './record.ts';
import type { Renderer, Report } from './report.ts';

export const EXIT = { ok: 0, failOn: 1, usage: 2, nothingRead: 3, bug: 70, interrupted: 130 } as const;

const SIGNALS = { SIGHUP: 129, SIGINT: EXIT.interrupted, SIGTERM: 143 } as const;
/** Set while `--follow` waits: the first signal ends that instead of the program. */
let following: AbortController | undefined;

/** On a machine with much memory V8 lets garbage grow to four times of what is alive, whatever `--memory` says. */
const HEAP_GROWTH = '--heap-growing-percent=60';

export async function main(argv: readonly string[]): Promise<void> {
  setFlagsFromString(HEAP_GROWTH);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (head, less) is no error.
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    fail(new CannotWrite(`standard output cannot be written (${error.message})`));
    process.exit();
  });
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (following === undefined || following.signal.aborted) process.exit(code);
      following.abort();
    });
  }
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    fail(error);
  }
}

/** Says what went wrong and sets the exit code. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CannotWrite) {
    process.stderr.write(`why1006: ${error.message}\n`);
    process.exitCode = EXIT.usage;
  } else {
    process.stderr.write(`why1006: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.bug;
  }
}

function program(): Command {
  const root = new Command('why1006')
    .description('Says why each WebSocket ended with 1006, from the logs that an incident left behind.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError('(why1006 --help lists what is possible)')
    .configureHelp({ optionDescription: (option) => option.description })
    .addHelpText('afterAll', '\nEach option is also read from the environment: WHY1006_TZ for --tz.')
    .exitOverride()
    .enablePositionalOptions();
  analyzeOptions(
    root
      .command('analyze', { isDefault: true })
      .description('read logs and write the post-mortem (the default command)')
      .argument('<inputs...>', 'files, folders, globs, NAME=PATH, or - for standard input'),
  ).action(analyzeAction);
  analyzeOptions(root.command('demo').description('run on a bundled incident')).action(async (flags: AnalyzeFlags, command: Command) => {
    await analyzeAction([`logs=${fileURLToPath(packageFile(`samples/${DEMO}/logs`))}`], flags, command);
  });
  extractCommand(root);
  formatsCommand(root);
  return root;
}

const DEMO = 'three-causes-in-one-minute';

interface ReadyToRead {
  readonly settings: Settings;
  readonly shelves: Shelves;
  readonly sourcesFor: typeof import('./inputs.ts').sourcesFor;
}

async function reading(flags: ReadingFlags, command: Command): Promise<ReadyToRead> {
  const [{ isZone }, { shelvesFor, sourcesFor }] = await Promise.all([import('./zone.ts'), import('./inputs.ts')]);
  const wrongUse = (message: string): never => command.error(message);
  const { zone, zoneOf } = flags.tz;
  for (const name of [zone ?? 'UTC', ...Object.values(zoneOf)]) if (!isZone(name)) wrongUse(`error: unknown zone ${name}`);
  const settings: Settings = {
    clock: { ...(zone !== undefined && { zone }), zoneOf, ...(flags.bootTime !== undefined && { bootTimeMs: flags.bootTime }) },
    nginxLogFormat: flags.nginxLogFormat,
    formatsFile: flags.formats,
    configFile: flags.config,
    forced: flags.source,
    quiet: flags.quiet ?? false,
    // An event takes about a kilobyte as an object.
    budget: Math.max(5_000, flags.memory * 700),
    workers: flags.workers,
  };
  return { settings, shelves: await shelvesFor(settings, wrongUse), sourcesFor };
}

async function analyzeAction(inputs: readonly string[], flags: AnalyzeFlags, command: Command): Promise<void> {
  const renderer = await rendererFor(flags, command);
  const { settings, shelves, sourcesFor } = await reading(flags, command);
  const [{ analyze }, { Scratch }, { redacted }] = await Promise.all([import('./run.ts'), import('./spool.ts'), import('./redact.ts')]);
  const output = new Output(flags.output);
  const window = {
    fromMs: flags.since ?? flags.from ?? Number.NEGATIVE_INFINITY,
    toMs: flags.until ?? flags.to ?? Number.POSITIVE_INFINITY,
  };
  if (flags.follow) {
    following = new AbortController();
    note('following; Ctrl-C ends that and writes the report', flags);
  }
  const opened = sourcesFor(inputs, settings, {}, following?.signal);
  const scratch = new Scratch();
  try {
    const progress = await progressFor(opened, flags);
    const options = {
      shelves,
      clock: settings.clock,
      window,
      budget: settings.budget,
      version: packageVersion(),
      problems: opened.problems,
    };
    const report = await analyze(opened.sources(), { ...options, ...(progress && { onProgress: progress.update }) }, scratch);
    progress?.clear();
    for (const problem of [...opened.problems, ...report.sources.flatMap(problemsIn)]) note(problem, flags);
    if (report.sources.every(({ events, lines, from, problems }) => isNothing(events, lines, from !== null, problems))) {
      process.stderr.write('why1006: nothing could be read\n');
      process.exitCode = EXIT.nothingRead;
      return;
    }
    await output.write(renderer.render(flags.redact ? redacted(report) : report));
    await output.finish();
    process.exitCode = failed(report, flags.failOn ?? []) ? EXIT.failOn : EXIT.ok;
  } finally {
    scratch.dispose();
  }
}

/** Names may come from archives: nothing in them may move a terminal's cursor. */
function note(text: string, { quiet }: ReadingFlags): void {
  if (!quiet) process.stderr.write(`why1006: ${withoutControls(text)}\n`);
}

async function progressFor(opened: OpenedSources, flags: AnalyzeFlags) {
  if (flags.quiet || flags.follow || !process.stderr.isTTY) return undefined;
  const { progressLine } = await import('./progress.ts');
  return progressLine(opened);
}

const problemsIn = ({ name, problems }: { readonly name: string; readonly problems: readonly string[] }): string[] =>
  problems.map((problem) => (problem.startsWith(name) ? problem : `${name}: ${problem}`));

/** Whether a source gave nothing that was understood, not even a stamp. */
const isNothing = (events: number, lines: number, isDated: boolean, problems: readonly string[]): boolean =>
  events === 0 && (lines === 0 || (!isDated && problems.length > 0));

async function rendererFor({ format, output }: AnalyzeFlags, command: Command): Promise<Renderer> {
  const { renderers } = await import('../reports/index.ts');
  const extension = extname(output ?? '');
  const found = renderers.find((one) => (format === undefined ? one.extensions.includes(extension) : one.name === format));
  if (!found && format !== undefined) command.error(`error: unknown format ${format}: ${renderers.map(({ name }) => name).join(', ')}`);
  return found ?? (renderers.find(({ name }) => name === 'markdown') as Renderer);
}

function failed(report: Report, causes: readonly string[]): boolean {
  const counts: Readonly<Record<string, number>> = report.summary.causes;
  return causes.some((cause) => (cause === 'any' ? report.summary.closures > 0 : counts[cause] !== undefined));
}

function extractCommand(root: Command): void {
  extractOptions(
    root
      .command('extract')
      .description('write the events of the logs as JSON Lines, for analyze to read elsewhere')
      .argument('<inputs...>'),
  ).action(async (inputs: readonly string[], flags: ExtractFlags, command: Command) => {
    const { settings, shelves, sourcesFor } = await reading(flags, command);
    const [{ extractLines }, { HEAD_BYTES }] = await Promise.all([import('./event-lines.ts'), import('./beginning.ts')]);
    const output = new Output(flags.output);
    const head =
      flags.head === undefined ? undefined : (headOf(flags.head, HEAD_BYTES) ?? command.error(`error: ${flags.head} cannot be read`));
    const opened = sourcesFor(inputs, settings, { name: flags.name, firstLine: flags.firstLine, head });
    const tallies = await extractLines(opened.sources(), shelves, output.stream);
    await output.finish();
    for (const problem of [...opened.problems, ...tallies.flatMap(problemsIn)]) note(problem, flags);
    const isRead = tallies.some(({ events, lines, spans, problems }) => !isNothing(events, lines, Object.keys(spans).length > 0, problems));
    process.exitCode = isRead ? EXIT.ok : EXIT.nothingRead;
  });
}

function formatsCommand(root: Command): void {
  const formats = root.command('formats').description('list the log formats, or show how a file is read');
  formats
    .command('list', { isDefault: true })
    .description('list the log formats')
    .action(async () => {
      const [{ parsers }, { envelopes }] = await Promise.all([import('../parsers/index.ts'), import('../parsers/envelopes/index.ts')]);
      const width = Math.max(...[...parsers, ...envelopes].map((one) => one.name.length)) + 2;
      const list = (items: readonly { readonly name: string; readonly about: string }[]): string =>
        items.map((one) => `  ${one.name.padEnd(width)}${one.about}`).join('\n');
      process.stdout.write(`Formats\n${list(parsers)}\n\nEnvelopes (wrappers, in any nesting)\n${list(envelopes)}\n`);
    });
  readingOptions(formats.command('explain').description('show how each record of a file is read').argument('<file>'))
    .option('--json', 'JSON Lines: line, format, at and every field')
    .action(async (file: string, flags: ReadingFlags & { readonly json?: boolean }, command: Command) => {
      const { settings, shelves, sourcesFor } = await reading(flags, command);
      const { explain } = await import('./explain.ts');
      const opened = sourcesFor([file], { ...settings, workers: 0 });
      const lines = await explain(
        opened.sources(),
        shelves,
        settings.clock,
        flags.json ?? false,
        (text) => void process.stdout.write(text),
      );
      for (const problem of opened.problems) note(problem, flags);
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
