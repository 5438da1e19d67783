/**
 * What an endpoint does to its connections by itself, without dying: it refuses a frame, its handler of one fails, or it stands still and
 * then takes its clients for dead. None of the causes is that, so the verdict stays `unknown`; but it says what happened, and nothing else is blamed.
 */
import { type Closure, type Evidence, type Explanation, POINTS, type Remedy, type World } from './closure.ts';
import { allInOneTurn, byHeartbeat, faultBefore, overdueTogether, seenOf } from './signals.ts';
import type { EventOf } from './types.ts';
import { words } from './words.ts';

export interface EndpointFault extends Explanation {
  /** Log-odds points, on the scale of the causes. */
  readonly score: number;
  readonly evidence: readonly Evidence[];
}

export const endpointFault = (closure: Closure, world: World): EndpointFault | undefined =>
  refusedFrame(closure, world) ?? threw(closure, world) ?? stoodStill(closure, world) ?? oneTurn(closure, world);

/** Codes that an endpoint sends and the other may not get: it was still writing, or the path broke off first. */
const SENT: Readonly<Record<number, { readonly why: string; readonly remedy?: Remedy }>> = {
  1002: { why: 'protocol error', remedy: 'broken-frame' },
  1003: { why: 'data that it does not take' },
  1007: { why: 'a payload that is not what it says', remedy: 'broken-frame' },
  1008: { why: 'its policy' },
  1009: { why: 'a message that was too big', remedy: 'message-size' },
  1011: { why: 'an internal error' },
};
/** An internal error may be a heartbeat's (Python's websockets), a crash's or a stop's: of those other records tell more. */
const VAGUE = 1011;

/** How libraries word a frame that they do not take; unmasked frames are a proxy's own, and told as such. */
const FRAME =
  /invalid websocket frame(?!: mask)|invalid close payload|unexpected rsv|\brsv[123]\b|invalid utf-?8|max payload|too big message|message (?:was )?too (?:big|large|long)|read limit exceeded|size exceeds|frame length/i;
/** Of a reason: it was the size. */
const TOO_BIG = /\b1009\b|payload size|\btoo (?:big|large|long)\b|read limit|size exceeds|frame length/i;

function refusedFrame(closure: Closure, world: World): EndpointFault | undefined {
  const fault = (event: EventOf<'process-fault'> | EventOf<'socket-closed'>, said: string, share: number): EndpointFault => {
    const hop = event.vantage === 'client' ? 'client' : 'server';
    return {
      score: POINTS.decisive * share,
      detail: `the ${hop} refused a ${TOO_BIG.test(said) ? 'message' : 'frame'}: ${said}`,
      hop,
      evidence: [{ event, says: `the ${hop} did not take what came`, weight: POINTS.decisive * share, mechanism: 'frame' }],
      incidentKey: `frame ${hop} ${TOO_BIG.test(said)}`,
      remedy: TOO_BIG.test(said) ? 'message-size' : 'broken-frame',
    };
  };
  let sent: EndpointFault | undefined;
  let line: EventOf<'socket-closed'> | undefined;
  for (const event of closure.seen) {
    if (event.kind === 'process-fault' && FRAME.test(event.says)) return fault(event, event.says, 1);
    if (event.kind !== 'socket-closed') continue;
    if (event.by === 'protocol-error' && event.reason !== undefined && FRAME.test(event.reason)) return fault(event, event.reason, 1);
    if (event.vantage === 'server' && event.code === 1006) line ??= event;
    sent ??= sentCode(event);
  }
  if (sent) return closure.state === 'abnormal' ? sent : undefined;
  if (!line) return undefined;
  const before = faultBefore(line, world, ({ says }) => FRAME.test(says));
  return before && fault(before, before.says, 0.7);
}

/** What a handler throws since its connection has ended or does not answer is no reason for that. */
const OF_AN_END =
  /clos(?:e|ed|ing|ure)\b|disconnect|reset|broken ?pipe|\be(?:pipe|of)\b|aborted|cancel|time(?:d ?|-)?out|not (?:connected|open)|hung up|transport|\bmask/i;
/** aiohttp, Starlette, Channels and the like end the connection in the turn in which its handler threw; a logger's queue adds to that. */
const THROWN_MS = 1_000;

/** The server's handler of this connection failed, and its framework dropped the connection without a close frame. */
function threw(closure: Closure, world: World): EndpointFault | undefined {
  const isReason = ({ fault, says, vantage }: EventOf<'process-fault'>): boolean =>
    fault === 'handler-exception' && vantage === 'server' && !OF_AN_END.test(says) && !FRAME.test(says);
  const own = seenOf(closure, 'process-fault').find(
    (event) => isReason(event) && event.when.fromMs <= closure.ended.toMs && closure.ended.fromMs - event.when.toMs <= THROWN_MS,
  );
  const line = own ? undefined : seenOf(closure, 'socket-closed').find(({ vantage, code }) => vantage === 'server' && code === 1006);
  const event = own ?? (line && faultBefore(line, world, isReason));
  if (!event) return undefined;
  const weight = own ? POINTS.strong : POINTS.moderate;
  return {
    score: weight,
    detail: `the server's handler of it failed: ${event.says}`,
    hop: 'server',
    evidence: [{ event, says: 'an exception ended its handler', weight, mechanism: 'handler' }],
    incidentKey: `threw ${event.says.slice(0, 80)}`,
  };
}

