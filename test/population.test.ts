/** What the closures of a report show only together: turns of a server's timer, clients that come back. */
import { describe, expect, it } from 'vitest';
import { Numbers } from '../src/numbers.ts';
import { Measured, pilesIn } from '../src/population/piles.ts';
import { sweepIn } from '../src/population/sweeps.ts';
import { reportOn, type Whole } from './logs-in-memory.ts';
import { type Random, seeded } from './random.ts';

const START = Date.parse('2026-11-22T20:00:00Z');
const iso = (seconds: number): string => new Date(START + Math.round(seconds * 1000)).toISOString();
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);

const report = (logs: Readonly<Record<string, readonly string[]>>): Promise<Whole> =>
  reportOn(Object.entries(logs).map(([name, lines]) => [name, `${lines.toSorted().join('\n')}\n`]));

const opened = (at: number, id: string, ip: string): string => `${iso(at)} INFO  [ws] connection opened id=${id} ip=${ip}`;
const closed = (at: number, id: string, life: number, ip: string, code = 1006): string =>
  `${iso(at)} WARN  [ws] connection closed id=${id} ip=${ip} code=${code} reason="" duration=${life.toFixed(3)}s`;

const numbersOf = (values: readonly number[]): Numbers => {
  const numbers = new Numbers(Float64Array);
  for (const value of values) numbers.push(value);
  return numbers;
};

