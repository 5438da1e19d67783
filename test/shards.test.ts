/**
 * Reading can be done in parts, in threads, through pipes, in little memory: what comes out is the same to the byte.
 * Parts of one log keep its name, so nothing but the log is compared; compressed logs are given the plain ones' names.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { extractLines } from '../src/event-lines.ts';
import type { Source } from '../src/extract.ts';
import { type Settings, sourcesIn } from '../src/inputs.ts';
import { Folder, Run, why1006 } from './cli.ts';
import { logsOf, reportOn, shelves } from './logs-in-memory.ts';
import { seeded } from './random.ts';
import { samplePath, samples } from './sample-folders.ts';

const READING: Settings = {
  clock: {},
  nginxLogFormat: undefined,
  formatsFile: undefined,
  configFile: undefined,
  forced: [],
  quiet: true,
  budget: 1,
};

/** What `extract --part 1/of` … `--part of/of` write of a log. */
async function extracted(name: string, path: string, of: number): Promise<string[]> {
  async function* source(number: number): AsyncGenerator<Source> {
    const sources = sourcesIn({ name, path }, { ...READING, part: { number, of } }, new Map(), { problems: [], position: () => 0 });
    for await (const one of sources) yield { ...one, writtenMs: undefined };
  }
  const written: string[] = [];
  for (let number = 1; number <= of; number++) {
    const out = new PassThrough();
    const [text] = await Promise.all([buffer(out), extractLines(source(number), shelves, out)]);
    written.push(text.toString('latin1'));
  }
  return written;
}

describe.each(samples)('the report on %s', (sample) => {
  const logs = Object.entries(logsOf(sample));
  const whole = reportOn(logs).then((report) => JSON.stringify(report));

  it('is that on the events of parts, in any order', async () => {
    const random = seeded(1006);
    for (const [name] of logs) {
      const others = logs.filter(([other]) => other !== name);
      for (const of of [2, random.integer(3, 6)]) {
        const parts = await extracted(name, samplePath(sample, `logs/${name}`), of);
        const report = await reportOn([...parts.map((part, at) => [`${at}.jsonl`, part] as const).reverse(), ...others], 500);
        expect(JSON.stringify(report), `${name} in ${of} parts`).toBe(await whole);
      }
    }
  });
});

