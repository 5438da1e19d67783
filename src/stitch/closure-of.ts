/** A finished draft → the closure. */
import type { Closure, EndpointSide } from '../closure.ts';
import { isTransportClose } from '../grammar/close-words.ts';
import type { EpochMs, EventOf, Keys, Span } from '../types.ts';
import { closes, type Draft, isEnd, isSide, leading, lifeOf, type Observation } from './draft.ts';
import { HANDSHAKE_MS } from './neighbourhood.ts';

const CLEAN_CODES = (code: number): boolean => code !== 1006 && code !== 1015;

function stateOf(draft: Draft): Closure['state'] {
  const ended = closes(draft);
  const abnormal = (event: EventOf<'socket-closed'>): boolean =>
    event.code === 1006 ||
    (event.code === undefined &&
      (event.wasClean === false || event.by === 'heartbeat' || event.by === 'protocol-error' || event.by === 'network'));
  if (ended.some(abnormal) || draft.seen.some((event) => event.kind === 'handshake-failed' && isSide(event.vantage))) return 'abnormal';
  if (ended.some((event) => event.wasClean === true || (event.code !== undefined && CLEAN_CODES(event.code)))) return 'clean';
  if (cutBetween(ended)) return 'abnormal';
  // What an endpoint gives up without an answer gets no close frame back, whether or not its log tells of the end.
  return draft.seen.some((event) => event.kind === 'heartbeat-missed' && event.closes) ? 'abnormal' : 'unjudged';
}

/**
 * Server and client both say `transport close`, which is Socket.IO's word for what the other end of a transport did: so neither did it, and a
 * hop between them sends no close frame.
 */
const cutBetween = (ended: readonly EventOf<'socket-closed'>[]): boolean =>
  (['server', 'client'] as const).every((side) => ended.some(({ vantage, reason = '' }) => vantage === side && isTransportClose(reason)));

const isSilent = (event: Observation): event is EventOf<'socket-closed'> =>
  event.kind === 'socket-closed' && event.by !== 'heartbeat' && event.silenceMs !== undefined;

const inOrder = (a: Observation, b: Observation): number =>
  a.when.fromMs - b.when.fromMs ||
  (a.origin.source < b.origin.source ? -1 : a.origin.source > b.origin.source ? 1 : a.origin.line - b.origin.line);

/** Before the server has a connection its client has none, whole seconds of stamps aside; after it, within a handshake. */
const EARLY_MS = 2_000;

/**
 * What a client's machine wrote, in the time of the server: where its begin cannot have been when it says, its clock is off, as one of a
 * fleet's whose stamps a central log keeps. What it reported is written down after the end, however soon.
 */
function inServersTime(lead: Observation, ownMs: EpochMs, takenMs: EpochMs): Span {
  const { fromMs, toMs } = lead.when;
  const ahead = ownMs - takenMs;
  const most = isReported(lead) ? 0 : HANDSHAKE_MS;
  return ahead < -EARLY_MS || ahead > most ? { fromMs: fromMs - ahead, toMs: toMs - ahead } : { fromMs, toMs };
}

const isReported = (event: Observation): boolean => event.kind === 'socket-closed' && event.reported === true;

/** When its client says that it began: as it wrote then, or as long before its end as it lasted. */
function clientsBegin(lead: Observation, opened: Draft['opened']): EpochMs | undefined {
  if (opened?.vantage === 'client') return opened.when.fromMs;
  const isAged = lead.kind === 'socket-closed' && lead.vantage === 'client' && lead.lifeMs !== undefined;
  return isAged ? lead.when.fromMs - lead.lifeMs : undefined;
}

/** When it began, as the server wrote or follows from what a proxy wrote of its end. */
function takenAt({ seen }: Draft, opened: EventOf<'socket-opened'> | undefined): EpochMs | undefined {
  if (opened?.vantage === 'server') return opened.when.fromMs;
  const tunnel = seen.find((event) => event.kind === 'tunnel-ended' && event.lifeMs !== undefined);
  return tunnel?.kind === 'tunnel-ended' && tunnel.lifeMs !== undefined ? tunnel.when.fromMs - tunnel.lifeMs : undefined;
}

/** `taken`: what the server wrote of the begin, where the client alone tells of the end. */
export function closureOf(draft: Draft, taken?: EventOf<'socket-opened'>): Closure {
  const lead = leading(draft);
  const opened = taken ?? draft.opened;
  // A million closures are mostly seen once each.
  const seen = draft.seen.length === 1 ? draft.seen : draft.seen.toSorted(inOrder);
  const keys: Keys =
    seen.length === 1 && !opened ? lead.keys : Object.assign({}, opened?.keys, ...seen.toReversed().map((event) => event.keys), lead.keys);
  const endpointKeys = seen.find((event) => event.kind === 'socket-closed' && event.keys.connection !== undefined)?.keys;
  const connection = endpointKeys?.connection ?? draft.ids.values().next().value;
  const codes: Partial<Record<EndpointSide, number>> = {};
  for (const event of seen)
    if (event.kind === 'socket-closed' && event.code !== undefined && isSide(event.vantage)) codes[event.vantage] ??= event.code;
  const life = lifeOf(draft);
  // What a heartbeat waited for is its own timer.
  const silence = seen.find(isSilent)?.silenceMs;
  const first = seen.find(isEnd) ?? seen[0];
  const ownMs = clientsBegin(lead, draft.opened);
  const takenMs = ownMs === undefined ? undefined : takenAt(draft, opened);
  const server =
    seen.find((event) => event.kind === 'socket-closed' && event.vantage === 'server') ??
    (opened?.vantage === 'server' ? opened : undefined);
  return {
    id: `c${draft.number}`,
    ended: ownMs !== undefined && takenMs !== undefined ? inServersTime(lead, ownMs, takenMs) : lead.when,
    ...(life !== undefined && { lifeMs: life }),
    ...(silence !== undefined && { silenceMs: silence }),
    keys: connection === undefined || connection === keys.connection ? keys : { ...keys, connection },
    seen: opened ? [opened, ...seen] : seen,
    ...(first && { firstSeenBy: first.vantage }),
    ...(server && { server: server.origin.source }),
    codes,
    inferred: false,
    ...(draft.unopened && !draft.opened && { unopened: true }),
    state: stateOf(draft),
  };
}
