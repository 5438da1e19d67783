/** `DEBUG=engine*,socket.io*`: what Socket.IO and Engine.IO say of themselves, on the server and in the client. */
import { endedBy } from '../src/grammar/close-words.ts';
import { duration, isoAt } from '../src/time.ts';
import { defineParser, type Row } from '../src/types.ts';

interface SocketIoRow extends Row {
  /** The debug namespace: `engine:socket`, `socket.io:client`, `engine.io-client:socket`. */
  readonly logger: string;
  readonly message: string;
  readonly reason?: string;
  /** Since the line before it of the same namespace. */
  readonly sincePreviousMs?: number;
}

const LINE =
  /^(?:(\d{4}-\d{2}-\d{2}T\S{8,20}Z) | {1,4})?((?:engine|socket\.io|engine\.io-client|socket\.io-client|socket\.io-parser)(?::[\w-]{1,30}){0,3}) (\S.{0,4000}?)(?: \+(\d{1,9}(?:ms|s|m|h|d)))?$/;
const REASON = /(?:close with reason:? "?|closing socket - reason |closed due to |^close \()([a-z ]{3,40}?)(?="|\)|$| \+)/;

export const socketIoDebug = defineParser<SocketIoRow>({
  name: 'socket-io-debug',
  about: 'output of the `debug` module of Socket.IO and Engine.IO, server and client',
  adds: 'why each Engine.IO connection ended: ping timeout, transport close, transport error, namespace disconnect',
  docs: 'https://socket.io/docs/v4/logging-and-debugging/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['close with reason'],
  samples: [
    {
      line: '2026-11-22T20:23:41.123Z socket.io:client client close with reason transport close',
      from: 'socket.io 4.7, no terminal',
      reads: { at: { ms: 1795379021123, widthMs: 1, basis: 'utc' }, logger: 'socket.io:client', reason: 'transport close' },
      gives: { kind: 'socket-closed', reason: 'transport close' },
    },
    {
      line: '  socket.io:client client close with reason ping timeout +20s',
      from: 'socket.io 4.7, terminal',
      reads: { sincePreviousMs: 20_000 },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '  engine.io-client:socket socket close with reason: "transport error" +3ms',
      from: 'engine.io-client 6.5',
      reads: { reason: 'transport error' },
      gives: { kind: 'socket-closed', reason: 'transport error', vantage: 'client' },
    },
    {
      line: '  socket.io:socket closing socket - reason transport close +0ms',
      from: 'socket.io 4.7',
      reads: { reason: 'transport close' },
      gives: 'noise',
    },
    {
      line: '  engine:socket readyState updated from open to closed (ping timeout) +25s',
      from: 'engine.io 6.5',
      reads: { logger: 'engine:socket' },
      gives: 'noise',
    },
  ],
  rejects: ['socket.io', 'engine stopped: oil pressure 1006', 'express:router dispatching GET / +0ms'],
  read(text) {
    const line = LINE.exec(text);
    if (!line) return null;
    const [, written, logger = '', message = '', since] = line;
    if (written === undefined && since === undefined) return null;
    const found = written === undefined ? undefined : isoAt(written)?.stamp;
    if (written !== undefined && !found) return null;
    const reason = REASON.exec(message)?.[1];
    return {
      ...(found && { at: found }),
      logger,
      message,
      ...(reason !== undefined && { reason }),
      ...(since !== undefined && { sincePreviousMs: duration(since) ?? 0 }),
    };
  },
  events(row) {
    // Each side says it several times over; the transport's owner says it once.
    const client = row.logger === 'engine.io-client:socket';
    if (row.reason === undefined || !row.message.includes('close with reason') || (row.logger !== 'socket.io:client' && !client))
      return undefined;
    const by = endedBy(row.reason);
    return { kind: 'socket-closed', reason: row.reason, ...(by && { by }), ...(client && { vantage: 'client' as const }) };
  },
});
