/** Apache httpd's error log, 2.4 and 2.2. */

import { endpoint, endpointOf } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { clfAt, ctimeAt, isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type ProxyFault, type ProxyLifecycle, type Row, type Stamp } from '../src/types.ts';

interface ErrorRow extends Row {
  readonly at: Stamp;
  readonly module?: string | undefined;
  readonly level: string;
  readonly pid?: number | undefined;
  readonly tid?: number | undefined;
  readonly errno?: number | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  /** `AH00957`: the number of the message, the same in all 2.4 releases. */
  readonly messageId?: string | undefined;
  readonly message: string;
  readonly referer?: string | undefined;
}

// [module:level] [pid P:tid T] of 2.4; [level] of 2.2.
const LEVEL = /\] \[(?:([\w-]{0,40}):)?(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\] /y;
const PROCESS = /\[pid (\d{1,10})(?::tid (\d{1,20}))?\] /y;
const SOURCE = /[\w.-]{1,60}\.c\(\d{1,6}\): /y; // at debug and below
const ERRNO = /\((\d{1,10})\)[^:]{0,200}: /y;
const PEER = /\[(?:client|remote) ([^\]\s]{1,100})\] /y;
const ID = /(AH\d{5}): /y;
const REFERER = /^(.*), referer: (\S{1,4000})$/s;

function take(pattern: RegExp, text: string, at: number): { readonly found: RegExpExecArray | null; readonly end: number } {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return { found, end: found ? pattern.lastIndex : at };
}

const REFUSED = 111;
const RESET = 104;
const TIMED_OUT: ReadonlySet<number> = new Set([110, 70007]); // 70007 is APR's own

type Fault = Pick<ProxyFault, 'fault' | 'phase'>;
const CONNECTING = /attempt to connect to (\S+) \(\S+\) failed/;

function connectFault(errno: number | undefined): Fault {
  if (errno === REFUSED) return { fault: 'upstream-refused', phase: 'connect' };
  if (errno !== undefined && TIMED_OUT.has(errno)) return { fault: 'upstream-timeout', phase: 'connect' };
  return { fault: 'upstream-unreachable', phase: 'connect' };
}
function answerFault(errno: number | undefined): Fault {
  if (errno === RESET) return { fault: 'upstream-reset', phase: 'handshake' };
  if (errno !== undefined && TIMED_OUT.has(errno)) return { fault: 'upstream-timeout', phase: 'handshake' };
  return { fault: 'upstream-closed', phase: 'handshake' };
}
/** AH03308 names the side; at debug only. */
function transferFault(message: string, errno: number | undefined): Fault | undefined {
  const isClient = message.includes('error on client');
  if (!isClient && !message.includes('error on origin')) return undefined;
  if (errno === RESET) return { fault: isClient ? 'client-reset' : 'upstream-reset', phase: 'tunnel' };
  return { fault: isClient ? 'client-closed' : 'upstream-closed', phase: 'tunnel' };
}

function faultOf({ message, errno, level }: ErrorRow, context: Context): Fault | undefined {
  if (CONNECTING.test(message)) return connectFault(errno);
  if (message.startsWith('error reading status line from remote server')) return answerFault(errno);
  // Said for the client after the line above, and alone where the backend answered nothing.
  if (message.startsWith('Error reading from remote server'))
    return context.before(3).some((line) => line.includes('error reading status line')) ? undefined : answerFault(errno);
  if (message.includes('polling timed out') && level !== 'error') return { fault: 'idle-timeout', phase: 'tunnel' };
  if (message.startsWith('ap_proxy_transfer_between_connections')) return transferFault(message, errno);
  if (/disabling worker for|worker .{1,200} is in error state/.test(message)) return { fault: 'upstream-down', phase: 'check' };
  if (/disabled connection for|All workers are in error state/.test(message)) return { fault: 'no-upstream', phase: 'connect' };
  if (/server reached MaxRequestWorkers|server reached MaxClients|scoreboard is full/.test(message))
    return { fault: 'capacity', phase: 'handshake' };
  if (/SSL handshake (?:failed|interrupted)|SSL Library Error/.test(message)) return { fault: 'tls', phase: 'handshake' };
  return undefined;
}

