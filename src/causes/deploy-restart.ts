/** Somebody changed something: a planned restart, a scale-down, a proxy's reload, stop or drain. */
import type { Cause, Closure, Death, ProxyChange, World } from '../closure.ts';
import { CAME_LATER, ENDED_OTHERWISE, elsewhere, loggedAround, MINUTES_MS, nearestDeath } from '../death-cause.ts';
import { traitsOf } from '../products.ts';
import { byFault, changesNear, cutBy, explains, factOf, hopOf, seenOf, toldToGo } from '../signals.ts';
import type { DurationMs, EpochMs, Span } from '../types.ts';
import { leavingWords, plural, words } from '../words.ts';

/** A reload that cuts old tunnels at once does so within this: the new configuration is loaded first. */
const CUT_AT_ONCE_MS = 30_000;
/** Workers get the signal some seconds after the reload is logged, and cut all that is left at once. */
const DRAIN_SLACK_MS = 4_000;

/** The times that old workers are known to be given; empty = not known. */
function drainsOf(change: ProxyChange, world: World): readonly DurationMs[] {
  const drains = world.timers.filter((timer) => timer.timer === 'drain' && timer.hop === change.proxy).map((timer) => timer.ms);
  return drains.length === 0 ? [traitsOf(change.proxy).drainMs ?? []].flat() : drains;
}

/** ECS asks its balancers every few seconds whether a target's time is over, and stops the task then. */
const WENT_ON_MS = 15_000;

/** It ended as long after the change as others did after others. */
const isEcho = ({ echo }: ProxyChange, { ended: { fromMs } }: Closure): boolean =>
  echo !== undefined && fromMs >= echo.fromMs && fromMs <= echo.toMs;

/** Whether the closure ended just when the time of what was told to go was over. */
function drainedOn(change: ProxyChange, closure: Closure, world: World): boolean {
  const left = (change.overMs ?? Number.NaN) - closure.ended.fromMs;
  if ((left >= -WENT_ON_SLACK_MS && left <= WENT_ON_MS) || isEcho(change, closure)) return true;
  const drains = drainsOf(change, world);
  const since = closure.ended.fromMs - change.when.fromMs;
  return drains.some((ms) => since >= ms - 1_000 && since <= ms + DRAIN_SLACK_MS);
}

/** Most of those that ended together opened after the change: old workers take none any more, so that another hand cut them. */
const areYounger = (change: ProxyChange, closure: Closure, world: World): boolean =>
  ((factOf(closure, world, 'burst') ?? factOf(closure, world, 'client-group'))?.halfOpenMs ?? 0) > change.acceptsUntilMs;

/** So many connections that began since must live on: else all ended, whatever their age. */
const YOUNGER_LEAST = 3;
/** What ends together, ends within this of the last of them. */
const TOGETHER_MS = 1_500;

/** With it ended the last of those that were open at the change, while younger ones lived on: so old workers end, when their time is over. */
function wereLastOld(change: ProxyChange, closure: Closure, world: World): boolean {
  const leftMs = world.lastOfThoseOpenAt(change.when.fromMs) - closure.ended.fromMs;
  return Math.abs(leftMs) <= TOGETHER_MS && (factOf(closure, world, 'survivors')?.count ?? 0) >= YOUNGER_LEAST;
}

/** A server may write of an end after the stop that followed it is stamped: two clocks. */
const WENT_ON_SLACK_MS = 1_000;

/** How far a closure while a proxy stops is that stop's: those that it cuts, it cuts at once. */
function cutTogether(change: ProxyChange, closure: Closure, world: World): number {
  if (seenOf(closure, 'tunnel-ended').some((one) => one.endedBy === 'proxy-stop')) return 1;
  const burst = factOf(closure, world, 'burst');
  if (burst) return burst.early ? 0.15 : 1;
  // While it gives its tunnels time it cuts none, and then all that are left.
  if (closure.ended.fromMs - change.when.toMs > CUT_BY_MS) return factOf(closure, world, 'client-group') ? 0.6 : 0.15;
  return change.when.toMs - change.when.fromMs > PLACED_MS ? 0.15 : 0.6;
}
/** A stop whose line has no stamp lies anywhere between its neighbours' stamps: a closure in there needs more than the time. */
const PLACED_MS = 5_000;
/** A proxy that gives its tunnels no time has cut them by then. */
const CUT_BY_MS = 15_000;

/** A server that closes its sockets when it is told to stop does so at once. */
const AT_ONCE_MS = 1_000;
/** What a draining server writes of its clients may be their own leaving, or its own doing after all. */
const MEANWHILE_SHARE = 0.4;

