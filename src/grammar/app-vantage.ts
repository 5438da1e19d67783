/** Whose view of a connection an application's record gives. */
import type { Context, Endpoint, SocketClosed, Vantage } from '../types.ts';
import { endpoint, isIp } from './address.ts';
import type { AppRow } from './app-fields.ts';
import { isOfDialer } from './dialers.ts';
import { remembered } from './remembered.ts';

/** The vantage that a source's name tells. */
const vantageByName = remembered((hint): Vantage | undefined => {
  const file = hint.slice(hint.lastIndexOf('/') + 1);
  if (
    /(?:^|[._-])(?:clients?|browsers?|ios|android|rum|frontend|beacons?|sdk|(?:app|web|mobile|page|user)[._-]?telemetry)(?:[._-]|$)/.test(
      file,
    )
  )
    return 'client';
  return /(?:^|[._-])(?:gateway|gw)(?:[._-]|\d|$)/.test(file) ? 'gateway' : undefined;
});

/** What apps are called where they write into one store with their servers: these name a machine, or who connects. */
const OF_A_PHONE = /(?:^|[._-])(?:ios|android)$/i;

/** A client's own report of itself that a server only wrote down: the names of its fields, or its own name, say so. */
const TELEMETRY = /(?<![a-z])(?:beacons?|client[ _-]?(?:telemetry|reports?)|rum)(?![a-z])/i;
export const isTelemetry = (row: AppRow): boolean => row.ofClient === true || isPosted(row) || isToldByName(row);
export const isToldByName = ({ message, event }: AppRow): boolean =>
  TELEMETRY.test(message ?? '') || (event !== undefined && TELEMETRY.test(event));
/** The record of a request that is no upgrade and has a close code among its values: they were posted. */
export const isPosted = ({ method, codeIsNamed }: AppRow): boolean => method === 'POST' && codeIsNamed === true;
/**
 * Whose view a record gives where it says so itself or the source's name does; undefined = the parser's own.
 * `userAgent` alone says nothing: servers log it too.
 */
