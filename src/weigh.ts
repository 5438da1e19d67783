/** One closure and the world → a verdict: signals of each cause, log-odds, a posterior that leaves room for the unknown. */
import { type Cause, type Closure, type Evidence, POINTS, type Signal, type Verdict, type World } from './closure.ts';
import { nearestDeath, workerDeath } from './death-cause.ts';
import type { BlindSpot, CauseName, Grade, RuledOut } from './report.ts';
import { changesNear, deathsNear } from './signals.ts';
import type { LogEvent } from './types.ts';

/** Log-odds of causes nobody thought of: one moderate piece of evidence does not outweigh them, one strong does. */
const UNKNOWN_SCORE = 1.5;
/** Further signals of one mechanism are not independent of the first. */
const EXTRA = 0.5;
const EXTRA_LIMIT = 1;
/** Key of incidents of one moment: nothing but that ties their closures. */
export const TOGETHER = 'unknown, together';
const GRADES = { confirmed: 0.97, likely: 0.8, possible: 0.5 } as const;

export function gradeOf({ cause, confidence }: Pick<Verdict, 'cause' | 'confidence'>): Grade {
  if (cause === 'unknown') return 'unknown';
  if (confidence >= GRADES.confirmed) return 'confirmed';
  if (confidence >= GRADES.likely) return 'likely';
  return confidence >= GRADES.possible ? 'possible' : 'unknown';
}

interface Weighed {
  readonly cause: Cause;
  readonly score: number;
  readonly evidence: readonly Evidence[];
}

/** Codes that an endpoint sends and the other may not get: it was still writing, or the path broke off first. */
const SENT: Readonly<Record<number, string>> = {
  1002: 'protocol error',
  1003: 'data that it does not take',
  1007: 'a payload that is not what it says',
  1008: 'its policy',
  1009: 'a message that was too big',
  1011: 'an internal error',
};

/** One side closed with a code and the other saw 1006. */
function toldOtherSide({ codes }: Closure): string | undefined {
  for (const [side, code] of Object.entries(codes)) {
    const why = SENT[code];
    if (why !== undefined) return `the ${side} closed it with ${code} for ${why}; the other side did not get that frame`;
  }
  return undefined;
}

export function weigh(closure: Closure, world: World, causes: readonly Cause[]): Verdict {
  const weighed = causes.map((cause) => weighCause(cause, closure, world)).sort((a, b) => b.score - a.score);
  const [best, second] = weighed as [Weighed, Weighed];
  const others = weighed.slice(1).filter((one) => one.score > 0);
  const odds = Math.exp(UNKNOWN_SCORE - best.score) + others.reduce((sum, one) => sum + Math.exp(one.score - best.score), 0);
  const confidence = round(1 / (1 + odds));
  const runnerUp =
    second.score > 0 ? { cause: second.cause.name, confidence: round(Math.exp(second.score - best.score) / (1 + odds)) } : null;
  const ruledOut = causes.flatMap((cause): RuledOut[] => {
    const why = cause === best.cause ? undefined : cause.refute(closure, world);
    return why === undefined ? [] : [{ cause: cause.name, why }];
  });
  if (confidence < GRADES.possible || !mayBeNamed(best.cause.name, closure, world)) {
    const nearest =
      confidence >= 0.1 && best.score > 0 ? { cause: best.cause.name, confidence: Math.min(confidence, GRADES.possible - 0.01) } : null;
    return {
      cause: 'unknown',
      detail: nearest ? `most likely ${nearest.cause}, not proven` : (toldOtherSide(closure) ?? 'no evidence for any cause'),
      hop: null,
      confidence: nearest?.confidence ?? 0,
      runnerUp: nearest,
      evidence: best.score > 0 ? best.evidence : [],
      ruledOut,
      wouldDecide: wouldDecide(closure, world),
      incidentKey: world.facts(closure).some(({ kind }) => kind === 'burst' || kind === 'client-group') ? TOGETHER : 'unknown',
    };
  }
  return {
    cause: best.cause.name,
    ...best.cause.explain(closure, world, best.evidence),
    confidence,
    runnerUp,
    evidence: best.evidence,
    ruledOut,
    wouldDecide: confidence < GRADES.confirmed ? wouldDecide(closure, world) : [],
  };
}

