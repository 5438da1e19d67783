/** Syslog files with BSD stamps, and what `journalctl` prints by default. */

import { bsdStampAt } from '../../src/grammar/locale.ts';
import { PRI, tagged, unwrapTagged, writerOf } from '../../src/grammar/syslog-tag.ts';
import type { Envelope } from '../../src/types.ts';

const PRIORITY = new RegExp(`^${PRI}`);
/** Messages that rsyslog and sysklogd write without a tag. */
const UNTAGGED = /^(\S{1,255}) ((?:last message|message) repeated \d{1,10} times|-- MARK --)$/;

export const syslog: Envelope = {
  name: 'syslog',
  about: '`journalctl -o short[-precise]`, /var/log/syslog, /var/log/messages: stamps without year and zone',
  docs: 'https://datatracker.ietf.org/doc/html/rfc3164',
  samples: [
    {
      line: 'Oct 08 10:20:53 app-08 systemd[1]: logrotate.service: Deactivated successfully.',
      from: 'journalctl 252 -o short',
      unwraps: {
        text: 'logrotate.service: Deactivated successfully.',
        keys: { service: 'systemd', pid: 1, pidSpace: 'host', host: 'app-08' },
      },
    },
    {
      line: 'Nov  2 20:23:41 lb-1 haproxy[402]: Proxy ws_in stopped (cumulated conns: FE: 7, BE: 0).',
      from: 'rsyslog 8.2302, RSYSLOG_TraditionalFileFormat',
      unwraps: {
        text: 'Proxy ws_in stopped (cumulated conns: FE: 7, BE: 0).',
        at: { ms: Date.UTC(2000, 10, 2, 20, 23, 41), widthMs: 1000, basis: 'yearless' },
      },
    },
    {
      line: 'Dec 31 23:59:59.123456 vm kernel: Out of memory: Killed process 19727 (wsserver)',
      from: 'journalctl 252 -o short-precise',
      unwraps: {
        text: 'Out of memory: Killed process 19727 (wsserver)',
        at: { ms: Date.UTC(2000, 11, 31, 23, 59, 59) + 123.456, widthMs: 0.001, basis: 'yearless' },
        keys: { service: 'kernel', host: 'vm' },
      },
    },
    {
      line: 'Nov 22 20:36:24 node-1 kernel: [ 2160.388640] oom_reaper: reaped process 19289 (node)',
      from: 'rsyslog 8.2102 imklog with printk stamps',
      unwraps: { text: 'oom_reaper: reaped process 19289 (node)', keys: { service: 'kernel', host: 'node-1' } },
    },
    {
      line: 'Nov 22 22:16:24 vm my app[25439]: identifier with blank',
      from: 'journalctl 252',
      unwraps: { text: 'identifier with blank', keys: { service: 'my app', pid: 25439, pidSpace: 'host', host: 'vm' } },
    },
    {
      line: 'Nov 22 22:16:24 bare[25441]: first line',
      from: 'journalctl 252 --no-hostname',
      unwraps: { text: 'first line', keys: { service: 'bare', pid: 25441, pidSpace: 'host' } },
    },
    { line: 'Nov 22 22:16:24 vm empty[25443]: ', from: 'journalctl 252', unwraps: { text: '' } },
    { line: 'Nov 22 22:16:24 vm blob[25443]: [11B blob data]', from: 'journalctl 252', unwraps: { text: '[11B blob data]' } },
    {
      line: 'Mar 01 04:05:06 web-3 systemd: Started Chat server.',
      from: 'rsyslog of CentOS 7',
      unwraps: { text: 'Started Chat server.', keys: { service: 'systemd', host: 'web-3' } },
    },
    {
      line: 'Nov 22 20:00:00 lb-3 sudo[812]:   deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl restart haproxy',
      from: 'journalctl 252, sudo 1.9.13',
      unwraps: { text: '  deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl restart haproxy' },
    },
    {
      line: "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      from: 'RFC 3164, 5.4 example 1',
      unwraps: { text: "'su root' failed for lonvick on /dev/pts/8", keys: { service: 'su', host: 'mymachine' } },
    },
    {
      line: '<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!',
      from: 'RFC 3164, 5.4 example 2',
      unwraps: { text: 'Use the BFG!', keys: { host: '10.0.0.99' } },
    },
    {
      line: 'май 06 13:54:37 fedora kernel: tg3 0000:02:00.0 eth0: Link is down',
      from: 'journalctl in a Russian locale',
      unwraps: {
        text: 'tg3 0000:02:00.0 eth0: Link is down',
        at: { ms: Date.UTC(2000, 4, 6, 13, 54, 37), widthMs: 1000, basis: 'yearless' },
      },
    },
    {
      line: 'Nov 22 20:36:24 gw kern.err kernel: [ 2160.388640] TCP: out of memory -- consider tuning tcp_mem',
      from: 'syslogd of BusyBox 1.36',
      unwraps: { text: 'TCP: out of memory -- consider tuning tcp_mem', keys: { service: 'kernel', host: 'gw' } },
    },
    {
      line: 'Nov 22 20:36:24 node-1 last message repeated 3 times',
      from: 'rsyslog 5',
      unwraps: { text: 'last message repeated 3 times', keys: { host: 'node-1' } },
    },
  ],
  rejects: ['Nov 22 20:36:24', 'Nov 31 20:36:24 vm app[1]: text', 'Nov 22 20:36:24 a sentence without a tag', '                 line two'],
  wrap: (text) => `Nov 22 20:36:24 vm app[4242]: ${text}`,
  unwrap(line) {
    const pri = PRIORITY.exec(line)?.[0] ?? '';
    const stamp = bsdStampAt(line, pri.length);
    if (!stamp || line[stamp.end] !== ' ') return null;
    const rest = line.slice(stamp.end + 1);
    const entry = tagged(rest);
    if (entry) return unwrapTagged(entry, stamp.stamp);
    // RFC 3164 lets a tag be left out; only a priority or a well-known text tells such a line from an application's.
    const blank = rest.indexOf(' ');
    if (!UNTAGGED.test(rest) && (pri === '' || blank < 0)) return null;
    const host = rest.slice(0, blank);
    return { text: rest.slice(blank + 1), at: stamp.stamp, keys: { host }, writer: writerOf(host, undefined, undefined) };
  },
};
