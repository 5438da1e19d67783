/**
 * Observations of connections → closures, one a connection. Runs over the timeline once, with a bounded window behind it: strong keys
 * join at once, views without a shared key are paired by client, end and life when they leave the fuzzy window.
 */

import { connectionIds, pathValues, peerOf, writerOf } from '../anchors.ts';
import type { Closure } from '../closure.ts';
import { gap } from '../spans.ts';
import type { EventOf, LogEvent } from '../types.ts';
import { isUndated } from '../undated.ts';
import { Alternation } from './alternation.ts';
import { closureOf } from './closure-of.ts';
import {
  absorb,
  type Draft,
  endOf,
  endpointOf,
  isEnd,
  isFaultAlone,
  isSide,
  isTunnelAlone,
  type Observation,
  ofConnection,
} from './draft.ts';
import { LiveOpens, type Unclosed } from './live.ts';
import { CODELESS, Nameless, OF_NOBODY } from './nameless.ts';
import { COST, HANDSHAKE_MS, Neighbourhood, sideOf } from './neighbourhood.ts';
import { accepts, namesAnother, refusedOnBothSides, sameSlot, toldOtherwise } from './same.ts';

/** A server's heartbeat finds a lost client up to two intervals late; TCP may need longer, but such views rarely share an id. */
const ID_WINDOW_MS = 120_000;
/** Neighbouring hops log one end within this: round trip, event loop, a slow disk. */
const FUZZY_WINDOW_MS = 6_000;
const FUZZY_END_MS = 3_000;
/** A page's handlers run in the task that also writes the browser's own line, a server's request ends when its handler has: or soon after. */
const HANDLER_MS = 1_000;
const BROWSER = 'browser-console';
/** An error and the close that follows it are written in one turn. */
const SAME_TURN_MS = 50;
/** `terminate()` closes at once; a loop that stalls writes of it when it turns again. */
const DROPPED_MS = 5_000;
const SILENT_LIMIT = 10_000;
/** Apache's parent and `docker stop` kill what has not gone by itself after ten seconds; a signal takes a moment. */
const STOPS_MS = 11_000;
/** A one-second stamp and a round trip. */
const LONE_MS = 1_500;
/** Sum of seconds apart in end and half-seconds apart in life; beyond it a pair is chance. */
const MAX_COST = 4;
/** Two endpoints find each other before a proxy's error line finds them, which does not say whose it is. */
const LATER = 0.5;
const COMPACT = 4_096;
export class Stitcher {
  readonly #emit: (closure: Closure) => void;
  readonly #neighbourhood: Neighbourhood;
  /** In order of their first view; those before `#gone` were emitted. */
  #drafts: Draft[] = [];
  #gone = 0;
  /** The same drafts, those before `#paired` were paired. */
  #unpaired: Draft[] = [];
  #pairedTo = 0;
  /** Who writes ends of connections and where (one journal may hold a proxy and the server): a draft that all of them saw needs no pairing. */
  readonly #endPlaces = new Set<string>();
  #lastEnd: Observation | undefined;
  /** Source → the kind of the first end in it. */
  readonly #endKinds = new Map<string, Observation['kind']>();
  readonly #byId = new Map<string, Draft>();
  /** By what stands in the URL of a request under a name that is nobody's in particular. */
  readonly #byPathValue = new Map<string, Draft>();
  readonly #byPeer = new Map<string, Draft>();
  readonly #byProxyNumber = new Map<string, Draft>();
  readonly #live = new LiveOpens();
  /** Sources that write opens, and what those without an id tell. */
  readonly #openers = new Map<string, Alternation>();
  /** Clients' logs that name a connection when it opens. */
  readonly #pages = new Map<string, Alternation>();
  /** By source: the latest connection of which a browser or a client's heartbeat wrote that it failed, until the page writes so too. */
  readonly #browsers = new Map<string, Draft>();
  /** By source: the latest end of which a client wrote. */
  readonly #said = new Map<string, Draft>();
  /** By source: the server's latest close with a code; no draft = several were so near that a life cannot be told to be one's. */
  readonly #handled = new Map<string, { readonly ms: number; readonly draft: Draft | undefined }>();
  /** By source: what a server's heartbeat wrote of clients that it does not name, until it writes their ends. */
  readonly #silent = new Map<string, Draft[]>();
  readonly #nameless = [CODELESS, OF_NOBODY].map(
    (pairing) => new Nameless(SAME_TURN_MS, pairing, (into, from) => this.#absorb(into, from)),
  );
  /** By writer: the connection of the latest refusal. */
  readonly #refused = new Map<string, Draft>();
  /** Pairs of writers that share connection ids: between them an id that differs means another connection. */
  readonly #idFriends = new Set<string>();
  #count = 0;

