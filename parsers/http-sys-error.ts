/** HTTPERR of Windows' HTTP.sys: requests and connections that ended before or behind IIS's own log. */

import { endpointOf } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { numeric } from '../src/grammar/quoted.ts';
import { columns, directiveRow, stampOf } from '../src/grammar/w3c.ts';
import { defineParser, type ProxyFault, type Row, type Stamp } from '../src/types.ts';

interface ErrorRow extends Row {
  readonly at?: Stamp | undefined;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  /** `s-reason`. */
  readonly termination?: string | undefined;
  readonly queue?: string | undefined;
}

const PREFIX = '#Fields: ';
const DEFAULTS = [
  'date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename',
  'date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename',
  'date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename transport',
];
const OWN = /^#Software: Microsoft HTTP API|^#Fields: (?=.*\bs-reason\b)/;
const REASON = /^[A-Z][A-Za-z0-9_/]{1,60}$/;

// Microsoft's list of s-reason values. Timers of HTTP.sys run on requests and idle keep-alive connections, not on WebSockets.
const FAULTS: Readonly<Record<string, Pick<ProxyFault, 'fault' | 'phase'>>> = {
  // "A worker process has quit unexpectedly or orphaned a pending request by closing its handle."
  Connection_Abandoned_By_ReqQueue: { fault: 'upstream-closed', phase: 'handshake' },
  Connection_Abandoned_By_AppPool: { fault: 'upstream-closed', phase: 'handshake' },
  AppOffline: { fault: 'no-upstream', phase: 'connect' },
  AppPoolTimer: { fault: 'upstream-timeout', phase: 'handshake' },
  AppShutdown: { fault: 'no-upstream', phase: 'connect' },
  Disabled: { fault: 'no-upstream', phase: 'connect' },
  'N/A': { fault: 'no-upstream', phase: 'connect' },
  QueueFull: { fault: 'capacity', phase: 'handshake' },
  ConnLimit: { fault: 'capacity', phase: 'handshake' },
  Connections_Refused: { fault: 'capacity', phase: 'handshake' },
};

function errorRow(text: string, fields: string): ErrorRow | null {
  const values = columns(text, fields);
  const at = values && stampOf(values);
  const reason = values?.get('s-reason');
  if (!values || !at || reason === undefined || !REASON.test(reason)) return null;
  return known({
    at,
    clientIp: values.get('c-ip')?.replace(/%.*$/, ''),
    clientPort: numeric(values.get('c-port')),
    protocol: values.get('cs-version'),
    method: values.get('cs-method'),
    path: values.get('cs-uri'),
    status: numeric(values.get('sc-status')),
    site: values.get('s-siteid'),
    termination: reason,
    queue: values.get('s-queuename'),
  });
}

const FIELDS = `${PREFIX}${DEFAULTS[0]}`;

export const httpSysError = defineParser<ErrorRow>({
  name: 'http-sys-error',
  about: "HTTPERR, the error log of Windows' HTTP.sys under IIS",
  adds: 'worker processes that died with requests open, and refused connections, which IIS itself does not log',
  docs: 'https://learn.microsoft.com/en-us/troubleshoot/developer/webapps/aspnet/site-behavior-performance/error-logging-http-apis',
  vantage: 'proxy',
  habitat: 'own',
  needles: [
    'Abandoned',
    'AppOffline',
    'AppPoolTimer',
    'AppShutdown',
    'Disabled',
    'N/A',
    'QueueFull',
    'ConnLimit',
    'Connections_Refused',
    '#Fields: ',
  ],
  samples: [
    {
      line: '2026-11-22 20:23:41 203.0.113.9 51344 10.0.0.5 443 HTTP/1.1 GET /ws - 1 Connection_Abandoned_By_ReqQueue ChatPool',
      from: 'Microsoft documentation, error logging in HTTP APIs',
      header: FIELDS,
      reads: {
        at: { ms: Date.UTC(2026, 10, 22, 20, 23, 41), widthMs: 1000, basis: 'utc' },
        clientPort: 51344,
        termination: 'Connection_Abandoned_By_ReqQueue',
      },
      gives: {
        kind: 'proxy-fault',
        fault: 'upstream-closed',
        keys: { client: { ip: '203.0.113.9', port: 51344 }, path: '/ws', upstreamName: 'ChatPool' },
      },
    },
    {
      line: '2026-11-22 20:23:41 203.0.113.9 51344 10.0.0.5 443 HTTP/1.1 GET /ws 503 1 AppOffline ChatPool',
      from: 'Microsoft documentation, error logging in HTTP APIs',
      reads: { status: 503, queue: 'ChatPool' },
      gives: { kind: 'proxy-fault', fault: 'no-upstream' },
    },
    {
      line: '2026-11-02 03:04:05 2001:db8::9%0 51344 2001:db8::5%0 80 - - - - - - Timer_ConnectionIdle - -',
      from: 'Windows Server 2022, fields with streamid and transport',
      header: `${PREFIX}${DEFAULTS[2]}`,
      reads: { clientIp: '2001:db8::9', termination: 'Timer_ConnectionIdle' },
      gives: 'noise',
    },
    { line: '#Software: Microsoft HTTP API 2.0', from: 'Windows Server 2022', reads: { directive: 'Software' }, gives: 'noise' },
    { line: FIELDS, from: 'Windows Server 2016', reads: { directive: 'Fields' }, gives: 'noise' },
  ],
  rejects: [
    '2026-11-22 20:23:41 203.0.113.9 51344 10.0.0.5 443 HTTP/1.1 GET /ws 503 1',
    '2026-11-22 20:23:41 10.0.0.5 GET /chat id=1 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) - 101 0 64 60012',
    '#Software: Microsoft Internet Information Services 10.0',
  ],
  isHeader: (text) => text.startsWith(PREFIX) && OWN.test(text),
  read(text, context) {
    if (text.startsWith('#')) return directiveRow(text, OWN, context);
    const chosen = context.header?.slice(PREFIX.length);
    if (chosen !== undefined) return errorRow(text, chosen);
    for (const fields of DEFAULTS) {
      const row = errorRow(text, fields);
      if (row) return row;
    }
    return null;
  },
  events(row) {
    const fault = FAULTS[row.termination ?? ''];
    const keys = known({ client: endpointOf(row.clientIp, row.clientPort), path: row.path, upstreamName: row.queue });
    return fault && { kind: 'proxy-fault', ...fault, keys };
  },
});
