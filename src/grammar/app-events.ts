/** What an application's record says about WebSockets: the same words in JSON, logfmt and text. */
import type { Draft, Keys, SocketClosed, SubjectKeys, Vantage } from '../types.ts';
import { agentOf } from './agent.ts';
import type { AppRow } from './app-fields.ts';
import { ANSWERED, DIALS, isPosted, isTelemetry, isToldByName, sideOf, upstreamOf } from './app-vantage.ts';
import { type Words, wordsOf } from './app-words.ts';
import { isNeverMade } from './client-phrases.ts';
import { endedBy, isBrokenTransport, isOfOpen, isSocketIoEnd, saidCode, upgradeStatusIn, wasLeft } from './close-words.ts';
import { tellsAttemptsApart } from './dialers.ts';
import { known } from './known.ts';
import { isEndWorded, isSpokenOf } from './loose-code.ts';
import { connectionKeys } from './peer.ts';
import { ageIn, graceSpelled, isSocketIoId, numberIn, partyIn } from './prose.ts';
import { stallIn } from './stalls.ts';
import { isWebSocketPath } from './websocket.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a record is joined by. What concerns the process has no connection and no peer: an address beside it is the server's own. */
function keysOf(row: AppRow, connection: string | undefined, ofProcess: boolean): Keys {
  const keys: Mutable<Keys> = ofProcess ? {} : connectionKeys(row);
  const upstream = ofProcess ? undefined : upstreamOf(row);
  if (upstream !== undefined) keys.upstream = upstream;
  // The only address of a record that is not about its client.
  if (upstream !== undefined && keys.client?.ip === upstream.ip && keys.client.port === upstream.port) delete keys.client;
  if (connection !== undefined && !ofProcess) keys.connection = connection;
  const agent = ofProcess ? undefined : row.userAgent === undefined ? row.clientVersion : agentOf(row.userAgent);
  if (agent !== undefined) keys.agent = agent;
  if (row.pid !== undefined) keys.pid = row.pid;
  if (row.requestId !== undefined) keys.requestId = row.requestId;
  if (row.program !== undefined) keys.service = row.program;
  if (row.host !== undefined) keys.host = row.host;
  if (row.pod !== undefined) keys.pod = row.pod;
  return keys;
}

/** Threads that the JVM starts to shut down: Spring's `SpringApplicationShutdownHook`, of which its console shows the end. */
const OF_SHUTDOWN = /ShutdownHook$/;

/** `received signal` and the like: another program's signals are told of in other words. */
const GOT_SIGNAL = /\b(?:receiv(?:ed|ing)|got|caught|handling)\b.{0,24}\bsignal\b|\bsignal (?:was )?(?:received|caught)\b/i;
/** Of those that end a process, as Go's `os.Signal`, Python's `signal.Signals` and Node's handlers give them; daemons take SIGHUP for a reload. */
const STOP_SIGNAL = /^(?:(?:signals\.)?(?:sig)?(?:term|int|quit)|terminated|interrupt|2|3|15)$/i;

/** The signal that the process got, where a field beside the message tells which one: words to be read with the message's own. */
const signalOf = ({ signal, message = '', event = '' }: AppRow): string =>
  signal !== undefined && STOP_SIGNAL.test(signal) && (GOT_SIGNAL.test(message) || GOT_SIGNAL.test(event)) ? ' SIGTERM' : '';

/** In brackets where loggers have the thread, an id that says of what it is, or is of digits and letters: no thread is called so. */
const DEVICE =
  /^(?:(?:dev(?:ice)?|client|user|agent|phone|install)[-_:]\w{2,40}|(?=[0-9a-f-]{0,8}\d)(?=[0-9-]{0,8}[a-f])[0-9a-f-]{6,36})$/i;

/** Whoever took the report in is another process than the one that the connection went to. */
const OF_THE_WRITER: SubjectKeys = {
  pid: undefined,
  service: undefined,
  cgroup: undefined,
  unit: undefined,
  container: undefined,
  pod: undefined,
  host: undefined,
};

