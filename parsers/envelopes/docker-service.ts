/** What `docker service logs` puts before each line: the task and the node that it ran on. */
import type { Envelope } from '../../src/types.ts';

/** `service.slot.task@node`; the task's id is cut to 12 digits without `--no-trunc`, left out with `--no-task-ids`, and nodes are padded. */
const PREFIX = /^(([A-Za-z0-9][\w-]{0,62})\.\d{1,6}(?:\.[0-9a-z]{12,25})?)@([A-Za-z0-9][\w.-]{0,253}) {4,20}\| /;

export const dockerService: Envelope = {
  name: 'docker-service',
  about: 'output of docker service logs, each line behind its task and node',
  docs: 'https://docs.docker.com/reference/cli/docker/service/logs/',
  samples: [
    {
      line: 'chat_ws.1.trq6gupfsv49@swarm-01    | listening on 3000',
      from: 'Docker CLI 27, docker service logs chat_ws',
      unwraps: {
        text: 'listening on 3000',
        keys: { container: 'chat_ws.1.trq6gupfsv49', service: 'chat_ws', host: 'swarm-01' },
        writer: 'chat_ws.1.trq6gupfsv49',
      },
    },
    {
      line: 'chat.12@node-3.example.net     | ',
      from: 'Docker CLI 27, docker service logs --no-task-ids chat',
      unwraps: { text: '', keys: { container: 'chat.12', service: 'chat', host: 'node-3.example.net' } },
    },
    {
      line: 'chat_ws.2.hziziz8lzjgu56suh0johk995@swarm-02    | {"level":30,"msg":"ws closed"}',
      from: 'Docker CLI 27, docker service logs --no-trunc chat_ws',
      unwraps: { text: '{"level":30,"msg":"ws closed"}', keys: { container: 'chat_ws.2.hziziz8lzjgu56suh0johk995' } },
    },
  ],
  rejects: ['chat-1  | listening on 3000', 'chat_ws.1.trq6gupfsv49@swarm-01 | one blank', 'chat@swarm-01    | no slot'],
  wrap: (text) => `chat_ws.1.trq6gupfsv49@swarm-01    | ${text}`,
  unwrap(line) {
    const [prefix, container = '', service = '', host = ''] = PREFIX.exec(line) ?? [];
    return prefix === undefined ? null : { text: line.slice(prefix.length), keys: { container, service, host }, writer: container };
  },
};
