/** Caddy's access log, JSON or console encoder. One record a request, written and stamped at its end. */
import { caddyDuration, caddyRecord, caddyRequest, header } from '../src/grammar/caddy.ts';
import { numberOf, textOf } from '../src/grammar/json.ts';
import { unset } from '../src/grammar/quoted.ts';
import { type Draft, defineParser, type Keys, type Row, type Stamp } from '../src/types.ts';

interface AccessRow extends Row {
  readonly at?: Stamp | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status: number;
  readonly bytesSent?: number | undefined;
  readonly bytesReceived?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly requestId?: string | undefined;
  /** The request asks for a WebSocket. */
  readonly upgrade: boolean;
  /** The answer's headers accept it; undefined = they are not in the record. */
  readonly accepted?: boolean | undefined;
}

/** 2.7 and later log 101; before, 0 stands for it; over HTTP/2 an accepted CONNECT is 200. */
const isTunnel = (row: Pick<AccessRow, 'status' | 'method' | 'upgrade' | 'accepted'>): boolean =>
  row.status === 101 || (row.upgrade && ((row.status === 0 && row.accepted !== false) || (row.status === 200 && row.method === 'CONNECT')));

const REQUEST =
  '"request":{"remote_ip":"10.20.0.102","remote_port":"36153","proto":"HTTP/1.1","method":"GET","host":"10.20.0.10","uri":"/ws?cid=0f707d40","headers":{"X-Request-Id":["0f707d40"],"Sec-Websocket-Version":["13"],"Connection":["Upgrade"],"Upgrade":["websocket"]}}';

