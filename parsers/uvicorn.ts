/** uvicorn's WebSocket and HTTP access lines and `connection open`. No stamp by default. */
import { type LogHead, logHead } from '../src/grammar/log-head.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface UvicornRow extends Row {
  readonly level: string;
  readonly message: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly method?: string;
  readonly path?: string;
  readonly protocol?: string;
  readonly status?: number;
}

// `INFO:     …`: the level and a colon, padded to ten characters. A configured logger puts its own head before the message.
const PLAIN = /^(TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL):\s{1,9}(?=\S)/;
const ACCESS =
  /^(?:\('([^']{2,45})', (\d{1,5})\)|(\S{3,60})) - "(?:(WebSocket) (\S{1,8192})" (?:\[(accepted)\]|(\d{3}))|([A-Z]{3,10}) (\S{1,8192}) HTTP\/(\d(?:\.\d)?)" (\d{3})(?: [A-Z][\w' -]{1,40})?)$/;
const SOCKET = /^connection (?:open|closed|rejected \(\d{3} [\w ]{2,30}\))$/;

/** uvicorn's own words under a head of its own or another formatter's; a foreign head needs uvicorn's name. */
function partsOf(text: string): { readonly level: string; readonly message: string; readonly head?: LogHead } | undefined {
  const plain = PLAIN.exec(text);
  if (plain) return { level: plain[1] ?? '', message: text.slice(plain[0].length) };
  const head = logHead(text);
  return head?.level !== undefined && head.logger?.startsWith('uvicorn') ? { level: head.level, message: head.message, head } : undefined;
}

export const uvicorn = defineParser<UvicornRow>({
  name: 'uvicorn',
  about: 'console of uvicorn (FastAPI, Starlette), also under `uvicorn.error` and `uvicorn.access` loggers',
  adds: 'accepted and refused upgrades by client port; its `connection closed` has no code and no address',
  docs: 'https://www.uvicorn.org/settings/#logging',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['[accepted]', 'connection closed', 'WebSocket /'],
  samples: [
    {
      line: 'INFO:     (\'127.0.0.1\', 54015) - "WebSocket /ws" [accepted]',
      from: 'uvicorn 0.17',
      reads: { level: 'INFO', clientIp: '127.0.0.1', clientPort: 54015, path: '/ws' },
      gives: { kind: 'socket-opened', keys: { client: { ip: '127.0.0.1', port: 54015 }, path: '/ws' } },
    },
    {
      line: 'INFO:     2001:db8::7:54015 - "WebSocket /ws?room=1" 403',
      from: 'uvicorn 0.30',
      reads: { status: 403, clientIp: '2001:db8::7', clientPort: 54015 },
      gives: { kind: 'handshake-failed', status: 403, by: 'upstream' },
    },
    { line: 'INFO:     connection open', from: 'uvicorn 0.17 with websockets 10.4', reads: { message: 'connection open' }, gives: 'noise' },
    {
      line: 'INFO:     connection closed',
      from: 'uvicorn 0.17 with websockets 10.4',
      reads: { level: 'INFO' },
      gives: { kind: 'socket-closed' },
    },
    {
      line: 'INFO:     connection rejected (403 Forbidden)',
      from: 'uvicorn 0.30 with websockets 12',
      reads: { level: 'INFO' },
      gives: 'noise',
    },
    {
      line: 'INFO:     10.0.0.5:41000 - "GET /health HTTP/1.1" 200 OK',
      from: 'uvicorn 0.30',
      reads: { method: 'GET', path: '/health', protocol: 'HTTP/1.1', status: 200, clientPort: 41000 },
      gives: 'noise',
    },
  ],
  rejects: [
    'INFO:     user code says connection closed by peer',
    'connection closed',
    'INFO: ws closed',
    'INFO:     (\'127.0.0.1\', 54015) - "WebSocket /ws" [acc',
  ],
  read(text) {
    const parts = partsOf(text);
    if (!parts) return null;
    const { level, message, head } = parts;
    const at = head?.at;
    const access = ACCESS.exec(message);
    if (access) {
      const [, ip, port, joined, , wsPath, accepted, refused, method, path, version, status] = access;
      const client = peer(joined ?? `${ip}:${port}`);
      return {
        ...(at && { at }),
        level,
        message,
        ...peerFields(client),
        method: method ?? 'GET',
        path: wsPath ?? path ?? '',
        ...(version !== undefined && { protocol: `HTTP/${version}` }),
        ...(wsPath !== undefined && { upgrade: true }),
        status: accepted === undefined ? Number(refused ?? status) : 101,
      };
    }
    return SOCKET.test(message) ? { ...(at && { at }), level, message } : null;
  },
  events(row): Draft | undefined {
    const keys = connectionKeys(row);
    if (row['upgrade'] === true)
      return row.status === 101
        ? { kind: 'socket-opened', keys }
        : { kind: 'handshake-failed', status: row.status ?? 403, why: row.message, by: 'upstream', keys };
    // `connection open` and `connection rejected` repeat what the access line has said with the address.
    if (row.message === 'connection closed') return { kind: 'socket-closed' };
    return undefined;
  },
});
