/** Timers in Kubernetes manifests: annotations of Ingress and Service, the ConfigMap of ingress-nginx, GKE's BackendConfig. */
import { at, isObject, parseObject, textOf } from '../src/grammar/json.ts';
import { duration } from '../src/time.ts';
import { type ConfiguredTimer, type Context, defineParser, type Row } from '../src/types.ts';

interface TimersRow extends Row {
  /** Keys and, in the same order, their values as written. */
  readonly settings: readonly string[];
  readonly values: readonly string[];
}
type Pairs = readonly (readonly [key: string, value: string])[];

interface Known extends Pick<ConfiguredTimer, 'hop' | 'setting' | 'timer'> {
  /** What a bare number counts, ms. */
  readonly unitMs: number;
}
const knownTimer = (hop: string, setting: string, timer: ConfiguredTimer['timer'], unitMs = 1000): Known => ({
  hop,
  setting,
  timer,
  unitMs,
});

const NGINX: Readonly<Record<string, Known>> = {
  'proxy-read-timeout': knownTimer('ingress-nginx', 'proxy-read-timeout', 'idle'),
  'proxy-send-timeout': knownTimer('ingress-nginx', 'proxy-send-timeout', 'idle'),
  'proxy-stream-timeout': knownTimer('ingress-nginx', 'proxy-stream-timeout', 'idle'),
  'worker-shutdown-timeout': knownTimer('ingress-nginx', 'worker-shutdown-timeout', 'drain'),
};
const ALB_ATTRIBUTES = 'alb.ingress.kubernetes.io/load-balancer-attributes';
const TIMERS: Readonly<Record<string, Known>> = {
  ...NGINX,
  ...Object.fromEntries(Object.entries(NGINX).map(([key, timer]) => [`nginx.ingress.kubernetes.io/${key}`, timer])),
  'nginx.org/proxy-read-timeout': knownTimer('nginx', 'proxy_read_timeout', 'idle'),
  'nginx.org/proxy-send-timeout': knownTimer('nginx', 'proxy_send_timeout', 'idle'),
  [`${ALB_ATTRIBUTES} idle_timeout.timeout_seconds`]: knownTimer('aws-alb', 'idle_timeout.timeout_seconds', 'idle'),
  'service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout': knownTimer('aws-clb', 'ConnectionSettings.IdleTimeout', 'idle'),
  'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': knownTimer('azure-lb', 'idleTimeoutInMinutes', 'idle', 60_000),
  'appgw.ingress.kubernetes.io/request-timeout': knownTimer('azure-appgw', 'requestTimeout', 'idle'),
  'appgw.ingress.kubernetes.io/connection-draining-timeout': knownTimer('azure-appgw', 'connectionDraining', 'drain'),
  'haproxy.org/timeout-tunnel': knownTimer('haproxy', 'timeout tunnel', 'idle', 1),
  'haproxy-ingress.github.io/timeout-tunnel': knownTimer('haproxy', 'timeout tunnel', 'idle', 1),
  'haproxy.router.openshift.io/timeout-tunnel': knownTimer('openshift-router', 'timeout tunnel', 'idle', 1),
  'konghq.com/read-timeout': knownTimer('kong', 'read_timeout', 'idle', 1),
  'konghq.com/write-timeout': knownTimer('kong', 'write_timeout', 'idle', 1),
  timeoutSec: knownTimer('gcp-alb', 'timeoutSec', 'life'),
  drainingTimeoutSec: knownTimer('gcp-alb', 'drainingTimeoutSec', 'drain'),
};

/** `key: value`, also as a JSON line or behind `kubectl describe`'s heading. */
const LINE =
  /^\s{0,60}(?:Annotations:\s{1,20})?"?([A-Za-z][\w.-]{0,80}(?:\/[\w.-]{1,80})?)"?:\s{1,8}(?:"([^"]{0,200})"|'([^']{0,200})'|([\w.=,-]{1,200})),?$/;
