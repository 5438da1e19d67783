/**
 * What proxies, balancers and connectors are known to do of themselves, beside the timers of timers.ts: all that a rule asks of a product by
 * its name stands here, one entry a product. Where nothing is known of one, it has no entry.
 */
import { remembered } from './grammar/remembered.ts';
import type { DurationMs, Keys, LogEvent } from './types.ts';

interface Traits {
  /** What the names of its log formats begin with, where that is not its own name. */
  readonly formats?: readonly string[];
  /** What its units, containers and processes are called, where such a name is its own and no server's. */
  readonly runsAs?: readonly string[];
  /** Its record of a tunnel that its own timer ended says so, at that log level or at any: another record tells that none did. */
  readonly namesItsTimers?: 'always' | 'at info';
  /** The only timers by which it ends upgraded connections, where these are not idle ones. */
  readonly timers?: 'none' | 'life';
  /** A graceful restart lets its old workers go on until their last tunnel has ended. */
  readonly keepsTunnels?: true;
  /** What its old workers are given at a reload, where no configuration says otherwise. */
  readonly drainMs?: DurationMs;
  /** Told to stop, it waits so long for its tunnels to end before it cuts them. */
  readonly stopGraceMs?: DurationMs;
  /** It writes of its stop up to so long after it cut. */
  readonly stopToldMs?: DurationMs;
  /** Settings that make it write of its timers, and how long tunnels lived. */
  readonly tellsTimers?: string;
  readonly tellsLives?: string;
}

/** A name stands before one that it begins with. */
const PRODUCTS: Readonly<Record<string, Traits>> = {
  'nginx-stream': {},
  nginx: {
    runsAs: ['nginx'],
    // What its upstreams do is told at level `error`, timers and what clients do at `info` (ngx_connection_error, 1.22).
    namesItsTimers: 'at info',
    tellsTimers: 'error_log /var/log/nginx/error.log info;',
    tellsLives:
      'log_format ws \'$remote_addr:$remote_port [$time_iso8601] "$request" $status $body_bytes_sent rt=$request_time ua=$upstream_addr conn=$connection msec=$msec\';',
  },
  openresty: { runsAs: ['openresty'] },
  'ingress-nginx': {
    runsAs: ['ingress-nginx', 'ingress-nginx-controller'],
    // worker_shutdown_timeout, unless its ConfigMap says otherwise.
    drainMs: 240_000,
    namesItsTimers: 'at info',
    tellsTimers: 'error-log-level: "info"    # in the ConfigMap of the controller',
  },
  haproxy: { runsAs: ['haproxy'], namesItsTimers: 'always' },
  envoy: { formats: ['envoy', 'istio'], runsAs: ['envoy', 'istio-proxy'], namesItsTimers: 'always' },
  // Its Envoy's: it hands the details of each answer on, which name a timer, and no flags.
  pomerium: { runsAs: ['pomerium'], namesItsTimers: 'always' },
  traefik: {
    runsAs: ['traefik'],
    // traefik/traefik#8668: the timer belongs to a hop beside it.
    timers: 'none',
  },
  caddy: {
    runsAs: ['caddy'],
    // No idle timer for streams; `stream_timeout` runs down whatever passes.
    timers: 'life',
  },
  browserless: { timers: 'life' },
  varnish: { runsAs: ['varnish', 'varnishd'] },
  apache: {
    runsAs: ['apache2', 'httpd'],
    // A child goes when its requests are over, and a tunnel is one (https://httpd.apache.org/docs/2.4/stopping.html).
    keepsTunnels: true,
    // "caught SIGTERM, shutting down" is written when its children are gone, which it waits for in steps of up to a second.
    stopToldMs: 3_000,
    // Stamped at the request's start; %D = its microseconds (mod_log_config).
    tellsLives: 'LogFormat "%h:%{remote}p %l %u [%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t] \\"%r\\" %>s %b %D" ws',
  },
  kong: { runsAs: ['kong'] },
  apisix: { runsAs: ['apisix'] },
  // Its forwarder's errors name the activity timeout and the side that broke off.
  yarp: { namesItsTimers: 'always' },
  cloudflared: {
    runsAs: ['cloudflared'],
    // `grace-period`.
    stopGraceMs: 30_000,
  },
  heroku: { namesItsTimers: 'always' },
  'aws-alb': {},
  'aws-cloudfront': {},
  'aws-nlb': {},
  'aws-clb': {},
  'aws-api-gateway': {},
  'azure-appgw': { formats: ['azure-application'], namesItsTimers: 'always' },
  'azure-front-door': { namesItsTimers: 'always' },
  'gcp-cloud-run': { formats: ['cloud-run'], timers: 'life' },
  'gcp-alb': { formats: ['gcp'], namesItsTimers: 'always' },
};

const isOrBegins = (name: string, prefix: string): boolean => name === prefix || name.startsWith(`${prefix}-`);

/** The product that writes a log format: `nginx-access` → `nginx`. It is the `hop` of the timer table where that has one. */
export const productOfFormat = remembered((format: string): string => {
  const known = Object.entries(PRODUCTS).find(([name, { formats = [name] }]) => formats.some((prefix) => isOrBegins(format, prefix)));
  return known?.[0] ?? format.split('-')[0] ?? format;
});

/** The product that wrote a proxy's event. */
export const productOf = ({ format, quote }: LogEvent): string =>
  // The stream module proxies TCP: its lines lack the `upgraded`.
  format === 'nginx-error' && quote.includes('while proxying connection') ? 'nginx-stream' : productOfFormat(format);

/** What is known of a product, by its own name or by one that it runs as, in any case; of `Apache httpd` the first word is the name. */
export const traitsOf = remembered((name: string): Traits => {
  const [product = ''] = name.toLowerCase().split(' ');
  return Object.entries(PRODUCTS).find(([own, { runsAs }]) => own === product || runsAs?.includes(product))?.[1] ?? {};
});

const RUNS_AS = Object.values(PRODUCTS).flatMap(({ runsAs }) => runsAs ?? []);
const PROCESSES = new RegExp(`^(?:${RUNS_AS.join('|')})(?:[@.-]|$)`, 'i');

/** Whether an upstream's name, as a proxy has it, is that of another proxy: `web/nginx`, `edge/nginx1`. */
export const namesProxy = (upstreamName: string): boolean => PROCESSES.test((upstreamName.split('/').at(-1) ?? '').replace(/\d{1,4}$/, ''));

/** The proxy that the keys name; undefined = they name none. */
export const nameOfProxy = (keys: Keys): string | undefined =>
  [keys.unit, keys.service, keys.container].find((name) => name !== undefined && PROCESSES.test(name));

/** Proxies' own processes are no server deaths. */
export const aboutProxy = (event: LogEvent): boolean => event.kind === 'proxy-lifecycle' || nameOfProxy(event.keys) !== undefined;
