/** What to change where an endpoint ended connections by itself. */
import type { Remedy } from './closure.ts';
import type { Fix, IncidentReport } from './report.ts';

const PATIENT = `const EVERY = 30_000;
let last = performance.now();
setInterval(() => {
  const late = performance.now() - last - EVERY;
  last = performance.now();
  if (late > EVERY / 3) return; // the loop stood still: pongs lie unread
  for (const socket of server.clients) {
    if (!socket.isAlive) { socket.terminate(); continue; }
    socket.isAlive = false;
    socket.ping();
  }
}, EVERY);`;

const stall = (details: readonly string[]): Fix => ({
  title: 'Let heartbeats outlast a stall of the server',
  text: `Seen: ${details.join('; ')}. A ping that is sent late, or a pong that lies unread, is no dead client. Skip a sweep that comes late, let the timeout be longer than the longest stall (Socket.IO \`pingTimeout\`, Python \`ping_timeout\`, SignalR \`ClientTimeoutInterval\`), and take long work out of the loop: worker threads, smaller batches, a heap that needs no full collection.`,
  code: { language: 'js', text: PATIENT },
});

const size = (details: readonly string[]): Fix => ({
  title: 'Agree on the size of a message',
  text: `Seen: ${details.join('; ')}. Raise the limit of the side that refused, or send large things in pieces or over HTTP: \`maxPayload\` of ws (100 MiB by default), \`maxHttpBufferSize\` of Socket.IO (1 MB), \`max_size\` of Python’s websockets (1 MiB), \`max_msg_size\` of aiohttp (4 MiB), \`SetReadLimit\` of gorilla/websocket (none), the text buffer of Tomcat (8,192 characters).`,
});

const frames = (details: readonly string[]): Fix => ({
  title: 'Find what breaks the frames',
  text: `Seen: ${details.join('; ')}. A reserved bit means that one side compresses and the other does not know of it: switch \`permessage-deflate\` off to see. Text that is no UTF-8 belongs into a binary message. If neither end writes such frames, something between them does: compare over \`wss://\`, where nothing can.`,
});

/** Id of an incident → what calls for a fix of its own. */
export type Remedies = ReadonlyMap<string, Remedy>;

/** Fixes for incidents without a cause in which an endpoint did something by itself. */
export function endpointFixes(incidents: readonly IncidentReport[], remedies: Remedies): Fix[] {
  const fixes: Fix[] = [];
  for (const [remedy, fix] of [
    ['stall', stall],
    ['message-size', size],
    ['broken-frame', frames],
  ] as const) {
    const details = new Set(incidents.flatMap(({ id, detail }) => (remedies.get(id) === remedy ? [detail] : [])));
    if (details.size > 0) fixes.push(fix([...details]));
  }
  return fixes;
}
