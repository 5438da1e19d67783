/** Closures, what is known of the world around them, and the shape of causes: the data of the judging stages. */

import type { Pile } from './population/piles.ts';
import type { Floor } from './population/silence-floor.ts';
import type { BlindSpot, CauseName, RuledOut } from './report.ts';
import type { Spans } from './spans.ts';
import type { DurationMs, EpochMs, EventOf, Keys, LogEvent, Origin, Span, Vantage } from './types.ts';

/** One side's view of a connection's end. */
export type EndpointSide = 'client' | 'server' | 'gateway';

/** One WebSocket connection that ended, stitched from every event that saw it. */
export interface Closure {
  readonly id: string;
  readonly ended: Span;
  readonly lifeMs?: DurationMs;
  /** From the last activity to the end, where a log says so. */
  readonly silenceMs?: DurationMs;
  readonly keys: Keys;
  /** In order of time. */
  readonly seen: readonly LogEvent[];
  readonly firstSeenBy?: Vantage;
  /** The server log (source) that this connection belongs to: which instance held it. Undefined = not known. */
  readonly server?: string;
  readonly codes: Partial<Record<EndpointSide, number>>;
  /** The log that writes this end writes opens too, and has none left for it. */
  readonly unopened?: true;
  /** Nobody logged this end; it follows from the death of the server that held it. */
  readonly inferred: boolean;
  /** An endpoint said 1006 (or its words for it), or nobody says how it ended but something cut it. */
  readonly state: 'abnormal' | 'clean' | 'unjudged';
}

/** What makes one server instance known in a log. */
export interface Identity {
  readonly units: readonly string[];
  readonly pids: readonly number[];
  readonly containers: readonly string[];
  readonly pods: readonly string[];
  readonly services: readonly string[];
  readonly hosts: readonly string[];
  /** Where proxies reach it. */
  readonly addresses: readonly string[];
}

/**
 * How an event's process stands to the WebSocket server of a closure. `coincident`: nothing names the server but the moment, or that nothing
 * else died. `lone`: nothing but that the one end and the one death of all logs are of one moment.
 */
export type Relation = 'same' | 'probable' | 'coincident' | 'lone' | 'unknown' | 'other';

/** In which way a process ended. */
export type Way =
  | 'memory' // the kernel or a daemon, for memory
  | 'heap' // its own runtime, at its limit
  | 'asked' // it was told to stop, and did
  | 'forced' // it was told to stop, and killed when its grace was over
  | 'hang' // it stalled, and who looks after it ended it
  | 'fault' // an exception, a signal or an exit that a record explains
  | 'unknown-hand'; // SIGKILL that no record explains: the kernel for memory, a person or a deploy may have sent it

/** A process or instance that ended: every record about one death, and the root that explains it. */
export interface Death {
  readonly id: string;
  readonly when: Span;
  readonly root: 'oom' | 'crash' | 'deploy-restart';
  readonly way: Way;
  /** It had no chance to send close frames: killed, crashed, or killed after its grace period. */
  readonly sudden: boolean;
  /** A record tells of the end itself; false = `when` reaches to the latest at which it can have come. */
  readonly ended: boolean;
  readonly detail: string;
  readonly identity: Identity;
  /** Server logs (sources) that this death stands in or whose banner followed it: which instance died. Empty = not known. */
  readonly servers: readonly string[];
  /** The server log by whose silence about ends it is tied to the server: what that log did write is no work of this death, as far as that tells. */
  readonly silence?: string;
  readonly events: readonly LogEvent[];
  /** The stop request that came before, if any. */
  readonly stop?: EventOf<'stop-requested'>;
  /** When it or its successor came up again. */
  readonly restarted?: Span;
  /** Of one of the processes among which its server shares out its connections, beside which the others went on: only its own ended with it. */
  readonly ofWorker?: true;
  readonly relation: Relation;
  readonly relationWhy: string;
}

/** A reload, stop or drain of a proxy, with the time in which it may cut tunnels. */
export interface ProxyChange {
  readonly id: string;
  readonly proxy: string;
  /** `deregister` = it took one of its servers out, and lets its tunnels to that one run on for a time. */
  readonly change: 'reload' | 'stop' | 'worker-death' | 'deregister';
  readonly when: Span;
  /** Tunnels may be cut in here. */
  readonly cuts: Span;
  /** A connection that opened later is none that it cut: by then those that it ends took no more. */
  readonly acceptsUntilMs: EpochMs;
  /** Addresses of the servers that were taken out. Empty = not known. */
  readonly targets: readonly string[];
  /** When whoever waited for the time of the tunnels went on; undefined = not known. */
  readonly overMs: EpochMs | undefined;
  /** When so much time has passed as connections each time end after it, and hardly ever else; undefined = not so, or too seldom to tell. */
  readonly echo: Span | undefined;
  readonly events: readonly LogEvent[];
}

