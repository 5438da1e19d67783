/** The incidents of samples/: the reports that they give, and laws that hold for each of them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { json } from '../reports/json.ts';
import { markdown } from '../reports/markdown.ts';
import { extractSource } from '../src/extract.ts';
import type { RawEvent } from '../src/record.ts';
import type { ClosureReport, EvidenceReport, Report } from '../src/report.ts';
import { rewriteStamps } from './eval/stamps.ts';
import type { Truth } from './eval/truth.ts';
import { extracted, logsOf, reportOn, shelves, sourceOf, type Whole } from './logs-in-memory.ts';
import { seeded } from './random.ts';
import { analyzeSample, samplePath, samples } from './sample-folders.ts';

const DAY_MS = 86_400_000;

/** A release changes the version and nothing else. */
const unversioned = (report: Report): Report => ({ ...report, tool: { ...report.tool, version: '0.0.0' } });
const text = (pieces: Iterable<string>): string => [...pieces].join('');
const truthOf = (sample: string): Truth => JSON.parse(readFileSync(samplePath(sample, 'truth.json'), 'utf8')) as Truth;

const quotes = (report: Pick<Whole, 'closures' | 'incidents' | 'decoys'>): readonly EvidenceReport[] =>
  [...report.closures, ...report.incidents].flatMap(({ evidence }) => evidence).concat(report.decoys);

