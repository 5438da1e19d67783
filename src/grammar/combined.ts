/**
 * The common and combined log formats as nginx and Apache httpd write them: one grammar, but nginx stamps the END of a request and
 * Apache its START. The two are told apart by the source's name, by what only one of them can write, by the order of the log's stamps,
 * else taken for nginx's.
 */
import { epoch } from '../time.ts';
import type { Context, Stamp } from '../types.ts';
import { roundMs } from './access.ts';
import { type AccessLine, accessLine } from './access-line.ts';
import { accessRow, type HttpRow } from './access-values.ts';
import { type Life, lifeOf } from './learned-access.ts';
import { remembered } from './remembered.ts';

export type Server = 'nginx' | 'apache';
export interface CombinedRow extends HttpRow {
  readonly server: Server;
}

/** True when the source's name, or who its carrier says wrote it, is Apache httpd. */
const saysApache = ({ hint, keys }: Context): boolean =>
  [hint, keys.service, keys.unit, keys.container, keys.pod].some(
    (name) => name !== undefined && /apache(?!-?apisix)|(?<!lig)httpd/i.test(name),
  );

/** A stamp in front without an offset, or with a fraction: nginx's `$time_iso8601` has the one and not the other. */
const isApacheStamp = (text: string): boolean => text[4] === '-' && text[7] === '-' && !/^\S{19}[+-]\d\d:\d\d /.test(text);

/** Only Apache escapes a quote with a backslash, and writes `-` for no bytes; nginx's `$status $body_bytes_sent` is then `101 0`. */
const provesApache = (line: AccessLine, text: string): boolean => line.values.get('body_bytes_sent') === '-' || text.includes('\\"');

// Lines that begin like combined and go on in another program's way: Traefik ends in whole milliseconds, HAProxy's CLF has client port
// and milliseconds behind two empty fields, ingress-nginx has its upstream's name in brackets, Kong names its request id.
const OTHERS = /\dms$|^ "" "" \d{1,5} \d{3} |" \d+ \d+\.\d{3} \[| kong_request_id: "/;

const starts = new WeakMap<readonly string[], boolean>();
/** Two lines that go back may be a clock that was set. */
const FEWEST_BACK = 3;
/** Whole seconds, and lines of one instant in any order. */
const BACK_MS = 2_000;

/**
 * Most of the log's tunnels are stamped before lines that stand above them, and its other requests, which are over at once, are in order:
 * its stamps are STARTs. (Workers of nginx that buffer their lines put all of them out of order.)
 */
function isOfStarts(head: readonly string[] | undefined): boolean {
  if (head === undefined) return false;
  let found = starts.get(head);
  if (found === undefined) {
    let [tunnels, back, others, disorderly] = [0, 0, 0, 0];
    let [latest, latestOther] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const text of head) {
      const line = accessLine(text);
      if (!line) continue;
      const { ms } = line.at;
      if (line.values.get('status') === '101') {
        tunnels++;
        if (ms < latest - BACK_MS) back++;
      } else {
        others++;
        if (ms < latestOther - BACK_MS) disorderly++;
        latestOther = Math.max(latestOther, ms);
      }
      latest = Math.max(latest, ms);
    }
    found = back >= FEWEST_BACK && back * 2 > tunnels && others >= FEWEST_BACK && disorderly === 0;
    starts.set(head, found);
  }
  return found;
}

/** What `provesApache` may be true of. */
const MAY_PROVE = /\\"| -(?= |$)/;

/** The line's row; null when it is of another format, of the other server or cut short. */
export function combinedRow(text: string, server: Server, context: Context): CombinedRow | null {
  const isNamed = saysApache(context) || isApacheStamp(text) || isOfStarts(context.head);
  if (server === 'apache' ? !isNamed && !MAY_PROVE.test(text) : isNamed) return null;
  const line = accessLine(text);
  // lighttpd writes the virtual host (%V) where others have an ident.
  if (!line || OTHERS.test(line.tail) || /[.:]/.test(line.values.get('ident') ?? '')) return null;
  if ((isNamed || provesApache(line, text) ? 'apache' : 'nginx') !== server) return null;
  const row = server === 'apache' ? apacheRow(line, context) : nginxRow(line);
  return row && Object.assign(row, { server });
}

function nginxRow(line: AccessLine): HttpRow | null {
  const exact = line.values.get('msec') ?? line.values.get('time');
  line.values.delete('msec');
  return accessRow((exact === undefined ? undefined : epoch(exact)) ?? line.at, 'end', line.values);
}

function apacheRow(line: AccessLine, context: Context): HttpRow | null {
  const pair = line.integers.length === 2 ? pairIn(context.head) : undefined;
  const durationMs = pair ? roundMs((line.integers[Number(pair.key)] ?? 0) * pair.unitMs) : apacheLife(line, context);
  if (durationMs !== undefined) line.values.set('duration_ms', String(durationMs));
  const [received, sent] = line.integers;
  // `combinedio`: %I %O.
  if (line.integers.length >= 2 && !pair) line.values.set('bytes_received', String(received)).set('bytes_sent', String(sent));
  for (const name of ['request_time', 'D']) line.values.delete(name);
  return accessRow(line.at, 'start', line.values);
}

