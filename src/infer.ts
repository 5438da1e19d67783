/**
 * Closures that nobody logged: tunnels and open lines of a server that died without writing. A clean neighbour is not swept along, and
 * nothing is inferred where an endpoint's log that names codes simply did not match.
 */
import type { Closure, Death } from './closure.ts';
import type { ServerProfile } from './deaths/profile.ts';
import { isTransportClose } from './grammar/close-words.ts';
import { lowerBound } from './numbers.ts';
import type { Population } from './population.ts';
import { concerns, concernsClient, deathsNear, ofInstance, ofOtherInstance } from './signals.ts';
import type { Spans } from './spans.ts';
import type { Unclosed } from './stitch/live.ts';
import type { EpochMs, EventOf } from './types.ts';

/** A process's own exit handlers still write closes for some seconds; an open line is unclosed only after them. */
const TIGHT_MS = 9_000;

/** In the death's very moment, of a server that is known or the only one. */
const SURE_ENOUGH = 0.45;

/** What a stop cuts, it cuts within this, one-second stamps included; clients that leave by themselves rarely come in such numbers. */
const CUT_MS = 1_500;
const CUT_LEAST = 5;

/**
 * A closure whose state the deaths settle: a tunnel that ended in its server's death was cut, whoever logged it. A server that is asked to
 * stop may say goodbye: where no endpoint tells of its closes, tunnels that all ended in that moment are taken for cut, as most programs do.
 * `ends`: when connections ended that were not closed clean, ascending; `faults`: what is known of networks.
 */
export function judged(
  closure: Closure,
  deaths: Spans<Death>,
  endpointsLog: boolean,
  ends: Float64Array,
  faults: Spans<EventOf<'network-fault'>>,
): Closure {
  if (closure.state !== 'unjudged') return closure;
  if (wasOffline(closure, faults)) return { ...closure, state: 'abnormal' };
  if (
    deathsNear({ deaths }, closure).some((death) => death.sudden && death.relation !== 'unknown' && concerns(death, closure) >= SURE_ENOUGH)
  )
    return { ...closure, state: 'abnormal', inferred: true };
  if (endpointsLog) return closure;
  const together = lowerBound(ends, closure.ended.toMs + CUT_MS) - lowerBound(ends, closure.ended.fromMs - CUT_MS);
  if (
    together >= CUT_LEAST &&
    deathsNear({ deaths }, closure).some(
      (death) =>
        death.way === 'asked' && (death.relation === 'same' || death.relation === 'probable') && concerns(death, closure) >= SURE_ENOUGH,
    )
  )
    return { ...closure, state: 'abnormal', inferred: true };
  return proxyCutIt(closure) ? { ...closure, state: 'abnormal' } : closure;
}

/** A client connects anew at once or within a second or two, and finds that it has no network. */
const ANEW_MS = 2_000;

/** Its client alone tells of it, and was without its network in that moment: no close frame got through. */
const wasOffline = (closure: Closure, faults: Spans<EventOf<'network-fault'>>): boolean =>
  closure.seen.every((event) => event.vantage === 'client') &&
  faults
    .between(closure.ended.fromMs - ANEW_MS, closure.ended.toMs + ANEW_MS)
    .some(
      (event) =>
        event.fault === 'client-offline' &&
        event.vantage === 'client' &&
        closure.seen.some(({ origin }) => origin.source === event.origin.source) &&
        concernsClient(event, closure),
    );

/**
 * Where no endpoint's log says how connections end: the ends that share an age with many others at a round number of seconds were a timer's,
 * and a timer sends no close frame. So were those of which an endpoint says no more than that they ended.
 */
export const timed = (closure: Closure, population: Population): boolean =>
  closure.seen.every((event) => event.kind !== 'socket-closed' || event.by === undefined) &&
  population
    .facts(closure)
    .some((fact) => fact.kind === 'age-pile' && fact.place === 'in' && fact.round && !fact.together && fact.count >= TIMED_LEAST);
/** As many as make a pile of ages more than moderate evidence. */
const TIMED_LEAST = 5;

/**
 * A Socket.IO server's `transport close` is a page that was left, which sends a close frame, as well as a connection that was cut, which
 * has none. Pages of several machines are not left in one instant: those were cut.
 */
export const cutTogether = (closure: Closure, population: Population): boolean => {
  const own = closure.seen.filter((event) => event.kind === 'socket-closed');
  return own.length > 0 && own.every(({ reason = '' }) => isTransportClose(reason)) && population.cutWithOthers(closure);
};

