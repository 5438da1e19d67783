/** Mojolicious' preforking servers, of what becomes of their workers: `hypnotoad`, `prefork`. */
import { logHead } from '../src/grammar/log-head.ts';
import { defineParser, type Row } from '../src/types.ts';

interface HypnotoadRow extends Row {
  readonly message: string;
  /** Of the worker or manager that it is about. */
  readonly pid: number;
  readonly graceMs?: number;
}

const LINE =
  /^(?:(Upgrade successful, stopping) (\d{1,7})|(Stopping worker) (\d{1,7}) (?:(gracefully) \((\d{1,6}) seconds\)|(immediately)))$/;

export const hypnotoad = defineParser<HypnotoadRow>({
  name: 'hypnotoad',
  about: 'log of Mojolicious’ servers hypnotoad and prefork',
  adds: 'hot deploys: which workers were told to stop, and which were killed when their time was over',
  docs: 'https://docs.mojolicious.org/Mojo/Server/Hypnotoad',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Upgrade successful, stopping', 'Stopping worker '],
  samples: [
    {
      line: '[2026-11-27 11:33:25.98837] [18849] [info] Upgrade successful, stopping 17943',
      from: 'Mojolicious 9.31, lib/Mojo/Server/Hypnotoad.pm',
      reads: { pid: 17943 },
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { pid: 17943 } },
    },
    {
      line: '[2026-11-27 11:33:25.98945] [17943] [info] Stopping worker 17957 gracefully (6 seconds)',
      from: 'Mojolicious 9.31, lib/Mojo/Server/Prefork.pm',
      reads: { pid: 17957, graceMs: 6000 },
      gives: { kind: 'stop-requested', how: 'app-signal', graceMs: 6000, keys: { pid: 17957 } },
    },
    {
      line: '[2026-11-27 11:33:32.82024] [17943] [warn] Stopping worker 17957 immediately',
      from: 'Mojolicious 9.31, lib/Mojo/Server/Prefork.pm',
      reads: { pid: 17957 },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys: { pid: 17957 } },
    },
  ],
  rejects: ['[2026-11-27 11:33:32.82606] [17943] [info] Worker 17957 stopped', 'Stopping worker 17957 immediately'],
  read(text) {
    const head = logHead(text);
    const [, upgraded, manager, stopping, worker, , seconds] = LINE.exec(head?.message ?? '') ?? [];
    const message = upgraded ?? stopping;
    if (!head?.at || message === undefined) return null;
    return {
      at: head.at,
      message: head.message,
      pid: Number(manager ?? worker),
      ...(seconds !== undefined && { graceMs: Number(seconds) * 1000 }),
    };
  },
  events({ message, pid, graceMs }) {
    const keys = { pid };
    if (message.endsWith('immediately')) return { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys };
    if (graceMs !== undefined) return { kind: 'stop-requested', how: 'app-signal', graceMs, keys };
    return { kind: 'stop-requested', how: 'deploy-tool', keys };
  },
});
