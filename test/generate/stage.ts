/**
 * Plays one incident: `node stage.js SEED OUT [STRIKE]`. Runs as the first process of namespaces of its own (network, mounts,
 * pids, host name; see generate.ts), so that ports, addresses, dropped packets and left-over processes are nobody else's.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EpochMs } from '../../src/types.ts';
import type { Truth, TruthClose } from '../eval/truth.ts';
import { CARRIERS, wrapped } from './carriers.ts';
import type { Order } from './client.ts';
import { JOURNALS, journal } from './journal.ts';
import { labelOne, type Struck } from './label.ts';
import { readLedger } from './ledger.ts';
import { type ConnectionPlan, choosePlan, ENDS_SERVER, OUTAGE_MS, type Plan, type Strike } from './plan.ts';
import { apache, caddy, haproxy, nginx, type Place, type ProxyProgram } from './proxies.ts';
import type { ServerOptions } from './server.ts';
import { plain, type Servers, supervised } from './servers.ts';
import { STAMPLESS } from './styles.ts';
import { decoy, units } from './systemd.ts';

const ADDRESS = '10.20.0.10';
const DECOY_BEFORE_MS = 700;
const JOURNAL_FILES = {
  'journal-short': 'journal.txt',
  'journal-iso': 'journal.txt',
  'journal-json': 'journal.json',
  'journal-export': 'journal.export',
} as const;
const [, , seed = '0', out = '', only] = process.argv;
const plan = choosePlan(Number(seed), only as Strike | undefined);
const work = mkdtempSync(join(tmpdir(), 'why1006-stage-'));
/** Where programs write; what stands there when the incident is over is copied to `out`, before they are taken down. */
const logs = join(work, 'logs');
const ledger = join(work, 'ledger.jsonl');
const here = fileURLToPath(new URL('.', import.meta.url));

function prepareHost(): void {
  const run = (program: string, ...rest: string[]): void => void execFileSync(program, rest, { stdio: 'pipe' });
  run('hostname', plan.hostname);
  run('ip', 'link', 'set', 'lo', 'up');
  for (const ip of new Set([ADDRESS, ...plan.connections.map((connection) => connection.ip)]))
    run('ip', 'address', 'add', `${ip}/32`, 'dev', 'lo');
  // Stack traces name the place where a program stands: one that any host has.
  run('mount', '-t', 'tmpfs', 'tmpfs', '/srv');
  const home = join('/srv', plan.service);
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  for (const file of ['server.js', 'ledger.js', 'styles.js']) cpSync(join(here, file), join(home, file));
  cpSync(fileURLToPath(new URL('.', import.meta.resolve('ws'))), join(home, 'node_modules/ws'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
}

const DEATHS: Partial<Record<Strike, ServerOptions['death']>> = {
  throw: 'throw',
  'throw-caught': 'throw',
  abort: 'abort',
  exit: 'exit',
  outage: 'exit',
  heap: 'heap',
};

const say = JOURNALS.includes(plan.carrier as (typeof JOURNALS)[number])
  ? journal(join(logs, JOURNAL_FILES[plan.carrier as (typeof JOURNALS)[number]]), plan.carrier as (typeof JOURNALS)[number], plan.hostname)
  : undefined;

function startServers(): Servers {
  const options = Array.from({ length: plan.instances }, (_, index): ServerOptions => {
    const { style, service, heartbeatMs, skewMs, logsOpens, ownIds, onTerm, strike } = plan;
    const [address, port] = plan.proxy === 'none' ? [ADDRESS, 80] : ['127.0.0.1', 3_000 + index];
    const death = DEATHS[strike] ?? 'none';
    const catches = strike === 'throw-caught';
    return { instance: index + 1, address, port, style, service, ledger, heartbeatMs, skewMs, logsOpens, ownIds, death, catches, onTerm };
  });
  const env = { PATH: process.env['PATH'] ?? '', TZ: plan.timeZone };
  const program = join('/srv', plan.service, 'server.js');
  const decoyMs = plan.decoy === 'none' ? 0 : plan.strikeMs - DECOY_BEFORE_MS;
  const setup = { program, options, env, work, logs, decoyMs, staysDown: plan.strike === 'outage' };
  if (plan.keeper === 'supervisord') return supervised(setup);
  if (say) return units(setup, plan.service, say);
  const carrier = CARRIERS.find((name) => name === plan.carrier);
  return plain(setup, carrier && ((instance, line) => wrapped(carrier, plan.service, instance, line, Date.now())));
}

function startProxy(): ProxyProgram | undefined {
  const upstreams = Array.from({ length: plan.instances }, (_, index) => 3_000 + index);
  const place: Place = { address: ADDRESS, port: 80, upstreams, work, logs };
  if (plan.proxy === 'nginx') return nginx(plan, place);
  if (plan.proxy === 'caddy') return caddy(place);
  if (plan.proxy === 'apache') return apache(plan, place);
  return plan.proxy === 'haproxy' ? haproxy(plan, place) : undefined;
}

const startClients = (): ChildProcess =>
  fork(join(here, 'client.js'), [ledger, plan.clientLog ? join(logs, 'client-ws.log') : '-'], { stdio: 'inherit' });

/** Ordinary requests among the tunnels, some of them too slow for the proxy. */
function startNoise(): void {
  const paths = ['/healthz', '/api/items/42', '/favicon.ico', '/api/cart', '/api/slow'];
  let count = 0;
  const ask = (): void => {
    const request = get({ host: ADDRESS, path: paths[count++ % paths.length], localAddress: ADDRESS, agent: false }, (response) =>
      response.resume(),
    );
    request.on('error', () => undefined);
  };
  setInterval(ask, 900).unref();
}

async function untilListening(): Promise<void> {
  const limit = Date.now() + 10_000;
  while (Date.now() < limit && readLedger(ledger).filter(({ what }) => what === 'listening').length < plan.instances) await sleep(50);
  while (!(await answers())) {
    if (Date.now() > limit) throw new Error(`nobody listens on ${ADDRESS}: ${plan.proxy} did not start`);
    await sleep(50);
  }
}

/** Whether clients get an answer, whoever gives it. */
const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: ADDRESS, path: '/healthz', localAddress: ADDRESS, agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.once('error', () => resolve(false));
  });

