/** Zone abbreviations that the IANA time zone database gives one meaning only. */
import { iso, stamp } from '../time.ts';
import type { Stamp } from '../types.ts';

/**
 * Hours east of UTC. Left out, since they name several zones: CST and CDT (America, China, Cuba), IST (India, Ireland, Israel),
 * PST (America, the Philippines), BST and SST.
 */
const HOURS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  SAST: 2,
  PKT: 5,
  WIB: 7,
  HKT: 8,
  AWST: 8,
  JST: 9,
  KST: 9,
  ACST: 9.5,
  ACDT: 10.5,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
  AST: -4,
  ADT: -3,
  EST: -5,
  EDT: -4,
  MST: -7,
  MDT: -6,
  PDT: -7,
  AKST: -9,
  AKDT: -8,
  HST: -10,
};

/** `2026-11-22 17:16:24` with `EST`, `+03` or `-0330`; an abbreviation of several meanings gives a local stamp. */
export function zonedStamp(civil: string, zone: string): Stamp | undefined {
  if (zone[0] === '+' || zone[0] === '-') return iso(`${civil}${zone}`);
  const local = iso(civil);
  const hours = HOURS[zone];
  return local && hours !== undefined ? stamp(local.ms - hours * 3_600_000, local.widthMs) : local;
}
