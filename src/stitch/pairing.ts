/**
 * Drafts without a key in common that are of one connection: by client, end and life, when they leave the window in which another hop may
 * still write of it.
 */

import { writerOf } from '../connection-names.ts';
import { gap } from '../spans.ts';
import type { DurationMs } from '../types.ts';
import { isUndated } from '../undated.ts';
import { type Draft, endOf, isEnd, isFaultAlone, isTunnelAlone, type Observation } from './draft.ts';
import type { Names } from './names.ts';
import { COST, HANDSHAKE_MS, Neighbourhood, sideOf } from './neighbourhood.ts';
import { LONE_MS } from './opens.ts';
import { SAME_TURN_MS } from './retold.ts';
import { accepts, refusedOnBothSides, sameSlot, toldOtherwise } from './same.ts';

/** Neighbouring hops log one end within this: round trip, event loop, a slow disk. */
export const FUZZY_WINDOW_MS: DurationMs = 6_000;
const FUZZY_END_MS: DurationMs = 3_000;
/** Apache's parent and `docker stop` kill what has not gone by itself after ten seconds; a signal takes a moment. */
const STOPS_MS: DurationMs = 11_000;
/** Sum of seconds apart in end and half-seconds apart in life; beyond it a pair is chance. */
const MAX_COST = 4;
/** Two endpoints find each other before a proxy's error line finds them, which does not say whose it is. */
const LATER = 0.5;
const COMPACT = 4_096;

export class Pairing {
  readonly #names: Names;
  readonly #join: (draft: Draft, other: Draft) => void;
  readonly #neighbourhood: Neighbourhood;
  /** In order of their first view, those before `#done` were paired. */
  #queue: Draft[] = [];
  #done = 0;
  /** Who writes ends of connections and where (one journal may hold a proxy and the server): a draft that all of them saw needs no pairing. */
  readonly #endPlaces = new Set<string>();
  #lastEnd: Observation | undefined;
  /** Source → the kind of the first end in it. */
  readonly #endKinds = new Map<string, Observation['kind']>();

  /** `sharedClients`: writers to whom every client has one address, that of the hop in front. `join` makes one draft of two. */
  constructor(names: Names, sharedClients: ReadonlySet<string>, join: (draft: Draft, other: Draft) => void) {
    this.#names = names;
    this.#join = join;
    this.#neighbourhood = new Neighbourhood(sharedClients);
  }

  /** A new draft will be paired when its time has come. */
  add(draft: Draft): void {
    this.#queue.push(draft);
  }

  /** The draft is new or has changed. */
  place(draft: Draft): void {
    this.#neighbourhood.place(draft);
  }

  /** Another draft has all that it saw. */
  remove(draft: Draft): void {
    this.#neighbourhood.remove(draft);
  }

  /** Forgets drafts that are gone. */
  prune(): void {
    this.#neighbourhood.prune();
  }

  /** Learns from an event who writes of ends. */
  note(event: Observation): void {
    // A proxy names connections in its error log.
    if (event.kind === 'proxy-fault') this.#neighbourhood.listAlone();
    if (!isEnd(event) && event.kind !== 'handshake-failed') return;
    const { source } = event.origin;
    const last = this.#lastEnd;
    if (last && last.kind === event.kind && last.vantage === event.vantage && last.origin.source === source) return;
    this.#lastEnd = event;
    this.#endPlaces.add(placeOf(event));
    const first = this.#endKinds.get(source);
    if (first === undefined) this.#endKinds.set(source, event.kind);
    // Or the ends of its tunnels in a log that holds the server's words too.
    else if (first !== event.kind) this.#neighbourhood.listAlone(source);
  }

  /** What a proxy wrote of the peer by its address and port before the endpoint wrote of it by its id, which a client may have done earlier. */
  takeFault(draft: Draft, faulted: Draft | undefined): void {
    if (!faulted || faulted === draft || faulted.gone || faulted.seen.length === 0 || !isFaultAlone(faulted)) return;
    if (faulted.seen.every((fault) => gap(fault.when, endOf(draft)) <= FUZZY_END_MS && accepts(draft, fault, FUZZY_WINDOW_MS)))
      this.#join(faulted, draft);
  }

