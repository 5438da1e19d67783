/** Clocks without a zone that agree only among themselves: placed by a death that lies on its consequences, or left where they are. */
import { describe, expect, it } from 'vitest';
import { reportOn } from './logs-in-memory.ts';

const HOUR = 3_600_000;
const DIED = Date.UTC(2026, 6, 14, 17, 32, 54, 900);
const iso = (ms: number): string => new Date(ms).toISOString();
const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** The server's log in UTC: connections come one after the other, some leave, the others are never heard of again. */
function server(pid: number | undefined, until = DIED): string {
  const said: [number, object][] = [];
  for (let at = 0; at < 24; at++) {
    const opened = DIED - 170_000 + at * 6_500;
    said.push([opened, { conn: `c0ffee${at + 10}`, ip: `198.51.100.${at + 1}`, msg: 'player connected' }]);
    if (at % 4 === 0) said.push([opened + 19_700, { conn: `c0ffee${at + 10}`, code: 1000, seconds: 19.7, msg: 'player disconnected' }]);
  }
  return lines(
    said
      .filter(([ms]) => ms < until)
      .sort(([a], [b]) => a - b)
      .map(([ms, rest]) =>
        JSON.stringify({ name: 'game', hostname: 'origin-1', ...(pid && { pid }), level: 30, ...rest, time: iso(ms), v: 0 }),
      ),
  );
}

/** What the clients saw: all connections that were left break off right after the death. */
const clients = (at = DIED): string =>
  lines(
    Array.from({ length: 24 }, (_, n) => n)
      .filter((n) => n % 4 !== 0)
      .map((n) =>
        JSON.stringify({
          '@timestamp': iso(at + 120 + n * 4),
          app: 'game-web',
          kind: 'websocket.close',
          conn: `c0ffee${n + 10}`,
          code: 1006,
          clean: false,
          durationMs: at - DIED + 170_000 - n * 6_500,
        }),
      ),
  );

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const clock = (ms: number): string => iso(ms).slice(11, 19);
const dmesg = (ms: number, pid: number): string => {
  const day = new Date(ms);
  return `[${DAYS[day.getUTCDay()]} ${MONTHS[day.getUTCMonth()]} ${day.getUTCDate()} ${clock(ms)} ${day.getUTCFullYear()}] node[${pid}]: segfault at 10 ip 00007f3c1a2c1185 sp 00007ffccdbdd720 error 4 in physics.node[7f3c1a2b0000+42000]\n`;
};
const syslog = (ms: number, unit = 'game'): string =>
  lines(
    [
      [0, `${unit}.service: Main process exited, code=dumped, status=11/SEGV`],
      [0, `${unit}.service: Failed with result 'core-dump'.`],
      [1_000, 'Started Game server.'],
    ].map(([after, text]) => `Jul 14 ${clock(ms + Number(after))} origin-1 systemd[1]: ${text}`),
  );

const reportWith = (logs: Readonly<Record<string, string>>) => reportOn(Object.entries(logs));
const grades = ({ closures }: Awaited<ReturnType<typeof reportWith>>) => [
  ...new Set(closures.map(({ cause, grade }) => `${cause} ${grade}`)),
];
const clockOf = ({ clocks }: Awaited<ReturnType<typeof reportWith>>, source: string) => clocks.find((one) => one.source === source)?.says;

it.each([-7 * HOUR, 5.5 * HOUR, 2 * HOUR])(
  'two logs in one zone %i ms off are placed by the pid that they and the server name',
  async (zoneMs) => {
    const local = DIED + zoneMs;
    const report = await reportWith({
      'game.log': server(31_207),
      'clients.json': clients(),
      'dmesg.txt': dmesg(local, 31_207),
      syslog: syslog(local + 500),
    });
    expect(grades(report)).toEqual(['crash confirmed']);
    expect(clockOf(report, 'dmesg.txt')).toMatch(/^zone UTC[+-]\d\d:\d\d by .*pid 31207/);
  },
);

it('a death that lies whole hours from a burst, named by nothing, makes no confirmed verdict', async () => {
  const report = await reportWith({
    'game.log': server(undefined),
    'clients.json': clients(),
    syslog: syslog(DIED - 7 * HOUR + 500),
  });
  expect(grades(report)).toEqual(['crash likely']);
  expect(clockOf(report, 'syslog')).toContain('UTC-07:00');
});

