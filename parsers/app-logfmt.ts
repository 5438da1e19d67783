/** logfmt lines of applications. */
import { endpointOf } from '../src/grammar/address.ts';
import { draftOf } from '../src/grammar/app-events.ts';
import { type AppRow, appRow } from '../src/grammar/app-fields.ts';
import { APP_NEEDLES } from '../src/grammar/app-needles.ts';
import { vantageOf } from '../src/grammar/app-vantage.ts';
import { endedBy, isBrokenTransport } from '../src/grammar/close-words.ts';
import { fieldsOfPairs } from '../src/grammar/fields.ts';
import { isForeignMessage, isForeignService } from '../src/grammar/foreign.ts';
import { known } from '../src/grammar/known.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { logfmt } from '../src/grammar/logfmt.ts';
import { withProse } from '../src/grammar/prose.ts';
import { type Draft, defineParser } from '../src/types.ts';

// Programs that write logfmt and have a parser of their own.
const FOREIGN = /(?:^|\s)(?:at=info method=|RequestAddr=|ClientAddr=|connIndex=|entryPointName=|providerName=|containerd|topic=\/)/;

const OXY = /Error when copying from (client|backend) to /;

/** Of two connections that oxy joins, one broke: that which it was reading from, or writing to where its error says so. The address in the error is that side's. */
function oxyClose(row: AppRow, fromClient: boolean): Draft | undefined {
  const message = row.message ?? '';
  const code = row.code ?? (isBrokenTransport(message) ? 1006 : undefined);
  if (code === undefined) return undefined;
  const isClient = /: write tcp /.test(message) ? !fromClient : fromClient;
  const peer = row.clientIp === undefined ? undefined : endpointOf(row.clientIp, row.clientPort);
  return known({
    kind: 'socket-closed' as const,
    vantage: 'gateway' as const,
    code,
    reason: row.reason ?? row.error,
    by: endedBy(message) ?? (isClient ? ('client' as const) : ('server' as const)),
    keys: known({ client: isClient ? peer : undefined, upstream: isClient ? undefined : peer }),
  });
}

/** What another logger wrote, stamp and all, is the message: logrus around Go's own. */
function withInnerStamp(row: AppRow, message: string): AppRow {
  const inner = logHead(message);
  return inner?.at === undefined ? row : { ...row, at: inner.at, message: inner.message };
}

