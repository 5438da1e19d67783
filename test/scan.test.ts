import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { BytesReader, readIntoFrom } from '../src/open/bytes.ts';
import { CONTEXT_BYTES, type Hit, LONGEST_LINE, scanSource } from '../src/scan/blocks.ts';
import { createEveryLineScanner, createPlainScanner } from '../src/scan/plain.ts';
import { HIT_END, HIT_FIELDS, HIT_NEWLINES, HIT_NON_ASCII, HIT_ROOM, HIT_START, type Scanner } from '../src/scan/scanner.ts';
import { createSimdScanner } from '../src/scan/simd.ts';

interface Found {
  readonly start: number;
  readonly end: number;
  readonly newlines: number;
  readonly isAscii: boolean;
}

/** Lines by `split`, needles by `indexOf`. */
function scanNaively(bytes: Uint8Array, needles: readonly string[]): Found[] {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  let start = 0;
  return lines.flatMap((line, newlines) => {
    const found = { start, end: start + line.length, newlines, isAscii: !/[\x80-\xff]/.test(line) };
    start = found.end + 1;
    return needles.some((needle) => holds(asciiLower(line), asciiLower(needle))) ? [found] : [];
  });
}

function holds(line: string, needle: string): boolean {
  const isNumber = /^[0-9]+$/.test(needle);
  for (let at = line.indexOf(needle); at >= 0; at = line.indexOf(needle, at + 1)) {
    const [before, behind] = [line.slice(Math.max(0, at - 2), at), line.slice(at + needle.length)];
    if (!isNumber || !(/[0-9]\.?$/.test(before) || /^(?:[0-9]|\.[1-9])/.test(behind))) return true;
  }
  return false;
}

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** All hits in [from, to), with offsets and line numbers from `from`, however often the scanner has to be resumed. */
function scanAll(scanner: Scanner, from: number, to: number): { readonly found: Found[]; readonly newlines: number } {
  const found: Found[] = [];
  let newlines = 0;
  for (let at = from; at < to; at = scanner.scannedTo) {
    const count = scanner.scan(at, to);
    for (let hit = 0; hit < count * HIT_FIELDS; hit += HIT_FIELDS) {
      const field = (place: number): number => scanner.hits[hit + place] ?? Number.NaN;
      found.push({
        start: field(HIT_START) - from,
        end: field(HIT_END) - from,
        newlines: newlines + field(HIT_NEWLINES),
        isAscii: field(HIT_NON_ASCII) === 0,
      });
    }
    newlines += scanner.newlines;
  }
  return { found, newlines };
}

const SIMD = (needles: readonly string[], capacity: number): Scanner => {
  const scanner = createSimdScanner(needles, capacity);
  if (scanner === undefined) throw new Error('no SIMD scanner here');
  return scanner;
};

/** Few different bytes, so that needles and near misses are common; line ends and digits among them. */
const nearby = fc.constantFrom(...Buffer.from('aAbB019. k\n\n\r\0\x80\xc3{[', 'latin1'));
const needle = fc
  .array(fc.constantFrom(...'abAB019 k{[') as fc.Arbitrary<string>, { minLength: 3, maxLength: 20 })
  .map((chars) => chars.join(''));
const needleSets = fc.oneof(
  fc.array(needle, { maxLength: 5 }),
  fc.array(needle, { minLength: 20, maxLength: 60 }),
  fc.constant(['1006', '101', ' 10', '091']),
);
const texts = fc.oneof(
  fc.array(nearby, { maxLength: 400 }).map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .array(fc.oneof(needle, fc.constantFrom('\n', '\r\n', '1006', '11006', '10066', '.', '7.', '.5', '.0', 'é', 'x'.repeat(70))), {
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join(''))),
);
const places = fc.record({ from: fc.nat(130), isFitted: fc.boolean(), around: fc.constantFrom('\n', '0', 'a', '\n0', 'a\n9', '5.') });

describe.each([
  ['WebAssembly', SIMD],
  ['plain JavaScript', createPlainScanner],
])('the %s scanner', (_, create) => {
  it('finds the lines that a naive search finds, wherever the text lies', () => {
    fc.assert(
      fc.property(texts, needleSets, places, (text, needles, { from, isFitted, around }) => {
        const scanner = create(needles, from + text.length + 100);
        scanner.input.set(Buffer.alloc(scanner.input.length, around));
        scanner.input.set(text, from);
        if (isFitted) scanner.fit(from, from + text.length);
        const { found, newlines } = scanAll(scanner, from, from + text.length);
        expect(found).toEqual(scanNaively(text, needles));
        expect(newlines).toBe(text.filter((byte) => byte === 0x0a).length);
      }),
      { numRuns: 1500 },
    );
  });

  it('finds a needle at each place of a line, however few the bytes around it', () => {
    const needles = ['websocket', '1006', '101', ' oom-kill:'];
    const scanner = create(needles, 1000);
    for (const found of needles) {
      for (let before = 0; before < 200; before += 1) {
        for (const after of [0, 1, 40, 100]) {
          const text = Buffer.from(`${'-'.repeat(before)}${found.toUpperCase()}${'-'.repeat(after)}`);
          scanner.input.set(text, 3);
          expect(scanner.scan(3, 3 + text.length), `${found} at ${before}, ${after} before the end`).toBe(1);
        }
      }
    }
  });

  it('counts newlines over long stretches without a hit', () => {
    const scanner = create(['needle'], 200_000);
    scanner.input.fill(0x0a);
    scanner.input.set(Buffer.from('a NEEDLE here'), 150_000);
    expect(scanAll(scanner, 0, 200_000)).toMatchObject({
      newlines: 200_000 - 13,
      found: [{ start: 150_000, end: 150_013, newlines: 150_000 }],
    });
  });

  it('is resumed when more lines hit than there is room for', () => {
    const line = 'code 1006\n';
    const text = Buffer.from(line.repeat(2 * HIT_ROOM + 5));
    const scanner = create(['1006'], text.length);
    scanner.input.set(text);
    expect(scanner.scan(0, text.length)).toBeLessThanOrEqual(HIT_ROOM);
    expect(scanAll(scanner, 0, text.length).found).toHaveLength(2 * HIT_ROOM + 5);
  });
});

