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

/**
 * Sources that read like a server's log and are what the clients saw: they tell of the connections of another one that is a server's, or
 * of dialing it themselves.
 */
export function clientViews(sides: readonly Side[]): ReadonlySet<string> {
  const servers = sides.filter(({ sample }) => sample.vantages.size === 1 && sample.vantages.has('server') && sample.lives.length > 0);
  const views = new Set<string>();
  for (const one of servers)
    if (servers.some((other) => other !== one && other.sample.source !== one.sample.source && isViewOf(one, other)))
      views.add(one.sample.source);
  for (const one of sides) {
    const others = sides.filter(({ sample }) => sample.source !== one.sample.source && serves(sample));
    if (others.length > 0 && (dials(one.sample) || namesTheirs(one, others))) views.add(one.sample.source);
  }
  return views;
}

/**
 * It closes by name what servers' logs open, and some of it after or before them: of one server's two logs, errors apart, each end stands
 * in one, or in both with the same stamp.
 */
function namesTheirs(one: Side, others: readonly Side[]): boolean {
  const { vantages, kinds, keyed } = one.sample;
  if (vantages.size !== 1 || !vantages.has('server') || kinds.has('socket-opened') || OWN_WORDS.some((kind) => kinds.has(kind)))
    return false;
  const ends = [...keyed].filter(([key]) => key.startsWith(CLOSE));
  let opened = 0;
  let closed = 0;
  let exact = 0;
  for (const [key, [ours = 0]] of ends) {
    const id = key.slice(CLOSE.length);
    if (others.some(({ sample }) => sample.keyed.has(`open ${id}`))) opened++;
    const apart = others.flatMap((other) => (other.sample.keyed.get(key) ?? []).map((ms) => Math.abs(other.toUtc(ms) - one.toUtc(ours))));
    if (apart.length === 0) continue;
    closed++;
    if (Math.min(...apart) < COPY_MS) exact++;
  }
  return closed >= SHARED_LEAST && opened >= ends.length * SHARED_SHARE && exact < closed / 2;
}

/** Some of its lines are of one who dialed, and none of one who was dialed: no opening, no address, nothing of a server's life. */
const dials = ({ vantages, kinds, clients }: ClockSample): boolean =>
  vantages.size === 2 &&
  vantages.has('client') &&
  vantages.has('server') &&
  kinds.has('handshake-failed') &&
  !kinds.has('socket-opened') &&
  clients.size === 0 &&
  !OWN_WORDS.some((kind) => kinds.has(kind));

const serves = ({ vantages, kinds }: ClockSample): boolean =>
  vantages.has('server') && (kinds.has('socket-opened') || OWN_WORDS.some((kind) => kinds.has(kind)));

function isViewOf(client: Side, server: Side): boolean {
  const [ours, theirs] = [client.sample.kinds, server.sample.kinds];
  if (OWN_WORDS.some((kind) => ours.has(kind))) return false;
  const isServers = OWN_WORDS.some((kind) => theirs.has(kind)) || (theirs.has('socket-opened') && !ours.has('socket-opened'));
  return isServers && shareEnds(client, server);
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
