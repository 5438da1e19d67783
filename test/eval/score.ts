/** Scoring of one report against the truth, and the numbers over many. Pure. */
import type { ClosureReport } from '../../src/report.ts';
import type { DurationMs } from '../../src/types.ts';
import type { Truth, TruthClose } from './truth.ts';

/** What scoring reads of a reported closure. */
export type Reported = Pick<
  ClosureReport,
  'id' | 'connection' | 'closedAt' | 'durationMs' | 'inferred' | 'hop' | 'detail' | 'confidence' | 'grade'
> & {
  readonly cause: string;
};

/**
 * `judged`: an abnormal close and what was said of it. `missed`: nobody reported it. `invented`: reported as abnormal, but it was
 * clean (then `truth` is given) or is no connection at all. `excused`: inferred, without a pair by id, where its cause really struck.
 */
export type Outcome =
  | { readonly kind: 'judged'; readonly truth: TruthClose; readonly closure: Reported }
  | { readonly kind: 'missed'; readonly truth: TruthClose }
  | { readonly kind: 'invented'; readonly closure: Reported; readonly truth?: TruthClose }
  | { readonly kind: 'excused'; readonly closure: Reported };

const PAIR_TIME_MS = 2_500;
const PAIR_DURATION_MS = 1_500;
const EXCUSE_MS = 5_000;

/** A side whose record is in the logs saw 1006, and it was no clean close. */
const isAbnormal = (close: TruthClose): boolean => close.cause !== 'clean' && close.sideSeen.some((side) => close.codes[side] === 1006);

/** Whether `said` is a right name for what was done: a runtime's own heap limit may be called a crash or an OOM. */
const isRight = (close: Pick<TruthClose, 'cause' | 'subtype'>, said: string): boolean =>
  said === close.cause || (/heap/.test(close.subtype) && (said === 'crash' || said === 'oom'));

const distanceMs = (close: TruthClose, closure: Reported): DurationMs =>
  Math.min(
    ...[close.closedAt, ...Object.values(close.closedAtBySide)].map((at) => Math.abs(Date.parse(at) - Date.parse(closure.closedAt))),
  );

// A closure of unknown duration is not contradicted by the truth's: it may pair by time alone.
const fits = (close: TruthClose, closure: Reported): boolean =>
  distanceMs(close, closure) <= PAIR_TIME_MS &&
  (closure.durationMs === null || Math.abs(closure.durationMs - close.durationMs) <= PAIR_DURATION_MS);

interface Candidate {
  readonly close: TruthClose;
  readonly closure: Reported;
  readonly byId: boolean;
  readonly distance: DurationMs;
}

interface Pair {
  readonly close: TruthClose;
  readonly byId: boolean;
}

/**
 * One close to one closure: by id first, then the nearest in time; what is left over stays alone. By time an abnormal close goes before
 * a clean one, since a report counts its clean closures without listing them.
 */
function pair(closes: readonly TruthClose[], closures: readonly Reported[]): ReadonlyMap<Reported, Pair> {
  const candidates: Candidate[] = [];
  for (const closure of closures) {
    for (const close of closes) {
      const byId = closure.connection !== null && (closure.connection === close.connId || closure.connection === close.clientId);
      if (byId || fits(close, closure)) candidates.push({ close, closure, byId, distance: distanceMs(close, closure) });
    }
  }
  const rank = ({ byId, close }: Candidate): number => (byId ? 0 : close.cause === 'clean' ? 2 : 1);
  candidates.sort((a, b) => rank(a) - rank(b) || a.distance - b.distance);
  const pairs = new Map<Reported, Pair>();
  const taken = new Set<TruthClose>();
  for (const { close, closure, byId } of candidates) {
    if (pairs.has(closure) || taken.has(close)) continue;
    pairs.set(closure, { close, byId });
    taken.add(close);
  }
  return pairs;
}

const struckNear = (truth: Truth, closure: Reported): boolean =>
  [...truth.closes, ...(truth.unloggedCloses ?? [])].some(
    (close) => isRight(close, closure.cause) && distanceMs(close, closure) <= EXCUSE_MS,
  );

