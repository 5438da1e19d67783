/** What the words of an application's message say about connections and the process, whatever the logger. */
import { inEnglish, withoutAccents } from './languages.ts';
import { STALLS } from './stalls.ts';

// OCPP since 1.6: charge points and their central system speak it over WebSockets only.
const WEBSOCKET = /\b(?:wss?|web ?sockets?|socket ?io|engine ?io|sockets?|sockjs|signalr|actioncable|graphql ws|ocpp)\b/;
const PEER =
  /\b(?:clients?|peer|conn|connection|session|user|player|subscriber|device|agent|viewer|transport|stream 0|(?:up|back)?link|onclose|on close)\b/;
// Connections that are no WebSockets: of databases, brokers, pools, files.
const OTHER =
  /\b(?:redis|mongo\w*|postgres\w*|pg|mysql|mariadb|database|db|kafka|amqp|rabbit\w*|nats|mqtt|broker|pool|cache|sql\w*|cassandra|elastic\w*|grpc|http2?|https|smtp|imap|ldap|consul|etcd|zookeeper|vault|cursor|file|stdin|producer|prisma|sequelize|typeorm|ssh|ftp|tls|ssl|keep alive connection)\b/;
const CLOSED = /\b(?:disconnect(?:ed|ion|s)?|close[ds]?|closure|onclose|hung up|dropped|went away|connection lost|terminated|conn lost)\b/;
// `peer left`, `subscriber detached`: chat and hub programs word it so; a room is left by somebody who stays connected.
const LEFT =
  /\b(?:clients?|peer|conn|connection|session|socket|player|subscriber|device|agent|viewer|spectator|(?:up|down)stream)(?: 0)? (?:has )?(?:left|gone|departed|detached)\b(?! (?:the |a )?(?:room|channel|group|topic|lobby|game|chat)\b)/;
const JOINED =
  /\b(?:clients?|peer|conn|connection|session|socket|player|subscriber|device|agent|viewer|spectator)(?: 0)? (?:has )?(?:joined|attached)\b(?! (?:to )?(?:the |a )?(?:room|channel|group|topic|lobby|game|chat)\b)|\b(?:joined|attached) as (?:(?:up|back)?link|conn|connection|session|socket|client|peer) 0\b/;
const NOT_CLOSED =
  /\b(?:not|internet disconnected|never|cannot|can t|could not|unable|failed to|fail to|attempt\w*|tried|trying|will|would|before|already|to close|error (?:while|when)|reconnect\w*|server closed|ignor\w+|skip\w*|send\w*|write|writing|listener|close signal|port 0 closed|to (?:quit|exit))\b/;
// A socket alone may be one of a database as well.
const OF_A_WEBSOCKET = /\b(?:wss?|web ?sockets?|socket ?io|engine ?io|sockjs|signalr|ocpp)\b/;
// A closed connection that needs neither id nor address to be one of a WebSocket.
const SOCKET_CLOSED =
  /\b(?:ws|wss|web ?socket|socket ?io|ocpp)\b.{0,40}\b(?:clos|disc|drop|lost|term)|\b(?:client|peer|user) (?:has )?disconnected|\bclosing handshake\b|\bweb ?sockets?\b/;
// Statistics, not one connection's end: `12 clients connected`, `0 open WebSocket connection(s)`.
// Jupyter's and Tornado's last words for a connection, and those of Python's websockets: the close that follows has no line.
// What SignalR's server gives a hub's `OnDisconnectedAsync` (`HubConnectionContext`, .NET 8), which logs it as it likes.
const GIVEN_UP =
  /\bweb ?socket ping timeout after\b|\bclosing handshake failed\b|\bclient hasn t sent a message ping within the configured client timeout interval\b/;
