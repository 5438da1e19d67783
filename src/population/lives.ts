/** When connections lived: a few numbers of each of a million of them, in the order of their ends. */
import { lowerBound, Numbers } from '../numbers.ts';
import type { DurationMs, EpochMs } from '../types.ts';

/** What one connection was, as bits; above them the number of the server that ended it without naming another hand, if one did. */
export const ABNORMAL = 1;
/** Somebody said that it goes away. */
export const GOING_AWAY = 2;
/** A proxy says by what it ended. */
export const NAMED = 4;
/** An endpoint says that it gave up on a silent peer. */
export const GAVE_UP = 8;
/** It ended along with an earlier one of its client: both are one event. */
export const ALONG = 16;
export const BITS = 32;

const columns = () => ({
  ends: new Numbers(Float64Array),
  opens: new Numbers(Float64Array),
  bits: new Numbers(Uint32Array),
  clients: new Numbers(Uint32Array),
});

/** Ends of one instant that are looked through for a client's. */
const SAME_INSTANT = 200;
/** The end of what lived on. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/**
 * Fed in any order, then sealed; only then it has places: 0 is the first connection that ended. A connection that lived on ends after
 * all others. Clients are numbers, 0 = no log names its address.
 */
export class Lives {
  readonly #numbers = new Map<string, number>();
  #added = columns();
  /** ms UTC, by place. */
  ends: Float64Array = new Float64Array();
  #openedAt: Float64Array = new Float64Array();
  #bits: Uint32Array = new Uint32Array();
  #clients: Uint32Array = new Uint32Array();
  /** How many connections each client had. */
  #counts: Uint32Array = new Uint32Array();
  /** When connections began, ascending. */
  opens: Float64Array = new Float64Array();
  /** Any connection's age is known. */
  knowsAges = false;
  /** From the first to the last end. */
  spanMs: DurationMs = 0;

  get length(): number {
    return this.ends.length;
  }

  /** How many clients have a number, 0 included. */
  get clientCount(): number {
    return this.#numbers.size + 1;
  }

  /** The number of a client's address, a new one if need be. */
  numberOf(client: string | undefined): number {
    if (client === undefined) return 0;
    let number = this.#numbers.get(client);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(client, number);
    }
    return number;
  }

  /** The number of a client's address; 0 = it has none. */
  known(client: string | undefined): number {
    return client === undefined ? 0 : (this.#numbers.get(client) ?? 0);
  }

  add(endMs: EpochMs, openMs: EpochMs, bits: number, client: number): void {
    this.#added.ends.push(endMs);
    this.#added.opens.push(openMs);
    this.#added.bits.push(bits);
    this.#added.clients.push(client);
    if (openMs < endMs) this.knowsAges = true;
  }

  /** A connection that was opened and that no log ends. */
  addLiving(openMs: EpochMs, client: string | undefined): void {
    this.add(NEVER_MS, openMs, 0, this.numberOf(client));
  }

  seal(): void {
    const { ends, opens, bits, clients } = this.#added;
    const order = ends.ranking();
    this.ends = ends.pick(order);
    this.#openedAt = opens.pick(order);
    this.#bits = bits.pick(order);
    this.#clients = clients.pick(order);
    this.#counts = new Uint32Array(this.clientCount);
    for (const client of this.#clients) this.#counts[client] = (this.#counts[client] ?? 0) + 1;
    this.opens = this.#openedAt.toSorted();
    this.#added = columns();
    const last = this.ends[lowerBound(this.ends, NEVER_MS) - 1];
    this.spanMs = (last ?? 0) - (this.ends[0] ?? 0);
  }

  /** NaN = there is no such place. */
  endAt(place: number): EpochMs {
    return this.ends[place] ?? Number.NaN;
  }

  openAt(place: number): EpochMs {
    return this.#openedAt[place] ?? Number.NaN;
  }

  ageAt(place: number): DurationMs {
    return this.endAt(place) - this.openAt(place);
  }

  clientAt(place: number): number {
    return this.#clients[place] ?? 0;
  }

  /** Which part of all connections was this client's. */
  shareOf(client: number): number {
    return (this.#counts[client] ?? 0) / Math.max(1, this.length);
  }

  has(place: number, bit: number): boolean {
    return ((this.#bits[place] ?? 0) & bit) !== 0;
  }

  /** The number of the server that wrote this end without naming another hand; 0 = none did. */
  serverAt(place: number): number {
    return Math.floor((this.#bits[place] ?? 0) / BITS);
  }

  /** When the last of those ended that were open at `ms`; `ms` itself = none was, Infinity = one of them lived on. */
  lastOfThoseOpenAt(ms: EpochMs): EpochMs {
    for (let at = this.length - 1; at >= 0 && this.endAt(at) > ms; at--)
      if (this.openAt(at) < ms) return this.endAt(at) === NEVER_MS ? Number.POSITIVE_INFINITY : this.endAt(at);
    return ms;
  }

  /** Gives the connection a bit that it has not. */
  mark(place: number, bit: number): void {
    this.#bits[place] = (this.#bits[place] ?? 0) + bit;
  }

  /** n + 1 sums: of the first 0, 1, … n ends, how many have the bit; those that ended along with another are none. */
  running(bit: number): Uint32Array {
    const sums = new Uint32Array(this.length + 1);
    for (let at = 0; at < this.length; at++) sums[at + 1] = (sums[at] as number) + (this.has(at, bit) && !this.has(at, ALONG) ? 1 : 0);
    return sums;
  }

  /** The places of clients with several connections, in order: one alone tells nothing of the others, and most of a million may have one. */
  byClient(): ReadonlyMap<number, readonly number[]> {
    const of = new Map<number, number[]>();
    for (let at = 0; at < this.length; at++) {
      const client = this.clientAt(at);
      if (client === 0 || (this.#counts[client] ?? 0) < 2) continue;
      const mine = of.get(client);
      if (mine) mine.push(at);
      else of.set(client, [at]);
    }
    return of;
  }

  /** The place of a client's end; undefined = it has none in that instant. */
  placeOf(endMs: EpochMs, client: number): number | undefined {
    const from = lowerBound(this.ends, endMs);
    for (let at = from; this.ends[at] === endMs && at < from + SAME_INSTANT; at++) if (this.clientAt(at) === client) return at;
    return undefined;
  }
}
