/**
 * Drafts around one another in time, listed by what a pair must have in common. When an instance dies, tens of thousands of connections
 * end in one second: to compare each with each would take hours.
 */
import { writerOf } from '../anchors.ts';
import type { DurationMs, EpochMs } from '../types.ts';
import { codeless, type Draft, endOf, lifeOf, type Measures } from './draft.ts';

/** A proxy counts a connection's life from the request's first byte, the server from its accept: the handshake lies between. */
export const HANDSHAKE_MS = 10_000;

/** Lives of about the same length, of clients that are known or not. */
const lifeList = (lifeMs: DurationMs, client: 'known' | 'unknown', step = 0): string =>
  `life ${Math.floor(lifeMs / HANDSHAKE_MS) + step} ${client}`;

/** The lists that a draft stands in. */
function placesOf({ client, lifeMs, codeless: isCodeless, refused }: Measures): string[] {
  const places = [`client ${client ?? ''}`, `${isCodeless ? 'codeless' : 'coded'} ${lifeMs === undefined ? 'ageless' : 'aged'}`];
  if (lifeMs !== undefined) places.push(lifeList(lifeMs, client === undefined ? 'unknown' : 'known'));
  if (refused) places.push('refused');
  return places;
}

/**
 * The lists in which its partner may stand: of one client; of about one life; of one that tells what it does not, with a life missing
 * on either side; another refusal.
 */
function placesNear({ client, lifeMs, codeless: isCodeless, refused }: Measures): string[] {
  const places = client === undefined ? [] : [`client ${client}`];
  const other = isCodeless ? 'coded' : 'codeless';
  places.push(`${other} ageless`);
  if (lifeMs === undefined) places.push(`${other} aged`);
  else
    for (const step of [-1, 0, 1]) {
      places.push(lifeList(lifeMs, 'unknown', step));
      if (client === undefined) places.push(lifeList(lifeMs, 'known', step));
    }
  if (refused) places.push('refused');
  return places;
}

export class Neighbourhood {
  readonly #sharedClients: ReadonlySet<string>;
  /** Each in order of the drafts' start. */
  readonly #lists = new Map<string, Draft[]>();

  /** `sharedClients`: writers to whom every client has one address, that of the hop in front. */
  constructor(sharedClients: ReadonlySet<string>) {
    this.#sharedClients = sharedClients;
  }

  /** Lists a draft that is new or has changed. */
  place(draft: Draft): void {
    const before = draft.measures ? placesOf(draft.measures) : [];
    draft.measures = undefined;
    const now = placesOf(this.measured(draft));
    for (const place of before) if (!now.includes(place)) this.#remove(draft, place);
    for (const place of now) if (!before.includes(place)) this.#insert(draft, place);
  }

  measured(draft: Draft): Measures {
    draft.measures ??= {
      client: this.#clientOf(draft),
      end: endOf(draft),
      lifeMs: lifeOf(draft),
      codeless: codeless(draft),
      refused: draft.seen.some((event) => event.kind === 'handshake-failed'),
    };
    return draft.measures;
  }

  /** Other drafts begun in [fromMs, toMs] that may be its connection's; one may come twice. */
  *near(draft: Draft, fromMs: EpochMs, toMs: EpochMs): Generator<Draft> {
    for (const place of placesNear(this.measured(draft))) yield* this.#among(place, draft, fromMs, toMs);
  }

  /** Those begun in [fromMs, toMs] of which no address says that they are another client's. */
  *ofSameClient(draft: Draft, fromMs: EpochMs, toMs: EpochMs): Generator<Draft> {
    const { client } = this.measured(draft);
    const places =
      client === undefined ? ['codeless ageless', 'codeless aged', 'coded ageless', 'coded aged'] : [`client ${client}`, 'client '];
    for (const place of places) yield* this.#among(place, draft, fromMs, toMs);
  }

  /** Forgets drafts that are gone. */
  prune(): void {
    for (const [place, drafts] of this.#lists) {
      const left = drafts.filter((draft) => !draft.gone);
      if (left.length > 0) this.#lists.set(place, left);
      else this.#lists.delete(place);
    }
  }

  *#among(place: string, draft: Draft, fromMs: EpochMs, toMs: EpochMs): Generator<Draft> {
    const drafts = this.#lists.get(place) ?? [];
    for (let at = firstSince(drafts, fromMs); at < drafts.length; at++) {
      const other = drafts[at] as Draft;
      if (other.startMs > toMs) break;
      if (other !== draft && !other.gone && other.seen.length > 0) yield other;
    }
  }

  #insert(draft: Draft, place: string): void {
    const drafts = this.#lists.get(place);
    const last = drafts?.at(-1);
    if (!drafts) this.#lists.set(place, [draft]);
    else if (!last || last.startMs <= draft.startMs) drafts.push(draft);
    else drafts.splice(firstSince(drafts, draft.startMs), 0, draft);
  }

  #remove(draft: Draft, place: string): void {
    const drafts = this.#lists.get(place) ?? [];
    const at = drafts.indexOf(draft, firstSince(drafts, draft.startMs));
    if (at >= 0) drafts.splice(at, 1);
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

/** Place of the first draft that began at `ms` or later. */
function firstSince(drafts: readonly Draft[], ms: number): number {
  let low = 0;
  let high = drafts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((drafts[mid] as Draft).startMs < ms) low = mid + 1;
    else high = mid;
  }
  return low;
}
