/** What loggers call each field: names without case and punctuation, with those of the objects around them; the surer name first. */

const ALIASES = {
  message: 'msg message m text mt messagetemplate body shortmessage logmessage',
  event: 'event eventname eventtype type action evt ev kind',
  level: 'level lvl severity loglevel levelname l severitytext',
  time: 'time timestamp ts t asctime datetime date timemillis eventtime loggedat at timetimestamp epochms timestampms observedat tsms tsus tsns timems timeus timens timestampus timestampns epoch epochs epochseconds epochsec epochmillis epochus epochmicros epochns epochnanos unixtime unixtimestamp at when',
  logger: 'logger loggername category sourcecontext target component module scope cat',
  thread: 'thread threadname',
  service: 'service servicename app appname application name program',
  host: 'hostname host hostid server machinename instance',
  // Several pods' logs joined in one file: each record says whose it is.
  pod: 'pod podname k8spod k8spodname kubernetespodname',
  pid: 'pid processid procid processpid',
  // A close code by name; `code`, `status` and the like are one only beside words of a close.
  closeCode:
    'closecode wscode wsclosecode websocketcode websocketclosecode closeeventcode closestatuscode closestatus disconnectcode closingcode disconnectstatuscode requestcontextdisconnectstatuscode',
  // `$context.disconnectStatusCode` of API Gateway, which hands it to the $disconnect route: what the gateway saw.
  gatewayCode: 'disconnectstatuscode requestcontextdisconnectstatuscode',
  code: 'code codigo codice statuscode status eventcode errcode errorcode',
  httpStatus: 'statuscode status httpstatus http httpcode resstatuscode responsestatuscode responsestatus',
  reason: 'closereason wsreason disconnectreason closeeventreason closestatusreason reason closemessage reasontext closetext cause',
  clean: 'wasclean clean closeeventwasclean wswasclean cleanclose limpo limpio sauber propre pulito',
  connection:
    'connid connectionid socketid linkid wsid websocketid sockid connuuid connectionuuid wsconnid wsconnectionid connattemptid connectionattemptid wsattemptid attemptid cid sid sessionid conn connection socket sock wssession peerid clientid session sess sessid fd ws client sessao sesion sitzung sessione sessie conexao conexion verbindung connexion connessione verbinding',
  // Who is connected: names its connection where nothing else does.
  party:
    'deviceid device dev devid memberid member subscriberid subscriber sub seatid seat playerid player agentid agent sensorid sensor accountid account acct userid uid user username who visitorid visitor viewerid viewer participantid participant meterid meter unitid unit vehicleid driverid driver courierid courier riderid rider truckid truck terminalid terminal kioskid kiosk robotid robot stationid station',
  // Of a duration only with its unit: `session=29.33s` beside `session=ab12`.
  spelledLife: 'session up online connected open opened held stayed played connection conn alive',
  // … as a time of day stands there elsewhere: `lastMsg=300.2s`. What was received alone (`lastRx`, `lastPong`) is no silence of both sides.
  spelledSilence:
    'lastmsg lastmessage lastactivity ultimamsg ultimamensagem ultimaatividade ultimomsg ultimomensaje ultimaactividad letztenachricht letzteaktivitaet derniermessage derniereactivite laatstebericht',
  // `heartbeat: lost` on a close: the peer had gone silent.
  heartbeat: 'heartbeat ping pong keepalive heartbeatstate pingstate',
  id: 'id uuid',
  // Forwarded addresses first: behind a proxy the socket's own address is the proxy's.
  client:
    'xforwardedfor forwardedfor xff fwd xrealip realip clientip clientaddr clientaddress remoteaddress remoteaddr remoteip remote ip ipaddress peer peerip peeraddr peeraddress peername connip connaddr connaddress connremoteaddress connclientip connpeer socketip sourceip srcip raddr client from',
  port: 'remoteport clientport peerport connport sourceport srcport connremoteport port',
  userAgent: 'useragent ua clientuseragent requestuseragent requseragent headersuseragent reqheadersuseragent',
  clientVersion: 'clientversion appversion sdkversion clientappversion',
  method: 'method httpmethod requestmethod reqmethod verb',
  path: 'path url uri requesturi reqpath requrl endpoint requestpath wsurl',
  // Cloudflare numbers requests by the ray; what it hands on as `CF-Ray` ends with the data centre.
  requestId: 'requestid reqid xrequestid traceid correlationid rayid cfray ray xamzntraceid amzntraceid',
  upstream: 'upstream upstreamurl backend backendurl proxyto',
  // How a tunnel takes what it sends on: GOST's `listener`.
  listener: 'listener',
  // Which one a process got, by name or number: Go's loggers write it beside `received signal`.
  signal: 'signal sig signame signalname signum signo signalnumber',
  initiator: 'initiator closedby initiatedby closeinitiator by side',
  // What prose says of when something was received last, in milliseconds.
  unheard: 'unheardms',
  received: 'messagesin msgsin messagesreceived msgsreceived framesin framesreceived received rx msgin recv inmessages',
  sent: 'messagesout msgsout messagessent msgssent framesout framessent sent tx msgout outmessages',
  error:
    'errstack errorstack exceptionstack exceptionstacktrace stack stacktrace errorstacktrace exception error err errorverbose thrown x excinfo trace detail details',
  errorKind: 'errtype errorname errorkind errname errortype exceptiontype exceptionexceptionclass thrownname excepttype',
  errorSays: 'errmessage errormessage errmsg errormsg exceptionmessage exceptionexceptionmessage thrownmessage',
  openedAt:
    'openedat connectedat openat connectat startedat opentime connecttime createdat since connectionstart abertoem conectadoem abiertoen conectadoen geoffnetam verbundenam ouvertle connectele apertoil connessoil geopendop verbondenop',
  closedAt:
    'closedat disconnectedat endedat closetime disconnecttime fechadoem encerradoem desconectadoem cerradoen desconectadoen geschlossenam getrenntam fermele deconnectele chiusoil disconnessoil geslotenop',
  // What only a page can say: whether it ever got its socket open, whether it was looked at, which network its browser reports.
  opened: 'opened wasopen wasopened everopened everopen didopen hasopened hadopened wasconnected',
  ofBrowser:
    'visibility visibilitystate pagevisibility documenthidden pagehidden navigatoronline wasonline effectivetype networktype netinfo connectioneffectivetype beacon beaconid',
  // Application Insights: Browser, or PC for a server.
  clientType: 'clienttype',
  // log4j's `instant: {epochSecond, nanoOfSecond}`, Elastic Common Schema's `event.duration`, loguru's `elapsed: {repr}`, Serilog's template.
  instantSecond: 'instantepochsecond',
  instantNano: 'instantnanoofsecond',
  eventDuration: 'eventduration',
  sinceStart: 'elapsedrepr',
  template: 'mt messagetemplate',
} as const;

