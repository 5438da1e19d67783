/** `dmesg -e`, `-H` and `--time-format=delta`: most lines only say how long after the line before them they were written. */
import { bufferWriter, withoutCaller } from '../../src/grammar/printk.ts';
import { civilMs, monthIndex, stamp } from '../../src/time.ts';
import type { Envelope, Stamp } from '../../src/types.ts';

const DECODED = /^[a-z0-9]{3,9} *:[a-z]{3,7} *: /;
const DELTA = /^\[(?: {0,8}\+|< {0,6})\d{1,10}\.\d{6}>?\](?= )/;
const MINUTE = /^\[([A-Z][a-z]{2}) ?(\d{1,2}) (\d\d):(\d\d)\](?= )/;
const YEARLESS_YEAR = 2000;

export const dmesgRelative: Envelope = {
  name: 'dmesg-relative',
  about: '`dmesg -H`, `dmesg -e`: a minute now and then, else the time since the line before',
  docs: 'https://man7.org/linux/man-pages/man1/dmesg.1.html',
  samples: [
    {
      line: '[Nov22 22:16] systemd-journald[25420]: Received SIGTERM from PID 25415 (n/a).',
      from: 'dmesg -H of util-linux 2.38',
      unwraps: {
        text: 'Received SIGTERM from PID 25415 (n/a).',
        at: { ms: Date.UTC(2000, 10, 22, 22, 16), widthMs: 60_000, basis: 'yearless' },
        keys: { service: 'systemd-journald', pid: 25420, pidSpace: 'host' },
      },
    },
    { line: '[Nov 2 22:16] TCP: out of memory', from: 'dmesg -e of util-linux 2.38', unwraps: { text: 'TCP: out of memory' } },
    {
      line: '[  +0.009365] tokio-rt-worker (69): drop_caches: 3',
      from: 'dmesg -e of util-linux 2.38',
      unwraps: { text: 'tokio-rt-worker (69): drop_caches: 3', at: undefined, keys: { service: 'kernel' } },
    },
    {
      line: 'kern  :info  : [  +0.006976] EXT4-fs (vda): mounted',
      from: 'dmesg -x -e of util-linux 2.38',
      unwraps: { text: 'EXT4-fs (vda): mounted' },
    },
    {
      line: '[< 1862.255943>] random: crng init done',
      from: 'dmesg --time-format=delta of util-linux 2.38',
      unwraps: { text: 'random: crng init done' },
    },
  ],
  rejects: ['[Nov31 22:16] no such day', '[+1.2] text', '[    1.282451 <    0.009365>] tokio-rt-worker (69): drop_caches: 3'],
  wrap: () => undefined,
  unwrap(line) {
    const rest = line.slice(DECODED.exec(line)?.[0].length ?? 0);
    const minute = MINUTE.exec(rest);
    const at = minute ? minuteStamp(minute) : undefined;
    const prefix = at ? minute?.[0] : DELTA.exec(rest)?.[0];
    if (prefix === undefined) return null;
    // A delta counts from the line before, which an envelope does not see: its stamp stays undefined.
    return { at, writer: 'kernel', ...bufferWriter(withoutCaller(rest.slice(prefix.length))) };
  },
};

function minuteStamp([, month = '', day, hour, minute]: RegExpExecArray): Stamp | undefined {
  const ms = civilMs(YEARLESS_YEAR, monthIndex(month), Number(day), Number(hour), Number(minute), 0);
  return Number.isNaN(ms) ? undefined : stamp(ms, 60_000, 'yearless');
}
