/**
 * npm run bench -- [--size MB] [--rounds N] [--only FORMAT,…] [--dense] [--gate]
 *
 * Makes logs of several formats (in .bench/, kept), runs this tool and others on each in turn, and prints what they cost as a
 * Markdown table. With --gate the exit status is 1 when a limit of limits.ts is not kept.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, contendersFor, RIPGREP } from './contenders.ts';
import { type Input, makeInput } from './inputs.ts';
import { broken } from './limits.ts';
import { type Format, lineMakers } from './lines.ts';
import { type Cost, canMeasure, measure, median } from './measure.ts';

const FOLDER = fileURLToPath(new URL('../../../.bench/', import.meta.url));
/** Of which every line may be of interest: a dense file of 200 MB holds about a million closures. */
const DENSE: readonly Format[] = ['nginx', 'app-json'];

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(lineMakers).join() },
    dense: { type: 'boolean', default: false },
    gate: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function costsOf(contenders: readonly Contender[], rounds: number): Map<string, Cost> {
  const all = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
  // In turn, so that whatever else the machine does falls on all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, command } of contenders) {
      const cost = measure(command);
      if (cost) all.get(name)?.push(cost);
      else process.stderr.write(`failed: ${command}\n`);
    }
  }
  return new Map([...all].flatMap(([name, costs]) => (costs.length === 0 ? [] : [[name, median(costs) as Cost] as const])));
}

function table(input: Input, costs: ReadonlyMap<string, Cost>): void {
  const base = costs.get(RIPGREP);
  for (const [name, { cpuSeconds, wallSeconds, peakMegabytes }] of costs) {
    const ratio = base ? `${(cpuSeconds / base.cpuSeconds).toFixed(2)}×` : '';
    const speed = (input.bytes / 1e6 / cpuSeconds).toFixed(0);
    say(
      `| ${input.name} | ${name} | ${cpuSeconds.toFixed(2)} | ${wallSeconds.toFixed(2)} | ${speed} | ${peakMegabytes.toFixed(0)} | ${ratio} |`,
    );
  }
}

async function bench(): Promise<void> {
  if (!canMeasure()) throw new Error('the benchmark needs GNU time (apt-get install time)');
  const failures: string[] = [];
  say(`${values.size} MB each, median of ${values.rounds} rounds, Node ${process.versions.node}\n`);
  say('| log | program | CPU s | wall s | MB/s by CPU | peak MB | CPU against rg |');
  say('|---|---|--:|--:|--:|--:|--:|');
  for (const format of values.only.split(',') as Format[]) {
    for (const isDense of DENSE.includes(format) && values.dense ? [false, true] : [false]) {
      const input = await makeInput(FOLDER, format, isDense, Number(values.size));
      const contenders = await contendersFor(input, FOLDER);
      const costs = costsOf(contenders, Number(values.rounds));
      table(input, costs);
      failures.push(...broken(input, costs));
    }
  }
  if (failures.length > 0) say(`\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
  if (values.gate && failures.length > 0) process.exitCode = 1;
}

await bench();
