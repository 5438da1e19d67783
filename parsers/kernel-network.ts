/** What the kernel and its drivers say of links, network cards, connection tracking and TCP. */
import { isVirtual } from '../src/grammar/interfaces.ts';
import { type Draft, defineParser, type EventOf, type Row } from '../src/types.ts';

type Fault = EventOf<'network-fault'>['fault'];

interface NetworkRow extends Row {
  readonly message: string;
  readonly fault?: Fault;
  readonly interface?: string;
  /** The log lost lines here. */
  readonly suppressed?: number;
}

/** `e1000e 0000:00:1f.6 eth0: NIC Link is Down`, `igb: eth0 NIC Link is Down`, `tg3 …: Link is down`, `mlx5_core …: Link down`. */
const LINK = /^(.{0,120}?)(?:NIC )?[Ll]ink (?:is )?(down|up)\b(?:[ ,.-].{0,200})?$/i;
const ADDRCONF = /^(?:IPv6: )?ADDRCONF\(NETDEV_(?:UP|CHANGE)\): (\S{1,32}): link (becomes|is not) ready$/;
const BOND_DOWN =
  /^(\S{1,32}): (?:\(slave (\S{1,32})\): )?link status (?:definitely |up |down )?(down|up)(?: for (?:active )?interface ([^\s,]{1,32}))?,? .{0,200}$/;
const BRIDGE_PORT = /^(\S{1,32}): port \d{1,5}\((\S{1,32})\) entered (disabled|forwarding|blocking|learning|listening) state$/;
const PROMISCUOUS = /^(?:device )?(\S{1,32}):? (?:left|entered) (?:promiscuous|allmulticast) mode$/;
const RENAMED = /^(?:.{1,80} )?(\S{1,32}): renamed from (\S{1,32})(?: .{1,80})?$/;
const TRANSMIT =
  /^(?:.{0,100} )?(?:NETDEV WATCHDOG: )(?:(\S{1,32}) \([\w-]{1,32}\): |CPU: \d{1,5}: )transmit queue \d{1,5} timed out(?: \d{1,9} ms)?$/;
const RESET =
  /^(.{1,120}?)(?:Reset adapter(?: unexpectedly)?|Resetting(?: adapter)?\.{0,3}|initiating reset due to .{1,60}|Trigger reset is on|Device reset completed successfully.{0,60}|Keep alive watchdog timeout\.|Detected (?:Hardware Unit Hang|Tx Unit Hang)(?:[: ].{0,300})?|tx hang(?: \d{1,5} detected on queue \d{1,5}, resetting adapter)?|Data path switched (?:from|to) VF: .{1,40}|Firmware reset.{0,100}|reset_task.{0,100})$/is;
const CONNTRACK = /^(?:nf_conntrack: )?(?:nf_conntrack|ip_conntrack): (?:expectation )?table full, dropping packet\.?$/;
const TCP_MEMORY = /^(?:TCP: )?(?:TCP: )?(?:out of memory -- consider tuning tcp_mem|too many (?:of )?orphaned sockets(?:, .{1,80})?)$/i;
const SYN_FLOOD =
  /^(?:TCP: )?(?:\w{1,40}: )?possible SYN flooding on port (?:(?:\[?[\da-fA-F:.]{1,45}\]?):)?\d{1,5}\. (?:Sending cookies|Dropping request)\.(?: {1,2}Check SNMP counters\.)?$/i;
const NEIGHBOUR = /^(?:neighbour: )?(?:\w{1,20}: )?[Nn]eighbou?r table overflow[!.]?$/;
const SUSPEND = /^PM: suspend (?:entry|exit)(?: \([\w-]{1,20}\))?$/;
const SUPPRESSED =
  /^(?:net_ratelimit: (\d{1,9}) callbacks suppressed|(?:\w{1,60}: )(\d{1,9}) callbacks suppressed|printk: (\d{1,9}) messages suppressed\.?)$/;

