/** What HAProxy's log lines share: prefixes, the session state at disconnection, and when a stream ended. */
import { clfAt, zoneNear } from '../time.ts';
import type { Context, Draft, Endpoint, Keys, Row, Stamp, TunnelEnded } from '../types.ts';
import { known } from './known.ts';

export interface HaproxyStream extends Row {
  readonly at: Stamp;
  /** Which instant `at` marks. */
  readonly marks?: 'start';
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  /** Without the `~` that marks TLS. */
  readonly frontend: string;
  readonly tls: boolean;
  /** `backend/server`; the server is `<NOSRV>` when none was chosen. */
  readonly upstreamName: string;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly status?: number | undefined;
  readonly bytesSent?: number | undefined;
  readonly bytesReceived?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly termination: string;
  /** `option logasap`: the line was written before the stream ended, so times and sizes are those until then. */
  readonly logasap?: true | undefined;
}

/** `[NOTICE]   (460) : text`, before 2.3 `[NOTICE] 339/171530 (460) : text`, and `haproxy[460]: text` → its parts. */
const PREFIX = /^(?:haproxy\[(\d{1,10})\]: )?(?:\[([A-Z]{4,7})\] {1,4}(?:\d{3}\/\d{6} )?\((\d{1,10})\) : )?/;

export interface Prefixed {
  readonly text: string;
  readonly level?: string | undefined;
  readonly pid?: number | undefined;
}
export function withoutPrefix(line: string): Prefixed {
  const [prefix = '', tag, level, pid = tag] = PREFIX.exec(line) ?? [];
  return { text: line.slice(prefix.length), level, pid: pid === undefined ? undefined : Number(pid) };
}

/** `127.0.0.1:33122 [22/Nov/2026:20:25:54.056] `: the client's address and the stamp of every line about one stream. */
const OPENING = /^(\S{2,64}):(\d{1,5}) \[([^\]\s]{20,30})\] /;

export interface Opening {
  readonly client?: { readonly ip: string; readonly port: number };
  readonly at: Stamp;
  readonly end: number;
}
/** Undefined when the text does not begin so. IPv6 addresses stand without brackets; `unix:1` is no address. */
export function opening(text: string): Opening | undefined {
  const [whole, ip, port, date = ''] = OPENING.exec(text) ?? [];
  const found = clfAt(date);
  if (whole === undefined || ip === undefined || found?.end !== date.length) return undefined;
  const end = whole.length;
  if (ip === 'unix') return { at: found.stamp, end };
  return { at: found.stamp, end, client: { ip: ip.replace(/^::ffff:(?=\d{1,3}\.)/i, ''), port: Number(port) } };
}

/** A timer: -1 = that phase was not reached. */
export const timer = (text: string | undefined): number | undefined =>
  text === undefined || text === '-1' ? undefined : Number(text.replace('+', ''));

/** The states of the manual's section "Session state at disconnection": who ended it first, then in which phase. */
export const STATE = /^[-CSPLRIDUKcs][-RQCHDLT](?:[-NIDVEOU][-NIUPRD])?$/;

/**
 * Who ended an established tunnel, from the first two letters. `--` is neutral: a FIN of either side, a dying backend's too.
 * `K` is an administrator's `shutdown session` as well as the hard stop of an old process; only its neighbours tell.
 */
export function tunnelEnd(state: string, context: Context): Pick<TunnelEnded, 'endedBy' | 'how'> {
  const ended = state[0];
  if (ended === 'D') return { endedBy: 'upstream-down' };
  if (ended === 'U') return { endedBy: 'admin' };
  if (ended === 'K') return { endedBy: context.before(64).some((line) => line.includes('hard-stop')) ? 'proxy-stop' : 'admin' };
  if (state[1] !== 'D') return {};
  if (ended === 'c' || ended === 's') return { endedBy: 'idle' };
  if (ended === 'C') return { endedBy: 'client', how: 'reset' };
  if (ended === 'S') return { endedBy: 'upstream', how: 'reset' };
  return {};
}

