/** Names of log streams in CloudWatch Logs. */

/** The task that wrote a stream of the awslogs driver on ECS, named `prefix/container/task`: what ECS itself calls its instances by. */
export const taskOf = (stream: string | undefined): string | undefined =>
  /^[^/]{1,200}\/[^/]{1,200}\/([0-9a-f]{32})$/.exec(stream ?? '')?.[1];
