/** What Loki gives back: `logcli` as JSON Lines and as text, and Grafana's download of a query. */
import { isObject, parseObject, textOf } from '../../src/grammar/json.ts';
import { epoch, iso, isoAt } from '../../src/time.ts';
import type { Envelope, Keys, Unwrapped } from '../../src/types.ts';

/** Names that Promtail, Alloy and the Kubernetes discovery give to what wrote a line. */
const POD = ['pod', 'pod_name', 'k8s_pod_name', 'instance_pod'];
const CONTAINER = ['container', 'container_name', 'k8s_container_name'];
const HOST = ['node_name', 'node', 'hostname', 'host', 'nodename'];
const SERVICE = ['service_name', 'app', 'job'];
const UNIT = ['unit', 'systemd_unit'];

function unwrapped(text: string, at: Unwrapped['at'], labels: Readonly<Record<string, unknown>>): Unwrapped {
  const first = (names: readonly string[]): string | undefined => names.map((name) => textOf(labels[name])).find((value) => value);
  const [pod, container, host, service, unit] = [first(POD), first(CONTAINER), first(HOST), first(SERVICE), first(UNIT)];
  const keys: Keys = {
    ...(pod !== undefined && { pod }),
    ...(container !== undefined && { container }),
    ...(host !== undefined && { host }),
    ...(service !== undefined && { service }),
    ...(unit !== undefined && { unit }),
  };
  const writer = [pod, container, host, unit, textOf(labels['stream']), textOf(labels['filename'])].filter(Boolean).join('/');
  return { text, at, keys, writer };
}

function unwrapJson(line: string): Unwrapped | null {
  const entry = parseObject(line);
  if (!entry) return null;
  const { line: text, timestamp, labels, fields } = entry;
  const around = labels ?? fields ?? {};
  if (typeof text !== 'string' || typeof timestamp !== 'string' || !isObject(around)) return null;
  // Grafana's own download writes nanoseconds and a `date` beside them.
  const at = iso(timestamp) ?? (typeof entry['date'] === 'string' ? epoch(timestamp) : undefined);
  return at ? unwrapped(text, at, around) : null;
}

const LABEL = /\s{0,2}([A-Za-z_]\w{0,127})="((?:[^"\\]|\\.){0,4000})"(,?)/y;

/** The label set at `from`, and where it ends; undefined when none stands there. */
function labelsAt(line: string, from: number): { readonly labels: Record<string, string>; readonly end: number } | undefined {
  if (line[from] !== '{') return undefined;
  const labels: Record<string, string> = {};
  let at = from + 1;
  while (line[at] !== '}') {
    LABEL.lastIndex = at;
    const [whole, name = '', value = '', comma] = LABEL.exec(line) ?? [];
    if (whole === undefined) return undefined;
    labels[name] = value.replace(/\\(.)/g, '$1');
    at += whole.length;
    if (comma === '' && line[at] !== '}') return undefined;
  }
  return { labels, end: at + 1 };
}

export const loki: Envelope = {
  name: 'loki',
  about: 'logcli query, as JSON Lines or as text with labels; logs downloaded from Grafana',
  docs: 'https://grafana.com/docs/loki/latest/query/logcli/',
  samples: [
    {
      line: '{"labels":{"app":"chat","container":"chat","pod":"chat-0","node_name":"node-a"},"line":"ws closed","timestamp":"2026-11-22T20:23:41.1235Z"}',
      from: 'logcli 3.0 -o jsonl',
      unwraps: {
        text: 'ws closed',
        keys: { service: 'chat', container: 'chat', pod: 'chat-0', host: 'node-a' },
        at: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: '{"line":"ws closed","timestamp":"2026-11-22T21:23:41+01:00"}',
      from: 'logcli 3.0 -o jsonl --no-labels',
      unwraps: { text: 'ws closed' },
    },
    {
      line: '2026-11-22T20:23:41Z {container="chat", pod="chat-0"}   2026/11/22 20:23:41 closed {"a":1}',
      from: 'logcli 3.0, default output',
      unwraps: {
        text: '2026/11/22 20:23:41 closed {"a":1}',
        keys: { container: 'chat', pod: 'chat-0' },
        at: { ms: 1795379021000, widthMs: 1000, basis: 'utc' },
      },
    },
    {
      line: '{"line":"ws closed","timestamp":"1795379021123500000","date":"2026-11-22T20:23:41.123Z","fields":{"app":"chat"}}',
      from: 'Grafana 11, download of a query as JSON',
      unwraps: { text: 'ws closed', keys: { service: 'chat' }, at: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' } },
    },
  ],
  rejects: [
    '{"line":12,"timestamp":"2026-11-22T20:23:41Z"}',
    '{"line":"x","timestamp":"1795379021123"}',
    '2026-11-22T20:23:41Z {"json":1}',
    '2026-11-22T20:23:41Z {pod="chat-0"',
    '2026-11-22T20:23:41.123Z {pod="chat-0"} more digits than logcli writes',
  ],
  wrap: (text) => JSON.stringify({ labels: { app: 'chat' }, line: text, timestamp: '2026-11-22T20:23:41.123456789Z' }),
  unwrap(line) {
    if (line.startsWith('{')) return unwrapJson(line);
    // Text: RFC 3339 to the second, then the labels, padded to the widest.
    if (line[10] !== 'T' || !(line[20] === ' ' || line[25] === ' ')) return null;
    const found = isoAt(line);
    if (found?.stamp.basis !== 'utc' || found.stamp.widthMs !== 1000 || line[found.end] !== ' ') return null;
    const set = labelsAt(line, found.end + 1);
    return set && line[set.end] === ' ' ? unwrapped(line.slice(set.end).trimStart(), found.stamp, set.labels) : null;
  },
};
