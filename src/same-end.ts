/**
 * Ends that two sides tell of by no name in common: known as one once the deaths are known, since what a death took began and ended with it.
 */
import type { Closure } from './closure.ts';
import { isLoopback } from './grammar/address.ts';
import { lowerBound } from './numbers.ts';
import { gap, Spans } from './spans.ts';
import type { DurationMs, Span } from './types.ts';
import { isUndated } from './undated.ts';

/** An end that one side tells of, and at which address. */
export interface EndSeen {
  readonly when: Span;
  readonly ip: string | undefined;
}

/**
 * Of a server's death the clients tell their ends, and a proxy's log as many broken tunnels, with neither names nor ages: each line is one
 * of the clients' connections, not another one.
 */
export class ToldByClients {
  readonly #ends: readonly EndSeen[];
  readonly #starts: Float64Array;
  readonly #widestMs: DurationMs;
  /** Places of the ends that were taken, and closures that took one. */
  readonly #taken = new Set<number>();
  readonly #takers = new Set<string>();

  /** `ends` = closures that a client tells of and no proxy. */
  constructor(ends: readonly EndSeen[]) {
    this.#ends = ends.toSorted((a, b) => a.when.fromMs - b.when.fromMs);
    this.#starts = Float64Array.from(this.#ends, ({ when }) => when.fromMs);
    this.#widestMs = this.#ends.reduce((widest, { when }) => Math.max(widest, when.toMs - when.fromMs), 0);
  }

