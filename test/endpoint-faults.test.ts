/** What an endpoint does to its connections by itself: no cause stands for it, and no other cause is blamed for it. */
import { describe, expect, it } from 'vitest';
import { reportOn, type Whole } from './logs-in-memory.ts';

const START = Date.parse('2026-11-22T20:00:00Z');
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);
const ip = (n: number): string => `10.20.0.${100 + n}`;
const opened = (at: number, n: number): string => `${iso(at)} INFO  [ws] connection opened id=a${n}ff00 ip=${ip(n)}`;
const closed = (at: number, n: number, life: number, code = 1006, reason = ''): string =>
  `${iso(at)} WARN  [ws] connection closed id=a${n}ff00 ip=${ip(n)} code=${code} reason="${reason}" duration=${life}s`;
const silent = (at: number, n: number): string => `${iso(at)} WARN  [ws] client a${n}ff00 did not answer ping, terminating`;
const client = (at: number, n: number, life: number, code = 1006): string =>
  JSON.stringify({ ts: START / 1000 + at, event: 'ws_close', conn_id: `a${n}ff00`, close_code: code, close_reason: '', elapsed_s: life });

const report = (logs: Readonly<Record<string, readonly string[]>>): Promise<Whole> =>
  reportOn(Object.entries(logs).map(([name, lines]) => [name, `${lines.join('\n')}\n`]));

/** Ten clients of one server, of which those numbered here fall silent at 400 s. */
const terminated = (all: readonly number[]): readonly string[] => [
  ...count(10).map((n) => opened(n * 7, n)),
  ...all.flatMap((n) => [silent(400 + n / 1000, n), closed(400.001 + n / 1000, n, 400 - n * 7)]),
  ...count(10).map((n) => opened(402 + n / 10, n + 20)),
];

describe('a handler that threw', () => {
  const threw = (at: number, says: string, id?: string): string =>
    JSON.stringify({
      time: iso(at),
      level: 'ERROR',
      logger: 'aiohttp.server',
      ...(id !== undefined && { conn: id }),
      message: `Error handling request\nTraceback (most recent call last):\n  File "/app/ws.py", line 203, in on_event\n    seat = rooms[room]\n${says}`,
    });
  const json = (at: number, n: number, life?: number): string =>
    JSON.stringify({
      time: iso(at),
      level: 'INFO',
      logger: 'ws',
      message: life === undefined ? 'ws opened' : 'ws closed',
      conn: `a${n}ff00`,
      ...(life !== undefined && { close_code: 1006, seconds: life + 0.001 }),
    });
  const of = (line: string): Promise<Whole> =>
    report({ 'app.log': [...count(5).map((n) => json(n * 7, n)), line, json(400.002, 2, 386.002), json(410, 9)] });

  it.each([
    ["KeyError: 'room'", 'a2ff00'],
    ["KeyError: 'room'", undefined],
  ])('is why its connection ended: %s of %s', async (says, id) => {
    const found = await of(threw(400, says, id));
    expect(found.incidents[0]).toMatchObject({ cause: 'unknown', hop: 'server', detail: `the server's handler of it failed: ${says}` });
  });

  it.each([
    ["KeyError: 'room'", 'a3ff00'],
    ['ConnectionResetError: Cannot write to closing transport', 'a2ff00'],
    ['RuntimeError: Cannot call "send" once a close message has been sent.', undefined],
  ])('is none where another threw, or where the end came first: %s of %s', async (says, id) => {
    expect((await of(threw(400, says, id))).incidents[0]?.detail).not.toContain('handler');
  });
});

describe('a server that stood still', () => {
  it.each([
    ['warn: event loop blocked for 47012ms'],
    ['WARN  [monitor] Event loop lag: 47012 ms'],
    ['WARN  [HikariPool-1 housekeeper] HikariPool-1 - Thread starvation or clock leap detected (housekeeper delta=47s12ms).'],
    ['WARN  Thread Thread[vert.x-eventloop-thread-0,5,main] has been blocked for 47012 ms, time limit is 2000 ms'],
    ["WARNING asyncio Executing <Task pending name='Task-12' coro=<report()>> took 47.012 seconds"],
    [JSON.stringify({ level: 'warn', time: iso(400), msg: 'event loop lag', lagMs: 47_012 })],
  ])('and says so is why its heartbeat took clients for dead: %s', async (said) => {
    const line = said.startsWith('{') ? said : `${iso(400)} ${said}`;
    const found = await report({ 'app.log': terminated(count(10)).toSpliced(10, 0, line) });
    expect(new Set(found.closures.map(({ cause }) => cause))).toEqual(new Set(['unknown']));
    expect(found.incidents[0]).toMatchObject({ hop: 'server', detail: 'the server stood still for 47 s, longer than a heartbeat waits' });
    expect(found.incidents[0]?.evidence[0]?.text).toContain(said.slice(0, 20));
    expect(found.fixes.map(({ title }) => title)).toContain('Let heartbeats outlast a stall of the server');
  });

  it('is told by the pause in its garbage collector’s log', async () => {
    const found = await report({
      'app.log': terminated(count(10)),
      'gc.log': [
        `[${iso(399.99).replace('Z', '+0000')}][info][gc] GC(45) Pause Full (G1 Compaction Pause) 3900M->3800M(4096M) 31345.678ms`,
      ],
    });
    expect(found.incidents[0]).toMatchObject({
      cause: 'unknown',
      detail: 'the server stood still for 31.3 s, longer than a heartbeat waits',
    });
  });

  it('for a moment, or at another time, or elsewhere, excuses no silent client', async () => {
    const lines = terminated([3, 7]);
    const nets = async (line: string): Promise<unknown> => (await report({ 'app.log': [...lines, line].sort() })).incidents[0]?.cause;
    expect(await nets(`${iso(400)} warn: event loop blocked for 112ms`)).toBe('network');
    expect(await nets(`${iso(100)} warn: event loop blocked for 47012ms`)).toBe('network');
    const other = JSON.stringify({
      level: 'warn',
      time: iso(400),
      pod: 'billing-1',
      service: 'billing',
      msg: 'event loop blocked for 47012ms',
    });
    const found = await report({
      'app.log': lines.map((line) => JSON.stringify({ level: 'info', time: line.slice(0, 24), service: 'chat', msg: line.slice(25) })),
      'billing.log': [other],
    });
    expect(found.incidents[0]?.cause).toBe('network');
  });

  it('may be why all heartbeats ran out in one turn', async () => {
    const found = await report({ 'app.log': terminated(count(10)) });
    expect(found.incidents[0]).toMatchObject({ cause: 'unknown', hop: 'server' });
    expect(found.incidents[0]?.detail).toContain('in one turn');
  });
});

