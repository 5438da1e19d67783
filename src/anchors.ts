/** The clocks of all logs, each with what it shares with others, for `align`. */
import { ClockSample } from './clock-sample.ts';
import { writerOf } from './connection-names.ts';
import { isLoopback } from './grammar/address.ts';
import type { RawEvent } from './record.ts';
import type { Basis } from './types.ts';

/** One ClockSample for each source and basis. */
export class AnchorTable {
  readonly clocks = new Map<string, ClockSample>();

  add(event: RawEvent): void {
    const key = clockKey(event.origin.source, event.basis);
    const clock = this.clocks.get(key) ?? new ClockSample(event.origin.source, event.basis);
    this.clocks.set(key, clock);
    clock.add(event);
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
