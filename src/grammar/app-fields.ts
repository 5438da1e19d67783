/**
 * The one field map of application logs: what pino, winston, bunyan, structlog, zap, slog, logrus, log4j, logback, Serilog, tracing
 * and home-made loggers call a close code, a connection's id, a duration … A key is compared without case and punctuation and with
 * the names of the objects around it, so that `connId`, `conn_id` and `conn: {id}` are one.
 */
import { duration, epoch, iso, stamp } from '../time.ts';
import type { DurationMs, Endpoint, Row, Stamp } from '../types.ts';
import { endpoint, endpointOf, isIp } from './address.ts';
import * as alias from './app-aliases.ts';
import { isCloseCode } from './close-words.ts';
import { numberOf, textOf } from './json.ts';

const MOST_FIELDS = 300;

/** Fields by their plain names: `conn: {id}` is `connid`, and `fields: {code}` is `code`. A field further out wins. */
export type Fields = ReadonlyMap<string, unknown>;

/** A record as every application logger means it. What the record does not say is undefined. */
export interface AppRow extends Row {
  readonly at?: Stamp;
  readonly level?: string | number;
  /** What it says: the message, or the event's name where that is all there is. */
  readonly message?: string;
  /** The event's name beside a message: `ws_close`, `fatal`. */
  readonly event?: string;
  readonly logger?: string;
  /** The service, as the logger was named. */
  readonly program?: string;
  readonly host?: string;
  readonly pid?: number;
  readonly code?: number;
  /** The code can be nothing but a close code, by its name or the fields beside it. */
  readonly codeIsNamed?: boolean;
  readonly status?: number;
  readonly reason?: string;
  readonly clean?: boolean;
  readonly connection?: string;
  /** `id` alone: a connection's only beside words of one. */
  readonly id?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly path?: string;
  readonly requestId?: string;
  readonly upstream?: string;
  readonly initiator?: string;
  readonly durationMs?: DurationMs;
  readonly silenceMs?: DurationMs;
  readonly received?: number;
  readonly sent?: number;
  /** First line of an error, with its type. */
  readonly error?: string;
}

/** Every field of a JSON object, to a depth of three objects. */
export function fieldsOf(object: object): Fields {
  const fields = new Map<string, unknown>();
  const nested: { readonly prefix: string; readonly value: object; readonly depth: number }[] = [{ prefix: '', value: object, depth: 0 }];
  for (let next = nested.shift(); next && fields.size < MOST_FIELDS; next = nested.shift()) {
    for (const [key, value] of Object.entries(next.value)) {
      const name = plainKey(key);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        if (next.depth < 3)
          nested.push({ prefix: alias.GROUPS.has(name) ? next.prefix : next.prefix + name, value, depth: next.depth + 1 });
      } else {
        const full = next.prefix + name;
        if (!fields.has(full) && value !== null) fields.set(full, value);
      }
    }
  }
  return fields;
}

/** `key=value` pairs as fields. */
export function fieldsOfPairs(pairs: Iterable<readonly [string, string]>): Fields {
  const fields = new Map<string, unknown>();
  for (const [key, value] of pairs) fields.set(plainKey(key), value);
  return fields;
}

const plainKey = (key: string): string => (key.length > 64 ? key : key.replace(/[^A-Za-z0-9]/g, '').toLowerCase());

const EMPTY = /^(?:none|n\/a|null|undefined|nil|-|\(none\)|\(empty\)|no reason(?: given)?)?$/i;

