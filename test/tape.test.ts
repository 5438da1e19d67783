/** What a tape writes it reads back, whatever the items are. */
import { array, assert, boolean, constant, dictionary, double, letrec, oneof, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tape } from '../src/tape.ts';

const through = (tape: Tape, items: readonly unknown[]): unknown[] => tape.read(tape.write(items));

const { plain } = letrec((tie) => ({
  plain: oneof(
    { depthSize: 'small' },
    double(),
    string({ unit: 'binary' }),
    boolean(),
    constant(null),
    constant(undefined),
    array(tie('plain')),
    dictionary(string({ maxLength: 3 }), tie('plain')),
    // Few names, so that shapes come again within themselves.
    record({ a: tie('plain'), b: tie('plain') }, { requiredKeys: [] }),
  ),
}));

describe('Tape', () => {
  it('reads what it wrote, chunk after chunk', () => {
    const tape = new Tape();
    assert(
      property(array(plain), (items) => {
        expect(through(tape, items)).toEqual(items);
      }),
    );
  });

  it('reads chunks in any order', () => {
    const tape = new Tape();
    const chunks = [
      [{ a: 'x', b: { a: 'x' } }],
      [
        { b: 'y', a: 'x' },
        { a: 'x', b: { a: 'z' } },
      ],
      ['…\ud800', { a: 1 }],
    ];
    const written = chunks.map((items) => tape.write(items));
    for (const at of [2, 0, 1, 1, 2]) expect(tape.read(written[at] ?? new Uint8Array())).toEqual(chunks[at]);
  });

  it('keeps the order of properties and tells absent from undefined', () => {
    const items = [
      { b: 1, a: undefined },
      { a: 1, b: 2 },
    ];
    expect(JSON.stringify(through(new Tape(), items).map((item) => Object.entries(item as object)))).toBe(
      JSON.stringify(items.map((item) => Object.entries(item as object))),
    );
  });

  it('grows with its items', () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({ at, text: `${at}`.repeat(5), list: [at, `${at}`] }));
    expect(through(new Tape(), items)).toEqual(items);
  });
});
