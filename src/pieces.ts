/** Makes records whole that their carrier wrote in pieces: docker and containerd cut after 16 KiB, CRI-O wherever a write ended. */
import type { Bare, Neighbours } from './record.ts';

/** Lines on either side in which a record's other pieces are looked for. */
const REACH = 64;

/**
 * The record that `bare` is a piece of, with the stamp of its first piece. What the neighbours show of it is joined: 64 KiB on either side.
 */
export function joined(bare: Bare, around: Neighbours, unwrap: (line: string) => Bare): Bare {
  const pieces = [bare];
  const linesBack = earlier(bare, around, unwrap, pieces);
  if (bare.part === 'more') later(bare, around, unwrap, pieces);
  const [first = bare] = pieces;
  return pieces.length === 1 ? bare : { ...first, text: pieces.map((piece) => piece.text).join(''), part: undefined, linesBack };
}

/** Puts the pieces before `bare` in front of `pieces`; returns how many lines before it the first one stands. */
function earlier(bare: Bare, around: Neighbours, unwrap: (line: string) => Bare, pieces: Bare[]): number {
  let linesBack = 0;
  // Mostly the line before already tells that there is none.
  for (const reach of [1, REACH]) {
    const lines = around.before(reach);
    for (let back = reach === 1 ? 1 : 2; back <= lines.length; back++) {
      const other = unwrap(lines.at(-back) as string);
      if (other.writer !== bare.writer) continue;
      if (other.part !== 'more') return linesBack;
      pieces.unshift(other);
      linesBack = back;
    }
  }
  return linesBack;
}

function later(bare: Bare, around: Neighbours, unwrap: (line: string) => Bare, pieces: Bare[]): void {
  for (const line of around.after(REACH)) {
    const other = unwrap(line);
    if (other.writer !== bare.writer) continue;
    pieces.push(other);
    if (other.part !== 'more') return;
  }
}
