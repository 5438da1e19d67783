/** What an application's record says about WebSockets: the same words in JSON, logfmt and text. */
import type { Draft, Keys, ProcessFault, SocketClosed, Vantage } from '../types.ts';
import { type AppRow, defined } from './app-fields.ts';
import { endedBy, saidCode, upgradeStatusIn } from './close-words.ts';
import { connectionKeys } from './peer.ts';

/**
 * Needles of every event below; each stands in some word that `draftOf` knows. They are shared by all formats that carry such words,
 * so that a source is searched for them once.
 */
export const APP_NEEDLES: readonly string[] = [
  'close',
  'closing',
  'wasclean',
  'disconnect',
  'connected',
  'open',
  'accepted',
  'established',
  'new connection',
  'connect ',
  'conn lost',
  'connection lost',
  'connection dropped',
  'connection terminated',
  'connection ended',
  'namespace',
  'transport error',
  '1006',
  'no pong',
  'ping timeout',
  'ping timed out',
  'pong timeout',
  'heartbeat',
  'answer ping',
  'respond to ping',
  'missed pong',
  'unresponsive',
  'dead connection',
  'listening',
  'server started',
  'sigterm',
  'sigint',
  'shutting down',
  'shutdown',
  'graceful',
  'uncaught',
  'unhandled',
  'fatal',
  'panic',
  'out of memory',
  'outofmemory',
  'exception in',
  'exception inside',
  'handler failed',
  'handshake',
  'upgrade failed',
  'upgrade rejected',
  'unexpected server response',
  'connection rejected',
  'offline',
  'ERR_INTERNET_DISCONNECTED',
  'went online',
  'browser online',
  'websocket read eof',
  'tcp fin before',
  'frame header: EOF',
  'idle timeout',
  'stale conn',
  'stale client',
  'stale socket',
  'stale ws',
  'not using the websocket',
  'origin not allowed',
]; // prettier-ignore

const WEBSOCKET = /\b(?:wss?|web ?sockets?|socket ?io|engine ?io|sockets?|sockjs|signalr|actioncable|graphql ws)\b/;
const PEER = /\b(?:clients?|peer|conn|connection|session|user|player|subscriber|device|agent|viewer|transport|onclose|on close)\b/;
// Connections that are no WebSockets: of databases, brokers, pools, files.
const OTHER =
  /\b(?:redis|mongo\w*|postgres\w*|pg|mysql|mariadb|database|db|kafka|amqp|rabbit\w*|nats|mqtt|broker|pool|cache|sql\w*|cassandra|elastic\w*|grpc|http2?|https|smtp|imap|ldap|consul|etcd|zookeeper|vault|cursor|file|stdin|producer|prisma|sequelize|typeorm|ssh|ftp|tls|ssl|keep alive connection)\b/;
const CLOSED = /\b(?:disconnect(?:ed|ion|s)?|close[ds]?|closure|onclose|hung up|dropped|went away|connection lost|terminated|conn lost)\b/;
const NOT_CLOSED =
  /\b(?:not|internet disconnected|never|cannot|can t|could not|unable|failed to|fail to|attempt\w*|tried|trying|will|would|before|already|to close|error (?:while|when)|reconnect\w*|server closed|ignor\w+|skip\w*|send\w*|write|writing|listener)\b/;
// A closed connection that needs neither id nor address to be one of a WebSocket.
const SOCKET_CLOSED =
  /\b(?:ws|wss|web ?socket|socket ?io)\b.{0,40}\b(?:clos|disc|drop|lost|term)|\b(?:client|peer|user) (?:has )?disconnected|\bweb ?sockets?\b/;
// Statistics, not one connection's end: `12 clients connected`, `0 open WebSocket connection(s)`.
const COUNTED =
  /\b\d+ (?:(?:open|active|current|idle|stale|total)\b|(?:\w+ )?(?:web ?sockets|clients|connections|sockets|sessions|users|peers)\b)/;
