/** Caddyfile: the timers that a reverse_proxy of Caddy really has. */
import { duration } from '../src/time.ts';
import { type ConfiguredTimer, type Context, defineParser, type Row } from '../src/types.ts';

interface ConfigRow extends Row {
  readonly setting: string;
  readonly durationMs?: number | undefined;
  /** The matcher of the reverse_proxy around it, where that is a path. */
  readonly path?: string | undefined;
}

/** Both are off unless set. A stream is cut at `stream_timeout` whatever passes; a reload spares it for `stream_close_delay`. */
const TIMERS: Readonly<Record<string, ConfiguredTimer['timer']>> = { stream_timeout: 'life', stream_close_delay: 'drain' };
const TIMER = /^\s{1,40}(stream_timeout|stream_close_delay)\s{1,16}(\d[\dhmsdnuµ.]{0,40})\s*(?:#.*)?$/;
const BLOCK = /^\s{0,40}reverse_proxy(?:\s+(\/\S{0,200}|@\S{1,100}))?(?:\s[^{}]{0,400})?\{\s*(?:#.*)?$/;
const NEAR = 40;

function blockAround(context: Context): RegExpExecArray | undefined {
  for (const line of context.before(NEAR).toReversed()) {
    const block = BLOCK.exec(line);
    if (block) return block;
    if (/^\s{0,40}\}\s*$/.test(line)) return undefined;
  }
  return undefined;
}

export const caddyConfig = defineParser<ConfigRow>({
  name: 'caddy-config',
  about: 'Caddyfile: reverse_proxy with limits on streams',
  adds: 'the configured longest life of a WebSocket, and how long a reload spares old ones',
  docs: 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#streaming',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['stream_timeout', 'stream_close_delay'],
  samples: [
    {
      line: '\t\tstream_timeout 24h',
      from: 'Caddy documentation, reverse_proxy',
      before: ['example.com {', '\treverse_proxy /ws* localhost:9000 {'],
      reads: { setting: 'stream_timeout', durationMs: 86_400_000, path: '/ws*' },
      gives: { kind: 'configured-timer', hop: 'caddy', setting: 'stream_timeout', ms: 86_400_000, timer: 'life' },
    },
    {
      line: '    stream_close_delay 5m # of a reload',
      from: 'Caddy documentation, reverse_proxy',
      reads: { durationMs: 300_000 },
      gives: { kind: 'configured-timer', setting: 'stream_close_delay', ms: 300_000, timer: 'drain' },
    },
    {
      line: '\treverse_proxy /feed* 127.0.0.1:9000 {',
      from: 'Caddy documentation, reverse_proxy',
      reads: { setting: 'reverse_proxy' },
      gives: 'noise',
    },
  ],
  rejects: ['stream_timeout 24h', '    stream_timeout soon', 'reverse_proxy is down {'.slice(0, 21), '  stream_timeout = 24h'],
  read(text, context) {
    const [, setting, written = ''] = TIMER.exec(text) ?? [];
    if (setting === undefined) {
      const block = BLOCK.exec(text);
      return block ? { setting: 'reverse_proxy', ...(block[1] !== undefined && { path: block[1] }) } : null;
    }
    const durationMs = duration(written);
    const path = blockAround(context)?.[1];
    return durationMs === undefined ? null : { setting, durationMs, ...(path?.startsWith('/') && { path }) };
  },
  events(row) {
    const timer = TIMERS[row.setting];
    if (!timer || row.durationMs === undefined) return undefined;
    return { kind: 'configured-timer', hop: 'caddy', setting: row.setting, ms: row.durationMs, timer };
  },
});
