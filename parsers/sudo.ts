/** What sudo logs of the commands it runs. */
import { stopsBy } from '../src/grammar/stop-command.ts';
import { defineParser, type Row } from '../src/types.ts';

interface SudoRow extends Row {
  readonly message: string;
  /** Who called sudo, and as whom the command ran. */
  readonly user?: string;
  readonly target?: string;
  readonly command?: string;
  /** False when sudo refused to run it. */
  readonly allowed?: boolean;
}

const ENTRY = /^ {0,20}([^\s:]{1,64}) : (.{1,8000})$/s;
const PAM = /^pam_\w{1,30}\(sudo(?:-i)?:\w{1,20}\): .{1,300}$/;
const CONTINUED = /^ {0,20}[^\s:]{1,64} : \(command continued\) .{0,4000}$/;
const FIELD = /^(?:TTY|PWD|USER|GROUP|HOST|TSID|CHROOT|ENV|RUNCHROOT|RUNCWD|CWD|EXIT|SIGNAL)=/;

export const sudo = defineParser<SudoRow>({
  name: 'sudo',
  about: 'commands run through sudo: journal, /var/log/auth.log, /var/log/secure',
  adds: 'that a person killed, stopped or restarted the service, and who',
  docs: 'https://www.sudo.ws/docs/man/sudoers.man/#EVENT_LOGGING',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['COMMAND='],
  samples: [
    {
      line: '  deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl restart haproxy',
      from: 'sudo 1.9.13',
      keys: { service: 'sudo' },
      reads: { user: 'deploy', target: 'root', command: '/usr/bin/systemctl restart haproxy', allowed: true },
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { unit: 'haproxy.service', service: 'haproxy' } },
    },
    {
      line: '    root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/bin/kill -9 4242',
      from: 'sudo 1.9.13',
      reads: { user: 'root' },
      gives: { kind: 'stop-requested', how: 'admin-kill', keys: { pid: 4242, pidSpace: 'host' } },
    },
    {
      line: '   alice : TTY=pts/1 ; PWD=/home/alice ; USER=root ; ENV=A=1 B=2 ; COMMAND=/usr/bin/pkill -f node',
      from: 'sudo 1.9.13, with an environment',
      reads: { command: '/usr/bin/pkill -f node' },
      gives: { kind: 'stop-requested', how: 'admin-kill', keys: { service: 'node' } },
    },
    {
      line: '  deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl reload caddy',
      from: 'sudo 1.9.13',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'reload', proxy: 'Caddy' },
    },
    {
      line: '  deploy : PWD=/srv ; USER=root ; COMMAND=/usr/bin/docker compose up -d chat',
      from: 'sudo 1.9.13',
      reads: {},
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { service: 'chat' } },
    },
    {
      line: '     ops : PWD=/ ; USER=root ; COMMAND=/usr/sbin/reboot',
      from: 'sudo 1.9.13',
      reads: {},
      gives: { kind: 'stop-requested', how: 'host-shutdown' },
    },
    { line: '     ops : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/kill -0 4242', from: 'sudo 1.9.13', reads: {}, gives: 'noise' },
    {
      line: '     ops : PWD=/ ; USER=www-data ; COMMAND=/usr/bin/tail -f /var/log/syslog',
      from: 'sudo 1.9.13',
      reads: { target: 'www-data' },
      gives: 'noise',
    },
    {
      line: ' mallory : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/kill -9 1',
      from: 'sudoers manual of sudo 1.9',
      reads: { user: 'mallory', allowed: false },
      gives: 'noise',
    },
    {
      line: 'pam_unix(sudo:session): session opened for user root(uid=0) by (uid=0)',
      from: 'Linux-PAM 1.5',
      keys: { service: 'sudo' },
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['deploy : USER=root', 'service : COMMAND', 'COMMAND=/usr/bin/kill -9 1'],
  read(text, context) {
    if (PAM.test(text) || CONTINUED.test(text)) return { message: text };
    const [, user = '', rest = ''] = ENTRY.exec(text) ?? [];
    const at = rest.indexOf('COMMAND=');
    const fields = rest.slice(0, at).split(' ; ');
    if (at < 0 || !fields.some((field) => FIELD.test(field))) return context.keys.service === 'sudo' ? { message: text } : null;
    const target = fields.find((field) => field.startsWith('USER='))?.slice(5);
    // A refusal stands first, without a name: `3 incorrect password attempts ; TTY=…`.
    const allowed = FIELD.test(fields[0] ?? '');
    return { message: text, user, command: rest.slice(at + 8), allowed, ...(target && { target }) };
  },
  events: (row) => (row.allowed && row.command ? stopsBy(row.command) : undefined),
});