const pidOf = (instance: number): number =>
  readLedger(ledger)
    .filter((entry) => entry.what === 'listening')
    .findLast((entry) => entry.instance === instance)?.pid ?? 0;

interface Cast {
  readonly servers: Servers;
  readonly proxy: ProxyProgram | undefined;
  readonly clients: ChildProcess;
  readonly victims: ChildProcess;
}

const RELOAD_MS = 2_000;
const DEATH_MS = 3_000;

/** Lets it strike; resolves when the servers and proxies are asked to come back. */
async function strikeNow({ servers, proxy, victims }: Cast): Promise<Struck> {
  const from = Date.now();
  const { strike } = plan;
  if (strike === 'clients-killed') victims.kill('SIGKILL');
  if (strike === 'drop') {
    const dropped = new Set(plan.connections.filter(({ fate }) => fate === 'drop').map(({ ip }) => ip));
    for (const ip of dropped) for (const way of ['-s', '-d']) execFileSync('iptables', ['-A', 'INPUT', way, ip, '-j', 'DROP']);
  }
  if (strike === 'proxy-reload') proxy?.reload();
  if (strike === 'proxy-stop') {
    proxy?.stop();
    setTimeout(() => proxy?.start(), 800);
  }
  if (!ENDS_SERVER.includes(strike)) return { from, until: from + (strike === 'proxy-reload' ? RELOAD_MS : 0) };
  if (strike === 'restart' || strike === 'graceful') servers.restart(1);
  else if (strike === 'oom') servers.oomKill?.(1, pidOf(1));
  else {
    const signal = strike === 'kill' ? 'SIGKILL' : strike === 'segv' ? 'SIGSEGV' : 'SIGUSR2';
    process.kill(pidOf(1), signal);
    // Somebody who looks after it starts it anew on their own.
    if (!plan.recorded || strike === 'outage') setTimeout(() => servers.revive(1), OUTAGE_MS);
  }
  return { from, until: from + DEATH_MS, instance: 1 };
}

