/** Lines that say what the lines behind them mean: they hold no close and no needle, and yet every other line rests on them. */
import { expect, it } from 'vitest';
import { extractSource } from '../src/extract.ts';
import type { RawEvent } from '../src/record.ts';
import { shelves, sourceOf } from './logs-in-memory.ts';

async function events(name: string, text: string): Promise<RawEvent[]> {
  const found: RawEvent[] = [];
  await extractSource({ ...sourceOf(name, text), writtenMs: Date.UTC(2026, 10, 22) }, shelves, (event) => found.push(event));
  return found;
}

const FIELDS = 'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status';
const row = (time: string, rest: string): string => `2026-11-22 ${time} 10.0.0.5 GET /signal id=1 443 - 203.0.113.9 Mozilla/5.0 - ${rest}`;

it('reads IIS rows by the columns that their file names, also where it names others further down', async () => {
  const log = [
    '#Software: Microsoft Internet Information Services 10.0',
    `#Fields: ${FIELDS} sc-substatus sc-win32-status sc-bytes cs-bytes time-taken`,
    row('20:00:05', '101 0 64 10 20 60012'),
    ...Array.from({ length: 2000 }, () => row('20:00:06', '200 0 0 10 20 3')),
    `#Fields: ${FIELDS} time-taken`,
    row('20:01:05', '101 60007'),
  ];
  expect(await events('u_ex261122.log', `${log.join('\r\n')}\r\n`)).toMatchObject([
    { kind: 'tunnel-ended', lifeMs: 60012 },
    { kind: 'tunnel-ended', lifeMs: 60007 },
  ]);
});

it('knows for which location a timer of nginx.conf is, though the line that opens it holds no timer', async () => {
  const conf = 'http {\n  server {\n    location /ws {\n      proxy_read_timeout 77s;\n    }\n    proxy_send_timeout 1m;\n  }\n}\n';
  const found = await events('nginx.conf', conf);
  expect(found).toMatchObject([
    { setting: 'proxy_read_timeout', keys: { path: '/ws' } },
    { setting: 'proxy_send_timeout', keys: {} },
  ]);
  expect(found[1]?.keys.path).toBeUndefined();
});
