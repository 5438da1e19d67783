/**
 * What the closures of one incident have in common more often than all connections do: a client network, a path, an instance. It points at
 * the part of the system that is at fault where the cause alone does not.
 */
import type { Closure } from './closure.ts';

/** What a connection can have in common with others; each kind is told at most once of an incident. */
type Kind = 'client network' | 'client' | 'path' | 'upstream' | 'pod' | 'host';

/** Values that are counted; more of them are names of single connections, not of parts of a system. */
const MOST_VALUES = 10_000;
/** So few closures have much in common by chance. */
const LEAST_CLOSURES = 5;
/** Most of an incident, and at most half as often elsewhere: smaller differences do not tell where to look. */
const LEAST_SHARE = 0.8;
const LEAST_LIFT = 2;
/** By chance at most, for each of the values that were tried. */
const CHANCE = 1e-4;

function facetsOf({ keys }: Closure): (readonly [Kind, string])[] {
  const facets: (readonly [Kind, string | undefined])[] = [
    ['client network', keys.client && networkOf(keys.client.ip)],
    ['client', keys.agent],
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
  #total = 0;

  add(closure: Closure): void {
    this.#total++;
    for (const [kind, value] of facetsOf(closure)) {
      const key = `${kind} ${value}`;
      const count = this.#counts.get(key);
      if (count !== undefined || this.#counts.size < MOST_VALUES) this.#counts.set(key, (count ?? 0) + 1);
    }
  }

  /** What most of these connections have and few of `all` do, the least likely first, in words. */
  unlike(all: Facets): string[] {
    if (this.#total < LEAST_CLOSURES || this.#total === all.#total) return [];
    const found: { readonly words: string; readonly chance: number }[] = [];
    for (const [key, count] of this.#counts) {
      const share = count / this.#total;
      const usual = (all.#counts.get(key) ?? 0) / all.#total;
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