/** The event that a record tells; undefined = none. */
export function draftOf(row: AppRow, vantage: Vantage): Draft | undefined {
  const message = row.message ?? '';
  const words = wordsOf(`${row.event === undefined ? '' : `${row.event} `}${message}${signalOf(row)}`, row.logger);
  // Where the code is a close code by its name, a lone `id` is the connection's, whatever the words.
  const connection = row.connection ?? (words.mentionsSocket || words.mentionsPeer || row.codeIsNamed ? row.id : undefined);
  const isLocated = connection !== undefined || row.clientIp !== undefined;
  const isNamed =
    isLocated ||
    (words.opens &&
      (row.party ?? numberIn(message) ?? (words.mentionsSocket || words.mentionsPeer ? partyIn(message) : undefined)) !== undefined);
  // A fresh object of this call: completed in place, since spreading it again would cost more than reading the record's words.
  const draft: Mutable<Draft> | undefined =
    (vantage === 'client' ? networkOf(words) : faultOf(row, words)) ??
    handshakeOf(row, words, vantage) ??
    (words.aboutOther && !tellsOf1006(row, words) ? undefined : closeOf(row, words, isLocated, vantage)) ??
    (words.refusesFrame ? { kind: 'process-fault', fault: 'handler-exception', fatal: false, says: row.error ?? message } : undefined) ??
    (words.missesHeartbeat ? { kind: 'heartbeat-missed', ...(words.givesUp && { closes: true as const }) } : undefined) ??
    lifecycleOf(row, words) ??
    (!words.aboutOther &&
    (words.opensSocket ||
      (words.opens && isNamed && (words.ofConnection || !isLocated || (connection !== undefined && isSocketIoId(connection)))) ||
      (COMES.test(message) && connection !== undefined && words.mentionsSocket) ||
      (NAME_JOINED.test(message) && partyIn(message) !== undefined) ||
      (JOINS.test(message) && connection !== undefined && row.clientIp !== undefined))
      ? { kind: 'socket-opened' }
      : undefined);
  if (!draft) return undefined;
  const ofOne = OF_ONE.has(draft.kind);
  const isHandlers = draft.kind === 'process-fault' && draft.fault === 'handler-exception';
  const keys = keysOf(row, connection ?? (ofOne || isHandlers ? nameOf(row) : undefined), !ofOne && !isHandlers);
  draft.keys = vantage === 'client' && isTelemetry(row) ? { ...keys, requestId: undefined, ...OF_THE_WRITER } : keys;
  // The open line alone may tell who a numbered session is: its close is known by both.
  // A framework's count of its requests begins anew with each process: beside any other name it tells nothing.
  if (draft.keys.connection !== undefined && COUNTED_REQUEST.test(draft.keys.requestId ?? ''))
    draft.keys = { ...draft.keys, requestId: undefined };
  const opener =
    draft.kind === 'socket-opened' && row.requestId === undefined ? (row.secondId ?? row.party ?? partyIn(message)) : undefined;
  if (opener !== undefined && opener !== draft.keys.connection) draft.keys = { ...draft.keys, requestId: opener };
  const device = row.device ?? (DEVICE.test(row.thread ?? '') ? row.thread : undefined);
  if (vantage === 'client' && device !== undefined) draft.keys = { ...draft.keys, device };
  draft.vantage = vantage;
  return draft;
}

/** `Connection to the database was lost: code 1006`: a page has a database over a WebSocket alone; a driver, which is named, has codes of its own. */
const tellsOf1006 = ({ code, message = '' }: AppRow, { mentionsPeer }: Words): boolean =>
  code === 1006 &&
  mentionsPeer &&
  isEndWorded(message) &&
  !isSpokenOf(message) &&
  !wordsOf(message.replace(/\b(?:database|db)\b/gi, 'server')).aboutOther;

// `[ws] + u606513 (127.0.0.1)`, where a close is `[ws] - u606513 code=1000`; behind a namespace, as the `debug` module writes it: `chat:socket + …`.
const COMES = /^(?:[a-z][\w-]{0,30}(?::[\w-]{1,30}){1,4} )?\+ \S{1,66}(?: \(?[\w.:[\]]{2,50}\)?)?(?: [\w.-]{1,40}=\S{0,80}){0,8}$/;
// Fastify's `req-1`, `req-m`, and bare numbers.
const COUNTED_REQUEST = /^(?:req-)?(?:[0-9a-z]{1,4}|\d{1,8})$/;

