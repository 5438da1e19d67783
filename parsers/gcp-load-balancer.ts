/** Google Cloud Application Load Balancers: Cloud Logging entries as `gcloud logging read --format=json` and exports write them. */
import { handshakeFailed, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { type GcpRequest, gcpRequest, requestEnd } from '../src/grammar/gcp-request.ts';
import { type JsonObject, parseObject, textOf, at as valueAt } from '../src/grammar/json.ts';
import { defineParser, type TunnelEnded } from '../src/types.ts';

interface GcpRow extends GcpRequest {
  /** The timer of this balancer ends WebSockets by age, not by silence. */
  readonly endsByAge: boolean;
}

const LOG_TYPE = /LoadBalancerLogEntry$/;
const RESOURCES = new Set(['http_load_balancer', 'http_external_regional_lb_rule', 'internal_http_lb_rule']);

const ENDED_BY = new Map<string, TunnelEnded['endedBy']>([
  ['backend_connection_closed_after_partial_response_sent', 'upstream'],
  ['backend_connection_closed_before_data_sent_to_client', 'upstream'],
  ['client_disconnected_after_partial_response', 'client'],
  ['client_disconnected_before_any_response', 'client'],
  ['client_timed_out', 'idle'],
]);
const REFUSED_UPGRADES = new Set(['websocket_handshake_failed', 'upgrade_header_rejected']);

/** Envoy-based balancers say it in RFC 9209's words: `error="connection_terminated"; details="backend_connection_closed_…"`. */
const PROXY_DETAILS = /\bdetails="([^"]{1,200})"/;

function requestDetails(payload: JsonObject): string | undefined {
  const proxyStatus = textOf(payload['proxyStatus']);
  return (
    textOf(payload['statusDetails']) ?? (proxyStatus === undefined ? undefined : (PROXY_DETAILS.exec(proxyStatus)?.[1] ?? proxyStatus))
  );
}

const TIMED_OUT =
  '{"httpRequest":{"latency":"30.004123s","remoteIp":"203.0.113.9","requestMethod":"GET","requestSize":"577","requestUrl":"https://chat.example.com/ws?room=1","responseSize":"157","serverIp":"10.128.0.7","status":101,"userAgent":"Mozilla/5.0"},"insertId":"1oek5rg3l3fxj7","jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","remoteIp":"203.0.113.9","statusDetails":"backend_timeout"},"logName":"projects/p/logs/requests","receiveTimestamp":"2026-11-22T20:24:12.588272510Z","resource":{"labels":{"backend_service_name":"web-backend","forwarding_rule_name":"fr","project_id":"p","target_proxy_name":"tp","url_map_name":"um","zone":"global"},"type":"http_load_balancer"},"severity":"INFO","spanId":"7b6537d3672e08e1","timestamp":"2026-11-22T20:23:41.078651Z","trace":"projects/p/traces/241d69833e64b3bf83fabac8c873d992"}';

