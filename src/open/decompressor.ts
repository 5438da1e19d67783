/** The thread of `decompressedApart`: fills one buffer after another with what a gzip file holds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Filled } from './apart.ts';
import { decompress } from './decompress.ts';
import { openFile } from './file.ts';
import type { Input } from './inputs.ts';

const input = workerData as Input;
const file = openFile(input);
const plain = 'code' in file ? undefined : decompress(input.name, file.bytes, 'gzip');
const [progress, unopened] = 'code' in file ? [{ position: 0 }, file] : [file.progress, undefined];

async function filled(buffer: ArrayBuffer): Promise<Filled> {
  const bytes = (await plain?.read(new Uint8Array(buffer))) ?? 0;
  return { buffer, bytes, position: progress.position, problem: bytes === 0 ? (plain?.problem ?? unopened) : undefined };
}

/** One buffer after another, in the order in which they came. */
let latest: Promise<void> = Promise.resolve();
parentPort?.on('message', (buffer: ArrayBuffer) => {
  latest = latest.then(async () => parentPort?.postMessage(await filled(buffer), [buffer]));
});
