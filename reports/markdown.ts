/** The post-mortem in GitHub-flavoured markdown: the verdict first, then what it rests on, then what to do. */
import type { CauseName, Renderer, Report, SourceReport } from '../src/report.ts';
import { blindSpot, incidents, quote } from './markdown/incidents.ts';
import { cell, codeBlock, marked, prose } from './markdown/text.ts';
import { type Clock, clockOf, count, dayOf, duration, grouped, probability, ranges, share, span } from './markdown/words.ts';

/** Inputs, clocks and problems listed one by one; a report on thousands of files counts the others. */
const LISTED = 50;
const FORMATS_NAMED = 4;

export const markdown: Renderer = {
  name: 'markdown',
  extensions: ['.md', '.markdown'],
  about: 'post-mortem in GitHub-flavoured markdown',
  *render(report) {
    for (const part of [verdict, impact, causes, timeline, incidents, decoys, patterns, fixes, checklist, blindSpots, sources, clocks]) {
      const text = part(report);
      if (text !== '') yield `${text}\n\n`;
    }
    yield `${footer(report)}\n`;
  },
};

const verdict = (report: Report): string => `# WebSocket 1006 post-mortem\n\n**${prose(report.headline, 800)}**`;

function impact(report: Report): string {
  const { summary, window } = report;
  const ended = summary.closures + summary.cleanClosures + summary.unjudgedClosures;
  const lines = [
    `${grouped(summary.closures)} of ${count(ended, 'connection')} that ended closed abnormally (1006: no close frame), ${grouped(summary.cleanClosures)} closed cleanly.`,
    summary.inferred > 0 &&
      `${grouped(summary.inferred)} of them are inferred: no log records their end, but the server that held them died.`,
    summary.unjudgedClosures > 0 && `${count(summary.unjudgedClosures, 'connection')} ended in a way that no log tells.`,
    summary.handshakesRefused > 0 && `${count(summary.handshakesRefused, 'attempt')} to connect refused before the upgrade (no 101).`,
    window && `${prose(window.from.slice(0, 10))}, ${span(window.from, window.to, clockOf(report))} UTC${lasted(window)}.`,
    summary.closures > 0 && `Verdicts: ${grades(report)}.`,
  ];
  return `## Impact\n\n${lines.flatMap((line) => (line ? [`- ${line}`] : [])).join('\n')}`;
}

function lasted({ from, to }: NonNullable<Report['window']>): string {
  const ms = Date.parse(to) - Date.parse(from);
  return ms > 0 ? ` (${duration(ms)})` : '';
}

const grades = ({ summary }: Report): string =>
  (['confirmed', 'likely', 'possible', 'unknown'] as const)
    .flatMap((grade) => (summary.grades[grade] ? [`${grouped(summary.grades[grade])} ${grade}`] : []))
    .join(', ');

const MEANING: Readonly<Record<CauseName, string>> = {
  'proxy-timeout': 'a proxy or load balancer cut it by a timer',
  crash: 'the server process died',
  oom: 'memory ran out and took the server',
  network: 'the path between the two ends was lost',
  'deploy-restart': 'a stop, restart or reload on purpose',
  'client-abort': 'the client went away without a close frame',
  'handshake-failure': 'it never opened: no 101 came',
  unknown: 'these logs do not tell',
};

function causes(report: Report): string {
  const total = report.summary.closures;
  if (total === 0) return '';
  const rows = (Object.entries(report.summary.causes) as [CauseName, number][])
    .sort((a, b) => b[1] - a[1])
    .map(([cause, closures]) => {
      const mine = report.incidents.filter((incident) => incident.cause === cause);
      const sure = mine.reduce((sum, incident) => sum + incident.confidence * incident.closures, 0) / closures;
      return `| ${cause} | ${MEANING[cause]} | ${grouped(closures)} | ${share(closures, total)} | ${cause === 'unknown' ? '' : probability(sure)} | ${cell(ranges(mine.map((incident) => incident.id)))} |`;
    });
  return `## Causes\n\n| cause | meaning | closures | share | confidence | incidents |\n|---|---|--:|--:|--:|---|\n${rows.join('\n')}`;
}

function timeline(report: Report): string {
  if (report.timeline.length === 0) return '';
  const clock = clockOf(report);
  const rows = report.timeline.map(({ at, what, source, line, times }) => {
    const place = line > 0 ? cell(`${source}:${line}`) : '';
    return `| ${clock(at)} | ${cell(what, 200)}${times === undefined ? '' : ` (${times} times)`} | ${place} |`;
  });
  return `## Timeline\n\n| ${dayOf(report) ? `UTC, ${dayOf(report)}` : 'UTC'} | what | where |\n|---|---|---|\n${rows.join('\n')}`;
}

