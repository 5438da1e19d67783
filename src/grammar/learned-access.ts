/**
 * What the fields of an access log mean whose names are the operator's own: told by the shapes of their values over the beginning of
 * the log, as columns of a table are. A log is written at the requests' ends: the stamp, the life and its unit are those that put the
 * ends in order.
 */
import { clfAt, epoch, iso } from '../time.ts';
import type { Stamp } from '../types.ts';
import { accessVariable } from './access-names.ts';
import { isIp } from './address.ts';
import { numeric } from './quoted.ts';

/** A record's fields as they are written. */
export type Pairs = readonly (readonly [key: string, value: string])[];

export interface Learned {
  /** Key → nginx variable. */
  readonly names: ReadonlyMap<string, string>;
  /** Which instant the stamp marks. */
  readonly marks: 'start' | 'end';
  /** The unit of the life. */
  readonly lifeUnitMs: number;
}

const FEWEST = 4;
const MOST_KEYS = 64;
const STATUS = /^(?:[1-5]\d\d|000|0|-)?$/;
const REQUEST = /^[A-Z]{3,10} \S{1,4000}(?: HTTP\/\d(?:\.\d)?)?$/;
const METHOD = /^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|-)?$/;
const PATH = /^(?:\/\S{0,4000}|\*|-)?$/;
const QUERY = /^(?:\??[\w.~%-]{1,200}=\S{0,4000}|-)?$/;
const SERVER = /^(?:(?:[\w.-]{1,200}|\[[0-9A-Fa-f:.]{2,60}\]):\d{1,5}|unix:\S{1,200}|-)?(?:, \S{1,200}){0,16}$/;
// nginx writes its times in seconds with three decimals (numbers in JSON lose their last zeros), and several upstreams' in a row.
const SECONDS = /^(?:\d{1,7}(?:\.\d{1,3})?|-)?$/;
const UPSTREAMS_SECONDS = /^(?:\d{1,7}(?:\.\d{1,3})?|-)?(?:(?:, | : )(?:\d{1,7}\.\d{3}|-)){0,16}$/;
const UPSTREAMS_STATUS = /^(?:\d{3}|-)?(?:(?:, | : )(?:\d{3}|-)){0,16}$/;
const NONE = /^-?$/;
const UPSTREAMS = ['upstream_addr', 'upstream_status', 'upstream_response_time'];
const OF_UPSTREAM = /^(?:u(?!ri|rl|ser|a$|s$)|up|backend|be_|server|proxy|origin)/i;

/** Units by what a name ends with; the unit that names no other counts as none. */
const NAMED_UNIT: readonly (readonly [RegExp, number])[] = [
  [/(?:^|[^a-z])(?:us|usecs?|micros(?:econds)?|µs|d)$|Us$|Micros$/, 0.001],
  [/(?:^|[^a-z])(?:ms|msecs?|millis(?:econds)?)$|Ms$|Millis$/, 1],
  [/(?:^|[^a-z])(?:s|secs?|seconds)$|Secs?$|Seconds$/, 1000],
];

/** `[22/Nov/2026:20:23:41 +0000]` with or without brackets, ISO 8601 or epoch. */
export function accessStamp(text: string): Stamp | undefined {
  const bare = text.replace(/^\[(.{10,40})\]$/, '$1');
  const clf = clfAt(bare);
  return clf?.end === bare.length ? clf.stamp : (iso(bare) ?? epoch(bare));
}

