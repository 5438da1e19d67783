/** What the endpoint logs say of the WebSocket server: who it is, and when its log shows it alive. */
import type { Death } from '../closure.ts';
import { lowerBound } from '../numbers.ts';
import type { EpochMs, LogEvent, Origin, Span } from '../types.ts';
import { isUndated } from '../undated.ts';

/** When something was said and on which line, in order. */
interface Words {
  readonly times: EpochMs[];
  readonly lines: number[];
}
const NO_WORDS: Words = { times: [], lines: [] };

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** More addresses of upstreams are those of a fleet: a death of one of them tells little of a connection to another. */
const MOST_ADDRESSES = 1_000;

/** As many as a busy server has open: whether processes serve side by side shows long before. */
const MOST_OPENED = 20_000;

interface Serving extends Span {
  /** Log, and what its lines call the server: a journal may hold several. */
  readonly server: string;
}

export class ServerProfile {
  readonly units = new Set<string>();
  /** Processes that had connections, by pid: of which server, and from when to when it is known to have had some. */
  readonly pids = new Map<number, Serving>();
  readonly containers = new Set<string>();
  readonly pods = new Set<string>();
  readonly services = new Set<string>();
  readonly hosts = new Set<string>();
  /** Machines on which clients wrote of their own connections. */
  readonly clientHosts = new Set<string>();
  /** Where proxies and gateways reached it. */
  readonly addresses = new Set<string>();
  /** What proxies call where they reached it: `prod-chat-8080`. */
  readonly upstreamNames = new Set<string>();
  readonly sources = new Set<string>();
  /** Logs of servers in which no line about a socket says which process wrote it, but by a pid. */
  readonly nameless = new Set<string>();
  /** Units that systemd calls by their descriptions alone, by log. */
  readonly described = new Map<string, Set<string>>();
  /** When the server wrote that it came up, by log, in order. */
  readonly banners = new Map<string, number[]>();
  /** Logs in which some server wrote that it came up, with a time or without. */
  readonly listeners = new Set<string>();
  /** When the server wrote that it was told to stop, or what killed it, by log, in order. */
  readonly lastWords = new Map<string, Words>();
  /** Instants of each server log's events, in order. */
  readonly times = new Map<string, number[]>();

  /** Connections that are open, by lines that name no process, and since when. */
  readonly #opened = new Map<string, EpochMs>();
  /** By log: the line of the event before, and how many events, in order of time, stand above the one before, less those below it. */
  readonly #rising = new Map<string, { line: number; above: number }>();

  add(event: LogEvent): void {
    const isOfHop = event.kind === 'tunnel-ended' || (event.kind === 'socket-closed' && event.vantage === 'gateway');
    if (isOfHop && event.keys.upstream && this.addresses.size < MOST_ADDRESSES) this.addresses.add(event.keys.upstream.ip);
    if (event.kind === 'tunnel-ended' && event.keys.upstreamName !== undefined && this.upstreamNames.size < MOST_ADDRESSES)
      this.upstreamNames.add(event.keys.upstreamName);
    if (isDescribed(event))
      this.described.set(event.origin.source, (this.described.get(event.origin.source) ?? new Set()).add(event.keys.service ?? ''));
    if (event.vantage === 'client' && event.keys.host !== undefined && this.clientHosts.size < MOST_ADDRESSES)
      this.clientHosts.add(event.keys.host);
    if (event.vantage !== 'server') return;
    this.#rise(event.origin);
    const socket = event.kind === 'socket-opened' || event.kind === 'socket-closed' || event.kind === 'heartbeat-missed';
    const dated = !isUndated(event.when);
    if (event.kind === 'process-started' && event.what === 'banner') {
      this.listeners.add(event.origin.source);
      if (dated) append(this.banners, event.origin.source, event.when.fromMs);
    }
    if (event.kind === 'stop-requested' || event.kind === 'process-fault') this.#hear(event);
    if (!socket) return;
    this.#name(event);
    if (dated) append(this.times, event.origin.source, event.when.fromMs);
    const { keys } = event;
    if (keys.unit) this.units.add(keys.unit);
    this.#serve(event);
    if (keys.container) this.containers.add(keys.container);
    if (keys.pod) this.pods.add(keys.pod);
    if (keys.service) this.services.add(keys.service);
    if (keys.host) this.hosts.add(keys.host);
  }

  /** Consoles export what a query found with the newest first: the order of such a log's lines is not that of what happened. */
  isNewestFirst(source: string): boolean {
    return (this.#rising.get(source)?.above ?? 0) > 0;
  }

  #rise({ source, line }: Origin): void {
    const rising = this.#rising.get(source);
    if (!rising) this.#rising.set(source, { line, above: 0 });
    else {
      rising.above += Math.sign(rising.line - line);
      rising.line = line;
    }
  }

