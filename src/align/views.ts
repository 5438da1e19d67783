/** Whose view a log gives, where its own words leave that open: two logs of one and the same connections are not both the server's. */
import { CLOSE } from '../anchor-keys.ts';
import type { ClockSample } from '../clock-sample.ts';
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
/**
 * Of what a server lost when it died the clients alone tell, and of its other clients the server alone. Ends in common at so many moments
 * and of as many ages are no chance: what cuts the connections of two servers at once does so in one moment, or at one age.
 */
const APART_LEAST = 6;
const APART_SHARE = 1 / 3;
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
  const servers = all.filter(({ sample }) => mayServe(sample));
  const views = new Set<string>();
  for (const one of all)
    if (one.sample.vantages.size === 1 && servers.some((other) => other.sample.source !== one.sample.source && isViewOf(one, other)))
      views.add(one.sample.source);
  for (const { sample } of all)
    if (
      isFleet(sample, all) ||
      isSpread(sample, all) ||
      ((isOutside(sample) || isAway(sample)) &&
        servers.some(({ sample: other }) => other.source !== sample.source && opensFor(other, sample)))
    )
      views.add(sample.source);
  const foreign = new Set(all.flatMap(({ sample: { source, phrases } }) => (views.has(source) ? [...phrases] : [])));
  for (const { sample } of all)
    if (!views.has(sample.source) && !isOutside(sample)) for (const phrase of sample.phrases) foreign.delete(phrase);
  for (const { sample } of all)
    if (isOutside(sample) && [...sample.phrases].some((phrase) => foreign.has(phrase))) views.add(sample.source);
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
  const servers = all.filter(({ sample }) => sample.source !== client.source && sample.namesClients && sample.kinds.has('socket-opened'));
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

/** It tells of no process and names no machine. */
const isOutside = (sample: ClockSample): boolean => !sample.housed && namesNoPeer(sample);

/**
 * It names machines, but begins no connection: it asked for some and was refused, or its machines are more than one server has. A gateway,
 * which dials and is refused as well, writes of those that it took; so do replicas.
 */
const isAway = (sample: ClockSample): boolean =>
  namesNoPeer(sample) && !sample.served.has('socket-opened') && (sample.refusals > 0 || sample.machines.size >= FLEET_LEAST);

/** Whoever names a client's address is who is connected to, and so is who writes of its own process. Some lines say that they are a client's. */
const namesNoPeer = ({ kinds, namesClients, vantages }: ClockSample): boolean =>
  vantages.size === (vantages.has('client') ? 2 : 1) &&
  !namesClients &&
  !OWN_WORDS.some((kind) => kinds.has(kind)) &&
  kinds.has('socket-closed');

/** Some lines of it are a client's by their own words, and none tells of a process that serves: the others are that client's too. */
const mayServe = ({ vantages, kinds, namesClients }: ClockSample): boolean =>
  !vantages.has('client') || namesClients || OWN_WORDS.some((kind) => kinds.has(kind));

/**
 * The one serves: it writes opens, and ends as well, so that the other is not just its second file. The other asked for connections and was
 * refused, or the connections it tells of are those that the first one opened: a server's second log has no ends that its first one lacks,
 * or leaves the begins to that one altogether.
 */
function opensFor(server: ClockSample, client: ClockSample): boolean {
  if (!server.kinds.has('socket-opened') || !server.kinds.has('socket-closed')) return false;
  let known = 0;
  let unshared = 0;
  for (const key of client.keyed.keys()) {
    const open = `open ${key.slice(CLOSE.length)}`;
    if (!key.startsWith(CLOSE) || !server.keyed.has(open)) continue;
    known++;
    if (!client.keyed.has(open) || !server.keyed.has(key)) unshared++;
  }
  return unshared > 0 && (client.refusals > 0 || (unshared >= SHARED_LEAST && known >= client.namedEnds * SHARED_SHARE));
}

function isViewOf(client: Side, server: Side): boolean {
  const [ours, theirs] = [client.sample.served, server.sample.served];
  if (OWN_WORDS.some((kind) => ours.has(kind))) return false;
  const serves = OWN_WORDS.some((kind) => theirs.has(kind)) || (theirs.has('socket-opened') && !ours.has('socket-opened'));
  return serves && shareEnds(client, server);
}

