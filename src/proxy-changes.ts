/** Reloads, stops and worker deaths of proxies. */
import type { ProxyChange } from './closure.ts';
import { stem } from './deaths/names.ts';
import { HAND_LEAST, momentIn } from './deaths/placing.ts';
import { lowerBound } from './numbers.ts';
import { nameOfProxy, traitsOf } from './products.ts';
import { median } from './statistics.ts';
import type { DurationMs, EpochMs, EventOf, LogEvent, Span } from './types.ts';
import { isUndated } from './undated.ts';

/** Old workers get the signal some seconds after the reload is logged. */
const DRAIN_SLACK_MS = 5_000;
/** Without worker_shutdown_timeout or hard-stop-after known, a reload may cut tunnels up to ingress-nginx's 240 s later: the longest default. */
const DRAIN_MS = 240_000;
/** AWS target groups wait 300 s for what is left of a target that was taken out: `deregistration_delay.timeout_seconds`. */
const DEREGISTER_MS = 300_000;
const STOP_CUT_MS = 15_000;
/** systemd's default stop timeout and some seconds: an end that is logged so much later may still be that of the stop. */
const LONGEST_STOP_MS = 95_000;
/** What a proxy cuts when it ends, other hops notice within this. */
const CUT_SLACK_MS = 5_000;
/** Two programs on one host read one clock; between hosts NTP leaves less than this. */
const CLOCKS_MS = 300;

/** Until new workers are up the old ones accept: the configuration is read and checked first. */
const STARTED_MS = 2_000;

/** Lines of one change: master, workers, the unit. */
const ONE_CHANGE_MS = 20_000;

interface Changing {
  readonly id: string;
  readonly proxy: string;
  readonly change: ProxyChange['change'];
  when: Span;
  cuts: Span;
  acceptsUntilMs: EpochMs;
  /** Workers that were told to go and have not, by pid; undefined = no worker is known by its pid. */
  old: Set<number> | undefined;
  readonly targets: string[];
  overMs: EpochMs | undefined;
  echo: Span | undefined;
  readonly events: LogEvent[];
}

/**
 * Reloads, stops and worker deaths of proxies, each with the time in which it cuts tunnels. `ends`: when connections ended that were not
 * closed clean, ascending.
 */
export function changesOf(events: readonly LogEvent[], ends: ArrayLike<EpochMs>): ProxyChange[] {
  const drains = drainsIn(events);
  const changes: Changing[] = [];
  const latest = new Map<string, Changing>();
  for (const event of events) {
    const found = changeIn(event, drains);
    // A stop without a stamp has cut what one hand cut; of anything else nobody knows when it was.
    const moment = isUndated(event.when) && found?.[1] === 'stop' ? momentIn(event.when, ends, HAND_LEAST) : undefined;
    if (isUndated(event.when) && !moment) continue;
    if (event.kind === 'proxy-lifecycle') follow(event, latest.get(`${event.proxy.toLowerCase()} reload`));
    goneAfter(event, latest);
    const stopped = found ? undefined : endedBy(event, latest);
    if (stopped) stopped.cuts = { fromMs: stopped.cuts.fromMs, toMs: Math.max(stopped.cuts.toMs, event.when.toMs + CUT_SLACK_MS) };
    if (!found) continue;
    const [proxy, change, cutMs] = found;
    const cuts = moment ?? {
      fromMs: event.when.fromMs - ((change === 'stop' && traitsOf(proxy).stopToldMs) || CLOCKS_MS),
      toMs: event.when.toMs + cutMs,
    };
    const key = change === 'deregister' ? takenOut(event) : `${proxy} ${change}`;
    const known = latest.get(key);
    if (known && event.when.fromMs - known.when.toMs < ONE_CHANGE_MS) {
      known.events.push(event);
      known.when = { fromMs: known.when.fromMs, toMs: Math.max(known.when.toMs, event.when.toMs) };
      known.cuts = { fromMs: Math.min(known.cuts.fromMs, cuts.fromMs), toMs: Math.max(known.cuts.toMs, cuts.toMs) };
      if (!isWorkersWord(event)) known.acceptsUntilMs = event.when.toMs + STARTED_MS;
      leave(event, known);
    } else {
      const acceptsUntilMs = event.when.toMs + STARTED_MS;
      const fresh = {
        id: `p${changes.length + 1}`,
        proxy,
        change,
        when: event.when,
        cuts,
        acceptsUntilMs,
        old: undefined,
        targets: [],
        overMs: undefined,
        echo: undefined,
        events: [event],
      };
      leave(event, fresh);
      changes.push(fresh);
      latest.set(key, fresh);
    }
  }
  for (const proxy of new Set(changes.map((one) => one.proxy)))
    hear(
      changes.filter((one) => one.proxy === proxy && one.change === 'reload'),
      ends,
    );
  return changes;
}

/** Two may be followed alike by chance. */
const ECHO_LEAST = 3;
/** Old workers get their signal some seconds after the reload, and a message more may pass before an end is seen. */
const ECHO_SLACK_MS = 5_000;

/**
 * Reloads of one proxy, whatever is known of its settings: when most of them were followed by an end after about the same time, and most ends
 * came so, that is the time of its old workers.
 */
