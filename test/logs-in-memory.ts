/** Logs as texts instead of files: for laws that change them, cut them or leave them out. */
import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { extractLines } from '../src/event-lines.ts';
import type { Source } from '../src/extract.ts';
import { BytesReader } from '../src/open/bytes.ts';
import type { ClosureReport, Report } from '../src/report.ts';
import { analyze } from '../src/run.ts';
import { Scratch } from '../src/spool.ts';
import type { Logs } from './eval/degrade.ts';
import { samplePath } from './sample-folders.ts';

export const shelves = { parsers, envelopes };

/** Latin-1, so that no byte is lost on the way through a string. */
export const logsOf = (sample: string): Logs =>
  Object.fromEntries(
    readdirSync(samplePath(sample, 'logs'))
      .sort()
      .map((name) => [name, readFileSync(samplePath(sample, `logs/${name}`), 'latin1')]),
  );

/** `sizes` = how many bytes each read gives, over and over; absent = as many as there is room for. */
export function sourceOf(name: string, text: string, sizes: readonly number[] = [Number.POSITIVE_INFINITY]): Source {
  const bytes = Buffer.from(text, 'latin1');
  let at = 0;
  let turn = 0;
  const read = (into: Uint8Array): number => {
    const size = Math.min(into.length, bytes.length - at, sizes[turn++ % sizes.length] ?? 1);
    into.set(bytes.subarray(at, at + size));
    at += size;
    return size;
  };
  return { name, bytes: new BytesReader(read, (error) => ({ code: 'unreadable', source: name, why: String(error) })) };
}

export interface Whole extends Omit<Report, 'closures'> {
  readonly closures: readonly ClosureReport[];
}

/** The report on logs in the order given, `budget` events in memory; `writtenMs`: when their files were last written. */
export async function reportOn(
  logs: Iterable<readonly [name: string, text: string]>,
  budget = 1_000_000,
  writtenMs?: number,
): Promise<Whole> {
  async function* sources(): AsyncGenerator<Source> {
    for (const [name, text] of logs) yield { ...sourceOf(name, text), ...(writtenMs !== undefined && { writtenMs }) };
  }
  const scratch = new Scratch();
  try {
    const window = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    const report = await analyze(sources(), { shelves, clock: {}, window, budget, version: '0', problems: [] }, scratch);
    return { ...report, closures: [...report.closures] };
  } finally {
    scratch.dispose();
  }
}

/** What `extract` writes of one log. */
export async function extracted(name: string, text: string): Promise<string> {
  async function* source(): AsyncGenerator<Source> {
    yield sourceOf(name, text);
  }
  const out = new PassThrough();
  const [written] = await Promise.all([buffer(out), extractLines(source(), shelves, out)]);
  return written.toString('utf8');
}
