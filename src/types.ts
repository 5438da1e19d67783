/**
 * The shapes that the stages hand to one another. Everything here is plain, serializable data or an interface;
 * nothing here runs.
 */

/** Milliseconds since 1970-01-01T00:00:00Z, fractions allowed. */
export type EpochMs = number;
export type DurationMs = number;

/** The instant lies in [fromMs, toMs]. A one-second stamp is 1,000 ms wide. */
export interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/**
 * What a stamp counts from:
 * `utc` an instant; `local` wall-clock time of an unknown zone; `yearless` the same without a year (`ms` lies in the
 * year 2000); `daytime` without any date (`ms` since midnight); `boot` ms since the machine booted; `ago` ms before the
 * capture (an age).
 */
export type Basis = 'utc' | 'local' | 'yearless' | 'daytime' | 'boot' | 'ago';

/** A time as a log writes it, before clocks are aligned. The instant lies in [ms, ms + widthMs]. */
export interface Stamp {
  readonly ms: number;
  readonly widthMs: DurationMs;
  readonly basis: Basis;
}

/** Where a record stands. `line` counts from 1; of a record of several lines it is the line that the quote is from. */
export interface Origin {
  readonly source: string;
  readonly line: number;
}

/** Whose view of the connection a record gives. */
export type Vantage =
  | 'client' // browser, app or command-line client
  | 'edge' // CDN or cloud load balancer
  | 'proxy' // reverse proxy, ingress, sidecar
  | 'gateway' // an application that itself forwards WebSockets
  | 'server' // the WebSocket server
  | 'kernel'
  | 'supervisor' // systemd, PM2, supervisord, gunicorn's master …
  | 'orchestrator'; // Kubernetes, docker, ECS …

export interface Endpoint {
  readonly ip: string;
  readonly port?: number;
}

/** What an event can be joined by. Absent = the log does not say. */
export interface Keys {
  /** The connection's id as an application or client names it. */
  readonly connection?: string;
  /** The proxy's own number of the connection (nginx `$connection`, the number behind `*` in its error log). */
  readonly proxyConnection?: string;
  readonly requestId?: string;
  /** Request path with its query, as logged. */
  readonly path?: string;
  readonly client?: Endpoint;
  /** What made the client, and its version: `Chrome 142`, `okhttp 4.9.3`. */
  readonly agent?: string;
  readonly upstream?: Endpoint;
  /** The proxy's name for the upstream server: HAProxy `backend/server`, Traefik service, ingress `ns-svc-port`. */
  readonly upstreamName?: string;
  readonly pid?: number;
  /** Whether `pid` counts in the host's namespace (kernel, systemd) or in a container's. Absent = not known. */
  readonly pidSpace?: 'host' | 'container';
  /** Application or program name: pino `name`, winston `service`, syslog identifier, the kernel's comm. */
  readonly service?: string;
  readonly cgroup?: string;
  readonly unit?: string;
  readonly container?: string;
  readonly pod?: string;
  readonly host?: string;
  /** Which of the many clients that write into one log says it, by the name that stands on each of its lines. */
  readonly device?: string;
  readonly bootId?: string;
}

interface Seen<K extends string> {
  readonly kind: K;
  /** After `align` an instant in UTC; its width is the stamp's own plus the doubt of the clock. */
  readonly when: Span;
  readonly origin: Origin;
  readonly vantage: Vantage;
  readonly keys: Keys;
  /** A piece of the raw line at `origin`, letter by letter, at most 400 characters. */
  readonly quote: string;
  /** Name of the parser that read it. */
  readonly format: string;
}

/** A WebSocket was opened (accepted, connected), as an endpoint says. Proxies say this only in rare formats. */
export interface SocketOpened extends Seen<'socket-opened'> {}