test('the scanner for every line finds every line', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const scanner = createEveryLineScanner(text.length + 1);
      scanner.input.fill(0x0a);
      scanner.input.set(text);
      const lines = scanNaively(text, ['']);
      if (lines.at(-1)?.start === text.length) lines.pop();
      expect(scanAll(scanner, 0, text.length).found).toEqual(lines);
    }),
  );
});

test('needles shorter than a fingerprint are left to the plain scanner', () => {
  expect(createSimdScanner(['ok'], 100)).toBeUndefined();
});

test('module.generated.ts is what assembly/scanner.ts compiles to', async () => {
  const { scannerModule } = (await import(new URL('../build.mjs', import.meta.url).href)) as { scannerModule(): Promise<string> };
  expect(readFileSync(new URL('../src/scan/module.generated.ts', import.meta.url), 'utf8')).toBe(await scannerModule());
}, 120_000);

/** A source that hands its bytes over in pieces of the given sizes, over and over. */
function sourceOf(text: Uint8Array, pieces: readonly number[]): BytesReader {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0, piece = 0; at < text.length; piece += 1) {
      const size = pieces[piece % pieces.length] ?? 1;
      yield text.subarray(at, at + size);
      at += size;
    }
  }
  return new BytesReader(readIntoFrom(chunks()), () => ({ code: 'missing', source: 'test' }));
}

async function scanned(text: Uint8Array, needles: readonly string[] | null, pieces: readonly number[] = [1 << 20], blockBytes?: number) {
  const hits: unknown[] = [];
  const onHit = (hit: Hit): void => {
    hits.push({
      line: hit.line,
      text: hit.text,
      before: hit.before(3),
      after: hit.after(3),
      allBefore: hit.before(1e6).join(),
      allAfter: hit.after(1e6).join(),
    });
  };
  const totals = await scanSource(sourceOf(text, pieces), needles, onHit, blockBytes === undefined ? {} : { blockBytes });
  return { hits, totals };
}

describe('scanSource', () => {
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('', 'plain', 'close code=1006', 'é 1006 ü', 'CRLF\r', 'x'.repeat(300), '1006'.repeat(60)) },
    { weight: 3, arbitrary: fc.constantFrom('y'.repeat(70_000), 'z1006 '.repeat(12_000)) },
  );
  const text = fc
    .record({ lines: fc.array(line, { maxLength: 60 }), ending: fc.constantFrom('', '\n', '\r\n') })
    .map(({ lines, ending }) => Buffer.from(lines.join('\n') + ending));

  it('gives the same hits and contexts for any block size and any cut of the chunks', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        text,
        cuts,
        fc.integer({ min: 64, max: 200_000 }),
        fc.constantFrom(['1006'], null),
        async (bytes, pieces, blockBytes, needles) => {
          fc.pre(bytes.length / blockBytes < 500 && bytes.length / Math.min(...pieces) < 2000);
          expect(await scanned(bytes, needles, pieces, blockBytes)).toEqual(await scanned(bytes, needles));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('numbers lines from 1 and sees neighbours on both sides', async () => {
    const { hits, totals } = await scanned(Buffer.from('one\r\ntwo 1006\r\nthree\nfour'), ['1006']);
    expect(hits).toEqual([
      { line: 2, text: 'two 1006', before: ['one'], after: ['three', 'four'], allBefore: 'one', allAfter: 'three,four' },
    ]);
    expect(totals).toMatchObject({ lines: 4, bytes: 25, cutLines: 0, endsInsideLine: true, tail: ['one', 'two 1006', 'three', 'four'] });
  });

  it('sees CONTEXT_BYTES far, whole lines only', async () => {
    const filler = `${'f'.repeat(1023)}\n`;
    const inWindow = CONTEXT_BYTES / 1024;
    const { hits } = await scanned(Buffer.from(`${filler.repeat(100)}1006\n${filler.repeat(100)}`), ['1006'], [1 << 20], 4096);
    const [{ allBefore, allAfter }] = hits as [{ allBefore: string; allAfter: string }];
    // Before: the line feed that shows where a line begins has to be in sight too.
    expect(allBefore.split(',')).toHaveLength(inWindow - 1);
    expect(allAfter.split(',')).toHaveLength(inWindow);
  });

  it('cuts lines at LONGEST_LINE, whatever the block size', async () => {
    const long = 'a'.repeat(LONGEST_LINE);
    const bytes = Buffer.from(`${long}\n${long} 1006\n1006 ${long}${long}\n1006\n${long}${long}`);
    const whole = await scanned(bytes, ['1006']);
    expect(whole.totals).toMatchObject({ lines: 5, cutLines: 3, endsInsideLine: true, bytes: bytes.length });
    expect(whole.hits).toMatchObject([
      { line: 3, text: `1006 ${long}`.slice(0, LONGEST_LINE) },
      { line: 4, text: '1006' },
    ]);
    expect(await scanned(bytes, ['1006'], [77_777], 50_000)).toEqual(whole);
  });

  it('has nothing to say of an empty source', async () => {
    expect(await scanned(new Uint8Array(), ['1006'])).toEqual({
      hits: [],
      totals: { lines: 0, bytes: 0, cutLines: 0, endsInsideLine: false, tail: [] },
    });
  });
});
