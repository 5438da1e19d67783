/** What Node printed of a connect that failed, before the close with 1006 as which its library reports that too. */
import { logHead } from './log-head.ts';

const FAILED = /\b(?:connect|getaddrinfo) E[A-Z_]{3,20}\b[^\n"'}]{0,200}/;
const OPENED = /(?:open(?:ed)?|connected|established)\b|\b1006\b/i;
/** An inspected error has a stack and its fields, and a library's debug lines come between. */
const REACH = 24;
/** The events of one failed attempt are written in one turn. */
const SAME_TURN_MS = 1_000;

/** The system call's words in the lines above `line`; undefined = the latest that they tell of is another attempt, or an open connection. */
export function failedConnect(line: string, before: (count: number) => readonly string[]): string | undefined {
  const above = before(REACH);
  const at = above.findLastIndex((earlier) => FAILED.test(earlier));
  const earlier = above[at];
  if (earlier === undefined || above.slice(at + 1).some((between) => OPENED.test(between))) return undefined;
  const [then, now] = [logHead(earlier)?.at, logHead(line)?.at];
  const isNear = then === undefined || now === undefined ? then === now : now.ms - then.ms <= SAME_TURN_MS;
  return isNear ? FAILED.exec(earlier)?.[0]?.trim() : undefined;
}
