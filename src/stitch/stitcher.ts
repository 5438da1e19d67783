/**
 * Observations of connections → closures, one a connection. Runs over the timeline once, with a bounded window behind it: names join at once,
 * then what one log tells in two records; views without a shared name are paired when they leave the window.
 */

import type { Closure } from '../closure.ts';
import { connectionIds } from '../connection-names.ts';
import type { LogEvent } from '../types.ts';
import { closureOf } from './closure-of.ts';
import { absorb, type Draft, endpointOf, isSide, type Observation, ofConnection } from './draft.ts';
import type { Unclosed } from './live.ts';
import { ID_WINDOW_MS, Names } from './names.ts';
import { Opens } from './opens.ts';
import { FUZZY_WINDOW_MS, Pairing } from './pairing.ts';
import { Retold } from './retold.ts';

const COMPACT = 4_096;

/** Whether an event tells of one connection's end, or of what came before it. */
function isObservation(event: LogEvent): event is Observation {
  switch (event.kind) {
    case 'socket-closed':
    case 'tunnel-ended':
    case 'heartbeat-missed':
      return true;
    case 'proxy-fault':
      // A client that left during the handshake is told by the proxy too: the server may have opened already.
      return event.phase === 'tunnel' || event.fault === 'client-closed' || event.fault === 'client-reset';
    case 'process-fault':
      return event.fault === 'handler-exception' && event.keys.connection !== undefined;
    case 'handshake-failed':
      return isSide(event.vantage) || event.by === 'client';
    default:
      return false;
  }
}

export class Stitcher {
  readonly #emit: (closure: Closure) => void;
  readonly #opens = new Opens();
  readonly #names = new Names();
  readonly #retold = new Retold(this.#names, this.#opens, (into, from) => this.#absorb(into, from));
  readonly #pairing: Pairing;
  /** In order of their first view; those before `#gone` were emitted. */
  #drafts: Draft[] = [];
  #gone = 0;
  #count = 0;

  /** `sharedClients`: writers to whom every client has one address, that of the hop in front. */
  constructor(emit: (closure: Closure) => void, sharedClients: ReadonlySet<string>) {
    this.#emit = emit;
    this.#pairing = new Pairing(this.#names, sharedClients, (draft, other) => this.#join(draft, other));
  }

  add(event: LogEvent): void {
    if (event.kind === 'socket-opened') this.#opens.add(event);
    else if (isObservation(event)) this.#observe(this.#opens.named(event));
    this.#advance(event.when.fromMs);
  }

  /** Ends the timeline; returns connections that were opened by id and never ended. */
  finish(): Unclosed[] {
    this.#advance(Number.POSITIVE_INFINITY);
    return this.#opens.unclosed();
  }

  #observe(event: Observation): void {
    const ids = this.#opens.idsOf(event);
    const peer = this.#opens.peerOf(event);
    const ofPeer = this.#names.ofPeer(peer);
    this.#pairing.note(event);
    const draft = this.#names.find(event, ids, peer) ?? this.#retold.find(event, ids) ?? this.#start(event);
    draft.seen.push(event);
    draft.firstMs = Math.min(draft.firstMs, event.when.fromMs);
    draft.lastMs = Math.max(draft.lastMs, event.when.toMs);
    this.#retold.note(event, draft, ids);
    this.#pairing.takeFault(draft, ofPeer);
    this.#opens.begin(draft, event, ids);
    this.#names.add(draft, event, ids);
    this.#pairing.place(draft);
  }

  #start(event: Observation): Draft {
    const draft: Draft = {
      number: ++this.#count,
      seen: [],
      namedBy: new Set(),
      opened: undefined,
      unopened: false,
      ids: new Set(),
      pathValues: [],
      startMs: event.when.fromMs,
      firstMs: event.when.fromMs,
      lastMs: event.when.toMs,
      paired: false,
      gone: false,
      measures: undefined,
    };
    this.#drafts.push(draft);
    this.#pairing.add(draft);
    return draft;
  }

  #advance(nowMs: number): void {
    this.#pairing.advance(nowMs);
    for (let draft = this.#drafts[this.#gone]; draft; draft = this.#drafts[this.#gone]) {
      const window = draft.ids.size > 0 ? ID_WINDOW_MS : FUZZY_WINDOW_MS * 3;
      if (draft.lastMs >= nowMs - window) break;
      this.#gone++;
      draft.gone = true;
      this.#names.forget(draft);
      if (draft.seen.some(ofConnection)) this.#emit(closureOf(draft, this.#opens.takenBy(draft)));
    }
    // Arrays are cut once in a while: taking single items off their front would copy them each time.
    if (this.#gone > COMPACT) {
      this.#gone -= this.#drafts.splice(0, this.#gone).length;
      this.#pairing.prune();
    }
  }

  /** Gives one draft all that another saw of the same connection. */
  #absorb(into: Draft, from: Draft): void {
    this.#pairing.remove(from);
    absorb(into, from);
  }

  /** Makes one draft of two of the same connection. */
  #join(draft: Draft, other: Draft): void {
    // The draft that an endpoint began keeps its place: its time is the closure's.
    const [into, from] = endpointOf(other) || !endpointOf(draft) ? [other, draft] : [draft, other];
    const given = [...from.seen];
    this.#absorb(into, from);
    for (const event of given) {
      this.#opens.begin(into, event, connectionIds(event.keys));
      this.#names.add(into, event);
    }
    this.#pairing.place(into);
  }
}
