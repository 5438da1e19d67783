/**
 * Keeps servers running as units and tells of them in a journal. There is no systemd in a container: the lines are systemd's own
 * (version 252), and what they tell, when it was so, is what this process saw of its children.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { JournalEntry } from './journal.ts';
import type { ServerOptions } from './server.ts';
import { nodeArguments, type Servers, type Setup } from './servers.ts';

const RESTART_MS = 1_000;
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: '9/KILL',
  SIGSEGV: '11/SEGV',
  SIGABRT: '6/ABRT',
  SIGTERM: '15/TERM',
  SIGTRAP: '5/TRAP',
};
const DUMPING = new Set(['SIGSEGV', 'SIGABRT', 'SIGTRAP']);

type Say = (entry: JournalEntry) => void;

/** Lines of the OOM killer of a unit's memory limit, as kernel 6.1 writes them. */
function oomLines(say: Say, unit: string, command: string, pid: number): void {
  const at = Date.now();
  const cgroup = `/system.slice/${unit}`;
  for (const message of [
    `${command} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0`,
    `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup},task=${command},pid=${pid},uid=0`,
    `Memory cgroup out of memory: Killed process ${pid} (${command}) total-vm:1146880kB, anon-rss:94208kB, file-rss:42112kB, shmem-rss:0kB, UID:0 pgtables:1404kB oom_score_adj:0`,
  ])
    say({ at, identifier: 'kernel', message });
  say({
    at: Date.now(),
    identifier: 'systemd',
    pid: 1,
    unit,
    message: `${unit}: A process of this unit has been killed by the OOM killer.`,
  });
}

function ended(say: Say, unit: string, code: number | null, signal: string | null, byOom: boolean): void {
  const systemd = (message: string): void => say({ at: Date.now(), identifier: 'systemd', pid: 1, unit, message });
  if (code === 0) {
    systemd(`${unit}: Deactivated successfully.`);
    return;
  }
  const how =
    signal === null
      ? `exited, status=${code}/FAILURE`
      : `${DUMPING.has(signal) ? 'dumped' : 'killed'}, status=${SIGNALS[signal] ?? signal}`;
  systemd(`${unit}: Main process exited, code=${how}`);
  const result = byOom ? 'oom-kill' : signal === null ? 'exit-code' : DUMPING.has(signal) ? 'core-dump' : 'signal';
  systemd(`${unit}: Failed with result '${result}'.`);
}

export function units(setup: Setup, service: string, say: Say): Servers {
  const { options, env, staysDown } = setup;
  const running = new Map<number, ChildProcess>();
  const starts = new Map<number, number>();
  const stopping = new Set<number>();
  const oomKilled = new Set<number>();
  const nameOf = (instance: number): string => (options.length === 1 ? `${service}.service` : `${service}@${instance}.service`);
  const systemd = (instance: number, message: string): void =>
    say({ at: Date.now(), identifier: 'systemd', pid: 1, unit: nameOf(instance), message });
  const described = (instance: number): string => `${nameOf(instance)} - ${service} server`;
  const start = (one: ServerOptions): void => {
    const { instance } = one;
    const unit = nameOf(instance);
    const child = spawn(process.execPath, nodeArguments(setup, one), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const pid = child.pid ?? 0;
    running.set(instance, child);
    systemd(instance, `Started ${described(instance)}.`);
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output }).on('line', (message) => say({ at: Date.now(), identifier: 'node', pid, unit, message }));
    child.once('exit', (code, signal) => {
      ended(say, unit, code, signal, oomKilled.delete(instance));
      if (stopping.delete(instance)) {
        systemd(instance, `Stopped ${described(instance)}.`);
        start(one);
      } else if (!staysDown) setTimeout(() => again(one), RESTART_MS);
    });
  };
  const again = (one: ServerOptions): void => {
    const count = (starts.get(one.instance) ?? 0) + 1;
    starts.set(one.instance, count);
    systemd(one.instance, `${nameOf(one.instance)}: Scheduled restart job, restart counter is at ${count}.`);
    systemd(one.instance, `Stopped ${described(one.instance)}.`);
    start(one);
  };
  options.forEach(start);
  return {
    restart: (instance) => {
      stopping.add(instance);
      systemd(instance, `Stopping ${described(instance)}...`);
      running.get(instance)?.kill('SIGTERM');
    },
    revive: (instance) => {
      if (staysDown) options.filter((one) => one.instance === instance).forEach(start);
    },
    oomKill: (instance, pid) => {
      oomKilled.add(instance);
      process.kill(pid, 'SIGKILL');
      oomLines(say, nameOf(instance), 'node', pid);
    },
  };
}

const DECOY = 'thumbnailer.service';
const DECOY_TITLE = `${DECOY} - Picture thumbnails`;
/** No process of this namespace gets so far. */
const DECOY_PID = 30_412;

/** Another unit's trouble, in the words of the same journal. */
export function decoy(say: Say, what: 'crash' | 'oom' | 'restart'): void {
  const systemd = (message: string): void => say({ at: Date.now(), identifier: 'systemd', pid: 1, unit: DECOY, message });
  if (what === 'restart') systemd(`Stopping ${DECOY_TITLE}...`);
  if (what === 'oom') oomLines(say, DECOY, 'python3', DECOY_PID);
  ended(say, DECOY, what === 'restart' ? 0 : what === 'crash' ? 1 : null, what === 'oom' ? 'SIGKILL' : null, what === 'oom');
  setTimeout(
    () => {
      if (what !== 'restart') systemd(`${DECOY}: Scheduled restart job, restart counter is at 1.`);
      systemd(`Stopped ${DECOY_TITLE}.`);
      systemd(`Started ${DECOY_TITLE}.`);
    },
    what === 'restart' ? 20 : RESTART_MS,
  );
}