export const gcpLoadBalancer = defineParser<GcpRow>({
  name: 'gcp-load-balancer',
  about: 'Google Cloud Application Load Balancer request log (Cloud Logging LogEntry)',
  adds: 'who ended each WebSocket: the backend timeout, the backend or the client (requests are sampled)',
  docs: 'https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['LoadBalancerLogEntry'],
  samples: [
    {
      line: TIMED_OUT,
      from: 'Google Cloud documentation, statusDetails of WebSockets',
      reads: {
        status: 101,
        durationMs: 30_004.123,
        termination: 'backend_timeout',
        clientIp: '203.0.113.9',
        path: '/ws?room=1',
        upstreamName: 'web-backend',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        endedBy: 'life',
        lifeMs: 30_004.123,
        when: { ms: Date.UTC(2026, 10, 22, 20, 24, 11, 82) + 0.774, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: TIMED_OUT.replace(
        '"remoteIp":"203.0.113.9","statusDetails"',
        '"loadBalancingScheme":"EXTERNAL_MANAGED","remoteIp":"203.0.113.9","statusDetails"',
      ),
      from: 'Google Cloud documentation, loadBalancingScheme during a migration from the classic balancer',
      reads: { endsByAge: false },
      gives: { kind: 'tunnel-ended', endedBy: 'idle' },
    },
    {
      line: TIMED_OUT.replace('backend_timeout', 'client_disconnected_after_partial_response').replace(
        '20:24:12.588272510Z',
        '20:23:42.1Z',
      ),
      from: 'an entry that was received before start and latency add up: its stamp is the end',
      reads: { status: 101 },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'client',
        when: { ms: Date.UTC(2026, 10, 22, 20, 23, 41, 78) + 0.651, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: TIMED_OUT.replace('"status":101', '"status":502').replace('backend_timeout', 'websocket_handshake_failed'),
      from: 'Google Cloud documentation, statusDetails of failures',
      reads: { status: 502 },
      gives: { kind: 'handshake-failed', status: 502, why: 'websocket_handshake_failed' },
    },
    {
      line: '{"insertId":"1oek5rg3l3fxj7","jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","cacheId":"SFO-fbae48ad","statusDetails":"response_from_cache"},"httpRequest":{"requestMethod":"GET","requestUrl":"http://81.2.69.193:8080/static/us/three-cats.jpg","requestSize":"577","status":304,"responseSize":"157","remoteIp":"89.160.20.156:9989","cacheHit":true,"serverIp":"10.5.3.1:9090","protocol":"HTTP/2.0"},"resource":{"type":"http_load_balancer","labels":{"zone":"global","backend_service_name":""}},"timestamp":"2020-06-08T23:41:30.078651Z","severity":"INFO","logName":"projects/PROJECT_ID/logs/requests","receiveTimestamp":"2020-06-08T23:41:30.588272510Z"}',
      from: 'test data of the Elastic GCP integration, 2020',
      reads: {
        status: 304,
        clientIp: '89.160.20.156',
        clientPort: 9989,
        upstream: '10.5.3.1:9090',
        bytesSent: 157,
        path: '/static/us/three-cats.jpg',
      },
      gives: 'noise',
    },
  ],
  rejects: [
    TIMED_OUT.slice(0, 300),
    TIMED_OUT.replace('"timestamp":"2026-11-22T', '"timestamp":"2026-11-31T'),
    '{"textPayload":"GET /ws 101","resource":{"type":"k8s_container"},"timestamp":"2026-11-22T20:23:41.078651Z"}',
    '{"httpRequest":{"status":101},"resource":{"type":"cloud_run_revision"},"timestamp":"2026-11-22T20:23:41.078651Z"}',
  ],
  read(text) {
    const entry = parseObject(text);
    const request = entry && gcpRequest(entry);
    if (!entry || !request) return null;
    const resource = textOf(valueAt(entry, 'resource.type')) ?? '';
    const payload = (entry['jsonPayload'] ?? {}) as JsonObject;
    if (!RESOURCES.has(resource) && !LOG_TYPE.test(textOf(payload['@type']) ?? '')) return null;
    const label = (key: string): string | undefined => textOf(valueAt(entry, `resource.labels.${key}`)) || undefined;
    const scheme = textOf(payload['loadBalancingScheme']);
    return {
      ...request,
      clientIp: request.clientIp ?? endpoint(textOf(payload['remoteIp']))?.ip,
      upstream: addressText(endpoint(textOf(valueAt(entry, 'httpRequest.serverIp')))),
      upstreamName: label('backend_service_name') ?? label('backend_target_name'),
      termination: requestDetails(payload),
      forwardingRule: label('forwarding_rule_name'),
      // Only the classic balancer also cuts busy WebSockets; the others, which are Envoys, log a proxyStatus.
      endsByAge: scheme === undefined ? resource === 'http_load_balancer' && !('proxyStatus' in payload) : scheme === 'EXTERNAL',
    };
  },
  events(row) {
    const details = row.termination ?? '';
    if (REFUSED_UPGRADES.has(details)) return handshakeFailed(row, details);
    if (row.status !== 101) return undefined;
    const endedBy = details === 'backend_timeout' ? (row.endsByAge ? 'life' : 'idle') : ENDED_BY.get(details);
    return tunnelEnded(row, { when: requestEnd(row), endedBy });
  },
});
