/** The fields that an own format may name, and how their texts become a row. */
import { isIp } from '../grammar/address.ts';
import { numberOf } from '../grammar/json.ts';
import { peer, peerFields } from '../grammar/peer.ts';
import { duration } from '../time.ts';
import type { DurationMs, Field, Row, Stamp } from '../types.ts';

/** Names of CONTRIBUTING.md whose value is a whole number (`count`), a number or a yes/no; all other fields are text. */
const KINDS: Readonly<Record<string, 'count' | 'number' | 'flag'>> = {
  status: 'count',
  upstreamStatus: 'count',
  code: 'count',
  clientPort: 'count',
  pid: 'count',
  tid: 'count',
  exitCode: 'count',
  bytesSent: 'count',
  bytesReceived: 'count',
  received: 'count',
  sent: 'count',
  durationMs: 'number',
  silenceMs: 'number',
  upstreamDurationMs: 'number',
  clean: 'flag',
};
const TEXTS =
  'method path protocol host clientIp referer userAgent user upstream upstreamName requestId connection termination program level message unit container pod namespace signal reason'.split(
    ' ',
  );
/** Fields that are written in one way and stand in the row in another: `time` → `at`, `duration` → `durationMs`, `client` → `clientIp`, `clientPort`. */
const READ_APART = ['time', 'duration', 'silence', 'client'];

/** Every name that has a meaning. Others are kept as text under their own name, for `when` and for `formats explain`. */
export const STANDARD_FIELDS: readonly string[] = [...READ_APART, ...TEXTS, ...Object.keys(KINDS)];

export const isTextField = (name: string): boolean => !READ_APART.includes(name) && KINDS[name] === undefined;

export const UNIT_MS = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
export type DurationUnit = keyof typeof UNIT_MS;

/** How the fields of one format are read. */
export interface FieldReaders {
  readonly time: ((text: string) => Stamp | undefined) | undefined;
  /** What a stamp looks like, for people. */
  readonly timeExample: string;
  readonly durationUnit: DurationUnit | undefined;
}

/** A row, or in words why the line is refused. */
export type RowReading = { readonly row: Row } | { readonly refused: string };

const NOTHING: ReadonlySet<string> = new Set(['', '-']);

/** Reads the texts of all fields; one that is not what its name promises refuses the line. `-` and nothing mean: not logged. */
export function rowOf(texts: Iterable<readonly [string, string | undefined]>, readers: FieldReaders): RowReading {
  const row: Record<string, Field | Stamp> = {};
  for (const [name, text] of texts) {
    if (text === undefined || NOTHING.has(text)) continue;
    const refused = readField(row, name, text, readers);
    if (refused !== undefined) return { refused: `${name}: “${text}” ${refused}` };
  }
  return { row };
}

/** Puts one field into the row, or says what is wrong with it. */
function readField(row: Record<string, Field | Stamp>, name: string, text: string, readers: FieldReaders): string | undefined {
  switch (name) {
    case 'time':
      row['at'] = readers.time?.(text);
      return row['at'] ? undefined : `is no time like ${readers.timeExample}`;
    case 'duration':
    case 'silence': {
      const ms = durationIn(text, readers.durationUnit);
      row[`${name}Ms`] = ms;
      if (ms !== undefined) return undefined;
      return readers.durationUnit ? 'is not a number' : 'has no unit: give "durationUnit" (s, ms, us or ns)';
    }
    case 'client': {
      const from = peer(text);
      if (!from || !isIp(from.ip)) return 'is no address like 203.0.113.9:4431';
      Object.assign(row, peerFields(from));
      return undefined;
    }
    case 'clientIp': {
      const from = peer(text);
      row['clientIp'] = from?.ip;
      return from && isIp(from.ip) ? undefined : 'is no address';
    }
    default:
      return readPlain(row, name, text);
  }
}

function readPlain(row: Record<string, Field | Stamp>, name: string, text: string): string | undefined {
  switch (KINDS[name]) {
    case 'count':
    case 'number': {
      const number = numberOf(text);
      row[name] = number;
      if (number === undefined) return 'is not a number';
      return KINDS[name] === 'count' && !Number.isInteger(number) ? 'is not a whole number' : undefined;
    }
    case 'flag':
      if (!/^(?:true|false|yes|no|1|0)$/i.test(text)) return 'is neither true nor false';
      row[name] = /^(?:true|yes|1)$/i.test(text);
      return undefined;
    default:
      row[name] = text;
      return undefined;
  }
}

/** A bare number counts in the format's unit; a text that spells its unit (`2m7.6s`) needs none. */
function durationIn(text: string, unit: DurationUnit | undefined): DurationMs | undefined {
  const number = numberOf(text);
  if (number === undefined) return duration(text);
  // To the nanosecond: 30.053 s is 30053 ms, not 30052.999….
  return unit && number >= 0 ? Math.round(number * UNIT_MS[unit] * 1e6) / 1e6 : undefined;
}
