/** Whose view a log gives that reads like a server's. */
import { describe, expect, it } from 'vitest';
import type { Closure } from '../src/closure.ts';
import { Stitcher } from '../src/stitch/stitcher.ts';
import type { LogEvent } from '../src/types.ts';
import { reportOn } from './logs-in-memory.ts';

const second = (n: number): string => `2026-11-26T12:00:${String(n).padStart(2, '0')}`;
const ids = ['c1f00d01', 'c1f00d02', 'c1f00d03', 'c1f00d04', 'c1f00d05', 'c1f00d06'];
const server = [
  `${second(0)}.000Z INFO listening on 8080`,
  ...ids.map((id, n) => `${second(n + 1)}.100Z INFO conn ${id} open`),
  ...ids.slice(0, 3).map((id, n) => `${second(n + 20)}.100Z INFO conn ${id} closed code=1000`),
  'Terminating due to java.lang.OutOfMemoryError: Java heap space',
];
const ends = [
  ...ids.slice(0, 3).map((id, n) => `${second(n + 20)}.105Z WARN conn ${id} closed code=1000`),
  ...ids.slice(3).map((id) => `${second(23)}.200Z WARN conn ${id} closed code=1006`),
];
const closesOf = async (client: readonly string[]): Promise<number> => {
  const { closures } = await reportOn([
    ['server.log', server.join('\n')],
    ['field.log', client.join('\n')],
  ]);
  return closures.length;
};

it('counts each connection once where the clients’ log names what the server’s opens', async () => {
  expect(await closesOf(ends)).toBe(3);
});

it('takes a log that tells of dialing for a client’s', async () => {
  const dialed = `${second(24)}.000Z ERROR websocket connect failed agent_id=c1f00d09 error=HTTP error: 502 Bad Gateway`;
  expect(await closesOf([...ends.slice(3), dialed])).toBe(4);
});

describe('a log with the begins and ends of connections that a server’s log has as well', () => {
  const opens = ids.map((id, n) => `${second(n + 1)}.140Z INFO conn ${id} open`);

  it('is a client’s where it has ends of which the server, that died, wrote the begin alone', async () => {
    expect(await closesOf([...opens, ...ends])).toBe(3);
  });
});

const seenAt = (source: string, at: number) => ({
  when: { fromMs: at * 1_000, toMs: at * 1_000 },
  origin: { source, line: at },
  keys: { connection: 'c1f00d01' },
  quote: '',
  format: '',
});

it('leaves nothing open of what the server closed, where the client wrote of the begin alone', () => {
  const stitcher = new Stitcher(() => {}, new Set());
  stitcher.add({ ...seenAt('server.log', 1), kind: 'socket-opened', vantage: 'server' });
  stitcher.add({ ...seenAt('field.log', 1), kind: 'socket-opened', vantage: 'client' });
  stitcher.add({ ...seenAt('server.log', 9), kind: 'socket-closed', vantage: 'server', code: 1000 });
  expect(stitcher.finish()).toEqual([]);
});

describe('a log of which some lines are a client’s by their own words', () => {
  const life = (n: number): number => 19 + n * 3;
  const ended = ids.map((id, n) => ({ id, at: 20 + n * 4, lasted: life(n) }));
  const workers = [
    ...ids.map((id, n) => `${second(n + 1)}.140Z INFO render-${n} relay link ${id} established`),
    ...ended
      .slice(0, 3)
      .map(({ id, at, lasted }) => `${second(at)}.105Z WARN relay link ${id} lost (code 1006), alive ${lasted}.0s, retry in 5s`),
  ];
  const relay = [
    ...ids.map((id, n) => `${second(n + 1)}.100Z INFO render-${n} attached as link ${id}`),
    ...ended.slice(2).map(({ id, at, lasted }) => `${second(at)}.100Z WARN link ${id} gone after ${lasted}.0s, close_code=1006`),
  ];

  it('makes no client of the log of the server, of which it has the begins and some ends', async () => {
    const { closures } = await reportOn([
      ['relay.log', relay.join('\n')],
      ['workers.log', workers.join('\n')],
    ]);
    expect(closures.map(({ codes }) => codes)).toEqual([
      { client: 1006 },
      { client: 1006 },
      { client: 1006, server: 1006 },
      { server: 1006 },
      { server: 1006 },
      { server: 1006 },
    ]);
  });
});

