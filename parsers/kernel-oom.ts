/** The kernel's OOM killer, from Linux 2.6 to 6.x. */
import { cgroupKeys } from '../src/grammar/cgroup.ts';
import { type Context, type Draft, defineParser, type Keys, type Row } from '../src/types.ts';

interface OomRow extends Row {
  readonly message: string;
  readonly pid?: number;
  readonly command?: string;
  /** `Memory cgroup out of memory`, `Out of memory`: the limit that was hit. */
  readonly scope?: 'cgroup' | 'host';
  readonly role?: 'kill' | 'context';
  readonly rssBytes?: number;
  readonly cgroup?: string;
  readonly limitBytes?: number;
}

const KB = 1024;
const SCOPE = String.raw`(?:(Memory cgroup out of memory|Out of [Mm]emory)(?: \(oom_kill_allocating_task\))?: )?`;
// The name may hold any character, also `)`, so it ends at the last bracket before what follows it.
const KILLED = new RegExp(
  `^${SCOPE}Killed process (\\d{1,10})(?:, UID \\d{1,10},)? \\((.{1,80})\\)(?:, UID \\d{1,10})?(?:,? (?:total-vm|vsz):\\d{1,18}kB, anon-rss:(\\d{1,18})kB, file-rss:(\\d{1,18})kB(?:, shmem-rss:(\\d{1,18})kB)?(?:,? .{0,300})?)?\\.?$`,
);
const SELECTED = new RegExp(`^${SCOPE}Kill process (\\d{1,10}) \\((.{1,80})\\) score \\d{1,10} (?:or sacrifice child|and children\\.)$`);
const LIMIT_OF = /^Task in (\S{1,4096}) killed as a result of limit of (\S{1,4096})$/;
const GROUP_KILL = /^Tasks in (\S{1,4096}) are going to be killed due to memory\.oom\.group set$/;
const USAGE = /^memory: usage \d{1,18}kB, limit (\d{1,18})kB, failcnt \d{1,18}$/;
const INVOKED = /^.{1,80} invoked oom-killer: gfp_mask=0x[0-9a-f]{1,16}.{0,400}$/;
const TABLE_ROW = /^\[ {0,8}(\d{1,10})\] {1,8}\d{1,10} {1,8}\d{1,10} {1,10}\d{1,18} {1,10}\d{1,18} [-\d ]{1,150} (\S.{0,80})$/;
const AFTER =
  /^(?:oom_reaper: (?:unable to reap pid:|reaped process )|.{0,80}OOM victim )(\d{1,10}) \((.{1,80}?)\)(?:,? (?:is already exiting|now anon-rss:).{0,200})?$/;
const BLOCK =
  /^(?:Tasks state \(memory values in pages\):|\[ {1,2}pid {1,2}\] +uid {1,4}tgid total_vm .{1,120}|Mem-Info:|Memory cgroup stats for \S.*|(?:memory\+swap|swap|kmem): usage \d{1,18}kB, limit .{1,60}|oom_reaper: .{1,300}|Out of memory and no killable processes\.\.\.)$/s;
/** How far above a kill its block is looked for: the table has one line a task of the group. */
const BLOCK_LINES = 64;

