/** Verdicts on incidents small enough to judge by hand: each is a way in which logs mislead. */
import { describe, expect, it } from 'vitest';
import type { Logs } from './eval/degrade.ts';
import { reportOn, type Whole } from './logs-in-memory.ts';

const START = Date.parse('2026-11-22T20:00:00Z');
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const clock = (seconds: number): string => iso(seconds).slice(11, 19);

/** Lines of a server's log. */
const listening = (at: number): string => `${iso(at)} INFO  [main] listening on 127.0.0.1:3000`;
const opened = (at: number, id: string, ip: string): string => `${iso(at)} INFO  [ws] connection opened id=${id} ip=${ip}`;
const closed = (at: number, id: string, life: number, ip: string, code = 1006): string =>
  `${iso(at)} WARN  [ws] connection closed id=${id} ip=${ip} code=${code} reason="" duration=${life}s`;

/** Lines of a client's telemetry. */
const client = (at: number, id: string, life: number, ip: string, code = 1006): string =>
  JSON.stringify({
    ts: START / 1000 + at,
    event: 'ws_close',
    conn_id: id,
    close_code: code,
    close_reason: '',
    elapsed_s: life,
    client_ip: ip,
  });
const refused = (at: number, id: string, life: number, ip: string): string =>
  `${JSON.stringify({ ts: START / 1000 + at, event: 'ws_error', conn_id: id, message: 'Unexpected server response: 502' })}\n${client(at, id, life, ip)}`;

/** Lines of nginx's logs. */
const tunnel = (at: number, ip: string, life?: number): string =>
  `${ip} - - [22/Nov/2026:${clock(at)} +0000] "GET /ws HTTP/1.1" 101 128 "-" "Mozilla/5.0"${life === undefined ? '' : ` rt=${life} uct="0.001" uht="0.005" urt="${life}" ua="127.0.0.1:3000" us="101"`}`;
const nginxError = (at: number, level: string, text: string): string => `2026/11/22 ${clock(at)} [${level}] 32#32: ${text}`;
const timedOut = (at: number, number: number, ip: string): string =>
  nginxError(
    at,
    'info',
    `*${number} upstream timed out (110: Connection timed out) while proxying upgraded connection, client: ${ip}, server: app.example.com, request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:3000/ws", host: "app.example.com"`,
  );

const supervisord = (at: number, text: string): string => `${iso(at).slice(0, 19).replace('T', ' ')},${iso(at).slice(20, 23)} ${text}`;

const ip = (n: number): string => `10.20.0.${100 + n}`;
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);

async function report(logs: Readonly<Record<string, readonly string[]>>, writtenMs?: number): Promise<Whole> {
  const texts: Logs = Object.fromEntries(Object.entries(logs).map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
  return reportOn(Object.entries(texts), undefined, writtenMs);
}
const causesOf = ({ closures }: Whole): Readonly<Record<string, string>> =>
  Object.fromEntries(closures.map(({ connection, cause }) => [connection, cause]));

describe('a server that shares out its connections among processes', () => {
  const pids = (n: number): number => 4_000 + n;
  const killed = (at: number, n: number): string =>
    `${iso(at).slice(0, 23)}000+0000 web-1 kernel: Out of memory: Killed process ${pids(n)} (worker.pl) total-vm:530300kB, anon-rss:474196kB, file-rss:1684kB, shmem-rss:0kB, UID:998 pgtables:992kB oom_score_adj:0`;
  const logs = {
    'kernel.log': [killed(40, 0)],
    'server.log': [
      ...count(6).map((n) => `${iso(1 + n)} [${pids(n)}] INFO  connection opened id=k-${100 + n} ip=${ip(n)}`),
      ...count(3).map((n) => `${iso(40.2 + n / 10)} [${pids(n)}] WARN  connection closed id=k-${100 + n} ip=${ip(n)} code=1006 reason=""`),
      ...count(3).map((n) => `${iso(90 + n)} [${pids(n + 3)}] INFO  connection closed id=k-${103 + n} ip=${ip(n + 3)} code=1000 reason=""`),
    ],
  };

  it('loses with one of them its own connections alone', async () => {
    const causes = causesOf(await report(logs));
    expect(causes['k-100']).toBe('oom');
    expect(causes['k-101']).not.toBe('oom');
    expect(causes['k-102']).not.toBe('oom');
  });
});

describe('Socket.IO, of which both ends log', () => {
  const sid = (n: number): string => `0r7HNGzxs7hwY7-wAA${String.fromCharCode(65 + n)}C`;
  const second = (at: number): string => iso(at).slice(0, 19).replace('T', ' ');
  const atServer = (at: number, n: number, life: number, reason = 'transport close'): readonly string[] => [
    `${second(at - life)} info: socket ${sid(n)} connected (websocket) from ${ip(n)}`,
    `${second(at)} info: socket ${sid(n)} disconnected: ${reason} after ${life}s`,
  ];
  const atClient = (at: number, n: number, life: number, reason = 'transport close'): string =>
    JSON.stringify({ ts: START + at * 1_000, event: 'socket.disconnect', sid: sid(n), reason, connectedMs: life * 1_000 });

  it('was cut between the two where each says that the other closed the transport', async () => {
    const { closures } = await report({
      'hub-out.log': [
        ...atServer(100, 0, 60),
        ...atServer(130, 1, 60),
        ...atServer(160, 2, 60),
        ...atServer(190, 3, 60),
        ...atServer(200, 4, 71),
      ],
      'rum.ndjson': [atClient(100.4, 0, 60), atClient(130.4, 1, 60), atClient(160.4, 2, 60)],
    });
    expect(closures.map(({ connection }) => connection).sort()).toEqual([sid(0), sid(1), sid(2)]);
  });

  const exact = (at: number, n: number, life: number, from: string, reason = 'transport close'): readonly string[] => [
    `${iso(at - life)} [info] io connect sid=${sid(n)} ip=${from}`,
    `${iso(at)} [warn] io disconnect sid=${sid(n)} ip=${from} reason="${reason}" connected_ms=${life * 1_000}`,
  ];
  const left = count(6).flatMap((n) => exact(20 + 31 * n, 10 + n, 7 + 1.7 * n, ip(30 + n)));
  const stays = exact(300, 20, 290, ip(40), 'client namespace disconnect');

  it('was cut, by the server’s word alone, where pages of several machines are gone in one instant', async () => {
    const together = (from: (n: number) => string): readonly string[] =>
      count(6).flatMap((n) => exact(100 + n / 1_000, n, 12.2 + 6.3 * n, from(n)));
    const cut = await report({ 'gateway.log': [...left, ...stays, ...together((n) => ip(n % 3))].sort() });
    expect(cut.closures.map(({ connection, cause }) => [connection, cause])).toEqual(count(6).map((n) => [sid(n), 'client-abort']));
    const closed = await report({ 'gateway.log': [...left, ...stays, ...together(() => ip(1))].sort() });
    expect(closed.closures).toEqual([]);
  });

  it('was not stopped a second before the stop', async () => {
    const ends = count(6);
    const { closures } = await report({
      'pm2.log': [
        '2026-11-22T20:01:27: PM2 log: Stopping app:hub id:0',
        '2026-11-22T20:01:27: PM2 log: App [hub:0] exited with code [0] via signal [SIGINT]',
        '2026-11-22T20:01:27: PM2 log: App [hub:0] online',
      ],
      'hub-out.log': [
        ...ends.map((n) => `${second(30 + n)} info: socket ${sid(n)} connected (websocket) from ${ip(n)}`),
        ...atServer(85, 7, 47),
        `${second(87)} info: hub listening on 4100`,
      ],
      'rum.ndjson': [atClient(85.9, 7, 47), ...ends.map((n) => atClient(87.3, n, 57 - n))],
    });
    const cause = Object.fromEntries(closures.map((one) => [one.connection, one.cause]));
    expect(cause[sid(0)]).toBe('deploy-restart');
    expect(cause[sid(7)]).toBe('unknown');
  });
});

describe('a TCP proxy, whose line names no connection', () => {
  const ended = (at: number, id: string, life: number): string =>
    JSON.stringify({ level: 40, time: START + at * 1_000, msg: 'ws disconnected', conn: id, code: 1006, reason: '', durationMs: life });
  const cut = (at: number, port: number, life: number): string =>
    `Nov 22 ${clock(at)} lb-1 haproxy[44]: 10.50.0.3:${port} [22/Nov/2026:${iso(at - life / 1_000).slice(11, 23)}] rt_tcp rt_tcp/rt-a 1/0/${life} 194 cD 9/9/8/4/0 0/0`;

  it('cut the one that lived as long, and not the one that ended before it', async () => {
    const causes = causesOf(
      await report({
        'server.log': [ended(100, 'k-101', 27_494), ended(101.2, 'k-102', 31_004)],
        'haproxy.log': [cut(101.2, 35_346, 31_011)],
      }),
    );
    expect(causes).toMatchObject({ 'k-101': 'unknown', 'k-102': 'proxy-timeout' });
  });

  it('tells by its lives how far its clock is off', async () => {
    const lives = [31_003, 31_957, 38_337, 37_447, 32_581, 40_825, 33_412, 36_120];
    const { clocks, closures } = await report({
      'server.log': lives.map((life, n) => ended(100 + 4 * n, `k-${100 + n}`, life)),
      'haproxy.log': lives.map((life, n) => cut(109.2 + 4 * n, 35_000 + n, life + 1)),
    });
    expect(clocks.some(({ says }) => / by 9\.\d s by 8 events/.test(says))).toBe(true);
    expect(closures.map(({ grade }) => grade)).toEqual(lives.map(() => 'confirmed'));
  });
});

describe('a client that learns of its end long after the server', () => {
  const ids = count(6);
  const logs = (lateBy: (n: number) => number, lived: (n: number) => number) => ({
    'server.log': [
      listening(0),
      ...ids.flatMap((n) => [opened(10 + 3 * n, `k-${100 + n}`, ip(n)), closed(51 + 3 * n, `k-${100 + n}`, 41, ip(n))]),
      ...count(4).map((n) => closed(200 + 7 * n, `k-${200 + n}`, 150, ip(20 + n), 1000)),
    ],
    'clients.ndjson': ids.map((n) => client(51 + 3 * n + lateBy(n), `k-${100 + n}`, lived(n), ip(n))),
  });

  it('lost its path: a timer’s ages are those of the server’s heartbeat', async () => {
    const { closures } = await report(
      logs(
        (n) => 63 - 3 * n,
        (n) => 104 - 3 * n,
      ),
    );
    expect(closures.map(({ cause }) => cause)).toEqual(ids.map(() => 'network'));
  });

  it('did not where only its clock says so', async () => {
    const { closures } = await report(
      logs(
        () => 63,
        () => 41,
      ),
    );
    expect(closures.map(({ cause }) => cause)).toEqual(ids.map(() => 'proxy-timeout'));
  });
});

describe('aiohttp, whose own timer gave up on a peer', () => {
  it('gives the path for lost', async () => {
    const ended = (at: number, id: string, exc: string): string =>
      `${iso(at)} | INFO    | notify.ws | session ${id} closed code=1006 exc=${exc} age=40.9s`;
    const causes = causesOf(
      await report({
        'notify.log': [
          ended(100, 'k-101', 'TimeoutError()'),
          ended(160, 'k-102', "ConnectionResetError('Cannot write to closing transport')"),
        ],
      }),
    );
    expect(causes['k-101']).toBe('network');
    expect(causes['k-102']).not.toBe('network');
  });
});

describe('a kernel log of one line, which names the process that it killed', () => {
  const killed = (name: string): string =>
    `${iso(300).slice(0, 23)}000+0000 web-1 kernel: Out of memory: Killed process 4711 (${name}) total-vm:2204108kB, anon-rss:1517220kB, file-rss:18432kB, shmem-rss:0kB, UID:1000 pgtables:1240kB oom_score_adj:0`;
  const of = (name: string) =>
    report({
      'kernel.log': [killed(name)],
      'server.log': [listening(0), ...count(8).map((n) => opened(1 + n, `k-${100 + n}`, ip(n)))],
      'client.log': count(8).map((n) => client(300.1, `k-${100 + n}`, 299, ip(n))),
    });

  it('is no blind spot where the verdict rests on it', async () => {
    const { incidents, blindSpots } = await of('node');
    expect(incidents[0]?.cause).toBe('oom');
    expect(blindSpots.filter(({ what }) => what.includes('kernel log'))).toEqual([]);
  });

  it('gets the advice for what killed it, whatever its name', async () => {
    const { incidents, fixes } = await of('cheapapi');
    expect(incidents[0]).toMatchObject({ cause: 'oom', detail: expect.stringContaining('cheapapi') });
    expect(fixes[0]?.title).toBe('Compare what was killed with its limit');
  });
});

describe('a crash of a Windows service, of which two event logs tell by two names', () => {
  const crashed = [
    'Level,Date and Time,Source,Event ID,Task Category',
    'Error,11/22/2026 8:01:30 PM,Application Error,1000,Application Crashing Events,"Faulting application name: Acme.Rt.exe, version: 9.3.0.0, time stamp: 0x66f1a2c0',
    'Faulting module name: KERNELBASE.dll, version: 10.0.20348.2700, time stamp: 0x3b5b6c19',
    'Exception code: 0xe0434352"',
  ];
  const service = (at: string, text: string): string => `Error,11/22/2026 ${at} PM,Service Control Manager,7031,None,"${text}"`;

  it('is one death', async () => {
    const found = await report({
      'server.log': [
        ...count(5).map((n) => opened(1 + n, `w-${100 + n}`, ip(n))),
        opened(200, 'w-900', ip(9)),
        closed(210, 'w-900', 10, ip(9), 1000),
      ],
      'client.log': count(5).map((n) => client(90.2, `w-${100 + n}`, 89 - n, ip(n))),
      'Application.csv': crashed,
      'System.csv': [
        'Level,Date and Time,Source,Event ID,Task Category',
        service('8:01:31', 'The Realtime Gateway service terminated unexpectedly.  It has done this 1 time(s).'),
        service('8:03:10', 'The Realtime Gateway service entered the running state.'),
      ],
    });
    expect(found.incidents[0]).toMatchObject({ cause: 'crash', detail: expect.stringContaining('.NET exception') });
    expect(found.closures.filter(({ cause }) => cause === 'crash')).toHaveLength(5);
  });
});

describe('the timeline', () => {
  const link = (at: number, n: number, state: string): string =>
    `${iso(at).slice(0, 23)}000+0000 web-1 kernel: virtio_net virtio0 eth${n % 3}: NIC Link is ${state}`;
  const flaps = count(60).flatMap((n) => [link(n * 4, n, 'Down'), link(n * 4 + 1, n, 'Up')]);
  const timelineWith = async (kernel: readonly string[]): Promise<Whole['timeline']> => {
    const { timeline } = await report({
      'kernel.log': kernel,
      'server.log': [
        listening(0),
        ...count(8).map((n) => opened(1 + n, `k-${100 + n}`, ip(n))),
        `${iso(300)} Error: boom`,
        '    at Object.<anonymous> (/srv/app/server.js:1:7)',
        'Node.js v20.11.1',
        listening(305),
      ],
      'client.log': count(8).map((n) => client(300.1, `k-${100 + n}`, 299, ip(n))),
    });
    return timeline;
  };

  it('says in one row what came in a row', async () => {
    const timeline = await timelineWith(count(4).map((n) => link(250 + n, n, 'Down')));
    expect(timeline[0]).toMatchObject({ at: iso(250), what: 'link down', line: 1, times: 4 });
  });

  it('holds incidents and deaths, whatever else there is', async () => {
    const timeline = await timelineWith(flaps);
    const said = timeline.map(({ what }) => what);
    expect(said).toHaveLength(40);
    expect(said.some((what) => /^i1: first of 8/.test(what))).toBe(true);
    expect(said.some((what) => what.startsWith('crash'))).toBe(true);
    expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted());
  });
});

describe('upgrades that a proxy refused by the hundred', () => {
  const id = (n: number): string => `c-${1_000 + n}`;
  const failed = (at: number, n: number): string => `${iso(at)} INFO client websocket closed id=${id(n)} code=1006`;
  const answered = (at: number, name: string): string =>
    `10.0.0.9 - - [22/Nov/2026:${clock(at)} +0000] "GET /ws?cid=${name} HTTP/1.1" 502 157 "-" "Mozilla/5.0"`;

  it('are each found by their name, in a second with hundreds of them', async () => {
    const { closures, patterns } = await report({
      'access.log': count(400).map((n) => answered(10, id(n))),
      'client.log': count(400).map((n) => failed(10 + n / 400, n)),
    });
    expect(closures).toHaveLength(400);
    for (const { connection, cause, grade, evidence } of closures) {
      expect([cause, grade]).toEqual(['handshake-failure', 'confirmed']);
      expect(evidence.map(({ text }) => text).filter((text) => text.includes('502'))).toEqual([answered(10, connection ?? '')]);
    }
    expect(patterns).toContain('400 attempts to connect were refused within a minute: clients came back before the server did');
  });

  it('are no evidence for the others', async () => {
    const { closures } = await report({
      'access.log': count(5).map((n) => answered(10, id(n))),
      'client.log': [...count(5).map((n) => failed(10, n)), `${iso(10)} INFO client websocket closed id=${id(99)} code=1006 duration=0s`],
    });
    const [other] = closures.filter(({ connection }) => connection === id(99));
    expect(other?.evidence.filter(({ text }) => text.includes('502'))).toEqual([]);
  });

  it('are no storm of clients when they are days apart', async () => {
    const day = 86_400;
    const { patterns, summary } = await report({
      'access.log': count(25).map((n) => {
        const stamp = new Date(START + n * day * 1000).toISOString();
        const month = n < 9 ? 'Nov' : 'Dec';
        return `10.0.0.9 - - [${stamp.slice(8, 10)}/${month}/2026:20:00:00 +0000] "GET /ws?cid=${id(n)} HTTP/1.1" 502 157 "-" "Mozilla/5.0"`;
      }),
    });
    expect(summary.handshakesRefused).toBe(25);
    expect(patterns).toEqual([]);
  });
});

describe('a connection between two servers', () => {
  const hub = (at: number, text: string): string => `[${iso(at).slice(0, 23)}] [INFO] peer - ${text}`;
  const kernel = (at: number, text: string): string => `${iso(at).slice(0, 19)}+0000 host-1 ${text}`;
  const links = (other: string): readonly string[] => [
    ...count(8).map((n) => hub(40 + n / 1000, `link l-${n}c41 -> ${other} closed code=1006 reason="" after ${39 - n}.0s`)),
    ...count(3).map((n) => hub(60 + 9 * n, `c-${n}a1f disconnected code=1006 reason="" after ${12 + n}.3s`)),
  ];
  const logs = (other: string): Readonly<Record<string, readonly string[]>> => ({
    'hub-a.log': [
      hub(0, 'hub-a listening on 10.0.0.5:7101'),
      hub(20, 'c-77e0 disconnected code=1000 reason="" after 12.3s'),
      hub(43.6, 'hub-a listening on 10.0.0.5:7101'),
      hub(70, 'c-90f1 disconnected code=1000 reason="" after 20.1s'),
    ],
    'hub-b.log': [hub(0, 'hub-b listening on 10.0.0.5:7102'), ...links(other)],
    'journal.txt': [
      kernel(0, 'systemd[1]: Started hub@a.service - Realtime hub a.'),
      kernel(
        40,
        'kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/hub@a.service,task_memcg=/system.slice/hub@a.service,task=node,pid=4571,uid=994',
      ),
      kernel(40, 'kernel: Memory cgroup out of memory: Killed process 4571 (node) total-vm:1299372kB, anon-rss:282248kB, file-rss:42872kB'),
      kernel(40, 'systemd[1]: hub@a.service: Main process exited, code=killed, status=9/KILL'),
      kernel(43, 'systemd[1]: Started hub@a.service - Realtime hub a.'),
    ],
  });

  it('ends with the one that its line names', async () => {
    const found = causesOf(await report(logs('hub-a')));
    expect(found).toMatchObject({ 'l-0c41': 'oom', 'l-7c41': 'oom' });
    expect(found['c-0a1f']).not.toBe('oom');
  });

  it('does not end with one that it does not name', async () => {
    expect(Object.values(causesOf(await report(logs('hub-c'))))).not.toContain('oom');
  });
});

