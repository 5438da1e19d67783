/** Traefik's access log as JSON. Written at the end; `StartUTC` is the start, `Duration` is in nanoseconds, `time` has whole seconds. */
import { endpoint, endpointOf } from '../src/grammar/address.ts';
import { type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { unset } from '../src/grammar/quoted.ts';
import { type TraefikRow, tunnelStatus } from '../src/grammar/traefik-tunnels.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type Keys, type Stamp } from '../src/types.ts';

interface JsonRow extends TraefikRow {
  readonly at: Stamp;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly upstreamName?: string | undefined;
  readonly requestId?: string | undefined;
  /** A kept `Upgrade` header of the request or an answer says websocket. */
  readonly upgrade: boolean;
  /** `at` is the end, since the record's fields leave the start out. */
  readonly stampedAtEnd: boolean;
}

const NANOSECONDS = 1e6;
const stampOf = (value: unknown): Stamp | undefined => (typeof value === 'string' ? iso(value) : undefined);
/** Headers are kept as `request_Upgrade`, `origin_Upgrade`, `downstream_Upgrade`. */
const header = (record: JsonObject, side: string, name: string): string | undefined => unset(textOf(record[`${side}_${name}`]));
const UPGRADE_SIDES = ['request', 'origin', 'downstream'];

function read(text: string): JsonRow | null {
  const record = text.includes('DownstreamStatus') || text.includes('OriginStatus') ? parseObject(text) : undefined;
  if (!record) return null;
  const start = stampOf(record['StartUTC']) ?? stampOf(record['StartLocal']);
  const at = start ?? stampOf(record['time'] ?? record['@timestamp']);
  const nanoseconds = numberOf(record['Duration']);
  const status = numberOf(record['DownstreamStatus'] ?? record['OriginStatus']);
  if (!at || nanoseconds === undefined || status === undefined) return null;
  const client = endpoint(textOf(record['ClientAddr'])) ?? endpointOf(textOf(record['ClientHost']), textOf(record['ClientPort']));
  const server = unset(textOf(record['ServiceAddr'])) ?? unset(textOf(record['ServiceURL']))?.replace(/^[a-z0-9]+:\/\//, '');
  return {
    at,
    stampedAtEnd: start === undefined,
    clientIp: client?.ip,
    clientPort: client?.port,
    user: unset(textOf(record['ClientUsername'])),
    method: unset(textOf(record['RequestMethod'])),
    path: unset(textOf(record['RequestPath'])),
    protocol: unset(textOf(record['RequestProtocol'])),
    host: unset(textOf(record['RequestHost'])),
    status,
    originStatus: numberOf(record['OriginStatus']),
    durationMs: nanoseconds / NANOSECONDS,
    bytesSent: numberOf(record['DownstreamContentSize']),
    bytesReceived: numberOf(record['RequestContentSize']),
    router: unset(textOf(record['RouterName'])),
    upstream: server?.replace(/\/.*$/s, ''),
    upstreamName: unset(textOf(record['ServiceName'])),
    userAgent: header(record, 'request', 'User-Agent'),
    referer: header(record, 'request', 'Referer'),
    requestId: header(record, 'request', 'X-Request-Id'),
    upgrade: UPGRADE_SIDES.some((side) => header(record, side, 'Upgrade')?.toLowerCase() === 'websocket'),
    retries: numberOf(record['RetryAttempts']),
    level: textOf(record['level']),
  };
}

const statusOfTunnel = tunnelStatus(read);

export const traefikJson = defineParser<JsonRow>({
  name: 'traefik-json',
  about: "Traefik's access log (format json)",
  adds: 'life of each tunnel to the ns, client port, the server behind it, and refused upgrades if headers are kept',
  docs: 'https://doc.traefik.io/traefik/observe/logs-and-access-logs/#json-format-fields',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101', 'websocket', 'DownstreamStatus'],
  samples: [
    {
      line: '{"ClientAddr":"203.0.113.9:63261","ClientHost":"203.0.113.9","ClientPort":"63261","ClientUsername":"-","DownstreamContentSize":0,"DownstreamStatus":101,"Duration":60004335000,"OriginContentSize":0,"OriginDuration":60003966000,"OriginStatus":101,"Overhead":369000,"RequestAddr":"ws.example.com","RequestContentSize":0,"RequestCount":417,"RequestHost":"ws.example.com","RequestMethod":"GET","RequestPath":"/ws?id=1","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"https","RetryAttempts":0,"RouterName":"ws@docker","ServiceAddr":"172.29.0.2:8111","ServiceName":"ws-svc@docker","ServiceURL":"http://172.29.0.2:8111","StartLocal":"2026-12-29T12:42:47.503803974+01:00","StartUTC":"2026-12-29T11:42:47.503803974Z","TLSCipher":"TLS_AES_128_GCM_SHA256","TLSVersion":"1.3","entryPointName":"https","level":"info","msg":"","time":"2026-12-29T12:43:47+01:00"}',
      from: 'Traefik 3.2, fields of a published record, values of a tunnel',
      reads: {
        clientIp: '203.0.113.9',
        clientPort: 63261,
        status: 101,
        durationMs: 60_004.335,
        method: 'GET',
        path: '/ws?id=1',
        upstream: '172.29.0.2:8111',
        upstreamName: 'ws-svc@docker',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 60_004.335,
        keys: {
          client: { ip: '203.0.113.9', port: 63261 },
          upstream: { ip: '172.29.0.2', port: 8111 },
          upstreamName: 'ws-svc@docker',
          path: '/ws?id=1',
        },
      },
    },
    {
      line: '{"ClientAddr":"172.16.100.61:49898","ClientHost":"172.16.100.61","ClientPort":"49898","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":73516,"OriginContentSize":0,"OriginDuration":0,"OriginStatus":0,"Overhead":73516,"RequestAddr":"172.16.100.61","RequestContentSize":0,"RequestCount":1,"RequestHost":"172.16.100.61","RequestMethod":"GET","RequestPath":"/","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"http","RetryAttempts":0,"StartLocal":"2021-06-05T04:03:22.742209746Z","StartUTC":"2021-06-05T04:03:22.742209746Z","level":"info","msg":"","time":"2021-06-05T04:03:22Z"}',
      from: 'Traefik 2.4, a published record',
      reads: { status: 404, durationMs: 0.073516, originStatus: 0, bytesSent: 19 },
      gives: 'noise',
    },
    {
      line: '{"ClientHost":"2001:db8::7","DownstreamStatus":502,"Duration":1200000,"OriginStatus":502,"RequestMethod":"GET","RequestPath":"/ws","ServiceName":"ws@file","StartUTC":"2026-01-02T03:04:05Z","request_Upgrade":"websocket","request_X-Request-Id":"cc21","level":"info","msg":"","time":"2026-01-02T03:04:05Z"}',
      from: 'Traefik 3.2 with kept headers, by the documented fields',
      reads: { requestId: 'cc21', clientIp: '2001:db8::7' },
      gives: { kind: 'handshake-failed', status: 502, keys: { requestId: 'cc21' } },
    },
    {
      line: '{"ClientHost":"10.0.0.9","DownstreamStatus":0,"Duration":38786475932,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/relay/ws","downstream_Upgrade":"websocket","StartUTC":"2024-03-07T10:00:00.5Z","level":"info","msg":"","time":"2024-03-07T10:00:39Z"}',
      from: 'Traefik 2.10 logs WebSockets with status 0 (issue 10504), headers kept',
      reads: { status: 0 },
      gives: { kind: 'tunnel-ended', status: 0, when: { ms: Date.UTC(2024, 2, 7, 10, 0, 39, 286) + 0.475932, widthMs: 101, basis: 'utc' } },
    },
    {
      line: '{"ClientAddr":"203.0.113.185:35913","ClientHost":"203.0.113.185","ClientPort":"35913","DownstreamContentSize":0,"DownstreamStatus":0,"Duration":139253849101,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/collab?doc=d-e53fda6cc","RequestProtocol":"HTTP/1.1","ServiceAddr":"10.244.2.18:3000","ServiceName":"prod-collab-3000@kubernetes","StartUTC":"2026-08-05T07:09:13.797182842Z","level":"info","msg":"","time":"2026-08-05T07:13:33Z"}',
      head: [
        '{"ClientAddr":"203.0.113.185:35913","ClientHost":"203.0.113.185","ClientPort":"35913","DownstreamContentSize":0,"DownstreamStatus":0,"Duration":39253849101,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/collab?doc=d-a53fda6cc","RequestProtocol":"HTTP/1.1","ServiceAddr":"10.244.2.18:3000","ServiceName":"prod-collab-3000@kubernetes","StartUTC":"2026-08-05T07:01:13.797182842Z","level":"info","msg":"","time":"2026-08-05T07:13:33Z"}',
        '{"ClientAddr":"203.0.113.185:35913","ClientHost":"203.0.113.185","ClientPort":"35913","DownstreamContentSize":0,"DownstreamStatus":0,"Duration":49253849101,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/collab?doc=d-b53fda6cc","RequestProtocol":"HTTP/1.1","ServiceAddr":"10.244.2.18:3000","ServiceName":"prod-collab-3000@kubernetes","StartUTC":"2026-08-05T07:02:13.797182842Z","level":"info","msg":"","time":"2026-08-05T07:13:33Z"}',
        '{"ClientAddr":"203.0.113.185:35913","ClientHost":"203.0.113.185","ClientPort":"35913","DownstreamContentSize":0,"DownstreamStatus":0,"Duration":59253849101,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/collab?doc=d-c53fda6cc","RequestProtocol":"HTTP/1.1","ServiceAddr":"10.244.2.18:3000","ServiceName":"prod-collab-3000@kubernetes","StartUTC":"2026-08-05T07:03:13.797182842Z","level":"info","msg":"","time":"2026-08-05T07:13:33Z"}',
      ],
      from: 'Traefik 2.9, a connection that was taken over (issue 10064), headers not kept, on a path that is never answered',
      reads: { status: 0 },
      gives: { kind: 'tunnel-ended', status: 0, lifeMs: 139_253.849101, keys: { client: { ip: '203.0.113.185', port: 35913 } } },
    },
  ],
  rejects: [
    '{"DownstreamStatus":101,"Duration":5}',
    '{"StartUTC":"2026-01-02T03:04:05Z","status":101}',
    '{"StartUTC":"soon","DownstreamStatus":101,"Duration":5}',
  ],
  read,
  events(row, context): Draft | undefined {
    const client = endpointOf(row.clientIp, row.clientPort);
    const upstream = endpoint(row.upstream);
    const keys: Keys = {
      ...(client && { client }),
      ...(upstream && { upstream }),
      ...(row.upstreamName && { upstreamName: row.upstreamName }),
      ...(row.path && { path: row.path }),
      ...(row.requestId && { requestId: row.requestId }),
    };
    const when = row.stampedAtEnd ? row.at : { ...row.at, ms: row.at.ms + row.durationMs, widthMs: row.at.widthMs + 1 };
    const status = row.upgrade && row.status === 0 ? 0 : statusOfTunnel(row, context);
    if (status !== undefined) return { kind: 'tunnel-ended', when, keys, status, lifeMs: row.durationMs };
    if (!row.upgrade || row.status === undefined) return undefined;
    return {
      kind: 'handshake-failed',
      when,
      keys,
      status: row.status,
      why: `Traefik answered ${row.status} to the upgrade`,
      ...(row.status === 499 && { by: 'client' as const }),
    };
  },
});