export type Role = keyof typeof ALIASES | 'life' | 'silence' | 'stall' | 'grace';

/** What a field may mean. */
export interface Meaning {
  readonly role: Role;
  /** Of two names for one thing the lower rank is the surer. */
  readonly rank: number;
  /** The unit that a duration's name ends with; absent = it names none. */
  readonly unitMs?: number;
}

const UNIT = '(?:in)?(ms|msec|msecs|millis|milliseconds|s|sec|secs|seconds|us|micros|microseconds|ns|nanos|nanoseconds|m|min|minutes)?';
const LIFE = new RegExp(
  `^(?:ws|websocket|socket|conn|connection|session|client|total)?(?:duration|dur|duracao|duracion|durata|duree|dauer|duur|elapsed|lifetime|life|uptime|age|connectedfor|connectedtime|connectiontime|connectionlength|timeopen|timeconnected|openfor|alivefor|alive|lived|livedfor|lifespan|connectedduration|lasted|took|sessionlength|sinceopen|openduration|onlinefor|onlinetime|timeonline|heldfor|stayed|played|playedfor|playtime|connectedsince|(?:open|online|connected|session|up|held|after)(?=m?s$|m?secs?$|millis|seconds))${UNIT}$`,
);
const SILENCE = new RegExp(
  `^(?:ws|websocket|socket|conn|connection|client|session)?(?:idle|idletime|idlefor|silence|silent|silentfor|inactive|inactivefor|inactivity|quiet|sincelast(?:message|msg|activity|pong|seen|frame|data)?|last(?:activity|seen|message|msg|frame|data|packet|read|recv|received|rx|pong)(?:ago|age|idle))${UNIT}$`,
);

