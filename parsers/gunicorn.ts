/** The error log of gunicorn's master and workers. */
import { gunicornHead, isUvicorns } from '../src/grammar/gunicorn.ts';
import { processEnd } from '../src/grammar/process-end.ts';
import { signalName } from '../src/grammar/signals.ts';
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface GunicornRow extends Row {
  /** Who wrote the line: the master, or a worker. */
  readonly pid: number;
  readonly level: string;
  readonly message: string;
  readonly workerPid?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly change?: 'timeout' | 'died' | 'leaving' | 'booted' | 'listening' | 'stop' | 'reload' | undefined;
  /** What the lines before say of this worker: its timeout, or that everything stops. */
  readonly after?: 'timeout' | 'stop' | undefined;
}

const TIMEOUT = /^WORKER TIMEOUT \(pid:(\d{1,10})\)$/;
const LEAVING = /^Worker exiting \(pid: (\d{1,10})\)$/;
/** gunicorn ≤ 20, then ≥ 21. Its `Perhaps out of memory?` is a guess that follows every SIGKILL. */
const BY_NUMBER = /^Worker with pid (\d{1,10}) was terminated due to signal (\d{1,2})$/;
const BY_NAME = /^Worker \(pid:(\d{1,10})\) was sent (SIG[A-Z0-9]{2,8})!(?: Perhaps out of memory\?)?$/;
const EXITED = /^Worker \(pid:(\d{1,10})\) exited with code (\d{1,3})\.?$/;
const BOOTING = /^Booting worker with pid: (\d{1,10})$/;
const LISTENING = /^Listening at: .{1,500}$/;
const HANDLING = /^Handling signal: (\w{1,8})$/;
function readMessage(message: string): Partial<GunicornRow> {
  const timeout = TIMEOUT.exec(message);
  if (timeout) return { change: 'timeout', workerPid: Number(timeout[1]) };
  const leaving = LEAVING.exec(message);
  if (leaving) return { change: 'leaving', workerPid: Number(leaving[1]) };
  const byNumber = BY_NUMBER.exec(message);
  if (byNumber) return { change: 'died', workerPid: Number(byNumber[1]), signal: signalName(byNumber[2]) };
  const byName = BY_NAME.exec(message);
  if (byName) return { change: 'died', workerPid: Number(byName[1]), signal: byName[2] };
  const exited = EXITED.exec(message);
  if (exited) return { change: 'died', workerPid: Number(exited[1]), exitCode: Number(exited[2]) };
  const booting = BOOTING.exec(message);
  if (booting) return { change: 'booted', workerPid: Number(booting[1]) };
  if (LISTENING.test(message)) return { change: 'listening' };
  const signal = HANDLING.exec(message)?.[1];
  if (signal === 'term' || signal === 'int' || signal === 'quit') return { change: 'stop', signal: `SIG${signal.toUpperCase()}` };
  return signal === 'hup' ? { change: 'reload', signal: 'SIGHUP' } : {};
}

/** Whether the worker's end was brought about: by gunicorn's own timeout, or by a stop of all. */
function causeBefore(workerPid: number | undefined, before: readonly string[]): 'timeout' | 'stop' | undefined {
  if (before.some((line) => line.endsWith(`WORKER TIMEOUT (pid:${workerPid})`))) return 'timeout';
  return before.some((line) => /Handling signal: (?:term|int|quit|hup)$/.test(line)) ? 'stop' : undefined;
}

