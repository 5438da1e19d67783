/** The path between two hops was lost: link, Wi-Fi, mobile handoff, NAT, packet loss. */
import type { Cause, Closure, World } from '../closure.ts';
import { productOf } from '../products.ts';
import {
  allInOneTurn,
  byHeartbeat,
  changesNear,
  concerns,
  concernsClient,
  deathsNear,
  factOf,
  foundDead,
  overdueTogether,
  pathErrorBefore,
  sameUpstream,
  seenOf,
  toldLate,
} from '../signals.ts';
import type { LogEvent, ProxyFault } from '../types.ts';
import { fadingWords, floorWords, plural, sweepWords, words } from '../words.ts';

/** A connector's lines about its own connections and the ends inside them. */
const GIVEN_UP_MS = 5_000;
/** A lost path shows when the next heartbeat, timer or send fails. */
const NOTICE_MS = 180_000;
/** Until the node controller calls a silent node not ready, with its own delay. */
const NODE_GRACE_MS = 60_000;
/** A host that is not named concerns what ends this close to it. */
const NEAR_MS = 30_000;

const near = (fault: ProxyFault, closure: Closure): boolean => closure.ended.fromMs - fault.when.toMs <= NEAR_MS;
/** What was opened after the fault did not suffer from it. */
const openThen = (fault: ProxyFault, closure: Closure): boolean =>
  closure.lifeMs === undefined || closure.ended.fromMs - closure.lifeMs <= fault.when.toMs;

/** A client tries again at once or with its backoff, which at first is short. */
const AFTER_MS = 30_000;
/** What had been said so long before was no news. */
const BEFORE_MS = 600_000;

/** The client that saw the end writes it next of all that it says of its network, in the same log. */
const isFirstAfter = (fault: LogEvent, { seen, ended }: Closure, world: World): boolean =>
  fault.when.fromMs >= ended.fromMs &&
  seen.some(({ kind, vantage, origin }) => kind === 'socket-closed' && vantage === 'client' && origin.source === fault.origin.source) &&
  world
    .between('network-fault', ended.fromMs - BEFORE_MS, fault.when.fromMs)
    .find(({ fault: what, origin }) => what === 'client-offline' && origin.source === fault.origin.source) === fault;

/** A connector that is told to stop gives its connections up itself: that is no loss of its path. */
const gaveUp = (fault: LogEvent, closure: Closure, world: World): boolean =>
  changesNear(world, closure).some(
    ({ change, proxy, when }) => change === 'stop' && proxy === productOf(fault) && when.fromMs <= fault.when.toMs,
  );

/**
 * How far a heartbeat without an answer tells of the path. To a client a stalled server looks the same, and so does its own blocked loop; a
 * server that finds all of its peers silent in one turn, with no link known to be lost, has rather stalled itself; so has one whose timers,
 * one for each connection, run out in one turn.
 */
function silent({ vantage }: LogEvent, closure: Closure, world: World): number {
  if (vantage === 'client') return 0.8;
  if (overdueTogether(closure, world)) return 0.2;
  const faults = world.between('network-fault', closure.ended.fromMs - NOTICE_MS, closure.ended.toMs);
  return faults.length === 0 && allInOneTurn(closure, world) ? 0.4 : 1.2;
}

