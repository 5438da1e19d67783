/** The machine's name that a collector puts before a line that has a head of its own but no machine. */
import type { Envelope } from '../../src/types.ts';

/** klog's heads name no machine: whoever gathers them from several has to. */
const PREFIX = /^([A-Za-z][\w.-]{0,62}) (?=[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} )/;

export const hostPrefix: Envelope = {
  name: 'host-prefix',
  about: 'klog lines of several machines in one file, the name of the machine before each',
  docs: 'https://kubernetes.io/docs/concepts/cluster-administration/system-logs/#klog',
  samples: [
    {
      line: 'edge-7 I1122 20:23:41.518822    3402 stream.go:142] "Stream established" stream="19e4ab70b646"',
      from: 'klog v2, gathered by a log collector',
      unwraps: {
        text: 'I1122 20:23:41.518822    3402 stream.go:142] "Stream established" stream="19e4ab70b646"',
        keys: { host: 'edge-7' },
        writer: 'edge-7',
      },
    },
  ],
  rejects: [
    'I1122 20:23:41.518822    3402 stream.go:142] "Stream established"',
    'edge-7 INFO stream established',
    'edge-7  I1122 20:23:41.518822    3402 stream.go:142] text',
  ],
  wrap: (text) => (/^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} /.test(text) ? `edge-7 ${text}` : undefined),
  unwrap(line) {
    const [prefix, host = ''] = PREFIX.exec(line) ?? [];
    return prefix === undefined ? null : { text: line.slice(prefix.length), keys: { host }, writer: host };
  },
};
