/** Containers as `docker inspect` prints them: how each ended last. */
import { isObject, numberOf, parseObject, textOf } from '../src/grammar/json.ts';
import { iso } from '../src/time.ts';
import { type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface InspectRow extends Row {
  /** The container's full id; undefined where only its state was printed. */
  readonly container?: string | undefined;
  readonly name?: string | undefined;
  readonly status: string;
  readonly oomKilled: boolean;
  readonly exitCode?: number | undefined;
  readonly pid?: number | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly restarts: number;
}

/** What docker writes for a time that never was. */
const never = (text: string | undefined): boolean => text === undefined || text.startsWith('0001-01-01T');

function endEvents(row: InspectRow, keys: Keys): readonly Draft[] {
  const when = never(row.finishedAt) ? undefined : iso(row.finishedAt ?? '');
  if (!when) return [];
  // A running container keeps the time of its last end, but not that end's exit code.
  if (row.status === 'running') return [{ kind: 'process-ended', keys, when }];
  const by = row.oomKilled ? ('oom' as const) : row.exitCode === 0 ? ('clean' as const) : undefined;
  const death: Draft = {
    kind: 'process-ended',
    keys,
    when,
    ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
    ...(by && { by }),
  };
  return row.oomKilled ? [death, { kind: 'oom-kill', scope: 'container', role: 'report', keys, when }] : [death];
}

function startEvents(row: InspectRow, keys: Keys): readonly Draft[] {
  const when = never(row.startedAt) ? undefined : iso(row.startedAt ?? '');
  const withPid: Keys = { ...keys, ...(row.pid !== undefined && { pid: row.pid, pidSpace: 'host' as const }) };
  return when ? [{ kind: 'process-started', what: 'container', automatic: row.restarts > 0, keys: withPid, when }] : [];
}

/** The container's state: a part of what inspect prints of it, or all that was asked for. */
function stateIn(printed: ReturnType<typeof parseObject>): Record<string, unknown> | undefined {
  if (!printed) return undefined;
  const { Id: id, State: state } = printed;
  if (typeof id === 'string') return isObject(state) ? state : undefined;
  return typeof printed['StartedAt'] === 'string' && typeof printed['FinishedAt'] === 'string' ? printed : undefined;
}

const ID = '3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a3f4e0c2d1b7a9911';

export const dockerInspect = defineParser<InspectRow>({
  name: 'docker-inspect',
  about: 'containers as docker inspect prints them',
  adds: 'the last end of a container with exit code and OOMKilled, to the nanosecond',
  docs: 'https://docs.docker.com/reference/cli/docker/inspect/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: ['OOMKilled'],
  samples: [
    {
      line: `{"Id":"${ID}","State":{"Status":"exited","Running":false,"OOMKilled":true,"Dead":false,"Pid":0,"ExitCode":137,"Error":"","StartedAt":"2026-11-22T20:00:01.5Z","FinishedAt":"2026-11-22T20:23:41.1235Z"},"Name":"/chat","RestartCount":0}`,
      from: 'docker 28.2',
      reads: { container: ID, name: 'chat', status: 'exited', oomKilled: true, exitCode: 137 },
      gives: [
        {
          kind: 'process-ended',
          exitCode: 137,
          by: 'oom',
          when: { ms: 1795379021123.5, widthMs: 0.001, basis: 'utc' },
          keys: { container: ID, service: 'chat' },
        },
        { kind: 'oom-kill', scope: 'container', role: 'report' },
        { kind: 'process-started', automatic: false },
      ],
    },
    {
      line: `{"Id":"${ID}","State":{"Status":"running","Running":true,"OOMKilled":false,"Pid":4451,"ExitCode":0,"StartedAt":"2026-11-22T20:23:43Z","FinishedAt":"2026-11-22T20:23:41Z"},"Name":"/chat","RestartCount":3}`,
      from: 'docker 28.2, restarted',
      reads: { pid: 4451, restarts: 3 },
      gives: [
        { kind: 'process-ended', when: { ms: 1795379021000, widthMs: 1000, basis: 'utc' } },
        { kind: 'process-started', automatic: true, keys: { pid: 4451, pidSpace: 'host' } },
      ],
    },
    {
      line: `{"Id":"${ID}","State":{"Status":"created","Running":false,"OOMKilled":false,"Pid":0,"ExitCode":0,"StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"},"Name":"/chat"}`,
      from: 'docker 28.2, never started',
      reads: { status: 'created' },
      gives: 'noise',
    },
    {
      line: '{"Status":"exited","Running":false,"Paused":false,"Restarting":false,"OOMKilled":true,"Dead":false,"Pid":0,"ExitCode":137,"Error":"","StartedAt":"2026-03-10T19:51:02.31277242Z","FinishedAt":"2026-03-10T20:14:03.658991947Z"}',
      from: "docker 28.2, inspect -f '{{json .State}}'",
      reads: { container: undefined, status: 'exited', oomKilled: true, exitCode: 137 },
      gives: [
        { kind: 'process-ended', exitCode: 137, by: 'oom' },
        { kind: 'oom-kill', scope: 'container', role: 'report' },
        { kind: 'process-started', automatic: false },
      ],
    },
  ],
  rejects: [
    '{"Id":"x","State":"running"}',
    '{"State":{"Status":"exited"}}',
    '{"Id":"x","State":{"Status":"exited"}}',
    '{"Status":"exited","OOMKilled":true}',
    'OOMKilled',
  ],
  read(text) {
    const printed = parseObject(text);
    const { Id: id, Name: name, RestartCount: restarts } = printed ?? {};
    const state = stateIn(printed);
    if (state === undefined || typeof state['OOMKilled'] !== 'boolean') return null;
    const pid = numberOf(state['Pid']);
    return {
      container: textOf(id),
      name: textOf(name)?.replace(/^\//, ''),
      status: textOf(state['Status']) ?? '',
      oomKilled: state['OOMKilled'],
      exitCode: numberOf(state['ExitCode']),
      pid: pid === 0 ? undefined : pid,
      startedAt: textOf(state['StartedAt']),
      finishedAt: textOf(state['FinishedAt']),
      restarts: numberOf(restarts) ?? 0,
    };
  },
  events(row) {
    const keys: Keys = {
      ...(row.container !== undefined && { container: row.container }),
      ...(row.name !== undefined && { service: row.name }),
    };
    return [...endEvents(row, keys), ...startEvents(row, keys)];
  },
});
