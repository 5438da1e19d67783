/** nginx's error log, also that of OpenResty, Kong and APISIX, and of `stream {}`. */

import { addressText, endpoint } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { NGINX_ERROR_NEEDLES, nginxEvent } from '../src/grammar/nginx-messages.ts';
import { requestLine } from '../src/grammar/quoted.ts';
import { slashAt } from '../src/time.ts';
import { defineParser, type Keys, type Row, type Stamp } from '../src/types.ts';

interface ErrorRow extends Row {
  readonly at?: Stamp | undefined;
  readonly level: string;
  readonly pid?: number | undefined;
  readonly tid?: number | undefined;
  /** The number behind `*`: nginx `$connection`. */
  readonly connection?: string | undefined;
  /** Up to the first of `, client: …`, `, server: …` and so on. */
  readonly message: string;
  readonly errno?: number | undefined;
  readonly clientIp?: string | undefined;
  readonly path?: string | undefined;
  readonly upstream?: string | undefined;
  readonly upstreamName?: string | undefined;
}

const HEAD = / \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d{1,10})#(\d{1,10}): ?(?:\*(\d{1,20}) )?/y;
// What nginx prints on its terminal before its log is open.
const STDERR = /^nginx: \[(info|notice|warn|error|crit|alert|emerg)\] (.{1,2000})$/;
const STREAM_BYTES = /, bytes from\/to client:(\d{1,19})\/(\d{1,19})(?:, bytes from\/to upstream:(\d{1,19})\/(\d{1,19}))?$/;
const QUOTED_GROUPS = ['referrer', 'host', 'upstream', 'subrequest', 'request', 'login'] as const;

/**
 * Takes the groups off the end of `text`, last one first: nothing is escaped, so a request may hold quotes and commas, and only
 * from the right each key's last place is sure. A line cut at 2,047 bytes may end inside a group.
 */
function groupsOf(text: string): { readonly message: string; readonly groups: ReadonlyMap<string, string> } {
  const groups = new Map<string, string>();
  let end = text.length;
  for (const key of QUOTED_GROUPS) {
    const at = end === 0 ? -1 : text.lastIndexOf(`, ${key}: "`, end - 1);
    if (at < 0) continue;
    const value = text.slice(at + key.length + 5, end);
    groups.set(key, value.endsWith('"') ? value.slice(0, -1) : value);
    end = at;
  }
  const rest = text.slice(0, end);
  const client = rest.indexOf(', client: ');
  const server = rest.indexOf(', server: ', Math.max(client, 0));
  if (server >= 0) groups.set('server', rest.slice(server + 10));
  if (client >= 0) groups.set('client', rest.slice(client + 10, server < 0 ? undefined : server));
  const message = client >= 0 ? rest.slice(0, client) : server >= 0 ? rest.slice(0, server) : rest;
  return { message, groups };
}

