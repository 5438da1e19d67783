/** Task events of HashiCorp Nomad: the table of `nomad alloc status`, and the agent's own log. */
import { endpoint } from '../src/grammar/address.ts';
import { keyValues } from '../src/grammar/keyvalue.ts';
import { known } from '../src/grammar/known.ts';
import { signalName } from '../src/grammar/signals.ts';
import { duration, isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Endpoint, type Row, type Stamp } from '../src/types.ts';

interface TaskEventRow extends Row {
  readonly at: Stamp;
  /** Nomad's name of the event: Killing, Terminated, Started … */
  readonly type: string;
  readonly message: string;
  readonly program?: string | undefined;
  readonly task?: string | undefined;
  readonly allocation?: string | undefined;
  readonly host?: string | undefined;
  readonly upstream?: string | undefined;
  /** Nomad itself asked for this end. */
  readonly asked?: boolean | undefined;
}

const TYPES =
  'Received|Task Setup|Driver|Started|Killing|Killed|Terminated|Restarting|Not Restarting|Restart Signaled|Signaling|Sibling Task Failed|Leader Task Dead|Driver Failure|Setup Failure|Template|Alloc Unhealthy';
const TABLE = new RegExp(String.raw`^ {2,40}(${TYPES}) {2,40}(\S.{0,2000})$`);
const AGENT = /^\s{1,4}\[[A-Z]{4,5} ?\]\s{1,4}(?:client\.)?(?:alloc_runner\.)?task_runner: Task event: (?=alloc_id=)/;
const EXIT = /^Exit Code: (\d{1,3})(?:, Signal: (\d{1,2}))?(?:, Exit Message: "?(.{0,300}?)"?)?$/;
const WAITING = /\bWaiting (\S{1,20}) before force killing/;
/** Lines of a table: what `nomad alloc status` prints above and below an event. */
const NEAR = 60;

const settingOf = (lines: readonly string[], name: string): string | undefined => {
  const line = lines.findLast((one) => one.startsWith(name) && /^ {1,40}= /.test(one.slice(name.length)));
  return line?.slice(line.indexOf('= ') + 2).trim();
};

/** The newest event stands first: what came before an end is printed below it. */
function fromTable(at: Stamp, rest: string, context: Context): TaskEventRow | null {
  const [whole, type = '', message = ''] = TABLE.exec(rest) ?? [];
  if (whole === undefined) return null;
  const above = context.before(NEAR);
  const from = above.slice(
    Math.max(
      0,
      above.findLastIndex((line) => /^ID {1,40}= /.test(line)),
    ),
  );
  const earlier = context.after(NEAR);
  const restart = earlier.findIndex((line) => / {2}Started {2,40}/.test(line));
  const asked = earlier.slice(0, Math.max(0, restart)).some((line) => / {2}Killing {2,40}/.test(line));
  const address = from.find((line) => /^\*?\S{1,60} {1,40}(?:yes|no) {1,40}\S{3,60}:\d/.test(line));
  return known({
    at,
    type,
    message,
    program: settingOf(from, 'Job ID'),
    task: from.map((line) => /^Task "([^"]{1,128})" (?:\(.{1,40}\) )?is "/.exec(line)?.[1]).findLast((task) => task !== undefined),
    allocation: settingOf(from, 'ID'),
    host: settingOf(from, 'Node Name'),
    upstream: address && /(\S{3,60}:\d{1,5})(?: |$)/.exec(address)?.[1],
    asked: asked || undefined,
  });
}

function fromAgent(at: Stamp, rest: string, context: Context): TaskEventRow | null {
  const head = AGENT.exec(rest)?.[0];
  if (head === undefined) return null;
  const pairs = keyValues(rest.slice(head.length));
  const [type, allocation, message] = [pairs.get('type'), pairs.get('alloc_id'), pairs.get('msg')];
  if (type === undefined || allocation === undefined || message === undefined) return null;
  const asked = context.before(NEAR).some((line) => line.includes(allocation) && line.includes('type=Killing'));
  return known({ at, type, message, task: pairs.get('task'), allocation, asked: asked || undefined });
}

function keysOf(row: TaskEventRow): NonNullable<Draft['keys']> {
  const upstream: Endpoint | undefined = endpoint(row.upstream);
  // Nomad names a task's docker container so.
  const container = row.task && row.allocation ? `${row.task}-${row.allocation}` : row.allocation;
  return known({ service: row.task ?? row.program, container, host: row.host, upstream });
}

