/**
 * The one field map of application logs: what pino, winston, bunyan, structlog, zap, slog, logrus, log4j, logback, Serilog, tracing
 * and home-made loggers call a close code, a connection's id, a duration … A key is compared without case and punctuation and with
 * the names of the objects around it, so that `connId`, `conn_id` and `conn: {id}` are one.
 */
import { stamp } from '../time.ts';
import type { DurationMs, Endpoint, Row, Stamp } from '../types.ts';
import { endpoint, endpointOf, isIp } from './address.ts';
import { meaningsOf, type Role } from './app-aliases.ts';
import { isCloseCode } from './close-words.ts';
import { between, durationIn, eventDuration, graceIn, isPointed, spelledIn } from './field-durations.ts';
import { type Fields, type Found, firstTime, number, text, valuesOf } from './fields.ts';
import { isIdLike } from './ids.ts';
import { textOf } from './json.ts';
import { known } from './known.ts';
import { workloadOf } from './kubernetes.ts';
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
  /** The client's machine, where whoever collected its log put that in front. */
  readonly device?: string;
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

/** A record for `learningFields`. `values`: its single values by plain name. */
export const toldBy = (fields: Fields, written: string, values: Told['values']): Told => ({
  fields,
  row: appRow(fields, written),
  values,
  hasPoint: (name, value) => isPointed(written, name, value),
});

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
