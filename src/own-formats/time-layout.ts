/**
 * The layouts in which an own format may write its time: those of src/time.ts by name, others as a strftime template. Not as a dayjs
 * layout: a template is compiled once and read on each line, and refuses days that do not exist.
 */
import { joinPieces, readLayout } from '../grammar/layout.ts';
import { strftimePieces, strftimeStamp } from '../grammar/strftime.ts';
import { clfAt, ctimeAt, epoch, type Found, iso, klogAt, slashAt, stamp, syslogAt } from '../time.ts';
import type { Stamp } from '../types.ts';
import { isZone, localToUtc } from '../zone.ts';

export interface TimeLayout {
  readonly example: string;
  read(text: string): Stamp | undefined;
}

const whole =
  (reader: (text: string) => Found | undefined) =>
  (text: string): Stamp | undefined => {
    const found = reader(text);
    return found && found.end === text.length ? found.stamp : undefined;
  };

const NAMED: Readonly<Record<string, TimeLayout>> = {
  iso: { example: '2026-11-22T20:23:41.310Z', read: iso },
  epoch: { example: '1795378991.310 (s, ms, us and ns are told apart)', read: epoch },
  clf: { example: '22/Nov/2026:20:23:41 +0100', read: whole(clfAt) },
  slash: { example: '2026/11/22 20:23:41', read: whole(slashAt) },
  syslog: { example: 'Nov 22 20:23:41', read: whole(syslogAt) },
  ctime: { example: 'Sun Nov 22 20:23:41 2026', read: whole(ctimeAt) },
  klog: { example: '1122 20:23:41.518822', read: whole(klogAt) },
};
const YEARLESS: ReadonlySet<string> = new Set(['syslog', 'klog']);

/** The layout that `time` and `zone` describe, or what is wrong with them. */
export function timeLayout(time: string, zone: string | undefined): TimeLayout | string {
  const layout = NAMED[time] ?? template(time);
  if (typeof layout === 'string' || zone === undefined) return layout;
  if (!isZone(zone)) return `zone: “${zone}” is no time zone; write UTC, +02:00 or a name such as Europe/Berlin`;
  if (YEARLESS.has(time) || (time.includes('%') && !/%[YyFDs]/.test(time)))
    return 'zone: a time without a year has no instant yet; leave zone out and give --tz when analyzing';
  const toUtc = localToUtc(zone);
  return {
    example: layout.example,
    read(text) {
      const read = layout.read(text);
      return read?.basis === 'local' ? stamp(toUtc(read.ms), read.widthMs) : read;
    },
  };
}

function template(time: string): TimeLayout | string {
  const names = Object.keys(NAMED).join(', ');
  if (!time.includes('%')) return `time: “${time}” is no layout; write ${names}, or a strftime template such as %d.%m.%Y %H:%M:%S.%f`;
  try {
    const pieces = joinPieces(strftimePieces(time, ''));
    const has = (...letters: readonly string[]): boolean =>
      pieces.some((piece) => typeof piece !== 'string' && letters.includes(piece.name));
    const isComplete = has('s') || (has('d', 'e') && has('m', 'b', 'h', 'B') && has('H', 'k', 'I') && has('M'));
    if (!isComplete) return `time: “${time}” needs day, month, hour and minute (or %s)`;
    return {
      example: time,
      read(text) {
        const values = readLayout(pieces, text, false);
        return values ? strftimeStamp(values, '') : undefined;
      },
    };
  } catch (error) {
    return `time: ${error instanceof Error ? error.message : String(error)}`;
  }
}
