/** What happened around the incidents, in order of time: what an engineer reads first. */
import type { World } from './closure.ts';
import { iso } from './group.ts';
import type { IncidentReport, TimelineEntry } from './report.ts';
import type { LogEvent } from './types.ts';
import { isUndated } from './undated.ts';
import { plural } from './words.ts';

/** About a page. */
const LIMIT = 40;
const NEAR_MS = 300_000;

/** What stays where there is more than a page of it: the incidents, then what may explain them, then what befell links and upstreams. */
const RANKS = { incident: 0, cause: 1, fault: 2 } as const;

interface Entry extends TimelineEntry {
  readonly rank: (typeof RANKS)[keyof typeof RANKS];
}

export function chronicleOf(events: readonly LogEvent[], incidents: readonly IncidentReport[], world: World): TimelineEntry[] {
  const first = Math.min(...incidents.map((incident) => Date.parse(incident.from))) - NEAR_MS;
  const last = Math.max(...incidents.map((incident) => Date.parse(incident.to))) + NEAR_MS;
  const entries = [
    ...deathEntries(world, incidents.length === 0),
    ...changeEntries(world),
    ...faultEntries(events),
    ...incidentEntries(incidents),
  ]
    .filter(({ at }) => incidents.length === 0 || (Date.parse(at) >= first && Date.parse(at) <= last))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.what < b.what ? -1 : 1));
  const rows = runsOf(entries);
  const kept = new Set(rows.toSorted((a, b) => a.rank - b.rank).slice(0, LIMIT));
  return rows.flatMap((row) => {
    const { rank: _, ...entry } = row;
    return kept.has(row) ? [entry] : [];
  });
}

const entryOf = (ms: number, what: string, { origin }: LogEvent, rank: Entry['rank']): Entry => ({
  at: iso(ms),
  what,
  source: origin.source,
  line: origin.line,
  rank,
});

/** `isAll`: where no closure tells which of them was the server's, each may have been. */
function* deathEntries({ deaths }: World, isAll: boolean): Generator<Entry> {
  for (const death of deaths.all) {
    if ((death.relation === 'unknown' && !isAll) || death.relation === 'other') continue;
    const [event] = death.events;
    if (!event) continue;
    // Without a stamp, and without ends that tell of its moment, all that is known is by when it was.
    const [ms, known] = isAll && isUndated(event.when) ? [event.when.toMs, ', by then at the latest'] : [death.when.fromMs, ''];
    yield entryOf(ms, `${death.root}: ${death.detail}${known}`, event, RANKS.cause);
    const started = death.events.find((one) => one.kind === 'process-started');
    if (started) yield entryOf(started.when.fromMs, 'up again', started, RANKS.cause);
  }
}

function* changeEntries({ changes }: World): Generator<Entry> {
  for (const { events, when, proxy, change } of changes.all)
    if (events[0]) yield entryOf(when.fromMs, `${proxy}: ${change}`, events[0], RANKS.cause);
}

function* faultEntries(events: readonly LogEvent[]): Generator<Entry> {
  for (const event of events)
    if (
      event.kind === 'network-fault' ||
      (event.kind === 'proxy-fault' && (event.fault === 'upstream-down' || event.fault === 'upstream-up')) ||
      event.kind === 'health-failed'
    )
      yield entryOf(
        event.when.fromMs,
        'fault' in event ? event.fault.replaceAll('-', ' ') : `${event.probe} probe failed`,
        event,
        RANKS.fault,
      );
}

function* incidentEntries(incidents: readonly IncidentReport[]): Generator<Entry> {
  for (const { id, cause, closures, evidence, from, to } of incidents) {
    const quote = evidence.find((one) => one.line > 0);
    yield {
      at: from,
      what: `${id}: first of ${plural(closures, 'closure')} ${cause === 'unknown' ? 'of unknown cause' : `by ${cause}`}`,
      source: quote?.source ?? '',
      line: quote?.line ?? 0,
      rank: RANKS.incident,
    };
    if (closures > 1 && to !== from) yield { at: to, what: `${id}: last`, source: '', line: 0, rank: RANKS.incident };
  }
}

/** The same thing said several times in a row, by several logs or for several links, is one row. */
function runsOf(entries: readonly Entry[]): Entry[] {
  const rows: Entry[] = [];
  for (const entry of entries) {
    const run = rows.at(-1);
    if (run?.what === entry.what) rows[rows.length - 1] = { ...run, times: (run.times ?? 1) + 1 };
    else rows.push(entry);
  }
  return rows;
}
