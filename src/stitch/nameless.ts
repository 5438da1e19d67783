/** Ends in which nothing tells whose they are: a library's `connection closed` before or behind what the application writes of the same end. */
import type { DurationMs, EpochMs, EventOf } from '../types.ts';
import type { Draft, Observation } from './draft.ts';

type Closed = EventOf<'socket-closed'>;

/** Drafts by when their line was written, in that order. */
type Waiting = Map<Draft, EpochMs>;

/** Of one source: what the other of the two lines has not come for yet. */
interface Open {
  readonly told: Waiting;
  readonly nameless: Waiting;
}

const isEndpoints = (event: Observation): event is Closed =>
  event.kind === 'socket-closed' && (event.vantage === 'server' || event.vantage === 'client');

/** An address without its port is that of all who come from there. */
const isNameless = ({ lifeMs, wasClean, by, keys }: Closed): boolean =>
  [lifeMs, wasClean, by, keys.connection, keys.requestId, keys.client?.port].every((known) => known === undefined);

/** Which two lines of one end belong together: one that lacks what the other tells. */
export interface Pairing {
  lacks(event: Closed): boolean;
  tells(event: Closed): boolean;
}

/** A library's `connection closed`, and the application's line with the code. */
export const CODELESS: Pairing = {
  lacks: (event) => event.code === undefined && isNameless(event),
  tells: (event) => event.code !== undefined,
};
/** A framework's `closed prematurely`, which is a 1006 of nobody, and the application's line that names the connection. */
export const OF_NOBODY: Pairing = {
  lacks: (event) => event.code === 1006 && isNameless(event),
  tells: (event) => event.code === 1006 && !isNameless(event),
};

/** What one statement of a program writes is the same but for names and numbers: twice, it is of two ends, whether or not each name was known for one. */
const statementOf = ({ quote }: Observation): string =>
  quote
    .split(/\s+/)
    .filter((word) => !/\d/.test(word))
    .join(' ');

export class Nameless {
  readonly #withinMs: DurationMs;
  readonly #open = new Map<string, Open>();

  readonly #pairing: Pairing;
  readonly #absorb: (into: Draft, from: Draft) => void;

  /** `withinMs`: so near one turn of a program writes both lines. `absorb` gives all that one draft saw to another of the same connection. */
  constructor(withinMs: DurationMs, pairing: Pairing, absorb: (into: Draft, from: Draft) => void) {
    this.#withinMs = withinMs;
    this.#pairing = pairing;
    this.#absorb = absorb;
  }

  /** The connection of which the application has just told, for a line that lacks that: one such line for each. */
  behind(event: Observation): Draft | undefined {
    return this.#lacks(event) ? taken(this.#near(event).told, event) : undefined;
  }

  /** Remembers the event's draft; one that tells is given the line that came before it. */
  note(event: Observation, draft: Draft): void {
    if (this.#lacks(event)) {
      if (draft.seen.length === 1) this.#near(event).nameless.set(draft, event.when.fromMs);
    } else if (isEndpoints(event) && this.#pairing.tells(event)) this.#tell(event, draft);
  }

  #lacks(event: Observation): boolean {
    return isEndpoints(event) && this.#pairing.lacks(event);
  }

  #tell(event: Closed, draft: Draft): void {
    const { source } = event.origin;
    if (draft.seen.some((other) => other.origin.source === source && this.#lacks(other))) return;
    const { told, nameless } = this.#near(event);
    const before = told.has(draft) ? undefined : taken(nameless, event);
    if (before === undefined) {
      told.set(draft, event.when.fromMs);
      return;
    }
    this.#absorb(draft, before);
  }

  #near({ origin, when }: Observation): Open {
    const open = this.#open.get(origin.source) ?? { told: new Map(), nameless: new Map() };
    this.#open.set(origin.source, open);
    for (const waiting of [open.told, open.nameless])
      for (const [draft, ms] of waiting) {
        if (when.fromMs - ms <= this.#withinMs) break;
        waiting.delete(draft);
      }
    return open;
  }
}

/** Thousands may end in one turn. */
const MOST_LOOKED_AT = 16;

/** Of those whose client may be the event's the one that waits longest, which then waits no more; undefined = none does. */
function taken(waiting: Waiting, event: Observation): Draft | undefined {
  const { client } = event.keys;
  let looked = 0;
  for (const draft of waiting.keys()) {
    if (looked++ === MOST_LOOKED_AT) break;
    // Another has all that it saw.
    if (draft.seen.length === 0) continue;
    const ip = draft.seen.find(({ keys }) => keys.client !== undefined)?.keys.client?.ip;
    if (ip !== undefined && client !== undefined && ip !== client.ip) continue;
    if (draft.seen.some((other) => statementOf(other) === statementOf(event))) continue;
    waiting.delete(draft);
    return draft;
  }
  return undefined;
}
