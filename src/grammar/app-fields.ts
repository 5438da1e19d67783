/**
 * The one field map of application logs: what pino, winston, bunyan, structlog, zap, slog, logrus, log4j, logback, Serilog, tracing
 * and home-made loggers call a close code, a connection's id, a duration … A key is compared without case and punctuation and with
 * the names of the objects around it, so that `connId`, `conn_id` and `conn: {id}` are one.
 */
import { duration, epoch, iso, stamp } from '../time.ts';
import type { DurationMs, Endpoint, Row, Stamp } from '../types.ts';
import { endpoint, endpointOf, isIp } from './address.ts';
import { GROUPS, meaningsOf, type Role } from './app-aliases.ts';
import { isCloseCode } from './close-words.ts';
import { isIdLike } from './ids.ts';
import { numberOf, textOf } from './json.ts';
import { known } from './known.ts';
import { workloadOf } from './kubernetes.ts';
import { withoutAccents } from './languages.ts';
import type { LearnedFields, Told } from './learned-fields.ts';

/** A record as every application logger means it. What the record does not say is undefined. */
export interface AppRow extends Row {
  readonly at?: Stamp;
  readonly level?: string | number;
  /** What it says: the message, or the event's name where that is all there is. */
  readonly message?: string;
  /** The event's name beside a message: `ws_close`, `fatal`. */
  readonly event?: string;
  readonly logger?: string;
  readonly thread?: string;
  /** The service, as the logger was named. */
  readonly program?: string;
  readonly host?: string;
  readonly pod?: string;
  readonly pid?: number;
  readonly code?: number;
  /** The code can be nothing but a close code, by its name or the fields beside it. */
  readonly codeIsNamed?: boolean;
  readonly status?: number;
  readonly reason?: string;
  readonly clean?: boolean;
  readonly connection?: string;
  /** A second id of the same connection, by another name: the server's own beside the one that its client made up. */
  readonly secondId?: string;
  /** Who is connected, as the log names them: the connection's name where nothing else is. */
  readonly party?: string;
  /** The record of an end says that the peer no longer answered the heartbeat. */
  readonly heartbeatLost?: boolean;
  /** `id` alone: a connection's only beside words of one. */
  readonly id?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly userAgent?: string;
  /** Of the client's own program. */
  readonly clientVersion?: string;
  /** Of an HTTP request. */
  readonly method?: string;
  readonly path?: string;
  readonly requestId?: string;
  readonly upstream?: string;
  /** By what the program takes connections. */
  readonly listener?: string;
  readonly initiator?: string;
  readonly durationMs?: DurationMs;
  readonly silenceMs?: DurationMs;
  /** Since it last received something, whatever it sent. */
  readonly unheardMs?: DurationMs;
  /** How long the program stood still, beside words that say that it did. */
  readonly stallMs?: DurationMs;
  /** How long the program, that was told to stop, gives its connections. */
  readonly graceMs?: DurationMs;
  /** The one that the process got, as written: `SIGTERM`, `terminated`, `15`. */
  readonly signal?: string;
  readonly received?: number;
  readonly sent?: number;
  /** First line of an error, with its type. */
  readonly error?: string;
  /** False = the client says that its socket never opened. */
  readonly opened?: boolean;
  /** The gateway's own word of the close, which a function behind it wrote down. */
  readonly ofGateway?: boolean;
  /** A client's own words, whoever wrote them down: fields or a name that only telemetry has. */
  readonly ofClient?: boolean;
  /** The page's script and line, as a browser's console writes before what was printed there: `app.js:14`. */
  readonly place?: string;
}

const MOST_FIELDS = 300;

interface Found {
  readonly name: string;
  readonly value: unknown;
  readonly rank: number;
  readonly unitMs: number | undefined;
}
/** Values by what they mean, the surer name first. */
export type Fields = Partial<Record<Role, Found[]>>;

