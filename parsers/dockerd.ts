/** The log of the docker daemon. */
import { isDockerdMessage } from '../src/grammar/container-engines.ts';
import { logfmt } from '../src/grammar/logfmt.ts';
import { subject } from '../src/grammar/subject.ts';
import { duration, iso } from '../src/time.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface DockerdRow extends Row {
  readonly level: string;
  readonly message: string;
  /** The container's full id. */
  readonly container?: string | undefined;
  readonly change?: 'forced' | 'gone' | 'restart' | 'daemon-stop' | undefined;
  readonly graceMs?: number | undefined;
  readonly exitCode?: number | undefined;
}

/** Since 20.10 the id is a field; before it stood in the message. */
const FORCED =
  /^Container (?:([0-9a-f]{12,64}) )?failed to (?:exit|stop) within (\d{1,9}m?s|\d{1,9} seconds|\d{1,4}m\d{1,2}s) of signal \d{1,2} - using the force$/;

function readMessage(message: string, pairs: ReadonlyMap<string, string>): Partial<DockerdRow> {
  const forced = FORCED.exec(message);
  if (forced) return { change: 'forced', container: forced[1] ?? pairs.get('container'), graceMs: duration(forced[2] ?? '') };
  const isGone = message === 'ignoring event' && pairs.get('topic') === '/tasks/delete';
  // By its restart policy: what is stopped by hand or by a deploy is not.
  if (message === 'restarting container' && pairs.get('manualRestart') === 'false')
    return { change: 'restart', container: pairs.get('container'), exitCode: Number(pairs.get('exitCode') ?? Number.NaN) };
  const isStop = message.startsWith("Processing signal '");
  return { container: pairs.get('container'), change: isGone ? 'gone' : isStop ? 'daemon-stop' : undefined };
}

const ID = '3c902d2962f7fb6af8ce5a16a965bd2707383dbb18fed9b6942e1687f6419c4b';

export const dockerd = defineParser<DockerdRow>({
  name: 'dockerd',
  about: 'log of the docker daemon',
  adds: 'that a container ended, or was killed since it did not stop in time',
  docs: 'https://docs.docker.com/engine/daemon/logs/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['using the force', 'ignoring event', 'restarting container', 'Processing signal '],
  samples: [
    {
      line: `time="2022-07-28T10:53:07.730250000+08:00" level=info msg="Container failed to exit within 10s of signal 15 - using the force" container=${ID}`,
      from: 'docker 20.10',
      reads: { at: { ms: 1658976787730.25, widthMs: 0.001, basis: 'utc' }, container: ID, graceMs: 10_000 },
      gives: { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys: { container: ID } },
    },
    {
      line: `time="2018-07-28T10:53:07Z" level=info msg="Container ${ID} failed to exit within 10 seconds of signal 15 - using the force"`,
      from: 'docker 18.03',
      reads: { container: ID, graceMs: 10_000 },
      gives: { kind: 'process-ended', by: 'stop-timeout' },
    },
    {
      line: `time="2022-07-28T10:53:00.719182463+08:00" level=info msg="ignoring event" container=${ID} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"`,
      from: 'docker 20.10',
      reads: { container: ID },
      gives: { kind: 'process-ended', keys: { container: ID } },
    },
    {
      line: `time="2026-11-22T20:23:41.123456789Z" level=info msg="Processing signal 'terminated'"`,
      from: 'docker 28.2',
      reads: {},
      gives: { kind: 'stop-requested', how: 'container-stop' },
    },
    {
      line: 'time="2026-11-22T20:23:41.1Z" level=info msg="API listen on /run/docker.sock"',
      from: 'docker 28.2',
      reads: { message: 'API listen on /run/docker.sock' },
      gives: 'noise',
    },
    {
      line: `time="2026-07-24T10:44:53.031550127Z" level=info msg="restarting container" container=${ID} exitCode=1 manualRestart=false restartPolicy="{unless-stopped 0}"`,
      from: 'docker 28.2, moby/moby daemon/monitor.go',
      reads: { container: ID, exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1, keys: { container: ID } },
    },
  ],
  rejects: [
    'time="2026-11-22T20:23:41Z" level=info msg="client disconnected"',
    'time="2026-11-22T20:23:41Z" level=info msg="shim disconnected" id=3f4e0c2d1b7a',
    'Container 3f4e0c2d1b7a failed to exit within 10s of signal 15 - using the force',
    'time="2026-11-22T20:23:41Z" msg="ignoring event"',
  ],
  read(text, context) {
    if (!text.startsWith('time=')) return null;
    const pairs = logfmt(text);
    const [level, message] = [pairs?.get('level'), pairs?.get('msg')];
    const at = iso(pairs?.get('time') ?? '');
    if (!pairs || !at || level === undefined || message === undefined) return null;
    const { service } = context.keys;
    if ((service !== undefined && service !== 'dockerd') || !isDockerdMessage(message)) return null;
    return { at, level, message, ...readMessage(message, pairs) };
  },
  events(row): Draft | undefined {
    const keys = subject(row.container === undefined ? {} : { container: row.container });
    switch (row.change) {
      case 'forced':
        return { kind: 'process-ended', signal: 'SIGKILL', by: 'stop-timeout', keys };
      case 'gone':
        return { kind: 'process-ended', keys };
      case 'restart':
        return { kind: 'process-ended', ...(Number.isInteger(row.exitCode) && { exitCode: row.exitCode as number }), keys };
      case 'daemon-stop':
        return { kind: 'stop-requested', how: 'container-stop', keys };
      default:
        return undefined;
    }
  },
});
