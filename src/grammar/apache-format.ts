/** A parser made from an Apache httpd `LogFormat`, as a user gives it. */
import { clfAt, epoch } from '../time.ts';
import { defineParser, type Parser, type Stamp } from '../types.ts';
import { roundMs } from './access.ts';
import { type AccessValues, accessEvent, accessRow, type HttpRow } from './access-values.ts';
import { endByOrder } from './combined.ts';
import { joinPieces, type Piece, readLayout, type Slot } from './layout.ts';
import { numeric } from './quoted.ts';
import { strftimePieces, strftimeStamp } from './strftime.ts';
import { WEBSOCKET_PATH_NEEDLES } from './websocket.ts';

// %!200,304{Referer}i, %>s, %{ms}T, %^FB, %%
const DIRECTIVE = /%([<>]?)(?:!?\d{3}(?:,\d{3}){0,20})?([<>]?)(?:\{([^}]{1,200})\})?(\^[A-Za-z]{2}|[A-Za-z%])/g;
const CONF = /^\s{0,64}(?:LogFormat|CustomLog\s{1,16}\S{1,400}|GlobalLog\s{1,16}\S{1,400})\s{1,16}"((?:[^"\\]|\\[\s\S])*)"/i;

const FIELDS: Readonly<Record<string, string>> = {
  h: 'remote_addr',
  a: 'remote_addr',
  l: 'ident',
  u: 'remote_user',
  r: 'request',
  s: 'first_status',
  '>s': 'status',
  b: 'body_bytes_sent',
  B: 'body_bytes_sent',
  O: 'bytes_sent',
  I: 'bytes_received',
  m: 'request_method',
  U: 'uri',
  q: 'args',
  H: 'server_protocol',
  v: 'host',
  V: 'host',
  P: 'pid',
  p: 'server_port',
  D: 'life_us',
  T: 'life_s',
  k: 'keepalive_requests',
  X: 'connection_status',
  L: 'log_id',
  A: 'server_addr',
  f: 'filename',
  R: 'handler',
  S: 'bytes_both',
}; // prettier-ignore
const NAMED: Readonly<Record<string, string>> = {
  'referer i': 'http_referer',
  'user-agent i': 'http_user_agent',
  'x-forwarded-for i': 'http_x_forwarded_for',
  'host i': 'host',
  'upgrade i': 'http_upgrade',
  'x-request-id i': 'request_id',
  'x-request-id o': 'request_id',
  'unique_id e': 'request_id',
  'remote p': 'remote_port',
  'local p': 'server_port',
  'canonical p': 'server_port',
  'pid p': 'pid',
  'tid p': 'tid',
  'c a': 'peer_addr',
  'c h': 'peer_addr',
  'us t': 'life_us',
  'ms t': 'life_ms',
  's t': 'life_s',
  'balancer_worker_name e': 'upstream_addr',
  'whole u': 'request_uri',
}; // prettier-ignore

const CLF_TIME = /\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\]/y;
const EPOCHS: Readonly<Record<string, RegExp>> = { sec: /\d{9,11}/y, msec: /\d{12,14}/y, usec: /\d{15,17}/y };
const FRACTIONS: Readonly<Record<string, RegExp>> = { msec_frac: /\d{3}/y, usec_frac: /\d{6}/y };

/** `%{…}t`: the start of the request, or with `end:` its end. */
function timePieces(argument: string | undefined): readonly Piece[] {
  if (argument === undefined) return [{ name: 'begin:clf', shape: CLF_TIME }];
  const [, which = 'begin', format = ''] = /^(?:(begin|end):)?([\s\S]*)$/.exec(argument) ?? [];
  const prefix = `${which}:`;
  if (format === '') return [{ name: `${prefix}clf`, shape: CLF_TIME }];
  const whole = EPOCHS[format];
  const fraction = FRACTIONS[format];
  if (whole) return [{ name: `${prefix}epoch`, shape: whole }];
  return fraction ? [{ name: `${prefix}frac`, shape: fraction }] : strftimePieces(format, prefix);
}

function slotOf(modifier: string, argument: string | undefined, letter: string): Slot {
  if (argument !== undefined) {
    return { name: NAMED[`${argument.toLowerCase()} ${letter.toLowerCase()}`] ?? `${argument} ${letter}` };
  }
  const name = FIELDS[modifier === '>' ? `>${letter}` : letter] ?? FIELDS[letter] ?? letter;
  return name === 'status' || name === 'first_status' ? { name, shape: /\d{3}|-/y } : { name };
}