describe('a collector of clients’ reports', () => {
  const told = (at: number, n: number, ev: string, more: object = {}): string =>
    JSON.stringify({ ts: iso(at), ip: ip(n % 2), uid: `u43${n}`, ev, cid: `c8d15733${n}`, ...more });
  const end = (at: number, n: number, code: number): string =>
    told(at, n, 'ws_close', { code, clean: code !== 1006, opened: true, dur_ms: (at - n) * 1000 });

  it('holds what they say of their heartbeats, whose others lived on', async () => {
    const found = await report({
      'telemetry.jsonl': [
        ...count(8).map((n) => told(n, n, 'ws_open', { ms: 4 })),
        ...count(3).flatMap((n) => [told(60 + n, n, 'hb_missed', { silent_ms: 25_000 + n }), end(60.001 + n, n, 1006)]),
        ...count(5).map((n) => end(90 + 7 * n, n + 3, 1000)),
      ],
    });
    expect(new Set(Object.values(causesOf(found)))).toEqual(new Set(['network']));
  });
});

describe('a connection that its server’s death took', () => {
  const logs = (from: (n: number) => string): Readonly<Record<string, readonly string[]>> => ({
    'app.log': [
      listening(0),
      ...count(6).map((n) => opened(1 + 1.3 * n, `k${n}a7`, from(n))),
      opened(9, 'z9a1', from(9)),
      closed(15, 'z9a1', 6, from(9), 1000),
      listening(23),
    ],
    'access.log': [tunnel(15, ip(9), 6), ...count(6).map((n) => tunnel(20.2, ip(n), Math.round(19_200 - 1_300 * n) / 1_000))],
    'supervisord.log': [
      supervisord(0, "INFO spawned: 'ws' with pid 56"),
      supervisord(20.3, 'WARN exited: ws (exit status 1; not expected)'),
      supervisord(21.4, "INFO spawned: 'ws' with pid 68"),
    ],
  });

  it.each([
    ['its client', ip],
    ['the proxy', () => '127.0.0.1'],
  ])('is one, though the proxy tells of its end and the server of its begin from %s', async (_, from) => {
    const found = await report(logs(from));
    expect(found.closures.map(({ connection, cause }) => [connection, cause])).toEqual(count(6).map((n) => [`k${n}a7`, 'crash']));
  });
});

describe('connections of a dead server of which the clients tell without addresses and the proxy without ages', () => {
  it('are counted once', async () => {
    const found = await report({
      'app.log': [listening(0), ...count(6).map((n) => opened(1 + 1.3 * n, `k${n}a7`, ip(n))), listening(23)],
      'access.log': count(6).map((n) => tunnel(20, ip(n))),
      'rum.ndjson': count(6).map((n) =>
        JSON.stringify({
          time: iso(20.4),
          session_id: `5e${n}f09ac`,
          event: 'ws_close',
          code: 1006,
          elapsed_ms: Math.round(19_400 - 1_300 * n),
        }),
      ),
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'ws' with pid 56"),
        supervisord(20.3, 'WARN exited: ws (exit status 1; not expected)'),
        supervisord(21.4, "INFO spawned: 'ws' with pid 68"),
      ],
    });
    expect(found.closures.map(({ codes, cause }) => [codes, cause])).toEqual(count(6).map(() => [{ client: 1006 }, 'crash']));
  });
});

describe('a death', () => {
  const lived = count(6).map((n) => opened(n, `k${n}`, ip(n)));
  const lost = count(6).map((n) => client(20.2 + n / 1000, `k${n}`, 20.2 - n, ip(n)));

  it('is put on record by supervisord up to a second late, and a moment more', async () => {
    const found = await report({
      'app.log': [listening(0), ...lived, listening(22.4)],
      'client-ws.log': lost,
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'ws' with pid 56"),
        supervisord(21.3, 'WARN exited: ws (exit status 1; not expected)'),
        supervisord(22.3, "INFO spawned: 'ws' with pid 68"),
      ],
    });
    expect(new Set(Object.values(causesOf(found)))).toEqual(new Set(['crash']));
  });

  it.each(['SIGKILL', 'SIGSEGV'])('by %s runs no handler: an end that the server wrote itself came before', async (signal) => {
    const found = await report({
      'app.log': [listening(0), ...lived, closed(20, 'gone', 4.1, ip(9)), listening(22.4)],
      'client-ws.log': [client(20, 'gone', 4.1, ip(9)), ...lost],
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'ws' with pid 56"),
        supervisord(20.4, `WARN exited: ws (terminated by ${signal}; not expected)`),
        supervisord(22.3, "INFO spawned: 'ws' with pid 68"),
      ],
    });
    expect(causesOf(found)).toMatchObject({ k0: 'crash', k5: 'crash' });
    expect(causesOf(found)['gone']).not.toBe('crash');
  });

  it('that a runtime reports without a stamp comes after the lines above the report', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        ...lived,
        closed(20, 'gone', 4.1, ip(9)),
        '',
        '<--- Last few GCs --->',
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        listening(24),
      ],
      'client-ws.log': lost,
    });
    expect(causesOf(found)).toMatchObject({ k0: 'oom' });
    expect(causesOf(found)['gone']).not.toBe('oom');
  });

  it('later on shows that the server lived until then', async () => {
    const found = await report({
      'app.log': [listening(0), closed(14, 'gone', 9.1, ip(9)), listening(22.4)],
      'client-ws.log': [client(14, 'gone', 9.1, ip(9)), ...lost],
      'nginx-access.log': [tunnel(14, ip(9), 9.102), ...count(6).map((n) => tunnel(20.2, ip(n), 20.2 - n))],
      'nginx-error.log': [timedOut(3, 1, ip(30))],
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'ws' with pid 56"),
        supervisord(20.4, 'WARN exited: ws (terminated by SIGKILL; not expected)'),
        supervisord(22.3, "INFO spawned: 'ws' with pid 68"),
      ],
    });
    expect(causesOf(found)).toMatchObject({ gone: 'client-abort', k0: 'crash' });
  });
});

describe('the only process that any log names', () => {
  const exited = (at: number, name: string): string => supervisord(at, `WARN exited: ${name} (terminated by SIGSEGV; not expected)`);
  const around = (...lines: readonly string[]): Promise<Whole> =>
    report({
      'app.log': [listening(0), ...count(6).map((n) => opened(10 + n, `k${n}`, ip(n))), closed(19, 'k9', 3, ip(9), 1000)],
      'supervisord.log': lines,
    });

  it('is likely the server that falls silent with its end', async () => {
    const { closures } = await around(exited(30, 'ws'));
    expect(new Set(closures.map(({ cause, grade, inferred }) => `${cause} ${grade} ${inferred}`))).toEqual(new Set(['crash likely true']));
    expect(closures).toHaveLength(6);
  });

  it('is not the only one beside another, and not the server when that goes on', async () => {
    expect((await around(exited(30, 'ws'), exited(40, 'mailer'))).closures).toEqual([]);
    expect((await around(exited(14, 'ws'))).closures).toEqual([]);
  });
});

describe('an open line that nobody closes', () => {
  const lives = count(8).map((n) => opened(10 + n, `k${n}`, ip(n)));
  const died = [supervisord(30, 'WARN exited: ws (terminated by SIGSEGV; not expected)')];
  const inferred = async (...app: readonly string[]): Promise<number> =>
    (await report({ 'app.log': [listening(0), ...app], 'supervisord.log': died })).closures.filter((one) => one.inferred).length;

  it('is of a connection that its server took along', async () => {
    expect(await inferred(...lives, closed(19, 'k9', 3, ip(9), 1000))).toBe(8);
  });
  it('tells nothing of a death hours after the log', async () => {
    const before = lives.map((line) => line.replace('T20:', 'T17:'));
    expect(await inferred(...before, closed(19, 'k9', 3, ip(9), 1000).replace('T20:', 'T17:'))).toBe(0);
  });
  it('tells nothing in a log that lacks lines of others', async () => {
    const unopened = count(4).map((n) => closed(24 + n, `u${n}`, 8, ip(20 + n), 1000));
    expect(await inferred(...lives, ...unopened)).toBe(0);
  });
});

describe('a stop', () => {
  const whole = (line: string): string => line.replace(/\.\d{3}Z/, 'Z');
  const journal = (at: number, text: string): string => `${iso(at).slice(0, 19)}+0000 web-1 ${text}`;
  const stopped = count(6).map((n) => closed(30.5, `k${n}`, 20.2 - n * 1.7, ip(n)));

  it('in the second of an end is not its cause when the server wrote of it below that end', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        closed(30.2, 'gone', 4.1, ip(9)),
        `${iso(30.4)} INFO  [main] SIGTERM received, shutting down`,
        ...stopped,
        listening(32),
        opened(36, 'z', ip(8)),
        closed(60, 'z', 24, ip(8), 1000),
      ].map(whole),
      'nginx-access.log': [tunnel(30, ip(9), 4.102), ...count(6).map((n) => tunnel(30, ip(n), 20.2 - n * 1.7))],
    });
    expect(causesOf(found)).toMatchObject({ k0: 'deploy-restart', k5: 'deploy-restart' });
    expect(causesOf(found)['gone']).not.toBe('deploy-restart');
  });

  it('that no log says to have run into its grace period did not cut what was opened after it', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        closed(29, 'a', 12, ip(8), 1000),
        `${iso(30)} INFO  [main] SIGTERM received, shutting down`,
        `${iso(31)} INFO  [main] live board 2.41 on :3000`,
        ...count(6).map((n) => closed(60 + n / 10, `k${n}`, 15 + n / 1000, ip(n))),
        closed(90, 'z', 24, ip(8), 1000),
      ],
    });
    expect(found.closures.map(({ cause }) => cause)).not.toContain('deploy-restart');
  });

  it('that a log tells by its silence is not for sure the cause of ends which this log wrote', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        ...count(6).map((n) => opened(10.3 + n * 1.7, `k${n}`, ip(n))),
        closed(30.2, 'gone', 4.1, ip(9)),
        listening(33),
        opened(36, 'z', ip(8)),
        closed(60, 'z', 24, ip(8), 1000),
      ],
      'client-ws.log': count(6).map((n) => client(30.5, `k${n}`, 20.2 - n * 1.7, ip(n))),
      'journal.txt': [
        journal(0, 'systemd[1]: Started cron.service - Regular background program processing daemon.'),
        journal(30.4, 'systemd[1]: Stopping notify.service - Notification sockets...'),
        journal(30.7, 'systemd[1]: Stopped notify.service - Notification sockets.'),
        journal(31.5, 'systemd[1]: Started notify.service - Notification sockets.'),
        journal(65, 'systemd[1]: Reached target timers.target - Timer Units.'),
      ],
    });
    const grades = Object.fromEntries(found.closures.map(({ connection, cause, grade }) => [connection, `${cause} ${grade}`]));
    expect(grades).toMatchObject({ k0: expect.stringContaining('deploy-restart') });
    expect(grades['gone']).not.toBe('deploy-restart confirmed');
  });

  it('and a crash alike: what a journal of whole seconds puts into the second before them came before', async () => {
    const goLog = (at: number, text: string): string => journal(at, `node[28]: 2026/11/22 ${clock(at)} ws: ${text}`);
    const found = await report({
      'client-ws.log': count(4).map((n) => client(31.773, `k${n}`, 5.2 - n, ip(n))),
      'journal.txt': [
        journal(10, 'systemd[1]: Started notify.service - notify server.'),
        goLog(11, 'listening on 127.0.0.1:3000'),
        ...count(4).map((n) => goLog(26.6 + n, `conn k${n} accepted from ${ip(n)}:5303${n}`)),
        goLog(30.1, `conn 263b60d2 accepted from ${ip(9)}:53218`),
        goLog(30.6, `conn 263b60d2 closed: websocket: close 1006 (abnormal closure): unexpected EOF after 0.501s from ${ip(9)}:53218`),
        goLog(30.9, `conn 3667e5d1 closed: close 1000 after 2.147s from ${ip(8)}:53144`),
        journal(31.8, 'systemd[1]: notify.service: Main process exited, code=exited, status=1/FAILURE'),
        journal(31.8, "systemd[1]: notify.service: Failed with result 'exit-code'."),
        journal(34, 'systemd[1]: Started notify.service - notify server.'),
        goLog(34.2, 'listening on 127.0.0.1:3000'),
      ],
    });
    expect(causesOf(found)).toMatchObject({ k0: 'crash', k3: 'crash' });
    expect(causesOf(found)['263b60d2']).not.toBe('crash');
  });

  it('of another unit whose start falls together with that of the server is not taken for the server', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        `${iso(30.4)} INFO  [main] SIGTERM received, shutting down`,
        ...stopped,
        listening(32),
        closed(33.2, 'gone', 1.1, ip(9)),
        opened(36, 'z', ip(8)),
        closed(60, 'z', 24, ip(8), 1000),
      ],
      'journal.txt': [
        journal(30.3, 'systemd[1]: Stopping notify.service - Notification sockets...'),
        journal(31.1, 'systemd[1]: Stopped notify.service - Notification sockets.'),
        journal(31.2, 'systemd[1]: Started notify.service - Notification sockets.'),
        journal(32.1, 'systemd[1]: Stopping cron.service - Regular background program processing daemon...'),
        journal(32.2, 'systemd[1]: Stopped cron.service - Regular background program processing daemon.'),
        journal(32.3, 'systemd[1]: Started cron.service - Regular background program processing daemon.'),
        journal(65, 'systemd[1]: Reached target timers.target - Timer Units.'),
      ],
    });
    expect(found.timeline.filter(({ what }) => what.includes('cron'))).toEqual([]);
    expect(causesOf(found)).toMatchObject({ k0: 'deploy-restart' });
  });
});

describe('ages', () => {
  it('of failed handshakes are those of no connection', async () => {
    const found = await report({
      'app.log': [listening(0), closed(10, 'gone', 1.01, ip(9)), opened(15, 'z', ip(8)), closed(60, 'z', 45, ip(8), 1000)],
      'client-ws.log': [client(10, 'gone', 1.02, ip(9)), ...count(12).map((n) => refused(20 + n * 2, `r${n}`, 1.003 + n / 1000, ip(n)))],
    });
    expect(causesOf(found)).toMatchObject({ r0: 'handshake-failure', r11: 'handshake-failure' });
    expect(causesOf(found)['gone']).not.toBe('proxy-timeout');
  });

  it('of what one hand cut at once tell of no timer, though some are equal', async () => {
    const ages = [4, 4.1, 4.2, 4.3, 4.5, 7.3, 9.1, 12.4, 15];
    const found = await report({
      'client-ws.log': ages.map((age, n) => client(30 + n / 1000, `k${n}`, age, ip(n))),
      'haproxy.log': ages.map(
        (age, n) =>
          `${ip(n)}:4010${n} [22/Nov/2026:${clock(30 - age)}.${iso(30 - age).slice(20, 23)}] ws_in ws_nodes/ws1 0/0/0/1/${age * 1000} 101 267 - - ---- 8/8/7/7/0 0/0 "GET /ws?cid=k${n} HTTP/1.1"`,
      ),
    });
    expect(Object.values(causesOf(found))).not.toContain('proxy-timeout');
  });

  it('that three share to the millisecond are a timer where nginx names none', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        closed(10, 'a', 6.003, ip(1)),
        closed(14, 'b', 6.004, ip(2)),
        closed(17, 'c', 6.002, ip(3)),
        closed(40, 'z', 33, ip(4), 1000),
      ],
      'nginx-access.log': [tunnel(10, ip(1)), tunnel(14, ip(2)), tunnel(17, ip(3)), tunnel(40, ip(4))],
    });
    expect(causesOf(found)).toMatchObject({ a: 'proxy-timeout', b: 'proxy-timeout', c: 'proxy-timeout' });
  });
});

describe('one connection', () => {
  it('that was refused is none of those that were open', async () => {
    const found = await report({
      'client-ws.log': [refused(30.3, 'r', 0.002, ip(1)), client(30, 'o', 8.004, ip(1), 1000)],
      'nginx-access.log': [tunnel(30, ip(1), 8.002), tunnel(31, ip(1), 9.4)],
    });
    expect(causesOf(found)['r']).toBe('handshake-failure');
  });

  it('has one number in nginx: two timeouts of an address within a second are two', async () => {
    const found = await report({
      'app.log': [listening(0), closed(30.1, 'a', 8.004, ip(1)), closed(30.7, 'b', 11.2, ip(1)), closed(60, 'z', 3, ip(2), 1000)],
      'nginx-error.log': [timedOut(30, 11, ip(1)), timedOut(30, 13, ip(1))],
    });
    expect(causesOf(found)).toMatchObject({ a: 'proxy-timeout', b: 'proxy-timeout' });
  });

  it('that nginx logged in the second before its stop was not cut by that', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        closed(29.8, 'gone', 4.1, ip(9)),
        ...count(6).map((n) => closed(30.4, `k${n}`, 20.2 - n * 1.7, ip(n))),
        opened(36, 'z', ip(8)),
        closed(60, 'z', 24, ip(8), 1000),
      ],
      'nginx-access.log': [tunnel(29, ip(9), 4.102)],
      'nginx-error.log': [timedOut(3, 1, ip(30)), nginxError(30, 'notice', 'signal 15 (SIGTERM) received from 1, exiting')],
    });
    expect(causesOf(found)).toMatchObject({ gone: 'client-abort', k0: 'deploy-restart', k5: 'deploy-restart' });
  });
});

describe('clocks', () => {
  const offset = (found: Whole, name: string): number | undefined => found.clocks.find(({ source }) => source === name)?.offsetMs;
  const times = [3.2, 7.9, 9.4, 16.1, 21.7, 28.3, 30.9, 38.8];

  it('of a log without lives are found by the addresses of clients', async () => {
    const found = await report({
      'app.log': times.map((at, n) => closed(at + 40, `k${n}`, at / 2, ip(n))),
      'nginx-access.log': times.map((at, n) => tunnel(at, ip(n))),
    });
    expect(offset(found, 'app.log')).toBeCloseTo(-40_000, -3);
  });

  const shared = (first: string, second: string, apart = 0): Readonly<Record<string, readonly string[]>> => ({
    'app.log': [closed(3 + 3_600, first, 3, ip(1), 1000), closed(9 + 3_600 + apart, second, 4, ip(2), 1000), opened(9_000, 'z', ip(3))],
    'client-ws.log': [
      client(3.2, first, 3.1, ip(7), 1000),
      client(9.1, second, 4.2, ip(8), 1000),
      ...times.map((at) => client(at * 3, `k${at}`, at, ip(5))),
    ],
  });

  it('are told by two connections whose names no two others have', async () => {
    expect(offset(await report(shared('13f4aee8', 'e47c38d7')), 'client-ws.log')).toBeCloseTo(3_600_000, -3);
  });

  it('are not told by two names that are counted, nor by two that do not agree', async () => {
    expect(offset(await report(shared('k101', 'k102')), 'client-ws.log')).toBe(0);
    expect(offset(await report(shared('13f4aee8', 'e47c38d7', 7)), 'client-ws.log')).toBe(0);
  });

  it('of two servers are not compared by connections, which they do not share', async () => {
    const found = await report({
      'app-1.log': times.map((at, n) => closed(at + 40, `a${n}`, at / 2, ip(n))),
      'app-2.log': times.map((at, n) => closed(at + 33.7, `b${n}`, at / 2, ip(n))),
      'nginx-access.log': times.flatMap((at, n) => [tunnel(at, ip(n), at / 2)]),
    });
    expect(offset(found, 'app-1.log')).toBeCloseTo(-40_000, -3);
  });
});

describe('a server whose clock is off behind a TCP proxy that hands on the client’s port', () => {
  const offset = (found: Whole, name: string): number | undefined => found.clocks.find(({ source }) => source === name)?.offsetMs;
  const ago = [12, 31, 47, 66, 83, 95];
  const logs = (port: (n: number) => number) => ({
    'haproxy.log': ago.map((life, n) => {
      const at = 200 + n * 17;
      return `<134>1 ${iso(at)} lb-1 haproxy 2217 - - ${ip(n % 2)}:${41_000 + n} [22/Nov/2026:${iso(at - life).slice(11, 23)}] fe_ws be_ws/ws2 1/0/${life * 1_000} 6676 sD 9/9/8/4/0 0/0`;
    }),
    'ws2.log': ago.map(
      (life, n) => `[${iso(204 + n * 17 - life).slice(0, 23)}] [INFO] sockets - #ae4ac${n}-e23d open from ${ip(n % 2)}:${port(n)}`,
    ),
  });

  it('is found by when both saw their common clients come', async () => {
    expect(offset(await report(logs((n) => 41_000 + n)), 'ws2.log')).toBeCloseTo(-4_000, -2);
  });

  it('is not by ports that are others', async () => {
    expect(offset(await report(logs((n) => 51_000 + n)), 'ws2.log')).not.toBeCloseTo(-4_000, -2);
  });
});

