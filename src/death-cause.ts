/** Causes that are a death of the server: crash and OOM share their table, and differ in the root of the death alone. */
import type { Cause, Closure, Death, FactSignal, ProxyChange, TraceSignal, World } from './closure.ts';
import type { CauseName } from './report.ts';
import { changesNear, concerns, cutBy, deathsNear, explains, factOf, seenOf, toldToGo } from './signals.ts';
import { plural } from './words.ts';

interface DeathCause {
  readonly name: CauseName;
  readonly title: string;
  readonly about: string;
  readonly root: Death['root'];
  /** What to say when nothing of the kind is logged. */
  readonly none: string;
}

/** The death that the closure most likely is part of. */
export function nearestDeath(closure: Closure, world: World, root: Death['root']): Death | undefined {
  const distance = (death: Death): number => Math.max(0, death.when.fromMs - closure.ended.toMs, closure.ended.fromMs - death.when.toMs);
  return deathsNear(world, closure)
    .filter((death) => death.root === root && concerns(death, closure) > 0)
    .sort((a, b) => concerns(b, closure) - concerns(a, closure) || distance(a) - distance(b))[0];
}

/** Deaths of other processes are told of as ruled out when they stand so near in time. */
const ELSEWHERE_MS = 120_000;

/** A death of that root that was another process's, around the closure. */
export const elsewhere = ({ ended }: Closure, world: World, root: Death['root']): Death | undefined =>
  world.deaths
    .between(ended.fromMs - ELSEWHERE_MS, ended.fromMs + ELSEWHERE_MS)
    .find((death) => death.root === root && death.relation === 'other' && Math.abs(death.when.fromMs - ended.fromMs) < ELSEWHERE_MS);

/** What a report means by the minutes around an end. */
export const MINUTES_MS = 300_000;
/** Whether a death of that root, which may be the server's, is logged in the minutes around: then nothing says that there is none. */
export const loggedAround = ({ ended }: Closure, world: World, root: Death['root']): boolean =>
  world.deaths
    .between(ended.fromMs - MINUTES_MS, ended.toMs + MINUTES_MS)
    .some((death) => death.root === root && death.relation !== 'other');

/** Whether the death of a proxy's process cut this closure's tunnel. */
export const workerDeath = (change: ProxyChange, closure: Closure): boolean =>
  change.change === 'worker-death' && cutBy(change, closure) > 0;

/** Why the server's own line about this close does not show that it lived on. */
const dying = (closure: Closure, world: World): boolean => deathsNear(world, closure).some((death) => concerns(death, closure) >= 0.8);

/** The server's own death, as names or what followed tell. */
const KNOWN_END = 0.8;

const upstreamCut = (closure: Closure): boolean =>
  seenOf(closure, 'tunnel-ended').some((tunnel) => tunnel.endedBy === 'upstream' || tunnel.endedBy === 'upstream-down') ||
  seenOf(closure, 'proxy-fault').some((fault) => fault.fault === 'upstream-reset' || fault.fault === 'upstream-closed');

/** Traces by which a connection was ended by another hand than the server's or an administrator's, or never was open. */
export const ENDED_OTHERWISE: readonly TraceSignal[] = [
  {
    id: 'proxy-named-another',
    on: 'tunnel-ended',
    mechanism: 'proxy-other',
    strength: 'decisive',
    speaks: 'against',
    because: 'the proxy names its timer or the client as what ended this connection',
    holds: (tunnel, closure, world) =>
      tunnel.endedBy === 'idle' || tunnel.endedBy === 'life' || (tunnel.endedBy === 'client' && !toldToGo(closure, world)) ? 1 : 0,
    says: (tunnel) => `the proxy says that ${tunnel.endedBy === 'client' ? 'the client' : 'its timer'} ended it`,
  },
  {
    id: 'never-open',
    on: 'handshake-failed',
    mechanism: 'never-open',
    strength: 'decisive',
    speaks: 'against',
    because: 'a connection that never opened was cut by nothing: it came while the server was down',
    holds: (failed, closure) => (closure.codes.server === undefined && failed.by !== 'client' ? 1.5 : 0),
    says: () => 'it was never open',
  },
  {
    id: 'timer-line',
    on: 'proxy-fault',
    mechanism: 'proxy-other',
    strength: 'decisive',
    speaks: 'against',
    because: 'the error line names a timer or the client',
    holds: (fault) =>
      fault.phase === 'tunnel' && (fault.fault === 'idle-timeout' || fault.fault === 'client-reset' || fault.fault === 'client-closed')
        ? 1
        : 0,
    says: (fault) => `the proxy's error log names ${fault.fault === 'idle-timeout' ? 'its timer' : 'the client'}`,
  },
];

/** What was never open was not cut by the end of a process either. */
export const CAME_LATER: FactSignal = {
  id: 'came-later',
  on: 'never-opened',
  mechanism: 'never-open',
  strength: 'decisive',
  speaks: 'against',
  because: 'a connection that never opened did not die with the server: it came while the server was down',
  holds: () => 1.5,
  says: () => 'it was never open',
};

