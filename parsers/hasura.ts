/** Hasura GraphQL engine: JSON logs, of which `websocket-log` tells of connections. */
import { at, parseObject, textOf } from '../src/grammar/json.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface HasuraRow extends Row {
  readonly logType: string;
  /** `accepted`, `closed`, `rejected`, `operation` … */
  readonly step?: string;
  readonly connection?: string;
}

export const hasura = defineParser<HasuraRow>({
  name: 'hasura',
  about: 'JSON log of the Hasura GraphQL engine',
  adds: 'when each GraphQL subscription socket was accepted and closed, by id; no close code',
  docs: 'https://hasura.io/docs/2.0/deployment/logging/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['websocket-log'],
  samples: [
    {
      line: '{"type":"websocket-log","timestamp":"2026-03-01T12:00:00.000+0000","level":"info","detail":{"event":{"type":"closed"},"connection_info":{"websocket_id":"a8e0a2d0-9c3f-4a6b","token_expiry":null,"msg":null},"user_vars":{"x-hasura-role":"user"}}}',
      from: 'Hasura 2, hasura/graphql-engine#6542',
      reads: { at: { ms: 1772366400000, widthMs: 1, basis: 'utc' }, step: 'closed', connection: 'a8e0a2d0-9c3f-4a6b' },
      gives: { kind: 'socket-closed', keys: { connection: 'a8e0a2d0-9c3f-4a6b' } },
    },
    {
      line: '{"type":"websocket-log","timestamp":"2026-03-01T12:00:00.000+0000","level":"info","detail":{"event":{"type":"accepted"},"connection_info":{"websocket_id":"a8e0","token_expiry":null,"msg":null},"user_vars":null}}',
      from: 'Hasura 2',
      reads: { step: 'accepted' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '{"type":"websocket-log","timestamp":"2026-03-01T12:00:00.000+0000","level":"error","detail":{"event":{"type":"rejected","detail":{"code":"not-found","error":"only \'/v1/graphql\' is supported on websockets"}},"connection_info":{"websocket_id":"a8e0"},"user_vars":null}}',
      from: 'Hasura 2',
      reads: { message: "only '/v1/graphql' is supported on websockets" },
      gives: { kind: 'handshake-failed', by: 'upstream' },
    },
    {
      line: '{"type":"http-log","timestamp":"2026-03-01T12:00:00.000+0000","level":"info","detail":{"http_info":{"status":200,"http_version":"HTTP/1.1","url":"/healthz","ip":"127.0.0.1","method":"GET"}}}',
      from: 'Hasura 2',
      reads: { logType: 'http-log' },
      gives: 'noise',
    },
  ],
  rejects: ['{"type":"websocket-log","level":"info"}', '{"type":"close","timestamp":1794436882021,"code":1006}'],
  read(text) {
    const object = parseObject(text);
    const type = object?.['type'];
    const stamp = typeof object?.['timestamp'] === 'string' ? iso(object['timestamp']) : undefined;
    if (!object || typeof type !== 'string' || !stamp || object['detail'] === undefined || typeof object['level'] !== 'string') return null;
    const step = textOf(at(object, 'detail.event.type'));
    const connection = textOf(at(object, 'detail.connection_info.websocket_id'));
    const message = textOf(at(object, 'detail.event.detail.error')) ?? textOf(at(object, 'detail.message')) ?? textOf(object['detail']);
    return {
      at: stamp,
      level: object['level'],
      logType: type,
      ...(step !== undefined && { step }),
      ...(connection !== undefined && { connection }),
      ...(message !== undefined && { message }),
    };
  },
  events(row): Draft | undefined {
    if (row.logType !== 'websocket-log') return undefined;
    const keys = row.connection === undefined ? {} : { connection: row.connection };
    if (row.step === 'accepted') return { kind: 'socket-opened', keys };
    if (row.step === 'closed') return { kind: 'socket-closed', keys };
    return row.step === 'rejected'
      ? { kind: 'handshake-failed', why: String(row['message'] ?? 'rejected').slice(0, 300), by: 'upstream', keys }
      : undefined;
  },
});
