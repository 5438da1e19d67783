/** Rails Action Cable: `Started GET … [WebSocket] for …`, `Finished … [WebSocket] for …`, upgrade results. */
import { endpoint } from '../src/grammar/address.ts';
import { placedLine } from '../src/grammar/console-place.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { connectionKeys } from '../src/grammar/peer.ts';
import { stamp as at, epoch, isoAt, zoneNear } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface CableRow extends Row {
  readonly message: string;
  readonly step: string;
  readonly path?: string;
  readonly method?: string;
  readonly clientIp?: string;
  readonly pid?: number;
  readonly socket?: boolean;
  /** Another line tells more of it: that the upgrade failed, and why. */
  readonly told?: true;
  /** What broke, where the lines above the end say so. */
  readonly reason?: string;
}

const REQUEST =
  /^(Started ([A-Z]{3,10})|Finished) "([^"\s]{1,8192})"( ?\[WebSocket\]| ?\[non-WebSocket\])? for (\S{2,45}) at (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{4})$/;
const UPGRADE =
  /^(Successfully upgraded|Failed to upgrade) to WebSocket \(REQUEST_METHOD: ([A-Z]{0,10}), HTTP_CONNECTION: ([^)]{0,60}?), HTTP_UPGRADE: ([^)]{0,60})\)$/;
const ORIGIN = /^Request origin not allowed: (\S{0,300})$/;
/** Its own script in a page, with what `Date.now()` gave behind each line; it tells no code. */
const SCRIPT = /^\[ActionCable\] (\S.{0,600}) (1\d{12})$/;
const STALE = /^ConnectionMonitor detected stale connection\..{0,300} time stale\b/;
/** What stops a connection's work is written above the line of its end, with a stack between. */
const BROKE = /^There was an exception - ((?:Errno::(?:EPIPE|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ECONNABORTED)|EOFError|IOError)\b.{0,200})$/;
const ABOVE = 4;

const TAGS = /^(?:\[[^\]]{1,100}\] ){1,6}/;

