/** Beside lines that hold 1006 and gave no closure, no report says that there was none. */
import { expect, it } from 'vitest';
import { markdown } from '../reports/markdown.ts';
import { reportOn } from './logs-in-memory.ts';

const line = (second: number, text: string): string => `2026-11-26T12:41:${String(second).padStart(2, '0')}.000Z INFO ${text}\n`;

it('counts and quotes lines with 1006 that no format reads as a closure', async () => {
  const logs = [10, 11, 12].map((second) => line(second, `bridge says code 1006 for peer p${second}`)).join('');
  const report = await reportOn([['hub.log', logs]]);
  expect(report.summary.closures).toBe(0);
  expect(report.headline).toContain('3 lines hold 1006 that no format reads as a closure');
  expect(report.sources[0]).toMatchObject({ unread: 3, untold: 3, untoldLines: [{ line: 1 }, { line: 2 }] });
  const text = [...markdown.render(report)].join('');
  expect(text).toContain('bridge says code 1006 for peer p10');
  expect(text).not.toContain('No WebSocket closure');
});

it('leaves alone what is no close code, and what was read', async () => {
  const noise = [
    'listening on 127.0.0.1:1006',
    'worker 1006 is up',
    'sent 1006 bytes to client',
    'code 1006 means that the connection was lost',
  ];
  const logs = noise.map((text, at) => line(at, text)).join('') + line(9, 'ws closed code=1006 id=ab12cd34');
  const report = await reportOn([['hub.log', logs]]);
  expect(report.summary.closures).toBe(1);
  expect(report.sources[0]).toMatchObject({ untold: 0, untoldLines: [] });
});

it('says of which log no time could be read, and what its events are worth', async () => {
  const undated = await reportOn(
    [['hub.log', 'W ws closed code=1006 id=ab12cd34\nW ws closed code=1006 id=ab12cd35\n']],
    1_000_000,
    Date.UTC(2026, 10, 26),
  );
  expect(undated.sources[0]?.problems.join()).toMatch(/no time could be read for 2 events: .* hour before/);
  const dated = await reportOn([['hub.log', line(9, 'ws closed code=1006 id=ab12cd34')]]);
  expect(dated.sources[0]?.problems).toEqual([]);
});