/** `http://10.0.0.7:9701/ws`, `http://unix:/run/chat.sock:/ws`, `10.0.0.7:9701` of `stream {}`; a group's name where no server was chosen. */
function upstreamOf(text: string | undefined): { readonly upstream?: string | undefined; readonly upstreamName?: string | undefined } {
  const authority = text?.replace(/^[a-z]{2,8}:\/\//, '') ?? '';
  if (authority.startsWith('unix:')) return { upstreamName: authority.replace(/:\/?[^:]*$/, '') };
  const address = /^(?:\[[0-9A-Fa-f:.]+\]|[^/:\s]{1,255}):\d{1,5}/.exec(authority)?.[0];
  if (address !== undefined) return { upstream: addressText(endpoint(address)) };
  const name = /^[^/:\s]{1,255}/.exec(authority)?.[0];
  return name === undefined ? {} : { upstreamName: name };
}

const zoneless = (...parts: [number, number, number, number, number, number]) => ({
  ms: Date.UTC(...parts),
  widthMs: 1000,
  basis: 'local' as const,
});

export const nginxError = defineParser<ErrorRow>({
  name: 'nginx-error',
  about: 'nginx error log, any level',
  adds: 'idle cuts (level info), resets and which side sent them, dead upstreams, reloads, stops and lost workers',
  docs: 'https://nginx.org/en/docs/ngx_core_module.html#error_log',
  vantage: 'proxy',
  habitat: 'mixed',
  beside: ['ingress-nginx-access', 'nginx-access', 'nginx-access-json', 'nginx-access-labelled'],
  needles: NGINX_ERROR_NEEDLES,
  samples: [
    {
      line: '2026/11/22 20:23:41 [info] 12709#12709: *1 upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 127.0.0.1, server: ws.example.com, request: "GET /idle HTTP/1.1", upstream: "http://127.0.0.1:9701/idle", host: "127.0.0.1:9780"',
      from: 'nginx 1.22.1',
      reads: {
        at: zoneless(2026, 10, 22, 20, 23, 41),
        level: 'info',
        pid: 12709,
        connection: '1',
        errno: 110,
        message: 'upstream timed out (110: Connection timed out) while proxying upgraded connection',
        clientIp: '127.0.0.1',
        path: '/idle',
        upstream: '127.0.0.1:9701',
      },
      gives: {
        kind: 'proxy-fault',
        fault: 'idle-timeout',
        phase: 'tunnel',
        keys: { proxyConnection: '1', pid: 12709, client: { ip: '127.0.0.1' }, upstream: { ip: '127.0.0.1', port: 9701 }, path: '/idle' },
      },
    },
    {
      line: '2026/11/22 20:24:07 [error] 12709#12709: *7 recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: 127.0.0.1, server: ws.example.com, request: "GET /rst HTTP/1.1", upstream: "http://127.0.0.1:9701/rst", host: "127.0.0.1:9780"',
      from: 'nginx 1.22.1',
      reads: { level: 'error', errno: 104 },
      gives: { kind: 'proxy-fault', fault: 'upstream-reset', phase: 'tunnel' },
    },
    {
      line: '2026/11/22 20:24:11 [info] 12709#12709: *13 recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: 2001:db8::9, server: ws.example.com, request: "GET /x HTTP/1.1", upstream: "http://[2001:db8::7]:9701/x", host: "127.0.0.1:9780"',
      from: 'nginx 1.22.1',
      reads: { clientIp: '2001:db8::9', upstream: '[2001:db8::7]:9701' },
      gives: { kind: 'proxy-fault', fault: 'client-reset', phase: 'tunnel' },
    },
    {
      line: '2026/11/22 22:30:10 [info] 2567#2567: *1 upstream timed out (110: Operation timed out) while proxying upgraded connection, client: 127.0.0.1, server: , request: "GET /idle?a="b HTTP/1.1", upstream: "http://127.0.0.1:9701/idle?a="b", host: "x", referrer: "http',
      from: 'nginx 1.22.1, musl, cut',
      reads: { path: '/idle?a="b', upstream: '127.0.0.1:9701', host: 'x', referer: 'http' },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout' },
    },
    {
      line: '2026/11/22 22:30:10 [info] 2567#2567: *8 epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream, client: 127.0.0.1, server: , request: "GET /slow HTTP/1.1", upstream: "http://127.0.0.1:9701/slow", host: "x"',
      from: 'nginx 1.22.1',
      reads: { connection: '8', server: '' },
      gives: { kind: 'proxy-fault', fault: 'client-closed', phase: 'handshake' },
    },
    {
      line: '2026/11/22 22:30:09 [error] 2567#2567: *6 upstream prematurely closed connection while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /pre HTTP/1.1", upstream: "http://127.0.0.1:9701/pre", host: "x"',
      from: 'nginx 1.22.1',
      reads: { path: '/pre' },
      gives: { kind: 'proxy-fault', fault: 'upstream-closed', phase: 'handshake' },
    },
    {
      line: '2026/11/22 22:30:09 [error] 2567#2567: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /dead HTTP/1.1", upstream: "http://127.0.0.1:9799/dead", host: "x"',
      from: 'nginx 1.22.1',
      reads: { errno: 111 },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream: { ip: '127.0.0.1', port: 9799 } } },
    },
    {
      line: '2026/11/22 22:30:09 [crit] 2567#2567: *10 connect() to unix:/run/chat.sock failed (2: No such file or directory) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /sock HTTP/1.1", upstream: "http://unix:/run/chat.sock:/sock", host: "x"',
      from: 'nginx 1.22.1',
      reads: { upstreamName: 'unix:/run/chat.sock', errno: 2 },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect' },
    },
    {
      line: '2026/11/22 22:30:13 [error] 2567#2567: *23 no live upstreams while connecting to upstream, client: 127.0.0.1, server: , request: "GET /dead2 HTTP/1.1", upstream: "http://dead/dead2", host: "x"',
      from: 'nginx 1.22.1',
      reads: { upstreamName: 'dead' },
      gives: { kind: 'proxy-fault', fault: 'no-upstream', phase: 'connect', keys: { upstreamName: 'dead' } },
    },
    {
      line: '2026/11/22 22:30:09 [warn] 2567#2567: *9 upstream server temporarily disabled while connecting to upstream, client: 127.0.0.1, server: , request: "GET /dead HTTP/1.1", upstream: "http://127.0.0.1:9799/dead", host: "x"',
      from: 'nginx 1.22.1',
      reads: { level: 'warn' },
      gives: { kind: 'proxy-fault', fault: 'upstream-down', phase: 'check' },
    },
    {
      line: '2026/11/22 20:24:45 [alert] 12708#12708: worker process 12709 exited on signal 9',
      from: 'nginx 1.22.1',
      reads: { level: 'alert', pid: 12708, message: 'worker process 12709 exited on signal 9' },
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGKILL', proxy: 'nginx', keys: { pid: 12709 } },
    },
    {
      line: '2026/11/22 20:24:45 [alert] 12708#12708: worker process 12711 exited on signal 11 (core dumped)',
      from: 'nginx source, ngx_process.c',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGSEGV', keys: { pid: 12711 } },
    },
    {
      line: '2026/11/22 20:24:49 [notice] 12708#12708: signal 1 (SIGHUP) received from 14007, reconfiguring',
      from: 'nginx 1.22.1',
      reads: { pid: 12708 },
      gives: { kind: 'proxy-lifecycle', change: 'reload', signal: 'SIGHUP' },
    },
    {
      line: '2027/01/01 00:00:00 [notice] 12708#12708: signal 15 (SIGTERM) received from 1, exiting',
      from: 'nginx 1.22.1',
      reads: { at: zoneless(2027, 0, 1, 0, 0, 0) },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM' },
    },
    {
      line: '2026/11/22 22:30:17 [notice] 2567#2567: gracefully shutting down',
      from: 'nginx 1.22.1',
      reads: { pid: 2567 },
      gives: { kind: 'proxy-lifecycle', change: 'drain', keys: { pid: 2567 } },
    },
    {
      line: '2026/11/22 22:30:09 [notice] 2564#2564: nginx/1.22.1',
      from: 'nginx 1.22.1',
      reads: { message: 'nginx/1.22.1' },
      gives: { kind: 'proxy-lifecycle', change: 'start' },
    },
    {
      line: '2026/11/22 22:31:17 [alert] 2567#2567: *24 open socket #5 left in connection 4',
      from: 'nginx source, ngx_process_cycle.c',
      reads: { connection: '24' },
      gives: { kind: 'proxy-lifecycle', change: 'tunnels-cut', keys: { proxyConnection: '24' } },
    },
    {
      line: '2026/11/22 22:31:17 [alert] 2567#2567: *9812 64 worker_connections are not enough while connecting to upstream, client: 10.0.0.1, server: , request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.7:80/ws", host: "x"',
      from: 'nginx source, ngx_connection.c',
      reads: { clientIp: '10.0.0.1' },
      gives: { kind: 'proxy-fault', fault: 'capacity', phase: 'handshake' },
    },
    {
      line: '2026/11/02 03:04:05 [info] 29#29: *5 connection timed out (110: Connection timed out) while proxying connection, client: 198.51.100.4, server: 0.0.0.0:443, upstream: "10.0.0.7:9701", bytes from/to client:571/3400, bytes from/to upstream:3400/571',
      from: 'nginx source, ngx_stream_proxy_module.c',
      reads: { bytesReceived: 571, bytesSent: 3400, upstream: '10.0.0.7:9701', server: '0.0.0.0:443' },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel' },
    },
    {
      line: '2026/11/02 03:04:05 [info] 29#29: *5 upstream disconnected, bytes from/to client:571/3400, bytes from/to upstream:3400/571',
      from: 'nginx source, ngx_stream_proxy_module.c',
      reads: { connection: '5', bytesSent: 3400 },
      gives: { kind: 'proxy-fault', fault: 'upstream-closed', phase: 'tunnel', keys: { proxyConnection: '5' } },
    },
    {
      line: '2026/11/22 22:31:17 [info] 2567#2567: *451 client 10.20.0.102 closed keepalive connection',
      from: 'nginx 1.22.1',
      reads: { message: 'client 10.20.0.102 closed keepalive connection' },
      gives: 'noise',
    },
    {
      line: 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
      from: 'nginx 1.22.1, stderr',
      reads: { level: 'emerg', errno: 98 },
      gives: 'noise',
    },
  ],
  rejects: [
    '2026/11/22 20:24:45 worker process 12709 exited on signal 9',
    '2026/11/22 20:24:45 [fatal] 12708#12708: worker process 12709 exited on signal 9',
    '2026/13/22 20:24:45 [alert] 12708#12708: worker process 12709 exited on signal 9',
    '2026/11/22 20:24:45 [alert] 12708: worker process 12709 exited on signal 9',
    '[alert] 12708#12708: worker process 12709 exited on signal 9',
  ],
  read(text) {
    const at = slashAt(text);
    if (!at) {
      const early = STDERR.exec(text);
      return early ? known({ level: early[1] ?? '', message: early[2] ?? '', errno: errnoOf(early[2] ?? '') }) : null;
    }
    HEAD.lastIndex = at.end;
    const head = HEAD.exec(text);
    if (!head) return null;
    const [, level = '', pid, tid, connection] = head;
    const body = text.slice(HEAD.lastIndex);
    const bytes = STREAM_BYTES.exec(body);
    const { message, groups } = groupsOf(bytes ? body.slice(0, bytes.index) : body);
    const client = endpoint(groups.get('client'));
    return known({
      at: at.stamp,
      level,
      pid: Number(pid),
      tid: Number(tid),
      connection,
      // The counts are all that tells `client disconnected` from an application's words.
      message: bytes && groups.size === 0 ? body : message,
      errno: errnoOf(message),
      clientIp: client?.ip,
      clientPort: client?.port,
      server: groups.get('server'),
      ...requestLine(groups.get('request')),
      ...upstreamOf(groups.get('upstream')),
      host: groups.get('host'),
      referer: groups.get('referrer'),
      user: groups.get('login'),
      bytesReceived: bytes ? Number(bytes[1]) : undefined,
      bytesSent: bytes ? Number(bytes[2]) : undefined,
    });
  },
  events(row) {
    const { clientIp, connection, pid, path, upstreamName } = row;
    const keys: Keys = known({
      client: endpoint(clientIp),
      upstream: endpoint(row.upstream),
      upstreamName,
      path,
      proxyConnection: connection,
      pid,
    });
    return nginxEvent({ level: row.level, message: row.message, errno: row.errno, keys });
  },
});

function errnoOf(message: string): number | undefined {
  const found = /\((\d{1,5}): /.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
