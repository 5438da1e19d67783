/** What journald, journalctl and rsyslog say of their own gaps. */
import { subject } from '../src/grammar/subject.ts';
import { defineParser, type EventOf, type Row } from '../src/types.ts';

interface JournaldRow extends Row {
  readonly message: string;
  readonly gap?: EventOf<'log-gap'>['gap'];
  readonly lost?: number;
  readonly unit?: string;
}

/** journalctl prints these between entries; up to v246 `-- Reboot --`, later the id of the boot that begins. */
const REBOOT = /^-- (?:Reboot|Boot [0-9a-f]{32}) --$/;
const HEADING = /^-- (?:No entries|Logs begin at .{1,120}|Journal begins at .{1,120}|cursor: .{1,300})(?: --|\. --)?$/;
const SUPPRESSED = /^Suppressed (\d{1,10}) messages from (?:\S*\/)?(\S{1,255})$/;
const MISSED = /^Missed (\d{1,10}) kernel messages$/;
const UNCLEAN = /^(?:File )?\/\S{1,300}\.journal(?:~)? corrupted or uncleanly shut down, renaming and replacing\.$/;
const ROTATED =
  /^(?:Journal file \/\S{1,300} has been rotated\.|Received client request to rotate journal, rotating\.|Time spent on flushing .{1,200}|Data hash table of .{1,300}, suggesting rotation\.)$/;
const OWN =
  /^(?:Journal started|Received client request to (?:flush|sync).{1,100}|(?:Runtime|System) [Jj]ournal \(.{1,300}|Collecting audit messages is (?:en|dis)abled\.)$/;
const RSYSLOG =
  /^(?:imjournal: (\d{1,10}) messages lost due to rate-limiting.{0,200}|imjournal: begin to drop messages due to rate-limiting.{0,200}|imuxsock(?:\[pid \d{1,10}\]| lost|: process).{1,200}|.{1,200}: (?:begin to drop messages due to rate-limiting|(\d{1,10}) messages lost due to rate-limiting(?: \(.{1,60}\))?))$/;

export const journald = defineParser<JournaldRow>({
  name: 'journald',
  about: 'boot separators of journalctl; messages that journald or rsyslog dropped',
  adds: 'where the log itself has holes, so that absence proves nothing there; reboots of the host',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/journald.conf.html#RateLimitIntervalSec=',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['-- Reboot --', '-- Boot ', ' messages from ', ' kernel messages', 'uncleanly shut down', 'rate-limiting'],
  samples: [
    { line: '-- Reboot --', from: 'journalctl 246', reads: { gap: 'reboot' }, gives: { kind: 'log-gap', gap: 'reboot' } },
    {
      line: '-- Boot b2b2b2b2b2b24b2b8b2bb2b2b2b2b2b2 --',
      from: 'journalctl 252',
      reads: { gap: 'reboot' },
      gives: { kind: 'log-gap', gap: 'reboot' },
    },
    { line: '-- No entries --', from: 'journalctl 252', reads: {}, gives: 'noise' },
    {
      line: '-- Logs begin at Mon 2020-01-06 10:00:00 UTC, end at Tue 2020-01-07 09:00:00 UTC. --',
      from: 'journalctl 246',
      reads: {},
      gives: 'noise',
    },
    {
      line: '-- Journal begins at Sun 2021-08-15 10:00:00 UTC, ends at Mon 2021-08-16 09:00:00 UTC. --',
      from: 'journalctl 247',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Suppressed 1208 messages from chat.service',
      from: 'journald 252',
      reads: { lost: 1208, unit: 'chat.service' },
      gives: { kind: 'log-gap', gap: 'suppressed', keys: { unit: 'chat.service' } },
    },
    {
      line: 'Suppressed 18 messages from /system.slice/chat.service',
      from: 'journald 219 of CentOS 7',
      reads: { unit: 'chat.service' },
      gives: { kind: 'log-gap', gap: 'suppressed' },
    },
    {
      line: 'Missed 42 kernel messages',
      from: 'journald 252',
      reads: { lost: 42 },
      gives: { kind: 'log-gap', gap: 'dropped', keys: { service: 'kernel' } },
    },
    {
      line: 'File /var/log/journal/3d1219c7c4c5404aaa1f6d2a48adfda4/system.journal corrupted or uncleanly shut down, renaming and replacing.',
      from: 'journald 252, after a power loss',
      reads: {},
      gives: { kind: 'log-gap', gap: 'dropped' },
    },
    {
      line: 'imjournal: 1234 messages lost due to rate-limiting (20000 allowed within 600 seconds)',
      from: 'rsyslog 8.2102',
      reads: { lost: 1234 },
      gives: { kind: 'log-gap', gap: 'suppressed' },
    },
    { line: 'Journal started', from: 'journald 252', keys: { service: 'systemd-journald' }, reads: {}, gives: 'noise' },
  ],
  rejects: ['-- Boot --', '-- sql comment --', 'Suppressed 3 errors', 'Journal started'],
  read(text, context) {
    if (REBOOT.test(text)) return { message: text, gap: 'reboot' };
    if (HEADING.test(text)) return { message: text };
    const suppressed = SUPPRESSED.exec(text);
    if (suppressed) return { message: text, gap: 'suppressed', lost: Number(suppressed[1]), unit: suppressed[2] ?? '' };
    const missed = MISSED.exec(text)?.[1];
    if (missed !== undefined) return { message: text, gap: 'dropped', lost: Number(missed) };
    if (UNCLEAN.test(text)) return { message: text, gap: 'dropped' };
    const rsyslog = RSYSLOG.exec(text);
    if (rsyslog) return { message: text, gap: 'suppressed', ...((rsyslog[1] ?? rsyslog[2]) && { lost: Number(rsyslog[1] ?? rsyslog[2]) }) };
    return context.keys.service === 'systemd-journald' && (OWN.test(text) || ROTATED.test(text)) ? { message: text } : null;
  },
  events(row) {
    if (row.gap === undefined) return undefined;
    const keys = row.unit !== undefined ? { unit: row.unit } : row.message.startsWith('Missed') ? { service: 'kernel' } : undefined;
    return { kind: 'log-gap', gap: row.gap, ...(keys && { keys: subject(keys) }) };
  },
});
