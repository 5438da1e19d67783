/**
 * When a process died whose log does not say so: between its last line and the moment in which its connections ended, or when the grace
 * after its stop was over.
 */
import type { Death } from '../closure.ts';
import { lowerBound } from '../numbers.ts';
import type { DurationMs, EpochMs, EventOf, LogEvent, Span } from '../types.ts';
import { isUndated } from '../undated.ts';
import { isRefusal } from './refusals.ts';

/** What a death cuts, it cuts within this: one-second stamps and clocks included. */
const MOMENT_MS = 1_500;
/** Two may end together by chance. */
const MOMENT_LEAST = 3;
/** In an hour of which nothing else is known three end together for many a reason; five in a moment are one hand's. */
export const HAND_LEAST = 5;
/** What ends so soon after a record is taken for that death's in any case. */
const SOON_MS = 9_000;
/** A death whose record has a stamp is known to this at least. */
const STAMPED_MS = 60_000;
/** Nothing that is dated follows: as wide as the reader makes such a record's time. */
const OPEN_MS = 600_000;

/** The fullest moment of the span, the first of several: it has `least` ends at least. `ends` ascend. */
export function momentIn({ fromMs, toMs }: Span, ends: ArrayLike<EpochMs>, least = MOMENT_LEAST): Span | undefined {
  let best: Span | undefined;
  let most = least - 1;
  const last = lowerBound(ends, toMs);
  for (let at = lowerBound(ends, fromMs); at < last; at++) {
    const first = ends[at] as EpochMs;
    const to = Math.min(last, lowerBound(ends, first + MOMENT_MS));
    if (to - at <= most) continue;
    most = to - at;
    best = { fromMs: first, toMs: ends[to - 1] as EpochMs };
  }
  return best;
}

/** Clients come back at once or with their backoff, and a server that is down is started anew; later other things have happened. */
const DOWN_MS = 30_000;

/** The one moment that cut connections and left nobody listening; undefined = there is none, or several. `refusals` ascend. */
function downIn(ends: ArrayLike<EpochMs>, refusals: readonly EpochMs[]): Span | undefined {
  const last = refusals
    .filter((ms, at) => ms - (refusals[at - 1] ?? Number.NEGATIVE_INFINITY) > DOWN_MS)
    .flatMap((ms): EpochMs[] => {
      const end = ends[lowerBound(ends, ms) - 1];
      return end !== undefined && ms - end <= DOWN_MS ? [end] : [];
    });
  const [toMs, another] = last;
  if (toMs === undefined || another !== undefined) return undefined;
  return { fromMs: ends[lowerBound(ends, toMs - MOMENT_MS)] as EpochMs, toMs };
}

/**
 * A server's last words without a stamp, and no other record of a death: they are of the one moment in which the server went, as those tell who
 * came back and found nobody. The time of a file without any stamp is a guess, and decides nothing; of a log it is between two lines.
 */
function placedByRefusals([death, another]: readonly Death[], ends: ArrayLike<EpochMs>, refusals: readonly EpochMs[]): Death | undefined {
  if (!death || another || !death.sudden || death.relation === 'other') return undefined;
  const until = untilStart(death);
  if (!isUndated(death.when) && (until.toMs - until.fromMs < STAMPED_MS || momentIn(until, ends))) return undefined;
  const when = downIn(ends, refusals);
  if (!when || (!isUndated(death.when) && (when.fromMs < until.fromMs || when.toMs > until.toMs))) return undefined;
  return {
    ...death,
    when,
    relation: 'coincident',
    relationWhy: `it has no stamp, and no other death stands in these logs: this is the moment after which nobody listened`,
  };
}

/** What was said before the next start. */
const untilStart = ({ when: { fromMs, toMs }, restarted }: Death): Span => ({ fromMs, toMs: Math.min(toMs, restarted?.toMs ?? toMs) });

/**
 * The last words of a log's end have no stamp and nothing behind them that has one: they were said after the line above, and before the next
 * start. Without a moment to place them in, the line above is all that is known.
 */
