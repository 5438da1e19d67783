/** Records that a carrier wrote in pieces: read whole, once, whichever pieces hold something to find. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { envelopes } from '../parsers/envelopes/index.ts';
import { parsers } from '../parsers/index.ts';
import { extractSource, type Tally } from '../src/extract.ts';
import { openFile } from '../src/open/file.ts';
import type { RawEvent } from '../src/record.ts';

const folder = mkdtempSync(join(tmpdir(), 'why1006-pieces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function extract(lines: readonly string[]): Promise<{ readonly events: readonly RawEvent[]; readonly tally: Tally }> {
  const path = join(folder, 'app.log');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const opened = openFile({ name: 'app.log', path });
  if ('code' in opened) throw new Error(opened.code);
  const events: RawEvent[] = [];
  const tally = await extractSource({ name: 'app.log', bytes: opened.bytes }, { parsers, envelopes }, (event) => void events.push(event));
  return { events, tally };
}

const AT = '2026-11-22T20:23:41';
/** A carrier that cuts: a line as a piece with more to come, or as a last or only one. */
interface Cutter {
  readonly name: string;
  piece(text: string, isLast: boolean, stream?: string): string;
}
const CUTTERS: readonly Cutter[] = [
  { name: 'CRI', piece: (text, isLast, stream = 'stdout') => `${AT}.123456789Z ${stream} ${isLast ? 'F' : 'P'} ${text}` },
  {
    name: 'docker json-file',
    piece: (text, isLast, stream = 'stdout') => JSON.stringify({ log: isLast ? `${text}\n` : text, stream, time: `${AT}.123456789Z` }),
  },
  {
    name: 'Fluent Bit',
    piece: (text, isLast, stream = 'stdout') =>
      JSON.stringify({
        '@timestamp': `${AT}.123Z`,
        log: text,
        stream,
        _p: isLast ? 'F' : 'P',
        kubernetes: { pod_name: 'chat-0', container_name: 'chat' },
      }),
  },
  {
    name: 'docker in the journal',
    piece: (text, isLast, stream = 'stdout') =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: '1795379021123456',
        CONTAINER_NAME: `chat-${stream}`,
        ...(!isLast && { CONTAINER_PARTIAL_MESSAGE: 'true' }),
        MESSAGE: text,
      }),
  },
];

const filler = 'x'.repeat(15_000);
const close = JSON.stringify({
  level: 40,
  time: Date.parse(`${AT}.100Z`),
  pid: 406,
  name: 'chat',
  body: filler,
  connId: '94230662',
  code: 1006,
  reason: '',
  durationMs: 3440,
  note: 'é'.repeat(900),
  msg: 'ws closed',
});
const noise = (cutter: Cutter): string => cutter.piece('{"level":30,"msg":"tick"}', true);
/** Around each word that a search may look for, and inside. */
const places = [
  1,
  40,
  15_040,
  ...['"connId"', '"code"', '1006', '"reason"', '"durationMs"', 'closed"'].flatMap((word) =>
    [0, 1, 3, word.length].map((more) => close.indexOf(word) + more),
  ),
  close.length - 1,
];

describe.each(CUTTERS)('$name', (cutter) => {
  const whole = (events: readonly RawEvent[]): void => {
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'socket-closed', code: 1006, lifeMs: 3440, keys: { connection: '94230662', pid: 406 } });
    expect(events[0]?.when.fromMs).toBe(Date.parse(`${AT}.100Z`));
  };
  it('gives a record that was cut anywhere, once', async () => {
    for (const place of places) {
      const lines = [noise(cutter), cutter.piece(close.slice(0, place), false), cutter.piece(close.slice(place), true), noise(cutter)];
      whole((await extract(lines)).events);
    }
  });
  it('gives a record in many pieces, between those of another stream', async () => {
    const bytes = 4_000;
    const pieces = Array.from({ length: Math.ceil(close.length / bytes) }, (_, n) => close.slice(n * bytes, (n + 1) * bytes));
    const lines = pieces.flatMap((text, n) => [
      cutter.piece(text, n === pieces.length - 1),
      cutter.piece('listening, 1006 visitors, ws closed?', n % 2 === 0, 'stderr'),
    ]);
    const { events } = await extract(lines);
    whole(events.filter((event) => event.kind === 'socket-closed' && event.keys.connection !== undefined));
  });
  it('tells records in pieces apart', async () => {
    const [head, tail] = [close.slice(0, 15_050), close.slice(15_050)];
    const other = tail.replace('94230662', '94230663');
    const { events } = await extract(
      [
        [head, tail],
        [head, other],
        [head, tail],
      ].flatMap(([first = '', last = '']) => [cutter.piece(first, false), cutter.piece(last, true)]),
    );
    expect(events.map((event) => event.keys.connection)).toEqual(['94230662', '94230663', '94230662']);
  });
  it('points at a line that shows it', async () => {
    const lines = [noise(cutter), cutter.piece(close.slice(0, 15_050), false), cutter.piece(close.slice(15_050), true)];
    const { events } = await extract(lines);
    expect(lines[(events[0]?.origin.line ?? 0) - 1]).toContain(events[0]?.quote);
  });
});
