/** Access log of ingress-nginx in its default format `upstreaminfo`, of releases before and after 0.25, and its TCP/UDP log. */
import { accessLine } from '../src/grammar/access-line.ts';
import { accessEvent, accessRow, type HttpRow } from '../src/grammar/access-values.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { clfAt } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

// A list of one value for each upstream that was tried; no element begins with a colon, so ` : ` is always a separator.
const LIST = '([\\w[.-][^\\s,]{0,300}(?:(?:, | : )[\\w[.-][^\\s,]{0,300})*)';
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
// $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length
// $upstream_response_time $upstream_status $req_id
const TAIL = new RegExp(
  `^ ${QUOTED} ${QUOTED} (\\d+) (\\d+\\.\\d{3}) \\[([^\\]]*)\\](?: \\[([^\\]]*)\\])? ${LIST} ${LIST} ${LIST} ${LIST}(?: ([\\w-]{1,64}))?$`,
);
// [$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time
const STREAM = /^\[([0-9A-Fa-f:.]{2,60})\] \[(\d{2}\/[^\]]{15,30})\] (TCP|UDP) (\d{3}) (\d{1,19}) (\d{1,19}) (\d{1,9}\.\d{3})$/;

const at = (...parts: [number, number, number, number, number, number]) => ({
  ms: Date.UTC(...parts),
  widthMs: 1000,
  basis: 'utc' as const,
});

export const ingressNginxAccess = defineParser<HttpRow>({
  name: 'ingress-nginx-access',
  about: 'access log of the Kubernetes ingress-nginx controller (upstreaminfo)',
  adds: 'end, life and bytes of each tunnel, the namespace, service and port, and the pod that served it',
  docs: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '10.42.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /chat HTTP/1.1" 101 0 "-" "Mozilla/5.0" 268 60.004 [prod-chat-8080] [] 10.42.3.17:8080 0 60.004 101 5f2c1d9e0b6f4b21a7b3c8d4e9f00112',
      from: 'ingress-nginx 1.11',
      reads: {
        at: at(2026, 10, 22, 20, 23, 41),
        clientIp: '10.42.0.1',
        status: 101,
        durationMs: 60004,
        upstream: '10.42.3.17:8080',
        upstreamName: 'prod-chat-8080',
        requestLength: 268,
        requestId: '5f2c1d9e0b6f4b21a7b3c8d4e9f00112',
      },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 60004,
        bytesDown: 0,
        keys: { upstream: { ip: '10.42.3.17', port: 8080 }, upstreamName: 'prod-chat-8080' },
      },
    },
    {
      line: '167.220.24.46 - [167.220.24.46] - - [26/Apr/2018:21:53:20 +0000] "GET /pro/ HTTP/1.1" 200 234 "" "Mozilla/5.0 (compatible; MSIE 10.0)" 522 1.683 [apps-twigdoo-web] 172.20.84.227:5000 16631 1.684 200 f5981fc9e19566a250f13d8fa7cbce60',
      from: 'ingress-nginx 0.15',
      reads: {
        clientIp: '167.220.24.46',
        upstream: '172.20.84.227:5000',
        upstreamName: 'apps-twigdoo-web',
        durationMs: 1683,
        bytesSent: 234,
      },
      gives: 'noise',
    },
    {
      line: '10.42.0.1 - bob [01/Jan/2027:00:00:00 +0100] "GET /ws?room=1 HTTP/1.1" 502 150 "-" "k6/0.49" 268 0.003 [prod-chat-8080] [] 10.42.3.17:8080, 10.42.3.18:8080, 10.42.3.17:8080 0, 0, 0 0.001, 0.001, 0.000 502, 502, 502 ab12',
      from: 'ingress-nginx 1.11, three tries',
      reads: { at: at(2026, 11, 31, 23, 0, 0), user: 'bob', upstream: '10.42.3.17:8080', upstreamStatus: 502 },
      gives: { kind: 'handshake-failed', status: 502, by: 'upstream' },
    },
    {
      line: '2001:db8::1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 503 190 "-" "-" 268 0.000 [prod-chat-8080] [] - - - - 5f2c1d9e0b6f4b21a7b3c8d4e9f00112',
      from: 'ingress-nginx 1.11, service without endpoints',
      reads: { clientIp: '2001:db8::1', status: 503 },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    {
      line: '[10.42.0.1] [22/Nov/2026:20:23:41 +0000] TCP 200 812 571 600.004',
      from: 'ingress-nginx 1.11, log-format-stream',
      reads: { clientIp: '10.42.0.1', protocol: 'TCP', status: 200, bytesSent: 812, bytesReceived: 571, durationMs: 600_004 },
      gives: 'noise',
    },
  ],
  rejects: [
    '10.42.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 268 60.004 [prod-chat-8080] [] 10.42.3.17:8080 0',
    '10.42.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0"',
    '10.42.0.1 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 0 "-" "Mozilla/5.0" 268 [prod-chat-8080] [] 10.42.3.17:8080 0 60.004 101 5f2c',
  ],
  read(text) {
    const stream = STREAM.exec(text);
    if (stream) {
      const [, client = '', time = '', protocol = '', status = '', sent = '', received = '', life = ''] = stream;
      const stamp = clfAt(time)?.stamp;
      const values = {
        remote_addr: client,
        server_protocol: protocol,
        status,
        bytes_sent: sent,
        bytes_received: received,
        request_time: life,
      };
      return stamp ? accessRow(stamp, 'end', new Map(Object.entries(values))) : null;
    }
    const line = accessLine(text);
    const tail = line && TAIL.exec(line.tail);
    if (!line || !tail) return null;
    const [, length = '', life = '', name = '', alternative = '', address = '', , upstreamLife = '', status = '', id = ''] = tail;
    const { values } = line;
    values.delete('ident');
    // Before 0.25 the real address stands once more in brackets: `… - [203.0.113.9] - user [time]`.
    const user = values.get('remote_user')?.replace(/^\[[^\]]{0,60}\] - /, '') ?? '-';
    const more = {
      remote_user: user,
      request_time: life,
      proxy_upstream_name: name,
      proxy_alternative_upstream_name: alternative,
      upstream_addr: address,
      upstream_response_time: upstreamLife,
      upstream_status: status,
      request_id: id,
    }; // prettier-ignore
    for (const [variable, value] of Object.entries(more)) values.set(variable, value);
    const row = accessRow(line.at, 'end', values);
    return row && { ...row, requestLength: Number(length) };
  },
  events: (row) => accessEvent(row),
});
