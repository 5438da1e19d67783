/**
 * The whole program on one screen:
 * inputs ─extract→ events ─align→ one clock ─order→ timeline ─stitch→ closures ─infer, survey→ world ─weigh→ verdicts ─group, summarize→ Report
 */
import { align, type ClockOptions, viewOf } from './align.ts';
import { AnchorTable } from './anchors.ts';
import { causes } from './causes/index.ts';
import type { Closure, Verdict } from './closure.ts';
import { deathsOf } from './deaths/deaths.ts';
import { merged, readSource } from './event-lines.ts';
import type { Source, Tally } from './extract.ts';
import { closureReport, Grouping } from './group.ts';
import { cutTogether, judged, lostBy, timed, unlogged } from './infer.ts';
import { Numbers } from './numbers.ts';
import { Population } from './population.ts';
import { changesOf } from './proxy-changes.ts';
import type { Shelves } from './record.ts';
import type { ClosureReport, Report } from './report.ts';
import { claimed, isAnonymous, TakenAlong, ToldByClients } from './same-end.ts';
import { Spans } from './spans.ts';
import { type Scratch, Spool } from './spool.ts';
import { Stitcher } from './stitch/stitcher.ts';
import { spanOf, summarize } from './summarize.ts';
import { worldOf } from './survey.ts';
import { Tallied } from './tallied.ts';
import { Timeline } from './timeline.ts';
import { inTurns } from './turns.ts';
import { weigh } from './weigh.ts';

export interface AnalyzeOptions {
  readonly shelves: Shelves;
  readonly clock: Omit<ClockOptions, 'writtenMs'>;
  /** Only closures that ended in here (ms UTC) are judged. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** Events and closures kept in memory before they move to disk. */
  readonly budget: number;
  readonly version: string;
  readonly problems: readonly string[];
  onProgress?(source: string, bytes: number, events: number): void;
}

