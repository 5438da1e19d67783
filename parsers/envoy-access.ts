/** Envoy's default access log and Istio's. One line a stream, written at its end, stamped with its start. */
import { type EnvoyRow, envoyEvent, envoyFormat, envoyRow } from '../src/grammar/envoy.ts';
import { defineParser } from '../src/types.ts';

const REQUEST = '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ';
const SIZES = '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% ';
const HEADERS = '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"';
const ADDRESSES =
  ' %UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%';

/** Newest first: Istio since 1.9, 1.5–1.8, 1.4, 1.1–1.3, then Envoy's own default. */
const FORMATS = [
  `${REQUEST}%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ${SIZES}${HEADERS}${ADDRESSES} %ROUTE_NAME%`,
  `${REQUEST}"%DYNAMIC_METADATA(istio.mixer:status)%" "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ${SIZES}${HEADERS}${ADDRESSES} %ROUTE_NAME%`,
  `${REQUEST}"%DYNAMIC_METADATA(istio.mixer:status)%" "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ${SIZES}${HEADERS}${ADDRESSES}`,
  `${REQUEST}"%DYNAMIC_METADATA(istio.mixer:status)%" ${SIZES}${HEADERS}${ADDRESSES}`,
  `${REQUEST}${SIZES}${HEADERS}`,
].map(envoyFormat);

const START = { ms: Date.UTC(2026, 10, 22, 20, 23, 41, 310), widthMs: 1, basis: 'utc' } as const;

