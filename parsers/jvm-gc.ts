/** How long the Java virtual machine stood still: pauses in its garbage collector's and safepoint logs. */
import { roundMs } from '../src/grammar/access.ts';
import { iso } from '../src/time.ts';
import { defineParser, type Row } from '../src/types.ts';

interface GcRow extends Row {
  readonly message: string;
  /** How long every thread was stopped. */
  readonly pausedMs: number;
}

/** `[2026-11-22T20:06:40.123+0000][12.345s][info][gc,start    ] `: decorations of unified logging (JDK 9 on), any number of them. */
const DECORATED = /^((?:\[[^\][]{1,60}\]){1,8}) {1,4}(.{1,500})$/;
/** `2026-11-22T20:06:40.123+0000: 1234.567: `: JDK 8 with -XX:+PrintGCDateStamps, -XX:+PrintGCTimeStamps. */
const DATED = /^(?:(\d{4}-\d\d-\d\dT[\d:.,]{8,16}[+-]\d{4}): )?(?:\d{1,9}[.,]\d{3}: )?(\[?(?:Full GC|GC|Total time) .{1,900})$/;
const PAUSES: readonly (readonly [pattern: RegExp, unitMs: number])[] = [
  [/^GC\(\d{1,9}\) Pause [A-Z][^>]{0,120}->\d{1,9}[BKMG]\(\d{1,9}[BKMG]\) (\d{1,9}[.,]\d{1,6})ms$/, 1],
  [/^Safepoint "[^"]{1,80}", .{1,300}, Total: {1,4}(\d{1,15}) ns$/, 1e-6],
  [/^Total time for which application threads were stopped: (\d{1,9}[.,]\d{1,9}) seconds/, 1_000],
  [/^\[(?:Full )?GC .{1,700} real=(\d{1,9}[.,]\d{2}) secs\]/, 1_000],
];
/** Shorter pauses expire no heartbeat; a healthy server writes them by the thousand. */
const LEAST_MS = 1_000;

export const jvmGc = defineParser<GcRow>({
  name: 'jvm-gc',
  about: 'pauses of the Java virtual machine: `-Xlog:gc`, `-Xlog:safepoint`, and JDK 8’s `-XX:+PrintGCDetails`',
  adds: 'that the server stood still, so that heartbeats ran out on both sides of living connections',
  docs: 'https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html',
  vantage: 'server',
  habitat: 'mixed',
  needles: ['Pause Full', 'Pause Young', 'Full GC', 'threads were stopped', 'Safepoint '],
  samples: [
    {
      line: '[2026-11-22T20:06:40.123+0000][info][gc] GC(45) Pause Full (G1 Compaction Pause) 3900M->3800M(4096M) 31345.678ms',
      from: 'OpenJDK 17 -Xlog:gc:file=gc.log:time,level,tags',
      reads: { at: { ms: 1795378000123, widthMs: 1, basis: 'utc' }, pausedMs: 31345.678 },
      gives: {
        kind: 'process-fault',
        fault: 'hang',
        fatal: false,
        lastedMs: 31345.678,
        says: 'GC(45) Pause Full (G1 Compaction Pause) 3900M->3800M(4096M) 31345.678ms',
      },
    },
    {
      line: '[2026-11-22T20:06:40.123+0000][12.345s][info][gc          ] GC(46) Pause Young (Normal) (G1 Evacuation Pause) 300M->80M(4096M) 12.345ms',
      from: 'OpenJDK 17',
      reads: { pausedMs: 12.345 },
      gives: 'noise',
    },
    {
      line: '[2026-11-22T20:06:40.123+0000][info][safepoint] Safepoint "G1CollectFull", Time since last: 1012345678 ns, Reaching safepoint: 112233 ns, Cleanup: 4455 ns, At safepoint: 31345678901 ns, Total: 31345795589 ns',
      from: 'OpenJDK 17 -Xlog:safepoint',
      reads: { pausedMs: 31345.796 },
      gives: { kind: 'process-fault', fault: 'hang', lastedMs: 31345.796 },
    },
    {
      line: '2026-01-02T03:04:05.678+0100: 4242.123: [Full GC (Ergonomics) [PSYoungGen: 10K->0K(76288K)] [ParOldGen: 175000K->174000K(175104K)] 175010K->174000K(251392K), [Metaspace: 3K->3K(1056768K)], 12.3456789 secs] [Times: user=20.01 sys=0.12, real=12.35 secs] ',
      from: 'OpenJDK 8 -XX:+PrintGCDetails -XX:+PrintGCDateStamps -XX:+PrintGCTimeStamps',
      reads: { pausedMs: 12350 },
      gives: { kind: 'process-fault', fault: 'hang', lastedMs: 12350 },
    },
    {
      line: '2026-01-02T03:04:05.678+0100: 4242.123: Total time for which application threads were stopped: 12.3460000 seconds, Stopping threads took: 0.0001200 seconds',
      from: 'OpenJDK 8 -XX:+PrintGCApplicationStoppedTime',
      reads: { pausedMs: 12346 },
      gives: { kind: 'process-fault', fault: 'hang', lastedMs: 12346 },
    },
  ],
  rejects: [
    '[2026-11-22T20:06:40.123+0000][info][gc,start] GC(45) Pause Full (G1 Compaction Pause)',
    'Pause Full of the queue took 12.3 s',
    '[info] Full GC is planned',
  ],
  read(text) {
    const decorated = DECORATED.exec(text);
    const dated = decorated ? null : DATED.exec(text.trimEnd());
    const message = decorated?.[2] ?? dated?.[2];
    if (message === undefined) return null;
    for (const [pattern, unitMs] of PAUSES) {
      const paused = pattern.exec(message)?.[1];
      if (paused === undefined) continue;
      const written = dated?.[1] ?? /^\[(\d{4}-[^\]]{15,40})\]/.exec(text)?.[1];
      const at = written === undefined ? undefined : iso(written.replace(',', '.'));
      return { ...(at && { at }), message, pausedMs: roundMs(Number(paused.replace(',', '.')) * unitMs) };
    }
    return null;
  },
  events: ({ message, pausedMs }) =>
    pausedMs < LEAST_MS
      ? undefined
      : { kind: 'process-fault', fault: 'hang', fatal: false, lastedMs: pausedMs, says: message.slice(0, 300) },
});
