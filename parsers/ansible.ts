/** Ansible's own log (`log_path`): tasks and handlers that stopped, restarted or recreated something on a host. */
import { isoAt } from '../src/time.ts';
import { type Draft, defineParser, type Row, type Stamp } from '../src/types.ts';

interface AnsibleRow extends Row {
  readonly at: Stamp;
  /** The task's name, without its role. */
  readonly message: string;
  readonly role?: string;
  /** Where it changed something, as the inventory calls them. */
  readonly hosts: readonly string[];
}

// `p=318842 u=deploy n=ansible | `; 2.17 and later write a level before the bar, 2.7 and older no `n=`.
const HEAD = /^ p=\d{1,10} u=\S{1,64}(?: n=\S{1,64})? (?:[A-Z]{4,8} ?)?\| {1,2}/;
const TASK = /^(?:TASK|RUNNING HANDLER) \[(?:([\w.-]{1,64}) : )?([^\]]{1,200})\] \*{3,}$/;
const CHANGED = /\| {1,2}changed: \[([\w.:-]{1,128})(?: -> [^\]]{1,128})?\]/;
const ENDS = /\| {1,2}(?:TASK|PLAY|RUNNING HANDLER|PLAY RECAP) /;
const STOPS =
  /\b(?:re-?start(?:ing)?|stop(?:ping)?|re-?create|recreating|replace|redeploy)\b(?: (?:the|all|old|running))?(?: ([\w.@-]{1,64}))?/i;
/** What a task calls anything, so that its role tells more. */
const ANYTHING =
  /^(?:container|service|app|application|server|daemon|unit|process|stack|if|when|and|with|on|after|for|in|to|systemd|docker)s?$/i;
/** Hosts of one play do a task side by side. */
const MOST_LINES = 40;

export const ansible = defineParser<AnsibleRow>({
  name: 'ansible',
  about: 'log of ansible-playbook (`log_path`)',
  adds: 'which task stopped, restarted or recreated what, on which host and when',
  docs: 'https://docs.ansible.com/ansible/latest/reference_appendices/config.html#default-log-path',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['| TASK [', '| RUNNING HANDLER ['],
  samples: [
    {
      line: '2026-11-09 17:56:49,340 p=318842 u=deploy n=ansible | TASK [feed : recreate container] **********************************************',
      from: 'ansible-core 2.15, lib/ansible/utils/display.py',
      after: [
        '2026-11-09 17:57:03,640 p=318842 u=deploy n=ansible | changed: [feed-a]',
        '2026-11-09 17:57:03,740 p=318842 u=deploy n=ansible | TASK [feed : wait for /actuator/health] ***************************************',
      ],
      reads: { role: 'feed', message: 'recreate container', hosts: ['feed-a'] },
      gives: { kind: 'stop-requested', how: 'deploy-tool', keys: { service: 'feed', host: 'feed-a' } },
    },
    {
      line: '2026-11-09 17:56:49,340 p=318842 u=deploy n=ansible INFO| RUNNING HANDLER [restart chat-ws] ****************************',
      from: 'ansible-core 2.18, lib/ansible/utils/display.py',
      after: [
        '2026-11-09 17:56:51,640 p=318842 u=deploy n=ansible INFO| changed: [web-1]',
        '2026-11-09 17:56:51,690 p=318842 u=deploy n=ansible INFO| changed: [web-2]',
      ],
      reads: { message: 'restart chat-ws', hosts: ['web-1', 'web-2'] },
      gives: [
        { kind: 'stop-requested', how: 'deploy-tool', keys: { service: 'chat-ws', host: 'web-1' } },
        { kind: 'stop-requested', how: 'deploy-tool', keys: { service: 'chat-ws', host: 'web-2' } },
      ],
    },
    {
      line: '2026-11-09 17:56:32,440 p=318842 u=deploy n=ansible | TASK [feed : pull image registry.example.nl/feed:5.13.0] **********************',
      from: 'ansible-core 2.15, lib/ansible/utils/display.py',
      after: ['2026-11-09 17:56:49,240 p=318842 u=deploy n=ansible | changed: [feed-a]'],
      reads: { hosts: ['feed-a'] },
      gives: 'noise',
    },
    {
      line: '2026-11-09 17:56:32,440 p=318842 u=deploy n=ansible | TASK [feed : restart feed] **********************',
      from: 'ansible-core 2.15, nothing to be done',
      after: ['2026-11-09 17:56:32,840 p=318842 u=deploy n=ansible | skipping: [feed-a]'],
      reads: { hosts: [] },
      gives: 'noise',
    },
  ],
  rejects: [
    'TASK [feed : recreate container] ****',
    '2026-11-09 17:57:03,640 p=318842 u=deploy n=ansible | changed: [feed-a]',
    '2026-11-09 17:57:03,640 p=318842 u=deploy n=ansible | PLAY [feed] ****',
  ],
  read(text, context) {
    const stamp = text.length > 1_000 ? undefined : isoAt(text);
    const head = stamp && HEAD.exec(text.slice(stamp.end));
    const [, role, message] = (stamp && head && TASK.exec(text.slice(stamp.end + head[0].length))) ?? [];
    if (!stamp || message === undefined) return null;
    const hosts: string[] = [];
    for (const line of context.after(MOST_LINES)) {
      if (ENDS.test(line)) break;
      hosts.push(...(CHANGED.exec(line)?.slice(1, 2) ?? []));
    }
    return { at: stamp.stamp, message, ...(role !== undefined && { role }), hosts };
  },
  events({ message, role, hosts }): readonly Draft[] {
    const [stops, named] = STOPS.exec(message) ?? [];
    if (stops === undefined) return [];
    const service = named === undefined || ANYTHING.test(named) ? role : named;
    return hosts.map((host) => ({ kind: 'stop-requested', how: 'deploy-tool', keys: { ...(service !== undefined && { service }), host } }));
  },
});
