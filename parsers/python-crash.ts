/** What Python prints when it dies: tracebacks and the interpreter's fatal errors. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { TRACEBACK, TRACEBACK_LINES } from '../src/grammar/python-exception.ts';
import { defineParser, type ProcessFault } from '../src/types.ts';

const FATAL = /^Fatal Python error: (.{1,500})$/;
const ASGI = /(?:^|\s)Exception in ASGI application$/;
const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** A line that logged the exception: then somebody caught it, and it ended a connection or a task. */
const CAUGHT =
  /Exception in ASGI application|Exception in (?:callback|thread)|Exception ignored in|was never retrieved|handler failed|Error handling request|\bERROR\b|\bWARNING\b|"level": ?"error"|\[error\]/i;
const FRAME = /^\s{0,12}(?:\| {1,4})?File "[^"]{1,1000}", line \d{1,9}, in /;
/** A traceback begins at the frame that catches it: what nothing caught begins where the interpreter, `-m` or multiprocessing runs the program. */
const OUTERMOST = /, in (?:<module>|_run_module_as_main|_bootstrap)$/;

/** asyncio's own handler writes what failed, what it belonged to, and then the traceback. */
const OF_ASYNCIO = /^\s{0,8}(?:protocol|transport|future|task|handle|socket|server|asyncgen|loop): /;

/** The exception's line below the frames, and whether the traceback goes on to another exception. */
function raised(after: readonly string[]): { readonly says: string | undefined; readonly isChained: boolean } {
  const lines = after.map((line) => line.replace(/^\s{0,8}\| ?/, ''));
  const at = lines.findIndex((line) => line !== '' && !line.startsWith(' '));
  // A message of several lines goes on without indentation, so a chain may begin a few lines below.
  const isChained = at >= 0 && lines.slice(at + 1, at + 8).some((line) => CHAINED.test(line));
  return { says: at < 0 ? undefined : lines[at], isChained };
}

/** Lines without the blanks that a carrier put before all of them. */
function outdented(lines: readonly string[], first: string): readonly string[] {
  const indent = /^ {0,8}/.exec(first)?.[0] ?? '';
  return indent === '' ? lines : lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
}

function faultOfFatal(says: string): ProcessFault['fault'] {
  if (says.startsWith('Segmentation fault') || says.startsWith('Bus error')) return 'segfault';
  return /^(?:Floating|Illegal)/.test(says) ? 'trap' : /memory/i.test(says) ? 'heap-limit' : 'abort';
}

function readTraceback(before: string, after: readonly string[]): FaultRow {
  const { says = 'exception', isChained } = raised(after);
  // Of a chain the last exception is the one that got out.
  if (isChained) return faultRow(says);
  if (CAUGHT.test(before) || OF_ASYNCIO.test(before)) return faultRow(says, 'handler-exception', false);
  const isTop = OUTERMOST.test(after[0] ?? '');
  // What begins further in was caught by the frame that it begins in: a logger's `exc_info`, an event loop's handler, a thread's.
  if (!isTop && FRAME.test(after[0] ?? '')) return faultRow(says, 'handler-exception', false);
  return faultRow(says, /^MemoryError\b/.test(says) ? 'heap-limit' : 'uncaught-exception', isTop ? true : undefined);
}

const FRAMES = [
  '  File "/srv/chat.py", line 3, in <module>',
  '    asyncio.run(main())',
  '  File "/srv/chat.py", line 2, in main',
  '    raise ValueError("boom: x")',
];

