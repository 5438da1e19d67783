/** What `docker compose up`, `stop` and `down` print of their containers beside the containers' own output. No stamps. */
import { processEnd } from '../src/grammar/process-end.ts';
import { type Draft, defineParser, type Row } from '../src/types.ts';

interface ComposeRow extends Row {
  readonly message: string;
  readonly service?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly change?: 'stopping' | 'exited' | 'started' | undefined;
}

/** Compose 2 names containers `project-service-1`; Compose 1 `project_service_1`. */
const EXITED = /^(?:\x1b\[\d{1,2}m)?([A-Za-z0-9][\w.-]{0,120}[_-]\d{1,4}) exited with code (\d{1,3})(?:\x1b\[0m)?$/;
const CONTAINER =
  /^ ?(?:[✔✓⠿⠋] )?Container ([A-Za-z0-9][\w.-]{0,200}) {1,4}(Stopping|Stopped|Starting|Started|Creat(?:e|ed|ing)|Recreat(?:e|ed)|Remov(?:ing|ed)|Running|Restarting|Killing|Killed)(?:\s{1,80}\d{1,5}\.\ds)?\s{0,9}$/;
const GRACEFUL = /^Gracefully [Ss]topping\.{3} \(press Ctrl\+C again to force\)$/;

/** The last lines say whether compose was stopping anything. */
const isStopping = (before: readonly string[]): boolean =>
  before.some((line) => GRACEFUL.test(line) || CONTAINER.exec(line)?.[2] === 'Stopping');

export const dockerComposeState = defineParser<ComposeRow>({
  name: 'docker-compose-state',
  about: 'docker compose on a terminal: containers that exited, stopped, started',
  adds: 'whether compose stopped the server or it exited, and with which code',
  docs: 'https://docs.docker.com/reference/cli/docker/compose/up/',
  vantage: 'orchestrator',
  habitat: 'mixed',
  needles: [' exited with code ', 'Gracefully stopping', 'Container '],
  samples: [
    {
      line: 'chat-1 exited with code 1',
      from: 'Docker Compose 2.29',
      reads: { service: 'chat', exitCode: 1 },
      gives: { kind: 'process-ended', exitCode: 1, keys: { service: 'chat' } },
    },
    {
      line: 'chat-1 exited with code 137',
      from: 'Docker Compose 2.29, after Ctrl-C',
      before: ['Gracefully stopping... (press Ctrl+C again to force)', ' Container rooms-chat-1  Stopping'],
      reads: { exitCode: 137 },
      gives: { kind: 'process-ended', exitCode: 137, by: 'stop-timeout' },
    },
    {
      line: 'Gracefully stopping... (press Ctrl+C again to force)',
      from: 'Docker Compose 2.29',
      reads: {},
      gives: { kind: 'stop-requested', how: 'container-stop' },
    },
    {
      line: ' Container rooms-chat-1  Stopping',
      from: 'Docker Compose 2.29',
      reads: { service: 'rooms-chat' },
      gives: { kind: 'stop-requested', how: 'container-stop', keys: { service: 'rooms-chat' } },
    },
    {
      line: ' ✔ Container rooms-chat-1  Started                                    0.4s ',
      from: 'Docker Compose 2.29 on a terminal',
      reads: { service: 'rooms-chat' },
      gives: { kind: 'process-started', what: 'container' },
    },
    { line: ' Container rooms-chat-1  Stopped', from: 'Docker Compose 2.29', reads: { service: 'rooms-chat' }, gives: 'noise' },
  ],
  rejects: ['chat exited with code', 'the chat exited with code 1', 'Container chat 12', 'PM2 exited with code 1', 'Gracefully stopping'],
  read(text, context) {
    const [, name, code] = EXITED.exec(text) ?? [];
    if (name !== undefined) {
      const stopping = isStopping(context.before(12));
      return { message: text, service: serviceOf(name), exitCode: Number(code), change: 'exited', stopping };
    }
    const [, container, state] = CONTAINER.exec(text) ?? [];
    if (container !== undefined)
      return {
        message: text,
        service: serviceOf(container),
        change:
          state === 'Stopping' || state === 'Killing' || state === 'Restarting' ? 'stopping' : state === 'Started' ? 'started' : undefined,
      };
    return GRACEFUL.test(text) ? { message: text, change: 'stopping' } : null;
  },
  events(row): Draft | undefined {
    const keys = row.service === undefined ? {} : { service: row.service };
    switch (row.change) {
      case 'stopping':
        return { kind: 'stop-requested', how: 'container-stop', keys };
      case 'started':
        return { kind: 'process-started', what: 'container', keys };
      case 'exited': {
        const by = row['stopping'] === true ? (row.exitCode === 137 ? 'stop-timeout' : 'stop') : row.exitCode === 0 ? 'clean' : undefined;
        return processEnd({ exitCode: row.exitCode, by }, keys);
      }
      default:
        return undefined;
    }
  },
});

const serviceOf = (container: string): string => container.replace(/[_-]\d{1,4}$/, '');
