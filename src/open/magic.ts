/** What bytes are, told by what they begin with. */
import type { BinaryKind, Layer } from './problems.ts';

export type Compression = Exclude<Layer, 'tar'>;

/** How the bytes are compressed, by what they begin with; undefined = not at all. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (begins(head, [0x1f, 0x8b, 0x08])) return 'gzip';
  if (begins(head, [0x28, 0xb5, 0x2f, 0xfd]) || isSkippableFrame(head)) return 'zstd';
  if (begins(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz';
  // `BZh9` might be text; the mark of the first block, or of the end, is not.
  if (begins(head, [0x42, 0x5a, 0x68]) && (begins(head.subarray(4), BZIP2_BLOCK) || begins(head.subarray(4), BZIP2_END))) return 'bzip2';
  return undefined;
}

/** What `compressionOf` needs to see. */
export const MAGIC_BYTES = 10;

/** Parallel zstd tools begin with one. */
function isSkippableFrame(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && begins(head.subarray(1), [0x2a, 0x4d, 0x18]);
}

const BZIP2_BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const BZIP2_END = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

/** What the bytes begin with tells the file. */
const MAGIC: readonly (readonly [magic: string, what: BinaryKind])[] = [
  ['LPKSHHRH', 'systemd journal'],
  ['PK\x03\x04', 'zip archive'],
  ['7z\xbc\xaf\x27\x1c', '7z archive'],
  ['\xd4\xc3\xb2\xa1', 'packet capture'],
  ['\xa1\xb2\xc3\xd4', 'packet capture'],
  ['\x0a\x0d\x0d\x0a', 'packet capture'],
  ['ElfFile\0', 'Windows event log'],
  ['SQLite format 3\0', 'SQLite database'],
  ['\x7fELF', 'program or core dump'],
];

/** Control characters in text, for certain. NUL is not among those that count: a crash leaves blocks of it in logs. */
const MOST_CONTROLS = 0.05;

export function binaryKindOf(head: Uint8Array): BinaryKind | undefined {
  const begins = Buffer.from(head.subarray(0, 16)).toString('latin1');
  return MAGIC.find(([magic]) => begins.startsWith(magic))?.[1];
}

/** Whether the beginning of a source is not text. */
export function isBinary(head: Uint8Array): boolean {
  if (binaryKindOf(head) !== undefined) return true;
  if (byteOrderMarkOf(head) !== undefined) return false;
  let controls = 0;
  let nuls = 0;
  for (const byte of head) {
    if (byte === 0) nuls += 1;
    else if (isControl(byte)) controls += 1;
  }
  return controls > (head.length - nuls) * MOST_CONTROLS;
}

/** Other than BS, TAB, LF, VT, FF, CR and ESC, which terminals and programs put into logs. */
function isControl(byte: number): boolean {
  return (byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte !== 0x1b) || byte === 0x7f;
}

export function byteOrderMarkOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 'utf-8' : undefined;
}
