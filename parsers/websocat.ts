/** websocat, the command-line client. */
import { upgradeStatusIn } from '../src/grammar/close-words.ts';
import { defineParser, type Row } from '../src/types.ts';

interface WebsocatRow extends Row {
  readonly message: string;
  readonly status?: number;
}

const LINE = /^(?:\[(?:ERROR|WARN|INFO) +websocat[\w:]{0,60}\] |websocat: )(.{1,1000})$/;
const REFUSED =
  /Received unexpected status code|WebSocketError: (?:WebSocketError: )?(?:Invalid|Missing|Failed|.{0,40}handshake)|Connection refused|failed to lookup address/i;

export const websocat = defineParser<WebsocatRow>({
  name: 'websocat',
  about: 'messages of the websocat command-line client',
  adds: 'whether a second client was refused, by which status, or lost its connection',
  docs: 'https://github.com/vi/websocat',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['websocat'],
  samples: [
    {
      line: 'websocat: WebSocketError: I/O failure',
      from: 'websocat 1.13',
      reads: { message: 'WebSocketError: I/O failure' },
      gives: { kind: 'socket-closed', reason: 'WebSocketError: I/O failure' },
    },
    {
      line: 'websocat: WebSocketError: WebSocketError: Received unexpected status code (503 Service Unavailable)',
      from: 'websocat 1.13',
      reads: { status: 503 },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    { line: '[ERROR websocat] websocat: error running', from: 'websocat 1.13 with RUST_LOG', reads: {}, gives: 'noise' },
    { line: 'websocat: error running', from: 'websocat 1.13', reads: { message: 'error running' }, gives: 'noise' },
  ],
  rejects: ['websocat', '$ websocat wss://a.example.com', 'WebSocketError: I/O failure'],
  read(text) {
    const line = LINE.exec(text);
    if (!line) return null;
    const status = upgradeStatusIn(line[1] ?? '');
    return { message: line[1] ?? '', ...(status !== undefined && { status }) };
  },
  events(row) {
    if (REFUSED.test(row.message))
      return { kind: 'handshake-failed', why: row.message.slice(0, 300), ...(row.status !== undefined && { status: row.status }) };
    return row.message.startsWith('WebSocketError: ') ? { kind: 'socket-closed', reason: row.message.slice(0, 300) } : undefined;
  },
});
