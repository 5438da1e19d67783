/** YARP, the reverse proxy of ASP.NET Core: its forwarder's errors, and ASP.NET Core's lines about the requests that it forwarded. */
import { endpoint } from '../src/grammar/address.ts';
import { dotnetRecord } from '../src/grammar/dotnet-console.ts';
import { known } from '../src/grammar/known.ts';
import { urlParts } from '../src/grammar/url.ts';
import { isFinished, isYarps, NEAR_LINES, UPGRADE_ERRORS, upgradeErrorIn } from '../src/grammar/yarp.ts';
import { type Context, type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface YarpRow extends Row {
  readonly at?: Stamp | undefined;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly termination?: string | undefined;
}

// `Request finished HTTP/1.1 GET https://… - 101 - - 100555.6974ms`; .NET 5 and 6 write type and length of what was asked before the dash.
const FINISHED =
  /^Request finished HTTP\/[\d.]{1,3} ([A-Z]{3,8}) (\S{1,4000}) (?:\S{1,200} \S{1,20} )?- (\d{3}) \S{1,20} \S{1,100}(?: \S{1,100})? (\d{1,12}(?:\.\d{1,9})?)ms$/;
/** `Request: An error was encountered before receiving a response.` */
const REFUSED = /(?:Connection refused|actively refused it)\.? \(([^()\s]{1,200}:\d{1,5})\)/;
/** An upgrade by HTTP/1.1, and an extended CONNECT by HTTP/2. */
const isUpgraded = (method: string, status: number): boolean => status === 101 || (method === 'CONNECT' && status === 200);

interface Told {
  readonly error: string | undefined;
  readonly ends: boolean;
}

/** What lines say of ends, in order; a record of two lines is one. */
function* toldIn(lines: readonly string[]): Generator<Told> {
  for (const [at, line] of lines.entries()) {
    const record = dotnetRecord(line, () => lines[at - 1]);
    const finished = record && isFinished(record) ? FINISHED.exec(record.message) : null;
    if (record) yield { error: upgradeErrorIn(record), ends: finished !== null && isUpgraded(finished[1] ?? '', Number(finished[3])) };
  }
}

/** Errors name no request: this end's is one of those of which no end has followed yet; where these differ, nobody says which. */
function errorBefore(context: Context): string | undefined {
  const waiting: string[] = [];
  for (const { error, ends } of toldIn(context.before(NEAR_LINES))) {
    if (error !== undefined) waiting.push(error);
    else if (ends) waiting.shift();
  }
  return new Set(waiting).size === 1 ? waiting[0] : undefined;
}

/** Whether the end of its request follows, which says the same, and whose it is. */
const endFollows = (context: Context): boolean => [...toldIn(context.after(NEAR_LINES))].some(({ ends }) => ends);

const FINISHED_LINE =
  '2026-11-03 08:17:53.691 info: Microsoft.AspNetCore.Hosting.Diagnostics[2] Request finished HTTP/1.1 GET https://hub.example.com/ws/hub?id=MhBB_Pfh4GN0DO - 101 - - 100555.6974ms';
const IDLE_LINE =
  '2026-11-03 08:17:53.689 info: Yarp.ReverseProxy.Forwarder.HttpForwarder[48] UpgradeActivityTimeout: The WebSocket connection was closed after being idle longer than the Activity Timeout. System.OperationCanceledException: The operation was canceled.';

export const yarp = defineParser<YarpRow>({
  name: 'yarp',
  about: 'YARP, the reverse proxy of ASP.NET Core, on .NET’s console: forwarding errors and finished requests',
  adds: 'who ended each WebSocket: the activity timeout, the client or the destination',
  docs: 'https://learn.microsoft.com/en-us/aspnet/core/fundamentals/servers/yarp/diagnosing-yarp-issues',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [' - 101 ', 'finished HTTP/2 CONNECT', 'UpgradeActivityTimeout', 'UpgradeRe', 'before receiving a response'],
  samples: [
    {
      line: FINISHED_LINE,
      from: 'YARP 2.1 on .NET 8, SingleLine with a TimestampFormat',
      before: [IDLE_LINE],
      reads: { status: 101, durationMs: 100_555.6974, path: '/ws/hub?id=MhBB_Pfh4GN0DO', termination: 'UpgradeActivityTimeout' },
      gives: { kind: 'tunnel-ended', endedBy: 'idle', lifeMs: 100_555.6974, keys: { path: '/ws/hub?id=MhBB_Pfh4GN0DO' } },
    },
    {
      line: FINISHED_LINE,
      from: 'YARP 2.1: both sides closed',
      head: [
        '2026-11-03 08:16:13.132 info: Yarp.ReverseProxy.Forwarder.HttpForwarder[9] Proxying to http://10.60.1.15:5080/ws/hub?id=MhBB_Pfh4GN0DO HTTP/2 RequestVersionOrLower no-streaming',
      ],
      reads: { termination: undefined },
      gives: { kind: 'tunnel-ended', status: 101 },
    },
    {
      line: FINISHED_LINE,
      from: 'YARP 2.1: two ended at once, and nobody says which of them by whom',
      before: [IDLE_LINE, IDLE_LINE.replace('UpgradeActivityTimeout', 'UpgradeRequestClient')],
      reads: { termination: undefined },
      gives: { kind: 'tunnel-ended', status: 101 },
    },
    {
      line: '      Request finished HTTP/1.1 GET http://hub.example.com/hub?id=a1 - - - 101 - - 2040.1ms',
      from: 'YARP 1.1 on .NET 6',
      before: [
        'info: Yarp.ReverseProxy.Forwarder.HttpForwarder[48]',
        '      UpgradeResponseDestination: The destination reported an error when copying the upgraded response body.',
        '      System.IO.IOException: Unable to read data from the transport connection: Connection reset by peer.',
        'info: Microsoft.AspNetCore.Hosting.Diagnostics[2]',
      ],
      reads: { status: 101, termination: 'UpgradeResponseDestination' },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream', lifeMs: 2040.1 },
    },
    {
      line: IDLE_LINE.replace('info:', 'warn:'),
      from: 'YARP 2.3, whose requests are not logged',
      reads: { termination: 'UpgradeActivityTimeout' },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel' },
    },
    {
      line: IDLE_LINE,
      from: 'YARP 2.1: the request’s own line follows',
      after: [FINISHED_LINE],
      reads: { level: 'info' },
      gives: 'noise',
    },
    {
      line: '      Request: An error was encountered before receiving a response.',
      from: 'YARP 2.1 in front of a server that is down',
      before: ['warn: Yarp.ReverseProxy.Forwarder.HttpForwarder[48]'],
      after: ['      System.Net.Http.HttpRequestException: Connection refused (10.60.1.15:5080)'],
      reads: { level: 'warn' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream: { ip: '10.60.1.15', port: 5080 } } },
    },
    {
      line: 'info: Yarp.ReverseProxy.Forwarder.HttpForwarder[48] UpgradeRequestCanceled: Copying the upgraded request body was canceled.',
      from: 'YARP 2.1',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: [
    FINISHED_LINE,
    'info: Microsoft.AspNetCore.Hosting.Diagnostics[1] Request starting HTTP/1.1 GET https://hub.example.com/ws - - -',
    'UpgradeActivityTimeout: The WebSocket connection was closed after being idle longer than the Activity Timeout.',
  ],
  read(text, context) {
    const record = dotnetRecord(text, () => context.before(1)[0]);
    if (!record || !isYarps(record, context)) return null;
    const { at, level, logger, message } = record;
    const row = { ...(at && { at }), level, logger, message: message.slice(0, 300) };
    if (!isFinished(record)) return { ...row, termination: upgradeErrorIn(record) };
    const [whole, method = '', url, code, ms] = FINISHED.exec(message) ?? [];
    if (whole === undefined) return row;
    const status = Number(code);
    const termination = isUpgraded(method, status) ? errorBefore(context) : undefined;
    return { ...row, ...urlParts(url), method, status, durationMs: Number(ms), termination };
  },
  events(row, context): Draft | undefined {
    const { status, termination, path, method = '', durationMs, message } = row;
    const error = UPGRADE_ERRORS.get(termination ?? '');
    if (status !== undefined) {
      if (!isUpgraded(method, status)) return undefined;
      const end = { kind: 'tunnel-ended' as const, status, lifeMs: durationMs, endedBy: error?.endedBy, termination };
      return known({ ...end, keys: known({ path }) });
    }
    if (error) return endFollows(context) ? undefined : { kind: 'proxy-fault', fault: error.fault, phase: 'tunnel' };
    if (!message.startsWith('Request: ')) return undefined;
    const upstream = endpoint(REFUSED.exec([message, ...context.after(2)].join('\n'))?.[1]);
    return upstream && { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream } };
  },
});
