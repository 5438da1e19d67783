/** nginx access records whose fields have names (JSON, `key=value`, LTSV), and how to tell them from an application's records. */
import { clfAt, epoch, iso } from '../time.ts';
import type { Context, Stamp } from '../types.ts';
import { accessVariable } from './access-names.ts';
import { type AccessValues, accessRow, type HttpRow } from './access-values.ts';
import { textOf } from './json.ts';

// Keys of application loggers and of other proxies' JSON logs. nginx's own are values of one request and nothing else.
const FOREIGN =
  /^(?:level|severity|lvl|logger|msg|message|event|caller|stack|response_flags|downstreamstatus|edgeresponsestatus|started_at|kind)$/i;
// Names that hardly anybody but nginx uses.
const NGINX =
  /^(?:remote_addr|remote_user|time_local|time_iso8601|body_bytes_sent|request_uri|http_referer|http_user_agent|http_x_forwarded_for|upstream_addr|upstream_response_time|request_length|msec)$/;
// `$request_time` is seconds with three decimals; more of them, or a unit, is another program's.
const REQUEST_TIME = /^\d{1,9}(?:\.\d{1,3})?$/;

/** `[22/Nov/2026:20:23:41 +0000]` with or without brackets, ISO 8601 or epoch. */
function stampOf(text: string): Stamp | undefined {
  const bare = text.replace(/^\[(.{10,40})\]$/, '$1');
  const clf = clfAt(bare);
  return clf?.end === bare.length ? clf.stamp : (iso(bare) ?? epoch(bare));
}

/**
 * The row of a record with these fields, by whatever names; null when it is not clearly nginx's: it has to hold a status, a request,
 * a peer, and a `$request_time` or three of nginx's own names, and nothing nested. Without a time it takes its carrier's.
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
  if (!asked || !peer || (life === undefined ? typical < 3 : !REQUEST_TIME.test(life))) return null;
  const time = values.get('time');
  const at = time === undefined ? context.at : stampOf(time);
  return at ? accessRow(at, 'end', values) : null;
}
