/** Numbers, times and lists in words. */
import type { Iso, Report } from '../../src/report.ts';

/** `1,234`: the same everywhere, whatever the machine's locale. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

export const count = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** Never rounds a part up to all or down to nothing. */
export function share(part: number, whole: number): string {
  const percent = Math.round((100 * part) / whole);
  if (percent === 0 && part > 0) return '< 1 %';
  if (percent === 100 && part < whole) return '> 99 %';
  return `${percent} %`;
}

/** Two digits, rounded down: a report never claims more than was found. */
export const probability = (p: number): string => (Math.floor(p * 100 + 1e-9) / 100).toFixed(2);

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1_000);
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60];
  const parts = [
    days > 0 && `${days} d`,
    hours > 0 && `${hours} h`,
    minutes > 0 && `${minutes} min`,
    seconds % 60 > 0 && `${seconds % 60} s`,
  ];
  return parts
    .filter((part) => part !== false)
    .slice(0, 2)
    .join(' ');
}

/** Times of the day on which the incident began are shown without the date. */
export type Clock = (iso: Iso) => string;

export const dayOf = (report: Report): string | undefined => report.window?.from.slice(0, 10);

export function clockOf(report: Report): Clock {
  const day = dayOf(report);
  return (iso) => (iso.slice(0, 10) === day ? iso.slice(11, 23) : iso.slice(0, 23).replace('T', ' '));
}

export const span = (from: Iso, to: Iso, clock: Clock): string => (from === to ? clock(from) : `${clock(from)} – ${clock(to)}`);

/** `i1, i3–i7, i9`: ids that count up are drawn together, the first few of the runs are named. */
export function ranges(ids: readonly string[], limit = 6): string {
  const numbers = ids.map((id) => Number(/^i(\d+)$/.exec(id)?.[1]));
  const runs: { first: string; last: string }[] = [];
  ids.forEach((id, place) => {
    const run = runs.at(-1);
    if (run && (numbers[place] ?? 0) === (numbers[place - 1] ?? 0) + 1) run.last = id;
    else runs.push({ first: id, last: id });
  });
  const words = runs.slice(0, limit).map(({ first, last }) => (first === last ? first : `${first}–${last}`));
  return `${words.join(', ')}${runs.length > limit ? ' …' : ''}`;
}
