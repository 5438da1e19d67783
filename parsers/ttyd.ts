/** ttyd, which serves a terminal on a web page. */
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { defineParser, type Row } from '../src/types.ts';

interface TtydRow extends Row {
  readonly clientIp: string;
  /** Of the upgrade; undefined = the line is of the end. */
  readonly path?: string;
}

// Until 1.6 the client's host name stood in brackets behind its address.
const PEER = String.raw`([0-9A-Fa-f.:]{2,45})(?: \([^()\n]{0,255}\))?, clients: \d{1,9}$`;
const OPENED = new RegExp(String.raw`^WS {3}(\/\S{0,255}) - ${PEER}`);
const CLOSED = new RegExp(`^WS closed from ${PEER}`);

export const ttyd = defineParser<TtydRow>({
  name: 'ttyd',
  about: 'output of the web terminal ttyd',
  adds: 'when its clients came and went, and that it is the server which holds them; no close code',
  docs: 'https://github.com/tsl0922/ttyd/blob/main/src/protocol.c',
  vantage: 'server',
  habitat: 'own',
  needles: ['WS   /', 'WS closed from '],
  samples: [
    {
      line: '[1547579611:0417] NOTICE: WS   /ws - 10.0.8.2 (10.0.8.2), clients: 1',
      from: 'ttyd 1.4 with libwebsockets 2.4, tsl0922/ttyd#152',
      reads: { at: { ms: 1547579611041.7, widthMs: 1, basis: 'utc' }, path: '/ws', clientIp: '10.0.8.2' },
      gives: { kind: 'socket-opened', keys: { client: { ip: '10.0.8.2' } } },
    },
    {
      line: '[2022/06/05 09:12:40:6631] N: WS   /ws - ::ffff:127.0.0.1, clients: 2',
      from: 'ttyd 1.6.3 with libwebsockets 4.3',
      reads: { path: '/ws' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '[2022/06/05 09:12:47:0213] N: WS closed from 2001:db8::9, clients: 0',
      from: 'ttyd 1.6.3 with libwebsockets 4.3',
      reads: { clientIp: '2001:db8::9' },
      gives: { kind: 'socket-closed', keys: { client: { ip: '2001:db8::9' } } },
    },
  ],
  rejects: [
    '[1547581454:3147] NOTICE: HTTP / - 10.0.8.2 (10.0.8.2)',
    'WS   /ws - 10.0.8.2, clients: 1',
    '[2022/06/05 09:12:47:0213] N: WS closed from nowhere',
  ],
  read(text) {
    const head = logHead(text);
    if (!head?.at) return null;
    const opened = OPENED.exec(head.message);
    if (opened) return { at: head.at, path: opened[1] ?? '', clientIp: opened[2] ?? '' };
    const closed = CLOSED.exec(head.message);
    return closed ? { at: head.at, clientIp: closed[1] ?? '' } : null;
  },
  events: (row) => ({ kind: row.path === undefined ? 'socket-closed' : 'socket-opened', keys: connectionKeys(row) }),
});
