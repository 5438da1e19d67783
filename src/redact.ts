/**
 * Secrets in quoted text: credentials in URLs, tokens in query strings, cookies, authorization headers, JWTs, long keys. Each becomes a
 * pseudonym that is the same wherever the same secret stands, so that one client stays traceable.
 */
import { createHash } from 'node:crypto';
import type { Report } from './report.ts';

// sudo's PWD=/path is a folder.
const SECRET_NAME =
  '(?:access_?token|id_?token|refresh_?token|auth(?:_?token)?|token|jwt|api_?key|key|secret|password|passwd|pwd(?!=/)|sig(?:nature)?|ticket|code_verifier|session_?token|x-amz-(?:signature|security-token|credential))';
const PATTERNS: readonly RegExp[] = [
  // name=value in a query string, name: value in a header or JSON; the value up to a delimiter. AWS writes the name of a setting so: Key=…,Value=…
  new RegExp(`(\\b${SECRET_NAME}(?:=|%3D|\\\\?"\\s?:\\s?\\\\?"))(?![\\w.-]{1,100},Value=)([^&\\s"'\\\\;,]{4,2000})`, 'gi'),
  /(\b(?:authorization|proxy-authorization)\\?"?\s?[:=]\s?\[?\\?"?(?:bearer|basic|digest|token)\s)([^\s"'\\,]{4,2000})/gi,
  /(\b(?:set-)?cookie\\?"?\s?[:=]\s?\[?\\?"?)([^"\\\]]{4,2000})/gi,
  /(:\/\/[^\s:@/]{0,100}:)([^\s@/]{1,200})(?=@)/g,
];
const JWT = /\beyJ[\w-]{8,1000}\.[\w-]{4,2000}\.[\w-]{0,1000}/g;
const AWS_KEY = /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g;

const pseudonym = (secret: string): string => `<redacted:${createHash('sha256').update(secret).digest('hex').slice(0, 8)}>`;

export function redact(text: string): string {
  let safe = text.replace(JWT, pseudonym).replace(AWS_KEY, pseudonym);
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
