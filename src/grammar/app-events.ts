/** What an application's record says about WebSockets: the same words in JSON, logfmt and text. */
import type { Draft, Keys, SocketClosed, Vantage } from '../types.ts';
import type { AppRow } from './app-fields.ts';
import { type Words, wordsOf } from './app-words.ts';
import { endedBy, saidCode, upgradeStatusIn } from './close-words.ts';
import { known } from './known.ts';
import { connectionKeys } from './peer.ts';
import { remembered } from './remembered.ts';

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
  'client left',
  'peer left',
  'viewer left',
  'player left',
  'subscriber left',
  'detached',
  'client joined',
  'peer joined',
  'viewer joined',
  'player joined',
  'subscriber joined',
  'attached',
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a record is joined by. What concerns the process has no connection and no peer: an address beside it is the server's own. */
function keysOf(row: AppRow, connection: string | undefined, ofProcess: boolean): Keys {
  const keys: Mutable<Keys> = ofProcess ? {} : connectionKeys(row);
  if (connection !== undefined && !ofProcess) keys.connection = connection;
  if (row.pid !== undefined) keys.pid = row.pid;
  if (row.requestId !== undefined) keys.requestId = row.requestId;
  if (row.program !== undefined) keys.service = row.program;
  if (row.host !== undefined) keys.host = row.host;
  return keys;
}

/** The vantage that a source's name tells. */
const vantageByName = remembered((hint): Vantage | undefined => {
  const file = hint.slice(hint.lastIndexOf('/') + 1);
  if (/(?:^|[._-])(?:clients?|browsers?|rum|frontend)(?:[._-]|$)/.test(file)) return 'client';
  return /(?:^|[._-])(?:gateway|gw)(?:[._-]|\d|$)/.test(file) ? 'gateway' : undefined;
});

/**
 * Whose view a record gives where it says so itself or the source's name does; undefined = the parser's own.
 * `userAgent` alone says nothing: servers log it too.
 */
