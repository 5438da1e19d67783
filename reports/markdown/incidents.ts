/** The incidents: what happened, on which lines that rests, what was ruled out, what would settle it. */
import type { BlindSpot, EvidenceReport, IncidentReport, Report } from '../../src/report.ts';
import { cell, code, marked, prose } from './text.ts';
import { type Clock, clockOf, count, probability, share, span } from './words.ts';

/** Incidents told in full; of further ones the table has a row. */
const IN_FULL = 12;
const ROWS = 100;

export function incidents(report: Report): string {
  if (report.incidents.length === 0) return '';
  const clock = clockOf(report);
  const largest = new Set(report.incidents.toSorted((a, b) => b.closures - a.closures).slice(0, IN_FULL));
  const told = new Told();
  const full = report.incidents.filter((incident) => largest.has(incident)).map((incident) => inFull(incident, clock, told));
  const rest = report.incidents.filter((incident) => !largest.has(incident));
  return [`## Incidents\n\n${READING}`, ...full, ...(rest.length > 0 ? [inShort(rest, report.summary.closures, clock)] : [])].join('\n\n');
}

const READING =
  'Evidence is *decisive* when it names the mechanism and this very connection or server, *strong* when it names the mechanism, *moderate* or *weak* when it only fits.';

/** What an earlier incident has said word for word is not said again. */
class Told {
  readonly #by = new Map<string, string>();

  /** The incident that said it first, undefined when nobody did. */
  before(text: string, incident: string): string | undefined {
    const known = this.#by.get(text);
    if (known === undefined) this.#by.set(text, incident);
    return known;
  }
}

function inFull(incident: IncidentReport, clock: Clock, told: Told): string {
  const supports = incident.evidence.filter((one) => one.weight >= 0);
  const against = incident.evidence.filter((one) => one.weight < 0);
  return [
    `### ${prose(incident.id)}: ${incident.cause}${place(incident)} — ${prose(incident.detail, 160)}`,
    facts(incident, clock),
    incident.notes.map((note) => `- ${prose(note)}`).join('\n'),
    evidence('Evidence:', supports),
    evidence('Against it:', against),
    ruledOut(incident, told),
    wouldSettle(incident, told),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The hop, unless the cause has named it already. */
const place = ({ cause, hop }: IncidentReport): string =>
  hop === null || cause === 'client-abort' || cause === 'network' ? '' : ` at ${prose(hop, 60)}`;

function facts(incident: IncidentReport, clock: Clock): string {
  return [
    `**${incident.grade}**${incident.grade === 'unknown' ? '' : `, confidence ${probability(incident.confidence)}`}`,
    `${count(incident.closures, 'closure')}${incident.inferred > 0 ? ` (${incident.inferred} inferred)` : ''}`,
    ...(incident.clients === null ? [] : [count(incident.clients, 'client address', 'client addresses')]),
    span(incident.from, incident.to, clock),
    ...(incident.root === null ? [] : [`brought about by ${prose(incident.root)}`]),
  ].join(' · ');
}

function evidence(title: string, all: readonly EvidenceReport[]): string {
  if (all.length === 0) return '';
  const bySentence = new Map<string, EvidenceReport[]>();
  for (const one of all) {
    const sentence = `- ${strength(one.weight)}: ${prose(one.says)}`;
    bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), one]);
  }
  return [title, '', ...[...bySentence].flatMap(([sentence, ones]) => [sentence, ...ones.flatMap(quote)])].join('\n');
}

/** One step below the sentence that it supports; statistics and absences have no line to quote. */
export const quote = (one: Pick<EvidenceReport, 'source' | 'line' | 'text'>): readonly string[] =>
  one.line === 0 ? [] : [`  - ${prose(`${one.source}:${one.line}`)} ${code(one.text)}`.trimEnd()];

/** The word nearest to the points (log-odds): 6, 3, 1.5 or 0.5. */
function strength(weight: number): string {
  const points = Math.abs(weight);
  return points >= 4.5 ? 'decisive' : points >= 2.25 ? 'strong' : points >= 1 ? 'moderate' : 'weak';
}

function ruledOut(incident: IncidentReport, told: Told): string {
  if (incident.ruledOut.length === 0) return '';
  const fresh: string[] = [];
  const known = new Map<string, string[]>();
  for (const { cause, why } of incident.ruledOut) {
    const line = `- ${cause}: ${prose(why)}`;
    const by = told.before(line, incident.id);
    if (by === undefined) fresh.push(line);
    else known.set(by, [...(known.get(by) ?? []), cause]);
  }
  const again = [...known].map(([by, causes]) => `- as for ${prose(by)}: ${causes.join(', ')}`);
  return ['Ruled out:', '', ...fresh, ...again].join('\n');
}

function wouldSettle(incident: IncidentReport, told: Told): string {
  if (incident.grade === 'confirmed' || incident.wouldDecide.length === 0) return '';
  const fresh: string[] = [];
  const known = new Set<string>();
  for (const spot of incident.wouldDecide) {
    const line = blindSpot(spot);
    const by = told.before(line, incident.id);
    if (by === undefined) fresh.push(line);
    else known.add(by);
  }
  const again = [...known].map((by) => `- ${fresh.length > 0 ? 'what' : 'the same that'} would settle ${prose(by)}`);
  return ['What would settle it:', '', ...fresh, ...again].join('\n');
}

/** Something that these logs do not show, with what would show it. */
export function blindSpot({ what, collect }: BlindSpot): string {
  const sentence = /[.:!?]$/.test(what.trim()) ? what : `${what}.`;
  return `- ${prose(sentence)} Collect: ${collect.includes('`') || !/[-/=;$]/.test(collect) ? marked(collect) : code(collect, 800)}`;
}

function inShort(rest: readonly IncidentReport[], closures: number, clock: Clock): string {
  const rows = rest
    .slice(0, ROWS)
    .map(
      (one) =>
        `| ${cell(one.id)} | ${one.cause} | ${cell(one.detail, 100)} | ${grouped(one, closures)} | ${one.grade === 'unknown' ? 'unknown' : `${one.grade} (${probability(one.confidence)})`} | ${span(one.from, one.to, clock)} |`,
    );
  const more = rest.length > ROWS ? `\n\n… and ${count(rest.length - ROWS, 'smaller incident')}: the JSON report has them all.` : '';
  return `### Smaller incidents\n\n| incident | cause | what | closures | confidence | when (UTC) |\n|---|---|---|--:|---|---|\n${rows.join('\n')}${more}`;
}

const grouped = (one: IncidentReport, closures: number): string => `${one.closures} (${share(one.closures, closures)})`;