it('several lines of one end are no burst that the death may have met as well', async () => {
  const told = server(undefined).replace(/^.*"code":1000.*$/gm, (line) => {
    const lost = line.replace('"code":1000', '"code":1006');
    return [lost, lost, lost].join('\n');
  });
  const report = await reportWith({ 'game.log': told, 'clients.json': clients(), syslog: syslog(DIED - 7 * HOUR + 500) });
  expect(clockOf(report, 'syslog')).toContain('UTC-07:00');
});

it.each([
  ['not by whole hours, halves or quarters', { 'clients.json': clients(), syslog: syslog(DIED - 7 * HOUR - 200_000) }],
  ['of a unit that is another than the server’s', { 'clients.json': clients(), syslog: syslog(DIED - 7 * HOUR + 500, 'pdf-render') }],
  ['of another pid than the server’s', { 'clients.json': clients(), 'dmesg.txt': dmesg(DIED - 7 * HOUR, 999) }],
])('a death %s places nothing', async (_, logs) => {
  const report = await reportWith({ 'game.log': server(31_207), ...logs });
  expect(grades(report).filter((one) => one.startsWith('crash'))).toEqual([]);
  for (const { source, says } of report.clocks)
    if (!source.includes('.json') && !source.includes('game')) expect(says).toContain('read as UTC');
});

const supervised = (ms: number, program: string): string => {
  const stamp = (at: number): string => iso(at).slice(0, 23).replace('T', ' ').replace('.', ',');
  return lines([
    `${stamp(ms)} WARN exited: ${program} (terminated by SIGSEGV (core dumped); not expected)`,
    `${stamp(ms + 1_000)} INFO spawned: '${program}' with pid 9377`,
  ]);
};
const kernel = (ms: number, program: string): string =>
  `${iso(ms)} origin-1 kernel: ${program}[9102]: segfault at 18 ip 000055d0c1a2b3f4 sp 00007ffd8a1b2c30 error 4 in ${program}[55d0c1a00000+4f000]\n`;

it.each([
  ['a quarter of an hour or several away is the same one, and that their zone', 'tilebatch', 9 * HOUR + 300, 'zone UTC+09:00'],
  ['at any other time is another one', 'tilebatch', 9 * HOUR + 200_000, 'read as UTC'],
  ['of a runtime, as which any program may run, is nobody’s', 'python3', 9 * HOUR + 300, 'read as UTC'],
])('the death of one program in the kernel’s log and in the supervisor’s %s', async (_, program, apart, says) => {
  const report = await reportWith({ 'kern.log': kernel(DIED, program), 'supervisord.log': supervised(DIED + apart, program) });
  expect(clockOf(report, 'supervisord.log')).toContain(says);
});

describe('a zone told by one event in two logs', () => {
  it('is that between a spawned process’s pid and its own first words', async () => {
    const report = await reportOn([
      ['supervisord.log', "2026-07-14 22:59:50,370 INFO spawned: 'feed' with pid 31977\n"],
      ['feed.log', '2026-07-14T17:29:54.180Z INFO uvicorn.error pid=31977 Uvicorn running on http://0.0.0.0:8600 (Press CTRL+C to quit)\n'],
    ]);
    expect(report.clocks.find(({ source }) => source === 'supervisord.log')?.offsetMs).toBe(-5.5 * HOUR);
  });
  it('is that between a line’s own stamp and its carrier’s', async () => {
    const report = await reportOn([
      [
        'journal',
        lines([
          'Jul 14 12:32:54.900100 web live[31]: [2026-07-14T12:32:54.900000-05:00] live.INFO: Server listening on tcp://127.0.0.1:8090 [] []',
          'Jul 14 12:40:00.000000 web systemd[1]: live.service: Main process exited, code=killed, status=9/KILL',
        ]),
      ],
    ]);
    expect(report.clocks.map(({ offsetMs }) => offsetMs)).toContain(5 * HOUR);
  });
});

