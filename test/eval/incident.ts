/** Labelled incidents on disk, and what the product says of logs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Logs } from './degrade.ts';
import type { Reported } from './score.ts';
import type { Truth } from './truth.ts';

export interface Incident {
  readonly name: string;
  readonly folder: string;
  readonly truth: Truth;
}

const isIncident = (folder: string): boolean => existsSync(join(folder, 'truth.json')) && existsSync(join(folder, 'logs'));

/** `path` itself when it is an incident, else the incidents right inside it, by name. */
export function incidentsIn(path: string): readonly Incident[] {
  const folders = isIncident(path)
    ? [path]
    : readdirSync(path)
        .sort()
        .map((name) => join(path, name))
        .filter(isIncident);
  return folders.map((folder) => ({
    name: basename(folder),
    folder,
    truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth,
  }));
}

export const readLogs = ({ folder }: Incident): Logs =>
  Object.fromEntries(readdirSync(join(folder, 'logs')).map((name) => [name, readFileSync(join(folder, 'logs', name), 'utf8')]));

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const MAX_REPORT_BYTES = 512 * 1024 * 1024;

/** The closures of the JSON report over `paths`. Rejects when the program makes no report. */
export async function reportOn(paths: readonly string[]): Promise<readonly Reported[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, '--format', 'json', ...paths], { maxBuffer: MAX_REPORT_BYTES });
  return (JSON.parse(stdout) as { closures: readonly Reported[] }).closures;
}

/** The same over changed logs of `incident`, written to a folder that is removed again. */
export async function reportOnChanged({ folder }: Incident, logs: Logs): Promise<readonly Reported[]> {
  const copy = mkdtempSync(join(tmpdir(), 'why1006-eval-'));
  try {
    mkdirSync(join(copy, 'logs'));
    for (const [name, text] of Object.entries(logs)) {
      writeFileSync(join(copy, 'logs', name), text);
      // A year-less stamp may take its year from the file's time.
      const { atime, mtime } = statSync(join(folder, 'logs', name));
      utimesSync(join(copy, 'logs', name), atime, mtime);
    }
    return await reportOn([join(copy, 'logs')]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
