/**
 * Access lines around a stamp and a quoted request: the common and combined log formats, the same behind a virtual host, stamp-first
 * layouts, and whatever fields people add behind them. Named fields (`rt=1.2 us="101"`) are read by name, bare ones by their shape.
 */
import type { Found } from '../time.ts';
import { clfAt, isoAt } from '../time.ts';
import type { Stamp } from '../types.ts';
import { accessVariable } from './access-names.ts';
import type { AccessValues } from './access-values.ts';
import { isIp } from './address.ts';

export interface AccessLine {
  readonly at: Stamp;
  /** How the stamp is written: `[22/Nov/2026:20:23:41 +0000]` or ISO 8601. */
  readonly stamped: 'clf' | 'iso';
  readonly values: AccessValues;
  /** Fields behind the standard ones that are bare whole numbers, in order: their meaning hangs on the program. */
  readonly integers: readonly number[];
  /** Text behind the status and the bytes, as written. */
  readonly tail: string;
}

const HEAD_LIMIT = 600;
// 200 612 | 101 - | - 0 (Apache, before it had a status), and no third figure glued to it.
const STATUS_BYTES = /" (\d{3}|-(?= \d)) (\d{1,19}|-)(?=[ \t]|$)/y;
const HOST = /^(?:[\w.:%-]{1,255}|\[[0-9A-Fa-f:.%]{2,60}\](?::\d{1,5})?|unix:\S{0,200})$/;

/** The line's fields; undefined when it is not such a line or is cut short. */
export function accessLine(text: string): AccessLine | undefined {
  const found = text[4] === '-' && text[7] === '-' ? isoFirst(text) : bracketed(text);
  if (!found) return undefined;
  const closing = closingQuote(text, found.request);
  if (closing < 0) return undefined;
  STATUS_BYTES.lastIndex = closing;
  const figures = STATUS_BYTES.exec(text);
  if (!figures) return undefined;
  const values: AccessValues = found.values;
  values.set('request', text.slice(found.request + 1, closing));
  values.set('status', figures[1] ?? '');
  values.set('body_bytes_sent', figures[2] ?? '');
  const tail = text.slice(STATUS_BYTES.lastIndex);
  const integers = readTail(tail, values);
  return integers && { at: found.at.stamp, stamped: found.stamped, values, integers, tail };
}

interface Head {
  readonly at: Found;
  readonly stamped: 'clf' | 'iso';
  readonly values: AccessValues;
  /** Where the request's opening quote stands. */
  readonly request: number;
}

/** `2026-07-21T15:45:42.764 10.20.0.105 "GET …`. */
function isoFirst(text: string): Head | undefined {
  const at = isoAt(text);
  if (!at) return undefined;
  const request = text.indexOf(' "', at.end);
  const values = request < 0 ? undefined : people(text.slice(at.end + 1, request));
  if (values?.has('host')) return undefined;
  return values && { at, stamped: 'iso', values, request: request + 1 };
}

/**
 * `… [22/Nov/2026:20:23:41 +0000] "GET …`, or the same with the client behind the stamp; nginx's `$time_iso8601` may stand in its place,
 * behind the client. Without an offset it is another's line.
 */
function bracketed(text: string): Head | undefined {
  let open = -1;
  let at: Found | undefined;
  // A user name may hold brackets: the stamp is the first bracket that opens one.
  do {
    open = text.indexOf('[', open + 1);
    if (open < 0 || open > HEAD_LIMIT) return undefined;
    at = clfAt(text, open + 1) ?? (open > 0 ? isoAt(text, open + 1) : undefined);
  } while (!at);
  if (at.stamp.basis !== 'utc' || text[at.end] !== ']' || text[at.end + 1] !== ' ') return undefined;
  const request = text[at.end + 2] === '"' ? at.end + 2 : text.indexOf(' "', at.end) + 1;
  if (request <= 0) return undefined;
  const values = open > 0 ? people(text.slice(0, open - 1)) : people(text.slice(at.end + 2, request - 1));
  if (open > 0 && (text[open - 1] !== ' ' || request !== at.end + 2)) return undefined;
  return values && { at, stamped: 'clf', values, request };
}

/** `[vhost ]client[ ident user]`; a user may hold blanks. */
function people(text: string): AccessValues | undefined {
  const words = text.split(' ');
  const vhost = words.length > 1 && !isClient(words[0]) && isClient(words[1]) ? words.shift() : undefined;
  const [client = '', ident, ...user] = words;
  if (!HOST.test(client) || (ident !== undefined && (ident === '' || user.length === 0))) return undefined;
  const values: AccessValues = new Map();
  values.set('remote_addr', client);
  if (vhost !== undefined) {
    if (!HOST.test(vhost)) return undefined;
    values.set('host', vhost);
  }
  if (ident !== undefined && ident !== '-') values.set('ident', ident);
  if (user.length > 0) values.set('remote_user', user.join(' '));
  return values;
}

