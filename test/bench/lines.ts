/** Log lines of several formats, as their programs write them: of interest (the end of a WebSocket) or not. */
import type { Random } from '../random.ts';

/** One line without its line feed. `ms` = the instant it is written at. */
export type LineMaker = (random: Random, ms: number, isOfInterest: boolean) => string;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'curl/8.14.1',
] as const;
const PATHS = [
  '/',
  '/api/v1/items',
  '/api/v1/users/42',
  '/static/app.7f3c1d.js',
  '/login',
  '/img/logo.svg',
  '/health',
  '/search?q=shoes&page=3',
] as const;
const STATUSES = [200, 200, 200, 200, 200, 200, 200, 304, 404, 302] as const;

const privateIp = (random: Random): string => `10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`;
const publicIp = (random: Random): string =>
  `${random.integer(11, 99)}.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`;

function clock(ms: number): { readonly common: string; readonly syslog: string; readonly iso: string } {
  const iso = new Date(ms).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? 'Jan';
  const time = iso.slice(11, 19);
  return {
    iso,
    common: `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${time}`,
    syslog: `${month} ${String(Number(iso.slice(8, 10))).padStart(2)} ${time}`,
  };
}

const nginx: LineMaker = (random, ms, isOfInterest) => {
  const request = isOfInterest
    ? `GET /ws?room=${random.hex(8)} HTTP/1.1" 101`
    : `GET ${random.pick(PATHS)} HTTP/1.1" ${random.pick(STATUSES)}`;
  return `${publicIp(random)} - - [${clock(ms).common} +0000] "${request} ${random.integer(200, 90_000)} "https://www.example.com/" "${random.pick(AGENTS)}"`;
};

const nginxJson: LineMaker = (random, ms, isOfInterest) =>
  JSON.stringify({
    time: `${clock(ms).iso.slice(0, 19)}+00:00`,
    remote_addr: publicIp(random),
    method: 'GET',
    uri: isOfInterest ? `/ws?room=${random.hex(8)}` : random.pick(PATHS),
    status: isOfInterest ? 101 : random.pick(STATUSES),
    bytes_sent: random.integer(2000, 90_000),
    request_time: random.integer(1, 99_999) / 1000,
    upstream_addr: '10.0.0.7:3000',
    http_upgrade: isOfInterest ? 'websocket' : '',
    user_agent: random.pick(AGENTS),
  });

const appJson: LineMaker = (random, ms, isOfInterest) => {
  const base = { level: 30, time: ms, pid: 4067, hostname: 'app-08', name: 'chat-ws' };
  return JSON.stringify(
    isOfInterest
      ? {
          ...base,
          level: 40,
          connId: random.hex(8),
          code: 1006,
          reason: '',
          durationMs: random.integer(1000, 900_000),
          remoteAddress: privateIp(random),
          msg: 'ws closed',
        }
      : {
          ...base,
          reqId: random.hex(12),
          method: 'GET',
          url: random.pick(PATHS),
          statusCode: random.pick(STATUSES),
          responseTime: random.integer(1, 500),
          msg: 'request completed',
        },
  );
};

/** What the programs of a host say; none of it of interest. */
const CHATTER: readonly [unit: string, identifier: string, message: (random: Random) => string][] = [
  [
    'shop.service',
    'shop',
    (random) => `GET ${random.pick(PATHS)} ${random.pick(STATUSES)} ${random.integer(1, 400)} ms - ${random.integer(200, 90_000)}`,
  ],
  [
    'billing.service',
    'billing',
    (random) => `invoice ${random.hex(10)} sent to customer ${random.integer(1000, 99_999)} in ${random.integer(5, 90)} ms`,
  ],
  ['systemd-resolved.service', 'systemd-resolved', () => 'Using degraded feature set UDP instead of UDP+EDNS0 for DNS server 10.0.0.2.'],
  ['rsyslog.service', 'rsyslogd', (random) => `imjournal: ${random.integer(1, 90)} messages lost due to rate limiting`],
];
const closeMessage = (random: Random): string =>
  `[ws] connection closed id=${random.hex(12)} ip=${privateIp(random)} code=1006 reason="" duration=${random.integer(1, 900)}.053s`;

function said(random: Random, isOfInterest: boolean): { readonly unit: string; readonly identifier: string; readonly message: string } {
  if (isOfInterest) return { unit: 'chat-ws.service', identifier: 'chat-ws', message: closeMessage(random) };
  const [unit, identifier, message] = CHATTER[random.chance(0.9) ? random.integer(0, 1) : random.integer(2, 3)] ?? ['', '', () => ''];
  return { unit, identifier, message: message(random) };
}

