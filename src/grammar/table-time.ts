/** Times as tables exported for people hold them: in the order of the reader's country. */
import { civilMs, epoch, iso, monthIndex, slashAt, stamp } from '../time.ts';
import type { Stamp } from '../types.ts';

// `11/18/2026, 10:02:47.191 AM` (Azure's portal), `25.10.2026 02:21:31` and `10/25/2026 2:21:31 AM` (Event Viewer).
const NUMBERS = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),?\s(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s?([AP])\.?M\.?)?$/i;
// `Nov 22, 2026 @ 20:23:41.123` (Kibana)
const NAMED = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) @ (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;

function made(ms: number, fraction: string | undefined): Stamp | undefined {
  if (Number.isNaN(ms)) return undefined;
  const digits = fraction?.length ?? 0;
  return stamp(ms + (digits === 0 ? 0 : Number(`0.${fraction}`) * 1000), 1000 / 10 ** Math.min(digits, 6), 'local');
}

function numbers(text: string): Stamp | undefined {
  const found = NUMBERS.exec(text);
  if (!found) return undefined;
  const [, one = '', separator, two = '', year, hour = '', minute, second, fraction, half] = found;
  // The half of the day is written where the month comes first; with full stops, or 24 hours, the day does.
  const dayFirst = Number(one) > 12 || (Number(two) <= 12 && (separator === '.' || half === undefined));
  const [day, month] = dayFirst ? [one, two] : [two, one];
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return made(civilMs(Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second)), fraction);
}

function named(text: string): Stamp | undefined {
  const [whole, month = '', day, year, hour, minute, second, fraction] = NAMED.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return made(civilMs(Number(year), monthIndex(month), Number(day), Number(hour), Number(minute), Number(second)), fraction);
}

/** The whole text is a time; without a zone its basis is `local`, also when its column names one. */
export function tableTime(text: string): Stamp | undefined {
  const slashed = slashAt(text);
  return iso(text) ?? epoch(text) ?? numbers(text) ?? named(text) ?? (slashed?.end === text.length ? slashed.stamp : undefined);
}