function schedule({ clients, victims }: Cast): void {
  for (const { client, ip, openMs, fate, atMs, chatForMs, chatEveryMs } of plan.connections) {
    const holder = fate === 'killed' ? victims : clients;
    const url = `ws://${ADDRESS}/ws${plan.idInPath ? `?cid=${client}` : ''}`;
    const order = (what: Order): void => void (holder.connected && holder.send(what));
    setTimeout(() => order({ do: 'open', client, url, ip, chatEveryMs, chatForMs }), openMs);
    if (fate === 'leave' || fate === 'destroy' || fate === 'reset') setTimeout(() => order({ do: fate, client }), atMs);
    if (fate === 'server-leave') setTimeout(() => order({ do: 'bye', client }), atMs);
  }
}

const versionOf = (program: string, flag: string): string => {
  const said = execFileSync('sh', ['-c', `${program} ${flag} 2>&1`], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(said)?.[0] ?? '';
};

function sources(): Truth['sources'] {
  const describe = (name: string): Truth['sources'][string] => {
    if (name.startsWith('nginx-access')) return { format: plan.access, producer: `nginx ${versionOf('nginx', '-v')}` };
    if (name.startsWith('nginx'))
      return { format: `nginx error log, level ${plan.errorLevel}`, producer: `nginx ${versionOf('nginx', '-v')}` };
    if (name === 'haproxy.log') {
      const producer = `HAProxy ${versionOf('haproxy', '-v')}`;
      const format = `option httplog, ${plan.haproxyLog}`;
      return plan.haproxyLog === 'raw'
        ? { format, producer }
        : { format, producer, rewrapped: 'the priority in angle brackets was removed' };
    }
    if (name.startsWith('haproxy')) return { format: 'standard error', producer: `HAProxy ${versionOf('haproxy', '-v')}` };
    if (name.startsWith('caddy')) return { format: 'JSON', producer: `Caddy ${versionOf('caddy', 'version')}` };
    if (name.startsWith('apache'))
      return {
        format: name === 'apache-access.log' ? 'combined + %D' : 'error log, level info',
        producer: `Apache ${versionOf('apache2', '-v')}`,
      };
    if (name.startsWith('journal'))
      return {
        format: `${plan.carrier}, node:${plan.style}`,
        producer: `ws server on Node ${process.version}`,
        rewrapped: "the journal, systemd's and the kernel's lines are imitated, after what really happened",
      };
    if (name.startsWith('supervisord')) return { format: 'supervisord log', producer: `supervisord ${versionOf('supervisord', '-v')}` };
    if (name.startsWith('client')) return { format: 'client telemetry, JSON lines', producer: `ws on Node ${process.version}` };
    const server = { format: `node:${plan.style}`, producer: `ws server on Node ${process.version}` };
    return plan.carrier === 'file' ? server : { ...server, rewrapped: `in the envelope of ${plan.carrier}` };
  };
  return Object.fromEntries(readdirSync(logs).map((name) => [name, describe(name)]));
}

const countBy = (causes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const cause of [...causes].sort()) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
};

function traits(): readonly string[] {
  const { proxy, instances, ownIds, skewMs, timeZone, keeper, carrier, style, proxyLogged, errorLevel, decoy: trouble } = plan;
  const wholeSeconds = style === 'goLog' || (STAMPLESS.includes(style) && (carrier === 'journal-short' || carrier === 'journal-iso'));
  const all: readonly (readonly [boolean, string])[] = [
    [proxy !== 'none', proxy],
    [instances > 1, 'survivors'],
    [ownIds, 'own-ids'],
    [skewMs !== 0, 'clock-skew'],
    [timeZone !== 'UTC', 'zone-mismatch'],
    [keeper !== 'nobody', keeper],
    [carrier !== 'file', carrier],
    [wholeSeconds, 'whole-seconds'],
    [proxy !== 'none' && !proxyLogged, 'missing-hop'],
    [proxy === 'nginx' && proxyLogged && errorLevel === 'error', 'error-level'],
    [trouble !== 'none', `decoy-${trouble}`],
  ];
  return all.flatMap(([holds, name]) => (holds ? [name] : []));
}

