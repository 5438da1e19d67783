/** HAProxy's lines about connections that never became a stream, and its format without `option httplog` or `tcplog`. */
import { endpoint } from '../src/grammar/address.ts';
import { opening, withoutPrefix } from '../src/grammar/haproxy.ts';
import { defineParser, type Row, type Stamp } from '../src/types.ts';

interface ErrorRow extends Row {
  readonly at?: Stamp;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
  readonly frontend: string;
  readonly message: string;
}

const ERROR = /^([^\s/:]{1,128})\/([^\s:]{1,128}): (\S.{2,500})$/;
const CONNECT = /^Connect from (\S{2,64}):(\d{1,5}) to (\S{2,64}:\d{1,5}) \(([^()\s]{1,128})\/(HTTP|TCP)\)$/;

export const haproxyError = defineParser<ErrorRow>({
  name: 'haproxy-error',
  about: 'HAProxy lines about failed connections, and its default "Connect from" format',
  adds: 'TLS handshakes that failed before any request, which a browser reports as 1006 too',
  docs: 'https://docs.haproxy.org/2.8/configuration.html#8.2.5',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: ['SSL handshake'],
  samples: [
    {
      line: '127.0.0.1:45534 [22/Nov/2026:22:13:05.911] fe_https/1: SSL handshake failure',
      from: 'HAProxy 2.6.12',
      reads: { clientIp: '127.0.0.1', clientPort: 45534, frontend: 'fe_https', bind: '1', message: 'SSL handshake failure' },
      gives: { kind: 'proxy-fault', fault: 'tls', phase: 'handshake', keys: { client: { ip: '127.0.0.1', port: 45534 } } },
    },
    {
      line: 'haproxy[6103]: 127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake',
      from: 'HAProxy configuration manual 8.2.5',
      reads: { pid: 6103, message: 'Connection error during SSL handshake' },
      gives: { kind: 'proxy-fault', fault: 'tls' },
    },
    {
      line: '127.0.0.1:56060 [03/Dec/2012:17:35:10.380] frt/f1: Received something which does not look like a PROXY protocol header',
      from: 'HAProxy 2.6 source, connection.c',
      reads: { frontend: 'frt' },
      gives: 'noise',
    },
    {
      line: 'Connect from 127.0.0.1:33774 to 127.0.0.1:18086 (fe_default/HTTP)',
      from: 'HAProxy 2.6.12 without option httplog',
      reads: { clientIp: '127.0.0.1', clientPort: 33774, frontend: 'fe_default', mode: 'HTTP' },
      gives: 'noise',
    },
  ],
  rejects: ['127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1', 'Connect from 127.0.0.1:33774 to 127.0.0.1:18086'],
  read(line) {
    const { text, pid } = withoutPrefix(line);
    const connect = CONNECT.exec(text);
    if (connect) {
      const [, ip, port, local, frontend = '', mode] = connect;
      return { clientIp: ip, clientPort: Number(port), local, frontend, mode, message: text, pid };
    }
    const start = opening(text);
    const error = start && ERROR.exec(text.slice(start.end));
    if (!start || !error) return null;
    const [, frontend = '', bind, message = ''] = error;
    return { at: start.at, clientIp: start.client?.ip, clientPort: start.client?.port, frontend, bind, message, pid };
  },
  events(row) {
    if (!row.message.includes('SSL handshake')) return undefined;
    const client = endpoint(row.clientIp);
    return {
      kind: 'proxy-fault',
      fault: 'tls',
      phase: 'handshake',
      ...(client && { keys: { client: { ...client, ...(row.clientPort && { port: row.clientPort }) } } }),
    };
  },
});
