/** What .NET prints when a process dies of an exception or of its runtime. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

/** `Unhandled exception. ` since .NET Core 3; `Unhandled Exception: ` before, and with Mono. */
const UNHANDLED =
  /^Unhandled [Ee]xception[.:] (?:\[ERROR\] FATAL UNHANDLED EXCEPTION: )?((?:[\w`+]+\.)*[\w`+]+(?: \(0x[0-9A-Fa-f]{1,8}\))?(?:: .{0,4000})?)$/;
const FAIL_FAST = /^(?:Process terminated\.|Fatal error\.) ?(.{0,4000})$/;

export const dotnetCrash = defineParser<FaultRow>({
  name: 'dotnet-crash',
  about: 'unhandled exceptions and fatal errors of .NET',
  adds: 'that a .NET server died by itself, and of what',
  docs: 'https://learn.microsoft.com/en-us/dotnet/standard/exceptions/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Unhandled exception', 'Process terminated.', 'Fatal error. ', 'Out of memory.', 'Stack overflow.'],
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
  ],
  rejects: [
    'Unhandled exception.',
    'An unhandled exception. System.X: y',
    'Out of memory: Killed process 7 (node)',
    'fatal error. something',
    'Unhandled exception. in the handler, see below',
  ],
  read(text) {
    const thrown = UNHANDLED.exec(text)?.[1];
    if (thrown !== undefined)
      return faultRow(thrown, thrown.startsWith('System.OutOfMemoryException') ? 'heap-limit' : 'uncaught-exception', true);
    if (text === 'Out of memory.') return faultRow(text, 'heap-limit', true);
    if (text === 'Stack overflow.') return faultRow(text, 'abort', true);
    const message = FAIL_FAST.exec(text)?.[1];
    return message === undefined ? null : faultRow(message || text, 'abort', true);
  },
  events: (row) => faultEvent(row),
});
