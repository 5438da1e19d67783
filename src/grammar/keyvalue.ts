/** `key=value key="quoted value"`: logfmt (Heroku, containerd, Go), and the tail of many text lines. */

// Bare values end at a blank or a comma; a tuple of Erlang's or Elixir's has both: `reason={:error, :closed}`.
const PAIR = /([A-Za-z_@][\w.@-]{0,63})=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\{:?[a-z]\w{0,40}, ?[^{}]{1,200}\}|[^\s,;"')\]}]*))/g;

/** Every `key=value` of the text, in order, later keys win. Values lose their quotes; `\"` is undone. */
export function keyValues(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (let found = PAIR.exec(text); found; found = PAIR.exec(text)) {
    const [, key = '', double, single, bare] = found;
    pairs.set(key, double !== undefined ? double.replace(/\\(.)/g, '$1') : (single ?? bare ?? ''));
  }
  return pairs;
}