export const kernelOom = defineParser<OomRow>({
  name: 'kernel-oom',
  about: 'the OOM killer in the kernel log: dmesg, `journalctl -k`, kern.log, /var/log/messages',
  adds: 'which process was killed for memory, whether by the limit of its unit, container or pod or by that of the host',
  docs: 'https://docs.kernel.org/admin-guide/mm/concepts.html#oom-killer',
  vantage: 'kernel',
  habitat: 'mixed',
  needles: [
    'Killed process',
    'Kill process',
    'oom-kill:constraint',
    'killed as a result of limit',
    'memory.oom.group set',
    'invoked oom-killer',
  ],
  samples: [
    {
      line: 'Memory cgroup out of memory: Killed process 367 (python3) total-vm:88420kB, anon-rss:71008kB, file-rss:9428kB, shmem-rss:0kB, UID:996 pgtables:208kB oom_score_adj:0',
      from: 'Linux 6.1, killed by its unit’s MemoryMax',
      before: [
        'memory: usage 71680kB, limit 71680kB, failcnt 974',
        'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/feed.service,task_memcg=/system.slice/feed.service,task=python3,pid=367,uid=996',
      ],
      reads: { pid: 367, command: 'python3', scope: 'cgroup', rssBytes: 80436 * KB },
      gives: {
        kind: 'oom-kill',
        role: 'kill',
        scope: 'cgroup',
        command: 'python3',
        rssBytes: 80436 * KB,
        limitBytes: 71680 * KB,
        keys: { pid: 367, pidSpace: 'host', service: 'python3', cgroup: '/system.slice/feed.service', unit: 'feed.service' },
      },
    },
    {
      line: 'Out of memory: Killed process 19727 (wsserver) total-vm:24158420kB, anon-rss:24155392kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:47320kB oom_score_adj:0',
      from: 'Linux 6.18',
      reads: { pid: 19727, scope: 'host' },
      gives: { kind: 'oom-kill', role: 'kill', scope: 'host', keys: { pid: 19727, pidSpace: 'host', service: 'wsserver' } },
    },
    {
      line: 'Killed process 101 (node) total-vm:3043140kB, anon-rss:2047380kB, file-rss:0kB, shmem-rss:4kB',
      from: 'Linux 4.19: the scope stands in the selection line only, and the victim may be a child',
      before: [
        'Task in /docker/0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32 killed as a result of limit of /docker/0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32',
        'Memory cgroup out of memory: Kill process 100 (npm) score 900 or sacrifice child',
      ],
      reads: { pid: 101, command: 'node' },
      gives: {
        kind: 'oom-kill',
        role: 'kill',
        scope: 'cgroup',
        keys: { pid: 101, container: '0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32' },
      },
    },
    {
      line: 'Memory cgroup out of memory: Kill process 100 (bash) score 900 or sacrifice child',
      from: 'Linux 4.19',
      reads: { pid: 100, command: 'bash', scope: 'cgroup' },
      gives: { kind: 'oom-kill', role: 'context', scope: 'cgroup' },
    },
    {
      line: 'Killed process 6230, UID 502, (Web Content (x)) total-vm:1053436kB, anon-rss:1015440kB, file-rss:400kB',
      from: 'Linux 2.6.32 of RHEL 6, a name with brackets',
      reads: { pid: 6230, command: 'Web Content (x)' },
      gives: { kind: 'oom-kill', role: 'kill', scope: 'unknown' },
    },
    {
      line: 'Out of memory: Killed process 123 (x).',
      from: 'mm/oom_kill.c of Linux 2.6.18',
      reads: { pid: 123 },
      gives: { kind: 'oom-kill', role: 'kill', scope: 'host' },
    },
    {
      line: 'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32.scope,mems_allowed=0-1,oom_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod968a06fb_9ab9_4819_8caf_0392ddff3d9b.slice,task_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod968a06fb_9ab9_4819_8caf_0392ddff3d9b.slice/cri-containerd-0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32.scope,task=node,pid=39079,uid=107',
      from: 'Linux 5.15 under Kubernetes, systemd cgroup driver',
      reads: { pid: 39079, command: 'node', scope: 'cgroup' },
      gives: {
        kind: 'oom-kill',
        role: 'context',
        scope: 'cgroup',
        keys: {
          pid: 39079,
          pod: '968a06fb-9ab9-4819-8caf-0392ddff3d9b',
          container: '0f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32a1b2c3d40f32',
        },
      },
    },
    {
      line: 'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,2-4,global_oom,task_memcg=/user.slice/user-1000.slice/user@1000.service/app.slice/chat.service,task=a,b,pid=19727,uid=0',
      from: 'mm/oom_kill.c of Linux 6.1, a name with a comma',
      reads: { pid: 19727, command: 'a,b', scope: 'host' },
      gives: { kind: 'oom-kill', role: 'context', scope: 'host', keys: { unit: 'chat.service' } },
    },
    {
      line: 'Tasks in /kubepods/burstable/pod968a06fb-9ab9-4819-8caf-0392ddff3d9b are going to be killed due to memory.oom.group set',
      from: 'mm/memcontrol.c of Linux 6.1',
      reads: { cgroup: '/kubepods/burstable/pod968a06fb-9ab9-4819-8caf-0392ddff3d9b' },
      gives: { kind: 'oom-kill', role: 'context', scope: 'cgroup', keys: { pod: '968a06fb-9ab9-4819-8caf-0392ddff3d9b' } },
    },
    {
      line: 'python3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      from: 'Linux 6.1; names the task that asked for memory, not the victim',
      reads: {},
      gives: { kind: 'oom-kill', role: 'context', scope: 'unknown' },
    },
    {
      line: '[    367]   996   367    22105    20109   212992        0             0 python3',
      from: 'Linux 6.1, a row of the task table',
      reads: {},
      gives: 'noise',
    },
    {
      line: '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name',
      from: 'Linux 6.1',
      reads: {},
      gives: 'noise',
    },
    {
      line: 'oom_reaper: reaped process 19289 (memcg_process), now anon-rss:0kB, file-rss:0kB, shmem-rss:4kB',
      from: 'Linux 5.15',
      reads: { pid: 19289, command: 'memcg_process' },
      gives: 'noise',
    },
    { line: 'memory: usage 71680kB, limit 71680kB, failcnt 974', from: 'Linux 6.1', reads: { limitBytes: 71680 * KB }, gives: 'noise' },
  ],
  rejects: [
    'Killed process',
    'Killed process 12',
    'the supervisor Killed process 12 (x) total-vm',
    'sending SIGTERM to process 7378',
    '[  367] python3',
  ],
  read(text, context) {
    const killed = KILLED.exec(text);
    if (killed) return readKill(killed, context);
    const selected = SELECTED.exec(text);
    if (selected) return { message: text, role: 'context', ...victim(selected[2], selected[3]), ...scopeOf(selected[1]) };
    if (text.startsWith('oom-kill:constraint=')) return readConstraint(text);
    const cgroup = (LIMIT_OF.exec(text) ?? GROUP_KILL.exec(text))?.[1];
    if (cgroup !== undefined) return { message: text, role: 'context', scope: 'cgroup', cgroup };
    if (INVOKED.test(text)) return { message: text, role: 'context' };
    const limit = USAGE.exec(text)?.[1];
    if (limit !== undefined) return { message: text, limitBytes: Number(limit) * KB };
    const task = AFTER.exec(text) ?? TABLE_ROW.exec(text);
    if (task) return { message: text, ...victim(task[1], task[2]) };
    return BLOCK.test(text) ? { message: text } : null;
  },
  events(row, context) {
    if (row.role === undefined) return undefined;
    if (row.role === 'kill') return killOf(row, context);
    const scope = row.scope ?? 'unknown';
    return { kind: 'oom-kill', role: 'context', scope, ...(row.command && { command: row.command }), keys: keysOf(row) };
  },
});