const KINDS = new Set(['Ingress', 'Service', 'ConfigMap', 'BackendConfig', 'GCPBackendPolicy', 'Route', 'compute#backendService']);
const BACKEND_KIND = /^\s{0,40}kind: (?:BackendConfig|GCPBackendPolicy)$/;
const indentOf = (line: string): number => line.length - line.trimStart().length;

/** `timeoutSec` is also a field of health checks: here the key of the line that it is nested in decides. */
function isBackendTimeout(text: string, context: Context): boolean {
  const before = context.before(60);
  const indent = indentOf(text);
  if (indent > 0) {
    const parent = before.findLast((line) => line.trim() !== '' && indentOf(line) < indent)?.trim();
    return (parent === 'spec:' || parent === 'default:') && before.some((line) => BACKEND_KIND.test(line));
  }
  // `gcloud compute backend-services describe` prints it at the margin, and so does `health-checks describe`.
  const around = [...before, ...context.after(60)];
  return around.some((line) => line.startsWith('loadBalancingScheme: ')) && !around.some((line) => line.startsWith('checkIntervalSec: '));
}

/** One annotation may hold several attributes: `idle_timeout.timeout_seconds=600,deletion_protection.enabled=true`. */
const spread = (key: string, value: string): Pairs =>
  key === ALB_ATTRIBUTES
    ? value.split(',').map((pair) => [`${key} ${pair.split('=')[0]?.trim()}`, pair.split('=')[1]?.trim() ?? ''] as const)
    : [[key, value]];

function fromLine(text: string, context: Context): Pairs {
  const found = LINE.exec(text);
  const key = found?.[1];
  if (key === undefined || (key === 'timeoutSec' && !isBackendTimeout(text, context))) return [];
  return spread(key, found?.[2] ?? found?.[3] ?? found?.[4] ?? '');
}

const TABLES = ['metadata.annotations', 'data', 'spec', 'spec.default', 'spec.connectionDraining'];
function fromJson(text: string): Pairs {
  const object = parseObject(text);
  const kind = textOf(object?.['kind']);
  if (!object || kind === undefined || !KINDS.has(kind)) return [];
  const tables = kind === 'compute#backendService' ? [object] : TABLES.map((path) => at(object, path));
  return tables.flatMap((table) =>
    isObject(table)
      ? Object.entries(table).flatMap(([key, value]) => {
          const written = textOf(value);
          return written === undefined ? [] : spread(key, written);
        })
      : [],
  );
}

