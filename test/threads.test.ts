/**
 * What people met: logs as public threads show them, one case a file in test/threads/, with what the thread found out.
 *
 * A case is front matter, a story, and the logs: each fenced block is a file, named by what stands behind the fence.
 *
 *   thread     where people met this; facts are from there, lines are written anew in the form that the software writes
 *   cause      what an expert would say of most closures on these lines alone; `unknown` = these lines do not tell
 *   at-least   the lowest grade that this verdict deserves here; absent = possible
 *   at-most    the highest; absent = confirmed
 *   hop        which hop ended them; absent = not asked
 *   closures   how many abnormal closures the lines tell of: `12` or `10-12`; absent = not asked
 *   refused    how many upgrades were refused as proxies tell: what only a proxy tells of is an attempt, and no closure; absent = not asked
 *   timeline   how an entry of the report's timeline begins: of what ended a process where no line tells of a connection; absent = not asked
 *   also       other causes that are true of single closures, separated by blanks
 *   unmet      an honest gap: why the tool falls short of the above. Its verdict must still not mislead (never likely or confirmed of
 *              something else), and once the case is met this line has to go
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/index.ts';
import { CAUSES, type CauseName, type ClosureReport, type Grade } from '../src/report.ts';

const folder = new URL('threads/', import.meta.url);
const GRADES: readonly Grade[] = ['unknown', 'possible', 'likely', 'confirmed'];
const FIELDS = ['thread', 'cause', 'at-least', 'at-most', 'hop', 'closures', 'refused', 'timeline', 'also', 'unmet'];

interface Case {
  readonly name: string;
  readonly cause: CauseName;
  readonly atLeast: Grade;
  readonly atMost: Grade;
  readonly hop: string | undefined;
  /** Fewest and most abnormal closures. */
  readonly closures: readonly [number, number] | undefined;
  readonly refused: number | undefined;
  readonly timeline: string | undefined;
  readonly also: readonly CauseName[];
  readonly unmet: string | undefined;
  readonly files: readonly (readonly [name: string, text: string])[];
}

const FENCED = /^```(\S+)\n([\s\S]*?)^```$/gm;

function oneOf<T extends string>(words: readonly T[], word: string): T {
  const found = words.find((one) => one === word);
  if (found === undefined) throw new Error(`"${word}" is none of ${words.join(', ')}`);
  return found;
}

function caseOf(name: string, markdown: string): Case {
  const [, front = '', rest = ''] = markdown.split(/^---\n/m);
  const fields = new Map(front.split('\n').flatMap((line) => (line === '' ? [] : [line.split(/: (.*)/, 2) as [string, string]])));
  for (const field of fields.keys()) oneOf(FIELDS, field);
  if (!/^https:\/\/\S+$/.test(fields.get('thread') ?? '')) throw new Error(`${name} has no thread`);
  const cause = oneOf(CAUSES, fields.get('cause') ?? '');
  const counts = fields.get('closures')?.split('-').map(Number);
  return {
    name,
    cause,
    atLeast: oneOf(GRADES, fields.get('at-least') ?? (cause === 'unknown' ? 'unknown' : 'possible')),
    atMost: oneOf(GRADES, fields.get('at-most') ?? 'confirmed'),
    hop: fields.get('hop'),
    closures: counts && [counts[0] ?? 0, counts.at(-1) ?? 0],
    refused: fields.has('refused') ? Number(fields.get('refused')) : undefined,
    timeline: fields.get('timeline'),
    also: (fields.get('also') ?? '')
      .split(' ')
      .filter(Boolean)
      .map((word) => oneOf(CAUSES, word)),
    unmet: fields.get('unmet'),
    files: [...rest.matchAll(FENCED)].map(([, file = '', text = '']) => [file, text]),
  };
}

const cases = readdirSync(folder)
  .sort()
  .map((file) => caseOf(file.replace(/\.md$/, ''), readFileSync(new URL(file, folder), 'utf8')));

const above = (grade: Grade, other: Grade): boolean => GRADES.indexOf(grade) > GRADES.indexOf(other);

