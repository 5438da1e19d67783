/** Bytes → numbered lines of text, in bounded memory. */

export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Of a longer line only its beginning is kept, in UTF-16 units. */
const LONGEST = 1_048_576;

/** Lines without their `\n` or `\r\n`; bytes that are not UTF-8 become U+FFFD. The same however the bytes are cut. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let pending = '';
  let line = 1;
  const cut = (text: string): TextLine => ({ text: (text.endsWith('\r') ? text.slice(0, -1) : text).slice(0, LONGEST), line: line++ });
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield cut(pending + text.slice(from, end));
      pending = '';
      from = end + 1;
    }
    if (pending.length <= LONGEST) pending += text.slice(from);
  }
  const rest = pending + decoder.decode();
  if (rest !== '') yield cut(rest);
}
