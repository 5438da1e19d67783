/**
 * Timers that cut WebSockets: defaults of proxies, load balancers, platforms, servers and clients. Defaults drift, so that every
 * entry has its date, its versions and its source. A value read from a configuration among the inputs outranks any entry.
 */
import { clouds } from './timers/clouds.ts';
import { endpoints } from './timers/endpoints.ts';
import { platforms } from './timers/platforms.ts';
import { proxies } from './timers/proxies.ts';
import type { DurationMs } from './types.ts';

export interface Timer {
  /** The program or service, as `configured-timer` events name it. */
  readonly hop: string;
  /** Its name in a report. */
  readonly title: string;
  /** Directive, attribute or quota, as its documentation writes it. Unique within the hop. */
  readonly setting: string;
  /** The default; undefined = no default timer. */
  readonly ms?: DurationMs;
  /** `idle` without traffic; `life` total age, traffic does not help; `drain` counted from a reload or deploy; `heartbeat` a peer that does not answer. */
  readonly kind: 'idle' | 'life' | 'drain' | 'heartbeat';
  /**
   * `bytes` = payload in either direction, WebSocket pings too; `packets` = also TCP keep-alive probes; `upstream-write` = progress of a
   * blocked write; `pong` = an answer of the peer; `nothing` = it runs down whatever happens.
   */
  readonly resetsOn: 'bytes' | 'packets' | 'upstream-write' | 'pong' | 'nothing';
  /** Versions, products or plans that the entry holds for; undefined = all current ones. */
  readonly versions?: string;
  readonly asOf: string;
  /** `documented` by the vendor's text or source; `reported` by a third party; `unconfirmed` entries are never printed as fact. */
  readonly confidence: 'documented' | 'reported' | 'unconfirmed';
  /** URL or document. */
  readonly source: string;
  /** Which setting to change, with the exact directive. */
  readonly fix: string;
  /** What else a reader of a verdict should know. */
  readonly note?: string;
}

/** An entry of the tables: all were checked on the same day. */
export type Entry = Omit<Timer, 'asOf'>;

const CHECKED = '2026-11-22';

export const TIMERS: readonly Timer[] = [...proxies, ...clouds, ...platforms, ...endpoints].map((entry) => ({ ...entry, asOf: CHECKED }));

/** Entries whose default is within `toleranceMs` of `ms`, nearest first, unconfirmed ones left out. */
export const timersNear = (ms: DurationMs, toleranceMs: DurationMs): readonly Timer[] =>
  TIMERS.filter((timer) => timer.confidence !== 'unconfirmed' && distance(timer, ms) <= toleranceMs).toSorted(
    (a, b) => distance(a, ms) - distance(b, ms),
  );

export const timerOf = (hop: string, setting: string): Timer | undefined =>
  TIMERS.find((timer) => timer.hop === hop && timer.setting === setting);

const distance = (timer: Timer, ms: DurationMs): number => (timer.ms === undefined ? Number.POSITIVE_INFINITY : Math.abs(timer.ms - ms));
