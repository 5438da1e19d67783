/** Django Channels' development server and daphne's own log: `WebSocket CONNECT /ws/ [ip:port]`. */
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ChannelsRow extends Row {
  readonly message: string;
  readonly step?: string;
  readonly path?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly status?: number;
  readonly durationMs?: number;
  readonly method?: string;
}

const SOCKET = /^WebSocket (HANDSHAKING|CONNECT|DISCONNECT|REJECT) (\S{1,8192}) \[([^\]]{3,60})\]$/;
const HTTP = /^HTTP(?:\/\d(?:\.\d)?)? ([A-Z]{3,10}) (\S{1,8192}) (\d{3}) \[(\d{1,7}\.\d{1,4}), ([^\]]{3,60})\]$/;
const KILLED =
  /^Application instance <.{1,2000}> for connection <WebSocketProtocol client=\['?([^',\]]{2,45})'?, (\d{1,5})\](?: path=b?'([^']{1,2000})')?> took too long to shut down and was killed\.$/;

export const djangoChannels = defineParser<ChannelsRow>({
  name: 'django-channels',
  about: 'Django Channels under daphne or `manage.py runserver`: WebSocket steps, consumers killed at disconnect',
  adds: 'when each WebSocket connected and disconnected, by client port; no close code',
  docs: 'https://github.com/django/daphne/blob/main/daphne/management/commands/runserver.py',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['WebSocket CONNECT /', 'WebSocket DISCONNECT /', 'WebSocket REJECT /'],
  samples: [
    {
      line: 'WebSocket HANDSHAKING /ws/x/ [127.0.0.1:43174]',
      from: 'daphne 4.0 runserver',
      reads: { step: 'HANDSHAKING' },
      gives: 'noise',
    },
    {
      line: 'WebSocket CONNECT /ws/x/ [127.0.0.1:43174]',
      from: 'daphne 4.0 runserver',
      reads: { clientPort: 43174, path: '/ws/x/' },
      gives: { kind: 'socket-opened', keys: { path: '/ws/x/', client: { ip: '127.0.0.1', port: 43174 } } },
    },
    {
      line: '[03/Aug/2018 14:47:53] WebSocket DISCONNECT /ws/x/ [127.0.0.1:43174]',
      from: 'Django 4.2, django.server formatter',
      reads: { at: { ms: 1533307673000, widthMs: 1000, basis: 'local' } },
      gives: { kind: 'socket-closed' },
    },
    {
      line: '2018-08-03 14:47:53,100 - INFO - server - WebSocket REJECT /ws/x/ [127.0.0.1:43174]',
      from: 'daphne 2 log',
      reads: { step: 'REJECT' },
      gives: { kind: 'handshake-failed' },
    },
    {
      line: '[2018/05/10 17:10:53] HTTP GET / 200 [0.04, 127.0.0.1:50568]',
      from: 'channels 2.1 runserver',
      reads: { status: 200, durationMs: 40, method: 'GET' },
      gives: 'noise',
    },
    {
      line: "2026-01-09 23:59:59,999 WARNING  Application instance <Task pending name='Task-3' coro=<x() running at a.py:5>> for connection <WebSocketProtocol client=['127.0.0.1', 43174] path=b'/ws/x/'> took too long to shut down and was killed.",
      from: 'daphne 4.0',
      reads: { clientIp: '127.0.0.1', path: '/ws/x/' },
      gives: 'noise',
    },
  ],
  rejects: ['WebSocket CONNECT /ws/x/', 'WebSocket connected /ws/x/ [127.0.0.1:43174]', 'HTTP GET / 200 [0.04]'],
  read(text) {
    const head = logHead(text);
    const said = head?.rest ?? text;
    const message = /^(?:server - |\S{1,40} )?(?=WebSocket [A-Z]{6,}|HTTP[ /]|Application instance <)/.exec(said);
    if (!message) return null;
    const body = said.slice(message[0].length);
    const base = { ...(head?.at && { at: head.at }), ...(head?.level !== undefined && { level: head.level }), message: body };
    const socket = SOCKET.exec(body);
    if (socket) return { ...base, step: socket[1] ?? '', path: socket[2] ?? '', ...peerFields(peer(socket[3])) };
    const http = HTTP.exec(body);
    if (http)
      return {
        ...base,
        method: http[1] ?? '',
        path: http[2] ?? '',
        status: Number(http[3]),
        durationMs: Math.round(Number(http[4]) * 1e6) / 1000,
        ...peerFields(peer(http[5])),
      };
    const killed = KILLED.exec(body);
    return killed
      ? { ...base, ...peerFields(peer(`${killed[1]}:${killed[2]}`)), ...(killed[3] !== undefined && { path: killed[3] }) }
      : null;
  },
  events(row): Draft | undefined {
    const keys = connectionKeys(row);
    if (row.step === 'CONNECT') return { kind: 'socket-opened', keys };
    if (row.step === 'DISCONNECT') return { kind: 'socket-closed', keys };
    return row.step === 'REJECT' ? { kind: 'handshake-failed', why: 'rejected by the application', by: 'upstream', keys } : undefined;
  },
});
