/** The client went away without a close frame: process killed, tab discarded, socket destroyed. */
import type { Cause, Closure, World } from '../closure.ts';
import {
  changesNear,
  concerns,
  cutBy,
  deathsNear,
  endedInFront,
  factOf,
  foundDead,
  isGivenUp,
  readsReset,
  seenOf,
  timerPile,
  toldLate,
  toldToGo,
} from '../signals.ts';
import type { EventOf } from '../types.ts';
import { fadingWords, floorWords, leavingWords, plural, sweepWords, words } from '../words.ts';

/** Each connection from an address of its own: rather a hop that all of them share than one client process. */
const MANY_CLIENTS = 3;
/** So many addresses are rarely one person's devices, one test's or one office's that lost its power, in one second. */
const MOST_LEAVERS = 12;
const LEAVE_TOGETHER_MS = 1_500;
/** Servers that find silent clients in one turn of all their connections, and do not say so, are about as many as others. */
const ONE_SWEEP_SHARE = 0.5;

/** A proxy knows whose reset or FIN came: one client may say many addresses. */
const namesClient = (closure: Closure): boolean =>
  seenOf(closure, 'tunnel-ended').some(({ endedBy }) => endedBy === 'client') ||
  seenOf(closure, 'proxy-fault').some(({ fault }) => fault === 'client-reset' || fault === 'client-closed');

/** 0 … 1: how far an end that a proxy puts down to its client was that client's own doing. */
function ofItsOwn(tunnel: EventOf<'tunnel-ended'>, closure: Closure, world: World): number {
  if (toldToGo(closure, world)) return 0.25;
  if (timerPile(closure, world)?.place === 'in') return endedInFront(tunnel) ? 0.25 : 0.5;
  return endedInFront(tunnel) ? 0.75 : 0.9;
}

