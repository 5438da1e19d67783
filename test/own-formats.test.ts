/** Formats that users describe: what they read, what is said of their mistakes, which patterns are refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegExpParser } from '@eslint-community/regexpp';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { superLinear } from '../src/own-formats/linear.ts';
import { compileFormats, testFormats } from '../src/own-formats.ts';
import { NO_NEIGHBOURS, RecordReader, toEvents } from '../src/record.ts';

const folder = mkdtempSync(join(tmpdir(), 'own-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const gateway = {
  name: 'acme-gateway',
  vantage: 'gateway',
  pattern: '(?<time>\\S+) closed (?<connection>\\w+) code=(?<code>\\d+) after (?<duration>[\\d.]+)s',
  durationUnit: 's',
  event: 'closed',
  samples: [{ line: '2026-11-22T20:23:41Z closed c91 code=1006 after 30.053s' }],
};
const rooms = {
  name: 'acme-rooms',
  vantage: 'server',
  json: { time: 'ts', connection: 'conn.id', kind: 'ev', code: 'ws.code' },
  optional: ['code'],
  time: 'epoch',
  event: [
    { when: { field: 'kind', equals: 'sock.end' }, event: 'closed' },
    { when: { field: 'kind', contains: 'start' }, event: 'opened' },
  ],
  samples: [{ line: '{"ts":1795379021.310,"ev":"sock.end","conn":{"id":"c91"},"ws":{"code":1006}}' }],
};

const tried = (...formats: readonly object[]): { text: string; ok: boolean } => {
  const path = join(folder, 'formats.json');
  writeFileSync(path, JSON.stringify({ formats }));
  return testFormats(path);
};

function events(format: object, line: string): readonly object[] {
  const { compiled, problems } = compileFormats({ formats: [format] });
  expect(problems).toEqual([]);
  const reader = new RecordReader({ parsers: [...compiled, ...parsers], envelopes }, 'own.log', 'events');
  return toEvents(reader.read(line, NO_NEIGHBOURS), { source: 'own.log' }, 7, line, () => undefined);
}

describe('a format is read', () => {
  it('from a pattern, also inside a wrapper', () => {
    const line = '2026-11-22T20:23:41Z closed c91 code=1006 after 30.053s';
    const event = {
      kind: 'socket-closed',
      code: 1006,
      lifeMs: 30_053,
      vantage: 'gateway',
      format: 'acme-gateway',
      keys: { connection: 'c91' },
      origin: { source: 'own.log', line: 7 },
      when: { fromMs: Date.parse('2026-11-22T20:23:41Z'), toMs: Date.parse('2026-11-22T20:23:42Z') },
    };
    expect(events(gateway, line)).toMatchObject([event]);
    expect(events(gateway, `{"log":"${line}\\n","stream":"stdout","time":"2026-11-22T20:23:41.5Z"}`)).toMatchObject([event]);
  });
  it('from JSON paths, by rules', () => {
    expect(events(rooms, '{"ts":1795379021.310,"ev":"sock.end","conn":{"id":"c91"},"ws":{"code":1006}}')).toMatchObject([
      { kind: 'socket-closed', code: 1006, basis: 'utc', when: { fromMs: 1_795_379_021_310 } },
    ]);
    expect(events(rooms, '{"ts":1795379021.310,"ev":"sock.start","conn":{"id":"c91"}}')).toMatchObject([{ kind: 'socket-opened' }]);
    expect(events(rooms, '{"ts":1795379021.310,"ev":"sock.message","conn":{"id":"c91"}}')).toEqual([]);
  });
  it('with the end of a line that is stamped with the start', () => {
    expect(events({ ...gateway, stamp: 'start' }, '2026-11-22T20:23:41Z closed c91 code=1006 after 30s')).toMatchObject([
      { when: { fromMs: Date.parse('2026-11-22T20:24:11Z') } },
    ]);
  });
  it.each([
    ['iso', undefined, '2026-11-02T03:04:05', { ms: Date.UTC(2026, 10, 2, 3, 4, 5), basis: 'local' }],
    ['iso', '+05:30', '2026-11-02T03:04:05', { ms: Date.UTC(2026, 10, 1, 21, 34, 5), basis: 'utc' }],
    ['slash', 'Europe/Berlin', '2026/07/02 03:04:05', { ms: Date.UTC(2026, 6, 2, 1, 4, 5), basis: 'utc' }],
    ['clf', undefined, '02/Nov/2026:03:04:05 -0800', { ms: Date.UTC(2026, 10, 2, 11, 4, 5), basis: 'utc' }],
    ['syslog', undefined, 'Nov  2 03:04:05', { ms: Date.UTC(2000, 10, 2, 3, 4, 5), basis: 'yearless' }],
    ['epoch', undefined, '1795379021310', { ms: 1_795_379_021_310, basis: 'utc' }],
    ['%d.%m.%Y %H:%M:%S,%f', undefined, '02.11.2026 03:04:05,250', { ms: Date.UTC(2026, 10, 2, 3, 4, 5, 250), widthMs: 1, basis: 'local' }],
    ['%d.%m.%Y %H:%M:%S %z', undefined, '02.11.2026 03:04:05 +01:00', { ms: Date.UTC(2026, 10, 2, 2, 4, 5), basis: 'utc' }],
  ])('time as %s in zone %s', (time, zone, written, at) => {
    const format = { ...gateway, pattern: '(?<time>[^|]+)\\|socket ended', time, ...(zone && { zone }) };
    const { compiled, problems } = compileFormats([format]);
    expect(problems).toEqual([]);
    expect(compiled[0]?.read(`${written}|socket ended`, { keys: {}, before: () => [], after: () => [], hint: '' })?.at).toMatchObject(at);
  });
  it('as a tunnel only when it was upgraded, unless a rule says otherwise', () => {
    const access = { ...gateway, vantage: 'proxy', pattern: '(?<client>\\S+) (?<status>\\d+) (?<path>\\S+) done', event: 'tunnel' };
    expect(events(access, '[2001:db8::7]:4431 101 /ws done')).toMatchObject([]);
    const dated = { ...access, pattern: `(?<time>\\S+) ${access.pattern}` };
    expect(events(dated, '2026-11-22T20:23:41Z [2001:db8::7]:4431 101 /ws done')).toMatchObject([
      { kind: 'tunnel-ended', status: 101, keys: { client: { ip: '2001:db8::7', port: 4431 }, path: '/ws' } },
    ]);
    expect(events(dated, '2026-11-22T20:23:41Z 203.0.113.9:4431 200 /api done')).toEqual([]);
  });
});

const ofSample = (sample: object): object => ({ ...gateway, samples: [{ ...gateway.samples[0], ...sample }] });
describe('a mistake is named', () => {
  it.each<[object, string]>([
    [{ ...gateway, name: 'Acme' }, 'name: "Acme" is no name'],
    [{ ...gateway, name: 'nginx-access' }, 'name: a built-in format has it'],
    [{ ...gateway, vantage: 'proksy' }, 'vantage: "proksy" is none of client, edge, proxy'],
    [{ ...gateway, durationUnits: 's' }, 'durationUnits is no key here, did you mean “durationUnit”?'],
    [{ ...gateway, json: { code: 'c' } }, 'has both pattern and json'],
    [{ ...gateway, event: 'close' }, 'event: "close" is no event, did you mean “closed”?'],
    [{ ...gateway, event: { event: 'proxy-fault' } }, 'proxy-fault needs fault: one of idle-timeout'],
    [{ ...gateway, event: { event: 'closed', by: 'me' } }, 'by: "me" is none of client, server'],
    [
      { ...gateway, event: { when: { field: 'messag', equals: 'x' }, event: 'closed' } },
      'when asks for “messag”, which the pattern does not read',
    ],
    [{ ...gateway, pattern: '(?<conection>\\w+) closed' }, 'field “conection” has no meaning, did you mean “connection”?'],
    [{ ...gateway, pattern: '(?<client_ip>\\S+) closed' }, 'did you mean “clientIp”?'],
    [{ ...gateway, pattern: '(?<code>\\d+ closed' }, 'pattern: is no regular expression: Unterminated group at character'],
    [{ ...gateway, pattern: 'closed' }, 'pattern: has no named group'],
    [{ ...gateway, pattern: '(?<code>\\d+)' }, 'needles: none can be found'],
    [{ ...gateway, needles: ['code="'] }, 'needles: "code=\\"" must be two or more ASCII characters'],
    [{ ...gateway, needles: ['connection lost'] }, 'the line gives an event but holds none of connection lost'],
    [{ ...gateway, time: 'rfc' }, 'time: “rfc” is no layout; write iso, epoch, clf'],
    [{ ...gateway, time: '%Y-%m-%d' }, 'needs day, month, hour and minute'],
    [{ ...gateway, time: 'syslog', zone: 'UTC' }, 'zone: a time without a year'],
    [{ ...gateway, zone: 'Mars' }, 'zone: “Mars” is no time zone'],
    [{ ...gateway, stamp: 'start', pattern: '(?<time>\\S+) closed' }, 'stamp: a line that is stamped with the start needs a duration'],
    [{ ...gateway, samples: [] }, 'samples: there are none'],
    [{ ...gateway, rejects: gateway.samples.map((sample) => sample.line) }, 'reject 1: is read, but must be refused'],
    [
      ofSample({ line: '2026-11-22T20:23:41Z closed c91 code:1006' }),
      'sample 1: the pattern matches up to character 36 (“…sed c91 code”); then “=\\d+ after [\\d.]+s” is expected, “:1006” stands there',
    ],
    [
      ofSample({ line: '2026-11-22T20:23:41Z closed c91 code=1006 after 30s (idle)' }),
      'matches only characters 1 to 51, but a pattern reads the whole line',
    ],
    [ofSample({ line: ' closed c91' }), 'does not match from the line’s first character on'],
    [
      ofSample({ line: 'yesterday closed c91 code=1006 after 30s' }),
      'sample 1: time: “yesterday” is no time like 2026-11-22T20:23:41.310Z',
    ],
    [ofSample({ line: '2026-11-22T20:23:41Z closed c91 code=1006 after 3.0.5s' }), 'sample 1: duration: “3.0.5” is not a number'],
    [{ ...ofSample({}), durationUnit: undefined }, 'duration: “30.053” has no unit: give "durationUnit"'],
    [ofSample({ reads: { code: 1001 } }), 'sample 1: code: 1006 was read, 1001 is expected'],
    [ofSample({ reads: { durationms: 30 } }), 'durationms: nothing was read, 30 is expected, did you mean “durationMs”?'],
    [ofSample({ reads: { time: '2026-11-22T20:23:42Z' } }), 'time: 2026-11-22T20:23:41.000Z was read, "2026-11-22T20:23:42Z" is expected'],
    [ofSample({ gives: 'opened' }), 'gives closed, opened is expected'],
    [
      { ...rooms, samples: [{ line: '{"ts":1795379021.310,"ev":"sock.end"}' }] },
      'connection: nothing stands at “conn.id”; if that can be, list it in "optional"',
    ],
    [
      { ...rooms, samples: [{ line: '{"ts":1795379021.310,"ev":"sock.end","conn":{"id":[]}}' }] },
      'at “conn.id” stands a list, not one value',
    ],
    [{ ...rooms, where: { app: 'rooms' } }, 'where: “app” is not there, not rooms'],
    [
      {
        ...gateway,
        pattern: '(?<time>\\S+ \\d+ \\S+) gw1 (?<program>\\S+): closed',
        samples: ['Nov 22 20:23:41 gw1 acme: closed'],
        time: 'syslog',
      },
      'taken off before formats are asked',
    ],
  ])('%# %s', (format, sentence) => {
    const { text, ok } = tried(format);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  }); // prettier-ignore
  it('in the file', () => {
    expect(testFormats(join(folder, 'none.json'))).toMatchObject({ ok: false, text: expect.stringContaining('cannot be read') });
    expect(compileFormats({}).problems).toEqual([expect.stringContaining('a list of formats is expected')]);
    expect(compileFormats({ formats: ['x'] }).problems).toEqual([expect.stringContaining('format number 1: is "x"')]);
  });
  it('between two formats', () => {
    expect(tried(gateway, gateway).text).toContain('another format of this file has it too');
    expect(tried(gateway, { ...gateway, name: 'acme-copy' }).text).toContain('the format acme-copy reads this line too');
  });
  it('where a built-in format reads the same lines', () => {
    const line = 'Disconnected (code: 1006, reason: "")';
    const { text, ok } = tried({ ...gateway, pattern: 'Disconnected \\(code: (?<code>\\d+).*', samples: [line] });
    expect(text).toContain('warning: sample 1: the built-in format wscat reads this line too');
    expect(text).toContain('takes lines of the built-in format wscat');
    expect(ok).toBe(true);
  });
});

test('the documentation’s example passes', () => {
  const example = /```json\n([\s\S]*?)```/.exec(readFileSync(new URL('../docs/own-formats.md', import.meta.url), 'utf8'))?.[1];
  const path = join(folder, 'example.json');
  writeFileSync(path, example ?? '');
  expect(testFormats(path)).toMatchObject({ ok: true, text: expect.stringContaining('2 formats, 0 errors') });
});

const refusal = (pattern: string): string | undefined =>
  superLinear(new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: false, unicodeSets: false }))?.reason;

describe('a pattern in linear time is let through', () => {
  it.each([
    gateway.pattern,
    '(?<message>.*) code=(?<code>\\d+) (?<reason>.*)',
    '^.*closed code=(\\d+).*$',
    '^(?:\\d{1,3}\\.){3}\\d{1,3} .*\\bcode=(\\d+)',
    '[^"]*"(?:[^"\\\\]|\\\\.)*"',
    '(?<id>[0-9a-f-]{36}) (?<x>\\S+)(?: reason="(?<reason>[^"]*)")?',
    '(?:[a-z]+=\\S+ )*end',
    '(?:\\S+ ){3}(?<message>.*) code=\\d+',
    '(?!foo)\\w+',
    '\\[(?<level>\\w+)\\]\\s+(?<message>.*)',
  ])('%s', (pattern) => expect(refusal(pattern)).toBeUndefined());
});

describe('a pattern in more than linear time is refused', () => {
  it.each([
    ['(a+)+', 'in two ways'],
    ['(?:a|a)*', 'in two ways'],
    ['(?:a|ab|b)*c', 'in two ways'],
    ['(?:\\w+\\s?)*', 'in two ways'],
    ['(?:a*)*b', 'in two ways'],
    ['(?:c(?:a?|b?)d)*', 'in two ways'],
    ['(?:a{1,2}){1,30}', 'in two ways'],
    ['(?:a?){70}a', 'in two ways'],
    ['(?:a|aa){30}', 'in two ways'],
    ['(?:.*,){5}x', 'in two ways'],
    ['\\d+\\d+', '“\\d+” (character 1) and “\\d+” (character 4) can both take a repeated “0”'],
    ['(?<a>.*),(?<b>.*),(?<c>.*)', 'can both take'],
    ['(?<a>.*) code=(?<r>.*) x', 'can both take a repeated “ code= ”'],
    ['(\\w+)\\1', 'refers back'],
    ['(?:(?=.*x).)*', 'inside a lookaround'],
  ])('%s', (pattern, reason) => expect(refusal(pattern) ?? 'let through').toContain(reason));
});

test('no pattern that is let through grows faster than its line', () => {
  const atom = fc.constantFrom('a', 'b', '[ab]', '.', 'a?', 'b*', 'a+', '[ab]*', '.*?', 'ab');
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => one + two),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => `(?:${one}|${two})`),
      fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '{2}', '{1,3}', '?')).map(([one, count]) => `(?:${one})${count}`),
    ),
  }));
  fc.assert(
    fc.property(pattern, (source) => {
      if (refusal(source) !== undefined) return;
      const whole = new RegExp(`^(?:${source})$`, 's');
      for (const text of ['a', 'b', 'ab', 'aab', 'abb'])
        for (let count = 8; count <= 16_384; count *= 2) {
          const started = performance.now();
          whole.test(`${text.repeat(count)}c`);
          expect(performance.now() - started, `${source} on ${count} × ${text}`).toBeLessThan(250);
        }
    }),
    { numRuns: 150 },
  );
});
