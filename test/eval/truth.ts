/** The shape of `truth.json`: what was really done to each connection of a labelled incident. */
import type { DurationMs } from '../../src/types.ts';

export type Side = 'client' | 'server' | 'gateway';

export interface TruthClose {
  /** The id in the server's log, and the one the client gave itself; often the same. */
  readonly connId: string;
  readonly clientId: string;
  /** True time (ISO 8601 UTC) at the side that saw 1006 first, else at the gateway, server or client. */
  readonly closedAt: string;
  readonly code: number;
  readonly codes: Readonly<Partial<Record<Side, number>>>;
  /** A cause of the report, or `clean`. */
  readonly cause: string;
  /** `nginx:proxy_read_timeout=60s`, `node-uncaught-exception` …: what was done, and by which hop. */
  readonly subtype: string;
  readonly durationMs: DurationMs;
  /** The sides whose record of this close stands in `logs/`. */
  readonly sideSeen: readonly Side[];
  readonly closedAtBySide: Readonly<Partial<Record<Side, string>>>;
  /** Why the logs given do not decide the cause, by how they were made; absent = they do. Then only restraint is right. */
  readonly undecided?: string;
}

interface TruthEvent {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly processExit?: string;
}

export interface Truth {
  readonly scenario: string;
  readonly traits: readonly string[];
  readonly description: string;
  readonly hostname: string;
  /** By file name: what wrote it. `rewrapped` says what a script added to it. */
  readonly sources: Readonly<Record<string, { readonly format: string; readonly producer: string; readonly rewrapped?: string }>>;
  readonly causesSummary: Readonly<Record<string, number>>;
  readonly causes1006: Readonly<Record<string, number>>;
  readonly events: readonly TruthEvent[];
  /** Connections of which no side's record stands in the logs, by cause. */
  readonly closedButNotLogged: Readonly<Record<string, number>>;
  readonly handshakesRefused: number;
  readonly notes: readonly string[];
  readonly closes: readonly TruthClose[];
  /**
   * The connections counted in `closedButNotLogged`, where the maker of the incident kept them: nobody has to find them, but
   * a closure that pairs with one (a proxy's tunnel, an inferred end) is judged by it.
   */
  readonly unloggedCloses?: readonly TruthClose[];
}
