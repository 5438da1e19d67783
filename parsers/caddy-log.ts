/** Caddy's own log, JSON or console encoder: reloads and stops, failed requests, health checks, and debug lines about streams. */
import { addressText, endpoint } from '../src/grammar/address.ts';
import { caddyDuration, caddyRecord, caddyRequest } from '../src/grammar/caddy.ts';
import { goError } from '../src/grammar/go-error.ts';
import { numberOf, textOf } from '../src/grammar/json.ts';
import { type Draft, defineParser, type Keys, type ProxyLifecycle, type Row, type Stamp } from '../src/types.ts';

interface LogRow extends Row {
  readonly at?: Stamp | undefined;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly error?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly requestId?: string | undefined;
  readonly upstream?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly signal?: string | undefined;
}

/** Loggers of Caddy's own modules. A record without a logger is Caddy's only by its message. */
const LOGGER = /^(?:admin|tls|http|pki|events|layer4|dynamic_dns|docker-proxy|caddy)(?:\.|$)/;
const MESSAGES =
  /^(?:using (?:provided configuration|config from file|adjacent Caddyfile)|adapted config to JSON|Caddyfile input is not formatted.*|serving initial configuration|autosaved config \(load with --resume flag\)|config is unchanged|shutting down(?: apps, then terminating)?|quitting process immediately|exiting; byeee!!.*|shutdown complete|redirected default logger|watcher watching config file for changes|maxprocs: .*|GOMEMLIMIT is updated)$/;

const ACTIVE_CHECK = 'http.handlers.reverse_proxy.health_checker.active';

const lifecycle = (change: ProxyLifecycle['change'], signal?: string): Draft => ({
  kind: 'proxy-lifecycle',
  change,
  proxy: 'Caddy',
  ...(signal && { signal }),
});

/** A changing request to the admin API; `caddy reload` and systemd's ExecReload post to `/load`. */
function adminRequest(row: LogRow): Draft | undefined {
  const path = row.path ?? '';
  if (row.method === undefined || row.method === 'GET') return undefined;
  if (path === '/stop') return lifecycle('stop');
  return path === '/load' || path.startsWith('/config') || path.startsWith('/id/') ? lifecycle('reload') : undefined;
}

function keysOf(row: LogRow): Keys {
  const upstream = endpoint(row.upstream);
  return {
    ...(row.clientIp && { client: { ip: row.clientIp, ...(row.clientPort !== undefined && { port: row.clientPort }) } }),
    ...(row.path && { path: row.path }),
    ...(row.requestId && { requestId: row.requestId }),
    ...(upstream && { upstream }),
  };
}

/** Debug lines of the proxied stream itself. */
function streamEvent(row: LogRow, keys: Keys): Draft | undefined {
  if (row.message === 'upgrading connection') return { kind: 'socket-opened', keys };
  if (row.message === 'connection closed')
    return { kind: 'tunnel-ended', keys, status: 101, ...(row.durationMs !== undefined && { lifeMs: row.durationMs }) };
  if (row.message === 'stream timed out') return { kind: 'tunnel-ended', keys, status: 101, endedBy: 'life', termination: row.message };
  if (row.message === 'closing streaming connections after delay') return lifecycle('tunnels-cut');
  const cause = row.message === 'streaming error' && row.error !== undefined ? goError(row.error) : undefined;
  if (cause?.fault !== 'upstream-reset') return undefined;
  const byClient = cause.peer?.port !== undefined && cause.peer.port === row.clientPort && cause.peer.ip === row.clientIp;
  return { kind: 'proxy-fault', fault: byClient ? 'client-reset' : 'upstream-reset', phase: 'tunnel', keys };
}

const MAIN: Readonly<Record<string, ProxyLifecycle['change']>> = {
  'serving initial configuration': 'start',
  'shutting down apps, then terminating': 'stop',
  'shutting down': 'stop',
  'quitting process immediately': 'stop',
};