/** Adds a field by its plain name: `conn: {id}` is `connid`, and `fields: {code}` is `code`. The first of a name stays. */
export function addField(fields: Fields, name: string, value: unknown): void {
  for (const { role, rank, unitMs } of meaningsOf(name)) {
    const found = { name, value, rank, unitMs };
    const others = fields[role];
    if (others === undefined) {
      fields[role] = [found];
      continue;
    }
    if (others.some((other) => other.name === name)) continue;
    const place = others.findIndex((other) => other.rank > rank);
    others.splice(place < 0 ? others.length : place, 0, found);
  }
}

const plainNames = new Map<string, string>();
const MOST_NAMES = 4096;
/** A key without case, accents and punctuation. */
export function plainName(key: string): string {
  let name = plainNames.get(key);
  if (name === undefined) {
    name =
      key.length > 64
        ? key
        : withoutAccents(key)
            .replace(/[^A-Za-z0-9]/g, '')
            .toLowerCase();
    if (plainNames.size >= MOST_NAMES) plainNames.clear();
    plainNames.set(key, name);
  }
  return name;
}

/** Every field of a JSON object, to a depth of three objects; one further out wins. */
export function fieldsOf(object: object): Fields {
  const fields: Fields = {};
  const nested: { readonly prefix: string; readonly value: object; readonly depth: number }[] = [{ prefix: '', value: object, depth: 0 }];
  let count = 0;
  for (let next = nested.shift(); next && count < MOST_FIELDS; next = nested.shift()) {
    const inside = next.value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(inside)) {
      const value = inside[key];
      const name = plainName(key);
      if (typeof value === 'object') {
        if (value !== null && !Array.isArray(value) && next.depth < 3)
          nested.push({ prefix: GROUPS.has(name) ? next.prefix : next.prefix + name, value, depth: next.depth + 1 });
      } else {
        addField(fields, next.prefix === '' ? name : next.prefix + name, value);
        count++;
      }
    }
  }
  return fields;
}

/** `key=value` pairs as fields. */
export function fieldsOfPairs(pairs: Iterable<readonly [string, string]>): Fields {
  const fields: Fields = {};
  for (const [key, value] of pairs) addField(fields, plainName(key), value);
  return fields;
}

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  // PostgreSQL's, as psql and COPY write them.
  ['t', true],
  ['f', false],
  ['false', false],
  ['no', false],
  ['0', false],
]); // prettier-ignore

const EMPTY = /^(?:none|n\/a|null|undefined|nil|-|\(none\)|\(empty\)|no reason(?: given)?)?$/i;

function text(fields: Fields, role: Role): string | undefined {
  for (const { value } of fields[role] ?? []) {
    const written = textOf(value);
    if (written !== undefined && written !== '') return written;
  }
  return undefined;
}