// Also the longest of what a monitor saw: Node's `monitorEventLoopDelay` has `max`.
const STALL = new RegExp(
  `^(?:(?:max)?(?:event)?(?:loop)?(?:lag|delay|block(?:ed)?|stall(?:ed)?)(?:for|time|max)?|(?:event)?loopmax)${UNIT}$|^(?:housekeeper)?delta$`,
);

/** How long a program that is told to stop gives its connections. */
const GRACE = new RegExp(
  `^(?:grace|graceperiod|drain|drainfor|drainwindow|drainperiod|draintimeout|draindeadline|shutdowngrace|shutdowntimeout|shutdowndeadline|stoptimeout|gracefultimeout|gracefulshutdowntimeout|terminationgraceperiod|timeout|deadline)${UNIT}$`,
);

/** What an id of a connection is called beside `…id`: `connRef`, `linkKey`, `socket_uuid`. Counts are called by `no` and `num`. */
const CONNECTION =
  /^(?:ws|websocket)?(?:conn|connection|sock|socket|ws|websocket|link|session)(?:ref|reference|key|uuid|guid|tag|handle|hash)$/;

/** Of a duration in a record that is of a request as well: the request's, where another name says that it is the connection's. */
const OF_ANYTHING = /^(?:total)?(?:duration|dur|elapsed|took)/;
/** `secondsOpen` and `msSilent` are `openSeconds` and `silentMs`. */
const UNIT_FIRST =
  /^(seconds|secs|sec|milliseconds|millis|minutes|ms)(?=open|online|connected|up|held|alive|idle|silent|quiet|inactive|since)(\w+)$/;

const BARE_UNIT = new Map([
  ['ms', 1],
  ['millis', 1],
  ['milliseconds', 1],
  ['secs', 1_000],
  ['seconds', 1_000],
]); // prettier-ignore

function unitMs(unit: string | undefined): number | undefined {
  if (unit === undefined) return undefined;
  if (unit.startsWith('us') || unit.startsWith('micro')) return 1e-3;
  if (unit.startsWith('n')) return 1e-6;
  if (unit.startsWith('ms') || unit.startsWith('milli')) return 1;
  return unit.startsWith('s') ? 1000 : 60_000;
}

const BY_NAME = new Map<string, Meaning[]>();
for (const [role, list] of Object.entries(ALIASES))
  for (const [rank, name] of list.split(' ').entries()) BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), { role: role as Role, rank }]);

// Keys repeat from record to record; hostile ones must not fill the memory.
const MOST_REMEMBERED = 4096;
const remembered = new Map<string, readonly Meaning[]>();

/** What a field of this plain name may mean; empty = nothing of interest. */
export function meaningsOf(name: string): readonly Meaning[] {
  const known = remembered.get(name);
  if (known) return known;
  const timedName = name.replace(UNIT_FIRST, '$2$1');
  const life = LIFE.exec(timedName);
  const silence = life ? null : SILENCE.exec(timedName);
  const stall = life || silence ? null : STALL.exec(name);
  const grace = life || silence || stall ? null : GRACE.exec(name);
  const unit = unitMs((life ?? silence ?? stall ?? grace)?.[1]);
  // A bare unit is how long the record's own thing took: `{"msg": "close", "ms": 60021}`.
  const bare = BARE_UNIT.get(name);
  const timed: readonly Meaning[] = bare
    ? [{ role: 'life', rank: 1, unitMs: bare }]
    : life || silence || stall || grace
      ? [
          {
            role: life ? 'life' : silence ? 'silence' : stall ? 'stall' : 'grace',
            rank: life && OF_ANYTHING.test(name) ? 1 : 0,
            ...(unit !== undefined && { unitMs: unit }),
          },
        ]
      : [];
  const called: readonly Meaning[] = CONNECTION.test(name) ? [{ role: 'connection', rank: 0.5 }] : [];
  const meanings = [...(BY_NAME.get(name) ?? []), ...called, ...timed];
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(name, meanings);
  return meanings;
}

// Objects that only group fields: their name says nothing of what stands in them.
export const GROUPS: ReadonlySet<string> = new Set(
  'fields context ctx data extra meta metadata payload detail details contextmap mdc attributes attrs labels properties state record params args info event log span structureddata dynamic closeevent message msg connectioninfo customdimensions custommeasurements'.split(
    ' ',
  ),
);
