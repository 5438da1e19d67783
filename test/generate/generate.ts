/**
 * Makes labelled incidents with real nginx, HAProxy, supervisord and `ws` servers:
 * `npm run generate -- --out DIR [--seed N] [--count K] [--strike NAME] [--parallel P]`.
 * Needs Linux, root, util-linux's unshare, iproute2 and iptables. Prints one line an incident; one whose labels are not certain
 * (a loaded machine can delay a close past its slack) is thrown away and said so.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { choosePlan, STRIKES, type Strike } from './plan.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
    parallel: { type: 'string', default: '3' },
    strike: { type: 'string' },
  },
});
const strike = STRIKES.find((name) => name === values.strike);
if (values.out === undefined || (values.strike !== undefined && strike === undefined)) {
  process.stderr.write(`usage: npm run generate -- --out DIR [--seed N] [--count K] [--parallel P] [--strike ${STRIKES.join('|')}]\n`);
  process.exit(2);
}
const out = resolve(values.out);
mkdirSync(out, { recursive: true });

const NAMESPACES = ['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc'];
const STAGE = fileURLToPath(new URL('stage.js', import.meta.url));
const LIMIT_MS = 60_000;

async function make(seed: number, only: Strike | undefined): Promise<boolean> {
  const { name } = choosePlan(seed, only);
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  const stage = [process.execPath, STAGE, String(seed), folder, ...(only ? [only] : [])];
  const failure = await promisify(execFile)('unshare', [...NAMESPACES, ...stage], { timeout: LIMIT_MS, killSignal: 'SIGKILL' }).then(
    () => undefined,
    (error: Error & { stderr?: string }) => (error.stderr || error.message).trim(),
  );
  const made = failure === undefined && existsSync(join(folder, 'truth.json'));
  if (!made) rmSync(folder, { recursive: true, force: true });
  process.stdout.write(made ? `${name}\n` : `${name}: thrown away, ${failure ?? 'no truth was written'}\n`);
  return made;
}

const seeds = Array.from({ length: Number(values.count) }, (_, index) => Number(values.seed) + index);
let made = 0;
const worker = async (): Promise<void> => {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) if (await make(seed, strike)) made++;
};
await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
process.stdout.write(`${made} of ${values.count} incidents in ${out}\n`);
