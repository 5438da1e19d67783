/** Refused upgrades by what they name: of a reconnect storm the world keeps a sample, but each closure finds its own refusal. */
import type { Closure } from './closure.ts';
import { namesIt } from './signals.ts';
import type { EventOf } from './types.ts';
import { isUndated } from './undated.ts';

type Refusal = EventOf<'handshake-failed'>;

/** Every piece of the request by which `namesIt` may know a closure. */
const namesOf = ({ keys: { connection, requestId, path } }: Refusal): ReadonlySet<string> =>
  new Set(
    [connection, requestId, ...(path?.split(/[?&/]/) ?? []).map((part) => part.slice(part.indexOf('=') + 1))].flatMap((name) => name || []),
  );

/** About 1 kB each; later ones are found only where they are of the sample. */
const KEPT = 50_000;
const NONE: readonly Refusal[] = [];

export class NamedRefusals {
  readonly #byName = new Map<string, Refusal[]>();
  #count = 0;

  add(refusal: Refusal): void {
    if (this.#count >= KEPT || isUndated(refusal.when)) return;
    const names = namesOf(refusal);
    if (names.size > 0) this.#count++;
    for (const name of names) {
      const known = this.#byName.get(name);
      if (known) known.push(refusal);
      else this.#byName.set(name, [refusal]);
    }
  }

  /** Those that name the closure, in order of time. */
  of(closure: Closure): readonly Refusal[] {
    if (this.#count === 0) return NONE;
    const { connection, requestId } = closure.keys;
    const found = [connection, requestId].flatMap((name) => (name === undefined ? [] : (this.#byName.get(name) ?? [])));
    return [...new Set(found)].filter((refusal) => namesIt(refusal, closure));
  }
}
