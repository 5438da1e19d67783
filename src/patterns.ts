/** What the population of closures shows, in words. */
import type { Population } from './population.ts';
import { timerAt } from './signals.ts';
import { words } from './words.ts';

const chance = (p: number): string => `chance ${p.toExponential(0)}`;

const timerWords = (ms: number): string => {
  const timer = timerAt(ms);
  return timer === undefined ? 'a timer below that, and the traffic before it' : `a timer of ${words(timer)}`;
};

/** Ages and silences at a timer, a floor of silences, turns of servers' own timers. */
export function patternsOf({ piles, floor, sweeps }: Population): string[] {
  const timers = piles.flatMap(({ together, count, total, measure, fromMs, toMs, p }) =>
    together
      ? []
      : [
          `${count} of ${total} abnormal closures have ${measure === 'age' ? 'an age' : 'a silence'} of ${words(fromMs)} to ${words(toMs)} (${chance(p)}): ${timerWords(fromMs)}`,
        ],
  );
  const forgetting = floor
    ? [
        `all ${floor.count} connections that were lost had been silent for ${words(floor.leastMs)} or longer, of the others ${Math.round(100 * floor.usual)} % (${chance(floor.p)}): a hop forgets silent connections after about ${words(floor.ms)} (${floor.hops.join(', ')})`,
      ]
    : [];
  const turns = [...sweeps].map(
    ([server, { intervalMs, whole, gaps, p }]) =>
      `${server}: ${whole} of ${gaps} gaps between abnormal ends are whole multiples of ${words(intervalMs)} (${chance(p)}): the server's own timer, such as a heartbeat that looks at all connections every ${words(intervalMs)}`,
  );
  return [...timers, ...forgetting, ...turns];
}
