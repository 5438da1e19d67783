/** Everything that was found → the Report. */
import type { Alignment } from './align.ts';
import { clockKey } from './anchors.ts';
import { blindSpots, checklist } from './blind-spots.ts';
import { chronicleOf } from './chronicle.ts';
import type { World } from './closure.ts';
import type { Tally } from './extract.ts';
import type { Counts, Findings } from './findings.ts';
import { fixesFor } from './fixes.ts';
import { evidenceReport, iso } from './group.ts';
import { patternsOf } from './patterns.ts';
import type { CauseName, EvidenceReport, IncidentReport, Report, SourceReport } from './report.ts';
import { CAUSES } from './report.ts';
import type { Basis } from './types.ts';
import { isUndated } from './undated.ts';
import { plural } from './words.ts';

const NEAR_MS = 300_000;

export function summarize(found: Findings): Report {
  const { counts, world, population } = found;
  const incidents = withRoots(found.incidents, world);
  const from = incidents.map((incident) => incident.from).sort()[0];
  const to = incidents
    .map((incident) => incident.to)
    .sort()
    .at(-1);
  const piles = population.piles.filter((pile) => !pile.together);
  const storm = reconnectStorm(found.storm);
  return {
    schema: 1,
    tool: { name: 'why1006', version: found.version },
    window: from && to ? { from, to } : null,
    summary: {
      closures: counts.closures,
      inferred: counts.inferred,
      cleanClosures: counts.clean,
      unjudgedClosures: counts.unjudged,
      handshakesRefused: counts.refused,
      causes: Object.fromEntries(CAUSES.flatMap((cause) => (counts.causes[cause] ? [[cause, counts.causes[cause]]] : []))),
      grades: counts.grades,
    },
    headline: headline(found, incidents),
    incidents,
    timeline: chronicleOf(found.events, incidents, world),
    decoys: decoysOf(world, incidents),
    patterns: [...patternsOf(population), ...(storm ? [storm] : [])],
    fixes: fixesFor(
      incidents,
      found.remedies,
      world,
      piles.find(({ round }) => round)?.fromMs ?? piles[0]?.fromMs ?? population.floor?.ms,
      storm !== undefined || found.inOneWave,
    ),
    checklist: checklist(found),
    blindSpots: blindSpots(found, incidents),
    sources: found.tallies.map((tally) => sourceReport(tally, found.alignment)),
    clocks: [...found.alignment.clocks.values()]
      .map((clock) => clock.report)
      .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.says < b.says ? -1 : 1)),
    problems: [...found.problems],
    closures: found.closures,
  };
}

/** A pile begins at a timer that people set, or above it by what traffic came first. */
const TITLES: Readonly<Record<CauseName, string>> = {
  'proxy-timeout': 'a proxy’s timeout',
  crash: 'a crash of the server',
  oom: 'memory running out',
  network: 'the network',
  'deploy-restart': 'a deploy or restart',
  'client-abort': 'clients that went away',
  'handshake-failure': 'failed handshakes',
  unknown: 'a cause that these logs do not show',
};

/** Lines that hold 1006 and were not read as a closure: no all-clear stands beside them. */
function untoldWords(tallies: readonly Tally[]): string | undefined {
  const count = tallies.reduce((sum, { untold }) => sum + untold, 0);
  const source = tallies.find(({ untoldLines }) => untoldLines.length > 0);
  const first = source?.untoldLines[0];
  if (count === 0 || !source || !first) return undefined;
  return `${plural(count, 'line')} ${count === 1 ? 'holds' : 'hold'} 1006 that no format reads as a closure, such as ${source.name}:${first.line} “${first.text.slice(0, 160)}”`;
}

const DEATHS = { oom: 'memory running out', crash: 'a crash', 'deploy-restart': 'a stop' } as const;

/** What ended a process, or a proxy's tunnels, where no line tells of a connection's end: most logs tell of the one and not of the other. */
function deadly({ deaths, changes }: World): string | undefined {
  const ends = deaths.all.filter(({ relation }) => relation !== 'other');
  const first = ends.find(({ sudden }) => sudden) ?? ends[0];
  const change = changes.all.find((one) => one.change === 'stop' || one.change === 'worker-death');
  if (!first && !change) return undefined;
  const when = first ? first.events[0]?.when : change?.when;
  const at = when && !isUndated(when) ? ` at ${iso(when.fromMs).slice(0, 19).replace('T', ' ')} UTC` : '';
  const others = ends.length > 1 ? `, and ${plural(ends.length - 1, 'further end')} of processes` : '';
  const what = first ? `${DEATHS[first.root]} — ${first.detail}` : `${change?.proxy}: ${change?.change}`;
  const unless = first && !first.sudden ? ', unless it sent close frames' : '';
  return `No line tells of an abnormal closure, but the logs show ${what}${at}${others}: what was connected there ended with it, which clients report as 1006${unless}.`;
}

/** Without an abnormal closure: browsers say 1006 of an upgrade that was refused, too. */
function calm({ clean, refused }: Counts, world: World): string {
  const death = clean + refused === 0 ? deadly(world) : undefined;
  if (death !== undefined) return death;
  if (refused > 0)
    return `No open WebSocket was lost as far as these logs show, but ${plural(refused, 'attempt')} to connect ${refused === 1 ? 'was' : 'were'} refused before the upgrade, which browsers report as 1006 too.`;
  return clean > 0
    ? `No abnormal closure: ${plural(clean, 'connection')} ended with a close frame.`
    : 'No WebSocket closure with 1006 was found.';
}