describe('connections of one age behind two proxies in a row', () => {
  const born = (n: number): number => 10 + 7 * n + (n % 3) * 0.4;
  const age = 29.001;
  const row = (n: number, upstream: string): string => {
    const began = new Date(START + born(n) * 1000).toISOString();
    return `${began.slice(0, 19)}Z lb-1 haproxy[612]: 203.0.113.${10 + n}:4${100 + n} [22/Nov/2026:${began.slice(11, 23)}] fe ws/${upstream} 0/0/1/2/${age * 1000} 101 300 - - ---- 9/9/8/8/0 0/0 "GET /ws?cid=k-${100 + n} HTTP/1.1"`;
  };
  const logs = (upstream: string) => ({
    'haproxy.log': count(8).map((n) => row(n, upstream)),
    'app.log': [...count(8).map((n) => closed(born(n) + age, `k-${100 + n}`, age, `203.0.113.${10 + n}`)), listening(120)],
  });

  it('were cut by a timer of the second, which writes no log: the first names its own, and here none', async () => {
    const { closures } = await report(logs('nginx1'));
    expect(closures.map(({ cause }) => cause)).toEqual(Array(8).fill('proxy-timeout'));
  });

  it('were not where the first one leads to the server itself', async () => {
    const { closures } = await report(logs('app1'));
    expect(closures.filter(({ cause, grade }) => cause === 'proxy-timeout' && grade !== 'possible')).toEqual([]);
  });
});

describe('lives that are alike by chance', () => {
  const lives = [12.1, 18.3, 24.5, 30.2, 36.9, 44.4, 51.7, 59.6];
  const ends = lives.map((_, n) => 100 + n * 9.3);
  const tunnels = ends.map((at, n) => tunnel(at, ip(n), lives[n]));
  /** Connections whose server writes no ids: eight that it ended with nginx, and ten others, all of them 44 s earlier. */
  const more = [180, 191].map((at, n) => ({ at, life: 70 + 9 * n }));
  const others = [...ends.map((at, n) => ({ at, life: lives[n] ?? 0 })), ...more].map(({ at, life }) => ({ at: at - 44, life }));
  const anonymous = (at: number, life: number): string => `${iso(at)} WARN  [ws] connection closed code=1006 reason="" duration=${life}s`;

  it('move no clock that agrees about as well as it is', async () => {
    const { clocks } = await report({
      'access.log': [...tunnels, ...more.map(({ at, life }, n) => tunnel(at, ip(10 + n), life))],
      'app.log': [...ends.map((at, n) => [at, lives[n] ?? 0] as const), ...others.map(({ at, life }) => [at, life] as const)]
        .sort(([a], [b]) => a - b)
        .map(([at, life]) => anonymous(at, life)),
    });
    expect(clocks.map(({ offsetMs }) => Math.abs(offsetMs) < 2_000)).toEqual([true, true]);
  });
});

describe('a reload of nginx whose time for old workers no log tells', () => {
  const at = 60;
  const cut = at + 6.2;
  const end = (n: number, opened: number, ended: number): string =>
    `${iso(ended)} WARN  [ws] connection closed id=k-${100 + n} ip=${ip(n)} code=1006 reason="" duration=${(ended - opened).toFixed(3)}s`;
  const open = (n: number, opened: number): string => `${iso(opened)} INFO  [ws] connection opened id=k-${100 + n} ip=${ip(n)}`;
  const old = count(8).map((n) => ({ n, opened: 3 + 6.3 * n }));
  const young = count(7).map((n) => ({ n: 20 + n, opened: at + 2.5 + 0.4 * n }));
  const of = (ended: readonly { n: number; opened: number }[], living: readonly { n: number; opened: number }[]) => ({
    'error.log': [nginxError(at, 'notice', 'signal 1 (SIGHUP) received from 7718, reconfiguring')],
    'server.log': [
      ...[...ended, ...living].map(({ n, opened }) => ({ ms: opened, line: open(n, opened) })),
      ...ended.map(({ n, opened }) => ({ ms: cut + n / 1000, line: end(n, opened, cut + n / 1000) })),
      { ms: 200, line: listening(200) },
    ]
      .sort((a, b) => a.ms - b.ms)
      .map(({ line }) => line),
  });

  it('cut the last of what was open at it, while younger ones lived on', async () => {
    const { closures } = await report(of(old, young));
    expect(closures.map(({ cause, grade }) => `${cause} ${grade}`)).toEqual(Array(8).fill('deploy-restart likely'));
  });

  it('did not for sure where as many old ones lived on', async () => {
    const { closures } = await report(of(old, [...young, ...count(9).map((n) => ({ n: 40 + n, opened: 5 + n }))]));
    expect(closures.filter(({ cause, grade }) => cause === 'deploy-restart' && grade !== 'possible')).toEqual([]);
  });
});

describe('a client whose clock is off and whose server died without a word', () => {
  it('lost its connection when the proxy and its own age say', async () => {
    const skewed = 14;
    const began = 30;
    const { closures } = await report({
      'access.log': [tunnel(120, ip(1), 90)],
      'client.jsonl': [
        JSON.stringify({ ts: START / 1000 + began - skewed, event: 'ws_open', conn_id: 'k-777', client_ip: ip(1) }),
        client(120 - skewed, 'k-777', 90, ip(1)),
      ],
      'server.log': [listening(0), opened(began, 'k-777', ip(1)), listening(125)],
    });
    expect(closures.map(({ closedAt }) => Math.abs(Date.parse(closedAt) - START - 120_000) <= 1_000)).toEqual([true]);
  });
});

describe('a name in the path of a URL', () => {
  const lines = count(6).map((n) => ({ at: 40 + 7.3 * n, id: `b47${n}4f8${n}`, life: 20 + n }));
  const access = (at: number, id: string): string =>
    `${ip(9)} - - [22/Nov/2026:${clock(at)} +0000] "GET /board/${id} HTTP/1.1" 101 0 "-" "Mozilla/5.0"`;

  it('is the connection’s where the server calls it so, and tells how far the server’s clock is off', async () => {
    const { closures, clocks } = await report({
      'access.log': lines.map(({ at, id }) => access(at, id)),
      'app.log': lines.map(({ at, id, life }) => closed(at - 34, id, life, ip(1))),
    });
    expect(closures.map(({ connection }) => connection)).toEqual(lines.map(({ id }) => id));
    expect(clocks.map(({ offsetMs }) => Math.round(offsetMs / 1_000)).sort((a, b) => a - b)).toEqual([0, 34]);
  });
});

describe('a gateway that says that its client ended it', () => {
  const end = (at: number, n: number, life: number): string =>
    `${iso(at)} conn=g-${100 + n}a closed by=client after=${life.toFixed(3)}s: read tcp 127.0.0.1:18142->127.0.0.1:${33_470 + n}: read: connection reset by peer`;
  const gateway = (lives: readonly number[]) => ({
    'gateway.log': lives.map((life, n) => end(60 + 5.7 * n, n, life)),
    'hub.log': [...lives.map((life, n) => closed(60.002 + 5.7 * n, `g-${100 + n}a`, Number(life.toFixed(3)), '127.0.0.1')), listening(200)],
  });

  it('means a hop in front of it where the ages are those of a timer', async () => {
    const { closures } = await report(gateway(count(9).map((n) => 37.02 + n / 1_000)));
    expect(closures.map(({ cause }) => cause)).toEqual(Array(9).fill('proxy-timeout'));
  });

  it('means the client where they are any', async () => {
    const { closures } = await report(gateway(count(9).map((n) => 11.3 * (n + 1) + n * n)));
    expect(closures.map(({ cause }) => cause)).toEqual(Array(9).fill('client-abort'));
  });
});

describe('a server’s clock', () => {
  it('is placed by the proxy rather than by clients, of whom more connections are shared: each of these keeps its own time', async () => {
    const ends = count(9).map((n) => ({ n, id: `c4f${n}8ab${n}`, at: 60 + 11.3 * n, life: 20.2 + 3 * n }));
    const { clocks } = await report({
      'access.log': ends.slice(0, 7).map(({ id, at, n, life }) => tunnel(at, ip(n), life).replace('/ws HTTP', `/ws?cid=${id} HTTP`)),
      'clients.log': ends.map(({ id, at, n, life }) => client(at + 17 + (n % 3) / 2, id, life, ip(n))),
      'app.log': ends.slice(2).map(({ id, at, n, life }) => closed(at - 4, id, life, ip(n))),
    });
    expect(clocks.find(({ source }) => source === 'app.log')?.says).toMatch(/ by 5 events shared with access\.log$/);
  });
});

describe('two bursts', () => {
  it('are not one for some ages that both have', async () => {
    const ended = (at: number, id: string, life: number): string =>
      `${iso(at)} WARN  [ws] connection closed id=${id} code=1006 duration=${life}s`;
    const telemetry = (at: number, life: number): string =>
      JSON.stringify({ ts: START / 1000 + at, event: 'ws_close', close_code: 1006, close_reason: '', elapsed_s: life });
    const found = await report({
      'app.log': [listening(0), ...count(7).map((n) => ended(200, `a1b2c3${n}`, 71.3 + n * 4))],
      'client-ws.log': count(18).map((n) => telemetry(231.7, n < 3 ? 71.35 + n * 4 : 40.1 + n * 1.7)),
    });
    expect(found.clocks.map(({ offsetMs }) => offsetMs)).toEqual([0, 0]);
  });
});

describe('a burst of ends and one of opens', () => {
  it('are no rhythm', async () => {
    const telemetry = (at: number): string =>
      JSON.stringify({ ts: START / 1000 + at, event: 'ws_close', close_code: 1006, close_reason: '' });
    const found = await report({
      'app.log': [
        ...count(6).map((n) => opened(17.3 * n, `a1b2c3${n}`, ip(n))),
        ...count(18).map((n) => opened(234 + n / 50, `b1b2c3${n}`, ip(n))),
      ],
      'client-ws.log': count(18).map((n) => telemetry(215.7 + n / 50)),
    });
    expect(found.clocks.map(({ offsetMs }) => offsetMs)).toEqual([0, 0]);
  });
});

describe('clocks of which nothing else tells', () => {
  const offset = (found: Whole, name: string): number | undefined => found.clocks.find(({ source }) => source === name)?.offsetMs;
  const local = (seconds: number): string => iso(seconds).slice(0, 19).replace('T', ' ');

  it('are in the zone that the other log of the same program writes', async () => {
    const apache = (seconds: number, text: string): string =>
      `[Sun Nov 22 ${clock(seconds)}.961784 2026] [mpm_event:notice] [pid 812:tid 812] ${text}`;
    const found = await report({
      'access.log': count(4).map((n) => `${ip(n)} - - [23/Nov/2026:05:0${n}:10 +0900] "GET /hub HTTP/1.1" 101 - 37036653`),
      'error.log': [
        apache(9 * 3_600, 'AH00489: Apache/2.4.66 (Debian) configured -- resuming normal operations'),
        apache(9 * 3_600 + 200, 'AH00494: SIGHUP received.  Attempting to restart'),
      ],
    });
    expect(offset(found, 'error.log')).toBe(-9 * 3_600_000);
  });

  it('are that of the output of the application that PM2 keeps, for its errors and for PM2 itself', async () => {
    const behind = 3 * 3_600 - 4.2;
    const found = await report({
      'haproxy.log': count(6).map((n) => tunnel(n * 37 + 3.1 * n * n, ip(n), 20 + 7.3 * n)),
      'auction-out.log': count(6).map(
        (n) => `[${local(n * 37 + 3.1 * n * n - behind)}.000] INFO bidder ${ip(n)} left, code=1006 after ${20 + 7.3 * n}s`,
      ),
      'auction-error.log': [
        `${local(-behind)}: Node.js v20.17.0`,
        `${local(200 - behind)}: Error: listen EADDRINUSE: address already in use :::3000`,
      ],
      'pm2.log': [`${local(200 - behind).replace(' ', 'T')}: PM2 log: App [auction:0] exited with code [1] via signal [SIGINT]`],
    });
    const out = offset(found, 'auction-out.log') ?? 0;
    expect(Math.round(out / 3_600_000)).toBe(3);
    expect(offset(found, 'pm2.log')).toBe(out);
  });

  it('are those of another log of the host, with a stop and a start in common as they are written', async () => {
    const systemd = (seconds: number, text: string): string =>
      `${new Date(START + seconds * 1_000).toUTCString().slice(0, 3)} ${local(seconds)} IST notify-1 systemd[1]: ${text}`;
    const late = 5.5 * 3_600 - 217.3;
    const times = [3.2, 7.9, 9.4, 16.1];
    const found = await report({
      'app.log': [
        `${local(late)},100 INFO notify: listening on 10.131.0.14:8765`,
        ...times.map(
          (at, n) => `${local(late + at)},${String(at % 1).slice(2, 3)}00 INFO notify: disconnect s=8a9b6dd${n} code=1000 up=3.0s`,
        ),
        `${local(late + 50)},968 INFO notify: SIGTERM: no longer accepting, waiting for 19 clients to leave`,
        `${local(late + 71)},988 INFO notify: listening on 10.131.0.14:8765`,
      ],
      'client-ws.log': times.map((at, n) => client(at, `8a9b6dd${n}`, 3, ip(n), 1000)),
      'journal.txt': [
        systemd(late + 50, 'Stopping notify-ws.service - Notification WebSocket gateway...'),
        systemd(late + 70, 'notify-ws.service: Main process exited, code=killed, status=9/KILL'),
        systemd(late + 71, 'Started notify-ws.service - Notification WebSocket gateway.'),
      ],
    });
    expect(offset(found, 'app.log')).toBeCloseTo(-late * 1_000, -4);
    expect(offset(found, 'journal.txt')).toBe(offset(found, 'app.log'));
  });
});

describe('a server that gives its connections time when it is told to stop', () => {
  const served = (...stop: readonly string[]): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...count(4).map((n) => opened(1 + n, `d-${100 + n}`, ip(n))),
        ...stop,
        ...count(4).map((n) => closed(70 + n / 100, `d-${100 + n}`, 69 - n, ip(n))),
        listening(74),
      ],
    });

  it('cuts those that are left when that time is over, as it said at the stop', async () => {
    const { closures } = await served(`${iso(50)} INFO  [main] SIGTERM received, draining connections for up to 20s`);
    expect(closures.map(({ cause, grade }) => `${grade} ${cause}`)).toEqual(count(4).map(() => 'confirmed deploy-restart'));
  });

  it('cuts them when it says that it does', async () => {
    const stop = `${iso(50)} INFO  [main] SIGTERM received, draining`;
    const { closures } = await served(stop, `${iso(69.9)} WARN  [main] drain window over, terminating remaining sockets`);
    expect(closures.map(({ cause, grade }) => `${grade} ${cause}`)).toEqual(count(4).map(() => 'confirmed deploy-restart'));
  });
});

describe('a container that a tool recreates', () => {
  it('is killed when docker’s grace is over, counted from the signal that its server writes of', async () => {
    const { closures } = await report({
      'journal.txt': [
        `${iso(46).slice(0, 23)}000+0000 dock-1 sudo[48112]:   deploy : TTY=pts/1 ; PWD=/srv/relay ; USER=root ; COMMAND=/usr/bin/docker compose up -d --force-recreate relay`,
      ],
      'relay.log': [
        listening(0),
        ...count(4).map((n) => opened(1 + n, `g-${100 + n}`, ip(n))),
        `${iso(49.9)} INFO  [main] received signal, stopping listener signal=terminated`,
        listening(62),
      ],
      'client-ws.log': count(4).map((n) => client(60.1 + n / 100, `g-${100 + n}`, 59.1 - n, ip(n))),
    });
    expect(closures.map(({ cause }) => cause)).toEqual(count(4).map(() => 'deploy-restart'));
  });
});

describe('a task that recreates a program on the machine that is called for it', () => {
  it('stops the server whose log is called for that machine, and no other', async () => {
    const task = (at: number, text: string): string =>
      `${iso(at).slice(0, 19).replace('T', ' ')},000 p=318842 u=deploy n=ansible | ${text}`;
    const served = (name: string, last: number): readonly string[] => [
      listening(0),
      ...count(4).map((n) => opened(1 + n, `${name}-${100 + n}`, ip(n))),
      ...(last === 0 ? [] : [closed(last, `${name}-109`, last - 30, ip(9))]),
      listening(70),
    ];
    const { closures } = await report({
      'ansible.log': [
        task(50, 'TASK [feed : recreate container] *********************'),
        task(63, 'changed: [feed-a]'),
        task(63, 'TASK [feed : wait for /actuator/health] **************'),
      ],
      'feed-a.log': served('fa', 0),
      'feed-b.log': served('fb', 60),
      'client-ws.log': count(4).map((n) => client(60.1 + n / 100, `fa-${100 + n}`, 59.1 - n, ip(n))),
    });
    expect(closures.map(({ connection, cause }) => `${connection} ${cause}`).sort()).toEqual([
      ...count(4).map((n) => `fa-${100 + n} deploy-restart`),
      'fb-109 unknown',
    ]);
  });
});

describe('two logs of the same connections', () => {
  const ages = [14.01, 14, 14.02, 9.4, 21.7, 6.3];
  const ends = ages.map((age, n) => 20 + n * 3 + age / 100);
  const attached = (at: number, life: number): string[] => [`${iso(at - life)} info: device attached`];
  const detached = (at: number, life: number): string =>
    `${iso(at)} info: device detached, close code 1006, session lasted ${life.toFixed(1)}s`;
  const telemetry = (at: number, life: number): string =>
    JSON.stringify({ ts: START / 1000 + at, type: 'socket.close', data: { code: 1006, reason: '', durationSec: life } });

  it('are not both the server’s: the one that says nothing of a process is what clients saw', async () => {
    const server = [listening(0), ...ends.flatMap((at, n) => [...attached(at, ages[n] ?? 0), detached(at, ages[n] ?? 0)])].sort();
    const found = await report({
      'app.log': [...server, listening(60)],
      'telemetry.jsonl': [...ends.map((at, n) => telemetry(at + 0.004, ages[n] ?? 0)), ...count(4).map((n) => telemetry(58.1, 11 + n))],
      'pm2.log': [
        `${iso(58).slice(0, 19)}: PM2 log: App [ws:0] exited with code [1] via signal [SIGINT]`,
        `${iso(58).slice(0, 19)}: PM2 log: App [ws:0] starting in -fork mode-`,
        `${iso(58).slice(0, 19)}: PM2 log: App [ws:0] online`,
      ],
    });
    expect(found.closures.map(({ codes }) => codes)).toEqual([
      ...ends.map(() => ({ client: 1006, server: 1006 })),
      ...count(4).map(() => ({ client: 1006 })),
    ]);
    expect(found.closures.slice(-4).map(({ cause }) => cause)).toEqual(count(4).map(() => 'crash'));
  });
});

describe('a proxy that closes its clients’ sockets some seconds before those to the server', () => {
  const lives = [52.418, 47.203, 39.871, 33.514, 28.067];
  const stopAt = 60;
  const beacon = (at: number, n: number, life: number): string =>
    JSON.stringify({
      received_at: iso(at),
      session_id: `5e${n}f09ac`,
      event: 'ws_close',
      code: 1006,
      wasClean: false,
      elapsed_ms: life * 1_000,
    });
  const server = [
    listening(0),
    ...lives.map((life, n) => opened(stopAt - life, `k${n}a7`, ip(n))),
    opened(30, 'z9a1', ip(9)),
    closed(45, 'z9a1', 15, ip(9), 1000),
    ...lives.map((life, n) => closed(stopAt + 9.36, `k${n}a7`, Number((life + 9.36).toFixed(3)), ip(n))),
  ];

  it('ended each connection once: both sides tell of one begin', async () => {
    const { closures } = await report({ 'app.log': server, 'rum.ndjson': lives.map((life, n) => beacon(stopAt, n, life)) });
    expect(closures.map(({ codes }) => codes)).toEqual(lives.map(() => ({ client: 1006, server: 1006 })));
  });

  it('has no part in ends of connections that began apart', async () => {
    const { closures } = await report({ 'app.log': server, 'rum.ndjson': lives.map((life, n) => beacon(stopAt, n, life + 0.3)) });
    expect(closures).toHaveLength(2 * lives.length);
  });
});

