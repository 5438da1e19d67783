/** JSON-lines logs of applications, whatever the logger, and clients' records of `onclose`. */
import { draftOf } from '../src/grammar/app-events.ts';
import { type AppRow, addLearned, appRow, mayNameOne, toldBy } from '../src/grammar/app-fields.ts';
import { APP_NEEDLES } from '../src/grammar/app-needles.ts';
import { vantageOf } from '../src/grammar/app-vantage.ts';
import { fieldsOf, valuesOf } from '../src/grammar/fields.ts';
import { isForeignField } from '../src/grammar/foreign.ts';
import { type JsonObject, parseObject } from '../src/grammar/json.ts';
import { known } from '../src/grammar/known.ts';
import { learningFields } from '../src/grammar/learned-fields.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { withProse } from '../src/grammar/prose.ts';
import { remembered } from '../src/grammar/remembered.ts';
import { type Draft, defineParser, type Vantage } from '../src/types.ts';

// Access logs, orchestrators' records and browser exports that are JSON too: they have parsers of their own.
const FOREIGN: readonly string[] = [
  '_webSocketMessages',
  'ClientAddr',
  'downstream_remote_address',
  'response_flags',
  'response-code-details',
  'upstream-cluster',
  'remote_addr',
  'upstream_addr',
  'request_uri',
  '__REALTIME_TIMESTAMP',
  'apiVersion',
  'timeNano',
  'involvedObject',
  'reportingController',
  'httpRequest',
  'EdgeStartTimestamp',
  'RayID',
  'websocket_id',
  'connection_info',
]; // prettier-ignore
const FOREIGN_LOGGER =
  /^(?:http\.log|admin|tls|http|http\.(?:handlers|reverse_proxy|auto_https|stdlib|acme_client)|pki|events|docker-proxy)(?:\.|$)/;

const isForeignObject = (object: JsonObject): boolean =>
  FOREIGN.some((key) => key in object) ||
  // API Gateway's access log.
  ('routeKey' in object && 'eventType' in object && ('requestTime' in object || 'requestTimeEpoch' in object)) ||
  (typeof object['detail'] === 'object' && typeof object['type'] === 'string' && /-log$/.test(object['type'])) ||
  (typeof object['logger'] === 'string' && 'ts' in object && FOREIGN_LOGGER.test(object['logger']));

/** Messages beside fields are the same few, line after line. */
const isForeign = remembered(isForeignField);

/** The server's own line about an upgraded request, written when the connection is over: its life, and no word of how it ended. */
function requestOf(row: AppRow, vantage: Vantage): Draft | undefined {
  if (row.status !== 101 || row.durationMs === undefined || row.path === undefined) return undefined;
  return { kind: 'socket-closed', lifeMs: row.durationMs, vantage, keys: known({ ...connectionKeys(row), requestId: row.requestId }) };
}

const learnedOf = learningFields((text) => {
  const object = parseObject(text);
  return object && !isForeignObject(object) ? toldBy(fieldsOf(object), text, valuesOf(object)) : undefined;
}, mayNameOne);

