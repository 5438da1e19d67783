/** A process that holds WebSocket clients and obeys its parent. `process.argv`: ledger, telemetry log or `-`. */
import { appendFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { DurationMs } from '../../src/types.ts';
import { record } from './ledger.ts';

export type Order =
  | {
      readonly do: 'open';
      readonly client: string;
      readonly url: string;
      readonly ip: string;
      readonly chatEveryMs: DurationMs;
      readonly chatForMs: DurationMs;
    }
  | { readonly do: 'leave' | 'bye' | 'destroy' | 'reset'; readonly client: string };

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const [, , ledger = '', telemetry = '-'] = process.argv;
const open = new Map<string, WebSocket>();

function connect({ client, url, ip, chatEveryMs, chatForMs }: Order & { do: 'open' }): void {
  const startedAt = Date.now();
  let refused: number | 'no answer' | undefined = 'no answer';
  let received = 0;
  let sent = 0;
  const socket = new WebSocket(url, { localAddress: ip, headers: { 'user-agent': AGENT, 'x-client-id': client } });
  open.set(client, socket);
  let chat: NodeJS.Timeout | undefined;
  socket.on('open', () => {
    refused = undefined;
    record(ledger, { what: 'open', at: Date.now(), side: 'client', client });
    const say = (): void => socket.send(`message ${++sent}`);
    if (chatForMs > 0) {
      say();
      chat = setInterval(say, chatEveryMs);
      setTimeout(() => clearInterval(chat), chatForMs);
    }
  });
  socket.on('message', () => received++);
  let trouble = '';
  socket.on('error', ({ message }) => {
    trouble = message;
    const status = /^Unexpected server response: (\d{3})$/.exec(message)?.[1];
    if (status !== undefined) refused = Number(status);
  });
  socket.once('close', (code, reason) => {
    clearInterval(chat);
    open.delete(client);
    const at = Date.now();
    const lifeMs = at - startedAt;
    record(ledger, { what: 'close', at, side: 'client', client, code, lifeMs, ...(refused === undefined ? {} : { refused }) });
    if (telemetry === '-') return;
    const line = {
      ts: at / 1000,
      event: 'ws_close',
      conn_id: client,
      close_code: code,
      close_reason: String(reason),
      elapsed_s: lifeMs / 1000,
      client_ip: ip,
      messages_in: received,
      messages_out: sent,
    };
    const error = { ts: at / 1000, event: 'ws_error', conn_id: client, message: trouble };
    if (trouble !== '') appendFileSync(telemetry, `${JSON.stringify(error)}\n`);
    appendFileSync(telemetry, `${JSON.stringify(line)}\n`);
  });
}

process.on('message', (order: Order) => {
  if (order.do === 'open') return connect(order);
  const socket = open.get(order.client);
  if (socket?.readyState !== WebSocket.OPEN) return;
  // ws keeps its TCP socket to itself; an application that is torn down does not ask either.
  const tcp = (socket as unknown as { _socket: Socket })._socket;
  if (order.do === 'leave') socket.close(1000);
  else if (order.do === 'bye') socket.send('bye');
  else if (order.do === 'destroy') tcp.destroy();
  else tcp.resetAndDestroy();
});
process.on('disconnect', () => process.exit(0));
