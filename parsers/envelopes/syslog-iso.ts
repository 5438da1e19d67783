/** Syslog files with ISO 8601 stamps, and `journalctl -o short-iso`. */
import { isCertain, PRI, tagged, unwrapTagged } from '../../src/grammar/syslog-tag.ts';
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

const PRIORITY = new RegExp(`^${PRI}`);
const MICROSECONDS = 6;

export const syslogIso: Envelope = {
  name: 'syslog-iso',
  about: '`journalctl -o short-iso[-precise]`, /var/log/syslog of Debian 12 and Ubuntu 24.04: stamps with date and offset',
  docs: 'https://www.rsyslog.com/doc/configuration/templates.html#reserved-template-names',
  samples: [
    {
      line: '2026-11-22T17:16:23.135730-0500 vm systemd-journald[25420]: Journal started',
      from: 'journalctl 252 -o short-iso-precise',
      unwraps: {
        text: 'Journal started',
        at: { ms: Date.UTC(2026, 10, 22, 22, 16, 23) + 135.73, widthMs: 0.001, basis: 'utc' },
        keys: { service: 'systemd-journald', pid: 25420, pidSpace: 'host', host: 'vm' },
      },
    },
    {
      line: '2026-11-18T06:06:40-05:00 ws-1 systemd[1]: chat.service: Main process exited, code=killed, status=9/KILL',
      from: 'journalctl 257 -o short-iso',
      unwraps: { at: { ms: Date.UTC(2026, 10, 18, 11, 6, 40), widthMs: 1000, basis: 'utc' } },
    },
    {
      line: '2026-11-25T21:18:24+0000 app-14 kernel: e1000: ens2 NIC Link is Down',
      from: 'journalctl 252 -o short-iso',
      unwraps: { text: 'e1000: ens2 NIC Link is Down', keys: { service: 'kernel', host: 'app-14' } },
    },
    {
      line: '2026-02-03T09:00:01.020304+01:00 node-1 kernel: [ 2160.388640] TCP: out of memory -- consider tuning tcp_mem',
      from: 'rsyslog 8.2302, RSYSLOG_FileFormat',
      unwraps: {
        text: 'TCP: out of memory -- consider tuning tcp_mem',
        at: { ms: Date.UTC(2026, 1, 3, 8, 0, 1) + 20.304, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: '2026-11-22T22:16:24+0000 vm my app[25439]: identifier with blank',
      from: 'journalctl 252 -o short-iso',
      unwraps: { text: 'identifier with blank', keys: { service: 'my app', pid: 25439, pidSpace: 'host', host: 'vm' } },
    },
    {
      line: '2026-11-10T13:00:52.900001+00:00 lb-5 sudo:   deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/kill -9 4242',
      from: 'rsyslog 8.2302, sudo 1.9.13',
      unwraps: { keys: { service: 'sudo', host: 'lb-5' } },
    },
    { line: '2026-11-22T22:16:24+0000 vm empty[25443]: ', from: 'journalctl 252 -o short-iso', unwraps: { text: '' } },
  ],
  rejects: [
    '2026-11-22T20:23:41+00:00 WARN server: closed 1006',
    '2026-11-22T20:23:41.310+00:00 app[web.1]: listening',
    '2026-11-22T20:23:41+00:00 heroku[router]: at=info method=GET',
    '2026-11-22T20:23:41.310123456Z stdout F ws: closed 1006',
    '2026-11-22T20:23:41 vm app[1]: without an offset',
    '2026-11-22 20:23:41+00:00 vm app[1]: with a blank',
    '2026-11-22T21:45:21,000000+00:00 Hypervisor detected: KVM',
  ],
  wrap: (text) => `2026-11-22T20:36:24+0000 vm app[4242]: ${text}`,
  unwrap(line) {
    const start = PRIORITY.exec(line)?.[0].length ?? 0;
    // A comma before the fraction is dmesg's.
    const stamp = line[start + 10] === 'T' && line[start + 19] !== ',' ? isoAt(line, start) : undefined;
    if (stamp?.stamp.basis !== 'utc' || line[stamp.end] !== ' ') return null;
    const entry = tagged(line.slice(stamp.end + 1));
    if (!entry) return null;
    // Container runtimes and applications write `Z` or nanoseconds, and any sentence behind it.
    const isPlain = line[stamp.end - 1] !== 'Z' && decimals(line, start) <= MICROSECONDS;
    const isKnown = entry.host !== undefined && (entry.pid !== undefined || entry.service === 'kernel');
    return isKnown || (isPlain && entry.host !== undefined && isCertain(entry)) || (isPlain && entry.pid !== undefined)
      ? unwrapTagged(entry, stamp.stamp)
      : null;
  },
};

const DECIMALS = /\.(\d{1,12})/y;
function decimals(line: string, start: number): number {
  DECIMALS.lastIndex = start + 19;
  return DECIMALS.exec(line)?.[1]?.length ?? 0;
}