// `bo123d4 joined, 1 in the lounge`: whoever has a name there; a room is joined by one who is connected already.
const NAME_JOINED = /^[<[({"']?[\w.-]{3,40}[>\])}"']?:? (?:has )?joined(?=$|[,.:;(]| (?:from|as|with|via|at|on)\b)/;

// `join conn=8oK1fi room=help ip=177.38.12.9`: its address is told of who comes; another room's join has no need of it.
// `board 8 on from 10.44.20.18`, whose end is `board off, …`.
const JOINS = /^join(?:ed)?\b|^[\w -]{1,60} on from \S/i;

/** What the log calls the one who is connected, where the connection itself has no id. */
const nameOf = ({ party, logger, device, message = '' }: AppRow): string | undefined =>
  party ?? numberIn(message) ?? partyIn(message) ?? device ?? (logger !== undefined && NAMES_ONE.test(logger) ? logger : undefined);
// `[truck888b] LINK LOST` stands where loggers write a component or a thread.
const NAMES_ONE =
  /^(?!.*(?:worker|thread|pool|exec|main|app|node|server|srv|web|host|proc|task|http|nio))(?=[A-Za-z-]{1,30}\d{3}|[A-Za-z-]{0,30}\d{1,8}[a-z]\w*\d)[\w-]{4,20}$/i;

const OF_ONE: ReadonlySet<string> = new Set(['socket-closed', 'socket-opened', 'heartbeat-missed', 'handshake-failed', 'network-fault']);
const FATAL_LEVEL = /^(?:60|fatal|panic|dpanic|emerg(?:ency)?)$/i;

function faultOf(row: AppRow, words: Words): Draft | undefined {
  const lastedMs = words.stalls ? stallIn(row.message ?? '', row.stallMs ?? row.durationMs) : undefined;
  if (lastedMs !== undefined) return { kind: 'process-fault', fault: 'hang', fatal: false, lastedMs, says: row.message ?? '' };
  const heapLimit = words.heapLimit || (row.error !== undefined && wordsOf(row.error).heapLimit);
  const fatal = words.fatal || FATAL_LEVEL.test(String(row.level ?? ''));
  if (!heapLimit && !words.inHandler && !words.uncaught && !(fatal && row.error !== undefined)) return undefined;
  const says = row.error ?? row.reason ?? (row.message ?? '').replace(/^\w+: (?=\w*(?:Error|Exception)\b)/, '');
  // Who dies of a closure that it was told of did not cause it.
  if (!heapLimit && (row.code ?? saidCode(says)?.code) === 1006) return undefined;
  if (heapLimit) return { kind: 'process-fault', fault: 'heap-limit', says };
  if (words.inHandler) return { kind: 'process-fault', fault: 'handler-exception', fatal: false, says };
  // An application that logs an unhandled rejection itself has a handler for it and may live on; Node advises against that for exceptions.
  return { kind: 'process-fault', fault: 'uncaught-exception', says, ...((fatal || words.uncaughtException) && { fatal: true }) };
}

// `connect_failed`, `unable to connect`, `link down (code 1006) before it was up`.
const NEVER_UP =
  /\bconnect(?:ion attempt)?[ _-]?(?:failed|failure|error)\b|\b(?:failed|unable|could not|cannot) (?:to )?connect\b|\bbefore (?:it|(?:the |this )?(?:link|connection|socket|session|web ?socket)) (?:was|is|had been|could be|got) (?:up|open(?:ed)?|connected|established)\b|\bwithout ever (?:having )?(?:been )?(?:opened|opening|connected|connecting)\b/i;

const NO_101 = /\binvalid status code received: [1-5]\d\d\b/i;

/** What theturtle32's `websocket` gives its W3C client with 1006 where connecting failed (`onConnectFailed`, 1.0.34). */
const NEVER_CONNECTED = 'connection failed';

/** 1006 of what was never open: the log says so itself, or names the answer that came in place of a 101. */
function neverOpened(row: AppRow): boolean {
  // Java-WebSocket closes with 1002 what was answered without a 101.
  if (row.code === 1002 && NO_101.test(`${row.reason ?? ''} ${row.message ?? ''}`)) return true;
  if (row.code !== undefined && row.code !== 1006) return false;
  if (row.code === 1006 && (row.opened === false || row.reason === NEVER_CONNECTED)) return true;
  return (
    (row.code === 1006 && NEVER_UP.test(`${row.event ?? ''} ${row.message ?? ''}`)) ||
    ANSWERED.test(row.error ?? row.message ?? '') ||
    (row.error !== undefined && row.code === 1006 && isNeverMade(row.error)) ||
    (DIALS.test(row.message ?? '') && upgradeStatusIn(row.error ?? row.message ?? '') !== undefined)
  );
}

/** A server's record of a request that was an upgrade, by its path, and got an error: Grafana's `Request Completed`. */
const isRefusedRequest = ({ method, path, status = 0 }: AppRow): boolean => method === 'GET' && status >= 400 && isWebSocketPath(path);

function handshakeOf(row: AppRow, words: Words, vantage: Vantage): Draft | undefined {
  if (neverOpened(row)) {
    const status = row.status ?? upgradeStatusIn(row.error ?? row.message ?? '');
    return known({ kind: 'handshake-failed' as const, why: (row.error ?? row.message ?? '').slice(0, 300), status });
  }
  if (isRefusedRequest(row))
    return { kind: 'handshake-failed', why: `answered ${row.status} in place of 101`, status: row.status as number };
  if (row.codeIsNamed || !(words.failsHandshake || (row.error !== undefined && wordsOf(row.error).failsHandshake))) return undefined;
  const status = row.status ?? upgradeStatusIn(`${row.message ?? ''} ${row.error ?? ''}`);
  return {
    kind: 'handshake-failed',
    why: (row.error ?? row.message ?? '').slice(0, 300),
    ...(status !== undefined && { status }),
    ...(vantage === 'server' && words.refuses && { by: 'upstream' as const }),
  };
}

function networkOf(words: Words): Draft | undefined {
  if (words.offline || words.cutOff) return { kind: 'network-fault', fault: 'client-offline' };
  return words.online ? { kind: 'network-fault', fault: 'client-online' } : undefined;
}

function closeOf(row: AppRow, words: Words, isLocated: boolean, vantage: Vantage): Draft | undefined {
  const reason = row.reason ?? row.error;
  const left = row.code === undefined ? wasLeft(row.reason) : undefined;
  const closes =
    (words.closesPlainly && (words.closesSocket || (isLocated && words.ofConnection))) || (isLocated && isSocketIoEnd(row.reason));
  const named = row.codeIsNamed ? row.code : codeOf(row, words);
  // Go, Python and others end with the socket's own error where no close frame came; a failed read of a WebSocket is its end.
  const isRead =
    (words.failsToRead && row.connection !== undefined) ||
    ((words.mentionsSocket || (words.mentionsPeer && isOfOne(row) && isEndOf(row))) && breaksARead(row)) ||
    (words.ofWebSocket && (words.failsToRead || words.givesUp) && isOfRead(row));
  const isBroken = named === undefined && (closes || isRead);
  const code = isBroken && isBrokenTransport(reason ?? row.message ?? '') ? 1006 : named;
  if (code === undefined && !closes) return undefined;
  return known({
    kind: 'socket-closed' as const,
    code,
    reason,
    wasClean: row.clean ?? left,
    lifeMs: row.durationMs ?? ageIn(row.message ?? ''),
    // Timers such as nginx's proxy_read_timeout run from what the server sent last: that is what a client has heard.
    silenceMs: row.silenceMs ?? (vantage === 'client' ? row.unheardMs : undefined),
    by:
      initiatorOf(row.initiator, vantage) ??
      (row.heartbeatLost ? 'heartbeat' : undefined) ??
      endedBy(reason === undefined ? (row.message ?? '') : `${reason} ${row.message ?? ''}`) ??
      sideOf(row, vantage),
    received: row.received,
    sent: row.sent,
    wasOpen: tellsAttemptsApart(row) || isOfOpen(row.error ?? row.message ?? '') || undefined,
    reported: (vantage === 'client' && (isPosted(row) || isToldByName(row))) || undefined,
  });
}

/** Connecting has errors of its own; one of a write is told once more when the connection is read. */
const isOfRead = ({ message = '' }: AppRow): boolean =>
  !/\b(?:dial\w*|handshake|writ\w+|send\w*|broadcast\w*)\b/i.test(message) && !NEVER_UP.test(message);

/** Go's error of a read, which gives no more of that connection; that of a dialer may be of its handshake. */
const GO_READ = /(?<![\w-])read (?:tcp[46]?|unix) \S{1,120}: /;
const breaksARead = ({ message = '', error = '' }: AppRow): boolean =>
  (GO_READ.test(error) || GO_READ.test(message)) && !/\b(?:dial\w*|handshake)\b/i.test(message) && !NEVER_UP.test(message);

const REASON_FIELD = /(?<![a-z])(?:close[_ ]?)?reason["']?\s?[=:]/i;

/** A code that is not named as a close code counts only where words of a close stand by; 1006 alone also beside a WebSocket. */
function codeOf(row: AppRow, words: Words): number | undefined {
  const inWords = saidCode(row.message ?? '') ?? (row.error === undefined ? undefined : saidCode(row.error)) ?? reasonsCode(row);
  const code = row.code ?? inWords?.code;
  if (code === undefined || inWords?.certain) return code;
  const error = row.error === undefined ? undefined : wordsOf(row.error);
  const closes = words.closes || words.closing || error?.closes;
  if (closes && (words.ofConnection || error?.mentionsSocket || error?.mentionsPeer)) return code;
  // `player 7 left code=1001 reason=""`: whatever the verb, a close event's two fields stand together.
  if (code <= 1015 && words.ofConnection && REASON_FIELD.test(row.message ?? '')) return code;
  // `{"member":"e9ce00f9","code":1006,"onlineFor":15234,"msg":"member offline"}`: an end of something that is no broker and no file.
  if (code <= 1015 && isEndOf(row)) return code;
  return code === 1006 && (words.mentionsSocket || error?.mentionsSocket) ? code : undefined;
}

/** Autobahn gives its `connection was closed uncleanly (…)` as the reason. A number there is whatever the application means by it. */
function reasonsCode({ reason }: AppRow): ReturnType<typeof saidCode> {
  const said = reason === undefined ? undefined : saidCode(reason);
  return said?.certain && said.code === 1006 ? said : undefined;
}

/** It names who was connected, or how long that lasted. */
const isOfOne = ({ connection, party, durationMs }: AppRow): boolean => (connection ?? party ?? durationMs) !== undefined;

/** The words tell of an end, of whatever the team calls its connections, and not of codes in general. */
function isEndOf({ event, message = '' }: AppRow): boolean {
  const said = event === undefined ? message : `${event} ${message}`;
  return isEndWorded(said) && !isSpokenOf(said);
}

/** `local` and `remote` mean the two ends as the writer sees them. */
function initiatorOf(initiator: string | undefined, vantage: Vantage): SocketClosed['by'] {
  const remote = vantage === 'client' ? 'server' : 'client';
  const local = vantage === 'client' ? 'client' : 'server';
  switch (initiator?.toLowerCase()) {
    case 'client':
    case 'server':
      return initiator.toLowerCase() as 'client' | 'server';
    case 'remote':
    case 'peer':
      return remote;
    case 'local':
    case 'self':
      return local;
    default:
      return undefined;
  }
}

function lifecycleOf({ thread, graceMs, message = '' }: AppRow, words: Words): Draft | undefined {
  if (words.stops || (thread !== undefined && !words.isOver && OF_SHUTDOWN.test(thread)))
    return known({ kind: 'stop-requested' as const, how: 'app-signal' as const, graceMs: graceMs ?? graceSpelled(message) });
  return words.starts ? { kind: 'process-started', what: 'banner' } : undefined;
}