const pairs = new WeakMap<readonly string[], { readonly life: Life | undefined }>();
/** Of fewer, one number or the other puts the ends in order by chance. */
const FEWEST_TUNNELS = 4;

/**
 * Which of two numbers behind a line's standard fields is the life, as in `%D %{remote}p`: that which puts the ends of the log's tunnels in
 * order, since lines are written at the ends; undefined = neither, as with `%I %O` of `combinedio`.
 */
function pairIn(head: readonly string[] | undefined): Life | undefined {
  if (head === undefined) return undefined;
  let found = pairs.get(head);
  if (!found) {
    const tunnels = head.flatMap((text) => {
      const line = accessLine(text);
      return line?.integers.length === 2 && line.values.get('status') === '101' ? [line] : [];
    });
    const columns = [0, 1].map((place) => [String(place), tunnels.map(({ integers }) => String(integers[place]))] as const);
    const stamps = tunnels.map(({ at }) => at);
    found = { life: tunnels.length < FEWEST_TUNNELS ? undefined : lifeOf(columns, stamps) };
    pairs.set(head, found);
  }
  return found.life;
}

/** What a line tells of those around it. */
interface Neighbour {
  readonly at: Stamp;
  readonly life: number | undefined;
  readonly status: string | undefined;
}
// Where tunnels' ends are dense, each line is a neighbour two dozen times.
const neighbour = remembered((text): Neighbour | undefined => {
  const line = accessLine(text);
  return line && { at: line.at, life: lifeNumber(line), status: line.values.get('status') };
});

const UNITS_MS = [0.001, 1, 1000] as const; // %D, %{ms}T, %T
const NEIGHBOURS = 12;

/** The request's life in ms; undefined when the line holds none. Apache's `%D`, `%{ms}T` and `%T` are bare numbers of different units. */
function apacheLife(line: AccessLine, context: Context): number | undefined {
  const life = lifeNumber(line);
  if (life === undefined) return undefined;
  if (line.values.has('D')) return roundMs(life / 1000);
  if (line.values.get('request_time')?.includes('.')) return roundMs(life * 1000);
  const near = (texts: readonly string[]): Neighbour[] => texts.map(neighbour).filter((other) => other !== undefined);
  const around = [
    ...near(context.before(NEIGHBOURS)),
    { at: line.at, life, status: line.values.get('status') },
    ...near(context.after(NEIGHBOURS)),
  ];
  const plausible = (unitMs: number): boolean => {
    const ms = life * unitMs;
    return line.values.get('status') === '101' ? ms >= 100 && ms <= 7 * 86_400_000 : ms === 0 || (ms >= 0.05 && ms <= 300_000);
  };
  const cost = (unitMs: number): number => disorder(around, unitMs) * 2 + (plausible(unitMs) ? 0 : 1);
  return roundMs(life * UNITS_MS.reduce<number>((best, unitMs) => (cost(unitMs) < cost(best) ? unitMs : best), UNITS_MS[0]));
}

/** How often the log would have gone back in time with this unit: Apache writes a line at the request's end, so ends never fall. */
function disorder(lines: readonly Neighbour[], unitMs: number): number {
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    if (line.life === undefined) continue;
    const end = line.at.ms + line.life * unitMs;
    if (end + line.at.widthMs + 1000 < latest) count++;
    else latest = end;
  }
  return count;
}

/** The number that stands for the life, whatever its unit: alone behind the agent, or behind the two of `combinedio`. */
function lifeNumber({ values, integers }: AccessLine): number | undefined {
  const named = values.get('D') ?? values.get('request_time');
  if (named !== undefined) return /^\d+(?:\.\d+)?$/.test(named) ? Number(named) : undefined;
  return integers.length === 2 ? undefined : integers.at(-1);
}

/**
 * When a tunnel ended whose line has a START stamp and no life. Apache writes lines in the order of their ends, so this one ended
 * after every start written before it, and at most some seconds after the start of the ordinary request that is written next.
 * Without such a neighbour the minute behind the lower bound stands for it; the life stays unknown.
 */
export function endByOrder(row: HttpRow, context: Context): Stamp {
  let { ms } = row.at;
  for (const text of context.before(NEIGHBOURS)) ms = Math.max(ms, neighbour(text)?.at.ms ?? ms);
  for (const text of context.after(NEIGHBOURS)) {
    const next = neighbour(text);
    if (next && next.status !== '101' && next.at.ms >= ms) return { ...row.at, ms, widthMs: next.at.ms - ms + 2000 };
  }
  return { ...row.at, ms, widthMs: 60_000 };
}