/** Clients that hang up when their proxy says that it goes are told of as clients that hung up. */
const TOLD_SHARE = 0.6;

/** What servers say of a frame that no client wrote. */
const UNMASKED = /MASK must be set|unmasked|must be masked/i;

/** Nobody tells that no close frame was sent. */
const UNTOLD_SHARE = 0.6;

const middle = ({ fromMs, toMs }: Span): EpochMs => (fromMs + toMs) / 2;

/**
 * A server that lets its connections be until its grace is over and it is killed writes no line about those that the kill cuts: what it
 * writes between the two is no consequence of either.
 */
function leftMeanwhile(death: Death, closure: Closure): boolean {
  const own = seenOf(closure, 'socket-closed').find(({ vantage }) => vantage === 'server');
  if (death.way !== 'forced' || !own) return false;
  return middle(own.when) >= middle(death.stop?.when ?? death.when) + AT_ONCE_MS && own.when.toMs < death.when.toMs - AT_ONCE_MS;
}

export const deployRestart: Cause = {
  name: 'deploy-restart',
  title: 'Deploy or restart',
  about: 'a planned restart, scale-down, or a reload, stop or drain of a proxy cut the connection without a close frame',
  traces: [
    {
      id: 'cut-by-stop',
      on: 'tunnel-ended',
      mechanism: 'proxy-word',
      strength: 'strong',
      speaks: 'for',
      because: 'the proxy says that it (or its administrator) ended the session',
      holds: (tunnel) => (tunnel.endedBy === 'proxy-stop' || tunnel.endedBy === 'admin' ? 1 : 0),
      says: (tunnel) => `the proxy ended it while stopping or draining${tunnel.termination ? ` (${tunnel.termination})` : ''}`,
    },
    {
      id: 'shutdown-close',
      on: 'socket-closed',
      mechanism: 'endpoint-word',
      strength: 'strong',
      speaks: 'for',
      because: 'the endpoint names a shutdown',
      holds: (close) => (close.by === 'shutdown' ? 1 : 0),
      says: () => 'the endpoint names a shutdown',
    },
    {
      id: 'proxy-close-frame',
      on: 'process-fault',
      mechanism: 'proxy-word',
      strength: 'strong',
      speaks: 'for',
      because: 'an unmasked frame at the server comes from no browser: a proxy (Caddy on reload) wrote its own close frame into the tunnel',
      holds: (fault) => (UNMASKED.test(fault.says) ? 1 : 0),
      says: () => 'the server got an unmasked frame, as a proxy sends that says goodbye in the tunnel',
    },
    ...ENDED_OTHERWISE,
  ],
  deaths: [
    {
      id: 'server-stopped',
      mechanism: 'death',
      strength: 'decisive',
      speaks: 'for',
      because: 'a stop request for this server before the closure',
      holds: (death, closure, world) =>
        death.root === 'deploy-restart'
          ? explains(death, closure, world) *
            (leftMeanwhile(death, closure) ? MEANWHILE_SHARE : closure.inferred && death.way === 'asked' ? UNTOLD_SHARE : 1)
          : 0,
      says: (death) => `${death.detail}; ${death.relationWhy}`,
    },
  ],
  changes: [
    {
      id: 'proxy-stopped',
      mechanism: 'proxy-change',
      strength: 'decisive',
      speaks: 'for',
      because: 'a stopping proxy cuts all of its tunnels at once and writes no line for them; a process of it that erred was not stopped',
      holds: (change, closure, world) =>
        (change.change === 'stop' || change.change === 'worker-death') && !byFault(change) && cutBy(change, closure)
          ? cutTogether(change, closure, world)
          : 0,
      says: (change) => `${change.proxy} ${change.change === 'stop' ? 'was stopped' : 'lost a worker'}`,
    },
    {
      id: 'proxy-reloaded',
      mechanism: 'proxy-change',
      strength: 'decisive',
      speaks: 'for',
      because:
        'a reload cuts old tunnels at once (Caddy) or when its drain time is over (nginx, HAProxy), as a balancer cuts those of a server that it takes out; only together with a burst is it more than a coincidence',
      holds: (change, closure, world) => {
        if ((change.change !== 'reload' && change.change !== 'deregister') || !cutBy(change, closure)) return 0;
        const word =
          seenOf(closure, 'tunnel-ended').some((one) => one.endedBy === 'proxy-stop' || one.endedBy === 'admin') ||
          seenOf(closure, 'process-fault').some(({ says }) => UNMASKED.test(says));
        if (word) return 1;
        if (areYounger(change, closure, world)) return 0;
        if (toldToGo(closure, world)) return TOLD_SHARE;
        const drained = drainedOn(change, closure, world);
        // Until that time is over old workers keep what they have: only where it is not known may any moment be its end.
        const unknown = drainsOf(change, world).length === 0 && change.overMs === undefined;
        const old = unknown && wereLastOld(change, closure, world);
        const burst = factOf(closure, world, 'burst');
        const isMany = burst !== undefined || factOf(closure, world, 'client-group') !== undefined;
        const atOnce = change.change === 'reload' && closure.ended.fromMs - change.when.toMs < CUT_AT_ONCE_MS;
        if (drained) return isMany ? 0.9 : 0.4;
        if (burst && (old || atOnce)) return 0.9;
        if (isMany && old) return 0.7;
        if (isMany && unknown) return burst ? 0.5 : 0.4;
        return 0.15;
      },
      says: (change, closure, world) => {
        const sinceMs = closure.ended.fromMs - change.when.toMs;
        const ago = sinceMs < 1_000 ? '' : ` ${words(sinceMs)} before`;
        const drained = drainedOn(change, closure, world);
        if (change.change === 'deregister')
          return `${change.proxy} took a server out${ago}${drained ? ', when the time of its connections was over' : ''}`;
        const over = isEcho(change, closure) ? ', as long as before other ends' : ', when the time of its old workers was over';
        return `${change.proxy} was reloaded${ago}${drained ? over : ''}`;
      },
    },
  ],
  facts: [
    {
      id: 'all-at-once',
      on: 'burst',
      mechanism: 'burst',
      strength: 'moderate',
      speaks: 'for',
      because: 'a stop ends all connections of an instance or a proxy in one moment',
      holds: (fact, closure, world) => {
        if (fact.early) return 0;
        if (changesNear(world, closure).some((change) => cutBy(change, closure) && !areYounger(change, closure, world))) return 1;
        const death = nearestDeath(closure, world, 'deploy-restart');
        // That it was cut at all is known by the moment alone: no second sign.
        return death && !leftMeanwhile(death, closure) && !(closure.inferred && death.way === 'asked') ? 1 : 0;
      },
      says: (fact) => `${plural(fact.count, 'connection')} of ${fact.live} ended in the same moment`,
    },
    {
      id: 'leaving',
      on: 'leaving',
      mechanism: 'leaving',
      strength: 'strong',
      speaks: 'against',
      because: 'who stops takes the connections of all clients along, and not those of one alone',
      holds: () => 1,
      says: leavingWords,
    },
    CAME_LATER,
    {
      id: 'going-away',
      on: 'going-away-siblings',
      mechanism: 'siblings',
      strength: 'moderate',
      speaks: 'for',
      because: 'siblings were told 1001 or 1012: the server or proxy said goodbye',
      holds: () => 1,
      says: (fact) => `${plural(fact.count, 'other connection')} got 1001 or 1012 in the same moment`,
    },
  ],
  around: [],
  explain(closure, world) {
    const death = nearestDeath(closure, world, 'deploy-restart');
    if (death) return { detail: death.detail, hop: 'server', incidentKey: death.id };
    const change = changesNear(world, closure)
      .filter((one) => cutBy(one, closure))
      .sort((a, b) => Number(a.change === 'reload') - Number(b.change === 'reload') || b.when.fromMs - a.when.fromMs)[0];
    const what = { reload: 'reloaded', stop: 'stopped or drained', 'worker-death': 'lost a worker', deregister: 'took the server out' };
    return change
      ? { detail: `${change.proxy} ${what[change.change]}`, hop: change.proxy, incidentKey: change.id }
      : { detail: 'stopped on request', hop: hopOf(closure) ?? 'proxy', incidentKey: 'stop' };
  },
  refute(closure, world) {
    const known = nearestDeath(closure, world, 'deploy-restart') || changesNear(world, closure).some((change) => cutBy(change, closure));
    if (known) return undefined;
    const other = elsewhere(closure, world, 'deploy-restart');
    if (other) return `${other.detail} concerns another process: ${other.relationWhy}`;
    const { fromMs, toMs } = closure.ended;
    const isLogged =
      loggedAround(closure, world, 'deploy-restart') || world.changes.between(fromMs - MINUTES_MS, toMs + MINUTES_MS).length > 0;
    return world.covers('supervisor', fromMs) && !isLogged
      ? 'no stop, restart or reload of the server or a proxy is logged in the minutes before'
      : undefined;
  },
};
