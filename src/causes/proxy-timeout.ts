/** A hop's timer cut the connection: idle timeout or maximum life. */
import type { Cause, Closure, World } from '../closure.ts';
import { traitsOf } from '../products.ts';
import { concernsClient, endedInFront, factOf, hopOf, otherHand, sameUpstream, seenOf, timerAt, toldLate } from '../signals.ts';
import type { EventOf } from '../types.ts';
import { floorWords, leavingWords, plural, sweepWords, words } from '../words.ts';

const NETWORK_BEFORE_MS = 180_000; // a lost link shows as a timeout one timer or heartbeat later

/** When one side has closed, HAProxy gives the other one so long at least (`client-fin`, `server-fin`, set from 1 s on), but for the handshake. */
const FIN_LEAST_MS = 900;
/**
 * The server ended it first, by its own account, and then the proxy's timer for the side that was left ran out: HAProxy logs that like an
 * idle tunnel's. The two lives tell, whatever the clocks: a server that a timer cuts off writes its end in that moment.
 */
const endedBefore = (tunnel: EventOf<'tunnel-ended'>, closure: Closure): boolean =>
  seenOf(closure, 'socket-closed').some(
    ({ vantage, by, lifeMs }) =>
      vantage === 'server' &&
      OWN_HAND.has(by ?? '') &&
      lifeMs !== undefined &&
      // Whole seconds may be cut off.
      (tunnel.lifeMs ?? 0) - lifeMs >= FIN_LEAST_MS + (lifeMs % 1_000 === 0 ? 1_000 : 0),
  );
const OWN_HAND: ReadonlySet<string> = new Set(['heartbeat', 'shutdown', 'server', 'protocol-error']);

/** The timer's line may be a consequence: the peer was gone and the proxy only noticed. */
function lostBefore(closure: Closure, world: World): boolean {
  if (seenOf(closure, 'heartbeat-missed').length > 0) return true;
  const fromMs = closure.ended.fromMs - NETWORK_BEFORE_MS;
  return (
    world
      .between('network-fault', fromMs, closure.ended.toMs)
      .some((fault) => (fault.fault === 'link-down' || fault.fault === 'client-offline') && concernsClient(fault, closure)) ||
    world
      .between('proxy-fault', fromMs, closure.ended.toMs)
      .some((fault) => fault.fault === 'upstream-unreachable' && sameUpstream(fault, closure))
  );
}

/** The proxy names another hand than a timer's; a hop in front of it has timers too. */
const isAnothers = (tunnel: EventOf<'tunnel-ended'>): boolean =>
  tunnel.endedBy !== undefined && tunnel.endedBy !== 'idle' && tunnel.endedBy !== 'life' && !endedInFront(tunnel);

function configured(closure: Closure, world: World, ms: number): EventOf<'configured-timer'> | undefined {
  return world.timers.find(
    (timer) => timer.timer !== 'drain' && Math.abs(timer.ms - ms) <= Math.max(500, timer.ms * 0.02) && closure.lifeMs !== undefined,
  );
}

