/** What Swoole, the server framework of PHP, says of its worker processes. */
import { signalName } from '../src/grammar/signals.ts';
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface SwooleRow extends Row {
  readonly level: string;
  readonly message: string;
  /** Of the writer, or of the worker of which it tells. */
  readonly pid?: number;
  readonly status?: number;
  readonly signal?: string;
}

// `[stamp *pid.worker]`: `#` the master, `$` the manager, `*` a worker, `^` a task worker, `@` and `!` other processes.
const HEAD = /^ [#$*^@!](\d{1,10})\.\d{1,5}\]\s{1,4}(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\s{1,4}(\S.{0,2000})$/;
/** Of the manager: `worker#3 abnormal exit`, since 4.6 `worker(pid=4711, id=3) abnormal exit`. */
const ABNORMAL =
  /(?:^|\): |: )(?:worker|task|process)(?:#\d{1,5}|\(pid=(\d{1,10}), id=\d{1,5}\))(?:\[pid=(\d{1,10})\])? abnormal exit, status=(\d{1,3}), signal=(\d{1,2})/;

export const swoole = defineParser<SwooleRow>({
  name: 'swoole',
  about: 'the log of Swoole (PHP)',
  adds: 'that a worker crashed, and by which signal',
  docs: 'https://wiki.swoole.com/en/#/server/setting?id=log_file',
  vantage: 'server',
  habitat: 'own',
  needles: ['abnormal exit, status='],
  samples: [
    {
      line: '[2015-05-29 14:04:40 $12482.0]\tWARN\tswManager_check_exit_status: worker#3 abnormal exit, status=0, signal=11',
      from: 'Swoole 1.7, swoole/swoole-src#270',
      reads: { level: 'WARN', status: 0, signal: 'SIGSEGV', at: { ms: 1432908280000, widthMs: 1000, basis: 'local' } },
      gives: { kind: 'process-ended', signal: 'SIGSEGV' },
    },
    {
      line: '[2021-03-02 10:00:01 $4711.0]\tWARNING\tManager::check_exit_status(): worker(pid=4714, id=0) abnormal exit, status=255, signal=0',
      from: 'Swoole 4.6',
      reads: { status: 255 },
      gives: { kind: 'process-ended', exitCode: 255, keys: { pid: 4714 } },
    },
    {
      line: '[2015-05-29 14:03:58 *12491.1]\tWARN\tswFactoryProcess_finish: send 4771 byte failed, because session#477 is closed.',
      from: 'Swoole 1.7, swoole/swoole-src#270',
      reads: { pid: 12491 },
      gives: 'noise',
    },
  ],
  rejects: [
    '[2015-05-29 14:03:58] WARN worker#3 abnormal exit, status=0, signal=11',
    '[2015-05-29 14:03:58 12491] WARN text',
    '[2015-05-32 14:03:58 *12491.1]\tWARN\ttext',
  ],
  read(text) {
    if (text[0] !== '[') return null;
    const found = isoAt(text, 1);
    const head = found && HEAD.exec(text.slice(found.end));
    if (!found || !head) return null;
    const [, pid, level = '', message = ''] = head;
    const [whole, newer, older, status, number] = ABNORMAL.exec(message) ?? [];
    const told = whole === undefined ? pid : (newer ?? older);
    const signal = number === '0' ? undefined : signalName(number);
    return {
      at: found.stamp,
      level,
      message,
      ...(told !== undefined && { pid: Number(told) }),
      ...(status !== undefined && { status: Number(status) }),
      ...(signal !== undefined && { signal }),
    };
  },
  events({ status, signal, pid }): Draft | undefined {
    if (status === undefined) return undefined;
    return {
      kind: 'process-ended',
      ...(signal === undefined ? { exitCode: status } : { signal }),
      ...(pid !== undefined && { keys: { pid } }),
    };
  },
});
