/** LXD and Incus, whose consoles, commands and migrations run over WebSockets. */
import { endedBy, saidCode } from '../src/grammar/close-words.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { known } from '../src/grammar/known.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface LxdRow extends Row {
  readonly message: string;
  /** The operation's id: what its WebSockets are asked for by. */
  readonly connection: string;
  readonly error?: string | undefined;
}

const MESSAGE = /^(Started|Success for|Failure for) operation {1,60}(?=\w)/;

export const lxd = defineParser<LxdRow>({
  name: 'lxd',
  about: 'log of LXD and Incus at level debug: operations over WebSockets',
  adds: 'when consoles and commands began and ended, and that this daemon held their WebSockets',
  docs: 'https://documentation.ubuntu.com/lxd/latest/rest-api/#operations',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Started operation', 'Success for operation', 'Failure for operation'],
  samples: [
    {
      line: 'DEBUG  [2024-04-11T20:01:36+02:00] Started operation                             class=websocket description="Executing command" operation=5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10 project=default',
      from: 'LXD 5.21, canonical/lxd#13301',
      reads: {
        at: { ms: Date.UTC(2024, 3, 11, 18, 1, 36), widthMs: 1000, basis: 'utc' },
        connection: '5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10',
      },
      gives: { kind: 'socket-opened', keys: { connection: '5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10' } },
    },
    {
      line: 'DEBUG  [2024-04-11T20:03:36+02:00] Success for operation                         class=websocket description="Executing command" operation=5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10 project=default',
      from: 'LXD 5.21',
      reads: { message: 'Success for' },
      gives: { kind: 'socket-closed', wasClean: true, keys: { connection: '5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10' } },
    },
    {
      line: 'DEBUG  [2024-04-11T20:03:36+02:00] Failure for operation                         class=websocket description="Showing console" err="websocket: close 1006 (abnormal closure): unexpected EOF" operation=6b1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10 project=default',
      from: 'LXD 5.21',
      reads: { error: 'websocket: close 1006 (abnormal closure): unexpected EOF' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
  ],
  rejects: [
    'DEBUG  [2024-04-11T20:01:36+02:00] Started operation                             class=task description="Starting instance" operation=5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10',
    'DEBUG  [2024-04-11T20:01:36+02:00] New operation                                 class=websocket operation=5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10',
    'Started operation class=websocket operation=5a1c33d0-66f3-4d0e-b1d4-0f6b6f5c8a10',
  ],
  read(text) {
    const head = logHead(text);
    const message = head?.at ? MESSAGE.exec(head.message) : null;
    if (!head?.at || !message) return null;
    const fields = new Map(keyValues(head.message));
    const connection = fields.get('operation');
    if (fields.get('class') !== 'websocket' || connection === undefined) return null;
    return { at: head.at, message: message[1] ?? '', connection, error: fields.get('err') };
  },
  events({ message, connection, error }): Draft {
    const keys = { connection };
    if (message === 'Started') return { kind: 'socket-opened', keys };
    if (message !== 'Failure for') return { kind: 'socket-closed', wasClean: true, keys };
    return known({ kind: 'socket-closed' as const, code: saidCode(error ?? '')?.code, reason: error, by: endedBy(error ?? ''), keys });
  },
});