/** Reads the meanings off `records`, in the order of the file; undefined = they are no access log whose fields can be told. */
function learnAccess(records: readonly Pairs[]): Learned | undefined {
  if (records.length < FEWEST) return undefined;
  const columns = new Map<string, string[]>();
  for (const record of records) {
    for (const [key, value] of record) {
      const column = columns.get(key);
      if (column) column.push(value);
      else if (columns.size < MOST_KEYS) columns.set(key, [value]);
    }
  }
  const full = [...columns].filter(([, values]) => values.length === records.length);
  const names = new Map<string, string>();
  const taken = new Set<string>();
  /** The key among those of the right shape that is called so, else the first that is called nothing else. */
  const pick = (variable: string, fits: (value: string) => boolean, may: (key: string) => boolean = () => true): string | undefined => {
    const fitting = full.filter(
      ([key, values]) => !names.has(key) && may(key) && values.some((value) => value !== '' && value !== '-') && values.every(fits),
    );
    const called = (key: string): string | undefined => accessVariable(key, columns.get(key)?.[0] ?? '');
    const found = fitting.find(([key]) => called(key) === variable) ?? fitting.find(([key]) => called(key) === undefined) ?? fitting[0];
    if (found === undefined || taken.has(variable)) return undefined;
    names.set(found[0], variable);
    taken.add(variable);
    return found[0];
  };
  const fits = (shape: RegExp) => (value: string) => shape.test(value);
  const isOwn = (key: string): boolean => !OF_UPSTREAM.test(key);
  const time = pick('time', (value) => accessStamp(value) !== undefined);
  const status = pick('status', fits(STATUS), isOwn);
  const asked = pick('request', fits(REQUEST)) ?? (pick('request_method', fits(METHOD)) && pick('request_uri', fits(PATH)));
  if (time === undefined || status === undefined || asked === undefined) return undefined;
  if (!taken.has('request')) pick('args', fits(QUERY));
  const peer = pick('remote_addr', (value) => isIp(value) || /^(?:[\d.]{7,15}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/.test(value), isOwn);
  if (peer === undefined) return undefined;
  const stamps = (columns.get(time) ?? []).map(accessStamp).filter((at) => at !== undefined);
  const life = lifeOf(
    full.filter(([key]) => !names.has(key) && isOwn(key)),
    stamps,
  );
  if (life) {
    names.set(life.key, 'request_time');
    taken.add('request_time');
  }
  pick(
    'remote_port',
    (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535,
    (key) => isOwn(key) && /port$/i.test(key),
  );
  pick('upstream_addr', fits(SERVER), (key) => !isOwn(key));
  const answers = columns.get(status) ?? [];
  /** `us` may be microseconds: an upstream's status is mostly the answer's. */
  const isAnswered = (key: string): boolean =>
    accessVariable(key, '') === 'upstream_status' &&
    (columns.get(key) ?? []).every((value, at) => value === answers[at] || NONE.test(value));
  pick('upstream_status', fits(UPSTREAMS_STATUS), (key) => !isOwn(key) || isAnswered(key));
  pick(
    'upstream_response_time',
    fits(UPSTREAMS_SECONDS),
    (key) => !isOwn(key) && (columns.get(key) ?? []).some((value) => value.includes('.')),
  );
  pick('request_completion', fits(/^(?:OK)?$/));
  if (life) return { names, marks: life.marks, lifeUnitMs: life.unitMs };
  // Without a life nothing but a proxy's order tells that its stamps are ends: who serves may write of a request when it comes.
  const isProxied = UPSTREAMS.some((variable) => taken.has(variable));
  return isProxied && inOrder(stamps) ? { names, marks: 'end', lifeUnitMs: 1000 } : undefined;
}

export interface Life {
  readonly key: string;
  readonly unitMs: number;
  readonly marks: 'start' | 'end';
}

/** The life, its unit and what the stamps mark. Where the stamps are in order they are ends; the life then tells its unit by name or shape alone. */
export function lifeOf(columns: readonly (readonly [string, readonly string[]])[], stamps: readonly Stamp[]): Life | undefined {
  const numbers = columns.filter(
    ([, values]) =>
      values.some((value) => /^[\d.]+$/.test(value)) && values.every((value) => /^(?:\d{1,15}(?:\.\d{1,9})?|-)?$/.test(value)),
  );
  if (inOrder(stamps)) {
    const seconds = numbers.find(
      ([, values]) =>
        values.every((value) => SECONDS.test(value)) && values.filter((value) => /\.\d{3}$/.test(value)).length >= values.length / 2,
    );
    return seconds && { key: seconds[0], unitMs: 1000, marks: 'end' };
  }
  const unsorted = disorderOf(stamps);
  let best: (Life & { readonly cost: number }) | undefined;
  for (const [key, values] of numbers) {
    const unit = NAMED_UNIT.find(([shape]) => shape.test(key))?.[1];
    for (const unitMs of unit === undefined ? [0.001, 1, 1000] : [unit]) {
      const ends = stamps.map((at, index) => at.ms + (numeric(values[index]) ?? 0) * unitMs);
      const cost = disorder(ends, stamps);
      if (best === undefined || cost < best.cost) best = { key, unitMs, marks: 'start', cost };
    }
  }
  return best && best.cost <= stamps.length / 20 && best.cost < unsorted / 2 ? best : undefined;
}

/** Lines are written at once, or by several workers, a little out of order. */
const SLACK_MS = 250;

const disorderOf = (stamps: readonly Stamp[]): number =>
  disorder(
    stamps.map((at) => at.ms),
    stamps,
  );
const inOrder = (stamps: readonly Stamp[]): boolean => disorderOf(stamps) <= stamps.length / 20;

/** How many ends lie before one that was written earlier. */
function disorder(ends: readonly number[], stamps: readonly Stamp[]): number {
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, end] of ends.entries()) {
    if (end + (stamps[index]?.widthMs ?? 0) + SLACK_MS < latest) count++;
    else latest = end;
  }
  return count;
}

/** What the fields of records of one log mean, learned once of each log's beginning. */
export function learning(pairsOf: (text: string) => Pairs | undefined): (head: readonly string[] | undefined) => Learned | undefined {
  const known = new WeakMap<readonly string[], { readonly learned: Learned | undefined }>();
  return (head) => {
    if (head === undefined) return undefined;
    let found = known.get(head);
    if (!found) {
      const records = head.map(pairsOf).filter((pairs) => pairs !== undefined);
      found = { learned: records.length >= head.length * 0.9 ? learnAccess(records) : undefined };
      known.set(head, found);
    }
    return found.learned;
  };
}
