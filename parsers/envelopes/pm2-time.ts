/**
 * The stamp that PM2 puts before each line of its log files with `--time` or `log_date_format`, and always in its own `~/.pm2/pm2.log`:
 * `moment().format(log_date_format)` and a colon (lib/God/ForkMode.js).
 */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** Has the same stamp, with a space in it, and behind it the place in its source. */
const OF_LIGHTTPD = /^\([\w-]{2,40}\.c\.\d/;

export const pm2Time: Envelope = {
  name: 'pm2-time',
  about: "log files of PM2 with --time or a log_date_format, and PM2's own log: a stamp and a colon",
  docs: 'https://pm2.keymetrics.io/docs/usage/log-management/',
  samples: [
    {
      line: '2026-11-22T20:41:52: PM2 log: App [ws:0] online',
      from: 'PM2 7.0.4',
      unwraps: { text: 'PM2 log: App [ws:0] online', writer: '', at: { ms: 1795380112000, widthMs: 1000, basis: 'local' } },
    },
    { line: '2026-11-02T00:00:09: ', from: 'PM2 7.0.4, an empty line', unwraps: { text: '' } },
    {
      line: '2026-09-03 14:26:48: Node.js v20.17.0',
      from: "PM2 5.4, log_date_format: 'YYYY-MM-DD HH:mm:ss'",
      unwraps: { text: 'Node.js v20.17.0', at: { ms: 1788445608000, widthMs: 1000, basis: 'local' } },
    },
  ],
  rejects: [
    '2026-11-22T20:41:52 text',
    '2026-11-22T20:41:52Z: text',
    '2026-11-22 20:41:52: (server.c.1488) server started',
    '2026-11-22 20:41:52 - text',
    '2026-11-22 20:41:52:text',
    '2026-11-22T25:41:52: text',
  ],
  wrap: (text) => `2026-11-22T20:41:52: ${text}`,
  unwrap(line) {
    const found = isoAt(line);
    if (found?.end !== 19 || !line.startsWith(': ', 19) || (line[10] === ' ' && OF_LIGHTTPD.test(line.slice(21)))) return null;
    return { text: line.slice(21), at: found.stamp, keys: {}, writer: '' };
  },
};