describe('telemetry that names the page and its connection', () => {
  const page = (n: number): string => `7ab0000${n}`;
  const telemetry = ids.flatMap((id, n) => [
    { clientTime: `${second(n + 1)}.200Z`, tab: page(n), event: 'rt.connected', peer: id },
    { clientTime: `${second(n + 20)}.200Z`, tab: page(n), event: 'rt.disconnected', peer: id, code: 1006, wasClean: false, openMs: 19_000 },
  ]);
  const refused = {
    clientTime: `${second(40)}.200Z`,
    tab: page(9),
    event: 'rt.disconnected',
    peer: null,
    code: 1006,
    wasClean: false,
    openMs: 0,
  };

  it('tells of connections by the name that those never made lack', async () => {
    const { closures } = await reportOn([['rum.ndjson', [...telemetry, refused].map((record) => JSON.stringify(record)).join('\n')]]);
    expect(closures.map(({ connection }) => connection)).toEqual([...ids, null]);
  });
});

describe('an end that a client alone tells of', () => {
  const closureOf = (own: number, taken: number): Closure | undefined => {
    const closures: Closure[] = [];
    const stitcher = new Stitcher((closure) => closures.push(closure), new Set());
    const events: LogEvent[] = [
      { ...seenAt('field.log', own), kind: 'socket-opened', vantage: 'client' },
      { ...seenAt('field.log', own + 13), kind: 'socket-closed', vantage: 'client', code: 1006, lifeMs: 13_000 },
      { ...seenAt('server.log', taken), kind: 'socket-opened', vantage: 'server' },
    ];
    for (const event of events.sort((a, b) => a.when.fromMs - b.when.fromMs)) stitcher.add(event);
    stitcher.finish();
    return closures[0];
  };

  it('is in the time of the server, which has the begin later than the client’s life', () => {
    const closures: Closure[] = [];
    const stitcher = new Stitcher((closure) => closures.push(closure), new Set());
    stitcher.add({ ...seenAt('server.log', 50), kind: 'socket-opened', vantage: 'server' });
    stitcher.add({ ...seenAt('field.log', 53), kind: 'socket-closed', vantage: 'client', code: 1006, lifeMs: 13_000 });
    stitcher.finish();
    expect(closures).toMatchObject([{ ended: { fromMs: 63_000 }, lifeMs: 13_000, server: 'server.log' }]);
  });

  it('is in the time of the server, which has the begin later than the client', () => {
    expect(closureOf(53, 100)).toMatchObject({ ended: { fromMs: 113_000 }, lifeMs: 13_000, server: 'server.log' });
  });

  it('is when it says, where the begins lie a handshake apart', () => {
    expect(closureOf(105, 100)).toMatchObject({ ended: { fromMs: 118_000 }, lifeMs: 13_000, server: 'server.log' });
  });
});

describe('a log that is called a gateway’s', () => {
  const [one = '', two = ''] = ids;
  const own = [
    `${second(0)}.000Z INFO listening on 8080`,
    ...ids.map((id, n) => `${second(n + 1)}.100Z INFO conn ${id} open`),
    `${second(20)}.100Z WARN conn ${one} closed code=1006`,
    `${second(40)}.100Z INFO conn ${two} closed code=1000`,
  ];
  const viewOf = async (...logs: (readonly [name: string, lines: readonly string[]])[]): Promise<string | null | undefined> => {
    const { closures } = await reportOn(logs.map(([name, lines]) => [name, lines.join('\n')]));
    return closures.find(({ connection }) => connection === one)?.firstSeenBy;
  };

  it('is the server’s where nothing tells of one behind it', async () => {
    expect(await viewOf(['ws-gateway.log', own])).toBe('server');
  });

  it('is a gateway’s beside a server’s log, and where it says that it forwards', async () => {
    expect(await viewOf(['ws-gateway.log', own], ['chat.log', own.slice(0, 1)])).toBe('gateway');
    const forwarded = `${second(30)}.100Z WARN upstream websocket closed conn=${two} code=1006`;
    expect(await viewOf(['ws-gateway.log', [...own.slice(0, -1), forwarded]])).toBe('gateway');
  });
});

