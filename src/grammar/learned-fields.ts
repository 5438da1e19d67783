/** What the fields of one application's log mean where a record alone does not tell: learned of the records that the log begins with. */
import type { Stamp } from '../types.ts';
import type { AppRow } from './app-fields.ts';
import { isOfDialer } from './dialers.ts';
import type { Fields } from './fields.ts';
import { isIdLike } from './ids.ts';

/** Of one log. Names are plain names. */
export interface LearnedFields {
  /** Bare numbers under these names are seconds, though one by itself may look like milliseconds. */
  readonly inSeconds: ReadonlySet<string>;
  /** … are milliseconds. */
  readonly inMs: ReadonlySet<string>;
  /** Holds every record's time, by its values. */
  readonly time: string | undefined;
  /** Holds who is connected, by its values: another one for each close, and told by open lines too. */
  readonly party: string | undefined;
  /** All records are clients' reports of themselves, also those that do not say so. */
  readonly ofClients: boolean;
}

/** A record, read without what is to be learned. */
export interface Told {
  readonly fields: Fields;
  readonly row: AppRow;
  /** Single values by plain name; a text's are its `key=value` pairs. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Whether a number under this name is written with a decimal point. */
  hasPoint(name: string, value: unknown): boolean;
}

/** A count or a length of time, as text has them: no name, where all under one name are such. */
const MEASURE = /^\d+(?:\.\d+)?(?:[a-zµ]{0,2}|min|sec)$/;
const FEWEST_CLOSES = 3;

function idsOf({ row, values }: Told): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const id of [row.connection, row.party, row.id, row.requestId, ...values.values()])
    if (typeof id === 'string' && isIdLike(id)) ids.add(id);
  return ids;
}

/** From the first record that shares an id with this one. */
function lifeByOpen(told: Told, firstSeen: ReadonlyMap<string, Stamp>): number | undefined {
  const { at } = told.row;
  let life: number | undefined;
  for (const id of idsOf(told)) {
    const opened = firstSeen.get(id);
    // An id that all records share, such as a host's, was seen long before: the latest first sight is the connection's own.
    if (at && opened && opened.basis === at.basis && at.ms > opened.ms)
      life = Math.min(life ?? Number.POSITIVE_INFINITY, at.ms - opened.ms);
  }
  return life;
}

function unitsOf(records: readonly Told[]): Pick<LearnedFields, 'inSeconds' | 'inMs'> {
  const inSeconds = new Set<string>();
  const inMs = new Set<string>();
  const votes = new Map<string, number>();
  /** Silences by the life beside them: a logger writes both in one unit. */
  const beside = new Map<string, string>();
  const firstSeen = new Map<string, Stamp>();
  for (const told of records) {
    const life = told.fields.life?.find(({ unitMs }) => unitMs === undefined)?.name;
    if (life !== undefined) for (const { name, unitMs } of told.fields.silence ?? []) if (unitMs === undefined) beside.set(name, life);
    for (const { name, value, unitMs } of [...(told.fields.life ?? []), ...(told.fields.silence ?? [])]) {
      if (unitMs !== undefined || (typeof value !== 'number' && !/^\d+(?:\.\d+)?$/.test(String(value)))) continue;
      if (told.hasPoint(name, value)) inSeconds.add(name);
      const lastedMs = lifeByOpen(told, firstSeen);
      const bare = Number(value);
      if (lastedMs === undefined || lastedMs < 1500 || !told.fields.life?.some((one) => one.name === name)) continue;
      const off = (ms: number): number => Math.abs(ms - lastedMs) / lastedMs;
      if (Math.min(off(bare), off(bare * 1000)) < 0.2) votes.set(name, (votes.get(name) ?? 0) + (off(bare * 1000) < off(bare) ? 1 : -1));
    }
    const { at } = told.row;
    if (at) for (const id of idsOf(told)) if (!firstSeen.has(id)) firstSeen.set(id, at);
  }
  for (const [silence, life] of beside) votes.set(silence, votes.get(life) ?? 0);
  for (const [name, vote] of votes) {
    if (vote > 0) inSeconds.add(name);
    if (vote < 0) {
      inMs.add(name);
      inSeconds.delete(name);
    }
  }
  return { inSeconds, inMs };
}

