/** What the Service Control Manager of Windows writes of services into the system log. The stamp is the envelope's. */
import { processEnd } from '../src/grammar/process-end.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ServiceRow extends Row {
  readonly message: string;
  /** By its display name. */
  readonly service: string;
  readonly change: string;
}

const CHANGES: readonly (readonly [change: string, pattern: RegExp])[] = [
  ['crashed', /^The (.{1,200}) service terminated unexpectedly\. {1,2}It has done this \d{1,9} time\(s\)\./], // 7031, 7034
  ['failed', /^The (.{1,200}) service terminated with (?:the following (?:service-specific )?error|service-specific error .{1,40})\b/], // 7023, 7024
  ['told', /^The (.{1,200}) service was successfully sent a stop control\./], // 7035, 7042
  ['stopped', /^The (.{1,200}) service entered the stopped state\.$/], // 7036
  ['running', /^The (.{1,200}) service entered the running state\.$/],
  ['other', /^The (.{1,200}) service entered the [a-z ]{4,20} state\.$/],
];

export const windowsServiceControl = defineParser<ServiceRow>({
  name: 'windows-service-control',
  about: 'the Service Control Manager of Windows: events 7023–7042 of the system log, as text, CSV or JSON',
  adds: 'that a service crashed, was told to stop, stopped or started',
  docs: 'https://learn.microsoft.com/en-us/troubleshoot/windows-server/system-management-components/service-startup-permissions',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['service terminated ', 'successfully sent a stop control', 'service entered the '],
  samples: [
    {
      line: 'The Chat Hub service terminated unexpectedly.  It has done this 1 time(s).  The following corrective action will be taken in 60000 milliseconds: Restart the service.',
      from: 'Windows Server 2022, Service Control Manager event 7031',
      reads: { service: 'Chat Hub', change: 'crashed' },
      gives: { kind: 'process-ended', keys: { service: 'Chat Hub' } },
    },
    {
      line: 'The Print Spooler service terminated unexpectedly.  It has done this 2 time(s).',
      from: 'Windows Server 2019, Service Control Manager event 7034',
      reads: { service: 'Print Spooler' },
      gives: { kind: 'process-ended' },
    },
    {
      line: 'The Chat Hub service terminated with the following error: %%1067',
      from: 'Windows Server 2016, Service Control Manager event 7023',
      reads: { change: 'failed' },
      gives: { kind: 'process-ended' },
    },
    {
      line: 'The Chat Hub service was successfully sent a stop control.',
      from: 'Windows Server 2022, first line of Service Control Manager event 7042',
      reads: { change: 'told' },
      gives: { kind: 'stop-requested', how: 'unit-stop', keys: { service: 'Chat Hub' } },
    },
    {
      line: 'The Chat Hub service entered the stopped state.',
      from: 'Windows Server 2022, Service Control Manager event 7036',
      reads: { change: 'stopped' },
      gives: { kind: 'process-ended', by: 'stop' },
    },
    {
      line: 'The Chat Hub service entered the running state.',
      from: 'Windows Server 2022, Service Control Manager event 7036',
      reads: { change: 'running' },
      gives: { kind: 'process-started', what: 'supervisor', keys: { service: 'Chat Hub' } },
    },
    {
      line: 'The Chat Hub service entered the start pending state.',
      from: 'Windows Server 2008, Service Control Manager event 7036',
      reads: { change: 'other' },
      gives: 'noise',
    },
  ],
  rejects: [
    'The chat service entered the room.',
    'the Chat Hub service entered the stopped state.',
    'The service terminated unexpectedly.',
  ],
  read(text) {
    if (text.length > 2000) return null;
    for (const [change, pattern] of CHANGES) {
      const service = pattern.exec(text)?.[1];
      if (service !== undefined) return { message: text, service, change };
    }
    return null;
  },
  events({ service, change }): Draft | undefined {
    const keys = { service };
    switch (change) {
      case 'crashed':
      case 'failed':
        return processEnd({}, keys);
      case 'told':
        return { kind: 'stop-requested', how: 'unit-stop', keys };
      case 'stopped':
        return processEnd({ by: 'stop' }, keys);
      case 'running':
        return { kind: 'process-started', what: 'supervisor', keys };
      default:
        return undefined;
    }
  },
});
