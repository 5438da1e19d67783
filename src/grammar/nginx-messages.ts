/** What the messages of nginx's error log say of tunnels, upstreams and nginx itself. */
import type { Draft, Keys, ProxyFault } from '../types.ts';

export interface NginxMessage {
  readonly level: string;
  readonly message: string;
  /** The number in `(104: Connection reset by peer)`; the text behind it is the C library's and may be translated. */
  readonly errno?: number | undefined;
  readonly keys: Keys;
}

type Fault = Pick<ProxyFault, 'fault' | 'phase'>;

// Linux numbers, then those of FreeBSD and macOS.
const REFUSED = new Set([111, 61]);
const RESET = new Set([104, 54]);
const BROKEN_PIPE = 32;
const UNREACHABLE = new Set([101, 113, 51, 65, 64]);
const NO_FILE = 2; // a Unix socket that is not there
const AGAIN = new Set([11, 35]); // a Unix socket whose backlog is full

const UPGRADED = 'while proxying upgraded connection';
// `stream {}` passes TCP through: a WebSocket may be inside.
const STREAMED = 'while proxying connection';

function phaseOf(message: string): ProxyFault['phase'] | undefined {
  if (message.includes(UPGRADED) || message.includes(STREAMED)) return 'tunnel';
  if (message.includes('while connecting to upstream')) return 'connect';
  if (/while (?:SSL handshaking|sending request|reading response header)/.test(message)) return 'handshake';
  return undefined;
}

/** The peer that a failed read or write was with: nginx reports the client's below `error`, the upstream's at `error` or above. */
const isClientSide = (level: string): boolean => level === 'info' || level === 'notice' || level === 'debug';

/** Trouble with one connection or one upstream. */
function faultOf({ level, message, errno }: NginxMessage): Fault | undefined {
  const phase = phaseOf(message);
  if (phase === 'tunnel' && /^(?:upstream|connection) timed out/.test(message)) return { fault: 'idle-timeout', phase };
  if (phase === 'tunnel' && message.startsWith('client timed out')) return { fault: 'client-timeout', phase };
  if (phase && message.startsWith('upstream timed out')) return { fault: 'upstream-timeout', phase };
  if (phase && message.startsWith('upstream prematurely closed')) return { fault: 'upstream-closed', phase };
  if (phase && message.includes('client prematurely closed connection')) return { fault: 'client-closed', phase };
  if (message.startsWith('no live upstreams')) return { fault: 'no-upstream', phase: 'connect' };
  if (message.startsWith('upstream server temporarily disabled')) return { fault: 'upstream-down', phase: 'check' };
  if (/^(?:host not found in upstream|\S+ could not be resolved)/.test(message)) return { fault: 'upstream-unreachable', phase: 'connect' };
  if (/^(?:client|upstream) disconnected, bytes/.test(message))
    return { fault: message.startsWith('client') ? 'client-closed' : 'upstream-closed', phase: 'tunnel' };
  if (
    /worker_connections are not enough|^(?:accept4?|socket)\(\) failed \(2[34]: |^limiting (?:connections|requests, excess)/.test(message)
  )
    return message.endsWith('(dry run)') ? undefined : { fault: 'capacity', phase: 'handshake' };
  if (/SSL_do_handshake\(\) failed|peer closed connection in SSL handshake|upstream SSL certificate/.test(message))
    return { fault: 'tls', phase: 'handshake' };
  return phase && socketFault(level, message, errno, phase);
}

function socketFault(level: string, message: string, errno: number | undefined, phase: ProxyFault['phase']): Fault | undefined {
  if (!/^(?:connect|recv|recvmsg|readv|send|sendmsg|writev|sendfile|SSL_read|SSL_write|kevent)\b/.test(message)) return undefined;
  if (message.startsWith('SSL_')) return { fault: 'tls', phase };
  if (errno === undefined) return undefined;
  if (UNREACHABLE.has(errno)) return { fault: 'upstream-unreachable', phase };
  if (message.startsWith('connect()')) {
    if (REFUSED.has(errno) || errno === NO_FILE) return { fault: 'upstream-refused', phase };
    return AGAIN.has(errno) ? { fault: 'capacity', phase } : { fault: 'upstream-unreachable', phase };
  }
  const client = isClientSide(level);
  if (RESET.has(errno)) return { fault: client ? 'client-reset' : 'upstream-reset', phase };
  // A write to a peer that had closed before.
  if (errno === BROKEN_PIPE) return { fault: client ? 'client-closed' : 'upstream-closed', phase };
  return undefined;
}

const SIGNALS: Readonly<Record<string, 'reload' | 'drain' | 'stop'>> = {
  SIGHUP: 'reload',
  SIGQUIT: 'drain',
  SIGWINCH: 'drain',
  SIGTERM: 'stop',
  SIGINT: 'stop',
}; // prettier-ignore
const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  31: 'SIGSYS',
}; // prettier-ignore