describe('a log of those who connect', () => {
  const hub = (at: number, pid: number, text: string): string =>
    `${iso(at).replace('Z', '+00:00')} hub-1 agenthub[${pid}]: time=${iso(at)} level=INFO msg=${text}`;
  const lost = (at: number, id: string, life: number): string =>
    `${iso(at)}  WARN agent::transport: connection lost agent_id=${id} code=1006 uptime=${life.toFixed(3)}s error=WebSocket protocol error: Connection reset without closing handshake`;
  const ids = count(8).map((n) => `a1${n}c0ffe`);
  const journal = [
    hub(0, 55, '"listening" addr=127.0.0.1:9090'),
    ...ids.map((id, n) => hub(1 + n, 55, `"agent attached" agent=${id} remote=${ip(n)}`)),
    hub(10, 55, `"agent attached" agent=b00b1e5f remote=${ip(9)}`),
    hub(15, 55, '"agent detached" agent=b00b1e5f code=1000 lasted=5.000s'),
    `${iso(30).replace('Z', '+00:00')} hub-1 agenthub[55]: panic: runtime error: index out of range [3] with length 3`,
    `${iso(30.1).replace('Z', '+00:00')} hub-1 systemd[1]: agenthub.service: Main process exited, code=exited, status=2/INVALIDARGUMENT`,
    `${iso(32).replace('Z', '+00:00')} hub-1 systemd[1]: Started agenthub.service - Agent hub.`,
    hub(32.1, 56, '"listening" addr=127.0.0.1:9090'),
    hub(33, 56, `"agent attached" agent=c0c0a000 remote=${ip(4)}`),
  ];
  const agents = ids.map((id, n) => lost(30.02 + n / 100, id, 29.02 - n));
  const retried = [
    `${iso(30.5)} ERROR agent::transport: websocket connect failed agent_id=d00d1e00 code=1006 error=HTTP error: 502 Bad Gateway`,
    `${iso(30.53)} ERROR agent::transport: websocket connect failed agent_id=d00d1e01 code=1006 error=HTTP error: 502 Bad Gateway`,
  ];

  it.each([
    ['that asked and was refused', [...agents, ...retried]],
    ['whose ids the server opens', agents],
  ])('%s is not the server’s: that one died, once for each', async (_, told) => {
    const found = await report({ 'journal.txt': journal, 'agents.log': told });
    expect(causesOf(found)).toMatchObject(Object.fromEntries(ids.map((id) => [id, 'crash'])));
    expect(found.closures).toHaveLength(told.length);
    expect(found.closures.slice(0, ids.length).map(({ codes }) => codes)).toEqual(ids.map(() => ({ client: 1006 })));
  });

  it('is not the second file of the server, which tells ends and opens nothing', async () => {
    const found = await report({
      'opens.log': [listening(0), ...count(5).map((n) => opened(1 + n, `s${n}`, ip(n)))],
      'errors.log': count(5).map((n) => closed(20 + 3 * n, `s${n}`, 19 + 2 * n, ip(n))),
    });
    expect(found.closures.map(({ codes }) => codes)).toEqual(count(5).map(() => ({ server: 1006 })));
  });
});

describe('connections of one address', () => {
  const ages = [31, 12.3, 25.8, 44.2, 9.1, 37.6, 18.4, 50.5];
  const others = count(5).map((n) => opened(1 + n, `o${n}`, ip(n)));
  const later = count(5).map((n) => closed(120 + n * 7, `o${n}`, 119 + n * 6, ip(n), 1000));
  const ends = (gap: number): readonly (readonly [at: number, age: number])[] => ages.map((age, n) => [60 + n * gap, age + n * gap]);
  const told = (gap: number): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...[...others, ...ends(gap).map(([at, age], n) => opened(at - age, `v${n}`, '198.51.100.7'))].sort(),
        ...ends(gap).map(([at, age], n) => closed(at, `v${n}`, Number(age.toFixed(3)), '198.51.100.7')),
        ...later,
      ],
      'access.log': ends(gap).map(([at, age]) => tunnel(at, '198.51.100.7', Number(age.toFixed(3)))),
    });

  it('that all end one after the other within a heartbeat lost their path; others lived on', async () => {
    expect(causesOf(await told(2.3))).toEqual(Object.fromEntries(ages.map((_, n) => [`v${n}`, 'network'])));
  });

  it('that end in one moment are one client that went', async () => {
    expect(new Set(Object.values(causesOf(await told(0.004))))).toEqual(new Set(['client-abort']));
  });

  it('that end in one millisecond are no timer’s, though of nearly one age; a heartbeat found others silent, not these', async () => {
    const line = (at: number, id: string, more: Record<string, unknown>): string =>
      JSON.stringify({ name: 'presence', hostname: 'vm', pid: 32503, level: 30, member: id, ...more, time: iso(at), v: 0 });
    const on = (at: number, id: string, addr: string): string => line(at, id, { addr, msg: 'member online' });
    const off = (at: number, id: string, life: number, more: Record<string, unknown> = {}): string =>
      line(at, id, { code: 1006, ...more, onlineFor: life, msg: 'member offline' });
    const found = await report({
      'presence.log': [
        ...count(4).map((n) => on(0.27 + n * 0.19, `a3a4f65${n}`, '127.0.0.21')),
        ...count(6).map((n) => on(0.42 + n * 0.3, `6752e34${n}`, `127.0.0.3${n % 3}`)),
        ...count(4).map((n) => off(16.2 + n / 4000, `a3a4f65${n}`, 15_930 - n * 190)),
        ...count(6).map((n) => off(17.76, `6752e34${n}`, 17_340 - n * 300, { heartbeat: 'lost' })),
      ],
    });
    const causes = causesOf(found);
    expect(count(4).map((n) => causes[`a3a4f65${n}`])).toEqual(count(4).map(() => 'client-abort'));
    expect(count(6).map((n) => causes[`6752e34${n}`])).toEqual(count(6).map(() => 'network'));
  });
});

describe('connections of one client that end at once', () => {
  const others = (server: number): readonly string[] => [
    listening(0),
    ...count(4).flatMap((n) => [
      opened(3 + n * 1.7, `m${server}${n}ab`, ip(10 + n)),
      closed(80 + n * 3.1, `m${server}${n}ab`, 77 + n * 1.4, ip(10 + n), 1000),
    ]),
  ];
  const opens = [10, 10.7, 11.45] as const;
  /** One socket of the client. */
  const socket = (n: number, end: number): readonly string[] => {
    const at = opens[n] ?? 0;
    return [opened(at, `q${n}7cd`, ip(1)), closed(end, `q${n}7cd`, end - at, ip(1))];
  };
  const together = count(3).map((n) => socket(n, Number((40.001 + n / 1000).toFixed(3))));
  const found = async (a: readonly string[], b: readonly string[]): Promise<readonly (readonly [cause: string, grade: string])[]> => {
    const whole = await report({ 'a.log': [...others(1), ...a].toSorted(), 'b.log': [...others(2), ...b].toSorted() });
    return [...new Map(whole.closures.map(({ cause, grade }) => [`${cause} ${grade}`, [cause, grade] as const])).values()];
  };

  it('were taken along by its process, wherever they went', async () => {
    expect(await found([...(together[0] ?? []), ...(together[1] ?? [])], together[2] ?? [])).toEqual([['client-abort', 'likely']]);
  });

  it('of one server may be what one sweep of its heartbeat found', async () => {
    expect(await found(together.flat(), [])).toEqual([['client-abort', 'possible']]);
  });

  it('are a timer’s where they end as far apart as they were opened', async () => {
    expect(
      await found(
        count(3).flatMap((n) => socket(n, Number(((opens[n] ?? 0) + 30.001).toFixed(3)))),
        [],
      ),
    ).not.toContainEqual(['client-abort', 'possible']);
    const near = count(3).map((n) => [opened(10 + n / 1000, `q${n}7cd`, ip(1)), closed(40.001 + n / 1000, `q${n}7cd`, 30.001, ip(1))]);
    expect(await found([...(near[0] ?? []), ...(near[1] ?? [])], near[2] ?? [])).not.toContainEqual(['client-abort', 'likely']);
  });

  it('are another hand’s where connections of others end with them', async () => {
    const cut = [opened(20, 'x17cd', ip(2)), closed(40.002, 'x17cd', 20.002, ip(2))];
    expect(await found([...(together[0] ?? []), ...(together[1] ?? []), ...cut], together[2] ?? [])).not.toContainEqual([
      'client-abort',
      'likely',
    ]);
  });
});

describe('an end before the timer that others run into', () => {
  const close = (at: number, id: string, n: number, life: number, idle: number): string =>
    `${iso(at)} WARN  [ws] connection closed id=${id} ip=${ip(n)} code=1006 reason="" duration=${life}s idle=${idle}s`;
  const cut = count(8).map((n) => close(100 + n * 37.3, `t${n}ab1`, n, 70 + n * 11.13, Number((60.003 + n / 250).toFixed(3))));
  const alive = opened(500, 'z11ab1', ip(40));
  // Busy connections, that heard something every few seconds.
  const busy = [0.04, 1.91, 2.12, 2.44, 2.64, 3.56, 3.87, 4.003];

  it('is rather its client’s, however alike the short silences are', async () => {
    const left = busy.map((idle, n) => close(118 + n * 31.9, `u${n}ab1`, 20 + n, 40 + n * 23.17, idle));
    const { closures } = await report({ 'app.log': [listening(0), ...cut, ...left, alive].toSorted() });
    const said = (letter: string): ReadonlySet<string> =>
      new Set(closures.flatMap(({ connection, cause, grade }) => (connection?.startsWith(letter) ? [`${cause} ${grade}`] : [])));
    expect(said('u')).toEqual(new Set(['client-abort possible']));
    expect([...said('t')].map((one) => one.split(' ')[0])).toEqual(['proxy-timeout']);
  });

  it('is nobody’s where no timer is known', async () => {
    const { closures } = await report({ 'app.log': [listening(0), close(118, 'u0ab1', 20, 40.17, 2.44), alive] });
    expect(closures.map(({ cause }) => cause)).toEqual(['unknown']);
  });
});

describe('an idle timer of a known hop, whose connections talk first', () => {
  const cloudflare = (at: number, id: string, life: number): string =>
    JSON.stringify({
      RayID: id,
      ClientIP: '198.51.100.7',
      ClientRequestHost: 'chat.example.com',
      ClientRequestMethod: 'GET',
      ClientRequestURI: `/ws?sid=${id}`,
      EdgeStartTimestamp: iso(at - life),
      EdgeEndTimestamp: iso(at),
      EdgeResponseStatus: 101,
      OriginIP: '203.0.113.4',
      OriginResponseStatus: 101,
    });
  const idOf = (n: number): string => `710e98d9367f3${(0x100 + n).toString(16)}`;
  const through = (lives: readonly number[]): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...lives.map((life, n) => closed(300 + n * 41, idOf(n), life, '162.158.88.1')),
        closed(2_000, 'z', 33, '162.158.88.1', 1000),
      ],
      'cloudflare.json': lives.map((life, n) => cloudflare(300 + n * 41, idOf(n), life)),
    });
  const spread = [101.13, 103.57, 106.28, 108.7, 109.76, 111.21, 111.77, 112.34, 112.5, 115.73, 116.33, 116.6];

  it('is told by ages above it where hardly one lies right below', async () => {
    const { closures } = await through(spread);
    expect(new Set(closures.map(({ cause, grade }) => `${cause} ${grade}`))).toEqual(new Set(['proxy-timeout possible']));
    expect(closures[0]?.hop).toBe('cloudflare');
  });

  it('is not where ages lie on both sides of it', async () => {
    const { closures } = await through([...spread, 61.4, 70.1, 78.83, 84.2, 93.6, 97.3]);
    expect(closures[0]?.cause).not.toBe('proxy-timeout');
  });
});

describe('a stop by name', () => {
  it('that the program wrote without a stamp came after the ends above it, before those below', async () => {
    const seat = (at: number, id: string, what: string): string =>
      `I, [${iso(at).slice(0, -1)}000 #21675]  INFO -- : [table] seat ${id} ${what}`;
    const up = (at: number, id: string, life: number): string => seat(at, id, `stands up (1006 "") played ${life.toFixed(1)}s`);
    const found = await report({
      'table.log': [
        ...count(5).map((n) => seat(1 + n * 0.9, `S44061${n}`, 'sits down')),
        ...count(3).map((n) => seat(30 + n, `S8c4ed${n}`, 'sits down')),
        ...count(5).map((n) => up(34.05 + n * 0.9, `S44061${n}`, 33)),
        '- Gracefully stopping, waiting for requests to finish',
        ...count(3).map((n) => up(38.6, `S8c4ed${n}`, 8.6 - n)),
      ],
    });
    expect(causesOf(found)).toMatchObject({ S440614: 'proxy-timeout', S8c4ed0: 'deploy-restart', S8c4ed2: 'deploy-restart' });
  });

  const access = (at: number, n: number, life: number): string =>
    `${ip(n)} - - [22/Nov/2026:${clock(at)} +0000] "GET /chat HTTP/1.1" 101 ${700 + n} "-" "okhttp/4.12.0" 505 ${life.toFixed(3)} [prod-chat-8080] [] 10.42.1.9:8080 ${700 + n} ${life.toFixed(3)} 101 a01f310cd862f43b5ae376ec24442${100 + n}`;
  const events = (workload: string): string[] => [
    'LAST SEEN   TYPE      REASON              OBJECT                        MESSAGE',
    `5m0s        Normal    ScalingReplicaSet   deployment/${workload}               Scaled down replica set ${workload}-5d9c7b8f4 to 0 from 1`,
    `5m0s        Normal    Killing             pod/${workload}-5d9c7b8f4-zt8wl      Stopping container ${workload}`,
  ];
  const ends = [...count(3).map((n) => access(30 + n * 9, 20 + n, 11 + n)), ...count(8).map((n) => access(100, n, 12.4 + n * 5.3))];
  const told = (workload: string): Promise<Whole> => report({ 'ingress.log': ends, 'events.txt': events(workload) }, START + 400_000);

  it('of the backend that the proxy names cut what ended in its moment; nobody tells of a close frame, so that it is not confirmed', async () => {
    const { closures } = await told('chat');
    expect(closures.map(({ cause, grade, inferred }) => `${cause} ${grade} ${inferred}`)).toEqual(
      count(8).map(() => 'deploy-restart likely true'),
    );
  });

  it('of another workload cut nothing', async () => {
    expect((await told('mailer')).closures).toEqual([]);
  });
});

describe('two servers', () => {
  const kernel = (at: number, text: string): string => `${iso(at).replace('Z', '+00:00')} node-1 kernel: ${text}`;
  const supervisor = [
    supervisord(0, "INFO spawned: 'control' with pid 56"),
    supervisord(0.1, "INFO spawned: 'ingest' with pid 57"),
    supervisord(24.2, 'INFO waiting for control to stop'),
    supervisord(28.2, "WARN killing 'control' (56) with SIGKILL"),
    supervisord(28.3, 'WARN stopped: control (terminated by SIGKILL)'),
    supervisord(28.4, "INFO spawned: 'control' with pid 91"),
    supervisord(28.6, 'WARN exited: ingest (terminated by SIGKILL; not expected)'),
    supervisord(28.7, "INFO spawned: 'ingest' with pid 92"),
  ];
  const found = report({
    'control.log': [
      listening(0.5),
      ...count(9).map((n) => opened(10 + n, `c${n}`, ip(n))),
      `${iso(24.1)} INFO  [main] SIGTERM received, draining 2 jobs`,
      ...count(3).map((n) => closed(26.3 + n / 1000, `c${n}`, 16.3 - n, ip(n))),
      listening(29),
    ],
    'ingest.log': [listening(0.6), ...count(6).map((n) => opened(12 + n, `g${n}`, ip(20 + n))), listening(29.5)],
    'client-ws.log': [
      ...[3, 4, 5, 6, 7, 8].map((n) => client(28.3, `c${n}`, 18.3 - n, ip(n))),
      ...count(6).map((n) => client(28.52, `g${n}`, 16.5 - n, ip(20 + n))),
    ],
    'kern.log': [
      kernel(
        28.5,
        'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/ingest,task_memcg=/ingest,task=python3,pid=57,uid=0',
      ),
      kernel(
        28.5,
        'Memory cgroup out of memory: Killed process 57 (python3) total-vm:141872kB, anon-rss:122416kB, file-rss:11188kB, shmem-rss:0kB, UID:0 pgtables:320kB oom_score_adj:0',
      ),
    ],
    'supervisord.log': supervisor,
  });

  it('have deaths of their own: by the pid that the supervisor named, and by logs named after programs', async () => {
    const causes = causesOf(await found);
    expect(count(6).map((n) => causes[`g${n}`])).toEqual(count(6).map(() => 'oom'));
    expect([3, 4, 5, 6, 7, 8].map((n) => causes[`c${n}`])).toEqual(count(6).map(() => 'deploy-restart'));
  });

  it('and what a draining one writes of its clients before it is killed was not cut by the kill', async () => {
    const { closures } = await found;
    const drained = closures.filter(({ connection }) => ['c0', 'c1', 'c2'].includes(connection ?? ''));
    expect(drained).toHaveLength(3);
    for (const { cause, grade } of drained) expect([cause, grade]).not.toEqual(['deploy-restart', 'confirmed']);
  });
});

describe('a timer on one client’s path', () => {
  const office = '198.51.100.20';
  // As a corporate proxy does with the clients of one office; a client elsewhere lives on for longer.
  const kiosks = count(8).flatMap((n) => [
    [n, opened(n, `k${n}`, `${office}:40${n}7`)] as const,
    [60.05 + n + n / 300, closed(60.05 + n + n / 300, `k${n}`, 60.05 + n / 300, `${office}:40${n}7`)] as const,
  ]);
  const others = (address: (n: number) => string) =>
    count(9).flatMap((n) => [
      [n + 0.5, opened(n + 0.5, `w${n}`, address(n))] as const,
      [91.5 + n * 7.1, closed(91.5 + n * 7.1, `w${n}`, 91 + n * 6.1, address(n), n < 1 ? 1006 : 1001)] as const,
    ]);
  const log = (address: (n: number) => string): readonly string[] =>
    [...kiosks, ...others(address)].toSorted(([a], [b]) => a - b).map(([, line]) => line);

  it('did not cut what another client had open for longer', async () => {
    const causes = causesOf(await report({ 'app.log': log(ip) }));
    expect([causes['k3'], causes['w0']]).toEqual(['proxy-timeout', 'unknown']);
  });

  it('may have cut what the same client had open for longer', async () => {
    expect(causesOf(await report({ 'app.log': log((n) => `${office}:50${n}3`) }))['w0']).toBe('proxy-timeout');
  });
});

describe('a page that names its connection when it opens', () => {
  it('tells of the same one when it closes, which its telemetry may tell as well', async () => {
    const { closures } = await report({
      'console.log': [
        `${clock(1)}.000 push-v1.js:88 [push] connected e5073f9ab7`,
        `${clock(40)}.000 push-v1.js:112 [push] closed code=1006 wasClean=false after 39.0s, retry in 5s`,
        `${clock(46)}.000 push-v1.js:88 [push] connected ed467880ed`,
        `${clock(99)}.000 push-v1.js:112 [push] closed code=1006 wasClean=false after 53.0s, retry in 5s`,
      ],
      'app.log': [
        opened(1, 'e5073f9ab7', ip(1)),
        closed(40, 'e5073f9ab7', 39, ip(1)),
        opened(46, 'ed467880ed', ip(1)),
        closed(99, 'ed467880ed', 53, ip(1)),
      ],
      'client-ws.log': [client(40.02, 'e5073f9ab7', 39.1, ip(1)), client(99.02, 'ed467880ed', 53.1, ip(1))],
    });
    expect(closures.map(({ connection }) => connection)).toEqual(['e5073f9ab7', 'ed467880ed']);
  });
});

describe('two ids of one connection', () => {
  it('in its open line make one of what the server opened and what its client closed by the other id', async () => {
    const { closures } = await report({
      'compose.log': [
        ...count(6).map((n) =>
          JSON.stringify({ level: 30, time: START + n * 1000, connId: `Mx1Bny9G6${n}`, cid: `cab54d9${n}`, ip: ip(n), msg: 'ws open' }),
        ),
        JSON.stringify({
          level: 30,
          time: START + 9_000,
          connId: 'Mx1Bny9G60',
          cid: 'cab54d90',
          code: 1000,
          durationMs: 9_000,
          msg: 'ws close',
        }),
        JSON.stringify({ level: 60, time: START + 20_000, msg: 'uncaught exception', err: 'Error: boom' }),
      ],
      'client-ws.log': [1, 2, 3, 4, 5].map((n) =>
        JSON.stringify({
          ts: START / 1000 + 20.2 + n / 1000,
          event: 'ws_close',
          cid: `cab54d9${n}`,
          close_code: 1006,
          elapsed_s: 20.2 - n,
        }),
      ),
    });
    expect(closures.map(({ cause, inferred }) => [cause, inferred])).toEqual(count(5).map(() => ['crash', false]));
  });
});

