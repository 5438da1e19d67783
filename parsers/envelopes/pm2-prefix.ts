/** What `pm2 logs` puts before each line, and its JSON form. */
import { parseObject, textOf } from '../../src/grammar/json.ts';
import { iso } from '../../src/time.ts';
import type { Envelope } from '../../src/types.ts';

const PREFIX = /^(?:\x1b\[[\d;]{1,12}m)?(?:(\d{1,4})\|([^|\x1b]{1,80}?)|PM2) {1,80}\| (?:\x1b\[[\d;]{1,12}m)?/;

export const pm2Prefix: Envelope = {
  name: 'pm2-prefix',
  about: 'pm2 logs: process number and name before each line; also pm2 logs --json',
  docs: 'https://pm2.keymetrics.io/docs/usage/log-management/',
  samples: [
    {
      line: '0|ws       | listening on 3000',
      from: 'PM2 7.0.4',
      unwraps: { text: 'listening on 3000', keys: { service: 'ws' }, writer: '0|ws' },
    },
    { line: '12|chat api  | ', from: 'PM2 7.0.4', unwraps: { text: '', keys: { service: 'chat api' }, writer: '12|chat api' } },
    {
      line: 'PM2        | App [ws:0] exited with code [0] via signal [SIGKILL]',
      from: 'PM2 7.0.4',
      unwraps: { text: 'App [ws:0] exited with code [0] via signal [SIGKILL]', keys: {}, writer: 'PM2' },
    },
    {
      line: '{"message":"ws closed\\n","timestamp":"2026-11-22T20:41:52.123Z","type":"out","process_id":0,"app_name":"ws"}',
      from: 'PM2 7.0.4 logs --json',
      unwraps: { text: 'ws closed', keys: { service: 'ws' }, writer: '0|ws', at: { ms: 1795380112123, widthMs: 1, basis: 'utc' } },
    },
  ],
  rejects: ['0|ws text', 'chat-1  | text', '|ws  | text', '{"message":"x","timestamp":"2026-11-22T20:41:52Z","app_name":"ws"}'],
  wrap: (text) => `0|ws       | ${text}`,
  unwrap(line) {
    if (line.startsWith('{')) {
      const { message, timestamp, process_id: id, app_name: app, type } = parseObject(line) ?? {};
      if (typeof message !== 'string' || typeof app !== 'string' || typeof id !== 'number' || typeof type !== 'string') return null;
      const at = iso(textOf(timestamp) ?? '');
      return { text: message.replace(/\n$/, ''), at, keys: { service: app }, writer: `${id}|${app}` };
    }
    const [prefix, id, name = ''] = PREFIX.exec(line) ?? [];
    if (prefix === undefined) return null;
    const text = line.slice(prefix.length);
    return id === undefined ? { text, keys: {}, writer: 'PM2' } : { text, keys: { service: name }, writer: `${id}|${name}` };
  },
};
