/** What tools say that start a developer's server anew at each change: nodemon, cargo-watch, `node --watch`, the reloaders of Flask and Django. */
import { logHead } from '../src/grammar/log-head.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface WatcherRow extends Row {
  readonly at?: Stamp;
  readonly message: string;
  readonly change: 'restart' | 'exited';
  readonly exitCode?: number;
}

/** Of several programs in one terminal: `[backend] …` (concurrently). */
const PREFIX = /^\[[\w:.-]{1,40}\] (?=\[)/;
const RESTARTS =
  /^(?:\[nodemon\] restarting due to changes\.\.\.|\[Running '.{1,1000}'\]|Restarting '.{1,300}'| ?\* Detected change in '.{1,500}', reloading|\S{1,300}\.py changed, reloading\.)$/;
/** cargo-watch tells of each start; the first is behind nothing, and one behind an end of itself stops nothing. */
const STARTS = /^\[Running '/;
const ENDED = /^\[Finished running\. Exit status: (\d{1,3})\]$|^\[nodemon\] app crashed - waiting for file changes before starting\.\.\.$/;
const BEFORE = 32;

const messageOf = (line: string): string => line.replace(PREFIX, '');

export const devWatchers = defineParser<WatcherRow>({
  name: 'dev-watchers',
  about: 'tools that start a developer’s server anew at each change: nodemon, cargo-watch, node --watch, Flask, Django',
  adds: 'that the server was stopped since a file had changed',
  docs: 'https://github.com/remy/nodemon',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: [
    '[nodemon] restarting',
    '[nodemon] app crashed',
    "[Running '",
    '[Finished running',
    "Restarting '",
    '* Detected change in',
    '.py changed, reloading.',
  ],
  samples: [
    {
      line: '[nodemon] restarting due to changes...',
      from: 'nodemon 3.0',
      reads: { change: 'restart' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    {
      line: '[nodemon] app crashed - waiting for file changes before starting...',
      from: 'nodemon 3.0',
      reads: { change: 'exited' },
      gives: { kind: 'process-ended' },
    },
    {
      line: "[backend] [Running 'cargo run --bin server']",
      from: 'cargo-watch 8.5 in concurrently, BloopAI/vibe-kanban#2403',
      before: ['[backend] 2026-01-29T10:31:07.412Z  INFO server: Server running on http://127.0.0.1:3001'],
      reads: { message: "[Running 'cargo run --bin server']" },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    { line: "[Running 'cargo run']", from: 'cargo-watch 8.5, the first start', reads: { change: 'restart' }, gives: 'noise' },
    {
      line: '[Finished running. Exit status: 101]',
      from: 'cargo-watch 8.5',
      reads: { exitCode: 101 },
      gives: { kind: 'process-ended', exitCode: 101 },
    },
    {
      line: "Restarting 'server.js'",
      from: 'Node.js 22 --watch',
      reads: { change: 'restart' },
      gives: { kind: 'stop-requested', how: 'supervisor-stop' },
    },
    {
      line: " * Detected change in '/app/server.py', reloading",
      from: 'Werkzeug 3.0',
      reads: { change: 'restart' },
      gives: { kind: 'stop-requested' },
    },
    {
      line: '/app/chat/consumers.py changed, reloading.',
      from: 'Django 5.0 runserver',
      reads: { change: 'restart' },
      gives: { kind: 'stop-requested' },
    },
  ],
  rejects: [
    '[nodemon] starting `node index.js`',
    "[Running 'cargo run'",
    "Restarting 'server.js' in 5 s",
    'the configuration changed, reloading.',
    '[Finished running]',
  ],
  read(line, context) {
    const text = messageOf(line);
    const head = logHead(text);
    const message = head?.at ? head.message : text;
    const ended = ENDED.exec(message);
    if (ended) return { message, change: 'exited', ...(head?.at && { at: head.at }), ...(ended[1] && { exitCode: Number(ended[1]) }) };
    if (!RESTARTS.test(message)) return null;
    const row: WatcherRow = { message, change: 'restart', ...(head?.at && { at: head.at }) };
    if (!STARTS.test(message)) return row;
    const before = context.before(BEFORE).map(messageOf);
    const isNext = before.length > 0 && !before.slice(-2).some((other) => ENDED.test(other));
    return { ...row, stops: isNext };
  },
  events(row): Draft | undefined {
    if (row.change === 'exited') return { kind: 'process-ended', exitCode: row.exitCode ?? 1 };
    return row['stops'] === false ? undefined : { kind: 'stop-requested', how: 'supervisor-stop' };
  },
});
