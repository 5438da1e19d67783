/** The only ways for a report's text into markdown. What is made here is never live: no link, mention, image, HTML, heading, list or table of its own. */

/** Control and bidi characters, lone surrogates, and the line ends that only some programs know. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
const UNSAFE_IN_BLOCK = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** What GitHub turns into a link, a mention, an issue reference or a formula without being asked. Such words are shown as code. */
const LINKED = /:\/\/|www\.|@|mailto:|xmpp:|#\d|gh-\d|\$/i;
const WORD = /([^\s|\\]+)/;

const oneLine = (text: string, limit: number): string =>
  shortened(
    text
      .replace(/[\t\r\n]+/g, ' ')
      .replace(UNSAFE, '\uFFFD')
      .trim(),
    limit,
  );

function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Text at the beginning of a paragraph, a list item or a heading, or in the midst of one. Escapes no more than it must: reports are also read raw. */
export function prose(text: string, limit = 400): string {
  return begun(inline(oneLine(text, limit)));
}

/** What would make a heading, a list, a quote or a check box of a paragraph, or end a heading. */
const begun = (text: string): string =>
  text
    .trim()
    .replace(/^[#>+=[-]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/#$/, '\\#');

/** Text in a table cell. */
export const cell = (text: string, limit?: number): string => prose(text, limit).replaceAll('|', '\\|');

/** Text as code inside a line, by a fence longer than any run of backticks in it; not for table cells. */
export function code(text: string, limit = 300): string {
  const clean = oneLine(text, limit);
  if (clean === '') return '';
  const fence = '`'.repeat(longestRun(clean) + 1);
  return fence.length > 1 ? `${fence} ${clean} ${fence}` : `${fence}${clean}${fence}`;
}

/** Prose that marks its own code with backticks. */
export function marked(text: string, limit = 800): string {
  const clean = oneLine(text, limit);
  const parts = clean.split('`');
  const shown = begun(parts.map((part, place) => (place % 2 === 0 ? inline(part) : code(part))).join(''));
  return parts.length % 2 === 0 || shown === '' ? code(clean, limit) : shown;
}

/** A fenced block of code. */
export function codeBlock(text: string, language: string): string {
  const clean = text.replace(/\r\n?/g, '\n').replaceAll('\t', '  ').replace(UNSAFE_IN_BLOCK, '\uFFFD');
  const fence = '`'.repeat(Math.max(3, longestRun(clean) + 1));
  return `${fence}${language.replace(/[^\w+-]/g, '')}\n${clean}\n${fence}`;
}

/** Words that would be linked become code, all between them is escaped. */
function inline(text: string): string {
  let made = '';
  let plain = '';
  for (const part of text.split(WORD)) {
    if (!LINKED.test(part)) plain += part;
    else {
      made += escaped(plain) + code(part);
      plain = '';
    }
  }
  return made + escaped(plain);
}

const escaped = (text: string): string =>
  text
    .replace(/[\\`*<~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=[#a-z\d])/gi, '\\&')
    // A bracket that opens stays harmless as long as the one that closes it is not followed by a target, a label or a definition.
    .replace(/\](?=[([:]|$)/g, '\\]');

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
