/** What containerd and dockerd say in logrus's common layout and nobody else does: the layout alone does not tell who writes. */

const CONTAINERD =
  /^(?:TaskOOM event|TaskExit event|StopContainer for|Stop container|Kill container|StartContainer for|RemoveContainer for|CreateContainer|StopPodSandbox|RemovePodSandbox|RunPodSandbox|TearDown network|Ensure that (?:sandbox|container)|Container to stop|Container exec|Exec process|received exit event|received sandbox|shim disconnected|cleaning up (?:after shim|dead shim)|loading plugin|skip loading plugin|starting containerd|containerd successfully booted|PullImage|ImageCreate|ImageUpdate|ImageDelete|stop pulling image|trying next host|Portforward|No cni config|connecting to shim|loading cgroup for|ExecSync for|Finish piping|Attach for|Start (?:snapshots|streaming|event|recovering|cri|cni)|serving\.\.\.|Connect containerd service|Get image filesystem)/;
const DOCKERD =
  /^(?:ignoring event|restarting container$|Container (?:[0-9a-f]{12,64} )?failed to|Container [0-9a-f]{12,64}|Error sending stop|Processing signal '|Daemon (?:shutdown|has completed)|Docker daemon|API listen on|Loading containers:|Starting up|stopping (?:healthcheck|event stream)|Health check for container|sbJoin|sbLeave|Removing stale sandbox|Default bridge|containerd is not ready|Firewalld|Handler for |attach: std|Attempting next endpoint|failed to (?:umount|exit|cleanup)|No non-localhost DNS|Configuring|Initializing buildkit|Completed buildkit)/;

export const isContainerdMessage = (message: string): boolean => CONTAINERD.test(message);
export const isDockerdMessage = (message: string): boolean => DOCKERD.test(message);
