/** lighttpd's access log. Its own layout has the virtual host (%V) where others have an ident, and its stamp is the END of a request. */
import { accessLine } from '../src/grammar/access-line.ts';
import { accessEvent, accessRow, type HttpRow } from '../src/grammar/access-values.ts';
import { WEBSOCKET_PATH_NEEDLES } from '../src/grammar/websocket.ts';
import { defineParser } from '../src/types.ts';

/** `%D` is in microseconds and `%T` in seconds; no tunnel is as short as the one, or lives as long as the other, in between. */
function lifeOf(number: number): string {
  if (number >= 100_000) return String(number / 1_000);
  return number < 1_000 ? String(number * 1_000) : '-';
}

export const lighttpdAccess = defineParser<HttpRow>({
  name: 'lighttpd-access',
  about: 'lighttpd access log, in its own layout',
  adds: 'end, bytes and path of each tunnel',
  docs: 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog',
  vantage: 'proxy',
  habitat: 'own',
  needles: [' 101 ', ...WEBSOCKET_PATH_NEEDLES],
  samples: [
    {
      line: '127.0.0.1 127.0.0.1:21010 - [26/Nov/2026:13:30:24 +0100] "GET /lounge?user=ivy977c0 HTTP/1.1" 101 2 "-" "-"',
      from: 'lighttpd 1.4.69',
      reads: {
        at: { ms: Date.UTC(2026, 10, 26, 12, 30, 24), widthMs: 1000, basis: 'utc' },
        marks: 'end',
        clientIp: '127.0.0.1',
        host: '127.0.0.1:21010',
        path: '/lounge?user=ivy977c0',
      },
      gives: { kind: 'tunnel-ended', status: 101, bytesDown: 2, keys: { path: '/lounge?user=ivy977c0' } },
    },
    {
      line: '2001:db8::9 chat.example.com frank [01/Jan/2027:00:00:05 -0500] "GET /ws HTTP/1.1" 503 341 "-" "Mozilla/5.0"',
      from: 'lighttpd 1.4.69',
      reads: { clientIp: '2001:db8::9', host: 'chat.example.com', user: 'frank' },
      gives: { kind: 'handshake-failed', status: 503 },
    },
    {
      line: '203.0.113.216 notify.example.in - [12/Nov/2026:18:31:56 +0000] "GET /ws?s=48081699 HTTP/1.1" 101 22 "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36" 20672610',
      from: 'lighttpd 1.4.69, %h %V %u %t "%r" %>s %b "%{User-Agent}i" %D',
      reads: { host: 'notify.example.in', durationMs: 20_672.61 },
      gives: { kind: 'tunnel-ended', lifeMs: 20_672.61, bytesDown: 22 },
    },
    {
      line: '203.0.113.216 notify.example.in - [12/Nov/2026:18:31:56 +0000] "GET /ws HTTP/1.1" 101 22 "-" "Mozilla/5.0" 20',
      from: 'lighttpd 1.4.69 manual, with %T',
      reads: { durationMs: 20_000 },
      gives: { kind: 'tunnel-ended', lifeMs: 20_000 },
    },
  ],
  rejects: [
    '127.0.0.1 - - [26/Nov/2026:13:30:24 +0100] "GET /ws HTTP/1.1" 101 2 "-" "-"',
    '127.0.0.1 chat.example.com - [26/Nov/2026:13:30:24 +0100] "GET /ws',
  ],
  read(text) {
    const line = accessLine(text);
    const host = line?.values.get('ident');
    if (!line || host === undefined || !/[.:]/.test(host)) return null;
    line.values.delete('ident');
    const [life, another] = line.integers;
    if (life !== undefined && another === undefined) line.values.set('duration_ms', lifeOf(life));
    return accessRow(line.at, 'end', line.values.set('host', host));
  },
  events: (row) => accessEvent(row),
});
