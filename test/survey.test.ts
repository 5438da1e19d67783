/** What lies around a closure, of as many events as there may be. */
import { describe, expect, it } from 'vitest';
import { ServerProfile } from '../src/deaths/profile.ts';
import { NamedRefusals } from '../src/named-refusals.ts';
import { Population } from '../src/population.ts';
import { Spans } from '../src/spans.ts';
import { worldOf } from '../src/survey.ts';
import type { EventOf } from '../src/types.ts';

const MOMENT = 1_795_379_021_000;

const fault = (fromMs: number, toMs = fromMs): EventOf<'network-fault'> => ({
  kind: 'network-fault',
  fault: 'link-down',
  when: { fromMs, toMs },
  origin: { source: 'kernel.log', line: 1 },
  vantage: 'kernel',
  keys: {},
  quote: '',
  format: '',
});

const world = (events: readonly EventOf<'network-fault'>[], coverage: Parameters<typeof worldOf>[0]['coverage'] = []) =>
  worldOf({
    events,
    deaths: new Spans([], () => ({ fromMs: 0, toMs: 0 })),
    changes: [],
    population: new Population(),
    profile: new ServerProfile(),
    coverage,
    heartbeats: false,
    guessed: new Map(),
    showsIdleCuts: false,
    refusals: new NamedRefusals(),
    connections: new Map(),
  });

describe('events around a moment', () => {
  const startsOf = (events: readonly EventOf<'network-fault'>[]): readonly number[] => events.map(({ when }) => when.fromMs - MOMENT);

  it('are those that begin in its window, without those of no moment', () => {
    const { between } = world(
      [-3_000, -1_000, 500, 1_000, 1_001].map((ms) => fault(MOMENT + ms)).concat(fault(MOMENT, MOMENT + 3_600_000)),
    );
    expect(startsOf(between('network-fault', MOMENT - 1_000, MOMENT + 1_000))).toEqual([-1_000, 500, 1_000]);
    expect(startsOf(between('network-fault', MOMENT + 2_000, MOMENT + 3_000))).toEqual([]);
  });

  it('are the nearest of many', () => {
    const { between } = world(Array.from({ length: 2_000 }, (_, at) => fault(MOMENT - 1_000 + at)));
    const before = startsOf(between('network-fault', MOMENT - 1_000, MOMENT));
    expect([before.length, before[0], before.at(-1)]).toEqual([200, -199, 0]);
    const around = startsOf(between('network-fault', MOMENT - 1_000, MOMENT + 1_000, MOMENT));
    expect([around.length, around[0], around.at(-1)]).toEqual([200, -100, 99]);
  });
});

describe('coverage', () => {
  it('is that of any one source that tells before and after', () => {
    const log = (fromMs: number, toMs: number) => ({
      source: `${fromMs}`,
      vantages: new Set(['proxy'] as const),
      span: { fromMs: MOMENT + fromMs, toMs: MOMENT + toMs },
    });
    const { covers } = world([], [log(0, 10_000), log(-60_000, -1_000), log(2_000, 60_000), log(10_000, 11_000)]);
    const covered = [-55_000, -6_000, -5_999, 5_000, 5_001, 6_999, 7_000, 55_000, 55_001].filter((ms) => covers('proxy', MOMENT + ms));
    expect(covered).toEqual([-55_000, -6_000, 5_000, 7_000, 55_000]);
    expect(covers('kernel', MOMENT)).toBe(false);
  });
});
