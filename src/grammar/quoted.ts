/** Fields split by blanks, some of them quoted or bracketed: access logs of nginx, Apache, ALB, Traefik, Envoy. */
import { known } from './known.ts';

/** How a quote inside a quoted field is written: nginx `\x22` (so a quote always ends the field), Apache `\"`, W3C/CSV `""`. */
export type Escaping = 'hex' | 'backslash' | 'doubled';

/**
 * The fields of a line: split at single blanks; `"…"` is one field without its quotes, `[…]` one field without its brackets when
 * `brackets` is set. Undefined when a quoted or bracketed field does not end, or not before a blank. Empty fields between two blanks are kept.
 */
export function quotedFields(text: string, escaping: Escaping, brackets = false): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const opener = text[at];
    let end: number;
    if (opener === '"') {
      end = closingQuote(text, at, escaping);
      if (end < 0 || isGlued(text, end)) return undefined;
      fields.push(text.slice(at + 1, end));
      at = end + 2;
    } else if (opener === '[' && brackets) {
      end = text.indexOf(']', at);
      if (end < 0 || isGlued(text, end)) return undefined;
      fields.push(text.slice(at + 1, end));
      at = end + 2;
    } else {
      end = text.indexOf(' ', at);
      if (end < 0) end = text.length;
      fields.push(text.slice(at, end));
      at = end + 1;
    }
  }
  return fields;
}

/** A quote is missing before this one. Lists have a comma behind it; a number without its blank stands in old AWS documentation. */
const isGlued = (text: string, end: number): boolean => end + 1 < text.length && !/[ ,\d]/.test(text[end + 1] ?? '');

function closingQuote(text: string, opening: number, escaping: Escaping): number {
  let at = opening + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    if (escaping === 'backslash') {
      let slashes = 0;
      while (text[quote - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 0) return quote;
      at = quote + 1;
    } else if (escaping === 'doubled' && text[quote + 1] === '"') {
      at = quote + 2;
    } else {
      return quote;
    }
  }
}

const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))/g;
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };

/** Undoes `\xHH`, `\"`, `\\`, `\n` …; bytes written as `\xHH` are joined to UTF-8. Text without a backslash comes back as it is. */
export function undoEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  const latin = text.replace(ESCAPE, (_, hex?: string, unicode?: string, other?: string) =>
    hex !== undefined
      ? String.fromCharCode(Number.parseInt(hex, 16))
      : unicode !== undefined
        ? String.fromCharCode(Number.parseInt(unicode, 16))
        : (LETTERS[other ?? ''] ?? other ?? ''),
  );
  if (!/[\x80-\xff]/.test(latin) || /[^\x00-\xff]/.test(latin)) return latin;
  const utf8 = Buffer.from(latin, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? latin : utf8;
}

/** `-` and the empty string mean that the field is unset. */
export const unset = (text: string | undefined): string | undefined =>
  text === undefined || text === '-' || text === '' ? undefined : text;

/** A number, or undefined for anything else (`-`, empty, `0.001, 0.002`). */
export function numeric(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === '-') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export interface RequestLine {
  readonly method?: string;
  readonly path?: string;
  readonly protocol?: string;
}
// A path with blanks is none, but older nginx and Apache log such requests; only the protocol behind it then tells where it ends.
const REQUEST = /^([A-Z_][A-Z_-]{0,31}) (?:(\S{1,65536})(?: (HTTP\/\d(?:\.\d)?|RTSP\/1\.0))?|(\S.{0,65536}) (HTTP\/\d\.\d))$/;
/** `GET /ws?id=1 HTTP/1.1` → its parts; nothing for garbage such as `\x16\x03` or `-`. */
export function requestLine(text: string | undefined): RequestLine {
  const found = REQUEST.exec(text ?? '');
  if (!found) return {};
  const [, method, word, wordProtocol, blanks, blanksProtocol] = found;
  return known({ method, path: word ?? blanks, protocol: wordProtocol ?? blanksProtocol });
}
