/** Apache httpd's access log as JSON or `key=value`: a `LogFormat` whose names are the operator's own. The stamp is the START of a request. */
import { accessEvent, type HttpRow } from '../src/grammar/access-values.ts';
import { accessPairs, learnedRow } from '../src/grammar/labelled-access.ts';
import { learning } from '../src/grammar/learned-access.ts';
import { parseLoose } from '../src/grammar/loose-json.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

const pairsOf = (text: string) => {
  const object = text.charCodeAt(0) === 123 ? parseLoose(text) : undefined;
  return object && accessPairs(Object.entries(object));
};
const learnedOf = learning(pairsOf);

const HEAD = [
  '{"begin":"2026-11-27T00:43:24.848+1030","remote":"127.0.0.1","line":"GET /notify?u=cy.9978 HTTP/1.1","code":403,"us":1826,"in":184,"out":145,"conn":"+"}',
  '{"begin":"2026-11-27T00:43:27.342+1030","remote":"127.0.0.1","line":"GET /notify?u=ana.7417 HTTP/1.1","code":403,"us":4239,"in":185,"out":145,"conn":"+"}',
  '{"begin":"2026-11-27T00:43:22.244+1030","remote":"127.0.0.1","line":"GET /notify?u=cy.8779 HTTP/1.1","code":101,"us":7056689,"in":317,"out":207,"conn":"-"}',
  '{"begin":"2026-11-27T00:43:30.593+1030","remote":"127.0.0.1","line":"GET / HTTP/1.1","code":200,"us":740,"in":315,"out":205,"conn":"-"}',
  '{"begin":"2026-11-27T00:43:22.593+1030","remote":"127.0.0.1","line":"GET /notify?u=bo.5366 HTTP/1.1","code":101,"us":9407403,"in":315,"out":205,"conn":"-"}',
];

export const apacheAccessJson = defineParser<HttpRow>({
  name: 'apache-access-json',
  about: 'Apache httpd access log in JSON, any field names',
  adds: 'start, life and end of each tunnel',
  docs: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '{"begin":"2026-11-27T00:43:25.138+1030","remote":"127.0.0.1","line":"GET /notify?u=eli.5685 HTTP/1.1","code":101,"us":22287772,"in":221,"out":209,"conn":"-"}',
      head: HEAD,
      from: 'Apache httpd 2.4.71, %{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t, %a, %r, %>s, %D, %I, %O, %X',
      reads: {
        at: { ms: Date.UTC(2026, 10, 26, 14, 13, 25, 138), widthMs: 1, basis: 'utc' },
        clientIp: '127.0.0.1',
        status: 101,
        durationMs: 22287.772,
        path: '/notify?u=eli.5685',
        marks: 'start',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 22287.772, keys: { path: '/notify?u=eli.5685' } },
    },
    {
      line: '{"begin":"2026-11-27T00:43:48.485+1030","remote":"2001:db8::9","line":"GET /ws HTTP/1.1","code":503,"us":283,"in":171,"out":529,"conn":"-"}',
      head: HEAD,
      from: 'Apache httpd 2.4.71, own names',
      reads: { status: 503, clientIp: '2001:db8::9' },
      gives: { kind: 'handshake-failed', status: 503 },
    },
  ],
  rejects: [
    '{"begin":"2026-11-27T00:43:25.138+1030","remote":"127.0.0.1","line":"GET /notify HTTP/1.1","code":101,"us":22287772,"in":221,"out":209}',
    '{"level":30,"time":1793318418579,"req":{"method":"GET","url":"/ws"},"res":{"statusCode":101},"responseTime":12,"msg":"request completed"}',
    '{"ts":1,"status":"ok"}',
  ],
  read(text, context) {
    const learned = text.charCodeAt(0) === 123 ? learnedOf(context.head) : undefined;
    return learned?.marks === 'start' ? learnedRow(pairsOf(text), learned) : null;
  },
  events: (row) => accessEvent(row),
});
