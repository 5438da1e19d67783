/** What container runtimes and kubectl put around a line of a server's output. Pure. */
import type { EpochMs } from '../../src/types.ts';

export const CARRIERS = ['docker', 'cri', 'kubectl'] as const;
export type Carrier = (typeof CARRIERS)[number];

/** Runtimes stamp nanoseconds; this clock knows milliseconds, the rest is made up. */
const nanos = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, -1)}456861Z`;

export function wrapped(carrier: Carrier, service: string, instance: number, line: string, at: EpochMs): string {
  if (carrier === 'docker') return JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: nanos(at) });
  if (carrier === 'cri') return `${nanos(at)} stdout F ${line}`;
  return `[pod/${service}-6f7b9c5d8-x2lq${instance}/${service}] ${nanos(at)} ${line}`;
}
