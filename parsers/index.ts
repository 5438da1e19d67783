// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Parser } from '../src/types.ts';
import { actionCable } from './action-cable.ts';
import { ansible } from './ansible.ts';
import { apacheAccess } from './apache-access.ts';
import { apacheAccessJson } from './apache-access-json.ts';
import { apacheConfig } from './apache-config.ts';
import { apacheError } from './apache-error.ts';
import { appJson } from './app-json.ts';
import { appLogfmt } from './app-logfmt.ts';
import { appText } from './app-text.ts';
import { asterisk } from './asterisk.ts';
import { awsAlb } from './aws-alb.ts';
import { awsAlbConnections } from './aws-alb-connections.ts';
import { awsApiGateway } from './aws-api-gateway.ts';
import { awsAttributes } from './aws-attributes.ts';
import { awsClb } from './aws-clb.ts';
import { awsCloudfront } from './aws-cloudfront.ts';
import { awsEcsService } from './aws-ecs-service.ts';
import { awsEcsTask } from './aws-ecs-task.ts';
import { awsNlb } from './aws-nlb.ts';
import { azureApplicationGateway } from './azure-application-gateway.ts';
import { azureContainerApps } from './azure-container-apps.ts';
import { azureFrontDoor } from './azure-front-door.ts';
import { browserConsole } from './browser-console.ts';
import { browserless } from './browserless.ts';
import { caddyAccess } from './caddy-access.ts';
import { caddyConfig } from './caddy-config.ts';
import { caddyLog } from './caddy-log.ts';
import { clockStep } from './clock-step.ts';
import { closeEvent } from './close-event.ts';
import { cloudRunRequests } from './cloud-run-requests.ts';
import { cloudRunSystem } from './cloud-run-system.ts';
import { cloudflareHttp } from './cloudflare-http.ts';
import { cloudflared } from './cloudflared.ts';
import { containerd } from './containerd.ts';
import { crashHandlers } from './crash-handlers.ts';
import { cron } from './cron.ts';
import { daphneAccess } from './daphne-access.ts';
import { devWatchers } from './dev-watchers.ts';
import { djangoChannels } from './django-channels.ts';
import { dockerComposeState } from './docker-compose-state.ts';
import { dockerEvents } from './docker-events.ts';
import { dockerInspect } from './docker-inspect.ts';
import { dockerd } from './dockerd.ts';
import { dotnetConsole } from './dotnet-console.ts';
import { dotnetCrash } from './dotnet-crash.ts';
import { earlyoom } from './earlyoom.ts';
import { ejabberd } from './ejabberd.ts';
import { emqx } from './emqx.ts';
import { envoyAccess } from './envoy-access.ts';
import { envoyJson } from './envoy-json.ts';
import { envoyLog } from './envoy-log.ts';
import { erlangCrash } from './erlang-crash.ts';
import { espIdf } from './esp-idf.ts';
import { espPanic } from './esp-panic.ts';
import { f5Ltm } from './f5-ltm.ts';
import { flyMachine } from './fly-machine.ts';
import { foreman } from './foreman.ts';
import { forever } from './forever.ts';
import { gcpLoadBalancer } from './gcp-load-balancer.ts';
import { goCrash } from './go-crash.ts';
import { gunicorn } from './gunicorn.ts';
import { haproxyClf } from './haproxy-clf.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { haproxyError } from './haproxy-error.ts';
import { haproxyEvents } from './haproxy-events.ts';
import { haproxyHttp } from './haproxy-http.ts';
import { haproxyJson } from './haproxy-json.ts';
import { haproxyKeyValue } from './haproxy-key-value.ts';
import { haproxyTcp } from './haproxy-tcp.ts';
import { harEntry } from './har-entry.ts';
import { hasura } from './hasura.ts';
import { herokuDyno } from './heroku-dyno.ts';
import { herokuRouter } from './heroku-router.ts';
import { hitch } from './hitch.ts';
import { homeAssistant } from './home-assistant.ts';
import { httpSysError } from './http-sys-error.ts';
import { hypnotoad } from './hypnotoad.ts';
import { iisAccess } from './iis-access.ts';
import { ingressNginxAccess } from './ingress-nginx-access.ts';
import { ingressNginxController } from './ingress-nginx-controller.ts';
import { journald } from './journald.ts';
import { jvmCrash } from './jvm-crash.ts';
import { jvmGc } from './jvm-gc.ts';
import { kernelCrash } from './kernel-crash.ts';
import { kernelNetwork } from './kernel-network.ts';
import { kernelOom } from './kernel-oom.ts';
import { kongAccess } from './kong-access.ts';
import { kubelet } from './kubelet.ts';
import { kubernetesDescribe } from './kubernetes-describe.ts';
import { kubernetesEvents } from './kubernetes-events.ts';
import { kubernetesPod } from './kubernetes-pod.ts';
import { kubernetesTimers } from './kubernetes-timers.ts';
import { laravelReverb } from './laravel-reverb.ts';
import { libcAbort } from './libc-abort.ts';
import { libvncserver } from './libvncserver.ts';
import { libwebsockets } from './libwebsockets.ts';
import { lighttpdAccess } from './lighttpd-access.ts';
import { lighttpdError } from './lighttpd-error.ts';
import { lxd } from './lxd.ts';
import { mosquitto } from './mosquitto.ts';
import { networkManager } from './network-manager.ts';
import { nginxAccess } from './nginx-access.ts';
import { nginxAccessJson } from './nginx-access-json.ts';
import { nginxAccessLabelled } from './nginx-access-labelled.ts';
import { nginxConfig } from './nginx-config.ts';
import { nginxError } from './nginx-error.ts';
import { nginxStreamAccess } from './nginx-stream-access.ts';
import { nodeCrash } from './node-crash.ts';
import { nomad } from './nomad.ts';
import { phoenix } from './phoenix.ts';
import { phpCrash } from './php-crash.ts';
import { pm2 } from './pm2.ts';
import { pomeriumAccess } from './pomerium-access.ts';
import { puma } from './puma.ts';
import { pythonCrash } from './python-crash.ts';
import { rabbitmq } from './rabbitmq.ts';
import { rubyCrash } from './ruby-crash.ts';
import { rustPanic } from './rust-panic.ts';
import { shellDeath } from './shell-death.ts';
import { shellKill } from './shell-kill.ts';
import { socketIoDebug } from './socket-io-debug.ts';
import { squidAccess } from './squid-access.ts';
import { squidCache } from './squid-cache.ts';
import { sshd } from './sshd.ts';
import { stunnel } from './stunnel.ts';
import { sudo } from './sudo.ts';
import { supervisord } from './supervisord.ts';
import { swoole } from './swoole.ts';
import { systemd } from './systemd.ts';
import { systemdCoredump } from './systemd-coredump.ts';
import { systemdOomd } from './systemd-oomd.ts';
import { traefikAccess } from './traefik-access.ts';
import { traefikJson } from './traefik-json.ts';
import { traefikLog } from './traefik-log.ts';
import { ttyd } from './ttyd.ts';
import { uvicorn } from './uvicorn.ts';
import { uvicornLifecycle } from './uvicorn-lifecycle.ts';
import { uwsgi } from './uwsgi.ts';
import { varnish } from './varnish.ts';
import { viteProxy } from './vite-proxy.ts';
import { vscodeRemote } from './vscode-remote.ts';
import { websocat } from './websocat.ts';
import { websocketClients } from './websocket-clients.ts';
import { websocketd } from './websocketd.ts';
import { windowsApplicationError } from './windows-application-error.ts';
import { windowsServiceControl } from './windows-service-control.ts';
import { windowsWas } from './windows-was.ts';
import { wscat } from './wscat.ts';
import { yarp } from './yarp.ts';

