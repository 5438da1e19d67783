/** Worse logs look like logs: every stamp layout moves, nothing else does. */
import { describe, expect, it } from 'vitest';
import { halfOfLines, nginxAtErrorLevel, variants } from './degrade.ts';
import { rewriteStamps } from './stamps.ts';

const around = Date.parse('2026-11-22T20:23:41Z');
const HOUR_MS = 3_600_000;

describe('stamps', () => {
  it.each([
    ['2026-11-22T20:23:41.123Z INFO x', '2026-11-23T01:23:41.123Z INFO x', '2026-11-22T20:23:41Z INFO x'],
    [
      '{"timestamp":"2026-11-22T20:23:41.123456+00:00"}',
      '{"timestamp":"2026-11-23T01:23:41.123456+00:00"}',
      '{"timestamp":"2026-11-22T20:23:41+00:00"}',
    ],
    ['2026-11-22 20:23:41,490 INFO', '2026-11-23 01:23:41,490 INFO', '2026-11-22 20:23:41 INFO'],
    ['[22/Nov/2026:20:23:41 +0000]', '[23/Nov/2026:01:23:41 +0000]', undefined],
    ['[22/Nov/2026:20:23:41.381] ws_in', '[23/Nov/2026:01:23:41.381] ws_in', undefined],
    ['2026/11/22 20:23:41 [error]', '2026/11/23 01:23:41 [error]', undefined],
    ['Nov 22 20:23:41 lb-1 haproxy[402]:', 'Nov 23 01:23:41 lb-1 haproxy[402]:', undefined],
    ['[Sun Nov 22 20:23:41.948849 2026] [x]', '[Mon Nov 23 01:23:41.948849 2026] [x]', '[Sun Nov 22 20:23:41 2026] [x]'],
    ['"ts":1795379021.785,"n":1234567890', '"ts":1795397021.785,"n":1234567890', '"ts":1795379021,"n":1234567890'],
    ['"time":1795379021375', '"time":1795397021375', '"time":1795379021000'],
    ['__REALTIME_TIMESTAMP=1795379021375123', '__REALTIME_TIMESTAMP=1795397021375123', undefined],
    ['[ 2160.388640] e1000: link down', undefined, undefined],
    ['Debian 6.1.192-2 (2026-11-16), port 40318, 10.20.0.103', undefined, undefined],
  ])('%s', (line, later, cut) => {
    expect(rewriteStamps(line, { shiftMs: 5 * HOUR_MS, around })).toBe(later ?? line);
    expect(rewriteStamps(line, { wholeSeconds: true, around })).toBe(cut ?? line);
  });
  it('keeps the padding of a one-digit day', () => {
    const shift = { shiftMs: HOUR_MS, around: Date.parse('2026-11-02T13:20:40Z') };
    expect(rewriteStamps('Nov  2 13:20:40 x', shift)).toBe('Nov  2 14:20:40 x');
    expect(rewriteStamps('Nov 02 13:20:40 x', shift)).toBe('Nov 02 14:20:40 x');
  });
  it('comes back', () => {
    const line = 'Sun Nov 22 20:23:41 2026 and Nov 22 20:23:41';
    expect(rewriteStamps(rewriteStamps(line, { shiftMs: -90_000, around }), { shiftMs: 90_000, around })).toBe(line);
  });
});

it('cuts nginx to its error level', () => {
  const error = '2026/11/22 20:23:41 [error] 7#7: *3 connect() failed\n';
  expect(nginxAtErrorLevel(`2026/11/22 20:23:40 [info] 7#7: *3 client timed out\n${error}`)).toBe(error);
});

it('drops about half of the lines, always the same, and no part of a larger record', () => {
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('');
  const kept = halfOfLines(lines, 3);
  expect(kept).toBe(halfOfLines(lines, 3));
  expect(kept.split('\n').length / 400).toBeCloseTo(0.5, 1);
  expect(halfOfLines('{\n  "dmesg": [\n', 3)).toBe('{\n  "dmesg": [\n');
});

it('lists only variants that differ', () => {
  const groups = [...variants({ 'app.log': '2026-11-22T20:23:41Z a\n' }, around)].map(({ group }) => group);
  expect(groups).toEqual(expect.not.arrayContaining(['without app', 'nginx at error level', 'whole seconds']));
  const both = [...variants({ 'app-0.log': '2026-11-22T20:23:41.5Z a\n', 'dmesg.txt': '[ 1.000000] x\n' }, around)].map(
    ({ group }) => group,
  );
  expect(both).toEqual(expect.arrayContaining(['without app', 'without dmesg', 'whole seconds', 'one clock -5 h', 'one clock +90 s']));
  expect(both.filter((group) => group === 'one clock -5 h')).toHaveLength(1);
});
