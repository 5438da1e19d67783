/** What `docker compose up` and `docker compose logs` put before each line. */
import type { Envelope } from '../../src/types.ts';

// The name is padded to the longest one and a blank; with colours the escape ends before or behind the bar.
const PREFIX = /^(?:\x1b\[[\d;]{1,12}m)?([A-Za-z0-9][\w.-]{0,127}) {1,128}\|(?:\x1b\[0m)? (?:\x1b\[0m)?/;
/** The replica's number behind the service: `chat-1`, with Compose 1 `chat_1`. */
const REPLICA = /[-_]\d{1,4}$/;

export const dockerCompose: Envelope = {
  name: 'docker-compose',
  about: 'output of docker compose, each line behind its container',
  docs: 'https://docs.docker.com/reference/cli/docker/compose/logs/',
  samples: [
    {
      line: 'chat-1  | listening on 3000',
      from: 'Docker Compose 2.36',
      unwraps: { text: 'listening on 3000', writer: 'chat-1', keys: { container: 'chat-1', service: 'chat' } },
    },
    {
      line: 'nginx-proxy-12  | ',
      from: 'Docker Compose 2.36',
      unwraps: { text: '', keys: { container: 'nginx-proxy-12', service: 'nginx-proxy' } },
    },
    {
      line: '\x1b[36mchat_1   |\x1b[0m 2026-11-22T20:23:41.123456789Z listening',
      from: 'docker-compose 1.29 with colours and -t',
      unwraps: { text: '2026-11-22T20:23:41.123456789Z listening', keys: { container: 'chat_1', service: 'chat' } },
    },
    {
      line: '\x1b[33mredis  | \x1b[0mReady',
      from: 'Docker Compose 2.36, container_name: redis',
      unwraps: { text: 'Ready', keys: { container: 'redis', service: 'redis' } },
    },
    {
      line: 'exchange_app | listening',
      from: 'docker-compose 1.29, container_name: exchange_app',
      unwraps: { text: 'listening', keys: { container: 'exchange_app', service: 'exchange_app' } },
    },
  ],
  rejects: [
    'chat-1 | one blank',
    'chat-1 exited with code 137',
    '0|ws       | text',
    'PM2        | text',
    ' id  | name',
    'chat-1  || text',
  ],
  wrap: (text) => `chat-1  | ${text}`,
  unwrap(line) {
    const [prefix = '', container = ''] = PREFIX.exec(line) ?? [];
    // Even the longest name has two blanks behind it, but for a `container_name` longer than all services under Compose 1; `PM2` is PM2's
    // own name in the same layout.
    if (!(prefix.includes('  |') || container.includes('_')) || container === 'PM2') return null;
    return { text: line.slice(prefix.length), keys: { container, service: container.replace(REPLICA, '') }, writer: container };
  },
};
