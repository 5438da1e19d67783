/** Members of what Sentry's API gives back for an issue: events with their user and what the program told of itself. */
import { isObject, type JsonObject, objectIn, parseObject, textOf } from '../../src/grammar/json.ts';
import { iso } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** Contexts that the SDKs fill in themselves. */
const OF_SENTRY: ReadonlySet<string> = new Set([
  'app',
  'browser',
  'client_os',
  'cloud_resource',
  'culture',
  'device',
  'feedback',
  'flags',
  'gpu',
  'organization',
  'os',
  'otel',
  'profile',
  'replay',
  'response',
  'runtime',
  'state',
  'trace',
  'unity',
]);

/** What `setContext` and `extra` told, without the names of their groups. */
function toldIn(event: JsonObject): JsonObject {
  const own = Object.entries(objectIn(event, 'contexts') ?? {}).flatMap(([name, value]) =>
    isObject(value) && !OF_SENTRY.has(name) ? Object.entries(value) : [],
  );
  return { ...Object.fromEntries(own.filter(([name]) => name !== 'type')), ...objectIn(event, 'context') };
}

/** SDKs of pages and apps; on a server `node`, `python`, `go` … */
const OF_A_CLIENT: ReadonlySet<string> = new Set(['javascript', 'cocoa', 'android', 'dart', 'unity']);

export const sentryEvent: Envelope = {
  name: 'sentry-event',
  about: 'events of an issue, as Sentry’s API gives them',
  docs: 'https://docs.sentry.io/api/events/list-an-issues-events/',
  samples: [
    {
      line: '{"id":"9fac","eventID":"9fac2ceed9344f2bbfdd1fdacb0ed9b1","dateCreated":"2026-11-22T20:23:41Z","platform":"javascript","title":"ws closed","message":"ws closed","user":{"id":"u-17","ip_address":"198.51.100.4"},"contexts":{"browser":{"name":"Chrome","type":"browser"},"websocket":{"code":1006,"type":"default"}},"context":{"attempt":2}}',
      from: 'Sentry 24, list an issue’s events with full=true: captureMessage() in the browser SDK 8',
      unwraps: {
        text: '{"message":"ws closed","code":1006,"attempt":2,"userId":"u-17","clientIp":"198.51.100.4","clientType":"Browser"}',
        keys: {},
        at: { ms: 1795379021000, widthMs: 1000, basis: 'utc' },
        writer: '',
      },
    },
    {
      line: '{"id":"9fac","eventID":"9fac2ceed9344f2bbfdd1fdacb0ed9b1","dateCreated":"2026-11-22T20:23:41.123Z","platform":"node","title":"ws closed","message":"ws closed","user":null,"contexts":{"runtime":{"name":"node"}}}',
      from: 'Sentry 24, of a server',
      unwraps: { text: 'ws closed', at: { ms: 1795379021123, widthMs: 1, basis: 'utc' } },
    },
  ],
  rejects: [
    '{"id":"9fac","dateCreated":"2026-11-22T20:23:41Z","message":"ws closed"}',
    '{"eventID":"9fac2ceed9344f2bbfdd1fdacb0ed9b1","dateCreated":"today","message":"ws closed"}',
    '{"eventID":"9fac2ceed9344f2bbfdd1fdacb0ed9b1","dateCreated":"2026-11-22T20:23:41Z"}',
  ],
  wrap: (text) =>
    JSON.stringify({ id: '9fac', eventID: '9fac2ceed9344f2bbfdd1fdacb0ed9b1', dateCreated: '2026-11-22T20:23:41.123Z', message: text }),
  unwrap(line) {
    const event = parseObject(line);
    const message = textOf(event?.['message']) || textOf(event?.['title']);
    const at = iso(textOf(event?.['dateCreated']) ?? '');
    if (!event || typeof event['eventID'] !== 'string' || !at || message === undefined) return null;
    const user = objectIn(event, 'user') ?? {};
    const [userId, clientIp] = [textOf(user['id']), textOf(user['ip_address'])];
    const fields: JsonObject = {
      ...toldIn(event),
      ...(userId !== undefined && { userId }),
      ...(clientIp !== undefined && { clientIp }),
      ...(OF_A_CLIENT.has(textOf(event['platform']) ?? '') && { clientType: 'Browser' }),
    };
    const text = Object.keys(fields).length === 0 ? message : JSON.stringify({ message, ...fields });
    return { text, at, keys: {}, writer: '' };
  },
};