describe('heartbeats with a timer for each connection', () => {
  const line = (at: number, text: string, more: object): string => JSON.stringify({ level: 'info', time: iso(at), msg: text, ...more });
  const open = (n: number): string => line(10 + 3 * n, 'client connected', { sid: `a${n}ff00`, ip: ip(n) });
  const gone = (at: number, n: number, reason: string): string =>
    line(at, 'client disconnected', { sid: `a${n}ff00`, reason, connectedMs: (at - 10 - 3 * n) * 1000 });
  /** Ten clients, of which four go by their heartbeats; four more live on until they leave. */
  const logs = (ends: readonly number[], more: readonly string[] = []): Readonly<Record<string, readonly string[]>> => ({
    'app.log': [
      ...count(10).map(open),
      ...more,
      ...ends.map((at, n) => gone(at, n, 'ping timeout')),
      ...count(4).map((n) => gone(450 + 11 * n, n + 5, 'client namespace disconnect')),
    ],
  });

  it('run out in one turn of a loop that stood still', async () => {
    const found = await report(logs([390, 390.002, 390.003, 390.005]));
    expect(found.incidents.find(({ closures }) => closures === 4)).toMatchObject({
      cause: 'unknown',
      hop: 'server',
      detail: '4 heartbeats of the server, each with a timer of its own, ran out in one turn: the server stood still',
    });
  });

  it('as its monitor wrote once, when it began', async () => {
    const monitor = line(382, 'event loop delay above threshold', { eventLoop: { maxMs: 5453 } });
    const found = await report(logs([390, 390.002, 390.003, 390.005], [monitor]));
    expect(found.incidents.find(({ closures }) => closures === 4)).toMatchObject({
      cause: 'unknown',
      detail: 'the server stood still for 5.5 s, longer than a heartbeat waits',
    });
  });

  it('run out one after the other when a path is lost', async () => {
    const found = await report(logs([390, 392.1, 394.7, 398.2]));
    expect(new Set(found.closures.map(({ cause }) => cause))).toEqual(new Set(['network']));
  });
});

describe('a frame that one side refused', () => {
  const others = [opened(1, 8), opened(2, 9), closed(500, 8, 499, 1000), closed(600, 9, 598, 1000)];

  it.each([
    ['Max payload size exceeded', 'size'],
    ['Invalid WebSocket frame: invalid UTF-8 sequence', 'frames'],
    ['websocket: read limit exceeded', 'size'],
  ])('is why that connection ended: %s', async (words, what) => {
    const found = await report({
      'app.log': [opened(0, 1), `${iso(30)} ERROR [ws] ws error: RangeError: ${words}`, closed(30.004, 1, 30.004), ...others],
      'client-ws.log': [client(30.01, 1, 30.01)],
    });
    expect(found.incidents[0]).toMatchObject({ cause: 'unknown', hop: 'server' });
    expect(found.incidents[0]?.detail).toContain(words);
    expect(found.fixes.map(({ title }) => title)).toContain(
      what === 'size' ? 'Agree on the size of a message' : 'Find what breaks the frames',
    );
  });

  it('is told by the code that its side closed with', async () => {
    const found = await report({
      'app.log': [opened(0, 1), closed(30.004, 1, 30.004, 1009), ...others],
      'client-ws.log': [client(30.01, 1, 30.01)],
    });
    expect(found.incidents[0]).toMatchObject({
      cause: 'unknown',
      hop: 'server',
      detail: 'the server closed it with 1009 for a message that was too big; the other side did not get that frame',
    });
    expect(found.fixes[0]?.text).toContain('maxPayload');
  });

  it('on one connection says nothing of another', async () => {
    const found = await report({
      'app.log': [
        opened(0, 1),
        opened(0, 2),
        `${iso(30)} ERROR [ws] ws error: conn=a1ff00 RangeError: Max payload size exceeded`,
        silent(30.002, 2),
        closed(30.003, 2, 30.003),
        closed(30.004, 1, 30.004),
        ...others,
      ],
    });
    expect(Object.fromEntries(found.closures.map(({ connection, cause }) => [connection, cause]))).toEqual({
      a1ff00: 'unknown',
      a2ff00: 'network',
    });
  });
});
