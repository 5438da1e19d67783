/** What Varnish's manager writes of its child, which holds all connections. */
import { known } from '../src/grammar/known.ts';
import { signalName } from '../src/grammar/signals.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface VarnishRow extends Row {
  readonly message: string;
}

// In the foreground, as in containers, the level stands in front; syslog has it beside.
const LINE =
  /^(?:(?:Error|Info|Debug): )?(Child \(\d{1,10}\) (?:died|ended|Started|not responding to CLI, killed it)\b.{0,60}|Manager got SIG[A-Z]{3,5}\b.{0,60}|Stopping Child)$/;
const DIED = /^Child \((\d{1,10})\) died (?:signal|status)=(\d{1,3})/;
const TOLD = /^Manager got (SIG[A-Z]{3,5})/;

export const varnish = defineParser<VarnishRow>({
  name: 'varnish',
  about: 'messages of Varnish’s manager: syslog, journal, container output',
  adds: 'that Varnish’s child died and took all its pipes along, or was stopped',
  docs: 'https://varnish-cache.org/docs/trunk/users-guide/troubleshooting.html',
  vantage: 'proxy',
  habitat: 'mixed',
  needles: [') died signal=', ') died status=', 'Manager got SIG', 'Stopping Child'],
  samples: [
    {
      line: 'Child (6589) died signal=6',
      from: 'Varnish 7.1.1, a panic on a segmentation fault; journal',
      reads: { message: 'Child (6589) died signal=6' },
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGABRT', proxy: 'Varnish', keys: { pid: 6589 } },
    },
    {
      line: 'Error: Child (6757) died signal=6 (core dumped)',
      from: 'Varnish 7, in a container',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', signal: 'SIGABRT', keys: { pid: 6757 } },
    },
    {
      line: 'Child (27973) died status=1',
      from: 'Varnish 3, alphagov/govuk-developer-docs',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'worker-exit', exitCode: 1, keys: { pid: 27973 } },
    },
    {
      line: 'Error: Manager got SIGTERM',
      from: 'Varnish 7.1.1',
      reads: {},
      gives: { kind: 'proxy-lifecycle', change: 'stop', signal: 'SIGTERM', proxy: 'Varnish' },
    },
    { line: 'Debug: Stopping Child', from: 'Varnish 7.1.1', reads: {}, gives: { kind: 'proxy-lifecycle', change: 'stop' } },
    { line: 'Info: Child (28263) ended', from: 'Varnish 7.1.1, after a stop', reads: {}, gives: 'noise' },
  ],
  rejects: ['Child (6589) said Child starts', 'Child 6589 died signal=6', 'Manager got a message', 'Stopping Child process 12'],
  read(text) {
    const message = LINE.exec(text)?.[1];
    return message === undefined ? null : { message };
  },
  events({ message }): Draft | undefined {
    const proxy = 'Varnish';
    const [, pid, number] = DIED.exec(message) ?? [];
    if (pid !== undefined) {
      const ended = message.includes('signal=') ? { signal: signalName(number) ?? `signal ${number}` } : { exitCode: Number(number) };
      return { kind: 'proxy-lifecycle', change: 'worker-exit', proxy, ...ended, keys: { pid: Number(pid) } };
    }
    const signal = TOLD.exec(message)?.[1];
    return signal !== undefined || message === 'Stopping Child'
      ? { kind: 'proxy-lifecycle', change: 'stop', proxy, ...known({ signal }) }
      : undefined;
  },
});
