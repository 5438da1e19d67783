/** Container lines as collectors ship them: Fluent Bit, Fluentd, Filebeat and Docker's fluentd driver. */
import { firstOf, type JsonObject, parseObject, textOf, at as valueAt } from '../../src/grammar/json.ts';
import { epoch, iso } from '../../src/time.ts';
import type { Envelope, Keys, Stamp } from '../../src/types.ts';

function stampOf(entry: JsonObject): Stamp | undefined {
  const value = firstOf(entry, ['@timestamp', 'time', 'timestamp', 'date']);
  return typeof value === 'number' ? epoch(value) : iso(textOf(value) ?? '');
}

function keysOf(entry: JsonObject): Keys {
  const pod = textOf(firstOf(entry, ['kubernetes.pod_name', 'kubernetes.pod.name']));
  const container = textOf(firstOf(entry, ['kubernetes.container_name', 'kubernetes.container.name']) ?? dockerName(entry));
  const host = textOf(firstOf(entry, ['kubernetes.host', 'kubernetes.node.name']));
  return { ...(pod && { pod }), ...(container && { container }), ...(host && { host }) };
}

/** Docker's fluentd driver writes the name with a slash before it. */
const dockerName = (entry: JsonObject): string | undefined => textOf(entry['container_name'])?.replace(/^\//, '');

/** Whether a collector wrote this: it says where the line is from, apart from what the line says. */
function isCollected(entry: JsonObject): boolean {
  if (typeof entry['kubernetes'] === 'object' && entry['kubernetes'] !== null) return true;
  return typeof entry['container_name'] === 'string' && typeof entry['container_id'] === 'string' && typeof entry['source'] === 'string';
}

export const kubernetesJson: Envelope = {
  name: 'kubernetes-json',
  about: 'container output shipped by Fluent Bit, Fluentd, Filebeat or FireLens',
  docs: 'https://docs.fluentbit.io/manual/pipeline/filters/kubernetes',
  samples: [
    {
      line: '{"@timestamp":"2026-11-22T20:23:41.123Z","log":"ws closed\\n","stream":"stdout","kubernetes":{"pod_name":"chat-0","namespace_name":"prod","container_name":"chat","host":"node-a"}}',
      from: 'Fluent Bit 3 to Elasticsearch',
      unwraps: {
        text: 'ws closed',
        keys: { pod: 'chat-0', container: 'chat', host: 'node-a' },
        writer: 'chat-0/chat/stdout',
        at: { ms: 1795379021123, widthMs: 1, basis: 'utc' },
      },
    },
    {
      line: '{"date":1795379021.1235,"log":"ws closed","_p":"F","kubernetes":{"pod_name":"chat-0","container_name":"chat"}}',
      from: 'Fluent Bit 3, stdout as JSON Lines, CRI parser',
      unwraps: { text: 'ws closed', writer: 'chat-0/chat/' },
    },
    {
      line: '{"@timestamp":"2026-11-22T20:23:41.123Z","message":"ws closed","stream":"stderr","kubernetes":{"pod":{"name":"chat-0"},"container":{"name":"chat"},"node":{"name":"node-a"}}}',
      from: 'Filebeat 8',
      unwraps: { text: 'ws closed', keys: { pod: 'chat-0', container: 'chat', host: 'node-a' } },
    },
    {
      line: '{"container_id":"3f4e0c2d1b7a","container_name":"/chat","source":"stdout","log":"ws closed"}',
      from: 'docker 28.2, fluentd driver; Amazon ECS FireLens',
      unwraps: { text: 'ws closed', keys: { container: 'chat' }, at: undefined },
    },
  ],
  rejects: [
    '{"log":"x","stream":"stdout","time":"2026-11-22T20:23:41.123Z"}',
    '{"level":"info","message":"ws closed","kubernetes":true}',
    '{"container_name":"chat","message":"x"}',
    '{"kubernetes":{"pod_name":"chat-0"},"level":"info"}',
  ],
  wrap: (text) =>
    JSON.stringify({
      '@timestamp': '2026-11-22T20:23:41.123Z',
      log: text,
      stream: 'stdout',
      kubernetes: { pod_name: 'chat-0', container_name: 'chat' },
    }),
  unwrap(line) {
    const entry = parseObject(line);
    if (!entry || !isCollected(entry)) return null;
    const text = textOf(valueAt(entry, 'log')) ?? textOf(entry['message']);
    if (text === undefined) return null;
    const keys = keysOf(entry);
    const writer = [keys.pod ?? '', keys.container ?? '', textOf(entry['stream'] ?? entry['source']) ?? ''].join('/');
    // Fluent Bit's CRI parser keeps the tag as `_p` (older: `logtag`).
    const tag = entry['_p'] ?? entry['logtag'];
    const part = tag === 'P' ? 'more' : tag === 'F' ? 'end' : undefined;
    return { text: text.replace(/\r?\n$/, ''), at: stampOf(entry), keys, writer, part };
  },
};
