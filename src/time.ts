/**
 * Readers for the stamps that logs write. Each takes a text (and an offset into it), returns a Stamp or undefined when the
 * text is no such stamp, and never throws. They slice and memoize by second: stamps are read on the hot path.
 */
import type { Basis, DurationMs, Stamp } from './types.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const MONTH_OF: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((name, month) => [[name, month] as const, [name.toLowerCase(), month] as const]),
);
const HOUR_MS = 3_600_000;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const YEARLESS_YEAR = 2000;

export const stamp = (ms: number, widthMs: DurationMs, basis: Basis = 'utc'): Stamp => ({ ms, widthMs, basis });

/** All zones are whole quarter hours from UTC. */
export const QUARTER_HOUR_MS: DurationMs = 900_000;
/** The whole number of quarter hours that lies nearest, in ms: what a zone may make of a distance between two stamps. */
export const zoneNear = (apartMs: DurationMs): DurationMs => Math.round(apartMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;

/** 0–11, or -1. English three-letter names, as every program here writes them. */
export function monthIndex(name: string): number {
  return MONTH_OF.get(name) ?? MONTH_OF.get(name.toLowerCase()) ?? -1;
}

/** Milliseconds of a civil time read as UTC; NaN when it does not exist (31 Feb, hour 24). Second 60 is accepted as a leap second. */
export function civilMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (!(hour < 24 && minute < 60 && second <= 60 && day >= 1 && day <= (DAYS_IN_MONTH[month] ?? 0))) return Number.NaN;
  if (day === 29 && month === 1 && !isLeapYear(year)) return Number.NaN;
  return Date.UTC(year, month, day, hour, minute, second);
}

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
};
const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);
const four = (text: string, at: number): number => two(text, at) * 100 + two(text, at + 2);

/** `+0100`, `+01:00`, `-05`, `Z` at `at` → minutes east of UTC and where it ends; undefined when none stands there. */
export function offsetAt(text: string, at: number): { readonly minutes: number; readonly end: number } | undefined {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return { minutes: 0, end: at + 1 };
  if (sign !== '+' && sign !== '-') return undefined;
  const hours = two(text, at + 1);
  if (Number.isNaN(hours)) return undefined;
  const colon = text[at + 3] === ':' ? 1 : 0;
  const minutes = two(text, at + 3 + colon);
  const whole = Number.isNaN(minutes) ? hours * 60 : hours * 60 + minutes;
  return { minutes: sign === '-' ? -whole : whole, end: Number.isNaN(minutes) ? at + 3 : at + 5 + colon };
}

interface Fraction {
  readonly ms: number;
  readonly widthMs: number;
  readonly end: number;
}
/** `.123`, `,123456` at `at` → ms and the width of the last digit; a second's width when there is none. */
function fractionAt(text: string, at: number): Fraction {
  const mark = text[at];
  let end = at + 1;
  while (end < text.length && digit(text, end) >= 0) end++;
  const digits = end - at - 1;
  if ((mark !== '.' && mark !== ',') || digits === 0) return { ms: 0, widthMs: 1000, end: at };
  const kept = Math.min(digits, 9);
  return {
    ms: Number(text.slice(at + 1, at + 1 + kept)) / 10 ** (kept - 3),
    widthMs: kept >= 3 ? (kept === 3 ? 1 : 0.001) : 10 ** (3 - kept),
    end,
  };
}

/** A stamp and the offset behind its last character. */
export interface Found {
  readonly stamp: Stamp;
  readonly end: number;
}

// One memo a reader: stamps of neighbouring lines share their second, so the calendar is asked once a second.
const memo = (): ((key: string, compute: () => number) => number) => {
  let lastKey = '';
  let lastMs = Number.NaN;
  return (key, compute) => {
    if (key !== lastKey) {
      lastKey = key;
      lastMs = compute();
    }
    return lastMs;
  };
};
const isoMemo = memo();
const clfMemo = memo();
const syslogMemo = memo();
const slashMemo = memo();
const ctimeMemo = memo();

/**
 * ISO 8601 / RFC 3339 at `at`: `2026-11-22T20:23:41[.,fraction][Z|±hh[:]mm]`, also with a blank for the `T`, a blank before the
 * offset, or `_`. Without an offset the basis is `local`.
 */