describe('an exception below the line of a close', () => {
  it('is of that close, not of another connection', async () => {
    const lost = (at: number, id: string): readonly string[] => [
      `${iso(at)} [DBG] <Microsoft.AspNetCore.Http.Connections.Internal.Transports.WebSocketsTransport> ${id} Socket connection closed prematurely.`,
      'System.Net.WebSockets.WebSocketException (0x80004005): The remote party closed the WebSocket connection without completing the close handshake.',
      '   at System.Net.WebSockets.ManagedWebSocket.ThrowEOFUnexpected()',
      `${iso(at + 0.004)} [INF] <Desk.Hubs.TicketHub> ${id} Hub disconnected ${id} after ${at}s error=none`,
    ];
    const { closures } = await report({ 'app.log': [...lost(20, 'GaAcq8frSfCq1K8W5muPP0'), ...lost(31, 'HbBdr8frSfCq1K8W5muPP1')] });
    expect(closures.map(({ connection }) => connection)).toEqual(['GaAcq8frSfCq1K8W5muPP0', 'HbBdr8frSfCq1K8W5muPP1']);
  });
});

describe('two servers, of which only one writes its name', () => {
  const journal = (at: number, text: string): string => `${iso(at).replace('Z', '+00:00')} node-1 ${text}`;
  it('may both be stopped: the unit that is stopped need not be called like the one that is named', async () => {
    const found = await report({
      'production.log': [...count(6).map((n) => opened(n, `k${n}`, ip(n))), ...count(6).map((n) => opened(24 + n, `l${n}`, ip(n)))],
      'client-ws.log': count(6).map((n) => client(20.2 + n / 1000, `k${n}`, 20.2 - n, ip(n))),
      'journal.log': [
        ...count(4).map((n) => journal(n, `collab[2210]: ${opened(n, `c${n}`, ip(n))}`)),
        journal(8, 'systemd[1]: Stopping Sidekiq workers for shop...'),
        journal(8.4, 'systemd[1]: Stopped Sidekiq workers for shop.'),
        journal(8.5, 'systemd[1]: Started Sidekiq workers for shop.'),
        journal(20, 'systemd[1]: Stopping Puma application server for shop (1)...'),
        journal(20.3, 'systemd[1]: puma@1.service: Deactivated successfully.'),
        journal(20.3, 'systemd[1]: Stopped Puma application server for shop (1).'),
        journal(23, 'systemd[1]: Started Puma application server for shop (1).'),
        journal(40, `collab[2210]: ${closed(40, 'c0', 40, ip(0), 1001)}`),
      ],
    });
    expect(causesOf(found)).toMatchObject({ k0: 'deploy-restart', k5: 'deploy-restart' });
  });
});

describe('what two logs tell of one death', () => {
  const segfault = (at: number, pid: number): string =>
    `[${(11_500 + at).toFixed(6)}] python3[${pid}]: segfault at 0 ip 00007fa26817f219 sp 00007ffd25f9e438 error 4 in libc.so.6[156219,7fa26804f000+156000] likely on CPU 1 (core 1, socket 0)`;
  const disconnected = (at: number, number: number): string =>
    nginxError(
      at,
      'error',
      `*${number} recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: 127.0.0.1, server: app.example.com, request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:3000/ws", host: "app.example.com"`,
    );
  const app = [listening(0), ...count(6).map((n) => opened(n, `k${n}`, '127.0.0.1')), `${iso(20.1)} INFO  [main] job started`];
  const lost = count(6).map((n) => client(20.2 + n / 1000, `k${n}`, 20.2 - n, ip(n)));

  it('is no more connections than either tells', async () => {
    const found = await report({
      'app.log': [...app, 'Segmentation fault'],
      'client-ws.log': lost,
      'nginx-error.log': count(6).map((n) => disconnected(20, 30 + n)),
    });
    expect(found.closures.map(({ cause }) => cause)).toEqual(count(6).map(() => 'crash'));
  });

  it('is not placed by one of two that fit alike', async () => {
    const found = await report({
      'app.log': [...app, 'Segmentation fault'],
      'client-ws.log': lost,
      'dmesg.txt': [segfault(1, 95), segfault(29.5, 56)],
    });
    expect(found.clocks.some(({ source }) => source === 'dmesg.txt')).toBe(false);
    for (const { detail } of found.closures) expect(detail).not.toContain('pid 95');
  });
});

describe('a line without a stamp', () => {
  const haproxy = (start: number, life: number, flags: string): string =>
    `${ip(1)}:40100 [22/Nov/2026:${clock(start)}.${iso(start).slice(20, 23)}] ws_in ws_nodes/ws1 0/0/0/1/${life * 1000} 101 267 - - ${flags} 8/8/7/7/0 0/0 "GET /ws HTTP/1.1"`;

  it('below one that is stamped with its start was written after its end', async () => {
    const found = await report({
      'haproxy.log': [
        haproxy(10, 16, 'cD--'),
        'Proxy ws_in stopped (cumulated conns: FE: 24, BE: 0).',
        'soft-stop running for too long, performing a hard-stop.',
        'Proxy ws_in hard-stopped (3 remaining conns will be closed).',
        ...count(3).map((n) => haproxy(5 + n, 29 - n, 'K---')),
      ],
    });
    const stop = found.timeline.find(({ what }) => what.startsWith('haproxy'));
    expect(Date.parse(stop?.at ?? '') - START).toBeGreaterThanOrEqual(26_000);
  });
});

describe('nginx’s error log', () => {
  const idle = count(9).map((n) => closed(40 + 3 * n, `k${n}`, 25 + n / 1000, ip(n)));
  const tunnels = count(9).map((n) => tunnel(40 + 3 * n, ip(n), 25.002));
  const says = (level: string, text: string): string =>
    nginxError(
      33,
      level,
      `*47 ${text} while proxying upgraded connection, client: ${ip(40)}, server: app.example.com, request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:3000/ws", host: "app.example.com"`,
    );
  const found = async (line: string): Promise<readonly string[]> => {
    const whole = await report({
      'app.log': [listening(0), opened(5, 'z', ip(20)), ...idle, closed(120, 'z', 115, ip(20), 1000)],
      'nginx-access.log': tunnels,
      'nginx-error.log': [line, nginxError(90, 'notice', 'http file cache: /var/cache/nginx 0.000M, bsize: 4096')],
    });
    return whole.closures.map(({ cause }) => cause);
  };

  it('at level error shows what upstreams do and no timers: that none is named tells nothing', async () => {
    expect(new Set(await found(says('error', 'send() failed (32: Broken pipe)')))).toEqual(new Set(['proxy-timeout']));
  });
});

describe('a reload of the proxy', () => {
  const reloaded = [
    nginxError(20, 'notice', 'signal 1 (SIGHUP) received from 2411, reconfiguring'),
    nginxError(20, 'notice', 'gracefully shutting down'),
  ];
  const cut = async (lives: readonly number[]): Promise<readonly string[]> => {
    const found = await report({
      'client-ws.log': lives.map((life, n) => client(32 + n / 1000, `k${n}`, life, ip(n))),
      'nginx-error.log': [...reloaded, nginxError(80, 'warn', 'an upstream response is buffered to a temporary file')],
    });
    return found.closures.map(({ cause }) => cause);
  };

  it('cuts what was open before it', async () => {
    expect(new Set(await cut([13.1, 14.2, 15.9, 17.4, 20.6, 24.8]))).toEqual(new Set(['deploy-restart']));
  });

  it('cut none of those that ended together when most of them had opened after it', async () => {
    expect(await cut([12.6, 7.5, 7.8, 8.1, 8.4, 8.9])).not.toContain('deploy-restart');
  });
});

describe('reloads of an ingress controller whose settings no log shows', () => {
  const reloadedAt = (at: number): string => `I1122 ${iso(at).slice(11, 23)}000       7 controller.go:176] "Backend successfully reloaded"`;
  const found = async (delays: readonly number[]): Promise<readonly string[]> => {
    const times = delays.map((_, n) => 300 + 500 * n);
    const { closures } = await report({
      'controller.log': times.map(reloadedAt),
      'browser.log': times.flatMap((at, n) => [
        `${iso(at - 100)} open wss://a.example.com/ws`,
        `${iso(at + (delays[n] ?? 0))} close code=1006 reason="" wasClean=false`,
      ]),
    });
    return closures.map(({ cause }) => cause);
  };

  it('cut what ends as long after each of them', async () => {
    expect(await found([26, 29, 32])).toEqual(['deploy-restart', 'deploy-restart', 'deploy-restart']);
  });

  it('cut nothing that ends now sooner, now later', async () => {
    expect(await found([26, 80, 170])).not.toContain('deploy-restart');
    expect(await found([26, 29])).not.toContain('deploy-restart');
  });
});

describe('a name that stands in the URL of another connection', () => {
  const cut = (end: number, id: string, n: number): string =>
    `${ip(n)}:4010${n} [22/Nov/2026:${iso(end - 20).slice(11, 23)}] ws_in ws_nodes/ws1 0/0/0/1/20003 101 267 - - cD-- 8/8/7/7/0 0/0 "GET /ws?cid=${id}&room=zed4711 HTTP/1.1"`;

  it('does not make that one its own: both logs know it by an id', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        closed(30.01, 'k0aa', 20, ip(0)),
        closed(60.01, 'zed4711', 3.2, ip(9)),
        closed(60.2, 'k1aa', 20.2, ip(1)),
        closed(90, 'z', 85, ip(8), 1000),
      ],
      'haproxy.log': [cut(30, 'k0aa', 0), cut(60, 'k1aa', 1)],
    });
    expect(causesOf(found)).toMatchObject({ k0aa: 'proxy-timeout', k1aa: 'proxy-timeout' });
    expect(found.closures.find(({ connection }) => connection === 'zed4711')?.evidence.map(({ source }) => source)).not.toContain(
      'haproxy.log',
    );
  });
});

describe('records of uvicorn, which have no stamp', () => {
  const stray = [
    'INFO:     Started server process [603]',
    ...count(6).flatMap((n) => [
      `INFO:     127.0.0.1:${44_000 + n} - "WebSocket /updates?k=k${n}1ae85&ticket=t9ca5f${n}" [accepted]`,
      'INFO:     connection open',
    ]),
    ...count(3).map(() => 'INFO:     connection closed'),
    'INFO:     127.0.0.1:44438 - "WebSocket /updates?k=r5067515&ticket=xfaa552" 403',
    'INFO:     connection rejected (403 Forbidden)',
    'Fatal Python error: Aborted',
  ];
  const found = report(
    {
      'client-ws.log': [...count(6).map((n) => client(20.003, `k${n}1ae85`, 20.2 - 3 * n, ip(n))), refused(12, 'r5067515', 0.004, ip(7))],
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'updates' with pid 603"),
        supervisord(21.004, 'WARN exited: updates (terminated by SIGABRT; not expected)'),
        supervisord(22.01, "INFO spawned: 'updates' with pid 711"),
      ],
      'uvicorn.log': stray,
    },
    START + 70_000,
  );

  it('are not taken for what happened at some other time, and supervisord tells of the death a second late', async () => {
    expect(causesOf(await found)).toMatchObject({ k01ae85: 'crash', k51ae85: 'crash' });
  });

  it('are of the connection whose id stands in their URL, whatever the parameter is called', async () => {
    expect((await found).closures.filter(({ cause }) => cause === 'handshake-failure').map(({ connection }) => connection)).toEqual([
      'r5067515',
    ]);
  });
});

describe('a record of one connection', () => {
  const library = (at: number): string => `${iso(at)} INFO  [uvicorn.error] connection closed`;

  it('in HAProxy’s TCP log is found by its life: one line, one connection', async () => {
    const lives = [14.01, 14, 14, 14.002];
    const ends = [20.56, 20.98, 21.48, 21.99];
    const tcp = (end: number, life: number, port: number): string => {
      const start = iso(end - life);
      return `127.0.0.1:${port} [22/Nov/2026:${start.slice(11, 23)}] fleet fleet/d1 1/0/${Math.round(life * 1000)} 129 cD 12/12/11/11/0 0/0`;
    };
    const found = await report({
      'app.log': [
        listening(0),
        ...ends.map((at) => `${iso(at).slice(0, 19)}Z info: device detached, close code 1006, session lasted 14.0s`),
        `${iso(40).slice(0, 19)}Z info: device detached, close code 1000, session lasted 9.0s`,
      ],
      'client-ws.log': ends.map((at, n) => client(at, `k${n}`, lives[n] ?? 0, ip(n))),
      'haproxy.log': ends.map((at, n) => tcp(at, (lives[n] ?? 0) + 0.003, 33_800 + n)),
    });
    expect(found.closures.map(({ cause, grade }) => [cause, grade])).toEqual(count(4).map(() => ['proxy-timeout', 'confirmed']));
  });

  it('has the age that a field writes, not the difference of whole seconds', async () => {
    const lives = [17.294, 17.765, 17.6, 17.206];
    const found = await report({
      'app.log': [
        listening(0),
        ...lives.map((life, n) => opened(Math.floor(20 + 7 * n - life), `k${n}`, ip(n)).replace('.000Z', 'Z')),
        ...lives.map((_, n) => `${iso(20 + 7 * n).slice(0, 19)}Z WARN  [ws] connection closed id=k${n} code=1006`),
      ],
      'client-ws.log': lives.map((life, n) => client(20 + 7 * n, `k${n}`, life, ip(n))),
    });
    expect(found.closures.map(({ durationMs }) => durationMs)).toEqual(lives.map((life) => Math.round(life * 1000)));
  });

  it('that the server refused with a code is no other’s that broke off', async () => {
    const died = (at: number, life: number, why: string): string => `${iso(at)} WARN  [hub] sensor down after ${life} s: ${why}`;
    const found = await report({
      'hub.log': [
        listening(0),
        died(20.1, 19.01, 'sent 1009 (message too big); no close frame received'),
        ...[20.4, 23.1, 26.2].map((at) => died(at, 19.01, 'no close frame received or sent')),
        died(60, 9.2, 'received 1000 (OK); then sent 1000 (OK)'),
      ],
      'client-ws.log': [20.4, 23.1, 26.2].map((at, n) => client(at, `k${n}`, 19.01, ip(n))),
    });
    expect(found.closures.map(({ codes }) => codes)).toEqual(count(3).map(() => ({ client: 1006, server: 1006 })));
  });

  it('is another one’s where the next line names another client', async () => {
    const rum = (at: number, id: string): string =>
      `${iso(at)} rum ws client=${id} failed to connect: Error during WebSocket handshake: Unexpected response code: 503 (close code 1006)`;
    const found = await report({ 'rum.log': [rum(20, 'd48fc0e9'), rum(20.037, '08e63a1d'), rum(26, 'cdec9a97')] });
    expect(found.closures.map(({ connection }) => connection)).toEqual(['d48fc0e9', '08e63a1d', 'cdec9a97']);
  });

  it('is the refusal and the close that its client writes right after it', async () => {
    const found = await report({
      'device.log': count(3).flatMap((n) => [
        `${iso(10 + n * 3)} ERROR ws error "Unexpected server response: 403"`,
        `${iso(10 + n * 3)} INFO  ws closed code=1006`,
      ]),
    });
    expect(found.closures.map(({ cause }) => cause)).toEqual(count(3).map(() => 'handshake-failure'));
  });

  it('is what the browser writes, then the page of its events, and then the page itself', async () => {
    const { closures } = await report({
      'console.log': count(3).flatMap((n) => [
        `${iso(10 + n * 3)} WebSocket connection to 'wss://vnc.example.com/' failed: Error in connection establishment: net::ERR_CONNECTION_RESET`,
        `${iso(10 + n * 3)} WebSocket on-close event`,
        `${iso(10 + n * 3)} Msg: Server disconnected (code: 1006)`,
      ]),
    });
    expect(closures.map(({ cause }) => cause)).toEqual(count(3).map(() => 'handshake-failure'));
  });

  it('is told once by the application and once, without a name, by its library: before or behind it', async () => {
    const found = await report({
      'app.log': [
        `${iso(0)} INFO  [app] listening on 127.0.0.1:3000`,
        ...count(4).map((n) => `${iso(1 + n)} INFO  [app] open stream=a${n}f21c07`),
        ...count(2).flatMap((n) => [
          `${iso(30 + n * 9)} INFO  [app] close stream=a${n}f21c07 code=1006 lived=${29 + n * 8}.00s`,
          library(30.001 + n * 9),
        ]),
        ...[2, 3].flatMap((n) => [
          library(30 + n * 9),
          `${iso(30.002 + n * 9)} INFO  [app] close stream=a${n}f21c07 code=1000 lived=${29 + n * 8}.00s`,
        ]),
        library(80),
      ],
    });
    expect(found.summary).toMatchObject({ closures: 2, cleanClosures: 2, unjudgedClosures: 1 });
  });

  it('is told once with no more than its client’s address, and once by the error of its read', async () => {
    const line = (at: number, ip: string, text: string): string => `${iso(at)} DEBUG ${ip} WebSocket ${text}`;
    const { closures } = await report({
      'ntfy.log': [
        line(1, ip(1), 'connection opened'),
        line(2, ip(2), 'connection opened'),
        line(60, ip(2), 'connection closed'),
        line(60, ip(1), 'connection closed'),
        line(60, ip(1), `error: read tcp 172.17.0.14:80->${ip(1)}:55992: i/o timeout`),
        line(60.01, ip(2), `error: read tcp 172.17.0.14:80->${ip(2)}:55993: i/o timeout`),
      ],
    });
    expect(closures).toMatchObject([
      { cause: 'network', grade: 'likely' },
      { cause: 'network', grade: 'likely' },
    ]);
  });

  it('is the end that a heartbeat without a name is followed by', async () => {
    const found = await report({
      'app.log': [
        listening(0),
        ...count(3).map((n) => opened(n, `k${n}`, ip(n))),
        ...count(3).map((n) => `${iso(20 + n * 4)} WARN  [ws] no pong in time, dropping a device`),
        ...count(3).map((n) => closed(20.1 + n * 4, `k${n}`, 20.1 + 3 * n, ip(n))),
        opened(30, 'z', ip(8)),
        closed(60, 'z', 30, ip(8), 1000),
      ].sort(),
    });
    expect(causesOf(found)).toMatchObject({ k0: 'network', k1: 'network', k2: 'network' });
  });
});

