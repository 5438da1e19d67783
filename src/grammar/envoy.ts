/** Envoy's access logs: format strings turned into readers, the operators' meaning, and who ended a stream. */
import { clfAt, epoch, isoAt } from '../time.ts';
import type { Draft, Keys, Row, Stamp, TunnelEnded } from '../types.ts';
import { addressText, endpoint } from './address.ts';
import { isWebSocketPath } from './websocket.ts';

export interface EnvoyRow extends Row {
  /** START_TIME: the stream's first byte. */
  readonly at?: Stamp | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly bytesReceived?: number | undefined;
  readonly bytesSent?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly upstream?: string | undefined;
  readonly upstreamName?: string | undefined;
  readonly requestId?: string | undefined;
  /** Response flags, `-` = none. */
  readonly termination?: string | undefined;
  readonly responseCodeDetails?: string | undefined;
  /** X-Forwarded-For, with what Envoy appended. */
  readonly forwardedFor?: string | undefined;
}

/** The value of an operator such as `RESPONSE_CODE` or `REQ(USER-AGENT)`; undefined for `-`, empty, null, or not in the format. */
export type Operators = (name: string) => string | undefined;

const OPERATOR = /%([A-Z_0-9]+)(?:\(([^)]*)\))?(?::\d+)?%/g;
const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/**
 * A reader for an Envoy format string. A value reaches to the character that the format writes next, but for the user agent:
 * Envoy does not escape quotes in text formats, so that one reaches to the last place where the rest still fits.
 */
export function envoyFormat(template: string): (text: string) => Operators | undefined {
  const names: string[] = [];
  let pattern = '^';
  let end = 0;
  for (const found of template.matchAll(OPERATOR)) {
    pattern += escaped(template.slice(end, found.index));
    end = found.index + found[0].length;
    const name = found[2] === undefined || found[1] === 'START_TIME' ? (found[1] ?? '') : `${found[1]}(${found[2].toUpperCase()})`;
    const next = template[end];
    pattern += name === 'REQ(USER-AGENT)' ? '(.*)' : next === undefined ? '(\\S*)' : `([^${escaped(next)}]*)`;
    names.push(name);
  }
  const reader = new RegExp(`${pattern}${escaped(template.slice(end))}$`);
  return (text) => {
    const values = reader.exec(text);
    if (!values) return undefined;
    const byName = new Map(names.map((name, place) => [name, values[place + 1]]));
    return (name) => {
      const value = byName.get(name);
      return value === '-' || value === '' ? undefined : value;
    };
  };
}

const stampOf = (text: string | undefined): Stamp | undefined => {
  if (text === undefined) return undefined;
  const found = isoAt(text) ?? clfAt(text);
  return found?.end === text.length ? found.stamp : epoch(text);
};
/** Undefined for anything but digits. */
const count = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined);

/** The row of a record; undefined when its status or its duration is no number, as in a text that only looks like the format. */
export function envoyRow(operators: Operators): EnvoyRow | undefined {
  const start = operators('START_TIME');
  const at = stampOf(start);
  const status = count(operators('RESPONSE_CODE'));
  const durationMs = count(operators('DURATION'));
  if ((start !== undefined && !at) || status === undefined || (durationMs === undefined && operators('DURATION') !== undefined))
    return undefined;
  const forwardedFor = operators('REQ(X-FORWARDED-FOR)');
  const upstream = operators('UPSTREAM_HOST');
  const peer = endpoint(
    operators('DOWNSTREAM_REMOTE_ADDRESS') ?? operators('DOWNSTREAM_DIRECT_REMOTE_ADDRESS') ?? forwardedFor?.split(',')[0]?.trim(),
  );
  return {
    at,
    method: operators('REQ(:METHOD)'),
    path: operators('REQ(X-ENVOY-ORIGINAL-PATH?:PATH)') ?? operators('REQ(:PATH)'),
    protocol: operators('PROTOCOL'),
    status,
    termination: operators('RESPONSE_FLAGS') ?? operators('RESPONSE_FLAGS_LONG') ?? '-',
    responseCodeDetails: operators('RESPONSE_CODE_DETAILS'),
    connectionTerminationDetails: operators('CONNECTION_TERMINATION_DETAILS'),
    upstreamTransportFailureReason: operators('UPSTREAM_TRANSPORT_FAILURE_REASON'),
    bytesReceived: count(operators('BYTES_RECEIVED')),
    bytesSent: count(operators('BYTES_SENT')),
    durationMs,
    upstreamDurationMs: count(operators('RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)')),
    forwardedFor,
    clientIp: peer?.ip,
    clientPort: peer?.port,
    userAgent: operators('REQ(USER-AGENT)'),
    requestId: operators('REQ(X-REQUEST-ID)'),
    host: operators('REQ(:AUTHORITY)'),
    upstream: addressText(endpoint(upstream)) ?? upstream,
    upstreamName: operators('UPSTREAM_CLUSTER') ?? operators('UPSTREAM_CLUSTER_RAW'),
    upstreamLocalAddress: operators('UPSTREAM_LOCAL_ADDRESS'),
    downstreamLocalAddress: operators('DOWNSTREAM_LOCAL_ADDRESS'),
    requestedServerName: operators('REQUESTED_SERVER_NAME'),
    routeName: operators('ROUTE_NAME'),
  };
}