function hear(reloads: readonly Changing[], ends: ArrayLike<EpochMs>): void {
  const firsts = reloads.flatMap(({ when, cuts }) => {
    const first = ends[lowerBound(ends, when.toMs)];
    return first === undefined || first > cuts.toMs ? [] : [first - when.toMs];
  });
  if (firsts.length < ECHO_LEAST || firsts.length * 2 <= reloads.length) return;
  const echoMs = median(firsts);
  const alike = firsts.filter((ms) => Math.abs(ms - echoMs) <= ECHO_SLACK_MS).length;
  const echoes = reloads.map(({ when: { toMs } }) => ({ fromMs: toMs + echoMs - ECHO_SLACK_MS, toMs: toMs + echoMs + ECHO_SLACK_MS }));
  const followed = echoes.reduce((sum, { fromMs, toMs }) => sum + lowerBound(ends, toMs) - lowerBound(ends, fromMs), 0);
  if (alike < ECHO_LEAST || alike * 2 <= reloads.length || followed * 2 < ends.length) return;
  for (const [at, reload] of reloads.entries()) reload.echo = echoes[at];
}

/** A balancer takes out one server of one service at a time, and several services at once. */
const takenOut = ({ keys: { service } }: LogEvent): string => `deregister ${service ?? ''}`;

/**
 * ECS stops a task when the balancer's time for it is over: until then its tunnels ran on, and after that there are none. Its records of the
 * stop come within seconds, and one of them has the task's address.
 */
function goneAfter(event: LogEvent, latest: ReadonlyMap<string, Changing>): void {
  if (event.kind !== 'stop-requested' || event.vantage !== 'orchestrator') return;
  const out = latest.get(takenOut(event));
  const { fromMs, toMs } = event.when;
  if (!out || fromMs <= out.when.toMs || fromMs > (out.overMs ?? out.cuts.toMs) + CUT_SLACK_MS) return;
  out.overMs ??= toMs;
  out.cuts = { fromMs: out.cuts.fromMs, toMs: out.overMs + CUT_SLACK_MS };
  const address = event.keys.upstream?.ip;
  if (address !== undefined && !out.targets.includes(address)) out.targets.push(address);
}

/** A worker says that it was told to go: it takes no more connections. */
const isWorkersWord = (event: LogEvent): boolean =>
  event.kind === 'proxy-lifecycle' && event.change === 'drain' && event.keys.pid !== undefined;

function leave(event: LogEvent, change: Changing): void {
  if (!isWorkersWord(event) || event.keys.pid === undefined) return;
  change.old ??= new Set();
  change.old.add(event.keys.pid);
  change.acceptsUntilMs = Math.max(event.when.toMs, change.when.fromMs) + CLOCKS_MS;
}

/** The last of the old workers is gone: after that a reload cuts nothing. */
function follow(event: EventOf<'proxy-lifecycle'>, reload: Changing | undefined): void {
  if (event.change !== 'worker-exit' || event.keys.pid === undefined || !reload?.old?.delete(event.keys.pid) || reload.old.size > 0) return;
  reload.cuts = { fromMs: reload.cuts.fromMs, toMs: Math.min(reload.cuts.toMs, event.when.toMs + CUT_SLACK_MS) };
}

/** The stop whose end the event puts on record: until then the proxy waits for its tunnels, and then it cuts them. */
function endedBy(event: LogEvent, latest: ReadonlyMap<string, Changing>): Changing | undefined {
  if (event.kind !== 'process-ended') return undefined;
  const stop = latest.get(`${proxyIn(event)} stop`);
  return stop && event.when.fromMs - stop.when.toMs < LONGEST_STOP_MS ? stop : undefined;
}

/** Proxy → the longest time (ms) that a configuration among the inputs gives its old workers. */
function drainsIn(events: readonly LogEvent[]): ReadonlyMap<string, DurationMs> {
  const drains = new Map<string, DurationMs>();
  for (const event of events)
    if (event.kind === 'configured-timer' && event.timer === 'drain') drains.set(event.hop, Math.max(event.ms, drains.get(event.hop) ?? 0));
  return drains;
}

/** The proxy whose process the keys name. */
function proxyIn({ keys }: LogEvent): string | undefined {
  const name = nameOfProxy(keys);
  return name && (stem(name).split(/[@.-]/)[0] ?? name);
}

const stopMs = (proxy: string): DurationMs => STOP_CUT_MS + (traitsOf(proxy).stopGraceMs ?? 0);

function changeIn(
  event: LogEvent,
  drains: ReadonlyMap<string, DurationMs>,
): readonly [proxy: string, change: ProxyChange['change'], cutMs: DurationMs] | undefined {
  if (event.kind === 'proxy-lifecycle') {
    const proxy = event.proxy.toLowerCase();
    if (event.change === 'deregister') return [proxy, 'deregister', (drains.get(proxy) ?? DEREGISTER_MS) + DRAIN_SLACK_MS];
    if (event.change === 'reload' && traitsOf(proxy).keepsTunnels) return undefined;
    if (event.change === 'reload' || event.change === 'drain') return [proxy, 'reload', (drains.get(proxy) ?? DRAIN_MS) + DRAIN_SLACK_MS];
    if (event.change === 'stop' || event.change === 'tunnels-cut') return [proxy, 'stop', stopMs(proxy)];
    if (event.change === 'worker-exit' && (event.signal !== undefined || (event.exitCode ?? 0) > 0)) return [proxy, 'worker-death', 5_000];
    return undefined;
  }
  const proxy = proxyIn(event);
  if (!proxy) return undefined;
  if (event.kind === 'stop-requested' && event.how !== 'deploy-tool') return [proxy, 'stop', stopMs(proxy)];
  if (
    event.kind === 'process-ended' &&
    event.by !== 'stop' &&
    event.by !== 'clean' &&
    (event.signal !== undefined || (event.exitCode ?? 0) > 0)
  )
    return [proxy, 'worker-death', 5_000];
  return undefined;
}
