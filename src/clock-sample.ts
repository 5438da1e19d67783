/** Of the events that one clock dates, what other logs may share: collected while reading, in bounded memory, to vote on clock offsets with. */
import { anchorKeys, BEGAN, CLOSE, OPEN } from './anchor-keys.ts';
import { peerOf } from './connection-names.ts';
import { isSocketIoEnd } from './grammar/close-words.ts';
import { appOfFile, fileNameOf } from './grammar/pm2-files.ts';
import type { RawEvent } from './record.ts';
import { offsetAt } from './time.ts';
import type { Basis, EventKind, Vantage } from './types.ts';

const KEY_LIMIT = 20_000; // anchors a clock keeps: votes saturate long before
const REPEATS = 6; // instants a key keeps: a unit that restarts in a loop
const TIME_LIMIT = 2_000; // instants a clock keeps for coincidence tests
const TURN_LIMIT = 200; // starts and ends of processes a clock keeps: a unit that restarts in a loop shows its rhythm long before
const MACHINES_LIMIT = 10_000; // machines a clock keeps: a few are enough to tell whose log it is
const TURNOVER_MS = 2_000; // ages are rounded, and who connects anew may log the old end late
const ADDRESSES_LIMIT = 8; // clients' addresses a writer keeps: more than one is all that matters
const PHRASES_LIMIT = 20; // a program has a few ways to tell of an end
const END_LIMIT = 20_000; // ends a clock keeps for bursts: a crash of a server with as many connections is one burst

/** A connection's end or opening, or an upgrade that was refused, as one log saw it. */
export interface Visit {
  readonly what: 'end' | 'open' | 'refused';
  readonly ip: string;
  readonly ms: number;
}

/** A record of a process's death or stop: what may have cut connections. */
export interface PassingSeen {
  readonly ms: number;
  readonly widthMs: number;
  readonly words: string;
  readonly pid: number | undefined;
  readonly unit: string | undefined;
  readonly line: number;
}

/** A process came up or went down, as one log saw it. */
export interface Turn {
  readonly what: 'up' | 'down';
  readonly ms: number;
}

const HOUR_MS = 3_600_000;
/** A log that is silent for longer across the change does not show it; smaller steps are lines out of order. */
const LEAST_STEP_MS = 40 * 60_000;
/** A log that wrote within so long before and after the skipped hour was not just silent. */
const NEAR_CHANGE_MS = 10 * 60_000;
/** Clocks are changed in March, April, September, October or November, somewhere. */
const CHANGE_MONTHS: ReadonlySet<number> = new Set([2, 3, 8, 9, 10]);

interface Life {
  readonly lifeMs: number;
  readonly endMs: number;
  readonly ip: string | undefined;
  readonly vantage: Vantage;
}

interface Callers {
  events: number;
  readonly addresses: Set<string>;
}

/** Instants and lives of one clock: one source and one basis. */
export class ClockSample {
  readonly source: string;
  readonly basis: Basis;
  readonly vantages = new Set<string>();
  readonly kinds = new Set<EventKind>();
  /** What it tells as a server: a journal holds its supervisor's and its proxy's records too. */
  readonly served = new Set<EventKind>();
  /** Connections that it opened as a server and did not close so far, and when it opened them. */
  readonly unclosed = new Map<string, number>();
  /** In which words it tells, as a server, of ends that were not clean: the first few. */
  readonly phrases = new Set<string>();
  /** Proxies that write here, by the first word of their formats: `nginx`, `haproxy` … */
  readonly proxies = new Set<string>();
  events = 0;
  minMs = Number.POSITIVE_INFINITY;
  maxMs = Number.NEGATIVE_INFINITY;
  /**
   * Zones that a proxy's access log or a server writes with its stamps, in ms east of UTC: its error log, and often the tools on its
   * machine, have the same without a word of it.
   */
  readonly writtenZones = new Set<number>();
  /** Widest stamp seen: 1,000 for one-second stamps. */
  widthMs = 0;
  /** The first line that is dated by this clock, and its instant. */
  first: { readonly line: number; readonly ms: number } | undefined;
  readonly keyed = new Map<string, number[]>();
  /** Connections with a known life: for pairing without any shared id. */
  readonly lives: Life[] = [];
  readonly times: number[] = [];
  /** Ends and openings of connections by the client's address: for pairing logs without ids and lives. */
  readonly visits: Visit[] = [];
  /** When processes came up and went down. */
  readonly turns: Turn[] = [];
  /** Attempts to connect that this log made itself and that another refused. */
  refusals = 0;
  /** Ends it writes of connections that it names. */
  namedEnds = 0;
  /** Its records name a process, a machine or a container. */
  housed = false;
  /** It says of connections where they go on or which of two sides ended them, or its format is that of a product that forwards. */
  forwards = false;
  readonly passings: PassingSeen[] = [];
  /** Ends of connections that were not closed clean. */
  readonly ends: number[] = [];
  /** The server's pid, as its lines about connections name it, and the last such line. */
  readonly serverPids = new Map<number, number>();
  /** Units and services that the server's lines about connections name. */
  readonly serverNames = new Set<string>();
  /** Applications whose output it is or that a supervisor in it keeps, as their log files name them. */
  readonly apps = new Set<string>();
  /** Machine, as the log names it → when the last of its connections of known age ended. */
  readonly machines = new Map<string, number>();
  /** Some machine had two connections open at once. */
  shared = false;
  /** By who writes: a journal may hold a proxy, which knows its clients, and the server, which knows the proxy alone. */
  readonly callers = new Map<Vantage, Callers>();
  /** First line behind a change of summer time, and what its stamps and the later ones lack; instants kept here run on over it. */
  changed: { readonly line: number; readonly ms: number } | undefined;
  #last = { line: 0, ms: Number.NEGATIVE_INFINITY };
  /** The connection of the latest end. */
  #ended: string | undefined;
  #threshold = 0xffffffff;

