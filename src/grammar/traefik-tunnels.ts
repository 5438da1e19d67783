/**
 * Which of Traefik's records are tunnels. Traefik 2 and some of 3 write status 0 for a connection that was taken over (traefik/traefik#10064,
 * #10504), as they do for a request that its client aborted (#9842): the path tells, where it is a WebSocket's by its name or where this
 * log has no answer to it.
 */
import type { Context, DurationMs, Row } from '../types.ts';
import { isWebSocketPath } from './websocket.ts';

export interface TraefikRow extends Row {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly status?: number | undefined;
  /** Bytes of a tunnel are not counted. */
  readonly bytesSent?: number | undefined;
  readonly durationMs: DurationMs;
  readonly upstream?: string | undefined;
}

/** So many that nobody answered are no chance, unless others of the path are answered. */
const FEWEST = 3;
/** A client that gives up waiting has waited less, in the most. */
const LASTED_MS = 1_000;
/** Long polls are answered, and clients and balancers give up, by then: one that lasted longer is enough. */
const LONG_MS = 60_000;

/** Polls of the same path are held for Engine.IO's ping interval, 25 s by default. */
const ENGINE_IO = /^\/(?:[^?]{0,200}\/)?(?:socket|engine)\.io\//;

/** Segments with a digit may be ids. */
const placeOf = (path: string): string => path.replace(/[?#].*$/s, '').replace(/[^/]*\d[^/]*/g, '*');

const mayBeTunnel = ({ method, protocol, status, bytesSent, upstream }: TraefikRow): boolean =>
  status === 0 && method === 'GET' && protocol === 'HTTP/1.1' && !bytesSent && upstream !== undefined;

/** A gateway's refusals are no answers of what is behind it. */
const isAnswer = (status: number): boolean => status > 101 && status < 499;

interface Places {
  readonly answered: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

function placesOf(rows: readonly TraefikRow[]): Places {
  const lasted = new Map<string, number>();
  const answered = new Set<string>();
  for (const row of rows) {
    if (row.path === undefined || row.status === undefined) continue;
    const place = placeOf(row.path);
    if (isAnswer(row.status)) answered.add(place);
    else if (mayBeTunnel(row) && row.durationMs >= LASTED_MS)
      lasted.set(place, (lasted.get(place) ?? 0) + (row.durationMs >= LONG_MS ? FEWEST : 1));
  }
  return { answered, taken: new Set([...lasted].filter(([, count]) => count >= FEWEST).map(([place]) => place)) };
}

/** Tells the status of a record that is a tunnel's, by what the log begins with; undefined = it is none. */
export function tunnelStatus(
  read: (text: string) => TraefikRow | null,
): (row: TraefikRow, context: Pick<Context, 'head'>) => 101 | 0 | undefined {
  const known = new WeakMap<readonly string[], Places>();
  return (row, { head }) => {
    if (row.status === 101) return 101;
    if (row.path === undefined || !mayBeTunnel(row)) return undefined;
    // A refused upgrade has no status either (#2891), and is over at once.
    if (isWebSocketPath(row.path) && row.durationMs >= LASTED_MS) return 0;
    if (ENGINE_IO.test(row.path) && row.durationMs >= LONG_MS) return 0;
    if (head === undefined) return undefined;
    const places = known.get(head) ?? placesOf(head.map(read).filter((one) => one !== null));
    known.set(head, places);
    const place = placeOf(row.path);
    return !places.answered.has(place) && (places.taken.has(place) || row.durationMs >= LONG_MS) ? 0 : undefined;
  };
}
