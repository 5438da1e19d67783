/** The console logger of .NET (Microsoft.Extensions.Logging): level and category on one line, the message indented on the next. */
import { draftOf } from '../src/grammar/app-events.ts';
import { type AppRow, appRow } from '../src/grammar/app-fields.ts';
import { APP_NEEDLES } from '../src/grammar/app-needles.ts';
import { vantageOf } from '../src/grammar/app-vantage.ts';
import { dotnetRecord } from '../src/grammar/dotnet-console.ts';
import { exceptionIn, innermost } from '../src/grammar/exception.ts';
import { fieldsOfProse } from '../src/grammar/prose.ts';
import { isYarps } from '../src/grammar/yarp.ts';
import { type Context, defineParser } from '../src/types.ts';

/** As many as exceptions have causes. */
const CAUSES = 8;
function thrownBelow(context: Context): string | undefined {
  const [thrown, ...below] = context.after(1 + CAUSES);
  const outer = exceptionIn(thrown);
  return outer === undefined ? undefined : (innermost(below) ?? outer);
}

function read(text: string, context: Context): AppRow | null {
  const record = dotnetRecord(text, () => context.before(1)[0]);
  if (!record || isYarps(record, context)) return null;
  const { at, level, logger, message } = record;
  const row = appRow(fieldsOfProse(message), message);
  // An exception stands below a message that has a line of its own.
  const error = text.startsWith(' ') && row.error === undefined ? thrownBelow(context) : undefined;
  return { ...row, level, logger, message, ...(at && { at }), ...(error !== undefined && { error }) };
}

export const dotnetConsole = defineParser<AppRow>({
  name: 'dotnet-console',
  about: 'console output of ASP.NET Core and SignalR servers: Microsoft.Extensions.Logging’s simple formatter',
  adds: 'id, life and error of each connection as a .NET server saw it; its starts and stops',
  docs: 'https://learn.microsoft.com/en-us/dotnet/core/extensions/console-log-formatter',
  vantage: 'server',
  habitat: 'mixed',
  needles: APP_NEEDLES,
  samples: [
    {
      line: '      OnDisconnected XDF7BUynktzJMUre_qSm0N after 48.963s: The remote party closed the WebSocket connection without completing the close handshake.',
      from: '.NET 8 around SignalR: an application’s hub',
      before: ['warn: Acme.Hubs.TradeHub[0]'],
      reads: { level: 'warn', logger: 'Acme.Hubs.TradeHub', connection: 'XDF7BUynktzJMUre_qSm0N', durationMs: 48963 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 48963, keys: { connection: 'XDF7BUynktzJMUre_qSm0N' } },
    },
    {
      line: '      OnConnected Vo1BrkIqyO5Kxrg9dR_Phw',
      from: '.NET 8 around SignalR: an application’s hub',
      before: ['info: Acme.Hubs.TradeHub[0]'],
      reads: { connection: 'Vo1BrkIqyO5Kxrg9dR_Phw' },
      gives: { kind: 'socket-opened', keys: { connection: 'Vo1BrkIqyO5Kxrg9dR_Phw' } },
    },
    {
      line: '      Now listening on: http://[::]:8080',
      from: 'ASP.NET Core 8, Microsoft.Hosting.Lifetime',
      before: ['info: Microsoft.Hosting.Lifetime[14]'],
      reads: { logger: 'Microsoft.Hosting.Lifetime' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: '2026-11-18T10:05:17.878Z info: Microsoft.Hosting.Lifetime[0] Application is shutting down...',
      from: 'ASP.NET Core 8 with SingleLine and a TimestampFormat',
      reads: { at: { ms: Date.UTC(2026, 10, 18, 10, 5, 17, 878), widthMs: 1, basis: 'utc' }, message: 'Application is shutting down...' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '      Socket connection closed prematurely.',
      from: 'ASP.NET Core 9, a WebSocket over HTTP/2 of which the tab was closed',
      before: ['dbug: Microsoft.AspNetCore.Http.Connections.Internal.Transports.WebSocketsTransport[14]'],
      after: [
        '      System.Net.WebSockets.WebSocketException (0x80004005): The remote party closed the WebSocket connection without completing the close handshake.',
        '       ---> System.IO.IOException: The client reset the request stream.',
        '         at System.IO.Pipelines.Pipe.GetReadResult(ReadResult& result)',
      ],
      reads: { error: 'System.IO.IOException: The client reset the request stream.' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'System.IO.IOException: The client reset the request stream.' },
    },
    { line: 'info: Microsoft.Hosting.Lifetime[14]', from: 'ASP.NET Core 8', reads: { message: '' }, gives: 'noise' },
    {
      line: '      gc heap 162 MB, 38 connections',
      from: '.NET 8',
      before: ['info: Acme.Metrics[0]'],
      reads: { level: 'info' },
      gives: 'noise',
    },
  ],
  rejects: [
    '      OnConnected Vo1BrkIqyO5Kxrg9dR_Phw',
    'info: ready',
    'info: [ws] connected[0]',
    '2026-11-18 info: Microsoft.Hosting.Lifetime[0] x',
    '   at Chat.Hub.Send() in /src/Hub.cs:line 12',
    'info: Yarp.ReverseProxy.Forwarder.HttpForwarder[48] UpgradeActivityTimeout: The WebSocket connection was closed after being idle longer than the Activity Timeout.',
  ],
  read,
  events: (row, context) => draftOf(row, vantageOf(row, context) ?? 'server'),
});
