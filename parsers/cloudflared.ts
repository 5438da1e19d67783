/** cloudflared, the connector of Cloudflare Tunnel: zerolog on the console or as JSON. */

import { endpoint } from '../src/grammar/address.ts';
import { parseObject, textOf } from '../src/grammar/json.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { known } from '../src/grammar/known.ts';
import { urlParts } from '../src/grammar/url.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type ProxyFault, type Row, type Stamp } from '../src/types.ts';

interface CloudflaredRow extends Row {
  readonly at?: Stamp | undefined;
  readonly level: string;
  readonly message: string;
  readonly error?: string | undefined;
  /** Which of the connector's (usually four) connections to the edge. */
  readonly connIndex?: string | undefined;
  /** The public URL of the request. */
  readonly dest?: string | undefined;
  /** `http`, `ws`, `tcp`. */
  readonly type?: string | undefined;
  readonly originService?: string | undefined;
}

const CONSOLE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)) (TRC|DBG|INF|WRN|ERR|FTL|PNC) (.*)$/s;
/** zerolog writes the message, then `key=value` pairs in order of the keys. */
const FIELDS_FROM = /(?:^| )[A-Za-z]\w{0,31}=/;

/** Lines that say that a connection to the edge, and each tunnel inside it, is gone. */
const LOST =
  /^(?:Unregistered tunnel connection|Lost connection with the edge|Connection terminated|Serve tunnel error|[Ff]ailed to serve (?:tunnel|quic) connection)$/;
/** Lines of cloudflared that name no connection to the edge. */
const OTHER =
  /^(?:Registered tunnel connection|Initiating graceful shutdown due to signal |Initial protocol |Updated to new configuration|Tunnel server stopped|Metrics server stopped)/;
const STOPPED = /^Initiating graceful shutdown due to signal (\w{1,20})/;
const SIGNALS = new Map<string, string>([
  ['terminated', 'SIGTERM'],
  ['interrupt', 'SIGINT'],
]);

/** What Go's errors say of the origin's side. */
function originFault(error: string): Pick<ProxyFault, 'fault' | 'phase'> | undefined {
  const dialing = error.includes('dial tcp') || error.includes('Unable to reach the origin service');
  if (error.includes('connection refused')) return { fault: 'upstream-refused', phase: 'connect' };
  if (error.includes('no route to host') || error.includes('network is unreachable'))
    return { fault: 'upstream-unreachable', phase: 'connect' };
  if (dialing && error.includes('timeout')) return { fault: 'upstream-timeout', phase: 'connect' };
  if (error.includes('connection reset by peer')) return { fault: 'upstream-reset', phase: 'tunnel' };
  if (/(?:: |^)(?:unexpected )?EOF$/.test(error)) return { fault: 'upstream-closed', phase: 'tunnel' };
  return undefined;
}
/** The edge gave the stream up: its client is gone. */
const CLIENT_GONE = /^stream \d{1,12} canceled by remote with error code|^Incoming request ended abruptly: context canceled/;
const DIALED = /dial tcp (\S{1,80}?): /;