describe('a runtime’s last words without a stamp', () => {
  it('are those of the end that came of them', async () => {
    const found = await report(
      {
        'devices.log': [
          listening(0),
          ...count(5).map((n) => opened(n, `k${n}`, ip(n))),
          ...count(5).map((n) => opened(30 + n, `l${n}`, ip(n))),
          listening(21),
        ].sort(),
        'devices-error.log': [
          '<--- Last few GCs --->',
          '',
          'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        ],
        'client-ws.log': [
          ...count(5).map((n) => client(20.3, `k${n}`, 20.3 - n, ip(n))),
          ...count(5).map((n) => client(50.3, `l${n}`, 20.3 - n, ip(n))),
        ],
        'pm2.log': [
          [20, '0] via signal [SIGABRT'],
          [50, '1] via signal [SIGINT'],
        ].flatMap(([at, how]) => [
          `${iso(Number(at)).slice(0, 19)}: PM2 log: App [devices:0] exited with code [${how}]`,
          `${iso(Number(at)).slice(0, 19)}: PM2 log: App [devices:0] starting in -fork mode-`,
          `${iso(Number(at)).slice(0, 19)}: PM2 log: App [devices:0] online`,
        ]),
      },
      START + 70_000,
    );
    expect(causesOf(found)).toMatchObject({ k0: 'oom', k4: 'oom', l0: 'crash', l4: 'crash' });
  });
});

describe('closures of no known cause', () => {
  it('of two moments are two incidents', async () => {
    const found = await report({
      'client-ws.log': [10, 60].flatMap((at) => count(6).map((n) => client(at + n / 1000, `k${at}-${n}`, at / 2 + n * 0.7, ip(n)))),
    });
    expect(found.incidents.map(({ cause, closures }) => [cause, closures])).toEqual([
      ['unknown', 6],
      ['unknown', 6],
    ]);
  });
});

describe('what is older than a connection', () => {
  const lost = count(6).map((n) => client(46 + n / 1000, `k${n}`, 8.766 - n / 4, ip(n)));
  const passed = count(6).map((n) => tunnel(46, ip(n), 8.766 - n / 4));
  const reload = (gone: number): readonly string[] => [
    nginxError(35, 'notice', 'signal 1 (SIGHUP) received from 22447, reconfiguring'),
    nginxError(35, 'notice', 'start worker process 23134'),
    '2026/11/22 20:00:35 [notice] 22581#22581: gracefully shutting down',
    ...(gone === 0 ? [] : [nginxError(gone, 'notice', 'worker process 22581 exited with code 0')]),
  ];
  const of = async (logs: Logs | Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> =>
    (await report(logs as Readonly<Record<string, readonly string[]>>)).closures.map(({ cause }) => cause);

  it('is no reload that it came after', async () => {
    expect(await of({ 'client-ws.log': lost, 'nginx-access.log': passed, 'nginx-error.log': reload(0) })).not.toContain('deploy-restart');
  });

  it('and a reload cuts nothing after its last old worker is gone', async () => {
    const old = count(6).map((n) => client(52 + n / 1000, `k${n}`, 40.766 - n, ip(n)));
    const logs = { 'client-ws.log': old, 'nginx-access.log': count(6).map((n) => tunnel(52, ip(n), 40.766 - n)) };
    expect(await of({ ...logs, 'nginx-error.log': reload(0) })).toContain('deploy-restart');
    expect(await of({ ...logs, 'nginx-error.log': reload(40) })).not.toContain('deploy-restart');
  });

  it('is no death either', async () => {
    const found = await report({
      'app.log': [listening(0), ...count(6).map((n) => opened(23 + n / 10, `k${n}`, ip(n)))],
      'client-ws.log': count(6).map((n) => client(26, `k${n}`, 2.9 - n / 10, ip(n))),
      'supervisord.log': [
        supervisord(0, "INFO spawned: 'app' with pid 56"),
        supervisord(20.4, 'WARN exited: app (terminated by SIGSEGV; not expected)'),
      ],
    });
    expect(found.closures.map(({ cause }) => cause)).not.toContain('crash');
  });
});

describe('a refused upgrade', () => {
  it('is that of the client whose name its path carries, whatever else happened then', async () => {
    const found = await report({
      'client-ws.log': [
        ...count(6).map((n) => client(36, `k${n}`, 30 - n, ip(n))),
        client(37, 'u002015', 0, ip(9)).replace(',"elapsed_s":0', ''),
      ],
      'nginx-access.log': [
        ...count(6).map((n) => tunnel(36, ip(n), 30 - n)),
        `${ip(9)} - - [22/Nov/2026:${clock(37)} +0000] "GET /ws?id=u002015 HTTP/1.1" 502 314 "-" "Mozilla/5.0"`,
      ],
      'nginx-error.log': [
        nginxError(35, 'notice', 'signal 1 (SIGHUP) received from 22447, reconfiguring'),
        nginxError(
          37,
          'error',
          `*64 connect() failed (111: Connection refused) while connecting to upstream, client: ${ip(9)}, server: , request: "GET /ws?id=u002015 HTTP/1.1", upstream: "http://127.0.0.1:23081/ws?id=u002015", host: "127.0.0.1:23080"`,
        ),
      ],
    });
    expect(causesOf(found)['u002015']).toBe('handshake-failure');
  });
});

describe('a server that is up again', () => {
  it('is stopped no more: a kill of the new process is a death of its own', async () => {
    const syslog = (at: number, text: string): string => `${iso(at).replace('Z', '+00:00')} web-1 systemd[1]: ${text}`;
    const found = await report({
      'ticker.log': [
        listening(0),
        ...count(6).map((n) => opened(10 + n, `k${n}`, ip(n))),
        `${iso(20)} INFO  [main] SIGTERM received, shutting down`,
        listening(23),
        ...count(6).map((n) => opened(24 + n / 10, `l${n}`, ip(n))),
        listening(33),
      ],
      'client-ws.log': [
        ...count(6).map((n) => client(20.07, `k${n}`, 10.07 - n, ip(n))),
        ...count(6).map((n) => client(31.4, `l${n}`, 7.4 - n / 10, ip(n))),
      ],
      syslog: [
        syslog(31.4, 'ticker.service: Main process exited, code=killed, status=9/KILL'),
        syslog(31.41, "ticker.service: Failed with result 'signal'."),
      ],
    });
    expect(causesOf(found)).toMatchObject({ k0: 'deploy-restart', k5: 'deploy-restart', l0: 'crash', l5: 'crash' });
  });
});

describe('a close without a time that can be read', () => {
  it('is part of no moment, rules nothing out and is not confirmed', async () => {
    const found = await report(
      {
        'desk.log': [0, 1, 2, 3, 4, 5, 6].map(
          (n) => `connection closed id=k${n} ip=${ip(n)} code=1006 reason="" duration=${10 + n * 3}.3s`,
        ),
        'app.log': [listening(0), `${iso(3_000)} INFO  [main] SIGTERM received, shutting down`],
      },
      START + 3_600_000,
    );
    expect(found.closures.length).toBe(7);
    for (const { cause, grade, ruledOut } of found.closures) expect([cause, grade, ruledOut]).toEqual(['unknown', 'unknown', []]);
  });

  const died = (at: number): readonly string[] => [
    `panic: assignment to entry in nil map ${at}`,
    '',
    'goroutine 7 [running]:',
    'main.main()',
  ];
  const command = ['Error: websocket: close 1006 (abnormal closure): unexpected EOF'];

  it('of a client alone is possibly of the only death that its logs tell of', async () => {
    const { closures } = await report({ 'lxc.out': command, 'app.log': [listening(0), opened(1, 'k1', ip(1)), ...died(1)] }, START);
    expect(closures).toMatchObject([{ cause: 'crash', grade: 'possible' }]);
  });

  it('of a client alone is one of those that a death took, where it took any', async () => {
    const logs = [listening(0), opened(1, 'k1', ip(1)), opened(2, 'k2', ip(2)), closed(9, 'k2', 7, ip(2), 1000), ...died(1)];
    const { closures } = await report({ 'lxc.out': command, 'app.log': logs }, START);
    expect(closures).toMatchObject([{ connection: 'k1', cause: 'crash', codes: { client: 1006 } }]);
  });

  it('is of none of several', async () => {
    const logs = [listening(0), opened(1, 'k1', ip(1)), ...died(1), listening(900), opened(901, 'k2', ip(1)), ...died(2)];
    const { closures } = await report({ 'lxc.out': command, 'app.log': logs }, START);
    expect(closures).toMatchObject([{ grade: 'unknown' }]);
  });
});

describe('a client that can reach nothing', () => {
  const line = (at: number, text: string): string => `${iso(at)} WARNING [hass_nabucasa.iot] ${text}`;
  const closes = line(100, 'Connection closed: Closed by server. None (1006)');
  const unreachable = 'Unable to connect: Cannot connect to host cloud.example.com:443 ssl:default [Network unreachable]';

  it('right after the end may have lost its network before', async () => {
    const { closures } = await report({ 'home.log': [closes, line(110, unreachable)] });
    expect(closures).toMatchObject([{ cause: 'network' }]);
  });

  it('and said so minutes before tells nothing by saying it again', async () => {
    const { closures } = await report({ 'home.log': [line(-200, unreachable), closes, line(110, unreachable)] });
    expect(closures).toMatchObject([{ grade: 'unknown' }]);
  });
});

describe('a process that erred', () => {
  const lines = (signal: string): readonly string[] => [
    nginxError(40, 'alert', `worker process 31 exited on signal ${signal}`),
    nginxError(40, 'notice', 'start worker process 45'),
  ];
  const page = (at: number, what: string): string => `${iso(at)} wss://push.example.com/sub/w7QkP2aa ${what}`;
  const kiosk = [page(1, 'open'), page(40.3, 'closed: code=1006 reason="" wasClean=false'), page(42, 'open')];

  it('was a proxy’s worker, and nobody stopped that proxy', async () => {
    const { closures } = await report({ 'error.log': lines('11 (core dumped)'), 'kiosk.log': kiosk });
    expect(closures).toMatchObject([{ cause: 'crash', hop: 'nginx' }]);
  });

  it('may have been stopped where it was killed', async () => {
    const { closures } = await report({ 'error.log': lines('9'), 'kiosk.log': kiosk });
    expect(closures).toMatchObject([{ grade: 'unknown' }]);
  });

  it('is that of the only log in which a server says that it came up', async () => {
    const { closures } = await report({
      'catalina.out': [
        `${iso(1)} INFO [main] org.apache.coyote.AbstractProtocol.start Starting ProtocolHandler ["http-nio-8080"]`,
        `${iso(40)} SEVERE [http-nio-8080-exec-4] org.apache.coyote.AbstractProtocol Failed to complete processing of a request`,
        '\tjava.lang.OutOfMemoryError: Java heap space',
        '\t\tat java.nio.ByteBuffer.allocate(ByteBuffer.java:335)',
      ],
      'page.log': [page(1, 'open'), page(40.3, 'closed: code=1006 reason="" wasClean=false')],
    });
    expect(closures).toMatchObject([{ cause: 'oom' }]);
  });

  it('is the one of which a shell writes no more than the signal, beside the banner of a server', async () => {
    const { closures } = await report(
      {
        syslog: [
          'Nov 22 20:00:40 vps kernel: [48211.337201] Killed process 2214 (node) total-vm:1512340kB, anon-rss:402112kB, file-rss:0kB',
        ],
        'server.out': ['web listening on port 64080', 'Killed'],
        'page.log': [`${iso(1)} [ws] open wss://irc.example.org/p/socket`, `${iso(40.5)} [ws] close code=1006 reason= wasClean=false`],
      },
      START + 90 * 86_400_000,
    );
    expect(closures).toMatchObject([{ cause: 'oom' }]);
  });
});

describe('a Python traceback that begins inside a library', () => {
  const traceback = [
    'Unexpected exception in keepalive ping task',
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3.6/site-packages/websockets/protocol.py", line 1130, in keepalive_ping',
    '    ping_waiter = await self.ping()',
    'TimeoutError: [Errno 110] Connection timed out',
  ];
  const line = (at: number, text: string): string => `${iso(at)} ERROR [ws] ${text}`;
  const abnormal = 'ConnectionClosedError: code = 1006 (connection closed abnormally [internal]), no reason';

  it('was caught by it: no crash, and the end right behind it came of its error', async () => {
    const { closures } = await report({ 'app.log': [line(20, 'Loop error'), ...traceback, line(20.01, abnormal)] });
    expect(closures).toMatchObject([{ cause: 'network' }]);
  });

  it('is the direct cause of the exception that its chain ends with', async () => {
    const { closures } = await report({
      'app.log': [
        line(20, 'Error in connection handler'),
        ...traceback.slice(1),
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/usr/lib/python3.8/site-packages/websockets/legacy/protocol.py", line 803, in ensure_open',
        '    raise self.connection_closed_exc()',
        `websockets.exceptions.${abnormal}`,
      ],
    });
    expect(closures).toMatchObject([{ cause: 'network', grade: 'likely' }]);
  });
});

describe('deaths of a program that no server log is known to be of', () => {
  it('are told apart by their moments: one after the other they are one server', async () => {
    const pm2 = (at: number, text: string): string => `${iso(at).slice(0, 19)}: PM2 log: ${text}`;
    const found = await report({
      'client-ws.log': [
        ...count(6).map((n) => client(20.3 + n / 1000, `k${n}`, 12.3 - n, ip(n))),
        ...count(6).map((n) => client(30.2 + n / 1000, `l${n}`, 8.2 - n, ip(n))),
      ],
      'pm2.log': [
        [20, '0] via signal [SIGSEGV'],
        [30, '0] via signal [SIGABRT'],
      ].flatMap(([at, how]) => [
        pm2(Number(at), `App [board:0] exited with code [${how}]`),
        pm2(Number(at) + 1, 'App [board:0] starting in -fork mode-'),
        pm2(Number(at) + 1, 'App [board:0] online'),
      ]),
    });
    expect(causesOf(found)).toMatchObject({ k0: 'crash', l0: 'crash' });
  });

  it('are the server’s when the one client loses its connection each time', async () => {
    const rolled = (at: number, set: string): readonly string[] => [
      `${iso(at).slice(0, 19)}Z   Normal   ScalingReplicaSet   deployment/hub   Scaled down replica set hub-${set} to 0`,
      `${iso(at).slice(0, 19)}Z   Normal   Killing   pod/hub-${set}-q2x9p   Stopping container main`,
    ];
    const lost = (at: number): string => `${iso(at)} closed (code=1006). Reconnecting in 1000ms...`;
    const grades = async (...ends: readonly number[]): Promise<readonly string[]> => {
      const { closures } = await report({
        'events.log': [...rolled(100, '7c64d9fd8b'), ...rolled(900, '6d9f7b8c55')],
        'relay.log': ends.map(lost),
      });
      return closures.map(({ cause, grade }) => `${cause} ${grade}`);
    };
    expect(await grades(130.9, 930.7)).toEqual(['deploy-restart likely', 'deploy-restart likely']);
    expect(await grades(130.9, 500)).not.toContain('deploy-restart likely');
  });

  it('are the server’s when the log of its errors lies beside the server’s own', async () => {
    const found = await report({
      'logs/desk-api.log': [listening(0), ...count(6).map((n) => opened(n, `k${n}`, ip(n)))],
      'logs/desk-api.err': [
        `${iso(20.1)} ERROR [main] Uncaught exception: TypeError: Cannot read properties of undefined (reading 'length')`,
      ],
      'client-ws.log': count(6).map((n) => client(20.2 + n / 1000, `k${n}`, 20.2 - n, ip(n))),
    });
    expect(causesOf(found)).toMatchObject({ k0: 'crash', k5: 'crash' });
  });

  it('may be of another instance of the server’s program', async () => {
    const found = await report({
      'relay3.log': [
        listening(0),
        ...count(6).map((n) => opened(n, `c${n}`, ip(n))),
        `${iso(40)} INFO  [main] SIGTERM received, shutting down`,
      ],
      'client-ws.log': [
        ...count(6).map((n) => client(20.1 + n / 1000, `a${n}`, 15 - n * 1.3, ip(20 + n))),
        ...count(6).map((n) => client(30.1 + n / 1000, `b${n}`, 19 - n * 1.7, ip(30 + n))),
        ...count(6).map((n) => client(40.1, `c${n}`, 40.1 - n, ip(n))),
      ],
      'supervisord.log': [1, 2, 3].flatMap((n) => [
        supervisord(10 * n + 10, `INFO waiting for relay${n} to stop`),
        supervisord(10 * n + 10.2, `WARN stopped: relay${n} (terminated by SIGTERM)`),
        supervisord(10 * n + 10.3, `INFO spawned: 'relay${n}' with pid 4${n}`),
      ]),
    });
    expect(causesOf(found)).toMatchObject({ a0: 'deploy-restart', b0: 'deploy-restart', c0: 'deploy-restart' });
  });
});

describe('a server that starts anew without a word of a stop', () => {
  const logs = (...words: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
    'app.log': [
      listening(0),
      ...count(6).map((n) => opened(n, `k${n}`, ip(n))),
      listening(24),
      opened(26, 'z', ip(8)),
      ...words,
      closed(60, 'z', 34, ip(8), 1000),
    ],
    'client-ws.log': count(6).map((n) => client(20.2 + n / 1000, `c${n}`, 20.2 - n, ip(n))),
    'nginx-error.log': [
      nginxError(
        21,
        'error',
        `*64 connect() failed (111: Connection refused) while connecting to upstream, client: ${ip(9)}, server: , request: "GET /ws HTTP/1.1", upstream: "http://127.0.0.1:3000/ws", host: "127.0.0.1:80"`,
      ),
    ],
  });

  it('likely crashed where its log has such words of another stop', async () => {
    const { closures } = await report(logs(`${iso(60)} INFO  [main] SIGTERM received, shutting down`));
    expect(new Set(closures.map(({ cause, grade }) => `${cause} ${grade}`))).toEqual(new Set(['crash likely']));
  });

  it('may have been told to stop where its log never says so', async () => {
    for (const { cause } of (await report(logs())).closures) expect(cause).toBe('unknown');
  });
});

describe('HAProxy’s word for an idle tunnel', () => {
  const ended = (at: number, life: number, n: number): string =>
    `${ip(n)}:4010${n} [22/Nov/2026:${iso(at - life).slice(11, 23)}] ws_in ws_nodes/ws1 0/0/0/1/${Math.round(life * 1000)} 101 267 - - cD-- 8/8/7/7/0 0/0 "GET /ws?conn=idle-100${n} HTTP/1.1"`;
  const gaveUp = (at: number, id: string, life: number): string =>
    `${iso(at)} WARN  [ws] connection closed id=${id} code=1006 duration=${life}s error="read tcp 10.0.0.5:9000->10.0.0.1:4010: i/o timeout"`;
  const lives = [25.1, 30.2, 41.3, 52.4];
  const behind = (late: number): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...lives.map((life, n) => gaveUp(70 + 3 * n, `idle-100${n}`, life)),
        ...count(6).map((n) => closed(120, `o${n}`, 100, ip(20 + n), 1000)),
      ],
      'haproxy.log': lives.map((life, n) => ended(70 + 3 * n + late, life + late, n)),
    });

  it('is also that for a client that does not answer when the server has closed: the server’s heartbeat came first', async () => {
    expect((await behind(5.01)).closures.map(({ cause }) => cause)).toEqual(lives.map(() => 'network'));
  });
  it('stands when the server noticed in that moment', async () => {
    expect((await behind(0.01)).closures.map(({ cause }) => cause)).not.toContain('network');
  });
});

describe('a log that holds several ECS tasks', () => {
  const task = (n: number): string => `${n}`.repeat(32);
  const written = (at: number, n: number, fields: object): string =>
    `${iso(at).slice(0, 23)}000+00:00 ecs/app/${task(n)} ${JSON.stringify({ level: 'info', ...fields })}`;
  const stopped = (at: number, n: number, reason: object): string =>
    JSON.stringify({
      taskArn: `arn:aws:ecs:eu-central-1:123456789012:task/prod/${task(n)}`,
      group: 'service:chat',
      lastStatus: 'STOPPED',
      containers: [{ name: 'app', exitCode: 137, ...reason }],
      stopCode: 'EssentialContainerExited',
      executionStoppedAt: iso(at),
    });

  it('loses the connections of that task alone which ran out of memory', async () => {
    const found = await report({
      'app.log': [
        ...count(6).map((n) => written(n, 1 + (n % 2), { message: 'socket open', connId: `k${n}` })),
        written(100, 2, { message: 'socket closed', connId: 'z', code: 1000 }),
      ],
      'tasks.json': [stopped(50, 1, { reason: 'OutOfMemoryError: Container killed due to memory usage' })],
    });
    expect(found.closures.map(({ connection, cause }) => `${connection} ${cause}`).sort()).toEqual(['k0 oom', 'k2 oom', 'k4 oom']);
  });
});

describe('a log that was exported with the newest first', () => {
  const row = (at: number, message: string): string => `"${iso(at)}","chat-1","${message}"`;

  it('tells by its stamps what a stop cut', async () => {
    const rows = [
      row(10, 'INFO [main] listening on 0.0.0.0:3000'),
      row(30.1, 'INFO [main] SIGTERM received, shutting down'),
      ...count(6).map((n) => row(30.13 + n / 1000, `WARN [ws] closed conn=k${n} code=1006 ip=${ip(n)} after ${9_000 + n * 1_700} ms`)),
      row(32, 'INFO [main] listening on 0.0.0.0:3000'),
      row(60, `INFO [ws] closed conn=z code=1000 ip=${ip(9)} after 20000 ms`),
    ];
    const found = await report({ 'export.csv': ['TimeGenerated [UTC],PodName_s,Log_s', ...rows.toReversed()] });
    expect(causesOf(found)).toMatchObject({ k0: 'deploy-restart', k5: 'deploy-restart' });
  });
});

