/** The shelves: every sample is read as it says, by its own parser alone; every needle is sound; nothing throws. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import type { Context, Draft, Parser, Sample } from '../src/types.ts';

const asList = (drafts: ReturnType<Parser['events']>): readonly Draft[] =>
  drafts === undefined ? [] : Array.isArray(drafts) ? drafts : [drafts as Draft];

const contextOf = (sample?: Sample): Context => ({
  keys: sample?.keys ?? {},
  at: sample?.at,
  before: (count) => (sample?.before ?? []).slice(-count),
  after: (count) => (sample?.after ?? []).slice(0, count),
  header: sample?.header,
  head: sample?.head,
  hint: sample?.hint ?? '',
});

const FILLERS = ['a', ' ', '"', '\\', '1', '=', '[', ':', '{"a":'];
/** Just below each length at which formats leave the rest of a line out, and far above all of them; ms of CPU that reading takes at most. */
const LENGTHS = [
  [600, 20],
  [2_000, 20],
  [4_000, 20],
  [100_000, 1_000],
  [200_000, 2_000],
] as const;
const ATTEMPTS = 4;

describe.each(parsers.map((parser) => [parser.name, parser] as const))('%s', (_, parser) => {
  it.each(parser.samples)('reads $line', (sample) => {
    const row = parser.read(sample.line, contextOf(sample));
    expect(row).toMatchObject(sample.reads);
    const events = asList(parser.events(row ?? {}, contextOf(sample)));
    const expected = sample.gives === 'noise' ? [] : [sample.gives].flat();
    expect(events).toHaveLength(expected.length);
    expect(events).toMatchObject(expected);
    if (events.length > 0) {
      const lower = sample.line.toLowerCase();
      expect(parser.needles.filter((needle) => lower.includes(needle.toLowerCase()))).not.toEqual([]);
    }
  });
  if (parser.rejects.length > 0) it.each(parser.rejects)('leaves %j alone', (line) => expect(parser.read(line, contextOf())).toBeNull());
  it('has samples, rejects and needles that survive JSON', () => {
    expect(parser.samples.length).toBeGreaterThan(0);
    expect(parser.rejects.length).toBeGreaterThan(0);
    for (const needle of parser.needles) expect(JSON.stringify(needle)).toBe(`"${needle}"`);
  });
  it('never throws and stays linear', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.constantFrom(...parser.samples.map((sample) => sample.line)),
        fc.nat(200),
        (noise, line, at) => {
          for (const text of [noise, line.slice(0, at) + noise, line.slice(at), line.slice(0, at) + noise + line.slice(at)]) {
            const row = parser.read(text, contextOf());
            if (row) parser.events(row, contextOf());
          }
        },
      ),
      { numRuns: 60 },
    );
    for (const sample of parser.samples)
      for (const filler of FILLERS)
        for (const [length, mostMs] of LENGTHS)
          for (const at of [sample.line.length, ...(length < 10_000 ? [sample.line.length >> 1] : [])]) {
            let tookMs = Number.POSITIVE_INFINITY;
            // Collecting garbage counts too: the best of some attempts, each of another text, as answers may be remembered.
            for (let attempt = 1; attempt <= ATTEMPTS && tookMs > mostMs; attempt++) {
              const stuffing = filler.repeat(Math.max(1, Math.floor((length - sample.line.length - attempt) / filler.length)));
              const text = sample.line.slice(0, at) + stuffing + sample.line.slice(at);
              const started = process.cpuUsage();
              const row = parser.read(text, contextOf(sample));
              if (row) parser.events(row, contextOf(sample));
              tookMs = Math.min(tookMs, process.cpuUsage(started).user / 1_000);
            }
            expect(tookMs, `${length} × ${filler} in ${sample.line}`).toBeLessThan(mostMs);
          }
  });
});

test('each sample is read by exactly one parser', () => {
  const strays: string[] = [];
  for (const owner of parsers)
    for (const sample of owner.samples)
      for (const other of parsers)
        if (other !== owner && other.read(sample.line, contextOf(sample)) !== null)
          strays.push(`${other.name} also reads ${owner.name}: ${sample.line}`);
  expect(strays).toEqual([]);
});

describe.each(envelopes.map((envelope) => [envelope.name, envelope] as const))('envelope %s', (_, envelope) => {
  it.each(envelope.samples)('unwraps $line', ({ line, unwraps }) => expect(envelope.unwrap(line)).toMatchObject(unwraps));
  if (envelope.rejects.length > 0) it.each(envelope.rejects)('leaves %j alone', (line) => expect(envelope.unwrap(line)).toBeNull());
  it('never throws', () =>
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void envelope.unwrap(text)),
      { numRuns: 100 },
    ));
  it('unwraps what it wraps', () => {
    for (const text of ['plain text', '{"json":"te\\"xt"}', 'tab\tand "quotes"']) {
      const wrapped = envelope.wrap(text);
      if (wrapped !== undefined) expect(envelope.unwrap(wrapped)?.text).toBe(text);
    }
  });
});

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const shelves = [
  { folder: 'parsers', list: 'parsers', type: 'Parser', from: '../src/types.ts' },
  { folder: 'parsers/envelopes', list: 'envelopes', type: 'Envelope', from: '../../src/types.ts' },
  { folder: 'src/causes', list: 'causes', type: 'Cause', from: '../closure.ts' },
  { folder: 'reports', list: 'renderers', type: 'Renderer', from: '../src/report.ts' },
];
test.each(shelves)('$folder/index.ts lists its folder', async ({ folder, list, type, from }) => {
  const names = readdirSync(new URL(`../${folder}/`, import.meta.url))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -3))
    .sort();
  const text = [
    '// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).',
    `import type { ${type} } from '${from}';`,
    ...names.map((name) => `import { ${camel(name)} } from './${name}.ts';`),
    '',
    `export const ${list}: readonly ${type}[] = [`,
    ...names.map((name) => `  ${camel(name)},`),
    '];',
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(`../${folder}/index.ts`);
});
