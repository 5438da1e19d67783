import { decompressedApart } from './apart.ts';
import { type ByteSource, BytesReader, chunksOf, readIntoFrom } from './bytes.ts';
import { type FileProgress, openFile } from './file.ts';
import type { Input } from './inputs.ts';
import { binaryKindOf, byteOrderMarkOf, compressionOf, isBinary } from './magic.ts';
import type { Problem } from './problems.ts';
import { endsLinesByReturns, skipNuls, withLineFeeds } from './sieve.ts';
import { isTarHeader, tarMembers } from './tar.ts';

/** One source of text, decompressed and in UTF-8. */
export interface Source {
  /** The input's name; a member of an archive is `archive.tar.gz/path/in/it`. */
  readonly name: string;
  readonly bytes: ByteSource;
  readonly file: FileProgress;
  /** Whether these are the bytes of a file as they lie on disk. */
  readonly isPlain: boolean;
}

export type Opened = { readonly source: Source } | { readonly problem: Problem };

/** What is looked at to tell what the bytes are. */
const HEAD_BYTES = 4096;
/** Archives in archives. */
const DEEPEST = 4;

/**
 * The sources of an input, one after another, in the input's order. Compression and archives are told by what the bytes begin
 * with, never by names. A source has to be read (or closed) before the next one is asked for.
 */
export async function* openSources(input: Input): AsyncGenerator<Opened> {
  const file = openFile(input);
  if ('code' in file) {
    yield { problem: file };
    return;
  }
  const apart = await decompressedApart(input, file);
  try {
    if (apart) yield* unpacked(input.name, apart.bytes, apart.progress, 1);
    else yield* unpacked(input.name, file.bytes, file.progress, 0);
  } finally {
    apart?.bytes.close();
    file.bytes.close();
  }
}

async function* unpacked(name: string, bytes: ByteSource, file: FileProgress, depth: number): AsyncGenerator<Opened> {
  const head = await bytes.peek(HEAD_BYTES);
  if (head.length === 0) {
    yield { problem: bytes.problem ?? { code: 'is-empty', source: name } };
    return;
  }
  const compression = depth < DEEPEST ? compressionOf(head) : undefined;
  if (compression !== undefined) {
    const { decompress } = await import('./decompress.ts');
    const plain = decompress(name, bytes, compression);
    try {
      yield* unpacked(name, plain, file, depth + 1);
    } finally {
      plain.close();
    }
  } else if (depth < DEEPEST && isTarHeader(head)) {
    yield* members(name, bytes, file, depth);
  } else if (isBinary(head)) {
    const what = binaryKindOf(head);
    yield { problem: { code: 'binary', source: name, ...(what === undefined ? {} : { what }) } };
  } else {
    const text = await asUtf8(name, bytes, head);
    const nuls = await skipNuls(text);
    const begins = await text.peek(HEAD_BYTES);
    if (begins.length === 0 || isBinary(begins)) {
      yield { problem: { code: 'binary', source: name } };
      return;
    }
    if (nuls > 0) yield { problem: { code: 'nuls', source: name, count: nuls } };
    const byReturns = endsLinesByReturns(begins);
    const isChanged = depth > 0 || text !== bytes || byteOrderMarkOf(head) !== undefined || nuls > 0 || byReturns;
    yield { source: { name, bytes: byReturns ? withLineFeeds(text) : text, file, isPlain: file.size !== undefined && !isChanged } };
  }
}

async function* members(name: string, archive: ByteSource, file: FileProgress, depth: number): AsyncGenerator<Opened> {
  let problem: Problem | undefined;
  const nameOf = (member: string): string => `${name}/${member.replace(/^\.\//, '')}`;
  const onProblem = (code: 'cut-short' | 'corrupt'): void => {
    problem =
      code === 'cut-short'
        ? { code, source: name, layer: 'tar' }
        : { code, source: name, layer: 'tar', why: 'what follows a member is no header' };
  };
  for await (const member of tarMembers(archive, nameOf, onProblem)) yield* unpacked(nameOf(member.name), member.bytes, file, depth + 1);
  problem = archive.problem ?? problem;
  if (problem !== undefined) yield { problem };
}

/** UTF-16, which Windows shells write, becomes UTF-8; a byte order mark is dropped. */
async function asUtf8(name: string, bytes: ByteSource, head: Uint8Array): Promise<ByteSource> {
  const mark = byteOrderMarkOf(head);
  if (mark === undefined) return bytes;
  if (mark === 'utf-8') {
    await bytes.read(new Uint8Array(3));
    return bytes;
  }
  const problemOf = (): Problem => bytes.problem ?? { code: 'unreadable', source: name, why: `not ${mark}` };
  return new BytesReader(readIntoFrom(recoded(bytes, mark)), problemOf, () => bytes.close());
}

async function* recoded(bytes: ByteSource, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of chunksOf(bytes)) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  if (bytes.problem !== undefined) throw new Error(bytes.problem.code);
  yield encoder.encode(decoder.decode());
}
