/** A file that begins with one program's access lines may hold another's closes. */
import { describe, expect, it } from 'vitest';
import { reportOn } from './logs-in-memory.ts';

const clock = (second: number): string => new Date(Date.UTC(2026, 10, 26, 12, 0, second)).toISOString();
const access = (second: number, request = 'GET /api/items HTTP/1.1', bytes = 512): string =>
  `203.0.113.9 - - [26/Nov/2026:${clock(second).slice(11, 19)} +0000] "${request}" 200 ${bytes} "-" "curl/8.14.1"`;
const close = (second: number): string => `${clock(second)} WARN ws connection closed id=c${second}a7 code=1006`;
const docker = (line: string, second: number): string =>
  JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: clock(second).replace('Z', '000000Z') });
const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const wrappers: readonly (readonly [string, (line: string, second: number) => string])[] = [
  ['bare', (line) => line],
  ['docker json-file', docker],
];

describe.each(wrappers)('%s', (_, wrap) => {
  const logOf = (lines: readonly string[]): string => lines.map((line, at) => `${wrap(line, at)}\n`).join('');

  it('reads an application’s lines among access lines', async () => {
    const lines = numbers(400).flatMap((at) => (at % 20 === 19 ? [access(at), close(at)] : [access(at)]));
    const { summary, sources } = await reportOn([['all.log', logOf(lines)]]);
    expect(summary.closures).toBe(20);
    expect(sources[0]?.problems).toEqual([]);
  });

  it('reads closes behind a head of access lines, and says what else may be lost there', async () => {
    const lines = [...numbers(400).map((at) => access(at)), ...numbers(20).map((at) => close(400 + at))];
    const { summary, sources } = await reportOn([['all.log', logOf(lines)]]);
    expect(summary.closures).toBe(20);
    expect(sources[0]?.problems).toEqual([expect.stringContaining('lines of another program')]);
  });

  it('tells of 1006 in words that it cannot read there', async () => {
    const lines = [...numbers(400).map((at) => access(at)), `${clock(400)} INFO bridge says code 1006 for peer p10`];
    const { sources } = await reportOn([['all.log', logOf(lines)]]);
    expect(sources[0]).toMatchObject({ untold: 1, untoldLines: [{ line: 401 }] });
  });

  it('takes a query for 1006 for a line of no interest', async () => {
    const lines = numbers(400).map((at) => access(at, 'GET /api/search?q=socket+1006 HTTP/1.1'));
    expect((await reportOn([['all.log', logOf(lines)]])).sources[0]).toMatchObject({ untold: 0, unread: 0 });
  });

  it('takes 1006 bytes of an access line for no close code', async () => {
    const lines = numbers(400).map((at) => access(at, 'GET /session/socket HTTP/1.1', at === 390 ? 1006 : 512));
    const { sources } = await reportOn([['all.log', logOf(lines)]]);
    expect(sources[0]).toMatchObject({ untold: 0, unread: 0, problems: [] });
  });
});

it('reads nginx’s errors where both its logs are one stream', async () => {
  const error =
    '2026/11/26 12:06:45 [error] 12709#12709: *1 upstream prematurely closed connection while proxying upgraded connection, client: 203.0.113.9, server: ws.example.com, request: "GET /live HTTP/1.1", upstream: "http://10.0.0.7:3000/live", host: "ws.example.com"';
  const lines = [...numbers(400).map((at) => access(at)), error];
  const { sources } = await reportOn([['nginx.log', `${lines.join('\n')}\n`]]);
  expect(sources[0]).toMatchObject({ events: 1 });
});

it('reads the line behind zeros that a crash left, also where a line broke off', async () => {
  const zeros = '\0'.repeat(500);
  const lines = [close(1), zeros + close(2), `${clock(3)} INFO ws conn${zeros}${close(4)}`, `${close(5)}${zeros}`];
  const { summary } = await reportOn([['app.log', `${lines.join('\n')}\n`]]);
  expect(summary.closures).toBe(4);
});