function number(fields: Fields, role: Role, fits: (value: number) => boolean = Number.isFinite): number | undefined {
  for (const { value } of fields[role] ?? []) {
    const found = numberOf(value);
    if (found !== undefined && fits(found)) return found;
  }
  return undefined;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;
const isHttpStatus = (value: number): boolean => value >= 100 && value < 600;
const yesOrNo = (found: readonly Found[] | undefined, plain = (written: string): string => written): boolean | undefined =>
  found?.map(({ value }) => YES_OR_NO.get(plain(String(value)))).find((said) => said !== undefined);

/**
 * Reads the field map. `written` is the record's text: a JSON number has lost whether it was written `15` or `15.0`, which tells
 * seconds from milliseconds. `learn` gives what the log's other records tell.
 */
export function appRow(fields: Fields, written: string, learn?: () => LearnedFields | undefined): AppRow {
  // A close that is told later, such as by a client's beacon, carries its own time beside the record's.
  const closedAt = fields.closedAt && firstTime(fields, 'closedAt');
  const at = closedAt?.basis === 'utc' ? closedAt : (timeIn(fields) ?? closedAt);
  const opened = yesOrNo(fields.opened, (written) => written.toLowerCase());
  const message = text(fields, 'message');
  const event = text(fields, 'event') ?? (message === undefined ? happened(fields) : undefined);
  const level = fields.level?.find(({ value }) => typeof value === 'string' || typeof value === 'number')?.value;
  const named = number(fields, 'closeCode', isCloseCode);
  const code = named ?? number(fields, 'code', isCloseCode);
  const reason = text(fields, 'reason');
  // Python's `True` is of Autobahn, whose servers are told it too: only a page's CloseEvent has it elsewhere.
  const clean = yesOrNo(fields.clean);
  const client = clientIn(fields);
  const connection = connectionIn(fields);
  // Without a message, a code beside `wasClean` or `reason` is a CloseEvent written out.
  const isCloseEvent =
    code !== undefined && (clean !== undefined || (message === undefined && event === undefined && fields.reason !== undefined));
  return known({
    at,
    level: level as string | number | undefined,
    message: message ?? event,
    event: message === undefined ? undefined : event,
    logger: text(fields, 'logger'),
    thread: text(fields, 'thread'),
    program: programIn(fields),
    host: text(fields, 'host'),
    pod: podIn(fields),
    pid: number(fields, 'pid', isCount),
    code,
    codeIsNamed: named !== undefined || isCloseEvent || undefined,
    status: number(fields, 'httpStatus', isHttpStatus),
    reason: reason === undefined || EMPTY.test(reason) ? undefined : reason,
    clean,
    connection,
    secondId: connection === undefined ? undefined : secondIdIn(fields, connection),
    party: partyOf(fields),
    heartbeatLost: /^(?:lost|missed|timed?-?out|timeout|dead|expired|failed)$/i.test(text(fields, 'heartbeat') ?? '') || undefined,
    id: text(fields, 'id'),
    clientIp: client?.ip,
    clientPort: client?.port,
    userAgent: text(fields, 'userAgent'),
    clientVersion: text(fields, 'clientVersion'),
    method: text(fields, 'method'),
    path: text(fields, 'path'),
    requestId: text(fields, 'requestId'),
    upstream: text(fields, 'upstream'),
    listener: text(fields, 'listener'),
    initiator: text(fields, 'initiator'),
    durationMs:
      durationIn(fields, 'life', written, at, learn) ?? spelledIn(fields, 'spelledLife') ?? between(fields, at) ?? eventDuration(fields),
    silenceMs: durationIn(fields, 'silence', written, at, learn) ?? spelledIn(fields, 'spelledSilence'),
    unheardMs: number(fields, 'unheard'),
    stallMs: durationIn(fields, 'stall', written, at, learn),
    graceMs: graceIn(fields),
    signal: text(fields, 'signal'),
    received: number(fields, 'received', isCount),
    sent: number(fields, 'sent', isCount),
    error: errorIn(fields),
    opened,
    ofGateway: fields.gatewayCode !== undefined || undefined,
    ofClient:
      opened !== undefined ||
      fields.ofBrowser !== undefined ||
      text(fields, 'clientType') === 'Browser' ||
      learn?.()?.ofClients ||
      undefined,
  });
}

/** Breadcrumbs of apps have no message, and a name for what happened: `{"category": "live", "name": "linkDown", "data": {…}}`. */
function happened(fields: Fields): string | undefined {
  const name = fields.service?.find((one) => one.name === 'name')?.value;
  return typeof name === 'string' && HAPPENED.test(name) ? name : undefined;
}
const HAPPENED =
  /[a-z][_ .-](?:up|down|lost|open(?:ed)?|closed?|(?:dis)?connect(?:ed)?)$|[a-z](?:Up|Down|Lost|Open(?:ed)?|Closed?|(?:Dis)?[Cc]onnect(?:ed)?)$/;

/** Beside a client's records `app` is as often its version. */
function programIn(fields: Fields): string | undefined {
  const name = text(fields, 'service');
  if (name !== undefined && name === happened(fields)) return undefined;
  return name !== undefined && /^v?\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][\w.-]{1,60})?$/.test(name) ? undefined : name;
}

/** What Kubernetes calls one: by that word people also number parts of their fleets. */
function podIn(fields: Fields): string | undefined {
  const name = text(fields, 'pod');
  return name !== undefined && workloadOf(name) !== undefined ? name : undefined;
}

