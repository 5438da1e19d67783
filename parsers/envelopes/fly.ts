/** Fly.io: `fly logs`. */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** ` app[148e21dbe22389] ams [info]`: what writes, the machine, the region, the level; older lines have no blank behind it. */
const SOURCE = /^ (app|runner|proxy|health|machines)\[([0-9a-z]{1,40})\] ([a-z]{3}) \[(?:debug|info|warn|warning|error)\] ?/;

export const fly: Envelope = {
  name: 'fly',
  about: 'Fly.io: lines of `fly logs`, with machine and region',
  docs: 'https://fly.io/docs/monitoring/logging-overview/',
  samples: [
    {
      line: '2026-07-19T02:10:06Z app[148e21dbe22389] ams [info]ws server listening on 0.0.0.0:8080',
      from: 'fly logs, 2023',
      unwraps: {
        text: 'ws server listening on 0.0.0.0:8080',
        at: { ms: Date.UTC(2026, 6, 19, 2, 10, 6), widthMs: 1000, basis: 'utc' },
        keys: { container: '148e21dbe22389' },
        writer: 'app[148e21dbe22389]',
      },
    },
    {
      line: '2026-07-19T02:10:01Z app[148e21dbe22389] ams [info] INFO Process appears to have been OOM killed!',
      from: 'fly logs, 2024',
      unwraps: { text: 'INFO Process appears to have been OOM killed!', keys: { container: '148e21dbe22389' } },
    },
    {
      line: '2026-07-19T02:10:03.250Z runner[148e21dbe22389] ams [info] Machine restarted',
      from: 'fly logs, 2024',
      unwraps: { text: 'Machine restarted', writer: 'runner[148e21dbe22389]' },
    },
    {
      line: '2026-05-15T04:02:40.771 app[148e21ebd5d089] sjc [info] INFO Sending signal SIGTERM to main child process w/ PID 629',
      from: 'the live log of the dashboard, 2026: UTC, though it does not say so',
      unwraps: {
        text: 'INFO Sending signal SIGTERM to main child process w/ PID 629',
        at: { ms: Date.UTC(2026, 4, 15, 4, 2, 40, 771), widthMs: 1, basis: 'utc' },
      },
    },
  ],
  rejects: [
    '2026-07-19T02:10:01Z app[148e21dbe22389] [info] no region',
    '2026-07-19T02:10:01+02:00[web] app[148e21dbe22389] ams [info] text',
    '2026-07-19T02:10:01Z app[web.1]: listening',
    'app[148e21dbe22389] ams [info] text',
  ],
  wrap: (text) => `2026-07-19T02:10:01Z app[148e21dbe22389] ams [info] ${text}`,
  unwrap(line) {
    const found = isoAt(line);
    if (!found) return null;
    const rest = line.slice(found.end);
    const head = SOURCE.exec(rest);
    if (!head) return null;
    const [whole, source = '', machine = ''] = head;
    return {
      text: rest.slice(whole.length),
      at: { ...found.stamp, basis: 'utc' },
      keys: { container: machine },
      writer: `${source}[${machine}]`,
    };
  },
};
