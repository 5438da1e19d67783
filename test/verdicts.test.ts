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

async function report(logs: Readonly<Record<string, readonly string[]>>): Promise<Whole> {
  const texts: Logs = Object.fromEntries(Object.entries(logs).map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
  return reportOn(Object.entries(texts));
}
const causesOf = ({ closures }: Whole): Readonly<Record<string, string>> =>
  Object.fromEntries(closures.map(({ connection, cause }) => [connection, cause]));

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
