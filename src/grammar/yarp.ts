/** What of .NET's console is of YARP, the reverse proxy of ASP.NET Core (ForwarderError.cs, HttpForwarder.Log.cs). */
import type { Context, ProxyFault, TunnelEnded } from '../types.ts';
import type { DotnetRecord } from './dotnet-console.ts';
import { remembered } from './remembered.ts';

const FORWARDER = 'Yarp.ReverseProxy.Forwarder.HttpForwarder';
const FORWARDING_ERROR = 48;
/** ASP.NET Core's own lines about requests, whoever answers them. */
const REQUESTS = 'Microsoft.AspNetCore.Hosting.Diagnostics';
const REQUEST_FINISHED = 2;
/** Both lines of one end are written in one turn; a burst of ends mixes theirs. */
export const NEAR_LINES = 64;

/** A program whose requests nobody forwards is a server, which writes the same lines about them. */
const namesYarp = remembered((line: string): boolean => line.includes('Yarp.ReverseProxy.'));
const heads = new WeakMap<readonly string[], boolean>();
function inLogOfYarp({ head, before }: Context): boolean {
  let named = head && heads.get(head);
  if (head && named === undefined) {
    named = head.some(namesYarp);
    heads.set(head, named);
  }
  return named === true || before(NEAR_LINES).some(namesYarp);
}

export const isFinished = ({ logger, eventId }: DotnetRecord): boolean => logger === REQUESTS && eventId === REQUEST_FINISHED;
export const isYarps = (record: DotnetRecord, context: Context): boolean =>
  record.logger === FORWARDER || (isFinished(record) && inLogOfYarp(context));

interface UpgradeError {
  readonly endedBy: TunnelEnded['endedBy'];
  readonly fault: ProxyFault['fault'];
}
/** What of an upgraded connection failed: reading from the side that is named, or writing to it. A cancelled copy follows the other direction's end. */
export const UPGRADE_ERRORS: ReadonlyMap<string, UpgradeError> = new Map([
  ['UpgradeActivityTimeout', { endedBy: 'idle', fault: 'idle-timeout' }],
  ['UpgradeRequestClient', { endedBy: 'client', fault: 'client-reset' }],
  ['UpgradeResponseClient', { endedBy: 'client', fault: 'client-reset' }],
  ['UpgradeRequestDestination', { endedBy: 'upstream', fault: 'upstream-reset' }],
  ['UpgradeResponseDestination', { endedBy: 'upstream', fault: 'upstream-reset' }],
]);

/** `UpgradeActivityTimeout: The WebSocket connection was closed after …` → the name of what failed; undefined = nothing of an upgraded connection. */
export function upgradeErrorIn({ logger, eventId, message }: DotnetRecord): string | undefined {
  if (logger !== FORWARDER || eventId !== FORWARDING_ERROR) return undefined;
  const name = message.slice(0, Math.max(0, message.indexOf(':')));
  return UPGRADE_ERRORS.has(name) ? name : undefined;
}
