/**
 * One clock for all sources. Offsets come from what two logs share (anchors.ts), by voting: a pair of clocks agrees on the offset
 * that most of their shared events agree on. Zone-less clocks are moved by whole quarters of an hour, skewed ones by what is measured.
 */

import { anchorOf, isAnchor, type Side, shiftWords } from './align/lone.ts';
import { clientViews, servingGateways } from './align/views.ts';
import { type Edge, edgeOf, isZoneLess, keySharing, RANK } from './align/votes.ts';
import { type AnchorTable, clockKey } from './anchors.ts';
import type { ClockSample } from './clock-sample.ts';
import { type RawEvent, withYearNear } from './record.ts';
import type { ClockReport } from './report.ts';
import { median } from './statistics.ts';
import { zoneNear } from './time.ts';
import type { LogEvent, Span, Vantage } from './types.ts';
import { isUndated } from './undated.ts';
import { localToUtc } from './zone.ts';

export interface ClockOptions {
  /** Zone of zone-less stamps: of all sources, or of those whose name ends with the key. */
  readonly zone?: string;
  readonly zoneOf?: Readonly<Record<string, string>>;
  /** Instant at which the machine of the kernel log booted. */
  readonly bootTimeMs?: number;
  /** When each source was last written (file time), for years and ages as a last resort. */
  readonly writtenMs: ReadonlyMap<string, number>;
}

/** From a source's own clock to UTC. */
export interface Clock {
  /** `line`: where it is written; a local clock that was set back reads twice the same. */
  toUtc(ms: number, line?: number): number;
  readonly errorMs: number;
  readonly report: ClockReport;
}

export interface Alignment {
  readonly clocks: ReadonlyMap<string, Clock>;
  /** Sources that read like a server's log and are what its clients saw. */
  readonly clientViews: ReadonlySet<string>;
  /** Sources that are called a gateway's and are the server's own. */
  readonly serving: ReadonlySet<string>;
  /** Source → the cluster of clocks that it was placed with by a guess: what it says of others' moments is not certain. */
  readonly guessed: ReadonlyMap<string, number>;
  /** Zones that were guessed, or that would fit. */
  readonly zones: readonly ZoneDoubt[];
  /** Clocks that nothing fixes: their events cannot be placed. */
  readonly unplaced: readonly { readonly source: string; readonly missing: 'boot-time' | 'capture-time'; readonly events: number }[];
}

/** Sources without a zone, and where they would lie by a death and what may have followed from it. */
export interface ZoneDoubt {
  readonly sources: readonly string[];
  /** As `--tz` takes it. */
  readonly zone: string;
  readonly says: string;
  readonly taken: boolean;
}

const SKEW_FLOOR_MS = 2_000; // smaller differences are logging delays, not clocks
/** Two stamps of whole seconds agree as far as they tell. */
const STAMPS_WIDTH_MS = 1_000;
/** The error of an offset is never taken to be smaller: logging itself is not instant. */
const MIN_ERROR_MS = 250;

export function align(table: AnchorTable, options: ClockOptions): Alignment {
  table.joinCarriers();
  const samples = [...table.clocks.values()].sort((a, b) => (clockKey(a.source, a.basis) < clockKey(b.source, b.basis) ? -1 : 1));
  const middle = middleOf(samples, options);
  const dated = samples.filter(({ basis }) => basis !== 'daytime').map((sample) => new Node(sample, options, middle));
  const days = dated.flatMap(({ days }) => days);
  const dateless = samples.filter(({ basis }) => basis === 'daytime');
  const near = days.length > 0 ? median(days) : lastDay(dateless, options.writtenMs);
  const nodes = [...dated, ...dateless.map((sample) => new Node(sample, options, near))];
  connect(nodes);
  const zones = settle(nodes);
  const placed = nodes.filter((node) => node.offsetMs !== undefined);
  const clocks = new Map(placed.map((node) => [node.key, node.clock()]));
  const clients = clientViews(placed.map(({ key, sample }) => ({ sample, toUtc: (ms) => clocks.get(key)?.toUtc(ms) ?? ms })));
  return {
    clocks,
    clientViews: clients,
    serving: servingGateways(samples, clients),
    guessed: new Map(placed.flatMap((node) => (node.guess === undefined ? [] : [[node.sample.source, node.guess]]))),
    zones,
    unplaced: nodes
      .filter((node) => node.offsetMs === undefined)
      .map(({ sample }) => ({
        source: sample.source,
        missing: sample.basis === 'boot' ? ('boot-time' as const) : ('capture-time' as const),
        events: sample.events,
      })),
  };
}

