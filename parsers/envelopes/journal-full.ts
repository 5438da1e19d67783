/** `journalctl -o short-full` and `-o with-unit`. */
import { tagged, unwrapTagged } from '../../src/grammar/syslog-tag.ts';
import { zonedStamp } from '../../src/grammar/zone-names.ts';
import type { Envelope } from '../../src/types.ts';

const LINE = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) ([A-Z]{1,6}|[+-]\d\d(?::?\d\d)?) /;
/** With `with-unit` the unit stands for the identifier, of a user's service both: `user@1000.service/app.service`. */
const UNIT = /^(?:[^/\s]{1,255}\/)?([^/\s]{1,250}\.(?:service|scope|socket|slice|timer|mount|target|path))$/;

export const journalFull: Envelope = {
  name: 'journal-full',
  about: '`journalctl -o short-full` and `-o with-unit`: stamps with weekday, date and zone abbreviation',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/journalctl.html#Output%20Options',
  samples: [
    {
      line: 'Sun 2026-11-22 17:16:24 EST vm bare[25441]: first line',
      from: 'journalctl 252 -o short-full in America/New_York',
      unwraps: {
        text: 'first line',
        at: { ms: Date.UTC(2026, 10, 22, 22, 16, 24), widthMs: 1000, basis: 'utc' },
        keys: { service: 'bare', pid: 25441, pidSpace: 'host', host: 'vm' },
      },
    },
    {
      line: 'Sun 2026-11-22 22:16:24 UTC vm my app[25439]: identifier with blank',
      from: 'journalctl 252 -o short-full --utc',
      unwraps: { keys: { service: 'my app', pid: 25439, pidSpace: 'host', host: 'vm' } },
    },
    {
      line: 'Mon 2026-01-05 09:00:00 CST vm kernel: TCP: out of memory -- consider tuning tcp_mem',
      from: 'journalctl 252 -o short-full; CST is a zone of America and of China',
      unwraps: { at: { ms: Date.UTC(2026, 0, 5, 9), widthMs: 1000, basis: 'local' }, keys: { service: 'kernel', host: 'vm' } },
    },
    {
      line: 'Wed 2026-11-18 06:06:40 -03 ws-1 chat.service[4242]: ws closed 1006',
      from: 'journalctl 252 -o with-unit in America/Sao_Paulo',
      unwraps: {
        text: 'ws closed 1006',
        at: { ms: Date.UTC(2026, 10, 18, 9, 6, 40), widthMs: 1000, basis: 'utc' },
        keys: { service: 'chat.service', unit: 'chat.service', pid: 4242, pidSpace: 'host', host: 'ws-1' },
      },
    },
    {
      line: 'Wed 2026-11-18 06:06:40 UTC ws-1 init.scope[1]: Stopping chat.service - Chat server...',
      from: 'journalctl 252 -o with-unit',
      unwraps: { keys: { service: 'systemd', unit: 'init.scope', pid: 1, pidSpace: 'host', host: 'ws-1' } },
    },
  ],
  rejects: [
    'Sun 2026-11-22 22:16:23.135730 UTC [s=ad39654141d84a7fa0ee3fd4585a6ce9;i=1;b=02fceac052884575888e08b950921159;m=6ef09b95]',
    'Sun 2026-11-22 22:16:24 vm app[1]: without a zone',
    'Sun 2026-13-22 22:16:24 UTC vm app[1]: no such month',
  ],
  wrap: (text) => `Sun 2026-11-22 20:36:24 UTC vm app[4242]: ${text}`,
  unwrap(line) {
    const found = LINE.exec(line);
    const at = found ? zonedStamp(found[1] ?? '', found[2] ?? '') : undefined;
    const entry = found && at && tagged(line.slice(found[0].length));
    if (!entry) return null;
    const unwrapped = unwrapTagged(entry, at);
    const unit = UNIT.exec(entry.service)?.[1];
    if (unit === undefined) return unwrapped;
    return { ...unwrapped, keys: { ...unwrapped.keys, unit, ...(unit === 'init.scope' && { service: 'systemd' }) } };
  },
};
