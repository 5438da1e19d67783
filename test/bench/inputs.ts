/** The benchmark's input files: made once, from a seed, and kept. */
import { closeSync, createReadStream, createWriteStream, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { seeded } from '../random.ts';
import { type Format, lineMakers } from './lines.ts';

export interface Input {
  /** `nginx`, `nginx dense`. */
  readonly name: string;
  readonly format: Format;
  readonly path: string;
  readonly isDense: boolean;
  readonly isGzip: boolean;
  /** Bytes of text, decompressed. */
  readonly bytes: number;
}

const SHARE_OF_INTEREST = 0.005;
const SEED = 1006;
const BEGINNING_MS = Date.UTC(2026, 10, 20);
const CHUNK_CHARS = 1 << 20;

export async function makeInput(folder: string, format: Format, isDense: boolean, megabytes: number): Promise<Input> {
  mkdirSync(folder, { recursive: true });
  const plain = join(folder, `${format}${isDense ? '-dense' : ''}-${megabytes}MB.log`);
  if (!existsSync(plain)) writeLines(plain, format, isDense ? 1 : SHARE_OF_INTEREST, megabytes * 1e6);
  // Load balancers' logs come compressed.
  const isGzip = format === 'alb';
  const path = isGzip ? `${plain}.gz` : plain;
  if (isGzip && !existsSync(path)) {
    await pipeline(createReadStream(plain), createGzip(), createWriteStream(`${path}.part`));
    renameSync(`${path}.part`, path);
  }
  return { name: `${format}${isGzip ? ' gz' : ''}${isDense ? ' dense' : ''}`, format, path, isDense, isGzip, bytes: statSync(plain).size };
}

function writeLines(path: string, format: Format, share: number, bytes: number): void {
  const random = seeded(SEED);
  const line = lineMakers[format];
  const file = openSync(`${path}.part`, 'w');
  let ms = BEGINNING_MS;
  let text = '';
  for (let written = 0; written < bytes; ) {
    // So that any size covers a day.
    ms += (random.next() * 2 * 86_400_000 * 250) / bytes;
    text += `${line(random, Math.floor(ms), random.chance(share))}\n`;
    if (text.length < CHUNK_CHARS && written + text.length < bytes) continue;
    written += writeSync(file, text);
    text = '';
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
}
