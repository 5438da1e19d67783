/** nginx.conf and what it includes: the timers that a deployment really has, which outrank every default. */
import { type ConfiguredTimer, defineParser, type Row } from '../src/types.ts';

interface ConfigRow extends Row {
  /** Names of the directives and blocks on the line, in order. */
  readonly directives: readonly string[];
  /** Their arguments, in the same order. */
  readonly arguments: readonly string[];
  /** The location that the line opens; else that of the block it stands in. */
  readonly path?: string | undefined;
}

// Settings that cut a proxied WebSocket. `proxy_timeout` is that of `stream {}`.
const TIMERS: Readonly<Record<string, Pick<ConfiguredTimer, 'hop' | 'timer'>>> = {
  proxy_read_timeout: { hop: 'nginx', timer: 'idle' },
  proxy_send_timeout: { hop: 'nginx', timer: 'idle' },
  proxy_timeout: { hop: 'nginx-stream', timer: 'idle' },
  worker_shutdown_timeout: { hop: 'nginx', timer: 'drain' },
};

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};
const TIME = /^(?:\d{1,12}(?:ms|[smhdwMy])?)(?:\s?\d{1,12}(?:ms|[smhdwMy]))*$/;

/** `60`, `60s`, `1m30s`, `500ms`, `1h 30m`; undefined for anything else. A bare number is seconds, and `M` a month. */
function nginxTime(text: string): number | undefined {
  if (!TIME.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwMy]?)/g)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

// One directive: a name in lower case, arguments without braces or semicolons outside quotes, and its end.
const DIRECTIVE = /\s*([a-z][a-z0-9_]{1,60})((?:\s+(?:"[^"]*"|'[^']*'|[^\s;{}"'#][^\s;{}]*))*)\s*(;|\{(?!\{))|\s*(\})/y;
const LOCATION = /^(?:(?:=|~\*?|\^~)\s+)?(\S{1,1000})$/;
// Words of nginx's own: a line of others, in a file that does not say nginx, is some other program's (named.conf, CSS, JavaScript).
const NAMES =
  /^(?:(?:proxy|client|keepalive|worker|ssl|upstream|server|uwsgi|fastcgi|grpc|gzip|log|access|error|send|limit|resolver|add|auth|large|tcp)(?:_\w{1,40})?|http2?|events|stream|listen|location|root|alias|index|include|user|pid|daemon|sendfile|types|default_type|map|return|rewrite|set|if|try_files|expires|internal|allow|deny|zone|least_conn|ip_hash)$/;

function pathOf(argument: string): string | undefined {
  const path = LOCATION.exec(argument.trim())?.[1];
  return path?.startsWith('/') === true ? path : undefined;
}

const HEADER = /(?:\{|\})\s*(?:#.*)?$/;

export const nginxConfig = defineParser<ConfigRow>({
  name: 'nginx-config',
  about: 'nginx.conf and included files, also the output of nginx -T',
  adds: 'the configured idle timeouts by location, and how long a reload spares old tunnels',
  docs: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['proxy_read_timeout', 'proxy_send_timeout', 'proxy_timeout', 'worker_shutdown_timeout'],
  samples: [
    {
      line: '        proxy_read_timeout 3600s; # WebSockets',
      from: 'nginx 1.22.1',
      header: '    location /ws {',
      reads: { directives: ['proxy_read_timeout'], arguments: ['3600s'], path: '/ws' },
      gives: { kind: 'configured-timer', hop: 'nginx', setting: 'proxy_read_timeout', ms: 3_600_000, timer: 'idle', keys: { path: '/ws' } },
    },
    {
      line: 'worker_shutdown_timeout 1m30s;',
      from: 'nginx documentation, core module',
      reads: {},
      gives: { kind: 'configured-timer', setting: 'worker_shutdown_timeout', ms: 90_000, timer: 'drain' },
    },
    {
      line: 'location = /chat { proxy_pass http://backend; proxy_read_timeout 75; proxy_send_timeout "2m"; }',
      from: 'nginx documentation, proxy module',
      reads: { directives: ['location', 'proxy_pass', 'proxy_read_timeout', 'proxy_send_timeout', '}'], path: '/chat' },
      gives: [
        { kind: 'configured-timer', setting: 'proxy_read_timeout', ms: 75_000, keys: { path: '/chat' } },
        { kind: 'configured-timer', setting: 'proxy_send_timeout', ms: 120_000 },
      ],
    },
    {
      line: '\tproxy_timeout 10m;',
      from: 'nginx documentation, stream proxy module',
      reads: {},
      gives: { kind: 'configured-timer', hop: 'nginx-stream', setting: 'proxy_timeout', ms: 600_000 },
    },
    { line: '    upstream backend {', from: 'nginx 1.22.1', reads: { directives: ['upstream'] }, gives: 'noise' },
    { line: '        keepalive_timeout 65;', from: 'nginx 1.22.1', reads: { arguments: ['65'] }, gives: 'noise' },
    {
      line: '        # proxy_read_timeout 10s;',
      from: 'nginx 1.22.1',
      hint: 'etc/nginx/nginx.conf',
      reads: { directives: [] },
      gives: 'noise',
    },
    { line: '}', from: 'nginx 1.22.1', hint: 'etc/nginx/sites-enabled/default', reads: { directives: ['}'] }, gives: 'noise' },
  ],
  rejects: [
    'proxy_read_timeout 3600s',
    '}',
    '# comment',
    'color: red;',
    'const x = 1;',
    'options { directory "/var/cache/bind"; };',
    '{"proxy_read_timeout": 3600}',
  ],
  isHeader: (text) => HEADER.test(text) && (/^\s*\}/.test(text) || /^\s*[a-z][a-z0-9_]*(?:\s[^;{}]*)?\{\s*(?:#.*)?$/.test(text)),
  read(text, context) {
    const said = context.hint.includes('nginx');
    const directives: string[] = [];
    const values: string[] = [];
    let path = pathOf(/^\s*location\s+([^{};]{1,1000})\{/.exec(context.header ?? '')?.[1] ?? '');
    let at = 0;
    for (DIRECTIVE.lastIndex = 0; at < text.length; at = DIRECTIVE.lastIndex) {
      DIRECTIVE.lastIndex = at;
      const found = DIRECTIVE.exec(text);
      if (!found) break;
      const [, name, value = '', , close] = found;
      directives.push(name ?? close ?? '');
      values.push(value.trim());
      if (name === 'location') path = pathOf(value);
      if (name !== undefined && !said && !NAMES.test(name)) return null;
    }
    const rest = text.slice(at).trim();
    if (rest !== '' && !rest.startsWith('#')) return null;
    // Braces, comments and empty lines are anybody's.
    if (!said && !directives.some((name) => name !== '}')) return null;
    return { directives, arguments: values, ...(path !== undefined && { path }) };
  },
  events(row) {
    const keys = row.path === undefined ? {} : { keys: { path: row.path } };
    return row.directives.flatMap((setting, index) => {
      const timer = TIMERS[setting];
      const ms = nginxTime((row.arguments[index] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
      return timer && ms !== undefined ? [{ kind: 'configured-timer' as const, ...timer, setting, ms, ...keys }] : [];
    });
  },
});