export const caddyAccess = defineParser<AccessRow>({
  name: 'caddy-access',
  about: 'Caddy 2 access log (JSON or console encoder)',
  adds: 'life of each tunnel to the µs, client port, request id, and upgrades that were refused',
  docs: 'https://caddyserver.com/docs/caddyfile/directives/log',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101', 'websocket'],
  samples: [
    {
      line: `{"level":"info","ts":1795348921.797548,"logger":"http.log.access.log0","msg":"handled request",${REQUEST},"user_id":"","duration":18.826389187,"size":0,"status":0,"resp_headers":{"Server":["Caddy"],"Upgrade":["websocket"],"Connection":["Upgrade"]}}`,
      from: 'Caddy 2.6.2 around a WebSocket: status 0, bytes not counted',
      reads: {
        at: { ms: 1795348921797.548, widthMs: 1, basis: 'utc' },
        clientIp: '10.20.0.102',
        clientPort: 36153,
        status: 0,
        durationMs: 18_826.389187,
        method: 'GET',
        path: '/ws?cid=0f707d40',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 0,
        lifeMs: 18_826.389187,
        keys: { client: { ip: '10.20.0.102', port: 36153 }, requestId: '0f707d40', path: '/ws?cid=0f707d40' },
      },
    },
    {
      line: `{"level":"info","ts":"2026-11-22T12:03:05.345+0100","logger":"http.log.access","msg":"handled request",${REQUEST},"bytes_read":88,"user_id":"","duration":"1m0.5s","size":420,"status":101,"resp_headers":{"Upgrade":["websocket"]}}`,
      from: 'Caddy 2.8 with time_format iso8601 and duration_format string',
      reads: { at: { ms: Date.UTC(2026, 10, 22, 11, 3, 5, 345), widthMs: 1, basis: 'utc' }, bytesReceived: 88 },
      gives: { kind: 'tunnel-ended', status: 101, lifeMs: 60_500, bytesUp: 88, bytesDown: 420 },
    },
    {
      line: `2026/11/22 12:03:05.345\tINFO\thttp.log.access.log0\thandled request\t{${REQUEST}, "bytes_read": 0, "user_id": "", "duration": 60004335000, "size": 0, "status": 101, "resp_headers": {"Upgrade": ["websocket"]}}`,
      from: 'Caddy 2.7 console encoder with duration_format ns',
      reads: { level: 'INFO', at: { ms: Date.UTC(2026, 10, 22, 12, 3, 5, 345), widthMs: 1, basis: 'utc' } },
      gives: { kind: 'tunnel-ended', lifeMs: 60_004.335 },
    },
    {
      line: `{"level":"error","ts":1795348921797.548,"logger":"http.log.access.log0","msg":"handled request",${REQUEST},"user_id":"","duration":0.002,"size":0,"status":502,"resp_headers":{"Server":["Caddy"]}}`,
      from: 'Caddy 2.6.2 with time_format unix_milli_float, backend down',
      reads: { status: 502, durationMs: 2, at: { ms: 1795348921797.548, widthMs: 1, basis: 'utc' } },
      gives: { kind: 'handshake-failed', status: 502, by: 'upstream' },
    },
    {
      line: '{"level":"info","ts":"22/Nov/2026:20:11:25 +0000","logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.2","remote_port":"40112","client_ip":"2001:db8::7","proto":"HTTP/2.0","method":"CONNECT","host":"ws.example.com","uri":"/ws","headers":{":protocol":["websocket"],"Sec-Websocket-Version":["13"]}},"bytes_read":0,"user_id":"","duration":30000,"size":0,"status":200,"resp_headers":{}}',
      from: 'Caddy 2.9 source, WebSocket over HTTP/2 behind a trusted proxy; time_format common_log, duration_format ms',
      reads: { clientIp: '2001:db8::7', clientPort: undefined, durationMs: 30_000 },
      gives: { kind: 'tunnel-ended', status: 200, lifeMs: 30_000 },
    },
    {
      line: '{"level":"error","ts":1795348893.671344,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.20.0.110","remote_port":"46251","proto":"HTTP/1.1","method":"POST","host":"10.20.0.10","uri":"/favicon.ico","headers":{"Connection":["close"],"Content-Length":["0"]}},"user_id":"","duration":1.288324549,"size":9,"status":404,"resp_headers":{"Server":["Caddy"],"Content-Length":["9"]}}',
      from: 'Caddy 2.6.2',
      reads: { status: 404, bytesSent: 9, durationMs: 1288.324549 },
      gives: 'noise',
    },
    {
      line: '{"level":"info","ts":1603412304.4,"logger":"http.log.access","msg":"handled request","request":{"remote_addr":"127.0.0.1:53080","proto":"HTTP/1.1","method":"GET","host":"localhost","uri":"/","headers":{"User-Agent":["curl/7.68.0"]}},"common_log":"127.0.0.1 - - [23/Oct/2020:00:18:24 +0000] \\"GET / HTTP/1.1\\" 200 5","duration":0.0001,"size":5,"status":200,"resp_headers":{"Server":["Caddy"]}}',
      from: 'Caddy 2.2: remote_addr and common_log',
      reads: { clientIp: '127.0.0.1', clientPort: 53080, userAgent: 'curl/7.68.0' },
      gives: 'noise',
    },
  ],
  rejects: [
    '{"level":"info","ts":1795348921.797548,"logger":"http.log.access.log0","msg":"handled request"}',
    '{"level":"info","ts":"just now","logger":"http.log.access.log0","msg":"handled request","request":{"method":"GET","uri":"/"},"status":200}',
    '{"level":"info","ts":1795348921.797548,"logger":"app","msg":"request done","request":{"method":"GET","uri":"/"},"status":200}',
  ],
  read(text) {
    if (!text.includes('http.log.access') && !text.includes('handled request')) return null;
    const record = caddyRecord(text);
    const request = record && caddyRequest(record.fields['request']);
    const status = numberOf(record?.fields['status']);
    if (!record || !request || status === undefined) return null;
    const answer = record.fields['resp_headers'];
    const { client, upgrade, requestId, method } = request;
    const accepted = answer === undefined ? undefined : header(answer, 'Upgrade')?.toLowerCase() === 'websocket';
    return {
      at: record.at,
      level: record.level,
      logger: record.logger,
      message: record.message,
      clientIp: client?.ip,
      clientPort: client?.port,
      user: unset(textOf(record.fields['user_id'])),
      method,
      path: request.path,
      protocol: request.protocol,
      host: request.host,
      referer: header(request.headers, 'Referer'),
      userAgent: header(request.headers, 'User-Agent'),
      requestId: requestId ?? header(answer, 'X-Request-Id'),
      status,
      bytesSent: numberOf(record.fields['size']),
      bytesReceived: numberOf(record.fields['bytes_read']),
      durationMs: caddyDuration(record.fields['duration'], isTunnel({ status, method, upgrade, accepted })),
      upgrade,
      accepted,
    };
  },
  events(row): Draft | undefined {
    const keys: Keys = {
      ...(row.clientIp && { client: { ip: row.clientIp, ...(row.clientPort !== undefined && { port: row.clientPort }) } }),
      ...(row.path && { path: row.path }),
      ...(row.requestId && { requestId: row.requestId }),
    };
    if (isTunnel(row))
      return {
        kind: 'tunnel-ended',
        keys,
        status: row.status,
        ...(row.durationMs !== undefined && { lifeMs: row.durationMs }),
        // Versions that do not count a tunnel's bytes write 0.
        ...(row.bytesReceived && { bytesUp: row.bytesReceived }),
        ...(row.bytesSent && { bytesDown: row.bytesSent }),
      };
    if (!row.upgrade) return undefined;
    if (row.status === 0) return { kind: 'handshake-failed', keys, why: 'the client left before Caddy answered the upgrade', by: 'client' };
    const by = row.status >= 502 && row.status <= 504 ? { by: 'upstream' as const } : {};
    return { kind: 'handshake-failed', keys, status: row.status, why: `Caddy answered ${row.status} to the upgrade`, ...by };
  },
});
