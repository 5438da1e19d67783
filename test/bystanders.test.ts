/** Verdicts where what stands near misleads: other pods, other hops, pages that are left, words without a stamp. */
import { describe, expect, it } from 'vitest';
import { reportOn, type Whole } from './logs-in-memory.ts';

const START = Date.parse('2026-11-22T20:00:00Z');
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const whole = (seconds: number): string => `${iso(seconds).slice(0, 19)}Z`;
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);
const ip = (n: number): string => `198.51.100.${100 + n}`;

const opened = (at: number, id: string, more = ''): string => `${iso(at)} INFO  [ws] connection opened id=${id}${more}`;
const closed = (at: number, id: string, life: number, code = 1006, more = ''): string =>
  `${iso(at)} WARN  [ws] connection closed id=${id} code=${code} reason="" duration=${life}s${more}`;
const client = (at: number, id: string, life: number, code = 1006): string =>
  JSON.stringify({ ts: START / 1000 + at, event: 'ws_close', conn_id: id, close_code: code, close_reason: '', elapsed_s: life });
/** The ends of connections of different ages in one moment. */
const lost = (at: number, ids: readonly string[]): string[] => ids.map((id, n) => client(at + n / 500, id, at - 7 * n - 3));
/** Their beginnings. */
const lived = (at: number, ids: readonly string[], more = ''): string[] => ids.map((id, n) => opened(7 * n + 3 + at / 1e6, id, more));
const ids = (prefix: string, n: number): readonly string[] => count(n).map((one) => `${prefix}${one}f${one}b7c2d`);

async function report(logs: Readonly<Record<string, readonly string[]>>): Promise<Whole> {
  return reportOn(Object.entries(logs).map(([name, lines]) => [name, `${lines.join('\n')}\n`] as const));
}
const causeOf = ({ closures }: Whole, id: string): string | undefined => closures.find(({ connection }) => connection === id)?.cause;
const refuted = ({ closures }: Whole, id: string, cause: string): string | undefined =>
  closures.find(({ connection }) => connection === id)?.ruledOut.find((one) => one.cause === cause)?.why;

describe('last words without a stamp', () => {
  const mine = ids('a', 8);
  const panic = [
    'panic: runtime error: index out of range [12] with length 12',
    '',
    'goroutine 1 [running]:',
    'main.(*Hub).run(0xc0001a2000)',
  ];

  it('are those of the moment after the line above them in which the connections ended', async () => {
    const found = await report({ 'rt-previous.log': [...lived(0, mine), ...panic], 'client-ws.log': lost(140, mine) });
    expect(causeOf(found, 'a0f0b7c2d')).toBe('crash');
    expect(found.closures.every(({ grade }) => grade !== 'confirmed' && grade !== 'unknown')).toBe(true);
  });

  it('explain no single end long after', async () => {
    const found = await report({ 'rt-previous.log': [...lived(0, mine), ...panic], 'client-ws.log': lost(140, mine.slice(0, 1)) });
    expect(causeOf(found, 'a0f0b7c2d')).not.toBe('crash');
  });
});

describe('a stop without a record of the end', () => {
  const mine = ids('b', 7);
  const stop = `${iso(60)} INFO  [main] SIGTERM received, draining`;

  it('explains what breaks off when its grace is over', async () => {
    const found = await report({ 'app.log': [...lived(0, mine), stop], 'client-ws.log': lost(90.2, mine) });
    expect(causeOf(found, 'b3f3b7c2d')).toBe('deploy-restart');
  });

  it('explains nothing between', async () => {
    const found = await report({ 'app.log': [...lived(0, mine), stop], 'client-ws.log': lost(80.2, mine) });
    expect(causeOf(found, 'b3f3b7c2d')).not.toBe('deploy-restart');
  });
});

