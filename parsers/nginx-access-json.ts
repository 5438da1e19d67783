/** nginx's access log as JSON: a `log_format` (escape=json or by hand) whose field names are the operator's choice. */

import { accessEvent, type HttpRow } from '../src/grammar/access-values.ts';
import { accessPairs, labelledRow, learnedRow } from '../src/grammar/labelled-access.ts';
import { learning } from '../src/grammar/learned-access.ts';
import { parseLoose } from '../src/grammar/loose-json.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

const HEAD = [
  '{"msec":1795701959.296,"cip":"127.0.0.1","cport":58134,"m":"GET","path":"/desk","args":"id=dsk64361","sc":403,"secs":0.001,"up":"127.0.0.1:23011","up_sc":"403","up_secs":"0.001","sent":128,"done":"OK"}',
  '{"msec":1795701961.755,"cip":"127.0.0.1","cport":55554,"m":"GET","path":"/desk","args":"id=dsk55519","sc":403,"secs":0.001,"up":"127.0.0.1:23011","up_sc":"403","up_secs":"0.000","sent":128,"done":"OK"}',
  '{"msec":1795701961.946,"cip":"127.0.0.1","cport":57966,"m":"GET","path":"/desk","args":"id=dsk42743","sc":101,"secs":6.257,"up":"127.0.0.1:23011","up_sc":"101","up_secs":"6.257","sent":192,"done":"OK"}',
  '{"msec":1795701964.255,"cip":"127.0.0.1","cport":55558,"m":"GET","path":"/","args":"","sc":200,"secs":0.001,"up":"127.0.0.1:23011","up_sc":"200","up_secs":"0.000","sent":128,"done":"OK"}',
];

const BRIEF = [
  '{"at":"2026-07-10T07:12:45+00:00","ip":"49.36.71.209","m":"GET","uri":"/healthz","st":200,"out":21,"us":"200","ua":"Mozilla/5.0"}',
  '{"at":"2026-07-10T07:12:49+00:00","ip":"49.36.71.235","m":"GET","uri":"/api/v1/items?page=2","st":200,"out":21,"us":"200","ua":"Mozilla/5.0"}',
  '{"at":"2026-07-10T07:12:51+00:00","ip":"49.36.71.209","m":"POST","uri":"/login","st":429,"out":21,"us":"-","ua":"Mozilla/5.0"}',
  '{"at":"2026-07-10T07:13:18+00:00","ip":"49.36.71.209","m":"GET","uri":"/ws/score?client=deff2f8b","st":101,"out":0,"us":"101","ua":"Mozilla/5.0"}',
];

const pairsOf = (text: string) => {
  const object = text.charCodeAt(0) === 123 ? parseLoose(text) : undefined;
  return object && accessPairs(Object.entries(object));
};
const learnedOf = learning(pairsOf);

