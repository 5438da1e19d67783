/** What one pass over the timeline keeps besides the closures: the world's events, who the server is, counts. */
import type { Closure, Verdict } from './closure.ts';
import { PROCESS_KINDS } from './deaths/cluster.ts';
import { ServerProfile } from './deaths/profile.ts';
import { Facets } from './facets.ts';
import type { Counts } from './findings.ts';
import { NamedRefusals } from './named-refusals.ts';
import { Refusals } from './refusals.ts';
import type { EndSeen } from './same-end.ts';
import type { EventKind, LogEvent } from './types.ts';
import { isUndated } from './undated.ts';
import { gradeOf } from './weigh.ts';

/** Faults of single connections repeat by the thousand in a reconnect storm: so many of a kind and source within a second are kept. */
const PER_SECOND = 5;

/** Events that are not one connection's own. */
const isWorldKind = (kind: EventKind): boolean =>
  PROCESS_KINDS.has(kind) ||
  kind === 'proxy-lifecycle' ||
  kind === 'network-fault' ||
  kind === 'health-failed' ||
  kind === 'configured-timer' ||
  kind === 'log-gap' ||
  kind === 'proxy-fault' ||
  kind === 'handshake-failed';

/** A life counts from the accept or from the handshake's end, and stamps are cut: so much later than its first line a log must have a beginning. */
const UNOPENED_SLACK_MS = 500;
/** A few connections without a beginning may be of another path of the program; a tenth are lost lines. */
const LOST_LEAST = 3;
const LOST_SHARE = 0.1;
const ofProxy = ({ kind }: LogEvent): boolean => kind === 'tunnel-ended' || kind === 'proxy-fault';

const upstreamOf = ({ keys: { upstream } }: Closure): string | undefined => upstream && `${upstream.ip} ${upstream.port ?? ''}`;

export class Tallied {
  readonly world: LogEvent[] = [];
  readonly profile = new ServerProfile();
  /** What all connections that ended have. */
  readonly facets = new Facets();
  /** Sources in which an endpoint writes how connections end, with a code. */
  readonly closing = new Set<string>();
  /** Sources in which an endpoint writes the ends of connections that it names. */
  readonly closers = new Set<string>();
  /** When connections ended that were not closed clean. */
  readonly ends: number[] = [];
  /** Closures that a client tells of and no proxy. */
  readonly proxyless: EndSeen[] = [];
  /** Ids of connections that another side than the server closes, and when. */
  readonly foreign = new Map<string, number>();
  heartbeats = false;
  /** nginx writes what its upstreams do at level `error`, timers and what clients do at `info` (`ngx_connection_error`, 1.22). */
  showsIdleCuts = false;
  readonly refusals = new Refusals();
  readonly namedRefusals = new NamedRefusals();
  #clean = 0;
  #unjudged = 0;
  #closures = 0;
  #inferred = 0;
  /** Server log → ends that it wrote, and how many of these of connections that it must have seen begin and wrote nothing of. */
  readonly #written = new Map<string, { ends: number; unopened: number }>();
  readonly #causes: Counts['causes'] = {};
  readonly #grades: Counts['grades'] = {};
  #second = 0;
  readonly #inSecond = new Map<string, number>();
  /** Upstream address → the server log of the connections that went there. */
  readonly #serverOf = new Map<string, string>();