const FARTHEST_ZONE_MS = 14 * 3_600_000;
const LONGEST_LAG_MS = 30_000;
const YEARLESS_YEAR = 2000;

/** The same day and time in the year that year-less stamps are kept in. */
const yearless = (ms: number): number => {
  const date = new Date(ms);
  return ms - Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) + Date.UTC(YEARLESS_YEAR, date.getUTCMonth());
};

/**
 * The end of a stream. HAProxy stamps the start in local time without an offset and hands the line to syslog at the end:
 * - a carrier's UTC stamp that is a whole number of quarter hours away names the zone, so the end is known in UTC;
 * - HAProxy's inner clock leaves out time in which the process or its machine stood still, so the life may be too short, and the
 *   end lies anywhere between start + life and the carrier's stamp.
 */
export function endOf(row: HaproxyStream, carrier: Stamp | undefined): Stamp {
  const end: Stamp = { ms: row.at.ms + (row.durationMs ?? 0), widthMs: row.at.widthMs + 1, basis: row.at.basis };
  if (!carrier || (carrier.basis === 'yearless' && end.basis !== 'local')) return end;
  const zoned = carrier.basis === 'utc' && end.basis === 'local';
  if (!zoned && carrier.basis !== 'yearless' && carrier.basis !== end.basis) return end;
  const wall = carrier.basis === 'yearless' ? yearless(end.ms) : end.ms;
  const offset = zoned ? zoneNear(wall - carrier.ms) : 0;
  const lag = carrier.ms + carrier.widthMs - (wall - offset);
  if (Math.abs(offset) > FARTHEST_ZONE_MS || lag < 0 || lag > carrier.widthMs + LONGEST_LAG_MS) return end;
  return { ms: end.ms - offset, widthMs: Math.max(end.widthMs, lag), basis: zoned ? 'utc' : end.basis };
}

/** HTTP/2 requests are logged with their whole URL; other logs have the path alone. */
const ORIGIN = /^https?:\/\/[^/]{1,255}(?=\/)/;

export function streamKeys(row: HaproxyStream): Keys {
  const client: Endpoint | undefined =
    row.clientIp === undefined
      ? undefined
      : row.clientPort !== undefined && row.clientPort > 0
        ? { ip: row.clientIp, port: row.clientPort }
        : { ip: row.clientIp };
  return known({
    client,
    path: row.path?.replace(ORIGIN, ''),
    upstreamName: row.upstreamName.endsWith('/<NOSRV>') ? undefined : row.upstreamName,
  });
}

const ENDER = { C: 'client', c: 'client', S: 'upstream', s: 'upstream', P: 'proxy', L: 'proxy', R: 'proxy', I: 'proxy' } as const;

/** What a line about an HTTP request says: a tunnel's end (status 101), or an upgrade that failed if headers captured with it show that it was one. */
export function requestEvent(row: HaproxyStream, captured: readonly string[], context: Context): Draft | undefined {
  const keys = streamKeys(row);
  const when = endOf(row, context.at);
  if (row.status === 101) {
    if (row.logasap) return { kind: 'socket-opened', when, keys };
    const { endedBy, how } = tunnelEnd(row.termination, context);
    return known({
      kind: 'tunnel-ended' as const,
      when,
      keys,
      status: 101,
      lifeMs: row.durationMs,
      bytesDown: row.bytesSent,
      endedBy,
      how,
      termination: row.termination,
    });
  }
  if (!captured.some((value) => value.toLowerCase() === 'websocket')) return undefined;
  const by = ENDER[row.termination[0] as keyof typeof ENDER] ?? (row.upstreamName.endsWith('/<NOSRV>') ? 'proxy' : 'upstream');
  const status = row.status !== undefined && row.status > 0 ? row.status : undefined;
  return known({
    kind: 'handshake-failed' as const,
    when,
    keys,
    status,
    why: `HAProxy ended the upgrade in state ${row.termination}`,
    by,
  });
}
