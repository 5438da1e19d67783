/** How long a process that is told to stop may live on: as its stop says, else as who stops it does by default. */
import type { DurationMs, EventOf } from '../types.ts';

/** By the format that tells of the stop: `terminationGracePeriodSeconds`, ECS's `stopTimeout`, docker's `--time`; others log the end too. */
const DEFAULTS: readonly (readonly [format: string, ms: DurationMs])[] = [
  ['kube', 30_000],
  ['aws-ecs', 30_000],
  ['docker', 10_000],
];

/** Undefined = not known. */
export const graceOf = ({ graceMs, format }: EventOf<'stop-requested'>): DurationMs | undefined =>
  graceMs ?? DEFAULTS.find(([prefix]) => format.startsWith(prefix))?.[1];
