/** VS Code's remote connections: window and renderer logs. */
import { logHead } from '../src/grammar/log-head.ts';
import { defineParser, type Row } from '../src/types.ts';

interface VscodeRow extends Row {
  readonly message: string;
  /** First digits of the reconnection token. */
  readonly connection?: string;
  readonly code?: number;
  readonly clean?: boolean;
  readonly reason?: string;
  readonly silenceMs?: number;
}

const LINE =
  /^(?:\[(?:window|renderer|main)\d{0,4}\] )?(?:\[(\w{4,8})\] )?\[remote-connection\]\[([\w ]{1,40})\]\[([0-9a-f]{4,36})…?\](?:\[\w{1,20}\])?(?:\[[\w.:-]{1,80}\])? (.{1,2000})$/;
const CLOSED = /^received socket close event \(wasClean: (true|false|undefined), code: (\d{1,5}|undefined), reason: ([^)]{0,300})\)\.$/;
const TIMEOUT =
  /^received socket timeout event \(unacknowledgedMsgCount: \d{1,9}, timeSinceOldestUnacknowledgedMsg: \d{1,12},? ?timeSinceLastReceivedSomeData: (\d{1,12})\)\.$/;

export const vscodeRemote = defineParser<VscodeRow>({
  name: 'vscode-remote',
  about: 'log of a VS Code window that is connected to a remote server',
  adds: 'the client’s close code, and sockets that fell silent',
  docs: 'https://code.visualstudio.com/docs/remote/troubleshooting',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['received socket close event', 'received socket timeout event'],
  samples: [
    {
      line: '2023-03-09 13:59:46.395 [info] [remote-connection][ExtensionHost][221d8…][reconnect] received socket close event (wasClean: false, code: 1006, reason: ).',
      from: 'VS Code 1.76, microsoft/vscode#176624',
      reads: { at: { ms: 1678370386395, widthMs: 1, basis: 'local' }, connection: '221d8', code: 1006, clean: false },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, keys: { connection: '221d8' } },
    },
    {
      line: '[2022-06-29 13:41:23.652] [window] [info] [remote-connection][ExtensionHost][b3f39…][reconnect] received socket close event (wasClean: undefined, code: undefined, reason: undefined).',
      from: 'VS Code 1.68, microsoft/vscode#152234',
      reads: { connection: 'b3f39' },
      gives: { kind: 'socket-closed' },
    },
    {
      line: '[remote-connection][Management   ][12b01…][reconnect] received socket close event (wasClean: false, code: 1006, reason: ).',
      from: 'VS Code 1.66, microsoft/vscode#146532',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '2023-03-09 13:59:46.395 [info] [remote-connection][ExtensionHost][221d8…][reconnect] received socket timeout event (unacknowledgedMsgCount: 2, timeSinceOldestUnacknowledgedMsg: 20001, timeSinceLastReceivedSomeData: 20105).',
      from: 'VS Code 1.76',
      reads: { silenceMs: 20105 },
      gives: { kind: 'heartbeat-missed' },
    },
    {
      line: '2023-03-09 13:59:46.395 [info] [remote-connection][ExtensionHost][221d8…][reconnect] resolving connection...',
      from: 'VS Code 1.76',
      reads: { message: 'resolving connection...' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2023-03-09 13:59:46.395 [info] Creating a socket (renderer-ExtensionHost-221d89f9)...',
    '[remote-connection] received socket close event (wasClean: false, code: 1006, reason: ).',
  ],
  read(text) {
    const head = logHead(text);
    const line = LINE.exec(head?.rest ?? text);
    if (!line) return null;
    const [, level = head?.level, , connection = '', message = ''] = line;
    const closed = CLOSED.exec(message);
    const timeout = TIMEOUT.exec(message);
    return {
      ...(head?.at && { at: head.at }),
      ...(level !== undefined && { level }),
      connection,
      message,
      ...(closed && closed[1] !== 'undefined' && { clean: closed[1] === 'true' }),
      ...(closed && closed[2] !== 'undefined' && { code: Number(closed[2]) }),
      ...(closed && closed[3] !== '' && closed[3] !== 'undefined' && { reason: closed[3] ?? '' }),
      ...(timeout && { silenceMs: Number(timeout[1]) }),
    };
  },
  events(row) {
    const keys = row.connection === undefined ? {} : { connection: row.connection };
    if (row.message.startsWith('received socket timeout event')) return { kind: 'heartbeat-missed', keys };
    if (!row.message.startsWith('received socket close event')) return undefined;
    return {
      kind: 'socket-closed',
      ...(row.code !== undefined && { code: row.code }),
      ...(row.clean !== undefined && { wasClean: row.clean }),
      ...(row.reason !== undefined && { reason: row.reason }),
      keys,
    };
  },
});
