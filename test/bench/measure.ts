/** What a command costs, as the kernel counts it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Cost {
  /** User and system time of the command and all that it started. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Of the largest process. */
  readonly peakMegabytes: number;
}

const GNU_TIME = '/usr/bin/time';

export const canMeasure = (): boolean => existsSync(GNU_TIME);

/** Undefined = the command failed. */
export function measure(command: string): Cost | undefined {
  const report = join(tmpdir(), `why1006-bench-${process.pid}`);
  const { status } = spawnSync(GNU_TIME, ['-q', '-o', report, '-f', '%U %S %e %M', 'sh', '-c', `${command} >/dev/null`], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const [user = 0, system = 0, wall = 0, peak = 0] = existsSync(report) ? readFileSync(report, 'utf8').trim().split(' ').map(Number) : [];
  rmSync(report, { force: true });
  return status === 0 ? { cpuSeconds: user + system, wallSeconds: wall, peakMegabytes: peak / 1024 } : undefined;
}

/** The cost in the round that took the median CPU time. */
export function median(costs: readonly Cost[]): Cost | undefined {
  return costs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor((costs.length - 1) / 2)];
}
