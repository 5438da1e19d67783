/**
 * Log formats that users describe in a JSON file, without code:
 *
 *     { "formats": [
 *       { "name": "acme-gateway", "vantage": "gateway",
 *         "pattern": "(?<time>\\S+) closed (?<connection>\\w+) code=(?<code>\\d+) after (?<duration>[\\d.]+)s",
 *         "durationUnit": "s", "event": "closed",
 *         "samples": [{ "line": "2026-11-22T20:23:41Z closed c91 code=1006 after 30.053s", "reads": { "code": 1006, "durationMs": 30053 } }] },
 *       { "name": "acme-json", "vantage": "server",
 *         "json": { "time": "ts", "code": "ws.code", "connection": "conn.id", "message": "msg" }, "time": "epoch",
 *         "event": [{ "when": { "field": "message", "contains": "closed" }, "event": "closed" }, … ] } ] }
 *
 * All keys: docs/own-formats.md. A format becomes a `Parser` like those of parsers/ and is asked before them.
 */
import { readJsonFile } from './open/json-file.ts';
import { readFormats } from './own-formats/compile.ts';
import { tryFormats } from './own-formats/trial.ts';
import type { Parser } from './types.ts';

/** Parsers of a formats file, or of the key `formats` of a settings file; `problems` name the format and the key. */
export function compileFormats(value: unknown): { compiled: Parser[]; problems: string[] } {
  const { formats, problems } = readFormats(value);
  return {
    compiled: formats.map((format) => format.parser),
    problems: problems.map(({ format, says }) => (format === undefined ? says : `format ${format}: ${says}`)),
  };
}

/** `why1006 formats test FILE`: runs the samples of each format and says in words what is wrong. */
export function testFormats(path: string): { text: string; ok: boolean } {
  const read = readJsonFile(path);
  return 'problem' in read ? { text: `${read.problem}\n`, ok: false } : tryFormats(read.value, path);
}
