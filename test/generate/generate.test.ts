/** What the generator decides before anything runs: its choices are repeatable and its labels certain. */
import { describe, expect, it } from 'vitest';
import { labelOne } from './label.ts';
import type { Entry } from './ledger.ts';
import { type ConnectionPlan, choosePlan, type Plan, STRIKES } from './plan.ts';
import { STYLES } from './styles.ts';

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('plans', () => {
  it('follow from the seed', () => {
    expect(choosePlan(7)).toEqual(choosePlan(7));
    expect(choosePlan(7)).not.toEqual(choosePlan(8));
    expect(new Set(seeds.map((seed) => choosePlan(seed).strike)).size).toBe(STRIKES.length);
  });
  it.each(STRIKES)('give nothing else to connections around %s', (strike) => {
    for (const plan of seeds.map((seed) => choosePlan(seed, strike))) {
      const own = plan.connections.filter(({ fate }) => !['stay', 'killed', 'drop', 'refused'].includes(fate));
      for (const { atMs } of own) if (strike !== 'none') expect(Math.abs(atMs - plan.strikeMs)).toBeGreaterThan(500);
      for (const { openMs } of plan.connections) expect(openMs).toBeLessThan(plan.endMs - 500);
      if (strike === 'drop') expect(plan.heartbeatMs).toBeGreaterThan(0);
      if (strike === 'outage') expect(plan).toMatchObject({ instances: 1, clientLog: true });
    }
  });
});

describe('labels', () => {
  const start = Date.parse('2026-11-22T20:00:00Z');
  const plan: Plan = { ...choosePlan(1, 'kill'), proxy: 'nginx', timer: { setting: 'proxy_read_timeout', seconds: 3 }, clientLog: false };
  const struck = { from: start + 7_000, until: start + 10_000, instance: 1 };
  const one = (fate: ConnectionPlan['fate'], atMs: number): ConnectionPlan => ({
    client: 'c',
    ip: '10.20.0.101',
    openMs: 0,
    fate,
    atMs,
    chatForMs: 0,
    chatEveryMs: 500,
  });
  const opened = (instance: number): Entry => ({ what: 'open', at: start, side: 'server', client: 'c', instance, own: '7' });
  const closed = (atMs: number, code: number, idleMs = atMs): Entry => ({
    what: 'close',
    at: start + atMs,
    side: 'server',
    client: 'c',
    code,
    lifeMs: atMs,
    idleMs,
  });
  const gone = (atMs: number): Entry => ({ what: 'close', at: start + atMs, side: 'client', client: 'c', code: 1006, lifeMs: atMs });
  const label = (connection: ConnectionPlan, ...entries: readonly Entry[]): unknown => labelOne(plan, start, struck, connection, entries);

  it('name the timer of an idle cut', () => {
    expect(label(one('idle', 3_000), opened(1), closed(3_010, 1006))).toMatchObject({
      close: { connId: '7', clientId: 'c', cause: 'proxy-timeout', subtype: 'nginx:proxy_read_timeout=3s', sideSeen: ['server'] },
    });
  });
  it('blame the death on the instance that died, seen or not', () => {
    expect(label(one('stay', 13_000), opened(1), gone(7_050))).toMatchObject({
      close: { cause: 'crash', subtype: 'sigkill', sideSeen: [] },
    });
    expect(label(one('stay', 13_000), opened(2), gone(7_050))).toHaveProperty('doubt');
  });
  it('call a close by code clean, whatever its time', () => {
    expect(label(one('leave', 7_000), opened(1), closed(7_000, 1000))).toMatchObject({ close: { cause: 'clean' } });
  });
  it('doubt what did not go to plan', () => {
    expect(label(one('destroy', 2_000), opened(1), closed(5_000, 1006, 100))).toHaveProperty('doubt');
    expect(label(one('idle', 3_000), opened(1), closed(5_000, 1006, 100))).toHaveProperty('doubt');
    expect(label(one('stay', 13_000), opened(1))).toHaveProperty('doubt');
    expect(label(one('stay', 13_000))).toBe('never-opened');
  });
  describe('say what the logs do not decide', () => {
    const many = (count: number, fate: ConnectionPlan['fate'], atMs: number): ConnectionPlan[] =>
      Array.from({ length: count }, () => one(fate, atMs));
    const close = (setting: Partial<Plan>, connection: ConnectionPlan, endMs: number): unknown => {
      const found = labelOne({ ...plan, ...setting }, start, undefined, connection, [opened(1), closed(endMs, 1006)]);
      return 'undecided' in (found as { close: object }).close;
    };
    const quiet = { strike: 'none', proxyLogged: true, errorLevel: 'error' } as const;

    it('of a timer that the proxy does not name: not where three ages show it, whoever logs', () => {
      expect(close({ ...quiet, connections: many(2, 'idle', 3_000) }, one('idle', 3_000), 3_010)).toBe(true);
      expect(close({ ...quiet, connections: many(3, 'idle', 3_000) }, one('idle', 3_000), 3_010)).toBe(false);
      expect(close({ ...quiet, proxyLogged: false, connections: many(3, 'idle', 3_000) }, one('idle', 3_000), 3_010)).toBe(false);
    });
    it('of a client that goes before the timer which others show: only where no log of a hop is there', () => {
      const setting = { ...quiet, connections: many(3, 'idle', 3_000) };
      expect(close(setting, one('destroy', 2_000), 2_010)).toBe(false);
      expect(close({ ...setting, proxyLogged: false }, one('destroy', 2_000), 2_010)).toBe(true);
      expect(close({ ...setting, proxyLogged: false, proxy: 'none', timer: null }, one('destroy', 2_000), 2_010)).toBe(true);
    });
    it('of clients that were killed: only where next to nobody lived on', () => {
      const killed = { ...quiet, strike: 'clients-killed', strikeMs: 7_000 } as const;
      const connections = (alive: number): ConnectionPlan[] => [
        ...many(20, 'killed', 7_000),
        ...many(alive, 'stay', 13_000),
        ...many(9, 'leave', 2_000),
      ];
      expect(close({ ...killed, connections: connections(2) }, one('killed', 7_000), 7_010)).toBe(true);
      expect(close({ ...killed, connections: connections(3) }, one('killed', 7_000), 7_010)).toBe(false);
    });
  });
  it('know a refused upgrade', () => {
    expect(label(one('refused', 8_000), { ...gone(8_010), refused: 502 } as Entry)).toMatchObject({
      close: { cause: 'handshake-failure', subtype: 'refused-502' },
    });
  });
});

it.each(Object.entries(STYLES))('style %s writes one line a close, with its code', (_, style) => {
  const ended = { id: '7', ip: '10.20.0.101', port: 4_000, code: 1006, reason: '', lifeMs: 3_010, idleMs: 3_000, received: 1, sent: 2 };
  const line = style({ service: 'chat-ws', hostname: 'app-1', pid: 9 }).closed(Date.parse('2026-11-22T20:00:00Z'), ended);
  expect(line).toMatch(/1006/);
  expect(line).not.toContain('\n');
});