type End = Pick<TunnelEnded, 'endedBy' | 'how'>;
/** Response flags, short and long, for a stream that had its 101. Others (`-`, `NFCF` …) are neutral. */
const FLAGS: Readonly<Record<string, End>> = {
  SI: { endedBy: 'idle' },
  StreamIdleTimeout: { endedBy: 'idle' },
  DT: { endedBy: 'life' },
  DurationTimeout: { endedBy: 'life' },
  UMSDR: { endedBy: 'life' },
  UpstreamMaxStreamDurationReached: { endedBy: 'life' },
  // The route's timeout counts the whole answer, so on a tunnel it is a limit of its life.
  UT: { endedBy: 'life' },
  UpstreamRequestTimeout: { endedBy: 'life' },
  UC: { endedBy: 'upstream' },
  UpstreamConnectionTermination: { endedBy: 'upstream' },
  UR: { endedBy: 'upstream', how: 'reset' },
  UpstreamRemoteReset: { endedBy: 'upstream', how: 'reset' },
  DC: { endedBy: 'client' },
  DownstreamConnectionTermination: { endedBy: 'client' },
  DR: { endedBy: 'client', how: 'reset' },
  DownstreamRemoteReset: { endedBy: 'client', how: 'reset' },
  LR: { endedBy: 'proxy-stop' },
  LocalReset: { endedBy: 'proxy-stop' },
  OM: { endedBy: 'proxy-stop' },
  OverloadManagerTerminated: { endedBy: 'proxy-stop' },
  DO: { endedBy: 'proxy-stop' },
  DropOverload: { endedBy: 'proxy-stop' },
};
/** Beginnings of RESPONSE_CODE_DETAILS, asked when no flag decides. */
const DETAILS: readonly (readonly [begin: string, end: End])[] = [
  ['stream_idle_timeout', { endedBy: 'idle' }],
  ['duration_timeout', { endedBy: 'life' }],
  ['max_duration_timeout', { endedBy: 'life' }],
  ['upstream_max_stream_duration_reached', { endedBy: 'life' }],
  ['upstream_response_timeout', { endedBy: 'life' }],
  ['upstream_reset_after_response_started{remote_reset', { endedBy: 'upstream', how: 'reset' }],
  ['upstream_reset_after_response_started', { endedBy: 'upstream' }],
  ['downstream_remote_disconnect', { endedBy: 'client' }],
  ['downstream_local_disconnect', { endedBy: 'proxy-stop' }],
  ['overload', { endedBy: 'proxy-stop' }],
];

function endOf(row: EnvoyRow): End {
  for (const flag of row.termination?.split(',') ?? []) {
    const end = FLAGS[flag];
    if (end) return end;
  }
  return DETAILS.find(([begin]) => row.responseCodeDetails?.startsWith(begin))?.[1] ?? {};
}

/** Envoy at an edge appends its peer to `X-Forwarded-For`: a hop that forwards had written the client's address there before. */
const isForwarded = ({ forwardedFor }: EnvoyRow): boolean => forwardedFor?.includes(',') === true;

/**
 * What a record says: the end of an upgraded stream (101, or an extended CONNECT that was accepted), an upgrade that Envoy itself
 * refused or answered with an error, or nothing. An error answer shows by its path alone that an upgrade was asked for.
 */
export function envoyEvent(row: EnvoyRow): Draft | undefined {
  const client =
    row.clientIp === undefined ? undefined : { ip: row.clientIp, ...(row.clientPort !== undefined && { port: row.clientPort }) };
  const upstream = endpoint(row.upstream);
  const keys: Keys = {
    ...(row.requestId && { requestId: row.requestId }),
    ...(row.path && { path: row.path }),
    ...(client && { client }),
    ...(upstream && { upstream }),
    ...(row.upstreamName && { upstreamName: row.upstreamName }),
  };
  const when = row.at && { when: { ...row.at, ms: row.at.ms + (row.durationMs ?? 0), widthMs: row.at.widthMs + 1 } };
  // Only an extended CONNECT (RFC 8441) has a path.
  const extended = row.method === 'CONNECT' && row.path?.startsWith('/');
  const termination = row.termination === '-' ? (row.responseCodeDetails ?? '-') : row.termination;
  if (row.status === 101 || (extended && row.status === 200))
    return {
      kind: 'tunnel-ended',
      ...when,
      keys,
      status: row.status,
      ...(row.durationMs !== undefined && { lifeMs: row.durationMs }),
      ...(row.bytesReceived !== undefined && { bytesUp: row.bytesReceived }),
      ...(row.bytesSent !== undefined && { bytesDown: row.bytesSent }),
      ...endOf(row),
      ...(isForwarded(row) && { behind: true as const }),
      ...(termination !== undefined && { termination }),
    };
  const refused = row.responseCodeDetails?.startsWith('upgrade_failed');
  // Of HTTP/2's extended CONNECT Envoy makes a GET too.
  const asked = extended || (row.method === 'GET' && (row.status ?? 0) >= 400 && isWebSocketPath(row.path));
  if (!refused && !asked) return undefined;
  const why = refused
    ? 'Envoy does not allow the upgrade on this route (upgrade_failed)'
    : `Envoy answered ${row.status} to the upgrade (${termination})`;
  const by = refused ? ('proxy' as const) : endOf(row).endedBy === 'upstream' ? ('upstream' as const) : undefined;
  return { kind: 'handshake-failed', ...when, keys, ...(row.status && { status: row.status }), why, ...(by && { by }) };
}
