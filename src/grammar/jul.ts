/**
 * Heads of java.util.logging's SimpleFormatter, which Tomcat, Jersey and many programs leave as it is: stamp, class and method stand on one
 * line, level and message on the next (`%1$tb %1$td, %1$tY %1$tl:%1$tM:%1$tS %1$Tp %2$s%n%4$s: %5$s%6$s%n`, JDK 8 to 21).
 */
import { civilMs, monthIndex, stamp } from '../time.ts';
import type { Context, Stamp } from '../types.ts';

const HEAD = /^([A-Z][a-z]{2}) (\d\d), (\d{4}) (\d{1,2}):(\d\d):(\d\d) ([AP]M) ([\w.$<>/-]{1,200})(?: [\w$<>]{1,100})?$/;
const LEVELED = /^(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): /;

export interface JulHead {
  readonly at: Stamp;
  /** The class, or the logger's own name. */
  readonly logger: string;
}

/** Undefined = the line is no such head. */
export function julHead(line: string): JulHead | undefined {
  const [whole, month = '', day, year, hour, minute, second, half, logger = ''] = HEAD.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const ms = civilMs(
    Number(year),
    monthIndex(month),
    Number(day),
    (Number(hour) % 12) + (half === 'PM' ? 12 : 0),
    Number(minute),
    Number(second),
  );
  return Number.isNaN(ms) ? undefined : { at: stamp(ms, 1_000, 'local'), logger };
}

/** The head of the record whose message this line is. */
export const julHeadAbove = (line: string, { before }: Pick<Context, 'before'>): JulHead | undefined =>
  LEVELED.test(line) ? julHead(before(1)[0] ?? '') : undefined;