  /** `sharedClients`: writers to whom every client has one address, that of the hop in front. */
  constructor(emit: (closure: Closure) => void, sharedClients: ReadonlySet<string>) {
    this.#emit = emit;
    this.#neighbourhood = new Neighbourhood(sharedClients);
  }

  add(event: LogEvent): void {
    switch (event.kind) {
      case 'socket-opened':
        this.#open(event);
        break;
      case 'socket-closed':
      case 'tunnel-ended':
      case 'heartbeat-missed':
        this.#observe(event);
        break;
      case 'proxy-fault':
        // A client that left during the handshake is told by the proxy too: the server may have opened already.
        if (event.phase === 'tunnel' || event.fault === 'client-closed' || event.fault === 'client-reset') this.#observe(event);
        break;
      case 'process-fault':
        if (event.fault === 'handler-exception' && event.keys.connection !== undefined) this.#observe(event);
        break;
      case 'handshake-failed':
        if (isSide(event.vantage) || event.by === 'client') this.#observe(event);
        break;
      default:
    }
    this.#advance(event.when.fromMs);
  }

  /** Ends the timeline; returns connections that were opened by id and never ended. */
  finish(): Unclosed[] {
    this.#advance(Number.POSITIVE_INFINITY);
    return this.#live.unclosed();
  }

