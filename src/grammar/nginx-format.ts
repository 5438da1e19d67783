/** A parser made from an nginx `log_format`, as a user gives it. */
import { clfAt, epoch, iso } from '../time.ts';
import { defineParser, type Parser, type Stamp } from '../types.ts';
import { accessVariable } from './access-names.ts';
import { type AccessValues, accessEvent, accessRow, type HttpRow } from './access-values.ts';
import { joinPieces, type Piece, readLayout, type Slot } from './layout.ts';
import { undoEscapes } from './quoted.ts';
import { WEBSOCKET_PATH_NEEDLES } from './websocket.ts';

const VARIABLE = /\$(?:\{(\w{1,64})\}|(\w{1,64}))/g;
const DIRECTIVE = /^\s{0,64}log_format\s{1,16}[\w-]{1,64}\s{1,16}(?:escape=(default|json|none)\s{1,16})?([\s\S]*?);?\s*$/;
// A piece of a directive's value in nginx.conf: 'quoted', "quoted" or bare.
const CONF_STRING = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|[^\s'"]+/g;

const SHAPES: Readonly<Record<string, RegExp>> = {
  time_local: /\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}/y,
  time_iso8601: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}/y,
  msec: /\d{9,11}\.\d{3}/y,
  status: /\d{3}/y,
  pipe: /[p.]/y,
};

const slotOf = (name: string): Slot => {
  const shape = SHAPES[name];
  if (shape) return { name, shape };
  return { name, list: name.startsWith('upstream_'), ...(/^(?:request_)?uri$/.test(name) && { lead: '/' }) };
};

function piecesOf(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of format.matchAll(VARIABLE)) {
    pieces.push(format.slice(at, found.index), slotOf(found[1] ?? found[2] ?? ''));
    at = found.index + found[0].length;
  }
  return joinPieces([...pieces, format.slice(at)]);
}

/** The format string inside a whole directive, or the text itself. */
function formatIn(text: string): { readonly format: string; readonly escaping: string | undefined } {
  const directive = DIRECTIVE.exec(text);
  const value = directive?.[2] ?? text.trim();
  const isQuoted = /^['"]/.test(value) && /['"]$/.test(value) && (directive !== null || value[0] === value.at(-1));
  if (!directive && !isQuoted) return { format: value, escaping: undefined };
  const strings = [...value.matchAll(CONF_STRING)].map(([whole, single, double]) =>
    (single ?? double ?? whole).replace(/\\(["'\\$])/g, '$1').replace(/\\t/g, '\t'),
  );
  return { format: strings.join(''), escaping: directive?.[1] };
}

function stampOf(values: ReadonlyMap<string, string>): Stamp | undefined {
  const local = values.get('time_local');
  const isoTime = values.get('time_iso8601');
  return (
    epoch(values.get('msec') ?? '') ??
    (isoTime === undefined ? undefined : iso(isoTime)) ??
    (local === undefined ? undefined : clfAt(local)?.stamp)
  );
}

const TIMES: ReadonlySet<string> = new Set(['time_local', 'time_iso8601', 'msec']);

/**
 * A parser for lines of `format`: the string of an nginx `log_format` (`$remote_addr - … "$request" …`), or the whole directive
 * with its quotes, line breaks and `escape=`. A line without a time of its own takes that of its carrier. Throws an Error that says
 * why when the format has no `$status`, or two variables without anything between them.
 */
export function nginxLogFormat(format: string, name = 'nginx-log-format'): Parser {
  const { format: template, escaping } = formatIn(format);
  // The query and its `?` as one, for nothing would part them.
  const pieces = piecesOf(template.replace(/\$uri\$is_args\$(?:args|query_string)/g, '$$request_uri'));
  if (!pieces.some((piece) => typeof piece !== 'string' && piece.name === 'status'))
    throw new Error('the format has no $status, so that no WebSocket can be told');
  const isJson = escaping === 'json' || template.startsWith('{');
  return defineParser<HttpRow>({
    name,
    about: 'nginx access log in the log_format given',
    adds: 'whatever of end, life, bytes and upstream of each tunnel the format logs',
    docs: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
    vantage: 'proxy',
    habitat: 'own',
    needles: ['101', ...WEBSOCKET_PATH_NEEDLES],
    samples: [],
    rejects: [],
    read(text, context) {
      const raw = readLayout(pieces, text, escaping !== 'none');
      const at = raw && (stampOf(raw) ?? context.at);
      if (!raw || !at) return null;
      const values: AccessValues = new Map();
      for (const [variable, value] of raw) {
        const written = isJson ? undoEscapes(value) : value;
        const known = TIMES.has(variable) ? undefined : (accessVariable(variable, written) ?? variable);
        if (known !== undefined && !values.has(known)) values.set(known, written);
      }
      return accessRow(at, 'end', values);
    },
    events: (row) => accessEvent(row),
  });
}
