/** What a runtime prints when it dies stands on many lines; each carrier shows them its own way, and all say one fault. */
import { describe, expect, it } from 'vitest';
import { extractSource } from '../src/extract.ts';
import type { RawEvent } from '../src/record.ts';
import { shelves, sourceOf } from './logs-in-memory.ts';

const CRASHES = [
  {
    runtime: 'Node.js 20',
    says: "TypeError: Cannot read properties of undefined (reading 'user')",
    fault: 'uncaught-exception',
    lines: [
      '/srv/chat/server.js:41',
      '  const name = session.user;',
      '                       ^',
      '',
      "TypeError: Cannot read properties of undefined (reading 'user')",
      '    at f (/srv/chat/server.js:41:42)',
      '    at listOnTimeout (node:internal/timers:581:17)',
      '',
      'Node.js v20.20.2',
    ],
  },
  {
    runtime: 'Python 3.11',
    says: 'ValueError: boom: x',
    fault: 'uncaught-exception',
    lines: [
      'Traceback (most recent call last):',
      '  File "/srv/chat.py", line 3, in <module>',
      '    asyncio.run(main())',
      '    ^^^^^^^^^^^^^^^^^^^',
      '  File "/srv/chat.py", line 2, in main',
      '    raise ValueError("boom: x")',
      'ValueError: boom: x',
    ],
  },
  {
    runtime: 'OpenJDK 17',
    says: 'java.lang.IllegalStateException: x',
    fault: 'uncaught-exception',
    lines: [
      'Exception in thread "main" java.lang.IllegalStateException: x',
      '\tat chat.Main.run(Main.java:12)',
      '\tat chat.Main.main(Main.java:5)',
    ],
  },
  {
    runtime: 'Go 1.22',
    says: 'runtime error: index out of range [5] with length 3',
    fault: 'panic',
    lines: [
      'panic: runtime error: index out of range [5] with length 3',
      '',
      'goroutine 1 [running]:',
      'main.main()',
      '\t/srv/chat/main.go:9 +0x1d',
      'exit status 2',
    ],
  },
] as const;

const SECOND = '2026-11-22T20:23:4';
const PREFIX = 'Nov 22 20:23:41 vm chat[812]: ';
/** The nth line at 20:23:41 and n ms. */
const CARRIERS: readonly {
  readonly name: string;
  readonly at: number;
  readonly withinMs?: number;
  carry(lines: readonly string[]): string[];
}[] = [
  {
    name: 'a file between dated lines',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    carry: (lines) => [`${SECOND}1.000Z INFO ws connection open id=1`, ...lines, `${SECOND}1.900Z INFO listening on 3000`],
  },
  { name: 'journalctl -o short', at: Date.UTC(2000, 10, 22, 20, 23, 41), carry: (lines) => lines.map((line) => `${PREFIX}${line}`) },
  {
    name: 'journalctl -o short, one message',
    at: Date.UTC(2000, 10, 22, 20, 23, 41),
    carry: (lines) => lines.map((line, n) => (n === 0 ? PREFIX : ' '.repeat(PREFIX.length)) + line),
  },
  {
    name: 'journalctl -o json',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    carry: (lines) =>
      lines.map((line, n) =>
        JSON.stringify({
          __REALTIME_TIMESTAMP: `17953790210${String(n).padStart(2, '0')}000`,
          _PID: '812',
          SYSLOG_IDENTIFIER: 'chat',
          _SYSTEMD_UNIT: 'chat.service',
          MESSAGE: line,
        }),
      ),
  },
  {
    name: 'docker json-file',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    carry: (lines) =>
      lines.map((line, n) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: `${SECOND}1.0${String(n).padStart(2, '0')}Z` })),
  },
  {
    name: 'CRI, between lines of stdout',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    carry: (lines) =>
      lines.flatMap((line, n) => [
        `${SECOND}1.0${String(n).padStart(2, '0')}000000Z stderr F ${line}`,
        `${SECOND}1.0${String(n).padStart(2, '0')}000000Z stdout F tick`,
      ]),
  },
  {
    name: 'kubectl logs --timestamps',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    carry: (lines) => lines.map((line, n) => `${SECOND}1.0${String(n).padStart(2, '0')}000000Z ${line}`),
  },
  {
    name: 'docker compose',
    at: Date.UTC(2026, 10, 22, 20, 23, 41),
    // The log ends with it: nobody knows how long after the last dated line it came.
    withinMs: 601_000,
    carry: (lines) => ['chat-1  | 2026-11-22T20:23:41.000Z INFO ready', ...lines.map((line) => `chat-1  | ${line}`)],
  },
];

describe.each(CARRIERS)('$name', ({ at, withinMs = 1_000, carry }) => {
  it.each(CRASHES)('says the fault of $runtime once', async ({ says, fault, lines }) => {
    const events: RawEvent[] = [];
    const log = carry(lines);
    await extractSource(sourceOf('chat.log', `${log.join('\n')}\n`), shelves, (event) => void events.push(event));
    const faults = events.filter((event) => event.kind === 'process-fault');
    expect(faults).toMatchObject([{ says, fault }]);
    expect(faults[0]?.when.fromMs).toBeGreaterThanOrEqual(at);
    expect(faults[0]?.when.toMs).toBeLessThanOrEqual(at + withinMs);
    expect(log[(faults[0]?.origin.line ?? 0) - 1]).toContain(faults[0]?.quote);
  });
});
