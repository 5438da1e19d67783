/** Reverse proxies by their unit, command or description. */

const PROXIES: readonly (readonly [RegExp, string])[] = [
  [/haproxy/i, 'HAProxy'],
  [/nginx|openresty|high performance web server and a reverse proxy/i, 'nginx'],
  [/caddy/i, 'Caddy'],
  [/traefik/i, 'Traefik'],
  [/envoy/i, 'Envoy'],
  [/^(?:apache2?|httpd2?)(?:\.service)?$|Apache HTTP Server/i, 'Apache'],
  [/cloudflared/i, 'cloudflared'],
];

/** The proxy's name in the report; undefined for anything else. */
export const proxyName = (text: string): string | undefined => PROXIES.find(([pattern]) => pattern.test(text))?.[1];
