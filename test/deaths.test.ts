/** A server that crashes in a loop for weeks dies by the thousand: each closure is weighed against the deaths near it, not against all. */
import { expect, it } from 'vitest';
import { causes } from '../src/causes/index.ts';
import type { Closure } from '../src/closure.ts';
import { deathsOf } from '../src/deaths/deaths.ts';
import { ServerProfile } from '../src/deaths/profile.ts';
import { judged, unlogged } from '../src/infer.ts';
import { NamedRefusals } from '../src/named-refusals.ts';
import { Population } from '../src/population.ts';
import { changesOf } from '../src/proxy-changes.ts';
import { Spans } from '../src/spans.ts';
import { worldOf } from '../src/survey.ts';
import type { LogEvent } from '../src/types.ts';
import { weigh } from '../src/weigh.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
/** A unit that is started anew once a minute, and lives for 40 s. */
const ROUND_MS = 60_000;
const LIFE_MS = 40_000;

const seen = (ms: number, source: string, line: number): Pick<LogEvent, 'when' | 'origin' | 'quote' | 'format'> => ({
  when: { fromMs: ms, toMs: ms },
  origin: { source, line },
  quote: `${source} ${line}`,
  format: 'systemd',
});

/** Of each round: an uncaught exception and a banner in the server's log, the end and the start in the journal, a proxy's reload and worker. */
function* eventsOf(rounds: number): Generator<LogEvent> {
  for (let round = 0; round < rounds; round++) {
    const up = START + round * ROUND_MS;
    const line = round * 10;
    const unit = { unit: 'chat.service' };
    yield { ...seen(up, 'journal', line), kind: 'process-started', what: 'supervisor', vantage: 'supervisor', keys: unit };
    yield { ...seen(up + 500, 'app', line), kind: 'process-started', what: 'banner', vantage: 'server', keys: {} };
    yield { ...seen(up + 900, 'proxy', line), kind: 'proxy-lifecycle', change: 'reload', proxy: 'nginx', vantage: 'proxy', keys: {} };
    const refused = { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', vantage: 'proxy', keys: {} } as const;
    yield {
      ...seen(up + LIFE_MS - 2, 'app', line + 9),
      kind: 'process-fault',
      fault: 'uncaught-exception',
      says: 'x',
      vantage: 'server',
      keys: {},
    };
    yield { ...seen(up + LIFE_MS, 'journal', line + 1), kind: 'process-ended', exitCode: 1, vantage: 'supervisor', keys: unit };
    yield { ...seen(up + LIFE_MS + 300, 'proxy', line + 1), ...refused };
  }
}

function closureOf(number: number, rounds: number, count: number): Closure {
  const round = Math.floor((number * rounds) / count);
  const ms = START + round * ROUND_MS + LIFE_MS + (number % 7);
  const when = { fromMs: ms, toMs: ms };
  const own = { ...seen(ms, 'client', number), kind: 'socket-closed', code: 1006, vantage: 'client', keys: {} } as const;
  const codes = { client: 1006 };
  const lifeMs = 30_000 + (number % 5_000);
  return { id: `c${number}`, ended: when, lifeMs, keys: {}, server: 'app', seen: [own], codes, inferred: false, state: 'abnormal' };
}

/** CPU time (ms) of finding the deaths and judging the closures, and how many of these are a crash. */
const NO_FAULTS = new Spans<never>([], () => ({ fromMs: 0, toMs: 0 }));

function cost(rounds: number, count: number): { readonly ms: number; readonly crashes: number; readonly deaths: number } {
  const events = [...eventsOf(rounds)];
  const closures = Array.from({ length: count }, (_, number) => closureOf(number, rounds, count));
  const ends = closures.map(({ ended }) => ended.fromMs);
  const sorted = Float64Array.from(ends);
  const started = process.cpuUsage();
  const profile = new ServerProfile();
  const population = new Population();
  for (const event of events) profile.add(event);
  profile.sources.add('app');
  profile.times.set('app', ends);
  const deaths = deathsOf(events, profile, new Map([['app', ends]]), ends);
  for (const closure of closures) {
    judged({ ...closure, state: 'unjudged' }, deaths, true, sorted, NO_FAULTS);
    population.add(closure);
  }
  const opened = closures.map((closure) => ({
    id: closure.id,
    opened: { ...seen(closure.ended.fromMs - 30_000, 'app', 1), kind: 'socket-opened', vantage: 'server', keys: {} } as const,
  }));
  unlogged(opened, deaths, new Map(), () => true, profile);
  population.finish([]);
  const world = worldOf({
    events,
    deaths,
    changes: changesOf(events, []),
    population,
    profile,
    coverage: [],
    heartbeats: false,
    guessed: new Map(),
    showsIdleCuts: false,
    refusals: new NamedRefusals(),
    connections: new Map(),
  });
  const crashes = closures.filter((closure) => weigh(closure, world, causes).cause === 'crash').length;
  return { ms: process.cpuUsage(started).user / 1_000, crashes, deaths: deaths.all.length };
}

it('is told of by thousands of exceptions that do not end it, in proportion to these', { timeout: 60_000 }, () => {
  const storm = (count: number): number => {
    const profile = new ServerProfile();
    const events = Array.from(
      { length: count },
      (_, at): LogEvent => ({
        ...seen(START + at * 1_000, 'app', at),
        kind: 'process-fault',
        fault: 'uncaught-exception',
        says: 'x',
        vantage: 'server',
        keys: {},
      }),
    );
    for (const event of events) profile.add(event);
    profile.sources.add('app');
    const started = process.cpuUsage();
    expect(deathsOf(events, profile, new Map(), []).all).toHaveLength(1);
    return process.cpuUsage(started).user;
  };
  storm(1_000); // compiled by now
  const quarter = storm(3_000);
  expect(storm(12_000) / quarter).toBeLessThan(9);
});

it('takes time in proportion to 20,000 deaths and 50,000 closures', { timeout: 120_000 }, () => {
  cost(1_000, 2_500); // compiled by now
  const quarter = cost(5_000, 12_500);
  const whole = cost(20_000, 50_000);
  expect(whole).toMatchObject({ deaths: 20_000, crashes: 50_000 });
  // In proportion it is 4, with each against all it is 16.
  expect(whole.ms / quarter.ms).toBeLessThan(8);
});
