/** Output of stern: pod and container before each line. */
import { parseObject, textOf } from '../../src/grammar/json.ts';
import type { Envelope, Unwrapped } from '../../src/types.ts';

const COLOUR = String.raw`(?:\x1b\[[\d;]{1,12}m)?`;
const NAME = '[a-z0-9][a-z0-9.-]{0,252}';
const POD_AND_CONTAINER = `${COLOUR}(${NAME})${COLOUR} ${COLOUR}([a-z0-9][a-z0-9-]{0,62})${COLOUR} `;
const PREFIX = new RegExp(`^${POD_AND_CONTAINER}`);
/** With --all-namespaces. */
const NAMESPACE_PREFIX = new RegExp(`^${COLOUR}[a-z0-9][a-z0-9-]{0,62}${COLOUR} ${POD_AND_CONTAINER}`);
/** A name that Kubernetes made up: its random letters leave out vowels and what is read wrongly. */
const GENERATED = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Two lower-case words begin many sentences, so the first has to be a pod's name. */
const isPod = (pod: string, container: string): boolean =>
  GENERATED.test(pod) || (/-\d{1,4}$/.test(pod) && pod.startsWith(`${container}-`));

const unwrapped = (text: string, pod: string, container: string, host?: string): Unwrapped => ({
  text,
  keys: { pod, container, ...(host !== undefined && { host }) },
  writer: `${pod}/${container}`,
});

function unwrapJson(line: string): Unwrapped | null {
  const entry = parseObject(line);
  const { message, podName, containerName, nodeName } = entry ?? {};
  if (typeof message !== 'string' || typeof podName !== 'string' || typeof containerName !== 'string') return null;
  return unwrapped(message.replace(/\n$/, ''), podName, containerName, textOf(nodeName));
}

export const stern: Envelope = {
  name: 'stern',
  about: 'output of stern, text and JSON: pod and container before each line',
  docs: 'https://github.com/stern/stern#output',
  samples: [
    {
      line: 'kindnet-hqn2k kindnet-cni I0312 00:29:53.620499 1 main.go:250] Node kind-worker3 has CIDR [10.244.1.0/24]',
      from: 'stern 1.24 release notes',
      unwraps: {
        keys: { pod: 'kindnet-hqn2k', container: 'kindnet-cni' },
        text: 'I0312 00:29:53.620499 1 main.go:250] Node kind-worker3 has CIDR [10.244.1.0/24]',
      },
    },
    {
      line: 'kindnet-hqn2k kindnet-cni 2023-03-12T00:29:53.620499000Z Node kind-worker3',
      from: 'stern 1.24 --timestamps',
      unwraps: { text: '2023-03-12T00:29:53.620499000Z Node kind-worker3' },
    },
    {
      line: 'prod chat-6f7b9c5d8-x2lqp chat ws closed',
      from: 'stern 1.24 --all-namespaces',
      unwraps: { text: 'ws closed', keys: { pod: 'chat-6f7b9c5d8-x2lqp', container: 'chat' } },
    },
    {
      line: '\x1b[34mchat-0\x1b[0m \x1b[34mchat\x1b[0m ws closed',
      from: 'stern 1.24 --color always, a stateful set',
      unwraps: { text: 'ws closed', keys: { pod: 'chat-0', container: 'chat' } },
    },
    {
      line: '{"message":"ws closed","nodeName":"node-a","namespace":"prod","podName":"chat-6f7b9c5d8-x2lqp","containerName":"chat"}',
      from: 'stern 1.24 --output json',
      unwraps: { text: 'ws closed', keys: { pod: 'chat-6f7b9c5d8-x2lqp', container: 'chat', host: 'node-a' } },
    },
  ],
  rejects: [
    'chat-1 exited with code 137',
    'server listening on 3000',
    'client-side error closed the socket',
    '+ chat-6f7b9c5d8-x2lqp › chat',
    '{"message":"x","podName":"chat-0"}',
  ],
  wrap: (text) => `chat-6f7b9c5d8-x2lqp chat ${text}`,
  unwrap(line) {
    if (line.startsWith('{')) return unwrapJson(line);
    for (const form of [PREFIX, NAMESPACE_PREFIX]) {
      const [prefix, pod = '', container = ''] = form.exec(line) ?? [];
      if (prefix !== undefined && isPod(pod, container)) return unwrapped(line.slice(prefix.length), pod, container);
    }
    return null;
  },
};