/** An endpoint (client, gateway, server) says that a WebSocket ended. */
export interface SocketClosed extends Seen<'socket-closed'> {
  /** RFC 6455 close code as this side saw it; undefined = the log does not say. */
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
  readonly lifeMs?: DurationMs;
  /** From the last activity in either direction to the close. */
  readonly silenceMs?: DurationMs;
  /**
   * Who ended it, where the record itself says so. `heartbeat` = this endpoint gave up on a silent peer; `network` = its system says that
   * its own network went, changed, or brought nothing through any more.
   */
  readonly by?: 'client' | 'server' | 'heartbeat' | 'idle-timeout' | 'shutdown' | 'protocol-error' | 'network';
  /** The library that wrote it has other words for what never opened; absent = it may have been an attempt. */
  readonly wasOpen?: true;
  /** Its client told of it once it was over, and whoever took that in wrote it down: the stamp may be of then. */
  readonly reported?: true;
  /** Messages received/sent, where logged. */
  readonly received?: number;
  readonly sent?: number;
}

/** An upgrade that never got its 101: refused, failed or abandoned. */
export interface HandshakeFailed extends Seen<'handshake-failed'> {
  /** HTTP status given to the client; undefined = none or not logged. */
  readonly status?: number;
  readonly why: string;
  readonly by?: 'client' | 'proxy' | 'upstream';
}

/**
 * A proxy's or load balancer's record of an upgraded connection, written at its end. `when` is the END, also for
 * formats that stamp the start (the parser adds the life).
 */
export interface TunnelEnded extends Seen<'tunnel-ended'> {
  readonly status: number;
  readonly lifeMs?: DurationMs;
  /** Bytes client → server and server → client as the format counts them; undefined = not logged. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Who ended it, where the record itself says so. `idle`/`life` = the proxy's own timer. Absent = neutral or not logged. */
  readonly endedBy?: 'client' | 'upstream' | 'idle' | 'life' | 'proxy-stop' | 'upstream-down' | 'admin';
  readonly how?: 'reset' | 'fin';
  /** The record names a hop that stands between the client and its writer: what it calls its client is that hop. */
  readonly behind?: true;
  /** The format's own words for it: HAProxy `cD--`, Envoy `SI`, GCP `backend_timeout` … */
  readonly termination?: string;
}

/** A line of a proxy that says what went wrong on one connection or with one upstream. */
export interface ProxyFault extends Seen<'proxy-fault'> {
  readonly fault:
    | 'idle-timeout' // the proxy's timer cut an established tunnel
    | 'client-timeout' // the proxy could not write to the client for its send timeout
    | 'upstream-reset'
    | 'upstream-closed' // FIN from upstream, said so
    | 'client-reset'
    | 'client-closed' // FIN from client, said so
    | 'upstream-refused'
    | 'upstream-timeout' // connect or response timeout
    | 'upstream-unreachable' // no route, host down
    | 'upstream-down' // health check took it out
    | 'upstream-up'
    | 'no-upstream' // none left
    | 'tunnel-lost' // cloudflared and the like lost their own link
    | 'capacity' // out of connections, descriptors, limits
    | 'tls';
  readonly phase: 'connect' | 'handshake' | 'tunnel' | 'check';
  /** How long the connection lived, where the line says it. */
  readonly lifeMs?: DurationMs;
}

/** A proxy was started, reloaded, drained or stopped, or one of its workers ended; `deregister` = it was told to take one of its servers out. */
export interface ProxyLifecycle extends Seen<'proxy-lifecycle'> {
  readonly change: 'start' | 'reload' | 'drain' | 'stop' | 'worker-start' | 'worker-exit' | 'tunnels-cut' | 'deregister';
  readonly signal?: string;
  readonly exitCode?: number;
  /** The proxy's name in the report: nginx, HAProxy, Envoy … */
  readonly proxy: string;
}

/** A process or service came up: a supervisor's "Started", a server's "listening on" banner, a container start. */
export interface ProcessStarted extends Seen<'process-started'> {
  readonly what: 'banner' | 'supervisor' | 'container';
  /** True when the line says that this is an automatic restart after a failure. */
  readonly automatic?: boolean;
}

