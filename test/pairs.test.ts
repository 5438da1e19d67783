/** Wrappers take nothing from what they carry: each envelope × format pair reads as the bare line does, and so do wrappers in wrappers. */
import { describe, expect, it, test } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { type Bare, bestStamp, type Neighbours, type Reading, RecordReader, type Wanted } from '../src/record.ts';
import type { Envelope, Keys, Parser, Sample, Stamp } from '../src/types.ts';

const shelves = { parsers: [...parsers.filter((parser) => !parser.generic), ...parsers.filter((parser) => parser.generic)], envelopes };
const named = (...names: string[]): Envelope[] => names.map((name) => envelopes.find((one) => one.name === name) as Envelope);

type Wrap = (text: string) => string | undefined;
/** Outermost first, as `Bare.layers`. */
const wrapperOf =
  (layers: readonly Envelope[]): Wrap =>
  (text) =>
    layers.reduceRight<string | undefined>((inner, envelope) => (inner === undefined ? undefined : envelope.wrap(inner)), text);

/** What stands around the sample, wrapped like it; undefined when the wrapper cannot carry a line of it. */
function aroundOf(sample: Sample, wrap: Wrap): Neighbours | undefined {
  const before = (sample.before ?? []).map(wrap);
  const after = (sample.after ?? []).map(wrap);
  if ([...before, ...after].includes(undefined)) return undefined;
  return { before: (count) => (before as string[]).slice(-count), after: (count) => (after as string[]).slice(0, count) };
}

interface Owned {
  readonly parser: Parser;
  readonly sample: Sample;
}

const plainReaders = { rows: new RecordReader(shelves, '', 'rows'), events: new RecordReader(shelves, '', 'events') };
/** Readers keep heads of tables, so that formats which have some get one of their own. */
const readerFor = ({ parser, sample }: Owned, wanted: Wanted): RecordReader =>
  (parser.isHeader && !parser.generic) || sample.header !== undefined || sample.hint !== undefined || sample.head !== undefined
    ? new RecordReader(shelves, sample.hint ?? '', wanted, sample.head)
    : plainReaders[wanted];

/** Undefined = the wrapper cannot carry the line or what it is read with. */
function read(owned: Owned, wanted: Wanted, layers: readonly Envelope[]): Reading | undefined {
  const { sample } = owned;
  const wrap = wrapperOf(layers);
  const line = wrap(sample.line);
  const header = sample.header === undefined ? undefined : wrap(sample.header);
  const around = aroundOf(sample, wrap);
  if (line === undefined || around === undefined || (header === undefined) !== (sample.header === undefined)) return undefined;
  const reader = readerFor(owned, wanted);
  if (header !== undefined) reader.read(header, around);
  return reader.readBare(ofItsProgram(reader.unwrap(line), sample), around);
}

/** A made-up program's name gives way to the name of the program that writes the sample; without a wrapper's stamp it has its own wrapper's. */
function ofItsProgram(bare: Bare, sample: Sample): Bare {
  const { service: _, ...keys } = bare.keys;
  return { ...bare, at: bare.at ?? sample.at, keys: { ...keys, ...sample.keys } satisfies Keys };
}

const samples = parsers.flatMap((parser) =>
  parser.samples.map((sample) => {
    const owned = { parser, sample };
    return { ...owned, rows: read(owned, 'rows', []), events: read(owned, 'events', []) };
  }),
);

/** How the wrapped sample reads other than the bare one; undefined = it does not. */
function difference(owned: (typeof samples)[number], layers: readonly Envelope[], wanted: Wanted): string | undefined {
  const bare = owned[wanted];
  const wrapped = bare && read(owned, wanted, layers);
  if (!wrapped) return undefined;
  const told = ({ parser, row, drafts, bare: { text } }: Reading, names: readonly string[], at: Stamp | undefined): string =>
    JSON.stringify({ text, layers: names, parser: parser?.name, at, row, drafts }, null, 1);
  const heard = told(wrapped, wrapped.bare.layers, wrapped.at);
  const said = told(bare, [...layers.map(({ name }) => name), ...bare.bare.layers], bestStamp(bare.row?.at, wrapped.bare.at));
  return heard === said ? undefined : `${owned.parser.name}: ${said}\nis heard as ${heard}`;
}

const differences = (layers: readonly Envelope[], wanted: Wanted): string[] =>
  samples.flatMap((owned) => difference(owned, layers, wanted) ?? []);

test('no envelope takes a bare line of a format', () => {
  const taken = samples.flatMap(({ parser, sample: { line } }) =>
    envelopes
      .filter((one) => (one.unwrap(line)?.text.length ?? line.length) < line.length)
      .map((one) => `${one.name} takes ${parser.name}`),
  );
  // PM2's own log has the stamp that `pm2 start --time` puts before lines; its format reads both.
  expect([...new Set(taken)]).toEqual(['pm2-time takes pm2']);
});

test('each bare sample is read by its own format, among all of them', () => {
  const strays = samples.filter(({ parser, rows }) => rows?.parser !== parser);
  expect(strays.map(({ parser, sample, rows }) => `${rows?.parser?.name} reads ${parser.name}: ${sample.line}`)).toEqual([]);
});

describe.each(envelopes)('$name', (envelope) => {
  it.each(['rows', 'events'] as const)('carries every format, %s', (wanted) => expect(differences([envelope], wanted)).toEqual([]));
});

