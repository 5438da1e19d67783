/** Verdicts → closure reports and incidents: closures that share a cause, a time and an instance. Holds aggregates and exemplars only. */
import type { Closure, Evidence, Remedy, Verdict } from './closure.ts';
import { Facets } from './facets.ts';
import type { ClosureReport, EvidenceReport, IncidentReport, Iso, RuledOut } from './report.ts';
import { Returns } from './returns.ts';
import type { DurationMs } from './types.ts';
import { gradeOf, TOGETHER } from './weigh.ts';

const REPRESENTATIVES = 5;
const EVIDENCE_KEPT = 8; // lines quoted for a closure or an incident: the strongest ones
const ALIKE = 2; // quotes of one mechanism in an incident
const CLIENTS_KEPT = 100_000;
const FACETS_TOLD = 2; // a client network and a path, say: more would be the same said again
/** Fewer that come back together are no wave. */
const MANY_CLIENTS = 5;
/** Closures of one timer or of clients that come and go are one incident as long as they follow one another within this. */
const PAUSE_MS = 3_600_000;
/** Of closures that have nothing but their moment in common, what follows later than this is another incident. */
const MOMENT_PAUSE_MS = 5_000;

export const iso = (ms: number): Iso => new Date(Math.round(ms)).toISOString();

export function evidenceReport({ event, says, weight }: Evidence): EvidenceReport {
  return { source: event?.origin.source ?? '', line: event?.origin.line ?? 0, text: event?.quote ?? '', says, weight };
}

interface Group {
  /** Counts from 0 in the order in which incidents were found. */
  readonly number: number;
  readonly key: string;
  readonly first: Verdict;
  fromMs: number;
  toMs: number;
  closures: number;
  inferred: number;
  confidence: number;
  readonly representatives: { id: string; confidence: number }[];
  readonly clients: Set<string>;
  readonly evidence: Map<string, EvidenceReport>;
  readonly alike: Map<string, number>;
  readonly ruledOut: Map<string, RuledOut>;
  readonly wouldDecide: Map<string, Verdict['wouldDecide'][number]>;
  readonly details: Map<string, { count: number; readonly remedy: Remedy | undefined }>;
  readonly facets: Facets;
  readonly returns: Returns;
}

export class Grouping {
  readonly #groups = new Map<string, Group>();

  /** Adds a judged closure, after which its client came back in `pauseMs`; returns the number of its incident, of which `incidents` knows the id. */
  add(closure: Closure, verdict: Verdict, pauseMs: DurationMs | undefined): number {
    const group = this.#groupFor(closure, verdict);
    group.fromMs = Math.min(group.fromMs, closure.ended.fromMs);
    group.toMs = Math.max(group.toMs, closure.ended.fromMs);
    group.closures++;
    if (closure.inferred) group.inferred++;
    group.confidence += verdict.confidence;
    const told = group.details.get(verdict.detail);
    if (told) told.count++;
    else group.details.set(verdict.detail, { count: 1, remedy: verdict.remedy });
    group.facets.add(closure);
    group.returns.add(closure, pauseMs);
    const client = closure.keys.client?.ip;
    if (client && group.clients.size < CLIENTS_KEPT) group.clients.add(client);
    const least = group.representatives.at(-1);
    if (group.representatives.length < REPRESENTATIVES || (least && verdict.confidence > least.confidence)) {
      group.representatives.push({ id: closure.id, confidence: verdict.confidence });
      group.representatives.sort((a, b) => b.confidence - a.confidence);
      group.representatives.length = Math.min(group.representatives.length, REPRESENTATIVES);
      this.#quote(group, verdict);
    }
    return group.number;
  }

