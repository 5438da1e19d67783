/** Whole lines of `key=value key="quoted value" flag`, as logrus, slog's text handler, go-kit and Heroku write them. */

const PAIR = /([^\s="]{1,64})(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?=\s|$)/y;
const MOST_PAIRS = 200;

/** The pairs of a line that holds nothing but pairs and flags; undefined for any other line. A flag's value is ''. Later keys win. */
export function logfmt(line: string): Map<string, string> | undefined {
  if (!/^[A-Za-z_@][\w.@-]{0,63}=/.test(line)) return undefined;
  const pairs = new Map<string, string>();
  let at = 0;
  while (at < line.length && pairs.size < MOST_PAIRS) {
    PAIR.lastIndex = at;
    const found = PAIR.exec(line);
    if (!found) return undefined;
    const [, key = '', quoted, bare] = found;
    pairs.set(
      key,
      quoted === undefined
        ? (bare ?? '')
        : quoted.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter)),
    );
    at = PAIR.lastIndex;
    while (line[at] === ' ') at++;
  }
  return pairs;
}
