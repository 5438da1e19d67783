/** What Cloud Run writes of its instances: the texts of `run.googleapis.com/varlog/system`. The stamp and the instance are the envelope's. */
import { processEnd } from '../src/grammar/process-end.ts';
import { signalName } from '../src/grammar/signals.ts';
import { type Draft, defineParser, type ProcessFault, type Row } from '../src/types.ts';

interface InstanceRow extends Row {
  readonly message: string;
  readonly change?: 'memory' | 'ended' | 'fault' | 'liveness' | 'stop' | undefined;
  readonly usedBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly pid?: number | undefined;
}

const MEMORY = /^Memory limit of (\d{1,7}) ?(Mi?B?|Gi?B?) exceeded with (\d{1,7}) ?(Mi?B?|Gi?B?) used\./;
const EXITED = /^Container called exit\((\d{1,3})\)\.?$/;
const KILLED = /^Container terminated on signal (\d{1,2})\.?$/;
/** gVisor's, of any process in the instance. */
const UNCAUGHT = /^Uncaught signal: (\d{1,2}), pid=(\d{1,7}), tid=\d{1,7}, fault_addr=\w{1,20}\.?(?: Extended application logs.{0,200})?$/;
const UNHEALTHY = /^LIVENESS \w{2,8} probe failed \d{1,5} times? consecutively for container .{1,300}\. The instance has been shut down\.$/;
const STOPPED = /^Shutting down user disabled instance$/;
const OTHER =
  /^(?:Starting new instance\. Reason: [A-Z_]{3,60}\b.{0,400}|(?:Default )?(?:STARTUP|LIVENESS|READINESS) \w{2,8} probe (?:succeeded|failed) .{1,400})$/;

const MIB = 1_048_576;
const bytes = (count: string | undefined, unit: string | undefined): number => Number(count) * MIB * (unit?.startsWith('G') ? 1024 : 1);

const FAULTS: Readonly<Record<string, ProcessFault['fault']>> = {
  SIGSEGV: 'segfault',
  SIGBUS: 'segfault',
  SIGILL: 'trap',
  SIGFPE: 'trap',
  SIGTRAP: 'trap',
  SIGABRT: 'abort',
};

