/** Names of processes, as units, containers and logs write them. */

/** `chat@1.service` and `Chat` are both `chat`. */
export const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.(?:service|scope|slice)$/, '')
    .replace(/@.*$/, '');

const OF_A_DEPLOYMENT = /^(.+?)-[0-9a-f]{6,10}-[0-9a-z]{5}$/;
/** Kubernetes: the pod `chat-5d9c7b8f4-zt8wl` is of the workload `chat`; undefined = the name has no such form. */
export const workloadOf = (pod: string): string | undefined => OF_A_DEPLOYMENT.exec(pod)?.[1];

/** An id that a runtime gave, whole or its first twelve digits, and no name. */
export const isContainerId = (container: string): boolean => /^[0-9a-f]{12,64}$/.test(container);

/** A pod as the kernel knows it, by its control group: names are not compared with that. */
export const isPodUid = (pod: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{32}$/.test(pod);

/** Which of several it is: `chat@2.service`, `chat-2.log`, `web_1` → its number; undefined = the name has none. */
export const instanceIn = (name: string): string | undefined =>
  /[@_.-](\d{1,3})$/.exec(
    (name.split('/').at(-1) ?? name).replace(/\.(?:service|scope|log|txt|out|err|json|ndjson|jsonl)(?:\.|$).*$/i, ''),
  )?.[1];

/** Programs that run servers of any name: they identify none. */
export const RUNTIMES = new Set([
  'kernel',
  'node',
  'python',
  'python3',
  'java',
  'ruby',
  'systemd',
  'dotnet',
  'w3wp',
  'bun',
  'deno',
  'beam.smp',
  'systemd-coredump',
  // Node 20's main thread, servers of other people's programs, and what starts them.
  'mainthread',
  'uvicorn',
  'gunicorn',
  'hypercorn',
  'daphne',
  'puma',
  'php',
  'php-fpm',
  'npm',
  'sh',
  'bash',
  'tini',
  'dumb-init',
  'docker',
  'podman',
]);

/** Names that any program's log or container may have. */
export const COMMON: ReadonlySet<string> = new Set(
  'app application server service svc main web api backend node pod container log logs stdout stderr output console current all ws websocket websockets'.split(
    ' ',
  ),
);

const EXTENSIONS = /(?:\.(?:log|json|jsonl|ndjson|txt|out|err|gz|zst|bz2|xz|\d{1,8}))+$/i;
/** What supervisors and people put behind a program's name to tell its streams apart. */
const STREAM = /[-_.](?:out|err|error|errors|stdout|stderr|json|log|logs|console|current|previous|\d{1,3})$/i;

const folderOf = (source: string): string => source.slice(0, source.lastIndexOf('/') + 1);

/** Whether two files of one folder are called alike but for what tells a program's streams apart: `desk.err` beside `desk.log`. */
export function keptBeside(one: string, other: string): boolean {
  return one !== other && folderOf(one) === folderOf(other) && withoutStream(one) === withoutStream(other);
}

/** `board-error-0.log` → `board-0`: the number is an instance's. */
const withoutStream = (source: string): string =>
  stem(source.slice(source.lastIndexOf('/') + 1).replace(EXTENSIONS, '')).replace(
    /[-_.](?:out|err|error|errors|stdout|stderr|log|logs|console)((?:[-_.]\d{1,3})?)$/i,
    '$1',
  );

/** `relay-2`, `relay_2` and `relay2` are all `relay`. */
export const programOf = (name: string): string => stem(name).replace(/[-_.:]?\d{1,4}$/, '');

/** Names of programs for which a log may be called: `/var/log/chat-error.log` → `chat-error`, `chat`. */
export function namesOfLog(source: string): readonly string[] {
  const name = stem(source.slice(source.lastIndexOf('/') + 1).replace(EXTENSIONS, ''));
  const bare = name.replace(STREAM, '');
  return [name, bare].filter((one, at, all) => one !== '' && !RUNTIMES.has(one) && all.indexOf(one) === at);
}