const EPOCH = /^1\d{9}(?:\.\d{1,9})?$|^1\d{12}(?:\.\d{1,6})?$/;
const ISO = /^20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;

function timeOf(records: readonly Told[]): string | undefined {
  const first = records[0];
  if (!first || records.length < 2 || records.some(({ row }) => row.at !== undefined)) return undefined;
  return [...first.values.keys()].find((name) =>
    records.every(({ values }) => {
      const value = values.get(name);
      return EPOCH.test(String(value)) || (typeof value === 'string' && ISO.test(value));
    }),
  );
}

function partyOf(records: readonly Told[], isFree: (name: string) => boolean): string | undefined {
  const closes = records.filter(({ row }) => row.code !== undefined && row.code >= 1000 && row.code <= 1015);
  if (closes.length < FEWEST_CLOSES || closes.some(({ row }) => row.connection !== undefined || row.party !== undefined)) return undefined;
  const others = records.filter((record) => !closes.includes(record));
  // A connection that was never made has no name of its own: whoever has one then is who tried.
  const opened = closes.filter(({ row }) => row.durationMs !== 0 && row.opened !== false);
  const tried = closes.filter((close) => !opened.includes(close));
  const isNameless = (name: string): boolean => tried.length > 0 && tried.every(({ values }) => (values.get(name) ?? '') === '');
  const candidates = [...new Set(closes.flatMap(({ values }) => [...values.keys()]))].filter((name) => {
    const values = (isNameless(name) ? opened : closes).map((close) => close.values.get(name));
    return (
      isFree(name) &&
      values.length >= FEWEST_CLOSES &&
      values.every((value) => typeof value === 'string' && isIdLike(value) && !ISO.test(value)) &&
      !values.every((value) => MEASURE.test(String(value))) &&
      new Set(values).size >= values.length * 0.7
    );
  });
  const isShared = (name: string): boolean => {
    const ended = new Set(closes.map((close) => close.values.get(name)));
    return others.some(({ values }) => ended.has(values.get(name)));
  };
  const shared = candidates.filter(isShared);
  return shared.find(isNameless) ?? shared[0] ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/**
 * Its closes are told by clients, or are a page's CloseEvent written out, and no record has what a program writes of itself: what keeps
 * such reports keeps nothing else.
 */
function areClients(records: readonly Told[]): boolean {
  const closes = records.filter(({ row }) => row.code !== undefined && row.codeIsNamed);
  const others = records.filter(({ row }) => row.code !== undefined && !row.codeIsNamed && isProtocols(row.code));
  return (
    closes.length >= FEWEST_CLOSES &&
    [...closes, ...others].every(({ row }) => row.ofClient || row.clean !== undefined) &&
    records.every(({ row }) => [row.level, row.logger, row.thread, row.pid, row.host].every((value) => value === undefined))
  );
}

/** A close code of the protocol's own (RFC 6455, 7.4.1): applications' are numbers like others. */
const isProtocols = (code: number): boolean => code >= 1000 && code <= 1015;

/**
 * Most of its records are a dialer's by their own words, and none names a peer's address: what else it tells of connections, it tells of
 * those that it dialed.
 */
function isDialers(records: readonly Told[]): boolean {
  const dialed = records.filter(({ row }) => isOfDialer(row));
  return dialed.length >= FEWEST_DIALED && dialed.length * 2 > records.length && records.every(({ row }) => row.clientIp === undefined);
}
const FEWEST_DIALED = 3;

/** Learns of a log's beginning, once. `isFree` = the name has no meaning of its own that speaks against a connection's. */
export function learningFields(
  tell: (text: string) => Told | undefined,
  isFree: (name: string) => boolean,
): (head: readonly string[] | undefined) => LearnedFields | undefined {
  const known = new WeakMap<readonly string[], LearnedFields>();
  return (head) => {
    if (head === undefined || head.length === 0) return undefined;
    let learned = known.get(head);
    if (!learned) {
      const records = head.map(tell).filter((told) => told !== undefined);
      learned = {
        ...unitsOf(records),
        time: timeOf(records),
        party: partyOf(records, isFree),
        ofClients: areClients(records) || isDialers(records),
      };
      known.set(head, learned);
    }
    return learned;
  };
}
