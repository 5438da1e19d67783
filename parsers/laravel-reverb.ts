/** Laravel Reverb with `--debug`: two columns joined by dots. */
import { defineParser, type Row } from '../src/types.ts';

interface ReverbRow extends Row {
  readonly message: string;
  /** Pusher's socket id: two numbers and a dot. */
  readonly connection?: string;
}

const LINE =
  /^ {0,4}((?:Connection|Message) (?:Established|Closed|Terminated|Received|Handled|Sent)|(?:Pruning Stale|Pinging) Connections?|Connection Pinged|Connection Pruned) (?:\.{2,300} (\d{1,12}\.\d{1,12})|\.{2,300}) {0,4}$/;
const INFO =
  /^ {0,4}INFO {1,4}(Starting (?:secure )?server on \S{1,100}(?: \([^)]{1,100}\))?|Gracefully terminating connections|Pruning Stale Connections|Pinging Inactive Connections)\.? {0,4}$/;

export const laravelReverb = defineParser<ReverbRow>({
  name: 'laravel-reverb',
  about: 'console of `php artisan reverb:start --debug`',
  adds: 'when each socket opened and closed, by Pusher socket id; no close code, no stamp',
  docs: 'https://laravel.com/docs/reverb#debugging',
  vantage: 'server',
  habitat: 'mixed',
  needles: [
    'Connection Established ..',
    'Connection Closed ..',
    'Starting server on',
    'Starting secure server on',
    'Gracefully terminating connections',
  ],
  samples: [
    {
      line: '  Connection Established ............................................ 475763427.215883647  ',
      from: 'laravel/reverb 1 CliLogger',
      reads: { connection: '475763427.215883647' },
      gives: { kind: 'socket-opened', keys: { connection: '475763427.215883647' } },
    },
    {
      line: '  Connection Closed ................................................. 475763427.215883647  ',
      from: 'laravel/reverb 1 CliLogger',
      reads: { message: 'Connection Closed' },
      gives: { kind: 'socket-closed', keys: { connection: '475763427.215883647' } },
    },
    {
      line: '  Message Received .................................................. 475763427.215883647  ',
      from: 'laravel/reverb 1 CliLogger',
      reads: { message: 'Message Received' },
      gives: 'noise',
    },
    {
      line: '   INFO  Starting server on 0.0.0.0:8080 (localhost).  ',
      from: 'laravel/reverb 1',
      reads: { level: 'INFO' },
      gives: { kind: 'process-started', what: 'banner' },
    },
    {
      line: '   INFO  Gracefully terminating connections.  ',
      from: 'laravel/reverb 1',
      reads: { level: 'INFO' },
      gives: { kind: 'stop-requested', how: 'app-signal' },
    },
  ],
  rejects: ['Connection Closed', '  Connection Closed .... soon', 'INFO Starting server'],
  read(text) {
    const line = LINE.exec(text);
    if (line) return { message: line[1] ?? '', ...(line[2] !== undefined && { connection: line[2] }) };
    const info = INFO.exec(text);
    return info ? { level: 'INFO', message: info[1] ?? '' } : null;
  },
  events(row) {
    const keys = row.connection === undefined ? {} : { connection: row.connection };
    if (row.message === 'Connection Established') return { kind: 'socket-opened', keys };
    if (row.message === 'Connection Closed') return { kind: 'socket-closed', keys };
    if (row.message.startsWith('Starting')) return { kind: 'process-started', what: 'banner' };
    return row.message.startsWith('Gracefully') ? { kind: 'stop-requested', how: 'app-signal' } : undefined;
  },
});
