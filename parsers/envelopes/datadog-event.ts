/** Members of what Datadog's search APIs give back: log events, and RUM events of its browser and mobile SDKs. */
import { type JsonObject, objectIn, parseObject, textOf } from '../../src/grammar/json.ts';
import { iso } from '../../src/time.ts';
import type { Envelope, Keys } from '../../src/types.ts';

/** What the page itself told: the action's name or the error's message, and the context it gave with it. The SDK's session is no connection. */
function rumOf(attributes: JsonObject): JsonObject {
  const event = textOf(objectIn(objectIn(attributes, 'action'), 'target')?.['name']) ?? textOf(attributes['type']);
  const error = textOf(objectIn(attributes, 'error')?.['message']);
  const userId = textOf(objectIn(attributes, 'usr')?.['id']);
  return {
    event,
    ...(error !== undefined && { message: error }),
    ...(userId !== undefined && { userId }),
    context: objectIn(attributes, 'context'),
    clientType: 'Browser',
  };
}

function textIn(type: string, event: JsonObject): string | undefined {
  const attributes = objectIn(event, 'attributes');
  if (type === 'rum') return attributes && JSON.stringify(rumOf(attributes));
  const message = textOf(event['message']);
  if (!attributes || Object.keys(attributes).length === 0) return message;
  return JSON.stringify({ ...(message !== undefined && { message }), ...attributes });
}

export const datadogEvent: Envelope = {
  name: 'datadog-event',
  about: 'log and RUM events of Datadog, as its search APIs give them',
  docs: 'https://docs.datadoghq.com/api/latest/rum/#search-rum-events',
  samples: [
    {
      line: '{"id":"AwAAAZ","type":"log","attributes":{"service":"chat","host":"i-0f6c","message":"ws closed","status":"warn","timestamp":"2026-11-22T20:23:41.123Z","tags":["env:prod"]}}',
      from: 'Datadog API v2, search logs',
      unwraps: {
        text: 'ws closed',
        keys: { host: 'i-0f6c', service: 'chat' },
        at: { ms: 1795379021123, widthMs: 1, basis: 'utc' },
        writer: 'i-0f6c/chat',
      },
    },
    {
      line: '{"id":"AwAAAZ","type":"log","attributes":{"service":"chat","message":"ws closed","attributes":{"code":1006,"connId":"a1"},"timestamp":"2026-11-22T20:23:41.123Z"}}',
      from: 'Datadog API v2, search logs, of a program that logs JSON',
      unwraps: { text: '{"message":"ws closed","code":1006,"connId":"a1"}', keys: { service: 'chat' } },
    },
    {
      line: '{"id":"AwAAAS","type":"rum","attributes":{"service":"web","attributes":{"type":"action","action":{"type":"custom","target":{"name":"ws_close"}},"session":{"id":"1ba42b08-2d87-4553-a7cb-3ee24693c4c0"},"usr":{"id":"u-17"},"context":{"ws":{"code":1006,"was_clean":false}}},"timestamp":"2026-11-22T20:23:41.123Z"}}',
      from: 'Datadog API v2, search RUM events: addAction() of the browser SDK 5',
      unwraps: {
        text: '{"event":"ws_close","userId":"u-17","context":{"ws":{"code":1006,"was_clean":false}},"clientType":"Browser"}',
        at: { ms: 1795379021123, widthMs: 1, basis: 'utc' },
        keys: {},
        writer: '',
      },
    },
  ],
  rejects: [
    '{"type":"log","attributes":{"message":"ws closed"}}',
    '{"id":"a","type":"log","attributes":{"timestamp":"2026-11-22T20:23:41.123Z"}}',
    '{"id":"a","type":"user","attributes":{"message":"x","timestamp":"2026-11-22T20:23:41.123Z"}}',
  ],
  wrap: (text) => JSON.stringify({ id: 'A', type: 'log', attributes: { message: text, timestamp: '2026-11-22T20:23:41.123Z' } }),
  unwrap(line) {
    const found = parseObject(line);
    const type = textOf(found?.['type']);
    const event = objectIn(found, 'attributes');
    if (!event || typeof found?.['id'] !== 'string' || (type !== 'rum' && type !== 'log')) return null;
    const at = iso(textOf(event['timestamp']) ?? '');
    const text = textIn(type, event);
    if (!at || text === undefined) return null;
    // Of RUM the service is the page's own, and its host nobody's.
    const [host, service] = type === 'rum' ? [] : [textOf(event['host']), textOf(event['service'])];
    const keys: Keys = { ...(host !== undefined && { host }), ...(service !== undefined && { service }) };
    return { text, at, keys, writer: [host, service].filter((name) => name !== undefined).join('/') };
  },
};