export const network: Cause = {
  name: 'network',
  title: 'Network interruption',
  about: 'packets no longer got through between two hops; one side noticed by heartbeat, timer or a failed send',
  traces: [
    {
      id: 'no-pong',
      on: 'heartbeat-missed',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'for',
      because: 'the peer fell silent and did not answer a ping; a stalled event loop looks alike, which survivors refute',
      holds: (missed, closure, world) =>
        deathsNear(world, closure).some((death) => concerns(death, closure) >= 0.8) ? 0.3 : silent(missed, closure, world),
      says: () => 'the peer did not answer the heartbeat',
    },
    {
      id: 'heartbeat-close',
      on: 'socket-closed',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'for',
      because: 'the endpoint gave up on a silent peer; of a client that may as well be a stalled server, or its own blocked loop',
      holds: (close, closure, world) => (close.by === 'heartbeat' ? silent(close, closure, world) : 0),
      says: () => 'the endpoint gave up on a silent peer',
    },
    {
      id: 'told-late',
      on: 'socket-closed',
      mechanism: 'told-late',
      strength: 'strong',
      speaks: 'for',
      because:
        'an end reaches the other side at once unless nothing gets through between the two; a client that was asleep learns of it as late, and had fallen silent as well',
      holds: (close, closure) => (toldLate(close, closure) === undefined ? 0 : 1),
      says: (close, closure) => `its client learnt of the end ${words(toldLate(close, closure) ?? 0)} after the server`,
    },
    {
      id: 'own-word',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'for',
      because: "the endpoint's own system says that its network went or changed, or that nothing was answered any more",
      holds: (close) => (close.by === 'network' ? 1.2 : 0),
      says: (close) => `the endpoint's system names its network${close.reason === undefined ? '' : `: ${close.reason}`}`,
    },
    {
      id: 'own-exception',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'for',
      because:
        "the server's log has, right before its own line about the end, an exception by which nothing was answered any more; less than a reason, since it names no connection",
      holds: (close, _, world) => (close.code === 1006 && close.by === undefined && pathErrorBefore(close, world) ? 0.9 : 0),
      says: (close, _, world) => `the server's log says right before it: ${pathErrorBefore(close, world)?.says}`,
    },
    {
      id: 'cannot-write',
      on: 'proxy-fault',
      mechanism: 'proxy-word',
      strength: 'strong',
      speaks: 'for',
      because: 'the proxy could not get bytes through to a side that sent no reset',
      holds: (fault) =>
        fault.phase === 'tunnel' &&
        (fault.fault === 'client-timeout' || fault.fault === 'upstream-unreachable' || fault.fault === 'tunnel-lost')
          ? 1.2
          : 0,
      says: (fault) => `the proxy logged ${fault.fault}`,
    },
    {
      id: 'reset-arrived',
      on: 'proxy-fault',
      mechanism: 'reset',
      strength: 'strong',
      speaks: 'against',
      because: "a reset that arrives shows that the peer's machine and the path live",
      holds: (fault) => (fault.fault === 'client-reset' || fault.fault === 'client-closed' || fault.fault === 'upstream-reset' ? 1 : 0),
      says: (fault) => `a ${fault.fault} arrived over the living path`,
    },
  ],
  deaths: [],
  changes: [],
  facts: [
    {
      id: 'silence-floor',
      on: 'silence-floor',
      mechanism: 'floor',
      strength: 'strong',
      speaks: 'against',
      because: 'a lost path takes busy connections too: these were all silent for longer than a hop on the way remembers',
      holds: () => 1,
      says: floorWords,
    },
    {
      id: 'sweep',
      on: 'sweep',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'for',
      because:
        'what a server ends in the turns of one timer, whatever the age, are the connections that its heartbeat found silent; less than its own word, since a program that ends clients by a timer looks alike',
      holds: (_, closure) => (byHeartbeat(closure) ? 0 : 0.9),
      says: sweepWords,
    },
    {
      id: 'fading',
      on: 'fading',
      mechanism: 'heartbeat',
      strength: 'strong',
      speaks: 'for',
      because:
        "a client's process or machine that goes takes all of its connections in one moment; its path, NAT or VPN that is lost shows one by one, when the server's heartbeat comes to each; less than the server's own word",
      holds: (_, closure, world) => (!byHeartbeat(closure) && !factOf(closure, world, 'neutral-end')?.telling ? 1 : 0),
      says: fadingWords,
    },
    {
      id: 'found-dead',
      on: 'server-alive',
      mechanism: 'found-dead',
      strength: 'strong',
      speaks: 'for',
      because:
        'a hop that forgets silent connections (NAT, firewall, conntrack) or a peer without power tells nobody: the next write gets a reset; many at the same message are one such hop',
      holds: (_, closure, world) => {
        if (!foundDead(closure)) return 0;
        const others = factOf(closure, world, 'client-group') ?? factOf(closure, world, 'burst');
        return others && !others.sameAge ? 1 : 0.5;
      },
      says: (_, closure) =>
        `the server wrote after ${words(closure.silenceMs ?? 0)} of silence and found it dead: its end had come unnoticed`,
    },
    {
      id: 'others-lived-on',
      on: 'survivors',
      mechanism: 'survivors',
      strength: 'moderate',
      speaks: 'for',
      because: 'connections of other clients lived on: not the server, not its event loop; those that were not due yet outlive a stall too',
      holds: (_, closure, world) => (byHeartbeat(closure) && !overdueTogether(closure, world) ? 1 : 0),
      says: (fact) => `${plural(fact.count, 'other connection')} of the server lived on`,
    },
  ],
  around: [
    {
      id: 'link-down',
      on: 'network-fault',
      window: { beforeMs: NOTICE_MS, afterMs: 2_000 },
      mechanism: 'link',
      strength: 'strong',
      speaks: 'for',
      because: 'a hop lost its link shortly before; the connections end when it is noticed',
      holds: (fault, closure, world) => {
        // What was opened after the fault did not suffer from it.
        if (closure.lifeMs !== undefined && closure.ended.fromMs - closure.lifeMs > fault.when.toMs) return 0;
        if (!concernsClient(fault, closure)) return 0;
        if (fault.fault === 'link-up' || fault.fault === 'client-online' || fault.fault === 'syn-flood') return 0;
        if (fault.fault === 'tunnel-lost' && gaveUp(fault, closure, world)) return 0;
        const weight =
          fault.fault === 'link-down' ||
          fault.fault === 'client-offline' ||
          fault.fault === 'tunnel-lost' ||
          fault.fault === 'node-not-ready'
            ? 1
            : 0.6;
        // A burst while the link is down, or any end that waited for a timer.
        return fault.keys.connection !== undefined ||
          factOf(closure, world, 'burst') ||
          factOf(closure, world, 'client-group') ||
          seenOf(closure, 'heartbeat-missed').length > 0 ||
          seenOf(closure, 'proxy-fault').length > 0
          ? weight
          : weight * 0.6;
      },
      says: (fault) => `${fault.fault}${fault.interface ? ` on ${fault.interface}` : ''} shortly before`,
    },
    {
      id: 'unreachable-after',
      on: 'network-fault',
      window: { beforeMs: BEFORE_MS, afterMs: AFTER_MS },
      mechanism: 'link',
      strength: 'strong',
      speaks: 'for',
      because:
        'who lost its network may learn that from the end of its connection, and says it when it tries again; less than a word before the end, and nothing where it says so all the time, as a host without IPv6 does',
      holds: (fault, closure, world) =>
        fault.fault === 'client-offline' && isFirstAfter(fault, closure, world) && concernsClient(fault, closure) ? 0.9 : 0,
      says: (fault) => `its client could reach nothing right after: ${fault.quote}`,
    },
    {
      id: 'connector-lost',
      on: 'proxy-fault',
      window: { beforeMs: 5_000, afterMs: 3_000 },
      mechanism: 'link',
      strength: 'decisive',
      speaks: 'for',
      because:
        'a connector that loses its link to the edge cuts every connection inside it in that moment; together with a burst no coincidence',
      holds: (fault, closure, world) => {
        if (fault.fault !== 'tunnel-lost' || fault.phase !== 'tunnel' || gaveUp(fault, closure, world)) return 0;
        return factOf(closure, world, 'burst') || factOf(closure, world, 'client-group') ? 0.8 : 0.25;
      },
      says: (fault) => `${productOf(fault)} lost its connection to the edge in that moment`,
    },
    {
      id: 'check-timed-out',
      on: 'proxy-fault',
      window: { beforeMs: 15_000, afterMs: 15_000 },
      mechanism: 'unreachable',
      strength: 'decisive',
      speaks: 'for',
      because:
        'a health check without any answer means a lost host or path: a dead process on a living host refuses at once. HAProxy needs some checks to say so, and may then end the tunnels itself',
      holds: (fault, closure) => {
        if (fault.fault !== 'upstream-timeout' || fault.phase !== 'check') return 0;
        return seenOf(closure, 'tunnel-ended').some((tunnel) => tunnel.endedBy === 'upstream-down') ? 0.9 : 0.3;
      },
      says: () => "the proxy's health checks of the server got no answer",
    },
    {
      id: 'unreachable',
      on: 'proxy-fault',
      window: { beforeMs: NOTICE_MS, afterMs: 30_000 },
      mechanism: 'unreachable',
      strength: 'decisive',
      speaks: 'for',
      because:
        'the proxy could not reach the upstream host at all: decisive for connections to that very host, whose ends its timer or heartbeat only notices later; of an unnamed host it says little',
      holds: (fault, closure) => {
        if (fault.fault !== 'upstream-unreachable') return 0;
        if (sameUpstream(fault, closure)) return openThen(fault, closure) ? 0.9 : 0;
        return fault.keys.upstream && closure.keys.upstream ? 0 : near(fault, closure) ? 0.25 : 0;
      },
      says: (fault) => `the proxy found no route to the upstream${fault.keys.upstream ? ` ${fault.keys.upstream.ip}` : ''}`,
    },
    {
      id: 'node-gone',
      on: 'network-fault',
      window: { beforeMs: 0, afterMs: NODE_GRACE_MS },
      mechanism: 'link',
      strength: 'moderate',
      speaks: 'for',
      because:
        'a node is called not ready 40–50 s after it fell silent (node-monitor-grace-period), so its event follows the ends that it explains',
      holds: (fault) => (fault.fault === 'node-not-ready' ? 1 : 0),
      says: (fault) => `node${fault.keys.host ? ` ${fault.keys.host}` : ''} not ready, as noticed later`,
    },
  ],
  explain(closure, world) {
    const fault = world
      .between('network-fault', closure.ended.fromMs - Math.min(NOTICE_MS, closure.lifeMs ?? NOTICE_MS), closure.ended.toMs)
      .find((one) => one.fault !== 'link-up' && one.fault !== 'client-online');
    const silent = byHeartbeat(closure);
    const noticed = silent ? ', noticed by the heartbeat' : '';
    const lost = world
      .between('proxy-fault', closure.ended.fromMs - NOTICE_MS, closure.ended.toMs + 3_000)
      .find((one) => one.fault === 'tunnel-lost' || (one.fault === 'upstream-unreachable' && sameUpstream(one, closure)));
    if (lost)
      return {
        detail:
          lost.fault === 'tunnel-lost'
            ? `${productOf(lost)} lost its connection to the edge`
            : `no route to the upstream ${lost.keys.upstream?.ip}${noticed}`,
        hop: 'network',
        incidentKey: `lost ${lost.fault} ${lost.keys.upstream?.ip ?? ''}`,
      };
    if (fault)
      return {
        detail: `${fault.fault}${fault.interface ? ` of ${fault.interface}` : ''}${noticed}`,
        hop: 'network',
        incidentKey: `link ${Math.floor(fault.when.fromMs / 60_000)}`,
      };
    const dead = foundDead(closure) ? 'a silent connection was lost on its way, noticed by the next message' : 'the path was lost';
    return { detail: silent ? 'the peer fell silent, noticed by the heartbeat' : dead, hop: 'network', incidentKey: 'path' };
  },
  refute(closure, world) {
    if (foundDead(closure)) return undefined;
    const reset = seenOf(closure, 'proxy-fault').find((fault) => fault.fault === 'client-reset' || fault.fault === 'upstream-reset');
    if (reset) return `a reset arrived (${reset.fault}): the path lived`;
    const given = world
      .between('network-fault', closure.ended.fromMs - GIVEN_UP_MS, closure.ended.toMs + GIVEN_UP_MS)
      .find((fault) => fault.fault === 'tunnel-lost' && gaveUp(fault, closure, world));
    if (given) return `${productOf(given)} gave its connections up itself: it had been told to stop`;
    if (
      world.heartbeats &&
      seenOf(closure, 'heartbeat-missed').length === 0 &&
      seenOf(closure, 'socket-closed').some((close) => close.vantage === 'server')
    )
      return "the server's heartbeat did not find this peer silent";
    return world.covers('kernel', closure.ended.fromMs) &&
      world.between('network-fault', closure.ended.fromMs - NOTICE_MS, closure.ended.toMs).length === 0
      ? 'no link, NIC or conntrack fault in the kernel log of these minutes'
      : undefined;
  },
};
