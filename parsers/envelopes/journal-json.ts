/** `journalctl -o json`, `json-sse` and `json-seq`; the other journal forms are framed into it. */
import { withoutAnsi } from '../../src/grammar/ansi.ts';
import { type JsonObject, numberOf, parseObject, textOf } from '../../src/grammar/json.ts';
import { known } from '../../src/grammar/known.ts';
import { writerOf } from '../../src/grammar/syslog-tag.ts';
import { stamp } from '../../src/time.ts';
import type { Envelope, Keys, Stamp, Unwrapped } from '../../src/types.ts';

/** `data: ` of json-sse, record separator of json-seq. */
const PREFIX = /^(?:data: |\x1e)/;
/** `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`, the kubelet's names for docker containers. */
const KUBELET_NAME = /^k8s_([^_]+)_([^_]+)_[^_]+_[^_]+_\d+$/;

const chat = {
  line: '{"__REALTIME_TIMESTAMP":"1794436828531983","SYSLOG_IDENTIFIER":"chat-ws","_HOSTNAME":"app-15","_PID":"365","_COMM":"node","_BOOT_ID":"072b27a8ec694f9ea597e0dd664a94df","_SYSTEMD_CGROUP":"/system.slice/chat-ws.service","_TRANSPORT":"stdout","_SYSTEMD_UNIT":"chat-ws.service","MESSAGE":"listening on 127.0.0.1:3000"}',
  from: 'journalctl 252 -o json',
  unwraps: {
    text: 'listening on 127.0.0.1:3000',
    at: { ms: 1794436828531.983, widthMs: 0.001, basis: 'utc' as const },
    keys: {
      service: 'chat-ws',
      host: 'app-15',
      bootId: '072b27a8ec694f9ea597e0dd664a94df',
      pid: 365,
      pidSpace: 'host' as const,
      unit: 'chat-ws.service',
      cgroup: '/system.slice/chat-ws.service',
    },
  },
};

export const journalJson: Envelope = {
  name: 'journal-json',
  about: '`journalctl -o json`, `-o json-seq`, `-o json-sse`: one object an entry',
  docs: 'https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format',
  samples: [
    chat,
    {
      line: '{"UNIT":"logrotate.service","_SYSTEMD_UNIT":"init.scope","_SYSTEMD_CGROUP":"/init.scope","SYSLOG_IDENTIFIER":"systemd","_COMM":"systemd","_PID":"1","MESSAGE":"logrotate.service: Deactivated successfully.","__REALTIME_TIMESTAMP":"1794436828745467","_SOURCE_REALTIME_TIMESTAMP":"1794436828745367","_HOSTNAME":"app-15"}',
      from: 'journalctl 252 -o json',
      unwraps: {
        text: 'logrotate.service: Deactivated successfully.',
        at: { ms: 1794436828745.367, widthMs: 0.001, basis: 'utc' },
        keys: { service: 'systemd', host: 'app-15', pid: 1, pidSpace: 'host', unit: 'logrotate.service' },
      },
    },
    {
      line: '{"MESSAGE":[27,91,51,49,109,119,115,32,99,108,111,115,101,100,27,91,48,109,32,49,48,48,54],"SYSLOG_IDENTIFIER":"colour","__REALTIME_TIMESTAMP":"1795385784242407","_PID":"25443"}',
      from: 'journalctl 252 -o json',
      unwraps: { text: 'ws closed 1006' },
    },
    {
      line: '{"MESSAGE":["two\\nlines","again"],"SYSLOG_IDENTIFIER":"twice","ODD_TAG":["1","2"],"__REALTIME_TIMESTAMP":"1795385784242435"}',
      from: 'journalctl 252 -o json; its text outputs show the last value too',
      unwraps: { text: 'again' },
    },
    {
      line: '{"MESSAGE":null,"SYSLOG_IDENTIFIER":"long","__REALTIME_TIMESTAMP":"1795385784242428"}',
      from: 'journalctl 252 -o json, a message of 4096 bytes and more',
      unwraps: { text: '', keys: { service: 'long' } },
    },
    { ...chat, line: `data: ${chat.line}`, from: 'journalctl 252 -o json-sse' },
    { ...chat, line: `\x1e${chat.line}`, from: 'journalctl 252 -o json-seq' },
    {
      line: '{"__REALTIME_TIMESTAMP":"1795385784242428","_TRANSPORT":"kernel","MESSAGE":"TCP: out of memory -- consider tuning tcp_mem","SYSLOG_IDENTIFIER":"kernel","_SOURCE_MONOTONIC_TIMESTAMP":"196340485"}',
      from: 'journalctl 252 -o json',
      unwraps: { keys: { service: 'kernel' } },
    },
    {
      line: '{"MESSAGE":"Process 4242 (node) of user 996 dumped core.","SYSLOG_IDENTIFIER":"systemd-coredump","_PID":"4301","_SYSTEMD_UNIT":"systemd-coredump@0-4300-0.service","COREDUMP_UNIT":"chat.service","COREDUMP_PID":"4242","COREDUMP_CGROUP":"/system.slice/chat.service","__REALTIME_TIMESTAMP":"1795385784242428"}',
      from: 'systemd 252 journal fields of systemd-coredump',
      unwraps: {
        keys: { service: 'systemd-coredump', pid: 4301, pidSpace: 'host', unit: 'chat.service', cgroup: '/system.slice/chat.service' },
      },
    },
    {
      line: '{"MESSAGE":"ws closed","CONTAINER_NAME":"k8s_app_chat-7d9f_prod_968a06fb-9ab9-4819-8caf-0392ddff3d9b_0","CONTAINER_ID":"0f32a1b2c3d4","CONTAINER_TAG":"0f32a1b2c3d4","SYSLOG_IDENTIFIER":"0f32a1b2c3d4","CONTAINER_PARTIAL_MESSAGE":"true","_PID":"801","_COMM":"dockerd","_SYSTEMD_UNIT":"docker.service","__REALTIME_TIMESTAMP":"1795385784242428"}',
      from: 'docker 24 journald log driver under the kubelet',
      unwraps: { text: 'ws closed', part: 'more', keys: { service: '0f32a1b2c3d4', container: 'app', pod: 'chat-7d9f' } },
    },
  ],
  rejects: [
    '{"MESSAGE":"no stamp","_PID":"1"}',
    '{"log":"ws closed\\n","stream":"stdout","time":"2026-11-22T20:36:24.1Z"}',
    '{"__REALTIME_TIMESTAMP":"1795385784242428","MESSAGE":"cut',
  ],
  wrap: (text) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: '1795385784242428', _PID: '4242', SYSLOG_IDENTIFIER: 'app', _HOSTNAME: 'vm', MESSAGE: text }),
  unwrap(line) {
    const entry = parseObject(line.replace(PREFIX, ''));
    const at = entry && stampOf(entry);
    if (!at) return null;
    const keys = keysOf(entry);
    const text = messageOf(entry['MESSAGE']);
    return { text, at, keys, writer: writerOf(keys.host, keys.container ?? keys.service, keys.pid), part: partOf(entry) };
  },
};

