/** Long loops that let others have their turn: Ctrl-C, the progress line, sources that are followed. */
import { setImmediate } from 'node:timers/promises';

/** 20 to 200 ms of work. */
const BATCH = 4_096;

/** The same items in order, in batches with a turn for others after each. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
    await setImmediate();
  }
  yield batch;
}
