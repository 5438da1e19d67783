/** The truth of an incident from what was planned and what its processes saw. Pure. */
import type { EpochMs } from '../../src/types.ts';
import type { Side, TruthClose } from '../eval/truth.ts';
import type { Entry } from './ledger.ts';
import { type ConnectionPlan, ENDS_SERVER, type Plan, type Strike } from './plan.ts';

export interface Struck {
  readonly from: EpochMs;
  /** The last moment at which the strike may still end connections. */
  readonly until: EpochMs;
  /** The instance that it hit; undefined = all, or none of the servers. */
  readonly instance?: number;
}

const STRIKE_LABELS: Readonly<Record<Strike, readonly [cause: string, subtype: string]>> = {
  none: ['', ''],
  throw: ['crash', 'node-uncaught-exception'],
  'throw-caught': ['crash', 'node-uncaught-exception'],
  abort: ['crash', 'node-abort'],
  exit: ['crash', 'node-exit-1'],
  outage: ['crash', 'node-exit-1'],
  segv: ['crash', 'sigsegv-node'],
  kill: ['crash', 'sigkill'],
  heap: ['crash', 'v8-heap-oom'],
  oom: ['oom', 'memcg-limit'],
  restart: ['deploy-restart', 'sigterm-restart'],
  graceful: ['deploy-restart', 'sigterm-restart'],
  'proxy-reload': ['deploy-restart', 'reload'],
  'proxy-stop': ['deploy-restart', 'stop'],
  'clients-killed': ['client-abort', 'client-process-killed'],
  drop: ['network', 'packet-drop-heartbeat'],
};

/** Deaths that leave words in the server's own log: Node's report of an exception, V8's of its heap, a handler's line. */
const SPEAKING: readonly Strike[] = ['throw', 'throw-caught', 'heap'];

/** Slack of a loaded machine between a deed and its being seen. */
const SLACK_MS = 1_500;

type Closed = Entry & { readonly what: 'close' };
type Opened = Entry & { readonly what: 'open' };

interface Seen {
  readonly opened: Opened | undefined;
  readonly server: Closed | undefined;
  readonly client: Closed | undefined;
}

function seenOf(client: string, entries: readonly Entry[]): Seen {
  const opens = entries.filter((entry) => entry.what === 'open').filter((entry) => entry.client === client);
  const closes = entries.filter((entry) => entry.what === 'close').filter((entry) => entry.client === client);
  const by = (side: 'server' | 'client') => (entry: Opened | Closed) => entry.side === side;
  return { opened: opens.find(by('server')), server: closes.find(by('server')), client: closes.find(by('client')) };
}

function struckLabel(plan: Plan, struck: Struck, { opened }: Seen, endedAt: EpochMs): readonly [string, string] | undefined {
  const inTime = endedAt >= struck.from - 20 && endedAt <= struck.until + SLACK_MS;
  const hitsServer = ENDS_SERVER.includes(plan.strike) && opened?.instance === struck.instance;
  const hitsProxy = plan.strike === 'proxy-reload' || plan.strike === 'proxy-stop';
  if (!inTime || !(hitsServer || hitsProxy)) return undefined;
  const [cause, subtype] = STRIKE_LABELS[plan.strike];
  return [cause, hitsProxy ? `${plan.proxy}-${subtype}` : subtype];
}

/** Its own fate, when it came at its time: else nobody can say for sure what ended it. */
function ownLabel(
  plan: Plan,
  start: EpochMs,
  { fate, atMs }: ConnectionPlan,
  { server }: Seen,
  endedAt: EpochMs,
): readonly [string, string] | undefined {
  const lateMs = endedAt - (start + atMs);
  const onTime = lateMs > -50 && lateMs < SLACK_MS;
  if (fate === 'destroy' && onTime) return ['client-abort', 'client-vanished-tcp-close'];
  if (fate === 'reset' && onTime) return ['client-abort', 'client-vanished-reset'];
  if (fate === 'killed' && onTime) return ['client-abort', 'client-process-killed'];
  if (fate === 'drop' && lateMs > 0 && lateMs < 3 * plan.heartbeatMs + SLACK_MS) return ['network', 'packet-drop-heartbeat'];
  if (fate === 'idle' && plan.timer && server) {
    const overMs = (server.idleMs ?? 0) - plan.timer.seconds * 1_000;
    if (overMs > -400 && overMs < SLACK_MS) return ['proxy-timeout', `${plan.proxy}:${plan.timer.setting}=${plan.timer.seconds}s`];
  }
  return undefined;
}

