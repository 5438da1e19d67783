/**
 * How many attempts to connect a proxy or server refused. A record of the request tells of one each. Where no proxy's access log is among
 * the inputs, the proxy's error log has to do: it names the request, and what failed before the answer.
 */
import { isWebSocketPath } from './grammar/websocket.ts';
import { toldTwice } from './stitch/same.ts';
import type { EventOf, LogEvent } from './types.ts';

/** Faults after which a proxy has nobody left to ask. */
const FINAL: ReadonlySet<EventOf<'proxy-fault'>['fault']> = new Set(['capacity', 'no-upstream', 'client-closed', 'client-reset']);
/** Connections that are known by number at once: a storm of more is counted by its lines. */
const KNOWN_LIMIT = 100_000;

/** An upgrade, as its path tells, that failed before its 101. */
const isRefused = ({ phase, keys }: EventOf<'proxy-fault'>): boolean =>
  (phase === 'connect' || phase === 'handshake') && isWebSocketPath(keys.path);

/** What one error log tells. */
class Faults {
  /** Upgrades with a final fault, and those that the proxy may have passed on to another server. */
  #final = 0;
  #first = 0;
  readonly #known = new Set<string>();
  readonly #upstreams = new Set<string>();

  add({ fault, keys }: EventOf<'proxy-fault'>): void {
    if (keys.upstream && this.#upstreams.size < 2) this.#upstreams.add(`${keys.upstream.ip} ${keys.upstream.port ?? ''}`);
    const id = `${keys.pid ?? ''} ${keys.proxyConnection ?? ''}`;
    if (keys.proxyConnection !== undefined && this.#known.has(id)) return;
    if (this.#known.size >= KNOWN_LIMIT) this.#known.clear();
    this.#known.add(id);
    if (FINAL.has(fault)) this.#final++;
    else this.#first++;
  }

  /** With several servers behind it, one that fails is no refusal: the next one may have answered. */
  get count(): number {
    return this.#final + (this.#upstreams.size > 1 ? 0 : this.#first);
  }
}

export class Refusals {
  #recorded = 0;
  #hasRecords = false;
  /** By source: the latest, unless its line was the second about it. */
  readonly #latest = new Map<string, EventOf<'handshake-failed'>>();
  readonly #faults = new Map<string, Faults>();

  add(event: LogEvent): void {
    if (event.kind === 'tunnel-ended') this.#hasRecords = true;
    if (event.kind === 'handshake-failed' && event.vantage !== 'client') this.#record(event);
    if (event.kind !== 'proxy-fault' || !isRefused(event)) return;
    const { source } = event.origin;
    const faults = this.#faults.get(source) ?? new Faults();
    this.#faults.set(source, faults);
    faults.add(event);
  }

  #record(event: EventOf<'handshake-failed'>): void {
    const { source } = event.origin;
    const last = this.#latest.get(source);
    if (last && toldTwice(last, event)) {
      this.#latest.delete(source);
      return;
    }
    this.#latest.set(source, event);
    this.#recorded++;
  }

  get count(): number {
    if (this.#hasRecords || this.#recorded > 0) return this.#recorded;
    let count = 0;
    for (const faults of this.#faults.values()) count += faults.count;
    return count;
  }
}
