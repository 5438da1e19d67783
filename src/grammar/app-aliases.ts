/** What loggers call each field: names without case and punctuation, with those of the objects around them; the surer name first. */

const names = (list: string): readonly string[] => list.split(' ');

export const MESSAGE = names('msg message m text mt messagetemplate body shortmessage logmessage');
export const EVENT = names('event eventname eventtype type action evt kind');
export const LEVEL = names('level lvl severity loglevel levelname l severitytext');
export const TIME = names(
  'time timestamp ts t asctime datetime date timemillis eventtime loggedat at timetimestamp epochms timestampms closedat observedat',
);
export const LOGGER = names('logger loggername category sourcecontext target component module scope');
export const SERVICE = names('service servicename app appname application name program');
export const HOST = names('hostname host hostid server machinename instance');
export const PID = names('pid processid procid processpid');
// A close code by name; `code`, `status` and the like are one only beside words of a close.
export const CLOSE_CODE = names(
  'closecode wscode wsclosecode websocketcode websocketclosecode closeeventcode closestatuscode closestatus disconnectcode closingcode',
);
export const CODE = names('code statuscode status eventcode errcode errorcode');
export const REASON = names(
  'closereason wsreason disconnectreason closeeventreason closestatusreason reason closemessage reasontext closetext cause',
);
export const CLEAN = names('wasclean clean closeeventwasclean wswasclean cleanclose');
export const CONNECTION = names(
  'connid connectionid socketid wsid websocketid sockid connuuid connectionuuid wsconnid wsconnectionid cid sid sessionid conn connection socket wssession peerid clientid session',
);
// Forwarded addresses first: behind a proxy the socket's own address is the proxy's.
export const CLIENT = names(
  'xforwardedfor forwardedfor xrealip realip clientip clientaddr clientaddress remoteaddress remoteaddr remoteip remote ip ipaddress peer peerip peeraddr peeraddress peername connip connaddr connaddress connremoteaddress connclientip connpeer socketip sourceip srcip raddr client from',
);
export const PORT = names('remoteport clientport peerport connport sourceport srcport connremoteport port');
export const PATH = names('path url uri requesturi reqpath requrl endpoint requestpath wsurl');
export const REQUEST_ID = names('requestid reqid xrequestid traceid correlationid');
export const UPSTREAM = names('upstream upstreamurl backend backendurl proxyto');
export const INITIATOR = names('initiator closedby initiatedby closeinitiator by side');
export const RECEIVED = names('messagesin msgsin messagesreceived msgsreceived framesin framesreceived received rx msgin recv inmessages');
export const SENT = names('messagesout msgsout messagessent msgssent framesout framessent sent tx msgout outmessages');
export const ERROR = names(
  'errstack errorstack exceptionstack exceptionstacktrace stack stacktrace errorstacktrace exception error err errorverbose thrown thrownmessage x excinfo trace',
);
export const OPENED_AT = names('openedat connectedat openat connectat startedat opentime connecttime createdat since connectionstart');
export const CLOSED_AT = names('closedat disconnectedat endedat closetime disconnecttime');

const UNIT = '(?:in)?(ms|msec|msecs|millis|milliseconds|s|sec|secs|seconds|us|micros|microseconds|ns|nanos|nanoseconds|m|min|minutes)?';
export const LIFE_KEY = new RegExp(
  `^(?:ws|websocket|socket|conn|connection|session|client|total)?(?:duration|dur|elapsed|lifetime|life|uptime|age|connectedfor|connectedtime|connectiontime|connectionlength|timeopen|timeconnected|openfor|alivefor|alive|lifespan|connectedduration|lasted|took|sessionlength)${UNIT}$`,
);
export const SILENCE_KEY = new RegExp(
  `^(?:ws|websocket|socket|conn|connection|client|session)?(?:idle|idletime|idlefor|silence|silent|silentfor|inactive|inactivefor|inactivity|quiet|sincelast(?:message|msg|activity|pong|seen|frame|data)?|lastactivityago|lastseenago|lastmessageago|lastpongago)${UNIT}$`,
);
export const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  msecs: 1,
  millis: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minutes: 60_000,
  us: 1e-3,
  micros: 1e-3,
  microseconds: 1e-3,
  ns: 1e-6,
  nanos: 1e-6,
  nanoseconds: 1e-6,
}; // prettier-ignore

// Objects that only group fields: their name says nothing of what stands in them.
export const GROUPS: ReadonlySet<string> = new Set(
  names(
    'fields context ctx data extra meta metadata payload detail details contextmap mdc attributes attrs labels properties state record params args info event log span structureddata dynamic closeevent message msg connectioninfo',
  ),
);