const PCI = /^(?:[\da-f]{4}:)?[\da-f]{2}:[\da-f]{2}\.\d$/i;
const INTERFACE = /^[a-z][\w.@-]{1,31}$/;
const USUAL = /^(?:eth\d|en[opsx]\w|em\d|p\d+p\d|wl\w|ww\w|ib\d|bond|team|usb\d)/;
/** Links that are no network's: disks and slots. */
const OTHER_LINK = /SATA|pciehp|PCIe|Slot\(/i;

export const kernelNetwork = defineParser<NetworkRow>({
  name: 'kernel-network',
  about: 'link changes, resets of network cards, full tables, TCP memory and SYN floods in the kernel log',
  adds: 'that the host itself lost its network or dropped packets, by interface',
  docs: 'https://docs.kernel.org/networking/index.html',
  vantage: 'kernel',
  habitat: 'mixed',
  needles: [
    'link is down',
    'link is up',
    'link down',
    'link up',
    'link becomes ready',
    'link status ',
    'transmit queue',
    'Reset adapter',
    'Resetting',
    'initiating reset',
    'Trigger reset',
    'Device reset completed',
    'Keep alive watchdog',
    'Unit Hang',
    'tx hang',
    'Data path switched',
    'Firmware reset',
    'table full, dropping',
    'consider tuning tcp_mem',
    'orphaned sockets',
    'SYN flooding',
    'table overflow',
    'PM: suspend',
    'callbacks suppressed',
    'messages suppressed',
    ') entered disabled state',
    ') entered forwarding state',
  ],
  samples: [
    ...(
      [
        ['e1000e 0000:00:02.0 ens2: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx', 'link-up', 'ens2', 'e1000e of Linux 6.1'],
        ['e1000: ens2 NIC Link is Down', 'link-down', 'ens2', 'e1000 of Linux 6.1'],
        ['r8169 0000:02:00.0 eth0: Link is Down', 'link-down', 'eth0', 'r8169 of Linux 5.10'],
        ['tg3 0000:02:00.0 eth0: Link is down', 'link-down', 'eth0', 'tg3 of Linux 5.10'],
        [
          'igb 0000:01:00.0 eno1: igb: eno1 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX/TX',
          'link-up',
          'eno1',
          'igb of Linux 5.4',
        ],
        ['mlx5_core 0000:3b:00.0 ens1f0: Link down', 'link-down', 'ens1f0', 'mlx5_core of Linux 5.15'],
        ['IPv6: ADDRCONF(NETDEV_CHANGE): ens3: link becomes ready', 'link-up', 'ens3', 'Linux 6.1'],
        ['bond0: (slave eth0): link status definitely down, disabling slave', 'link-down', 'eth0', 'drivers/net/bonding of Linux 5.10'],
        ['bond0: link status definitely down for interface eth0, disabling it', 'link-down', 'eth0', 'drivers/net/bonding of Linux 4.19'],
        ['br0: port 1(eth0) entered disabled state', 'link-down', 'eth0', 'Linux 6.1'],
        ['NETDEV WATCHDOG: eth0 (ena): transmit queue 3 timed out', 'transmit-timeout', 'eth0', 'net/sched/sch_generic.c of Linux 5.15'],
        ['ena 0000:00:05.0 eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 3 timed out 5120 ms', 'transmit-timeout', 'eth0', 'Linux 6.8'],
        ['e1000 0000:00:02.0 ens2: Reset adapter', 'nic-reset', 'ens2', 'e1000 of Linux 6.1'],
        ['ena 0000:00:05.0: Trigger reset is on', 'nic-reset', undefined, 'ena 2.8'],
        ['e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\n  TDH                  <0>', 'nic-reset', 'eno1', 'e1000e of Linux 5.15'],
        ['nf_conntrack: nf_conntrack: table full, dropping packet', 'conntrack-full', undefined, 'Linux 5.10'],
        ['nf_conntrack: table full, dropping packet.', 'conntrack-full', undefined, 'Linux 2.6.32'],
        ['TCP: out of memory -- consider tuning tcp_mem', 'tcp-memory', undefined, 'net/ipv4/tcp.c of Linux 6.1'],
        [
          'TCP: request_sock_TCP: Possible SYN flooding on port 8080. Sending cookies.  Check SNMP counters.',
          'syn-flood',
          undefined,
          'Linux 5.4',
        ],
        ['TCP: request_sock_TCP: Possible SYN flooding on port [::]:20002. Sending cookies.', 'syn-flood', undefined, 'Linux 6.5'],
        ['neighbour: arp_cache: neighbor table overflow!', 'neighbour-overflow', undefined, 'Linux 5.10'],
        ['PM: suspend entry (deep)', 'suspend', undefined, 'Linux 6.1'],
      ] as const
    ).map(([line, fault, name, from]) => ({
      line,
      from,
      keys: { service: 'kernel' },
      reads: { fault, ...(name && { interface: name }) },
      gives: { kind: 'network-fault' as const, fault, ...(name && { interface: name }) },
    })),
    {
      line: 'net_ratelimit: 42 callbacks suppressed',
      from: 'Linux 6.1',
      keys: { service: 'kernel' },
      reads: { suppressed: 42 },
      gives: { kind: 'log-gap', gap: 'suppressed' },
    },
    ...[
      'docker0: port 2(veth1a2b3c) entered disabled state',
      'vmbr0: port 5(fwpr105p0) entered disabled state',
      'IPv6: ADDRCONF(NETDEV_CHANGE): cali0123456789a: link becomes ready',
      'IPv6: ADDRCONF(NETDEV_UP): eth0: link is not ready',
      'device veth1a2b3c left promiscuous mode',
      'eth0: renamed from veth1a2b3c',
      'ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)',
    ].map((line) => ({ line, from: 'Linux 5.4 with Docker', keys: { service: 'kernel' }, reads: {}, gives: 'noise' as const })),
  ],
  rejects: ['e1000: ens2 NIC Link is Down', 'the link is down', 'TCP: out of memory', 'websocket link down'],
  read(text, context) {
    // Such short texts are the kernel's only when their carrier says so.
    return context.keys.service === 'kernel' ? readKernel(text) : null;
  },
  events(row): Draft | undefined {
    if (row.suppressed !== undefined) return { kind: 'log-gap', gap: 'suppressed' };
    if (row.fault === undefined || isVirtual(row.interface)) return undefined;
    return { kind: 'network-fault', fault: row.fault, ...(row.interface && { interface: row.interface }) };
  },
});

function readKernel(text: string): NetworkRow | null {
  const faulty = (fault: Fault, name?: string): NetworkRow => ({ message: text, fault, ...(name && { interface: name }) });
  const ready = ADDRCONF.exec(text);
  if (ready) return ready[2] === 'becomes' ? faulty('link-up', ready[1]) : { message: text, ...(ready[1] && { interface: ready[1] }) };
  const bond = BOND_DOWN.exec(text);
  if (bond) return faulty(bond[3] === 'down' ? 'link-down' : 'link-up', bond[2] ?? bond[4] ?? bond[1]);
  const port = BRIDGE_PORT.exec(text);
  if (port) return portRow(port);
  const link = LINK.exec(text);
  if (link && OTHER_LINK.test(text)) return { message: text };
  if (link) return faulty(link[2]?.toLowerCase() === 'down' ? 'link-down' : 'link-up', interfaceIn(link[1] ?? ''));
  const transmit = TRANSMIT.exec(text);
  if (transmit) return faulty('transmit-timeout', transmit[1] ?? interfaceIn(text.slice(0, text.indexOf('NETDEV WATCHDOG'))));
  const reset = RESET.exec(text);
  if (reset) return faulty('nic-reset', interfaceIn(reset[1] ?? ''));
  const suppressed = SUPPRESSED.exec(text);
  if (suppressed) return { message: text, suppressed: Number(suppressed[1] ?? suppressed[2] ?? suppressed[3]) };
  const fault = TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  if (fault) return faulty(fault);
  const name = (PROMISCUOUS.exec(text) ?? RENAMED.exec(text))?.[1];
  return name === undefined ? null : { message: text, interface: name };
}

const TEXTS: readonly (readonly [RegExp, Fault])[] = [
  [CONNTRACK, 'conntrack-full'],
  [TCP_MEMORY, 'tcp-memory'],
  [SYN_FLOOD, 'syn-flood'],
  [NEIGHBOUR, 'neighbour-overflow'],
  [SUSPEND, 'suspend'],
];

/** A port in a bridge of containers serves one container, which its runtime reports itself. */
function portRow([message, , name = '', state]: RegExpExecArray): NetworkRow {
  const fault = state === 'disabled' ? 'link-down' : state === 'forwarding' ? 'link-up' : undefined;
  return { message, interface: name, ...(fault && { fault }) };
}

/** The interface in what a driver puts before its text: `e1000e 0000:00:1f.6 eth0: `, `e1000: ens2 `; undefined when only the card is named. */
function interfaceIn(prefix: string): string | undefined {
  const words = prefix
    .split(' ')
    .map((word) => word.replace(/:$/, ''))
    .filter((word) => word !== '' && !PCI.test(word));
  const last = words.at(-1) ?? '';
  // A word alone may be the driver's name.
  return INTERFACE.test(last) && (words.length > 1 || USUAL.test(last)) ? last : undefined;
}