/** Not framed, as a journal's export and an indented document are. */
const isOneALine = (log: string): boolean => !/^(?:__|\s*[{[]\s*\n)/.test(log);

const NEAR_MS = 2_500;
/** The connection, or when no log names it one that ended near, really ended by this cause. A runtime's own heap limit may be called either. */
function isTrue({ connection, closedAt, cause }: ClosureReport, { closes }: Truth): boolean {
  const named = closes.filter(({ connId, clientId }) => connection !== null && (connId === connection || clientId === connection));
  const near = closes.filter((close) =>
    [close.closedAt, ...Object.values(close.closedAtBySide)].some((at) => Math.abs(Date.parse(at) - Date.parse(closedAt)) <= NEAR_MS),
  );
  return (named.length > 0 ? named : near).some(
    (close) => close.cause === cause || (/heap/.test(close.subtype) && (cause === 'crash' || cause === 'oom')),
  );
}

test('there is a sample for each cause', () => {
  const causes = new Set(samples.flatMap((sample) => truthOf(sample).closes.map(({ cause }) => cause)));
  expect([...causes].sort()).toEqual(
    expect.arrayContaining(['clean', 'client-abort', 'crash', 'deploy-restart', 'handshake-failure', 'network', 'oom', 'proxy-timeout']),
  );
});

describe.each(samples)('%s', (sample) => {
  const logs = Object.entries(logsOf(sample));
  const asItIs = reportOn(logs);

  it('gives the report beside it', async () => {
    const { report, problems, dispose } = await analyzeSample(sample);
    expect(problems).toEqual([]);
    await expect(text(json.render(unversioned(report)))).toMatchFileSnapshot(samplePath(sample, 'expected.json'));
    await expect(text(markdown.render(unversioned(report)))).toMatchFileSnapshot(samplePath(sample, 'expected.md'));
    dispose();
  });

  it('quotes lines letter by letter', async () => {
    const lines = new Map(logs.map(([name, log]) => [name, Buffer.from(log, 'latin1').toString('utf8').split('\n')]));
    const quoted = quotes(await asItIs).filter(({ line }) => line > 0);
    const strays = quoted.filter((one) => one.text === '' || lines.get(one.source)?.[one.line - 1]?.includes(one.text) !== true);
    expect(strays).toEqual([]);
  });

  it('says the same of files of any age', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'why1006-golden-'));
    try {
      cpSync(samplePath(sample, 'logs'), copy, { recursive: true });
      for (const name of readdirSync(copy)) utimesSync(join(copy, name), new Date('2031-05-05'), new Date('2031-05-05'));
      const [here, there] = await Promise.all([analyzeSample(sample), analyzeSample(sample, {}, copy)]);
      expect(text(json.render(there.report))).toBe(text(json.render(here.report)));
      here.dispose();
      there.dispose();
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('says the same whatever the order of inputs', async () => {
    expect(await reportOn(logs.toReversed())).toEqual(await asItIs);
  });

  it('says the same when everything moves to disk', async () => {
    expect(await reportOn(logs, 50)).toEqual(await asItIs);
  });

  it('says the same of events that were extracted log by log', async () => {
    const apart = await Promise.all(
      logs.map(async ([name, log]) => [`${name}.jsonl`, Buffer.from(await extracted(name, log)).toString('latin1')] as const),
    );
    expect(await reportOn(apart)).toEqual(await asItIs);
  });

  it('draws the same events wherever reads are cut', async () => {
    const random = seeded(1006);
    for (const [name, log] of logs) {
      const drawn = async (sizes?: readonly number[]): Promise<unknown> => {
        const events: unknown[] = [];
        const found = await extractSource(sourceOf(name, log, sizes), shelves, (event) => void events.push(event));
        return { events, found };
      };
      const whole = await drawn();
      for (const most of [7, 300, 5_000]) expect(await drawn(Array.from({ length: 97 }, () => random.integer(1, most)))).toEqual(whole);
    }
  });

  it('draws the same events behind another program’s access lines', async () => {
    const access = '203.0.113.9 - - [10/Oct/2026:00:00:01 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "curl/8.14.1"\n';
    const drawn = async (name: string, log: string, linesBefore: number): Promise<unknown> => {
      const events: unknown[] = [];
      // An event without a stamp has that of the lines around it.
      const add = ({ origin, when: _, basis: __, ...event }: RawEvent): void =>
        void events.push({ ...event, line: origin.line - linesBefore });
      await extractSource({ ...sourceOf(name, log), writtenMs: Date.UTC(2026, 10, 30) }, shelves, add);
      return events;
    };
    for (const [name, log] of logs)
      if (isOneALine(log)) expect(await drawn(name, access.repeat(280) + log, 280), name).toEqual(await drawn(name, log, 0));
  });

  it('says the same of lines that nobody reads, but for tallies', async () => {
    const noise = 'zzz a line of nobody’s\n';
    const padded = logs.map(
      ([name, log]) => [name, !isOneALine(log) ? log : `${log}${Buffer.from(noise.repeat(3)).toString('latin1')}`] as const,
    );
    const untallied = ({ sources: _, ...rest }: Whole): unknown => rest;
    expect(untallied(await reportOn(padded))).toEqual(untallied(await asItIs));
  });

  it('says the same of another day', async () => {
    const around = Date.parse(truthOf(sample).closes[0]?.closedAt ?? '');
    for (const shiftMs of [2 * DAY_MS, -3 * DAY_MS]) {
      const later = await reportOn(logs.map(([name, log]) => [name, rewriteStamps(log, { shiftMs, around })] as const));
      const verdicts = (report: Whole, movedMs: number): unknown =>
        report.closures.map(({ id, cause, hop, confidence, durationMs, closedAt }) => ({
          id,
          cause,
          hop,
          confidence,
          durationMs,
          closedAtMs: Date.parse(closedAt) - movedMs,
        }));
      expect(verdicts(later, shiftMs)).toEqual(verdicts(await asItIs, 0));
    }
  });

  it('confirms no wrong cause when a log is missing', async () => {
    const truth = truthOf(sample);
    for (const [missing] of [['', ''], ...logs]) {
      const left = logs.filter(([name]) => name !== missing);
      if (left.length === 0) continue;
      const { closures } = await reportOn(left);
      const wrong = closures.filter((closure) => closure.grade === 'confirmed' && !isTrue(closure, truth));
      expect(wrong, `without ${missing || 'nothing'}`).toEqual([]);
    }
  });
});