  /** Pairs those of which nobody will write any more. */
  advance(nowMs: number): void {
    for (let draft = this.#queue[this.#done]; draft && draft.lastMs < nowMs - FUZZY_WINDOW_MS; draft = this.#queue[this.#done]) {
      this.#done++;
      if (!draft.paired) this.#pair(draft);
    }
    // Arrays are cut once in a while: taking single items off their front would copy them each time.
    if (this.#done > COMPACT) this.#done -= this.#queue.splice(0, this.#done).length;
  }

  /**
   * Gives a draft's views to the draft of the same connection that another hop began. One that has a nearer partner is that one's: the two go
   * first.
   */
  #pair(draft: Draft): void {
    while (draft.seen.length > 0 && !draft.paired) {
      let one = draft;
      const isWhole = this.#isWhole(draft);
      let other = isWhole ? undefined : this.#nearest(draft, MAX_COST);
      if (!other) {
        if (this.#neighbourhood.tellsAlone) this.#pairAlone(draft);
        if (!isWhole) this.#pairBegun(draft);
        return;
      }
      for (let nearer = this.#rival(one, other); nearer; nearer = this.#rival(one, other)) [one, other] = [other, nearer];
      this.#join(one, other);
      if (one === draft || other === draft) return;
    }
  }

  #nearest(draft: Draft, most: number): Draft | undefined {
    return this.#neighbourhood.nearest(draft, most, (other) => this.#cost(draft, other));
  }

  /** Whom the other lies nearer to. */
  #rival(draft: Draft, other: Draft): Draft | undefined {
    return this.#nearest(other, this.#cost(draft, other));
  }

  /** All who write ends have told of it. */
  #isWhole({ seen }: Draft): boolean {
    if (seen.length < this.#endPlaces.size) return false;
    for (const place of this.#endPlaces) if (!seen.some((event) => placeOf(event) === place)) return false;
    return true;
  }

  /**
   * A proxy's error line without an access line has no life to compare, and neither have many servers' words beside an access line. Where the
   * proxy's word and a broken connection of an endpoint that no proxy tells of are the only ones of that second, they are one; of an access
   * line only in one log, of one moment.
   */
  #pairAlone(draft: Draft): void {
    const [other, second] = this.#lone(draft);
    if (!other || second || this.#lone(other).length !== 1) return;
    const tunnel = [draft, other].find(isTunnelAlone);
    if (tunnel ? this.#isOfOneMoment(draft, other) : !this.#areAged(draft, other)) this.#join(draft, other);
  }

  /**
   * A proxy that is stopped closes its clients' sockets and holds those to the server until it is killed: the two sides tell of one
   * connection that began once and ended twice.
   */
  #pairBegun(draft: Draft): void {
    const other = this.#begunWith(draft);
    if (other && this.#begunWith(other) === draft) this.#join(draft, other);
  }

  #begunWith(draft: Draft): Draft | undefined {
    if (draft.paired || draft.seen.length === 0) return undefined;
    const ours = this.#neighbourhood.measured(draft);
    return this.#neighbourhood.begunWith(draft, (other) => {
      const theirs = this.#neighbourhood.measured(other);
      if (ours.client && theirs.client && ours.client !== theirs.client) return false;
      if (gap(ours.end, theirs.end) > STOPS_MS || draft.seen.some((event) => other.seen.some((one) => sameSlot(event, one)))) return false;
      return ![...draft.namedBy].some((writer) => this.#names.conflict(other, draft.ids, writer));
    });
  }

  /** One log, and what one end writes in two places at once. */
  #isOfOneMoment(a: Draft, b: Draft): boolean {
    const [ours, theirs] = [this.#neighbourhood.measured(a), this.#neighbourhood.measured(b)];
    return !this.#areAged(a, b) && a.seen[0]?.origin.source === b.seen[0]?.origin.source && gap(ours.end, theirs.end) <= SAME_TURN_MS;
  }

