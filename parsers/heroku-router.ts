/** Heroku router: logfmt, one line a request at its end. The stamp is the envelope's. */

import { endpoint } from '../src/grammar/address.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { known } from '../src/grammar/known.ts';
import { numeric, unset } from '../src/grammar/quoted.ts';
import { isWebSocketPath } from '../src/grammar/websocket.ts';
import { duration } from '../src/time.ts';
import { type Draft, defineParser, type HandshakeFailed, type ProxyFault, type Row } from '../src/types.ts';

interface RouterRow extends Row {
  readonly level: string;
  /** `H10` … `H99`; undefined for a request without error. */
  readonly herokuCode?: string | undefined;
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly requestId?: string | undefined;
  /** The dyno, `web.1`. */
  readonly upstreamName?: string | undefined;
  /** The router's `service`: how long it passed data between client and dyno. */
  readonly durationMs?: number | undefined;
  readonly bytesSent?: number | undefined;
  readonly termination?: string | undefined;
}

const PAIRS = /^at=(?:info|warning|error)(?: [A-Za-z_]\w{0,31}=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)){3,60}$/;

/** The router's rolling window without data. It also logs H15 when a client leaves: then the request was shorter. */
const IDLE_MS = 55_000;

/** Errors of one dyno, whatever the request was. */
const DYNO_FAULTS = new Map<string, Pick<ProxyFault, 'fault' | 'phase'>>([
  ['H10', { fault: 'no-upstream', phase: 'connect' }],
  ['H13', { fault: 'upstream-closed', phase: 'handshake' }],
  ['H14', { fault: 'no-upstream', phase: 'connect' }],
  ['H18', { fault: 'upstream-closed', phase: 'handshake' }],
  ['H19', { fault: 'upstream-timeout', phase: 'connect' }],
  ['H20', { fault: 'no-upstream', phase: 'connect' }],
  ['H21', { fault: 'upstream-refused', phase: 'connect' }],
]);
const CLIENT_CODES = new Set(['H27', 'H28']);

/** H18 is of a response that had begun: on a WebSocket's path it is a tunnel's end or a page's. */
const BEGUN = 'H18';

