/** Apache httpd's configuration: the timers of proxied WebSockets, which outrank the default. */
import { type ConfiguredTimer, defineParser, type Row } from '../src/types.ts';

interface ConfigRow extends Row {
  readonly directive: string;
  readonly value: string;
  /** Of `<Location /ws>` or `ProxyPass /ws …`. */
  readonly path?: string | undefined;
  readonly durationMs?: number | undefined;
}

const DIRECTIVE =
  /^\s{0,64}(TimeOut|ProxyTimeout|ProxyWebsocketIdleTimeout|ProxyWebsocketAsyncDelay|ProxyPass|ProxyPassMatch|BalancerMember|ProxySet|ProxyPassReverse|ProxyPreserveHost|ProxyRequests|GracefulShutdownTimeout|KeepAlive|KeepAliveTimeout|MaxKeepAliveRequests|MaxRequestWorkers|ServerName|ServerAlias|DocumentRoot|ErrorLog|CustomLog|LogFormat|LogLevel|RewriteEngine|RewriteCond|RewriteRule|LoadModule|SSLEngine|SSLProxyEngine|Listen|RequestHeader|Header)\s{1,64}(\S.{0,4000})$/i;
const SECTION = /^\s{0,64}<(\/?)(VirtualHost|Location|LocationMatch|Proxy|ProxyMatch|Directory|IfModule|If)\b([^>]{0,1000})>\s*$/i;

const NAMES: Readonly<Record<string, string>> = {
  timeout: 'Timeout',
  proxytimeout: 'ProxyTimeout',
  proxywebsocketidletimeout: 'ProxyWebsocketIdleTimeout',
  gracefulshutdowntimeout: 'GracefulShutdownTimeout',
};
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, mi: 60_000, min: 60_000, h: 3_600_000 };

/** `20`, `20s`, `500ms`, `2min`; a bare number is seconds. Undefined for anything else. */
function apacheTime(text: string): number | undefined {
  const [, count, unit = ''] = /^"?(\d{1,10})(ms|s|min?|h)?"?$/i.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 1000);
}

const pathOf = (text: string | undefined): string | undefined => /^\s*"?(\/[^\s"]{0,1000})/.exec(text ?? '')?.[1];
const sectionPath = (header: string | undefined): string | undefined => {
  const [, closing, name, rest] = SECTION.exec(header ?? '') ?? [];
  return closing === '' && name?.toLowerCase() === 'location' ? pathOf(rest) : undefined;
};

export const apacheConfig = defineParser<ConfigRow>({
  name: 'apache-config',
  about: 'Apache httpd configuration (apache2.conf, httpd.conf, sites)',
  adds: 'Timeout, ProxyTimeout and timeout= of ProxyPass: the largest of them cuts an idle tunnel',
  docs: 'https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['Timeout'],
  samples: [
    {
      line: 'ProxyPass "/ws" "http://127.0.0.1:3000/ws" upgrade=websocket timeout=20',
      from: 'Apache httpd manual 2.4, mod_proxy',
      reads: { directive: 'ProxyPass', path: '/ws', durationMs: 20_000 },
      gives: { kind: 'configured-timer', hop: 'apache', setting: 'ProxyTimeout', ms: 20_000, timer: 'idle', keys: { path: '/ws' } },
    },
    {
      line: '    ProxyTimeout 300',
      from: 'Apache httpd manual 2.4, mod_proxy',
      reads: { directive: 'ProxyTimeout', value: '300' },
      gives: { kind: 'configured-timer', setting: 'ProxyTimeout', ms: 300_000, timer: 'idle' },
    },
    {
      line: 'TimeOut 60',
      from: 'Apache httpd manual 2.4, core',
      reads: { durationMs: 60_000 },
      gives: { kind: 'configured-timer', setting: 'Timeout', ms: 60_000 },
    },
    {
      line: 'GracefulShutdownTimeout 30',
      from: 'Apache httpd manual 2.4, mpm_common',
      reads: {},
      gives: { kind: 'configured-timer', setting: 'GracefulShutdownTimeout', ms: 30_000, timer: 'drain' },
    },
    {
      line: '  ProxySet connectiontimeout=5 timeout=90',
      from: 'Apache httpd manual 2.4, mod_proxy',
      header: '<Location "/chat">',
      reads: { path: '/chat' },
      gives: { kind: 'configured-timer', setting: 'ProxyTimeout', ms: 90_000, keys: { path: '/chat' } },
    },
    { line: '<Location "/chat">', from: 'Apache httpd manual 2.4', reads: { directive: 'Location', path: '/chat' }, gives: 'noise' },
    { line: 'KeepAliveTimeout 5', from: 'Apache httpd 2.4 of Debian', reads: { value: '5' }, gives: 'noise' },
  ],
  rejects: [
    '  timeout tunnel 1h',
    'ProxyTimeout',
    'timeout = 60',
    '<div class="x">',
    'proxy_read_timeout 60s;',
    '    listen 80;',
    'Timeout while waiting for pong',
    'Timeout 60 exceeded',
  ],
  isHeader: (text) => SECTION.test(text),
  read(text, context) {
    const [, closing, section] = SECTION.exec(text) ?? [];
    if (section !== undefined) return { directive: `${closing}${section}`, value: text.trim(), path: sectionPath(text) };
    const [, written = '', value = ''] = DIRECTIVE.exec(text) ?? [];
    const directive = NAMES[written.toLowerCase()] ?? written;
    const isTime = NAMES[written.toLowerCase()] !== undefined;
    const durationMs = apacheTime(isTime ? value.trim() : (/\stimeout=("?\w{1,14}"?)(?=\s|$)/i.exec(` ${value}`)?.[1] ?? ''));
    // A word such as `Timeout` begins sentences of any log.
    if (written === '' || (isTime && durationMs === undefined) || /[;{]\s*$/.test(value)) return null;
    return { directive, value: value.trim(), path: /^ProxyPass$/i.test(written) ? pathOf(value) : sectionPath(context.header), durationMs };
  },
  events({ directive, durationMs, path }) {
    const isMember = /^(?:ProxyPass|ProxyPassMatch|BalancerMember|ProxySet)$/i.test(directive);
    // ProxyWebsocketIdleTimeout 0 switches that timer off.
    if (durationMs === undefined || durationMs === 0 || directive.startsWith('/')) return undefined;
    const timer: ConfiguredTimer['timer'] = directive === 'GracefulShutdownTimeout' ? 'drain' : 'idle';
    return {
      kind: 'configured-timer',
      hop: 'apache',
      // `timeout=` is ProxyTimeout for one worker.
      setting: isMember ? 'ProxyTimeout' : directive,
      ms: durationMs,
      timer,
      ...(path !== undefined && { keys: { path } }),
    };
  },
});
