/** Chooses an incident by seed: which proxy and timer, what strikes, what each connection does. Pure. */
import type { DurationMs } from '../../src/types.ts';
import { type Random, seeded } from '../random.ts';
import { CARRIERS, type Carrier } from './carriers.ts';
import { JOURNALS, type JournalLayout } from './journal.ts';
import { STAMPLESS, STYLES, type StyleName, ZONELESS } from './styles.ts';

type ProxyName = 'none' | 'nginx' | 'haproxy' | 'caddy' | 'apache';

export interface Timer {
  readonly setting: 'proxy_read_timeout' | 'ProxyPass timeout' | 'timeout tunnel' | 'timeout client' | 'timeout server';
  readonly seconds: number;
}

/** What happens to many connections at once. */
export const STRIKES = [
  'none',
  'throw', // an uncaught exception, with Node's own report of it
  'throw-caught', // the same with a handler that logs and ends the sockets
  'abort',
  'exit',
  'segv',
  'kill', // SIGKILL from outside, no OOM killer involved
  'heap', // V8's heap limit
  'oom', // SIGKILL, with the OOM killer's lines in the journal
  'restart', // SIGTERM, the sockets are cut
  'graceful', // SIGTERM, close frames with 1001
  'proxy-reload', // old workers cut their tunnels after their grace
  'proxy-stop',
  'clients-killed', // a process that holds some of the clients gets SIGKILL
  'drop', // packets of some clients' addresses are dropped
  'outage', // the server exits and stays away while clients try to connect
] as const;
export type Strike = (typeof STRIKES)[number];

/** Strikes that end a server process. */
export const ENDS_SERVER: readonly Strike[] = [
  'throw',
  'throw-caught',
  'abort',
  'exit',
  'segv',
  'kill',
  'heap',
  'oom',
  'restart',
  'graceful',
  'outage',
];

/** Deaths that only a supervisor puts on record. */
const SILENT: readonly Strike[] = ['abort', 'exit', 'segv', 'kill', 'outage'];

export interface ConnectionPlan {
  readonly client: string;
  readonly ip: string;
  readonly openMs: DurationMs;
  /** `idle` falls silent and is left to the proxy's timer; `stay` talks until something happens or the end. */
  readonly fate: 'idle' | 'stay' | 'leave' | 'server-leave' | 'destroy' | 'reset' | 'killed' | 'drop' | 'refused';
  /** When its fate comes, from the start of the incident; of `stay` never. */
  readonly atMs: DurationMs;
  readonly chatForMs: DurationMs;
  readonly chatEveryMs: DurationMs;
}

export interface Plan {
  readonly name: string;
  readonly seed: number;
  readonly hostname: string;
  readonly service: string;
  readonly style: StyleName;
  readonly logsOpens: boolean;
  readonly ownIds: boolean;
  readonly idInPath: boolean;
  readonly timeZone: string;
  readonly skewMs: DurationMs;
  readonly proxy: ProxyName;
  readonly timer: Timer | null;
  readonly access: 'combined' | 'timed' | 'json';
  readonly errorLevel: 'error' | 'notice' | 'info';
  readonly haproxyLog: 'raw' | 'rfc3164';
  /** Who keeps the servers running and puts their ends on record. */
  readonly keeper: 'nobody' | 'supervisord' | 'systemd';
  /** `keeper` is somebody. */
  readonly recorded: boolean;
  /** What is around the server's lines. */
  readonly carrier: 'file' | Carrier | JournalLayout;
  /** Trouble of another program shortly before the strike. */
  readonly decoy: 'none' | 'crash' | 'oom' | 'restart';
  /** The proxy's logs are among the logs. */
  readonly proxyLogged: boolean;
  readonly instances: 1 | 2;
  readonly heartbeatMs: DurationMs;
  readonly clientLog: boolean;
  readonly strike: Strike;
  readonly strikeMs: DurationMs;
  readonly onTerm: 'graceful' | 'terminate' | 'exit';
  readonly endMs: DurationMs;
  readonly connections: readonly ConnectionPlan[];
}

