/** Lines of docker's json-file logging driver: `/var/lib/docker/containers/<id>/<id>-json.log`. */
import { parseObject } from '../../src/grammar/json.ts';
import { iso } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

/** What the driver writes; `attrs` holds the labels and variables that `--log-opt` asked for. */
const FIELDS: ReadonlySet<string> = new Set(['log', 'stream', 'time', 'attrs']);

export const dockerJson: Envelope = {
  name: 'docker-json',
  about: "container output as docker's json-file driver keeps it",
  docs: 'https://docs.docker.com/engine/logging/drivers/json-file/',
  samples: [
    {
      line: '{"log":"listening on 127.0.0.1:3000\\n","stream":"stdout","time":"2026-10-12T07:00:42.403250000Z"}',
      from: 'docker 28.2',
      unwraps: { text: 'listening on 127.0.0.1:3000', writer: 'stdout', at: { ms: 1791788442403.25, widthMs: 0.001, basis: 'utc' } },
    },
    {
      line: '{"log":"{\\"level\\":30,\\"msg\\":\\"16 KiB are cut here","stream":"stderr","time":"2026-10-12T07:00:42Z"}',
      from: 'docker 28.2, a line longer than 16 KiB',
      unwraps: { text: '{"level":30,"msg":"16 KiB are cut here', part: 'more', writer: 'stderr' },
    },
    {
      line: '{"log":"\\n","stream":"stdout","attrs":{"tag":"chat"},"time":"2026-10-12T07:00:42.5Z"}',
      from: 'docker 28.2 with --log-opt tag=chat',
      unwraps: { text: '', writer: 'stdout' },
    },
  ],
  rejects: [
    '{"log":"text\\n","stream":"stdout"}',
    '{"log":"text\\n","stream":"stdout","time":"yesterday"}',
    '{"log":"text\\n","stream":"stdout","time":"2026-10-12T07:00:42.5Z","kubernetes":{}}',
    '{"level":30,"time":1791788442403,"log":"text"}',
  ],
  wrap: (text) => JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: '2026-10-12T07:00:42.403456154Z' }),
  unwrap(line) {
    const entry = parseObject(line);
    if (!entry || !Object.keys(entry).every((key) => FIELDS.has(key))) return null;
    const { log, stream, time } = entry;
    if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr') || typeof time !== 'string') return null;
    const at = iso(time);
    if (!at) return null;
    // Docker cuts after 16 KiB; only the last piece ends with the newline, and a whole line looks like a last piece.
    return log.endsWith('\n')
      ? { text: log.slice(0, log.endsWith('\r\n') ? -2 : -1), at, keys: {}, writer: stream, part: 'end' }
      : { text: log, at, keys: {}, writer: stream, part: 'more' };
  },
};