export function vantageOf(row: AppRow, hint: string): Vantage | undefined {
  // Chromium's names of network errors.
  if (row.message?.includes('net::ERR_')) return 'client';
  const named = vantageByName(hint);
  if (named !== undefined) return named;
  if (row.place !== undefined) return 'client';
  if (/^wss?:\/\//.test(row.upstream ?? '') || /upstream[ =:]{1,2}wss?:\/\//.test(row.message ?? '')) return 'gateway';
  if (OF_UPSTREAM.test(row.message ?? '')) return 'gateway';
  return row.clean !== undefined && row.pid === undefined && row.host === undefined && row.logger === undefined ? 'client' : undefined;
}

/** `upstream connection lost`, `backend websocket closed`: who speaks of the connection to its upstream has dialed it. */
const OF_UPSTREAM =
  /^(?:the )?(?:upstream|backend) (?:web ?socket|ws|socket|connection|conn|session)\b.{0,20}\b(?:closed?|lost|dropped|broken|ended|terminated|disconnected|reset)\b|^(?:disconnected from|lost) (?:the )?(?:upstream|backend)\b/i;

/** The event that a record tells; undefined = none. */
export function draftOf(row: AppRow, vantage: Vantage): Draft | undefined {
  const message = row.message ?? '';
  const words = wordsOf(row.event === undefined ? message : `${row.event} ${message}`, row.logger);
  // Where the code is a close code by its name, a lone `id` is the connection's, whatever the words.
  const connection = row.connection ?? (words.mentionsSocket || words.mentionsPeer || row.codeIsNamed ? row.id : undefined);
  const isLocated = connection !== undefined || row.clientIp !== undefined;
  // A fresh object of this call: completed in place, since spreading it again would cost more than reading the record's words.
  const draft: Mutable<Draft> | undefined =
    (vantage === 'client' ? networkOf(words) : faultOf(row, words)) ??
    handshakeOf(row, words, vantage) ??
    (words.aboutOther ? undefined : closeOf(row, words, isLocated, vantage)) ??
    (words.missesHeartbeat && !words.aboutOther ? { kind: 'heartbeat-missed' } : undefined) ??
    lifecycleOf(words) ??
    (!words.aboutOther && (words.opensSocket || (words.opens && isLocated && words.ofConnection)) ? { kind: 'socket-opened' } : undefined);
  if (!draft) return undefined;
  draft.keys = keysOf(row, connection, !OF_ONE.has(draft.kind));
  draft.vantage = vantage;
  return draft;
}

const OF_ONE: ReadonlySet<string> = new Set(['socket-closed', 'socket-opened', 'heartbeat-missed', 'handshake-failed', 'network-fault']);
const FATAL_LEVEL = /^(?:60|fatal|panic|dpanic|emerg(?:ency)?)$/i;

function faultOf(row: AppRow, words: Words): Draft | undefined {
  const heapLimit = words.heapLimit || (row.error !== undefined && wordsOf(row.error).heapLimit);
  const fatal = words.fatal || FATAL_LEVEL.test(String(row.level ?? ''));
  if (!heapLimit && !words.inHandler && !words.uncaught && !(fatal && row.error !== undefined)) return undefined;
  const says = row.error ?? row.reason ?? (row.message ?? '').replace(/^\w+: (?=\w*(?:Error|Exception)\b)/, '');
  if (heapLimit) return { kind: 'process-fault', fault: 'heap-limit', says };
  if (words.inHandler) return { kind: 'process-fault', fault: 'handler-exception', fatal: false, says };
  // An application that logs an unhandled rejection itself has a handler for it and may live on; Node advises against that for exceptions.
  return { kind: 'process-fault', fault: 'uncaught-exception', says, ...((fatal || words.uncaughtException) && { fatal: true }) };
}

function handshakeOf(row: AppRow, words: Words, vantage: Vantage): Draft | undefined {
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
  if (words.offline) return { kind: 'network-fault', fault: 'client-offline' };
  return words.online ? { kind: 'network-fault', fault: 'client-online' } : undefined;
}

function closeOf(row: AppRow, words: Words, isLocated: boolean, vantage: Vantage): Draft | undefined {
  const code = row.codeIsNamed ? row.code : codeOf(row, words);
  if (code === undefined && !(words.closesPlainly && (words.closesSocket || (isLocated && words.ofConnection)))) return undefined;
  const reason = row.reason ?? row.error;
  return known({
    kind: 'socket-closed' as const,
    code,
    reason,
    wasClean: row.clean,
    lifeMs: row.durationMs,
    silenceMs: row.silenceMs,
    by: initiatorOf(row.initiator, vantage) ?? endedBy(reason === undefined ? (row.message ?? '') : `${reason} ${row.message ?? ''}`),
    received: row.received,
    sent: row.sent,
  });
}

const REASON_FIELD = /(?<![a-z])(?:close[_ ]?)?reason["']?\s?[=:]/i;

/** A code that is not named as a close code counts only where words of a close stand by; 1006 alone also beside a WebSocket. */
function codeOf(row: AppRow, words: Words): number | undefined {
  const inWords = saidCode(row.message ?? '') ?? (row.error === undefined ? undefined : saidCode(row.error));
  const code = row.code ?? inWords?.code;
  if (code === undefined || inWords?.certain) return code;
  const error = row.error === undefined ? undefined : wordsOf(row.error);
  const closes = words.closes || words.closing || error?.closes;
  if (closes && (words.ofConnection || error?.mentionsSocket || error?.mentionsPeer)) return code;
  // `player 7 left code=1001 reason=""`: whatever the verb, a close event's two fields stand together.
  if (code <= 1015 && words.ofConnection && REASON_FIELD.test(row.message ?? '')) return code;
  return code === 1006 && (words.mentionsSocket || error?.mentionsSocket) ? code : undefined;
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

function lifecycleOf(words: Words): Draft | undefined {
  if (words.stops) return { kind: 'stop-requested', how: 'app-signal' };
  return words.starts ? { kind: 'process-started', what: 'banner' } : undefined;
}