describe('a deploy tool’s log without a zone that shares nothing with the others', () => {
  const local = (zone: string, zoneMs: number): string =>
    server(undefined).replace(/"time":"([^"]+)"/g, (_, utc: string) => `"time":"${iso(Date.parse(utc) + zoneMs).slice(0, -1)}${zone}"`);
  const deploy = (ms: number): string => {
    const stamp = (at: number): string => `${iso(at).slice(0, 23).replace('T', ' ').replace('.', ',')} p=318842 u=deploy n=ansible | `;
    return lines([`${stamp(ms)}TASK [game : recreate container] ${'*'.repeat(40)}`, `${stamp(ms + 14_000)}changed: [game-1]`]);
  };
  it.each([
    ['is of the one zone that they write, as a guess', local('+01:00', HOUR), deploy(DIED - 12_000 + HOUR), 'zone UTC+01:00'],
    ['stays where it is if it lies among them as UTC', local('+01:00', HOUR), deploy(DIED - 12_000), 'read as UTC'],
    ['is of none that puts it outside of them', local('+02:00', 2 * HOUR), deploy(DIED - 12_000 + HOUR), 'read as UTC'],
  ])('%s', async (_, game, ansible, says) => {
    const report = await reportWith({ 'game.log': game, 'clients.json': clients(), 'ansible.log': ansible });
    expect(clockOf(report, 'ansible.log')).toContain(says);
    expect(grades(report).filter((one) => one.includes('deploy-restart confirmed') && says !== 'read as UTC')).toEqual([]);
  });
});

it.each([
  ['is of a clock that is ahead', [-417_000, 3_000], /clock ahead by 2\.6 s/],
  ['is nobody’s if another lies as near', [-57_000, 3_000], /read as UTC/],
  ['before it may be told late', [-420_000, -1_900], /^zone UTC by/],
])('a death in `dmesg -T` some seconds after the supervisor’s word of it %s', async (_, apart, says) => {
  const report = await reportWith({
    'dmesg.txt': apart.map((ms, at) => dmesg(DIED + ms, 31_207 + at)).join(''),
    syslog: `${iso(DIED)} origin-1 systemd[1]: game.service: Main process exited, code=dumped, status=11/SEGV\n`,
  });
  expect(clockOf(report, 'dmesg.txt')).toMatch(says);
});

describe('of clocks that write UTC', () => {
  const stamp = (ms: number): string => iso(DIED + ms);
  const began = Array.from({ length: 8 }, (_, n) => n * 31_000 + n * n * 700);
  const life = (n: number): number => 9_000 + n * n * 431;
  const id = (n: number): string => `c0ffee${n + 10}`;
  const trace = (n: number): string => `Root=1-5f15eeb6-0b5d1f0e2c3d4a5b6c7d8e${n + 10}`;
  const onMachine = (service: string): string =>
    lines(
      began.flatMap((ms, n) => [
        `${stamp(ms - 23_000)} INFO ${service} ws open id=${id(n)} xAmznTraceId=${trace(n)}`,
        `${stamp(ms + life(n) - 23_000)} WARN ${service} ws close id=${id(n)} code=1006`,
      ]),
    );
  const balancer = lines(
    began.map(
      (ms, n) =>
        `wss ${stamp(ms + life(n))} app/lb/8f0ce1a2b3c4d5e6 198.51.100.${n + 1}:50429 172.31.22.87:80 0.001 0.003 0.000 101 101 828 639 "GET https://game.example.com:443/ws HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/game/9d1c22f0b7a4e611 "${trace(n)}" "game.example.com" "arn:aws:acm:eu-west-1:123456789012:certificate/1" 0 ${stamp(ms)} "forward" "-" "-" "172.31.22.87:80" "101" "-" "-" TID_5869cccfedb869fd5a904f368616d0f${n}`,
    ),
  );
  it('the one of a provider is right, though the logs of one machine agree', async () => {
    const report = await reportWith({ 'alb.log': balancer, 'game.log': onMachine('game'), 'hub.log': onMachine('hub') });
    expect(clockOf(report, 'alb.log')).toBe('UTC as written');
    for (const log of ['game.log', 'hub.log']) expect(clockOf(report, log)).toContain('clock behind by 23.0 s');
  });
});

it('two logs without a zone do not vouch for each other', async () => {
  const report = await reportWith({
    'game.log': server(undefined),
    'clients.json': clients(),
    'dmesg.txt': dmesg(DIED - 7 * HOUR - 200_000, 31_207),
    syslog: syslog(DIED - 7 * HOUR - 200_000),
  });
  expect(clockOf(report, 'syslog')).not.toMatch(/^zone UTC by/);
});

it('a pid whose log ends whole hours away, with nothing that ended then, is told of as a way on', async () => {
  const report = await reportWith({
    'game.log': server(31_207),
    'clients.json': clients(DIED + 400_000),
    'dmesg.txt': dmesg(DIED - 7 * HOUR, 31_207),
  });
  expect(grades(report).filter((one) => one.includes('crash confirmed'))).toEqual([]);
  expect(report.blindSpots.map(({ what, collect }) => `${what} ${collect}`).join('\n')).toMatch(/pid 31207.*--tz/);
});
