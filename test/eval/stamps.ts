/** Rewrites the stamps of a log in place, in whatever layouts it holds: how a source with another clock would have looked. */
import type { DurationMs, EpochMs } from '../../src/types.ts';

export interface Rewrite {
  /** Whole seconds to add to every stamp. Stamps that count from the boot have no clock to be wrong and stay. */
  readonly shiftMs?: DurationMs;
  /** Cut stamps to whole seconds, where a program's layout can do without a fraction. */
  readonly wholeSeconds?: boolean;
  /** The incident's time; numbers and dates further away than `NEAR_MS` are no stamps of it. */
  readonly around: EpochMs;
}

// A zone shifts wall clocks by up to 14 h; a dmesg may begin a day before the incident.
const NEAR_MS = 3 * 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTH = `(${MONTHS.join('|')})`;
const CLOCK = '(\\d\\d):(\\d\\d):(\\d\\d)';

const two = (value: number): string => String(value).padStart(2, '0');
const clockOf = (date: Date): string => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
const monthOf = (date: Date): string => MONTHS[date.getUTCMonth()] ?? '';
/** A day of two places, padded the way the original was. */
const dayLike = (date: Date, original: string): string => String(date.getUTCDate()).padStart(2, original.startsWith(' ') ? ' ' : '0');

interface Layout {
  readonly pattern: RegExp;
  /** The wall clock as if it were UTC: only differences matter here. */
  read(match: readonly string[], around: Date): EpochMs;
  write(date: Date, match: readonly string[], fraction: string): string;
  /** Which group holds the fraction; absent = the layout's fraction is never cut. */
  readonly fraction?: number;
}

const wall = (year: string | number, month: number, day: string, hour: string, minute: string, second: string): EpochMs =>
  Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));

const LAYOUTS: readonly Layout[] = [
  {
    // 2026-11-22T20:23:41.123 and its kin
    pattern: new RegExp(`(?<!\\d)(\\d{4})-(\\d\\d)-(\\d\\d)([Tt _])${CLOCK}([.,]\\d{1,9})?`, 'g'),
    read: ([, year = '', month, day = '', , hour = '', minute = '', second = '']) =>
      wall(year, Number(month) - 1, day, hour, minute, second),
    write: (date, [, , , , separator], fraction) => `${date.toISOString().slice(0, 10)}${separator}${clockOf(date)}${fraction}`,
    fraction: 8,
  },
  {
    // 22/Nov/2026:20:23:41, HAProxy's with a fraction that it always has
    pattern: new RegExp(`(?<!\\d)(\\d\\d)/${MONTH}/(\\d{4}):${CLOCK}`, 'g'),
    read: ([, day = '', month = '', year = '', hour = '', minute = '', second = '']) =>
      wall(year, MONTHS.indexOf(month), day, hour, minute, second),
    write: (date) => `${two(date.getUTCDate())}/${monthOf(date)}/${date.getUTCFullYear()}:${clockOf(date)}`,
  },
  {
    // 2026/11/22 20:23:41
    pattern: new RegExp(`(?<!\\d)(\\d{4})/(\\d\\d)/(\\d\\d) ${CLOCK}`, 'g'),
    read: ([, year = '', month, day = '', hour = '', minute = '', second = '']) => wall(year, Number(month) - 1, day, hour, minute, second),
    write: (date) => `${date.toISOString().slice(0, 10).replaceAll('-', '/')} ${clockOf(date)}`,
  },
  {
    // Sun Nov 22 20:23:41.123456 2026
    pattern: new RegExp(`(?:${DAYS.join('|')}) ${MONTH} ([ \\d]\\d) ${CLOCK}(\\.\\d{1,9})? (\\d{4})`, 'g'),
    read: ([, month = '', day = '', hour = '', minute = '', second = '', , year = '']) =>
      wall(year, MONTHS.indexOf(month), day, hour, minute, second),
    write: (date, [, , day = ''], fraction) =>
      `${DAYS[date.getUTCDay()]} ${monthOf(date)} ${dayLike(date, day)} ${clockOf(date)}${fraction} ${date.getUTCFullYear()}`,
    fraction: 6,
  },
  {
    // Nov 22 20:23:41
    pattern: new RegExp(`(?<![A-Za-z]|(?:${DAYS.join('|')}) )${MONTH} ([ \\d]\\d) ${CLOCK}(\\.\\d{1,9})?`, 'g'),
    read: ([, month = '', day = '', hour = '', minute = '', second = ''], around) =>
      wall(around.getUTCFullYear(), MONTHS.indexOf(month), day, hour, minute, second),
    write: (date, [, , day = ''], fraction) => `${monthOf(date)} ${dayLike(date, day)} ${clockOf(date)}${fraction}`,
    fraction: 6,
  },
  {
    // I1122 20:23:41.123456, the head of Kubernetes' klog
    pattern: new RegExp(`(?<![A-Za-z\\d])([IWEF])(\\d\\d)(\\d\\d) ${CLOCK}(?=\\.\\d{6} )`, 'g'),
    read: ([, , month = '', day = '', hour = '', minute = '', second = ''], around) =>
      wall(around.getUTCFullYear(), Number(month) - 1, day, hour, minute, second),
    write: (date, [, level]) => `${level}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())} ${clockOf(date)}`,
  },
];

/** Epoch numbers by their digits: seconds (with a fraction), ms, µs. */
const EPOCH = /(?<![\d.])(1\d{9}|1\d{12}|1\d{15})(\.\d{1,9})?(?![\d])/g;

function rewriteEpochs(text: string, { shiftMs = 0, wholeSeconds = false, around }: Rewrite): string {
  return text.replace(EPOCH, (whole, digits: string, fraction: string | undefined) => {
    const perSecond = 10 ** (digits.length - 10);
    if (Math.abs((Number(digits) / perSecond) * 1000 - around) > NEAR_MS) return whole;
    const shifted = BigInt(digits) + BigInt((shiftMs / 1000) * perSecond);
    // Journals always count microseconds; they are left as exact as they are.
    if (!wholeSeconds || perSecond === 1_000_000) return `${shifted}${fraction ?? ''}`;
    return String(shifted - (shifted % BigInt(perSecond)));
  });
}

/** The log with every stamp rewritten; equal to `text` when it holds none. */
export function rewriteStamps(text: string, rewrite: Rewrite): string {
  const around = new Date(rewrite.around);
  let result = rewriteEpochs(text, rewrite);
  for (const layout of LAYOUTS) {
    result = result.replace(layout.pattern, (...match: string[]) => {
      const ms = layout.read(match, around);
      if (Number.isNaN(ms) || Math.abs(ms - rewrite.around) > NEAR_MS) return match[0] ?? '';
      const fraction = layout.fraction === undefined || rewrite.wholeSeconds ? '' : (match[layout.fraction] ?? '');
      return layout.write(new Date(ms + (rewrite.shiftMs ?? 0)), match, fraction);
    });
  }
  return result;
}
