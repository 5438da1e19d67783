/** What the Java virtual machine prints when it dies or runs out of memory. */
import { type FaultRow, faultEvent, faultRow } from '../src/grammar/fault.ts';
import { defineParser } from '../src/types.ts';

const UNCAUGHT = /^Exception in thread "([^"]{1,200})" ((?:[\w$]+\.)*[\w$]+(?:: .{0,4000})?)$/;
// Tomcat's OneLineFormatter indents what was thrown.
const OUT_OF_MEMORY =
  /^\t?(?:Caused by: |Exception: )?(java\.lang\.OutOfMemoryError(?:: .{0,1000}| thrown from the UncaughtExceptionHandler in thread .{1,200})?)$/;
const GIVING_UP = /^(?:Terminating|Aborting) due to (java\.lang\.OutOfMemoryError: .{1,500})$/;
const FATAL = '# A fatal error has been detected by the Java Runtime Environment:';
const NO_MEMORY = '# There is insufficient memory for the Java Runtime Environment to continue.';
/** Below the fatal head: `#  SIGSEGV (0xb) at pc=0x…, pid=12, tid=34`, or `#  Internal Error (debug.cpp:362), pid=…`. */
const DETAIL = /^# {1,2}((SIG[A-Z]{2,6}|Internal Error|EXCEPTION_\w{1,60}).{0,200}?), pid=(\d{1,10})[ ,].{0,100}$/;

export const jvmCrash = defineParser<FaultRow>({
  name: 'jvm-crash',
  about: 'uncaught exceptions, OutOfMemoryError and fatal errors of the Java virtual machine',
  adds: 'that a Java server died by itself, or lives on without memory',
  docs: 'https://docs.oracle.com/en/java/javase/21/troubleshoot/fatal-error-log.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: [
    'java.lang.OutOfMemoryError',
    'Exception in thread ',
    'fatal error has been detected by the Java',
    'insufficient memory for the Java',
  ],
  samples: [
    {
      line: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
      from: 'OpenJDK 17.0.15',
      reads: { message: 'java.lang.OutOfMemoryError: Java heap space' },
      // Other threads live on after an OutOfMemoryError.
      gives: { kind: 'process-fault', fault: 'heap-limit', says: 'java.lang.OutOfMemoryError: Java heap space' },
    },
    {
      line: 'Exception in thread "main" java.lang.IllegalStateException: x',
      from: 'OpenJDK 17.0.15',
      reads: {},
      gives: { kind: 'process-fault', fault: 'uncaught-exception', says: 'java.lang.IllegalStateException: x' },
    },
    {
      line: 'Exception in thread "ws-worker-3" java.lang.NullPointerException',
      from: 'OpenJDK 17.0.15',
      reads: {},
      gives: { kind: 'process-fault', fault: 'handler-exception', fatal: false },
    },
    {
      line: 'Terminating due to java.lang.OutOfMemoryError: Java heap space',
      from: 'OpenJDK 17.0.15 -XX:+ExitOnOutOfMemoryError',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
    { line: 'java.lang.OutOfMemoryError: Metaspace', from: 'OpenJDK 17', reads: {}, gives: { kind: 'process-fault', fault: 'heap-limit' } },
    {
      line: '\tjava.lang.OutOfMemoryError: Java heap space',
      from: 'Tomcat 9, catalina.out, ReaJason/MemShellParty#127',
      before: [
        '25-Mar-2026 10:21:07.402 SEVERE [http-nio-8080-exec-4] org.apache.coyote.AbstractProtocol$ConnectionHandler.process Failed to complete processing of a request',
      ],
      reads: { message: 'java.lang.OutOfMemoryError: Java heap space' },
      gives: { kind: 'process-fault', fault: 'heap-limit' },
    },
    {
      line: '# A fatal error has been detected by the Java Runtime Environment:',
      from: 'OpenJDK 17.0.15 -XX:+CrashOnOutOfMemoryError',
      after: ['#', '#  Internal Error (debug.cpp:362), pid=30980, tid=30982', '#  fatal error: OutOfMemory encountered: Java heap space'],
      reads: { pid: 30980, message: 'Internal Error (debug.cpp:362)' },
      gives: { kind: 'process-fault', fault: 'abort', fatal: true, keys: { pid: 30980 } },
    },
    {
      line: '# A fatal error has been detected by the Java Runtime Environment:',
      from: 'OpenJDK 17, JNI',
      after: ['#', '#  SIGSEGV (0xb) at pc=0x00007f1e3a7e1b80, pid=7, tid=9'],
      reads: { pid: 7 },
      gives: { kind: 'process-fault', fault: 'segfault', fatal: true },
    },
    {
      line: '# There is insufficient memory for the Java Runtime Environment to continue.',
      from: 'OpenJDK 17',
      reads: {},
      gives: { kind: 'process-fault', fault: 'heap-limit', fatal: true },
    },
  ],
  rejects: [
    'Exception in thread main',
    'caught java.lang.OutOfMemoryError: Java heap space',
    '# A fatal error',
    'Exception in thread Thread-1 (f):',
    'Exception in thread "main" was logged above',
  ],
  read(text, context) {
    const [, thread, says = ''] = UNCAUGHT.exec(text) ?? [];
    if (thread !== undefined) {
      if (says.startsWith('java.lang.OutOfMemoryError')) return faultRow(says, 'heap-limit');
      return thread === 'main' ? faultRow(says, 'uncaught-exception') : faultRow(says, 'handler-exception', false);
    }
    const memory = OUT_OF_MEMORY.exec(text)?.[1];
    if (memory !== undefined) return faultRow(memory, 'heap-limit');
    if (GIVING_UP.test(text)) return faultRow(text, 'heap-limit', true);
    if (text === NO_MEMORY) return faultRow(text.slice(2), 'heap-limit', true);
    if (text !== FATAL) return null;
    const detail = context
      .after(4)
      .map((line) => DETAIL.exec(line))
      .find((found) => found !== null);
    const fault = /^(?:SIGSEGV|SIGBUS|EXCEPTION_ACCESS)/.test(detail?.[2] ?? '') ? 'segfault' : 'abort';
    return faultRow(detail?.[1] ?? text.slice(2), fault, true, detail ? Number(detail[3]) : undefined);
  },
  events: (row) => faultEvent(row),
});
