/** Which death was the server's, where names alone do not say: by banners, by what the proxy found, by the moment. */
import type { Death, Identity } from '../closure.ts';
import type { LogEvent } from '../types.ts';
import { RUNTIMES, stem } from './names.ts';
import { type ServerProfile, wentOn } from './profile.ts';

/** Once one death is known to be the server's, a process of another name is another. */
export function notTheServer(death: Death, server: Identity): Death {
  const names = (identity: Identity): string[] => [...identity.units, ...identity.services].map(stem).filter((name) => !RUNTIMES.has(name));
  const [mine, its] = [names(death.identity), names(server)];
  if (death.relation !== 'unknown' || mine.length === 0 || its.length === 0 || mine.some((name) => its.includes(name))) return death;
  return { ...death, relation: 'other', relationWhy: `the server is ${its[0]}` };
}

/** Connections of one server end within this of its death. */
const MOMENT_MS = { before: 1_500, after: 3_000 };
const MOMENT_LEAST = 2;

/**
 * Where no log names the server at all: a death that nothing rivals, in the very moment when most connections ended, is taken for the
 * server's, with less weight. `ends` = instants (ms, ascending) at which connections ended that were not closed clean.
 */
export function tiedByMoment(deaths: readonly Death[], ends: readonly number[], profile: ServerProfile): readonly Death[] {
  if (profile.sources.size > 0) return deaths;
  return deaths.map((death) => {
    const rivals = deaths.filter(
      (other) => other !== death && other.relation !== 'other' && Math.abs(other.when.fromMs - death.when.fromMs) < FOUND_DOWN_MS,
    );
    if (death.relation !== 'unknown' || rivals.length > 0) return death;
    const together = ends.filter((ms) => ms >= death.when.fromMs - MOMENT_MS.before && ms <= death.when.toMs + MOMENT_MS.after).length;
    if (together < MOMENT_LEAST) return death;
    return {
      ...death,
      relation: 'coincident',
      relationWhy: `no log names the server; it is the only death, and ${together} connections ended in that moment`,
    };
  });
}

/** A server needs some seconds from its start to its "listening". */
const BANNER_MS = { before: 2_000, after: 20_000 };

/** The server's banner belongs to the restart right before it: that death was the server's, as far as nothing else says. */
export function tiedByBanner(deaths: readonly Death[], profile: ServerProfile): Death[] {
  const tied = new Map<Death, string[]>();
  for (const { ms: banner, source } of profile.banners) {
    const started = (death: Death): number => death.restarted?.fromMs ?? Number.NEGATIVE_INFINITY;
    const near = deaths.filter((death) => banner >= started(death) - BANNER_MS.before && banner <= started(death) + BANNER_MS.after);
    const nearest = near.toSorted((a, b) => Math.abs(banner - started(a)) - Math.abs(banner - started(b)))[0];
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
  const lostWith = (death: Death, ends: readonly number[]): number =>
    ends.filter((ms) => ms >= death.when.fromMs - MOMENT_MS.before && ms <= death.when.toMs + MOMENT_MS.after).length;
  const open = deaths.filter((death) => death.relation !== 'other');
  return deaths.map((death) => {
    if (death.relation !== 'unknown') return death;
    const losses = [...lostIn].map(([source, ends]) => ({ source, count: lostWith(death, ends) }));
    const most = losses.toSorted((a, b) => b.count - a.count)[0];
    if (!most || most.count < LOSS_LEAST) return death;
    const ends = lostIn.get(most.source) ?? [];
    if (open.some((other) => other !== death && lostWith(other, ends) > 0)) return death;
    const gone =
      death.restarted !== undefined ||
      wentOn(profile, { source: most.source, line: Number.MAX_SAFE_INTEGER }, death.when.toMs + MOMENT_MS.after, []) !== true;
    return {
      ...death,
      servers: [...new Set([...death.servers, most.source])],
      relation: gone ? 'probable' : 'coincident',
      relationWhy: `the server's log ${most.source} wrote none of ${most.count} ends of its connections in that moment, and nothing else died then`,
    };
  });
}

/** A proxy finds its upstream gone so long after a death: health checks run every few seconds. */
const FOUND_DOWN_MS = 15_000;

/**
 * Without any log of the server: the one death right before a proxy found its upstream refusing or down, with no such finding in the
 * minute before, is the server's.
 */
export function tiedByProxy(death: Death, deaths: readonly Death[], events: readonly LogEvent[]): Death {
  if (death.relation !== 'unknown') return death;
  const down = (event: LogEvent): boolean =>
    event.kind === 'proxy-fault' && (event.fault === 'upstream-refused' || event.fault === 'upstream-down');
  const found = events.find(
    (event) => down(event) && event.when.toMs >= death.when.fromMs && event.when.fromMs <= death.when.toMs + FOUND_DOWN_MS,
  );
  if (
    !found ||
    events.some((event) => down(event) && event.when.fromMs < death.when.fromMs - 1_000 && event.when.fromMs > death.when.fromMs - 60_000)
  )
    return death;
  const rivals = deaths.filter(
    (other) => other !== death && other.relation === 'unknown' && Math.abs(other.when.fromMs - death.when.fromMs) < FOUND_DOWN_MS,
  );
  return rivals.length > 0
    ? death
    : {
        ...death,
        relation: 'probable',
        relationWhy: `the proxy found its upstream gone right after it (${found.origin.source}:${found.origin.line})`,
      };
}