export const nomad = defineParser<TaskEventRow>({
  name: 'nomad',
  about: 'task events of HashiCorp Nomad: nomad alloc status, the agent’s log',
  adds: 'when Nomad stopped or restarted a task and how long it waited, exit codes, memory kills',
  docs: 'https://developer.hashicorp.com/nomad/docs/commands/alloc/status',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['Sent interrupt', 'Killing task: ', 'Restart Signaled', 'Exit Code: ', 'Task started by client'],
  samples: [
    {
      line: '2018-04-12T17:50:54-05:00  Killing           Sent interrupt. Waiting 5s before force killing',
      from: 'nomad alloc status, Nomad 0.8, hashicorp/nomad#4151',
      before: ['ID                  = 7f2a1b3c', 'Node Name           = nmd-4', 'Job ID              = ws', 'Task "server" is "running"'],
      reads: { at: { ms: 1523573454000, widthMs: 1000, basis: 'utc' }, type: 'Killing', program: 'ws', task: 'server', host: 'nmd-4' },
      gives: {
        kind: 'stop-requested',
        how: 'container-stop',
        graceMs: 5000,
        keys: { service: 'server', container: 'server-7f2a1b3c', host: 'nmd-4' },
      },
    },
    {
      line: '2026-11-19T16:15:21Z  Terminated  Exit Code: 137, Exit Message: "Docker container exited with non-zero exit code: 137"',
      from: 'nomad alloc status, Nomad 1.7, hashicorp/nomad#20431',
      before: [
        'ID                     = 7e1c9a52',
        'Allocation Addresses:',
        '*http  yes      10.9.0.14:23817 -> 8000',
        'Task "daphne" is "dead"',
      ],
      after: [
        '2026-11-19T16:15:00Z  Killing     Sent interrupt. Waiting 20s before force killing',
        '2026-11-17T13:00:00Z  Started     Task started by client',
      ],
      reads: { asked: true, upstream: '10.9.0.14:23817' },
      gives: { kind: 'process-ended', exitCode: 137, by: 'stop-timeout', keys: { upstream: { ip: '10.9.0.14', port: 23817 } } },
    },
    {
      line: '2026-11-19T16:14:59Z  Terminated      Exit Code: 137, Exit Message: "OOM Killed"',
      from: 'nomad alloc status, Nomad 1.7, docker driver, hashicorp/nomad#2203',
      reads: { type: 'Terminated' },
      gives: [
        { kind: 'process-ended', exitCode: 137, by: 'oom' },
        { kind: 'oom-kill', scope: 'container', role: 'report' },
      ],
    },
    {
      line: '2018-04-12T17:50:54-05:00  Restart Signaled  healthcheck: check "service: \\"demo-service-test\\" check" unhealthy',
      from: 'nomad alloc status, Nomad 0.8',
      reads: { type: 'Restart Signaled' },
      gives: { kind: 'stop-requested', how: 'liveness' },
    },
    {
      line: '2019-03-20T20:35:41Z  Terminated  Exit Code: 137, Signal: 9',
      from: 'nomad alloc status, Nomad 0.8, raw_exec driver, hashicorp/nomad#5408',
      reads: { message: 'Exit Code: 137, Signal: 9' },
      gives: { kind: 'process-ended', exitCode: 137, signal: 'SIGKILL' },
    },
    {
      line: '2026-11-19T16:15:00.400Z [INFO]  client.alloc_runner.task_runner: Task event: alloc_id=7e1c9a52-5a31-6a7f-1b7e-2f0d3c4b5a69 task=daphne type=Killing msg="Sent interrupt. Waiting 20s before force killing" failed=false',
      from: 'Nomad 1.7 client agent',
      reads: { task: 'daphne', allocation: '7e1c9a52-5a31-6a7f-1b7e-2f0d3c4b5a69' },
      gives: { kind: 'stop-requested', graceMs: 20_000, keys: { service: 'daphne' } },
    },
    {
      line: '2026-11-17T13:00:00Z  Started     Task started by client',
      from: 'nomad alloc status, Nomad 1.7',
      reads: { type: 'Started' },
      gives: { kind: 'process-started', what: 'container' },
    },
    {
      line: '2026-11-19T16:15:21Z  Killed      Task successfully killed',
      from: 'nomad alloc status, Nomad 1.7',
      reads: { type: 'Killed' },
      gives: 'noise',
    },
  ],
  rejects: [
    '2026-11-19T16:15:21Z Killed Task successfully killed',
    'Time                  Type        Description',
    '2026-11-19T16:15:21Z [INFO]  client.gc: marking allocation for GC: alloc_id=7e1c9a52',
    '2026-11-19 16:15:21 INFO Task event: alloc_id=1 type=Killing msg="x"',
  ],
  read(text, context) {
    const found = text.length > 4000 ? undefined : isoAt(text);
    if (!found || text[10] !== 'T') return null;
    const rest = text.slice(found.end);
    return rest.startsWith('  ') ? fromTable(found.stamp, rest, context) : fromAgent(found.stamp, rest, context);
  },
  events(row): Draft | readonly Draft[] | undefined {
    const keys = keysOf(row);
    const { type, message } = row;
    if (type === 'Started') return { kind: 'process-started', what: 'container', keys };
    if (type === 'Restart Signaled')
      return { kind: 'stop-requested', how: /unhealthy/.test(message) ? 'liveness' : 'container-stop', keys };
    if (type === 'Killing') {
      const graceMs = duration(WAITING.exec(message)?.[1] ?? '');
      return { kind: 'stop-requested', how: 'container-stop', keys, ...(graceMs !== undefined && { graceMs }) };
    }
    const exit = type === 'Terminated' ? EXIT.exec(message) : null;
    if (!exit) return undefined;
    const exitCode = Number(exit[1]);
    const signal = exit[2] === undefined ? undefined : signalName(Number(exit[2]));
    const isOom = /OOM Killed/i.test(exit[3] ?? '');
    const by = isOom ? ('oom' as const) : row.asked ? (exitCode === 137 ? ('stop-timeout' as const) : ('stop' as const)) : undefined;
    const death: Draft = known({ kind: 'process-ended' as const, keys, exitCode, signal, by });
    return isOom ? [death, { kind: 'oom-kill', scope: 'container', role: 'report', keys }] : death;
  },
});