/** The event in UTC; undefined when its clock is not placed. */
export function placed(event: RawEvent, alignment: Alignment): LogEvent | undefined {
  const clock = alignment.clocks.get(clockKey(event.origin.source, event.basis));
  if (!clock) return undefined;
  const { basis: _, carried: _carried, ...rest } = event;
  const from = clock.toUtc(event.when.fromMs, event.origin.line);
  const when: Span = { fromMs: from, toMs: from + (event.when.toMs - event.when.fromMs) };
  const vantage = viewOf(event.vantage, event.origin.source, alignment);
  return vantage === event.vantage ? { ...rest, when } : { ...rest, when, vantage };
}

/** Whose view a source gives where it reads like this one's. */
export function viewOf(vantage: Vantage, source: string, { clientViews, serving }: Alignment): Vantage {
  if (vantage === 'server' && clientViews.has(source)) return 'client';
  return vantage === 'gateway' && serving.has(source) ? 'server' : vantage;
}

/** None of its events has a stamp: of all that it tells only its file's time is known. */
const isGuess = ({ minMs, maxMs, widthMs }: ClockSample): boolean => widthMs === 0 && isUndated({ fromMs: minMs, toMs: maxMs });

/** Some instant in the middle of what the dated sources tell, for years. */
function middleOf(samples: readonly ClockSample[], options: ClockOptions): number | undefined {
  const dated = samples
    .filter((sample) => (sample.basis === 'utc' || sample.basis === 'local') && !isGuess(sample))
    .flatMap((sample) => [sample.minMs, sample.maxMs]);
  if (dated.length > 0) return median(dated);
  const written = [...options.writtenMs.values()];
  return written.length > 0 ? Math.max(...written) : undefined;
}

/** What the stamps of a basis lack, besides their zone. */
const MISSING: Readonly<Record<string, string>> = { yearless: 'year', daytime: 'date' };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Times of day from midnight of the log's first line on: it is taken to span less than a day, an hour's disorder allowed. */
function sinceMidnight({ first }: ClockSample): (ms: number) => number {
  const start = (Math.floor((first?.ms ?? 0) / HOUR_MS) - 1) * HOUR_MS;
  return (ms) => (ms < start ? ms + DAY_MS : ms);
}

const middleOfDay = (sample: ClockSample): number => {
  const unwrapped = sinceMidnight(sample);
  return (unwrapped(sample.first?.ms ?? 0) + Math.max(unwrapped(sample.minMs), unwrapped(sample.maxMs))) / 2;
};

/** The date that brings a log without dates nearest to the other sources. */
function dayOf(sample: ClockSample, nearMs: number): (ms: number) => number {
  const unwrapped = sinceMidnight(sample);
  const date = Math.round((nearMs - middleOfDay(sample)) / DAY_MS);
  return (ms) => unwrapped(ms) + date * DAY_MS;
}

/** Where no source has a date: all are of one day, the last on which the latest of them can have ended before its file was written. */
function lastDay(samples: readonly ClockSample[], writtenMs: ReadonlyMap<string, number>): number | undefined {
  const latest = samples.toSorted((a, b) => middleOfDay(b) - middleOfDay(a) || (a.source < b.source ? -1 : 1))[0];
  if (!latest) return undefined;
  const end = Math.max(...[latest.minMs, latest.maxMs].map(sinceMidnight(latest)));
  return middleOfDay(latest) + Math.floor(((writtenMs.get(latest.source) ?? end) - end) / DAY_MS) * DAY_MS;
}

