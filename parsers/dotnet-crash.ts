/** What .NET prints when a process dies of an exception or of its runtime. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { type Draft, defineParser } from '../src/types.ts';

/** `Unhandled exception. ` since .NET Core 3; `Unhandled Exception: ` before, and with Mono. */
const UNHANDLED =
  /^Unhandled [Ee]xception[.:] (?:\[ERROR\] FATAL UNHANDLED EXCEPTION: )?((?:[\w`+]+\.)*[\w`+]+(?: \(0x[0-9A-Fa-f]{1,8}\))?(?:: .{0,4000})?)$/;
/** Event 1026 of Windows' application log, by `.NET Runtime`: the program three lines above, then what was thrown. */
const THROWN = /^Exception Info: (?:exception code )?((?:[\w`+]+\.)*[\w`+]+(?:: .{0,4000})?)$/;
const EVENT = 'Description: The process was terminated due to an unhandled exception.';
const APPLICATION = /^Application: ([^\\/:]{1,200}?)(?:\.exe)?$/i;
const EVENT_LINES = 6;

/** The program of event 1026 whose exception stands behind these lines; undefined = it is of no such event. */
function programIn(lines: readonly string[]): string | undefined {
  if (!lines.some((line) => line.trimEnd() === EVENT)) return undefined;
  for (const line of lines.toReversed()) {
    const program = APPLICATION.exec(line.trimEnd())?.[1];
    if (program !== undefined) return program;
  }
  return undefined;
}

const FAIL_FAST = /^(?:Process terminated\.|Fatal error\.) ?(.{0,4000})$/;

interface CrashRow extends FaultRow {
  /** Where Windows tells of it. */
  readonly program?: string | undefined;
}

const isOutOfMemory = (thrown: string): boolean => thrown.startsWith('System.OutOfMemoryException');

export const dotnetCrash = defineParser<CrashRow>({
  name: 'dotnet-crash',
  about: 'unhandled exceptions and fatal errors of .NET',
  adds: 'that a .NET server died by itself, and of what',
  docs: 'https://learn.microsoft.com/en-us/dotnet/standard/exceptions/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Unhandled exception', 'Process terminated.', 'Fatal error. ', 'Out of memory.', 'Stack overflow.', 'Exception Info: '],
  samples: [
    {
      line: 'Unhandled exception. System.InvalidOperationException: The socket is closed',
      from: '.NET 8',
      after: ['   at Chat.Hub.Send() in /src/Hub.cs:line 12'],
      reads: { message: 'System.InvalidOperationException: The socket is closed' },
      gives: {
        kind: 'process-fault',
        fault: 'uncaught-exception',
        fatal: true,
        says: 'System.InvalidOperationException: The socket is closed',
      },
    },
    {
      line: 'Unhandled exception. System.Net.WebSockets.WebSocketException (0x80004005): The remote party closed the WebSocket connection',
      from: '.NET 8',
      reads: {},
      gives: { kind: 'process-fault', fault: 'uncaught-exception' },
    },
    {
      line: "Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.",
      from: '.NET 8',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    { line: 'Out of memory.', from: '.NET 8', reads: {}, gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true } },
    {
      line: 'Stack overflow.',
      from: '.NET 8',
      after: ['   at Chat.Hub.Send()'],
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'Process terminated. Assertion failed.',
      from: '.NET 8, Environment.FailFast',
      reads: { message: 'Assertion failed.' },
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: 'Fatal error. Internal CLR error. (0x80131506)',
      from: '.NET 8',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'Exception Info: System.IndexOutOfRangeException: Index was outside the bounds of the array.',
      from: '.NET 8 on Windows Server 2022, .NET Runtime event 1026',
      before: [
        'Application: Chat.Hub.exe',
        'CoreCLR Version: 8.0.1024.46610',
        '.NET Version: 8.0.10',
        'Description: The process was terminated due to an unhandled exception.',
      ],
      reads: { program: 'Chat.Hub' },
      gives: {
        kind: 'process-fault',
        fault: 'uncaught-exception',
        fatal: true,
        says: 'System.IndexOutOfRangeException: Index was outside the bounds of the array.',
        vantage: 'supervisor',
        keys: { service: 'Chat.Hub' },
      },
    },
  ],
  rejects: [
    'Exception Info: System.IndexOutOfRangeException: of no event',
    'Unhandled exception.',
    'An unhandled exception. System.X: y',
    'Out of memory: Killed process 7 (node)',
    'fatal error. something',
    'Unhandled exception. in the handler, see below',
  ],
  read(text, context) {
    const thrown = UNHANDLED.exec(text)?.[1];
    if (thrown !== undefined) return faultRow(thrown, isOutOfMemory(thrown) ? 'heap-limit' : 'uncaught-exception', true);
    const told = THROWN.exec(text)?.[1];
    const program = told === undefined ? undefined : programIn(context.before(EVENT_LINES));
    if (told !== undefined && program !== undefined)
      return { ...faultRow(told, isOutOfMemory(told) ? 'heap-limit' : 'uncaught-exception', true), program };
    if (text === 'Out of memory.') return faultRow(text, 'heap-limit', true);
    if (text === 'Stack overflow.') return faultRow(text, 'abort', true);
    const message = FAIL_FAST.exec(text)?.[1];
    return message === undefined ? null : faultRow(message || text, 'abort', true);
  },
  events(row): Draft | undefined {
    const { program } = row;
    const event = faultEvent(row, program === undefined ? undefined : { service: program });
    return event && program !== undefined ? { ...event, vantage: 'supervisor' } : event;
  },
});
