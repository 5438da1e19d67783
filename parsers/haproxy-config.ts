/** haproxy.cfg: the timers that a deployment really has, which outrank every default. */
import { duration } from '../src/time.ts';
import { type ConfiguredTimer, defineParser, type Row } from '../src/types.ts';

interface ConfigRow extends Row {
  readonly keyword: string;
  readonly value: string;
  /** Of a timer; undefined for other directives. */
  readonly durationMs?: number | undefined;
}

const SECTION = /^(global|defaults|frontend|backend|listen)(?:\s+([\w.:-]{1,128})(?:\s+from\s+\S{1,128})?)?\s*(?:#.*)?$/;
const TIMER = /^\s{0,32}(timeout\s{1,8}[a-z-]{4,20}|hard-stop-after|grace)\s{1,16}(\d{1,12}(?:us|ms|s|m|h|d)?)\s*(?:#.*)?$/;
const DIRECTIVE =
  /^\s{1,32}(acl|balance|bind|capture|compression|cookie|default-server|default_backend|errorfile|fullconn|group|http-check|http-request|http-response|log-format|maxconn|nbthread|option|redirect|retries|server|server-template|ssl-default-bind-ciphers|ssl-default-bind-options|tcp-check|tcp-request|tune\.[\w.-]{1,60}|use_backend)\s(.*)$/;

const KIND: Readonly<Record<string, ConfiguredTimer['timer']>> = {
  'timeout tunnel': 'idle',
  'timeout client': 'idle',
  'timeout server': 'idle',
  'timeout client-fin': 'idle',
  'timeout server-fin': 'idle',
  'hard-stop-after': 'drain',
};

export const haproxyConfig = defineParser<ConfigRow>({
  name: 'haproxy-config',
  about: 'haproxy.cfg',
  adds: 'the configured tunnel, client and server timeouts and how long a reload spares old tunnels',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#4.2-timeout%20tunnel',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['timeout', 'hard-stop-after'],
  samples: [
    {
      line: '  timeout tunnel 1h # WebSockets',
      from: 'HAProxy configuration manual 2.8, timeout tunnel',
      reads: { keyword: 'timeout tunnel', durationMs: 3_600_000 },
      gives: { kind: 'configured-timer', hop: 'haproxy', setting: 'timeout tunnel', ms: 3_600_000, timer: 'idle' },
    },
    {
      line: '    timeout client  50000',
      from: "Debian's haproxy.cfg 2.6.12: a number without a unit is in ms",
      reads: { durationMs: 50_000 },
      gives: { kind: 'configured-timer', setting: 'timeout client', ms: 50_000 },
    },
    {
      line: '\ttimeout tunnel 20s',
      from: 'HAProxy 2.6.12 warns and ignores it in a frontend',
      header: 'frontend ws_in',
      reads: { durationMs: 20_000 },
      gives: 'noise',
    },
    { line: '  timeout connect 5s', from: 'HAProxy configuration manual 2.8', reads: { durationMs: 5_000 }, gives: 'noise' },
    {
      line: '  hard-stop-after 30s',
      from: 'HAProxy configuration manual 2.8',
      reads: { keyword: 'hard-stop-after' },
      gives: { kind: 'configured-timer', setting: 'hard-stop-after', ms: 30_000, timer: 'drain' },
    },
    {
      line: 'backend ws_nodes',
      from: 'HAProxy configuration manual 2.8',
      reads: { keyword: 'backend', value: 'ws_nodes' },
      gives: 'noise',
    },
    {
      line: '  server ws1 10.0.0.7:9701 check inter 2s',
      from: 'HAProxy configuration manual 2.8',
      reads: { keyword: 'server' },
      gives: 'noise',
    },
  ],
  rejects: ['timeout client after 30s', 'backend is down', 'server ws1 lost', '  timeout tunnel forever'],
  isHeader: (text) => SECTION.test(text),
  read(text) {
    const section = SECTION.exec(text);
    if (section) return { keyword: section[1] ?? '', value: section[2] ?? '' };
    const [, keyword, value] = TIMER.exec(text) ?? [];
    if (keyword !== undefined && value !== undefined)
      return { keyword: keyword.replace(/\s+/, ' '), value, durationMs: /\d$/.test(value) ? Number(value) : duration(value) };
    const directive = DIRECTIVE.exec(text);
    return directive ? { keyword: directive[1] ?? '', value: directive[2] ?? '' } : null;
  },
  events(row, context) {
    const timer = KIND[row.keyword];
    const ignored = row.keyword === 'timeout tunnel' && context.header?.startsWith('frontend');
    if (!timer || row.durationMs === undefined || ignored) return undefined;
    return { kind: 'configured-timer', hop: 'haproxy', setting: row.keyword, ms: row.durationMs, timer };
  },
});