export const appLogfmt = defineParser<AppRow>({
  name: 'app-logfmt',
  about: 'logfmt lines of an application’s logger: logrus, slog’s text handler, go-kit, structlog, Traefik 1 around oxy',
  adds: 'close code, age, silence and id of each connection as the server wrote them',
  docs: 'https://pkg.go.dev/log/slog#TextHandler',
  vantage: 'server',
  habitat: 'mixed',
  generic: true,
  needles: [...APP_NEEDLES, '/ws status=4', '/ws status=5', 'websocket status=4', 'websocket status=5', 'when copying from'],
  samples: [
    {
      line: 'time=2026-10-02T02:02:07.620Z level=info msg="client left" session=a0261403 code=1000 duration=15m22.6s',
      from: 'an application’s own logger',
      reads: { connection: 'a0261403', code: 1000, durationMs: 922600 },
      gives: { kind: 'socket-closed', code: 1000 },
    },
    {
      line: 'time="2027-01-01T04:49:23Z" level=warning msg="read failed" client=9b8a41fa connected_for=6m30.634388s error="read tcp 10.129.2.31:8080->10.128.0.2:28376: read: connection reset by peer"',
      from: 'logrus 1.9 around gorilla/websocket 1.5',
      reads: { connection: '9b8a41fa', durationMs: 390634.388 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 390634.388, keys: { connection: '9b8a41fa' } },
    },
    {
      line: 'time="2026-11-26T09:27:48-03:00" level=warning msg="subscriber lost" error="websocket: close 1006 (abnormal closure): unexpected EOF" peer="127.0.0.1:42100" sub=SUB-90688 up=17.3s',
      from: 'logrus 1.9 around gorilla/websocket 1.5',
      reads: { durationMs: 17300, clientPort: 42100, party: 'SUB-90688' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 17300, keys: { connection: 'SUB-90688' } },
    },
    {
      line: 'ts=2026-11-26T12:33:28.470Z lvl=warn msg="socket closed" who=max.32f8 close_code=1006 reason="" err="Unexpected server response: 502"',
      from: 'a client’s own log around ws 8',
      hint: 'logs/clients.logfmt',
      reads: { code: 1006, error: 'Unexpected server response: 502' },
      gives: { kind: 'handshake-failed', status: 502, vantage: 'client' },
    },
    {
      line: 'time=2026-07-21T15:45:57.961Z level=warn service=live msg="client disconnected" conn=42360 peer=10.20.0.104:42950 close_code=1006 close_reason="" elapsed_s=4.450 idle_s=1.624 rx=1 tx=1',
      from: 'an application’s logger in logfmt',
      reads: {
        at: { ms: 1784648757961, widthMs: 1, basis: 'utc' },
        level: 'warn',
        program: 'live',
        code: 1006,
        durationMs: 4450,
        silenceMs: 1624,
        connection: '42360',
        clientIp: '10.20.0.104',
        clientPort: 42950,
        message: 'client disconnected',
      },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        lifeMs: 4450,
        silenceMs: 1624,
        received: 1,
        sent: 1,
        keys: { connection: '42360', client: { ip: '10.20.0.104', port: 42950 }, service: 'live' },
      },
    },
    {
      line: 'time=2026-07-21T15:45:36.648Z level=debug service=live msg="client connected" conn=42333 peer=10.20.0.102:41814',
      from: 'an application’s logger in logfmt',
      reads: { level: 'debug' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: 'time=2026-07-21T15:45:25.096Z level=info service=live msg="listening on 127.0.0.1:3000"',
      from: 'an application’s logger in logfmt',
      reads: { program: 'live' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: 'time="2017-12-31T23:59:59Z" level=error msg="vulcand/oxy/forward/websocket: Error when copying from client to backend: websocket: close 1006 (abnormal closure): unexpected EOF"',
      from: 'Traefik 1.7, logrus',
      reads: { code: 1006, level: 'error' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'gateway', by: 'client' },
    },
    {
      line: 'time="2018-04-12T21:32:41Z" level=error msg="vulcand/oxy/forward/websocket: Error when copying from client to backend: read tcp 172.18.0.4:443->203.0.113.207:58814: read: connection timed out"',
      from: 'Traefik 1.5, traefik/traefik#3165',
      reads: { clientIp: '203.0.113.207', clientPort: 58814 },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        vantage: 'gateway',
        by: 'network',
        keys: { client: { ip: '203.0.113.207', port: 58814 } },
      },
    },
    {
      line: 'time="2018-04-12T21:36:43Z" level=error msg="vulcand/oxy/forward/websocket: Error when copying from backend to client: read tcp 172.18.0.4:40112->172.18.0.9:3000: read: connection reset by peer"',
      from: 'Traefik 1.5, after traefik/traefik#3165',
      reads: { level: 'error' },
      gives: { kind: 'socket-closed', code: 1006, by: 'server', keys: { upstream: { ip: '172.18.0.9', port: 3000 } } },
    },
    {
      line: 'time="2018-04-12T21:36:43Z" level=error msg="vulcand/oxy/forward/websocket: Error when copying from backend to client: websocket: close 1006 (abnormal closure): unexpected EOF"',
      from: 'Traefik 1.5, traefik/traefik#3165',
      reads: { code: 1006, reason: 'unexpected EOF' },
      gives: { kind: 'socket-closed', code: 1006, by: 'server' },
    },
    {
      line: 'time=2026-01-02T03:04:05.000+09:00 level=INFO msg="request done" status=200 duration=1006ms',
      from: 'Go 1.22 slog TextHandler',
      reads: { durationMs: 1006, status: 200 },
      gives: 'noise',
    },
    {
      line: 't=2021-07-13T21:28:10+0000 lvl=warn msg="Request Origin is not authorized" logger=live origin=http://grafana.example.io:3000 appUrl=http://localhost:3000/ allowedOrigins=',
      from: 'Grafana 8.0.5, grafana/grafana#36614',
      reads: { message: 'Request Origin is not authorized', logger: 'live' },
      gives: { kind: 'handshake-failed', by: 'upstream' },
    },
    {
      line: 't=2021-07-13T21:28:10+0000 lvl=info msg="Request Completed" logger=context userId=1 orgId=1 uname=admin method=GET path=/api/live/ws status=403 remote_addr=203.0.113.77 time_ms=0 size=10 referer=',
      from: 'Grafana 8.0.5, grafana/grafana#36614',
      reads: { method: 'GET', path: '/api/live/ws', status: 403, clientIp: '203.0.113.77' },
      gives: { kind: 'handshake-failed', status: 403 },
    },
    {
      line: 'logger=context userId=0 orgId=0 uname= t=2025-01-08T06:50:17.360683205Z level=info msg="Request Completed" method=GET path=/api/live/ws status=401 remote_addr=2001:db8::4 time_ms=22 duration=22.27281ms size=105 referer= handler=/api/live/ws status_source=server',
      from: 'Grafana 11, grafana/grafana#98822',
      reads: { status: 401, durationMs: 22.27281 },
      gives: { kind: 'handshake-failed', status: 401, keys: { client: { ip: '2001:db8::4' } } },
    },
    {
      line: 't=2021-07-13T21:28:10+0000 lvl=info msg="Request Completed" logger=context userId=1 orgId=1 uname=admin method=GET path=/api/live/publish status=403 remote_addr=203.0.113.77 time_ms=0 size=10 referer=',
      from: 'Grafana 8.0.5, grafana/grafana#36614, another path',
      reads: { status: 403 },
      gives: 'noise',
    },
    {
      line: 'ts=2026-01-02T03:04:05.123456789Z caller=ws.go:17 level=warn event=ws_closed remote=[2001:db8::9]:443 code=1001 took=2m7.5s',
      from: 'go-kit/log 0.2',
      reads: { clientIp: '2001:db8::9', durationMs: 127500 },
      gives: { kind: 'socket-closed', code: 1001 },
    },
    {
      line: 'msg="ws closed" conn=c1f2a8 code=1006 remote=203.0.113.9:50112 age=42.5s',
      from: 'a program without stamps under systemd',
      at: { ms: 1791253503891, widthMs: 1, basis: 'utc' },
      reads: { connection: 'c1f2a8', durationMs: 42_500 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 42_500, keys: { connection: 'c1f2a8' } },
    },
    {
      line: 'level=info msg="2021/09/27 16:17:16 http error: An error occured during websocket exec operation (err=websocket: close 1006 (abnormal closure): unexpected EOF) (code=500)"',
      from: 'Portainer 2.6, portainer/portainer#3506: what Go’s own logger wrote, in logrus’s layout',
      reads: { at: { ms: Date.UTC(2021, 8, 27, 16, 17, 16), widthMs: 1000, basis: 'local' }, code: 1006 },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: 'time="2026-11-12T07:37:02Z" level=info msg="received signal, stopping listener" signal=terminated',
      from: 'logrus 1.9 with os.Signal',
      reads: { signal: 'terminated' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: 'method=POST path=/rum/socket format=json controller=Rum::SocketController action=lost status=204 duration=6.38 view=0.00 db=2.13 sid=9a017350e close_code=1006 was_clean=false open_for=126.6 request_id=d92aa52c-f3fb-4282-afba-eac7a0c87828',
      from: 'in the shape of lograge 0.14 (imitated): what a page posted of its socket',
      at: { ms: 1794565519742, widthMs: 1, basis: 'utc' },
      reads: { connection: '9a017350e', code: 1006, durationMs: 126600 },
      gives: { kind: 'socket-closed', vantage: 'client', reported: true, lifeMs: 126600 },
    },
    {
      line: 'ts=1792890893870 event=ws_close visitor=v-ibmiytbv code=1006 was_clean=false alive_ms=320334',
      from: "a collector of browsers' beacons; an id of letters and digits that chanced to have no digit",
      reads: { code: 1006 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 320334, keys: { connection: 'v-ibmiytbv' } },
    },
  ],
  rejects: [
    'a=1 b=2',
    'msg="ws closed code=1006',
    'time=2026-07-21T15:45:25Z level=info msg="ws closed" "stray"',
    'at=info method=GET path="/ws" host=a.example.com fwd="1.2.3.4" dyno=web.1 connect=0ms service=1ms status=101 bytes=1',
  ],
  read(text, context) {
    if (FOREIGN.test(text) || isForeignService(context.keys.service)) return null;
    const pairs = logfmt(text);
    if (!pairs) return null;
    const row = appRow(fieldsOfPairs(pairs), text);
    if (row.message === undefined || isForeignMessage(row.message)) return null;
    // Some leave stamp and level to whoever takes their lines.
    if ((row.at ?? row.level ?? context.at) === undefined) return null;
    return withProse(row.at === undefined ? withInnerStamp(row, row.message) : row);
  },
  events(row, context) {
    const from = OXY.exec(row.message ?? '')?.[1];
    return from === undefined ? draftOf(row, vantageOf(row, context) ?? 'server') : oxyClose(row, from === 'client');
  },
});
