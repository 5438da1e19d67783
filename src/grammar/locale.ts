/** Month names of other languages, as journalctl and `dmesg -T` write them in a localized shell. */
import { civilMs, type Found, stamp, syslogAt } from '../time.ts';
import type { Stamp } from '../types.ts';

const ENGLISH = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Abbreviations of glibc's locales in the order of the months, without their full stops. */
const TABLES: readonly string[] = [
  'jan feb mär apr mai jun jul aug sep okt nov dez', // de
  'janv févr mars avril mai juin juil août sept oct nov déc', // fr
  'ene feb mar abr may jun jul ago sep oct nov dic', // es
  'gen feb mar apr mag giu lug ago set ott nov dic', // it
  'jan fev mar abr mai jun jul ago set out nov dez', // pt
  'jan feb mrt apr mei jun jul aug sep okt nov dec', // nl
  'jan feb mar apr maj jun jul aug sep okt nov dec', // sv, da
  'sty lut mar kwi maj cze lip sie wrz paź lis gru', // pl
  'led úno bře dub kvě čen čec srp zář říj lis pro', // cs
  'oca şub mar nis may haz tem ağu eyl eki kas ara', // tr
  'янв фев мар апр мая июн июл авг сен окт ноя дек', // ru
  'янв фев мар апр май июн июл авг сен окт ноя дек', // ru, nominative
  'січ лют бер кві тра чер лип сер вер жов лис гру', // uk
];
const MONTHS = new Map(TABLES.flatMap((table) => table.split(' ').map((name, month) => [name, month] as const)));

/** 0–11, or -1 when no language here has such a month. Chinese, Japanese and Korean number their months: `9月`, `9월`. */
function localMonth(name: string): number {
  const numbered = /^(\d{1,2})[\u6708\uc6d4]$/.exec(name);
  if (numbered) return Number(numbered[1]) <= 12 ? Number(numbered[1]) - 1 : -1;
  return MONTHS.get(name.toLowerCase().replace(/\.$/, '')) ?? -1;
}

const MONTH_WORD = /^ ?(\d{1,2}[\u6708\uc6d4]|\p{L}{3,5}\.?) /u;

/** `syslogAt` with the month in any of these languages. */
export function bsdStampAt(text: string, at = 0): Found | undefined {
  const found = syslogAt(text, at);
  if (found || isPlain(text, at)) return found;
  const word = MONTH_WORD.exec(text.slice(at, at + 8));
  const month = word ? localMonth(word[1] ?? '') : -1;
  if (!word || month < 0) return undefined;
  const english = syslogAt(`${ENGLISH[month]} ${text.slice(at + word[0].length, at + word[0].length + 24)}`);
  return english && { stamp: english.stamp, end: at + word[0].length + english.end - 4 };
}

/** ASCII that begins no month: most lines of other formats, told apart without a regular expression. */
function isPlain(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const isLetter = (first | 32) >= 97 && (first | 32) <= 122;
  return first < 128 && !isLetter && !(text.charCodeAt(at + 1) > 127 || text.charCodeAt(at + 2) > 127);
}

const LOCAL_CTIME = /^(?:\p{L}{1,5}\.? )? ?(\d{1,2}[\u6708\uc6d4]|\p{L}{3,5}\.?) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/u;

/** The whole text is a ctime whose names are of another language: `二 9月  3 05:57:48 2024`, `Ср мар 10 20:19:39 2021`. Local. */
export function localCtime(text: string): Stamp | undefined {
  const found = LOCAL_CTIME.exec(text);
  const month = found ? localMonth(found[1] ?? '') : -1;
  if (!found || month < 0) return undefined;
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = found.slice(2).map(Number);
  const ms = civilMs(year, month, day, hour, minute, second);
  return Number.isNaN(ms) ? undefined : stamp(ms, 1000, 'local');
}
