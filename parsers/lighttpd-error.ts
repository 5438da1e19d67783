/** lighttpd's error log. */
import { addressText, endpoint } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type ProxyFault, type Row } from '../src/types.ts';

interface LighttpdRow extends Row {
  /** Source file and line that wrote it: `gw_backend.c.2708`. */
  readonly place: string;
  readonly message: string;
  readonly upstream?: string | undefined;
  readonly path?: string | undefined;
}

const LINE = /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): )?\(([\w-]{2,40}\.c\.\d{1,5})\) (\S.{0,2000})$/;
const SOCKET = /\btcp:(\S{2,60}:\d{1,5})(?=[ ):;,]|$)/;

const FAULTS: readonly (readonly [RegExp, ProxyFault['fault'], ProxyFault['phase']])[] = [
  // `read-timeout` and `write-timeout` of proxy.server: of a tunnel, or of an answer that never came.
  [/^(?:read|write) timeout on socket: /, 'idle-timeout', 'tunnel'],
  [/^connect timeout on socket: /, 'upstream-timeout', 'connect'],
  [
    /^establishing connection failed: .{0,300}Connection refused|^connect failed: .{0,200}Connection refused/,
    'upstream-refused',
    'connect',
  ],
  [/^unexpected end-of-file|^response not received, request sent/, 'upstream-closed', 'handshake'],
  [/^all handlers for /, 'no-upstream', 'connect'],
  [/^gw-server disabled|^backend (?:died|is overloaded)|we'll disable it for/, 'upstream-down', 'check'],
  [/^gw-server re-enabled/, 'upstream-up', 'check'],
  [/^\[note\] sockets disabled, |out-of-fds/, 'capacity', 'handshake'],
];

export const lighttpdError = defineParser<LighttpdRow>({
  name: 'lighttpd-error',
  about: 'lighttpd error log',
  adds: 'tunnels cut by read-timeout or write-timeout, dead backends, starts and stops',
  docs: 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_proxy',
  vantage: 'proxy',
  habitat: 'own',
  needles: [
    ' timeout on socket: ',
    '(server.c.',
    'Connection refused',
    'unexpected end-of-file',
    'all handlers for ',
    'gw-server ',
    "we'll disable it",
    'sockets disabled',
    'response not received',
  ],
  samples: [
    {
      line: '2026-11-26 13:30:34: (gw_backend.c.2708) read timeout on socket: tcp:127.0.0.1:21011 (fd: 12)',
      from: 'lighttpd 1.4.69, mod_proxy with read-timeout',
      reads: {
        at: { ms: Date.UTC(2026, 10, 26, 13, 30, 34), widthMs: 1000, basis: 'local' },
        upstream: '127.0.0.1:21011',
        place: 'gw_backend.c.2708',
      },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel', keys: { upstream: { ip: '127.0.0.1', port: 21011 } } },
    },
    {
      line: '2026-11-26 13:30:12: (server.c.1704) server started (lighttpd/1.4.69)',
      from: 'lighttpd 1.4.69',
      reads: { place: 'server.c.1704' },
      gives: { kind: 'proxy-lifecycle', change: 'start', proxy: 'lighttpd' },
    },
    {
      line: '2026-11-26 13:30:52: (server.c.2078) server stopped by UID = 0 PID = 19382',
      from: 'lighttpd 1.4.69',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'stop', proxy: 'lighttpd' },
    },
    {
      line: '2026-12-31 23:59:59: (gw_backend.c.2308) all handlers for /chat?id=1 on /chat are down.',
      from: 'lighttpd 1.4.69',
      reads: {},
      gives: { kind: 'proxy-fault', fault: 'no-upstream', phase: 'connect' },
    },
    {
      line: '(gw_backend.c.293) establishing connection failed: socket: tcp:10.0.0.7:9701: Connection refused',
      from: 'lighttpd 1.4.73, to syslog',
      reads: { upstream: '10.0.0.7:9701' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect' },
    },
    { line: '2026-11-26 13:30:12: (configfile.c.1300) WARNING: unknown config-key: x', from: 'lighttpd 1.4.69', reads: {}, gives: 'noise' },
  ],
  rejects: [
    '2026-11-26 13:30:34: read timeout on socket: tcp:127.0.0.1:21011',
    '2026-13-26 13:30:34: (gw_backend.c.2708) read timeout on socket: tcp:127.0.0.1:21011 (fd: 12)',
  ],
  read(text) {
    const [whole, date, place = '', message = ''] = LINE.exec(text) ?? [];
    if (whole === undefined) return null;
    const at = date === undefined ? undefined : isoAt(date.replace(' ', 'T'))?.stamp;
    if (date !== undefined && !at) return null;
    return known({ at, place, message, upstream: addressText(endpoint(SOCKET.exec(message)?.[1])) });
  },
  events(row): Draft | undefined {
    const proxy = 'lighttpd';
    if (row.message.startsWith('server started')) return { kind: 'proxy-lifecycle', change: 'start', proxy };
    if (row.message.startsWith('server stopped')) return { kind: 'proxy-lifecycle', change: 'stop', proxy };
    if (/graceful shutdown started/.test(row.message)) return { kind: 'proxy-lifecycle', change: 'drain', proxy };
    const fault = FAULTS.find(([pattern]) => pattern.test(row.message));
    return fault && { kind: 'proxy-fault', fault: fault[1], phase: fault[2], keys: known({ upstream: endpoint(row.upstream) }) };
  },
});
