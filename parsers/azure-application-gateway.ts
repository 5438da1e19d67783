/** Azure Application Gateway access log, SKU v1 and v2: diagnostic log records as JSON. */
import { type AccessRow, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { unset } from '../src/grammar/quoted.ts';
import { iso } from '../src/time.ts';
import { defineParser, type TunnelEnded } from '../src/types.ts';

/** `at` is the end of the request: the gateway is nginx inside and logs at the end. */
interface GatewayRow extends AccessRow {
  readonly instanceId?: string | undefined;
}

const ENDED_BY = new Map<string, TunnelEnded['endedBy']>([
  ['ERRORINFO_UPSTREAM_TIMED_OUT', 'idle'],
  ['ERRORINFO_CLIENT_TIMED_OUT', 'idle'],
  ['ERRORINFO_UPSTREAM_CLOSED_CONNECTION', 'upstream'],
  ['ERRORINFO_CLIENT_CLOSED_REQUEST', 'client'],
]);

/** v1 puts its own notes where v2 has the query: `…&SERVER-ROUTED=10.4.0.4&…&SERVER-STATUS=404`. */
const V1_NOTES = 'X-AzureApplicationGateway-';
const V1_ROUTED = /(?:^|&)SERVER-ROUTED=([^&\s]{1,80})/;
const V1_STATUS = /(?:^|&)SERVER-STATUS=(\d{3})/;

const V2 =
  '{"timeStamp":"2026-11-02T22:17:11+00:00","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/AGW","listenerName":"https","ruleName":"chat","backendPoolName":"chat-pool","backendSettingName":"chat-setting","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_0","clientIP":"203.0.113.9","clientPort":45057,"httpMethod":"GET","originalRequestUriWithArgs":"/ws?room=1","requestUri":"/ws","requestQuery":"room=1","userAgent":"Mozilla/5.0","httpStatus":101,"httpVersion":"HTTP/1.1","receivedBytes":184,"sentBytes":466,"clientResponseTime":0,"timeTaken":20.034,"transactionId":"592d1649f75a8d480a3c4dc6a975309d","sslEnabled":"on","sslCipher":"ECDHE-RSA-AES256-GCM-SHA384","sslProtocol":"TLSv1.2","serverRouted":"10.0.0.4:8080","serverStatus":"101","serverResponseLatency":"0.028","originalHost":"chat.example.com","host":"chat.example.com","error_info":"ERRORINFO_UPSTREAM_TIMED_OUT"}}';

export const azureApplicationGateway = defineParser<GatewayRow>({
  name: 'azure-application-gateway',
  about: 'Azure Application Gateway access log (diagnostic log JSON, v1 and v2)',
  adds: 'who ended each WebSocket: the request timeout, the backend or the client',
  docs: 'https://learn.microsoft.com/azure/application-gateway/application-gateway-diagnostics',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['ApplicationGatewayAccess'],
  samples: [
    {
      line: V2,
      from: 'Azure documentation, v2 access log, with a WebSocket',
      reads: {
        status: 101,
        durationMs: 20_034,
        clientIp: '203.0.113.9',
        clientPort: 45_057,
        path: '/ws?room=1',
        upstream: '10.0.0.4:8080',
        upstreamStatus: 101,
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 20_034,
        endedBy: 'idle',
        termination: 'ERRORINFO_UPSTREAM_TIMED_OUT',
        bytesUp: 184,
        bytesDown: 466,
      },
    },
    {
      line: V2.replace('ERRORINFO_UPSTREAM_TIMED_OUT', 'ERRORINFO_UPSTREAM_CLOSED_CONNECTION').replace(
        '"10.0.0.4:8080"',
        '"10.0.0.3:8080, 10.0.0.4:8080"',
      ),
      from: 'Azure documentation, error_info, with a retried backend',
      reads: { upstream: '10.0.0.4:8080' },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream' },
    },
    {
      line: '{"resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/PEERINGTEST/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/AGW","operationName":"ApplicationGatewayAccess","time":"2017-04-26T19:27:38Z","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"ApplicationGatewayRole_IN_0","clientIP":"191.96.249.97","clientPort":46886,"httpMethod":"GET","requestUri":"/phpmyadmin/scripts/setup.php","requestQuery":"X-AzureApplicationGateway-CACHE-HIT=0&SERVER-ROUTED=10.4.0.4&X-AzureApplicationGateway-LOG-ID=874f1f0f-6807-41c9-b7bc-f3cfa74aa0b1&SERVER-STATUS=404","userAgent":"-","httpStatus":404,"httpVersion":"HTTP/1.0","receivedBytes":65,"sentBytes":553,"timeTaken":205,"sslEnabled":"off"}}',
      from: 'Azure documentation, v1 access log (timeTaken in ms)',
      reads: { status: 404, durationMs: 205, upstream: '10.4.0.4', upstreamStatus: 404, path: '/phpmyadmin/scripts/setup.php' },
      gives: 'noise',
    },
  ],
  rejects: [
    V2.slice(0, 400),
    V2.replace('2026-11-02T22:17:11+00:00', '1/9/2007 9:41:00 AM'),
    V2.replace('ApplicationGatewayAccessLog', 'ApplicationGatewayFirewallLog').replace(
      '"ApplicationGatewayAccess"',
      '"ApplicationGatewayFirewall"',
    ),
    '{"time": "2007-01-09T09:41:00.22Z", "category": "ApplicationGatewayAccess"}',
  ],
  read(text) {
    const record = parseObject(text);
    const properties = record?.['properties'];
    if (!record || typeof properties !== 'object' || properties === null) return null;
    if (record['category'] !== 'ApplicationGatewayAccessLog' && record['operationName'] !== 'ApplicationGatewayAccess') return null;
    const at = iso(textOf(record['timeStamp'] ?? record['time'] ?? record['timestamp']) ?? '');
    if (!at) return null;
    const value = (key: string): string | undefined => unset(textOf((properties as JsonObject)[key]));
    const query = value('requestQuery');
    const notes = query?.includes(V1_NOTES) ? query : undefined;
    const uri = value('requestUri');
    const plain = uri && (query === undefined || notes !== undefined || uri.includes('?') ? uri : `${uri}?${query}`);
    const taken = numberOf(value('timeTaken'));
    const instanceId = value('instanceId');
    // Version 1 names its instances by role and counts ms; version 2 counts seconds.
    const unit = instanceId?.startsWith('ApplicationGatewayRole') ? 1 : 1000;
    const seconds = numberOf(value('serverResponseLatency'));
    return {
      at,
      instanceId,
      durationMs: taken === undefined ? undefined : roundMs(taken * unit),
      status: numberOf(value('httpStatus')),
      method: value('httpMethod'),
      path: value('originalRequestUriWithArgs') ?? plain,
      protocol: value('httpVersion'),
      host: value('originalHost') ?? value('host'),
      clientIp: value('clientIP') ?? value('clientIp'),
      clientPort: numberOf(value('clientPort')) || undefined,
      bytesReceived: numberOf(value('receivedBytes')),
      bytesSent: numberOf(value('sentBytes')),
      userAgent: value('userAgent'),
      upstream: addressText(endpoint(value('serverRouted')?.split(', ').at(-1) ?? V1_ROUTED.exec(notes ?? '')?.[1])),
      upstreamName: textOf(record['backendPoolName']),
      upstreamStatus: numberOf(value('serverStatus')?.split(', ').at(-1) ?? V1_STATUS.exec(notes ?? '')?.[1]),
      upstreamDurationMs: seconds === undefined ? undefined : roundMs(seconds * 1000),
      requestId: value('transactionId'),
      termination: value('error_info'),
    };
  },
  events: (row) => (row.status === 101 ? tunnelEnded(row, { endedBy: ENDED_BY.get(row.termination ?? '') }) : undefined),
});
