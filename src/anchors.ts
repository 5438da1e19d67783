/** The clocks of all logs, each with what it shares with others, for `align`. */
import { ClockSample } from './clock-sample.ts';
import { writerOf } from './connection-names.ts';
import { isLoopback } from './grammar/address.ts';
import type { RawEvent } from './record.ts';
import type { Basis, Stamp } from './types.ts';

/** A zone shows in a few lines. */
const CARRIED_LIMIT = 50;

/** One ClockSample for each source and basis. */
export class AnchorTable {
  readonly clocks = new Map<string, ClockSample>();
  /** Lines whose carrier has a clock of its own, by that clock. */
  readonly #carried = new Map<string, { readonly key: string; readonly ms: number }[]>();

  add(event: RawEvent): void {
    const key = clockKey(event.origin.source, event.basis);
    const clock = this.clocks.get(key) ?? new ClockSample(event.origin.source, event.basis);
    this.clocks.set(key, clock);
    clock.add(event);
    if (event.carried) this.#carry(event, event.carried, clock);
  }

  /** One line with two stamps is an event that two clocks share. */
  #carry({ when, origin: { source, line } }: RawEvent, carried: Stamp, clock: ClockSample): void {
    const carrier = clockKey(source, carried.basis);
    const known = this.#carried.get(carrier) ?? [];
    this.#carried.set(carrier, known);
    if (known.length >= CARRIED_LIMIT) return;
    const key = `line ${source} ${line}`;
    known.push({ key, ms: carried.ms });
    clock.note(key, when.fromMs);
  }

  /** Tells carriers' clocks, those of which tell anything by themselves, of what they carried. */
  joinCarriers(): void {
    for (const [carrier, lines] of this.#carried) for (const { key, ms } of lines) this.clocks.get(carrier)?.note(key, ms);
  }

  /** Writers to whom every client has one and the same address: that of the hop in front. */
  sharedClients(): ReadonlySet<string> {
    const shared = new Set<string>();
    const all = [...this.clocks.values()].flatMap(({ source, callers }) =>
      [...callers].map(([vantage, known]) => ({ ...known, writer: writerOf({ origin: { source }, vantage }) })),
    );
    for (const { writer, events, addresses } of all) {
      const lone = addresses.size === 1 && events >= 5 && all.some((other) => other.writer !== writer && other.addresses.size > 1);
      if (lone || [...addresses].every(isLoopback)) shared.add(writer);
    }
    return shared;
  }
}

export const clockKey = (source: string, basis: Basis): string => `${basis} ${source}`;
