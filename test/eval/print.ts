/** Numbers of an evaluation as plain text. Pure. */
import { type Outcome, restraintOf, type Scores, tally } from './score.ts';

const share = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(3));
const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(2)} s`);

/** Columns as wide as their widest cell; the first and the `text` one are text, the others are right-aligned. */
function table(rows: readonly (readonly (string | number)[])[], text = 0): string {
  const width = (column: number): number => Math.max(...rows.map((row) => String(row[column] ?? '').length));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  const aligned = (cell: string, column: number): string =>
    column === 0 || column === text ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows
    .map((row) =>
      row
        .map((cell, column) => aligned(String(cell), column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const causeTable = (scores: Scores): string =>
  table([
    ['cause', 'closes', 'precision', 'recall', 'F1'],
    ...scores.causes.map(({ cause, truth, precision, recall, f1 }) => [cause, truth, share(precision), share(recall), share(f1)]),
  ]);

function confusionTable({ confusion }: Scores): string {
  const said = [...new Set(Object.values(confusion).flatMap(Object.keys))].sort();
  return table([
    ['truth ↓ said →', ...said],
    ...Object.entries(confusion)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([truth, row]) => [truth, ...said.map((name) => row[name] ?? '·')]),
  ]);
}

const totals = (scores: Scores): string => {
  const { hop, timeErrorMs: time } = scores;
  return [
    `macro-F1 ${share(scores.macroF1)} over ${scores.abnormal} abnormal closes`,
    `missed ${scores.missed}, invented ${scores.inventions}, inferred without a pair but plausible ${scores.excused}`,
    `precision at confirmed ${share(scores.confirmedPrecision)} (${scores.confirmed} verdicts, ${scores.confirmedWrong} wrong)`,
    `unknown ${share(scores.unknownShare)}, calibration error ${share(scores.calibrationError)}`,
    `hop right ${hop.right}, wrong ${hop.wrong}, not named ${hop.unnamed}`,
    `time error: median ${seconds(time.median)}, 90 % ${seconds(time.p90)}, worst ${seconds(time.max)}`,
  ].join('\n');
};

export interface Scored {
  readonly name: string;
  /** What makes it hard, if anything (traits of its truth). */
  readonly hard: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Why there is no report. */
  readonly failure?: string;
}

const saidWrong = (outcomes: readonly Outcome[]): string => {
  const counts = new Map<string, number>();
  for (const [truth, row] of Object.entries(tally(outcomes).confusion))
    for (const [said, count] of Object.entries(row)) if (said !== truth) counts.set(`${truth}→${said}`, count);
  return [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
};

/** One line an incident: closes, share right, what went wrong. */
const incidentTable = (incidents: readonly Scored[]): string =>
  table(
    incidents.map(({ name, outcomes, failure }) => {
      if (failure !== undefined) return [name, 'no report', '', failure];
      const scores = tally(outcomes);
      return [name, `macro-F1 ${share(scores.macroF1)}`, `${scores.abnormal} closes`, saidWrong(outcomes)];
    }),
    3,
  );

const outcomesOf = (incidents: readonly Scored[]): readonly Outcome[] => incidents.flatMap(({ outcomes }) => outcomes);

/** The same numbers for incidents of one kind, a line a kind. */
function hardTable(incidents: readonly Scored[]): string {
  const kinds = [...new Set(incidents.flatMap(({ hard }) => hard))].sort();
  const groups: readonly (readonly [name: string, incidents: readonly Scored[]])[] = [
    ['none of these', incidents.filter(({ hard }) => hard.length === 0)],
    ['any of these', incidents.filter(({ hard }) => hard.length > 0)],
    ...kinds.map((kind) => [kind, incidents.filter(({ hard }) => hard.includes(kind))] as const),
  ];
  return table([
    ['hard for', 'incidents', 'closes', 'macro-F1', 'confirmed', 'wrong', 'unknown'],
    ...groups.map(([name, some]) => {
      const { abnormal, macroF1, confirmed, confirmedWrong, unknownShare } = tally(outcomesOf(some));
      return [name, some.length, abnormal, share(macroF1), confirmed, confirmedWrong, share(unknownShare)];
    }),
  ]);
}

function restraint(incidents: readonly Scored[]): string {
  const { closes, unknown, right, possible, overclaimed } = restraintOf(outcomesOf(incidents));
  return `closes that their logs do not decide (in no number above): ${closes}, of these unknown ${unknown}, right ${right}, wrong as possible ${possible}, wrong as likely or confirmed ${overclaimed}`;
}

export const page = (incidents: readonly Scored[]): string => {
  const scores = tally(outcomesOf(incidents));
  const parts = [incidentTable(incidents), causeTable(scores), confusionTable(scores), hardTable(incidents), totals(scores)];
  return `${[...parts, restraint(incidents)].join('\n\n')}\n`;
};

export interface Degraded {
  readonly group: string;
  readonly runs: number;
  readonly failures: number;
  readonly scores: Scores;
}

export const degradedPage = (groups: readonly Degraded[]): string =>
  `${table([
    ['degraded', 'runs', 'macro-F1', 'confirmed', 'wrong', 'unknown', 'missed', 'invented', 'ECE', 'failed'],
    ...groups.map(({ group, runs, failures, scores }) => [
      group,
      runs,
      share(scores.macroF1),
      scores.confirmed,
      scores.confirmedWrong,
      share(scores.unknownShare),
      scores.missed,
      scores.inventions,
      share(scores.calibrationError),
      failures,
    ]),
  ])}\n`;