describe('the death of one pod', () => {
  const [mine, others] = [ids('c', 6), ids('d', 6)];
  const stern = (pod: string, lines: readonly string[]): string[] => lines.map((line) => `${pod} io ${line}`);

  it('is not that of another one whose lines stand in the same log', async () => {
    const found = await report({
      'stern.log': [
        ...stern('io-5b8c9-p9w2m', lived(0, mine)),
        ...stern('io-5b8c9-4xkzt', lived(1, others)),
        ...stern('io-5b8c9-p9w2m', [`${iso(60)} INFO  [main] SIGTERM received, shutting down`]),
        ...stern('io-5b8c9-4xkzt', [closed(60.9, 'd2f2b7c2d', 43.9), closed(75, 'd3f3b7c2d', 51, 1000)]),
      ],
      'client-ws.log': lost(60.4, mine),
    });
    expect(causeOf(found, 'c1f1b7c2d')).toBe('deploy-restart');
    expect(causeOf(found, 'd2f2b7c2d')).not.toBe('deploy-restart');
  });

  const describedPod = (address: string): string[] => [
    'Name:             hub-5c7b9d6f4-zzq8k',
    'Namespace:        trade',
    `IP:               ${address}`,
    'Containers:',
    '  hub:',
    '    Last State:     Terminated',
    '      Reason:       Error',
    '      Exit Code:    134',
    '      Started:      Sun, 22 Nov 2026 19:00:10 +0000',
    '      Finished:     Sun, 22 Nov 2026 20:01:30 +0000',
  ];
  const tunnels = count(6).map(
    (n) =>
      `${ip(n)} - - [22/Nov/2026:20:01:30 +0000] "GET /ws?cid=${ids('e', 6)[n]} HTTP/1.1" 101 128 "-" "okhttp/4.12.0" rt=${80 - 7 * n}.5 uct="0.001" uht="0.005" urt="${80 - 7 * n}.5" ua="10.240.0.61:8080" us="101"`,
  );
  const rivals = [`${iso(88)} mail systemd[1]: report.service: Main process exited, code=exited, status=1/FAILURE`];

  it('is told by the address that the proxy calls its upstream', async () => {
    const logs = { 'nginx-access.log': tunnels, 'client-ws.log': lost(90.3, ids('e', 6)), 'journal.txt': rivals };
    const found = await report({ ...logs, 'describe-pod.txt': describedPod('10.240.0.61') });
    expect(causeOf(found, 'e2f2b7c2d')).toBe('crash');
    const other = await report({ ...logs, 'describe-pod.txt': describedPod('10.240.0.99') });
    expect(other.closures.filter(({ grade }) => grade === 'confirmed')).toEqual([]);
  });

  it('is told by the name that the log is kept under', async () => {
    const found = await report({
      'hub-previous.log': [...lived(0, mine), closed(50, 'z0f0b7c2d', 30, 1000)],
      'client-ws.log': lost(90.3, mine),
      'describe-pod.txt': describedPod('10.240.0.61'),
    });
    expect(causeOf(found, 'c1f1b7c2d')).toBe('crash');
  });
});

describe('a connector that loses its connections to the edge', () => {
  const mine = ids('f', 8);
  const gone = count(4).map((n) => `${whole(90)} INF Unregistered tunnel connection connIndex=${n} event=0 ip=198.41.200.33`);
  const alone = (extra: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
    'cloudflared.log': [
      `${whole(0)} INF Registered tunnel connection connIndex=0 connection=a04223fc-ff5a-4891-9d98-4a6279af1c9c event=0 ip=198.41.200.141 location=fra17 protocol=quic`,
      ...extra,
      ...gone,
    ],
    'client-ws.log': lost(90.3, mine),
  });

  it('when its grace is over was told to stop', async () => {
    const found = await report(alone([`${whole(60)} INF Initiating graceful shutdown due to signal terminated ...`]));
    expect(causeOf(found, 'f1f1b7c2d')).toBe('deploy-restart');
    expect(refuted(found, 'f1f1b7c2d', 'network')).toContain('told to stop');
  });

  it('without a word before lost its path', async () => {
    expect(causeOf(await report(alone([])), 'f1f1b7c2d')).toBe('network');
  });
});

describe('pages that are left', () => {
  it('say 1001 too: that is no deploy', async () => {
    const found = await report({
      'client-ws.log': [
        ...count(20).map((n) => client(30 * n + 7, `p${n}f3b7c2d`, 11.3 + 5.7 * n, 1001)),
        client(301, 'q1f3b7c2d', 41.2, 1001),
        client(302, 'q2f3b7c2d', 201.9, 1001),
        client(302.5, 'q3f3b7c2d', 88.8),
      ],
    });
    expect(causeOf(found, 'q3f3b7c2d')).toBe('unknown');
    expect(found.closures.map(({ runnerUp }) => runnerUp?.cause)).not.toContain('deploy-restart');
  });
});

describe('connections of many addresses that end in one moment', () => {
  const mine = ids('g', 14);
  const start = (n: number): string => new Date(START + (7 * n + 3) * 1000).toISOString().slice(11, 23);
  const haproxy = mine.map(
    (id, n) =>
      `${ip(n)}:4${1000 + n} [22/Nov/2026:${start(n)}] ws_in ws_nodes/ws1 0/0/0/1/${(120 - 7 * n - 3) * 1000} 101 267 - - ---- 8/8/7/7/0 0/0 "GET /ws?cid=${id} HTTP/1.1"`,
  );
  const server = mine.map((id, n) => closed(120 + n / 300, id, 117 - 7 * n, 1006, ` ip=${ip(n)}`));

  it('were not for sure left by their clients', async () => {
    const found = await report({
      'app.log': [...server, opened(125, 'y0f0b7c2d'), closed(160, 'y0f0b7c2d', 35, 1000)],
      'haproxy.log': haproxy,
    });
    expect(found.closures.filter(({ cause, grade }) => cause === 'client-abort' && grade === 'confirmed')).toEqual([]);
  });
});

