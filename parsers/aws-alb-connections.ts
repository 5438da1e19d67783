/** Connection log of AWS Application Load Balancers: one line for each client connection at its start. */
import { isIp } from '../src/grammar/address.ts';
import { numeric, quotedFields, unset } from '../src/grammar/quoted.ts';
import { iso } from '../src/time.ts';
import { defineParser, type Row } from '../src/types.ts';

interface ConnectionRow extends Row {
  readonly clientIp: string;
  readonly clientPort: number;
}

const FIRST_FIELDS = 10;
const FAILED =
  '2024-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 - "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Failed:ClientCertUntrusted';

export const awsAlbConnections = defineParser<ConnectionRow>({
  name: 'aws-alb-connections',
  about: 'AWS Application Load Balancer connection log',
  adds: 'the client port and TLS of each connection (joins the access log by its TID); no event of its own, since it logs beginnings only',
  docs: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html',
  vantage: 'edge',
  habitat: 'own',
  needles: [],
  samples: [
    {
      line: FAILED,
      from: 'AWS documentation, failed mutual TLS',
      reads: { clientIp: '203.0.113.1', clientPort: 36_280, listenerPort: 443, termination: 'Failed:ClientCertUntrusted' },
      gives: 'noise',
    },
    {
      line: '2024-11-29T13:45:24.599544Z 2001:db8::7 58206 80 - - - "-" - - - TID_16132ed0b4112148',
      from: 'a plain listener, from the test data of the Elastic AWS integration, with IPv6',
      reads: { clientIp: '2001:db8::7', listenerPort: 80, connTraceId: 'TID_16132ed0b4112148' },
      gives: 'noise',
    },
  ],
  rejects: [FAILED.slice(0, 60), FAILED.replace('36280', '-'), FAILED.replace('203.0.113.1', 'client')],
  read(text) {
    const at = text[10] === 'T' ? iso(text.slice(0, Math.max(0, text.indexOf(' ')))) : undefined;
    const fields = at && quotedFields(text, 'hex');
    if (!at || !fields || fields.length < FIRST_FIELDS) return null;
    const [, clientIp = '', port, listener, tls, cipher, latency, subject, validity, serial, verified, trace] = fields;
    const clientPort = numeric(port);
    const listenerPort = numeric(listener);
    if (!isIp(clientIp) || clientPort === undefined || listenerPort === undefined) return null;
    const seconds = numeric(latency);
    return {
      at,
      clientIp,
      clientPort,
      listenerPort,
      sslProtocol: unset(tls),
      sslCipher: unset(cipher),
      tlsHandshakeMs: seconds === undefined ? undefined : seconds * 1000,
      leafClientCertSubject: unset(subject),
      leafClientCertValidity: unset(validity),
      leafClientCertSerialNumber: unset(serial),
      termination: unset(verified),
      connTraceId: unset(trace),
    };
  },
  events: () => undefined,
});
