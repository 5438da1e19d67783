/** What `kubectl logs --prefix` puts before each line. */
import type { Envelope } from '../../src/types.ts';

const PREFIX = /^\[pod\/([a-z0-9][a-z0-9.-]{0,252})\/([a-z0-9][a-z0-9-]{0,62})\] /;

export const kubectlPrefix: Envelope = {
  name: 'kubectl-prefix',
  about: 'kubectl logs --prefix: pod and container before each line',
  docs: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
  samples: [
    {
      line: '[pod/chat-6f7b9c5d8-x2lqp/chat] 2026-10-15T07:00:28.302456896Z listening on 127.0.0.1:3001',
      from: 'kubectl 1.31 logs --prefix --timestamps',
      unwraps: {
        text: '2026-10-15T07:00:28.302456896Z listening on 127.0.0.1:3001',
        keys: { pod: 'chat-6f7b9c5d8-x2lqp', container: 'chat' },
        writer: 'chat-6f7b9c5d8-x2lqp/chat',
      },
    },
    { line: '[pod/redis-0/redis] ', from: 'kubectl 1.31', unwraps: { text: '', keys: { pod: 'redis-0', container: 'redis' } } },
  ],
  rejects: ['[pod/chat] text', '[chat/pod/x] text', '[pod/chat-0/chat]text'],
  wrap: (text) => `[pod/chat-6f7b9c5d8-x2lqp/chat] ${text}`,
  unwrap(line) {
    const [prefix, pod = '', container = ''] = PREFIX.exec(line) ?? [];
    return prefix === undefined ? null : { text: line.slice(prefix.length), keys: { pod, container }, writer: `${pod}/${container}` };
  },
};
