/** Durations among the fields of a record: by the unit that a name or a value has, or by what the record and its log tell of one that has none. */
import { duration, epoch } from '../time.ts';
import type { DurationMs, Stamp } from '../types.ts';
import { type Fields, firstTime, number, plainName } from './fields.ts';
import { numberOf } from './json.ts';
import type { LearnedFields } from './learned-fields.ts';

/** A duration that is one by its unit. */
export function spelledIn(fields: Fields, role: 'spelledLife' | 'spelledSilence'): DurationMs | undefined {
  for (const { value } of fields[role] ?? []) {
    const spelled = typeof value === 'string' && value.length < 24 && /[a-z]$/.test(value) ? duration(value) : undefined;
    if (spelled !== undefined) return rounded(spelled);
  }
  return undefined;
}

/**
 * A duration by the unit in its key or its value. A bare number (`duration: 17001`) is read by the record's own evidence:
 * a decimal point means seconds (Python, zap), unless the record is stamped in epoch ms (JavaScript's performance.now()) or is Serilog's;
 * an integer of 1e9 or more means nanoseconds (Go's time.Duration), also for the record's others; an integer beside an epoch-seconds stamp means seconds;
 * any other integer means milliseconds, but under 1,000 only beside a stamp with exactly milliseconds: else it stays unread.
 * What the log's other records tell of the same name comes before all that: one unit for a name and a log.
 */
export function durationIn(
  fields: Fields,
  role: 'life' | 'silence' | 'stall',
  written: string,
  at: Stamp | undefined,
  learn: (() => LearnedFields | undefined) | undefined,
): DurationMs | undefined {
  for (const { name, value, unitMs } of fields[role] ?? []) {
    // loguru's `elapsed: {repr, seconds}` counts from the program's start.
    if (name === 'elapsedseconds' && fields.sinceStart) continue;
    const bare = numberOf(value);
    if (bare === undefined) {
      const spelled = typeof value === 'string' ? duration(value.trim()) : undefined;
      if (spelled !== undefined) return spelled;
    } else if (bare >= 0) {
      if (unitMs !== undefined) return rounded(bare * unitMs);
      const life = between(fields, at);
      if (life !== undefined) return Math.abs(bare - life) < Math.abs(bare * 1000 - life) ? bare : rounded(bare * 1000);
      const learned = learn?.();
      if (learned?.inMs.has(name)) return bare;
      const point = isPointed(written, name, value) || learned?.inSeconds.has(name) === true;
      return bareDuration(bare, point, fields, at);
    }
  }
  return undefined;
}

/** Nobody gives connections less than a second, nor half an hour: a bare number below is of seconds. */
const BARE_SECONDS = 1_000;
export function graceIn({ grace = [] }: Fields): DurationMs | undefined {
  for (const { value, unitMs } of grace) {
    const bare = numberOf(value);
    if (bare === undefined) {
      const spelled = typeof value === 'string' ? duration(value.trim()) : undefined;
      if (spelled !== undefined) return spelled;
    } else if (bare > 0) return rounded(bare * (unitMs ?? (bare < BARE_SECONDS ? 1_000 : 1)));
  }
  return undefined;
}

/** Elastic Common Schema's `event.duration` is in nanoseconds. */
export function eventDuration(fields: Fields): DurationMs | undefined {
  const nanoseconds = number(fields, 'eventDuration');
  return nanoseconds === undefined ? undefined : rounded(nanoseconds / 1e6);
}

function bareDuration(value: number, point: boolean, fields: Fields, at: Stamp | undefined): DurationMs | undefined {
  const clock = number(fields, 'time', (candidate) => epoch(candidate) !== undefined);
  const inMs = (clock !== undefined && clock >= 1e11 && clock < 1e14) || fields.template !== undefined;
  if (point) return inMs ? value : rounded(value * 1000);
  if (value >= NANOSECONDS || inNanoseconds(fields)) return rounded(value / 1e6);
  if (clock !== undefined && clock < 1e11) return value * 1000;
  return value >= 1000 || value === 0 || at?.widthMs === 1 ? value : undefined;
}

/** As milliseconds it would be eleven days. */
const NANOSECONDS = 1e9;
/** Go's loggers write all durations of a record alike: beside one that can only be nanoseconds a short one is none of milliseconds. */
const inNanoseconds = ({ life = [], silence = [] }: Fields): boolean =>
  [...life, ...silence].some(({ value, unitMs }) => unitMs === undefined && (numberOf(value) ?? 0) >= NANOSECONDS);

/** Whether a number was written with a decimal point; `written` is the record. */
export const isPointed = (written: string, name: string, value: unknown): boolean =>
  typeof value === 'number' ? hasPoint(written, name, value) : String(value).includes('.');

/** Whether a JSON number under this plain name was written with a decimal point. */
function hasPoint(written: string, name: string, value: number): boolean {
  if (!Number.isInteger(value)) return true;
  for (const found of written.matchAll(/"([^"\\]{1,64})"\s{0,2}:\s{0,2}\d{1,15}\.\d/g))
    if (name.endsWith(plainName(found[1] ?? ''))) return true;
  return false;
}

/** From the opened stamp that the record carries to its end. */
export function between(fields: Fields, at: Stamp | undefined): DurationMs | undefined {
  const opened = fields.openedAt && firstTime(fields, 'openedAt');
  const closed = opened && (firstTime(fields, 'closedAt') ?? at);
  if (!opened || !closed || opened.basis !== closed.basis) return undefined;
  const life = closed.ms - opened.ms;
  return life >= 0 ? rounded(life) : undefined;
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
