/** Lines of a CloudWatch Logs export to S3, and of `aws logs tail`: a UTC stamp before each message. */
import { taskOf } from '../../src/grammar/log-stream.ts';
import { isoAt } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/**
 * Applications too write a stamp to the millisecond with `Z`, and then their own words. So the export's stamp is only taken off
 * what begins a record of its own: JSON, another stamp, an access-log line, a runtime's last words, uvicorn's padded level.
 */
const OWN_RECORD = new RegExp(
  [
    String.raw`\{"`,
    String.raw`\[?\d{4}[-/]\d\d[-/]\d\d`,
    String.raw`\d{1,3}(?:\.\d{1,3}){3} - `,
    String.raw`[IWEF]\d{4} \d\d:`,
    String.raw`(?:INFO|WARNING|ERROR): {4,5}\S`,
    String.raw`(?:Node\.js v\d|FATAL ERROR: |panic: |fatal error: |goroutine \d|Traceback \(most|Fatal Python error: |thread '|Unhandled exception\. |# A fatal error|Killed$)`,
    String.raw`[A-Z]\w{0,60}(?:Error|Exception): `,
    ' {2,8}(?:at |File ")',
  ].join('|'),
  'y',
);
/** A container's or function's stream has its name's parts; that of an API Gateway's access log is a hash. */
const STREAM = /(\S{1,200}\/\S{1,300}|[0-9a-f]{32}) /y;

const isOwnRecord = (line: string, from: number): boolean => {
  OWN_RECORD.lastIndex = from;
  return OWN_RECORD.test(line);
};

export const cloudwatchText: Envelope = {
  name: 'cloudwatch-text',
  about: 'CloudWatch Logs exported to S3, and aws logs tail',
  docs: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html',
  samples: [
    {
      line: '2026-11-22T20:23:41.123Z {"level":30,"msg":"ws closed"}',
      from: 'CloudWatch Logs, export to S3',
      unwraps: { text: '{"level":30,"msg":"ws closed"}', writer: '', at: { ms: 1795379021123, widthMs: 1, basis: 'utc' } },
    },
    {
      line: '2026-11-22T20:23:41.123Z INFO:     connection closed',
      from: 'CloudWatch Logs, export to S3 of uvicorn',
      unwraps: { text: 'INFO:     connection closed' },
    },
    {
      line: '2026-11-22T20:23:41.123000+00:00 ecs/chat/0f6c1f7cb1e84b5e9a2b6f3d1c7a9e55 ws closed',
      from: 'aws-cli 2 logs tail',
      unwraps: {
        text: 'ws closed',
        keys: { container: '0f6c1f7cb1e84b5e9a2b6f3d1c7a9e55' },
        writer: 'ecs/chat/0f6c1f7cb1e84b5e9a2b6f3d1c7a9e55',
        at: { ms: 1795379021123, widthMs: 0.001, basis: 'utc' },
      },
    },
    {
      line: '2026-10-06T14:00:14.708000+00:00 eee65f53e9421ce50211670eae679f02 {"eventType":"CONNECT"}',
      from: 'aws-cli 2 logs tail of an API Gateway’s access log',
      unwraps: { text: '{"eventType":"CONNECT"}', writer: 'eee65f53e9421ce50211670eae679f02' },
    },
  ],
  rejects: [
    '2026-11-22T20:23:41.123Z INFO ready',
    '2026-11-22T20:23:41.123Z [chat] info: ws closed',
    '2026-11-22T20:23:41.123Z engine:ws closed',
    '2026-11-22T20:23:41.123Z listening on 3000',
    '2026-11-22T20:23:41.123456+00:00 host chat[12]: text',
    '2026-11-22T20:23:41Z {"a":1}',
  ],
  wrap: (text) => (isOwnRecord(text, 0) ? `2026-11-22T20:23:41.123Z ${text}` : undefined),
  unwrap(line) {
    if (line[10] !== 'T' || line[19] !== '.') return null;
    const found = isoAt(line);
    if (found?.stamp.basis !== 'utc' || line[found.end] !== ' ') return null;
    const from = found.end + 1;
    if (found.end === 24 && line[23] === 'Z' && isOwnRecord(line, from))
      return { text: line.slice(from), at: found.stamp, keys: {}, writer: '' };
    // `aws logs tail` prints whole milliseconds with six digits, and the log stream behind.
    if (line.slice(23, 32) !== '000+00:00') return null;
    STREAM.lastIndex = from;
    const [head, writer = ''] = STREAM.exec(line) ?? [];
    if (head === undefined) return null;
    const container = taskOf(writer);
    return { text: line.slice(from + head.length), at: found.stamp, keys: container === undefined ? {} : { container }, writer };
  },
};
