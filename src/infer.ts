/**
 * Closures that nobody logged: tunnels and open lines of a server that died without writing. A clean neighbour is not swept along, and
 * nothing is inferred where an endpoint's log that names codes simply did not match.
 */
import type { Closure, Death } from './closure.ts';
import { concerns } from './signals.ts';
import type { Unclosed } from './stitch.ts';

/** A process's own exit handlers still write closes for some seconds; an open line is unclosed only after them. */
const TIGHT_MS = 9_000;

/** A closure whose state the deaths settle: a tunnel that ended in its server's death was cut, whoever logged it. */
export function judged(closure: Closure, deaths: readonly Death[], endpointsLog: boolean): Closure {
  if (closure.state !== 'unjudged') return closure;
  if (deaths.some((death) => death.root !== 'deploy-restart' && concerns(death, closure) >= 0.8)) return { ...closure, state: 'abnormal', inferred: true };
  if (endpointsLog) return closure;
  return proxyCutIt(closure) ? { ...closure, state: 'abnormal' } : closure;
}

/** The proxy's own words mean that no close frame can have passed. */
const proxyCutIt = (closure: Closure): boolean =>
  closure.seen.some(
    (event) =>
      (event.kind === 'tunnel-ended' && event.endedBy !== undefined && event.how !== 'fin') ||
      (event.kind === 'proxy-fault' && ['idle-timeout', 'client-timeout', 'upstream-reset', 'client-reset', 'upstream-unreachable', 'tunnel-lost'].includes(event.fault)),
  );

/**
 * One closure for each connection that was open when its server died and that no log closes. `closed` = ids that some closure near a
 * death already has; `closing` = sources that write closes at all.
 */
export function unlogged(unclosed: readonly Unclosed[], deaths: readonly Death[], closed: ReadonlySet<string>, closing: ReadonlySet<string>): Closure[] {
  const mine = deaths.filter((death) => death.relation === 'same' || death.relation === 'probable');
  return unclosed.flatMap(({ opened, id }, number) => {
    if (closed.has(id) || !closing.has(opened.origin.source)) return [];
    const death = mine.find((one) => one.when.toMs >= opened.when.fromMs && (one.restarted === undefined || one.restarted.fromMs >= opened.when.fromMs));
    if (!death || death.root === 'deploy-restart') return [];
    const ended = { fromMs: death.when.fromMs, toMs: Math.min(death.when.toMs, death.when.fromMs + TIGHT_MS) };
    return [
      {
        id: `i${number + 1}`,
        ended,
        lifeMs: Math.max(0, ended.fromMs - opened.when.fromMs),
        keys: opened.keys,
        seen: [opened],
        codes: {},
        inferred: true,
        state: 'abnormal' as const,
      },
    ];
  });
}