export const caddyLog = defineParser<LogRow>({
  name: 'caddy-log',
  about: 'Caddy 2 runtime log (JSON or console encoder): reloads, stops, errors, health checks',
  adds: 'when Caddy was reloaded or stopped, which ends its WebSockets, and which backend refused',
  docs: 'https://caddyserver.com/docs/logging',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['admin.api', 'initial configuration', 'shutting down', 'quitting process', 'http.log.error', 'reverse_proxy'],
  samples: [
    {
      line: '{"level":"info","ts":1795348985.4712832,"logger":"admin.api","msg":"received request","method":"POST","host":"localhost:2019","uri":"/load","remote_ip":"127.0.0.1","remote_port":"47068","headers":{"Content-Type":["application/json"],"User-Agent":["Go-http-client/1.1"]}}',
      from: 'Caddy 2.6.2, systemctl reload caddy',
      reads: { logger: 'admin.api', method: 'POST', path: '/load', clientIp: '127.0.0.1' },
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'Caddy' },
    },
    {
      line: '{"level":"info","ts":1795348988.0868862,"logger":"admin.api","msg":"load complete"}',
      from: 'Caddy 2.6.2',
      reads: { message: 'load complete' },
      gives: { kind: 'proxy-lifecycle', change: 'reload' },
    },
    {
      line: '{"level":"info","ts":1767779921.1961703,"msg":"shutting down apps, then terminating","signal":"SIGTERM"}',
      from: 'Caddy 2.10, a published transcript',
      reads: { signal: 'SIGTERM', logger: '' },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM' },
    },
    {
      line: '2026/03/20 02:13:47.114\tINFO\tshutting down\t{"signal": "SIGINT"}',
      from: 'Caddy 2.10 console encoder, a published transcript',
      reads: { level: 'INFO', message: 'shutting down' },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGINT' },
    },
    {
      line: '2026/03/20 02:13:47.114\t\u001b[34mINFO\u001b[0m\thttp\tservers shutting down with eternal grace period',
      from: 'Caddy 2.10 console encoder on a terminal',
      reads: { logger: 'http', message: 'servers shutting down with eternal grace period' },
      gives: { kind: 'proxy-lifecycle', change: 'drain' },
    },
    {
      line: '{"level":"info","ts":1795348880.1,"msg":"serving initial configuration"}',
      from: 'Caddy 2.6.2',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'start' },
    },
    {
      line: '{"level":"error","ts":1761356856.7458704,"logger":"http.log.error.log0","msg":"dial tcp 172.17.0.1:9108: connect: connection refused","request":{"remote_ip":"172.26.0.1","remote_port":"50118","client_ip":"172.26.0.1","proto":"HTTP/2.0","method":"GET","host":"api.home.arpa:8443","uri":"/redoc","headers":{"X-Request-Id":["cc21"]}},"duration":0.000612917,"status":502,"err_id":"7g2a","err_trace":"reverseproxy.statusError (reverseproxy.go:1390)"}',
      from: 'Caddy 2.10, a published transcript',
      reads: { status: 502, upstream: '172.17.0.1:9108', clientPort: 50118, path: '/redoc' },
      gives: {
        kind: 'proxy-fault',
        fault: 'upstream-refused',
        phase: 'connect',
        keys: { upstream: { ip: '172.17.0.1', port: 9108 }, client: { ip: '172.26.0.1', port: 50118 }, requestId: 'cc21' },
      },
    },
    {
      line: '{"level":"info","ts":1777061302.3220565,"logger":"http.handlers.reverse_proxy.health_checker.active","msg":"unexpected status code","status_code":302,"host":"192.0.2.156:8000"}',
      from: 'Caddy 2.8, a published record',
      reads: { upstream: '192.0.2.156:8000' },
      gives: { kind: 'health-failed', probe: 'check', keys: { upstream: { ip: '192.0.2.156', port: 8000 } } },
    },
    {
      line: '{"level":"debug","ts":1795379908.2676,"logger":"http.handlers.reverse_proxy","msg":"connection closed","upstream":"127.0.0.1:9701","duration":0.002,"request":{"remote_ip":"127.0.0.1","remote_port":"53080","proto":"HTTP/1.1","method":"GET","host":"127.0.0.1:9981","uri":"/x","headers":{"Upgrade":["websocket"]}},"duration":1.005887049}',
      from: 'Caddy 2.6.2 at level debug; the key duration stands twice, the tunnel’s life last',
      reads: { durationMs: 1005.887049 },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 1005.887049,
        keys: { upstream: { ip: '127.0.0.1', port: 9701 }, client: { ip: '127.0.0.1', port: 53080 } },
      },
    },
    {
      line: '{"level":"debug","ts":1795379908.26,"logger":"http.handlers.reverse_proxy","msg":"streaming error","upstream":"127.0.0.1:9701","request":{"remote_ip":"127.0.0.1","remote_port":"53080","proto":"HTTP/1.1","method":"GET","host":"h","uri":"/x","headers":{}},"error":"read tcp 127.0.0.1:33104->127.0.0.1:9701: read: connection reset by peer"}',
      from: 'Caddy 2.6.2 source, streaming.go, at level debug',
      reads: { error: 'read tcp 127.0.0.1:33104->127.0.0.1:9701: read: connection reset by peer' },
      gives: { kind: 'proxy-fault', fault: 'upstream-reset', phase: 'tunnel' },
    },
    {
      line: '{"level":"warn","ts":1795348985.7374783,"logger":"http","msg":"automatic HTTPS is completely disabled for server","server_name":"srv0"}',
      from: 'Caddy 2.6.2',
      reads: { level: 'warn' },
      gives: 'noise',
    },
  ],
  rejects: [
    '{"level":"info","ts":1795348985.1,"msg":"listening on :8080"}',
    '{"level":"info","ts":1795348985.1,"logger":"chat","msg":"shutting down"}',
    '2026/03/20 02:13:47.114\tINFO\tlistening\t{"port": 8080}',
    '2026/03/20 02:13:47.114\tINFO\tshutting down\t{"signal"',
  ],
  read(text) {
    const record = caddyRecord(text);
    if (
      !record ||
      (record.logger === '' ? !MESSAGES.test(record.message) : !LOGGER.test(record.logger)) ||
      record.logger.startsWith('http.log.access')
    )
      return null;
    const { fields, logger, message, level } = record;
    const request = caddyRequest(fields['request'] ?? (logger === 'admin.api' ? fields : undefined));
    const error = textOf(fields['error']);
    const dialled = logger.startsWith('http.log.error') ? goError(message)?.peer : undefined;
    return {
      at: record.at,
      level,
      logger,
      message,
      error,
      method: request?.method,
      path: request?.path,
      host: request?.host,
      clientIp: request?.client?.ip,
      clientPort: request?.client?.port,
      requestId: request?.requestId,
      status: numberOf(fields['status'] ?? fields['status_code']),
      upstream: textOf(fields['upstream']) ?? addressText(dialled) ?? (logger === ACTIVE_CHECK ? textOf(fields['host']) : undefined),
      durationMs: caddyDuration(fields['duration'], message === 'connection closed'),
      signal: textOf(fields['signal']),
      exitCode: numberOf(fields['exit_code']),
    };
  },
  events(row): Draft | undefined {
    const keys = keysOf(row);
    if (row.logger === '') {
      const change = MAIN[row.message];
      return change && lifecycle(change, row.signal);
    }
    if (row.logger === 'admin.api')
      return row.message === 'received request' ? adminRequest(row) : row.message === 'load complete' ? lifecycle('reload') : undefined;
    if (row.logger === 'http' && row.message.startsWith('servers shutting down')) return lifecycle('drain');
    if (row.logger.startsWith('http.log.error')) {
      const cause = goError(row.message);
      return cause && { kind: 'proxy-fault', fault: cause.fault, phase: cause.phase, keys };
    }
    if (row.logger === ACTIVE_CHECK) {
      if (row.message === 'host is up') return { kind: 'proxy-fault', fault: 'upstream-up', phase: 'check', keys };
      if (row.message === 'host is down') return { kind: 'proxy-fault', fault: 'upstream-down', phase: 'check', keys };
      return { kind: 'health-failed', probe: 'check', keys };
    }
    return row.logger === 'http.handlers.reverse_proxy' ? streamEvent(row, keys) : undefined;
  },
});