function piecesOf(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of format.matchAll(DIRECTIVE)) {
    const [whole, before = '', after = '', argument, letter = ''] = found;
    pieces.push(format.slice(at, found.index));
    if (letter === '%') pieces.push('%');
    else if (letter === 't') pieces.push(...timePieces(argument));
    else pieces.push(slotOf(before || after, argument, letter));
    at = found.index + whole.length;
  }
  return joinPieces([...pieces, format.slice(at)]);
}

function stampOf(values: ReadonlyMap<string, string>, prefix: 'begin:' | 'end:'): Stamp | undefined {
  const count = values.get(`${prefix}epoch`);
  const clf = values.get(`${prefix}clf`);
  const frac = values.get(`${prefix}frac`);
  if (count !== undefined) return epoch(count);
  const second = clf === undefined ? undefined : clfAt(clf, 1)?.stamp;
  if (!second || frac === undefined) return second ?? strftimeStamp(values, prefix);
  return { ...second, ms: second.ms + Number(frac) / 10 ** (frac.length - 3), widthMs: 10 ** (3 - frac.length) };
}

/** Life in ms and how coarse it is. */
function lifeOf(values: ReadonlyMap<string, string>): { readonly ms: number; readonly grainMs: number } | undefined {
  for (const [name, unitMs] of [
    ['life_us', 0.001],
    ['life_ms', 1],
    ['life_s', 1000],
  ] as const) {
    const count = numeric(values.get(name));
    if (count !== undefined && count >= 0) return { ms: roundMs(count * unitMs), grainMs: unitMs };
  }
  return undefined;
}

/**
 * A parser for lines of `format`: an Apache `LogFormat` string (`%h %l %u %t "%r" %>s %b …`), or the whole directive. `%t` marks the
 * START of a request; the end is the start and the life (`%D`, `%T`), or `%{end:…}t`. Throws an Error that says why when the format
 * has no status, or two directives without anything between them.
 */
export function apacheLogFormat(format: string, name = 'apache-log-format'): Parser {
  const conf = CONF.exec(format)?.[1];
  const bare = conf ?? format.trim().replace(/^"([\s\S]*)"$/, '$1');
  // `%U%q` is the path and its query with nothing between them: one field.
  const pieces = piecesOf(
    bare
      .replace(/\\(["\\])/g, '$1')
      .replace(/\\t/g, '\t')
      .replace(/%U%q/g, '%{whole}U'),
  );
  if (!pieces.some((piece) => typeof piece !== 'string' && /^(?:first_)?status$/.test(piece.name)))
    throw new Error('the format has no %>s, so that no WebSocket can be told');
  return defineParser<HttpRow>({
    name,
    about: 'Apache httpd access log in the LogFormat given',
    adds: 'start of each tunnel, and whatever of its life, end and bytes the format logs',
    docs: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
    vantage: 'proxy',
    habitat: 'own',
    needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
    samples: [],
    rejects: [],
    read(text, context) {
      const raw = readLayout(pieces, text);
      if (!raw) return null;
      const start = stampOf(raw, 'begin:');
      const end = stampOf(raw, 'end:');
      const at = start ?? end ?? context.at;
      if (!at) return null;
      const life = lifeOf(raw);
      const values: AccessValues = new Map([...raw].filter(([key]) => !/^(?:begin|end|life)[:_]/.test(key)));
      if (!values.has('status')) values.set('status', raw.get('first_status') ?? '');
      if (life) values.set('duration_ms', String(life.ms));
      const row = accessRow(at, start ? 'start' : 'end', values);
      // Whole seconds of life widen the end.
      const reckoned = start &&
        life && { ...start, ms: start.ms + life.ms, widthMs: start.widthMs + (life.grainMs > 1 ? life.grainMs : 0) };
      return row && { ...row, ...((end ?? reckoned) && start && { endAt: end ?? reckoned }) };
    },
    events: (row, context) =>
      row.marks === 'start' && !row.endAt && row.status === 101 ? accessEvent(row, endByOrder(row, context)) : accessEvent(row),
  });
}