describe('of connections that several servers took', () => {
  const hub = (first: number): string[] => [
    `${second(0)}.000Z INFO listening on 8080`,
    ...[0, 1, 2, 3].map((n) => `${second(n + 1)}.100Z INFO ws open id=5f3a0${first + n} remote=192.0.2.${first + n + 1}:4000`),
    `${second(9)}.100Z INFO ws closed id=5f3a0${first} code=1000 remote=192.0.2.${first + 1}:4000`,
  ];
  const agents = [0, 1, 2, 3, 4, 5, 6, 7];
  const clean = (n: number): boolean => n % 4 === 0;
  const told = (n: number): string => (clean(n) ? 'closed code=1000' : 'connection lost code=1006 up=10s');
  const viewsOf = async (field: readonly string[]): Promise<readonly (string | null)[]> => {
    const { closures } = await reportOn([
      ['hub-a.log', hub(0).join('\n')],
      ['hub-b.log', hub(4).join('\n')],
      ['field.log', field.join('\n')],
    ]);
    return closures.map(({ firstSeenBy }) => firstSeenBy);
  };

  it('takes the log of all their ends, without an address, for the clients’, opens or none', async () => {
    const field = agents.flatMap((n) => [
      `${second((n % 4) + 1)}.150Z INFO hub connection 5f3a0${n} established`,
      `${second(clean(n) ? 9 : 12)}.200Z WARN hub connection 5f3a0${n} ${told(n)}`,
    ]);
    expect(await viewsOf(field)).toEqual(Array.from({ length: 6 }, () => 'client'));
  });

  it('takes that of many machines, each with one of them, for the clients’', async () => {
    const field = agents.flatMap((n) => [
      `<132>1 ${second((n % 4) + 1)}.150Z lift-${n} agent 404 - - hub: connected id=5f3a0${n}`,
      `<132>1 ${second(clean(n) ? 9 : 12)}.200Z lift-${n} agent 404 - - hub: ${told(n)} id=5f3a0${n}`,
    ]);
    expect(await viewsOf(field)).toEqual(Array.from({ length: 6 }, () => 'client'));
  });
});

