/** The head of an application's text line: stamp, level, logger, pid and thread in the orders and brackets that loggers write. */
import { clfAt, daytimeAt, epoch, iso, isoAt, klogAt, monthIndex, slashAt, stamp, syslogAt } from '../time.ts';
import type { Stamp } from '../types.ts';
import { withoutAnsi } from './ansi.ts';
import { known } from './known.ts';
import { tableTime } from './table-time.ts';

export interface LogHead {
  /** Undefined when the line has no stamp. */
  readonly at?: Stamp;
  /** A stamp stands there, be it one that does not exist (hour 25). */
  readonly stamped: boolean;
  /** As written: `WARN`, `info`, `I`. */
  readonly level?: string;
  readonly logger?: string;
  /** What stands in brackets where loggers write the thread, beside a logger's name. */
  readonly thread?: string;
  /** The machine that whoever collected the logs of many put in front. */
  readonly device?: string;
  readonly pid?: number;
  /** Mojolicious’ id of the request, which a WebSocket has for its whole life. */
  readonly request?: string;
  /** Behind stamp and level: logger and message, letter by letter. */
  readonly rest: string;
  readonly message: string;
}

// `Nov 27 2026 03:08:53`, `Nov 26 23:10:59.481` (before a program with its pid), `11/26/2026 07:12:45 AM`: the half of the day is an American's, behind ICU 72's narrow blank.
const WORDED = String.raw`[A-Z][a-z]{2} {1,2}\d{1,2},? \d{4},? \d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}\.\d{1,9}(?= [A-Za-z][\w.-]{0,40}\[\d{1,10}\] )|\d{1,2}\/\d{1,2}\/\d{4},? \d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?[ \u202f][AP]M`;
const STAMP = String.raw`(?<stamp>${WORDED}|\d{4}[-/]\d{2}[-/]\d{2}[T _\t]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| (?:UTC|GMT|Z(?=[\s\]]))| ?[+-]\d{2}:?\d{2})?|\d{2}\/[A-Z][a-z]{2}\/\d{4}[: ]\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?|\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}:\d{2}\.\d{3}|\d{2}[./-]\d{2}[./-]\d{4},?[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| (?:UTC|GMT)| ?[+-]\d{2}:?\d{2})?|\d{1,2}:\d{2}:\d{2} [AP]M(?=[\s\]])|\d{1,2}:\d{2}[AP]M(?= [A-Z]{3} )|\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?|\d:\d{2}:\d{2}(?= (?:>>|\|) )|1\d{9}(?:\.\d{1,9})?(?=[\s\]])|1\d{12}(?=[\s\]])|1\d{15}(?=[\s\]]))`;
const WORDS =
  'TRACE|TRAC|DEBUG|DEBG|VERBOSE|INFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|EROR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|ALERT|EMERG|TRC|DBG|VRB|INF|WRN|ERR|FTL';
// In lower case these are common words too: only before a colon, a bar or a bracket.
const LEVEL = String.raw`(?<level>(?:${WORDS})(?=[\s:|\]]|$)|(?:${WORDS.toLowerCase()}|Trace|Debug|Info|Warning|Warn|Error|Fatal)(?=[:|\]\t]))`;

