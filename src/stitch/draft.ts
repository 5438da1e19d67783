/** What was observed of one connection so far, and what that says as a whole. */
import type { EndpointSide } from '../closure.ts';
import type { DurationMs, EpochMs, EventOf, Span, Vantage } from '../types.ts';

const SIDES: readonly EndpointSide[] = ['server', 'gateway', 'client'];
export const isSide = (vantage: Vantage): vantage is EndpointSide => SIDES.includes(vantage as EndpointSide);

export type Observation =
  | EventOf<'socket-closed'>
  | EventOf<'tunnel-ended'>
  | EventOf<'proxy-fault'>
  | EventOf<'heartbeat-missed'>
  | EventOf<'handshake-failed'>
  | EventOf<'process-fault'>;

export interface Draft {
  readonly number: number;
  readonly seen: Observation[];
  /** Writers that name the connection by an id. */
  readonly namedBy: Set<string>;
  opened: EventOf<'socket-opened'> | undefined;
  /** Its log writes opens, and has none for it. */
  unopened: boolean;
  readonly ids: Set<string>;
  /** What stands in the URLs of its requests, by which another log may call it. */
  readonly pathValues: string[];
  /** When it was begun: drafts lie in this order. */
  readonly startMs: number;
  firstMs: number;
  lastMs: number;
  paired: boolean;
  /** Emitted: it takes nothing more. */
  gone: boolean;
  /** What pairing compares; undefined = it changed since. */
  measures: Measures | undefined;
}

export interface Measures {
  /** The client's address, unless its sources only ever see the hop in front. */
  readonly client: string | undefined;
  readonly end: Span;
  readonly lifeMs: DurationMs | undefined;
  readonly codeless: boolean;
  readonly codes: readonly number[];
  /** An upgrade that failed. */
  readonly refused: boolean;
  /** Nothing but a proxy's error lines, or nothing but an endpoint's 1006. */
  readonly alone: 'fault' | 'tunnel' | 'broken' | undefined;
  /** When what broke off began, by the one endpoint that tells of the end and measures lives finely. */
  readonly brokenMs: EpochMs | undefined;
  /** Whose one record of its end it holds, in order: drafts with a slot in common are two connections. */
  readonly slots: readonly string[];
}

export const isEnd = (event: Observation): boolean => event.kind === 'socket-closed' || event.kind === 'tunnel-ended';

/** A proxy's word about a handshake alone is no connection that ended. */
export const ofConnection = (event: Observation): boolean =>
  isEnd(event) ||
  (event.kind === 'handshake-failed'
    ? isSide(event.vantage)
    : event.kind === 'proxy-fault'
      ? event.phase === 'tunnel'
      : event.kind === 'heartbeat-missed');

export const closes = (draft: Draft): EventOf<'socket-closed'>[] => draft.seen.filter((event) => event.kind === 'socket-closed');
export const endpointOf = (draft: Draft): boolean => draft.seen.some((event) => event.kind === 'socket-closed' && event.code !== undefined);
export const codeless = (draft: Draft): boolean => draft.seen.every((event) => event.kind === 'socket-closed' && event.code === undefined);

export const codesOf = (draft: Draft): number[] => closes(draft).flatMap(({ code }) => code ?? []);

/** The slots by which `sameSlot` tells ends apart: one record of each writer, and one code of each side. */
export function slotsOf(draft: Draft): string[] {
  const slots: string[] = [];
  const add = (slot: string): unknown => slots.includes(slot) || slots.push(slot);
  for (const event of draft.seen) {
    if (isEnd(event)) add(`${event.kind} ${event.vantage} ${event.origin.source}`);
    if (event.kind === 'socket-closed' && event.code !== undefined) add(`code ${event.vantage}`);
  }
  return slots.length > 1 ? slots.sort() : slots;
}

export const isFaultAlone = (draft: Draft): boolean =>
  draft.seen.every((event) => event.kind === 'proxy-fault' && event.phase === 'tunnel' && event.fault !== 'tunnel-lost');
