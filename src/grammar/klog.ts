/** klog's lines, which any Go program may write, and whose they are. */

const HEAD = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} {1,8}\d{1,10} [\w.-]{1,80}\.go:\d{1,6}\] /;
/** A structured message of how a connection began or ended, with fields behind it; kubectl's own errors of a WebSocket are bare text. */
const OF_A_CONNECTION =
  /^"[^"]{0,80}\b(?:streams?|connection|conn|socket|ws|session|client|peer|agent|device)\b[^"]{0,40}\b(?:open(?:ed)?|established|accepted|(?:dis)?connected|closed?|lost|ended|dropped|failed)\b[^"]{0,40}" \w/i;

/** A server's or a client's own line about its connections, not one of Kubernetes. */
export function isKlogOfConnection(line: string): boolean {
  const [head] = HEAD.exec(line) ?? [];
  return head !== undefined && OF_A_CONNECTION.test(line.slice(head.length));
}
