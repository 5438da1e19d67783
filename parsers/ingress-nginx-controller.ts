/** What the ingress-nginx controller itself logs (klog) between nginx's access and error lines. */
import { known } from '../src/grammar/known.ts';
import { klogAt } from '../src/time.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface ControllerRow extends Row {
  readonly at: Stamp;
  readonly level: string;
  readonly pid: number;
  readonly file: string;
  readonly message: string;
}

// Imm dd hh:mm:ss.uuuuuu pid file.go:line] message.
const HEAD = / +(\d{1,10}) ([a-z_]{1,40}\.go):(\d{1,6})\] /y;
// Every Kubernetes program writes klog. These files are the controller's alone; in the others its messages have to tell.
const OWN_FILE = /^(?:nginx|backend_ssl|stat_collector|store)\.go$/;
const SHARED_FILE = /^(?:controller|main|launch|status|queue|template|event|flags|util|leaderelection|healthz)\.go$/;
const OWN_MESSAGE =
  /[Bb]ackend|NGINX|[Ii]ngress|Service "|service \w+\/|default server|Initial sync|[Dd]ynamic reconfiguration|SIGTERM, shutting down|[Ss]hutting down controller queues|Handled quit|"Exiting"|new leader elected|POD is not ready|Creating API client|Running in Kubernetes/;

const RELOADED = /^"?(?:ingress )?[Bb]ackend successfully reloaded/;
const FAILED = /^"?(?:Error reloading NGINX|Unexpected failure reloading the backend|unexpected failure restarting the backend)/;
const NO_ENDPOINT = /^"?[Ss]ervice "?([\w.-]+)\/([\w.-]+)"? does not have any active [Ee]ndpoints?/;

const at = { ms: Date.UTC(2000, 1, 3, 21, 35, 31) + 523.111, widthMs: 0.001, basis: 'yearless' } as const;

export const ingressNginxController = defineParser<ControllerRow>({
  name: 'ingress-nginx-controller',
  about: 'klog lines of the Kubernetes ingress-nginx controller',
  adds: 'reloads, which cut tunnels up to worker-shutdown-timeout (240 s) later, and stops',
  docs: 'https://kubernetes.github.io/ingress-nginx/how-it-works/#when-a-reload-is-required',
  vantage: 'proxy',
  habitat: 'mixed',
  beside: ['ingress-nginx-access'],
  needles: ['backend successfully reloaded', 'received SIGTERM', 'Starting NGINX process', 'does not have any active endpoint'],
  samples: [
    {
      line: 'I0203 21:35:31.523111       6 controller.go:163] "Backend successfully reloaded"',
      from: 'ingress-nginx 1.1',
      reads: { at, level: 'I', pid: 6, message: 'Backend successfully reloaded' },
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'ingress-nginx' },
    },
    {
      line: 'I0809 19:47:30.439873       6 controller.go:428] ingress backend successfully reloaded...',
      from: 'ingress-nginx 0.9',
      reads: { message: 'ingress backend successfully reloaded...' },
      gives: { kind: 'proxy-lifecycle', change: 'reload' },
    },
    {
      line: 'I0525 04:19:04.158600       6 controller.go:188] Backend successfully reloaded.',
      from: 'ingress-nginx 0.24',
      reads: { message: 'Backend successfully reloaded.' },
      gives: { kind: 'proxy-lifecycle', change: 'reload' },
    },
    {
      line: 'I0203 21:40:04.060345       6 controller.go:146] "Configuration changes detected, backend reload required"',
      from: 'ingress-nginx 1.1',
      reads: { message: 'Configuration changes detected, backend reload required' },
      gives: 'noise',
    },
    {
      line: 'I1122 20:23:41.518822       7 main.go:98] "Received SIGTERM, shutting down"',
      from: 'ingress-nginx 1.9',
      reads: { pid: 7, file: 'main.go' },
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM' },
    },
    {
      line: 'I0525 04:19:04.063065       6 nginx.go:311] Starting NGINX process',
      from: 'ingress-nginx 0.24',
      reads: { file: 'nginx.go' },
      gives: { kind: 'proxy-lifecycle', change: 'start' },
    },
    {
      line: 'W0813 12:13:07.306836      11 controller.go:1226] Service "default/chat" does not have any active Endpoint.',
      from: 'ingress-nginx 1.11',
      reads: { level: 'W' },
      gives: { kind: 'proxy-fault', fault: 'no-upstream', phase: 'connect' },
    },
    {
      line: 'E1231 23:59:59.000001       7 controller.go:205] Unexpected failure reloading the backend:',
      from: 'ingress-nginx 1.5',
      reads: { level: 'E' },
      gives: 'noise',
    },
  ],
  rejects: [
    'I1122 20:23:41.518822    1842 prober.go:107] "Probe failed" probeType="Liveness"',
    'I1122 20:23:41.518822    1842 controller.go:163] "Attempting to sync node lifecycle"',
    'I1122 20:23:41.518822 controller.go:163] "Backend successfully reloaded"',
    'Backend successfully reloaded',
  ],
  read(text) {
    const level = text[0] ?? '';
    const at = 'IWEF'.includes(level) ? klogAt(text, 1) : undefined;
    if (!at) return null;
    HEAD.lastIndex = at.end;
    const head = HEAD.exec(text);
    if (!head) return null;
    const [, pid, file = ''] = head;
    const said = text.slice(HEAD.lastIndex);
    if (!OWN_FILE.test(file) && !(SHARED_FILE.test(file) && OWN_MESSAGE.test(said))) return null;
    return { at: at.stamp, level, pid: Number(pid), file, message: /^"([^"\\]*)"/.exec(said)?.[1] ?? said };
  },
  events({ message }) {
    const proxy = 'ingress-nginx';
    if (RELOADED.test(message)) return { kind: 'proxy-lifecycle', proxy, change: 'reload' };
    // nginx keeps running with its old configuration: nothing was cut.
    if (FAILED.test(message)) return undefined;
    if (/^"?Received SIGTERM, shutting down/.test(message)) return { kind: 'proxy-lifecycle', proxy, change: 'stop', signal: 'SIGTERM' };
    if (/^"?starting NGINX process/i.test(message)) return { kind: 'proxy-lifecycle', proxy, change: 'start' };
    const [, namespace, service] = NO_ENDPOINT.exec(message) ?? [];
    if (namespace === undefined || service === undefined) return undefined;
    return { kind: 'proxy-fault', fault: 'no-upstream', phase: 'connect', keys: known({ upstreamName: `${namespace}/${service}` }) };
  },
});
