/** Real nginx and HAProxy: their configuration, and how they are started, reloaded and stopped. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { appendFileSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, Timer } from './plan.ts';

export interface ProxyProgram {
  reload(): void;
  stop(): void;
  start(): void;
}

export interface Place {
  /** Where clients connect. */
  readonly address: string;
  readonly port: number;
  readonly upstreams: readonly number[];
  readonly work: string;
  readonly logs: string;
}

const RELOAD_GRACE_S = 2;

const ACCESS = {
  combined: 'combined',
  timed: `timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" ua="$upstream_addr" us="$upstream_status"'`,
  json: `json escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","method":"$request_method","uri":"$request_uri","status":$status,"bytes_sent":$bytes_sent,"request_time":$request_time,"upstream_addr":"$upstream_addr","upstream_response_time":"$upstream_response_time","upstream_status":"$upstream_status","http_upgrade":"$http_upgrade","user_agent":"$http_user_agent"}'`,
} as const;

export const nginxConf = ({ access, errorLevel }: Pick<Plan, 'access' | 'errorLevel'>, seconds: number, place: Place): string => `
daemon off;
worker_processes 1;
worker_shutdown_timeout ${RELOAD_GRACE_S}s;
pid ${place.work}/nginx.pid;
error_log ${place.logs}/nginx-error.log ${errorLevel};
events { worker_connections 512; }
http {
  ${access === 'combined' ? '' : `log_format ${ACCESS[access]};`}
  access_log ${place.logs}/nginx-access.log ${access};
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream backend { ${place.upstreams.map((port) => `server 127.0.0.1:${port};`).join(' ')} }
  server {
    listen ${place.address}:${place.port};
    server_name app.example.com;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Forwarded-For $remote_addr;
    location / { proxy_pass http://backend; proxy_read_timeout ${seconds}s; }
    location /api/ { proxy_pass http://backend; proxy_read_timeout 1s; }
  }
}
`;

export const haproxyCfg = (timer: Timer, log: string, place: Place): string => `
global
  ${log}
  hard-stop-after ${RELOAD_GRACE_S}s
defaults
  mode http
  log global
  option httplog
  option forwardfor
  retries 1
  timeout connect 1s
  timeout http-request 5s
  timeout client ${timer.setting === 'timeout client' ? timer.seconds : 50}s
  timeout server ${timer.setting === 'timeout server' ? timer.seconds : 50}s
  ${timer.setting === 'timeout tunnel' ? `timeout tunnel ${timer.seconds}s` : ''}
frontend ws_in
  bind ${place.address}:${place.port}
  default_backend ws_nodes
backend ws_nodes
${place.upstreams.map((port, index) => `  server ws${index + 1} 127.0.0.1:${port}`).join('\n')}
`;

export function nginx(plan: Plan, place: Place): ProxyProgram {
  const conf = join(place.work, 'nginx.conf');
  writeFileSync(conf, nginxConf(plan, plan.timer?.seconds ?? 60, place));
  const run = (): ReturnType<typeof spawn> => spawn('nginx', ['-e', join(place.logs, 'nginx-error.log'), '-c', conf], { stdio: 'ignore' });
  let master = run();
  return {
    reload: () => void master.kill('SIGHUP'),
    stop: () => void master.kill('SIGTERM'),
    start: () => {
      master = run();
    },
  };
}

const caddyfile = (place: Place): string => `
{
  admin 127.0.0.1:2019
  auto_https off
}
http://${place.address}:${place.port} {
  log {
    output file ${place.logs}/caddy-access.log
  }
  reverse_proxy ${place.upstreams.map((port) => `127.0.0.1:${port}`).join(' ')}
}
`;

export function caddy(place: Place): ProxyProgram {
  const conf = join(place.work, 'Caddyfile');
  writeFileSync(conf, caddyfile(place));
  const err = openSync(join(place.logs, 'caddy.log'), 'a');
  const env = { ...process.env, HOME: place.work, XDG_CONFIG_HOME: place.work, XDG_DATA_HOME: place.work };
  const run = (): ReturnType<typeof spawn> =>
    spawn('caddy', ['run', '--config', conf, '--adapter', 'caddyfile'], { env, stdio: ['ignore', err, err] });
  let master = run();
  return {
    reload: () => void spawn('caddy', ['reload', '--force', '--config', conf, '--adapter', 'caddyfile'], { env, stdio: 'ignore' }),
    stop: () => void master.kill('SIGTERM'),
    start: () => {
      master = run();
    },
  };
}

const APACHE_MODULES = '/usr/lib/apache2/modules';

const apacheConf = (seconds: number, place: Place): string => `
ServerRoot ${place.work}
PidFile ${place.work}/apache.pid
DefaultRuntimeDir ${place.work}
Mutex file:${place.work}
Listen ${place.address}:${place.port}
ServerName app.example.com
${['mpm_event', 'authz_core', 'proxy', 'proxy_http'].map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ServerLimit 2
StartServers 1
LogLevel info
ErrorLog ${place.logs}/apache-error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D" timed
CustomLog ${place.logs}/apache-access.log timed
ProxyPass / http://127.0.0.1:${place.upstreams[0]}/ upgrade=websocket timeout=${seconds} retry=0
`;

export function apache(plan: Plan, place: Place): ProxyProgram {
  const conf = join(place.work, 'apache.conf');
  writeFileSync(conf, apacheConf(plan.timer?.seconds ?? 60, place));
  const run = (): ReturnType<typeof spawn> => spawn('apache2', ['-DFOREGROUND', '-f', conf], { stdio: 'ignore' });
  let master = run();
  return {
    reload: () => void master.kill('SIGUSR1'),
    stop: () => void master.kill('SIGTERM'),
    start: () => {
      master = run();
    },
  };
}

const SYSLOG_PORT = 5_514;

export function haproxy(plan: Plan, place: Place): ProxyProgram {
  const cfg = join(place.work, 'haproxy.cfg');
  const file = join(place.logs, 'haproxy.log');
  const remote = plan.haproxyLog === 'rfc3164';
  const log = remote
    ? `log 127.0.0.1:${SYSLOG_PORT} format rfc3164 local0 info\n  log-send-hostname ${plan.hostname}`
    : 'log stdout format raw local0 info';
  writeFileSync(cfg, haproxyCfg(plan.timer ?? { setting: 'timeout tunnel', seconds: 60 }, log, place));
  if (remote) {
    const receiver = createSocket('udp4').on('message', (line) =>
      appendFileSync(
        file,
        `${String(line)
          .replace(/^<\d+>/, '')
          .trimEnd()}\n`,
      ),
    );
    receiver.bind(SYSLOG_PORT, '127.0.0.1').unref();
  }
  const out = openSync(file, 'a');
  const err = remote ? openSync(join(place.logs, 'haproxy-stderr.log'), 'a') : out;
  const run = (): ReturnType<typeof spawn> =>
    spawn('haproxy', ['-W', '-f', cfg, '-p', join(place.work, 'haproxy.pid')], { stdio: ['ignore', out, err] });
  let master = run();
  return {
    reload: () => void master.kill('SIGUSR2'),
    stop: () => void master.kill('SIGTERM'),
    start: () => {
      master = run();
    },
  };
}