  /** Both lives are known: had they been alike, the two had been paired by them. */
  #areAged(a: Draft, b: Draft): boolean {
    return [a, b].every((draft) => this.#neighbourhood.measured(draft).lifeMs !== undefined);
  }

  #lone(draft: Draft): Draft[] {
    const found: Draft[] = [];
    const { alone } = this.#neighbourhood.measured(draft);
    if (!alone) return found;
    for (const other of this.#neighbourhood.alone(sideOf(alone) === 'proxy' ? 'endpoint' : 'proxy', draft, LONE_MS)) {
      if (!begunNear(draft, other)) continue;
      found.push(other);
      if (found.length === 2) break;
    }
    return found;
  }

  #cost(a: Draft, b: Draft): number {
    if (!begunNear(a, b) || b.firstMs > a.lastMs + FUZZY_END_MS || b.lastMs < a.firstMs - FUZZY_END_MS) return Number.POSITIVE_INFINITY;
    const [ours, theirs] = [this.#neighbourhood.measured(a), this.#neighbourhood.measured(b)];
    const sameClient = ours.client !== undefined && ours.client === theirs.client;
    if (ours.client && theirs.client && !sameClient) return Number.POSITIVE_INFINITY;
    const apart = gap(ours.end, theirs.end);
    if (apart > FUZZY_END_MS) return Number.POSITIVE_INFINITY;
    let lifeCost: number = COST.ageless;
    const livesKnown = ours.lifeMs !== undefined && theirs.lifeMs !== undefined;
    if (livesKnown) {
      const difference = Math.abs(ours.lifeMs - theirs.lifeMs);
      if (difference > HANDSHAKE_MS) return Number.POSITIVE_INFINITY;
      lifeCost = Math.min(difference / 500, 1 + difference / 5_000);
    }
    if (a.seen.some((event) => b.seen.some((other) => sameSlot(event, other)))) return Number.POSITIVE_INFINITY;
    if (a.ids.size > 0) for (const writer of a.namedBy) if (this.#names.conflict(b, a.ids, writer)) return Number.POSITIVE_INFINITY;
    if (!sameClient && toldOtherwise(ours.codes, theirs.codes)) return Number.POSITIVE_INFINITY;
    if (namedOtherwise(a, b) || namedOtherwise(b, a)) return Number.POSITIVE_INFINITY;
    if (ours.refused && theirs.refused && refusedOnBothSides(a, b)) return apart / 1_000 + COST.refused;
    // A record without a stamp has its time in common with everything.
    if ((isUndated(ours.end) || isUndated(theirs.end)) && !(sameClient && livesKnown)) return Number.POSITIVE_INFINITY;
    // Nothing but a time in common is not enough.
    if (!sameClient && !livesKnown && ours.codeless === theirs.codeless) return Number.POSITIVE_INFINITY;
    return apart / 1_000 + lifeCost + (sameClient ? 0 : COST.anyClient) + (ours.alone === 'fault' || theirs.alone === 'fault' ? LATER : 0);
  }
}

/** Its views are paired with what began not long before: what began earlier has left the window. */
const begunNear = (draft: Draft, { startMs }: Draft): boolean =>
  startMs >= draft.firstMs - 2 * FUZZY_WINDOW_MS && startMs <= draft.lastMs + FUZZY_END_MS;

/** Who wrote how the one began wrote of the other by another name; a router in the same log has names of its own. */
function namedOtherwise({ opened, ids }: Draft, other: Draft): boolean {
  if (opened?.keys.connection === undefined || !other.namedBy.has(writerOf(opened))) return false;
  for (const id of ids) if (other.ids.has(id)) return false;
  const { origin, vantage } = opened;
  return other.seen.some(
    (event) => event.vantage === vantage && event.origin.source === origin.source && event.keys.connection !== undefined,
  );
}

const placeOf = ({ origin, kind, vantage }: Observation): string => `${kind} ${vantage} ${origin.source}`;
