/** Errors of Go's net package, as Caddy, Traefik and other proxies in Go print them: `dial tcp 10.0.0.7:9701: connect: connection refused`. */
import type { Endpoint, ProxyFault } from '../types.ts';
import { endpoint } from './address.ts';

export interface GoError {
  readonly fault: ProxyFault['fault'];
  readonly phase: ProxyFault['phase'];
  /** The far end: of a dial the address dialled, of a read or write what stands behind `->`. */
  readonly peer?: Endpoint;
}

const DIAL = /\bdial (?:tcp[46]?|unix) ([^\s,]{1,260}): (.{1,400})$/s;
const TRANSFER =
  /\b(?:read|write|readfrom|writeto|splice) tcp[46]? [^\s>]{1,80}->([^\s:]{1,60}:\d{1,5}|\[[^\]\s]{1,45}\]:\d{1,5}): (.{1,400})$/s;

function dialFault(cause: string): ProxyFault['fault'] {
  if (cause.includes('connection refused')) return 'upstream-refused';
  if (/no route to host|network is unreachable|host is down|no such host|server misbehaving|no such file/.test(cause))
    return 'upstream-unreachable';
  return /i\/o timeout|timed out|deadline exceeded/.test(cause) ? 'upstream-timeout' : 'upstream-unreachable';
}

/**
 * What an error of a proxied request says of the side of the upstream; undefined for errors that name no network fault.
 * `phase` is `connect` for a dial, else `handshake`: a tunnel's own errors are the caller's to tell.
 */
export function goError(text: string): GoError | undefined {
  const dial = DIAL.exec(text);
  if (dial) {
    const peer = endpoint(dial[1]);
    return { fault: dialFault(dial[2] ?? ''), phase: 'connect', ...(peer && { peer }) };
  }
  const transfer = TRANSFER.exec(text);
  if (transfer) {
    const peer = endpoint(transfer[1]);
    const cause = transfer[2] ?? '';
    if (/connection reset by peer|broken pipe/.test(cause)) return { fault: 'upstream-reset', phase: 'handshake', ...(peer && { peer }) };
    if (/i\/o timeout|timed out/.test(cause)) return { fault: 'upstream-timeout', phase: 'handshake', ...(peer && { peer }) };
    if (/EOF$/.test(cause)) return { fault: 'upstream-closed', phase: 'handshake', ...(peer && { peer }) };
    return undefined;
  }
  if (/(?:^|: )(?:unexpected )?EOF$/.test(text)) return { fault: 'upstream-closed', phase: 'handshake' };
  if (/timeout awaiting response headers$|deadline exceeded$/.test(text)) return { fault: 'upstream-timeout', phase: 'handshake' };
  if (text === 'no upstreams available') return { fault: 'no-upstream', phase: 'connect' };
  if (/(?:^|: )context canceled$/.test(text)) return { fault: 'client-closed', phase: 'handshake' };
  return undefined;
}
