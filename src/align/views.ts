/** Whose view a log gives, where its own words leave that open: two logs of one and the same connections are not both the server's. */
import { CLOSE, type ClockSample } from '../anchors.ts';
import type { EventKind } from '../types.ts';

/** What only the process that serves connections writes of itself. */
const OWN_WORDS: readonly EventKind[] = ['process-started', 'stop-requested', 'process-fault', 'heartbeat-missed'];
/** Two sides write one end within this of each other, stamps apart. */
const SAME_END_MS = 500;
/** Two sides' ages of one connection differ by the handshake and by rounding to tenths of a second; some write whole seconds. */
const SAME_LIFE_MS = 150;
const WHOLE_LIFE_MS = 1_000;
/** So many ends in common, and of the smaller log nearly all: two servers behind one balancer share none. */
const SHARED_LEAST = 3;
const SHARED_SHARE = 0.8;
/** A copy of a log has its very stamps; two writers' differ by some ms. */
const COPY_MS = 1;

interface Side {
  readonly sample: ClockSample;
  /** Instant of its own clock → UTC. */
  toUtc(ms: number): number;
}

/** Sources that read like a server's log and tell of the connections of another one that is: they are what the clients saw. */
export function clientViews(sides: readonly Side[]): ReadonlySet<string> {
  const all = sides.filter(({ sample }) => sample.vantages.has('server'));
  const own = all.filter(({ sample }) => sample.vantages.size === 1);
  const servers = own.filter(({ sample }) => sample.lives.length > 0);
  const views = new Set<string>();
  for (const one of servers)
    if (servers.some((other) => other !== one && other.sample.source !== one.sample.source && isViewOf(one, other)))
      views.add(one.sample.source);
  for (const { sample } of all)
    if (
      isFleet(sample, all) ||
      isSpread(sample, all) ||
      (isOutside(sample) && all.some(({ sample: other }) => other.source !== sample.source && opensFor(other, sample)))
    )
      views.add(sample.source);
  return views;
}

/**
 * Sources that are called a gateway's, as many call the program that serves WebSockets: where no server wrote anything beside it, and it
 * forwards by no word of its own, it is the server.
 */
export function servingGateways(samples: readonly ClockSample[], clients: ReadonlySet<string>): ReadonlySet<string> {
  if (samples.some(({ vantages, source }) => vantages.has('server') && !clients.has(source))) return new Set();
  const gateways = samples.filter(({ vantages, kinds }) => vantages.has('gateway') && kinds.has('socket-closed'));
  return gateways.some(({ forwards }) => forwards) ? new Set() : new Set(gateways.map(({ source }) => source));
}

/**
 * The log of many machines, each with one connection at a time, that were refused by another's gateway or whose connections others took:
 * they are who connects. A server has several at once.
 */
const isFleet = (sample: ClockSample, all: readonly Side[]): boolean =>
  sample.machines.size >= FLEET_LEAST &&
  !sample.shared &&
  !OWN_WORDS.some((kind) => sample.kinds.has(kind)) &&
  (sample.refusals > 0 || takersOf(sample, all) > 0);
/** Replicas of a server that nobody uses are fewer. */
const FLEET_LEAST = 5;

/**
 * It tells of the connections of several servers at once, and neither of itself nor of who connected: a server's own second log has the
 * connections of one.
 */
const isSpread = (sample: ClockSample, all: readonly Side[]): boolean =>
  isOutside(sample) && sample.vantages.size === 1 && takersOf(sample, all) > 1;

/** How many other logs wrote, with the clients' addresses, that the connections began of which this one tells the end: of all but a few. */
function takersOf(client: ClockSample, all: readonly Side[]): number {
  const servers = all.filter(
    ({ sample }) => sample.source !== client.source && sample.clients.size > 0 && sample.kinds.has('socket-opened'),
  );
  const taken = new Map<string, number>();
  let known = 0;
  for (const key of client.keyed.keys()) {
    if (!key.startsWith(CLOSE)) continue;
    const opener = servers.find(({ sample }) => sample.keyed.has(`open ${key.slice(CLOSE.length)}`))?.sample.source;
    if (opener === undefined) continue;
    known++;
    taken.set(opener, (taken.get(opener) ?? 0) + 1);
  }
  if (known < SHARED_LEAST || known < client.namedEnds * SHARED_SHARE) return 0;
  return [...taken.values()].filter((count) => count >= SHARED_LEAST).length;
}

/** It tells of no process and names no machine; where it names a client's address, it is who is connected to. Some lines say that they are a client's. */
const isOutside = ({ kinds, housed, clients, vantages }: ClockSample): boolean =>
  vantages.size === (vantages.has('client') ? 2 : 1) &&
  !housed &&
  clients.size === 0 &&
  !OWN_WORDS.some((kind) => kinds.has(kind)) &&
  kinds.has('socket-closed');

/**
 * The one serves: it writes opens, and ends as well, so that the other is not just its second file. The other asked for connections and was
 * refused, or the connections it tells of are those that the first one opened.
 */
function opensFor(server: ClockSample, client: ClockSample): boolean {
  if (!server.kinds.has('socket-opened') || !server.kinds.has('socket-closed')) return false;
  let known = 0;
  for (const key of client.keyed.keys())
    if (
      key.startsWith(CLOSE) &&
      !client.keyed.has(`open ${key.slice(CLOSE.length)}`) &&
      server.keyed.has(`open ${key.slice(CLOSE.length)}`)
    )
      known++;
  return known > 0 && (client.refusals > 0 || (known >= SHARED_LEAST && known >= client.namedEnds * SHARED_SHARE));
}

function isViewOf(client: Side, server: Side): boolean {
  const [ours, theirs] = [client.sample.kinds, server.sample.kinds];
  if (OWN_WORDS.some((kind) => ours.has(kind))) return false;
  const serves = OWN_WORDS.some((kind) => theirs.has(kind)) || (theirs.has('socket-opened') && !ours.has('socket-opened'));
  return serves && shareEnds(client, server);
}

function shareEnds(a: Side, b: Side): boolean {
  const [few, many] = a.sample.lives.length <= b.sample.lives.length ? [a, b] : [b, a];
  const others = many.sample.lives.map(({ lifeMs, endMs }) => ({ lifeMs, ms: many.toUtc(endMs) })).sort((x, y) => x.ms - y.ms);
  const taken = new Set<number>();
  const reach = SAME_END_MS + Math.min(1_000, a.sample.widthMs + b.sample.widthMs);
  let exact = 0;
  let from = 0;
  for (const { lifeMs, ms } of few.sample.lives
    .map((life) => ({ lifeMs: life.lifeMs, ms: few.toUtc(life.endMs) }))
    .sort((x, y) => x.ms - y.ms)) {
    while (from < others.length && (others[from]?.ms ?? 0) < ms - reach) from++;
    for (let at = from; at < others.length; at++) {
      const other = others[at];
      if (!other || other.ms > ms + reach) break;
      if (taken.has(at) || Math.abs(other.lifeMs - lifeMs) > lifeReach(lifeMs, other.lifeMs)) continue;
      taken.add(at);
      if (Math.abs(other.ms - ms) < COPY_MS && other.lifeMs === lifeMs) exact++;
      break;
    }
  }
  return taken.size >= SHARED_LEAST && taken.size >= few.sample.lives.length * SHARED_SHARE && exact < taken.size / 2;
}

const lifeReach = (...lives: readonly number[]): number => (lives.some((ms) => ms % 1_000 === 0) ? WHOLE_LIFE_MS : SAME_LIFE_MS);
