import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { detect } from '../src/detect.ts';
import { NeedleIndex } from '../src/needles.ts';
import { stamp } from '../src/time.ts';
import { type Format, lineMakers } from './bench/lines.ts';
import { seeded } from './random.ts';

const letters = fc.constantFrom('a', 'b', 'A', 'B', '1', ' ', 'é', '{');
const needle = fc.string({ unit: letters, minLength: 1, maxLength: 5 });
const lowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

test('an owner holds a text when one of its needles stands in it, whatever the case of ASCII letters', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(needle, { maxLength: 4 }), { maxLength: 40 }),
      fc.string({ unit: letters, maxLength: 60 }),
      (owners, text) => {
        const index = new NeedleIndex(owners, (needles) => needles);
        const expected = owners.filter((needles) => needles.some((one) => lowerCase(text).includes(lowerCase(one))));
        expect(index.holders(text)).toEqual(expected);
        expect(index.holders('')).toEqual([]);
      },
    ),
  );
});

/** A line that holds a needle is read as a whole, which costs some hundred times as much as passing it by. */
const MOST_CAUGHT = 0.05;

test.each(Object.keys(lineMakers) as Format[])('lines of no interest in %s logs seldom hold a needle', (format) => {
  const random = seeded(7);
  const lines = Array.from({ length: 2_000 }, (_, n) => lineMakers[format](random, Date.UTC(2026, 10, 20) + n * 10, false));
  const needles = detect(lines.slice(0, 200), { parsers, envelopes }, format).needles.map(lowerCase);
  // As the scan does: a needle of digits is none as a part of a longer number.
  const standsIn = (line: string, one: string): boolean =>
    /^\d+$/.test(one) ? new RegExp(`(?<!\\d)${one}(?!\\d)`).test(line) : line.includes(one);
  const caught = lines.map(lowerCase).filter((line) => needles.some((one) => standsIn(line, one)));
  expect(needles.length).toBeGreaterThan(0);
  expect(caught.length / lines.length).toBeLessThan(MOST_CAUGHT);
});

test.each(Object.keys(lineMakers) as Format[])(
  'no format looks at the neighbours of a line of %s to see that it is another’s',
  (format) => {
    const random = seeded(11);
    const isAsked = new Set<string>();
    for (let n = 0; n < 200; n++) {
      const line = lineMakers[format](random, Date.UTC(2026, 10, 20) + n * 10, n % 2 === 0);
      const texts = [line, ...envelopes.flatMap((envelope) => envelope.unwrap(line)?.text ?? [])];
      for (const text of texts)
        for (const parser of parsers) {
          let looks = 0;
          const look = (): readonly string[] => {
            looks++;
            return [];
          };
          if (parser.read(text, { keys: {}, at: stamp(0, 1), before: look, after: look, hint: '' }) === null && looks > 0)
            isAsked.add(parser.name);
        }
    }
    // Lines around a record cost a hundred times what the record does.
    expect([...isAsked]).toEqual([]);
  },
);
