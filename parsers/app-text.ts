/** Text lines of applications' loggers, and of applications that print without one. */
import { withoutAnsi } from '../src/grammar/ansi.ts';
import { draftOf } from '../src/grammar/app-events.ts';
import { type AppRow, addLearned, appRow, mayNameOne, toldBy } from '../src/grammar/app-fields.ts';
import { APP_NEEDLES } from '../src/grammar/app-needles.ts';
import { vantageOf } from '../src/grammar/app-vantage.ts';
import { closeCodeIn } from '../src/grammar/close-words.ts';
import { placedLine } from '../src/grammar/console-place.ts';
import { exceptionIn, innermost } from '../src/grammar/exception.ts';
import { failedConnect } from '../src/grammar/failed-connect.ts';
import { type Fields, fieldsOf, valuesOf } from '../src/grammar/fields.ts';
import { isForeignMessage, isForeignService } from '../src/grammar/foreign.ts';
import { parseObject } from '../src/grammar/json.ts';
import { julHead, julHeadAbove } from '../src/grammar/jul.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { isKlogOfConnection } from '../src/grammar/klog.ts';
import { learningFields } from '../src/grammar/learned-fields.ts';
import { type LogHead, logHead, showsOrder } from '../src/grammar/log-head.ts';
import { fieldsOfProse } from '../src/grammar/prose.ts';
import { directCause, TRACEBACK_LINES } from '../src/grammar/python-exception.ts';
import { iso, stamp } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Vantage } from '../src/types.ts';

