/** What the Ruby server Puma says of itself and its workers. */
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface PumaRow extends Row {
  readonly message: string;
  /** Of the master, in cluster mode. */
  readonly pid?: number | undefined;
  readonly workerPid?: number | undefined;
  readonly change?: 'hang' | 'booted' | 'listening' | 'stopping' | 'restarting' | 'ended' | undefined;
}

/** `[pid] - text` in cluster mode, `- text` alone; `*` is news, `!` a warning, `-` goodbye. */
const HEAD = /^(?:\[(\d{1,10})\] )?([-*!+]) (\S.{0,1000})$/;
const TIMED_OUT = /^Terminating timed out worker(?: \(.{1,200}\))?: (\d{1,10})$/;
const BOOTED = /^Worker \d{1,5} \(PID: (\d{1,10})\) booted(?: in [\d.]{1,12}s)?, phase: \d{1,6}$/;
const LISTENING = /^Listening on \S{1,300}$/;
const STOPPING = /^Gracefully (?:stopping, waiting for requests to finish|shutting down workers\.\.\.)$/;
const RESTARTING = /^(?:Restarting\.\.\.|Starting phased worker restart.{0,60}|Phased restart requested)$/;
const ENDED = /^Goodbye!$/;
const OTHER =
  /^(?:Starting |Puma |Ruby |Version |Min threads|Max threads|Environment|PID:|Master PID|Workers:|Restarts:|Preloading|Use Ctrl-C|Daemonizing|Out-of-sync worker list|Inherited|Detected parent|Stopping \d|Worker \d{1,5} )/;

function changeOf(message: string): PumaRow['change'] {
  if (LISTENING.test(message)) return 'listening';
  if (STOPPING.test(message)) return 'stopping';
  if (RESTARTING.test(message)) return 'restarting';
  return ENDED.test(message) ? 'ended' : undefined;
}

export const puma = defineParser<PumaRow>({
  name: 'puma',
  about: 'start, stop and workers of the Ruby server Puma',
  adds: 'that a worker hung or the server was restarted while connections were open',
  docs: 'https://puma.io/puma/file.signals.html',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'Terminating timed out worker',
    ') booted',
    '* Listening on ',
    '- Gracefully s',
    '* Restarting...',
    'phased worker restart',
    '- Goodbye!',
  ],
  samples: [
    {
      line: '[1] ! Terminating timed out worker (Worker 0 failed to check in within 60 seconds): 130',
      from: 'Puma 6',
      reads: { pid: 1, workerPid: 130 },
      gives: { kind: 'process-fault', fault: 'hang', fatal: true, keys: { pid: 130 } },
    },
    {
      line: '[1] - Worker 0 (PID: 131) booted in 0.1s, phase: 0',
      from: 'Puma 6',
      reads: { workerPid: 131 },
      gives: { kind: 'process-started', what: 'supervisor', keys: { pid: 131 } },
    },
    { line: '* Listening on http://0.0.0.0:3000', from: 'Puma 6', reads: {}, gives: { kind: 'process-started', what: 'banner' } },
    {
      line: '[1] - Gracefully shutting down workers...',
      from: 'Puma 6',
      reads: { pid: 1 },
      gives: { kind: 'stop-requested', how: 'app-signal', keys: { pid: 1 } },
    },
    {
      line: '- Gracefully stopping, waiting for requests to finish',
      from: 'Puma 6',
      reads: {},
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
    { line: '* Restarting...', from: 'Puma 6', reads: {}, gives: { kind: 'stop-requested', how: 'deploy-tool' } },
    { line: '[1] - Goodbye!', from: 'Puma 6', reads: {}, gives: { kind: 'process-ended', by: 'stop' } },
    { line: '* Puma version: 6.4.2 (ruby 3.1.2-p20) ("The Eagle of Durin")', from: 'Puma 6', reads: {}, gives: 'noise' },
  ],
  rejects: ['- item of a list', '* Connected to example.com', '[1] - text', '! Terminating'],
  read(text) {
    const [, pid, , message = ''] = HEAD.exec(text) ?? [];
    if (message === '') return null;
    const master = pid === undefined ? undefined : Number(pid);
    const timedOut = TIMED_OUT.exec(message);
    if (timedOut) return { message, pid: master, workerPid: Number(timedOut[1]), change: 'hang' };
    const booted = BOOTED.exec(message);
    if (booted) return { message, pid: master, workerPid: Number(booted[1]), change: 'booted' };
    const change = changeOf(message);
    return change !== undefined || OTHER.test(message) ? { message, pid: master, change } : null;
  },
  events(row): Draft | undefined {
    const pid = row.workerPid ?? row.pid;
    const keys: Keys = pid === undefined ? {} : { pid };
    switch (row.change) {
      case 'hang':
        return { kind: 'process-fault', fault: 'hang', fatal: true, says: row.message, keys };
      case 'booted':
        return { kind: 'process-started', what: 'supervisor', keys };
      case 'listening':
        return { kind: 'process-started', what: 'banner', keys };
      case 'stopping':
        return { kind: 'stop-requested', how: 'app-signal', keys };
      case 'restarting':
        return { kind: 'stop-requested', how: 'deploy-tool', keys };
      case 'ended':
        return { kind: 'process-ended', by: 'stop', keys };
      default:
        return undefined;
    }
  },
});