/** Somebody asked a process to stop: systemd `Stopping …`, kubelet Killing, docker kill, SIGTERM seen by the app, a deploy tool. */
export interface StopRequested extends Seen<'stop-requested'> {
  readonly how:
    | 'unit-stop'
    | 'app-signal' // the application says that it got SIGTERM/SIGINT or is shutting down
    | 'container-stop'
    | 'pod-delete'
    | 'scale-down'
    | 'evicted'
    | 'liveness' // the orchestrator restarts it since its probe failed
    | 'watchdog'
    | 'admin-kill' // sudo kill, kill -9 in an audit line
    | 'host-shutdown'
    | 'supervisor-stop'
    | 'deploy-tool';
  readonly graceMs?: DurationMs;
}

/** A process ended, as a supervisor or an orchestrator says. */
export interface ProcessEnded extends Seen<'process-ended'> {
  readonly exitCode?: number;
  /** `SIGKILL`, `SIGTERM`, `SIGSEGV` … */
  readonly signal?: string;
  readonly dumped?: boolean;
  /** Why, where the record itself says so. `clean` = exit 0 or a deliberate, successful stop. */
  readonly by?: 'oom' | 'oomd' | 'stop-timeout' | 'watchdog' | 'liveness' | 'stop' | 'clean';
}

/** What a dying or sick process said of itself, or the kernel of it. */
export interface ProcessFault extends Seen<'process-fault'> {
  readonly fault:
    | 'uncaught-exception'
    | 'heap-limit' // V8, JVM, Go, Erlang: the runtime's own memory limit
    | 'panic'
    | 'segfault'
    | 'trap'
    | 'abort'
    | 'hang' // event loop or worker stalled: WORKER TIMEOUT, soft lockup, hung task
    | 'handler-exception'; // ends one connection, not the process
  /** Whether this ends the process; undefined = it may. */
  readonly fatal?: boolean;
  /** How long a hang had lasted when this was written. */
  readonly lastedMs?: DurationMs;
  /** The message, one line: `TypeError: Cannot read properties of undefined (reading 'user')`. */
  readonly says: string;
}

/** The OOM killer (kernel, systemd-oomd, earlyoom, kubelet, container runtime) killed something. */
export interface OomKill extends Seen<'oom-kill'> {
  readonly scope: 'cgroup' | 'host' | 'userspace' | 'unit' | 'container' | 'unknown';
  /** `kill` names a killed process. `context` describes the victim (`oom-kill:constraint=…`) and is no kill of its own.
   *  `report` is a supervisor's later word of a kill. */
  readonly role: 'kill' | 'context' | 'report';
  readonly command?: string;
  readonly rssBytes?: number;
  readonly limitBytes?: number;
}

/** An endpoint's heartbeat found its peer silent: no pong, ping timeout. */
export interface HeartbeatMissed extends Seen<'heartbeat-missed'> {
  readonly intervalMs?: DurationMs;
  /** The line says that the endpoint gives the connection up. */
  readonly closes?: true;
}

export interface NetworkFault extends Seen<'network-fault'> {
  readonly fault:
    | 'link-down'
    | 'link-up'
    | 'nic-reset'
    | 'transmit-timeout'
    | 'conntrack-full'
    | 'tcp-memory'
    | 'syn-flood'
    | 'neighbour-overflow'
    | 'node-not-ready'
    | 'client-offline' // the client says that it lost or changed its network
    | 'client-online'
    | 'suspend'
    | 'tunnel-lost';
  readonly interface?: string;
}

/** A health check of an orchestrator or balancer failed. */
export interface HealthFailed extends Seen<'health-failed'> {
  readonly probe: 'liveness' | 'readiness' | 'startup' | 'check';
}

