/** How verdicts, reports and notes word numbers and what a population of closures shows. */
import type { FactOf } from './closure.ts';
import type { DurationMs } from './types.ts';

/** `20.1 s`, `5 min 3 s`, `2 h 5 min`. */
export function words(ms: DurationMs): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : ms % 1000 < 950 && ms % 1000 > 50 ? 1 : 0)} s`;
  const whole = Math.round(ms / 1_000);
  const minutes = Math.floor(whole / 60);
  const seconds = whole % 60;
  if (minutes < 60) return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** A container’s id as people write it; Cloud Run’s of instances are some 200 digits. */
export const shortId = (name: string): string => (/^[0-9a-f]{32,256}$/.test(name) ? name.slice(0, 12) : name);

/** What the ends of a server in the turns of its timer say. */
export const sweepWords = (fact: FactOf<'sweep'>): string =>
  `it ended in a turn of the server's own timer: ${fact.whole} of ${fact.gaps} gaps between ends of different ages are whole multiples of ${words(fact.intervalMs)} (chance ${fact.p.toExponential(0)})`;

/** What the ends of one address, one after the other, say. */
export const fadingWords = (fact: FactOf<'fading'>): string =>
  `all ${fact.count} connections of its address, of different ages, ended one after the other within ${words(fact.spreadMs)}, and those of other addresses lived on`;

/** What the ends of one client's connections in one moment say. */
export const leavingWords = (fact: FactOf<'leaving'>): string =>
  `${fact.count} connections of its address, opened apart${fact.servers > 1 ? ` and of ${fact.servers} servers` : ''}, ended at once, and those of other addresses lived on`;

/** What the silence that all lost connections have in common says. */
export const floorWords = (fact: FactOf<'silence-floor'>): string =>
  `all ${fact.count} connections that ended like it had been silent for ${words(fact.leastMs)} or longer, as ${Math.round(100 * fact.usual)} % of the others (chance ${fact.p.toExponential(0)})`;
