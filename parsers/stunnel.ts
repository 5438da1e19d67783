/** The log of stunnel, a TLS wrapper in front of a server. */
import { isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Row } from '../src/types.ts';

interface StunnelRow extends Row {
  readonly level: string;
  /** stunnel's number of the connection; `ui`, `main`, `cron` for itself. */
  readonly connection: string;
  readonly message: string;
}

const LINE = /^(\d{4})\.(\d\d)\.(\d\d) (\d\d:\d\d:\d\d) LOG([0-7])\[(\d{1,12}|ui|main|cron|per-day|[\w.:-]{1,30})\]: (\S.{0,2000})$/;
const NEAR = 24;

/** Which end closed first. The other's end follows from it. */
const ENDS: readonly (readonly [RegExp, 'idle-timeout' | 'upstream-closed' | 'client-closed' | 'upstream-reset'])[] = [
  [/TIMEOUTidle exceeded/, 'idle-timeout'],
  [/^Read socket closed \((?:readsocket|read hangup)\)/, 'upstream-closed'],
  [/^(?:readsocket|writesocket): Connection reset by peer/, 'upstream-reset'],
  [/^TLS (?:socket )?closed \(SSL_read\)|^SSL (?:socket )?closed/, 'client-closed'],
];
const endOf = (message: string) => ENDS.find(([pattern]) => pattern.test(message))?.[1];

function endedBefore(row: StunnelRow, context: Context): boolean {
  const mark = `[${row.connection}]: `;
  return context.before(NEAR).some((line) => {
    const at = line.indexOf(mark);
    return at > 0 && endOf(line.slice(at + mark.length)) !== undefined;
  });
}

export const stunnel = defineParser<StunnelRow>({
  name: 'stunnel',
  about: 'log of stunnel',
  adds: 'idle cuts (TIMEOUTidle), which side closed a connection first, starts and stops',
  docs: 'https://www.stunnel.org/static/stunnel.html',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['TIMEOUTidle', 'socket closed (', 'TLS closed (', 'LOG5[ui]: ', 'readsocket: Connection reset'],
  samples: [
    {
      line: '2026.11.26 23:06:55 LOG6[4]: transfer: s_poll_wait: TIMEOUTidle exceeded: sending reset',
      from: 'stunnel 5.68',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 23, 6, 55), widthMs: 1000, basis: 'local' }, connection: '4' },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel', keys: { proxyConnection: '4' } },
    },
    {
      line: '2026.11.26 23:07:08 LOG3[9]: Read socket closed (readsocket)',
      from: 'stunnel 5.68',
      reads: { level: '3' },
      gives: { kind: 'proxy-fault', fault: 'upstream-closed', phase: 'tunnel', keys: { proxyConnection: '9' } },
    },
    {
      line: '2026.11.26 23:07:08 LOG6[9]: TLS closed (SSL_read)',
      from: 'stunnel 5.68: the client answers the end of its own side',
      before: [
        '2026.11.26 23:07:08 LOG6[9]: Read socket closed (readsocket)',
        '2026.11.26 23:07:08 LOG6[9]: SSL_shutdown successfully sent close_notify alert',
      ],
      reads: { connection: '9' },
      gives: 'noise',
    },
    {
      line: '2026.12.31 23:59:59 LOG6[21]: TLS socket closed (SSL_read)',
      from: 'stunnel 5.68',
      reads: { connection: '21' },
      gives: { kind: 'proxy-fault', fault: 'client-closed', phase: 'tunnel' },
    },
    {
      line: '2026.11.26 23:06:34 LOG5[ui]: stunnel 5.68 on x86_64-pc-linux-gnu platform',
      from: 'stunnel 5.68',
      reads: { connection: 'ui' },
      gives: { kind: 'proxy-lifecycle', change: 'start', proxy: 'stunnel' },
    },
    {
      line: '2026.11.26 23:07:12 LOG5[ui]: Terminated',
      from: 'stunnel 5.68',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'stop', proxy: 'stunnel' },
    },
    {
      line: '2026.11.26 23:07:08 LOG5[9]: Connection closed: 189 byte(s) sent to TLS, 266 byte(s) sent to socket',
      from: 'stunnel 5.68',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: [
    '2026.11.26 LOG6[9]: TLS closed (SSL_read)',
    '2026.13.26 23:07:08 LOG6[9]: TLS closed (SSL_read)',
    'LOG6[9]: TLS closed (SSL_read)',
  ],
  read(text) {
    const found = LINE.exec(text);
    if (!found) return null;
    const [, year, month, day, time, level = '', connection = '', message = ''] = found;
    const at = isoAt(`${year}-${month}-${day}T${time}`)?.stamp;
    return at ? { at, level, connection, message } : null;
  },
  events(row, context): Draft | undefined {
    if (row.connection === 'ui' || row.connection === 'main') {
      if (/^stunnel \d/.test(row.message)) return { kind: 'proxy-lifecycle', change: 'start', proxy: 'stunnel' };
      if (/^Terminated$|^Received SIG(?:TERM|INT|QUIT); terminating/.test(row.message))
        return { kind: 'proxy-lifecycle', change: 'stop', proxy: 'stunnel' };
      return /^(?:Received SIGHUP; reloading|Reloading configuration)/.test(row.message)
        ? { kind: 'proxy-lifecycle', change: 'reload', proxy: 'stunnel' }
        : undefined;
    }
    const fault = endOf(row.message);
    if (fault === undefined || endedBefore(row, context)) return undefined;
    return { kind: 'proxy-fault', fault, phase: 'tunnel', keys: { proxyConnection: row.connection } };
  },
});