describe('of a server in a journal, that dies, and two programs that connect through a proxy', () => {
  const START = Date.UTC(2026, 10, 17, 22, 30);
  const iso = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
  /** `pushd` has whole seconds and a zone, its clients have neither. */
  const pushd = (seconds: number, text: string): readonly [number, string] => [
    seconds,
    `${iso(seconds).slice(0, 19)}+0000 gw-1 pushd[1808]: ${text}`,
  ];
  const link = (seconds: number, text: string): string =>
    `${iso(seconds).slice(0, 23).replace('T', ' ').replace('.', ',')} WARNING [link] ${text}`;
  const DIED = 180.7;
  const age = (n: number): number => 20 + n * 3.37;
  const opened = (n: number): number => 1 + n * 2.3;
  const north = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const south = [12, 13, 14, 15, 16, 17];
  const ends = (n: number): boolean => n < 7 || n === 12 || n === 13;
  /** South lost three more at once, of which it wrote nothing. */
  const killed = [18, 19, 20, 21, 22, 23];
  const journal = [
    pushd(0, 'pushd 1.9.3 listening on 10.60.2.21:9443'),
    ...[...north, ...south, ...killed].flatMap((n) => [
      pushd(opened(n), `conn d5ed${n + 10} open from 10.60.2.1:${50_000 + n}`),
      ...(ends(n)
        ? [
            pushd(
              opened(n) + age(n),
              `conn d5ed${n + 10} closed after ${age(n).toFixed(3)}s: websocket: close 1006 (abnormal closure): unexpected EOF`,
            ),
          ]
        : []),
      ...(killed.includes(n)
        ? [
            pushd(
              150.2,
              `conn d5ed${n + 10} closed after ${(150.2 - opened(n)).toFixed(3)}s: websocket: close 1006 (abnormal closure): unexpected EOF`,
            ),
          ]
        : []),
    ]),
    pushd(DIED, 'panic: assignment to entry in nil map'),
    pushd(DIED, 'goroutine 63 [running]:'),
    [
      DIED,
      `${iso(DIED).slice(0, 19)}+0000 gw-1 systemd[1]: pushd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT`,
    ] as const,
  ]
    .sort(([a], [b]) => a - b)
    .map(([, line]) => line);
  const seenBy = (some: readonly number[]): string =>
    some
      .map((n): readonly [number, number] => [ends(n) ? opened(n) + age(n) + 0.004 : DIED + 0.02, n])
      .sort(([a], [b]) => a - b)
      .map(([seconds, n]) =>
        link(seconds, `link 7f46${n + 10} down after ${(seconds - opened(n)).toFixed(2)}s, code 1006: no close frame received or sent`),
      )
      .join('\n');
  const closuresOf = async (...logs: readonly (readonly [string, string])[]): Promise<readonly string[]> =>
    (await reportOn([['journal.txt', journal.join('\n')], ...logs])).closures.map(
      ({ cause, inferred }) => `${cause}${inferred ? ', inferred' : ''}`,
    );
  const count = (all: readonly string[], what: string): number => all.filter((one) => one === what).length;

  it('counts what the clients saw of its death as what it had open', async () => {
    const all = await closuresOf(['north.log', seenBy(north)]);
    expect(all).toHaveLength(24);
    expect([count(all, 'crash'), count(all, 'crash, inferred')]).toEqual([5, 4]);
  });

  it('knows who lost what it had open, though they have little else in common', async () => {
    const all = await closuresOf(['south.log', seenBy(south)]);
    expect(all).toHaveLength(24);
    expect([count(all, 'crash'), count(all, 'crash, inferred')]).toEqual([4, 5]);
  });

  it('knows the other program by its words', async () => {
    const all = await closuresOf(['north.log', seenBy(north)], ['south.log', seenBy(south)]);
    expect(all).toHaveLength(24);
    expect([count(all, 'crash'), count(all, 'crash, inferred')]).toEqual([9, 0]);
  });
});

describe('a log of machines that have several connections each, beside that of the pods that take them', () => {
  const POD = 'feed-7b66d9c5f4-2hqnv';
  const loki = (labels: Readonly<Record<string, string>>, n: number, line: string): string =>
    JSON.stringify({ labels, line, timestamp: `${second(n)}.000000001Z` });
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const served = all.flatMap((n) => [
    loki({ app: 'feed', pod: POD }, n + 1, `timestamp=${second(n + 1)}.100000Z level=info event=open sid=5f3a0${n} peer=203.0.113.77`),
    ...(n < 2
      ? [
          loki(
            { app: 'feed', pod: POD },
            15,
            `timestamp=${second(15)}.100000Z level=info event=close sid=5f3a0${n} code=1000 open_s=${14 - n}.0`,
          ),
        ]
      : []),
  ]);
  const lost = all
    .slice(2)
    .map((n) =>
      loki(
        { job: 'worker', host: `site-w${n % 2}` },
        20,
        `${second(20).replace('T', ' ')},115 ERROR feed[${3000 + n}] stream sid=5f3a0${n} lost code=1006: no close frame received or sent after ${19 - n}.0s`,
      ),
    );
  const refused = loki(
    { job: 'worker', host: 'site-w1' },
    21,
    `${second(21).replace('T', ' ')},295 ERROR feed[3009] stream sid=5f3a09 failed code=1006: server rejected WebSocket connection: HTTP 502 after 0.0s`,
  );
  const uid = '6f1d20c7_31be_4a0e_9a55_2b7d0e9b1c42';
  const cgroup = `/kubepods.slice/kubepods-burstable-pod${uid}.slice/cri-containerd-${'5c'.repeat(32)}.scope`;
  const kernel = [
    `${second(20)}+0000 node-a kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup},task=uvicorn,pid=99127,uid=1000`,
    `${second(20)}+0000 node-a kernel: Memory cgroup out of memory: Killed process 99127 (uvicorn) total-vm:1442116kB, anon-rss:398120kB, file-rss:21004kB, shmem-rss:0kB, UID:1000 pgtables:1204kB oom_score_adj:969`,
  ];
  const closuresOf = async (...workers: readonly string[]) =>
    (
      await reportOn([
        ['pods.jsonl', served.join('\n')],
        ['workers.jsonl', workers.join('\n')],
        ['kernel.txt', kernel.join('\n')],
      ])
    ).closures;

  it('is that of clients where these were refused', async () => {
    const closures = await closuresOf(...lost, refused);
    expect(closures.map(({ firstSeenBy }) => firstSeenBy)).toEqual(Array.from({ length: 7 }, () => 'client'));
  });

  it('shows whose pod the kernel killed, of which it knows the uid alone', async () => {
    const closures = await closuresOf(...lost, refused);
    expect(closures.filter(({ cause }) => cause === 'oom')).toHaveLength(6);
  });

  it('is that of clients where they are more machines than one server has', async () => {
    const fleet = lost.map((line, n) => line.replace(/site-w\d/, `site-w${n % 5}`));
    const closures = await closuresOf(...fleet);
    expect(closures.map(({ firstSeenBy }) => firstSeenBy)).toEqual(Array.from({ length: 6 }, () => 'client'));
  });
});

