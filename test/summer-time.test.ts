/** A local clock that is changed while it is read: the hour that comes twice, and the one that never comes. */
import { expect, it } from 'vitest';
import { reportOn } from './logs-in-memory.ts';

const MINUTE = 60_000;

/** `2026-10-25 02:59:00,000` of a clock `offsetMs` ahead of UTC. */
const local = (ms: number, offsetMs: number): string =>
  new Date(ms + offsetMs).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
const clf = (ms: number): string => {
  const [day, month, year] = [
    new Date(ms).toISOString().slice(8, 10),
    new Date(ms).toUTCString().slice(8, 11),
    new Date(ms).getUTCFullYear(),
  ];
  return `${day}/${month}/${year}:${new Date(ms).toISOString().slice(11, 19)} +0000`;
};

/** One connection each 3 minutes around the change, cut after some 60 s; the application's clock is `before` and then `after` UTC. */
function logs(changeMs: number, beforeMs: number, afterMs: number): { readonly logs: [string, string][]; readonly ends: string[] } {
  const app: [number, string][] = [];
  const access: string[] = [];
  const ends: string[] = [];
  for (let at = 0; at < 40; at++) {
    const opened = changeMs - 60 * MINUTE + at * 3 * MINUTE;
    const life = 60_005 + at;
    const ended = opened + life;
    const stamp = (ms: number): string => local(ms, ms < changeMs ? beforeMs : afterMs);
    app.push([opened, `${stamp(opened)} INFO chat ws open id=c${1000 + at} ip=203.0.113.${at + 1}`]);
    app.push([ended, `${stamp(ended)} INFO chat ws close id=c${1000 + at} code=1006 duration=${life}ms`]);
    access.push(`203.0.113.${at + 1} - - [${clf(ended)}] "GET /ws HTTP/1.1" 101 0 "-" "x" ${(life / 1000).toFixed(3)}`);
    ends.push(new Date(ended).toISOString());
  }
  const lines = app.sort(([a], [b]) => a - b).map(([, line]) => line);
  return {
    logs: [
      ['app.log', `${lines.join('\n')}\n`],
      ['access.log', `${access.join('\n')}\n`],
    ],
    ends,
  }; // prettier-ignore
}

it.each([
  ['set back in Berlin', Date.UTC(2026, 9, 25, 1), 2 * 60 * MINUTE, 60 * MINUTE],
  ['set forward in Chicago', Date.UTC(2026, 2, 8, 8), -6 * 60 * MINUTE, -5 * 60 * MINUTE],
])('%s: every end stands at its true time', async (_, changeMs, beforeMs, afterMs) => {
  const made = logs(changeMs, beforeMs, afterMs);
  const report = await reportOn(made.logs);
  expect(report.closures.map(({ closedAt }) => closedAt).sort()).toEqual(made.ends);
});
