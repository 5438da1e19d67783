/** RabbitMQ's log: connections of its Web MQTT and Web STOMP plugins, its starts and stops. */

import { known } from '../src/grammar/known.ts';
import { connectionKeys, peer, peerFields } from '../src/grammar/peer.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface RabbitRow extends Row {
  readonly level: string;
  readonly message: string;
  /** Both ends' addresses, as all lines about a connection name it. */
  readonly connection?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
  readonly means: 'opened' | 'closed' | 'silent' | 'started' | 'stops';
}

// Levels are cut to four letters until 3.9.
const LINE = /^ \[([a-z]{4,9})\] <\d{1,10}\.\d{1,10}\.\d{1,10}> (\S.{0,2000})$/;
const ENDS = '(\\S{3,60} -> \\S{3,60}?)';
/** What is said of a connection, until 3.11 and since; Erlang prints the name as a string or as a binary. */
const ABOUT: readonly (readonly [RabbitRow['means'], RegExp])[] = [
  ['opened', new RegExp(String.raw`^accepting Web (?:MQTT|STOMP) connection <[\d.]{5,40}> \(${ENDS}\)$`)],
  ['opened', new RegExp(`^Accepting Web (?:MQTT|STOMP) connection ${ENDS}$`)],
  ['silent', new RegExp(String.raw`^closing Web MQTT connection "${ENDS}" \(keepalive timeout\)$`)],
  ['silent', new RegExp(`^keepalive timeout in Web MQTT connection (?:<<)?"${ENDS}"(?:>>)?$`)],
  ['closed', new RegExp(String.raw`^closing Web (?:MQTT|STOMP) connection <[\d.]{5,40}> \(${ENDS}\)$`)],
  ['closed', new RegExp(`^Web (?:MQTT|STOMP) closing connection ${ENDS}$`)],
];
const LIFE: readonly (readonly [RabbitRow['means'], RegExp])[] = [
  ['started', /^ ?Server startup complete; \d{1,4} plugins started\.$/],
  ['stops', /^RabbitMQ is asked to stop\.\.\.$/],
];

export const rabbitmq = defineParser<RabbitRow>({
  name: 'rabbitmq',
  about: 'RabbitMQ’s log: connections of Web MQTT and Web STOMP',
  adds: 'opens and ends by address, clients whose MQTT keepalive ran out, starts and stops of the broker; no close code',
  docs: 'https://www.rabbitmq.com/docs/logging',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Web MQTT', 'Web STOMP', 'Server startup complete', 'RabbitMQ is asked to stop'],
  samples: [
    {
      line: '2021-11-22 09:47:27.468546+00:00 [info] <0.4623.0> accepting Web MQTT connection <0.4623.0> (172.17.0.1:55698 -> 172.17.0.2:15675)',
      from: 'RabbitMQ 3.9, mqttjs/MQTT.js#1362',
      reads: {
        at: { ms: Date.UTC(2021, 10, 22, 9, 47, 27) + 468.546, widthMs: 0.001, basis: 'utc' },
        connection: '172.17.0.1:55698 -> 172.17.0.2:15675',
        clientIp: '172.17.0.1',
        clientPort: 55698,
      },
      gives: { kind: 'socket-opened', keys: { client: { ip: '172.17.0.1', port: 55698 } } },
    },
    {
      line: '2021-11-22 10:03:27.696946+00:00 [erro] <0.4623.0> closing Web MQTT connection "172.17.0.1:55698 -> 172.17.0.2:15675" (keepalive timeout)',
      from: 'RabbitMQ 3.9, mqttjs/MQTT.js#1362',
      reads: { level: 'erro' },
      gives: { kind: 'socket-closed', by: 'heartbeat', keys: { connection: '172.17.0.1:55698 -> 172.17.0.2:15675' } },
    },
    {
      line: '2021-11-22 10:03:27.697218+00:00 [info] <0.4623.0> closing Web MQTT connection <0.4623.0> (172.17.0.1:55698 -> 172.17.0.2:15675)',
      from: 'RabbitMQ 3.9, mqttjs/MQTT.js#1362',
      reads: {},
      gives: { kind: 'socket-closed', keys: { connection: '172.17.0.1:55698 -> 172.17.0.2:15675' } },
    },
    {
      line: '2023-09-05 07:00:01.000100+02:00 [info] <0.962.0> Accepting Web MQTT connection [::1]:55698 -> [::1]:15675',
      from: 'RabbitMQ 3.12, by its source',
      reads: { clientIp: '::1' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '2023-09-05 07:00:31.000100+02:00 [error] <0.962.0> keepalive timeout in Web MQTT connection <<"127.0.0.1:55698 -> 127.0.0.1:15675">>',
      from: 'RabbitMQ 3.12, by its source',
      reads: { connection: '127.0.0.1:55698 -> 127.0.0.1:15675' },
      gives: { kind: 'socket-closed', by: 'heartbeat' },
    },
    {
      line: '2023-09-05 07:00:31.000900+02:00 [info] <0.962.0> Web MQTT closing connection 127.0.0.1:55698 -> 127.0.0.1:15675',
      from: 'RabbitMQ 3.12, by its source',
      reads: {},
      gives: { kind: 'socket-closed' },
    },
    {
      line: '2022-01-14 17:52:02.100000+08:00 [info] <0.600.0> Server startup complete; 7 plugins started.',
      from: 'RabbitMQ 3.9',
      reads: {},
      gives: { kind: 'process-started', what: 'banner', keys: { service: 'rabbitmq' } },
    },
    {
      line: '2022-01-14 18:52:02.100000+08:00 [info] <0.9001.0> RabbitMQ is asked to stop...',
      from: 'RabbitMQ 3.9',
      reads: {},
      gives: { kind: 'stop-requested', how: 'app-signal', keys: { service: 'rabbitmq' } },
    },
  ],
  rejects: [
    '2021-11-22 09:47:27.468546+00:00 [info] <0.4623.0> accepting AMQP connection <0.4623.0> (172.17.0.1:55698 -> 172.17.0.2:5672)',
    'closing Web MQTT connection "172.17.0.1:55698 -> 172.17.0.2:15675" (keepalive timeout)',
    '2021-11-22 09:47:27.468546+00:00 [info] <0.4623.0> accepting Web MQTT connection soon',
  ],
  read(text) {
    const found = isoAt(text);
    const [, level, message] = (found && LINE.exec(text.slice(found.end))) ?? [];
    if (!found || level === undefined || message === undefined) return null;
    const life = LIFE.find(([, pattern]) => pattern.test(message));
    if (life) return { at: found.stamp, level, message, means: life[0] };
    for (const [means, pattern] of ABOUT) {
      const connection = pattern.exec(message)?.[1];
      if (connection !== undefined)
        return { at: found.stamp, level, message, means, connection, ...peerFields(peer(connection.slice(0, connection.indexOf(' ')))) };
    }
    return null;
  },
  events(row): Draft {
    const keys = { ...connectionKeys(row), service: 'rabbitmq' };
    switch (row.means) {
      case 'opened':
        return { kind: 'socket-opened', keys };
      case 'started':
        return { kind: 'process-started', what: 'banner', keys };
      case 'stops':
        return { kind: 'stop-requested', how: 'app-signal', keys };
      default:
        // The close frame that it sends a silent client is not written down, and reaches nobody who is gone.
        return known({ kind: 'socket-closed' as const, by: row.means === 'silent' ? ('heartbeat' as const) : undefined, keys });
    }
  },
});