  /** Takes one of the ends for the closure; false = none is left that may be the same. */
  take({ id, inferred, lifeMs, ended, keys, seen }: Closure): boolean {
    const isProxys = seen.every(({ kind }) => kind === 'proxy-fault' || kind === 'tunnel-ended');
    if (!inferred || lifeMs !== undefined || keys.connection !== undefined || !isProxys) return false;
    const mayBe = ({ when, ip }: EndSeen): boolean =>
      gap(when, ended) <= TOLD_MS && (ip === undefined || keys.client === undefined || isLoopback(keys.client.ip) || ip === keys.client.ip);
    let at = lowerBound(this.#starts, ended.fromMs - TOLD_MS - this.#widestMs);
    for (let end = this.#ends[at]; end && end.when.fromMs <= ended.toMs + TOLD_MS; end = this.#ends[++at]) {
      if (this.#taken.has(at) || !mayBe(end)) continue;
      this.#taken.add(at);
      this.#takers.add(id);
      return true;
    }
    return false;
  }

  /** Whether the closure took one. */
  took({ id }: Closure): boolean {
    return this.#takers.has(id);
  }
}
/** Two machines' stamps of one end. */
const TOLD_MS = 1_000;

/** Only a client tells of it, and nothing by which it could be known again. */
export const isAnonymous = (closure: Closure): boolean =>
  closure.state === 'abnormal' &&
  closure.keys.connection === undefined &&
  closure.keys.client === undefined &&
  closure.lifeMs === undefined &&
  closure.seen.every((event) => event.kind === 'socket-closed' && event.vantage === 'client');

/** Clients notice a server's end so much later: a retransmission, a busy page. */
const NOTICED_MS = 9_000;

/** A proxy counts a life from the request, the server writes when it took the connection over; stamps are cut besides. */
const BEGINS_MS = 1_500;
/** Two machines' clocks. */
const ENDS_MS = 1_000;

const begunOf = ({ seen: [opened], ended }: Closure): Span => opened?.when ?? ended;

/** Empty = it does not tell. */
const clientOf = ({ keys: { client } }: Closure): string => (client === undefined || isLoopback(client.ip) ? '' : client.ip);

/**
 * What other sides tell of the connections that a death took along, by no name in common: the one that began when the server wrote of a
 * begin, from that client, and ended with the server is that one, and not another.
 */
export class TakenAlong {
  readonly #lost: readonly Closure[];
  /** In order of their begins: all, and by the client's address. */
  readonly #all: Spans<Closure>;
  readonly #begun: ReadonlyMap<string, Spans<Closure>>;
  readonly #found = new Set<Closure>();
  /** By the id of the closure that tells of the end. */
  readonly #ofTeller = new Map<string, Closure>();

  /** `lost` = as `unlogged` makes them: each has seen its begin alone. */
  constructor(lost: readonly Closure[]) {
    this.#lost = lost;
    this.#all = new Spans(lost, begunOf);
    const byClient = groupedBy(lost, clientOf);
    // Where all of them have one client, that is the hop in front.
    const isShared = lost.length > 1 && byClient.size === 1;
    this.#begun = isShared ? new Map() : new Map([...byClient].map(([client, closures]) => [client, new Spans(closures, begunOf)]));
  }

  /** Those that may have the closure's client. */
  #near(closure: Closure, began: Span): readonly Closure[] {
    const client = clientOf(closure);
    const group = this.#begun.size === 0 || client === '' ? this.#all : this.#begun.get(client);
    return group?.between(began.fromMs - BEGINS_MS, began.toMs + BEGINS_MS) ?? [];
  }

  /** Finds what the closure tells of, if it is one of them. */
  hear(closure: Closure): void {
    const { lifeMs, ended, seen } = closure;
    if (
      lifeMs === undefined ||
      seen.some(({ vantage, kind }) => vantage === 'server' || (kind === 'socket-opened' && vantage !== 'client'))
    )
      return;
    const began = { fromMs: ended.fromMs - lifeMs, toMs: ended.toMs - lifeMs };
    let nearest: Closure | undefined;
    let apartMs = Number.POSITIVE_INFINITY;
    for (const one of this.#near(closure, began)) {
      if (this.#found.has(one) || ended.toMs < one.ended.fromMs - ENDS_MS || ended.fromMs > one.ended.toMs + NOTICED_MS) continue;
      const apart = gap(began, begunOf(one));
      if (apart >= apartMs) continue;
      nearest = one;
      apartMs = apart;
      // Of a storm's that fit alike any is as good.
      if (apart === 0) break;
    }
    if (!nearest) return;
    this.#found.add(nearest);
    this.#ofTeller.set(closure.id, nearest);
  }

  /** The closure with what its server wrote of its begin, where that was found. */
  joined(closure: Closure): Closure {
    const own = this.#ofTeller.get(closure.id);
    if (!own) return closure;
    const isNamed = closure.codes.client !== undefined || closure.codes.gateway !== undefined;
    const connection = (isNamed ? closure.keys.connection : undefined) ?? own.keys.connection;
    return {
      ...closure,
      keys: { ...own.keys, ...closure.keys, ...(connection !== undefined && { connection }) },
      seen: [...own.seen, ...closure.seen],
      ...(own.server !== undefined && { server: own.server }),
    };
  }

  /** Those of whose end nobody tells. */
  get untold(): readonly Closure[] {
    return this.#lost.filter((one) => !this.#found.has(one));
  }
}

/**
 * What anonymous clients saw of a server's death are the connections that it lost, one each: the closures as they are to be counted. Which
 * client had which connection is not known, and does not matter for why it ended.
 */
export function* claimed(lost: readonly Closure[], anonymous: Iterable<Closure>): Generator<Closure> {
  // Connections that one death took ended in one and the same span.
  const free = groupedBy(lost, ({ ended }) => `${ended.fromMs} ${ended.toMs}`);
  const groups = [...free.values()].map((closures) => closures.reverse());
  for (const closure of anonymous) {
    const mine = groups
      .find((group) => {
        const ended = group.at(-1)?.ended;
        // Of an end without a time: of the only moment in which any were lost.
        if (isUndated(closure.ended)) return groups.length === 1;
        return ended && closure.ended.toMs >= ended.fromMs - 1_000 && closure.ended.fromMs <= ended.toMs + NOTICED_MS;
      })
      ?.pop();
    yield mine ? { ...mine, seen: [...mine.seen, ...closure.seen], codes: closure.codes, inferred: false } : closure;
  }
  for (const group of groups) yield* group.reverse();
}

function groupedBy(closures: readonly Closure[], keyOf: (closure: Closure) => string): ReadonlyMap<string, Closure[]> {
  const groups = new Map<string, Closure[]>();
  for (const closure of closures) {
    const key = keyOf(closure);
    const others = groups.get(key);
    if (others) others.push(closure);
    else groups.set(key, [closure]);
  }
  return groups;
}
