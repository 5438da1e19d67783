/** What Foreman and Honcho put before each line of the programs in a Procfile. */
import { daytimeAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

// With the time of day as both print it, or with the blank that is left of it where a platform takes it off.
const HEAD = /^(?:(\d\d:\d\d:\d\d) | )([A-Za-z][\w-]{0,60}\.\d{1,4}|system) {1,60}\| ?/;

export const foreman: Envelope = {
  name: 'foreman',
  about: 'output of Foreman and Honcho, each line behind its process of the Procfile',
  docs: 'https://ddollar.github.io/foreman/',
  samples: [
    {
      line: '09:46:36 web.1  | exited with code 1',
      from: 'Foreman 0.87',
      unwraps: {
        text: 'exited with code 1',
        writer: 'web.1',
        keys: { service: 'web' },
        at: { ms: ((9 * 60 + 46) * 60 + 36) * 1000, widthMs: 1000, basis: 'daytime' },
      },
    },
    {
      line: ' web.1  | Crash dump is being written to: erl_crash.dump...done ',
      from: 'Gigalixir, behind the head of syslog',
      unwraps: { text: 'Crash dump is being written to: erl_crash.dump...done ', writer: 'web.1' },
    },
    {
      line: '09:46:36 system | sending SIGTERM to all processes',
      from: 'Foreman 0.87',
      unwraps: { text: 'sending SIGTERM to all processes', writer: 'system', keys: {} },
    },
  ],
  rejects: ['web.1  | of Compose', '09:46:36 web | text', '09:46 web.1 | text', '25:46:36 web.1 | text'],
  wrap: (text) => `09:46:36 web.1  | ${text}`,
  unwrap(line) {
    const [head, time, writer = ''] = HEAD.exec(line) ?? [];
    if (head === undefined) return null;
    const at = time === undefined ? undefined : daytimeAt(time)?.stamp;
    if (time !== undefined && !at) return null;
    const service = writer.replace(/\.\d{1,4}$/, '');
    return { text: line.slice(head.length), ...(at && { at }), keys: writer === 'system' ? {} : { service }, writer };
  },
};