/** No crash or OOM without a record of a death that is tied to this server. */
function mayBeNamed(cause: CauseName, closure: Closure, world: World): boolean {
  if (cause !== 'crash' && cause !== 'oom') return true;
  if (cause === 'crash' && changesNear(world, closure).some((change) => workerDeath(change, closure))) return true;
  const death = nearestDeath(closure, world, cause);
  return death !== undefined && death.relation !== 'unknown' && death.relation !== 'other';
}

function weighCause(cause: Cause, closure: Closure, world: World): Weighed {
  const evidence: Evidence[] = [];
  const weighSignal = <T>(signal: Signal<T>, item: T, event: LogEvent | undefined): void => {
    const share = signal.holds(item, closure, world);
    if (share <= 0) return;
    const weight = POINTS[signal.strength] * share * (signal.speaks === 'for' ? 1 : -1);
    evidence.push({ ...(event && { event }), says: signal.says(item, closure, world), weight: round(weight), mechanism: signal.mechanism });
  };
  for (const signal of cause.traces)
    for (const event of closure.seen) if (event.kind === signal.on) weighSignal(signal as Signal<LogEvent>, event, event);
  for (const signal of cause.deaths) for (const death of deathsNear(world, closure)) weighSignal(signal, death, death.events[0]);
  for (const signal of cause.changes) for (const change of changesNear(world, closure)) weighSignal(signal, change, change.events[0]);
  for (const signal of cause.facts) for (const fact of world.facts(closure)) weighSignal(signal, fact, undefined);
  for (const signal of cause.around)
    for (const event of world.between(signal.on, closure.ended.fromMs - signal.window.beforeMs, closure.ended.toMs + signal.window.afterMs))
      weighSignal(signal as Signal<LogEvent>, event, event);
  return { cause, score: combine(evidence), evidence: evidence.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)) };
}

/** The strongest signal of each mechanism, and a little for the others of its kind. */
function combine(evidence: readonly Evidence[]): number {
  const mechanisms = new Map<string, number[]>();
  for (const { mechanism, weight } of evidence) {
    const key = `${mechanism} ${weight > 0}`;
    const weights = mechanisms.get(key);
    if (weights) weights.push(weight);
    else mechanisms.set(key, [weight]);
  }
  let score = 0;
  for (const weights of mechanisms.values()) {
    const strongest = weights.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    score +=
      strongest +
      Math.sign(strongest) * Math.min(EXTRA_LIMIT, EXTRA * (weights.length - 1)) * Math.min(1, Math.abs(strongest) / POINTS.strong);
  }
  return score;
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Logs that would settle a closure which the given ones leave open. */
function wouldDecide(closure: Closure, world: World): BlindSpot[] {
  const spots: BlindSpot[] = [];
  const proxied = closure.seen.some((event) => event.kind === 'tunnel-ended');
  if (!proxied && !world.covers('proxy', closure.ended.fromMs) && !world.covers('edge', closure.ended.fromMs))
    spots.push({
      what: 'no proxy or load-balancer log covers this end',
      collect: 'the access and error log of every hop in front of the server, e.g. `/var/log/nginx/*.log`, `journalctl -u haproxy -o json`',
    });
  if (!world.covers('supervisor', closure.ended.fromMs))
    spots.push({
      what: 'no supervisor log covers this end',
      collect: '`journalctl -o json --since … --until …` of the server, or `kubectl get events -o json` and `kubectl get pod -o json`',
    });
  if (!world.covers('kernel', closure.ended.fromMs))
    spots.push({
      what: 'no kernel log covers this end',
      collect: '`journalctl -k -o json` or `dmesg --time-format=iso` of the server and of the proxy host',
    });
  if (!closure.seen.some((event) => event.kind === 'socket-closed' && event.vantage === 'server'))
    spots.push({
      what: 'the server did not log this end',
      collect: "the server's log with code, reason, duration, last activity and connection id of each close",
    });
  return spots;
}
