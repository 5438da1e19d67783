/** Documents of Elasticsearch and OpenSearch with their index around them: search responses, elasticdump, Kibana. */
import { isObject, parseObject } from '../../src/grammar/json.ts';
import type { Envelope } from '../../src/types.ts';

export const elasticsearchHit: Envelope = {
  name: 'elasticsearch-hit',
  about: 'hits of an Elasticsearch or OpenSearch search, lines of elasticdump',
  docs: 'https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search',
  samples: [
    {
      line: '{"_index":"logs-1","_id":"a","_score":null,"_source":{"@timestamp":"2026-11-22T20:23:41.123Z","log":"x","kubernetes":{}}}',
      from: 'Elasticsearch 8 search API',
      unwraps: { text: '{"@timestamp":"2026-11-22T20:23:41.123Z","log":"x","kubernetes":{}}', writer: '' },
    },
  ],
  rejects: ['{"_source":{"a":1}}', '{"_index":"logs-1","_source":"text"}', '{"_index":"logs-1","fields":{}}'],
  // The source is an object: a line that is none cannot be carried bare.
  wrap: (text) => {
    const source = parseObject(text);
    return source && JSON.stringify(source) === text ? JSON.stringify({ _index: 'logs-1', _id: 'a', _source: source }) : undefined;
  },
  unwrap(line) {
    const hit = parseObject(line);
    if (!hit || typeof hit['_index'] !== 'string' || !isObject(hit['_source'])) return null;
    return { text: JSON.stringify(hit['_source']), keys: {}, writer: '' };
  },
};
