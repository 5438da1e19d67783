/** What uvicorn says of its own start, stop and workers; its connections are another format. */
import { gunicornHead, UVICORN_LIFECYCLE, UVICORN_PROCESS } from '../src/grammar/gunicorn.ts';
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface UvicornRow extends Row {
  readonly level: string;
  readonly message: string;
  readonly pid?: number | undefined;
  readonly change?: 'started' | 'stopping' | 'finished' | 'died' | 'reload' | 'failed' | undefined;
}

/** `INFO:     text`: the level and its colon, padded to ten columns; coloured on a terminal. */
const HEAD = /^(?:\x1b\[[\d;]{1,8}m)?(INFO|WARNING|ERROR|CRITICAL|DEBUG)(?:\x1b\[0m)?: {1,5}(\S.{0,2000})$/;
const CHANGES: Readonly<Record<string, UvicornRow['change']>> = {
  'Started server process': 'started',
  'Finished server process': 'finished',
  'Stopping parent process': 'stopping',
  'Shutting down': 'stopping',
  'Application startup failed. Exiting.': 'failed',
};
export const uvicornLifecycle = defineParser<UvicornRow>({
  name: 'uvicorn-lifecycle',
  about: 'start, stop and workers of uvicorn',
  adds: 'that the server was restarted or shut down while connections were open',
  docs: 'https://www.uvicorn.org/settings/',
  vantage: 'server',
  habitat: 'mixed',
  needles: [
    'Started server process',
    'Finished server process',
    'Shutting down',
    'Child process [',
    'Stopping parent process',
    ' detected change',
    ' detected file change',
    'Application startup failed',
  ],
  samples: [
    {
      line: 'INFO:     Started server process [22253]',
      from: 'uvicorn 0.17',
      reads: { level: 'INFO', pid: 22253 },
      gives: { kind: 'process-started', what: 'banner', keys: { pid: 22253 } },
    },
    {
      line: '\x1b[32mINFO\x1b[0m:     Started server process [\x1b[36m22253\x1b[0m]',
      from: 'uvicorn 0.17 on a terminal',
      reads: { pid: 22253 },
      gives: { kind: 'process-started' },
    },
    {
      line: '[2026-01-30 11:00:02 +0000] [9] [INFO] Started server process [9]',
      from: 'uvicorn 0.27 as worker of gunicorn 21.2',
      reads: { at: { ms: 1769770802000, widthMs: 1000, basis: 'utc' }, pid: 9 },
      gives: { kind: 'process-started', what: 'banner', keys: { pid: 9 } },
    },
    { line: 'INFO:     Shutting down', from: 'uvicorn 0.17', reads: {}, gives: { kind: 'stop-requested', how: 'app-signal' } },
    {
      line: 'INFO:     Finished server process [22253]',
      from: 'uvicorn 0.17',
      reads: {},
      gives: { kind: 'process-ended', by: 'stop', keys: { pid: 22253 } },
    },
    {
      line: 'INFO:     Child process [31] died',
      from: 'uvicorn 0.30',
      reads: { pid: 31 },
      gives: { kind: 'process-ended', keys: { pid: 31 } },
    },
    {
      line: "WARNING:  WatchFiles detected changes in 'chat.py'. Reloading...",
      from: 'uvicorn 0.30 --reload',
      reads: {},
      gives: { kind: 'stop-requested', how: 'deploy-tool' },
    },
    { line: 'INFO:     Uvicorn running on http://127.0.0.1:3000 (Press CTRL+C to quit)', from: 'uvicorn 0.17', reads: {}, gives: 'noise' },
    { line: 'INFO:     Waiting for background tasks to complete. (CTRL+C to force quit)', from: 'uvicorn 0.17', reads: {}, gives: 'noise' },
  ],
  rejects: [
    'INFO:     connection open',
    'INFO:     connection closed',
    'INFO: Shutting down the queue',
    'Shutting down',
    'INFO:     127.0.0.1:38516 - "GET / HTTP/1.1" 200 OK',
  ],
  read(text) {
    const worker = gunicornHead(text);
    const [, level = worker?.level, message = worker?.message ?? ''] = HEAD.exec(text) ?? [];
    if (level === undefined) return null;
    const [, what = '', pid, rest = ''] = UVICORN_PROCESS.exec(message) ?? [];
    if (pid !== undefined)
      return { ...worker, level, message, pid: Number(pid), change: what === 'Child process' && rest === ' died' ? 'died' : CHANGES[what] };
    if (!UVICORN_LIFECYCLE.test(message)) return null;
    return { ...worker, level, message, change: message.includes(' detected ') ? 'reload' : CHANGES[message] };
  },
  events(row): Draft | undefined {
    const keys: Keys = row.pid === undefined ? {} : { pid: row.pid };
    switch (row.change) {
      case 'started':
        return { kind: 'process-started', what: 'banner', keys };
      case 'stopping':
        return { kind: 'stop-requested', how: 'app-signal', keys };
      case 'finished':
        return { kind: 'process-ended', by: 'stop', keys };
      case 'died':
        return { kind: 'process-ended', keys };
      case 'reload':
        return { kind: 'stop-requested', how: 'deploy-tool' };
      case 'failed':
        return { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: row.message };
      default:
        return undefined;
    }
  },
});
