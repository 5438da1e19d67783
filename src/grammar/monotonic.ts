/** Text outputs of journalctl that count from the machine's boot, which look much like the kernel's own lines. */
import type { Stamp } from '../types.ts';
import { bootStamp } from './printk.ts';
import { type Tagged, tagged } from './syslog-tag.ts';

/** `[ 1861.262291] `, of `short-delta` `[ 1861.262291 <    0.000062 >] ` and at a boot's first line blanks for the delta. */
const PREFIX = /^\[ {0,9}(\d{1,10}\.\d{6})(?: (?:< {0,6}\d{1,10}\.\d{6}[ *]>| {10,20}))?\] /;

export interface MonotonicEntry {
  readonly at: Stamp;
  readonly entry: Tagged;
}

/**
 * A line of `journalctl -o short-monotonic` or `short-delta`; undefined for a line of the kernel's buffer. The journal's has a host
 * and a tag with a pid (`kernel` has none); the kernel's `[ 12.3] systemd[1]: text` has no host.
 */
export function monotonicEntry(line: string): MonotonicEntry | undefined {
  const found = PREFIX.exec(line);
  const entry = found && tagged(line.slice(found[0].length));
  if (!entry?.host || entry.host.endsWith(':') || (entry.pid === undefined && entry.service !== 'kernel')) return undefined;
  return { at: bootStamp(found?.[1] ?? ''), entry };
}
