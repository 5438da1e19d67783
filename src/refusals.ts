/**
 * How many attempts to connect a proxy or server refused. A record of the request tells of one each. Where no proxy's access log is among
 * the inputs, the proxy's error log has to do: it names the request, and what failed before the answer.
 */
import { isWebSocketPath } from './grammar/websocket.ts';
import { toldTwice } from './stitch/same.ts';
import type { EpochMs, EventOf, LogEvent } from './types.ts';
import { isUndated } from './undated.ts';

/** Faults after which a proxy has nobody left to ask. */
const FINAL: ReadonlySet<EventOf<'proxy-fault'>['fault']> = new Set(['capacity', 'no-upstream', 'client-closed', 'client-reset']);
/** Connections that are known by number at once: a storm of more is counted by its lines. */
const KNOWN_LIMIT = 100_000;

/** Clients that lost their server come back at once and again within this: Socket.IO waits 5 s at most, most backoffs 30 s. */
const STORM_MS = 60_000;

/** The most refusals within `STORM_MS` that one kind of record tells of, one side. */
class Storm {
  /** By second, in order of time. */
  #seconds: { readonly second: number; count: number }[] = [];
  #sum = 0;
  most = 0;

  add(ms: EpochMs): void {
    const second = Math.floor(ms / 1_000);
    const last = this.#seconds.at(-1);
    if (last && last.second >= second) last.count++;
    else this.#seconds.push({ second, count: 1 });
    this.#sum++;
    for (let first = this.#seconds[0]; first && first.second < second - STORM_MS / 1_000; first = this.#seconds[0]) {
      this.#sum -= first.count;
      this.#seconds.shift();
    }
    this.most = Math.max(this.most, this.#sum);
  }
}

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
  /** A client, its proxy's access log and its error log tell of one attempt each: only like records are counted together. */
  readonly #storms = new Map<string, Storm>();

  add(event: LogEvent): void {
    if (event.kind === 'tunnel-ended') this.#hasRecords = true;
    if (event.kind === 'handshake-failed' || (event.kind === 'proxy-fault' && event.fault === 'upstream-refused')) this.#weather(event);
    if (event.kind === 'handshake-failed' && event.vantage !== 'client') this.#record(event);
    if (event.kind !== 'proxy-fault' || !isRefused(event)) return;
    const { source } = event.origin;
    const faults = this.#faults.get(source) ?? new Faults();
    this.#faults.set(source, faults);
    faults.add(event);
  }

  #weather({ kind, vantage, when }: LogEvent): void {
    if (isUndated(when)) return;
    const key = `${kind} ${vantage}`;
    const storm = this.#storms.get(key) ?? new Storm();
    this.#storms.set(key, storm);
    storm.add(when.fromMs);
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

  /** The most within a minute. */
  get storm(): number {
    return Math.max(0, ...[...this.#storms.values()].map(({ most }) => most));
  }

  get count(): number {
    if (this.#hasRecords || this.#recorded > 0) return this.#recorded;
    let count = 0;
    for (const faults of this.#faults.values()) count += faults.count;
    return count;
  }
}