/** A timer read from a configuration among the inputs. */
export interface ConfiguredTimer extends Seen<'configured-timer'> {
  /** `nginx`, `haproxy`, `aws-alb` …: the `hop` of the timer table. */
  readonly hop: string;
  readonly setting: string;
  readonly ms: DurationMs;
  readonly timer: 'idle' | 'life' | 'drain' | 'heartbeat';
}

/** The log itself lost lines or its clock jumped here: absence proves nothing around it. */
export interface LogGap extends Seen<'log-gap'> {
  readonly gap: 'suppressed' | 'dropped' | 'clock-step' | 'reboot' | 'rotated';
}

export type LogEvent =
  | SocketOpened
  | SocketClosed
  | HandshakeFailed
  | TunnelEnded
  | ProxyFault
  | ProxyLifecycle
  | ProcessStarted
  | StopRequested
  | ProcessEnded
  | ProcessFault
  | OomKill
  | HeartbeatMissed
  | NetworkFault
  | HealthFailed
  | ConfiguredTimer
  | LogGap;

export type EventKind = LogEvent['kind'];
export type EventOf<K extends EventKind> = Extract<LogEvent, { readonly kind: K }>;

/** What an event is about, over its carrier's keys; a key set to undefined = the carrier's value is its writer's and not the subject's. */
export type SubjectKeys = { readonly [K in keyof Keys]?: Keys[K] | undefined };

type DraftOf<E> = E extends LogEvent
  ? Omit<E, 'when' | 'origin' | 'vantage' | 'keys' | 'quote' | 'format'> & {
      /** Absent = the row's stamp, else its carrier's, else that of its neighbours. */
      readonly when?: Stamp;
      readonly keys?: SubjectKeys;
      /** Absent = the parser's. */
      readonly vantage?: Vantage;
    }
  : never;
/** What a parser makes of a row: an event that does not yet know its clock, its place and its carrier's keys. */
export type Draft = DraftOf<LogEvent>;

/** One value of a row. */
export type Field = string | number | boolean | null | undefined | readonly string[];

/**
 * One record as its format writes it, with the field's standard names (list in CONTRIBUTING.md). `at` is the record's
 * own stamp as written, whether it marks a start or an end.
 */
export interface Row {
  readonly at?: Stamp | undefined;
  readonly [field: string]: Field | Stamp;
}

/** What is known of a record besides its text: what its wrapper said and what stands around it. */
export interface Context {
  /** The wrapper's stamp, undefined without a wrapper or when it has none. */
  readonly at?: Stamp | undefined;
  /** What the wrapper says of who wrote it: pid, unit, pod, container, host, service (= syslog identifier). */
  readonly keys: Keys;
  /** Up to `count` records before and after this one by the same writer, unwrapped, nearest last / nearest first. */
  before(count: number): readonly string[];
  after(count: number): readonly string[];
  /** The latest line of this source that the parser's `isHeader` accepted. */
  readonly header?: string | undefined;
  /** Records that the source begins with, unwrapped: what a name means in this source. The same array for each of its records; absent = not known. */
  readonly head?: readonly string[] | undefined;
  /** The source's name as given, lower-case: a hint where two formats cannot be told apart by content. */
  readonly hint: string;
}

export interface Sample<R extends Row = Row> {
  readonly line: string;
  /** Program and version, or the document, that the line is from. */
  readonly from: string;
  /** Fields that the row must have (a part of them). */
  readonly reads: Partial<R>;
  /** The event's fields (a part of them); `noise` = read, but of no interest to a 1006. */
  readonly gives: 'noise' | (Partial<Draft> & { readonly kind: EventKind }) | readonly (Partial<Draft> & { readonly kind: EventKind })[];
  /** What has to stand around the line. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly header?: string;
  readonly head?: readonly string[];
  readonly hint?: string;
  readonly keys?: Keys;
  /** Its wrapper's stamp. */
  readonly at?: Stamp;
}