export const actionCable = defineParser<CableRow>({
  name: 'action-cable',
  about: 'Rails log of Action Cable connections',
  adds: 'when each WebSocket began and finished, by client address and path; no close code',
  docs: 'https://github.com/rails/rails/blob/main/actioncable/lib/action_cable/connection/base.rb',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['[WebSocket] for ', 'to upgrade to WebSocket', 'Request origin not allowed: ', '[ActionCable] '],
  samples: [
    {
      line: 'Started GET "/cable" [WebSocket] for 127.0.0.1 at 2026-04-23 10:41:34 +1000',
      from: 'Rails 7.1',
      reads: { at: { ms: 1776904894000, widthMs: 1000, basis: 'utc' }, clientIp: '127.0.0.1', path: '/cable', method: 'GET' },
      gives: { kind: 'socket-opened', keys: { path: '/cable', client: { ip: '127.0.0.1' } } },
    },
    {
      line: 'Finished "/cable" [WebSocket] for 127.0.0.1 at 2026-04-23 10:41:34 +1000',
      from: 'Rails 7.1',
      reads: { step: 'Finished' },
      gives: { kind: 'socket-closed', keys: { path: '/cable' } },
    },
    {
      line: 'I, [2026-12-31T23:59:59.123456 #4242]  INFO -- : [6a1d0c1e] Finished "/cable/?t=1" [WebSocket] for 2001:db8::7 at 2026-12-31 23:59:59 +0000',
      from: 'Rails 7.1 production log with a request id tag',
      reads: { pid: 4242, clientIp: '2001:db8::7', path: '/cable/?t=1' },
      gives: { kind: 'socket-closed', keys: { pid: 4242 } },
    },
    {
      line: 'Successfully upgraded to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: Upgrade, HTTP_UPGRADE: websocket)',
      from: 'Rails 7.1',
      reads: { step: 'Successfully upgraded' },
      gives: 'noise',
    },
    {
      line: 'Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: close, HTTP_UPGRADE: )',
      from: 'Rails 7.1 behind a proxy without upgrade headers',
      reads: { step: 'Failed to upgrade' },
      gives: { kind: 'handshake-failed', status: 404 },
    },
    {
      line: 'Request origin not allowed: https://evil.example.com',
      from: 'Rails 7.1',
      reads: { step: 'origin' },
      gives: { kind: 'handshake-failed', status: 404 },
    },
    {
      line: 'Finished "/cable/" [WebSocket] for 127.0.0.1 at 2017-04-11 18:02:21 +0200',
      from: 'Rails 5.0 on Puma, puma/puma#1271',
      before: ['TasksChannel is transmitting the subscription confirmation', 'There was an exception - Errno::EPIPE(Broken pipe)'],
      reads: { step: 'Finished', reason: 'Errno::EPIPE(Broken pipe)' },
      gives: { kind: 'socket-closed', code: 1006, reason: 'Errno::EPIPE(Broken pipe)' },
    },
    {
      line: '[ActionCable] WebSocket onclose event 1491926541823',
      from: 'actioncable.js 5.0, puma/puma#1271',
      reads: { step: 'WebSocket onclose event', at: { ms: 1491926541823, widthMs: 1, basis: 'utc' } },
      gives: { kind: 'socket-closed', vantage: 'client' },
    },
    {
      line: "[ActionCable] WebSocket onopen event, using 'actioncable-v1-json' subprotocol 1491926514045",
      from: 'actioncable.js 5.0, puma/puma#1271',
      reads: {},
      gives: { kind: 'socket-opened', vantage: 'client' },
    },
    {
      line: '[ActionCable] ConnectionMonitor detected stale connection. reconnectAttempts = 0, time stale = 7.689 s, stale threshold = 6 s 1491926549513',
      from: 'actioncable.js 6.1',
      reads: {},
      gives: { kind: 'heartbeat-missed', closes: true },
    },
    {
      line: '[ActionCable] ConnectionMonitor recorded connect 1491926514480',
      from: 'actioncable.js 5.0',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Started GET "/health" for 10.0.0.9 at 2026-04-03 10:41:34 +0000',
      from: 'Rails 7.1',
      reads: { path: '/health' },
      gives: 'noise',
    },
    {
      line: 'Started GET "/cable/" [WebSocket] for ::1 at 2016-05-03 09:41:12 -0400',
      from: 'Rails 5.0, rails/rails#24817: refused, and so never open',
      after: [
        'Request origin not allowed: http://localhost:3001',
        'Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: keep-alive, Upgrade, HTTP_UPGRADE: websocket)',
      ],
      reads: { told: true },
      gives: 'noise',
    },
    {
      line: 'Request origin not allowed: http://localhost:3001',
      from: 'Rails 5.0, rails/rails#24817',
      before: ['Started GET "/cable/" [WebSocket] for ::1 at 2016-05-03 09:41:12 -0400'],
      reads: { clientIp: '::1' },
      gives: { kind: 'handshake-failed', status: 404, keys: { client: { ip: '::1' } } },
    },
    {
      line: 'Finished "/cable/" [WebSocket] for ::1 at 2016-05-03 09:41:12 -0400',
      from: 'Rails 5.0, rails/rails#24817',
      before: [
        'Request origin not allowed: http://localhost:3001',
        'Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: keep-alive, Upgrade, HTTP_UPGRADE: websocket)',
      ],
      reads: { told: true },
      gives: 'noise',
    },
    {
      line: 'Failed to upgrade to WebSocket (REQUEST_METHOD: GET, HTTP_CONNECTION: keep-alive, Upgrade, HTTP_UPGRADE: websocket)',
      from: 'Rails 5.0, rails/rails#24817: HTTP_CONNECTION has Firefox’s two words',
      before: ['Request origin not allowed: http://localhost:3001'],
      reads: { told: true },
      gives: 'noise',
    },
    {
      line: 'I, [2026-06-11T11:08:44.034297 #7]  INFO -- : Started GET "/cable?desk=d-98s6r7" [WebSocket] for 86.11.79.188 at 2026-06-11 11:08:44 +0200',
      from: 'Rails 7.1 with Ruby’s own formatter, which writes the local time without its zone',
      reads: { at: { ms: 1781168924034.297, widthMs: 0.001, basis: 'utc' }, pid: 7 },
      gives: { kind: 'socket-opened', keys: { path: '/cable?desk=d-98s6r7', pid: 7 } },
    },
  ],
  rejects: [
    '[ActionCable] WebSocket onclose event',
    'Finished "/cable" [WebSocket] for 127.0.0.1',
    'Finished 3 jobs',
    'Started GET "/cable" [WebSocket] for 127.0.0.1 at noon',
  ],
  read(text, context) {
    const head = logHead(text);
    const message = (head?.message ?? text).replace(TAGS, '');
    const base = {
      ...(head?.at && { at: head.at }),
      ...(head?.level !== undefined && { level: head.level }),
      ...(head?.pid !== undefined && { pid: head.pid }),
      message,
    };
    const [, did, ms = ''] = SCRIPT.exec(placedLine(text).text) ?? [];
    const written = epoch(ms);
    if (did !== undefined && written) return { at: written, message, step: did };
    const request = REQUEST.exec(message);
    if (request) {
      const [, step = '', method, path = '', kind, client, when = ''] = request;
      const stamp = isoAt(when)?.stamp;
      if (!stamp) return null;
      const ip = endpoint(client)?.ip;
      return {
        ...base,
        at: head?.at ? zoned(head.at, stamp) : stamp,
        step: step.slice(0, 8).trim(),
        ...(method !== undefined && { method }),
        path,
        ...(ip !== undefined && { clientIp: ip }),
        socket: kind?.trim() === '[WebSocket]',
        ...(step === 'Finished' && brokeAbove(context)),
        ...(wasRefused(step, context) && { told: true as const }),
      };
    }
    const upgrade = UPGRADE.exec(message);
    if (upgrade) return { ...base, step: upgrade[1] ?? '', ...(upgrade[1] === 'Failed to upgrade' && requestAbove(context)) };
    return ORIGIN.test(message) ? { ...base, step: 'origin', ...requestAbove(context) } : null;
  },
  events(row): Draft | undefined {
    const keys = connectionKeys(row);
    if (row.told) return undefined;
    if (row.socket && row.step === 'Finished')
      return { kind: 'socket-closed', keys, ...(row.reason !== undefined && { code: 1006, reason: row.reason }) };
    if (row.socket) return { kind: 'socket-opened', keys };
    if (row.step.startsWith('WebSocket onopen event')) return { kind: 'socket-opened', vantage: 'client' };
    if (row.step.startsWith('WebSocket onclose event')) return { kind: 'socket-closed', vantage: 'client' };
    // It closes what it reopens; `time disconnected` is of what has ended already.
    if (STALE.test(row.step)) return { kind: 'heartbeat-missed', closes: true, vantage: 'client' };
    // Action Cable answers 404 to what it does not upgrade.
    return row.step === 'origin' || row.step === 'Failed to upgrade'
      ? { kind: 'handshake-failed', status: 404, why: row.message, by: 'upstream', keys }
      : undefined;
  },
});

