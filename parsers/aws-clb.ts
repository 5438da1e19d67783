/** Access log of AWS Classic Load Balancers, HTTP and TCP listeners. */
import { type AccessRow, roundMs } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { numeric, quotedFields, requestLine, unset } from '../src/grammar/quoted.ts';
import { urlParts } from '../src/grammar/url.ts';
import { iso } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

/** `at` is when the request (TCP: the connection) arrived. */
interface ClbRow extends AccessRow {
  readonly elb: string;
}

const FIRST_FIELDS = 12;
const ADDRESS = /^(?:-|[0-9A-Fa-f.:[\]]{2,64}:\d{1,5})$/;
const SECONDS = /^(?:-1|-|\d{1,9}(?:\.\d{1,9})?)$/;
const STATUS = /^(?:-|\d{1,3})$/;

const HTTP =
  '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -';

export const awsClb = defineParser<ClbRow>({
  name: 'aws-clb',
  about: 'AWS Classic Load Balancer access log',
  adds: 'who connected to which instance; no event of its own: HTTP listeners do not carry WebSockets, TCP listeners do not log the life',
  docs: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html',
  vantage: 'edge',
  habitat: 'own',
  needles: [],
  samples: [
    {
      line: HTTP,
      from: 'AWS documentation, HTTP listener',
      reads: { status: 200, upstreamStatus: 200, method: 'GET', path: '/', host: 'www.example.com', durationMs: 1.178, bytesSent: 29 },
      gives: 'noise',
    },
    {
      line: '2019-10-17T13:22:51.758784Z filebeat-aws-elb-test-elb 77.227.156.41:51600 10.0.0.47:80 0.000943 0.00001 0.000015 - - 134 859 "- - - " "-" - -',
      from: 'a TCP listener of 2019, from the test data of Filebeat',
      reads: { clientIp: '77.227.156.41', upstream: '10.0.0.47:80', bytesReceived: 134, bytesSent: 859 },
      gives: 'noise',
    },
    {
      line: '2014-02-15T23:39:43.945958Z my-test-loadbalancer 192.168.131.39:2817 - -1 -1 -1 503 0 0 0 "GET http://www.example.com:80/ HTTP/1.1"',
      from: 'AWS documentation, 2014 text, before user agent and TLS were logged',
      reads: { status: 503, bytesSent: 0 },
      gives: 'noise',
    },
  ],
  rejects: [
    HTTP.slice(0, 110),
    HTTP.replace('2015-05-13T23', '2015-05-13T25'),
    HTTP.replace('0.000073', 'fast'),
    '2024-11-29T13:45:24.599544Z 172.31.43.26 58206 80 - - - "-" - - - TID_16132ed0b4112148',
  ],
  read(text) {
    const at = text[10] === 'T' ? iso(text.slice(0, Math.max(0, text.indexOf(' ')))) : undefined;
    if (!at) return null;
    const fields = quotedFields(text, text.includes('\\"') ? 'backslash' : 'hex');
    if (!fields || fields.length < FIRST_FIELDS || fields.length > FIRST_FIELDS + 4) return null;
    const [, elb = '', client = '', backend = '', requestTime = '', backendTime = '', responseTime = '', status = '', backendStatus = ''] =
      fields;
    const [received = '', sent = '', request, userAgent, cipher, protocol] = fields.slice(9);
    const times = [requestTime, backendTime, responseTime];
    if (
      !/^[\w-]{1,64}$/.test(elb) ||
      !ADDRESS.test(client) ||
      client === '-' ||
      !ADDRESS.test(backend) ||
      !times.every((time) => SECONDS.test(time))
    )
      return null;
    if (!STATUS.test(status) || !STATUS.test(backendStatus) || numeric(received) === undefined || numeric(sent) === undefined) return null;
    const line = requestLine(request);
    const url = urlParts(line.path);
    const from = endpoint(client);
    return {
      at,
      elb,
      clientIp: from?.ip,
      clientPort: from?.port,
      upstream: addressText(endpoint(backend)),
      durationMs: times.some((time) => time.startsWith('-'))
        ? undefined
        : roundMs(times.reduce((sum, time) => sum + Number(time) * 1000, 0)),
      status: numeric(status),
      upstreamStatus: numeric(backendStatus),
      bytesReceived: numeric(received),
      bytesSent: numeric(sent),
      method: line.method,
      path: url.path,
      protocol: line.protocol,
      host: url.host,
      userAgent: unset(userAgent),
      sslCipher: unset(cipher),
      sslProtocol: unset(protocol),
    };
  },
  events: () => undefined,
});
