/** Lists in YAML: the objects that `-o json` prints, at the lines that say most, and no throw whatever stands there. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kubernetesYaml } from '../src/framing/kubernetes-yaml.ts';
import type { Frame } from '../src/types.ts';

async function framesOf(text: string, size = 1 << 20): Promise<Frame[]> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const frames: Frame[] = [];
  for await (const frame of kubernetesYaml.frames(chunks())) frames.push(frame);
  return frames;
}

// kubectl 1.31 get events -o yaml, shortened
const LIST = `apiVersion: v1
items:
- apiVersion: v1
  count: 1
  eventTime: null
  involvedObject:
    fieldPath: spec.containers{chat}
    kind: Pod
    name: chat-0
  kind: Event
  lastTimestamp: "2026-12-10T14:10:43Z"
  message: 'Back-off restarting failed container: it''s "chat"'
  metadata:
    labels: {}
    managedFields:
    - manager: kubelet
      operation: Update
    - manager: x
  reason: BackOff
  type: Warning
- apiVersion: v1
  kind: Event
  message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available:
    71404Ki.'
  note: |-
    two
    lines
  tolerations:
  - key: "a\\tb"
  - plain text
kind: List
metadata:
  resourceVersion: ""
`;

it('reads what kubectl writes', async () => {
  expect(kubernetesYaml.detect(LIST)).toBe(true);
  const frames = await framesOf(LIST);
  expect(frames.map(({ text }) => JSON.parse(text))).toEqual([
    {
      apiVersion: 'v1',
      count: 1,
      eventTime: null,
      involvedObject: { fieldPath: 'spec.containers{chat}', kind: 'Pod', name: 'chat-0' },
      kind: 'Event',
      lastTimestamp: '2026-12-10T14:10:43Z',
      message: 'Back-off restarting failed container: it\'s "chat"',
      metadata: { labels: {}, managedFields: [{ manager: 'kubelet', operation: 'Update' }, { manager: 'x' }] },
      reason: 'BackOff',
      type: 'Warning',
    },
    {
      apiVersion: 'v1',
      kind: 'Event',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 71404Ki.',
      note: 'two\nlines',
      tolerations: [{ key: 'a\tb' }, 'plain text'],
    },
  ]);
  expect(frames.map(({ line }) => line)).toEqual([12, 23]);
});

// kubectl 1.31 get pod chat-0 -o yaml, shortened, and what people put behind it in one file
const ONE = `apiVersion: v1
kind: Pod
metadata:
  name: chat-0
spec:
  containers:
  - name: chat
status:
  containerStatuses:
  - lastState:
      terminated:
        exitCode: 137
        reason: Error
    name: chat
---
apiVersion: v1
kind: Event
involvedObject:
  name: chat-0
message: Container chat failed liveness probe, will be restarted
$ kubectl get events -o yaml
apiVersion: v1
items:
- apiVersion: v1
  kind: Event
  message: Stopping container chat
kind: List
`;

it('reads single objects, one after the other', async () => {
  expect(kubernetesYaml.detect(ONE)).toBe(true);
  const frames = await framesOf(ONE);
  expect(frames.map(({ text, line }) => [line, JSON.parse(text).kind])).toEqual([
    [12, 'Pod'],
    [20, 'Event'],
    [26, 'Event'],
  ]);
});

it('leaves manifests to those who read their lines', () => {
  expect(kubernetesYaml.detect('apiVersion: v1\nkind: Pod\nmetadata:\n  name: chat\nspec:\n  containers: []\n')).toBe(false);
  expect(kubernetesYaml.detect('apiVersion: v1\nkind: Service\n')).toBe(false);
  expect(kubernetesYaml.detect('apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n')).toBe(false);
});

it('leaves out an item that is nested without end', async () => {
  const deep = Array.from({ length: 9000 }, (_, at) => `${' '.repeat(at + 2)}a:\n`).join('');
  const dashes = `  a:\n${'  -\n'.repeat(9000)}`;
  const frames = await framesOf(`apiVersion: v1\nitems:\n- kind: Event\n${deep}- kind: Event\n${dashes}- kind: Pod\n`);
  expect(frames.map(({ text }) => text.slice(0, 16))).toEqual(['{"kind":"Event",', '{"kind":"Pod"}']);
});

it('never throws, and reads the same however the bytes are cut', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat(LIST.length), { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), async (holes, size) => {
      const text = holes.reduce((rest, hole) => rest.slice(0, hole) + rest.slice(hole + 3), LIST);
      expect(await framesOf(text, size)).toEqual(await framesOf(text));
    }),
  ));