/** The logger writes no zone, the request's line does; between the two stamps lies less than zones do. */
const zoned = (head: Stamp, { ms }: Stamp): Stamp => (head.basis === 'local' ? at(head.ms - zoneNear(head.ms - ms), head.widthMs) : head);

const messageOf = (line: string): string => (logHead(line)?.message ?? line).replace(TAGS, '');

/** Rails logs the request's begin and end around its word of the upgrade, whichever that is. */
function wasRefused(step: string, context: Context): boolean {
  const around = step === 'Finished' ? context.before(ABOVE).toReversed() : context.after(ABOVE);
  return around.map((line) => UPGRADE.exec(messageOf(line))?.[1]).find(Boolean) === 'Failed to upgrade';
}

/** Whose request it was; the path has a `/` at its end there that nobody asked for. What the origin's line says, the line of the failed upgrade below it says again. */
function requestAbove(context: Context): Pick<CableRow, 'clientIp' | 'told'> {
  const [, , , , , client] =
    context
      .before(ABOVE)
      .map((line) => REQUEST.exec(messageOf(line)))
      .findLast((found) => found?.[1]?.startsWith('Started')) ?? [];
  const ip = endpoint(client)?.ip;
  return {
    ...(ip !== undefined && { clientIp: ip }),
    ...(ORIGIN.test(messageOf(context.before(1)[0] ?? '')) && { told: true as const }),
  };
}

function brokeAbove(context: Context): Pick<CableRow, 'reason'> {
  const [, reason] =
    context
      .before(ABOVE)
      .map((line) => BROKE.exec(messageOf(line)))
      .findLast(Boolean) ?? [];
  return reason === undefined ? {} : { reason };
}