/** As deployed: who writes the outer one keeps what the inner one wrote. */
const NESTINGS: readonly (readonly [string, ...string[]])[] = [
  ['cri', 'docker-json'],
  ['cri', 'syslog'],
  ['cri', 'pm2-prefix'],
  ['docker-json', 'pm2-prefix'],
  ['docker-compose', 'nanosecond-stamp'],
  ['docker-compose', 'pm2-prefix'],
  ['kubectl-prefix', 'nanosecond-stamp'],
  ['nanosecond-stamp', 'kubectl-prefix'],
  ['stern', 'nanosecond-stamp'],
  ['loki', 'cri'],
  ['loki', 'docker-json'],
  ['loki', 'journal-json'],
  ['cloudwatch-json', 'kubernetes-json'],
  ['gcp-logging', 'cri'],
  ['elasticsearch-hit', 'kubernetes-json'],
  ['journal-json', 'pm2-prefix'],
  ['syslog', 'pm2-prefix'],
  ['syslog-iso', 'docker-json'],
  ['syslog-5424', 'cri'],
  ['kubectl-prefix', 'nanosecond-stamp', 'pm2-prefix'],
  ['loki', 'cri', 'docker-compose', 'nanosecond-stamp'],
];
it.each(NESTINGS)('%s around %s …', (...layers) => expect(differences(named(...layers), 'rows')).toEqual([]));

/** Whole lines as they stand in files, with the layers and what they are about. */
const WILD: readonly {
  readonly line: string;
  readonly from: string;
  readonly layers: readonly string[];
  readonly format: string;
  readonly fields: object;
  readonly keys?: Keys;
}[] = [
  {
    line: '2026-10-16T07:00:39.568456860Z stdout F {"level":30,"time":1792134039568,"pid":1,"hostname":"chat-0","msg":"ws closed","code":1006,"connId":"a1"}',
    from: 'pino 9 under containerd 1.7',
    layers: ['cri'],
    format: 'app-json',
    fields: { code: 1006, pid: 1, message: 'ws closed' },
  },
  {
    line: '[pod/chat-6f7b9c5d8-x2lqp/chat] 2026-10-15T07:00:28.302456896Z {"level":30,"time":1792047628302,"msg":"ws closed","code":1006}',
    from: 'kubectl 1.31 logs --prefix --timestamps',
    layers: ['kubectl-prefix', 'nanosecond-stamp'],
    format: 'app-json',
    fields: { code: 1006 },
    keys: { pod: 'chat-6f7b9c5d8-x2lqp', container: 'chat' },
  },
  {
    line: 'Nov 22 20:23:41 lb-1 haproxy[402]: 203.0.113.9:51234 [22/Nov/2026:20:20:41.123] ws_in ws_pool/chat-1 0/0/1/2/180004 101 512 - - sD-- 3/3/2/1/0 0/0 "GET /ws HTTP/1.1"',
    from: 'HAProxy 2.6 through rsyslog 8.2302',
    layers: ['syslog'],
    format: 'haproxy-http',
    fields: { clientIp: '203.0.113.9', clientPort: 51234, status: 101, durationMs: 180_004, termination: 'sD--' },
    keys: { service: 'haproxy', pid: 402, host: 'lb-1' },
  },
  {
    line: 'nginx-1  | 203.0.113.9 - - [22/Nov/2026:20:23:41 +0000] "GET /ws HTTP/1.1" 101 42 "-" "Mozilla/5.0" "-"',
    from: 'nginx:1.27 image under Docker Compose 2.36',
    layers: ['docker-compose'],
    format: 'nginx-access',
    fields: { clientIp: '203.0.113.9', status: 101, bytesSent: 42 },
    keys: { container: 'nginx-1', service: 'nginx' },
  },
  {
    line: '{"labels":{"pod":"chat-0","container":"chat"},"line":"2026-11-22T20:23:41.123456789Z stderr F {\\"level\\":30,\\"msg\\":\\"ws closed\\",\\"code\\":1006}","timestamp":"2026-11-22T20:23:41.2Z"}',
    from: 'Promtail 2.9 without its cri stage, logcli 3.0',
    layers: ['loki', 'cri'],
    format: 'app-json',
    fields: { code: 1006 },
    keys: { pod: 'chat-0', container: 'chat' },
  },
  {
    line: '83 <158>1 2026-11-22T20:23:41.123456+00:00 host heroku router - at=error code=H15 desc="Idle connection" method=GET path="/ws" host=chat.example.com request_id=8601b555 fwd="203.0.113.9" dyno=web.1 connect=1ms service=55449ms status=503 bytes=18 protocol=https',
    from: 'Heroku log drain',
    layers: ['heroku'],
    format: 'heroku-router',
    fields: { status: 503, method: 'GET', clientIp: '203.0.113.9', durationMs: 55_449, requestId: '8601b555' },
  },
  {
    line: '{"__REALTIME_TIMESTAMP":"1795385784242428","_PID":"812","SYSLOG_IDENTIFIER":"chat","_HOSTNAME":"vm","_SYSTEMD_UNIT":"chat.service","MESSAGE":"{\\"level\\":30,\\"msg\\":\\"ws closed\\",\\"code\\":1006}"}',
    from: 'pino 9 under systemd 252',
    layers: ['journal-json'],
    format: 'app-json',
    fields: { code: 1006 },
    keys: { unit: 'chat.service', pid: 812, host: 'vm' },
  },
];
it.each(WILD)('reads $from', ({ line, layers, format, fields, keys }) => {
  const around = { before: () => [], after: () => [] };
  for (const wanted of ['rows', 'events'] as const) {
    const { bare, parser, row, drafts } = new RecordReader(shelves, '', wanted).read(line, around);
    expect({ layers: bare.layers, format: parser?.name }).toEqual({ layers, format });
    expect(row).toMatchObject(fields);
    expect(bare.keys).toMatchObject(keys ?? {});
    expect(drafts).not.toEqual([]);
  }
});