const COUNTED =
  /(?<!\b(?:conn|connection|client|session|socket|peer|user|ws) )\b\d+ (?:(?:open(?! (?:from|ip)\b)|active|current|idle|stale|total)\b|(?:\w+ )?(?:web ?sockets|clients|connections|sockets|sessions|users|peers)\b)/;
// `open`, `close code 1006`, `connect 8b9ca8fa from …`, `c-7b2137fe connected ip=…`: nothing but the verb says what it is about.
const BARE =
  /^(?:(?:[a-z]{1,2} )?(?:0 ){1,5})?(?:on ?)?(?:open(?:ed)?|clos(?:e|ed|ing)|accepted|(?:dis)?connect(?:ed|ion)?)(?: (?:from|by|for|id|disconnected|closed|code|with|after|reason|ip|conn|[0-9a-z]*\d[0-9a-z]*)\b|$)/;
const OPENED =
  /\b(?:connected|(?:rt|ws|socket|client) connect|connect(?= )|open(?:ed)?|accepted|established|upgraded|(?:up|back)?link (?:now )?up|(?:(?:up|back)?link|socket)(?: 0)?(?: (?:from|of|to|for) 0)? is (?:now )?up|new (?:ws|web ?socket|client|connection|conn|socket)|onopen|handshake (?:complete\w*|succeeded|ok))\b/;
const NOT_OPENED =
  /\b(?:not|never|fail\w*|reconnect\w*|connecting|connect e(?:addr|conn|host|net|timed|mfile|nfile|acces|perm|pipe)\w*|dis\w*|refused|cannot|can t|could not|unable|error|(?:trying|going|about|attempt\w*) to|before|timed? ?out|timeout|already|closed?|closing|rejected|file|door|total|count)\b/;
const HEARTBEAT =
  /\bunresponsive\b|\b(?:did not|didn t|failed to|not) (?:answer\w*|respond\w*|repl\w*)(?: to)?(?: (?:a|our|the|last|\d+))? (?:ping|heart ?beat)|\b(?:did not|didn t) receive(?: (?:a|an|any|the|our|its))? (?:pongs?|heart ?beats?)(?: ack\w*)?\b|\bmissed(?: (?:0|its|the|a|our|last|one|two|three|several|too many|consecutive|0 consecutive|max))? (?:pings?|pongs?|heart ?beats?|hbs?)\b|\b(?:no|missing) (?:pings?|pongs?|heart ?beats?|hbs?)\b(?! (?:from|by|of) (?:the |its |our )?(?:ui|gui|main|renderer|event loop)\b)|\b(?:sem|sin|senza|nessun|aucun|pas de|kein(?:en?)?|geen) pong\b|\bhb missed\b|\b(?:pings?|pongs?|heart ?beats?)(?: ping)? (?:time ?out|timed out|failed|lost|expired|(?:is |was |were )?(?:missed|overdue|unanswered|not answered))|\bunanswered (?:pings?|heart ?beats?)\b|\bkeep ?alives?(?: \w{1,12}){0,2} not answered\b|\bkeep ?alive (?:ping )?(?:time ?out|timed out|missing|missed)|\b(?:dead|stale|zombie) (?:ws|web ?socket|connection|client|socket|peer)/;
const GIVES_UP = /\b(?:closing|terminating|dropping|disconnecting|killing|removing|kicking)\b/;
// No SIGHUP: daemons take it for a reload.
const SIGNAL = /\bsig(?:term|int|quit)\b/;
const SIGNAL_SEEN =
  /\b(?:received|receiving|got|caught|signal|graceful\w*|shut\w*|clos\w+|exit\w*|stop\w*|drain\w*|terminat\w+|no longer accepting|waiting for (?:0 )?(?:clients?|connections?|sessions?|sockets?|users?|peers?|requests?))\b/;
const OF_A_CHILD = /\b(?:child|worker|subprocess|exited (?:with|on)|killed by|by signal|sent|sending)\b/;
/**
 * A signal by its number, the same on every Unix, or by the name that Go's `os.Signal` prints: `signal 15, closing 14 connections`,
 * `received signal: terminated`. Behind `signal` alone stands as often a radio's strength.
 */