export function isoAt(text: string, at = 0): Found | undefined {
  const separator = text[at + 10];
  if (text[at + 4] !== '-' || text[at + 7] !== '-' || text[at + 13] !== ':' || text[at + 16] !== ':') return undefined;
  if (separator !== 'T' && separator !== ' ' && separator !== 't' && separator !== '_') return undefined;
  const second = isoMemo(text.slice(at, at + 19), () =>
    civilMs(four(text, at), two(text, at + 5) - 1, two(text, at + 8), two(text, at + 11), two(text, at + 14), two(text, at + 17)),
  );
  if (Number.isNaN(second)) return undefined;
  const fraction = fractionAt(text, at + 19);
  const blank = text[fraction.end] === ' ' && isOffset(text, fraction.end + 1) ? 1 : 0;
  const offset = offsetAt(text, fraction.end + blank);
  const ms = second + fraction.ms;
  return offset
    ? { stamp: stamp(ms - offset.minutes * 60_000, fraction.widthMs), end: offset.end }
    : { stamp: stamp(ms, fraction.widthMs, 'local'), end: fraction.end };
}

/** A letter more, and `Z` begins a word. */
const isOffset = (text: string, at: number): boolean =>
  text[at] === '+' || text[at] === '-' || (text[at] === 'Z' && !/\w/.test(text[at + 1] ?? ''));

/** The whole text is one ISO stamp. */
export function iso(text: string): Stamp | undefined {
  const found = isoAt(text);
  return found && found.end === text.length ? found.stamp : undefined;
}

/** Common log format: `22/Nov/2026:20:11:25[.123][ +0100]`; without an offset (HAProxy, daphne) the basis is `local`. */
export function clfAt(text: string, at = 0): Found | undefined {
  if (text[at + 2] !== '/' || text[at + 6] !== '/' || text[at + 11] !== ':' || text[at + 14] !== ':') return undefined;
  const second = clfMemo(text.slice(at, at + 20), () =>
    civilMs(
      four(text, at + 7),
      monthIndex(text.slice(at + 3, at + 6)),
      two(text, at),
      two(text, at + 12),
      two(text, at + 15),
      two(text, at + 18),
    ),
  );
  if (Number.isNaN(second)) return undefined;
  const fraction = fractionAt(text, at + 20);
  const offset = text[fraction.end] === ' ' ? offsetAt(text, fraction.end + 1) : undefined;
  const ms = second + fraction.ms;
  return offset
    ? { stamp: stamp(ms - offset.minutes * 60_000, fraction.widthMs), end: offset.end }
    : { stamp: stamp(ms, fraction.widthMs, 'local'), end: fraction.end };
}

/** `2026/11/22 20:23:41[.123456]`: nginx error log, Go's log package. Local. */
export function slashAt(text: string, at = 0): Found | undefined {
  if (text[at + 4] !== '/' || text[at + 7] !== '/' || text[at + 10] !== ' ' || text[at + 13] !== ':') return undefined;
  const second = slashMemo(text.slice(at, at + 19), () =>
    civilMs(four(text, at), two(text, at + 5) - 1, two(text, at + 8), two(text, at + 11), two(text, at + 14), two(text, at + 17)),
  );
  if (Number.isNaN(second)) return undefined;
  const fraction = fractionAt(text, at + 19);
  return { stamp: stamp(second + fraction.ms, fraction.widthMs, 'local'), end: fraction.end };
}

/** BSD syslog and journalctl short: `Nov  2 20:23:41[.123456]`, day padded with a blank, a zero or not at all. Year-less, local. */
export function syslogAt(text: string, at = 0): Found | undefined {
  const month = monthIndex(text.slice(at, at + 3));
  if (month < 0 || text[at + 3] !== ' ') return undefined;
  let place = at + 4;
  if (text[place] === ' ') place++;
  let day = digit(text, place++);
  if (Number.isNaN(day)) return undefined;
  if (text[place] !== ' ') day = day * 10 + digit(text, place++);
  if (text[place] !== ' ' || text[place + 3] !== ':' || text[place + 6] !== ':') return undefined;
  const second = syslogMemo(text.slice(at, place + 9), () =>
    civilMs(YEARLESS_YEAR, month, day, two(text, place + 1), two(text, place + 4), two(text, place + 7)),
  );
  if (Number.isNaN(second)) return undefined;
  const fraction = fractionAt(text, place + 9);
  return { stamp: stamp(second + fraction.ms, fraction.widthMs, 'yearless'), end: fraction.end };
}

/** `20:23:41[.,fraction]`, `08:23:41 PM`: a time of day, as consoles and terse loggers write it. */
export function daytimeAt(text: string, at = 0): Found | undefined {
  if (text[at + 2] !== ':' || text[at + 5] !== ':') return undefined;
  const second = civilMs(1970, 0, 1, two(text, at), two(text, at + 3), two(text, at + 6));
  if (Number.isNaN(second)) return undefined;
  const half = text.slice(at + 8, at + 11);
  if (half === ' AM' || half === ' PM') {
    const hour = two(text, at);
    if (hour < 1 || hour > 12) return undefined;
    return { stamp: stamp(second + ((half === ' PM' ? 12 : 0) + (hour % 12) - hour) * HOUR_MS, 1_000, 'daytime'), end: at + 11 };
  }
  const fraction = fractionAt(text, at + 8);
  return { stamp: stamp(second + fraction.ms, fraction.widthMs, 'daytime'), end: fraction.end };
}

