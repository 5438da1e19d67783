/** Deaths of which no record tells: a server's log begins anew where it says of every stop that it stops, and said nothing. */
import type { Death } from '../closure.ts';
import { lowerBound } from '../numbers.ts';
import { Spans } from '../spans.ts';
import type { DurationMs, EpochMs, LogEvent, Span } from '../types.ts';
import { isUndated } from '../undated.ts';
import type { ServerProfile } from './profile.ts';
import { isRefusal } from './refusals.ts';

/** A server writes several lines when it starts, and some write each of them twice. */
const ONE_START_MS = 5_000;
/** Supervisors restart at once or after some seconds, systemd's limits and people within a minute; later other things have happened. */
const DOWN_MS = 60_000;
/** What one hand cuts ends within this. */
const AT_ONCE_MS = 150;
const LEAST = 3;
/** Two programs' stamps. */
const CLOCKS_MS = 1_000;
/** Servers that write of every stop that they are told of, by the format of their own lines. */
const SAYS_STOPS: ReadonlySet<string> = new Set(['uvicorn-lifecycle', 'gunicorn']);

interface Start {
  readonly event: LogEvent;
  readonly previousMs: EpochMs;
}

/** Server log → its starts but the first. */
function startsOf(events: readonly LogEvent[], profile: ServerProfile): readonly Start[] {
  const starts: Start[] = [];
  const latest = new Map<string, EpochMs>();
  for (const event of events) {
    if (event.kind !== 'process-started' || event.what !== 'banner' || isUndated(event.when)) continue;
    const { source } = event.origin;
    if (!profile.sources.has(source)) continue;
    const previousMs = latest.get(source);
    if (previousMs === undefined || event.when.fromMs - previousMs > ONE_START_MS) {
      if (previousMs !== undefined) starts.push({ event, previousMs });
    }
    latest.set(source, event.when.fromMs);
  }
  return starts;
}

/** The last three or more of `ends` that lie at once before the start. */
function cutBefore({ event, previousMs }: Start, ends: ArrayLike<EpochMs>): Span | undefined {
  const from = Math.max(previousMs, event.when.fromMs - DOWN_MS);
  for (let at = lowerBound(ends, event.when.toMs) - 1; at - LEAST + 1 >= 0; at--) {
    const [first, last] = [ends[at - LEAST + 1] as EpochMs, ends[at] as EpochMs];
    if (first < from) return undefined;
    if (last - first <= AT_ONCE_MS) return { fromMs: first, toMs: last };
  }
  return undefined;
}

/**
 * Connections broke off at once, nobody listened, and the server started anew without a word of a stop, which its log has for others: it was
 * killed or crashed. `deaths` = those on record; `ends` = when connections ended that were not closed clean.
 */
export function unsaidDeaths(
  events: readonly LogEvent[],
  deaths: readonly Death[],
  profile: ServerProfile,
  ends: ArrayLike<EpochMs>,
): readonly Death[] {
  const starts = startsOf(events, profile);
  if (starts.length === 0) return [];
  const stops = events.filter(({ kind }) => kind === 'stop-requested');
  const known = new Spans(
    deaths.filter(({ relation }) => relation !== 'other'),
    ({ when }) => when,
  );
  const refusals = new Spans(events.filter(isRefusal), ({ when }) => when);
  return starts.flatMap((start, number): Death[] => {
    const { origin, format, when, keys } = start.event;
    if (!SAYS_STOPS.has(format) && !stops.some((stop) => stop.origin.source === origin.source)) return [];
    const cut = cutBefore(start, ends);
    if (!cut || refusals.between(cut.fromMs - CLOCKS_MS, when.toMs + CLOCKS_MS).length === 0) return [];
    const since = (ms: DurationMs): boolean => known.between(cut.fromMs - ms, when.toMs + CLOCKS_MS).length > 0;
    if (since(DOWN_MS) || wroteBetween(profile, origin.source, cut, when.fromMs)) return [];
    return [
      {
        id: `u${number + 1}`,
        when: cut,
        root: 'crash',
        way: 'unknown-hand',
        sudden: true,
        ended: true,
        detail: 'the server was gone and started anew, and its log has no word of a stop',
        identity: { units: [], pids: [], containers: [], pods: [], services: keys.service ? [keys.service] : [], hosts: [], addresses: [] },
        servers: [origin.source],
        events: [start.event],
        restarted: when,
        // Its supervisor would tell how it ended: a kill, a crash, or somebody who did not ask it to stop.
        relation: 'coincident',
        relationWhy: `it is the server's log ${origin.source}`,
      },
    ];
  });
}

/** A server that writes of connections between their end and its start had not gone. */
function wroteBetween(profile: ServerProfile, source: string, cut: Span, startMs: EpochMs): boolean {
  const times = profile.times.get(source) ?? [];
  const next = times[lowerBound(times, cut.toMs + CLOCKS_MS)];
  return next !== undefined && next < startMs;
}