// Lines of Squid's cache.log, Asterisk, .NET's console logger, Apache, klog, Caddy, Istio, gunicorn, uvicorn, Envoy, kubectl, access logs and load balancers.
const FOREIGN_LINE =
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?: kid\d{1,3})?\| |^\[[^\]]{15,26}\] [A-Z]{4,8}\[\d{1,10}\](?:\[C-[0-9a-f]{8}\])?:? [\w/.-]{1,80}\.c:|^(?:\S{8,40} (?:\S{8,20} )?)?(?:trce|dbug|info|warn|fail|crit): [A-Za-z_][\w.+`<>]{1,200}\[\d{1,10}\](?: |$)|^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} |^[IWEF]\d{4} \d\d:\d\d:|^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3}\t[A-Z]+\t|^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\t[a-z]+\t|^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\]|^(?:INFO|WARNING|ERROR|CRITICAL|DEBUG): {4,5}(?:[('"\d>]|\[(?:uvicorn|[0-9a-f:]{2,45}\]:\d)|connection (?:open|closed|rejected)|[A-Z]\w{0,20} )|\]\[(?!\d\d:\d\d:\d\d)|^\[pod\/|^(?:\S+ ){2,4}\[\d\d\/\w{3}\/\d{4}:|^\d{4}-\d\d-\d\dT[\d:.]+Z? \S+ (?:TLSv|net\/|app\/)/;
// What a line without a stamp does not begin with: lists, settings, syslog stamps, frames of stacks, requests, units, transcripts of other clients.
const NOT_BARE =
  /^error: (?:Invalid WebSocket frame: |Max payload size exceeded$)|^[*-] |^(?:[A-Z][a-z]{1,20}){2,6}\s{1,20}\d{1,9}\w{0,3}$|^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d |^[\s{<(#"']|^\d(?!\d{3}(?: - |: )[A-Z]|[\d.]{6,14} \[[A-Z]{2,12}\] [A-Z])|^\[[\s\d]|^(?:\S+ )?(?:GET|POST|PUT|HEAD) \/|^\w+=|^at |^[\w@:.\\-]{1,80}\.(?:service|socket|scope|slice|target|mount|timer)\b|^WebSocket connection to '|^(?:The connection to|Firefox can)|^[Dd]isconnected \(code: |^Connected \(press/;
// Command-line clients print so, on a terminal; in a container's output the same is a logger's.
const OF_A_CLIENT = /^(?:error|websocat|curl|wscat): /;

// What cobra prints of the error that ends a command (lxc, incus): a server that goes on writes a time beside it.
const ENDS_A_COMMAND = /^Error: websocket: close \d{4} \(/;

/**
 * electron-log's file of an application on somebody's desktop: the level with its bracket is filled up to six letters, and behind it stands the
 * scope (`[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}]{scope} {text}`). Other loggers that write such a stamp fill nothing up. Who collects the
 * files of many desktops puts the machine's name in front.
 */
const ON_A_DESKTOP =
  /^(?:[A-Za-z][\w.-]{0,60} )?\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[(?:(?:info|warn)\] {2}(?=\S| \()|(?:error|debug|silly|verbose)\] {1,2}\([\w .:-]{1,40}\) )/;

/** Beside such a key the record's other time is that of its writing. */
const CLOSED_AT = /(?:closed|disconnected|ended)_?at["']?\s?[=:]|beacon/i;

/**
 * A page's own record, which whoever took it in wrote down behind its own head: `… age=185.5s [2026-10-23T13:07:41.741Z] Error: …`, as the
 * console logger of SignalR's client words it.
 */
const CARRIED = /(?:^|\s)\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] (?:Trace|Debug|Information|Warning|Error|Critical): /;

/** What the head of the line says better. */
function withoutHead(row: AppRow): AppRow {
  const { message, level, logger, ...rest } = row;
  return message === undefined ? rest : { ...rest, event: message };
}

function read(line: string, context: Context): AppRow | null {
  const { text, place, at } = placedLine(withoutAnsi(line));
  const row = rowOfLine(text, context);
  // A fresh row of this call, completed in place.
  return row && place ? Object.assign(row, { place }, at && !row.at && { at }) : row;
}

/** Spring's words of a socket that broke; of what, the exception below says. */
const BREAKS = /\bTransport error (?:in|for) /;
/** Of what websockets' exception came, that above its traceback says. */
const CLOSED_BY_ERROR = /^(?:websockets\.(?:\w{1,40}\.){1,3})?ConnectionClosedError: /;

/** .NET's exception, with its causes below; a logger may write its head before each line. */
const OF_DOTNET = /^System\.Net\.WebSockets\.WebSocketException\b/;
const CAUSES = 8;

/** chisel, and whoever writes that a connection ended and below it of what: the very next line, where the same one speaks, is of no other. */
const ENDS_BARE = /^([\w .-]{1,30}: )?[Dd]isconnected$/;
const READ_BELOW = /^([\w .-]{1,30}: )?[Cc]onnection error: (read tcp[46]? \S{1,120}: .{1,200})$/;

function readBelow(message: string, [line = '']: readonly string[]): string | undefined {
  const [, speaker, error] = READ_BELOW.exec(logHead(line)?.message ?? line) ?? [];
  return speaker === ENDS_BARE.exec(message)?.[1] ? error : undefined;
}

const thrownBeside = (message: string, context: Context): string | undefined =>
  OF_DOTNET.test(message)
    ? innermost(context.after(CAUSES).map((line) => logHead(line)?.message ?? line))
    : BREAKS.test(message)
      ? exceptionIn(context.after(1)[0])
      : CLOSED_BY_ERROR.test(message)
        ? directCause(context.before(TRACEBACK_LINES))
        : ENDS_BARE.test(message)
          ? readBelow(message, context.after(1))
          : undefined;

/** Behind a carrier's stamp nobody knows when the lines above were written. */
const neverConnected = (row: AppRow, text: string, context: Context): string | undefined =>
  row.code === 1006 && vantageOf(row, context) === 'client' ? failedConnect(text, (count) => context.before(count)) : undefined;

/** The connection of whose close the line above tells: of that one is the exception that stands below it. */
function closedAbove(context: Context): string | undefined {
  const above = logHead(context.before(1)[0] ?? '');
  const draft = above?.stamped ? draftOf(rowOf(above.message, above, context.head), 'server') : undefined;
  return draft?.kind === 'socket-closed' ? draft.keys?.connection : undefined;
}

/** What the latest row without a stamp and a level tells, so that its events are not made twice. */
let lately: { readonly row: AppRow; readonly vantage: Vantage; readonly draft: Draft | undefined } | undefined;

/** Behind a carrier's stamp a logger may write nothing but its name: with a dot in it in Python and Java, or before a sign for coming and going. */
function boxedHead(text: string): LogHead | undefined {
  const [whole = '', logger = ''] =
    /^\[([A-Za-z_]\w{1,40}(?:\.\w{1,40}){1,6}|[A-Za-z][\w-]{1,40}(?=\] [+-] ))\] {1,4}(?=\S)/.exec(text) ?? [];
  return whole === '' ? undefined : { stamped: false, logger, rest: text, message: text.slice(whole.length) };
}
/** What stood before that name and was left empty leaves a blank. */
const unindented = (text: string, { at }: Context): string =>
  UNREPEATED.test(text) || (at !== undefined && /^ \[[A-Za-z_]/.test(text)) ? text.trimStart() : text;

/** Rich, a console of Python's, writes a second once: below it blanks stand in its place. */
const UNREPEATED = /^ {11}(?=(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) {1,8}\S)/;
/** As many lines as a busy second has. */
const SECONDS_LINES = 64;
const secondAbove = (context: Context): LogHead['at'] =>
  logHead(context.before(SECONDS_LINES).findLast((line) => /^\[\d\d:\d\d:\d\d\] [A-Z]/.test(line)) ?? '')?.at;

function rowOfLine(line: string, context: Context): AppRow | null {
  const text = unindented(line, context);
  if (text.length > 100_000 || (FOREIGN_LINE.test(text) && !isKlogOfConnection(text)) || isForeignService(context.keys.service))
    return null;
  const ofJul = julHead(text);
  // What follows stands on the next line.
  if (ofJul) return { at: ofJul.at, logger: ofJul.logger };
  const head = logHead(text, context.header) ?? (context.at === undefined ? undefined : boxedHead(text));
  if (isForeignMessage(head?.rest ?? text) || (head && head.message !== head.rest && isForeignMessage(head.message))) return null;
  // Before .NET 5 what was thrown stood below its record without an indent: that record told of the close.
  if (!head && OF_DOTNET.test(text) && closeCodeIn(context.before(1)[0] ?? '') !== undefined) return null;
  const dated = head?.stamped || context.at !== undefined;
  if (!head?.stamped && (NOT_BARE.test(text) || (!dated && OF_A_CLIENT.test(text)))) return null;
  if (head?.level === undefined && /^["{]/.test(head?.rest ?? '')) return null;
  const row = rowOf(head?.message ?? text, head, context.head);
  const thrown = row.error === undefined ? (thrownBeside(row.message ?? '', context) ?? neverConnected(row, text, context)) : undefined;
  if (thrown !== undefined) row.error = thrown;
  const above = julHeadAbove(text, context);
  if (above) row.logger ??= above.logger;
  const second = above?.at ?? (UNREPEATED.test(line) ? secondAbove(context) : undefined);
  if (second) row.at = second;
  if ((!head?.stamped && ENDS_A_COMMAND.test(text)) || (ON_A_DESKTOP.test(text) && row.clientIp === undefined)) row.ofClient = true;
  // A stamp and a level make a log line. With less, only words of a WebSocket's life do; what a dying process prints is read elsewhere.
  if ((head?.stamped || second) && head?.level !== undefined) return row;
  const closed = !head?.stamped && exceptionIn(text) !== undefined ? closedAbove(context) : undefined;
  if (closed !== undefined) row.connection = closed;
  const vantage = vantageOf(row, context) ?? 'server';
  const draft = draftOf(row, vantage);
  lately = { row, vantage, draft };
  if (draft?.kind === 'process-fault') return dated && (head?.level !== undefined || draft.fault === 'hang') ? row : null;
  return draft === undefined ? null : row;
}

/** The object that zap's console, Monolog and `console.log(text, object)` write behind a message, or in its place; Monolog adds a second one. */
const TAIL = /(?:^|\s)(\{\s?".{1,16000}\})(?:\s(?:\[\]|\{\}|\{".{1,4000}\}))?$/;

const learnedOf = learningFields((line) => {
  const head = logHead(withoutAnsi(line));
  if (!head?.at || !/\d/.test(head.message)) return undefined;
  const told = toldBy(fieldsOfProse(head.message), head.message, valuesOf(pairsOf(head.message)));
  return { ...told, row: { ...told.row, at: head.at } };
}, mayNameOne);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const pairsOf = (message: string): object => (message.includes('=') ? Object.fromEntries(keyValues(message)) : {});

/** Fields that the message names, and those that the log's other lines explain. */
function fieldsIn(message: string, first: readonly string[] | undefined): Fields {
  const fields = fieldsOfProse(message);
  const learned = message.includes('=') ? learnedOf(first) : undefined;
  if (learned?.party !== undefined) addLearned(fields, pairsOf(message), learned);
  return fields;
}

function rowOf(whole: string, head: LogHead | undefined, first: readonly string[] | undefined): Mutable<AppRow> {
  const tail = whole.endsWith('}') || whole.endsWith(']') ? TAIL.exec(whole) : null;
  const object = tail ? parseObject(tail[1] ?? '') : undefined;
  const message = object && tail ? whole.slice(0, tail.index) : whole;
  // A fresh row of this call, completed by what the head says.
  const row: Mutable<AppRow> = appRow(fieldsIn(message, first), message, () => learnedOf(first));
  row.message = message;
  if (object) {
    const told = appRow(fieldsOf(object), tail?.[1] ?? '', () => learnedOf(first));
    Object.assign(row, message === '' ? told : withoutHead(told));
  }
  const code = row.code ?? closeCodeIn(message);
  if (code !== undefined) row.code = code;
  // What a client reports has happened when the report says; the head is of whoever wrote it down.
  const isOwnTime = row.at?.basis === 'utc' && row.at.widthMs <= 1 && CLOSED_AT.test(whole);
  if (head?.at && !isOwnTime) row.at = head.at;
  const carried = head?.at && iso(CARRIED.exec(message)?.[1] ?? '');
  if (carried) Object.assign(row, { at: carried, ofClient: true });
  if (head?.level !== undefined) row.level = head.level;
  if (head?.logger !== undefined) row.logger = head.logger;
  if (head?.thread !== undefined) row.thread = head.thread;
  if (head?.device !== undefined) row.device = head.device;
  if (head?.pid !== undefined) row.pid = head.pid;
  if (head?.request !== undefined) row.connection ??= head.request;
  return row;
}

export const appText = defineParser<AppRow>({
  name: 'app-text',
  about: 'text lines of an application’s logger: log4js, winston, Python logging, loguru, logback, Go log, Rust tracing, Monolog …',
  adds: 'close code, age and id of each connection as the server wrote them; missed heartbeats, shutdowns, start banners',
  docs: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.4',
  vantage: 'server',
  habitat: 'mixed',
  generic: true,
  needles: APP_NEEDLES,
  samples: [
    {
      line: "2026-11-26T16:04:40.725Z W RealtimeSDK(d86c9a15a51f): onClose code=1006 reason='' lifetimeMs=18012",
      from: 'a mobile SDK that writes as Android’s logcat does',
      reads: { connection: 'd86c9a15a51f', durationMs: 18012 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 18012, keys: { connection: 'd86c9a15a51f' } },
    },
    {
      line: '2026-11-26 18:06:03,688 kiosk-010 WARN  [backend-link ad3646a4] link down (code 1006) after 17 s, retry in 25 s',
      from: 'a device’s own words',
      reads: { connection: 'ad3646a4' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 17000, vantage: 'client', keys: { connection: 'ad3646a4' } },
    },
    {
      line: '2026-11-26 18:05:57,472 kiosk-050 WARN  [backend-link 3ae573de] link down (code 1006) before it was up, retry in 53 s',
      from: 'a device’s own words',
      reads: { code: 1006 },
      gives: { kind: 'handshake-failed', vantage: 'client', keys: { connection: '3ae573de' } },
    },
    {
      line: '2026-11-26 18:05:45,930 kiosk-017 INFO  [backend-link e9f6c065] link up',
      from: 'a device’s own words',
      reads: { connection: 'e9f6c065' },
      gives: { kind: 'socket-opened', keys: { connection: 'e9f6c065' } },
    },
    {
      line: '2026-01-20 13:38:15.274 +01:00 [WRN] Hub connection closed yKEDuAzeNCiAAmbgBPpJcZ after 332.349s: Connection aborted, application is stopping',
      from: 'Serilog 4 file sink around a SignalR hub',
      reads: { connection: 'yKEDuAzeNCiAAmbgBPpJcZ', durationMs: 332349 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 332349, by: 'shutdown' },
    },
    {
      line: '2026-01-20 13:32:15.643 +01:00 [INF] Hub connection opened _6wBrDDMN1rQTzxV23ehiN from 198.51.100.6',
      from: 'Serilog 4 file sink around a SignalR hub',
      reads: { connection: '_6wBrDDMN1rQTzxV23ehiN', clientIp: '198.51.100.6' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2026-01-20 13:38:15.274 +01:00 [WRN] Connection closed ChatHubMessageHandling after 3.1s',
      from: 'a class’s name of as many letters as a SignalR id',
      reads: { durationMs: 3100 },
      gives: 'noise',
    },
    {
      line: '2026-09-07 14:55:06 WARNING [sensord.http_serve] MISSED 4 HBs: Closing',
      from: 'an aiohttp server’s own heartbeat, aio-libs/aiohttp#961',
      reads: { logger: 'sensord.http_serve' },
      gives: { kind: 'heartbeat-missed', closes: true },
    },
    {
      line: '[2018/02/10 06:45:17 UTC] [INFO] Stopping Server...',
      from: 'Mattermost 4.6, mattermost/mattermost#8239',
      reads: { at: { ms: Date.UTC(2018, 1, 10, 6, 45, 17), widthMs: 1000, basis: 'utc' }, level: 'INFO' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '[2018/02/10 06:45:17 UTC] [INFO] stopping websocket hub connections',
      from: 'Mattermost 4.6, mattermost/mattermost#8239',
      reads: { message: 'stopping websocket hub connections' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '22.09.2026 10:02:20,033 WARN  [SpringApplicationShutdownHook] c.e.chat.ChatHandler : Session 91e54836-92e0-46dd-a5ea-7feab0a741ca closed with CloseStatus[code=1006, reason=null] after 42422 ms',
      from: 'Logback 1.5 with a pattern of its own, around Spring 6',
      reads: { at: { ms: Date.UTC(2026, 8, 22, 10, 2, 20, 33), widthMs: 1, basis: 'local' }, thread: 'SpringApplicationShutdownHook' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 42422, keys: { connection: '91e54836-92e0-46dd-a5ea-7feab0a741ca' } },
    },
    {
      line: '| Error 2014-07-19 20:43:42,729 [http-nio-8080-exec-2] ERROR handler.LoggingWebSocketHandlerDecorator  - Transport error for SockJS session id=yuj3dm0r',
      from: 'Grails 2.4 around Spring 4.0, zyro23/grails-spring-websocket#7',
      after: ['Message: java.util.concurrent.ExecutionException: java.io.IOException: Broken pipe', '    Line | Method'],
      reads: { connection: 'yuj3dm0r', error: 'java.util.concurrent.ExecutionException: java.io.IOException: Broken pipe' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'yuj3dm0r' } },
    },
    {
      line: '2021-03-18 09:12:44.310 DEBUG 1 --- [nio-8080-exec-4] s.w.s.h.LoggingWebSocketHandlerDecorator : Transport error in StandardWebSocketSession[id=0c4e5d7a-6d0f-8e0b-3f4d-2b1a9c8d7e6f, uri=ws://localhost:8080/ws]',
      from: 'Spring 5.3 at level debug',
      after: [
        'java.io.EOFException: null',
        '\tat org.apache.tomcat.util.net.NioEndpoint$NioSocketWrapper.fillReadBuffer(NioEndpoint.java:1345)',
      ],
      reads: { connection: '0c4e5d7a-6d0f-8e0b-3f4d-2b1a9c8d7e6f', error: 'java.io.EOFException: null' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'java.io.EOFException: null' },
    },
    {
      line: '[ocpp  ] DEBUG 2024/09/04 13:19:48 charge point disconnected: SN10052307203612',
      from: 'evcc 0.130: it does not say how, and neither does ocpp-go',
      reads: { level: 'DEBUG', logger: 'ocpp', connection: 'SN10052307203612' },
      gives: { kind: 'socket-closed', keys: { connection: 'SN10052307203612' } },
    },
    {
      line: '[ocpp  ] DEBUG 2024/09/04 13:19:52 charge point connected: SN10052307203612',
      from: 'evcc 0.130',
      reads: { connection: 'SN10052307203612' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '22.09.2026 10:02:19,994 INFO  [SpringApplicationShutdownHook] c.e.chat.ChatHandler : Received shutdown, dropping all sessions',
      from: 'Logback 1.5 with a pattern of its own, around Spring 6',
      reads: { logger: 'c.e.chat.ChatHandler' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '09/11/2026 10:02:19 INFO  [SpringApplicationShutdownHook] o.s.m.s.b.SimpleBrokerMessageHandler : Stopping...',
      header: '28/10/2026 23:59:59 INFO  [main] c.e.App : Started',
      from: 'Log4j 2 with %d{dd/MM/yyyy HH:mm:ss}, of Spring’s own thread',
      reads: { at: { ms: Date.UTC(2026, 10, 9, 10, 2, 19), widthMs: 1000, basis: 'local' } },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '11/09/2026 10:02:19.120 WARN ws closed code=1006',
      header: '10/28/2026 23:59:59.001 INFO started',
      from: 'NLog with a layout of its own',
      reads: { at: { ms: Date.UTC(2026, 10, 9, 10, 2, 19, 120), widthMs: 1, basis: 'local' } },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[09-11-2026 10:02:19] production.WARNING: ws closed code=1006',
      from: 'Monolog 3 with a date format of its own',
      reads: { at: { ms: Date.UTC(2026, 10, 9, 10, 2, 19), widthMs: 1000, basis: 'local' } },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-09-22T10:02:19.994+02:00  INFO 1 --- [chat] [ionShutdownHook] o.s.b.w.e.tomcat.GracefulShutdown        : Commencing graceful shutdown. Waiting for active requests to complete',
      from: 'Spring Boot 3.3',
      reads: { pid: 1 },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2026-09-22T10:02:20.994+02:00  INFO 1 --- [chat] [tomcat-shutdown] o.s.b.w.e.tomcat.GracefulShutdown        : Graceful shutdown complete',
      from: 'Spring Boot 3.3',
      reads: { pid: 1 },
      gives: 'noise',
    },
    {
      line: '2026-01-27 14:01:20.445 [conn c60be66f] missed 2 pongs -> terminate()',
      from: 'an application’s own logger around ws 8',
      reads: { connection: 'c60be66f' },
      gives: { kind: 'heartbeat-missed', keys: { connection: 'c60be66f' } },
    },
    {
      line: '2026-01-27T14:01:20.445Z WARN client=7a46cddd pong overdue by 12s',
      from: 'an application’s own logger around ws 8',
      reads: { connection: '7a46cddd' },
      gives: { kind: 'heartbeat-missed', keys: { connection: '7a46cddd' } },
    },
    {
      line: '2026-01-27T14:01:20.445Z WARN socket 7a46cddd closed: missed 3 pings',
      from: 'an application’s own logger around ws 8',
      reads: { connection: '7a46cddd' },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '2026-01-27T14:01:20.445Z WARN missed 2 deadlines of the nightly job',
      from: 'an application’s own logger',
      reads: {},
      gives: 'noise',
    },
    {
      line: '[2026-04-08T12:00:41.292Z] WARN (ws-hub): ws_f224b5 closed 1006 (6.7s)',
      from: 'an application’s own winston format around ws 8',
      reads: { code: 1006, connection: 'ws_f224b5' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 6700, keys: { connection: 'ws_f224b5' } },
    },
    {
      line: 'I, [2026-10-06T14:35:10.161405 #9021]  INFO -- : [WS] [da484db2] unsubscribed close_code=1000 open_for=4.42',
      from: 'Rails 7 logger, tagged',
      reads: { code: 1000, connection: 'da484db2', pid: 9021 },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 4420, keys: { connection: 'da484db2', pid: 9021 } },
    },
    {
      line: '2026-12-31T23:59:55.328417Z ERROR agent::transport: websocket connect failed agent_id=69804bd9 error=HTTP error: 502 Bad Gateway',
      from: 'tracing-subscriber 0.3 with fields, around tungstenite 0.24',
      reads: { error: 'HTTP error: 502 Bad Gateway' },
      gives: { kind: 'handshake-failed', status: 502, vantage: 'client', keys: { connection: '69804bd9' } },
    },
    {
      line: "CRITICAL:unicorn_binance_websocket_api:BinanceWebSocketApiSocket.start_socket(90edc1f39854-4ce6-be2b-c065-d60132f96aa8, ['kline_1m'], ['blurusdt']) - Exception ConnectionClosed - error_msg: sent 1011 (unexpected error) keepalive ping timeout; no close frame received",
      from: 'unicorn-binance-websocket-api 1.41, oliver-zehentleitner/unicorn-binance-websocket-api#284',
      reads: { logger: 'unicorn_binance_websocket_api' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', vantage: 'client' },
    },
    {
      line: '2026/12/31 23:59:55 websocket dial failed: websocket: bad handshake (status 502) agent=69804bd9',
      from: 'Go’s log around gorilla/websocket 1.5',
      reads: {},
      gives: { kind: 'handshake-failed', status: 502, vantage: 'client' },
    },
    {
      line: "2026-11-26T10:44:47.554Z error: uncaughtException TypeError: Cannot read properties of undefined (reading 'user')",
      from: 'winston 3, timestamp and simple, with the name of Node’s event',
      reads: { level: 'error' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true },
    },
    {
      line: 'Nov  7 2026 03:09:17 [ws] - u8f1c0c code=1006 reason=- after=22s',
      from: 'an application’s own lines with the month by its name',
      reads: {
        at: { ms: Date.UTC(2026, 10, 7, 3, 9, 17), widthMs: 1000, basis: 'local' },
        connection: 'u8f1c0c',
        code: 1006,
        durationMs: 22000,
      },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 22000, keys: { connection: 'u8f1c0c' } },
    },
    {
      line: '2026-06-25 08:21:22 INFO feed disconnect id=f916e4f2 ip=10.20.0.106 close_code=1006 elapsed=15',
      head: ['2026-06-25 08:21:09 INFO feed disconnect id=a916e4f7 ip=10.20.0.106 close_code=1000 elapsed=13.92'],
      from: 'Python 3.11 logging: whole seconds among fractions',
      reads: { durationMs: 15_000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 15_000 },
    },
    {
      line: '2026-09-03 22:14:32,974 ERROR   [feed] feed=e7567f6f59ff failed: sent 1011 (internal error) keepalive ping timeout; no close frame received',
      head: [
        '2026-09-03 21:55:22,049 INFO    [feed] open feed=6ea33cf23fe5 peer=198.51.100.27',
        '2026-09-03 21:56:33,213 INFO    [feed] close feed=6ea33cf23fe5 code=1006 lived=69.06s rows=1204',
        '2026-09-03 22:02:36,320 INFO    [feed] close feed=2ee8187dc358 code=1001 lived=52.10s rows=981',
        '2026-09-03 22:05:00,183 INFO    [feed] close feed=951cce4d8440 code=1001 lived=555.51s rows=8820',
      ],
      from: 'Python 3.12 logging around websockets 12: a name that only its values explain',
      reads: { party: 'e7567f6f59ff' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', keys: { connection: 'e7567f6f59ff' } },
    },
    {
      line: 'Nov 27 2026 03:08:53 [ws] + u606513 (127.0.0.1)',
      from: 'an application’s own lines with the month by its name',
      reads: { connection: 'u606513', clientIp: '127.0.0.1' },
      gives: { kind: 'socket-opened', keys: { connection: 'u606513' } },
    },
    {
      line: "INFO 11/26/2026 12:12:45 AM wsl:13 -- meter MTR984349 offline, code=1006 reason='', uptime=27.007",
      from: 'Python logging, datefmt %m/%d/%Y %I:%M:%S %p of its HOWTO',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 0, 12, 45), widthMs: 1000, basis: 'local' }, code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'MTR984349' } },
    },
    {
      line: 'Nov 26 23:10:55.913 board[24064] INFO board server listening',
      from: 'an application’s own logger after syslog’s example, Socket.IO 4',
      reads: {
        at: { ms: Date.UTC(2000, 10, 26, 23, 10, 55, 913), widthMs: 1, basis: 'yearless' },
        pid: 24064,
        level: 'INFO',
        logger: 'board',
      },
      gives: { kind: 'process-started', keys: { pid: 24064 } },
    },
    {
      line: '2026-12-02T18:00:59.124Z WARN  [ws] connection closed id=79446771e863 ip=10.20.0.111 code=1006 reason="" duration=30.053s',
      from: 'an application’s own logger around ws 8',
      reads: {
        at: { ms: 1796234459124, widthMs: 1, basis: 'utc' },
        level: 'WARN',
        logger: 'ws',
        code: 1006,
        durationMs: 30053,
        clientIp: '10.20.0.111',
        connection: '79446771e863',
      },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 30053, keys: { connection: '79446771e863', client: { ip: '10.20.0.111' } } },
    },
    {
      line: '2026-11-04T16:10:34.708Z INFO  [ws] connection opened id=2a900ac6 ip=10.20.0.103',
      from: 'an application’s own logger around ws 8',
      reads: { connection: '2a900ac6' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2026-11-04T16:11:23.086Z INFO  [main] SIGTERM received, shutting down',
      from: 'an application’s own logger around ws 8',
      reads: { logger: 'main', message: 'SIGTERM received, shutting down' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '[2026-11-14T17:01:39.638] [WARN] chat-ws - Client 58534fe0 (10.20.0.103) disconnected, code: 1006, reason: none, connected for 36245 ms',
      from: 'log4js 6',
      reads: {
        at: { ms: 1794675699638, widthMs: 1, basis: 'local' },
        level: 'WARN',
        logger: 'chat-ws',
        code: 1006,
        durationMs: 36245,
        connection: '58534fe0',
        clientIp: '10.20.0.103',
      },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 36245 },
    },
    {
      line: '[2026-11-14T17:01:39.540] [WARN] chat-ws - Client fb87bf22 did not answer ping',
      from: 'log4js 6',
      reads: { connection: 'fb87bf22' },
      gives: { kind: 'heartbeat-missed', keys: { connection: 'fb87bf22' } },
    },
    {
      line: '[2026-11-14T17:00:37.909] [INFO] chat-ws - listening on 10.20.0.10:8080',
      from: 'log4js 6',
      reads: { logger: 'chat-ws' },
      gives: { kind: 'process-started' },
    },
    {
      line: '2026/11/21 19:14:31 ws: conn 48ed1d70 closed: close 1006 (abnormal closure): unexpected EOF after 2m7.606s from 10.20.0.102:40314',
      from: 'Go 1.22 log around gorilla/websocket 1.5',
      reads: {
        at: { ms: 1795288471000, widthMs: 1000, basis: 'local' },
        logger: 'ws',
        code: 1006,
        durationMs: 127606,
        clientIp: '10.20.0.102',
        clientPort: 40314,
        connection: '48ed1d70',
      },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 127606 },
    },
    {
      line: '2026/11/21 19:12:32 ws: conn a3099876 closed: close 1000 after 7.599s from 10.20.0.104:40368',
      from: 'Go 1.22 log',
      reads: { code: 1000, durationMs: 7599 },
      gives: { kind: 'socket-closed', code: 1000 },
    },
    {
      line: '2026/11/21 19:12:23 ws: conn 48ed1d70 accepted from 10.20.0.102:40314',
      from: 'Go 1.22 log',
      reads: { connection: '48ed1d70' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2026/01/02 03:04:05.123456 hub.go:88: error: websocket: close 1001 (going away)',
      from: 'gorilla/websocket 1.5 chat example',
      reads: { code: 1001 },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: '2026/01/02 03:04:05 failed to get reader: received close frame: status = StatusGoingAway and reason = ""',
      from: 'coder/websocket 1.8',
      reads: { code: 1001 },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: 'INFO 2026-10-19 05:06:10,407 asgi_app 367 disconnect 49604265 close_code=1006 duration=15.5 ip=10.20.0.112',
      from: 'Django 4 verbose formatter, Channels consumer',
      reads: { level: 'INFO', logger: 'asgi_app', pid: 367, durationMs: 15500, connection: '49604265' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 15500, keys: { pid: 367 } },
    },
    {
      line: 'INFO 2026-10-19 05:05:54,709 asgi_app 367 connect 8b9ca8fa from 10.20.0.102',
      from: 'Django 4 verbose formatter',
      reads: { connection: '8b9ca8fa', clientIp: '10.20.0.102' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: "2026-06-25 08:21:22,724 INFO feed disconnect id=f916e4f2 ip=10.20.0.106 close_code=1000 close_reason='' elapsed=15.92s",
      from: 'Python 3.11 logging around websockets 10.4',
      reads: { at: { ms: 1782375682724, widthMs: 1, basis: 'local' }, durationMs: 15920, code: 1000 },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 15920 },
    },
    {
      line: '2026-06-25 08:21:22,767 INFO websockets.server connection closed',
      from: 'websockets 10.4',
      reads: { logger: 'websockets.server' },
      gives: { kind: 'socket-closed' },
    },
    {
      line: 'INFO:websockets.server:connection open',
      from: 'websockets 12, logging.basicConfig()',
      reads: { logger: 'websockets.server', level: 'INFO' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2026-06-25 08:21:22,001 - app.ws - ERROR - sent 1011 (internal error) keepalive ping timeout; no close frame received',
      from: 'websockets 12: ConnectionClosedError',
      reads: { logger: 'app.ws', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: '2026-06-25 08:21:23,001 - app.ws - WARNING - sensor 17 down after 19.01 s: sent 1009 (message too big); no close frame received',
      from: 'websockets 10.4: ConnectionClosedError in an application’s words',
      reads: { logger: 'app.ws', code: 1009 },
      gives: { kind: 'socket-closed', code: 1009, by: 'protocol-error' },
    },
    {
      line: '2026-02-03 04:05:06.789  WARN 4242 --- [nio-8080-exec-1] c.example.ChatHandler                    : afterConnectionClosed session=a1b2c3 CloseStatus[code=1006, reason=null]',
      from: 'Spring Boot 3',
      reads: { pid: 4242, logger: 'c.example.ChatHandler', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '20:23:41.123 [main] INFO  c.example.Ws - WebSocket disconnected: 1001',
      from: 'logback 1.4 default',
      reads: { level: 'INFO', logger: 'c.example.Ws' },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: '2026-11-22 20:23:41.123 | WARNING  | app.ws:on_close:42 - ws closed code=1006',
      from: 'loguru 0.7',
      reads: { level: 'WARNING', logger: 'app.ws' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-11-22T20:23:41.123456Z  WARN chat::ws: read failed: WebSocket protocol error: Connection reset without closing handshake peer=203.0.113.9:51000',
      from: 'tracing-subscriber 0.3 around tungstenite 0.24',
      reads: { logger: 'chat::ws', clientPort: 51000 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[2026-11-22T20:23:41.123456+01:00] ws.INFO: connection closed {"code":1006} []',
      from: 'Monolog 3',
      reads: { level: 'INFO', logger: 'ws', at: { ms: 1795375421123.456, widthMs: 0.001, basis: 'utc' } },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[I 2026-11-22 20:23:41.123 ServerApp] Shutting down 2 terminals',
      from: 'Jupyter Server 2',
      reads: { level: 'I', logger: 'ServerApp' },
      gives: { kind: 'stop-requested' },
    },
    {
      line: '2026-11-22T20:23:41.123Z\tINFO\tws/conn.go:42\twebsocket connected\t{"conn": "c9f3a1", "remote": "[2001:db8::9]:4431"}',
      from: 'zap 1.27 console encoder',
      reads: { level: 'INFO', clientIp: '2001:db8::9' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2026-11-19T16:15:20.738Z\twarn\tws.close\t{"cid": "72e41df3", "code": 1006, "ms": 300578}',
      from: 'zap 1.27 console encoder with fields',
      reads: { connection: '72e41df3', code: 1006, durationMs: 300578, message: 'ws.close' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 300578, keys: { connection: '72e41df3' } },
    },
    {
      line: '[2026-12-09 07:41:20] chat.INFO: onClose {"fd":"4b54fd00","worker":0,"code":1000,"seconds":274.653} []',
      from: 'Monolog 3 in a Swoole 5 server, whose connections are numbered by fd',
      reads: { connection: '4b54fd00', code: 1000, durationMs: 274653, logger: 'chat' },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 274653, keys: { connection: '4b54fd00' } },
    },
    {
      line: '2026-11-11T08:05:01.254Z\tcf74614f-2f3f-41f8-b9cc-1b1adb07f78e\tINFO\tbeacon {"kind":"ws-close","session":"09d8739b-f051-4a76-b4a4-a3cf47ba4080","closeCode":1006,"at":1794384301134,"openedAt":1794384225833}',
      from: 'AWS Lambda, Node.js 20: console.info of a client’s beacon',
      reads: { at: { ms: 1794384301134, widthMs: 1, basis: 'utc' }, level: 'INFO', durationMs: 75301 },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        lifeMs: 75301,
        vantage: 'client',
        keys: { connection: '09d8739b-f051-4a76-b4a4-a3cf47ba4080', container: undefined },
      },
    },
    {
      line: 'I, [2026-11-27T09:08:22.118734 #2]  INFO -- : [8e1f3d27-2b82-4d06-8178-1838c03bb663] ws_beacon client_id=0b418636 code=1006 opened=yes duration_ms=242098 closed_at=2026-11-27T09:08:20.666Z',
      from: 'Rails 7 logger with a tagged request id, writing down a client’s beacon',
      reads: { at: { ms: 1795770500666, widthMs: 1, basis: 'utc' }, connection: '0b418636', opened: true },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 242098, vantage: 'client', keys: { connection: '0b418636', pid: undefined } },
    },
    {
      line: 'I, [2026-11-27T09:08:24.118734 #2]  INFO -- : ws_beacon client_id=0b418637 code=1006 opened=no duration_ms=12 closed_at=2026-11-27T09:08:23.188Z',
      from: 'Rails 7 logger, writing down a client’s beacon',
      reads: { opened: false },
      gives: { kind: 'handshake-failed', vantage: 'client', keys: { connection: '0b418637' } },
    },
    {
      line: '2026-12-04T11:12:51.874515Z  WARN consumer::stream: stream ended id=bc614fc0 after_ms=660053 err=WebSocket protocol error: Connection reset without closing handshake peer=203.0.113.9:51000',
      from: 'tracing-subscriber 0.3 with fields, around tungstenite 0.24',
      reads: { durationMs: 660053, error: 'WebSocket protocol error: Connection reset without closing handshake', clientPort: 51000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 660053, keys: { connection: 'bc614fc0' } },
    },
    {
      line: '2026-10-25 02:29:49.059 [WRN] Acme.Signal.Socket: 18067000 closed abnormally (1006) after 23.894 s: System.Net.WebSockets.WebSocketException: The remote party closed the WebSocket connection without completing the close handshake.',
      from: 'Serilog 4 file sink',
      reads: { connection: '18067000', durationMs: 23894 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: '18067000' } },
    },
    {
      line: '2026-12-18 04:00:00,225 WARNING  wsd - conn 85380ead close code 1006, up 1580.8 s, last recv 1538 s ago: [Errno 104] Connection reset by peer',
      from: 'Python 3.11 logging around a uvloop server',
      reads: { durationMs: 1580800, silenceMs: 1538000, connection: '85380ead' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 1580800, silenceMs: 1538000 },
    },
    {
      line: '[ws] open 04e7bb87 from 203.0.113.198',
      from: 'ws 8 example with console.log',
      reads: { connection: '04e7bb87', clientIp: '203.0.113.198' },
      gives: { kind: 'socket-opened', keys: { connection: '04e7bb87', client: { ip: '203.0.113.198' } } },
    },
    {
      line: '2026-03-03T08:00:16.099Z [ws] conn 61a636a0 open',
      from: 'ws 8 example with console.log',
      reads: { connection: '61a636a0' },
      gives: { kind: 'socket-opened', keys: { connection: '61a636a0' } },
    },
    {
      line: 'I, [2026-11-26T15:33:35.135091 #21675]  INFO -- : [table] seat S044061 stands up (1006 "") played 33.0s',
      from: 'Ruby 3.1 Logger around faye-websocket on Puma 5.6',
      reads: { code: 1006, pid: 21675 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 33000, keys: { connection: 'S044061', pid: 21675 } },
    },
    {
      line: 'I, [2026-11-26T15:33:20.398238 #21675]  INFO -- : [table] seat S07852b stands up (1000 "") played 18.8s',
      from: 'Ruby 3.1 Logger around faye-websocket on Puma 5.6',
      reads: { code: 1000 },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 18800 },
    },
    {
      line: '2026-11-26 13:30:26,465 INFO:lounge:bo123d4 left (disconnect code 1006), 18 remain',
      from: 'Python 3.11 logging around Starlette',
      reads: { logger: 'lounge', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'bo123d4' } },
    },
    {
      line: '2026-11-26 13:30:15,612 INFO:lounge:ivy977c0 joined, 1 in the lounge',
      from: 'Python 3.11 logging around Starlette',
      reads: { logger: 'lounge' },
      gives: { kind: 'socket-opened', keys: { connection: 'ivy977c0' } },
    },
    {
      line: '2026-12-18 04:00:00,174 WARNING  wsd - conn bef0d4cc close code 1006, up 1104.5 s, last recv 1063 s ago: [Errno 104] Connection reset by peer while sending',
      from: 'Python 3.12 logging around uvloop',
      reads: { code: 1006, silenceMs: 1063000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 1104500, silenceMs: 1063000 },
    },
    {
      line: '[I 261126 18:00:33 app_tornado:14] A861374 gone after 13.0s code=None reason=None',
      from: 'Tornado 6.2, its own formatter',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 18, 0, 33), widthMs: 1000, basis: 'local' }, logger: 'app_tornado', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 13000, keys: { connection: 'A861374' } },
    },
    {
      line: '[I 261126 18:00:28 app_tornado:14] quotes: A115833 gone after 9.0s code=1000 reason=None',
      from: 'Tornado 6.2, its own formatter',
      reads: { code: 1000 },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 9000, keys: { connection: 'A115833' } },
    },
    {
      line: '<2026-11-26T12:41:38.743Z> [truck888b] LINK LOST ws=1006 after 8030ms',
      from: 'a client’s own log around ws 8',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 12, 41, 38, 743), widthMs: 1, basis: 'utc' }, code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 8030, keys: { connection: 'truck888b' } },
    },
    {
      line: '<2026-11-26T12:41:42.888Z> [truck580c] link down ws=1000 after 2513ms',
      from: 'a client’s own log around ws 8',
      reads: { code: 1000 },
      gives: { kind: 'socket-closed', code: 1000, keys: { connection: 'truck580c' } },
    },
    {
      line: '26-Nov-2026 07:33:20.255 INFO [http-nio-127.0.0.1-8080-exec-3] Board.close session 0 closed: CLOSED_ABNORMALLY null',
      from: 'Tomcat 10.1: CloseReason of a Jakarta endpoint, java.util.logging with its OneLineFormatter',
      reads: { level: 'INFO', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'session 0' } },
    },
    {
      line: '26-Nov-2026 07:33:03.572 INFO [http-nio-127.0.0.1-8080-exec-3] Board.open session 0 opened for kim.29d8',
      from: 'Tomcat 10.1: a Jakarta endpoint, java.util.logging with its OneLineFormatter',
      reads: {},
      gives: { kind: 'socket-opened', keys: { connection: 'session 0', requestId: 'kim.29d8' } },
    },
    {
      line: '26-Nov-2026 07:33:08.109 INFO [http-nio-127.0.0.1-8080-exec-10] Board.open session a opened for max.32f8',
      from: 'Tomcat 10.1: a Jakarta endpoint, java.util.logging with its OneLineFormatter',
      reads: {},
      gives: { kind: 'socket-opened', keys: { connection: 'session a', requestId: 'max.32f8' } },
    },
    {
      line: "[26/Nov/2026 12:43:55] INFO  #5 closed dev=cho8058 code=1006 exc=ConnectionResetError('Cannot write to closing transport')",
      from: 'Python 3.11 logging around aiohttp 3.8',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'cho8058' } },
    },
    {
      line: '[26/Nov/2026 12:43:42] INFO  #5 open dev=cho8058',
      from: 'Python 3.11 logging around aiohttp 3.8',
      reads: {},
      gives: { kind: 'socket-opened', keys: { connection: 'cho8058' } },
    },
    {
      line: '2026-11-26 12:37:08.448 UTC meter-8379 disconnected: code=1006 wasClean=false session=29.33s',
      from: 'a client’s own log around mqtt.js',
      reads: { code: 1006, durationMs: 29330 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 29330, keys: { connection: 'meter-8379' } },
    },
    {
      line: '2026-11-26T12:39:45.348Z device=8f08dc32 onclose code=1006 opened=false',
      from: 'a client’s own log around ws 8',
      reads: { opened: false },
      gives: { kind: 'handshake-failed', vantage: 'client', keys: { connection: '8f08dc32' } },
    },
    {
      line: '2026-11-26T12:41:42.888Z INFO  metrics server listens on 127.0.0.1:1006, worker 1006 is up, batch 1006 done in 1006 ms',
      from: 'an application’s own logger: 1006 that is no close code',
      reads: {},
      gives: 'noise',
    },
    {
      line: '2026-11-26T12:41:42.888Z INFO  ticket 1006 closed by anna, order (1006) dropped, file /srv/1006 gone',
      from: 'an application’s own logger: 1006 that is no close code',
      reads: {},
      gives: 'noise',
    },
    {
      line: '2026-11-26T12:41:42.888Z DEBUG reconnect policy: code 1006 means that the connection was lost, retry after 5s',
      from: 'an application’s own logger: 1006 that is spoken of',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'New connection! (90)',
      from: 'Ratchet 0.4, the chat of its tutorial',
      reads: { connection: '90' },
      gives: { kind: 'socket-opened', keys: { connection: '90' } },
    },
    {
      line: 'Connection 90 has disconnected',
      from: 'Ratchet 0.4, the chat of its tutorial',
      reads: { connection: '90' },
      gives: { kind: 'socket-closed', keys: { connection: '90' } },
    },
    {
      line: '1788264602.417 close id=9f31c0aa code=1006 secs=81.3',
      from: 'an application’s own logger: seconds since 1970',
      reads: { at: { ms: 1788264602417, widthMs: 1, basis: 'utc' }, durationMs: 81300, connection: '9f31c0aa' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 81300 },
    },
    {
      line: '2026-12-02 11:20:14,712 [4012] INFO chat.consumers: disconnect 8976e334 code=1000 duration=500.40',
      from: 'Python logging, %(asctime)s [%(process)d] %(levelname)s %(name)s: %(message)s',
      reads: { pid: 4012, level: 'INFO', connection: '8976e334' },
      gives: { kind: 'socket-closed', code: 1000, keys: { pid: 4012 } },
    },
    {
      line: '2026-10-25 02:04:01,939 INFO chat ws_close a5be93f7 code=1006 lived=60.004s',
      from: 'Python logging around websockets 12',
      reads: { connection: 'a5be93f7', durationMs: 60004 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 60004 },
    },
    {
      line: 'Client disconnected: 1006',
      from: 'ws 8 example with console.log',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-01-01 00:00:00,000 DEBUG ! failing OPEN WebSocket connection with code 1009',
      from: 'websockets 9, debug log',
      reads: { code: 1009 },
      gives: { kind: 'socket-closed', code: 1009 },
    },
    {
      line: 'Failing the WebSocket connection: 1006',
      from: 'websockets 8',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'starlette.websockets.WebSocketDisconnect: 1001',
      from: 'Starlette 0.30',
      reads: { code: 1001 },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: '[W 2026-11-22 20:23:41.123 ServerApp] WebSocket ping timeout after 90000 ms.',
      from: 'Jupyter Server 2, Tornado 6',
      reads: { level: 'W' },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: 'socket abcDEF_123-AAAB disconnected: transport close',
      from: 'Socket.IO 4, console.log of disconnect',
      reads: { connection: 'abcDEF_123-AAAB' },
      gives: { kind: 'socket-closed', reason: 'transport close' },
    },
    {
      line: 'CloseStatus[code=1006, reason=The WebSocket session [a] idle timeout expired]',
      from: 'Tomcat 9 through Spring',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, by: 'idle-timeout', reason: 'The WebSocket session [a] idle timeout expired' },
    },
    {
      line: 'System.Net.WebSockets.WebSocketException (0x80004005): The remote party closed the WebSocket connection without completing the close handshake.',
      from: '.NET 8',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'WebSocket disconnected (code: 1006, reason: )',
      from: 'ws 8, console.log',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '⚠️ [CLOSED] Disconnected (Code: 1006, Reason: "")',
      from: 'ws 8, console.log',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'webchat disconnected code=1006 reason=n/a conn=c-77ab',
      from: 'ws 8, console.log',
      reads: { connection: 'c-77ab' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    { line: 'Disconnect 1006: WebSocket Read EOF', from: 'Jetty 9.4', reads: { code: 1006 }, gives: { kind: 'socket-closed', code: 1006 } },
    {
      line: 'websockets.exceptions.ConnectionClosedError: no close frame received or sent',
      from: 'websockets 12',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-01-09 00:00:00,000 INFO query took 1006ms on port 1006 id=1006 path=/?q=socket+1006',
      from: 'Python 3.11 logging',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: '2026-12-31T23:59:60.000+05:30 INFO closed 1006 idle connections',
      from: 'an application’s own logger',
      reads: {},
      gives: 'noise',
    },
    {
      line: '10:01:00.125 app.js:30 ws close code=1006 wasClean=false',
      from: 'Chrome 120, console saved with time stamps shown',
      reads: { at: { ms: 36060125, widthMs: 1, basis: 'daytime' }, place: 'app.js:30', message: 'ws close code=1006 wasClean=false' },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, vantage: 'client' },
    },
    {
      line: '(index):52 Chat socket closed unexpectedly, code 1006',
      from: 'Chrome 120, console copied',
      reads: { place: '(index):52', message: 'Chat socket closed unexpectedly, code 1006' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: '2026-01-09 00:00:00,000 WARNING Redis connection closed',
      from: 'Python 3.11 logging',
      reads: { level: 'WARNING' },
      gives: 'noise',
    },
    {
      line: "2026-11-26T16:56:37.343Z board:socket - mOkLbm7xUKA4odCDAAAN user=u82255 reason='transport close' after=22s",
      from: 'the debug module in a Socket.IO 4 server: its reason, and no code',
      reads: { connection: 'mOkLbm7xUKA4odCDAAAN', durationMs: 22000 },
      gives: { kind: 'socket-closed', lifeMs: 22000, keys: { connection: 'mOkLbm7xUKA4odCDAAAN' } },
    },
    {
      line: "2026-11-26T16:56:29.088Z board:socket - zuXe0IHg2ivCJuhGAAAK user=u80607 reason='client namespace disconnect' after=15s",
      from: 'the debug module in a Socket.IO 4 server',
      reads: { connection: 'zuXe0IHg2ivCJuhGAAAK' },
      gives: { kind: 'socket-closed', wasClean: true },
    },
    {
      line: '2026-11-26T16:56:10.766Z board:socket + 1FRZrR0etKXCSREuAAAA user=u72359 ip=203.0.113.30 clients=1',
      from: 'the debug module in a Socket.IO 4 server',
      reads: { connection: '1FRZrR0etKXCSREuAAAA', clientIp: '203.0.113.30' },
      gives: { kind: 'socket-opened', keys: { connection: '1FRZrR0etKXCSREuAAAA' } },
    },
    {
      line: '2026-11-26T16:56:59.611Z board:server event loop lagged 11039ms rss=58MB',
      from: 'a server’s own monitor, without a level',
      reads: { message: 'board:server event loop lagged 11039ms rss=58MB' },
      gives: { kind: 'process-fault', fault: 'hang', fatal: false },
    },
    {
      line: '2026-05-20T21:35:10.239Z [WARN]  wsgw.proxy: upstream closed: conn=QE8HM2411K upstream=10.40.3.71:8080 code=1006 duration=2m56.992s error="failed to get reader: failed to read frame header: EOF"',
      from: 'hclog of a gateway around coder/websocket 1.8',
      reads: { connection: 'QE8HM2411K', upstream: '10.40.3.71:8080', durationMs: 176_992 },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        vantage: 'gateway',
        by: 'server',
        keys: { connection: 'QE8HM2411K', upstream: { ip: '10.40.3.71', port: 8080 } },
      },
    },
    {
      line: '2026-05-20T21:36:37.576Z [WARN]  wsgw.proxy: downstream closed: conn=D9WMAW9Z4V remote=203.0.113.10:51255 code=1006 duration=20.022s error="failed to get reader: failed to read frame header: read tcp 10.40.7.5:8443->203.0.113.10:51255: read: connection reset by peer"',
      from: 'hclog of a gateway around coder/websocket 1.8',
      reads: { connection: 'D9WMAW9Z4V', clientIp: '203.0.113.10' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'gateway', by: 'client', keys: { client: { ip: '203.0.113.10', port: 51255 } } },
    },
    {
      line: '2026-10-27 09:16:41.4834|INFO|Feed.Ws.SocketEndpoint|socket 0HNBC90A9E7A7:00000007 accepted from 198.51.100.248 board=eq-68',
      from: 'NLog 5, Kestrel’s TraceIdentifier',
      reads: { connection: '0HNBC90A9E7A7:00000007', clientIp: '198.51.100.248' },
      gives: { kind: 'socket-opened', keys: { connection: '0HNBC90A9E7A7:00000007' } },
    },
    {
      line: '2026-10-06T14:04:44.178Z\t332381ec-05c1-4f55-8c4d-a8128b810b3a\tINFO\t{"msg":"disconnect","connectionId":"m5Sz-DU-X_bo4Ac=","disconnectStatusCode":1006,"disconnectReason":"Connection Closed Abnormally","connectedAt":1791295304799,"connectedForMs":179363}',
      from: 'AWS Lambda, Node.js 20: the $disconnect route of an API Gateway',
      reads: { connection: 'm5Sz-DU-X_bo4Ac=', code: 1006, durationMs: 179_363, message: 'disconnect' },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        vantage: 'gateway',
        by: 'client',
        lifeMs: 179_363,
        keys: { connection: 'm5Sz-DU-X_bo4Ac=' },
      },
    },
    {
      line: 'I1231 23:59:59.723038       1 hub.go:64] "Stream opened" stream="19e4ab70b646" agent="trk-8071" remote="[2001:db8::7]:41923"',
      from: 'an application with klog v2',
      reads: { level: 'I', connection: '19e4ab70b646' },
      gives: { kind: 'socket-opened', keys: { connection: '19e4ab70b646', client: { ip: '2001:db8::7', port: 41923 } } },
    },
    {
      line: 'W0109 07:46:01.753094   12345 hub.go:103] "Stream read failed" stream="19e4ab70b646" err="websocket: close 1006 (abnormal closure): unexpected EOF" dur="5m0.002s" frames=61 lastFrame="4.705s"',
      from: 'an application with klog v2 and gorilla/websocket 1.5',
      reads: { level: 'W', at: { ms: 947403961753.094, widthMs: 0.001, basis: 'yearless' }, code: 1006, durationMs: 300_002 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 300_002, keys: { connection: '19e4ab70b646' } },
    },
    {
      line: '2026-11-12 23:59:50,968 INFO notify.main: SIGTERM: no longer accepting, waiting for 19 clients to leave',
      from: 'an application’s own logger around websockets 10.4',
      reads: { logger: 'notify.main' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2026-10-23 14:06:39.380 +01:00 [DBG] <Microsoft.AspNetCore.Http.Connections.Internal.Transports.WebSocketsTransport> 8NQwpx8frSfCq1K8W5muPP Socket connection closed prematurely.',
      from: 'Serilog with `<{SourceContext}> {TransportConnectionId} {Message}`, ASP.NET Core 8',
      reads: {
        logger: 'Microsoft.AspNetCore.Http.Connections.Internal.Transports.WebSocketsTransport',
        connection: '8NQwpx8frSfCq1K8W5muPP',
      },
      gives: { kind: 'socket-closed', keys: { connection: '8NQwpx8frSfCq1K8W5muPP' } },
    },
    {
      line: "2026-10-23 14:07:50.797 +01:00 [WRN] <Desk.ClientLog>  conn=l65jiLNCXgfyxor_ub4XsF user=akhan age=185.5s [2026-10-23T13:07:41.741Z] Error: Connection disconnected with error 'Error: WebSocket closed with status code: 1006 (no reason given).'.",
      from: 'Serilog: what the console logger of @microsoft/signalr 8 said in a page, posted to the application',
      reads: { at: { ms: Date.UTC(2026, 9, 23, 13, 7, 41, 741), widthMs: 1, basis: 'utc' }, logger: 'Desk.ClientLog', durationMs: 185_500 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client', keys: { connection: 'l65jiLNCXgfyxor_ub4XsF' } },
    },
    {
      line: '[2026-07-21T22:55:01.818] [INFO] hub - c-7b2137fe connected ip=49.37.160.92 rooms=room-30,room-14',
      from: 'log4js 6, basic layout: an id with the letter of its kind',
      reads: { connection: 'c-7b2137fe', clientIp: '49.37.160.92' },
      gives: { kind: 'socket-opened', keys: { connection: 'c-7b2137fe', client: { ip: '49.37.160.92' } } },
    },
    {
      line: '2026-08-03 08:47:14,672 INFO    salas.gateway - join conn=8oK-1fi- room=ajuda ip=177.38.12.9 members=1',
      from: 'an application with Python’s logging and websockets',
      reads: { connection: '8oK-1fi-', clientIp: '177.38.12.9' },
      gives: { kind: 'socket-opened', keys: { connection: '8oK-1fi-', client: { ip: '177.38.12.9' } } },
    },
    {
      line: '[9/9/2020, 6:11:00 PM] [eWeLink] Web socket closed - [1006 - ].',
      from: 'homebridge-ewelink 2 in Homebridge, homebridge-plugins/homebridge-ewelink#87',
      reads: { code: 1006, logger: 'eWeLink' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-08-31T14:02:40.902Z closed (code=1006 abnormal closure). Reconnecting in 1000ms...',
      from: 'a relay’s own log around ws 8: who connects anew has dialed, hivecommons/hive#5390',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: '[09:30:37] INFO     WebSocket connection closed, reconnecting...',
      from: 'Rich 14 around websockets 15, griptape-ai/griptape-nodes-engine#3709',
      reads: { level: 'INFO' },
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: '           INFO     WebSocket connection closed, reconnecting...',
      from: 'Rich 14: the second of the line above',
      before: ['[10:07:07] INFO     connect failed; reconnecting in 90.0 seconds: OSError: [Errno 51] Network is unreachable'],
      reads: { at: { ms: 36_427_000, widthMs: 1000, basis: 'daytime' }, level: 'INFO' },
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: '[10:07:07] INFO     connect failed; reconnecting in 90.0 seconds: OSError: [Errno 51] Network is unreachable',
      from: 'websockets 15, its client’s own words on Rich 14',
      reads: { level: 'INFO' },
      gives: { kind: 'network-fault', fault: 'client-offline', vantage: 'client' },
    },
    {
      line: 'websockets.exceptions.ConnectionClosedError: code = 1006 (connection closed abnormally [internal]), no reason',
      from: 'websockets 8.1, which raises it from the error of the socket',
      before: [
        'TimeoutError: [Errno 110] Connection timed out',
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/usr/lib/python3.8/site-packages/websockets/protocol.py", line 803, in ensure_open',
        '    raise self.connection_closed_exc()',
      ],
      reads: { code: 1006, error: 'TimeoutError: [Errno 110] Connection timed out' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'TimeoutError: [Errno 110] Connection timed out', by: 'network' },
    },
    {
      line: '2022/12/10 09:32:36 DEBUG 172.17.0.1 HTTP GET /home_automation/ws?auth=XXXX WebSocket error (this error is okay, it happens a lot): read tcp 172.17.0.14:80->172.17.0.1:55992: i/o timeout',
      from: 'ntfy 1.29, binwiederhier/ntfy#538',
      reads: { clientIp: '172.17.0.1', clientPort: 55992 },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', keys: { client: { ip: '172.17.0.1', port: 55992 } } },
    },
    {
      line: '2022/12/10 09:32:36 ERROR failed to connect to websocket wss://feed.example.com/ws: read tcp 10.0.0.4:41822->203.0.113.7:443: read: connection reset by peer',
      from: 'Go’s error of a dialer, whose connection never was',
      reads: { level: 'ERROR' },
      gives: 'noise',
    },
    {
      line: '2022-06-27 18:41:02.771 Z WARN ws closed code=1006',
      from: 'a logger with Go’s layout `2006-01-02 15:04:05.000 Z07:00`, as Mattermost’s',
      reads: { at: { ms: Date.UTC(2022, 5, 27, 18, 41, 2, 771), widthMs: 1, basis: 'utc' } },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2018-07-27T06:28:13.325Z wss://push.example.com/ws1/sub/w7QkP2aa open',
      from: 'a page’s own words: what stands in a URL counts nothing',
      reads: {},
      gives: { kind: 'socket-opened', vantage: 'client' },
    },
    {
      line: '2015-08-25T11:41:20.118Z [ws] open wss://irc.example.org/p/socket',
      from: 'a page’s own words',
      reads: { logger: 'ws' },
      gives: { kind: 'socket-opened', vantage: 'client' },
    },
    {
      line: '2015-08-25T11:42:06.904Z [ws] close code=1006 reason= wasClean=false',
      from: 'a page’s own words behind a tag',
      reads: { code: 1006, clean: false },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: 'Connection closed:  1006',
      from: 'a page’s own words around reconnecting-websocket 3 in Node.js 8, pladaria/reconnecting-websocket#37',
      hint: 'client.out',
      before: [
        'error:  { Error: connect ECONNREFUSED 127.0.0.1:8167',
        '    at TCPConnectWrap.afterConnect [as oncomplete] (net.js:1150:14)',
        "  syscall: 'connect',",
        '  port: 8167 }',
        'RWS: handleClose { shouldRetry: true }',
      ],
      reads: { code: 1006, error: 'connect ECONNREFUSED 127.0.0.1:8167' },
      gives: { kind: 'handshake-failed', why: 'connect ECONNREFUSED 127.0.0.1:8167', vantage: 'client' },
    },
    {
      line: 'Connection closed:  1006',
      from: 'the same once it was open',
      hint: 'client.out',
      before: ['error:  { Error: connect ECONNREFUSED 127.0.0.1:8167', 'Connection open'],
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '25-Mar-2026 10:20:12.733 INFO [main] org.apache.coyote.AbstractProtocol.start Starting ProtocolHandler ["http-nio-8080"]',
      from: 'Tomcat 9',
      reads: { logger: 'org.apache.coyote.AbstractProtocol.start' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: 'Error: websocket: close 1006 (abnormal closure): unexpected EOF',
      from: 'lxc 5.21, canonical/lxd#13301',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: '[2026-07-02 11:33:33.139] [feedd] [warning] signal 15, closing 14 connections',
      from: 'spdlog, its default pattern: a C++ server with a handler of its own',
      reads: { level: 'warning', message: 'signal 15, closing 14 connections' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2026/11/22 20:23:41 main.go:88: received signal: terminated',
      from: "Go's log with Lshortfile, os.Signal printed",
      reads: { message: 'received signal: terminated' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2026-08-29T01:25:05.365Z fsn-1 WARN [bff.link:88] - link c6dacb upstream on-close status 1006 reason "" open-ms 628037',
      from: 'Timbre of two Clojure services with http-kit',
      reads: { connection: 'c6dacb', code: 1006, durationMs: 628_037 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'gateway', by: 'server', lifeMs: 628_037, keys: { connection: 'c6dacb' } },
    },
    {
      line: '2026-08-29T01:13:34.552Z fsn-1 INFO [bff.link:97] - link 46cddd downstream left, status 1001 open-ms 176648',
      from: 'Timbre of two Clojure services with http-kit',
      reads: { connection: '46cddd', code: 1001, durationMs: 176_648 },
      gives: { kind: 'socket-closed', code: 1001, vantage: 'gateway', by: 'client', keys: { connection: '46cddd' } },
    },
    {
      line: '2026-08-05 10:10:12,265 WARN  [br.com.acme.ws.PingTask] (EE-ManagedScheduledExecutorService-default-Thread-3) sem pong da session=s-hau3s2SQmV5rkj_xnsFShqp5THh5zM ha 43 s, encerrando',
      from: 'WildFly 26: a program that writes Portuguese',
      reads: { connection: 's-hau3s2SQmV5rkj_xnsFShqp5THh5zM', level: 'WARN' },
      gives: { kind: 'heartbeat-missed', keys: { connection: 's-hau3s2SQmV5rkj_xnsFShqp5THh5zM' } },
    },
    {
      line: '2026-08-05 10:03:11,322 INFO  [br.com.acme.ws.QuoteEndpoint] (default task-4) onClose session=zbDNz-WK3XewdGgOoTDbzVd2PFfJhpRY reason=CloseReason[1006] duracao=300673ms ultimaMsg=300273ms',
      from: 'WildFly 26: a program that names its fields in Portuguese',
      reads: { durationMs: 300_673, silenceMs: 300_273 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 300_673, silenceMs: 300_273 },
    },
    {
      line: '2026-08-05 10:03:11,322 DEBUG [app.ws.Hub] session=zbDNz7WK lastMsg=10:02:58 received pong',
      from: 'a program’s own words of a living connection',
      reads: { connection: 'zbDNz7WK' },
      gives: 'noise',
    },
    {
      line: '[Nest] 1  - 02/19/2026, 9:45:01 PM    WARN [LinkService] link jpczzcmdf upstream closed code=1006 reason="" upstream=10.30.32.224 after 242.898s',
      from: 'the console logger of NestJS 10 in a service that relays sockets',
      reads: { pid: 1, level: 'WARN', logger: 'LinkService', durationMs: 242_898 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'gateway', by: 'server', keys: { upstream: { ip: '10.30.32.224' }, pid: 1 } },
    },
    {
      line: '[Nest] 4021  - 11/26/2026, 9:30:27\u202fAM     LOG [LinkService] link de9z6ld2h connected peer=203.0.113.76 upstream=ws://10.30.16.158:7000/rt +2ms',
      from: 'the console logger of NestJS 10 on Node.js 20',
      reads: { pid: 4021, level: 'LOG', connection: 'de9z6ld2h', clientIp: '203.0.113.76' },
      gives: {
        kind: 'socket-opened',
        vantage: 'gateway',
        keys: { connection: 'de9z6ld2h', client: { ip: '203.0.113.76' }, upstream: { ip: '10.30.16.158', port: 7000 }, pid: 4021 },
      },
    },
    {
      line: '[Nest] 4021   - 11/26/2026, 9:30:27 AM   [EventsGateway] client 0a77f1c2 disconnected code=1006 +61021ms',
      from: 'the console logger of NestJS 7',
      reads: { pid: 4021, logger: 'EventsGateway', connection: '0a77f1c2' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: '0a77f1c2', pid: 4021 } },
    },
    {
      line: '[2026-09-22 08:15:36.706] [warn]  (ws) [alerts] closed id=kp5q7294i5 code=1006 clean=false age=361s lastRx=300s ago',
      from: 'electron-log 5 of a desktop application',
      reads: { connection: 'kp5q7294i5', code: 1006, durationMs: 361_000, unheardMs: 300_000 },
      gives: { kind: 'socket-closed', code: 1006, silenceMs: 300_000, vantage: 'client', keys: { connection: 'kp5q7294i5' } },
    },
    {
      line: '[2026-09-22 08:15:36.706] [warning] (ws) [alerts] closed id=kp5q7294i5 code=1006',
      from: 'a server’s logger with such a stamp',
      reads: { connection: 'kp5q7294i5' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'server' },
    },
    {
      line: '2018-12-10T10:13:13.214Z INFO ws closed code=1006',
      from: 'an application in December of a year whose third digit is the month’s first',
      reads: { at: { ms: Date.UTC(2018, 11, 10, 10, 13, 13, 214), widthMs: 1, basis: 'utc' }, code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '[10:44:52 PM] [ERROR] Uncaught exception occurred [op:error_handling]',
      from: 'Termix, Termix-SSH/Termix#1077: the half of the day',
      reads: { at: { ms: ((22 * 60 + 44) * 60 + 52) * 1000, widthMs: 1000, basis: 'daytime' }, level: 'ERROR' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true },
    },
    {
      line: "There was an error causing connection lost: WebSocketException: Connection to 'http://192.168.43.95:8080/graphql#' was not upgraded to websocket",
      from: 'Dart’s dart:io, zino-hofmann/graphql-flutter#480',
      reads: {},
      gives: { kind: 'handshake-failed', vantage: 'client' },
    },
    {
      line: '2022-09-27T22:45:48.128388Z  WARN Failed to connect Colibri WebSocket, will retry: Http(Response { status: 200, version: HTTP/1.1, headers: {"server": "nginx/1.18.0 (Ubuntu)"}, body: None })',
      from: 'tungstenite 0.17 in gst-meet, jbg/gst-meet#54',
      reads: { level: 'WARN' },
      gives: { kind: 'handshake-failed', status: 200, vantage: 'client' },
    },
    {
      line: '2024/05/07 18:56:39 failed to accept WebSocket connection: WebSocket protocol violation: Connection header "close" does not contain Upgrade',
      from: 'coder/websocket 1.8, genshen/ssh-web-console#24',
      reads: {},
      gives: { kind: 'handshake-failed', by: 'upstream', vantage: 'server' },
    },
    {
      line: '21:48:11.377 [ConfigProxy] error: 503 GET /user/anna/api/kernels/6d94c5ea/channels connect EADDRNOTAVAIL 10.28.7.61:8888',
      from: 'configurable-http-proxy 4.5, jupyterhub/configurable-http-proxy#388: no open',
      reads: { level: 'error' },
      gives: 'noise',
    },
    {
      line: '2014-07-19 16:08:03-0400 [MyServerProtocol,0,127.0.0.1] WebSocket connection closed: connection was closed uncleanly (None)',
      from: 'Autobahn on Twisted, jeff1evesque/whisper#79',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2023-02-20_10:24:09.973 [qtp1494346128-7745] ERROR c.logviewer.web.LogViewerWebsocket - Connection closed (CloseReason[1006,Disconnected]) 60 <anonymous>',
      from: 'Jetty’s CloseReason, sevdokimov/log-viewer#163',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2022-07-04 14:25:19,138 [websockets.py:on_close()] - Websocket Closed: ID: 1749858288 Close Code: None, Close Reason: None, Pong Time Elapsed: 4.09',
      from: 'Moonraker on Tornado, Arksine/moonraker#454: the pong is what was 4.09 s ago',
      reads: { code: 1006, connection: '1749858288' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-03-01T10:00:00Z ERROR ws: Websocket closed with error: 1006.',
      from: 'a full stop behind the code',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'WebSocket closing for (Abnormal) ',
      from: 'ws of Rust, its tutorial, housleyjk/ws-rs#146',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-03-01T10:00:00Z  INFO relay::ws: client gone: Close(Some(CloseFrame { code: Away, reason: "" }))',
      from: 'tungstenite, a Debug of its message',
      reads: { code: 1001 },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: '2026-07-31T18:05:23.059Z ERROR bot: ccxt.base.errors.NetworkError: 1006',
      from: 'ccxt 1.9, ccxt/ccxt#14557: an exception that says nothing but the code',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2024-10-09T17:48:13.283701232Z [ERROR] FIREHOSE-SPOT-001.nautilus_network::websocket: Received error message - terminating: IO error: Connection reset by peer (os error 104)',
      from: 'Nautilus Trader 1.200, nautechsystems/nautilus_trader#1992: a WebSocket by its logger, given up for what broke under it',
      reads: { logger: 'FIREHOSE-SPOT-001.nautilus_network::websocket' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2023-09-22T17:44:18.377Z  WARN weylus::websocket: Error reading message from websocket, closing (WebSocketError: I/O failure)',
      from: 'Weylus on rust-websocket, H-M-H/Weylus#244',
      reads: { logger: 'weylus::websocket' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-03-01T10:00:03Z INFO tickets: ticket 1006 closed (Normal)',
      from: 'what is closed in an office',
      reads: { logger: 'tickets' },
      gives: 'noise',
    },
    {
      line: '2026-03-01T10:00:00Z ERROR store: mysql socket: error reading packet: Connection reset by peer, closing',
      from: 'a socket that is no WebSocket’s',
      reads: { logger: 'store' },
      gives: 'noise',
    },
    {
      line: '2026-03-01T10:00:00Z WARN hub: websocket write failed: broken pipe, terminating',
      from: 'a write, of which the read tells once more',
      reads: { logger: 'hub' },
      gives: 'noise',
    },
    {
      line: 'DEBUG  [2025-12-20 16:21:33] handling forced close signal for 555          logger=websocket',
      from: 'ocpp-go, lorenzodonini/ocpp-go#103: what it is about to do',
      reads: { logger: 'websocket' },
      gives: 'noise',
    },
    {
      line: '172.21.0.1 [CLOSE] Connection closed, code=1006, reason=',
      from: 'a program that prints its address and what happened, FungY911/better-grass#7',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2014-07-19 16:09:12-0400 [autobahn.twisted.websocket.WebSocketServerFactory] INFO (TCP Port 9001 Closed)',
      from: 'Twisted, a listener’s end',
      reads: {},
      gives: 'noise',
    },
    {
      line: '[DEBUG][14:07:48.22]       System.Net.WebSockets.WebSocketException (0x80004005): The remote party closed the WebSocket connection without completing the close handshake.',
      from: 'Uno’s dev server on a German Windows, unoplatform/uno#21877',
      after: [
        '[DEBUG][14:07:48.22]        ---> Microsoft.AspNetCore.Connections.ConnectionResetException: Eine vorhandene Verbindung wurde vom Remotehost geschlossen.',
        '[DEBUG][14:07:48.23]        ---> System.Net.Sockets.SocketException (10054): Eine vorhandene Verbindung wurde vom Remotehost geschlossen.',
        '[DEBUG][14:07:48.23]          --- End of inner exception stack trace ---',
      ],
      reads: {
        level: 'DEBUG',
        error: 'System.Net.Sockets.SocketException (10054): Eine vorhandene Verbindung wurde vom Remotehost geschlossen.',
      },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'tickerd: 2026/11/27 04:01:34 main.go:26: unsub s08d45498 device=55a10f581f08 after 18.005s: failed to get reader: failed to read frame header: EOF',
      from: 'Go 1.19 log with a prefix, LstdFlags|Lshortfile, nhooyr.io/websocket',
      reads: { at: { ms: Date.UTC(2026, 10, 27, 4, 1, 34), widthMs: 1000, basis: 'local' }, logger: 'tickerd', durationMs: 18005 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 18005, keys: { connection: '55a10f581f08' } },
    },
    {
      line: '[hub] 2026/11/27 04:01:13 serving on 10.62.0.9:9000',
      from: 'Go 1.19 log with a prefix',
      reads: { logger: 'hub' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: "26/11/2026 19:38:19.381 W 22309 notify.ws - N-5259AA gone code=1006 reason='' alive=29.2s",
      from: 'Python’s logging with `%(levelname).1s %(process)d %(name)s - %(message)s`',
      reads: { level: 'W', pid: 22309, logger: 'notify.ws', durationMs: 29_200 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 29_200, keys: { pid: 22309 } },
    },
    {
      line: '2026-11-26 23:43:13,706 [WebSocketConnectReadThread-52] WARN  pl.zmb.hmi.GaugeFeed - pt-872 onClose code=1006 reason= remote=true, open 45 s',
      from: 'log4j 2 in a client with Java-WebSocket 1.5, whose threads are called so',
      reads: { thread: 'WebSocketConnectReadThread-52', logger: 'pl.zmb.hmi.GaugeFeed' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 45_000, vantage: 'client' },
    },
    {
      line: '[1857:1857:1127/113303.733098:INFO:CONSOLE(57)] "live feed closed: code 1006 clean false after 14s", source: http://score.example/js/board.js (57)',
      from: 'Chromium with --enable-logging=stderr on a kiosk',
      reads: {
        at: { ms: Date.UTC(2000, 10, 27, 11, 33, 3, 733) + 0.098, widthMs: 0.001, basis: 'yearless' },
        place: 'http://score.example/js/board.js:57',
      },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 14_000, vantage: 'client' },
    },
    {
      line: '[2026-11-27 11:33:03.09806] [17956] [info] [o-T7a_FWGNsV] scoreboard off, code 1006 after 18 s',
      from: 'Mojolicious 9.31, Mojo::Log',
      reads: { pid: 17956, connection: 'o-T7a_FWGNsV', durationMs: 18_000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 18_000, keys: { connection: 'o-T7a_FWGNsV', pid: 17956 } },
    },
    {
      line: '[2026-11-27 11:32:44.58411] [17957] [info] [zlsV3uiptfL4] scoreboard court 8 on from 10.44.20.18',
      from: 'Mojolicious 9.31, Mojo::Log',
      reads: { pid: 17957, connection: 'zlsV3uiptfL4', clientIp: '10.44.20.18' },
      gives: { kind: 'socket-opened', keys: { connection: 'zlsV3uiptfL4', client: { ip: '10.44.20.18' } } },
    },
    {
      line: 'INFO: session 0 closed, user u66215, up 17 s, CloseReason: code [1006], reason [Connection reset]',
      from: 'java.util.logging’s SimpleFormatter in Tomcat 10.1',
      before: ['Nov 26, 2026 11:41:04 PM com.acme.quotes.QuoteEndpoint onClose'],
      reads: { at: { ms: Date.UTC(2026, 10, 26, 23, 41, 4), widthMs: 1000, basis: 'local' }, logger: 'com.acme.quotes.QuoteEndpoint' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 17_000 },
    },
    {
      line: 'Nov 26, 2026 12:00:38 AM org.apache.coyote.AbstractProtocol init',
      from: 'java.util.logging’s SimpleFormatter in Tomcat 10.1',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 0, 0, 38), widthMs: 1000, basis: 'local' } },
      gives: 'noise',
    },
    {
      line: '[2026-08-19T21:54:42.316] [INFO] ws - close 43c38b0684 code=1006 reason= up=661.842s client=app-20367',
      from: 'log4js 6, a server that also writes who was connected',
      reads: { connection: '43c38b0684', durationMs: 661_842 },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: '43c38b0684' } },
    },
    {
      line: '2026-11-12 09:15:44,120 INFO hub.main: shutting down, draining for up to 45s',
      from: 'Python logging, a server that drains its connections',
      reads: { logger: 'hub.main' },
      gives: { kind: 'stop-requested', how: 'app-signal', graceMs: 45_000 },
    },
    {
      line: 'INFO:     [dispatch] driver socket 219e4fd8-54a3-4b3e-bf2c-b0785ef6dd57 down, code 1006, 25.4 s',
      from: 'uvicorn 0.17.6 in Docker, whose own formatter an application writes its loggers’ names with',
      at: { ms: 1772323153832, widthMs: 1, basis: 'utc' },
      reads: { logger: 'dispatch', connection: '219e4fd8-54a3-4b3e-bf2c-b0785ef6dd57' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 25_400 },
    },
    {
      line: '22:47:03.121 Connection to the database was lost: code 1006',
      from: 'a page of a database’s, surrealdb/surrealist#141',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'ERROR:    closing handshake failed',
      from: 'websockets 10 of Python under uvicorn, Kludex/starlette#986: no handshake of an opening',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '12:08PM WRN WebSocket connection rejected - not from allowed local/private network origin=https://pulse.example.org',
      from: 'zerolog’s console with time.Kitchen, rcourtman/Pulse#475',
      reads: { at: { ms: (12 * 60 + 8) * 60_000, widthMs: 60_000, basis: 'daytime' }, level: 'WRN' },
      gives: { kind: 'handshake-failed', by: 'upstream' },
    },
    {
      line: '2021-06-04 11:37:18.187251-0400 Courier[1222:325127] [websocket] Read completed with an error Software caused connection abort',
      from: 'NSLog of iOS 14 in Xcode, GetStream/stream-chat-swift#1157',
      reads: { pid: 1222 },
      gives: { kind: 'socket-closed', code: 1006, by: 'network' },
    },
    {
      line: '18:31:02.460 INFO  gateway  received SIGUSR1; restarting',
      from: 'openclaw, openclaw/openclaw#144336: its gateway restarts itself',
      reads: { level: 'INFO' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '2026-03-01T10:00:00Z INFO master: received SIGUSR1; restarting workers',
      from: 'a master that goes on',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: '10:04:13.701 onConnectionLost: errorCode 8 AMQJS0008I Socket closed.',
      from: 'Paho’s client for pages 1.1',
      reads: {},
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: '2026-07-16 15:44:06.415 onClose: code=1002 reason=Invalid status code received: 200 Status line: HTTP/1.1 200  remote=false',
      from: 'Java-WebSocket 1.3, NaikSoftware/StompProtocolAndroid#105',
      reads: { code: 1002 },
      gives: { kind: 'handshake-failed', status: 200 },
    },
    {
      line: '2024-06-01T19:01:38.412+0300 [ERROR] session s_7Yk0pZ connection sc_1uQx: error reading from websocket: failed to get reader: failed to read frame header: EOF',
      from: 'coder/websocket in Boundary, hashicorp/boundary#4857: one session has several connections',
      reads: { connection: 'sc_1uQx' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'sc_1uQx' } },
    },
    {
      line: "2026-03-01T10:00:00.000Z INFO ws connected! (type 'close' to quit)",
      from: 'what a client tells its user, denoland/deno#4047',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: '2026-03-01T10:00:00.000Z INFO trying to open cljs reload socket',
      from: 'an attempt, bhauman/lein-figwheel#164',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: 'INFO  2021-03-31T18:52:36.951Z websocket closed 1006 Connection dropped by remote peer. calledClose: false',
      from: 'Signal Desktop, by its issues: the reason of the library websocket behind the code',
      reads: { code: 1006, message: 'websocket closed 1006 Connection dropped by remote peer. calledClose: false' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2026-03-31 18:52:36 INFO closed 1006 client connections of the old hub',
      from: 'an imagined server: a count, which is more than one of whatever it counts',
      reads: { message: 'closed 1006 client connections of the old hub' },
      gives: 'noise',
    },
    {
      line: "2019-07-30 16:05:28          API-WS: disconnected from wss://127.0.0.1:9944 code: '1006' reason: 'connection failed'",
      from: 'polkadot-js/api, by its issues; the reason is what the library websocket gives where connecting failed',
      reads: { logger: 'API-WS', code: 1006, reason: 'connection failed' },
      gives: { kind: 'handshake-failed', vantage: 'client' },
    },
    {
      line: '2022-01-14 10:02:44 error: uncaughtException: disconnected from wss://dot.rpc.example.io/public-ws: 1006:: Connection dropped by remote peer.',
      from: 'substrate-api-sidecar, by its issues: who dies of a closure did not cause it',
      reads: { level: 'error' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: '2024-08-27T09:15:22.540930Z DEBUG nostr_rs_relay::server: WebSocket protocol error: HTTP version must be 1.1 or higher',
      from: 'nostr-rs-relay with tungstenite, by its issues',
      reads: { logger: 'nostr_rs_relay::server' },
      gives: { kind: 'handshake-failed', vantage: 'server' },
    },
    {
      line: '[2026-05-09T09:01:20.118Z] WebSocket open ws://192.168.71.20:8080/api',
      from: 'a page’s log: the address is that which it opened',
      reads: { message: 'WebSocket open ws://192.168.71.20:8080/api' },
      gives: { kind: 'socket-opened', vantage: 'client', keys: {} },
    },
    {
      line: '[2026-12-09T09:16:02.575] [INFO] sockets - #0acf28-3a1b open from 10.77.16.122:63589 (PROXY v2)',
      from: 'log4js 6 around ws 8: two random words behind a number sign',
      reads: { logger: 'sockets', connection: '0acf28-3a1b', clientIp: '10.77.16.122', clientPort: 63589 },
      gives: { kind: 'socket-opened', keys: { connection: '0acf28-3a1b', client: { ip: '10.77.16.122', port: 63589 } } },
    },
    {
      line: '[2026-12-09T09:22:41.583] [DEBUG] sockets - #d30021-76a4 no pong, terminating',
      from: 'log4js 6 around ws 8',
      reads: { connection: 'd30021-76a4' },
      gives: { kind: 'heartbeat-missed', closes: true, keys: { connection: 'd30021-76a4' } },
    },
    {
      line: '[2026-12-09T09:17:59.918] [WARN] sockets - #152b71-6e64 closed 1006 after 22658 ms',
      from: 'log4js 6 around ws 8',
      reads: { connection: '152b71-6e64' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 22658, keys: { connection: '152b71-6e64' } },
    },
    {
      line: '[2026-12-09T09:16:02.575] [INFO] sockets - 12 open, 3 idle',
      from: 'a count of connections',
      reads: { logger: 'sockets' },
      gives: 'noise',
    },
    {
      line: '[ride-ws] + fa8318081c trace=Root=1-6a85574b-fb037480f7b25175a7689f8f ip=37.166.78.42',
      from: 'console.log behind syslog’s stamp and an AWS load balancer',
      at: stamp(0, 1000),
      reads: { logger: 'ride-ws', connection: 'fa8318081c', requestId: 'Root=1-6a85574b-fb037480f7b25175a7689f8f' },
      gives: { kind: 'socket-opened', keys: { connection: 'fa8318081c', client: { ip: '37.166.78.42' } } },
    },
    {
      line: "[ride-ws] - fa8318081c code=1006 reason='' alive=32.0s",
      from: 'console.log behind syslog’s stamp',
      at: stamp(0, 1000),
      reads: { logger: 'ride-ws', connection: 'fa8318081c', durationMs: 32000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 32000, keys: { connection: 'fa8318081c' } },
    },
    {
      line: '2026-06-11T14:10:12.614Z [WARN] WebSocketConnectReadThread-689 closed session=379eaeae-3e1f code=1006, reason = "The connection was closed because the other endpoint did not respond with a pong in time. For more information check: https://github.com/TooTallNate/Java-WebSocket/wiki/Lost-connection-detection", remote=false after 360.0s',
      from: 'Java-WebSocket 1.5 in a client whose layout sets nothing around a thread’s name: logback’s `%d [%level] %thread %msg`',
      reads: { connection: '379eaeae-3e1f', durationMs: 360_000 },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', lifeMs: 360_000, vantage: 'client' },
    },
    {
      line: '2026-11-12 03:36:33,295 ERROR feed[8285] stream sid=153e4371 failed code=1006: server rejected WebSocket connection: HTTP 502 after 0.0s',
      from: 'websockets 13 (InvalidStatus) in words of its application',
      reads: { connection: '153e4371', code: 1006 },
      gives: { kind: 'handshake-failed', status: 502, vantage: 'client', keys: { connection: '153e4371' } },
    },
    {
      line: '2026-10-22 19:40:30 INFO [14410] abriu sessao=72e5c349 ip=179.70.31.65 loja=loja-65',
      from: 'a team’s own words in Portuguese, Python’s logging',
      reads: { connection: '72e5c349', clientIp: '179.70.31.65' },
      gives: { kind: 'socket-opened', keys: { connection: '72e5c349', client: { ip: '179.70.31.65' }, pid: 14410 } },
    },
    {
      line: "2026-10-22 19:41:09 INFO [14410] fechou sessao=359f870e code=1001 reason='' duracao=13.06",
      from: 'the same, with a bare duration',
      reads: { connection: '359f870e', durationMs: 13_060 },
      gives: { kind: 'socket-closed', code: 1001, lifeMs: 13_060, keys: { connection: '359f870e', pid: 14410 } },
    },
    {
      line: '2026-10-22T19:41:09.120Z WARN Verbindung geschlossen sitzung=9f1c22ab code=1006 dauer=60.01s',
      from: 'a team’s own words in German, winston',
      reads: { connection: '9f1c22ab', durationMs: 60_010 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 60_010, keys: { connection: '9f1c22ab' } },
    },
    {
      line: '2026-10-22T19:40:09.120Z INFO WebSocket geöffnet sitzung=9f1c22ab ip=192.0.2.7',
      from: 'the same',
      reads: { connection: '9f1c22ab' },
      gives: { kind: 'socket-opened', keys: { connection: '9f1c22ab', client: { ip: '192.0.2.7' } } },
    },
    {
      line: '2026-10-22T19:41:09.120Z WARN cliente desconectado sesion=9f1c22ab codigo=1006 duracion=60.01s',
      from: 'a team’s own words in Spanish, winston',
      reads: { connection: '9f1c22ab', code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 60_010, keys: { connection: '9f1c22ab' } },
    },
    {
      line: '2026-10-22T19:41:09.120Z WARN connexion fermée session=9f1c22ab code=1006 duree=60.01s',
      from: 'a team’s own words in French, winston',
      reads: { connection: '9f1c22ab', durationMs: 60_010 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 60_010, keys: { connection: '9f1c22ab' } },
    },
    {
      line: '2026-10-22T19:41:09.120Z WARN Verbindung konnte nicht geschlossen werden sitzung=9f1c22ab',
      from: 'an attempt, in German',
      reads: { level: 'WARN' },
      gives: 'noise',
    },
    {
      line: 'INFO [dev-a9c04c] cable: path unsatisfied (No network route) iface=pdp_ip0',
      from: 'a phone’s app, with the words of Apple’s NWPathMonitor',
      hint: 'logs/rider-ios.log',
      reads: { logger: 'cable', thread: 'dev-a9c04c' },
      gives: { kind: 'network-fault', fault: 'client-offline', vantage: 'client', keys: { device: 'dev-a9c04c' } },
    },
    {
      line: 'INFO [dev-a9c04c] cable: path satisfied iface=pdp_ip0',
      from: 'the same, when it has its network again',
      hint: 'logs/rider-ios.log',
      reads: { logger: 'cable' },
      gives: { kind: 'network-fault', fault: 'client-online', vantage: 'client' },
    },
    {
      line: 'WARN [dev-2f0b7b] cable: closed conn=052d8fe0 code=1006 after=0.0s err="There was a bad response from the server." (-1011)',
      from: 'Apple’s NSURLErrorBadServerResponse: what answered in place of a 101',
      hint: 'logs/rider-ios.log',
      reads: { connection: '052d8fe0', code: 1006 },
      gives: { kind: 'handshake-failed', vantage: 'client', keys: { connection: '052d8fe0', device: 'dev-2f0b7b' } },
    },
    {
      line: '[2026-12-09T09:28:36.581] [INFO] sockets - listening :7443',
      from: 'log4js 6 around ws 8: the address alone',
      reads: { logger: 'sockets' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: '2025/05/19 11:59:29 client: Disconnected',
      from: 'chisel 1.10, jpillora/chisel#560',
      after: ['2025/05/19 11:59:29 client: Connection error: read tcp 10.233.64.61:39870->203.0.113.121:30776: read: connection timed out'],
      reads: { error: 'read tcp 10.233.64.61:39870->203.0.113.121:30776: read: connection timed out' },
      gives: { kind: 'socket-closed', code: 1006, by: 'network' },
    },
    {
      line: '2025/05/19 11:59:30 client: Connected (Latency 140.147218ms)',
      from: 'chisel 1.10: `client` speaks there',
      reads: { message: 'client: Connected (Latency 140.147218ms)' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '6:43:39 >> [WS => Shard 0] The gateway closed with an unexpected code 1006, attempting to resume.',
      from: 'discord.js 14, behind the stamp of a bot, discordjs/discord.js#9139',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client' },
    },
    {
      line: "[23:22:58.795] [LOG]    <PID: 12615> [WS => Shard 27] Didn't receive a heartbeat ack last time, assuming zombie conenction. Destroying and reconnecting.",
      from: 'discord.js 11, discordjs/discord.js#3201',
      reads: {},
      gives: { kind: 'heartbeat-missed', vantage: 'client' },
    },
    {
      line: '2024-09-16 18:29:16.695702+0530 FormsApp[4508:1327673] [APIAppSyncRealTimeClient] [AppSyncRealTimeClient] WebSocket error event: connectionLost',
      from: 'Amplify Swift 2.40, aws-amplify/amplify-swift#3864',
      reads: { pid: 4508 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'FoundryVTT | 2021-11-15 18:52:10 | [info] Created client session 4be1d0aa57f1c0e97de2a801',
      from: 'felddy/foundryvtt 9',
      reads: { at: { ms: Date.UTC(2021, 10, 15, 18, 52, 10), widthMs: 1_000, basis: 'local' }, level: 'info' },
      gives: 'noise',
    },
    {
      line: '2026/11/27 01:20:10 [track] 16360525 read: websocket: close 1001 (going away) (session 28.338s)',
      from: 'a Go server on gorilla/websocket: the id in front of the call that failed, as `log.Printf("%s read: %v", id, err)` writes it',
      reads: { code: 1001, logger: 'track' },
      gives: { kind: 'socket-closed', code: 1001, lifeMs: 28_338, keys: { connection: '16360525' } },
    },
    {
      line: '2026-11-12 03:06:56.303 WARN  1 --- [nio-8080-exec-8] c.e.q.s.StreamRegistry : - stream c764ee1c-621f lost, CloseStatus[code=1006, reason=null], lived PT115.196S, last tick 75s ago',
      from: "Spring Boot 3.2, a program's own words of what its connections carry",
      reads: { connection: 'c764ee1c-621f', code: 1006, durationMs: 115_196, silenceMs: 75_000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 115_196, silenceMs: 75_000 },
    },
    {
      line: '20.11.2026 14:05:00,086 WARN  [OkHttp https://live.shop.example/...] KioskLink - K1325: link 8df669f broken (1006) after 266 s: java.io.EOFException',
      from: 'log4j 2’s `%-5p [%t] %c{1} - %m` in an app with OkHttp 4, which calls the thread that reads by its URL',
      reads: { thread: 'OkHttp https://live.shop.example/...', logger: 'KioskLink' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client', keys: { connection: '8df669f' } },
    },
    {
      line: "20.11.2026 14:02:25,668 WARN  [OkHttp TaskRunner] KioskLink - K1283: link 6456f5e broken (1006) after 70 s: java.net.SocketTimeoutException: sent ping but didn't receive pong within 15000ms (after 2 successful ping/pongs)",
      from: 'the same, of the thread that pings',
      reads: { thread: 'OkHttp TaskRunner', logger: 'KioskLink' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', vantage: 'client', keys: { connection: '6456f5e' } },
    },
    {
      line: '20.11.2026 13:59:09,609 ERROR [watchdog] AppWatchdog - K1179: no heartbeat from UI for 12 s, killing process 4588',
      from: 'a watchdog of the app’s own thread',
      reads: { logger: 'AppWatchdog' },
      gives: 'noise',
    },
    {
      line: '2026-11-17 21:14:51.740 | INFO     | relay.links:attach:41 - worker render-307 attached as link 3302b398 (relay@1)',
      from: 'loguru in a server that calls its connections links',
      reads: { logger: 'relay.links' },
      gives: { kind: 'socket-opened', keys: { connection: '3302b398' } },
    },
    {
      line: "2026-11-27 19:56:05,898 WARNING auction: bidder b4734f80 gone, close code 1006, 43.67 s, ConnectionResetError('Cannot write to closing transport')",
      from: 'a Python 3.11 server on aiohttp 3.8, with a noun of its own for who connects',
      reads: { code: 1006, logger: 'auction' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 43_670, keys: { connection: 'b4734f80' } },
    },
    {
      line: "2026-11-12 03:06:56,303 INFO Driver drv-xsy0s lost (IyBhiYGT0G22t1kb2Rd7xt): Client hasn't sent a message/ping within the configured ClientTimeoutInterval.",
      from: "a hub's `OnDisconnectedAsync` in a program on SignalR of .NET 8, which logs the exception's words",
      reads: { connection: 'IyBhiYGT0G22t1kb2Rd7xt' },
      gives: { kind: 'socket-closed', by: 'heartbeat', keys: { connection: 'IyBhiYGT0G22t1kb2Rd7xt' } },
    },
    {
      line: '2026-04-28 11:07:54,180 INFO     uvicorn.error pid=31977 Uvicorn running on http://0.0.0.0:8600 (Press CTRL+C to quit)',
      from: 'uvicorn 0.30 with a formatter of its program’s own, which writes the logger’s name and the pid',
      reads: { logger: 'uvicorn.error', pid: 31977 },
      gives: { kind: 'process-started', what: 'banner', keys: { pid: 31977 } },
    },
    {
      line: 'GVA-0941 [2026-05-06 09:46:14.325] [warn]  alerts: channel closed (session 8df77f52-7ef7-4601-a1ac-cfb94763efc3, code 1006, not clean, up 47190 ms)',
      from: 'electron-log files of many desktops in one, each machine’s name in front',
      reads: { at: { ms: 1778060774325, widthMs: 1, basis: 'local' }, code: 1006, durationMs: 47_190, ofClient: true },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client', keys: { connection: '8df77f52-7ef7-4601-a1ac-cfb94763efc3' } },
    },
    {
      line: '2026/07/02 21:27:23 CR-7977FC ERROR uplink closed code=1006 after 102s',
      from: 'a device’s log of the link by which it reaches its server',
      reads: { code: 1006, durationMs: 102_000 },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client', keys: { connection: 'CR-7977FC' } },
    },
    {
      line: 'ZRH-0721 [2026-05-06 09:55:54.721] [warn]  net: offline (net::ERR_INTERNET_DISCONNECTED)',
      from: 'electron-log files of many desktops in one, each machine’s name in front',
      reads: { device: 'ZRH-0721', logger: 'net' },
      gives: { kind: 'network-fault', fault: 'client-offline', vantage: 'client', keys: { device: 'ZRH-0721' } },
    },
    {
      line: '1768965099 MTR-82960245 fw=3.1.7 hub: link up',
      from: 'firmware of a meter, with the seconds of its own clock',
      reads: { at: { ms: 1768965099000, widthMs: 1000, basis: 'utc' } },
      gives: { kind: 'socket-opened', vantage: 'client', keys: { connection: 'MTR-82960245' } },
    },
    {
      line: '2026-01-21T03:16:33.300104Z  WARN meter_hub::session: meter=MTR-90349552 seq=705 off air secs=148 cause=WebSocket protocol error: Connection reset without closing handshake',
      from: 'axum 0.7 with tracing-subscriber, an error as a field without quotes',
      reads: { reason: 'WebSocket protocol error: Connection reset without closing handshake' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 148000, keys: { connection: 'MTR-90349552' } },
    },
    {
      line: '2026-01-21T03:21:52.239051Z  WARN meter_hub::session: meter=MTR-00714340 seq=735 off air secs=160 cause=ping unanswered for 10s',
      from: 'axum 0.7 with tracing-subscriber, a heartbeat of its own',
      reads: { reason: 'ping unanswered for 10s' },
      gives: { kind: 'heartbeat-missed', keys: { connection: 'MTR-00714340' } },
    },
    {
      line: '2026-10-25 02:14:32.955 info: visitor v-ibmiytbv hung up, code=1006 online=302s',
      from: 'ws 8 with winston; an id of letters and digits that chanced to have no digit',
      reads: { level: 'info' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'v-ibmiytbv' } },
    },
  ],
  rejects: [
    '[ocpp  ] TRACE 2024/09/04 03:22:34 recv SN10052307203612: [2,"19619","StatusNotification",{"connectorId":1,"info":"cable disconnected"}]',
    '2026/11/22 20:23:41 [error] 27#27: *519 upstream timed out (110: Connection timed out) while proxying upgraded connection',
    '[2026-11-22 20:38:37 +0000] [22074] [CRITICAL] WORKER TIMEOUT (pid:22076)',
    '2026-11-22 20:38:44,179 WARN exited: ws (terminated by SIGKILL; not expected)',
    '2026-11-22T20:41:52: PM2 log: App [ws:0] exited with code [0] via signal [SIGKILL]',
    'INFO:     [uvicorn.error] connection closed',
    'took 1006ms',
    'port 1006',
    'GET /ws?code=1006 closed',
    '2026-13-01 00:00:00 INFO ws closed code=1006',
    'door closed',
    '10.20.0.1 - - [22/Nov/2026:20:11:25 +0000] "GET /ws HTTP/1.1" 101 1006',
  ],
  read,
  isHeader: showsOrder,
  events(row, context) {
    const vantage = vantageOf(row, context) ?? 'server';
    return lately?.row === row && lately.vantage === vantage ? lately.draft : draftOf(row, vantage);
  },
});