const BOOT_ID = '072b27a8ec694f9ea597e0dd664a94df';

const journalJson: LineMaker = (random, ms, isOfInterest) => {
  const { unit, identifier, message } = said(random, isOfInterest);
  const micros = `${ms}${random.integer(100, 999)}`;
  return JSON.stringify({
    __CURSOR: `s=35e8027234484558b86a740e9e9031a4;i=${random.hex(5)};b=${BOOT_ID};m=${random.hex(8)};t=${random.hex(13)};x=${random.hex(16)}`,
    __REALTIME_TIMESTAMP: micros,
    __MONOTONIC_TIMESTAMP: micros.slice(4),
    _BOOT_ID: BOOT_ID,
    PRIORITY: '6',
    SYSLOG_FACILITY: '3',
    SYSLOG_IDENTIFIER: identifier,
    _TRANSPORT: 'stdout',
    _STREAM_ID: '1ed9f24be3de4c8181e8170d109fa09e',
    _PID: '4067',
    _UID: '996',
    _GID: '994',
    _COMM: 'node',
    _EXE: '/usr/local/bin/node',
    _CMDLINE: `/usr/local/bin/node /srv/${identifier}/server.js`,
    _CAP_EFFECTIVE: '0',
    _SYSTEMD_CGROUP: `/system.slice/${unit}`,
    _SYSTEMD_UNIT: unit,
    _SYSTEMD_SLICE: 'system.slice',
    _MACHINE_ID: '0243df5d4e3d49de810ad63f50fe670b',
    _HOSTNAME: 'app-15',
    _RUNTIME_SCOPE: 'system',
    MESSAGE: message,
  });
};

const journalShort: LineMaker = (random, ms, isOfInterest) => {
  const { identifier, message } = said(random, isOfInterest);
  return `${clock(ms).syslog} app-15 ${identifier}[4067]: ${message}`;
};

const haproxy: LineMaker = (random, ms, isOfInterest) => {
  const lifeMs = isOfInterest ? random.integer(1000, 900_000) : random.integer(1, 900);
  const { syslog } = clock(ms);
  const start = new Date(ms - lifeMs).toISOString();
  const from = `${publicIp(random)}:${random.integer(1024, 65_535)} [${clock(ms - lifeMs).common}.${start.slice(20, 23)}]`;
  const what = isOfInterest ? 'be_ws/ws1' : 'be_shop/app2';
  const status = isOfInterest ? 101 : random.pick(STATUSES);
  const request = isOfInterest ? `GET /ws?room=${random.hex(8)} HTTP/1.1` : `GET ${random.pick(PATHS)} HTTP/1.1`;
  const ended = isOfInterest ? random.pick(['cD', 'sD', 'SD', '--']) : '--';
  return `${syslog} lb1 haproxy[812]: ${from} fe_https~ ${what} 0/0/0/${random.integer(1, 9)}/${lifeMs} ${status} ${random.integer(200, 90_000)} - - ${ended}-- 9/4/6/6/0 0/0 "${request}"`;
};

const alb: LineMaker = (random, ms, isOfInterest) => {
  const lifeMs = isOfInterest ? random.integer(1000, 900_000) : random.integer(1, 900);
  const status = isOfInterest ? 101 : random.pick(STATUSES);
  const path = isOfInterest ? `/ws?room=${random.hex(8)}` : random.pick(PATHS);
  const micros = (at: number): string => `${new Date(at).toISOString().slice(0, 23)}${random.integer(100, 999)}Z`;
  const target = `10.0.0.${random.integer(2, 9)}:3000`;
  return [
    isOfInterest ? 'wss' : 'https',
    micros(ms),
    'app/shop/50dc6c495c0c9188',
    `${publicIp(random)}:${random.integer(1024, 65_535)}`,
    target,
    `0.000 0.00${random.integer(1, 9)} 0.000 ${status} ${status} ${random.integer(200, 2000)} ${random.integer(200, 90_000)}`,
    `"GET https://www.example.com:443${path} HTTP/1.1" "${random.pick(AGENTS)}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2`,
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067',
    `"Root=1-${random.hex(8)}-${random.hex(24)}" "www.example.com" "session-reused" 1 ${micros(ms - lifeMs)} "forward" "-" "-" "${target}" "${status}" "-" "-"`,
  ].join(' ');
};

export const lineMakers = {
  nginx,
  'nginx-json': nginxJson,
  'app-json': appJson,
  'journal-json': journalJson,
  'journal-short': journalShort,
  haproxy,
  alb,
} satisfies Record<string, LineMaker>;
export type Format = keyof typeof lineMakers;
