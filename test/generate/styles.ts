/** The lines that application loggers write about a WebSocket, in the shapes that are common in the field. Pure. */
import type { DurationMs, EpochMs } from '../../src/types.ts';

export interface Writer {
  readonly service: string;
  readonly hostname: string;
  readonly pid: number;
}

interface Peer {
  readonly id: string;
  readonly ip: string;
  readonly port: number;
}

interface Ended extends Peer {
  readonly code: number;
  readonly reason: string;
  readonly lifeMs: DurationMs;
  readonly idleMs: DurationMs;
  readonly received: number;
  readonly sent: number;
}

/** What the server can say. `at` is its own clock. */
export interface Style {
  note(at: EpochMs, level: 'info' | 'warn' | 'error', text: string): string;
  opened(at: EpochMs, peer: Peer): string;
  closed(at: EpochMs, ended: Ended): string;
  fatal(at: EpochMs, error: Error): string;
}

const json = (value: object): string => JSON.stringify(value);
const iso = (at: EpochMs): string => new Date(at).toISOString();
const two = (value: number): string => String(value).padStart(2, '0');
const three = (value: number): string => String(value).padStart(3, '0');
const seconds = (ms: DurationMs): number => Number((ms / 1000).toFixed(3));
const odd = (code: number): boolean => code === 1006;

