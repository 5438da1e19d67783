import type { BinaryKind } from './problems.ts';

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
  return nuls === head.length || controls > (head.length - nuls) * MOST_CONTROLS;
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