/** A stamp in any form a logger writes: ISO, epoch in s/ms/µs/ns, log4j's `instant`. */
function timeIn(fields: Fields): Stamp | undefined {
  const found = firstTime(fields, 'time');
  const second = found ? undefined : number(fields, 'instantSecond');
  return second === undefined ? found : stamp(second * 1000 + (number(fields, 'instantNano') ?? 0) / 1e6, 0.001);
}

function firstTime(fields: Fields, role: Role): Stamp | undefined {
  for (const { value } of fields[role] ?? []) {
    const found = typeof value === 'number' ? epoch(value) : typeof value === 'string' ? (iso(value) ?? epoch(value)) : undefined;
    if (found) return found;
  }
  return undefined;
}

const connectionIn = (fields: Fields): string | undefined => idsIn(fields).next().value?.id;

/** Of two names the other one's value, where it looks like an id: a count does not, and what its client is called outlives a connection. */
function secondIdIn(fields: Fields, first: string): string | undefined {
  for (const { name, id } of idsIn(fields)) if (id !== first && !OUTLIVES.has(name) && isIdLike(id) && !SMALL_NUMBER.test(id)) return id;
  return undefined;
}
const OUTLIVES: ReadonlySet<string> = new Set(['sid', 'sessionid', 'session', 'sess', 'sessid', 'peerid', 'clientid', 'client', 'fd']);

function* idsIn(fields: Fields): Generator<{ readonly name: string; readonly id: string }, undefined> {
  for (const { name, value } of fields.connection ?? []) {
    const id = textOf(value);
    // `client` is as often the name of a program, and `ws` an address or a count.
    if ((name === 'client' && !/\d/.test(id ?? '')) || (name === 'ws' && !HEX_ID.test(id ?? ''))) continue;
    // A header (`connection: upgrade`), a flag, a sentence or an address is no id.
    if (id && id.length <= 128 && !NO_ID.test(id) && endpointOrNothing(id) === undefined) yield { name, id };
  }
  return undefined;
}
const HEX_ID = /^(?=[a-f-]{0,32}\d)[0-9a-f-]{8,64}$/i;
const NO_ID = /: |^(?:keep-alive|close|upgrade|true|false|websocket|open|closed|\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h))$/i;

const SMALL_NUMBER = /^\d{1,4}$/;
/** A name as ids are; a small number is as often a count. */
function partyOf(fields: Fields): string | undefined {
  for (const { value } of fields.party ?? []) {
    const name = textOf(value);
    if (name !== undefined && isIdLike(name) && !SMALL_NUMBER.test(name) && !NO_ID.test(name) && endpointOrNothing(name) === undefined)
      return name;
  }
  return undefined;
}

/** A duration that is one by its unit. */
function spelledIn(fields: Fields, role: 'spelledLife' | 'spelledSilence'): DurationMs | undefined {
  for (const { value } of fields[role] ?? []) {
    const spelled = typeof value === 'string' && value.length < 24 && /[a-z]$/.test(value) ? duration(value) : undefined;
    if (spelled !== undefined) return rounded(spelled);
  }
  return undefined;
}

function endpointOrNothing(value: string | undefined): Endpoint | undefined {
  if (value === undefined || value.length > 64 || !/[.:]/.test(value)) return undefined;
  const found = endpoint(value.includes(',') ? value.slice(0, value.indexOf(',')).trim() : value);
  return found && isIp(found.ip) ? found : undefined;
}

function clientIn(fields: Fields): Endpoint | undefined {
  for (const { value } of fields.client ?? []) {
    const found = endpointOrNothing(textOf(value));
    if (found) return found.port === undefined ? endpointOf(found.ip, text(fields, 'port')) : found;
  }
  return undefined;
}

/** `TypeError: Cannot read …`: one line, with the error's type where it stands apart. */
function errorIn(fields: Fields): string | undefined {
  const says = text(fields, 'errorSays');
  const kind = text(fields, 'errorKind');
  if (says) return kind && !says.startsWith(kind) ? `${kind}: ${firstLine(says)}` : firstLine(says);
  const value = fields.error?.find((found) => typeof found.value === 'string' && found.value.trim() !== '')?.value;
  return typeof value !== 'string' || EMPTY.test(value) ? tracebackIn(text(fields, 'message') ?? '') : errorLine(value);
}

