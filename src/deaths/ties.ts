/** Which death was the server's, where names alone do not say: by banners, by what the proxy found, by the moment. */
import type { Death, Identity } from '../closure.ts';
import { lowerBound } from '../numbers.ts';
import { ofInstance } from '../signals.ts';
import { Spans } from '../spans.ts';
import type { EpochMs, LogEvent } from '../types.ts';
import { programOf, RUNTIMES, stem, workloadOf } from './names.ts';
import { type ServerProfile, wentOn } from './profile.ts';

/** Once one death is known to be the server's, a process of another name is another. */
export function notTheServer(death: Death, server: Identity): Death {
  const names = (identity: Identity): string[] => [...identity.units, ...identity.services].map(stem).filter((name) => !RUNTIMES.has(name));
  const [mine, its] = [names(death.identity), names(server)];
  if (death.relation !== 'unknown' || mine.length === 0 || its.length === 0 || mine.some((name) => its.includes(name))) return death;
  // One of several instances of a program is as much the server as the other.
  const programs = its.map(programOf).filter((name) => name !== '');
  if (mine.some((name) => programs.includes(programOf(name)))) return death;
  return { ...death, relation: 'other', relationWhy: `the server is ${its[0]}` };
}

/** Connections of one server end within this of its death. */
const MOMENT_MS = { before: 1_500, after: 3_000 };
const MOMENT_LEAST = 2;

/** How many of the instants, which are ends, lie in the death's moment. */
const within = ({ when }: Death, ends: ArrayLike<EpochMs>): number =>
  lowerBound(ends, when.toMs + MOMENT_MS.after) - lowerBound(ends, when.fromMs - MOMENT_MS.before);

const inTime = (deaths: readonly Death[]): Spans<Death> => new Spans(deaths, ({ when }) => when);

/** Both name one program: one process after the other. */
function isSameProgram({ identity: one }: Death, { identity: other }: Death): boolean {
  const mine = namesOf(one).map(stem);
  return namesOf(other).some((name) => mine.includes(stem(name)));
}

/** Other deaths that begin within `aroundMs` of this one. */
const besides = (death: Death, deaths: Spans<Death>, aroundMs: number): readonly Death[] =>
  deaths
    .between(death.when.fromMs - aroundMs, death.when.fromMs + aroundMs)
    .filter((other) => other !== death && Math.abs(other.when.fromMs - death.when.fromMs) < aroundMs);

/** What a program is called, whichever of its instances or pods died. */
const programsOf = ({ identity: { pods, units, services } }: Death): readonly string[] =>
  [...pods.flatMap((pod) => workloadOf(pod) ?? []), ...units, ...services].map(programOf);

/**
 * Ends in the death's moment; where that is one, those in the moments of all deaths of its program, if it was theirs time and again: a client
 * that loses its one connection whenever that program goes.
 */
function endsWith(death: Death, deaths: readonly Death[], ends: ArrayLike<EpochMs>): number {
  const together = within(death, ends);
  if (together !== 1) return together;
  const programs = programsOf(death).filter((name) => !RUNTIMES.has(name));
  const moments = deaths.filter((other) => other === death || programsOf(other).some((name) => programs.includes(name)));
  const counts = moments.map((other) => within(other, ends));
  const all = counts.reduce((sum, count) => sum + count, 0);
  // Each time, and little else ended at other times.
  return counts.includes(0) || all * 2 < ends.length ? together : all;
}

/**
 * Where no log names the server at all: a death that nothing rivals, in the very moment when most connections ended, is taken for the
 * server's, with less weight. `ends` = instants (ms) at which connections ended that were not closed clean.
 */
export function tiedByMoment(deaths: readonly Death[], ends: ArrayLike<EpochMs>, profile: ServerProfile): readonly Death[] {
  if (profile.sources.size > 0) return deaths;
  const all = inTime(deaths);
  return deaths.map((death) => {
    const isRival = (other: Death): boolean => other.relation !== 'other' && !isSameProgram(other, death);
    if (death.relation !== 'unknown' || besides(death, all, FOUND_DOWN_MS).some(isRival)) return death;
    const together = endsWith(death, deaths, ends);
    if (together === 1 && deaths.length === 1 && ends.length === 1)
      return {
        ...death,
        relation: 'lone',
        relationWhy: 'no log names the server; it is the only death, and the only end is of its moment',
      };
    if (together < MOMENT_LEAST) return death;
    return {
      ...death,
      relation: 'coincident',
      relationWhy: `no log names the server; it is the only death, and ${together} connections ended in ${within(death, ends) < together ? 'the moments of its program’s deaths' : 'that moment'}`,
    };
  });
}

