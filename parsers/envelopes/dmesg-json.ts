/** Members of the array that `dmesg -J` prints. */
import { numberOf, parseObject, textOf } from '../../src/grammar/json.ts';
import { bootStamp, bufferWriter } from '../../src/grammar/printk.ts';
import type { Envelope } from '../../src/types.ts';

export const dmesgJson: Envelope = {
  name: 'dmesg-json',
  about: '`dmesg -J`, also with `-x`: one object a line of the kernel',
  docs: 'https://man7.org/linux/man-pages/man1/dmesg.1.html',
  samples: [
    {
      line: '{"pri":3,"time":196.340485,"msg":"Memory cgroup out of memory: Killed process 367 (python3)"}',
      from: 'dmesg -J of util-linux 2.38',
      unwraps: {
        text: 'Memory cgroup out of memory: Killed process 367 (python3)',
        at: { ms: 196_340.485, widthMs: 0.001, basis: 'boot' },
        keys: { service: 'kernel' },
      },
    },
    {
      line: '{"fac":"syslog","pri":"info","time":1863.545370,"msg":"systemd-journald[25420]: Received SIGTERM from PID 25415 (n/a)."}',
      from: 'dmesg -J -x of util-linux 2.38',
      unwraps: { keys: { service: 'systemd-journald', pid: 25420, pidSpace: 'host' } },
    },
  ],
  rejects: [
    '{"level":30,"time":1794987138791,"pid":427,"hostname":"app-01","msg":"listening"}',
    '{"pri":3,"time":196.340485}',
    '{"pri":3,"msg":"text","severity":"info"}',
  ],
  wrap: () => undefined,
  unwrap(line) {
    const entry = parseObject(line);
    const text = entry && textOf(entry['msg']);
    if (text === undefined || entry?.['pri'] === undefined || !Object.keys(entry).every((key) => FIELDS.has(key))) return null;
    const seconds = numberOf(entry['time']);
    const at = seconds === undefined ? undefined : bootStamp(seconds);
    return { at, writer: 'kernel', ...bufferWriter(text) };
  },
};

const FIELDS: ReadonlySet<string> = new Set(['fac', 'pri', 'time', 'caller', 'msg']);
