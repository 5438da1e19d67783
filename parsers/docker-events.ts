/** `docker events`, as text and as JSON. */

import { type JsonObject, objectIn, parseObject, textOf } from '../src/grammar/json.ts';
import { processEnd } from '../src/grammar/process-end.ts';
import { signalName } from '../src/grammar/signals.ts';
import { epoch, isoAt } from '../src/time.ts';
import { type Context, type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface EventRow extends Row {
  /** `container`, `network`, `image` … */
  readonly kind: string;
  /** `die`, `oom`, `health_status` … */
  readonly action: string;
  /** Behind the action: a command, or the state of the health check. */
  readonly detail?: string | undefined;
  /** The object's full id. */
  readonly container: string;
  readonly name?: string | undefined;
  readonly image?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** What the events before say of this container's end. */
  readonly after?: 'oom' | 'stop' | undefined;
}

const BODY = /^(\w{1,20}) ([a-z_]{2,30})(?:: (.{0,4000}?))? ([\w.:/@-]{1,300}) \((.{0,8000})\)$/;

/** Attributes of the text form are joined by `, ` and hold free text, so each is looked up by its name. */
const attribute = (attributes: string, name: string): string | undefined =>
  new RegExp(`(?:^|, )${name}=([^,)]{0,300})`).exec(attributes)?.[1];

function readText(text: string): EventRow | null {
  const found = isoAt(text);
  if (found?.stamp.basis !== 'utc' || text[found.end] !== ' ') return null;
  const [, kind = '', action = '', detail, container = '', attributes] = BODY.exec(text.slice(found.end + 1)) ?? [];
  if (attributes === undefined || !attributes.includes('=')) return null;
  const code = attribute(attributes, 'exitCode');
  return {
    at: found.stamp,
    kind,
    action,
    detail,
    container,
    name: attribute(attributes, 'name'),
    image: attribute(attributes, 'image'),
    exitCode: code === undefined ? undefined : Number(code),
    signal: signalName(attribute(attributes, 'signal')),
  };
}

function readJson(text: string): EventRow | null {
  const event = parseObject(text);
  const actor = objectIn(event, 'Actor');
  if (!event || !actor) return null;
  const id = actor['ID'];
  const [kind, whole] = [textOf(event['Type']), textOf(event['Action'])];
  if (kind === undefined || whole === undefined || typeof id !== 'string') return null;
  const at = epoch(textOf(event['timeNano'] ?? event['time']) ?? '');
  const values: JsonObject = objectIn(actor, 'Attributes') ?? {};
  const [action = '', detail] = whole.split(/: (.*)/s, 2);
  const code = textOf(values['exitCode']);
  return {
    at,
    kind,
    action,
    detail,
    container: id,
    name: textOf(values['name']),
    image: textOf(values['image']),
    exitCode: code === undefined ? undefined : Number(code),
    signal: signalName(textOf(values['signal'])),
  };
}

/** Of a container's end: whether docker was told to kill it, or the kernel did. A bare `die` is its own doing. */
function causeBefore(container: string, context: Context): 'oom' | 'stop' | undefined {
  const own = context.before(60).filter((line) => line.includes(container));
  if (own.some((line) => /container oom |"Action":"oom"/.test(line))) return 'oom';
  return own.some((line) => /container kill |"Action":"kill"/.test(line)) ? 'stop' : undefined;
}

const ID = '3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a9911';

export const dockerEvents = defineParser<EventRow>({
  name: 'docker-events',
  about: 'docker events, as text and as JSON',
  adds: 'whether a container died by itself, of its memory limit or by a stop, with the exit code',
  docs: 'https://docs.docker.com/reference/cli/docker/system/events/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['container oom ', 'container kill ', 'container die ', 'container start ', 'container health_status', 'Attributes'],
  samples: [
    {
      line: `2026-11-22T20:23:41.123500000+00:00 container die ${ID} (execDuration=41, exitCode=137, image=chat:1, name=chat)`,
      from: 'docker 28.2',
      before: [`2026-11-22T20:23:41.100000000+00:00 container oom ${ID} (image=chat:1, name=chat)`],
      reads: {
        at: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' },
        kind: 'container',
        action: 'die',
        container: ID,
        name: 'chat',
        exitCode: 137,
        after: 'oom',
      },
      gives: { kind: 'process-ended', exitCode: 137, by: 'oom', keys: { container: ID, service: 'chat' } },
    },
    {
      line: `2026-11-22T21:23:41.123456789+01:00 container kill ${ID} (image=chat:1, name=chat, signal=15)`,
      from: 'docker 28.2, docker stop',
      reads: { signal: 'SIGTERM' },
      gives: { kind: 'stop-requested', how: 'container-stop' },
    },
    {
      line: `2026-11-22T21:23:41.123456789+01:00 container kill ${ID} (image=chat:1, name=chat, signal=9)`,
      from: 'docker 28.2, docker kill',
      reads: { signal: 'SIGKILL' },
      gives: { kind: 'stop-requested', how: 'admin-kill' },
    },
    {
      line: `2026-11-22T20:23:41.123456789Z container oom ${ID} (image=chat:1, name=chat)`,
      from: 'docker 28.2',
      reads: {},
      gives: { kind: 'oom-kill', scope: 'container', role: 'report' },
    },
    {
      line: `2026-11-22T20:23:41.123456789Z container start ${ID} (image=chat:1, name=chat)`,
      from: 'docker 28.2',
      reads: {},
      gives: { kind: 'process-started', what: 'container' },
    },
    {
      line: `2026-11-22T20:23:41.123456789Z container health_status: unhealthy ${ID} (image=chat:1, name=chat)`,
      from: 'docker 28.2',
      reads: { detail: 'unhealthy' },
      gives: { kind: 'health-failed', probe: 'check' },
    },
    {
      line: `{"status":"die","id":"${ID}","from":"chat:1","Type":"container","Action":"die","Actor":{"ID":"${ID}","Attributes":{"exitCode":"0","image":"chat:1","name":"chat"}},"scope":"local","time":1795379021,"timeNano":1795379021123456789}`,
      from: "docker 28.2, --format '{{json .}}'",
      before: [`{"status":"kill","id":"${ID}","Type":"container","Action":"kill","Actor":{"ID":"${ID}","Attributes":{"signal":"15"}}}`],
      reads: { exitCode: 0, after: 'stop' },
      gives: { kind: 'process-ended', exitCode: 0, by: 'stop' },
    },
    {
      line: `2026-11-22T20:23:41.123456789Z network connect 9a7b3c1d2e4f (container=${ID}, name=bridge, type=bridge)`,
      from: 'docker 28.2',
      reads: { kind: 'network' },
      gives: 'noise',
    },
    {
      line: `2026-11-22T20:23:41.123456789Z container exec_create: /bin/sh -c true ${ID} (image=chat:1, name=chat)`,
      from: 'docker 28.2',
      reads: { detail: '/bin/sh -c true' },
      gives: 'noise',
    },
  ],
  rejects: [
    'container die 3f4e (exitCode=1)',
    '2026-11-22T20:23:41 container die 3f4e (exitCode=1)',
    '2026-11-22T20:23:41Z container die',
    '{"Type":"container","Action":"die"}',
  ],
  read(text, context) {
    const row = text.startsWith('{') ? readJson(text) : readText(text);
    if (row?.kind !== 'container') return row;
    return row.action === 'die' || row.action === 'kill' ? { ...row, after: causeBefore(row.container, context) } : row;
  },
  events(row): Draft | undefined {
    if (row.kind !== 'container') return undefined;
    const keys: Keys = { container: row.container, ...(row.name !== undefined && { service: row.name }) };
    switch (row.action) {
      case 'oom':
        return { kind: 'oom-kill', scope: 'container', role: 'report', keys };
      case 'kill':
        if (row.signal === 'SIGKILL') return row.after === 'stop' ? undefined : { kind: 'stop-requested', how: 'admin-kill', keys };
        return row.signal === 'SIGHUP' ? undefined : { kind: 'stop-requested', how: 'container-stop', keys };
      case 'die': {
        const by = row.after ?? (row.exitCode === 0 ? ('clean' as const) : undefined);
        return processEnd({ exitCode: row.exitCode, by }, keys);
      }
      case 'start':
        return { kind: 'process-started', what: 'container', keys };
      case 'health_status':
        return row.detail === 'unhealthy' ? { kind: 'health-failed', probe: 'check', keys } : undefined;
      default:
        return undefined;
    }
  },
});