export const parsers: readonly Parser[] = [
  actionCable,
  ansible,
  apacheAccess,
  apacheAccessJson,
  apacheConfig,
  apacheError,
  appJson,
  appLogfmt,
  appText,
  asterisk,
  awsAlb,
  awsAlbConnections,
  awsApiGateway,
  awsAttributes,
  awsClb,
  awsCloudfront,
  awsEcsService,
  awsEcsTask,
  awsNlb,
  azureApplicationGateway,
  azureContainerApps,
  azureFrontDoor,
  browserConsole,
  browserless,
  caddyAccess,
  caddyConfig,
  caddyLog,
  clockStep,
  closeEvent,
  cloudRunRequests,
  cloudRunSystem,
  cloudflareHttp,
  cloudflared,
  containerd,
  crashHandlers,
  cron,
  daphneAccess,
  devWatchers,
  djangoChannels,
  dockerComposeState,
  dockerEvents,
  dockerInspect,
  dockerd,
  dotnetConsole,
  dotnetCrash,
  earlyoom,
  ejabberd,
  emqx,
  envoyAccess,
  envoyJson,
  envoyLog,
  erlangCrash,
  espIdf,
  espPanic,
  f5Ltm,
  flyMachine,
  foreman,
  forever,
  gcpLoadBalancer,
  goCrash,
  gunicorn,
  haproxyClf,
  haproxyConfig,
  haproxyError,
  haproxyEvents,
  haproxyHttp,
  haproxyJson,
  haproxyKeyValue,
  haproxyTcp,
  harEntry,
  hasura,
  herokuDyno,
  herokuRouter,
  hitch,
  homeAssistant,
  httpSysError,
  hypnotoad,
  iisAccess,
  ingressNginxAccess,
  ingressNginxController,
  journald,
  jvmCrash,
  jvmGc,
  kernelCrash,
  kernelNetwork,
  kernelOom,
  kongAccess,
  kubelet,
  kubernetesDescribe,
  kubernetesEvents,
  kubernetesPod,
  kubernetesTimers,
  laravelReverb,
  libcAbort,
  libvncserver,
  libwebsockets,
  lighttpdAccess,
  lighttpdError,
  lxd,
  mosquitto,
  networkManager,
  nginxAccess,
  nginxAccessJson,
  nginxAccessLabelled,
  nginxConfig,
  nginxError,
  nginxStreamAccess,
  nodeCrash,
  nomad,
  phoenix,
  phpCrash,
  pm2,
  pomeriumAccess,
  puma,
  pythonCrash,
  rabbitmq,
  rubyCrash,
  rustPanic,
  shellDeath,
  shellKill,
  socketIoDebug,
  squidAccess,
  squidCache,
  sshd,
  stunnel,
  sudo,
  supervisord,
  swoole,
  systemd,
  systemdCoredump,
  systemdOomd,
  traefikAccess,
  traefikJson,
  traefikLog,
  ttyd,
  uvicorn,
  uvicornLifecycle,
  uwsgi,
  varnish,
  viteProxy,
  vscodeRemote,
  websocat,
  websocketClients,
  websocketd,
  windowsApplicationError,
  windowsServiceControl,
  windowsWas,
  wscat,
  yarp,
];