describe('a part of a log', () => {
  const here = new Folder();
  afterAll(() => here.remove());
  const lines = async (log: string, of: number) => {
    writeFileSync(here.at('a.log'), log);
    const parts = await extracted('a.log', here.at('a.log'), of);
    const entries = parts.flatMap((part) => part.trimEnd().split('\n').slice(1)).map((line) => JSON.parse(line));
    return entries.flatMap(({ event }) => (event ? [[event.origin.line, event.keys.connection]] : []));
  };
  const closed = (id: number) => `2026-11-10T13:00:${String(id).padStart(2, '0')}.000Z INFO ws closed id=conn-${id} code=1006`;
  const all = [1, 2, 3, 4, 5];

  it('is made of whole lines, each in one part', async () => {
    const log = `${all.map(closed).join('\r\n')}\n`;
    const expected = all.map((id) => [id, `conn-${id}`]);
    for (const of of [1, 2, 3, 7, 40]) expect(await lines(log, of)).toEqual(expected);
    expect(await lines(log.trimEnd(), 4)).toEqual(expected);
  });

  it('may hold no line, where one is longer than it', async () => {
    const log = [closed(1), 'x'.repeat(300_000), closed(3), `${'y'.repeat(2_000_000)}`, closed(5)].join('\n');
    for (const of of [2, 5, 9]) expect(await lines(log, of)).toEqual([1, 3, 5].map((id) => [id, `conn-${id}`]));
  });

  it('gives a record in pieces once', async () => {
    const piece = (at: number, tag: 'P' | 'F', text: string) => `2026-11-10T13:00:0${at}.000000000Z stdout ${tag} ${text}\n`;
    const log = [1, 2, 3]
      .map((at) => piece(at, 'P', `ws closed code=1006 id=conn-${at} ${'z'.repeat(200)}`) + piece(at, 'F', ' code=1006'))
      .join('');
    const whole = await lines(log, 1);
    expect(whole).toHaveLength(3);
    for (const of of [2, 3, 4, 7]) expect(await lines(log, of)).toEqual(whole);
  });

  it('is all of a log that cannot be cut, or nothing', async () => {
    const log = JSON.stringify(all.map((id) => ({ time: `2026-11-10T13:00:0${id}Z`, msg: 'ws closed', code: 1006, id: `conn-${id}` })));
    expect((await lines(log, 3)).map(([, id]) => id)).toEqual(all.map((id) => `conn-${id}`));
  });
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

  it('says the same of a large compressed log, which a thread of its own decompresses, and what a broken one holds', async () => {
    // Of letters drawn at random, so that it stays large.
    const text = written.map((line) => `${line}${randomBytes(300).toString('base64')}\n`).join('');
    const packed = gzipSync(text, { level: 1 });
    for (const [name, bytes] of [
      ['plain.log', text],
      ['large.log', packed],
      ['cut.log', packed.subarray(0, 4_300_000)],
    ] as const)
      writeFileSync(here.at(name), bytes);
    const eventsOf = async (name: string) => {
      const { stdout, stderr } = await why1006('extract', `x.log=${here.at(name)}`);
      return { events: stdout.split('\n').filter((line) => line.startsWith('{"event"')), stderr };
    };
    const [plain, large, cut] = await Promise.all(['plain.log', 'large.log', 'cut.log'].map(eventsOf));
    expect(plain?.events.length).toBe(written.length);
    expect(large).toEqual(plain);
    expect(cut?.stderr).toMatch(/x\.log: the gzip data ends too early/);
    expect(cut?.events.length).toBeGreaterThan(10_000);
    expect(plain?.events.slice(0, cut?.events.length)).toEqual(cut?.events);
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
    const part = (number: number) => why1006('extract', `dense.log=${dense}`, '--part', `${number}/3`, '-o', here.at(`${number}.jsonl`));
    await Promise.all([1, 2, 3].map(part));
    const [whole, joined] = await Promise.all([
      why1006(`dense.log=${dense}`),
      why1006(...[2, 3, 1].map((number) => here.at(`${number}.jsonl`))),
    ]);
    expect(joined).toEqual(whole);
  });

  it('tells of events that are none, and of a file that was cut short', async () => {
    const log = samplePath('three-causes-in-one-minute', 'logs/app.log');
    const { stdout } = await why1006('extract', `app.log=${log}`);
    const lines = stdout.trimEnd().split('\n');
    writeFileSync(here.at('odd.jsonl'), [...lines, '{"event":{"kind":"socket-closed"}}', '{"tally":{}}', '[]', '{"event":'].join('\n'));
    const [good, odd] = [await why1006(log), await why1006(here.at('odd.jsonl'))];
    expect(odd.code).toBe(good.code);
    expect(odd.stderr).toMatch(/odd\.jsonl: 4 lines are no events of this version\n$/);
    writeFileSync(here.at('cut.jsonl'), lines.slice(0, -1).join('\n'));
    const cut = await why1006(here.at('cut.jsonl'));
    expect([cut.code, cut.stderr]).toEqual([
      0,
      expect.stringMatching(/app\.log: .*cut\.jsonl ends before all that was read of this log\n$/),
    ]);
  });

  it('counts parts from one', async () => {
    for (const part of ['0/3', '4/3', '2', 'x/2', '1/0']) {
      const { code, stderr } = await why1006('extract', dense, '--part', part);
      expect([code, stderr]).toEqual([2, expect.stringContaining('1/8 to 8/8')]);
    }
  });
});
