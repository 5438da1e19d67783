/** VS Code's remote connections: window and renderer logs. */
import { known } from '../src/grammar/known.ts';
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
  /^(?:\[(?:[Ww]indow|renderer|main)\d{0,4}\] )?(?:\[(\w{4,8})\] )?\[remote-connection\]\[([\w ]{1,40})\]\[([0-9a-f]{4,36})…?\](?:\[\w{1,20}\])?(?:\[[\w.:()-]{1,80}\])? (.{1,2000})$/;
/** It stands in the lines behind that, once for each who hears of it; nothing else tells of the attempt where somebody kept this line alone. */
const FAILED =
  /^(?:\[(?:[Ww]indow|renderer|main)\d{0,4}\] )?(?:\[\w{4,8}\] )?(?:.{0,300}\bremote extension host server \((?:\w{1,30}: )?|(?:WebSocket close with status code \d{4}: )?CodeExpectedError: )WebSocket close with status code (\d{4})\b/;
const CONNECT_FAILED = /^socketFactory\.connect\(\) failed or timed out\./;
/** Lines of one attempt: two sockets, each with its error, a stack and what the window says of it. */
const ATTEMPT_LINES = 30;
const CLOSED = /^received socket close event \(wasClean: (true|false|undefined), code: (\d{1,5}|undefined), reason: ([^)]{0,300})\)\.$/;
const TIMEOUT =
  /^received socket timeout event \(unacknowledgedMsgCount: \d{1,9}, timeSinceOldestUnacknowledgedMsg: \d{1,12},? ?timeSinceLastReceivedSomeData: (\d{1,12})\)\.$/;

export const vscodeRemote = defineParser<VscodeRow>({
  name: 'vscode-remote',
  about: 'log of a VS Code window that is connected to a remote server',
  adds: 'the client’s close code, sockets that fell silent, and attempts that failed',
  docs: 'https://code.visualstudio.com/docs/remote/troubleshooting',
  vantage: 'client',
  habitat: 'mixed',
  needles: ['received socket close event', 'received socket timeout event', 'socketFactory.connect', 'close with status code'],
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
      line: '2026-04-09 10:49:52.422 [error] [Window] [remote-connection][Management   ][445d2…][initial][127.0.0.1:59279] socketFactory.connect() failed or timed out. Error:',
      from: 'VS Code 1.115, microsoft/vscode#308839',
      reads: { connection: '445d2', level: 'error' },
      gives: { kind: 'handshake-failed', keys: { connection: '445d2' } },
    },
    {
      line: '[2021-03-27 21:26:54.484] [renderer3] [error] [remote-connection][Management   ][63d50…][initial][172.23.62.159:34553] socketFactory.connect() failed or timed out. Error:',
      from: 'VS Code 1.54, microsoft/vscode#120018',
      reads: { connection: '63d50' },
      gives: { kind: 'handshake-failed' },
    },
    {
      line: '2025-12-16 14:40:02.504 [error] [Window] [remote-connection][ExtensionHost][94eee…][initial][WebSocket(127.0.0.1:40965)] socketFactory.connect() failed or timed out. Error:',
      from: 'VS Code 1.107, microsoft/vscode-remote-release#11048',
      reads: { connection: '94eee' },
      gives: { kind: 'handshake-failed' },
    },
    {
      line: '2026-04-09 10:49:52.422 [error] [Window] WebSocket close with status code 1006: CodeExpectedError: WebSocket close with status code 1006',
      from: 'VS Code 1.115, microsoft/vscode#308839',
      before: [
        '2026-04-09 10:49:52.422 [error] [Window] [remote-connection][Management   ][445d2…][initial][127.0.0.1:59279] socketFactory.connect() failed or timed out. Error:',
      ],
      reads: { code: 1006 },
      gives: 'noise',
    },
    {
      line: '2021-07-27 10:12:01.101 [error] Failed to connect to the remote extension host server (Error: WebSocket close with status code 1006)',
      from: 'VS Code 1.58, microsoft/vscode#129483',
      reads: { code: 1006 },
      gives: { kind: 'handshake-failed' },
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
    const failed = FAILED.exec(head?.rest ?? text);
    if (failed) return known({ at: head?.at, level: head?.level, message: failed[0], code: Number(failed[1]) });
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
  events(row, context) {
    const keys = row.connection === undefined ? {} : { connection: row.connection };
    if (CONNECT_FAILED.test(row.message)) return { kind: 'handshake-failed', why: 'socketFactory.connect() failed or timed out', keys };
    if (FAILED.test(row.message))
      return context.before(ATTEMPT_LINES).some((line) => line.includes('[remote-connection]'))
        ? undefined
        : { kind: 'handshake-failed', why: `WebSocket close with status code ${row.code}` };
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
