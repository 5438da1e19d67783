/** The kernel's own prefix of a line: `[ 2160.388640] text`, also with the caller id that CONFIG_PRINTK_CALLER adds. */
import { stamp } from '../time.ts';
import type { Keys, Stamp } from '../types.ts';

/** Thread (`T9185`) or cpu (`C1`) that printed: console `[ 37.132710][ T9185]`, util-linux `[ 37.132710] [ T9185]`. */
const CALLER = /^ ?\[ {0,8}[TC]\d{1,10}\] /;
/** Always six decimals, which Xorg's `[    12.345]` and a row of the OOM killer's table (`[  19727]`) do not have. */
const STAMP = /^\[ {0,7}(\d{1,10}\.\d{6})\]/;

/** Seconds since boot with microseconds, free of binary fractions. */
export const bootStamp = (seconds: string | number): Stamp => stamp(Math.round(Number(seconds) * 1e6) / 1000, 0.001, 'boot');

export interface Printk {
  readonly at: Stamp;
  readonly text: string;
}

/** Stamp and text of a line as printk writes it; undefined for any other text. */
export function printk(text: string): Printk | undefined {
  const found = STAMP.exec(text);
  return found ? { at: bootStamp(found[1] ?? ''), text: withoutCaller(text.slice(found[0].length)) } : undefined;
}

/** Text behind a stamp, without the caller id and the blank that ends the prefix. */
export function withoutCaller(text: string): string {
  const caller = CALLER.exec(text)?.[0] ?? '';
  return text.slice(caller === '' && text.startsWith(' ') ? 1 : caller.length);
}

/** The text without a printk stamp that a carrier left in front of it. */
export const kernelText = (text: string): string => printk(text)?.text ?? text;

const USER_SPACE = /^(systemd[\w-]{0,40})\[(\d{1,10})\]: /;

/**
 * Who wrote a line of the kernel's buffer: the kernel, or systemd, which writes `systemd[1]: text` into it while no journal runs.
 */
export function bufferWriter(text: string): { readonly keys: Keys; readonly text: string } {
  const found = USER_SPACE.exec(text);
  if (!found) return { keys: { service: 'kernel' }, text };
  return { keys: { service: found[1] ?? '', pid: Number(found[2]), pidSpace: 'host' }, text: text.slice(found[0].length) };
}