describe('a proxy that would name its timer', () => {
  const frontDoor = (at: number, id: string, life: number, originName: string): string =>
    JSON.stringify({
      time: iso(at),
      category: 'FrontDoorAccessLog',
      properties: {
        httpMethod: 'GET',
        httpVersion: '1.1',
        requestUri: `https://chat.example.com:443/ws?sid=${id}`,
        clientIp: '198.51.100.7',
        timeTaken: `${life}`,
        requestProtocol: 'WSS',
        httpStatusCode: '101',
        originName,
        originIp: '20.103.88.14:443',
        errorInfo: 'NoError',
        trackingReference: id,
      },
    });
  const ends = count(8).map((n) => ({ at: 300 + n * 41, id: `9f3c2a7e51b0d4${n}8`, life: 240.1 + n / 100 }));
  const through = (originName: string): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...ends.map(({ at, id, life }) => closed(at, id, life, '20.103.88.1')),
        closed(700, 'z', 33, '20.103.88.1', 1000),
      ],
      'front-door.json': ends.map(({ at, id, life }) => frontDoor(at, id, life, originName)),
    });

  it('names none of a platform’s ingress behind it', async () => {
    const { closures } = await through('chat.gentlesea-3c1d9f20.westeurope.azurecontainerapps.io:443');
    expect(new Set(closures.map(({ cause }) => cause))).toEqual(new Set(['proxy-timeout']));
    const bare = (await through('chat.example.net:443')).closures;
    expect(Math.max(...bare.filter(({ cause }) => cause === 'proxy-timeout').map(({ confidence }) => confidence), 0)).toBeLessThan(
      closures[0]?.confidence ?? 0,
    );
  });
});

describe('a target that ECS takes out of its target group', () => {
  const alb = (at: number, life: number, n: number, target: string): string =>
    `wss ${iso(at)} app/edge/50dc6c495c0c9188 ${ip(n)}:2875${n} ${target}:8080 0.000 0.002 0.000 101 101 630 472 "GET https://app.example.com:443/ws?conn=k${n} HTTP/1.1" "Mozilla/5.0" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/chat/6d0ecf831eec9f09 "Root=1-6a4cce25-8ee9334c68930d9b3e5fd7bb" "app.example.com" "-" 10 ${iso(at - life)} "forward" "-" "-" "${target}:8080" "101" "-" "-" TID_1`;
  const service = (at: number, message: string): string => `{"createdAt":"${iso(at)}","message":"(service chat) ${message}"}`;
  const task = (at: number): string =>
    `{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/prod/9f0c2d7be1a84d2f8c7a1b6e5d3f4a21","group":"service:chat","lastStatus":"STOPPED","containers":[{"name":"chat","exitCode":0,"networkInterfaces":[{"privateIpv4Address":"10.20.11.47"}]}],"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1)","stoppingAt":"${iso(at)}","stoppedAt":"${iso(at + 2)}"}`;
  const lives = [160.2, 150.3, 145.1, 133.7, 128.8, 121.5, 119.4, 112.6];
  const cutAt = async (target: string): Promise<Whole> =>
    report({
      'app.log': [
        listening(0),
        ...lives.map((life, n) => closed(180 + n / 50, `k${n}`, life, ip(n))),
        ...count(4).map((n) => closed(240 + 9 * n, `o${n}`, 50 + 7 * n, ip(20 + n), 1000)),
      ],
      'alb.log': lives.map((life, n) => alb(180 + n / 50, life, n, target)),
      'service.ndjson': [
        service(120, 'deregistered 1 targets in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/chat/6d)'),
        service(184, 'has stopped 1 running tasks: (task 9f0c2d7be1a84d2f8c7a1b6e5d3f4a21).'),
      ],
      'task.ndjson': [task(184)],
    });

  it('loses what is left of its connections right before its task is stopped', async () => {
    expect(new Set(Object.values(causesOf(await cutAt('10.20.11.47'))))).toEqual(new Set(['deploy-restart']));
  });
  it('takes none of another target’s along', async () => {
    expect(Object.values(causesOf(await cutAt('10.20.13.18')))).not.toContain('deploy-restart');
  });
});

describe('a BIG-IP that resets what was idle', () => {
  const reset = (at: number, from: string, to: string): string =>
    `Nov 22 ${clock(at)} bigip-a err tmm1[20114]: 01230140:3: RST sent from ${from} to ${to}, [0x2d1c0f3:1173] Flow expired (sweeper) (idle timeout)`;
  /** Two end in each second, of which it resets the second one: the moment alone does not tell whose the reset was. */
  const isReset = (n: number): boolean => n % 2 === 1;
  const lives = [300, 300, 330, 330, 360, 360].map((end, n) => end - n * 40);
  const server = lives.flatMap((life, n) => [
    `${iso(n * 40)} INFO  [ws] connection opened id=5e55${n}a ip=10.20.1.5:4200${n}`,
    `${iso(n * 40 + life + 0.459)} INFO  [ws] connection closed id=5e55${n}a code=1006 duration=${life}.459s`,
  ]);
  const telemetry = (early: number): readonly string[] =>
    lives.map((life, n) =>
      JSON.stringify({ ts: START / 1000 + n * 40 + life - early, event: 'ws_close', conn_id: `5e55${n}a`, close_code: 1006 }),
    );
  const wanted = lives.flatMap((_, n) => (isReset(n) ? [`5e55${n}a`] : []));
  const logs = (early: number): Parameters<typeof reportOn>[0] => [
    ['server.log', [...server].sort().join('\n')],
    ['ltm', lives.flatMap((life, n) => (isReset(n) ? [reset(n * 40 + life, `10.20.1.5:4200${n}`, '10.20.3.11:8080')] : [])).join('\n')],
    ['client.json', telemetry(early).join('\n')],
  ];

  it('is known by the port that the server wrote when the connection came', async () => {
    const { closures } = await reportOn(logs(-0.5));
    expect(closures.filter(({ grade }) => grade === 'confirmed').map(({ connection }) => connection)).toEqual(wanted);
  });

  it('is known so where the client’s clock writes of it first', async () => {
    const { closures } = await reportOn(logs(0.8));
    expect(closures.filter(({ grade }) => grade === 'confirmed').map(({ connection }) => connection)).toEqual(wanted);
  });
});

describe('a JVM that catches the signal of which it dies', () => {
  const unit = (at: number, text: string): string => `Nov 22 ${clock(at)} ws2 systemd[1]: feed.service: ${text}`;
  const report = (at: number, text: string): string => `Nov 22 ${clock(at)} ws2 java[3088]: # ${text}`;
  const ids = count(6);

  it('has aborted, as its unit says: one death', async () => {
    const { closures } = await reportOn([
      [
        'ws2-feed.log',
        [...ids.map((n) => opened(n * 7, `c0de0${n}`, ip(n))), opened(150, 'c0de99', ip(9)), closed(170, 'c0de99', 20, ip(9), 1000)].join(
          '\n',
        ),
      ],
      ['client.json', ids.map((n) => client(120.2, `c0de0${n}`, 120 - n * 7, ip(n))).join('\n')],
      [
        'messages',
        [
          report(120, 'A fatal error has been detected by the Java Runtime Environment:'),
          report(120, ' SIGSEGV (0xb) at pc=0x00007f2a1c3e51b7, pid=3088, tid=3120'),
          unit(121, 'Main process exited, code=killed, status=6/ABRT'),
          unit(131, 'Scheduled restart job, restart counter is at 1.'),
        ].join('\n'),
      ],
    ]);
    expect(closures.map(({ cause, detail }) => `${cause} ${detail}`)).toEqual(ids.map(() => 'crash segfault of java (pid 3088)'));
  });
});

describe('a clock that writes its zone', () => {
  /** The pod’s last connections: each ends at its own time. */
  const ends = [100, 140, 190, 260];
  const local = (at: number, text: string): string => `${iso(at).slice(0, 19).replace('T', ' ')},000 INFO  [ws] ${text}`;
  const logs = (stops: readonly number[]): Parameters<typeof reportOn>[0] => [
    [
      'server.log',
      ends
        .flatMap((at, n) => [
          local(n, `connection opened id=a1b2c3${n}0 ip=${ip(n)}`),
          local(at, `connection closed id=a1b2c3${n}0 code=1006`),
        ])
        .sort()
        .join('\n'),
    ],
    ['client.json', ends.map((at, n) => client(at, `a1b2c3${n}0`, at - n, ip(n))).join('\n')],
    [
      'events.txt',
      [
        'LAST                   TYPE     REASON    OBJECT           MESSAGE',
        ...stops.map((at, n) => `${iso(at).slice(0, 19)}Z   Normal   Killing   Pod/chat-${n}       Stopping container chat`),
      ].join('\n'),
    ],
  ];

  it('is not moved by a quarter of an hour to where its records would fit', async () => {
    const { closures, clocks } = await reportOn(logs(ends.map((at) => at + 900)));
    expect(clocks.find(({ source }) => source === 'events.txt')).toMatchObject({ offsetMs: 0 });
    expect(closures.map(({ cause }) => cause)).not.toContain('deploy-restart');
  });
});

describe('a reset that the server reads', () => {
  const ended = (at: number, id: string, life: number, error: string): string =>
    `${iso(at)} WARN  [ws] connection closed id=${id} code=1006 duration=${life}s error="${error}"`;
  const RESET = 'read tcp 10.20.13.18:8080->10.20.1.77:29482: read: connection reset by peer';
  const EOF = 'websocket: close 1006 (abnormal closure): unexpected EOF';
  const older = async (pile: string): Promise<string | undefined> => {
    const found = await report({
      'app.log': [
        listening(0),
        ...count(14).map((n) => ended(61 + 17.3 * n, `k${n}`, 60.02 + ((7 * n) % 5) / 100, pile)),
        ended(212.4, 'older', 96.3, RESET),
        closed(330, 'z', 33, ip(4), 1000),
      ],
    });
    return causesOf(found)['older'];
  };

  it('is none of a timer’s whose other ends were no resets', async () => {
    expect(await older(EOF)).toBe('client-abort');
    expect(await older(RESET)).toBe('proxy-timeout');
  });

  it('is told by the system’s number too, and is no failed write', async () => {
    const causeOf = async (error: string): Promise<string | undefined> =>
      causesOf(await report({ 'app.log': [listening(0), ended(90, 'one', 70, error), closed(330, 'z', 33, ip(4), 1000)] }))['one'];
    expect(await causeOf('Connection reset by peer (os error 104)')).toBe('client-abort');
    expect(await causeOf('[Errno 104] Connection reset by peer')).toBe('client-abort');
    expect(await causeOf('[Errno 104] Connection reset by peer while sending')).toBe('unknown');
    expect(await causeOf('WebSocket protocol error: Connection reset without closing handshake')).toBe('unknown');
  });
});

describe('a journal that holds the lines of a TCP proxy and those of the server behind it', () => {
  it('has two addresses for one client', async () => {
    const journal = (at: number, who: string, text: string): string => `${iso(at).slice(0, 19)}+0000 gw-1 ${who}: ${text}`;
    const lives = [70.004, 85.848, 77.469];
    const ends = lives.map((life, n) => 20.6 + 30 * n + life);
    const begins = ends.map((end, n) => end - (lives[n] ?? 0));
    const found = await report({
      'journal.txt': [
        ...begins.map((at, n) => journal(at, 'pushd[1808]', `conn d5edb${n} open from 10.60.2.1:5225${n}`)),
        ...ends.flatMap((at, n) => [
          journal(
            at,
            'haproxy[1857]',
            `10.71.4.2${n}:59099 [22/Nov/2026:${iso(begins[n] ?? 0).slice(11, 23)}] push push/push1 1/0/${(lives[n] ?? 0) * 1_000} 149 sD 26/26/25/25/0 0/0`,
          ),
          journal(at, 'pushd[1808]', `conn d5edb${n} closed after ${lives[n]}s: websocket: close 1006 (abnormal closure): unexpected EOF`),
        ]),
      ],
    });
    expect(found.closures.map(({ cause, grade }) => `${cause} ${grade}`)).toEqual(lives.map(() => 'proxy-timeout confirmed'));
  });
});

describe('a log that holds the router’s lines and the server’s', () => {
  it('has names of both for one connection', async () => {
    const heroku = (at: number, who: string, text: string): string => `${iso(at).replace('Z', '000+00:00')} ${who}: ${text}`;
    const lives = [183.825, 86.04, 121.532];
    const found = await report({
      'heroku.log': lives.flatMap((life, n) => [
        heroku(
          200 + 40 * n,
          'heroku[router]',
          `at=error code=H15 desc="Idle connection" method=GET path="/play" host=quiz.example.com request_id=1ed9bda3-1750-4d95-a545-e9cdb6c54ab${n} fwd="${ip(n)}" dyno=web.1 connect=1ms service=${life * 1000}ms status=503 bytes= protocol=https`,
        ),
        heroku(200.001 + 40 * n, 'app[web.1]', `player Remy998${n} left after ${life.toFixed(1)}s (code 1006)`),
      ]),
    });
    expect(found.closures.map(({ cause, grade }) => `${cause} ${grade}`)).toEqual(lives.map(() => 'proxy-timeout confirmed'));
  });

  const routed = (at: number, n: number): string =>
    `${iso(at).replace('Z', '000+00:00')} heroku[router]: at=error code=H15 desc="Idle connection" method=GET path="/ws" host=egress.example.com request_id=403c233f-37c6-4371-ae53-253143b2e76${n} fwd="${ip(n)}" dyno=web.1 connect=0ms service=100175ms status=503 bytes= protocol=https`;
  const broke = (at: number): string =>
    `${iso(at).replace('Z', '000+00:00')} app[web.1]: WebSocket connection error (failed to get reader: failed to read frame header: EOF), closing!`;
  const endings = async (...lines: readonly string[]): Promise<readonly string[]> =>
    (await report({ 'heroku.log': lines })).closures.map(({ cause }) => cause);

  it('tells one end in both, where nothing else ended in that second', async () => {
    expect(await endings(routed(200, 0), broke(200.001), routed(300, 1), broke(300.002))).toEqual(['proxy-timeout', 'proxy-timeout']);
  });

  it('tells of two ends where they are apart, or where either may be another’s', async () => {
    expect(await endings(routed(200, 0), broke(200.4))).toEqual(['unknown']);
    expect(await endings(routed(200, 0), routed(200.6, 1), broke(200.001))).toEqual(['unknown']);
  });
});

describe('a client that has no network', () => {
  const closedAt = (at: number): string => `${iso(at)} INFO WebSocket connection closed, reconnecting...`;
  const unreachable = (at: number): string =>
    `${iso(at)} INFO connect failed; reconnecting in 5.0 seconds: OSError: [Errno 51] Network is unreachable`;
  const found = async (...lines: readonly string[]): Promise<readonly string[]> =>
    (await report({ 'engine.log': lines })).closures.map(({ cause }) => cause);

  it('lost its connection when it found that', async () => {
    expect(await found(closedAt(60), unreachable(60.4), unreachable(65.6))).toEqual(['network']);
  });

  it('closed it before, as far as its log says', async () => {
    expect(await found(closedAt(60), unreachable(75))).toEqual([]);
  });
});

describe('a phone’s log', () => {
  it('tells one end twice: as the program and as OkHttp says it', async () => {
    const logcat = (at: number, tag: string, text: string): string => `11-22 ${iso(at).slice(11, 23)}  2187  2193 E ${tag}: ${text}`;
    const { closures } = await report({
      'phone.txt': [
        logcat(10, 'Chat', 'Connected to websocket'),
        logcat(60, 'Chat', 'Websocket connection closed'),
        logcat(60.003, 'AndroidRuntime', 'java.net.SocketException: Software caused connection abort'),
        logcat(60.003, 'AndroidRuntime', '\tat okhttp3.internal.ws.WebSocketReader.readHeader(WebSocketReader.kt:119)'),
        logcat(60.003, 'AndroidRuntime', '\tat okhttp3.internal.ws.RealWebSocket.loopReader(RealWebSocket.kt:293)'),
      ],
    });
    expect(closures.map(({ cause, hop }) => [cause, hop])).toEqual([['network', 'network']]);
  });
});

describe('a close for which the log of a client has no open line left', () => {
  const open = `${iso(1)} INFO:discord.gateway: Created websocket connected to wss://gateway.example.com`;
  const causesOf = async (...lines: readonly string[]): Promise<readonly string[]> =>
    (await report({ 'client.log': lines })).closures.map(({ cause }) => cause);

  it('may be of an attempt', async () => {
    const page = (at: number): string => `${iso(at)} INFO app: websocket closed code=1006`;
    expect(await causesOf(`${iso(1)} INFO app: websocket connected`, page(60), page(120), page(180))).toEqual([
      'unknown',
      'handshake-failure',
      'handshake-failure',
    ]);
  });

  it('was open where its library has other words for an attempt', async () => {
    const dialer = (at: number): string => `${iso(at)} INFO:discord.gateway: Websocket closed with 1006 (), attempting a reconnect.`;
    const gorilla = (at: number): string => `${iso(at)} ERROR feed: websocket: close 1006 (abnormal closure): unexpected EOF`;
    expect(await causesOf(open, dialer(60), dialer(120), dialer(180))).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await causesOf(`${iso(1)} INFO feed: websocket connected`, gorilla(60), gorilla(120))).toEqual(['unknown', 'unknown']);
  });

  it('is the same close told again, in one turn', async () => {
    const told = (at: number, words: string): string =>
      `app.js:1 [${iso(at)}] Error: ${words}Error: WebSocket closed with status code: 1006 (no reason given).`;
    const connected = `app.js:1 [${iso(1)}] Information: WebSocket connected to wss://app.example.com/_blazor?id=1hKPq-GMA-LbQpnCideIHg.`;
    expect(await causesOf(connected, told(60, ''), told(60.001, 'Error: '))).toEqual(['unknown']);
    expect(await causesOf(connected, told(60, ''), told(65, 'Error: '))).toEqual(['unknown', 'handshake-failure']);
  });
});

describe('a page that closes its socket before it is open', () => {
  it('gave it up itself: nobody refused it', async () => {
    const { closures } = await report({
      'console.log': [
        `${iso(5)} WebSocket connection to 'ws://127.0.0.1:1242/log' failed: WebSocket is closed before the connection is established.`,
        `${iso(5.004)} socket closed: code=1006 reason="" wasClean=false`,
      ],
    });
    expect(closures.map(({ cause }) => cause)).toEqual(['client-abort']);
  });
});

describe('last words on a terminal, without any time', () => {
  const words = [
    "      throw er; // Unhandled 'error' event",
    '      ^',
    '',
    'Error: read ECONNRESET',
    '    at TCP.onread (net.js:615:25)',
  ];
  const clients = (...back: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
    'terminal.txt': ['[nodemon] starting `node server.js`', ...words],
    'console.log': [`${clock(20)}.200 (index):31 socket closed 1006`, ...back],
  });
  const nobody = (at: number): string =>
    `${clock(at)}.300 (index):18 WebSocket connection to 'ws://localhost:6969/' failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED`;
  /** Of the ends of what was open; the files were last written long after. */
  const cut = async (logs: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> =>
    (await report(logs, START + 20_000_000)).closures
      .filter(({ cause }) => cause !== 'handshake-failure')
      .map(({ cause, grade }) => `${cause} ${grade}`);

  it('are of the moment after which clients found nobody', async () => {
    expect(await cut(clients(nobody(23), nobody(26)))).toEqual(['crash likely']);
  });

  it('are of no moment where nobody came back, or where several moments are like that', async () => {
    expect(await cut(clients())).toEqual(['unknown unknown']);
    expect(await cut(clients(nobody(23), `${clock(90)}.200 (index):31 socket closed 1006`, nobody(93)))).toEqual([
      'unknown unknown',
      'unknown unknown',
    ]);
  });
});

describe('last words between two dated lines of a log', () => {
  const heap = [
    'FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory',
    'Aborted (core dumped)',
  ];
  const page = (at: number): string => `${iso(at)} (index):31 socket closed 1006`;
  const nobody = (at: number): string =>
    `${iso(at)} WebSocket connection to 'ws://localhost:6969/' failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED`;
  const cut = async (...client: readonly string[]): Promise<readonly string[]> =>
    (
      await report({
        'app.log': [`${iso(0)} [info] Created client session`, ...heap, `${iso(290)} [info] Starting the table`],
        'browser.log': client,
      })
    ).closures
      .filter(({ cause }) => cause !== 'handshake-failure')
      .map(({ cause, grade }) => `${cause} ${grade}`);

  it('are one death, of the moment there after which clients found nobody', async () => {
    expect(await cut(page(272), nobody(273))).toEqual(['oom likely']);
  });

  it('are of no moment outside of these lines', async () => {
    expect(await cut(page(372), nobody(373))).toEqual(['unknown unknown']);
  });
});

