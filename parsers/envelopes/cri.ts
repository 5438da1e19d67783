/** Lines of container log files of containerd and CRI-O: `/var/log/pods/<ns>_<pod>_<uid>/<container>/0.log`. */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** `stdout F `: the stream and the tags, of which the first says `F`ull or `P`artial. */
const STREAM_AND_TAGS = /(stdout|stderr) ([FP])(?::[\w:]{1,60})? /y;

export const cri: Envelope = {
  name: 'cri',
  about: 'container output as containerd and CRI-O keep it for the kubelet',
  docs: 'https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md',
  samples: [
    {
      line: '2026-10-16T07:00:39.568250000Z stdout F {"ts":1792134039.568}',
      from: 'containerd 1.7',
      unwraps: { text: '{"ts":1792134039.568}', writer: 'stdout', at: { ms: 1792134039568.25, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: '2026-01-01T00:30:00.5+01:00 stderr P first piece',
      from: 'CRI-O 1.28 on a node in Berlin',
      unwraps: { text: 'first piece', part: 'more', writer: 'stderr', at: { ms: 1767223800500, widthMs: 100, basis: 'utc' } },
    },
    { line: '2026-10-16T07:00:39.568456860Z stdout F ', from: 'containerd 1.7, an empty line', unwraps: { text: '' } },
  ],
  rejects: [
    '2026-10-16T07:00:39.568456860Z stdout full',
    '2026-10-16T07:00:39.568 stdout F zone missing',
    'stdout F text',
    '2026-10-16T07:00:39Z syslog F text',
  ],
  wrap: (text) => `2026-10-16T07:00:39.568456860Z stdout F ${text}`,
  unwrap(line) {
    const found = isoAt(line);
    if (found?.stamp.basis !== 'utc' || line[found.end] !== ' ') return null;
    STREAM_AND_TAGS.lastIndex = found.end + 1;
    const [head = '', writer = '', tag] = STREAM_AND_TAGS.exec(line) ?? [];
    if (head === '') return null;
    const text = line.slice(found.end + 1 + head.length);
    // `F` ends a record of several pieces and is also what every short line has.
    return { text, at: found.stamp, keys: {}, writer, part: tag === 'P' ? 'more' : 'end' };
  },
};