/** So many connections that were silent from their first moment show a timer by their equal ages: every style tells these to the ms. */
const PILE = 3;
/** So many that live on across a moment, through the same proxy on the same server, show that neither went then. */
const SURVIVORS = 3;
/** A proxy counts silence from its own last byte and wakes up when it does: nearer to the timer than this, an age does not tell. */
const TIMER_BLUR_MS = 600;

/** Why the logs of this incident cannot show what ended a connection, by how they are made. */
function undecided(plan: Plan, { fate, chatForMs }: ConnectionPlan, cause: string, lifeMs: number): string | undefined {
  if (cause === 'crash')
    return plan.recorded || SPEAKING.includes(plan.strike) ? undefined : 'the server died without a word and nobody recorded its end';
  if (cause !== 'proxy-timeout' && cause !== 'client-abort') return undefined;
  const telling = plan.proxyLogged && (plan.proxy === 'haproxy' || (plan.proxy === 'nginx' && plan.errorLevel === 'info'));
  if (fate === 'killed') {
    const survivors = plan.connections.filter((one) => one.openMs < plan.strikeMs && one.atMs > plan.strikeMs && one.fate !== 'killed');
    return telling || survivors.length >= SURVIVORS ? undefined : 'next to all connections ended at once, and no hop says who ended them';
  }
  // Where the proxy does not say what its timer cuts, the ages of those without traffic do, whoever logs them, if they pile up.
  const piled = plan.connections.filter((one) => one.fate === 'idle' && one.chatForMs === 0).length >= PILE;
  if (piled && fate === 'idle' && chatForMs === 0) return undefined;
  // Pings that are answered stand in no log: only where some were not does it show that the server pings.
  if (plan.proxy === 'none') return plan.strike === 'drop' ? undefined : 'no log of any hop in between: a FIN may be anybody’s';
  if (!plan.proxyLogged) return 'no log of the proxy: a FIN may be its timer’s or the client’s';
  if (telling) return undefined;
  if (piled && fate !== 'idle' && plan.timer && lifeMs < plan.timer.seconds * 1_000 - TIMER_BLUR_MS) return undefined;
  return `${plan.proxy} logs neither what its timer cuts nor what the client does`;
}

export type Label = { readonly close: TruthClose } | { readonly doubt: string } | 'never-opened';

const iso = (at: EpochMs): string => new Date(at).toISOString();

/** What became of one connection. `doubt`: the incident cannot be labelled with certainty and is of no use. */
export function labelOne(
  plan: Plan,
  start: EpochMs,
  struck: Struck | undefined,
  connection: ConnectionPlan,
  entries: readonly Entry[],
): Label {
  const seen = seenOf(connection.client, entries);
  const { server, client, opened } = seen;
  const first = [server, client].filter((close) => close !== undefined).sort((a, b) => a.at - b.at)[0];
  if (!first) return opened ? { doubt: `${connection.client} was opened and never closed` } : 'never-opened';
  const codes = { ...(server ? { server: server.code } : {}), ...(client ? { client: client.code } : {}) };
  let label: readonly [string, string] | undefined;
  if (client?.refused !== undefined) label = server ? undefined : ['handshake-failure', `refused-${client.refused}`];
  else if (!Object.values(codes).includes(1006)) label = ['clean', server?.code === 1000 ? 'client-leave' : 'server-close'];
  else label = (struck && struckLabel(plan, struck, seen, first.at)) ?? ownLabel(plan, start, connection, seen, first.at);
  if (!label) return { doubt: `${connection.client} (${connection.fate}) ended with ${JSON.stringify(codes)} at ${first.at - start} ms` };
  const sideSeen: Side[] = [...(server ? (['server'] as const) : []), ...(client && plan.clientLog ? (['client'] as const) : [])];
  const why = undecided(plan, connection, label[0], first.lifeMs);
  const leading = [server, client].find((close) => close?.code === 1006) ?? first;
  return {
    close: {
      connId: opened?.own ?? connection.client,
      clientId: connection.client,
      closedAt: iso(leading.at),
      code: leading.code,
      codes,
      cause: label[0],
      subtype: label[1],
      durationMs: leading.lifeMs,
      sideSeen,
      ...(why !== undefined && { undecided: why }),
      closedAtBySide: { ...(server ? { server: iso(server.at) } : {}), ...(client ? { client: iso(client.at) } : {}) },
    },
  };
}