const STYLE_NAMES = Object.keys(STYLES) as [StyleName, ...StyleName[]];
/** Nothing of its own happens to a connection this near to the strike: labels stay certain. */
const CLEAR_BEFORE_MS = 700;
const CLEAR_AFTER_MS = 4_500;
/** How long the server stays away in an outage. */
export const OUTAGE_MS = 3_000;

type Setting = Omit<Plan, 'connections' | 'name' | 'seed'>;

function chooseTimer(random: Random, proxy: ProxyName): Timer | null {
  const seconds = random.integer(2, 5);
  if (proxy === 'nginx') return { setting: 'proxy_read_timeout', seconds };
  if (proxy === 'haproxy')
    return { setting: random.pick(['timeout tunnel', 'timeout tunnel', 'timeout client', 'timeout server']), seconds };
  // Caddy has no timer for tunnels (2.6).
  if (proxy === 'apache') return { setting: 'ProxyPass timeout', seconds };
  return null;
}

/** Strikes that the setting can show: a proxy's need a proxy, lost packets are found by a heartbeat, refusals by clients. */
function settle(random: Random, strike: Strike): Pick<Setting, 'proxy' | 'heartbeatMs' | 'clientLog'> {
  const proxied: ProxyName = random.pick(['nginx', 'nginx', 'haproxy', 'haproxy', 'caddy', 'apache']);
  // Apache's old processes keep their tunnels after a reload for as long as they like.
  const reloaded: ProxyName = random.pick(['nginx', 'haproxy', 'caddy']);
  if (strike === 'drop')
    return { proxy: random.pick(['none', 'none', 'nginx']), heartbeatMs: random.integer(700, 1_200), clientLog: false };
  if (strike === 'proxy-reload' || strike === 'proxy-stop')
    return {
      proxy: strike === 'proxy-reload' ? reloaded : proxied,
      heartbeatMs: random.pick([0, 800]),
      clientLog: random.chance(0.3),
    };
  if (strike === 'outage') return { proxy: proxied, heartbeatMs: 0, clientLog: true };
  return {
    proxy: strike === 'clients-killed' && random.chance(0.3) ? 'none' : proxied,
    heartbeatMs: random.chance(0.2) ? 900 : 0,
    clientLog: random.chance(strike !== 'none' && ENDS_SERVER.includes(strike) ? 0.6 : 0.15),
  };
}

type Keeping = Pick<Setting, 'keeper' | 'recorded' | 'carrier' | 'style'>;

/** Supervisord writes files of its own, a journal takes all output, a container runtime puts an envelope around each line. */
function chooseKeeping(random: Random, strike: Strike): Keeping {
  const kept = strike === 'oom' || random.chance(SILENT.includes(strike) ? 0.9 : 0.5);
  const keeper = !kept ? 'nobody' : strike === 'oom' || random.chance(0.5) ? 'systemd' : 'supervisord';
  const inContainer = keeper === 'nobody' && random.chance(0.5);
  const carrier = keeper === 'systemd' ? random.pick(JOURNALS) : inContainer ? random.pick(CARRIERS) : 'file';
  const names = STYLE_NAMES.filter((name) => carrier !== 'file' || !STAMPLESS.includes(name)) as [StyleName, ...StyleName[]];
  return { keeper, recorded: keeper !== 'nobody', carrier, style: random.pick(names) };
}

function chooseDecoy(random: Random, keeper: Plan['keeper']): Plan['decoy'] {
  if (keeper === 'nobody' || random.chance(0.6)) return 'none';
  return keeper === 'supervisord' ? 'crash' : random.pick(['crash', 'oom', 'restart']);
}

