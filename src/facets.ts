/**
 * What the closures of one incident have in common more often than all connections do: a client network, a path, an instance. It points at
 * the part of the system that is at fault where the cause alone does not.
 */
import type { Closure } from './closure.ts';
import type { Vantage } from './types.ts';

/** What a connection can have in common with others; each kind is told at most once of an incident. */
type Kind = 'client network' | 'path' | 'upstream' | 'pod' | 'host';

/** Values that are counted; more of them are names of single connections, not of parts of a system. */
const MOST_VALUES = 10_000;
/** So few closures have much in common by chance. */
const LEAST_CLOSURES = 5;
/** Most of an incident, and at most half as often elsewhere: smaller differences do not tell where to look. */
const LEAST_SHARE = 0.8;
const LEAST_LIFT = 2;
/** By chance at most, for each of the values that were tried. */
const CHANCE = 1e-4;

/** Views of the client, the outermost first: behind a balancer every client has the balancer's address. */
const OUTERMOST: readonly Vantage[] = ['edge', 'proxy', 'gateway', 'server'];
const PRIVATE =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80:|::1$)/i;

/** The client's own address, as far as a log has it. */
function clientOf({ keys, seen }: Closure): string | undefined {
  const views = OUTERMOST.flatMap((vantage) => seen.flatMap((event) => (event.vantage === vantage && event.keys.client?.ip) || []));
  return views.find((ip) => !PRIVATE.test(ip)) ?? views[0] ?? keys.client?.ip;
}

function facetsOf(closure: Closure): (readonly [Kind, string])[] {
  const { keys } = closure;
  const client = clientOf(closure);
  const facets: (readonly [Kind, string | undefined])[] = [
    ['client network', client && networkOf(client)],
    ['path', keys.path?.replace(/\?.*$/s, '')],
    ['upstream', keys.upstream && `${keys.upstream.ip}${keys.upstream.port === undefined ? '' : `:${keys.upstream.port}`}`],
    ['pod', keys.pod],
    ['host', keys.host],
  ];
  return facets.filter((facet): facet is readonly [Kind, string] => facet[1] !== undefined);
}

/** `203.0.113.9` → `203.0.113.0/24`, `2001:db8:1:2::9` → `2001:db8:1::/48`; undefined for what is no address. */
function networkOf(ip: string): string | undefined {
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(ip);
  if (four) return `${four[1]}.0/24`;
  const six = /^([0-9a-f]{1,4}:[0-9a-f]{1,4}:[0-9a-f]{1,4}):/i.exec(ip);
  return six ? `${six[1]}::/48` : undefined;
}

/** Connections by what they have. */
export class Facets {
  readonly #counts = new Map<string, number>();
  readonly #kinds = new Map<string, Kind>();
  /** Of how many a log says the kind at all: what the others have is not known. */
  readonly #told = new Map<Kind, number>();
  #total = 0;

  add(closure: Closure): void {
    this.#total++;
    for (const [kind, value] of facetsOf(closure)) {
      this.#told.set(kind, (this.#told.get(kind) ?? 0) + 1);
      const key = `${kind} ${value}`;
      const count = this.#counts.get(key);
      if (count === undefined && this.#counts.size >= MOST_VALUES) continue;
      this.#counts.set(key, (count ?? 0) + 1);
      this.#kinds.set(key, kind);
    }
  }

  /** What most of these connections have and few of `all` do, the least likely first, in words. */
  unlike(all: Facets): string[] {
    if (this.#total < LEAST_CLOSURES || this.#total === all.#total) return [];
    const found: { readonly words: string; readonly chance: number }[] = [];
    for (const [key, count] of this.#counts) {
      const share = count / this.#total;
      const usual = (all.#counts.get(key) ?? 0) / (all.#told.get(this.#kinds.get(key) as Kind) ?? all.#total);
      if (share < LEAST_SHARE || usual === 0 || share < LEAST_LIFT * usual) continue;
      const chance = atMost(count, this.#total, usual) * this.#counts.size;
      if (chance > CHANCE) continue;
      const percent = Math.round(100 * usual);
      found.push({
        words: `${count} of ${this.#total} have ${key}, of all connections ${percent} % (chance below ${power(chance)})`,
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
