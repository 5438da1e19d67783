/** What logs wrote of connections that began, for the lines that tell how they ended. */
import { connectionIds, peerOf } from '../connection-names.ts';
import type { DurationMs, EventOf } from '../types.ts';
import { Alternation } from './alternation.ts';
import type { Draft, Observation } from './draft.ts';
import { LiveOpens, type Unclosed } from './live.ts';

type Opened = EventOf<'socket-opened'>;
type Closed = EventOf<'socket-closed'>;

/** A one-second stamp and a round trip. */
export const LONE_MS: DurationMs = 1_500;

export class Opens {
  readonly #live = new LiveOpens();
  /** Sources that write opens, and what those without an id tell. */
  readonly #openers = new Map<string, Alternation>();
  /** Clients' logs that name a connection when it opens. */
  readonly #pages = new Map<string, Alternation>();

  add(event: Opened): void {
    const id = event.keys.connection;
    const opener = alternationOf(this.#openers, event);
    if (id === undefined) {
      opener.open(event);
      return;
    }
    opener.named();
    this.#live.set(id, event);
    if (event.vantage === 'client') alternationOf(this.#pages, event).open(event);
  }

  /** A close without a name in the log of a client that had one connection open, which it named then, is of that one. */
  named(event: Observation): Observation {
    if (event.kind !== 'socket-closed' || event.vantage !== 'client') return event;
    const opened = this.#pages.get(event.origin.source)?.close(event);
    const connection = opened?.keys.connection;
    if (!opened || connection === undefined || connectionIds(event.keys).length > 0) return event;
    const apart = event.lifeMs === undefined ? 0 : event.when.fromMs - event.lifeMs - opened.when.fromMs;
    return Math.abs(apart) <= LONE_MS ? { ...event, keys: { ...event.keys, connection } } : event;
  }

  /** The event's own ids and, at its close, those that its open line named beside them: a request id, say. */
  idsOf(event: Observation): string[] {
    const ids = connectionIds(event.keys);
    const requestId = this.#begunAs(event)?.keys.requestId;
    if (requestId !== undefined && !ids.includes(requestId)) ids.push(requestId);
    return ids;
  }

  /** The client's address and port. Many servers name them when it comes and only its id when it goes. */
  peerOf(event: Observation): string | undefined {
    const own = peerOf(event);
    if (own !== undefined) return own;
    const opened = this.#begunAs(event);
    return opened && peerOf(opened);
  }

  /** The log has no open left that this close could end. */
  isOut(event: Closed): boolean {
    return this.#openers.get(event.origin.source)?.isOut(event) === true;
  }

  /** Finds the begin of what ended: by its ids, or in its log's order where it has none. */
  begin(draft: Draft, event: Observation, ids: readonly string[]): void {
    if (event.kind !== 'socket-closed') return;
    for (const id of ids) this.#end(draft, event, id);
    if (ids.length > 0 || draft.seen.length > 1) return;
    const opened = this.#openers.get(event.origin.source)?.close(event);
    if (opened === null) draft.unopened = true;
    else draft.opened ??= opened;
  }

  /** What the server wrote of the begin, where the client alone tells of the end. */
  takenBy({ opened, ids, seen }: Draft): Opened | undefined {
    if (!opened || seen.some(({ vantage }) => vantage !== 'client')) return undefined;
    if (opened.vantage !== 'client') return opened.vantage === 'server' ? opened : undefined;
    for (const id of ids) {
      const taken = this.#live.of(id).find((live) => live.vantage === 'server');
      if (taken) return taken;
    }
    return undefined;
  }

  /** Connections that were opened by id and never ended. */
  unclosed(): Unclosed[] {
    return this.#live.unclosed();
  }

  #begunAs({ kind, origin, keys: { connection } }: Observation): Opened | undefined {
    return kind === 'socket-closed' && connection !== undefined ? this.#live.get(origin.source, connection) : undefined;
  }

  /** The connection's open line is closed; another side's counts where its own log has none. */
  #end(draft: Draft, { origin, vantage }: Closed, id: string): void {
    const opened = this.#live.get(origin.source, id);
    // Another file of the server tells the end: nothing is left open. What a client tells does not show that the server wrote of it.
    const elsewhere = opened || draft.opened ? undefined : this.#live.of(id)[0];
    draft.opened ??= opened ?? elsewhere;
    // What its server ended is over for the client too, whether or not that writes of it.
    this.#live.end(
      id,
      (live) =>
        live === opened || (vantage === 'server' && (live.vantage === 'client' || (live === elsewhere && live.vantage === 'server'))),
    );
  }
}

function alternationOf(bySource: Map<string, Alternation>, { origin: { source } }: Opened): Alternation {
  const known = bySource.get(source) ?? new Alternation();
  bySource.set(source, known);
  return known;
}
