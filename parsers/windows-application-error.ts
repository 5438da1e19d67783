/** Windows' record of a program that crashed: event 1000 of the application log, in its lines or flattened into one. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser, type ProcessFault } from '../src/types.ts';

interface CrashRow extends FaultRow {
  readonly program: string;
}

const NAME = /^Faulting application name: ([^,]{1,120}?)(?:\.exe)?, version: /i;
const MODULE = /Faulting module name: ([^,]{1,120}), version: /;
const CODE = /Exception code: 0x([0-9a-f]{8})(?![0-9a-f])/i;
/** Windows 11 and Server 2025 write the prefix twice. */
const PID = /Faulting process id: 0x(?:0x)?([0-9a-f]{1,8})(?![0-9a-f])/i;
/** The record has eleven lines. */
const LINES = 10;

/** NTSTATUS and the codes of runtimes' own exceptions (ntstatus.h). */
const CODES: Readonly<Record<string, readonly [fault: ProcessFault['fault'], words: string]>> = {
  c0000005: ['segfault', 'access violation'],
  c0000006: ['segfault', 'in-page error'],
  c000001d: ['trap', 'illegal instruction'],
  c0000094: ['trap', 'division by zero'],
  c0000374: ['abort', 'heap corruption'],
  c00000fd: ['abort', 'stack overflow'],
  c0000409: ['abort', 'fail fast'],
  c0000017: ['heap-limit', 'no memory'],
  e0434352: ['uncaught-exception', '.NET exception'],
  e06d7363: ['uncaught-exception', 'C++ exception'],
};

export const windowsApplicationError = defineParser<CrashRow>({
  name: 'windows-application-error',
  about: 'crashes of programs on Windows: event 1000 (Application Error) of the application log, as text, CSV or JSON',
  adds: 'that a server’s process crashed, in which module and of what',
  docs: 'https://learn.microsoft.com/en-us/troubleshoot/windows-server/performance/troubleshoot-application-service-crashing-behavior',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['Faulting application name: '],
  samples: [
    {
      line: 'Faulting application name: w3wp.exe, version: 10.0.17763.1, time stamp: 0xcfdb13d8',
      from: 'Windows Server 2019, Application Error event 1000',
      after: [
        'Faulting module name: libSkiaSharp.dll, version: 0.0.0.0, time stamp: 0x63f5aa12',
        'Exception code: 0xc0000005',
        'Fault offset: 0x00000000000a41f7',
        'Faulting process id: 0x1b84',
      ],
      reads: { program: 'w3wp', pid: 7044, message: 'access violation (0xc0000005) in libSkiaSharp.dll' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true, keys: { service: 'w3wp', pid: 7044 } },
    },
    {
      line: 'Faulting application name: Chat.Server.exe, version: 2.4.0.0, time stamp: 0x65310000 Faulting module name: KERNELBASE.dll, version: 10.0.20348.2849, time stamp: 0x7f2ae2f1 Exception code: 0xe0434352 Fault offset: 0x000000000003f19c Faulting process id: 0x0x2A30 Faulting application start time: 0x0x1DB3F9D7A1B2C3D Faulting application path: C:\\srv\\Chat.Server.exe',
      from: 'Windows Server 2025, Application Error event 1000 flattened by a collector',
      reads: { program: 'Chat.Server', pid: 10_800 },
      gives: { kind: 'process-fault', fault: 'uncaught-exception' },
    },
    {
      line: 'Faulting application name: relay.exe, version: 0.0.0.0, time stamp: 0x00000000',
      from: 'Windows Server 2016, Application Error event 1000, cut behind its first line',
      reads: { program: 'relay', message: 'it crashed' },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
  ],
  rejects: [
    'Faulting module name: ntdll.dll, version: 10.0.20348.1, time stamp: 0x1',
    'the faulting application name: chat.exe, version: 1',
  ],
  read(text, context) {
    const program = text.length > 4000 ? undefined : NAME.exec(text)?.[1];
    if (program === undefined) return null;
    const whole = CODE.test(text) ? text : [text, ...context.after(LINES)].join('\n').slice(0, 4000);
    const pid = PID.exec(whole)?.[1];
    const code = CODE.exec(whole)?.[1]?.toLowerCase() ?? '';
    const [fault, words] = CODES[code] ?? ['abort', 'it crashed'];
    const where = MODULE.exec(whole)?.[1];
    const says = `${words}${code === '' ? '' : ` (0x${code})`}${where === undefined ? '' : ` in ${where}`}`;
    return { ...faultRow(says, fault, true, pid === undefined ? undefined : Number.parseInt(pid, 16)), program };
  },
  events: (row) => faultEvent(row, { service: row.program }),
});
