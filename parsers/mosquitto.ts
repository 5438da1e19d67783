/** The log of the MQTT broker Mosquitto, which also speaks MQTT over WebSockets. */
import { endpoint } from '../src/grammar/address.ts';
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
const BROKEN = /^Socket error on client (\S{1,200}), disconnecting\.$/;
const VERSION = /^mosquitto version \S{1,30} (starting|running|terminating)$/;
const OWN =
  /^(?:No will message specified|Sending (?:PINGRESP|CONNACK|PUBLISH|SUBACK)|Received (?:PINGREQ|PUBLISH|DISCONNECT|SUBSCRIBE)|Config loaded from|Opening \w{2,10} listen socket|Will message specified|New connection from) ?/;

function endOf(words: string): Pick<Extract<Draft, { kind: 'socket-closed' }>, 'by' | 'reason'> {
  if (words.startsWith('has exceeded')) return { by: 'heartbeat', reason: 'keepalive exceeded' };
  if (/malformed|protocol|oversize/.test(words)) return { by: 'protocol-error' };
  return words.startsWith('been') || words.startsWith('already') || words.includes('authorised') ? { by: 'server' } : {};
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
    const ended = opened ? null : (ENDED.exec(message) ?? BROKEN.exec(message));
    if (!opened && !ended && !VERSION.test(message) && !(found && OWN.test(message))) return null;
    // Without a stamp of its own only where its carrier dates it.
    if (!found && context.at === undefined) return null;
    const written = found?.[1];
    const at = written === undefined ? undefined : (iso(written) ?? epoch(written));
    const peer = endpoint(opened?.[1]);
    return known({ at, message, connection: opened?.[2] ?? ended?.[1], clientIp: peer?.ip, clientPort: peer?.port });
  },
  events(row): Draft | undefined {
    const version = VERSION.exec(row.message)?.[1];
    if (version === 'terminating') return { kind: 'stop-requested', how: 'app-signal', keys: { service: 'mosquitto' } };
    if (version === 'running') return { kind: 'process-started', what: 'banner', keys: { service: 'mosquitto' } };
    if (row.connection === undefined) return undefined;
    const keys = known({
      connection: row.connection,
      service: 'mosquitto',
      client: row.clientIp === undefined ? undefined : known({ ip: row.clientIp, port: row.clientPort }),
    });
    if (OPENED.test(row.message)) return { kind: 'socket-opened', keys };
    return { kind: 'socket-closed', ...endOf(ENDED.exec(row.message)?.[2] ?? ''), keys };
  },
});
