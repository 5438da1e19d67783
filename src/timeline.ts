/** Raw events of all sources → one timeline in UTC. Sorted in memory, or in runs on disk that are merged by time. */
import { type Alignment, placed } from './align.ts';
import { clockKey } from './anchors.ts';
import type { RawEvent } from './record.ts';
import { type Run, readRun, type Scratch, writeRun } from './spool.ts';
import type { LogEvent } from './types.ts';

/** Year-less stamps run backwards at New Year, times of day at midnight, so the two halves of a year and the hours of a day are clocks of their own here. */
function runKey(event: RawEvent): string {
  const key = clockKey(event.origin.source, event.basis);
  if (event.basis === 'daytime') return `${key} ${Math.floor(event.when.fromMs / 3_600_000)}`;
  return event.basis === 'yearless' ? `${key} ${new Date(event.when.fromMs).getUTCMonth() < 6 ? 1 : 2}` : key;
}

/** A total order, so that ties do not depend on the order of inputs. */
function compare(a: RawEvent | LogEvent, b: RawEvent | LogEvent): number {
  return (
    a.when.fromMs - b.when.fromMs ||
    (a.origin.source < b.origin.source ? -1 : a.origin.source > b.origin.source ? 1 : 0) ||
    a.origin.line - b.origin.line ||
    (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)
  );
}

/** Events that are moved to disk at once when they follow those that are there: few enough to die young in the collector's eyes. */
const LEAST_BATCH = 4_096;

/** A sorted run on disk that may go on. */
interface OpenRun {
  readonly chunks: Run[number][];
  last: RawEvent;
}

export class Timeline {
  readonly #scratch: Scratch;
  readonly #budget: number;
  readonly #runs: Run[] = [];
  /** By `runKey` the latest run. */
  readonly #open = new Map<string, OpenRun>();
  #buffer: RawEvent[] = [];
  #batch: number;
  #count = 0;

  /** Keeps at most `budget` events in memory. */
  constructor(scratch: Scratch, budget: number) {
    this.#scratch = scratch;
    this.#budget = budget;
    this.#batch = budget;
  }

  get length(): number {
    return this.#count;
  }

  add(event: RawEvent): void {
    this.#buffer.push(event);
    this.#count++;
    if (this.#buffer.length >= this.#batch) this.#spill();
  }

  /** Every event whose clock is known, in order of time. */
  *inOrder(alignment: Alignment): Generator<LogEvent> {
    if (this.#runs.length === 0) {
      yield* this.#buffer.flatMap((event) => placed(event, alignment) ?? []).sort(compare);
      return;
    }
    this.#spill();
    yield* merge(this.#runs.map((run) => placedOf(readRun<RawEvent>(this.#scratch, run), alignment)));
  }

  #spill(): void {
    if (this.#buffer.length === 0) return;
    const parts = new Map<string, RawEvent[]>();
    for (const event of this.#buffer) {
      const key = runKey(event);
      const part = parts.get(key);
      if (part) part.push(event);
      else parts.set(key, [event]);
    }
    let followed = true;
    for (const [key, events] of parts) if (!this.#append(key, events.sort(compare))) followed = false;
    // Logs are written in order: small batches go on where the last one ended. Where they do not, there would be too many runs.
    this.#batch = Math.min(this.#budget, followed ? LEAST_BATCH : Math.max(LEAST_BATCH, this.#batch * 2));
    this.#buffer = [];
  }

  /** Writes sorted events behind the latest run of their clock, or as a new run: false. */
  #append(key: string, events: readonly RawEvent[]): boolean {
    const chunks = writeRun(this.#scratch, events);
    const last = events.at(-1) as RawEvent;
    const open = this.#open.get(key);
    if (open && compare(open.last, events[0] as RawEvent) <= 0) {
      open.chunks.push(...chunks);
      open.last = last;
      return true;
    }
    const run = { chunks: [...chunks], last };
    this.#open.set(key, run);
    this.#runs.push(run.chunks);
    return open === undefined;
  }
}

function* placedOf(events: Iterable<RawEvent>, alignment: Alignment): Generator<LogEvent> {
  for (const event of events) {
    const found = placed(event, alignment);
    if (found) yield found;
  }
}

/** k sorted sequences → one, by a binary heap; events that compare alike come in the order of their sequences. */
function* merge(sequences: readonly Generator<LogEvent>[]): Generator<LogEvent> {
  interface Head {
    event: LogEvent;
    readonly from: Generator<LogEvent>;
    readonly rank: number;
  }
  const heap: Head[] = [];
  const head = (at: number): Head => heap[at] as Head;
  const less = (a: number, b: number): boolean => (compare(head(a).event, head(b).event) || head(a).rank - head(b).rank) < 0;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [head(b), head(a)];
  };
  const sink = (start: number): void => {
    for (let at = start; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && less(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  for (const [rank, from] of sequences.entries()) {
    const next = from.next();
    if (!next.done) heap.push({ event: next.value, from, rank });
  }
  for (let at = heap.length >> 1; at >= 0; at--) sink(at);
  while (heap[0]) {
    const top = heap[0];
    yield top.event;
    const next = top.from.next();
    if (next.done) {
      const last = heap.pop();
      if (last && heap.length > 0) heap[0] = last;
    } else top.event = next.value;
    sink(0);
  }
}
