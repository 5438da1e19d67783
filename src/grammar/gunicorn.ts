/** gunicorn's error log, and what uvicorn writes into it as its worker class. */
import { isoAt } from '../time.ts';
import type { Stamp } from '../types.ts';

export interface GunicornHead {
  readonly at: Stamp;
  /** Who wrote the line: the master, or a worker. */
  readonly pid: number;
  readonly level: string;
  readonly message: string;
}

const HEAD = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})\] \[(\d{1,10})\] \[(CRITICAL|ERROR|WARNING|INFO|DEBUG)\] (.{0,4000})$/;

export function gunicornHead(text: string): GunicornHead | undefined {
  const [, at = '', pid, level = '', message = ''] = HEAD.exec(text) ?? [];
  const stamped = isoAt(at);
  return pid === undefined || !stamped ? undefined : { at: stamped.stamp, pid: Number(pid), level, message };
}

/** uvicorn's access lines. */
export const UVICORN_ACCESS =
  /^(?:\('([^']{2,45})', (\d{1,5})\)|(\S{3,60})) - "(?:(WebSocket) (\S{1,8192})" (?:\[(accepted)\]|(\d{3}))|([A-Z]{3,10}) (\S{1,8192}) HTTP\/(\d(?:\.\d)?)" (\d{3})(?: [A-Z][\w' -]{1,40})?)$/;
export const UVICORN_SOCKET = /^connection (?:open|closed|rejected \(\d{3} [\w ]{2,30}\))$/;
export const UVICORN_PROCESS =
  /^(Started (?:server|parent|reloader) process|Finished server process|Child process|Stopping (?:parent|reloader) process|Waiting for child process|Terminated child process) \[(?:\x1b\[[\d;]{1,8}m)?(\d{1,10})(?:\x1b\[0m)?\](.{0,60})$/;
export const UVICORN_LIFECYCLE =
  /^(?:Waiting for application (?:startup|shutdown)\.|Application (?:startup|shutdown) (?:complete|failed)\.(?: Exiting\.)?|Uvicorn running on .{1,200}|Waiting for (?:background tasks to complete|connections to close)\. \(CTRL\+C to force quit\)|Shutting down|Will watch for changes in these directories: .{1,1000}|(?:WatchFiles|StatReload|WatchGodReload) detected (?:file )?changes? in .{1,1000}|Received SIG[A-Z]{2,6}, exiting\.)$/;

export const isUvicorns = (message: string): boolean =>
  UVICORN_ACCESS.test(message) || UVICORN_SOCKET.test(message) || UVICORN_PROCESS.test(message) || UVICORN_LIFECYCLE.test(message);
