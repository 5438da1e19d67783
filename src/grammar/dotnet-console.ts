/** Records of Microsoft.Extensions.Logging's simple console formatter: level and category on one line, the message indented on the next. */
import { daytimeAt, isoAt } from '../time.ts';
import type { Stamp } from '../types.ts';

// `info: Acme.Hubs.TradeHub[0]`, with the stamp in front that `TimestampFormat` asks for, and all on one line with `SingleLine`.
const HEAD =
  /^(?:(\S{8,40}(?: \S{8,20})?) )?(trce|dbug|info|warn|fail|crit): ([A-Za-z_][\w.+`<>]{1,200})\[(\d{1,10})\](?: (\S.{0,8000}))?$/;
const INDENT = '      ';

export interface DotnetRecord {
  readonly at?: Stamp | undefined;
  readonly level: string;
  /** The category: mostly a class. */
  readonly logger: string;
  /** Of its kind, in its category. */
  readonly eventId: number;
  /** Empty = it stands on the next line. */
  readonly message: string;
}

function headOf(line: string): DotnetRecord | undefined {
  const [whole, written = '', level = '', logger = '', eventId, message = ''] = HEAD.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const found = written === '' ? undefined : (isoAt(written) ?? daytimeAt(written));
  if (written !== '' && found?.end !== written.length) return undefined;
  return { at: found?.stamp, level, logger, eventId: Number(eventId), message };
}

/** Only the line right behind the head says what happened; further ones are an exception and its stack. `before` gives the line before. */
export function dotnetRecord(text: string, before: () => string | undefined): DotnetRecord | undefined {
  const isMessage = text.startsWith(INDENT) && text[INDENT.length] !== ' ';
  if (!isMessage) return headOf(text);
  const head = headOf(before() ?? '');
  return head?.message === '' ? { ...head, message: text.slice(INDENT.length) } : undefined;
}
