/** Asterisk's own log (`full`, `messages`, its console): WebSockets of res_http_websocket, and its start. */
import { endpoint } from '../src/grammar/address.ts';
import { withoutAnsi } from '../src/grammar/ansi.ts';
import { known } from '../src/grammar/known.ts';
import { connectionKeys, peerFields } from '../src/grammar/peer.ts';
import { iso, syslogAt } from '../src/time.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface AsteriskRow extends Row {
  readonly at: Stamp;
  readonly level: string;
  readonly message: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
}

// `dateformat` of logger.conf is `%b %e %T` unless it is set, mostly to `%F %T` with or without `.%3q`.
const LINE =
  /^\[([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)\] (VERBOSE|NOTICE|WARNING|ERROR|DEBUG)\[\d{1,10}\](?:\[C-[0-9a-f]{8}\])?:? ([\w/.-]{1,80}\.c):(?: in [\w-]{1,80}:)?(?:\d{1,6} [\w-]{1,80}:)? {1,8}(?:(?:==|--|>) )?(\S.{0,4000})$/;
const ACCEPTED = /^WebSocket connection from '([^']{3,60})' for protocol '[^']{0,80}' accepted using version '\d{1,3}'/;
const CLOSED = /^WebSocket connection from '([^']{3,60})' (?:forcefully )?closed( due to fatal write error)?/;
const REFUSED = /^WebSocket connection from '([^']{3,60})' could not be accepted - (.{1,300})/;
const READY = /^Asterisk Ready\./;

export const asterisk = defineParser<AsteriskRow>({
  name: 'asterisk',
  about: 'log of Asterisk: SIP over WebSockets and ARI',
  adds: 'when its WebSockets began and, with verbose logging, ended; when it came up',
  docs: 'https://docs.asterisk.org/Operation/Logging/Basic-Logging-Commands/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['websocket connection from', 'asterisk ready'],
  samples: [
    {
      line: "[2026-03-11 08:40:05] VERBOSE[24792] res_http_websocket.c: == WebSocket connection from '10.8.1.67:46992' for protocol 'sip' accepted using version '13'",
      from: 'Asterisk 16, res_http_websocket.c',
      reads: { level: 'VERBOSE', clientIp: '10.8.1.67', clientPort: 46992 },
      gives: { kind: 'socket-opened', keys: { client: { ip: '10.8.1.67', port: 46992 }, service: 'asterisk' } },
    },
    {
      line: "[Nov  6 08:43:09] VERBOSE[26101][C-000004d1] res_http_websocket.c:   == WebSocket connection from '[2001:db8::67]:46992' closed",
      from: 'Asterisk 16, res_http_websocket.c: of whatever end',
      reads: { clientIp: '2001:db8::67' },
      gives: { kind: 'socket-closed', keys: { client: { ip: '2001:db8::67', port: 46992 }, service: 'asterisk' } },
    },
    {
      line: "[2026-11-26 08:43:09.512] VERBOSE[26101] res_http_websocket.c:   == WebSocket connection from '203.0.113.67:46992' forcefully closed due to fatal write error",
      from: 'Asterisk 18, res_http_websocket.c',
      reads: { clientIp: '203.0.113.67' },
      gives: { kind: 'socket-closed', wasClean: false, reason: 'fatal write error' },
    },
    {
      line: "[2026-11-26 08:43:09] WARNING[26101]: res_http_websocket.c:762 __ast_websocket_uri_cb: WebSocket connection from '203.0.113.67:46992' could not be accepted - no protocols out of 'xmpp' supported",
      from: 'Asterisk 16, res_http_websocket.c',
      reads: { level: 'WARNING' },
      gives: { kind: 'handshake-failed', why: "no protocols out of 'xmpp' supported", by: 'upstream' },
    },
    {
      line: '[2026-03-11 09:20:23] VERBOSE[31902] asterisk.c: Asterisk Ready.',
      from: 'Asterisk 16',
      reads: { message: 'Asterisk Ready.' },
      gives: { kind: 'process-started', what: 'banner', keys: { service: 'asterisk' } },
    },
  ],
  rejects: [
    "[2026-03-11 08:40:06] VERBOSE[1274] res_pjsip_registrar.c: -- Added contact 'sip:6ea259d7@10.8.1.67:46992;transport=ws' to AOR '6021' with expiration of 600",
    "WebSocket connection from '10.8.1.67:46992' closed",
    '2026-03-11 09:20:23 asterisk ready',
  ],
  read(line) {
    const found = LINE.exec(withoutAnsi(line));
    if (!found) return null;
    const [, stamp = '', level = '', , message = ''] = found;
    const at = iso(stamp) ?? syslogAt(stamp)?.stamp;
    const address = (ACCEPTED.exec(message) ?? CLOSED.exec(message) ?? REFUSED.exec(message))?.[1];
    if (!at || (address === undefined && !READY.test(message))) return null;
    return known({ at, level, message, ...peerFields(endpoint(address)) }) as AsteriskRow;
  },
  events(row) {
    const keys = { ...connectionKeys(row), service: 'asterisk' };
    if (ACCEPTED.test(row.message)) return { kind: 'socket-opened', keys };
    const closed = CLOSED.exec(row.message);
    if (closed)
      return closed[2] === undefined
        ? { kind: 'socket-closed', keys }
        : { kind: 'socket-closed', keys, wasClean: false, reason: 'fatal write error' };
    const refused = REFUSED.exec(row.message);
    if (refused) return { kind: 'handshake-failed', keys, why: refused[2] ?? '', by: 'upstream' };
    return { kind: 'process-started', what: 'banner', keys };
  },
});
