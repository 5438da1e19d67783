/** The library: logs in, a report out, made of the same parts as the command line. */
import { type Settings, shelvesFor, sourcesFor } from './inputs.ts';
import { packageVersion } from './package-file.ts';
import { redacted } from './redact.ts';
import type { Report } from './report.ts';
import { analyze as analyzeSources } from './run.ts';
import { Scratch } from './spool.ts';
import { isZone } from './zone.ts';

export { json } from '../reports/json.ts';
export { markdown } from '../reports/markdown.ts';
export type * from './report.ts';

export interface Options {
  /** Zone of stamps without one: `UTC`, `+02:00`, `America/Chicago`. Default: told from other sources, else UTC. */
  readonly zone?: string;
  /** The same for single sources, by name. */
  readonly zoneOf?: Readonly<Record<string, string>>;
  /** When the host of the kernel log booted. Default: told from events that stand in two logs. */
  readonly bootTime?: Date;
  /** Only closures that ended in here are judged. */
  readonly since?: Date;
  readonly until?: Date;
  /** An nginx `log_format`, as in nginx.conf. */
  readonly nginxLogFormat?: string;
  /** Events and closures kept in memory, each about 1.5 kB, before they move to disk. Default 180,000. */
  readonly budget?: number;
  /** Default true: tokens, cookies and credentials become pseudonyms. */
  readonly redact?: boolean;
}

export interface Analysis {
  /** Its `closures` may stand on disk until `dispose` is called. */
  readonly report: Report;
  /** What could not be opened or read, in words. */
  readonly problems: readonly string[];
  /** Removes the temporary files. */
  dispose(): void;
}

const BUDGET = 180_000;

/** Reads files, folders, globs and archives (never standard input unless given as `-`). Rejects on options that make no sense; inputs that cannot be read are `problems`. */
export async function analyze(paths: readonly string[], options: Options = {}): Promise<Analysis> {
  for (const zone of [options.zone, ...Object.values(options.zoneOf ?? {})])
    if (zone !== undefined && !isZone(zone)) throw new RangeError(`unknown zone ${zone}`);
  const settings: Settings = {
    clock: {
      ...(options.zone !== undefined && { zone: options.zone }),
      zoneOf: options.zoneOf ?? {},
      ...(options.bootTime && { bootTimeMs: options.bootTime.getTime() }),
    },
    nginxLogFormat: options.nginxLogFormat,
    formatsFile: undefined,
    configFile: undefined,
    forced: [],
    quiet: true,
    budget: options.budget ?? BUDGET,
  };
  const shelves = await shelvesFor(settings, (message) => {
    throw new RangeError(message);
  });
  const opened = sourcesFor(paths, settings);
  const window = {
    fromMs: options.since?.getTime() ?? Number.NEGATIVE_INFINITY,
    toMs: options.until?.getTime() ?? Number.POSITIVE_INFINITY,
  };
  const scratch = new Scratch();
  const dispose = (): void => scratch.dispose();
  try {
    const report = await analyzeSources(
      opened.sources(),
      { shelves, clock: settings.clock, window, budget: settings.budget, version: packageVersion(), problems: opened.problems },
      scratch,
    );
    return { report: options.redact === false ? report : redacted(report), problems: opened.problems, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