export const gunicorn = defineParser<GunicornRow>({
  name: 'gunicorn',
  about: "error log of gunicorn: the master's word of its workers",
  adds: 'that a worker hung, was killed or restarted, and which',
  docs: 'https://docs.gunicorn.org/en/stable/settings.html#errorlog',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'WORKER TIMEOUT (pid:',
    'Worker exiting (pid:',
    'Worker with pid ',
    'Worker (pid:',
    'Booting worker with pid',
    'Listening at: ',
    'Handling signal: ',
  ],
  samples: [
    {
      line: '[2026-11-22 20:38:37 +0000] [22074] [CRITICAL] WORKER TIMEOUT (pid:22076)',
      from: 'gunicorn 20.1',
      reads: { at: { ms: 1795379917000, widthMs: 1000, basis: 'utc' }, pid: 22074, level: 'CRITICAL', workerPid: 22076 },
      gives: { kind: 'process-fault', fault: 'hang', fatal: true, keys: { pid: 22076 } },
    },
    {
      line: '[2026-11-22 20:38:38 +0000] [22074] [WARNING] Worker with pid 22076 was terminated due to signal 9',
      from: 'gunicorn 20.1, behind a timeout',
      before: ['[2026-11-22 20:38:37 +0000] [22074] [CRITICAL] WORKER TIMEOUT (pid:22076)'],
      reads: { signal: 'SIGKILL', after: 'timeout' },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'watchdog', keys: { pid: 22076 } },
    },
    {
      line: '[2026-01-01 00:30:00 +0100] [7] [ERROR] Worker (pid:22079) was sent SIGKILL! Perhaps out of memory?',
      from: 'gunicorn 21.2',
      reads: { at: { ms: 1767223800000, widthMs: 1000, basis: 'utc' } },
      // The guess is printed after every SIGKILL, so no cause is read from it.
      gives: { kind: 'process-ended', signal: 'SIGKILL', keys: { pid: 22079 } },
    },
    {
      line: '[2026-11-22 20:38:38 +0000] [7] [ERROR] Worker (pid:9) exited with code 3',
      from: 'gunicorn 21.2',
      reads: { exitCode: 3 },
      gives: { kind: 'process-ended', exitCode: 3 },
    },
    {
      line: '[2026-11-22 20:38:38 +0000] [22076] [INFO] Worker exiting (pid: 22076)',
      from: 'gunicorn 20.1',
      before: ['[2026-11-22 20:38:38 +0000] [22074] [INFO] Handling signal: term'],
      reads: { after: 'stop' },
      gives: { kind: 'process-ended', by: 'stop', keys: { pid: 22076 } },
    },
    {
      line: '[2026-11-22 20:38:39 +0000] [22080] [INFO] Booting worker with pid: 22080',
      from: 'gunicorn 20.1',
      reads: { workerPid: 22080 },
      gives: { kind: 'process-started', what: 'supervisor' },
    },
    {
      line: '[2026-11-22 20:38:39 +0000] [7] [INFO] Listening at: http://127.0.0.1:8000 (7)',
      from: 'gunicorn 20.1',
      reads: {},
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: '[2026-11-22 20:38:39 +0000] [7] [INFO] Handling signal: term',
      from: 'gunicorn 20.1',
      reads: { signal: 'SIGTERM' },
      gives: { kind: 'stop-requested', how: 'app-signal', keys: { pid: 7 } },
    },
    {
      line: '[2026-11-22 20:38:39 +0000] [7] [INFO] Handling signal: hup',
      from: 'gunicorn 20.1',
      reads: {},
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    {
      line: '[2026-11-22 20:38:39 +0000] [7] [INFO] Starting gunicorn 20.1.0',
      from: 'gunicorn 20.1',
      reads: { message: 'Starting gunicorn 20.1.0' },
      gives: 'noise',
    },
  ],
  rejects: [
    '[2026-11-22 20:38:37] [22074] [INFO] no zone',
    '[2026-11-22 20:38:37 +0000] [x] [INFO] text',
    '2026-11-22 20:38:37 +0000 [22074] [INFO] text',
    '[2026-11-22 20:38:37 +0000] [22074] [NOTICE] text',
  ],
  read(text, context) {
    const head = gunicornHead(text);
    if (!head || isUvicorns(head.message)) return null;
    const row = readMessage(head.message);
    const after = row.change === 'died' || row.change === 'leaving' ? causeBefore(row.workerPid, context.before(40)) : undefined;
    return { ...head, ...row, after };
  },
  events(row): Draft | undefined {
    const keys: Keys = { pid: row.workerPid ?? row.pid };
    const by = row.after === 'timeout' ? ('watchdog' as const) : row.after;
    switch (row.change) {
      case 'timeout':
        return { kind: 'process-fault', fault: 'hang', fatal: true, says: row.message, keys };
      case 'died':
      case 'leaving':
        return processEnd({ ...row, by }, keys);
      case 'booted':
        return { kind: 'process-started', what: 'supervisor', keys };
      case 'listening':
        return { kind: 'process-started', what: 'banner', keys };
      case 'stop':
        return { kind: 'stop-requested', how: 'app-signal', keys };
      case 'reload':
        return { kind: 'stop-requested', how: 'supervisor-stop', keys };
      default:
        return undefined;
    }
  },
});
