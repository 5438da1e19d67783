/** One end in two records of one log, of which the second does not name the connection: who writes them and how near tells. */
import { writerOf } from '../connection-names.ts';
import type { DurationMs, EventOf } from '../types.ts';
import { isUndated } from '../undated.ts';
import type { Draft, Observation } from './draft.ts';
import { CODELESS, Nameless, OF_NOBODY } from './nameless.ts';
import type { Names } from './names.ts';
import type { Opens } from './opens.ts';
import { namesAnother, sameSlot } from './same.ts';

/** A page's handlers run in the task that also writes the browser's own line, a server's request ends when its handler has: or soon after. */
const HANDLER_MS: DurationMs = 1_000;
const BROWSER = 'browser-console';
/** An error and the close that follows it are written in one turn. */
export const SAME_TURN_MS: DurationMs = 50;
/** `terminate()` closes at once; a loop that stalls writes of it when it turns again. */
const DROPPED_MS: DurationMs = 5_000;
const SILENT_LIMIT = 10_000;

export class Retold {
  readonly #names: Names;
  readonly #opens: Opens;
  readonly #absorb: (into: Draft, from: Draft) => void;
  /** By source: the latest connection of which a browser or a client's heartbeat wrote that it failed, until the page writes so too. */
  readonly #browsers = new Map<string, Draft>();
  /** By source: the latest end of which a client wrote. */
  readonly #said = new Map<string, Draft>();
  /** By source: the server's latest close with a code; no draft = several were so near that a life cannot be told to be one's. */
  readonly #handled = new Map<string, { readonly ms: number; readonly draft: Draft | undefined }>();
  /** By source: what a server's heartbeat wrote of clients that it does not name, until it writes their ends. */
  readonly #silent = new Map<string, Draft[]>();
  readonly #nameless: readonly Nameless[];
  /** By machine: the connection of the latest refusal. */
  readonly #refused = new Map<string, Draft>();

  /** `absorb` gives all that one draft saw to another of the same connection. */
  constructor(names: Names, opens: Opens, absorb: (into: Draft, from: Draft) => void) {
    this.#names = names;
    this.#opens = opens;
    this.#absorb = absorb;
    this.#nameless = [CODELESS, OF_NOBODY].map((pairing) => new Nameless(SAME_TURN_MS, pairing, absorb));
  }

  /** The connection of which the same log has just told, for a record that does not name it. */
  find(event: Observation, ids: readonly string[]): Draft | undefined {
    return (
      this.#byBrowser(event, ids) ??
      this.#byHandler(event) ??
      this.#byProgram(event) ??
      this.#again(event, ids) ??
      this.#refusedBefore(event)
    );
  }

  /** Remembers an event of the draft for those that may follow, and takes what came before it. */
  note(event: Observation, draft: Draft, ids: readonly string[]): void {
    const { source } = event.origin;
    if (event.kind === 'handshake-failed') this.#refused.set(machineOf(event), draft);
    if (event.kind === 'heartbeat-missed' && ids.length === 0) {
      if (event.vantage === 'client') this.#browsers.set(source, draft);
      if (event.vantage === 'server' && event.keys.client === undefined) this.#wait(source, draft);
    }
    if (event.format === BROWSER) this.#browsers.set(source, draft);
    if (event.kind !== 'socket-closed') return;
    if (event.vantage === 'client') this.#said.set(source, draft);
    if (event.vantage === 'server') {
      this.#handle(event, draft);
      this.#takeSilent(event, draft);
    }
    for (const nameless of this.#nameless) nameless.note(event, draft);
  }

  /** A page's own line about the end that its browser, or its library's heartbeat, has just written into the same console. */
  #byBrowser(event: Observation, ids: readonly string[]): Draft | undefined {
    const { source } = event.origin;
    const draft = this.#browsers.get(source);
    if (!draft || event.kind !== 'socket-closed' || event.vantage !== 'client' || event.format === BROWSER) return undefined;
    // The page's log of its events may come before its own words, which have the code.
    const isRepeated = draft.seen.some((other) => other.format !== BROWSER && other.kind === 'socket-closed');
    if (event.code !== undefined || isRepeated) this.#browsers.delete(source);
    if (event.code === undefined && isRepeated) return undefined;
    const paths = new Set([...draft.seen, event].flatMap(({ keys: { path } }) => path ?? []));
    const isNear = event.when.fromMs - draft.lastMs < HANDLER_MS;
    return isNear && paths.size < 2 && !this.#names.conflict(draft, ids, writerOf(event)) ? draft : undefined;
  }

