/** Access log of AWS Application Load Balancers, all generations from 18 fields (2016) to 34 (2026). */
import { type AccessRow, handshakeFailed, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint } from '../src/grammar/address.ts';
import { numeric, quotedFields, undoEscapes, unset } from '../src/grammar/quoted.ts';
import { urlParts } from '../src/grammar/url.ts';
import { iso } from '../src/time.ts';
import { defineParser, type Endpoint, type Stamp } from '../src/types.ts';

/** `at` is the end of a WebSocket; for HTTP it is when the response was generated. */
interface AlbRow extends AccessRow {
  readonly type: string;
  /** When the request was received; undefined before 2018. `durationMs` runs from here to `at`: the three processing times cover the handshake only. */
  readonly requestCreationTime?: Stamp | undefined;
}

const TYPE = /^[a-z][a-z0-9]{1,9}$/;
const OLDEST_FIELDS = 18;

/** `10.0.0.1:80`, `[2001:db8::1]:443`, and IPv6 without brackets, where the last group is the port. */
function hostPort(text: string): Endpoint | undefined {
  if (text.startsWith('[')) return endpoint(text);
  const colon = text.lastIndexOf(':');
  return colon < 0 ? endpoint(text) : endpoint(`[${text.slice(0, colon)}]:${text.slice(colon + 1)}`);
}
const ADDRESS = /^(?:-|[0-9A-Fa-f.:[\]]{2,64}:(?:\d{1,5}|-))$/;
const SECONDS = /^(?:-1|\d{1,9}(?:\.\d{1,9})?)$/;
const STATUS = /^(?:-|\d{1,3})$/;
const COUNT = /^(?:-|\d{1,19})$/;

/** `GET https://host:443/path HTTP/1.1`. The URI may hold blanks; each part may be `-`. */
function request(text: string): { readonly method?: string; readonly uri?: string; readonly protocol?: string } {
  const first = text.indexOf(' ');
  const last = text.lastIndexOf(' ');
  if (first < 0) return {};
  const method = unset(text.slice(0, first));
  const uri = unset(last > first ? text.slice(first + 1, last) : text.slice(first + 1));
  const protocol = last > first ? unset(text.slice(last + 1)) : undefined;
  return { ...(method && { method }), ...(uri && { uri }), ...(protocol && { protocol }) };
}

/** Seconds → ms without the noise of binary fractions; undefined for `-1` (the phase was not completed). */
const phaseMs = (seconds: string): number | undefined => (seconds.startsWith('-') ? undefined : roundMs(Number(seconds) * 1000));

/** The group's name in `arn:…:targetgroup/NAME/ID`. */
const targetGroupName = (arn: string | undefined): string | undefined => /:targetgroup\/([^/]{1,64})\//.exec(arn ?? '')?.[1];

const WSS =
  'wss 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.0.140:44244 10.0.0.171:8010 0.000 0.001 0.000 101 101 218 786 "GET https://10.0.0.30:443/ HTTP/1.1" "-" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.171:8010" "101" "-" "-"';
const OLD =
  'http 2016-08-10T22:08:42.945958Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354"';