describe('one end and one death, and nothing else', () => {
  const oom = (at: number): string =>
    `${iso(at)} node-7 kernel: Memory cgroup out of memory: Killed process 214311 (beam.smp) total-vm:5391204kB, anon-rss:1040388kB, file-rss:41412kB, shmem-rss:0kB, UID:1000 pgtables:3120kB oom_score_adj:968`;
  const page = (at: number): string =>
    `${iso(at)} live_socket: transport: close CloseEvent {isTrusted: true, wasClean: false, code: 1006, reason: ''}`;

  it('are possibly one, when they are of one moment', async () => {
    const { closures } = await report({ 'kernel.log': [oom(60)], 'page.log': [page(60.8)] });
    expect(closures).toMatchObject([{ cause: 'oom', grade: 'possible' }]);
  });

  it('are two beside another end at another time', async () => {
    const { closures } = await report({ 'kernel.log': [oom(60)], 'page.log': [page(-900), page(60.8)] });
    expect(closures.map(({ grade }) => grade)).toEqual(['unknown', 'unknown']);
  });
});

describe('the first process of a container that aborts', () => {
  it('ends with 139, since it gets no SIGABRT of its own', async () => {
    const journal = (at: number, who: string, text: string): string => `${iso(at)} app-1 ${who}: ${text}`;
    const { closures } = await report({
      'unit.log': [
        journal(60, 'docker[15596]', 'FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory'),
        journal(61, 'systemd[1]', 'feed@3602.service: Main process exited, code=exited, status=139/n/a'),
        journal(61, 'systemd[1]', "feed@3602.service: Failed with result 'exit-code'."),
      ],
      'page.log': [1, 2].map((n) => `${iso(61 + n / 10)} websocket ws${n}aa closed code=1006 wasClean=false`),
    });
    expect(closures.map(({ cause }) => cause)).toEqual(['oom', 'oom']);
  });
});

describe('a pod that its probe finds hung', () => {
  const pod = 'chat-7c9d5f6b8d-h8w2k';
  const spring = (at: number, thread: string, text: string): string => `${iso(at)}  INFO 1 --- [chat-api] [${thread.padStart(15)}] ${text}`;
  const session = (at: number, id: string, text: string): string =>
    spring(at, 'nio-8080-exec-1', `c.e.chat.ws.ChatHandler : Session ${id} ${text}`);
  const stamp = (at: number): string => new Date(START + at * 1000).toUTCString().replace('GMT', '+0000');

  it('is not stopped on purpose, though its own last line is of a graceful stop', async () => {
    const found = await report({
      [`${pod}.previous.log`]: [
        ...count(6).map((n) => session(1 + n, `k${n}aa10f0`, 'established')),
        spring(600, 'ionShutdownHook', 'o.s.b.w.e.tomcat.GracefulShutdown : Commencing graceful shutdown. Waiting for active requests'),
      ],
      'clients.log': count(6).map((n) => client(630.4, `k${n}aa10f0`, 629.4 - n, ip(n))),
      'describe.txt': [
        `Name:             ${pod}`,
        'Containers:',
        '  chat:',
        '    State:          Running',
        `      Started:      ${stamp(630)}`,
        '    Last State:     Terminated',
        '      Reason:       Error',
        '      Exit Code:    137',
        `      Started:      ${stamp(-9)}`,
        `      Finished:     ${stamp(630)}`,
        'Events:',
        '  Type     Reason     Age                From     Message',
        '  ----     ------     ----               ----     -------',
        '  Normal   Killing    10m                kubelet  Container chat failed liveness probe, will be restarted',
        '  Normal   Started    10m (x2 over 22m)  kubelet  Started container chat',
      ],
    });
    expect(found.closures).toHaveLength(6);
    for (const { cause, detail } of found.closures) expect([cause, detail]).toEqual(['crash', 'hang: killed after failed liveness probes']);
  });
});

describe('a gateway that dials its servers', () => {
  const id = '0e53b2781a5d1089d6531aa85c94885d1a1d89dc59bc09dd22eb3dc167c03e65';
  const line = (at: number, text: string): string => `${iso(at)} [WARN]  gw.proxy: ${text}`;
  const kubelet = (at: number, text: string): string => `${iso(at)} node-a kubelet[2231]: I1122 ${clock(at)}.100070    2231 ${text}`;

  it('is not the server whose death it tells of, and names the client that goes', async () => {
    const found = await report({
      'edge.log': [
        ...count(6).map((n) => line(1 + n, `session open: conn=k${n}aa10f0 remote=${ip(n)}:41000 upstream=10.40.3.71:8080`)),
        line(9, `downstream closed: conn=k5aa10f0 remote=${ip(5)}:41000 code=1006 duration=3s error="connection reset by peer"`),
        ...count(5).map((n) =>
          line(60.25, `upstream closed: conn=k${n}aa10f0 upstream=10.40.3.71:8080 code=1006 duration=${59 - n}.2s error="EOF"`),
        ),
        line(90, `session open: conn=k9aa10f0 remote=${ip(9)}:41000 upstream=10.40.3.72:8080`),
      ],
      'node.log': [
        `${iso(60.2)} node-a kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-${id}.scope,mems_allowed=0,oom_memcg=/kubepods.slice/kubepods-pod3e1c26d3_23ef_423e_a848_f808f54d35bf.slice/cri-containerd-${id}.scope,task_memcg=/kubepods.slice/kubepods-pod3e1c26d3_23ef_423e_a848_f808f54d35bf.slice/cri-containerd-${id}.scope,task=feedd,pid=81234,uid=1`,
        `${iso(60.2)} node-a kernel: Memory cgroup out of memory: Killed process 81234 (feedd) total-vm:2204108kB, anon-rss:517220kB, file-rss:18432kB, shmem-rss:0kB, UID:1 pgtables:1240kB oom_score_adj:937`,
        kubelet(
          61,
          `kubelet.go:2453] "SyncLoop (PLEG): event for pod" pod="md/feed-6f9c7b5d48-w2mrk" event={"ID":"3e1c26d3-23ef-423e-a848-f808f54d35bf","Type":"ContainerDied","Data":"${id}"}`,
        ),
      ],
      // Stamped to the second: before the kubelet's own word of the end.
      'events.json': [
        JSON.stringify({
          kind: 'Event',
          reason: 'Started',
          message: 'Started container feed',
          type: 'Normal',
          involvedObject: { kind: 'Pod', name: 'feed-6f9c7b5d48-w2mrk', namespace: 'md' },
          firstTimestamp: iso(61).replace('.000', ''),
          lastTimestamp: iso(61).replace('.000', ''),
          count: 2,
        }),
      ],
    });
    const causes = causesOf(found);
    expect(causes['k0aa10f0']).toBe('oom');
    expect(causes['k5aa10f0']).toBe('client-abort');
  });

  it('names its connection before the side that ended; of two units stopped together the server is the one that took all along before', async () => {
    const journal = (at: number, who: string, text: string): string => `${iso(at).slice(0, 19)}+0000 web-1 ${who}: ${text}`;
    const upstreamEnded = (at: number, name: string, life: number): string =>
      journal(
        at,
        'bff[1744]',
        `${iso(at)} WARN [bff.link:88] - link ${name} upstream on-close status 1006 reason "" open-ms ${life * 1_000}`,
      );
    const found = await report({
      'journal.txt': [
        journal(9, 'bff[1744]', `${iso(9)} INFO [bff.link:97] - link d00d1e downstream left, status 1001 open-ms 4000`),
        journal(60, 'systemd[1]', 'feed.service: Main process exited, code=killed, status=11/SEGV'),
        journal(60, 'systemd[1]', "feed.service: Failed with result 'signal'."),
        ...count(5).map((n) => upstreamEnded(60.2, `a${n}ccde`, 50 - n)),
        // No digit in it.
        upstreamEnded(60.3, 'abbcfe', 31),
        journal(65, 'systemd[1]', 'Started feed.service - market feed.'),
        journal(600, 'systemd[1]', 'Stopping postfix.service - Postfix Mail Transport Agent...'),
        journal(600, 'systemd[1]', 'Stopping feed.service - market feed...'),
        ...count(5).map((n) => upstreamEnded(600.4, `b${n}ccde`, 500 - n)),
        journal(600, 'systemd[1]', 'Stopped feed.service - market feed.'),
      ],
    });
    const of = (name: string) => found.closures.find(({ connection }) => connection === name);
    expect(of('d00d1e')).toBeUndefined();
    expect(found.summary).toMatchObject({ cleanClosures: 1 });
    expect(found.closures.filter(({ cause }) => cause === 'crash')).toHaveLength(6);
    expect(of('b4ccde')).toMatchObject({ cause: 'deploy-restart', detail: 'unit stopped (feed.service)' });
  });

  it('names them by their addresses alone, in one log with theirs', async () => {
    const nest = (at: number, task: string, level: string, text: string): string =>
      `${iso(at).slice(0, 23)}000+00:00 ${task} [Nest] 1  - 11/22/2026, 8:0${Math.floor(at / 60)}:${clock(at).slice(6)} PM ${level.padStart(7)} [Links] ${text}`;
    const tasks = ['c451b23ff7063d3b796402983ae0d639', '190f6951a05aa318136bd1ba6e7abc0d'];
    const found = await report({
      'tail.log': [
        ...count(8).map((n) =>
          nest(1 + n, 'edge/app/f0f1826fbde97e8f458bfb29ba54d212', 'LOG', `link k${n}aa10f0 up upstream=ws://10.30.32.1${n % 2}:7000/rt`),
        ),
        nest(20, `core/app/${tasks[1]}`, 'LOG', 'room 90e2 archived'),
        ...count(4).map((n) =>
          nest(
            60 + n / 50,
            'edge/app/f0f1826fbde97e8f458bfb29ba54d212',
            'WARN',
            `link k${2 * n}aa10f0 upstream closed code=1006 reason="" upstream=10.30.32.10 after ${59 - 2 * n}.000s`,
          ),
        ),
        nest(90, `core/app/${tasks[1]}`, 'LOG', 'room 90e3 archived'),
      ],
      'stopped.json': [
        JSON.stringify({
          tasks: [
            {
              attachments: [{ type: 'ElasticNetworkInterface', details: [{ name: 'privateIPv4Address', value: '10.30.32.10' }] }],
              containers: [{ name: 'app', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
              executionStoppedAt: iso(60.3),
              group: 'service:core',
              lastStatus: 'STOPPED',
              stopCode: 'EssentialContainerExited',
              stoppedReason: 'Essential container in task exited',
              taskArn: `arn:aws:ecs:us-east-2:482913370041:task/rt/${tasks[0]}`,
            },
          ],
        }),
      ],
    });
    expect(found.closures.map(({ cause, codes }) => [cause, codes])).toEqual(count(4).map(() => ['oom', { gateway: 1006 }]));
  });
});

describe('an end of which the framework tells first, without a name', () => {
  it('is the one that the application names in the same turn', async () => {
    const net = (at: number, level: string, logger: string, text: string): readonly string[] => [
      `${iso(at)} ${level}: ${logger}`,
      `${iso(at)}       ${text}`,
    ];
    const end = (n: number): readonly string[] => [
      ...net(
        60 + n / 500,
        'dbug',
        'Microsoft.AspNetCore.Http.Connections.Internal.Transports.WebSocketsTransport[6]',
        'Socket connection closed prematurely.',
      ),
      ...net(
        60.003 + n / 500,
        'warn',
        'Acme.Hubs.TradeHub[0]',
        `OnDisconnected PyWOFhH9qA_QK4B8YwI4Y${n} after ${40 + n}.162s: The remote party closed the WebSocket connection without completing the close handshake.`,
      ),
    ];
    const { closures } = await report({ 'hub.log': count(3).flatMap(end) });
    expect(closures.map(({ connection }) => connection)).toEqual(count(3).map((n) => `PyWOFhH9qA_QK4B8YwI4Y${n}`));
  });
});

describe('machines that are all called alike and have clients', () => {
  const board = (at: number, n: number, who: string, text: string): string => `${iso(at).slice(0, 19)}+0000 board-0${n} ${who}: ${text}`;
  const page = (at: number, n: number, text: string): string =>
    board(
      at,
      n,
      `chromium[18${n}]`,
      `[18${n}:18${n}:1122/${clock(at).replaceAll(':', '')}.000000:INFO:CONSOLE(57)] "${text}", source: http://score.example/board.js (57)`,
    );

  it('lose processes that are no server’s, though a server comes up soon after', async () => {
    const found = await report({
      'boards.log': [
        ...count(4).map((n) => page(100 + 7 * n, n, `live feed closed: code 1006 clean false after ${30 + n}s`)),
        board(300, 9, 'systemd[1]', 'kiosk.service: Main process exited, code=killed, status=9/KILL'),
        board(310, 9, 'systemd[1]', 'Started kiosk.service - Scoreboard kiosk.'),
      ],
      'app.log': [
        listening(0),
        ...count(9).map((n) => opened(50 + n, `k${n}f0`, ip(n))),
        closed(300.4, 'k8f0', 242.4, ip(8)),
        listening(322),
        ...count(9).map((n) => opened(330 + n, `m${n}f0`, ip(n))),
      ],
    });
    expect(found.closures.map(({ cause }) => cause)).not.toContain('crash');
    expect(found.decoys[0]?.says).toMatch(/board-09 is a machine of clients, as 4 others are/);
  });
});

describe('desktops behind a proxy that they share', () => {
  const stamp = (at: number): string => iso(at).slice(0, 23).replace('T', ' ');
  const line = (at: number, level: string, text: string): string => `[${stamp(at)}] ${`[${level}]`.padEnd(7)} (ws) [chat] ${text}`;
  const main = (name: string, at: number): readonly string[] => [
    ...count(4).map((n) => line(100 + 40 * n, 'info', `open id=${name}${n}aa10f0`)),
    ...count(4).map((n) =>
      line(
        at + n / 20,
        'warn',
        `closed id=${name}${n}aa10f0 code=1006 clean=false age=${Math.floor(at - 100 - 40 * n)}s lastRx=${2 + 7 * n}s ago`,
      ),
    ),
  ];
  const cache = (at: number, text: string): string => `${stamp(at).slice(0, 19).replaceAll('-', '/')} kid1| ${text}`;
  const of = (at: number) =>
    report({
      'pc-1/main.log': main('k', at),
      'pc-2/main.log': main('m', at + 0.9),
      'squid-cache.log': [
        cache(570, 'Preparing for shutdown after 48211 requests'),
        cache(601, 'Shutting down...'),
        cache(603, 'Starting Squid Cache version 5.7 for x86_64-pc-linux-gnu...'),
      ],
    });

  it('tell of its stop by clocks that are a little slow', async () => {
    const found = await of(600.3);
    expect(found.closures.map(({ cause, hop, codes }) => [cause, hop, codes])).toEqual(
      count(8).map(() => ['deploy-restart', 'squid', { client: 1006 }]),
    );
  });

  it('count their silence by what they heard, as the proxy does', async () => {
    const close = (at: number, id: string, life: number, heard: string): string =>
      line(at, 'warn', `closed id=${id} code=1006 clean=false age=${life}s lastRx=${heard} ago`);
    const found = await report({
      'pc-1/main.log': count(9).map((n) => close(400 + 61.3 * n, `k${n}aa10f0`, 310 + 23 * n, '300s')),
    });
    expect(found.closures.map(({ cause }) => cause)).toEqual(count(9).map(() => 'proxy-timeout'));
  });

  it('lose nothing while it waits for its tunnels', async () => {
    const found = await of(580);
    expect(found.closures.map(({ cause }) => cause)).not.toContain('deploy-restart');
  });
});

describe('pages that post their ends later, each with the age of its socket', () => {
  const posted = (at: number, n: number): string =>
    `${iso(at)} method=POST path=/rum/socket status=204 duration=6.38 connRef=c0ffee${n}a close_code=1006 was_clean=false open_for=${40.2 + n}`;

  it('ended when the proxy wrote so, whenever they were told of', async () => {
    const { closures } = await report({
      'access.log': count(5).map((n) => tunnel(60, ip(n), 40 + n).replace('/ws ', `/ws?ref=c0ffee${n}a `)),
      'app.log': count(5).map((n) => posted(64 + n * 5, n)),
    });
    expect(closures).toHaveLength(5);
    for (const { closedAt } of closures) expect(Math.abs(Date.parse(closedAt) - Date.parse(iso(60)))).toBeLessThan(1_500);
  });
});

describe('desktops whose logs somebody put into one file', () => {
  const desk = (at: number, machine: string, level: string, rest: string): string =>
    `${machine} [${iso(at + 8)
      .slice(0, 23)
      .replace('T', ' ')}] [${level}]  ${rest}`;
  const session = (n: number): string => `6db4d48b-05e0-44d8-aec1-37f0b3c984d${n}`;
  const closedAt = (at: number, n: number, machine: string, life: number): string =>
    desk(at, machine, 'warn', `alerts: channel closed (session ${session(n)}, code 1006, not clean, up ${life * 1_000} ms)`);

  it('have their machines’ names: a network that one lost is no other’s', async () => {
    const found = await report({
      'server.log': [
        listening(-60),
        ...count(4).map((n) => opened(1 + 7 * n, session(n), ip(n))),
        ...count(4).map((n) => closed(100 + 13 * n, session(n), 99 + 6 * n, ip(n))),
        listening(900),
      ],
      'desks.log': [
        ...count(4).map((n) => desk(1 + 7 * n, `ZRH-${100 + n}`, 'info', `alerts: channel ready (session ${session(n)})`)),
        desk(99.5, 'ZRH-100', 'warn', 'net: offline (net::ERR_INTERNET_DISCONNECTED)'),
        ...count(4).map((n) => closedAt(100 + 13 * n, n, `ZRH-${100 + n}`, 99 + 6 * n)),
      ],
    });
    const causes = causesOf(found);
    expect(found.closures).toHaveLength(4);
    expect(causes[session(0)]).toBe('network');
    expect(causes[session(1)]).not.toBe('network');
  });
});

describe('an id that stands in a URL under a name of nobody’s', () => {
  const started = (at: number, id: string, n: number): string =>
    `I, [${iso(at).slice(0, 23)}000 #7]  INFO -- : Started GET "/cable?desk=${id}" [WebSocket] for ${ip(n)} at ${iso(at).slice(0, 10)} ${clock(at)} +0000`;

  it('shows by how much the clock of who else has it is wrong', async () => {
    const ids = count(9).map((n) => `desk-98s${n}r7`);
    const found = await report({
      'rails.log': ids.map((id, n) => started(1 + 7 * n, id, n)),
      'client.log': ids.map((id, n) =>
        JSON.stringify({ ts: START / 1000 + 100.4 + 3 * n, event: 'ws_close', conn_id: id, close_code: 1006, elapsed_s: 94 - 4 * n + 1 }),
      ),
    });
    expect(found.clocks.find(({ source }) => source.endsWith('client.log'))?.offsetMs).toBeCloseTo(-4_400, -3);
  });
});

describe('a death of a pod', () => {
  const [dead, living] = ['chat-6f8d5c9b74-4xk2p', 'chat-6f8d5c9b74-9vw7d'];
  const line = (at: number, hostname: string, rest: object): string =>
    JSON.stringify({ name: 'chat', hostname, pid: 1, level: 30, ...rest, time: iso(at), v: 0 });
  const event = (at: number, reason: string, message: string, pod = dead): object => ({
    kind: 'Event',
    reason,
    message,
    type: 'Normal',
    involvedObject: { kind: 'Pod', name: pod, namespace: 'prod', fieldPath: 'spec.containers{chat}' },
    firstTimestamp: iso(at),
    lastTimestamp: iso(at),
    count: 1,
  });

  it('is not that of its sibling, which the host’s name in the common log tells', async () => {
    const found = await report({
      'chat.log': [
        ...count(5).map((n) => line(1 + n, dead, { conn: `d${n}aa10f`, ip: ip(n), msg: 'open' })),
        line(8, living, { conn: 'e0aa10f', ip: ip(7), msg: 'open' }),
        line(60, living, { conn: 'e0aa10f', code: 1006, ms: 52_000, msg: 'close' }),
        line(90, dead, { port: 3000, msg: 'listening' }),
        line(91, living, { conn: 'e1aa10f', ip: ip(8), msg: 'open' }),
        line(99, living, { conn: 'e1aa10f', code: 1000, ms: 8_000, msg: 'close' }),
      ],
      'clients.log': count(5).map((n) => client(82.1, `d${n}aa10f`, 81.1 - n, ip(n))),
      'events.json': [
        JSON.stringify({
          kind: 'List',
          items: [
            event(52, 'Killing', 'Container chat failed liveness probe, will be restarted'),
            event(82.2, 'Started', 'Started container chat'),
          ],
        }),
      ],
    });
    const causes = causesOf(found);
    expect(causes['d0aa10f']).toBe('crash');
    expect(causes['e0aa10f']).not.toBe('crash');
  });
});
