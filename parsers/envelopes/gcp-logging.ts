/** Entries of Google Cloud Logging that hold a line of a container, a virtual machine or Cloud Run. */
import { isObject, type JsonObject, parseObject, textOf } from '../../src/grammar/json.ts';
import { iso } from '../../src/time.ts';
import type { Envelope, Keys } from '../../src/types.ts';

/** Logging agents put a plain line into `jsonPayload.message`; an application's JSON comes as its fields. */
function textOfPayload(entry: JsonObject): string | undefined {
  const { textPayload, jsonPayload } = entry;
  if (typeof textPayload === 'string') return textPayload.replace(/\r?\n$/, '');
  if (!isObject(jsonPayload)) return undefined;
  const { message, ...others } = jsonPayload;
  return typeof message === 'string' && Object.keys(others).length === 0 ? message.replace(/\r?\n$/, '') : JSON.stringify(jsonPayload);
}

function keysOf(resource: JsonObject, entryLabels: unknown): Keys {
  const labels = isObject(resource['labels']) ? resource['labels'] : {};
  const outer = isObject(entryLabels) ? entryLabels : {};
  const pod = textOf(labels['pod_name']);
  // A Cloud Run instance has no name but its id.
  const container = textOf(labels['container_name']) ?? textOf(outer['instanceId']);
  const host = textOf(outer['compute.googleapis.com/resource_name']) ?? textOf(labels['instance_id']);
  const service = textOf(labels['service_name']);
  return { ...(pod && { pod }), ...(container && { container }), ...(host && { host }), ...(service && { service }) };
}

export const gcpLogging: Envelope = {
  name: 'gcp-logging',
  about: 'Google Cloud Logging entries around container and VM output',
  docs: 'https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry',
  samples: [
    {
      line: '{"insertId":"1","textPayload":"ws closed\\n","resource":{"type":"k8s_container","labels":{"pod_name":"chat-0","container_name":"chat"}},"timestamp":"2026-11-22T20:23:41.1235Z","labels":{"compute.googleapis.com/resource_name":"gke-a"},"logName":"projects/p/logs/stdout"}',
      from: 'Cloud Logging, GKE, gcloud logging read --format json',
      unwraps: {
        text: 'ws closed',
        keys: { pod: 'chat-0', container: 'chat', host: 'gke-a' },
        at: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: '{"jsonPayload":{"message":"ws closed","code":1006},"resource":{"type":"cloud_run_revision","labels":{"service_name":"chat"}},"timestamp":"2026-11-22T20:23:41Z","logName":"projects/p/logs/run.googleapis.com%2Fstdout"}',
      from: 'Cloud Logging, Cloud Run with structured output',
      unwraps: { text: '{"message":"ws closed","code":1006}', keys: { service: 'chat' } },
    },
    {
      line: '{"insertId":"68c8b28e0000d1b6dd8a748b","labels":{"container_name":"chat-1","instanceId":"0069c7a98884f72f87842f75fd12d4"},"logName":"projects/p/logs/run.googleapis.com%2Fvarlog%2Fsystem","receiveTimestamp":"2026-11-22T20:23:42.2Z","resource":{"labels":{"location":"us-central1","revision_name":"chat-00734-fvm","service_name":"chat"},"type":"cloud_run_revision"},"severity":"WARNING","textPayload":"Container called exit(3).","timestamp":"2026-11-22T20:23:41.053646Z"}',
      from: 'Cloud Logging, system log of Cloud Run 2025',
      unwraps: { text: 'Container called exit(3).', keys: { service: 'chat', container: '0069c7a98884f72f87842f75fd12d4' } },
    },
  ],
  rejects: [
    '{"httpRequest":{"status":101},"textPayload":"x","resource":{"type":"http_load_balancer"},"timestamp":"2026-11-22T20:23:41Z","logName":"projects/p/logs/requests"}',
    '{"textPayload":"x","timestamp":"2026-11-22T20:23:41Z"}',
    '{"jsonPayload":{"statusDetails":"x"},"resource":{"type":"http_load_balancer"},"timestamp":"2026-11-22T20:23:41Z","logName":"projects/p/logs/requests"}',
  ],
  wrap: (text) =>
    JSON.stringify({
      textPayload: text,
      resource: { type: 'k8s_container', labels: { pod_name: 'chat-0', container_name: 'chat' } },
      timestamp: '2026-11-22T20:23:41.123456789Z',
      logName: 'projects/p/logs/stdout',
    }),
  unwrap(line) {
    const entry = parseObject(line);
    if (!entry || typeof entry['logName'] !== 'string' || 'httpRequest' in entry) return null;
    const { resource, timestamp, receiveTimestamp, labels } = entry;
    if (!isObject(resource) || resource['type'] === 'http_load_balancer') return null;
    const text = textOfPayload(entry);
    if (text === undefined) return null;
    const keys = keysOf(resource, labels);
    const at = iso(textOf(timestamp) ?? textOf(receiveTimestamp) ?? '');
    return { text, at, keys, writer: [keys.pod ?? keys.host ?? keys.service ?? '', keys.container ?? '', entry['logName']].join('/') };
  },
};