class Node {
  readonly sample: ClockSample;
  readonly key: string;
  readonly edges: { readonly to: Node; readonly vote: Edge }[] = [];
  /** Added to the own clock (after the year is set); undefined = not known. */
  offsetMs: number | undefined;
  errorMs = 0;
  /** The zone was given: it is not voted on. */
  readonly fixedZone: string | undefined;
  how = '';
  /** Its zone, or that of the clock it was placed by, is written, given or found by names. */
  firm = false;
  /** Where its zone lies, as far as it was found: UTC less local. */
  zoneShiftMs: number | undefined;
  /** Cluster whose zone was guessed. */
  guess: number | undefined;
  readonly #near: number | undefined;
  readonly #toMs: (ms: number) => number;

  constructor(sample: ClockSample, options: ClockOptions, near: number | undefined) {
    this.sample = sample;
    this.key = clockKey(sample.source, sample.basis);
    this.#near = near;
    const given =
      Object.entries(options.zoneOf ?? {}).find(([name]) => sample.source === name || sample.source.endsWith(`/${name}`))?.[1] ??
      options.zone;
    this.fixedZone = isZoneLess(sample) ? given : undefined;
    const toUtc = this.fixedZone ? localToUtc(this.fixedZone) : (ms: number): number => ms;
    const written = options.writtenMs.get(sample.source);
    if (sample.basis === 'yearless') {
      const anchor = this.#near ?? written;
      this.#toMs = (ms) => toUtc(anchor === undefined ? ms : withYearNear(ms, anchor));
    } else if (sample.basis === 'daytime') {
      const day = dayOf(sample, this.#near ?? 0);
      this.#toMs = (ms) => toUtc(day(ms));
    } else if (sample.basis === 'ago') {
      this.#toMs = (ms) => (written ?? Number.NaN) - ms;
      if (written !== undefined) {
        this.offsetMs = 0;
        this.errorMs = 60_000;
        this.how = 'ages, counted back from the time the file was written';
      }
    } else {
      this.#toMs = toUtc;
    }
    if (sample.basis === 'boot' && options.bootTimeMs !== undefined) {
      this.offsetMs = options.bootTimeMs;
      this.errorMs = 1_000;
      this.how = 'seconds since boot, boot time given';
      this.firm = true;
    }
  }

  /** In its own clock with the year and a given zone set. */
  own(ms: number): number {
    return this.#toMs(ms);
  }

  /** From when to when it tells, for sources without dates: nothing where it does not know that itself. */
  get days(): readonly number[] {
    const { basis, minMs, maxMs } = this.sample;
    return basis === 'utc' || basis === 'local' || basis === 'yearless' ? [this.own(minMs), this.own(maxMs)] : [];
  }

  get movable(): boolean {
    return this.sample.basis === 'boot' || isZoneLess(this.sample);
  }

  #words(): string {
    const { changed } = this.sample;
    if (changed === undefined || this.fixedZone) return this.how;
    return `${this.how}; set ${changed.ms > 0 ? 'back' : 'forward'} by an hour at line ${changed.line}`;
  }

