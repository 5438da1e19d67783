/** Transcripts of `wscat`, the command-line client that the runbook asks for. */
import { defineParser, type Row } from '../src/types.ts';

interface WscatRow extends Row {
  readonly message: string;
  readonly step: 'connected' | 'disconnected' | 'error' | 'message';
  readonly code?: number;
  readonly reason?: string;
  readonly status?: number;
}

const CONNECTED = /^(?:<\s)?[Cc]onnected \(press CTRL\+C to quit\)$/;
const CLOSED = /^(?:[<>]\s{0,2})?[Dd]isconnected \(code: (\d{4})(?:, reason: "(.{0,123})")?\)$/;
// What `ws` says when the opening handshake fails; an error after it has no line in wscat.
const FAILED =
  /^error: (Unexpected server response: (\d{3})|socket hang up|Opening handshake has timed out|(?:connect|read|write|getaddrinfo) E[A-Z]{3,20}\b.{0,300}|self[- ]signed certificate.{0,60}|unable to .{1,100}certificate.{0,60}|certificate has expired|Hostname\/IP does not match.{0,200}|Invalid (?:Upgrade|Sec-WebSocket-Accept) header|Server sent .{1,60}subprotocol)$/;
const ERROR =
  /^error: (Invalid WebSocket frame: .{1,200}|Max payload size exceeded|WebSocket was closed before the connection was established)$/;
const MESSAGE = /^[<>] .{0,4000}$/;
const TERMINAL = /\u001b\[[0-9;]{0,12}[A-Za-z]/g;
const NEAR = 50;

export const wscat = defineParser<WscatRow>({
  name: 'wscat',
  about: 'transcript of the wscat command-line client',
  adds: 'the code a second client saw, without browser or application in the way',
  docs: 'https://github.com/websockets/wscat',
  vantage: 'client',
  habitat: 'mixed',
  needles: [
    'Disconnected (code',
    'Unexpected server response',
    'socket hang up',
    'Connected (press CTRL+C',
    'error: connect E',
    'error: read E',
    'error: getaddrinfo',
    'handshake has timed out',
    'certificate',
  ],
  samples: [
    { line: 'Connected (press CTRL+C to quit)', from: 'wscat 6.0', reads: { step: 'connected' }, gives: { kind: 'socket-opened' } },
    {
      line: 'Disconnected (code: 1006, reason: "")',
      from: 'wscat 6.0',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '\u001b[2K\u001b[GDisconnected (code: 1001, reason: "bye")',
      from: 'wscat 6.0, terminal',
      reads: { reason: 'bye' },
      gives: { kind: 'socket-closed', code: 1001, reason: 'bye' },
    },
    { line: 'disconnected (code: 1006)', from: 'wscat 4.1', reads: { code: 1006 }, gives: { kind: 'socket-closed', code: 1006 } },
    {
      line: 'error: Unexpected server response: 502',
      from: 'wscat 6.0',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502 },
    },
    { line: 'error: socket hang up', from: 'wscat 6.0', reads: {}, gives: { kind: 'handshake-failed', why: 'socket hang up' } },
    {
      line: 'error: connect ECONNREFUSED 127.0.0.1:3000',
      from: 'wscat 6.0',
      reads: { step: 'error' },
      gives: { kind: 'handshake-failed', why: 'connect ECONNREFUSED 127.0.0.1:3000' },
    },
    { line: 'error: Invalid WebSocket frame: RSV1 must be clear', from: 'wscat 6.0', reads: { step: 'error' }, gives: 'noise' },
    {
      line: '< {"hello":1006}',
      from: 'wscat 6.0',
      before: ['Connected (press CTRL+C to quit)'],
      reads: { step: 'message', message: '{"hello":1006}' },
      gives: 'noise',
    },
  ],
  rejects: ['Disconnected', 'user disconnected (code: 1006)', 'error: ', '> npm start', 'error: something else'],
  read(text, context) {
    const line = text.includes('\u001b') ? text.replace(TERMINAL, '') : text;
    if (CONNECTED.test(line)) return { step: 'connected', message: line };
    const closed = CLOSED.exec(line);
    if (closed) return { step: 'disconnected', message: line, code: Number(closed[1]), ...(closed[2] && { reason: closed[2] }) };
    const failed = FAILED.exec(line) ?? ERROR.exec(line);
    if (failed) return { step: 'error', message: failed[1] ?? '', ...(failed[2] !== undefined && { status: Number(failed[2]) }) };
    // `< text` is a message only in a transcript: elsewhere it may be anything.
    return MESSAGE.test(line) && context.before(NEAR).some((other) => CONNECTED.test(other))
      ? { step: 'message', message: line.slice(2) }
      : null;
  },
  events(row) {
    switch (row.step) {
      case 'connected':
        return { kind: 'socket-opened' };
      case 'disconnected':
        return {
          kind: 'socket-closed',
          ...(row.code !== undefined && { code: row.code }),
          ...(row.reason !== undefined && { reason: row.reason }),
        };
      case 'error':
        // A bad frame is followed by the line of the close.
        return ERROR.test(`error: ${row.message}`)
          ? undefined
          : { kind: 'handshake-failed', why: row.message, ...(row.status !== undefined && { status: row.status }) };
      case 'message':
        return undefined;
    }
  },
});
