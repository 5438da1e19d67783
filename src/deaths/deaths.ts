/** Every record about one death becomes one Death with the root that explains it, tied (or not) to the WebSocket server. */
import type { Death } from '../closure.ts';
import { Spans } from '../spans.ts';
import type { EpochMs, LogEvent } from '../types.ts';
import { clustersOf } from './cluster.ts';
import { deathOf } from './death.ts';
import { placedDeaths } from './placing.ts';
import type { ServerProfile } from './profile.ts';
import { type LostIn, notTheServer, tiedAsOnly, tiedAsSiblings, tiedByBanner, tiedByLoss, tiedByMoment, tiedByProxy } from './ties.ts';
import { unsaidDeaths } from './unsaid.ts';

/**
 * All deaths in the timeline's process events. `lostIn`: server log → ends that it should have written and did not; `ends`: when
 * connections ended that were not closed clean, ascending.
 */
export function deathsOf(events: readonly LogEvent[], profile: ServerProfile, lostIn: LostIn, ends: ArrayLike<EpochMs>): Spans<Death> {
  const named = clustersOf(events, profile).flatMap((cluster, number) => deathOf(cluster, number, profile) ?? []);
  const deaths = tiedByLoss(tiedByBanner(named, profile), lostIn, profile);
  const tied = profile.sources.size > 0 ? deaths : tiedByProxy(deaths, events);
  const server = (tied.find((death) => death.relation === 'same') ?? tied.find((death) => death.relation === 'probable'))?.identity;
  // One of several servers says nothing of the others.
  const known = new Set(tied.flatMap(({ relation, servers }) => (relation === 'same' || relation === 'probable' ? servers : [])));
  const isWhole = [...profile.sources].every((source) => known.has(source)) || profile.sources.size < 2;
  const told = server && isWhole ? tied.map((death) => notTheServer(death, server)) : tied;
  const placed = placedDeaths(tiedAsOnly(told, profile), ends, events);
  const all = tiedAsSiblings(tiedByMoment(placed, ends, profile), ends);
  return new Spans([...all, ...unsaidDeaths(events, all, profile, ends)], ({ when }) => when);
}
