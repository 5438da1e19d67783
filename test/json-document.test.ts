/** JSON documents: the same members however the bytes are cut, their lines, what broken ones keep, and bounded memory. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { jsonDocument } from '../src/framing/json-document.ts';
import type { Frame } from '../src/types.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function framesOf(text: string, cuts: readonly number[] = []): Promise<Frame[]> {
  const bytes = bytesOf(text);
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  async function* chunks() {
    for (let at = 1; at < edges.length; at++) yield bytes.subarray(edges[at - 1], edges[at]);
  }
  const frames: Frame[] = [];
  for await (const frame of jsonDocument.frames(chunks())) frames.push(frame);
  return frames;
}
const textsOf = async (text: string): Promise<string[]> => (await framesOf(text)).map((frame) => frame.text);

const DMESG = `{
   "dmesg": [
      {
         "pri": 5,
         "time":     0.000000,
         "msg": "Linux version 6.1.0"
      },{
         "pri": 4,
         "time":  2160.388640,
         "msg": "Out of memory: Killed process 7 (nöde \\"x\\" {)"
      }
   ]
}
`;
const LIST = `{
    "apiVersion": "v1",
    "items": [
        {
            "involvedObject": {
                "name": "chat-0"
            },
            "message": "Stopping container chat",
            "series": [ { "count": 2 } ]
        },
        {
            "message": "Started container chat"
        }
    ],
    "kind": "List",
    "metadata": {
        "resourceVersion": ""
    }
}
`;
const HAR =
  '{"log":{"version":"1.2","creator":{"name":"x"},"pages":[{"id":"page_1"}],"entries":[{"request":{"url":"wss://a/ws"}},{"request":{"url":"b"}}]}}';
const PRETTY_ENTRIES = '{\n\t"__CURSOR" : "a",\n\t"MESSAGE" : "one"\n}\n{\n\t"__CURSOR" : "b",\n\t"MESSAGE" : [\n\t\t104\n\t]\n}\n';

describe('members', () => {
  it('of every service that aws ecs describe-services prints are its events', async () => {
    const service = (name: string): string =>
      `{"serviceName":"${name}","events":[{"id":"1","message":"(service ${name}) a"},{"id":"2","message":"(service ${name}) b"}],"tags":[]}`;
    const text = `{\n "services": [\n${service('ws')},\n{"serviceName":"none","events":[]},\n${service('chat')}\n],"failures":[]}\n`;
    expect((await framesOf(text)).map(({ text: record, line }) => [record.replace(/^.*"message":/, ''), line])).toEqual([
      ['"(service ws) a"}', 3],
      ['"(service ws) b"}', 3],
      ['{"serviceName":"none","events":[]}', 4],
      ['"(service chat) a"}', 5],
      ['"(service chat) b"}', 5],
    ]);
  });
  it('of aws ecs describe-tasks are its tasks', async () =>
    expect(await textsOf('{"tasks":[{"taskArn":"arn:a"},{"taskArn":"arn:b"}],"failures":[]}')).toEqual([
      '{"taskArn":"arn:a"}',
      '{"taskArn":"arn:b"}',
    ]));
  it('of dmesg -J keep their numbers as written and stand at their message', async () => {
    expect(await framesOf(DMESG)).toEqual([
      { line: 6, text: '{"pri":5,"time":0.000000,"msg":"Linux version 6.1.0"}', raw: '"msg": "Linux version 6.1.0"' },
      {
        line: 10,
        text: '{"pri":4,"time":2160.388640,"msg":"Out of memory: Killed process 7 (nöde \\"x\\" {)"}',
        raw: '"msg": "Out of memory: Killed process 7 (nöde \\"x\\"',
      },
    ]);
  });
  it('of a Kubernetes list are its items, not what stands beside or in them', async () => {
    expect(await framesOf(LIST)).toEqual([
      {
        line: 8,
        text: '{"involvedObject":{"name":"chat-0"},"message":"Stopping container chat","series":[{"count":2}]}',
        raw: '"message": "Stopping container chat",',
      },
      { line: 12, text: '{"message":"Started container chat"}', raw: '"message": "Started container chat"' },
    ]);
  });
  it('of a HAR are its entries', async () => {
    expect(await textsOf(HAR)).toEqual(['{"request":{"url":"wss://a/ws"}}', '{"request":{"url":"b"}}']);
  });
  it('of a root array, of several values and of a lone object', async () => {
    expect(await textsOf('[{"a":1},\n[{"b":[{}]}], 3, "x",\n{"c":null}]')).toEqual(['{"a":1}', '[{"b":[{}]}]', '{"c":null}']);
    expect(await framesOf(PRETTY_ENTRIES)).toEqual([
      { line: 3, text: '{"__CURSOR":"a","MESSAGE":"one"}', raw: '"MESSAGE" : "one"' },
      { line: 7, text: '{"__CURSOR":"b","MESSAGE":[104]}', raw: '"MESSAGE" : [' },
    ]);
    expect(await framesOf('\uFEFF{\r\n "kind": "Pod",\r\n "items": []\r\n}')).toEqual([
      { line: 1, text: '{"kind":"Pod","items":[]}', raw: '{' },
    ]);
  });
  it('of one long line are quoted from where they begin, or from their message', async () => {
    const long = `[{"n":1,"pad":"${'p'.repeat(500)}","message":"late"},{"n":2}]`;
    expect((await framesOf(long)).map((frame) => frame.raw)).toEqual(['"message":"late"},', '{"n":2}]']);
  });
});

describe('broken documents keep their good members', () => {
  it.each([
    ['cut off', DMESG.slice(0, -60), 1],
    ['a bad value', LIST.replace('"Stopping', 'Stopping'), 1],
    ['a missing comma', '[\n  {"a": 1}\n  {"b": 2},\n  {"c": 3}\n]', 3],
    ['a bad member on one line', '[{"a":1},{"b":oops},{"c":3},{"d":4}]', 3],
    ['members without their array', '{"a": 1},\n{"b": 2},\n{"c": 3},\n', 3],
    ['a line of another program', '{\n "a": 1\n}\nerror: the server is gone\n{\n "b": 2\n}\n', 2],
    ['nothing but text', 'no JSON at all\n', 0],
  ])('%s', async (_, text, count) => {
    expect(await framesOf(text)).toHaveLength(count);
  });
});

test('chunks may be cut anywhere', async () => {
  const document = fc.constantFrom(
    DMESG,
    LIST,
    HAR,
    PRETTY_ENTRIES,
    LIST.replace('"Stopping', 'Stopping'),
    `[{"a":"${'é'.repeat(70_000)}"},{"b":1}]`,
  );
  await fc.assert(
    fc.asyncProperty(document, fc.array(fc.nat(200_000), { maxLength: 12 }), async (text, cuts) => {
      expect(await framesOf(text, cuts)).toEqual(await framesOf(text));
    }),
    { numRuns: 60 },
  );
});

test('members equal those of JSON.parse, and each raw piece stands on its line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.constantFrom(undefined, 1, '\t'), async (members, space) => {
      const text = JSON.stringify(members, undefined, space);
      const frames = await framesOf(text);
      const lines = text.split('\n');
      expect(frames.map((frame) => JSON.parse(frame.text))).toEqual(JSON.parse(text));
      for (const frame of frames) expect(lines[frame.line - 1]).toContain(frame.raw);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['dmesg -J', DMESG, true],
  ['a list', LIST, true],
  ['a compact list', JSON.stringify(JSON.parse(LIST)), true],
  ['HAR', HAR, true],
  ['several pretty objects', PRETTY_ENTRIES, true],
  ['an array, one member a line', '[{"a":1},\n{"b":2}]\n', true],
  ['an array between lines of its own', '[\n{"a":1}\n]\n', true],
  ['the head of one long line', `[{"a":"${'x'.repeat(65_000)}`, true],
  ['JSON Lines', '{"a":1}\n{"b":2}\n', false],
  ['one JSON line', '{"a":1}\n', false],
  ['JSON Lines with lists inside', '{"items":[{"a":1}]}\n{"items":[{"a":1}]}\n', false],
  ['JSON Lines behind a broken one', '{"a":\n{"b":2}\n', false],
  ['JSON Lines of arrays', '[{"a":1}]\n[{"b":2}]\n', false],
  ['text with brackets', '[2026-11-22 20:38:37 +0000] [22074] [INFO] Booting\n', false],
  ['a kernel log', '[    0.000000] Linux version\n', false],
  ['an inspected object', "{\n  level: 'info'\n}\n", false],
  ['nothing', '', false],
])('detects %s', (_, head, is) => {
  expect(jsonDocument.detect(head)).toBe(is);
});

test('50 MB of members pass through bounded memory', { timeout: 60_000 }, async () => {
  const member = bytesOf(`${JSON.stringify({ message: 'x'.repeat(900), nested: [{ a: 1 }] }, undefined, 1)},\n`);
  async function* chunks() {
    yield bytesOf('{"events": [\n');
    for (let sent = 0; sent < 50_000_000; sent += member.length) yield member;
    yield bytesOf('{}]}');
  }
  let count = 0;
  let peak = 0;
  const before = process.memoryUsage().heapUsed;
  for await (const _ of jsonDocument.frames(chunks())) {
    count++;
    if (count % 1_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed - before);
  }
  expect(count).toBe(Math.ceil(50_000_000 / member.length) + 1);
  expect(peak).toBeLessThan(150_000_000);
});

test('a member beyond every measure is skipped, not kept', async () => {
  expect(await textsOf(`[{"a":"${'x'.repeat(9_000_000)}"},{"b":1}]`)).toEqual(['{"b":1}']);
});
