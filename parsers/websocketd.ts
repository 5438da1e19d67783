/** websocketd, which starts a process for each connection and joins its streams to the socket. */
import { known } from '../src/grammar/known.ts';
import { urlParts } from '../src/grammar/url.ts';
import { monthIndex, offsetAt, stamp } from '../src/time.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface WebsocketdRow extends Row {
  readonly at: Stamp;
  /** `ACCESS`, `ERROR`. */
  readonly level: string;
  /** `server`, `session`, `process`, `stderr`. */
  readonly category: string;
  readonly message: string;
  readonly connection?: string;
  /** With its query. */
  readonly path?: string;
  /** Of the connection's own process; undefined = not started yet. */
  readonly pid?: number;
}

const LINE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) \| ([A-Z]{3,6}) {0,3} \| ([a-z]{2,12}) {0,8} \| ([^|]{0,8000}) \| (.{0,8000})$/;
/** What Perl, Python, Ruby and Node.js write of the error that ends them. */
const LAST_WORDS = / at \S{1,300} line \d{1,7}(?:, <\w{1,40}> line \d{1,9})?\.$|^[A-Z][\w.:]{0,80}(?:Error|Exception): /;
const field = (text: string, name: string): string | undefined => new RegExp(`(?:^| )${name}:'([^']{1,4000})'`).exec(text)?.[1];

/** Other connections' lines stand between. */
const NEXT_LINES = 4;

export const websocketd = defineParser<WebsocketdRow>({
  name: 'websocketd',
  about: 'websocketd with `--loglevel=access`',
  adds: 'when each socket opened and closed, and the pid of the process that was its alone; no close code',
  docs: 'https://github.com/joewalnes/websocketd/blob/master/main.go',
  vantage: 'server',
  habitat: 'own',
  needles: [' | ACCESS | session', ' | server     | ', '| stderr     |'],
  samples: [
    {
      line: "Thu, 26 Nov 2026 22:42:24 +0000 | ACCESS | session    | url:'http://10.90.0.1/gauges?gauge=pt-838' id:'1795732944652640286' remote:'10.90.0.1' command:'/opt/gauges/worker.pl' origin:'http://scada-gw' | CONNECT",
      from: 'websocketd 0.4.1',
      reads: {
        at: { ms: Date.UTC(2026, 10, 26, 22, 42, 24), widthMs: 1000, basis: 'utc' },
        connection: '1795732944652640286',
        path: '/gauges?gauge=pt-838',
      },
      gives: { kind: 'socket-opened', keys: { connection: '1795732944652640286', path: '/gauges?gauge=pt-838' } },
    },
    {
      line: "Thu, 26 Nov 2026 23:43:22 +0100 | ACCESS | session    | url:'http://10.90.0.1/gauges?gauge=pt-607' id:'1795732998699140491' remote:'10.90.0.1' command:'/opt/gauges/worker.pl' origin:'http://scada-gw' pid:'31474' | DISCONNECT",
      from: 'websocketd 0.4.1',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 22, 43, 22), widthMs: 1000, basis: 'utc' }, pid: 31474 },
      gives: { kind: 'socket-closed', keys: { connection: '1795732998699140491', pid: 31474 } },
    },
    {
      line: 'Thu, 26 Nov 2026 22:43:14 +0000 | INFO   | server     |  | Starting WebSocket server   : ws://10.90.0.1:8181/',
      from: 'websocketd 0.4.1',
      reads: { level: 'INFO', category: 'server' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: "Thu, 26 Nov 2026 22:43:18 +0000 | ERROR  | stderr     | url:'http://10.90.0.1/gauges?gauge=pt-988' id:'1795732998015293001' remote:'10.90.0.1' command:'/opt/gauges/worker.pl' origin:'http://scada-gw' pid:'31426' | gauge pt-988 subscribed",
      from: 'websocketd 0.4.1: what the process writes beside the socket',
      reads: { level: 'ERROR', category: 'stderr', pid: 31426 },
      gives: 'noise',
    },
    {
      line: "Thu, 26 Nov 2026 22:42:42 +0000 | ERROR  | stderr     | url:'http://10.90.0.1/gauges?gauge=pt-840' id:'1795732949596884813' remote:'10.90.0.1' command:'/opt/gauges/worker.pl' origin:'http://scada-gw' pid:'30516' | Illegal division by zero at /opt/gauges/worker.pl line 41, <STDIN> line 3.",
      from: 'websocketd 0.4.1, a Perl script that dies',
      after: [
        "Thu, 26 Nov 2026 22:42:42 +0000 | ACCESS | session    | url:'http://10.90.0.1/gauges?gauge=pt-840' id:'1795732949596884813' remote:'10.90.0.1' command:'/opt/gauges/worker.pl' origin:'http://scada-gw' pid:'30516' | DISCONNECT",
      ],
      reads: { category: 'stderr', pid: 30516 },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', keys: { pid: 30516 } },
    },
  ],
  rejects: [
    'Thu, 26 Nov 2026 22:43:14 +0000 | INFO   | server     | Starting WebSocket server',
    '26 Nov 2026 22:43:14 +0000 | ACCESS | session    |  | CONNECT',
  ],
  read(text) {
    const found = LINE.exec(text);
    if (!found) return null;
    const [, day, month = '', year, hours, minutes, seconds, zone = '', level, category, context = '', message] = found;
    const index = monthIndex(month);
    if (index < 0) return null;
    const local = Date.UTC(Number(year), index, Number(day), Number(hours), Number(minutes), Number(seconds));
    const pid = field(context, 'pid');
    return known({
      at: stamp(local - (offsetAt(zone, 0)?.minutes ?? 0) * 60_000, 1000),
      level: level ?? '',
      category: category ?? '',
      message: message ?? '',
      connection: field(context, 'id'),
      path: urlParts(field(context, 'url')).path,
      pid: pid === undefined ? undefined : Number(pid),
    }) as WebsocketdRow;
  },
  events({ category, message, connection, path, pid }, context) {
    if (category === 'server')
      return message.startsWith('Starting WebSocket server') ? { kind: 'process-started', what: 'banner' } : undefined;
    if (connection === undefined) return undefined;
    const keys = known({ connection, path, pid });
    // Its own end follows at once: a warning has the same shape.
    const isLast = (): boolean =>
      context.after(NEXT_LINES).some((line) => line.endsWith('| DISCONNECT') && field(line, 'id') === connection);
    if (category === 'stderr' && LAST_WORDS.test(message) && isLast())
      return { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: message, keys: known({ pid }) };
    if (category !== 'session') return undefined;
    if (message === 'CONNECT') return { kind: 'socket-opened', keys };
    return message === 'DISCONNECT' ? { kind: 'socket-closed', keys } : undefined;
  },
});