const decoys = (report: Report): string =>
  report.decoys.length === 0
    ? ''
    : `## Loud, but not the cause\n\n${report.decoys.flatMap((one) => [`- ${prose(one.says)}`, ...quote(one)]).join('\n')}`;

const patterns = (report: Report): string =>
  report.patterns.length === 0 ? '' : `## Patterns\n\n${report.patterns.map((one) => `- ${prose(one)}`).join('\n')}`;

function fixes(report: Report): string {
  if (report.fixes.length === 0) return '';
  const parts = report.fixes.map(({ title, text, code }) =>
    [`### ${prose(title)}`, marked(text, 2_000), ...(code ? [codeBlock(code.text, code.language)] : [])].join('\n\n'),
  );
  return ['## What to change', ...parts].join('\n\n');
}

function checklist(report: Report): string {
  const states = { seen: '', 'not-seen': 'not seen; ', 'cannot-be-seen': 'cannot be seen in these logs; ' };
  const items = report.checklist.map(
    ({ item, state, note }) => `- [${state === 'seen' ? 'x' : ' '}] ${prose(item)}: ${states[state]}${prose(note)}`,
  );
  return items.length === 0 ? '' : `## Prevention\n\n${items.join('\n')}`;
}

const blindSpots = (report: Report): string =>
  report.blindSpots.length === 0 ? '' : `## Blind spots\n\n${report.blindSpots.map(blindSpot).join('\n')}`;

function sources(report: Report): string {
  if (report.sources.length === 0) return '';
  const clock = clockOf(report);
  const rows = report.sources.slice(0, LISTED).map((source) => sourceRow(source, clock));
  const inside = report.sources.flatMap(({ name, problems }) =>
    problems.map((problem) => (problem.startsWith(name) ? problem : `${name}: ${problem}`)),
  );
  const problems = listed([...report.problems, ...inside].map((problem) => `- ${prose(problem)}`));
  return [
    '## Inputs',
    `| source | read as (records) | lines | of interest | events | not read | covers (UTC) |\n|---|---|--:|--:|--:|--:|---|\n${rows.join('\n')}`,
    ...(report.sources.length > LISTED ? [`… and ${count(report.sources.length - LISTED, 'further source')}.`] : []),
    '*Of interest*: lines with a word that some format looks for; *not read*: those of them that no format knows; *events*: facts drawn from the others.',
    ...(problems.length > 0 ? [problems.join('\n')] : []),
    ...untold(report),
  ].join('\n\n');
}

/** What no format made a closure of although it holds 1006: the reader has to know, and may teach it. */
function untold({ sources: inputs }: Report): readonly string[] {
  const some = inputs.filter((source) => source.untold > 0);
  if (some.length === 0) return [];
  const lines = some
    .slice(0, LISTED)
    .flatMap((source) => [
      `- ${prose(source.name)}: ${count(source.untold, 'line')} with 1006 that gave no closure`,
      ...source.untoldLines.flatMap(({ line, text }) => quote({ source: source.name, line, text })),
    ]);
  return [
    [
      '1006 stands in these lines as a close code would, and no format reads them as a closure. Describe them in a format of your own (`--formats FILE`; `why1006 formats test FILE` tries its samples):',
      '',
      ...lines,
    ].join('\n'),
  ];
}

function sourceRow(source: SourceReport, clock: Clock): string {
  const formats = Object.entries(source.formats).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const named = formats.slice(0, FORMATS_NAMED).map(([name, records]) => `${name} ${grouped(records)}`);
  const more = formats.length > FORMATS_NAMED ? [`${formats.length - FORMATS_NAMED} more`] : [];
  const unread = source.unread > 0 ? `${grouped(source.unread)} (first: line ${source.firstUnreadLine})` : '0';
  const covers = source.from && source.to ? span(source.from, source.to, clock) : '';
  return `| ${cell(source.name)} | ${cell([...named, ...more].join(', '))} | ${grouped(source.lines)} | ${grouped(source.candidates)} | ${grouped(source.events)} | ${unread} | ${covers} |`;
}

function clocks(report: Report): string {
  if (report.clocks.length === 0) return '';
  const lines = report.clocks.map(
    ({ source, says, errorMs }) => `- ${prose(source)}: ${prose(says)}${errorMs > 0 ? ` (± ${duration(errorMs)})` : ''}`,
  );
  return `## Clocks\n\n${listed(lines).join('\n')}`;
}

const listed = (lines: readonly string[]): readonly string[] =>
  lines.length > LISTED ? [...lines.slice(0, LISTED), `- … and ${lines.length - LISTED} more`] : lines;

const footer = (report: Report): string =>
  `---\nwhy1006 ${prose(report.tool.version)} · all times UTC · confidence is a probability: confirmed from 0.97, likely from 0.80, possible from 0.50 · \`--format json\` lists every closure`;
