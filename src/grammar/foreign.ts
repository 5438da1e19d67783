/** What other programs than applications write in the shapes that applications' loggers write too. */
import { clientPhrase } from './client-phrases.ts';

/**
 * Messages of programs whose logs look like any application's (a stamp, a level, a message; the same keys in JSON) and have a format
 * of their own: the generic application formats leave them alone.
 */
const MESSAGES: readonly RegExp[] = [
  /^\d+#\d+: /, // nginx
  /^PM2 /,
  // supervisord
  /^(?:exited|spawned|success|stopped|gave up|waiting for|killing|reaped): ?|^(?:supervisord|Supervisor |RPC interface|Included extra file|Set uid|received SIG\w+ indicating|Creating socket|Closing socket|unlinking stale|waiting for .{1,60} to die|daemonizing|Server 'unix_http)/,
  // lighttpd, forever
  /^\([\w-]{2,40}\.c\.\d{1,5}\) |^(?:Forever detected script |Script restart attempt #\d|restarting script because )/,
  // gunicorn
  /^(?:Booting worker|Worker exiting|WORKER TIMEOUT|Handling signal|Starting gunicorn|Shutting down: Master|Worker \(pid|Worker with pid|Using worker|Listening at: )/,
  // cloudflared
  /connIndex=|^(?:Registered|Unregistered) tunnel|originService=|cloudflared|^Initiating graceful shutdown due to signal/,
  // Caddy
  /^shutting down apps, then terminating|^serving initial configuration|^(?:using|autosaved|adapted) config|^exiting; byeee|^servers shutting down|^admin endpoint (?:started|stopped)|^maxprocs: |^GOMEMLIMIT |^shutting down\t|^http\.(?:log|handlers)/,
  // Traefik
  /traefik|^(?:Server stopped|I have to go\.\.\.|Stopping server gracefully|Health check failed|Health check recovered|Waiting \S{1,20} seconds? before killing|Wait is over due to: )|^'?\d{3} [A-Z][A-Za-z ]{2,40}'? (?:caused by|error=)/,
  /^\[(?:\d+|main|config|upstream|connection|http|client|router|filter|runtime)\]\[/, // Envoy
  // containerd, dockerd, docker events
  /^(?:containerd|shim |starting containerd|loading plugin|cleaning up dead shim|TaskOOM event|StopContainer|StopPodSandbox|RemoveContainer|StartContainer|CreateContainer|Kill container|received exit event|Container .{0,80}failed to exit within|Processing signal '|API listen on|Daemon (?:has completed|shutdown)|ignoring event|restarting container$)/,
  /^(?:container|network|volume|image|plugin|daemon|service|node|secret|config|builder) \w+(?:: .{1,200})? [0-9a-z]{12,64} \(/,
  /^(?:1\d{9}: |: )?Client \S{1,200} \[\S{2,64}\] disconnected(?:: |\.$)|^New client connected from \S{2,60} as /, // Mosquitto
  /^(?:[\w.]{1,80}: )?Task event: alloc_id=/, // Nomad
  // OpenSSH
  /^(?:Accepted|Failed) \w+ for |^(?:Received disconnect|Disconnected) from |^Connection (?:closed|reset) by .{1,80} port \d+|\bssh2\b/,
  // Home Assistant, VS Code, Django's development server, Action Cable
  /homeassistant\.|^\[(?:remote-connection|ManagementConnection|ExtensionHostConnection)\]\[|^(?:server - )?WebSocket (?:HANDSHAKING|CONNECT|DISCONNECT|REJECT) \/|^(?:\[[^\]]{1,100}\] ){0,6}(?:Finished|Started [A-Z]{3,10}) "\/|^(?:Successfully upgraded|Failed to upgrade) to WebSocket \(|^Request origin not allowed: |^\[ActionCable\] .{0,600}1\d{12}$|^Application instance <|^HTTP (?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS) \//,
  /(?:^|: )CodeExpectedError: WebSocket close with status code|\bremote extension host server \((?:\w{1,30}: )?WebSocket close with status code/,
  /^(?:\d{4}-\S{15,25} )?\s{0,4}browserless(?:\.io)?:[\w:-]+ /,
  // Erlang and Elixir
  /^(?:GenServer|Task|Process|Ranch (?:listener|protocol)|Supervisor|Child) .{0,200}(?:terminat(?:ing|ed)|raised|exited|started)|^CONNECTED TO |^REFUSED CONNECTION TO /,
  /CloseEvent \{|^(?:error: )?Uncaught (?:\(in promise\) )?ErrorEvent \{|(?:^|\s)close \{ target: WebSocket|WebSocket connection to 'wss?:|establish a connection to the server at wss?:|^The connection to wss?:/, // browsers
  /^(?:engine|socket\.io)[\w.:-]{0,60} \S.{0,200}(?:clos|reason)/, // Socket.IO's debug output
  /^(?:recv|send) \S{1,80}: \[[2-6],/, // frames of OCPP, as evcc traces them
  // EMQX, RabbitMQ
  /\bmsg: (?:websocket_(?:closed|terminated)|mqtt_packet_(?:sent|received))(?=,|$)|^<\d{1,10}\.\d{1,10}\.\d{1,10}> .{0,60}\bWeb (?:MQTT|STOMP)\b/,
  /^(?:<\d{1,10}\.\d{1,10}\.\d{1,10}> )?(?: ?Server startup complete; \d{1,4} plugins|RabbitMQ is asked to stop)/,
  /^WS(?: {3}\/\S{0,255} - | closed from )[0-9A-Fa-f.:]{2,45}.{0,260}, clients: \d{1,9}$/, // ttyd
  /^(?:Started|Success for|Failure for) operation {1,60}class=websocket /, // LXD
  /^(?:Container (?:called exit\(|terminated on signal )|Shutting down user disabled instance$)/, // Cloud Run
  // ejabberd, ESP-IDF, libwebsockets
  /^<[\d.]{3,20}>@ejabberd_c2s:|^[EWIDV] \(\d{1,10}\) (?:websocket_client|transport_ws|transport_base|WEBSOCKET_CLIENT): |\bLWS_CALLBACK_CLIENT_|\brops_handle_POLLIN_ws: /,
  /^(?:Upgrade successful, stopping|Stopping worker) \d{1,7}(?: (?:gracefully|immediately)\b|$)/, // Mojolicious' hypnotoad
  /^(?:Error: )?Manager got SIG/, // Varnish
  // Heroku, Docker Compose
  /^Stopping all processes with SIG|^Error [RHL]\d{2} \(|^Gracefully stopping\.{3} \(press/,
]; // prettier-ignore

/** One expression takes a fifth of the time that thirty take. */
const ANY_MESSAGE = new RegExp(MESSAGES.map(({ source }) => source).join('|'));

/** … as one of a record's fields, which tell more than the message: what a client's library prints as a bare line is its application's there. */
export const isForeignField = (message: string): boolean => ANY_MESSAGE.test(message);

export const isForeignMessage = (message: string): boolean => isForeignField(message) || clientPhrase(message) !== undefined;

// Programs whose plain lines are read elsewhere or are never about WebSockets.
const SERVICES =
  /^(?:systemd\S*|kernel|sshd|sudo|cron|crond|dbus\S*|networkmanager|dockerd|containerd|kubelet|haproxy|nginx|apache2|httpd|caddy|traefik|envoy|earlyoom|init|su|rsyslogd|auditd|logrotate|pm2)$/i;

/** Whether a carrier says that another program than an application wrote the line. */
export const isForeignService = (service: string | undefined): boolean => service !== undefined && SERVICES.test(service);
