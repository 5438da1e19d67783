/** Shell commands that stop, kill or restart something, as sudo and cron log them. */
import type { Draft, Keys } from '../types.ts';
import { proxyName } from './proxy-names.ts';
import { subject } from './subject.ts';

/** Signals that leave a process running or only ask it to reload. */
const HARMLESS = /^(?:0|1|HUP|10|USR1|12|USR2|17|CHLD|18|CONT|28|WINCH|URG|23)$/;
const MOST_TARGETS = 16;
const WRAPPERS = /^(?:sudo|nohup|env|timeout|nice|ionice|time|exec|command|setsid)$/;

const base = (word: string): string => word.slice(word.lastIndexOf('/') + 1);
const isOption = (word: string): boolean => word.startsWith('-');

/** What running `command` does to services and processes; empty for any other command. Only its first part up to `;`, `&` or `|` is read. */
export function stopsBy(command: string): readonly Draft[] {
  const words = (command.split(/[;&|]/, 1)[0] ?? '').trim().split(/\s+/);
  while (words.length > 1 && (WRAPPERS.test(base(words[0] ?? '')) || /^\w+=/.test(words[0] ?? ''))) words.shift();
  const [program = '', ...args] = words;
  const name = base(program);
  if (/^\/etc\/(?:rc\.d\/)?init\.d\//.test(program)) return onUnit(args[0], [name]);
  switch (name) {
    case 'kill':
    case 'pkill':
    case 'killall':
      return killed(name, args);
    case 'systemctl': {
      const [verb, ...units] = args.filter((word) => !isOption(word));
      return /^(?:reboot|poweroff|halt|kexec|soft-reboot)$/.test(verb ?? '') ? [HOST_SHUTDOWN] : onUnit(verb, units);
    }
    case 'service':
      return onUnit(args[1], args.slice(0, 1));
    case 'reboot':
    case 'poweroff':
    case 'halt':
      return [HOST_SHUTDOWN];
    case 'shutdown':
      return args.includes('-c') ? [] : [HOST_SHUTDOWN];
    default:
      return byManager(name, args);
  }
}

const HOST_SHUTDOWN: Draft = { kind: 'stop-requested', how: 'host-shutdown', keys: subject({}) };

function onUnit(verb: string | undefined, names: readonly string[]): readonly Draft[] {
  const stops =
    /^(?:stop|restart|try-restart|condrestart|force-restart|force-stop|kill|reload-or-restart|try-reload-or-restart|isolate)$/.test(
      verb ?? '',
    );
  if (!stops && !/^(?:reload|force-reload|graceful)$/.test(verb ?? '')) return [];
  return names
    .filter((name) => !isOption(name))
    .slice(0, MOST_TARGETS)
    .flatMap((name) => unitDraft(name, stops));
}

function unitDraft(name: string, stops: boolean): readonly Draft[] {
  const unit = /\.[a-z]{4,9}$/.test(name) ? name : `${name}.service`;
  const keys: Keys = { unit, service: unit.replace(/(?:@.*)?\.service$/, '') };
  if (stops) return [{ kind: 'stop-requested', how: 'deploy-tool', keys: subject(keys) }];
  const proxy = proxyName(unit);
  return proxy ? [{ kind: 'proxy-lifecycle', change: 'reload', proxy, keys: subject(keys) }] : [];
}

/** `kill -9 4242 4243`, `kill -s TERM 4242`, `pkill -9 -f node`, `killall -TERM node`. */
function killed(program: string, args: readonly string[]): readonly Draft[] {
  let signal = 'TERM';
  const targets: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const named = /^-(?:SIG)?([A-Z][A-Z0-9]{1,9}|\d{1,2})$/.exec(word)?.[1] ?? /^--signal=(?:SIG)?(\w{1,10})$/.exec(word)?.[1];
    if (named !== undefined && targets.length === 0) signal = named;
    else if (/^(?:-s|-n|--signal)$/.test(word)) signal = (args[++at] ?? '').replace(/^SIG/, '');
    else if (/^(?:-l|-L|--list|--help)$/.test(word)) return [];
    else if (program === 'pkill' && /^-[uUgGPtF]$/.test(word)) at++;
    else if (word !== '' && !isOption(word)) targets.push(word);
  }
  if (HARMLESS.test(signal)) return [];
  return targets
    .slice(0, MOST_TARGETS)
    .map((target) => ({ kind: 'stop-requested', how: 'admin-kill', keys: subject(targetKeys(program, target)) }));
}

function targetKeys(program: string, target: string): Keys {
  if (program === 'kill') return /^\d{1,10}$/.test(target) ? { pid: Number(target), pidSpace: 'host' } : {};
  return { service: target };
}

/** Command lines of container runtimes and process managers: verb, then names. */
const MANAGERS: Readonly<Record<string, RegExp>> = {
  docker:
    /^(?:container )?(?:stop|restart|kill|rm|update)$|^compose (?:up|down|restart|stop|kill|rm)$|^(?:stack deploy|stack rm|service (?:update|scale|rm))$/,
  podman: /^(?:container )?(?:stop|restart|kill|rm)$/,
  'docker-compose': /^(?:up|down|restart|stop|kill|rm)$/,
  nerdctl: /^(?:stop|restart|kill|rm)$/,
  pm2: /^(?:restart|reload|gracefulReload|stop|delete|kill|startOrRestart|startOrReload)$/,
  supervisorctl: /^(?:restart|stop|reload|shutdown|update|signal)$/,
  kubectl: /^(?:rollout restart|delete|scale|drain|apply|set image|patch|replace)$/,
  helm: /^(?:upgrade|rollback|uninstall)$/,
  monit: /^(?:restart|stop)$/,
  sv: /^(?:restart|stop|down|term|kill|force-restart|force-stop)$/,
  initctl: /^(?:restart|stop)$/,
  'ansible-playbook': /^/,
};

function byManager(name: string, args: readonly string[]): readonly Draft[] {
  const verbs = Object.hasOwn(MANAGERS, name) ? MANAGERS[name] : undefined;
  if (!verbs) return [];
  const words = args.filter((word) => !isOption(word));
  const two = words.slice(0, 2).join(' ');
  const count = verbs.test(two) ? 2 : verbs.test(words[0] ?? '') ? 1 : 0;
  if (count === 0) return [];
  const target = words[count];
  const isContainer = /^(?:docker|podman|nerdctl)$/.test(name) && count === 1;
  const keys: Keys = target === undefined ? {} : isContainer ? { container: target } : { service: target };
  return [{ kind: 'stop-requested', how: 'deploy-tool', keys: subject(keys) }];
}
