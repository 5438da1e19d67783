/** Kong Gateway: its access log with the request id behind it (3.5 on), and the JSON of file-log, http-log, tcp-log and syslog plugins. */
import { accessLine } from '../src/grammar/access-line.ts';
import { type AccessValues, accessEvent, accessRow, type HttpRow } from '../src/grammar/access-values.ts';
import { at, firstOf, type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { epoch } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

interface KongRow extends HttpRow {
  readonly service?: string | undefined;
  readonly route?: string | undefined;
}

// $request … "$http_user_agent" kong_request_id: "$request_id"
const TAIL = /^ "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*" kong_request_id: "([0-9a-f]{32}|-?)"$/;

/** Where the plugins' serializer keeps what: kong/pdk/log.lua. Durations are ms, `started_at` is epoch ms. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  status: ['response.status'],
  remote_addr: ['client_ip'],
  request_method: ['request.method'],
  request_uri: ['request.uri'],
  bytes_sent: ['response.size'],
  request_length: ['request.size'],
  duration_ms: ['latencies.request'],
  http_upgrade: ['request.headers.upgrade'],
  http_user_agent: ['request.headers.user-agent'],
  http_x_forwarded_for: ['request.headers.x-forwarded-for'],
  host: ['request.headers.host'],
  request_id: ['request.id', 'request.headers.x-request-id'],
  upstream_status: ['upstream_status'],
  upstream_name: ['service.name'],
};

function jsonRow(entry: JsonObject): KongRow | null {
  const started = numberOf(entry['started_at']);
  const stamp = started === undefined ? undefined : epoch(started);
  if (!stamp || at(entry, 'latencies.request') === undefined || typeof entry['response'] !== 'object') return null;
  const values: AccessValues = new Map();
  for (const [name, paths] of Object.entries(PATHS)) {
    const value = textOf(firstOf(entry, paths));
    if (value !== undefined) values.set(name === 'upstream_name' ? 'proxy_upstream_name' : name, value);
  }
  const tries = Array.isArray(entry['tries']) ? (entry['tries'] as JsonObject[]) : [];
  const last = tries.at(-1);
  if (last && textOf(last['ip']) !== undefined) values.set('upstream_addr', `${textOf(last['ip'])}:${textOf(last['port']) ?? ''}`);
  const row = accessRow(stamp, 'start', values);
  const route = textOf(at(entry, 'route.name'));
  return row && { ...row, ...(route !== undefined && { route }) };
}

export const kongAccess = defineParser<KongRow>({
  name: 'kong-access',
  about: 'Kong Gateway access log (kong_request_id) and JSON of its logging plugins',
  adds: 'life of each tunnel, the service, route and upstream that served it, and the Upgrade header of failed handshakes',
  docs: 'https://developer.konghq.com/plugins/file-log/',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ':101,', ': 101,', ':101}', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 2210 "-" "Mozilla/5.0" kong_request_id: "9b1f0c7d1a2b3c4d5e6f708192a3b4c5"',
      from: 'Kong 3.6, kong_log_format',
      reads: { clientIp: '203.0.113.9', status: 101, bytesSent: 2210, requestId: '9b1f0c7d1a2b3c4d5e6f708192a3b4c5', marks: 'end' },
      gives: { kind: 'tunnel-ended', bytesDown: 2210, keys: { requestId: '9b1f0c7d1a2b3c4d5e6f708192a3b4c5' } },
    },
    {
      line: '{"latencies":{"request":60013,"kong":1,"proxy":60011},"service":{"host":"chat.internal","name":"chat","read_timeout":60000},"request":{"id":"9b1f0c7d1a2b3c4d5e6f708192a3b4c5","uri":"/ws?room=1","size":312,"method":"GET","headers":{"upgrade":"websocket","host":"chat.example.com","user-agent":"Mozilla/5.0"}},"client_ip":"203.0.113.9","response":{"status":101,"size":1204,"headers":{"upgrade":"websocket"}},"tries":[{"ip":"10.0.0.6","port":8080,"state":"failed","code":502},{"ip":"10.0.0.7","port":8080,"balancer_latency":0}],"route":{"name":"chat-ws"},"started_at":1795379021000}',
      from: 'Kong 3.6, file-log plugin',
      reads: {
        at: { ms: 1795379021000, widthMs: 1, basis: 'utc' },
        status: 101,
        path: '/ws?room=1',
        durationMs: 60013,
        upstream: '10.0.0.7:8080',
        upstreamName: 'chat',
        route: 'chat-ws',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 60013, when: { ms: 1795379081013, widthMs: 1, basis: 'utc' }, keys: { upstreamName: 'chat' } },
    },
    {
      line: '{"latencies":{"request":3,"kong":2,"proxy":-1},"request":{"uri":"/chat","method":"GET","headers":{"upgrade":"websocket"}},"client_ip":"2001:db8::9","response":{"status":503,"size":300},"tries":[],"started_at":1798761599999}',
      from: 'Kong 3.6, http-log plugin',
      reads: { clientIp: '2001:db8::9', status: 503, upgrade: 'websocket' },
      gives: { kind: 'handshake-failed', status: 503 },
    },
  ],
  rejects: [
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 2210 "-" "Mozilla/5.0"',
    '203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 2210 "-" "Mozilla/5.0" kong_request_id: "9b1f',
    '{"latencies":{"request":60013},"response":{"status":101}}',
  ],
  read(text) {
    const entry = parseObject(text);
    if (entry) return jsonRow(entry);
    const line = accessLine(text);
    const tail = line && TAIL.exec(line.tail);
    if (!line || !tail) return null;
    line.values.delete('kong_request_id');
    return accessRow(line.at, 'end', line.values.set('request_id', tail[1] ?? ''));
  },
  events: (row) => accessEvent(row),
});
