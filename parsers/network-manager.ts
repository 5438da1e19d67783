/** NetworkManager, systemd-networkd and DHCP clients: links and leases of the host. */
import { isVirtual } from '../src/grammar/interfaces.ts';
import { defineParser, type EventOf, type Row } from '../src/types.ts';

interface LinkRow extends Row {
  readonly message: string;
  readonly interface?: string;
  readonly fault?: EventOf<'network-fault'>['fault'];
}

const DAEMON =
  /^(?:NetworkManager|nm-dispatcher|systemd-networkd|dhclient|dhcpcd|dhcpcd5|ifplugd|netplugd|connmand|systemd-logind|systemd-sleep)$/;
/** `<info>  [1693762107.3532] ` of NetworkManager; older versions without the time. */
const LEVEL = /^<[a-z]{4,5}> {1,2}(?:\[\d{1,12}\.\d{1,9}\] )?/;
const NAME = String.raw`\(?([a-z][\w.@-]{1,31})\)?`;
const LOST = new RegExp(
  `^(?:device )?${NAME}:? (?:Lost carrier|Link DOWN|carrier lost|carrier: link disconnected.{0,60}|link disconnected.{0,60}|carrier now OFF.{0,80}|DHCP lease lost|(?:device )?state change: activated -> (?:unavailable|failed|disconnected|unmanaged).{0,160})$`,
);
const GAINED = new RegExp(
  `^(?:device )?${NAME}:? (?:Gained carrier|Link UP|carrier acquired|carrier: link connected|link connected|carrier now ON.{0,80}|(?:device )?state change: .{1,40} -> activated.{0,160}|Activation: successful, device activated\\.)$`,
);
const OTHER = new RegExp(
  `^(?:(?:device |dhcp[46] )?${NAME}:? .{1,400}|DHCP(?:REQUEST|ACK|DISCOVER|OFFER|NAK|RELEASE|DECLINE)\\b.{1,200}|bound to \\S{1,45} -- renewal in \\d{1,9} seconds\\.|(?:manager|policy|audit|dns-mgr|dhcp4|dhcp6|settings|modem-manager|rfkill\\w*|agent-manager|connectivity): .{1,400})$`,
);
const ASLEEP =
  /^(?:The system will suspend now!|Suspending\.\.\.|Entering sleep state '.{1,40}'\.{3}|System returned from sleep.{0,60}|Operation 'suspend' finished\.)$/;

export const networkManager = defineParser<LinkRow>({
  name: 'network-manager',
  about: 'NetworkManager, systemd-networkd, dhclient and dhcpcd when a link or a lease is lost; suspend',
  adds: 'that the host’s own link went down or that it slept, by interface',
  docs: 'https://networkmanager.dev/docs/api/latest/NetworkManager.conf.html',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    'Lost carrier',
    'Gained carrier',
    'Link DOWN',
    'Link UP',
    'carrier lost',
    'carrier acquired',
    'link disconnected',
    'link connected',
    'carrier now O',
    'DHCP lease lost',
    'state change: ',
    'device activated.',
    'system will suspend',
    'Suspending...',
    'Entering sleep state',
    'returned from sleep',
  ],
  samples: [
    ...(
      [
        ['ens2: Lost carrier', 'systemd-networkd', 'link-down', 'ens2', 'systemd-networkd 252'],
        ['ens2: Gained carrier', 'systemd-networkd', 'link-up', 'ens2', 'systemd-networkd 252'],
        ['eth0: DHCP lease lost', 'systemd-networkd', 'link-down', 'eth0', 'src/network/networkd-dhcp4.c of systemd 252'],
        [
          '<info>  [1795000000.1234] device (eth0): carrier: link disconnected',
          'NetworkManager',
          'link-down',
          'eth0',
          'NetworkManager 1.42',
        ],
        [
          "<info>  [1693762107.3532] device (enp6s0): state change: activated -> unavailable (reason 'carrier-changed', sys-iface-state: 'managed')",
          'NetworkManager',
          'link-down',
          'enp6s0',
          'NetworkManager 1.40',
        ],
        [
          '<info> (eth0): carrier now OFF (device state 100, deferring action for 4 seconds)',
          'NetworkManager',
          'link-down',
          'eth0',
          'NetworkManager 0.9',
        ],
        [
          "<info> (eth0): device state change: activated -> unavailable (reason 'carrier-changed') [100 20 40]",
          'NetworkManager',
          'link-down',
          'eth0',
          'NetworkManager 0.9',
        ],
        [
          '<info>  [1693762103.3556] device (enp6s0): Activation: successful, device activated.',
          'NetworkManager',
          'link-up',
          'enp6s0',
          'NetworkManager 1.40',
        ],
        ['eth0: carrier lost', 'dhcpcd', 'link-down', 'eth0', 'dhcpcd 9.4'],
      ] as const
    ).map(([line, service, fault, name, from]) => ({
      line,
      from,
      keys: { service },
      reads: { fault, interface: name },
      gives: { kind: 'network-fault' as const, fault, interface: name },
    })),
    {
      line: 'The system will suspend now!',
      from: 'systemd-logind 252',
      keys: { service: 'systemd-logind' },
      reads: { fault: 'suspend' },
      gives: { kind: 'network-fault', fault: 'suspend' },
    },
    { line: 'veth1a2b3c: Lost carrier', from: 'systemd-networkd 245', keys: { service: 'systemd-networkd' }, reads: {}, gives: 'noise' },
    {
      line: 'DHCPACK of 10.0.0.5 from 10.0.0.1 (xid=0x5f3c)',
      from: 'dhclient 4.4',
      keys: { service: 'dhclient' },
      reads: {},
      gives: 'noise',
    },
    {
      line: '<info>  [1693762107.3600] dhcp4 (enp6s0): canceled DHCP transaction, DHCP client pid 3763',
      from: 'NetworkManager 1.40',
      keys: { service: 'NetworkManager' },
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['ens2: Lost carrier', 'device (eth0): carrier: link disconnected'],
  read(text, { keys }) {
    if (keys.service === undefined || !DAEMON.test(keys.service)) return null;
    const says = text.replace(LEVEL, '');
    if (ASLEEP.test(says)) return { message: text, fault: 'suspend' };
    const lost = LOST.exec(says)?.[1];
    if (lost !== undefined) return { message: text, fault: 'link-down', interface: lost };
    const gained = GAINED.exec(says)?.[1];
    if (gained !== undefined) return { message: text, fault: 'link-up', interface: gained };
    // logind and sleep speak of much else, which others read.
    const isOther = !keys.service.startsWith('systemd-') || keys.service === 'systemd-networkd' ? OTHER.test(says) : false;
    return isOther ? { message: text } : null;
  },
  events(row) {
    if (row.fault === undefined || isVirtual(row.interface)) return undefined;
    return { kind: 'network-fault', fault: row.fault, ...(row.interface && { interface: row.interface }) };
  },
});
