/** Time zones, for stamps without one. The only place that imports dayjs. */
import dayjs from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';
import { offsetAt } from './time.ts';

dayjs.extend(utc);
dayjs.extend(timezone);

const HOUR_MS = 3_600_000;

/** True for `UTC`, `Z`, `+05:30`, `-0500` and names of the tz database (`America/Chicago`). */
export function isZone(name: string): boolean {
  if (/^(?:utc|gmt|z)$/i.test(name) || fixedMinutes(name) !== undefined) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Local wall-clock ms (read as if UTC) → UTC, in the zone. Of a time that a DST change repeats the first is taken; one that it
 * skips moves on by the gap. Memoized by hour.
 */
export function localToUtc(zone: string): (localMs: number) => number {
  const minutes = /^(?:utc|gmt|z)$/i.test(zone) ? 0 : fixedMinutes(zone);
  if (minutes !== undefined) return (localMs) => localMs - minutes * 60_000;
  const byHour = new Map<number, number>();
  return (localMs) => {
    const hour = Math.floor(localMs / HOUR_MS);
    let offset = byHour.get(hour);
    if (offset === undefined) {
      const wall = dayjs.utc(hour * HOUR_MS).format('YYYY-MM-DDTHH:mm:ss');
      offset = hour * HOUR_MS - dayjs.tz(wall, zone).valueOf();
      byHour.set(hour, offset);
    }
    return localMs - offset;
  };
}

function fixedMinutes(zone: string): number | undefined {
  const found = offsetAt(zone, 0);
  return found && found.end === zone.length ? found.minutes : undefined;
}
