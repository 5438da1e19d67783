/** `journalctl -o short-monotonic` and `-o short-delta`. */
import { monotonicEntry } from '../../src/grammar/monotonic.ts';
import { unwrapTagged } from '../../src/grammar/syslog-tag.ts';
import type { Envelope } from '../../src/types.ts';

export const journalMonotonic: Envelope = {
  name: 'journal-monotonic',
  about: '`journalctl -o short-monotonic` and `-o short-delta`: stamps in seconds since boot',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/journalctl.html#short-monotonic',
  samples: [
    {
      line: '[ 1862.259598] vm bare[25441]: first line',
      from: 'journalctl 252 -o short-monotonic',
      unwraps: {
        text: 'first line',
        at: { ms: 1_862_259.598, widthMs: 0.001, basis: 'boot' },
        keys: { service: 'bare', pid: 25441, pidSpace: 'host', host: 'vm' },
      },
    },
    {
      line: '[ 1861.262229                ] vm systemd-journald[25420]: Journal started',
      from: 'journalctl 252 -o short-delta, first line',
      unwraps: { text: 'Journal started', at: { ms: 1_861_262.229, widthMs: 0.001, basis: 'boot' } },
    },
    {
      line: '[ 1862.258090 <    0.995799 >] vm my app[25439]: identifier with blank',
      from: 'journalctl 252 -o short-delta',
      unwraps: { text: 'identifier with blank', keys: { service: 'my app', pid: 25439, pidSpace: 'host', host: 'vm' } },
    },
    {
      line: '[   50.020001 <  599.940000*>] vm kernel: TCP: out of memory -- consider tuning tcp_mem',
      from: 'journalctl 252 -o short-delta, first line of a further boot',
      unwraps: { text: 'TCP: out of memory -- consider tuning tcp_mem', keys: { service: 'kernel', host: 'vm' } },
    },
  ],
  rejects: [
    '[ 1863.545370] systemd-journald[25420]: Received SIGTERM from PID 25415 (n/a).',
    '[   50.855091] e1000e 0000:00:02.0 ens2: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx',
    '[    0.273086] pci 0000:00:1f.0: reg 0x10: [mem 0xfe000000-0xfe0fffff]',
    '[  19727]     0 19727  6039605  6038848 48455680        0             0 wsserver',
  ],
  wrap: (text) => `[ 2160.388640] vm app[4242]: ${text}`,
  unwrap(line) {
    const found = monotonicEntry(line);
    return found ? unwrapTagged(found.entry, found.at) : null;
  },
};
