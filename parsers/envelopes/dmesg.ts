/** Lines of the kernel's buffer that say when: default, `-T`, `--time-format=iso`, `-x`, `-r`, `-d`, with and without caller id. */
import { localCtime } from '../../src/grammar/locale.ts';
import { monotonicEntry } from '../../src/grammar/monotonic.ts';
import { bootStamp, bufferWriter, type Printk, printk, withoutCaller } from '../../src/grammar/printk.ts';
import { ctimeAt, isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** `kern  :err   : ` of `-x`, `<3>` of `-r` and of the serial console. */
const DECODED = /^(?:<\d{1,3}>|[a-z0-9]{3,9} *:[a-z]{3,7} *: )/;
const DELTA = /^\[ {0,7}(\d{1,10}\.\d{6}) < {0,6}\d{1,10}\.\d{6}>\]/;
/** Apache 2.2 (`[error]`) and PHP's built-in server (`203.0.113.9:53276 Accepted`) write the same stamp. */
const NOT_KERNEL = /^ (?:\[[a-z_0-9]*(?::[a-z0-9]+)?\]|PHP \d|\S{3,45}:\d{2,5} (?:\[\d{3}\]|Accepted|Closing))/;

export const dmesg: Envelope = {
  name: 'dmesg',
  about: '`dmesg`, also with `-T`, `-x`, `-r`, `-d` and `--time-format=iso`; serial consoles',
  docs: 'https://man7.org/linux/man-pages/man1/dmesg.1.html',
  samples: [
    {
      line: '[   50.855091] e1000e 0000:00:02.0 ens2: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx',
      from: 'dmesg of util-linux 2.38',
      unwraps: {
        text: 'e1000e 0000:00:02.0 ens2: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx',
        at: { ms: 50_855.091, widthMs: 0.001, basis: 'boot' },
        keys: { service: 'kernel' },
      },
    },
    {
      line: '[123456.000000] TCP: out of memory',
      from: 'dmesg of util-linux 2.38',
      unwraps: { at: { ms: 123_456_000, widthMs: 0.001, basis: 'boot' } },
    },
    {
      line: '[Wed Nov 25 21:18:23 2026] e1000: ens2 NIC Link is Down',
      from: 'dmesg -T of util-linux 2.38',
      unwraps: { text: 'e1000: ens2 NIC Link is Down', at: { ms: Date.UTC(2026, 10, 25, 21, 18, 23), widthMs: 1000, basis: 'local' } },
    },
    {
      line: '[Thu Jan  1 00:00:05 2026] random: crng init done',
      from: 'dmesg -T of util-linux 2.38',
      unwraps: { at: { ms: Date.UTC(2026, 0, 1, 0, 0, 5), widthMs: 1000, basis: 'local' } },
    },
    {
      line: '[Ср мар 10 20:19:39 2021] TCP: out of memory -- consider tuning tcp_mem',
      from: 'dmesg -T in a Russian locale',
      unwraps: { at: { ms: Date.UTC(2021, 2, 10, 20, 19, 39), widthMs: 1000, basis: 'local' } },
    },
    {
      line: '[二 9月  3 05:57:48 2024] TCP: out of memory -- consider tuning tcp_mem',
      from: 'dmesg -T in a Chinese locale',
      unwraps: { at: { ms: Date.UTC(2024, 8, 3, 5, 57, 48), widthMs: 1000, basis: 'local' } },
    },
    {
      line: '2026-11-22T21:45:22,282451+00:00 tokio-rt-worker (69): drop_caches: 3',
      from: 'dmesg --time-format=iso of util-linux 2.38',
      unwraps: {
        text: 'tokio-rt-worker (69): drop_caches: 3',
        at: { ms: Date.UTC(2026, 10, 22, 21, 45, 22) + 282.451, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: 'syslog:info  : [ 1863.545370] systemd-journald[25420]: Received SIGTERM from PID 25415 (n/a).',
      from: 'dmesg -x of util-linux 2.38',
      unwraps: { text: 'Received SIGTERM from PID 25415 (n/a).', keys: { service: 'systemd-journald', pid: 25420, pidSpace: 'host' } },
    },
    {
      line: 'kern  :notice: [Sun Nov 22 21:45:22 2026] random: crng reseeded due to virtual machine fork',
      from: 'dmesg -x -T of util-linux 2.38',
      unwraps: { text: 'random: crng reseeded due to virtual machine fork' },
    },
    {
      line: '<3>[ 2160.388640] Out of memory: Killed process 7 (x)',
      from: 'dmesg -r',
      unwraps: { text: 'Out of memory: Killed process 7 (x)' },
    },
    {
      line: '[ 1863.545370 < 1862.255943>] random: crng init done',
      from: 'dmesg -d of util-linux 2.38',
      unwraps: { text: 'random: crng init done', at: { ms: 1_863_545.37, widthMs: 0.001, basis: 'boot' } },
    },
    {
      line: '[   37.132710][ T9185] Memory cgroup out of memory',
      from: 'console of kernel 5.15, CONFIG_PRINTK_CALLER',
      unwraps: { text: 'Memory cgroup out of memory' },
    },
    {
      line: '[  601.749973] [    C1] rcu: INFO: rcu_sched',
      from: 'dmesg of util-linux 2.39, CONFIG_PRINTK_CALLER',
      unwraps: { text: 'rcu: INFO: rcu_sched' },
    },
    { line: '[  196.229894]  dump_stack_lvl+0x44/0x5c', from: 'kernel 6.1', unwraps: { text: ' dump_stack_lvl+0x44/0x5c' } },
  ],
  rejects: [
    '[  19727]     0 19727  6039605  6038848 48455680        0             0 wsserver',
    '[ 1862.259598] vm bare[25441]: first line',
    '[    12.345] (II) Loading extension GLX',
    '[Sun Nov 22 20:00:24 2026] [error] [client 203.0.113.9] File does not exist',
    '[Sun Nov 22 20:00:24 2026] 203.0.113.9:53276 Accepted',
    '[Sun Nov 22 20:00:24.123456 2026] [core:error] [pid 12] text',
    '2026-11-22T21:45:22.282451+00:00 vm app[1]: text',
    '[  +0.009365] tokio-rt-worker (69): drop_caches: 3',
  ],
  wrap: () => undefined,
  unwrap(line) {
    const rest = line.slice(DECODED.exec(line)?.[0].length ?? 0);
    if (monotonicEntry(rest)) return null;
    const found = rest[0] === '[' ? (printk(rest) ?? withDelta(rest) ?? withCtime(rest)) : withIso(rest);
    return found ? { at: found.at, writer: 'kernel', ...bufferWriter(found.text) } : null;
  },
};

function withDelta(text: string): Printk | undefined {
  const found = DELTA.exec(text);
  return found ? { at: bootStamp(found[1] ?? ''), text: withoutCaller(text.slice(found[0].length)) } : undefined;
}

function withCtime(text: string): Printk | undefined {
  const close = text.indexOf('] ');
  if (close < 0 || close > 40 || NOT_KERNEL.test(text.slice(close + 1, close + 80))) return undefined;
  const written = text.slice(1, close);
  const english = ctimeAt(written);
  const at = english?.end === written.length && english.stamp.widthMs === 1000 ? english.stamp : localCtime(written);
  return at && { at, text: withoutCaller(text.slice(close + 1)) };
}

/** Only dmesg writes a comma and an offset; `date` pipes and Python loggers have one of them. */
function withIso(text: string): Printk | undefined {
  const found = text[10] === 'T' && text[19] === ',' ? isoAt(text) : undefined;
  return found?.stamp.basis === 'utc' && text[found.end] === ' '
    ? { at: found.stamp, text: withoutCaller(text.slice(found.end)) }
    : undefined;
}
