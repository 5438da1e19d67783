/**
 * What each process of an incident did, as it did it, one JSON object a line: the truth is made from this. Written with
 * synchronous appends of less than a page, so that nothing is lost with a process and lines of several do not mix.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { DurationMs, EpochMs } from '../../src/types.ts';

export type Entry =
  | { readonly what: 'listening'; readonly at: EpochMs; readonly instance: number; readonly pid: number }
  | {
      readonly what: 'open';
      readonly at: EpochMs;
      readonly side: 'server' | 'client';
      readonly client: string;
      readonly instance?: number;
      readonly own?: string;
    }
  | {
      readonly what: 'close';
      readonly at: EpochMs;
      readonly side: 'server' | 'client';
      readonly client: string;
      readonly code: number;
      readonly lifeMs: DurationMs;
      /** Since the last message in either direction. Server only. */
      readonly idleMs?: DurationMs;
      /** The upgrade was answered with this status instead of 101, or with none. Client only. */
      readonly refused?: number | 'no answer';
    };

export const record = (file: string, entry: Entry): void => appendFileSync(file, `${JSON.stringify(entry)}\n`);

export const readLedger = (file: string): readonly Entry[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Entry)
    : [];
