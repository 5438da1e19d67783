/** What cron logs of its jobs. */
import { stopsBy } from '../src/grammar/stop-command.ts';
import { defineParser, type Row } from '../src/types.ts';

interface CronRow extends Row {
  readonly message: string;
  readonly user?: string;
  readonly command?: string;
}

const JOB =
  /^\(([\w.@-]{1,64})\) (CMD|CMDEND|CMDOUT|INFO|LIST|RELOAD|MAIL|REPLACE|BEGIN EDIT|END EDIT|ERROR|WRONG FILE OWNER|STARTUP) ?\((.{0,4000})\)$/s;
const PAM = /^pam_\w{1,30}\(crond?:\w{1,20}\): .{1,300}$/;

export const cron = defineParser<CronRow>({
  name: 'cron',
  about: 'jobs that cron starts: journal, /var/log/cron, /var/log/syslog',
  adds: 'that a timed job restarted the service or the proxy',
  docs: 'https://man7.org/linux/man-pages/man8/cron.8.html',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [') CMD ('],
  samples: [
    {
      line: '(root) CMD (systemctl restart chat-ws)',
      from: 'cron 3.0pl1 of Debian 12',
      keys: { service: 'CRON' },
      reads: { user: 'root', command: 'systemctl restart chat-ws' },
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { unit: 'chat-ws.service' } },
    },
    {
      line: '(root) CMD (/usr/sbin/service nginx reload >/dev/null 2>&1)',
      from: 'cronie 1.5',
      reads: { command: '/usr/sbin/service nginx reload >/dev/null 2>&1' },
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'nginx' },
    },
    {
      line: '(www-data) CMD (/usr/bin/test -e /run/nginx.pid)',
      from: 'cron 3.0pl1 of Debian 12',
      reads: { user: 'www-data' },
      gives: 'noise',
    },
    { line: '(root) CMDEND (run-parts /etc/cron.hourly)', from: 'cronie 1.5', reads: {}, gives: 'noise' },
    {
      line: 'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
      from: 'Linux-PAM 1.5',
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['(root) CMD', '(root) says (systemctl restart chat-ws)', 'CMD (systemctl restart chat-ws)'],
  read(text) {
    const [, user, kind, command = ''] = JOB.exec(text) ?? [];
    if (user === undefined) return PAM.test(text) ? { message: text } : null;
    return { message: text, user, ...(kind === 'CMD' && { command }) };
  },
  events: (row) => (row.command === undefined ? undefined : stopsBy(row.command)),
});