/** Instances of one program end one by one in a rolling restart: three ends in a moment are more than chance leaves there. */
const SIBLING_LEAST = 3;

/**
 * Where one instance of a program is known to be a server, or one of its deaths is taken for the server's, another of that program in whose
 * moment connections ended was one too, though no log of its own is among the inputs, and whatever else was stopped beside it.
 */
export function tiedAsSiblings(deaths: readonly Death[], ends: ArrayLike<EpochMs>): readonly Death[] {
  const known = deaths.filter(({ relation }) => relation === 'same' || relation === 'probable' || relation === 'coincident');
  const programs = new Map(known.flatMap((death) => namesOf(death.identity).map((name) => [programOf(name), name] as const)));
  if (programs.size === 0) return deaths;
  return deaths.map((death) => {
    const sibling = namesOf(death.identity).flatMap((name) =>
      RUNTIMES.has(programOf(name)) ? [] : (programs.get(programOf(name)) ?? []),
    )[0];
    if (death.relation !== 'unknown' || sibling === undefined) return death;
    const together = within(death, ends);
    if (together < SIBLING_LEAST) return death;
    return {
      ...death,
      relation: 'coincident',
      relationWhy: `it is an instance of the same program as the server ${sibling}, and ${together} connections ended in that moment`,
    };
  });
}

/** A server's log of which nothing but its lines is known: no unit, pod, container, host or pid. */
const isNameless = ({ sources, units, pods, containers, services, hosts, pids }: ServerProfile): boolean =>
  sources.size === 1 && [units, pods, containers, services, hosts, pids].every((names) => names.size === 0);

/** Names by which deaths are told apart: the fewer a record has, the fewer count. */
function namesOf({ pods, containers, units, services }: Identity): readonly string[] {
  return [pods, units, services, containers].find((names) => names.length > 0) ?? [];
}

/**
 * The log of one server that says nothing of who wrote it, beside records of one process alone: whoever kept them took them for one
 * incident. A sudden death of that process is the server's, as far as nothing else says, when the log is silent from then on until a
 * new start.
 */
export function tiedAsOnly(deaths: readonly Death[], profile: ServerProfile): readonly Death[] {
  const [source] = profile.sources;
  if (source === undefined || !isNameless(profile) || deaths.some(({ relation }) => relation !== 'unknown')) return deaths;
  const [name, ...others] = new Set(deaths.flatMap(({ identity }) => namesOf(identity)));
  if (name === undefined || others.length > 0) return deaths;
  return deaths.map((death) => {
    const after = { source, line: Number.MAX_SAFE_INTEGER };
    if (!death.sudden || wentOn(profile, after, death.when.toMs, () => undefined) === true) return death;
    return {
      ...death,
      servers: [source],
      relation: 'coincident',
      relationWhy: `the server's log ${source} does not say who wrote it; no other process than ${name} stands in these logs, and with its end that log falls silent`,
    };
  });
}

/** A server needs some seconds from its start to its "listening". */
const BANNER_MS = { before: 2_000, after: 20_000 };

/** The server's banner belongs to the restart right before it: that death was the server's, as far as nothing else says. */
export function tiedByBanner(deaths: readonly Death[], profile: ServerProfile): Death[] {
  const tied = new Map<Death, string[]>();
  const started = (death: Death): EpochMs => death.restarted?.fromMs ?? Number.NEGATIVE_INFINITY;
  const restarts = new Spans(
    deaths.filter((death) => death.restarted),
    (death) => ({ fromMs: started(death), toMs: started(death) }),
  );
  for (const [source, banners] of profile.banners)
    for (const banner of banners) {
      // A death that has a log has no start in another.
      const near = restarts.between(banner - BANNER_MS.after, banner + BANNER_MS.before).filter((death) => ofInstance(death, source));
      // A banner is of one start: where that of the server is known, no other's is.
      const own = near.filter(({ relation }) => relation === 'same');
      const nearest = (own.length > 0 ? own : near).toSorted((a, b) => Math.abs(banner - started(a)) - Math.abs(banner - started(b)))[0];
      if (nearest) tied.set(nearest, [...(tied.get(nearest) ?? []), source]);
    }
  return deaths.map((death) => {
    const sources = tied.get(death);
    if (!sources || death.relation === 'other') return death;
    // A journal that only has the banner is not the log of the connections.
    const servers = [...new Set([...death.servers, ...sources.filter((source) => profile.sources.has(source))])];
    return death.relation === 'unknown'
      ? { ...death, servers, relation: 'probable', relationWhy: 'the server came up again right after it' }
      : { ...death, servers };
  });
}