/** ctime and Apache's error log: `Sun Nov 22 20:00:24[.123456] 2026`. Local. */
export function ctimeAt(text: string, at = 0): Found | undefined {
  const month = monthIndex(text.slice(at + 4, at + 7));
  if (month < 0 || text[at + 3] !== ' ' || text[at + 7] !== ' ') return undefined;
  const day = text[at + 8] === ' ' ? digit(text, at + 9) : two(text, at + 8);
  if (text[at + 10] !== ' ' || text[at + 13] !== ':' || text[at + 16] !== ':') return undefined;
  const fraction = fractionAt(text, at + 19);
  const year = four(text, fraction.end + 1);
  if (text[fraction.end] !== ' ' || Number.isNaN(year)) return undefined;
  const second = ctimeMemo(`${text.slice(at, at + 19)}${year}`, () =>
    civilMs(year, month, day, two(text, at + 11), two(text, at + 14), two(text, at + 17)),
  );
  return Number.isNaN(second) ? undefined : { stamp: stamp(second + fraction.ms, fraction.widthMs, 'local'), end: fraction.end + 5 };
}

/** `1122 20:23:41.518822`: klog's `mmdd hh:mm:ss.uuuuuu`. Year-less, local. */
export function klogAt(text: string, at = 0): Found | undefined {
  if (text[at + 4] !== ' ' || text[at + 7] !== ':' || text[at + 10] !== ':') return undefined;
  const second = civilMs(YEARLESS_YEAR, two(text, at) - 1, two(text, at + 2), two(text, at + 5), two(text, at + 8), two(text, at + 11));
  if (Number.isNaN(second)) return undefined;
  const fraction = fractionAt(text, at + 13);
  return { stamp: stamp(second + fraction.ms, fraction.widthMs, 'yearless'), end: fraction.end };
}

/**
 * An epoch number in s, ms, µs or ns, told apart by magnitude (years 2001–2286). Takes text or a number; text keeps nanoseconds
 * exact to the ms. The width follows from the unit and the decimals written.
 */
export function epoch(value: string | number): Stamp | undefined {
  // What JavaScript's loggers write needs no text.
  if (typeof value === 'number' && value >= 1e10 && value < 1e13 && Number.isInteger(value)) return stamp(value, 1);
  const text = typeof value === 'number' ? String(value) : value;
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const number = Number(text);
  if (!Number.isFinite(number) || !/^\d{9,19}$/.test(whole)) return undefined;
  if (whole.length <= 10) {
    const decimals = point < 0 ? 0 : text.length - point - 1;
    return stamp(
      number * 1000,
      decimals === 0 && typeof value === 'string' ? 1000 : decimals >= 3 ? 1 : decimals === 0 ? 1000 : 10 ** (3 - decimals),
    );
  }
  if (whole.length <= 13) return stamp(number, 1);
  if (whole.length <= 16) return stamp(number / 1000, 0.001);
  return stamp(Number(whole.slice(0, -3)) / 1000, 0.001);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  msec: 1,
  millis: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}; // prettier-ignore

/**
 * A duration with its unit written out: `60004ms`, `30.053s`, `2m7.606s`, `1h2m`, `1min 2.345s`, `00:01:30.5`, `PT1M30S`; undefined
 * when it is none. A bare number has no unit and is refused: the caller knows its unit or does not.
 */
export function duration(text: string): DurationMs | undefined {
  const clock = /^(?:(\d{1,4}):)?(\d{1,2}):(\d{2}(?:\.\d{1,9})?)$/.exec(text);
  if (clock) return (Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000;
  const body = /^P(?:\d+D)?T?/.test(text) ? text.replace(/^P/, '').replace('T', '').toLowerCase() : text;
  let total = 0;
  let at = 0;
  const piece = /\s{0,2}(\d{1,15}(?:[.,]\d{1,12})?)\s?([a-zµμ]{1,12})/y;
  while (at < body.length) {
    piece.lastIndex = at;
    const found = piece.exec(body);
    const unit = found?.[2] === undefined ? undefined : UNIT_MS[found[2]];
    if (!found || unit === undefined) return undefined;
    total += Number(found[1]?.replace(',', '.')) * unit;
    at = piece.lastIndex;
  }
  return at > 0 ? total : undefined;
}