/** Sources in, Report out. The only place where the stages meet. The report's closures live until `scratch` is disposed. */
export async function analyze(sources: AsyncIterable<Source>, options: AnalyzeOptions, scratch: Scratch): Promise<Report> {
  const timeline = new Timeline(scratch, options.budget / 2);
  const anchors = new AnchorTable();
  const emit = (event: Parameters<Timeline['add']>[0]): void => {
    timeline.add(event);
    anchors.add(event);
  };
  const read: Promise<readonly Tally[]>[] = [];
  for await (const source of sources) {
    const reading = readSource(source, options.shelves, emit, (bytes) => options.onProgress?.(source.name, bytes, timeline.length));
    read.push(reading);
    if (!source.isFollowed) await reading;
  }
  const tallies = merged((await Promise.all(read)).flat());
  const alignment = align(anchors, {
    ...options.clock,
    writtenMs: new Map(tallies.flatMap(({ name, writtenMs }) => (writtenMs === null ? [] : [[name, writtenMs]]))),
  });

  const seen = new Tallied();
  const population = new Population();
  // A closure holds its events and takes about three times as much as one.
  const abnormal = new Spool<Closure>(scratch, options.budget / 6);
  const unjudged = new Spool<Closure>(scratch, options.budget / 6);
  const anonymous = new Spool<Closure>(scratch, options.budget / 6);
  const shelve = (closure: Closure): void => {
    seen.count(closure);
    if (isAnonymous(closure)) {
      anonymous.add(closure);
      return;
    }
    if (closure.state === 'unjudged') unjudged.add(closure);
    else population.add(closure);
    if (closure.state === 'abnormal') abnormal.add(closure);
  };
  const stitcher = new Stitcher(shelve, anchors.sharedClients());
  for await (const events of inTurns(timeline.inOrder(alignment))) {
    for (const event of events) {
      seen.add(event);
      stitcher.add(event);
    }
  }
  const unclosed = stitcher.finish();

  const lostIn = lostBy(unclosed, seen.foreign);
  const ends = Float64Array.from(seen.ends).sort();
  const deaths = deathsOf(seen.world, seen.profile, lostIn, ends);
  const endpointsLog = seen.closing.size > 0;
  const { lost, living } = unlogged(
    unclosed,
    deaths,
    seen.foreign,
    (source) => seen.closers.has(source) && !seen.losesLines(source),
    seen.profile,
  );
  const along = new TakenAlong(lost);
  if (lost.length > 0) for (const closures of [abnormal, unjudged]) for (const closure of closures) along.hear(closure);
  const faults = new Spans(
    seen.world.filter((event) => event.kind === 'network-fault'),
    ({ when }) => when,
  );
  const settled = (closure: Closure): Closure => judged(seen.placed(along.joined(closure)), deaths, endpointsLog, ends, faults);
  const told = new ToldByClients(seen.proxyless);
  for (const closure of unjudged) {
    const one = settled(closure);
    if (!told.take(one)) population.add(one);
  }
  for (const closure of claimed(along.untold, anonymous)) {
    population.add(closure);
    abnormal.add(closure);
  }
  for (const { opened } of living) population.addLiving(opened.when.fromMs, opened.keys.client?.ip);
  population.finish(seen.world.filter((event) => event.kind === 'configured-timer'));
  /** What was not clean, as far as all that is known now tells. */
  function* candidates(): Generator<Closure> {
    for (const closure of abnormal) yield seen.placed(along.joined(closure));
    for (const closure of unjudged) {
      const one = settled(closure);
      if (told.took(one)) continue;
      const isCut = one.state === 'unjudged' && ((!endpointsLog && timed(one, population)) || cutTogether(one, population));
      yield isCut ? { ...one, state: 'abnormal' } : one;
    }
  }

  const coverage = tallies.flatMap((tally) => {
    const span = spanOf(tally, alignment);
    const vantages = tally.vantages.map((one) => viewOf(one, tally.name, alignment));
    return span ? [{ source: tally.name, vantages: new Set(vantages), span }] : [];
  });
  const world = worldOf({
    events: seen.world,
    deaths,
    changes: changesOf(seen.world, ends),
    population,
    profile: seen.profile,
    coverage,
    heartbeats: seen.heartbeats,
    guessed: alignment.guessed,
    showsIdleCuts: seen.showsIdleCuts,
    refusals: seen.namedRefusals,
    connections: seen.foreign,
  });
  const grouping = new Grouping();
  const isAsked = ({ ended }: Closure): boolean => ended.toMs >= options.window.fromMs && ended.fromMs <= options.window.toMs;
  const verdictOf = (closure: Closure): Verdict => weigh(closure, world, causes);
  const groups = new Numbers(Uint32Array);
  for await (const closures of inTurns(candidates())) {
    for (const closure of closures) {
      if (closure.state !== 'abnormal') seen.leave();
      else if (isAsked(closure)) {
        const verdict = verdictOf(closure);
        seen.judge(closure, verdict);
        groups.push(grouping.add(closure, verdict, population.pauseAfter(closure)));
      }
    }
  }
  const { incidents, ids, remedies, inOneWave } = grouping.incidents(seen.facets);
  // Weighed anew when they are asked for: verdicts take more room than the closures that they are about, and most reports show a few.
  const reports = {
    *[Symbol.iterator](): Generator<ClosureReport> {
      let count = 0;
      for (const closure of candidates())
        if (closure.state === 'abnormal' && isAsked(closure))
          yield closureReport(closure, verdictOf(closure), ids[groups.at(count++)] ?? '');
    },
  };
  return summarize({
    version: options.version,
    counts: seen.counts,
    incidents,
    remedies,
    inOneWave,
    closures: reports,
    world,
    events: seen.world,
    storm: seen.refusals.storm,
    population,
    tallies,
    alignment,
    problems: options.problems,
  });
}
