/**
 * Secrets in quoted text: credentials in URLs, tokens in query strings, cookies, authorization headers, JWTs, long keys. Each becomes a
 * pseudonym that is the same wherever the same secret stands, so that one client stays traceable.
 */
import { createHash } from 'node:crypto';
import type { Report } from './report.ts';

// sudo's PWD=/path is a folder.
const SECRET_NAME =
  '(?:access_?token|id_?token|refresh_?token|auth(?:_?token)?|jwt|key|pwd(?!=/)|sig(?:nature)?|ticket|code_verifier|session_?token|x-amz-(?:signature|security-token|credential))';
// Whatever stands before these: `client_secret`, `X-Api-Key`, `reset_token`, `DB_PASSWORD`.
const SECRET_ENDING = '(?:(?:(?<![a-z0-9])|client|app)secret|(?<![a-z0-9])(?:token|api[_-]?key|secret[_-]?key|password|passwd|passphrase))';
const ANY_NAME = `(?:\\b${SECRET_NAME}|${SECRET_ENDING})`;
// Behind a colon stand messages too (`invalid token: expired`): there a lone `token` needs a value that is no word.
const HEADER_NAME =
  '(?:(?<![a-z0-9])(?:api[_-]?key|secret[_-]?key|password|passwd|passphrase|client[_-]?secret|(?:auth|access|refresh|security|session|csrf|xsrf)[_-]token)|\\btoken(?=:\\s?(?=[^\\s\\d]{0,200}\\d)[\\w.~+/=-]{12}))';
// What web frameworks call the cookie of a login.
const COOKIE_NAME = '(?:PHPSESSID|JSESSIONID|ASP\\.NET_SessionId|connect\\.sid|sessionid|_session_id)';
const PATTERNS: readonly RegExp[] = [
  // name=value in a query string, name: value in JSON or a Python dict; the value up to a delimiter. AWS writes the name of a setting so: Key=…,Value=…
  new RegExp(`(${ANY_NAME}(?:=|%3D|\\\\?["']\\s?:\\s?\\\\?["']?))(?![\\w.-]{1,100},Value=)([^&\\s"'\\\\;,]{4,2000})`, 'gi'),
  new RegExp(`(${SECRET_ENDING}\\\\?["']?\\s?[:=]\\s?\\\\?")([^"\\\\]{4,2000})`, 'gi'),
  new RegExp(`(${SECRET_ENDING}["']?\\s?[:=]\\s?')([^'\\\\]{4,2000})`, 'gi'),
  new RegExp(`(${HEADER_NAME}:\\s{0,4})([^\\s"'\\\\,;]{4,2000})`, 'gi'),
  /*
   * `session` and `sid` are what logs call a connection, in fields of their own: those stay, or nobody finds the connection again. In a URL
   * they let in whoever shows them, but for Engine.IO's sid, which is the connection's id and ends with it.
   */
  /([?&]session(?:_?id)?=)([^&\s"'\\;,]{8,2000})/gi,
  /([?&]sid=)(?<!EIO=[^\s"]{0,200})(?![^\s"]{0,200}EIO=)([^&\s"'\\;,]{8,2000})/g,
  new RegExp(`((?<![\\w.])${COOKIE_NAME}=)([^&\\s"'\\\\;,]{4,2000})`, 'g'),
  // A scheme is a word without digits.
  /(\b(?:proxy-)?authorization\\?["']?\s?[:=]\s?\[?\\?["']?(?:(?:[a-z][a-z-]{1,30}|aws4-hmac-sha256)\s)?)([^\s"'\\,]{4,2000})/gi,
  /(\bbearer\s)(?=[\w.~+/=-]{0,200}\d|[\w.~+/=-]{20})([\w.~+/=-]{8,2000})/gi,
  /(\b(?:set-)?cookie'\s?:\s?\[?')([^'\\\]]{4,2000})/gi,
  /(\b(?:set-)?cookie\\?"?\s?[:=]\s?\[?\\?"?)([^"\\\]]{4,2000})/gi,
  // A password may hold a slash; what is a number before one is a port.
  /(:\/\/[^\s:@/["']{0,100}:)(?!\d{1,5}[/?#])([^\s@"'<>]{1,200})(?=@)/gi,
];
const JWT = /\beyJ[\w-]{8,1000}\.[\w-]{4,2000}\.[\w-]{0,1000}/g;
// Keys that say by how they begin whose they are: AWS, GitHub, GitLab, Slack, Stripe, Google.
const KNOWN_KEYS =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[oprsu]_[0-9A-Za-z]{10,255}|github_pat_\w{10,255}|glpat-[\w-]{10,255}|xox[abeprs]-[\w-]{10,255}|[rs]k_(?:live|test)_\w{10,255}|AIza[\w-]{35})(?![0-9A-Za-z])/g;

const pseudonym = (secret: string): string => `<redacted:${createHash('sha256').update(secret).digest('hex').slice(0, 8)}>`;

export function redact(text: string): string {
  let safe = text.replace(JWT, pseudonym).replace(KNOWN_KEYS, pseudonym);
  for (const pattern of PATTERNS)
    safe = safe.replace(pattern, (whole, name: string, secret: string) =>
      secret.startsWith('<redacted:') ? whole : `${name}${pseudonym(secret)}`,
    );
  return safe;
}

/** A copy of plain data in which every text is redacted: log text gets into more fields than quotes (details, reasons, fixes). */
function clean<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(clean) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clean(one)])) as T;
}

/** The report without secrets. */
export function redacted(report: Report): Report {
  const { closures, ...rest } = report;
  return {
    ...clean(rest),
    closures: {
      *[Symbol.iterator]() {
        for (const closure of closures) yield clean(closure);
      },
    },
  };
}