const SIGNALS: Readonly<Record<string, ProxyLifecycle['change']>> = {
  SIGTERM: 'stop',
  SIGWINCH: 'drain',
  // `apachectl restart`: children are ended at once, and those that do not go are killed some seconds later.
  SIGHUP: 'stop',
  SIGUSR1: 'reload',
};
const CAUGHT = /^(?:caught )?(SIGTERM|SIGWINCH|SIGHUP|SIGUSR1)(?:,| received)/;
const CHILD = /^child pid (\d{1,10}) exit signal (.{1,60}?) \((\d{1,3})\)/;
const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

function lifecycleOf(message: string): Draft | undefined {
  const proxy = 'Apache httpd';
  const signal = CAUGHT.exec(message)?.[1];
  const change = SIGNALS[signal ?? ''];
  if (signal !== undefined && change) return { kind: 'proxy-lifecycle', proxy, change, signal };
  if (/^Graceful restart requested, doing restart/.test(message))
    return { kind: 'proxy-lifecycle', proxy, change: 'reload', signal: 'SIGUSR1' };
  if (/ configured -- resuming normal operations$/.test(message)) return { kind: 'proxy-lifecycle', proxy, change: 'start' };
  const [, pid, , number = ''] = CHILD.exec(message) ?? [];
  if (pid === undefined) return undefined;
  return {
    kind: 'proxy-lifecycle',
    proxy,
    change: 'worker-exit',
    signal: SIGNAL_NAMES[number] ?? `signal ${number}`,
    keys: { pid: Number(pid) },
  };
}

const local = (...parts: [number, number, number, number, number, number, number?]) => Date.UTC(...parts);

