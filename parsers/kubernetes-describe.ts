/** The container part of `kubectl describe pod`: how a container ended last. */
import { rfc1123 } from '../src/grammar/kubernetes.ts';
import { signalName } from '../src/grammar/signals.ts';
import { type Context, type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface DescribeRow extends Row {
  /** The line's own name: `Exit Code`, `Reason` … */
  readonly field: string;
  readonly message: string;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  /** The pod's address: what a proxy calls its upstream. */
  readonly upstream?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly reason?: string | undefined;
}

/** Fields of a container stand at four blanks, those of its states at six. */
const FIELD =
  /^ {4}(?: {2})?(State|Last State|Reason|Exit Code|Signal|Message|Started|Finished|Ready|Restart Count|Container ID): {2,40}(\S.{0,2000})$/;
const CONTAINER = /^ {2}([a-z0-9][a-z0-9-]{0,62}):$/;
const NAME = /^Name: {2,40}(\S{1,253})$/;
const ADDRESS = /^IP: {2,40}([\da-f.:]{2,45})$/i;

/** The value of a field near by, up to where the next state begins. */
function near(lines: readonly string[], field: string): string | undefined {
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || name === 'State' || name === 'Last State') return undefined;
    if (name === field) return value;
  }
  return undefined;
}

function readExit(value: string, context: Context): Partial<DescribeRow> {
  const above = context.before(400);
  const below = context.after(6);
  const nearest = above.toReversed();
  return {
    at: rfc1123(near(below, 'Finished') ?? ''),
    exitCode: /^\d{1,3}$/.test(value) ? Number(value) : undefined,
    signal: signalName(near(below, 'Signal') ?? near(nearest, 'Signal')),
    reason: near(nearest, 'Reason'),
    container: nearest.map((line) => CONTAINER.exec(line)?.[1]).find((found) => found !== undefined),
    pod: nearest.map((line) => NAME.exec(line)?.[1]).find((found) => found !== undefined),
    upstream: nearest.map((line) => ADDRESS.exec(line)?.[1]).find((found) => found !== undefined),
  };
}

const ABOVE = [
  'Name:             chat-7d9c5b8f6-x2lqp',
  'Namespace:        prod',
  'IP:               10.244.1.8',
  'Containers:',
  '  chat:',
  '    Last State:     Terminated',
  '      Reason:       OOMKilled',
];

export const kubernetesDescribe = defineParser<DescribeRow>({
  name: 'kubernetes-describe',
  about: 'kubectl describe pod: state and last state of each container',
  adds: 'the last end of a container with exit code and OOMKilled, to the second',
  docs: 'https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['Exit Code: '],
  samples: [
    {
      line: '      Exit Code:    137',
      from: 'kubectl 1.31 describe pod',
      before: ABOVE,
      after: [
        '      Started:      Sun, 22 Nov 2026 21:00:01 +0100',
        '      Finished:     Sun, 22 Nov 2026 21:23:41 +0100',
        '    Ready:          True',
      ],
      reads: {
        pod: 'chat-7d9c5b8f6-x2lqp',
        container: 'chat',
        upstream: '10.244.1.8',
        exitCode: 137,
        reason: 'OOMKilled',
        at: { ms: 1795379021000, widthMs: 1000, basis: 'utc' },
      },
      gives: [
        {
          kind: 'process-ended',
          exitCode: 137,
          by: 'oom',
          keys: { pod: 'chat-7d9c5b8f6-x2lqp', container: 'chat', upstream: { ip: '10.244.1.8' } },
        },
        {
          kind: 'oom-kill',
          scope: 'container',
          role: 'report',
          keys: { pod: 'chat-7d9c5b8f6-x2lqp', container: 'chat', upstream: { ip: '10.244.1.8' } },
        },
      ],
    },
    {
      line: '      Exit Code:    1',
      from: 'kubectl 1.31 describe pod, cut out',
      before: ['    Last State:     Terminated', '      Reason:       Error'],
      reads: { reason: 'Error' },
      gives: { kind: 'process-ended', exitCode: 1 },
    },
    {
      line: '    Last State:     Terminated',
      from: 'kubectl 1.31 describe pod',
      reads: { field: 'Last State', message: 'Terminated' },
      gives: 'noise',
    },
    { line: '      Reason:       OOMKilled', from: 'kubectl 1.31 describe pod', reads: { reason: 'OOMKilled' }, gives: 'noise' },
    {
      line: '      Finished:     Sun, 1 Nov 2026 00:00:09 -0500',
      from: 'kubectl 1.31 describe pod',
      reads: { field: 'Finished', at: { ms: 1793509209000, widthMs: 1000, basis: 'utc' } },
      gives: 'noise',
    },
    { line: '    Restart Count:  3', from: 'kubectl 1.31 describe pod', reads: { field: 'Restart Count', message: '3' }, gives: 'noise' },
  ],
  rejects: ['Exit Code: 137', '  Reason:       OOMKilled', '      Exit Code:', '    Image:          chat:1'],
  read(text, context) {
    const [, field, value = ''] = FIELD.exec(text) ?? [];
    if (field === undefined) return null;
    if (field === 'Exit Code') return { field, message: value, ...readExit(value, context) };
    const at = field === 'Started' || field === 'Finished' ? rfc1123(value) : undefined;
    return { field, message: value, at, ...(field === 'Reason' && { reason: value }) };
  },
  events(row): readonly Draft[] | undefined {
    if (row.exitCode === undefined) return undefined;
    const keys: Keys = {
      ...(row.pod !== undefined && { pod: row.pod }),
      ...(row.container !== undefined && { container: row.container }),
      ...(row.upstream !== undefined && { upstream: { ip: row.upstream } }),
    };
    const isOom = row.reason === 'OOMKilled';
    const death: Draft = {
      kind: 'process-ended',
      keys,
      exitCode: row.exitCode,
      ...(row.signal !== undefined && { signal: row.signal }),
      ...(isOom ? { by: 'oom' as const } : row.exitCode === 0 && { by: 'clean' as const }),
    };
    return isOom ? [death, { kind: 'oom-kill', scope: 'container', role: 'report', keys }] : [death];
  },
});
