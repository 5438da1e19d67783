/** When an instance dies, thousands of connections end in one second: each is compared with the few that it may be, not with all. */
import { describe, expect, it } from 'vitest';
import type { Draft, Observation } from '../src/stitch/draft.ts';
import { Neighbourhood } from '../src/stitch/neighbourhood.ts';

const MOMENT = 1_795_379_021_000;

function draftOf(number: number, client: string | undefined, lifeMs: number | undefined, code = 1006): Draft {
  const seen: Observation = {
    kind: 'socket-closed',
    when: { fromMs: MOMENT + number, toMs: MOMENT + number },
    origin: { source: client === undefined ? 'app.log' : 'proxy.log', line: number },
    vantage: 'server',
    keys: client === undefined ? {} : { client: { ip: client } },
    quote: '',
    format: '',
    code,
    ...(lifeMs !== undefined && { lifeMs }),
  };
  return {
    number,
    seen: [seen],
    namedBy: new Set(),
    opened: undefined,
    unopened: false,
    ids: new Set(),
    startMs: seen.when.fromMs,
    firstMs: seen.when.fromMs,
    lastMs: seen.when.toMs,
    paired: false,
    gone: false,
    measures: undefined,
  };
}

function moment(drafts: readonly Draft[]): { near(draft: Draft): number[]; readonly neighbourhood: Neighbourhood } {
  const neighbourhood = new Neighbourhood(new Set());
  for (const draft of drafts) neighbourhood.place(draft);
  const near = (draft: Draft): number[] => [...neighbourhood.near(draft, 0, Number.POSITIVE_INFINITY)].map(({ number }) => number);
  return { near, neighbourhood };
}

const many = (): Draft[] => Array.from({ length: 1_000 }, (_, at) => draftOf(at + 10, `10.0.${at >> 8}.${at & 255}`, 60_000 + at * 1_000));

describe('the neighbourhood of a connection', () => {
  it('is those of its client, whatever their life', () => {
    const [mine, other] = [draftOf(1, '10.0.0.7', 5_000), draftOf(2, '10.0.0.7', undefined)];
    const { near } = moment([mine, other, ...many()]);
    expect(near(mine)).toEqual([2, 17]);
    expect(near(other)).toEqual([1, 17]);
  });

  it('is those of about its life where no client is known', () => {
    const mine = draftOf(1, undefined, 100_500);
    const { near } = moment([mine, ...many()]);
    const found = near(mine);
    expect(found).toContain(50); // 100 s
    expect(found.length).toBeLessThanOrEqual(30);
  });

  it('changes with what becomes known, and forgets what is gone', () => {
    const [mine, other] = [draftOf(1, '10.0.0.7', undefined), draftOf(2, undefined, undefined)];
    const { near, neighbourhood } = moment([mine, other]);
    expect(near(mine)).toEqual([]);
    other.seen.push(draftOf(3, '10.0.0.7', undefined).seen[0] as Observation);
    neighbourhood.place(other);
    expect(near(mine)).toEqual([2]);
    other.gone = true;
    expect(near(mine)).toEqual([]);
    neighbourhood.prune();
    expect(near(mine)).toEqual([]);
  });
});
