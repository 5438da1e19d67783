/** Chrome's console, copied or saved: where the page printed a line stands right behind the time, if there is one, or in front. */
const PLACE =
  /^((?:\d{2}:\d{2}:\d{2}(?:\.\d{3})?\s{1,4})?)((?:[\w@~-]{1,60}(?:\.[\w~-]{1,60}){0,5}\.(?:[cm]?jsx?|tsx?|vue|svelte|html)|\(index\)|VM\d{1,7})(?:\?[\w=&.-]{0,80})?:\d{1,7}(?::\d{1,7})?)\s{1,4}/;

/** The line as the page printed it, and the script and line of the page that did; undefined = none stands there. */
export function placedLine(line: string): { readonly text: string; readonly place: string | undefined } {
  const found = PLACE.exec(line);
  return found ? { text: `${found[1]}${line.slice(found[0].length)}`, place: found[2] } : { text: line, place: undefined };
}