  #open(event: EventOf<'socket-opened'>): void {
    const id = event.keys.connection;
    const { source } = event.origin;
    const opener = this.#openers.get(source) ?? new Alternation();
    this.#openers.set(source, opener);
    if (id === undefined) opener.open(event);
    else opener.named();
    if (id === undefined) return;
    this.#live.set(id, event);
    if (event.vantage !== 'client') return;
    const page = this.#pages.get(source) ?? new Alternation();
    this.#pages.set(source, page);
    page.open(event);
  }

  /** A close without a name in the log of a client that had one connection open, which it named then, is of that one. */
  #namedAtOpen(event: Observation): Observation {
    if (event.kind !== 'socket-closed' || event.vantage !== 'client') return event;
    const opened = this.#pages.get(event.origin.source)?.close(event);
    const connection = opened?.keys.connection;
    if (!opened || connection === undefined || connectionIds(event.keys).length > 0) return event;
    const apart = event.lifeMs === undefined ? 0 : event.when.fromMs - event.lifeMs - opened.when.fromMs;
    return Math.abs(apart) <= LONE_MS ? { ...event, keys: { ...event.keys, connection } } : event;
  }

  #observe(observed: Observation): void {
    const event = this.#namedAtOpen(observed);
    const ids = this.#idsOf(event);
    const faulted = this.#byPeer.get(peerOf(event) ?? this.#peerAtOpen(event) ?? '');
    if (isEnd(event) || event.kind === 'handshake-failed') this.#noteEnd(event);
    else if (event.kind === 'proxy-fault') this.#expectAlone();
    const draft =
      this.#byKeys(event, ids) ??
      this.#saidByBrowser(event, ids) ??
      this.#saidByHandler(event) ??
      this.#toldOf(event) ??
      this.#saidAgain(event, ids) ??
      this.#refusedBefore(event) ??
      this.#start(event);
    if (event.kind === 'handshake-failed') this.#refused.set(machineOf(event), draft);
    if (event.kind === 'heartbeat-missed' && event.vantage === 'server' && ids.length === 0 && event.keys.client === undefined) {
      const waiting = this.#silent.get(event.origin.source);
      if (!waiting) this.#silent.set(event.origin.source, [draft]);
      else if (waiting.length < SILENT_LIMIT) waiting.push(draft);
    }
    if (event.kind === 'socket-closed' && event.vantage === 'client') this.#said.set(event.origin.source, draft);
    this.#handle(event, draft);
    this.#takeSilent(event, draft);
    if (event.format === BROWSER || (event.kind === 'heartbeat-missed' && event.vantage === 'client' && ids.length === 0))
      this.#browsers.set(event.origin.source, draft);
    if (!draft.seen.includes(event)) {
      draft.seen.push(event);
      draft.firstMs = Math.min(draft.firstMs, event.when.fromMs);
      draft.lastMs = Math.max(draft.lastMs, event.when.toMs);
    }
    for (const nameless of this.#nameless) nameless.note(event, draft);
    this.#takeFault(draft, faulted);
    this.#index(draft, event, ids);
    this.#neighbourhood.place(draft);
  }

  /** A page's own line about the end that its browser, or its library's heartbeat, has just written into the same console. */
  #saidByBrowser(event: Observation, ids: readonly string[]): Draft | undefined {
    const draft = this.#browsers.get(event.origin.source);
    if (!draft || event.kind !== 'socket-closed' || event.vantage !== 'client' || event.format === BROWSER) return undefined;
    // The page's log of its events may come before its own words, which have the code.
    const isRepeated = draft.seen.some((other) => other.format !== BROWSER && other.kind === 'socket-closed');
    if (event.code !== undefined || isRepeated) this.#browsers.delete(event.origin.source);
    if (event.code === undefined && isRepeated) return undefined;
    const paths = new Set([...draft.seen, event].flatMap(({ keys: { path } }) => path ?? []));
    return event.when.fromMs - draft.lastMs < HANDLER_MS && paths.size < 2 && !this.#idConflict(draft, ids, writerOf(event))
      ? draft
      : undefined;
  }

  /**
   * An end of which a client's library tells twice, as the caller of what threw it does: in one turn, by the same code, and the log has no
   * open left that could be another's.
   */
  #saidAgain(event: Observation, ids: readonly string[]): Draft | undefined {
    if (event.kind !== 'socket-closed' || event.vantage !== 'client' || event.code === undefined || ids.length > 0 || isUndated(event.when))
      return undefined;
    const draft = this.#said.get(event.origin.source);
    const isAgain = draft?.opened !== undefined && !draft.gone && draft.seen.every((other) => 'code' in other && other.code === event.code);
    const isNear = draft !== undefined && event.when.fromMs - draft.lastMs <= SAME_TURN_MS;
    return isAgain && isNear && this.#openers.get(event.origin.source)?.isOut(event) ? draft : undefined;
  }

  /** What the handler of a request wrote before the server's own line about that request, which alone has its life: one at a time. */
  #saidByHandler(event: Observation): Draft | undefined {
    if (event.kind !== 'socket-closed' || event.vantage !== 'server') return undefined;
    const { source } = event.origin;
    const handled = this.#handled.get(source);
    const near = handled !== undefined && event.when.fromMs - handled.ms < HANDLER_MS;
    if (event.code !== undefined) return undefined;
    this.#handled.delete(source);
    return near && event.lifeMs !== undefined ? handled.draft : undefined;
  }

  /** The same refusal, told by the line before; a client's library calls it an error first, and then a close. */
  #refusedBefore(event: Observation): Draft | undefined {
    const draft = this.#refused.get(machineOf(event));
    if (event.kind === 'handshake-failed') return draft?.seen.every((other) => !sameSlot(other, event)) ? draft : undefined;
    if (event.kind !== 'socket-closed' || event.code !== 1006 || (event.lifeMs ?? 0) > 0) return undefined;
    const last = draft?.seen.at(-1);
    // Between a machine's two lines a central log may have those of others.
    const follows = event.keys.host !== undefined || last?.origin.line === event.origin.line - 1;
    const isNext = last?.kind === 'handshake-failed' && follows && !namesAnother(last, event);
    return isNext && event.when.fromMs - last.when.toMs <= SAME_TURN_MS ? draft : undefined;
  }

  /** What a server's heartbeat found silent, without a name, it drops: the next ends that it writes are those, in their order. */
  #takeSilent(event: Observation, draft: Draft): void {
    if (event.kind !== 'socket-closed' || event.vantage !== 'server' || (event.code !== undefined && event.code !== 1006)) return;
    const waiting = this.#silent.get(event.origin.source);
    if (!waiting) return;
    let silent = waiting.shift();
    while (silent && (silent.gone || silent.seen.length !== 1 || event.when.fromMs - silent.lastMs > DROPPED_MS)) silent = waiting.shift();
    if (!silent || draft.seen.some(({ kind }) => kind === 'heartbeat-missed')) return;
    this.#absorb(draft, silent);
  }

  /** What a proxy wrote of the peer by its address and port before the endpoint wrote of it by its id, which a client may have done earlier. */
  #takeFault(draft: Draft, faulted: Draft | undefined): void {
    if (!faulted || faulted === draft || faulted.gone || faulted.seen.length === 0 || !isFaultAlone(faulted)) return;
    if (faulted.seen.every((fault) => gap(fault.when, endOf(draft)) <= FUZZY_END_MS && accepts(draft, fault, FUZZY_WINDOW_MS)))
      this.#merge(faulted, draft);
  }

  /** The connection of which its program has just told, for a line that does not say whose end it is. */
  #toldOf(event: Observation): Draft | undefined {
    for (const nameless of this.#nameless) {
      const draft = nameless.behind(event);
      if (draft) return draft;
    }
    return undefined;
  }

  /** Remembers a close with a code and no life, unless another one has just been: then nobody knows whose life comes next. */
  #handle(event: Observation, draft: Draft): void {
    if (event.kind !== 'socket-closed' || event.vantage !== 'server' || event.code === undefined) return;
    const ms = event.when.fromMs;
    const { source } = event.origin;
    const last = this.#handled.get(source);
    const alone = last === undefined || ms - last.ms >= HANDLER_MS;
    this.#handled.set(source, { ms, draft: alone && event.lifeMs === undefined ? draft : undefined });
  }

  /** The event's own ids and, at its close, those that its open line named beside them: a request id, say. */
  #idsOf(event: Observation): string[] {
    const ids = connectionIds(event.keys);
    if (event.kind !== 'socket-closed' || event.keys.connection === undefined) return ids;
    const opened = this.#live.get(event.origin.source, event.keys.connection);
    if (opened?.keys.requestId !== undefined && !ids.includes(opened.keys.requestId)) ids.push(opened.keys.requestId);
    return ids;
  }

  #start(event: Observation): Draft {
    const draft: Draft = {
      number: ++this.#count,
      seen: [],
      namedBy: new Set(),
      opened: undefined,
      unopened: false,
      ids: new Set(),
      startMs: event.when.fromMs,
      firstMs: event.when.fromMs,
      lastMs: event.when.toMs,
      paired: false,
      gone: false,
      measures: undefined,
    };
    this.#drafts.push(draft);
    this.#unpaired.push(draft);
    return draft;
  }

  #byKeys(event: Observation, ids: readonly string[]): Draft | undefined {
    for (const id of ids) {
      const draft = this.#byId.get(id);
      if (draft && accepts(draft, event, ID_WINDOW_MS)) {
        for (const other of draft.seen)
          if (writerOf(other) !== writerOf(event)) this.#idFriends.add(pairOf(writerOf(other), writerOf(event)));
        return draft;
      }
    }
    const called = this.#calledSo(event, ids);
    if (called) return called;
    const number = proxyNumber(event);
    const numbered = number === undefined ? undefined : this.#byProxyNumber.get(number);
    if (numbered && accepts(numbered, event, FUZZY_END_MS + 1_000)) return numbered;
    const peer = peerOf(event) ?? this.#peerAtOpen(event);
    const known = peer === undefined ? undefined : this.#byPeer.get(peer);
    return known && accepts(known, event, FUZZY_WINDOW_MS) && !this.#idConflict(known, ids, writerOf(event)) ? known : undefined;
  }

  /** Many servers name the peer when it comes and only its id when it goes. */
  #peerAtOpen({ kind, origin, keys: { connection } }: Observation): string | undefined {
    const opened = kind === 'socket-closed' && connection !== undefined ? this.#live.get(origin.source, connection) : undefined;
    return opened && peerOf(opened);
  }

  /** What one log calls the connection stands in the URL that another writes of it, under whatever name. */
  #calledSo(event: Observation, ids: readonly string[]): Draft | undefined {
    const { connection, path } = event.keys;
    const isIt = (draft: Draft | undefined): boolean =>
      draft !== undefined && accepts(draft, event, ID_WINDOW_MS) && !this.#idConflict(draft, ids, writerOf(event));
    const mine = connection === undefined ? undefined : this.#byPathValue.get(connection);
    if (isIt(mine)) return mine;
    return pathValues(path)
      .map((value) => [value, this.#byId.get(value)] as const)
      .find(([value, draft]) => isIt(draft) && draft?.seen.some(({ keys }) => keys.connection === value))?.[1];
  }

  #index(draft: Draft, event: Observation, ids: readonly string[]): void {
    if (ids.length > 0) draft.namedBy.add(writerOf(event));
    else if (event.kind === 'socket-closed' && draft.seen.length === 1) {
      const opened = this.#openers.get(event.origin.source)?.close(event);
      if (opened === null) draft.unopened = true;
      else draft.opened ??= opened;
    }
    for (const id of ids) {
      draft.ids.add(id);
      this.#byId.set(id, draft);
      if (event.kind === 'socket-closed') this.#end(draft, event, id);
    }
    for (const value of pathValues(event.keys.path)) this.#byPathValue.set(value, draft);
    const number = proxyNumber(event);
    if (number !== undefined) this.#byProxyNumber.set(number, draft);
    for (const one of [event, draft.opened]) {
      const peer = one && peerOf(one);
      if (peer !== undefined) this.#byPeer.set(peer, draft);
    }
  }

  /** The connection's open line is closed; another side's counts where its own log has none. */
  #end(draft: Draft, { origin, vantage }: EventOf<'socket-closed'>, id: string): void {
    const opened = this.#live.get(origin.source, id);
    // Another file of the server tells the end: nothing is left open. What a client tells does not show that the server wrote of it.
    const elsewhere = opened || draft.opened ? undefined : this.#live.of(id)[0];
    draft.opened ??= opened ?? elsewhere;
    // What its server ended is over for the client too, whether or not that writes of it.
    this.#live.end(
      id,
      (live) =>
        live === opened || (vantage === 'server' && (live.vantage === 'client' || (live === elsewhere && live.vantage === 'server'))),
    );
  }

  /** What the server wrote of the begin, where the client's own word of it is known and nobody else tells of the end. */
  #takenBy({ opened, ids, seen }: Draft): EventOf<'socket-opened'> | undefined {
    if (opened?.vantage !== 'client' || seen.some(({ vantage }) => vantage !== 'client')) return undefined;
    for (const id of ids) {
      const taken = this.#live.of(id).find((live) => live.vantage === 'server');
      if (taken) return taken;
    }
    return undefined;
  }

  #advance(nowMs: number): void {
    for (
      let draft = this.#unpaired[this.#pairedTo];
      draft && draft.lastMs < nowMs - FUZZY_WINDOW_MS;
      draft = this.#unpaired[this.#pairedTo]
    ) {
      this.#pairedTo++;
      if (!draft.paired) this.#pair(draft);
    }
    for (let draft = this.#drafts[this.#gone]; draft; draft = this.#drafts[this.#gone]) {
      const window = draft.ids.size > 0 ? ID_WINDOW_MS : FUZZY_WINDOW_MS * 3;
      if (draft.lastMs >= nowMs - window) break;
      this.#gone++;
      draft.gone = true;
      this.#forget(draft);
      if (draft.seen.some(ofConnection)) this.#emit(closureOf(draft, this.#takenBy(draft)));
    }
    // Arrays are cut once in a while: taking single items off their front would copy them each time.
    if (this.#gone > COMPACT) {
      this.#gone -= this.#drafts.splice(0, this.#gone).length;
      this.#neighbourhood.prune();
    }
    if (this.#pairedTo > COMPACT) this.#pairedTo -= this.#unpaired.splice(0, this.#pairedTo).length;
  }

  /**
   * Gives a draft's views to the draft of the same connection that another hop began. One that has a nearer partner is that one's: the two go
   * first.
   */
  #pair(draft: Draft): void {
    while (draft.seen.length > 0 && !draft.paired) {
      let one = draft;
      let other = this.#isWhole(draft) ? undefined : this.#nearest(draft, MAX_COST);
      if (!other) {
        this.#pairAlone(draft);
        this.#pairBegun(draft);
        return;
      }
      for (let nearer = this.#rival(one, other); nearer; nearer = this.#rival(one, other)) [one, other] = [other, nearer];
      this.#merge(one, other);
      if (one === draft || other === draft) return;
    }
  }

  #nearest(draft: Draft, most: number): Draft | undefined {
    return this.#neighbourhood.nearest(draft, most, (other) => this.#cost(draft, other));
  }

  /** Whom the other lies nearer to. */
  #rival(draft: Draft, other: Draft): Draft | undefined {
    return this.#nearest(other, this.#cost(draft, other));
  }

  #noteEnd(event: Observation): void {
    const { source } = event.origin;
    const last = this.#lastEnd;
    if (last && last.kind === event.kind && last.vantage === event.vantage && last.origin.source === source) return;
    this.#lastEnd = event;
    this.#endPlaces.add(placeOf(event));
    const first = this.#endKinds.get(source);
    if (first === undefined) this.#endKinds.set(source, event.kind);
    else if (first !== event.kind) this.#expectAlone(source);
  }

  /** A proxy names connections in its error log, or the ends of its tunnels in a log that holds the server's words too. */
  #expectAlone(source?: string): void {
    if (!this.#neighbourhood.listAlone(source)) return;
    for (const draft of this.#drafts) if (draft.measures && !draft.gone) this.#neighbourhood.place(draft);
  }

  /** All who write ends have told of it. */
  #isWhole({ seen }: Draft): boolean {
    if (seen.length < this.#endPlaces.size) return false;
    for (const place of this.#endPlaces) if (!seen.some((event) => placeOf(event) === place)) return false;
    return true;
  }

  /** Gives one draft all that another saw of the same connection. */
  #absorb(into: Draft, from: Draft): void {
    this.#neighbourhood.remove(from);
    absorb(into, from);
  }

  #merge(draft: Draft, best: Draft): void {
    // The draft that an endpoint began keeps its place: its time is the closure's.
    const [into, from] = endpointOf(best) || !endpointOf(draft) ? [best, draft] : [draft, best];
    const given = [...from.seen];
    this.#absorb(into, from);
    for (const event of given) this.#index(into, event, connectionIds(event.keys));
    this.#neighbourhood.place(into);
  }

  /**
   * A proxy's error line without an access line has no life to compare, and neither have many servers' words beside an access line. Where the
   * proxy's word and a broken connection of an endpoint that no proxy tells of are the only ones of that second, they are one; of an access
   * line only in one log, of one moment.
   */
  #pairAlone(draft: Draft): void {
    const [other, second] = this.#lone(draft);
    if (!other || second || this.#lone(other).length !== 1) return;
    const tunnel = [draft, other].find(isTunnelAlone);
    if (tunnel ? this.#isOfOneMoment(draft, other) : !this.#areAged(draft, other)) this.#merge(draft, other);
  }

  /**
   * A proxy that is stopped closes its clients' sockets and holds those to the server until it is killed: the two sides tell of one
   * connection that began once and ended twice.
   */
  #pairBegun(draft: Draft): void {
    const other = this.#begunWith(draft);
    if (other && this.#begunWith(other) === draft) this.#merge(draft, other);
  }

  #begunWith(draft: Draft): Draft | undefined {
    if (draft.paired || draft.seen.length === 0) return undefined;
    const ours = this.#neighbourhood.measured(draft);
    return this.#neighbourhood.begunWith(draft, (other) => {
      const theirs = this.#neighbourhood.measured(other);
      if (ours.client && theirs.client && ours.client !== theirs.client) return false;
      if (gap(ours.end, theirs.end) > STOPS_MS || draft.seen.some((event) => other.seen.some((one) => sameSlot(event, one)))) return false;
      return ![...draft.namedBy].some((writer) => this.#idConflict(other, draft.ids, writer));
    });
  }

  /** One log, and what one end writes in two places at once. */
  #isOfOneMoment(a: Draft, b: Draft): boolean {
    const [ours, theirs] = [this.#neighbourhood.measured(a), this.#neighbourhood.measured(b)];
    return !this.#areAged(a, b) && a.seen[0]?.origin.source === b.seen[0]?.origin.source && gap(ours.end, theirs.end) <= SAME_TURN_MS;
  }

  /** Both lives are known: had they been alike, the two had been paired by them. */
  #areAged(a: Draft, b: Draft): boolean {
    return [a, b].every((draft) => this.#neighbourhood.measured(draft).lifeMs !== undefined);
  }

  #lone(draft: Draft): Draft[] {
    const found: Draft[] = [];
    const { alone } = this.#neighbourhood.measured(draft);
    if (!alone) return found;
    for (const other of this.#neighbourhood.alone(sideOf(alone) === 'proxy' ? 'endpoint' : 'proxy', draft, LONE_MS)) {
      if (!begunNear(draft, other)) continue;
      found.push(other);
      if (found.length === 2) break;
    }
    return found;
  }

  #cost(a: Draft, b: Draft): number {
    if (!begunNear(a, b) || b.firstMs > a.lastMs + FUZZY_END_MS || b.lastMs < a.firstMs - FUZZY_END_MS) return Number.POSITIVE_INFINITY;
    const [ours, theirs] = [this.#neighbourhood.measured(a), this.#neighbourhood.measured(b)];
    const sameClient = ours.client !== undefined && ours.client === theirs.client;
    if (ours.client && theirs.client && !sameClient) return Number.POSITIVE_INFINITY;
    const apart = gap(ours.end, theirs.end);
    if (apart > FUZZY_END_MS) return Number.POSITIVE_INFINITY;
    let lifeCost: number = COST.ageless;
    const livesKnown = ours.lifeMs !== undefined && theirs.lifeMs !== undefined;
    if (livesKnown) {
      const difference = Math.abs(ours.lifeMs - theirs.lifeMs);
      if (difference > HANDSHAKE_MS) return Number.POSITIVE_INFINITY;
      lifeCost = Math.min(difference / 500, 1 + difference / 5_000);
    }
    if (a.seen.some((event) => b.seen.some((other) => sameSlot(event, other)))) return Number.POSITIVE_INFINITY;
    if (a.ids.size > 0) for (const writer of a.namedBy) if (this.#idConflict(b, a.ids, writer)) return Number.POSITIVE_INFINITY;
    if (!sameClient && toldOtherwise(ours.codes, theirs.codes)) return Number.POSITIVE_INFINITY;
    if (namedOtherwise(a, b) || namedOtherwise(b, a)) return Number.POSITIVE_INFINITY;
    if (ours.refused && theirs.refused && refusedOnBothSides(a, b)) return apart / 1_000 + COST.refused;
    // A record without a stamp has its time in common with everything.
    if ((isUndated(ours.end) || isUndated(theirs.end)) && !(sameClient && livesKnown)) return Number.POSITIVE_INFINITY;
    // Nothing but a time in common is not enough.
    if (!sameClient && !livesKnown && ours.codeless === theirs.codeless) return Number.POSITIVE_INFINITY;
    return apart / 1_000 + lifeCost + (sameClient ? 0 : COST.anyClient) + (ours.alone === 'fault' || theirs.alone === 'fault' ? LATER : 0);
  }

  #idConflict(draft: Draft, ids: Iterable<string>, writer: string): boolean {
    if (draft.ids.size === 0) return false;
    let any = false;
    for (const id of ids) {
      if (draft.ids.has(id)) return false;
      any = true;
    }
    if (!any) return false;
    for (const other of draft.namedBy) if (other === writer || this.#idFriends.has(pairOf(other, writer))) return true;
    return false;
  }

  #forget(draft: Draft): void {
    for (const id of draft.ids) if (this.#byId.get(id) === draft) this.#byId.delete(id);
    for (const event of draft.seen) {
      for (const value of pathValues(event.keys.path)) if (this.#byPathValue.get(value) === draft) this.#byPathValue.delete(value);
      const number = proxyNumber(event);
      if (number !== undefined && this.#byProxyNumber.get(number) === draft) this.#byProxyNumber.delete(number);
    }
    for (const event of draft.opened ? [draft.opened, ...draft.seen] : draft.seen) {
      const peer = peerOf(event);
      if (peer !== undefined && this.#byPeer.get(peer) === draft) this.#byPeer.delete(peer);
    }
  }
}

/** Its views are paired with what began not long before: what began earlier has left the window. */
const begunNear = (draft: Draft, { startMs }: Draft): boolean =>
  startMs >= draft.firstMs - 2 * FUZZY_WINDOW_MS && startMs <= draft.lastMs + FUZZY_END_MS;

/** Who wrote how the one began wrote of the other by another name; a router in the same log has names of its own. */
function namedOtherwise({ opened, ids }: Draft, other: Draft): boolean {
  if (opened?.keys.connection === undefined || !other.namedBy.has(writerOf(opened))) return false;
  for (const id of ids) if (other.ids.has(id)) return false;
  const { origin, vantage } = opened;
  return other.seen.some(
    (event) => event.vantage === vantage && event.origin.source === origin.source && event.keys.connection !== undefined,
  );
}

/** One log may be that of many machines. */
const machineOf = ({ origin, keys: { host } }: Observation): string => (host === undefined ? origin.source : `${origin.source}\n${host}`);
const pairOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
const proxyNumber = (event: Observation): string | undefined =>
  event.keys.proxyConnection && `${event.keys.proxyConnection} ${event.keys.client?.ip ?? ''}`;

const placeOf = ({ origin, kind, vantage }: Observation): string => `${kind} ${vantage} ${origin.source}`;
