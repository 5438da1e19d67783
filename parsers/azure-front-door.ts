/** Azure Front Door access log, classic and Standard/Premium: diagnostic log records as JSON. */
import { type AccessRow, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { firstOf, type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { unset } from '../src/grammar/quoted.ts';
import { urlParts } from '../src/grammar/url.ts';
import { iso } from '../src/time.ts';
import { defineParser, type TunnelEnded } from '../src/types.ts';

/** `at` is when the response was delivered; of a WebSocket when it was closed. */
interface FrontDoorRow extends AccessRow {
  /** `HTTP`, `HTTPS`; `WS`, `WSS` after a successful upgrade. */
  readonly scheme?: string | undefined;
}

const ENDED_BY = new Map<string, TunnelEnded['endedBy']>([
  ['ClientDisconnected', 'client'],
  ['OriginConnectionAborted', 'upstream'],
  ['OriginConnectionReset', 'upstream'],
  ['OriginTimeout', 'idle'],
]);

const WSS =
  '{"time":"2026-12-31T23:59:59.6479719Z","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.CDN/PROFILES/FD","category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":"0k1y5YQAAAAAWd0Uc6UcnR7WN8uo2prYZU0lOMzBFREdFMDIxNw==","httpMethod":"GET","httpVersion":"1.1.0.0","requestUri":"https://chat.example.com:443/ws?room=1","hostName":"chat.example.com","requestBytes":"2545","responseBytes":"1205","userAgent":"Mozilla/5.0","clientIp":"2001:db8::9","clientPort":"50382","socketIp":"2001:db8::9","timeToFirstByte":"0.384","timeTaken":"300.384","requestProtocol":"WSS","securityProtocol":"TLS 1.3","httpStatusCode":"101","httpStatusDetails":"101","pop":"SIN","cacheStatus":"CONFIG_NOCACHE","originName":"app.azurewebsites.net:443","originIp":"20.43.132.8:443","errorInfo":"OriginTimeout"}}';

export const azureFrontDoor = defineParser<FrontDoorRow>({
  name: 'azure-front-door',
  about: 'Azure Front Door access log (diagnostic log JSON, classic and Standard/Premium)',
  adds: 'who ended each WebSocket at the edge: an expired timeout, the origin or the client',
  docs: 'https://learn.microsoft.com/azure/frontdoor/monitor-front-door',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['FrontdoorAccessLog'],
  samples: [
    {
      line: WSS,
      from: 'Azure documentation, access log of Front Door Standard, with a WebSocket over IPv6 at year end',
      reads: {
        status: 101,
        scheme: 'WSS',
        durationMs: 300_384,
        clientIp: '2001:db8::9',
        clientPort: 50_382,
        path: '/ws?room=1',
        upstream: '20.43.132.8:443',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 300_384,
        endedBy: 'idle',
        termination: 'OriginTimeout',
        bytesUp: 2545,
        bytesDown: 1205,
      },
    },
    {
      line: WSS.replace('OriginTimeout', 'ClientDisconnected'),
      from: 'Azure documentation, errorInfo',
      reads: { termination: 'ClientDisconnected' },
      gives: { kind: 'tunnel-ended', endedBy: 'client' },
    },
    {
      line: '{"category":"FrontdoorAccessLog","operationName":"Microsoft.Network/FrontDoor/AccessLog/Write","properties":{"ErrorInfo":"NoError","backendHostname":"samplev6erp.azurewebsites.net:443","cacheStatus":"CONFIG_NOCACHE","clientIp":"89.160.20.128","clientPort":"50382","httpMethod":"POST","httpStatusCode":"200","httpStatusDetails":"200","httpVersion":"2.0.0.0","isReceivedFromClient":true,"pop":"SIN","requestBytes":"2545","requestProtocol":"HTTPS","requestUri":"https://erp.testcloud.com:443/StockSetup/GetStockListByCir","responseBytes":"1205","routingRuleName":"erp","rulesEngineMatchNames":[],"securityProtocol":"TLS 1.2","socketIp":"89.160.20.128","timeTaken":"0.384","timeToFirstByte":"0.384","trackingReference":"0k1y5YQ="},"resourceId":"/SUBSCRIPTIONS/4/RESOURCEGROUPS/WAF-RG/PROVIDERS/MICROSOFT.NETWORK/FRONTDOORS/TESTCLOUD","time":"2021-12-15T03:10:11.6479719Z"}',
      from: 'Front Door classic 2021, from the test data of the Elastic integration',
      reads: {
        status: 200,
        durationMs: 384,
        upstreamName: 'samplev6erp.azurewebsites.net:443',
        host: 'erp.testcloud.com',
        bytesSent: 1205,
      },
      gives: 'noise',
    },
  ],
  rejects: [
    WSS.slice(0, 400),
    WSS.replace('FrontDoorAccessLog', 'FrontDoorHealthProbeLog'),
    WSS.replace('"time":"2026-12-31T23', '"time":"2026-12-31T24'),
  ],
  read(text) {
    const record = parseObject(text);
    const properties = record?.['properties'];
    if (!record || typeof properties !== 'object' || properties === null) return null;
    if (textOf(record['category'])?.toLowerCase() !== 'frontdooraccesslog') return null;
    const at = iso(textOf(record['time']) ?? '');
    if (!at) return null;
    const value = (...keys: string[]): string | undefined => unset(textOf(firstOf(properties as JsonObject, keys)));
    const url = urlParts(value('requestUri'));
    const taken = numberOf(value('timeTaken'));
    return {
      at,
      durationMs: taken === undefined ? undefined : roundMs(taken * 1000),
      status: numberOf(value('httpStatusCode')),
      method: value('httpMethod'),
      path: url.path,
      protocol: value('httpVersion'),
      scheme: value('requestProtocol'),
      host: value('hostName') ?? url.host,
      clientIp: value('clientIp', 'clientIP'),
      clientPort: numberOf(value('clientPort')) || undefined,
      bytesReceived: numberOf(value('requestBytes')),
      bytesSent: numberOf(value('responseBytes')),
      referer: value('referer', 'referrer'),
      userAgent: value('userAgent'),
      upstream: addressText(endpoint(value('originIp', 'originIP'))),
      upstreamName: value('originName', 'backendHostname'),
      requestId: value('trackingReference'),
      termination: value('errorInfo', 'ErrorInfo'),
      pop: value('pop'),
      cacheStatus: value('cacheStatus'),
    };
  },
  events: (row) => (row.status === 101 ? tunnelEnded(row, { endedBy: ENDED_BY.get(row.termination ?? '') }) : undefined),
});
