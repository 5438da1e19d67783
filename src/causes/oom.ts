/** Memory ran out: the kernel, a memory daemon, a container runtime or the language runtime ended the server. */
import { deathCause } from '../death-cause.ts';

export const oom = deathCause({
  name: 'oom',
  title: 'Out of memory',
  about: "the server was killed for memory by the kernel, systemd-oomd or its container's limit, or reached its runtime's heap limit",
  root: 'oom',
  none: 'no OOM kill of this service is logged in the minutes around it',
});
