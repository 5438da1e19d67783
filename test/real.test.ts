/**
 * The main job against real software: nginx and HAProxy in front of a real `ws` server, logs as they were really written, and the
 * built program's JSON report. What is not on the PATH is skipped and said so.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ClosureReport, Report } from '../src/report.ts';
import { haproxyCfg, nginxConf, type Place } from './generate/proxies.ts';
import type { ServerOptions } from './generate/server.ts';

const built = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
const onPath = (program: string): boolean =>
  spawnSync('which', [program], { env: { PATH: `${process.env['PATH']}:/usr/sbin` } }).status === 0;

let folder = '';
let logs = '';
let children: ChildProcess[] = [];

beforeAll(() => {
  if (!existsSync(built('bundle/cli.js'))) throw new Error('dist/ is missing: run `npm run build` first');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'why1006-real-'));
  logs = join(folder, 'logs');
  mkdirSync(logs);
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await Promise.race([once(child, 'exit'), sleep(3_000)]);
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (up) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function start(program: string, ...rest: string[]): ChildProcess {
  const output = openSync(join(logs, program === process.execPath ? 'app.log' : `${program}.log`), 'a');
  const child = spawn(program, rest, {
    stdio: ['ignore', output, output],
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  children.push(child);
  return child;
}

/** A server with pino-like logs that sends no heartbeats. */
async function startServer(port: number): Promise<ChildProcess> {
  const options: ServerOptions = {
    instance: 1,
    address: '127.0.0.1',
    port,
    style: 'pino',
    service: 'chat-ws',
    ledger: join(folder, 'ledger.jsonl'),
    heartbeatMs: 0,
    skewMs: 0,
    logsOpens: true,
    ownIds: false,
    death: 'none',
    catches: false,
    onTerm: 'graceful',
  };
  const file = join(folder, 'server.json');
  writeFileSync(file, JSON.stringify(options));
  const server = start(process.execPath, built('test/generate/server.js'), file);
  await untilListening(port);
  return server;
}

async function place(): Promise<Place> {
  return { address: '127.0.0.1', port: await freePort(), upstreams: [await freePort()], work: folder, logs };
}

async function startNginx(at: Place, seconds: number): Promise<void> {
  const conf = join(folder, 'nginx.conf');
  writeFileSync(conf, nginxConf({ access: 'timed', errorLevel: 'info' }, seconds, at));
  start('nginx', '-e', join(logs, 'nginx-error.log'), '-c', conf);
  await untilListening(at.port);
}

async function startHaproxy(at: Place, seconds: number): Promise<void> {
  const cfg = join(folder, 'haproxy.cfg');
  writeFileSync(cfg, haproxyCfg({ setting: 'timeout tunnel', seconds }, 'log stdout format raw local0 info', at));
  start('haproxy', '-W', '-f', cfg);
  await untilListening(at.port);
}

interface Client {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
}

/** A client that writes down its own `onclose` when given a file. */
async function open({ port }: Place, id: string, telemetry?: string): Promise<Client> {
  const openedAt = Date.now();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?cid=${id}`, { headers: { 'x-client-id': id } });
  const closed = new Promise<number>((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      const record = {
        timestamp: new Date().toISOString(),
        event: 'close',
        connectionId: id,
        code,
        reason: String(reason),
        wasClean: code !== 1006,
        durationMs: Date.now() - openedAt,
      };
      if (telemetry !== undefined) appendFileSync(telemetry, `${JSON.stringify(record)}\n`);
      resolve(code);
    });
  });
  await once(socket, 'open');
  return { socket, closed };
}

function report(): Report & { readonly closures: readonly ClosureReport[] } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [built('bundle/cli.js'), '--format', 'json', logs], { encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Report & { readonly closures: readonly ClosureReport[] };
}

/** Every quoted line stands where the report says. */
function expectQuotesInPlace(closures: readonly ClosureReport[]): void {
  for (const { source, line, text } of closures.flatMap(({ evidence }) => evidence)) {
    if (line === 0) continue;
    const file = join(logs, source.slice(source.lastIndexOf('/') + 1));
    expect(readFileSync(file, 'utf8').split('\n')[line - 1]).toContain(text);
  }
}

/** Five idle connections of different ages are cut by the proxy's 2 s timer; one that leaves by itself is clean. */
async function cutIdle(at: Place): Promise<void> {
  const clients: Client[] = [];
  for (const id of ['idle-1', 'idle-2', 'idle-3', 'idle-4', 'idle-5']) {
    clients.push(await open(at, id));
    await sleep(250);
  }
  const polite = await open(at, 'polite-1');
  polite.socket.close(1000);
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1006, 1006, 1006, 1006, 1006]);
  await sleep(300);
}

function expectTimeouts(product: RegExp): void {
  const { closures, summary } = report();
  expect(closures.map(({ connection, cause }) => `${connection} ${cause}`).sort()).toEqual(
    [1, 2, 3, 4, 5].map((n) => `idle-${n} proxy-timeout`),
  );
  expect(summary.cleanClosures).toBeGreaterThanOrEqual(1);
  for (const { hop, detail, grade, durationMs } of closures) {
    expect(`${hop} ${detail}`).toMatch(product);
    expect(['confirmed', 'likely']).toContain(grade);
    expect(durationMs).toBeGreaterThan(1_500);
    expect(durationMs).toBeLessThan(4_000);
  }
  expectQuotesInPlace(closures);
}

describe('an idle timer of 2 s', () => {
  it('of nginx (needs nginx)', async ({ skip }) => {
    skip(!onPath('nginx'), 'nginx is not on the PATH');
    const at = await place();
    await startServer(at.upstreams[0] ?? 0);
    await startNginx(at, 2);
    await cutIdle(at);
    expectTimeouts(/nginx/i);
  });
  it('of HAProxy, timeout tunnel (needs haproxy)', async ({ skip }) => {
    skip(!onPath('haproxy'), 'haproxy is not on the PATH');
    const at = await place();
    await startServer(at.upstreams[0] ?? 0);
    await startHaproxy(at, 2);
    await cutIdle(at);
    expectTimeouts(/haproxy/i);
  });
});

describe('a server killed with SIGKILL', () => {
  it('behind nginx, clients that talk (needs nginx)', async ({ skip }) => {
    skip(!onPath('nginx'), 'nginx is not on the PATH');
    const at = await place();
    const upstream = at.upstreams[0] ?? 0;
    const server = await startServer(upstream);
    await startNginx(at, 60);
    const telemetry = join(logs, 'client-ws.log');
    const ids = ['talk-1', 'talk-2', 'talk-3', 'talk-4'];
    const clients = await Promise.all(ids.map((id) => open(at, id, telemetry)));
    const talk = setInterval(() => {
      for (const { socket } of clients) if (socket.readyState === WebSocket.OPEN) socket.send('hello');
    }, 200);
    await sleep(1_500);
    server.kill('SIGKILL');
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1006, 1006, 1006, 1006]);
    clearInterval(talk);
    await sleep(500);
    await startServer(upstream);
    const { closures } = report();
    expect(closures.map(({ connection }) => connection).sort()).toEqual(ids);
    // No log names the kill: the server's silence and its new start are all there is. A crash may be inferred, no more than that.
    for (const { cause, grade } of closures) {
      expect(['crash', 'unknown']).toContain(cause);
      expect(grade).not.toBe('confirmed');
    }
    expectQuotesInPlace(closures);
  });
});
