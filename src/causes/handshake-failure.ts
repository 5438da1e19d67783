/** The upgrade never got its 101: what a browser also shows as 1006. */
import type { Cause, Closure, World } from '../closure.ts';
import { isGivenUp, seenOf } from '../signals.ts';
import type { EventOf } from '../types.ts';

/** A client's failed attempt and a proxy's line about it are one second apart, stamps and clocks allowing. */
const NEAR = { beforeMs: 3_000, afterMs: 3_000 };

/** What of a refusal's words is alike for all that were refused so: errors' names, not whom they met. */
const WHY =
  /unexpected server response|err_[a-z_]{4,40}|\be[a-z]{6,14}\b(?<=refused|notfound|timedout|reset|again|unreach)|self[- ]signed certificate|certificate has expired|invalid upgrade|connection refused|timed? ?out/i;
const WHY_LIMIT = 80;

/** Why, for a title over many: a line with one client's name is none. */
function summary({ why, keys }: EventOf<'handshake-failed'>, closure: Closure): string {
  const names = [keys.connection, keys.requestId, keys.client?.ip, closure.keys.connection];
  if (why.length <= WHY_LIMIT && !names.some((name) => name !== undefined && why.includes(name)) && !/[=:"]\S*\d/.test(why)) return why;
  return WHY.exec(why)?.[0] ?? 'the handshake failed';
}

/** In a log that names the closure that refusal is its own; in others it may be any that names nobody else and comes from no other address. */
function mayBeOf(failed: EventOf<'handshake-failed'>, closure: Closure, world: World): boolean {
  const fact = world.facts(closure).find(({ kind }) => kind === 'never-opened');
  if (fact?.kind !== 'never-opened') return false;
  if (fact.refused.some(({ origin }) => origin.source === failed.origin.source)) return fact.refused.includes(failed);
  if (world.namesConnection(failed)) return false;
  const [theirs, ours] = [failed.keys.client?.ip, closure.keys.client?.ip];
  return theirs === undefined || ours === undefined || theirs === ours;
}

export const handshakeFailure: Cause = {
  name: 'handshake-failure',
  title: 'Failed handshake',
  about: 'the connection never opened: refused, wrong status, TLS, DNS; browsers report 1006 for that too',
  traces: [
    {
      id: 'said-so',
      on: 'handshake-failed',
      mechanism: 'endpoint-word',
      strength: 'decisive',
      speaks: 'for',
      because: 'an endpoint says that the handshake failed, and not that the client took its request back',
      holds: (failed) =>
        (failed.vantage === 'client' || failed.vantage === 'server' || failed.vantage === 'gateway') && !isGivenUp(failed) ? 1 : 0,
      says: (failed) => `the handshake failed: ${failed.why}${failed.status === undefined ? '' : ` (HTTP ${failed.status})`}`,
    },
    {
      id: 'was-open',
      on: 'tunnel-ended',
      mechanism: 'open',
      strength: 'decisive',
      speaks: 'against',
      because: 'the proxy passed a 101',
      holds: (tunnel) => (tunnel.status === 101 ? 1 : 0),
      says: () => 'the proxy logged its 101',
    },
    {
      id: 'opened',
      on: 'socket-opened',
      mechanism: 'open',
      strength: 'decisive',
      speaks: 'against',
      because: 'an endpoint logged that it opened',
      holds: () => 1,
      says: () => 'it was open',
    },
  ],
  deaths: [],
  changes: [],
  facts: [
    {
      id: 'never-opened',
      on: 'never-opened',
      mechanism: 'never-opened',
      strength: 'strong',
      speaks: 'for',
      because: "a client's 1006 with no life and no trace of an open connection",
      holds: () => 1,
      says: () => 'no log shows that it was ever open',
    },
  ],
  around: [
    {
      id: 'refused-at-proxy',
      on: 'handshake-failed',
      window: NEAR,
      mechanism: 'proxy-word',
      strength: 'strong',
      speaks: 'for',
      because: 'a proxy refused an upgrade of this client in the same moment',
      holds: (failed, closure, world) => (mayBeOf(failed, closure, world) ? 1 : 0),
      says: (failed) =>
        `an upgrade was refused in the same moment: ${failed.why}${failed.status === undefined ? '' : ` (HTTP ${failed.status})`}`,
    },
  ],
  explain(closure) {
    const failed = seenOf(closure, 'handshake-failed')[0];
    return {
      detail: failed ? `${summary(failed, closure)}${failed.status === undefined ? '' : ` (HTTP ${failed.status})`}` : 'never opened',
      hop: failed?.by ?? null,
      incidentKey: `handshake ${failed?.status ?? ''}`,
    };
  },
  refute: (closure) =>
    seenOf(closure, 'tunnel-ended').length > 0 || seenOf(closure, 'socket-opened').length > 0 || (closure.lifeMs ?? 0) > 1_000
      ? 'it was open: a 101, an open line or a life is logged'
      : undefined,
};