/** A proxy's access line and its error line, of one connection. */
export const isFaultTunnel = ({ seen }: Draft): boolean =>
  seen.some(({ kind }) => kind === 'tunnel-ended') &&
  seen.some(({ kind }) => kind === 'proxy-fault') &&
  seen.every((event) => event.kind === 'tunnel-ended' || (event.kind === 'proxy-fault' && event.phase === 'tunnel'));
export const isTunnelAlone = ({ seen }: Draft): boolean => seen.length === 1 && seen[0]?.kind === 'tunnel-ended';
export const isBrokenAlone = (draft: Draft): boolean =>
  draft.seen.every((event) => event.kind === 'socket-closed') && closes(draft).some((event) => event.code === 1006);

export function brokenSince(draft: Draft): EpochMs | undefined {
  const [end, ...others] = closes(draft);
  if (end?.code !== 1006 || others.some(({ code, vantage }) => code !== 1006 || vantage !== end.vantage)) return undefined;
  const lifeMs = lifeOf(draft);
  return lifeMs === undefined || lifeMs % 1_000 === 0 || widthOf(end) >= COARSE_MS ? undefined : end.when.fromMs - lifeMs;
}

/** The view whose time is the closure's: the side that saw 1006, else gateway, server, client, else the first proxy. */
export function leading(draft: Draft): Observation {
  const [only, another] = draft.seen;
  if (only && !another) return only;
  const ended = closes(draft);
  const abnormal = SIDES.map((side) => ended.find((event) => event.vantage === side && event.code === 1006)).find((event) => event);
  const coded = (['gateway', 'server', 'client'] as const)
    .map((side) => ended.find((event) => event.vantage === side && event.code !== undefined))
    .find((event) => event);
  return abnormal ?? coded ?? ended[0] ?? draft.seen.find((event) => event.kind === 'tunnel-ended') ?? (draft.seen[0] as Observation);
}
export const endOf = (draft: Draft): Span => leading(draft).when;

const writtenLife = (event: Observation): DurationMs | undefined => ('lifeMs' in event ? event.lifeMs : undefined);

export function lifeOf(draft: Draft): DurationMs | undefined {
  const first = leading(draft);
  const own = writtenLife(first);
  if (own !== undefined && draft.seen.length === 1) return own;
  const written = draft.seen.map(writtenLife).filter((life) => life !== undefined);
  // Of two that agree but for rounding the finer one says more.
  if (own !== undefined) return finer(own, written) ?? own;
  const [life] = written;
  if (draft.opened && first.kind === 'socket-closed') {
    const between = Math.max(0, first.when.fromMs - draft.opened.when.fromMs);
    const width = Math.max(widthOf(first), widthOf(draft.opened));
    return width < COARSE_MS ? between : (written.find((ms) => Math.abs(ms - between) <= width + ROUNDING_MS) ?? between);
  }
  return life;
}

/** Stamps this wide make an age that is worse than any that a log writes. */
const COARSE_MS = 100;
/** Ages in whole seconds are rounded, up or down; so are those between stamps of whole seconds. */
const ROUNDING_MS = 1_000;
const widthOf = ({ when }: EventOf<'socket-opened'> | Observation): DurationMs => when.toMs - when.fromMs;

/** Another's age that is not of whole seconds, where this one is. */
const finer = (life: DurationMs, others: readonly DurationMs[]): DurationMs | undefined =>
  life % 1_000 === 0 ? others.find((ms) => ms % 1_000 !== 0 && Math.abs(ms - life) <= ROUNDING_MS) : undefined;

/** Gives all that one draft saw to another of the same connection. */
export function absorb(into: Draft, from: Draft): void {
  into.seen.push(...from.seen);
  into.opened ??= from.opened;
  into.firstMs = Math.min(into.firstMs, from.firstMs);
  into.lastMs = Math.max(into.lastMs, from.lastMs);
  from.seen.length = 0;
  from.paired = true;
}