function text(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = textOf(fields.get(name));
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function number(fields: Fields, names: readonly string[], fits: (value: number) => boolean = Number.isFinite): number | undefined {
  for (const name of names) {
    const value = numberOf(fields.get(name));
    if (value !== undefined && fits(value)) return value;
  }
  return undefined;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/**
 * Reads the field map. `written` is the record's text: a JSON number has lost whether it was written `15` or `15.0`, which tells
 * seconds from milliseconds.
 */
export function appRow(fields: Fields, written: string): AppRow {
  const at = timeIn(fields);
  const message = text(fields, alias.MESSAGE);
  const event = text(fields, alias.EVENT);
  const level = alias.LEVEL.map((name) => fields.get(name)).find((value) => typeof value === 'string' || typeof value === 'number');
  const named = number(fields, alias.CLOSE_CODE, isCloseCode);
  const code = named ?? number(fields, alias.CODE, isCloseCode);
  const reason = text(fields, alias.REASON);
  const clean = alias.CLEAN.map((name) => fields.get(name)).find(
    (value) => value === true || value === false || value === 'true' || value === 'false',
  );
  const client = clientIn(fields);
  return defined<AppRow>({
    at,
    level: level as string | number | undefined,
    message: message ?? event,
    event: message === undefined ? undefined : event,
    logger: text(fields, alias.LOGGER),
    program: text(fields, alias.SERVICE),
    host: text(fields, alias.HOST),
    pid: number(fields, alias.PID, isCount),
    code,
    // Without a message, a code beside `wasClean` or `reason` is a CloseEvent written out.
    codeIsNamed:
      named !== undefined ||
      (code !== undefined && (clean !== undefined || (message === undefined && event === undefined && fields.has('reason')))) ||
      undefined,
    status: number(
      fields,
      ['statuscode', 'status', 'httpstatus', 'resstatuscode', 'responsestatuscode', 'responsestatus'],
      (value) => value >= 100 && value < 600,
    ),
    reason: reason === undefined || EMPTY.test(reason) ? undefined : reason,
    clean: clean === undefined ? undefined : String(clean) === 'true',
    connection: connectionIn(fields),
    id: text(fields, ['id', 'uuid']),
    clientIp: client?.ip,
    clientPort: client?.port,
    path: text(fields, alias.PATH),
    requestId: text(fields, alias.REQUEST_ID),
    upstream: text(fields, alias.UPSTREAM),
    initiator: text(fields, alias.INITIATOR),
    durationMs: durationIn(fields, alias.LIFE_KEY, written, at) ?? between(fields, at) ?? ecsDuration(fields),
    silenceMs: durationIn(fields, alias.SILENCE_KEY, written, at),
    received: number(fields, alias.RECEIVED, isCount),
    sent: number(fields, alias.SENT, isCount),
    error: errorIn(fields),
  });
}

/** The same without the properties that are undefined. */
export function defined<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) kept[key] = value;
  return kept as T;
}

/** A stamp in any form a logger writes: ISO, epoch in s/ms/µs/ns, log4j's `instant`. */
function timeIn(fields: Fields): Stamp | undefined {
  for (const name of alias.TIME) {
    const found = readTime(fields.get(name));
    if (found) return found;
  }
  const second = numberOf(fields.get('instantepochsecond'));
  return second === undefined ? undefined : stamp(second * 1000 + (numberOf(fields.get('instantnanoofsecond')) ?? 0) / 1e6, 0.001);
}

const readTime = (value: unknown): Stamp | undefined =>
  typeof value === 'number' ? epoch(value) : typeof value === 'string' ? (iso(value) ?? epoch(value)) : undefined;

function connectionIn(fields: Fields): string | undefined {
  for (const name of alias.CONNECTION) {
    const value = textOf(fields.get(name));
    // A header (`connection: upgrade`), a flag or an address is no id.
    if (
      value &&
      value.length <= 128 &&
      !/^(?:keep-alive|close|upgrade|true|false|websocket|open|closed)$/i.test(value) &&
      endpointOrNothing(value) === undefined
    )
      return value;
  }
  return undefined;
}

function endpointOrNothing(value: string | undefined): Endpoint | undefined {
  const found = value === undefined || value.length > 64 ? undefined : endpoint(value.replace(/,.*$/, '').trim());
  return found && isIp(found.ip) ? found : undefined;
}

function clientIn(fields: Fields): Endpoint | undefined {
  for (const name of alias.CLIENT) {
    const found = endpointOrNothing(textOf(fields.get(name)));
    if (found) return found.port === undefined ? endpointOf(found.ip, text(fields, alias.PORT)) : found;
  }
  return undefined;
}

/** `TypeError: Cannot read …`: one line, with the error's type where it stands apart. */
function errorIn(fields: Fields): string | undefined {
  const kind = text(fields, [
    'errtype',
    'errorname',
    'errorkind',
    'errname',
    'errortype',
    'exceptiontype',
    'exceptionexceptionclass',
    'thrownname',
    'excepttype',
  ]);
  const says = text(fields, [
    'errmessage',
    'errormessage',
    'errmsg',
    'errormsg',
    'exceptionmessage',
    'exceptionexceptionmessage',
    'thrownmessage',
  ]);
  if (says) return kind && !says.startsWith(kind) ? `${kind}: ${firstLine(says)}` : firstLine(says);
  const value = alias.ERROR.map((name) => fields.get(name)).find(
    (candidate): candidate is string => typeof candidate === 'string' && candidate.trim() !== '',
  );
  return value === undefined || EMPTY.test(value) ? undefined : errorLine(value);
}

