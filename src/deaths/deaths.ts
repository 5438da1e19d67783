/** Every record about one death becomes one Death with the root that explains it, tied (or not) to the WebSocket server. */
import type { Death } from '../closure.ts';
import type { LogEvent } from '../types.ts';
import { clustersOf } from './cluster.ts';
import { deathOf } from './death.ts';
import type { ServerProfile } from './profile.ts';
import { type LostIn, notTheServer, tiedByBanner, tiedByLoss, tiedByProxy } from './ties.ts';

/** All deaths in the timeline's process events, in order. `lostIn`: server log → ends that it should have written and did not. */
export function deathsOf(events: readonly LogEvent[], profile: ServerProfile, lostIn: LostIn): Death[] {
  const named = clustersOf(events, profile).flatMap((cluster, number) => deathOf(cluster, number, profile) ?? []);
  const deaths = tiedByLoss(tiedByBanner(named, profile), lostIn, profile);
  const tied = profile.sources.size > 0 ? deaths : deaths.map((death) => tiedByProxy(death, deaths, events));
  const server = (tied.find((death) => death.relation === 'same') ?? tied.find((death) => death.relation === 'probable'))?.identity;
  return server ? tied.map((death) => notTheServer(death, server)) : tied;
}
