/** A WebSocket server that logs the way applications do and can be made to die. `process.argv`: the file that holds its options. */
import { readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DurationMs } from '../../src/types.ts';
import { record } from './ledger.ts';
import { STYLES, type StyleName } from './styles.ts';

export interface ServerOptions {
  readonly instance: number;
  readonly address: string;
  readonly port: number;
  readonly style: StyleName;
  readonly service: string;
  readonly ledger: string;
  /** Interval of pings; a client that let one go unanswered is terminated at the next. 0 = none. */
  readonly heartbeatMs: DurationMs;
  /** How far the process's clock is off. */
  readonly skewMs: DurationMs;
  readonly logsOpens: boolean;
  /** Connections get ids of the server's own. */
  readonly ownIds: boolean;
  /** What SIGUSR2 does. */
  readonly death: 'throw' | 'abort' | 'exit' | 'heap' | 'none';
  /** An `uncaughtException` handler logs the error, ends the sockets, logs their closes and exits. */
  readonly catches: boolean;
  /** What SIGTERM does: close frames with 1001, sockets cut and logged, or a mere exit. */
  readonly onTerm: 'graceful' | 'terminate' | 'exit';
}

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ServerOptions;
const style = STYLES[options.style]({ service: options.service, hostname: hostname(), pid: process.pid });
const now = (): number => Date.now() + options.skewMs;
const log = (line: string): void => void writeSync(1, `${line}\n`);

const http = createServer((request, response) => {
  if (request.url?.startsWith('/api/slow')) setTimeout(() => response.end('late'), 2_500);
  else response.end('ok');
});
const sockets = new WebSocketServer({ server: http });
// Counts on from the pid, so that a restarted server does not give an id again.
let lastOwnId = process.pid * 1_000;

sockets.on('connection', (socket, request) => {
  const client = String(request.headers['x-client-id'] ?? '');
  const forwarded = String(request.headers['x-forwarded-for'] ?? '');
  const id = options.ownIds ? String(++lastOwnId) : client;
  const peer = { id, ip: forwarded || (request.socket.remoteAddress ?? '').replace('::ffff:', ''), port: request.socket.remotePort ?? 0 };
  const openedAt = Date.now();
  let [lastAt, received, sent, answered] = [openedAt, 0, 0, true];
  if (options.logsOpens) log(style.opened(now(), peer));
  record(options.ledger, { what: 'open', at: openedAt, side: 'server', client, instance: options.instance, own: id });
  socket.on('message', (data) => {
    lastAt = Date.now();
    received++;
    const text = String(data);
    if (text === 'bye') return socket.close(1000, 'done');
    sent++;
    socket.send(`ack ${text}`);
  });
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('error', (error) => log(style.note(now(), 'error', error.message)));
  const heartbeat = options.heartbeatMs > 0 ? setInterval(beat, options.heartbeatMs) : undefined;
  function beat(): void {
    if (answered) {
      answered = false;
      socket.ping();
      return;
    }
    log(style.note(now(), 'warn', `Client ${id} did not answer ping, terminating`));
    socket.terminate();
  }
  socket.on('close', (code, reason) => {
    clearInterval(heartbeat);
    const at = Date.now();
    const [lifeMs, idleMs] = [at - openedAt, at - lastAt];
    log(style.closed(now(), { ...peer, code, reason: String(reason), lifeMs, idleMs, received, sent }));
    record(options.ledger, { what: 'close', at, side: 'server', client, code, lifeMs, idleMs });
  });
});

/** A message for a user that is gone: the kind of mistake that ends Node processes. */
function deliver(sessions: ReadonlyMap<string, { readonly user: { readonly name: string } }>): string {
  const session = sessions.get('left') as { readonly user: { readonly name: string } };
  return session.user.name;
}

function fillHeap(): void {
  const kept: string[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => `${kept.length}:${index}`));
}

function whenAllClosed(then: () => void): void {
  const waiting = setInterval(() => {
    if (sockets.clients.size > 0) return;
    clearInterval(waiting);
    then();
  }, 10);
}
const endAll = (how: (socket: WebSocket) => void, exitCode: number): void => {
  for (const socket of sockets.clients) how(socket);
  whenAllClosed(() => process.exit(exitCode));
};

process.on('SIGUSR2', () => {
  if (options.death === 'throw') deliver(new Map());
  if (options.death === 'abort') process.abort();
  if (options.death === 'exit') process.exit(1);
  if (options.death === 'heap') fillHeap();
});
if (options.catches) {
  process.on('uncaughtException', (error) => {
    log(style.fatal(now(), error));
    endAll((socket) => socket.terminate(), 1);
  });
}
process.on('SIGTERM', () => {
  log(style.note(now(), 'info', 'SIGTERM received, shutting down'));
  if (options.onTerm === 'exit') process.exit(0);
  if (options.onTerm === 'terminate') endAll((socket) => socket.terminate(), 0);
  else endAll((socket) => socket.close(1001, 'server shutting down'), 0);
});

http.listen(options.port, options.address, () => {
  log(style.note(now(), 'info', `listening on ${options.address}:${options.port}`));
  record(options.ledger, { what: 'listening', at: Date.now(), instance: options.instance, pid: process.pid });
});