/** What most closures get, with the best grade among the majority of them; no closures = unknown. */
function dominant(closures: readonly ClosureReport[]): { cause: CauseName; grade: Grade; hop: string | null } {
  const most = CAUSES.map((cause) => closures.filter((one) => one.cause === cause)).reduce((a, b) => (b.length > a.length ? b : a));
  const middle = most.toSorted((a, b) => b.confidence - a.confidence)[Math.floor(most.length / 2)];
  return middle ?? { cause: 'unknown', grade: 'unknown', hop: null };
}

/** What a report says of a case. */
interface Told {
  readonly closures: readonly ClosureReport[];
  readonly refused: number;
  readonly headline: string;
  readonly timeline: readonly string[];
}

/** Where the verdicts fall short of the case. */
function shortfalls(one: Case, { closures, refused, headline, timeline }: Told): readonly string[] {
  const { cause, grade, hop } = dominant(closures);
  const [fewest, most] = one.closures ?? [0, Number.POSITIVE_INFINITY];
  const told = `${cause} (${grade}) instead of ${one.cause}`;
  return [
    ...(cause === one.cause ? [] : [told]),
    ...(above(one.atLeast, grade) ? [`${grade}, not even ${one.atLeast}`] : []),
    ...(above(grade, one.atMost) ? [`${grade}, more than ${one.atMost}`] : []),
    ...(one.hop === undefined || one.hop === hop ? [] : [`hop ${hop} instead of ${one.hop}`]),
    ...(closures.length >= fewest && closures.length <= most ? [] : [`${closures.length} closures instead of ${fewest} to ${most}`]),
    ...(one.refused === undefined || one.refused === refused ? [] : [`${refused} refused instead of ${one.refused}`]),
    ...(one.timeline === undefined || timeline.some((what) => what.startsWith(one.timeline ?? ''))
      ? []
      : [`no "${one.timeline}" in the timeline: ${timeline.join('; ')}`]),
    ...(one.timeline === undefined || !headline.startsWith('No WebSocket') ? [] : [headline]),
  ];
}

const rightOf = (one: Case): ReadonlySet<CauseName> => new Set<CauseName>([one.cause, ...one.also, 'unknown']);

const confirmedWrong = (one: Case, closures: readonly ClosureReport[]): readonly string[] =>
  closures
    .filter(({ grade, cause }) => grade === 'confirmed' && !rightOf(one).has(cause))
    .map(({ id, cause }) => `${id} confirmed ${cause}`);

/** What would send somebody the wrong way: `likely` of a wrong cause for most closures, `confirmed` for any. */
function misleading(one: Case, closures: readonly ClosureReport[]): readonly string[] {
  const { cause, grade } = dominant(closures);
  const wrong = above(grade, 'possible') && !rightOf(one).has(cause);
  return [...(wrong ? [`${grade} ${cause}: ${one.name} is ${one.cause}`] : []), ...confirmedWrong(one, closures)];
}

async function toldOf(files: Case['files']): Promise<Told> {
  const logs = mkdtempSync(join(tmpdir(), 'why1006-thread-'));
  try {
    for (const [name, text] of files) writeFileSync(join(logs, name), text);
    const { report, problems, dispose } = await analyze([logs]);
    const closures = [...report.closures];
    dispose();
    expect(problems).toEqual([]);
    const timeline = report.timeline.map(({ what }) => what);
    return { closures, refused: report.summary.handshakesRefused, headline: report.headline, timeline };
  } finally {
    rmSync(logs, { recursive: true });
  }
}

describe('what people met', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    expect(one.files).not.toEqual([]);
    const told = await toldOf(one.files);
    expect(misleading(one, told.closures)).toEqual([]);
    const short = shortfalls(one, told);
    if (one.unmet === undefined) return expect(short).toEqual([]);
    expect(short, `is met now: take "unmet: ${one.unmet}" out`).not.toEqual([]);
  });

  it.each(cases.filter(({ files }) => files.length > 1).map((one) => [one.name, one] as const))(
    '%s: nothing else is confirmed when one of its logs is missing',
    async (_, one) => {
      for (const left of one.files) {
        const { closures } = await toldOf(one.files.filter((file) => file !== left));
        expect(confirmedWrong(one, closures), `without ${left[0]}`).toEqual([]);
      }
    },
  );

  it('has honest gaps, named here', ({ annotate }) =>
    Promise.all(cases.flatMap(({ name, unmet }) => (unmet === undefined ? [] : [annotate(`${name}: ${unmet}`, 'unmet')]))));
});