export const cloudRunSystem = defineParser<InstanceRow>({
  name: 'cloud-run-system',
  about: 'system log of Google Cloud Run (run.googleapis.com/varlog/system): why an instance ended',
  adds: 'whether an instance ran out of memory, crashed, failed its probe or was shut down',
  docs: 'https://cloud.google.com/run/docs/troubleshooting',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: [
    'Memory limit of ',
    'Container called exit(',
    'Container terminated on signal ',
    'Uncaught signal: ',
    'The instance has been shut down',
    'Shutting down user disabled instance',
  ],
  samples: [
    {
      line: 'Memory limit of 512 MiB exceeded with 517 MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits',
      from: 'Cloud Run 2026, severity ERROR',
      reads: { limitBytes: 512 * MIB, usedBytes: 517 * MIB },
      gives: { kind: 'oom-kill', scope: 'container', role: 'kill', limitBytes: 512 * MIB, rssBytes: 517 * MIB },
    },
    {
      line: 'Memory limit of 256M exceeded with 263M used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits',
      from: 'Cloud Run 2021',
      reads: { limitBytes: 256 * MIB },
      gives: { kind: 'oom-kill', scope: 'container', role: 'kill' },
    },
    {
      line: 'Container called exit(3).',
      from: 'Cloud Run 2025, severity WARNING',
      reads: { exitCode: 3 },
      gives: { kind: 'process-ended', exitCode: 3 },
    },
    {
      line: 'Container called exit(0).',
      from: 'Cloud Run 2026, an instance that was told to stop',
      reads: { exitCode: 0 },
      gives: { kind: 'process-ended', exitCode: 0, by: 'clean' },
    },
    {
      line: 'Container terminated on signal 6.',
      from: 'Cloud Run 2026, severity WARNING',
      reads: { signal: 'SIGABRT' },
      gives: { kind: 'process-ended', signal: 'SIGABRT' },
    },
    {
      line: 'Uncaught signal: 6, pid=1, tid=1, fault_addr=0.',
      from: 'Cloud Run 2026, severity ERROR',
      reads: { signal: 'SIGABRT', pid: 1 },
      gives: { kind: 'process-fault', fault: 'abort', says: 'Uncaught signal: 6, pid=1, tid=1, fault_addr=0.' },
    },
    {
      line: 'Uncaught signal: 13, pid=3, tid=3, fault_addr=0.',
      from: 'Supervisor/supervisor#1599: nobody reads a pipe any more',
      reads: { signal: 'SIGPIPE' },
      gives: 'noise',
    },
    {
      line: 'LIVENESS HTTP probe failed 1 time consecutively for container chat-1 on port 8080. The instance has been shut down.',
      from: 'Cloud Run documentation, troubleshooting',
      reads: { change: 'liveness' },
      gives: { kind: 'stop-requested', how: 'liveness' },
    },
    {
      line: 'Shutting down user disabled instance',
      from: 'Cloud Run 2026, the instance of a revision that another has replaced',
      reads: { change: 'stop' },
      gives: { kind: 'stop-requested', how: 'container-stop', graceMs: 10_000 },
    },
    {
      line: 'Starting new instance. Reason: AUTOSCALING - Instance started due to configured scaling factors (e.g. CPU utilization, request throughput, etc.) or no existing capacity for current traffic.',
      from: 'Cloud Run 2026: says nothing of the instances that were there before',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Default STARTUP TCP probe succeeded after 1 attempt for container "chat-1" on port 8080.',
      from: 'Cloud Run 2026',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: [
    'Memory limit of 512 MiB is set',
    'Container called exit',
    'ERROR Container terminated on signal 9',
    'Uncaught signal: SIGABRT',
    'The instance has been shut down.',
  ],
  read(text) {
    if (text.length > 1000) return null;
    const message = text.trimEnd();
    const memory = MEMORY.exec(message);
    if (memory) return { message, change: 'memory', limitBytes: bytes(memory[1], memory[2]), usedBytes: bytes(memory[3], memory[4]) };
    const exit = EXITED.exec(message)?.[1];
    if (exit !== undefined) return { message, change: 'ended', exitCode: Number(exit) };
    const killed = KILLED.exec(message)?.[1];
    if (killed !== undefined) return { message, change: 'ended', signal: signalName(killed) };
    const uncaught = UNCAUGHT.exec(message);
    if (uncaught) return { message, change: 'fault', signal: signalName(uncaught[1]), pid: Number(uncaught[2]) };
    if (UNHEALTHY.test(message)) return { message, change: 'liveness' };
    if (STOPPED.test(message)) return { message, change: 'stop' };
    return OTHER.test(message) ? { message } : null;
  },
  events(row): Draft | undefined {
    const { message: says, signal, exitCode } = row;
    switch (row.change) {
      case 'memory':
        return { kind: 'oom-kill', scope: 'container', role: 'kill', limitBytes: row.limitBytes ?? 0, rssBytes: row.usedBytes ?? 0 };
      case 'ended':
        return processEnd({ signal, exitCode, by: exitCode === 0 ? 'clean' : undefined }, {});
      case 'fault': {
        const fault = FAULTS[signal ?? ''];
        return fault && { kind: 'process-fault', fault, says };
      }
      case 'liveness':
        return { kind: 'stop-requested', how: 'liveness' };
      case 'stop':
        // SIGTERM, and SIGKILL ten seconds later (https://cloud.google.com/run/docs/container-contract#instance-shutdown).
        return { kind: 'stop-requested', how: 'container-stop', graceMs: 10_000 };
      default:
        return undefined;
    }
  },
});
