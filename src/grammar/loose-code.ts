/**
 * Close codes that no code-like name announces: teams word a close in their own way (`left (1006 "")`, `LINK LOST ws=1006`,
 * `gone … code=None`, `CLOSED_ABNORMALLY`). A number that merely equals a code is none: it needs its own shape, or words of an end.
 */
import { remembered } from './remembered.ts';

// What people write about a code without a connection having ended.
const SPOKEN_OF =
  /\b(?:means?|stands for|see also|rfc ?\d{4}|documentation|docs?|handlers?|config\w*|setting|retry(?:able)?(?! (?:in|after|at|#|no\b|not\b|scheduled|attempt|\d))|retries(?! (?:left|remaining|in\b))|codes|if (?:the )?(?:close )?code|when (?:the )?(?:close )?code|treat\w*|ignor\w+|mapp\w+|count\w*|total|metrics?|histogram|threshold|example|tests?|expected|per (?:minute|hour|second)|so far|rate)\b/i;
// An end, whatever it is of: only beside a close code.
const ENDED =
  /(?<![a-z])(?:clos(?:ed?|es|ing|ure)|on_?close|disconnect\w*|offline|left|leaves?|leaving|lost|gone|dropp?(?:ed|s)?|detached|departed|departs|ended|ends?|terminated|quits?|bye|down|stands up|hung up|went away|vanished|abort(?:ed)?|died|abnormal\w*|unsubscribed|logged out|signed off|parted|kicked|evicted|unreachable|dead|broken|broke|cut|disappeared|released|removed|off(?=[,;:(]|$))(?![a-z])/i;

export const isEndWorded = (text: string): boolean => ENDED.test(text.length > 600 ? text.slice(0, 600) : text);
export const isSpokenOf = (text: string): boolean => SPOKEN_OF.test(text.length > 600 ? text.slice(0, 600) : text);

const CODE = '(10(?:0[0-3]|0[5-9]|1[0-5]))';
// `ws=1006`, `wscode:1006`, `ws 1006`: no other number is called so.
const OF_A_WEBSOCKET = new RegExp(
  String.raw`(?<![\w.-])(?:ws|wss|web_?socket)[_ -]?(?:code|close|status)?\s?[=: ]\s?${CODE}(?![\w.:/]|\s?(?:ms|s|kb|bytes|clients?|connections?|sockets?|sessions?)\b)`,
  'i',
);
// `(1006 "")`, `(1001 "bye")`, `[1006, ""]`, `1006/""`: a close event's two fields side by side.
const WITH_REASON = new RegExp(
  String.raw`(?:[([=:]\s?|(?:code|status) )${CODE}(?:, ?|\/| )(?:""|''|"[A-Za-z][^"]{0,123}"|'[A-Za-z][^']{0,123}')`,
);
// `(disconnect code 1006)`, `(code 1001)`, `[1006]`, `(1006)`, and with the reason `[1006 - ]`: with words of an end before it.
const BRACKETED = new RegExp(String.raw`[([](?:[a-z][a-z ]{0,24}[ :=])?${CODE}(?: - [^()[\]]{0,123})?[)\]]`, 'i');
// `downstream left, status 1001`: as Jetty, http-kit and others call the code; a status of HTTP or of a process is a smaller number.
const STATUS = new RegExp(
  String.raw`(?<![a-z])(?:link|(?:up|down)stream|conn|connection|client|peer|(?:web)?socket|ws|session)(?![a-z]).{1,80}\bstatus ${CODE}(?![\w.:/%]|\s?ms\b)`,
  'i',
);
// `gone 1006`, `link lost, 1006`, `left: 1006`: 1006 itself needs less than other numbers.
const BEHIND_AN_END =
  /(?:lost|gone|left|leaves|dropped|offline|down|detached|ended|terminated|aborted|dead|broken|abnormal\w*|end|code|status|reason|with|by|event|error)['"]?[ :=,(-]{1,3}['"]?(1006)(?![\w:/%]|\.\d|\s?(?:ms|s|kb|bytes|times|x|clients?|connections?|sockets?|sessions?|users?|messages?)\b)/i;
// Jakarta's CloseReason.CloseCodes, as Tomcat, Tyrus and Jetty print them, and those of Netty.
const NAMES: Readonly<Record<string, number>> = {
  NORMAL_CLOSURE: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  CANNOT_ACCEPT: 1003,
  NO_STATUS_CODE: 1005,
  CLOSED_ABNORMALLY: 1006,
  ABNORMAL_CLOSURE: 1006,
  NOT_CONSISTENT: 1007,
  VIOLATED_POLICY: 1008,
  TOO_BIG: 1009,
  NO_EXTENSION: 1010,
  UNEXPECTED_CONDITION: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
}; // prettier-ignore
const NAMED = new RegExp(String.raw`(?<![\w.])(${Object.keys(NAMES).join('|')})(?!\w)`);
// Tornado's and aiohttp's name for a close frame that never came.
const NONE = /(?<![A-Za-z])(?:[Cc]lose[_ ]?|ws_?)?[Cc]ode(?:[=:] ?| )None\b/;
// `ccxt.base.errors.NetworkError: 1006`: an exception that says nothing but the code.
const THROWN = /^(?:[A-Za-z_]\w{0,40}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Closed): (1006)$/;

const MAY_HOLD = /10[01]\d|[A-Z]{3,11}_[A-Z]{3,11}|[Cc]ode(?:[=:] ?| )None/;

const loose = remembered((text: string): number | undefined => {
  if (isSpokenOf(text)) return undefined;
  const shaped = OF_A_WEBSOCKET.exec(text) ?? WITH_REASON.exec(text) ?? THROWN.exec(text);
  if (shaped) return Number(shaped[1]);
  if (!isEndWorded(text)) return undefined;
  const said = BRACKETED.exec(text) ?? STATUS.exec(text) ?? BEHIND_AN_END.exec(text);
  if (said) return Number(said[1]);
  const name = NAMED.exec(text)?.[1];
  return name === undefined ? (NONE.test(text) ? 1006 : undefined) : NAMES[name];
});

/** The close code that a text gives in a shape or with words of its own; undefined = none. */
export function looseCode(text: string): number | undefined {
  return MAY_HOLD.test(text) ? loose(text.length > 600 ? text.slice(0, 600) : text) : undefined;
}

// 1006 as a number of its own: no part of a longer one, of an address, a path or a measure.
const STANDALONE =
  /(?<![\w.:/#@%&+-]|(?:pid|uid|gid|tid|port|line|worker|process|thread|child|id|no|nr|number|took|after|size|bytes|length|count|total|order|ticket|room|batch|row|item|page|version|build|seq|offset)["']?[ =:]{0,2})1006(?![\w:/%]|\.\d|\s?(?:ms|s|[kmg]?i?b|bytes?|times|connections?|clients?|sockets?|sessions?|users?|messages?|lines|rows|items)\b)/i;
const ABOUT_CONNECTIONS = /web ?socket|(?<![a-z])(?:wss?|socket|code|close[-_]?code|conn|connection|client|peer|session)(?![a-z])/i;
// A column of a table: `…,cam-31936,1006,"",10.078`.
const COLUMN = /[,;\t|]\s?"?1006"?\s?[,;\t|]/;

/** Whether a line may well tell of a closure with 1006, in words or a shape that nothing here reads. */
export function mayTellOf1006(text: string): boolean {
  if (!text.includes('1006')) return false;
  const said = text.length > 2_000 ? text.slice(0, 2_000) : text;
  return STANDALONE.test(said) && !isSpokenOf(said) && (isEndWorded(said) || ABOUT_CONNECTIONS.test(said) || COLUMN.test(said));
}
