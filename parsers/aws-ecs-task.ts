/** Task state changes of Amazon ECS, as EventBridge writes them to a log group, and tasks as `aws ecs describe-tasks` has them. */
import { endpoint } from '../src/grammar/address.ts';
import { isObject, type JsonObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { known } from '../src/grammar/known.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface TaskRow extends Row {
  /** The task's id, the last part of its ARN. */
  readonly task: string;
  /** `service:ws`: who started it. */
  readonly group?: string | undefined;
  readonly status: string;
  readonly stopCode?: string | undefined;
  readonly reason?: string | undefined;
  /** Of the first container that ended abnormally, else of the first that ended. */
  readonly container?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
  readonly executionStoppedAt?: string | undefined;
  readonly stoppingAt?: string | undefined;
  readonly stoppedAt?: string | undefined;
  /** The task's own address, where it has one (`awsvpc`). */
  readonly address?: string | undefined;
}

const MEMORY = /^OutOfMemoryError\b/;
/** Ends that somebody or the platform wanted. */
const WANTED = new Set(['ServiceSchedulerInitiated', 'UserInitiated', 'SpotInterruption', 'TerminationNotice']);

function addressOf(containers: readonly JsonObject[]): string | undefined {
  for (const { networkInterfaces } of containers)
    for (const one of Array.isArray(networkInterfaces) ? networkInterfaces : []) {
      const address = isObject(one) ? textOf(one['privateIpv4Address']) : undefined;
      if (address !== undefined) return address;
    }
  return undefined;
}

/**
 * When its containers were gone: it stops since an essential one exited (`stoppingAt`, RUNNING → STOPPING), and is stopped when what it had
 * is cleared away too, on Fargate its network interface, half a minute later (Amazon ECS API reference, Task; task lifecycle).
 */
const endOf = ({ stopCode, executionStoppedAt, stoppingAt, stoppedAt }: TaskRow): string | undefined =>
  executionStoppedAt ?? (stopCode === 'EssentialContainerExited' ? stoppingAt : undefined) ?? stoppedAt;

const ARN = 'arn:aws:ecs:eu-central-1:123456789012:task/prod/4f1c2d3e4b5a69788796a5b4c3d2e1f0';
const eventOf = (detail: string): string =>
  `{"version":"0","detail-type":"ECS Task State Change","source":"aws.ecs","time":"2026-06-15T05:31:41Z","detail":{${detail},"group":"service:ws","taskArn":"${ARN}"}}`;