function placedByMoment(death: Death, ends: ArrayLike<EpochMs>): Death {
  const { fromMs, toMs } = death.when;
  if (toMs - fromMs < STAMPED_MS || death.root === 'deploy-restart') return death;
  const moment = momentIn(untilStart(death), ends, isUndated(death.when) ? HAND_LEAST : MOMENT_LEAST);
  // So near, the line above dates it like any other; and between two dated lines its place is known.
  if (moment && (moment.fromMs - fromMs <= SOON_MS || toMs - fromMs < OPEN_MS))
    return { ...death, when: { fromMs: Math.max(fromMs, moment.fromMs - MOMENT_MS), toMs: moment.toMs } };
  if (!moment) return { ...death, when: { fromMs, toMs: fromMs + MOMENT_MS } };
  return {
    ...death,
    when: moment,
    // The ends themselves tell of the moment: that they fall into it proves nothing more.
    ...(death.relation !== 'unknown' && death.relation !== 'other' && { relation: 'coincident' }),
    relationWhy: `${death.relationWhy}; it has no stamp: this is the moment after the line above it in which most connections ended`,
  };
}

/** Supervisors' defaults: docker and supervisord 10 s, Kubernetes, Heroku and ECS 30 s, systemd 90 s. */
const GRACES_MS: readonly DurationMs[] = [10_000, 30_000, 90_000];
/** A supervisor kills some hundred ms after the grace is over; its request may have been logged a second later or earlier than the signal. */
const GRACE_SLACK_MS = 2_500;

/** A stop without a record of the end: where connections break off just when a grace is over, it was killed then. */
function* killedAfterGrace(death: Death, ends: ArrayLike<EpochMs>): Generator<Death> {
  yield death;
  const { stop } = death;
  if (!stop || death.way !== 'asked' || death.events.some(({ kind }) => kind === 'process-ended')) return;
  const upMs = upAgain(death, stop);
  for (const graceMs of gracesOf(stop))
    for (const { when } of signalsOf(death, stop)) {
      if (when.fromMs + graceMs < death.when.toMs + SOON_MS || when.fromMs + graceMs > upMs) continue;
      const due = { fromMs: when.fromMs + graceMs - GRACE_SLACK_MS, toMs: when.toMs + graceMs + GRACE_SLACK_MS };
      const moment = momentIn(due, ends);
      if (!moment) continue;
      yield {
        ...death,
        id: `${death.id}k`,
        when: moment,
        ended: false,
        way: 'forced',
        sudden: true,
        detail: `${death.detail}; killed ${graceMs / 1_000} s later, after its grace period`,
      };
      return;
    }
}

/** When the grace may have begun: at the stop, or, where a tool was told first, when the program says that it got its signal. */
function signalsOf({ events }: Death, stop: EventOf<'stop-requested'>): readonly EventOf<'stop-requested'>[] {
  const got = events.find((event) => event.kind === 'stop-requested' && event.how === 'app-signal');
  return got?.kind === 'stop-requested' && got !== stop ? [stop, got] : [stop];
}

/** When the log in which the stop stands says that the server is up again: nothing is left to be killed. */
const upAgain = ({ events }: Death, stop: EventOf<'stop-requested'>): EpochMs =>
  events.find(
    (event) =>
      event.kind === 'process-started' &&
      event.what === 'banner' &&
      event.origin.source === stop.origin.source &&
      event.when.fromMs >= stop.when.fromMs,
  )?.when.fromMs ?? Number.POSITIVE_INFINITY;

const gracesOf = (stop: EventOf<'stop-requested'>): readonly DurationMs[] => (stop.graceMs === undefined ? GRACES_MS : [stop.graceMs]);

/** `ends`: when connections ended that were not closed clean, ascending. */
export function placedDeaths(deaths: readonly Death[], ends: ArrayLike<EpochMs>, events: readonly LogEvent[]): Death[] {
  const refusals = events.flatMap((event) => (isRefusal(event) && !isUndated(event.when) ? [event.when.fromMs] : []));
  const down = placedByRefusals(deaths, ends, refusals);
  if (down) return [down];
  return deaths.flatMap((death) => [...killedAfterGrace(placedByMoment(death, ends), ends)]);
}