/** Every abnormal close and every closure reported as abnormal, each with what became of it. */
export function compare(truth: Truth, reported: readonly Reported[]): readonly Outcome[] {
  const closures = reported.filter((closure) => closure.cause !== 'clean');
  const unlogged = new Set(truth.unloggedCloses);
  const pairs = pair([...truth.closes, ...unlogged], closures);
  const outcomes: Outcome[] = [];
  for (const closure of closures) {
    const { close, byId = false } = pairs.get(closure) ?? {};
    if (close && (isAbnormal(close) || (unlogged.has(close) && close.cause !== 'clean')))
      outcomes.push({ kind: 'judged', truth: close, closure });
    else if (!byId && closure.inferred && struckNear(truth, closure)) outcomes.push({ kind: 'excused', closure });
    else outcomes.push(close ? { kind: 'invented', closure, truth: close } : { kind: 'invented', closure });
  }
  const found = new Set([...pairs.values()].map(({ close }) => close));
  for (const close of truth.closes) if (isAbnormal(close) && !found.has(close)) outcomes.push({ kind: 'missed', truth: close });
  return outcomes;
}

/**
 * The same where one clock is known to be off by `shiftMs`. Which of two clocks is right stands in no log: a report by the wrong one is
 * as good, and is moved to the right time as a whole.
 */
export function compareShifted(truth: Truth, reported: readonly Reported[], shiftMs: DurationMs): readonly Outcome[] {
  const moved = reported.map((closure) => ({ ...closure, closedAt: new Date(Date.parse(closure.closedAt) - shiftMs).toISOString() }));
  const unpaired = (outcomes: readonly Outcome[]): number => outcomes.filter(({ kind }) => kind !== 'judged').length;
  const [asTold, asMoved] = [compare(truth, reported), compare(truth, moved)];
  return unpaired(asMoved) < unpaired(asTold) ? asMoved : asTold;
}

const PRODUCTS = ['nginx', 'haproxy', 'apache', 'caddy', 'envoy', 'traefik'] as const;
const productOf = (text: string): string | undefined => PRODUCTS.find((name) => text.toLowerCase().includes(name));

/** `right`/`wrong`: the verdict names a product; `unnamed`: it does not say; undefined: the truth names none or the cause is wrong. */
export function hopVerdict(outcome: Outcome): 'right' | 'wrong' | 'unnamed' | undefined {
  if (outcome.kind !== 'judged' || !isRight(outcome.truth, outcome.closure.cause)) return undefined;
  const [by = '', setting] = outcome.truth.subtype.split(':', 2);
  // `nginx-reload`, `ingress-nginx`: the product's, as the verdict's hop is.
  const product = productOf(by);
  if (setting === undefined || product === undefined) return undefined;
  const said = productOf(outcome.closure.hop ?? '') ?? productOf(outcome.closure.detail);
  if (said === undefined) return 'unnamed';
  return said === product ? 'right' : 'wrong';
}

interface CauseScore {
  readonly cause: string;
  readonly truth: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Shares are of 1; NaN = nothing to measure. */
export interface Scores {
  readonly abnormal: number;
  readonly missed: number;
  readonly inventions: number;
  readonly excused: number;
  readonly causes: readonly CauseScore[];
  readonly macroF1: number;
  readonly confirmed: number;
  readonly confirmedWrong: number;
  readonly confirmedPrecision: number;
  readonly unknownShare: number;
  readonly calibrationError: number;
  readonly hop: Readonly<Record<'right' | 'wrong' | 'unnamed', number>>;
  readonly timeErrorMs: { readonly median: DurationMs; readonly p90: DurationMs; readonly max: DurationMs };
  /** truth → said → count; said may be `missed`, truth may be `(clean)` or `(nothing)`. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What the program made of closes that their logs do not decide: `overclaimed` = a wrong cause as likely or confirmed. */
export interface Restraint {
  readonly closes: number;
  readonly unknown: number;
  readonly right: number;
  readonly possible: number;
  readonly overclaimed: number;
}

const isDecided = (outcome: Outcome): boolean => !('truth' in outcome) || outcome.truth?.undecided === undefined;

/** The outcomes that a score may count. */
const decidedOf = (outcomes: readonly Outcome[]): readonly Outcome[] => outcomes.filter(isDecided);

export function restraintOf(outcomes: readonly Outcome[]): Restraint {
  const judged = outcomes.filter((outcome) => outcome.kind === 'judged').filter((outcome) => !isDecided(outcome));
  const wrong = judged.filter(({ truth, closure }) => closure.cause !== 'unknown' && !isRight(truth, closure.cause));
  return {
    closes: outcomes.filter((outcome) => !isDecided(outcome)).length,
    unknown: judged.filter(({ closure }) => closure.cause === 'unknown').length,
    right: judged.filter(({ truth, closure }) => isRight(truth, closure.cause)).length,
    possible: wrong.filter(({ closure }) => closure.grade === 'possible').length,
    overclaimed: wrong.filter(({ closure }) => closure.grade !== 'possible').length,
  };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? Number.NaN : part / whole);
const mean = (values: readonly number[]): number =>
  ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

interface Claim {
  readonly confidence: number;
  readonly confirmed: boolean;
  readonly right: boolean;
}

/** Mean distance between the mean confidence of each tenth and the share that was right, weighted by size. */
export function calibrationError(claims: readonly { readonly confidence: number; readonly right: boolean }[]): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin++) {
    const inside = claims.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin);
    if (inside.length === 0) continue;
    error +=
      Math.abs(mean(inside.map(({ confidence }) => confidence)) - ratio(inside.filter(({ right }) => right).length, inside.length)) *
      inside.length;
  }
  return ratio(error, claims.length);
}

