import { describe, expect, it, test } from 'vitest';
import { TIMERS, timerOf, timersNear } from '../src/timers.ts';

const labelled = TIMERS.map((timer) => [`${timer.hop} ${timer.setting}`, timer] as const);

describe.each(labelled)('%s', (_, timer) => {
  it('has a default above zero, a date, a source and one line of advice', () => {
    if (timer.ms !== undefined) expect(timer.ms).toBeGreaterThan(0);
    expect(timer.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(timer.source).toMatch(timer.confidence === 'unconfirmed' ? /\S/ : /^https:\/\/\S+$/);
    expect(timer.fix).toMatch(/^[^\n]{4,160}$/);
  });
  it('says what resets it, in accord with its kind', () => {
    expect(timer.resetsOn === 'nothing').toBe(timer.kind === 'life' || timer.kind === 'drain');
  });
});

test('hop and setting name one entry', () => {
  const names = labelled.map(([name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe('defaults that incidents turn on', () => {
  it.each([
    ['nginx', 'proxy_read_timeout', 60_000, 'idle'],
    ['ingress-nginx', 'worker-shutdown-timeout', 240_000, 'drain'],
    ['envoy', 'stream_idle_timeout', 300_000, 'idle'],
    ['aws-alb', 'idle_timeout.timeout_seconds', 60_000, 'idle'],
    ['aws-nlb', 'tcp.idle_timeout.seconds', 350_000, 'idle'],
    ['aws-api-gateway', 'connection duration', 7_200_000, 'life'],
    ['gcp-alb', 'timeoutSec', 30_000, 'life'],
    ['heroku', 'rolling idle window', 55_000, 'idle'],
  ])('%s %s', (hop, setting, ms, kind) => expect(timerOf(hop, setting)).toMatchObject({ ms, kind }));
  it('HAProxy has no tunnel timer of its own', () => expect(timerOf('haproxy', 'timeout tunnel')?.ms).toBeUndefined());
  it('Traefik is not to blame for 60 s', () => expect(timersNear(60_000, 5_000).map((timer) => timer.hop)).not.toContain('traefik'));
});

describe('timersNear', () => {
  it('lists the nearest first', () => {
    const near = timersNear(60_500, 6_000).map((timer) => timer.ms);
    expect(near[0]).toBe(60_000);
    expect(near.at(-1)).toBe(55_000);
  });
  it('leaves unconfirmed entries out', () => {
    expect(timerOf('azure-appgw', 'requestTimeout')?.confidence).toBe('unconfirmed');
    expect(timersNear(20_000, 100)).toEqual([]);
  });
  it('does not match timers without a default', () => expect(timersNear(Number.NaN, 1)).toEqual([]));
});

test('an unknown hop has no timer', () => expect(timerOf('nginx', 'timeoutSec')).toBeUndefined());