export const clientAbort: Cause = {
  name: 'client-abort',
  title: 'Client abort',
  about: 'the client ended the TCP connection without a close frame: killed, crashed, suspended or reloaded',
  traces: [
    {
      id: 'client-reset-line',
      on: 'proxy-fault',
      mechanism: 'proxy-word',
      strength: 'decisive',
      speaks: 'for',
      because: "the proxy names the client's reset or FIN on this connection",
      holds: (fault) => (fault.fault === 'client-reset' || fault.fault === 'client-closed' ? 0.9 : 0),
      says: (fault) => `the proxy logged that the client ${fault.fault === 'client-reset' ? 'reset' : 'closed'} the connection`,
    },
    {
      id: 'client-flag',
      on: 'tunnel-ended',
      mechanism: 'proxy-word',
      strength: 'decisive',
      speaks: 'for',
      because:
        'the proxy names the client as who ended this connection; less where that is another hop, which ends it for its client or by itself, or where equal ages show a timer, which is the client’s or that of a hop whose trace nobody sees; little where both, or where many went at the proxy’s own reload',
      holds: (tunnel, closure, world) => (tunnel.endedBy === 'client' ? ofItsOwn(tunnel, closure, world) : 0),
      says: (tunnel) => `the proxy says that the client ended it${tunnel.termination ? ` (${tunnel.termination})` : ''}`,
    },
    {
      id: 'left-in-handshake',
      on: 'handshake-failed',
      mechanism: 'proxy-word',
      strength: 'decisive',
      speaks: 'for',
      because: 'the proxy says that the client left before the answer; the server had opened already',
      holds: (failed, closure) => (failed.by === 'client' && closure.codes.server !== undefined ? 0.9 : 0),
      says: (failed) => `the proxy says that the client left during the handshake: ${failed.why}`,
    },
    {
      id: 'given-up',
      on: 'handshake-failed',
      mechanism: 'endpoint-word',
      strength: 'decisive',
      speaks: 'for',
      because: "the client's own platform says that the page or program gave its socket up before it was open",
      holds: (failed) => (isGivenUp(failed) ? 1 : 0),
      says: (failed) => `the client gave its own socket up: ${failed.why}`,
    },
    {
      id: 'client-word',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'for',
      because: 'the endpoint names the client as who ended it; to a gateway a hop in front of it is one, which has timers',
      holds: (close, closure, world) =>
        close.by !== 'client' ? 0 : close.vantage === 'gateway' && timerPile(closure, world)?.place === 'in' ? 0.25 : 1,
      says: () => 'the endpoint names the client',
    },
    {
      id: 'reset-read',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'moderate',
      speaks: 'for',
      because:
        'a reset that the server reads comes from a living machine: the client, where no hop stands between; a balancer without a log may have sent it',
      holds: (close, closure, world) =>
        close.vantage === 'server' &&
        readsReset(closure) &&
        !closure.seen.some(({ kind }) => kind === 'tunnel-ended' || kind === 'proxy-fault') &&
        !timerPile(closure, world)
          ? 0.7
          : 0,
      says: () => 'the server read a reset of its peer',
    },
    {
      id: 'another-word',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'against',
      because: 'the endpoint names the server, silence, a timer, a shutdown or its own network: no FIN or RST of the client came first',
      holds: ({ by }) => (by === 'server' || by === 'heartbeat' || by === 'idle-timeout' || by === 'shutdown' || by === 'network' ? 1 : 0),
      says: (close) => `the endpoint says that it ended by ${close.by}`,
    },
    {
      id: 'another-named',
      on: 'tunnel-ended',
      mechanism: 'proxy-other',
      strength: 'decisive',
      speaks: 'against',
      because: 'the proxy names its timer, the upstream or an administrator',
      holds: (tunnel) => (tunnel.endedBy !== undefined && tunnel.endedBy !== 'client' ? 1 : 0),
      says: (tunnel) => `the proxy says that ${tunnel.endedBy} ended it`,
    },
    {
      id: 'another-line',
      on: 'proxy-fault',
      mechanism: 'proxy-other',
      strength: 'decisive',
      speaks: 'against',
      because: 'the error line names a timer or the upstream',
      holds: (fault) =>
        fault.phase === 'tunnel' &&
        (fault.fault === 'idle-timeout' ||
          fault.fault === 'upstream-reset' ||
          fault.fault === 'upstream-closed' ||
          fault.fault === 'client-timeout')
          ? 1
          : 0,
      says: (fault) => `the proxy's error log says ${fault.fault}`,
    },
    {
      id: 'told-late',
      on: 'socket-closed',
      mechanism: 'told-late',
      strength: 'strong',
      speaks: 'against',
      because: 'the client still had its connection open when the server had none any more: it did not end it',
      holds: (close, closure) => (toldLate(close, closure) === undefined ? 0 : 1),
      says: (close, closure) => `the client learnt of the end ${words(toldLate(close, closure) ?? 0)} after the server`,
    },
    {
      id: 'silent',
      on: 'heartbeat-missed',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'against',
      because: 'an aborting client sends FIN or RST, and the server knows at once; this one fell silent',
      holds: () => 1,
      says: () => 'the client fell silent instead of closing',
    },
  ],
  deaths: [
    {
      id: 'server-died',
      mechanism: 'death',
      strength: 'strong',
      speaks: 'against',
      because: 'the server itself died or was stopped in that moment',
      holds: (death, closure) => (concerns(death, closure) >= 0.8 ? 1 : 0),
      says: (death) => death.detail,
    },
  ],
  changes: [],
  facts: [
    {
      id: 'silence-floor',
      on: 'silence-floor',
      mechanism: 'floor',
      strength: 'moderate',
      speaks: 'against',
      because: 'clients leave after short silences too; a hop that has forgotten the connection answers with a reset in their place',
      holds: () => 1,
      says: floorWords,
    },
    {
      id: 'sweep',
      on: 'sweep',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'against',
      because: 'clients leave when they like, and not in the turns of a timer of the server',
      holds: () => 1,
      says: sweepWords,
    },
    {
      id: 'fading',
      on: 'fading',
      mechanism: 'heartbeat',
      strength: 'moderate',
      speaks: 'against',
      because: 'a client that goes takes its connections in one moment, and people behind one address do not all leave within a heartbeat',
      holds: (_, closure) => (namesClient(closure) ? 0 : 1),
      says: fadingWords,
    },
    {
      id: 'many-at-once',
      on: 'together',
      mechanism: 'many-clients',
      strength: 'moderate',
      speaks: 'against',
      because:
        'people do not leave in one moment: what ends the connections of many addresses at once is a hop that all of them share; but one program may forward the addresses of many',
      holds: (fact, closure) =>
        !fact.sameAge &&
        !namesClient(closure) &&
        fact.clients >= MOST_LEAVERS &&
        fact.clients * 2 >= fact.count &&
        fact.spreadMs <= LEAVE_TOGETHER_MS
          ? 0.5
          : 0,
      says: (fact) => `connections of ${fact.clients} addresses ended within ${words(fact.spreadMs)}: no client does that`,
    },
    {
      id: 'by-elimination',
      on: 'neutral-end',
      mechanism: 'neutral',
      strength: 'strong',
      speaks: 'for',
      because:
        'the server wrote 1006 (so it did not close), the proxy would have named its timer or the server and names neither: the FIN came from the client',
      holds: (fact, closure, world) => {
        if (closure.codes.server !== 1006) return 0;
        const early = factOf(closure, world, 'burst')?.early ?? false;
        if (!early && changesNear(world, closure).some((change) => cutBy(change, closure))) return 0.3;
        // A dying server's exit handler writes 1006 too: only one that went on did not close.
        const alive = factOf(closure, world, 'server-alive');
        if (!alive) return 0.2;
        const pile = timerPile(closure, world);
        // Everything at once, of many clients: rather a proxy that does not say so.
        const all = factOf(closure, world, 'burst');
        // Where the proxy's timer is known and it was younger, the timer's silence in the log takes nothing away.
        const telling = fact.telling || factOf(closure, world, 'younger-than-timer') !== undefined;
        return (alive.certain ? 1 : 0.8) * (telling ? 1 : (pile ? 0.1 : 0.35) * (all && all.clients >= 5 ? 0.5 : 1));
      },
      says: (fact) =>
        `${fact.proxy} names no timer of its own${fact.telling ? ', and would have' : ''}, and the server, which wrote 1006, did not close: the client's side did`,
    },
    {
      id: 'before-the-timer',
      on: 'younger-than-timer',
      mechanism: 'neutral',
      strength: 'moderate',
      speaks: 'for',
      because:
        'the timer that the others show had not run out, and the server, which saw the end at once, did not close: what is left is a FIN or a reset that came, mostly the client’s; less where no silence is known, since the age tells less of an idle timer',
      holds: (_, closure, world) =>
        closure.codes.server === 1006 &&
        factOf(closure, world, 'server-alive') &&
        !foundDead(closure) &&
        !factOf(closure, world, 'burst') &&
        !factOf(closure, world, 'client-group')
          ? closure.silenceMs === undefined
            ? 0.7
            : 1
          : 0,
      says: (fact) => `the timer of ${words(fact.ms)} that others ran into had not run out`,
    },
    {
      id: 'server-went-on',
      on: 'server-alive',
      mechanism: 'alive',
      strength: 'moderate',
      speaks: 'for',
      because: 'the server saw the end at once and lived on',
      holds: (fact, closure, world) => (!timerPile(closure, world) && !foundDead(closure) ? (fact.certain ? 0.8 : 0.6) : 0),
      says: () => 'the server saw the end at once and went on',
    },
    {
      id: 'not-silent',
      on: 'server-alive',
      mechanism: 'heartbeat',
      strength: 'moderate',
      speaks: 'for',
      because:
        'the server pings: a silent peer it would have found itself, and pings keep idle timers from running out; what is left is a FIN or reset',
      holds: (fact, closure, world) =>
        fact.certain &&
        world.heartbeats &&
        seenOf(closure, 'heartbeat-missed').length === 0 &&
        !foundDead(closure) &&
        !timerPile(closure, world)
          ? 1
          : 0,
      says: () => "the server's heartbeat did not find this client silent",
    },
    {
      id: 'leaving',
      on: 'leaving',
      mechanism: 'group',
      strength: 'strong',
      speaks: 'for',
      because:
        'a process or a machine that goes takes all of its connections along, to whichever server, and nobody else’s; no timer ends in one moment what was opened apart; but one sweep of one server’s heartbeat does, of a client that fell silent',
      holds: (fact, closure, world) =>
        factOf(closure, world, 'server-alive') && !foundDead(closure) && !timerPile(closure, world)
          ? fact.servers > 1
            ? 1
            : ONE_SWEEP_SHARE
          : 0,
      says: leavingWords,
    },
    {
      id: 'together',
      on: 'together',
      mechanism: 'group',
      strength: 'moderate',
      speaks: 'for',
      because:
        'one client process that held several connections takes them all along, at any age, while the server lives; a proxy that stops does so too, but says so',
      holds: (fact, closure, world) =>
        (fact.kind === 'client-group' || fact.clients < 5) &&
        !fact.sameAge &&
        !factOf(closure, world, 'leaving') &&
        !foundDead(closure) &&
        // A client that dies closes its sockets: no heartbeat has to find that out.
        !seenOf(closure, 'socket-closed').some((close) => close.by === 'heartbeat') &&
        factOf(closure, world, 'server-alive') &&
        !changesNear(world, closure).some((change) => cutBy(change, closure)) &&
        !timerPile(closure, world)
          ? fact.clients >= MANY_CLIENTS && fact.clients >= fact.count
            ? 0.4
            : 1
          : 0,
      says: (fact) => `${plural(fact.count, 'connection')} of different ages ended together while the server lived on`,
    },
  ],
  around: [],
  explain(closure, world) {
    if (seenOf(closure, 'handshake-failed').some(isGivenUp))
      return { detail: 'given up by the client itself before it was open', hop: 'client', incidentKey: 'client' };
    const fault = seenOf(closure, 'proxy-fault').find((one) => one.fault === 'client-reset' || one.fault === 'client-closed');
    const group = factOf(closure, world, 'leaving') ?? factOf(closure, world, 'client-group') ?? factOf(closure, world, 'burst');
    const how =
      fault?.fault === 'client-reset' || seenOf(closure, 'tunnel-ended').some((one) => one.how === 'reset')
        ? 'reset by the client'
        : 'closed by the client without a close frame';
    return { detail: how, hop: 'client', incidentKey: group ? `clients ${Math.floor(closure.ended.fromMs / 10_000)}` : 'client' };
  },
  refute(closure, world) {
    const death = deathsNear(world, closure).find((one) => concerns(one, closure) >= 0.8);
    if (death) return `the server itself ended: ${death.detail}`;
    const named = seenOf(closure, 'tunnel-ended').find((one) => one.endedBy !== undefined && one.endedBy !== 'client');
    if (named) return `the proxy says that ${named.endedBy} ended it (${named.termination ?? 'its record'})`;
    const fault = seenOf(closure, 'proxy-fault').find((one) => one.fault === 'idle-timeout' || one.fault === 'upstream-reset');
    return fault ? `the proxy's error log says ${fault.fault}` : undefined;
  },
};
