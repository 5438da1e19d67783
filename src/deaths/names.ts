/** Names of processes, as units, containers and logs write them. */
import type { Keys, LogEvent } from '../types.ts';

const PROXIES =
  /^(?:nginx|haproxy|caddy|traefik|envoy|apache2|httpd|kong|istio-proxy|ingress-nginx(?:-controller)?|cloudflared|openresty|apisix)(?:[@.-]|$)/i;

/** The proxy that the keys name; undefined = they name none. */
export const nameOfProxy = (keys: Keys): string | undefined =>
  [keys.unit, keys.service, keys.container].find((name) => name !== undefined && PROXIES.test(name));

/** Proxies' own processes are no server deaths. */
export const aboutProxy = (event: LogEvent): boolean => event.kind === 'proxy-lifecycle' || nameOfProxy(event.keys) !== undefined;

/** `chat@1.service` and `Chat` are both `chat`. */
export const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.(?:service|scope|slice)$/, '')
    .replace(/@.*$/, '');

/** Programs that run servers of any name: they identify none. */
export const RUNTIMES = new Set([
  'kernel',
  'node',
  'python',
  'python3',
  'java',
  'ruby',
  'systemd',
  'dotnet',
  'bun',
  'deno',
  'beam.smp',
  'systemd-coredump',
  // Node 20's main thread, servers of other people's programs, and what starts them.
  'mainthread',
  'uvicorn',
  'gunicorn',
  'hypercorn',
  'daphne',
  'puma',
  'php',
  'php-fpm',
  'npm',
  'sh',
  'bash',
  'tini',
  'dumb-init',
]);