export const awsAlb = defineParser<AlbRow>({
  name: 'aws-alb',
  about: 'AWS Application Load Balancer access log (5-minute files in S3)',
  adds: 'life, bytes and target of each WebSocket; it never says who closed',
  docs: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
  vantage: 'edge',
  habitat: 'own',
  needles: ['ws 20', 'wss 20'],
  samples: [
    {
      line: WSS,
      from: 'AWS documentation, access log entry for secured WebSockets, 2023 text',
      reads: {
        type: 'wss',
        status: 101,
        durationMs: 11_822.641,
        clientIp: '10.0.0.140',
        clientPort: 44_244,
        upstream: '10.0.0.171:8010',
        path: '/',
      },
      gives: {
        kind: 'tunnel-ended',
        status: 101,
        lifeMs: 11_822.641,
        bytesUp: 218,
        bytesDown: 786,
        keys: { client: { ip: '10.0.0.140', port: 44_244 }, upstream: { ip: '10.0.0.171', port: 8010 }, upstreamName: 'my-targets' },
      },
    },
    {
      line: 'wss 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.0.140:44244 10.0.0.171:8010 0.000 0.001 0.000 101 101 218 786 "GET https://10.0.0.30:443/ HTTP/1.1" "-" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-"1 2018-07-02T22:22:48.364000Z "forward" "-" "-"',
      from: 'AWS documentation, the same entry in the 2018 text, with its missing blank before the rule priority',
      reads: { durationMs: 11_822.641 },
      gives: { kind: 'tunnel-ended', lifeMs: 11_822.641 },
    },
    {
      line: 'ws 2027-01-01T00:00:01.000001Z app/prod/50dc6c495c0c9188 2001:db8:1:2:3:4:5:6:50599 fd6d::ed83:f46:80 0.001 0.003 0.000 101 101 218 587 "GET http://chat.example.com:80/ws?room=a b HTTP/1.1" "Mozilla/5.0 \\x22quoted\\x22" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/chat/73e2d6bc24d8a067 "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 1 2026-12-31T23:59:01.000000Z "waf,forward" "-" "-" "[fd6d::ed83:f46]:80" "101" "Acceptable" "SpaceInUri" TID_dc57cebed65b444ebc8177bb698fe166 "-" "-" "-" 10.0.3.4',
      from: 'AWS documentation, fields of 2026, made up with unbracketed IPv6 and year end',
      reads: {
        status: 101,
        durationMs: 60_000.001,
        clientIp: '2001:db8:1:2:3:4:5:6',
        clientPort: 50_599,
        upstream: '[fd6d::ed83:f46]:80',
        path: '/ws?room=a b',
        userAgent: 'Mozilla/5.0 "quoted"',
      },
      gives: { kind: 'tunnel-ended', lifeMs: 60_000.001 },
    },
    {
      line: 'http 2019-10-11T15:01:12.376735Z app/filebeat-aws-elb-test/c86a326e7dc14222 77.227.156.41:56398 10.0.0.192:80 -1 -1 -1 460 - 125 0 "GET http://filebeat-aws-elb-test-12030537.eu-central-1.elb.amazonaws.com:80/ HTTP/1.1" "curl/7.58.0" - - arn:aws:elasticloadbalancing:eu-central-1:627959692251:targetgroup/test-lb-instances/8f04c4fe71f5f794 "Root=1-5da09932-2c342a443bfb96249aa50ed7" "-" "-" 0 2019-10-11T15:01:06.657000Z "forward" "-" "-"',
      from: 'an ALB of 2019, from the test data of Filebeat',
      reads: { status: 460, durationMs: 5719.735, method: 'GET', bytesReceived: 125, bytesSent: 0 },
      gives: 'noise',
    },
    {
      line: 'http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - -1 -1 -1 400 - 0 0 "- http://www.example.com:80- -" "-" - - - "-" "-" "-" - 2018-11-30T22:22:48.364000Z "-" "-" "-" "-" "-" "-" "-" TID_dc57cebed65b444ebc8177bb698fe166',
      from: 'AWS documentation, a malformed request',
      reads: { status: 400, host: 'www.example.com' },
      gives: 'noise',
    },
    { line: OLD, from: 'AWS documentation, 2016 text', reads: { type: 'http', status: 200, upstreamDurationMs: 1 }, gives: 'noise' },
    {
      line: 'https 2021-03-16T20:20:00.135052Z app/awseb-AWSEB-1MVD8OW91UMOH/a32a5528b8fdaa6b 2601:6bbc:c529:9dad:6bbc:c529:9dad:6bbc:50599 fd6d:6bbc:c529:6::face:ed83:f46:80 0.001 0.052 0.000 200 200 589 2084 "POST https://test.domain.com:443/api/deposits/transactions:search?detailsLevel=FULL&offset=0&limit=50 HTTP/1.1" "User 1.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-1:755269215481:targetgroup/awseb-AWSEB-91MZX0WA1A0F/5a03cc723870f039 "Root=1-605112f0-31f367be4fd3da651daa4157" "some.domain.com" "arn:aws:acm:us-east-1:765229915481:certificate/d8450a8a-b4f6-4714-8535-17c625c36899" 0 2021-03-16T20:20:00.081000Z "waf,forward" "-" "-" "fd6d:6bbc:c529:27ff:b::dead:ed84:80" "200" "-" "-" TID_dc57cebed65b444ebc8177bb698fe166',
      from: 'test data of Vector 0.34, parse_aws_alb_log: IPv6 without brackets, a colon in the path',
      reads: {
        clientIp: '2601:6bbc:c529:9dad:6bbc:c529:9dad:6bbc',
        clientPort: 50_599,
        upstream: '[fd6d:6bbc:c529:6::face:ed83:f46]:80',
        durationMs: 54.052,
      },
      gives: 'noise',
    },
  ],
  rejects: [
    WSS.slice(0, 200),
    WSS.replace('218', 'x'),
    WSS.replace('HTTP/1.1"', 'HTTP/1.1 '),
    WSS.replace('2018-07-02T22:23:00', '2018-02-31T22:23:00'),
    'tls 2.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - - - - - - -',
  ],
  read(text) {
    if (!TYPE.test(text.slice(0, Math.max(0, text.indexOf(' '))))) return null;
    // Quotes arrive as \x22. Some forwarders write \" instead; such a line has its fields only under that reading.
    const fields = quotedFields(text, text.includes('\\"') ? 'backslash' : 'hex');
    if (!fields || fields.length < OLDEST_FIELDS) return null;
    const [type = '', time = '', elb = '', client = '', target = '', requestTime = '', targetTime = '', responseTime = ''] = fields;
    const [status = '', targetStatus = '', received = '', sent = '', requestLine = '', userAgent = '', cipher, tls, group, trace] =
      fields.slice(8);
    const [
      domain,
      certificate,
      priority,
      creation,
      actions,
      redirect,
      reason,
      targets,
      targetStatuses,
      classification,
      classificationReason,
      connection,
    ] = fields.slice(OLDEST_FIELDS);
    const at = iso(time);
    const start = creation === undefined ? undefined : iso(creation);
    if (!at || (creation !== undefined && !start) || !elb.includes('/')) return null;
    if (!ADDRESS.test(client) || !ADDRESS.test(target) || ![requestTime, targetTime, responseTime].every((value) => SECONDS.test(value)))
      return null;
    if (!STATUS.test(status) || !STATUS.test(targetStatus) || !COUNT.test(received) || !COUNT.test(sent)) return null;
    const { method, uri, protocol } = request(requestLine);
    const url = urlParts(uri);
    const from = hostPort(client);
    const agent = unset(userAgent);
    return {
      at,
      type,
      elb,
      requestCreationTime: start,
      durationMs: start && roundMs(at.ms - start.ms),
      clientIp: from?.ip,
      clientPort: from?.port,
      upstream: target === '-' ? undefined : addressText(hostPort(target)),
      upstreamName: targetGroupName(group),
      requestProcessingMs: phaseMs(requestTime),
      upstreamDurationMs: phaseMs(targetTime),
      responseProcessingMs: phaseMs(responseTime),
      status: numeric(status),
      upstreamStatus: numeric(targetStatus),
      bytesReceived: numeric(received),
      bytesSent: numeric(sent),
      method,
      path: url.path,
      protocol,
      host: url.host,
      userAgent: agent && undoEscapes(agent),
      sslCipher: unset(cipher),
      sslProtocol: unset(tls),
      targetGroupArn: unset(group),
      requestId: unset(trace),
      domainName: unset(domain),
      chosenCertArn: unset(certificate),
      matchedRulePriority: unset(priority),
      actionsExecuted: unset(actions),
      redirectUrl: unset(redirect),
      termination: unset(reason),
      targetPortList: unset(targets),
      targetStatusCodeList: unset(targetStatuses),
      classification: unset(classification),
      classificationReason: unset(classificationReason),
      connTraceId: unset(connection),
    };
  },
  events(row) {
    // A refused upgrade is logged as http, https or h2 and looks like any request.
    if (row.type !== 'ws' && row.type !== 'wss') return undefined;
    return row.status === 101 ? tunnelEnded(row) : handshakeFailed(row, `status ${row.status ?? 'not sent'}`);
  },
});
