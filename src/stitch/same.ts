/** Whether two records are of one connection, as far as they alone tell. */
import { gap } from '../spans.ts';
import type { DurationMs, EventOf, Vantage } from '../types.ts';
import { type Draft, isEnd, type Observation } from './draft.ts';

/** One refusal in two lines of one log: what was wrong, then the request that failed of it. */
export const toldTwice = (a: EventOf<'handshake-failed'>, b: EventOf<'handshake-failed'>): boolean =>
  Math.abs(a.origin.line - b.origin.line) === 1 && a.why !== b.why && gap(a.when, b.when) < 50 && !namesAnother(a, b);

/** Both name their connection, and not the same one. */
export const namesAnother = ({ keys: { connection: a } }: Observation, { keys: { connection: b } }: Observation): boolean =>
  a !== undefined && b !== undefined && a !== b;

/** Two records of the same kind from the same place are two connections, and so are faults of one proxy with two of its numbers. */
export function sameSlot(a: Observation, b: Observation): boolean {
  if (a.kind === 'proxy-fault' && b.kind === 'proxy-fault') {
    if (a.origin.source !== b.origin.source) return false;
    const [mine, other] = [a.keys.proxyConnection, b.keys.proxyConnection];
    if (mine !== undefined && other !== undefined) return mine !== other;
    const [ours, theirs] = [a.keys.client?.port, b.keys.client?.port];
    return ours !== undefined && theirs !== undefined && ours !== theirs;
  }
  if (a.kind === 'handshake-failed' && b.kind === 'handshake-failed') return a.vantage === b.vantage && !toldTwice(a, b);
  if (a.kind !== b.kind || !isEnd(a)) return opened(a) ? refused(b) : opened(b) && refused(a);
  // A journal may hold the server's words, a proxy's and those of programs that connect.
  if (a.origin.source === b.origin.source && a.vantage === b.vantage) return true;
  // Two coded closes of one side are two connections; a coded one beside a code-less one is a second log of the same.
  return (
    a.kind === 'socket-closed' && b.kind === 'socket-closed' && a.vantage === b.vantage && a.code !== undefined && b.code !== undefined
  );
}

/** A hop had it open, and the client never got that far: two connections. */
const opened = (event: Observation): boolean =>
  (event.kind === 'tunnel-ended' && event.status === 101) || (event.kind === 'socket-closed' && event.vantage === 'server');
const refused = (event: Observation): boolean => event.kind === 'handshake-failed' && event.by !== 'client' && event.vantage === 'client';

export function accepts(draft: Draft, event: Observation, windowMs: DurationMs): boolean {
  if (event.when.fromMs - draft.lastMs > windowMs) return false;
  return !draft.seen.some(
    (other) => sameSlot(other, event) && !(sameEnd(other, event) && other.origin.source !== event.origin.source) && !repeated(other, event),
  );
}
/** One line written twice into one source (stderr and syslog), or two about one end: the failed read, and then the close. */
const repeated = (a: Observation, b: Observation): boolean =>
  (a.quote === b.quote || (a.keys.connection !== undefined && a.keys.connection === b.keys.connection)) && gap(a.when, b.when) < 1_000;
/** The same record seen by two carriers. */
const sameEnd = (a: Observation, b: Observation): boolean =>
  gap(a.when, b.when) < 2_000 &&
  'lifeMs' in a &&
  'lifeMs' in b &&
  a.lifeMs !== undefined &&
  b.lifeMs !== undefined &&
  Math.abs(a.lifeMs - b.lifeMs) < 10;

/** What the client calls a failed handshake and the server a refused one: the same path, where both name one. */
export function refusedOnBothSides(a: Draft, b: Draft): boolean {
  const failed = (draft: Draft, vantage: Vantage): boolean =>
    draft.seen.some((event) => event.kind === 'handshake-failed' && event.vantage === vantage);
  if (!(failed(a, 'client') && failed(b, 'server')) && !(failed(a, 'server') && failed(b, 'client'))) return false;
  return new Set([...a.seen, ...b.seen].flatMap(({ keys: { path } }) => path?.split('?')[0] ?? [])).size < 2;
}

/** Codes by which an endpoint tells the other what it did not take. */
const REFUSALS: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);

/** One side refused what came and the other side does not say so: without a name in common they are rather two connections. */
export const toldOtherwise = (ours: readonly number[], theirs: readonly number[]): boolean =>
  ours.length > 0 &&
  theirs.length > 0 &&
  (ours.some((code) => REFUSALS.has(code)) || theirs.some((code) => REFUSALS.has(code))) &&
  !ours.some((code) => theirs.includes(code));