// `open`, `close code 1006`, `connect 8b9ca8fa from …`: nothing but the verb says what it is about.
const BARE =
  /^(?:on ?)?(?:open(?:ed)?|clos(?:e|ed|ing)|accepted|(?:dis)?connect(?:ed|ion)?)(?: (?:from|by|for|id|disconnected|closed|code|with|after|reason|ip|conn|[0-9a-z]*\d[0-9a-z]*)\b|$)/;
const OPENED =
  /\b(?:connect(?:ed)?|open(?:ed)?|accepted|established|upgraded|new (?:ws|web ?socket|client|connection|conn|session|socket)|onopen|handshake (?:complete\w*|succeeded|ok))\b/;
const NOT_OPENED =
  /\b(?:not|never|fail\w*|reconnect\w*|connecting|dis\w*|refused|cannot|can t|could not|unable|error|before|timed? ?out|timeout|already|closed?|closing|rejected|file|door|total|count)\b/;
const HEARTBEAT =
  /\bunresponsive\b|\b(?:did not|didn t|failed to|not) (?:answer\w*|respond\w*|repl\w*)(?: to)?(?: (?:a|our|the|last|\d+))? (?:ping|heart ?beat)|\b(?:no|missed|missing) (?:pong|heart ?beat)|\b(?:ping|pong|heart ?beat)(?: ping)? (?:time ?out|timed out|missed|failed|lost|expired)|\bkeep ?alive (?:ping )?(?:time ?out|timed out)|\b(?:dead|stale) (?:ws|web ?socket|connection|client|socket|peer)/;
const SIGNAL = /\bsig(?:term|int|quit|hup)\b/;
const SIGNAL_SEEN = /\b(?:received|receiving|got|caught|signal|graceful\w*|shut\w*|clos\w+|exit\w*|stop\w*|drain\w*|terminat\w+)\b/;
const OF_A_CHILD = /\b(?:child|worker|subprocess|exited with|killed by|by signal|sent|sending)\b/;
const STOPPING =
  /\bshutting down\b(?! (?:idle|stale|client|conn|connection|socket|web ?socket|session|stream|consumer|worker)\b)|\bgraceful(?:ly)? (?:shutdown|shut|stop\w*|terminat\w+|exit\w*)|\bshutdown (?:signal|request\w*|initiated|started|hook)|\b(?:starting|begin\w*|initiating) (?:graceful )?shutdown|\bserver (?:is )?stopping\b/;
const STARTED =
  /\blistening (?:on|at|for (?:connections|web ?sockets?))\b|\b(?:server|gateway|app|service|bridge|hub) (?:is )?(?:now )?(?:listening|running (?:on|at))\b|\bserver started\b|\blistening\b.{0,40}\b(?:port|upstream)\b|^listening$/;
const UNCAUGHT = /\buncaught\b|\bunhandled (?:promise )?(?:rejection|exception|error)\b/;
const HEAP = /heap out of memory|outofmemoryerror|heap limit/;
const IN_HANDLER =
  /\bexception (?:in|inside) (?:asgi )?(?:application|handler|consumer|callback)|\b(?:connection|message|web ?socket|request) handler (?:failed|crashed|error|exception)|\bpanic serving\b|\bunhandled \w+ in (?:web ?socket|ws|message|connection)\b|\berror in (?:web ?socket|ws|message) handler/;
const HANDSHAKE =
  /unexpected server response|bad handshake|closed before the connection (?:was|is) established|\b(?:handshake|upgrade)(?: request)? (?:failed|failure|rejected|refused|denied|aborted|error|timed out|timeout)|\b(?:failed|failure|rejected|rejecting|refused|refusing|denied|invalid|could not|cannot|unable to)\b.{0,40}\b(?:handshake|upgrade)\b|(?:during|in) web ?socket handshake|\bconnection rejected\b|not using the websocket protocol|origin not allowed/;
const FATAL_LEVEL = /^(?:60|fatal|panic|dpanic|emerg(?:ency)?)$/i;
const OFFLINE =
  /\berr internet disconnected\b|^(?:(?:browser|client|navigator|device|app|network)(?: is| went| status)? )?offline$|\bnetwork (?:lost|down|unreachable|disconnected)\b|\b(?:browser|device) went offline\b/;