/** Wall clock in the process's zone (`TZ`). */
function local(at: EpochMs, dateSeparator: string, between: string): string {
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join(dateSeparator);
  return `${day}${between}${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
const fractionOf = (at: EpochMs): string => three(new Date(at).getMilliseconds());

const PINO_LEVEL = { info: 30, warn: 40, error: 50 } as const;

function pino({ service, hostname, pid }: Writer): Style {
  const line = (at: EpochMs, level: number, rest: object): string => json({ level, time: at, pid, hostname, name: service, ...rest });
  return {
    note: (at, level, msg) => line(at, PINO_LEVEL[level], { msg }),
    opened: (at, { id, ip }) => line(at, 30, { connId: id, remoteAddress: ip, msg: 'ws connected' }),
    closed: (at, { id, ip, code, reason, lifeMs }) =>
      line(at, odd(code) ? 40 : 30, { connId: id, code, reason, durationMs: lifeMs, remoteAddress: ip, msg: 'ws closed' }),
    fatal: (at, { name, message, stack }) => line(at, 60, { err: { type: name, message, stack }, msg: message }),
  };
}

function winston({ service }: Writer): Style {
  const line = (at: EpochMs, level: string, message: string, rest: object): string =>
    json({ level, message, service, ...rest, timestamp: iso(at) });
  return {
    note: (at, level, text) => line(at, level, text, {}),
    opened: (at, { id, ip }) => line(at, 'info', 'WebSocket connected', { socketId: id, ip }),
    closed: (at, { id, ip, code, reason, lifeMs }) =>
      line(at, odd(code) ? 'warn' : 'info', 'WebSocket disconnected', {
        socketId: id,
        closeCode: code,
        closeReason: reason,
        duration: lifeMs,
        ip,
      }),
    fatal: (at, { message, stack }) => line(at, 'error', `uncaughtException: ${message}`, { stack, exception: true }),
  };
}

function bunyan({ service, hostname, pid }: Writer): Style {
  const line = (at: EpochMs, level: number, msg: string, rest: object): string =>
    json({ name: service, hostname, pid, level, ...rest, msg, time: iso(at), v: 0 });
  return {
    note: (at, level, text) => line(at, PINO_LEVEL[level], text, {}),
    opened: (at, { id, ip }) => line(at, 30, 'open', { conn: { id, ip } }),
    closed: (at, { id, ip, code, reason, lifeMs }) =>
      line(at, odd(code) ? 40 : 30, 'close', { conn: { id, ip }, ws: { code, reason }, elapsed_ms: lifeMs }),
    fatal: (at, { name, message, stack }) => line(at, 60, message, { err: { message, name, stack } }),
  };
}

function logfmt({ service }: Writer): Style {
  const line = (at: EpochMs, level: string, msg: string, rest = ''): string =>
    `time=${iso(at)} level=${level} service=${service} msg=${JSON.stringify(msg)}${rest}`;
  return {
    note: line,
    opened: (at, { id, ip, port }) => line(at, 'debug', 'client connected', ` conn=${id} peer=${ip}:${port}`),
    closed: (at, { id, ip, port, code, reason, lifeMs, idleMs, received, sent }) =>
      line(
        at,
        odd(code) ? 'warn' : 'info',
        'client disconnected',
        ` conn=${id} peer=${ip}:${port} close_code=${code} close_reason="${reason}" elapsed_s=${seconds(lifeMs)} idle_s=${seconds(idleMs)} rx=${received} tx=${sent}`,
      ),
    fatal: (at, { stack = '' }) => line(at, 'fatal', 'uncaught exception', ` error=${JSON.stringify(stack)}`),
  };
}

function text(): Style {
  const line = (at: EpochMs, level: string, rest: string): string => `${iso(at)} ${level.toUpperCase().padEnd(5)} ${rest}`;
  return {
    note: (at, level, message) => line(at, level, `[main] ${message}`),
    opened: (at, { id, ip }) => line(at, 'info', `[ws] connection opened id=${id} ip=${ip}`),
    closed: (at, { id, ip, code, reason, lifeMs }) =>
      line(
        at,
        odd(code) ? 'warn' : 'info',
        `[ws] connection closed id=${id} ip=${ip} code=${code} reason="${reason}" duration=${seconds(lifeMs)}s`,
      ),
    fatal: (at, { stack }) => line(at, 'error', `[main] uncaughtException ${stack}`),
  };
}

function log4({ service }: Writer): Style {
  const line = (at: EpochMs, level: string, rest: string): string =>
    `[${local(at, '-', 'T')}.${fractionOf(at)}] [${level.toUpperCase()}] ${service} - ${rest}`;
  return {
    note: line,
    opened: (at, { id, ip }) => line(at, 'info', `Client ${id} connected (${ip})`),
    closed: (at, { id, ip, code, reason, lifeMs }) =>
      line(
        at,
        odd(code) ? 'warn' : 'info',
        `Client ${id} (${ip}) disconnected, code: ${code}, reason: ${reason || 'none'}, connected for ${lifeMs} ms`,
      ),
    fatal: (at, { stack }) => line(at, 'fatal', `uncaughtException: ${stack}`),
  };
}

function goLog(): Style {
  const line = (at: EpochMs, rest: string): string => `${local(at, '/', ' ')} ${rest}`;
  return {
    note: (at, _level, message) => line(at, `notify: ${message}`),
    opened: (at, { id, ip, port }) => line(at, `ws: conn ${id} accepted from ${ip}:${port}`),
    closed: (at, { id, ip, port, code, lifeMs }) => {
      const how = odd(code) ? 'websocket: close 1006 (abnormal closure): unexpected EOF' : `close ${code}`;
      return line(at, `ws: conn ${id} closed: ${how} after ${seconds(lifeMs)}s from ${ip}:${port}`);
    },
    fatal: (at, { stack }) => line(at, `fatal: ${stack}`),
  };
}

function epochJson(): Style {
  const line = (at: EpochMs, event: string, rest: object): string => json({ ts: seconds(at), event, ...rest });
  return {
    note: (at, _level, message) => line(at, 'log', { text: message }),
    opened: (at, { id, ip }) => line(at, 'ws_open', { conn_id: id, client_ip: ip }),
    closed: (at, { id, ip, code, reason, lifeMs, received, sent }) =>
      line(at, 'ws_close', {
        conn_id: id,
        close_code: code,
        close_reason: reason,
        elapsed_s: seconds(lifeMs),
        client_ip: ip,
        messages_in: received,
        messages_out: sent,
      }),
    fatal: (at, { stack }) => line(at, 'fatal', { error: stack }),
  };
}

/** Programs whose output a journal or a container runtime keeps often write no time of their own. */
function bare(): Style {
  return {
    note: (_at, level, message) => `${level}: ${message}`,
    opened: (_at, { id, ip }) => `info: websocket ${id} opened from ${ip}`,
    closed: (_at, { id, ip, code, reason, lifeMs }) =>
      `${odd(code) ? 'warn' : 'info'}: websocket ${id} closed, ip=${ip} code=${code} reason="${reason}" duration=${lifeMs}ms`,
    fatal: (_at, { stack }) => `error: uncaughtException ${stack}`,
  };
}

export const STYLES = { bare, pino, winston, bunyan, logfmt, text, log4, goLog, epochJson } as const satisfies Record<
  string,
  (writer: Writer) => Style
>;
export type StyleName = keyof typeof STYLES;
/** Styles whose stamps carry no zone. */
export const ZONELESS: readonly StyleName[] = ['log4', 'goLog'];
/** Styles that need a wrapper with a stamp. */
export const STAMPLESS: readonly StyleName[] = ['bare'];
