/** The time of day that serial consoles in a browser put before each line that a device writes. */
import { withoutAnsi } from '../../src/grammar/ansi.ts';
import { daytimeAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** Nothing stands between the bracket and the line; ESPHome's own lines go on with another bracket. */
const HEAD = /^\[\d\d:\d\d:\d\d\](?![\s[\]])/;

export const serialMonitor: Envelope = {
  name: 'serial-monitor',
  about: 'a device’s serial line in a browser: the time of day in brackets right before each line',
  docs: 'https://esphome.github.io/esp-web-tools/',
  samples: [
    {
      line: '[19:20:37]abort() was called at PC 0x40113910 on core 0',
      from: 'ESP Web Tools 10, rstrouse/ESPSomfy-RTS#602',
      unwraps: {
        text: 'abort() was called at PC 0x40113910 on core 0',
        writer: '',
        at: { ms: ((19 * 60 + 20) * 60 + 37) * 1_000, widthMs: 1_000, basis: 'daytime' },
      },
    },
  ],
  rejects: ['[19:20:37] text', '[19:20:37][D][wifi:123]: text', '[25:20:37]text', '[19:20:37.123]text', '[19:20:37]'],
  wrap: (text) => (/^(?:$|[\s[\]])/.test(withoutAnsi(text)) || text !== withoutAnsi(text) ? undefined : `[19:20:37]${text}`),
  unwrap(line) {
    const head = HEAD.exec(line)?.[0];
    if (head === undefined || line.length === head.length) return null;
    const at = daytimeAt(head.slice(1, -1))?.stamp;
    return at ? { text: line.slice(head.length), at, keys: {}, writer: '' } : null;
  },
};
