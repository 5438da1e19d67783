import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NeedleIndex } from '../src/needles.ts';

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