export const appJson = defineParser<AppRow>({
  name: 'app-json',
  about:
    'JSON lines of an application’s logger: pino, winston, bunyan, structlog, zap, slog, logrus, log4j, Serilog …; client telemetry of `onclose`',
  adds: 'close code, age, silence and id of each connection as an endpoint saw it; missed heartbeats, shutdowns, uncaught exceptions',
  docs: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.4',
  vantage: 'server',
  habitat: 'mixed',
  generic: true,
  needles: [...APP_NEEDLES, '/ws?', '101'],
  samples: [
    {
      line: '{"level":40,"time":1795707831080,"pid":416,"hostname":"web-2","name":"chat","sock":"dbdbfffe","remote":"176.59.40.10","room":"support","code":1006,"reason":"","online_ms":15001,"msgs":0,"msg":"member left"}',
      from: 'pino 9 around ws 8: an id without a digit',
      reads: { connection: 'dbdbfffe', clientIp: '176.59.40.10', durationMs: 15001 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 15001, keys: { connection: 'dbdbfffe' } },
    },
    {
      line: '{"level":30,"time":1795700000123,"pid":17,"hostname":"api-1","req":{"id":4,"method":"GET","url":"/ws?room=7","remoteAddress":"203.0.113.9","remotePort":51022},"res":{"statusCode":401},"responseTime":3,"msg":"request completed"}',
      from: 'pino-http 10',
      reads: { method: 'GET', path: '/ws?room=7', status: 401 },
      gives: { kind: 'handshake-failed', status: 401, keys: { path: '/ws?room=7' } },
    },
    {
      line: '{"ts":"2026-11-26T14:11:20.479Z","user":"u8175","ev":"socket.io disconnect","reason":"transport close","wsCode":1006,"connected_for":21}',
      head: [
        '{"ts":"2026-11-26T14:11:10.054Z","user":"u9573","ev":"socket.io disconnect","reason":"io client disconnect","connected_for":10.22}',
      ],
      from: 'a browser’s own telemetry around Socket.IO 4: whole seconds among fractions',
      hint: 'browser.ndjson',
      reads: { durationMs: 21_000 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 21_000 },
    },
    {
      line: '{"time":"2026-11-26T14:06:05.101Z","player":"P-D85154","closeCode":"1006","seconds":"7.093"}',
      hint: 'players.csv',
      from: 'a row of an analytics export: no machine, no process, no peer',
      reads: { durationMs: 7093, party: 'P-D85154' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'client', keys: { connection: 'P-D85154' } },
    },
    {
      line: '{"time":"2026-11-26T14:11:20.479Z","msg":"ws closed","conn":"c8175","code":1006,"duration":21}',
      head: [
        '{"time":"2026-11-26T14:10:40.002Z","msg":"ws open","conn":"c9573"}',
        '{"time":"2026-11-26T14:11:10.054Z","msg":"ws closed","conn":"c9573","code":1000,"duration":30}',
      ],
      from: 'an application’s own logger: the open line’s stamp tells the unit',
      reads: { durationMs: 21_000 },
      gives: { kind: 'socket-closed', lifeMs: 21_000 },
    },
    {
      line: '{"level":"warn","conn":"299e832b-a8cc-44f1-ae34-ddf5eeac187e","code":1006,"error":"websocket: close 1006 (abnormal closure): unexpected EOF","life":167440.729,"idle":2614.033,"msgs":23,"time":"2026-12-01T23:52:17Z","message":"ws done"}',
      head: [
        '{"level":"info","conn":"0d8e9c22-4f20-4f11-b874-aae201eba859","peer":"10.50.1.96","time":"2026-12-01T23:41:15Z","message":"ws open"}',
        '{"level":"warn","conn":"0d8e9c22-4f20-4f11-b874-aae201eba859","code":1006,"error":"websocket: close 1006 (abnormal closure): unexpected EOF","life":60114.83,"idle":60059.884,"msgs":1,"time":"2026-12-01T23:42:15Z","message":"ws done"}',
      ],
      from: 'zerolog 1.33, whose durations are in ms: the open line tells the life’s unit, and that the silence’s',
      reads: { durationMs: 167440.729, silenceMs: 2614.033 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 167440.729, silenceMs: 2614.033 },
    },
    {
      line: '{"level":"warn","at_ms":1795701973469,"pid":16307,"name":"desk-api","reqId":"req-m","desk":"dsk54591","closeCode":1006,"aliveMs":13000,"msg":"agent desk offline"}',
      head: [
        '{"level":"info","at_ms":1795701955212,"pid":16307,"name":"desk-api","reqId":"req-1","desk":"dsk56746","msg":"agent desk online"}',
        '{"level":"warn","at_ms":1795701972568,"pid":16307,"name":"desk-api","reqId":"req-1","desk":"dsk56746","closeCode":1006,"aliveMs":13000,"msg":"agent desk offline"}',
        '{"level":"warn","at_ms":1795701973469,"pid":16307,"name":"desk-api","reqId":"req-m","desk":"dsk54591","closeCode":1006,"aliveMs":13000,"msg":"agent desk offline"}',
        '{"level":"warn","at_ms":1795701974419,"pid":16307,"name":"desk-api","reqId":"req-n","desk":"dsk98277","closeCode":1006,"aliveMs":13002,"msg":"agent desk offline"}',
      ],
      from: 'pino 9 in Fastify 4: names that only the values explain',
      reads: { at: { ms: 1795701973469, widthMs: 1, basis: 'utc' }, party: 'dsk54591' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 13_000, keys: { connection: 'dsk54591' } },
    },
    {
      line: '{"level":"warn","conn_id":"bdb06ae3","remote":"10.20.0.250:50526","error":"read tcp 10.20.0.31:8080->10.20.0.250:50526: read: connection reset by peer","elapsed":608694.409,"message":"ws disconnected","time":1794917423190}',
      from: 'zerolog 1.33 around gorilla/websocket 1.5: a read that failed of the socket itself',
      reads: { connection: 'bdb06ae3', durationMs: 608694.409 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 608694.409, keys: { connection: 'bdb06ae3' } },
    },
    {
      line: '{"level":"warn","ts":"2026-12-10T14:10:55.926Z","logger":"ws","caller":"ws/conn.go:142","msg":"closed","conn":"94eb2a70","error":"read tcp 10.0.3.33:8080->203.0.113.220:59277: i/o timeout","age":336.876}',
      from: 'zap 1.27 around gorilla/websocket 1.5: the deadline for a pong',
      reads: { connection: '94eb2a70', durationMs: 336876 },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: '{"ts":"2026-11-22T20:23:41.123Z","lvl":"info","ev":"ws_closed","code":1006,"cid":"72e41df3","ms":300578}',
      from: 'an application’s own logger',
      reads: { connection: '72e41df3', durationMs: 300578 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 300578 },
    },
    {
      line: '{"ts":"2026-11-30T18:10:12.758Z","lvl":"warn","ev":"ws_closed","cid":"68ca688f","code":1006,"detail":"no pong within 12000 ms, terminating","ms":141872}',
      from: 'an application’s own logger around ws 8',
      reads: { error: 'no pong within 12000 ms, terminating' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', reason: 'no pong within 12000 ms, terminating' },
    },
    {
      line: '{"level":30,"time":1791454903874,"pid":406,"hostname":"api-2","name":"api","msg":"client event","event":"ws-close","clientId":"c-1077","code":1006,"closedAt":"2026-10-08T10:21:40.100Z","visibility":"hidden"}',
      from: 'pino 9, writing down what a page reports of itself',
      reads: { at: { ms: 1791454900100, widthMs: 1, basis: 'utc' }, connection: 'c-1077' },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        vantage: 'client',
        keys: { connection: 'c-1077', pid: undefined, host: undefined, service: undefined },
      },
    },
    {
      line: '{"level":"info","ts":1786701844.081,"caller":"ws/hub.go:88","msg":"peer left","id":"c3d09f11","code":1006,"duration":120.004}',
      from: 'zap 1.27 in a chat hub',
      reads: { id: 'c3d09f11', code: 1006, durationMs: 120004 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 120004, keys: { connection: 'c3d09f11' } },
    },
    {
      line: '{"name":"presence","hostname":"vm","pid":32503,"level":30,"member":"e9ce00f9","code":1006,"onlineFor":15234,"msg":"member offline","time":"2026-11-26T12:39:56.203Z","v":0}',
      from: 'bunyan 1.8 around ws 8',
      reads: { code: 1006, durationMs: 15234, party: 'e9ce00f9' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 15234, keys: { connection: 'e9ce00f9' } },
    },
    {
      line: '{"name":"presence","hostname":"vm","pid":32503,"level":30,"member":"5fff31f5","code":1001,"onlineFor":9120,"msg":"member offline","time":"2026-11-26T12:39:49.203Z","v":0}',
      from: 'bunyan 1.8 around ws 8',
      reads: { code: 1001 },
      gives: { kind: 'socket-closed', code: 1001, lifeMs: 9120 },
    },
    {
      line: '{"name":"presence","hostname":"vm","pid":32503,"level":30,"member":"a0462c36","code":1006,"onlineFor":14949,"heartbeat":"lost","msg":"member offline","time":"2026-11-26T12:39:58.204Z","v":0}',
      from: 'bunyan 1.8 around ws 8',
      reads: { heartbeatLost: true },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat' },
    },
    {
      line: '{"ts":1795696647.956,"deviceId":"devd15f","type":"socket.close","data":{"code":1006,"reason":"","durationSec":19.17,"firmware":"3.3"}}',
      from: 'a client’s own telemetry',
      hint: 'logs/app-telemetry.jsonl',
      reads: { code: 1006, durationMs: 19170 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 19170, vantage: 'client', keys: { connection: 'devd15f' } },
    },
    {
      line: '{"at":1795696054766,"sub":"SUB-29871","evt":"connect_failed","http":403,"code":1006,"aliveMs":0}',
      from: 'a client’s own telemetry',
      hint: 'logs/browser-sdk.jsonl',
      reads: { status: 403 },
      gives: { kind: 'handshake-failed', status: 403, vantage: 'client', keys: { connection: 'SUB-29871' } },
    },
    {
      line: '{"level":"error","time":"2026-11-26T12:39:49.203Z","code":1006,"userId":"u4711","msg":"payment declined","durationMs":53}',
      from: 'an application’s own error code',
      reads: { code: 1006 },
      gives: 'noise',
    },
    {
      line: '{"timestamp_us":1791862882675123,"event":"close","id":"51099ab4","code":1006,"wasClean":false,"ms":2112939}',
      from: 'a client’s own telemetry',
      reads: { at: { ms: 1791862882675.123, widthMs: 0.001, basis: 'utc' }, durationMs: 2112939 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 2112939, keys: { connection: '51099ab4' } },
    },
    {
      line: '{"level":40,"time":1791454903874,"pid":406,"hostname":"app-08","name":"chat-ws","connId":"94230662","code":1006,"reason":"","durationMs":3440,"remoteAddress":"10.20.0.105","msg":"ws closed"}',
      from: 'pino 9 around ws 8',
      reads: {
        at: { ms: 1791454903874, widthMs: 1, basis: 'utc' },
        level: 40,
        code: 1006,
        durationMs: 3440,
        clientIp: '10.20.0.105',
        pid: 406,
        program: 'chat-ws',
        host: 'app-08',
        connection: '94230662',
        message: 'ws closed',
      },
      gives: {
        kind: 'socket-closed',
        code: 1006,
        lifeMs: 3440,
        vantage: 'server',
        keys: { connection: '94230662', client: { ip: '10.20.0.105' }, pid: 406, service: 'chat-ws', host: 'app-08' },
      },
    },
    {
      line: '{"level":30,"time":1791454894605,"pid":406,"hostname":"app-08","name":"chat-ws","connId":"8273a441","remoteAddress":"::ffff:10.20.0.101","remotePort":52114,"msg":"ws connected"}',
      from: 'pino 9 around ws 8',
      reads: { clientIp: '10.20.0.101', clientPort: 52114 },
      gives: { kind: 'socket-opened', keys: { connection: '8273a441', client: { ip: '10.20.0.101', port: 52114 } } },
    },
    {
      line: '{"level":"warn","message":"WebSocket disconnected","service":"notify","socketId":"c3e399f9","closeCode":1006,"closeReason":"","duration":24680,"ip":"10.20.0.101","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0","timestamp":"2026-11-02T13:21:32.760Z"}',
      from: 'winston 3, json() with timestamp()',
      reads: { code: 1006, durationMs: 24680, level: 'warn' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 24680, vantage: 'server' },
    },
    {
      line: '{"name":"chat-ws","hostname":"edge-c","pid":417,"level":30,"conn":{"id":"0f707d40","ip":"2001:db8::7"},"ws":{"code":1000,"reason":""},"elapsed_ms":19901,"msg":"close","time":"2026-11-22T12:02:04.152Z","v":0}',
      from: 'bunyan 1.8',
      reads: { connection: '0f707d40', code: 1000, durationMs: 19901, clientIp: '2001:db8::7' },
      gives: { kind: 'socket-closed', code: 1000, lifeMs: 19901 },
    },
    {
      line: '{"name":"chat-ws","hostname":"edge-c","pid":417,"level":50,"conn":{"id":"6e29a6f6"},"msg":"Invalid WebSocket frame: MASK must be set","time":"2026-11-22T12:03:07.172Z","v":0}',
      from: 'bunyan 1.8 around ws 8',
      reads: { connection: '6e29a6f6', message: 'Invalid WebSocket frame: MASK must be set' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false, keys: { connection: '6e29a6f6' } },
    },
    {
      line: '{"ts":1792134075.51,"event":"ws_close","conn_id":"7ac28db3","close_code":1006,"close_reason":"","elapsed_s":20.683,"client_ip":"10.20.0.103","messages_in":4,"messages_out":5}',
      from: 'structlog 24',
      reads: { at: { ms: 1792134075510, widthMs: 10, basis: 'utc' }, message: 'ws_close', durationMs: 20683, received: 4, sent: 5 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 20683, received: 4, sent: 5 },
    },
    {
      line: '{"ts":1782375683.331,"event":"ws_close","conn_id":"f916e4f2","close_code":1000,"close_reason":"","elapsed_s":16.465,"client_ip":"10.20.0.106","messages_in":0,"messages_out":0}',
      from: 'structlog 24 in a client',
      hint: 'logs/client-ws.log',
      reads: { code: 1000 },
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: '{"ts":1780169482.125,"event":"log","text":"gateway listening, upstream ws://127.0.0.1:3000"}',
      from: 'a forwarding gateway on ws 8',
      reads: { message: 'gateway listening, upstream ws://127.0.0.1:3000', event: 'log' },
      gives: { kind: 'process-started', what: 'banner', vantage: 'gateway' },
    },
    {
      line: '{"level":"warn","message":"Client unresponsive","service":"chat-ws","socketId":"f92f5f5fc41e","timestamp":"2026-11-25T21:18:29.587Z"}',
      from: 'winston 3',
      reads: { connection: 'f92f5f5fc41e' },
      gives: { kind: 'heartbeat-missed', keys: { connection: 'f92f5f5fc41e', service: 'chat-ws' } },
    },
    {
      line: '{"level":"info","message":"SIGTERM received, closing connections","service":"chat-ws","timestamp":"2026-11-12T08:03:52.618Z"}',
      from: 'winston 3',
      reads: { level: 'info' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '{"level":"info","message":"WebSocket disconnected","service":"chat-ws","socketId":"cc2cb7e9","closeCode":1001,"closeReason":"server shutting down","duration":101598,"timestamp":"2026-11-12T08:03:52.700Z"}',
      from: 'winston 3',
      reads: { reason: 'server shutting down' },
      gives: { kind: 'socket-closed', code: 1001, by: 'shutdown' },
    },
    {
      line: '{"level":"error","message":"uncaughtException: Cannot read properties of undefined (reading \'user\')","service":"chat-ws","stack":"TypeError: Cannot read properties of undefined (reading \'user\')\\n    at WebSocket.<anonymous> (/srv/server.js:33:56)","exception":true,"timestamp":"2026-10-30T00:00:07.496Z"}',
      from: 'winston 3, exceptionHandlers',
      reads: { error: "TypeError: Cannot read properties of undefined (reading 'user')" },
      gives: {
        kind: 'process-fault',
        fault: 'uncaught-exception',
        fatal: true,
        says: "TypeError: Cannot read properties of undefined (reading 'user')",
      },
    },
    {
      line: '{"level":60,"time":1791788515967,"pid":366,"hostname":"node-17","name":"chat-ws","err":{"type":"TypeError","message":"x is undefined","stack":"TypeError: x is undefined\\n    at a.js:1"},"msg":"uncaughtException"}',
      from: 'pino 9',
      reads: { error: 'TypeError: x is undefined' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: 'TypeError: x is undefined' },
    },
    {
      line: '{"ts":1792134105.559,"event":"fatal","error":"TypeError: x is undefined\\n    at WebSocket.<anonymous> (/srv/server.js:33:56)"}',
      from: 'structlog-like logger of a Node server',
      reads: { message: 'fatal' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: 'TypeError: x is undefined' },
    },
    {
      line: '{"level":"error","ts":1795348877.4021,"caller":"ws/conn.go:88","msg":"read failed","conn_id":"c-17","error":"websocket: close 1006 (abnormal closure): unexpected EOF","duration":30.0532}',
      from: 'zap 1.27 around gorilla/websocket 1.5',
      reads: { durationMs: 30053.2, connection: 'c-17' },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 30053.2, reason: 'websocket: close 1006 (abnormal closure): unexpected EOF' },
    },
    {
      line: '{"time":"2026-03-01T23:59:59.500000000+05:30","level":"INFO","msg":"websocket closed","remote":"[2001:db8::9]:4431","code":1001,"duration":30053000000}',
      from: 'Go 1.22 log/slog',
      reads: {
        at: { ms: 1772389799500, widthMs: 0.001, basis: 'utc' },
        clientIp: '2001:db8::9',
        clientPort: 4431,
        durationMs: 30053,
      },
      gives: { kind: 'socket-closed', code: 1001, lifeMs: 30053 },
    },
    {
      line: '{"time":"2026-09-10T21:23:45.272048744-05:00","level":"WARN","msg":"ws finished","conn":"20d0dd98","code":1006,"dur":185084858418,"err":"websocket: close 1006 (abnormal closure): unexpected EOF","last_frame_age":366680384}',
      from: 'Go 1.23 log/slog: all durations of a record are nanoseconds',
      reads: { connection: '20d0dd98', durationMs: 185084.858, silenceMs: 366.68 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 185084.858, silenceMs: 366.68 },
    },
    {
      line: `{"timestamp":"2026-01-20T12:38:15.2983250Z","message":"Connection disconnected with error 'Error: WebSocket closed with status code: 1006 (no reason given).'.","severityLevel":3,"customDimensions":{"connectionId":"RnY0896p8MJ4X3wu3SLzuN","uptimeMs":"228076"}}`,
      from: 'Application Insights, traces of a page with @microsoft/signalr 8',
      reads: { connection: 'RnY0896p8MJ4X3wu3SLzuN', durationMs: 228076 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 228076 },
    },
    {
      line: '{"level":"warning","msg":"client disconnected","peer":"203.0.113.9:51234","status_code":1006,"elapsed":"2m7.606s","time":"2026-01-05T03:04:05Z"}',
      from: 'logrus 1.9',
      reads: { code: 1006, durationMs: 127606 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 127606 },
    },
    {
      line: '{"instant":{"epochSecond":1791454903,"nanoOfSecond":874000000},"thread":"ws-1","level":"INFO","loggerName":"com.example.WsHandler","message":"Connection closed: CloseStatus[code=1006, reason=null]","contextMap":{"sessionId":"a1b2"}}',
      from: 'log4j 2 JsonLayout around Spring',
      reads: { at: { ms: 1791454903874, widthMs: 0.001, basis: 'utc' }, connection: 'a1b2' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'a1b2' } },
    },
    {
      line: '{"timestamp":"2026-06-25T08:21:22.724001Z","level":"WARN","fields":{"message":"connection lost","conn_id":"9f","error":"WebSocket protocol error: Connection reset without closing handshake"},"target":"app::ws"}',
      from: 'tracing-subscriber 0.3 around tungstenite 0.24',
      reads: { logger: 'app::ws' },
      gives: { kind: 'socket-closed', code: 1006 },
    },
    {
      line: '{"type":"close","code":1006,"reason":"","wasClean":false,"timestamp":1794436882021,"url":"wss://app.example.com/ws?room=1","userAgent":"Mozilla/5.0"}',
      from: 'client telemetry: the CloseEvent as WHATWG defines it',
      reads: { clean: false, path: 'wss://app.example.com/ws?room=1' },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, vantage: 'client' },
    },
    {
      line: '{"code":1006,"reason":"","wasClean":false,"timestamp":"2026-11-22T20:23:41.123Z"}',
      from: 'client telemetry: the CloseEvent’s own fields',
      reads: { code: 1006, clean: false },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, vantage: 'client' },
    },
    {
      line: '{"event":"offline","wasOnline":true,"ts":1794436882021}',
      from: 'client telemetry: window offline event',
      hint: 'rum-client.jsonl',
      reads: { message: 'offline' },
      gives: { kind: 'network-fault', fault: 'client-offline', vantage: 'client' },
    },
    {
      line: '{"level":30,"time":1794906227234,"pid":397,"hostname":"app-01","name":"api","req":{"method":"GET","url":"/"},"res":{"statusCode":200},"responseTime":1006,"msg":"request completed"}',
      from: 'pino-http 10',
      reads: { message: 'request completed' },
      gives: 'noise',
    },
    {
      line: '{"time":"2026-08-30T09:01:24.273Z","level":"INFO","msg":"request completed","method":"GET","path":"/api/v1/terminal","status":101,"duration_ms":60001,"request_id":"2f61a4"}',
      from: 'Go 1.23 slog, a middleware around all requests',
      reads: { status: 101, durationMs: 60001, path: '/api/v1/terminal' },
      gives: { kind: 'socket-closed', lifeMs: 60001, keys: { path: '/api/v1/terminal', requestId: '2f61a4' } },
    },
    {
      line: '{"level":"info","message":"Redis connection closed","code":1006,"timestamp":"2026-11-12T08:03:52.618Z"}',
      from: 'winston 3',
      reads: {},
      gives: 'noise',
    },
    {
      line: '{"ts":"2026-11-26T16:56:51.680Z","src":"browser","build":"2.41.0","ev":"rt_disconnect","device":"u37984","sid":"SGftj5ms0J1v0qalAAAe","reason":"ping timeout","connectedMs":28999}',
      from: 'a page’s own telemetry of socket.io-client 4',
      reads: { connection: 'SGftj5ms0J1v0qalAAAe', durationMs: 28999 },
      gives: { kind: 'socket-closed', wasClean: false, by: 'heartbeat', lifeMs: 28999 },
    },
    {
      line: '{"ts":"2026-11-26T16:56:10.851Z","src":"browser","build":"2.41.0","ev":"rt_connect","device":"u72359","sid":"1FRZrR0etKXCSREuAAAA","n":1}',
      from: 'a page’s own telemetry of socket.io-client 4',
      reads: { connection: '1FRZrR0etKXCSREuAAAA' },
      gives: { kind: 'socket-opened', keys: { connection: '1FRZrR0etKXCSREuAAAA' } },
    },
    {
      line: '{"level":40,"time":1789138172570,"pid":1,"hostname":"9c41d7e0b2fa","service":"collab-rt","eventLoop":{"maxMs":5453,"meanMs":46},"msg":"event loop delay above threshold"}',
      from: 'pino 10, with what Node’s monitorEventLoopDelay measured',
      reads: { stallMs: 5453 },
      gives: { kind: 'process-fault', fault: 'hang', fatal: false, lastedMs: 5453 },
    },
    {
      line: '{"rx":1781280190.003,"ip":"192.0.2.91","ts":"2026-06-12T15:59:15.121Z","seq":2,"uid":"u4366","app":"ios/5.12.0","ev":"hb_missed","cid":"c8d157334815","silent_ms":25051}',
      from: 'a collector of clients’ reports, whose closes alone say that they are a client’s',
      head: ['c8d157334815', '78ad9c6b582b', 'af9ea2543239'].map(
        (cid) =>
          `{"rx":1781280190.003,"ip":"192.0.2.91","ts":"2026-06-12T15:59:15.122Z","uid":"u4366","ev":"ws_close","cid":"${cid}","code":1006,"clean":false,"opened":true,"dur_ms":55053}`,
      ),
      reads: { connection: 'c8d157334815', silenceMs: 25_051, ofClient: true },
      gives: { kind: 'heartbeat-missed', vantage: 'client', keys: { connection: 'c8d157334815', client: { ip: '192.0.2.91' } } },
    },
    {
      line: '{"level":"info","ts":1781597559.1147,"caller":"handler/goff.go:88","msg":"registering new websocket connection","connection":"10.1.4.22:51034"}',
      from: 'zap 1.27 of GO Feature Flag’s relay proxy 1.54, thomaspoignant/go-feature-flag#5463',
      reads: { message: 'registering new websocket connection' },
      gives: { kind: 'socket-opened' },
    },
    {
      line: '{"timestamp":"2022-06-27 18:41:02.771 Z","level":"error","msg":"websocket.NextReader: closing websocket","caller":"app/web_conn.go:834","user_id":"rrwhycr46fgb5m143xcpqdoxma","error":"read tcp 172.31.20.8:8065->172.31.20.8:49210: i/o timeout"}',
      from: 'Mattermost 6.7, forum.mattermost.com/t/13597',
      reads: { at: { ms: Date.UTC(2022, 5, 27, 18, 41, 2, 771), widthMs: 1, basis: 'utc' }, party: 'rrwhycr46fgb5m143xcpqdoxma' },
      gives: { kind: 'socket-closed', code: 1006, by: 'heartbeat', keys: { connection: 'rrwhycr46fgb5m143xcpqdoxma' } },
    },
    {
      line: '{"handler":"socks5","kind":"handler","level":"error","listener":"tcp","local":"127.0.0.1:1080","msg":"websocket: close 1006 (abnormal closure): unexpected EOF","remote":"127.0.0.1:53112","service":"service-0","time":"2026-03-25T10:21:07.418+00:00"}',
      from: 'GOST 3 that takes TCP and sends it on by a WebSocket, ReaJason/MemShellParty#127',
      reads: { listener: 'tcp' },
      gives: { kind: 'socket-closed', code: 1006, vantage: 'gateway', by: 'server' },
    },
    {
      line: '{"message":"ws closed","connId":"43ardnjr28be3nbu4b3h","code":1006,"err":"failed to read frame header: EOF","uptimeMs":900070}',
      from: 'slog of Go 1.24 around coder/websocket, whose time and severity Cloud Logging took out',
      at: { ms: 1791253503891, widthMs: 1, basis: 'utc' },
      reads: { connection: '43ardnjr28be3nbu4b3h', durationMs: 900_070 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 900_070, keys: { connection: '43ardnjr28be3nbu4b3h' } },
    },
    {
      line: '{"ts":"2026-03-11T09:20:08.654+01:00","agent":"6045","lvl":"log","cat":"sip.Transport","msg":"WebSocket closed wss://pbx.example.com:8089/ws (code: 1006)","sess":"35359b086588","upMs":1115680}',
      from: 'telemetry of a softphone: lines of SIP.js 0.20',
      reads: { logger: 'sip.Transport', code: 1006, connection: '35359b086588', durationMs: 1_115_680 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 1_115_680, vantage: 'client', keys: { connection: '35359b086588' } },
    },
    {
      line: '{"ts":"2026-03-11T09:00:29.652+01:00","agent":"6053","lvl":"warn","cat":"app.keepalive","msg":"keep-alive CRLF not answered, closing transport","sess":"05b58d9f8c63","waitedMs":10010}',
      from: 'telemetry of a softphone: its own line beside those of SIP.js',
      head: [
        '{"ts":"2026-03-11T08:40:47.523+01:00","agent":"6053","lvl":"log","cat":"sip.Transport","msg":"Connecting wss://pbx.example.com:8089/ws"}',
        '{"ts":"2026-03-11T08:40:47.603+01:00","agent":"6053","lvl":"log","cat":"sip.Transport","msg":"WebSocket opened wss://pbx.example.com:8089/ws","sess":"05b58d9f8c63"}',
        '{"ts":"2026-03-11T08:40:47.604+01:00","agent":"6053","lvl":"log","cat":"sip.Transport","msg":"Transitioned from Connecting to Connected","sess":"05b58d9f8c63"}',
      ],
      reads: { logger: 'app.keepalive', connection: '05b58d9f8c63' },
      gives: { kind: 'heartbeat-missed', closes: true, vantage: 'client', keys: { connection: '05b58d9f8c63' } },
    },
    {
      line: '{"ts":"2026-03-11T09:00:11.137+01:00","agent":"6056","lvl":"warn","cat":"app.net","msg":"navigator offline event"}',
      from: 'telemetry of a softphone',
      hint: 'logs/web-telemetry.ndjson',
      reads: { logger: 'app.net' },
      gives: { kind: 'network-fault', fault: 'client-offline', vantage: 'client' },
    },
    {
      line: '{"level":40,"time":1795529626364,"pid":1,"hostname":"realtime-7c9d8b6f5d-xjwps","grace_s":20,"msg":"SIGTERM received, draining"}',
      from: 'pino 9, a server that drains its connections',
      reads: { graceMs: 20_000 },
      gives: { kind: 'stop-requested', how: 'app-signal', graceMs: 20_000, keys: { pid: 1, host: 'realtime-7c9d8b6f5d-xjwps' } },
    },
    {
      line: '{"level":40,"time":1795529646314,"pid":1,"hostname":"realtime-7c9d8b6f5d-xjwps","remaining":2,"msg":"drain window over, terminating remaining sockets"}',
      from: 'pino 9, the same server when that time is over',
      reads: { pid: 1 },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '{"level":"info","ts":1795529022.2166,"caller":"gateway/main.go:88","msg":"Received signal","signal":"terminated"}',
      from: 'zap 1.27 with os.Signal',
      reads: { signal: 'terminated' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '{"level":"warn","ts":1795529023.5,"caller":"gateway/ffmpeg.go:31","msg":"ffmpeg exited on signal","signal":"terminated"}',
      from: 'zap 1.27, of a child',
      reads: { signal: 'terminated' },
      gives: 'noise',
    },
    {
      line: '{"level":"info","ts":1793628980.624893,"caller":"cmd/main.go:61","msg":"signal received","signal":"terminated"}',
      from: 'zap 1.27: a field with Go’s os.Signal',
      reads: { message: 'signal received', signal: 'terminated' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '{"event":"caught signal","signum":15,"level":"info","timestamp":"2026-11-02T14:16:20.624893Z"}',
      from: 'structlog 24: a field with the number',
      reads: { message: 'caught signal', signal: '15' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    {
      line: '{"level":"info","ts":1793628980.624893,"msg":"websocket session open","signal":2,"id":"5cd6dffe-2141"}',
      from: 'zap 1.27: a radio’s signal is none',
      reads: { signal: '2' },
      gives: { kind: 'socket-opened', keys: { connection: '5cd6dffe-2141' } },
    },
    {
      line: '{"message":"Error handling request from 10.8.2.7\\nTraceback (most recent call last):\\n  File \\"/app/live/ws.py\\", line 203, in on_event\\n    seat = self.rooms[ev[\\"room\\"]]\\nKeyError: \'room\'","conn":"b2c81f7c0026","logger":"aiohttp.server","time":"2026-11-21T19:14:29.794Z"}',
      from: 'aiohttp 3.11, web_protocol.py, through a logger of JSON that keeps the traceback in the message',
      reads: { error: "KeyError: 'room'", connection: 'b2c81f7c0026' },
      gives: {
        kind: 'process-fault',
        fault: 'handler-exception',
        fatal: false,
        says: "KeyError: 'room'",
        keys: { connection: 'b2c81f7c0026' },
      },
    },
    {
      line: '{"ws":"b2c81f7c0026de5dfed7","close_code":1006,"seconds":36.33,"message":"ws closed","logger":"live.ws","time":"2026-11-21T19:14:29.796Z"}',
      from: 'an aiohttp server through python-json-logger',
      reads: { connection: 'b2c81f7c0026de5dfed7' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: 'b2c81f7c0026de5dfed7' } },
    },
    {
      line: '{"ws":"wss://chat.example.com/live","code":1006,"message":"ws closed","sid":"9f31c2","time":"2026-11-21T19:14:29.796Z"}',
      from: 'an application’s own logger: an address under that name',
      reads: { connection: '9f31c2' },
      gives: { kind: 'socket-closed', code: 1006, keys: { connection: '9f31c2' } },
    },
    {
      line: '{"id":"88131","fechado_em":"2026-10-22T19:40:50.000","sessao":"359f870e","closeCode":"1006","limpo":"f","duracao_s":"13"}',
      from: 'a row of a list of closes in Portuguese, out of PostgreSQL',
      reads: { connection: '359f870e', clean: false, durationMs: 13_000 },
      gives: { kind: 'socket-closed', code: 1006, wasClean: false, lifeMs: 13_000, keys: { connection: '359f870e' } },
    },
    {
      line: '{"level":"warn","ts":1795588974.9555016,"caller":"feed/subscriber.go:97","msg":"websocket closed","pod":"pricefeed-7c5d8f9b64-s9p2d","subscription":"sub_ba175028e2","closeCode":1006,"lifetime":155.119}',
      from: 'zap production JSON of several pods in one file',
      reads: { pod: 'pricefeed-7c5d8f9b64-s9p2d' },
      gives: { kind: 'socket-closed', code: 1006, keys: { pod: 'pricefeed-7c5d8f9b64-s9p2d' } },
    },
    {
      line: '{"device":"crr-be6a73","at":"2026-11-21T08:03:02.647Z","category":"live","name":"linkUp","data":{"linkRef":"44c7357ee6"}}',
      from: 'breadcrumbs of a mobile app in the shape of Sentry’s, with names in place of messages',
      reads: { connection: '44c7357ee6', party: 'crr-be6a73', message: 'linkUp' },
      gives: { kind: 'socket-opened', vantage: 'client', keys: { connection: '44c7357ee6' } },
    },
    {
      line: '{"@t":"2026-11-21T08:02:55.2253764Z","@mt":"Link {LinkRef} from {DeviceId} is up","LinkRef":"44c7357ee6","DeviceId":"crr-be6a73","SourceContext":"Courier.Api.Live.LinkManager"}',
      from: 'Serilog 4, compact format: the template with its holes',
      reads: { connection: '44c7357ee6', party: 'crr-be6a73' },
      gives: { kind: 'socket-opened', vantage: 'server', keys: { connection: '44c7357ee6' } },
    },
    {
      line: '{"message":"HubFailed","stage":"connect","closeStatus":1006,"error":"The server returned status code \'503\' when status code \'101\' was expected."}',
      from: 'an app on SignalR’s .NET client (`net_WebSockets_Connect101Expected` of .NET 8), out of Application Insights',
      reads: { code: 1006 },
      gives: { kind: 'handshake-failed', status: 503, vantage: 'client' },
    },
    {
      line: '{"time":"2026-07-02T21:15:15.867157736Z","level":"WARN","msg":"courier link broke","courier":"CR-DJ8F4U","link":"8361a53b3ac1","held":"1m59.701s","err":"read tcp 10.8.1.14:8080->35.191.8.77:40104: read: connection reset by peer"}',
      from: 'Go’s log/slog in a server on gorilla/websocket, a program’s own word for its end',
      reads: { party: 'CR-DJ8F4U', durationMs: 119_701 },
      gives: { kind: 'socket-closed', code: 1006, lifeMs: 119_701, keys: { connection: 'CR-DJ8F4U' } },
    },
  ],
  rejects: [
    '{"level":"info"}',
    '{"a":1}',
    '{"code":1006,"time":1791454903874}',
    '[1]',
    '{"level":30,"time":1791454903874,"msg":"ws closed"',
    '{"time":"x","msg":"ws closed"}',
    '{"log":"ws closed","stream":"stdout"}',
  ],
  read(text, context) {
    const object = parseObject(text);
    if (!object || isForeignObject(object)) return null;
    const learned = learnedOf(context.head);
    const fields = fieldsOf(object);
    addLearned(fields, object, learned);
    const row = appRow(fields, text, () => learned);
    if (row.message === undefined) return row.codeIsNamed ? row : null;
    // `m` is a method in access logs.
    if (/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH)$/.test(row.message)) return null;
    if (!row.codeIsNamed && isForeign(row.message)) return null;
    // Cloud Logging takes an entry's stamp and level out of the record that its program wrote.
    const isRecord = (row.at ?? row.level ?? context.at) !== undefined;
    return isRecord || row.codeIsNamed || row.clean !== undefined ? withProse(row) : null;
  },
  events(row, context) {
    const vantage = vantageOf(row, context) ?? 'server';
    return draftOf(row, vantage) ?? requestOf(row, vantage);
  },
});
