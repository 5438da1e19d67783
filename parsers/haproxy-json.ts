/** HAProxy's `log-format` written as JSON, by whatever names: known by its state at disconnection beside a life and an HTTP status. */
import type { HaproxyStream } from '../src/grammar/haproxy.ts';
import { namedStream, namedStreamEvent } from '../src/grammar/haproxy-named.ts';
import { parseObject } from '../src/grammar/json.ts';
import { defineParser } from '../src/types.ts';

export const haproxyJson = defineParser<HaproxyStream>({
  name: 'haproxy-json',
  about: 'HAProxy log with a log-format written as JSON',
  adds: 'life of each tunnel to the ms and who ended it first',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.6',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['101', 'websocket'],
  samples: [
    {
      line: '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":101,"bytes_up":207,"bytes_down":198,"dur_ms":17020,"term":"cD","uri":"/lounge?user=u997649","conns":17}',
      from: 'HAProxy 2.6.12, own log-format',
      reads: { clientIp: '127.0.0.1', clientPort: 37342, status: 101, durationMs: 17020, termination: 'cD', upstreamName: 'lounge/g1' },
      gives: {
        kind: 'tunnel-ended',
        endedBy: 'idle',
        lifeMs: 17020,
        when: { ms: 1795696655545, widthMs: 2, basis: 'utc' },
        keys: { path: '/lounge?user=u997649', upstreamName: 'lounge/g1' },
      },
    },
    {
      line: '{"accept":"26/Nov/2026:23:11:00.126","client":"127.0.0.1:35996","backend":"io","server":"io-a","req":"GET /socket.io/","st":101,"flags":"cD","timers":{"q":0,"c":0,"r":8,"a":21051},"bytes":277}',
      from: 'HAProxy 2.6.12, own log-format with an object of timers',
      reads: { clientPort: 35996, durationMs: 21051, upstreamName: 'io/io-a', path: '/socket.io/', bytesSent: 277 },
      gives: { kind: 'tunnel-ended', endedBy: 'idle', lifeMs: 21051 },
    },
    {
      line: '{"time":"22/Nov/2026:20:25:54.056","ci":"2001:db8::9","cp":33122,"ft":"fe~","b":"be","s":"s1","ST":101,"Ta":60004,"ts":"SD--","r":"GET /ws HTTP/1.1","B":361,"U":40}',
      from: 'HAProxy manual 8.2.6, names of the format’s own letters',
      reads: { clientIp: '2001:db8::9', path: '/ws', durationMs: 60004, upstreamName: 'be/s1', frontend: 'fe', tls: true },
      gives: { kind: 'tunnel-ended', endedBy: 'upstream', how: 'reset', lifeMs: 60004 },
    },
    {
      line: '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":200,"bytes_up":207,"bytes_down":198,"dur_ms":20,"term":"--","uri":"/","conns":17}',
      from: 'HAProxy 2.6.12, own log-format',
      reads: { status: 200 },
      gives: 'noise',
    },
    {
      line: '{"accept":"14/Aug/2026:23:57:43.434","client":"203.0.113.128:39273","fe":"web","be":"notify","srv":"n1","status":101,"bytes":262,"t_conn":1,"t_resp":1,"t_total":30553,"term":"CD","active":39,"req":"GET /ws"}',
      from: 'HAProxy 2.6.12, own log-format',
      reads: { durationMs: 30553, termination: 'CD', upstreamName: 'notify/n1', path: '/ws' },
      gives: { kind: 'tunnel-ended', endedBy: 'client', how: 'reset', lifeMs: 30553 },
    },
  ],
  rejects: [
    '{"ts":1795696638.525,"client":"127.0.0.1:37342","backend":"lounge/g1","status":101,"dur_ms":17020,"uri":"/lounge"}',
    '{"ts":1795696638.525,"msg":"closed","client":"127.0.0.1:37342","backend":"b/s","status":101,"dur_ms":17020,"term":"cD"}',
    '{"term":"cD","dur_ms":1}',
  ],
  read(text) {
    const object = parseObject(text);
    return object ? namedStream(Object.entries(object)) : null;
  },
  events: namedStreamEvent,
});
