/** The log of containerd: tasks killed for memory, containers stopped and gone. */
import { isContainerdMessage } from '../src/grammar/container-engines.ts';
import { logfmt } from '../src/grammar/logfmt.ts';
import { subject } from '../src/grammar/subject.ts';
import { iso, stamp } from '../src/time.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface ContainerdRow extends Row {
  readonly level: string;
  readonly message: string;
  /** The container's full id. */
  readonly container?: string | undefined;
  readonly change?: 'oom' | 'stop' | 'kill' | 'exit' | 'gone' | 'started' | undefined;
  readonly graceMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly exitedAt?: Stamp | undefined;
}

const ID = '[0-9a-f]{12,64}';
/** containerd ≥ 1.7, then before. */
const OOM = new RegExp(`^TaskOOM event (?:container_id:"(${ID})"|&TaskOOM\\{ContainerID:(${ID}),.{0,100}\\})$`);
const STOP = new RegExp(`^StopContainer for "(${ID})" with timeout (\\d{1,9}) \\(s\\)$`);
const KILL = new RegExp(`^Kill container "(${ID})"$`);
const STARTED = new RegExp(`^StartContainer for "(${ID})" returns successfully$`);
const EXIT = new RegExp(
  `^received exit event container_id:"(${ID})" {1,4}id:"(\\S{1,128})"(?: {1,4}pid:\\d{1,10})?(?: {1,4}exit_status:(\\d{1,3}))?(?: {1,4}exited_at:\\{(?:seconds:(\\d{1,12}))?(?: {1,4}nanos:(\\d{1,9}))?\\})?$`,
);

function readMessage(message: string, id: string | undefined): Partial<ContainerdRow> {
  const oom = OOM.exec(message);
  if (oom) return { change: 'oom', container: oom[1] ?? oom[2] };
  const stop = STOP.exec(message);
  if (stop) return { change: 'stop', container: stop[1], graceMs: Number(stop[2]) * 1000 };
  const kill = KILL.exec(message);
  if (kill) return { change: 'kill', container: kill[1] };
  const started = STARTED.exec(message);
  if (started) return { change: 'started', container: started[1] };
  const [, container, process, code = '0', seconds, nanos = '0'] = EXIT.exec(message) ?? [];
  if (container !== undefined) {
    // An exec's end has the container's id and one of its own.
    const exitedAt = seconds === undefined ? undefined : stamp(Number(seconds) * 1000 + Number(nanos) / 1e6, 0.001);
    return { change: process === container ? 'exit' : undefined, container, exitCode: Number(code), exitedAt };
  }
  return message === 'shim disconnected' ? { change: 'gone', container: id } : { container: id };
}

const GONE = '36d10fdbeb90705508202f90a61db800f03860d90a6f4ba0bc172a2d9bc7e22f';
const TASK = '25a38b5b8d556d7983d975577f5ac75ebbcfb4b269e6deaa0a0440c1ffc969ca';