/** One side closed with a code that the other did not get. */
function sentCode(event: EventOf<'socket-closed'>): EndpointFault | undefined {
  const sent = SENT[event.code ?? 0];
  if (sent === undefined || event.by === 'heartbeat') return undefined;
  const { why, remedy } = sent;
  const weight = event.code === VAGUE ? POINTS.weak : POINTS.strong;
  return {
    score: weight,
    detail: `the ${event.vantage} closed it with ${event.code} for ${why}; the other side did not get that frame`,
    hop: event.vantage,
    evidence: [{ event, says: `the ${event.vantage} closed it itself, for ${why}`, weight, mechanism: 'frame' }],
    incidentKey: `sent ${event.vantage} ${event.code}`,
    ...(remedy && { remedy }),
  };
}

/** A stall is logged when it is over; a monitor that looks every few seconds writes it down after the heartbeats that it expired. */
const LOGGED_LATE_MS = 10_000;
/** Timers that are overdue fire in the turn after the stall. */
const OVERDUE_MS = 2_000;
/** Monitors write of a stall and then for some time of none: where several heartbeats were overdue, the one that was written went on. */
const WENT_ON_MS = 30_000;
const LONGEST_MS = 600_000;
/** The most patient of the usual heartbeats (Python 20 s, Socket.IO 20 s, ws's README 30 s) need about so long, the shortest 5 s (Socket.IO 2). */
const SURELY_MS = 15_000;
const PERHAPS_MS = 5_000;

/** Whether the record can be of the process that held the connection: the same log, or nothing that tells them apart. */
function ofServer(fault: EventOf<'process-fault'>, { server, keys }: Closure): boolean {
  if (fault.origin.source === server) return fault.keys.pid === undefined || keys.pid === undefined || fault.keys.pid === keys.pid;
  return (['pod', 'container', 'unit', 'service', 'host'] as const).every(
    (key) => fault.keys[key] === undefined || keys[key] === undefined || fault.keys[key] === keys[key],
  );
}

function stoodStill(closure: Closure, world: World): EndpointFault | undefined {
  if (!byHeartbeat(closure)) return undefined;
  const { fromMs, toMs } = closure.ended;
  const backMs = overdueTogether(closure, world) ? WENT_ON_MS : OVERDUE_MS;
  let stall: EventOf<'process-fault'> | undefined;
  let lastedMs = PERHAPS_MS - 1;
  for (const event of world.between('process-fault', fromMs - backMs, toMs + LONGEST_MS, fromMs)) {
    const ms = event.lastedMs ?? 0;
    if (ms <= lastedMs || event.when.fromMs - ms - LOGGED_LATE_MS > toMs || !ofServer(event, closure)) continue;
    stall = event;
    lastedMs = ms;
  }
  if (!stall) return undefined;
  const weight =
    (lastedMs < SURELY_MS ? POINTS.strong : POINTS.decisive) +
    (allInOneTurn(closure, world) || overdueTogether(closure, world) ? POINTS.moderate : 0);
  const says = `the server stood still for ${words(lastedMs)}: pings and pongs waited in it`;
  return {
    score: weight,
    detail: `the server stood still for ${words(lastedMs)}, longer than a heartbeat waits`,
    hop: 'server',
    evidence: [{ event: stall, says, weight, mechanism: 'stall' }],
    incidentKey: `stall ${Math.floor(stall.when.fromMs)}`,
    remedy: 'stall',
  };
}

/** Fewer may be one client's, or one network's. */
const ALL_LEAST = 5;

/** No record of a stall; but paths are lost one by one, or with a link that has a record. */
function oneTurn(closure: Closure, world: World): EndpointFault | undefined {
  if (!byHeartbeat(closure)) return undefined;
  const overdue = overdueTogether(closure, world);
  if (overdue !== undefined) {
    const says = `${overdue} heartbeats of the server, each with a timer of its own, ran out in one turn`;
    return {
      score: POINTS.strong,
      detail: `${says}: the server stood still`,
      hop: 'server',
      evidence: [{ says, weight: POINTS.strong, mechanism: 'stall' }],
      incidentKey: `turn ${Math.floor(closure.ended.fromMs / 10_000)}`,
      remedy: 'stall',
    };
  }
  const burst = allInOneTurn(closure, world);
  if (!burst || burst.count < ALL_LEAST) return undefined;
  const says = `all ${burst.count} heartbeats of the server ran out in one turn`;
  return {
    score: POINTS.moderate,
    detail: `${says}: it stood still, or lost all of its clients at once`,
    hop: 'server',
    evidence: [{ says, weight: POINTS.moderate, mechanism: 'stall' }],
    incidentKey: `turn ${Math.floor(closure.ended.fromMs / 10_000)}`,
    remedy: 'stall',
  };
}
