/** Reports of any shape that the types allow, with hostile text wherever the contract takes text. */
import fc from 'fast-check';
import {
  type BlindSpot,
  CAUSES,
  type ClosureReport,
  type EvidenceReport,
  type Fix,
  type IncidentReport,
  type Report,
  type RuledOut,
} from '../../src/report.ts';

/** What markdown, HTML, terminals and GitHub would act on. */
const LIVE = [
  '[a](http://evil.example)',
  '![a](http://evil.example/x.png)',
  '[a][b]',
  '[b]: http://evil.example',
  '[^1]',
  '[^1]: note',
  '<http://evil.example>',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<!-- gone',
  '</details>',
  'https://evil.example/a?b=c|d',
  'www.evil.example',
  'who@evil.example',
  'mailto:who@evil.example',
  'xmpp:who@evil.example',
  '@somebody',
  'owner/repository#1',
  'GH-1',
  '$x^2$',
  '`code`',
  '``',
  '```js',
  '~~~',
  '~~gone~~',
  '**bold**',
  '__bold__',
  '*',
  '_a_',
  'a_b_c',
  '# title',
  '## title ##',
  '> quote',
  '- item',
  '+ item',
  '1. item',
  '1) item',
  '- [x] done',
  '[ ] open',
  '| cell | cell |',
  '|---|---|',
  'a\\|b',
  '\\',
  '\\\\|',
  '---',
  '===',
  '    indented',
  '&lt;b&gt;',
  '&#60;b&#62;',
  '&copy',
  '\n',
  '\r\n\r\n',
  '\n\n# title\n\n',
  '\n```\n',
  '\n| a | b |\n|---|---|\n',
  '\t',
  '\u001b[31m',
  '\u001b]8;;http://evil.example\u0007',
  '\u009b31m',
  '\u0000',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u2028',
  '\ud800',
  '\u{e0001}',
  ' ',
  'word',
  '😀',
] as const;

export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LIVE) }, { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) }),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => parts.join(''));

const iso = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 3) }).map((ms) => new Date(ms).toISOString());
const cause = fc.constantFrom(...CAUSES);
const grade = fc.constantFrom('confirmed' as const, 'likely' as const, 'possible' as const, 'unknown' as const);
const confidence = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000);
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 3 });
const line = fc.nat(9);
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });

/** `text` = what stands in every field of free text; names of formats are the user's own words, not a log's. */
export function reportWith(text: fc.Arbitrary<string>, formatName = text): fc.Arbitrary<Report> {
  const evidence: fc.Arbitrary<EvidenceReport> = fc.record({
    source: text,
    line,
    text,
    says: text,
    weight: fc.constantFrom(6, 3.6, 1.5, 0.5, 0, -1.5),
  });
  const ruledOut: fc.Arbitrary<RuledOut> = fc.record({ cause, why: text });
  const blindSpot: fc.Arbitrary<BlindSpot> = fc.record({ what: text, collect: text });
  const fix: fc.Arbitrary<Fix> = fc.oneof(
    fc.record({ title: text, text }),
    fc.record({ title: text, text, code: fc.record({ language: text, text }) }),
  );
  const incident = (place: number): fc.Arbitrary<IncidentReport> =>
    fc.record({
      id: fc.constant(`i${place + 1}`),
      cause,
      detail: text,
      hop: orNull(text),
      from: iso,
      to: iso,
      closures: fc.integer({ min: 1, max: 2_000 }),
      inferred: fc.nat(3),
      confidence,
      grade,
      representatives: few(text),
      clients: orNull(fc.integer({ min: 1, max: 9 })),
      evidence: few(evidence),
      ruledOut: few(ruledOut),
      wouldDecide: few(blindSpot),
      root: orNull(fc.constant('i1')),
      notes: few(text),
    });
  const closure: fc.Arbitrary<ClosureReport> = fc.record({
    id: text,
    connection: orNull(text),
    openedAt: orNull(iso),
    closedAt: iso,
    durationMs: orNull(fc.nat()),
    codes: fc.record({ client: fc.constant(1006), server: fc.constant(1006), gateway: fc.constant(1001) }, { requiredKeys: [] }),
    inferred: fc.boolean(),
    cause,
    detail: text,
    hop: orNull(text),
    confidence,
    grade,
    runnerUp: orNull(fc.record({ cause, confidence })),
    firstSeenBy: orNull(text),
    incident: text,
    evidence: few(evidence),
    ruledOut: few(ruledOut),
    wouldDecide: few(blindSpot),
  });
  return fc.record({
    schema: fc.constant(1 as const),
    tool: fc.record({ name: fc.constant('why1006' as const), version: text }),
    window: orNull(fc.record({ from: iso, to: iso })),
    summary: fc.record({
      closures: fc.nat(2_000),
      inferred: fc.nat(3),
      cleanClosures: fc.nat(3),
      unjudgedClosures: fc.nat(3),
      handshakesRefused: fc.nat(3),
      causes: fc.dictionary(cause, fc.integer({ min: 1, max: 9 })),
      grades: fc.dictionary(grade, fc.integer({ min: 1, max: 9 })),
    }),
    headline: text,
    incidents: fc.nat(14).chain((length) => fc.tuple(...Array.from({ length }, (_, place) => incident(place)))),
    timeline: few(
      fc.record(
        { at: iso, what: text, source: text, line, times: fc.integer({ min: 2, max: 60 }) },
        { requiredKeys: ['at', 'what', 'source', 'line'] },
      ),
    ),
    decoys: few(evidence),
    patterns: few(text),
    fixes: few(fix),
    checklist: few(
      fc.record({ item: text, state: fc.constantFrom('seen' as const, 'not-seen' as const, 'cannot-be-seen' as const), note: text }),
    ),
    blindSpots: few(blindSpot),
    sources: few(
      fc.record({
        name: text,
        formats: fc.dictionary(formatName, line, { maxKeys: 6 }),
        bytes: fc.nat(),
        lines: fc.nat(),
        candidates: fc.nat(),
        events: fc.nat(),
        unread: line,
        firstUnreadLine: line,
        untold: line,
        untoldLines: few(fc.record({ line: fc.integer({ min: 1, max: 1_000_000 }), text })),
        from: orNull(iso),
        to: orNull(iso),
        problems: few(text),
      }),
    ),
    clocks: few(fc.record({ source: text, says: text, offsetMs: fc.integer(), errorMs: fc.nat() })),
    problems: few(text),
    closures: few(closure),
  });
}

/** A copy in which every piece of free text is replaced: the same report without anything hostile. */
export function withText(report: Report, replaced: (text: string) => string): Report {
  const kept = new Set(['schema', 'name', 'cause', 'state', 'grade', 'id', 'root', 'from', 'to', 'at', 'openedAt', 'closedAt', 'weight']);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return kept.has(key) && value !== '' && key !== 'name' ? value : replaced(value);
    if (Array.isArray(value)) return value.map((one) => walk(one, key));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    if (key === 'formats') return Object.fromEntries(entries.map(([name, n], place) => [`${place}${replaced(name)}`, n]));
    return Object.fromEntries(entries.map(([name, one]) => [name, walk(one, name)]));
  };
  return walk({ ...report, closures: [...report.closures] }, '') as Report;
}
