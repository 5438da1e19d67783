/** nginx access records whose fields have names (JSON, `key=value`, LTSV), and how to tell them from an application's records. */
import type { Context } from '../types.ts';
import { roundMs } from './access.ts';
import { accessVariable } from './access-names.ts';
import { type AccessValues, accessRow, type HttpRow } from './access-values.ts';
import { textOf } from './json.ts';
import { accessStamp, type Learned, type Pairs } from './learned-access.ts';
import { numeric } from './quoted.ts';

// Keys of application loggers and of other proxies' JSON logs. nginx's own are values of one request and nothing else.
const FOREIGN =
  /^(?:level|severity|lvl|logger|msg|message|event|caller|stack|response_flags|downstreamstatus|edgeresponsestatus|started_at|kind)$/i;
// Names that hardly anybody but nginx uses.
const NGINX =
  /^(?:remote_addr|remote_user|time_local|time_iso8601|body_bytes_sent|request_uri|http_referer|http_user_agent|http_x_forwarded_for|upstream_addr|upstream_response_time|request_length|msec)$/;
// `$request_time` is seconds with three decimals; more of them, or a unit, is another program's.
const REQUEST_TIME = /^\d{1,9}(?:\.\d{1,3})?$/;
// `$upstream_response_time` has all three, one for each upstream that was asked.
const UPSTREAM_TIME = /^(?:\d{1,9}\.\d{3}|-)(?:(?:, | : )(?:\d{1,9}\.\d{3}|-)){0,16}$/;

/**
 * The row of a record with these fields, by whatever names; null when it is not clearly nginx's: it has to hold a status, a request,
 * a peer, and a `$request_time`, an upstream's time beside its address or three of nginx's own names, and nothing nested. Without a time it takes its carrier's.
 */
export function labelledRow(fields: Iterable<readonly [key: string, value: unknown]>, context: Context): HttpRow | null {
  const values: AccessValues = new Map();
  let typical = 0;
  for (const [key, value] of fields) {
    if (FOREIGN.test(key)) return null;
    if (NGINX.test(key)) typical++;
    const written = value === null ? '' : textOf(value);
    if (written === undefined) return null;
    const name = accessVariable(key, written) ?? key;
    // `$msec` beside `$time_local`: the finer one counts. Else the first of two names for one thing.
    if (!values.has(name) || (name === 'time' && /^\d{10}\.\d{3}$/.test(written))) values.set(name, written);
  }
  const asked = values.has('request') || (values.has('request_method') && values.has('request_uri'));
  const peer = values.has('remote_addr') || values.has('upstream_addr');
  const life = values.get('request_time');
  const timed = values.has('upstream_addr') && UPSTREAM_TIME.test(values.get('upstream_response_time') ?? '');
  if (!asked || !peer || (life === undefined ? typical < 3 && !timed : !REQUEST_TIME.test(life))) return null;
  const time = values.get('time');
  const at = time === undefined ? context.at : accessStamp(time);
  return at ? accessRow(at, 'end', values) : null;
}

/** Fields of a record as text; undefined when it is an application's or another proxy's, or holds other things than values. */
export function accessPairs(fields: Iterable<readonly [key: string, value: unknown]>): Pairs | undefined {
  const pairs: (readonly [string, string])[] = [];
  for (const [key, value] of fields) {
    const written = value === null ? '' : textOf(value);
    if (written === undefined || FOREIGN.test(key)) return undefined;
    pairs.push([key, written]);
  }
  return pairs.length < 5 ? undefined : pairs;
}

/** The row of a record of a log whose fields were learned of its beginning. */
export function learnedRow(pairs: Pairs | undefined, learned: Learned | undefined): HttpRow | null {
  if (!pairs || !learned) return null;
  const values: AccessValues = new Map();
  for (const [key, value] of pairs) {
    const name = learned.names.get(key) ?? accessVariable(key, value) ?? key;
    // What was learned of one key is not taken from another that is called so.
    if (!values.has(name) || learned.names.has(key)) values.set(name, value);
  }
  const at = accessStamp(values.get('time') ?? '');
  const life = numeric(values.get('request_time'));
  values.delete('request_time');
  if (life !== undefined) values.set('duration_ms', String(roundMs(life * learned.lifeUnitMs)));
  return at ? accessRow(at, learned.marks, values) : null;
}
