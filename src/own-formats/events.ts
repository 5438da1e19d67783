/** What the lines of an own format mean: the names that its `event` may have, and the drafts they become. */
import { endpoint } from '../grammar/address.ts';
import { isCloseCode } from '../grammar/close-words.ts';
import { known } from '../grammar/known.ts';
import { connectionKeys } from '../grammar/peer.ts';
import type { Draft, Keys, Row, Vantage } from '../types.ts';

/** The row as these events use it. */
interface EventRow extends Row {
  readonly status?: number;
  readonly code?: number;
  readonly reason?: string;
  readonly clean?: boolean;
  readonly durationMs?: number;
  readonly silenceMs?: number;
  readonly received?: number;
  readonly sent?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly termination?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly connection?: string;
  readonly path?: string;
  readonly pid?: number;
  readonly clientIp?: string;
  readonly clientPort?: number;
}

/** A fixed property of an event, with all values it may have. */
interface Choice {
  readonly values: readonly string[];
  /** Absent and not `required` = the property stays out. */
  readonly default?: string;
  readonly required?: true;
}

interface EventShape {
  readonly kind: Draft['kind'];
  readonly choices: Readonly<Record<string, Choice>>;
  /** Properties taken from the row. */
  of(row: EventRow): Readonly<Record<string, unknown>>;
}

const closeCode = (code: number | undefined): number | undefined => (code !== undefined && isCloseCode(code) ? code : undefined);

export const EVENTS: Readonly<Record<string, EventShape>> = {
  opened: { kind: 'socket-opened', choices: {}, of: () => ({}) },
  closed: {
    kind: 'socket-closed',
    choices: { by: { values: ['client', 'server', 'heartbeat', 'network', 'idle-timeout', 'shutdown', 'protocol-error'] } },
    of: (row) => ({
      code: closeCode(row.code),
      reason: row.reason,
      wasClean: row.clean,
      lifeMs: row.durationMs,
      silenceMs: row.silenceMs,
      received: row.received,
      sent: row.sent,
    }),
  },
  tunnel: {
    kind: 'tunnel-ended',
    choices: {
      endedBy: { values: ['client', 'upstream', 'idle', 'life', 'proxy-stop', 'upstream-down', 'admin'] },
      how: { values: ['reset', 'fin'] },
    },
    of: (row) => ({
      status: row.status ?? 101,
      lifeMs: row.durationMs,
      bytesUp: row.bytesReceived,
      bytesDown: row.bytesSent,
      termination: row.termination,
    }),
  },
  'handshake-failed': {
    kind: 'handshake-failed',
    choices: { by: { values: ['client', 'proxy', 'upstream'] } },
    of: (row) => ({
      status: row.status,
      why: row.message ?? row.reason ?? (row.status === undefined ? 'not said' : `status ${row.status}`),
    }),
  },
  'heartbeat-missed': { kind: 'heartbeat-missed', choices: {}, of: () => ({}) },
  'process-started': {
    kind: 'process-started',
    choices: { what: { values: ['banner', 'supervisor', 'container'], default: 'banner' } },
    of: () => ({}),
  },
  'process-ended': {
    kind: 'process-ended',
    choices: { by: { values: ['oom', 'oomd', 'stop-timeout', 'watchdog', 'liveness', 'stop', 'clean'] } },
    of: (row) => ({ exitCode: row.exitCode, signal: row.signal }),
  },
  'process-fault': {
    kind: 'process-fault',
    choices: {
      fault: {
        values: ['uncaught-exception', 'heap-limit', 'panic', 'segfault', 'trap', 'abort', 'hang', 'handler-exception'],
        required: true,
      },
    },
    of: (row) => ({ says: row.message ?? row.reason ?? '' }),
  },
  'stop-requested': {
    kind: 'stop-requested',
    choices: {
      how: {
        values:
          'unit-stop app-signal container-stop pod-delete scale-down evicted liveness watchdog admin-kill host-shutdown supervisor-stop deploy-tool'.split(
            ' ',
          ),
        default: 'app-signal',
      },
    },
    of: () => ({}),
  },
  'proxy-fault': {
    kind: 'proxy-fault',
    choices: {
      fault: {
        values:
          'idle-timeout client-timeout upstream-reset upstream-closed client-reset client-closed upstream-refused upstream-timeout upstream-unreachable upstream-down upstream-up no-upstream tunnel-lost capacity tls'.split(
            ' ',
          ),
        required: true,
      },
      phase: { values: ['connect', 'handshake', 'tunnel', 'check'], default: 'tunnel' },
    },
    of: () => ({}),
  },
  'proxy-lifecycle': {
    kind: 'proxy-lifecycle',
    choices: {
      change: { values: ['start', 'reload', 'drain', 'stop', 'worker-start', 'worker-exit', 'tunnels-cut', 'deregister'], required: true },
    },
    of: (row) => ({ signal: row.signal, exitCode: row.exitCode }),
  },
  'health-failed': {
    kind: 'health-failed',
    choices: { probe: { values: ['liveness', 'readiness', 'startup', 'check'], default: 'check' } },
    of: () => ({}),
  },
  'network-fault': {
    kind: 'network-fault',
    choices: {
      fault: {
        values:
          'link-down link-up nic-reset transmit-timeout conntrack-full tcp-memory syn-flood neighbour-overflow node-not-ready client-offline client-online suspend tunnel-lost'.split(
            ' ',
          ),
        required: true,
      },
    },
    of: () => ({}),
  },
}; // prettier-ignore

