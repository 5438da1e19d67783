/** What sentences of application logs name: `Client 58534fe0 (10.20.0.103) disconnected, code: 1006, reason: none, connected for 36245 ms`. */
import { duration } from '../time.ts';
import { isIp } from './address.ts';
import { type AppRow, appRow } from './app-fields.ts';
import { closeCodeIn } from './close-words.ts';
import { addField, type Fields, plainName } from './fields.ts';
import { DRAWN } from './ids.ts';
import { keyValues } from './keyvalue.ts';

// A noun of a connection and its id. An id has a digit in it, so that `client disconnected` names none; Engine.IO's begin with any sign of base64url.
// A link is what a device has to its server; the kernel's has the name of an interface. Kestrel's `TraceIdentifier` is `connection:request`.
const ID =
  /\b(?:client|conn(?:ection)?|socket|session|peer|stream|(?:up|back)?link(?! (?:eth|en[opsx]|wl|veth|br|docker|tun|wg)\w{0,12}\b)|web ?socket|wss?|disconnect(?:ed)?|connect(?:ed)?|on(?:dis)?connected(?:async)?|id|sid)(?: id)?(?:[ :=#]|: ){1,2}["'[(<]?#?(0H[0-9A-V]{11}:[0-9A-F]{8}(?!\w)|(?=[\w-]{0,63}\d)(?:\w|-(?=[\w-]{15}))[\w-]{3,63}(?!\w|[.:]\d))/gi;
/** Behind a bare verb only what looks like an id: `open 04e7bb87`, but no code and no count. */
const VERB_ID =
  /(?<![A-Za-z])(?:open(?:ed)?|closed?|accepted)[ :=]{1,2}((?!20\d{6}\b)\d{8}|(?=[0-9a-f-]{0,35}[0-9])(?=[0-9a-f-]{0,35}[a-f])(?:[0-9a-f]{6,32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))(?![\w.:-])/i;
/** In front of a bare verb, in brackets or not: `<0ab3f1> close 1006`, `d2b6895b4 connected`, `#ae4ac9-e23d open from …`, `16360525 read: …`. */
const ID_FIRST =
  /^[<[({#]?((?!20\d{6}\b)\d{8}|(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z])[A-Za-z0-9][\w-]{3,63})[>\])}]?:? (?:(?:is|has|was) )?(?:on ?)?(?:(?:(?:dis)?connect(?:ed|ion)?|open(?:ed)?|closed?)(?![\w-])|(?:read|write|ping|recv|send)(?: (?:err(?:or)?|failed|loop))?:)/i;
/** The same in brackets of a list's sort or behind a number sign, before what else happens to one who is connected: `[da484db2] unsubscribed`. */
const BOXED_ID_FIRST =
  /^[[#]((?=[0-9a-f-]{0,35}\d)[0-9a-f]{6,32}(?:-[0-9a-f]{4,12}){0,4})\]?:? (?:(?:is|has|was) )?(?:(?:un)?subscribed|joined|left|attached|detached|accepted|established|upgraded|terminat(?:ed|ing)|dropped|gone|lost|missed|no pong)(?![\w-])/;
/** Behind a component's name, as Android's programs write who speaks: `W RealtimeSDK(a1f7ae851d1e): onClose`; a number alone is a pid there. */
const ID_TAGGED = /^(?:[VDIWEF][ /])?[A-Za-z][\w.]{1,40}\(((?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z])[\w-]{4,64})\): /;
/** Behind a sign for coming and going: `- u8f1c0c code=1006`, `+ u606513 (127.0.0.1)`. */
const ID_SIGNED = /^(?:[-+<>*]|<-|->|<<|>>) ["'[(<]?((?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z])[A-Za-z0-9][\w-]{3,63})[>\])"']?(?=[ :,(]|$)/;
/** Engine.IO's ids: 15 random bytes in base64, the last ones a counter that starts at 0; one in fifteen has no digit. */
const SOCKET_IO = /(?<![\w-])([\w-]{16}AA[\w-]{2})(?![\w-])/;
export const isSocketIoId = (id: string): boolean => SOCKET_IO.exec(id)?.[1] === id;
/** SignalR's ids: 16 random bytes in base64url, of which one in a hundred has neither digit nor sign; a class's name has one capital a word. In brackets it needs no noun. */
const SIGNALR =
  /(?:^|[([](?=[\w-]{0,21}\d)|\b(?:client|connection|opened|closed|(?:dis)?connected|id|on|as)[ :=]{1,2}["'(]?)((?=[\w-]{0,21}[a-z])(?=[\w-]{0,21}[A-Z])(?![A-Za-z][a-z]{1,21}(?:[A-Z][a-z]{1,21}){0,10}(?![\w-]))[\w-]{22})(?![\w-])/;
/** Ratchet's tutorial, which most servers on it began as; its ids are small numbers. */
const RATCHET = /(?:^New connection! \(|^Connection )(\d{1,9})(?:\)$| has disconnected$)/;
// In front of a URL's path stands who was asked, and not who came; Java writes `/10.0.0.7:51230`.
const ADDRESS =
  /(?<![\w.:]|\/\/)((?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]|(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f:.]{0,39}|::[0-9A-Fa-f:.]{1,39})(?::(\d{1,5}))?(?![\w.])/g;
// Java's `Duration` writes itself as ISO 8601 does: `PT1M55.196S`.
const SPELLED = String.raw`((?:PT)?\d{1,12}(?:\.\d{1,9})?\s?[a-zµ]{1,12}(?:\s?\d{1,9}(?:\.\d{1,9})?\s?[a-zµ]{1,12}){0,3})`;
// What came last of whatever the program deals in: `last tick 75s ago`. What it sent by itself breaks no silence of its peer, and how it
// came to be connected is no traffic.
const LAST = String.raw`last (?:(?:client|server|market|user|inbound|incoming) )?(?!(?:re|dis)?connect|open|clos|(?:re)?start|deploy|err|fail|attempt|retry|auth|log[io]|ping\b|sen[dt]|tx\b|writ|wrote|flush|success)[a-z]{2,16}`;
const SILENCE = new RegExp(
  String.raw`\b(?:idle|inactive|silent|quiet|silence|no (?:data|pong|traffic|messages?|activity)|${LAST}(?= \d[\w.]{0,20}(?: ?[a-z]{1,12})? ago))(?: for| since| time)?[ :=]{1,3}${SPELLED}`,
  'i',
);
/** `lastRx=300s ago`: of one direction. */
const UNHEARD = new RegExp(String.raw`\blast_?(?:recv|received|rx|read)[ :=]{1,2}${SPELLED} ago\b`, 'i');
const LIFE = new RegExp(
  String.raw`\b(?:after|for|lasted|lived|alive|duration|elapsed|uptime|up|age)[ :=]{1,3}${SPELLED}(?! (?:of )?(?:inactiv|idle|silen))`,
  'i',
);
const GRACE = new RegExp(
  String.raw`\b(?:drain(?:ing)?|grace|wait(?:ing)?|timeout|deadline)(?: (?:window|period|time|timeout|connections|clients|sockets))?(?: (?:of|is|max|for up to|for at most|up to|at most|for|within))?[ :=(]{1,2}${SPELLED}`,
  'i',
);
// Rust's tracing writes an error's words without quotes: up to the next key or the end.
const SENTENCE = /(?<![\w.])(err|error|exception|cause|reason)=(?!["'])([^\s=]{1,100} [^=\n]{1,400}?)(?=\s[A-Za-z_][\w.]{0,40}=|$)/;
/** One duration with its unit, whatever the words before it: `played 33.0s`; `+33ms` is what passed since the line before. */
const ANY_DURATION =
  /(?<![\w.:/=+-]|\d )(\d{1,9}(?:\.\d{1,9})?\s?(?:ms|msecs?|millis|milliseconds|s|secs?|seconds?|m|mins?|minutes?|h|hours?)(?:\s?\d{1,9}(?:\.\d{1,9})?\s?(?:ms|s|secs?|seconds?|m|mins?|minutes?)){0,2})(?![\w%/])/gi;
// What is measured there is a wait, a limit or a statistic, and no life.
const NO_LIFE =
  /(?:^|[^a-z])(?:in|within|every|time-?out|timed out|rtt|latency|ping|pong|lag|back-?off|retry\w*|reconnect\w*|interval|delay\w*|wait\w*|idle|silen\w+|inactiv\w+|last|limit|deadline|grace|next|ttl|jitter|drift|skew|avg|average|max\w*|min\w*|took|ago|write|flush\w*|missed|heartbeat|keep-?alive)\W{0,3}(?:[a-z]{1,12}\W{1,2})?$/i;
// Moonraker's `Pong Time Elapsed: 4.09` is no life.
const COLON =
  /(?<![\w.]|p[io]ng (?:time )?)(code|reason|duration|ip|client|remote|elapsed|uptime|path|id|sid)\s?:\s{1,2}("[^"]{0,300}"|'[^']{0,300}'|[^,;)\]"']{1,200})/gi;
// `client: Connected (Latency 139ms)`: who speaks, and not who is connected.
const SPEAKER = /^(?:client|remote) (?:[A-Z][a-z]{1,20}|(?:dis)?connect\w{0,5}|retry\w{0,3})(?: |$)/;
// A name that ends with its unit needs no sign behind it: `open-ms 628037`.
const MEASURED = /(?<![\w-])((?:[a-z]{2,12}[-_]){1,3}(?:ms|msecs?|millis|secs?|seconds))[ :]{1,2}(\d{1,12}(?:\.\d{1,6})?)(?![\w.])/gi;
// `read tcp 10.0.0.1:3000->203.0.113.9:5555: read: connection reset by peer`: the second address is the peer's.
const PAIR = /\b(?:tcp[46]?|from) \S{3,50}->(\S{3,50}?)(?=[:\s,]*(?:\s|$))/;
/** What an AWS load balancer hands on as X-Amzn-Trace-Id and writes to its own log, by whatever name. */
const AMAZON_TRACE = /(?<!\w)Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?![\w-])/;
// Reasons as libraries word them: Spring's CloseStatus, gorilla, Socket.IO, uWebSockets.
const REASONS: readonly RegExp[] = [
  /CloseStatus\[code=\d{4}, reason=([^[\]]{0,300}(?:\[[^\]]{0,100}\][^[\]]{0,200})?)\]/,
  /close \d{4} \([^)]{1,60}\): (.{1,200}?)(?= after \d| from [\d[]|$)/,
  /\b((?:transport|parse) (?:close|error)|ping timeout|(?:client|server) namespace disconnect|io (?:client|server) disconnect|forced (?:server )?close|server shutting down)\b/,
  /\b(Received (?:TCP FIN before WebSocket close frame|invalid WebSocket frame|invalid close payload|too big message, or other inflation error|unexpected RSV1 bit)|WebSocket timed out from inactivity)\b/,
];
const MOST = 4000;

/** Fields that a message names in `key=value`, `key: value`, or plain words. */
export function fieldsOfProse(message: string): Fields {
  const text = message.length > MOST ? message.slice(0, MOST) : message;
  const fields: Fields = {};
  const add = (name: string, value: unknown): void => {
    if (value !== undefined && value !== '') addField(fields, name, value);
  };
  add('closereason', reasonIn(text));
  if (text.includes('=')) {
    const sentence = SENTENCE.exec(text);
    if (sentence) add(plainName(sentence[1] ?? ''), sentence[2]);
    for (const [key, value] of keyValues(text)) add(plainName(key), value);
    add('xamzntraceid', AMAZON_TRACE.exec(text)?.[0]);
  }
  if (text.includes(': '))
    for (const [, key = '', value = ''] of text.matchAll(COLON))
      if (!SPEAKER.test(`${key} ${value}`)) add(key.toLowerCase(), value.trim().replace(/^(["'])(.*)\1$/, '$2'));
  for (const [, key = '', value] of text.matchAll(MEASURED)) add(plainName(key), value);
  const silence = spelled(SILENCE.exec(text)?.[1]);
  add('silencems', silence);
  add('unheardms', spelled(UNHEARD.exec(text)?.[1]));
  const life = spelled(LIFE.exec(text)?.[1]);
  if (life !== silence || silence === undefined) add('durationms', life);
  // The address in a start banner is the server's own.
  if (!/\b(?:listening|running|serving|bound) (?:on|at|to)\b/i.test(text)) add('clientip', PAIR.exec(text)?.[1] ?? addressIn(text));
  add('connid', idIn(text));
  return fields;
}

function reasonIn(text: string): string | undefined {
  for (const pattern of REASONS) {
    const reason = pattern.exec(text)?.[1];
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const spelled = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  // The pattern may have taken the word behind the duration too: `after 7.599s from`.
  const words = text.toLowerCase().replace(/^pt/, '');
  return duration(words) ?? duration(/^\S{1,20}/.exec(words)?.[0] ?? '');
};

function addressIn(text: string): string | undefined {
  ADDRESS.lastIndex = 0;
  for (let found = ADDRESS.exec(text); found; found = ADDRESS.exec(text)) {
    const [whole, ip = ''] = found;
    if (isIp(ip.replace(/^\[|\]$/g, '')) && !/^\d{1,2}:\d{2}(?::\d{2})?$/.test(ip)) return whole;
  }
  return undefined;
}

function idIn(text: string): string | undefined {
  // What the message begins with is what it is about: in `close 43c38b0684 code=1006 client=app-20367` who was connected stands behind.
  const verb = VERB_ID.exec(text);
  if (verb?.index === 0) return verb[1];
  ID.lastIndex = 0;
  let session: string | undefined;
  for (let found = ID.exec(text); found; found = ID.exec(text)) {
    const [whole, id = ''] = found;
    if (!/\d/.test(id) || /^\d{1,4}$/.test(id) || /^\d+(?:ms|s|m|h|px|kb|mb)$/i.test(id)) continue;
    // A session may have several connections: `session s_7Yk0pZ connection sc_4mWe`.
    if (session === undefined && /^session/i.test(whole)) session = id;
    else if (session === undefined || /^conn/i.test(whole)) return id;
  }
  if (session !== undefined) return session;
  return (
    SOCKET_IO.exec(text)?.[1] ??
    SIGNALR.exec(text)?.[1] ??
    verb?.[1] ??
    ID_FIRST.exec(text)?.[1] ??
    BOXED_ID_FIRST.exec(text)?.[1] ??
    ID_SIGNED.exec(text)?.[1] ??
    ID_TAGGED.exec(text)?.[1] ??
    RATCHET.exec(text)?.[1]
  );
}

/** How long it was open, where a close names one duration and nothing says that it is another thing's. */
export function ageIn(message: string): number | undefined {
  let only: number | undefined;
  for (const found of message.slice(0, 600).matchAll(ANY_DURATION)) {
    if (NO_LIFE.test(message.slice(Math.max(0, found.index - 40), found.index))) continue;
    if (only !== undefined) return undefined;
    only = spelled(found[1]);
  }
  return only;
}

/** How long the program says that it waits for its connections to end. */
export const graceSpelled = (message: string): number | undefined => spelled(GRACE.exec(message.slice(0, 600))?.[1]);

// What teams call those who are connected, and a name or number for one: it has a digit, so that `user left` names none.
const PARTY = new RegExp(
  String.raw`(?<![\w-])(?:seat|member|dev|device|user|client|peer|sensor|subscriber|player|agent|account|acct|viewer|guest|visitor|unit|truck|vehicle|meter|camera|terminal|kiosk|driver|rider|courier|participant|student|table|screen|printer|robot|station|listener|speaker|trader|customer)(?: (?:id|no))?[ #:]{1,2}["'[(<]?#?((?=[\w.-]{0,40}\d|${DRAWN}(?![\w-]))[A-Za-z0-9][\w.-]{1,38}[A-Za-z0-9])(?![\w.]|:\d)`,
  'i',
);
/** The message begins with it: `A219128 gone`, `[truck888b] LINK LOST`, `valve-673: connection closed`. */
const FIRST =
  /^[<[({"']?((?=[\w.-]{0,40}\d)(?=[\w.-]{0,40}[A-Za-z])[A-Za-z0-9][\w.-]{2,38}[A-Za-z0-9])[>\])}"']?[:,]?\s(?=[A-Za-z])(?!(?:INFO|WARN|ERROR|DEBUG|TRACE)\b)/;
/** Behind whatever a team calls those who connect: `bidder b4734f80 gone`, `Spieler 7f3a9c connected`. */
const BEHIND_NOUN =
  /^[\p{L}]{3,24} #?((?=[0-9a-f-]{0,35}\d)(?=[0-9-]{0,35}[a-f])[0-9a-f]{6,32}(?:-[0-9a-f]{4,12}){0,4}),? (?:has |is |was )?(?:connected|disconnected|opened|closed|joined|left|gone|lost|dropped|timed out|online|offline)(?![\w-])/iu;
const NO_NAME =
  /^(?:\d{1,4}|10[01]\d|\d+(?:\.\d+)?(?:ms|s|m|h|kb|mb|x)|https?\d?|ipv?[46]|tcp[46]|udp[46]|utf-?\d+|h2c?|tls\S*|sha\d+|v?\d+(?:\.\d+)+|rfc\d+|.*\.(?:[cm]?[jt]sx?|py|go|rb|rs|java))$/i;
/** `session 0 opened for oz.fc45`. */
const FOR =
  /\b(?:open(?:ed)?|connected|accepted|joined|established) (?:for|by|as|from) ["'[(<]?((?=[\w.-]{0,40}\d)[A-Za-z][\w.-]{1,38}[A-Za-z0-9])(?![\w.]|:\d)/i;
/** `session 0 closed`, `#5 open`: numbers of one process, so that the noun stays with them; Tomcat's of sessions are hexadecimal. */
const NUMBERED =
  /^(session|conn|connection|client|socket|tunnel|#) ?#?(\d{1,9}|(?<=^session )[0-9a-f]{1,6}) (?:is |has |was )?(?:open|clos|connect|disconnect|begin|began|start|end|up\b|down\b|left|gone|lost|joined)/i;

/** A name that a message has for the one who is connected; weaker than a connection's own id. */
export function partyIn(message: string): string | undefined {
  const text = message.length > 300 ? message.slice(0, 300) : message;
  for (const pattern of [PARTY, FOR, FIRST, BEHIND_NOUN]) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined && !NO_NAME.test(name) && endpointLike(name) === undefined) return name;
  }
  return undefined;
}

/** `session 0` of `session 0 closed`. */
export function numberIn(message: string): string | undefined {
  const found = NUMBERED.exec(message);
  return found ? `${found[1] === '#' ? '' : `${found[1]?.toLowerCase()} `}${found[1] === '#' ? '#' : ''}${found[2]}` : undefined;
}

const endpointLike = (name: string): string | undefined => (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) ? name : undefined);

/** A row with what its message names besides the record's own fields. */
export function withProse(row: AppRow): AppRow {
  if (row.message === undefined || !/\d/.test(row.message)) return row;
  const told: { -readonly [K in keyof AppRow]: AppRow[K] } = appRow(fieldsOfProse(row.message), row.message);
  const code = row.code ?? told.code ?? closeCodeIn(row.message);
  if (code !== undefined) told.code = code;
  // A level in a sentence is not the record's.
  if (told.level !== undefined) delete told.level;
  return Object.assign(told, row);
}
