/** What a control group's path says of its unit, container and pod. */
import type { Keys } from '../types.ts';

/** A container's id: 64 hexadecimal digits, alone (cgroupfs), in a scope (systemd: `cri-containerd-ID.scope`) or behind a colon (k3s). */
const CONTAINER = /^(?:[a-z][a-z-]{0,30}-|.*:)?([0-9a-f]{64})(?:\.scope)?$/;
/** A pod's uid: `pod968a06fb-…` (cgroupfs), `kubepods-burstable-pod968a06fb_….slice` (systemd); static pods have plain hexadecimals. */
const POD = /(?:^|-)pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?::|$)/;
const ECS_TASK = /^[0-9a-f]{32}(?:-\d{1,12})?$/;
const UNIT = /\.(?:service|scope)$/;

/**
 * Keys of `/system.slice/chat.service`, `/docker/ID`, `/kubepods.slice/…-podUID.slice/cri-containerd-ID.scope` and the like.
 * `container` is the full id and `pod` the pod's uid with dashes, since a path holds no names. A unit that only runs the
 * container's manager is left out.
 */
export function cgroupKeys(path: string): Keys {
  if (!path.startsWith('/') || path === '/') return {};
  let container: string | undefined;
  let pod: string | undefined;
  let unit: string | undefined;
  let parent = '';
  for (const part of path.split('/')) {
    const id = CONTAINER.exec(part)?.[1];
    container = id ?? (ECS_TASK.test(parent) && path.startsWith('/ecs/') ? part : container);
    pod = POD.exec(part)?.[1]?.replaceAll('_', '-') ?? pod;
    if (id === undefined && UNIT.test(part)) unit = part;
    parent = part;
  }
  return { cgroup: path, ...(pod && { pod }), ...(container ? { container } : unit && { unit }) };
}
