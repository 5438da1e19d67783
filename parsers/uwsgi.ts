/** uWSGI's own words about its workers, and its line for each request, which is all that dates them. */
import { ctimeAt } from '../src/time.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface UwsgiRow extends Row {
  readonly at?: Stamp;
  readonly message: string;
  readonly pid: number;
  readonly step: 'request' | 'fault' | 'died' | 'respawned';
  readonly signal?: string;
}

const REQUEST =
  /^\[pid: (\d{1,10})\|app: (?:-?\d{1,5}|-)\|req: [\d/-]{1,40}\] .{1,6000} \[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] [A-Z]{3,10} /;
const FAULT = /^!!! uWSGI process (\d{1,10}) got Segmentation Fault !!!$/;
const DIED = /^DAMN ! worker \d{1,5} \(pid: (\d{1,10})\) died(?:, killed by signal (\d{1,2}))? :\( trying respawn \.\.\.$/;
const RESPAWNED = /^Respawned uWSGI worker \d{1,5} \(new pid: (\d{1,10})\)$/;
/** As Linux and macOS number those that a program errs by, and the one that the kernel kills with for memory. */
const SIGNALS: Readonly<Record<string, string>> = { 4: 'SIGILL', 6: 'SIGABRT', 8: 'SIGFPE', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };

export const uwsgi = defineParser<UwsgiRow>({
  name: 'uwsgi',
  about: 'log of uWSGI: workers that died and were started anew',
  adds: 'that a worker died, by which signal, and that its master brought another one up',
  docs: 'https://github.com/unbit/uwsgi/blob/master/core/master_checks.c',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['uWSGI process ', 'DAMN ! worker ', 'Respawned uWSGI worker ', '[pid: '],
  samples: [
    {
      line: '[pid: 6371|app: 0|req: 14/14] 127.0.0.1 () {38 vars in 641 bytes} [Tue May 13 11:20:41 2014] GET / => generated 1203 bytes in 2 msecs (HTTP/1.1 200) 1 headers in 44 bytes (1 switches on core 998)',
      from: 'uWSGI 2.0.4, unbit/uwsgi#626',
      reads: { pid: 6371, at: { ms: Date.UTC(2014, 4, 13, 11, 20, 41), widthMs: 1000, basis: 'local' } },
      gives: 'noise',
    },
    {
      line: '!!! uWSGI process 6371 got Segmentation Fault !!!',
      from: 'uWSGI 2.0.4, unbit/uwsgi#626',
      reads: { pid: 6371 },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true, keys: { pid: 6371 } },
    },
    {
      line: 'DAMN ! worker 1 (pid: 6371) died :( trying respawn ...',
      from: 'uWSGI 2.0.4, unbit/uwsgi#626',
      reads: { step: 'died' },
      gives: { kind: 'process-ended', keys: { pid: 6371 } },
    },
    {
      line: 'DAMN ! worker 2 (pid: 31) died, killed by signal 9 :( trying respawn ...',
      from: 'uWSGI 2.0.20, core/master_checks.c',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'process-ended', signal: 'SIGKILL', keys: { pid: 31 } },
    },
    {
      line: 'Respawned uWSGI worker 1 (new pid: 6390)',
      from: 'uWSGI 2.0.4, unbit/uwsgi#626',
      reads: { pid: 6390 },
      gives: { kind: 'process-started', automatic: true },
    },
  ],
  rejects: ['DAMN ! worker 1 died', '*** backtrace of 6371 ***', '[pid: 6371] GET /', 'Respawned uWSGI worker 1'],
  read(text) {
    const request = REQUEST.exec(text);
    const at = request ? ctimeAt(request[2] ?? '')?.stamp : undefined;
    if (request) return at ? { at, message: text.slice(0, 400), pid: Number(request[1]), step: 'request' } : null;
    const fault = FAULT.exec(text);
    if (fault) return { message: text, pid: Number(fault[1]), step: 'fault' };
    const died = DIED.exec(text);
    const signal = SIGNALS[died?.[2] ?? ''];
    if (died) return { message: text, pid: Number(died[1]), step: 'died', ...(signal !== undefined && { signal }) };
    const respawned = RESPAWNED.exec(text);
    return respawned ? { message: text, pid: Number(respawned[1]), step: 'respawned' } : null;
  },
  events({ message, pid, step, signal }): Draft | undefined {
    const keys = { pid };
    switch (step) {
      case 'fault':
        return { kind: 'process-fault', fault: 'segfault', fatal: true, says: message, keys };
      case 'died':
        return { kind: 'process-ended', ...(signal !== undefined && { signal }), keys };
      case 'respawned':
        return { kind: 'process-started', what: 'supervisor', automatic: true, keys };
      case 'request':
        return undefined;
    }
  },
});
