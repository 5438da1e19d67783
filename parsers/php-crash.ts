/** What PHP prints when a script dies of an error that nothing caught: servers on the command line (Ratchet, Swoole, Workerman) end by it. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { logHead } from '../src/grammar/log-head.ts';
import { iso } from '../src/time.ts';
import { defineParser } from '../src/types.ts';

/** `display_errors` prints it without `PHP `, `log_errors` with it, an `error_log` file with stamp and zone before it. */
const FATAL =
  /^(?:\[(\d{2})-([A-Z][a-z]{2})-(\d{4}) (\d{2}:\d{2}:\d{2})(?: ([A-Z][\w/+-]{1,60}))?\] )?(?:PHP )?Fatal error: {1,2}(\S.{0,2000}) in (\S.{0,500}?)(?: on line |:)(\d{1,9})$/;
const MEMORY = /^(?:Allowed memory size of \d{1,15} bytes exhausted|Out of memory \(allocated )/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function stampOf(day: string, month: string, year: string, time: string, zone: string | undefined): ReturnType<typeof iso> {
  const number = MONTHS.indexOf(month) / 3 + 1;
  return Number.isInteger(number) && number > 0
    ? iso(`${year}-${String(number).padStart(2, '0')}-${day}T${time}${zone === 'UTC' ? 'Z' : ''}`)
    : undefined;
}

export const phpCrash = defineParser<FaultRow>({
  name: 'php-crash',
  about: 'fatal errors of PHP: the memory limit, uncaught exceptions',
  adds: 'that a PHP server died by itself, and of what: an exception or memory_limit',
  docs: 'https://www.php.net/manual/en/errorfunc.constants.php',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Fatal error: '],
  samples: [
    {
      line: 'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 65552 bytes) in /srv/chat/vendor/ratchet/rfc6455/src/Messaging/MessageBuffer.php on line 205',
      from: 'PHP 8.2, log_errors to stderr',
      reads: { message: 'Allowed memory size of 134217728 bytes exhausted (tried to allocate 65552 bytes)' },
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: 'Fatal error: Allowed memory size of 268435456 bytes exhausted (tried to allocate 1048576 bytes) in /srv/a b/x.php on line 9',
      from: 'PHP 8.2, display_errors',
      reads: { message: 'Allowed memory size of 268435456 bytes exhausted (tried to allocate 1048576 bytes)' },
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: '[16-Jun-2017 18:47:50 UTC] PHP Fatal error:  Uncaught TypeError: Chat::send(): Argument #1 must be of type string, null given in /srv/chat.php:41',
      from: 'PHP 8.2, error_log; the first line of the trace',
      reads: {
        at: { ms: 1497638870000, widthMs: 1000, basis: 'utc' },
        message: 'Uncaught TypeError: Chat::send(): Argument #1 must be of type string, null given',
      },
      gives: { kind: 'process-fault', fault: 'uncaught-exception' },
    },
    {
      line: '[16-Jun-2017 18:47:50 America/Sao_Paulo] PHP Fatal error:  Out of memory (allocated 67108864) (tried to allocate 8388608 bytes) in /srv/ws.php on line 181',
      from: 'PHP 7.4, error_log with date.timezone',
      reads: { at: { ms: 1497638870000, widthMs: 1000, basis: 'local' } },
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: '[2023-11-09 11:07:58] PHP Fatal error:  Allowed memory size of 268435456 bytes exhausted (tried to allocate 1048576 bytes) in /home/shop/vendor/react/http/src/Io/Transaction.php on line 198',
      from: 'PHP 8.1, log_errors, behind a stamp of what runs it',
      reads: {
        at: { ms: 1699528078000, widthMs: 1000, basis: 'local' },
        message: 'Allowed memory size of 268435456 bytes exhausted (tried to allocate 1048576 bytes)',
      },
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
  ],
  rejects: [
    'PHP Warning:  Undefined variable $x in /srv/a.php on line 3',
    'PHP Fatal error:  Uncaught TypeError',
    'Fatal error: ',
    '[16-Jun-2017] PHP Fatal error:  x in /a.php on line 1',
    '  thrown in /srv/chat.php on line 41',
  ],
  read(text) {
    const own = FATAL.exec(text);
    // Whatever runs the script may write a stamp before each line that it prints.
    const head = own || !text.includes('Fatal error: ') ? undefined : logHead(text);
    const [, day, month = '', year = '', time = '', zone, says] = own ?? FATAL.exec(head?.message ?? '') ?? [];
    if (says === undefined) return null;
    const at = day === undefined ? head?.at : stampOf(day, month, year, time, zone);
    if (day !== undefined && !at) return null;
    const row = faultRow(says, MEMORY.test(says) ? 'heap-limit' : 'uncaught-exception');
    return at ? { at, ...row } : row;
  },
  events: (row) => faultEvent(row),
});