const firstLine = (value: string): string => {
  const end = value.search(/[\r\n]/);
  return (end < 0 ? value : value.slice(0, end)).trim().slice(0, 400);
};

/** The line of a stack that names the error: Python's is the last, everybody else's the first. */
export function errorLine(stack: string): string {
  if (!stack.startsWith('Traceback')) return firstLine(stack);
  return firstLine(stack.trimEnd().slice(stack.trimEnd().lastIndexOf('\n') + 1));
}

/**
 * A duration by the unit in its key or its value. A bare number (`duration: 17001`) is read by the record's own evidence:
 * a decimal point means seconds (Python, zap), unless the record is stamped in epoch ms (JavaScript's performance.now()) or is Serilog's;
 * an integer of 1e9 or more means nanoseconds (Go's time.Duration); an integer beside an epoch-seconds stamp means seconds;
 * any other integer means milliseconds, but under 1,000 only beside a stamp with exactly milliseconds: else it stays unread.
 */
function durationIn(fields: Fields, key: RegExp, written: string, at: Stamp | undefined): DurationMs | undefined {
  for (const [name, value] of fields) {
    const unit = key.exec(name);
    // loguru's `elapsed: {repr, seconds}` counts from the program's start.
    if (!unit || (name === 'elapsedseconds' && fields.has('elapsedrepr'))) continue;
    const bare = numberOf(value);
    if (bare === undefined) {
      const spelled = typeof value === 'string' ? duration(value.trim()) : undefined;
      if (spelled !== undefined) return spelled;
    } else if (bare >= 0) {
      if (unit[1] !== undefined) return rounded(bare * (alias.UNIT_MS[unit[1]] ?? 1));
      const life = between(fields, at);
      if (life !== undefined) return Math.abs(bare - life) < Math.abs(bare * 1000 - life) ? bare : rounded(bare * 1000);
      return bareDuration(bare, typeof value === 'string' ? value.includes('.') : hasPoint(written, name, bare), fields, at);
    }
  }
  return undefined;
}

/** Elastic Common Schema's `event.duration` is in nanoseconds. */
function ecsDuration(fields: Fields): DurationMs | undefined {
  const nanoseconds = numberOf(fields.get('eventduration'));
  return nanoseconds === undefined ? undefined : rounded(nanoseconds / 1e6);
}

function bareDuration(value: number, point: boolean, fields: Fields, at: Stamp | undefined): DurationMs | undefined {
  const clock = alias.TIME.map((name) => numberOf(fields.get(name))).find(
    (candidate) => candidate !== undefined && epoch(candidate) !== undefined,
  );
  const inMs = (clock !== undefined && clock >= 1e11 && clock < 1e14) || fields.has('mt') || fields.has('messagetemplate');
  if (point) return inMs ? value : rounded(value * 1000);
  if (value >= 1e9) return rounded(value / 1e6);
  if (clock !== undefined && clock < 1e11) return value * 1000;
  return value >= 1000 || value === 0 || at?.widthMs === 1 ? value : undefined;
}

/** Whether a JSON number under this plain key was written with a decimal point. */
function hasPoint(written: string, name: string, value: number): boolean {
  if (!Number.isInteger(value)) return true;
  for (const found of written.matchAll(/"([^"\\]{1,64})"\s{0,2}:\s{0,2}\d{1,15}\.\d/g))
    if (name.endsWith(plainKey(found[1] ?? ''))) return true;
  return false;
}

/** From the opened stamp that the record carries to its end. */
function between(fields: Fields, at: Stamp | undefined): DurationMs | undefined {
  const opened = alias.OPENED_AT.map((name) => readTime(fields.get(name))).find((found) => found !== undefined);
  const closed = alias.CLOSED_AT.map((name) => readTime(fields.get(name))).find((found) => found !== undefined) ?? at;
  if (!opened || !closed || opened.basis !== closed.basis) return undefined;
  const life = closed.ms - opened.ms;
  return life >= 0 ? rounded(life) : undefined;
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
