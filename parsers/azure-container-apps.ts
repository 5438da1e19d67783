/** System events of Azure Container Apps: what the controller did with replicas and why a container ended. */
import { type JsonObject, parseObject, textOf } from '../src/grammar/json.ts';
import { known } from '../src/grammar/known.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type ProcessEnded, type Row } from '../src/types.ts';

interface SystemRow extends Row {
  readonly message: string;
  readonly container?: string | undefined;
  readonly exitCode?: number | undefined;
  /** `ManuallyStopped`, `ProcessExited`, `ProbeFailure` …; older ones give none. */
  readonly reason?: string | undefined;
}

const TERMINATED = /^Container '([^']{1,64})' was terminated with exit code '(\d{0,5})'(?: and reason '(\w{1,40})')?/;
const STARTED = /^Started container '([^']{1,64})'$/;
/** Of a container that never ran. */
const NEVER_RAN = /^(?:ContainerCreateFailure|VolumeMountFailure|ImagePullFailure)$/;
/** Ends whose hand the reason names. A replica is stopped by the controller: another revision, scaling in, a move to another node. */
const BY: ReadonlyMap<string, ProcessEnded['by']> = new Map([
  ['ManuallyStopped', 'stop'],
  ['ProbeFailure', 'liveness'],
  ['OOMKilled', 'oom'],
  ['Completed', 'clean'],
]);

/** `2025-01-10 14:01:10 +0000 UTC` beside ISO. */
const stampOf = (text: string) => iso(text.replace(/ \+0000 UTC$/, 'Z'));

function messageOf(text: string): { readonly message: string; readonly event?: JsonObject } | undefined {
  if (!text.startsWith('{')) return { message: text };
  const event = parseObject(text);
  const message = textOf(event?.['Msg']);
  return event && message !== undefined && event['EventSource'] === 'ContainerAppController' ? { message, event } : undefined;
}

const eventOf = (reason: string, message: string): string =>
  `{"TimeStamp":"2025-01-10 14:01:10 \\u002B0000 UTC","Type":"Normal","ContainerAppName":"silo","RevisionName":"silo--roenibg","ReplicaName":"silo--roenibg-bff56565c-zgk9p","Msg":"${message}","Reason":"${reason}","EventSource":"ContainerAppController","Count":1}`;

export const azureContainerApps = defineParser<SystemRow>({
  name: 'azure-container-apps',
  about: 'system events of Azure Container Apps: az containerapp logs show, ContainerAppSystemLogs',
  adds: 'when and why a replica’s container ended: stopped by the platform, a failed probe, its own exit code',
  docs: 'https://learn.microsoft.com/azure/container-apps/log-monitoring',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['was terminated with exit code', "Started container '"],
  samples: [
    {
      line: "Container 'live-api' was terminated with exit code '' and reason 'ManuallyStopped'",
      from: 'Azure Container Apps 2026, Log_s of ContainerAppSystemLogs_CL',
      keys: { pod: 'live-api--0000041-6f5c7d9b8-n7dht', service: 'live-api' },
      reads: { container: 'live-api', reason: 'ManuallyStopped' },
      gives: { kind: 'process-ended', by: 'stop' },
    },
    {
      line: eventOf('ContainerTerminated', "Container 'silo' was terminated with exit code '1' and reason 'ProcessExited'"),
      from: 'az containerapp logs show --type system, in the layout of microsoft/azure-container-apps#1371',
      reads: {
        at: { ms: Date.UTC(2025, 0, 10, 14, 1, 10), widthMs: 1000, basis: 'utc' },
        exitCode: 1,
        pod: 'silo--roenibg-bff56565c-zgk9p',
      },
      gives: { kind: 'process-ended', exitCode: 1, keys: { pod: 'silo--roenibg-bff56565c-zgk9p', service: 'silo' } },
    },
    {
      line: "Container 'ca-clntevnt-goal-attr-prod-v2' was terminated with exit code '137'",
      from: 'Azure Container Apps 2024, microsoft/azure-container-apps#1085',
      reads: { exitCode: 137 },
      gives: { kind: 'process-ended', exitCode: 137 },
    },
    {
      line: "Container 'silo' was terminated with exit code '' and reason 'ProbeFailure'",
      from: 'Azure Container Apps 2025, health probes',
      reads: { reason: 'ProbeFailure' },
      gives: { kind: 'process-ended', by: 'liveness' },
    },
    {
      line: "Container 'ca-vol-perm' was terminated with exit code '1' and reason 'VolumeMountFailure'. StdErr = mount error(13): Permission denied",
      from: 'Azure Container Apps 2026, a container that never ran',
      reads: { reason: 'VolumeMountFailure' },
      gives: 'noise',
    },
    {
      line: eventOf('ContainerStarted', "Started container 'silo'"),
      from: 'az containerapp logs show --type system',
      reads: { container: 'silo' },
      gives: { kind: 'process-started', what: 'container' },
    },
  ],
  rejects: [
    'Container live-api was terminated with exit code 1',
    'Started container live-api',
    `{"Msg":"Container 'silo' was terminated with exit code '1'"}`,
    `{"EventSource":"ContainerAppController","Msg":"Successfully connected to events server"}`,
  ],
  read(text) {
    const { message, event } = messageOf(text) ?? {};
    if (message === undefined) return null;
    const ended = TERMINATED.exec(message);
    const container = ended?.[1] ?? STARTED.exec(message)?.[1];
    if (container === undefined) return null;
    const at = stampOf(textOf(event?.['TimeStamp']) ?? '');
    return {
      ...(at && { at }),
      message,
      container,
      exitCode: ended?.[2] ? Number(ended[2]) : undefined,
      reason: ended?.[3],
      pod: textOf(event?.['ReplicaName']),
      program: textOf(event?.['ContainerAppName']),
    };
  },
  events(row): Draft | undefined {
    const keys = known({ container: row.container, pod: row['pod'] as string | undefined, service: row['program'] as string | undefined });
    if (STARTED.test(row.message)) return { kind: 'process-started', what: 'container', keys };
    if (row.reason !== undefined && NEVER_RAN.test(row.reason)) return undefined;
    const by = BY.get(row.reason ?? '');
    return known({ kind: 'process-ended' as const, keys, exitCode: row.exitCode, by });
  },
});