it('takes what a phone says of its network for its own connections only, and its app for a client', async () => {
  const phone = (n: number, level: string, device: string, text: string): string =>
    `"${second(n)}.000Z","","rider-ios","${level} [${device}] cable: ${text}"`;
  const { closures } = await reportOn([
    [
      'extract.csv',
      [
        'Date,Host,Service,Content',
        phone(1, 'INFO', 'dev-a9c04c', 'connected conn=6cf492ed net=cell'),
        phone(2, 'INFO', 'dev-99ed41', 'connected conn=0f9b0790 net=wifi'),
        phone(20, 'INFO', 'dev-a9c04c', 'path unsatisfied (No network route) iface=pdp_ip0'),
        phone(21, 'WARN', 'dev-a9c04c', 'closed conn=6cf492ed code=1006 after=20.0s err=""The network connection was lost."" (-1005)'),
        phone(25, 'WARN', 'dev-99ed41', 'closed conn=0f9b0790 code=1006 after=23.0s err=""The network connection was lost."" (-1005)'),
      ].join('\n'),
    ],
  ]);
  expect(closures.map(({ connection, cause, firstSeenBy }) => [connection, cause, firstSeenBy])).toEqual([
    ['6cf492ed', 'network', 'client'],
    ['0f9b0790', 'unknown', 'client'],
  ]);
});

/** What devices write to a central syslog, each of two lines of one attempt apart from the other by another device's. */
const field = (host: string, n: number, text: string): string =>
  `<132>1 ${second(n)}.${String(n * 7).padStart(3, '0')}Z ${host} agent 404 - - ${text}`;
const devices = ['lift-1', 'lift-2', 'lift-3', 'lift-4', 'lift-5', 'lift-6'];
const died = devices.map((host, n) => field(host, 23, `ws closed session=7c13c05${n} code=1006 reason="" after 1${n}.375s`));
const refusedOnes = [
  ...['lift-1', 'lift-2'].map((host, n) => field(host, 24, `ws error attempt=c206e${n}: Unexpected server response: 502`)),
  ...['lift-1', 'lift-2'].map((host, n) => field(host, 24, `ws closed attempt=c206e${n} code=1006 before open`)),
];

it('takes the log of many machines, each with one connection at a time, for that of clients', async () => {
  const { closures } = await reportOn([['field.log', [...died, ...refusedOnes].join('\n')]]);
  expect(closures.map(({ cause, firstSeenBy }) => `${cause} ${firstSeenBy}`).sort()).toEqual([
    ...Array.from({ length: 2 }, () => 'handshake-failure client'),
    ...Array.from({ length: 6 }, () => 'unknown client'),
  ]);
});

it('takes machines that hold several connections at once for servers', async () => {
  const held = devices.map((host, n) => field(host, 23, `ws closed session=8c13c05${n} code=1006 reason="" after 1${n}.975s`));
  const { closures } = await reportOn([['field.log', [...died, ...held, ...refusedOnes].join('\n')]]);
  expect(closures.filter(({ firstSeenBy }) => firstSeenBy === 'server')).toHaveLength(14);
});
