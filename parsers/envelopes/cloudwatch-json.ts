/** Members of what the CloudWatch Logs API gives back: `aws logs get-log-events`, `filter-log-events`, subscriptions, Insights. */
import { parseObject, textOf } from '../../src/grammar/json.ts';
import { taskOf } from '../../src/grammar/log-stream.ts';
import { epoch, isoAt, stamp } from '../../src/time.ts';
import type { Envelope, Stamp, Unwrapped } from '../../src/types.ts';

const FIELDS: ReadonlySet<string> = new Set(['timestamp', 'message', 'ingestionTime', 'logStreamName', 'eventId', 'id']);

function unwrapped(message: string, at: Stamp | undefined, stream: string | undefined): Unwrapped {
  const container = taskOf(stream);
  return { text: message.replace(/\r?\n$/, ''), at, keys: container === undefined ? {} : { container }, writer: stream ?? '' };
}

/** `@timestamp` of Insights: UTC, written without a zone. */
function insightsStamp(text: string | undefined): Stamp | undefined {
  const found = isoAt(text ?? '');
  return found && found.end === text?.length ? stamp(found.stamp.ms, found.stamp.widthMs) : undefined;
}

/** A row of Insights: `[{"field":"@timestamp","value":"…"},{"field":"@message","value":"…"}]`. */
function unwrapInsights(line: string): Unwrapped | null {
  let cells: unknown;
  try {
    cells = JSON.parse(line);
  } catch {
    return null;
  }
  if (!Array.isArray(cells)) return null;
  const values = new Map<unknown, string | undefined>(cells.map((cell) => [cell?.field, textOf(cell?.value)]));
  const message = values.get('@message');
  return message === undefined ? null : unwrapped(message, insightsStamp(values.get('@timestamp')), values.get('@logStream'));
}

export const cloudwatchJson: Envelope = {
  name: 'cloudwatch-json',
  about: 'events of CloudWatch Logs as the AWS command line prints them, and rows of Logs Insights',
  docs: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html',
  samples: [
    {
      line: '{"logStreamName":"ecs/chat/0f6c1f7cb1e84b5e9a2b6f3d1c7a9e55","timestamp":1795379021123,"message":"ws closed","ingestionTime":1795379022000,"eventId":"3847"}',
      from: 'aws-cli 2 logs filter-log-events',
      unwraps: {
        text: 'ws closed',
        keys: { container: '0f6c1f7cb1e84b5e9a2b6f3d1c7a9e55' },
        at: { ms: 1795379021123, widthMs: 1, basis: 'utc' },
      },
    },
    {
      line: '{"timestamp":1795379021123,"message":"ws closed\\n","ingestionTime":1795379022000}',
      from: 'aws-cli 2 logs get-log-events',
      unwraps: { text: 'ws closed', writer: '' },
    },
    {
      line: '[{"field":"@timestamp","value":"2026-11-22 20:23:41.123"},{"field":"@message","value":"ws closed"},{"field":"@ptr","value":"Cl"}]',
      from: 'aws-cli 2 logs get-query-results',
      unwraps: { text: 'ws closed', at: { ms: 1795379021123, widthMs: 1, basis: 'utc' } },
    },
  ],
  rejects: [
    '{"timestamp":1795379021123,"message":"an application says this"}',
    '{"timestamp":"2026-11-22T20:23:41Z","message":"x","eventId":"1"}',
    '{"timestamp":1795379021123,"message":"x","eventId":"1","level":"info"}',
    '[{"field":"@timestamp"}]',
    '[22074] [INFO] text',
  ],
  wrap: (text) => JSON.stringify({ timestamp: 1795379021123, message: text, ingestionTime: 1795379022000 }),
  unwrap(line) {
    if (line.startsWith('[{"')) return unwrapInsights(line);
    const event = parseObject(line);
    if (!event || !Object.keys(event).every((key) => FIELDS.has(key))) return null;
    const { timestamp, message, ingestionTime, logStreamName, eventId, id } = event;
    if (typeof timestamp !== 'number' || typeof message !== 'string' || (ingestionTime ?? logStreamName ?? eventId ?? id) === undefined)
      return null;
    const at = epoch(timestamp);
    return at ? unwrapped(message, at, textOf(logStreamName)) : null;
  },
};
