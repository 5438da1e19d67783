/**
 * Reading can be done in parts, in threads, through pipes, in little memory: what comes out is the same to the byte.
 * Parts of one log keep its name, so nothing but the log is compared; compressed logs are given the plain ones' names.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { HEAD_BYTES } from '../src/beginning.ts';
import { extractLines } from '../src/event-lines.ts';
import type { Source } from '../src/extract.ts';
import { framings } from '../src/framing/index.ts';
import { Folder, Run, why1006 } from './cli.ts';
import { logsOf, reportOn, shelves, sourceOf } from './logs-in-memory.ts';
import { seeded } from './random.ts';
import { samplePath, samples } from './sample-folders.ts';

interface Part {
  readonly text: string;
  readonly firstLine: number;
}

/** What `extract --name NAME --first-line N --head LOG` writes of a part of a log. */
async function extracted(name: string, log: string, { text, firstLine }: Part): Promise<string> {
  const head = Buffer.from(log, 'latin1').subarray(0, HEAD_BYTES);
  async function* source(): AsyncGenerator<Source> {
    yield { ...sourceOf(name, text), firstLine, ...(firstLine > 1 && { head }) };
  }
  const out = new PassThrough();
  const [written] = await Promise.all([buffer(out), extractLines(source(), shelves, out)]);
  return written.toString('latin1');
}

/** The lines before each of `firsts` (from 2, rising), and those from the last one on. */
function cutBefore(log: string, firsts: readonly number[]): Part[] {
  const lines = log.split(/(?<=\n)/);
  return [1, ...firsts].map((first, at) => ({
    text: lines.slice(first - 1, (firsts[at] ?? lines.length + 1) - 1).join(''),
    firstLine: first,
  }));
}

/** Lines stand for themselves: not one large JSON value, nor entries with lengths in them. */
const canBeCut = (log: string): boolean => !framings.some((framing) => framing.detect(log.slice(0, HEAD_BYTES)));

/** Where a cut still changes the report, and why: an honest gap. */
const CHANGED_BY_A_CUT: ReadonlyMap<string, string> = new Map([
  ['a-gunicorn-worker-is-killed', 'names of fields are learned from more lines than a part has'],
  ['panic-behind-traffic-server', 'a trace without stamps is cut off from the line that dates it'],
  ['rolling-restart-of-two-pumas', 'a stop without a stamp is cut off from the ends above it'],
]);

describe.each(samples)('the report on %s', (sample) => {
  const why = CHANGED_BY_A_CUT.get(sample);
  const logs = Object.entries(logsOf(sample));
  const whole = reportOn(logs).then((report) => JSON.stringify(report));

  it.skipIf(why !== undefined)(
    `is that on the events of parts, cut at any lines, in any order${why ? `: not yet, ${why}` : ''}`,
    async () => {
      const random = seeded(1006);
      for (const [name, log] of logs.filter(([, text]) => canBeCut(text))) {
        const others = logs.filter(([other]) => other !== name);
        const lines = log.split('\n').length - 1;
        for (const count of [1, 1, 5]) {
          const firsts = [...new Set(Array.from({ length: count }, () => random.integer(2, lines)))].sort((a, b) => a - b);
          const parts = await Promise.all(cutBefore(log, firsts).map((part) => extracted(name, log, part)));
          const report = await reportOn([...parts.map((part, at) => [`${at}.jsonl`, part] as const).reverse(), ...others], 500);
          expect(JSON.stringify(report), `${name} cut before lines ${firsts.join(', ')}`).toBe(await whole);
        }
      }
    },
  );
});

describe('the program', () => {
  const here = new Folder();
  afterAll(() => here.remove());
  const dense = here.at('dense.log');
  const written = Array.from(
    { length: 15_000 },
    (_, at) =>
      `${JSON.stringify({ time: new Date(Date.UTC(2026, 10, 10) + at * 977).toISOString(), msg: 'websocket closed', id: `c${at}`, code: at % 3 ? 1006 : 1000, durationMs: at % 60_000 })}\n`,
  );
  writeFileSync(dense, written.join(''));
  writeFileSync(here.at('broken.log.gz'), gzipSync(written.slice(0, 3_000).join('')).subarray(0, 9_000));
  writeFileSync(here.at('empty.log'), '');
  const inputs = [
    ...samples.slice(0, 2).map((sample) => `${sample}=${samplePath(sample, 'logs')}`),
    ...['broken.log.gz', 'empty.log', 'dense.log'].map((name) => `${name}=${here.at(name)}`),
  ];
  const plain = why1006(...inputs, '--format', 'json', '--workers', '0');

  it('says the same with threads, and complains the same', async () => {
    for (const workers of ['1', '3']) expect(await why1006(...inputs, '--format', 'json', '--workers', workers)).toEqual(await plain);
    const [alone, threads] = await Promise.all(['0', '2'].map((workers) => why1006('extract', ...inputs, '--workers', workers)));
    expect(threads).toEqual(alone);
    expect(alone?.stderr).toMatch(/broken\.log\.gz: the gzip data ends too early/);
  });

  it('says the same in little memory', async () => {
    expect(await why1006(...inputs, '--format', 'json', '--memory', '16')).toEqual(await plain);
  });

  it('says the same of compressed logs and of a pipe', async () => {
    mkdirSync(here.at('packed'));
    const sample = samplePath('three-causes-in-one-minute', 'logs');
    const names = ['app.log', 'haproxy.log', 'journal.txt'];
    const packed = names.map((name) => {
      writeFileSync(here.at(`packed/${name}`), gzipSync(readFileSync(`${sample}/${name}`)));
      return `${name}=${here.at(`packed/${name}`)}`;
    });
    const { stdout } = await why1006(...names.map((name) => `${name}=${sample}/${name}`), '--format', 'json');
    expect((await why1006(...packed, '--format', 'json')).stdout).toBe(stdout);
    const piped = new Run(['app.log=-', ...packed.slice(1), '--format', 'json']);
    piped.child.stdin.end(readFileSync(`${sample}/app.log`));
    expect((await piped.outcome).stdout).toBe(stdout);
  });

  it('says the same of events extracted from parts', async () => {
    const middle = written.length / 2;
    writeFileSync(here.at('part1'), written.slice(0, middle).join(''));
    writeFileSync(here.at('part2'), written.slice(middle).join(''));
    const part = (name: string, ...args: readonly string[]) =>
      why1006('extract', here.at(name), '--name', 'dense.log', '-o', here.at(`${name}.jsonl`), ...args);
    await Promise.all([part('part1'), part('part2', '--first-line', String(middle + 1), '--head', here.at('part1'))]);
    const [whole, merged] = await Promise.all([why1006(`dense.log=${dense}`), why1006(here.at('part2.jsonl'), here.at('part1.jsonl'))]);
    expect(merged).toEqual(whole);
  });
});
