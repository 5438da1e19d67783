/** One entry of a HAR export: WebSockets are those with `_webSocketMessages`. */
import { endpointOf } from '../src/grammar/address.ts';
import { at, isObject, parseObject, textOf } from '../src/grammar/json.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { iso, stamp } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface HarRow extends Row {
  readonly method?: string;
  /** The URL. */
  readonly path: string;
  readonly status?: number;
  readonly durationMs?: number;
  /** `ip:port` of the server. */
  readonly upstream?: string;
  readonly webSocket: boolean;
  readonly sent?: number;
  readonly received?: number;
  /** Seconds since 1970 of the last frame, and of a Close frame. */
  readonly lastFrameS?: number;
  readonly closeFrameS?: number;
  readonly code?: number;
  readonly reason?: string;
}

const CLOSE_OPCODE = 8;

export const harEntry = defineParser<HarRow>({
  name: 'har-entry',
  about: 'entry of a HAR export of browser developer tools (Chrome, Edge, Safari, Playwright)',
  adds: 'when the browser opened the socket, its last frame, a Close frame where the browser recorded one; HAR has no close code of its own',
  docs: 'https://developer.chrome.com/blog/new-in-devtools-76#websocket',
  vantage: 'client',
  habitat: 'own',
  needles: ['_webSocketMessages', 'ws://', 'wss://'],
  samples: [
    {
      line: '{"_resourceType":"websocket","_webSocketMessages":[{"type":"send","time":1794906210.5,"opcode":1,"data":"hi"},{"type":"receive","time":1794906225.25,"opcode":1,"data":"{\\"a\\":1}"}],"request":{"method":"GET","url":"wss://app.example.com/ws?room=1"},"response":{"status":101,"statusText":"Switching Protocols"},"serverIPAddress":"203.0.113.7","startedDateTime":"2026-11-17T09:03:29.812Z","time":60004.1,"connection":"443"}',
      from: 'Chrome 120 DevTools, HAR 1.2',
      reads: {
        at: { ms: 1794906209812, widthMs: 1, basis: 'utc' },
        status: 101,
        sent: 1,
        received: 1,
        durationMs: 60004.1,
        upstream: '203.0.113.7',
      },
      gives: { kind: 'socket-opened', keys: { path: '/ws?room=1' } },
    },
    {
      line: '{"_webSocketMessages":[{"type":"receive","time":1794906225.25,"opcode":8,"data":"1001 going away"}],"request":{"method":"GET","url":"wss://app.example.com/ws"},"response":{"status":101},"startedDateTime":"2026-11-17T10:03:29.812+01:00","time":15438}',
      from: 'HAR 1.2 with a Close frame',
      reads: { code: 1001, reason: 'going away', closeFrameS: 1794906225.25 },
      gives: [
        { kind: 'socket-opened' },
        { kind: 'socket-closed', code: 1001, reason: 'going away', lifeMs: 15438, when: { ms: 1794906225250, widthMs: 1, basis: 'utc' } },
      ],
    },
    {
      line: '{"_resourceType":"websocket","request":{"method":"GET","url":"wss://app.example.com/ws"},"response":{"status":502,"statusText":"Bad Gateway"},"startedDateTime":"2026-11-17T09:03:29.812Z","time":31.5}',
      from: 'Chrome 120 DevTools, HAR 1.2',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502 },
    },
    {
      line: '{"request":{"method":"GET","url":"https://app.example.com/"},"response":{"status":200},"startedDateTime":"2026-11-17T09:03:29.812Z","time":31.5}',
      from: 'HAR 1.2',
      reads: { status: 200, webSocket: false },
      gives: 'noise',
    },
  ],
  rejects: ['{"request":{"url":"wss://a/"}}', '{"startedDateTime":"yesterday","request":{"url":"wss://a/"},"response":{"status":101}}'],
  read(text) {
    const entry = parseObject(text);
    const started = typeof entry?.['startedDateTime'] === 'string' ? iso(entry['startedDateTime']) : undefined;
    const url = entry && textOf(at(entry, 'request.url'));
    if (!entry || !started || url === undefined || typeof entry['response'] !== 'object') return null;
    const frames = Array.isArray(entry['_webSocketMessages'])
      ? (entry['_webSocketMessages'] as readonly unknown[]).filter(isFrame)
      : undefined;
    const close = frames?.findLast((frame) => frame.opcode === CLOSE_OPCODE);
    const said = /^(\d{4})\b[\s:,]{0,3}(.{0,123})$/s.exec(close?.data ?? '');
    const status = Number(at(entry, 'response.status'));
    const time = Number(entry['time']);
    const server = endpointOf(textOf(entry['serverIPAddress']), undefined);
    return {
      at: started,
      ...(textOf(at(entry, 'request.method')) !== undefined && { method: textOf(at(entry, 'request.method')) ?? '' }),
      path: url,
      ...(status >= 100 && { status }),
      ...(time >= 0 && { durationMs: time }),
      ...(server && { upstream: server.ip }),
      webSocket: frames !== undefined || entry['_resourceType'] === 'websocket' || /^wss?:/.test(url),
      ...(frames && {
        sent: frames.filter((frame) => frame.type === 'send').length,
        received: frames.filter((frame) => frame.type === 'receive').length,
      }),
      ...(frames && frames.length > 0 && { lastFrameS: Math.max(...frames.slice(-100).map((frame) => frame.time)) }),
      ...(close && { closeFrameS: close.time }),
      ...(said && { code: Number(said[1]), ...(said[2] && { reason: said[2] }) }),
    };
  },
  events(row): readonly Draft[] | undefined {
    if (!row.webSocket) return undefined;
    const keys = connectionKeys({ path: row.path });
    if (row.status !== 101)
      return [{ kind: 'handshake-failed', why: 'no 101 in the HAR entry', ...(row.status !== undefined && { status: row.status }), keys }];
    const opened: Draft = { kind: 'socket-opened', keys };
    // An export made while the socket was open looks like one that ended: only a Close frame proves an end.
    if (row.closeFrameS === undefined) return [opened];
    const endMs = row.closeFrameS * 1000;
    const life = row.at ? Math.round(endMs - row.at.ms) : -1;
    const closed: Draft = {
      kind: 'socket-closed',
      when: stamp(endMs, 1),
      wasClean: true,
      ...(row.code !== undefined && { code: row.code }),
      ...(row.reason !== undefined && { reason: row.reason }),
      ...(life >= 0 && { lifeMs: life }),
      ...(row.sent !== undefined && { sent: row.sent }),
      ...(row.received !== undefined && { received: row.received }),
      keys,
    };
    return [opened, closed];
  },
});

interface HarFrame {
  readonly type: string;
  readonly time: number;
  readonly opcode: number;
  readonly data?: string;
}
const isFrame = (value: unknown): value is HarFrame =>
  isObject(value) &&
  typeof value['time'] === 'number' &&
  typeof value['opcode'] === 'number' &&
  (!('data' in value) || typeof value['data'] === 'string');
