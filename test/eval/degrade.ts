/** The same incident with worse logs: what `npm run eval -- --degrade` measures. Pure. */
import type { DurationMs, EpochMs } from '../../src/types.ts';
import { seeded } from '../random.ts';
import { rewriteStamps } from './stamps.ts';

/** File name → text. */
export type Logs = Readonly<Record<string, string>>;

export interface Variant {
  /** Variants of one group are counted together. */
  readonly group: string;
  readonly logs: Logs;
  /** Lines are gone: closes that nobody reports any more are no fault. */
  readonly lossy: boolean;
  /** How far one of the clocks is off. */
  readonly shiftMs?: DurationMs;
}

const HOUR_MS = 3_600_000;
const SHIFTS: readonly (readonly [name: string, ms: number])[] = [
  ...[-5, -4, -3, -2, -1, 1, 2, 3, 4, 5].map((hours) => [`${hours > 0 ? '+' : ''}${hours} h`, hours * HOUR_MS] as const),
  ['-90 s', -90_000],
  ['+90 s', 90_000],
];

/** `app-0.log` → `app`, `nginx-access.log` → `nginx-access`: the same source in different incidents. */
const kindOf = (name: string): string => name.replace(/\.[a-z]+$/, '').replace(/-?\d+$/, '');

const mapLogs = (logs: Logs, change: (text: string, name: string) => string): Logs =>
  Object.fromEntries(Object.entries(logs).map(([name, text]) => [name, change(text, name)]));

/** nginx's error log as `error_log … error` would have left it. */
export const nginxAtErrorLevel = (text: string): string =>
  text.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice|warn)\] \d+#\d+:.*\n?/gm, '');

/** Half of the lines, by seed. A layout whose records are not one a line is left whole: losing lines would be another fault. */
export function halfOfLines(text: string, seed: number): string {
  if (/^(?:__CURSOR=|\{\s*$|\[\s*$)/m.test(text.slice(0, 200))) return text;
  const random = seeded(seed);
  return text
    .split(/(?<=\n)/)
    .filter(() => random.chance(0.5))
    .join('');
}

function* without(logs: Logs): Generator<Variant> {
  const names = Object.keys(logs);
  if (names.length < 2) return;
  for (const name of names) {
    const rest = Object.fromEntries(Object.entries(logs).filter(([other]) => other !== name));
    yield { group: `without ${kindOf(name)}`, logs: rest, lossy: true };
  }
}

// One source alone has no other clock to disagree with: there is nothing to find out.
function* shifted(logs: Logs, around: EpochMs): Generator<Variant> {
  if (Object.keys(logs).length < 2) return;
  for (const [shift, shiftMs] of SHIFTS)
    for (const [name, text] of Object.entries(logs))
      yield { group: `one clock ${shift}`, logs: { ...logs, [name]: rewriteStamps(text, { shiftMs, around }) }, lossy: false, shiftMs };
}

/** Every variant that differs from the incident as it is. */
export function* variants(logs: Logs, around: EpochMs): Generator<Variant> {
  const all: Iterable<Variant>[] = [
    without(logs),
    [
      { group: 'half of the lines', logs: mapLogs(logs, (text, name) => halfOfLines(text, name.length)), lossy: true },
      { group: 'nginx at error level', logs: mapLogs(logs, nginxAtErrorLevel), lossy: false },
      { group: 'whole seconds', logs: mapLogs(logs, (text) => rewriteStamps(text, { wholeSeconds: true, around })), lossy: false },
    ],
    shifted(logs, around),
  ];
  for (const some of all) {
    for (const variant of some) {
      const same = Object.keys(logs).every((name) => variant.logs[name] === logs[name]);
      if (!same) yield variant;
    }
  }
}