  constructor(source: string, basis: Basis) {
    this.source = source;
    this.basis = basis;
    const app = appOfFile(source);
    if (app !== undefined) this.apps.add(app);
  }

  add(event: RawEvent): void {
    const width = event.when.toMs - event.when.fromMs;
    if (width <= 1_000) this.#watch(event);
    const ms = event.when.fromMs + Math.min(width, 1000) / 2 + this.shiftAt(event.origin.line);
    this.events++;
    this.vantages.add(event.vantage);
    this.kinds.add(event.kind);
    if ((event.kind === 'tunnel-ended' || event.vantage === 'server') && this.writtenZones.size < 2) this.#readZone(event.quote);
    if (event.vantage === 'server') this.served.add(event.kind);
    if (event.vantage === 'server' && event.kind === 'socket-closed' && isCut(event) && this.phrases.size < PHRASES_LIMIT)
      this.phrases.add(phraseOf(event.quote));
    if (!this.first || event.origin.line < this.first.line) this.first = { line: event.origin.line, ms: event.when.fromMs };
    if (event.vantage === 'proxy') this.proxies.add(event.format.split('-')[0] ?? event.format);
    this.minMs = Math.min(this.minMs, event.when.fromMs);
    this.maxMs = Math.max(this.maxMs, event.when.toMs);
    if (event.kind === 'handshake-failed' && isOwnAttempt(event)) this.refusals++;
    if (event.kind === 'socket-closed' && event.keys.connection !== undefined) this.namedEnds++;
    if (event.vantage === 'gateway' && isForwarded(event)) this.forwards = true;
    const { pid, host, pod, container, service } = event.keys;
    if (event.vantage === 'supervisor' && service !== undefined && this.apps.size < TURN_LIMIT) this.apps.add(fileNameOf(service));
    if ((pid ?? host ?? pod ?? container) !== undefined) this.housed = true;
    this.#meet(event);
    if (width > 5_000) return; // dated by its neighbours only: no anchor
    this.widthMs = Math.max(this.widthMs, width);
    if (this.times.length < TIME_LIMIT && TIMED.has(event.kind)) this.times.push(ms);
    // Of a proxy in TCP mode the line that names its timer or a reset is the only one about the connection.
    const lifeMs =
      event.kind === 'socket-closed' || event.kind === 'tunnel-ended' || event.kind === 'proxy-fault' ? event.lifeMs : undefined;
    this.#open(event, ms);
    for (const key of anchorKeys(event)) {
      this.#remember(key, ms);
      // A log without opens tells of them by how long its connections lived.
      if (lifeMs !== undefined && key.startsWith(CLOSE) && !this.keyed.has(`${OPEN}${key.slice(CLOSE.length)}`))
        this.#remember(`${BEGAN}${key.slice(CLOSE.length)}`, ms - lifeMs);
    }
    const peer = peerOf(event);
    if (peer !== undefined && event.kind === 'socket-opened') this.#remember(`${OPEN}${peer}`, ms);
    else if (peer !== undefined && lifeMs !== undefined) this.#remember(`${BEGAN}${peer}`, ms - lifeMs);
    this.#visit(event, ms);
    this.#serve(event, ms);
    const turn = turnOf(event);
    if (turn && this.turns.length < TURN_LIMIT) this.turns.push({ what: turn, ms });
    const isProxys = event.kind === 'proxy-lifecycle' && event.change === 'stop';
    if ((turn === 'down' || isProxys) && this.passings.length < TURN_LIMIT) {
      // By neither is a proxy known to the servers behind it.
      const { pid, unit } = isProxys ? {} : event.keys;
      const at = event.when.fromMs + this.shiftAt(event.origin.line);
      this.passings.push({ ms: at, widthMs: width, words: passingWords(event), pid, unit, line: event.origin.line });
    }
    if (lifeMs !== undefined && host !== undefined) this.#hold(host, ms - lifeMs, ms);
    if (lifeMs !== undefined && lifeMs > 500 && this.lives.length < TIME_LIMIT)
      this.lives.push({ lifeMs, endMs: ms, ip: event.keys.client?.ip, vantage: event.vantage });
  }

