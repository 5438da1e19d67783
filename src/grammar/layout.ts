/** Lines written from a template: literals and fields, as `log_format` and `LogFormat` describe them. */

/** One value of the line. */
export interface Slot {
  readonly name: string;
  /** For values of fixed form; absent = everything up to the literal that follows. Must be sticky and linear. */
  readonly shape?: RegExp;
  /** What every value begins with, so that one may stand right behind another: `$host$request_uri`. */
  readonly lead?: string;
  /** Several values in a row, `a, b : c`, as nginx writes them for several upstreams. */
  readonly list?: boolean;
}
export type Piece = string | Slot;

/** Neighbouring literals joined; two fields without anything between them are refused with the reason, for no reader could part them. */
export function joinPieces(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') joined[joined.length - 1] = last + piece;
    else if (piece !== '') {
      if (typeof piece !== 'string' && typeof last === 'object' && !last.shape && piece.lead === undefined)
        throw new Error(`nothing stands between ${last.name} and ${piece.name}: the line cannot be split there`);
      joined.push(piece);
    }
  }
  return joined;
}

/**
 * Reads a line by its template into values by name; the first of two equal names wins. Null when the line does not fit. With
 * `escapes` a quote behind a backslash belongs to the value. Linear.
 */
export function readLayout(pieces: readonly Piece[], text: string, escapes = true): Map<string, string> | null {
  const values = new Map<string, string>();
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      if (!text.startsWith(piece, at)) return null;
      at += piece.length;
      continue;
    }
    const end = piece.shape ? shapeEnd(piece.shape, text, at) : valueEnd(piece, pieces[index + 1], text, at, escapes);
    if (end < 0) return null;
    if (!values.has(piece.name)) values.set(piece.name, text.slice(at, end));
    at = end;
  }
  return at === text.length ? values : null;
}

function shapeEnd(shape: RegExp, text: string, at: number): number {
  shape.lastIndex = at;
  return shape.test(text) ? shape.lastIndex : -1;
}

function valueEnd(slot: Slot, follows: Piece | undefined, text: string, at: number, escapes: boolean): number {
  const next = typeof follows === 'object' ? follows.lead : follows;
  if (next === undefined) return text.length;
  let end = text.indexOf(next, at);
  if (next.startsWith('"') && escapes) {
    while (end >= 0 && isEscaped(text, at, end)) end = text.indexOf(next, end + 1);
  }
  // A blank that belongs to a list does not end it.
  while (slot.list && next.startsWith(' ') && end >= 0 && (text[end - 1] === ',' || text.startsWith(' : ', end)))
    end = text.indexOf(next, text[end - 1] === ',' ? end + 1 : end + 3);
  return end;
}

/** True when an odd number of backslashes stands before `place`. */
function isEscaped(text: string, from: number, place: number): boolean {
  let slashes = 0;
  while (place - 1 - slashes >= from && text[place - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}