/** A log format. */
export interface Parser<R extends Row = Row> {
  /** `nginx-access`: product and log; equals the file's name. */
  readonly name: string;
  /** One line: what program writes this, where it is found. */
  readonly about: string;
  /** What the log adds to a verdict, one line for the README. */
  readonly adds: string;
  /** The format's documentation. */
  readonly docs: string;
  readonly vantage: Vantage;
  /**
   * `own` = the program writes this format to a file of its own, with nothing else in it (access logs).
   * `mixed` = such lines stand among lines of other formats (journals, container output, application logs).
   */
  readonly habitat: 'own' | 'mixed';
  /** Names of `own` formats whose programs write these lines too: both go to one stream where a container's output is collected. */
  readonly beside?: readonly string[];
  /** Set for formats that fit almost any program's log: they are asked last. */
  readonly generic?: true;
  /** Set for formats that a user described: they are asked first. */
  readonly own?: true;
  /**
   * ASCII literals, compared without case. Each line that gives an event holds one. They must survive JSON escaping: no `"`,
   * no `\`, no control characters. A needle of digits only matches as a whole number (not in `10.0.3.101`).
   */
  readonly needles: readonly string[];
  readonly samples: readonly Sample<R>[];
  /** Lines that look alike and must be refused. */
  readonly rejects: readonly string[];
  /** The grammar: text → fields; null = not this format. Never throws, linear time. */
  read(text: string, context: Context): R | null;
  /** The meaning: fields → events; undefined = of no interest to a 1006. */
  events(row: R, context: Context): Draft | readonly Draft[] | undefined;
  /** True for a line that defines the columns of the lines after it (W3C `#Fields:`, table heads). */
  isHeader?(text: string): boolean;
}

/** Keeps the row type inside a parser file and forgets it outside, where parsers are one list. */
export const defineParser = <R extends Row>(parser: Parser<R>): Parser => parser as unknown as Parser;

/** What an envelope found around a record. */
export interface Unwrapped {
  readonly text: string;
  readonly at?: Stamp | undefined;
  readonly keys: Keys;
  /**
   * Which piece of a split record this is: `more` pieces follow, it is the `last`, or `end`: the last or only one, where the wrapper
   * writes both alike (CRI's `F`, docker's json-file). Absent = a whole record.
   */
  readonly part?: 'more' | 'last' | 'end' | undefined;
  /** Who writes: records with the same writer belong together (stream, pod, pid …); absent = lines without a wrapper go on with what it says. */
  readonly writer?: string;
}

export interface EnvelopeSample {
  readonly line: string;
  readonly from: string;
  readonly unwraps: Partial<Unwrapped>;
}

/** A wrapper around log lines: journald, syslog, docker, CRI, kubectl prefix … */
export interface Envelope {
  readonly name: string;
  readonly about: string;
  readonly docs: string;
  readonly samples: readonly EnvelopeSample[];
  readonly rejects: readonly string[];
  /** Wraps a bare line the way the program does: for the test over all envelope × format pairs. Undefined = cannot carry it. */
  wrap(text: string): string | undefined;
  unwrap(line: string): Unwrapped | null;
}

/** A record of a source whose records are not one a line. */
export interface Frame {
  /** Line (from 1) that holds, or begins, what the record says. */
  readonly line: number;
  /** The record as one line of text for envelopes and parsers (journal forms: the object that `journalctl -o json` prints). */
  readonly text: string;
  /** A piece of the raw source at `line`, letter by letter, for the quote. */
  readonly raw: string;
}

/** A layout in which records are not one a line: journal export and verbose, pretty JSON, one large JSON array. */
export interface Framing {
  readonly name: string;
  readonly about: string;
  /** `head` = up to 64 KiB of the source's beginning, as text. */
  detect(head: string): boolean;
  /** Reads the source once, in bounded memory; never throws for bad content: it skips to the next record it can read. */
  frames(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Frame>;
}