/** Layouts of heads, the fuller first. */
const HEADS: readonly RegExp[] = [
  // `[stamp] [pid] [level] [request] ` (Mojolicious)
  String.raw`^\[${STAMP}\] \[(?<pid>\d{1,7})\] \[${LEVEL}\](?: \[(?<request>[\w-]{8,12})\](?= ))?`,
  // `stamp LEVEL`, `[stamp] [LEVEL]` (log4js), `stamp | LEVEL |` (loguru), `stamp level:` (winston), `stamp [LEVEL]` (Elixir, Serilog), `stamp LEVEL:name:` (Python)
  String.raw`^\[?${STAMP}\]?:?[\s|]{0,8}(?:- )?\[?${LEVEL}\]?:?(?:(?<=:)(?<logger>[A-Za-z_][\w.]{0,80}):(?!\/\/)(?=\S))?`,
  // `stamp [thread] LEVEL` (logback; Grails 2 puts `| Error ` in front), `stamp - name - LEVEL` (Python), `[stamp] production.INFO:` (Monolog)
  String.raw`^(?:\| Error )?\[?${STAMP}\]?\s{1,8}(?:- )?(?:\[(?:(?<pid>\d{3,7})|(?<thread>[^\]]{1,80}))\]|(?<logger>[A-Za-z][\w/$:-]{0,80}(?:\.[\w-]{1,80}){0,8}?))(?: -)?(?:\s{1,8}|\.)\[?${LEVEL}\]?:?`,
  // `[thread] stamp [LEVEL]` (log4j), where the level may be padded inside its bracket
  String.raw`^\[(?<thread>[A-Za-z][^\]]{0,80})\] \[?${STAMP}\]?\s{1,4}\[?${LEVEL}\s?\]?:?`,
  // `[Nest] pid  - stamp     LEVEL [Context]` (NestJS; before version 8 without the level)
  String.raw`^\[Nest\] (?<pid>\d{1,10})\s{1,4}- ${STAMP}(?:\s{1,8}(?<level>LOG|ERROR|WARN|DEBUG|VERBOSE|FATAL))?(?=\s)`,
  // `[area ] LEVEL stamp` (evcc)
  String.raw`^\[(?<logger>[A-Za-z][\w-]{0,40})\s{0,12}\] ${LEVEL} ${STAMP}(?=\s)`,
  // `stamp program[pid] LEVEL`
  String.raw`^\[?${STAMP}\]?\s(?<logger>[A-Za-z][\w.-]{0,40})\[(?<pid>\d{1,10})\]:?\s{1,4}\[?${LEVEL}\]?:?`,
  // `stamp program[pid:thread] ` (Apple's NSLog, as Xcode shows it)
  String.raw`^${STAMP} [A-Za-z][\w.-]{0,40}\[(?<pid>\d{1,7}):\d{1,10}\](?= )`,
  // `stamp L pid name - ` (Python's `%(levelname).1s %(process)d %(name)s - `)
  String.raw`^\[?${STAMP}\]? (?<level>[DIWEC]) (?<pid>\d{1,7}) (?<logger>[A-Za-z_][\w.]{0,80})(?: -|:)(?= )`,
  // `stamp request-id LEVEL` with tabs (AWS Lambda, Node.js)
  String.raw`^${STAMP}\t(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|undefined)\t${LEVEL}(?=\t)`,
  // `machine [stamp] [level]` (electron-log of many desktops, collected in one file with each machine's name in front)
  String.raw`^(?<device>[A-Za-z][\w.-]{0,60}) \[(?=\d{4}-)${STAMP}\] \[${LEVEL}\]`,
  // `name | stamp | [LEVEL]` (winston in Foundry's container)
  String.raw`^(?<logger>[A-Za-z][\w.-]{0,40}) \| ${STAMP} \| \[?${LEVEL}\]?:?`,
  // `LEVEL stamp module pid [tid]` (Django's verbose)
  String.raw`^\[?${LEVEL}\]?:?\s{1,8}\[?${STAMP}\]?\s(?:(?<logger>[\w.]{1,80}) (?<pid>\d{1,7}) (?:\d{6,20} )?)?`,
  // `[LEVEL][stamp] ` (Uno)
  String.raw`^\[${LEVEL}\]\[${STAMP}\](?=\s)`,
  // `[I stamp name]` (Tornado, Jupyter)
  String.raw`^\[(?<level>[DIWEC]) ${STAMP}(?: (?<logger>[\w:.-]{1,80}))?\]`,
  // `[I yymmdd hh:mm:ss module:line]` (Tornado's own formatter)
  String.raw`^\[(?<level>[DIWEC]) (?<stamp>\d{6} \d{2}:\d{2}:\d{2}) (?<logger>[\w.-]{1,80}):\d{1,6}\]`,
  // `I, [stamp #pid]  INFO -- name:` (Ruby), `I [stamp]` (websocket-rails)
  String.raw`^(?<level>[DIWEF]),? \[${STAMP}(?: #(?<pid>\d{1,7}))?\](?:\s{1,4}[A-Z]{4,5} -- (?<logger>[^:\s]{0,80})\s?:)?`,
  // `[stamp LEVEL name]` (env_logger, Serilog)
  String.raw`^\[${STAMP}\s{1,4}${LEVEL}(?:\s{1,4}(?<logger>[\w:.-]{1,80}))?\]`,
  // `Immdd hh:mm:ss.uuuuuu threadid file:line] ` (klog): the number is a container's own pid, 1 in each of them
  String.raw`^(?<level>[IWEF])(?<stamp>\d{4} \d{2}:\d{2}:\d{2}\.\d{6}) {1,8}\d{1,10} [\w.-]{1,80}\.go:\d{1,6}\](?= )`,
  // `[stamp:tttt] LEVEL: `, `[stamp:tttt] L: ` (libwebsockets, in ten-thousandths of a second; seconds since 1970 where it has no calendar)
  String.raw`^\[(?<stamp>(?:\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2}|1\d{9}):\d{4})\] (?<level>ERR|WARN|NOTICE|INFO|DEBUG|USER|[EWNIDU]): `,
  // `name: stamp`, `[name] stamp` (Go's log with a prefix): with its date, since a number behind a word may be anything
  String.raw`^\[?(?<logger>[A-Za-z][\w.-]{0,40})(?:\]:?|:) (?=\d{4}[-/])${STAMP}(?=\s)`,
  // `stamp` (Go's log), `[stamp]`, `<stamp>`
  String.raw`^[[<]?${STAMP}[\]>]?:?(?=\s)`,
  // `LEVEL …`, `LEVEL:name:…` (Python's basicConfig)
  String.raw`^\[?${LEVEL}\]?:?(?=\s|[\w.]{1,80}:)(?:(?<logger>[\w.]{1,80}):)?`,
].map((source) => new RegExp(source)); // prettier-ignore

