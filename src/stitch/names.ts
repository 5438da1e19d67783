/** Connections by what logs call them: an id, a value in the URL, the client's address and port, a proxy's own number. */
import { connectionIds, pathValues, peerOf, writerOf } from '../connection-names.ts';
import type { DurationMs } from '../types.ts';
import type { Draft, Observation } from './draft.ts';
import { accepts } from './same.ts';

/** A server's heartbeat finds a lost client up to two intervals late; TCP may need longer, but such views rarely share an id. */
export const ID_WINDOW_MS: DurationMs = 120_000;
/** A proxy's number and a client's port are taken again by others: neighbouring hops log one end within a round trip, an event loop, a slow disk. */
const PEER_WINDOW_MS: DurationMs = 6_000;
const NUMBER_WINDOW_MS: DurationMs = 4_000;

export class Names {
  readonly #byId = new Map<string, Draft>();
  /** By what stands in the URL of a request under a name that is nobody's in particular. */
  readonly #byPathValue = new Map<string, Draft>();
  readonly #byPeer = new Map<string, Draft>();
  readonly #byProxyNumber = new Map<string, Draft>();
  /** Pairs of writers that share connection ids: between them an id that differs means another connection. */
  readonly #friends = new Set<string>();

  /** The connection that the event names. `ids` and `peer`: what the event, or the line of its begin, calls it. */
  find(event: Observation, ids: readonly string[], peer: string | undefined): Draft | undefined {
    const found = this.#byIds(event, ids) ?? this.#calledSo(event, ids);
    if (found) return found;
    const number = proxyNumber(event);
    const numbered = number === undefined ? undefined : this.#byProxyNumber.get(number);
    if (numbered && accepts(numbered, event, NUMBER_WINDOW_MS)) return numbered;
    const known = this.ofPeer(peer);
    return known && accepts(known, event, PEER_WINDOW_MS) && !this.conflict(known, ids, writerOf(event)) ? known : undefined;
  }

  ofPeer(peer: string | undefined): Draft | undefined {
    return peer === undefined ? undefined : this.#byPeer.get(peer);
  }

  /** From now on the draft is known by what the event calls it. */
  add(draft: Draft, event: Observation, ids: readonly string[] = connectionIds(event.keys)): void {
    if (ids.length > 0) draft.namedBy.add(writerOf(event));
    for (const id of ids) {
      draft.ids.add(id);
      this.#byId.set(id, draft);
    }
    for (const value of pathValues(event.keys.path)) {
      draft.pathValues.push(value);
      this.#byPathValue.set(value, draft);
    }
    const number = proxyNumber(event);
    if (number !== undefined) this.#byProxyNumber.set(number, draft);
    for (const one of [event, draft.opened]) {
      const peer = one && peerOf(one);
      if (peer !== undefined) this.#byPeer.set(peer, draft);
    }
  }

  /** The draft has other ids, from this writer or from one that shares its ids with it. */
  conflict(draft: Draft, ids: Iterable<string>, writer: string): boolean {
    if (draft.ids.size === 0) return false;
    let any = false;
    for (const id of ids) {
      if (draft.ids.has(id)) return false;
      any = true;
    }
    if (!any) return false;
    for (const other of draft.namedBy) if (other === writer || this.#friends.has(pairOf(other, writer))) return true;
    return false;
  }

  forget(draft: Draft): void {
    for (const id of draft.ids) remove(this.#byId, id, draft);
    for (const value of draft.pathValues) remove(this.#byPathValue, value, draft);
    for (const event of draft.seen) remove(this.#byProxyNumber, proxyNumber(event), draft);
    for (const event of draft.opened ? [draft.opened, ...draft.seen] : draft.seen) remove(this.#byPeer, peerOf(event), draft);
  }

  #byIds(event: Observation, ids: readonly string[]): Draft | undefined {
    for (const id of ids) {
      const draft = this.#byId.get(id);
      if (!draft || !accepts(draft, event, ID_WINDOW_MS)) continue;
      const writer = writerOf(event);
      for (const other of draft.seen) if (writerOf(other) !== writer) this.#friends.add(pairOf(writerOf(other), writer));
      return draft;
    }
    return undefined;
  }

  /** What one log calls the connection stands in the URL that another writes of it, under whatever name. */
  #calledSo(event: Observation, ids: readonly string[]): Draft | undefined {
    const { connection, path } = event.keys;
    const isIt = (draft: Draft | undefined): boolean =>
      draft !== undefined && accepts(draft, event, ID_WINDOW_MS) && !this.conflict(draft, ids, writerOf(event));
    const mine = connection === undefined ? undefined : this.#byPathValue.get(connection);
    if (isIt(mine)) return mine;
    for (const value of pathValues(path)) {
      const draft = this.#byId.get(value);
      if (isIt(draft) && draft?.seen.some(({ keys }) => keys.connection === value)) return draft;
    }
    return undefined;
  }
}

function remove(known: Map<string, Draft>, name: string | undefined, draft: Draft): void {
  if (name !== undefined && known.get(name) === draft) known.delete(name);
}

const pairOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);

const proxyNumber = ({ keys: { proxyConnection, client } }: Observation): string | undefined =>
  proxyConnection && `${proxyConnection} ${client?.ip ?? ''}`;