export const herokuRouter = defineParser<RouterRow>({
  name: 'heroku-router',
  about: 'Heroku router (heroku logs, log drains)',
  adds: 'H15 and its 55 idle seconds, the life of each WebSocket and its dyno',
  docs: 'https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['status=101', 'code=H1', 'code=H2'],
  samples: [
    {
      line: 'at=error code=H15 desc="Idle connection" method=GET path="/" host=cahbox.herokuapp.com request_id=03df43e7-c0e1-4da3-8bff-467c92ea0c89 fwd="24.20.217.243" dyno=web.1 connect=0ms service=55133ms status=503 bytes= protocol=http',
      from: 'Heroku router, October 2020',
      reads: { herokuCode: 'H15', durationMs: 55_133, status: 503, clientIp: '24.20.217.243', path: '/', upstreamName: 'web.1' },
      gives: { kind: 'tunnel-ended', endedBy: 'idle', lifeMs: 55_133, termination: 'H15 Idle connection', keys: { container: 'web.1' } },
    },
    {
      line: 'at=error code=H15 desc="Idle connection" method=GET path="/ws" host=myapp.herokuapp.com fwd="198.51.100.2, 203.0.113.9" dyno=web.1 connect=1ms service=2133ms status=503 bytes=18',
      from: 'Heroku documentation, H15, with a client that left early',
      reads: { clientIp: '203.0.113.9', forwardedFor: '198.51.100.2, 203.0.113.9', bytesSent: 18 },
      gives: { kind: 'tunnel-ended', lifeMs: 2133 },
    },
    {
      line: 'at=info method=GET path="/socket?token=a\\"b" host=chat.example.com request_id=5599e09a-f8e3-4ed9-8be8-6883ce842cf2 fwd="2001:db8::9" dyno=web.2 connect=1ms service=3600123ms status=101 bytes=4096 protocol=http1.1 tls=true tls_version=tls1.3',
      from: 'Heroku documentation, router log format, with a WebSocket',
      reads: { status: 101, durationMs: 3_600_123, path: '/socket?token=a"b', clientIp: '2001:db8::9' },
      gives: { kind: 'tunnel-ended', status: 101, lifeMs: 3_600_123, bytesDown: 4096 },
    },
    {
      line: 'at=error code=H10 desc="App crashed" method=GET path="/socket.io/?EIO=4&transport=websocket" host=myapp.herokuapp.com request_id=1 fwd="17.17.17.17" dyno= connect= service= status=503 bytes= protocol=https',
      from: 'Heroku documentation, H10, with an Engine.IO path',
      reads: { status: 503 },
      gives: { kind: 'handshake-failed', status: 503, why: 'H10 App crashed' },
    },
    {
      line: 'at=error code=H10 desc="App crashed" method=GET path="/cable" host=chat.example.com request_id=34530538-e058-4469-91a4-1387887a7b37 fwd="192.0.2.35" dyno= connect= service= status=503 bytes= protocol=https',
      from: 'Heroku documentation, H10, with Action Cable’s path',
      reads: { status: 503, path: '/cable' },
      gives: { kind: 'handshake-failed', status: 503, why: 'H10 App crashed', by: 'upstream' },
    },
    {
      line: 'at=error code=H13 desc="Connection closed without response" method=GET path="/" host=myapp.herokuapp.com fwd=17.17.17.17 dyno=web.1 connect=3030ms service=9767ms status=503 bytes=0',
      from: 'Heroku documentation, H13',
      reads: { durationMs: 9767, bytesSent: 0 },
      gives: { kind: 'proxy-fault', fault: 'upstream-closed', phase: 'handshake', keys: { container: 'web.1' } },
    },
    {
      line: 'at=info method=POST path="/api/v1/events" host=myapp.herokuapp.com request_id=5599e09a fwd="157.230.107.240" dyno=web.1 connect=0ms service=97ms status=200 bytes=140 protocol=https',
      from: 'Heroku router, March 2021',
      reads: { status: 200, method: 'POST', durationMs: 97, bytesSent: 140 },
      gives: 'noise',
    },
    {
      line: 'at=error code=H12 desc="Request timeout" method=GET path=/ host=myapp.herokuapp.com fwd=17.17.17.17 dyno=web.1 connect=6ms service=30001ms status=503 bytes=0',
      from: 'Heroku documentation, H12',
      reads: { herokuCode: 'H12', path: '/' },
      gives: 'noise',
    },
  ],
  rejects: [
    'at=info method=GET path="/ status=101',
    'at=info msg="listening" status=101 port=80',
    'at=error code=H15 desc="Idle connection" method=GET path="/" host=a.herokuapp.com fwd="1.2.3.4" dyno=web.1 and so on',
  ],
  read(text) {
    if (!text.startsWith('at=') || !PAIRS.test(text)) return null;
    const pairs = keyValues(text);
    const value = (key: string): string | undefined => unset(pairs.get(key));
    if (!pairs.has('host') || !pairs.has('fwd') || !pairs.has('dyno')) return null;
    const herokuCode = value('code');
    const forwardedFor = value('fwd');
    return {
      level: pairs.get('at') ?? '',
      herokuCode,
      status: numeric(value('status')),
      method: value('method'),
      path: value('path'),
      protocol: value('protocol'),
      host: value('host'),
      // The last address is the one that the router itself saw.
      clientIp: forwardedFor?.split(/, ?/).at(-1),
      forwardedFor,
      requestId: value('request_id'),
      upstreamName: value('dyno'),
      connectMs: duration(value('connect') ?? ''),
      durationMs: duration(value('service') ?? ''),
      bytesSent: numeric(value('bytes')),
      termination: herokuCode && [herokuCode, value('desc')].filter((word) => word !== undefined).join(' '),
      socket: value('sock'),
    };
  },
  events(row): Draft | undefined {
    const keys = known({
      client: endpoint(row.clientIp),
      upstreamName: row.upstreamName,
      container: row.upstreamName,
      path: row.path,
      requestId: row.requestId,
    });
    const code = row.herokuCode ?? '';
    if (row.status === 101 || code === 'H15') {
      const idle = code === 'H15' && (row.durationMs ?? 0) >= IDLE_MS;
      return {
        kind: 'tunnel-ended',
        status: row.status ?? 0,
        keys,
        ...known({
          lifeMs: row.durationMs,
          bytesDown: row.bytesSent,
          termination: row.termination,
          endedBy: idle ? ('idle' as const) : undefined,
        }),
      };
    }
    const fault = DYNO_FAULTS.get(code);
    if (code !== '' && code !== BEGUN && isWebSocketPath(row.path)) {
      const by: HandshakeFailed['by'] = CLIENT_CODES.has(code) ? 'client' : fault ? 'upstream' : 'proxy';
      return { kind: 'handshake-failed', why: row.termination ?? code, by, keys, ...known({ status: row.status }) };
    }
    return fault && { kind: 'proxy-fault', ...fault, keys };
  },
});