const GAP = /^[\s|]{0,40}(?:(?:-{1,3}|>>)\s{1,4})?(?:#\S{1,20}\s)?/;
const NAME = String.raw`[A-Za-z_][\w./$@-]{0,80}(?:::\w{1,40}){0,6}`;
// What is an id stands in brackets too: `[79446771e863] closed`.
const HEX = '[0-9A-Fa-f-]{6,80}';
// pid of Spring Boot, or in brackets unless it may number a connection, thread or component in brackets (a thread of several words before a logger's name alone), the caller, the logger's name before `:`, ` - ` or ` : `.
const TAIL = new RegExp(
  String.raw`^(?:(?<pid>\d{1,7}) --- |\[(?<boxed>\d{1,7})\] (?!(?:on ?)?(?:(?:dis)?connect|open|close)))?(?:\[\s{0,20}(?!${HEX}\])(?<bracket>[A-Za-z][\w./:@#$-]{0,80})\]\s{1,8}(?:(?<=:\d{1,6}\] )- )?|\[(?<spaced>[A-Za-z][^\]]{1,100})\]\s{1,4}(?=${NAME} - )|\([A-Za-z][\w-]{0,40}\):?\s)?(?:\[(?!${HEX}\])(?<second>[A-Za-z][\w.:-]{1,100})\]\s{1,4})?(?:<(?<angled>[A-Za-z_][\w+]{0,80}(?:\.[\w+]{1,80}){1,10})>\s{1,4})?(?:${NAME}\.(?:go|[cm]?[jt]s|py|rb|java|kt|rs|cs|exs?|php):\d{1,6}:?\s{1,4})?(?:(?<named>${NAME})(?::[\w<>.]{1,60}:\d{1,6})?(?::\s| - |\s{1,40}: |\t)|(?<dotted>[A-Za-z_]\w{0,40}(?:\.[A-Za-z_]\w{0,40}){1,8})\s)?`,
);
// Words that open a message and are no logger's name; Python's servers call the logger of all that is no access so.
const NO_LOGGER =
  /^(?:error|err|read|write|reason|code|client|warning|upgrade|recv|send|closed?|disconnect(?:ed|ion)?|on|websocket|failed|panic|fatal|listening|uncaught\w*|unhandled\w*|(?!(?:uvicorn|gunicorn)\.error$)[\w.]*(?:Error|Exception))$/i;

let lastLine = '';
let lastOrder: string | undefined;
let lastHead: LogHead | undefined;

const NUMBERED = /^\[?(\d{2})([./-])(\d{2})\2\d{4},?[ T]\d{2}:/;
/** A stamp of numbers alone at the head of a line, of which one is too great for a month: it shows in which order the log writes them. */
export function showsOrder(line: string): boolean {
  const separator = line[2] === undefined || line[2] > '/' ? line[3] : line[2];
  if (separator !== '.' && separator !== '/' && separator !== '-') return false;
  const found = NUMBERED.exec(line);
  return found !== null && (Number(found[1]) > 12 || Number(found[3]) > 12);
}

/**
 * The day of `09.11.2026`, and the month: as another line showed, else the day first; but not with slashes, which Americans write too.
 * Undefined = nobody can say.
 */
function dayAndMonth(written: string, order: string | undefined): readonly [string, string] | undefined {
  const [one, two] = [written.slice(0, 2), written.slice(3, 5)];
  if (Number(one) > 12) return [one, two];
  if (Number(two) > 12) return [two, one];
  const shown = order === undefined ? null : NUMBERED.exec(order);
  if (shown) return Number(shown[1]) > 12 ? [one, two] : [two, one];
  return one === two || written[2] !== '/' ? [one, two] : undefined;
}

/**
 * Takes the head off a line; undefined when there is none. `message` is the rest, letter by letter but for terminal colours. The last
 * one is remembered, since many formats ask for the head of the same line. `order` = a line of the log that `showsOrder`.
 */
export function logHead(line: string, order?: string): LogHead | undefined {
  if (line === lastLine && order === lastOrder) return lastHead;
  lastHead = readHead(withoutAnsi(line), order);
  lastLine = line;
  lastOrder = order;
  return lastHead;
}

// Every layout has a time of day, seconds since 1970 or a level. Most lines behind a carrier's stamp have none of these.
const ANY_HEAD = new RegExp(String.raw`\d:\d\d:\d\d|1\d{9}|${WORDS}`, 'i');

function readHead(text: string, order: string | undefined): LogHead | undefined {
  if (!ANY_HEAD.test(text)) return undefined;
  for (const layout of HEADS) {
    const head = layout.exec(text);
    const groups = head?.groups;
    if (!head || !groups) continue;
    const written = groups['stamp'];
    const at = written === undefined ? undefined : stampOf(written, order);
    if (written !== undefined && at === undefined && !/^\d{1,2}:/.test(written)) return undefined;
    const rest = text.slice(head[0].length).replace(GAP, '');
    const tail = TAIL.exec(rest);
    const parts = tail?.groups ?? {};
    const taken = tail?.[0] ?? '';
    const named = parts['named'] ?? parts['dotted'];
    // `closed: …` belongs to the message. Before an object of fields stands the message, not the logger's name: zap's console has both.
    const isMessage = named !== undefined && (NO_LOGGER.test(named) || rest.startsWith('{"', taken.length));
    const message = taken === '' ? rest : isMessage ? rest.slice(taken.lastIndexOf(named)) : rest.slice(taken.length);
    const logger =
      groups['logger'] ||
      (taken === '' ? undefined : ((isMessage ? undefined : named) ?? parts['angled'] ?? parts['second'] ?? parts['bracket']));
    const pid = groups['pid'] ?? parts['pid'] ?? parts['boxed'];
    return known({
      at,
      stamped: written !== undefined,
      level: groups['level'],
      logger: logger || undefined,
      thread: groups['thread'] ?? parts['spaced'] ?? (parts['bracket'] === logger ? undefined : parts['bracket']),
      pid: pid === undefined ? undefined : Number(pid),
      device: groups['device'],
      request: groups['request'],
      rest,
      message: message.trim(),
    });
  }
  return undefined;
}

/** A stamp with the month by its name, or with the half of the day behind it. */
function wordedStamp(written: string): Stamp | undefined {
  // Go's `time.Kitchen`, with which zerolog's console begins a line: to the minute.
  const [, hour = '', minute, half] = /^(\d{1,2}):(\d\d)([AP]M)$/.exec(written) ?? [];
  const begun = half === undefined ? undefined : daytimeAt(`${hour.padStart(2, '0')}:${minute}:00 ${half}`)?.stamp;
  if (half !== undefined) return begun && stamp(begun.ms, 60_000, begun.basis);
  if (/^\d{1,2}:.*M$/.test(written)) return daytimeAt(written.padStart(11, '0'))?.stamp;
  if (/M$/.test(written)) return tableTime(written);
  const [, month = '', day = '', year, time = ''] = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}),? (?:(\d{4}),? )?(\S{8,18})$/.exec(written) ?? [];
  const index = monthIndex(month);
  if (index < 0) return undefined;
  if (year === undefined) return syslogAt(written)?.stamp;
  return iso(`${year}-${String(index + 1).padStart(2, '0')}-${day.padStart(2, '0')}T${time}`);
}