function shareEnds(client: Side, server: Side): boolean {
  const [ours, theirs] = [endsOf(client), endsOf(server)];
  const few = Math.min(ours.length, theirs.length);
  const reach = SAME_END_MS + Math.min(1_000, client.sample.widthMs + server.sample.widthMs);
  const taken = new Set<number>();
  const others: End[] = [];
  const apart: End[] = [];
  let exact = 0;
  let from = 0;
  for (const end of ours) {
    while (from < theirs.length && (theirs[from]?.ms ?? 0) < end.ms - reach) from++;
    let at = from;
    const isNear = (): boolean => (theirs[at]?.ms ?? Number.POSITIVE_INFINITY) <= end.ms + reach;
    while (isNear() && (taken.has(at) || !isSameLife(end, theirs[at] as End))) at++;
    const other = isNear() ? theirs[at] : undefined;
    if (!other) {
      others.push(end);
      continue;
    }
    taken.add(at);
    if (Math.abs(other.ms - end.ms) < COPY_MS && other.lifeMs === end.lifeMs) exact++;
    if (apart.length < APART_LEAST && apart.every((one) => end.ms - one.ms > reach && !isSameLife(one, end))) apart.push(end);
  }
  if (exact > 0 && exact >= taken.size / 2) return false;
  if (taken.size >= SHARED_LEAST && taken.size >= few * SHARED_SHARE) return true;
  if (apart.length === APART_LEAST && taken.size >= few * APART_SHARE) return true;
  const { count, chance } = lostBy(server, others, reach);
  return (
    isOutside(client.sample) &&
    count >= SHARED_LEAST &&
    taken.size + count >= ours.length * SHARED_SHARE &&
    chance * SHARED_CHANCE ** taken.size <= CHANCE_MOST
  );
}

/** One end in common, by its life and its time, as chance makes it: rather too many than too few. */
const SHARED_CHANCE = 0.01;
const CHANCE_MOST = 1e-3;
/** What dies ends all of its connections within this, as their clients notice it. */
const ONE_MOMENT_MS = 2_000;

/** Those, of ends in order, of the moment that has most. */
function fullest(ends: readonly End[]): readonly End[] {
  let [from, to] = [0, 0];
  let start = 0;
  for (const [at, { ms }] of ends.entries()) {
    while (ms - (ends[start]?.ms ?? ms) > ONE_MOMENT_MS) start++;
    if (at + 1 - start > to - from) [from, to] = [start, at + 1];
  }
  return ends.slice(from, to);
}

/** Ends that fell together, each of a connection that the server opened then and closed never; and how often chance finds so many. */
function lostBy({ sample, toUtc }: Side, ends: readonly End[], reach: number): { readonly count: number; readonly chance: number } {
  const begins = fullest(ends)
    .map(({ ms, lifeMs }) => ms - lifeMs)
    .sort((a, b) => a - b);
  const [first = 0, last = 0] = [begins[0], begins.at(-1)];
  const opens = [...sample.unclosed.values()].map(toUtc).sort((a, b) => a - b);
  let count = 0;
  let at = 0;
  for (const begin of begins) {
    while (at < opens.length && (opens[at] as number) < begin - reach) at++;
    if ((opens[at] ?? Number.POSITIVE_INFINITY) > begin + reach) continue;
    count++;
    at++;
  }
  let covered = 0;
  let until = first - reach;
  for (const ms of opens) {
    if (ms + reach < first || ms - reach > last) continue;
    covered += ms + reach - Math.max(until, ms - reach);
    until = ms + reach;
  }
  return { count, chance: Math.min(1, covered / (last - first + 2 * reach)) ** count };
}

interface End {
  readonly lifeMs: number;
  readonly ms: number;
}

/** Ends that it tells of as a server, in order. */
const endsOf = ({ sample, toUtc }: Side): readonly End[] =>
  sample.lives
    .flatMap(({ lifeMs, endMs, vantage }) => (vantage === 'server' ? [{ lifeMs, ms: toUtc(endMs) }] : []))
    .sort((x, y) => x.ms - y.ms);

/** As far as both sides' measures tell. */
const isSameLife = (a: End, b: End): boolean => Math.abs(a.lifeMs - b.lifeMs) <= lifeReach(a.lifeMs, b.lifeMs);

const lifeReach = (...lives: readonly number[]): number => (lives.some((ms) => ms % 1_000 === 0) ? WHOLE_LIFE_MS : SAME_LIFE_MS);
