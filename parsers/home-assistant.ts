/** Home Assistant's WebSocket API. */
import { endedBy } from '../src/grammar/close-words.ts';
import { known } from '../src/grammar/known.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface HomeAssistantRow extends Row {
  readonly logger: string;
  readonly message: string;
  /** Python's id of the connection object: unique among the open ones. */
  readonly connection?: string;
  readonly clientIp?: string;
}

const LINE = /^\([\w-]{1,60}\) \[((?:homeassistant|custom_components|hass_nabucasa)[\w.]{0,120})\] (.*)$/s;
// `[id] user from address (user agent): message`; a user agent has brackets of its own, and a close before a login no user.
const SOCKET = /^\[(\d{5,20})\](?: [^\n]{0,200}?from ([0-9a-fA-F.:]{3,45})(?: \([^\n]{0,600}?\)(?=: |$))?)?:? ?(.*)$/s;

export const homeAssistant = defineParser<HomeAssistantRow>({
  name: 'home-assistant',
  about: 'home-assistant.log: connections of the WebSocket API',
  adds: 'who closed: the client, missing authentication, a client that was too slow or fell silent; no close code',
  docs: 'https://www.home-assistant.io/integrations/logger/',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['websocket_api.http'],
  samples: [
    {
      line: '2023-06-14 10:57:49.840 INFO (MainThread) [homeassistant.components.websocket_api.http.connection] [140241307556752] Connection closed by client',
      from: 'Home Assistant 2023.6.1, home-assistant/core#94583',
      reads: { at: { ms: 1686740269840, widthMs: 1, basis: 'local' }, connection: '140241307556752' },
      gives: { kind: 'socket-closed', by: 'client', keys: { connection: '140241307556752' } },
    },
    {
      line: '2022-05-02 11:22:55 WARNING (MainThread) [homeassistant.components.websocket_api.http.connection] [139914406889168] Disconnected: Did not receive auth message within 10 seconds',
      from: 'Home Assistant 2022.4, home-assistant/core#71205',
      reads: { level: 'WARNING' },
      gives: { kind: 'socket-closed', by: 'server', reason: 'Did not receive auth message within 10 seconds' },
    },
    {
      line: '2025-05-02 12:21:18.412 WARNING (MainThread) [homeassistant.components.websocket_api.http.connection] [281472226881408] Phill from 127.0.0.1 (Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36): Disconnected: Received error message during command phase: No PONG received after 27.5 seconds',
      from: 'Home Assistant 2025.4, home-assistant/core#126754',
      reads: { clientIp: '127.0.0.1', connection: '281472226881408' },
      gives: {
        kind: 'socket-closed',
        by: 'heartbeat',
        reason: 'Received error message during command phase: No PONG received after 27.5 seconds',
        keys: { connection: '281472226881408', client: { ip: '127.0.0.1' } },
      },
    },
    {
      line: '2025-03-28 14:22:54.117 WARNING (MainThread) [homeassistant.components.websocket_api.http.connection] [140367866538032] from fe80::5c66:970f:5668:ad1a (Home Assistant/2025.7.1-16758 (Android 16; Pixel 8)): Disconnected: Received close message during auth phase',
      from: 'Home Assistant 2025.3.4, home-assistant/core#141656',
      reads: { clientIp: 'fe80::5c66:970f:5668:ad1a' },
      gives: { kind: 'socket-closed', by: 'client' },
    },
    {
      line: '2022-11-30 08:00:01.002 ERROR (MainThread) [homeassistant.components.websocket_api.http.connection] [5439711984] Client exceeded max pending messages [2]: 512',
      from: 'Home Assistant 2022.11, home-assistant/core#81293',
      reads: { connection: '5439711984' },
      gives: { kind: 'socket-closed', by: 'server' },
    },
    {
      line: '2024-01-09 08:00:01.002 DEBUG (MainThread) [homeassistant.components.websocket_api.http.connection] [5439711984] Connected from 192.168.1.7',
      from: 'Home Assistant 2024.1',
      reads: { clientIp: '192.168.1.7' },
      gives: { kind: 'socket-opened', keys: { client: { ip: '192.168.1.7' } } },
    },
    {
      line: '2024-01-09 08:00:01.002 INFO (MainThread) [homeassistant.core] Starting Home Assistant',
      from: 'Home Assistant 2024.1',
      reads: { logger: 'homeassistant.core' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2023-06-14 10:57:49.840 INFO (MainThread) [app.ws] [140241307556752] Connection closed by client',
    '[homeassistant.core] Starting',
  ],
  read(text) {
    const head = logHead(text);
    const line = head?.at && head.level !== undefined ? LINE.exec(head.rest) : null;
    if (!head?.at || !line) return null;
    const socket = SOCKET.exec(line[2] ?? '');
    return {
      at: head.at,
      ...(head.level !== undefined && { level: head.level }),
      logger: line[1] ?? '',
      message: socket?.[3] || (line[2] ?? ''),
      ...(socket?.[1] !== undefined && { connection: socket[1] }),
      ...peerFields(peer(socket?.[2])),
      ...(socket && /^Connected from/.test(line[2]?.slice(socket[1] === undefined ? 0 : socket[1].length + 3) ?? '') && { opened: true }),
    };
  },
  events(row): Draft | undefined {
    if (row.connection === undefined || !row.logger.includes('websocket_api.http')) return undefined;
    const keys = connectionKeys(row);
    if (row['opened'] === true) return { kind: 'socket-opened', keys };
    if (row.message.startsWith('Connection closed by client')) return { kind: 'socket-closed', by: 'client', keys };
    const refused = /^Disconnected: (.{1,300})/.exec(row.message);
    if (refused) return { kind: 'socket-closed', ...endOf(refused[1] ?? ''), keys };
    // The server cancels the connection of a client that does not read fast enough.
    return /^Client (?:exceeded max pending|unable to keep up)/.test(row.message)
      ? { kind: 'socket-closed', by: 'server', reason: row.message.slice(0, 300), keys }
      : undefined;
  },
});

/** Who ended it: aiohttp hands on a close frame of the client, or the error that it gave the connection up for, such as a heartbeat's; else it is refused. */
function endOf(reason: string): Pick<Extract<Draft, { kind: 'socket-closed' }>, 'by' | 'reason'> {
  if (reason.startsWith('Received close message')) return { by: 'client', reason };
  const by = reason.startsWith('Received error message') ? endedBy(reason) : 'server';
  return known({ by, reason });
}