  /** A moment that another clock knows by the same key. */
  note(key: string, ms: number): void {
    this.#remember(key, ms);
  }

  /** It names clients by their addresses. */
  get namesClients(): boolean {
    return [...this.callers.values()].some(({ addresses }) => addresses.size > 0);
  }

  /** `dmesg -T`: seconds since boot of a clock that nobody sets, added to a boot time that is reckoned when it is run (dmesg(1)). */
  get drifts(): boolean {
    return this.basis === 'local' && this.vantages.size === 1 && this.vantages.has('kernel');
  }

  /** What a stamp of this line lacks against the clock before the change. */
  shiftAt(line: number): number {
    return this.changed !== undefined && line >= this.changed.line ? this.changed.ms : 0;
  }

  /**
   * A local clock that steps back by up to an hour between two lines of a Sunday night was set back at the end of summer time; a busy
   * log without a line in just the hour that is skipped on a Sunday night in spring was set forward.
   */
  #watch(event: RawEvent): void {
    if (this.basis !== 'local' && this.basis !== 'yearless') return;
    const { line } = event.origin;
    if (line <= this.#last.line) return;
    const ms = event.when.fromMs;
    const before = this.#last.ms;
    this.#last = { line, ms };
    const now = new Date(ms);
    if (this.changed !== undefined || !CHANGE_MONTHS.has(now.getUTCMonth()) || (this.basis === 'local' && now.getUTCDay() !== 0)) return;
    if (before - ms > LEAST_STEP_MS && before - ms <= HOUR_MS + 2_000 && now.getUTCHours() <= 2) this.changed = { line, ms: HOUR_MS };
    const skipped = Math.floor(ms / HOUR_MS) * HOUR_MS - HOUR_MS;
    const forward = now.getUTCHours() === 2 || now.getUTCHours() === 3;
    if (forward && before < skipped && before > skipped - NEAR_CHANGE_MS && ms < skipped + HOUR_MS + NEAR_CHANGE_MS)
      this.changed = { line, ms: -HOUR_MS };
  }

  #open({ kind, vantage, keys: { connection } }: RawEvent, ms: number): void {
    if (vantage !== 'server' || connection === undefined) return;
    if (kind === 'socket-closed') this.unclosed.delete(connection);
    else if (kind === 'socket-opened' && this.unclosed.size < KEY_LIMIT) this.unclosed.set(connection, ms);
  }

  #readZone(quote: string): void {
    const zone = LOCAL_STAMP.exec(quote);
    const offset = zone && offsetAt(quote, zone.index + zone[0].length);
    if (offset) this.writtenZones.add(offset.minutes * 60_000);
  }

  #meet({ vantage, keys: { client } }: RawEvent): void {
    const known = this.callers.get(vantage) ?? { events: 0, addresses: new Set<string>() };
    this.callers.set(vantage, known);
    known.events++;
    if (client !== undefined && known.addresses.size < ADDRESSES_LIMIT) known.addresses.add(client.ip);
  }

  #hold(host: string, fromMs: number, toMs: number): void {
    const last = this.machines.get(host);
    if (last !== undefined && fromMs < last - TURNOVER_MS) this.shared = true;
    if (last !== undefined || this.machines.size < MACHINES_LIMIT) this.machines.set(host, Math.max(last ?? toMs, toMs));
  }

  #visit(event: RawEvent, ms: number): void {
    const ip = event.keys.client?.ip;
    if (ip === undefined || this.visits.length >= TIME_LIMIT) return;
    if (event.kind === 'socket-opened') this.visits.push({ what: 'open', ip, ms });
    if (event.kind === 'handshake-failed' || (event.kind === 'proxy-fault' && event.phase !== 'tunnel'))
      this.visits.push({ what: 'refused', ip, ms });
    if (event.kind === 'proxy-fault' && event.phase === 'tunnel') this.visits.push({ what: 'end', ip, ms });
    if (event.kind !== 'socket-closed' && event.kind !== 'tunnel-ended') return;
    this.visits.push({ what: 'end', ip, ms });
    if (event.lifeMs !== undefined) this.visits.push({ what: 'open', ip, ms: ms - event.lifeMs });
  }

  #serve(event: RawEvent, ms: number): void {
    // One end may have several lines: the transport's, the hub's.
    const again = event.keys.connection !== undefined && event.keys.connection === this.#ended;
    if (isCut(event) && !again && this.ends.length < END_LIMIT) this.ends.push(ms);
    if (event.kind === 'socket-closed') this.#ended = event.keys.connection;
    if (event.vantage !== 'server' || (event.kind !== 'socket-opened' && event.kind !== 'socket-closed')) return;
    const { pid, pidSpace, unit, service } = event.keys;
    if (pid !== undefined && pidSpace !== 'container' && (this.serverPids.has(pid) || this.serverPids.size < TURN_LIMIT))
      this.serverPids.set(pid, Math.max(ms, this.serverPids.get(pid) ?? ms));
    for (const name of [unit, service]) if (name !== undefined && this.serverNames.size < TURN_LIMIT) this.serverNames.add(name);
  }

  // Which keys stay is decided by their hash, so that two logs keep the same ones however long they are.
  #remember(key: string, ms: number): void {
    if (hash(key) > this.#threshold) return;
    const instants = this.keyed.get(key);
    if (!instants) this.keyed.set(key, [ms]);
    else if (instants.length < REPEATS) instants.push(ms);
    while (this.keyed.size > KEY_LIMIT) {
      this.#threshold /= 2;
      for (const known of this.keyed.keys()) if (hash(known) > this.#threshold) this.keyed.delete(known);
    }
  }
}

