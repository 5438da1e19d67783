/** What an event calls its connection, and who writes it. */
import { ofLatest } from './memo.ts';
import type { Keys, Vantage } from './types.ts';

const ID_PARAMETER = /[?&;](?:[a-z]{0,12}[_-]?(?:id|uuid)|[cs]id|conn(?:ection)?|session|socket)=([\w.:-]{4,64})/gi;

// Who is connected, by what teams call them: a name with a digit in it.
const PARTY_PARAMETER =
  /[?&;](?:seat|user|account|acct|sub|subscriber|dev|device|member|client|peer|player|sensor|agent|name|who)=((?=[\w.:-]{0,40}\d)[A-Za-z0-9][\w.:-]{3,63})(?=&|;|$)/gi;

const VALUE = /[?&;][\w.[\]-]{1,40}=((?=[\w.:-]{0,63}\d)[A-Za-z0-9][\w.:-]{4,63})(?=&|;|$)/g;

const valuesOf = (path: string, ...patterns: readonly RegExp[]): string[] =>
  patterns.flatMap((pattern) => Array.from(path.matchAll(pattern), (found) => found[1] ?? ''));

/** Ids that a request path carries: `/ws?cid=0f707d40` → `0f707d40`, `/t?seat=S044061` → `S044061`. */
const idsIn = ofLatest((path) => valuesOf(path, ID_PARAMETER, PARTY_PARAMETER));
const pathIds = (path: string | undefined): readonly string[] => (path?.includes('=') ? idsIn(path) : []);

// `/ws/b4734f80`: a name with a digit in it, and no file, version or port.
const SEGMENT = /\/((?=[\w-]{0,63}\d)[A-Za-z0-9][\w-]{5,63})(?=[/?#]|$)/g;

const valuesIn = ofLatest((path) => valuesOf(path, VALUE, SEGMENT));
/** Values in a request path that may be a connection's id, wherever they stand and whatever they are called: so may a room's, or a token. */
export const pathValues = (path: string | undefined): readonly string[] => (path !== undefined && /\d/.test(path) ? valuesIn(path) : []);

/** All of them by which another log may name the connection, or a thing that it has in common with others. */
export const namesOf = (keys: Keys): ReadonlySet<string> => new Set([...connectionIds(keys), ...pathValues(keys.path)]);

/** Every id by which another log may know the connection. */
export function connectionIds(keys: Keys): string[] {
  const ids = [...(keys.connection === undefined ? [] : [keys.connection]), ...pathIds(keys.path)];
  if (keys.requestId !== undefined) ids.push(keys.requestId);
  return ids.length < 2 ? ids : [...new Set(ids)];
}

/** All hops that name the client's port mean one connection by it; they see it open in one moment, but its end each by its own timer. */
export const peerOf = ({ keys: { client } }: { readonly keys: Keys }): string | undefined =>
  client?.port === undefined ? undefined : `${client.ip} ${client.port}`;

/** One log may hold a router's lines and the server's (`heroku logs`, a journal): each has ids and clients of its own. */
export const writerOf = ({ origin, vantage }: { readonly origin: { readonly source: string }; readonly vantage: Vantage }): string =>
  `${origin.source} ${vantage}`;
