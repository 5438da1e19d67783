/**
 * What the closures of one incident have in common more often than all connections do: a client network, the clients' version, a path,
 * an instance. It points at the part of the system that is at fault where the cause alone does not.
 */
import type { Closure } from './closure.ts';
import { detached } from './grammar/remembered.ts';
import type { Vantage } from './types.ts';

/** What a connection can have in common with others; each kind is told at most once of an incident. */
type Kind = 'client network' | 'client' | 'path' | 'upstream' | 'pod' | 'host';

/** Values of a kind that are counted; more of them are names of single connections, not of parts of a system. */
const MOST_VALUES = 10_000;
/** So few closures have much in common by chance. */
const LEAST_CLOSURES = 5;
/** Most of an incident, and at most half as often elsewhere: smaller differences do not tell where to look. */
const LEAST_SHARE = 0.8;
const LEAST_LIFT = 2;
/** By chance at most, for each of the values that were tried. */
const CHANCE = 1e-4;

/** A path without its query. */
const withoutQuery = (path: string): string => {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
};

const FACETS: readonly (readonly [Kind, (closure: Closure) => string | undefined])[] = [
  ['client network', (closure) => networkOf(clientOf(closure))],
  ['client', ({ keys: { agent } }) => agent],
  ['path', ({ keys: { path } }) => path && withoutQuery(path)],
  ['upstream', ({ keys: { upstream } }) => upstream && (upstream.port === undefined ? upstream.ip : `${upstream.ip}:${upstream.port}`)],
  ['pod', ({ keys: { pod } }) => pod],
  ['host', ({ keys: { host } }) => host],
];

/** Views of the client, the outermost first: behind a balancer every client has the balancer's address. */
const OUTERMOST: readonly Vantage[] = ['edge', 'proxy', 'gateway', 'server'];
const PRIVATE =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80:|::1$)/i;

/** The client's own address, as far as a log has it. */
function clientOf({ keys, seen }: Closure): string | undefined {
  if (keys.client === undefined || seen.length === 1) return keys.client?.ip;
  let outermost: string | undefined;
  for (const vantage of OUTERMOST)
    for (const event of seen) {
      if (event.vantage !== vantage || !event.keys.client) continue;
      if (!PRIVATE.test(event.keys.client.ip)) return event.keys.client.ip;
      outermost ??= event.keys.client.ip;
    }
  return outermost ?? keys.client.ip;
}

/** `203.0.113.9` → `203.0.113.0/24`, `2001:db8:1:2::9` → `2001:db8:1::/48`; undefined for what is no address. */
function networkOf(ip: string | undefined): string | undefined {
  if (ip === undefined) return undefined;
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  const six = /^([0-9a-f]{1,4}:[0-9a-f]{1,4}:[0-9a-f]{1,4}):/i.exec(ip);
  return six ? `${six[1]}::/48` : undefined;
}

/** Connections by what they have. */
export class Facets {
  /** Of each facet: value → connections. */
  readonly #counts = FACETS.map(() => new Map<string, number>());
  /** Of how many a log says it at all: what the others have is not known. */
  readonly #told = FACETS.map(() => 0);
  #total = 0;

  add(closure: Closure): void {
    this.#total++;
    for (let at = 0; at < FACETS.length; at++) {
      const value = FACETS[at]?.[1](closure);
      if (value === undefined) continue;
      this.#told[at] = (this.#told[at] ?? 0) + 1;
      const counts = this.#counts[at] as Map<string, number>;
      const count = counts.get(value);
      if (count !== undefined) counts.set(value, count + 1);
      else if (counts.size < MOST_VALUES) counts.set(detached(value), 1);
    }
  }

  /** What most of these connections have and few of `all` do, the least likely first, in words. */
  unlike(all: Facets): string[] {
    if (this.#total < LEAST_CLOSURES || this.#total === all.#total) return [];
    const tried = this.#counts.reduce((sum, { size }) => sum + size, 0);
    const found: { readonly words: string; readonly chance: number }[] = [];
    for (const [at, [kind]] of FACETS.entries())
      for (const [value, count] of this.#counts[at] ?? []) {
        const share = count / this.#total;
        const usual = (all.#counts[at]?.get(value) ?? 0) / (all.#told[at] || all.#total);
        if (share < LEAST_SHARE || usual === 0 || share < LEAST_LIFT * usual) continue;
        const chance = atMost(count, this.#total, usual) * tried;
        if (chance > CHANCE) continue;
        const percent = Math.round(100 * usual);
        found.push({
          words: `${count} of ${this.#total} have ${kind} ${value}, of all connections ${percent} % (chance below ${power(chance)})`,
          chance,
        });
      }
    return found.sort((a, b) => a.chance - b.chance || (a.words < b.words ? -1 : 1)).map(({ words }) => words);
  }
}

/** Chernoff's bound of P(X ≥ count) for a binomial variable whose mean lies below. */
function atMost(count: number, total: number, p: number): number {
  const share = count / total;
  const rest = share === 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - p));
  return Math.exp(-total * (share * Math.log(share / p) + rest));
}

/** The power of ten above. */
const power = (chance: number): string => `1e${Math.ceil(Math.log10(Math.max(chance, 1e-99)))}`;