describe('a write that finds connections dead', () => {
  const dead = (at: number, id: string, life: number, silence: number): string =>
    `${iso(at)} WARN  [ws] connection closed id=${id} code=1006 duration=${life}s idle_s=${silence} reason="write tcp 10.0.0.7:8080->203.0.113.9:40211: write: connection reset by peer"`;
  const survivors = count(30).flatMap((n) => [opened(31 * n, `s${n}f3b7c2d`), closed(31 * n + 2_700, `s${n}f3b7c2d`, 2_700, 1000)]);

  it('after a long silence, many at once, lost them on the way', async () => {
    const found = await report({
      'app.log': [...survivors, ...ids('n', 9).map((id, n) => dead(1_800 + n / 50, id, 1_100 + 71 * n, 1_050 + 69 * n))],
    });
    expect(causeOf(found, 'n3f3b7c2d')).toBe('network');
    expect(found.closures.every(({ grade }) => grade !== 'confirmed')).toBe(true);
  });

  it('right after they spoke says nothing of the way', async () => {
    const found = await report({
      'app.log': [...survivors, ...ids('n', 9).map((id, n) => dead(1_800 + n / 50, id, 1_100 + 71 * n, 3))],
    });
    expect(causeOf(found, 'n3f3b7c2d')).not.toBe('network');
  });
});

describe('a gateway', () => {
  it('speaks of its upstream: its lines are not the server’s', async () => {
    const found = await report({
      'bff.log': [
        JSON.stringify({
          level: 'warn',
          ts: START / 1000 + 30,
          msg: 'upstream connection lost',
          conn: '60c89a5a',
          error: 'websocket: close 1006 (abnormal closure): unexpected EOF',
        }),
      ],
    });
    expect(found.closures.map(({ codes }) => codes)).toEqual([{ gateway: 1006 }]);
  });
});

describe('a life that Caddy caps', () => {
  const cut = (at: number, id: string): string =>
    `${iso(at)} WARN  [ws] connection closed id=${id} duration=660.0${1 + (at % 7)}s error="WebSocket protocol error: Connection reset without closing handshake"`;
  it('is a pile though the library calls the reset a protocol error', async () => {
    const found = await report({
      'app.log': [...ids('h', 9).map((id, n) => cut(700 + 31 * n, id)), closed(1_000, 'y0f0b7c2d', 99.5, 1000)],
    });
    expect(found.patterns[0]).toContain('a timer of 11 min');
    expect(causeOf(found, 'h1f1b7c2d')).toBe('proxy-timeout');
  });
});

describe('what is ruled out', () => {
  it('is not ruled out by a silence that the logs do not keep', async () => {
    const journal = (at: number, text: string): string => `${iso(at).slice(0, 19)}+0000 host1 systemd[1]: ${text}`;
    const logs = (stop: string): Readonly<Record<string, readonly string[]>> => ({
      'client-ws.log': [client(100, 'k1f1b7c2d', 41.2), client(300, 'k2f1b7c2d', 55)],
      'journal.txt': [
        journal(10, 'Started logrotate.service - Rotate log files.'),
        journal(150, stop),
        journal(400, 'Reached target timers.target - Timer Units.'),
      ],
    });
    expect(refuted(await report(logs('Stopping chat.service - Chat...')), 'k1f1b7c2d', 'deploy-restart')).toBeUndefined();
    expect(refuted(await report(logs('Started fstrim.service - Discard unused blocks.')), 'k1f1b7c2d', 'deploy-restart')).toContain(
      'no stop',
    );
  });
});

describe('clocks', () => {
  it('are told by opens in one log and lives in the other', async () => {
    const mine = ids('m', 6);
    const local = (at: number, text: string): string =>
      `${iso(at + 19_800)
        .slice(0, 19)
        .replace('T', ' ')},000 INFO  ${text}`;
    const found = await report({
      'wsd.log': mine.map((id, n) => local(11 * n * n + 3, `connection opened id=${id}`)),
      'client-ws.log': mine.map((id, n) => client(11 * n * n + 3 + 40 + 5 * n, id, 40 + 5 * n)),
    });
    expect(found.clocks.find(({ source }) => source === 'wsd.log')?.offsetMs).toBeCloseTo(-19_800_000, -3);
  });
});
