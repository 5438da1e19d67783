/** Transcripts of `wscat`, the command-line client that the runbook asks for. */
import { defineParser, type Row } from '../src/types.ts';

interface WscatRow extends Row {
  readonly message: string;
  readonly code?: number;
  readonly reason?: string;
  readonly status?: number;
}

const CLOSED = /^(?:<\s*)?[Dd]isconnected(?: \(code: (\d{4})(?:, reason: "(.*)")?\))?$/;
const FAILED = /^error: (Unexpected server response: (\d{3})|socket hang up|.{1,300})$/;

export const wscat = defineParser<WscatRow>({
  name: 'wscat',
  about: 'transcript of the wscat command-line client',
  adds: 'the code a second client saw, without browser or application in the way',
  docs: 'https://github.com/websockets/wscat',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['Disconnected (code', 'Unexpected server response', 'socket hang up', 'Connected (press CTRL+C'],
  samples: [
    { line: 'Connected (press CTRL+C to quit)', from: 'wscat 6.0', reads: { message: 'connected' }, gives: { kind: 'socket-opened' } },
    {
      line: 'Disconnected (code: 1006, reason: "")',
      from: 'wscat 6.0',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'error: Unexpected server response: 502',
      from: 'wscat 6.0',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502 },
    },
    { line: 'error: socket hang up', from: 'wscat 6.0', reads: {}, gives: { kind: 'handshake-failed', why: 'socket hang up' } },
  ],
  rejects: ['Disconnected', 'user disconnected (code: 1006)', 'error: '],
  read(text) {
    if (text === 'Connected (press CTRL+C to quit)') return { message: 'connected' };
    const closed = CLOSED.exec(text);
    if (closed?.[1]) return { message: 'disconnected', code: Number(closed[1]), ...(closed[2] && { reason: closed[2] }) };
    const failed = FAILED.exec(text);
    if (failed?.[2] || failed?.[1] === 'socket hang up') return { message: failed[1] ?? '', ...(failed[2] && { status: Number(failed[2]) }) };
    return null;
  },
  events(row) {
    if (row.message === 'connected') return { kind: 'socket-opened' };
    if (row.code !== undefined) return { kind: 'socket-closed', code: row.code, ...(row.reason && { reason: row.reason }) };
    return { kind: 'handshake-failed', why: row.message, ...(row.status !== undefined && { status: row.status }) };
  },
});
