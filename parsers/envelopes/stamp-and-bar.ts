/** A stamp and a bar before each line, as dashboards of logs copy them. */
import { withoutAnsi } from '../../src/grammar/ansi.ts';
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

const HEAD = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? \| /;
/** A row of columns: loguru's `stamp | LEVEL | place - message`, and tables of whatever kind. */
const COLUMNS = /^[^|]{1,200} \| |^\[?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)/i;

export const stampAndBar: Envelope = {
  name: 'stamp-and-bar',
  about: 'lines copied from dashboards of logs: a stamp, a bar, the line',
  docs: 'https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/logs/',
  samples: [
    {
      line: '2024-02-29 07:25:16.402 | Aborted (core dumped)',
      from: 'RocketChat/Rocket.Chat#25159, copied from a dashboard of Loki',
      unwraps: { text: 'Aborted (core dumped)', writer: '', at: { ms: Date.UTC(2024, 1, 29, 7, 25, 16, 402), widthMs: 1, basis: 'local' } },
    },
    {
      line: '2024-02-29 07:25:41.002 | |                SERVER RUNNING               |',
      from: 'RocketChat/Rocket.Chat#25159, a bar of the line itself',
      unwraps: { text: '|                SERVER RUNNING               |' },
    },
    { line: '2026-11-22T20:23:41Z | {"msg":"open"}', from: 'a dashboard with UTC stamps', unwraps: { text: '{"msg":"open"}' } },
  ],
  rejects: [
    '2026-11-22 20:23:41.123 | INFO     | chat.ws:run:41 - closed 1006',
    '2026-11-22 20:23:41 | web-1 | 1006 | gone',
    '2026-11-22 20:23:41.123 INFO | closed',
    '2026-11-22 25:23:41.123 | text',
    '20:23:41 | text',
  ],
  wrap: (text) => (COLUMNS.test(withoutAnsi(text)) ? undefined : `2024-02-29 07:25:16.402 | ${text}`),
  unwrap(line) {
    const head = HEAD.exec(line)?.[0];
    if (head === undefined) return null;
    const at = isoAt(line)?.stamp;
    const text = line.slice(head.length);
    return at && !COLUMNS.test(text) ? { text, at, keys: {}, writer: '' } : null;
  },
};
