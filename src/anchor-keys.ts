/** By what two logs may know one event: the same connection's end, the same kernel line, the same unit's death. */
import { connectionIds, pathValues } from './connection-names.ts';
import { RUNTIMES, stem } from './deaths/names.ts';
import type { RawEvent } from './record.ts';

/** Key of an end. */
export const CLOSE = 'close ';
/** Key of an open. */
export const OPEN = 'open ';
/** Key of an open that follows from a close and its life. */
export const BEGAN = 'began ';

/** Key of a program's death by a signal: the kernel's word of it and the supervisor's. */
export const DIED = 'died ';
/** Key of some program's death by it. */
export const SIGNAL = 'signal ';
/** The kernel's comm is cut there (TASK_COMM_LEN). */
const COMM_LENGTH = 15;
/** By which signal the kernel ends a process for what it calls so. */
const SIGNAL_OF: Readonly<Partial<Record<string, string>>> = { segfault: 'SIGSEGV', abort: 'SIGABRT' };

function diedKeys({ unit, service }: RawEvent['keys'], signal: string | undefined): string[] {
  const name = stem(unit ?? service ?? '').slice(0, COMM_LENGTH);
  return signal === undefined || name === '' || RUNTIMES.has(name) ? [] : [`${DIED}${name} ${signal}`];
}

export function anchorKeys(event: RawEvent): string[] {
  const { keys } = event;
  switch (event.kind) {
    case 'socket-opened':
      // Under whatever name the URL has it: a room's value is in few logs' words of an end, and at no one distance.
      return [...new Set([...connectionIds(keys), ...pathValues(keys.path)])].map((id) => `${OPEN}${id}`);
    case 'socket-closed':
    case 'tunnel-ended':
      return connectionIds(keys).map((id) => `${CLOSE}${id}`);
    case 'oom-kill':
      return [
        ...(keys.pid === undefined ? [] : [`oom ${event.role} ${keys.pid}`]),
        ...(keys.unit && event.role !== 'kill' ? [`oom ${keys.unit}`] : []),
        ...(event.role === 'kill' ? diedKeys(keys, 'SIGKILL') : []),
        `text ${event.quote}`,
      ];
    case 'process-fault':
      return [
        ...(event.vantage === 'kernel' ? diedKeys(keys, SIGNAL_OF[event.fault]) : []),
        ...(event.vantage === 'kernel' && keys.pid !== undefined ? [`fault ${event.fault} ${keys.pid}`] : []),
        ...(event.fault === 'segfault' ? [`${SIGNAL}SIGSEGV`] : []),
        ...(event.vantage === 'kernel' ? [`text ${event.quote}`] : []),
      ];
    case 'process-ended':
      return [
        ...(keys.unit ? [`ended ${keys.unit} ${event.signal ?? event.exitCode ?? ''}`] : []),
        // Containers' runtimes write 128 and the signal's number.
        ...(event.signal === 'SIGSEGV' || event.exitCode === 139 ? [`${SIGNAL}SIGSEGV`] : []),
        ...diedKeys(keys, event.signal),
      ];
    case 'network-fault':
    case 'proxy-lifecycle':
      return [`text ${event.quote}`];
    case 'process-started':
      return keys.unit && event.what === 'supervisor' ? [`started ${keys.unit}`] : [];
    default:
      return [];
  }
}