describe('a sweep', () => {
  const ends = (random: Random, turns: number, every: number): number[] => {
    let at = random.integer(0, 30_000);
    const found: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      at += every * random.integer(1, 6) + random.integer(0, 40);
      for (let socket = random.integer(0, 2); socket >= 0; socket--) found.push(at + random.integer(0, 9));
    }
    return found.sort((a, b) => a - b);
  };
  const ages = (random: Random, n: number): Numbers => numbersOf(count(n).map(() => random.integer(1_000, 900_000)));

  it.each([10_000, 30_000, 45_000])('is found by the gaps between its turns: %i ms', (every) => {
    const random = seeded(7);
    const found = ends(random, 12, every);
    const sweep = sweepIn(numbersOf(found), ages(random, found.length), 1);
    expect(sweep).toMatchObject({ intervalMs: every, gaps: 11, whole: 11 });
  });

  it('is told from chance', () => {
    let wrong = 0;
    for (let seed = 0; seed < 300; seed++) {
      const random = seeded(seed);
      const at = count(30)
        .map(() => random.integer(0, 3_600_000))
        .sort((a, b) => a - b);
      if (sweepIn(numbersOf(at), ages(random, 30), 1)) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it('is no client that a timer cuts again and again', () => {
    const at = count(20).map((n) => n * 60_050);
    expect(sweepIn(numbersOf(at), numbersOf(at.map(() => 60_020)), 1)).toBeUndefined();
  });

  it('that writes no word about pongs makes silent clients of those that it ended', async () => {
    const random = seeded(3);
    const turns = [3, 5, 9, 10, 14, 17, 18, 25, 31, 33];
    const lost = turns.flatMap((turn, n) => {
      const life = random.integer(40_000, 80_000) / 1000 + n * 7;
      return [
        closed(turn * 30 + 7.2 + n / 500, `k${n}ab1`, life, `203.0.113.${n + 1}`),
        opened(turn * 30 + 7.2 - life, `k${n}ab1`, `203.0.113.${n + 1}`),
      ];
    });
    const alive = count(12).flatMap((n) => [
      opened(n * 11, `z${n}cd2`, `198.51.100.${n + 1}`),
      closed(1_100 + n * 17.3, `z${n}cd2`, 1_100 + n * 6.3, `198.51.100.${n + 1}`, 1000),
    ]);
    const found = await report({ 'app.log': [...lost, ...alive] });
    expect(new Set(found.closures.map(({ cause }) => cause))).toEqual(new Set(['network']));
    expect(new Set(found.closures.map(({ grade }) => grade))).not.toContain('confirmed');
    expect(found.patterns.join()).toMatch(/whole multiples of 30 s .* the server's own timer/);
  });
});

describe('a pile of ages', () => {
  const ways = { exact: true, reset: false, named: false, client: 0, agent: 0 };
  const pilesOf = (seconds: readonly number[], exact = true) => {
    const measured = new Measured();
    for (const [n, age] of seconds.entries()) measured.add(Math.round(age * 1000), START + n * 37_000, { ...ways, exact });
    return pilesIn(
      'age',
      measured,
      measured.where(() => true),
    );
  };
  // An idle timer of 95 s, of connections that talked for a moment after their open.
  const smeared = [95.6, 95.72, 95.84, 96.08, 96.2, 96.72, 96.75, 96.9, 96.92, 97.05, 97.12, 97.21, 97.89];
  const others = [29.4, 41.8, 62.1, 85.2, 91.57, 142.3, 239.2, 303.9];

  it('holds all that an idle timer cut after a word or two', () => {
    const [pile, ...more] = pilesOf([...others, ...smeared]);
    expect(more).toEqual([]);
    expect(pile).toMatchObject({ fromMs: 95_600, count: smeared.length, below: 5 });
    expect(pile?.leastMs).toBeLessThanOrEqual(95_600);
    expect(pile?.toMs).toBeGreaterThan(97_890);
  });

  it('in whole seconds holds its first seconds too', () => {
    const [pile] = pilesOf([36, 52, 95, 95, 95, 96, 96, 96, 96, 97, 97, 97, 97, 97, 113, 148], false);
    expect(pile?.leastMs).toBeLessThanOrEqual(95_000);
  });

  it('of a sharp timer holds no client that left half a second before', () => {
    const [pile] = pilesOf([...others, 59.4, ...count(12).map((n) => 60.003 + (n * 7) / 1000)]);
    expect(pile?.leastMs).toBeGreaterThan(59_400);
  });
});

describe('clients that come back', () => {
  const burst = (pause: (n: number) => number): readonly string[] => [
    `${iso(0)} INFO  [main] listening on 127.0.0.1:3000`,
    ...count(20).flatMap((n) => [
      opened(n + 1, `k${n}ab1`, `203.0.113.${n + 1}`),
      closed(100 + n / 1000, `k${n}ab1`, 99 - n, `203.0.113.${n + 1}`),
      opened(100 + n / 1000 + pause(n), `r${n}ab1`, `203.0.113.${n + 1}`),
    ]),
  ];
  const notes = async (lines: readonly string[]): Promise<string> =>
    (await report({ 'app.log': lines })).incidents[0]?.notes.join('; ') ?? '';

  it('all after one pause do so without jitter', async () => {
    expect(await notes(burst((n) => 5 + (n % 5) * 0.05))).toMatch(/^clients came back 5\.1 s ± 0\.1 s after the close \(1[6-9] of 20\)/);
    const { fixes } = await report({ 'app.log': burst(() => 5) });
    expect(fixes.at(-1)?.text).toContain('in one wave');
  });

  it('spread over some seconds keep no pause', async () => {
    const random = seeded(5);
    expect(await notes(burst(() => random.integer(500, 30_000) / 1000))).not.toContain('came back');
  });

  it('behind one address are not told apart', async () => {
    const lines = burst(() => 5).map((line) => line.replace(/203\.0\.113\.\d+/, '203.0.113.1'));
    expect(await notes(lines)).not.toContain('came back');
  });

  it('to the same fault are cut again and again', async () => {
    const lines = count(12).flatMap((n) => [
      opened(n * 65, `k${n}ab1`, '203.0.113.9'),
      closed(n * 65 + 60.02, `k${n}ab1`, 60.02, '203.0.113.9'),
    ]);
    expect(await notes(lines)).toContain('the same client was cut 12 times every 1 min 5 s, 1 min after each open: one fault, met again');
  });
});

describe('a hop that forgets silent connections', () => {
  const close = (n: number, silence: number, reason: string, code = 1006): string =>
    `time=${iso(2_000 + n * 37.7)} level=warn msg="client disconnected" conn=k${n}ab1 peer=203.0.113.${n + 1}:4${n + 100} close_code=${code} close_reason="${reason}" elapsed_s=${900 + n * 13}.250 idle_s=${silence.toFixed(3)}`;
  const random = seeded(11);
  const alive = count(40).map((n) => close(n + 40, random.integer(1_000, 400_000) / 1000, '', 1000));
  const lost = (leastS: number): string[] =>
    count(14).map((n) => close(n, leastS + ((n * n * 31) % 400), n % 2 === 0 ? 'write ETIMEDOUT' : 'read ECONNRESET'));

  it('is known by the silence that all lost connections had', async () => {
    const found = await report({ 'app.log': [...lost(353), ...alive] });
    expect(new Set(found.closures.map(({ cause }) => cause))).toEqual(new Set(['proxy-timeout']));
    expect(found.incidents[0]?.detail).toBe(
      'forgotten in silence after about 5 min 50 s, as by AWS Network Load Balancer or AWS NAT gateway or AWS Network Firewall',
    );
    expect(new Set(found.closures.map(({ grade }) => grade))).not.toContain('confirmed');
    expect(found.patterns.join()).toContain('a hop forgets silent connections after about 5 min 50 s');
  });

  it('is none where busy connections are lost as well, or all are silent for so long', async () => {
    expect((await report({ 'app.log': [...lost(12), ...alive] })).patterns.join()).not.toContain('forgets');
    const silent = count(40).map((n) => close(n + 40, 353 + ((n * n * 17) % 300), '', 1000));
    expect((await report({ 'app.log': [...lost(353), ...silent] })).patterns.join()).not.toContain('forgets');
  });
});
