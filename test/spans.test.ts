/** What is asked by time is found as by looking at all. */
import { describe, expect, it } from 'vitest';
import { Spans } from '../src/spans.ts';
import type { Span } from '../src/types.ts';
import { seeded } from './random.ts';

const random = seeded(11);
const spans: readonly Span[] = Array.from({ length: 400 }, () => {
  const fromMs = random.integer(0, 5_000);
  // A few last so long that they reach over many that follow.
  return { fromMs, toMs: fromMs + (random.chance(0.05) ? random.integer(500, 3_000) : random.integer(0, 40)) };
});
const inOrder = spans.toSorted((a, b) => a.fromMs - b.fromMs);
const found = new Spans(spans, (span) => span);
const asked = Array.from({ length: 300 }, () => {
  const fromMs = random.integer(-200, 5_500);
  return [fromMs, fromMs + random.integer(0, 300)] as const;
});

describe('spans', () => {
  it('keep all, by their beginning', () => expect(found.all).toEqual(inOrder));

  it('are found by what they touch', () => {
    for (const [fromMs, toMs] of asked)
      expect(found.between(fromMs, toMs)).toEqual(inOrder.filter((span) => span.fromMs <= toMs && span.toMs >= fromMs));
  });

  it('are found from an instant on, the first that fits', () => {
    const long = ({ fromMs, toMs }: Span): boolean => toMs - fromMs > 30;
    for (const [fromMs] of asked) expect(found.next(fromMs, long)).toBe(inOrder.find((span) => span.toMs >= fromMs && long(span)));
  });

  it('that begin together stay as they were given', () => {
    const twins = ['a', 'b', 'c'];
    expect(new Spans(twins, () => ({ fromMs: 1, toMs: 1 })).between(0, 2)).toEqual(twins);
    expect(new Spans([], () => ({ fromMs: 0, toMs: 0 })).between(0, 1)).toEqual([]);
  });
});