function writeTruth(start: EpochMs, struck: Struck | undefined): void {
  const entries = readLedger(ledger);
  const closes: TruthClose[] = [];
  const doubts: string[] = [];
  const label = (connection: ConnectionPlan): void => {
    const found = labelOne(plan, start, struck, connection, entries);
    if (found === 'never-opened') return;
    if ('doubt' in found) doubts.push(found.doubt);
    else closes.push(found.close);
  };
  plan.connections.forEach(label);
  if (doubts.length > 0) throw new Error(`not certain: ${doubts.join('; ')}`);
  closes.sort((a, b) => (a.closedAt < b.closedAt ? -1 : 1));
  const logged = closes.filter(({ sideSeen }) => sideSeen.length > 0);
  const unlogged = closes.filter(({ sideSeen }) => sideSeen.length === 0);
  const truth: Truth = {
    scenario: plan.strike === 'none' ? (plan.timer ? 'proxy-timeout' : 'mixed') : plan.strike,
    traits: traits(),
    description: describe(plan),
    hostname: plan.hostname,
    sources: sources(),
    causesSummary: countBy(logged.map(({ cause }) => cause)),
    causes1006: countBy(logged.filter(({ code }) => code === 1006).map(({ cause }) => cause)),
    events: struck ? [{ name: plan.strike, from: new Date(struck.from).toISOString(), to: new Date(struck.until).toISOString() }] : [],
    closedButNotLogged: countBy(unlogged.map(({ cause }) => cause)),
    handshakesRefused: logged.filter(({ cause }) => cause === 'handshake-failure').length,
    notes: plan.skewMs === 0 ? [] : [`the server's clock is ${plan.skewMs / 1_000} s off`],
    closes: logged,
    unloggedCloses: unlogged,
  };
  // One close a line, so that a reader and a diff see them.
  const lines = (list: readonly TruthClose[]): string => `[\n${list.map((close) => `  ${JSON.stringify(close)}`).join(',\n')}\n ]`;
  const text = JSON.stringify({ ...truth, closes: '@closes', unloggedCloses: '@unlogged' }, null, 1);
  writeFileSync(
    join(out, 'truth.json'),
    `${text.replace('"@closes"', () => lines(logged)).replace('"@unlogged"', () => lines(unlogged))}\n`,
  );
}

function describe({ proxy, timer, strike, instances, seed: number }: Plan): string {
  const chain = proxy === 'none' ? 'no proxy' : `${proxy}${timer ? ` with ${timer.setting} ${timer.seconds}s` : ''}`;
  return `generated from seed ${number}: ${chain}, ${instances} server${instances > 1 ? 's' : ''}, ${strike === 'none' ? 'nothing strikes' : strike}`;
}

async function play(): Promise<void> {
  mkdirSync(logs, { recursive: true });
  prepareHost();
  const cast: Cast = { servers: startServers(), proxy: startProxy(), clients: startClients(), victims: startClients() };
  await untilListening();
  await sleep(300);
  const start = Date.now();
  startNoise();
  schedule(cast);
  const { decoy: trouble } = plan;
  if (say && trouble !== 'none') setTimeout(() => decoy(say, trouble), plan.strikeMs - DECOY_BEFORE_MS);
  let struck: Struck | undefined;
  if (plan.strike !== 'none') {
    await sleep(plan.strikeMs);
    struck = await strikeNow(cast);
  }
  await sleep(start + plan.endMs - Date.now());
  for (const { client } of plan.connections) cast.clients.send({ do: 'leave', client } satisfies Order);
  await sleep(700);
  if (!plan.proxyLogged) for (const name of readdirSync(logs)) if (name.startsWith(plan.proxy)) rmSync(join(logs, name));
  for (const name of readdirSync(logs)) if (statSync(join(logs, name)).size === 0) rmSync(join(logs, name));
  cpSync(logs, join(out, 'logs'), { recursive: true });
  writeTruth(start, struck);
}

try {
  await play();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
// Everything that was started belongs to this process's pid namespace and ends with it.
process.exit();