export const awsEcsTask = defineParser<TaskRow>({
  name: 'aws-ecs-task',
  about: 'ECS task state changes of EventBridge, tasks of aws ecs describe-tasks',
  adds: 'why a task stopped: memory, a deployment, scaling in, a failed health check, its own exit code',
  docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['taskArn'],
  samples: [
    {
      line: eventOf(
        '"lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":137,"reason":"OutOfMemoryError: Container killed due to memory usage"}],"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","executionStoppedAt":"2026-06-15T05:31:20.041Z"',
      ),
      from: 'Amazon ECS documentation, task state change events; reason of aws/copilot-cli#3470',
      reads: { task: '4f1c2d3e4b5a69788796a5b4c3d2e1f0', status: 'STOPPED', exitCode: 137 },
      gives: [
        { kind: 'process-ended', exitCode: 137, by: 'oom', when: { ms: 1781501480041, widthMs: 1, basis: 'utc' } },
        { kind: 'oom-kill', scope: 'container', role: 'report' },
      ],
    },
    {
      line: eventOf(
        '"lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":143}],"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1234567890123456789)","stoppingAt":"2026-06-15T05:31:10.5Z","executionStoppedAt":"2026-06-15T05:31:20.041Z"',
      ),
      from: 'Amazon ECS documentation, stopped task error codes',
      reads: { stopCode: 'ServiceSchedulerInitiated' },
      gives: [
        { kind: 'stop-requested', how: 'scale-down' },
        { kind: 'process-ended', exitCode: 143, by: 'stop' },
      ],
    },
    {
      line: eventOf(
        '"lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":137}],"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Task failed container health checks","executionStoppedAt":"2026-06-15T05:31:20.041Z"',
      ),
      from: 'Amazon ECS documentation, stopped task error codes',
      reads: { reason: 'Task failed container health checks' },
      gives: [{ kind: 'stop-requested', how: 'liveness' }, { kind: 'process-ended' }],
    },
    {
      line: `{"taskArn":"${ARN}","group":"service:ws","lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":1}],"stopCode":"EssentialContainerExited","executionStoppedAt":"2026-06-15T07:31:20+02:00"}`,
      from: 'aws ecs describe-tasks',
      reads: { exitCode: 1 },
      gives: [{ kind: 'process-ended', exitCode: 1 }],
    },
    {
      line: eventOf(
        '"lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":0,"networkInterfaces":[{"attachmentId":"0beb4ef3-33a5-4c3f-9911-973546e21475","privateIpv4Address":"10.20.11.47"}]}],"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1234567890123456789)","stoppingAt":"2026-06-15T05:31:10.5Z"',
      ),
      from: 'aws ecs describe-tasks of a task on Fargate',
      reads: { address: '10.20.11.47' },
      gives: [
        { kind: 'stop-requested', how: 'scale-down' },
        { kind: 'process-ended', exitCode: 0, by: 'stop' },
      ],
    },
    {
      line: eventOf('"lastStatus":"RUNNING","containers":[{"name":"ws","lastStatus":"RUNNING"}]'),
      from: 'Amazon ECS documentation, task state change events',
      reads: { status: 'RUNNING' },
      gives: 'noise',
    },
    {
      line: `{"taskArn":"${ARN}","group":"service:ws","lastStatus":"STOPPED","containers":[{"name":"ws","exitCode":137,"reason":"OutOfMemoryError: Container killed due to memory usage"}],"stopCode":"EssentialContainerExited","stoppingAt":"2026-06-15T05:31:20.272Z","stoppedAt":"2026-06-15T05:31:43.372Z"}`,
      from: 'aws ecs describe-tasks of a task on Fargate',
      reads: { stoppedAt: '2026-06-15T05:31:43.372Z' },
      gives: [
        { kind: 'process-ended', exitCode: 137, by: 'oom', when: { ms: 1781501480272, widthMs: 1, basis: 'utc' } },
        { kind: 'oom-kill', scope: 'container', role: 'report' },
      ],
    },
  ],
  rejects: ['{"taskArn":1,"lastStatus":"STOPPED"}', `{"taskArn":"${ARN}"}`, `started task ${ARN}`, '{"detail":{}}'],
  read(text) {
    const whole = parseObject(text);
    const task = whole && isObject(whole['detail']) ? whole['detail'] : whole;
    const arn = textOf(task?.['taskArn']);
    const status = textOf(task?.['lastStatus']);
    if (!task || !arn?.startsWith('arn:') || status === undefined) return null;
    const listed = task['containers'];
    const containers = (Array.isArray(listed) ? listed : []).filter(isObject);
    const ended = containers.filter((one) => numberOf(one['exitCode']) !== undefined);
    const container = ended.find((one) => numberOf(one['exitCode']) !== 0) ?? ended[0];
    const at = iso(textOf(whole?.['time']) ?? '');
    return {
      ...(at && { at }),
      task: arn.slice(arn.lastIndexOf('/') + 1),
      group: textOf(task['group']),
      status,
      stopCode: textOf(task['stopCode']),
      reason: textOf(task['stoppedReason']),
      container: textOf(container?.['name']),
      exitCode: numberOf(container?.['exitCode']),
      containerReason: textOf(container?.['reason']),
      executionStoppedAt: textOf(task['executionStoppedAt']),
      stoppingAt: textOf(task['stoppingAt']),
      stoppedAt: textOf(task['stoppedAt']),
      address: addressOf(containers),
    };
  },
  events(row): readonly Draft[] | undefined {
    if (row.status !== 'STOPPED') return undefined;
    const service = /^service:(\S{1,200})$/.exec(row.group ?? '')?.[1];
    const keys = { container: row.task, ...known({ service, upstream: endpoint(row.address) }) };
    const when = iso(endOf(row) ?? '');
    const isOom = MEMORY.test(row.containerReason ?? '');
    const isWanted = row.stopCode !== undefined && WANTED.has(row.stopCode);
    const unhealthy = /health check/i.test(row.reason ?? '');
    const asked = iso(row.stoppingAt ?? '') ?? when;
    const stop: Draft = {
      kind: 'stop-requested',
      how: unhealthy ? 'liveness' : /^Scaling activity/.test(row.reason ?? '') ? 'scale-down' : 'container-stop',
      keys,
      ...(asked && { when: asked }),
    };
    const death: Draft = {
      kind: 'process-ended',
      keys,
      ...(when && { when }),
      ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
      ...(isOom
        ? { by: 'oom' as const }
        : isWanted && !unhealthy && { by: row.exitCode === 137 ? ('stop-timeout' as const) : ('stop' as const) }),
    };
    const oom: Draft = { kind: 'oom-kill', scope: 'container', role: 'report', keys, ...(when && { when }) };
    return [...(isWanted ? [stop] : []), death, ...(isOom ? [oom] : [])];
  },
});