  #name({ origin: { source }, keys: { unit, container, pod, service } }: LogEvent): void {
    if ([unit, container, pod, service].some((name) => name !== undefined)) this.nameless.delete(source);
    else if (!this.sources.has(source)) this.nameless.add(source);
    this.sources.add(source);
  }

  /** The open line may not name the process yet. */
  #serve({ kind, keys, origin: { source }, when: { fromMs } }: LogEvent): void {
    const { pid, connection, host, unit, service, pod, container } = keys;
    const began = connection === undefined ? undefined : this.#opened.get(connection);
    if (connection !== undefined && kind === 'socket-closed') this.#opened.delete(connection);
    if (pid === undefined) {
      if (connection !== undefined && kind === 'socket-opened' && this.#opened.size < MOST_OPENED) this.#opened.set(connection, fromMs);
      return;
    }
    const known = this.pids.get(pid);
    this.pids.set(pid, {
      server: [source, host, unit ?? service, pod, container].join(' '),
      fromMs: Math.min(known?.fromMs ?? fromMs, began ?? fromMs),
      toMs: Math.max(known?.toMs ?? fromMs, fromMs),
    });
  }

  #hear({ origin, when }: LogEvent): void {
    const words = this.lastWords.get(origin.source) ?? { times: [], lines: [] };
    this.lastWords.set(origin.source, words);
    words.times.push(when.fromMs);
    words.lines.push(origin.line);
  }
}

/** Lines of the same second and exit handlers come right behind an end: only later ones show that the process went on. */
const WENT_ON_MS = 1_500;

/** A stamp taken from the line before differs from that line's by no more than its width. */
const UNSTAMPED_MS = 1_000;

/** A banner so much earlier may still be of the start that follows this end: two writers of one log, stamps apart. */
const BANNER_EARLY_MS = 500;

/** Last words around an instant. */
function wordsAround({ times, lines }: Words, ms: EpochMs): readonly { readonly ms: EpochMs; readonly line: number }[] {
  const found: { readonly ms: EpochMs; readonly line: number }[] = [];
  for (let at = lowerBound(times, ms - WENT_ON_MS); at < times.length && (times[at] as number) < ms + WENT_ON_MS; at++)
    found.push({ ms: times[at] as number, line: lines[at] as number });
  return found;
}

/** The first death of a server that stands in its log and is not over by then. */
export type NextDeath = (source: string, afterMs: EpochMs) => Death | undefined;

/** Whether the server lived on after the line it wrote at `afterMs`, by its log or by its death later on; undefined = its log ends there. */
export function wentOn(profile: ServerProfile, { source, line }: Origin, afterMs: EpochMs, nextDeath: NextDeath): boolean | undefined {
  const times = profile.times.get(source) ?? [];
  const next = times[lowerBound(times, afterMs + WENT_ON_MS)];
  // What it wrote before it was told to stop is no consequence of that stop.
  const words = wordsAround(profile.lastWords.get(source) ?? NO_WORDS, afterMs);
  // Last words without a stamp of their own (a runtime's fatal error) have that of the line before: the lines' order tells.
  const below = (word: { readonly line: number }): boolean => word.line > line && !profile.isNewestFirst(source);
  if (words.length > 0 && words.every((word) => word.ms > afterMs || (word.ms > afterMs - UNSTAMPED_MS && below(word)))) return true;
  const banners = profile.banners.get(source) ?? [];
  const up = banners[lowerBound(banners, afterMs - BANNER_EARLY_MS)] ?? Number.POSITIVE_INFINITY;
  const banner = (toMs: EpochMs): boolean => up < Number.POSITIVE_INFINITY && up <= toMs;
  const death = nextDeath(source, afterMs);
  if (death && death.when.fromMs > afterMs + WENT_ON_MS && !banner(death.when.fromMs)) return true;
  if (banner(next ?? Number.POSITIVE_INFINITY)) return false;
  return next === undefined ? undefined : true;
}

/** Whether the process was one of several that had the log's connections at once: after its end another still had those of before. */
export function hasSiblings({ pids }: ServerProfile, pid: number, endMs: EpochMs): boolean {
  const own = pids.get(pid);
  if (own === undefined) return false;
  for (const [other, { server, fromMs, toMs }] of pids)
    if (other !== pid && server === own.server && fromMs < endMs && toMs > endMs + WENT_ON_MS) return true;
  return false;
}

/** systemd up to version 248 calls a unit that it starts or stops by its description: `Stopped Chat server.` */
const isDescribed = ({ format, keys }: LogEvent): boolean => format === 'systemd' && keys.unit === undefined && keys.service !== undefined;

/**
 * The server log is one process's own: records there without a unit are about the server. A journal holds the kernel's words too, and
 * what systemd says of every unit, where it is not one unit's.
 */
export const fromServer = (event: LogEvent, profile: ServerProfile): boolean =>
  profile.sources.has(event.origin.source) &&
  event.keys.unit === undefined &&
  event.vantage !== 'kernel' &&
  !(isDescribed(event) && (profile.described.get(event.origin.source)?.size ?? 0) > 1);
