/** BIG-IP of F5, /var/log/ltm: why the traffic manager reset a connection, which it says when `tm.rstcause.log` is enabled. */
import { endpoint } from '../src/grammar/address.ts';
import { type Draft, defineParser, type Endpoint, type ProxyFault, type Row } from '../src/types.ts';

interface ResetRow extends Row {
  readonly from: string;
  readonly to: string;
  /** The traffic manager's own words. */
  readonly termination: string;
}

const RESET =
  /^(?:(?:err|warning|notice|info) tmm\d{0,3}\[\d{1,7}\]: )?01230140:\d: RST sent from (\S{3,60}) to (\S{3,60}), \[0x[0-9a-f]{1,12}:\d{1,6}\] (\S.{0,300})$/;
/** Where a virtual server listens: a client's own port is above, so that such a sender answers a client. */
const WELL_KNOWN = 1024;

const FAULTS: readonly (readonly [RegExp, Pick<ProxyFault, 'fault' | 'phase'>])[] = [
  // The sweeper reaps what was idle for the idle-timeout of its TCP or FastL4 profile.
  [/^Flow expired \(sweeper\)/, { fault: 'idle-timeout', phase: 'tunnel' }],
  [/^No pool member available/, { fault: 'no-upstream', phase: 'connect' }],
  [/^(?:\{peer\} )?TCP retransmit timeout/, { fault: 'client-timeout', phase: 'tunnel' }],
];

export const f5Ltm = defineParser<ResetRow>({
  name: 'f5-ltm',
  about: 'F5 BIG-IP, /var/log/ltm with tm.rstcause.log: why it reset a connection',
  adds: 'that a BIG-IP cut an idle connection, with the address of its client or its server side',
  docs: 'https://my.f5.com/manage/s/article/K13223',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['RST sent from'],
  samples: [
    {
      line: '01230140:3: RST sent from 203.0.113.10:443 to 203.0.113.243:50872, [0xd6332d2:2240] Flow expired (sweeper) (idle timeout)',
      from: 'F5 knowledge base, K13223, towards a client',
      reads: { from: '203.0.113.10:443', to: '203.0.113.243:50872', termination: 'Flow expired (sweeper) (idle timeout)' },
      gives: { kind: 'proxy-fault', fault: 'idle-timeout', phase: 'tunnel', keys: { client: { ip: '203.0.113.243', port: 50872 } } },
    },
    {
      line: 'err tmm1[11456]: 01230140:3: RST sent from 10.20.0.250:59949 to 10.20.0.31:8080, [0x91e43e8:2240] Flow expired (sweeper)',
      from: 'F5 knowledge base, K13223, towards a pool member, whose client the BIG-IP is',
      reads: { to: '10.20.0.31:8080' },
      gives: {
        kind: 'proxy-fault',
        fault: 'idle-timeout',
        keys: { client: { ip: '10.20.0.250', port: 59949 }, upstream: { ip: '10.20.0.31', port: 8080 } },
      },
    },
    {
      line: '01230140:3: RST sent from 192.0.2.10:80 to 198.51.100.7:4431, [0x1a2b3c:1201] No pool member available',
      from: 'F5 knowledge base, K13223',
      reads: {},
      gives: { kind: 'proxy-fault', fault: 'no-upstream', phase: 'connect' },
    },
    {
      line: '01230140:3: RST sent from 192.0.2.10:80 to 198.51.100.7:4431, [0x1a2b3c:1201] No flow found for ACK',
      from: 'F5 knowledge base, K13223',
      reads: { termination: 'No flow found for ACK' },
      gives: 'noise',
    },
  ],
  rejects: [
    '01230140:3: RST sent from 192.0.2.10:80',
    'RST sent from 192.0.2.10:80 to 198.51.100.7:4431, [0x1:1] x',
    '01010029:5: Clock advanced by 50 ticks',
  ],
  read(text) {
    const [whole, from = '', to = '', termination = ''] = text.length > 2000 ? [] : (RESET.exec(text) ?? []);
    return whole === undefined ? null : { from, to, termination };
  },
  events(row): Draft | undefined {
    const fault = FAULTS.find(([pattern]) => pattern.test(row.termination))?.[1];
    const [from, to]: readonly (Endpoint | undefined)[] = [endpoint(row.from), endpoint(row.to)];
    if (!fault || !from || !to) return undefined;
    const keys = (from.port ?? 0) < WELL_KNOWN ? { client: to } : { client: from, upstream: to };
    return { kind: 'proxy-fault', ...fault, keys };
  },
});