// A verdict of `unknown` claims nothing, so it neither lowers a precision nor enters the calibration.
const claimsOf = (outcomes: readonly Outcome[]): readonly Claim[] =>
  outcomes.flatMap((outcome) => {
    if ((outcome.kind !== 'judged' && outcome.kind !== 'invented') || outcome.closure.cause === 'unknown') return [];
    const right = outcome.kind === 'judged' && isRight(outcome.truth, outcome.closure.cause);
    return [{ confidence: outcome.closure.confidence, confirmed: outcome.closure.grade === 'confirmed', right }];
  });

const truthOf = (outcome: Outcome): string => {
  if (outcome.kind === 'judged' || outcome.kind === 'missed') return outcome.truth.cause;
  return outcome.kind === 'invented' && outcome.truth ? '(clean)' : '(nothing)';
};
/** A right answer by a second name counts under the truth's first. */
const saidOf = (outcome: Outcome): string => {
  if (outcome.kind === 'missed') return 'missed';
  return outcome.kind === 'judged' && isRight(outcome.truth, outcome.closure.cause) ? outcome.truth.cause : outcome.closure.cause;
};

function causeScores(outcomes: readonly Outcome[]): readonly CauseScore[] {
  const present = [...new Set(outcomes.map(truthOf))].filter((cause) => !cause.startsWith('(')).sort();
  return present.map((cause) => {
    const truths = outcomes.filter((outcome) => truthOf(outcome) === cause);
    const hits = truths.filter((outcome) => saidOf(outcome) === cause).length;
    const precision = ratio(hits, outcomes.filter((outcome) => saidOf(outcome) === cause).length);
    const recall = ratio(hits, truths.length);
    return { cause, truth: truths.length, precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
  });
}

/** The numbers over the outcomes of any number of reports, closes that the logs do not decide left out. */
export function tally(every: readonly Outcome[]): Scores {
  const all = decidedOf(every);
  const outcomes = all.filter((outcome) => outcome.kind !== 'excused');
  const judged = outcomes.filter((outcome) => outcome.kind === 'judged');
  const missed = outcomes.filter((outcome) => outcome.kind === 'missed').length;
  const abnormal = judged.length + missed;
  const causes = causeScores(outcomes);
  const claims = claimsOf(outcomes);
  const confirmed = claims.filter((claim) => claim.confirmed);
  const confirmedRight = confirmed.filter((claim) => claim.right).length;
  const hops = outcomes.map(hopVerdict);
  const hopCount = (verdict: string): number => hops.filter((hop) => hop === verdict).length;
  const errors = judged
    .map(({ truth, closure }) => Math.abs(Date.parse(closure.closedAt) - Date.parse(truth.closedAt)))
    .sort((a, b) => a - b);
  const confusion: Record<string, Record<string, number>> = {};
  for (const outcome of outcomes) {
    const row = confusion[truthOf(outcome)] ?? {};
    row[saidOf(outcome)] = (row[saidOf(outcome)] ?? 0) + 1;
    confusion[truthOf(outcome)] = row;
  }
  return {
    abnormal,
    missed,
    inventions: outcomes.filter((outcome) => outcome.kind === 'invented').length,
    excused: all.length - outcomes.length,
    causes,
    macroF1: mean(causes.map(({ f1 }) => f1)),
    confirmed: confirmed.length,
    confirmedWrong: confirmed.length - confirmedRight,
    confirmedPrecision: ratio(confirmedRight, confirmed.length),
    unknownShare: ratio(judged.filter(({ closure }) => closure.cause === 'unknown').length, abnormal),
    calibrationError: calibrationError(claims),
    hop: { right: hopCount('right'), wrong: hopCount('wrong'), unnamed: hopCount('unnamed') },
    timeErrorMs: { median: quantile(errors, 0.5), p90: quantile(errors, 0.9), max: errors.at(-1) ?? Number.NaN },
    confusion,
  };
}
