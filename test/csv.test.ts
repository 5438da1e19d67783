/** Tables: rows whatever their quotes and line ends, at the lines where their messages stand, however the bytes are cut. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csv } from '../src/framing/csv.ts';
import type { Frame } from '../src/types.ts';

async function framesOf(text: string, size = 1 << 20): Promise<Frame[]> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const frames: Frame[] = [];
  for await (const frame of csv.frames(chunks())) frames.push(frame);
  return frames;
}
const rows = (frames: readonly Frame[]): unknown[] => frames.map(({ text }) => (JSON.parse(text) as { csv: unknown }).csv);

it('a date and a time without quotes are one cell where the row has one too many', async () => {
  const text = 'timestamp [UTC],name,customDimensions\n11/02/2026, 15:19:45.633,HubDown,drv-1\n';
  expect(rows(await framesOf(text))).toEqual([
    { 'timestamp [UTC]': '11/02/2026, 15:19:45.633', name: 'HubDown', customDimensions: 'drv-1' },
  ]);
});

it.each([
  '@timestamp,@message\n',
  '"Level","Date and Time","Source","Event ID","Task Category"\r\n',
  'client_id,closed_at,code,was_clean\n1,2,3,4',
  '\uFEFFDate;Host;Service;Content\n',
  'timestamp [UTC]\tmessage\n',
  'closed;player;code;reason;seconds\n2026-11-26T14:06:05.101Z;P-D85154;1001;;7.093\n',
  '"_time",host,source,sourcetype,"_raw"\n',
  'id,fechado_em,sessão,código,limpo\n1,2026-10-22 19:40:50,359f870e,1006,f\n',
  'epoch\tuser\tevent\tcode\n1795702220\tu5ac703\tws_close\t1006\n',
])('takes %j for names of columns', (head) => expect(csv.detect(head)).toBe(true));
it.each([
  '2026-11-22 20:23:41, closed, code\n',
  'date,amount\n',
  'message,reason\n',
  'time="2026-11-22T20:23:41Z",level=info\n',
  'timestamp\n',
])('does not take %j for it', (head) => expect(csv.detect(head)).toBe(false));

it('reads quotes, line ends and commas in cells, and says where each line of a message stands', async () => {
  const text = 'Date,Content\r\n2026,"a ""b"", c"\r\n2027,"Error: x\r\n    at y\r\n"\r\n2028,"d"\r\n';
  const frames = await framesOf(text);
  expect(rows(frames)).toEqual([
    { Date: '2026', Content: 'a "b", c' },
    { Date: '2027', Content: 'Error: x' },
    { Date: '2027', Content: '    at y' },
    { Date: '2028', Content: 'd' },
  ]);
  expect(frames.map(({ line, raw }) => [line, raw])).toEqual([
    [2, '2026,"a ""b"", c"'],
    [3, '2027,"Error: x'],
    [4, '    at y'],
    [6, '2028,"d"'],
  ]);
});

it('gives the message of Event Viewer’s last column the name that it lacks', async () =>
  expect(rows(await framesOf('Level,Date and Time,Event ID\nError,1.2.2026 02:03:04,5011,"It died."\n'))).toEqual([
    { Level: 'Error', 'Date and Time': '1.2.2026 02:03:04', 'Event ID': '5011', Message: 'It died.' },
  ]));

it('loses one row, not the file, to a quote that nobody closes', async () => {
  const text = `time,message\n1,"open\n${Array.from({ length: 500 }, (_, at) => `${at},row ${at}\n`).join('')}`;
  expect(rows(await framesOf(text)).slice(1)).toEqual(Array.from({ length: 500 }, (_, at) => ({ time: String(at), message: `row ${at}` })));
});

it('reads the same however the bytes are cut', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'ö', '"', ',', '\n', '\r\n', '1'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      async (parts, size) => {
        const text = `time,message\n${parts.join('')}`;
        expect(await framesOf(text, size)).toEqual(await framesOf(text));
      },
    ),
  ));