export const nginxAccessJson = defineParser<HttpRow>({
  name: 'nginx-access-json',
  about: 'nginx access log in JSON, any field names',
  adds: 'end, life, bytes and upstream of each tunnel, and often its connection number, Upgrade header and upstream status',
  docs: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '{"msec":1795701981.946,"cip":"127.0.0.1","cport":57970,"m":"GET","path":"/desk","args":"id=dsk42","sc":101,"secs":16.257,"up":"127.0.0.1:23011","up_sc":"101","up_secs":"16.257","sent":192,"done":""}',
      head: HEAD,
      from: 'nginx 1.22.1, names that only the values explain',
      reads: {
        at: { ms: 1795701981946, widthMs: 1, basis: 'utc' },
        clientIp: '127.0.0.1',
        clientPort: 57970,
        status: 101,
        durationMs: 16257,
        path: '/desk?id=dsk42',
        upstream: '127.0.0.1:23011',
        upstreamStatus: 101,
      },
      gives: { kind: 'tunnel-ended', status: 101, lifeMs: 16257, endedBy: 'proxy-stop' },
    },
    {
      line: '{"time":"2026-10-12T07:01:12+00:00","remote_addr":"10.20.0.107","method":"GET","uri":"/ws?cid=92328378","status":101,"bytes_sent":1100,"request_time":14.857,"upstream_addr":"127.0.0.1:3000","upstream_response_time":"14.857","upstream_status":"101","http_upgrade":"websocket","user_agent":"Mozilla/5.0"}',
      from: 'nginx 1.22.1, escape=json',
      reads: {
        at: { ms: Date.UTC(2026, 9, 12, 7, 1, 12), widthMs: 1000, basis: 'utc' },
        clientIp: '10.20.0.107',
        method: 'GET',
        path: '/ws?cid=92328378',
        status: 101,
        bytesSent: 1100,
        durationMs: 14857,
        upstream: '127.0.0.1:3000',
        upgrade: 'websocket',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 14857,
        bytesDown: 1100,
        keys: { upstream: { ip: '127.0.0.1', port: 3000 }, path: '/ws?cid=92328378' },
      },
    },
    {
      line: '{"ts":1793318418.579,"client":"10.20.0.106","request":"GET /ws?cid=08955431 HTTP/1.1","status":"101","duration":"9.029","upstream":"127.0.0.1:3000","conn":"237"}',
      from: 'nginx 1.22.1, own names',
      reads: { at: { ms: 1793318418579, widthMs: 1, basis: 'utc' }, durationMs: 9029, connection: '237', protocol: 'HTTP/1.1' },
      gives: { kind: 'tunnel-ended', lifeMs: 9029, keys: { proxyConnection: '237' } },
    },
    {
      line: '{"time_local":"01/Jan/2027:00:00:00 +0900","msec":"1798729200.250","remote_addr":"2001:db8::17","request":"GET /ws HTTP/1.1","status":502,"request_time":0.002,"urt":0.001, 0.001,"upstream_addr":"10.0.0.1:80, 10.0.0.2:80","upstream_status":"502, 502","http_user_agent":"a\\"b"}',
      from: 'nginx 1.22.1, JSON by hand with an unquoted list',
      reads: {
        at: { ms: 1798729200250, widthMs: 1, basis: 'utc' },
        upstream: '10.0.0.2:80',
        upstreamStatus: 502,
        upstreamDurationMs: 1,
        userAgent: 'a"b',
      },
      gives: { kind: 'handshake-failed', status: 502, by: 'upstream' },
    },
    {
      line: '{"@timestamp":"2026-11-22T20:23:50+01:00","remote_addr":"203.0.113.9","request":"GET /chat\\x22 HTTP/1.1","status":000,"body_bytes_sent":0,"request_time":12.000,"urt":,"uct":-,"http_upgrade":""}',
      from: 'nginx 1.22.1, JSON by hand, escape=default, unset numbers',
      reads: { at: { ms: Date.UTC(2026, 10, 22, 19, 23, 50), widthMs: 1000, basis: 'utc' }, status: 0, path: '/chat"', durationMs: 12000 },
      gives: 'noise',
    },
    {
      line: '{"time_local":"22/Nov/2026:20:23:41 +0000","remote_addr":"203.0.113.9","request":"GET /ws HTTP/1.1","status":"101","body_bytes_sent":"0","http_referer":""}',
      from: 'nginx documentation, escape=json without times',
      reads: { status: 101, bytesSent: 0 },
      gives: { kind: 'tunnel-ended', bytesDown: 0 },
    },
    {
      line: '{"ts":"2026-02-10T23:59:21-03:00","remote":"187.45.112.188","method":"GET","uri":"/socket.io/","status":101,"bytes":148,"upstream":"10.0.12.31:3000","upstream_time":"20.168","ua":"Mozilla/5.0"}',
      from: 'nginx 1.22.1, escape=json, own names without $request_time',
      reads: { clientIp: '187.45.112.188', upstream: '10.0.12.31:3000', upstreamDurationMs: 20168, userAgent: 'Mozilla/5.0' },
      gives: { kind: 'tunnel-ended', status: 101, lifeMs: 20_168, bytesDown: 148 },
    },
    {
      line: '{"at":"2026-07-10T07:13:18+00:00","ip":"49.36.71.209","m":"GET","uri":"/ws/score?client=deff2f8b","st":101,"out":0,"us":"101","ua":"Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"}',
      head: BRIEF,
      from: 'nginx 1.22.1, escape=json, brief own names and no times at all',
      reads: { at: { ms: Date.UTC(2026, 6, 10, 7, 13, 18), widthMs: 1000, basis: 'utc' }, status: 101, path: '/ws/score?client=deff2f8b' },
      gives: { kind: 'tunnel-ended', status: 101, keys: { client: { ip: '49.36.71.209' } } },
    },
  ],
  rejects: [
    '{"level":30,"time":1793318418579,"req":{"method":"GET","url":"/ws"},"res":{"statusCode":101},"responseTime":12,"msg":"request completed"}',
    '{"level":"info","ts":1795379908.2676728,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","uri":"/x"},"duration":1.005887049,"size":0,"status":0}',
    '{"start_time":"2026-11-22T20:23:41.310Z","method":"GET","path":"/ws","response_code":101,"response_flags":"-","duration":300112}',
    '{"event":"request","method":"GET","path":"/ws","status":101,"duration":3,"client":"10.0.0.1"}',
    '{"ts":1793318418.579,"client":"10.20.0.106","request":"GET /ws HTTP/1.1","status":"101","duration":"0.0290001"}',
    '{"time":"2026-10-12T07:01:12+00:00","remote_addr":"10.20.0.107","method":"GET","uri":"/ws","status":101,"request_time":14.857',
    '{"ts":1,"status":"ok"}',
  ],
  read(text, context) {
    const object = text.charCodeAt(0) === 123 ? parseLoose(text) : undefined;
    if (!object) return null;
    const row = labelledRow(Object.entries(object), context);
    const learned = row ? undefined : learnedOf(context.head);
    return row ?? (learned?.marks === 'end' ? learnedRow(pairsOf(text), learned) : null);
  },
  events: (row) => accessEvent(row),
});