/** `logging.exception` prints the traceback below the message, and what ships that to a store keeps both as one text. */
function tracebackIn(message: string): string | undefined {
  const at = message.indexOf('\nTraceback (most recent call last):');
  return at < 0 ? undefined : errorLine(message.slice(at + 1));
}

const firstLine = (value: string): string => {
  const end = value.search(/[\r\n]/);
  return (end < 0 ? value : value.slice(0, end)).trim().slice(0, 400);
};

/** The line of a stack that names the error: Python's is the last, everybody else's the first. */
function errorLine(stack: string): string {
  if (!stack.startsWith('Traceback')) return firstLine(stack);
  return firstLine(stack.trimEnd().slice(stack.trimEnd().lastIndexOf('\n') + 1));
}

/**
 * A duration by the unit in its key or its value. A bare number (`duration: 17001`) is read by the record's own evidence:
 * a decimal point means seconds (Python, zap), unless the record is stamped in epoch ms (JavaScript's performance.now()) or is Serilog's;
 * an integer of 1e9 or more means nanoseconds (Go's time.Duration), also for the record's others; an integer beside an epoch-seconds stamp means seconds;
 * any other integer means milliseconds, but under 1,000 only beside a stamp with exactly milliseconds: else it stays unread.
 * What the log's other records tell of the same name comes before all that: one unit for a name and a log.
 */
function durationIn(
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
function graceIn({ grace = [] }: Fields): DurationMs | undefined {
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
function eventDuration(fields: Fields): DurationMs | undefined {
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

const isPointed = (written: string, name: string, value: unknown): boolean =>
  typeof value === 'number' ? hasPoint(written, name, value) : String(value).includes('.');

/** A record for `learningFields`. `values`: its single values by plain name. */
export const toldBy = (fields: Fields, written: string, values: Told['values']): Told => ({
  fields,
  row: appRow(fields, written),
  values,
  hasPoint: (name, value) => isPointed(written, name, value),
});

/** Single values of an object, by plain name. */
export const valuesOf = (object: object): Told['values'] =>
  new Map(
    Object.entries(object)
      .filter(([, value]) => typeof value !== 'object')
      .map(([key, value]) => [plainName(key), value]),
  );

// Meanings of a name that a connection's name may have as well.
const MAY_NAME: ReadonlySet<Role> = new Set(['logger', 'client', 'event', 'id', 'party', 'connection']);
/** Whether a name may stand for who is connected, by what it is called. */
export const mayNameOne = (name: string): boolean => meaningsOf(name).every(({ role }) => MAY_NAME.has(role));

/** Gives the fields that the log's other records explain their meaning. */
export function addLearned(fields: Fields, object: object, learned: LearnedFields | undefined): void {
  for (const role of ['time', 'party'] as const) {
    const name = learned?.[role];
    const value = name === undefined ? undefined : valuesOf(object).get(name);
    if (name !== undefined && value !== undefined) fields[role] = [...(fields[role] ?? []), { name, value, rank: 99, unitMs: undefined }];
  }
}

/** Whether a JSON number under this plain name was written with a decimal point. */
function hasPoint(written: string, name: string, value: number): boolean {
  if (!Number.isInteger(value)) return true;
  for (const found of written.matchAll(/"([^"\\]{1,64})"\s{0,2}:\s{0,2}\d{1,15}\.\d/g))
    if (name.endsWith(plainName(found[1] ?? ''))) return true;
  return false;
}

/** From the opened stamp that the record carries to its end. */
function between(fields: Fields, at: Stamp | undefined): DurationMs | undefined {
  const opened = fields.openedAt && firstTime(fields, 'openedAt');
  const closed = opened && (firstTime(fields, 'closedAt') ?? at);
  if (!opened || !closed || opened.basis !== closed.basis) return undefined;
  const life = closed.ms - opened.ms;
  return life >= 0 ? rounded(life) : undefined;
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
