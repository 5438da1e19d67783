/** Options of the command line: their words, and what their values mean. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Forced } from './inputs.ts';
import type { Part } from './open/stretch.ts';
import { CAUSES } from './report.ts';
import type { Vantage } from './types.ts';

export interface ReadingFlags {
  readonly tz: Zones;
  readonly source: readonly Forced[];
  readonly bootTime?: number;
  readonly nginxLogFormat?: string;
  readonly formats?: string;
  readonly config?: string;
  readonly memory: number;
  readonly workers?: number;
  readonly quiet?: boolean;
}

export interface AnalyzeFlags extends ReadingFlags {
  readonly follow?: boolean;
  readonly output?: string;
  readonly format?: string;
  readonly since?: number;
  readonly until?: number;
  readonly from?: number;
  readonly to?: number;
  readonly failOn?: readonly string[];
  readonly redact: boolean;
}

export interface ExtractFlags extends ReadingFlags {
  readonly output?: string;
  readonly part?: Part;
}

/** Zones of stamps without one. */
interface Zones {
  readonly zone?: string;
  /** By source. */
  readonly zoneOf: Readonly<Record<string, string>>;
}

export function analyzeOptions(command: Command): Command {
  const add = adderTo(command);
  add('-o, --output <file>', 'write the report to a file; its extension chooses the format');
  add('--format <name>', 'markdown (default) or json');
  add('-f, --follow', 'wait for more lines of plain files and standard input; Ctrl-C ends that and writes the report');
  add('--since <time>', 'judge only closures from this time on: RFC 3339 (UTC without zone), -3h, yesterday', instant);
  add('--until <time>', 'judge only closures up to this time', instant);
  add('--from <time>', '--since', instant).hideHelp();
  add('--to <time>', '--until', instant).hideHelp();
  add('--fail-on <causes>', 'exit 1 when a closure has one of these causes (oom,crash), or "any"', causes);
  add('--no-redact', 'quote lines as they stand, with tokens and cookies');
  return readingOptions(command);
}

export function extractOptions(command: Command): Command {
  const add = adderTo(command);
  add('-o, --output <file>', 'write to a file');
  add('--part <number/parts>', 'read only one of so many equal parts of each log, e.g. 2/8', part);
  return readingOptions(command);
}

export function readingOptions(command: Command): Command {
  const add = adderTo(command);
  add('--tz <zone>', 'zone of stamps without one: UTC, +02:00, America/Chicago; NAME=ZONE for one source', zones, NO_ZONES);
  add('--source <vantage:format=path>', 'read a path as this vantage and format, e.g. proxy:nginx-access=x.log', forced, []);
  add('--boot-time <time>', 'when the host of the kernel log booted (uptime -s)', instant);
  add('--nginx-log-format <format>', 'an nginx log_format, e.g. \'$remote_addr [$time_local] "$request" $status\'');
  add('--formats <file>', 'own formats (why1006.formats.json is read from the working folder by itself)');
  add('--config <file>', 'settings (why1006.config.json is read from the working folder by itself)');
  add('--memory <MB>', 'memory for events before they move to disk (256)', atLeast(16), 256);
  add('--workers <number>', 'threads to read several files, and parts of large ones, with; 0 = none (as many as pay off)', atLeast(0));
  add('-q, --quiet', 'no progress and no notes on stderr');
  return command;
}

const NO_ZONES: Zones = { zoneOf: {} };

type Add = <T>(flags: string, about: string, parse?: (value: string, previous: T) => T, initial?: T) => Option;

/** Adds options that the environment may set as well: `WHY1006_FAIL_ON` is `--fail-on`. */
function adderTo(command: Command): Add {
  return (flags, about, parse, initial) => {
    const option = new Option(flags, about);
    option.env(`WHY1006_${(option.long ?? '').slice(2).replaceAll('-', '_').toUpperCase()}`);
    if (parse) option.argParser(parse);
    if (initial !== undefined) option.default(initial);
    command.addOption(option);
    return option;
  };
}

const VANTAGES: readonly Vantage[] = ['client', 'edge', 'proxy', 'gateway', 'server', 'kernel', 'supervisor', 'orchestrator'];

/** `vantage:format=path`, `vantage=path` or `:format=path`. */
function forced(value: string, previous: readonly Forced[]): Forced[] {
  const [, word = '', format, path = ''] = /^([^:=]*)(?::([^=]*))?=(.+)$/s.exec(value) ?? [];
  const vantage = VANTAGES.find((one) => one === word);
  if (word !== '' && vantage === undefined) throw new InvalidArgumentError(`unknown vantage ${word}: ${VANTAGES.join(', ')}.`);
  if (path === '' || (!vantage && !format)) throw new InvalidArgumentError('give VANTAGE:FORMAT=PATH, VANTAGE=PATH or :FORMAT=PATH.');
  return [...previous, { path, vantage, format: format || undefined }];
}

function zones(value: string, previous: Zones): Zones {
  const equals = value.indexOf('=');
  if (equals <= 0) return { ...previous, zone: value };
  return { ...previous, zoneOf: { ...previous.zoneOf, [value.slice(0, equals)]: value.slice(equals + 1) } };
}

function atLeast(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isInteger(number) || number < least)
      throw new InvalidArgumentError(`give a whole number of at least ${least}.`);
    return number;
  };
}

function part(value: string): Part {
  const [, number = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? []).map(Number);
  if (number < 1 || number > of) throw new InvalidArgumentError('give a part and how many there are: 1/8 to 8/8.');
  return { number, of };
}

function causes(value: string, previous: readonly string[] = []): string[] {
  const known: readonly string[] = ['any', ...CAUSES];
  const given = value.split(',');
  if (given.some((cause) => !known.includes(cause))) throw new InvalidArgumentError(`give ${known.join(', ')}.`);
  return [...previous, ...given];
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAY_MS = 86_400_000;

/** RFC 3339, `2026-11-22 20:00` (UTC), `-3h`, `yesterday`, `today`, `now` → ms UTC. Relative times count from the call. */
function instant(value: string): number {
  const now = Date.now();
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const named = new Map([
    ['now', now],
    ['today', today],
    ['yesterday', today - DAY_MS],
  ]).get(value);
  if (named !== undefined) return named;
  const [, count, unit = ''] = /^-(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (count !== undefined) return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?([Zz]|[+-]\d\d:?\d\d)?)?$/.exec(value) ?? [];
  // `Date` takes 30 February for 2 March.
  const isDay = day !== undefined && new Date(`${day}T00:00Z`).toJSON()?.startsWith(day);
  const ms = !isDay ? Number.NaN : Date.parse(`${day}T${time.replace(',', '.')}${zone.toUpperCase().replace(/^(...)(\d\d)$/, '$1:$2')}`);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('give RFC 3339, 2026-11-22 20:00 (UTC), -3h, today or yesterday.');
  return ms;
}
