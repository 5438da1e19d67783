/** Access log of IIS, also of ARR in front of other servers: W3C extended, whose columns a `#Fields:` line names. */
import { type AccessValues, accessEvent, accessRow, type HttpRow } from '../src/grammar/access-values.ts';
import { columns, type DirectiveRow, directiveRow, plusless, stampOf } from '../src/grammar/w3c.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

interface RequestRow extends HttpRow {
  readonly directive?: undefined;
  /** `sc-status.sc-substatus.sc-win32-status`: 64 = the network name is gone (see `CLIENT_GONE`), 995 = aborted, 1236 = aborted here. */
  readonly termination?: string | undefined;
}
type IisRow = RequestRow | DirectiveRow;

const COLUMNS: Readonly<Record<string, string>> = {
  'c-ip': 'remote_addr',
  'cs-username': 'remote_user',
  'cs-method': 'request_method',
  'cs-uri-stem': 'uri',
  'cs-uri-query': 'args',
  'cs-version': 'server_protocol',
  'cs-host': 'host',
  'sc-status': 'status',
  'sc-bytes': 'bytes_sent',
  'cs-bytes': 'bytes_received',
  'time-taken': 'duration_ms',
  's-ip': 'server_addr',
  's-port': 'server_port',
  's-sitename': 'site',
  's-computername': 'computer',
  'cs(referer)': 'http_referer',
  'x-forwarded-for': 'http_x_forwarded_for',
  'cs(x-forwarded-for)': 'http_x_forwarded_for',
  'cs(upgrade)': 'http_upgrade',
  'cs(cookie)': 'cookie',
  'sc-substatus': 'substatus',
  'sc-win32-status': 'win32_status',
}; // prettier-ignore
// What IIS 7 to 10 log when nobody chose otherwise; in front of a cut file nothing names the columns. IIS 7 had no referer.
const DEFAULTS = [
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken',
];
const PREFIX = '#Fields: ';
/** ERROR_NETNAME_DELETED: http.sys lost the client's connection under the request. What IIS or ARR ends itself, or the server behind them, has 0 or another. */
const CLIENT_GONE = '.64';
const OWN =
  /^#Software: Microsoft Internet Information Services|^#Fields: (?!.*\b(?:x-edge-|s-reason))(?=.*\bcs-uri-stem\b)(?=.*\bsc-status\b)/;

function requestRow(text: string, fields: string): RequestRow | null {
  const written = columns(text, fields);
  const at = written && stampOf(written);
  if (!written || !at) return null;
  const values: AccessValues = new Map();
  for (const [column, value] of written) if (column !== 'date' && column !== 'time') values.set(COLUMNS[column] ?? column, value);
  const agent = plusless(written.get('cs(user-agent)'));
  if (agent !== undefined) values.set('http_user_agent', agent);
  values.delete('cs(user-agent)');
  if (!/^(?:\d{1,15})?$/.test(values.get('duration_ms') ?? '')) return null;
  const row = accessRow(at, 'end', values);
  const codes = [values.get('status'), values.get('substatus'), values.get('win32_status')];
  return row && { ...row, ...(codes.every((code) => code !== undefined) && { termination: codes.join('.') }) };
}

const FIELDS = `${PREFIX}${DEFAULTS[0]}`;

export const iisAccess = defineParser<IisRow>({
  name: 'iis-access',
  about: 'IIS access log, W3C extended (u_ex*.log)',
  adds: 'end, life and bytes of each tunnel, and the Windows error that ended it',
  docs: 'https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ...WEBSOCKET_PATH_NEEDLES, '#Fields: '],
  samples: [
    {
      line: '2026-11-22 20:23:41 10.0.0.5 GET /chat id=1 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) - 101 0 64 60012',
      from: 'IIS 10 default fields, Microsoft documentation',
      header: FIELDS,
      reads: {
        at: { ms: Date.UTC(2026, 10, 22, 20, 23, 41), widthMs: 1000, basis: 'utc' },
        clientIp: '203.0.113.9',
        method: 'GET',
        path: '/chat?id=1',
        status: 101,
        durationMs: 60012,
        userAgent: 'Mozilla/5.0 (Windows NT 10.0)',
        termination: '101.0.64',
      },
      gives: {
        kind: 'tunnel-ended',
        lifeMs: 60012,
        termination: '101.0.64',
        endedBy: 'client',
        keys: { client: { ip: '203.0.113.9' }, path: '/chat?id=1' },
      },
    },
    {
      line: '2026-12-31 23:59:59 GET /ws 2001:db8::9 HTTP/1.1 502 8120 311 1502',
      from: 'IIS 10, chosen fields',
      header: '#Fields: date time cs-method cs-uri-stem c-ip cs-version sc-status sc-bytes cs-bytes time-taken',
      reads: { clientIp: '2001:db8::9', status: 502, bytesSent: 8120, bytesReceived: 311, protocol: 'HTTP/1.1' },
      gives: { kind: 'handshake-failed', status: 502 },
    },
    {
      line: '2026-11-02 03:04:05 ::1 GET /health - 80 - ::1 - 200 0 0 3',
      from: 'IIS 7 default fields, no header in sight',
      reads: { clientIp: '::1', durationMs: 3 },
      gives: 'noise',
    },
    { line: '#Software: Microsoft Internet Information Services 10.0', from: 'IIS 10', reads: { directive: 'Software' }, gives: 'noise' },
    {
      line: '#Date: 2026-11-22 00:00:00',
      from: 'IIS 10',
      before: ['#Software: Microsoft Internet Information Services 10.0', '#Version: 1.0'],
      reads: { directive: 'Date', message: '2026-11-22 00:00:00' },
      gives: 'noise',
    },
    { line: FIELDS, from: 'IIS 10', reads: { directive: 'Fields' }, gives: 'noise' },
  ],
  rejects: [
    '2026-11-22 20:23:41 10.0.0.5 GET /chat id=1 443 - 203.0.113.9 Mozilla/5.0 - 101 0',
    '2026-11-22 20:23:41 INFO GET /ws 101',
    '2026-02-30 20:23:41 10.0.0.5 GET /chat id=1 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) - 101 0 64 60012',
    '#Software: Microsoft HTTP API 2.0',
    '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status',
  ],
  isHeader: (text) => text.startsWith(PREFIX) && OWN.test(text),
  read(text, context) {
    if (text.startsWith('#')) return directiveRow(text, OWN, context);
    const chosen = context.header?.slice(PREFIX.length);
    if (chosen !== undefined) return requestRow(text, chosen);
    for (const fields of DEFAULTS) {
      const row = requestRow(text, fields);
      if (row?.method !== undefined && row.path?.startsWith('/') === true) return row;
    }
    return null;
  },
  events(row) {
    if (row.directive !== undefined) return undefined;
    const draft = accessEvent(row);
    return draft?.kind === 'tunnel-ended' && row.termination?.endsWith(CLIENT_GONE) ? { ...draft, endedBy: 'client' } : draft;
  },
});