export const containerd = defineParser<ContainerdRow>({
  name: 'containerd',
  about: 'log of containerd, under Kubernetes and under docker',
  adds: 'that a container hit its memory limit, was stopped or died, by its full id',
  docs: 'https://github.com/containerd/containerd/blob/main/docs/ops.md',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['TaskOOM event', 'StopContainer for ', 'Kill container ', 'StartContainer for ', 'received exit event', 'shim disconnected'],
  samples: [
    {
      line: `time="2023-10-12T19:00:20.879500000Z" level=info msg="TaskOOM event container_id:\\"${TASK}\\""`,
      from: 'containerd 1.7, a published AKS journal',
      reads: { at: { ms: 1697137220879.5, widthMs: 0.001, basis: 'utc' }, level: 'info', container: TASK },
      gives: { kind: 'oom-kill', scope: 'container', role: 'report', keys: { container: TASK } },
    },
    {
      line: `time="2021-10-12T19:00:20Z" level=info msg="TaskOOM event &TaskOOM{ContainerID:${TASK},XXX_unrecognized:[],}"`,
      from: 'containerd 1.4',
      reads: { container: TASK },
      gives: { kind: 'oom-kill', scope: 'container', role: 'report' },
    },
    {
      line: `time="2025-02-21T17:58:10.444822865+08:00" level=info msg="StopContainer for \\"${TASK}\\" with timeout 30 (s)"`,
      from: 'containerd 1.6',
      reads: { graceMs: 30_000 },
      gives: { kind: 'stop-requested', how: 'container-stop', graceMs: 30_000, keys: { container: TASK } },
    },
    {
      line: `time="2025-02-21T17:58:40.453045010+08:00" level=info msg="Kill container \\"${TASK}\\""`,
      from: 'containerd 1.6, behind the timeout',
      reads: {},
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout' },
    },
    {
      line: `time="2024-12-27T10:38:10.541827728+08:00" level=info msg="shim disconnected" id=${GONE} namespace=moby`,
      from: 'containerd 1.7 under docker',
      reads: { container: GONE },
      gives: { kind: 'process-ended', keys: { container: GONE } },
    },
    {
      line: `time="2026-10-02T14:14:06.821383123Z" level=info msg="received exit event container_id:\\"${TASK}\\"  id:\\"${TASK}\\"  pid:3419  exit_status:137  exited_at:{seconds:1790950446  nanos:500000000}"`,
      from: 'containerd 2.0',
      reads: { exitCode: 137 },
      gives: { kind: 'process-ended', exitCode: 137, when: { ms: 1790950446500, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: `time="2026-10-02T14:14:06Z" level=info msg="received exit event container_id:\\"${TASK}\\"  id:\\"${GONE}\\"  pid:3420  exited_at:{seconds:1790950446}"`,
      from: 'containerd 2.0, an exec probe',
      reads: { exitCode: 0 },
      gives: 'noise',
    },
    {
      line: 'time="2026-11-22T20:23:41.1Z" level=info msg="cleaning up dead shim" namespace=k8s.io',
      from: 'containerd 1.7',
      reads: { level: 'info' },
      gives: 'noise',
    },
    {
      line: 'time="2026-11-22T20:23:41.1Z" level=warning msg="unknown words"',
      from: 'containerd 1.7, its identifier in the journal',
      keys: { service: 'containerd' },
      reads: { level: 'warning' },
      gives: 'noise',
    },
  ],
  rejects: [
    'time="2026-11-22T20:23:41Z" level=info msg="client disconnected"',
    'time="yesterday" level=info msg="shim disconnected" id=3f4e',
    'TaskOOM event',
    'level=info msg="shim disconnected"',
  ],
  read(text, context) {
    if (!text.startsWith('time=')) return null;
    const pairs = logfmt(text);
    const [level, message] = [pairs?.get('level'), pairs?.get('msg')];
    const at = iso(pairs?.get('time') ?? '');
    if (!at || level === undefined || message === undefined) return null;
    const { service } = context.keys;
    if (service === 'containerd' ? false : (service !== undefined && service !== 'dockerd') || !isContainerdMessage(message)) return null;
    return { at, level, message, ...readMessage(message, pairs?.get('id')) };
  },
  events(row): Draft | undefined {
    const keys = subject(row.container === undefined ? {} : { container: row.container });
    switch (row.change) {
      case 'oom':
        return { kind: 'oom-kill', scope: 'container', role: 'report', keys };
      case 'stop':
        return { kind: 'stop-requested', how: 'container-stop', keys, ...(row.graceMs !== undefined && { graceMs: row.graceMs }) };
      case 'kill':
        return { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys };
      case 'exit':
        return {
          kind: 'process-ended',
          keys,
          ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
          ...(row.exitedAt && { when: row.exitedAt }),
        };
      case 'gone':
        return { kind: 'process-ended', keys };
      case 'started':
        return { kind: 'process-started', what: 'container', keys };
      default:
        return undefined;
    }
  },
});
