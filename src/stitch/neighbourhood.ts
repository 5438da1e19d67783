/**
 * Drafts around one another in time, listed by what a pair must have in common. When an instance dies, tens of thousands of connections
 * end in one second: to compare each with each would take hours.
 */
import { writerOf } from '../connection-names.ts';
import { gap } from '../spans.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import { isUndated } from '../undated.ts';
import {
  brokenSince,
  codeless,
  codesOf,
  type Draft,
  endOf,
  isBrokenAlone,
  isFaultAlone,
  isFaultTunnel,
  isTunnelAlone,
  lifeOf,
  type Measures,
  slotsOf,
} from './draft.ts';

/** A proxy counts a connection's life from the request's first byte, the server from its accept: the handshake lies between. */
export const HANDSHAKE_MS = 10_000;

/** What a pair costs, beside the seconds that its ends lie apart and what its lives differ by. */
export const COST = { ageless: 1, anyClient: 0.5, refused: 1 } as const;

/** Lives of about the same length, of clients that are known or not. */
const lifeList = (lifeMs: DurationMs, client: 'known' | 'unknown', step = 0): string =>
  `life ${Math.floor(lifeMs / HANDSHAKE_MS) + step} ${client}`;

/** Who tells of an end alone: a proxy, or an endpoint whose connection broke. */
type Side = 'proxy' | 'endpoint';

export const sideOf = (alone: NonNullable<Measures['alone']>): Side => (alone === 'broken' ? 'endpoint' : 'proxy');

/** Begins this near are one: two hosts' clocks agree no better, and a round trip lies between the server's word of it and the client's. */
const BEGUN_MS = 100;

const begunList = (begunMs: EpochMs, step = 0): string => `begun ${Math.floor(begunMs / BEGUN_MS) + step}`;

/** The lists that a draft stands in. A record without a stamp has its time in common with everything: its client tells, or nothing does. */
function placesOf({ client, end, lifeMs, codeless: isCodeless, refused, alone, brokenMs }: Measures): string[] {
  const places = client === undefined ? [] : [`client ${client}`];
  if (!isUndated(end)) {
    places.push(`${isCodeless ? 'codeless' : 'coded'} ${lifeMs === undefined ? 'ageless' : 'aged'}`);
    if (lifeMs !== undefined) places.push(lifeList(lifeMs, client === undefined ? 'unknown' : 'known'));
  }
  if (brokenMs !== undefined) places.push(begunList(brokenMs));
  if (refused) places.push('refused');
  if (alone) places.push(sideOf(alone), `${sideOf(alone)} ${client ?? ''}`);
  return places;
}

/** Where a partner may stand, and what a pair from there costs at least, its ends apart. */
type Near = readonly [place: string, least: number];

/**
 * The lists in which its partner may stand: of one client; of about one life; of one that tells what it does not, with a life missing
 * on either side; another refusal.
 */
function placesNear({ client, end, lifeMs, codeless: isCodeless, refused }: Measures): Near[] {
  const places: Near[] = client === undefined ? [] : [[`client ${client}`, lifeMs === undefined ? COST.ageless : 0]];
  if (refused) places.push(['refused', COST.refused]);
  if (isUndated(end)) return places;
  const other = isCodeless ? 'coded' : 'codeless';
  places.push([`${other} ageless`, COST.ageless + COST.anyClient]);
  if (lifeMs === undefined) places.push([`${other} aged`, COST.ageless + COST.anyClient]);
  else
    for (const step of [-1, 0, 1]) {
      places.push([lifeList(lifeMs, 'unknown', step), COST.anyClient]);
      if (client === undefined) places.push([lifeList(lifeMs, 'known', step), COST.anyClient]);
    }
  return places;
}

/** Drafts with the same slots, in order of their end. */
interface List {
  readonly slots: readonly string[];
  readonly drafts: Draft[];
  /** No end in it is a wider span. */
  widestMs: DurationMs;
}

interface Found {
  readonly draft: Draft | undefined;
  readonly cost: number;
}

export class Neighbourhood {
  readonly #sharedClients: ReadonlySet<string>;
  readonly #lists = new Map<string, List[]>();
  readonly #listed = new Set<Draft>();
  readonly #waiting = new Set<Draft>();
  /** Whether what one side tells alone is listed; tunnels are in these logs, in which an endpoint writes ends too. */
  #listsAlone = false;
  readonly #tunnelsListed = new Set<string>();

  /** `sharedClients`: writers to whom every client has one address, that of the hop in front. */
  constructor(sharedClients: ReadonlySet<string>) {
    this.#sharedClients = sharedClients;
  }

