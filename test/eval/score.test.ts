/** Scoring, on cases small enough to count by hand. */
import { describe, expect, it } from 'vitest';
import { calibrationError, compare, compareShifted, hopVerdict, type Outcome, type Reported, tally } from './score.ts';
import type { Truth, TruthClose } from './truth.ts';

const START = Date.parse('2026-11-22T20:00:00.000Z');
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

const close = (connId: string, seconds: number, more: Partial<TruthClose> = {}): TruthClose => ({
  connId,
  clientId: connId,
  closedAt: iso(seconds),
  code: 1006,
  codes: { server: 1006, client: 1006 },
  cause: 'proxy-timeout',
  subtype: 'nginx:proxy_read_timeout=60s',
  durationMs: 60_000,
  sideSeen: ['server'],
  closedAtBySide: { server: iso(seconds) },
  ...more,
});
const clean = (connId: string, seconds: number): TruthClose =>
  close(connId, seconds, { code: 1000, codes: { server: 1000, client: 1000 }, cause: 'clean', subtype: 'client-leave' });

const truth = (...closes: readonly TruthClose[]): Truth => ({
  scenario: 'test',
  traits: [],
  description: '',
  hostname: 'app-1',
  sources: {},
  causesSummary: {},
  causes1006: {},
  events: [],
  closedButNotLogged: {},
  handshakesRefused: 0,
  notes: [],
  closes,
});

const said = (connection: string | null, seconds: number, more: Partial<Reported> = {}): Reported => ({
  id: `${connection}@${seconds}`,
  connection,
  closedAt: iso(seconds),
  durationMs: 60_000,
  inferred: false,
  cause: 'proxy-timeout',
  detail: '',
  hop: null,
  confidence: 0.99,
  grade: 'confirmed',
  ...more,
});

const kinds = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ kind }) => kind);

describe('pairing', () => {
  it('goes by id, whatever the clocks say', () => {
    expect(kinds(compare(truth(close('a', 0)), [said('a', 3_600)]))).toEqual(['judged']);
  });
  it('takes the id of either side', () => {
    expect(kinds(compare(truth(close('7', 0, { clientId: 'c7' })), [said('c7', 0)]))).toEqual(['judged']);
  });
  it('goes by time and duration when ids do not meet', () => {
    expect(kinds(compare(truth(close('a', 0)), [said(null, 2.4, { durationMs: 61_400 })]))).toEqual(['judged']);
    expect(kinds(compare(truth(close('a', 0)), [said('nginx *5', -2.4)]))).toEqual(['judged']);
  });
  it('keeps apart what is too far in time or in duration', () => {
    expect(kinds(compare(truth(close('a', 0)), [said(null, 2.6)]))).toEqual(['invented', 'missed']);
    expect(kinds(compare(truth(close('a', 0)), [said(null, 0, { durationMs: 58_400 })]))).toEqual(['invented', 'missed']);
  });
  it('lets a closure of unknown duration pair by time', () => {
    expect(kinds(compare(truth(close('a', 0)), [said(null, 1, { durationMs: null })]))).toEqual(['judged']);
  });
  it('takes a report by the other clock for as good', () => {
    const late = [said(null, 90), said(null, 100)];
    expect(kinds(compareShifted(truth(close('a', 0), close('b', 10)), late, 90_000))).toEqual(['judged', 'judged']);
    expect(kinds(compareShifted(truth(close('a', 0), close('b', 10)), [said('a', 0), said('b', 10)], 90_000))).toEqual([
      'judged',
      'judged',
    ]);
  });
  it('takes the time of any side', () => {
    const late = close('a', 0, { closedAtBySide: { server: iso(0), client: iso(9) } });
    expect(kinds(compare(truth(late), [said(null, 10)]))).toEqual(['judged']);
  });
  it('prefers the nearest and pairs nothing twice', () => {
    const outcomes = compare(truth(close('a', 0), close('b', 1)), [said(null, 0.9), said(null, 0.1), said(null, 0.2)]);
    expect(kinds(outcomes)).toEqual(['judged', 'judged', 'invented']);
    expect(outcomes.flatMap((outcome) => (outcome.kind === 'judged' ? [outcome.truth.connId] : []))).toEqual(['b', 'a']);
  });
  it('gives a second closure of the same connection no pair', () => {
    expect(kinds(compare(truth(close('a', 0)), [said('a', 0), said('a', 0.5)]))).toEqual(['judged', 'invented']);
  });
});

