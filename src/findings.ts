/** What the stages found, before it is put into a report. */
import type { Alignment } from './align.ts';
import type { Remedy, World } from './closure.ts';
import type { Tally } from './extract.ts';
import type { Population } from './population.ts';
import type { CauseName, ClosureReport, Grade, IncidentReport } from './report.ts';
import type { LogEvent } from './types.ts';

export interface Counts {
  readonly closures: number;
  readonly inferred: number;
  readonly clean: number;
  readonly unjudged: number;
  readonly refused: number;
  readonly causes: Partial<Record<CauseName, number>>;
  readonly grades: Partial<Record<Grade, number>>;
}

export interface Findings {
  readonly version: string;
  readonly counts: Counts;
  readonly incidents: readonly IncidentReport[];
  readonly remedies: ReadonlyMap<string, Remedy>;
  /** The clients of an incident came back after one fixed pause. */
  readonly inOneWave: boolean;
  readonly closures: Iterable<ClosureReport>;
  readonly world: World;
  readonly events: readonly LogEvent[];
  /** The most attempts to connect that were refused within a minute. */
  readonly storm: number;
  readonly population: Population;
  readonly tallies: readonly Tally[];
  readonly alignment: Alignment;
  readonly problems: readonly string[];
}
