/** Journal layouts that are not one line an entry: the same entries however the bytes are cut, exact values, what damage leaves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journalJson } from '../parsers/envelopes/journal-json.ts';
import { journalExport } from '../src/framing/journal-export.ts';
import { journalVerbose } from '../src/framing/journal-verbose.ts';
import type { Frame, Framing } from '../src/types.ts';

async function framesOf(framing: Framing, bytes: Uint8Array, cuts: readonly number[] = []): Promise<Frame[]> {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  async function* chunks() {
    for (let at = 1; at < edges.length; at++) yield bytes.subarray(edges[at - 1], edges[at]);
  }
  const frames: Frame[] = [];
  for await (const frame of framing.frames(chunks())) frames.push(frame);
  return frames;
}

const binary = (name: string, value: Buffer): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')]);
};
const head = (micros: string): Buffer =>
  Buffer.from(
    `__CURSOR=s=ad39;i=1;b=02fc;m=6ef0;t=660e;x=8c5f\n__REALTIME_TIMESTAMP=${micros}\n__MONOTONIC_TIMESTAMP=1861262229\n_BOOT_ID=02fc\n`,
  );
const text = (...lines: string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);
const BLANK = Buffer.from('\n');

// Entries of journalctl 252; the second message is 10 bytes long, so that its length holds a newline byte.
const EXPORT = Buffer.concat([
  head('1795385783135730'),
  text('SYSLOG_IDENTIFIER=chat', 'MESSAGE=ws closed', 'TAG=a', 'TAG=b'),
  BLANK,
  head('1795385784242394'),
  binary('MESSAGE', Buffer.from('line\n\ntwo.')),
  text('_PID=25443'),
  BLANK,
  head('1795385784242410'),
  binary('MESSAGE', Buffer.from('\x1b[31mred\x1b[0m')),
  binary('EMPTY', Buffer.alloc(0)),
]);

describe('journalctl -o export', () => {
  const line = (at: number): string => EXPORT.toString('utf8').split('\n')[at - 1] ?? '';

  it('gives what -o json prints', async () => {
    const frames = await framesOf(journalExport, EXPORT);
    expect(frames.map((frame) => JSON.parse(frame.text))).toMatchObject([
      { MESSAGE: 'ws closed', TAG: ['a', 'b'], __REALTIME_TIMESTAMP: '1795385783135730' },
      { MESSAGE: 'line\n\ntwo.', _PID: '25443' },
      { MESSAGE: [27, 91, 51, 49, 109, 114, 101, 100, 27, 91, 48, 109], EMPTY: '' },
    ]);
    expect(frames.map((frame) => journalJson.unwrap(frame.text)?.text)).toEqual(['ws closed', 'line\n\ntwo.', 'red']);
    for (const frame of frames) expect(line(frame.line)).toContain(frame.raw);
    expect(frames[0]).toMatchObject({ line: 6, raw: 'MESSAGE=ws closed' });
  });
  it('reads the same however the bytes are cut', async () => {
    const whole = await framesOf(journalExport, EXPORT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (cuts) => {
        expect(await framesOf(journalExport, EXPORT, cuts)).toEqual(whole);
      }),
    );
  });
  it('goes on behind damage', async () => {
    const huge = Buffer.concat([Buffer.from('MESSAGE\n'), Buffer.alloc(8, 0xff), text('rest')]);
    const frames = await framesOf(journalExport, Buffer.concat([head('1'), huge, BLANK, EXPORT]));
    expect(frames).toHaveLength(3);
    const cut = await framesOf(journalExport, EXPORT.subarray(0, EXPORT.length - 30));
    expect(cut).toHaveLength(3);
  });
  it('never throws', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(EXPORT.length), async (noise, at) => {
        await framesOf(journalExport, Buffer.concat([EXPORT.subarray(0, at), noise, EXPORT.subarray(at)]));
      }),
    ));
  it('is told from other texts', () => {
    expect(journalExport.detect(EXPORT.toString())).toBe(true);
    expect(journalExport.detect('MESSAGE=text\n')).toBe(false);
  });
});

const VERBOSE = `Sun 2026-11-22 22:16:24.242394 UTC [s=ad39654141d84a7fa0ee3fd4585a6ce9;i=6;b=02fceac052884575888e08b950921159;m=6f017eb8;t=660e4d3e7909a;x=6cc900f09e44a11f]
    PRIORITY=6
    MESSAGE=line one
            line two
            
            third
    SYSLOG_IDENTIFIER=multi
    _PID=25443
-- Boot b2b2b2b2b2b24b2b8b2bb2b2b2b2b2b2 --
Sun 2026-11-22 17:16:24.242410 EST [s=ad39654141d84a7fa0ee3fd4585a6ce9;i=8;b=02fceac052884575888e08b950921159;m=6f017fba;t=660e4d3e790aa;x=6cc900f09e44a11f]
    MESSAGE=[11B blob data]
    TAG=a
    TAG=b
`;

describe('journalctl -o verbose', () => {
  const bytes = Buffer.from(VERBOSE);

  it('reads the exact time of the cursor and values of several lines', async () => {
    const frames = await framesOf(journalVerbose, bytes);
    expect(frames.map((frame) => frame.line)).toEqual([3, 9, 11]);
    expect(JSON.parse(frames[0]?.text ?? '')).toMatchObject({
      __REALTIME_TIMESTAMP: '1795385784242330',
      MESSAGE: 'line one\nline two\n\nthird',
      _PID: '25443',
    });
    expect(frames[1]?.text).toBe('-- Boot b2b2b2b2b2b24b2b8b2bb2b2b2b2b2b2 --');
    expect(JSON.parse(frames[2]?.text ?? '')).toMatchObject({ MESSAGE: '[11B blob data]', TAG: ['a', 'b'] });
    for (const frame of frames) expect(VERBOSE.split('\n')[frame.line - 1]).toContain(frame.raw);
  });
  it('reads the same however the bytes are cut', async () => {
    const whole = await framesOf(journalVerbose, bytes);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (cuts) => {
        expect(await framesOf(journalVerbose, bytes, cuts)).toEqual(whole);
      }),
    );
  });
  it('is told from short-full', () => {
    expect(journalVerbose.detect(VERBOSE)).toBe(true);
    expect(journalVerbose.detect('Sun 2026-11-22 17:16:24 EST vm bare[25441]: first line\n')).toBe(false);
  });
});
