/** The stamp that runit's `svlogd -tt` puts before each line of a service: UTC, with an underscore. */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

const STAMP = /^(\d{4}-\d\d-\d\d)_(\d\d:\d\d:\d\d\.\d{5}) /;

export const svlogd: Envelope = {
  name: 'svlogd',
  about: 'logs of runit services: `svlogd -tt`, `current`',
  docs: 'http://smarden.org/runit/svlogd.8.html',
  samples: [
    {
      line: '2016-05-11_20:43:09.82135 listening on 3000',
      from: 'runit 2.1 svlogd -tt',
      unwraps: {
        text: 'listening on 3000',
        writer: '',
        at: { ms: Date.UTC(2016, 4, 11, 20, 43, 9, 821) + 0.35, widthMs: 0.001, basis: 'utc' },
      },
    },
    { line: '2016-12-31_23:59:59.00000 ', from: 'runit 2.1 svlogd -tt, an empty line', unwraps: { text: '' } },
  ],
  rejects: ['2016-05-11_20:43:09 text', '2016-05-11T20:43:09.82135 text', '2016-05-11_25:43:09.82135 text', '2016-05-11_20:43:09.82135'],
  wrap: (text) => `2016-05-11_20:43:09.82135 ${text}`,
  unwrap(line) {
    const head = STAMP.exec(line);
    const at = head === null ? undefined : isoAt(`${head[1]}T${head[2]}Z`)?.stamp;
    return head && at ? { text: line.slice(head[0].length), at, keys: {}, writer: '' } : null;
  },
};
