/** Windows Process Activation Service, which starts, recycles and loses the worker processes of IIS: its events in the system log. */
import { numberOf } from '../src/grammar/json.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface WasRow extends Row {
  readonly pool: string;
  readonly pid?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly message: string;
}

const POOL = /application pool '([^']{1,256})'/i;
const PID = /process id (?:was|of) '(\d{1,10})'/;
const EXIT = /process exit code was '0x([0-9a-f]{1,8})'/i;
/** How every such event begins; other programs on Windows do not speak of application pools so. */
const OWN =
  /^(?:A (?:worker )?process (?:with process id of '\d{1,10}' )?serving application pool '|An administrator has requested a recycle of all worker processes in application pool '|Application pool '[^']{1,256}' is being automatically disabled|The worker process for app pool ')/;

const MEANINGS: readonly (readonly [RegExp, (row: WasRow) => Partial<Draft> & { readonly kind: Draft['kind'] }])[] = [
  // 5013: the old worker did not go within shutdownTimeLimit, so that it was ended.
  [/exceeded time limits during shut down/, () => ({ kind: 'process-ended', by: 'stop-timeout' })],
  // 5009 and 5011: it ended, or broke its pipe to the service, unasked.
  [/terminated unexpectedly/, ({ exitCode }) => ({ kind: 'process-ended', ...(exitCode !== undefined && { exitCode }) })],
  [/suffered a fatal communication error/, () => ({ kind: 'process-ended' })],
  [/failed to respond to a ping/, () => ({ kind: 'health-failed', probe: 'liveness' })],
  // 5079 by hand or by a deployment; 5074, 5076, 5077, 5117 by the pool's own schedule and limits; 5186 by its idle timeout.
  [/has requested a recycle|was shutdown due to inactivity/, () => ({ kind: 'stop-requested', how: 'supervisor-stop' })],
];

export const windowsWas = defineParser<WasRow>({
  name: 'windows-was',
  about: 'events of the Windows Process Activation Service (WAS) under IIS, as text, CSV or JSON of the system log',
  adds: 'when an application pool was recycled, and how its worker process ended',
  docs: 'https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/cc735206(v=ws.10)',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ["application pool '"],
  samples: [
    {
      line: "An administrator has requested a recycle of all worker processes in application pool 'Signal'.",
      from: 'Windows Server 2022, WAS event 5079',
      reads: { pool: 'Signal' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'Signal' } },
    },
    {
      line: "A process serving application pool 'Signal' exceeded time limits during shut down. The process id was '6120'.",
      from: 'Windows Server 2022, WAS event 5013',
      reads: { pool: 'Signal', pid: 6120 },
      gives: { kind: 'process-ended', by: 'stop-timeout', keys: { service: 'Signal', pid: 6120 } },
    },
    {
      line: "A process serving application pool 'DefaultAppPool' terminated unexpectedly. The process id was '4716'. The process exit code was '0xc0000005'.",
      from: 'Windows Server 2016, WAS event 5009',
      reads: { exitCode: 0xc0000005 },
      gives: { kind: 'process-ended', exitCode: 0xc0000005, keys: { pid: 4716 } },
    },
    {
      line: "A process serving application pool 'chat' suffered a fatal communication error with the Windows Process Activation Service. The process id was '1220'. The data field contains the error number.",
      from: 'Windows Server 2019, WAS event 5011',
      reads: { pid: 1220 },
      gives: { kind: 'process-ended' },
    },
    {
      line: "A worker process with process id of '4044' serving application pool 'Reports' was shutdown due to inactivity.  Application Pool timeout configuration was set to 20 minutes.  A new worker process will be started when needed.",
      from: 'Windows Server 2022, WAS event 5186',
      reads: { pool: 'Reports', pid: 4044 },
      gives: { kind: 'stop-requested', how: 'supervisor-stop', keys: { service: 'Reports' } },
    },
    {
      line: "Application pool 'chat' is being automatically disabled due to a series of failures in the process(es) serving that application pool.",
      from: 'Windows Server 2022, WAS event 5002',
      reads: { pool: 'chat' },
      gives: 'noise',
    },
  ],
  rejects: ["recycled application pool 'chat'", 'A process serving requests died.', "INFO application pool 'a' started"],
  read(text) {
    if (text.length > 4000 || !OWN.test(text)) return null;
    const pool = POOL.exec(text)?.[1];
    if (pool === undefined) return null;
    const pid = numberOf(PID.exec(text)?.[1]);
    const exit = EXIT.exec(text)?.[1];
    return { pool, message: text, ...(pid !== undefined && { pid }), ...(exit !== undefined && { exitCode: Number.parseInt(exit, 16) }) };
  },
  events(row) {
    const made = MEANINGS.find(([pattern]) => pattern.test(row.message))?.[1](row);
    return made && ({ ...made, keys: { service: row.pool, ...(row.pid !== undefined && { pid: row.pid }) } } as Draft);
  },
});
