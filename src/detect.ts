/** What a source holds, judged by its first lines: which wrappers, which formats, and so which needles to search the rest for. */
import { ofSameItems } from './memo.ts';
import { NO_NEIGHBOURS, type Reading, RecordReader, type Shelves } from './record.ts';
import type { Parser, Vantage } from './types.ts';

/** Enough lines to see what is mixed in a stream; more would only cost time. */
const HEAD_LINES = 300;
/** Share of a head that formats with a file of their own must read, so that nothing else is searched for. */
const OWN_SHARE = 0.9;
/** Rare in access lines: the scan takes it for a whole number only. */
const STRAY_NEEDLE = '1006';

export interface Detected {
  /**
   * The shelves in the order in which this source's records are tried: what was seen, the rest, generic formats last. Of strays, which
   * the head did not show, only lines with 1006 are searched for.
   */
  readonly shelves: Shelves;
  readonly needles: readonly string[];
  /** `envelope > parser` → lines of the head read so. */
  readonly formats: ReadonlyMap<string, number>;
  readonly linesTried: number;
  readonly linesRead: number;
  /** Stamps of the head, in the source's clocks. */
  readonly readings: readonly Reading[];
  /** Vantages that the source can speak for, whether or not something happened. */
  readonly vantages: ReadonlySet<Vantage>;
}

export function formatName({ bare, parser }: Pick<Reading, 'bare' | 'parser'>): string {
  if (bare.layers.length === 0) return parser?.name ?? 'unknown';
  return parser ? `${bare.layers.join(' > ')} > ${parser.name}` : bare.layers.join(' > ');
}

export function detect(head: readonly string[], shelves: Shelves, hint: string): Detected {
  const lines = head.filter((line) => line.trim() !== '').slice(0, HEAD_LINES);
  const generic = shelves.parsers.filter((parser) => parser.generic);
  const specific = shelves.parsers.filter((parser) => !parser.generic);
  const reader = new RecordReader({ ...shelves, parsers: [...specific, ...generic] }, hint, 'rows', lines);
  const readings = lines.map((line) => reader.read(line, NO_NEIGHBOURS));
  const formats = new Map<string, number>();
  const parsersSeen = new Map<string, number>();
  const envelopesSeen = new Map<string, number>();
  const services = new Set<string>();
  const vantages = new Set<Vantage>();
  for (const reading of readings) {
    count(formats, formatName(reading));
    for (const layer of reading.bare.layers) count(envelopesSeen, layer);
    if (reading.parser) {
      count(parsersSeen, reading.parser.name);
      // Whose log a general one is, its events tell.
      if (!reading.parser.generic) vantages.add(reading.parser.vantage);
    }
    const { service } = reading.bare.keys;
    if (service) services.add(service);
    if (service === 'kernel') vantages.add('kernel');
    if (service === 'systemd') vantages.add('supervisor');
  }
  const seen = (parser: Parser): number => parsersSeen.get(parser.name) ?? 0;
  const bySeen = (parsers: readonly Parser[]): Parser[] => parsers.toSorted((a, b) => seen(b) - seen(a));
  const read = readings.filter((reading) => reading.parser).length;
  const own = shelves.parsers.filter((parser) => parser.habitat === 'own' && seen(parser) > 0);
  const ownLines = own.reduce((sum, parser) => sum + seen(parser), 0);
  const sharesStream = ({ beside = [] }: Parser): boolean => own.some(({ name }) => beside.includes(name));
  const isForeign = (parser: Parser): boolean => seen(parser) > 0 && !parser.own && parser.habitat === 'mixed' && !sharesStream(parser);
  const wrapping = ({ bare }: Reading): string => bare.layers.join(' > ');
  const wrappings = new Set(readings.filter(({ parser }) => parser?.habitat === 'own').map(wrapping));
  const isWrappedOtherwise = (reading: Reading): boolean => reading.bare.layers.length > 0 && !wrappings.has(wrapping(reading));
  // Where another program has written one line, it will write more.
  const shared = services.size > 1 || shelves.parsers.some(isForeign) || readings.some(isWrappedOtherwise);
  const alone = lines.length > 0 && ownLines >= lines.length * OWN_SHARE && !shared;
  // A journal or a multi-program stream may hold anything later on; so may a head that nothing could read.
  const anything = services.size > 1 || read < lines.length * 0.1;
  const wanted = alone
    ? shelves.parsers.filter((parser) => parser.own || own.includes(parser) || sharesStream(parser))
    : anything
      ? shelves.parsers
      : shelves.parsers.filter((parser) => parser.habitat === 'mixed' || seen(parser) > 0);
  // A file of one program may still become another's further down: its closes are not passed by.
  const strays = alone ? generic.filter((parser) => !wanted.includes(parser)) : [];
  return {
    shelves: {
      parsers: inOrder([...wanted, ...strays], bySeen),
      // A program that writes a file of its own wraps all of its lines alike.
      envelopes: shelves.envelopes
        .filter(({ name }) => !alone || envelopesSeen.has(name))
        .sort((a, b) => (envelopesSeen.get(b.name) ?? 0) - (envelopesSeen.get(a.name) ?? 0)),
      strays: new Set(strays.map(({ name }) => name)),
    },
    // Digits stand for no other needle, and none for them.
    needles: strays.length === 0 ? needlesOf(wanted) : [...new Set([...needlesOf(wanted), STRAY_NEEDLE])].sort(),
    formats,
    linesTried: lines.length,
    linesRead: readings.filter((reading) => reading.parser || reading.bare.layers.length > 0).length,
    readings,
    vantages,
  };
}

/** The user's own formats, then what was seen, then the rest; generic formats last. */
const inOrder = (parsers: readonly Parser[], bySeen: (parsers: readonly Parser[]) => Parser[]): Parser[] => [
  ...parsers.filter((parser) => parser.own),
  ...bySeen(parsers.filter((parser) => !parser.own && !parser.generic)),
  ...bySeen(parsers.filter((parser) => !parser.own && parser.generic)),
];

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** What to search for, for the formats' lines. Of a thousand sources most are alike. */
const needlesOf = ofSameItems((parsers: readonly Parser[]): readonly string[] =>
  shortest([...new Set(parsers.flatMap((parser) => parser.needles.map((needle) => needle.toLowerCase())))]),
);

/** Needles that hold no other needle: the shorter one finds their lines too. Digits-only needles look at their neighbours, so they replace none. */
function shortest(needles: readonly string[]): string[] {
  const words = needles.filter((needle) => !/^\d+$/.test(needle));
  return needles.filter((needle) => !words.some((other) => other.length < needle.length && needle.includes(other))).sort();
}
