/**
 * Secrets in quoted text: credentials in URLs, tokens in query strings, cookies, authorization headers, JWTs, long keys. Each becomes a
 * pseudonym that is the same wherever the same secret stands, so that one client stays traceable.
 */
import { createHash } from 'node:crypto';
import type { ClosureReport, EvidenceReport, IncidentReport, Report } from './report.ts';

const SECRET_NAME = '(?:access_?token|id_?token|refresh_?token|auth(?:_?token)?|token|jwt|api_?key|key|secret|password|passwd|pwd|sig(?:nature)?|ticket|code_verifier|session_?token|x-amz-(?:signature|security-token|credential))';
const PATTERNS: readonly RegExp[] = [
  // name=value in a query string, name: value in a header or JSON; the value up to a delimiter
  new RegExp(`(\\b${SECRET_NAME}(?:=|%3D|\\\\?"\\s?:\\s?\\\\?"))([^&\\s"'\\\\;,]{4,2000})`, 'gi'),
  /(\b(?:authorization|proxy-authorization)\\?"?\s?[:=]\s?\[?\\?"?(?:bearer|basic|digest|token)\s)([^\s"'\\,]{4,2000})/gi,
  /(\b(?:set-)?cookie\\?"?\s?[:=]\s?\[?\\?"?)([^"\\\]]{4,2000})/gi,
  /(:\/\/[^\s:@/]{0,100}:)([^\s@/]{1,200})(?=@)/g,
];
const JWT = /\beyJ[\w-]{8,1000}\.[\w-]{4,2000}\.[\w-]{0,1000}/g;
const AWS_KEY = /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g;

const pseudonym = (secret: string): string => `<redacted:${createHash('sha256').update(secret).digest('hex').slice(0, 8)}>`;

export function redact(text: string): string {
  let clean = text.replace(JWT, pseudonym).replace(AWS_KEY, pseudonym);
  for (const pattern of PATTERNS) clean = clean.replace(pattern, (whole, name: string, secret: string) => (secret.startsWith('<redacted:') ? whole : `${name}${pseudonym(secret)}`));
  return clean;
}

const evidence = (one: EvidenceReport): EvidenceReport => ({ ...one, text: redact(one.text), says: redact(one.says) });
const closure = (one: ClosureReport): ClosureReport => ({ ...one, detail: redact(one.detail), evidence: one.evidence.map(evidence) });
const incident = (one: IncidentReport): IncidentReport => ({ ...one, detail: redact(one.detail), evidence: one.evidence.map(evidence) });

/** The report without secrets. */
export function redacted(report: Report): Report {
  return {
    ...report,
    headline: redact(report.headline),
    incidents: report.incidents.map(incident),
    decoys: report.decoys.map(evidence),
    timeline: report.timeline.map((entry) => ({ ...entry, what: redact(entry.what) })),
    closures: {
      *[Symbol.iterator]() {
        for (const one of report.closures) yield closure(one);
      },
    },
  };
}
