/** systemd's user-space OOM killer. */
import { cgroupKeys } from '../src/grammar/cgroup.ts';
import { subject } from '../src/grammar/subject.ts';
import { defineParser, type Row } from '../src/types.ts';

interface OomdRow extends Row {
  readonly message: string;
  readonly cgroup?: string;
}

const KILLED =
  /^Killed (\/\S{0,4000}) due to (?:memory used \(\d{1,20}\) \/ total \(\d{1,20}\) and swap used \(\d{1,20}\) \/ total \(\d{1,20}\) being more than \S{1,20}|memory pressure for \/\S{0,4000} being \d{1,5}\.\d\d% > \d{1,5}\.\d\d% for > \S{1,20}(?: \S{1,20})? with reclaim activity|memory pressure for \/\S{0,4000} being \d{1,5}\.\d\d% > \d{1,5}\.\d\d% for > \S{1,20})$/;
const OTHER =
  /^(?:Considered \d{1,6} cgroups for killing.{0,100}|Memory pressure for \/.{1,4200}|Swap used .{1,200}|No swap; .{1,200}|Failed to kill any cgroup.{0,200}|Kill of \/.{1,4200})/;

export const systemdOomd = defineParser<OomdRow>({
  name: 'systemd-oomd',
  about: 'kills by systemd-oomd for memory pressure or full swap',
  adds: 'which unit was killed for memory though the kernel’s OOM killer never ran',
  docs: 'https://www.freedesktop.org/software/systemd/man/latest/systemd-oomd.service.html',
  vantage: 'supervisor',
  habitat: 'mixed',
  needles: ['due to memory used', 'due to memory pressure for'],
  samples: [
    {
      line: 'Killed /system.slice/chat.service due to memory pressure for /system.slice being 78.54% > 60.00% for > 30s with reclaim activity',
      from: 'src/oom/oomd-manager.c of systemd 252',
      keys: { service: 'systemd-oomd' },
      reads: { cgroup: '/system.slice/chat.service' },
      gives: { kind: 'oom-kill', role: 'kill', scope: 'userspace', keys: { unit: 'chat.service', cgroup: '/system.slice/chat.service' } },
    },
    {
      line: 'Killed /user.slice/user-1000.slice/user@1000.service/app.slice/chat.service due to memory used (16393388032) / total (16611790848) and swap used (966066176) / total (1023406080) being more than 90.00%',
      from: 'src/oom/oomd-manager.c of systemd 252',
      reads: {},
      gives: { kind: 'oom-kill', role: 'kill', scope: 'userspace', keys: { unit: 'chat.service' } },
    },
    {
      line: 'Considered 62 cgroups for killing, top candidates were:',
      from: 'systemd-oomd 253',
      keys: { service: 'systemd-oomd' },
      reads: {},
      gives: 'noise',
    },
  ],
  rejects: ['Killed chat due to memory pressure', 'Killed /system.slice/chat.service'],
  read(text, { keys }) {
    const cgroup = KILLED.exec(text)?.[1];
    if (cgroup !== undefined) return { message: text, cgroup };
    return keys.service === 'systemd-oomd' && OTHER.test(text) ? { message: text } : null;
  },
  events(row) {
    if (row.cgroup === undefined) return undefined;
    const keys = cgroupKeys(row.cgroup);
    const service = keys.unit?.replace(/(?:@.*)?\.(?:service|scope)$/, '');
    return { kind: 'oom-kill', role: 'kill', scope: 'userspace', keys: subject({ ...keys, ...(service && { service }) }) };
  },
});
