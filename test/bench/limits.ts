/** What the tool is to reach, as ratios within one run: times depend on the machine. Not all of it is reached; `--gate` says what. */
import { ANALYZE, EXTRACT, GZIP, RIPGREP } from './contenders.ts';
import type { Input } from './inputs.ts';
import type { Format } from './lines.ts';
import type { Cost } from './measure.ts';

/** CPU time of `extract` over that of ripgrep with the same needles. */
const EXTRACT_LIMITS: Partial<Record<Format, number>> = {
  nginx: 1.35,
  'app-json': 1.35,
  haproxy: 1.5,
  'journal-short': 1.5,
  'journal-json': 2.1,
};
const REPORT_LIMIT = 1.8;
const GZIP_LIMIT = 0.6;
const PEAK_MEGABYTES = { plain: 100, gzip: 150 };
const DENSE_MEGABYTES_PER_SECOND = 150;

/** One sentence for each limit that these costs are above. */
export function broken(input: Input, costs: ReadonlyMap<string, Cost>): string[] {
  const failures: string[] = [];
  const extract = costs.get(EXTRACT);
  const report = costs.get(ANALYZE);
  const ripgrep = costs.get(RIPGREP);
  const gzip = costs.get(GZIP);
  const expectRatio = (name: string, cost: Cost | undefined, to: Cost | undefined, limit: number | undefined): void => {
    if (!cost || !to || limit === undefined) return;
    const ratio = cost.cpuSeconds / to.cpuSeconds;
    if (ratio > limit) failures.push(`${input.name}: ${name} takes ${ratio.toFixed(2)}×, more than ${limit}×`);
  };
  if (input.isDense) {
    const speed = extract ? input.bytes / 1e6 / extract.cpuSeconds : Number.POSITIVE_INFINITY;
    if (speed < DENSE_MEGABYTES_PER_SECOND)
      failures.push(`${input.name}: ${EXTRACT} reads ${speed.toFixed(0)} MB/s, less than ${DENSE_MEGABYTES_PER_SECOND}`);
  } else if (input.isGzip) {
    expectRatio(`${EXTRACT} against ${RIPGREP} -z`, extract, ripgrep, GZIP_LIMIT);
    expectRatio(`${EXTRACT} against ${GZIP}`, extract, gzip, GZIP_LIMIT);
  } else {
    expectRatio(`${EXTRACT} against ${RIPGREP}`, extract, ripgrep, EXTRACT_LIMITS[input.format]);
    expectRatio(`${ANALYZE} against ${RIPGREP}`, report, ripgrep, REPORT_LIMIT);
  }
  const room = input.isGzip ? PEAK_MEGABYTES.gzip : PEAK_MEGABYTES.plain;
  if (!input.isDense && extract && extract.peakMegabytes > room)
    failures.push(`${input.name}: ${EXTRACT} takes ${extract.peakMegabytes.toFixed(0)} MB, more than ${room}`);
  return failures;
}
