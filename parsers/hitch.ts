/** The log of Hitch, the TLS proxy of Varnish Software. */
import { endpoint } from '../src/grammar/address.ts';
import { known } from '../src/grammar/known.ts';
import { signalName } from '../src/grammar/signals.ts';
import { isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type ProxyFault, type Row } from '../src/types.ts';

interface HitchRow extends Row {
  readonly pid: number;
  readonly message: string;
  readonly clientIp?: string | undefined;
  readonly clientPort?: number | undefined;
}

const LINE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{6}) \[\s{0,9}(\d{1,10})\] (\S.{0,2000})$/;
const PROXIED = /^(\S{2,60}:\d{1,5}) :\d{1,5} -?\d{1,9}:-?\d{1,9} (\S.{0,1500})$/;
const CHILD = /^\{core\} Child (\d{1,10}) (?:was terminated by signal (\d{1,2})|exited with status (\d{1,3}))/;
const NEAR = 24;

const FAULTS: readonly (readonly [RegExp, ProxyFault['fault'], ProxyFault['phase']])[] = [
  [/^Connection closed by client/, 'client-closed', 'tunnel'],
  [/^Connection closed by backend/, 'upstream-closed', 'tunnel'],
  // An end without the close_notify that TLS asks for: the client's program or network was cut.
  [/^\{client\} Unexpected SSL_read error/, 'client-reset', 'tunnel'],
  [/^\{client\} Socket error: /, 'client-reset', 'tunnel'],
  [/^\{backend\} Socket error: |^Unexpected (?:read|recv) error \(backend\)/, 'upstream-reset', 'tunnel'],
  [/^\{backend\} (?:backend )?connect.{0,20}: Connection refused/, 'upstream-refused', 'connect'],
  [/^\{client\} (?:Unexpected SSL error \(in handshake\)|Connection closed \(in handshake\))/, 'tls', 'handshake'],
];
const faultOf = (message: string) => FAULTS.find(([pattern]) => pattern.test(message));

/** The same connection was ended by a line before: what follows is the other side's answer. */
const endedBefore = (client: string, context: Context): boolean =>
  context.before(NEAR).some((line) => {
    const at = line.indexOf(` ${client} `);
    const told = at < 0 ? undefined : PROXIED.exec(line.slice(at + 1))?.[2];
    return told !== undefined && faultOf(told) !== undefined;
  });

export const hitch = defineParser<HitchRow>({
  name: 'hitch',
  about: 'log of the TLS proxy Hitch',
  adds: 'which side closed a connection first, clients cut without a TLS end, workers that died, stops and reloads',
  docs: 'https://github.com/varnish/hitch/blob/master/hitch.man.rst',
  vantage: 'proxy',
  habitat: 'own',
  needles: [
    '] {core} ',
    'Connection closed by client',
    'Connection closed by backend',
    'Unexpected SSL',
    '{backend} ',
    '{client} Socket error',
  ],
  samples: [
    {
      line: '20261126T124224.561477 [ 4386] {core} Child 4388 was terminated by signal 9.',
      from: 'Hitch 1.7.2',
      reads: { at: { ms: Date.UTC(2026, 10, 26, 12, 42, 24) + 561.477, widthMs: 0.001, basis: 'local' }, pid: 4386 },
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGKILL', proxy: 'Hitch', keys: { pid: 4388 } },
    },
    {
      line: '20261126T124220.437119 [ 4388] 127.0.0.1:36930 :34332 13:14 {client} Unexpected SSL_read error (client): 1',
      from: 'Hitch 1.7.2',
      reads: { clientIp: '127.0.0.1', clientPort: 36930 },
      gives: { kind: 'proxy-fault', fault: 'client-reset', phase: 'tunnel', keys: { client: { ip: '127.0.0.1', port: 36930 }, pid: 4388 } },
    },
    {
      line: '20261126T124214.490310 [ 4388] [2001:db8::9]:36926 :34322 11:12 Connection closed by backend',
      from: 'Hitch 1.7.2, logproxy() for IPv6',
      reads: { clientIp: '2001:db8::9' },
      gives: { kind: 'proxy-fault', fault: 'upstream-closed', phase: 'tunnel' },
    },
    {
      line: '20261126T124232.123073 [ 4386] {core} Received signal 15, shutting down.',
      from: 'Hitch 1.7.2',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM', proxy: 'Hitch' },
    },
    {
      line: '20261126T124204.903810 [ 4386] {core} hitch 1.7.2 starting',
      from: 'Hitch 1.7.2',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'start' },
    },
    { line: '20261126T124207.277618 [ 4388] 127.0.0.1:36900 :0 9:10 proxy connect', from: 'Hitch 1.7.2', reads: {}, gives: 'noise' },
  ],
  rejects: [
    '20261126T124204 [ 4386] {core} hitch 1.7.2 starting',
    '20261326T124204.903810 [ 4386] {core} hitch 1.7.2 starting',
    '20261126T124204.903810 [ 4386] hello',
  ],
  read(text) {
    const found = LINE.exec(text);
    if (!found) return null;
    const [, year, month, day, hour, minute, second, pid, said = ''] = found;
    const proxied = PROXIED.exec(said);
    if (!proxied && !/^\{\w{2,20}\} /.test(said)) return null;
    const at = isoAt(`${year}-${month}-${day}T${hour}:${minute}:${second}`)?.stamp;
    const client = endpoint(proxied?.[1]);
    return at ? known({ at, pid: Number(pid), message: proxied?.[2] ?? said, clientIp: client?.ip, clientPort: client?.port }) : null;
  },
  events(row, context): Draft | undefined {
    const proxy = 'Hitch';
    const child = CHILD.exec(row.message);
    if (child) {
      const [, pid, signal, status] = child;
      const ended = signal === undefined ? { exitCode: Number(status) } : { signal: signalName(signal) ?? `signal ${signal}` };
      return { kind: 'proxy-lifecycle', change: 'worker-exit', proxy, ...ended, keys: { pid: Number(pid) } };
    }
    const stopped = /^\{core\} Received signal (\d{1,2}), shutting down/.exec(row.message)?.[1];
    if (stopped !== undefined) return { kind: 'proxy-lifecycle', change: 'stop', proxy, ...known({ signal: signalName(stopped) }) };
    if (/^\{core\} hitch \S{1,20} starting$/.test(row.message)) return { kind: 'proxy-lifecycle', change: 'start', proxy };
    if (/^\{core\} Received SIGHUP|^\{core\} .{0,40}configuration reload/.test(row.message))
      return { kind: 'proxy-lifecycle', change: 'reload', proxy };
    const fault = faultOf(row.message);
    if (!fault || row.clientIp === undefined) return undefined;
    const client = known({ ip: row.clientIp, port: row.clientPort });
    const written = row.clientIp.includes(':') ? `[${row.clientIp}]:${row.clientPort}` : `${row.clientIp}:${row.clientPort}`;
    return endedBefore(written, context)
      ? undefined
      : { kind: 'proxy-fault', fault: fault[1], phase: fault[2], keys: { client, pid: row.pid } };
  },
});
