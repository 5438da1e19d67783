import { type ByteSource, BytesReader } from './bytes.ts';
import type { Problem } from './problems.ts';

/**
 * Reads the members of a tar archive (v7, ustar, pax, GNU long names and large sizes) one after another. Written here since
 * members are then read through their archive's own `ByteSource`, by blocks and without copies; the packages that stream tar
 * bring their own stream library.
 */
export interface TarMember {
  readonly name: string;
  /** To be read before the next member is asked for; what is left of it is skipped. */
  readonly bytes: ByteSource;
}

const BLOCK = 512;
/** Names and pax records longer than this are not believed. */
const LONGEST_RECORD = 1024 * 1024;

/** True for a tar header: the sum of its bytes stands in it. */
export function isTarHeader(head: Uint8Array): boolean {
  if (head.length < BLOCK) return false;
  const written = numberAt(head, 148, 8);
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 0x20 : (head[i] ?? 0);
  return sum === written && sum !== 8 * 0x20;
}

/** The archive's regular files, in its order. Ends early, with `archive.problem` or `onProblem`, where the archive does. */
export async function* tarMembers(
  archive: ByteSource,
  nameOf: (member: string) => string,
  onProblem: (what: 'cut-short' | 'corrupt') => void,
): AsyncGenerator<TarMember> {
  let overrides: Overrides = {};
  for (;;) {
    const header = await readWhole(archive, BLOCK);
    if (header.length === 0 || isZero(header)) return;
    if (header.length < BLOCK) return onProblem('cut-short');
    if (!isTarHeader(header)) return onProblem('corrupt');
    const size = overrides.size ?? numberAt(header, 124, 12);
    const kind = String.fromCharCode(header[156] ?? 0);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (kind === 'x' || kind === 'L') {
      const record = await readWhole(archive, Math.min(size, LONGEST_RECORD));
      await skip(archive, size - record.length + padding);
      overrides = { ...overrides, ...(kind === 'L' ? { name: textAt(record, 0, record.length) } : paxOverrides(record)) };
      continue;
    }
    const name = overrides.name ?? nameIn(header);
    overrides = {};
    let left = size;
    if (kind === '0' || kind === '\0' || kind === '7') {
      const take = (count: number): number => {
        left -= count;
        if (count === 0 && left > 0) throw new Error('archive ends inside of a member');
        return count;
      };
      const problemOf = (): Problem => archive.problem ?? { code: 'cut-short', source: nameOf(name), layer: 'tar' };
      const bytes = new BytesReader((into) => {
        if (left === 0) return 0;
        const got = archive.read(into.length > left ? into.subarray(0, left) : into);
        return typeof got === 'number' ? take(got) : got.then(take);
      }, problemOf);
      yield { name, bytes };
    }
    await skip(archive, left + padding);
  }
}

interface Overrides {
  readonly name?: string;
  readonly size?: number;
}

/** A pax record is `LENGTH KEY=VALUE\n`, its length counting itself. */
function paxOverrides(record: Uint8Array): Overrides {
  const found: { name?: string; size?: number } = {};
  let at = 0;
  while (at < record.length) {
    const space = record.indexOf(0x20, at);
    const length = Number(textAt(record, at, space - at));
    if (space < 0 || !Number.isSafeInteger(length) || length <= 0) break;
    const [, key, value] = /^([^=]+)=(.*)\n$/s.exec(Buffer.from(record.subarray(space + 1, at + length)).toString('utf8')) ?? [];
    if (key === 'path' && value !== undefined) found.name = value;
    if (key === 'size' && /^\d+$/.test(value ?? '')) found.size = Number(value);
    at += length;
  }
  return found;
}

function nameIn(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  // GNU tar ends its magic with a space and keeps times where ustar has the prefix.
  const prefix = textAt(header, 257, 6) === 'ustar' && header[262] === 0 ? textAt(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(bytes.subarray(at, at + length));
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Octal digits, or, with the highest bit set, a big-endian binary number. */
function numberAt(bytes: Uint8Array, at: number, length: number): number {
  const field = bytes.subarray(at, at + length);
  if ((field[0] ?? 0) < 0x80) return Number.parseInt(textAt(field, 0, length).trim() || '0', 8);
  return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f);
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

async function readWhole(source: ByteSource, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const got = await source.read(bytes.subarray(filled));
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

async function skip(source: ByteSource, length: number): Promise<void> {
  const scratch = new Uint8Array(Math.min(length, 64 * 1024));
  for (let left = length; left > 0; ) {
    const got = await source.read(left < scratch.length ? scratch.subarray(0, left) : scratch);
    if (got === 0) return;
    left -= got;
  }
}
