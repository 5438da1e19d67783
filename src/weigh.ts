/** One closure and the world → a verdict: signals of each cause, log-odds, a posterior that leaves room for the unknown. */
import {
  type Cause,
  type Closure,
  type Death,
  type Evidence,
  type Fact,
  type FactSignal,
  POINTS,
  type ProxyChange,
  type Signal,
  type Verdict,
  type World,
} from './closure.ts';
import { nearestDeath, workerDeath } from './death-cause.ts';
import { endpointFault } from './endpoint-faults.ts';
import type { BlindSpot, CauseName, Grade, RuledOut } from './report.ts';
import { changesNear, deathsNear } from './signals.ts';
import type { LogEvent } from './types.ts';
import { isUndated } from './undated.ts';

/** Log-odds of causes nobody thought of: one moderate piece of evidence does not outweigh them, one strong does. */
const UNKNOWN_SCORE = 1.5;
/** Further signals of one mechanism are not independent of the first. */
const EXTRA = 0.5;
const EXTRA_LIMIT = 1;
/** Key of incidents of one moment: nothing but that ties their closures. */
export const TOGETHER = 'unknown, together';
/** Just below confirmed: moments that only fit once a zone is guessed confirm nothing. */
const GUESSED_MOST = 0.96;
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

export function weigh(closure: Closure, world: World, causes: readonly Cause[]): Verdict {
  const near = { deaths: deathsNear(world, closure), changes: changesNear(world, closure), facts: world.facts(closure) };
  const [best, ...others] = causes.map((cause) => weighCause(cause, closure, world, near)).sort((a, b) => b.score - a.score);
  if (!best) throw new Error('no cause to weigh');
  const second = others[0] && others[0].score > 0 ? others[0] : undefined;
  const fault = endpointFault(closure, world);
  let odds = Math.exp(Math.max(UNKNOWN_SCORE, fault?.score ?? 0) - best.score);
  for (const { score } of others) if (score > 0) odds += Math.exp(score - best.score);
  // What has no moment is confirmed by nothing that happened in one, and nothing rules out what did.
  const undated = isUndated(closure.ended);
  const most = undated || restsOnUndated(best) || restsOnGuess(best, closure, world) ? GUESSED_MOST : 1;
  const confidence = Math.min(round(1 / (1 + odds)), most);
  const runnerUp =
    second === undefined ? null : { cause: second.cause.name, confidence: round(Math.exp(second.score - best.score) / (1 + odds)) };
  const ruledOut: RuledOut[] = [];
  for (const cause of undated ? [] : causes) {
    const why = cause === best.cause ? undefined : cause.refute(closure, world);
    if (why !== undefined) ruledOut.push({ cause: cause.name, why });
  }
  if (confidence < GRADES.possible || !mayBeNamed(best.cause.name, closure, world)) {
    const own = fault && fault.score >= best.score ? fault : undefined;
    const nearest =
      confidence >= 0.1 && best.score > 0 && !own
        ? { cause: best.cause.name, confidence: Math.min(confidence, GRADES.possible - 0.01) }
        : null;
    return {
      cause: 'unknown',
      detail: own?.detail ?? (nearest ? `most likely ${nearest.cause}, not proven` : 'no evidence for any cause'),
      hop: own?.hop ?? null,
      confidence: nearest?.confidence ?? 0,
      runnerUp: nearest,
      evidence: own?.evidence ?? (best.score > 0 ? best.evidence : []),
      ruledOut,
      ...(own?.remedy && { remedy: own.remedy }),
      wouldDecide: own ? [] : wouldDecide(closure, world),
      incidentKey:
        own?.incidentKey ?? (world.facts(closure).some(({ kind }) => kind === 'burst' || kind === 'client-group') ? TOGETHER : 'unknown'),
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

/** It rests on the moment of what stands in a log whose place in time, against the closure's, was guessed. */
function restsOnGuess({ evidence }: Weighed, { seen }: Closure, { guessed }: World): boolean {
  if (guessed.size === 0) return false;
  const clusters = new Set(seen.map(({ origin }) => guessed.get(origin.source)));
  return evidence.some(({ event, weight }) => event && weight > 0 && [...clusters].some((one) => one !== guessed.get(event.origin.source)));
}

/** The strongest evidence has no stamp: only the ends that it is to explain tell when it was. */
const restsOnUndated = ({ evidence: [strongest] }: Weighed): boolean => strongest?.event !== undefined && isUndated(strongest.event.when);

/** No crash or OOM without a record of a death that is tied to this server. */
function mayBeNamed(cause: CauseName, closure: Closure, world: World): boolean {
  if (cause !== 'crash' && cause !== 'oom') return true;
  if (cause === 'crash' && changesNear(world, closure).some((change) => workerDeath(change, closure))) return true;
  const death = nearestDeath(closure, world, cause);
  return death !== undefined && death.relation !== 'unknown' && death.relation !== 'other';
}

/** What every cause asks of the world around a closure. */
interface Near {
  readonly deaths: readonly Death[];
  readonly changes: readonly ProxyChange[];
  readonly facts: readonly Fact[];
}

function weighCause(cause: Cause, closure: Closure, world: World, near: Near): Weighed {
  const evidence: Evidence[] = [];
  for (const signal of cause.traces)
    for (const event of closure.seen)
      if (event.kind === signal.on) weighSignal(signal as Signal<LogEvent>, event, event, closure, world, evidence);
  if (near.deaths.length > 0)
    for (const signal of cause.deaths)
      for (const death of near.deaths) weighSignal(signal, death, death.events[0], closure, world, evidence);
  if (near.changes.length > 0)
    for (const signal of cause.changes)
      for (const change of near.changes) weighSignal(signal, change, change.events[0], closure, world, evidence);
  for (const signal of cause.facts)
    for (const fact of near.facts) if (isOn(signal, fact)) weighSignal(signal as Signal<Fact>, fact, undefined, closure, world, evidence);
  for (const signal of isUndated(closure.ended) ? [] : cause.around)
    for (const event of world.around(signal.on, closure, signal.window))
      weighSignal(signal as Signal<LogEvent>, event, event, closure, world, evidence);
  // Most causes have none, and a sort costs more than all that was asked of them.
  if (evidence.length > 1) evidence.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return { cause, score: combine(evidence), evidence };
}

const isOn = ({ on }: FactSignal, { kind }: Fact): boolean =>
  on === kind || (on === 'together' && (kind === 'burst' || kind === 'client-group'));

/** Adds what the signal says of the item to the evidence, if it holds. */
function weighSignal<T>(
  signal: Signal<T>,
  item: T,
  event: LogEvent | undefined,
  closure: Closure,
  world: World,
  evidence: Evidence[],
): void {
  const share = signal.holds(item, closure, world);
  if (share <= 0) return;
  const weight = round(POINTS[signal.strength] * share * (signal.speaks === 'for' ? 1 : -1));
  const says = signal.says(item, closure, world);
  evidence.push(event ? { event, says, weight, mechanism: signal.mechanism } : { says, weight, mechanism: signal.mechanism });
}

/** The strongest signal of each mechanism, and a little for the others of its kind. `evidence` begins with the heaviest. */
function combine(evidence: readonly Evidence[]): number {
  const kinds: { readonly mechanism: string; readonly weight: number; others: number }[] = [];
  for (const { mechanism, weight } of evidence) {
    const known = kinds.find((kind) => kind.mechanism === mechanism && kind.weight > 0 === weight > 0);
    if (known) known.others++;
    else kinds.push({ mechanism, weight, others: 0 });
  }
  let score = 0;
  for (const { weight, others } of kinds)
    score += weight + Math.sign(weight) * Math.min(EXTRA_LIMIT, EXTRA * others) * Math.min(1, Math.abs(weight) / POINTS.strong);
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