export const kubernetesTimers = defineParser<TimersRow>({
  name: 'kubernetes-timers',
  about:
    'Ingress and Service annotations, ingress-nginx ConfigMap, GKE BackendConfig (YAML, JSON, kubectl describe); gcloud backend services',
  adds: 'the timeouts that are really set at the edge of the cluster',
  docs: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: [
    'read-timeout',
    'send-timeout',
    'write-timeout',
    'stream-timeout',
    'shutdown-timeout',
    'load-balancer-attributes',
    'idle-timeout',
    'request-timeout',
    'draining-timeout',
    'timeout-tunnel',
    'timeoutSec',
  ],
  samples: [
    {
      line: '    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"',
      from: 'ingress-nginx documentation, miscellaneous: WebSockets',
      reads: { values: ['3600'] },
      gives: { kind: 'configured-timer', hop: 'ingress-nginx', setting: 'proxy-read-timeout', ms: 3_600_000, timer: 'idle' },
    },
    {
      line: 'Annotations:      nginx.ingress.kubernetes.io/proxy-send-timeout: 120',
      from: 'kubectl 1.34 describe ingress',
      reads: { values: ['120'] },
      gives: { kind: 'configured-timer', setting: 'proxy-send-timeout', ms: 120_000 },
    },
    {
      line: '  worker-shutdown-timeout: 240s',
      from: 'ingress-nginx documentation, ConfigMap',
      reads: {},
      gives: { kind: 'configured-timer', setting: 'worker-shutdown-timeout', ms: 240_000, timer: 'drain' },
    },
    {
      line: '    alb.ingress.kubernetes.io/load-balancer-attributes: deletion_protection.enabled=true,idle_timeout.timeout_seconds=600',
      from: 'AWS Load Balancer Controller documentation, annotations',
      reads: {},
      gives: { kind: 'configured-timer', hop: 'aws-alb', setting: 'idle_timeout.timeout_seconds', ms: 600_000 },
    },
    {
      line: '    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "15"',
      from: 'Azure Kubernetes Service documentation (minutes)',
      reads: {},
      gives: { kind: 'configured-timer', hop: 'azure-lb', ms: 900_000 },
    },
    {
      line: '    haproxy.org/timeout-tunnel: "1h"',
      from: 'HAProxy Kubernetes Ingress Controller documentation',
      reads: {},
      gives: { kind: 'configured-timer', hop: 'haproxy', setting: 'timeout tunnel', ms: 3_600_000 },
    },
    {
      line: '    konghq.com/read-timeout: "60000"',
      from: 'Kong Ingress Controller documentation (ms)',
      reads: {},
      gives: { kind: 'configured-timer', hop: 'kong', ms: 60_000 },
    },
    {
      line: '  timeoutSec: 40',
      from: 'GKE documentation, BackendConfig',
      before: [
        'apiVersion: cloud.google.com/v1',
        'kind: BackendConfig',
        'metadata:',
        '  name: my-backendconfig',
        'spec:',
        '  connectionDraining:',
        '    drainingTimeoutSec: 60',
      ],
      reads: { values: ['40'] },
      gives: { kind: 'configured-timer', hop: 'gcp-alb', setting: 'timeoutSec', ms: 40_000, timer: 'life' },
    },
    {
      line: 'timeoutSec: 30',
      from: 'gcloud compute backend-services describe',
      before: ['loadBalancingScheme: EXTERNAL', 'name: web-backend', 'protocol: HTTP'],
      reads: {},
      gives: { kind: 'configured-timer', hop: 'gcp-alb', ms: 30_000 },
    },
    {
      line: '{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"chat","annotations":{"nginx.ingress.kubernetes.io/proxy-read-timeout":"75","cert-manager.io/issuer":"x"}},"spec":{}}',
      from: 'kubectl 1.34 get ingress -o json',
      reads: {},
      gives: { kind: 'configured-timer', ms: 75_000 },
    },
  ],
  rejects: [
    '    timeoutSec: 15',
    '    nginx.ingress.kubernetes.io/rewrite-target: /$1',
    'GET /?proxy-read-timeout: 60 HTTP/1.1',
    '  proxy-read-timeout: soon',
    '{"kind":"Pod","metadata":{"annotations":{"nginx.ingress.kubernetes.io/proxy-read-timeout":"75"}}}',
  ],
  read(text, context) {
    const pairs = text.startsWith('{') ? fromJson(text) : fromLine(text, context);
    const timers = pairs.filter(([key, value]) => msOf(key, value) !== undefined);
    return timers.length === 0 ? null : { settings: timers.map(([key]) => key), values: timers.map(([, value]) => value) };
  },
  events(row) {
    return row.settings.flatMap((key, index) => {
      const timer = TIMERS[key];
      const ms = msOf(key, row.values[index] ?? '');
      return timer && ms !== undefined
        ? [{ kind: 'configured-timer' as const, hop: timer.hop, setting: timer.setting, timer: timer.timer, ms }]
        : [];
    });
  },
});

function msOf(key: string, value: string): number | undefined {
  const timer = Object.hasOwn(TIMERS, key) ? TIMERS[key] : undefined;
  return timer && (/^\d{1,9}$/.test(value) ? Number(value) * timer.unitMs : duration(value));
}
