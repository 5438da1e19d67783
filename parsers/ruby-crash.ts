/** What Ruby prints when it dies of an exception or of a bug of its own. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

/** `server.rb:5:in 'Chat#run': boom (RuntimeError)`; the quote was a backtick before Ruby 3.4. */
const UNCAUGHT = /^(?:[^\s:]{1,500}):\d{1,9}:in [`'][^`']{1,300}': (.{0,2000}) \(([A-Z]\w{0,80}(?:::[A-Z]\w{0,80}){0,9})\)$/;
const BUG = /^(?:[^\s:]{1,500}:(?:\d{1,9}: )?)?\s?\[BUG\] (.{1,500})$/;
const NO_MEMORY = /^\[FATAL\] failed to allocate memory$/;

export const rubyCrash = defineParser<FaultRow>({
  name: 'ruby-crash',
  about: 'uncaught exceptions and interpreter crashes of Ruby',
  adds: 'that a Ruby server died by itself, and of what',
  docs: 'https://docs.ruby-lang.org/en/master/Exception.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['[BUG] ', '[FATAL] failed to allocate memory', '.rb:'],
  samples: [
    {
      line: "server.rb:5:in 'Chat#run': boom (RuntimeError)",
      from: 'Ruby 3.4',
      reads: { message: 'RuntimeError: boom' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception', says: 'RuntimeError: boom' },
    },
    {
      line: "/usr/lib/ruby/3.1.0/socket.rb:1214:in `__connect_nonblock': Connection refused - connect(2) (Errno::ECONNREFUSED)",
      from: 'Ruby 3.1',
      reads: { message: 'Errno::ECONNREFUSED: Connection refused - connect(2)' },
      gives: { kind: 'process-fault', fault: 'uncaught-exception' },
    },
    {
      line: '/srv/app.rb:12: [BUG] Segmentation fault at 0x0000000000000000',
      from: 'Ruby 3.1',
      reads: {},
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: '[BUG] object allocation during garbage collection phase',
      from: 'Ruby 3.1',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: '[FATAL] failed to allocate memory',
      from: 'Ruby 3.1',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
  ],
  rejects: [
    "server.rb:5:in 'run'",
    'app.rb:5: warning: method redefined',
    '[BUG]',
    "\tfrom server.rb:9:in '<main>'",
    'ticket [BUG] Segmentation fault',
  ],
  read(text) {
    const [, says, name] = UNCAUGHT.exec(text) ?? [];
    if (name !== undefined) return faultRow(`${name}: ${says}`, name === 'NoMemoryError' ? 'heap-limit' : 'uncaught-exception');
    const bug = BUG.exec(text)?.[1];
    if (bug !== undefined) return faultRow(`[BUG] ${bug}`, bug.startsWith('Segmentation fault') ? 'segfault' : 'abort', true);
    return NO_MEMORY.test(text) ? faultRow(text, 'heap-limit', true) : null;
  },
  events: (row) => faultEvent(row),
});