export const apacheError = defineParser<ErrorRow>({
  name: 'apache-error',
  about: 'Apache httpd error log, 2.4 and 2.2',
  adds: 'dead backends, restarts and stops, crashed children; idle cuts and resets only at LogLevel debug and below',
  docs: 'https://httpd.apache.org/docs/2.4/logs.html#errorlog',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [
    'attempt to connect to',
    'remote server',
    'polling timed out',
    'ap_proxy_transfer_between',
    'disabling worker',
    'in error state',
    'disabled connection for',
    'server reached Max',
    'scoreboard is full',
    'SSL handshake',
    'SSL Library Error',
    'caught SIG',
    'SIGHUP received',
    'SIGUSR1 received',
    'Graceful restart requested',
    'resuming normal operations',
    'exit signal',
    'No protocol handler was valid',
  ], // prettier-ignore
  samples: [
    {
      line: '[Tue Jul 21 15:45:25.948849 2026] [mpm_event:notice] [pid 419:tid 419] AH00489: Apache/2.4.71 (Debian) configured -- resuming normal operations',
      from: 'Apache httpd 2.4.71',
      reads: {
        at: { ms: local(2026, 6, 21, 15, 45, 25) + 948.849, widthMs: 0.001, basis: 'local' },
        module: 'mpm_event',
        level: 'notice',
        pid: 419,
        messageId: 'AH00489',
        message: 'Apache/2.4.71 (Debian) configured -- resuming normal operations',
      },
      gives: { kind: 'proxy-lifecycle', change: 'start', proxy: 'Apache httpd' },
    },
    {
      line: '[Sun Nov 22 20:00:24.123456 2026] [proxy:error] [pid 1842:tid 140245] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:9799 (127.0.0.1) failed',
      from: 'Apache httpd 2.4.71',
      reads: { errno: 111, messageId: 'AH00957', message: 'HTTP: attempt to connect to 127.0.0.1:9799 (127.0.0.1) failed' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream: { ip: '127.0.0.1', port: 9799 } } },
    },
    {
      line: '[Fri Jan  1 00:00:01.000001 2027] [proxy_http:error] [pid 1842:tid 140245] (104)Connection reset by peer: [client 2001:db8::9:48704] AH01102: error reading status line from remote server 127.0.0.1:9701, referer: https://example.com/',
      from: 'Apache httpd source, mod_proxy_http.c',
      reads: { clientIp: '2001:db8::9', clientPort: 48704, referer: 'https://example.com/' },
      gives: { kind: 'proxy-fault', fault: 'upstream-reset', phase: 'handshake', keys: { client: { ip: '2001:db8::9', port: 48704 } } },
    },
    {
      line: '[Sun Nov 22 20:29:35.219485 2026] [proxy:trace2] [pid 1842:tid 140245] proxy_util.c(5269): [client 127.0.0.1:48704] AH10213: http: polling timed out',
      from: 'Apache httpd 2.4.71, LogLevel trace2',
      reads: { level: 'trace2', clientIp: '127.0.0.1', clientPort: 48704 },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel' },
    },
    {
      line: '[Sun Nov 22 20:29:35.219485 2026] [proxy:debug] [pid 1842:tid 140245] proxy_util.c(5120): (104)Connection reset by peer: [client 127.0.0.1:48704] AH03308: ap_proxy_transfer_between_connections: error on origin - ap_get_brigade',
      from: 'Apache httpd 2.4.71, LogLevel debug',
      reads: { errno: 104 },
      gives: { kind: 'proxy-fault', fault: 'upstream-reset', phase: 'tunnel' },
    },
    {
      line: '[Sun Nov 22 20:29:35.219485 2026] [core:notice] [pid 1840:tid 1840] AH00052: child pid 1842 exit signal Segmentation fault (11)',
      from: 'Apache httpd source, mpm_unix.c',
      reads: { pid: 1840 },
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGSEGV', keys: { pid: 1842 } },
    },
    {
      line: '[Sun Nov 22 20:29:35.219485 2026] [mpm_event:notice] [pid 1840:tid 1840] AH00493: SIGUSR1 received.  Doing graceful restart',
      from: 'Apache httpd source, event.c',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'reload', signal: 'SIGUSR1' },
    },
    {
      line: '[Sun Nov 22 20:29:35.219485 2026] [mpm_event:notice] [pid 1840:tid 1840] AH00491: caught SIGTERM, shutting down',
      from: 'Apache httpd source, event.c',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM' },
    },
    {
      line: "[Sun Nov 22 20:29:35.219485 2026] [proxy:warn] [pid 1842:tid 140245] [client 127.0.0.1:48704] AH01144: No protocol handler was valid for the URL /ws (scheme 'ws'). If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the configuration using LoadModule.",
      from: 'Apache httpd source, mod_proxy.c',
      reads: { level: 'warn' },
      gives: { kind: 'handshake-failed', status: 500, by: 'proxy', keys: { path: '/ws' } },
    },
    {
      line: '[Sun Nov 01 20:29:35 2026] [error] [client 203.0.113.9] File does not exist: /var/www/favicon.ico',
      from: 'Apache httpd 2.2',
      reads: { at: { ms: local(2026, 10, 1, 20, 29, 35), widthMs: 1000, basis: 'local' }, level: 'error', clientIp: '203.0.113.9' },
      gives: 'noise',
    },
    {
      line: '[01/Mar/2021:12:00:19 +0000] [proxy:error] [pid 23964] (113)No route to host: AH00957: HTTP: attempt to connect to 10.1.0.244:9000 (hostname.domain.com) failed',
      from: 'documentation of Vector 0.34, parse_apache_log: an ErrorLogFormat with the stamp of access logs',
      reads: {
        at: { ms: Date.UTC(2021, 2, 1, 12, 0, 19), widthMs: 1000, basis: 'utc' },
        module: 'proxy',
        level: 'error',
        pid: 23964,
        errno: 113,
      },
      gives: { kind: 'proxy-fault', fault: 'upstream-unreachable' },
    },
    {
      line: '[Thu Jul 02 14:23:50.961784 2026] [mpm_event:notice] [pid 21845:tid 21845] AH00494: SIGHUP received.  Attempting to restart',
      from: 'Apache httpd 2.4.71, apachectl -k restart',
      reads: { pid: 21845, messageId: 'AH00494' },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGHUP' },
    },
  ],
  rejects: [
    '[Sun Nov 22 20:29:35.219485 2026] [proxy:error] [pid x:tid 140245] AH00957: HTTP: attempt to connect',
    '[2021-06-04 15:40:27] [error] an application',
    '[2021-06-04 15:40:27] [chat:error] an application',
    '[Sun Nov 22 20:29:35.219485 2026] [proxy:loud] [pid 1842:tid 140245] AH00957: HTTP: attempt to connect',
    '[Sun Nov 32 20:29:35.219485 2026] [proxy:error] [pid 1842:tid 140245] AH00957: HTTP: attempt to connect',
    '[Sun Nov 22 20:29:35 2026] kernel: something',
    'Sun Nov 22 20:29:35 2026 [error] caught SIGTERM, shutting down',
  ],
  read(text) {
    const own = text[0] === '[' ? ctimeAt(text, 1) : undefined;
    const at = own ?? (text[0] === '[' ? (clfAt(text, 1) ?? isoAt(text, 1)) : undefined);
    if (!at) return null;
    const level = take(LEVEL, text, at.end);
    if (!level.found) return null;
    const process = take(PROCESS, text, level.end);
    // An ErrorLogFormat with another stamp: applications write stamp and level in brackets too, but neither module nor process.
    if (!own && (level.found[1] === undefined || !process.found)) return null;
    const source = take(SOURCE, text, process.end);
    if (text.startsWith('[pid ', source.end)) return null;
    const errno = take(ERRNO, text, source.end);
    const peer = take(PEER, text, errno.end);
    const id = take(ID, text, peer.end);
    const rest = text.slice(id.end);
    const referred = rest.includes(', referer: ') ? REFERER.exec(rest) : null;
    return known({
      at: at.stamp,
      module: level.found[1] || undefined,
      level: level.found[2] ?? '',
      pid: process.found ? Number(process.found[1]) : undefined,
      tid: process.found?.[2] === undefined ? undefined : Number(process.found[2]),
      errno: errno.found ? Number(errno.found[1]) : undefined,
      ...peerOf(peer.found?.[1]),
      messageId: id.found?.[1],
      message: referred?.[1] ?? rest,
      referer: referred?.[2],
    });
  },
  events(row, context) {
    const { message } = row;
    const client = endpointOf(row.clientIp, row.clientPort);
    const [, url] = /^No protocol handler was valid for the URL (\S{1,4000})/.exec(message) ?? [];
    if (url !== undefined)
      return {
        kind: 'handshake-failed',
        status: 500,
        why: 'mod_proxy_wstunnel is not loaded',
        by: 'proxy',
        keys: known({ client, path: url }),
      };
    const fault = faultOf(row, context);
    if (!fault) return lifecycleOf(message);
    const upstream = endpoint(CONNECTING.exec(message)?.[1] ?? / remote server (\S+:\d{1,5})/.exec(message)?.[1]);
    const path = / returned by (\S{1,4000})$/.exec(message)?.[1];
    return { kind: 'proxy-fault', ...fault, keys: known({ client, upstream, path, pid: row.pid }) };
  },
});

/** `10.0.0.1:4431`, `2001:db8::9:4431` (httpd 2.4 writes no brackets, and the port always), or an address alone (2.2). */
function peerOf(text: string | undefined): { readonly clientIp?: string; readonly clientPort?: number } {
  const six = /^([0-9A-Fa-f:]{2,39}):(\d{1,5})$/.exec(text ?? '');
  if (six?.[1]?.includes(':')) return { clientIp: six[1], clientPort: Number(six[2]) };
  const address = endpoint(text);
  return known({ clientIp: address?.ip, clientPort: address?.port });
}
