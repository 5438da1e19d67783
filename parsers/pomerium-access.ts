/** Pomerium's access log: what its Envoy tells it of each stream, written as JSON by zerolog. */
import { type EnvoyRow, envoyEvent, envoyRow } from '../src/grammar/envoy.ts';
import { numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { iso } from '../src/time.ts';
import { defineParser, type Stamp } from '../src/types.ts';

/** Envoy's operators → Pomerium's `access_log_fields` (internal/log/access_log.go). */
const FIELDS: Readonly<Record<string, string>> = {
  'REQ(:METHOD)': 'method',
  'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': 'path',
  RESPONSE_CODE: 'response-code',
  RESPONSE_CODE_DETAILS: 'response-code-details',
  BYTES_SENT: 'size',
  'REQ(X-FORWARDED-FOR)': 'forwarded-for',
  DOWNSTREAM_REMOTE_ADDRESS: 'ip',
  'REQ(USER-AGENT)': 'user-agent',
  'REQ(X-REQUEST-ID)': 'request-id',
  'REQ(:AUTHORITY)': 'authority',
  UPSTREAM_CLUSTER: 'upstream-cluster',
};

/** Envoy hands its records over in batches, once a second (`buffer_flush_interval`), and Pomerium stamps each when it gets it. */
const HANDED_OVER_MS = 1_000;

const endOf = ({ ms, widthMs, basis }: Stamp): Stamp => ({ ms: ms - HANDED_OVER_MS, widthMs: widthMs + HANDED_OVER_MS, basis });

export const pomeriumAccess = defineParser<EnvoyRow>({
  name: 'pomerium-access',
  about: 'Pomerium’s access log as JSON',
  adds: 'life of each tunnel to the ms and Envoy’s word for its end: its idle timer, the client; to the second',
  docs: 'https://www.pomerium.com/docs/reference/access-log-fields',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101', 'upgrade_failed', 'upstream_reset_before_response', 'no_healthy_upstream', 'route_not_found'],
  samples: [
    {
      line: '{"level":"info","service":"envoy","upstream-cluster":"feed-8f2c","method":"GET","authority":"feed.example.com","path":"/stream?ch=8","user-agent":"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0","referer":"","forwarded-for":"10.6.3.212","request-id":"e9732f26-1b59-d9df-5109-6b382a1fa939","duration":300256.080305,"size":11755,"response-code":101,"response-code-details":"stream_idle_timeout","time":"2026-07-02T13:19:57+02:00","message":"http-request"}',
      from: 'Pomerium 0.25, internal/controlplane/grpc_accesslog.go; values of a tunnel',
      reads: {
        status: 101,
        durationMs: 300_256.08,
        clientIp: '10.6.3.212',
        upstreamName: 'feed-8f2c',
        responseCodeDetails: 'stream_idle_timeout',
      },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'idle',
        lifeMs: 300_256.08,
        when: { ms: Date.UTC(2026, 6, 2, 11, 19, 56), widthMs: 2_000, basis: 'utc' },
        termination: 'stream_idle_timeout',
        keys: { requestId: 'e9732f26-1b59-d9df-5109-6b382a1fa939', client: { ip: '10.6.3.212' } },
      },
    },
    {
      line: '{"level":"info","service":"envoy","upstream-cluster":"","method":"GET","authority":"feed.example.com","path":"/ws","user-agent":"","referer":"","forwarded-for":"10.255.255.2,10.10.0.8","request-id":"834a4284","duration":0,"size":0,"response-code":101,"response-code-details":"downstream_remote_disconnect","time":"2023-08-17T13:13:55Z","message":"http-request"}',
      from: 'Pomerium 0.22: no last byte was sent, of which alone its duration tells',
      reads: { status: 101, durationMs: undefined },
      gives: { kind: 'tunnel-ended', endedBy: 'client', behind: true, keys: { client: { ip: '10.255.255.2' } } },
    },
    {
      line: '{"level":"info","service":"envoy","upstream-cluster":"feed-8f2c","method":"GET","authority":"feed.example.com","path":"/ws","user-agent":"","referer":"","forwarded-for":"10.6.3.59","request-id":"3238ab8d","duration":2.587751,"size":91,"response-code":503,"response-code-details":"upstream_reset_before_response_started{connection_failure}","time":"2026-07-02T13:33:41+02:00","message":"http-request"}',
      from: 'Pomerium 0.25, Envoy’s response code details',
      reads: { status: 503 },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    {
      line: '{"level":"info","service":"envoy","upstream-cluster":"feed-8f2c","method":"GET","authority":"feed.example.com","path":"/","user-agent":"","referer":"","forwarded-for":"10.6.3.59","request-id":"3238ab8d","duration":473.587751,"size":84132,"response-code":200,"response-code-details":"via_upstream","time":"2026-07-02T13:33:40+02:00","message":"http-request"}',
      from: 'Pomerium 0.25',
      reads: { status: 200, path: '/' },
      gives: 'noise',
    },
  ],
  rejects: [
    '{"level":"info","service":"identity_manager","time":"2026-07-02T13:13:07+02:00","message":"refreshing user"}',
    '{"service":"envoy","response-code":101,"message":"http-request"}',
    '{"service":"gate","response-code":101,"time":"2026-07-02T13:13:07+02:00","message":"http-request"}',
  ],
  read(text) {
    const record = text.includes('"http-request"') ? parseObject(text) : undefined;
    if (record?.['service'] !== 'envoy' || record['message'] !== 'http-request') return null;
    const at = iso(textOf(record['time']) ?? '');
    const row = envoyRow((name) => textOf(record[FIELDS[name] ?? '']) || undefined);
    // Time to the last byte that was sent: an aborted stream has none.
    const ms = numberOf(record['duration']);
    return at && row ? { ...row, at, durationMs: ms ? Math.round(ms * 1_000) / 1_000 : undefined } : null;
  },
  events({ at, ...row }) {
    const event = envoyEvent(row);
    return event && at && { ...event, when: endOf(at) };
  },
});
