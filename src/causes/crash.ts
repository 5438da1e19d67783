/** The server process (or the proxy's worker) died of itself: uncaught exception, signal, abort, hang killed by its supervisor. */
import { deathCause } from '../death-cause.ts';

export const crash = deathCause({
  name: 'crash',
  title: 'Crash',
  about:
    'the server process died without closing its sockets properly: uncaught exception, fatal signal, abort, or a hang that its supervisor ended',
  root: 'crash',
  none: 'no crash, fatal signal or failed unit is logged in the minutes around it',
});
