/** TLS access log of AWS Network Load Balancers, format versions 1.0 and 2.0. */
import { type AccessRow, roundMs } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { numeric, quotedFields, unset } from '../src/grammar/quoted.ts';
import { isoAt, stamp } from '../src/time.ts';
import { defineParser, type Stamp } from '../src/types.ts';

/** `at` is the end of the TLS connection. */
interface NlbRow extends AccessRow {
  readonly version: string;
  /** When the connection was accepted; only newer lines have it. */
  readonly connectionCreationTime?: Stamp | undefined;
}

const FIRST_FIELDS = 16;
const ADDRESS = /^(?:-|[0-9A-Fa-f.:[\]]{2,64}:\d{1,5})$/;
const COUNT = /^(?:-|\d{1,19})$/;

/** Written without a zone, always UTC. */
function utc(text: string | undefined): Stamp | undefined {
  const found = isoAt(text ?? '');
  return found && found.end === text?.length ? stamp(found.stamp.ms, found.stamp.widthMs) : undefined;
}

const DOCUMENTED =
  'tls 2.0 2020-04-01T08:51:42 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99 - ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com h2 h2 "h2","http/1.1" 2020-04-01T08:51:20';

export const awsNlb = defineParser<NlbRow>({
  name: 'aws-nlb',
  about: 'AWS Network Load Balancer access log (TLS listeners only)',
  adds: 'when each TLS connection began and ended; no event of its own, since the log does not say which of them are WebSockets',
  docs: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html',
  vantage: 'edge',
  habitat: 'own',
  needles: [],
  samples: [
    {
      line: DOCUMENTED,
      from: 'AWS documentation, TLS listener with an ALPN policy',
      reads: {
        version: '2.0',
        durationMs: 5,
        clientIp: '72.21.218.154',
        clientPort: 51_341,
        upstream: '172.100.100.185:443',
        bytesReceived: 98,
        bytesSent: 246,
        at: { ms: Date.UTC(2020, 3, 1, 8, 51, 42), widthMs: 1000, basis: 'utc' },
      },
      gives: 'noise',
    },
    {
      line: 'tls 1.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 89.160.20.112:51341 172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99 - ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com',
      from: 'version 1.0, from the test data of Filebeat',
      reads: { version: '1.0', domainName: 'my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com' },
      gives: 'noise',
    },
    {
      line: 'tls 2.0 2024-10-25T17:33:59 net/prod/c88927aafc9abafe 52878890095341b5 [2001:db8::1]:2817 - 0 - 0 0 - - - - - - - - - - 2024-10-25T17:33:59',
      from: 'a TLS handshake that failed, from the test data of the Elastic AWS integration, with IPv6',
      reads: { clientIp: '2001:db8::1', durationMs: 0, bytesSent: 0 },
      gives: 'noise',
    },
  ],
  rejects: [DOCUMENTED.slice(0, 120), DOCUMENTED.replace(' 5 2 ', ' five 2 '), DOCUMENTED.replace('tls 2.0', 'tls two')],
  read(text) {
    if (!text.startsWith('tls ')) return null;
    const fields = quotedFields(text, text.includes('\\"') ? 'backslash' : 'hex');
    if (!fields || fields.length < FIRST_FIELDS) return null;
    const [, version = '', time, elb = '', listener, client = '', target = '', life = '', handshake = '', received = '', sent = ''] =
      fields;
    const [alert, certificate, , cipher, protocol, , domain, alpnFrontEnd, alpnBackEnd] = fields.slice(11);
    const at = utc(time);
    if (!at || !/^\d\.\d$/.test(version) || !elb.includes('/') || !ADDRESS.test(client) || !ADDRESS.test(target)) return null;
    if (![life, handshake, received, sent].every((value) => COUNT.test(value))) return null;
    const from = endpoint(client);
    return {
      at,
      version,
      elb,
      listener,
      clientIp: from?.ip,
      clientPort: from?.port,
      upstream: addressText(endpoint(target)),
      durationMs: life === '-' ? undefined : roundMs(Number(life)),
      tlsHandshakeMs: numeric(handshake),
      bytesReceived: numeric(received),
      bytesSent: numeric(sent),
      termination: unset(alert),
      chosenCertArn: unset(certificate),
      sslCipher: unset(cipher),
      sslProtocol: unset(protocol),
      domainName: unset(domain),
      alpnFrontEnd: unset(alpnFrontEnd),
      alpnBackEnd: unset(alpnBackEnd),
      connectionCreationTime: fields.length > 20 ? utc(fields.at(-1)) : undefined,
    };
  },
  events: () => undefined,
});
