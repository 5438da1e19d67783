/**
 * Scores the program over labelled incidents: `npm run eval [-- --degrade] [--json] [DIR…]` (default: samples/).
 * A DIR is an incident (`truth.json` and `logs/`) or holds incidents. Exits 1 when an incident gave no report.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Variant, variants } from './degrade.ts';
import { type Incident, incidentsIn, readLogs, reportOn, reportOnChanged } from './incident.ts';
import { type Degraded, degradedPage, page, type Scored } from './print.ts';
import { compareShifted, type Outcome, type Reported, tally } from './score.ts';

/** Runs `work` over `items`, a few at a time; results in the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

/** A hop without a log, clocks that disagree, decoys, little precision, causes within seconds of one another. */
const HARD = /^(?:no-|missing-hop|network-without|clock-skew|zone-mismatch|decoy-|error-level|whole-seconds|causes-overlap|own-ids)/;
const hardTraits = ({ truth }: Incident): readonly string[] => truth.traits.filter((trait) => HARD.test(trait));

async function score(incident: Incident, report: Promise<readonly Reported[]>, shiftMs = 0): Promise<Scored> {
  try {
    const outcomes = compareShifted(incident.truth, await report, shiftMs);
    return { name: incident.name, hard: hardTraits(incident), outcomes };
  } catch (error) {
    const [failure = ''] = (error instanceof Error ? error.message : String(error)).split('\n').slice(-2);
    return { name: incident.name, hard: hardTraits(incident), outcomes: [], failure };
  }
}

const timeOf = ({ truth }: Incident): number => Date.parse(truth.closes[0]?.closedAt ?? '');

async function degrade(incidents: readonly Incident[]): Promise<readonly Degraded[]> {
  const runs: { readonly incident: Incident; readonly variant: Variant }[] = [];
  for (const incident of incidents) for (const variant of variants(readLogs(incident), timeOf(incident))) runs.push({ incident, variant });
  const scored = await inParallel(runs, ({ incident, variant }) =>
    score(incident, reportOnChanged(incident, variant.logs), variant.shiftMs),
  );
  const groups = new Map<string, { runs: number; failures: number; outcomes: Outcome[] }>();
  for (const [index, { variant }] of runs.entries()) {
    const group = groups.get(variant.group) ?? { runs: 0, failures: 0, outcomes: [] };
    const { outcomes = [], failure } = scored[index] ?? {};
    group.runs++;
    if (failure !== undefined) group.failures++;
    group.outcomes.push(...(variant.lossy ? outcomes.filter(({ kind }) => kind !== 'missed') : outcomes));
    groups.set(variant.group, group);
  }
  return [...groups].map(([group, { runs: count, failures, outcomes }]) => ({ group, runs: count, failures, scores: tally(outcomes) }));
}

const USAGE = `usage: npm run eval -- [--degrade] [--json] [DIR…]

DIR        an incident (truth.json and logs/) or a folder of incidents; default: samples/
--degrade  also runs every incident with logs left out, stamps cut and clocks shifted
--json     numbers as JSON
`;

const { values, positionals } = argumentsOf();

function argumentsOf() {
  try {
    const found = parseArgs({
      allowPositionals: true,
      options: { degrade: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (found.values.help !== true) return found;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}
const incidents = (positionals.length > 0 ? positionals : ['samples']).flatMap(incidentsIn);
const scored = await inParallel(incidents, (incident) => score(incident, reportOn([`${incident.folder}/logs`])));
const degraded = values.degrade ? await degrade(incidents) : undefined;
if (values.json) {
  const all = tally(scored.flatMap(({ outcomes }) => outcomes));
  const each = scored.map(({ name, outcomes, failure }) => ({ name, failure, scores: tally(outcomes) }));
  process.stdout.write(`${JSON.stringify({ scores: all, incidents: each, degraded }, null, 1)}\n`);
} else {
  process.stdout.write(page(scored));
  if (degraded) process.stdout.write(`\n${degradedPage(degraded)}`);
}
if (scored.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