export const proxyTimeout: Cause = {
  name: 'proxy-timeout',
  title: 'Proxy timeout',
  about: 'a proxy or load balancer closed the connection when its idle timer or its maximum life ran out; both ends saw 1006',
  traces: [
    {
      id: 'tunnel-timer',
      on: 'tunnel-ended',
      mechanism: 'proxy-word',
      strength: 'decisive',
      speaks: 'for',
      because: 'the proxy names its own timer as what ended this connection',
      holds: (tunnel, closure, world) =>
        (tunnel.endedBy === 'idle' || tunnel.endedBy === 'life') && !endedBefore(tunnel, closure)
          ? lostBefore(closure, world)
            ? 0.5
            : 1
          : 0,
      says: (tunnel) =>
        `the proxy ended it by its ${tunnel.endedBy === 'life' ? 'maximum life' : 'idle timer'}${tunnel.termination ? ` (${tunnel.termination})` : ''}${tunnel.lifeMs === undefined ? '' : ` after ${words(tunnel.lifeMs)}`}`,
    },
    {
      id: 'idle-line',
      on: 'proxy-fault',
      mechanism: 'proxy-word',
      strength: 'decisive',
      speaks: 'for',
      because: 'the error line names the timeout and the connection',
      holds: (fault, closure, world) =>
        fault.fault === 'idle-timeout' && fault.phase === 'tunnel' ? (lostBefore(closure, world) ? 0.5 : 1) : 0,
      says: () => 'the proxy logged its timeout on this upgraded connection',
    },
    {
      id: 'endpoint-idle',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'for',
      because: 'the endpoint library names an idle timeout',
      holds: (close) => (close.by === 'idle-timeout' ? 1 : 0),
      says: () => 'the endpoint names an idle timeout',
    },
    {
      id: 'other-side',
      on: 'tunnel-ended',
      mechanism: 'proxy-other',
      strength: 'strong',
      speaks: 'against',
      because: 'the proxy names another side as the one that ended it',
      holds: (tunnel) => (isAnothers(tunnel) ? 1 : 0),
      says: (tunnel) => `the proxy says that ${tunnel.endedBy} ended it`,
    },
    {
      id: 'told-late',
      on: 'socket-closed',
      mechanism: 'told-late',
      strength: 'strong',
      speaks: 'against',
      because:
        "a timer's FIN reaches both ends at once over a path that lives; a server's heartbeat has a timer too, and equal ages with it",
      holds: (close, closure) => (toldLate(close, closure) === undefined ? 0 : 0.7),
      says: (close, closure) => `its client learnt of the end ${words(toldLate(close, closure) ?? 0)} after the server`,
    },
    {
      id: 'silent-peer',
      on: 'heartbeat-missed',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'against',
      because: 'the server pings and gave up on a silent peer itself',
      holds: () => 1,
      says: () => "the server's own heartbeat ended it",
    },
  ],
  deaths: [],
  changes: [],
  facts: [
    {
      id: 'sweep',
      on: 'sweep',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'against',
      because: "a proxy's timer counts from each connection's own last byte: its ends do not fall into step with one another",
      holds: () => 1,
      says: sweepWords,
    },
    {
      id: 'leaving',
      on: 'leaving',
      mechanism: 'burst',
      strength: 'strong',
      speaks: 'against',
      because: 'a timer keeps the distances in which connections were opened or last used',
      holds: (_, closure, world) => (factOf(closure, world, 'age-pile') ? 0 : 1),
      says: leavingWords,
    },
    {
      id: 'silence-floor',
      on: 'silence-floor',
      mechanism: 'pile',
      strength: 'strong',
      speaks: 'for',
      because:
        'balancers, NATs and firewalls that forget silent connections leave such a floor; a quiet client that is gone looks alike, but not down to one sharp time; no log of that hop confirms it',
      holds: () => 1,
      says: floorWords,
    },
    {
      id: 'silence-pile',
      on: 'age-pile',
      mechanism: 'pile',
      strength: 'decisive',
      speaks: 'for',
      because: 'equal silence before the end at different times is what an idle timer does and nothing else',
      holds: (fact, closure, world) =>
        fact.measure === 'silence' && fact.count >= 5 ? (lostBefore(closure, world) ? 0.3 : fact.together ? 0.6 : 1) : 0,
      says: (fact) =>
        `it was silent for the same ${words(fact.ms)} as ${fact.count} of ${fact.total} others (chance ${fact.p.toExponential(0)})`,
    },
    {
      id: 'age-pile',
      on: 'age-pile',
      mechanism: 'pile',
      strength: 'strong',
      speaks: 'for',
      because:
        'equal ages at different times are a timer; an application timer or a load test would look alike, so not decisive; less when all ended together (they may also have been opened together) and when no round number of seconds lies there',
      holds: (fact, closure, world) =>
        fact.measure === 'age' && fact.place === 'in'
          ? lostBefore(closure, world)
            ? 0.3
            : (fact.count >= 5 ? 1.15 : 0.8) * (fact.together ? 0.35 : 1) * (fact.round ? 1 : 0.6)
          : 0,
      says: (fact) =>
        fact.hop === undefined
          ? `its age lies in a pile of ${fact.count} of ${fact.total} closures at ${words(fact.ms)} (chance ${fact.p.toExponential(0)})`
          : `its age is one of ${fact.count} of ${fact.total} that lie above the idle timer of ${fact.hop}, ${words(fact.ms)}, and hardly one lies right below it (chance ${fact.p.toExponential(0)})`,
    },
    {
      id: 'age-above-pile',
      on: 'age-pile',
      mechanism: 'pile',
      strength: 'strong',
      speaks: 'for',
      because: 'an idle timer also cuts connections that had traffic first, at ages above it; clients that leave would also leave below it',
      holds: (fact, closure, world) =>
        fact.place === 'above' &&
        fact.count >= fact.total * 0.3 &&
        !otherHand(fact, closure) &&
        !lostBefore(closure, world) &&
        !factOf(closure, world, 'burst') &&
        !factOf(closure, world, 'client-group')
          ? fact.below <= fact.total * 0.05
            ? 1
            : 0.5
          : 0,
      says: (fact) =>
        `its age lies above a pile of ${fact.count} closures at ${words(fact.ms)}, as after traffic and then silence; ${fact.below} of ${fact.total} ended younger`,
    },
    {
      id: 'alone-in-time',
      on: 'server-alive',
      mechanism: 'alone',
      strength: 'weak',
      speaks: 'for',
      because: 'timers end connections one by one, deaths all at once',
      holds: (fact) => (fact.certain ? 1 : 0),
      says: () => 'the server wrote this end itself and went on',
    },
    {
      id: 'would-name-it',
      on: 'neutral-end',
      mechanism: 'neutral',
      strength: 'moderate',
      speaks: 'against',
      because: 'this proxy names its timer where that cuts a tunnel, and does not here; another hop without a log may have cut it',
      holds: (fact) => (fact.telling ? 1 : 0),
      says: (fact) => `${fact.proxy} would have named its timer`,
    },
    {
      id: 'burst',
      on: 'burst',
      mechanism: 'burst',
      strength: 'strong',
      speaks: 'against',
      because: 'connections of different ages do not reach a timer in one moment',
      holds: (fact, closure, world) => (fact.count >= 5 && !fact.sameAge && !factOf(closure, world, 'age-pile') ? 1 : 0),
      says: (fact) => `${fact.count} of ${fact.live} connections ended in the same moment`,
    },
  ],
  around: [
    {
      id: 'configured',
      on: 'configured-timer',
      window: { beforeMs: Number.POSITIVE_INFINITY, afterMs: Number.POSITIVE_INFINITY },
      mechanism: 'configured',
      strength: 'moderate',
      speaks: 'for',
      because: 'a configured timer of that length stands on the path',
      holds: (timer, closure) =>
        timer.timer !== 'drain' &&
        closure.lifeMs !== undefined &&
        Math.abs((closure.silenceMs ?? closure.lifeMs) - timer.ms) <= Math.max(500, timer.ms * 0.02)
          ? 1
          : 0,
      says: (timer) => `${timer.hop} sets ${timer.setting} to ${words(timer.ms)}`,
    },
  ],
  explain(closure, world) {
    const tunnel = seenOf(closure, 'tunnel-ended').find((one) => one.endedBy === 'idle' || one.endedBy === 'life');
    const fault = seenOf(closure, 'proxy-fault').find((one) => one.fault === 'idle-timeout');
    const pile = factOf(closure, world, 'age-pile');
    const ms = pile?.ms ?? closure.silenceMs ?? tunnel?.lifeMs ?? closure.lifeMs;
    const setting = ms === undefined ? undefined : configured(closure, world, ms);
    const seen = pile?.hop ?? hopOf(closure);
    const { timers } = traitsOf(seen ?? '');
    const floor = factOf(closure, world, 'silence-floor');
    if (floor && !pile && !tunnel && !fault)
      return {
        detail: `forgotten in silence after about ${words(floor.ms)}, as by ${floor.hops.join(' or ')}`,
        hop: seen ?? 'network',
        incidentKey: `floor ${floor.ms}`,
      };
    const inFront = seenOf(closure, 'tunnel-ended').some(endedInFront);
    const kind = tunnel?.endedBy === 'life' || timers === 'life' ? 'maximum life' : 'idle timeout';
    const timer = pile?.place === 'in' ? timerAt(pile.ms) : undefined;
    const about = setting ? ` (${setting.setting} ${words(setting.ms)})` : timer === undefined ? '' : ` at ${words(timer)}`;
    if (inFront && !tunnel && !fault)
      return {
        detail: `timeout${about} of a hop in front of ${seen}`,
        hop: setting?.hop ?? 'proxy',
        incidentKey: `timer ${pile?.ms ?? ''}`,
      };
    const own = seenOf(closure, 'socket-closed').find((close) => close.by === 'idle-timeout' && close.vantage === 'server');
    const hop = (timers === 'none' ? undefined : seen) ?? (own ? 'server' : (setting?.hop ?? 'proxy'));
    const word = tunnel?.termination ? `, ${tunnel.termination}` : fault ? ', logged' : '';
    return {
      detail: `${kind}${about}${word}`,
      hop,
      incidentKey: fault || tunnel ? 'timer' : `timer ${pile ? Math.round(pile.ms / 1000) : ''}`,
      ...(kind === 'maximum life' && { remedy: 'maximum-life' as const }),
    };
  },
  refute(closure, world) {
    const tunnel = seenOf(closure, 'tunnel-ended').find(isAnothers);
    if (tunnel) return `the proxy says that ${tunnel.endedBy} ended it (${tunnel.termination ?? 'its record'})`;
    const burst = factOf(closure, world, 'burst');
    if (burst && burst.count >= 5 && !burst.sameAge)
      return `${plural(burst.count, 'connection')} of different ages ended in one moment: a timer ends them one by one`;
    if (closure.lifeMs !== undefined && closure.lifeMs < 5_000) return `it lived ${words(closure.lifeMs)}, shorter than any known timer`;
    return undefined;
  },
};
