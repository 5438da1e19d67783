/** What sshd logs of logins: who was on the host when something was stopped by hand. */
import { defineParser, type Row } from '../src/types.ts';

interface SshdRow extends Row {
  readonly message: string;
  readonly user?: string;
  readonly clientIp?: string;
  readonly clientPort?: number;
}

const LOGIN =
  /^(?:Accepted|Failed|Postponed|Partial) [\w/-]{1,40} for (?:invalid user )?(\S{1,64}) from ([\da-fA-F:.%\w]{2,60}) port (\d{1,5})(?: ssh2?)?(?:: .{1,300}| \[preauth\])?$/;
const LEAVE =
  /^(?:Disconnected from|Connection closed by|Connection reset by|Received disconnect from|Connection from|Invalid user \S{0,64} from) (?:(?:authenticating |invalid )?user (\S{1,64}) )?([\da-fA-F:.]{2,45}) port (\d{1,5})(?:[: ].{0,200})?$/;
const PAM = /^pam_\w{1,30}\(sshd:\w{1,20}\): .{1,300}$/;

export const sshd = defineParser<SshdRow>({
  name: 'sshd',
  about: 'logins over SSH: journal, /var/log/auth.log, /var/log/secure',
  adds: 'nothing by itself: its lines are known not to be of interest',
  docs: 'https://man.openbsd.org/sshd.8',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [],
  samples: [
    {
      line: 'Accepted publickey for deploy from 203.0.113.9 port 44112 ssh2: ED25519 SHA256:q1MNprwBwuKuNfTYTBspClNCNfNzVG/xBqKNSDNDzpo',
      from: 'OpenSSH 9.2',
      keys: { service: 'sshd' },
      reads: { user: 'deploy', clientIp: '203.0.113.9', clientPort: 44112 },
      gives: 'noise',
    },
    {
      line: 'Received disconnect from 2001:db8::7 port 44112:11: disconnected by user',
      from: 'OpenSSH 9.2',
      keys: { service: 'sshd' },
      reads: { clientIp: '2001:db8::7' },
      gives: 'noise',
    },
    {
      line: 'Disconnected from user deploy 203.0.113.9 port 44112',
      from: 'OpenSSH 9.2',
      keys: { service: 'sshd-session' },
      reads: { user: 'deploy' },
      gives: 'noise',
    },
    { line: 'pam_unix(sshd:session): session closed for user deploy', from: 'Linux-PAM 1.5', reads: {}, gives: 'noise' },
  ],
  rejects: ['Accepted publickey for deploy', 'Disconnected from user deploy 203.0.113.9 port 44112'],
  read(text, context) {
    if (PAM.test(text)) return { message: text };
    const found = /^sshd(?:-session|-auth)?$/.test(context.keys.service ?? '') ? (LOGIN.exec(text) ?? LEAVE.exec(text)) : null;
    if (!found) return null;
    const [, user, clientIp = '', port] = found;
    return { message: text, clientIp, clientPort: Number(port), ...(user && { user }) };
  },
  events: () => undefined,
});