function headline({ counts, tallies, world }: Findings, incidents: readonly IncidentReport[]): string {
  const untold = untoldWords(tallies);
  if (counts.closures === 0 && untold !== undefined) return `No verdict: ${untold}. Describe them in a format of your own (--formats).`;
  if (counts.closures === 0) return calm(counts, world);
  const ranked = Object.entries(counts.causes).sort((a, b) => b[1] - a[1]) as [CauseName, number][];
  const [cause, count] = ranked[0] ?? ['unknown', counts.closures];
  const mine = incidents.filter((incident) => incident.cause === cause);
  const confidence = mine.reduce((sum, incident) => sum + incident.confidence * incident.closures, 0) / Math.max(1, count);
  const share = Math.round((100 * count) / counts.closures);
  const detail = mine.toSorted((a, b) => b.closures - a.closures)[0]?.detail;
  const sure =
    cause === 'unknown'
      ? ''
      : `, ${confidence >= 0.97 ? 'confirmed' : confidence >= 0.8 ? 'likely' : 'possible'} (${roundedDown(confidence)})`;
  const rest = ranked
    .slice(1)
    .map(([other, n]) => `${n} ${other}`)
    .join(', ');
  return `${count} of ${counts.closures} abnormal closures (${share} %): ${TITLES[cause]}${detail && cause !== 'unknown' ? ` — ${detail}` : ''}${sure}${rest ? `; the others: ${rest}` : ''}.`;
}

/** Two digits: a report never claims more than was found. */
const roundedDown = (probability: number): string => (Math.floor(probability * 100 + 1e-9) / 100).toFixed(2);

/** A network loss or failed handshakes right after a server's death are its consequences. */
function withRoots(incidents: readonly IncidentReport[], world: World): IncidentReport[] {
  const deaths = incidents.filter(
    (incident) => incident.cause === 'oom' || incident.cause === 'crash' || incident.cause === 'deploy-restart',
  );
  return incidents.map((incident) => {
    if (incident.cause !== 'handshake-failure') return incident;
    const root = deaths.find(
      (death) => Date.parse(incident.from) >= Date.parse(death.from) - 2_000 && Date.parse(incident.from) <= Date.parse(death.to) + 60_000,
    );
    const refused = world
      .between('proxy-fault', Date.parse(incident.from) - 5_000, Date.parse(incident.to) + 5_000)
      .some((fault) => fault.fault === 'upstream-refused');
    return root && (refused || incident.closures > 0)
      ? { ...incident, root: root.id, notes: [`the server was down after ${root.id}`, ...incident.notes] }
      : incident;
  });
}

/** Deaths of other processes near the closures: loud, and not the cause. */
function decoysOf(world: World, incidents: readonly IncidentReport[]): EvidenceReport[] {
  const near = (ms: number): boolean =>
    incidents.some((incident) => ms >= Date.parse(incident.from) - NEAR_MS && ms <= Date.parse(incident.to) + NEAR_MS);
  return world.deaths.all
    .filter((death) => death.relation === 'other' && near(death.when.fromMs))
    .slice(0, 10)
    .flatMap((death) => {
      const event = death.events.find((one) => one.kind !== 'process-started');
      return event
        ? [evidenceReport({ event, says: `${death.detail}: not this server (${death.relationWhy})`, weight: 0, mechanism: 'decoy' })]
        : [];
    });
}

/** So many attempts within a minute are of clients that all lost the server at once. */
const STORM_LEAST = 20;

const reconnectStorm = (refused: number): string | undefined =>
  refused >= STORM_LEAST
    ? `${refused} attempts to connect were refused within a minute: clients came back before the server did`
    : undefined;

const BASES: readonly Basis[] = ['utc', 'local', 'yearless', 'daytime', 'boot', 'ago'];

/** From when to when a source tells, in UTC; undefined when none of its clocks is placed. */
export function spanOf(tally: Tally, alignment: Alignment): { readonly fromMs: number; readonly toMs: number } | undefined {
  let span: { fromMs: number; toMs: number } | undefined;
  for (const basis of BASES) {
    const raw = tally.spans[basis];
    const clock = alignment.clocks.get(clockKey(tally.name, basis));
    if (!raw || !clock) continue;
    // Times of day that went past midnight come out the other way round.
    const [from = 0, to = 0] = [clock.toUtc(raw.fromMs), clock.toUtc(raw.toMs)].sort((a, b) => a - b);
    span = span ? { fromMs: Math.min(span.fromMs, from), toMs: Math.max(span.toMs, to) } : { fromMs: from, toMs: to };
  }
  return span;
}

function sourceReport(tally: Tally, alignment: Alignment): SourceReport {
  const span = spanOf(tally, alignment);
  return {
    name: tally.name,
    formats: tally.formats,
    bytes: tally.bytes,
    lines: tally.lines,
    candidates: tally.candidates,
    events: tally.events,
    unread: tally.unread,
    firstUnreadLine: tally.firstUnreadLine,
    untold: tally.untold,
    untoldLines: tally.untoldLines,
    from: span ? iso(span.fromMs) : null,
    to: span ? iso(span.toMs) : null,
    problems: tally.problems,
  };
}