/** A field's value that lines must have; several conditions all have to hold. */
export interface Condition {
  readonly field: string;
  /** One of these, compared as text. */
  readonly equals?: readonly string[];
  /** One of these stands in it, compared with case. */
  readonly contains?: readonly string[];
}

export interface EventRule {
  readonly event: string;
  readonly when: readonly Condition[];
  readonly choices: Readonly<Record<string, string>>;
}

const holds = (row: Row, { field, equals, contains }: Condition): boolean => {
  const value = row[field];
  if (value === undefined || value === null) return false;
  const text = String(value);
  return (equals?.includes(text) ?? true) && (contains?.some((part) => text.includes(part)) ?? true);
};

/** The draft of the first rule that the row fulfils; undefined = of no interest. */
export function draftOf(
  row: Row,
  rules: readonly EventRule[],
  format: { readonly name: string; readonly vantage: Vantage },
): Draft | undefined {
  const rule = rules.find((one) => one.when.every((condition) => holds(row, condition)));
  const shape = rule && EVENTS[rule.event];
  if (!shape) return undefined;
  // A log of all requests has ordinary ones beside the upgraded, unless the format tells them apart itself.
  if (rule.event === 'tunnel' && rule.when.length === 0 && row['status'] !== undefined && row['status'] !== 101) return undefined;
  const choices = Object.entries(shape.choices).map(([name, choice]) => [name, rule.choices[name] ?? choice.default]);
  return known({
    kind: shape.kind,
    ...shape.of(row as EventRow),
    ...Object.fromEntries(choices),
    ...(rule.event === 'proxy-lifecycle' && { proxy: format.name }),
    keys: keysOf(row as EventRow, format.vantage),
  }) as unknown as Draft;
}

function keysOf(row: EventRow, vantage: Vantage): Keys {
  const text = (field: string): string | undefined => (typeof row[field] === 'string' ? (row[field] as string) : undefined);
  return known({
    ...connectionKeys(row),
    requestId: text('requestId'),
    upstream: endpoint(text('upstream')),
    upstreamName: text('upstreamName'),
    service: text('program'),
    unit: text('unit'),
    container: text('container'),
    pod: text('pod'),
    // A proxy logs the virtual host, everybody else the machine.
    host: vantage === 'proxy' || vantage === 'edge' ? undefined : text('host'),
  });
}
