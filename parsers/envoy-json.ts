/** Envoy's access log as JSON with the key names of Istio, Contour and Envoy Gateway. One record a stream, written at its end. */
import { type EnvoyRow, envoyEvent, envoyRow } from '../src/grammar/envoy.ts';
import { firstOf, type JsonObject, parseObject, textOf } from '../src/grammar/json.ts';
import { defineParser } from '../src/types.ts';

/** Operator → the keys under which the published formats write it. Keys are chosen in the configuration; these are its defaults. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  START_TIME: ['start_time', '@timestamp'],
  'REQ(:METHOD)': ['method'],
  'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': ['path', 'x-envoy-original-path', 'x-envoy-origin-path'],
  PROTOCOL: ['protocol'],
  RESPONSE_CODE: ['response_code'],
  RESPONSE_FLAGS: ['response_flags', 'response_flags_long'],
  RESPONSE_CODE_DETAILS: ['response_code_details'],
  CONNECTION_TERMINATION_DETAILS: ['connection_termination_details'],
  UPSTREAM_TRANSPORT_FAILURE_REASON: ['upstream_transport_failure_reason'],
  BYTES_RECEIVED: ['bytes_received'],
  BYTES_SENT: ['bytes_sent'],
  DURATION: ['duration'],
  'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)': ['upstream_service_time', 'x-envoy-upstream-service-time'],
  'REQ(X-FORWARDED-FOR)': ['x_forwarded_for', 'x-forwarded-for'],
  'REQ(USER-AGENT)': ['user_agent', 'user-agent'],
  'REQ(X-REQUEST-ID)': ['request_id', 'x-request-id', 'x_request_id'],
  'REQ(:AUTHORITY)': ['authority', ':authority'],
  UPSTREAM_HOST: ['upstream_host'],
  UPSTREAM_CLUSTER: ['upstream_cluster'],
  UPSTREAM_LOCAL_ADDRESS: ['upstream_local_address'],
  DOWNSTREAM_LOCAL_ADDRESS: ['downstream_local_address'],
  DOWNSTREAM_REMOTE_ADDRESS: ['downstream_remote_address'],
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: ['downstream_direct_remote_address'],
  REQUESTED_SERVER_NAME: ['requested_server_name'],
  ROUTE_NAME: ['route_name'],
};

/** `response_code` beside one of these is Envoy's; a bare application log has neither pair. */
const MARKS = ['response_flags', 'response_flags_long', 'upstream_cluster', 'upstream_host', 'response_code_details'];
const isEnvoy = (record: JsonObject): boolean => 'response_code' in record && MARKS.some((key) => key in record);

export const envoyJson = defineParser<EnvoyRow>({
  name: 'envoy-json',
  about: 'Envoy access log as JSON: Istio, Contour, Envoy Gateway',
  adds: 'life of each tunnel to the ms, bytes both ways, the instance behind it, and response flags that name who ended it',
  docs: 'https://istio.io/latest/docs/tasks/observability/logs/access-log/',
  vantage: 'proxy',
  habitat: 'mixed',
  // How Envoy's own answers to an upgrade are told: those that its upstreams give look like any other request's.
  needles: ['101', 'upgrade_failed', 'upstream_reset_before_response', 'no_healthy_upstream', 'route_not_found', 'cluster_not_found'],
  samples: [
    {
      line: '{"start_time":"2026-11-22T20:23:41.310Z","method":"GET","path":"/ws","protocol":"HTTP/1.1","response_code":101,"response_flags":"DC","response_code_details":"downstream_remote_disconnect","connection_termination_details":null,"upstream_transport_failure_reason":null,"bytes_received":1043,"bytes_sent":2210,"duration":60112,"upstream_service_time":null,"x_forwarded_for":"203.0.113.9","user_agent":"Mozilla/5.0","request_id":"cc21","authority":"ws.example.com","upstream_host":"10.0.2.1:8080","upstream_cluster":"outbound|8080||ws.default.svc.cluster.local","upstream_local_address":"10.0.1.9:55120","downstream_local_address":"10.0.1.9:8443","downstream_remote_address":"203.0.113.9:55432","requested_server_name":"ws.example.com","route_name":null}',
      from: 'Istio 1.22 documentation, accessLogEncoding JSON, values of a tunnel',
      reads: {
        status: 101,
        durationMs: 60_112,
        clientIp: '203.0.113.9',
        clientPort: 55432,
        upstreamName: 'outbound|8080||ws.default.svc.cluster.local',
        termination: 'DC',
      },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'client',
        lifeMs: 60_112,
        when: { ms: Date.UTC(2026, 10, 22, 20, 24, 41, 422), widthMs: 2, basis: 'utc' },
        keys: { requestId: 'cc21' },
      },
    },
    {
      line: '{"path":"/server/io-bound/50","protocol":"HTTP/1.1","request_id":"110677bb-7cc8-495c-8872-784e59ba8904","method":"GET","duration":"28","response_code":"503","upstream_host":"127.0.0.1:8080","bytes_sent":"95","response_flags":"UC","route_name":"default"}',
      from: 'Istio 1.6, custom accessLogFormat without a time, all values as text',
      reads: { status: 503, durationMs: 28, at: undefined, upstream: '127.0.0.1:8080' },
      gives: 'noise',
    },
    {
      line: '{":authority":"ws.example.com","bytes_received":"0","bytes_sent":"0","connection_termination_details":"-","downstream_local_address":"10.0.1.9:10080","downstream_remote_address":"10.0.3.4:40112","duration":"3600001","method":"GET","protocol":"HTTP/1.1","requested_server_name":"-","response_code":"101","response_code_details":"max_duration_timeout","response_flags":"DT","route_name":"httproute/default/ws/rule/0","start_time":"2026-11-22T20:23:41.310Z","upstream_cluster":"httproute/default/ws/rule/0","upstream_host":"10.0.2.1:8080","upstream_local_address":"10.0.1.9:55120","upstream_transport_failure_reason":"-","user-agent":"-","x-envoy-origin-path":"/ws","x-envoy-upstream-service-time":"-","x-forwarded-for":"10.0.3.4","x-request-id":"cc25"}',
      from: 'Envoy Gateway 1.2 default JSON access log, values of a tunnel',
      reads: { path: '/ws', host: 'ws.example.com', requestId: 'cc25' },
      gives: { kind: 'tunnel-ended', endedBy: 'life', termination: 'DT' },
    },
    {
      line: '{"start_time":"2026-11-22T20:23:41.310Z","method":"GET","path":"/ws","protocol":"HTTP/1.1","response_code":503,"response_flags":"UR","response_code_details":"upstream_reset_before_response_started{remote_reset}","bytes_received":0,"bytes_sent":85,"duration":2,"request_id":"cc26","upstream_host":"10.0.2.1:8080"}',
      from: 'Envoy response code details 1.31, in the format of Istio 1.22',
      reads: { status: 503, termination: 'UR' },
      gives: { kind: 'handshake-failed', status: 503, by: 'upstream' },
    },
  ],
  rejects: [
    '{"response_code":101,"duration":5}',
    '{"start_time":"yesterday","response_code":101,"response_flags":"-","duration":5}',
    '{"response_code":"ok","response_flags":"-"}',
  ],
  read(text) {
    const record = text.includes('response_code') ? parseObject(text) : undefined;
    if (!record || !isEnvoy(record)) return null;
    const row = envoyRow((name) => {
      const value = textOf(firstOf(record, KEYS[name] ?? []));
      return value === '-' ? undefined : value;
    });
    return row ?? null;
  },
  events: envoyEvent,
});