  clock(): Clock {
    const offset = this.offsetMs ?? 0;
    return {
      toUtc: (ms, line = 0) => this.own(ms + (this.fixedZone ? 0 : this.sample.shiftAt(line))) + offset,
      errorMs: this.errorMs,
      report: { source: this.sample.source, says: this.#words(), offsetMs: Math.round(offset), errorMs: Math.round(this.errorMs) },
    };
  }
}

function connect(nodes: readonly Node[]): void {
  const sharing = keySharing(nodes);
  for (const [at, a] of nodes.entries())
    for (const b of nodes.slice(at + 1)) {
      if (a.sample.basis === 'ago' || b.sample.basis === 'ago') continue;
      const vote = edgeOf(a, b, sharing(a, b));
      if (!vote) continue;
      a.edges.push({ to: b, vote });
      b.edges.push({ to: a, vote: { ...vote, offsetMs: -vote.offsetMs } });
    }
}

const TRUST: Readonly<Record<string, number>> = {
  kernel: 5,
  supervisor: 5,
  edge: 4,
  proxy: 4,
  orchestrator: 4,
  gateway: 2,
  server: 1,
  client: 0,
};
/** Whoever rents a balancer out keeps its clock; of the machines behind it one may be off, and all its logs agree. */
const isKept = ({ sample }: Node): boolean => sample.basis === 'utc' && sample.vantages.has('edge');
const trustOf = (node: Node): number => Math.max(0, ...[...node.sample.vantages].map((vantage) => TRUST[vantage] ?? 0));

/**
 * Offsets for all: a provider's clock is right, or else the one in UTC that most others agree with; the others follow along their strongest
 * edges. Clocks that share nothing keep their own time (UTC), or are read as UTC when they name no zone.
 */
function settle(nodes: readonly Node[]): ZoneDoubt[] {
  // A zone under which the times fit is not one clock more that shows the same.
  const agreeing = (node: Node): number =>
    node.edges.filter(({ vote }) => vote.ground !== 'zone' && Math.abs(vote.offsetMs) < SKEW_FLOOR_MS).length;
  const weight = (node: Node): number =>
    (node.sample.basis === 'utc' ? 1_000 : node.fixedZone ? 500 : 0) + agreeing(node) * 10 + trustOf(node);
  const byWeight = nodes.toSorted((a, b) => Number(isKept(b)) - Number(isKept(a)) || weight(b) - weight(a) || (a.key < b.key ? -1 : 1));
  const doubts: ZoneDoubt[] = [];
  for (const [at, root] of byWeight.entries()) {
    if (root.offsetMs !== undefined && root.sample.basis === 'ago') continue;
    const isNew = root.offsetMs === undefined;
    if (isNew) {
      if (root.sample.basis === 'boot' || root.sample.basis === 'ago') continue;
      root.offsetMs = 0;
      root.how = startingWords(root);
      root.firm = root.sample.basis === 'utc' || root.fixedZone !== undefined;
    }
    const cluster = spread(root);
    const doubt = isNew && !root.firm ? anchor(cluster, nodes, at) : undefined;
    if (doubt) doubts.push(doubt);
  }
  return doubts;
}

/** A cluster of clocks without a zone, which begins with its root, is moved as a whole to where a death lies on what followed from it. */
function anchor(cluster: readonly Node[], nodes: readonly Node[], guess: number): ZoneDoubt | undefined {
  const sides = (some: readonly Node[]): Side[] =>
    some.map((node) => ({ sample: node.sample, toSide: (ms) => node.own(ms) + (node.offsetMs ?? 0) }));
  const known = nodes.filter(({ firm }) => firm);
  const found = anchorOf(sides(cluster), sides(known), new Set(known.flatMap((node) => node.zoneShiftMs ?? [])));
  const [root, ...others] = cluster;
  if (!found || !root) return undefined;
  const sources = [...new Set(cluster.filter(({ movable }) => movable).map(({ sample }) => sample.source))].sort();
  const zone = zoneText(-found.shiftMs);
  const apart = `${found.shiftMs > 0 ? 'before' : 'after'} where it would fit`;
  const doubt = { sources, zone: zone.slice('UTC'.length), says: `${found.says}, exactly ${shiftWords(found.shiftMs)} ${apart}` };
  if (!isAnchor(found)) return { ...doubt, taken: false };
  const missing = MISSING[root.sample.basis];
  root.how = `zone ${zone} by the ${found.says}${missing ? `; ${missing} from the other sources` : ''}`;
  root.offsetMs = found.shiftMs;
  root.errorMs = Math.max(root.errorMs, found.errorMs);
  root.zoneShiftMs = found.shiftMs;
  if (found.isSure) root.firm = true;
  else root.guess = guess;
  // Placed anew behind their root, so that their words name the zone.
  for (const node of others) node.offsetMs = undefined;
  spread(root);
  return found.isSure ? undefined : { ...doubt, taken: true };
}

function startingWords(node: Node): string {
  const missing = MISSING[node.sample.basis];
  const year = missing ? `; ${missing} from the other sources or the file time` : '';
  if (node.sample.basis === 'utc') return 'UTC as written';
  if (node.fixedZone) return `zone ${node.fixedZone} as given${year}`;
  return `no zone written and nothing to compare with: read as UTC (--tz changes it)${year}`;
}

/** One clock is placed by another. */
interface Way {
  readonly from: Node;
  readonly to: Node;
  readonly vote: Edge;
}

const isClients = ({ sample: { vantages } }: Node): boolean => vantages.size === 1 && vantages.has('client');

/** Of ways on one ground those from clients come last: each of their machines keeps its own time. */
function firmer(one: Way, than: Way): boolean {
  const ranks = RANK[one.vote.ground] - RANK[than.vote.ground];
  const clients = Number(isClients(than.from)) - Number(isClients(one.from));
  return (ranks || clients || one.vote.votes - than.vote.votes) > 0;
}

/** A client's machine keeps its own time, and names tell how far that is off: that its times fit a proxy's in some zone is chance. */
const isNamedClient = (node: Node): boolean => isClients(node) && node.edges.some(({ vote }) => vote.ground === 'id');

/** Places all that can be reached, and returns it, the root first. */
function spread(root: Node): readonly Node[] {
  const reached: Node[] = [root];
  for (;;) {
    let best: Way | undefined;
    for (const from of reached)
      for (const { to, vote } of from.edges) {
        const way = { from, to, vote };
        if (to.offsetMs !== undefined || (vote.ground === 'zone' && (isNamedClient(from) || isNamedClient(to)))) continue;
        if (!best || firmer(way, best)) best = way;
      }
    if (!best) return reached;
    place(best.to, best.from, best.vote);
    reached.push(best.to);
  }
}

function place(node: Node, by: Node, vote: Edge): void {
  const { basis } = node.sample;
  const isWritten = vote.ground === 'zone' && !isZoneLess(node.sample);
  const measured = isWritten ? 0 : vote.offsetMs + (by.offsetMs ?? 0);
  const name = by.sample.source;
  const year = MISSING[basis] ? `; ${MISSING[basis]} from the other sources` : '';
  const shared = `${vote.votes} event${vote.votes === 1 ? '' : 's'} shared with ${name}`;
  const words = vote.votes === 0 ? `that which ${name} of the same program writes` : shared;
  const zoneLess = isZoneLess(node.sample) && !node.fixedZone;
  const quarter = zoneLess ? zoneNear(measured) : 0;
  const residual = measured - quarter;
  if (zoneLess) node.zoneShiftMs = quarter;
  node.errorMs = Math.max(MIN_ERROR_MS, vote.spreadMs * 2);
  node.firm = by.firm;
  node.guess = by.guess;
  if (basis === 'boot') {
    node.offsetMs = measured;
    node.how = `seconds since boot; boot at ${new Date(Math.round(measured)).toISOString()} by ${words}`;
    return;
  }
  // Nobody tells of a death before the kernel does: there delays explain nothing.
  const isLate = node.sample.drifts && vote.ground === 'id' && residual < 0;
  const skewed = Math.abs(residual) >= (isLate ? STAMPS_WIDTH_MS : Math.max(SKEW_FLOOR_MS, 3 * vote.spreadMs));
  node.offsetMs = quarter + (skewed ? residual : 0);
  // Two clocks without a zone that agree do not tell which zone.
  const isLone = zoneLess && !by.firm && by.guess === undefined;
  const zone = isLone
    ? `no zone written and none to compare with: read as ${zoneText(-quarter)} by ${words}, which is read as UTC itself (--tz changes both)`
    : zoneLess
      ? `zone ${zoneText(-quarter)} by ${words}`
      : startingWords(node);
  node.how = skewed
    ? `${zone}${year}; clock ${residual > 0 ? 'behind' : 'ahead'} by ${(Math.abs(residual) / 1000).toFixed(1)} s by ${words}`
    : `${zone}${year}`;
}

function zoneText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return ms === 0 ? 'UTC' : `UTC${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