  /** From now on lists what one side tells alone, also tunnels of that log. */
  listAlone(tunnelsOf?: string): void {
    if (this.#listsAlone && (tunnelsOf === undefined || this.#tunnelsListed.has(tunnelsOf))) return;
    this.#listsAlone = true;
    if (tunnelsOf !== undefined) this.#tunnelsListed.add(tunnelsOf);
    for (const draft of [...this.#listed, ...this.#waiting]) if (!draft.gone) this.place(draft);
  }

  /** Lists a draft that is new or has changed, as soon as somebody looks for its neighbours: where names join all, nobody does. */
  place(draft: Draft): void {
    this.remove(draft);
    this.#waiting.add(draft);
  }

  /** Takes a draft off its lists: another one has all that it saw. */
  remove(draft: Draft): void {
    if (this.#listed.delete(draft)) for (const place of placesOf(this.measured(draft))) this.#remove(draft, this.measured(draft), place);
    this.#waiting.delete(draft);
    draft.measures = undefined;
  }

  measured(draft: Draft): Measures {
    draft.measures ??= {
      client: this.#clientOf(draft),
      end: endOf(draft),
      lifeMs: lifeOf(draft),
      codeless: codeless(draft),
      codes: codesOf(draft),
      refused: draft.seen.some((event) => event.kind === 'handshake-failed'),
      alone: this.#aloneOf(draft),
      brokenMs: brokenSince(draft),
      slots: slotsOf(draft),
    };
    return draft.measures;
  }

  /**
   * The one that costs least, and less than `most`: of two that cost the same the earlier one. `costOf` is asked of the nearest in time
   * first, and of no more than it takes; it is at least the seconds between the ends.
   */
  nearest(draft: Draft, most: number, costOf: (other: Draft) => number): Draft | undefined {
    this.#listWaiting();
    const mine = this.measured(draft);
    let best: Found = { draft: undefined, cost: most };
    for (const [place, least] of placesNear(mine))
      for (const list of this.#lists.get(place) ?? [])
        if (!list.slots.some((slot) => mine.slots.includes(slot))) best = nearestIn(list, draft, mine.end, least, best, costOf);
    return best.draft;
  }

  /** Whether somebody tells of ends without saying whose they are. */
  get tellsAlone(): boolean {
    return this.#listsAlone;
  }

  /** What proxies tell alone, or endpoints of breaks, as asked, within `withinMs` of its end, of which no address says that they are another client's. */
  *alone(which: Side, draft: Draft, withinMs: DurationMs): Generator<Draft> {
    this.#listWaiting();
    const { client, end } = this.measured(draft);
    for (const place of client === undefined ? [which] : [`${which} ${client}`, `${which} `])
      for (const { drafts, widestMs } of this.#lists.get(place) ?? [])
        for (let at = firstSince(drafts, end.fromMs - withinMs - widestMs); at < drafts.length; at++) {
          const other = drafts[at] as Draft;
          const theirs = this.measured(other).end;
          if (theirs.fromMs > end.toMs + withinMs) break;
          if (other !== draft && !other.gone && gap(end, theirs) <= withinMs) yield other;
        }
  }

  /** The broken connection of which `mayBe` is true and whose begin lies nearest; undefined = none began with it. */
  begunWith(draft: Draft, mayBe: (other: Draft) => boolean): Draft | undefined {
    const { brokenMs, slots } = this.measured(draft);
    if (brokenMs === undefined) return undefined;
    this.#listWaiting();
    const apart = (other: Draft): DurationMs => Math.abs((this.measured(other).brokenMs ?? Number.NaN) - brokenMs);
    let [best, leastMs]: [Draft | undefined, DurationMs] = [undefined, BEGUN_MS];
    for (const step of [-1, 0, 1])
      for (const list of this.#lists.get(begunList(brokenMs, step)) ?? []) {
        if (list.slots.some((slot) => slots.includes(slot))) continue;
        for (const other of list.drafts)
          if (!other.gone && apart(other) <= leastMs && mayBe(other)) [best, leastMs] = [other, apart(other)];
      }
    return best;
  }

  /** Forgets drafts that are gone. */
  prune(): void {
    for (const drafts of [this.#listed, this.#waiting]) for (const draft of drafts) if (draft.gone) drafts.delete(draft);
    for (const [place, lists] of this.#lists) {
      const left = lists.flatMap((list) => {
        const drafts = list.drafts.filter((draft) => !draft.gone);
        return drafts.length > 0 ? [{ ...list, drafts }] : [];
      });
      if (left.length > 0) this.#lists.set(place, left);
      else this.#lists.delete(place);
    }
  }

  #listWaiting(): void {
    for (const draft of this.#waiting) {
      const measures = this.measured(draft);
      for (const place of placesOf(measures)) this.#insert(draft, measures, place);
      this.#listed.add(draft);
    }
    this.#waiting.clear();
  }

  #insert(draft: Draft, { slots, end }: Measures, place: string): void {
    const lists = this.#lists.get(place) ?? [];
    if (lists.length === 0) this.#lists.set(place, lists);
    let list = lists.find((one) => isSame(one.slots, slots));
    if (!list) {
      list = { slots, drafts: [], widestMs: 0 };
      lists.push(list);
    }
    list.widestMs = Math.max(list.widestMs, end.toMs - end.fromMs);
    const last = list.drafts.at(-1);
    if (!last || isBefore(last, end.fromMs, draft.number)) list.drafts.push(draft);
    else list.drafts.splice(firstSince(list.drafts, end.fromMs, draft.number), 0, draft);
  }

  #remove(draft: Draft, { slots, end }: Measures, place: string): void {
    const list = this.#lists.get(place)?.find((one) => isSame(one.slots, slots));
    const at = list ? firstSince(list.drafts, end.fromMs, draft.number) : -1;
    if (list?.drafts[at] === draft) list.drafts.splice(at, 1);
  }

  #aloneOf(draft: Draft): Measures['alone'] {
    if (!this.#listsAlone) return undefined;
    if (isFaultAlone(draft)) return 'fault';
    if (isFaultTunnel(draft)) return 'tunnel';
    if (isTunnelAlone(draft)) return this.#tunnelsListed.has(draft.seen[0]?.origin.source ?? '') ? 'tunnel' : undefined;
    return isBrokenAlone(draft) ? 'broken' : undefined;
  }

  #clientOf(draft: Draft): string | undefined {
    for (const event of draft.seen) {
      const ip = event.keys.client?.ip;
      if (ip && !this.#sharedClients.has(writerOf(event))) return ip;
    }
    // Many servers name the peer when it comes and only its id when it goes.
    const { opened } = draft;
    return opened && !this.#sharedClients.has(writerOf(opened)) ? opened.keys.client?.ip : undefined;
  }
}

/** The best of those found so far and those in the list: outwards from the end, as long as what lies there can cost less. */
function nearestIn(
  { drafts, widestMs }: List,
  draft: Draft,
  end: Measures['end'],
  least: number,
  known: Found,
  costOf: (other: Draft) => number,
): Found {
  let best = known;
  const ask = (at: number): void => {
    const other = drafts[at] as Draft;
    if (other === draft || other.gone) return;
    const cost = costOf(other);
    if (cost < best.cost || (best.draft && cost === best.cost && other.number < best.draft.number)) best = { draft: other, cost };
  };
  const atLeast = (apartMs: DurationMs): number => least + Math.max(0, apartMs) / 1_000;
  let after = firstSince(drafts, end.fromMs - widestMs);
  let before = after;
  for (;;) {
    const later = after < drafts.length ? atLeast(endFrom(drafts[after] as Draft) - end.toMs) : Number.POSITIVE_INFINITY;
    const fromMs = before > 0 ? endFrom(drafts[before - 1] as Draft) : Number.NEGATIVE_INFINITY;
    const earlier = atLeast(end.fromMs - widestMs - fromMs);
    if (later < earlier && later < best.cost) ask(after++);
    else if (earlier > best.cost || earlier === Number.POSITIVE_INFINITY) break;
    else {
      // Of those that ended in one moment the first comes first.
      const to = before;
      before = firstSince(drafts, fromMs);
      for (let at = before; at < to && (at === before || earlier < best.cost); at++) ask(at);
    }
  }
  return best;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((slot, at) => slot === b[at]);

/** A draft that is listed has been measured. */
const endFrom = ({ measures }: Draft): EpochMs => (measures as Measures).end.fromMs;
const isBefore = (draft: Draft, ms: EpochMs, number: number): boolean =>
  endFrom(draft) < ms || (endFrom(draft) === ms && draft.number < number);

/** Place of the first draft that ended at `ms` or later, with that number or a higher one if at `ms`. */
function firstSince(drafts: readonly Draft[], ms: EpochMs, number = 0): number {
  let low = 0;
  let high = drafts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (isBefore(drafts[mid] as Draft, ms, number)) low = mid + 1;
    else high = mid;
  }
  return low;
}