/** Something that the population of closures shows about one closure. */
export type Fact =
  /** Its age (or silence) lies in a pile at one value, or above the pile's edge. */
  | ({
      readonly kind: 'age-pile';
      /** Whose known idle timer it begins at. */
      readonly hop?: string;
      readonly place: 'in' | 'above';
      /** Lower edge of the pile: the timer, as far as the logs' precision shows it. */
      readonly ms: DurationMs;
    } & Omit<Pile, 'fromMs' | 'toMs' | 'leastMs' | 'belowUnnamed' | 'client' | 'agent'>)
  /** It ended clearly younger than the least timer that the ages (or silences) of the others show. */
  | { readonly kind: 'younger-than-timer'; readonly ms: DurationMs }
  /** Most connections of the instance ended within a moment, whatever their age; `early` = this one before one hand cut the others at once. */
  | {
      readonly kind: 'burst';
      readonly count: number;
      /** From its first to its last end, as far as the stamps tell. */
      readonly spreadMs: DurationMs;
      readonly live: number;
      readonly clients: number;
      readonly sameAge: boolean;
      /** By when half of them had opened (ms UTC); undefined = nothing tells. */
      readonly halfOpenMs: EpochMs | undefined;
      readonly early: boolean;
    }
  /** It ended in a turn of its server's own timer: the ends, of connections of different ages, lie whole intervals apart. */
  | {
      readonly kind: 'sweep';
      readonly intervalMs: DurationMs;
      /** Gaps between the moments in which connections of the server ended, and how many of them are whole intervals. */
      readonly gaps: number;
      readonly whole: number;
      readonly p: number;
    }
  /** All that ended like it had been silent for longer than some hops remember a connection, and few others had. */
  | ({ readonly kind: 'silence-floor' } & Floor)
  /** All connections of its client's address ended one after the other within a heartbeat's interval, whatever their age; other clients' lived on. */
  | { readonly kind: 'fading'; readonly count: number; readonly spreadMs: DurationMs }
  /** Connections of its client's address, opened apart, ended at once, of so many servers; those of other clients lived on. */
  | { readonly kind: 'leaving'; readonly count: number; readonly servers: number }
  /** Connections that lived on across the end. */
  | { readonly kind: 'survivors'; readonly count: number }
  /** The server itself wrote this end, and went on (`certain`), or its log just ends there. */
  | { readonly kind: 'server-alive'; readonly certain: boolean }
  /** A client's 1006 without any trace that the connection was ever open; `refused` = upgrades with its name that were refused then. */
  | { readonly kind: 'never-opened'; readonly refused: readonly EventOf<'handshake-failed'>[] }
  /** The proxy's record names no timer, no reset and no upstream, and would have (`telling`) or might not have (not telling). */
  | { readonly kind: 'neutral-end'; readonly telling: boolean; readonly proxy: string }
  /** More connections ended together than chance explains, while others of the same server lived on. */
  | {
      readonly kind: 'client-group';
      readonly count: number;
      readonly spreadMs: DurationMs;
      readonly clients: number;
      readonly sameAge: boolean;
      readonly halfOpenMs: EpochMs | undefined;
    }
  /** Connections of different ages ended in one turn of an event loop, and few others around it. */
  | { readonly kind: 'one-turn'; readonly count: number }
  /** Siblings on the same server got a going-away close (1001, 1012) in the same moment. */
  | { readonly kind: 'going-away-siblings'; readonly count: number };

export interface Evidence {
  readonly event?: LogEvent;
  readonly says: string;
  readonly weight: number;
  readonly mechanism: string;
}

export type Strength = 'decisive' | 'strong' | 'moderate' | 'weak';
/** Log-odds points (reference scale): decisive names the mechanism and the connection or instance; strong the mechanism. */
export const POINTS: Readonly<Record<Strength, number>> = { decisive: 6, strong: 3, moderate: 1.5, weak: 0.5 };

/** One row of a cause's table. */
export interface Signal<T> {
  readonly id: string;
  /** Signals of one mechanism are not independent: the strongest counts, the others add half a point each, one at most. */
  readonly mechanism: string;
  readonly strength: Strength;
  readonly speaks: 'for' | 'against';
  /** Why this strength. */
  readonly because: string;
  /** 0 … 1: how far it holds (attribution × time); 0 = not at all. */
  holds(item: T, closure: Closure, world: World): number;
  says(item: T, closure: Closure, world: World): string;
}

