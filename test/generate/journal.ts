/** A journal in the layouts of `journalctl -o`, as systemd 252 prints them. What it tells is up to its writer. */
import { appendFileSync } from 'node:fs';
import type { EpochMs } from '../../src/types.ts';

export const JOURNALS = ['journal-short', 'journal-iso', 'journal-json', 'journal-export'] as const;
export type JournalLayout = (typeof JOURNALS)[number];

export interface JournalEntry {
  readonly at: EpochMs;
  readonly identifier: string;
  /** Absent = the kernel. */
  readonly pid?: number;
  /** The unit that it is about. */
  readonly unit?: string;
  readonly message: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const BOOT = '072b27a8ec694f9ea597e0dd664a94df';

const who = ({ identifier, pid }: JournalEntry): string => (pid === undefined ? identifier : `${identifier}[${pid}]`);

/** `Nov 22 20:23:41 app-1 systemd[1]: …`, in UTC. */
function short(hostname: string, entry: JournalEntry): string {
  const date = new Date(entry.at);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} ${hostname} ${who(entry)}: ${entry.message}`;
}

const iso = (hostname: string, entry: JournalEntry): string =>
  `${new Date(entry.at).toISOString().slice(0, 19)}+0000 ${hostname} ${who(entry)}: ${entry.message}`;

function fields(hostname: string, count: number, { at, identifier, pid, unit, message }: JournalEntry): Record<string, string> {
  const micros = String(Math.round(at * 1_000));
  const aboutAnother = pid === 1 && unit !== undefined;
  return {
    __CURSOR: `s=35e8027234484558b86a740e9e9031a4;i=${count.toString(16)};b=${BOOT};t=${BigInt(micros).toString(16)}`,
    __REALTIME_TIMESTAMP: micros,
    _BOOT_ID: BOOT,
    _HOSTNAME: hostname,
    _TRANSPORT: pid === undefined ? 'kernel' : pid === 1 ? 'journal' : 'stdout',
    SYSLOG_IDENTIFIER: identifier,
    ...(pid !== undefined && { _PID: String(pid), _COMM: identifier }),
    ...(unit !== undefined && { [aboutAnother ? 'UNIT' : '_SYSTEMD_UNIT']: unit }),
    ...(aboutAnother && { _SYSTEMD_UNIT: 'init.scope' }),
    MESSAGE: message,
  };
}

/** Appends entries to `file`, which nobody else writes. */
export function journal(file: string, layout: JournalLayout, hostname: string): (entry: JournalEntry) => void {
  let count = 0;
  const text = (entry: JournalEntry): string => {
    if (layout === 'journal-short') return `${short(hostname, entry)}\n`;
    if (layout === 'journal-iso') return `${iso(hostname, entry)}\n`;
    const all = fields(hostname, ++count, entry);
    if (layout === 'journal-json') return `${JSON.stringify(all)}\n`;
    return `${Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}\n`;
  };
  return (entry) => appendFileSync(file, text(entry));
}
