/** What systemd's earlier messages say of a unit: why it ended, and whether it came back by itself. */
import type { Context } from '../types.ts';
import { readSystemd, type SystemdRow } from './systemd-message.ts';

/** How far back the reason of an end is looked for: a busy host interleaves other units. */
const REASON_LINES = 60;
const OOM_LINES = 5;

/** Messages about one unit before the one at hand, newest first, up to its last start. */
export class UnitHistory {
  private readonly rows: readonly SystemdRow[];
  private readonly isAbout: (row: SystemdRow, distance: number) => boolean;
  private readonly context: Context;

  constructor(unit: string | undefined, description: string | undefined, context: Context) {
    this.context = context;
    // Before 252 jobs name the description and all else the unit. Only a restart is joined without a name: nothing comes between.
    this.isAbout = (row, distance) =>
      row.unit !== undefined && unit !== undefined
        ? row.unit === unit
        : description !== undefined && (row.description === description || (unit === undefined && row.event === 'restart' && distance < 3));
    const rows = this.about(context.before(REASON_LINES).toReversed());
    const start = rows.findIndex((row) => row.event === 'started');
    this.rows = start < 0 ? rows : rows.slice(0, start);
  }

  isAutomatic(): boolean {
    return this.rows.some((row) => row.event === 'restart');
  }

  isStopping(): boolean {
    return this.rows.some((row) => row.event === 'stopping');
  }

  hasEnded(): boolean {
    return this.rows.some((row) => row.event === 'exited' || row.event === 'deactivated' || row.event === 'failed');
  }

  hasExit(): boolean {
    return this.rows.some((row) => row.event === 'exited');
  }

  reason(): 'oom' | 'oomd' | 'watchdog' | 'stop-timeout' | 'stop' | undefined {
    for (const { event } of this.rows) {
      if (event === 'oom' || event === 'oomd' || event === 'watchdog' || event === 'stop-timeout') return event;
      if (event === 'stopping') return 'stop';
    }
    return undefined;
  }

  /** The notice of the OOM killer comes over another channel and may follow the exit by a moment. */
  isOomToFollow(): boolean {
    return this.about(this.context.after(OOM_LINES)).some((row) => row.event === 'oom' || row.result === 'oom-kill');
  }

  private about(lines: readonly string[]): readonly SystemdRow[] {
    return lines.flatMap((line, distance) => {
      const row = readSystemd(line, true);
      return row && this.isAbout(row, distance) ? [row] : [];
    });
  }
}
