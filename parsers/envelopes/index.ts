// Generated from the folder by test/shelves.test.ts (npx vitest run test/shelves.test.ts -u).
import type { Envelope } from '../../src/types.ts';
import { cloudwatchJson } from './cloudwatch-json.ts';
import { cloudwatchText } from './cloudwatch-text.ts';
import { cri } from './cri.ts';
import { csv } from './csv.ts';
import { datadogEvent } from './datadog-event.ts';
import { dmesg } from './dmesg.ts';
import { dmesgJson } from './dmesg-json.ts';
import { dmesgRelative } from './dmesg-relative.ts';
import { dockerCompose } from './docker-compose.ts';
import { dockerJson } from './docker-json.ts';
import { dockerService } from './docker-service.ts';
import { elasticsearchHit } from './elasticsearch-hit.ts';
import { fly } from './fly.ts';
import { foreman } from './foreman.ts';
import { gcpLogging } from './gcp-logging.ts';
import { heroku } from './heroku.ts';
import { hostPrefix } from './host-prefix.ts';
import { journalFull } from './journal-full.ts';
import { journalJson } from './journal-json.ts';
import { journalMonotonic } from './journal-monotonic.ts';
import { journalUnix } from './journal-unix.ts';
import { kmsg } from './kmsg.ts';
import { kubectlPrefix } from './kubectl-prefix.ts';
import { kubernetesJson } from './kubernetes-json.ts';
import { logcat } from './logcat.ts';
import { loki } from './loki.ts';
import { nanosecondStamp } from './nanosecond-stamp.ts';
import { pm2Prefix } from './pm2-prefix.ts';
import { pm2Time } from './pm2-time.ts';
import { sentryEvent } from './sentry-event.ts';
import { serialMonitor } from './serial-monitor.ts';
import { splunkResult } from './splunk-result.ts';
import { stampAndBar } from './stamp-and-bar.ts';
import { stern } from './stern.ts';
import { svlogd } from './svlogd.ts';
import { syslog } from './syslog.ts';
import { syslog5424 } from './syslog-5424.ts';
import { syslogIso } from './syslog-iso.ts';

export const envelopes: readonly Envelope[] = [
  cloudwatchJson,
  cloudwatchText,
  cri,
  csv,
  datadogEvent,
  dmesg,
  dmesgJson,
  dmesgRelative,
  dockerCompose,
  dockerJson,
  dockerService,
  elasticsearchHit,
  fly,
  foreman,
  gcpLogging,
  heroku,
  hostPrefix,
  journalFull,
  journalJson,
  journalMonotonic,
  journalUnix,
  kmsg,
  kubectlPrefix,
  kubernetesJson,
  logcat,
  loki,
  nanosecondStamp,
  pm2Prefix,
  pm2Time,
  sentryEvent,
  serialMonitor,
  splunkResult,
  stampAndBar,
  stern,
  svlogd,
  syslog,
  syslog5424,
  syslogIso,
];