/** The sender's clock where it gave one, as journalctl shows it, else the time of reception; µs since 1970. */
function stampOf(entry: JsonObject): Stamp | undefined {
  const micros = numberOf(entry['_SOURCE_REALTIME_TIMESTAMP'] ?? entry['__REALTIME_TIMESTAMP']);
  return entry['__REALTIME_TIMESTAMP'] === undefined || micros === undefined ? undefined : stamp(micros / 1000, 0.001);
}

/** A value that is not printable comes as an array of its bytes, a repeated field as an array of values: the last counts. */
function messageOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every((byte) => typeof byte === 'number') ? withoutAnsi(Buffer.from(value).toString('utf8')) : messageOf(value.at(-1));
  }
  return withoutAnsi(textOf(value) ?? '');
}

const last = (entry: JsonObject, field: string): string | undefined => {
  const value = entry[field];
  return textOf(Array.isArray(value) ? value.at(-1) : value);
};

function keysOf(entry: JsonObject): Keys {
  const service = last(entry, 'SYSLOG_IDENTIFIER') ?? last(entry, '_COMM') ?? (entry['_TRANSPORT'] === 'kernel' ? 'kernel' : undefined);
  const host = last(entry, '_HOSTNAME');
  const bootId = last(entry, '_BOOT_ID');
  const common: Keys = known({ service: service || undefined, host: host || undefined, bootId: bootId || undefined });
  const containerName = last(entry, 'CONTAINER_NAME');
  // The process and unit of such an entry are those of dockerd or conmon, which only hand it on.
  if (containerName !== undefined) {
    const [, container = containerName, pod] = KUBELET_NAME.exec(containerName) ?? [];
    return Object.assign(common, known({ container, pod }));
  }
  const pid = numberOf(last(entry, '_PID') ?? last(entry, 'SYSLOG_PID'));
  return Object.assign(common, pid === undefined ? undefined : { pid, pidSpace: 'host' as const }, subjectOf(entry));
}

/** Unit and cgroup of what the entry is about: systemd and systemd-coredump write of others. */
function subjectOf(entry: JsonObject): Keys {
  const about = last(entry, 'UNIT') ?? last(entry, 'USER_UNIT') ?? last(entry, 'COREDUMP_UNIT') ?? last(entry, 'COREDUMP_USER_UNIT');
  const unit = about ?? last(entry, '_SYSTEMD_USER_UNIT') ?? last(entry, '_SYSTEMD_UNIT');
  const cgroup = about === undefined ? last(entry, '_SYSTEMD_CGROUP') : last(entry, 'COREDUMP_CGROUP');
  return known({ unit: unit || undefined, cgroup: cgroup || undefined });
}

/** Docker cuts messages at 16 KiB, and before 20.10 did not mark the last piece; journald cuts what programs print at 48 KiB. */
function partOf(entry: JsonObject): Unwrapped['part'] {
  if (entry['_LINE_BREAK'] === 'line-max') return 'more';
  if (entry['CONTAINER_NAME'] === undefined) return undefined;
  if (last(entry, 'CONTAINER_PARTIAL_MESSAGE') !== 'true') return 'end';
  return last(entry, 'CONTAINER_PARTIAL_LAST') === 'true' ? 'last' : 'more';
}