describe('what counts', () => {
  it('is abnormal only when a logged side saw 1006', () => {
    const hidden = close('a', 0, { codes: { server: 1006, client: 1001 }, sideSeen: ['client'] });
    expect(compare(truth(hidden), [])).toEqual([]);
    expect(kinds(compare(truth(hidden), [said('a', 0)]))).toEqual(['invented']);
  });
  it('calls a clean close reported as abnormal an invention, also as unknown', () => {
    expect(kinds(compare(truth(clean('a', 0)), [said('a', 0, { cause: 'unknown', grade: 'unknown' })]))).toEqual(['invented']);
  });
  it('ignores closures that the report itself calls clean', () => {
    expect(compare(truth(clean('a', 0)), [said('a', 0, { cause: 'clean' })])).toEqual([]);
  });
  it('excuses an inferred closure only near a strike of its cause', () => {
    const crash = close('a', 0, { cause: 'crash', subtype: 'node-uncaught-exception' });
    const inferred = { inferred: true, cause: 'crash', durationMs: 5_000 };
    expect(kinds(compare(truth(crash), [said('a', 0, { cause: 'crash' }), said('x', 4.9, inferred)]))).toEqual(['judged', 'excused']);
    expect(kinds(compare(truth(crash), [said('a', 0, { cause: 'crash' }), said('x', 5.1, inferred)]))).toEqual(['judged', 'invented']);
    expect(kinds(compare(truth(crash), [said('a', 0, { cause: 'crash' }), said('x', 1, { ...inferred, cause: 'oom' })]))).toEqual([
      'judged',
      'invented',
    ]);
  });
  it('excuses an inferred closure that only looks like a clean one, not one that names it', () => {
    const crash = close('a', 0, { cause: 'crash', subtype: 'node-uncaught-exception' });
    const inferred = { inferred: true, cause: 'crash' };
    const both = truth(crash, clean('b', 1));
    expect(kinds(compare(both, [said('a', 0, { cause: 'crash' }), said(null, 1, inferred)]))).toEqual(['judged', 'excused']);
    expect(kinds(compare(both, [said('a', 0, { cause: 'crash' }), said('b', 1, inferred)]))).toEqual(['judged', 'invented']);
    expect(kinds(compare(both, [said(null, 1, inferred)]))).toEqual(['judged']);
  });
  it('judges an unlogged close that is reported and does not miss one that is not', () => {
    const dead = { ...truth(), unloggedCloses: [close('a', 0, { cause: 'crash', subtype: 'sigkill', sideSeen: [] })] };
    expect(compare(dead, [])).toEqual([]);
    expect(kinds(compare(dead, [said('a', 0, { cause: 'crash' })]))).toEqual(['judged']);
  });
});

describe('numbers', () => {
  const heap = close('h', 30, { cause: 'crash', subtype: 'v8-heap-oom' });
  const scores = tally(
    compare(truth(close('a', 0), close('b', 10), close('c', 20), heap, clean('d', 40)), [
      said('a', 0.2, { detail: 'nginx proxy_read_timeout 60 s' }),
      said('b', 10, { cause: 'network', confidence: 0.85, grade: 'likely' }),
      said('h', 30, { cause: 'oom', confidence: 0.95, grade: 'likely' }),
      said('d', 40, { confidence: 0.6, grade: 'possible' }),
    ]),
  );
  it('counts by hand', () => {
    expect(scores).toMatchObject({
      abnormal: 4,
      missed: 1,
      inventions: 1,
      confirmed: 1,
      confirmedWrong: 0,
      confirmedPrecision: 1,
      unknownShare: 0,
    });
    expect(scores.causes).toEqual([
      { cause: 'crash', truth: 1, precision: 1, recall: 1, f1: 1 },
      { cause: 'proxy-timeout', truth: 3, precision: 0.5, recall: 1 / 3, f1: 0.4 },
    ]);
    expect(scores.macroF1).toBeCloseTo(0.7);
    expect(scores.confusion).toEqual({
      'proxy-timeout': { 'proxy-timeout': 1, network: 1, missed: 1 },
      crash: { crash: 1 },
      '(clean)': { 'proxy-timeout': 1 },
    });
    expect(scores.timeErrorMs).toEqual({ median: 0, p90: 200, max: 200 });
  });
  it('reads the hop from hop and detail', () => {
    expect(scores.hop).toEqual({ right: 1, wrong: 0, unnamed: 0 });
    const of = (more: Partial<Reported>): string | undefined => compare(truth(close('a', 0)), [said('a', 0, more)]).map(hopVerdict)[0];
    expect(of({ hop: 'HAProxy', detail: 'nginx was seen too' })).toBe('wrong');
    expect(of({ hop: 'proxy', detail: 'an idle timer of 60 s' })).toBe('unnamed');
    expect(of({ cause: 'network', hop: 'nginx' })).toBeUndefined();
  });
  it('measures calibration over ten bins', () => {
    const right = { confidence: 0.9, right: true };
    expect(calibrationError([right])).toBeCloseTo(0.1);
    expect(calibrationError([right, { confidence: 0.9, right: false }, { confidence: 1, right: true }])).toBeCloseTo(
      (3 * (0.9333333 - 0.6666667)) / 3,
    );
    expect(calibrationError([])).toBeNaN();
  });
  it('has nothing to say of nothing', () => {
    expect(tally([])).toMatchObject({ abnormal: 0, inventions: 0, causes: [] });
    expect(tally([]).macroF1).toBeNaN();
  });
});
