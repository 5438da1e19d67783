/** The nanosecond stamp that `kubectl logs --timestamps`, `docker logs -t`, `docker compose logs -t` and `stern -t` put before each line. */
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

// Nine digits (Go's RFC3339NanoFixed), or seven and eight where a program trims zeros. Applications write three or six.
const DIGITS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7,9}(?:Z|[+-]\d\d:\d\d) /;
/** Of .NET (seven digits) and Rust (nine with `chrono`) the application's own level stands behind the stamp: part of its line. */
const LEVEL = /^ ?(?:\[(?:[A-Z][a-z]{3,10}|[A-Z]{3,5})\]|(?:TRACE|DEBUG|INFO|WARN|ERROR) [\w:]{1,200}: )/;

/** Formats whose own first field is such a stamp: container log files and `docker events`. */
const TAKEN =
  /^(?:std(?:out|err) [FP][ :]|(?:container|network|image|volume|daemon|plugin|service|node|secret|config|builder) [a-z_]{3,20}(?:: .{0,1000}?)? [\w.:/@-]{1,300} \([\w.-]{1,100}=)/;

export const nanosecondStamp: Envelope = {
  name: 'nanosecond-stamp',
  about: 'kubectl logs --timestamps, docker logs -t: a nanosecond stamp before each line',
  docs: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
  samples: [
    {
      line: '2026-10-15T07:00:28.302500000Z {"level":30,"msg":"open"}',
      from: 'kubectl 1.31 logs --timestamps',
      unwraps: { text: '{"level":30,"msg":"open"}', writer: '', at: { ms: 1792047628302.5, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: '2026-01-01T00:30:00.125000000+01:00 INFO:     connection closed',
      from: 'kubectl 1.31 logs --timestamps of a containerd node in Berlin',
      unwraps: { text: 'INFO:     connection closed', at: { ms: 1767223800125, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: '2026-10-15T07:00:28.302456896Z [pod/chat-0/chat] text',
      from: 'kubectl, the prefix behind the stamp',
      unwraps: { text: '[pod/chat-0/chat] text' },
    },
    { line: '2026-10-15T07:00:28.302456896Z ', from: 'docker 28.2 logs -t, an empty line', unwraps: { text: '' } },
  ],
  rejects: [
    '2026-11-22T20:23:41.123Z INFO ready',
    '2026-11-22T20:23:41.123456Z  INFO chat::ws: closed',
    '2026-11-22T20:23:41.123456789Z  INFO chat::ws: closed',
    '2026-11-22T20:23:41.1234567Z [Information] closed',
    '2026-11-22T20:23:41.123456789 no zone',
    '2026-10-16T07:00:39.568456860Z stdout F of the runtime',
    '2026-10-16T07:00:39.568456860Z container die 3f4e0c2d1b7a (exitCode=137, name=chat)',
  ],
  wrap: (text) => (LEVEL.test(text) || TAKEN.test(text) ? undefined : `2026-10-15T07:00:28.302456896Z ${text}`),
  unwrap(line) {
    const head = DIGITS.exec(line)?.[0];
    if (head === undefined) return null;
    const at = isoAt(line)?.stamp;
    const text = line.slice(head.length);
    return at && !LEVEL.test(text) && !TAKEN.test(text) ? { text, at, keys: {}, writer: '' } : null;
  },
};
