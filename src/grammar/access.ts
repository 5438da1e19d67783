/** What access logs of proxies and load balancers have in common: their row, and the events that follow from it. */
import type { Draft, Keys, Row, Stamp, TunnelEnded } from '../types.ts';
import { endpoint, endpointOf } from './address.ts';
import { agentOf } from './agent.ts';
import { known } from './known.ts';

/** One request. Durations are ms, sizes bytes, addresses without brackets, `upstream` is `ip:port`. */
export interface AccessRow extends Row {
  readonly at: Stamp;
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly userAgent?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly bytesReceived?: number | undefined;
  readonly bytesSent?: number | undefined;
  readonly upstream?: string | undefined;
  readonly upstreamName?: string | undefined;
  readonly requestId?: string | undefined;
  readonly termination?: string | undefined;
}

export const accessKeys = (row: AccessRow): Keys =>
  known({
    client: endpointOf(row.clientIp, row.clientPort),
    agent: row.userAgent === undefined ? undefined : agentOf(row.userAgent),
    upstream: endpoint(row.upstream),
    upstreamName: row.upstreamName,
    path: row.path,
    requestId: row.requestId,
  });

interface End {
  readonly when?: Stamp | undefined;
  /** Absent = the row's bytes received. */
  readonly bytesUp?: number | undefined;
  /** Absent = the row's own. */
  readonly keys?: Keys | undefined;
  readonly endedBy?: TunnelEnded['endedBy'];
  readonly how?: TunnelEnded['how'];
}
/** The row's upgraded connection ended at `end.when`, absent = at the row's own stamp. */
export const tunnelEnded = (row: AccessRow, end: End = {}): Draft =>
  known({
    kind: 'tunnel-ended' as const,
    status: row.status ?? 0,
    keys: end.keys ?? accessKeys(row),
    when: end.when,
    lifeMs: row.durationMs,
    bytesUp: end.bytesUp ?? row.bytesReceived,
    bytesDown: row.bytesSent,
    endedBy: end.endedBy,
    how: end.how,
    termination: row.termination,
  });

/** The row's upgrade got no 101. */
export const handshakeFailed = (
  row: AccessRow,
  why: string,
  by?: 'client' | 'proxy' | 'upstream',
  end: Pick<End, 'when' | 'keys'> = {},
): Draft =>
  known({ kind: 'handshake-failed' as const, why, keys: end.keys ?? accessKeys(row), status: row.status || undefined, by, when: end.when });

/** ms without the noise of binary fractions, to the microsecond. */
export const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000;
