/**
 * Events and pods as `kubectl get … -o yaml` prints them, lists and single ones: each becomes the object that `-o json` has. Of YAML only
 * what kubectl writes is read: block mappings and sequences, plain, quoted and block scalars; an object with anything else is left out.
 */
import type { Frame, Framing } from '../types.ts';
import { textLines } from './text-lines.ts';

/** Lines of one item: a pod with many volumes has some hundreds. */
const MOST_LINES = 20_000;
/** Objects in one another; a pod has some ten. */
const DEEPEST = 50;
const KEY = /^(?:("(?:[^"\\]|\\.){1,300}")|([^\s"'#&*!|>%@`[\]{},][^"#]{0,300}?)):(?: (.*))?$/;
/** The line that says most about an item: what a report quotes. */
const TELLING = /^ *(?:message|note|reason): |^ *exitCode: (?!0$)/;

interface Line {
  readonly indent: number;
  readonly text: string;
}

class NotRead extends Error {}

const linesOf = (raw: readonly string[]): Line[] =>
  raw.map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }));

/** Reads one item from its lines; the dash before its first key is a blank already. */
class Item {
  private at = 0;
  private depth = 0;
  private readonly lines: readonly Line[];

  constructor(raw: readonly string[]) {
    this.lines = linesOf(raw);
  }

  read(): unknown {
    return this.block(this.next()?.indent ?? 0);
  }

  private next(): Line | undefined {
    while (this.lines[this.at]?.text === '') this.at++;
    return this.lines[this.at];
  }

  private block(indent: number): unknown {
    const first = this.next();
    if (!first) return null;
    return first.text === '-' || first.text.startsWith('- ') ? this.sequence(indent) : this.mapping(indent);
  }

  private mapping(indent: number): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    if (++this.depth > DEEPEST) throw new NotRead();
    for (let line = this.next(); line && line.indent === indent && !/^-(?: |$)/.test(line.text); line = this.next()) {
      const [whole, quoted, plain = '', written = ''] = KEY.exec(line.text) ?? [];
      if (whole === undefined) throw new NotRead();
      this.at++;
      made[quoted === undefined ? plain : String(JSON.parse(quoted))] = this.value(written, indent);
    }
    const after = this.next();
    if (after && after.indent > indent) throw new NotRead();
    this.depth--;
    return made;
  }

  private sequence(indent: number): unknown[] {
    const made: unknown[] = [];
    if (++this.depth > DEEPEST) throw new NotRead();
    for (let line = this.next(); line && line.indent === indent && /^-(?: |$)/.test(line.text); line = this.next()) {
      const inside = line.text.slice(1).trimStart();
      if (KEY.test(inside)) {
        // The first key stands behind the dash, in the column of the others.
        const column = indent + line.text.length - inside.length;
        (this.lines as Line[])[this.at] = { indent: column, text: inside };
        made.push(this.mapping(column));
      } else {
        this.at++;
        // Below a bare dash only what is deeper belongs to it.
        const below = inside === '' ? this.next() : undefined;
        made.push(inside !== '' ? this.value(inside, indent) : below && below.indent > indent ? this.block(below.indent) : null);
      }
    }
    this.depth--;
    return made;
  }

  /** What stands behind a key; kubectl writes a sequence in its key's own column. */
  private value(written: string, indent: number): unknown {
    if (written === '') {
      const below = this.next();
      if (below && below.indent > indent) return this.block(below.indent);
      return below && below.indent === indent && /^-(?: |$)/.test(below.text) ? this.sequence(indent) : null;
    }
    if (/^[|>][+-]?\d?$/.test(written)) return this.folded(indent).join(written.startsWith('|') ? '\n' : ' ');
    // A long scalar goes on in deeper lines.
    return scalar([written, ...this.folded(indent)].join(' '));
  }

  private folded(indent: number): string[] {
    const parts: string[] = [];
    for (let line = this.lines[this.at]; line && (line.text === '' || line.indent > indent); line = this.lines[this.at]) {
      parts.push(line.text);
      this.at++;
    }
    while (parts.at(-1) === '') parts.pop();
    return parts;
  }
}

function scalar(written: string): unknown {
  if (written.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(written)) throw new NotRead();
    return written.slice(1, -1).replaceAll("''", "'");
  }
  if (written.startsWith('"')) {
    try {
      return JSON.parse(written);
    } catch {
      throw new NotRead();
    }
  }
  if (written === '{}') return {};
  if (written === '[]') return [];
  if (/^[&*!%@`{[]/.test(written)) throw new NotRead();
  if (written === 'null' || written === '~') return null;
  if (written === 'true' || written === 'false') return written === 'true';
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(written) ? Number(written) : written;
}

function frameOf(raw: readonly string[], line: number): Frame | undefined {
  try {
    const item = new Item([raw[0]?.replace(/^( *)- /, '$1  ') ?? '', ...raw.slice(1)]).read();
    const telling = Math.max(
      0,
      raw.findIndex((one) => TELLING.test(one)),
    );
    return { line: line + telling, text: JSON.stringify(item), raw: raw[telling] ?? '' };
  } catch (error) {
    if (error instanceof NotRead) return undefined;
    throw error;
  }
}

const LIST = /^(?:---\r?\n)?apiVersion: v1\r?\nitems:\r?\n *- apiVersion: /;
const ONE = /^(?:---\r?\n)?apiVersion: (?:events\.k8s\.io\/)?v1\r?\n/;
/** What a manifest has not: a pod's status, what an event is of. */
const HAPPENED = /^(?:status|involvedObject|regarding):\r?$/m;

export const kubernetesYaml: Framing = {
  name: 'kubernetes-yaml',
  about: 'events and pods, `kubectl get … -o yaml`',
  detect: (head) =>
    (LIST.test(head) && /^ {2,4}kind: (?:Event|Pod)\r?$/m.test(head)) ||
    (ONE.test(head) && /^kind: (?:Event|Pod)\r?$/m.test(head) && HAPPENED.test(head)),
  async *frames(chunks) {
    let raw: string[] = [];
    let from = 0;
    /** What each item of a list begins with; undefined outside of lists. */
    let dash: string | undefined;
    let isList = false;
    for await (const { text, line } of textLines(chunks)) {
      const opens = text.startsWith('apiVersion: ');
      if (opens) [isList, dash] = [false, undefined];
      if (text === 'items:') {
        isList = true;
        raw = [];
      }
      if (isList) dash ??= /^ *- /.exec(text)?.[0];
      const begins = dash === undefined ? opens : text.startsWith(dash);
      const ends = begins || (dash === undefined ? /^\S/.test(text) && !KEY.test(text) && !text.startsWith('- ') : /^\S/.test(text));
      if (ends && raw.length > 0) {
        const frame = frameOf(raw, from);
        if (frame) yield frame;
        raw = [];
      }
      if (begins) from = line;
      if (begins || (raw.length > 0 && raw.length < MOST_LINES)) raw.push(text);
    }
    const last = raw.length > 0 ? frameOf(raw, from) : undefined;
    if (last) yield last;
  },
};
