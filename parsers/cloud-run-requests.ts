/** Requests that Google Cloud Run took: Cloud Logging entries of `run.googleapis.com/requests`, as `gcloud logging read --format=json` writes them. */
import { accessKeys, handshakeFailed, tunnelEnded } from '../src/grammar/access.ts';
import { type GcpRequest, gcpRequest, requestEnd } from '../src/grammar/gcp-request.ts';
import { parseObject, textOf, at as valueAt } from '../src/grammar/json.ts';
import { isWebSocketPath, WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

/** How its entries' `logName` ends, escaped as in a URL or not. */
const LOG = /\/run\.googleapis\.com(?:%2F|\/)requests$/;

const entry = (request: string, more = ''): string =>
  `{"httpRequest":{${request},"protocol":"HTTP/1.1","remoteIp":"203.0.113.9","requestMethod":"GET","requestSize":"812","requestUrl":"https://chat.example.com/ws?room=7","responseSize":"1200","serverIp":"34.143.72.2","userAgent":"Mozilla/5.0"},"insertId":"66e2a7b1000a2c1d","labels":{"goog-drz-cloudrun-location":"europe-west1","instanceId":"0069c7a98884f72f87842f75fd12d4cec7d548492b26d9"},"logName":"projects/p/logs/run.googleapis.com%2Frequests","receiveTimestamp":"2026-11-22T20:38:42.016843Z","resource":{"labels":{"location":"europe-west1","project_id":"p","revision_name":"chat-00041-xub","service_name":"chat"},"type":"cloud_run_revision"},"severity":"INFO","spanId":"7b6537d3672e08e1",${more}"timestamp":"2026-11-22T20:23:41.078651Z","trace":"projects/p/traces/241d69833e64b3bf83fabac8c873d992"}`;

export const cloudRunRequests = defineParser<GcpRequest>({
  name: 'cloud-run-requests',
  about: 'request log of Google Cloud Run (Cloud Logging LogEntry)',
  adds: 'how long each WebSocket lived, on which instance, and which upgrades failed',
  docs: 'https://cloud.google.com/run/docs/logging#request-logs',
  vantage: 'edge',
  habitat: 'mixed',
  // Requests are many: those that asked for a WebSocket hold its status or its path.
  needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: entry('"latency":"900.104545355s","status":101'),
      from: 'Cloud Run 2026, gcloud logging read --format=json, request timeout 900 s',
      reads: { status: 101, durationMs: 900_104.545, clientIp: '203.0.113.9', path: '/ws?room=7', host: 'chat.example.com' },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 900_104.545,
        when: { ms: Date.UTC(2026, 10, 22, 20, 38, 41, 183) + 0.196, widthMs: 0.001, basis: 'utc' },
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
    // A timeout may be that of a connection that was open: nobody says what its entry looks like.
    if (row.status === undefined || row.status < 400 || row.status === 504 || !isWebSocketPath(row.path)) return undefined;
    return handshakeFailed(row, row.termination ?? `status ${row.status}`, undefined, { when, keys });
  },
});
