/** A program's own word that it stood still: its event loop, its threads or its whole runtime. */
import { duration } from '../time.ts';
import type { DurationMs } from '../types.ts';

/**
 * Over words without punctuation, numbers as `0`: Node's monitors, Vert.x's BlockedThreadChecker, HikariCP's housekeeper, asyncio's debug
 * mode, Kestrel's heartbeat.
 */
export const STALLS =
  /\b(?:event ?loop|loop|main thread)(?: (?:was|is|has been|got))? (?:blocked|stalled|stuck|frozen|lag\w*|delay\w*|stall|block)\b|\bblocked (?:the )?(?:event ?loop|main thread)\b|\beventloop thread\b.{0,80}\bhas been blocked for\b|\bthread (?:pool )?starvation\b|^(?:asyncio )?executing (?:task|handle|timer ?handle)\b.*\btook 0\b/;

/** Busy servers write of shorter ones by the hundred, and no heartbeat is as short as this. */
const LEAST_MS = 1_000;

const SPELLED = /(?<![\w.:-])(\d{1,9}(?:\.\d{1,9})?\s?(?:ms|millis(?:econds)?|s|secs?|seconds?)(?:\d{1,6}ms)?)(?!\w)/i;
/** .NET's TimeSpan, in quotes. */
const TIME_SPAN = /"(\d\d:\d\d:\d\d\.\d{1,9})"/;

/** How long it stood still (ms) by a message that tells of that; undefined = no time worth telling. */
export function stallIn(message: string, fieldMs: DurationMs | undefined): DurationMs | undefined {
  const text = message.slice(0, 2_000);
  const said = fieldMs ?? duration((SPELLED.exec(text)?.[1] ?? TIME_SPAN.exec(text)?.[1] ?? '').toLowerCase());
  return said !== undefined && said >= LEAST_MS ? said : undefined;
}