// An address, or an address with its port.
const isClient = (word: string | undefined): boolean =>
  word !== undefined && (isIp(word) || /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(word));

/** The quote that ends the field opened at `opening`: nginx never writes a bare quote inside one, Apache writes `\"`. */
function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at;
    if (code === 92) at++;
  }
  return -1;
}

// One field behind a blank: name= or name: before a quoted, bracketed or bare value. A bare value may be a list of several upstreams.
const FIELD =
  /[ \t]+(?:([A-Za-z_][\w.-]{0,63})(?:=|: ?(?=")))?(?:"((?:[^"\\]|\\.)*)"(?=[ \t,;]|$)|\[([^\]]*)\]|([^\s"[,][^\s,]*(?:(?:, | : )(?![A-Za-z_][\w.-]{0,63}=)[^\s",]+)*)|(?=[ \t]|$))[,;]?/y;

const DECIMAL = /^\d{1,9}\.\d{3}(?:(?:, | : )(?:\d{1,9}\.\d{3}|-))*$/;
// `rt:0.005`; a host with its port looks alike, so only names of times and statuses count.
const LABELLED = /^([a-z_]{2,40}):(-|\d{1,9}(?:\.\d{1,6})?)$/;
const EPOCH = /^\d{10}\.\d{3}$/;
const ADDRESS = /^(?:(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]|[A-Za-z][\w.-]{0,200}):\d{1,5}|unix:\/\S+)(?:(?:, | : )\S+)*$/;
const ADDRESSES = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:.]{2,60})(?:, ?(?:[0-9A-Fa-f:.]{2,60}|unknown))*$/;
const REQUEST_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;

// `"Mozilla/5.0 (…)" 20672610`: a product and its version, which no referer begins with.
const AGENT_ALONE = /^[ \t]"[\w.-]{1,40}\/\d[^"\\]*"[ \t]+[^\s"]/;

/** Reads the fields behind status and bytes into `values`; the whole numbers among them, or undefined when a field does not end. */
function readTail(tail: string, values: AccessValues): readonly number[] | undefined {
  const integers: number[] = [];
  let quoted = 0;
  let at = 0;
  // Behind the bytes stand referer and user agent, both or neither; or the agent alone, where a bare field follows.
  const combined = /^[ \t]"/.test(tail);
  const isAgentAlone = AGENT_ALONE.test(tail);
  while (at < tail.length) {
    FIELD.lastIndex = at;
    const field = FIELD.exec(tail);
    if (!field) return undefined;
    at = FIELD.lastIndex;
    const [, key, inQuotes, inBrackets, bare = ''] = field;
    const value = inQuotes ?? inBrackets ?? bare;
    if (key !== undefined) named(key, value, values);
    else if (inQuotes !== undefined && combined && quoted < (isAgentAlone ? 1 : 2))
      values.set(quoted++ === 0 && !isAgentAlone ? 'http_referer' : 'http_user_agent', value);
    else if (inBrackets === undefined) unnamed(value, inQuotes !== undefined, values, integers);
  }
  return combined && !isAgentAlone && quoted < 2 ? undefined : integers;
}

function named(key: string, value: string, values: AccessValues): void {
  // Beside the combined format's own agent, `ua=` is the upstream's address, also where that is a group's bare name.
  const name = key === 'ua' && values.has('http_user_agent') ? 'upstream_addr' : accessVariable(key, value);
  values.set(name ?? key, value);
}

/** A field without a name, told by its shape: nginx writes times with three decimals, first the request's and then the upstream's. */
function unnamed(value: string, isQuoted: boolean, values: AccessValues, integers: number[]): void {
  const first = (name: string): void => {
    if (!values.has(name)) values.set(name, value);
  };
  const [, label = '', labelled = ''] = LABELLED.exec(value) ?? [];
  if (/_(?:time|status)$/.test(accessVariable(label, labelled) ?? '')) named(label, labelled, values);
  else if (EPOCH.test(value)) first('msec');
  else if (DECIMAL.test(value)) first(values.has('request_time') ? 'upstream_response_time' : 'request_time');
  else if (value === 'p' || value === '.') first('pipe');
  else if (/^\d{1,15}$/.test(value)) {
    if (values.has('upstream_addr') && !values.has('upstream_status') && /^[1-5]\d\d$/.test(value)) first('upstream_status');
    else if (!isQuoted) integers.push(Number(value));
  } else if (/^(?:\*\*)?\d{1,9}\/\d{1,15}(?:\*\*)?$/.test(value))
    integers.push(Number.parseInt(value.slice(value.indexOf('/') + 1), 10)); // Apache's %T/%D
  else if (REQUEST_ID.test(value)) first('request_id');
  else if (ADDRESS.test(value)) first('upstream_addr');
  else if (isQuoted && ADDRESSES.test(value)) first('http_x_forwarded_for');
  else if (value.toLowerCase() === 'websocket') first('http_upgrade');
}
