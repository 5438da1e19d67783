/** The log of the MQTT broker Mosquitto, which also speaks MQTT over WebSockets. */
import { endpoint, isIp } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { epoch, iso } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface MosquittoRow extends Row {
  readonly message: string;
  readonly connection?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
}

const STAMPED = /^(1\d{9}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?): (\S.{0,2000})$/;
const OPENED = /^New client connected from (\S{2,60}) as (\S{1,200}) \((?:p\d, )?c\d, k\d{1,5}/;
const ENDED =
  /^Client (\S{1,200}) (closed its connection\.|disconnected\.|has exceeded timeout, disconnecting\.|already connected, closing old connection\.|been disconnected by administrative action\.|disconnected due to (?:malformed packet|protocol error|oversize packet|oversize payload|out of memory)\.|disconnected, not authorised\.)$/;
/** Since 2.0.22, with the peer's address; without words after it the client had sent its DISCONNECT. */
const DISCONNECTED = /^Client (\S{1,200}) \[(\S{2,64})\] disconnected(?:: ([^:]{1,120}))?\.$/;
const BROKEN = /^Socket error on client (\S{1,200}), disconnecting\.$/;
const VERSION = /^mosquitto version \S{1,30} (starting|running|terminating)$/;
const OWN =
  /^(?:No will message specified|Sending (?:PINGRESP|CONNACK|PUBLISH|SUBACK)|Received (?:PINGREQ|PUBLISH|DISCONNECT|SUBSCRIBE)|Config loaded from|Opening \w{2,10} listen socket|Will message specified|New connection from) ?/;

/**
 * That a client closed its connection says no more than that there was no DISCONNECT: the next hop's FIN looks the same, and a page that is
 * left closes its WebSocket in order without one.
 */
function endOf(words: string): Pick<Extract<Draft, { kind: 'socket-closed' }>, 'by' | 'reason' | 'wasClean'> {
  if (words.includes('exceeded timeout')) return { by: 'heartbeat', reason: 'keepalive exceeded' };
  if (/malformed|protocol|oversize/i.test(words)) return { by: 'protocol-error' };
  return /^(?:been|already)|administrative action|session taken over|authorised/.test(words) ? { by: 'server' } : {};
}

export const mosquitto = defineParser<MosquittoRow>({
  name: 'mosquitto',
  about: 'log of the MQTT broker Mosquitto',
  adds: 'opens and ends by client id, clients whose keepalive was exceeded, starts and stops of the broker',
  docs: 'https://mosquitto.org/man/mosquitto-conf-5.html',
  vantage: 'server',
  habitat: 'own',
  needles: [
    'mosquitto version',
    'New client connected from',
    'closed its connection.',
    'exceeded timeout, disc',
    'Socket error on client',
    'closing old connection.',
    'administrative action.',
    'disconnected due to',
    'disconnected.',
    '] disconnected',
  ],
  samples: [
    {
      line: '1795696596: New client connected from ::ffff:127.0.0.1:39262 as meter-5521 (p2, c1, k600).',
      from: 'Mosquitto 2.0.11, listener with protocol websockets',
      reads: { at: { ms: 1795696596000, widthMs: 1000, basis: 'utc' }, connection: 'meter-5521', clientIp: '127.0.0.1', clientPort: 39262 },
      gives: { kind: 'socket-opened', keys: { connection: 'meter-5521', client: { ip: '127.0.0.1', port: 39262 } } },
    },
    {
      line: '1795696620: Client meter-1595 closed its connection.',
      from: 'Mosquitto 2.0.11',
      reads: { connection: 'meter-1595' },
      gives: { kind: 'socket-closed', keys: { connection: 'meter-1595' } },
    },
    {
      line: '2026-11-26T12:36:34+0000: Client meter-1 has exceeded timeout, disconnecting.',
      from: 'Mosquitto 2.0.18, log_timestamp_format %Y-%m-%dT%H:%M:%S%z',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 12, 36, 34), widthMs: 1000, basis: 'utc' } },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '1616126374: Socket error on client DVES_98843E, disconnecting.',
      from: 'Mosquitto 1.6',
      reads: { connection: 'DVES_98843E' },
      gives: { kind: 'socket-closed' },
    },
    {
      line: '1786614270: Client probe443 [172.18.0.9:51844] disconnected: connection closed by client.',
      from: 'Mosquitto 2.0.22, World-Meteorological-Organization/wis2box#1133',
      reads: { connection: 'probe443', clientIp: '172.18.0.9', clientPort: 51844 },
      gives: { kind: 'socket-closed', keys: { connection: 'probe443', client: { ip: '172.18.0.9', port: 51844 } } },
    },
    {
      line: '2026-04-21T22:12:01Z: Client ESP_EA5484 [2001:db8::91:54753] disconnected: exceeded timeout.',
      from: 'Mosquitto 2.1',
      reads: { connection: 'ESP_EA5484' },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '1791532631: Client 192.168.137.50 [192.168.137.50:62652] disconnected: protocol error.',
      from: 'Mosquitto 2.1, no CONNECT came',
      reads: { connection: '192.168.137.50' },
      gives: 'noise',
    },
    {
      line: '1795696632: Client ESP_EA5484 [192.168.0.161:57022] disconnected: session taken over.',
      from: 'Mosquitto 2.1',
      reads: { connection: 'ESP_EA5484', clientPort: 57022 },
      gives: { kind: 'socket-closed', by: 'server' },
    },
    {
      line: '1786613910: Client probe1883 [172.18.0.1:43796] disconnected.',
      from: 'Mosquitto 2.0.22, World-Meteorological-Organization/wis2box#1133',
      reads: { connection: 'probe1883' },
      gives: { kind: 'socket-closed', keys: { connection: 'probe1883' } },
    },
    {
      line: '1795696628: mosquitto version 2.0.11 terminating',
      from: 'Mosquitto 2.0.11',
      reads: {},
      gives: { kind: 'stop-requested', how: 'app-signal', keys: { service: 'mosquitto' } },
    },
    {
      line: '1795696629: mosquitto version 2.0.11 running',
      from: 'Mosquitto 2.0.11',
      reads: {},
      gives: { kind: 'process-started', what: 'banner', keys: { service: 'mosquitto' } },
    },
    { line: '1795696623: Received PINGREQ from meter-5535', from: 'Mosquitto 2.0.11', reads: {}, gives: 'noise' },
    {
      line: '1548929053: Client <unknown> has exceeded timeout, disconnecting.',
      from: 'Mosquitto 1.5.5, eclipse-mosquitto/mosquitto#1135: it never sent its CONNECT',
      reads: { connection: '<unknown>' },
      gives: 'noise',
    },
  ],
  rejects: [
    '1795696623: hello',
    'Client meter-1595 closed its connection',
    '1795696628: mosquitto version 2.0.11 paused',
    '17956966: Client a closed its connection.',
  ],
  read(text, context) {
    const found = STAMPED.exec(text);
    const message = found?.[2] ?? text;
    const opened = OPENED.exec(message);
    const ended = opened ? null : (DISCONNECTED.exec(message) ?? ENDED.exec(message) ?? BROKEN.exec(message));
    if (!opened && !ended && !VERSION.test(message) && !(found && OWN.test(message))) return null;
    // Without a stamp of its own only where its carrier dates it.
    if (!found && context.at === undefined) return null;
    const written = found?.[1];
    const at = written === undefined ? undefined : (iso(written) ?? epoch(written));
    const peer = endpoint(opened?.[1] ?? DISCONNECTED.exec(message)?.[2]);
    return known({ at, message, connection: opened?.[2] ?? ended?.[1], clientIp: peer?.ip, clientPort: peer?.port });
  },
  events(row): Draft | undefined {
    const version = VERSION.exec(row.message)?.[1];
    if (version === 'terminating') return { kind: 'stop-requested', how: 'app-signal', keys: { service: 'mosquitto' } };
    if (version === 'running') return { kind: 'process-started', what: 'banner', keys: { service: 'mosquitto' } };
    // Who has not sent its CONNECT is called by its address, or <unknown>: a probe, a failed handshake of TLS, a page that took too long.
    if (row.connection === undefined || row.connection === '<unknown>' || isIp(row.connection)) return undefined;
    const keys = known({
      connection: row.connection,
      service: 'mosquitto',
      client: row.clientIp === undefined ? undefined : known({ ip: row.clientIp, port: row.clientPort }),
    });
    if (OPENED.test(row.message)) return { kind: 'socket-opened', keys };
    return { kind: 'socket-closed', ...endOf(DISCONNECTED.exec(row.message)?.[3] ?? ENDED.exec(row.message)?.[2] ?? ''), keys };
  },
});
