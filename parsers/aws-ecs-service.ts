/** Events of an Amazon ECS service, as the console lists them and `aws ecs describe-services` prints them. */
import { parseObject, textOf } from '../src/grammar/json.ts';
import { iso, isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ServiceRow extends Row {
  readonly program: string;
  readonly message: string;
}

/** `(service ws, taskSet ecs-svc/1) has …`; older ones also name the `deployment`. */
const MESSAGE = /^\(service ([\w-]{1,255})(?:, (?:taskSet|deployment) [\w/-]{1,80})?\) (\S.{0,2000})$/s;
const STOPPED = /^has stopped \d{1,6} running tasks?: /;
const TASK = /\(task ([0-9a-f-]{32,36})\)/g;
const STARTED = /^has started \d{1,6} tasks?: /;
const DRAINED = /^(?:has begun draining connections on \d{1,6} tasks?|deregistered \d{1,6} targets? )/;
const UNHEALTHY = /^\((?:instance|port|task) .{1,200}\) is unhealthy in /s;

export const awsEcsService = defineParser<ServiceRow>({
  name: 'aws-ecs-service',
  about: 'service events of Amazon ECS: the console’s list, aws ecs describe-services',
  adds: 'when a service stopped, replaced or drained its tasks, and that a target was found unhealthy first',
  docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['(service '],
  samples: [
    {
      line: '{"id":"a4","createdAt":"2026-08-22T04:07:28.902000+00:00","message":"(service chat-stage) has stopped 1 running tasks: (task 6f0bca03fec214159a4e23128c1ec6df)."}',
      from: 'aws ecs describe-services, AWS CLI 2, hackforla/CivicTechJobs#436',
      reads: { at: { ms: 1787371648902, widthMs: 0.001, basis: 'utc' }, program: 'chat-stage' },
      gives: [
        { kind: 'stop-requested', how: 'container-stop', keys: { service: 'chat-stage', container: '6f0bca03fec214159a4e23128c1ec6df' } },
      ],
    },
    {
      line: '2026-08-22T04:07:28.902000+00:00 (service chat) has stopped 2 running tasks: (task 6f0bca03-fec2-1415-9a4e-23128c1ec6df) (task dfbca03fec214159a4e23128c1ec6dfe).',
      from: 'Amazon ECS documentation, service event messages; ids before 2018 have hyphens',
      reads: { program: 'chat' },
      gives: [
        { kind: 'stop-requested', keys: { service: 'chat', container: '6f0bca03-fec2-1415-9a4e-23128c1ec6df' } },
        { kind: 'stop-requested', keys: { service: 'chat', container: 'dfbca03fec214159a4e23128c1ec6dfe' } },
      ],
    },
    {
      line: '{"id":"a2","createdAt":"2026-08-22T04:07:38.412000+00:00","message":"(service chat-stage) deregistered 1 targets in (target-group arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/chat-stage/555a47e25c5a1850)"}',
      from: 'aws ecs describe-services, AWS CLI 2, hackforla/CivicTechJobs#436',
      reads: { program: 'chat-stage' },
      gives: { kind: 'proxy-lifecycle', change: 'deregister', proxy: 'aws-target-group', keys: { service: 'chat-stage' } },
    },
    {
      line: '2026-08-21T21:07:38.271000-07:00\t(service chat-stage, taskSet ecs-svc/0327562177077820032) has begun draining connections on 1 tasks.',
      from: 'aws ecs describe-services --output text, AWS CLI 2',
      reads: { program: 'chat-stage', message: 'has begun draining connections on 1 tasks.' },
      gives: { kind: 'proxy-lifecycle', change: 'deregister' },
    },
    {
      line: '2026-08-22T04:05:10.110000+00:00 (service chat-stage) has started 1 tasks: (task dfbca03fec214159a4e23128c1ec6dfe).',
      from: 'Amazon ECS documentation, service event messages',
      reads: { program: 'chat-stage' },
      gives: { kind: 'process-started', what: 'supervisor' },
    },
    {
      line: '{"createdAt":"2026-12-31T23:59:59.000000+01:00","message":"(service ws) (port 8080) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/ws/1) due to (reason Health checks failed)."}',
      from: 'Amazon ECS documentation, service event messages',
      reads: { program: 'ws' },
      gives: { kind: 'health-failed', probe: 'check' },
    },
    {
      line: '{"createdAt":"2026-08-22T04:12:40.120000+00:00","message":"(service chat-stage) has reached a steady state."}',
      from: 'Amazon ECS documentation, service event messages',
      reads: { program: 'chat-stage' },
      gives: 'noise',
    },
  ],
  rejects: [
    '(service chat) has stopped 1 running tasks: (task 1).',
    '{"message":"(service chat) has reached a steady state."}',
    '2026-08-22T04:12:40Z service chat has stopped',
    '{"createdAt":"2026-08-22T04:12:40Z","message":"hello"}',
  ],
  read(text) {
    const object = parseObject(text);
    const stamped = object ? undefined : isoAt(text);
    const at = object ? iso(textOf(object['createdAt']) ?? '') : stamped?.stamp;
    const message = MESSAGE.exec(object ? (textOf(object['message']) ?? '') : text.slice(stamped?.end ?? 0).trimStart());
    return at && message ? { at, program: message[1] ?? '', message: message[2] ?? '' } : null;
  },
  events({ program, message }): Draft | readonly Draft[] | undefined {
    const keys = { service: program };
    if (STOPPED.test(message)) {
      const tasks = [...message.matchAll(TASK)].map(([, container]) => ({ ...keys, ...(container !== undefined && { container }) }));
      return (tasks.length > 0 ? tasks : [keys]).map((task): Draft => ({ kind: 'stop-requested', how: 'container-stop', keys: task }));
    }
    // The balancer lets what is open run on until its deregistration delay is over, and ECS stops the task after that.
    if (DRAINED.test(message)) return { kind: 'proxy-lifecycle', change: 'deregister', proxy: 'aws-target-group', keys };
    if (STARTED.test(message)) return { kind: 'process-started', what: 'supervisor', keys };
    return UNHEALTHY.test(message) ? { kind: 'health-failed', probe: 'check', keys } : undefined;
  },
});
