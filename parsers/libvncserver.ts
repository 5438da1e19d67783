/** What servers on LibVNCServer say, such as x11vnc: their WebSockets are those of noVNC. */
import { isIp } from '../src/grammar/address.ts';
import { civilMs, stamp } from '../src/time.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface VncRow extends Row {
  readonly at: Stamp;
  readonly message: string;
  readonly clientIp?: string;
  readonly change?: 'open' | 'gone';
}

/** `rfbDefaultLog`: `%d/%m/%Y %X`, the day first. */
const LINE = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2}):(\d{2}) {1,6}(\S.{0,500})$/;
const HANDSHAKE = /^Got 'wss?' WebSockets handshake$/;
const CONNECTION = /Got connection from client (\S{2,60})$/;
const GONE = /^Client (\S{2,60}) gone$/;
/** Lines of one connection stand together: of a client without a WebSocket none of them tells of one. */
const NEAR = 16;
const KNOWN =
  /^(?:Got (?:'wss?' WebSockets|connection from client|protocol: )|- WebSockets client version |- webSocketsHandshake: |rfbProcessClient\w{4,30}: |Client \S{2,60} gone$|client_count: \d|other clients:$|incr accepted_client=)/;

export const libvncserver = defineParser<VncRow>({
  name: 'libvncserver',
  about: 'x11vnc and other servers on LibVNCServer, as noVNC’s clients reach them',
  adds: 'when a WebSocket of noVNC came and went',
  docs: 'https://github.com/LibVNC/libvncserver',
  vantage: 'server',
  habitat: 'own',
  needles: [' WebSockets handshake', ' gone'],
  samples: [
    {
      line: "10/12/2018 10:12:13 Got 'ws' WebSockets handshake",
      from: 'x11vnc 0.9.14, jlesage/docker-firefox#9',
      before: ['10/12/2018 10:12:13 Got connection from client 127.0.0.1'],
      reads: { at: { ms: Date.UTC(2018, 11, 10, 10, 12, 13), widthMs: 1000, basis: 'local' }, clientIp: '127.0.0.1' },
      gives: { kind: 'socket-opened', keys: { client: { ip: '127.0.0.1' } } },
    },
    {
      line: '10/12/2018 10:13:13 Client 127.0.0.1 gone',
      from: 'x11vnc 0.9.14, jlesage/docker-firefox#9',
      reads: { clientIp: '127.0.0.1' },
      gives: { kind: 'socket-closed', keys: { client: { ip: '127.0.0.1' } } },
    },
    {
      line: '10/12/2018 10:13:13 rfbProcessClientProtocolVersion: client gone',
      from: 'x11vnc 0.9.14, jlesage/docker-firefox#9: the same end, a line before',
      reads: { message: 'rfbProcessClientProtocolVersion: client gone' },
      gives: 'noise',
    },
  ],
  rejects: [
    '10/12/2018 10:13:13 the client is gone',
    '32/12/2018 10:13:13 Client 127.0.0.1 gone',
    '2018-12-10 10:13:13 Client 127.0.0.1 gone',
  ],
  read(text, context) {
    const found = LINE.exec(text);
    const message = found?.[7] ?? '';
    if (!found || !KNOWN.test(message)) return null;
    const [, day, month, year, hour, minute, second] = found.map(Number);
    const ms = civilMs(year ?? 0, (month ?? 0) - 1, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0);
    if (Number.isNaN(ms)) return null;
    const row = { at: stamp(ms, 1_000, 'local'), message };
    const gone = GONE.exec(message)?.[1];
    if (gone !== undefined) return isIp(gone) ? { ...row, clientIp: gone, change: 'gone' } : row;
    if (!HANDSHAKE.test(message)) return row;
    const from = context
      .before(NEAR)
      .toReversed()
      .flatMap((line) => CONNECTION.exec(line)?.[1] ?? [])[0];
    return { ...row, ...(from !== undefined && isIp(from) && { clientIp: from }), change: 'open' };
  },
  events({ change, clientIp }): Draft | undefined {
    if (change === undefined) return undefined;
    const keys = clientIp === undefined ? {} : { client: { ip: clientIp } };
    return { kind: change === 'open' ? 'socket-opened' : 'socket-closed', keys };
  },
});
