/** JSON written by hand in a log format (nginx `log_format`, HAProxy, Apache): flat, and not always valid. */
import { type JsonObject, parseObject } from './json.ts';

// A whole string (also one that does not end, so that no text is scanned twice), or a value that is no JSON: nothing, `-`, or several
// numbers or addresses in a row.
const PIECE =
  /"(?:[^"\\]|\\.)*"?|:[ \t]*(-?)(?=[ \t]*[,}])|:[ \t]*([\d.:-]{1,64}(?:(?:, | : )[\d.:-]{1,64}){1,32})(?=[ \t]*[,}])|:[ \t]*(0\d{1,30})(?=[ \t]*[,}])/g;

/**
 * The object that `text` holds, after the repairs that hand-made templates need: `"urt":,` and `"urt":-` become null,
 * `"urt":0.001, 0.002` and a status of `000` become strings, `\x22` in a string becomes a character.
 */
export function parseLoose(text: string): JsonObject | undefined {
  const whole = parseObject(text);
  if (whole || text.charCodeAt(0) !== 123 || !text.trimEnd().endsWith('}')) return whole;
  const mended = text.replace(PIECE, (piece, dash?: string, list?: string, figures?: string) => {
    if (piece.startsWith('"'))
      return piece.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (all, hex?: string) => (hex === undefined ? all : `\\u00${hex}`));
    if (dash !== undefined) return ':null';
    return `:"${list ?? figures}"`;
  });
  return parseObject(mended);
}