  /** What the handler of a request wrote before the server's own line about that request, which alone has its life: one at a time. */
  #byHandler(event: Observation): Draft | undefined {
    if (event.kind !== 'socket-closed' || event.vantage !== 'server' || event.code !== undefined) return undefined;
    const { source } = event.origin;
    const handled = this.#handled.get(source);
    const isNear = handled !== undefined && event.when.fromMs - handled.ms < HANDLER_MS;
    this.#handled.delete(source);
    return isNear && event.lifeMs !== undefined ? handled.draft : undefined;
  }

  /** The connection of which its program has just told, for a line that does not say whose end it is. */
  #byProgram(event: Observation): Draft | undefined {
    for (const nameless of this.#nameless) {
      const draft = nameless.behind(event);
      if (draft) return draft;
    }
    return undefined;
  }

  /**
   * An end of which a client's library tells twice, as the caller of what threw it does: in one turn, by the same code, and the log has no
   * open left that could be another's.
   */
  #again(event: Observation, ids: readonly string[]): Draft | undefined {
    if (event.kind !== 'socket-closed' || event.vantage !== 'client' || event.code === undefined || ids.length > 0 || isUndated(event.when))
      return undefined;
    const draft = this.#said.get(event.origin.source);
    const isAgain = draft?.opened !== undefined && !draft.gone && draft.seen.every((other) => 'code' in other && other.code === event.code);
    const isNear = draft !== undefined && event.when.fromMs - draft.lastMs <= SAME_TURN_MS;
    return isAgain && isNear && this.#opens.isOut(event) ? draft : undefined;
  }

  /** The same refusal, told by the line before; a client's library calls it an error first, and then a close. */
  #refusedBefore(event: Observation): Draft | undefined {
    if (event.kind !== 'handshake-failed' && event.kind !== 'socket-closed') return undefined;
    const draft = this.#refused.get(machineOf(event));
    if (event.kind === 'handshake-failed') return draft?.seen.every((other) => !sameSlot(other, event)) ? draft : undefined;
    if (event.code !== 1006 || (event.lifeMs ?? 0) > 0) return undefined;
    const last = draft?.seen.at(-1);
    // Between a machine's two lines a central log may have those of others.
    const follows = event.keys.host !== undefined || last?.origin.line === event.origin.line - 1;
    const isNext = last?.kind === 'handshake-failed' && follows && !namesAnother(last, event);
    return isNext && event.when.fromMs - last.when.toMs <= SAME_TURN_MS ? draft : undefined;
  }

  /** Remembers a close with a code and no life, unless another one has just been: then nobody knows whose life comes next. */
  #handle(event: EventOf<'socket-closed'>, draft: Draft): void {
    if (event.code === undefined) return;
    const ms = event.when.fromMs;
    const { source } = event.origin;
    const last = this.#handled.get(source);
    const alone = last === undefined || ms - last.ms >= HANDLER_MS;
    this.#handled.set(source, { ms, draft: alone && event.lifeMs === undefined ? draft : undefined });
  }

  #wait(source: string, draft: Draft): void {
    const waiting = this.#silent.get(source);
    if (!waiting) this.#silent.set(source, [draft]);
    else if (waiting.length < SILENT_LIMIT) waiting.push(draft);
  }

  /** What a server's heartbeat found silent, without a name, it drops: the next ends that it writes are those, in their order. */
  #takeSilent(event: EventOf<'socket-closed'>, draft: Draft): void {
    const waiting = this.#silent.get(event.origin.source);
    if (!waiting || (event.code !== undefined && event.code !== 1006)) return;
    const isOver = (one: Draft): boolean =>
      one.gone || one.seen.length !== (one === draft ? 2 : 1) || event.when.fromMs - one.lastMs > DROPPED_MS;
    let silent = waiting.shift();
    while (silent && isOver(silent)) silent = waiting.shift();
    if (silent && draft.seen.every(({ kind }) => kind !== 'heartbeat-missed')) this.#absorb(draft, silent);
  }
}

/** One log may be that of many machines. */
const machineOf = ({ origin, keys: { host } }: Observation): string => (host === undefined ? origin.source : `${origin.source}\n${host}`);
