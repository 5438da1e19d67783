/**
 * Parts of a log, read in different places: the events of all parts are those of the whole log. A part's lines are those that begin
 * in one of several equal stretches of the file, and it is read with what the log begins with and what stands around it.
 */
import { HEAD_BYTES } from './beginning.ts';
import type { Source } from './extract.ts';
import { framings } from './framing/index.ts';
import type { Source as Opened } from './open/sources.ts';
import { linesOfPart, openStretch, type Part } from './open/stretch.ts';
import { CONTEXT_BYTES, scanSource } from './scan/blocks.ts';

/**
 * What of a source a part is. One that cannot be cut (compressed, a pipe, one JSON value, entries with lengths in them) is wholly in
 * the first part; undefined = nothing of it is in this one. Throws what `fs` throws.
 */
export async function partOf(
  { name, bytes, file, isPlain }: Opened,
  path: string,
  part: Part,
): Promise<(Pick<Source, 'bytes' | 'part'> & { position(): number }) | undefined> {
  const head = await bytes.peek(HEAD_BYTES);
  const text = Buffer.from(head).toString('utf8');
  if (!isPlain || file.size === undefined || framings.some((framing) => framing.detect(text)))
    return part.number === 1 ? { bytes, position: () => file.position } : undefined;
  const { fromByte, toByte } = linesOfPart(path, file.size, part);
  const seenFrom = Math.max(0, fromByte - CONTEXT_BYTES);
  const seenTo = Math.min(file.size, toByte + CONTEXT_BYTES);
  const before = await scanSource(openStretch(name, path, { fromByte: 0, toByte: fromByte }).bytes, [], () => undefined);
  return {
    ...openStretch(name, path, { fromByte: seenFrom, toByte: seenTo }),
    part: { head, linesBefore: before.lines, around: { before: fromByte - seenFrom, behind: seenTo - toByte } },
  };
}
