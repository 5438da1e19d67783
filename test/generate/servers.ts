/** Keeps the WebSocket servers of an incident running: under the real supervisord, or as plain children. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFileSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerOptions } from './server.ts';

export interface Servers {
  /** Ends one with SIGTERM and starts it anew. */
  restart(instance: number): void;
  /** Starts one that died; under supervisord it starts itself. */
  revive(instance: number): void;
  /** The kernel's OOM killer takes one: the deed and its lines. Absent = no log of a kernel is kept. */
  oomKill?(instance: number, pid: number): void;
}

export interface Setup {
  /** The server's compiled file. */
  readonly program: string;
  readonly options: readonly ServerOptions[];
  readonly env: Readonly<Record<string, string>>;
  readonly work: string;
  readonly logs: string;
  /** Another program that dies at this age (ms), for a decoy; 0 = none. Under supervisord only. */
  readonly decoyMs: number;
  /** Dead servers wait for `revive`. */
  readonly staysDown: boolean;
}

/** Enough for the clients, little enough for V8 to run out of it within a second. */
const HEAP_MB = 40;

const appLog = (instance: number, of: number): string => (of === 1 ? 'app.log' : `app-${instance}.log`);

/** The arguments that run one server, whose options are left in a file. */
export function nodeArguments({ program, work }: Setup, one: ServerOptions): readonly string[] {
  const file = join(work, `server-${one.instance}.json`);
  writeFileSync(file, JSON.stringify(one));
  return [`--max-old-space-size=${HEAP_MB}`, program, file];
}

/** Plain children; `around` puts what a container runtime would around each line. */
export function plain(setup: Setup, around?: (instance: number, line: string) => string): Servers {
  const { options, env, logs } = setup;
  const running = new Map<number, ChildProcess>();
  const start = (one: ServerOptions): void => {
    const path = join(logs, appLog(one.instance, options.length));
    const file = around ? ('pipe' as const) : openSync(path, 'a');
    const child = spawn(process.execPath, nodeArguments(setup, one), { env, stdio: ['ignore', file, file] });
    for (const output of [child.stdout, child.stderr])
      if (output && around)
        createInterface({ input: output }).on('line', (line) => appendFileSync(path, `${around(one.instance, line)}\n`));
    running.set(one.instance, child);
  };
  options.forEach(start);
  const revive = (instance: number): void => options.filter((one) => one.instance === instance).forEach(start);
  return {
    revive,
    restart: (instance) => {
      const child = running.get(instance);
      child?.once('exit', () => revive(instance));
      child?.kill('SIGTERM');
    },
  };
}

export function supervised(setup: Setup): Servers {
  const { options, env, work, logs, decoyMs, staysDown } = setup;
  const conf = join(work, 'supervisord.conf');
  const nameOf = (instance: number): string => (options.length === 1 ? 'ws' : `ws-${instance}`);
  const environment = Object.entries(env).map(([name, value]) => `${name}="${value}"`);
  const programs = options.map(
    (one) => `[program:${nameOf(one.instance)}]
command=${process.execPath} ${nodeArguments(setup, one).join(' ')}
environment=${environment.join(',')}
autorestart=${!staysDown}
startsecs=0
redirect_stderr=true
stdout_logfile=${join(logs, appLog(one.instance, options.length))}
stdout_logfile_maxbytes=0`,
  );
  const decoy = `[program:thumbnailer]
command=/bin/sh -c "sleep ${decoyMs / 1000}; exit 1"
startsecs=0`;
  const text = `[supervisord]
nodaemon=true
user=root
logfile=${join(logs, 'supervisord.log')}
logfile_maxbytes=0
pidfile=${join(work, 'supervisord.pid')}
childlogdir=${work}
[unix_http_server]
file=${join(work, 'supervisor.sock')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${join(work, 'supervisor.sock')}
${programs.join('\n')}
${decoyMs > 0 ? decoy : ''}
`;
  writeFileSync(conf, text);
  spawn('supervisord', ['-n', '-c', conf], { stdio: 'ignore' });
  const control = (order: string, instance: number): void => void execFile('supervisorctl', ['-c', conf, order, nameOf(instance)]);
  return {
    restart: (instance) => control('restart', instance),
    revive: (instance) => {
      if (staysDown) control('start', instance);
    },
  };
}
