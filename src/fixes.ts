/** What to change: for each incident's cause the setting, the value and the code, from what was seen. */
import type { World } from './closure.ts';
import { endpointFixes, type Remedies } from './endpoint-fixes.ts';
import type { Fix, IncidentReport } from './report.ts';
import { TIMERS, timersNear } from './timers.ts';
import { words } from './words.ts';

/** A heartbeat below two thirds of the smallest timer survives one lost or late ping. */
const HEARTBEAT_SHARE = 2 / 3;
const USUAL_HEARTBEAT_MS = 30_000;
const LONG_MS = 3_600_000;

const RECONNECT = `let attempt = 0;
function connect() {
  const socket = new WebSocket(url);
  socket.onopen = () => { attempt = 0; };
  socket.onclose = (event) => {
    console.log(JSON.stringify({ code: event.code, reason: event.reason, wasClean: event.wasClean, timestamp: new Date().toISOString() }));
    if (event.code === 1000) return;
    const ceiling = Math.min(30_000, 1_000 * 2 ** attempt++);
    setTimeout(connect, Math.random() * ceiling);
  };
}`;

const heartbeatCode = (seconds: number): string => `const interval = setInterval(() => {
  for (const socket of server.clients) {
    if (!socket.isAlive) { socket.terminate(); continue; }
    socket.isAlive = false;
    socket.ping();
  }
}, ${seconds}_000);
server.on('connection', (socket) => {
  socket.isAlive = true;
  socket.on('pong', () => { socket.isAlive = true; });
});`;

/** The fixes for these incidents, most closures first; each once. */
export function fixesFor(
  incidents: readonly IncidentReport[],
  remedies: Remedies,
  world: World,
  pileMs: number | undefined,
  storm: boolean,
): Fix[] {
  const causes = new Set(incidents.map((incident) => incident.cause));
  const fixes: Fix[] = [];
  if (causes.has('proxy-timeout')) fixes.push(...timeoutFixes(incidents, remedies, world, pileMs));
  if (causes.has('oom')) fixes.push(...oomFixes(incidents, remedies));
  if (causes.has('crash')) fixes.push(crashFix(incidents));
  if (causes.has('deploy-restart')) fixes.push(deployFix(incidents));
  if (causes.has('network'))
    fixes.push(
      heartbeat(USUAL_HEARTBEAT_MS, 'It finds a lost path within two intervals instead of after a timer or TCP’s quarter of an hour.'),
    );
  fixes.push(...endpointFixes(incidents, remedies));
  if (incidents.length > 0)
    fixes.push({
      title: 'Let clients reconnect with exponential backoff and jitter',
      text: `Reconnect after every 1006, 1 s doubling to 30 s, with a random share, reset on open.${storm ? ' These logs show clients coming back in one wave: without jitter they will do so again.' : ''}`,
      code: { language: 'js', text: RECONNECT },
    });
  return fixes;
}

function timeoutFixes(incidents: readonly IncidentReport[], remedies: Remedies, world: World, pileMs: number | undefined): Fix[] {
  const configured = world.timers.filter((timer) => timer.timer === 'idle' || timer.timer === 'life').map((timer) => timer.ms);
  const smallest = Math.min(...configured, pileMs ?? Number.POSITIVE_INFINITY);
  const timer = Number.isFinite(smallest) ? smallest : undefined;
  const interval = Math.min(
    USUAL_HEARTBEAT_MS,
    timer === undefined ? USUAL_HEARTBEAT_MS : Math.max(1_000, Math.floor((timer * HEARTBEAT_SHARE) / 1_000) * 1_000),
  );
  const hops = [...new Set(incidents.flatMap(({ cause, hop }) => (cause === 'proxy-timeout' && hop !== null ? [hop] : [])))].sort();
  const raised = hops.flatMap((hop) => raise(hop));
  const isCapped = ({ id }: IncidentReport): boolean => remedies.get(id) === 'maximum-life';
  const cut = incidents.filter(({ cause }) => cause === 'proxy-timeout');
  const capped = cut.some(isCapped);
  const idle = !cut.every(isCapped);
  const ping = heartbeat(
    interval,
    timer === undefined
      ? 'Pings in either direction reset every idle timer on the path.'
      : `The smallest timer on the path is ${words(timer)}; a ping every ${words(interval)} stays below two thirds of it.`,
  );
  return [...(idle ? [ping] : []), ...(raised.length > 0 ? raised : [raiseUnknown(timer)]), ...(capped ? [LIFE_FIX] : [])];
}

const LIFE_FIX: Fix = {
  title: 'Renew connections before their maximum life ends',
  text: 'A maximum life runs down whatever the traffic: pings do not help. Where it cannot be raised far enough, let the server close each connection with 1001 or 1012 some seconds before, spread at random, and the client reconnect.',
};

/** The settings of the hop that cut, each with its directive. */
function raise(hop: string): Fix[] {
  const settings = TIMERS.filter(
    (one) => one.hop === hop && (one.kind === 'idle' || one.kind === 'life') && one.confidence !== 'unconfirmed',
  );
  const [first] = settings;
  if (!first) return [];
  const code = SNIPPETS[hop];
  return [
    {
      title: `Raise the timer of ${first.title}`,
      text: `It is to be longer than the longest silence (or life, where it counts that) that you allow, for the path of the WebSockets only: ${settings.map((one) => one.fix).join('; ')}.`,
      ...(code && { code }),
    },
  ];
}

