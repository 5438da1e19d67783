/** Records of a port on which nobody listened. */
import type { LogEvent } from '../types.ts';

/** Of a proxy, or of a client that came back: its machine answered, and no process of it did; a proxy in between says so by its status. */
export const isRefusal = (event: LogEvent): boolean =>
  (event.kind === 'proxy-fault' && (event.fault === 'upstream-refused' || event.fault === 'upstream-down')) ||
  (event.kind === 'handshake-failed' &&
    (event.status === 502 || event.status === 503 || /econnrefused|connection[ _]refused/i.test(event.why)));
