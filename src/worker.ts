/** A thread of `Pool`: extracts one share after another. */
import { Writable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { extractLines } from './event-lines.ts';
import { type Reading, type Settings, shelvesFor, sourcesIn, wishesOf } from './inputs.ts';
import type { Order, Progress, Share } from './pool.ts';

/** Text that may wait to be used up: the events of about 1 GB of a log of which half a percent is of interest. */
const MOST_AHEAD = 16 * 1024 * 1024;
const TELL_MS = 200;

const settings = workerData as Settings;
const shelves = await shelvesFor(settings, (message) => {
  throw new Error(message);
});
const wishes = await wishesOf(settings.forced);
const tell = (progress: Progress): void => parentPort?.postMessage(progress);

let ahead = 0;
let goOn = (): void => undefined;

parentPort?.on('message', (order: Order) => {
  if ('read' in order) void read(order.read);
  else {
    ahead -= order.taken;
    if (ahead < MOST_AHEAD) goOn();
  }
});

async function read({ input, part }: Share): Promise<void> {
  const reading: Reading = { problems: [], position: () => 0 };
  const out = new Writable({
    write(text: Uint8Array, _encoding, done) {
      ahead += text.length;
      tell({ text, position: reading.position() });
      goOn = () => {
        goOn = () => undefined;
        done();
      };
      if (ahead < MOST_AHEAD) goOn();
    },
  });
  const telling = setInterval(() => tell({ position: reading.position() }), TELL_MS);
  await extractLines(sourcesIn(input, { ...settings, part }, wishes, reading), shelves, out);
  clearInterval(telling);
  tell({ problems: reading.problems, position: reading.position() });
}