/**
 * A gateway's answers, and what a system says of an address that refuses: who writes these of an upgrade asked for it. Who serves refuses
 * with its own words.
 */
const GATEWAY_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);
const ATTEMPT =
  /\b(?:connect(?:ion)? (?:failed|refused|timed out|error)|(?:failed|unable|could not|cannot|error) (?:to )?connect(?:ing)?|econnrefused|(?:status|response|http error)[\w :]{0,20}50[234])\b/i;
const isOwnAttempt = ({ status, why, quote, by }: { status?: number; why: string; quote: string; by?: string }): boolean =>
  by !== 'client' && ((status !== undefined && GATEWAY_STATUS.has(status)) || ATTEMPT.test(why) || ATTEMPT.test(quote));

/** Applications in words of their own forward only if they say so. */
const OWN_WORDED = /^app-/;
const isForwarded = (event: RawEvent): boolean =>
  !OWN_WORDED.test(event.format) ||
  event.keys.upstream !== undefined ||
  // Of Socket.IO's two sides the one is who writes.
  (event.kind === 'socket-closed' && (event.by === 'client' || event.by === 'server') && !isSocketIoEnd(event.reason));

const TIMED = new Set([
  'socket-opened',
  'socket-closed',
  'tunnel-ended',
  'process-started',
  'process-ended',
  'stop-requested',
  'oom-kill',
  'process-fault',
  'proxy-fault',
  'network-fault',
]);

function turnOf(event: RawEvent): Turn['what'] | undefined {
  if (event.kind === 'process-started') return 'up';
  if (event.kind === 'process-ended' || event.kind === 'stop-requested' || (event.kind === 'oom-kill' && event.role === 'kill'))
    return 'down';
  return event.kind === 'process-fault' && event.fatal !== false && event.fault !== 'handler-exception' ? 'down' : undefined;
}

const isCut = (event: RawEvent): boolean =>
  event.kind === 'tunnel-ended' ||
  (event.kind === 'proxy-fault' && event.phase === 'tunnel') ||
  (event.kind === 'socket-closed' && event.wasClean !== true && (event.code === undefined || event.code === 1006));

function passingWords(event: RawEvent): string {
  const { pid, unit, container, pod } = event.keys;
  const who = pid !== undefined ? ` of pid ${pid}` : [unit, pod, container].flatMap((name) => (name ? [` of ${name}`] : []))[0];
  if (event.kind === 'oom-kill') return `OOM kill${who ?? ''}`;
  if (event.kind === 'process-fault') return `${event.fault.replaceAll('-', ' ')}${who ?? ''}`;
  if (event.kind === 'proxy-lifecycle') return `stop of ${event.proxy}`;
  return `${event.kind === 'process-ended' ? 'end' : 'stop'}${who ?? ' of a process'}`;
}

/** The words of a line: whatever holds a digit is a stamp, a name or a number. */
const phraseOf = (quote: string): string => quote.replace(/[^\s"=:,()[\]]*\d[^\s"=:,()[\]]*/g, '#').replace(/#[#:,]{1,20}/g, '#');

/** A stamp of the common log format or ISO 8601 up to its zone. */
const LOCAL_STAMP =
  /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,9})? |\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?=[+-]\d\d:?\d\d|Z)/;

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
