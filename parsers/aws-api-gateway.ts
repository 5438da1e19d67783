/** Access log of AWS API Gateway WebSocket APIs: JSON of `$context` variables, as the console proposes it. */
import { roundMs } from '../src/grammar/access.ts';
import { numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { known } from '../src/grammar/known.ts';
import { unset } from '../src/grammar/quoted.ts';
import { clfAt, epoch } from '../src/time.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface GatewayRow extends Row {
  readonly at: Stamp;
  /** `CONNECT`, `MESSAGE`, `DISCONNECT`; undefined for a request that was refused before its route was known. */
  readonly eventType?: string | undefined;
  readonly status?: number | undefined;
  readonly connection?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly requestId?: string | undefined;
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  /** From `$context.connectedAt` to this record. */
  readonly durationMs?: number | undefined;
}

const EVENTS = new Set(['CONNECT', 'MESSAGE', 'DISCONNECT', '-']);

function requestTime(text: string | undefined): Stamp | undefined {
  const found = clfAt(text ?? '');
  return found?.end === text?.length ? found?.stamp : undefined;
}

export const awsApiGateway = defineParser<GatewayRow>({
  name: 'aws-api-gateway',
  about: 'AWS API Gateway access log of a WebSocket API, JSON format',
  adds: 'the close code that the gateway saw and the age of the connection against its 10 minutes and 2 hours',
  docs: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html',
  vantage: 'gateway',
  habitat: 'mixed',
  needles: ['routeKey', 'disconnectStatusCode'],
  samples: [
    {
      line: '{"requestId":"Iq9gwFDNoAMFo1A=","ip":"203.0.113.9","caller":"-","user":"-","requestTime":"26/Jul/2023:12:20:46 +0000","eventType":"CONNECT","routeKey":"$connect","status":"500","connectionId":"Iq8gj1UmIAMCKpA=","apiId":"z1ctxygne5","stage":"production","domainName":"z1ctxygne5.execute-api.us-east-1.amazonaws.com"}',
      from: 'API Gateway 2023, from the test data of the Elastic AWS integration',
      reads: { status: 500, clientIp: '203.0.113.9', connection: 'Iq8gj1UmIAMCKpA=' },
      gives: { kind: 'handshake-failed', status: 500 },
    },
    {
      line: '{"requestId": "177a5660-9b20-4614-b620-51dd4d56fb4c","ip": "203.0.113.9","caller": "-","user": "-","requestTime": "19/Jul/2023:16:17:17 +0000","eventType": "-","routeKey": "-","status": "403","connectionId": "-"}',
      from: 'API Gateway 2023, from the test data of the Elastic AWS integration',
      reads: { status: 403 },
      gives: { kind: 'handshake-failed', status: 403 },
    },
    {
      line: '{"requestId":"Iq9gwFDNoAMFo1A=","ip":"2001:db8::9","requestTimeEpoch":"1690374046123","eventType":"DISCONNECT","routeKey":"$disconnect","status":"200","connectionId":"Iq8gj1UmIAMCKpA=","connectedAt":"1690366846123","disconnectStatusCode":"1001","disconnectReason":"Going away"}',
      from: 'API Gateway documentation, $context variables of WebSocket APIs',
      reads: { code: 1001, reason: 'Going away', durationMs: 7_200_000 },
      gives: { kind: 'socket-closed', code: 1001, reason: 'Going away', lifeMs: 7_200_000, keys: { connection: 'Iq8gj1UmIAMCKpA=' } },
    },
    {
      line: '{"requestId":"a","ip":"203.0.113.9","requestTime":"26/Jul/2023:12:20:46 +0000","eventType":"CONNECT","routeKey":"$connect","status":"200","connectionId":"c"}',
      from: 'API Gateway documentation, the format that the console proposes',
      reads: { status: 200 },
      gives: { kind: 'socket-opened', keys: { connection: 'c' } },
    },
    {
      line: '{"requestId":"a","ip":"203.0.113.9","requestTime":"26/Jul/2023:12:20:46 +0000","eventType":"MESSAGE","routeKey":"$default","status":"200","connectionId":"c"}',
      from: 'API Gateway documentation, the format that the console proposes',
      reads: { eventType: 'MESSAGE' },
      gives: 'noise',
    },
    {
      line: '{"requestId":"b","ip":"203.0.113.9","requestTimeEpoch":"1690374046123","eventType":"DISCONNECT","routeKey":"$disconnect","status":"200","connectionId":"c","disconnectStatusCode":"1006","disconnectReason":"Connection Closed Abnormally"}',
      from: 'API Gateway documentation, $context variables of WebSocket APIs',
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, by: 'client' },
    },
  ],
  rejects: [
    '{"eventType":"CONNECT","routeKey":"$connect","status":"200","connectionId":"c"}',
    '{"eventType":"ORDER","routeKey":"x","requestTime":"26/Jul/2023:12:20:46 +0000"}',
    '{"requestId":"a","ip":"203.0.113.9","requestTime":"26/Jul/2023:12:20:46 +0000","httpMethod":"GET","routeKey":"GET /","status":"200"}',
    '{"eventType":"DISCONNECT","routeKey":',
  ],
  read(text) {
    const entry = parseObject(text);
    const type = textOf(entry?.['eventType']);
    if (!entry || type === undefined || !EVENTS.has(type)) return null;
    if (!('routeKey' in entry) && !('disconnectStatusCode' in entry)) return null;
    const at = epoch(textOf(entry['requestTimeEpoch']) ?? '') ?? requestTime(textOf(entry['requestTime']));
    if (!at) return null;
    const value = (key: string): string | undefined => unset(textOf(entry[key]));
    const opened = epoch(value('connectedAt') ?? '');
    const code = numberOf(entry['disconnectStatusCode']);
    return {
      at,
      eventType: unset(type),
      routeKey: value('routeKey'),
      status: numberOf(entry['status']),
      connection: value('connectionId'),
      clientIp: value('ip') ?? value('sourceIp'),
      requestId: value('requestId'),
      userAgent: value('userAgent'),
      host: value('domainName'),
      message: value('errorMessage') ?? value('error'),
      code: code !== undefined && code >= 1000 ? code : undefined,
      reason: value('disconnectReason'),
      durationMs: opened && roundMs(at.ms - opened.ms),
    };
  },
  events(row) {
    const keys = known({
      connection: row.connection,
      requestId: row.requestId,
      client: row.clientIp === undefined ? undefined : { ip: row.clientIp },
    });
    const refused = row.status !== undefined && row.status >= 400;
    // What the gateway ends itself it closes with a frame (1001 at its timers): without one, the connection broke on the client's side.
    if (row.eventType === 'DISCONNECT')
      return {
        kind: 'socket-closed',
        keys,
        ...known({ code: row.code, reason: row.reason, lifeMs: row.durationMs, by: row.code === 1006 ? ('client' as const) : undefined }),
      };
    // No side of a connection: whom it refused the gateway never told the connection's id.
    if (refused && row.eventType !== 'MESSAGE')
      return {
        kind: 'handshake-failed',
        vantage: 'edge',
        keys: { ...keys, connection: undefined },
        status: row.status ?? 0,
        why: `API Gateway answered ${row.status}`,
      };
    return row.eventType === 'CONNECT' ? { kind: 'socket-opened', keys } : undefined;
  },
});