export const cloudflared = defineParser<CloudflaredRow>({
  name: 'cloudflared',
  about: 'cloudflared, the connector of Cloudflare Tunnel, console or JSON',
  adds: 'the moment a tunnel to the edge was lost, with every WebSocket inside; an origin that refused',
  docs: 'https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/monitor-tunnels/logs/',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['connIndex', 'Initiating graceful shutdown due to signal', 'Unable to reach the origin service'],
  samples: [
    {
      line: '2024-11-27T11:15:08Z INF Lost connection with the edge connIndex=1',
      from: 'cloudflared 2024.11, homeassistant-apps/app-cloudflared#742',
      reads: { level: 'INF', message: 'Lost connection with the edge', connIndex: '1' },
      gives: { kind: 'network-fault', fault: 'tunnel-lost' },
    },
    {
      line: '2026-07-15T08:26:53Z WRN Serve tunnel error error="accept stream listener encountered a failure while serving" connIndex=3 event=0 ip=198.41.192.57',
      from: 'cloudflared 2026.7, homeassistant-apps/app-cloudflared#1039',
      reads: { message: 'Serve tunnel error', error: 'accept stream listener encountered a failure while serving' },
      gives: { kind: 'network-fault', fault: 'tunnel-lost' },
    },
    {
      line: '2022-12-07T07:58:07Z ERR Serve tunnel error error="DialContext error: dial tcp 198.41.200.33:7844: i/o timeout" connIndex=0 ip=198.41.200.33',
      from: 'cloudflared 2022.11, cloudflare/cloudflared#840',
      reads: { level: 'ERR' },
      gives: { kind: 'network-fault', fault: 'tunnel-lost' },
    },
    {
      line: '2026-08-10T05:10:40Z INF Registered tunnel connection connIndex=2 connection=a6515c65-e502-4254-9b1e-b6f980427824 event=0 ip=198.41.192.37 location=lax11 protocol=quic',
      from: 'cloudflared 2026.8',
      reads: { message: 'Registered tunnel connection' },
      gives: 'noise',
    },
    {
      line: '{"level":"info","time":"2026-11-02T20:23:41Z","message":"Initiating graceful shutdown due to signal terminated ..."}',
      from: 'cloudflared source 2026, output json',
      reads: { level: 'info' },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM', proxy: 'cloudflared' },
    },
    {
      line: '2026-11-22T20:23:41Z ERR  error="Unable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared: dial tcp 127.0.0.1:8080: connect: connection refused" connIndex=1 event=1 ingressRule=0 originService=http://127.0.0.1:8080',
      from: 'cloudflared source 2026',
      reads: { message: '', originService: 'http://127.0.0.1:8080' },
      gives: { kind: 'proxy-fault', fault: 'upstream-refused', phase: 'connect', keys: { upstream: { ip: '127.0.0.1', port: 8080 } } },
    },
    {
      line: '2026-08-05T18:24:13Z ERR Request failed error="stream 21 canceled by remote with error code 0" connIndex=3 dest=https://chat.example.com/ws event=0 ip=198.41.192.57 type=ws',
      from: 'cloudflared 2026.8, with type ws',
      reads: { type: 'ws' },
      gives: { kind: 'proxy-fault', fault: 'client-closed', phase: 'tunnel', keys: { path: '/ws' } },
    },
    {
      line: '2026-08-05T18:24:13Z ERR Request failed error="stream 21 canceled by remote with error code 0" connIndex=3 dest=https://chat.example.com/ event=0 ip=198.41.192.57 type=http',
      from: 'cloudflared 2026.8',
      reads: { type: 'http' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2026-07-18T10:00:00Z INF server started port=8080',
    '{"level":"info","time":"2026-11-02T20:23:41Z","message":"listening"}',
    'INF Registered tunnel connection connIndex=0',
    '2026-13-18T10:00:00Z INF Lost connection with the edge connIndex=1',
  ],
  read(text) {
    const row = text.startsWith('{') ? fromJson(text) : fromConsole(text);
    const own =
      row && (row.connIndex !== undefined || row.originService !== undefined || LOST.test(row.message) || OTHER.test(row.message));
    return own ? row : null;
  },
  events(row) {
    // The link to the edge carries many WebSockets; its loss is none of their records.
    if (LOST.test(row.message)) return { kind: 'network-fault', fault: 'tunnel-lost' };
    const stopped = STOPPED.exec(row.message);
    if (stopped) {
      const signal = SIGNALS.get(stopped[1] ?? '');
      return { kind: 'proxy-lifecycle', change: 'stop', proxy: 'cloudflared', ...(signal && { signal }) };
    }
    return row.error === undefined ? undefined : requestFault(row, row.error);
  },
});

function requestFault(row: CloudflaredRow, error: string): Draft | undefined {
  // Errors of the connector's own link name no origin.
  if (row.originService === undefined && row.dest === undefined) return undefined;
  const upstream = endpoint(DIALED.exec(error)?.[1] ?? row.originService);
  const keys = known({ path: urlParts(row.dest).path, upstream });
  if (CLIENT_GONE.test(error))
    return row.type === 'ws' ? { kind: 'proxy-fault', fault: 'client-closed', phase: 'tunnel', keys } : undefined;
  const fault = originFault(error);
  if (!fault) return undefined;
  // A plain request that broke off says nothing of a WebSocket; an origin that cannot be reached does.
  return fault.phase === 'connect' || row.type === 'ws' ? { kind: 'proxy-fault', ...fault, keys } : undefined;
}

function fromConsole(text: string): CloudflaredRow | null {
  const found = CONSOLE.exec(text);
  const at = found?.[1] === undefined ? undefined : iso(found[1]);
  if (!found || !at) return null;
  const [, , level = '', rest = ''] = found;
  const split = FIELDS_FROM.exec(rest)?.index ?? rest.length;
  const pairs = keyValues(rest.slice(split));
  return { at, level, message: rest.slice(0, split).trim(), ...details((key) => pairs.get(key)) };
}

function fromJson(text: string): CloudflaredRow | null {
  const entry = parseObject(text);
  const level = textOf(entry?.['level']);
  const time = textOf(entry?.['time']);
  const at = time === undefined ? undefined : iso(time);
  if (!entry || level === undefined || !at) return null;
  return { at, level, message: textOf(entry['message']) ?? '', ...details((key) => textOf(entry[key])) };
}

const details = (value: (key: string) => string | undefined) => ({
  error: value('error'),
  connIndex: value('connIndex'),
  connection: value('connection'),
  dest: value('dest'),
  type: value('type'),
  originService: value('originService'),
  location: value('location'),
  protocol: value('protocol'),
});