export interface Cause {
  readonly name: CauseName;
  readonly title: string;
  /** What an engineer should know of it, one line. */
  readonly about: string;
  /** On the closure's own traces (`on` = kind of event). */
  readonly traces: readonly TraceSignal[];
  readonly deaths: readonly Signal<Death>[];
  readonly changes: readonly Signal<ProxyChange>[];
  readonly facts: readonly FactSignal[];
  /** On events of the world inside a window around the end. */
  readonly around: readonly AroundSignal[];
  /** Asked of the winning cause only. */
  explain(closure: Closure, world: World, evidence: readonly Evidence[]): Explanation;
  /** Why this cause is ruled out for the closure, in words; undefined = nothing rules it out. */
  refute(closure: Closure, world: World): string | undefined;
}

type TraceOf<K extends LogEvent['kind']> = Signal<EventOf<K>> & { readonly on: K };
export type TraceSignal = { [K in LogEvent['kind']]: TraceOf<K> }[LogEvent['kind']];
export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;
/** Many ends in one moment, of all of an instance's connections or of some. */
type Together = 'burst' | 'client-group';
export type FactSignal =
  | { [K in Fact['kind']]: Signal<FactOf<K>> & { readonly on: K } }[Fact['kind']]
  | (Signal<FactOf<Together>> & { readonly on: 'together' });
/** How far an event may lie before and after the closure's end. */
export interface Window {
  readonly beforeMs: DurationMs;
  readonly afterMs: DurationMs;
}

type AroundOf<K extends LogEvent['kind']> = Signal<EventOf<K>> & {
  readonly on: K;
  readonly window: Window;
};
export type AroundSignal = { [K in LogEvent['kind']]: AroundOf<K> }[LogEvent['kind']];

/** Everything that is not one connection's own trace, in order of time. */
export interface World {
  readonly deaths: Spans<Death>;
  /** By the time in which they cut tunnels. */
  readonly changes: Spans<ProxyChange>;
  /** Events of a kind that begin within [fromMs, toMs], in order; of many those nearest to `atMs` (default: `toMs`). */
  between<K extends LogEvent['kind']>(kind: K, fromMs: EpochMs, toMs: EpochMs, atMs?: EpochMs): readonly EventOf<K>[];
  /** Events of a kind around the closure's end: of refusals those that name it are among them, of however many. */
  around<K extends LogEvent['kind']>(kind: K, closure: Closure, window: Window): readonly EventOf<K>[];
  /** Whether it names a connection that ended, as others than the server tell. */
  namesConnection(event: LogEvent): boolean;
  readonly timers: readonly EventOf<'configured-timer'>[];
  facts(closure: Closure): readonly Fact[];
  /** When the last of the connections ended that were open at that instant; Infinity = one of them lived on. */
  lastOfThoseOpenAt(ms: EpochMs): EpochMs;
  /** Whether the server lived on after the line it wrote at that instant, by its log or by its death later on; undefined = its log ends there. */
  wentOn(line: Origin, afterMs: number): boolean | undefined;
  /** Whether a log of this vantage covers the instant, so that its silence means something. */
  covers(vantage: Vantage, atMs: number): boolean;
  /** Source → the cluster of clocks whose zone was guessed; absent = its clock is known. */
  readonly guessed: ReadonlyMap<string, number>;
  /** Whether the proxies' error logs of the inputs show timeouts of tunnels (nginx: level info). */
  readonly showsIdleCuts: boolean;
  /** The heartbeat interval that the server's own terminations show, if any. */
  readonly heartbeats: boolean;
}

/** What calls for a fix of its own, beside the cause. */
export type Remedy =
  | 'runtime-heap' // memory ran out inside the runtime
  | 'maximum-life' // a timer that traffic does not reset
  | 'stall' // the server stood still
  | 'message-size'
  | 'broken-frame';

/** What exactly happened, and at which hop. */
export interface Explanation {
  readonly detail: string;
  readonly hop: string | null;
  /** What closures of one incident share beside the cause: an instance's death, a proxy's change, a timer. */
  readonly incidentKey: string;
  readonly remedy?: Remedy;
}

export interface Verdict extends Explanation {
  readonly cause: CauseName;
  readonly confidence: number;
  readonly runnerUp: { readonly cause: CauseName; readonly confidence: number } | null;
  readonly evidence: readonly Evidence[];
  readonly ruledOut: readonly RuledOut[];
  readonly wouldDecide: readonly BlindSpot[];
}