function stampOf(written: string, order?: string): Stamp | undefined {
  if (/^[A-Z]|M$/.test(written)) return wordedStamp(written);
  if (/^\d{4} /.test(written)) return klogAt(written)?.stamp;
  const fine = /^(.{10}|.{19}):(?=\d{4}$)/.exec(written);
  if (fine) return stampOf(`${fine[1]}.${written.slice(fine[0].length)}`);
  // Seconds, ms or µs since 1970.
  if (/^\d{10}/.test(written)) return epoch(written);
  const short = /^(\d\d)(\d\d)(\d\d) (?=\d\d:)/.exec(written);
  if (short) return stampOf(`20${short[1]}-${short[2]}-${short[3]}T${written.slice(7)}`);
  // `22.09.2026 10:02:20,033`: in `2018-12-10` the two signs are alike too, and digits.
  if (written[5] === written[2] && /[./-]/.test(written[2] ?? '')) {
    const [day, month] = dayAndMonth(written, order) ?? [];
    return day === undefined ? undefined : stampOf(`${written.slice(6, 10)}-${month}-${day} ${written.slice(10).replace(/^,?[ T]/, '')}`);
  }
  // `26-Nov-2026 07:33:20.255` (Tomcat)
  if (written[2] === '-') {
    const second = clfAt(`${written.slice(0, 20).replaceAll('-', '/').replace(' ', ':')}`)?.stamp;
    return second && stamp(second.ms + Number(written.slice(21)), 1, second.basis);
  }
  // `6:43:39 >> `: its hours are written as they are counted.
  const text = (written[1] === ':' ? `0${written}` : written).replace(/ (?:UTC|GMT)$/, '').replace('\t', ' ');
  const found = isoAt(text) ?? slashAt(text) ?? clfAt(text) ?? clfAt(`${text.slice(0, 11)}:${text.slice(12)}`) ?? daytimeAt(text);
  if (found?.end !== text.length) return undefined;
  return / (?:UTC|GMT)$/.test(written) ? stamp(found.stamp.ms, found.stamp.widthMs) : found.stamp;
}