export const deathCause = ({ name, title, about, root, none }: DeathCause): Cause => ({
  name,
  title,
  about,
  traces: [
    {
      id: 'upstream-cut',
      on: 'tunnel-ended',
      mechanism: 'upstream-cut',
      strength: root === 'crash' ? 'moderate' : 'weak',
      speaks: 'for',
      because: 'the proxy saw the server side break off: a death does that, and so does a server that terminates a socket',
      holds: (tunnel) => (tunnel.endedBy === 'upstream' || tunnel.endedBy === 'upstream-down' ? 1 : 0),
      says: (tunnel) => `the proxy saw the server's side break off${tunnel.termination ? ` (${tunnel.termination})` : ''}`,
    },
    {
      id: 'upstream-reset',
      on: 'proxy-fault',
      mechanism: 'upstream-cut',
      strength: root === 'crash' ? 'moderate' : 'weak',
      speaks: 'for',
      because: 'a reset from the server: sockets with unread data die so',
      holds: (fault) => (fault.phase === 'tunnel' && (fault.fault === 'upstream-reset' || fault.fault === 'upstream-closed') ? 1 : 0),
      says: () => 'the proxy logged a reset from the server',
    },
    {
      id: 'gateway-cut',
      on: 'socket-closed',
      mechanism: 'upstream-cut',
      strength: root === 'crash' ? 'moderate' : 'weak',
      speaks: 'for',
      because:
        'the gateway that dialed the server got no close frame of it: a death does that, and so does a server that terminates a socket',
      holds: ({ vantage, by, code }) => (vantage === 'gateway' && by === 'server' && code === 1006 ? 1 : 0),
      says: () => "the gateway saw the server's side break off",
    },
    ...ENDED_OTHERWISE,
  ],
  deaths: [
    {
      id: 'server-died',
      mechanism: 'death',
      strength: 'decisive',
      speaks: 'for',
      because:
        'a record of the death of this server in the moment of the closure; less when nothing ties the process to this server, or when it was killed and nobody says by whom',
      holds: (death, closure, world) =>
        death.root === root ? explains(death, closure, world) * (death.way === 'unknown-hand' ? 0.5 : 1) : 0,
      says: (death) => `${death.detail}; ${death.relationWhy}`,
    },
  ],
  changes:
    root === 'crash'
      ? [
          {
            id: 'proxy-worker-died',
            mechanism: 'death',
            strength: 'decisive',
            speaks: 'for',
            because: "a proxy's worker that dies takes all of its tunnels along and writes no line for them",
            holds: (change, closure, world) =>
              workerDeath(change, closure) ? (factOf(closure, world, 'burst') || factOf(closure, world, 'client-group') ? 1 : 0.6) : 0,
            says: (change) => `a process of ${change.proxy} died`,
          },
        ]
      : [],
  facts: [
    {
      id: 'all-at-once',
      on: 'burst',
      mechanism: 'burst',
      strength: 'moderate',
      speaks: 'for',
      because: "an instance's death ends all of its connections in one moment",
      holds: (fact, closure, world) => (!fact.early && nearestDeath(closure, world, root) ? 1 : 0),
      says: (fact) => `${plural(fact.count, 'connection')} of ${fact.live} ended in the same moment`,
    },
    {
      id: 'some-at-once',
      on: 'client-group',
      mechanism: 'burst',
      strength: 'moderate',
      speaks: 'for',
      because: 'one worker of several takes its own connections along and leaves those of the others: less telling than all of them',
      holds: (_, closure, world) => {
        const death = nearestDeath(closure, world, root);
        return death?.relation === 'same' || death?.relation === 'probable' ? 0.7 : 0;
      },
      says: (fact) => `${plural(fact.count, 'connection')} ended together`,
    },
    CAME_LATER,
    {
      id: 'lived-on',
      on: 'server-alive',
      mechanism: 'alive',
      strength: 'strong',
      speaks: 'against',
      because: 'a process that writes the close of a connection and goes on did not die of anything then',
      holds: (fact, closure, world) =>
        fact.certain &&
        !dying(closure, world) &&
        !(root === 'crash' && changesNear(world, closure).some((change) => workerDeath(change, closure)))
          ? 1.5
          : 0,
      says: () => 'the server wrote this end itself and went on',
    },
  ],
  around: [
    {
      id: 'refused-after',
      on: 'proxy-fault',
      window: { beforeMs: 500, afterMs: 30_000 },
      mechanism: 'refused',
      strength: root === 'crash' ? 'moderate' : 'weak',
      speaks: 'for',
      because: 'connects refused right after it: nothing listened any more',
      holds: (fault, closure, world) =>
        (fault.fault === 'upstream-refused' || fault.fault === 'upstream-down') &&
        (nearestDeath(closure, world, root) !== undefined || (factOf(closure, world, 'burst') !== undefined && upstreamCut(closure)))
          ? 1
          : 0,
      says: () => 'the proxy found nobody listening right after it',
    },
  ],
  explain(closure, world) {
    const death = nearestDeath(closure, world, root);
    const worker = death || root === 'oom' ? undefined : changesNear(world, closure).find((change) => workerDeath(change, closure));
    if (worker) return { detail: `a process of ${worker.proxy} died`, hop: worker.proxy, incidentKey: worker.id };
    return {
      detail: death?.detail ?? 'the server broke off',
      hop: 'server',
      incidentKey: death?.id ?? 'server',
      ...(death?.way === 'heap' && { remedy: 'runtime-heap' as const }),
    };
  },
  refute(closure, world) {
    const other = elsewhere(closure, world, root);
    if (other) return `${other.detail} hit another process: ${other.relationWhy}`;
    if (
      factOf(closure, world, 'server-alive')?.certain &&
      !dying(closure, world) &&
      !changesNear(world, closure).some((change) => workerDeath(change, closure))
    )
      return 'the server wrote this end itself and went on running';
    const known = deathsNear(world, closure).find((death) => death.root !== root && concerns(death, closure) >= KNOWN_END);
    if (known) return `the end of the server is known to be another: ${known.detail}`;
    const vantage = root === 'oom' ? 'kernel' : 'supervisor';
    if (!loggedAround(closure, world, root) && world.covers(vantage, closure.ended.fromMs)) return none;
    return undefined;
  },
});
