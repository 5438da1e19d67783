/** How long after a reload a proxy may cut tunnels: as its configuration says, else as the longest default. */
import { describe, expect, it } from 'vitest';
import { changesOf } from '../src/proxy-changes.ts';
import type { EventOf, LogEvent } from '../src/types.ts';

const AT = Date.parse('2026-11-22T20:00:00Z');
const seen = (ms: number): Pick<LogEvent, 'when' | 'origin' | 'vantage' | 'keys' | 'quote' | 'format'> => ({
  when: { fromMs: ms, toMs: ms },
  origin: { source: 'x', line: 1 },
  vantage: 'proxy',
  keys: {},
  quote: '',
  format: '',
});
const reload = (proxy: string, ms = AT): LogEvent => ({ ...seen(ms), kind: 'proxy-lifecycle', change: 'reload', proxy });
const drain = (hop: string, setting: string, seconds: number, timer: EventOf<'configured-timer'>['timer'] = 'drain'): LogEvent => ({
  // A configuration is as old as its file.
  ...seen(AT - 1e9),
  kind: 'configured-timer',
  hop,
  setting,
  ms: seconds * 1_000,
  timer,
});
/** Seconds after the reload until which tunnels may be cut. */
const until = (...events: readonly LogEvent[]): readonly number[] =>
  changesOf(events, []).map(({ when, cuts }) => (cuts.toMs - when.toMs) / 1_000);

describe('the old workers of a reload', () => {
  it.each([
    ['nginx', 'worker_shutdown_timeout', 3_600],
    ['nginx', 'worker_shutdown_timeout', 30],
    ['HAProxy', 'hard-stop-after', 900],
  ])('of %s live for %s %d s', (proxy, setting, seconds) => {
    expect(until(drain(proxy.toLowerCase(), setting, seconds), reload(proxy))).toEqual([seconds + 5]);
  });

  it('live as long as the longest of several says', () =>
    expect(until(drain('nginx', 'worker_shutdown_timeout', 30), drain('nginx', 'worker_shutdown_timeout', 600), reload('nginx'))).toEqual([
      605,
    ]));

  it('live for the longest default when nothing is known of that proxy', () => {
    expect(until(reload('nginx'))).toEqual([245]);
    expect(until(drain('haproxy', 'hard-stop-after', 900), drain('nginx', 'proxy_read_timeout', 3_600, 'idle'), reload('nginx'))).toEqual([
      245,
    ]);
  });
});

it('cuts nothing where Apache lets its children finish what they serve', () => expect(until(reload('Apache httpd'))).toEqual([]));

it('is one change in all of its lines, and another later on', () => {
  const reloads = [0, 1, 18, 60, 61].map((seconds) => reload('nginx', AT + seconds * 1_000));
  expect(changesOf(reloads, []).map(({ events }) => events.length)).toEqual([3, 2]);
});

describe('a stop without a stamp', () => {
  const undated = (change: 'stop' | 'reload'): LogEvent => {
    const { when, ...event } = reload('nginx');
    return { ...event, change, when: { fromMs: when.fromMs - 3_600_000, toMs: when.toMs } } as LogEvent;
  };
  const together = [0, 20, 40, 60, 80].map((ms) => AT - 60_000 + ms);

  it('cut what one hand cut', () =>
    expect(changesOf([undated('stop')], together).map(({ cuts }) => cuts)).toEqual([{ fromMs: AT - 60_000, toMs: AT - 59_920 }]));

  it.each([
    ['where nothing ended together', undated('stop'), together.slice(3)],
    ['when it is a reload', undated('reload'), together],
  ] as const)('is not placed %s', (_, event, ends) => expect(changesOf([event], ends)).toEqual([]));
});
