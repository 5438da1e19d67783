/** Opens and closes without an id in one log: while one connection of a peer at a time is open, each close belongs to the open before it. */
import type { EventOf } from '../types.ts';

type Opened = EventOf<'socket-opened'>;

/** Peers with open connections that are remembered; where more are open, ids or addresses are the only way to pair. */
const PEERS_LIMIT = 100_000;

interface Peer {
  readonly first: Opened;
  open: number;
  /** Several were open at once, so that nobody knows which of them a close ended. */
  mixed: boolean;
}

/** By peer: its address and port, its address, or everybody where no address is written. */
export class Alternation {
  readonly #peers = new Map<string, Peer>();
  /** Not every open is remembered here. */
  #partial = false;

  open(event: Opened): void {
    const key = peerKey(event);
    const peer = this.#peers.get(key);
    if (peer) {
      peer.open++;
      peer.mixed = true;
    } else if (this.#peers.size < PEERS_LIMIT) this.#peers.set(key, { first: event, open: 1, mixed: false });
    else this.#partial = true;
  }

  /** An open of this log with an id: a close without one may be of it. */
  named(): void {
    this.#partial = true;
  }

  /** The log has no open left that this close could end. */
  isOut(event: EventOf<'socket-closed'>): boolean {
    return !this.#partial && !this.#peers.has(peerKey(event));
  }

  /** The open that this close ends: undefined = several may be meant; null = the log has none that is left. */
  close(event: EventOf<'socket-closed'>): Opened | null | undefined {
    const key = peerKey(event);
    const peer = this.#peers.get(key);
    if (!peer) return this.#partial ? undefined : null;
    if (--peer.open === 0) this.#peers.delete(key);
    return peer.mixed ? undefined : peer.first;
  }
}

function peerKey({ keys: { client } }: EventOf<'socket-opened' | 'socket-closed'>): string {
  return client ? `${client.ip} ${client.port ?? ''}` : '';
}