const SIGNAL_UNNAMED =
  /(?:^|\b(?:receiv(?:ed|ing)|got|caught|handling)[ :]{1,2}(?:(?:a|the|os|unix|exit|stop|termination) )?)signal(?: (?:no\.?|number))?[ :=(#]{1,2}(?:2|15|terminated|interrupt)(?![\w.%]| ?(?:dbm?|bars?|of)\b)|\bsignal[ :=(#]{1,2}(?:2|15|terminated|interrupt)\)? (?:was )?(?:received|caught)\b/i;
/** A daemon takes these for what it likes: a stop only where it says so of itself. */
const SIGNAL_TO_RESTART =
  /\bSIG(?:USR[12]|HUP)\b(?=[ ,;:.()-]{1,3}(?:(?:and|so|now|server|gateway|process) )?(?:restarting|shutting down)\b(?! (?:idle |stale |the |all )*(?:workers?|child\w*|clients?|connections?)\b))/i;
/** Of Paho's client for pages, which has nothing but a WebSocket: https://github.com/eclipse-paho/paho.mqtt.javascript */
const PAHO_LOST = /\bAMQJS000[78][IE]\b/;
const STOPPING =
  /\bshutting down\b(?! (?:idle|stale|client|conn|connection|socket|web ?socket|session|stream|consumer|worker)\b)|\bgraceful(?:ly)? (?:shutdown|shut|stop\w*|terminat\w+|exit\w*)|\bshutdown (?:signal|request\w*|initiated|started|hook)|\b(?:commencing|starting|begin\w*|initiating) (?:graceful )?shutdown|\b(?:received|got) (?:a |the )?shutdown\b(?! (?:alert|notify|from|of|frame|ack)\b)|\bserver (?:is )?stopping\b|^stopping (?:the )?(?:server\b|web ?socket hub\b)/;
/** The time that a stop gave its connections is over: `drain window over, terminating remaining sockets`. */
const DRAINED =
  /\b(?:drain|draining|shutdown)(?: (?:window|period|time|timeout|deadline))? (?:over|expired|elapsed|exceeded|reached|timed out)\b|\b(?:terminating|closing|killing|dropping|destroying|disconnecting|cutting)(?: (?:the|all|0))? remaining (?:ws|web ?sockets?|sockets?|connections?|clients?|sessions?|peers?)\b/;
const STARTED =
  /\blistening (?:on|at|for (?:connections|web ?sockets?))\b|\b(?:server|gateway|app|service|bridge|hub|uvicorn) (?:is )?(?:now )?(?:listening|running (?:on|at))\b|\bserver started\b|^starting protocol handler\b|\blistening\b.{0,40}\b(?:port|upstream)\b|^listening(?: 0){0,6}$|\bserving on (?!behalf\b)\S/;
const UNCAUGHT = /\buncaught(?: ?exception)?\b|\bunhandled ?(?:promise )?(?:rejection|exception|error)\b/;
const HEAP = /heap out of memory|outofmemoryerror|heap limit/;
const IN_HANDLER =
  /\binvalid websocket frame\b|\bframes? must be (?:un)?masked\b|\bexception (?:in|inside) (?:asgi )?(?:application|handler|consumer|callback)|\b(?:connection|message|web ?socket|request) handler (?:failed|crashed|error|exception)|\bpanic serving\b|\bunhandled \w+ in (?:web ?socket|ws|message|connection)\b|\berror in (?:web ?socket|ws|message) handler|^error handling request\b/;
/** Of ws and gorilla: the close that follows has no reason of its own. */
const REFUSED_FRAME = /\bmax payload size exceeded\b|\bweb ?socket read limit exceeded\b|\binvalid web socket frame\b/;
// The last ones are tungstenite's (`ProtocolError`, 0.24).
const HANDSHAKE =
  /unexpected server response|bad handshake|closed before the connection (?:was|is) established|\b(?<!\bclos(?:e|ing) )(?:handshake|upgrade)(?: request)? (?:failed|failure|rejected|refused|denied|aborted|error|timed out|timeout)|\b(?:failed|failure|rejected|rejecting|refused|refusing|denied|invalid|could not|cannot|unable to)\b.{0,40}\b(?<!\bclos(?:e|ing) )handshake\b|\b(?:(?:failed|unable|refused) to|could not|cannot|failed|rejected|rejecting|refused|refusing|denied|invalid) (?:the )?(?:(?:ws|web ?socket|http|connection) )?upgrade\b|\bfailed to start the (?:connection|transport)\b|(?:during|in) web ?socket handshake|\bconnection rejected\b|not using the websocket protocol|\bnot upgraded to web ?socket\b|\bweb ?socket protocol violation\b.{0,80}\b(?:does not contain|not get|unsupported)\b|\b(?:failed|unable|could not|cannot) (?:to )?accept (?:the |a )?web ?socket\b|\borigin (?:is )?not (?:allowed|authorized)\b|\bhttp version must be 0\b|\bhandshake not finished\b/;
// Spring's `Transport error in StandardWebSocketSession[…]` is of a write as well.
const READ_FAILED =
  /\btransport error (?:in|for) |\bread(?:ing)?(?: message)? (?:failed|failure|error)\b|\b(?:failed|unable|could not|cannot|error|err) (?:to )?read(?:ing)?\b|\b(?:failed|unable|error) to receive\b|\bfailed receiving\b|\bread completed with an error\b|\berror (?:while )?receiving\b|\breceive (?:failed|failure|error)\b|^(?:(?:ws|web ?socket) )?read(?: message)?(?: read tcp\b|$)/;
const OFFLINE =
  /\berr internet disconnected\b|^(?:(?:browser|client|navigator|device|app|network)(?: is| went| status)? )?offline(?: event)?$|\bnetwork (?:lost|down|unreachable|disconnected)\b|^(?:network |nw )?path unsatisfied\b|\b(?:browser|device) went offline\b/;
// What connecting fails of where the client's own system has no way, or no name server that answers.
const CUT_OFF =
  /\bnetwork is (?:unreachable|down)\b|\bnodename nor servname provided\b|\btemporary failure in name resolution\b|\b(?:enetunreach|enetdown|eai again)\b/;
const CONNECT_FAILED =
  /\bconnect(?:ion)?(?: attempt)? (?:has )?(?:failed|failure|error)\b|\breconnect\w* failed\b|\b(?:failed|unable|could not|cannot|can t|error) (?:to )?(?:re ?)?connect\w*\b/;
// `closed, reconnecting...`: what comes next does not take the close back.
const AND_AGAIN =
  /(?<= )(?:(?:and|now|will|trying|to) )*(?:re ?connect(?:ing)?|retry(?:ing)?)(?: again| soon| now| (?:in|after) \w{1,10}(?: \w{1,12})?)?$/;
const ONLINE =
  /^(?:(?:browser|client|navigator|device|app|network) (?:is |went |status )?(?:back )?|back )online(?: event)?$|\bnetwork (?:restored|up|back|changed)\b|^(?:network |nw )?path satisfied\b/;
const CLOSING = /\bclosing\b/;
const OVER = /\b(?:complete|completed|finished|done)\b/;
// Spring's `Commencing graceful shutdown. Waiting for active requests to complete` begins it.
const BEGINS = /\b(?:commencing|starting|beginning|initiating) (?:graceful )?shutdown\b/;
const REFUSED = /reject|refus|denied|protocol violation|origin (?:is )?not (?:allowed|authorized)/;
const SOME_CONNECTED = /\b(?:client|peer|user) connected\b|^new connection 0$/;
const TLS = /\b(?:tls|ssl)\b/;

/** Whatever wording gives an event; each has a needle. */
export const VOCABULARY: readonly RegExp[] = [
  CLOSED,
  LEFT,
  JOINED,
  OPENED,
  HEARTBEAT,
  SIGNAL,
  STOPPING,
  DRAINED,
  STARTED,
  UNCAUGHT,
  HEAP,
  IN_HANDLER,
  REFUSED_FRAME,
  HANDSHAKE,
  READ_FAILED,
  OFFLINE,
  ONLINE,
  STALLS,
];

/**
 * Words without punctuation and case, numbers and ids as `0`: `wsClosed`, `ws_close` → `ws closed`, `ws close`; `conn 48ed1d70` → `conn 0`.
 * At most 600 characters are looked at.
 */
function spoken(text: string): string {
  const end = Math.min(text.length, 600);
  let said = '';
  // By hand, letter by letter: this reads every message, and replacements take several times as long.
  for (let at = 0; at < end; ) {
    const start = at;
    let hasDigit = false;
    let last = OTHER_SIGN;
    for (; at < end; at++) {
      const kind = kindOf(text.charCodeAt(at));
      if (kind === OTHER_SIGN || (kind === UPPER && last === LOWER)) break;
      hasDigit ||= kind === DIGIT;
      last = kind;
    }
    if (at === start) at++;
    else said += (said === '' ? '' : ' ') + (hasDigit ? '0' : text.slice(start, at));
  }
  return said.toLowerCase();
}

const OTHER_SIGN = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const kindOf = (code: number): number => {
  if (code >= 97) return code <= 122 ? LOWER : OTHER_SIGN;
  if (code >= 65) return code <= 90 ? UPPER : OTHER_SIGN;
  return code >= 48 && code <= 57 ? DIGIT : OTHER_SIGN;
};

/** What words tell, each by itself. */
export interface Words {
  readonly mentionsSocket: boolean;
  /** Of a WebSocket, and not of any other socket. */
  readonly ofWebSocket: boolean;
  readonly mentionsPeer: boolean;
  /** About a connection of a database, a broker, a file …, and no WebSocket. */
  readonly aboutOther: boolean;
  /** About a connection, or so short that it is about the record's own. */
  readonly ofConnection: boolean;
  readonly closes: boolean;
  readonly closing: boolean;
  /** Closed, not merely spoken of: no failed attempt, no count, no signal. */
  readonly closesPlainly: boolean;
  /** A WebSocket's close by the words alone. */
  readonly closesSocket: boolean;
  readonly opens: boolean;
  /** A WebSocket's opening by the words alone. */
  readonly opensSocket: boolean;
  readonly failsToRead: boolean;
  /** Of a WebSocket's peer: what serves HTTP, as its logger's name may say, has no other heartbeat. */
  readonly missesHeartbeat: boolean;
  /** Says that it ends the connection of which it speaks. */
  readonly givesUp: boolean;
  readonly stops: boolean;
  /** Tells of what has been done. */
  readonly isOver: boolean;
  readonly starts: boolean;
  readonly uncaught: boolean;
  readonly uncaughtException: boolean;
  readonly heapLimit: boolean;
  readonly inHandler: boolean;
  readonly refusesFrame: boolean;
  readonly failsHandshake: boolean;
  readonly refuses: boolean;
  readonly fatal: boolean;
  readonly stalls: boolean;
  readonly offline: boolean;
  /** An attempt to connect failed of the client's own network. */
  readonly cutOff: boolean;
  readonly online: boolean;
}

function judge(said: string, about: string): Words {
  const mentionsSocket = WEBSOCKET.test(about);
  const mentionsPeer = PEER.test(about);
  const closes = CLOSED.test(said) || LEFT.test(said);
  const loggers = about.slice(0, about.length - said.length);
  const signal = SIGNAL.test(said);
  const counted = COUNTED.test(said);
  const opens = (OPENED.test(said) || JOINED.test(said)) && !NOT_OPENED.test(said) && !counted;
  const ofChild = OF_A_CHILD.test(said);
  const isOver = OVER.test(said) && !BEGINS.test(said);
  return {
    mentionsSocket,
    ofWebSocket: OF_A_WEBSOCKET.test(about),
    mentionsPeer,
    aboutOther: !mentionsSocket && OTHER.test(about),
    ofConnection: mentionsSocket || mentionsPeer || BARE.test(said),
    closes,
    closing: CLOSING.test(said),
    closesPlainly:
      GIVEN_UP.test(said) || (closes && !signal && !counted && !NOT_CLOSED.test(mentionsSocket ? said.replace(AND_AGAIN, '') : said)),
    closesSocket: SOCKET_CLOSED.test(about),
    opens,
    opensSocket: opens && (mentionsSocket || SOME_CONNECTED.test(said)),
    failsToRead: READ_FAILED.test(said),
    missesHeartbeat: HEARTBEAT.test(said) && (mentionsSocket || !(OTHER.test(said) || OTHER.test(loggers.replace(/\bhttps?\b/g, '')))),
    givesUp: GIVES_UP.test(said),
    stops: !ofChild && !isOver && ((signal && SIGNAL_SEEN.test(said)) || STOPPING.test(said) || (DRAINED.test(said) && !OTHER.test(about))),
    isOver,
    starts: STARTED.test(said),
    uncaught: UNCAUGHT.test(said),
    uncaughtException: /\buncaught ?exception\b/.test(said),
    heapLimit: HEAP.test(said),
    inHandler: IN_HANDLER.test(said),
    refusesFrame: REFUSED_FRAME.test(said),
    failsHandshake: HANDSHAKE.test(said) && !TLS.test(said),
    refuses: REFUSED.test(said),
    fatal: said.startsWith('fatal'),
    stalls: STALLS.test(said),
    offline: OFFLINE.test(said),
    cutOff: CONNECT_FAILED.test(said) && CUT_OFF.test(said),
    online: ONLINE.test(said),
  };
}

/** What stands in a URL are names, and no words of what happened: `wss://chat.example.com/rooms/7f3a open`. */
const URL = /\b(wss?):\/\/[^\s'"]{1,2000}/g;

// A program words its messages in a few ways, and ids are `0` here: nearly every record's wording has been judged before.
const MOST_REMEMBERED = 4096;
const remembered = new Map<string, Words>();

/** What a template leaves open, as Serilog's and others' compact formats keep it: `Link {LinkRef} from {DeviceId} is up`. */
const HOLE = /\{[@$]?[A-Za-z_]\w{0,60}(?:,-?\d{1,4})?(?::[^{}\s]{1,30})?\}/g;

function withoutNames(message: string): string {
  const bare = message.includes('://') ? message.replace(URL, '$1') : message;
  return bare.includes('{') ? bare.replace(HOLE, '0') : bare;
}

/** Judges a message, with its logger's name as a hint at what it is about. */
export function wordsOf(message: string, logger = ''): Words {
  const plain = withoutAccents(withoutNames(message));
  const said = spoken(
    /sig|AMQJS/i.test(plain)
      ? plain
          .replace(SIGNAL_UNNAMED, 'received SIGTERM ')
          .replace(SIGNAL_TO_RESTART, 'SIGTERM shutting down')
          .replace(PAHO_LOST, 'WebSocket')
      : plain,
  );
  const about = logger === '' ? said : `${spoken(logger)} ${said}`;
  // The message's own words begin behind the logger's; both count.
  const key = `${about.length - said.length} ${about}`;
  let words = remembered.get(key);
  if (words === undefined) {
    words = judge(inEnglish(said), inEnglish(about));
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, words);
  }
  return words;
}