/** Server log → instants (ms, ascending) at which other sides saw ends of its connections that it never wrote. */
export type LostIn = ReadonlyMap<string, readonly number[]>;

/** Two unwritten ends may be lost lines; from three on the writer was gone. */
const LOSS_LEAST = 3;

/**
 * A server that lives writes how its connections end; where it wrote none of several that broke off in one moment, it was gone by then.
 * The only death of that moment that no name gives to another process was its own; less sure when its log went on without a new start,
 * as with one worker of many.
 */
export function tiedByLoss(deaths: readonly Death[], lostIn: LostIn, profile: ServerProfile): Death[] {
  const open = inTime(deaths.filter((death) => death.relation !== 'other'));
  return deaths.map((death) => {
    if (death.relation !== 'unknown') return death;
    const losses = [...lostIn].map(([source, ends]) => ({ source, count: within(death, ends) }));
    const most = losses.toSorted((a, b) => b.count - a.count)[0];
    if (!most || most.count < LOSS_LEAST) return death;
    const ends = lostIn.get(most.source) ?? [];
    const { fromMs, toMs } = death.when;
    const reachMs = MOMENT_MS.before + MOMENT_MS.after;
    if (open.between(fromMs - reachMs, toMs + reachMs).some((other) => other !== death && within(other, ends) > 0)) return death;
    const after = { source: most.source, line: Number.MAX_SAFE_INTEGER };
    const gone = death.restarted !== undefined || wentOn(profile, after, toMs + MOMENT_MS.after, () => undefined) !== true;
    return {
      ...death,
      servers: [...new Set([...death.servers, most.source])],
      silence: most.source,
      relation: gone ? 'probable' : 'coincident',
      relationWhy: `the server's log ${most.source} wrote none of ${most.count} ends of its connections in that moment, and nothing else died then`,
    };
  });
}

/** A proxy finds its upstream gone so long after a death: health checks run every few seconds. */
const FOUND_DOWN_MS = 15_000;

/** A proxy that found its upstream gone within so long before a death was not told of that by it. */
const DOWN_BEFORE_MS = 60_000;

const isDown = (event: LogEvent): boolean =>
  event.kind === 'proxy-fault' && (event.fault === 'upstream-refused' || event.fault === 'upstream-down');

/**
 * Without any log of the server: the one death right before a proxy found its upstream refusing or down, with no such finding in the
 * minute before, is the server's.
 */
export function tiedByProxy(deaths: readonly Death[], events: readonly LogEvent[]): Death[] {
  const downs = new Spans(events.filter(isDown), ({ when }) => when);
  const unknown = inTime(deaths.filter((death) => death.relation === 'unknown'));
  return deaths.map((death) => {
    const { fromMs, toMs } = death.when;
    if (death.relation !== 'unknown' || besides(death, unknown, FOUND_DOWN_MS).length > 0) return death;
    const found = downs.between(fromMs, toMs + FOUND_DOWN_MS)[0];
    const before = downs
      .between(fromMs - DOWN_BEFORE_MS, fromMs - STAMPS_APART_MS)
      .some(({ when }) => when.fromMs < fromMs - STAMPS_APART_MS);
    if (!found || before) return death;
    return {
      ...death,
      relation: 'probable',
      relationWhy: `the proxy found its upstream gone right after it (${found.origin.source}:${found.origin.line})`,
    };
  });
}
/** A finding so much before a death may be that death's: two clocks, whole seconds. */
const STAMPS_APART_MS = 1_000;