export const pythonCrash = defineParser<FaultRow>({
  name: 'python-crash',
  about: 'tracebacks and fatal errors of Python, also those a server caught',
  adds: 'that the server or one connection died of an exception, and of which',
  docs: 'https://docs.python.org/3/library/faulthandler.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Traceback (most recent call last)', 'Fatal Python error: ', 'Exception in ASGI application'],
  samples: [
    {
      line: 'Traceback (most recent call last):',
      from: 'Python 3.11.7, uncaught',
      before: ['2026-06-25 08:20:48,490 INFO websockets.server server listening on 127.0.0.1:3000'],
      after: [...FRAMES, '                   ^^^^^^^^^^^', 'ValueError: boom: x'],
      reads: { message: 'ValueError: boom: x' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true, says: 'ValueError: boom: x' },
    },
    {
      line: 'Traceback (most recent call last):',
      from: 'uvicorn 0.17',
      before: ['ERROR:    Exception in ASGI application'],
      after: ['  File "/srv/chat.py", line 9, in run_asgi', '    result = await app()', 'KeyError: 3'],
      reads: { message: 'KeyError: 3' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false, says: 'KeyError: 3' },
    },
    {
      line: 'Traceback (most recent call last):',
      from: 'Python 3.11.7, the first of a chain',
      after: [
        '  File "u.py", line 2, in <module>',
        '    1/0',
        'ZeroDivisionError: division by zero',
        '',
        'During handling of the above exception, another exception occurred:',
        '',
      ],
      reads: { message: 'ZeroDivisionError: division by zero' },
      gives: 'noise',
    },
    {
      line: 'Traceback (most recent call last):',
      from: 'Python 3.11.7, ulimit -v',
      after: ['  File "<string>", line 1, in <module>', 'MemoryError'],
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true, says: 'MemoryError' },
    },
    {
      line: '  + Exception Group Traceback (most recent call last):',
      from: 'Python 3.11.7',
      after: [
        '  |   File "g.py", line 1, in <module>',
        '  |     raise ExceptionGroup("two", [])',
        '  | ExceptionGroup: two (2 sub-exceptions)',
      ],
      reads: { message: 'ExceptionGroup: two (2 sub-exceptions)' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception' },
    },
    {
      line: ' Traceback (most recent call last):',
      from: 'Python 3.5 asyncio in syslog, aio-libs/aiohttp#961: it caught the error of one transport',
      before: [
        ' [asyncio] Fatal read error on socket transport',
        ' protocol: <aiohttp.web.RequestHandler object at 0x7f2d0c5a5f28>',
        ' transport: <_SelectorSocketTransport fd=14 read=polling write=<idle, bufsize=0>>',
      ],
      after: [
        '   File "/usr/lib/python3.5/asyncio/selector_events.py", line 663, in _read_ready',
        '     data = self._sock.recv(self.max_size)',
        ' TimeoutError: [Errno 110] Connection timed out',
      ],
      reads: { message: 'TimeoutError: [Errno 110] Connection timed out' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: 'Traceback (most recent call last):',
      from: 'websockets 8.1 without a logging configuration, python-websockets/websockets#823',
      before: ['Unexpected exception in keepalive ping task'],
      after: [
        '  File "/usr/local/lib/python3.6/dist-packages/websockets/protocol.py", line 1130, in keepalive_ping',
        '    ping_waiter = await self.ping()',
        'TimeoutError: [Errno 110] Connection timed out',
      ],
      reads: { message: 'TimeoutError: [Errno 110] Connection timed out' },
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: 'Traceback (most recent call last):',
      from: 'Python 3.9, a process of multiprocessing, as of uvicorn --workers',
      before: ['Process SpawnProcess-1:'],
      after: [
        '  File "/usr/lib/python3.9/multiprocessing/process.py", line 315, in _bootstrap',
        '    self.run()',
        'OSError: [Errno 98] Address already in use',
      ],
      reads: { message: 'OSError: [Errno 98] Address already in use' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', fatal: true },
    },
    {
      line: 'Fatal Python error: Segmentation fault',
      from: 'Python 3.11.7 -X faulthandler',
      reads: { message: 'Fatal Python error: Segmentation fault' },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: 'Fatal Python error: Aborted',
      from: 'Python 3.11.7 -X faulthandler',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: 'ERROR:    Exception in ASGI application',
      from: 'uvicorn 0.17: the traceback below says it',
      after: ['Traceback (most recent call last):'],
      reads: {},
      gives: 'noise',
    },
    {
      line: 'Exception in ASGI application',
      from: 'uvicorn 0.30 with a plain formatter',
      reads: {},
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
  ],
  rejects: [
    'Traceback',
    'see Traceback (most recent call last): in the log',
    'Python error: Segmentation fault',
    'Exception in ASGI application server',
  ],
  read(text, context) {
    if (TRACEBACK.test(text)) return readTraceback(context.before(1)[0] ?? '', outdented(context.after(TRACEBACK_LINES), text));
    const fatal = FATAL.exec(text)?.[1];
    if (fatal !== undefined) return faultRow(text, faultOfFatal(fatal), true);
    if (!ASGI.test(text)) return null;
    return TRACEBACK.test(context.after(1)[0] ?? '')
      ? faultRow(text)
      : faultRow('Exception in ASGI application', 'handler-exception', false);
  },
  events: (row) => faultEvent(row),
});