/** The proxy's own words mean that no close frame can have passed. */
const proxyCutIt = (closure: Closure): boolean =>
  closure.seen.some(
    (event) =>
      (event.kind === 'tunnel-ended' && event.endedBy !== undefined && event.how !== 'fin') ||
      (event.kind === 'proxy-fault' &&
        ['idle-timeout', 'client-timeout', 'upstream-reset', 'client-reset', 'upstream-unreachable', 'tunnel-lost'].includes(event.fault)),
  );

/**
 * Server log → when other sides saw connections break off that this log opens and never closes, ascending. A server that lives on
 * writes such an end too.
 */
export function lostBy(unclosed: readonly Unclosed[], closed: ReadonlyMap<string, number>): ReadonlyMap<string, readonly number[]> {
  const lost = new Map<string, number[]>();
  for (const { opened, id } of unclosed) {
    const ms = closed.get(id);
    if (ms === undefined || Number.isNaN(ms) || opened.vantage !== 'server' || ms < opened.when.fromMs) continue;
    const ends = lost.get(opened.origin.source);
    if (ends) ends.push(ms);
    else lost.set(opened.origin.source, [ms]);
  }
  for (const ends of lost.values()) ends.sort((a, b) => a - b);
  return lost;
}

/** The server died of it, as far as the logs tell: by a name, by what followed, or since nothing else stands in them. */
const isServers = ({ relation, silence }: Death): boolean =>
  relation === 'same' || relation === 'probable' || (relation === 'coincident' && silence === undefined);

export interface Unlogged {
  /** One closure for each connection that was open when its server died and that no log closes. */
  readonly lost: readonly Closure[];
  /** Connections that lived on past the logs' end, as far as the logs show. */
  readonly living: readonly Unclosed[];
}

/** A log may be silent so long at least before it is taken to end; a quieter one as long as it ever was, and again. */
const SILENT_MS = 600_000;

/** Until when a server's log tells: an open line that it does not close shows nothing of a death after that. */
function reachOf(times: readonly EpochMs[]): EpochMs {
  let longest = 0;
  for (let at = 1; at < times.length; at++) longest = Math.max(longest, (times[at] as EpochMs) - (times[at - 1] as EpochMs));
  return (times.at(-1) ?? Number.POSITIVE_INFINITY) + Math.max(SILENT_MS, 2 * longest);
}

/** `closed` = ids that another side than the server closes; `tells` = whether a source writes all ends of such ids. */
export function unlogged(
  unclosed: readonly Unclosed[],
  deaths: Spans<Death>,
  closed: ReadonlyMap<string, number>,
  tells: (source: string) => boolean,
  profile: ServerProfile,
): Unlogged {
  const lost: Closure[] = [];
  const living: Unclosed[] = [];
  const reaches = new Map([...profile.times].map(([source, times]) => [source, reachOf(times)]));
  const reach = (source: string): EpochMs => reaches.get(source) ?? Number.POSITIVE_INFINITY;
  for (const one of unclosed) {
    const { opened, id } = one;
    if (closed.has(id) || closed.has(opened.keys.requestId ?? id) || !tells(opened.origin.source)) continue;
    const death = deaths.next(
      opened.when.fromMs,
      (candidate) =>
        isServers(candidate) &&
        ofInstance(candidate, opened.origin.source) &&
        !ofOtherInstance(candidate, { seen: [opened] }) &&
        (!candidate.ofWorker || candidate.identity.pids.some((pid) => pid === opened.keys.pid)) &&
        (candidate.restarted === undefined || candidate.restarted.fromMs >= opened.when.fromMs),
    );
    if (!death || death.when.fromMs > reach(opened.origin.source)) {
      living.push(one);
      continue;
    }
    if (death.root === 'deploy-restart') continue;
    const { fromMs } = death.when;
    const ended = { fromMs, toMs: death.ended ? Math.min(death.when.toMs, fromMs + TIGHT_MS) : death.when.toMs };
    lost.push({
      id: `i${lost.length + 1}`,
      ended,
      lifeMs: Math.max(0, ended.fromMs - opened.when.fromMs),
      keys: opened.keys,
      server: opened.origin.source,
      seen: [opened],
      codes: {},
      inferred: true,
      state: 'abnormal',
    });
  }
  return { lost, living };
}
