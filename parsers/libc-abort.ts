/** What the C and C++ libraries print before they abort a program. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

const WORDS: readonly RegExp[] = [
  // glibc: `program: file.c:84: function: Assertion …`; musl and macOS begin with it.
  /^(?:[^\s:]{1,200}: )?[^\s:]{1,300}:\d{1,7}: (?:[^\n`]{1,500}: )?Assertion `[^\n]{1,1000}' failed\.$/,
  /^Assertion failed: [^\n]{1,1000} \([^\n:]{1,300}: [^\n:]{1,300}: \d{1,7}\)$|^Assertion failed: \([^\n]{1,1000}\), function [^\n]{1,300}, file [^\n]{1,300}, line \d{1,7}\.$/,
  // Of a heap that was written over; before glibc 2.27 with the program's name around it.
  /^(?:(?:malloc|free|realloc|calloc|munmap_chunk|malloc_consolidate)\(\): (?:invalid|corrupted|memory|unaligned|mismatching|double|too many)|double free or corruption \(|corrupted (?:size vs\. prev_size|double-linked list))/,
  /^\*\*\* Error in `[^'\n]{1,300}': [^\n]{1,300}: 0x[0-9a-f]{1,16} \*\*\*$/,
  /^\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*: /,
  /^terminate called (?:after throwing an instance of '|without an active exception$)/,
  /^libc\+\+abi(?:\.dylib)?: terminating (?:due to|with) uncaught exception of type /,
];
/** What `new` throws where the system, or the process's own limit, gives no more memory. */
const NO_MEMORY = /\bstd::bad_alloc\b/;
/** libstdc++ writes below it what the exception says. */
const SAYS = /^ {2}what\(\): {2}(.{1,250})$/;

export const libcAbort = defineParser<FaultRow>({
  name: 'libc-abort',
  about: 'last words of programs in C and C++ that abort: assertions, broken heaps, exceptions that nobody caught',
  adds: 'that a native server aborted, and of what',
  docs: 'https://man7.org/linux/man-pages/man3/assert.3.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: [
    'Assertion `',
    'Assertion failed: ',
    'alloc(): ',
    'free(): ',
    'munmap_chunk(): ',
    'malloc_consolidate(): ',
    'double free or corruption',
    'corrupted size vs',
    'corrupted double-linked',
    '*** Error in `',
    'stack smashing detected',
    'buffer overflow detected',
    'terminate called ',
    'terminating due to uncaught exception',
    'terminating with uncaught exception',
  ],
  samples: [
    {
      line: "ttyd: tpp.c:84: __pthread_tpp_change_priority: Assertion `new_prio == -1 || (new_prio >= fifo_min_prio && new_prio <= fifo_max_prio)' failed.",
      from: 'glibc 2.27, tsl0922/ttyd#152',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: "libwebsockets/lib/output.c:123: lws_issue_raw: Assertion `0' failed.",
      from: 'glibc, warmcat/libwebsockets#881',
      reads: { message: "libwebsockets/lib/output.c:123: lws_issue_raw: Assertion `0' failed." },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'Assertion failed: wsi->role_ops (output.c: lws_write: 258)',
      from: 'musl 1.2',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: 'Assertion failed: (count > 0), function pop, file queue.c, line 41.',
      from: 'macOS 14',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    { line: 'free(): invalid pointer', from: 'glibc 2.36', reads: {}, gives: { kind: 'process-fault', fault: 'abort', fatal: true } },
    {
      line: 'double free or corruption (fasttop)',
      from: 'glibc 2.36',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: "*** Error in `/usr/sbin/chatd': double free or corruption (fasttop): 0x00000000016d1010 ***",
      from: 'glibc 2.19',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: '*** stack smashing detected ***: terminated',
      from: 'glibc 2.36',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: "terminate called after throwing an instance of 'std::runtime_error'",
      from: 'libstdc++ 12',
      after: ['  what():  bad frame'],
      reads: { message: "terminate called after throwing an instance of 'std::runtime_error': bad frame" },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true },
    },
    {
      line: 'libc++abi: terminating due to uncaught exception of type std::runtime_error: bad frame',
      from: 'libc++ 16',
      reads: {},
      gives: { kind: 'process-fault', fault: 'abort' },
    },
    {
      line: "terminate called after throwing an instance of 'std::bad_alloc'",
      from: 'libstdc++ 5 below Node.js, RocketChat/Rocket.Chat#2914',
      after: ['  what():  std::bad_alloc'],
      reads: { message: "terminate called after throwing an instance of 'std::bad_alloc': std::bad_alloc" },
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
  ],
  rejects: [
    "AssertionError: the check `0' failed.",
    'test.c:12: Assertion passed',
    'the worker will terminate called jobs',
    'app: free(): invalid pointer was fixed',
  ],
  read(text, context) {
    if (text.length > 3_000 || !WORDS.some((words) => words.test(text))) return null;
    const says = text.startsWith('terminate called') ? SAYS.exec(context.after(1)[0] ?? '')?.[1] : undefined;
    return faultRow(says === undefined ? text : `${text}: ${says}`, NO_MEMORY.test(text) ? 'heap-limit' : 'abort', true);
  },
  events: (row) => faultEvent(row),
});