const RECEIVED = /^signal \d+ \((SIG[A-Z0-9]+)\) received/;
const WORKER = /^worker process (\d{1,10}) exited (?:on signal (\d{1,2})|with (?:fatal )?code (\d{1,3}))/;
const STARTED = /^start worker process (\d{1,10})$/;
const LEFT_OPEN = /^open socket #\d+ left in connection \d+$/;

/** nginx's own life: starts, reloads, stops, workers. */
function lifecycleOf({ message, keys }: NginxMessage): Draft | undefined {
  const proxy = 'nginx';
  const signal = RECEIVED.exec(message)?.[1];
  if (signal !== undefined) {
    const change = SIGNALS[signal];
    return change && { kind: 'proxy-lifecycle', proxy, change, signal, keys };
  }
  // Each worker says so; after a reload it keeps its tunnels until they end or worker_shutdown_timeout expires.
  if (message === 'gracefully shutting down') return { kind: 'proxy-lifecycle', proxy, change: 'drain', keys };
  const exit = WORKER.exec(message);
  if (exit) {
    const [, pid, number, code] = exit;
    const ended = number === undefined ? { exitCode: Number(code) } : { signal: SIGNAL_NAMES[Number(number)] ?? `signal ${number}` };
    return { kind: 'proxy-lifecycle', proxy, change: 'worker-exit', ...ended, keys: { ...keys, pid: Number(pid) } };
  }
  const started = STARTED.exec(message)?.[1];
  if (started !== undefined) return { kind: 'proxy-lifecycle', proxy, change: 'worker-start', keys: { ...keys, pid: Number(started) } };
  if (/^(?:nginx|openresty|freenginx|angie)\/\d[\w.+-]{0,30}(?: |$)/i.test(message))
    return { kind: 'proxy-lifecycle', proxy, change: 'start', keys };
  // Written by a worker that exits although requests are still open.
  if (LEFT_OPEN.test(message)) return { kind: 'proxy-lifecycle', proxy, change: 'tunnels-cut', keys };
  return undefined;
}

/** What the message says; undefined = of no interest. */
export function nginxEvent(entry: NginxMessage): Draft | undefined {
  const fault = faultOf(entry);
  return fault ? { kind: 'proxy-fault', ...fault, keys: entry.keys } : lifecycleOf(entry);
}

export const NGINX_ERROR_NEEDLES: readonly string[] = [
  'upgraded connection',
  'while proxying connection',
  'prematurely closed',
  'connecting to upstream',
  'response header from upstream',
  'sending request to upstream',
  'handshaking',
  'temporarily disabled',
  'no live upstreams',
  'in upstream',
  'could not be resolved',
  ' disconnected, bytes',
  'worker_connections are not',
  'Too many open files',
  'accept4() failed',
  'socket() failed',
  'limiting connections',
  'limiting requests',
  'SSL_do_handshake',
  'in SSL handshake',
  'upstream SSL',
  '(SIGHUP) received',
  '(SIGQUIT) received',
  '(SIGWINCH) received',
  '(SIGTERM) received',
  '(SIGINT) received',
  'gracefully shutting down',
  'worker process ',
  ': nginx/',
  ': openresty/',
  ': freenginx/',
  ': angie/',
  ' left in connection',
]; // prettier-ignore