  #groupFor(closure: Closure, verdict: Verdict): Group {
    const stem = `${verdict.cause} ${verdict.hop ?? ''} ${verdict.incidentKey}`;
    const pauseMs = verdict.incidentKey === TOGETHER ? MOMENT_PAUSE_MS : PAUSE_MS;
    let number = 0;
    for (;;) {
      const key = `${stem} ${number}`;
      const known = this.#groups.get(key);
      if (known && closure.ended.fromMs - known.toMs <= pauseMs && known.fromMs - closure.ended.toMs <= pauseMs) return known;
      if (!known) {
        const fresh: Group = {
          number: this.#groups.size,
          key,
          first: verdict,
          fromMs: closure.ended.fromMs,
          toMs: closure.ended.fromMs,
          closures: 0,
          inferred: 0,
          confidence: 0,
          representatives: [],
          clients: new Set(),
          evidence: new Map(),
          alike: new Map(),
          ruledOut: new Map(),
          wouldDecide: new Map(),
          details: new Map(),
          facets: new Facets(),
          returns: new Returns(),
        };
        this.#groups.set(key, fresh);
        return fresh;
      }
      number++;
    }
  }

  #quote(group: Group, verdict: Verdict): void {
    for (const one of verdict.evidence) {
      const quoted = evidenceReport(one);
      // One record that stands in two logs is quoted once, and of each kind of evidence the first few.
      const key = quoted.text || quoted.says;
      const alike = group.alike.get(one.mechanism) ?? 0;
      if (group.evidence.has(key) || alike >= ALIKE) continue;
      group.alike.set(one.mechanism, alike + 1);
      group.evidence.set(key, quoted);
    }
    for (const one of verdict.ruledOut) if (!group.ruledOut.has(one.cause)) group.ruledOut.set(one.cause, one);
    for (const one of verdict.wouldDecide) if (!group.wouldDecide.has(one.what)) group.wouldDecide.set(one.what, one);
  }

  /** All incidents by time. `all` = every connection that ended: what an incident's have in common is told against it. */
  incidents(all: Facets): Incidents {
    const groups = [...this.#groups.values()].sort((a, b) => a.fromMs - b.fromMs || (a.key < b.key ? -1 : 1));
    const ids: string[] = [];
    const remedies = new Map<string, Remedy>();
    for (const [place, group] of groups.entries()) {
      const id = `i${place + 1}`;
      ids[group.number] = id;
      const { remedy } = mostTold(group);
      if (remedy) remedies.set(id, remedy);
    }
    const inOneWave = groups.some(({ returns, clients }) => returns.steady !== undefined && clients.size >= MANY_CLIENTS);
    return { ids, remedies, inOneWave, incidents: groups.map((group) => incidentOf(group, ids[group.number] ?? '', all)) };
  }
}

export interface Incidents {
  readonly incidents: IncidentReport[];
  /** The id of each by its number. */
  readonly ids: readonly string[];
  /** Id → what calls for a fix of its own. */
  readonly remedies: ReadonlyMap<string, Remedy>;
  /** The clients of one came back after one fixed pause. */
  readonly inOneWave: boolean;
}

/** What most of its closures tell. */
function mostTold({ details, first }: Group): Pick<Verdict, 'detail' | 'remedy'> {
  const [found] = [...details].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
  return found ? { detail: found[0], ...(found[1].remedy && { remedy: found[1].remedy }) } : first;
}

function incidentOf(group: Group, id: string, all: Facets): IncidentReport {
  const confidence = Math.round((group.confidence / group.closures) * 1e4) / 1e4;
  return {
    id,
    cause: group.first.cause,
    detail: mostTold(group).detail,
    hop: group.first.hop,
    from: iso(group.fromMs),
    to: iso(group.toMs),
    closures: group.closures,
    inferred: group.inferred,
    confidence,
    grade: gradeOf({ cause: group.first.cause, confidence }),
    representatives: group.representatives.map((one) => one.id),
    clients: group.clients.size > 0 ? group.clients.size : null,
    evidence: [...group.evidence.values()].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, EVIDENCE_KEPT),
    ruledOut: [...group.ruledOut.values()],
    wouldDecide: [...group.wouldDecide.values()],
    root: null,
    notes: [...group.facets.unlike(all).slice(0, FACETS_TOLD), ...group.returns.notes(group.closures, group.clients.size)],
  };
}

export function closureReport(closure: Closure, verdict: Verdict, incident: string): ClosureReport {
  const { client, server, gateway } = closure.codes;
  const from = closure.ended.fromMs;
  return {
    id: closure.id,
    connection: closure.keys.connection ?? null,
    openedAt: closure.lifeMs === undefined ? null : iso(from - closure.lifeMs),
    closedAt: iso(from),
    durationMs: closure.lifeMs === undefined ? null : Math.round(closure.lifeMs),
    codes: { ...(client !== undefined && { client }), ...(server !== undefined && { server }), ...(gateway !== undefined && { gateway }) },
    inferred: closure.inferred,
    cause: verdict.cause,
    detail: verdict.detail,
    hop: verdict.hop,
    confidence: verdict.confidence,
    grade: gradeOf(verdict),
    runnerUp: verdict.runnerUp,
    firstSeenBy: closure.firstSeenBy ?? null,
    incident,
    evidence: verdict.evidence.slice(0, EVIDENCE_KEPT).map(evidenceReport),
    ruledOut: verdict.ruledOut,
    wouldDecide: verdict.wouldDecide,
  };
}
