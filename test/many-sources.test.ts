/** What a thousand sources cost: nothing is made anew for each that is like another, and none is compared with those it has nothing to do with. */
import { describe, expect, it } from 'vitest';
import { edgeOf, keySharing } from '../src/align/votes.ts';
import { ClockSample } from '../src/clock-sample.ts';
import { ofSameItems } from '../src/memo.ts';
import { LiveOpens } from '../src/stitch/live.ts';
import type { EventOf } from '../src/types.ts';

describe('what is made of a list', () => {
  it('is made once for each of the latest lists', () => {
    let made = 0;
    const sumOf = ofSameItems((items: readonly number[]) => {
      made++;
      return items.reduce((sum, item) => sum + item, 0);
    });
    for (let source = 0; source < 1_000; source++) expect(sumOf([1, 2, 3 + (source % 3)])).toBe(6 + (source % 3));
    expect(made).toBe(3);
    expect([sumOf([3, 2, 1]), sumOf([1, 2])]).toEqual([6, 3]);
    expect(made).toBe(5);
  });
});

const opened = (source: string, line: number, vantage: 'server' | 'client' = 'server'): EventOf<'socket-opened'> => ({
  kind: 'socket-opened',
  when: { fromMs: line, toMs: line },
  origin: { source, line },
  vantage,
  keys: {},
  quote: '',
  format: '',
});

describe('open lines of many sources', () => {
  it('are found by id alone, those first that first wrote opens', () => {
    const live = new LiveOpens();
    for (let source = 0; source < 1_000; source++) live.set(`c${source}`, opened(`pod-${source}.log`, source));
    live.set('c7', opened('pod-3.log', 1_000));
    live.set('c7', opened('pod-7.log', 1_001));
    expect(live.of('c7').map(({ origin }) => origin.source)).toEqual(['pod-3.log', 'pod-7.log']);
    expect(live.get('pod-7.log', 'c7')?.origin.line).toBe(1_001);
    expect(live.of('c1000')).toEqual([]);
    live.end('c7', ({ origin }) => origin.source === 'pod-7.log');
    live.end('c0', () => true);
    const left = live.unclosed().map(({ id, opened: { origin } }) => `${id} ${origin.source}`);
    expect(left).toHaveLength(999);
    expect([left[0], left[6], left.at(-1)]).toEqual(['c1 pod-1.log', 'c8 pod-8.log', 'c7 pod-3.log']);
  });
});

describe('clocks of many sources', () => {
  it('vote by keys where they have one in common', () => {
    const voters = ['a.log', 'b.log', 'c.log'].map((source) => ({
      sample: new ClockSample(source, 'utc'),
      fixedZone: undefined,
      own: (ms: number) => ms,
    }));
    const [a, b, c] = voters as [(typeof voters)[0], (typeof voters)[0], (typeof voters)[0]];
    for (const id of ['c1', 'c2', 'c3']) {
      a.sample.keyed.set(`open ${id}`, [1_000]);
      b.sample.keyed.set(`began ${id}`, [1_000]);
      c.sample.keyed.set(`close ${id}`, [1_000]);
    }
    const shares = keySharing(voters);
    expect([shares(a, b), shares(b, a), shares(a, c), shares(b, c)]).toEqual([true, true, false, false]);
    expect(edgeOf(a, b, shares(a, b))?.ground).toBe('id');
  });
});
