/** Requests that Google Cloud Run took: Cloud Logging entries of `run.googleapis.com/requests`, as `gcloud logging read --format=json` writes them. */
import { accessKeys, handshakeFailed, tunnelEnded } from '../src/grammar/access.ts';
import { type GcpRequest, gcpRequest, requestEnd } from '../src/grammar/gcp-request.ts';
import { parseObject, textOf, at as valueAt } from '../src/grammar/json.ts';
import { isWebSocketPath } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

/** How its entries' `logName` ends, escaped as in a URL or not. */
const LOG = /\/run\.googleapis\.com(?:%2F|\/)requests$/;

/** What it writes of a request that lived to the service's timeout. */
const TIMED_OUT = /^The request has been terminated because it has reached the maximum request timeout\b/;
/** Browsers wait for an upgrade's answer for 20 s (Firefox) to four minutes (Chrome): what a timer cut later had been open. */
const SURELY_OPEN_MS = 240_000;

const entry = (request: string, more = ''): string =>
  `{"httpRequest":{${request},"protocol":"HTTP/1.1","remoteIp":"203.0.113.9","requestMethod":"GET","requestSize":"812","requestUrl":"https://chat.example.com/ws?room=7","responseSize":"1200","serverIp":"34.143.72.2","userAgent":"Mozilla/5.0"},"insertId":"66e2a7b1000a2c1d","labels":{"goog-drz-cloudrun-location":"europe-west1","instanceId":"0069c7a98884f72f87842f75fd12d4cec7d548492b26d9"},"logName":"projects/p/logs/run.googleapis.com%2Frequests","receiveTimestamp":"2026-11-22T20:38:42.016843Z","resource":{"labels":{"location":"europe-west1","project_id":"p","revision_name":"chat-00041-xub","service_name":"chat"},"type":"cloud_run_revision"},"severity":"INFO","spanId":"7b6537d3672e08e1",${more}"timestamp":"2026-11-22T20:23:41.078651Z","trace":"projects/p/traces/241d69833e64b3bf83fabac8c873d992"}`;

export const cloudRunRequests = defineParser<GcpRequest>({
  name: 'cloud-run-requests',
  about: 'request log of Google Cloud Run (Cloud Logging LogEntry)',
  adds: 'how long each WebSocket lived, on which instance, and which upgrades failed',
  docs: 'https://cloud.google.com/run/docs/logging#request-logs',
  vantage: 'edge',
  habitat: 'mixed',
  needles: ['run.googleapis.com%2Frequests', 'run.googleapis.com/requests'],
  samples: [
    {
      line: entry('"latency":"900.104s","status":101'),
      from: 'Cloud Run 2026, gcloud logging read --format=json, request timeout 900 s',
      reads: { status: 101, durationMs: 900_104, clientIp: '203.0.113.9', path: '/ws?room=7', host: 'chat.example.com' },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 900_104,
        when: { ms: Date.UTC(2026, 10, 22, 20, 38, 41, 182) + 0.651, widthMs: 0.001, basis: 'utc' },
        keys: { upstreamName: '0069c7a98884f72f87842f75fd12d4cec7d548492b26d9', path: '/ws?room=7' },
      },
    },
    {
      line: entry(
        '"latency":"2.510s","status":503',
        '"textPayload":"The request failed because either the HTTP response was malformed or connection to the instance had an error.",',
      ),
      from: 'Cloud Run documentation, troubleshooting: an instance that crashed',
      reads: { status: 503 },
      gives: {
        kind: 'handshake-failed',
        status: 503,
        why: 'The request failed because either the HTTP response was malformed or connection to the instance had an error.',
      },
    },
    { line: entry('"latency":"0.010s","status":200'), from: 'Cloud Run 2026', reads: { status: 200 }, gives: 'noise' },
    {
      line: entry(
        '"latency":"3600.002s","status":504',
        '"textPayload":"The request has been terminated because it has reached the maximum request timeout. To change this limit, see https://cloud.google.com/run/docs/configuring/request-timeout",',
      ),
      from: 'Cloud Run 2021, AdaptiveConsulting/ReactiveTraderCloud#1954',
      reads: { status: 504, durationMs: 3_600_002 },
      gives: { kind: 'tunnel-ended', endedBy: 'life', lifeMs: 3_600_002 },
    },
  ],
  rejects: [
    entry('"latency":"1s","status":101').replace('%2Frequests', '%2Fstdout'),
    entry('"latency":"1s","status":101').replace('"timestamp"', '"time"'),
    entry('"latency":"1s","status":101').slice(0, 400),
  ],
  read(text) {
    const found = parseObject(text);
    if (!found || !LOG.test(textOf(found['logName']) ?? '')) return null;
    const request = gcpRequest(found);
    // `serverIp` is Google's own front end.
    return request && { ...request, upstreamName: textOf(valueAt(found, 'labels.instanceId')), termination: textOf(found['textPayload']) };
  },
  events(row) {
    const keys = accessKeys(row);
    const when = requestEnd(row);
    if (row.status === 101) return tunnelEnded(row, { when, keys });
    if (row.status === 504 && (row.durationMs ?? 0) > SURELY_OPEN_MS && isWebSocketPath(row.path) && TIMED_OUT.test(row.termination ?? ''))
      // The status tells of the timer, and takes the place of the 101.
      return tunnelEnded({ ...row, status: 101 }, { when, keys, endedBy: 'life' });
    // Another timeout may be that of a connection that was open as well.
    if (row.status === undefined || row.status < 400 || row.status === 504 || !isWebSocketPath(row.path)) return undefined;
    return handshakeFailed(row, row.termination ?? `status ${row.status}`, undefined, { when, keys });
  },
});
