/** `journalctl -o short-unix`. */
import { tagged, unwrapTagged } from '../../src/grammar/syslog-tag.ts';
import { epoch } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

const STAMP = /^(\d{9,10})\.(\d{6}) /;

export const journalUnix: Envelope = {
  name: 'journal-unix',
  about: '`journalctl -o short-unix`: stamps in seconds since 1970',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/journalctl.html#short-unix',
  samples: [
    {
      line: '1795385784.133089 vm bare[25441]: first line',
      from: 'journalctl 252 -o short-unix',
      unwraps: {
        text: 'first line',
        at: { ms: 1795385784133.089, widthMs: 0.001, basis: 'utc' },
        keys: { service: 'bare', pid: 25441, pidSpace: 'host', host: 'vm' },
      },
    },
    {
      line: '1795385784.131591 vm my app[25439]: identifier with blank',
      from: 'journalctl 252 -o short-unix',
      unwraps: { text: 'identifier with blank' },
    },
  ],
  rejects: ['1795385784 vm app[1]: whole seconds', '1795385784.133 12 203.0.113.9 TCP_MISS/200', '1795385784.133089 a sentence'],
  wrap: (text) => `1795385784.133089 vm app[4242]: ${text}`,
  unwrap(line) {
    const found = STAMP.exec(line);
    const entry = found && tagged(line.slice(found[0].length));
    // As one whole number of microseconds the stamp keeps them all.
    return entry ? unwrapTagged(entry, epoch(`${found[1]}${found[2]}`.padStart(16, '0'))) : null;
  },
};
