/** Events as Splunk exports them as JSON: the text of a log with where it came from. */
import { isObject, parseObject, textOf } from '../../src/grammar/json.ts';
import { tableTime } from '../../src/grammar/table-time.ts';
import type { Envelope } from '../../src/types.ts';

export const splunkResult: Envelope = {
  name: 'splunk-result',
  about: 'events of a Splunk search, exported as JSON',
  docs: 'https://docs.splunk.com/Documentation/Splunk/latest/Search/Exportsearchresults',
  samples: [
    {
      line: '{"preview":false,"offset":0,"lastrow":true,"result":{"_raw":"ws closed","_time":"2026-06-11T10:22:19.991-0400","host":"app2","source":"/opt/stream/log/stream.log","sourcetype":"log4j"}}',
      from: 'Splunk 9, export as JSON, and its REST API with output_mode=json',
      unwraps: {
        text: 'ws closed',
        at: { ms: Date.UTC(2026, 5, 11, 14, 22, 19, 991), widthMs: 1, basis: 'utc' },
        keys: { host: 'app2' },
        writer: 'app2//opt/stream/log/stream.log',
      },
    },
    {
      line: '{"_raw":"ws closed","_time":"2026-06-11 10:22:19.991 EDT","sourcetype":"log4j"}',
      from: 'one of the results of Splunk’s REST API without the name of its host',
      unwraps: { text: 'ws closed', writer: '' },
    },
  ],
  rejects: ['{"result":{"_time":"2026-06-11T10:22:19.991-0400"}}', '{"_raw":7}', '{"result":"_raw"}'],
  wrap: (text) => JSON.stringify({ preview: false, result: { _raw: text, _time: '2026-06-11T10:22:19.991-0400' } }),
  unwrap(line) {
    if (!line.includes('"_raw"')) return null;
    const record = parseObject(line);
    const event = record && isObject(record['result']) ? record['result'] : record;
    if (!event || typeof event['_raw'] !== 'string') return null;
    const host = textOf(event['host']);
    const writer = [host, textOf(event['source'])].filter((name) => name !== undefined).join('/');
    return { text: event['_raw'], at: tableTime(textOf(event['_time']) ?? ''), keys: host === undefined ? {} : { host }, writer };
  },
};
