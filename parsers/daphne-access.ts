/** daphne's access log (`--access-log FILE`): NCSA-like lines, one for each step of a WebSocket. */
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { clfAt } from '../src/time.ts';
import { defineParser, type Row } from '../src/types.ts';

interface DaphneAccessRow extends Row {
  readonly clientIp?: string;
  readonly clientPort?: number;
  /** `WSCONNECTING`, `WSCONNECT`, `WSDISCONNECT`, `WSREJECT`, or an HTTP method. */
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly bytesSent?: number;
}

const LINE =
  /^(\S{1,60}) (\S{1,60}) (\S{1,60}) \[(\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2})\] "([A-Z]{3,12}) (\S{1,65536})" (\d{3}|-) (\d{1,15}|-)$/;

export const daphneAccess = defineParser<DaphneAccessRow>({
  name: 'daphne-access',
  about: 'access log of daphne (Django Channels)',
  adds: 'when each WebSocket connected and disconnected, by client port; no close code; local time without zone',
  docs: 'https://github.com/django/daphne/blob/main/daphne/access.py',
  vantage: 'server',
  habitat: 'own',
  needles: ['WSCONNECT ', 'WSDISCONNECT ', 'WSREJECT '],
  samples: [
    {
      line: '127.0.0.1:43174 - - [03/Aug/2018:14:47:53] "WSCONNECTING /ws/x/" - -',
      from: 'daphne 4.0',
      reads: { method: 'WSCONNECTING' },
      gives: 'noise',
    },
    {
      line: '127.0.0.1:43174 - - [03/Aug/2018:14:47:53] "WSCONNECT /ws/x/" - -',
      from: 'daphne 4.0',
      reads: { at: { ms: 1533307673000, widthMs: 1000, basis: 'local' }, clientIp: '127.0.0.1', clientPort: 43174, path: '/ws/x/' },
      gives: { kind: 'socket-opened', keys: { client: { ip: '127.0.0.1', port: 43174 }, path: '/ws/x/' } },
    },
    {
      line: '127.0.0.1:43174 - - [31/Dec/2026:23:59:59] "WSDISCONNECT /ws/x/" - -',
      from: 'daphne 4.0',
      reads: { method: 'WSDISCONNECT' },
      gives: { kind: 'socket-closed', keys: { path: '/ws/x/' } },
    },
    {
      line: '2001:db8::9:43174 - - [01/Jan/2027:00:00:00] "WSREJECT /ws/x/?token=a" - -',
      from: 'daphne 4.0',
      reads: { clientIp: '2001:db8::9', clientPort: 43174 },
      gives: { kind: 'handshake-failed', by: 'upstream' },
    },
    {
      line: '10.0.0.5:5000 - - [22/Nov/2026:20:23:41] "GET /" 200 1234',
      from: 'daphne 4.0',
      reads: { method: 'GET', status: 200, bytesSent: 1234 },
      gives: 'noise',
    },
  ],
  rejects: [
    '127.0.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET / HTTP/1.1" 200 1234',
    '127.0.0.1:43174 - - [32/Aug/2018:14:47:53] "WSCONNECT /ws/x/" - -',
    '127.0.0.1:43174 - - [03/Aug/2018:14:47:53] "WSCONNECT /ws/x/" -',
  ],
  read(text) {
    const found = LINE.exec(text);
    if (!found) return null;
    const [, client = '', , user = '-', date = '', method = '', path = '', status = '-', size = '-'] = found;
    const stamp = clfAt(date)?.stamp;
    if (!stamp) return null;
    return {
      at: stamp,
      ...peerFields(peer(client)),
      ...(user !== '-' && { user }),
      method,
      path,
      ...(status !== '-' && { status: Number(status) }),
      ...(size !== '-' && { bytesSent: Number(size) }),
    };
  },
  events(row) {
    const keys = connectionKeys(row);
    if (row.method === 'WSCONNECT') return { kind: 'socket-opened', keys };
    if (row.method === 'WSDISCONNECT') return { kind: 'socket-closed', keys };
    return row.method === 'WSREJECT' ? { kind: 'handshake-failed', why: 'rejected by the application', by: 'upstream', keys } : undefined;
  },
});
