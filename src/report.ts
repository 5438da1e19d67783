/** The report: what `summarize` makes and renderers turn into text. Its JSON form is a contract (reports/report.schema.json). */
import type { DurationMs } from './types.ts';

/** Stable names: the `cause` field of a report. */
export const CAUSES = [
  'proxy-timeout',
  'crash',
  'oom',
  'network',
  'deploy-restart',
  'client-abort',
  'handshake-failure',
  'unknown',
] as const;
export type CauseName = (typeof CAUSES)[number];

/** `confirmed` ≥ 0.97, `likely` ≥ 0.80, `possible` ≥ 0.50, else the cause is `unknown`. */
export type Grade = 'confirmed' | 'likely' | 'possible' | 'unknown';

/** ISO 8601, UTC, with milliseconds. */
export type Iso = string;

export interface EvidenceReport {
  readonly source: string;
  /** Counts from 1; 0 = the whole source (a statistic or an absence). */
  readonly line: number;
  /** A piece of that line, letter by letter; empty for statistics and absences. */
  readonly text: string;
  readonly says: string;
  /** Log-odds points for (positive) or against (negative) the cause. */
  readonly weight: number;
}

export interface RuledOut {
  readonly cause: CauseName;
  readonly why: string;
}

export interface BlindSpot {
  /** What the logs cannot show. */
  readonly what: string;
  /** The exact directive or command that would show it. */
  readonly collect: string;
}

export interface ClosureReport {
  readonly id: string;
  /** The id that a log gives the connection, else null. */
  readonly connection: string | null;
  readonly openedAt: Iso | null;
  readonly closedAt: Iso;
  readonly durationMs: DurationMs | null;
  readonly codes: { readonly client?: number; readonly server?: number; readonly gateway?: number };
  readonly inferred: boolean;
  readonly cause: CauseName;
  readonly detail: string;
  /** `proxy`, `server`, `client`, `network` … : the hop that ended the connection, null when it cannot be told. */
  readonly hop: string | null;
  readonly confidence: number;
  readonly grade: Grade;
  readonly runnerUp: { readonly cause: CauseName; readonly confidence: number } | null;
  readonly firstSeenBy: string | null;
  readonly incident: string;
  readonly evidence: readonly EvidenceReport[];
  readonly ruledOut: readonly RuledOut[];
  readonly wouldDecide: readonly BlindSpot[];
}

export interface Fix {
  readonly title: string;
  /** One paragraph; code stands between backticks. */
  readonly text: string;
  /** Configuration or code to paste, with its language; undefined = none. */
  readonly code?: { readonly language: string; readonly text: string };
}

/** Closures that share a cause, a time and an instance. */
export interface IncidentReport {
  readonly id: string;
  readonly cause: CauseName;
  readonly detail: string;
  readonly hop: string | null;
  readonly from: Iso;
  readonly to: Iso;
  readonly closures: number;
  readonly inferred: number;
  /** Mean confidence of its closures. */
  readonly confidence: number;
  readonly grade: Grade;
  /** Up to five closures that stand for the others. */
  readonly representatives: readonly string[];
  /** Distinct clients (by address) hit; null = no log names them. */
  readonly clients: number | null;
  readonly evidence: readonly EvidenceReport[];
  readonly ruledOut: readonly RuledOut[];
  readonly wouldDecide: readonly BlindSpot[];
  /** Id of the incident that brought this one about, else null. */
  readonly root: string | null;
  readonly notes: readonly string[];
}

export interface TimelineEntry {
  readonly at: Iso;
  readonly what: string;
  readonly source: string;
  readonly line: number;
  /** So many of these in a row; absent = one. */
  readonly times?: number;
}

export interface SourceReport {
  readonly name: string;
  /** Format (`envelope > parser`) → records read as it. */
  readonly formats: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly lines: number;
  /** Lines that hold a needle and were looked at. */
  readonly candidates: number;
  readonly events: number;
  /** Candidates that no format could read, and the first of them (0 = none). */
  readonly unread: number;
  readonly firstUnreadLine: number;
  /** Lines that hold 1006 as a close code would stand, of which no format made a closure; they count as unread. */
  readonly untold: number;
  /** The first of them. */
  readonly untoldLines: readonly { readonly line: number; readonly text: string }[];
  readonly from: Iso | null;
  readonly to: Iso | null;
  readonly problems: readonly string[];
}

export interface ClockReport {
  readonly source: string;
  /** What was assumed, in words: zone, year, boot time, offset and its error bar. */
  readonly says: string;
  /** Added to the source's stamps (ms); 0 = taken as they stand. */
  readonly offsetMs: number;
  readonly errorMs: number;
}

export interface Report {
  readonly schema: 1;
  readonly tool: { readonly name: 'why1006'; readonly version: string };
  readonly window: { readonly from: Iso; readonly to: Iso } | null;
  readonly summary: {
    /** Closures that are or may be abnormal. */
    readonly closures: number;
    readonly inferred: number;
    readonly cleanClosures: number;
    /** Proxy tunnels and code-less closes of which no log says whether they ended clean. */
    readonly unjudgedClosures: number;
    /** Upgrades that never got a 101, as proxies and servers saw them; where no log has a record of each request, as a proxy's error log tells. */
    readonly handshakesRefused: number;
    readonly causes: Readonly<Partial<Record<CauseName, number>>>;
    readonly grades: Readonly<Partial<Record<Grade, number>>>;
  };
  /** The verdict in one sentence. */
  readonly headline: string;
  readonly incidents: readonly IncidentReport[];
  readonly timeline: readonly TimelineEntry[];
  /** Loud events near the closures that did not cause them. */
  readonly decoys: readonly EvidenceReport[];
  /** Patterns of the population: ages at a timer, bursts, heartbeat phase, reconnect storms. */
  readonly patterns: readonly string[];
  readonly fixes: readonly Fix[];
  /** The prevention checklist: seen, not seen, or not visible in these logs. */
  readonly checklist: readonly { readonly item: string; readonly state: 'seen' | 'not-seen' | 'cannot-be-seen'; readonly note: string }[];
  readonly blindSpots: readonly BlindSpot[];
  readonly sources: readonly SourceReport[];
  readonly clocks: readonly ClockReport[];
  /** Inputs that could not be opened, in words; what went wrong inside a source stands with the source. */
  readonly problems: readonly string[];
  /** One entry a closure; re-iterable, may stand on disk. */
  readonly closures: Iterable<ClosureReport>;
}

/** A way to write a report. Pure: pieces of text in order, made only from the report. */
export interface Renderer {
  readonly name: string;
  /** File extensions that choose it, with the dot. */
  readonly extensions: readonly string[];
  readonly about: string;
  render(report: Report): Iterable<string>;
}