/** No log names the hop: those whose default is of that length. */
function raiseUnknown(timerMs: number | undefined): Fix {
  const near =
    timerMs === undefined
      ? []
      : timersNear(timerMs, Math.max(1_000, timerMs * 0.03))
          .filter((one) => one.kind === 'idle' && one.confidence === 'documented')
          .slice(0, 6);
  return {
    title: 'Raise the timer of the hop that cut',
    text:
      near.length > 0
        ? `Idle timers of that length by default: ${near.map((one) => `${one.title} ${one.setting} (${one.fix})`).join('; ')}. The length alone names no hop: change the one whose log shows the cut.`
        : 'It is to be longer than the longest silence that you allow, for the path of the WebSockets only.',
  };
}

const SNIPPETS: Readonly<Record<string, NonNullable<Fix['code']>>> = {
  nginx: {
    language: 'nginx',
    text: `location /ws {\n  proxy_pass http://backend;\n  proxy_http_version 1.1;\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection "upgrade";\n  proxy_read_timeout ${LONG_MS / 1000}s;\n  proxy_send_timeout ${LONG_MS / 1000}s;\n}`,
  },
  'nginx-stream': { language: 'nginx', text: 'server {\n  listen 9443;\n  proxy_pass backend;\n  proxy_timeout 1h;\n}' },
  haproxy: { language: 'haproxy', text: 'backend ws_nodes\n  timeout tunnel 1h' },
};

const heartbeat = (intervalMs: number, why: string): Fix => ({
  title: `Ping every ${words(intervalMs)} from the server`,
  text: `${why} Browsers cannot send pings themselves, but answer them. TCP keep-alive does not reset HTTP proxies' timers.`,
  code: { language: 'js', text: heartbeatCode(Math.round(intervalMs / 1000)) },
});

function oomFixes(incidents: readonly IncidentReport[], remedies: Remedies): Fix[] {
  const heap = incidents.some(({ id }) => remedies.get(id) === 'runtime-heap');
  return [
    {
      title: heap ? 'Give the runtime the heap it needs, or find the leak' : 'Compare what was killed with its limit',
      text: heap
        ? 'The runtime reached its own limit before the kernel did. Take a heap snapshot near the limit; raise it only below the container’s memory limit.'
        : 'Put the resident size in the kill line beside the unit’s or container’s limit and the runtime’s heap limit. A limit below heap plus buffers kills a healthy server; a size that grows for hours is a leak.',
      code: heap
        ? { language: 'sh', text: 'node --max-old-space-size=1536 --heapsnapshot-near-heap-limit=1 server.js' }
        : {
            language: 'text',
            text: 'systemd:    MemoryHigh=1G  MemoryMax=1200M  Restart=always  RestartSec=2\nKubernetes: resources: { requests: { memory: 1Gi }, limits: { memory: 1200Mi } }\nDocker:     docker run --memory 1200m --restart unless-stopped\nECS:        "memory": 1200, "memoryReservation": 1024 of the container definition',
          },
    },
  ];
}

const crashFix = (incidents: readonly IncidentReport[]): Fix => ({
  title: 'Stop the crash, and let a supervisor bring the server back',
  text: `Seen: ${[...new Set(incidents.filter((incident) => incident.cause === 'crash').map((incident) => incident.detail))].join('; ')}. Handle the error where one message can cause it; keep the supervisor’s restart with a pause, so that clients find a server again.`,
  code: { language: 'ini', text: '[Service]\nRestart=always\nRestartSec=2\nStartLimitIntervalSec=0' },
});

function deployFix(incidents: readonly IncidentReport[]): Fix {
  const proxy = incidents.some((incident) => incident.cause === 'deploy-restart' && incident.hop !== 'server');
  return proxy
    ? {
        title: 'Let old tunnels drain when the proxy changes',
        text: 'A reload or stop cut living connections. Give old workers time and spread the end, or tell clients to reconnect before.',
        code: {
          language: 'text',
          text: 'nginx:         worker_shutdown_timeout 1h;\ningress-nginx: worker-shutdown-timeout: "3600s" in its ConfigMap\nHAProxy:       hard-stop-after 1h\nCaddy:         reverse_proxy { stream_close_delay 1h }\nAWS:           aws elbv2 modify-target-group-attributes --attributes Key=deregistration_delay.timeout_seconds,Value=3600',
        },
      }
    : {
        title: 'Close sockets with 1001 or 1012 before the process stops',
        text: 'On SIGTERM stop accepting, send a close frame to every client over some seconds, then exit, all within the grace period.',
        code: {
          language: 'js',
          text: "process.on('SIGTERM', () => {\n  server.close();\n  for (const socket of server.clients) socket.close(1012, 'service restart');\n  setTimeout(() => process.exit(0), 5_000).unref();\n});",
        },
      };
}