export function vantageOf(row: AppRow, { hint, keys }: Pick<Context, 'hint' | 'keys'>): Vantage | undefined {
  // Only who connects has a close without an open.
  if (
    row.message?.includes('net::ERR_') ||
    row.message?.includes('AMQJS0') ||
    isTelemetry(row) ||
    (row.opened === false && row.code === 1006)
  )
    return 'client';
  if (row.ofGateway) return 'gateway';
  const named = vantageByName(hint);
  if (named !== undefined) return named;
  if (row.clientIp === undefined && keys.host === undefined && OF_A_PHONE.test(row.program ?? keys.service ?? '')) return 'client';
  // Who consumes a stream is its client. Channels calls a server's handlers so too, but those know their peer's address.
  if (row.clientIp === undefined && /(?:^|[/._-])consumers?[._-][^/]{0,40}$/.test(hint)) return 'client';
  if (row.place !== undefined || isOfDialer(row)) return 'client';
  // A link is what a device has to its server.
  if (row.message !== undefined && OF_A_LINK.test(row.message)) return 'client';
  if (/^wss?:\/\//.test(row.upstream ?? '') || /upstream[ =:]{1,2}wss?:\/\//.test(row.message ?? '')) return 'gateway';
  if (OF_UPSTREAM.test(row.message ?? '') || OF_DOWNSTREAM.test(row.message ?? '')) return 'gateway';
  if (takesOther(row)) return 'gateway';
  // Whoever holds a connection and names the address to which it goes on.
  if (row.connection !== undefined && upstreamOf(row) !== undefined) return 'gateway';
  if (
    DIALS.test(row.message ?? '') ||
    (row.clientIp === undefined && RECONNECTS.test(row.message ?? '')) ||
    ANSWERED.test(row.error ?? row.message ?? '')
  )
    return 'client';
  if ((OF_A_TABLE.test(hint) && isOfNobody(row)) || isOfConsole(row, hint)) return 'client';
  // In brackets before a page's own words stands a tag; a logger's name has a level beside it.
  const isLogged = row.logger !== undefined && row.level !== undefined;
  return row.clean !== undefined && row.pid === undefined && row.host === undefined && !isLogged ? 'client' : undefined;
}

const OF_A_LINK =
  /\blink (?:lost|down)\b|\blink (?:is )?(?:now )?up$|^link[ _-]?(?:up|down|lost)$|^uplink (?:is |was |has )?(?:established|connected|up|down|clos|lost|broke|dropped|ended|disconnected)/i;

const OF_A_TABLE = /\.(?:csv|tsv)(?:\.[a-z0-9]{1,4})?$/;
/**
 * A page's own words as Chrome and Firefox write them under "Show timestamps", in a file that is called for the browser's console: servers
 * write a date or a level beside the time.
 */
const isOfConsole = ({ at, level, pid, clientIp }: AppRow, hint: string): boolean =>
  [level, pid, clientIp].every((value) => value === undefined) &&
  at?.basis === 'daytime' &&
  at.widthMs <= 1 &&
  /(?:^|\/)(?:(?:browser|devtools|chrome|edge|firefox|safari|page)[._-]?)?console(?:[._-]\d{1,3})?\.(?:log|txt)$/.test(hint);

/**
 * A close in a table that names no machine, no process, no level and no peer: of a store of what clients report, such as an analytics
 * export. Who serves has a peer's address, or a name of its own to write beside it.
 */
const isOfNobody = (row: AppRow): boolean =>
  (row.message === undefined || row.level === undefined) &&
  [row.level, row.logger, row.program, row.host, row.pid, row.clientIp, row.received, row.sent].every((value) => value === undefined);

/** What may stand before the side of which a gateway speaks: `link c6dacb upstream on-close …`, `[5ebdc8] downstream left`. */
const OF_ONE_PAIR = String.raw`^(?:the |(?:[a-z]{1,12}[ =:#]{1,2}["'[(<]?|["'[(<]|(?=[\w-]{0,63}\d))[\w-]{1,64}[>\])"']?[:,]? )?`;
const LINK = '(?:web ?socket|ws|socket|connection|conn|session)';
const HAS_ENDED = String.raw`(?:on[-_ ]?close|close[ds]?|left|gone|lost|dropped|broken|ended|terminated|disconnect(?:ed|s)?|reset|hung up|went away)\b`;
/** `upstream connection lost`, `backend websocket closed`, `upstream closed: …`: who speaks of the connection to its upstream has dialed it. */
const OF_UPSTREAM = new RegExp(
  String.raw`${OF_ONE_PAIR}(?:upstream|backend) ${LINK}\b.{0,20}\b${HAS_ENDED}|^(?:disconnected from|lost) (?:the )?(?:upstream|backend)\b|${OF_ONE_PAIR}upstream (?:(?:side|leg|end) )?${HAS_ENDED}`,
  'i',
);
/** `downstream closed: …`: who has another side to tell it from. */
const OF_DOWNSTREAM = new RegExp(`${OF_ONE_PAIR}downstream (?:(?:${LINK}|side|leg|end) (?:was |has )?)?${HAS_ENDED}`, 'i');

/** Where a connection goes on, if the record says that by an address. */
export function upstreamOf({ upstream }: AppRow): Endpoint | undefined {
  const found = upstream === undefined ? undefined : endpoint(upstream);
  return found && isIp(found.ip) ? found : undefined;
}

/** What it takes are no WebSockets: the one of which it speaks is that by which it sends on. */
const takesOther = ({ listener }: AppRow): boolean =>
  listener !== undefined && /^(?:r?tcp|r?udp|redirect|socks[45]?|unix|dns|tun|tap|serial)$/.test(listener);

/** Which of its two connections a gateway says has ended. */
export function sideOf(row: AppRow, vantage: Vantage): SocketClosed['by'] {
  const { message = '', ofGateway, code } = row;
  if (vantage !== 'gateway') return undefined;
  if (takesOther(row)) return 'server';
  // What API Gateway ends itself it closes with a frame.
  if (ofGateway) return code === 1006 ? 'client' : undefined;
  if (OF_DOWNSTREAM.test(message)) return 'client';
  return OF_UPSTREAM.test(message) ? 'server' : undefined;
}

/** `websocket connect failed`, `failed to connect to wss://…`: of whoever dialed. */
export const DIALS =
  /\b(?:web ?socket|wss?) (?:connect|dial)(?:ion)?(?: attempt)? (?:failed|failure|error)\b|\b(?:failed|unable|could not|cannot) (?:to )?(?:connect|dial) (?:the |to )?(?:the )?(?:[\w-]{1,30} )?(?:web ?socket\b|wss?\b)/i;

/** `closed. Reconnecting in 1000ms...`, `connection lost, reconnecting...`: of a connection that ended nobody but who dialed it says so. */
const RECONNECTS =
  /\b(?:re-?connecting|re-?trying|re-?connect|retry)(?: again)? (?:in|after) ~?\d|[,.;:-] {1,2}(?:trying to )?re-?connect(?:ing)?(?: again)?(?:\.{1,3}|…)?$/i;

/** How libraries of those who dial say what they got in place of a 101. */
export const ANSWERED =
  /unexpected server response|bad handshake|expected http 101 response but was|returned status code '[1-5]\d\d' when status code '101' was expected|there was a bad response from the server|invalid status(?: code)?:? [1-5]\d\d(?!\d)|rejected websocket connection: http [1-5]|connection to \S{1,300} was not upgraded|\bHttp\(Response \{ status: [1-5]\d\d(?!\d)/i;
