import { klogAt } from '../time.ts';
import type { Stamp } from '../types.ts';

/** Chrome's console, copied or saved: where the page printed a line stands right behind the time, if there is one, or in front. */
const PLACE =
  /^((?:\d{2}:\d{2}:\d{2}(?:\.\d{3})?\s{1,4})?)((?:[\w@~-]{1,60}(?:\.[\w~-]{1,60}){0,5}\.(?:[cm]?jsx?|tsx?|vue|svelte|html)|\(index\)|VM\d{1,7})(?:\?[\w=&.-]{0,80})?:\d{1,7}(?::\d{1,7})?)\s{1,4}/;

/** Chromium with `--enable-logging=stderr`, as kiosks run it: `[pid:tid:MMDD/hhmmss.uuuuuu:INFO:CONSOLE(57)] "message", source: URL (57)`. */
const LOGGED =
  /^\[(?:\d{1,10}:){0,2}(?:(\d{4})\/(\d\d)(\d\d)(\d\d\.\d{1,9}):)?(?:INFO|WARNING|ERROR|VERBOSE\d?):CONSOLE(?:\(\d{1,7}\)|:\d{1,7})\] "(.{0,8000})", source: (\S{0,4000}) \((\d{1,7})\)$/;

export interface Placed {
  readonly text: string;
  /** The script and line of the page; undefined = none stands there. */
  readonly place: string | undefined;
  /** Where Chromium wrote one beside them. */
  readonly at?: Stamp | undefined;
}

/** The line as the page printed it. */
export function placedLine(line: string): Placed {
  const logged = line.includes('CONSOLE') ? LOGGED.exec(line) : null;
  if (logged) {
    const [, date, hours, minutes, seconds, text = '', source, row] = logged;
    return {
      text,
      place: `${source}:${row}`,
      at: date === undefined ? undefined : klogAt(`${date} ${hours}:${minutes}:${seconds}`)?.stamp,
    };
  }
  const found = PLACE.exec(line);
  return found ? { text: `${found[1]}${line.slice(found[0].length)}`, place: found[2] } : { text: line, place: undefined };
}