const victim = (pid: string | undefined, command: string | undefined) => ({ pid: Number(pid), ...(command && { command }) });
const scopeOf = (words: string | undefined): Pick<OomRow, 'scope'> =>
  words ? { scope: words.startsWith('Memory') ? 'cgroup' : 'host' } : {};

function readKill([message, words, pid, command, anon, file, shared]: RegExpExecArray, context: Context): OomRow | null {
  // Without scope and sizes only the carrier tells that it is the kernel that speaks.
  if (words === undefined && anon === undefined && context.keys.service !== 'kernel') return null;
  const rssBytes = (Number(anon) + Number(file) + Number(shared ?? 0)) * KB;
  return { message, role: 'kill', ...victim(pid, command), ...scopeOf(words), ...(anon && { rssBytes }) };
}

/** `oom-kill:constraint=…,task_memcg=/x,task=NAME,pid=N,uid=N`: `,` may stand inside mems_allowed and the name. */
function readConstraint(text: string): OomRow | null {
  const group = text.indexOf(',task_memcg=');
  const task = text.indexOf(',task=', group);
  const pid = text.lastIndexOf(',pid=');
  const number = /^,pid=(\d{1,10}),uid=\d{1,10}$/.exec(text.slice(pid))?.[1];
  if (group < 0 || task < 0 || pid < task || number === undefined) return null;
  const scope = text.includes(',global_oom,') ? 'host' : text.includes('=CONSTRAINT_MEMCG,') ? 'cgroup' : 'host';
  return { message: text, role: 'context', scope, cgroup: text.slice(group + 12, task), ...victim(number, text.slice(task + 6, pid)) };
}

function keysOf(row: OomRow): Keys {
  const { pid, command, cgroup } = row;
  return { ...(pid !== undefined && { pid, pidSpace: 'host' }), ...(command && { service: command }), ...(cgroup && cgroupKeys(cgroup)) };
}

/** The kill with what its block says above it: the victim's group, the limit, in old kernels the scope. */
function killOf(row: OomRow, context: Context): Draft {
  let { cgroup, limitBytes, scope } = row;
  for (const line of context.before(BLOCK_LINES).toReversed()) {
    const above = readAbove(line);
    if (above?.role === 'kill') break;
    if (above?.pid === undefined || above.pid === row.pid) cgroup ??= above?.cgroup;
    limitBytes ??= above?.limitBytes;
    if (above?.message.includes('Kill process')) scope ??= above.scope;
  }
  return {
    kind: 'oom-kill',
    role: 'kill',
    scope: scope ?? 'unknown',
    ...(row.command && { command: row.command }),
    ...(row.rssBytes !== undefined && { rssBytes: row.rssBytes }),
    ...(limitBytes !== undefined && scope === 'cgroup' && { limitBytes }),
    keys: keysOf({ ...row, ...(cgroup && { cgroup }) }),
  };
}

const NO_CONTEXT: Context = { keys: { service: 'kernel' }, before: () => [], after: () => [], hint: '' };
const readAbove = (line: string): OomRow | null => kernelOom.read(line, NO_CONTEXT) as OomRow | null;
