/** Records as /dev/kmsg gives them. */
import { bufferWriter } from '../../src/grammar/printk.ts';
import { undoEscapes as unescaped } from '../../src/grammar/quoted.ts';
import { stamp } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** Priority and facility, sequence number, µs since boot, flags, further fields such as `caller=T1`. */
const RECORD = /^\d{1,4},\d{1,19},(\d{1,16}),[-c+](?:,[a-z]+=[^,;]{1,64})*;(.*)$/s;

export const kmsg: Envelope = {
  name: 'kmsg',
  about: '/dev/kmsg records: `6,1234,2160388640,-;text`',
  docs: 'https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg',
  samples: [
    {
      line: '5,0,0,-;Linux version 6.18.44-fc-v782 (builder@sandboxing)',
      from: 'Linux 6.18',
      unwraps: {
        text: 'Linux version 6.18.44-fc-v782 (builder@sandboxing)',
        at: { ms: 0, widthMs: 0.001, basis: 'boot' },
        keys: { service: 'kernel' },
      },
    },
    {
      line: '6,339,5140900,-,caller=T1;NET: Registered \\x22PF_INET\\x22 protocol family',
      from: 'Documentation/ABI/testing/dev-kmsg, with an escape and a caller',
      unwraps: { text: 'NET: Registered "PF_INET" protocol family', at: { ms: 5140.9, widthMs: 0.001, basis: 'boot' } },
    },
    {
      line: '30,340,5690716,-;systemd[1]: Started Chat server.',
      from: 'Linux 6.1, systemd 252',
      unwraps: { text: 'Started Chat server.' },
    },
  ],
  rejects: [' SUBSYSTEM=acpi', '6,339,-;text', '6,339,5140900,x;text'],
  wrap: () => undefined,
  unwrap(line) {
    const found = RECORD.exec(line);
    if (!found) return null;
    return { at: stamp(Number(found[1]) / 1000, 0.001, 'boot'), writer: 'kernel', ...bufferWriter(unescaped(found[2] ?? '')) };
  },
};
