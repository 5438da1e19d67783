/** What the endpoint logs say of the WebSocket server: who it is, and when its log shows it alive. */
import type { Death } from '../closure.ts';
import type { LogEvent, Origin } from '../types.ts';

export class ServerProfile {
  readonly units = new Set<string>();
  readonly pids = new Set<number>();
  readonly containers = new Set<string>();
  readonly pods = new Set<string>();
  readonly services = new Set<string>();
  readonly hosts = new Set<string>();
  readonly sources = new Set<string>();
  /** When and in which log the server wrote that it came up. */
  readonly banners: { readonly ms: number; readonly source: string }[] = [];
  /** When and in which log the server wrote that it was told to stop, or what killed it. */
  readonly lastWords: { readonly ms: number; readonly source: string; readonly line: number }[] = [];
  /** Instants of each server log's events, in order. */
  readonly times = new Map<string, number[]>();

  add(event: LogEvent): void {
    if (event.vantage !== 'server') return;
    const socket = event.kind === 'socket-opened' || event.kind === 'socket-closed' || event.kind === 'heartbeat-missed';
    if (event.kind === 'process-started' && event.what === 'banner')
      this.banners.push({ ms: event.when.fromMs, source: event.origin.source });
    if (event.kind === 'stop-requested' || event.kind === 'process-fault') this.lastWords.push({ ms: event.when.fromMs, ...event.origin });
    if (!socket) return;
    this.sources.add(event.origin.source);
    const times = this.times.get(event.origin.source);
    if (times) times.push(event.when.fromMs);
    else this.times.set(event.origin.source, [event.when.fromMs]);
    const { keys } = event;
    if (keys.unit) this.units.add(keys.unit);
    if (keys.pid !== undefined) this.pids.add(keys.pid);
    if (keys.container) this.containers.add(keys.container);
    if (keys.pod) this.pods.add(keys.pod);
    if (keys.service) this.services.add(keys.service);
    if (keys.host) this.hosts.add(keys.host);
  }
}

/** Lines of the same second and exit handlers come right behind an end: only later ones show that the process went on. */
const WENT_ON_MS = 1_500;

/** A stamp taken from the line before differs from that line's by no more than its width. */
const UNSTAMPED_MS = 1_000;

/** Whether the server lived on after the line it wrote at `afterMs`, by its log or by its death later on; undefined = its log ends there. */
export function wentOn(profile: ServerProfile, { source, line }: Origin, afterMs: number, deaths: readonly Death[]): boolean | undefined {
  const times = profile.times.get(source) ?? [];
  let low = 0;
  let high = times.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((times[mid] as number) < afterMs + WENT_ON_MS) low = mid + 1;
    else high = mid;
  }
  const next = times[low];
  // What it wrote before it was told to stop is no consequence of that stop.
  const words = profile.lastWords.filter((word) => word.source === source && Math.abs(word.ms - afterMs) < WENT_ON_MS);
  // Last words without a stamp of their own (a runtime's fatal error) have that of the line before: the lines' order tells.
  if (words.length > 0 && words.every((word) => word.ms > afterMs || (word.ms > afterMs - UNSTAMPED_MS && word.line > line))) return true;
  const banner = (toMs: number): boolean =>
    profile.banners.some((one) => one.source === source && one.ms > afterMs - 500 && one.ms <= toMs);
  const death = deaths.find((one) => one.servers.includes(source) && one.when.toMs > afterMs);
  if (death && death.when.fromMs > afterMs + WENT_ON_MS && !banner(death.when.fromMs)) return true;
  if (banner(next ?? Number.POSITIVE_INFINITY)) return false;
  return next === undefined ? undefined : true;
}

/** The server log is one process's own: records there without a unit are about the server. A journal holds the kernel's words too. */
export const fromServer = (event: LogEvent, profile: ServerProfile): boolean =>
  profile.sources.has(event.origin.source) && event.keys.unit === undefined && event.vantage !== 'kernel';
