/** uvicorn's WebSocket and HTTP access lines and `connection open`. No stamp by default. */
import { gunicornHead, UVICORN_ACCESS, UVICORN_SOCKET } from '../src/grammar/gunicorn.ts';
import { known } from '../src/grammar/known.ts';
import { type LogHead, logHead } from '../src/grammar/log-head.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface UvicornRow extends Row {
  readonly level: string;
  readonly message: string;
  readonly pid?: number;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly method?: string;
  readonly path?: string;
  readonly protocol?: string;
  readonly status?: number;
}

// `INFO:     …`: the level and a colon, padded to ten characters. A configured logger puts its own head before the message.
const PLAIN = /^(TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL):\s{1,9}(?=\S)/;
/** uvicorn's own words under a head of its own, of gunicorn or of another formatter; that last one needs uvicorn's name. */
interface Parts {
  readonly level: string;
  readonly message: string;
  readonly at?: Stamp | undefined;
  readonly pid?: number | undefined;
}

function partsOf(text: string): Parts | undefined {
  const plain = PLAIN.exec(text);
  if (plain) return { level: plain[1] ?? '', message: text.slice(plain[0].length) };
  const worker = gunicornHead(text);
  if (worker) return worker;
  const head: LogHead | undefined = logHead(text);
  return head?.level !== undefined && head.logger?.startsWith('uvicorn')
    ? { level: head.level, message: head.message, at: head.at }
    : undefined;
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
    {
      line: '[2026-01-30 11:02:41 +0000] [9] [INFO] (\'172.20.0.1\', 40710) - "WebSocket /ws/jobs/117" [accepted]',
      from: 'uvicorn 0.27 as worker of gunicorn 21.2',
      reads: { at: { ms: 1769770961000, widthMs: 1000, basis: 'utc' }, pid: 9, clientIp: '172.20.0.1', clientPort: 40710, status: 101 },
      gives: { kind: 'socket-opened', keys: { pid: 9, client: { ip: '172.20.0.1', port: 40710 } } },
    },
    {
      line: '[2026-01-30 11:02:49 +0000] [9] [INFO] connection closed',
      from: 'uvicorn 0.27 as worker of gunicorn 21.2',
      reads: { level: 'INFO' },
      gives: { kind: 'socket-closed', keys: { pid: 9 } },
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
    const { level, message } = parts;
    const own = known({ at: parts.at, pid: parts.pid });
    const access = UVICORN_ACCESS.exec(message);
    if (access) {
      const [, ip, port, joined, , wsPath, accepted, refused, method, path, version, status] = access;
      const client = peer(joined ?? `${ip}:${port}`);
      return {
        ...own,
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
    return UVICORN_SOCKET.test(message) ? { ...own, level, message } : null;
  },
  events(row): Draft | undefined {
    const keys = connectionKeys(row);
    if (row['upgrade'] === true)
      return row.status === 101
        ? { kind: 'socket-opened', keys }
        : { kind: 'handshake-failed', status: row.status ?? 403, why: row.message, by: 'upstream', keys };
    // `connection open` and `connection rejected` repeat what the access line has said with the address.
    if (row.message === 'connection closed') return { kind: 'socket-closed', ...(row.pid !== undefined && { keys: { pid: row.pid } }) };
    return undefined;
  },
});
