/** The stamp that PM2 puts before each line of its log files with `--time`, and always in its own `~/.pm2/pm2.log`. */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

export const pm2Time: Envelope = {
  name: 'pm2-time',
  about: "log files of PM2 with --time, and PM2's own log: a local stamp and a colon",
  docs: 'https://pm2.keymetrics.io/docs/usage/log-management/',
  samples: [
    {
      line: '2026-11-22T20:41:52: PM2 log: App [ws:0] online',
      from: 'PM2 7.0.4',
      unwraps: { text: 'PM2 log: App [ws:0] online', writer: '', at: { ms: 1795380112000, widthMs: 1000, basis: 'local' } },
    },
    { line: '2026-11-02T00:00:09: ', from: 'PM2 7.0.4, an empty line', unwraps: { text: '' } },
  ],
  rejects: ['2026-11-22T20:41:52 text', '2026-11-22T20:41:52Z: text', '2026-11-22 20:41:52: text', '2026-11-22T25:41:52: text'],
  wrap: (text) => `2026-11-22T20:41:52: ${text}`,
  unwrap(line) {
    if (line[10] !== 'T' || line[19] !== ':' || line[20] !== ' ') return null;
    const found = isoAt(line);
    return found?.end === 19 ? { text: line.slice(21), at: found.stamp, keys: {}, writer: '' } : null;
  },
};