function chooseSetting(random: Random, strike: Strike): Setting {
  const keeping = chooseKeeping(random, strike);
  const { style, keeper, carrier } = keeping;
  const settled = settle(random, strike);
  const proxyLogged = settled.proxy !== 'none' && (strike.startsWith('proxy-') || random.chance(0.88));
  const ownIds = random.chance(0.25);
  const strikeMs = random.integer(6_500, 8_000);
  // A stamp of the wrapper's tells what the server's own clock and zone are off by.
  const compared = proxyLogged && carrier === 'file';
  return {
    ...settled,
    ...keeping,
    hostname: `${random.pick(['app', 'ws', 'live'])}-${random.integer(1, 19)}`,
    service: random.pick(['chat-ws', 'live', 'notify', 'feed']),
    logsOpens: random.chance(0.8),
    ownIds,
    // A server's own ids meet nothing in a proxy's log; a shared id does when the path carries it.
    idInPath: !ownIds && random.chance(0.5),
    // Without a second source nobody can tell a zone.
    timeZone: ZONELESS.includes(style) && compared ? random.pick(['UTC', 'America/Chicago', 'Asia/Kolkata']) : 'UTC',
    skewMs: compared && random.chance(0.2) ? random.pick([-40_000, 25_000]) : 0,
    timer: chooseTimer(random, settled.proxy),
    access: random.pick(['combined', 'timed', 'json']),
    errorLevel: strike.startsWith('proxy-') ? random.pick(['notice', 'info']) : random.pick(['error', 'info']),
    haproxyLog: random.pick(['raw', 'rfc3164']),
    decoy: chooseDecoy(random, keeper),
    proxyLogged,
    // A second server would take the clients of an outage; Apache is given one server.
    instances: !['none', 'apache'].includes(settled.proxy) && strike !== 'outage' && random.chance(0.35) ? 2 : 1,
    strike,
    strikeMs,
    onTerm: strike === 'graceful' ? 'graceful' : random.pick(['terminate', 'exit']),
    endMs: strikeMs + CLEAR_AFTER_MS + random.integer(2_000, 2_600),
  };
}

function connection(random: Random, setting: Setting, index: number): ConnectionPlan {
  const { strikeMs, endMs, timer, heartbeatMs, strike } = setting;
  const base = {
    client: random.hex(8),
    ip: `10.20.0.${101 + (index % 12)}`,
    chatEveryMs: random.integer(300, 700),
  };
  // Most are there before the strike; some come back after it.
  const late = strike !== 'none' && random.chance(0.3);
  const openMs = late ? strikeMs + CLEAR_AFTER_MS + random.integer(0, 1_000) : random.integer(0, 5_000);
  const stay: ConnectionPlan = { ...base, openMs, fate: 'stay', atMs: endMs, chatForMs: endMs };
  const clear = (atMs: DurationMs): boolean =>
    atMs < endMs - 600 && (strike === 'none' || atMs < strikeMs - CLEAR_BEFORE_MS || atMs > strikeMs + CLEAR_AFTER_MS);
  if (strike === 'clients-killed' && !late && random.chance(0.5)) return { ...stay, fate: 'killed', atMs: strikeMs };
  if (strike === 'drop' && !late && random.chance(0.5))
    return { ...stay, ip: `10.20.0.${140 + (index % 4)}`, fate: 'drop', atMs: strikeMs };
  if (strike === 'outage' && random.chance(0.3)) {
    const openMs = strikeMs + random.integer(400, OUTAGE_MS - 1_200);
    return { ...stay, openMs, fate: 'refused', atMs: openMs };
  }
  if (timer && heartbeatMs === 0 && random.chance(0.55)) {
    const chatForMs = random.chance(0.5) ? 0 : random.integer(400, 3_000);
    const atMs = openMs + chatForMs + timer.seconds * 1_000;
    // The last message may come a beat before `chatForMs` ends, the cut a little after the timer.
    if (clear(atMs - base.chatEveryMs) && clear(atMs + 400)) return { ...base, openMs, fate: 'idle', atMs, chatForMs };
  }
  const atMs = openMs + random.integer(500, 8_000);
  if (random.chance(0.35) && clear(atMs))
    return { ...stay, fate: random.pick(['leave', 'server-leave', 'destroy', 'reset', 'leave']), atMs };
  return stay;
}

/** The incident of a seed. `only` fixes what strikes. */
export function choosePlan(seed: number, only?: Strike): Plan {
  const random = seeded(seed);
  const strike = only ?? random.pick(STRIKES);
  const setting = chooseSetting(random, strike);
  const connections = Array.from({ length: random.integer(18, 36) }, (_, index) => connection(random, setting, index));
  const name = ['generated', String(seed), setting.proxy, strike].join('-');
  return { ...setting, name, seed, connections };
}
