/** What the given logs cannot show, with what to collect, and which measures against 1006s they do show. */

import type { Findings } from './findings.ts';
import { productOfFormat, traitsOf } from './products.ts';
import type { BlindSpot, IncidentReport, Report } from './report.ts';
import type { LogEvent, Vantage } from './types.ts';
import { plural, words } from './words.ts';

export function checklist(found: Findings): Report['checklist'] {
  const { world, tallies } = found;
  const vantages = new Set(tallies.flatMap((tally) => tally.vantages));
  const server = vantages.has('server') || vantages.has('gateway');
  const timer = world.timers.find((one) => one.timer === 'idle');
  return [
    {
      item: 'Heartbeats from the server, every 30–50 s',
      state: world.heartbeats ? 'seen' : server ? 'not-seen' : 'cannot-be-seen',
      note: world.heartbeats ? 'the server’s log shows missed heartbeats' : 'no heartbeat line in the server’s log',
    },
    {
      item: 'Proxy idle timeout above the longest silence',
      state: timer ? 'seen' : 'cannot-be-seen',
      note: timer ? `${timer.hop} ${timer.setting} is ${words(timer.ms)}` : 'give the proxy’s configuration among the inputs',
    },
    { item: 'Clients reconnect after every 1006, with backoff', state: 'cannot-be-seen', note: 'client logs of opens would show it' },
    {
      item: 'A supervisor restarts the server',
      state: world.deaths.all.some((death) => death.restarted)
        ? 'seen'
        : vantages.has('supervisor') || vantages.has('orchestrator')
          ? 'not-seen'
          : 'cannot-be-seen',
      note: 'RestartSec, liveness probe',
    },
    {
      item: 'Every close is logged with code, reason, duration',
      state: found.counts.closures + found.counts.clean > 0 && server ? 'seen' : 'not-seen',
      note: server ? 'an endpoint logs its closes' : 'no endpoint log among the inputs',
    },
  ];
}

/** A log of a few lines spans no time around them; but where a verdict rests on one of them, it told what there was to tell. */
function isQuoted(vantage: Vantage, incidents: readonly IncidentReport[], events: readonly LogEvent[]): boolean {
  const place = ({ source, line }: { readonly source: string; readonly line: number }): string => `${source} ${line}`;
  const quoted = new Set(incidents.flatMap(({ evidence }) => evidence.map(place)));
  return events.some((event) => event.vantage === vantage && quoted.has(place(event.origin)));
}

export function blindSpots(found: Findings, incidents: readonly IncidentReport[]): BlindSpot[] {
  const { world, tallies, events } = found;
  const spots = new Map<string, BlindSpot>();
  const add = (what: string, collect: string): void => void spots.set(what, { what, collect });
  const vantages = new Set(tallies.flatMap((tally) => tally.vantages));
  const formats = tallies.flatMap((tally) => Object.keys(tally.formats).map((format) => format.split(' > ').at(-1) ?? format));
  // What was given and could not be used comes before what was not given.
  for (const { source, missing, events: count } of found.alignment.unplaced)
    add(
      `${source}: ${plural(count, 'record')} cannot be placed in time (${missing === 'boot-time' ? 'seconds since an unknown boot' : 'ages from an unknown moment'}).`,
      missing === 'boot-time' ? '--boot-time "$(uptime -s)", or dmesg --time-format=iso' : 'kubectl get events -o json',
    );
  for (const { sources, zone, says, taken } of found.alignment.zones)
    add(
      `${sources.join(', ')}: no zone written${taken ? `; UTC${zone} is a guess` : ', read as UTC'}: ${says}.`,
      `the machine's zone (\`timedatectl\`), then ${sources.map((source) => `--tz ${source.split('/').at(-1)}=${zone}`).join(' ')}`,
    );
  if (incidents.length > 0) {
    const at = Date.parse(incidents[0]?.from ?? '');
    const tells = (vantage: Vantage): boolean => world.covers(vantage, at) || isQuoted(vantage, incidents, events);
    if (!tells('kernel'))
      add(
        'No kernel log covers the closures: an OOM kill, a segfault or a lost link would not show.',
        'journalctl -k -o json --since "1 hour ago"    # or: dmesg --time-format=iso',
      );
    if (!tells('supervisor') && !vantages.has('orchestrator'))
      add(
        'No supervisor log covers the closures: a stop, crash or restart of the server would not show.',
        'journalctl -u YOUR.service -o json    # or: kubectl get events -o json; kubectl describe pod',
      );
    if (!vantages.has('proxy') && !vantages.has('edge'))
      add(
        'No proxy or load-balancer log is among the inputs: which hop cut cannot be told apart.',
        'access and error logs of every hop in front of the server',
      );
    if (!vantages.has('server') && !vantages.has('gateway'))
      add(
        'No log of the WebSocket server is among the inputs.',
        'log code, reason, duration, last activity and connection id of every close',
      );
  }
  for (const product of new Set(formats.map(productOfFormat))) {
    const { namesItsTimers, tellsTimers, tellsLives } = traitsOf(product);
    if (namesItsTimers === 'at info' && tellsTimers !== undefined && !world.showsIdleCuts)
      add(`${product} does not log tunnel timeouts below level info: their absence proves nothing.`, tellsTimers);
    if (tellsLives !== undefined && !found.population.knowsAges && formats.some((format) => format.startsWith(`${product}-access`)))
      add('The access log has no duration: the age of a tunnel is not known.', tellsLives);
  }
  for (const gap of events)
    if (gap.kind === 'log-gap' && (gap.gap === 'suppressed' || gap.gap === 'dropped'))
      add(`${gap.origin.source}: the log itself lost lines: absence proves nothing there.`, 'RateLimitIntervalSec=0 in journald.conf');
  for (const incident of incidents)
    for (const spot of incident.wouldDecide) if (spots.size < 12 && incident.cause === 'unknown') add(spot.what, spot.collect);
  return [...spots.values()];
}
