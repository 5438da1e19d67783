/** What runtimes print when they die: rows of crash parsers and the event they give. */
import type { Draft, Keys, ProcessFault, Row } from '../types.ts';

export interface FaultRow extends Row {
  /** What the runtime says, one line. */
  readonly message: string;
  /** Absent = a line that belongs to a crash and is no crash of its own. */
  readonly fault?: ProcessFault['fault'] | undefined;
  /** Whether the process ends by it; undefined = it may. */
  readonly fatal?: boolean | undefined;
  readonly pid?: number | undefined;
}

/** Below the panic, where advice and a link may stand between: https://github.com/oven-sh/bun/blob/main/src/crash_handler.zig */
const BUN_SAYS_SO = 'oh no: Bun has crashed.';
const BUN_LINES = 3;
/** Whether a panic is that of Bun's crash handler: Go's begins alike. */
export const isBunsPanic = (after: (count: number) => readonly string[]): boolean =>
  after(BUN_LINES).some((line) => line.startsWith(BUN_SAYS_SO));

const LONGEST = 300;

/** The row of a crash line; its message is cut to what a report can show. */
export const faultRow = (message: string, fault?: ProcessFault['fault'], fatal?: boolean, pid?: number): FaultRow => ({
  message: message.slice(0, LONGEST),
  fault,
  fatal,
  pid,
});

export function faultEvent(row: FaultRow, keys?: Keys): Draft | undefined {
  if (row.fault === undefined) return undefined;
  const joined: Keys = { ...keys, ...(row.pid !== undefined && { pid: row.pid }) };
  return {
    kind: 'process-fault',
    fault: row.fault,
    says: row.message,
    ...(row.fatal !== undefined && { fatal: row.fatal }),
    ...(Object.keys(joined).length > 0 && { keys: joined }),
  };
}
