/** Records of which no time is known. */
import type { Span } from './types.ts';

/** A span so wide is of a record without a stamp: all that is known is when its file was last written, or that nothing dated follows. */
const UNDATED_MS = 600_000;
/** Whether the span tells of no moment: nothing may be made of what else happened in it. */
export const isUndated = ({ fromMs, toMs }: Span): boolean => toMs - fromMs > UNDATED_MS;