export const envoyAccess = defineParser<EnvoyRow>({
  name: 'envoy-access',
  about: "Envoy's default access log and Istio's text access log",
  adds: 'life of each tunnel to the ms, bytes both ways, the instance behind it, and response flags that name who ended it',
  docs: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage',
  vantage: 'proxy',
  habitat: 'mixed',
  // Envoy's own answers to an upgrade: a status and the flags behind it.
  needles: [' 101 ', 'upgrade_failed', 'CONNECT /', ' 503 U', ' 504 U', ' 404 N'],
  samples: [
    {
      line: '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 101 - 1043 2210 300112 3 "203.0.113.9" "Mozilla/5.0" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "ws.example.com" "10.0.2.1:8080"',
      from: 'Envoy access log documentation 1.31, default format, values of a tunnel',
      reads: {
        at: START,
        method: 'GET',
        status: 101,
        bytesReceived: 1043,
        bytesSent: 2210,
        durationMs: 300_112,
        clientIp: '203.0.113.9',
        upstream: '10.0.2.1:8080',
      },
      gives: {
        kind: 'tunnel-ended',
        when: { ms: START.ms + 300_112, widthMs: 2, basis: 'utc' },
        status: 101,
        lifeMs: 300_112,
        bytesUp: 1043,
        bytesDown: 2210,
        termination: '-',
        keys: {
          requestId: 'cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2',
          path: '/ws',
          client: { ip: '203.0.113.9' },
          upstream: { ip: '10.0.2.1', port: 8080 },
        },
      },
    },
    {
      line: '[2026-01-02T00:00:00.000Z] "GET /ws HTTP/1.1" 101 SI 0 0 300000 3 "2001:db8::7,10.0.0.1" "odd "agent" v1" "cc21" "ws.example.com" "[2001:db8::1]:8080"',
      from: 'Envoy access log documentation 1.31: text formats do not escape quotes; IPv6',
      reads: { userAgent: 'odd "agent" v1', clientIp: '2001:db8::7', termination: 'SI' },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'idle',
        behind: true,
        termination: 'SI',
        keys: { upstream: { ip: '2001:db8::1', port: 8080 } },
      },
    },
    {
      line: '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "tcp://10.0.2.1:80"',
      from: 'Envoy access log documentation, example of the default format',
      reads: { status: 204, upstreamDurationMs: 100, host: 'locations' },
      gives: 'noise',
    },
    {
      line: '[2026-11-22T20:23:41.310Z] "GET /ws?room=1 HTTP/1.1" 101 UC upstream_reset_after_response_started{connection_termination} - "-" 1043 2210 5112 - "203.0.113.9" "Mozilla/5.0" "cc21" "ws.example.com" "10.0.2.1:8080" inbound|8080|| 127.0.0.6:41807 10.0.2.1:8080 10.0.3.4:40112 outbound_.8080_._.ws.default.svc.cluster.local default',
      from: 'Istio 1.22 documentation, default format, values of a cut tunnel',
      reads: {
        upstreamName: 'inbound|8080||',
        clientIp: '10.0.3.4',
        clientPort: 40112,
        responseCodeDetails: 'upstream_reset_after_response_started{connection_termination}',
        routeName: 'default',
      },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream', termination: 'UC', lifeMs: 5112 },
    },
    {
      line: '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 101 - downstream_local_disconnect - "-" 0 0 600001 - "-" "Mozilla/5.0" "cc22" "ws.example.com" "10.0.2.1:8080" outbound|8080||ws.default.svc.cluster.local 10.0.1.9:55120 10.0.1.9:8443 203.0.113.9:55432 ws.example.com -',
      from: 'Istio 1.22 documentation, default format, values of a drained gateway',
      reads: { forwardedFor: undefined, clientIp: '203.0.113.9', requestedServerName: 'ws.example.com' },
      gives: { kind: 'tunnel-ended', endedBy: 'proxy-stop', termination: 'downstream_local_disconnect' },
    },
    {
      line: '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 403 - upgrade_failed - "-" 0 0 1 - "-" "Mozilla/5.0" "cc23" "ws.example.com" "-" - - 10.0.1.9:8443 203.0.113.9:55432 - -',
      from: 'Envoy response code details 1.31, upgrade_failed, in the format of Istio 1.22',
      reads: { status: 403, upstream: undefined },
      gives: { kind: 'handshake-failed', status: 403, by: 'proxy' },
    },
    {
      line: '[2026-11-22T20:23:41.310Z] "CONNECT /ws HTTP/2" 200 DC 1043 2210 5112 3 "203.0.113.9" "Mozilla/5.0" "cc24" "ws.example.com" "10.0.2.1:8080"',
      from: 'RFC 8441 extended CONNECT in the default format of Envoy 1.31',
      reads: { method: 'CONNECT' },
      gives: { kind: 'tunnel-ended', status: 200, endedBy: 'client' },
    },
    {
      line: '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 3 1 "-" "curl/7.73.0-DEV" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 10.44.1.23:37652 outbound_.8000_._.httpbin.foo.svc.cluster.local default',
      from: 'Istio 1.9 documentation, Getting Envoy’s access logs',
      reads: { status: 418, clientPort: 37652 },
      gives: 'noise',
    },
    {
      line: '[2019-03-06T09:31:27.360Z] "GET /status/418 HTTP/1.1" 418 - "-" 0 135 5 2 "-" "curl/7.60.0" "d209e46f-9ed5-9b61-bbdd-43e22662702a" "httpbin:8000" "127.0.0.1:80" inbound|8000|http|httpbin.default.svc.cluster.local - 172.30.146.73:80 172.30.146.82:38618 outbound_.8000_._.httpbin.default.svc.cluster.local',
      from: 'Istio 1.1 documentation, Getting Envoy’s access logs',
      reads: { status: 418, durationMs: 5, clientIp: '172.30.146.82' },
      gives: 'noise',
    },
    {
      line: '[2020-11-25T21:26:18.409Z] "- - -" 0 UF,URX - - "-" 0 0 9999 - "-" "-" "-" "-" "10.0.2.1:443" outbound|443||db.default.svc.cluster.local - 10.0.2.9:443 10.0.1.7:40112 - -',
      from: 'Istio 1.22, a TCP connection in the same format',
      reads: { status: 0, method: undefined, termination: 'UF,URX' },
      gives: 'noise',
    },
    {
      line: '[2024-06-02T13:24:57.930Z] "GET /favicon.ico HTTP/2" 0 - http2.remote_reset - "-" 0 0 0 - "192.168.0.24" "Mozilla/5.0" "9f69865b-eed1-409b-8c12-12436234a191" "auth.example.com" "10.0.0.159:8080" outbound|80||keycloak.auth.svc.cluster.local 10.0.1.244:35794 10.0.1.244:8443 192.168.0.24:8459 auth.example.com -',
      from: 'Istio 1.22, a client that left before the answer',
      reads: {
        status: 0,
        clientIp: '192.168.0.24',
        clientPort: 8459,
        upstream: '10.0.0.159:8080',
        responseCodeDetails: 'http2.remote_reset',
      },
      gives: 'noise',
    },
    {
      line: '[2019-09-04T09:37:57.040Z] "GET /ws/echo HTTP/1.1" 503 UR 0 85 2 - "10.0.2.15" "Mozilla/5.0 (X11; Linux x86_64)" "5e6f0c35-7d4e-4b80-9d4f-6e5b5ea7a8a1" "echo.example.com" "10.244.1.9:8080"',
      from: 'Envoy 1.11, an HTTP/2 upstream without allow_connect, envoyproxy/envoy#8147',
      reads: { status: 503, termination: 'UR' },
      gives: { kind: 'handshake-failed', status: 503, by: 'upstream', keys: { path: '/ws/echo' } },
    },
  ],
  rejects: [
    '[2026-11-22T20:23:41.310Z] "GET /ws HTTP/1.1" 101 - 1043 2210 300112 3 "203.0.113.9"',
    '[2026-11-22 20:23:41.310][1][info][main] [source/server/server.cc:988] starting main dispatch loop',
  ],
  read(text) {
    if (!text.startsWith('[')) return null;
    for (const format of FORMATS) {
      const operators = format(text);
      if (operators) return envoyRow(operators) ?? null;
    }
    return null;
  },
  events: envoyEvent,
});
