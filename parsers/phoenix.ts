/** Phoenix sockets: `CONNECTED TO …Socket in …`. Cowboy writes nothing when a socket is lost. */
import { logHead } from '../src/grammar/log-head.ts';
import { duration } from '../src/time.ts';
import { defineParser, type Row } from '../src/types.ts';

interface PhoenixRow extends Row {
  readonly message: string;
  readonly accepted: boolean;
  readonly socket: string;
  /** Time that the application took to accept, not the life of the connection. */
  readonly handshakeMs?: number;
}

const LINE = /^(CONNECTED TO|REFUSED CONNECTION TO) ([A-Z][\w.]{1,120}) in (\d{1,9}(?:ms|µs))$/;

export const phoenix = defineParser<PhoenixRow>({
  name: 'phoenix',
  about: 'Phoenix (Elixir) log of sockets, with the transport in the lines after it',
  adds: 'when sockets connected and which were refused; Cowboy logs no close',
  docs: 'https://hexdocs.pm/phoenix/Phoenix.Logger.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['CONNECTED TO ', 'REFUSED CONNECTION TO '],
  samples: [
    {
      line: '20:23:41.123 [info] CONNECTED TO MyAppWeb.UserSocket in 12ms',
      from: 'Phoenix 1.7',
      reads: { level: 'info', socket: 'MyAppWeb.UserSocket', handshakeMs: 12 },
      after: [
        '  Transport: :websocket',
        '  Serializer: Phoenix.Socket.V2.JSONSerializer',
        '  Parameters: %{"token" => "[FILTERED]", "vsn" => "2.0.0"}',
      ],
      gives: { kind: 'socket-opened' },
    },
    {
      line: '[info] CONNECTED TO Phoenix.LiveView.Socket in 34µs',
      from: 'Phoenix 1.7',
      reads: { handshakeMs: 0.034 },
      after: ['  Transport: :longpoll'],
      gives: 'noise',
    },
    {
      line: '2026-01-09 00:00:00.000 [info] REFUSED CONNECTION TO MyAppWeb.UserSocket in 3ms',
      from: 'Phoenix 1.7',
      reads: { accepted: false },
      gives: { kind: 'handshake-failed', status: 403, by: 'upstream' },
    },
  ],
  rejects: ['CONNECTED TO the internet', '20:23:41.123 [info] JOINED room:lobby in 5ms', '[info] CONNECTED TO MyAppWeb.UserSocket'],
  read(text) {
    const head = logHead(text);
    const line = LINE.exec(head?.rest ?? text);
    if (!line) return null;
    const took = duration(line[3] ?? '');
    return {
      ...(head?.at && { at: head.at }),
      ...(head?.level !== undefined && { level: head.level }),
      message: line[0],
      accepted: line[1] === 'CONNECTED TO',
      socket: line[2] ?? '',
      ...(took !== undefined && { handshakeMs: took }),
    };
  },
  events(row, context) {
    if (context.after(4).some((line) => /^\s{1,8}Transport: :longpoll/.test(line))) return undefined;
    return row.accepted ? { kind: 'socket-opened' } : { kind: 'handshake-failed', status: 403, why: row.message, by: 'upstream' };
  },
});