const ONLINE =
  /^(?:(?:browser|client|navigator|device|app|network)(?: is| went| back| status)? )?(?:back )?online$|\bnetwork (?:restored|up|back|changed)\b/;

/** Words without punctuation and case: `wsClosed`, `ws_close`, `WS-Closed` → `ws closed` …; at most 600 characters are looked at. */
const spoken = (text: string): string =>
  text
    .slice(0, 600)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/WebSocket/gi, 'websocket')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()
    .trim();

/** What the record is joined by. */
function keysOf(record: AppRow): Keys {
  return defined<Keys>({ ...connectionKeys(record), requestId: record.requestId, service: record.program, host: record.host });
}

/**
 * Whose view a record gives where it says so itself or the source's name does; undefined = the parser's own.
 * `userAgent` alone says nothing: servers log it too.
 */
export function vantageOf(record: AppRow, hint: string): Vantage | undefined {
  // Chromium's names of network errors.
  if (/\bnet::ERR_[A-Z]/.test(record.message ?? '')) return 'client';
  const file = hint.slice(hint.lastIndexOf('/') + 1);
  if (/(?:^|[._-])(?:clients?|browsers?|rum|frontend)(?:[._-]|$)/.test(file)) return 'client';
  if (/(?:^|[._-])(?:gateway|gw)(?:[._-]|\d|$)/.test(file) || /upstream[ =:]{1,2}wss?:\/\//.test(record.message ?? '')) return 'gateway';
  if (record.upstream !== undefined && /^wss?:\/\//.test(record.upstream)) return 'gateway';
  return record.clean !== undefined && record.pid === undefined && record.host === undefined && record.logger === undefined
    ? 'client'
    : undefined;
}

/** The event that a record tells; undefined = none. */
export function draftOf(given: AppRow, vantage: Vantage): Draft | undefined {
  const message = given.message ?? '';
  const said = spoken(`${given.event ?? ''} ${message}`);
  const about = `${spoken(given.logger ?? '')} ${said}`;
  const mentionsSocket = WEBSOCKET.test(about);
  const other = OTHER.test(about) && !mentionsSocket;
  const record =
    given.connection === undefined && given.id !== undefined && (mentionsSocket || PEER.test(about))
      ? { ...given, connection: given.id }
      : given;
  const keys = keysOf(record);
  const draft =
    faultOf(record, said, vantage) ??
    handshakeOf(record, said, message, vantage) ??
    networkOf(said, vantage) ??
    (other ? undefined : closeOf(record, said, about, vantage)) ??
    (other ? undefined : heartbeatOf(said)) ??
    lifecycleOf(said) ??
    (other ? undefined : openOf(record, said, about));
  if (!draft) return undefined;
  // What concerns the process has no connection and no peer: an address beside it is the server's own.
  const { connection: _connection, client: _client, ...ofProcess } = keys;
  const ofOne =
    draft.kind === 'socket-closed' ||
    draft.kind === 'socket-opened' ||
    draft.kind === 'heartbeat-missed' ||
    draft.kind === 'handshake-failed';
  return { ...draft, keys: ofOne ? keys : ofProcess, vantage };
}

function faultOf(record: AppRow, said: string, vantage: Vantage): Draft | undefined {
  if (vantage === 'client') return undefined;
  const says = record.error ?? record.reason ?? (record.message ?? '').replace(/^\w+: (?=\w*(?:Error|Exception)\b)/, '');
  const fault = (kind: ProcessFault['fault'], fatal?: boolean): Draft => ({
    kind: 'process-fault',
    fault: kind,
    says,
    ...(fatal !== undefined && { fatal }),
  });
  if (HEAP.test(`${said} ${record.error?.toLowerCase() ?? ''}`)) return fault('heap-limit');
  if (IN_HANDLER.test(said)) return fault('handler-exception', false);
  const fatal = FATAL_LEVEL.test(String(record.level ?? '')) || /^fatal\b/.test(said);
  // An application that logs an unhandled rejection itself has a handler for it and may live on; Node advises against that for exceptions.
  if (UNCAUGHT.test(said)) return fault('uncaught-exception', fatal || /\buncaught ?exception\b/.test(said) || undefined);
  return fatal && record.error !== undefined ? fault('uncaught-exception', true) : undefined;
}

function handshakeOf(record: AppRow, said: string, message: string, vantage: Vantage): Draft | undefined {
  const told = `${said} ${record.error ? spoken(record.error) : ''}`;
  if (!HANDSHAKE.test(told) || /\b(?:tls|ssl)\b/.test(told) || record.codeIsNamed) return undefined;
  const status = record.status ?? upgradeStatusIn(`${message} ${record.error ?? ''}`);
  return {
    kind: 'handshake-failed',
    why: (record.error ?? message).slice(0, 300),
    ...(status !== undefined && { status }),
    ...(vantage === 'server' && /reject|refus|denied|origin not allowed/.test(said) && { by: 'upstream' as const }),
  };
}

function networkOf(said: string, vantage: Vantage): Draft | undefined {
  if (vantage !== 'client') return undefined;
  if (OFFLINE.test(said)) return { kind: 'network-fault', fault: 'client-offline' };
  return ONLINE.test(said) ? { kind: 'network-fault', fault: 'client-online' } : undefined;
}

function closeOf(record: AppRow, said: string, about: string, vantage: Vantage): Draft | undefined {
  const inWords = saidCode(record.message ?? '') ?? (record.error === undefined ? undefined : saidCode(record.error));
  const closes = CLOSED.test(said);
  const told = record.error === undefined ? about : `${about} ${spoken(record.error)}`;
  const near = record.codeIsNamed || inWords?.certain || ((CLOSED.test(told) || /\bclosing\b/.test(said)) && isOfSocket(said, told));
  // A generic `code` is a close code only where words of a close stand by; 1006 alone also beside a WebSocket: it has no other meaning there.
  const code = near ? (record.code ?? inWords?.code) : record.code === 1006 && WEBSOCKET.test(told) ? 1006 : undefined;
  if (code === undefined) {
    if (!closes || NOT_CLOSED.test(said) || SIGNAL.test(said) || COUNTED.test(said)) return undefined;
    if (!(isLocated(record) && isOfSocket(said, about)) && !SOCKET_CLOSED.test(about)) return undefined;
  }
  const reason = record.reason ?? (record.error === undefined || record.error === '' ? undefined : record.error);
  const by = initiatorOf(record.initiator, vantage) ?? endedBy(`${reason ?? ''} ${record.message ?? ''}`);
  return defined<SocketDraft>({
    kind: 'socket-closed',
    code,
    reason,
    wasClean: record.clean,
    lifeMs: record.durationMs,
    silenceMs: record.silenceMs,
    by,
    received: record.received,
    sent: record.sent,
  });
}
type SocketDraft = Extract<Draft, { readonly kind: 'socket-closed' }>;

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

const heartbeatOf = (said: string): Draft | undefined => (HEARTBEAT.test(said) ? { kind: 'heartbeat-missed' } : undefined);

function lifecycleOf(said: string): Draft | undefined {
  if (/\b(?:complete|completed|finished|done)\b/.test(said)) return undefined;
  const signalled = SIGNAL.test(said) && SIGNAL_SEEN.test(said) && !OF_A_CHILD.test(said);
  if (signalled || (STOPPING.test(said) && !OF_A_CHILD.test(said))) return { kind: 'stop-requested', how: 'app-signal' };
  return STARTED.test(said) ? { kind: 'process-started', what: 'banner' } : undefined;
}

function openOf(record: AppRow, said: string, about: string): Draft | undefined {
  if (!OPENED.test(said) || NOT_OPENED.test(said) || COUNTED.test(said)) return undefined;
  const ofSocket =
    (isLocated(record) && isOfSocket(said, about)) || WEBSOCKET.test(about) || /\b(?:client|peer|user) connected\b/.test(said);
  return ofSocket ? { kind: 'socket-opened' } : undefined;
}

const isLocated = (record: AppRow): boolean => record.connection !== undefined || record.clientIp !== undefined;

/** Whether a record of something opened or closed is about a connection: by its words, or since it says nothing else. */
const isOfSocket = (said: string, about: string): boolean => WEBSOCKET.test(about) || PEER.test(about) || BARE.test(said);
