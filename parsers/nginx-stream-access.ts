/** nginx's access log of `stream {}` in the layout of its documentation's example. */
import { type AccessRow, accessKeys, roundMs, tunnelEnded } from '../src/grammar/access.ts';
import { addressText, endpoint, isIp } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { clfAt } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

const LINE =
  /^([0-9A-Fa-f.:]{2,45}) \[([^\]]{20,30})\] (TCP|UDP) (\d{3}) (\d{1,19}) (\d{1,19}) (\d{1,9}\.\d{3})(?: "([^"]{0,300})"(?: "([\d, -]{0,200})" "([\d, -]{0,200})"(?: "([\d., -]{0,200})")?)?)?$/;

export const nginxStreamAccess = defineParser<AccessRow>({
  name: 'nginx-stream-access',
  about: 'nginx access log of stream {}, in the layout of its documentation',
  adds: 'end, life, bytes and upstream of each TCP connection that nginx passed on',
  docs: 'https://nginx.org/en/docs/stream/ngx_stream_log_module.html',
  vantage: 'proxy',
  habitat: 'own',
  needles: ['] TCP '],
  samples: [
    {
      line: '127.0.0.1 [26/Nov/2026:12:33:58 +0000] TCP 200 203 215 19.000 "127.0.0.1:21091"',
      from: 'nginx 1.22.1, log_format of the documentation without its last fields',
      reads: { clientIp: '127.0.0.1', durationMs: 19000, bytesSent: 203, bytesReceived: 215, upstream: '127.0.0.1:21091', status: 200 },
      gives: {
        kind: 'tunnel-ended',
        status: 0,
        lifeMs: 19000,
        bytesUp: 215,
        bytesDown: 203,
        keys: { upstream: { ip: '127.0.0.1', port: 21091 } },
      },
    },
    {
      line: '2001:db8::9 [31/Dec/2026:23:59:59 +0530] TCP 502 0 0 0.000 "10.0.0.7:9701" "0" "0" "-"',
      from: 'nginx 1.26, the documentation’s log_format basic',
      reads: { clientIp: '2001:db8::9', status: 502 },
      gives: 'noise',
    },
    {
      line: '127.0.0.1 [26/Nov/2026:12:33:58 +0000] UDP 200 48 48 0.001 "10.0.0.7:53"',
      from: 'nginx 1.22.1',
      reads: { protocol: 'UDP' },
      gives: 'noise',
    },
  ],
  rejects: [
    '127.0.0.1 [26/Nov/2026:12:33:58 +0000] TCP 200 203 215',
    '127.0.0.1 [26/Nov/2026:12:33:58] TCP 200 203 215 19.000 "127.0.0.1:21091"',
    'host [26/Nov/2026:12:33:58 +0000] HTTP 200 203 215 19.000',
  ],
  read(text) {
    const [whole, client = '', date = '', protocol, status, sent, received, life, upstream] = LINE.exec(text) ?? [];
    const at = clfAt(date);
    if (whole === undefined || !isIp(client) || at?.end !== date.length || at.stamp.basis !== 'utc') return null;
    return known({
      at: at.stamp,
      clientIp: client,
      protocol,
      status: Number(status),
      bytesSent: Number(sent),
      bytesReceived: Number(received),
      durationMs: roundMs(Number(life) * 1000),
      upstream: addressText(endpoint(upstream?.split(', ').at(-1))),
    }) as AccessRow;
  },
  // What TCP carried is not known: no 101 is claimed.
  events: (row) =>
    row['protocol'] === 'TCP' && row.status === 200 ? tunnelEnded({ ...row, status: 0 }, { keys: accessKeys(row) }) : undefined,
});