  add(event: LogEvent): void {
    this.profile.add(event);
    if (event.kind === 'socket-closed' && event.keys.connection !== undefined) this.closers.add(event.origin.source);
    if (event.kind === 'socket-closed' && event.code !== undefined) this.closing.add(event.origin.source);
    if (event.vantage === 'server' && (event.kind === 'heartbeat-missed' || (event.kind === 'socket-closed' && event.by === 'heartbeat')))
      this.heartbeats = true;
    if (event.kind === 'proxy-fault' && event.phase === 'tunnel' && !event.fault.startsWith('upstream-')) this.showsIdleCuts = true;
    this.refusals.add(event);
    if (event.kind === 'handshake-failed') this.namedRefusals.add(event);
    if (isWorldKind(event.kind) && this.#keeps(event)) this.world.push(event);
  }

  #keeps(event: LogEvent): boolean {
    if (event.kind !== 'proxy-fault' && event.kind !== 'handshake-failed') return true;
    // A connector that lost its own link cut many connections, not one.
    if (event.kind === 'proxy-fault' && event.phase === 'tunnel') return event.fault === 'tunnel-lost';
    const second = Math.floor(event.when.fromMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond.clear();
    }
    const key = `${event.kind} ${event.origin.source} ${event.kind === 'proxy-fault' ? event.fault : ''}`;
    const count = (this.#inSecond.get(key) ?? 0) + 1;
    this.#inSecond.set(key, count);
    return count <= PER_SECOND;
  }

  count(closure: Closure): void {
    this.facets.add(closure);
    if (closure.state === 'clean') this.#clean++;
    else if (!isUndated(closure.ended)) this.ends.push(closure.ended.fromMs);
    this.#write(closure);
    if (closure.state === 'abnormal' && closure.codes.client !== undefined && !closure.seen.some(ofProxy))
      this.proxyless.push({ when: closure.ended, ip: closure.keys.client?.ip });
    const id = closure.keys.connection;
    if (id !== undefined && closure.codes.server === undefined)
      this.foreign.set(id, closure.state === 'clean' || isUndated(closure.ended) ? Number.NaN : closure.ended.fromMs);
    const upstream = upstreamOf(closure);
    if (upstream === undefined || closure.server === undefined) return;
    // One address with two logs (a restart under another name) tells nothing.
    const known = this.#serverOf.get(upstream);
    if (known !== closure.server) this.#serverOf.set(upstream, known === undefined ? closure.server : '');
  }

  #write({ server, lifeMs, ended, seen }: Closure): void {
    const since = server === undefined ? undefined : this.profile.times.get(server)?.[0];
    if (server === undefined || since === undefined || lifeMs === undefined) return;
    // What was open before the log begins has no line there.
    if (ended.fromMs - lifeMs < since + UNOPENED_SLACK_MS) return;
    const own = seen.filter(({ origin, keys }) => origin.source === server && keys.connection !== undefined);
    if (!own.some(({ kind }) => kind === 'socket-closed')) return;
    const written = this.#written.get(server) ?? { ends: 0, unopened: 0 };
    this.#written.set(server, written);
    written.ends++;
    if (!own.some(({ kind }) => kind === 'socket-opened')) written.unopened++;
  }

  /** Whether lines are missing in a server's log: that it does not write of an end tells nothing there. */
  losesLines(server: string): boolean {
    const { ends, unopened } = this.#written.get(server) ?? { ends: 0, unopened: 0 };
    return unopened >= LOST_LEAST && unopened > ends * LOST_SHARE;
  }

  /** The closure with the instance that held it, where its upstream's address tells. */
  placed(closure: Closure): Closure {
    if (closure.server !== undefined) return closure;
    const server = this.#serverOf.get(upstreamOf(closure) ?? '');
    return server ? { ...closure, server } : closure;
  }

  /** An unjudged closure that nothing settles. */
  leave(): void {
    this.#unjudged++;
  }

  judge(closure: Closure, verdict: Verdict): void {
    const grade = gradeOf(verdict);
    this.#closures++;
    if (closure.inferred) this.#inferred++;
    this.#causes[verdict.cause] = (this.#causes[verdict.cause] ?? 0) + 1;
    this.#grades[grade] = (this.#grades[grade] ?? 0) + 1;
  }

  get counts(): Counts {
    return {
      closures: this.#closures,
      inferred: this.#inferred,
      clean: this.#clean,
      unjudged: this.#unjudged,
      refused: this.refusals.count,
      causes: this.#causes,
      grades: this.#grades,
    };
  }
}
